//! Wiring: from settings to a running service. Nothing here decides anything.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, RwLock};

use anyhow::Context as _;
use tokio::sync::Notify;

use crate::clock::Clocks;
use crate::config::{Receive, Settings};
use crate::desk;
use crate::domain::budget::Budget;
use crate::domain::calendar::Holidays;
use crate::domain::render;
use crate::engine::beats::Beats;
use crate::engine::dispatcher::{DispatchSettings, Dispatcher};
use crate::engine::inbox::{Inbox, Worker};
use crate::engine::keeper::Keeper;
use crate::engine::loops::receiving::{self, Inbound};
use crate::engine::loops::upkeep;
use crate::engine::planner::Planner;
use crate::engine::receiver::Arrivals;
use crate::engine::set_aside::SetAside;
use crate::engine::{Core, loops};
use crate::id::Entropy;
use crate::lifecycle::Lifecycle;
use crate::locale::Locale;
use crate::platform::{Gateway, Menu, Polling};
use crate::store::Store;
use crate::usecase::house::GatewayTraits;
use crate::usecase::{self, House};
use crate::web;

pub mod backup;
pub mod fold;
mod gateways;
pub mod inspector;
pub mod private;
pub mod role_lock;
pub mod truth;
pub mod vault;

pub use gateways::{Gateways, Keeping, gateways, gateways_with, gateways_without_tokens, official_account};

/// The holidays that come with the program.
const HOLIDAYS: &str = include_str!("../config/holidays/vn.toml");

/// A call may take its whole total timeout, ten more seconds that the client waits on a server error, and the commit.
const DEADLINE_MARGIN: std::time::Duration = std::time::Duration::from_secs(15);

/// How far ahead slots are given: one commit serves the calls of this stretch.
const AHEAD: std::time::Duration = std::time::Duration::from_millis(100);
/// Calls of one gateway on their way at once. Connections that a server takes from one client without complaint.
const PLACES: usize = 64;

/// How each gateway's updates come in, by configured name.
pub type Inbounds = BTreeMap<String, Inbound>;

/// By which way each account's updates come in: as configured, where the platform and the settings permit it.
#[must_use]
pub fn inbounds(settings: &Settings, gateways: &Gateways) -> Inbounds {
    let way = |(name, gateway): (&String, &Arc<dyn Gateway>)| (name.clone(), inbound(settings, name, gateway.as_ref()));
    gateways.iter().map(way).collect()
}

fn inbound(settings: &Settings, name: &str, gateway: &dyn Gateway) -> Inbound {
    let chosen = settings.gateways.get(name).map(|gateway| gateway.receive);
    let receiving = gateway.capabilities().receiving;
    let by_webhook = receiving.webhook && (receiving.polling == Polling::None || chosen == Some(Receive::Webhook));
    match (&settings.http.public_url, by_webhook) {
        (Some(public), true) => Inbound::Webhook(web::hook_address(public, name)),
        (None, true) => Inbound::Dead("the platform only posts to a public address: set [http] public_url"),
        (_, false) => Inbound::Polling,
    }
}

/// The commune's rules and sentences.
///
/// # Errors
/// A holidays file that cannot be read.
pub fn house(settings: &Settings, gateways: &Gateways) -> anyhow::Result<House> {
    let holidays = match &settings.desk.holidays {
        Some(path) => std::fs::read_to_string(path).with_context(|| format!("holidays file {}", path.display()))?,
        None => HOLIDAYS.to_owned(),
    };
    let locale = Locale::vietnamese();
    let labels = render::Labels::load(|key| locale.text(key, &[]));
    let traits = gateways.iter().map(|(name, gateway)| (name.clone(), traits_of(gateway.as_ref())));
    Ok(House {
        labels,
        locale,
        holidays: Holidays::from_toml(&holidays).context("holidays")?,
        windows: settings.desk.windows,
        office: settings.desk.office,
        policies: settings.desk.policies,
        times: settings.desk.times,
        missed_grace_minutes: i64::from(settings.engine.missed_grace_minutes),
        approval_warning_minutes: i64::from(settings.desk.approval_warning_minutes),
        lapse_days: i64::from(settings.desk.lapse_days),
        retention: settings.retention.periods(),
        strangers: settings.strangers.allowance(),
        contact: settings.desk.contact.clone(),
        duty_phones: settings.desk.duty_phones.trim().to_owned(),
        public_url: settings.http.public_url.clone(),
        gateways: traits.collect(),
    })
}

fn traits_of(gateway: &dyn Gateway) -> GatewayTraits {
    let capabilities = gateway.capabilities();
    GatewayTraits {
        render: render::Capabilities {
            text_limit_utf16: capabilities.text_limit,
            caption_limit: capabilities.caption_limit,
            html: capabilities.html,
            buttons: capabilities.buttons,
            files: capabilities.files != crate::platform::Files::NONE,
        },
        counts_as_zalo: capabilities.counts_as_zalo,
        edits: capabilities.edits,
        files: capabilities.files,
        hears_documents: capabilities.hears_documents,
        private_window: capabilities.private_window.map(|window| i64::try_from(window.as_millis()).unwrap_or(i64::MAX)),
        hearing_is_address: capabilities.hearing_is_address,
        joins: capabilities.joins,
        needs_consent: gateway.needs_consent(),
        budget: capabilities
            .budget
            .map(|budget| Budget { messages_a_month: budget.messages_a_month, groups: budget.groups }),
    }
}

/// What all loops share.
#[must_use]
pub fn core(
    store: Store,
    clocks: Clocks,
    entropy: Arc<dyn Entropy>,
    house: impl Into<Arc<House>>,
    gateways: Gateways,
) -> Arc<Core> {
    let owner = crate::id::new_id(clocks.wall.now(), entropy.as_ref());
    Arc::new(Core {
        store,
        clocks,
        entropy,
        house: house.into(),
        gateways,
        owner,
        wake: Notify::new(),
        selves: RwLock::default(),
        leads: Mutex::default(),
        intakes: Mutex::default(),
        arrivals: Arrivals::default(),
        set_aside: SetAside::default(),
        beats: Beats::default(),
    })
}

/// Says that this process works on the database. On a file nobody else can then hold a lease any more, and none is waited for.
///
/// # Errors
/// Another engine works on the same file; the database.
pub async fn take_over(store: &Store, url: &str) -> anyhow::Result<role_lock::RoleLock> {
    let role = role_lock::take(url)?;
    if role.is_exclusive() {
        let mut tx = store.begin().await?;
        tx.expire_leases().await?;
        tx.commit().await?;
    }
    Ok(role)
}

/// What processes updates, reading documents in a bounded child of this program.
///
/// # Errors
/// The commune was never imported; this program cannot find itself.
pub async fn inbox(core: &Arc<Core>) -> anyhow::Result<Arc<Inbox>> {
    let program = std::env::current_exe().context("this program cannot find itself")?;
    let inspect = inspector::with_program(program, core.entropy.clone());
    Ok(Arc::new(Inbox::new(core.clone(), core.commune_id().await?, inspect)))
}

/// The dispatcher's durations.
#[must_use]
pub fn dispatch_settings(settings: &Settings) -> DispatchSettings {
    DispatchSettings {
        lease: settings.engine.lease,
        text_deadline: settings.engine.text + DEADLINE_MARGIN,
        file_deadline: settings.engine.file + DEADLINE_MARGIN,
        probe_every: std::time::Duration::from_secs(30),
        ahead: AHEAD,
        places: PLACES,
    }
}

/// Starts every loop of a service under a lifecycle.
///
/// # Errors
/// The commune was never imported.
pub async fn start(
    core: &Arc<Core>,
    dispatch: &DispatchSettings,
    inbox: Arc<Inbox>,
    inbound: &Inbounds,
    lifecycle: &Lifecycle,
) -> anyhow::Result<()> {
    let commune = core.commune_id().await?;
    let mut tx = core.store.begin().await?;
    usecase::incidents::close_unconfigured(&mut tx, &core.act(&commune)).await?;
    usecase::incidents::all_tasks_begin_anew(&mut tx, &core.act(&commune)).await?;
    tx.commit().await?;
    let stop = lifecycle.soft();
    lifecycle.spawn("bell", loops::bell::pass_on(core.clone(), stop.clone()));
    lifecycle.spawn("fold", fold::keep_folding(core.clone(), stop.clone()));
    lifecycle.spawn("vacuum", fold::keep_vacuuming(core.clone(), stop.clone()));
    let planner = Planner::new(core.clone(), commune.clone());
    lifecycle.spawn("planner", loops::planner(core.clone(), planner, stop.clone()));
    let keeper = Keeper::new(core.clone(), commune.clone());
    lifecycle.spawn("keeper", loops::keeper(core.clone(), keeper, stop.clone()));
    // What came in from an account that is no longer configured is processed too.
    let mut accounts: BTreeSet<String> = core.store.read().await?.waiting_accounts().await?.into_iter().collect();
    accounts.extend(core.gateways.keys().cloned());
    for account in accounts {
        let worker = Worker::new(inbox.clone(), &account);
        lifecycle.spawn("inbox", loops::inbox(core.clone(), worker, stop.clone()));
    }
    for gateway in core.gateways.values() {
        let dispatcher = Dispatcher::new(core.clone(), gateway.clone(), commune.clone(), dispatch.clone());
        lifecycle.spawn("dispatcher", loops::dispatcher(core.clone(), dispatcher, stop.clone()));
        let menu = Menu { chat: None, commands: desk::menu_for_everybody(&core.house.locale) };
        let way = inbound.get(gateway.name()).cloned().unwrap_or(Inbound::Polling);
        lifecycle.spawn("upkeep", upkeep::look_after(core.clone(), gateway.clone(), stop.clone()));
        lifecycle.spawn("receiving", receiving::hear(core.clone(), gateway.clone(), way, menu, stop.clone()));
    }
    Ok(())
}

//! Wiring: from settings to a running service. Nothing here decides anything.

use std::collections::BTreeMap;
use std::sync::{Arc, RwLock};

use anyhow::Context as _;
use tokio::sync::Notify;
use tokio_util::task::TaskTracker;

use crate::clock::Clocks;
use crate::config::Settings;
use crate::desk;
use crate::domain::budget::Budget;
use crate::domain::calendar::Holidays;
use crate::domain::render;
use crate::engine::dispatcher::{DispatchSettings, Dispatcher};
use crate::engine::inbox::{Inbox, Inspector};
use crate::engine::keeper::Keeper;
use crate::engine::planner::Planner;
use crate::engine::{Core, loops};
use crate::id::Entropy;
use crate::lifecycle::Lifecycle;
use crate::locale::Locale;
use crate::platform::telegram::{Telegram, TelegramConfig};
use crate::platform::{Gateway, Menu};
use crate::store::Store;
use crate::usecase::house::GatewayTraits;
use crate::usecase::{self, House};

pub mod inspector;
pub mod private;
pub mod role_lock;

/// The holidays that come with the program.
const HOLIDAYS: &str = include_str!("../config/holidays/vn.toml");

/// A call may take its whole total timeout, ten more seconds that the client waits on a server error, and the commit.
const DEADLINE_MARGIN: std::time::Duration = std::time::Duration::from_secs(15);

/// The accounts by configured name.
pub type Gateways = BTreeMap<String, Arc<dyn Gateway>>;

/// The configured accounts.
///
/// # Errors
/// A token that cannot be had; a TLS backend that cannot be set up.
pub fn gateways(settings: &Settings) -> anyhow::Result<Gateways> {
    gateways_with(settings, |gateway| Ok(gateway.token()?.expose().to_owned()))
}

/// The configured accounts for a command that sends nothing: what they can do is known without their tokens.
///
/// # Errors
/// A TLS backend that cannot be set up.
pub fn gateways_without_tokens(settings: &Settings) -> anyhow::Result<Gateways> {
    gateways_with(settings, |_| Ok(String::new()))
}

fn gateways_with(
    settings: &Settings,
    token: impl Fn(&crate::config::Gateway) -> anyhow::Result<String>,
) -> anyhow::Result<Gateways> {
    let mut gateways: Gateways = BTreeMap::new();
    for (name, gateway) in &settings.gateways {
        let telegram = Telegram::new(TelegramConfig {
            name: name.clone(),
            api_url: gateway.api_url.clone(),
            token: token(gateway)?.into(),
            per_second: gateway.rate_per_second,
            long_poll: gateway.long_poll,
            connect: settings.engine.connect,
            total: settings.engine.text,
            total_with_file: settings.engine.file,
        })
        .with_context(|| format!("gateway {name}"))?;
        gateways.insert(name.clone(), Arc::new(telegram));
    }
    Ok(gateways)
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
        contact: settings.desk.contact.clone(),
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
        budget: capabilities
            .budget
            .map(|budget| Budget { messages_a_month: budget.messages_a_month, groups: budget.groups }),
    }
}

/// What all loops share.
#[must_use]
pub fn core(store: Store, clocks: Clocks, entropy: Arc<dyn Entropy>, house: House, gateways: Gateways) -> Arc<Core> {
    let owner = crate::id::new_id(clocks.wall.now(), entropy.as_ref());
    Arc::new(Core {
        store,
        clocks,
        entropy,
        house: Arc::new(house),
        gateways,
        owner,
        wake: Notify::new(),
        calls: TaskTracker::new(),
        selves: RwLock::default(),
    })
}

/// The dispatcher's durations.
#[must_use]
pub fn dispatch_settings(settings: &Settings) -> DispatchSettings {
    DispatchSettings {
        lease: settings.engine.lease,
        text_deadline: settings.engine.text + DEADLINE_MARGIN,
        file_deadline: settings.engine.file + DEADLINE_MARGIN,
        probe_every: std::time::Duration::from_secs(30),
    }
}

/// Starts every loop of a service under a lifecycle.
///
/// # Errors
/// The commune was never imported.
pub async fn start(
    core: &Arc<Core>,
    dispatch: &DispatchSettings,
    inspect: Inspector,
    lifecycle: &Lifecycle,
) -> anyhow::Result<()> {
    let commune = core.commune_id().await?;
    let mut tx = core.store.begin().await?;
    usecase::incidents::close_unconfigured(&mut tx, &core.act(&commune)).await?;
    tx.commit().await?;
    let stop = lifecycle.soft();
    let planner = Planner::new(core.clone(), commune.clone());
    lifecycle.spawn("planner", loops::planner(core.clone(), planner, stop.clone()));
    let keeper = Keeper::new(core.clone(), commune.clone());
    lifecycle.spawn("keeper", loops::keeper(core.clone(), keeper, stop.clone()));
    let inbox = Inbox::new(core.clone(), commune.clone(), inspect);
    lifecycle.spawn("inbox", loops::inbox(core.clone(), inbox, stop.clone()));
    for gateway in core.gateways.values() {
        let dispatcher = Dispatcher::new(core.clone(), gateway.clone(), commune.clone(), dispatch.clone());
        lifecycle.spawn("dispatcher", loops::dispatcher(core.clone(), dispatcher, stop.clone()));
        let menu = Menu { chat: None, commands: desk::menu_for_everybody(&core.house.locale) };
        lifecycle.spawn("poller", loops::poller(core.clone(), gateway.clone(), menu, stop.clone()));
    }
    Ok(())
}

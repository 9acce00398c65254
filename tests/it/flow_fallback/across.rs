//! Telegram and an official account beside each other: a line to Telegram that can be cut, and a service that can be killed.
//!
//! The offices work on the account, which hears nothing here; people speak on Telegram.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use loa::app;
use loa::clock::{Clock as _, Clocks, Monotonic as _, TestClock};
use loa::config::Settings;
use loa::demo::places::{Network, Places};
use loa::domain::calendar::Millis;
use loa::domain::org::GroupKind;
use loa::domain::org::import::Group;
use loa::engine::Core;
use loa::engine::dispatcher::Dispatcher;
use loa::engine::inbox::Inbox;
use loa::engine::keeper::Keeper;
use loa::engine::planner::Planner;
use loa::engine::poller::Poller;
use loa::id::SeededEntropy;
use loa::platform::SelfInfo;
use loa::store::Store;
use loa::usecase::compose::{Composed, Draft};
use loa::usecase::status::{self, BroadcastStatus};
use loa::usecase::{Act, approve, compose};
use loa_sandbox::telegram::Sandbox;
use loa_sandbox::zalo_oa::{Drive, OaLimits, ZaloOaConfig, ZaloOaSandbox};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::line::Line;
use crate::db::unique;
use crate::rig::{dispatch, import_org, sandbox};
use crate::zalo_rig::sandbox_clocks;

const COMMUNE: &str = include_str!("../../../config/examples/xa-mau.toml");
const GATEWAYS: [&str; 2] = ["telegram", "zalo_oa"];
const STAFF: [&str; 3] = ["lan", "pct", "quan"];

/// Everything.
pub struct Across {
    pub core: Arc<Core>,
    pub clock: Arc<TestClock>,
    pub telegram: Sandbox,
    pub account: ZaloOaSandbox,
    pub line: Line,
    pub places: Places,
    pub commune: String,
    settings: Settings,
    keeping: app::Keeping,
    loops: Loops,
    me: SelfInfo,
    key_file: PathBuf,
}

/// What dies with the service.
struct Loops {
    dispatchers: Vec<Dispatcher>,
    planner: Planner,
    keeper: Keeper,
    inbox: Inbox,
    poller: Poller,
}

/// The commune's groups with the first ones of villages on `first`, and one more each, of the next rank, for the villages in
/// `second` on the other platform.
fn groups(places: &mut Places, first: Network, second: &[u32]) {
    let other = if first == Network::Telegram { Network::ZaloOa } else { Network::Telegram };
    places.org.groups.retain(|group| group.code != "truong-thon" && group.kind != GroupKind::Residents);
    for group in &mut places.org.groups {
        let network = if group.code.starts_with("dieu-hanh-") { first } else { Network::ZaloOa };
        network.gateway().clone_into(&mut group.gateway);
    }
    places.org.groups.extend(second.iter().map(|village| Group {
        code: format!("thu-hai-{village:02}"),
        name: format!("Nhóm thứ hai Thôn {village:02}"),
        kind: GroupKind::Cadre,
        gateway: other.gateway().to_owned(),
        rank: 2,
        covers: vec![format!("thon-{village:02}")],
        relay: false,
        chat: None,
    }));
}

fn settings(telegram: (&str, &str), account: &ZaloOaSandbox, key_file: &std::path::Path) -> Settings {
    let tokens = account.tokens();
    let variables = [
        ("GATEWAYS__TELEGRAM__PLATFORM", "telegram".to_owned()),
        ("GATEWAYS__TELEGRAM__API_URL", telegram.0.to_owned()),
        ("GATEWAYS__TELEGRAM__TOKEN", telegram.1.to_owned()),
        ("GATEWAYS__TELEGRAM__LONG_POLL_SECONDS", "0".to_owned()),
        ("GATEWAYS__ZALO_OA__PLATFORM", "zalo_oa".to_owned()),
        ("GATEWAYS__ZALO_OA__API_URL", account.base_url()),
        ("GATEWAYS__ZALO_OA__OAUTH_URL", account.oauth_url()),
        ("GATEWAYS__ZALO_OA__APP_ID", account.app_id().to_owned()),
        ("GATEWAYS__ZALO_OA__OA_ID", account.oa_id().to_owned()),
        ("GATEWAYS__ZALO_OA__APP_SECRET", account.app_secret().to_owned()),
        ("GATEWAYS__ZALO_OA__OA_SECRET", account.oa_secret_key().to_owned()),
        ("GATEWAYS__ZALO_OA__REFRESH_TOKEN", tokens.refresh_token),
        ("GATEWAYS__ZALO_OA__ACCESS_TOKEN", tokens.access_token),
        ("HTTP__PUBLIC_URL", "http://127.0.0.1:9".to_owned()),
        ("VAULT__KEY_FILE", key_file.display().to_string()),
    ];
    Settings::load(None, variables.into_iter().map(|(key, value)| (format!("LOA__{key}"), value))).unwrap()
}

/// The service as a process would make it. A platform that cannot be reached is asked for its name later.
async fn core(settings: &Settings, keeping: &app::Keeping, clock: &Arc<TestClock>) -> Arc<Core> {
    let gateways = app::gateways_with(settings, keeping).unwrap();
    let house = app::house(settings, &gateways).unwrap();
    let core = app::core(keeping.store.clone(), Clocks::test(clock), keeping.entropy.clone(), house, gateways);
    for name in GATEWAYS {
        if let Ok(me) = core.gateways[name].identify().await {
            core.learn_myself(name, me);
        }
    }
    core
}

impl Loops {
    fn of(core: &Arc<Core>, commune: &str, me: SelfInfo) -> Self {
        let dispatcher =
            |name| Dispatcher::new(core.clone(), core.gateways[name].clone(), commune.to_owned(), dispatch());
        let inspect = app::inspector::with_program(PathBuf::from(env!("CARGO_BIN_EXE_loa")), core.entropy.clone());
        Self {
            dispatchers: GATEWAYS.map(dispatcher).into(),
            planner: Planner::new(core.clone(), commune.to_owned()),
            keeper: Keeper::new(core.clone(), commune.to_owned()),
            inbox: Inbox::new(core.clone(), commune.to_owned(), inspect),
            poller: Poller::new(core.clone(), core.gateways["telegram"].clone(), me),
        }
    }
}

impl Across {
    /// Villages have their first group on one platform, and these of them a second one on the other.
    pub async fn start(store: Store, now: Millis, first: Network, second: &[u32]) -> Self {
        let clock = TestClock::at(now);
        let telegram = sandbox(&clock).await;
        let mut config = ZaloOaConfig::new(sandbox_clocks(&clock), TaskTracker::new(), CancellationToken::new());
        config.limits = Some(OaLimits::GROWTH);
        config.hook.drive = Drive::Tick;
        let account = ZaloOaSandbox::start(config).await.unwrap();
        let line = Line::to(&telegram.base_url()).await;
        let mut places = Places::spread(COMMUNE, &[Network::Telegram, Network::ZaloOa]).unwrap();
        groups(&mut places, first, second);
        places.settle_telegram(&telegram.handle(), &STAFF.map(|person| (person, Network::Telegram))).unwrap();
        places.settle_oa(&account.handle(), &STAFF.map(|person| (person, Network::ZaloOa))).unwrap();
        let key_file = std::env::temp_dir().join(format!("loa-test-{}.key", unique()));
        let settings = settings((&line.base_url(), &telegram.tokens()[0]), &account, &key_file);
        let keeping = app::Keeping { store, wall: clock.clone(), entropy: SeededEntropy::new(7) };
        let core = core(&settings, &keeping, &clock).await;
        let commune = import_org(&core, &places.org).await;
        let me = core.myself("telegram").unwrap();
        let loops = Loops::of(&core, &commune, me.clone());
        Self { core, clock, telegram, account, line, places, commune, settings, keeping, loops, me, key_file }
    }

    /// The service dies as it stands, calls under way and all, and another one starts on the same database.
    pub async fn kill(&mut self) {
        let mut tx = self.keeping.store.begin().await.unwrap();
        tx.expire_leases().await.unwrap();
        tx.commit().await.unwrap();
        self.core = core(&self.settings, &self.keeping, &self.clock).await;
        self.loops = Loops::of(&self.core, &self.commune, self.me.clone());
    }

    /// Ticks until a condition holds; panics when it never does.
    pub async fn until(&mut self, what: &str, mut holds: impl AsyncFnMut(&Self) -> bool) {
        for _ in 0..5_000 {
            if holds(self).await {
                return;
            }
            self.step().await;
        }
        panic!("never: {what}");
    }

    /// Ticks until nothing is waiting or on its way.
    pub async fn settle(&mut self) {
        let mut quiet = 0;
        for _ in 0..20_000 {
            let moved = self.step().await;
            quiet = if moved || self.open_messages().await > 0 { 0 } else { quiet + 1 };
            if quiet == 3 {
                return;
            }
        }
        panic!("the service does not come to rest");
    }

    /// Lets calls on their way come back, and starts none.
    pub async fn drain(&mut self) {
        for dispatcher in &mut self.loops.dispatchers {
            dispatcher.drain().await.unwrap();
        }
    }

    /// One round of everything. Gives whether anything was there to do.
    async fn step(&mut self) -> bool {
        let loops = &mut self.loops;
        let received = loops.poller.tick().await.map_or(0, |polled| polled.received);
        let processed = loops.inbox.tick().await.unwrap();
        let fired = loops.planner.tick().await.unwrap().len();
        loops.keeper.tick().await.unwrap();
        let (mut next, mut moved, mut waited) = (None::<Duration>, received + processed + fired > 0, false);
        for dispatcher in &mut loops.dispatchers {
            let ticked = dispatcher.tick().await.unwrap();
            moved |= ticked.started + ticked.recorded > 0;
            if ticked.in_flight > 0 {
                dispatcher.wait_for_report().await;
                waited = true;
            } else if let Some(at) = ticked.next {
                next = Some(next.map_or(at, |known| known.min(at)));
            }
        }
        if let Some(next) = next.filter(|_| !waited)
            && self.open_messages().await > 0
        {
            self.clock.advance(next.saturating_sub(self.clock.elapsed()).max(Duration::from_millis(1)));
        }
        moved || waited
    }

    async fn open_messages(&self) -> i64 {
        self.core.store.read().await.unwrap().open_messages().await.unwrap()
    }

    /// Composed by Lan, approved by the vice chairwoman.
    pub async fn release(&self, draft: &Draft) -> Composed {
        let mut tx = self.core.store.begin().await.unwrap();
        let composed = compose::compose(&mut tx, &self.act_of("lan").await, draft).await.unwrap();
        tx.commit().await.unwrap();
        let mut tx = self.core.store.begin().await.unwrap();
        approve::approve(&mut tx, &self.act_of("pct").await, &composed.bulletin.id, None).await.unwrap();
        tx.commit().await.unwrap();
        composed
    }

    async fn act_of<'a>(&'a self, person: &str) -> Act<'a> {
        let mut tx = self.core.store.read().await.unwrap();
        let person = tx.person_by_code(&self.commune, person).await.unwrap().unwrap();
        Act { person_id: Some(person.id), ..self.core.act(&self.commune) }
    }

    /// Where a bulletin's broadcast stands; none before it fired.
    pub async fn status(&self, composed: &Composed) -> Option<BroadcastStatus> {
        let mut tx = self.core.store.read().await.unwrap();
        let act = self.core.act(&self.commune);
        status::of_bulletin(&mut tx, &act, &composed.bulletin).await.unwrap().broadcasts.pop()
    }

    /// How many deliveries through a gateway stand as sent.
    pub async fn sent(&self, composed: &Composed, gateway: &str) -> usize {
        self.in_state(composed, gateway, "sent").await
    }

    /// How many deliveries through a gateway stand so.
    pub async fn in_state(&self, composed: &Composed, gateway: &str, state: &str) -> usize {
        let Some(status) = self.status(composed).await else { return 0 };
        let own = status.deliveries.iter().filter(|delivery| delivery.gateway == gateway);
        own.filter(|delivery| delivery.state.as_str() == state).count()
    }

    /// Ours in a village's group on Telegram and in its group on the account.
    pub fn posts(&self, village: u32) -> (usize, usize) {
        let codes = [format!("dieu-hanh-{village:02}"), format!("thu-hai-{village:02}")];
        let groups = self.places.org.groups.iter().filter(|group| codes.contains(&group.code));
        groups.fold((0, 0), |(telegram, account), group| match self.posts_in(&group.code) {
            posts if group.gateway == "telegram" => (telegram + posts, account),
            posts => (telegram, account + posts),
        })
    }

    fn posts_in(&self, code: &str) -> usize {
        let group = self.places.org.groups.iter().find(|group| group.code == code).unwrap();
        let chat = self.places.chat(code).unwrap();
        if group.gateway == "telegram" {
            let messages = self.telegram.handle().messages(chat.parse().unwrap()).unwrap();
            messages.iter().filter(|message| message.from_bot && !message.service).count()
        } else {
            let messages = self.account.handle().messages(chat).unwrap();
            messages.iter().filter(|message| message.from.is_none() && !message.service).count()
        }
    }

    /// What stands in an office's group on the account.
    pub fn office(&self, code: &str) -> String {
        self.account.handle().show(self.places.chat(code).unwrap()).unwrap()
    }

    /// Says something to the bot in private on Telegram, and gives its last words.
    pub async fn say(&mut self, person: &str, text: &str) -> String {
        let account: i64 = self.places.account(Network::Telegram, person).unwrap().parse().unwrap();
        self.telegram.handle().say(account, account, text, None).unwrap();
        self.settle().await;
        let messages = self.telegram.handle().messages(account).unwrap();
        messages.into_iter().rfind(|message| message.from_bot).map_or(String::new(), |message| message.text)
    }

    /// The kinds of the incidents that are open.
    pub async fn incidents(&self) -> Vec<String> {
        let mut tx = self.core.store.read().await.unwrap();
        tx.open_incidents().await.unwrap().into_iter().map(|incident| incident.kind).collect()
    }

    pub fn now(&self) -> Millis {
        self.clock.now()
    }

    pub async fn stop(mut self) {
        for dispatcher in &mut self.loops.dispatchers {
            dispatcher.drain().await.unwrap();
            dispatcher.release().await.unwrap();
        }
        self.telegram.stop().await;
        self.account.stop().await;
        std::fs::remove_file(&self.key_file).unwrap();
    }
}

//! The whole service with nothing but an official account, on a stage: the real loops driven tick by tick, a real database,
//! real HTTP both ways. All clocks are one test clock, and the stand-in posts its events when the stage lets it.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use loa::app;
use loa::clock::{Clock as _, Clocks, Monotonic as _, TestClock};
use loa::config::Settings;
use loa::demo::places::{Network, Places};
use loa::domain::calendar::Millis;
use loa::engine::Core;
use loa::engine::dispatcher::Dispatcher;
use loa::engine::inbox::Inbox;
use loa::engine::keeper::Keeper;
use loa::engine::planner::Planner;
use loa::id::SeededEntropy;
use loa::lifecycle::Lifecycle;
use loa::store::Store;
use loa::web;
use loa_sandbox::zalo_oa::{Drive, OaHandle, OaLimits, OaMessage, PrivateRules, ZaloOaConfig, ZaloOaSandbox};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::db::unique;
use crate::rig::{dispatch, import_org};
use crate::zalo_rig::{free_address, sandbox_clocks};

const COMMUNE: &str = include_str!("../../config/examples/xa-mau.toml");
/// Staff, all on the account; the deputy of Thôn 03 is in its group too.
const STAFF: [(&str, Network); 4] =
    [("lan", Network::ZaloOa), ("pct", Network::ZaloOa), ("hung", Network::ZaloOa), ("quan", Network::ZaloOa)];
/// Where the consent page leads back to; nothing needs to answer there.
const REDIRECT: &str = "http://127.0.0.1:9/oa";

/// The stage.
pub struct OaRig {
    pub core: Arc<Core>,
    pub clock: Arc<TestClock>,
    pub sandbox: ZaloOaSandbox,
    pub places: Places,
    pub commune: String,
    pub dispatcher: Dispatcher,
    settings: Settings,
    keeping: app::Keeping,
    service: Service,
    key_file: PathBuf,
}

/// What stops and starts again when the service does.
struct Service {
    planner: Planner,
    keeper: Keeper,
    inbox: Arc<Inbox>,
    lifecycle: Lifecycle,
}

async fn sandbox(clock: &Arc<TestClock>) -> ZaloOaSandbox {
    let mut config = ZaloOaConfig::new(sandbox_clocks(clock), TaskTracker::new(), CancellationToken::new());
    config.limits = Some(OaLimits::GROWTH);
    // An account that pays for words after the two free days.
    config.private = PrivateRules { paid_messages: 1_000, ..PrivateRules::default() };
    config.hook.drive = Drive::Tick;
    ZaloOaSandbox::start(config).await.unwrap()
}

fn settings(sandbox: &ZaloOaSandbox, public_url: &str, key_file: &std::path::Path) -> Settings {
    let tokens = sandbox.tokens();
    let account = [
        ("PLATFORM", "zalo_oa".to_owned()),
        ("API_URL", sandbox.base_url()),
        ("OAUTH_URL", sandbox.oauth_url()),
        ("APP_ID", sandbox.app_id().to_owned()),
        ("OA_ID", sandbox.oa_id().to_owned()),
        ("APP_SECRET", sandbox.app_secret().to_owned()),
        ("OA_SECRET", sandbox.oa_secret_key().to_owned()),
        ("REFRESH_TOKEN", tokens.refresh_token),
        ("ACCESS_TOKEN", tokens.access_token),
        ("REDIRECT_URL", REDIRECT.to_owned()),
    ];
    let account = account.map(|(key, value)| (format!("LOA__GATEWAYS__ZALO_OA__{key}"), value));
    let rest = [
        ("LOA__HTTP__PUBLIC_URL".to_owned(), public_url.to_owned()),
        ("LOA__VAULT__KEY_FILE".to_owned(), key_file.display().to_string()),
    ];
    Settings::load(None, account.into_iter().chain(rest)).unwrap()
}

/// The service as a process would make it: everything it knows it has from the settings and the database.
async fn core(settings: &Settings, keeping: &app::Keeping, clock: &Arc<TestClock>) -> Arc<Core> {
    let gateways = app::gateways_with(settings, keeping).unwrap();
    let house = app::house(settings, &gateways).unwrap();
    let core = app::core(keeping.store.clone(), Clocks::test(clock), keeping.entropy.clone(), house, gateways);
    let me = core.gateways["zalo_oa"].identify().await.unwrap();
    core.learn_myself("zalo_oa", me);
    core
}

impl Service {
    /// The loops, and the pages the platform posts to.
    async fn start(core: &Arc<Core>, commune: &str, sandbox: &ZaloOaSandbox, address: std::net::SocketAddr) -> Self {
        let program = PathBuf::from(env!("CARGO_BIN_EXE_loa"));
        let inspect = app::inspector::with_program(program, core.entropy.clone());
        let inbox = Arc::new(Inbox::new(core.clone(), commune.to_owned(), inspect));
        let lifecycle = Lifecycle::new(Duration::from_secs(5));
        let site = web::Site { core: core.clone(), inbox: inbox.clone() };
        web::serve(site, address, &lifecycle).await.unwrap();
        let hook = web::hook_address(&format!("http://{address}"), "zalo_oa");
        sandbox.handle().set_webhook(&hook).await.unwrap();
        Self {
            planner: Planner::new(core.clone(), commune.to_owned()),
            keeper: Keeper::new(core.clone(), commune.to_owned()),
            inbox,
            lifecycle,
        }
    }
}

impl OaRig {
    /// A commune with everybody registered and every group bound, at the given time. The approver and the administrator have
    /// just written to the account, so that it may write to them.
    pub async fn start(store: Store, now: Millis) -> Self {
        let clock = TestClock::at(now);
        let sandbox = sandbox(&clock).await;
        let mut places = Places::spread(COMMUNE, &[Network::ZaloOa]).unwrap();
        places.settle_oa(&sandbox.handle(), &STAFF).unwrap();
        let address = free_address().await;
        let key_file = std::env::temp_dir().join(format!("loa-test-{}.key", unique()));
        let settings = settings(&sandbox, &format!("http://{address}"), &key_file);
        let keeping = app::Keeping { store, wall: clock.clone(), entropy: SeededEntropy::new(7) };
        let core = core(&settings, &keeping, &clock).await;
        let commune = import_org(&core, &places.org).await;
        let service = Service::start(&core, &commune, &sandbox, address).await;
        let dispatcher = dispatcher(&core, &commune);
        let mut rig = Self { core, clock, sandbox, places, commune, dispatcher, settings, keeping, service, key_file };
        for person in ["pct", "quan"] {
            rig.say(person, "/trogiup").await;
        }
        rig
    }

    /// Ends the service and starts it again on the same database.
    pub async fn restart(&mut self) {
        self.dispatcher.drain().await.unwrap();
        self.dispatcher.release().await.unwrap();
        self.service.lifecycle.stop();
        self.core = core(&self.settings, &self.keeping, &self.clock).await;
        self.service = Service::start(&self.core, &self.commune, &self.sandbox, free_address().await).await;
        self.dispatcher = dispatcher(&self.core, &self.commune);
    }

    /// The control of the stand-in.
    pub fn handle(&self) -> OaHandle {
        self.sandbox.handle()
    }

    /// Takes in, processes, plans and sends until nothing is left that is due now.
    pub async fn settle(&mut self) {
        for _ in 0..20_000 {
            let still = self.hear_and_plan().await;
            let still = !self.send_all().await && still;
            if still && self.open_messages().await == 0 && self.handle().waiting_events() == 0 {
                return;
            }
        }
        let waiting = self.handle().waiting_events();
        panic!("no rest: {} messages open, {waiting} events not taken", self.open_messages().await);
    }

    /// One round of everything; whether nothing happened.
    pub async fn tick(&mut self) -> bool {
        let still = self.hear_and_plan().await;
        self.send().await == Some(0) && still
    }

    /// One round of everything but sending; whether nothing happened.
    async fn hear_and_plan(&mut self) -> bool {
        let heard = self.handle().tick().await;
        let processed = self.service.inbox.tick().await.unwrap();
        let fired = self.service.planner.tick().await.unwrap();
        self.service.keeper.tick().await.unwrap();
        heard == 0 && processed == 0 && fired.is_empty()
    }

    /// Sends while something leaves, before anybody looks again what else there is to do; whether anything left.
    async fn send_all(&mut self) -> bool {
        let (mut sent, mut waits) = (false, 0);
        while waits < 2 {
            match self.send().await {
                Some(0) => break,
                Some(_) => (sent, waits) = (true, 0),
                None => waits += 1,
            }
        }
        sent
    }

    /// One round of sending: starts what may start, waits for what is on its way, or lets the pace pass (none).
    async fn send(&mut self) -> Option<usize> {
        let ticked = self.dispatcher.tick().await.unwrap();
        if ticked.in_flight > 0 {
            self.dispatcher.wait_for_report().await;
            return Some(1);
        }
        if self.open_messages().await > 0
            && let Some(next) = ticked.next
        {
            self.clock.advance(next.saturating_sub(self.clock.elapsed()).max(Duration::from_millis(1)));
            return None;
        }
        Some(ticked.started + ticked.recorded)
    }

    /// Ticks until a condition holds; panics when it never does.
    pub async fn until(&mut self, what: &str, mut holds: impl AsyncFnMut(&Self) -> bool) {
        for _ in 0..5_000 {
            if holds(self).await {
                return;
            }
            self.tick().await;
        }
        panic!("never: {what}");
    }

    async fn open_messages(&self) -> i64 {
        self.core.store.read().await.unwrap().open_messages().await.unwrap()
    }

    /// Lets time pass to an instant, doing everything that falls due on the way.
    pub async fn pass_to(&mut self, to: Millis) {
        self.settle().await;
        while self.clock.now() < to {
            let due = self.service.keeper.next_due_after(self.clock.now()).await.unwrap();
            self.clock.set(due.map_or(to, |due| due.min(to)).max(self.clock.now()));
            self.settle().await;
        }
    }

    /// Somebody's id on the account.
    pub fn account(&self, person: &str) -> String {
        self.places.account(Network::ZaloOa, person).unwrap().to_owned()
    }

    /// A group's id on the account.
    pub fn chat(&self, code: &str) -> String {
        self.places.chat(code).unwrap().to_owned()
    }

    /// Says something to the account in private, lets everything happen, and gives its last words there.
    pub async fn say(&mut self, person: &str, text: &str) -> String {
        self.handle().say_to_oa(&self.account(person), text, None).unwrap();
        self.settle().await;
        self.last_words(person)
    }

    /// Sends the account a file in private.
    pub async fn send_file(&mut self, person: &str, name: &str, content: Vec<u8>) -> String {
        self.handle().file_to_oa(&self.account(person), name, content).unwrap();
        self.settle().await;
        self.last_words(person)
    }

    /// Says something in a group.
    pub async fn say_in(&mut self, person: &str, group: &str, text: &str, quoted: Option<&str>) {
        self.handle().say(&self.account(person), &self.chat(group), text, quoted).unwrap();
        self.settle().await;
    }

    /// What the account last wrote to a person in private.
    pub fn last_words(&self, person: &str) -> String {
        let messages = self.handle().private_messages(&self.account(person)).unwrap();
        messages.into_iter().rfind(|message| message.from.is_none()).map_or(String::new(), |message| message.text)
    }

    /// What the account posted in a group.
    pub fn posts(&self, group: &str) -> Vec<OaMessage> {
        let messages = self.handle().messages(&self.chat(group)).unwrap();
        messages.into_iter().filter(|message| message.from.is_none() && !message.service).collect()
    }

    /// How many messages of a bulletin's latest firing are in a state.
    pub async fn messages_in(&self, code: &str, state: &str) -> usize {
        let mut tx = self.core.store.read().await.unwrap();
        let Some(bulletin) = tx.bulletin_by_code(&self.commune, code).await.unwrap() else { return 0 };
        let Some(broadcast) = tx.broadcasts_of(&bulletin.id).await.unwrap().pop() else { return 0 };
        let messages = tx.messages_of_broadcast(&broadcast.id).await.unwrap();
        messages.iter().filter(|message| message.state.as_str() == state).count()
    }

    /// The units whose heads have confirmed a bulletin's latest firing.
    pub async fn acknowledged(&self, code: &str) -> Vec<String> {
        let mut tx = self.core.store.read().await.unwrap();
        let bulletin = tx.bulletin_by_code(&self.commune, code).await.unwrap().unwrap();
        let broadcast = tx.broadcasts_of(&bulletin.id).await.unwrap().pop().unwrap();
        let obligations = tx.obligations_of(&broadcast.id).await.unwrap();
        let done = obligations.into_iter().filter(|obligation| obligation.acknowledged_at.is_some());
        done.map(|obligation| obligation.unit_name).collect()
    }

    /// An administrator of the account agrees on the consent page, and somebody gives the address it led to, as `loa gateway
    /// consent` does.
    pub async fn consent(&self) {
        let account = app::official_account(&self.settings, "zalo_oa", &self.keeping).unwrap();
        let page = account.consent_link().await.unwrap();
        let browser = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let led_to = browser.get(page).send().await.unwrap();
        account.accept_consent(led_to.headers()["location"].to_str().unwrap()).await.unwrap();
    }

    /// The transcript of a person's private chat.
    pub fn private_chat(&self, person: &str) -> String {
        self.handle().show_private(&self.account(person)).unwrap()
    }

    /// The transcript of a group.
    pub fn group_chat(&self, code: &str) -> String {
        self.handle().show(&self.chat(code)).unwrap()
    }

    /// Stops everything in order.
    pub async fn stop(mut self) {
        self.dispatcher.drain().await.unwrap();
        self.dispatcher.release().await.unwrap();
        self.service.lifecycle.stop();
        self.sandbox.stop().await;
        std::fs::remove_file(&self.key_file).unwrap();
    }
}

fn dispatcher(core: &Arc<Core>, commune: &str) -> Dispatcher {
    Dispatcher::new(core.clone(), core.gateways["zalo_oa"].clone(), commune.to_owned(), dispatch())
}

//! The whole service with nothing but a Zalo bot, on a stage: the real loops driven tick by tick, a real database, and real
//! HTTP to the stand-in. All clocks are one test clock.

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
use loa::engine::poller::Poller;
use loa::id::SeededEntropy;
use loa::lifecycle::Lifecycle;
use loa::store::Store;
use loa::web;
use loa_sandbox::zalo_bot::{ZaloBotConfig, ZaloBotHandle, ZaloBotLimits, ZaloBotSandbox};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::rig::{dispatch, import_org};

const COMMUNE: &str = include_str!("../../config/examples/xa-mau.toml");
/// Staff, all on the bot.
const STAFF: [(&str, Network); 5] = [
    ("lan", Network::ZaloBot),
    ("pct", Network::ZaloBot),
    ("hung", Network::ZaloBot),
    ("quan", Network::ZaloBot),
    ("binh", Network::ZaloBot),
];

/// The stage.
pub struct ZaloRig {
    pub core: Arc<Core>,
    pub clock: Arc<TestClock>,
    pub sandbox: ZaloBotSandbox,
    pub places: Places,
    pub commune: String,
    pub public_url: String,
    pub dispatcher: Dispatcher,
    keeping: app::Keeping,
    service: Service,
}

/// What stops and starts again when the service does.
struct Service {
    planner: Planner,
    keeper: Keeper,
    inbox: Arc<Inbox>,
    poller: Poller,
    lifecycle: Lifecycle,
}

/// The clocks of a stand-in on a test clock.
pub fn sandbox_clocks(clock: &Arc<TestClock>) -> loa_sandbox::Clocks {
    let (mono, wall) = (clock.clone(), clock.clone());
    loa_sandbox::Clocks {
        monotonic_ms: Arc::new(move || i64::try_from(mono.elapsed().as_millis()).unwrap()),
        wall_ms: Arc::new(move || wall.now().0),
    }
}

/// A free address on this machine, under which the service's own pages will stand.
pub async fn free_address() -> std::net::SocketAddr {
    tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap()
}

fn settings(sandbox: &ZaloBotSandbox, public_url: &str) -> Settings {
    let variables = [
        ("LOA__GATEWAYS__ZALO_BOT__PLATFORM", "zalo_bot".to_owned()),
        ("LOA__GATEWAYS__ZALO_BOT__API_URL", sandbox.base_url()),
        ("LOA__GATEWAYS__ZALO_BOT__TOKEN", sandbox.handle().token()),
        ("LOA__GATEWAYS__ZALO_BOT__LONG_POLL_SECONDS", "0".to_owned()),
        ("LOA__HTTP__PUBLIC_URL", public_url.to_owned()),
    ];
    Settings::load(None, variables.into_iter().map(|(name, value)| (name.to_owned(), value))).unwrap()
}

/// The service as a process would make it: everything it knows it has from the settings and the database.
async fn core(settings: &Settings, keeping: &app::Keeping, clock: &Arc<TestClock>) -> Arc<Core> {
    let gateways = app::gateways_with(settings, keeping).unwrap();
    let house = app::house(settings, &gateways).unwrap();
    let core = app::core(keeping.store.clone(), Clocks::test(clock), keeping.entropy.clone(), house, gateways);
    let me = core.gateways["zalo_bot"].identify().await.unwrap();
    core.learn_myself("zalo_bot", me);
    core
}

fn dispatcher(core: &Arc<Core>, commune: &str) -> Dispatcher {
    Dispatcher::new(core.clone(), core.gateways["zalo_bot"].clone(), commune.to_owned(), dispatch())
}

impl Service {
    /// The loops, and the pages of the service.
    async fn start(core: &Arc<Core>, commune: &str, address: std::net::SocketAddr) -> Self {
        let program = std::path::PathBuf::from(env!("CARGO_BIN_EXE_loa"));
        let inspect = app::inspector::with_program(program, core.entropy.clone());
        let inbox = Arc::new(Inbox::new(core.clone(), commune.to_owned(), inspect));
        let lifecycle = Lifecycle::new(Duration::from_secs(5));
        let site = web::Site { core: core.clone(), inbox: inbox.clone() };
        web::serve(site, address, &lifecycle).await.unwrap();
        let gateway = core.gateways["zalo_bot"].clone();
        let me = gateway.identify().await.unwrap();
        Self {
            planner: Planner::new(core.clone(), commune.to_owned()),
            keeper: Keeper::new(core.clone(), commune.to_owned()),
            poller: Poller::new(core.clone(), gateway, me),
            inbox,
            lifecycle,
        }
    }
}

impl ZaloRig {
    /// A commune with everybody registered and every group bound, at the given time.
    pub async fn start(store: Store, now: Millis) -> Self {
        let clock = TestClock::at(now);
        let mut config = ZaloBotConfig::new(sandbox_clocks(&clock), TaskTracker::new(), CancellationToken::new());
        config.limits = Some(ZaloBotLimits::BASIC);
        let sandbox = ZaloBotSandbox::start(config).await.unwrap();
        let mut places = Places::spread(COMMUNE, &[Network::ZaloBot]).unwrap();
        places.settle_bot(&sandbox.handle(), &STAFF).unwrap();
        let address = free_address().await;
        let public_url = format!("http://{address}");
        let keeping = app::Keeping { store, wall: clock.clone(), entropy: SeededEntropy::new(7) };
        let core = core(&settings(&sandbox, &public_url), &keeping, &clock).await;
        let commune = import_org(&core, &places.org).await;
        let service = Service::start(&core, &commune, address).await;
        let dispatcher = dispatcher(&core, &commune);
        Self { core, clock, sandbox, places, commune, public_url, dispatcher, keeping, service }
    }

    /// Ends the service in order and starts it again on the same database, with the token that works now.
    pub async fn restart(&mut self) {
        self.dispatcher.drain().await.unwrap();
        self.dispatcher.release().await.unwrap();
        self.start_again().await;
    }

    /// Starts the service again on the same database without having ended it: what calls come back with is lost, and the lease
    /// of the one that died is taken from it, as `serve` does at its start.
    pub async fn start_again(&mut self) {
        self.service.lifecycle.stop();
        let address = free_address().await;
        self.public_url = format!("http://{address}");
        let mut tx = self.keeping.store.begin().await.unwrap();
        tx.expire_leases().await.unwrap();
        tx.commit().await.unwrap();
        self.core = core(&settings(&self.sandbox, &self.public_url), &self.keeping, &self.clock).await;
        self.service = Service::start(&self.core, &self.commune, address).await;
        self.dispatcher = dispatcher(&self.core, &self.commune);
    }

    /// The control of the stand-in.
    pub fn handle(&self) -> ZaloBotHandle {
        self.sandbox.handle()
    }

    /// Takes in, processes, plans and sends until nothing is left that is due now.
    pub async fn settle(&mut self) {
        for _ in 0..20_000 {
            let still = self.hear_and_plan().await;
            let still = !self.send_all().await && still;
            if still && self.open_messages().await == 0 {
                return;
            }
        }
        panic!("the service does not come to rest: {} messages open", self.open_messages().await);
    }

    /// One round of everything; whether nothing happened. While the token is dead nothing can be asked for.
    pub async fn tick(&mut self) -> bool {
        let still = self.hear_and_plan().await;
        self.send().await == Some(0) && still
    }

    /// One round of everything but sending; whether nothing happened.
    async fn hear_and_plan(&mut self) -> bool {
        let received = self.service.poller.tick().await.map_or(0, |polled| polled.received);
        let processed = self.service.inbox.tick().await.unwrap();
        let fired = self.service.planner.tick().await.unwrap();
        self.service.keeper.tick().await.unwrap();
        received == 0 && processed == 0 && fired.is_empty()
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

    /// Starts the calls that may leave now and looks at none of them again.
    pub async fn start_calls(&mut self) -> usize {
        self.service.planner.tick().await.unwrap();
        self.dispatcher.tick().await.unwrap().started
    }

    /// How many messages of a bulletin's latest firing are in a state.
    pub async fn messages_in(&self, code: &str, state: &str) -> usize {
        let mut tx = self.core.store.read().await.unwrap();
        let Some(bulletin) = tx.bulletin_by_code(&self.commune, code).await.unwrap() else { return 0 };
        let Some(broadcast) = tx.broadcasts_of(&bulletin.id).await.unwrap().pop() else { return 0 };
        let messages = tx.messages_of_broadcast(&broadcast.id).await.unwrap();
        messages.iter().filter(|message| message.state.as_str() == state).count()
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

    /// Somebody's id on the bot.
    pub fn account(&self, person: &str) -> String {
        self.places.account(Network::ZaloBot, person).unwrap().to_owned()
    }

    /// A group's id on the bot.
    pub fn chat(&self, code: &str) -> String {
        self.places.chat(code).unwrap().to_owned()
    }

    /// Says something to the bot in private, lets everything happen, and gives the bot's last words there.
    pub async fn say(&mut self, person: &str, text: &str) -> String {
        let account = self.account(person);
        self.handle().say(&account, &account, text, None).unwrap();
        self.settle().await;
        self.last_words(person)
    }

    /// What the bot last wrote to a person in private.
    pub fn last_words(&self, person: &str) -> String {
        let messages = self.handle().messages(&self.account(person)).unwrap();
        messages.into_iter().rfind(|message| message.from_bot).map_or(String::new(), |message| message.text)
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

    /// The transcript of a person's private chat.
    pub fn private_chat(&self, person: &str) -> String {
        self.handle().show(&self.account(person)).unwrap()
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
    }
}

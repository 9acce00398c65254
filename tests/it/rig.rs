//! The whole service on a stage: the real loops driven tick by tick, a real database, and real HTTP to the sandbox.
//!
//! All clocks, the sandbox's too, are one test clock: nothing passes unless a test lets it, and the platform's limits are
//! as strict as ever. [`Rig::settle`] ticks everything until nothing is due and nothing is on its way.

use std::sync::Arc;
use std::time::Duration;

use chrono::NaiveDate;
use loa::app;
use loa::clock::{Clock as _, Clocks, Monotonic as _, TestClock};
use loa::config::Settings;
use loa::demo::world::World;
use loa::domain::calendar::Millis;
use loa::engine::Core;
use loa::engine::dispatcher::{DispatchSettings, Dispatcher};
use loa::engine::inbox::Inbox;
use loa::engine::keeper::Keeper;
use loa::engine::planner::Planner;
use loa::engine::poller::Poller;
use loa::id::SeededEntropy;
use loa::platform::Gateway;
use loa::store::Store;
use loa::usecase::{self, Act, Via};
use loa_sandbox::telegram::{BotSpec, Handle, Limits, Sandbox, SandboxConfig};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// The example commune, as shipped.
const COMMUNE: &str = include_str!("../../config/examples/xa-mau.toml");
/// The plan, as shipped.
const PLAN: &str = include_str!("../../config/plans/ha-long-2025.toml");

/// The stage.
pub struct Rig {
    pub core: Arc<Core>,
    pub clock: Arc<TestClock>,
    pub sandbox: Sandbox,
    pub world: World,
    pub dispatcher: Dispatcher,
    pub commune: String,
    planner: Planner,
    keeper: Keeper,
    inbox: Inbox,
    poller: Poller,
}

/// An instant by the commune's clocks.
pub fn at(year: i32, month: u32, day: u32, hour: u32, minute: u32) -> Millis {
    let date = NaiveDate::from_ymd_opt(year, month, day).unwrap();
    Millis::from_local(date.and_hms_opt(hour, minute, 0).unwrap())
}

/// Durations that no test waits for.
pub fn dispatch() -> DispatchSettings {
    DispatchSettings {
        lease: Duration::from_secs(30),
        text_deadline: Duration::from_secs(75),
        file_deadline: Duration::from_secs(315),
        probe_every: Duration::from_secs(30),
    }
}

/// A sandbox on a test clock, with the platform's own limits.
pub async fn sandbox(clock: &Arc<TestClock>) -> Sandbox {
    let (mono, wall) = (clock.clone(), clock.clone());
    let clocks = loa_sandbox::Clocks {
        monotonic_ms: Arc::new(move || i64::try_from(mono.elapsed().as_millis()).unwrap()),
        wall_ms: Arc::new(move || wall.now().0),
    };
    let mut config = SandboxConfig::new(clocks, TaskTracker::new(), CancellationToken::new());
    config.limits = Some(Limits::STRICT);
    config.bots = vec![BotSpec { name: "Loa".to_owned(), username: "loa_test_bot".to_owned(), ..BotSpec::default() }];
    Sandbox::start(config).await.unwrap()
}

/// What a service configured for this sandbox has.
pub fn settings(sandbox: &Sandbox) -> Settings {
    let variables = [
        ("LOA__GATEWAYS__TELEGRAM__PLATFORM", "telegram".to_owned()),
        ("LOA__GATEWAYS__TELEGRAM__API_URL", sandbox.base_url().clone()),
        ("LOA__GATEWAYS__TELEGRAM__TOKEN", sandbox.tokens()[0].clone()),
        ("LOA__GATEWAYS__TELEGRAM__LONG_POLL_SECONDS", "0".to_owned()),
    ];
    Settings::load(None, variables.into_iter().map(|(name, value)| (name.to_owned(), value))).unwrap()
}

impl Rig {
    /// A commune with everybody registered and every group bound, at the given time.
    pub async fn start(store: Store, now: Millis) -> Self {
        let clock = TestClock::at(now);
        let sandbox = sandbox(&clock).await;
        let world = World::build(COMMUNE, &sandbox.handle()).unwrap();
        let settings = settings(&sandbox);
        let gateways = app::gateways(&settings).unwrap();
        let house = app::house(&settings, &gateways).unwrap();
        let core = app::core(store, Clocks::test(&clock), SeededEntropy::new(7), house, gateways);
        let commune = import_org(&core, &world.org).await;
        let gateway: Arc<dyn Gateway> = core.gateways["telegram"].clone();
        let me = gateway.identify().await.unwrap();
        core.learn_myself("telegram", me.clone());
        let program = std::path::PathBuf::from(env!("CARGO_BIN_EXE_loa"));
        let inspect = app::inspector::with_program(program, core.entropy.clone());
        Self {
            dispatcher: Dispatcher::new(core.clone(), gateway.clone(), commune.clone(), dispatch()),
            planner: Planner::new(core.clone(), commune.clone()),
            keeper: Keeper::new(core.clone(), commune.clone()),
            inbox: Inbox::new(core.clone(), commune.clone(), inspect),
            poller: Poller::new(core.clone(), gateway, me),
            core,
            clock,
            sandbox,
            world,
            commune,
        }
    }

    /// The control of the sandbox.
    pub fn handle(&self) -> Handle {
        self.sandbox.handle()
    }

    /// Takes in, processes, plans and sends until nothing is left that is due now. The clock moves only as far as the
    /// pace of sending needs.
    pub async fn settle(&mut self) {
        for _ in 0..20_000 {
            let polled = self.poller.tick().await.unwrap();
            let processed = self.inbox.tick().await.unwrap();
            let fired = self.planner.tick().await.unwrap();
            self.keeper.tick().await.unwrap();
            let sent = self.send_all().await;
            let still = polled.received == 0 && processed == 0 && fired.is_empty() && !sent;
            if still && self.open_messages().await == 0 {
                return;
            }
        }
        panic!("the service does not come to rest:\n{:?}", self.open_messages().await);
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
            self.poller.tick().await.ok();
            self.inbox.tick().await.unwrap();
            self.planner.tick().await.unwrap();
            self.keeper.tick().await.unwrap();
            self.send().await;
        }
        panic!("never: {what}");
    }

    /// How many messages of a state a broadcast has.
    pub async fn messages_in(&self, bulletin_id: &str, state: &str) -> usize {
        let mut tx = self.core.store.read().await.unwrap();
        let Some(broadcast) = tx.broadcasts_of(bulletin_id).await.unwrap().pop() else { return 0 };
        let messages = tx.messages_of_broadcast(&broadcast.id).await.unwrap();
        messages.iter().filter(|message| message.state.as_str() == state).count()
    }

    async fn open_messages(&self) -> i64 {
        self.core.store.read().await.unwrap().open_messages().await.unwrap()
    }

    /// Lets time pass to an instant, doing everything that falls due on the way.
    pub async fn pass_to(&mut self, to: Millis) {
        self.settle().await;
        while self.clock.now() < to {
            let due = self.keeper.next_due_after(self.clock.now()).await.unwrap();
            self.clock.set(due.map_or(to, |due| due.min(to)).max(self.clock.now()));
            self.settle().await;
        }
    }

    /// Says something to the bot in private, lets everything happen, and gives the bot's last words there.
    pub async fn say(&mut self, person: &str, text: &str) -> String {
        let account = self.world.account(person).unwrap();
        self.handle().say(account, account, text, None).unwrap();
        self.settle().await;
        self.last_words(person)
    }

    /// Presses a button in private, lets everything happen, and gives the bot's last words there.
    pub async fn press(&mut self, person: &str, button: &str) -> String {
        let account = self.world.account(person).unwrap();
        self.handle().press(account, account, None, button).unwrap();
        self.settle().await;
        self.last_words(person)
    }

    /// Sends a document to the bot in private.
    pub async fn send_file(&mut self, person: &str, name: &str, content: Vec<u8>) -> String {
        let account = self.world.account(person).unwrap();
        self.handle().send_file(account, account, name, content, None).unwrap();
        self.settle().await;
        self.last_words(person)
    }

    /// What the bot last wrote to a person in private.
    pub fn last_words(&self, person: &str) -> String {
        let account = self.world.account(person).unwrap();
        let messages = self.handle().messages(account).unwrap();
        messages
            .into_iter()
            .rfind(|message| message.from_bot && !message.deleted)
            .map_or(String::new(), |message| message.text)
    }

    /// How many messages the bot posted in a group.
    pub fn posts(&self, code: &str) -> usize {
        let messages = self.handle().messages(self.world.chat(code).unwrap()).unwrap();
        messages.iter().filter(|message| message.from_bot && !message.service).count()
    }

    /// The transcript of a person's private chat.
    pub fn private_chat(&self, person: &str) -> String {
        self.handle().show(self.world.account(person).unwrap()).unwrap()
    }

    /// The transcript of a group, by its code in the example commune.
    pub fn group_chat(&self, code: &str) -> String {
        self.handle().show(self.world.chat(code).unwrap()).unwrap()
    }

    /// Stops everything in order.
    pub async fn stop(mut self) {
        self.dispatcher.drain().await.unwrap();
        self.dispatcher.release().await.unwrap();
        self.sandbox.stop().await;
    }
}

/// Imports a commune and the plan; gives the commune's id.
pub async fn import_org(core: &Arc<Core>, org: &loa::domain::org::import::OrgFile) -> String {
    let mut tx = core.store.begin().await.unwrap();
    let shell = Act { via: Via::Cli("test".to_owned()), ..core.act("") };
    usecase::organise::import_org(&mut tx, &shell, org).await.unwrap();
    tx.commit().await.unwrap();
    let commune = core.commune_id().await.unwrap();
    let mut tx = core.store.begin().await.unwrap();
    let issued = NaiveDate::from_ymd_opt(2025, 7, 8);
    let shell = Act { via: Via::Cli("test".to_owned()), ..core.act(&commune) };
    usecase::tally::import_plan(&mut tx, &shell, PLAN, issued).await.unwrap();
    tx.commit().await.unwrap();
    commune
}

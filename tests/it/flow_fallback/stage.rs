//! Two gateways, each on a sandbox of its own, and a line to the first one that can be cut.
//!
//! Villages 15 to 24 but 20 and 22 have a spare group on the second gateway. Everything else is as on [`crate::rig`].

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use loa::app;
use loa::clock::{Clocks, Monotonic as _, TestClock};
use loa::config::Settings;
use loa::demo::world::World;
use loa::domain::calendar::Millis;
use loa::domain::org::import::Identity;
use loa::engine::Core;
use loa::engine::dispatcher::Dispatcher;
use loa::engine::inbox::Inbox;
use loa::engine::keeper::Keeper;
use loa::engine::planner::Planner;
use loa::engine::poller::Poller;
use loa::id::SeededEntropy;
use loa::store::Store;
use loa::usecase::compose::{Composed, Draft};
use loa::usecase::status::{self, BroadcastStatus};
use loa::usecase::{self, Act, House, Via, approve, compose};
use loa_sandbox::telegram::seed::{SeedGroup, SeedPerson, SeedWorld, populate};
use loa_sandbox::telegram::{GroupKind, Handle, Sandbox};

use super::line::Line;
use crate::rig::{dispatch, sandbox};

/// The gateway that carries the first groups, and the joint group of all heads as their second.
pub const FIRST: &str = "telegram";
/// The gateway of the spare groups.
pub const SECOND: &str = "du-phong";
/// Villages that have a second group.
pub const SPARE: [u32; 8] = [15, 16, 17, 18, 19, 21, 23, 24];

const COMMUNE: &str = include_str!("../../../config/examples/xa-mau.toml");

pub struct Stage {
    pub core: Arc<Core>,
    pub clock: Arc<TestClock>,
    pub first: Sandbox,
    pub second: Sandbox,
    pub line: Line,
    pub world: World,
    pub commune: String,
    pub dispatchers: Vec<Dispatcher>,
    pub keeper: Keeper,
    planner: Planner,
    inbox: Inbox,
    pollers: Vec<Poller>,
}

fn settings(first: &str, tokens: (&str, &str), second: &str) -> Settings {
    let gateway = |name: &str, url: &str, token: &str| {
        [("PLATFORM", "telegram"), ("API_URL", url), ("TOKEN", token), ("LONG_POLL_SECONDS", "0")]
            .map(|(key, value)| (format!("LOA__GATEWAYS__{name}__{key}"), value.to_owned()))
    };
    let variables = gateway("TELEGRAM", first, tokens.0).into_iter().chain(gateway("DU-PHONG", second, tokens.1));
    Settings::load(None, variables).unwrap()
}

/// The commune with the second groups.
fn commune() -> String {
    let mut spare = String::new();
    for number in SPARE {
        // Writing to a String cannot fail.
        let _ = writeln!(
            spare,
            "  {{ code = \"du-phong-{number}\", name = \"Nhóm dự phòng Thôn {number}\", kind = \"cadre\", gateway = \"{SECOND}\", \
             rank = 3, covers = [\"thon-{number}\"] }},"
        );
    }
    COMMUNE.replacen("\ngroups = [\n", &format!("\ngroups = [\n{spare}"), 1)
}

/// What of the commune stands on the second platform: everybody, and the second groups.
fn second_world(world: &World) -> SeedWorld {
    let people = world.accounts.iter().map(|(code, id)| SeedPerson {
        user_id: *id,
        first_name: code.clone(),
        started: true,
        ..SeedPerson::default()
    });
    let groups = SPARE.map(|number| SeedGroup {
        chat_id: world.chat(&format!("du-phong-{number}")).unwrap(),
        title: format!("Nhóm dự phòng Thôn {number}"),
        kind: GroupKind::Supergroup,
        members: vec![world.account("quan").unwrap()],
        bot: true,
        bot_is_admin: true,
    });
    SeedWorld { people: people.collect(), groups: groups.into() }
}

impl Stage {
    pub async fn start(store: Store, now: Millis) -> Self {
        Self::with_house(store, now, |_| {}).await
    }

    /// The stage with other rules.
    pub async fn with_house(store: Store, now: Millis, change: impl FnOnce(&mut House)) -> Self {
        let clock = TestClock::at(now);
        let (first, second) = (sandbox(&clock).await, sandbox(&clock).await);
        let line = Line::to(&first.base_url()).await;
        let mut world = World::build(&commune(), &first.handle()).unwrap();
        populate(&second.handle(), &second_world(&world), true).unwrap();
        let accounts: Vec<Identity> = world.org.identities.clone();
        let on_second = |identity: Identity| Identity { gateway: SECOND.to_owned(), ..identity };
        world.org.identities.extend(accounts.into_iter().map(on_second));
        let tokens = (first.tokens()[0].clone(), second.tokens()[0].clone());
        let settings = settings(&line.base_url(), (&tokens.0, &tokens.1), &second.base_url());
        let gateways = app::gateways(&settings).unwrap();
        let mut house = app::house(&settings, &gateways).unwrap();
        change(&mut house);
        let core = app::core(store, Clocks::test(&clock), SeededEntropy::new(7), house, gateways);
        let commune = import(&core, &world).await;
        let (mut dispatchers, mut pollers) = (Vec::new(), Vec::new());
        for name in [FIRST, SECOND] {
            let gateway = core.gateways[name].clone();
            let me = gateway.identify().await.unwrap();
            core.learn_myself(name, me.clone());
            dispatchers.push(Dispatcher::new(core.clone(), gateway.clone(), commune.clone(), dispatch()));
            pollers.push(Poller::new(core.clone(), gateway, me));
        }
        let program = std::path::PathBuf::from(env!("CARGO_BIN_EXE_loa"));
        let inspect = app::inspector::with_program(program, core.entropy.clone());
        Self {
            planner: Planner::new(core.clone(), commune.clone()),
            keeper: Keeper::new(core.clone(), commune.clone()),
            inbox: Inbox::new(core.clone(), commune.clone(), inspect),
            dispatchers,
            pollers,
            core,
            clock,
            first,
            second,
            line,
            world,
            commune,
        }
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
            let moved = self.hear_and_plan().await;
            let moved = self.send_all().await || moved;
            quiet = if moved || self.open_messages().await > 0 { 0 } else { quiet + 1 };
            if quiet == 3 {
                return;
            }
        }
        panic!("the service does not come to rest");
    }

    /// Lets calls on their way come back, and starts none.
    pub async fn drain(&mut self) {
        for dispatcher in &mut self.dispatchers {
            dispatcher.drain().await.unwrap();
        }
    }

    /// One round of everything. Gives whether anything was there to do.
    pub async fn step(&mut self) -> bool {
        let moved = self.hear_and_plan().await;
        self.send().await == Some(true) || moved
    }

    /// One round of everything but sending. Gives whether anything was there to do.
    async fn hear_and_plan(&mut self) -> bool {
        let mut received = 0;
        for poller in &self.pollers {
            received += poller.tick().await.map_or(0, |polled| polled.received);
        }
        let processed = self.inbox.tick().await.unwrap();
        let fired = self.planner.tick().await.unwrap().len();
        self.keeper.tick().await.unwrap();
        received + processed + fired > 0
    }

    /// Sends while something leaves, before anybody looks again what else there is to do. Gives whether anything left.
    async fn send_all(&mut self) -> bool {
        let (mut sent, mut waits) = (false, 0);
        while waits < 2 {
            match self.send().await {
                Some(false) => break,
                Some(true) => (sent, waits) = (true, 0),
                None => waits += 1,
            }
        }
        sent
    }

    /// One round of sending. Gives whether anything moved; none when only time did.
    async fn send(&mut self) -> Option<bool> {
        let mut next: Option<Duration> = None;
        let mut moved = false;
        let mut waited = false;
        for dispatcher in &mut self.dispatchers {
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
            return Some(true).filter(|_| moved);
        }
        Some(moved || waited)
    }

    async fn open_messages(&self) -> i64 {
        self.core.store.read().await.unwrap().open_messages().await.unwrap()
    }

    pub async fn act_of<'a>(&'a self, person: &str) -> Act<'a> {
        let mut tx = self.core.store.read().await.unwrap();
        let person = tx.person_by_code(&self.commune, person).await.unwrap().unwrap();
        Act { person_id: Some(person.id), ..self.core.act(&self.commune) }
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

    /// Where a bulletin's broadcast stands; none before it fired.
    pub async fn status(&self, composed: &Composed) -> Option<BroadcastStatus> {
        let mut tx = self.core.store.read().await.unwrap();
        let act = self.core.act(&self.commune);
        status::of_bulletin(&mut tx, &act, &composed.bulletin).await.unwrap().broadcasts.pop()
    }

    /// How many deliveries stand as sent; none before it fired.
    pub async fn sent(&self, composed: &Composed) -> i64 {
        self.status(composed).await.map_or(0, |status| status.counts.sent)
    }

    /// Where a village's obligation stands.
    pub async fn obligation(&self, composed: &Composed, unit: &str) -> String {
        let status = self.status(composed).await.unwrap();
        status.obligations.iter().find(|owed| owed.unit == unit).unwrap().state.as_str().to_owned()
    }

    /// The states of a bulletin's messages.
    pub async fn states(&self, bulletin_id: &str) -> Vec<String> {
        let mut tx = self.core.store.read().await.unwrap();
        let Some(broadcast) = tx.broadcasts_of(bulletin_id).await.unwrap().pop() else { return Vec::new() };
        let messages = tx.messages_of_broadcast(&broadcast.id).await.unwrap();
        messages.into_iter().map(|message| message.state.to_string()).collect()
    }

    /// Fires what is due and sends on the first gateway until it is halted, without looking after what follows.
    pub async fn send_until_halted(&mut self) {
        self.planner.tick().await.unwrap();
        for _ in 0..100 {
            self.dispatchers[0].tick().await.unwrap();
            self.dispatchers[0].drain().await.unwrap();
            if self.dispatchers[0].is_halted() {
                return;
            }
            self.clock.advance(Duration::from_millis(100));
        }
        panic!("never halted");
    }

    /// The account of a village's head.
    pub fn head_of(&self, village: u32) -> i64 {
        let seat = format!("thon-{village:02}-truong");
        let holding = self.world.org.holdings.iter().find(|holding| holding.seat == seat).unwrap();
        self.world.account(&holding.person).unwrap()
    }

    /// Suspends groups of the first gateway, so that the next ones by rank become the first.
    pub async fn move_first(&self, groups: &[&str]) {
        let mut tx = self.core.store.begin().await.unwrap();
        for code in groups.iter().chain(&["truong-thon"]) {
            let group = tx.group_by_code(&self.commune, code).await.unwrap().unwrap();
            let chat = group.chat_id.unwrap();
            tx.set_chat_state(&chat, loa::store::binding::ChatState::Suspended, Some("paused")).await.unwrap();
        }
        tx.commit().await.unwrap();
    }

    /// Posts in a village's first and in its spare group.
    pub fn posts(&self, village: u32) -> (usize, usize) {
        let second = if SPARE.contains(&village) {
            self.posts_in(&self.second.handle(), &format!("du-phong-{village}"))
        } else {
            0
        };
        (self.posts_in(&self.first.handle(), &format!("dieu-hanh-{village:02}")), second)
    }

    fn posts_in(&self, handle: &Handle, code: &str) -> usize {
        let messages = handle.messages(self.world.chat(code).unwrap()).unwrap();
        messages.iter().filter(|message| message.from_bot && !message.service).count()
    }

    /// What the bot wrote to a person on the second platform.
    pub fn told(&self, person: &str) -> String {
        self.second.handle().show(self.world.account(person).unwrap()).unwrap()
    }

    /// Says something to the bot in private, on the second platform, and gives its last words.
    pub async fn say(&mut self, person: &str, text: &str) -> String {
        let account = self.world.account(person).unwrap();
        self.second.handle().say(account, account, text, None).unwrap();
        self.settle().await;
        let messages = self.second.handle().messages(account).unwrap();
        messages.into_iter().rfind(|message| message.from_bot).map_or(String::new(), |message| message.text)
    }

    /// The kinds of the incidents that are open.
    pub async fn incidents(&self) -> Vec<String> {
        let mut tx = self.core.store.read().await.unwrap();
        tx.open_incidents().await.unwrap().into_iter().map(|incident| incident.kind).collect()
    }

    pub async fn stop(mut self) {
        for dispatcher in &mut self.dispatchers {
            dispatcher.drain().await.unwrap();
            dispatcher.release().await.unwrap();
        }
        self.first.stop().await;
        self.second.stop().await;
    }
}

async fn import(core: &Arc<Core>, world: &World) -> String {
    let mut tx = core.store.begin().await.unwrap();
    let shell = Act { via: Via::Cli("test".to_owned()), ..core.act("") };
    usecase::organise::import_org(&mut tx, &shell, &world.org).await.unwrap();
    tx.commit().await.unwrap();
    core.commune_id().await.unwrap()
}

//! The real program in a process of its own, on a file of its own, against a sandbox in this process.

use std::collections::BTreeMap;
use std::ops::{Deref, DerefMut};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use loa::clock::{Clock as _, Clocks, Monotonic as _, SystemClock};
use loa::demo::world::World;
use loa::id::SeededEntropy;
use loa::store::Store;
use loa::store::bulletins::Marks;
use loa::store::messages::Message;
use loa::usecase::{Act, Via, approve, compose, organise};
use loa_sandbox::telegram::{BotSpec, Limits, Sandbox, SandboxConfig};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::flow_send::draft;
use crate::stage::ground::telegram_variables;

const COMMUNE: &str = include_str!("../../config/examples/xa-mau.toml");

/// A service in a process of its own, and what it works on.
pub struct Service {
    pub store: Store,
    pub core: Arc<loa::engine::Core>,
    pub sandbox: Sandbox,
    pub world: World,
    pub settings: PathBuf,
}

/// A process that a test started: killed with this value, however the test ends.
pub struct Process(pub Child);

impl Deref for Process {
    type Target = Child;

    fn deref(&self) -> &Child {
        &self.0
    }
}

impl DerefMut for Process {
    fn deref_mut(&mut self) -> &mut Child {
        &mut self.0
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended before.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_test_that_fails_leaves_no_process_behind() {
    let lives =
        |id: u32| Command::new("kill").args(["-0", &id.to_string()]).stderr(Stdio::null()).status().unwrap().success();
    let mut id = 0;
    let failed = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let process = Process(Command::new("sleep").arg("600").spawn().unwrap());
        id = process.id();
        // Not `panic!`: nothing is to be printed.
        assert!(lives(id));
        std::panic::resume_unwind(Box::new(()));
    }));
    assert!(failed.is_err() && id > 0 && !lives(id));
}

async fn system_sandbox() -> Sandbox {
    let system = Arc::new(SystemClock::new());
    let (mono, wall) = (system.clone(), system);
    let clocks = loa_sandbox::Clocks {
        monotonic_ms: Arc::new(move || i64::try_from(mono.elapsed().as_millis()).unwrap()),
        wall_ms: Arc::new(move || wall.now().0),
    };
    let mut config = SandboxConfig::new(clocks, TaskTracker::new(), CancellationToken::new());
    config.limits = Some(Limits::STRICT);
    config.bots = vec![BotSpec { username: "loa_service_bot".to_owned(), ..BotSpec::default() }];
    Sandbox::start(config).await.unwrap()
}

impl Service {
    pub async fn prepare(url: &str) -> Self {
        let sandbox = system_sandbox().await;
        let world = World::build(COMMUNE, &sandbox.handle()).unwrap();
        let store = Store::open(url).await.unwrap();
        let settings = loa::config::Settings::load_for_command(None, std::iter::empty()).unwrap();
        let known = loa::config::Settings::load(None, telegram_variables("telegram", &sandbox).into_iter()).unwrap();
        let house = loa::app::house(&settings, &loa::app::gateways(&known).unwrap()).unwrap();
        let gateways = BTreeMap::new();
        let core = loa::app::core(store.clone(), Clocks::system(), SeededEntropy::new(3), house, gateways);
        let mut tx = store.begin().await.unwrap();
        let shell = Act { via: Via::Cli("test".to_owned()), ..core.act("") };
        organise::import_org(&mut tx, &shell, &world.org).await.unwrap();
        tx.commit().await.unwrap();
        let path = std::env::temp_dir().join(format!("loa-service-{}.toml", crate::db::unique()));
        std::fs::write(&path, service_settings(&sandbox, url)).unwrap();
        Self { store, core, sandbox, world, settings: path }
    }

    /// Starts the service; what it logs goes to `log`, at the given level.
    pub fn spawn(&self, level: &str, log: Stdio) -> Process {
        self.spawn_with(&[("LOA__LOG__FILTER", level)], log)
    }

    /// The same with variables in its environment.
    pub fn spawn_with(&self, variables: &[(&str, &str)], log: Stdio) -> Process {
        let mut program = Command::new(env!("CARGO_BIN_EXE_loa"));
        // Calls to this machine go to it, whatever proxy the environment names: here one that is not there.
        program.envs(["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"].map(|name| (name, "http://127.0.0.1:9")));
        program.args(["serve", "--config"]).arg(&self.settings).envs(variables.iter().copied());
        Process(program.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).spawn().unwrap())
    }

    pub async fn act(&self, person: &str) -> Act<'_> {
        let commune = self.core.commune_id().await.unwrap();
        let mut tx = self.store.read().await.unwrap();
        let person = tx.person_by_code(&commune, person).await.unwrap().unwrap();
        Act { person_id: Some(person.id), ..self.core.act(&commune) }
    }

    /// A bulletin that ignores quiet hours, since the test runs on the machine's own time.
    pub async fn release(&self, audience: &str) {
        let urgency = loa::domain::urgency::Urgency::Express;
        let marks = Marks { reason: Some("thử".to_owned()), ..Marks::default() };
        let urgent = compose::Draft { urgency, marks, audience: audience.to_owned(), ..draft() };
        let mut tx = self.store.begin().await.unwrap();
        let composed = compose::compose(&mut tx, &self.act("lan").await, &urgent).await.unwrap();
        approve::approve(&mut tx, &self.act("pct").await, &composed.bulletin.id, None).await.unwrap();
        tx.commit().await.unwrap();
    }

    pub fn posted(&self) -> usize {
        self.sandbox.handle().sent_log().len()
    }

    pub async fn waiting(&self) -> usize {
        let messages = self.messages().await;
        messages.iter().filter(|message| matches!(message.state.as_str(), "pending" | "retry_wait")).count()
    }

    pub async fn messages(&self) -> Vec<Message> {
        let commune = self.core.commune_id().await.unwrap();
        let mut tx = self.store.read().await.unwrap();
        let mut all = Vec::new();
        for bulletin in tx.recent_bulletins(&commune, 1_000).await.unwrap() {
            for broadcast in tx.broadcasts_of(&bulletin.id).await.unwrap() {
                all.extend(tx.messages_of_broadcast(&broadcast.id).await.unwrap());
            }
        }
        all
    }
}

fn service_settings(sandbox: &Sandbox, database: &str) -> String {
    format!(
        "[database]\nurl = \"{database}\"\n[http]\nlisten = \"127.0.0.1:0\"\n\
         [gateways.telegram]\nplatform = \"telegram\"\napi_url = \"{}\"\ntoken = \"{}\"\nlong_poll_seconds = 1\n",
        sandbox.base_url(),
        sandbox.tokens()[0]
    )
}

/// Whether the health page of a service says a word. Not as often as looks cost nothing: each is answered from its database.
pub async fn health_says(address: &impl std::fmt::Display, word: &str) -> bool {
    tokio::time::sleep(Duration::from_millis(100)).await;
    let client = loa::platform::http_client(Duration::from_secs(5), Duration::from_secs(30)).unwrap();
    let Ok(answer) = client.get(format!("http://{address}/health")).send().await else { return false };
    answer.text().await.unwrap().contains(word)
}

/// Looks until it holds; fails after a minute, which nothing here takes.
pub async fn eventually(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let wait = async {
        while !holds().await {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_mins(1), wait).await.unwrap_or_else(|_| panic!("never: {what}"));
}

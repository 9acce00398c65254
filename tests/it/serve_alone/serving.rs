//! The real program in a process of its own with nothing but one account, known by its settings, and the shell beside it.

use std::net::SocketAddr;
use std::process::{Command, Stdio};
use std::sync::Arc;

use loa::app;
use loa::clock::{Clock as _, Clocks, Monotonic as _, SystemClock};
use loa::config::Settings;
use loa::demo::places::Places;
use loa::engine::Core;
use loa::id::SeededEntropy;
use loa::store::Store;
use loa::usecase::status::{self, BroadcastStatus};

use crate::db::SqliteFile;
use crate::service::{Process, eventually};
use crate::stage::{free_address, import_org};

/// The service, ended with this value.
pub struct Serving {
    _process: Process,
    core: Arc<Core>,
    variables: Vec<(String, String)>,
    address: SocketAddr,
}

/// The machine's own time: the service's process has no other.
pub fn clocks() -> loa_sandbox::Clocks {
    let system = Arc::new(SystemClock::new());
    let (mono, wall) = (system.clone(), system);
    loa_sandbox::Clocks {
        monotonic_ms: Arc::new(move || i64::try_from(mono.elapsed().as_millis()).unwrap()),
        wall_ms: Arc::new(move || wall.now().0),
    }
}

/// The program with these settings, silent.
fn program(variables: &[(String, String)]) -> Command {
    let mut program = Command::new(env!("CARGO_BIN_EXE_loa"));
    program.envs(variables.iter().cloned()).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    program
}

impl Serving {
    /// Imports the commune and starts `loa serve` with nothing but this account.
    pub async fn start(file: &SqliteFile, places: &Places, gateway: &str, account: &[(&str, String)]) -> Self {
        let address = free_address().await;
        let key = |key: &str| format!("LOA__GATEWAYS__{}__{key}", gateway.to_uppercase());
        let mut variables: Vec<(String, String)> =
            account.iter().map(|(name, value)| (key(name), value.clone())).collect();
        let own = [
            ("LOA__DATABASE__URL", file.url()),
            ("LOA__HTTP__LISTEN", address.to_string()),
            ("LOA__HTTP__PUBLIC_URL", format!("http://{address}")),
        ];
        variables.extend(own.map(|(name, value)| (name.to_owned(), value)));
        let settings = Settings::load(None, variables.clone().into_iter()).unwrap();
        let gateways = app::gateways(&settings).unwrap();
        let house = app::house(&settings, &gateways).unwrap();
        let store = Store::open(&file.url()).await.unwrap();
        let core = app::core(store, Clocks::system(), SeededEntropy::new(3), house, gateways);
        import_org(&core, &places.org).await;
        let process = Process(program(&variables).arg("serve").spawn().unwrap());
        let serving = Self { _process: process, core, variables, address };
        let health = format!("http://{address}/health");
        eventually("the service answers", async || reqwest::get(&health).await.is_ok()).await;
        serving
    }

    /// Where the service's own pages stand.
    pub fn public_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The one document that a command of ours prints beside the running service.
    pub fn shell(&self, arguments: &[&str]) -> serde_json::Value {
        let mut command = program(&self.variables);
        let done = command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).output().unwrap();
        let (said, complained) = (String::from_utf8(done.stdout).unwrap(), String::from_utf8(done.stderr).unwrap());
        assert!(done.status.success(), "{arguments:?}: {complained}");
        serde_json::from_str(&said).unwrap_or_else(|error| panic!("{arguments:?}: {error}: {said}"))
    }

    /// Where a bulletin's only firing stands.
    pub async fn firing(&self, code: &str) -> Option<BroadcastStatus> {
        let commune = self.core.commune_id().await.unwrap();
        let mut tx = self.core.store.read().await.unwrap();
        let bulletin = tx.bulletin_by_code(&commune, code).await.unwrap().unwrap();
        status::of_bulletin(&mut tx, &self.core.act(&commune), &bulletin).await.unwrap().broadcasts.pop()
    }

    /// The units that have confirmed a bulletin.
    pub async fn confirmed(&self, code: &str) -> Vec<String> {
        let owed = self.firing(code).await.map(|firing| firing.obligations).unwrap_or_default();
        owed.into_iter().filter(|owed| owed.acknowledged_at.is_some()).map(|owed| owed.unit).collect()
    }
}

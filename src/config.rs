//! Settings: `config/default.toml` (embedded) ← the file named by `--config` ← the environment, `LOA__SECTION__KEY`.
//!
//! Invariants: every setting has its value and its explanation in the embedded file and nowhere else (gateways, whose
//! names are free, have theirs in `gateway.rs`); an unknown key is an error in whichever layer it stands; every error is
//! one sentence that names the place, the key and what to do; no token and no password can be printed. The process's
//! environment is read here and nowhere else. Called once by `app` and `cli` at the start; everything further in is
//! handed values.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

mod error;
mod gateway;
mod layers;
mod secret;
mod sections;
#[cfg(test)]
mod tests;
mod values;

pub use error::{ConfigError, Origin, Problem, Warning};
pub use gateway::{Gateway, MonthlyBudget, Oa, Platform, Receive, SignatureForm};
pub use secret::Secret;
pub use sections::{Backup, Commune, Database, Desk, Engine, Http, Log, LogFormat, Plan, Retention, Strangers, Vault};

use gateway::GatewayTree;
use layers::Layers;

/// The settings a fresh installation runs with, explained key by key.
pub const DEFAULT_TOML: &str = include_str!("../config/default.toml");

/// Everything that can be set. `Debug` shows neither tokens nor the database URL.
#[derive(Debug)]
pub struct Settings {
    /// Which commune of the database is served.
    pub commune: Commune,
    /// Where the rows are.
    pub database: Database,
    /// The accounts on the platforms, by the name they have in tables and logs.
    pub gateways: BTreeMap<String, Gateway>,
    /// Deadlines and leases of the engine.
    pub engine: Engine,
    /// The rules of the staff's day.
    pub desk: Desk,
    /// The plan that activities count toward.
    pub plan: Plan,
    /// How long what is kept.
    pub retention: Retention,
    /// What people nobody knows may cost.
    pub strangers: Strangers,
    /// The port for health and, later, webhooks.
    pub http: Http,
    /// What the log looks like.
    pub log: Log,
    /// What tokens in the database are sealed with.
    pub vault: Vault,
    /// Sealed copies of the database.
    pub backup: Backup,
    /// Things that work but should be mended; to be logged once the log is there.
    pub warnings: Vec<Warning>,
}

/// The settings as they are written, before gateways are checked and tokens fetched.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Tree {
    commune: Commune,
    database: Database,
    #[serde(default)]
    gateways: BTreeMap<String, GatewayTree>,
    engine: Engine,
    desk: Desk,
    plan: Plan,
    retention: Retention,
    strangers: Strangers,
    http: Http,
    log: Log,
    #[serde(default)]
    vault: Vault,
    backup: Backup,
}

impl Settings {
    /// Reads all layers and fetches every token: what a process that talks to platforms needs.
    ///
    /// # Errors
    /// The first thing that is wrong, as one sentence; a token that cannot be had is one of them.
    pub fn load(file: Option<&Path>, env: impl Iterator<Item = (String, String)>) -> Result<Self, ConfigError> {
        let settings = Self::load_for_command(file, env)?;
        for gateway in settings.gateways.values() {
            gateway.check_secrets()?;
        }
        Ok(settings)
    }

    /// Reads all layers; a token that cannot be had is reported only when it is asked for. For commands that work on
    /// the database alone: an administrator's shell need not hold the service's tokens.
    ///
    /// # Errors
    /// The first thing that is wrong, as one sentence.
    pub fn load_for_command(
        file: Option<&Path>,
        env: impl Iterator<Item = (String, String)>,
    ) -> Result<Self, ConfigError> {
        let env: BTreeMap<String, String> = env.collect();
        let mut layers = Layers::collect(file, &env)?;
        let tree: Tree = layers.decode()?;
        tree.engine.check(&layers)?;
        let mut warnings = Vec::new();
        let mut gateways = BTreeMap::new();
        for (name, gateway) in tree.gateways {
            gateways.insert(name.clone(), gateway.check(&name, &layers, &env, &mut warnings)?);
        }
        Ok(Self {
            commune: tree.commune,
            database: tree.database,
            gateways,
            engine: tree.engine,
            desk: tree.desk,
            plan: tree.plan,
            retention: tree.retention,
            strangers: tree.strangers,
            http: tree.http,
            log: tree.log,
            vault: tree.vault,
            backup: tree.backup,
            warnings,
        })
    }
}

/// The environment of this process. A variable that is not UTF-8 comes with replacement characters instead of ending
/// the program, since most of them are none of our business.
pub fn process_environment() -> impl Iterator<Item = (String, String)> {
    std::env::vars_os().map(|(name, value)| (lossy(&name), lossy(&value)))
}

fn lossy(text: &std::ffi::OsStr) -> String {
    text.to_string_lossy().into_owned()
}

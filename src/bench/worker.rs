//! The Loa that is measured, in a process of its own: its time and memory are then nobody else's, and it can be killed.

use std::io::Read as _;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use serde::{Deserialize, Serialize};
use tokio::process::{Child, Command};

use super::{engine, meter};
use crate::app;
use crate::clock::Clocks;
use crate::config::{Settings, process_environment};
use crate::engine::loops::receiving::Inbound;
use crate::id::SystemEntropy;
use crate::lifecycle::Lifecycle;
use crate::store::{self, Store};
use crate::web;

/// The hidden verb under which this program works for a bench.
pub const VERB: &str = "bench-engine";
/// The pace in calls a second, in the worker's environment: without the ceiling that the settings have.
const RATE: &str = "LOA_BENCH_RATE";

/// What a worker has cost.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Cost {
    /// Processor seconds, from its start.
    pub cpu_s: f64,
    /// Most memory it held, in megabytes.
    pub peak_rss_mb: f64,
    /// Commits.
    pub commits: u64,
}

/// A running worker. It ends when this is dropped.
#[derive(Debug)]
pub struct Worker {
    child: Child,
}

impl Worker {
    /// Starts one with these variables in its environment.
    ///
    /// # Errors
    /// This program cannot be started.
    pub fn start(variables: &[(String, String)], rate: u32) -> anyhow::Result<Self> {
        let program = std::env::current_exe().context("this program cannot find itself")?;
        let child = Command::new(program)
            .arg(VERB)
            .envs(variables.iter().map(|(name, value)| (name, value)))
            .env(RATE, rate.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .context("the engine's process does not start")?;
        Ok(Self { child })
    }

    /// The processor time it has used so far.
    #[must_use]
    pub fn cpu(&self) -> Duration {
        self.child.id().map_or(Duration::ZERO, meter::cpu_of)
    }

    /// Ends it in order: what is on its way comes back first.
    ///
    /// # Errors
    /// It ended badly.
    pub async fn stop(mut self) -> anyhow::Result<Cost> {
        drop(self.child.stdin.take());
        let ended = self.child.wait_with_output().await?;
        anyhow::ensure!(ended.status.success(), "the engine's process failed: {}", ended.status);
        serde_json::from_slice(&ended.stdout).context("the engine's process told nothing of its cost")
    }

    /// Kills it without a word.
    ///
    /// # Errors
    /// It is gone already.
    pub async fn kill(mut self) -> anyhow::Result<()> {
        Ok(self.child.kill().await?)
    }
}

/// Works until the standard input ends: the loops of a service, with its pages only where a platform posts. Gives what it cost.
///
/// # Errors
/// Settings or database that a bench did not prepare.
pub async fn work() -> anyhow::Result<Cost> {
    let mut settings = Settings::load(None, process_environment())?;
    let rate = process_environment().find(|(name, _)| name == RATE).map(|(_, rate)| rate);
    let rate = rate.context("this is started by `loa bench`, and by nobody else")?.parse()?;
    for gateway in settings.gateways.values_mut() {
        gateway.rate_per_second = rate;
        if let Some(oa) = &mut gateway.oa {
            oa.calls_per_minute = rate.saturating_mul(60);
        }
    }
    let store = Store::open(settings.database.url.expose()).await?;
    let _role = app::take_over(&store, settings.database.url.expose()).await?;
    let gateways = app::gateways_with(&settings, &engine::keeping(&store))?;
    let house = app::house(&settings, &gateways)?;
    let core = app::core(store, Clocks::system(), Arc::new(SystemEntropy), house, gateways);
    let lifecycle = Lifecycle::new(Duration::from_secs(10));
    let inbox = app::inbox(&core).await?;
    let inbound = app::inbounds(&settings, &core.gateways);
    if inbound.values().any(|way| matches!(way, Inbound::Webhook(_))) {
        let site = web::Site::new(core.clone(), inbox.clone()).await?;
        web::serve(site, settings.http.listen, &lifecycle).await?;
    }
    app::start(&core, &app::dispatch_settings(&settings), inbox, &inbound, &lifecycle).await?;
    tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new())).await??;
    lifecycle.stop();
    lifecycle.run().await?;
    core.store.close().await;
    let (cpu_s, peak_rss_mb) = (meter::cpu().as_secs_f64(), meter::peak_rss_mb());
    Ok(Cost { cpu_s, peak_rss_mb, commits: store::commits() })
}

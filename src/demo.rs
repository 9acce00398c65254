//! `loa demo`: a whole commune on this machine.
//!
//! The service is the real one, with its real loops, a fresh temporary database and real HTTP to the sandbox that plays the
//! platform. People are scripted and answer from a seed. Only the business clock is special: it runs like any other, and
//! jumps to the next thing due whenever nothing is on its way, so that a week takes less than a minute.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use chrono::NaiveDate;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::clock::{Clock as _, Clocks, JumpingClock, Monotonic as _, SystemClock};
use crate::config::Settings;
use crate::domain::calendar::Millis;
use crate::engine::Core;
use crate::engine::inbox::Inbox;
use crate::id::SystemEntropy;
use crate::lifecycle::Lifecycle;
use crate::sandbox::{BotSpec, Limits, Sandbox, SandboxConfig};
use crate::store::Store;
use crate::usecase::{Act, Via};
use crate::{app, usecase};

mod conversation;
mod director;
mod figures;
pub mod places;
mod scenes;
pub mod world;

pub use figures::Figures;

/// What somebody wants to see.
#[derive(Debug, Clone)]
pub struct Wish {
    /// End when the story ends, instead of staying up.
    pub once: bool,
    /// The same seed gives the same totals.
    pub seed: u64,
}

/// Where the story is told while it goes on.
pub type Narrator = Arc<dyn Fn(&str) + Send + Sync>;

/// The running demo.
pub struct Demo {
    core: Arc<Core>,
    clock: Arc<JumpingClock>,
    sandbox: Sandbox,
    lifecycle: Lifecycle,
    world: world::World,
    narrator: Narrator,
    folder: PathBuf,
    started: Duration,
    seed: u64,
}

/// The example commune, invented.
const COMMUNE: &str = include_str!("../config/examples/xa-mau.toml");
/// The real plan, as data.
const PLAN: &str = include_str!("../config/plans/ha-long-2025.toml");

/// When the story begins: late on a Friday, with a directive to go out on Monday.
const BEGINS: (i32, u32, u32, u32, u32) = (2025, 7, 25, 16, 45);
/// The day on which the plan is taken to be issued; its paper leaves the day blank.
const ISSUED: (i32, u32, u32) = (2025, 7, 8);

impl Demo {
    /// Sets everything up: sandbox, database, commune, plan, loops.
    ///
    /// # Errors
    /// A port, a folder or the database; nothing that a healthy machine refuses.
    pub async fn start(wish: &Wish, narrator: Narrator) -> anyhow::Result<Self> {
        let folder = std::env::temp_dir().join(format!("loa-demo-{}", std::process::id()));
        app::private::folder(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        let system = Arc::new(SystemClock::new());
        let begins = date(BEGINS.0, BEGINS.1, BEGINS.2)?.and_hms_opt(BEGINS.3, BEGINS.4, 0).context("a time")?;
        let clock = Arc::new(JumpingClock::starting_at(system.clone(), Millis::from_local(begins)));
        let lifecycle = Lifecycle::new(Duration::from_secs(5));
        let sandbox = start_sandbox(&clock, &system, wish.seed).await?;
        let world = world::World::build(COMMUNE, &sandbox.handle())?;
        let clocks = Clocks { business: clock.clone(), wall: system.clone(), mono: system.clone() };
        let core = build_core(&folder, &sandbox, clocks).await?;
        let demo = Self {
            started: system.elapsed(),
            seed: wish.seed,
            core,
            clock,
            sandbox,
            lifecycle,
            world,
            narrator,
            folder,
        };
        demo.import().await?;
        demo.open_doors().await?;
        Ok(demo)
    }

    async fn import(&self) -> anyhow::Result<()> {
        let shell = |commune: &str| Act { via: Via::Cli("demo".to_owned()), ..self.core.act(commune) };
        let mut tx = self.core.store.begin().await?;
        usecase::organise::import_org(&mut tx, &shell(""), &self.world.org).await?;
        tx.commit().await?;
        let commune = self.core.commune_id().await?;
        let mut tx = self.core.store.begin().await?;
        let issued = date(ISSUED.0, ISSUED.1, ISSUED.2)?;
        usecase::tally::import_plan(&mut tx, &shell(&commune), PLAN, Some(issued)).await?;
        tx.commit().await?;
        Ok(())
    }

    async fn open_doors(&self) -> anyhow::Result<()> {
        let program = std::env::current_exe().context("this program cannot find itself")?;
        let inspect = app::inspector::with_program(program, self.core.entropy.clone());
        let settings = settings(&self.sandbox)?;
        let inbound = app::inbounds(&settings, &self.core.gateways);
        let inbox = Arc::new(Inbox::new(self.core.clone(), self.core.commune_id().await?, inspect));
        app::start(&self.core, &app::dispatch_settings(&settings), inbox, &inbound, &self.lifecycle).await
    }

    /// Says a line of the story, with the time it is there.
    fn tell(&self, line: &str) {
        let now = crate::domain::calendar::format_full(self.clock.now());
        (self.narrator)(&format!("[{now}] {line}"));
    }

    /// The address and token under which any Bot API client can join.
    #[must_use]
    pub fn address(&self) -> String {
        self.sandbox.base_url().clone()
    }

    /// The database, for `loa status --database …` beside a demo that stays up.
    #[must_use]
    pub fn database_url(&self) -> String {
        database_url(&self.folder)
    }

    /// Stays up until told to stop, with the clock running 1:1.
    ///
    /// # Errors
    /// The operating system refuses a signal handler.
    pub async fn stay(self) -> anyhow::Result<()> {
        self.lifecycle.run().await?;
        self.close().await;
        Ok(())
    }

    /// Ends everything and removes the temporary database.
    pub async fn finish(self) {
        self.lifecycle.stop();
        let _ = self.lifecycle.run().await;
        self.close().await;
    }

    async fn close(self) {
        self.core.store.close().await;
        self.sandbox.stop().await;
        if let Err(error) = std::fs::remove_dir_all(&self.folder) {
            tracing::warn!(%error, "demo.folder_not_removed");
        }
    }
}

fn date(year: i32, month: u32, day: u32) -> anyhow::Result<NaiveDate> {
    NaiveDate::from_ymd_opt(year, month, day).context("a date")
}

fn database_url(folder: &std::path::Path) -> String {
    format!("sqlite:{}", folder.join("loa.db").display())
}

async fn start_sandbox(clock: &Arc<JumpingClock>, system: &Arc<SystemClock>, seed: u64) -> anyhow::Result<Sandbox> {
    let (business, mono) = (clock.clone(), system.clone());
    let clocks = crate::sandbox::Clocks {
        monotonic_ms: Arc::new(move || i64::try_from(mono.elapsed().as_millis()).unwrap_or(i64::MAX)),
        wall_ms: Arc::new(move || business.now().0),
    };
    let mut config = SandboxConfig::new(clocks, TaskTracker::new(), CancellationToken::new());
    config.limits = Some(Limits::STRICT);
    config.seed = seed;
    config.bots = vec![BotSpec {
        name: "Loa xã Hà Long (mẫu)".to_owned(),
        username: "loa_xa_mau_bot".to_owned(),
        ..BotSpec::default()
    }];
    Ok(Sandbox::start(config).await?)
}

/// The settings of a service that knows nothing but this sandbox.
fn settings(sandbox: &Sandbox) -> anyhow::Result<Settings> {
    let token = sandbox.tokens().into_iter().next().context("the sandbox has a bot")?;
    let variables = [
        ("LOA__GATEWAYS__TELEGRAM__PLATFORM", "telegram".to_owned()),
        ("LOA__GATEWAYS__TELEGRAM__API_URL", sandbox.base_url().clone()),
        ("LOA__GATEWAYS__TELEGRAM__TOKEN", token),
    ];
    Ok(Settings::load(None, variables.into_iter().map(|(name, value)| (name.to_owned(), value)))?)
}

async fn build_core(folder: &std::path::Path, sandbox: &Sandbox, clocks: Clocks) -> anyhow::Result<Arc<Core>> {
    let settings = settings(sandbox)?;
    let store = Store::open(&database_url(folder)).await?;
    let gateways = app::gateways(&settings)?;
    let house = app::house(&settings, &gateways)?;
    Ok(app::core(store, clocks, Arc::new(SystemEntropy), house, gateways))
}

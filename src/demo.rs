//! `loa demo`: a whole commune on this machine.
//!
//! The service is the real one, with its real loops, its web pages, a fresh temporary database and real HTTP to the sandboxes
//! that play the platforms. People are scripted and answer from a seed. Only the business clock is special: it runs like any other, and
//! jumps to the next thing due whenever nothing is on its way, so that a week takes less than a minute.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use chrono::NaiveDate;

use crate::clock::{Clock as _, Clocks, JumpingClock, Monotonic as _, SystemClock};
use crate::config::Settings;
use crate::domain::calendar::Millis;
use crate::engine::Core;
use crate::engine::inbox::Inbox;
use crate::id::SystemEntropy;
use crate::lifecycle::Lifecycle;
use crate::store::Store;
use crate::usecase::{Act, Via};
use crate::{app, usecase, web};

mod conversation;
mod director;
mod figures;
mod people;
pub mod places;
mod relay;
mod scenes;
mod stage;
pub mod world;

pub use figures::Figures;

use places::{Network, Places};
use stage::Stage;

/// What somebody wants to see.
#[derive(Debug, Clone)]
pub struct Wish {
    /// End when the story ends, instead of staying up.
    pub once: bool,
    /// The same seed gives the same totals.
    pub seed: u64,
    /// The platforms played, each once; at least one.
    pub networks: Vec<Network>,
}

/// Where the story is told while it goes on.
pub type Narrator = Arc<dyn Fn(&str) + Send + Sync>;

/// The running demo.
pub struct Demo {
    core: Arc<Core>,
    clock: Arc<JumpingClock>,
    stage: Stage,
    lifecycle: Lifecycle,
    places: Places,
    staff: Vec<(&'static str, Network)>,
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
        let stage = Stage::start(&wish.networks, &clock, &system, wish.seed).await?;
        let staff = staff(&wish.networks);
        let mut places = Places::spread(COMMUNE, &wish.networks)?;
        places.close(relay::RELAYED.0);
        stage.settle(&mut places, &staff)?;
        let listen = free_address().await?;
        let settings = stage.settings(&folder, listen)?;
        let clocks = Clocks { business: clock.clone(), wall: system.clone(), mono: system.clone() };
        let core = build_core(&folder, &settings, clocks).await?;
        let (started, seed) = (system.elapsed(), wish.seed);
        let demo = Self { core, clock, stage, lifecycle, places, staff, narrator, folder, started, seed };
        demo.import().await?;
        demo.open_doors(&settings, listen).await?;
        Ok(demo)
    }

    async fn import(&self) -> anyhow::Result<()> {
        let shell = |commune: &str| Act { via: Via::Cli("demo".to_owned()), ..self.core.act(commune) };
        let mut tx = self.core.store.begin().await?;
        usecase::organise::import_org(&mut tx, &shell(""), &self.places.org).await?;
        tx.commit().await?;
        let commune = self.core.commune_id().await?;
        let mut tx = self.core.store.begin().await?;
        let issued = date(ISSUED.0, ISSUED.1, ISSUED.2)?;
        usecase::tally::import_plan(&mut tx, &shell(&commune), PLAN, Some(issued)).await?;
        tx.commit().await?;
        Ok(())
    }

    async fn open_doors(&self, settings: &Settings, listen: SocketAddr) -> anyhow::Result<()> {
        let program = std::env::current_exe().context("this program cannot find itself")?;
        let inspect = app::inspector::with_program(program, self.core.entropy.clone());
        let inbound = app::inbounds(settings, &self.core.gateways);
        let inbox = Arc::new(Inbox::new(self.core.clone(), self.core.commune_id().await?, inspect));
        let site = web::Site { core: self.core.clone(), inbox: inbox.clone() };
        web::serve(site, listen, &self.lifecycle).await?;
        app::start(&self.core, &app::dispatch_settings(settings), inbox, &inbound, &self.lifecycle).await?;
        self.wait_for_ears().await?;
        self.stage.subscribe(listen).await
    }

    /// What is posted before the service knows itself on a platform is refused, and posted again half a minute later.
    async fn wait_for_ears(&self) -> anyhow::Result<()> {
        let known = async {
            while self.core.gateways.keys().any(|name| self.core.myself(name).is_none()) {
                tokio::time::sleep(Duration::from_millis(15)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), known).await.context("a platform does not say who we are")
    }

    /// Says a line of the story, with the time it is there.
    fn tell(&self, line: &str) {
        let now = crate::domain::calendar::format_full(self.clock.now());
        (self.narrator)(&format!("[{now}] {line}"));
    }

    /// The addresses under which anybody can join the platforms.
    #[must_use]
    pub fn addresses(&self) -> Vec<(Network, String)> {
        self.stage.addresses()
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
        self.stage.stop().await;
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

/// Where the staff talk to the service: on three platforms if there are three, else on those there are.
fn staff(networks: &[Network]) -> Vec<(&'static str, Network)> {
    use Network::{Telegram, ZaloBot, ZaloOa};
    let homes = [
        ("lan", [ZaloOa, Telegram, ZaloBot]),
        ("minh", [ZaloOa, Telegram, ZaloBot]),
        ("pct", [ZaloBot, Telegram, ZaloOa]),
        ("hung", [Telegram, ZaloBot, ZaloOa]),
    ];
    let home = |wanted: [Network; 3]| wanted.into_iter().find(|network| networks.contains(network));
    homes.into_iter().filter_map(|(person, wanted)| Some((person, home(wanted)?))).collect()
}

/// A free address on this machine for the service's own pages.
async fn free_address() -> anyhow::Result<SocketAddr> {
    Ok(tokio::net::TcpListener::bind("127.0.0.1:0").await?.local_addr()?)
}

async fn build_core(folder: &std::path::Path, settings: &Settings, clocks: Clocks) -> anyhow::Result<Arc<Core>> {
    let store = Store::open(&database_url(folder)).await?;
    let entropy = Arc::new(SystemEntropy);
    let keeping = app::Keeping { store: store.clone(), wall: clocks.wall.clone(), entropy: entropy.clone() };
    let gateways = app::gateways_with(settings, &keeping)?;
    let house = app::house(settings, &gateways)?;
    Ok(app::core(store, clocks, entropy, house, gateways))
}

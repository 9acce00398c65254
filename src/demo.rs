//! `loa demo`: a whole commune on this machine.
//!
//! The service is the real one, with its real loops, its web pages, a fresh temporary database and real HTTP to the sandboxes
//! that play the platforms. People are scripted and answer from a seed. Only the business clock is special: it runs like any other, and
//! jumps to the next thing due whenever nothing is on its way, so that a week takes less than a minute. What is shown of it
//! are events ([`shown::Event`]); the command line makes lines of them.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::Context as _;
use chrono::NaiveDate;
use tokio::net::TcpListener;

use crate::clock::{Clocks, JumpingClock, Monotonic as _, SystemClock};
use crate::config::Settings;
use crate::domain::calendar::Millis;
use crate::engine::Core;
use crate::id::SystemEntropy;
use crate::lifecycle::Lifecycle;
use crate::store::Store;
use crate::usecase::{Act, Via};
use crate::{app, usecase, web};

mod closing;
mod conversation;
mod director;
mod figures;
mod folder;
mod joining;
mod people;
pub mod places;
mod relay;
mod scenes;
pub mod shown;
mod stage;
mod telling;
mod transcript;
pub mod world;

pub use figures::{Figures, PlatformFigures};
pub use folder::Folder;

use places::{Network, Places};
use stage::Stage;

/// What somebody wants to see.
#[derive(Debug, Clone)]
pub struct Wish {
    /// The same seed gives the same totals.
    pub seed: u64,
    /// The platforms played, each once; at least one.
    pub networks: Vec<Network>,
}

/// Where the story is told while it goes on.
pub type Narrator = Arc<dyn Fn(&shown::Event) + Send + Sync>;

/// The running demo.
pub struct Demo {
    core: Arc<Core>,
    clock: Arc<JumpingClock>,
    stage: Stage,
    lifecycle: Lifecycle,
    places: Places,
    staff: Vec<(&'static str, Network)>,
    narrator: Narrator,
    told: Mutex<telling::Told>,
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
/// How long the sandboxes may take to end; a person may wait at the terminal.
const CLOSING: Duration = Duration::from_secs(3);
/// The day on which the plan is taken to be issued; its paper leaves the day blank.
const ISSUED: (i32, u32, u32) = (2025, 7, 8);

impl Demo {
    /// Sets everything up in a folder: sandbox, database, commune, plan, loops.
    ///
    /// # Errors
    /// A port or the database; nothing that a healthy machine refuses.
    pub async fn start(wish: &Wish, folder: &Folder, narrator: Narrator) -> anyhow::Result<Self> {
        let folder = folder.path().to_owned();
        let system = Arc::new(SystemClock::new());
        let begins = date(BEGINS.0, BEGINS.1, BEGINS.2)?.and_hms_opt(BEGINS.3, BEGINS.4, 0).context("a time")?;
        let clock = Arc::new(JumpingClock::starting_at(system.clone(), Millis::from_local(begins)));
        let lifecycle = Lifecycle::new(Duration::from_secs(5));
        let stage = Stage::start(&wish.networks, &clock, &system, wish.seed).await?;
        let staff = staff(&wish.networks);
        let mut places = Places::spread(COMMUNE, &wish.networks)?;
        places.close(relay::RELAYED.0);
        stage.settle(&mut places, &staff)?;
        // Kept open from here on: another demo cannot be given the same port.
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let listen = listener.local_addr()?;
        let settings = stage.settings(&folder, listen)?;
        let clocks = Clocks { business: clock.clone(), wall: system.clone(), mono: system.clone() };
        let core = build_core(&folder, &settings, clocks).await?;
        let (started, seed) = (system.elapsed(), wish.seed);
        let told = Mutex::default();
        let demo = Self { core, clock, stage, lifecycle, places, staff, narrator, told, folder, started, seed };
        demo.import().await?;
        demo.open_doors(&settings, listener).await?;
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

    async fn open_doors(&self, settings: &Settings, listener: TcpListener) -> anyhow::Result<()> {
        let listen = listener.local_addr()?;
        let inbound = app::inbounds(settings, &self.core.gateways);
        let inbox = app::inbox(&self.core).await?;
        let site = web::Site::new(self.core.clone(), inbox.clone()).await?;
        web::serve_on(listener, site, &self.lifecycle);
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

    /// Stays up, with the clock running 1:1, until a part of the service fails.
    pub async fn stay(&self) {
        self.lifecycle.soft().cancelled().await;
    }

    /// Ends everything that runs. What lies in the folder ends with the folder.
    pub async fn finish(self) {
        self.lifecycle.stop();
        let _ = self.lifecycle.run().await;
        self.core.store.close().await;
        if tokio::time::timeout(CLOSING, self.stage.stop()).await.is_err() {
            tracing::warn!("demo.sandbox_not_ended");
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

async fn build_core(folder: &std::path::Path, settings: &Settings, clocks: Clocks) -> anyhow::Result<Arc<Core>> {
    let store = Store::open(&database_url(folder)).await?;
    let entropy = Arc::new(SystemEntropy);
    let keeping = app::Keeping { store: store.clone(), wall: clocks.wall.clone(), entropy: entropy.clone() };
    let gateways = app::gateways_with(settings, &keeping)?;
    let house = app::house(settings, &gateways)?;
    Ok(app::core(store, clocks, entropy, house, gateways))
}

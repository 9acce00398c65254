//! One process of the service: its loops, from a start to its death.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;

use super::fuse::Fuse;
use super::platform::{self, Calls, Line, Platform};
use super::time::Time;
use crate::app;
use crate::config::Settings;
use crate::desk::Fetched;
use crate::engine::dispatcher::{DispatchSettings, Dispatcher};
use crate::engine::inbox::Inbox;
use crate::engine::keeper::Keeper;
use crate::engine::planner::Planner;
use crate::engine::receiver::Receiver;
use crate::engine::{Core, EngineResult};
use crate::id::SeededEntropy;
use crate::platform::{Gateway, RawUpdate};
use crate::store::Store;
use crate::usecase::{House, incidents};

/// The settings as nobody configured them.
fn defaults() -> anyhow::Result<Settings> {
    Settings::load(None, std::iter::empty()).context("default settings")
}

/// The rules of these settings, with these platforms.
///
/// # Errors
/// A mistake in the program's own defaults.
pub(super) fn house(platforms: &[Arc<Platform>]) -> anyhow::Result<House> {
    app::house(&defaults()?, &lines(platforms, &Fuse::new(), &Arc::default()))
}

/// The dispatcher's durations in these settings; nobody sleeps here until a slot comes.
///
/// # Errors
/// A mistake in the program's own defaults.
pub(super) fn dispatch_settings() -> anyhow::Result<DispatchSettings> {
    Ok(DispatchSettings { ahead: Duration::ZERO, ..app::dispatch_settings(&defaults()?) })
}

fn lines(platforms: &[Arc<Platform>], fuse: &Arc<Fuse>, calls: &Arc<Calls>) -> BTreeMap<String, Arc<dyn Gateway>> {
    let line = |platform: &Arc<Platform>| {
        let line: Arc<dyn Gateway> = Arc::new(Line::new(platform, fuse, calls));
        (platform.name.to_owned(), line)
    };
    platforms.iter().map(line).collect()
}

/// What outlives a process.
pub(super) struct Ground {
    /// The database.
    pub(super) store: Store,
    /// The rules.
    pub(super) house: Arc<House>,
    /// The dispatcher's durations.
    pub(super) dispatch: DispatchSettings,
    /// The platforms.
    pub(super) platforms: Vec<Arc<Platform>>,
    /// What kills a process.
    pub(super) fuse: Arc<Fuse>,
    /// The commune.
    pub(super) commune: String,
    /// The seed of all ids.
    pub(super) seed: u64,
}

/// A process.
pub(super) struct Life {
    /// What its loops share.
    pub(super) core: Arc<Core>,
    /// Sends, one a platform.
    pub(super) dispatchers: Vec<Dispatcher>,
    planner: Planner,
    keeper: Keeper,
    inbox: Arc<Inbox>,
    receivers: Vec<Receiver>,
    calls: Arc<Calls>,
    /// Calls that were started, and answers that were given.
    begun: usize,
    given: usize,
}

impl Life {
    /// A process of this number, from 1, with its own randomness.
    pub(super) fn new(ground: &Ground, time: &Time, number: u64) -> Self {
        let entropy = SeededEntropy::new(ground.seed.wrapping_mul(1_000_003).wrapping_add(number));
        let (clocks, calls) = (time.clocks(), Arc::default());
        let gateways = lines(&ground.platforms, &ground.fuse, &calls);
        let core = app::core(ground.store.clone(), clocks, entropy, ground.house.clone(), gateways);
        let commune = &ground.commune;
        let gateways = || core.gateways.values().cloned();
        for gateway in gateways() {
            core.learn_myself(gateway.name(), platform::myself());
        }
        let dispatcher = |gateway| Dispatcher::new(core.clone(), gateway, commune.clone(), ground.dispatch.clone());
        let inspect = Arc::new(|_| -> crate::engine::inbox::InspectCall {
            Box::pin(async { Fetched::NotFetched { reason: "simulated".to_owned() } })
        });
        Self {
            dispatchers: gateways().map(dispatcher).collect(),
            planner: Planner::new(core.clone(), commune.clone()),
            keeper: Keeper::new(core.clone(), commune.clone()),
            inbox: Arc::new(Inbox::new(core.clone(), commune.clone(), inspect)),
            receivers: gateways().map(|gateway| Receiver::new(core.clone(), gateway, platform::myself())).collect(),
            core,
            calls,
            begun: 0,
            given: 0,
        }
    }

    /// What a service does first. On one file it knows that the process before is dead, and takes its leases; elsewhere it waits
    /// for them to run out.
    ///
    /// # Errors
    /// The database.
    pub(super) async fn begin(&self, commune: &str, knows: bool) -> anyhow::Result<()> {
        let mut tx = self.core.store.begin().await?;
        if knows {
            tx.expire_leases().await?;
        }
        incidents::all_tasks_begin_anew(&mut tx, &self.core.act(commune)).await?;
        Ok(tx.commit().await?)
    }

    /// Waits until calls that were just started have left.
    pub(super) async fn let_leave(&mut self, started: usize) {
        self.begun += started;
        while self.calls.entered() < self.begun {
            tokio::task::yield_now().await;
        }
    }

    /// Waits until answers that were just given have been heard.
    pub(super) async fn let_hear(&mut self, given: usize) {
        self.given += given;
        while self.calls.heard() < self.given {
            tokio::task::yield_now().await;
        }
    }

    /// Stores what came in on each platform, and processes it.
    ///
    /// # Errors
    /// The database.
    pub(super) async fn hear(&self, mail: &[Vec<RawUpdate>]) -> EngineResult<()> {
        for (receiver, updates) in self.receivers.iter().zip(mail) {
            receiver.keep(updates).await?;
        }
        for name in self.core.gateways.keys() {
            while self.inbox.tick(name).await? > 0 {}
        }
        Ok(())
    }

    /// Fires what is due.
    ///
    /// # Errors
    /// The database.
    pub(super) async fn plan(&self) -> EngineResult<()> {
        self.planner.tick().await?;
        Ok(())
    }

    /// Does what falls due.
    ///
    /// # Errors
    /// What was set aside.
    pub(super) async fn keep(&self) -> EngineResult<()> {
        self.keeper.tick().await
    }
}

//! Looking at the machine's date: whether it goes with the time that passes, and with what platforms say.
//!
//! What a clock that goes steadily does about a jump is its own affair; this has it look, and says in the service's health what it saw.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::REST;
use crate::clock::steady::{Standing, SteadyClock};
use crate::domain::calendar::Millis;
use crate::engine::{Core, EngineResult};
use crate::platform::witness;
use crate::store::Store;
use crate::usecase::incidents::{self, ClockFault};

/// The loop's name among the beats.
const BEAT: &str = "time";
/// How often platforms are asked while the date is away: somebody who only waits for posts would hear nothing for hours.
const ASK_EVERY: Duration = Duration::from_secs(30);
/// Milliseconds by which a database that another machine wrote may be ahead of this one's date.
const AHEAD: i64 = 120_000;

/// Looks every second until asked to end.
///
/// # Errors
/// None while it runs; a fault is logged and tried again.
pub async fn keep(
    core: Arc<Core>,
    clock: Arc<SteadyClock>,
    newest: Millis,
    stop: CancellationToken,
) -> EngineResult<()> {
    let mut watch = Watch::new(core.clone(), clock, newest);
    let (mut asking, mut asks_at) = (JoinSet::new(), Duration::ZERO);
    while !stop.is_cancelled() {
        let looked = core.beats.during(BEAT, &core.clocks, watch.tick(witness::told())).await;
        let now = core.clocks.mono.elapsed();
        if watch.is_jumped() && now >= asks_at {
            asks_at = now + ASK_EVERY;
            asking = asked(&core);
        }
        let rest = super::outcome(BEAT, looked);
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(rest.max(REST)) => {}
        }
    }
    asking.shutdown().await;
    Ok(())
}

/// Asks every platform who we are: its answer bears a date.
fn asked(core: &Arc<Core>) -> JoinSet<()> {
    let mut asking = JoinSet::new();
    for gateway in core.gateways.values() {
        let gateway = gateway.clone();
        asking.spawn(async move {
            // Whatever it says: when it says so is what is wanted.
            let _ = gateway.identify().await;
        });
    }
    asking
}

/// When the newest act was that a database knows; the beginning of time where there is none. To be asked before a start writes any.
///
/// # Errors
/// The database.
pub async fn newest_act(store: &Store) -> EngineResult<Millis> {
    let head = store.read().await?.audit_head().await?;
    Ok(head.map_or(Millis(0), |entry| Millis(entry.at)))
}

/// Who looks, and what was last said of it.
pub struct Watch {
    core: Arc<Core>,
    clock: Arc<SteadyClock>,
    /// When the last act was that the database knew before the start.
    newest: Millis,
    jumped: bool,
    /// What the rows may say: at the start anything, by whoever was here before; then what was said. Other services that share the
    /// database look at dates of their own.
    said: Vec<ClockFault>,
}

impl Watch {
    /// Nothing was looked at yet; `newest` is [`newest_act`].
    #[must_use]
    pub fn new(core: Arc<Core>, clock: Arc<SteadyClock>, newest: Millis) -> Self {
        Self { core, clock, newest, jumped: false, said: ClockFault::ALL.to_vec() }
    }

    /// Whether the machine's date was away at the last look, and nobody had said that it is right.
    #[must_use]
    pub const fn is_jumped(&self) -> bool {
        self.jumped
    }

    /// Looks once, with what a platform said the time is since the last look.
    ///
    /// # Errors
    /// The database; the clock was looked at all the same.
    pub async fn tick(&mut self, told: Option<Millis>) -> EngineResult<()> {
        let standing = self.clock.look(told);
        self.jumped = standing.jumped_by.is_some();
        let faults = self.faults(standing);
        if faults.is_empty() && self.said.is_empty() {
            return Ok(());
        }
        let is_wrong = |fault: &ClockFault| faults.iter().any(|(wrong, _)| wrong == fault);
        let over: Vec<ClockFault> = self.said.iter().copied().filter(|fault| !is_wrong(fault)).collect();
        // As long as something is wrong, also when it was said already: another service may have begun and taken it for over.
        let mut tx = self.core.store.begin().await?;
        incidents::clock_is(&mut tx, &self.core.act(""), &faults, &over).await?;
        tx.commit().await?;
        self.said = faults.into_iter().map(|(fault, _)| fault).collect();
        Ok(())
    }

    /// What is wrong, with milliseconds.
    fn faults(&self, standing: Standing) -> Vec<(ClockFault, i64)> {
        let behind = self.newest.since(self.core.business_now());
        let faults = [
            (ClockFault::Jumped, standing.jumped_by),
            (ClockFault::Wrong, standing.wrong_by),
            (ClockFault::Behind, Some(behind).filter(|behind| *behind > AHEAD)),
        ];
        faults.into_iter().filter_map(|(fault, by)| Some((fault, by?))).collect()
    }
}

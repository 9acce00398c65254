//! The loops of a running service: each calls a tick when it is worth it, and ends when asked to.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::dispatcher::Dispatcher;
use super::inbox::Worker;
use super::keeper::Keeper;
use super::planner::Planner;
use super::{Core, EngineError, EngineResult};

pub mod bell;
pub mod receiving;
pub mod time;
pub mod upkeep;

/// The lease of the one engine that keeps the commune's rows: of several, one fires, reminds, closes and seals.
pub const KEEPING: &str = "keeper";
/// How long a loop rests when nothing rings: the clock alone may have made something due.
const REST: Duration = Duration::from_secs(1);
/// The least time between two looks of a loop that is rung for.
const BETWEEN_RINGS: Duration = Duration::from_millis(5);
/// How long a loop rests after the database failed.
const AFTER_FAULT: Duration = Duration::from_secs(2);

/// Fires schedules as they fall due.
///
/// # Errors
/// None while it runs; a fault is logged and tried again.
pub async fn planner(core: Arc<Core>, planner: Planner, stop: CancellationToken) -> EngineResult<()> {
    while !stop.is_cancelled() {
        let ring = core.wake.notified();
        let mut ring = pin!(ring);
        ring.as_mut().enable();
        let fired = async { if core.leads(KEEPING).await? { planner.tick().await.map(|_| ()) } else { Ok(()) } };
        let rest = outcome("planner", core.beats.during("planner", &core.clocks, fired).await);
        tokio::select! {
            () = stop.cancelled() => {}
            // Whoever rings often is answered together.
            () = ring => tokio::time::sleep(BETWEEN_RINGS).await,
            () = tokio::time::sleep(rest) => {}
        }
    }
    Ok(())
}

/// Does what falls due by the clock.
///
/// # Errors
/// None while it runs; a fault is logged and tried again.
pub async fn keeper(core: Arc<Core>, keeper: Keeper, stop: CancellationToken) -> EngineResult<()> {
    while !stop.is_cancelled() {
        let kept = async {
            if core.leads(KEEPING).await? {
                // What failed is logged, and waits apart.
                let _ = keeper.tick().await;
            }
            Ok(())
        };
        let rest = outcome("keeper", core.beats.during("keeper", &core.clocks, kept).await);
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(rest) => {}
        }
    }
    // What the last acts left unsealed is sealed before the end.
    if core.leads(KEEPING).await? {
        keeper.tick().await?;
    }
    Ok(())
}

/// Processes what comes in from one gateway.
///
/// # Errors
/// None while it runs; a fault is logged and tried again.
pub async fn inbox(core: Arc<Core>, mut worker: Worker, stop: CancellationToken) -> EngineResult<()> {
    let beat = format!("inbox:{}", worker.gateway());
    while !stop.is_cancelled() {
        let (ring, stored) = (core.wake.notified(), core.arrivals.stored());
        let (mut ring, mut stored) = (pin!(ring), pin!(stored));
        // Before looking: a ring between the look and the wait must not be lost.
        ring.as_mut().enable();
        stored.as_mut().enable();
        let done = core.beats.during(&beat, &core.clocks, Box::pin(worker.turn())).await;
        if matches!(done, Ok(count) if count > 0) {
            continue;
        }
        let rest = outcome("inbox", done.map(|_| ()));
        tokio::select! {
            () = stop.cancelled() => {}
            () = ring => {}
            () = stored => {}
            () = worker.prepared() => {}
            () = tokio::time::sleep(rest) => {}
        }
    }
    worker.finish().await;
    Ok(())
}

/// Sends for one gateway; asked to end, it starts nothing more and waits for what is on its way.
///
/// # Errors
/// The database, at the very end only.
pub async fn dispatcher(core: Arc<Core>, mut dispatcher: Dispatcher, stop: CancellationToken) -> EngineResult<()> {
    let beat = format!("dispatcher:{}", dispatcher.gateway());
    while !stop.is_cancelled() {
        let ring = core.wake.notified();
        let mut ring = pin!(ring);
        ring.as_mut().enable();
        let ticked = core.beats.during(&beat, &core.clocks, dispatcher.tick()).await;
        let rest = match ticked {
            Ok(ticked) => {
                let now = core.clocks.mono.elapsed();
                ticked.next.map_or(REST, |next| next.saturating_sub(now).min(REST))
            }
            Err(error) => outcome("dispatcher", Err(error)),
        };
        tokio::select! {
            () = stop.cancelled() => {}
            // Whoever rings often is answered together.
            () = ring => tokio::time::sleep(BETWEEN_RINGS).await,
            () = dispatcher.gather() => {}
            () = tokio::time::sleep(rest) => {}
        }
    }
    dispatcher.drain().await?;
    dispatcher.release().await
}

/// Logs a fault; gives how long to rest.
fn outcome(task: &'static str, result: Result<(), EngineError>) -> Duration {
    match result {
        Ok(()) => REST,
        Err(error) => {
            tracing::error!(task, %error, "tick.failed");
            AFTER_FAULT
        }
    }
}

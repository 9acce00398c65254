//! The loops of a running service: each calls a tick when it is worth it, and ends when asked to.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::dispatcher::Dispatcher;
use super::inbox::Inbox;
use super::keeper::Keeper;
use super::planner::Planner;
use super::poller::{PollError, Poller};
use super::{Core, EngineError, EngineResult};
use crate::platform::{AskError, Gateway, Menu};
use crate::usecase::UseCaseError;
use crate::usecase::settle::{open_incident, receiving_scope};

/// The lease of the one engine that keeps the commune's rows: of several, one reminds, closes and seals.
const KEEPING: &str = "keeper";
/// How long a loop rests when nothing rings: the clock alone may have made something due.
const REST: Duration = Duration::from_secs(1);
/// How long a loop rests after the database failed.
const AFTER_FAULT: Duration = Duration::from_secs(2);
/// Longest wait between two tries to reach a platform that does not answer.
const LONGEST_BACKOFF: Duration = Duration::from_mins(1);
/// Failed tries to receive in a row before it is an incident: a long poll is cut now and then on any network.
const FAULTS_BEFORE_INCIDENT: u32 = 3;

/// Fires schedules as they fall due.
///
/// # Errors
/// None while it runs; a fault is logged and tried again.
pub async fn planner(core: Arc<Core>, planner: Planner, stop: CancellationToken) -> EngineResult<()> {
    while !stop.is_cancelled() {
        let ring = core.wake.notified();
        let mut ring = pin!(ring);
        ring.as_mut().enable();
        let rest = outcome("planner", planner.tick().await.map(|_| ()));
        tokio::select! {
            () = stop.cancelled() => {}
            () = ring => {}
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
        let ours = core.leads(KEEPING).await;
        let rest = match ours {
            Ok(true) => outcome("keeper", keeper.tick().await),
            Ok(false) => REST,
            Err(error) => outcome("keeper", Err(error)),
        };
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(rest) => {}
        }
    }
    // What the last acts left unsealed is sealed before the end.
    if core.leads(KEEPING).await? { keeper.tick().await } else { Ok(()) }
}

/// Processes what comes in.
///
/// # Errors
/// None while it runs; a fault is logged and tried again.
pub async fn inbox(core: Arc<Core>, inbox: Inbox, stop: CancellationToken) -> EngineResult<()> {
    while !stop.is_cancelled() {
        let ring = core.wake.notified();
        let mut ring = pin!(ring);
        // Before looking: a ring between the look and the wait must not be lost.
        ring.as_mut().enable();
        let done = inbox.tick().await;
        if matches!(done, Ok(count) if count > 0) {
            continue;
        }
        let rest = outcome("inbox", done.map(|_| ()));
        tokio::select! {
            () = stop.cancelled() => {}
            () = ring => {}
            () = tokio::time::sleep(rest) => {}
        }
    }
    Ok(())
}

/// Sends for one gateway; asked to end, it starts nothing more and waits for what is on its way.
///
/// # Errors
/// The database, at the very end only.
pub async fn dispatcher(core: Arc<Core>, mut dispatcher: Dispatcher, stop: CancellationToken) -> EngineResult<()> {
    while !stop.is_cancelled() {
        let ring = core.wake.notified();
        let mut ring = pin!(ring);
        ring.as_mut().enable();
        let rest = match dispatcher.tick().await {
            Ok(ticked) => {
                let now = core.clocks.mono.elapsed();
                ticked.next.map_or(REST, |next| next.saturating_sub(now).min(REST))
            }
            Err(error) => outcome("dispatcher", Err(error)),
        };
        tokio::select! {
            () = stop.cancelled() => {}
            () = ring => {}
            () = dispatcher.wait_for_report() => {}
            () = tokio::time::sleep(rest) => {}
        }
    }
    dispatcher.drain().await?;
    dispatcher.release().await
}

/// Learns who we are on a gateway, publishes the menu, then receives for ever.
///
/// # Errors
/// Another process receives this bot's updates: two of them would lose half each.
pub async fn poller(
    core: Arc<Core>,
    gateway: Arc<dyn Gateway>,
    menu: Menu,
    stop: CancellationToken,
) -> Result<(), AskError> {
    let Some(me) = identify(&core, &gateway, &stop).await else { return Ok(()) };
    if let Err(error) = gateway.publish_menu(&menu).await {
        tracing::warn!(gateway = gateway.name(), %error, "menu.not_published");
    }
    let poller = Poller::new(core.clone(), gateway.clone(), me);
    let mut faults = 0;
    loop {
        // Of several engines the one that sends for a gateway receives for it too.
        if !core.drives(gateway.name()).await.unwrap_or(false) {
            tokio::select! {
                () = stop.cancelled() => return Ok(()),
                () = tokio::time::sleep(REST / 10) => continue,
            }
        }
        let news = tokio::select! {
            () = stop.cancelled() => return Ok(()),
            news = poller.tick() => news,
        };
        let wait = match news {
            Ok(_) => {
                if faults >= FAULTS_BEFORE_INCIDENT {
                    heard_again(&core, gateway.name()).await;
                }
                faults = 0;
                continue;
            }
            Err(PollError::Ask(AskError::Wait(wait))) => wait,
            Err(error) => {
                faults += 1;
                tracing::warn!(gateway = gateway.name(), %error, faults, "poll.failed");
                if faults == FAULTS_BEFORE_INCIDENT
                    && let PollError::Ask(error) = &error
                {
                    not_heard(&core, gateway.name(), error).await;
                }
                backoff(faults)
            }
        };
        tokio::select! {
            () = stop.cancelled() => return Ok(()),
            () = tokio::time::sleep(wait) => {}
        }
    }
}

async fn identify(
    core: &Core,
    gateway: &Arc<dyn Gateway>,
    stop: &CancellationToken,
) -> Option<crate::platform::SelfInfo> {
    let mut faults = 0;
    loop {
        let answer = tokio::select! {
            () = stop.cancelled() => return None,
            answer = gateway.identify() => answer,
        };
        match answer {
            Ok(me) => {
                tracing::info!(gateway = gateway.name(), username = %me.username, "gateway.ready");
                core.learn_myself(gateway.name(), me.clone());
                heard_again(core, gateway.name()).await;
                return Some(me);
            }
            Err(error) => {
                faults += 1;
                tracing::error!(gateway = gateway.name(), %error, "gateway.not_ready");
                not_heard(core, gateway.name(), &error).await;
            }
        }
        tokio::select! {
            () = stop.cancelled() => return None,
            () = tokio::time::sleep(backoff(faults)) => {}
        }
    }
}

/// Opens the incident that nothing is heard from a platform, for whoever watches the service's health. The admins cannot
/// be told over a gateway that does not work; what waits there is told by the sending side.
async fn not_heard(core: &Core, gateway: &str, error: &AskError) {
    let kind = if matches!(error, AskError::Unauthorized(_)) { "unauthorized" } else { "unreachable" };
    let opened = async {
        let mut tx = core.store.begin().await?;
        open_incident(&mut tx, &core.act(""), &receiving_scope(gateway), kind, "").await?;
        Ok::<(), UseCaseError>(tx.commit().await?)
    };
    if let Err(error) = opened.await {
        tracing::error!(gateway, %error, "incident.not_opened");
    }
}

/// Closes it.
async fn heard_again(core: &Core, gateway: &str) {
    let closed = async {
        let mut tx = core.store.begin().await?;
        tx.close_incidents(&receiving_scope(gateway), core.business_now()).await?;
        Ok::<(), UseCaseError>(tx.commit().await?)
    };
    if let Err(error) = closed.await {
        tracing::error!(gateway, %error, "incident.not_closed");
    }
}

/// 1 s, 2 s, 4 s … up to a minute.
fn backoff(faults: u32) -> Duration {
    Duration::from_secs(1 << faults.saturating_sub(1).min(6)).min(LONGEST_BACKOFF)
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

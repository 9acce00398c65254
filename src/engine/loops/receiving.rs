//! Hearing a platform: learn who we are there, then ask for updates for ever, or have the platform post them.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::REST;
use crate::engine::Core;
use crate::engine::poller::{PollError, Poller};
use crate::platform::{AskError, Gateway, Menu, Polling, SelfInfo};
use crate::usecase::UseCaseError;
use crate::usecase::settle::{open_incident, receiving_scope};

/// Longest wait between two tries to reach a platform that does not answer.
const LONGEST_BACKOFF: Duration = Duration::from_mins(1);
/// Failed tries to receive in a row before it is an incident: a long poll is cut now and then on any network.
const FAULTS_BEFORE_INCIDENT: u32 = 3;
/// Between two polls of a platform that may answer at once with what it said before: without a floor a client was seen to
/// make twelve calls a second.
const LOSSY_GAP: Duration = Duration::from_secs(1);
/// How often the platform is told our address again: it may have forgotten it.
const SUBSCRIBE_EVERY: Duration = Duration::from_hours(6);

/// By which way a gateway's updates come in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Inbound {
    /// We ask.
    Polling,
    /// The platform posts to this address.
    Webhook(String),
    /// By no way, and why: for the log, in English.
    Dead(&'static str),
}

/// Learns who we are on a gateway, publishes the menu, then hears it until asked to end.
///
/// # Errors
/// None while it runs; faults are logged, tried again, and made incidents.
pub async fn hear(
    core: Arc<Core>,
    gateway: Arc<dyn Gateway>,
    inbound: Inbound,
    menu: Menu,
    stop: CancellationToken,
) -> Result<(), AskError> {
    let Some(me) = identify(&core, &gateway, &stop).await else { return Ok(()) };
    if let Err(error) = gateway.publish_menu(&menu).await
        && !matches!(error, AskError::Unsupported(_))
    {
        tracing::warn!(gateway = gateway.name(), %error, "menu.not_published");
    }
    match inbound {
        Inbound::Polling => poll(&core, &gateway, me, &stop).await,
        Inbound::Webhook(address) => subscribe(&core, &gateway, &address, &stop).await,
        Inbound::Dead(why) => tracing::warn!(gateway = gateway.name(), why, "receiving.dead"),
    }
    Ok(())
}

async fn poll(core: &Arc<Core>, gateway: &Arc<dyn Gateway>, me: SelfInfo, stop: &CancellationToken) {
    // Platforms hand out updates one way at a time; what waits there stays.
    if let Err(error) = gateway.unsubscribe().await {
        tracing::debug!(gateway = gateway.name(), %error, "webhook.not_removed");
    }
    let lossy = gateway.capabilities().receiving.polling == Polling::Lossy;
    let gap = gap(gateway.capabilities().receiving.polling);
    if lossy {
        let why = "what is said while the service is down is lost on this platform: use a webhook for real use";
        tracing::warn!(gateway = gateway.name(), why, "receiving.lossy");
    }
    let poller = Poller::new(core.clone(), gateway.clone(), me);
    let mut faults = 0;
    while !stop.is_cancelled() {
        // Of several engines the one that sends for a gateway receives for it too.
        let wait = if core.drives(gateway.name()).await.unwrap_or(false) {
            let news = tokio::select! {
                () = stop.cancelled() => return,
                news = poller.tick() => news,
            };
            after_poll(core, gateway, news.map(|_| ()), &mut faults).await.max(gap)
        } else {
            REST / 10
        };
        if wait > Duration::ZERO {
            pause(wait, stop).await;
        }
    }
}

/// How long to wait before the next poll.
async fn after_poll(
    core: &Arc<Core>,
    gateway: &Arc<dyn Gateway>,
    news: Result<(), PollError>,
    faults: &mut u32,
) -> Duration {
    match news {
        Ok(()) => {
            if *faults >= FAULTS_BEFORE_INCIDENT {
                heard_again(core, gateway.name()).await;
            }
            *faults = 0;
            Duration::ZERO
        }
        Err(PollError::Ask(AskError::Wait(wait))) => wait,
        Err(error) => {
            *faults += 1;
            tracing::warn!(gateway = gateway.name(), %error, faults, "poll.failed");
            if *faults == FAULTS_BEFORE_INCIDENT
                && let PollError::Ask(error) = &error
            {
                not_heard(core, gateway.name(), error).await;
            }
            backoff(*faults)
        }
    }
}

/// Tells the platform our address, and again from time to time.
async fn subscribe(core: &Arc<Core>, gateway: &Arc<dyn Gateway>, address: &str, stop: &CancellationToken) {
    let mut faults = 0;
    while !stop.is_cancelled() {
        let told = tokio::select! {
            () = stop.cancelled() => return,
            told = gateway.subscribe(address) => told,
        };
        let wait = match told {
            Ok(()) => {
                tracing::info!(gateway = gateway.name(), address, "webhook.subscribed");
                heard_again(core, gateway.name()).await;
                faults = 0;
                SUBSCRIBE_EVERY
            }
            Err(AskError::Unsupported(how)) => {
                tracing::info!(gateway = gateway.name(), address, how, "webhook.set_by_hand");
                return;
            }
            Err(error) => {
                faults += 1;
                tracing::warn!(gateway = gateway.name(), %error, faults, "webhook.not_subscribed");
                if faults == FAULTS_BEFORE_INCIDENT {
                    not_heard(core, gateway.name(), &error).await;
                }
                backoff(faults)
            }
        };
        pause(wait, stop).await;
    }
}

async fn pause(wait: Duration, stop: &CancellationToken) {
    tokio::select! {
        () = stop.cancelled() => {}
        () = tokio::time::sleep(wait) => {}
    }
}

async fn identify(core: &Core, gateway: &Arc<dyn Gateway>, stop: &CancellationToken) -> Option<SelfInfo> {
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

/// The least time between two polls.
const fn gap(polling: Polling) -> Duration {
    match polling {
        Polling::Lossy => LOSSY_GAP,
        _ => Duration::ZERO,
    }
}

/// 1 s, 2 s, 4 s … up to a minute.
fn backoff(faults: u32) -> Duration {
    Duration::from_secs(1 << faults.saturating_sub(1).min(6)).min(LONGEST_BACKOFF)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_platform_that_repeats_itself_is_asked_once_a_second_at_most() {
        assert_eq!(gap(Polling::Lossy), Duration::from_secs(1));
        assert_eq!(gap(Polling::Durable), Duration::ZERO, "a long poll that holds its updates needs no floor");
    }

    #[test]
    fn a_platform_that_fails_is_asked_less_and_less_often_up_to_once_a_minute() {
        let waits: Vec<u64> = (1..=9).map(|faults| backoff(faults).as_secs()).collect();
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 60, 60, 60]);
    }
}

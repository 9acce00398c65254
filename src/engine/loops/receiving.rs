//! Hearing a platform: learn who we are there, then ask for updates for ever, or have the platform post them.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::REST;
use crate::engine::Core;
use crate::engine::poller::{PollError, Polled, Poller};
use crate::platform::{AskError, Gateway, Menu, Polling, SelfInfo};

mod ear;
mod hook;

use ear::Ear;
use hook::Hook;

/// Before the next poll of a platform that may answer at once with what it said before, when nothing new came: without a floor a
/// client was seen to make twelve calls a second.
const LOSSY_GAP: Duration = Duration::from_secs(1);
/// How often the platform is told our address again: it may have forgotten it, or somebody may have removed it.
const SUBSCRIBE_EVERY: Duration = Duration::from_mins(15);

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
    let mut ear = Ear::new(core.clone(), gateway.name());
    let Some(me) = identify(&core, &gateway, &mut ear, &stop).await else { return Ok(()) };
    if let Err(error) = gateway.publish_menu(&menu).await
        && !matches!(error, AskError::Unsupported(_))
    {
        tracing::warn!(gateway = gateway.name(), %error, "menu.not_published");
    }
    match inbound {
        Inbound::Polling => poll(&core, &gateway, me, ear, &stop).await,
        Inbound::Webhook(address) => subscribe(&gateway, &address, ear, &stop).await,
        Inbound::Dead(why) => {
            ear.works().await;
            tracing::warn!(gateway = gateway.name(), why, "receiving.dead");
        }
    }
    Ok(())
}

async fn poll(core: &Arc<Core>, gateway: &Arc<dyn Gateway>, me: SelfInfo, mut ear: Ear, stop: &CancellationToken) {
    let lossy = gateway.capabilities().receiving.polling == Polling::Lossy;
    let gap = gap(gateway.capabilities().receiving.polling);
    if lossy {
        let why = "what is said while the service is down is lost on this platform: use a webhook for real use";
        tracing::warn!(gateway = gateway.name(), why, "receiving.lossy");
    }
    let poller = Poller::new(core.clone(), gateway.clone(), me);
    let mut hook = Hook::unknown(core.clocks.mono.elapsed(), !lossy);
    while !stop.is_cancelled() {
        // Of several engines the one that sends for a gateway receives for it too.
        let wait = if core.drives(gateway.name()).await.unwrap_or(false) {
            let news = tokio::select! {
                () = stop.cancelled() => return,
                news = ask(core, gateway, &poller, &mut hook) => news,
            };
            let gap = gap_after(news.as_ref().ok(), gap);
            ear.polled(news.map(|_| ())).await.max(gap)
        } else {
            ear.rests();
            REST / 10
        };
        if wait > Duration::ZERO {
            pause(wait, stop).await;
        }
    }
}

/// Asks for updates once. Platforms hand them out one way at a time: an address to post them to goes first; what waits there stays.
async fn ask(core: &Core, gateway: &Arc<dyn Gateway>, poller: &Poller, hook: &mut Hook) -> Result<Polled, PollError> {
    let now = || core.clocks.mono.elapsed();
    if hook.is_to_go(now()) {
        let answer = gateway.unsubscribe().await;
        if let Err(error) = &answer {
            tracing::warn!(gateway = gateway.name(), %error, "webhook.not_removed");
        }
        hook.tried(now(), &answer);
    }
    let news = poller.tick().await;
    match &news {
        Ok(Polled { received: 1.., .. }) => hook.heard(now()),
        Err(PollError::Ask(AskError::Conflict(_))) => hook.was_set(),
        _ => {}
    }
    news
}

/// Tells the platform our address, and again from time to time.
async fn subscribe(gateway: &Arc<dyn Gateway>, address: &str, mut ear: Ear, stop: &CancellationToken) {
    while !stop.is_cancelled() {
        let told = tokio::select! {
            () = stop.cancelled() => return,
            told = gateway.subscribe(address) => told,
        };
        let wait = match told {
            Ok(()) => {
                tracing::info!(gateway = gateway.name(), address, "webhook.subscribed");
                ear.works().await;
                SUBSCRIBE_EVERY
            }
            Err(AskError::Unsupported(how)) => {
                // That it knows us is all that can be learned of it.
                ear.works().await;
                tracing::info!(gateway = gateway.name(), address, how, "webhook.set_by_hand");
                return;
            }
            Err(error) => {
                tracing::warn!(gateway = gateway.name(), %error, "webhook.not_subscribed");
                ear.fails(&error.into()).await
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

async fn identify(
    core: &Core,
    gateway: &Arc<dyn Gateway>,
    ear: &mut Ear,
    stop: &CancellationToken,
) -> Option<SelfInfo> {
    while !stop.is_cancelled() {
        let answer = tokio::select! {
            () = stop.cancelled() => return None,
            answer = gateway.identify() => answer,
        };
        match answer {
            Ok(me) => {
                tracing::info!(gateway = gateway.name(), username = %me.username, "gateway.ready");
                core.learn_myself(gateway.name(), me.clone());
                return Some(me);
            }
            Err(error) => {
                tracing::error!(gateway = gateway.name(), %error, "gateway.not_ready");
                pause(ear.fails(&error.into()).await, stop).await;
            }
        }
    }
    None
}

/// The least time before the next poll.
const fn gap_after(news: Option<&Polled>, gap: Duration) -> Duration {
    match news {
        // What is new was waited for, and more of it may wait.
        Some(Polled { fresh: 1.., .. }) => Duration::ZERO,
        // Nothing but what was said before, at once: whoever answers so is not asked in a circle.
        Some(Polled { received: 1.., .. }) => LOSSY_GAP,
        _ => gap,
    }
}

/// The least time between two polls.
const fn gap(polling: Polling) -> Duration {
    match polling {
        Polling::Lossy => LOSSY_GAP,
        _ => Duration::ZERO,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_platform_that_answers_at_once_with_what_it_said_before_is_not_asked_in_a_circle() {
        let after = |received, fresh| gap_after(Some(&Polled { received, fresh, stored: 0 }), Duration::ZERO);
        assert_eq!(after(1, 0), Duration::from_secs(1));
        assert_eq!((after(2, 1), after(0, 0)), (Duration::ZERO, Duration::ZERO));
        assert_eq!(gap_after(None, LOSSY_GAP), LOSSY_GAP);
    }

    #[test]
    fn a_platform_that_repeats_itself_is_asked_once_a_second_at_most() {
        assert_eq!(gap(Polling::Lossy), Duration::from_secs(1));
        assert_eq!(gap(Polling::Durable), Duration::ZERO, "a long poll that holds its updates needs no floor");
    }
}

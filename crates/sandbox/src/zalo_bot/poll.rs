//! getUpdates: one update a call, and nothing to confirm it with.

use std::{sync::Arc, time::Duration};

use tokio::sync::Notify;

use super::{
    config::{IdleAnswer, Polling},
    error::{Answered, Refusal},
    server::Shared,
    world::World,
};
use crate::params::Params;

/// The wait when the call names none, in seconds.
const DEFAULT_WAIT_S: u64 = 30;

/// getUpdates. Whoever calls first gets the update; a second poller steals from the first.
pub(super) async fn get_updates(shared: &Shared, token: &str, params: &Params) -> Answered {
    let wait = wait_s(params)?;
    let wake = begin(&mut shared.world())?;
    let deadline = tokio::time::sleep(Duration::from_secs(wait));
    tokio::pin!(deadline);
    loop {
        let woken = wake.notified();
        tokio::pin!(woken);
        // Registered before the look, so that an update between look and wait is not missed.
        woken.as_mut().enable();
        if let Some(update) = take(&mut shared.world(), token)? {
            return Ok(Some(update));
        }
        tokio::select! {
            () = woken => {}
            () = &mut deadline => return idle(&shared.world()),
            () = shared.cancel.cancelled() => return idle(&shared.world()),
        }
    }
}

/// Seconds, as a number or as text.
fn wait_s(params: &Params) -> Result<u64, Refusal> {
    let Some(text) = params.text("timeout") else { return Ok(DEFAULT_WAIT_S) };
    text.trim().parse().map_err(|_| Refusal::bad("timeout must be a number of seconds"))
}

/// Polling and a webhook exclude each other.
fn begin(world: &mut World) -> Result<Arc<Notify>, Refusal> {
    if world.has_hook() {
        return Err(Refusal::bad("getUpdates cannot be used while a webhook is set"));
    }
    if let Polling::Loses { after_ms } = world.config.quirks.polling {
        let until = world.monotonic().saturating_sub(after_ms);
        world.counts.lost += world.inbox.forget(until);
    }
    let now = world.monotonic();
    world.inbox.begin(now);
    Ok(world.wake.clone())
}

fn take(world: &mut World, token: &str) -> Answered {
    world.authorize(token)?;
    if world.has_hook() {
        return Err(Refusal::bad("a webhook was set"));
    }
    let polling = world.config.quirks.polling;
    let now = world.monotonic();
    Ok(world.inbox.take(polling, now))
}

fn idle(world: &World) -> Answered {
    match world.config.quirks.idle {
        IdleAnswer::Empty => Ok(None),
        IdleAnswer::Timeout { status } => Err(Refusal { status: Some(status), ..Refusal::new(408, "Request timeout") }),
    }
}

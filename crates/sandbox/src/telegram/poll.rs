//! getUpdates: long polling with confirmation by offset.

use std::{sync::Arc, time::Duration};

use serde_json::{Value, json};

use super::{
    api::allowed_updates,
    error::{ApiError, ApiResult},
    params::Params,
    server::Shared,
    world::{Bot, World},
};

/// The longest wait in seconds (tdlib/telegram-bot-api, `LONG_POLL_MAX_TIMEOUT`).
const MAX_WAIT_S: i64 = 50;
const OVERTAKEN: &str =
    "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running";
const WEBHOOK: &str =
    "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first";

/// getUpdates. A second call ends the first with 409, as does setting a webhook.
pub(super) async fn get_updates(shared: &Arc<Shared>, bot: i64, params: &Params) -> ApiResult {
    let limit = usize::try_from(params.int("limit").unwrap_or(100).clamp(1, 100)).unwrap_or(100);
    let wait = params.int("timeout").unwrap_or(0).clamp(0, MAX_WAIT_S);
    let (turn, wake) = begin(&mut shared.world(), bot, params)?;
    let deadline = tokio::time::sleep(Duration::from_secs(wait.unsigned_abs()));
    tokio::pin!(deadline);
    loop {
        let woken = wake.notified();
        tokio::pin!(woken);
        // Registered before the look, so that an update between look and wait is not missed.
        woken.as_mut().enable();
        let updates = look(&shared.world(), bot, turn, limit)?;
        if !updates.is_empty() || wait == 0 {
            return Ok(Value::Array(updates));
        }
        tokio::select! {
            () = woken => {}
            () = &mut deadline => return Ok(json!([])),
            () = shared.cancel.cancelled() => return Ok(json!([])),
        }
    }
}

fn find(world: &World, bot: i64) -> Result<&Bot, ApiError> {
    world.bot(bot).filter(|b| !b.revoked).ok_or_else(|| ApiError::new(401, "Unauthorized"))
}

/// Confirms what the offset says and takes over from an earlier call.
fn begin(world: &mut World, bot: i64, params: &Params) -> Result<(u64, Arc<tokio::sync::Notify>), ApiError> {
    let now = world.monotonic();
    if find(world, bot)?.webhook.is_some() {
        return Err(ApiError::new(409, WEBHOOK));
    }
    let Some(bot) = world.bot_mut(bot) else { return Err(ApiError::new(401, "Unauthorized")) };
    bot.inbox.confirm(params.int("offset").unwrap_or(0), now);
    if let Some(kinds) = allowed_updates(params) {
        bot.inbox.allow(kinds);
    }
    bot.inbox.poll += 1;
    bot.wake.notify_waiters();
    Ok((bot.inbox.poll, bot.wake.clone()))
}

/// The waiting updates, or the conflict that ends this call.
fn look(world: &World, bot: i64, turn: u64, limit: usize) -> Result<Vec<Value>, ApiError> {
    let bot = find(world, bot)?;
    if bot.webhook.is_some() {
        return Err(ApiError::new(409, "Conflict: terminated by setWebhook request"));
    }
    if bot.inbox.poll != turn {
        return Err(ApiError::new(409, OVERTAKEN));
    }
    Ok(bot.inbox.peek(limit))
}

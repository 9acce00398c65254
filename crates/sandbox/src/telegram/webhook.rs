//! Webhook delivery: one worker per bot, updates in order, each until the bot accepts it.
//!
//! The real server keeps one queue per chat and several deliveries in flight; here one at a time goes out,
//! which is an order the real server could also have chosen.

use std::{sync::Arc, time::Duration};

use reqwest::StatusCode;
use serde_json::Value;

use super::{params::Params, server::Shared, server::perform, updates::Update, updates::Webhook, wire};

/// The longest wait between two tries (tdlib/telegram-bot-api, `WebhookActor`: a random 60–120 s).
const MAX_RETRY_MS: u64 = 60_000;
/// The longest wait a bot can ask for with `Retry-After` (same source).
const MAX_ASKED_S: u64 = 3_600;

/// Delivers the bot's updates for as long as the sandbox runs.
pub(super) async fn work(shared: Arc<Shared>, bot: i64) {
    let Some(wake) = shared.world().bot(bot).map(|b| b.wake.clone()) else { return };
    let first = shared.world().config.webhook_retry_ms.max(1);
    let mut retry = first;
    loop {
        let woken = wake.notified();
        tokio::pin!(woken);
        woken.as_mut().enable();
        let Some((hook, update)) = next(&shared, bot) else {
            tokio::select! { () = woken => continue, () = shared.cancel.cancelled() => return }
        };
        let wait = tokio::select! {
            outcome = deliver(&shared, bot, &hook, &update) => outcome.err(),
            () = shared.cancel.cancelled() => return,
        };
        let Some(failure) = wait else {
            retry = first;
            continue;
        };
        note_failure(&shared, bot, failure.text);
        let pause = failure.asked.map_or(Duration::from_millis(retry), Duration::from_secs);
        retry = (retry * 2).min(MAX_RETRY_MS);
        tokio::select! { () = tokio::time::sleep(pause) => {}, () = shared.cancel.cancelled() => return }
    }
}

/// Why a delivery was not accepted.
struct Failure {
    text: String,
    /// Seconds from the bot's `Retry-After`.
    asked: Option<u64>,
}

fn next(shared: &Shared, bot: i64) -> Option<(Webhook, Update)> {
    if shared.is_dark() {
        return None;
    }
    let mut world = shared.world();
    let now = world.monotonic();
    let bot = world.bot_mut(bot)?;
    Some((bot.webhook.clone()?, bot.inbox.head(now)?))
}

fn note_failure(shared: &Shared, bot: i64, text: String) {
    let mut world = shared.world();
    let now = wire::seconds(world.wall());
    if let Some(hook) = world.bot_mut(bot).and_then(|b| b.webhook.as_mut()) {
        hook.last_error = Some((now, text));
    }
}

/// One POST; any 2xx accepts the update, and a method call in the answer is carried out.
async fn deliver(shared: &Arc<Shared>, bot: i64, hook: &Webhook, update: &Update) -> Result<(), Failure> {
    let mut request = shared.client.post(&hook.url).json(&update.body);
    if let Some(secret) = &hook.secret {
        request = request.header("X-Telegram-Bot-Api-Secret-Token", secret);
    }
    let refused = |text: String| Failure { text, asked: None };
    let response = request.send().await.map_err(|e| refused(format!("Connection failed: {}", e.without_url())))?;
    let status = response.status();
    if !status.is_success() {
        let asked = response.headers().get("retry-after").and_then(|v| v.to_str().ok()?.parse::<u64>().ok());
        let text = format!("Wrong response from the webhook: {} {}", status.as_u16(), reason(status));
        return Err(Failure { text, asked: asked.map(|s| s.min(MAX_ASKED_S)) });
    }
    let body = response.bytes().await.unwrap_or_default();
    if let Some(bot) = shared.world().bot_mut(bot) {
        bot.inbox.delivered(update.id);
    }
    if let Ok(Value::Object(call)) = serde_json::from_slice::<Value>(&body)
        && let Some(method) = call.get("method").and_then(Value::as_str)
    {
        let _ = perform(shared, bot, &method.to_ascii_lowercase(), &Params::from_object(&call)).await;
    }
    Ok(())
}

fn reason(status: StatusCode) -> &'static str {
    status.canonical_reason().unwrap_or("Unknown")
}

//! setWebhook, deleteWebhook, getWebhookInfo.

use serde_json::{Value, json};

use super::{
    super::{
        error::{ApiError, ApiResult},
        params::Params,
        updates::Webhook,
        world::World,
    },
    TRUE,
};

/// setWebhook. Plain `http` addresses are taken, as by a server started with `--local`.
pub(super) fn set(world: &mut World, bot: i64, params: &Params) -> ApiResult {
    let Some(url) = params.text("url") else { return Ok(delete(world, bot, params)) };
    if !url.starts_with("https://") && !url.starts_with("http://") {
        return Err(ApiError::bad("bad webhook: An HTTPS URL must be provided for webhook"));
    }
    let secret = params.text("secret_token").map(str::to_owned);
    let odd = |s: &String| s.len() > 256 || !s.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-".contains(&b));
    if secret.as_ref().is_some_and(odd) {
        return Err(ApiError::bad("secret token contains unallowed characters"));
    }
    let allowed = allowed_updates(params);
    let webhook = Webhook {
        url: url.to_owned(),
        secret,
        max_connections: params.int("max_connections").unwrap_or(40).clamp(1, 100),
        ip_address: params.text("ip_address").map(str::to_owned),
        last_error: None,
    };
    install(world, bot, params, webhook, allowed)
}

fn install(world: &mut World, bot: i64, params: &Params, hook: Webhook, allowed: Option<Vec<String>>) -> ApiResult {
    let (now, strict) = (world.monotonic(), world.config.limits.is_some());
    let Some(bot) = world.bot_mut(bot) else { return Err(ApiError::new(401, "Unauthorized")) };
    // setWebhook is held to one a second (tdlib/telegram-bot-api, process_set_webhook_query).
    if strict && bot.webhook_set_ms.is_some_and(|at| now - at < 1_000) {
        return Err(ApiError::flood(1));
    }
    bot.webhook_set_ms = Some(now);
    if params.flag("drop_pending_updates") {
        bot.inbox.clear();
    }
    if let Some(kinds) = allowed {
        bot.inbox.allow(kinds);
    }
    // A waiting getUpdates ends: the webhook has taken over.
    bot.inbox.poll += 1;
    bot.webhook = Some(hook);
    bot.wake.notify_waiters();
    Ok(TRUE)
}

/// The kinds of update asked for; `None` when the call does not say.
pub(crate) fn allowed_updates(params: &Params) -> Option<Vec<String>> {
    let Ok(Some(Value::Array(kinds))) = params.json("allowed_updates", "allowed_updates") else { return None };
    Some(kinds.iter().filter_map(Value::as_str).map(str::to_ascii_lowercase).collect())
}

/// deleteWebhook.
pub(super) fn delete(world: &mut World, bot: i64, params: &Params) -> Value {
    if let Some(bot) = world.bot_mut(bot) {
        bot.webhook = None;
        if params.flag("drop_pending_updates") {
            bot.inbox.clear();
        }
        bot.wake.notify_waiters();
    }
    TRUE
}

/// getWebhookInfo.
pub(super) fn info(world: &World, bot: i64) -> ApiResult {
    let bot = world.bot(bot).ok_or_else(|| ApiError::new(401, "Unauthorized"))?;
    let mut info = json!({ "url": "", "has_custom_certificate": false, "pending_update_count": bot.inbox.len() });
    if let Some(hook) = &bot.webhook {
        info["url"] = json!(hook.url);
        info["max_connections"] = json!(hook.max_connections);
        if let Some(ip) = &hook.ip_address {
            info["ip_address"] = json!(ip);
        }
        if let Some((at, text)) = &hook.last_error {
            info["last_error_date"] = json!(at);
            info["last_error_message"] = json!(text);
        }
    }
    if let Some(kinds) = bot.inbox.allowed() {
        info["allowed_updates"] = json!(kinds);
    }
    Ok(info)
}

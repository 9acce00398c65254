//! The HTTP face: routes, authorization, and what the faults of this platform do and say.

use std::sync::Arc;

use axum::{extract::Request, http::header::RETRY_AFTER, response::Response};
use serde_json::Value;
use tokio_util::task::TaskTracker;

use super::{
    api,
    config::TelegramRules,
    control::{self, Verb},
    error::{ApiError, ApiResult},
    groups,
    handle::Handle,
    poll, updates, webhook, wire,
    world::World,
};
use crate::{
    Config, FaultKind, Result, SandboxError, Stand,
    listener::Fuse,
    params::{Params, percent_decode},
    server::{Called, Platform},
    spoil::{json_reply, reply},
};

/// What the server, the webhook workers and every handle share.
pub(super) type Shared = crate::server::Shared<World>;

impl Platform for World {
    type Rules = TelegramRules;
    type Verb = Verb;
    const NUMBERED: bool = true;

    fn new(config: Config<TelegramRules>, _base_url: &str) -> std::result::Result<Self, SandboxError> {
        Self::with_bots(config)
    }

    fn config(&self) -> &Config<TelegramRules> {
        &self.config
    }

    fn stir(&self) {
        self.bots.iter().for_each(|bot| bot.wake.notify_waiters());
    }

    fn work(shared: &Arc<Shared>, tasks: &TaskTracker) {
        let bots: Vec<i64> = shared.world().bots.iter().map(|bot| bot.id).collect();
        for bot in bots {
            tasks.spawn(webhook::work(shared.clone(), bot));
        }
    }

    async fn route(shared: Arc<Shared>, fuse: Fuse, request: Request) -> Response {
        let path = percent_decode(request.uri().path().replace('+', "%2B").as_bytes());
        if let Some((token, file)) = path.strip_prefix("/file/bot").and_then(|p| p.split_once('/')) {
            return download(&shared, token, file);
        }
        match path.strip_prefix("/bot").and_then(|p| p.split_once('/')) {
            Some((token, method)) => bot_call(&shared, &fuse, token, method, request).await,
            None => answer(&Err(ApiError::new(404, "Not Found"))),
        }
    }

    fn suffer(&mut self, fault: &FaultKind, call: &Called<'_>) {
        *self.counts.faults.entry(call.method.to_owned()).or_default() += 1;
        match fault {
            FaultKind::Unauthorized => {
                if let Some(bot) = self.bot_mut(call.bot) {
                    bot.revoked = true;
                }
            }
            FaultKind::Kicked => {
                if let Some(group) = call.chat.and_then(|chat| chat.parse().ok()) {
                    let _ = groups::kick(self, group, call.bot, None);
                }
            }
            FaultKind::TooManyRequests { .. } => {
                *self.counts.refused_429.entry(call.method.to_owned()).or_default() += 1;
            }
            _ => {}
        }
    }

    fn refuse(&mut self, fault: &FaultKind, _call: &Called<'_>) -> Option<Response> {
        let error = match fault {
            FaultKind::TooManyRequests { retry_after } => ApiError::flood(*retry_after),
            FaultKind::Restart { .. } => ApiError::new(500, "Internal Server Error: restart"),
            FaultKind::Unauthorized => ApiError::new(401, "Unauthorized"),
            FaultKind::Error { code, description, status, .. } => {
                let error = ApiError::new(u16::try_from(*code).unwrap_or(400), description.clone());
                return Some(json_reply(status.unwrap_or(error.code), &error.body()));
            }
            _ => return None,
        };
        Some(answer(&Err(error)))
    }

    fn stand(handle: &Handle) -> &dyn Stand {
        handle
    }

    async fn perform(handle: &Handle, verb: Verb) -> Result<Value> {
        control::perform(handle, verb)
    }

    fn look(handle: &Handle, what: &str, params: &Params) -> Option<Result<Value>> {
        control::look(handle, what, params)
    }
}

/// `/file/bot<token>/<path>`: the bytes, under the path getFile named.
fn download(shared: &Shared, token: &str, path: &str) -> Response {
    let world = shared.world();
    let allowed = world.authorize(token);
    let index = path.rsplit_once("file_").and_then(|(_, n)| n.split('.').next()?.parse::<usize>().ok());
    let file = index.and_then(|i| Some((i, world.files.get(i)?))).filter(|(i, f)| wire::file_path(f, *i) == path);
    match (allowed, file) {
        (Err(error), _) => answer(&Err(error)),
        (Ok(_), None) => answer(&Err(ApiError::new(404, "Not Found"))),
        (Ok(_), Some((_, file))) => reply(200, &file.mime, file.bytes.clone()),
    }
}

async fn bot_call(shared: &Arc<Shared>, fuse: &Fuse, token: &str, method: &str, request: Request) -> Response {
    let method = method.trim_end_matches('/').to_ascii_lowercase();
    let bot = match shared.world().authorize(token) {
        Ok(bot) => bot,
        Err(error) => return answer(&Err(error)),
    };
    let request = match shared.intact(fuse, &Called { method: &method, chat: None, bot }, request).await {
        Ok(request) => request,
        Err(cut) => return cut,
    };
    let params = match Params::read(request).await {
        Ok(params) => params,
        Err(unreadable) => return answer(&Err(unreadable.into())),
    };
    let call = Called { method: &method, chat: params.text("chat_id"), bot };
    shared.answer(fuse, call, async { answer(&perform(shared, bot, &method, &params).await) }).await
}

/// Calls the method, counting calls and refusals.
pub(super) async fn perform(shared: &Arc<Shared>, bot: i64, method: &str, params: &Params) -> ApiResult {
    let result = if method == "getupdates" {
        poll::get_updates(shared, bot, params).await
    } else {
        let called = api::call(&mut shared.world(), bot, method, params);
        called.unwrap_or_else(|| Err(ApiError::new(404, "Not Found: method not found")))
    };
    let mut world = shared.world();
    let counts = &mut world.counts;
    *counts.calls.entry(method.to_owned()).or_default() += 1;
    if let Err(error) = &result {
        let refused = if error.code == 429 { &mut counts.refused_429 } else { &mut counts.failed };
        *refused.entry(method.to_owned()).or_default() += 1;
    }
    result
}

/// The Bot API's answer: HTTP status equal to `error_code`, and `Retry-After` on a 429.
fn answer(result: &ApiResult) -> Response {
    let error = match result {
        Ok(value) => {
            let body = format!("{{\"ok\":true,\"result\":{}}}", updates::spelled(value));
            return reply(200, "application/json", body);
        }
        Err(error) => error,
    };
    let mut response = json_reply(error.code, &error.body());
    if let Some(seconds) = error.retry_after() {
        response.headers_mut().insert(RETRY_AFTER, seconds.into());
    }
    response
}

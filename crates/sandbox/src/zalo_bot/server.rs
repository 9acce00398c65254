//! The HTTP face: routes, authorization, and what the faults of this platform do and say.

use std::sync::Arc;

use axum::{extract::Request, http::Method, response::Response};
use serde_json::{Value, json};
use tokio_util::task::TaskTracker;

use super::{
    calls,
    config::ZaloBotRules,
    control::{self, Verb},
    error::{Answered, Refusal},
    handle::ZaloBotHandle,
    webhook,
    world::World,
};
use crate::{
    Config, FaultKind, Result, SandboxError, Stand,
    listener::Fuse,
    params::{Params, percent_decode},
    server::{Called, Platform},
    spoil::{json_reply, reply},
};

/// What the server, the webhook worker and every handle share.
pub(super) type Shared = crate::server::Shared<World>;

impl Platform for World {
    type Rules = ZaloBotRules;
    type Verb = Verb;
    const NUMBERED: bool = false;

    fn new(config: Config<ZaloBotRules>, base_url: &str) -> std::result::Result<Self, SandboxError> {
        Self::with_bot(config, base_url)
    }

    fn config(&self) -> &Config<ZaloBotRules> {
        &self.config
    }

    fn stir(&self) {
        self.wake.notify_waiters();
    }

    fn work(shared: &Arc<Shared>, tasks: &TaskTracker) {
        tasks.spawn(webhook::work(shared.clone()));
    }

    async fn route(shared: Arc<Shared>, fuse: Fuse, request: Request) -> Response {
        let path = percent_decode(request.uri().path().replace('+', "%2B").as_bytes());
        if let Some(file) = path.strip_prefix("/media/") {
            return media(&shared, file);
        }
        let called = path.strip_prefix("/bot").and_then(|p| p.split_once('/'));
        match called.filter(|_| matches!(*request.method(), Method::GET | Method::POST)) {
            Some((token, method)) => bot_call(&shared, &fuse, token, method, request).await,
            None => answer(&shared, &Err(Refusal::bad("wrong path"))),
        }
    }

    fn suffer(&mut self, fault: &FaultKind, call: &Called<'_>) {
        *self.counts.faults.entry(call.method.to_owned()).or_default() += 1;
        match (fault, call.chat) {
            (FaultKind::Unauthorized, _) => self.token = None,
            (FaultKind::Kicked, Some(chat)) => {
                if let Ok(chat) = self.chat_mut(chat) {
                    chat.bot = false;
                }
            }
            _ => {}
        }
    }

    fn refuse(&mut self, fault: &FaultKind, _call: &Called<'_>) -> Option<Response> {
        let refusal = match fault {
            FaultKind::Error { code, status, description, .. } => {
                Refusal { status: *status, ..Refusal::new(u16::try_from(*code).unwrap_or(400), description.clone()) }
            }
            FaultKind::TooManyRequests { .. } => Refusal::quota(),
            FaultKind::Unauthorized => Refusal::unauthorized(),
            FaultKind::Restart { .. } => Refusal::new(500, "Internal Server Error"),
            _ => return None,
        };
        Some(self.answer(&Err(refusal)))
    }

    fn stand(handle: &ZaloBotHandle) -> &dyn Stand {
        handle
    }

    async fn perform(handle: &ZaloBotHandle, verb: Verb) -> Result<Value> {
        control::perform(handle, verb)
    }

    fn look(handle: &ZaloBotHandle, what: &str, params: &Params) -> Option<Result<Value>> {
        control::look(handle, what, params)
    }
}

impl World {
    /// The platform's envelope. Which HTTP status an error has is a quirk.
    fn answer(&self, result: &Answered) -> Response {
        match result {
            Ok(None) => json_reply(200, &json!({ "ok": true })),
            Ok(Some(value)) => json_reply(200, &json!({ "ok": true, "result": value })),
            Err(refusal) => json_reply(refusal.http_status(self.config.quirks.error_status), &refusal.body()),
        }
    }
}

fn answer(shared: &Shared, result: &Answered) -> Response {
    shared.world().answer(result)
}

/// A picture somebody sent, under the address the update named; no token is asked for.
fn media(shared: &Shared, file: &str) -> Response {
    let world = shared.world();
    let key = file.trim_end_matches(".jpg").trim_end_matches(".aac");
    match world.media.iter().find(|m| m.key == key) {
        Some(media) => reply(200, &media.mime, media.bytes.clone()),
        None => reply(404, "text/plain", "gone"),
    }
}

async fn bot_call(shared: &Shared, fuse: &Fuse, token: &str, method: &str, request: Request) -> Response {
    let request = match shared.intact(fuse, &Called { method, chat: None, bot: 0 }, request).await {
        Ok(request) => request,
        Err(cut) => return cut,
    };
    let read = Params::read(request).await;
    let authorized = shared.world().authorize(token);
    let params = match authorized.and_then(|()| read.map_err(Refusal::from)) {
        Ok(params) => params,
        Err(refusal) => return tallied(shared, method, &Err(refusal)),
    };
    let call = Called { method, chat: params.text("chat_id"), bot: 0 };
    let performed = async { tallied(shared, method, &calls::call(shared, token, method, &params).await) };
    shared.answer(fuse, call, performed).await
}

/// Counts a call and, if it was one, its refusal. An idle poll is no refusal.
fn tallied(shared: &Shared, method: &str, result: &Answered) -> Response {
    let mut world = shared.world();
    *world.counts.calls.entry(method.to_owned()).or_default() += 1;
    if let Err(refusal) = result
        && refusal.code != 408
    {
        *world.counts.refused.entry(refusal.code).or_default() += 1;
    }
    world.answer(result)
}

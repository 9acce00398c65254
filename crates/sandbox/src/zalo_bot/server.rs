//! The HTTP face: routes, authorization, faults around a call, and the shape of answers.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::{
    Router,
    extract::{ConnectInfo, DefaultBodyLimit, Request, State},
    http::Method,
    response::Response,
};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::{
    calls, control,
    error::{Answered, Refusal},
    fault::ZaloBotFaultKind,
    world::World,
};
use crate::{
    listener::{Fuse, FusedListener},
    params::{Params, percent_decode},
    telegram::server::{json_reply, reply},
};

/// What the server, the webhook worker and every handle share.
pub(super) struct Shared {
    world: Mutex<World>,
    /// Cancelled when the stand-in stops.
    pub cancel: CancellationToken,
    /// For photos and webhook deliveries.
    pub client: reqwest::Client,
    /// `http://127.0.0.1:<port>`.
    pub base_url: String,
}

impl Shared {
    pub(super) fn new(mut world: World, cancel: CancellationToken, client: reqwest::Client, base_url: String) -> Self {
        world.base_url.clone_from(&base_url);
        Self { world: Mutex::new(world), cancel, client, base_url }
    }

    /// The world, locked. A panic elsewhere while it was locked is not passed on.
    pub(super) fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Serves until the stand-in is stopped, then lets running calls finish.
pub(super) async fn serve(listener: FusedListener, shared: Arc<Shared>) {
    let cancel = shared.cancel.clone();
    let app = Router::new().fallback(route).layer(DefaultBodyLimit::disable()).with_state(shared);
    let served = axum::serve(listener, app.into_make_service_with_connect_info::<Fuse>());
    if let Err(error) = served.with_graceful_shutdown(cancel.cancelled_owned()).await {
        tracing::error!(%error, "the sandbox stopped serving");
    }
}

async fn route(State(shared): State<Arc<Shared>>, ConnectInfo(fuse): ConnectInfo<Fuse>, request: Request) -> Response {
    let path = percent_decode(request.uri().path().replace('+', "%2B").as_bytes());
    if let Some(verb) = path.strip_prefix("/sandbox/") {
        return control::handle(&shared, verb, request).await;
    }
    if let Some(file) = path.strip_prefix("/media/") {
        return media(&shared, file);
    }
    let called = path.strip_prefix("/bot").and_then(|p| p.split_once('/'));
    match called.filter(|_| matches!(*request.method(), Method::GET | Method::POST)) {
        Some((token, method)) => bot_call(&shared, &fuse, token, method, request).await,
        None => answer(&shared, &Err(Refusal::bad("wrong path"))),
    }
}

/// A picture somebody sent, under the address the update named; no token is asked for.
fn media(shared: &Shared, file: &str) -> Response {
    let world = shared.world();
    let key = file.trim_end_matches(".jpg");
    match world.media.iter().find(|m| m.key == key) {
        Some(media) => reply(200, &media.mime, media.bytes.clone()),
        None => reply(404, "text/plain", "gone"),
    }
}

async fn bot_call(shared: &Shared, fuse: &Fuse, token: &str, method: &str, request: Request) -> Response {
    let dark = shared.world().dark.clone();
    if let Some(dark) = dark {
        return after(&dark, fuse, &Err(Refusal::new(502, "down")), shared).await;
    }
    let read = Params::read(request).await;
    let authorized = shared.world().authorize(token);
    let params = match authorized.and_then(|()| read.map_err(Refusal::from)) {
        Ok(params) => params,
        Err(refusal) => return refused(shared, method, refusal),
    };
    let fault = strike(shared, method, params.text("chat_id"));
    let delivers = fault.as_ref().is_none_or(ZaloBotFaultKind::delivers);
    let result = if delivers { perform(shared, token, method, &params).await } else { Ok(None) };
    match fault {
        Some(fault) => after(&fault, fuse, &result, shared).await,
        None => answer(shared, &result),
    }
}

/// A refusal before the method was reached, counted like the others.
fn refused(shared: &Shared, method: &str, refusal: Refusal) -> Response {
    let result = Err(refusal);
    tally(shared, method, &result);
    answer(shared, &result)
}

async fn perform(shared: &Shared, token: &str, method: &str, params: &Params) -> Answered {
    let result = calls::call(shared, token, method, params).await;
    tally(shared, method, &result);
    result
}

/// Counts a call and, if it was one, its refusal. An idle poll is no refusal.
fn tally(shared: &Shared, method: &str, result: &Answered) {
    let counts = &mut shared.world().counts;
    *counts.calls.entry(method.to_owned()).or_default() += 1;
    if let Err(refusal) = result
        && refusal.code != 408
    {
        *counts.refused.entry(refusal.code).or_default() += 1;
    }
}

/// The fault that strikes this call, with its lasting effects already in place.
fn strike(shared: &Shared, method: &str, chat: Option<&str>) -> Option<ZaloBotFaultKind> {
    let mut world = shared.world();
    let fault = world.faults.strike(|fault| fault.matches(method, chat))?;
    *world.counts.faults.entry(method.to_owned()).or_default() += 1;
    match (&fault, chat) {
        (ZaloBotFaultKind::Unauthorized, _) => world.token = None,
        (ZaloBotFaultKind::Removed, Some(chat)) => {
            if let Ok(chat) = world.chat_mut(chat) {
                chat.bot = false;
            }
        }
        _ => {}
    }
    Some(fault)
}

/// The answer of a call that a fault struck; `result` is what it would have been.
async fn after(fault: &ZaloBotFaultKind, fuse: &Fuse, result: &Answered, shared: &Shared) -> Response {
    match fault {
        ZaloBotFaultKind::Error { code, status, description, .. } => {
            answer(shared, &Err(Refusal { status: *status, ..Refusal::new(*code, description.clone()) }))
        }
        ZaloBotFaultKind::Unauthorized => answer(shared, &Err(Refusal::unauthorized())),
        ZaloBotFaultKind::HtmlError { status, .. } => html_error(*status),
        ZaloBotFaultKind::Hang { .. } => {
            shared.cancel.cancelled().await;
            html_error(504)
        }
        ZaloBotFaultKind::ResetBefore | ZaloBotFaultKind::ResetAfter => {
            fuse.blow();
            reply(200, "text/plain", "never written")
        }
        ZaloBotFaultKind::Delay { ms } => {
            let late = tokio::time::sleep(Duration::from_millis(*ms));
            tokio::select! { () = late => {}, () = shared.cancel.cancelled() => {} }
            answer(shared, result)
        }
        ZaloBotFaultKind::Garbage => reply(200, "text/html", "<!doctype html><p>Zalo</p>"),
        ZaloBotFaultKind::UnusualSuccess => unusual(shared, result),
        ZaloBotFaultKind::TruncatedSuccess => truncated(shared, result),
        ZaloBotFaultKind::Removed | ZaloBotFaultKind::Duplicate | ZaloBotFaultKind::Lost => answer(shared, result),
    }
}

fn html_error(status: u16) -> Response {
    let page = format!("<html><head><title>{status}</title></head><body><h1>{status}</h1></body></html>");
    reply(status, "text/html", page)
}

/// A success in a shape no client knows: `ok` and `message_id` stand where they should, little else does.
fn unusual(shared: &Shared, result: &Answered) -> Response {
    let Ok(Some(value)) = result else { return answer(shared, result) };
    let result = json!({ "message_id": value["message_id"], "date": "now", "chat": [], "state": { "code": null } });
    json_reply(200, &json!({ "ok": true, "result": result }))
}

fn truncated(shared: &Shared, result: &Answered) -> Response {
    let Ok(value) = result else { return answer(shared, result) };
    let mut body = success(value.as_ref()).to_string().into_bytes();
    body.truncate(body.len() / 3);
    reply(200, "application/json", body)
}

fn success(value: Option<&Value>) -> Value {
    value.map_or_else(|| json!({ "ok": true }), |value| json!({ "ok": true, "result": value }))
}

/// The platform's envelope. Which HTTP status an error has is a quirk.
fn answer(shared: &Shared, result: &Answered) -> Response {
    match result {
        Ok(value) => json_reply(200, &success(value.as_ref())),
        Err(refusal) => {
            let rule = shared.world().config.quirks.error_status;
            json_reply(refusal.http_status(rule), &refusal.body())
        }
    }
}

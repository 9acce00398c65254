//! The HTTP face: routes, authorization, faults around a call, and the shape of answers.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::{
    Router,
    body::Body,
    extract::{ConnectInfo, DefaultBodyLimit, Request, State},
    http::{
        StatusCode,
        header::{CONTENT_TYPE, RETRY_AFTER},
    },
    response::Response,
};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::{
    api, control,
    error::{ApiError, ApiResult},
    fault::FaultKind,
    listener::{Fuse, FusedListener},
    params::{Params, percent_decode},
    poll, wire,
    world::World,
};

/// What the server, the webhook workers and every handle share.
pub(super) struct Shared {
    world: Mutex<World>,
    /// Cancelled when the sandbox stops.
    pub cancel: CancellationToken,
    /// For webhook deliveries.
    pub client: reqwest::Client,
    /// `http://127.0.0.1:<port>`.
    pub base_url: String,
}

impl Shared {
    pub(crate) fn new(world: World, cancel: CancellationToken, client: reqwest::Client, base_url: String) -> Self {
        Self { world: Mutex::new(world), cancel, client, base_url }
    }

    /// The world, locked. A panic elsewhere while it was locked is not passed on.
    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Serves until the sandbox is stopped, then lets running calls finish.
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
    if let Some((token, file)) = path.strip_prefix("/file/bot").and_then(|p| p.split_once('/')) {
        return download(&shared, token, file);
    }
    match path.strip_prefix("/bot").and_then(|p| p.split_once('/')) {
        Some((token, method)) => bot_call(&shared, &fuse, token, method, request).await,
        None => answer(&Err(ApiError::new(404, "Not Found"))),
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
    let params = match Params::read(request).await {
        Ok(params) => params,
        Err(error) => return answer(&Err(error)),
    };
    let fault = strike(shared, bot, &method, &params);
    if let Some(response) = fault.as_ref().and_then(|f| before(f, fuse)) {
        return response;
    }
    let result = perform(shared, bot, &method, &params).await;
    match fault {
        Some(fault) => after(&fault, fuse, &result, shared).await,
        None => answer(&result),
    }
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

/// The fault that strikes this call, with its lasting effects already in place.
fn strike(shared: &Shared, bot: i64, method: &str, params: &Params) -> Option<FaultKind> {
    let mut world = shared.world();
    let chat = params.int("chat_id");
    let fault = world.faults.strike(|fault| fault.matches(method, chat))?;
    *world.counts.faults.entry(method.to_owned()).or_default() += 1;
    if fault == FaultKind::Unauthorized
        && let Some(bot) = world.bot_mut(bot)
    {
        bot.revoked = true;
    }
    if let (FaultKind::Kicked, Some(group)) = (&fault, params.int("chat_id")) {
        let _ = super::groups::kick(&mut world, group, bot, None);
    }
    if let FaultKind::TooManyRequests { .. } = fault {
        *world.counts.refused_429.entry(method.to_owned()).or_default() += 1;
    }
    Some(fault)
}

/// The answer of a fault that keeps the call from having any effect.
fn before(fault: &FaultKind, fuse: &Fuse) -> Option<Response> {
    match fault {
        FaultKind::TooManyRequests { retry_after } => Some(answer(&Err(ApiError::flood(*retry_after)))),
        FaultKind::HtmlError { status, delivered: false } => Some(html_error(*status)),
        FaultKind::Restart { delivered: false } => Some(restart()),
        FaultKind::Unauthorized => Some(answer(&Err(ApiError::new(401, "Unauthorized")))),
        FaultKind::Error { code, description } => Some(answer(&Err(ApiError::new(*code, description.clone())))),
        FaultKind::ResetBefore => Some(reset(fuse)),
        _ => None,
    }
}

/// The answer of a fault that strikes once the effect has taken place.
async fn after(fault: &FaultKind, fuse: &Fuse, result: &ApiResult, shared: &Shared) -> Response {
    match fault {
        FaultKind::HtmlError { status, .. } => html_error(*status),
        FaultKind::Restart { .. } => restart(),
        FaultKind::ResetAfter => reset(fuse),
        FaultKind::Delay { ms } => {
            let late = tokio::time::sleep(Duration::from_millis(*ms));
            tokio::select! { () = late => {}, () = shared.cancel.cancelled() => {} }
            answer(result)
        }
        FaultKind::UnparsableSuccess => unparsable(result),
        FaultKind::TruncatedSuccess => truncated(result),
        _ => answer(result),
    }
}

fn reset(fuse: &Fuse) -> Response {
    fuse.blow();
    reply(200, "text/plain", "never written")
}

fn restart() -> Response {
    answer(&Err(ApiError::new(500, "Internal Server Error: restart")))
}

fn html_error(status: u16) -> Response {
    let page = format!(
        "<html>\r\n<head><title>{status}</title></head>\r\n<body>\r\n<center><h1>{status}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
    );
    reply(status, "text/html", page)
}

/// A success in a shape no client knows: `ok` and `message_id` stand where they should, little else does.
fn unparsable(result: &ApiResult) -> Response {
    let Ok(value) = result else { return answer(result) };
    let result = match value.get("message_id") {
        Some(id) => json!({ "message_id": id, "date": "now", "chat": [], "content": { "shape": "unknown" } }),
        None => json!({ "shape": "unknown" }),
    };
    json_reply(200, &json!({ "ok": true, "result": result }))
}

fn truncated(result: &ApiResult) -> Response {
    let Ok(value) = result else { return answer(result) };
    let mut body = json!({ "ok": true, "result": value }).to_string().into_bytes();
    body.truncate(body.len() / 3);
    reply(200, "application/json", body)
}

/// The Bot API's answer: HTTP status equal to `error_code`, and `Retry-After` on a 429.
pub(crate) fn answer(result: &ApiResult) -> Response {
    let error = match result {
        Ok(value) => return json_reply(200, &json!({ "ok": true, "result": value })),
        Err(error) => error,
    };
    let mut response = json_reply(error.code, &error.body());
    if let Some(seconds) = error.retry_after() {
        response.headers_mut().insert(RETRY_AFTER, seconds.into());
    }
    response
}

pub(crate) fn json_reply(status: u16, body: &Value) -> Response {
    reply(status, "application/json", body.to_string())
}

pub(crate) fn reply(status: u16, kind: &str, body: impl Into<Body>) -> Response {
    let mut response = Response::new(body.into());
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    if let Ok(kind) = kind.parse() {
        response.headers_mut().insert(CONTENT_TYPE, kind);
    }
    response
}

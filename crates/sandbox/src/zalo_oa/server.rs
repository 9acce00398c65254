//! The HTTP face: routes, the access token, rates, faults around a call, and the envelope.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{ConnectInfo, DefaultBodyLimit, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, header::CONTENT_TYPE},
    response::Response,
};
use serde_json::{Value, json};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::{
    api, control,
    error::{OaError, OaResult},
    fault::OaFaultKind,
    oauth::{self, OauthError},
    proof, upload,
    world::World,
};
use crate::{
    listener::{Fuse, FusedListener},
    params::Params,
    telegram::server::{json_reply, reply},
};

/// The largest JSON body taken.
const MAX_JSON: usize = 1_048_576;

/// What the server, the delivery task and every handle share.
pub(super) struct Shared {
    world: Mutex<World>,
    /// Cancelled when the sandbox stops.
    pub cancel: CancellationToken,
    /// For webhook deliveries.
    pub client: reqwest::Client,
    /// `http://127.0.0.1:<port>`.
    pub base_url: String,
    /// Held by whoever delivers events.
    pub turn: tokio::sync::Mutex<()>,
    /// Rung when there may be something to deliver.
    pub wake: Notify,
}

impl Shared {
    pub(super) fn new(world: World, cancel: CancellationToken, client: reqwest::Client) -> Self {
        let base_url = world.base_url.clone();
        Self {
            world: Mutex::new(world),
            cancel,
            client,
            base_url,
            turn: tokio::sync::Mutex::new(()),
            wake: Notify::new(),
        }
    }

    /// The world, locked, with everything done that time alone brings about.
    pub(super) fn world(&self) -> MutexGuard<'_, World> {
        let mut world = self.world.lock().unwrap_or_else(PoisonError::into_inner);
        world.settle();
        world
    }
}

/// One call as it came in.
pub(super) struct Call {
    pub post: bool,
    pub path: String,
    pub headers: HeaderMap,
    /// Query, form and files.
    pub params: Params,
    /// The JSON body; null when there was none.
    pub body: Value,
}

impl Call {
    async fn read(path: String, request: Request) -> Result<Self, OaError> {
        let (parts, body) = request.into_parts();
        let (post, headers) = (parts.method == Method::POST, parts.headers.clone());
        let kind = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let is_form = kind.starts_with("multipart/") || kind.starts_with("application/x-www-form-urlencoded");
        let (raw, body) = if is_form { (Vec::new(), body) } else { (read_json(body).await?, Body::empty()) };
        let mut parts = parts;
        if !is_form {
            parts.headers.remove(CONTENT_TYPE);
        }
        let params = Params::read(Request::from_parts(parts, body)).await.map_err(|_| OaError::field("body"))?;
        let body = if raw.is_empty() { Value::Null } else { parse(&raw)? };
        Ok(Self { post, path, headers, params, body })
    }

    /// The group or person it is about.
    fn chat(&self) -> Option<&str> {
        let text = |pointer: &str| self.body.pointer(pointer).and_then(Value::as_str);
        let recipient = text("/recipient/group_id").or_else(|| text("/recipient/user_id"));
        recipient.or_else(|| text("/group_id")).or_else(|| self.params.text("group_id"))
    }

    fn is_oauth(&self) -> bool {
        self.path.starts_with("/v4/oa/")
    }
}

async fn read_json(body: Body) -> Result<Vec<u8>, OaError> {
    to_bytes(body, MAX_JSON).await.map(|bytes| bytes.to_vec()).map_err(|_| OaError::field("body"))
}

fn parse(raw: &[u8]) -> Result<Value, OaError> {
    serde_json::from_slice(raw).map_err(|_| OaError::field("body"))
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
    let path = request.uri().path().to_owned();
    if let Some(verb) = path.strip_prefix("/_control/") {
        return control::handle(&shared, verb, request).await;
    }
    if shared.world().dark {
        return reset(&fuse);
    }
    if let Some(number) = path.strip_prefix("/_media/") {
        return upload::fetch(&shared.world(), number);
    }
    let answer = match Call::read(path, request).await {
        Ok(call) => answer(&shared, &fuse, &call).await,
        Err(error) => envelope(&Err(error)),
    };
    // Whatever the call did may have made events.
    shared.wake.notify_one();
    answer
}

/// Carries a call out, with the fault that strikes it.
async fn answer(shared: &Shared, fuse: &Fuse, call: &Call) -> Response {
    let Some(fault) = strike(shared, call) else { return perform(shared, call) };
    if let OaFaultKind::Error { code, message } = &fault {
        return refused(shared, call, *code, message);
    }
    let done = if fault.delivers() { Some(perform(shared, call)) } else { None };
    match fault {
        OaFaultKind::HttpError { status, .. } => error_page(status),
        OaFaultKind::Hang { .. } => {
            shared.cancel.cancelled().await;
            reset(fuse)
        }
        OaFaultKind::ResetBefore | OaFaultKind::ResetAfter => reset(fuse),
        OaFaultKind::Garbage { .. } => reply(200, "application/json", "\u{feff}<!-- ok -->"),
        OaFaultKind::NoData => json_reply(200, &json!({ "error": 0, "message": "Success" })),
        OaFaultKind::Error { .. } => done.unwrap_or_else(|| reset(fuse)),
    }
}

fn strike(shared: &Shared, call: &Call) -> Option<OaFaultKind> {
    let mut world = shared.world();
    let fault = world.faults.strike(|fault| fault.matches(&call.path, call.chat()))?;
    *world.counts.faults.entry(call.path.clone()).or_default() += 1;
    Some(fault)
}

/// The answer of a fault that is an error of the service itself.
fn refused(shared: &Shared, call: &Call, code: i64, message: &str) -> Response {
    let mut world = shared.world();
    *world.counts.refused.entry(code).or_default() += 1;
    if call.is_oauth() {
        return OauthError::new(code, "Refused", message).answer(&world.config.oauth);
    }
    envelope(&Err(OaError::new(code, message)))
}

/// Carries a call out and counts it.
fn perform(shared: &Shared, call: &Call) -> Response {
    let mut world = shared.world();
    *world.counts.calls.entry(call.path.clone()).or_default() += 1;
    if call.is_oauth() {
        return authorize(&mut world, call);
    }
    let result = admit(&mut world, &call.headers).and_then(|()| api::call(&mut world, call));
    if let Err(error) = &result {
        *world.counts.refused.entry(error.code).or_default() += 1;
    }
    let mut response = envelope(&result);
    add_rate(&mut world, response.headers_mut());
    response
}

/// The two addresses of the OAuth host.
fn authorize(world: &mut World, call: &Call) -> Response {
    match (call.post, call.path.as_str()) {
        (false, "/v4/oa/permission") => oauth::permission(world, &call.params),
        (true, "/v4/oa/access_token") => match oauth::access_token(world, &call.headers, &call.params) {
            Ok(pair) => json_reply(200, &pair),
            Err(error) => error.answer(&world.config.oauth),
        },
        _ => envelope(&Err(OaError::no_such_api())),
    }
}

/// The access token, the proof, and the rate.
fn admit(world: &mut World, headers: &HeaderMap) -> Result<(), OaError> {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let token = header("access_token");
    if token.is_empty() || token != world.oauth.pair.access_token {
        return Err(OaError::new(-216, "Access token is invalid"));
    }
    if world.wall() >= world.oauth.access_until {
        return Err(OaError::new(-220, "Access token is expired or removed"));
    }
    let given = header("appsecret_proof");
    if !given.is_empty() && given != proof::of(&world.config.app_secret, token) {
        return Err(OaError::new(-242, "appsecret_proof is invalid"));
    }
    let now = world.monotonic();
    world.config.limits.map_or(Ok(()), |limits| world.limiter.admit(&limits, now))
}

fn add_rate(world: &mut World, headers: &mut HeaderMap) {
    let Some(limits) = world.config.limits else { return };
    let now = world.monotonic();
    let rate = world.limiter.rate(&limits, now);
    headers.insert(HeaderName::from_static("x-ratelimit-limit"), HeaderValue::from(rate.limit));
    headers.insert(HeaderName::from_static("x-ratelimit-remain"), HeaderValue::from(rate.remain));
}

/// `{"error":0,"message":"Success","data":…}`, or the refusal.
fn envelope(result: &OaResult) -> Response {
    match result {
        Ok(data) => json_reply(200, &json!({ "error": 0, "message": "Success", "data": data })),
        Err(error) => json_reply(error.status, &error.body()),
    }
}

fn reset(fuse: &Fuse) -> Response {
    fuse.blow();
    reply(200, "text/plain", "never written")
}

fn error_page(status: u16) -> Response {
    reply(status, "text/html", format!("<html>\r\n<head><title>{status}</title></head>\r\n</html>\r\n"))
}

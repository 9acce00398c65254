//! The HTTP face: routes, the access token, rates, faults around a call, and the envelope.

use std::sync::Arc;

use axum::{
    body::{Body, to_bytes},
    extract::Request,
    http::{HeaderMap, HeaderName, HeaderValue, Method, header::CONTENT_TYPE},
    response::Response,
};
use serde_json::{Value, json};
use tokio_util::task::TaskTracker;

use super::{
    api,
    config::OaRules,
    control::{self, Verb},
    error::{OaError, OaResult},
    handle::OaHandle,
    hook,
    oauth::{self, OauthError},
    proof, upload,
    world::World,
};
use crate::{
    Config, FaultKind, Result, SandboxError, Stand,
    listener::Fuse,
    params::Params,
    server::{Called, Platform},
    spoil::json_reply,
};

/// The largest JSON body taken.
const MAX_JSON: usize = 1_048_576;

/// What the server, the delivery task and every handle share.
pub(super) type Shared = crate::server::Shared<World>;

impl Platform for World {
    type Rules = OaRules;
    type Verb = Verb;
    const NUMBERED: bool = false;

    fn new(config: Config<OaRules>, base_url: &str) -> std::result::Result<Self, SandboxError> {
        Ok(Self::with_account(config, base_url))
    }

    fn config(&self) -> &Config<OaRules> {
        &self.config
    }

    fn settle(&mut self) {
        self.dissolve();
    }

    fn stir(&self) {
        self.wake.notify_one();
    }

    fn work(shared: &Arc<Shared>, tasks: &TaskTracker) {
        tasks.spawn(hook::work(shared.clone()));
    }

    async fn route(shared: Arc<Shared>, fuse: Fuse, request: Request) -> Response {
        let path = request.uri().path().to_owned();
        if let Some(number) = path.strip_prefix("/_media/") {
            return upload::fetch(&shared.world(), number);
        }
        let request = match shared.intact(&fuse, &Called { method: &path, chat: None, bot: 0 }, request).await {
            Ok(request) => request,
            Err(cut) => return cut,
        };
        let call = match Call::read(path, request).await {
            Ok(call) => call,
            Err(error) => return envelope(&Err(error)),
        };
        let called = Called { method: &call.path, chat: call.chat(), bot: 0 };
        let answer = shared.answer(&fuse, called, async { perform(&shared, &call) }).await;
        // Whatever the call did may have made events.
        shared.world().stir();
        answer
    }

    fn suffer(&mut self, fault: &FaultKind, call: &Called<'_>) {
        *self.counts.faults.entry(call.method.to_owned()).or_default() += 1;
        match (fault, call.chat) {
            (FaultKind::Unauthorized, _) => drop(oauth::issue(self)),
            (FaultKind::Kicked, Some(group)) => {
                if let Ok(group) = self.group_mut(group) {
                    group.gone = true;
                }
            }
            _ => {}
        }
    }

    fn refuse(&mut self, fault: &FaultKind, call: &Called<'_>) -> Option<Response> {
        let (code, text) = match fault {
            FaultKind::Error { code, description, .. } => (*code, description.as_str()),
            FaultKind::TooManyRequests { .. } => (-32, "The OA has reached its request limit"),
            FaultKind::Unauthorized => (-216, "Access token is invalid"),
            FaultKind::Restart { .. } => (-200, "Internal server error"),
            _ => return None,
        };
        *self.counts.refused.entry(code).or_default() += 1;
        if is_oauth(call.method) {
            return Some(OauthError::new(code, "Refused", text).answer(&self.config.oauth));
        }
        let status = if let FaultKind::Error { status, .. } = fault { *status } else { None };
        let error = OaError::new(code, text);
        Some(json_reply(status.unwrap_or(error.status), &error.body()))
    }

    fn stand(handle: &OaHandle) -> &dyn Stand {
        handle
    }

    async fn perform(handle: &OaHandle, verb: Verb) -> Result<Value> {
        control::perform(handle, verb).await
    }

    fn look(handle: &OaHandle, what: &str, params: &Params) -> Option<Result<Value>> {
        control::look(handle, what, params)
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
    async fn read(path: String, request: Request) -> std::result::Result<Self, OaError> {
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
}

/// Whether a path belongs to the OAuth host.
fn is_oauth(path: &str) -> bool {
    path.starts_with("/v4/oa/")
}

async fn read_json(body: Body) -> std::result::Result<Vec<u8>, OaError> {
    to_bytes(body, MAX_JSON).await.map(|bytes| bytes.to_vec()).map_err(|_| OaError::field("body"))
}

fn parse(raw: &[u8]) -> OaResult {
    serde_json::from_slice(raw).map_err(|_| OaError::field("body"))
}

/// Carries a call out and counts it.
fn perform(shared: &Shared, call: &Call) -> Response {
    let mut world = shared.world();
    *world.counts.calls.entry(call.path.clone()).or_default() += 1;
    if is_oauth(&call.path) {
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
fn admit(world: &mut World, headers: &HeaderMap) -> std::result::Result<(), OaError> {
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

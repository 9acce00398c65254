//! Answers, and how the faults of a connection spoil them.

use std::{
    convert::Infallible,
    future::poll_fn,
    pin::Pin,
    task::{Context, Poll},
};

use axum::{
    body::{Body, Bytes, HttpBody, to_bytes},
    http::{
        HeaderValue, StatusCode,
        header::{CONTENT_LENGTH, CONTENT_TYPE, LOCATION},
    },
    response::Response,
};
use http_body::Frame;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::{fault::FaultKind, listener::Fuse};

/// A piece of an answer that never ends, in bytes.
const PIECE: usize = 8 * 1024;

/// An answer with a JSON body.
pub fn json_reply(status: u16, body: &Value) -> Response {
    reply(status, "application/json", body.to_string())
}

/// An answer of any type.
pub fn reply(status: u16, kind: &str, body: impl Into<Body>) -> Response {
    let mut response = Response::new(body.into());
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    if let Ok(kind) = kind.parse() {
        response.headers_mut().insert(CONTENT_TYPE, kind);
    }
    response
}

/// Breaks the connection instead of an answer.
pub fn reset(fuse: &Fuse) -> Response {
    fuse.blow();
    reply(200, "text/plain", "never written")
}

/// Reads so many bytes of a body and throws them away.
pub async fn drain(mut body: Body, bytes: usize) {
    let mut read = 0;
    while read < bytes {
        let Some(Ok(frame)) = poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await else { return };
        read += frame.data_ref().map_or(0, Bytes::len);
    }
}

/// The answer of a call that a fault struck; `done` is what it would have been, if it was carried out.
pub async fn answer(fault: &FaultKind, fuse: &Fuse, done: Option<Response>, cancel: &CancellationToken) -> Response {
    match fault {
        FaultKind::HtmlError { status, .. } => return page(*status),
        FaultKind::Redirect { to, status } => return elsewhere(*status, to),
        FaultKind::Endless { .. } => {
            return reply(200, "application/json", Body::new(Endless { cancel: cancel.clone(), begun: false }));
        }
        FaultKind::Garbage { .. } => return reply(200, "text/html", "\u{feff}<!doctype html><p>ok</p>"),
        FaultKind::ResetBefore | FaultKind::ResetAfter | FaultKind::CutRequest { .. } => return reset(fuse),
        FaultKind::CutAnswer { at } => fuse.cut_after(*at),
        _ => {}
    }
    let Some(done) = done else { return reset(fuse) };
    match fault {
        FaultKind::UnparsableSuccess => bend(done, |body| json_reply(200, &unusual(body))).await,
        FaultKind::NoData => bend(done, |body| json_reply(200, &emptied(body))).await,
        FaultKind::TruncatedSuccess => bend(done, |body| truncated(&body)).await,
        _ => done,
    }
}

/// The page of a proxy in front of the platform.
fn page(status: u16) -> Response {
    let page = format!(
        "<html>\r\n<head><title>{status}</title></head>\r\n<body>\r\n<center><h1>{status}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
    );
    reply(status, "text/html", page)
}

/// An answer that names another address.
pub fn elsewhere(status: u16, to: &str) -> Response {
    let mut response = reply(status, "text/plain", "");
    if let Ok(to) = HeaderValue::from_str(to) {
        response.headers_mut().insert(LOCATION, to);
    }
    response
}

/// Changes an answer if it is a success of the platform.
async fn bend(done: Response, change: impl FnOnce(Value) -> Response) -> Response {
    let (mut parts, body) = done.into_parts();
    let bytes = to_bytes(body, usize::MAX).await.unwrap_or_default();
    let value: Value = serde_json::from_slice(&bytes).unwrap_or_default();
    if value["ok"] == true || value["error"] == 0 {
        return change(value);
    }
    parts.headers.remove(CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(bytes))
}

/// The field of a success that holds what was asked for.
fn inside(body: &Value) -> &'static str {
    if body.get("data").is_some() { "data" } else { "result" }
}

/// A success in a shape no client knows: the message id stands where it should, little else does.
fn unusual(mut body: Value) -> Value {
    let field = inside(&body);
    body[field] = match body[field].get("message_id") {
        Some(id) => json!({ "message_id": id, "date": "now", "chat": [], "content": { "shape": "unknown" } }),
        None => json!({ "shape": "unknown" }),
    };
    body
}

fn emptied(mut body: Value) -> Value {
    let field = inside(&body);
    if let Some(fields) = body.as_object_mut() {
        fields.remove(field);
    }
    body
}

fn truncated(body: &Value) -> Response {
    let mut bytes = body.to_string().into_bytes();
    bytes.truncate(bytes.len() / 3);
    reply(200, "application/json", bytes)
}

/// A body that begins like JSON and never ends while the stand-in runs.
struct Endless {
    cancel: CancellationToken,
    begun: bool,
}

impl HttpBody for Endless {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if self.cancel.is_cancelled() {
            return Poll::Ready(None);
        }
        let mut piece = vec![b' '; PIECE];
        if !std::mem::replace(&mut self.begun, true) {
            piece[0] = b'{';
        }
        Poll::Ready(Some(Ok(Frame::data(Bytes::from(piece)))))
    }
}

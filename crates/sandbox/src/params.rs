//! The parameters of a call, from query, JSON, urlencoded form and multipart alike.
//!
//! As at the real server every value is text; what is an object in JSON is kept as its JSON text.

use std::{
    collections::{BTreeMap, HashMap},
    future::poll_fn,
    pin::Pin,
};

use axum::{
    body::{Body, Bytes, HttpBody as _},
    extract::{FromRequest, Multipart, Request},
    http::{
        HeaderMap,
        header::{CONTENT_DISPOSITION, CONTENT_TYPE},
    },
};
use serde_json::Value;

/// The largest body taken: 50 MB of file (Bot API, "Sending files") and some room for the other fields.
const MAX_BODY: usize = 51 * 1024 * 1024;
/// How many times the largest body is read before a client is cut off.
const DRAINED: usize = 4;

/// Why a request could not be read, in words that each platform puts into its own form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// HTTP status: 400, or 413 for a body that is too large.
    pub status: u16,
    pub text: String,
}

impl Unreadable {
    fn new(text: &str) -> Self {
        Self { status: 400, text: text.to_owned() }
    }
}

/// A file that came in a multipart body.
#[derive(Debug, Clone)]
pub struct Upload {
    pub name: String,
    pub mime: Option<String>,
    pub bytes: Bytes,
}

/// The parameters of one call.
#[derive(Debug, Clone, Default)]
pub struct Params {
    values: BTreeMap<String, String>,
    pub files: HashMap<String, Upload>,
}

impl Params {
    /// Reads query and body.
    pub async fn read(request: Request) -> Result<Self, Unreadable> {
        let mut params = Self::default();
        params.add_urlencoded(request.uri().query().unwrap_or_default().as_bytes());
        let (parts, body) = request.into_parts();
        let body = read_body(body).await?;
        let kind = parts.headers.get(CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
        let kind = kind.to_ascii_lowercase();
        if kind.starts_with("application/json") {
            params.add_json(&body)?;
        } else if kind.starts_with("application/x-www-form-urlencoded") {
            params.add_urlencoded(&body);
        } else if kind.starts_with("multipart/form-data") {
            params.add_multipart(Request::from_parts(parts, Body::from(body))).await?;
        }
        Ok(params)
    }

    /// Parameters made in process, such as the answer to a webhook delivery.
    pub fn from_object(object: &serde_json::Map<String, Value>) -> Self {
        let text = |(k, v): (&String, &Value)| as_text(v).map(|v| (k.clone(), v));
        Self { values: object.iter().filter_map(text).collect(), files: HashMap::new() }
    }

    /// The same parameters with `from` standing under the name `to`.
    pub fn renamed(&self, from: &str, to: &str) -> Self {
        let value = self.values.get(from).cloned().map(|v| (to.to_owned(), v));
        Self { values: value.into_iter().collect(), files: HashMap::new() }
    }

    fn add_json(&mut self, body: &[u8]) -> Result<(), Unreadable> {
        if body.iter().all(u8::is_ascii_whitespace) {
            return Ok(());
        }
        let wrong = || Unreadable::new("can't parse request: can't parse JSON object");
        match serde_json::from_slice(body) {
            Ok(Value::Object(object)) => self.values.append(&mut Self::from_object(&object).values),
            Ok(_) | Err(_) => return Err(wrong()),
        }
        Ok(())
    }

    fn add_urlencoded(&mut self, body: &[u8]) {
        for pair in body.split(|b| *b == b'&').filter(|p| !p.is_empty()) {
            let mut halves = pair.splitn(2, |b| *b == b'=');
            let name = percent_decode(halves.next().unwrap_or_default());
            self.values.insert(name, percent_decode(halves.next().unwrap_or_default()));
        }
    }

    async fn add_multipart(&mut self, request: Request) -> Result<(), Unreadable> {
        let wrong = |_| Unreadable::new("can't parse request: can't parse multipart form data");
        let mut form =
            Multipart::from_request(request, &()).await.map_err(|_| Unreadable::new("boundary not found"))?;
        while let Some(field) = form.next_field().await.map_err(wrong)? {
            let name = field.name().unwrap_or_default().to_owned();
            let file = unquoted(field.headers()).or_else(|| field.file_name().map(str::to_owned));
            let mime = field.content_type().map(str::to_owned);
            let bytes = field.bytes().await.map_err(wrong)?;
            match file {
                Some(file) => drop(self.files.insert(name, Upload { name: file, mime, bytes })),
                None => drop(self.values.insert(name, String::from_utf8_lossy(&bytes).into_owned())),
            }
        }
        Ok(())
    }

    /// The text of a parameter; `None` when it is absent or empty, which the real server does not tell apart.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str).filter(|v| !v.is_empty())
    }

    /// A whole number; whatever is none counts as absent.
    pub fn int(&self, name: &str) -> Option<i64> {
        self.text(name)?.trim().parse().ok()
    }

    /// True for `true`, `yes` and `1`, in any letter case.
    pub fn flag(&self, name: &str) -> bool {
        self.text(name).is_some_and(|v| matches!(v.to_ascii_lowercase().as_str(), "true" | "yes" | "1"))
    }

    /// A parameter that holds JSON. `what` names it in the complaint.
    pub fn json(&self, name: &str, what: &str) -> Result<Option<Value>, Unreadable> {
        let Some(text) = self.text(name) else { return Ok(None) };
        let wrong = |_| Unreadable::new(&format!("can't parse {what} JSON object"));
        serde_json::from_str(text).map(Some).map_err(wrong)
    }
}

/// A file's name that stands without quotes: all of it, up to the next parameter, spaces too.
fn unquoted(headers: &HeaderMap) -> Option<String> {
    let line = String::from_utf8_lossy(headers.get(CONTENT_DISPOSITION)?.as_bytes()).into_owned();
    let (_, name) = line.split_once("filename=")?;
    let name = name.split(';').next().unwrap_or_default().trim();
    (!name.starts_with('"') && !name.is_empty()).then(|| name.to_owned())
}

/// Reads a whole body. One that is too large is read to its end and thrown away, as a client that is still sending
/// would see a broken connection instead of the refusal.
async fn read_body(mut body: Body) -> Result<Bytes, Unreadable> {
    let (mut read, mut total) = (Vec::new(), 0);
    while let Some(frame) = poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await {
        let frame = frame.map_err(|_| Unreadable::new("can't parse request: connection closed"))?;
        let Ok(data) = frame.into_data() else { continue };
        total += data.len();
        if total <= MAX_BODY {
            read.extend_from_slice(&data);
        } else if total > DRAINED * MAX_BODY {
            break;
        }
    }
    if total > MAX_BODY {
        Err(Unreadable { status: 413, text: "Request Entity Too Large".to_owned() })
    } else {
        Ok(Bytes::from(read))
    }
}

/// A JSON value as the text of a parameter; null is absent.
fn as_text(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

/// Decodes `%XX` and `+`; bytes that are no UTF-8 become replacement characters.
pub fn percent_decode(raw: &[u8]) -> String {
    let mut out = Vec::with_capacity(raw.len());
    let mut at = 0;
    while let Some(byte) = raw.get(at) {
        let hex = raw.get(at + 1..at + 3).filter(|_| *byte == b'%').and_then(hex_byte);
        match (byte, hex) {
            (_, Some(decoded)) => {
                out.push(decoded);
                at += 2;
            }
            (b'+', None) => out.push(b' '),
            (other, None) => out.push(*other),
        }
        at += 1;
    }
    String::from_utf8_lossy(&out).into_owned()
}

fn hex_byte(pair: &[u8]) -> Option<u8> {
    let digits = std::str::from_utf8(pair).ok().filter(|p| p.bytes().all(|b| b.is_ascii_hexdigit()))?;
    u8::from_str_radix(digits, 16).ok()
}

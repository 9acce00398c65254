//! A platform for tests: a server on loopback that answers as a closure says, and remembers what it was asked.
//!
//! It speaks bare HTTP/1.1 over plain sockets, so that it can also do what no proper server does: take a request and
//! hang up.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use serde_json::Value;

/// A request as it came.
#[derive(Debug, Clone, Default)]
pub(crate) struct Seen {
    /// Path and query.
    pub(crate) path: String,
    /// Names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    /// The body, as text.
    pub(crate) body: String,
}

impl Seen {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(header, _)| header == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }
}

/// What the closure answers.
#[derive(Debug, Clone)]
pub(crate) enum Reply {
    /// HTTP 200 with JSON.
    Json(Value),
    /// A status, header lines without line ends, and a body.
    Raw(u16, Vec<String>, String),
    /// The connection is cut after the request was read.
    HangUp,
}

type Handler = dyn Fn(&Seen) -> Reply + Send + Sync;

/// The server. It lives until the test process ends.
pub(crate) struct Stub {
    pub(crate) url: reqwest::Url,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Stub {
    pub(crate) fn start(handler: impl Fn(&Seen) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
        let seen = Arc::<Mutex<Vec<Seen>>>::default();
        let (log, handler): (_, Arc<Handler>) = (seen.clone(), Arc::new(handler));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (log, handler) = (log.clone(), handler.clone());
                std::thread::spawn(move || serve(stream, &log, handler.as_ref()));
            }
        });
        Self { url, seen }
    }

    /// Everything asked so far.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    /// The requests whose path holds a text.
    pub(crate) fn seen_at(&self, part: &str) -> Vec<Seen> {
        self.seen().into_iter().filter(|seen| seen.path.contains(part)).collect()
    }
}

fn serve(mut stream: TcpStream, log: &Mutex<Vec<Seen>>, handler: &Handler) {
    let Some(seen) = read(&stream) else { return };
    log.lock().unwrap().push(seen.clone());
    let (status, headers, body) = match handler(&seen) {
        Reply::Json(body) => (200, vec!["content-type: application/json".to_owned()], body.to_string()),
        Reply::Raw(status, headers, body) => (status, headers, body),
        Reply::HangUp => return,
    };
    let mut lines = vec![format!("HTTP/1.1 {status} X"), "connection: close".to_owned()];
    lines.push(format!("content-length: {}", body.len()));
    lines.extend(headers);
    let head = format!("{}\r\n\r\n", lines.join("\r\n"));
    let _ = stream.write_all(head.as_bytes());
    let _ = stream.write_all(body.as_bytes());
}

fn read(stream: &TcpStream) -> Option<Seen> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let mut seen = Seen { path: line.split(' ').nth(1)?.to_owned(), ..Seen::default() };
    loop {
        line.clear();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        seen.headers.push((name.to_lowercase(), value.trim().to_owned()));
    }
    let length = seen.header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    seen.body = String::from_utf8_lossy(&body).into_owned();
    Some(seen)
}

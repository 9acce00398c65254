//! One HTTP exchange with a platform: how far it got, and what came back, within bounds.
//!
//! Platforms want secrets where libraries do not expect them: two in the path, one in a header of its own name. So redirects are
//! never followed (the secret would travel on), and no text of the client's errors is used: it may hold the address.

use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Client, ClientBuilder, RequestBuilder, Response, Url};
use serde_json::Value;

use super::{AskError, Failure, witness};
use crate::domain::retry::{Outcome, Phase};

/// Largest answer of an API that is read, bytes. Lists of a platform are far smaller, but for what waits to be heard.
const ANSWER_LIMIT: usize = 4 << 20;

/// Where people's pictures and files lie on Zalo (captured webhook bodies of the bot platform: `*.zdn.vn`).
const MEDIA_HOST: &str = "zdn.vn";

/// What a platform answered, whatever its status.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    /// The HTTP status.
    pub(super) status: u16,
    /// Calls left in this minute, where the platform says (`X-RateLimit-Remain`).
    pub(super) calls_left: Option<u64>,
    /// The body as it came.
    pub(super) raw: String,
    /// The body as JSON; null when it is none.
    pub(super) body: Value,
}

/// An answer before anybody reads it; its fields are those of an [`Answer`].
pub(super) struct Unread {
    pub(super) status: u16,
    calls_left: Option<u64>,
    pub(super) raw: String,
}

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Broken {
    /// How far the request got.
    pub(super) phase: Phase,
    /// Whether time ran out, rather than the connection.
    pub(super) timed_out: bool,
}

impl Broken {
    /// What happened, in words that hold nothing of the request.
    pub(super) const fn words(self) -> &'static str {
        match (self.phase, self.timed_out) {
            (Phase::NotSent, _) => "the platform could not be reached",
            (Phase::AfterSend, true) => "no answer in time",
            (Phase::AfterSend, false) => "the connection broke",
        }
    }
}

impl From<Broken> for AskError {
    fn from(broken: Broken) -> Self {
        Self::Unreachable(broken.words().to_owned())
    }
}

impl From<Broken> for Failure {
    fn from(broken: Broken) -> Self {
        let outcome = Outcome::of_transport(broken.phase, broken.timed_out);
        Self { outcome, detail: broken.words().to_owned() }
    }
}

/// A client for calls to one address. It follows no redirect and tells nobody where it came from. This machine is never asked through
/// a proxy; other addresses are, where the environment names one (`HTTPS_PROXY`, `NO_PROXY`), and their certificates may be the system's
/// as well as the built-in ones: a commune's network may have an authority of its own.
///
/// # Errors
/// The TLS backend cannot be set up.
pub(super) fn client(to: &Url, connect: Duration, total: Duration) -> Result<Client, AskError> {
    let build = |native: bool| bounded(connect, total).tls_built_in_native_certs(native).build();
    if is_loopback(to) {
        return local_client(connect, total);
    }
    build(true)
        .or_else(|error| {
            tracing::warn!(error = %error.without_url(), "certificates.the_systems_are_unusable");
            build(false)
        })
        .map_err(|error| AskError::Refused(error.without_url().to_string()))
}

/// A client for this machine.
///
/// # Errors
/// The TLS backend cannot be set up.
pub(super) fn local_client(connect: Duration, total: Duration) -> Result<Client, AskError> {
    // Reading the system's certificates takes longer than many a call.
    let built = bounded(connect, total).no_proxy().tls_built_in_native_certs(false).build();
    built.map_err(|error| AskError::Refused(error.without_url().to_string()))
}

fn bounded(connect: Duration, total: Duration) -> ClientBuilder {
    Client::builder().connect_timeout(connect).timeout(total).tcp_nodelay(true).redirect(Policy::none()).referer(false)
}

/// Makes one call and reads its answer.
pub(super) async fn exchange(request: RequestBuilder) -> Result<Answer, Broken> {
    let Unread { status, calls_left, raw } = read_within(request, ANSWER_LIMIT).await?;
    let body = serde_json::from_str(&raw).unwrap_or_default();
    Ok(Answer { status, calls_left, raw, body })
}

/// Makes one call and gives its answer, of so many bytes at most, as it came. What is longer is no answer of an API: it cannot be read,
/// and the connection ends with it.
pub(super) async fn read_within(request: RequestBuilder, most: usize) -> Result<Unread, Broken> {
    let mut answer = answered(request).await?;
    let status = answer.status().as_u16();
    let calls_left =
        answer.headers().get("x-ratelimit-remain").and_then(|left| left.to_str().ok()?.trim().parse().ok());
    let raw = read(&mut answer, most).await.map_err(|error| late(&error))?.unwrap_or_default();
    Ok(Unread { status, calls_left, raw: String::from_utf8_lossy(&raw).into_owned() })
}

/// Makes one call and waits for the head of its answer. Every answer passes here.
async fn answered(request: RequestBuilder) -> Result<Response, Broken> {
    let answer = request.send().await.map_err(|error| broken(&error))?;
    witness::hear(&answer);
    Ok(answer)
}

fn broken(error: &reqwest::Error) -> Broken {
    let not_sent = error.is_connect() || error.is_builder();
    Broken { phase: if not_sent { Phase::NotSent } else { Phase::AfterSend }, timed_out: error.is_timeout() }
}

/// While the answer is read the request has certainly left.
fn late(error: &reqwest::Error) -> Broken {
    Broken { phase: Phase::AfterSend, timed_out: error.is_timeout() }
}

/// The address of a call, below the configured base.
pub(super) fn below(base: &Url, path: &str) -> String {
    format!("{}/{path}", base.as_str().trim_end_matches('/'))
}

/// Whether an address is on this machine.
pub(super) fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<std::net::IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

/// Fetches what a person sent. The address came with an update, so only Zalo's own media hosts are asked, and this machine
/// when the platform itself is a stand-in on it.
pub(super) async fn fetch_media(client: &Client, api: &Url, address: &str, limit: u64) -> Result<Vec<u8>, AskError> {
    let url = Url::parse(address).map_err(|_| AskError::Refused("the file's address cannot be read".to_owned()))?;
    if !is_media(&url, api) {
        return Err(AskError::Refused("the file lies on a host that is not the platform's".to_owned()));
    }
    download(client.get(url), limit).await
}

/// Downloads a file of so many bytes at most.
pub(super) async fn download(request: RequestBuilder, limit: u64) -> Result<Vec<u8>, AskError> {
    let mut answer = answered(request).await?;
    if !answer.status().is_success() {
        return Err(AskError::Refused(format!("download answered {}", answer.status().as_u16())));
    }
    let most = usize::try_from(limit).unwrap_or(usize::MAX);
    read(&mut answer, most).await.map_err(|error| late(&error))?.ok_or(AskError::TooLarge(limit))
}

/// Reads a body of so many bytes at most; none when it is longer, and the rest is not read.
async fn read(answer: &mut Response, most: usize) -> Result<Option<Vec<u8>>, reqwest::Error> {
    if answer.content_length().is_some_and(|length| length > most as u64) {
        return Ok(None);
    }
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await? {
        if body.len() + chunk.len() > most {
            return Ok(None);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Some(body))
}

fn is_media(url: &Url, api: &Url) -> bool {
    if url.username() != "" || url.password().is_some() {
        return false;
    }
    let host = url.host_str().unwrap_or_default().trim_end_matches('.');
    let zalo = host == MEDIA_HOST || host.strip_suffix(MEDIA_HOST).is_some_and(|rest| rest.ends_with('.'));
    (zalo && url.scheme() == "https") || (is_loopback(url) && is_loopback(api))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("https://f1-zpg.zdn.vn/a/b.jpg", true)]
    #[case("https://zdn.vn/a", true)]
    #[case("http://f1-zpg.zdn.vn/a/b.jpg", false)]
    #[case("https://evilzdn.vn/a", false)]
    #[case("https://zdn.vn.example.org/a", false)]
    #[case("https://zdn.vn@example.org/a", false)]
    #[case("https://user@f1.zdn.vn/a", false)]
    #[case("http://127.0.0.1:1/a", false)]
    #[case("http://169.254.169.254/latest", false)]
    #[case("file:///etc/passwd", false)]
    fn only_the_platforms_own_hosts_are_asked_for_files(#[case] address: &str, #[case] asked: bool) {
        let api = Url::parse("https://bot-api.zaloplatforms.com").unwrap();
        assert_eq!(is_media(&Url::parse(address).unwrap(), &api), asked);
    }

    #[test]
    fn a_stand_in_on_this_machine_may_keep_files_on_this_machine() {
        let api = Url::parse("http://127.0.0.1:9000").unwrap();
        assert!(is_media(&Url::parse("http://127.0.0.1:9000/media/1").unwrap(), &api));
        assert!(!is_media(&Url::parse("http://10.0.0.1/media/1").unwrap(), &api));
    }
}

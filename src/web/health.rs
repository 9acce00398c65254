//! Whether the service is well. Whoever is on this machine reads what is wrong, whoever asks from elsewhere one word: what is sick
//! tells an attacker where to push.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use serde_json::json;
use tokio::sync::Mutex;
use tokio::time::timeout;

use super::Site;
use crate::clock::Monotonic as _;
use crate::usecase::{UseCaseResult, usage};

/// How long the database may take: whoever asks wants to know now.
const PATIENCE: Duration = Duration::from_millis(1_500);
/// How long what was seen is told again: a thousand who ask cost as much as one.
const FRESH: Duration = Duration::from_millis(500);
/// A look of a loop that takes longer than this is stuck: the longest wait inside one is for the database, and shorter.
const STUCK: Duration = Duration::from_mins(1);
/// What a proxy adds: whoever asked it is not on this machine.
const FORWARDED: [&str; 4] = ["forwarded", "x-forwarded-for", "x-real-ip", "via"];

/// The state of the service, as `GET /health` tells it on this machine.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Health {
    /// `ok`, `sick` while an incident is open, `down` when the database does not answer or loops fail on it.
    pub status: &'static str,
    /// Faults that are open: scope and kind.
    pub incidents: Vec<(String, String)>,
    /// Messages waiting or on their way.
    pub open_messages: i64,
    /// Updates waiting to be processed.
    pub waiting_updates: i64,
    /// Answers that were left out this month, on all accounts, to save what is left of it.
    pub answers_left_out: u64,
    /// Seconds since each loop of the service ended a look.
    pub ticks: BTreeMap<String, u64>,
}

/// What was seen last, and when.
pub(super) type Remembered = Mutex<Option<(Duration, Health)>>;

/// `GET /health`.
pub(super) async fn health(
    State(site): State<Arc<Site>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
) -> Response {
    let health = seen(&site).await;
    let is_up = health.status != "down";
    let status = if is_up { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    if is_near(peer, &headers) {
        return (status, Json(health)).into_response();
    }
    (status, Json(json!({ "status": if is_up { "ok" } else { "down" } }))).into_response()
}

/// Whether somebody on this machine asks.
fn is_near(peer: SocketAddr, headers: &HeaderMap) -> bool {
    peer.ip().to_canonical().is_loopback() && FORWARDED.iter().all(|name| !headers.contains_key(*name))
}

/// What is so now; those who ask at the same time look together.
async fn seen(site: &Site) -> Health {
    let mut remembered = site.health.lock().await;
    let now = site.machine.elapsed();
    if let Some((at, health)) = &*remembered
        && now.saturating_sub(*at) < FRESH
    {
        return health.clone();
    }
    let health = match timeout(PATIENCE, look(site)).await {
        Ok(Ok(health)) => health,
        Ok(Err(error)) => {
            tracing::error!(%error, "health.failed");
            down(site)
        }
        Err(_) => {
            tracing::error!("health.too_slow");
            down(site)
        }
    };
    *remembered = Some((site.machine.elapsed(), health.clone()));
    health
}

fn down(site: &Site) -> Health {
    Health {
        status: "down",
        incidents: vec![("database".to_owned(), "no_answer".to_owned())],
        open_messages: 0,
        waiting_updates: 0,
        answers_left_out: 0,
        ticks: ages(site),
    }
}

fn ages(site: &Site) -> BTreeMap<String, u64> {
    site.core.beats.ages(site.core.clocks.mono.elapsed())
}

async fn look(site: &Site) -> UseCaseResult<Health> {
    let core = &site.core;
    // Not through the pages' connections: readers of large files queue there.
    let mut tx = core.store.read().await?;
    let incidents = tx.open_incidents().await?;
    let accounts = usage::all(&mut tx, &core.act("")).await?;
    let mut incidents: Vec<(String, String)> =
        incidents.into_iter().map(|incident| (incident.scope, incident.kind)).collect();
    let stuck = core.beats.stuck(core.clocks.mono.elapsed(), STUCK);
    incidents.extend(stuck.into_iter().map(|name| (format!("task:{name}"), "stuck".to_owned())));
    // What can be read may still be full, or locked against writing, and then nothing leaves.
    let is_failing = core.beats.is_failing();
    if is_failing {
        incidents.push(("database".to_owned(), "not_writable".to_owned()));
    }
    let status = match (is_failing, incidents.is_empty()) {
        (true, _) => "down",
        (false, false) => "sick",
        (false, true) => "ok",
    };
    Ok(Health {
        status,
        incidents,
        open_messages: tx.open_messages().await?,
        waiting_updates: tx.waiting_inbox_count().await?,
        answers_left_out: accounts.iter().map(|account| account.answers_left_out).sum(),
        ticks: ages(site),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_comes_through_a_proxy_or_from_elsewhere_is_not_near() {
        let near = |peer: &str, header: Option<&'static str>| {
            let headers = header.into_iter().map(|name| (name.parse().unwrap(), "x".parse().unwrap())).collect();
            is_near(peer.parse().unwrap(), &headers)
        };
        assert!(near("127.0.0.1:1", None) && near("[::1]:1", None) && near("[::ffff:127.0.0.1]:1", None));
        assert!(near("127.0.0.1:1", Some("user-agent")));
        assert!(!near("192.0.2.1:1", None) && !near("[2001:db8::1]:1", None));
        for name in FORWARDED {
            assert!(!near("127.0.0.1:1", Some(name)), "{name}");
        }
    }
}

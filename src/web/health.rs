//! Whether the service is well.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use tokio::time::timeout;

use super::Site;
use crate::engine::Core;
use crate::usecase::{UseCaseResult, usage};

/// How long the database may take: whoever asks wants to know now.
const PATIENCE: Duration = Duration::from_millis(1_500);

/// The state of the service, as `GET /health` tells it.
#[derive(Debug, serde::Serialize)]
pub struct Health {
    /// `ok`, `sick` while an incident is open, `down` when the database does not answer.
    pub status: &'static str,
    /// Faults that are open: scope and kind.
    pub incidents: Vec<(String, String)>,
    /// Messages waiting or on their way.
    pub open_messages: i64,
    /// Updates waiting to be processed.
    pub waiting_updates: i64,
    /// Answers that were left out this month, on all accounts, to save what is left of it.
    pub answers_left_out: u64,
}

pub(super) async fn health(State(site): State<Arc<Site>>) -> (StatusCode, Json<Health>) {
    match timeout(PATIENCE, look(&site.core)).await {
        Ok(Ok(health)) => (StatusCode::OK, Json(health)),
        Ok(Err(error)) => {
            tracing::error!(%error, "health.failed");
            down()
        }
        Err(_) => {
            tracing::error!("health.too_slow");
            down()
        }
    }
}

fn down() -> (StatusCode, Json<Health>) {
    let health = Health {
        status: "down",
        incidents: vec![("database".to_owned(), "no_answer".to_owned())],
        open_messages: 0,
        waiting_updates: 0,
        answers_left_out: 0,
    };
    (StatusCode::SERVICE_UNAVAILABLE, Json(health))
}

async fn look(core: &Core) -> UseCaseResult<Health> {
    let mut tx = core.store.read().await?;
    let incidents = tx.open_incidents().await?;
    let accounts = usage::all(&mut tx, &core.act("")).await?;
    let mut incidents: Vec<(String, String)> =
        incidents.into_iter().map(|incident| (incident.scope, incident.kind)).collect();
    // What can be read may still be locked against writing, and then nothing leaves.
    if core.is_database_failing() {
        incidents.push(("database".to_owned(), "not_writable".to_owned()));
    }
    Ok(Health {
        status: if incidents.is_empty() { "ok" } else { "sick" },
        incidents,
        open_messages: tx.open_messages().await?,
        waiting_updates: tx.waiting_inbox_count().await?,
        answers_left_out: accounts.iter().map(|account| account.answers_left_out).sum(),
    })
}

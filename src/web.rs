//! What the service says over HTTP: whether it is well.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Context as _;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};

use crate::engine::Core;
use crate::lifecycle::Lifecycle;

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
}

/// Listens and answers until the lifecycle ends.
///
/// # Errors
/// The address is taken.
pub async fn serve(core: &Arc<Core>, listen: SocketAddr, lifecycle: &Lifecycle) -> anyhow::Result<()> {
    let listener = tokio::net::TcpListener::bind(listen)
        .await
        .with_context(|| format!("cannot listen on {listen} ([http] listen in the settings)"))?;
    let router = Router::new().route("/health", get(health)).with_state(core.clone());
    let stop = lifecycle.soft();
    lifecycle.spawn("web", async move {
        axum::serve(listener, router).with_graceful_shutdown(async move { stop.cancelled().await }).await
    });
    Ok(())
}

async fn health(State(core): State<Arc<Core>>) -> (StatusCode, Json<Health>) {
    match look(&core).await {
        Ok(health) => (StatusCode::OK, Json(health)),
        Err(error) => {
            tracing::error!(%error, "health.failed");
            let health = Health { status: "down", incidents: Vec::new(), open_messages: 0, waiting_updates: 0 };
            (StatusCode::SERVICE_UNAVAILABLE, Json(health))
        }
    }
}

async fn look(core: &Core) -> Result<Health, crate::store::StoreError> {
    let mut tx = core.store.read().await?;
    let incidents = tx.open_incidents().await?;
    Ok(Health {
        status: if incidents.is_empty() { "ok" } else { "sick" },
        incidents: incidents.into_iter().map(|incident| (incident.scope, incident.kind)).collect(),
        open_messages: tx.open_messages().await?,
        waiting_updates: tx.waiting_inbox_count().await?,
    })
}

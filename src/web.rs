//! What the service says over HTTP: whether it is well, what platforms post to it, files behind links, and the page that takes
//! a document.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Context as _;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};

use crate::engine::Core;
use crate::engine::inbox::Inbox;
use crate::lifecycle::Lifecycle;

mod file;
mod health;
mod hook;
mod page;
mod upload;

pub use health::Health;
pub use hook::hook_address;

/// A platform's update is a few kilobytes.
const HOOK_BYTES: usize = 1_000_000;
/// What a form adds around its file.
const FORM_BYTES: usize = 100_000;

/// What the pages work with.
pub struct Site {
    /// The service.
    pub core: Arc<Core>,
    /// The conversations that documents belong to.
    pub inbox: Arc<Inbox>,
}

/// Listens and answers until the lifecycle ends.
///
/// # Errors
/// The address is taken.
pub async fn serve(site: Site, listen: SocketAddr, lifecycle: &Lifecycle) -> anyhow::Result<()> {
    let listener = tokio::net::TcpListener::bind(listen)
        .await
        .with_context(|| format!("cannot listen on {listen} ([http] listen in the settings)"))?;
    serve_on(listener, site, lifecycle);
    Ok(())
}

/// Answers on an address that is taken already, until the lifecycle ends.
pub fn serve_on(listener: tokio::net::TcpListener, site: Site, lifecycle: &Lifecycle) {
    let router = router(site);
    let stop = lifecycle.soft();
    lifecycle.spawn("web", async move {
        axum::serve(listener, router).with_graceful_shutdown(async move { stop.cancelled().await }).await
    });
}

/// Every address the service answers at.
pub fn router(site: Site) -> Router {
    let hook = post(hook::posted).get(hook::looked_at).layer(DefaultBodyLimit::max(HOOK_BYTES));
    let upload = get(upload::form).post(upload::posted).layer(DefaultBodyLimit::max(upload::MAX_BYTES + FORM_BYTES));
    Router::new()
        .route("/health", get(health::health))
        .route("/hook/{gateway}", hook)
        .route("/tep/{secret}", get(file::file))
        .route("/gui/{secret}", upload)
        .route("/robots.txt", get(async || "User-agent: *\nDisallow: /\n"))
        .with_state(Arc::new(site))
}

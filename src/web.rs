//! What the service says over HTTP: whether it is well, what platforms post to it, files behind links, and the page that takes
//! a document.
//!
//! Nobody who asks may hold up the engine: pages read through connections of their own, everything that may be held is bounded
//! (connections, bodies, time, memory), and whoever holds is let go of before somebody else is refused.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::Context as _;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use tokio::sync::Semaphore;

use crate::clock::SystemClock;
use crate::engine::Core;
use crate::engine::inbox::Inbox;
use crate::lifecycle::Lifecycle;
use crate::store::{Store, StoreResult};

use self::file::Streams;

mod body;
mod door;
mod file;
mod health;
mod hook;
mod page;
mod server;
mod upload;

pub use door::Limits;
pub use health::Health;
pub use hook::hook_address;

/// Pieces of files that are read at once. More would only wait for the same disk.
const READERS: usize = 2;
/// Connections to the database that pages read through: one that no reader of a file takes.
const CONNECTIONS: u32 = 3;
/// What a form adds around its file.
const FORM_BYTES: usize = 100_000;
/// Documents that are taken in at once: each is in memory two or three times while it is read.
const UPLOADS: usize = 2;

/// What the pages work with.
pub struct Site {
    core: Arc<Core>,
    inbox: Arc<Inbox>,
    /// The database, through connections of its own.
    pages: Store,
    limits: Limits,
    /// The machine's own time, also where a test drives the service's: connections are real.
    machine: SystemClock,
    /// Kilobytes that posted bodies may take together.
    bodies: Semaphore,
    uploads: Semaphore,
    /// Upload pages whose document is on its way, by the hash of their secret.
    claims: Mutex<BTreeSet<String>>,
    streams: Streams,
    health: health::Remembered,
    /// Posts refused since it was last said, by gateway, and when that was.
    refusals: Mutex<BTreeMap<String, (Duration, u64)>>,
}

impl Site {
    /// The pages of a service, and the conversations that documents belong to.
    ///
    /// # Errors
    /// The database.
    pub async fn new(core: Arc<Core>, inbox: Arc<Inbox>) -> StoreResult<Self> {
        let pages = core.store.beside(CONNECTIONS).await?;
        Ok(Self {
            core,
            inbox,
            pages,
            limits: Limits::default(),
            machine: SystemClock::new(),
            bodies: Semaphore::new(body::KILOBYTES),
            uploads: Semaphore::new(UPLOADS),
            claims: Mutex::default(),
            streams: Streams::with_readers(READERS),
            health: health::Remembered::default(),
            refusals: Mutex::default(),
        })
    }

    /// The same with other limits.
    #[must_use]
    pub fn within(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }
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
    let (limits, pages) = (site.limits, site.pages.clone());
    let router = router(site);
    let stop = lifecycle.soft();
    lifecycle.spawn("web", async move {
        server::serve(listener, router, limits, stop).await;
        // Before the engine's: whoever closes the last connection folds the log into the file.
        pages.close().await;
        Ok::<(), std::convert::Infallible>(())
    });
}

/// Every address the service answers at.
pub fn router(site: Site) -> Router {
    let upload = get(upload::form).post(upload::posted).layer(DefaultBodyLimit::max(upload::MAX_BYTES + FORM_BYTES));
    Router::new()
        .route("/health", get(health::health))
        .route("/hook/{gateway}", post(hook::posted).get(hook::looked_at))
        .route("/tep/{secret}", get(file::file))
        .route("/gui/{secret}", upload)
        .route("/robots.txt", get(async || "User-agent: *\nDisallow: /\n"))
        .with_state(Arc::new(site))
}

//! A stand-in for the Zalo Bot Platform on this machine, with its quotas, its deafness, faults and people.
//!
//! It plays one bot: at the real service ids of people and groups differ from bot to bot, so two bots are two
//! sandboxes. Ids are strings: 20 hex digits for a person, `zgr-` and hex digits for a group, hex digits for a
//! message. Where what is written about the platform and what was seen of it differ, [`Quirks`] plays either.
//!
//! What it does not do: fetch anything but photos, retry a webhook as the real service may (nobody knows how),
//! enforce a rate per second unless told to (none is published). A code or field that no source names is marked
//! as a guess where it stands.
//!
//! Everything lives in memory and ends with the process. It listens on 127.0.0.1 only.

mod calls;
mod config;
mod control;
mod error;
mod fault;
mod handle;
mod hear;
mod hook;
mod photo;
mod poll;
pub mod seed;
mod send;
mod server;
mod show;
mod text;
mod webhook;
mod world;

use std::{sync::Arc, time::Duration};

use tokio::{net::TcpListener, task::JoinHandle};
use tokio_util::sync::CancellationToken;

pub use config::{
    BodyShape, ErrorStatus, FieldNames, IdleAnswer, Polling, Probe, Quirks, ZaloBotConfig, ZaloBotError, ZaloBotLimits,
};
pub use error::ZaloBotControlError;
pub use fault::{ZaloBotFault, ZaloBotFaultKind};
pub use handle::ZaloBotHandle;
pub use world::{SentKind, ZaloBotCounts, ZaloBotSent};

use super::listener::FusedListener;

/// A running stand-in. Dropping it leaves it running until its cancellation token is cancelled.
#[derive(Debug)]
pub struct ZaloBotSandbox {
    handle: ZaloBotHandle,
    cancel: CancellationToken,
    server: JoinHandle<()>,
}

impl ZaloBotSandbox {
    /// Binds 127.0.0.1 and starts serving; the address can be used as soon as this returns.
    ///
    /// # Errors
    /// When the port is taken, the token is malformed, or no HTTP client can be built.
    pub async fn start(config: ZaloBotConfig) -> Result<Self, ZaloBotError> {
        let port = config.port;
        let bind = |source| ZaloBotError::Bind { port, source };
        let listener = TcpListener::bind(("127.0.0.1", port)).await.map_err(bind)?;
        let base_url = format!("http://{}", listener.local_addr().map_err(bind)?);
        let (cancel, tasks) = (config.cancel.child_token(), config.tasks.clone());
        // Photos and webhooks stand on this machine: a proxy of the environment must not be asked for them.
        let client = reqwest::Client::builder().no_proxy().connect_timeout(Duration::from_secs(5)).build()?;
        let shared = Arc::new(server::Shared::new(world::World::new(config)?, cancel.clone(), client, base_url));
        let handle = ZaloBotHandle::new(shared.clone());
        tasks.spawn(webhook::work(shared.clone()));
        let server = tasks.spawn(server::serve(FusedListener(listener), shared));
        Ok(Self { handle, cancel, server })
    }

    /// `http://127.0.0.1:<port>`, to which `/bot<token>/<method>` is appended.
    #[must_use]
    pub fn base_url(&self) -> String {
        self.handle.base_url()
    }

    /// The token that works now; one, in the shape the other stand-ins have it.
    #[must_use]
    pub fn tokens(&self) -> Vec<String> {
        vec![self.handle.token()]
    }

    /// Control of the people in it.
    #[must_use]
    pub fn handle(&self) -> ZaloBotHandle {
        self.handle.clone()
    }

    /// Stops serving: waiting polls end idle, running calls finish.
    pub async fn stop(self) {
        self.cancel.cancel();
        let _ = self.server.await;
    }
}

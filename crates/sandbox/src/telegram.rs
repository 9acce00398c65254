//! A stand-in for the Telegram Bot API.
//!
//! What it does not do: Markdown modes, inline mode, channels, topics, albums, payments, files by URL, the waits
//! by which the real server slows down short polls. Where the documentation and the server's source differ, the
//! source (tdlib/telegram-bot-api, tdlib/td) is followed, down to the texts of errors.

mod access;
mod api;
mod chat;
mod config;
mod control;
pub(crate) mod error;
mod fault;
mod groups;
mod handle;
mod html;
mod limits;
mod message;
mod poll;
pub mod seed;
pub(crate) mod server;
pub(crate) mod show;
mod text;
mod updates;
mod webhook;
mod wire;
mod world;

use std::{sync::Arc, time::Duration};

use tokio::{net::TcpListener, task::JoinHandle};
use tokio_util::sync::CancellationToken;

use crate::{armed, listener, params, picture, rng};

pub use chat::{GroupKind, Rights, Toast};
pub use config::{BotSpec, Limits, SandboxConfig, SandboxError};
pub use error::ControlError;
pub use fault::{Fault, FaultKind};
pub use handle::{ButtonView, FileView, Handle, MessageView, NewUser, PressView};
pub use world::{Counts, SentAct, SentEntry};

/// A running sandbox. Dropping it leaves it running until its cancellation token is cancelled.
#[derive(Debug)]
pub struct Sandbox {
    handle: Handle,
    cancel: CancellationToken,
    server: JoinHandle<()>,
}

impl Sandbox {
    /// Binds 127.0.0.1 and starts serving; the address can be used as soon as this returns.
    ///
    /// # Errors
    /// When the port is taken, a token is malformed, or no HTTP client can be built.
    pub async fn start(config: SandboxConfig) -> Result<Self, SandboxError> {
        let port = config.port;
        let bind = |source| SandboxError::Bind { port, source };
        let listener = TcpListener::bind(("127.0.0.1", port)).await.map_err(bind)?;
        let base_url = format!("http://{}", listener.local_addr().map_err(bind)?);
        let (cancel, tasks) = (config.cancel.child_token(), config.tasks.clone());
        let timeout = Duration::from_mins(1);
        let client = reqwest::Client::builder().connect_timeout(Duration::from_secs(5)).timeout(timeout).build()?;
        let shared = Arc::new(server::Shared::new(world::World::new(config)?, cancel.clone(), client, base_url));
        let handle = Handle::new(shared.clone());
        for bot in handle.bot_ids() {
            tasks.spawn(webhook::work(shared.clone(), bot));
        }
        let server = tasks.spawn(server::serve(listener::FusedListener(listener), shared));
        Ok(Self { handle, cancel, server })
    }

    /// `http://127.0.0.1:<port>`, to which `/bot<token>/<method>` is appended.
    #[must_use]
    pub fn base_url(&self) -> String {
        self.handle.base_url()
    }

    /// The tokens, in the order the bots were configured.
    #[must_use]
    pub fn tokens(&self) -> Vec<String> {
        self.handle.tokens()
    }

    /// Control of the people in it.
    #[must_use]
    pub fn handle(&self) -> Handle {
        self.handle.clone()
    }

    /// Stops serving: waiting polls end with an empty list, running calls finish.
    pub async fn stop(self) {
        self.cancel.cancel();
        let _ = self.server.await;
    }
}

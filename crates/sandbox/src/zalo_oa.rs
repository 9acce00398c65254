//! A stand-in for the Zalo Official Account Open API (v3, GMF groups, OAuth v4) on this machine.
//!
//! Both hosts of the real service share one origin here: `/v2.0/oa/…`, `/v3.0/oa/…` and `/v4/oa/…`. As its Telegram
//! neighbour it knows nothing of the rest of Loa; its shapes come from the sources named in the documentation of
//! each part, and wherever those disagree the shape is a value of [`ZaloOaConfig`].
//!
//! What it does not do: ZBS and ZNS templates, list templates and buttons of private messages, purchases, articles,
//! tags, `oa/getfollowers`. An id is always decimal and above 2^53, as at the real service.
//!
//! Everything lives in memory and ends with the process. It listens on 127.0.0.1 only.

mod api;
mod config;
mod content;
mod control;
mod error;
mod events;
mod fault;
mod groups;
mod handle;
mod hook;
mod limits;
mod look;
mod model;
mod oauth;
mod proof;
mod send;
mod server;
mod show;
mod upload;
mod world;

use std::{sync::Arc, time::Duration};

use tokio::{net::TcpListener, task::JoinHandle};
use tokio_util::sync::CancellationToken;

use crate::{listener::FusedListener, telegram::SandboxError};

pub use config::{
    AssetList, Consent, DateForm, Drive, ErrorText, HookRules, LifecycleNames, OaLimits, OauthRules, PrivateRules,
    Quirks, Signing, SigningId, SigningSecret, SigningTime, ZaloOaConfig,
};
pub use error::OaControlError;
pub use fault::{OaFault, OaFaultKind};
pub use handle::{Console, NewPerson, OaChatView, OaFileView, OaHandle, OaMessage, OaPersonView};
pub use model::{GroupSize, OaCounts, OaSent, Standing};
pub use oauth::TokenPair;

/// A running stand-in. Dropping it leaves it running until its cancellation token is cancelled.
#[derive(Debug)]
pub struct ZaloOaSandbox {
    handle: OaHandle,
    console: Console,
    cancel: CancellationToken,
    server: JoinHandle<()>,
}

impl ZaloOaSandbox {
    /// Binds 127.0.0.1 and starts serving; the address can be used as soon as this returns.
    ///
    /// # Errors
    /// When the port is taken or no HTTP client can be built.
    pub async fn start(config: ZaloOaConfig) -> Result<Self, SandboxError> {
        let port = config.port;
        let bind = |source| SandboxError::Bind { port, source };
        let listener = TcpListener::bind(("127.0.0.1", port)).await.map_err(bind)?;
        let base_url = format!("http://{}", listener.local_addr().map_err(bind)?);
        let (cancel, tasks) = (config.cancel.child_token(), config.tasks.clone());
        let client = reqwest::Client::builder().connect_timeout(Duration::from_secs(5)).build()?;
        let shared = Arc::new(server::Shared::new(world::World::new(config, base_url), cancel.clone(), client));
        let handle = OaHandle::new(shared.clone());
        let console = handle.console();
        tasks.spawn(hook::work(shared.clone()));
        let server = tasks.spawn(server::serve(FusedListener(listener), shared));
        Ok(Self { handle, console, cancel, server })
    }

    /// `http://127.0.0.1:<port>`, for `openapi.zalo.me`: `/v2.0/oa/…` and `/v3.0/oa/…` are appended.
    #[must_use]
    pub fn base_url(&self) -> String {
        self.handle.base_url()
    }

    /// The same for `oauth.zaloapp.com`: `/v4/oa/…` is appended.
    #[must_use]
    pub fn oauth_url(&self) -> String {
        self.handle.base_url()
    }

    /// The app's id.
    #[must_use]
    pub fn app_id(&self) -> &str {
        &self.console.app_id
    }

    /// The app's secret.
    #[must_use]
    pub fn app_secret(&self) -> &str {
        &self.console.app_secret
    }

    /// The account's id.
    #[must_use]
    pub fn oa_id(&self) -> &str {
        &self.console.oa_id
    }

    /// The key of the webhook page.
    #[must_use]
    pub fn oa_secret_key(&self) -> &str {
        &self.console.oa_secret_key
    }

    /// The tokens that are good now.
    #[must_use]
    pub fn tokens(&self) -> TokenPair {
        self.handle.tokens()
    }

    /// Control of the people in it.
    #[must_use]
    pub fn handle(&self) -> OaHandle {
        self.handle.clone()
    }

    /// Stops serving: running calls finish, hanging ones are reset.
    pub async fn stop(self) {
        self.cancel.cancel();
        let _ = self.server.await;
    }
}

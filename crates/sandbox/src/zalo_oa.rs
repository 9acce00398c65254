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

use crate::server::Running;

pub use crate::{ControlError as OaControlError, Fault as OaFault, FaultKind as OaFaultKind};
pub use config::{
    AssetList, Consent, DateForm, Drive, ErrorText, HookRules, LifecycleNames, OaLimits, OaRules, OauthRules,
    PrivateRules, Quirks, Signing, SigningId, SigningSecret, SigningTime, ZaloOaConfig,
};
pub use handle::{Console, NewPerson, OaChatView, OaFileView, OaHandle, OaMessage, OaPersonView};
pub use model::{GroupSize, OaCounts, OaSent, OaSentKind, Standing};
pub use oauth::TokenPair;

/// A running stand-in, for `openapi.zalo.me` and `oauth.zaloapp.com` alike: `/v2.0/oa/…`, `/v3.0/oa/…` and `/v4/oa/…` are
/// appended to its address.
pub type ZaloOaSandbox = Running<world::World>;

impl ZaloOaSandbox {
    /// The address that stands for `oauth.zaloapp.com`.
    #[must_use]
    pub fn oauth_url(&self) -> String {
        self.base_url()
    }

    /// The app's id.
    #[must_use]
    pub fn app_id(&self) -> &str {
        &self.started_with().app_id
    }

    /// The app's secret.
    #[must_use]
    pub fn app_secret(&self) -> &str {
        &self.started_with().app_secret
    }

    /// The account's id.
    #[must_use]
    pub fn oa_id(&self) -> &str {
        &self.started_with().oa_id
    }

    /// The key of the webhook page.
    #[must_use]
    pub fn oa_secret_key(&self) -> &str {
        &self.started_with().oa_secret_key
    }

    /// The tokens that are good now.
    #[must_use]
    pub fn tokens(&self) -> TokenPair {
        self.handle().tokens()
    }
}

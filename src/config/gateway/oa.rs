//! What only an Official Account has: its app, the secrets of both, and how its webhooks are signed.

use reqwest::Url;

use crate::config::error::ConfigError;
use crate::config::secret::Secret;

/// The settings of an Official Account beside those every gateway has.
#[derive(Debug, Clone)]
#[expect(clippy::struct_field_names, reason = "oa_secret and oa_id are what the platform and the settings call them")]
pub struct Oa {
    /// Base URL of the server that gives tokens.
    pub oauth_url: Url,
    /// The app the account has authorised, by its id.
    pub app_id: String,
    /// The account, by its id.
    pub oa_id: String,
    /// Where the consent page leads back to, as the app has it registered; none when consent is never asked for here.
    pub redirect_url: Option<Url>,
    /// Calls a minute that the account's package permits.
    pub calls_per_minute: u32,
    /// Whether every call carries a proof that the caller knows the app's secret.
    pub appsecret_proof: bool,
    /// How webhooks are signed, when it is known; none to find out from the first one that fits.
    pub signature: Option<SignatureForm>,
    pub(super) app_secret: Result<Secret, ConfigError>,
    pub(super) oa_secret: MaybeSecret,
    pub(super) refresh_token: MaybeSecret,
    pub(super) access_token: MaybeSecret,
    pub(super) code_verifier: MaybeSecret,
}

/// A secret that may be left out; where one is named and cannot be had, why.
pub(super) type MaybeSecret = Option<Result<Secret, ConfigError>>;

fn given(secret: &MaybeSecret) -> Result<Option<&Secret>, ConfigError> {
    secret.as_ref().map(Result::as_ref).transpose().map_err(Clone::clone)
}

impl Oa {
    /// The app's secret.
    ///
    /// # Errors
    /// Why it could not be had, when the settings were loaded without need of it.
    pub fn app_secret(&self) -> Result<&Secret, ConfigError> {
        self.app_secret.as_ref().map_err(Clone::clone)
    }

    /// The key that webhooks are signed with, from the app's webhook page.
    ///
    /// # Errors
    /// Why it could not be had.
    pub fn oa_secret(&self) -> Result<Option<&Secret>, ConfigError> {
        given(&self.oa_secret)
    }

    /// The first refresh token, used only while the database holds none.
    ///
    /// # Errors
    /// Why it could not be had.
    pub fn refresh_token(&self) -> Result<Option<&Secret>, ConfigError> {
        given(&self.refresh_token)
    }

    /// The first access token, used only while the database holds none.
    ///
    /// # Errors
    /// Why it could not be had.
    pub fn access_token(&self) -> Result<Option<&Secret>, ConfigError> {
        given(&self.access_token)
    }

    /// The verifier of the pair fixed in the developers' console; none where each consent makes its own.
    ///
    /// # Errors
    /// Why it could not be had.
    pub fn code_verifier(&self) -> Result<Option<&Secret>, ConfigError> {
        given(&self.code_verifier)
    }

    /// Whether every secret that is named can be had.
    pub(super) fn check_secrets(&self) -> Result<(), ConfigError> {
        self.app_secret()?;
        self.oa_secret()?;
        self.refresh_token()?;
        self.access_token()?;
        self.code_verifier().map(|_| ())
    }
}

/// One of the ways an OA's webhooks were seen to be signed: SHA-256 over an id, the body, a time and a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignatureForm {
    /// Whether the app's secret is the key, rather than the OA's own.
    pub app_secret: bool,
    /// Whether the time stands in a header, rather than in the body.
    pub header_time: bool,
    /// Whether the account's id leads, rather than the app's.
    pub oa_id: bool,
}

impl SignatureForm {
    /// Every form, the documented one first.
    pub const ALL: [Self; 8] = {
        let mut all = [Self { app_secret: false, header_time: false, oa_id: false }; 8];
        let mut at = 0;
        while at < all.len() {
            all[at] = Self { app_secret: at & 1 != 0, header_time: at & 2 != 0, oa_id: at & 4 != 0 };
            at += 1;
        }
        all
    };

    /// The word in the settings: key, time and id, such as `oa_secret+body+app_id`.
    #[must_use]
    pub fn word(self) -> String {
        let key = if self.app_secret { "app_secret" } else { "oa_secret" };
        let time = if self.header_time { "header" } else { "body" };
        let id = if self.oa_id { "oa_id" } else { "app_id" };
        format!("{key}+{time}+{id}")
    }

    /// The form a word stands for.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|form| form.word() == word)
    }
}

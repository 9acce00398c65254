//! The account's tokens: at hand for every call, renewed by one at a time, stored before their first use.
//!
//! Invariants: a new pair is in the vault before a call carries it; a refresh token is asked with once, and a second time
//! only when the first answer was lost; nothing of a token stands in an error.

use std::sync::Arc;
use std::time::Duration;

use reqwest::Url;
use secrecy::{ExposeSecret as _, SecretString};
use tokio::sync::Mutex;

use super::oauth::{self, Oauth, OauthError};
use crate::clock::Clock;
use crate::domain::calendar::Millis;
use crate::id::Entropy;
use crate::platform::vault::{Begun, Consent, StoredPair, TokenPair, Vault, VaultError};
use crate::platform::{AskError, same_secret};

/// A pair is renewed from this age on, well before the access token's 25 hours are over.
const RENEW_AFTER: Duration = Duration::from_hours(20);
/// An access token with less than this left is not used any more: it could end on the way.
const LAST_MINUTES_MS: i64 = 5 * 60_000;
/// How long a refresh token lives unused: three months; the shortest three months have 89 days.
pub(super) const REFRESH_LIFETIME_DAYS: i64 = 89;

/// What the token keeper works with.
pub(super) struct TokenKeeper {
    pub(super) account: String,
    pub(super) oa_id: String,
    pub(super) vault: Arc<dyn Vault>,
    pub(super) oauth: Oauth,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) entropy: Arc<dyn Entropy>,
    pub(super) redirect: Option<Url>,
    pub(super) fixed_verifier: Option<SecretString>,
    /// The first pair from the settings: refresh and access token.
    pub(super) first: (Option<SecretString>, Option<SecretString>),
    pub(super) kept: Mutex<Kept>,
}

/// What one process remembers; whoever holds it is the only one of this process that renews.
#[derive(Debug, Default)]
pub(super) struct Kept {
    known: Option<StoredPair>,
    /// A pair that the platform gave and the vault has not taken yet, with the version it follows. Losing it would cost
    /// the account.
    unsaved: Option<(i64, TokenPair)>,
}

/// A token for one call.
#[derive(Debug, Clone)]
pub(super) struct Access {
    pub(super) token: SecretString,
}

/// Why there is no token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum TokenError {
    /// The token server could not be reached, or the vault not be used: later.
    Unreachable(String),
    /// Another process is renewing.
    Wait(Duration),
    /// A person has to consent again. The text says how.
    Consent(String),
}

impl From<TokenError> for AskError {
    fn from(error: TokenError) -> Self {
        match error {
            TokenError::Unreachable(text) => Self::Unreachable(text),
            TokenError::Wait(wait) => Self::Wait(wait),
            TokenError::Consent(text) => Self::Unauthorized(text),
        }
    }
}

impl From<VaultError> for TokenError {
    fn from(error: VaultError) -> Self {
        Self::Unreachable(error.to_string())
    }
}

impl TokenKeeper {
    /// The token to call with now.
    pub(super) async fn current(&self) -> Result<Access, TokenError> {
        let mut kept = self.kept.lock().await;
        self.save_unsaved(&mut kept).await?;
        let now = self.clock.now();
        if let Some(known) = kept.known.as_ref().filter(|known| lasts(known, now)) {
            return Ok(access(known));
        }
        let stored = self.stored(&mut kept).await?;
        if lasts(&stored, now) {
            return Ok(access(&stored));
        }
        self.renew(&mut kept, stored).await.map(|stored| access(&stored))
    }

    /// The token to try once more with, after the platform refused this one: the stored one if that is another, else a
    /// renewed one.
    pub(super) async fn after_refusal(&self, used: &Access) -> Result<Access, TokenError> {
        let mut kept = self.kept.lock().await;
        self.save_unsaved(&mut kept).await?;
        let stored = self.stored(&mut kept).await?;
        let same = same_secret(used.token.expose_secret(), stored.pair.access.expose_secret());
        if !same && lasts(&stored, self.clock.now()) {
            return Ok(access(&stored));
        }
        self.renew(&mut kept, stored).await.map(|stored| access(&stored))
    }

    /// Renews the pair when it is old enough, and gives the one that is there.
    pub(super) async fn keep_fresh(&self) -> Result<StoredPair, TokenError> {
        let mut kept = self.kept.lock().await;
        self.save_unsaved(&mut kept).await?;
        let stored = self.stored(&mut kept).await?;
        let now = self.clock.now();
        let young = stored.pair.obtained_at + RENEW_AFTER > now;
        if young && lasts(&stored, now) { Ok(stored) } else { self.renew(&mut kept, stored).await }
    }

    /// The pair that is stored, without asking anybody.
    pub(super) async fn standing(&self) -> Result<Option<StoredPair>, VaultError> {
        self.vault.load(&self.account).await
    }

    async fn save_unsaved(&self, kept: &mut Kept) -> Result<(), TokenError> {
        let Some((version, pair)) = kept.unsaved.take() else { return Ok(()) };
        match self.vault.finish_renewal(&self.account, version, &pair).await {
            Ok(stored) => kept.known = Some(stored),
            // Somebody consented meanwhile: theirs counts.
            Err(VaultError::Stale) => kept.known = None,
            Err(error) => {
                kept.unsaved = Some((version, pair));
                return Err(error.into());
            }
        }
        Ok(())
    }

    /// What the vault has; the pair from the settings, if it has none yet.
    async fn stored(&self, kept: &mut Kept) -> Result<StoredPair, TokenError> {
        let loaded = match self.vault.load(&self.account).await {
            Err(VaultError::Sealed) => return Err(self.consent_needed(&VaultError::Sealed.to_string()).await),
            loaded => loaded?,
        };
        let stored = match loaded {
            Some(stored) => stored,
            None => self.first_pair().await?,
        };
        kept.known = Some(stored.clone());
        Ok(stored)
    }

    async fn first_pair(&self) -> Result<StoredPair, TokenError> {
        let (Some(refresh), access) = &self.first else {
            return Err(self.consent_needed("the account has no tokens yet").await);
        };
        // How old a pasted token is nobody knows; without one it is renewed at once.
        let now = self.clock.now();
        let expires_at = if access.is_some() { now + Duration::from_hours(24) } else { Millis(0) };
        let access = access.clone().unwrap_or_default();
        let pair = TokenPair { access, refresh: refresh.clone(), obtained_at: now, expires_at };
        Ok(self.vault.put_first(&self.account, &pair).await?)
    }

    async fn renew(&self, kept: &mut Kept, stored: StoredPair) -> Result<StoredPair, TokenError> {
        let now = self.clock.now();
        let ours = match self.vault.begin_renewal(&self.account, stored.version, now).await? {
            Begun::Ours(ours) => ours,
            Begun::Newer(newer) => {
                kept.known = Some(newer.clone());
                return Ok(newer);
            }
            Begun::NotBefore { renewals, .. } if renewals > 1 => {
                return Err(self.consent_needed("the refresh token brought no new pair twice").await);
            }
            Begun::NotBefore { at, .. } => return Err(TokenError::Wait(now.until(at).min(Duration::from_secs(5)))),
        };
        match self.oauth.renew(&ours.pair.refresh, now).await {
            Ok(pair) => {
                tracing::info!(gateway = self.account, "tokens.renewed");
                kept.unsaved = Some((ours.version, pair));
                self.save_unsaved(kept).await?;
                match &kept.known {
                    Some(known) if known.version > ours.version => Ok(known.clone()),
                    _ => self.stored(kept).await,
                }
            }
            Err(OauthError::NotSent(words)) => {
                self.vault.abandon_renewal(&self.account, ours.version).await?;
                Err(TokenError::Unreachable(format!("the token server: {words}")))
            }
            // What was begun stays written down: after its time the same token is tried once more.
            Err(OauthError::Lost(words)) if ours.renewals < 2 => {
                Err(TokenError::Unreachable(format!("renewing the tokens: {words}")))
            }
            Err(OauthError::Lost(words) | OauthError::Refused(words)) => Err(self.consent_needed(&words).await),
        }
    }

    /// What a person has to do, with the page to open where it is known.
    async fn consent_needed(&self, why: &str) -> TokenError {
        let account = &self.account;
        let command = format!("loa gateway consent {account}");
        let what_to_do = match self.consent_link(false).await {
            Ok(link) => format!("open {link} as an administrator of the account, then run `{command} --code …`"),
            Err(_) => format!("run `{command}`"),
        };
        TokenError::Consent(format!("{why}; {what_to_do}"))
    }

    /// The page on which an administrator of the account agrees. A consent asked for earlier stays valid unless a fresh one
    /// is wanted.
    pub(super) async fn consent_link(&self, fresh: bool) -> Result<String, AskError> {
        let redirect = self.redirect.as_ref().ok_or_else(|| {
            AskError::Refused(format!(
                "the settings give no gateways.{}.redirect_url for the consent page",
                self.account
            ))
        })?;
        let failed = |error: VaultError| AskError::Refused(error.to_string());
        let earlier = if fresh { None } else { self.vault.consent(&self.account).await.ok().flatten() };
        let consent = if let Some(consent) = earlier {
            consent
        } else {
            let fresh = self.new_consent();
            self.vault.remember_consent(&self.account, &fresh, self.clock.now()).await.map_err(failed)?;
            fresh
        };
        let challenge = oauth::challenge(consent.verifier.expose_secret());
        Ok(oauth::consent_link(&self.oauth.base, &self.oauth.app_id, redirect, &challenge, &consent.state))
    }

    fn new_consent(&self) -> Consent {
        let fresh = || SecretString::from(oauth::verifier(self.entropy.as_ref()));
        let state = oauth::verifier(self.entropy.as_ref());
        Consent { state, verifier: self.fixed_verifier.clone().unwrap_or_else(fresh) }
    }

    /// Takes what the consent page gave back, and stores the pair it is exchanged for.
    pub(super) async fn accept_consent(&self, pasted: &str) -> Result<StoredPair, AskError> {
        let refuse = |text: &str| AskError::Refused(text.to_owned());
        let returned = oauth::returned(pasted);
        if returned.code.is_empty() {
            return Err(refuse("that address carries no code: copy the one the browser ended at, whole"));
        }
        let asked = self.vault.consent(&self.account).await.map_err(|error| refuse(&error.to_string()))?;
        let asked = asked.ok_or_else(|| refuse("no consent was asked for: run the command without --code first"))?;
        if returned.state.as_ref().is_some_and(|state| !same_secret(state, &asked.state)) {
            return Err(refuse("that answer belongs to another consent: open the link that was printed last"));
        }
        if returned.oa_id.as_ref().is_some_and(|oa_id| *oa_id != self.oa_id) {
            return Err(refuse("another account consented than the one in the settings (oa_id)"));
        }
        let mut kept = self.kept.lock().await;
        let pair = match self.oauth.exchange(&returned.code, &asked.verifier, self.clock.now()).await {
            Ok(pair) => pair,
            Err(OauthError::NotSent(words)) => return Err(AskError::Unreachable(words.to_owned())),
            Err(OauthError::Lost(words) | OauthError::Refused(words)) => return Err(AskError::Refused(words)),
        };
        let stored = self.vault.replace(&self.account, &pair).await.map_err(|error| refuse(&error.to_string()))?;
        *kept = Kept { known: Some(stored.clone()), unsaved: None };
        Ok(stored)
    }
}

fn access(stored: &StoredPair) -> Access {
    Access { token: stored.pair.access.clone() }
}

fn lasts(stored: &StoredPair, now: Millis) -> bool {
    stored.pair.expires_at.since(now) > LAST_MINUTES_MS && !stored.pair.access.expose_secret().is_empty()
}

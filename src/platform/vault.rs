//! Where tokens that renew themselves are kept.
//!
//! A refresh token works once. Whoever renews therefore writes down that it does (`begin_renewal`), asks, and stores the
//! new pair before its first use (`finish_renewal`); of several processes one gets to ask. Gateways know this interface
//! only; that the pairs lie sealed in the database is the business of `app`.

use secrecy::SecretString;

use super::Call;
use crate::domain::calendar::Millis;

pub mod seal;

/// How long a renewal that was begun is left to whoever began it. Longer than its call can take.
pub const RENEWAL_TIMEOUT_MS: i64 = 2 * 60_000;
/// How long to wait once a second try has not brought an answer either: the refresh token is probably used up, but an
/// outage of the token server would look the same.
pub const LATER_RENEWAL_MS: i64 = 60 * 60_000;

/// Two tokens that belong together.
#[derive(Debug, Clone)]
pub struct TokenPair {
    /// For calls; may be empty, then it has to be renewed first.
    pub access: SecretString,
    /// For the next pair.
    pub refresh: SecretString,
    /// Machine time at which the platform gave it.
    pub obtained_at: Millis,
    /// Machine time at which the access token ends.
    pub expires_at: Millis,
}

/// A pair as it lies in the vault.
#[derive(Debug, Clone)]
pub struct StoredPair {
    /// Rises with every pair of the account.
    pub version: i64,
    /// The tokens.
    pub pair: TokenPair,
    /// Machine time of the last renewal that was begun and not finished.
    pub renewing_at: Option<Millis>,
    /// How many renewals were begun with this pair.
    pub renewals: u32,
}

/// What asking for a renewal came to.
#[derive(Debug, Clone)]
pub enum Begun {
    /// It is ours: ask now, with this pair.
    Ours(StoredPair),
    /// Somebody else has renewed meanwhile.
    Newer(StoredPair),
    /// Somebody else is at it, or was and got no answer: not before this instant.
    NotBefore {
        /// Machine time.
        at: Millis,
        /// How many renewals with this pair brought no answer so far.
        renewals: u32,
    },
}

/// A consent that was asked for.
#[derive(Debug, Clone)]
pub struct Consent {
    /// Comes back with the answer.
    pub state: String,
    /// The secret behind the challenge that was shown.
    pub verifier: SecretString,
}

/// Why the vault did not do it. Texts hold no secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VaultError {
    /// What lies there cannot be opened: another key, or somebody changed it.
    #[error("the stored tokens cannot be opened with this key file")]
    Sealed,
    /// Another process stored a newer pair first.
    #[error("another process has stored a newer pair")]
    Stale,
    /// The database.
    #[error("{0}")]
    Failed(String),
}

/// Keeps the tokens of accounts, by configured name.
pub trait Vault: Send + Sync {
    /// The account's pair; none when it never had one.
    fn load<'a>(&'a self, account: &'a str) -> Call<'a, Result<Option<StoredPair>, VaultError>>;

    /// Stores a first pair, unless there is one, and gives the one that is there then.
    fn put_first<'a>(&'a self, account: &'a str, pair: &'a TokenPair) -> Call<'a, Result<StoredPair, VaultError>>;

    /// Stores a pair that a person has obtained, whatever was there, and forgets the consent it came from.
    fn replace<'a>(&'a self, account: &'a str, pair: &'a TokenPair) -> Call<'a, Result<StoredPair, VaultError>>;

    /// Writes down that the pair of this version is about to be renewed, if nobody else is at it.
    fn begin_renewal<'a>(&'a self, account: &'a str, version: i64, now: Millis) -> Call<'a, Result<Begun, VaultError>>;

    /// Stores what a renewal of this version brought. Only after this may the new pair be used.
    fn finish_renewal<'a>(
        &'a self,
        account: &'a str,
        version: i64,
        pair: &'a TokenPair,
    ) -> Call<'a, Result<StoredPair, VaultError>>;

    /// Takes back a renewal that certainly never reached the platform.
    fn abandon_renewal<'a>(&'a self, account: &'a str, version: i64) -> Call<'a, Result<(), VaultError>>;

    /// The consent last asked for.
    fn consent<'a>(&'a self, account: &'a str) -> Call<'a, Result<Option<Consent>, VaultError>>;

    /// Remembers a consent that is being asked for, instead of an earlier one.
    fn remember_consent<'a>(
        &'a self,
        account: &'a str,
        consent: &'a Consent,
        now: Millis,
    ) -> Call<'a, Result<(), VaultError>>;
}

/// When a renewal may be begun again: at once when none was begun, else after its time.
#[must_use]
pub fn renewable_from(stored: &StoredPair) -> Option<Millis> {
    let wait = if stored.renewals > 1 { LATER_RENEWAL_MS } else { RENEWAL_TIMEOUT_MS };
    stored.renewing_at.map(|begun| begun.plus_ms(wait))
}

/// The vault of a process that has no database: it keeps nothing, and says so.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoVault;

fn nowhere<'a, T: Send + 'a>() -> Call<'a, Result<T, VaultError>> {
    Box::pin(async { Err(VaultError::Failed("tokens are kept in the database, which is not open here".to_owned())) })
}

impl Vault for NoVault {
    fn load<'a>(&'a self, _account: &'a str) -> Call<'a, Result<Option<StoredPair>, VaultError>> {
        nowhere()
    }

    fn put_first<'a>(&'a self, _account: &'a str, _pair: &'a TokenPair) -> Call<'a, Result<StoredPair, VaultError>> {
        nowhere()
    }

    fn replace<'a>(&'a self, _account: &'a str, _pair: &'a TokenPair) -> Call<'a, Result<StoredPair, VaultError>> {
        nowhere()
    }

    fn begin_renewal<'a>(
        &'a self,
        _account: &'a str,
        _version: i64,
        _now: Millis,
    ) -> Call<'a, Result<Begun, VaultError>> {
        nowhere()
    }

    fn finish_renewal<'a>(
        &'a self,
        _account: &'a str,
        _version: i64,
        _pair: &'a TokenPair,
    ) -> Call<'a, Result<StoredPair, VaultError>> {
        nowhere()
    }

    fn abandon_renewal<'a>(&'a self, _account: &'a str, _version: i64) -> Call<'a, Result<(), VaultError>> {
        nowhere()
    }

    fn consent<'a>(&'a self, _account: &'a str) -> Call<'a, Result<Option<Consent>, VaultError>> {
        nowhere()
    }

    fn remember_consent<'a>(
        &'a self,
        _account: &'a str,
        _consent: &'a Consent,
        _now: Millis,
    ) -> Call<'a, Result<(), VaultError>> {
        nowhere()
    }
}

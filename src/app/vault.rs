//! The vault of gateways: sealed rows in the database, and the key in a file beside it.
//!
//! The key never goes into a backup of the database: a stolen copy of either opens no account.

use std::fs;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};

use super::role_lock::sqlite_path;
use crate::config::Settings;
use crate::domain::calendar::Millis;
use crate::id::Entropy;
use crate::platform::Call;
use crate::platform::vault::seal::{KEY_BYTES, Sealer};
use crate::platform::vault::{
    Begun, Consent, LATER_RENEWAL_MS, RENEWAL_TIMEOUT_MS, StoredPair, TokenPair, Vault, VaultError, renewable_from,
};
use crate::store::tokens::{NewTokens, TokenRow};
use crate::store::{Store, StoreError};

/// Seals rows of one database with one key.
pub struct StoreVault {
    store: Store,
    sealer: Sealer,
    entropy: Arc<dyn Entropy>,
}

impl StoreVault {
    /// Opens the vault of a service: reads the key file, or makes it on first use.
    ///
    /// # Errors
    /// The key file cannot be made or read, or nobody said where it is.
    pub fn open(settings: &Settings, store: Store, entropy: Arc<dyn Entropy>) -> anyhow::Result<Self> {
        let path = key_path(settings)?;
        // A mounted secret may belong to another user and be ours to read by our group.
        if let Err(error) = super::private::close(&path) {
            tracing::warn!(warning = %error, "files.exposed");
        }
        let key = key(&path, entropy.as_ref()).with_context(|| format!("vault key file {}", path.display()))?;
        Self::with_key(&key, store, entropy)
    }

    /// With a key that is at hand.
    ///
    /// # Errors
    /// The cipher refuses the key.
    pub fn with_key(key: &[u8; KEY_BYTES], store: Store, entropy: Arc<dyn Entropy>) -> anyhow::Result<Self> {
        let sealer = Sealer::new(key).context("the vault's cipher refuses the key")?;
        Ok(Self { store, sealer, entropy })
    }

    fn sealed(&self, label: &str, content: &Value) -> Result<Vec<u8>, VaultError> {
        let text = content.to_string();
        self.sealer.seal(label, text.as_bytes(), self.entropy.as_ref()).ok_or(VaultError::Sealed)
    }

    fn opened(&self, label: &str, sealed: &[u8]) -> Result<Value, VaultError> {
        let text = self.sealer.open(label, sealed).ok_or(VaultError::Sealed)?;
        serde_json::from_slice(&text).map_err(|_| VaultError::Sealed)
    }

    fn sealed_pair(&self, account: &str, pair: &TokenPair) -> Result<Vec<u8>, VaultError> {
        let content = json!({ "access": pair.access.expose_secret(), "refresh": pair.refresh.expose_secret() });
        self.sealed(&pair_label(account), &content)
    }

    fn pair(&self, account: &str, row: &TokenRow) -> Result<StoredPair, VaultError> {
        let content = self.opened(&pair_label(account), &row.sealed)?;
        Ok(StoredPair {
            version: row.version,
            pair: TokenPair {
                access: secret(&content["access"]),
                refresh: secret(&content["refresh"]),
                obtained_at: Millis(row.obtained_at),
                expires_at: Millis(row.expires_at),
            },
            renewing_at: row.renewing_at.map(Millis),
            renewals: u32::try_from(row.renewals).unwrap_or(u32::MAX),
        })
    }

    async fn load_now(&self, account: &str) -> Result<Option<StoredPair>, VaultError> {
        let row = self.store.read().await.map_err(failed)?.tokens(account).await.map_err(failed)?;
        row.map(|row| self.pair(account, &row)).transpose()
    }

    async fn must_load(&self, account: &str) -> Result<StoredPair, VaultError> {
        self.load_now(account).await?.ok_or(VaultError::Stale)
    }

    async fn put(&self, account: &str, pair: &TokenPair, how: Put) -> Result<StoredPair, VaultError> {
        let sealed = self.sealed_pair(account, pair)?;
        let new = NewTokens { sealed: &sealed, obtained_at: pair.obtained_at, expires_at: pair.expires_at };
        let mut tx = self.store.begin().await.map_err(failed)?;
        match how {
            Put::First => tx.put_first_tokens(account, new).await.map(|_| ()).map_err(failed)?,
            Put::Instead => tx.replace_tokens(account, new).await.map_err(failed)?,
            Put::After(version) => tx.finish_renewal(account, version, new).await.map_err(failed)?,
        }
        tx.commit().await.map_err(failed)?;
        self.must_load(account).await
    }

    async fn begin_now(&self, account: &str, version: i64, now: Millis) -> Result<Begun, VaultError> {
        let over = (now.plus_ms(-RENEWAL_TIMEOUT_MS), now.plus_ms(-LATER_RENEWAL_MS));
        let mut tx = self.store.begin().await.map_err(failed)?;
        let ours = tx.begin_renewal(account, version, now, over).await.map_err(failed)?;
        tx.commit().await.map_err(failed)?;
        let stored = self.must_load(account).await?;
        if ours {
            return Ok(Begun::Ours(stored));
        }
        if stored.version != version {
            return Ok(Begun::Newer(stored));
        }
        Ok(Begun::NotBefore { at: renewable_from(&stored).unwrap_or(now), renewals: stored.renewals })
    }

    async fn consent_now(&self, account: &str) -> Result<Option<Consent>, VaultError> {
        let sealed = self.store.read().await.map_err(failed)?.gateway_consent(account).await.map_err(failed)?;
        let Some(sealed) = sealed else { return Ok(None) };
        let content = self.opened(&consent_label(account), &sealed)?;
        let state = content["state"].as_str().unwrap_or_default().to_owned();
        Ok(Some(Consent { state, verifier: secret(&content["verifier"]) }))
    }

    async fn remember_now(&self, account: &str, consent: &Consent, now: Millis) -> Result<(), VaultError> {
        let asked = json!({ "state": consent.state, "verifier": consent.verifier.expose_secret() });
        let sealed = self.sealed(&consent_label(account), &asked)?;
        let mut tx = self.store.begin().await.map_err(failed)?;
        tx.put_gateway_consent(account, &sealed, now).await.map_err(failed)?;
        tx.commit().await.map_err(failed)
    }

    async fn abandon_now(&self, account: &str, version: i64) -> Result<(), VaultError> {
        let mut tx = self.store.begin().await.map_err(failed)?;
        tx.abandon_renewal(account, version).await.map_err(failed)?;
        tx.commit().await.map_err(failed)
    }
}

/// What a new pair takes the place of.
#[derive(Debug, Clone, Copy)]
enum Put {
    /// Of nothing; if there is one, it stays.
    First,
    /// Of whatever is there.
    Instead,
    /// Of the pair of this version.
    After(i64),
}

fn pair_label(account: &str) -> String {
    format!("tokens of {account}")
}

fn consent_label(account: &str) -> String {
    format!("consent of {account}")
}

fn secret(value: &Value) -> SecretString {
    SecretString::from(value.as_str().unwrap_or_default())
}

fn failed(error: StoreError) -> VaultError {
    match error {
        StoreError::Stale { .. } => VaultError::Stale,
        other => VaultError::Failed(other.to_string()),
    }
}

impl Vault for StoreVault {
    fn load<'a>(&'a self, account: &'a str) -> Call<'a, Result<Option<StoredPair>, VaultError>> {
        Box::pin(self.load_now(account))
    }

    fn put_first<'a>(&'a self, account: &'a str, pair: &'a TokenPair) -> Call<'a, Result<StoredPair, VaultError>> {
        Box::pin(self.put(account, pair, Put::First))
    }

    fn replace<'a>(&'a self, account: &'a str, pair: &'a TokenPair) -> Call<'a, Result<StoredPair, VaultError>> {
        Box::pin(self.put(account, pair, Put::Instead))
    }

    fn begin_renewal<'a>(&'a self, account: &'a str, version: i64, now: Millis) -> Call<'a, Result<Begun, VaultError>> {
        Box::pin(self.begin_now(account, version, now))
    }

    fn finish_renewal<'a>(
        &'a self,
        account: &'a str,
        version: i64,
        pair: &'a TokenPair,
    ) -> Call<'a, Result<StoredPair, VaultError>> {
        Box::pin(self.put(account, pair, Put::After(version)))
    }

    fn abandon_renewal<'a>(&'a self, account: &'a str, version: i64) -> Call<'a, Result<(), VaultError>> {
        Box::pin(self.abandon_now(account, version))
    }

    fn consent<'a>(&'a self, account: &'a str) -> Call<'a, Result<Option<Consent>, VaultError>> {
        Box::pin(self.consent_now(account))
    }

    fn remember_consent<'a>(
        &'a self,
        account: &'a str,
        consent: &'a Consent,
        now: Millis,
    ) -> Call<'a, Result<(), VaultError>> {
        Box::pin(self.remember_now(account, consent, now))
    }
}

/// Where the key is: as configured, or beside the embedded database.
fn key_path(settings: &Settings) -> anyhow::Result<PathBuf> {
    let beside = || sqlite_path(settings.database.url.expose()).map(|path| path.with_extension("key"));
    settings.vault.key_file.clone().or_else(beside).context(
        "an Official Account's tokens are sealed with a key file: set vault.key_file, the same one for every worker",
    )
}

/// Reads the key, or makes one that only its owner reads. Of two processes that make it at once, both get the same.
pub(super) fn key(path: &Path, entropy: &dyn Entropy) -> anyhow::Result<[u8; KEY_BYTES]> {
    match fs::read(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => make(path, entropy)?,
        read => return parsed(&read?),
    }
    parsed(&fs::read(path)?)
}

fn make(path: &Path, entropy: &dyn Entropy) -> anyhow::Result<()> {
    let mut key = [0_u8; KEY_BYTES];
    entropy.fill(&mut key);
    let mut mark = [0_u8; 8];
    entropy.fill(&mut mark);
    let draft = path.with_extension(format!("key-{}", hex(&mark)));
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&draft)?;
    file.write_all(format!("{}\n", hex(&key)).as_bytes())?;
    file.sync_all()?;
    // A link appears whole or not at all, and never over one that is there.
    let linked = fs::hard_link(&draft, path);
    fs::remove_file(&draft)?;
    match linked {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error.into()),
        _ => Ok(()),
    }
}

fn parsed(text: &[u8]) -> anyhow::Result<[u8; KEY_BYTES]> {
    let text = text.trim_ascii();
    let digit = |at: usize| text.get(at).and_then(|byte| char::from(*byte).to_digit(16));
    let byte = |at: usize| u8::try_from(digit(at)? * 16 + digit(at + 1)?).ok();
    let bytes: Option<Vec<u8>> = (0..text.len()).step_by(2).map(byte).collect();
    bytes.and_then(|bytes| bytes.try_into().ok()).context("must hold 64 hexadecimal digits and nothing else")
}

pub(super) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests;

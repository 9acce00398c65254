//! From the settings of an account to its gateway.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::Context as _;
use secrecy::SecretString;

use super::vault::StoreVault;
use crate::clock::{Clock, SystemClock};
use crate::config::{self, ConfigError, Platform, Secret, Settings};
use crate::id::Entropy;
use crate::platform::telegram::{Telegram, TelegramConfig};
use crate::platform::vault::{NoVault, Vault};
use crate::platform::zalo_bot::{ZaloBot, ZaloBotConfig};
use crate::platform::zalo_oa::{ZaloOa, ZaloOaConfig};
use crate::platform::{Budget, Gateway};
use crate::store::Store;

/// The accounts by configured name.
pub type Gateways = BTreeMap<String, Arc<dyn Gateway>>;

/// What accounts need whose tokens renew themselves.
#[derive(Clone)]
pub struct Keeping {
    /// Where tokens are kept.
    pub store: Store,
    /// Machine time.
    pub wall: Arc<dyn Clock>,
    /// Randomness for seals and consents.
    pub entropy: Arc<dyn Entropy>,
}

/// The configured accounts, as the service uses them.
///
/// # Errors
/// A token that cannot be had; the key of the vault, when an account needs it; a TLS backend that cannot be set up.
pub fn gateways_with(settings: &Settings, keeping: &Keeping) -> anyhow::Result<Gateways> {
    let needed = settings.gateways.values().any(|gateway| gateway.oa.is_some());
    let vault: Arc<dyn Vault> = if needed { Arc::new(opened(settings, keeping)?) } else { Arc::new(NoVault) };
    let made = Making { settings, vault, wall: keeping.wall.clone(), entropy: keeping.entropy.clone(), secrets: true };
    made.all()
}

/// The configured accounts without a database: one whose tokens renew themselves cannot call anybody.
///
/// # Errors
/// A token that cannot be had; a TLS backend that cannot be set up.
pub fn gateways(settings: &Settings) -> anyhow::Result<Gateways> {
    Making { secrets: true, ..Making::bare(settings) }.all()
}

/// The configured accounts for a command that sends nothing: what they can do is known without their tokens.
///
/// # Errors
/// A TLS backend that cannot be set up.
pub fn gateways_without_tokens(settings: &Settings) -> anyhow::Result<Gateways> {
    Making::bare(settings).all()
}

/// One Official Account, for what only such an account can do.
///
/// # Errors
/// There is no such gateway, or it is no Official Account; the rest as [`gateways_with`].
pub fn official_account(settings: &Settings, name: &str, keeping: &Keeping) -> anyhow::Result<ZaloOa> {
    let known = || settings.gateways.keys().cloned().collect::<Vec<_>>().join(", ");
    let gateway = settings
        .gateways
        .get(name)
        .with_context(|| format!("the settings name no gateway `{name}`: it must be one of {}", known()))?;
    let oa = gateway.oa.as_ref().with_context(|| {
        format!("gateway {name} is no Official Account: its token never changes and needs no consent")
    })?;
    let vault = Arc::new(opened(settings, keeping)?);
    let (wall, entropy) = (keeping.wall.clone(), keeping.entropy.clone());
    Making { settings, vault, wall, entropy, secrets: true }.account(gateway, oa)
}

fn opened(settings: &Settings, keeping: &Keeping) -> anyhow::Result<StoreVault> {
    StoreVault::open(settings, keeping.store.clone(), keeping.entropy.clone())
}

/// What all gateways are made with.
struct Making<'a> {
    settings: &'a Settings,
    vault: Arc<dyn Vault>,
    wall: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    /// Whether secrets are read from where the settings point.
    secrets: bool,
}

impl<'a> Making<'a> {
    fn bare(settings: &'a Settings) -> Self {
        let wall = Arc::new(SystemClock::new());
        Self { settings, vault: Arc::new(NoVault), wall, entropy: Arc::new(crate::id::SystemEntropy), secrets: false }
    }

    fn all(&self) -> anyhow::Result<Gateways> {
        let one = |(name, gateway): (&String, &config::Gateway)| {
            let made = self.one(gateway).with_context(|| format!("gateway {name}"))?;
            Ok((name.clone(), made))
        };
        self.settings.gateways.iter().map(one).collect()
    }

    fn one(&self, gateway: &config::Gateway) -> anyhow::Result<Arc<dyn Gateway>> {
        Ok(match gateway.platform {
            Platform::ZaloOa => {
                let oa = gateway.oa.as_ref().context("an Official Account without `app_id` and what belongs to it")?;
                Arc::new(self.account(gateway, oa)?)
            }
            Platform::ZaloBot => Arc::new(self.bot(gateway)?),
            Platform::Telegram => Arc::new(self.telegram(gateway)?),
        })
    }

    fn telegram(&self, gateway: &config::Gateway) -> anyhow::Result<Telegram> {
        let engine = &self.settings.engine;
        Ok(Telegram::new(TelegramConfig {
            name: gateway.name.clone(),
            api_url: gateway.api_url.clone(),
            token: self.secret(gateway.token())?,
            per_second: gateway.rate_per_second,
            long_poll: gateway.long_poll,
            connect: engine.connect,
            total: engine.text,
            total_with_file: engine.file,
        })?)
    }

    fn bot(&self, gateway: &config::Gateway) -> anyhow::Result<ZaloBot> {
        let engine = &self.settings.engine;
        let budget = gateway.budget.unwrap_or(config::MonthlyBudget { messages: 0, groups: 0 });
        Ok(ZaloBot::new(ZaloBotConfig {
            name: gateway.name.clone(),
            api_url: gateway.api_url.clone(),
            token: self.secret(gateway.token())?,
            per_second: gateway.rate_per_second,
            long_poll: gateway.long_poll,
            connect: engine.connect,
            total: engine.text,
            total_with_file: engine.file,
            budget: Budget { messages_a_month: budget.messages, groups: budget.groups },
            clock: self.wall.clone(),
        })?)
    }

    fn account(&self, gateway: &config::Gateway, oa: &config::Oa) -> anyhow::Result<ZaloOa> {
        let engine = &self.settings.engine;
        Ok(ZaloOa::new(ZaloOaConfig {
            name: gateway.name.clone(),
            api_url: gateway.api_url.clone(),
            oauth_url: oa.oauth_url.clone(),
            app_id: oa.app_id.clone(),
            oa_id: oa.oa_id.clone(),
            app_secret: self.secret(oa.app_secret())?,
            oa_secret: self.maybe(oa.oa_secret())?,
            refresh_token: self.maybe(oa.refresh_token())?,
            access_token: self.maybe(oa.access_token())?,
            code_verifier: self.maybe(oa.code_verifier())?,
            redirect_url: oa.redirect_url.clone(),
            signature: oa.signature,
            appsecret_proof: oa.appsecret_proof,
            calls_per_minute: oa.calls_per_minute,
            connect: engine.connect,
            total: engine.text,
            total_with_file: engine.file,
            vault: self.vault.clone(),
            clock: self.wall.clone(),
            entropy: self.entropy.clone(),
        })?)
    }

    fn secret(&self, secret: Result<&Secret, ConfigError>) -> anyhow::Result<SecretString> {
        if self.secrets { Ok(secret?.expose().to_owned().into()) } else { Ok(SecretString::default()) }
    }

    fn maybe(&self, secret: Result<Option<&Secret>, ConfigError>) -> anyhow::Result<Option<SecretString>> {
        if !self.secrets {
            return Ok(None);
        }
        Ok(secret?.map(|secret| secret.expose().to_owned().into()))
    }
}

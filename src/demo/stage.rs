//! The platforms that are played, behind one set of verbs: start, settings, writing, reading, counting.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::places::{Network, Places};
use crate::clock::{Clock as _, JumpingClock, Monotonic as _, SystemClock};
use crate::config::Settings;
use loa_sandbox::zalo_bot::{ZaloBotConfig, ZaloBotHandle, ZaloBotLimits, ZaloBotSandbox};
use loa_sandbox::zalo_oa::{OaHandle, OaLimits, ZaloOaConfig, ZaloOaSandbox};
use loa_sandbox::{
    Clocks,
    telegram::{BotSpec, Handle, Limits, Sandbox, SandboxConfig},
};

mod chat;

pub(super) use chat::Line;

/// The name under which all of them are seen.
const NAME: &str = "Loa xã Hà Long (mẫu)";
/// Calls a minute of the package that the played account has, "Comprehensive".
const OA_CALLS_PER_MINUTE: u32 = OaLimits::COMPREHENSIVE.oa_per_minute;
/// Answers by the account to one person that are paid for after the eight free ones; enough for a day at the office.
const OA_PAID_MESSAGES: u32 = 1_000;

/// The platforms that are played.
pub(super) struct Stage {
    telegram: Option<Sandbox>,
    bot: Option<ZaloBotSandbox>,
    oa: Option<ZaloOaSandbox>,
}

impl Stage {
    /// Starts the sandboxes wanted.
    ///
    /// # Errors
    /// A port.
    pub(super) async fn start(
        networks: &[Network],
        business: &Arc<JumpingClock>,
        system: &Arc<SystemClock>,
        seed: u64,
    ) -> anyhow::Result<Self> {
        let mut stage = Self { telegram: None, bot: None, oa: None };
        for network in networks {
            match network {
                Network::Telegram => stage.telegram = Some(telegram(business_dates(business, system), seed).await?),
                Network::ZaloBot => stage.bot = Some(bot(machine_dates(system), seed).await?),
                Network::ZaloOa => stage.oa = Some(oa(machine_dates(system), seed).await?),
            }
        }
        Ok(stage)
    }

    /// Makes the commune on every platform.
    ///
    /// # Errors
    /// A platform refuses a person or a group.
    pub(super) fn settle(&self, places: &mut Places, staff: &[(&str, Network)]) -> anyhow::Result<()> {
        if let Some(handle) = self.telegram() {
            places.settle_telegram(&handle, staff)?;
        }
        if let Some(handle) = self.bot() {
            places.settle_bot(&handle, staff)?;
        }
        if let Some(handle) = self.oa() {
            places.settle_oa(&handle, staff)?;
        }
        Ok(())
    }

    pub(super) fn telegram(&self) -> Option<Handle> {
        self.telegram.as_ref().map(Sandbox::handle)
    }

    pub(super) fn bot(&self) -> Option<ZaloBotHandle> {
        self.bot.as_ref().map(ZaloBotSandbox::handle)
    }

    pub(super) fn oa(&self) -> Option<OaHandle> {
        self.oa.as_ref().map(ZaloOaSandbox::handle)
    }

    /// The settings of a service that knows nothing but these sandboxes.
    ///
    /// # Errors
    /// A mistake in them.
    pub(super) fn settings(&self, folder: &Path, listen: SocketAddr) -> anyhow::Result<Settings> {
        let mut variables = vec![
            ("DATABASE__URL", super::database_url(folder)),
            ("VAULT__KEY_FILE", folder.join("loa.key").display().to_string()),
            ("HTTP__LISTEN", listen.to_string()),
            ("HTTP__PUBLIC_URL", format!("http://{listen}")),
        ];
        if let Some(sandbox) = &self.telegram {
            variables.extend([
                ("GATEWAYS__TELEGRAM__PLATFORM", "telegram".to_owned()),
                ("GATEWAYS__TELEGRAM__API_URL", sandbox.base_url().clone()),
                ("GATEWAYS__TELEGRAM__TOKEN", sandbox.tokens().into_iter().next().context("the sandbox has a bot")?),
            ]);
        }
        if let Some(sandbox) = &self.bot {
            variables.extend([
                ("GATEWAYS__ZALO_BOT__PLATFORM", "zalo_bot".to_owned()),
                ("GATEWAYS__ZALO_BOT__API_URL", sandbox.base_url()),
                ("GATEWAYS__ZALO_BOT__TOKEN", sandbox.handle().token()),
                ("GATEWAYS__ZALO_BOT__RECEIVE", "webhook".to_owned()),
            ]);
        }
        variables.extend(self.oa.iter().flat_map(account_variables));
        let variables = variables.into_iter().map(|(name, value)| (format!("LOA__{name}"), value));
        Ok(Settings::load(None, variables)?)
    }

    /// Has the account post its events to the service, as an administrator does in the developers' console.
    ///
    /// # Errors
    /// The address does not answer.
    pub(super) async fn subscribe(&self, listen: SocketAddr) -> anyhow::Result<()> {
        let Some(handle) = self.oa() else { return Ok(()) };
        let address = crate::web::hook_address(&format!("http://{listen}"), Network::ZaloOa.gateway());
        handle.set_webhook(&address).await.context("the account's webhook")
    }

    /// Whether the service has heard everything that was said.
    pub(super) fn is_heard(&self) -> bool {
        let telegram = self
            .telegram()
            .is_none_or(|handle| handle.bot_ids().into_iter().all(|bot| handle.pending_updates(bot) == 0));
        telegram
            && self.bot().is_none_or(|handle| handle.waiting() == 0)
            && self.oa().is_none_or(|handle| handle.waiting_events() == 0)
    }

    /// Calls that a platform refused because they came too fast: HTTP 429, or -32 at an Official Account.
    pub(super) fn refused(&self, gateway: &str) -> u64 {
        match Network::named(gateway) {
            Some(Network::Telegram) => self.telegram().map_or(0, |it| it.counts().refused_429.values().sum()),
            Some(Network::ZaloBot) => self.bot().and_then(|it| it.counts().refused.get(&429).copied()).unwrap_or(0),
            Some(Network::ZaloOa) => self.oa().and_then(|it| it.counts().refused.get(&-32).copied()).unwrap_or(0),
            None => 0,
        }
    }

    /// The addresses under which anybody can join, by platform.
    pub(super) fn addresses(&self) -> Vec<(Network, String)> {
        let telegram = self.telegram.as_ref().map(|it| (Network::Telegram, it.base_url().clone()));
        let bot = self.bot.as_ref().map(|it| (Network::ZaloBot, it.base_url()));
        let oa = self.oa.as_ref().map(|it| (Network::ZaloOa, it.base_url()));
        [telegram, bot, oa].into_iter().flatten().collect()
    }

    /// Ends all of them.
    pub(super) async fn stop(self) {
        if let Some(sandbox) = self.telegram {
            sandbox.stop().await;
        }
        if let Some(sandbox) = self.bot {
            sandbox.stop().await;
        }
        if let Some(sandbox) = self.oa {
            sandbox.stop().await;
        }
    }
}

fn account_variables(sandbox: &ZaloOaSandbox) -> Vec<(&'static str, String)> {
    let pair = sandbox.tokens();
    vec![
        ("GATEWAYS__ZALO_OA__PLATFORM", "zalo_oa".to_owned()),
        ("GATEWAYS__ZALO_OA__API_URL", sandbox.base_url()),
        ("GATEWAYS__ZALO_OA__OAUTH_URL", sandbox.oauth_url()),
        ("GATEWAYS__ZALO_OA__APP_ID", sandbox.app_id().to_owned()),
        ("GATEWAYS__ZALO_OA__OA_ID", sandbox.oa_id().to_owned()),
        ("GATEWAYS__ZALO_OA__APP_SECRET", sandbox.app_secret().to_owned()),
        ("GATEWAYS__ZALO_OA__OA_SECRET", sandbox.oa_secret_key().to_owned()),
        ("GATEWAYS__ZALO_OA__REFRESH_TOKEN", pair.refresh_token),
        ("GATEWAYS__ZALO_OA__ACCESS_TOKEN", pair.access_token),
        ("GATEWAYS__ZALO_OA__CALLS_PER_MINUTE", OA_CALLS_PER_MINUTE.to_string()),
    ]
}

/// Telegram's messages are dated by the story: nothing there has an age that counts.
fn business_dates(business: &Arc<JumpingClock>, system: &Arc<SystemClock>) -> Clocks {
    let business = business.clone();
    Clocks { wall_ms: Arc::new(move || business.now().0), ..machine_dates(system) }
}

/// Zalo's tokens, signatures and months have ages: they go by the clock that the gateways are given.
fn machine_dates(system: &Arc<SystemClock>) -> Clocks {
    let (wall, mono) = (system.clone(), system.clone());
    Clocks {
        monotonic_ms: Arc::new(move || i64::try_from(mono.elapsed().as_millis()).unwrap_or(i64::MAX)),
        wall_ms: Arc::new(move || wall.now().0),
    }
}

async fn telegram(clocks: Clocks, seed: u64) -> anyhow::Result<Sandbox> {
    let mut config = SandboxConfig::new(clocks, TaskTracker::new(), CancellationToken::new());
    config.limits = Some(Limits::STRICT);
    config.seed = seed;
    let (name, username) = (NAME.to_owned(), "loa_xa_mau_bot".to_owned());
    config.bots = vec![BotSpec { name, username, ..BotSpec::default() }];
    Ok(Sandbox::start(config).await?)
}

async fn bot(clocks: Clocks, seed: u64) -> anyhow::Result<ZaloBotSandbox> {
    let mut config = ZaloBotConfig::new(clocks, TaskTracker::new(), CancellationToken::new());
    config.limits = Some(ZaloBotLimits::BASIC);
    config.seed = seed;
    Ok(ZaloBotSandbox::start(config).await?)
}

async fn oa(clocks: Clocks, seed: u64) -> anyhow::Result<ZaloOaSandbox> {
    let mut config = ZaloOaConfig::new(clocks, TaskTracker::new(), CancellationToken::new());
    config.limits = Some(OaLimits::COMPREHENSIVE);
    config.private.paid_messages = OA_PAID_MESSAGES;
    NAME.clone_into(&mut config.oa_name);
    config.seed = seed;
    Ok(ZaloOaSandbox::start(config).await?)
}

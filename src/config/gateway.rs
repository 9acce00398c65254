//! `[gateways.NAME]`: one account on one platform. The names are free, so the defaults stand here; the samples in
//! `config/default.toml` show them and a test holds the two together.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use reqwest::Url;
use serde::Deserialize;

use super::error::{ConfigError, Problem, Warning};
use super::layers::Layers;
use super::secret::Secret;
use super::values::{bounded, filled, filled_option, one_of, seconds};

mod address;
mod oa;
mod source;
mod tree;

pub use oa::{Oa, SignatureForm};
pub(super) use tree::GatewayTree;

/// Telegram's own servers (Telegram Bot API, "Making requests").
const TELEGRAM_API: &str = "https://api.telegram.org";
/// The bot platform's servers; `https://bot-api.zapps.me` is an older name of theirs.
const ZALO_BOT_API: &str = "https://bot-api.zaloplatforms.com";
/// The servers of the Official Account Open API.
const ZALO_OA_API: &str = "https://openapi.zalo.me";
/// The servers that give an Official Account's tokens (`zaloplatform/zalo-php-sdk`).
const ZALO_OAUTH: &str = "https://oauth.zaloapp.com";
/// The messages a second a bot may send to different chats (Telegram Bots FAQ, "My bot is hitting limits"). The pacer holds it
/// against a server that counts strictly.
const TELEGRAM_RATE: u32 = 30;
/// No rate is published. With three groups two a second are never waited for, and no server takes them for a flood.
const ZALO_BOT_RATE: u32 = 2;
/// Calls a minute of the smallest package that has the API and groups ("Growth", by resellers in 2026).
const OA_CALLS_PER_MINUTE: u32 = 100;
/// Messages a month and groups of the free plan of the bot platform (2026).
const FREE_PLAN: MonthlyBudget = MonthlyBudget { messages: 3_000, groups: 3 };
/// How long one call for news may wait. Under the minute after which proxies commonly cut idle calls.
const LONG_POLL: Duration = Duration::from_secs(25);

/// A platform this program speaks to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Platform {
    /// The Telegram Bot API.
    Telegram,
    /// The Zalo Bot platform.
    ZaloBot,
    /// The Open API of a Zalo Official Account.
    ZaloOa,
}

impl Platform {
    const ALL: [Self; 3] = [Self::Telegram, Self::ZaloBot, Self::ZaloOa];

    /// The word in the settings.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Telegram => "telegram",
            Self::ZaloBot => "zalo_bot",
            Self::ZaloOa => "zalo_oa",
        }
    }

    const fn default_api(self) -> &'static str {
        match self {
            Self::Telegram => TELEGRAM_API,
            Self::ZaloBot => ZALO_BOT_API,
            Self::ZaloOa => ZALO_OA_API,
        }
    }

    /// Whether somebody must answer for its use: Telegram has been blocked in Việt Nam since May 2025
    /// (Công văn 2312/CVT-CS) and carries data abroad.
    const fn needs_a_reason(self) -> bool {
        matches!(self, Self::Telegram)
    }

    /// Whether its updates can be asked for.
    const fn can_be_polled(self) -> bool {
        !matches!(self, Self::ZaloOa)
    }

    const fn default_rate(self) -> u32 {
        match self {
            Self::Telegram => TELEGRAM_RATE,
            Self::ZaloBot | Self::ZaloOa => ZALO_BOT_RATE,
        }
    }

    fn parse(word: &str) -> Result<Self, Problem> {
        Self::ALL
            .into_iter()
            .find(|platform| platform.as_str() == word)
            .ok_or_else(|| Problem::UnknownPlatform { known: Self::ALL.map(Self::as_str).join(", ") })
    }
}

/// How an account's updates come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Receive {
    /// We ask for them.
    Polling,
    /// The platform posts them to our public address.
    Webhook,
}

/// What an account may use up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MonthlyBudget {
    /// Messages a calendar month.
    pub messages: u32,
    /// Groups it can be in.
    pub groups: u32,
}

/// One account on one platform.
#[derive(Debug, Clone)]
pub struct Gateway {
    /// The name in tables and logs; never changes, since rows refer to it.
    pub name: String,
    /// The wire protocol.
    pub platform: Platform,
    /// Base URL of the platform's API, without the token.
    pub api_url: Url,
    /// Why a platform that is off by default is used, and who decided it; none on this machine's own sandbox.
    pub enabled_reason: Option<String>,
    /// How updates come in.
    pub receive: Receive,
    /// Calls a second, over all chats of the account; an Official Account counts by the minute instead.
    pub rate_per_second: u32,
    /// How long one call for news may wait.
    pub long_poll: Duration,
    /// What the account may use up; none where the platform counts nothing.
    pub budget: Option<MonthlyBudget>,
    /// What only an Official Account has.
    pub oa: Option<Oa>,
    token: Result<Secret, ConfigError>,
}

impl Gateway {
    /// The bot's token; an Official Account has none that stands in the settings.
    ///
    /// # Errors
    /// Why it could not be had, when the settings were loaded without need of it.
    pub fn token(&self) -> Result<&Secret, ConfigError> {
        self.token.as_ref().map_err(Clone::clone)
    }

    /// Whether every secret the account needs can be had.
    ///
    /// # Errors
    /// Why one of them cannot.
    pub fn check_secrets(&self) -> Result<(), ConfigError> {
        match &self.oa {
            Some(oa) => oa.check_secrets(),
            None => self.token().map(|_| ()),
        }
    }
}

/// Where checking one gateway happens: its key, the layers, the environment.
struct Place<'a> {
    section: String,
    layers: &'a Layers,
    env: &'a BTreeMap<String, String>,
}

impl Place<'_> {
    fn error(&self, key: &str, problem: Problem) -> ConfigError {
        self.layers.error(&format!("{}.{key}", self.section), problem)
    }

    /// A key that is not there: the section tells where to add it.
    fn absent(&self, key: &str, problem: Problem) -> ConfigError {
        let (key, origin) = (format!("{}.{key}", self.section), self.layers.origin(&self.section));
        ConfigError::Setting { key, origin, problem }
    }
}

fn is_name(name: &str) -> bool {
    let sign = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_".contains(&byte);
    (1..=32).contains(&name.len()) && name.bytes().all(sign)
}

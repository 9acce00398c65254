//! `[gateways.NAME]`: one account on one platform. The names are free, so the defaults stand here; the sample in
//! `config/default.toml` shows them and a test holds the two together.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use reqwest::Url;
use serde::Deserialize;

use super::error::{ConfigError, Problem, Warning};
use super::layers::Layers;
use super::secret::Secret;
use super::values::{bounded, filled, filled_option, seconds};

/// Telegram's own servers (Telegram Bot API, "Making requests").
const TELEGRAM_API: &str = "https://api.telegram.org";
/// Just under the 30 messages a second a bot may send to different chats (Telegram Bots FAQ): evenly spaced, 29 drew no
/// refusal from a server that counts strictly, and exactly 30 did.
const TELEGRAM_RATE: u32 = 29;
/// How long one getUpdates call may wait for news. Under the minute after which proxies commonly cut idle calls.
const LONG_POLL: Duration = Duration::from_secs(25);
/// Longer than any platform's token; a longer file is not a token file.
const TOKEN_FILE_BYTES: u64 = 4_096;

/// A platform this program speaks to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Platform {
    /// The Telegram Bot API.
    Telegram,
}

impl Platform {
    const ALL: [Self; 1] = [Self::Telegram];

    /// The word in the settings.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Telegram => "telegram",
        }
    }

    const fn default_api(self) -> &'static str {
        match self {
            Self::Telegram => TELEGRAM_API,
        }
    }

    /// Whether somebody must answer for its use: Telegram has been blocked in Việt Nam since May 2025
    /// (Công văn 2312/CVT-CS) and carries data abroad.
    const fn needs_a_reason(self) -> bool {
        match self {
            Self::Telegram => true,
        }
    }

    fn parse(word: &str) -> Result<Self, Problem> {
        Self::ALL
            .into_iter()
            .find(|platform| platform.as_str() == word)
            .ok_or_else(|| Problem::UnknownPlatform { known: Self::ALL.map(Self::as_str).join(", ") })
    }
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
    /// Calls a second, over all chats of the account.
    pub rate_per_second: u32,
    /// How long one call for news may wait.
    pub long_poll: Duration,
    token: Result<Secret, ConfigError>,
}

impl Gateway {
    /// The account's token.
    ///
    /// # Errors
    /// Why it could not be had, when the settings were loaded without need of it.
    pub fn token(&self) -> Result<&Secret, ConfigError> {
        self.token.as_ref().map_err(Clone::clone)
    }
}

/// The section as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct GatewayTree {
    #[serde(deserialize_with = "filled")]
    platform: String,
    #[serde(default, deserialize_with = "filled_option")]
    api_url: Option<String>,
    #[serde(default)]
    token: Option<Secret>,
    #[serde(default)]
    token_file: Option<PathBuf>,
    #[serde(default, deserialize_with = "filled_option")]
    token_env: Option<String>,
    #[serde(default)]
    enabled_reason: Option<String>,
    #[serde(default = "default_rate", deserialize_with = "bounded::<_, 1, 1000>")]
    rate_per_second: u32,
    // Telegram answers at the latest after 50 s, whatever it is asked (tdlib/telegram-bot-api, Client.h).
    #[serde(default = "default_long_poll", rename = "long_poll_seconds", deserialize_with = "seconds::<_, 0, 50>")]
    long_poll: Duration,
}

const fn default_rate() -> u32 {
    TELEGRAM_RATE
}

const fn default_long_poll() -> Duration {
    LONG_POLL
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
}

impl GatewayTree {
    /// Checks the section and fetches its token.
    pub(super) fn check(
        self,
        name: &str,
        layers: &Layers,
        env: &BTreeMap<String, String>,
        warnings: &mut Vec<Warning>,
    ) -> Result<Gateway, ConfigError> {
        let place = Place { section: format!("gateways.{name}"), layers, env };
        if !is_name(name) {
            return Err(layers.error(&place.section, Problem::GatewayName));
        }
        let platform = Platform::parse(&self.platform).map_err(|problem| place.error("platform", problem))?;
        let address = self.api_url.as_deref().unwrap_or(platform.default_api());
        let api_url = api_url(address).map_err(|problem| place.error("api_url", problem))?;
        let enabled_reason = self.enabled_reason.as_deref().map(str::trim).filter(|text| !text.is_empty());
        if platform.needs_a_reason() && enabled_reason.is_none() && !is_loopback(&api_url) {
            // The key is usually absent: the section tells where to add it.
            let (key, origin) = (format!("{}.enabled_reason", place.section), layers.origin(&place.section));
            return Err(ConfigError::Setting { key, origin, problem: Problem::ReasonNeeded });
        }
        Ok(Gateway {
            name: name.to_owned(),
            platform,
            api_url,
            enabled_reason: enabled_reason.map(ToOwned::to_owned),
            rate_per_second: self.rate_per_second,
            long_poll: self.long_poll,
            token: self.source(&place)?.read(&place, warnings),
        })
    }

    /// The one place the token comes from.
    fn source(&self, place: &Place<'_>) -> Result<TokenSource, ConfigError> {
        let inline = self.token.clone().map(TokenSource::Inline);
        let file = self.token_file.clone().map(TokenSource::File);
        let variable = self.token_env.clone().map(TokenSource::Variable);
        let mut given: Vec<TokenSource> = [inline, file, variable].into_iter().flatten().collect();
        let Some(first) = given.pop() else {
            return Err(place.layers.error(&place.section, Problem::NoToken));
        };
        if given.is_empty() {
            return Ok(first);
        }
        let others = given.iter().map(TokenSource::key).collect::<Vec<_>>().join(" and ");
        Err(place.error(first.key(), Problem::SeveralTokens { others }))
    }
}

/// Where a token may come from.
enum TokenSource {
    Inline(Secret),
    File(PathBuf),
    Variable(String),
}

impl TokenSource {
    const fn key(&self) -> &'static str {
        match self {
            Self::Inline(_) => "token",
            Self::File(_) => "token_file",
            Self::Variable(_) => "token_env",
        }
    }

    fn read(&self, place: &Place<'_>, warnings: &mut Vec<Warning>) -> Result<Secret, ConfigError> {
        let text = match self {
            Self::Inline(token) => {
                let file = place.layers.file_of(&format!("{}.token", place.section));
                warnings.extend(file.as_deref().and_then(readable_by_all));
                Ok(token.clone())
            }
            Self::File(path) => read_file(path).inspect(|_| warnings.extend(readable_by_all(path))),
            Self::Variable(name) => {
                let value = place.env.get(name).map(|value| Secret::new(value));
                value.ok_or_else(|| Problem::TokenVariable(name.clone()))
            }
        };
        text.and_then(|text| token(&text)).map_err(|problem| place.error(self.key(), problem))
    }
}

fn read_file(path: &Path) -> Result<Secret, Problem> {
    let refuse = |reason: String| Problem::TokenFile { path: path.to_owned(), reason };
    let mut text = String::new();
    let file = File::open(path).map_err(|error| refuse(error.to_string()))?;
    file.take(TOKEN_FILE_BYTES + 1).read_to_string(&mut text).map_err(|error| refuse(error.to_string()))?;
    if text.len() as u64 > TOKEN_FILE_BYTES {
        return Err(refuse("too long for a token".to_owned()));
    }
    Ok(Secret::new(&text))
}

/// Trims, and refuses what cannot stand in the path of a URL.
fn token(text: &Secret) -> Result<Secret, Problem> {
    let trimmed = text.expose().trim();
    let clean = trimmed.bytes().all(|byte| byte.is_ascii_graphic() && !b"/?#%\\\"'".contains(&byte));
    match (trimmed.is_empty(), clean) {
        (true, _) => Err(Problem::EmptyToken),
        (false, false) => Err(Problem::MalformedToken),
        (false, true) => Ok(Secret::new(trimmed)),
    }
}

#[cfg(unix)]
fn readable_by_all(path: &Path) -> Option<Warning> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = path.metadata().ok()?.permissions().mode();
    (mode & 0o004 != 0).then(|| Warning::ReadableByAll(path.to_owned()))
}

#[cfg(not(unix))]
fn readable_by_all(_path: &Path) -> Option<Warning> {
    None
}

fn is_name(name: &str) -> bool {
    let sign = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_".contains(&byte);
    (1..=32).contains(&name.len()) && name.bytes().all(sign)
}

fn api_url(text: &str) -> Result<Url, Problem> {
    let url = Url::parse(text).map_err(|_| Problem::BadUrl)?;
    let bare = url.query().is_none() && url.fragment().is_none() && url.username().is_empty() && url.has_host();
    match url.scheme() {
        _ if !bare || url.password().is_some() => Err(Problem::BadUrl),
        "https" => Ok(url),
        "http" if is_loopback(&url) => Ok(url),
        "http" => Err(Problem::PlainHttp),
        _ => Err(Problem::BadUrl),
    }
}

/// This machine, by address or by its fixed name. Other names are not asked of DNS: the answer could change.
fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<std::net::IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

//! The sections of the settings whose keys are fixed. `config/default.toml` holds every value and its explanation.

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Deserializer};

use super::error::{ConfigError, Problem};
use super::layers::Layers;
use super::secret::Secret;
use super::values::{bounded, by_text, filled_option, one_of, seconds};
use crate::domain::calendar::{OfficeHours, SendWindows};
use crate::domain::retention::Periods;
use crate::domain::strangers::Allowance;
use crate::domain::urgency::Policies;
use crate::domain::when::WhenConfig;

/// `[commune]`: the tenant.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Commune {
    /// The commune's code in the database; none when the database holds only one.
    #[serde(default, deserialize_with = "filled_option")]
    pub code: Option<String>,
}

/// `[database]`: where the rows are.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Database {
    /// `sqlite:PATH`, or `postgres://…` which may hold a password.
    #[serde(deserialize_with = "database_url")]
    pub url: Secret,
}

/// `[engine]`: deadlines and leases.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Engine {
    /// How long an engine owns a gateway without renewing.
    #[serde(rename = "lease_seconds", deserialize_with = "seconds::<_, 5, 600>")]
    pub lease: Duration,
    /// Minutes after its time within which a missed schedule still fires.
    #[serde(deserialize_with = "bounded::<_, 0, 1440>")]
    pub missed_grace_minutes: u32,
    /// Until a connection to a platform stands. Within it nothing has been sent.
    #[serde(rename = "connect_seconds", deserialize_with = "seconds::<_, 1, 60>")]
    pub connect: Duration,
    /// Whole of a call that carries text.
    #[serde(rename = "text_seconds", deserialize_with = "seconds::<_, 5, 600>")]
    pub text: Duration,
    /// Whole of a call that carries a file.
    #[serde(rename = "file_seconds", deserialize_with = "seconds::<_, 5, 3600>")]
    pub file: Duration,
    /// How long a stop waits for calls under way.
    #[serde(rename = "shutdown_seconds", deserialize_with = "seconds::<_, 0, 600>")]
    pub shutdown: Duration,
}

impl Engine {
    /// A call's whole must outlast its connect phase, else every slow connection would count as "may have been sent".
    pub(super) fn check(&self, layers: &Layers) -> Result<(), ConfigError> {
        for (key, whole) in [("engine.text_seconds", self.text), ("engine.file_seconds", self.file)] {
            if whole <= self.connect {
                return Err(layers.error(key, Problem::NotGreater("engine.connect_seconds")));
            }
        }
        Ok(())
    }
}

/// `[desk]`: the rules of the staff's day. The tables inside are the types the rules themselves are written in.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Desk {
    /// Whom receivers may ask: the last lines of a broadcast. Empty for none.
    pub contact: String,
    /// Numbers of the officers on duty, for whoever cries for help. Empty for none.
    pub duty_phones: String,
    /// Minutes before its time at which an unapproved bulletin is pointed out.
    #[serde(deserialize_with = "bounded::<_, 0, 1440>")]
    pub approval_warning_minutes: u32,
    /// Days after which an unanswered obligation lapses and an unlimited bulletin expires.
    #[serde(deserialize_with = "bounded::<_, 1, 366>")]
    pub lapse_days: u32,
    /// A file of holidays to use instead of the embedded `config/holidays/vn.toml`.
    #[serde(default)]
    pub holidays: Option<PathBuf>,
    /// When offices work.
    pub office: OfficeHours,
    /// When groups may be written to.
    pub windows: SendWindows,
    /// Times of day for words that name none.
    pub times: WhenConfig,
    /// What each urgency asks for.
    pub policies: Policies,
}

/// `[plan]`: the plan that activities count toward.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// The plan's code in the database; none when it holds only one.
    #[serde(default, deserialize_with = "filled_option")]
    pub code: Option<String>,
    /// A plan file to import at the start when the database holds no plan yet.
    #[serde(default)]
    pub file: Option<PathBuf>,
}

/// `[strangers]`: what people nobody knows may cost.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Strangers {
    /// Answers a person and day to mere talk.
    #[serde(deserialize_with = "bounded::<_, 0, 100>")]
    pub answers_a_day: u32,
    /// Bulletins checked for a person and day.
    #[serde(deserialize_with = "bounded::<_, 5, 100>")]
    pub checks_a_day: u32,
    /// Tries a person and day to be let in.
    #[serde(deserialize_with = "bounded::<_, 5, 100>")]
    pub doors_a_day: u32,
    /// Percent of an account's pace for all of them.
    #[serde(deserialize_with = "bounded::<_, 1, 50>")]
    pub rate_percent: u32,
    /// Percent of an account's month for all of them.
    #[serde(deserialize_with = "bounded::<_, 1, 50>")]
    pub month_percent: u32,
}

impl Strangers {
    /// What is allowed, as the rules read it.
    #[must_use]
    pub fn allowance(&self) -> Allowance {
        Allowance {
            answers_a_day: i64::from(self.answers_a_day),
            checks_a_day: i64::from(self.checks_a_day),
            doors_a_day: i64::from(self.doors_a_day),
            rate_percent: self.rate_percent,
            month_percent: self.month_percent,
        }
    }
}

/// `[retention]`: how long what is kept.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Retention {
    /// Days after the end of a broadcast for which its rendered texts are kept.
    #[serde(deserialize_with = "bounded::<_, 1, 3660>")]
    pub bodies_days: u32,
    /// Days for which cards, call lists and answers are kept.
    #[serde(deserialize_with = "bounded::<_, 1, 3660>")]
    pub private_days: u32,
    /// Days for which numbers that stand for buttons are kept; three is how long one can be typed.
    #[serde(deserialize_with = "bounded::<_, 3, 3660>")]
    pub menus_days: u32,
    /// Days for which an update is known again; a platform that was not answered repeats it for a day and more.
    #[serde(deserialize_with = "bounded::<_, 14, 3660>")]
    pub keys_days: u32,
    /// Days for which links to files, pages for documents and one-time codes are kept after their end.
    #[serde(deserialize_with = "bounded::<_, 1, 3660>")]
    pub links_days: u32,
    /// Days for which incidents are kept after their end.
    #[serde(deserialize_with = "bounded::<_, 30, 3660>")]
    pub incidents_days: u32,
    /// Tries of a message that are kept when its text goes.
    #[serde(deserialize_with = "bounded::<_, 1, 100>")]
    pub attempts: u32,
    /// Years after which the admins are told that records are older.
    #[serde(deserialize_with = "bounded::<_, 1, 100>")]
    pub records_years: u32,
}

impl Retention {
    /// The periods as the rules read them.
    #[must_use]
    pub fn periods(&self) -> Periods {
        Periods {
            bodies_days: i64::from(self.bodies_days),
            private_days: i64::from(self.private_days),
            menus_days: i64::from(self.menus_days),
            keys_days: i64::from(self.keys_days),
            links_days: i64::from(self.links_days),
            incidents_days: i64::from(self.incidents_days),
            attempts: i64::from(self.attempts),
            records_years: self.records_years,
        }
    }
}

/// `[http]`: the port.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Http {
    /// Where health is answered, and webhooks and file links behind a proxy.
    #[serde(deserialize_with = "address")]
    pub listen: SocketAddr,
    /// The address under which the world reaches `listen`, without a slash at the end; none when it does not.
    #[serde(default, deserialize_with = "public_url")]
    pub public_url: Option<String>,
    /// Connections in all.
    pub connections: NonZeroUsize,
    /// Connections of one address; a proxy is one.
    pub connections_per_address: NonZeroUsize,
}

/// `[log]`: what stands on stderr.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Log {
    /// For people or for a collector.
    pub format: LogFormat,
    /// Levels by target, in the syntax of `tracing_subscriber::EnvFilter`.
    pub filter: String,
}

/// `[vault]`: what tokens in the database are sealed with.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vault {
    /// The file with the key; none for one beside the embedded database.
    #[serde(default)]
    pub key_file: Option<PathBuf>,
}

/// `[backup]`: sealed copies of the database.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Backup {
    /// Hours from one to the next; 0 for none by itself.
    #[serde(deserialize_with = "bounded::<_, 0, 720>")]
    pub every_hours: u32,
    /// The hour of the day at which one is made that is due once a day or less often.
    #[serde(deserialize_with = "bounded::<_, 0, 23>")]
    pub at_hour: u32,
    /// Backups in the folder that are kept.
    #[serde(deserialize_with = "bounded::<_, 1, 1000>")]
    pub keep: u32,
    /// Where they go; none for `backups` beside the embedded database.
    #[serde(default)]
    pub folder: Option<PathBuf>,
    /// The file with the key; none for one beside the embedded database.
    #[serde(default)]
    pub key_file: Option<PathBuf>,
}

/// How a log line is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// One line for people.
    Text,
    /// One JSON object a line.
    Json,
}

impl<'de> Deserialize<'de> for LogFormat {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        one_of(source, "\"text\" or \"json\"", &[("text", Self::Text), ("json", Self::Json)])
    }
}

fn address<'de, D: Deserializer<'de>>(source: D) -> Result<SocketAddr, D::Error> {
    by_text(source, "an address with a port, such as \"127.0.0.1:8642\"")
}

/// `https://` for the world, plain `http://` for this machine only: platforms refuse anything else, and links are secrets.
fn public_url<'de, D: Deserializer<'de>>(source: D) -> Result<Option<String>, D::Error> {
    let expected = "an https:// address without a query, such as \"https://loa.halong.example\"";
    by_text::<D, PublicUrl>(source, expected).map(|url| Some(url.0))
}

struct PublicUrl(String);

impl std::str::FromStr for PublicUrl {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let url = reqwest::Url::parse(text).map_err(|_| ())?;
        let here = url.host_str().is_some_and(|host| ["127.0.0.1", "localhost", "[::1]"].contains(&host));
        let bare = url.query().is_none() && url.fragment().is_none() && url.username().is_empty() && url.has_host();
        let safe = url.scheme() == "https" || (url.scheme() == "http" && here);
        if bare && safe { Ok(Self(text.trim().trim_end_matches('/').to_owned())) } else { Err(()) }
    }
}

/// The scheme is checked here, so that a mistake names the key; the rest is the driver's business.
fn database_url<'de, D: Deserializer<'de>>(source: D) -> Result<Secret, D::Error> {
    by_text::<D, DatabaseUrl>(source, "sqlite:PATH or postgres://USER@HOST/NAME").map(|url| url.0)
}

struct DatabaseUrl(Secret);

impl std::str::FromStr for DatabaseUrl {
    type Err = ();

    fn from_str(url: &str) -> Result<Self, ()> {
        let (scheme, rest) = url.split_once(':').ok_or(())?;
        let known = ["sqlite", "postgres", "postgresql"].contains(&scheme);
        if known && !rest.is_empty() { Ok(Self(Secret::new(url))) } else { Err(()) }
    }
}

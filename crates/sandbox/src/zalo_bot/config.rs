//! What a stand-in of this platform is started with beside what every stand-in is: the bot, its plan, its quirks.

use crate::Config;

/// What the plan allows. The free plan is [`ZaloBotLimits::BASIC`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct ZaloBotLimits {
    /// Groups the bot may be in at once.
    pub groups: u32,
    /// People who may have a private chat with it.
    pub people: u32,
    /// Messages in a calendar month of the sandbox's own time zone.
    pub monthly: u32,
    /// Whether what the bot hears counts in `monthly` too; the documentation does not say.
    pub count_heard: bool,
    /// Messages in any second; no figure is published, so there is none unless a test wants one.
    pub per_second: Option<u32>,
}

impl ZaloBotLimits {
    /// The free plan as its users report it (2026): 3 groups, 50 people, 3,000 messages a month.
    pub const BASIC: Self = Self { groups: 3, people: 50, monthly: 3_000, count_heard: false, per_second: None };
}

impl Default for ZaloBotLimits {
    fn default() -> Self {
        Self::BASIC
    }
}

/// What a poll makes of updates; both odd ways were observed on live bots.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case", tag = "mode")]
pub enum Polling {
    /// Every update is given once, however long it waited.
    #[default]
    Once,
    /// What was consumed comes back on every poll that has nothing newer, at once.
    Repeats,
    /// What was said while nobody polled for a while is gone.
    Loses {
        /// How long it is kept, in monotonic milliseconds.
        after_ms: i64,
    },
}

/// How a poll without news ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case", tag = "answer")]
pub enum IdleAnswer {
    /// `error_code` 408.
    Timeout {
        /// The HTTP status it comes with.
        status: u16,
    },
    /// A success without a result.
    Empty,
}

/// Which HTTP status an error comes with.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorStatus {
    /// The `error_code`.
    #[default]
    Code,
    /// 200, as most answers of the platform.
    Ok,
}

/// What a webhook body looks like.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BodyShape {
    /// The update itself, as captured live.
    #[default]
    Bare,
    /// `{"ok":true,"result":…}`, as documented.
    Enveloped,
    /// One after the other.
    Mixed,
}

/// Which names media fields have.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldNames {
    /// `photo_url` and `message_type`, as captured.
    #[default]
    Live,
    /// `photo`, as documented.
    Documented,
}

/// What setWebhook sends to the new address before it answers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Probe {
    /// Nothing.
    None,
    /// An event named `webhook.test`, dated in seconds.
    #[default]
    Test,
    /// An empty body without content type and without the secret.
    Empty,
}

/// Where reports of the platform's behaviour differ, the way it is played.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct Quirks {
    /// What a poll makes of updates.
    pub polling: Polling,
    /// How a poll without news ends.
    pub idle: IdleAnswer,
    /// Which HTTP status errors come with.
    pub error_status: ErrorStatus,
    /// What a webhook body looks like.
    pub bodies: BodyShape,
    /// Which names media fields have.
    pub fields: FieldNames,
    /// What setWebhook sends at once.
    pub probe: Probe,
    /// How often a refused webhook delivery is tried in all; what the real service does is not known.
    pub webhook_tries: u32,
    /// The wait between two tries, in milliseconds of real time.
    pub webhook_retry_ms: u64,
    /// `error_code` of a send into a group the bot was removed from; nobody has reported which it is.
    pub removed_code: u16,
    /// `error_code` of deleteWebhook when there is none; absent, it succeeds. Reports differ.
    pub delete_unset_code: Option<u16>,
    /// Whether testWebhook still exists; the pages of October 2026 no longer name it.
    pub test_webhook: bool,
    /// What getMe says of groups.
    pub can_join_groups: bool,
}

impl Default for Quirks {
    fn default() -> Self {
        Self {
            polling: Polling::default(),
            idle: IdleAnswer::Timeout { status: 408 },
            error_status: ErrorStatus::default(),
            bodies: BodyShape::default(),
            fields: FieldNames::default(),
            probe: Probe::default(),
            webhook_tries: 1,
            webhook_retry_ms: 1_000,
            removed_code: 403,
            delete_unset_code: None,
            test_webhook: false,
            can_join_groups: true,
        }
    }
}

/// What only this platform is started with.
#[derive(Debug, Clone)]
pub struct ZaloBotRules {
    /// The bot's shown name, by which people mention it; at the real service it begins with "Bot".
    pub name: String,
    /// The token, `<digits>:<secret>`; derived from the seed when absent.
    pub token: Option<String>,
    /// The plan's limits; `None` switches them off.
    pub limits: Option<ZaloBotLimits>,
    /// How the platform behaves where reports differ.
    pub quirks: Quirks,
}

impl Default for ZaloBotRules {
    fn default() -> Self {
        Self { name: "Bot Loa Xã Mẫu".to_owned(), token: None, limits: None, quirks: Quirks::default() }
    }
}

/// Everything a stand-in is started with.
pub type ZaloBotConfig = Config<ZaloBotRules>;

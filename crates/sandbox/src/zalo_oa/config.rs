//! What an OA stand-in is started with beside what every stand-in is: the app, the account, its rules, and which of the
//! shapes in dispute it speaks.
//!
//! Wherever sources about the real service disagree, the shape is a value here, so that a client can be tried
//! against each of them.

use crate::Config;

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// Calls and sends an account may make. Refusals are -32 (rates) and -211 (the rest).
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct OaLimits {
    /// Calls of the app in one minute (Open API documentation: 4,000).
    pub app_per_minute: u32,
    /// Calls of the account in one minute, by its package.
    pub oa_per_minute: u32,
    /// Uploads in 30 days (Open API documentation: 5,000 a month).
    pub uploads_per_month: u32,
    /// Messages into groups until [`OaHandle::refill`](super::OaHandle::refill); none is without end.
    pub group_sends: Option<u32>,
}

impl OaLimits {
    /// The Growth package: 100 calls a minute.
    pub const GROWTH: Self =
        Self { app_per_minute: 4_000, oa_per_minute: 100, uploads_per_month: 5_000, group_sends: None };
    /// The Comprehensive package: 2,000 calls a minute.
    pub const COMPREHENSIVE: Self = Self { oa_per_minute: 2_000, ..Self::GROWTH };
}

impl Default for OaLimits {
    fn default() -> Self {
        Self::GROWTH
    }
}

/// Who answers the consent page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Consent {
    /// The page redirects at once, as if an admin had agreed before.
    Automatic,
    /// The page waits until [`OaHandle::consent`](super::OaHandle::consent).
    ByAdmin,
}

/// The field in which an OAuth error explains itself; both are seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorText {
    /// `error_reason`.
    Reason,
    /// `error_description`.
    Description,
}

/// The rules of OAuth v4.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OauthRules {
    /// Who answers the consent page.
    pub consent: Consent,
    /// Redirect addresses registered in the console; with none, every address is taken.
    pub redirect_uris: Vec<String>,
    /// A code challenge fixed in the console, for consent requests that carry none.
    pub console_challenge: Option<String>,
    /// HTTP status of error bodies; no source documents it.
    pub error_status: u16,
    /// `error` for a refresh token that was used before; -14014 is what circulates.
    pub refresh_used_code: i64,
    /// The field that explains an error.
    pub error_text: ErrorText,
    /// Life of an access token in milliseconds (25 hours, answered as `"90000"`).
    pub access_life_ms: i64,
    /// Life of an unused refresh token in milliseconds (3 months, taken as 90 days).
    pub refresh_life_ms: i64,
}

impl Default for OauthRules {
    fn default() -> Self {
        Self {
            consent: Consent::Automatic,
            redirect_uris: Vec::new(),
            console_challenge: None,
            error_status: 200,
            refresh_used_code: -14_014,
            error_text: ErrorText::Reason,
            access_life_ms: 25 * HOUR,
            refresh_life_ms: 90 * DAY,
        }
    }
}

/// When the account may write to one person. Ages are counted from the person's last message to the account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct PrivateRules {
    /// Free messages within the window (8).
    pub free_messages: u32,
    /// The free window in milliseconds (48 hours).
    pub window_ms: i64,
    /// After this many milliseconds nothing may be written (7 days).
    pub last_ms: i64,
    /// Paid messages left for what is no longer free; without any it is refused with -218.
    pub paid_messages: u32,
}

impl Default for PrivateRules {
    fn default() -> Self {
        Self { free_messages: 8, window_ms: 48 * HOUR, last_ms: 7 * DAY, paid_messages: 0 }
    }
}

/// How `valid_through` of an asset is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DateForm {
    /// Epoch milliseconds as a string.
    Millis,
    /// `dd/mm/yyyy`.
    DayMonthYear,
}

/// How `data` of `quota/group` is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AssetList {
    /// The list itself.
    Array,
    /// An object with the list under `assets`.
    Object,
}

/// The names of lifecycle events, on which the inventories disagree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LifecycleNames {
    /// `user_leave_group`, `delete_group`, `react_request_join_group_accept`, `react_request_join_group_reject`.
    Leave,
    /// `user_out_group`, `disperse_group`, `react_request_join_group`, `reject_request_join_group`.
    Out,
    /// `user_out_group`, `delete_group`, `accept_request_join_group`, `reject_request_join_group`.
    Mixed,
}

/// Shapes of answers and events on which the sources disagree or are silent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quirks {
    /// How `valid_through` is written.
    pub valid_through: DateForm,
    /// How the assets are listed.
    pub assets: AssetList,
    /// The names of lifecycle events.
    pub names: LifecycleNames,
    /// Whether events of messages carry `quote_msg_id`; expected, never captured.
    pub quotes: bool,
    /// Whether events and history know a message by another id than the answer to its send.
    pub own_event_ids: bool,
    /// Whether an image may be given by address; the documentation says yes, users say no.
    pub image_urls: bool,
}

impl Default for Quirks {
    fn default() -> Self {
        Self {
            valid_through: DateForm::Millis,
            assets: AssetList::Array,
            names: LifecycleNames::Leave,
            quotes: true,
            own_event_ids: false,
            image_urls: false,
        }
    }
}

/// The secret that enters the signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SigningSecret {
    /// The "OA Secret Key" of the webhook page.
    OaSecretKey,
    /// The secret of the app.
    AppSecret,
}

/// The timestamp that enters the signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SigningTime {
    /// `timestamp` in the body.
    Body,
    /// The header `X-ZEvent-Timestamp`: when this delivery was made.
    Header,
}

/// The id that begins the signed text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SigningId {
    /// The app's.
    AppId,
    /// The account's.
    OaId,
}

/// How deliveries are signed: SHA-256 in hexadecimal over id, raw body, timestamp and secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Signing {
    /// The secret.
    pub secret: SigningSecret,
    /// The timestamp.
    pub time: SigningTime,
    /// The first term.
    pub id: SigningId,
    /// Whether `mac=` stands before the digest.
    pub prefix: bool,
}

impl Default for Signing {
    fn default() -> Self {
        Self { secret: SigningSecret::OaSecretKey, time: SigningTime::Body, id: SigningId::AppId, prefix: true }
    }
}

/// What sets deliveries off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Drive {
    /// A task of the sandbox, as soon as something is due.
    Task,
    /// Only [`OaHandle::tick`](super::OaHandle::tick).
    Tick,
}

/// The rules of webhook delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HookRules {
    /// How deliveries are signed.
    pub signing: Signing,
    /// Real milliseconds in which the receiver must answer 200 (2 s).
    pub budget_ms: u64,
    /// Waits before each redelivery, in milliseconds of the wall clock (30 s, 5 min, 15 min, 30 min, 1 h).
    pub redeliver_after_ms: Vec<i64>,
    /// Events given up in a row after which the webhook is switched off; none never does.
    pub disable_after: Option<u32>,
    /// What sets deliveries off.
    pub drive: Drive,
}

impl Default for HookRules {
    fn default() -> Self {
        Self {
            signing: Signing::default(),
            budget_ms: 2_000,
            redeliver_after_ms: vec![30 * SECOND, 5 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR],
            disable_after: None,
            drive: Drive::Task,
        }
    }
}

/// What only this platform is started with; by default without limits and with every rule as documented.
#[derive(Debug, Clone)]
pub struct OaRules {
    /// The app's id.
    pub app_id: String,
    /// The app's secret: header `secret_key` of the token endpoint, key of `appsecret_proof`.
    pub app_secret: String,
    /// The account's id.
    pub oa_id: String,
    /// The account's shown name.
    pub oa_name: String,
    /// The key of the webhook page.
    pub oa_secret_key: String,
    /// Rates and quotas; `None` switches them off, and the rate headers with them.
    pub limits: Option<OaLimits>,
    /// OAuth v4.
    pub oauth: OauthRules,
    /// Messages to single persons.
    pub private: PrivateRules,
    /// Shapes in dispute.
    pub quirks: Quirks,
    /// The webhook.
    pub hook: HookRules,
}

impl Default for OaRules {
    fn default() -> Self {
        Self {
            app_id: "4018273645546372819".to_owned(),
            app_secret: "sandbox-app-secret".to_owned(),
            oa_id: "2579136420864209753".to_owned(),
            oa_name: "Loa xã".to_owned(),
            oa_secret_key: "sandbox-oa-secret-key".to_owned(),
            limits: None,
            oauth: OauthRules::default(),
            private: PrivateRules::default(),
            quirks: Quirks::default(),
            hook: HookRules::default(),
        }
    }
}

/// Everything an OA stand-in is started with.
pub type ZaloOaConfig = Config<OaRules>;

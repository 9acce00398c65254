//! What a sandbox of this platform is started with beside what every stand-in is: bots and limits.

use crate::Config;

/// Sending limits, counted in exact sliding windows per bot.
///
/// Telegram publishes the first three as rounded figures (Bots FAQ, "My bot is hitting limits") and tolerates short
/// bursts; the sandbox is stricter, so that a sender which passes here has room left at the real server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct Limits {
    /// Sends and edits a whole bot may make in any second.
    pub per_second: u32,
    /// Sends and edits into one chat in any second. 1 is exact; more tolerates a burst.
    pub chat_per_second: u32,
    /// Sends and edits into one group in any minute.
    pub group_per_minute: u32,
    /// Seconds for which the whole bot is refused once it passed `per_second`.
    pub overall_penalty_s: u32,
    /// Whether repeated uploads of one size are paced (tdlib/telegram-bot-api, `Client::on_cmd`).
    pub pace_uploads: bool,
}

impl Limits {
    /// The published figures, without any tolerance.
    pub const STRICT: Self =
        Self { per_second: 30, chat_per_second: 1, group_per_minute: 20, overall_penalty_s: 3, pace_uploads: true };
}

impl Default for Limits {
    fn default() -> Self {
        Self::STRICT
    }
}

/// One bot that exists when the sandbox starts.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct BotSpec {
    /// Shown name.
    pub name: String,
    /// Username without `@`; ends in `bot` at the real service.
    pub username: String,
    /// The token; derived from the seed when absent. Its digits before the colon are the bot's user id.
    pub token: Option<String>,
    /// Privacy mode off: the bot hears everything people write in its groups.
    pub reads_all: bool,
}

impl Default for BotSpec {
    fn default() -> Self {
        Self { name: "Loa".to_owned(), username: "loa_sandbox_bot".to_owned(), token: None, reads_all: false }
    }
}

/// What only this platform is started with.
#[derive(Debug, Clone)]
pub struct TelegramRules {
    /// The bots; with none, one default bot is made.
    pub bots: Vec<BotSpec>,
    /// Sending limits; `None` switches them off.
    pub limits: Option<Limits>,
    /// Milliseconds in which a button press must be answered; about 15 s by what bots in the wild assume.
    pub callback_window_ms: i64,
    /// First wait before a refused webhook delivery is repeated, in milliseconds; doubles up to 60 s.
    pub webhook_retry_ms: u64,
}

impl Default for TelegramRules {
    fn default() -> Self {
        Self { bots: Vec::new(), limits: None, callback_window_ms: 15_000, webhook_retry_ms: 1_000 }
    }
}

/// Everything a sandbox is started with.
pub type SandboxConfig = Config<TelegramRules>;

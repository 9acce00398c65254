//! What a sandbox is started with: bots, limits, faults, clocks, and the lifecycle it lives in.
//!
//! The sandbox reads no clock and spawns no task of its own accord: both come in here, so that a test can
//! hold time still and a shutdown can wait for every task.

use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::fault::Fault;
use crate::Clocks;

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

/// Everything a sandbox is started with. [`SandboxConfig::new`] gives one bot, no limits and no faults.
#[derive(Debug, Clone)]
pub struct SandboxConfig {
    /// Port on 127.0.0.1; 0 takes any free one.
    pub port: u16,
    /// The bots; with none, one default bot is made.
    pub bots: Vec<BotSpec>,
    /// Sending limits; `None` switches them off.
    pub limits: Option<Limits>,
    /// Faults armed from the start.
    pub faults: Vec<Fault>,
    /// Seed of tokens, identifiers and people's choices.
    pub seed: u64,
    /// Offset of the transcript's clock from UTC, in minutes (420 for Việt Nam).
    pub utc_offset_minutes: i64,
    /// Milliseconds in which a button press must be answered; about 15 s by what bots in the wild assume.
    pub callback_window_ms: i64,
    /// First wait before a refused webhook delivery is repeated, in milliseconds; doubles up to 60 s.
    pub webhook_retry_ms: u64,
    /// The clocks.
    pub clocks: Clocks,
    /// Where the sandbox's tasks are spawned, so that a shutdown can wait for them.
    pub tasks: TaskTracker,
    /// Cancelling this stops the sandbox.
    pub cancel: CancellationToken,
}

impl SandboxConfig {
    /// A sandbox on any free port with one bot, no limits, no faults and seed 1.
    #[must_use]
    pub fn new(clocks: Clocks, tasks: TaskTracker, cancel: CancellationToken) -> Self {
        Self {
            port: 0,
            bots: Vec::new(),
            limits: None,
            faults: Vec::new(),
            seed: 1,
            utc_offset_minutes: 420,
            callback_window_ms: 15_000,
            webhook_retry_ms: 1_000,
            clocks,
            tasks,
            cancel,
        }
    }
}

/// Why a sandbox could not start.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    /// The port could not be bound.
    #[error("cannot listen on 127.0.0.1:{port}: {source}")]
    Bind {
        /// The port asked for.
        port: u16,
        /// What the system said.
        source: std::io::Error,
    },
    /// The HTTP client for webhook deliveries could not be built.
    #[error("cannot build the webhook client: {0}")]
    Client(#[from] reqwest::Error),
    /// A bot's token is not `<digits>:<secret>`, or two bots share an id.
    #[error("`{0}` cannot be a bot token here: it must be <digits>:<secret> with digits of its own")]
    Token(String),
}

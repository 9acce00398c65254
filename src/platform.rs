//! Platforms: what a gateway can do, and the one interface through which everything leaves and comes in.
//!
//! A platform's wire stays in its own module. What the rest of the house may know of the differences between platforms
//! is [`Capabilities`], a value; nothing outside this room asks which platform it is.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use crate::domain::calendar::Millis;
pub use crate::domain::carriage::{ANY_TYPE, Files};
use crate::domain::event::{Event, Rights};
use crate::domain::render::Button;
use crate::domain::retry::{FailureReason, Outcome};
use crate::id::sha256_hex;

mod envelope;
mod exchange;
mod loose;
mod mention;
pub mod pacer;
#[cfg(test)]
mod stub;
pub mod telegram;
pub mod vault;
mod webhook;
pub mod witness;
pub mod zalo_bot;
pub mod zalo_oa;

pub use webhook::{Arrived, WebhookRequest, derived_secret, same_secret};

/// A call in flight. Boxed, so that a gateway can be held as an object.
pub type Call<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// What a gateway's platform permits. Rendering, acknowledgement and pacing read it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts about a platform, each read alone")]
pub struct Capabilities {
    /// Longest text of one message, in UTF-16 units after formatting.
    pub text_limit: usize,
    /// Longest caption of a file, in UTF-16 units.
    pub caption_limit: usize,
    /// Whether text is sent as HTML.
    pub html: bool,
    /// Whether a message can carry buttons.
    pub buttons: bool,
    /// Whether a message can be changed afterwards.
    pub edits: bool,
    /// Which files can be sent to a group.
    pub files: Files,
    /// Whether the bot can take back its message, and for how long.
    pub delete_within: Option<Duration>,
    /// Largest file it sends, bytes.
    pub upload_limit: u64,
    /// Largest file it fetches, bytes.
    pub download_limit: u64,
    /// Whether deliveries here count toward "nhóm Zalo".
    pub counts_as_zalo: bool,
    /// Whether the members of a group can add the account to it, and add it again.
    pub joins: bool,
    /// How updates can be received.
    pub receiving: Receiving,
    /// Whether a document that somebody sends us can be fetched.
    pub hears_documents: bool,
    /// Whether hearing a group message proves that it mentions us or replies to us: the platform delivers no others.
    pub hearing_is_address: bool,
    /// How long after a person's last message they can be written to in private; none without a limit.
    pub private_window: Option<Duration>,
    /// What the account may use up; none without a budget.
    pub budget: Option<Budget>,
    /// How long a handle of an uploaded file may be used; none without an end. An older one is forgotten and the file
    /// uploaded again.
    pub handle_lifetime: Option<Duration>,
    /// The limits of its pace.
    pub pace: pacer::Limits,
}

/// How a platform hands over updates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Receiving {
    /// By asking.
    pub polling: Polling,
    /// By calling us on a public address.
    pub webhook: bool,
    /// Whether what was said in a group can be read back ([`Gateway::history`]).
    pub history: bool,
}

/// What asking for updates is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Polling {
    /// There is no such call.
    None,
    /// Updates stay at the platform until the next offset confirms them.
    Durable,
    /// Each update is handed out about once: what is said while nobody asks may be lost, and repeats happen.
    Lossy,
}

/// What an account may use up before the platform refuses more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// Messages a calendar month.
    pub messages_a_month: u32,
    /// Groups it can be in.
    pub groups: u32,
}

/// One thing that leaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outgoing {
    /// A text message.
    Text {
        /// Formatted text.
        text: String,
        /// Rows of buttons.
        buttons: Vec<Vec<Button>>,
        /// The platform's id of the message it answers.
        reply_to: Option<String>,
        /// Whether everybody in the group is to be called by it, where the platform knows such a call.
        everybody: bool,
        /// The topic of a forum to write in; none where the answered message says it, and where there are no topics.
        topic: Option<String>,
    },
    /// A file.
    File {
        /// Its content, or the platform's own handle of it.
        source: FileSource,
        /// The name people see.
        name: String,
        /// Formatted caption.
        caption: String,
        /// The topic of a forum to write in.
        topic: Option<String>,
    },
    /// The new text of a message already there.
    Edit {
        /// The platform's id of that message.
        target: String,
        /// Formatted text.
        text: String,
        /// Rows of buttons.
        buttons: Vec<Vec<Button>>,
    },
}

/// Where a file comes from.
#[derive(Clone, PartialEq, Eq)]
pub enum FileSource {
    /// From here.
    Bytes(Vec<u8>),
    /// The platform has it under this handle.
    Handle(String),
    /// The platform fetches it from this address.
    Link(String),
}

impl std::fmt::Debug for FileSource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Bytes(bytes) => write!(f, "Bytes({})", bytes.len()),
            Self::Handle(_) => f.write_str("Handle(…)"),
            Self::Link(_) => f.write_str("Link(…)"),
        }
    }
}

/// The platform took it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The platform's message id.
    pub external_id: String,
    /// The handle under which it now holds the file.
    pub upload_handle: Option<String>,
}

/// The platform did not take it, or nobody knows whether it did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// What it means; never [`Outcome::Sent`] with an id that could have been a receipt.
    pub outcome: Outcome,
    /// What the platform or the network said, free of tokens and of the message itself.
    pub detail: String,
}

/// The account a gateway speaks as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SelfInfo {
    /// The platform's id of the bot.
    pub external_id: String,
    /// The name it is addressed by.
    pub username: String,
    /// Whether it hears everything said in its groups.
    pub hears_all: bool,
}

/// An update as it came.
#[derive(Debug, Clone, PartialEq)]
pub struct RawUpdate {
    /// The platform's own key of it: the same update comes with the same key, by whatever way and however often.
    pub key: String,
    /// The number from which a later poll confirms it, where the platform counts its updates.
    pub number: Option<i64>,
    /// The update; null for one that nobody can read.
    pub body: serde_json::Value,
}

impl RawUpdate {
    /// An update that nobody can read: known by its number, or else by its bytes. There is no body.
    #[must_use]
    pub fn unreadable(raw: &[u8], number: Option<i64>) -> Self {
        let name = number.map_or_else(|| sha256_hex(raw), |number| number.to_string());
        Self { key: format!("unreadable:{name}"), number, body: serde_json::Value::Null }
    }

    /// Whether nobody can read it.
    #[must_use]
    pub fn is_unreadable(&self) -> bool {
        self.body.is_null()
    }
}

/// What a chat and an account in it are called, where updates do not say; empty where nobody tells.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Named {
    /// The group's title.
    pub title: String,
    /// The account's display name.
    pub account: String,
}

/// What keeping an account in order showed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// Something that will stop the account or a group, and when, however far that is: the words are ours, in English, for log and incident.
    Expires {
        /// What: "refresh token", "group asset".
        what: &'static str,
        /// The platform's id of the chat it concerns; none for the whole account.
        chat: Option<String>,
        /// When.
        at: Millis,
    },
    /// What a group lives on renews itself.
    Lasts {
        /// The platform's id of the chat.
        chat: String,
    },
    /// A group that the platform has disabled.
    GroupDisabled {
        /// The platform's id of the chat.
        chat: String,
    },
    /// A group in order again.
    GroupWell {
        /// The platform's id of the chat.
        chat: String,
    },
}

/// Why receiving, fetching or asking failed. Texts are free of tokens.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AskError {
    /// The platform could not be reached.
    #[error("unreachable: {0}")]
    Unreachable(String),
    /// The token is not, or no longer, accepted. The text says what to do, as far as the gateway knows.
    #[error("the token is refused: {0}")]
    Unauthorized(String),
    /// The platform stops the whole account, for a reason that no token repairs.
    #[error("the account is stopped ({}): {detail}", reason.as_str())]
    Account {
        /// Why.
        reason: FailureReason,
        /// What the platform said.
        detail: String,
    },
    /// The platform has no such call.
    #[error("not possible on this platform: {0}")]
    Unsupported(&'static str),
    /// Somebody else receives this bot's updates.
    #[error("somebody else receives this bot's updates: {0}")]
    Conflict(String),
    /// It asked to wait.
    #[error("asked to wait {0:?}")]
    Wait(Duration),
    /// The thing is larger than the platform or the house permits.
    #[error("too large: {0} bytes at most")]
    TooLarge(u64),
    /// Anything else it said.
    #[error("{0}")]
    Refused(String),
}

impl AskError {
    /// Why the account is stopped until a person puts it right, and what the platform said; none where waiting may repair it.
    #[must_use]
    pub const fn stops(&self) -> Option<(FailureReason, &str)> {
        match self {
            Self::Unauthorized(said) => Some((FailureReason::Unauthorized, said.as_str())),
            Self::Account { reason, detail } => Some((*reason, detail.as_str())),
            Self::Conflict(said) => Some((FailureReason::Conflict, said.as_str())),
            _ => None,
        }
    }
}

/// A menu of commands for one kind of reader.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Menu {
    /// The private chat it is for; none is the default for everybody.
    pub chat: Option<String>,
    /// Names without slash, and what each does.
    pub commands: Vec<(String, String)>,
}

/// One configured account on a platform.
pub trait Gateway: Send + Sync {
    /// The configured name.
    fn name(&self) -> &str;

    /// What it can do.
    fn capabilities(&self) -> &Capabilities;

    /// Sends one thing to a chat.
    fn send<'a>(&'a self, chat: &'a str, outgoing: &'a Outgoing) -> Call<'a, Result<Receipt, Failure>>;

    /// Who we are there.
    fn identify(&self) -> Call<'_, Result<SelfInfo, AskError>>;

    /// Who we are as far as the settings tell: enough to read what is posted while the platform refuses our token.
    fn known_self(&self) -> Option<SelfInfo> {
        None
    }

    /// Whether a dead token is replaced by a consent on the platform's page, with nothing to start again, and not by a new one in
    /// the settings.
    fn needs_consent(&self) -> bool {
        false
    }

    /// Waits for updates from `offset` on; an empty answer when nothing came.
    fn poll(&self, offset: Option<i64>) -> Call<'_, Result<Vec<RawUpdate>, AskError>>;

    /// Reads what was posted to the webhook's address: checks that the platform posted it, and takes it apart.
    fn receive(&self, request: &WebhookRequest<'_>) -> Arrived;

    /// Has the platform post updates to this address from now on. Where that is done by hand, in the platform's console,
    /// [`AskError::Unsupported`].
    fn subscribe<'a>(&'a self, address: &'a str) -> Call<'a, Result<(), AskError>>;

    /// Has the platform post no more, so that updates can be asked for.
    fn unsubscribe(&self) -> Call<'_, Result<(), AskError>>;

    /// Reads back what was said in a group since an instant, where the platform keeps it; keys as in [`Gateway::receive`].
    fn history<'a>(&'a self, _chat: &'a str, _since: Millis) -> Call<'a, Result<Vec<RawUpdate>, AskError>> {
        Box::pin(async { Ok(Vec::new()) })
    }

    /// Asks what a chat and an account in it are called, where updates carry no names; kept in memory at most. Most platforms
    /// say it with every update, and add nothing here.
    fn names<'a>(&'a self, _chat: &'a str, _account: &'a str) -> Call<'a, Result<Named, AskError>> {
        Box::pin(async { Ok(Named::default()) })
    }

    /// Keeps the account in order: renews tokens in time, looks for what runs out. Called every ten minutes, and safe to
    /// call at any time.
    fn upkeep(&self) -> Call<'_, Result<Vec<Finding>, AskError>> {
        Box::pin(async { Ok(Vec::new()) })
    }

    /// Reads an update into the house's words; none for what the house does not use.
    fn translate(&self, update: &RawUpdate, me: &SelfInfo) -> Option<Event>;

    /// Answers a button press with a short line over the chat. Platforms show a spinner until then.
    fn answer_press<'a>(&'a self, press_id: &'a str, text: &'a str) -> Call<'a, Result<(), AskError>>;

    /// Fetches a file somebody sent, if it is no larger than `limit` bytes.
    fn fetch<'a>(&'a self, reference: &'a str, limit: u64) -> Call<'a, Result<Vec<u8>, AskError>>;

    /// How many members a group has.
    fn member_count<'a>(&'a self, chat: &'a str) -> Call<'a, Result<u32, AskError>>;

    /// What we may do in a group; unknown where the platform does not tell.
    fn rights<'a>(&'a self, _chat: &'a str) -> Call<'a, Result<Rights, AskError>> {
        Box::pin(async { Ok(Rights::default()) })
    }

    /// Shows the commands in the platform's own menu.
    fn publish_menu<'a>(&'a self, menu: &'a Menu) -> Call<'a, Result<(), AskError>>;

    /// Takes back a message, where the platform permits.
    fn delete<'a>(&'a self, chat: &'a str, message: &'a str) -> Call<'a, Result<(), AskError>>;
}

/// A client for this machine: no proxy, no redirect. A short time to connect, so that a dead service is noticed at once, and a long
/// total, so that a slow answer is not mistaken for a lost one.
///
/// # Errors
/// The TLS backend cannot be set up.
pub fn http_client(connect: Duration, total: Duration) -> Result<reqwest::Client, AskError> {
    exchange::local_client(connect, total)
}

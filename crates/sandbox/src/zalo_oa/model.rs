//! The things an OA stand-in holds: people, groups, assets, messages, uploads, and what is counted.

use std::collections::{BTreeMap, BTreeSet};

use axum::body::Bytes;

/// What stands between the account and one person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Standing {
    /// Nothing.
    #[default]
    Open,
    /// The person has blocked the account: -217.
    Blocks,
    /// The person is banned, or was inactive for 45 days: -227.
    Banned,
}

/// One person with a Zalo account.
#[derive(Debug, Clone)]
pub(super) struct Person {
    pub id: String,
    pub name: String,
    pub follows: bool,
    pub standing: Standing,
    /// One of the account's admins.
    pub admin: bool,
    /// Wall milliseconds of the last private message to the account.
    pub wrote_ms: Option<i64>,
    /// What the account wrote since then.
    pub written_to: u32,
    /// The private chat.
    pub messages: Vec<Message>,
}

/// How many members a group may have, by the asset it stands on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum GroupSize {
    /// 10 members.
    #[default]
    Gmf10,
    /// 50 members.
    Gmf50,
    /// 100 members.
    Gmf100,
    /// 1,000 members.
    Gmf1000,
}

impl GroupSize {
    /// The `product_type`.
    #[must_use]
    pub const fn product(self) -> &'static str {
        match self {
            Self::Gmf10 => "gmf10",
            Self::Gmf50 => "gmf50",
            Self::Gmf100 => "gmf100",
            Self::Gmf1000 => "gmf1000",
        }
    }

    /// The member ceiling; the account itself counts.
    #[must_use]
    pub const fn members(self) -> usize {
        match self {
            Self::Gmf10 => 10,
            Self::Gmf50 => 50,
            Self::Gmf100 => 100,
            Self::Gmf1000 => 1_000,
        }
    }
}

/// The right to one group of a size, until a date.
#[derive(Debug, Clone)]
pub(super) struct Asset {
    pub id: String,
    pub size: GroupSize,
    /// Wall milliseconds.
    pub valid_through: i64,
    pub disabled: bool,
    /// The group that stands on it.
    pub used_by: Option<String>,
}

/// What members may do, as `group_setting` tells it.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::struct_excessive_bools, reason = "the four switches of the wire")]
pub(super) struct Settings {
    /// Only deputies and the account write.
    pub lock_send_msg: bool,
    pub join_appr: bool,
    pub enable_msg_history: bool,
    pub enable_link_join: bool,
}

/// One GMF group.
#[derive(Debug)]
pub(super) struct Group {
    pub id: String,
    pub name: String,
    pub description: String,
    pub avatar: String,
    pub asset: String,
    pub settings: Settings,
    /// Switched off by hand.
    pub off: bool,
    /// Disbanded, or the account was put out of it.
    pub gone: bool,
    pub members: BTreeSet<String>,
    pub deputies: BTreeSet<String>,
    pub pending: BTreeSet<String>,
    pub messages: Vec<Message>,
}

/// Who wrote a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Author {
    Oa,
    Person(String),
}

/// What a message holds beside its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Content {
    Text,
    /// Index of a file.
    Image(usize),
    Gif(usize),
    File(usize),
    /// A recording.
    Voice(usize),
    Sticker(String),
    Link(String),
    /// Audio, video, a business card: the end of the event's name.
    Other(String),
    /// A line that nobody wrote: joined, left, renamed.
    Service,
}

impl Content {
    /// What the account's own message of this content is called in the log.
    pub(super) const fn sent_kind(&self) -> OaSentKind {
        match self {
            Self::Text | Self::Other(_) | Self::Service => OaSentKind::Text,
            Self::Image(_) | Self::Link(_) => OaSentKind::Image,
            Self::Gif(_) => OaSentKind::Gif,
            Self::File(_) | Self::Voice(_) => OaSentKind::File,
            Self::Sticker(_) => OaSentKind::Sticker,
        }
    }
}

/// One message of a chat.
#[derive(Debug, Clone)]
pub(super) struct Message {
    pub id: String,
    /// The id in events and history; the same as `id` unless the quirk says otherwise.
    pub event_id: String,
    /// Wall milliseconds.
    pub at_ms: i64,
    pub from: Author,
    pub content: Content,
    pub text: String,
    /// `id` of the message quoted.
    pub reply_to: Option<String>,
}

/// A message about to be posted.
#[derive(Debug, Clone)]
pub(super) struct Draft {
    pub content: Content,
    pub text: String,
    pub reply_to: Option<String>,
}

impl Draft {
    pub(super) fn text(text: &str) -> Self {
        Self { content: Content::Text, text: text.to_owned(), reply_to: None }
    }
}

/// A file that was uploaded or sent by a person.
#[derive(Debug, Clone)]
pub(super) struct StoredFile {
    pub name: String,
    pub mime: &'static str,
    pub bytes: Bytes,
}

/// What an upload may be used as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum HandleKind {
    Image,
    Gif,
    File,
}

/// An upload under its handle.
#[derive(Debug, Clone, Copy)]
pub(super) struct Uploaded {
    pub kind: HandleKind,
    pub file: usize,
    /// Wall milliseconds.
    pub at_ms: i64,
}

/// Where a message stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    Group(String),
    Private(String),
}

impl Place {
    pub(super) fn id(&self) -> &str {
        match self {
            Self::Group(id) | Self::Private(id) => id,
        }
    }
}

/// What kind of message the account sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum OaSentKind {
    /// Words alone.
    Text,
    /// A picture, shown as one.
    Image,
    /// A moving picture.
    Gif,
    /// A document.
    File,
    /// A sticker.
    Sticker,
}

/// One accepted send of the account, in the order of acceptance.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct OaSent {
    /// The group, or the person of a private chat.
    pub chat: String,
    /// What it is.
    pub kind: OaSentKind,
    /// The id in the answer.
    pub message_id: String,
    /// The text or caption.
    pub text: String,
    /// Name of the file or image.
    pub file: Option<String>,
    /// Wall milliseconds.
    pub at_ms: i64,
}

/// What was counted since the start.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct OaCounts {
    /// Calls by path.
    pub calls: BTreeMap<String, u64>,
    /// Messages accepted, by group or person.
    pub sent: BTreeMap<String, u64>,
    /// Refusals by `error`, those of faults too.
    pub refused: BTreeMap<i64, u64>,
    /// Faults that struck, by path.
    pub faults: BTreeMap<String, u64>,
    /// Private messages that were no longer free.
    pub paid: u64,
    /// Events taken by the receiver.
    pub events_accepted: u64,
    /// Deliveries of events not answered with 200 in time.
    pub events_refused: u64,
    /// Events given up after the last redelivery.
    pub events_given_up: u64,
}

//! What comes in from a chat, in words that no platform owns. Gateways translate into these; the desk reads only these.

use serde::{Deserialize, Serialize};

use crate::domain::calendar::Millis;
use crate::domain::text_enum::text_enum;

text_enum! {
    /// A private chat with one person, or a group.
    pub enum ChatKind {
        /// One person and the bot.
        Private => "private",
        /// Several people.
        Group => "group",
    }
}

/// The chat an event happened in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChatRef {
    /// The platform's id.
    pub external_id: String,
    /// Private or group.
    pub kind: ChatKind,
    /// The group's title, or the person's display name.
    pub title: String,
}

/// The account behind an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountRef {
    /// The platform's id.
    pub external_id: String,
    /// The display name, for cards shown to admins; never stored with a body.
    pub name: String,
    /// Whether it is another bot.
    pub is_bot: bool,
}

/// A file somebody sent, still at the platform.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IncomingFile {
    /// What the gateway needs to fetch it.
    pub reference: String,
    /// The name it was sent under.
    pub name: String,
    /// Bytes, where the platform says.
    pub size: Option<u64>,
    /// Media type, where the platform says.
    pub media_type: Option<String>,
}

/// The message that an incoming message answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplyRef {
    /// The platform's message id, where the platform tells.
    pub external_id: Option<String>,
    /// Whether it was one of ours.
    pub to_us: bool,
}

/// A message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IncomingMessage {
    /// Where.
    pub chat: ChatRef,
    /// By whom.
    pub from: AccountRef,
    /// The platform's message id.
    pub external_id: String,
    /// When it was said, where the platform tells: after an outage that is not when we hear it.
    #[serde(default)]
    pub said_at: Option<Millis>,
    /// The text, or a file's caption.
    pub text: String,
    /// The file it carries.
    pub file: Option<IncomingFile>,
    /// The message it answers.
    pub reply: Option<ReplyRef>,
    /// The topic of a forum it was said in, as the platform names it.
    #[serde(default)]
    pub topic: Option<String>,
    /// Whether it names the bot.
    pub mentions_us: bool,
    /// Addresses that lie behind words of the text, and are not seen in it.
    #[serde(default)]
    pub hidden_links: Vec<String>,
}

/// A button pressed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ButtonPress {
    /// Where.
    pub chat: ChatRef,
    /// By whom.
    pub from: AccountRef,
    /// What the gateway needs to answer the press.
    pub press_id: String,
    /// The platform's id of the message the button stands under.
    pub message_external_id: String,
    /// The button's data. It comes from the client: nothing follows from it without a check of the right.
    pub data: String,
}

/// The bot's own standing in a chat changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Membership {
    /// Where.
    pub chat: ChatRef,
    /// Who changed it.
    pub by: AccountRef,
    /// Whether the bot can be there now.
    pub present: bool,
    /// What it may do there.
    #[serde(default)]
    pub rights: Rights,
}

/// What the bot may do in a group, as far as the platform says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Rights {
    /// Whether it may write; none where nobody tells.
    pub writes: Option<bool>,
    /// Whether it may send files; none where nobody tells.
    pub files: Option<bool>,
}

/// Anything that comes in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// A message.
    Message(IncomingMessage),
    /// A button.
    Press(ButtonPress),
    /// The bot was added, removed, promoted, blocked.
    Membership(Membership),
    /// A group got another id.
    Moved {
        /// The id so far.
        from: String,
        /// The id from now on.
        to: String,
    },
    /// What our own account said in a group came back: the message is there, whoever sent it.
    Echo {
        /// Where.
        chat: ChatRef,
        /// The platform's message id.
        external_id: String,
        /// Its text.
        text: String,
    },
    /// Somebody whom nobody knows spoke of danger, to us. What they said is not kept, and neither is their name.
    Plea {
        /// Where; without a title.
        chat: ChatRef,
        /// By whom; without a name.
        from: AccountRef,
        /// The platform's message id.
        external_id: String,
    },
    /// Somebody sent something that bears a secrecy stamp. What it is is not kept, and neither are names.
    Secret {
        /// Where; without a title.
        chat: ChatRef,
        /// By whom; without a name.
        from: AccountRef,
        /// The platform's message id.
        external_id: String,
    },
    /// A picture or a recording that came with a call for help is to be fetched. It is about no chat, so that nothing waits
    /// for it.
    Evidence {
        /// The call for help.
        distress_id: String,
        /// The file.
        file: IncomingFile,
        /// The number of this try, from 1.
        number: u32,
    },
}

impl Event {
    /// The chat it happened in; none for a move and for what is fetched.
    #[must_use]
    pub const fn chat(&self) -> Option<&ChatRef> {
        match self {
            Self::Message(message) => Some(&message.chat),
            Self::Press(press) => Some(&press.chat),
            Self::Membership(membership) => Some(&membership.chat),
            Self::Echo { chat, .. } | Self::Plea { chat, .. } | Self::Secret { chat, .. } => Some(chat),
            Self::Moved { .. } | Self::Evidence { .. } => None,
        }
    }

    /// The account behind it; none for a move and for what we said ourselves.
    #[must_use]
    pub const fn from(&self) -> Option<&AccountRef> {
        match self {
            Self::Message(message) => Some(&message.from),
            Self::Press(press) => Some(&press.from),
            Self::Membership(membership) => Some(&membership.by),
            Self::Plea { from, .. } | Self::Secret { from, .. } => Some(from),
            Self::Moved { .. } | Self::Echo { .. } | Self::Evidence { .. } => None,
        }
    }
}

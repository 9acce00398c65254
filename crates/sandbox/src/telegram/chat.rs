//! Users, chats and members as the sandbox knows them.

use std::collections::{BTreeMap, BTreeSet};

use super::message::Message;

/// Where messages lie: a private chat belongs to one bot and one person, a group to everybody in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum ChatKey {
    Private { bot: i64, user: i64 },
    Group(i64),
}

impl ChatKey {
    /// The `chat_id` a bot uses.
    pub(super) const fn id(self) -> i64 {
        match self {
            Self::Private { user, .. } => user,
            Self::Group(id) => id,
        }
    }
}

/// A person or a bot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct User {
    pub id: i64,
    pub is_bot: bool,
    pub first_name: String,
    pub last_name: Option<String>,
    pub username: Option<String>,
    pub deactivated: bool,
}

impl User {
    /// First and last name as a chat shows them.
    pub(super) fn full_name(&self) -> String {
        match &self.last_name {
            Some(last) => format!("{} {last}", self.first_name),
            None => self.first_name.clone(),
        }
    }
}

/// The kinds of chat the sandbox has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GroupKind {
    /// A basic group: small ids, one message counter per account, can be upgraded.
    Group,
    /// A supergroup: ids below −10¹², a message counter of its own.
    #[default]
    Supergroup,
}

/// What a restricted member may still do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct Rights {
    /// Text messages.
    pub messages: bool,
    /// Documents.
    pub documents: bool,
    /// Photos.
    pub photos: bool,
}

impl Rights {
    /// Everything allowed.
    pub const ALL: Self = Self { messages: true, documents: true, photos: true };
    /// Nothing allowed.
    pub const NONE: Self = Self { messages: false, documents: false, photos: false };
}

impl Default for Rights {
    fn default() -> Self {
        Self::ALL
    }
}

/// A member's standing in a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Status {
    Creator,
    Administrator,
    Member,
    Restricted(Rights),
    Left,
    Kicked,
}

impl Status {
    /// Whether the user is in the group.
    pub(super) const fn is_in(self) -> bool {
        matches!(self, Self::Creator | Self::Administrator | Self::Member | Self::Restricted(_))
    }

    pub(super) const fn is_admin(self) -> bool {
        matches!(self, Self::Creator | Self::Administrator)
    }
}

/// What kind of chat, with what only that kind has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ChatKind {
    Private { started: bool, blocked: bool },
    Group { migrated_to: Option<i64>, deleted: bool },
    Supergroup { username: Option<String>, migrated_from: Option<i64>, slow_mode_s: u32 },
}

/// What people do in a chat besides writing; kept for the transcript.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Press {
    pub query: String,
    pub at_ms: i64,
    pub user: i64,
    pub message: i64,
    pub button: String,
    pub toast: Option<Toast>,
}

/// What a bot answered to a press.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Toast {
    /// The text shown; empty when the bot only stopped the spinner.
    pub text: String,
    /// Shown as a dialog that must be closed, not as a passing note.
    pub alert: bool,
}

/// One line of a chat's history: a message (by index) or a press (by index).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Line {
    Message(usize),
    Press(usize),
}

/// One chat.
#[derive(Debug, Clone)]
pub(super) struct Chat {
    pub key: ChatKey,
    pub title: String,
    pub kind: ChatKind,
    pub members: BTreeMap<i64, Status>,
    /// What ordinary members may do.
    pub rights: Rights,
    pub messages: Vec<Message>,
    pub presses: Vec<Press>,
    pub lines: Vec<Line>,
    /// The last id given out; used by supergroups only.
    pub last_id: i64,
    /// The bot that wrote last, for general commands under privacy mode.
    pub last_bot: Option<i64>,
    /// Whether it has topics.
    pub forum: bool,
    /// The topics by their ids, with their names.
    pub topics: BTreeMap<i64, String>,
    /// Administrators who write in the group's own name.
    pub anonymous: BTreeSet<i64>,
    /// When each bot last wrote, in monotonic milliseconds, for slow mode.
    pub slow: BTreeMap<i64, i64>,
}

impl Chat {
    pub(super) fn new(key: ChatKey, title: String, kind: ChatKind) -> Self {
        Self {
            key,
            title,
            kind,
            members: BTreeMap::new(),
            rights: Rights::ALL,
            messages: Vec::new(),
            presses: Vec::new(),
            lines: Vec::new(),
            last_id: 0,
            last_bot: None,
            forum: false,
            topics: BTreeMap::new(),
            anonymous: BTreeSet::new(),
            slow: BTreeMap::new(),
        }
    }

    pub(super) const fn is_private(&self) -> bool {
        matches!(self.kind, ChatKind::Private { .. })
    }

    pub(super) const fn is_supergroup(&self) -> bool {
        matches!(self.kind, ChatKind::Supergroup { .. })
    }

    /// The user's standing; `Left` for a stranger.
    pub(super) fn status(&self, user: i64) -> Status {
        self.members.get(&user).copied().unwrap_or(Status::Left)
    }

    /// Whether the user writes here in the group's own name.
    pub(super) fn is_anonymous(&self, user: i64) -> bool {
        self.anonymous.contains(&user) && self.status(user).is_admin()
    }

    /// How many are in the group.
    pub(super) fn member_count(&self) -> usize {
        if self.is_private() { 2 } else { self.members.values().filter(|s| s.is_in()).count() }
    }

    /// What the user may send here.
    pub(super) fn rights_of(&self, user: i64) -> Rights {
        match self.status(user) {
            Status::Creator | Status::Administrator => Rights::ALL,
            Status::Member => self.rights,
            Status::Restricted(rights) => rights,
            Status::Left | Status::Kicked => Rights::NONE,
        }
    }

    /// The message, unless it was deleted.
    pub(super) fn message(&self, id: i64) -> Option<&Message> {
        let at = self.messages.binary_search_by_key(&id, |m| m.id).ok()?;
        self.messages.get(at).filter(|m| !m.deleted)
    }

    /// The message for changing, unless it was deleted.
    pub(super) fn message_mut(&mut self, id: i64) -> Option<&mut Message> {
        let at = self.messages.binary_search_by_key(&id, |m| m.id).ok()?;
        self.messages.get_mut(at).filter(|m| !m.deleted)
    }

    /// Appends a message to the history.
    pub(super) fn push(&mut self, message: Message) {
        self.lines.push(Line::Message(self.messages.len()));
        self.messages.push(message);
    }
}

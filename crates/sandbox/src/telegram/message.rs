//! Messages, their entities and their buttons.

use std::collections::BTreeMap;

use serde_json::Value;

/// A formatted stretch of text. Offsets and lengths are UTF-16 code units (Bot API, `MessageEntity`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entity {
    pub kind: String,
    pub offset: usize,
    pub length: usize,
    /// The kind's own field: `url`, `language` or `custom_emoji_id`, with its value.
    pub extra: Option<(&'static str, String)>,
}

/// A text with its entities.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Formatted {
    pub text: String,
    pub entities: Vec<Entity>,
}

/// What a button does when pressed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Action {
    Callback(String),
    Url(String),
    Other,
}

/// One inline button; `raw` is echoed to clients.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Button {
    pub text: String,
    pub action: Action,
    pub raw: Value,
}

/// Rows of inline buttons.
pub(super) type Keyboard = Vec<Vec<Button>>;

/// What a service message tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Service {
    Created,
    Joined(i64),
    Left(i64),
    Title(String),
    MigratedTo(i64),
    MigratedFrom(i64),
    Topic(String),
}

/// Something that has no text: a sticker, a place, a number, a voice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Attached {
    /// The field of `Message`.
    pub field: &'static str,
    /// As people see it, in one line.
    pub shown: String,
    pub value: Value,
    /// The file behind it, for getFile.
    pub file: Option<usize>,
}

/// What a message is, besides its text or caption. Files are indices into the sandbox's file list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Content {
    Text,
    Document(usize),
    Photo(usize),
    Attached(Box<Attached>),
    Service(Service),
}

/// Where a forwarded message came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Forward {
    pub from: i64,
    pub at_ms: i64,
}

/// One message.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Message {
    pub id: i64,
    pub from: i64,
    /// Wall milliseconds.
    pub at_ms: i64,
    pub edited_ms: Option<i64>,
    pub deleted: bool,
    pub content: Content,
    /// The text, or a file's caption.
    pub body: Formatted,
    pub reply_to: Option<i64>,
    pub keyboard: Keyboard,
    pub forward: Option<Forward>,
    pub protected: bool,
    /// The topic of a forum.
    pub topic: Option<i64>,
    /// Written by an administrator in the group's own name.
    pub anonymous: bool,
    /// Who reacted with what.
    pub reactions: BTreeMap<i64, String>,
}

impl Message {
    /// A plain message that nobody has touched yet.
    pub(super) fn new(id: i64, from: i64, at_ms: i64, content: Content, body: Formatted) -> Self {
        Self {
            id,
            from,
            at_ms,
            edited_ms: None,
            deleted: false,
            content,
            body,
            reply_to: None,
            keyboard: Keyboard::new(),
            forward: None,
            protected: false,
            topic: None,
            anonymous: false,
            reactions: BTreeMap::new(),
        }
    }

    /// The file a document or photo carries.
    pub(super) const fn file(&self) -> Option<usize> {
        match self.content {
            Content::Document(file) | Content::Photo(file) => Some(file),
            Content::Text | Content::Attached(_) | Content::Service(_) => None,
        }
    }

    /// The first button whose text or data is `wanted`, ignoring white space around it.
    pub(super) fn button(&self, wanted: &str) -> Option<&Button> {
        let wanted = wanted.trim();
        let hit = |b: &&Button| b.text.trim() == wanted || matches!(&b.action, Action::Callback(d) if d == wanted);
        self.keyboard.iter().flatten().find(hit)
    }
}

//! The sandbox's whole state, behind one lock: users, bots, chats, files, and the log of what was accepted.
//!
//! Invariant: everything a bot or a person can see changes only while the lock is held, so the order of the
//! log is the order of the effects.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use axum::body::Bytes;
use serde_json::Value;
use tokio::sync::Notify;

use super::{
    chat::{Chat, ChatKey, ChatKind, Status, Toast, User},
    config::{BotSpec, SandboxConfig},
    error::ApiError,
    limits::Limiter,
    message::{Content, Formatted, Message},
    updates,
};
use crate::{ControlError, SandboxError, rng};

/// The first user id given out; above 2³² so that a client which keeps 32 bits is found out.
const FIRST_USER: i64 = 5_000_000_001;
/// The first bot id given out.
const FIRST_BOT: i64 = 7_100_000_001;
/// Basic groups count down from here.
const FIRST_GROUP: i64 = -4_100_000_001;
/// Supergroups count down from here.
const FIRST_SUPERGROUP: i64 = -1_002_100_000_001;

/// One bot account.
#[derive(Debug)]
pub(super) struct Bot {
    pub id: i64,
    pub token: String,
    pub reads_all: bool,
    pub revoked: bool,
    pub inbox: updates::Inbox,
    pub webhook: Option<updates::Webhook>,
    pub limiter: Limiter,
    pub commands: BTreeMap<String, Value>,
    pub webhook_set_ms: Option<i64>,
    /// Wakes pollers and the webhook worker.
    pub wake: Arc<Notify>,
}

/// One stored file.
#[derive(Debug, Clone)]
pub(super) struct StoredFile {
    pub name: String,
    pub mime: String,
    pub bytes: Bytes,
    /// Folder of the download path: `documents` or `photos`.
    pub folder: &'static str,
    /// Width and height of a photo in pixels.
    pub size: (u32, u32),
}

/// A button press that waits for its answer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Callback {
    pub bot: i64,
    pub chat: ChatKey,
    pub press: usize,
    /// Monotonic milliseconds.
    pub at_ms: i64,
}

/// What a bot did that was accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SentAct {
    /// A new message.
    Sent,
    /// An edit of text, caption or buttons.
    Edited,
    /// A deletion.
    Deleted,
}

/// One accepted act of a bot, in the order of the effects.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct SentEntry {
    /// What was done.
    pub act: SentAct,
    /// The bot's user id.
    pub bot: i64,
    /// The `chat_id`.
    pub chat: i64,
    /// The `message_id`.
    pub message_id: i64,
    /// Text or caption afterwards; empty for a deletion.
    pub text: String,
    /// Name of the file, if the message carries one.
    pub file: Option<String>,
    /// Wall milliseconds.
    pub at_ms: i64,
}

/// How many calls came in, per method (lower case).
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Counts {
    /// All calls.
    pub calls: BTreeMap<String, u64>,
    /// Calls refused with 429.
    pub refused_429: BTreeMap<String, u64>,
    /// Calls refused otherwise.
    pub failed: BTreeMap<String, u64>,
    /// Faults that fired.
    pub faults: BTreeMap<String, u64>,
}

/// The state.
#[derive(Debug)]
pub struct World {
    pub(super) config: SandboxConfig,
    pub(super) users: BTreeMap<i64, User>,
    pub(super) bots: Vec<Bot>,
    pub(super) chats: BTreeMap<ChatKey, Chat>,
    pub(super) files: Vec<StoredFile>,
    pub(super) callbacks: HashMap<String, Callback>,
    pub(super) log: Vec<SentEntry>,
    pub(super) counts: Counts,
    /// While true, nothing is told to bots: history from before they listened.
    pub(super) quiet: bool,
    /// Message ids of private chats and basic groups come from one counter per account; here one for all.
    last_box_id: i64,
}

impl World {
    /// Builds the bots of `config` and an otherwise empty world.
    pub(super) fn with_bots(config: SandboxConfig) -> Result<Self, SandboxError> {
        let mut world = Self {
            users: BTreeMap::new(),
            bots: Vec::new(),
            chats: BTreeMap::new(),
            files: Vec::new(),
            callbacks: HashMap::new(),
            log: Vec::new(),
            counts: Counts::default(),
            quiet: false,
            last_box_id: 0,
            config,
        };
        let specs = if world.config.bots.is_empty() { vec![BotSpec::default()] } else { world.config.bots.clone() };
        for spec in specs {
            world.add_bot(spec)?;
        }
        Ok(world)
    }

    fn add_bot(&mut self, spec: BotSpec) -> Result<(), SandboxError> {
        let seed = self.config.seed;
        let id = FIRST_BOT + i64::try_from(self.bots.len()).unwrap_or(0);
        let token = spec.token.unwrap_or_else(|| format!("{id}:AA{}", rng::secret(seed, id.cast_unsigned(), 33)));
        let Some(id) = bot_id(&token).filter(|id| !self.users.contains_key(id)) else {
            return Err(SandboxError::Token(token));
        };
        self.users.insert(
            id,
            User {
                id,
                is_bot: true,
                first_name: spec.name,
                last_name: None,
                username: Some(spec.username),
                deactivated: false,
            },
        );
        self.bots.push(Bot {
            id,
            token,
            reads_all: spec.reads_all,
            revoked: false,
            inbox: updates::Inbox::new(seed, id),
            webhook: None,
            limiter: Limiter::default(),
            commands: BTreeMap::new(),
            webhook_set_ms: None,
            wake: Arc::new(Notify::new()),
        });
        Ok(())
    }

    pub(super) fn wall(&self) -> i64 {
        self.config.wall()
    }

    pub(super) fn monotonic(&self) -> i64 {
        self.config.monotonic()
    }

    pub(super) fn bot(&self, id: i64) -> Option<&Bot> {
        self.bots.iter().find(|b| b.id == id)
    }

    pub(super) fn bot_mut(&mut self, id: i64) -> Option<&mut Bot> {
        self.bots.iter_mut().find(|b| b.id == id)
    }

    /// The bot a token belongs to. An unknown token of the right shape is 401, any other 404, as at the real server.
    pub(super) fn authorize(&self, token: &str) -> Result<i64, ApiError> {
        match self.bots.iter().find(|b| b.token == token) {
            Some(bot) if !bot.revoked => Ok(bot.id),
            Some(_) => Err(ApiError::new(401, "Unauthorized")),
            None if bot_id(token).is_some() => Err(ApiError::new(401, "Unauthorized")),
            None => Err(ApiError::new(404, "Not Found")),
        }
    }

    pub(super) fn user(&self, id: i64) -> Result<&User, ControlError> {
        self.users.get(&id).ok_or_else(|| ControlError::no_such("user", id))
    }

    pub(super) fn chat(&self, key: ChatKey) -> Result<&Chat, ControlError> {
        self.chats.get(&key).ok_or_else(|| ControlError::no_such("chat", key.id()))
    }

    pub(super) fn chat_mut(&mut self, key: ChatKey) -> Result<&mut Chat, ControlError> {
        self.chats.get_mut(&key).ok_or_else(|| ControlError::no_such("chat", key.id()))
    }

    /// The next unused user id.
    pub(super) fn free_user_id(&self) -> i64 {
        let taken = self.users.keys().rev().find(|id| **id < FIRST_BOT).copied();
        taken.map_or(FIRST_USER, |last| FIRST_USER.max(last + 1))
    }

    /// The next unused id of a basic group or supergroup.
    pub(super) fn free_group_id(&self, supergroup: bool) -> i64 {
        let mut id = if supergroup { FIRST_SUPERGROUP } else { FIRST_GROUP };
        while self.chats.contains_key(&ChatKey::Group(id)) {
            id -= 1;
        }
        id
    }

    /// The private chat of a bot and a person, opened when it does not exist yet.
    pub(super) fn private_chat(&mut self, bot: i64, user: i64) -> Result<&mut Chat, ControlError> {
        let title = self.user(user)?.full_name();
        let key = ChatKey::Private { bot, user };
        let kind = ChatKind::Private { started: false, blocked: false };
        Ok(self.chats.entry(key).or_insert_with(|| {
            let mut chat = Chat::new(key, title, kind);
            chat.members = BTreeMap::from([(bot, Status::Member), (user, Status::Member)]);
            chat
        }))
    }

    /// Whether the bot has ever met the user in a chat.
    pub(super) fn bot_knows(&self, bot: i64, user: i64) -> bool {
        self.chats.values().any(|c| c.members.contains_key(&bot) && c.members.contains_key(&user))
    }

    fn next_message_id(&mut self, key: ChatKey) -> Result<i64, ControlError> {
        let chat = self.chat_mut(key)?;
        if chat.is_supergroup() {
            chat.last_id += 1;
            return Ok(chat.last_id);
        }
        self.last_box_id += 1;
        Ok(self.last_box_id)
    }

    /// Makes the next message of a chat; the caller may still change it before [`World::post`].
    pub(super) fn draft(
        &mut self,
        key: ChatKey,
        from: i64,
        content: Content,
        body: Formatted,
    ) -> Result<Message, ControlError> {
        let id = self.next_message_id(key)?;
        Ok(Message::new(id, from, self.wall(), content, body))
    }

    /// Puts a message in its chat and tells the bots that may hear it. Returns its id.
    pub(super) fn post(&mut self, key: ChatKey, message: Message) -> Result<i64, ControlError> {
        let (id, from) = (message.id, message.from);
        let is_bot = self.users.get(&from).is_some_and(|u| u.is_bot);
        let chat = self.chat_mut(key)?;
        if is_bot {
            chat.last_bot = Some(from);
        }
        chat.push(message);
        updates::announce(self, key, id, "message");
        Ok(id)
    }

    /// Writes an accepted act into the log.
    pub(super) fn record(&mut self, act: SentAct, bot: i64, key: ChatKey, message_id: i64) {
        let message = self.chats.get(&key).and_then(|c| c.message(message_id));
        let text = message.map(|m| m.body.text.clone()).unwrap_or_default();
        let file = message.and_then(Message::file).and_then(|f| self.files.get(f)).map(|f| f.name.clone());
        let at_ms = self.wall();
        self.log.push(SentEntry { act, bot, chat: key.id(), message_id, text, file, at_ms });
    }

    /// Stores a file and returns its index.
    pub(super) fn store_file(&mut self, file: StoredFile) -> usize {
        self.files.push(file);
        self.files.len() - 1
    }

    /// Writes a bot's answer beside the press it belongs to.
    pub(super) fn set_toast(&mut self, callback: &Callback, toast: Toast) {
        let chat = self.chats.get_mut(&callback.chat);
        if let Some(press) = chat.and_then(|c| c.presses.get_mut(callback.press)) {
            press.toast = Some(toast);
        }
    }
}

/// The user id in a token of the shape `<digits>:<secret>`.
fn bot_id(token: &str) -> Option<i64> {
    let (id, secret) = token.split_once(':')?;
    let well_formed = !secret.is_empty() && secret.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-".contains(&b));
    id.parse().ok().filter(|id| well_formed && *id > 0)
}

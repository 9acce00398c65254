//! The stand-in's whole state, behind one lock: the bot, people, chats, what waits to be heard, what was accepted.
//!
//! Invariant: everything the bot or a person can see changes only while the lock is held, so the order of the
//! log is the order of the effects.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::Arc,
};

use axum::body::Bytes;
use tokio::sync::Notify;

use super::{config::ZaloBotConfig, error::Refusal, hear::Inbox, hook::Hook};
use crate::{
    ControlError, SandboxError, rng,
    transcript::{civil, day},
};

/// The digits before the colon of a token made here.
const BOT_ID: u64 = 4_120_000_000_000_000_001;

/// A person with a Zalo account.
#[derive(Debug, Clone)]
pub(super) struct Person {
    pub id: String,
    pub name: String,
    /// A protected account: the platform withholds what it writes.
    pub protected: bool,
}

/// What a message carries beside its text.
#[derive(Debug, Clone)]
pub(super) enum Content {
    Text,
    /// A picture, by its number among the media.
    Photo(usize),
    Sticker(String),
    Voice(String),
    /// A file, by its name and size in bytes.
    File(String, usize),
    /// A line of the app itself: somebody joined, the bot was removed.
    Notice,
}

/// One message of a chat.
#[derive(Debug, Clone)]
pub(super) struct Message {
    pub id: String,
    /// A person's id, or the bot's.
    pub from: String,
    pub at_ms: i64,
    pub content: Content,
    /// Text or caption, as people read it.
    pub text: String,
    pub reply_to: Option<String>,
}

/// What a message is made of before it has an id.
#[derive(Debug)]
pub(super) struct Draft {
    pub from: String,
    pub content: Content,
    pub text: String,
    pub reply_to: Option<String>,
}

/// A group's people, or the one person of a private chat.
#[derive(Debug)]
pub(super) struct Chat {
    pub id: String,
    pub title: String,
    /// `None` in a private chat.
    pub members: Option<BTreeSet<String>>,
    /// Whether the bot is in it.
    pub bot: bool,
    pub messages: Vec<Message>,
}

/// Bytes that are served under `/media/`.
#[derive(Debug, Clone)]
pub(super) struct Media {
    pub mime: String,
    pub bytes: Bytes,
    /// Its part of the address; cannot be guessed from its number.
    pub key: String,
}

/// What kind of message a bot sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SentKind {
    /// sendMessage.
    Text,
    /// sendPhoto.
    Photo,
    /// sendSticker.
    Sticker,
    /// sendVoice.
    Voice,
}

/// One send that was answered with `ok`, in the order of the effects.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct ZaloBotSent {
    /// What was sent.
    pub kind: SentKind,
    /// The `chat_id`.
    pub chat: String,
    /// The `message_id`.
    pub message_id: String,
    /// Text or caption as the bot wrote it.
    pub text: String,
    /// Wall milliseconds.
    pub at_ms: i64,
    /// Nobody will ever see it: a voice message into a group.
    pub vanished: bool,
}

/// Numbers a test or a demo asks for.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct ZaloBotCounts {
    /// Calls, per method.
    pub calls: BTreeMap<String, u64>,
    /// Accepted sends, per chat.
    pub sent: BTreeMap<String, u64>,
    /// Refusals by the platform's own rules, per `error_code`. An idle poll is none.
    pub refused: BTreeMap<u16, u64>,
    /// Faults that fired, per method.
    pub faults: BTreeMap<String, u64>,
    /// Messages of the current month that count against the plan.
    pub quota_used: u32,
    /// Webhook deliveries that were accepted, probes not counted.
    pub posted: u64,
    /// Events that were given up: the webhook refused them, a fault ate them, or nobody polled.
    pub lost: u64,
}

/// The state.
#[derive(Debug)]
pub struct World {
    pub(super) config: ZaloBotConfig,
    pub(super) base_url: String,
    pub(super) bot_id: String,
    /// `None` once it was killed.
    pub(super) token: Option<String>,
    pub(super) people: BTreeMap<String, Person>,
    /// In the order they were made.
    pub(super) chats: Vec<Chat>,
    pub(super) media: Vec<Media>,
    pub(super) inbox: Inbox,
    /// `None` until setWebhook was called for the first time.
    pub(super) hook: Option<Hook>,
    pub(super) log: Vec<ZaloBotSent>,
    pub(super) counts: ZaloBotCounts,
    /// Messages that count against the plan, per month.
    pub(super) used: BTreeMap<i64, u32>,
    /// Monotonic times of the last second's sends.
    pub(super) recent: VecDeque<i64>,
    /// While true, the bot is told nothing: history from before it listened.
    pub(super) quiet: bool,
    /// Wakes pollers and the webhook worker.
    pub(super) wake: Arc<Notify>,
    serial: u64,
}

impl World {
    /// The bot of `config` in an otherwise empty world.
    pub(super) fn with_bot(config: ZaloBotConfig, base_url: &str) -> Result<Self, SandboxError> {
        let made = || format!("{BOT_ID}:{}", rng::secret(config.seed, BOT_ID, 40));
        let token = config.token.clone().unwrap_or_else(made);
        let bot_id = bot_id(&token).ok_or_else(|| SandboxError::Token(token.clone()))?;
        Ok(Self {
            base_url: base_url.to_owned(),
            bot_id,
            token: Some(token),
            people: BTreeMap::new(),
            chats: Vec::new(),
            media: Vec::new(),
            inbox: Inbox::default(),
            hook: None,
            log: Vec::new(),
            counts: ZaloBotCounts::default(),
            used: BTreeMap::new(),
            recent: VecDeque::new(),
            quiet: false,
            wake: Arc::new(Notify::new()),
            serial: 0,
            config,
        })
    }

    pub(super) fn wall(&self) -> i64 {
        self.config.wall()
    }

    pub(super) fn monotonic(&self) -> i64 {
        self.config.monotonic()
    }

    /// Months since year 0, in the time zone of the people.
    pub(super) fn month(&self) -> i64 {
        let (year, month, _) = civil(day(self.config.local(self.wall())));
        year * 12 + month
    }

    /// Whether a token works.
    pub(super) fn authorize(&self, token: &str) -> Result<(), Refusal> {
        if self.token.as_deref() == Some(token) { Ok(()) } else { Err(Refusal::unauthorized()) }
    }

    /// Whether events are posted to a webhook now.
    pub(super) fn has_hook(&self) -> bool {
        self.hook.as_ref().is_some_and(Hook::is_set)
    }

    /// Replaces the token: the old one is dead at once.
    pub(super) fn reissue(&mut self) -> String {
        let serial = self.next();
        let token = format!("{}:{}", self.bot_id, rng::secret(self.config.seed, serial, 40));
        self.token = Some(token.clone());
        self.wake.notify_waiters();
        token
    }

    pub(super) fn person(&self, id: &str) -> Result<&Person, ControlError> {
        self.people.get(id).ok_or_else(|| ControlError::no_such("person", id))
    }

    pub(super) fn chat(&self, id: &str) -> Result<&Chat, ControlError> {
        self.chats.iter().find(|c| c.id == id).ok_or_else(|| ControlError::no_such("chat", id))
    }

    pub(super) fn chat_mut(&mut self, id: &str) -> Result<&mut Chat, ControlError> {
        self.chats.iter_mut().find(|c| c.id == id).ok_or_else(|| ControlError::no_such("chat", id))
    }

    /// The shown name of a person or of the bot.
    pub(super) fn name_of(&self, id: &str) -> String {
        let bot = || if id == self.bot_id { self.config.name.clone() } else { id.to_owned() };
        self.people.get(id).map_or_else(bot, |p| p.name.clone())
    }

    /// Hex digits that nothing else has.
    pub(super) fn hex(&mut self, digits: usize) -> String {
        let (seed, serial) = (self.config.seed, self.next());
        let luck = rng::mix(seed, serial);
        let random = format!("{luck:016x}{:016x}", rng::mix(luck, 1));
        // The serial stands last: two ids differ whatever the random digits are.
        let serial = format!("{serial:06x}");
        format!("{}{serial}", &random[..digits.saturating_sub(serial.len()).min(random.len())])
    }

    fn next(&mut self) -> u64 {
        self.serial += 1;
        self.serial
    }

    /// Puts a message in its chat. Returns its id.
    pub(super) fn post(&mut self, chat: &str, draft: Draft) -> Result<String, ControlError> {
        let (id, at_ms) = (self.hex(24), self.wall());
        let Draft { from, content, text, reply_to } = draft;
        self.chat_mut(chat)?.messages.push(Message { id: id.clone(), from, at_ms, content, text, reply_to });
        Ok(id)
    }

    /// A line of the app itself.
    pub(super) fn notice(&mut self, chat: &str, text: String) {
        let draft = Draft { from: String::new(), content: Content::Notice, text, reply_to: None };
        let _ = self.post(chat, draft);
    }

    /// Stores bytes and returns their number.
    pub(super) fn keep(&mut self, mime: &str, bytes: Bytes) -> usize {
        let key = self.hex(20);
        self.media.push(Media { mime: mime.to_owned(), bytes, key });
        self.media.len() - 1
    }

    /// Where a stored picture can be fetched without authorization.
    pub(super) fn media_url(&self, index: usize) -> String {
        let key = self.media.get(index).map_or("gone", |m| m.key.as_str());
        format!("{}/media/{key}.jpg", self.base_url)
    }

    /// Counts one message against the month.
    pub(super) fn count(&mut self) {
        let month = self.month();
        let used = self.used.entry(month).or_default();
        *used = used.saturating_add(1);
    }

    /// Messages of the current month that count against the plan.
    pub(super) fn used_now(&self) -> u32 {
        self.used.get(&self.month()).copied().unwrap_or(0)
    }
}

impl Chat {
    pub(super) fn message(&self, id: &str) -> Option<&Message> {
        self.messages.iter().find(|m| m.id == id)
    }

    pub(super) fn is_group(&self) -> bool {
        self.members.is_some()
    }
}

/// The bot's id in a token of the shape `<digits>:<secret>`.
fn bot_id(token: &str) -> Option<String> {
    let (id, secret) = token.split_once(':')?;
    let well_formed = !id.is_empty() && id.bytes().all(|b| b.is_ascii_digit());
    let plain = !secret.is_empty() && secret.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-".contains(&b));
    (well_formed && plain).then(|| id.to_owned())
}

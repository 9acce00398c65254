//! What bots get to hear: each bot's queue of updates, and the rules of privacy mode.

use std::collections::{BTreeSet, VecDeque};

use serde_json::{Value, json};

use super::{
    chat::{Chat, ChatKey, Status},
    message::{Content, Message},
    rng, text, wire,
    world::{Bot, World},
};

/// Updates older than this are dropped (Bot API, "Getting updates": 24 hours).
const UPDATE_LIFE_MS: i64 = 86_400_000;
/// Update kinds that must be asked for (Bot API, `getUpdates`, `allowed_updates`).
const OFF_BY_DEFAULT: [&str; 3] = ["chat_member", "message_reaction", "message_reaction_count"];

/// How an update begins that is sent as it stands behind this.
const RAW: &str = "\u{1}raw:";

/// The result of a call as text, updates put in as text among it.
pub(super) fn spelled(result: &Value) -> String {
    let spelled = |value: &Value| match value.as_str().and_then(|text| text.strip_prefix(RAW)) {
        Some(raw) => raw.to_owned(),
        None => value.to_string(),
    };
    match result {
        Value::Array(values) => format!("[{}]", values.iter().map(spelled).collect::<Vec<_>>().join(",")),
        value => value.to_string(),
    }
}

/// One update waiting for its bot.
#[derive(Debug, Clone)]
pub(super) struct Update {
    pub id: i64,
    /// The object the Bot API calls `Update`.
    pub body: Value,
    /// Monotonic milliseconds.
    at_ms: i64,
}

/// A bot's queue of updates.
#[derive(Debug)]
pub(super) struct Inbox {
    queue: VecDeque<Update>,
    next_id: i64,
    allowed: Option<BTreeSet<String>>,
    /// Grows with every getUpdates; an older waiting call sees that it was overtaken.
    pub poll: u64,
    /// How long each confirmed update had been there, in milliseconds.
    pub confirmed_after_ms: Vec<i64>,
}

/// Where a bot's updates are pushed instead of being polled.
#[derive(Debug, Clone)]
pub(super) struct Webhook {
    pub url: String,
    pub secret: Option<String>,
    pub max_connections: i64,
    pub ip_address: Option<String>,
    /// Wall seconds and text of the last refused delivery.
    pub last_error: Option<(i64, String)>,
}

impl Inbox {
    pub(super) fn new(seed: u64, bot: i64) -> Self {
        let start = rng::mix(seed, bot.cast_unsigned()) % 800_000_000;
        let next_id = 100_000_000 + i64::try_from(start).unwrap_or(0);
        Self { queue: VecDeque::new(), next_id, allowed: None, poll: 0, confirmed_after_ms: Vec::new() }
    }

    fn accepts(&self, kind: &str) -> bool {
        match &self.allowed {
            Some(allowed) => allowed.contains(kind),
            None => !OFF_BY_DEFAULT.contains(&kind),
        }
    }

    fn push(&mut self, kind: &str, value: Value, at_ms: i64) {
        if !self.accepts(kind) {
            return;
        }
        let id = self.next_id;
        self.next_id += 1;
        let mut body = json!({ "update_id": id });
        body[kind] = value;
        self.queue.push_back(Update { id, body, at_ms });
    }

    /// Puts in an update that is sent as this text, whatever it holds; `{id}` in it stands for its number.
    pub(super) fn push_raw(&mut self, text: &str, at_ms: i64) {
        let id = self.next_id;
        self.next_id += 1;
        let body = format!("{RAW}{}", text.replace("{id}", &id.to_string())).into();
        self.queue.push_back(Update { id, body, at_ms });
    }

    /// Sets the kinds the bot wants from now on; an empty list means the default ones.
    pub(super) fn allow(&mut self, kinds: Vec<String>) {
        self.allowed = (!kinds.is_empty()).then(|| kinds.into_iter().collect());
    }

    /// The kinds as the bot last named them.
    pub(super) fn allowed(&self) -> Option<Vec<String>> {
        self.allowed.as_ref().map(|kinds| kinds.iter().cloned().collect())
    }

    pub(super) fn len(&self) -> usize {
        self.queue.len()
    }

    pub(super) fn clear(&mut self) {
        self.queue.clear();
    }

    /// Confirms everything below `offset`; a negative one keeps only the last `-offset` updates.
    pub(super) fn confirm(&mut self, offset: i64, now: i64) {
        self.queue.retain(|u| now - u.at_ms < UPDATE_LIFE_MS);
        if offset > 0 {
            let confirmed = self.queue.iter().filter(|u| u.id < offset);
            self.confirmed_after_ms.extend(confirmed.map(|u| now - u.at_ms));
            self.queue.retain(|u| u.id >= offset);
        } else if offset < 0 {
            let keep = usize::try_from(offset.unsigned_abs()).unwrap_or(usize::MAX);
            let drop = self.queue.len().saturating_sub(keep);
            self.queue.drain(..drop);
        }
    }

    /// The first `limit` updates; they stay until confirmed.
    pub(super) fn peek(&self, limit: usize) -> Vec<Value> {
        self.queue.iter().take(limit).map(|u| u.body.clone()).collect()
    }

    /// The update a webhook is to be given next.
    pub(super) fn head(&mut self, now: i64) -> Option<Update> {
        self.confirm(0, now);
        self.queue.front().cloned()
    }

    /// Takes an update out once a webhook has accepted it.
    pub(super) fn delivered(&mut self, id: i64) {
        self.queue.retain(|u| u.id != id);
    }
}

/// Queues one update for a bot; gives whether the bot asked for that kind.
pub(super) fn push(world: &mut World, bot: i64, kind: &str, value: Value) -> bool {
    let (now, quiet) = (world.monotonic(), world.quiet);
    let Some(bot) = world.bot_mut(bot).filter(|_| !quiet) else { return false };
    let wanted = bot.inbox.accepts(kind);
    bot.inbox.push(kind, value, now);
    bot.wake.notify_waiters();
    wanted
}

/// Tells a message to every bot that may hear it: as `message` when it is new, as `edited_message` later.
pub(super) fn announce(world: &mut World, key: ChatKey, id: i64, kind: &str) {
    let Some((chat, message)) = world.chats.get(&key).and_then(|c| Some((c, c.message(id)?))) else { return };
    let hearing = world.bots.iter().filter(|b| hears(world, b, chat, message));
    let told: Vec<_> = hearing.map(|b| (b.id, wire::message(world, key, message, b.id))).collect();
    for (bot, body) in told {
        push(world, bot, kind, body);
    }
}

/// Whether any bot gets an update for this message.
pub(super) fn is_heard(world: &World, key: ChatKey, message: &Message) -> bool {
    world.chats.get(&key).is_some_and(|chat| world.bots.iter().any(|bot| hears(world, bot, chat, message)))
}

/// Whether a bot gets an update for this message (Bots FAQ, "What messages will my bot get?").
fn hears(world: &World, bot: &Bot, chat: &Chat, message: &Message) -> bool {
    let status = chat.status(bot.id);
    if message.from == bot.id || !status.is_in() {
        return false;
    }
    if chat.is_private() || matches!(message.content, Content::Service(_)) {
        return true;
    }
    if world.users.get(&message.from).is_some_and(|u| u.is_bot) {
        return false;
    }
    status.is_admin() || bot.reads_all || is_meant_for(world, bot, chat, message)
}

/// What a bot in privacy mode hears: replies to it, mentions, commands for it, and general commands after it spoke last.
fn is_meant_for(world: &World, bot: &Bot, chat: &Chat, message: &Message) -> bool {
    let answers_it = message.reply_to.and_then(|id| chat.message(id)).is_some_and(|m| m.from == bot.id);
    if answers_it {
        return true;
    }
    let name = world.users.get(&bot.id).and_then(|u| u.username.as_deref()).unwrap_or_default();
    message.body.entities.iter().any(|entity| {
        let token = text::utf16_slice(&message.body.text, entity.offset, entity.length);
        match entity.kind.as_str() {
            "mention" => token.trim_start_matches('@').eq_ignore_ascii_case(name),
            "bot_command" => match token.split_once('@') {
                Some((_, to)) => to.eq_ignore_ascii_case(name),
                None => chat.last_bot == Some(bot.id),
            },
            _ => false,
        }
    })
}

/// Tells bots that somebody's standing in a chat changed, by whom: the bot itself, and admin bots that asked for it.
pub(super) fn announce_member(world: &mut World, key: ChatKey, user: i64, by: i64, old: Status, new: Status) {
    let Some(chat) = world.chats.get(&key) else { return };
    let change = json!({
        "chat": wire::chat(world, chat),
        "from": wire::user_by_id(world, by),
        "date": wire::seconds(world.wall()),
        "old_chat_member": wire::member(world, user, old),
        "new_chat_member": wire::member(world, user, new),
    });
    let watching: Vec<_> =
        world.bots.iter().map(|b| b.id).filter(|b| *b != user && chat.status(*b).is_admin()).collect();
    push(world, user, "my_chat_member", change.clone());
    for bot in watching {
        push(world, bot, "chat_member", change.clone());
    }
}

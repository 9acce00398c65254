//! What the bot gets to hear, and what waits for it to be fetched or posted.
//!
//! In a group it hears only what mentions it by its full name or replies to one of its own messages; everything else
//! is invisible to it. What it hears never says which message was replied to. There are no events for joining,
//! leaving, being removed, reactions or reading.

use std::collections::VecDeque;

use serde_json::{Value, json};

use super::{
    config::{FieldNames, Polling},
    world::{Chat, Content, Message, World},
};

/// How many consumed updates come back under [`Polling::Repeats`].
const REPEATED: usize = 20;

/// One update on its way to the bot.
#[derive(Debug, Clone)]
pub(super) struct Event {
    pub body: Value,
    pub chat: String,
    /// Monotonic milliseconds.
    at_ms: i64,
}

/// What waits for the bot.
#[derive(Debug, Default)]
pub(super) struct Inbox {
    queue: VecDeque<Event>,
    consumed: VecDeque<Value>,
    repeat: usize,
    /// Deliveries under way.
    pub in_flight: usize,
    /// Polls begun so far.
    pub polls: u64,
    /// When the poll that ended last gave its update, until the next one begins; monotonic milliseconds.
    given_at_ms: Option<i64>,
    /// How long each update that a poll gave was in the bot's hands before it polled again, in milliseconds: nothing else tells that
    /// it took it.
    pub confirmed_after_ms: Vec<i64>,
}

impl Inbox {
    /// What has not reached the bot yet.
    pub(super) fn waiting(&self) -> usize {
        self.queue.len() + self.in_flight
    }

    pub(super) fn push(&mut self, body: Value, chat: String, at_ms: i64) {
        self.queue.push_back(Event { body, chat, at_ms });
    }

    /// The next event for the webhook.
    pub(super) fn pop(&mut self) -> Option<Event> {
        self.queue.pop_front()
    }

    /// A poll begins: what the last one gave is taken.
    pub(super) fn begin(&mut self, now: i64) {
        self.polls += 1;
        self.confirmed_after_ms.extend(self.given_at_ms.take().map(|at| now - at));
    }

    /// Drops what waited since before `until`; gives how many.
    pub(super) fn forget(&mut self, until: i64) -> u64 {
        let before = self.queue.len();
        self.queue.retain(|event| event.at_ms > until);
        (before - self.queue.len()) as u64
    }

    /// What a poll gets: the next update, or an old one where the platform repeats itself.
    pub(super) fn take(&mut self, polling: Polling, now: i64) -> Option<Value> {
        if let Some(event) = self.queue.pop_front() {
            self.given_at_ms = Some(now);
            self.consumed.push_back(event.body.clone());
            if self.consumed.len() > REPEATED {
                self.consumed.pop_front();
            }
            return Some(event.body);
        }
        if polling != Polling::Repeats || self.consumed.is_empty() {
            return None;
        }
        self.repeat = (self.repeat + 1) % self.consumed.len();
        self.consumed.get(self.repeat).cloned()
    }
}

/// Tells the bot a message, if it may hear it. Gives whether it does.
pub(super) fn announce(world: &mut World, chat: &str, id: &str) -> bool {
    let at_ms = world.monotonic();
    let Ok(place) = world.chat(chat) else { return false };
    let Some(message) = place.message(id).filter(|m| !world.quiet && hears(world, place, m)) else { return false };
    let (body, chat) = (update(world, place, message), chat.to_owned());
    world.inbox.push(body, chat, at_ms);
    if world.config.limits.is_some_and(|limits| limits.count_heard) {
        world.count();
    }
    world.wake.notify_waiters();
    true
}

pub(super) fn hears(world: &World, chat: &Chat, message: &Message) -> bool {
    if !chat.bot || !world.people.contains_key(&message.from) {
        return false;
    }
    if !chat.is_group() {
        return within_plan(world, chat);
    }
    let answered = message.reply_to.as_deref().and_then(|id| chat.message(id));
    answered.is_some_and(|m| m.from == world.bot_id) || mentions(world, message)
}

/// A mention is the bot's whole name after `@`, as the member list puts it; a file or sticker has no text for one.
fn mentions(world: &World, message: &Message) -> bool {
    let has_text = matches!(message.content, Content::Text | Content::Photo(_));
    has_text && message.text.contains(&format!("@{}", world.config.name))
}

/// Whether this private chat is among those the plan allows; the first ones to open are.
pub(super) fn within_plan(world: &World, chat: &Chat) -> bool {
    let Some(limits) = world.config.limits else { return true };
    let mut private = world.chats.iter().filter(|c| !c.is_group());
    private.position(|c| c.id == chat.id).is_some_and(|at| at < limits.people as usize)
}

fn update(world: &World, chat: &Chat, message: &Message) -> Value {
    let mut inner = json!({
        "message_id": message.id,
        "date": message.at_ms,
        "from": { "id": message.from, "display_name": world.name_of(&message.from), "is_bot": false },
        "chat": { "id": chat.id, "chat_type": if chat.is_group() { "GROUP" } else { "PRIVATE" } },
    });
    let withheld = world.people.get(&message.from).is_some_and(|p| p.protected);
    let event = if withheld { "unsupported" } else { fill(world, message, &mut inner) };
    json!({ "event_name": format!("message.{event}.received"), "message": inner })
}

/// Adds what the message carries and gives the middle of the event's name.
fn fill(world: &World, message: &Message, inner: &mut Value) -> &'static str {
    let live = world.config.quirks.fields == FieldNames::Live;
    match &message.content {
        Content::Text | Content::Notice => {
            inner["text"] = json!(message.text);
            "text"
        }
        Content::Photo(index) => {
            inner[if live { "photo_url" } else { "photo" }] = json!(world.media_url(*index));
            if live {
                inner["message_type"] = json!("CHAT_PHOTO");
            }
            if !message.text.is_empty() {
                inner["caption"] = json!(message.text);
            }
            "image"
        }
        Content::Sticker(id) => {
            // A guess: no source shows the fields of a sticker.
            inner["sticker"] = json!(id);
            "sticker"
        }
        Content::Voice(url) => {
            inner["voice_url"] = json!(url);
            inner["message_type"] = json!("CHAT_VOICE");
            "voice"
        }
        Content::File(..) => "unsupported",
    }
}

//! In-process control: everything a person can do in a chat, and everything a test wants to see.
//!
//! A `chat` number means a group when negative. When positive it means a private chat: the bot's id as the
//! person sees it, or the person's id as the bot sees it (then with the first bot).

mod admin;
mod stand;
mod view;
mod write;

use super::{
    chat::{ChatKey, ChatKind, GroupKind, Line, Press, Rights, User},
    groups,
    message::{Action, Content, Message},
    show, updates, wire,
    world::{Callback, World},
};
use crate::{ControlError, Result, act::Deed, rng, server::Hand};
use write::Where;

pub use admin::NewUser;
pub use view::{ButtonView, FileView, MessageView, PressView};

/// Controls a running sandbox.
pub type Handle = Hand<World>;

impl Handle {
    /// A person writes a text; `reply_to` quotes a message of the same chat. Returns the message id.
    ///
    /// In a private chat the first text opens the chat, as pressing Start does, and lifts a block.
    ///
    /// # Errors
    /// When the text is blank, the person or chat does not exist, the person is not in the group or may not write
    /// there, or the message replied to is missing.
    pub fn say(&self, person: i64, chat: i64, text: &str, reply_to: Option<i64>) -> Result<i64> {
        self.write(&Where { person, chat, reply_to, topic: None }, &Deed::Say { text: text.to_owned() })
    }

    /// The first bot gets an update that is sent as this text when it asks, whatever it holds, until its number is confirmed. `{id}`
    /// stands for the number.
    pub fn push_raw(&self, text: &str) {
        let mut world = self.shared.world();
        let now = world.monotonic();
        if let Some(bot) = world.bots.first_mut() {
            bot.inbox.push_raw(text, now);
        }
    }

    /// A person presses Start in the private chat with a bot (the first one when `bot` is `None`).
    ///
    /// # Errors
    /// When the person or bot does not exist.
    pub fn start(&self, person: i64, bot: Option<i64>) -> Result<i64> {
        self.say(person, bot.unwrap_or(person), "/start", None)
    }

    /// A person sends a file as a document, with an optional caption. Returns the message id.
    ///
    /// # Errors
    /// As [`Handle::say`], by the right to send documents.
    pub fn send_file(&self, person: i64, chat: i64, name: &str, bytes: Vec<u8>, caption: Option<&str>) -> Result<i64> {
        let deed = Deed::SendFile { name: name.to_owned(), bytes, caption: caption.map(str::to_owned) };
        self.write(&Where { person, chat, reply_to: None, topic: None }, &deed)
    }

    /// A person sends a picture as a photo. A picture of unknown format counts as 1280 × 960 pixels.
    ///
    /// # Errors
    /// As [`Handle::say`], by the right to send photos.
    pub fn send_photo(&self, person: i64, chat: i64, bytes: Vec<u8>, caption: Option<&str>) -> Result<i64> {
        let deed = Deed::SendPhoto { bytes, caption: caption.map(str::to_owned) };
        self.write(&Where { person, chat, reply_to: None, topic: None }, &deed)
    }

    /// A person forwards a message of one chat to another. Returns the id of the new message.
    ///
    /// # Errors
    /// As [`Handle::say`] for both chats, and when the message is missing.
    pub fn forward(&self, person: i64, from_chat: i64, message: i64, to_chat: i64) -> Result<i64> {
        let deed = Deed::Forward { from_chat: from_chat.to_string(), message: message.to_string() };
        self.write(&Where { person, chat: to_chat, reply_to: None, topic: None }, &deed)
    }

    /// A person presses a button, named by its text or its data, on a message or on the latest one that has it.
    ///
    /// Queues the callback query and returns its id at once; the bot's answer appears in [`Handle::presses`] and
    /// in the transcript. A button that opens an address tells the bot nothing, as in a real client.
    ///
    /// # Errors
    /// When the person is not in the chat, or there is no such message or button.
    pub fn press(&self, person: i64, chat: i64, message: Option<i64>, button: &str) -> Result<String> {
        let mut world = self.shared.world();
        let key = resolve(&world, person, chat)?;
        check_member(&world, key, person)?;
        let (id, bot, text, action) = wanted_button(&world, key, message, button)?;
        let at_ms = world.wall();
        let query = query_id(&world);
        let place = world.chat_mut(key)?;
        let press = place.presses.len();
        place.lines.push(Line::Press(press));
        place.presses.push(Press { query: query.clone(), at_ms, user: person, message: id, button: text, toast: None });
        if let Action::Callback(data) = action {
            call_back(&mut world, &Callback { bot, chat: key, press, at_ms: 0 }, &query, &data);
        }
        Ok(query)
    }

    /// The chat as plain text, the way a person would read it.
    ///
    /// # Errors
    /// When there is no such chat.
    pub fn show(&self, chat: i64) -> Result<String> {
        let world = self.shared.world();
        let key = resolve(&world, chat, chat)?;
        Ok(show::transcript(&world, world.chat(key)?))
    }

    /// The private chat of one bot and one person as plain text.
    ///
    /// # Errors
    /// When they have never written to each other.
    pub fn show_private(&self, bot: i64, person: i64) -> Result<String> {
        let world = self.shared.world();
        Ok(show::transcript(&world, world.chat(ChatKey::Private { bot, user: person })?))
    }
}

/// Which chat a number means for this person.
fn resolve(world: &World, person: i64, chat: i64) -> Result<ChatKey> {
    if chat < 0 {
        let key = ChatKey::Group(chat);
        return world.chat(key).map(|_| key);
    }
    if world.bot(chat).is_some() {
        return Ok(ChatKey::Private { bot: chat, user: person });
    }
    let bot = world.bots.first().map(|b| b.id).ok_or_else(|| ControlError::no_such("chat", chat))?;
    world.user(chat).map_err(|_| ControlError::no_such("chat", chat))?;
    Ok(ChatKey::Private { bot, user: chat })
}

/// Finds the chat a person wants to write in, opening or unblocking a private one.
fn enter(world: &mut World, person: i64, chat: i64, needs: impl Fn(Rights) -> bool) -> Result<ChatKey> {
    world.user(person)?;
    let key = resolve(world, person, chat)?;
    let refused = ControlError::MayNotWrite { who: person.to_string(), chat: chat.to_string() };
    match key {
        ChatKey::Private { bot, user } if user == person => open(world, bot, user)?,
        ChatKey::Private { .. } => return Err(refused),
        ChatKey::Group(_) => {
            check_member(world, key, person)?;
            let place = world.chat(key)?;
            let closed =
                matches!(&place.kind, ChatKind::Group { migrated_to, deleted } if *deleted || migrated_to.is_some());
            if closed || !needs(place.rights_of(person)) {
                return Err(refused);
            }
        }
    }
    Ok(key)
}

fn open(world: &mut World, bot: i64, user: i64) -> Result<()> {
    let chat = world.private_chat(bot, user)?;
    let was_blocked = matches!(chat.kind, ChatKind::Private { blocked: true, .. });
    chat.kind = ChatKind::Private { started: true, blocked: false };
    if was_blocked {
        admin::announce_block(world, bot, user, false);
    }
    Ok(())
}

fn check_member(world: &World, key: ChatKey, person: i64) -> Result<()> {
    world.user(person)?;
    if world.chat(key)?.status(person).is_in() {
        return Ok(());
    }
    Err(ControlError::not_in_chat(person, key.id()))
}

fn find(world: &World, key: ChatKey, message: i64) -> Result<&Message> {
    world.chat(key)?.message(message).ok_or_else(|| ControlError::no_such_message(key.id(), message))
}

/// The button wanted: message id, the bot that wrote it, the button's text, and what it does.
fn wanted_button(
    world: &World,
    key: ChatKey,
    message: Option<i64>,
    button: &str,
) -> Result<(i64, i64, String, Action)> {
    let chat = world.chat(key)?;
    let missing = || ControlError::NoSuchButton { chat: key.id().to_string(), button: button.to_owned() };
    let found = match message {
        Some(id) => find(world, key, id)?.button(button).map(|b| (id, b)),
        None => chat.messages.iter().rev().filter(|m| !m.deleted).find_map(|m| Some((m.id, m.button(button)?))),
    };
    let (id, button) = found.ok_or_else(missing)?;
    Ok((id, find(world, key, id)?.from, button.text.clone(), button.action.clone()))
}

/// A query id of the length real ones have.
fn query_id(world: &World) -> String {
    let n = world.callbacks.len() as u64;
    let salt: u64 = world.chats.values().map(|c| c.presses.len() as u64).sum();
    format!("{:019}", rng::mix(world.config.seed ^ n, salt) % 10_000_000_000_000_000_000)
}

/// Remembers the press and tells the bot.
fn call_back(world: &mut World, callback: &Callback, query: &str, data: &str) {
    let Some(chat) = world.chats.get(&callback.chat) else { return };
    let Some(press) = chat.presses.get(callback.press) else { return };
    let instance = rng::mix(world.config.seed, callback.chat.id().cast_unsigned()).to_string();
    let message = chat.message(press.message).map(|m| wire::message(world, callback.chat, m, callback.bot));
    let body = serde_json::json!({
        "id": query,
        "from": wire::user_by_id(world, press.user),
        "message": message,
        "chat_instance": instance,
        "data": data,
    });
    let (at_ms, bot) = (world.monotonic(), callback.bot);
    world.callbacks.insert(query.to_owned(), Callback { at_ms, ..*callback });
    updates::push(world, bot, "callback_query", body);
}

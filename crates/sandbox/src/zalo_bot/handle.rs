//! In-process control: everything a person can do in a chat, and everything a test wants to see.
//!
//! A chat is named by its `zgr-…` id, or by a person's id for their private chat with the bot; `bot` stands for the
//! acting person's own.

mod admin;
mod stand;
mod view;

use axum::body::Bytes;

use super::{
    hear, photo, show,
    world::{Chat, Content, Draft, World},
};
use crate::{ControlError, Result, act::BOT, server::Hand};

/// Controls a running stand-in.
pub type ZaloBotHandle = Hand<World>;

impl ZaloBotHandle {
    /// A person writes a text; `reply_to` quotes a message of the same chat. Returns the message id.
    ///
    /// In a group the bot hears it only if the text holds `@` and the bot's whole name, or the quoted message is the
    /// bot's. In a private chat the first text opens the chat.
    ///
    /// # Errors
    /// When the text is blank, the person or chat does not exist, the person is not in the group, or the message
    /// replied to is missing.
    pub fn say(&self, person: &str, chat: &str, text: &str, reply_to: Option<&str>) -> Result<String> {
        if text.trim().is_empty() {
            return Err(ControlError::bad("a message needs a text"));
        }
        write(&mut self.shared.world(), person, chat, Content::Text, text, reply_to)
    }

    /// A person picks the bot from the member list and writes on. Returns the message id.
    ///
    /// # Errors
    /// As [`ZaloBotHandle::say`].
    pub fn mention(&self, person: &str, chat: &str, text: &str) -> Result<String> {
        let mention = self.bot_mention();
        self.say(person, chat, format!("{mention} {text}").trim_end(), None)
    }

    /// A person sends a picture. In a group the bot hears it only with a mention in the caption or as a reply to it.
    ///
    /// # Errors
    /// As [`ZaloBotHandle::say`].
    pub fn send_photo(
        &self,
        person: &str,
        chat: &str,
        bytes: Vec<u8>,
        caption: Option<&str>,
        reply_to: Option<&str>,
    ) -> Result<String> {
        let mut world = self.shared.world();
        let mime = photo::kind(&bytes).unwrap_or("image/jpeg");
        let index = world.keep(mime, Bytes::from(bytes));
        write(&mut world, person, chat, Content::Photo(index), caption.unwrap_or_default(), reply_to)
    }

    /// A person sends a file. The platform withholds it: the bot learns that there was something, and no more. A file
    /// has no caption here, so in a group only a reply to the bot is heard at all.
    ///
    /// # Errors
    /// As [`ZaloBotHandle::say`].
    pub fn send_file(
        &self,
        person: &str,
        chat: &str,
        name: &str,
        bytes: usize,
        reply_to: Option<&str>,
    ) -> Result<String> {
        write(&mut self.shared.world(), person, chat, Content::File(name.to_owned(), bytes), "", reply_to)
    }

    /// A person sends a sticker.
    ///
    /// # Errors
    /// As [`ZaloBotHandle::say`].
    pub fn send_sticker(&self, person: &str, chat: &str, sticker: &str, reply_to: Option<&str>) -> Result<String> {
        write(&mut self.shared.world(), person, chat, Content::Sticker(sticker.to_owned()), "", reply_to)
    }

    /// A person records a voice message. What its address leads to is no sound: voices are not played here.
    ///
    /// # Errors
    /// As [`ZaloBotHandle::say`].
    pub fn send_voice(&self, person: &str, chat: &str, reply_to: Option<&str>) -> Result<String> {
        let mut world = self.shared.world();
        let index = world.keep("audio/aac", Bytes::from_static(b"\xff\xf1 a voice"));
        let url = world.media_url(index).replace(".jpg", ".aac");
        write(&mut world, person, chat, Content::Voice(url), "", reply_to)
    }

    /// The chat as plain text, the way a person would read it.
    ///
    /// # Errors
    /// When there is no such chat.
    pub fn show(&self, chat: &str) -> Result<String> {
        let world = self.shared.world();
        Ok(show::transcript(&world, world.chat(chat)?))
    }
}

/// Puts a person's message where it belongs and lets the bot hear it if it may.
fn write(
    world: &mut World,
    person: &str,
    chat: &str,
    content: Content,
    text: &str,
    reply_to: Option<&str>,
) -> Result<String> {
    let chat = enter(world, person, chat)?;
    if let Some(quoted) = reply_to {
        let missing = || ControlError::no_such_message(&chat, quoted);
        world.chat(&chat)?.message(quoted).ok_or_else(missing)?;
    }
    let reply_to = reply_to.map(str::to_owned);
    let id = world.post(&chat, Draft { from: person.to_owned(), content, text: text.to_owned(), reply_to })?;
    hear::announce(world, &chat, &id);
    Ok(id)
}

/// The id of the chat a person wants to write in, opening their private one.
fn enter(world: &mut World, person: &str, chat: &str) -> Result<String> {
    let title = world.person(person)?.name.clone();
    if chat != BOT && chat != person {
        let members = world.chat(chat)?.members.as_ref();
        let absent = || ControlError::not_in_chat(person, chat);
        return members.is_some_and(|m| m.contains(person)).then(|| chat.to_owned()).ok_or_else(absent);
    }
    if world.chat(person).is_err() {
        let id = person.to_owned();
        world.chats.push(Chat { id, title, members: None, bot: true, messages: Vec::new() });
    }
    Ok(person.to_owned())
}

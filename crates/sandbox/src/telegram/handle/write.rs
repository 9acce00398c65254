//! What people put into chats: messages of every kind, reactions, changes of what they wrote.

use axum::body::Bytes;
use serde_json::{Value, json};

use super::{
    super::{
        api,
        message::{Attached, Content, Formatted, Forward},
        text, updates, wire,
        world::StoredFile,
    },
    ChatKey, ControlError, Handle, Result, Rights, World, check_member, enter, find, resolve,
};
use crate::{act::Deed, picture};

/// Who writes where.
#[derive(Debug, Clone, Copy)]
pub(super) struct Where {
    pub person: i64,
    pub chat: i64,
    pub reply_to: Option<i64>,
    /// The topic of a forum; absent, that of the message replied to.
    pub topic: Option<i64>,
}

/// What is written: the content, its text, and where it was forwarded from.
type Made = (Content, Formatted, Option<Forward>);

impl Handle {
    /// Writes a message; gives its id.
    pub(super) fn write(&self, to: &Where, deed: &Deed) -> Result<i64> {
        let mut world = self.shared.world();
        let original = match deed {
            Deed::Forward { from_chat, message } => Some(original(&world, to.person, from_chat, message)?),
            _ => None,
        };
        let key = enter(&mut world, to.person, to.chat, needs(deed))?;
        let (content, body, forward) = match original {
            Some(original) => original,
            None => made(&mut world, to.person, deed)?,
        };
        let replied = to.reply_to.map(|id| find(&world, key, id).map(|message| message.topic)).transpose()?;
        let topic = to.topic.or(replied.flatten());
        let chat = world.chat(key)?;
        if let Some(missing) = topic.filter(|topic| !chat.topics.contains_key(topic)) {
            return Err(ControlError::no_such("topic", missing));
        }
        let anonymous = chat.is_anonymous(to.person);
        let mut message = world.draft(key, to.person, content, body)?;
        (message.reply_to, message.forward, message.topic) = (to.reply_to, forward, topic);
        message.anonymous = anonymous;
        world.post(key, message)
    }

    /// A person reacts to a message with an emoji; an empty one takes the reaction back. Gives whether a bot was told:
    /// administrators are, if they asked for `message_reaction`.
    ///
    /// # Errors
    /// When the person is not in the chat, or there is no such message.
    pub fn react(&self, person: i64, chat: i64, message: i64, emoji: &str) -> Result<bool> {
        let mut world = self.shared.world();
        let key = resolve(&world, person, chat)?;
        check_member(&world, key, person)?;
        find(&world, key, message)?;
        let chat = world.chat_mut(key)?;
        let Some(place) = chat.message_mut(message) else { return Ok(false) };
        let old = place.reactions.remove(&person).unwrap_or_default();
        if !emoji.is_empty() {
            place.reactions.insert(person, emoji.to_owned());
        }
        let anonymous = chat.is_anonymous(person);
        let list = |emoji: &str| {
            if emoji.is_empty() { json!([]) } else { json!([{ "type": "emoji", "emoji": emoji }]) }
        };
        let chat = world.chat(key)?;
        let mut told = json!({
            "chat": wire::chat(&world, chat), "message_id": message, "date": wire::seconds(world.wall()),
            "old_reaction": list(&old), "new_reaction": list(emoji),
        });
        let (field, who) = if anonymous {
            ("actor_chat", wire::chat(&world, chat))
        } else {
            ("user", wire::user_by_id(&world, person))
        };
        told[field] = who;
        let watching =
            world.bots.iter().map(|bot| bot.id).filter(|bot| chat.is_private() || chat.status(*bot).is_admin());
        let watching: Vec<i64> = watching.collect();
        let mut heard = false;
        for bot in watching {
            heard |= updates::push(&mut world, bot, "message_reaction", told.clone());
        }
        Ok(heard)
    }

    /// A person changes the text (or caption) of a message of their own.
    ///
    /// # Errors
    /// When the person is not in the chat, the message is not theirs, or the text is blank.
    pub fn edit_text(&self, person: i64, chat: i64, message: i64, new: &str) -> Result<()> {
        let mut world = self.shared.world();
        let key = resolve(&world, person, chat)?;
        check_member(&world, key, person)?;
        let found = find(&world, key, message)?;
        if found.from != person || found.forward.is_some() {
            return Err(ControlError::MayNotWrite { who: person.to_string(), chat: key.id().to_string() });
        }
        let body = typed(new)?;
        let edited = Some(world.wall());
        if let Some(found) = world.chat_mut(key)?.message_mut(message) {
            (found.body, found.edited_ms) = (body, edited);
        }
        updates::announce(&mut world, key, message, "edited_message");
        Ok(())
    }
}

/// The right a deed takes.
fn needs(deed: &Deed) -> fn(Rights) -> bool {
    match deed {
        Deed::SendFile { .. } => |rights| rights.documents,
        Deed::SendPhoto { .. } => |rights| rights.photos,
        _ => |rights| rights.messages,
    }
}

fn original(world: &World, person: i64, chat: &str, message: &str) -> Result<Made> {
    let number = |id: &str| id.parse::<i64>().map_err(|_| ControlError::bad(format_args!("`{id}` is no number")));
    let found = find(world, resolve(world, person, number(chat)?)?, number(message)?)?.clone();
    let first = Forward { from: found.from, at_ms: found.at_ms };
    Ok((found.content, found.body, Some(found.forward.unwrap_or(first))))
}

fn typed(text: &str) -> Result<Formatted> {
    let body = text::typed(text);
    if body.text.is_empty() { Err(ControlError::bad("a message needs a text")) } else { Ok(body) }
}

fn made(world: &mut World, person: i64, deed: &Deed) -> Result<Made> {
    let captioned = |caption: &Option<String>| caption.as_deref().map(text::typed).unwrap_or_default();
    let (content, body) = match deed {
        Deed::Say { text } => (Content::Text, typed(text)?),
        Deed::SendFile { name, bytes, caption } => {
            let file = world.store_file(api::stored(name, None, Bytes::from(bytes.clone()), "documents"));
            (Content::Document(file), captioned(caption))
        }
        Deed::SendPhoto { bytes, caption } => {
            let size = picture::size(bytes).unwrap_or((1_280, 960));
            let file = api::stored("photo.jpg", None, Bytes::from(bytes.clone()), "photos");
            (Content::Photo(world.store_file(StoredFile { size, ..file })), captioned(caption))
        }
        other => (attached(world, person, other)?, Formatted::default()),
    };
    Ok((content, body, None))
}

/// Stickers, places, numbers, voices: what the Bot API tells of them (Bot API, `Sticker`, `Location`, `Contact`, `Voice`).
fn attached(world: &mut World, person: i64, deed: &Deed) -> Result<Content> {
    let mut file = |name: &str, mime: &str, folder| {
        Some(world.store_file(api::stored(name, Some(mime.to_owned()), Bytes::from_static(b"\0"), folder)))
    };
    let (field, shown, value, file): (_, _, Value, _) = match deed {
        Deed::Sticker { sticker } => {
            let value = json!({
                "type": "regular", "width": 512, "height": 512, "is_animated": false, "is_video": false, "emoji": sticker,
            });
            ("sticker", format!("[sticker {sticker}]"), value, file("sticker.webp", "image/webp", "stickers"))
        }
        Deed::Voice { seconds } => {
            let value = json!({ "duration": seconds, "mime_type": "audio/ogg" });
            ("voice", format!("🎤 {seconds} s"), value, file("voice.oga", "audio/ogg", "voice"))
        }
        Deed::Location { latitude, longitude } => {
            let value = json!({ "latitude": latitude, "longitude": longitude });
            ("location", format!("📍 {latitude}, {longitude}"), value, None)
        }
        Deed::Contact { name, phone } => {
            let own = world.user(person).is_ok_and(|user| user.full_name() == *name);
            let mut value = json!({ "phone_number": phone, "first_name": name });
            if own {
                value["user_id"] = json!(person);
            }
            ("contact", format!("👤 {name}, {phone}"), value, None)
        }
        _ => return Err(ControlError::bad("not something that is written")),
    };
    Ok(Content::Attached(Box::new(Attached { field, shown, value, file })))
}

/// Where a chat is a forum: its topics are begun here.
impl Handle {
    /// Makes a supergroup a forum with topics, or no longer.
    ///
    /// # Errors
    /// When it is no supergroup.
    pub fn set_forum(&self, chat: i64, forum: bool) -> Result<()> {
        let mut world = self.shared.world();
        let place = world.chat_mut(ChatKey::Group(chat))?;
        if !place.is_supergroup() {
            return Err(ControlError::WrongKind(chat.to_string()));
        }
        place.forum = forum;
        Ok(())
    }

    /// A member begins a topic of a forum; its id is that of its first message.
    ///
    /// # Errors
    /// When the chat is no forum, or the person is not in it.
    pub fn begin_topic(&self, person: i64, chat: i64, name: &str) -> Result<i64> {
        let mut world = self.shared.world();
        let key = enter(&mut world, person, chat, |rights| rights.messages)?;
        if !world.chat(key)?.forum {
            return Err(ControlError::WrongKind(chat.to_string()));
        }
        super::groups::begin_topic(&mut world, key, person, name)
    }

    /// An administrator writes in the group's own name from now on, or no longer.
    ///
    /// # Errors
    /// When the person is no administrator of the group.
    pub fn set_anonymous(&self, chat: i64, person: i64, anonymous: bool) -> Result<()> {
        let mut world = self.shared.world();
        let place = world.chat_mut(ChatKey::Group(chat))?;
        if !place.status(person).is_admin() {
            return Err(ControlError::MayNotWrite { who: person.to_string(), chat: chat.to_string() });
        }
        if anonymous {
            place.anonymous.insert(person);
        } else {
            place.anonymous.remove(&person);
        }
        Ok(())
    }
}

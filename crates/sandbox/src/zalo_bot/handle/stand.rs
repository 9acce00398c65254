//! The acts of people in the words that all platforms share.

use super::{BOT, Result, ZaloBotHandle, hear};
use crate::{
    ControlError,
    act::{Act, ChatEntry, Deed, Done, PersonEntry, Said, Stand, type_choice, unknown_here},
    zalo_bot::{
        show,
        world::{Chat, Content, Message, World},
    },
};

impl Stand for ZaloBotHandle {
    fn act(&self, act: &Act) -> Result<Done> {
        let (person, chat, reply) = (act.person.as_str(), act.chat.as_str(), act.reply_to.as_deref());
        let id = match &act.deed {
            Deed::Say { text } => self.say(person, chat, text, reply)?,
            Deed::Press { button, message } => return type_choice(self, act, button, message.as_deref()),
            Deed::SendFile { caption: Some(_), .. } => {
                return Err(ControlError::bad("a file has no caption on Zalo: say the text in a message of its own"));
            }
            Deed::SendFile { name, bytes, caption: None } => self.send_file(person, chat, name, bytes.len(), reply)?,
            Deed::SendPhoto { bytes, caption } => {
                self.send_photo(person, chat, bytes.clone(), caption.as_deref(), reply)?
            }
            Deed::Sticker { sticker } => self.send_sticker(person, chat, sticker, reply)?,
            Deed::Voice { .. } => self.send_voice(person, chat, reply)?,
            Deed::React { message, .. } => {
                // People can react; the platform tells no bot of it.
                let place = if chat == BOT { person } else { chat };
                self.shared
                    .world()
                    .chat(place)?
                    .message(message)
                    .ok_or_else(|| ControlError::no_such_message(place, message))?;
                return Ok(Done {
                    unheard: Some("the platform tells no bot of reactions".to_owned()),
                    ..Done::heard(message)
                });
            }
            Deed::Forward { .. } => return unknown_here("forwarding that a bot could tell from a text", "a Zalo bot"),
            Deed::Location { .. } | Deed::Contact { .. } => {
                return unknown_here("such message that bots are told of", "Zalo");
            }
            Deed::EditText { .. } => return unknown_here("changing of a sent message", "Zalo"),
        };
        let place = if chat == BOT { person } else { chat };
        Ok(Done { unheard: self.unheard(place, &id), ..Done::heard(id) })
    }

    fn chats(&self) -> Vec<ChatEntry> {
        let world = self.shared.world();
        let entry =
            |chat: &Chat| ChatEntry { id: chat.id.clone(), title: chat.title.clone(), kind: show::kind_of(chat) };
        world.chats.iter().map(entry).collect()
    }

    fn people(&self) -> Vec<PersonEntry> {
        let people = Self::people(self).into_iter();
        people.map(|(id, name)| PersonEntry { id, name }).collect()
    }

    fn show(&self, chat: &str) -> Result<String> {
        Self::show(self, chat)
    }

    fn messages(&self, chat: &str, seen: usize) -> Result<Vec<Said>> {
        let world = self.shared.world();
        let chat = world.chat(chat)?;
        Ok(chat.messages.iter().skip(seen).map(|message| view(&world, chat, message)).collect())
    }

    fn mention(&self) -> Option<String> {
        Some(self.bot_mention())
    }

    fn kick(&self, chat: &str, who: &str) -> Result<()> {
        if who == BOT { self.remove_bot(chat) } else { self.leave(chat, who) }
    }

    fn invite(&self, chat: &str, who: &str) -> Result<()> {
        if who == BOT { self.add_bot(chat) } else { self.join(chat, who) }
    }
}

impl ZaloBotHandle {
    /// Why the bot does not hear a message, and what it would hear.
    fn unheard(&self, chat: &str, id: &str) -> Option<String> {
        let world = self.shared.world();
        let chat = world.chat(chat).ok()?;
        if chat.message(id).is_some_and(|message| hear::hears(&world, chat, message)) {
            return None;
        }
        let mention = format!("@{}", world.config.name);
        Some(match (chat.bot, chat.is_group()) {
            (false, _) => "the bot is not in this group".to_owned(),
            (true, true) => {
                format!("the bot does not hear this: in a group it hears replies to its messages and `{mention}`")
            }
            (true, false) => "the bot does not hear this: its plan allows no more people".to_owned(),
        })
    }
}

fn view(world: &World, chat: &Chat, message: &Message) -> Said {
    let file = match &message.content {
        Content::File(name, _) => Some(name.clone()),
        Content::Photo(_) => Some("photo.jpg".to_owned()),
        Content::Sticker(id) => Some(format!("sticker {id}")),
        Content::Voice(_) => Some("voice.aac".to_owned()),
        Content::Text | Content::Notice => None,
    };
    Said {
        chat: chat.id.clone(),
        id: message.id.clone(),
        from: message.from.clone(),
        from_bot: message.from == world.bot_id,
        at_ms: message.at_ms,
        text: message.text.clone(),
        file,
        reply_to: message.reply_to.clone(),
        buttons: Vec::new(),
        notice: matches!(message.content, Content::Notice),
    }
}

//! The acts of people in the words that all platforms share.

use super::{OaHandle, Place, Result, show};
use crate::{
    ControlError,
    act::{Act, BOT, ChatEntry, Deed, Done, PersonEntry, Said, Stand, type_choice, unknown_here},
    zalo_oa::world::World,
};

/// The account hears everything in its groups: nobody needs to mention it.
impl Stand for OaHandle {
    fn act(&self, act: &Act) -> Result<Done> {
        let (person, reply) = (act.person.as_str(), act.reply_to.as_deref());
        let group = Some(act.chat.as_str()).filter(|chat| *chat != BOT && *chat != person);
        let id = match (&act.deed, group) {
            (Deed::Say { text }, Some(group)) => self.say(person, group, text, reply)?,
            (Deed::Say { text }, None) => self.say_to_oa(person, text, reply)?,
            (Deed::Press { button, message }, _) => return type_choice(self, act, button, message.as_deref()),
            (Deed::SendFile { caption: Some(_), .. }, _) => {
                return Err(ControlError::bad("a file has no caption on Zalo: say the text in a message of its own"));
            }
            (Deed::SendFile { name, bytes, .. }, Some(group)) => self.send_file(person, group, name, bytes.clone())?,
            (Deed::SendFile { name, bytes, .. }, None) => self.file_to_oa(person, name, bytes.clone())?,
            (Deed::SendPhoto { bytes, caption }, Some(group)) => {
                self.send_photo(person, group, bytes.clone(), caption.as_deref())?
            }
            (Deed::SendPhoto { bytes, caption }, None) => {
                self.photo_to_oa(person, bytes.clone(), caption.as_deref())?
            }
            (Deed::Sticker { sticker }, Some(group)) => self.send_sticker(person, group, sticker)?,
            (Deed::Location { .. }, Some(group)) => self.send_other(person, group, "location")?,
            (Deed::Contact { .. }, Some(group)) => self.send_other(person, group, "business_card")?,
            (Deed::Voice { .. }, group) => self.send_voice(person, group)?,
            (Deed::Sticker { .. } | Deed::Location { .. } | Deed::Contact { .. }, None) => {
                return unknown_here("such message outside of groups", "this stand-in of an Official Account");
            }
            (Deed::Forward { .. } | Deed::React { .. } | Deed::EditText { .. }, _) => {
                return unknown_here("event of forwarding, reacting or editing", "an Official Account");
            }
        };
        Ok(Done::heard(id))
    }

    fn chats(&self) -> Vec<ChatEntry> {
        let world = self.shared.world();
        let groups = world.groups.iter().map(|group| Place::Group(group.id.clone()));
        let written = world.people.values().filter(|person| !person.messages.is_empty());
        let places = groups.chain(written.map(|person| Place::Private(person.id.clone())));
        let entry = |place: Place| {
            let (title, kind) = show::title(&world, &place).ok()?;
            Some(ChatEntry { id: place.id().to_owned(), title, kind })
        };
        places.filter_map(entry).collect()
    }

    fn people(&self) -> Vec<PersonEntry> {
        let people = Self::people(self).into_iter();
        people.map(|person| PersonEntry { id: person.id, name: person.name }).collect()
    }

    fn show(&self, chat: &str) -> Result<String> {
        let world = self.shared.world();
        show::transcript(&world, &place(&world, chat))
    }

    fn messages(&self, chat: &str, seen: usize) -> Result<Vec<Said>> {
        let view = |message: super::OaMessage| Said {
            chat: chat.to_owned(),
            id: message.id,
            from_bot: message.from.is_none() && !message.service,
            from: message.from.unwrap_or_default(),
            at_ms: message.at_ms,
            text: message.text,
            file: message.file.map(|file| file.name),
            reply_to: message.reply_to,
            buttons: Vec::new(),
            notice: message.service,
        };
        Ok(self.messages_since(chat, seen)?.into_iter().map(view).collect())
    }

    fn mention(&self) -> Option<String> {
        None
    }

    fn kick(&self, chat: &str, who: &str) -> Result<()> {
        if who == BOT { self.put_out(chat) } else { self.leave(who, chat) }
    }

    fn invite(&self, chat: &str, who: &str) -> Result<()> {
        if who != BOT {
            return self.join(who, chat);
        }
        self.change(|world| world.group_mut(chat).map(|group| group.gone = false))
    }
}

/// The chat an id means: a group's, or else a person's private one. An id of neither is missed as a group.
fn place(world: &World, id: &str) -> Place {
    if world.people.contains_key(id) { Place::Private(id.to_owned()) } else { Place::Group(id.to_owned()) }
}

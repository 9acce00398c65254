//! In-process control: everything a person can do in a chat, and everything a test wants to see.

mod admin;
mod stand;
mod view;

use axum::body::Bytes;

use super::{
    model::{Author, Content, Draft, Place},
    show,
    world::World,
};
use crate::{ControlError, Result, server::Hand};

pub use admin::NewPerson;
pub use view::{Console, OaChatView, OaFileView, OaMessage, OaPersonView};

/// Controls a running stand-in.
pub type OaHandle = Hand<World>;

/// What stands in for the sound of a recording.
const RECORDED: &[u8] = b"\xff\xf1 a voice";

impl OaHandle {
    /// Locks the world for one act and lets the delivery task look afterwards.
    fn change<T>(&self, change: impl FnOnce(&mut World) -> T) -> T {
        let mut world = self.shared.world();
        let done = change(&mut world);
        world.wake.notify_one();
        done
    }

    /// A member writes a text into a group; `reply_to` quotes a message of it. Returns the message id.
    ///
    /// # Errors
    /// When the text is blank, the person is not in the group, the group is closed or locked, or there is no such
    /// message.
    pub fn say(&self, person: &str, group: &str, text: &str, reply_to: Option<&str>) -> Result<String> {
        if text.trim().is_empty() {
            return Err(ControlError::bad("a message needs a text"));
        }
        let draft = Draft { reply_to: reply_to.map(str::to_owned), ..Draft::text(text) };
        self.change(|world| into_group(world, person, group, draft))
    }

    /// A member sends a picture into a group. Returns the message id.
    ///
    /// # Errors
    /// As [`OaHandle::say`].
    pub fn send_photo(&self, person: &str, group: &str, bytes: Vec<u8>, caption: Option<&str>) -> Result<String> {
        self.change(|world| {
            let draft = photo(world, bytes, caption);
            into_group(world, person, group, draft)
        })
    }

    /// A member sends a file into a group. Returns the message id.
    ///
    /// # Errors
    /// As [`OaHandle::say`].
    pub fn send_file(&self, person: &str, group: &str, name: &str, bytes: Vec<u8>) -> Result<String> {
        self.change(|world| {
            let draft = file(world, name, bytes);
            into_group(world, person, group, draft)
        })
    }

    /// A member sends a sticker into a group. Returns the message id.
    ///
    /// # Errors
    /// As [`OaHandle::say`].
    pub fn send_sticker(&self, person: &str, group: &str, sticker: &str) -> Result<String> {
        let draft = Draft { content: Content::Sticker(sticker.to_owned()), ..Draft::text("") };
        self.change(|world| into_group(world, person, group, draft))
    }

    /// A member shares a link in a group. Returns the message id.
    ///
    /// # Errors
    /// As [`OaHandle::say`].
    pub fn send_link(&self, person: &str, group: &str, url: &str) -> Result<String> {
        let draft = Draft { content: Content::Link(url.to_owned()), ..Draft::text(url) };
        self.change(|world| into_group(world, person, group, draft))
    }

    /// A member sends something of another kind: `audio`, `video`, `business_card`, `gif`, `location`.
    ///
    /// # Errors
    /// As [`OaHandle::say`].
    pub fn send_other(&self, person: &str, group: &str, kind: &str) -> Result<String> {
        let draft = Draft { content: Content::Other(kind.to_owned()), ..Draft::text("") };
        self.change(|world| into_group(world, person, group, draft))
    }

    /// A person writes to the account in private; it opens the window for answers. Returns the message id.
    ///
    /// # Errors
    /// When the person does not exist, the text is blank, or there is no such message to quote.
    pub fn say_to_oa(&self, person: &str, text: &str, reply_to: Option<&str>) -> Result<String> {
        if text.trim().is_empty() {
            return Err(ControlError::bad("a message needs a text"));
        }
        let draft = Draft { reply_to: reply_to.map(str::to_owned), ..Draft::text(text) };
        self.change(|world| to_oa(world, person, draft))
    }

    /// A person sends the account a file in private. Returns the message id.
    ///
    /// # Errors
    /// When the person does not exist.
    pub fn file_to_oa(&self, person: &str, name: &str, bytes: Vec<u8>) -> Result<String> {
        self.change(|world| {
            let draft = file(world, name, bytes);
            to_oa(world, person, draft)
        })
    }

    /// A person sends the account a picture in private. Returns the message id.
    ///
    /// # Errors
    /// When the person does not exist.
    pub fn photo_to_oa(&self, person: &str, bytes: Vec<u8>, caption: Option<&str>) -> Result<String> {
        self.change(|world| {
            let draft = photo(world, bytes, caption);
            to_oa(world, person, draft)
        })
    }

    /// A person records a voice message: into a group, or without one for the account in private. Returns the message id.
    ///
    /// # Errors
    /// When the person does not exist; as [`OaHandle::say`].
    pub fn send_voice(&self, person: &str, group: Option<&str>) -> Result<String> {
        self.change(|world| {
            let content = Content::Voice(world.store_file("voice.aac", Bytes::from_static(RECORDED)));
            let draft = Draft { content, ..Draft::text("") };
            match group {
                Some(group) => into_group(world, person, group, draft),
                None => to_oa(world, person, draft),
            }
        })
    }

    /// A group as plain text, the way its members read it.
    ///
    /// # Errors
    /// When there is no such group.
    pub fn show(&self, group: &str) -> Result<String> {
        show::transcript(&self.shared.world(), &Place::Group(group.to_owned()))
    }

    /// The private chat of a person with the account as plain text.
    ///
    /// # Errors
    /// When there is no such person.
    pub fn show_private(&self, person: &str) -> Result<String> {
        show::transcript(&self.shared.world(), &Place::Private(person.to_owned()))
    }
}

fn file(world: &mut World, name: &str, bytes: Vec<u8>) -> Draft {
    let content = Content::File(world.store_file(name, Bytes::from(bytes)));
    Draft { content, ..Draft::text("") }
}

fn photo(world: &mut World, bytes: Vec<u8>, caption: Option<&str>) -> Draft {
    let content = Content::Image(world.store_file("photo.jpg", Bytes::from(bytes)));
    Draft { content, ..Draft::text(caption.unwrap_or_default()) }
}

/// The message quoted, by either of its ids, must stand in the same chat.
fn settle_quote(world: &World, place: &Place, draft: &mut Draft) -> Result<()> {
    let Some(wanted) = draft.reply_to.take() else { return Ok(()) };
    let found = world.messages(place)?.iter().find(|m| m.id == wanted || m.event_id == wanted);
    let missing = || ControlError::no_such_message(place.id(), &wanted);
    draft.reply_to = Some(found.ok_or_else(missing)?.id.clone());
    Ok(())
}

fn into_group(world: &mut World, person: &str, group: &str, mut draft: Draft) -> Result<String> {
    world.person(person)?;
    let (there, place) = (world.group(group)?, Place::Group(group.to_owned()));
    if !there.members.contains(person) {
        return Err(ControlError::not_in_chat(person, group));
    }
    let locked = there.settings.lock_send_msg && !there.deputies.contains(person);
    if locked || !world.is_enabled(there) {
        return Err(ControlError::Closed(group.to_owned()));
    }
    settle_quote(world, &place, &mut draft)?;
    world.post(&place, Author::Person(person.to_owned()), draft)
}

fn to_oa(world: &mut World, person: &str, mut draft: Draft) -> Result<String> {
    let place = Place::Private(person.to_owned());
    settle_quote(world, &place, &mut draft)?;
    let now = world.wall();
    let writer = world.person_mut(person)?;
    (writer.wrote_ms, writer.written_to) = (Some(now), 0);
    world.post(&place, Author::Person(person.to_owned()), draft)
}

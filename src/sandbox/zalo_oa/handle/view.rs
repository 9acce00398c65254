//! What can be seen: messages, sends, counts and events.

use serde::Serialize;
use serde_json::Value;

use super::{OaHandle, Result};
use crate::sandbox::zalo_oa::{
    show,
    world::{Author, Content, Message, OaCounts, OaSent, Place, World},
};

/// A file of a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OaFileView {
    /// Its name.
    pub name: String,
    /// Its size in bytes.
    pub size: usize,
}

/// One message of a chat.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OaMessage {
    /// The id in the answer to its send.
    pub id: String,
    /// The id in events and history.
    pub event_id: String,
    /// Wall milliseconds.
    pub at_ms: i64,
    /// The person who wrote it; none for the account.
    pub from: Option<String>,
    /// The writer's shown name.
    pub from_name: String,
    /// Text or caption, mentions as the wire carries them.
    pub text: String,
    /// Text or caption as members read it.
    pub shown: String,
    /// `id` of the message quoted.
    pub reply_to: Option<String>,
    /// The file or picture.
    pub file: Option<OaFileView>,
    /// Whether it is a line that nobody wrote.
    pub service: bool,
}

impl OaHandle {
    /// Every message of a group, oldest first.
    ///
    /// # Errors
    /// When there is no such group.
    pub fn messages(&self, group: &str) -> Result<Vec<OaMessage>> {
        views(&self.shared.world(), &Place::Group(group.to_owned()))
    }

    /// Every message between a person and the account, oldest first.
    ///
    /// # Errors
    /// When there is no such person.
    pub fn private_messages(&self, person: &str) -> Result<Vec<OaMessage>> {
        views(&self.shared.world(), &Place::Private(person.to_owned()))
    }

    /// Everything the account sent, in the order of acceptance.
    #[must_use]
    pub fn sent_log(&self) -> Vec<OaSent> {
        self.shared.world().log.clone()
    }

    /// What was counted since the start.
    #[must_use]
    pub fn counts(&self) -> OaCounts {
        self.shared.world().counts.clone()
    }

    /// Every event since the start, delivered or not, oldest first.
    #[must_use]
    pub fn events(&self) -> Vec<Value> {
        let world = self.shared.world();
        world.hook.history.iter().filter_map(|body| serde_json::from_str(body).ok()).collect()
    }

    /// Events that wait for a delivery or a redelivery.
    #[must_use]
    pub fn waiting_events(&self) -> usize {
        self.shared.world().hook.waiting()
    }
}

fn views(world: &World, place: &Place) -> Result<Vec<OaMessage>> {
    Ok(world.messages(place)?.iter().map(|message| view(world, place, message)).collect())
}

fn view(world: &World, place: &Place, message: &Message) -> OaMessage {
    let from = match &message.from {
        Author::Oa => None,
        Author::Person(id) => Some(id.clone()),
    };
    let file = world.file_of(&message.content);
    OaMessage {
        id: message.id.clone(),
        event_id: message.event_id.clone(),
        at_ms: message.at_ms,
        from,
        from_name: world.name_of(&message.from),
        text: message.text.clone(),
        shown: show::named(world, place, &message.text),
        reply_to: message.reply_to.clone(),
        file: file.map(|file| OaFileView { name: file.name.clone(), size: file.bytes.len() }),
        service: message.content == Content::Service,
    }
}

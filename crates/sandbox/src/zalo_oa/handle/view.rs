//! What can be seen: messages, sends, counts and events.

use serde::Serialize;
use serde_json::Value;

use super::{OaHandle, Result};
use crate::zalo_oa::{
    model::{Author, Content, Group, Message, OaCounts, OaSent, Person, Place},
    show,
    world::World,
};

/// What the developer console shows of app and account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Console {
    /// The app's id.
    pub app_id: String,
    /// The app's secret.
    pub app_secret: String,
    /// The account's id.
    pub oa_id: String,
    /// The account's shown name.
    pub oa_name: String,
    /// The key of the webhook page.
    pub oa_secret_key: String,
}

/// One person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OaPersonView {
    /// The id.
    pub id: String,
    /// The shown name.
    pub name: String,
    /// Whether the person follows the account.
    pub follows: bool,
    /// Wall milliseconds of the last private message to the account.
    pub wrote_ms: Option<i64>,
}

/// One group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OaChatView {
    /// The id.
    pub id: String,
    /// The name.
    pub name: String,
    /// Whether the account can write there.
    pub enabled: bool,
    /// The people in it, without the account.
    pub members: Vec<String>,
}

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
    /// What the developer console shows of app and account.
    #[must_use]
    pub fn console(&self) -> Console {
        let config = &self.shared.world().config;
        Console {
            app_id: config.app_id.clone(),
            app_secret: config.app_secret.clone(),
            oa_id: config.oa_id.clone(),
            oa_name: config.oa_name.clone(),
            oa_secret_key: config.oa_secret_key.clone(),
        }
    }

    /// Everybody, by id.
    #[must_use]
    pub fn people(&self) -> Vec<OaPersonView> {
        let view = |person: &Person| OaPersonView {
            id: person.id.clone(),
            name: person.name.clone(),
            follows: person.follows,
            wrote_ms: person.wrote_ms,
        };
        self.shared.world().people.values().map(view).collect()
    }

    /// The groups, oldest first, those that are gone too.
    #[must_use]
    pub fn groups(&self) -> Vec<OaChatView> {
        let world = self.shared.world();
        let view = |group: &Group| OaChatView {
            id: group.id.clone(),
            name: group.name.clone(),
            enabled: world.is_enabled(group),
            members: group.members.iter().cloned().collect(),
        };
        world.groups.iter().map(view).collect()
    }

    /// The messages of a group, or of a person's private chat, behind the first `seen`, oldest first.
    ///
    /// # Errors
    /// When the id is neither a group's nor a person's.
    pub fn messages_since(&self, chat: &str, seen: usize) -> Result<Vec<OaMessage>> {
        let world = self.shared.world();
        let is_group = world.group(chat).is_ok();
        let place = if is_group { Place::Group(chat.to_owned()) } else { Place::Private(chat.to_owned()) };
        Ok(world.messages(&place)?.iter().skip(seen).map(|message| view(&world, &place, message)).collect())
    }

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

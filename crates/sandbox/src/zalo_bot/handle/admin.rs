//! The part of [`ZaloBotHandle`] that builds the world, moves the bot in and out of groups, and makes things go wrong.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Chat, Content, Draft, Result, World, ZaloBotHandle};
use crate::{
    ControlError, FaultKind,
    zalo_bot::{
        config::{Quirks, ZaloBotLimits},
        world::Person,
    },
};

/// How every group id begins.
const GROUP: &str = "zgr-";

impl ZaloBotHandle {
    /// Makes a person and returns their id, 20 hex digits; with `id`, one of a known id is given the new name.
    ///
    /// # Errors
    /// When `id` does not have that shape.
    pub fn add_person(&self, id: Option<&str>, name: &str) -> Result<String> {
        let mut world = self.shared.world();
        let id = match id {
            Some(id) if is_hex(id) && id.len() == 20 => id.to_owned(),
            Some(id) => return Err(bad_id(id)),
            None => world.hex(20),
        };
        world.people.insert(id.clone(), Person { id: id.clone(), name: name.to_owned(), protected: false });
        Ok(id)
    }

    /// Makes somebody's account a protected one, or no longer: what it writes is withheld from bots.
    ///
    /// # Errors
    /// When the person does not exist.
    pub fn protect(&self, person: &str, protected: bool) -> Result<()> {
        let mut world = self.shared.world();
        let missing = || ControlError::no_such("person", person);
        world.people.get_mut(person).ok_or_else(missing)?.protected = protected;
        Ok(())
    }

    /// Makes a group of existing people, without the bot. Returns its id.
    ///
    /// # Errors
    /// When a member does not exist, the id is taken or does not begin with `zgr-`.
    pub fn add_group(&self, id: Option<&str>, title: &str, members: &[String]) -> Result<String> {
        let mut world = self.shared.world();
        members.iter().try_for_each(|member| world.person(member).map(drop))?;
        let id = match id {
            Some(id) if world.chat(id).is_ok() => return Err(ControlError::Taken(id.to_owned())),
            Some(id) if id.strip_prefix(GROUP).is_some_and(is_hex) => id.to_owned(),
            Some(id) => return Err(bad_id(id)),
            None => format!("{GROUP}{}", world.hex(20)),
        };
        let members: BTreeSet<String> = members.iter().cloned().collect();
        let (title, messages) = (title.to_owned(), Vec::new());
        world.chats.push(Chat { id: id.clone(), title, members: Some(members), bot: false, messages });
        Ok(id)
    }

    /// Adds a person to a group. The bot is told nothing.
    ///
    /// # Errors
    /// When the person or group does not exist.
    pub fn join(&self, chat: &str, person: &str) -> Result<()> {
        let mut world = self.shared.world();
        let name = world.person(person)?.name.clone();
        members(&mut world, chat)?.insert(person.to_owned());
        world.notice(chat, format!("{name} vào nhóm"));
        Ok(())
    }

    /// A member leaves a group. The bot is told nothing.
    ///
    /// # Errors
    /// When the person is not in the group.
    pub fn leave(&self, chat: &str, person: &str) -> Result<()> {
        let mut world = self.shared.world();
        let name = world.person(person)?.name.clone();
        if !members(&mut world, chat)?.remove(person) {
            return Err(ControlError::not_in_chat(person, chat));
        }
        world.notice(chat, format!("{name} rời nhóm"));
        Ok(())
    }

    /// A member adds the bot to their group, and it posts its greeting there. The bot is told nothing: it learns the
    /// group's id when somebody mentions it. Adding it twice changes nothing.
    ///
    /// # Errors
    /// When the group does not exist, or the plan allows no more groups.
    pub fn add_bot(&self, chat: &str) -> Result<()> {
        let mut world = self.shared.world();
        members(&mut world, chat)?;
        if world.chat(chat)?.bot {
            return Ok(());
        }
        let groups = world.chats.iter().filter(|c| c.is_group() && c.bot).count();
        if let Some(limits) = world.config.limits.filter(|limits| groups >= limits.groups as usize) {
            return Err(ControlError::GroupsFull(limits.groups));
        }
        world.chat_mut(chat)?.bot = true;
        let name = world.config.name.clone();
        world.notice(chat, format!("{name} được thêm vào nhóm"));
        let text = format!("Xin chào cả nhà, mình là {name}.");
        let draft = Draft { from: world.bot_id.clone(), content: Content::Text, text, reply_to: None };
        world.post(chat, draft).map(drop)
    }

    /// The bot is removed from a group. It is told nothing: only its sends fail from now on.
    ///
    /// # Errors
    /// When it is not in the group.
    pub fn remove_bot(&self, chat: &str) -> Result<()> {
        let mut world = self.shared.world();
        members(&mut world, chat)?;
        let place = world.chat_mut(chat)?;
        if !std::mem::take(&mut place.bot) {
            return Err(ControlError::not_in_chat("bot", chat));
        }
        let name = world.config.name.clone();
        world.notice(chat, format!("{name} bị đưa ra khỏi nhóm"));
        Ok(())
    }

    /// Replaces the token and returns the new one; the old one is dead at once.
    #[must_use]
    pub fn reissue_token(&self) -> String {
        self.shared.world().reissue()
    }

    /// The platform goes down, as [`Hand::set_outage`](crate::Hand::set_outage) has it.
    pub fn set_dark(&self, outage: Option<FaultKind>) {
        self.set_outage(outage);
    }

    /// Changes how the platform behaves where reports differ.
    pub fn set_quirks(&self, change: impl FnOnce(&mut Quirks)) {
        change(&mut self.shared.world().config.quirks);
    }

    /// Changes the plan; `None` has no limits.
    pub fn set_limits(&self, limits: Option<ZaloBotLimits>) {
        self.shared.world().config.limits = limits;
    }

    /// Says how many messages of this month are used up already.
    pub fn set_quota_used(&self, used: u32) {
        let mut world = self.shared.world();
        let month = world.month();
        world.used.insert(month, used);
    }

    /// While quiet, the bot hears nothing: for history from before it listened.
    pub fn set_quiet(&self, quiet: bool) {
        self.shared.world().quiet = quiet;
    }

    /// Puts any body in the queue, as if the platform had invented a new kind of event.
    pub fn tell(&self, body: Value) {
        let mut world = self.shared.world();
        let at_ms = world.monotonic();
        world.inbox.push(body, String::new(), at_ms);
        world.wake.notify_waiters();
    }
}

/// The people of a group; a private chat is none.
fn members<'a>(world: &'a mut World, chat: &str) -> Result<&'a mut BTreeSet<String>> {
    let missing = || ControlError::no_such("chat", chat);
    world.chat_mut(chat)?.members.as_mut().ok_or_else(missing)
}

fn bad_id(id: &str) -> ControlError {
    ControlError::bad(format_args!(
        "`{id}` is no id of this platform: a person's is 20 hex digits, a group's is zgr- and hex digits"
    ))
}

fn is_hex(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

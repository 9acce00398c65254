//! The part of [`Handle`] that builds the world and changes who is in it.

use serde_json::json;

use super::{
    super::{chat::Status, world::Counts, world::SentEntry},
    ChatKey, ChatKind, ControlError, GroupKind, Handle, Result, Rights, User, World, groups, updates, wire,
};

/// A person to be made.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct NewUser {
    /// The user id; the next free one when absent.
    pub id: Option<i64>,
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: Option<String>,
    /// Username without `@`.
    pub username: Option<String>,
}

impl NewUser {
    /// A person with a first name only, and the next free id.
    #[must_use]
    pub fn named(first_name: &str) -> Self {
        Self { first_name: first_name.to_owned(), ..Self::default() }
    }
}

impl Handle {
    /// The tokens, in the order the bots were configured.
    #[must_use]
    pub fn tokens(&self) -> Vec<String> {
        self.shared.world().bots.iter().map(|b| b.token.clone()).collect()
    }

    /// The bots' user ids, in the same order.
    #[must_use]
    pub fn bot_ids(&self) -> Vec<i64> {
        self.shared.world().bots.iter().map(|b| b.id).collect()
    }

    /// Makes a person and returns their id; one with a known id is given the new names.
    ///
    /// # Errors
    /// When the id is a bot's, or not positive.
    pub fn add_user(&self, user: NewUser) -> Result<i64> {
        let mut world = self.shared.world();
        let id = user.id.unwrap_or_else(|| world.free_user_id());
        if id <= 0 || world.bot(id).is_some() {
            return Err(ControlError::no_such("user", id));
        }
        let NewUser { first_name, last_name, username, .. } = user;
        world.users.insert(id, User { id, is_bot: false, first_name, last_name, username, deactivated: false });
        Ok(id)
    }

    /// Makes a group of existing people and bots; the first member owns it. Returns its id.
    ///
    /// # Errors
    /// When a member does not exist or the id is taken.
    pub fn add_group(&self, id: Option<i64>, title: &str, kind: GroupKind, members: &[i64]) -> Result<i64> {
        groups::create(&mut self.shared.world(), id, title, kind, members)
    }

    /// Adds a person or bot to a group; `by` is said to have done it, the owner when `None`.
    ///
    /// # Errors
    /// When the user or group does not exist, or the group is closed.
    pub fn join(&self, chat: i64, user: i64, by: Option<i64>) -> Result<()> {
        groups::join(&mut self.shared.world(), chat, user, by)
    }

    /// A member leaves a group.
    ///
    /// # Errors
    /// When the user is not in the group.
    pub fn leave(&self, chat: i64, user: i64) -> Result<()> {
        groups::leave(&mut self.shared.world(), chat, user)
    }

    /// A member is thrown out of a group and may not come back by itself.
    ///
    /// # Errors
    /// When the user is not in the group.
    pub fn kick(&self, chat: i64, user: i64, by: Option<i64>) -> Result<()> {
        groups::kick(&mut self.shared.world(), chat, user, by)
    }

    /// A member becomes administrator.
    ///
    /// # Errors
    /// When the user or group does not exist.
    pub fn promote(&self, chat: i64, user: i64) -> Result<()> {
        groups::set_status(&mut self.shared.world(), chat, user, None, Status::Administrator).map(drop)
    }

    /// An administrator becomes an ordinary member; a restricted member gets the usual rights back.
    ///
    /// # Errors
    /// When the user or group does not exist.
    pub fn demote(&self, chat: i64, user: i64) -> Result<()> {
        groups::set_status(&mut self.shared.world(), chat, user, None, Status::Member).map(drop)
    }

    /// Restricts one member. With no right left a bot is told `have no write access to the chat`, with some left
    /// `not enough rights to send … to the chat`.
    ///
    /// # Errors
    /// When the user or group does not exist.
    pub fn restrict(&self, chat: i64, user: i64, rights: Rights) -> Result<()> {
        groups::set_status(&mut self.shared.world(), chat, user, None, Status::Restricted(rights)).map(drop)
    }

    /// Sets what ordinary members of a group may send.
    ///
    /// # Errors
    /// When the group does not exist or is closed.
    pub fn set_rights(&self, chat: i64, rights: Rights) -> Result<()> {
        groups::set_rights(&mut self.shared.world(), chat, rights)
    }

    /// Sets a supergroup's slow mode in seconds; 0 ends it.
    ///
    /// # Errors
    /// When it is no supergroup.
    pub fn set_slow_mode(&self, chat: i64, seconds: u32) -> Result<()> {
        groups::set_slow_mode(&mut self.shared.world(), chat, seconds)
    }

    /// Gives a supergroup a public `@name`, or takes it away.
    ///
    /// # Errors
    /// When it is no supergroup.
    pub fn set_public_name(&self, chat: i64, name: Option<&str>) -> Result<()> {
        groups::set_username(&mut self.shared.world(), chat, name)
    }

    /// Gives a group a new title.
    ///
    /// # Errors
    /// When the group does not exist or is closed.
    pub fn rename(&self, chat: i64, title: &str) -> Result<()> {
        groups::rename(&mut self.shared.world(), chat, title, None)
    }

    /// Upgrades a basic group to a supergroup and returns the new id.
    ///
    /// # Errors
    /// When it is no basic group.
    pub fn migrate(&self, chat: i64) -> Result<i64> {
        groups::migrate(&mut self.shared.world(), chat)
    }

    /// Deletes a basic group for everybody.
    ///
    /// # Errors
    /// When it is no basic group.
    pub fn delete_group(&self, chat: i64) -> Result<()> {
        groups::delete(&mut self.shared.world(), chat)
    }

    /// A person blocks a bot (the first one when `bot` is `None`), or lifts the block.
    ///
    /// # Errors
    /// When the person or bot does not exist.
    pub fn set_blocked(&self, person: i64, bot: Option<i64>, blocked: bool) -> Result<()> {
        let mut world = self.shared.world();
        let key = super::resolve(&world, person, bot.unwrap_or(person))?;
        let ChatKey::Private { bot, user } = key else { return Err(ControlError::WrongKind(key.id().to_string())) };
        let chat = world.private_chat(bot, user)?;
        let ChatKind::Private { blocked: state, .. } = &mut chat.kind else { return Ok(()) };
        if *state != blocked {
            *state = blocked;
            announce_block(&mut world, bot, user, blocked);
        }
        Ok(())
    }

    /// A person deletes their account.
    ///
    /// # Errors
    /// When the person does not exist.
    pub fn deactivate(&self, person: i64) -> Result<()> {
        let mut world = self.shared.world();
        world.users.get_mut(&person).ok_or_else(|| ControlError::no_such("user", person))?.deactivated = true;
        Ok(())
    }

    /// Revokes a bot's token, or makes it good again.
    ///
    /// # Errors
    /// When there is no such bot.
    pub fn set_revoked(&self, bot: i64, revoked: bool) -> Result<()> {
        let mut world = self.shared.world();
        let bot = world.bot_mut(bot).ok_or_else(|| ControlError::no_such("user", bot))?;
        bot.revoked = revoked;
        bot.wake.notify_waiters();
        Ok(())
    }

    /// Switches privacy mode off (`true`: the bot hears everything) or on.
    ///
    /// # Errors
    /// When there is no such bot.
    pub fn set_reads_all(&self, bot: i64, reads_all: bool) -> Result<()> {
        self.shared.world().bot_mut(bot).ok_or_else(|| ControlError::no_such("user", bot))?.reads_all = reads_all;
        Ok(())
    }

    /// While `true`, bots are told nothing: what happens is history from before they listened.
    pub fn set_quiet(&self, quiet: bool) {
        self.shared.world().quiet = quiet;
    }

    /// Everything bots did that was accepted, in the order of the effects.
    #[must_use]
    pub fn sent_log(&self) -> Vec<SentEntry> {
        self.shared.world().log.clone()
    }

    /// Calls, refusals and faults per method.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.shared.world().counts.clone()
    }

    /// How many getUpdates calls a bot has begun; a call that waits is counted already.
    #[must_use]
    pub fn polls(&self, bot: i64) -> u64 {
        self.shared.world().bot(bot).map_or(0, |b| b.inbox.poll)
    }

    /// How long each update that a poll confirmed had been there, in milliseconds.
    #[must_use]
    pub fn confirmed_after_ms(&self, bot: i64) -> Vec<i64> {
        self.shared.world().bot(bot).map_or_else(Vec::new, |b| b.inbox.confirmed_after_ms.clone())
    }

    /// How many updates wait for a bot.
    #[must_use]
    pub fn pending_updates(&self, bot: i64) -> usize {
        self.shared.world().bot(bot).map_or(0, |b| b.inbox.len())
    }
}

/// Tells a bot that a person blocked it or lifted the block.
pub(super) fn announce_block(world: &mut World, bot: i64, user: i64, blocked: bool) {
    let Some(chat) = world.chats.get(&ChatKey::Private { bot, user }) else { return };
    let (old, new) = if blocked { (Status::Member, Status::Kicked) } else { (Status::Kicked, Status::Member) };
    let change = json!({
        "chat": wire::chat(world, chat),
        "from": wire::user_by_id(world, user),
        "date": wire::seconds(world.wall()),
        "old_chat_member": wire::member(world, bot, old),
        "new_chat_member": wire::member(world, bot, new),
    });
    updates::push(world, bot, "my_chat_member", change);
}

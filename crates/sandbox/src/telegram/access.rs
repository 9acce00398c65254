//! Who may do what where: finds the chat of a call and refuses as the real server refuses.
//!
//! Order and texts follow tdlib/telegram-bot-api `Client::check_chat_access`.

use super::{
    chat::{Chat, ChatKey, ChatKind, Rights, Status},
    error::ApiError,
    params::Params,
    world::World,
};

/// What a call needs of a chat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Need {
    /// Reading its description.
    Read,
    /// Reading its member list.
    Members,
    /// Changing an own message.
    Edit,
    /// Posting or deleting.
    Write,
}

impl Need {
    fn writes(self) -> bool {
        matches!(self, Self::Write | Self::Members)
    }

    fn edits(self) -> bool {
        self != Self::Read
    }
}

/// The chat named by `chat_id`, with the access the call needs.
pub(super) fn chat(world: &World, bot: i64, params: &Params, need: Need) -> Result<ChatKey, ApiError> {
    let Some(id) = params.text("chat_id") else { return Err(ApiError::bad("chat_id is empty")) };
    let key = find(world, bot, id)?;
    let Some(chat) = world.chats.get(&key) else { return Err(unopened(world, bot, key.id(), need)) };
    match &chat.kind {
        ChatKind::Private { started, blocked } => private(world, bot, chat, (*started, *blocked), need)?,
        ChatKind::Group { migrated_to, deleted } => group(chat, bot, (*migrated_to, *deleted), need)?,
        ChatKind::Supergroup { username, .. } => supergroup(chat, bot, username.is_some(), need)?,
    }
    Ok(key)
}

/// Resolves a number or a public `@name`, without looking at access.
fn find(world: &World, bot: i64, id: &str) -> Result<ChatKey, ApiError> {
    let unknown = || ApiError::bad("chat not found");
    if let Some(name) = id.strip_prefix('@') {
        let public = |c: &&Chat| matches!(&c.kind, ChatKind::Supergroup { username: Some(u), .. } if u.eq_ignore_ascii_case(name));
        return world.chats.values().find(public).map(|c| c.key).ok_or_else(unknown);
    }
    match id.trim().parse::<i64>() {
        Ok(user) if user > 0 => Ok(ChatKey::Private { bot, user }),
        Ok(group) if world.chats.contains_key(&ChatKey::Group(group)) && has_met(world, bot, group) => {
            Ok(ChatKey::Group(group))
        }
        Ok(_) | Err(_) => Err(unknown()),
    }
}

/// A bot knows only the groups it is or has been in.
fn has_met(world: &World, bot: i64, group: i64) -> bool {
    world.chats.get(&ChatKey::Group(group)).is_some_and(|c| c.members.contains_key(&bot))
}

/// A private chat that nobody opened: known people refuse, strangers do not exist.
fn unopened(world: &World, bot: i64, user: i64, need: Need) -> ApiError {
    let is_bot = world.users.get(&user).is_some_and(|u| u.is_bot);
    if is_bot && need.writes() {
        return ApiError::forbidden("bot can't send messages to bots");
    }
    if need.writes() && world.bot_knows(bot, user) {
        return ApiError::forbidden("bot can't initiate conversation with a user");
    }
    ApiError::bad("chat not found")
}

fn private(world: &World, bot: i64, chat: &Chat, (started, blocked): (bool, bool), need: Need) -> Result<(), ApiError> {
    let user = chat.key.id();
    if need.edits() && world.users.get(&user).is_some_and(|u| u.deactivated) {
        return Err(ApiError::forbidden("user is deactivated"));
    }
    if !started {
        return Err(unopened(world, bot, user, need));
    }
    if blocked && need.writes() {
        return Err(ApiError::forbidden("bot was blocked by the user"));
    }
    Ok(())
}

fn group(chat: &Chat, bot: i64, (migrated_to, deleted): (Option<i64>, bool), need: Need) -> Result<(), ApiError> {
    if let (Some(to), true) = (migrated_to, need.writes()) {
        return Err(ApiError::migrated(to));
    }
    if deleted && need.writes() {
        return Err(ApiError::forbidden("the group chat was deleted"));
    }
    match chat.status(bot) {
        Status::Kicked if need.edits() => Err(ApiError::forbidden("bot was kicked from the group chat")),
        Status::Left if need.edits() => Err(ApiError::forbidden("bot is not a member of the group chat")),
        _ => Ok(()),
    }
}

fn supergroup(chat: &Chat, bot: i64, public: bool, need: Need) -> Result<(), ApiError> {
    match chat.status(bot) {
        Status::Kicked => Err(ApiError::forbidden("bot was kicked from the supergroup chat")),
        Status::Left if need.edits() || !public => {
            Err(ApiError::forbidden("bot is not a member of the supergroup chat"))
        }
        _ => Ok(()),
    }
}

/// What kind of content is to be sent, for the rights of a restricted bot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sending {
    Text,
    Document,
    Photo,
}

/// Whether a member with its rights may send this; tdlib/td `can_send_message_content`.
pub(super) fn may_send(world: &World, bot: i64, key: ChatKey, what: Sending) -> Result<(), ApiError> {
    let Some(chat) = world.chats.get(&key).filter(|c| !c.is_private()) else { return Ok(()) };
    let rights = chat.rights_of(bot);
    if rights == Rights::NONE {
        return Err(ApiError::bad("have no write access to the chat"));
    }
    let (allowed, name) = match what {
        Sending::Text => (rights.messages, "text messages"),
        Sending::Document => (rights.documents, "documents"),
        Sending::Photo => (rights.photos, "photos"),
    };
    if allowed { Ok(()) } else { Err(ApiError::bad(&format!("not enough rights to send {name} to the chat"))) }
}

/// Takes a place under the limits for one send or edit, slow mode included.
pub(super) fn admit(world: &mut World, bot: i64, key: ChatKey) -> Result<(), ApiError> {
    let now = world.monotonic();
    let wait = world.chats.get(&key).and_then(|c| slow_mode_wait(c, bot, now));
    if let Some(seconds) = wait {
        return Err(ApiError::flood(seconds));
    }
    if let Some(limits) = world.config.limits {
        let Some(bot) = world.bot_mut(bot) else { return Ok(()) };
        bot.limiter.admit(&limits, key.id(), now).map_err(ApiError::flood)?;
    }
    if let Some(chat) = world.chats.get_mut(&key) {
        chat.slow.insert(bot, now);
    }
    Ok(())
}

/// Seconds a bot that is no admin has still to wait in a group with slow mode.
fn slow_mode_wait(chat: &Chat, bot: i64, now: i64) -> Option<u32> {
    let ChatKind::Supergroup { slow_mode_s, .. } = chat.kind else { return None };
    let last = chat.slow.get(&bot).filter(|_| slow_mode_s > 0 && !chat.status(bot).is_admin())?;
    let left = last + i64::from(slow_mode_s) * 1_000 - now;
    u32::try_from((left + 999) / 1_000).ok().filter(|s| *s > 0)
}

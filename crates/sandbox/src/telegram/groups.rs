//! What happens to groups and their members: joining, leaving, ranks, upgrades, deletion.
//!
//! Each act changes the membership, writes the service message the real service writes, and tells bots.

use super::{
    chat::{Chat, ChatKey, ChatKind, GroupKind, Rights, Status},
    message::{Content, Formatted, Service},
    updates,
    world::World,
};
use crate::ControlError;

/// Makes a group of existing users; the first member owns it.
pub(super) fn create(
    world: &mut World,
    id: Option<i64>,
    title: &str,
    kind: GroupKind,
    members: &[i64],
) -> Result<i64, ControlError> {
    for member in members {
        world.user(*member)?;
    }
    let id = id.unwrap_or_else(|| world.free_group_id(kind == GroupKind::Supergroup));
    let key = ChatKey::Group(id);
    if world.chats.contains_key(&key) {
        return Err(ControlError::Taken(format!("chat {id}")));
    }
    let chat_kind = match kind {
        GroupKind::Group => ChatKind::Group { migrated_to: None, deleted: false },
        GroupKind::Supergroup => ChatKind::Supergroup { username: None, migrated_from: None, slow_mode_s: 0 },
    };
    let mut chat = Chat::new(key, title.to_owned(), chat_kind);
    chat.members = members.iter().map(|m| (*m, Status::Member)).collect();
    if let Some(owner) = members.first() {
        chat.members.insert(*owner, Status::Creator);
    }
    world.chats.insert(key, chat);
    let Some(owner) = members.first().copied() else { return Ok(id) };
    let bots: Vec<_> = members.iter().copied().filter(|m| *m != owner && world.bot(*m).is_some()).collect();
    for bot in bots {
        updates::announce_member(world, key, bot, owner, Status::Left, Status::Member);
    }
    if kind == GroupKind::Group {
        tell(world, key, owner, Service::Created)?;
    }
    Ok(id)
}

/// The group, if it still takes part in anything.
fn open_group(world: &World, id: i64) -> Result<ChatKey, ControlError> {
    let key = ChatKey::Group(id);
    match world.chat(key)?.kind {
        ChatKind::Group { migrated_to: None, deleted: false } | ChatKind::Supergroup { .. } => Ok(key),
        ChatKind::Group { .. } | ChatKind::Private { .. } => Err(ControlError::WrongKind(id.to_string())),
    }
}

/// Who is said to have done something: the person named, else the group's owner, else the one it was done to.
fn actor(world: &World, key: ChatKey, by: Option<i64>, whom: i64) -> i64 {
    let owner = || {
        let members = &world.chats.get(&key)?.members;
        members.iter().find(|(_, s)| **s == Status::Creator).map(|(id, _)| *id)
    };
    by.or_else(owner).unwrap_or(whom)
}

/// Sets a member's standing and tells the bots concerned. Does nothing when it is the same already.
pub(super) fn set_status(
    world: &mut World,
    group: i64,
    user: i64,
    by: Option<i64>,
    new: Status,
) -> Result<Status, ControlError> {
    world.user(user)?;
    let key = open_group(world, group)?;
    let by = actor(world, key, by, user);
    let chat = world.chat_mut(key)?;
    let old = chat.status(user);
    if old != new {
        chat.members.insert(user, new);
        updates::announce_member(world, key, user, by, old, new);
    }
    Ok(old)
}

fn tell(world: &mut World, key: ChatKey, by: i64, service: Service) -> Result<(), ControlError> {
    let message = world.draft(key, by, Content::Service(service), Formatted::default())?;
    world.post(key, message).map(drop)
}

/// Adds a person or a bot, as an ordinary member.
pub(super) fn join(world: &mut World, group: i64, user: i64, by: Option<i64>) -> Result<(), ControlError> {
    let old = set_status(world, group, user, by, Status::Member)?;
    if old.is_in() {
        return Ok(());
    }
    let key = ChatKey::Group(group);
    let by = actor(world, key, by, user);
    tell(world, key, by, Service::Joined(user))
}

/// Throws a member out. The service message is written in basic groups, as the bot no longer hears a supergroup.
pub(super) fn kick(world: &mut World, group: i64, user: i64, by: Option<i64>) -> Result<(), ControlError> {
    remove(world, group, user, by, Status::Kicked)
}

/// A member leaves.
pub(super) fn leave(world: &mut World, group: i64, user: i64) -> Result<(), ControlError> {
    remove(world, group, user, Some(user), Status::Left)
}

fn remove(world: &mut World, group: i64, user: i64, by: Option<i64>, to: Status) -> Result<(), ControlError> {
    let key = open_group(world, group)?;
    let chat = world.chat(key)?;
    if !chat.status(user).is_in() {
        return Err(ControlError::not_in_chat(user, group));
    }
    let by = actor(world, key, by, user);
    let basic = !chat.is_supergroup();
    if basic || world.bot(user).is_none() {
        tell(world, key, by, Service::Left(user))?;
    }
    set_status(world, group, user, Some(by), to).map(drop)
}

/// Begins a topic; its id is that of the line that tells of it.
pub(super) fn begin_topic(world: &mut World, key: ChatKey, by: i64, name: &str) -> Result<i64, ControlError> {
    let content = Content::Service(Service::Topic(name.to_owned()));
    let mut message = world.draft(key, by, content, Formatted::default())?;
    message.topic = Some(message.id);
    world.chat_mut(key)?.topics.insert(message.id, name.to_owned());
    world.post(key, message)
}

/// Gives a group a new title.
pub(super) fn rename(world: &mut World, group: i64, title: &str, by: Option<i64>) -> Result<(), ControlError> {
    let key = open_group(world, group)?;
    title.clone_into(&mut world.chat_mut(key)?.title);
    let by = actor(world, key, by, 0);
    tell(world, key, by, Service::Title(title.to_owned()))
}

/// Sets what ordinary members may send.
pub(super) fn set_rights(world: &mut World, group: i64, rights: Rights) -> Result<(), ControlError> {
    let key = open_group(world, group)?;
    world.chat_mut(key)?.rights = rights;
    Ok(())
}

/// Sets a supergroup's slow mode, in seconds; 0 ends it.
pub(super) fn set_slow_mode(world: &mut World, group: i64, seconds: u32) -> Result<(), ControlError> {
    match &mut world.chat_mut(ChatKey::Group(group))?.kind {
        ChatKind::Supergroup { slow_mode_s, .. } => *slow_mode_s = seconds,
        ChatKind::Group { .. } | ChatKind::Private { .. } => return Err(ControlError::WrongKind(group.to_string())),
    }
    Ok(())
}

/// Gives a supergroup a public name, or takes it away.
pub(super) fn set_username(world: &mut World, group: i64, name: Option<&str>) -> Result<(), ControlError> {
    match &mut world.chat_mut(ChatKey::Group(group))?.kind {
        ChatKind::Supergroup { username, .. } => *username = name.map(str::to_owned),
        ChatKind::Group { .. } | ChatKind::Private { .. } => return Err(ControlError::WrongKind(group.to_string())),
    }
    Ok(())
}

/// Deletes a basic group for everybody.
pub(super) fn delete(world: &mut World, group: i64) -> Result<(), ControlError> {
    let key = open_group(world, group)?;
    match &mut world.chat_mut(key)?.kind {
        ChatKind::Group { deleted, .. } => *deleted = true,
        ChatKind::Supergroup { .. } | ChatKind::Private { .. } => {
            return Err(ControlError::WrongKind(group.to_string()));
        }
    }
    Ok(())
}

/// Upgrades a basic group: a supergroup with a new id, the same members, and a service message on either side.
pub(super) fn migrate(world: &mut World, group: i64) -> Result<i64, ControlError> {
    let key = open_group(world, group)?;
    let old = world.chat(key)?;
    if old.is_supergroup() {
        return Err(ControlError::WrongKind(group.to_string()));
    }
    let new = world.free_group_id(true);
    let kind = ChatKind::Supergroup { username: None, migrated_from: Some(group), slow_mode_s: 0 };
    let mut chat = Chat::new(ChatKey::Group(new), old.title.clone(), kind);
    (chat.members, chat.rights) = (old.members.clone(), old.rights);
    world.chats.insert(chat.key, chat);
    let by = actor(world, key, None, 0);
    tell(world, key, by, Service::MigratedTo(new))?;
    if let ChatKind::Group { migrated_to, .. } = &mut world.chat_mut(key)?.kind {
        *migrated_to = Some(new);
    }
    tell(world, ChatKey::Group(new), by, Service::MigratedFrom(group))?;
    Ok(new)
}

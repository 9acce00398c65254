//! Fills a sandbox with a commune's groups and people, from plain data of the caller.

use super::{
    chat::GroupKind,
    handle::{Handle, NewUser},
};
use crate::ControlError;

/// Groups and people to be made.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct SeedWorld {
    /// The people; they are made before the groups.
    pub people: Vec<SeedPerson>,
    /// The groups.
    pub groups: Vec<SeedGroup>,
}

/// One person.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct SeedPerson {
    /// The user id.
    pub user_id: i64,
    /// First name; Vietnamese names may stand here whole.
    pub first_name: String,
    /// Last name.
    pub last_name: Option<String>,
    /// Username without `@`.
    pub username: Option<String>,
    /// Whether the person has pressed Start with the first bot, so that it may write to them.
    pub started: bool,
}

/// One group.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct SeedGroup {
    /// The chat id, negative; below −10¹² for a supergroup, as at the real service.
    pub chat_id: i64,
    /// The title.
    pub title: String,
    /// Basic group or supergroup.
    #[serde(default)]
    pub kind: GroupKind,
    /// The people in it; the first one owns it.
    #[serde(default)]
    pub members: Vec<i64>,
    /// Whether the first bot is in it.
    #[serde(default = "yes")]
    pub bot: bool,
    /// Whether the first bot is administrator, and so hears everything.
    #[serde(default)]
    pub bot_is_admin: bool,
}

const fn yes() -> bool {
    true
}

/// Makes everything in `world`. With `quiet` the bots are told nothing of it, as if it had been so for long.
///
/// # Errors
/// At the first person or group that cannot be made; what was made before stays.
pub fn populate(handle: &Handle, world: &SeedWorld, quiet: bool) -> Result<(), ControlError> {
    handle.set_quiet(quiet);
    let done = fill(handle, world);
    handle.set_quiet(false);
    done
}

fn fill(handle: &Handle, world: &SeedWorld) -> Result<(), ControlError> {
    for person in &world.people {
        let SeedPerson { first_name, last_name, username, .. } = person.clone();
        handle.add_user(NewUser { id: Some(person.user_id), first_name, last_name, username })?;
        if person.started {
            handle.start(person.user_id, None)?;
        }
    }
    world.groups.iter().try_for_each(|group| make_group(handle, group))
}

fn make_group(handle: &Handle, group: &SeedGroup) -> Result<(), ControlError> {
    handle.add_group(Some(group.chat_id), &group.title, group.kind, &group.members)?;
    let bot = handle.bot_ids().first().copied().filter(|_| group.bot);
    let Some(bot) = bot else { return Ok(()) };
    handle.join(group.chat_id, bot, None)?;
    if group.bot_is_admin {
        handle.promote(group.chat_id, bot)?;
    }
    Ok(())
}

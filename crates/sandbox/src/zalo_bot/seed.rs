//! Fills a stand-in with a commune's groups and people, from plain data of the caller.

use super::handle::ZaloBotHandle;
use crate::ControlError;

/// Groups and people to be made.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct ZaloBotSeed {
    /// The people; they are made before the groups.
    pub people: Vec<ZaloBotSeedPerson>,
    /// The groups.
    pub groups: Vec<ZaloBotSeedGroup>,
}

/// One person.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct ZaloBotSeedPerson {
    /// The id, 20 hex digits.
    pub id: String,
    /// The shown name.
    pub name: String,
    /// Whether the person has written to the bot, so that it may write to them. Takes one of the plan's places.
    pub opened: bool,
}

/// One group.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct ZaloBotSeedGroup {
    /// The id, `zgr-` and hex digits.
    pub id: String,
    /// The title.
    pub title: String,
    /// The people in it.
    #[serde(default)]
    pub members: Vec<String>,
    /// Whether the bot is in it.
    #[serde(default = "yes")]
    pub bot: bool,
}

const fn yes() -> bool {
    true
}

/// Makes everything in `seed`. With `quiet` the bot hears nothing of it, as if it had been so for long.
///
/// # Errors
/// At the first person or group that cannot be made, a group beyond the plan among them; what was made before stays.
pub fn populate(handle: &ZaloBotHandle, seed: &ZaloBotSeed, quiet: bool) -> Result<(), ControlError> {
    handle.set_quiet(quiet);
    let done = fill(handle, seed);
    handle.set_quiet(false);
    done
}

fn fill(handle: &ZaloBotHandle, seed: &ZaloBotSeed) -> Result<(), ControlError> {
    for person in &seed.people {
        handle.add_person(Some(&person.id), &person.name)?;
        if person.opened {
            handle.say(&person.id, &person.id, "Xin chào", None)?;
        }
    }
    for group in &seed.groups {
        handle.add_group(Some(&group.id), &group.title, &group.members)?;
        if group.bot {
            handle.add_bot(&group.id)?;
        }
    }
    Ok(())
}

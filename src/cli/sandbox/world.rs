//! A sandbox's people and groups from an organisation file, and the file with their ids filled in.

use std::collections::HashSet;

use chrono::NaiveDate;

use crate::domain::org::SeatKind;
use crate::domain::org::import::{Group, Holding, Identity, OrgFile, Person, Seat};
use loa_sandbox::telegram::GroupKind;
use loa_sandbox::telegram::seed::{SeedGroup, SeedPerson, SeedWorld};

/// Made-up ids of people count up from here, where Telegram's own are today.
const FIRST_PERSON: i64 = 5_000_000_001;
/// Made-up ids of supergroups count down from here; all are below −10¹² (Telegram Bot API, Chat.id of a supergroup).
const FIRST_SUPERGROUP: i64 = -1_002_100_000_001;
/// Made-up ids of basic groups count down from here.
const FIRST_BASIC_GROUP: i64 = -4_100_000_001;

/// Both sides of the same commune.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct World {
    /// For the sandbox.
    pub seed: SeedWorld,
    /// For `loa org import`: every group of the gateway has a chat and every person an account.
    pub org: OrgFile,
}

/// Makes the people and the gateway's groups of an organisation as they are on a day. Ids that stand in the file stay;
/// others are made up in the order of the file, so that the same file gives the same ids. Everybody has pressed Start.
#[must_use]
pub fn world_of(mut org: OrgFile, gateway: &str, on: NaiveDate, basic_groups: bool) -> World {
    let people = people(&mut org, gateway);
    let (kind, first) =
        if basic_groups { (GroupKind::Group, FIRST_BASIC_GROUP) } else { (GroupKind::Supergroup, FIRST_SUPERGROUP) };
    number_groups(&mut org.groups, gateway, first);
    let mut groups = Vec::new();
    for group in org.groups.iter().filter(|group| group.gateway == gateway) {
        let Some(chat_id) = group.chat.as_deref().and_then(|id| id.parse().ok()) else { continue };
        let seated = members(&org, group, on).into_iter();
        let members = seated.filter_map(|person| account(&org.identities, person, gateway)).collect();
        groups.push(SeedGroup { chat_id, title: group.name.clone(), kind, members, bot: true, bot_is_admin: false });
    }
    World { seed: SeedWorld { people, groups }, org }
}

/// Gives everybody an account on the gateway.
fn people(org: &mut OrgFile, gateway: &str) -> Vec<SeedPerson> {
    let mut taken: HashSet<i64> =
        org.identities.iter().filter_map(|identity| identity.external_id.parse().ok()).collect();
    let mut free = FIRST_PERSON..;
    for person in &org.people {
        if account(&org.identities, &person.code, gateway).is_none()
            && let Some(id) = free.find(|id| taken.insert(*id))
        {
            let (person, gateway) = (person.code.clone(), gateway.to_owned());
            org.identities.push(Identity { person, gateway, external_id: id.to_string() });
        }
    }
    let seed = |person: &Person| {
        let user_id = account(&org.identities, &person.code, gateway)?;
        Some(SeedPerson { user_id, first_name: person.name.clone(), started: true, ..SeedPerson::default() })
    };
    org.people.iter().filter_map(seed).collect()
}

fn account(identities: &[Identity], person: &str, gateway: &str) -> Option<i64> {
    let of = |identity: &&Identity| identity.person == person && identity.gateway == gateway;
    identities.iter().filter(of).find_map(|identity| identity.external_id.parse().ok().filter(|id| *id > 0))
}

fn number_groups(groups: &mut [Group], gateway: &str, first: i64) {
    let mut taken: HashSet<i64> = groups.iter().filter_map(|group| group.chat.as_deref()?.parse().ok()).collect();
    let mut next = first;
    for group in groups.iter_mut().filter(|group| group.gateway == gateway && group.chat.is_none()) {
        while !taken.insert(next) {
            next -= 1;
        }
        group.chat = Some(next.to_string());
    }
}

/// Who sits in a group: the holders of the seats of the units it covers, heads first, then those with rights on them.
pub(super) fn members<'a>(org: &'a OrgFile, group: &Group, on: NaiveDate) -> Vec<&'a str> {
    let covered = |unit: &String| group.covers.contains(unit);
    let mut seats: Vec<_> = org.seats.iter().filter(|seat| covered(&seat.unit)).collect();
    seats.sort_by_key(|seat| SeatKind::ALL.iter().position(|kind| *kind == seat.kind));
    let held = |holding: &&Holding| holding.from <= on && holding.to.is_none_or(|to| to > on);
    let of = |seat: &Seat| {
        let code = seat.code.clone();
        org.holdings.iter().filter(move |holding| holding.seat == code).filter(held)
    };
    let heads = seats.iter().flat_map(|seat| of(seat)).map(|holding| &holding.person);
    let granted = org.grants.iter().filter(|grant| covered(&grant.unit)).map(|grant| &grant.person);
    let mut members = Vec::new();
    for person in heads.chain(granted).map(String::as_str) {
        if !members.contains(&person) {
            members.push(person);
        }
    }
    members
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::org::import::parse_toml;

    const SAMPLE: &str = include_str!("../../../config/examples/xa-mau.toml");

    fn on() -> NaiveDate {
        "2025-07-28".parse().unwrap()
    }

    fn sample() -> World {
        world_of(parse_toml(SAMPLE).unwrap(), "telegram", on(), false)
    }

    #[test]
    fn everybody_has_an_account_and_every_group_a_chat_of_its_own() {
        let World { seed, org } = sample();
        assert_eq!(seed.people.len(), org.people.len());
        assert_eq!(seed.groups.len(), org.groups.len());
        let chats: HashSet<i64> = seed.groups.iter().map(|group| group.chat_id).collect();
        let users: HashSet<i64> = seed.people.iter().map(|person| person.user_id).collect();
        assert_eq!((chats.len(), users.len()), (seed.groups.len(), seed.people.len()));
        assert!(seed.groups.iter().flat_map(|group| &group.members).all(|member| users.contains(member)));
        assert!(seed.groups.iter().any(|group| group.members.len() >= 20), "no group holds the heads of all villages");
    }

    #[test]
    fn the_written_file_can_be_imported_and_gives_the_same_world_again() {
        let world = sample();
        let text = toml::to_string(&world.org).unwrap();
        let again = world_of(parse_toml(&text).unwrap(), "telegram", on(), false);
        assert_eq!(again, world);
    }

    #[test]
    fn groups_of_other_gateways_and_ids_of_the_file_are_left_alone() {
        let mut org = parse_toml(SAMPLE).unwrap();
        org.groups[0].gateway = "zalo".to_owned();
        org.groups[1].chat = Some(FIRST_SUPERGROUP.to_string());
        let world = world_of(org, "telegram", on(), false);
        assert_eq!(world.org.groups[0].chat, None);
        assert_eq!(world.org.groups[1].chat, Some(FIRST_SUPERGROUP.to_string()));
        assert_eq!(world.seed.groups.len() + 1, world.org.groups.len());
        let of_first = world.seed.groups.iter().filter(|group| group.chat_id == FIRST_SUPERGROUP).count();
        assert_eq!(of_first, 1);
    }

    #[test]
    fn whoever_has_handed_over_is_no_longer_in_the_group() {
        let mut org = parse_toml(SAMPLE).unwrap();
        let before = world_of(org.clone(), "telegram", on(), true).seed;
        for holding in &mut org.holdings {
            holding.to = Some(on());
        }
        let after = world_of(org, "telegram", on(), true).seed;
        let count = |world: &SeedWorld| world.groups.iter().map(|group| group.members.len()).sum::<usize>();
        assert!(count(&after) < count(&before));
        assert!(after.groups.iter().all(|group| group.kind == GroupKind::Group));
    }
}

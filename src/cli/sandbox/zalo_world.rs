//! The Zalo side of an organisation file: people and groups of one gateway, and the file with their ids filled in.

use std::collections::HashSet;

use chrono::NaiveDate;

use super::world::members;
use crate::domain::org::import::{Identity, OrgFile, Person};
use loa_sandbox::zalo_bot::seed::{ZaloBotSeed, ZaloBotSeedGroup, ZaloBotSeedPerson};

/// Both sides of the same commune.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ZaloWorld {
    /// For the stand-in.
    pub seed: ZaloBotSeed,
    /// For `loa org import`: every group of the gateway has a chat and every person an account.
    pub org: OrgFile,
}

/// Makes the people and the gateway's groups of an organisation as they are on a day. Ids that stand in the file stay;
/// others are made up in the order of the file, so that the same file gives the same ids. Everybody has written to the
/// bot. A file without a group on this gateway has nothing to do with it and stays as it is.
#[must_use]
pub fn zalo_world_of(mut org: OrgFile, gateway: &str, on: NaiveDate) -> ZaloWorld {
    if !org.groups.iter().any(|group| group.gateway == gateway) {
        return ZaloWorld { seed: ZaloBotSeed::default(), org };
    }
    number_people(&mut org, gateway);
    number_groups(&mut org, gateway);
    let person = |person: &Person| {
        let id = account(&org, &person.code, gateway)?;
        Some(ZaloBotSeedPerson { id, name: person.name.clone(), opened: true })
    };
    let people = org.people.iter().filter_map(person).collect();
    let mut groups = Vec::new();
    for group in org.groups.iter().filter(|group| group.gateway == gateway) {
        let Some(id) = group.chat.clone() else { continue };
        let members = members(&org, group, on).into_iter().filter_map(|person| account(&org, person, gateway));
        groups.push(ZaloBotSeedGroup { id, title: group.name.clone(), members: members.collect(), bot: true });
    }
    ZaloWorld { seed: ZaloBotSeed { people, groups }, org }
}

fn account(org: &OrgFile, person: &str, gateway: &str) -> Option<String> {
    let of = |identity: &&Identity| identity.person == person && identity.gateway == gateway;
    org.identities.iter().find(of).map(|identity| identity.external_id.clone())
}

/// Gives everybody an account on the gateway: 20 hex digits, as Zalo's are.
fn number_people(org: &mut OrgFile, gateway: &str) {
    let mut taken: HashSet<String> = org.identities.iter().map(|identity| identity.external_id.clone()).collect();
    let mut free = (1_u64..).map(|n| format!("{:012x}{n:08x}", 0x2a10_f000_0000_u64));
    for person in &org.people {
        if account(org, &person.code, gateway).is_none()
            && let Some(external_id) = free.find(|id| taken.insert(id.clone()))
        {
            let (person, gateway) = (person.code.clone(), gateway.to_owned());
            org.identities.push(Identity { person, gateway, external_id });
        }
    }
}

/// Gives every group of the gateway a chat.
fn number_groups(org: &mut OrgFile, gateway: &str) {
    let mut taken: HashSet<String> = org.groups.iter().filter_map(|group| group.chat.clone()).collect();
    let mut free = (1_u64..).map(|n| format!("zgr-{:012x}{n:04x}", 0x7c3e_0000_0000_u64));
    for group in org.groups.iter_mut().filter(|group| group.gateway == gateway && group.chat.is_none()) {
        group.chat = free.find(|id| taken.insert(id.clone()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::org::import::parse_toml;

    const SAMPLE: &str = include_str!("../../../config/examples/xa-mau.toml");

    fn on() -> NaiveDate {
        "2025-07-28".parse().unwrap()
    }

    /// The sample with every other group on Zalo.
    fn mixed() -> OrgFile {
        let mut org = parse_toml(SAMPLE).unwrap();
        org.groups.iter_mut().step_by(2).for_each(|group| group.gateway = "zalo".to_owned());
        org
    }

    #[test]
    fn everybody_has_an_account_and_every_zalo_group_a_chat_of_its_own() {
        let ZaloWorld { seed, org } = zalo_world_of(mixed(), "zalo", on());
        assert_eq!(seed.people.len(), org.people.len());
        let ids: HashSet<&str> = seed.people.iter().map(|person| person.id.as_str()).collect();
        assert!(ids.len() == org.people.len() && ids.iter().all(|id| id.len() == 20));
        assert!(seed.groups.len() > 1 && seed.groups.len() < org.groups.len());
        assert!(seed.groups.iter().all(|group| group.id.starts_with("zgr-")));
        assert!(seed.groups.iter().any(|group| group.members.len() > 1));
        assert!(seed.groups.iter().flat_map(|group| &group.members).all(|member| ids.contains(member.as_str())));
        let untouched = org.groups.iter().filter(|group| group.gateway == "telegram");
        assert!(untouched.clone().count() > 0 && untouched.clone().all(|group| group.chat.is_none()));
    }

    #[test]
    fn the_written_file_gives_the_same_world_again() {
        let world = zalo_world_of(mixed(), "zalo", on());
        let text = toml::to_string(&world.org).unwrap();
        assert_eq!(zalo_world_of(parse_toml(&text).unwrap(), "zalo", on()), world);
    }

    #[test]
    fn a_file_without_zalo_groups_stays_as_it_is() {
        let org = parse_toml(SAMPLE).unwrap();
        assert_eq!(zalo_world_of(org.clone(), "zalo", on()), ZaloWorld { seed: ZaloBotSeed::default(), org });
    }
}

//! From audiences to groups, in an invented commune.

use std::fmt::Write as _;

use proptest::prelude::*;
use rstest::rstest;

use crate::domain::audience::{Directory, Expr, GroupEntry, People, Resolution, Target, UnitEntry, resolve};
use crate::domain::org::{GroupKind, UnitKind};

fn unit(kind: UnitKind, code: &str) -> UnitEntry {
    let id = format!("{}-{code}", kind.as_str());
    UnitEntry { id, kind, code: code.to_owned(), name: format!("{} {code}", kind.vietnamese()) }
}

fn group(id: &str, kind: GroupKind, rank: i64, covers: Vec<String>) -> GroupEntry {
    GroupEntry {
        id: id.to_owned(),
        chat_id: format!("chat-{id}"),
        name: id.to_owned(),
        kind,
        rank,
        active: true,
        covers,
        gateway: "zalo".to_owned(),
        relay: false,
        members: Some(10),
    }
}

fn village(number: usize) -> String {
    format!("village-{number:02}")
}

/// Villages 01 to 24, each with its own cadre group of rank 1 and residents' group, one joint cadre group of
/// rank 0 over all of them, and a department with an office group only.
fn commune() -> Directory {
    let mut directory = Directory::default();
    let all: Vec<_> = (1..=24).map(village).collect();
    directory.groups.push(group("joint", GroupKind::Cadre, 0, all));
    for number in 1..=24 {
        directory.units.push(unit(UnitKind::Village, &format!("{number:02}")));
        directory.groups.push(group(&format!("c{number:02}"), GroupKind::Cadre, 1, vec![village(number)]));
        directory.groups.push(group(&format!("r{number:02}"), GroupKind::Residents, 0, vec![village(number)]));
    }
    directory.units.push(unit(UnitKind::Department, "VH-XH"));
    directory.groups.push(group("office", GroupKind::Office, 0, vec!["department-VH-XH".to_owned()]));
    directory
}

fn without(id: &str) -> Directory {
    let mut directory = commune();
    for group in directory.groups.iter_mut().filter(|group| group.id == id) {
        group.active = false;
    }
    directory
}

fn resolved(text: &str, directory: &Directory) -> Resolution {
    resolve(&Expr::parse(text).unwrap(), directory)
}

fn ids(resolution: &Resolution) -> Vec<&str> {
    resolution.groups.iter().map(|group| group.id.as_str()).collect()
}

#[test]
fn a_joint_group_that_covers_every_village_appears_once() {
    let resolution = resolved("Trưởng thôn", &commune());
    assert_eq!(ids(&resolution), ["joint"]);
    assert_eq!(resolution.units_reached.len(), 24);
    assert_eq!(resolution.groups[0].units.len(), 24);
    assert!(resolution.groups[0].overheard_by.is_empty());
    assert!(resolution.is_ready());
}

#[test]
fn residents_are_reached_in_their_own_groups_in_village_order() {
    let resolution = resolved("nhóm dân", &commune());
    assert_eq!(resolution.groups.len(), 24);
    assert_eq!(ids(&resolution)[..3], ["r01", "r02", "r03"]);
}

#[test]
fn the_next_rank_steps_in_when_the_joint_group_is_lost() {
    let directory = without("joint");
    let resolution = resolved("thon:03,05", &directory);
    assert_eq!(ids(&resolution), ["c03", "c05"]);
    let ranked: Vec<_> = commune().ranked("village-03", GroupKind::Cadre).iter().map(|g| g.id.clone()).collect();
    assert_eq!(ranked, ["joint", "c03"]);
}

#[test]
fn a_term_without_a_kind_means_the_working_group_and_never_the_residents() {
    assert_eq!(ids(&resolved("phong", &commune())), ["office"]);
    let mut directory = without("joint");
    directory.groups.retain(|group| group.kind != GroupKind::Cadre);
    let resolution = resolved("thon:03", &directory);
    assert!(resolution.groups.is_empty());
    assert_eq!(resolution.units_without_group, [Target { unit: village(3), kind: GroupKind::Cadre }]);
}

#[test]
fn a_unit_without_a_group_is_an_error_unless_it_is_excluded_by_name() {
    let directory = without("r07");
    let resolution = resolved("thon@residents", &directory);
    assert!(!resolution.is_ready());
    assert_eq!(resolution.units_without_group, [Target { unit: village(7), kind: GroupKind::Residents }]);
    let resolution = resolved("thon@residents - thon:07", &directory);
    assert!(resolution.is_ready());
    assert_eq!(resolution.excluded, [Target { unit: village(7), kind: GroupKind::Residents }]);
    assert_eq!(resolution.units_reached.len(), 23);
}

#[test]
fn an_excluded_village_in_a_joint_group_is_reported_to_hear_it_all_the_same() {
    let resolution = resolved("thon - thon:07", &commune());
    assert_eq!(resolution.units_reached.len(), 23);
    assert_eq!(resolution.groups[0].overheard_by, [village(7)]);
    assert!(resolution.is_ready());
}

#[test]
fn taking_away_one_kind_keeps_the_other() {
    let resolution = resolved("thon:03@cadre + thon:03@residents - thon:03@residents", &commune());
    assert_eq!(ids(&resolution), ["joint"]);
    assert_eq!(resolution.excluded, [Target { unit: village(3), kind: GroupKind::Residents }]);
}

#[test]
fn what_is_added_again_is_no_longer_excluded() {
    let resolution = resolved("thon@residents - thon:03 + thon:03@residents", &commune());
    assert!(resolution.excluded.is_empty());
    assert_eq!(resolution.units_reached.len(), 24);
    assert_eq!(resolution.units_reached.last(), Some(&village(3)));
}

#[test]
fn a_village_reached_in_two_kinds_of_groups_counts_once() {
    let resolution = resolved("thon:03@cadre + thon:03@residents + thon:03", &commune());
    assert_eq!(ids(&resolution), ["joint", "r03"]);
    assert_eq!(resolution.units_reached, [village(3)]);
}

#[rstest]
#[case("thon:99", &["thon:99"])]
#[case("thon - thon:99", &["thon:99"])]
#[case("thon + htx", &["htx"])]
#[case("thon:03,98,99", &["thon:98", "thon:99"])]
fn what_stands_for_no_unit_is_reported(#[case] text: &str, #[case] unknown: &[&str]) {
    let resolution = resolved(text, &commune());
    assert_eq!(resolution.unknown, unknown);
    assert!(!resolution.is_ready());
}

#[rstest]
#[case("thon:3")]
#[case("thon:003")]
#[case("phong:vhxh")]
#[case("phong:VHXH")]
fn codes_are_compared_without_zeros_accents_and_signs(#[case] text: &str) {
    assert!(resolved(text, &commune()).is_ready());
}

#[test]
fn an_audience_of_nobody_is_never_ready() {
    assert!(!resolved("thon - thon", &commune()).is_ready());
    assert!(!resolved("thon", &Directory::default()).is_ready());
}

#[test]
fn people_are_summed_where_the_platform_tells() {
    let mut directory = commune();
    for group in directory.groups.iter_mut().filter(|group| group.id == "r02") {
        group.members = None;
    }
    let people = resolved("thon:01,02,03@residents", &directory).people();
    assert_eq!(people, People { known: 20, groups_unknown: 1 });
}

#[test]
fn equal_ranks_are_decided_by_name_whatever_the_order_of_rows() {
    let mut directory = commune();
    directory.groups.push(group("a-twin", GroupKind::Residents, 0, vec![village(3)]));
    let first = resolved("thon:03@residents", &directory);
    directory.groups.reverse();
    assert_eq!(ids(&first), ["a-twin"]);
    assert_eq!(resolved("thon:03@residents", &directory), first);
}

proptest! {
    #[test]
    fn every_target_ends_in_exactly_one_place(
        lost in prop::collection::hash_set(0_usize..50, 0..20),
        minus in prop::collection::hash_set(1_usize..=24, 0..5),
    ) {
        let mut directory = commune();
        for index in lost {
            directory.groups[index].active = false;
        }
        let mut text = "thon@residents".to_owned();
        for number in &minus {
            let _ = write!(text, " - thon:{number}");
        }
        let resolution = resolved(&text, &directory);
        let placed = resolution.units_reached.len() + resolution.units_without_group.len() + resolution.excluded.len();
        prop_assert_eq!(placed, 24);
        prop_assert_eq!(resolution.excluded.len(), minus.len());
        let listed: usize = resolution.groups.iter().map(|group| group.units.len()).sum();
        prop_assert_eq!(listed, resolution.units_reached.len());
    }
}

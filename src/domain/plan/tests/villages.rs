//! How the villages stand, one by one.

use super::*;

fn in_village(village: &str, item: CountedItem) -> CountedItem {
    CountedItem { unit: Some(village.to_owned()), ..item }
}

fn stands(target: &str, items: &[CountedItem]) -> Option<Spread> {
    let plan = plan("2025-07-08");
    let villages = ["03", "04", "05"].map(str::to_owned);
    spread(plan.target(target).unwrap(), items, &villages, "2025-10-20".parse().unwrap())
}

#[test]
fn a_village_is_as_fresh_as_its_last_airing() {
    let items = [
        in_village("03", act(Channel::Loudspeaker, "2025-10-13")),
        in_village("03", act(Channel::Loudspeaker, "2025-08-01")),
        in_village("04", act(Channel::Loudspeaker, "2025-10-06")),
        act(Channel::Loudspeaker, "2025-10-20"),
        in_village("05", act(Channel::Loudspeaker, "2025-10-21")),
        CountedItem { voided: true, ..in_village("05", act(Channel::Loudspeaker, "2025-10-19")) },
    ];
    let spread = stands("CT05", &items).unwrap();
    assert_eq!(spread, Spread { green: 1, yellow: 1, red: 1 });
    assert_eq!(spread.text(), "Xanh 1/3 thôn");
}

#[test]
fn a_village_has_a_panel_while_one_of_them_stands() {
    let panel = |village, done, quantity, removal| {
        in_village(village, CountedItem { quantity, removal, ..act(Channel::Panel, done) })
    };
    let items =
        [panel("03", "2025-08-01", 2, false), panel("03", "2025-09-01", 1, true), panel("04", "2025-08-01", 1, false)];
    assert_eq!(stands("CT10", &items), Some(Spread { green: 2, yellow: 0, red: 1 }));
    let taken = [&items[..], &[panel("03", "2025-10-01", 1, true)]].concat();
    assert_eq!(stands("CT10", &taken), Some(Spread { green: 1, yellow: 0, red: 2 }));
}

#[test]
fn other_targets_do_not_look_at_villages() {
    assert_eq!(stands("CT01", &[]), None);
}

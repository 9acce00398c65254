//! Which group is the next one of a unit.

use std::collections::BTreeMap;

use crate::domain::audience::{Directory, GroupEntry, ReachedGroup};
use crate::store::broadcasts::Delivery;
use crate::store::fallbacks::ServedChat;

/// The first group by rank, of the delivery's kind, that has not failed in this broadcast and whose gateway is fit; with
/// the delivery that its chat already gets, where it gets one.
pub(super) fn next_group<'a>(
    directory: &'a Directory,
    unit: &str,
    delivery: &Delivery,
    served: &[ServedChat],
    is_shut: &dyn Fn(&str) -> bool,
) -> Option<(&'a GroupEntry, Option<String>)> {
    let ranked = directory.ranked(unit, delivery.group_kind).into_iter();
    let mut fit = ranked.filter(|group| group.chat_id != delivery.chat_id && !is_shut(&group.gateway));
    fit.find_map(|group| match served.iter().find(|served| served.chat_id == group.chat_id) {
        None => Some((group, None)),
        // The chat has other words: it cannot speak for a group that is passed on to by hand.
        Some(_) if group.relay => None,
        Some(served) if served.alive => Some((group, Some(served.delivery_id.clone()))),
        Some(_) => None,
    })
}

/// Has a group speak to one more unit.
pub(super) fn ask(
    takers: &mut BTreeMap<String, (ReachedGroup, Option<String>)>,
    group: &GroupEntry,
    existing: Option<String>,
    unit: &str,
) {
    let (taker, _) = takers.entry(group.id.clone()).or_insert_with(|| (ReachedGroup::of(group), existing));
    taker.ask(unit);
}

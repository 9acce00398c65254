//! Counting documents sent to Zalo groups.
//!
//! A document counts once, in the period of its first Zalo delivery. Its corrections are the same document: the
//! newest version that went out says how far it got. Withdrawn versions do not count; Telegram and relays never do.

use std::collections::HashMap;

use chrono::NaiveDate;

use super::count::{Scope, Tally};
use super::{Coverage, DocumentReach};
use crate::domain::bulletin::Level;

/// A document with all its versions that count.
struct Family<'a> {
    first_sent_on: NaiveDate,
    newest_sent_on: NaiveDate,
    newest: &'a DocumentReach,
}

/// Counts the documents of `level` and sums how far they got.
pub(super) fn documents(scope: &Scope<'_>, documents: &[DocumentReach], level: Level) -> Tally {
    let mut tally = Tally::default();
    let (mut groups, mut beside) = (Coverage::default(), Coverage::default());
    for family in families(documents, scope.until) {
        if family.newest.level != level || !scope.holds(family.first_sent_on) {
            continue;
        }
        tally.count = tally.count.saturating_add(1);
        tally.last_on = tally.last_on.max(Some(family.first_sent_on));
        groups.add(family.newest.zalo_sent, family.newest.zalo_planned);
        beside.add(family.newest.other_sent, family.newest.other_planned);
    }
    for document in documents.iter().filter(|document| document.level == level && stands_only_beside(scope, document)) {
        beside.add(document.other_sent, document.other_planned);
    }
    tally.quantity = groups.part;
    tally.coverage = (tally.count > 0).then_some(groups);
    tally.beside = (beside.whole > 0).then_some(beside);
    tally
}

/// No Zalo group has it, and its first other delivery was in the period: it is shown and not counted.
fn stands_only_beside(scope: &Scope<'_>, document: &DocumentReach) -> bool {
    let in_period = document.other_first_sent_on.is_some_and(|day| day <= scope.until && scope.holds(day));
    !document.withdrawn && document.first_sent_on.is_none() && in_period
}

/// Joins corrections to what they correct, over the versions sent by `until` and not withdrawn.
fn families(documents: &[DocumentReach], until: NaiveDate) -> Vec<Family<'_>> {
    let corrects: HashMap<&str, &str> =
        documents.iter().filter_map(|d| Some((d.code.as_str(), d.corrects.as_deref()?))).collect();
    let mut families: HashMap<&str, Family<'_>> = HashMap::new();
    for document in documents.iter().filter(|d| !d.withdrawn) {
        let Some(sent_on) = document.first_sent_on.filter(|day| *day <= until) else { continue };
        let fresh = Family { first_sent_on: sent_on, newest_sent_on: sent_on, newest: document };
        let family = families.entry(root(&corrects, &document.code)).or_insert(fresh);
        family.first_sent_on = family.first_sent_on.min(sent_on);
        if (sent_on, &document.code) >= (family.newest_sent_on, &family.newest.code) {
            (family.newest_sent_on, family.newest) = (sent_on, document);
        }
    }
    families.into_values().collect()
}

/// The code at the end of a chain of corrections. A ring, which no correct store holds, is one document under its
/// smallest code.
fn root<'a>(corrects: &HashMap<&'a str, &'a str>, code: &'a str) -> &'a str {
    let mut path = vec![code];
    let mut at = code;
    while let Some(next) = corrects.get(at) {
        if let Some(ring) = path.iter().position(|seen| seen == next) {
            return path[ring..].iter().min().unwrap_or(next);
        }
        path.push(next);
        at = next;
    }
    at
}

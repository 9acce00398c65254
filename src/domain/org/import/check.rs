//! Checks what the rows of a file say of one another.

use std::collections::{BTreeMap, BTreeSet};

use super::error::{Mistake, OrgError, Place};
use super::reader::{Draft, Read};
use super::{Group, GroupKind, Holding, SeatKind, Unit, UnitKind};

/// Every mistake between rows, in the order of the tables.
pub(super) fn check(draft: &Draft) -> Vec<OrgError> {
    let mut found = Found { errors: Vec::new() };
    found.codes(&draft.units);
    found.codes(&draft.seats);
    found.codes(&draft.people);
    found.codes(&draft.groups);
    found.tree(draft);
    found.seats(draft);
    found.holdings(draft);
    found.grants(draft);
    found.groups(draft);
    found.identities(draft);
    found.errors
}

struct Found {
    errors: Vec<OrgError>,
}

/// The codes of a table, whether or not the rest of the row could be read.
fn codes<T>(rows: &[Read<T>]) -> BTreeSet<&str> {
    rows.iter().filter_map(|read| read.code.as_deref().map(str::trim)).collect()
}

/// The rows that could be read.
fn readable<T>(rows: &[Read<T>]) -> impl Iterator<Item = (&Place, &T)> {
    rows.iter().filter_map(|read| read.row.as_ref().map(|row| (&read.place, row)))
}

const fn number_of(place: &Place) -> usize {
    match place {
        Place::Row { number, .. } => *number,
        Place::File | Place::Line(_) => 0,
    }
}

impl Found {
    fn add(&mut self, place: &Place, mistake: Mistake) {
        self.errors.push(OrgError { place: place.clone(), mistake });
    }

    fn codes<T>(&mut self, rows: &[Read<T>]) {
        let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
        for read in rows {
            let Some(code) = read.code.as_deref() else { continue };
            let number = number_of(&read.place);
            let first = *seen.entry(code).or_insert(number);
            if first != number {
                self.add(&read.place, Mistake::Duplicate { code: code.to_owned(), first });
            }
        }
    }

    fn reference(&mut self, place: &Place, field: &'static str, code: &str, known: (&'static str, &BTreeSet<&str>)) {
        let (table, codes) = known;
        if !codes.contains(code) {
            self.add(place, Mistake::Unknown { field, code: code.to_owned(), table });
        }
    }

    /// Reports rows whose key stands in an earlier row.
    fn repeated<'a, T: 'a, K: Ord>(
        &mut self,
        rows: impl Iterator<Item = (&'a Place, &'a T)>,
        key: impl Fn(&'a T) -> K,
    ) {
        let mut seen: BTreeMap<K, usize> = BTreeMap::new();
        for (place, row) in rows {
            let number = number_of(place);
            let first = *seen.entry(key(row)).or_insert(number);
            if first != number {
                self.add(place, Mistake::Repeated(first));
            }
        }
    }

    fn tree(&mut self, draft: &Draft) {
        let known = codes(&draft.units);
        let communes = readable(&draft.units).filter(|(_, unit)| unit.kind == UnitKind::Commune).count();
        // A row that could not be read may be the one: its own mistake comes first.
        let unread = draft.units.iter().any(|read| read.row.is_none());
        if communes != 1 && !(communes == 0 && unread) {
            self.errors.push(OrgError::of_file(Mistake::CommuneUnits(communes)));
        }
        let parents: BTreeMap<&str, &str> = readable(&draft.units)
            .filter_map(|(_, unit)| unit.parent.as_deref().map(|parent| (unit.code.as_str(), parent)))
            .collect();
        let circular = in_circles(&parents);
        for (place, unit) in readable(&draft.units) {
            self.unit(place, unit, &known);
            if circular.contains(unit.code.as_str()) {
                self.add(place, Mistake::Circle);
            }
        }
    }

    fn unit(&mut self, place: &Place, unit: &Unit, known: &BTreeSet<&str>) {
        let at_top = matches!(unit.kind, UnitKind::Commune | UnitKind::Province);
        match &unit.parent {
            Some(parent) => self.reference(place, "parent", parent, ("units", known)),
            None if !at_top => self.add(place, Mistake::NoParent),
            None => {}
        }
        let Some(heir) = &unit.replaced_by else { return };
        self.reference(place, "replaced_by", heir, ("units", known));
        if unit.valid_to.is_none() || *heir == unit.code {
            self.add(place, Mistake::BadReplacement);
        }
    }

    fn seats(&mut self, draft: &Draft) {
        let units = codes(&draft.units);
        let mut answering: BTreeMap<&str, &str> = BTreeMap::new();
        for (place, seat) in readable(&draft.seats) {
            self.reference(place, "unit", &seat.unit, ("units", &units));
            if seat.kind != SeatKind::Answering {
                continue;
            }
            match answering.get(seat.unit.as_str()) {
                Some(first) => self.add(place, Mistake::SecondAnsweringSeat((*first).to_owned())),
                None => drop(answering.insert(&seat.unit, &seat.code)),
            }
        }
        let unread = draft.seats.iter().any(|read| read.row.is_none());
        for (place, unit) in readable(&draft.units) {
            // The province issues documents and is never asked; an unread seat may be the missing one.
            let asked = unit.kind != UnitKind::Province;
            if asked && !unread && !answering.contains_key(unit.code.as_str()) {
                self.add(place, Mistake::NoAnsweringSeat);
            }
        }
    }

    fn holdings(&mut self, draft: &Draft) {
        let (people, seats) = (codes(&draft.people), codes(&draft.seats));
        let answering: BTreeSet<&str> = readable(&draft.seats)
            .filter(|(_, seat)| seat.kind == SeatKind::Answering)
            .map(|(_, seat)| seat.code.as_str())
            .collect();
        let mut by_seat: BTreeMap<&str, Vec<(&Place, &Holding)>> = BTreeMap::new();
        for (place, holding) in readable(&draft.holdings) {
            self.reference(place, "person", &holding.person, ("people", &people));
            self.reference(place, "seat", &holding.seat, ("seats", &seats));
            if answering.contains(holding.seat.as_str()) {
                by_seat.entry(&holding.seat).or_default().push((place, holding));
            }
        }
        for holders in by_seat.values_mut() {
            self.overlaps(holders);
        }
        self.repeated(readable(&draft.holdings), |row| (&row.person, &row.seat, row.from));
    }

    /// Holders of one answering seat, sorted here by their first day, must follow one another.
    fn overlaps(&mut self, holders: &mut [(&Place, &Holding)]) {
        holders.sort_by_key(|(place, holding)| (holding.from, number_of(place)));
        for pair in holders.windows(2) {
            let ((earlier, first), (place, second)) = (pair[0], pair[1]);
            if first.to.is_none_or(|to| to > second.from) {
                let (seat, other) = (second.seat.clone(), number_of(earlier));
                self.add(place, Mistake::Overlap { seat, from: second.from, other });
            }
        }
    }

    fn grants(&mut self, draft: &Draft) {
        let (people, units) = (codes(&draft.people), codes(&draft.units));
        for (place, grant) in readable(&draft.grants) {
            self.reference(place, "person", &grant.person, ("people", &people));
            self.reference(place, "unit", &grant.unit, ("units", &units));
        }
        self.repeated(readable(&draft.grants), |row| (&row.person, row.role, &row.unit));
    }

    fn groups(&mut self, draft: &Draft) {
        let units = codes(&draft.units);
        let mut ranks: BTreeMap<(&str, &str, i64), &str> = BTreeMap::new();
        for (place, group) in readable(&draft.groups) {
            if group.covers.is_empty() {
                self.add(place, Mistake::CoversNothing);
            }
            // Its head passes it on: one head, and to residents; officials answer for themselves and are asked directly.
            if group.relay && (group.kind != GroupKind::Residents || group.covers.len() != 1 || group.chat.is_some()) {
                self.add(place, Mistake::BadRelay);
            }
            let distinct: BTreeSet<&str> = group.covers.iter().map(String::as_str).collect();
            for unit in distinct {
                self.reference(place, "covers", unit, ("units", &units));
                let key = (unit, group.kind.as_str(), group.rank);
                if let Some(other) = ranks.insert(key, &group.code) {
                    self.add(place, Mistake::SameRank { unit: unit.to_owned(), other: other.to_owned() });
                }
            }
        }
        let bound = |(place, group)| bound_chat(group).map(|_| (place, group));
        self.repeated(readable(&draft.groups).filter_map(bound), |row| bound_chat(row));
    }

    fn identities(&mut self, draft: &Draft) {
        let people = codes(&draft.people);
        for (place, identity) in readable(&draft.identities) {
            self.reference(place, "person", &identity.person, ("people", &people));
        }
        self.repeated(readable(&draft.identities), |row| (&row.gateway, &row.external_id));
    }
}

fn bound_chat(group: &Group) -> Option<(&str, &str)> {
    group.chat.as_deref().map(|chat| (group.gateway.as_str(), chat))
}

/// The units from which going up leads back to themselves. Linear: every unit is walked over once.
fn in_circles<'a>(parents: &BTreeMap<&'a str, &'a str>) -> BTreeSet<&'a str> {
    let mut circular = BTreeSet::new();
    let mut done: BTreeSet<&str> = BTreeSet::new();
    for start in parents.keys() {
        let mut path: Vec<&str> = Vec::new();
        let mut on_path: BTreeSet<&str> = BTreeSet::new();
        let mut at = Some(*start);
        while let Some(unit) = at.filter(|unit| !done.contains(unit)) {
            if !on_path.insert(unit) {
                circular.extend(path.iter().skip_while(|earlier| **earlier != unit));
                break;
            }
            path.push(unit);
            at = parents.get(unit).copied();
        }
        done.extend(path);
    }
    circular
}

//! From an audience to groups, over a plain snapshot of the directory.

use std::collections::{HashMap, HashSet};

use super::parse::code_key;
use super::{Expr, Term};
use crate::domain::org::{GroupKind, UnitKind};
use crate::domain::text::{natural_cmp, natural_key};

/// A unit as it stands on the day of the resolution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitEntry {
    /// The row's id.
    pub id: String,
    /// What it is.
    pub kind: UnitKind,
    /// Its code among the units of its kind, for example `03`.
    pub code: String,
    /// Its name, for example `Thôn 03`.
    pub name: String,
}

/// A chat group and the units it covers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupEntry {
    /// The row's id.
    pub id: String,
    /// The chat's row id.
    pub chat_id: String,
    /// Its name.
    pub name: String,
    /// Who sits in it.
    pub kind: GroupKind,
    /// Its rank among the groups of its kind of a unit: the lowest gets the broadcast, the next is the fallback.
    pub rank: i64,
    /// Whether it may be sent to; a paused or lost group is not.
    pub active: bool,
    /// The ids of the units it covers.
    pub covers: Vec<String>,
    /// The gateway's id.
    pub gateway: String,
    /// Whether the chat is where a head is asked to pass it on to the group by hand, not the group itself.
    pub relay: bool,
    /// How many people are in it, where the platform tells.
    pub members: Option<u32>,
}

/// The units and groups an audience is resolved against.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Directory {
    /// The units that exist on the day.
    pub units: Vec<UnitEntry>,
    /// All groups, active or not.
    pub groups: Vec<GroupEntry>,
}

impl Directory {
    /// The active groups of one kind that cover a unit, lowest rank first: the broadcast's group, then fallbacks.
    #[must_use]
    pub fn ranked(&self, unit: &str, kind: GroupKind) -> Vec<&GroupEntry> {
        let covers = |group: &&GroupEntry| group.covers.iter().any(|id| id == unit);
        let mut groups: Vec<_> = self.groups.iter().filter(|g| g.active && g.kind == kind).filter(covers).collect();
        groups.sort_by(|a, b| before(a, b));
        groups
    }
}

fn before(a: &GroupEntry, b: &GroupEntry) -> std::cmp::Ordering {
    a.rank.cmp(&b.rank).then_with(|| natural_cmp(&a.name, &b.name)).then_with(|| a.id.cmp(&b.id))
}

/// One unit in one kind of its groups.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Target {
    /// The unit's id.
    pub unit: String,
    /// The kind of group.
    pub kind: GroupKind,
}

/// A group that gets the broadcast.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReachedGroup {
    /// The group's id.
    pub id: String,
    /// The chat's row id.
    pub chat_id: String,
    /// The gateway's id.
    pub gateway: String,
    /// Who sits in it.
    pub kind: GroupKind,
    /// Whether the chat is where a head is asked to pass it on to the group by hand, not the group itself.
    pub relay: bool,
    /// How many people are in it, where known.
    pub members: Option<u32>,
    /// The asked-for units that it reaches, in order.
    pub units: Vec<String>,
    /// Units it covers besides, even excluded ones: they hear it in this joint group and are not asked.
    pub overheard_by: Vec<String>,
}

/// How many people the groups hold, counting a person in two groups twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct People {
    /// The sum over the groups whose size is known.
    pub known: u64,
    /// How many groups have no known size.
    pub groups_unknown: usize,
}

/// What an audience comes to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Resolution {
    /// The groups, each once, in the order of the units asked for.
    pub groups: Vec<ReachedGroup>,
    /// The ids of the units reached, each once, in the same order.
    pub units_reached: Vec<String>,
    /// What was asked for and has no active group: an error unless excluded by name.
    pub units_without_group: Vec<Target>,
    /// What was taken away by a `-` term and not added again.
    pub excluded: Vec<Target>,
    /// Terms or codes that stand for no unit at all, as typed in canonical form.
    pub unknown: Vec<String>,
}

impl Resolution {
    /// Whether it may be sent: at least one group, nothing unknown, and no unit without a group.
    #[must_use]
    pub const fn is_ready(&self) -> bool {
        !self.groups.is_empty() && self.units_without_group.is_empty() && self.unknown.is_empty()
    }

    /// Whether it reaches residents' groups and others besides: then two wordings make sense.
    #[must_use]
    pub fn is_mixed(&self) -> bool {
        let residents = self.groups.iter().filter(|group| group.kind == GroupKind::Residents).count();
        (1..self.groups.len()).contains(&residents)
    }

    /// How many of the groups are reached through a head who passes it on by hand.
    #[must_use]
    pub fn relays(&self) -> usize {
        self.groups.iter().filter(|group| group.relay).count()
    }

    /// How many people the groups hold.
    #[must_use]
    pub fn people(&self) -> People {
        let known = self.groups.iter().filter_map(|group| group.members).map(u64::from).sum();
        let groups_unknown = self.groups.iter().filter(|group| group.members.is_none()).count();
        People { known, groups_unknown }
    }
}

/// Turns an audience into groups: for each unit and kind the active group of the lowest rank, each group once.
#[must_use]
pub fn resolve(expr: &Expr, directory: &Directory) -> Resolution {
    let index = Index::of(directory);
    let mut resolution = Resolution::default();
    let mut wanted = Wanted::default();
    for term in expr.terms() {
        for unit in index.units(term, &mut resolution.unknown) {
            wanted.apply(term, unit, &index);
        }
    }
    for target in &wanted.targets {
        index.reach(target, &mut resolution);
    }
    resolution.excluded = wanted.excluded;
    resolution
}

/// The targets asked for so far, in order, and those taken away.
#[derive(Default)]
struct Wanted {
    targets: Vec<Target>,
    present: HashSet<Target>,
    excluded: Vec<Target>,
}

impl Wanted {
    fn apply(&mut self, term: &Term, unit: &UnitEntry, index: &Index<'_>) {
        if term.minus {
            return self.take_away(&unit.id, term.group);
        }
        let kind = term.group.unwrap_or_else(|| index.working_kind(&unit.id));
        let target = Target { unit: unit.id.clone(), kind };
        self.excluded.retain(|other| *other != target);
        if self.present.insert(target.clone()) {
            self.targets.push(target);
        }
    }

    fn take_away(&mut self, unit: &str, group: Option<GroupKind>) {
        let goes = |target: &Target| target.unit == unit && group.is_none_or(|kind| kind == target.kind);
        let (gone, kept) = std::mem::take(&mut self.targets).into_iter().partition::<Vec<_>, _>(goes);
        for target in &gone {
            self.present.remove(target);
        }
        self.targets = kept;
        self.excluded.extend(gone);
    }
}

/// The directory, looked up by unit.
struct Index<'a> {
    units: Vec<(String, &'a UnitEntry)>,
    best: HashMap<(&'a str, GroupKind), &'a GroupEntry>,
}

impl<'a> Index<'a> {
    fn of(directory: &'a Directory) -> Self {
        let mut units: Vec<_> = directory.units.iter().map(|unit| (code_key(&unit.code), unit)).collect();
        units.sort_by_cached_key(|(code, unit)| (natural_key(code), unit.id.clone()));
        let mut best: HashMap<(&str, GroupKind), &GroupEntry> = HashMap::new();
        for group in directory.groups.iter().filter(|group| group.active) {
            for unit in &group.covers {
                let first = best.entry((unit.as_str(), group.kind)).or_insert(group);
                if before(group, first).is_lt() {
                    *first = group;
                }
            }
        }
        Self { units, best }
    }

    fn group(&self, unit: &str, kind: GroupKind) -> Option<&'a GroupEntry> {
        self.best.get(&(unit, kind)).copied()
    }

    /// The kind of the unit's working group; a unit without any is reported as lacking a cadre group.
    fn working_kind(&self, unit: &str) -> GroupKind {
        let has = |kind: &GroupKind| self.group(unit, *kind).is_some();
        [GroupKind::Cadre, GroupKind::Office].into_iter().find(has).unwrap_or(GroupKind::Cadre)
    }

    /// The units a term stands for, in natural order of their codes.
    fn units(&self, term: &Term, unknown: &mut Vec<String>) -> Vec<&'a UnitEntry> {
        let of_kind: Vec<_> = self.units.iter().filter(|(_, unit)| unit.kind == term.unit).collect();
        if term.codes.is_empty() {
            if of_kind.is_empty() {
                unknown.push(term.to_string());
            }
            return of_kind.into_iter().map(|(_, unit)| *unit).collect();
        }
        for code in term.codes.iter().filter(|code| !of_kind.iter().any(|(key, _)| key == *code)) {
            unknown.push(format!("{}:{code}", super::unit_word(term.unit)));
        }
        of_kind.into_iter().filter(|(key, _)| term.codes.contains(key)).map(|(_, unit)| *unit).collect()
    }

    fn reach(&self, target: &Target, resolution: &mut Resolution) {
        let Some(group) = self.group(&target.unit, target.kind) else {
            resolution.units_without_group.push(target.clone());
            return;
        };
        if !resolution.units_reached.contains(&target.unit) {
            resolution.units_reached.push(target.unit.clone());
        }
        match resolution.groups.iter_mut().find(|reached| reached.id == group.id) {
            Some(reached) => reached.ask(&target.unit),
            None => resolution.groups.push(ReachedGroup::new(group, &target.unit)),
        }
    }
}

impl ReachedGroup {
    fn new(group: &GroupEntry, unit: &str) -> Self {
        let mut reached = Self::of(group);
        reached.ask(unit);
        reached
    }

    /// A group that nobody was asked through yet.
    #[must_use]
    pub fn of(group: &GroupEntry) -> Self {
        Self {
            id: group.id.clone(),
            chat_id: group.chat_id.clone(),
            gateway: group.gateway.clone(),
            kind: group.kind,
            relay: group.relay,
            members: group.members,
            units: Vec::new(),
            overheard_by: group.covers.clone(),
        }
    }

    /// Has it speak to one more unit.
    pub fn ask(&mut self, unit: &str) {
        self.overheard_by.retain(|other| other != unit);
        self.units.push(unit.to_owned());
    }
}

//! Counting recorded acts. Pure sums over rows; every sum saturates.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;

use super::{CountedItem, Coverage, Measure, Target, Theme};
use crate::domain::period::{Period, PeriodKind, is_late_entry};

/// What is being counted: one target over one period, with what was done up to a day.
pub(super) struct Scope<'a> {
    /// The target.
    pub(super) target: &'a Target,
    /// The period.
    pub(super) period: &'a Period,
    /// Nothing done later counts, whatever the period.
    pub(super) until: NaiveDate,
}

impl Scope<'_> {
    /// Whether an act of that day counts. A one-off may be done late, so its period does not end the counting.
    pub(super) fn holds(&self, done_on: NaiveDate) -> bool {
        let open_ended = self.period.kind == PeriodKind::Once;
        self.period.from <= done_on && done_on <= self.until && (open_ended || done_on <= self.period.to)
    }

    /// What a row adds to the count; `None` for a repeat.
    fn weight(&self, item: &CountedItem, is_first: bool) -> Option<u32> {
        match self.target.measure {
            Measure::DaysSince => Some(1),
            Measure::SumQuantity | Measure::Inventory => (!item.repeat).then_some(item.quantity),
            _ => is_first.then_some(1),
        }
    }
}

/// What the rows add up to.
#[derive(Default)]
pub(super) struct Tally {
    pub(super) count: u32,
    pub(super) quantity: u32,
    pub(super) repeats: u32,
    pub(super) late_entries: u32,
    pub(super) missing_evidence: u32,
    pub(super) last_on: Option<NaiveDate>,
    pub(super) coverage: Option<Coverage>,
    pub(super) beside: Option<Coverage>,
    pub(super) missing_themes: Vec<String>,
    /// Day and weight of each counted row.
    counted: Vec<(NaiveDate, u32)>,
}

impl Tally {
    /// The day on which the running count reached `required`.
    pub(super) fn reached_on(&mut self, required: u32) -> Option<NaiveDate> {
        self.counted.sort_unstable();
        let mut sum = 0_u32;
        self.counted.iter().find_map(|(day, weight)| {
            sum = sum.saturating_add(*weight);
            (sum >= required).then_some(*day)
        })
    }

    fn add(&mut self, scope: &Scope<'_>, item: &CountedItem, weight: u32) {
        self.count = self.count.saturating_add(weight);
        self.quantity = self.quantity.saturating_add(item.quantity);
        self.late_entries += u32::from(is_late_entry(scope.period, item.done_on, item.recorded_on));
        self.missing_evidence += u32::from(scope.target.wants_evidence() && !item.evidence);
        self.counted.push((item.done_on, weight));
    }
}

/// Adds up the acts on the target's channel.
pub(super) fn items(scope: &Scope<'_>, items: &[CountedItem]) -> Tally {
    let mine = |item: &&CountedItem| !item.voided && item.channel == scope.target.channel;
    let live: Vec<&CountedItem> = items.iter().filter(mine).collect();
    let firsts = first_rows(&live);
    let mut tally = Tally::default();
    let mut down = Down::default();
    for (index, item) in live.into_iter().enumerate().filter(|(_, item)| scope.holds(item.done_on)) {
        down.see(item);
        if item.removal {
            continue;
        }
        tally.last_on = tally.last_on.max(Some(item.done_on));
        match scope.weight(item, firsts.contains(&index)) {
            Some(weight) => tally.add(scope, item, weight),
            None => tally.repeats = tally.repeats.saturating_add(1),
        }
    }
    match scope.target.measure {
        Measure::Inventory => tally.count = tally.count.saturating_sub(down.pieces),
        Measure::Done if down.is_last => tally.count = 0,
        _ => {}
    }
    tally
}

/// What was taken down again.
#[derive(Default)]
struct Down {
    /// Pieces altogether.
    pieces: u32,
    /// The day of the latest act, and whether that was a removal; of one day the later row counts.
    last_on: Option<NaiveDate>,
    is_last: bool,
}

impl Down {
    fn see(&mut self, item: &CountedItem) {
        if item.removal {
            self.pieces = self.pieces.saturating_add(item.quantity);
        }
        if self.last_on <= Some(item.done_on) {
            (self.last_on, self.is_last) = (Some(item.done_on), item.removal);
        }
    }
}

/// The rows that are the first time of their content, over all time: a piece first aired in September and again
/// in October is September's. A row marked as a repeat is never the first; a blank key is a content of its own.
fn first_rows(live: &[&CountedItem]) -> HashSet<usize> {
    let mut earliest: HashMap<&str, (NaiveDate, usize)> = HashMap::new();
    let mut firsts = HashSet::new();
    for (index, item) in live.iter().enumerate().filter(|(_, item)| !item.repeat && !item.removal) {
        let key = item.item_key.trim();
        if key.is_empty() {
            firsts.insert(index);
            continue;
        }
        let seen = earliest.entry(key).or_insert((item.done_on, index));
        *seen = (*seen).min((item.done_on, index));
    }
    firsts.extend(earliest.into_values().map(|(_, index)| index));
    firsts
}

/// Counts the themes that have an item on any channel.
pub(super) fn themes(scope: &Scope<'_>, items: &[CountedItem], themes: &[Theme]) -> Tally {
    let mut covered = HashSet::new();
    let mut last_on = None;
    for item in items.iter().filter(|item| !item.voided && !item.removal && scope.holds(item.done_on)) {
        let Some(word) = item.theme.as_deref() else { continue };
        let Some(theme) = themes.iter().find(|t| t.id.eq_ignore_ascii_case(word.trim())) else { continue };
        covered.insert(theme.id.as_str());
        last_on = last_on.max(Some(item.done_on));
    }
    let size = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let coverage = Coverage { part: size(covered.len()), whole: size(themes.len()) };
    let missing = themes.iter().map(|theme| &theme.id).filter(|id| !covered.contains(id.as_str()));
    let missing_themes = missing.cloned().collect();
    Tally { count: coverage.part, last_on, coverage: Some(coverage), missing_themes, ..Tally::default() }
}

//! Until when a closed period takes new rows, and which rows came late.

use chrono::{Days, NaiveDate};

use super::{Period, PeriodKind};

/// A period takes rows for this many working days after its last day; the commune's own rule.
pub const LOCK_WORKING_DAYS: u32 = 5;

/// Give up looking for working days after this many calendar days: a calendar without any is broken, and a
/// period must not stay open because of it.
const LOCK_SEARCH_DAYS: u64 = 60;

/// The last day on which a row may be added to `period` without an admin: its fifth working day after the end.
#[must_use]
pub fn last_open_day(period: &Period, is_working_day: &dyn Fn(NaiveDate) -> bool) -> NaiveDate {
    let after = |n| period.to.checked_add_days(Days::new(n)).unwrap_or(NaiveDate::MAX);
    let mut working = (1..=LOCK_SEARCH_DAYS).map(after).filter(|day| is_working_day(*day));
    working.nth(LOCK_WORKING_DAYS as usize - 1).unwrap_or_else(|| after(LOCK_SEARCH_DAYS))
}

/// Whether on the day `on` the period no longer takes rows from a recorder; an admin with a reason still may add.
/// A finalised report locks its periods too: that is a stored fact, and the caller's to check.
#[must_use]
pub fn is_locked(period: &Period, on: NaiveDate, is_working_day: &dyn Fn(NaiveDate) -> bool) -> bool {
    on > period.to && on > last_open_day(period, is_working_day)
}

/// Whether an act of `done_on`, typed on `recorded_on`, is marked "ghi nhận muộn": done inside the period, typed
/// after it ended. An act done after a due date is a late act, not a late entry; a window that ends on the day asked
/// for never closes, so nothing in it is late.
#[must_use]
pub fn is_late_entry(period: &Period, done_on: NaiveDate, recorded_on: NaiveDate) -> bool {
    let closes = !matches!(period.kind, PeriodKind::Rolling | PeriodKind::ToDate);
    closes && period.contains(done_on) && recorded_on > period.to
}

//! Stretches of calendar time that targets and reports are measured over.
//!
//! A [`Period`] is a pair of whole dates, both inclusive, in the commune's own calendar (UTC+7, no daylight
//! saving; the caller has already turned instants into dates). Invariant: `from <= to`. All arithmetic is on
//! integers and saturates at the ends of the calendar, so no date can make it panic.
//!
//! Used by `plan` (what is judged), by the desk (may this date still be recorded?) and by reports.

mod label;
mod lock;
mod report;
mod required;
#[cfg(test)]
mod tests;

use chrono::{Datelike, Days, Months, NaiveDate};

use crate::domain::text_enum::text_enum;

pub use lock::{LOCK_WORKING_DAYS, is_late_entry, is_locked, last_open_day};
pub use required::{Judged, NotJudgedReason, is_holiday_week, required};

/// No series of periods is longer than this; a century of weeks is 5,218.
const MAX_SERIES: usize = 10_000;

text_enum! {
    /// What sort of stretch a period is; decides its label and how the next one is found.
    pub enum PeriodKind {
        /// Monday to Sunday, numbered as ISO 8601 does.
        Week => "week",
        /// A calendar month.
        Month => "month",
        /// A calendar quarter.
        Quarter => "quarter",
        /// One act with a due date; only its last day matters to people.
        Once => "once",
        /// The last n days, today included.
        Rolling => "rolling",
        /// A phase of a plan.
        Phase => "phase",
        /// Everything from a beginning until the day asked for.
        ToDate => "to_date",
        /// The data window of a periodic report, which is not a calendar unit.
        Report => "report",
    }
}

/// Whole days from `from` to `to`, both inclusive, with `from <= to`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
pub struct Period {
    /// What sort of stretch it is.
    pub kind: PeriodKind,
    /// First day.
    pub from: NaiveDate,
    /// Last day, part of the period.
    pub to: NaiveDate,
}

impl Period {
    /// A period of the given kind; a `to` before `from` gives the one day `from`.
    #[must_use]
    pub fn new(kind: PeriodKind, from: NaiveDate, to: NaiveDate) -> Self {
        Self { kind, from, to: to.max(from) }
    }

    /// The week, Monday to Sunday, that holds `date`.
    #[must_use]
    pub fn week_of(date: NaiveDate) -> Self {
        let back = Days::new(u64::from(date.weekday().num_days_from_monday()));
        let from = date.checked_sub_days(back).unwrap_or(NaiveDate::MIN);
        let to = from.checked_add_days(Days::new(6)).unwrap_or(NaiveDate::MAX);
        Self::new(PeriodKind::Week, from, to)
    }

    /// The calendar month that holds `date`.
    #[must_use]
    pub fn month_of(date: NaiveDate) -> Self {
        Self::months(PeriodKind::Month, date.with_day(1).unwrap_or(date), 1)
    }

    /// The calendar quarter that holds `date`.
    #[must_use]
    pub fn quarter_of(date: NaiveDate) -> Self {
        let from = NaiveDate::from_ymd_opt(date.year(), date.month0() / 3 * 3 + 1, 1).unwrap_or(date);
        Self::months(PeriodKind::Quarter, from, 3)
    }

    /// One act that may be done from `from` and is due at the end of `due`.
    #[must_use]
    pub fn once(from: NaiveDate, due: NaiveDate) -> Self {
        Self::new(PeriodKind::Once, from, due)
    }

    /// The `days` days that end with `on`; 0 is read as 1.
    #[must_use]
    pub fn rolling(on: NaiveDate, days: u32) -> Self {
        let back = Days::new(u64::from(days.max(1) - 1));
        Self::new(PeriodKind::Rolling, on.checked_sub_days(back).unwrap_or(NaiveDate::MIN), on)
    }

    /// The period of a repeating kind (week, month or quarter) that holds `date`; `None` for the other kinds.
    #[must_use]
    pub fn of_kind(kind: PeriodKind, date: NaiveDate) -> Option<Self> {
        match kind {
            PeriodKind::Week => Some(Self::week_of(date)),
            PeriodKind::Month => Some(Self::month_of(date)),
            PeriodKind::Quarter => Some(Self::quarter_of(date)),
            _ => None,
        }
    }

    /// Every week, month or quarter that has a day in `from..=to`, oldest first; at most 10,000 of them.
    /// Empty for a kind that does not repeat, or when `to` is before `from`.
    #[must_use]
    pub fn series(kind: PeriodKind, from: NaiveDate, to: NaiveDate) -> Vec<Self> {
        let after = |p: &Self| Self::of_kind(kind, p.to.succ_opt()?);
        std::iter::successors(Self::of_kind(kind, from), after)
            .take_while(|p| p.from <= to && from <= to)
            .take(MAX_SERIES)
            .collect()
    }

    /// Whether `date` is one of the period's days.
    #[must_use]
    pub fn contains(&self, date: NaiveDate) -> bool {
        self.from <= date && date <= self.to
    }

    /// Number of days, at least 1.
    #[must_use]
    pub fn days(&self) -> u32 {
        days_between(self.from, self.to)
    }

    /// How many of the period's days lie in `from..=to`; an open end is `None`.
    #[must_use]
    pub fn covered(&self, from: NaiveDate, to: Option<NaiveDate>) -> u32 {
        days_between(self.from.max(from), to.map_or(self.to, |end| self.to.min(end)))
    }

    /// The ISO 8601 week number of the first day, 1 to 53. The week's year may differ from the calendar's:
    /// 29/12/2025 is in week 1.
    #[must_use]
    pub fn iso_week(&self) -> u32 {
        self.from.iso_week().week()
    }

    fn months(kind: PeriodKind, from: NaiveDate, count: u32) -> Self {
        let next = from.checked_add_months(Months::new(count));
        Self::new(kind, from, next.and_then(|d| d.pred_opt()).unwrap_or(NaiveDate::MAX))
    }
}

/// Days from `from` to `to`, both counted; 0 when `to` comes first.
fn days_between(from: NaiveDate, to: NaiveDate) -> u32 {
    u32::try_from(to.signed_duration_since(from).num_days().saturating_add(1)).unwrap_or(0)
}

//! When a repeating bulletin goes: rules of days and hours, and where each firing ends up among windows and days off.
//!
//! * A [`Rule`] knows the calendar and nothing else; its instants are strictly increasing. A [`Recurrence`] is a rule with
//!   what becomes of days off and of missed firings. Its text is canonical: it is stored, read
//!   back and hashed into the envelope that an approval binds.
//! * A firing that may not go at its hour waits for the window. One that would then fall on the day of the next firing, or
//!   later, is left out: nobody gets the same text twice on one day because of a wait.
//! * Written here and not taken from a library: cron's two day fields are a union (POSIX, `crontab`), the last day of a
//!   month has no cron field, and five fields are quickly read.

use std::fmt;

use chrono::{Datelike as _, Months, NaiveDate, NaiveTime, Weekday};

use crate::domain::calendar::{DayKind, Holidays, Millis, SendWindows, date_plus, format_time};
use crate::domain::org::GroupKind;
use crate::domain::schedule::MissedPolicy;
use crate::domain::text_enum::text_enum;
use crate::domain::urgency::Urgency;

mod canonical;
pub mod cron;
#[cfg(test)]
mod tests;

pub use canonical::RecurrenceError;
pub use cron::{Cron, CronError};

/// How far ahead a firing is looked for, in days: the longest gap is eight years, from 29/2/2096 to 29/2/2104.
const HORIZON: i64 = 3_000;
/// Windows of several groups are tried in turn; each try moves on to an opening, and few are needed to agree.
const TRIES: usize = 16;
/// Most firings a day that are taken from a person. More would be noise in a village group.
pub const MOST_A_DAY: usize = 4;

/// The days of a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Days {
    /// Hằng ngày.
    Every,
    /// These weekdays, Monday first; never empty.
    Weekly(Vec<Weekday>),
    /// These days of the month, ascending, 1 to 31; a month that lacks one goes without it.
    Monthly(Vec<u32>),
    /// The last day of every month.
    MonthEnd,
}

/// When something repeats, by the commune's calendar and clocks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rule {
    /// On days, at times.
    On {
        /// The days.
        days: Days,
        /// The times of day, ascending; never empty. Seconds are zero.
        times: Vec<NaiveTime>,
    },
    /// Five fields as in `crontab`.
    Cron(Cron),
}

text_enum! {
    /// What becomes of a firing on a day off. A day off is one of the holiday table, not a weekend: who says "chủ nhật hằng
    /// tuần" means Sundays.
    pub enum HolidayPolicy {
        /// It is left out.
        Skip => "skip",
        /// It goes on the next working day at the same hour.
        Shift => "shift",
        /// It goes all the same.
        Fire => "fire",
    }
}

/// A rule with what becomes of days off and of firings that were missed.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Recurrence {
    /// When.
    pub rule: Rule,
    /// Days off.
    pub holidays: HolidayPolicy,
    /// Firings whose hour passed while the service was down.
    pub missed: MissedPolicy,
}

/// Who must not be disturbed when: everything that moves a firing away from its hour.
#[derive(Debug, Clone, Copy)]
pub struct Surroundings<'a> {
    /// When groups may be disturbed.
    pub windows: &'a SendWindows,
    /// The days off.
    pub holidays: &'a Holidays,
    /// How urgent it is.
    pub urgency: Urgency,
    /// The kinds of groups it goes to; all of them go at once.
    pub kinds: &'a [GroupKind],
}

impl Surroundings<'_> {
    /// The first instant from `at` on at which every group may be disturbed.
    #[must_use]
    pub fn opens(&self, at: Millis) -> Millis {
        let one = |at, kind: &GroupKind| self.windows.next_allowed(at, *kind, self.urgency, self.holidays);
        let later = |at: Millis| self.kinds.iter().map(|kind| one(at, kind)).max().unwrap_or(at);
        (0..TRIES).fold(at, |at, _| later(at))
    }

    fn is_off(&self, date: NaiveDate) -> bool {
        self.holidays.entry(date).is_some_and(|entry| entry.kind == DayKind::Off)
    }
}

impl Days {
    fn hold(&self, date: NaiveDate) -> bool {
        match self {
            Self::Every => true,
            Self::Weekly(days) => days.contains(&date.weekday()),
            Self::Monthly(days) => days.contains(&date.day()),
            Self::MonthEnd => date_plus(date, 1).day() == 1,
        }
    }
}

impl Rule {
    /// The times of day, ascending.
    #[must_use]
    pub fn times(&self) -> Vec<NaiveTime> {
        match self {
            Self::On { times, .. } => times.clone(),
            Self::Cron(cron) => cron.times(),
        }
    }

    /// The first instant of the rule strictly after `after`; none when there is none in eight years, or for cron fields
    /// until the year 2100.
    #[must_use]
    pub fn next_after(&self, after: Millis) -> Option<Millis> {
        let (days, times) = match self {
            Self::On { days, times } => (days, times),
            Self::Cron(cron) => return cron.next_after(after),
        };
        let first = after.local_date();
        let dates = (0..HORIZON).map(|ahead| date_plus(first, ahead)).filter(|date| days.hold(*date));
        dates.into_iter().find_map(|date| {
            let mut instants = times.iter().map(|time| Millis::on(date, *time));
            instants.find(|at| *at > after)
        })
    }

    /// The days of the month that some months lack, if the rule names any: they go without.
    #[must_use]
    pub fn missing_days(&self) -> Vec<u32> {
        match self {
            Self::On { days: Days::Monthly(days), .. } => days.iter().copied().filter(|day| *day > 28).collect(),
            _ => Vec::new(),
        }
    }
}

impl Recurrence {
    /// A rule that leaves days off out and asks about missed firings.
    #[must_use]
    pub const fn of(rule: Rule) -> Self {
        Self { rule, holidays: HolidayPolicy::Skip, missed: MissedPolicy::Ask }
    }

    /// When the firing planned for `planned` goes; none when it is left out. Asking again about the answer gives the same.
    #[must_use]
    pub fn place(&self, planned: Millis, around: &Surroundings<'_>) -> Option<Millis> {
        let date = planned.local_date();
        let wanted = match self.holidays {
            _ if !around.is_off(date) => planned,
            HolidayPolicy::Skip => return None,
            HolidayPolicy::Shift => Millis::on(around.holidays.next_working_day(date), planned.local_time()),
            HolidayPolicy::Fire => planned,
        };
        let goes = around.opens(wanted);
        self.stays_alone(planned, goes).then_some(goes)
    }

    /// Whether a firing moved from `planned` to `goes` stays clear of the day of the next one.
    #[must_use]
    pub fn stays_alone(&self, planned: Millis, goes: Millis) -> bool {
        let (day, moved) = (planned.local_date(), goes.local_date());
        moved == day || self.rule.next_after(planned).is_none_or(|next| next.local_date() > moved)
    }

    /// When the next firing planned strictly after `after` goes, if that is before `expiry`.
    #[must_use]
    pub fn next_firing(&self, after: Millis, expiry: Millis, around: &Surroundings<'_>) -> Option<Millis> {
        let mut planned = self.rule.next_after(after)?;
        while planned < expiry {
            if let Some(goes) = self.place(planned, around) {
                return (goes < expiry).then_some(goes);
            }
            planned = self.rule.next_after(planned)?;
        }
        None
    }

    /// When the next firings go, at most `count` and none at or after `expiry`.
    #[must_use]
    pub fn upcoming(&self, after: Millis, expiry: Millis, count: usize, around: &Surroundings<'_>) -> Vec<Millis> {
        let next = |at: &Millis| self.next_firing(*at, expiry, around);
        std::iter::successors(next(&after), next).take(count).collect()
    }

    /// The latest firing from `first` to `now` and how many came before it: after an outage only one of them may go.
    #[must_use]
    pub fn latest_due(&self, first: Millis, now: Millis, expiry: Millis, around: &Surroundings<'_>) -> (Millis, usize) {
        let next = |at: &Millis| self.next_firing(*at, expiry, around).filter(|at| *at <= now);
        let due: Vec<Millis> = std::iter::successors(Some(first), next).collect();
        (due.last().copied().unwrap_or(first), due.len().saturating_sub(1))
    }
}

/// The end of the validity that is proposed: the last moment of the year, or of the next one where little of it is left.
#[must_use]
pub fn proposed_expiry(from: Millis) -> Millis {
    let date = from.local_date();
    let soon = date.checked_add_months(Months::new(1)).unwrap_or(date);
    let first = NaiveDate::from_ymd_opt(soon.year() + 1, 1, 1).unwrap_or(NaiveDate::MAX);
    Millis::start_of(first)
}

/// The last day on which something that expires at `expiry` is still valid.
#[must_use]
pub fn last_day(expiry: Millis) -> NaiveDate {
    expiry.plus_ms(-1).local_date()
}

impl fmt::Display for Recurrence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; holidays={}; missed={}", self.rule, self.holidays, self.missed)
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (days, times) = match self {
            Self::On { days, times } => (days, times),
            Self::Cron(cron) => return write!(f, "cron {cron}"),
        };
        match days {
            Days::Every => f.write_str("daily")?,
            Days::MonthEnd => f.write_str("month-end")?,
            Days::Weekly(days) => write!(f, "weekly {}", joined(days.iter().map(|day| canonical::word_of(*day))))?,
            Days::Monthly(days) => write!(f, "monthly {}", joined(days.iter().map(u32::to_string)))?,
        }
        write!(f, " at {}", joined(times.iter().map(|time| format_time(*time))))
    }
}

fn joined(items: impl Iterator<Item = impl Into<String>>) -> String {
    items.map(Into::into).collect::<Vec<String>>().join(",")
}

//! The phases of a plan and the days they surely or possibly cover.

use std::fmt;

use chrono::{Datelike, Months, NaiveDate};

use super::Plan;
use crate::domain::period::{Judged, NotJudgedReason, Period, PeriodKind, required};

/// A month of a year: the precision of a date whose day is not printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct YearMonth {
    first: NaiveDate,
}

impl YearMonth {
    /// Reads "2025-07"; `None` if that is no month.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (year, month) = text.trim().split_once('-')?;
        let first = NaiveDate::from_ymd_opt(year.parse().ok()?, month.parse().ok()?, 1)?;
        Some(Self { first })
    }

    /// Its first day.
    #[must_use]
    pub const fn first_day(self) -> NaiveDate {
        self.first
    }

    /// Its last day.
    #[must_use]
    pub fn last_day(self) -> NaiveDate {
        self.first.checked_add_months(Months::new(1)).and_then(|d| d.pred_opt()).unwrap_or(NaiveDate::MAX)
    }
}

impl fmt::Display for YearMonth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.first.year(), self.first.month())
    }
}

/// One phase of the plan.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Phase {
    /// Stored word, such as `peak`.
    pub word: String,
    /// What people read, such as "Cao điểm".
    pub name: String,
    /// Whether a closed period may be "Chưa đạt". Otherwise the numbers are a reference only.
    pub enforced: bool,
    /// Last day, inclusive; `None`: it has no end.
    #[serde(default)]
    pub end: Option<NaiveDate>,
}

/// The days of one phase. When the plan's day of issue is unknown, the first phase began on some day between
/// `earliest` and `latest`; otherwise the two are equal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PhaseSpan<'a> {
    /// The phase.
    pub phase: &'a Phase,
    /// The first day it may have begun.
    pub earliest: NaiveDate,
    /// The last day it may have begun.
    pub latest: NaiveDate,
}

impl PhaseSpan<'_> {
    /// Whether `date` may be one of its days.
    #[must_use]
    pub fn contains(&self, date: NaiveDate) -> bool {
        self.earliest <= date && self.phase.end.is_none_or(|end| date <= end)
    }

    /// Whether a day of `period` may be one of its days.
    #[must_use]
    pub fn touches(&self, period: &Period) -> bool {
        period.covered(self.earliest, self.phase.end) > 0
    }

    /// What `target`, a number per whole period, requires of `period` in this phase.
    #[must_use]
    pub fn judge(&self, period: &Period, target: u32) -> Judged {
        if period.to < self.earliest {
            return Judged::NotJudged(NotJudgedReason::NotStarted);
        }
        if self.earliest < self.latest && period.from < self.latest {
            return Judged::NotJudged(NotJudgedReason::IssueDateUnknown);
        }
        required(target, period.covered(self.latest, self.phase.end), period.days())
    }

    /// The phase as a period that ends with it, or on `on` when it has no end.
    #[must_use]
    pub fn period(&self, on: NaiveDate) -> Period {
        Period::new(PeriodKind::Phase, self.earliest, self.phase.end.unwrap_or(on))
    }
}

impl Plan {
    /// The phases with their days, in order.
    #[must_use]
    pub fn phase_spans(&self) -> Vec<PhaseSpan<'_>> {
        let (mut earliest, mut latest) = match self.issue_date {
            Some(date) => (date, date),
            None => (self.issue_month.first_day(), self.issue_month.last_day()),
        };
        let mut spans = Vec::with_capacity(self.phases.len());
        for phase in &self.phases {
            spans.push(PhaseSpan { phase, earliest, latest });
            earliest = phase.end.and_then(|end| end.succ_opt()).unwrap_or(NaiveDate::MAX);
            latest = earliest;
        }
        spans
    }

    /// The phase `date` lies in; `None` before the plan, and after its last phase if that has an end.
    #[must_use]
    pub fn phase_on(&self, date: NaiveDate) -> Option<PhaseSpan<'_>> {
        self.phase_spans().into_iter().find(|span| span.contains(date))
    }

    /// The days in which numbers are enforced ("cao điểm"), for asking for all their periods; `None` if no phase
    /// enforces. With an unknown day of issue it begins on the first day of the printed month.
    #[must_use]
    pub fn enforced_period(&self) -> Option<Period> {
        let spans = self.phase_spans();
        spans.iter().find(|span| span.phase.enforced).map(|span| span.period(span.earliest))
    }
}

//! What is asked of a target in a period, and the status that follows from the count.

use chrono::NaiveDate;

use super::progress::Ledger;
use super::{Bound, PhaseSpan, Status, Target};
use crate::domain::period::{Judged, NotJudgedReason, Period, PeriodKind, is_holiday_week};

/// What is asked.
#[derive(Clone, Copy)]
pub(super) enum Demand {
    /// This many, at least 1.
    Number(u32),
    /// Nothing: the plan states no number, or its phase only keeps the number as a reference.
    Nothing,
    /// No verdict is possible.
    NotJudged(NotJudgedReason),
}

impl Demand {
    /// The number asked for.
    pub(super) fn number(self) -> Option<u32> {
        match self {
            Self::Number(number) => Some(number),
            Self::Nothing | Self::NotJudged(_) => None,
        }
    }

    /// Why there is no verdict.
    pub(super) fn reason(self) -> Option<NotJudgedReason> {
        match self {
            Self::NotJudged(reason) => Some(reason),
            Self::Nothing | Self::Number(_) => None,
        }
    }
}

/// What `target` asks of `period`, judged by the rules of the phase `span` (`None`: all phases are over).
/// A holiday week gets no verdict in any phase. A one-off is due on its own date, whatever the day of issue.
pub(super) fn demand(ledger: &Ledger<'_>, target: &Target, period: &Period, span: Option<&PhaseSpan<'_>>) -> Demand {
    let Some(number) = target.number else { return Demand::Nothing };
    let on = ledger.on.date;
    if on < period.from || ledger.plan.phase_spans().first().is_some_and(|first| on < first.earliest) {
        return Demand::NotJudged(NotJudgedReason::NotStarted);
    }
    if is_holiday_week(period, ledger.is_working_day) {
        return Demand::NotJudged(NotJudgedReason::HolidayWeek);
    }
    if period.kind == PeriodKind::Once {
        return Demand::Number(number);
    }
    match span.filter(|span| span.phase.enforced).map(|span| span.judge(period, number)) {
        None => Demand::Nothing,
        Some(Judged::NotJudged(reason)) => Demand::NotJudged(reason),
        Some(Judged::Required(number)) => Demand::Number(number),
    }
}

/// The count of a line and what the verdict needs to know about it.
pub(super) struct Standing {
    /// The count.
    pub(super) count: u32,
    /// The day the demand was reached.
    pub(super) reached_on: Option<NaiveDate>,
    /// Whether the period may still grow by acts done in time.
    pub(super) is_open: bool,
    /// Whether the phase enforces numbers.
    pub(super) enforced: bool,
}

/// The status. An open period is never `NotMet`, and nothing is outside an enforced phase.
pub(super) fn status(demand: Demand, target: &Target, period: &Period, standing: &Standing) -> Status {
    let number = match demand {
        Demand::Nothing => return Status::Tracked,
        Demand::NotJudged(_) => return Status::NotJudged,
        Demand::Number(number) => number,
    };
    if standing.count >= number {
        return met(number, target, period, standing);
    }
    match (standing.is_open, standing.enforced) {
        (true, _) => Status::InProgress,
        (false, true) => Status::NotMet,
        (false, false) => Status::Tracked,
    }
}

fn met(number: u32, target: &Target, period: &Period, standing: &Standing) -> Status {
    if standing.reached_on.is_some_and(|day| day > period.to) {
        return Status::MetLate;
    }
    let more = standing.count > number && target.bound == Bound::AtLeast;
    if more { Status::Exceeded } else { Status::Met }
}

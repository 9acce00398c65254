//! All periods of one target over a stretch of time, as a report lists them.

use chrono::NaiveDate;

use super::progress::Ledger;
use super::{AsOf, Cadence, CountedItem, DocumentReach, PhaseSpan, Plan, Target, TargetProgress};
use crate::domain::period::{Period, PeriodKind};

/// The lines of the target `target_id` for every period that has a day in `span` and has begun by `on`, oldest
/// first. Empty for an unknown id.
///
/// Unlike [`super::progress()`], which speaks of today's phase, each period here is judged by the enforced phase it
/// touches, and acts done after that phase no longer help a one-off: the summary of a finished phase stays as it
/// was. Pass [`Plan::enforced_period`] for the peak, or a month, a quarter, the window of a report.
#[must_use]
pub fn progress_range(
    plan: &Plan,
    target_id: &str,
    span: &Period,
    on: impl Into<AsOf>,
    items: &[CountedItem],
    documents: &[DocumentReach],
    is_working_day: &dyn Fn(NaiveDate) -> bool,
) -> Vec<TargetProgress> {
    let on = on.into();
    let ledger = Ledger { plan, on, items, documents, is_working_day };
    let Some(target) = plan.target(target_id) else { return Vec::new() };
    let spans = plan.phase_spans();
    periods(&ledger, target, span)
        .iter()
        .map(|period| {
            let phase = governing(&spans, period);
            frozen(ledger, period, phase).line(target, period, phase)
        })
        .collect()
}

/// The periods asked for. A window that moves with the day asked for is taken once, on the last day in the span.
fn periods(ledger: &Ledger<'_>, target: &Target, span: &Period) -> Vec<Period> {
    let last = span.to.min(ledger.on.date);
    let kind = match target.period {
        Cadence::Week => PeriodKind::Week,
        Cadence::Month | Cadence::PerDocument => PeriodKind::Month,
        Cadence::Quarter => PeriodKind::Quarter,
        Cadence::Once | Cadence::Rolling | Cadence::Peak | Cadence::Snapshot => {
            let at_last = Ledger { on: AsOf::from(last), ..*ledger };
            let period = at_last.current_period(target);
            let asked = period.from <= last && period.covered(span.from, Some(span.to)) > 0;
            return asked.then_some(period).into_iter().collect();
        }
    };
    Period::series(kind, span.from, last)
}

/// The phase whose rules a past period is judged by: an enforced one if any of its days lie in it.
fn governing<'a>(spans: &'a [PhaseSpan<'a>], period: &Period) -> Option<&'a PhaseSpan<'a>> {
    let enforced = spans.iter().find(|span| span.phase.enforced && span.touches(period));
    enforced.or_else(|| spans.iter().find(|span| span.touches(period)))
}

/// The ledger as it stood when an enforced phase ended.
fn frozen<'a>(ledger: Ledger<'a>, period: &Period, phase: Option<&PhaseSpan<'_>>) -> Ledger<'a> {
    let end = phase.filter(|span| span.phase.enforced).and_then(|span| span.phase.end);
    match end {
        Some(end) if period.kind == PeriodKind::Once && end < ledger.on.date => {
            Ledger { on: AsOf { date: end.max(period.to), last_minute: true }, ..ledger }
        }
        _ => ledger,
    }
}

/// How many periods of a series were met: "đạt n/m tuần".
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Verdicts {
    /// Met, exceeded or met late.
    pub met: u32,
    /// Those with a verdict.
    pub judged: u32,
    /// Still open and not met yet.
    pub open: u32,
    /// Without a verdict: partial, holiday, before the day of issue is known.
    pub not_judged: u32,
}

/// Counts the verdicts of `lines`. Tracked lines are in none of the numbers.
#[must_use]
pub fn verdicts(lines: &[TargetProgress]) -> Verdicts {
    use super::Status;
    let mut sum = Verdicts::default();
    for line in lines {
        sum.met += u32::from(line.status.is_met());
        sum.judged += u32::from(line.status.is_verdict());
        sum.open += u32::from(line.status == Status::InProgress);
        sum.not_judged += u32::from(line.status == Status::NotJudged);
    }
    sum
}

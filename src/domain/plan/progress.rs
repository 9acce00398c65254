//! One line per target: where it stands on a day.

use chrono::NaiveDate;

use super::count::{self, Scope, Tally};
use super::verdict::{Demand, Standing, demand, status};
use super::{
    AsOf, Cadence, CountedItem, DocumentReach, Measure, PhaseSpan, Plan, Spread, Status, Target, TargetKind, documents,
};
use crate::domain::calendar::format_date;
use crate::domain::channel::Channel;
use crate::domain::period::{NotJudgedReason, Period, PeriodKind};

/// A part of a whole: groups reached of groups planned, themes covered of themes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Coverage {
    /// Reached.
    pub part: u32,
    /// Planned.
    pub whole: u32,
}

impl Coverage {
    /// Thousandths, rounded down so that "100%" is never printed short of the whole; `None` of nothing.
    #[must_use]
    pub fn permille(self) -> Option<u32> {
        let share = (u64::from(self.part) * 1000).checked_div(u64::from(self.whole))?;
        Some(u32::try_from(share).unwrap_or(u32::MAX))
    }

    pub(super) fn add(&mut self, part: u32, whole: u32) {
        self.part = self.part.saturating_add(part);
        self.whole = self.whole.saturating_add(whole);
    }
}

/// Where one target stands in one period.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct TargetProgress {
    /// Target id, such as `CT01`.
    pub target_id: String,
    /// Vietnamese title.
    pub title: String,
    /// The channel counted.
    pub channel: Channel,
    /// What makes up the count.
    pub measure: Measure,
    /// Whether the plan states the number.
    pub kind: TargetKind,
    /// The Vietnamese word behind the count.
    pub noun: String,
    /// The period counted.
    pub period: Period,
    /// Its label for people, such as "Tuần 30 (21/7–27/7/2025)".
    pub period_label: String,
    /// The count.
    pub count: u32,
    /// What this period requires; `None` when nothing is required of it.
    pub required: Option<u32>,
    /// The plan's number for a whole period; a reference where nothing is required.
    pub stated: Option<u32>,
    /// Count of required, or of coverage, in thousandths rounded down; may exceed 1000.
    pub permille: Option<u32>,
    /// The verdict.
    pub status: Status,
    /// Why there is no verdict.
    pub reason: Option<NotJudgedReason>,
    /// Sum of the quantities of the counted rows: pieces, people present.
    pub quantity: u32,
    /// Repeats ("lượt phát lại"), not in the count.
    pub repeats: u32,
    /// Counted rows typed after the period ended.
    pub late_entries: u32,
    /// Counted rows without the proof the target expects.
    pub missing_evidence: u32,
    /// The day the required number was reached.
    pub reached_on: Option<NaiveDate>,
    /// The day of the last act, repeats included.
    pub last_on: Option<NaiveDate>,
    /// Zalo groups reached of those planned, or themes covered of the plan's.
    pub coverage: Option<Coverage>,
    /// Deliveries by Telegram or relay, shown beside and never counted.
    pub beside: Option<Coverage>,
    /// Themes without an item, where themes are counted.
    pub missing_themes: Vec<String>,
    /// How the villages stand, where each of them is looked at; filled in by whoever knows the villages.
    pub villages: Option<Spread>,
}

impl TargetProgress {
    /// The status in words, a late one with the real date: "Đạt (muộn, 02/8/2025)". What is only watched is said in
    /// the word that fits what is counted: "Chưa thực hiện", "Đang treo", "Xanh 18/24 thôn".
    #[must_use]
    pub fn status_text(&self) -> String {
        match (self.status, self.reached_on) {
            (Status::MetLate, Some(day)) => format!("Đạt (muộn, {})", format_date(day)),
            (Status::Tracked, _) => self.watched_text(),
            (status, _) => status.vietnamese().to_owned(),
        }
    }

    fn watched_text(&self) -> String {
        let any = self.count > 0;
        let word = match self.measure {
            Measure::Done if any => "Đã thực hiện",
            Measure::Done => "Chưa thực hiện",
            Measure::Inventory if any => "Đang treo",
            Measure::OnTimeReports if any => "Đúng hạn",
            Measure::Inventory | Measure::OnTimeReports => "Chưa có",
            Measure::ThemeCoverage if self.missing_themes.is_empty() => "Đủ chủ đề",
            Measure::ThemeCoverage => "Chưa đủ chủ đề",
            Measure::DaysSince => {
                return self.villages.map_or_else(|| Status::Tracked.vietnamese().to_owned(), Spread::text);
            }
            Measure::DistinctItems | Measure::SumQuantity | Measure::DocumentCoverage => Status::Tracked.vietnamese(),
        };
        word.to_owned()
    }

    /// The count as people read it: "7/8 tin", "3 cuộc", "4/5 chủ đề".
    #[must_use]
    pub fn value_text(&self) -> String {
        let of_themes = self.coverage.filter(|_| self.measure == Measure::ThemeCoverage).map(|themes| themes.whole);
        match self.required.or(of_themes) {
            Some(whole) => format!("{}/{whole} {}", self.count, self.noun),
            None => format!("{} {}", self.count, self.noun),
        }
    }
}

/// Where every target stands on the day (or at the minute) `on`, each in the period that holds it.
///
/// Rows done after `on` do not count, rows typed later do: the truth about that day as it is known now. After the
/// last enforced phase numbers are a reference and nothing is `NotMet`. `is_working_day` decides holiday weeks.
#[must_use]
pub fn progress(
    plan: &Plan,
    on: impl Into<AsOf>,
    items: &[CountedItem],
    documents: &[DocumentReach],
    is_working_day: &dyn Fn(NaiveDate) -> bool,
) -> Vec<TargetProgress> {
    let ledger = Ledger { plan, on: on.into(), items, documents, is_working_day };
    let span = plan.phase_on(ledger.on.date);
    let line = |target| ledger.line(target, &ledger.current_period(target), span.as_ref());
    plan.targets.iter().map(line).collect()
}

/// Everything a line is made from.
#[derive(Clone, Copy)]
pub(super) struct Ledger<'a> {
    /// The plan.
    pub(super) plan: &'a Plan,
    /// The moment asked for.
    pub(super) on: AsOf,
    /// Recorded acts.
    pub(super) items: &'a [CountedItem],
    /// Documents.
    pub(super) documents: &'a [DocumentReach],
    /// The calendar.
    pub(super) is_working_day: &'a dyn Fn(NaiveDate) -> bool,
}

impl Ledger<'_> {
    /// The period of `target` that holds the day asked for.
    pub(super) fn current_period(&self, target: &Target) -> Period {
        let on = self.on.date;
        let to_date = || Period::new(PeriodKind::ToDate, self.plan.issue_month.first_day(), on);
        match target.period {
            Cadence::Week => Period::week_of(on),
            Cadence::Month | Cadence::PerDocument => Period::month_of(on),
            Cadence::Quarter => Period::quarter_of(on),
            Cadence::Once => target.from.zip(target.due).map_or_else(to_date, |(from, due)| Period::once(from, due)),
            Cadence::Rolling => Period::rolling(on, target.freshness.map_or(1, |rule| rule.green_days)),
            Cadence::Peak => self.plan.phase_on(on).map_or_else(to_date, |span| span.period(on)),
            Cadence::Snapshot => to_date(),
        }
    }

    /// The line of `target` for `period` under the rules of the phase `span`.
    pub(super) fn line(&self, target: &Target, period: &Period, span: Option<&PhaseSpan<'_>>) -> TargetProgress {
        let mut tally = self.tally(&Scope { target, period, until: self.on.date });
        let demand = demand(self, target, period, span);
        let standing = Standing {
            count: tally.count,
            reached_on: demand.number().and_then(|number| tally.reached_on(number)),
            is_open: self.is_open(period),
            enforced: span.is_some_and(|span| span.phase.enforced),
        };
        let status = status(demand, target, period, &standing);
        assemble(target, period, &tally, &standing, (demand, status))
    }

    fn tally(&self, scope: &Scope<'_>) -> Tally {
        match (scope.target.measure, scope.target.level) {
            (Measure::DocumentCoverage, Some(level)) => documents::documents(scope, self.documents, level),
            (Measure::ThemeCoverage, _) => count::themes(scope, self.items, &self.plan.themes),
            _ => count::items(scope, self.items),
        }
    }

    /// Whether an act may still be done within the period. A one-off closes at 23:59 of its last day, the others
    /// when that day is over.
    fn is_open(&self, period: &Period) -> bool {
        let is_due_now = self.on.last_minute && period.kind == PeriodKind::Once;
        self.on.date < period.to || (self.on.date == period.to && !is_due_now)
    }
}

fn assemble(
    target: &Target,
    period: &Period,
    tally: &Tally,
    standing: &Standing,
    (demand, status): (Demand, Status),
) -> TargetProgress {
    let required = demand.number().filter(|_| status != Status::Tracked);
    let of_required = required.map(|whole| Coverage { part: tally.count, whole });
    TargetProgress {
        target_id: target.id.clone(),
        title: target.title.clone(),
        channel: target.channel,
        measure: target.measure,
        kind: target.kind,
        noun: target.noun.clone(),
        period: *period,
        period_label: period.label(),
        count: tally.count,
        required,
        stated: target.number,
        permille: of_required.or(tally.coverage).and_then(Coverage::permille),
        status,
        reason: demand.reason(),
        quantity: tally.quantity,
        repeats: tally.repeats,
        late_entries: tally.late_entries,
        missing_evidence: tally.missing_evidence,
        reached_on: standing.reached_on,
        last_on: tally.last_on,
        coverage: tally.coverage,
        beside: tally.beside,
        missing_themes: tally.missing_themes.clone(),
        villages: None,
    }
}

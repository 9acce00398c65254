//! `/chitieu` and `/thongke`: where the plan's targets stand, and the commune in numbers.

use super::say_text;
use super::span::{self, Span};
use crate::desk::Talk;
use crate::domain::calendar::{Millis, date_plus};
use crate::domain::period::{Period, PeriodKind};
use crate::domain::plan::AsOf;
use crate::domain::urgency::Urgency;
use crate::locale::{Locale, percent};
use crate::say;
use crate::store::Tx;
use crate::usecase::status::{self, DeliveryCounts, ObligationCounts, Stats, Window};
use crate::usecase::{Act, UseCaseError, UseCaseResult, tally};

/// `/chitieu [kỳ]`.
pub(super) async fn targets(tx: &mut Tx, act: &Act<'_>, talk: &Talk, args: &str) -> UseCaseResult<()> {
    let now = AsOf::from(act.at.local());
    let (on, kinds) = match span::read(args, now.date) {
        None => return Err(UseCaseError::refused("refused-span")),
        Some(Span::Unsaid | Span::All) => (now, None),
        Some(Span::Peak) => (as_of(peak(tx, act).await?, now), None),
        Some(Span::Of(period)) => (as_of(period, now), kinds(period.kind)),
    };
    let mut tally = tally::progress(tx, act, None, on).await.map_err(no_plan)?;
    if let Some(kinds) = kinds {
        tally.lines.retain(|line| kinds.contains(&line.period.kind));
    }
    let locale = &act.house.locale;
    let text = if tally.lines.is_empty() {
        say!(locale, "ledger-no-targets")
    } else {
        tally::progress_for_chat(&tally, locale)
    };
    say_text(tx, act, talk, text).await
}

/// The end of a period that is over, or now.
fn as_of(period: Period, now: AsOf) -> AsOf {
    if period.to < now.date { AsOf { date: period.to, last_minute: true } } else { now }
}

/// The lines that are meant when somebody asks for a week or a month. A one-off is due in a month.
fn kinds(asked: PeriodKind) -> Option<&'static [PeriodKind]> {
    match asked {
        PeriodKind::Week => Some(&[PeriodKind::Week]),
        PeriodKind::Month => Some(&[PeriodKind::Month, PeriodKind::Once]),
        PeriodKind::Quarter => Some(&[PeriodKind::Quarter]),
        _ => None,
    }
}

async fn peak(tx: &mut Tx, act: &Act<'_>) -> UseCaseResult<Period> {
    let plan = tally::plan_of(tx, act, None).await.map_err(no_plan)?;
    plan.enforced_period().ok_or_else(|| UseCaseError::refused("refused-no-peak"))
}

fn no_plan(error: UseCaseError) -> UseCaseError {
    match error {
        UseCaseError::NotFound { what: "plan", name } if name.is_empty() => UseCaseError::refused("refused-no-plan"),
        other => other,
    }
}

/// `/thongke [kỳ]`: this month when none is said.
pub(super) async fn stats(tx: &mut Tx, act: &Act<'_>, talk: &Talk, args: &str) -> UseCaseResult<()> {
    let today = act.at.local_date();
    let locale = &act.house.locale;
    let (window, label) = match span::read(args, today) {
        None => return Err(UseCaseError::refused("refused-span")),
        Some(Span::All) => (Window::ALL, say!(locale, "ledger-all-time")),
        Some(Span::Unsaid) => windowed(Period::month_of(today)),
        Some(Span::Peak) => windowed(peak(tx, act).await?),
        Some(Span::Of(period)) => windowed(period),
    };
    let stats = status::overall(tx, act, window).await?;
    say_text(tx, act, talk, lines(locale, &label, &stats).join("\n")).await
}

fn windowed(period: Period) -> (Window, String) {
    let window = Window { from: Millis::start_of(period.from), to: Millis::start_of(date_plus(period.to, 1)) };
    (window, period.label())
}

fn lines(locale: &Locale, label: &str, stats: &Stats) -> Vec<String> {
    let bulletins: i64 = stats.bulletins.values().sum();
    let mut lines = vec![
        say!(locale, "stats-head", period = label, groups = stats.groups),
        say!(locale, "stats-bulletins", count = bulletins),
        say!(locale, "stats-deliveries", counts = deliveries(locale, &stats.deliveries)),
    ];
    let busy = stats.platforms.iter().filter(|(_, counts)| counts.total() > 0);
    lines.extend(busy.map(|(name, counts)| {
        say!(locale, "stats-platform", name = name.as_str(), sent = counts.sent, all = counts.total())
    }));
    if stats.relays.asked > 0 {
        lines.push(say!(locale, "stats-relays", posted = stats.relays.posted, asked = stats.relays.asked));
    }
    lines.extend(obligations(locale, &stats.obligations));
    if let Some(minutes) = stats.median_minutes {
        lines.push(say!(locale, "stats-median", minutes = minutes));
    }
    lines.push(say!(locale, "stats-reminders", count = stats.reminders));
    lines.extend(urgency(locale, stats));
    if stats.open_incidents > 0 {
        lines.push(say!(locale, "stats-incidents", count = stats.open_incidents));
    }
    lines
}

/// How often the two highest levels were used, what nobody approved afterwards, and exercises.
fn urgency(locale: &Locale, stats: &Stats) -> Vec<String> {
    let used = |level: Urgency| stats.urgent.get(level.as_str()).copied().unwrap_or_default();
    let (express, flash) = (used(Urgency::Express), used(Urgency::Flash));
    let mut lines = Vec::new();
    if express + flash > 0 {
        lines.push(say!(locale, "stats-urgent", express = express, flash = flash));
    }
    if stats.releases_not_approved > 0 {
        lines.push(say!(locale, "stats-not-approved", count = stats.releases_not_approved));
    }
    if stats.exercises > 0 {
        lines.push(say!(locale, "stats-exercises", count = stats.exercises));
    }
    lines
}

/// "240/248 (không rõ 2, lỗi 6)".
fn deliveries(locale: &Locale, counts: &DeliveryCounts) -> String {
    let others = [
        (counts.partial, "watch-count-partial"),
        (counts.unknown, "watch-count-unknown"),
        (counts.failed, "watch-count-failed"),
        (counts.pending, "watch-count-pending"),
        (counts.skipped, "watch-count-skipped"),
        (counts.expired, "watch-count-expired"),
        (counts.cancelled, "watch-count-cancelled"),
    ];
    let others: Vec<String> = others
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, key)| locale.text(key, &[("count", count.into())]))
        .collect();
    let beside = if others.is_empty() { String::new() } else { format!(" ({})", others.join(", ")) };
    format!("{}/{}{beside}", counts.sent, counts.total())
}

fn obligations(locale: &Locale, counts: &ObligationCounts) -> Option<String> {
    let (done, all) = (u64::try_from(counts.own()).ok()?, u64::try_from(counts.expected).ok()?);
    (all > 0).then(|| {
        say!(
            locale,
            "stats-obligations",
            done = done,
            all = all,
            share = percent(done, all),
            awaiting = counts.awaiting,
            unreachable = counts.unreachable,
            late = counts.late,
            proxy = counts.proxy
        )
    })
}

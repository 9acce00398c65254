//! Bulletins that repeat: their rule in words, their next firings, and pausing, resuming and ending them.
//!
//! The rule stands in the version and is part of what was approved; the schedule only holds when it goes next. What
//! happens when that hour comes is `usecase::fire`.

use super::{Act, Denied, House, UseCaseError, UseCaseResult, compose, look_up, reschedule};
use crate::domain::audience::{Expr, ReachedGroup};
use crate::domain::calendar::{Millis, format_date, format_full, format_time, weekday_name};
use crate::domain::org::{GroupKind, Role};
use crate::domain::recurrence::{Days, HolidayPolicy, Recurrence, Rule, Surroundings, last_day};
use crate::domain::schedule::MissedPolicy;
use crate::domain::urgency::Urgency;
use crate::locale::Locale;
use crate::say;
use crate::store::Tx;
use crate::store::bulletins::{Bulletin, BulletinVersion, Schedule, ScheduleState};
use crate::store::overview::PlannedSending;

/// Firings that are shown before somebody agrees to a rule.
pub const SHOWN: usize = 5;

/// Most firings of one bulletin in a list: a week of four a day.
const MOST_LISTED: usize = 28;

/// What became of a wish to pause, resume or end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Steered {
    /// It is so now; when it goes next, where it does.
    Done(Option<Millis>),
    /// It was so before; nothing was changed.
    Already(Option<Millis>),
    /// Nothing of it had gone: the bulletin as a whole was cancelled.
    Cancelled,
    /// No firing was left before its expiry: it ended.
    Over,
}

/// The rule of a version that repeats.
#[must_use]
pub fn of(version: &BulletinVersion) -> Option<Recurrence> {
    version.repeat_rule.as_deref()?.parse().ok()
}

/// The kinds among some groups, each once.
#[must_use]
pub fn kinds_of(groups: &[ReachedGroup]) -> Vec<GroupKind> {
    let mut kinds: Vec<GroupKind> = groups.iter().map(|group| group.kind).collect();
    kinds.sort_unstable();
    kinds.dedup();
    kinds
}

/// The kinds of groups that an audience comes to today.
///
/// # Errors
/// The database.
pub async fn kinds_reached(tx: &mut Tx, act: &Act<'_>, audience: &str) -> UseCaseResult<Vec<GroupKind>> {
    let Ok(audience) = Expr::parse(audience) else { return Ok(Vec::new()) };
    Ok(kinds_of(&compose::resolve(tx, act, &audience).await?.groups))
}

/// What moves firings to such groups.
#[must_use]
pub const fn around<'a>(house: &'a House, urgency: Urgency, kinds: &'a [GroupKind]) -> Surroundings<'a> {
    Surroundings { windows: &house.windows, holidays: &house.holidays, urgency, kinds }
}

/// When a version goes next after `after`, at most `count` times; empty for one that goes once.
///
/// # Errors
/// The database.
pub async fn upcoming(
    tx: &mut Tx,
    act: &Act<'_>,
    version: &BulletinVersion,
    after: Millis,
    count: usize,
) -> UseCaseResult<Vec<Millis>> {
    let Some(recurrence) = of(version) else { return Ok(Vec::new()) };
    let kinds = kinds_reached(tx, act, &version.audience).await?;
    let around = around(act.house, version.urgency, &kinds);
    Ok(recurrence.upcoming(after, Millis(version.expires_at), count, &around))
}

/// When what one firing says is too old to be sent: at the next firing, which says the same, or with the bulletin.
///
/// # Errors
/// The database.
pub async fn firing_ends(
    tx: &mut Tx,
    act: &Act<'_>,
    version: &BulletinVersion,
    fired_for: Millis,
) -> UseCaseResult<Millis> {
    let next = upcoming(tx, act, version, fired_for, 1).await?;
    Ok(next.first().copied().unwrap_or(Millis(version.expires_at)))
}

/// "thứ Hai, thứ Năm hằng tuần lúc 06:30".
#[must_use]
pub fn rule_words(locale: &Locale, rule: &Rule) -> String {
    let (days, times) = match rule {
        Rule::Cron(cron) => return say!(locale, "repeat-cron", fields = cron.to_string()),
        Rule::On { days, times } => (days, times.iter().map(|time| format_time(*time)).collect::<Vec<_>>().join(", ")),
    };
    match days {
        Days::Every => say!(locale, "repeat-daily", times = times),
        Days::MonthEnd => say!(locale, "repeat-month-end", times = times),
        Days::Weekly(days) => {
            let days = days.iter().map(|day| weekday_name(*day)).collect::<Vec<_>>().join(", ");
            say!(locale, "repeat-weekly", days = days, times = times)
        }
        Days::Monthly(days) => {
            let days = days.iter().map(u32::to_string).collect::<Vec<_>>().join(", ");
            say!(locale, "repeat-monthly", days = days, times = times)
        }
    }
}

/// "hết 31/12/2025", or the instant where it is not the end of a day.
#[must_use]
pub fn expiry_words(locale: &Locale, expiry: Millis) -> String {
    if expiry == expiry.start_of_day() {
        say!(locale, "repeat-until-day", date = format_date(last_day(expiry)))
    } else {
        format_full(expiry)
    }
}

/// The whole rule: when, until when, and what becomes of days off and of missed firings.
#[must_use]
pub fn words(locale: &Locale, recurrence: &Recurrence, expiry: Millis) -> String {
    let holidays = match recurrence.holidays {
        HolidayPolicy::Skip => say!(locale, "repeat-holidays-skip"),
        HolidayPolicy::Shift => say!(locale, "repeat-holidays-shift"),
        HolidayPolicy::Fire => say!(locale, "repeat-holidays-fire"),
    };
    let missed = match recurrence.missed {
        MissedPolicy::Skip => say!(locale, "repeat-missed-skip"),
        MissedPolicy::FireOnce => say!(locale, "repeat-missed-once"),
        MissedPolicy::Ask => say!(locale, "repeat-missed-ask"),
    };
    let rule = rule_words(locale, &recurrence.rule);
    let until = expiry_words(locale, expiry);
    say!(locale, "repeat-whole", rule = rule, until = until, holidays = holidays, missed = missed)
}

/// The next firings, a line each, under their heading; the last one before the expiry is marked as such.
#[must_use]
pub fn upcoming_words(locale: &Locale, upcoming: &[Millis]) -> String {
    let mut lines = vec![say!(locale, "repeat-next")];
    let line = |(number, at): (usize, &Millis)| {
        let last = upcoming.len() < SHOWN && number == upcoming.len();
        let key = if last { "repeat-next-last" } else { "repeat-next-line" };
        locale.text(key, &[("number", number.into()), ("time", format_full(*at).into())])
    };
    lines.extend((1..).zip(upcoming).map(line));
    lines.join("\n")
}

/// A version's schedule as an approver reads it: the rule and the next firings.
///
/// # Errors
/// The database.
pub async fn described(tx: &mut Tx, act: &Act<'_>, version: &BulletinVersion) -> UseCaseResult<Option<String>> {
    let Some(recurrence) = of(version) else { return Ok(None) };
    let locale = &act.house.locale;
    let next = upcoming(tx, act, version, act.at, SHOWN).await?;
    let words = words(locale, &recurrence, Millis(version.expires_at));
    Ok(Some(format!("{words}\n{}", upcoming_words(locale, &next))))
}

/// The bulletin's schedule, if it repeats and this person may steer it: whoever composed it, or an approver.
async fn steered(tx: &mut Tx, act: &Act<'_>, bulletin: &Bulletin) -> UseCaseResult<(Schedule, BulletinVersion)> {
    may_steer(tx, act, bulletin).await?;
    let version = look_up::current_version(tx, bulletin).await?;
    let schedule = tx.schedule_of(&bulletin.id).await?.filter(|_| version.repeat_rule.is_some());
    let refusal = || UseCaseError::refused_with("refused-not-repeating", vec![("code", bulletin.code.clone())]);
    Ok((schedule.ok_or_else(refusal)?, version))
}

/// Checks that the acting person composed the bulletin or may approve it.
///
/// # Errors
/// `Denied`.
pub async fn may_steer(tx: &mut Tx, act: &Act<'_>, bulletin: &Bulletin) -> UseCaseResult<()> {
    let person = act.person()?.to_owned();
    if person == bulletin.composer_id || tx.has_role(&person, Role::Approver, &bulletin.unit_id).await? {
        return Ok(());
    }
    Err(Denied::MissingRole(Role::Approver).into())
}

fn over(bulletin: &Bulletin) -> UseCaseError {
    UseCaseError::refused_with("refused-repeat-over", vec![("code", bulletin.code.clone())])
}

/// Holds a repeating bulletin: nothing goes until it is resumed. A question about a missed firing ends.
///
/// # Errors
/// `Denied` for others than composer and approvers; `Refused` when it does not repeat or has ended.
pub async fn pause(tx: &mut Tx, act: &Act<'_>, bulletin: &Bulletin) -> UseCaseResult<Steered> {
    let (schedule, _) = steered(tx, act, bulletin).await?;
    match schedule.state {
        ScheduleState::Paused => Ok(Steered::Already(None)),
        ScheduleState::Active | ScheduleState::Asking => {
            tx.move_schedule(&schedule, ScheduleState::Paused, Millis(schedule.fire_at), act.at).await?;
            tx.audit(act, "schedule.paused", &schedule.id, "").await?;
            Ok(Steered::Done(None))
        }
        ScheduleState::Ended | ScheduleState::Missed => Err(over(bulletin)),
    }
}

/// Lets a paused bulletin go on, from its next firing after now: what fell into the pause is not made up for.
///
/// # Errors
/// As [`pause`].
pub async fn resume(tx: &mut Tx, act: &Act<'_>, bulletin: &Bulletin) -> UseCaseResult<Steered> {
    let (schedule, version) = steered(tx, act, bulletin).await?;
    match schedule.state {
        ScheduleState::Active | ScheduleState::Asking => Ok(Steered::Already(Some(Millis(schedule.fire_at)))),
        ScheduleState::Paused => {
            let next = upcoming(tx, act, &version, act.at, 1).await?.first().copied();
            let (state, fire_at) = match next {
                Some(next) => (ScheduleState::Active, next),
                None => (ScheduleState::Ended, Millis(schedule.fire_at)),
            };
            tx.move_schedule(&schedule, state, fire_at, act.at).await?;
            tx.audit(act, "schedule.resumed", &schedule.id, state.as_str()).await?;
            Ok(next.map_or(Steered::Over, |next| Steered::Done(Some(next))))
        }
        ScheduleState::Ended | ScheduleState::Missed => Err(over(bulletin)),
    }
}

/// Ends a repeating bulletin for good; what went stays as it is. One that never went is cancelled as a whole, so that no
/// later approval sends it.
///
/// # Errors
/// As [`pause`].
pub async fn end(tx: &mut Tx, act: &Act<'_>, bulletin: &Bulletin) -> UseCaseResult<Steered> {
    let (schedule, _) = steered(tx, act, bulletin).await?;
    if matches!(schedule.state, ScheduleState::Ended | ScheduleState::Missed) {
        return Ok(Steered::Already(None));
    }
    if tx.broadcasts_of(&bulletin.id).await?.is_empty() {
        reschedule::cancel(tx, act, bulletin).await?;
        return Ok(Steered::Cancelled);
    }
    tx.move_schedule(&schedule, ScheduleState::Ended, Millis(schedule.fire_at), act.at).await?;
    tx.audit(act, "schedule.ended", &schedule.id, "").await?;
    Ok(Steered::Done(None))
}

/// The sendings that fall into `[from, to)`, earliest first, with every firing of what repeats. What is paused or asked about
/// stands there once: nothing further of it goes until somebody decides.
///
/// # Errors
/// The database.
pub async fn expanded(
    tx: &mut Tx,
    act: &Act<'_>,
    rows: Vec<PlannedSending>,
    (from, to): (Millis, Millis),
) -> UseCaseResult<Vec<PlannedSending>> {
    let mut all = Vec::new();
    for row in rows {
        let repeating = row.repeat_rule.as_deref().and_then(|rule| rule.parse::<Recurrence>().ok());
        let mut firings = vec![Millis(row.fire_at)];
        if let Some(recurrence) = repeating.filter(|_| row.state == ScheduleState::Active) {
            let kinds = kinds_reached(tx, act, &row.audience).await?;
            let around = around(act.house, row.urgency, &kinds);
            let last = to.min(Millis(row.expires_at));
            firings.extend(recurrence.upcoming(Millis(row.fire_at), last, MOST_LISTED, &around));
        }
        firings.retain(|at| *at >= from);
        all.extend(firings.into_iter().map(|at| PlannedSending { fire_at: at.0, ..row.clone() }));
    }
    all.sort_by(|one, other| (one.fire_at, &one.code).cmp(&(other.fire_at, &other.code)));
    Ok(all)
}

//! Repetitions on the command line: `--repeat` with its companions, and `loa bulletin pause|resume|end`.

use super::{decide, said};
use crate::cli::opened::Opened;
use crate::domain::calendar::{Millis, format_full};
use crate::domain::recurrence::{HolidayPolicy, Recurrence, last_day};
use crate::domain::schedule::MissedPolicy;
use crate::domain::when::{RepeatError, WhenConfig, WhenError, parse_repeating, parse_until};
use crate::usecase::repeat::{self, Steered};

use super::Create;

/// A repetition that was understood, and what the person should be told of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Repeats {
    /// The rule with its policies.
    pub(super) recurrence: Recurrence,
    /// The instant from which on nothing is sent.
    pub(super) until: Millis,
    /// English remarks.
    pub(super) notes: Vec<&'static str>,
}

/// Reads `--repeat`, `--until`, `--missed` and `--holidays`; none without `--repeat`.
///
/// # Errors
/// One line that says what was not understood, or that the end is missing.
pub(super) fn of(create: &Create, now: Millis, config: &WhenConfig) -> anyhow::Result<Option<Repeats>> {
    let Some(typed) = create.repeat.as_deref() else { return Ok(None) };
    let read = parse_repeating(typed, now, config).map_err(|error| unread(typed, &error))?;
    let until = match create.until.as_deref() {
        Some(day) => Some(parse_until(day, now, config).map_err(|error| ends_unread(day, &error))?),
        None => read.until,
    };
    let Some(until) = until else {
        anyhow::bail!("--repeat needs an end: add --until with a day, such as --until 31/12/{}", year_of(now));
    };
    anyhow::ensure!(until > now, "--until {} has passed: give a later day", format_full(until));
    let recurrence = Recurrence {
        holidays: create.holidays.unwrap_or(read.recurrence.holidays),
        missed: create.missed.unwrap_or(read.recurrence.missed),
        rule: read.recurrence.rule,
    };
    let mut notes = Vec::new();
    notes.extend(read.default_time.then_some("no hour was given: the usual one was taken"));
    notes.extend((!recurrence.rule.missing_days().is_empty()).then_some("months without that day go without"));
    Ok(Some(Repeats { recurrence, until, notes }))
}

fn year_of(now: Millis) -> i32 {
    use chrono::Datelike as _;
    now.local_date().year()
}

fn unread(typed: &str, error: &RepeatError) -> anyhow::Error {
    let way_out = "give a repetition such as \"thứ hai hằng tuần 7h\", \"ngày cuối tháng 16h\" or \"0 7 * * 1\"";
    match error {
        RepeatError::NotInEveryMonth { day, .. } => anyhow::anyhow!(
            "--repeat `{typed}`: not every month has a day {day}; say \"ngày cuối tháng\" for the last day, or \"0 8 {day} * *\" \
             (cron) for the months that have one"
        ),
        RepeatError::When(WhenError::Past { .. }) => {
            anyhow::anyhow!("--repeat `{typed}`: the end has passed; give it with its year, or with --until")
        }
        other => anyhow::anyhow!("--repeat `{typed}`: {other}; {way_out}"),
    }
}

fn ends_unread(typed: &str, error: &WhenError) -> anyhow::Error {
    match error {
        WhenError::Past { read_as, .. } => {
            anyhow::anyhow!("--until `{typed}`: {} has passed; give the year", last_day(read_as.next_day()))
        }
        other => anyhow::anyhow!("--until `{typed}`: {other}; give a day such as 31/12/2025 or 2025-12-31"),
    }
}

/// Which way a repeating bulletin is steered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Steer {
    /// Hold it.
    Pause,
    /// Let it go on.
    Resume,
    /// End it.
    End,
}

/// Pauses, resumes or ends; doing it twice is no failure.
///
/// # Errors
/// One line: no such bulletin, no right, it does not repeat, it has ended.
pub(super) async fn steer(opened: &Opened, code: &str, person: &str, steer: Steer) -> anyhow::Result<String> {
    let (mut tx, act, bulletin) = decide(opened, code, person).await?;
    let steered = match steer {
        Steer::Pause => repeat::pause(&mut tx, &act, &bulletin).await,
        Steer::Resume => repeat::resume(&mut tx, &act, &bulletin).await,
        Steer::End => repeat::end(&mut tx, &act, &bulletin).await,
    };
    let steered = said(opened, steered)?;
    tx.commit().await?;
    let next = |at: Millis| format!("goes next at {}", format_full(at));
    let what = match (steer, steered) {
        (_, Steered::Cancelled) => "cancelled: nothing of it is sent".to_owned(),
        (_, Steered::Over) => "ended: no firing is left before its expiry".to_owned(),
        (Steer::Pause, Steered::Done(_)) => "paused".to_owned(),
        (Steer::Pause, Steered::Already(_)) => "was paused before".to_owned(),
        (Steer::Resume, Steered::Done(at)) => format!("resumed: {}", at.map(next).unwrap_or_default()),
        (Steer::Resume, Steered::Already(at)) => format!("was running: {}", at.map(next).unwrap_or_default()),
        (Steer::End, Steered::Done(_)) => "ended: what went stays as it is".to_owned(),
        (Steer::End, Steered::Already(_)) => "had ended before".to_owned(),
    };
    Ok(format!("{} {what}\n", bulletin.code))
}

/// `skip`, `once` or `ask`.
pub(super) fn missed(typed: &str) -> Result<MissedPolicy, String> {
    match typed {
        "skip" => Ok(MissedPolicy::Skip),
        "once" => Ok(MissedPolicy::FireOnce),
        "ask" => Ok(MissedPolicy::Ask),
        _ => Err("one of: skip, once, ask".to_owned()),
    }
}

/// `skip`, `shift` or `fire`.
pub(super) fn holidays(typed: &str) -> Result<HolidayPolicy, String> {
    typed.parse().map_err(|_| "one of: skip, shift, fire".to_owned())
}

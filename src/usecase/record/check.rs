//! What an act must be before it is recorded: words, quantity, theme, day.

use chrono::{Datelike as _, NaiveDate};

use super::{NewActivity, stored, today};
use crate::domain::calendar::format_date;
use crate::domain::channel::Channel;
use crate::domain::period::{Period, is_late_entry};
use crate::domain::plan::{Cadence, Plan, Target};
use crate::usecase::{Act, UseCaseError, UseCaseResult};

/// Longest title, in characters; the longest headings of official papers stay below.
pub const MAX_TITLE_CHARS: usize = 500;
/// Longest proof, in characters: a link with its parameters, or a few places.
pub const MAX_EVIDENCE_CHARS: usize = 2_000;
/// Most pieces or people in one act; more is a typing mistake.
pub const MAX_QUANTITY: i64 = 100_000;
/// No act is older than this year: it would be a mistyped one.
const FIRST_YEAR: i32 = 2000;

/// The title and the proof in stored form.
///
/// # Errors
/// `Refused` for a channel that is counted by itself, a missing or endless text.
pub(super) fn texts(new: &NewActivity) -> UseCaseResult<(String, Option<String>)> {
    if !new.channel.is_recordable() {
        let channel = new.channel.vietnamese().to_owned();
        return Err(UseCaseError::refused_with("refused-activity-automatic", vec![("channel", channel)]));
    }
    let title = bounded(&new.title, MAX_TITLE_CHARS)?;
    let evidence = bounded(new.evidence.as_deref().unwrap_or_default(), MAX_EVIDENCE_CHARS)?;
    let title = title.ok_or_else(|| UseCaseError::refused("refused-activity-untitled"))?;
    Ok((title, evidence))
}

/// Pieces and people. An event is one, however many came: a number given as its quantity is the people.
///
/// # Errors
/// `Refused` for a number out of bounds.
pub(super) fn numbers(new: &NewActivity) -> UseCaseResult<(i64, Option<i64>)> {
    let numbers = std::iter::once(new.quantity).chain(new.attendees);
    if !numbers.into_iter().all(|number| (1..=MAX_QUANTITY).contains(&number)) {
        return Err(UseCaseError::refused_with("refused-activity-quantity", vec![("max", MAX_QUANTITY.to_string())]));
    }
    let people = new.attendees.or_else(|| (new.quantity > 1).then_some(new.quantity));
    Ok(if new.channel.gathers_people() { (1, people) } else { (new.quantity, None) })
}

/// Where it hangs: as given, else the title, unless that is only the channel's name.
///
/// # Errors
/// `Refused` for an endless text, and where the place of a piece taken down cannot be kept.
pub(super) fn place(new: &NewActivity, title: &str) -> UseCaseResult<Option<String>> {
    if new.removal && !new.channel.can_be_taken_down() {
        let channel = new.channel.vietnamese().to_owned();
        return Err(UseCaseError::refused_with("refused-activity-removal", vec![("channel", channel)]));
    }
    let given = bounded(new.place.as_deref().unwrap_or_default(), MAX_TITLE_CHARS)?;
    let named = || (title != new.channel.vietnamese()).then(|| title.to_owned());
    Ok(given.or_else(named).filter(|_| new.channel.is_put_up()))
}

fn bounded(text: &str, max: usize) -> UseCaseResult<Option<String>> {
    if text.chars().nth(max).is_some() {
        return Err(UseCaseError::refused_with("refused-activity-long", vec![("max", max.to_string())]));
    }
    Ok(stored(text))
}

/// The theme as the plan writes it. Without any plan, or where no plan has themes, whatever was typed.
///
/// # Errors
/// `Refused` with the themes there are.
pub(super) fn theme(plans: &[Plan], typed: Option<&str>) -> UseCaseResult<Option<String>> {
    let Some(typed) = typed.and_then(stored) else { return Ok(None) };
    let mut known = plans.iter().flat_map(|plan| plan.themes.iter().map(|theme| theme.id.as_str())).peekable();
    if known.peek().is_none() {
        return Ok(Some(typed));
    }
    let known: Vec<&str> = known.collect();
    let found = known.iter().find(|id| id.eq_ignore_ascii_case(&typed));
    let refusal = || UseCaseError::refused_with("refused-theme-unknown", vec![("themes", known.join(", "))]);
    found.map(|id| Some((*id).to_owned())).ok_or_else(refusal)
}

/// Whether an act of that day, typed now, is a late entry.
///
/// # Errors
/// `Refused` for a day that is still to come, or too long ago to be meant.
pub(super) fn date(act: &Act<'_>, plans: &[Plan], channel: Channel, done_on: NaiveDate) -> UseCaseResult<bool> {
    let today = today(act);
    if done_on > today {
        return Err(UseCaseError::refused_with("refused-activity-future", vec![("date", format_date(done_on))]));
    }
    if done_on.year() < FIRST_YEAR {
        return Err(UseCaseError::refused_with("refused-activity-date", vec![("date", format_date(done_on))]));
    }
    Ok(periods(plans, channel, done_on).iter().any(|period| is_late_entry(period, done_on, today)))
}

/// The periods an act of that day is counted in: those of the plans' targets on the channel, and the calendar month
/// where none of them is a stretch that closes.
pub(super) fn periods(plans: &[Plan], channel: Channel, done_on: NaiveDate) -> Vec<Period> {
    let of_day = |target| closing_period(target, done_on);
    let periods: Vec<Period> = targets(plans, channel).filter_map(of_day).collect();
    if periods.is_empty() { vec![Period::month_of(done_on)] } else { periods }
}

fn closing_period(target: &Target, done_on: NaiveDate) -> Option<Period> {
    match target.period {
        Cadence::Week => Some(Period::week_of(done_on)),
        Cadence::Month | Cadence::PerDocument => Some(Period::month_of(done_on)),
        Cadence::Quarter => Some(Period::quarter_of(done_on)),
        // An act after the due date belongs to no period: it is a late act, not a late entry.
        Cadence::Once => {
            let (from, due) = target.from.zip(target.due)?;
            Some(Period::once(from, due)).filter(|period| period.contains(done_on))
        }
        Cadence::Rolling | Cadence::Peak | Cadence::Snapshot => None,
    }
}

fn targets(plans: &[Plan], channel: Channel) -> impl Iterator<Item = &Target> {
    plans.iter().flat_map(|plan| &plan.targets).filter(move |target| target.channel == channel)
}

/// Whether an act on the channel should carry a proof; where no plan speaks of the channel, none is missed.
pub(super) fn wants_evidence(plans: &[Plan], channel: Channel) -> bool {
    targets(plans, channel).any(Target::wants_evidence)
}

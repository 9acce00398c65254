//! A bulletin that repeats: the rule typed at the question about the hour, the day it ends, and what both come to.
//!
//! A repetition always ends some day; the end of the year is proposed. Before anything is submitted the next five firings
//! stand in full, as the days off and the windows leave them.

use super::choice::Question;
use super::form::{Ack, Form, Meant, Side, Step};
use super::time;
use super::turn::Turn;
use crate::domain::calendar::{Millis, format_full};
use crate::domain::recurrence::{Recurrence, proposed_expiry};
use crate::domain::when::{RepeatError, Repeating, WhenError, parse_repeating, parse_until};
use crate::say;
use crate::store::Tx;
use crate::usecase::repeat::{
    SHOWN, around, expiry_words, kinds_reached, rule_words, upcoming_words, words as whole_words,
};
use crate::usecase::{Act, UseCaseResult};

/// A typed repetition.
pub async fn rule(tx: &mut Tx, act: &Act<'_>, form: &mut Form, typed: &str) -> UseCaseResult<Turn> {
    let locale = &act.house.locale;
    match parse_repeating(typed, act.at, &act.house.times) {
        Ok(repeating) => taken(tx, act, form, repeating).await,
        Err(RepeatError::NotInEveryMonth { day, choices }) => {
            let meant = choices.into_iter().map(Meant::Repeat).collect();
            let lead = say!(locale, "compose-repeat-not-every-month", day = day);
            Ok(Turn::Aside(Side::Meant { choices: meant, lead }))
        }
        Err(error) => Ok(Turn::Again(refused(act, error))),
    }
}

/// "cuối tháng 16h" is the end of this month to some and of every month to others: gives the question.
pub fn once_or_always(act: &Act<'_>, typed: &str, at: Millis) -> Option<Side> {
    let repeating = parse_repeating(typed, act.at, &act.house.times).ok()?;
    let lead = say!(act.house.locale, "compose-repeat-or-once");
    Some(Side::Meant { choices: vec![Meant::Once(at), Meant::Repeat(repeating)], lead })
}

/// How one of several meanings is offered.
pub fn label(act: &Act<'_>, meant: &Meant) -> String {
    let locale = &act.house.locale;
    match meant {
        Meant::Once(at) => say!(locale, "compose-repeat-once", time = format_full(*at)),
        Meant::Repeat(repeating) => rule_words(locale, &repeating.recurrence.rule),
        Meant::Until(expiry) => expiry_words(locale, *expiry),
    }
}

/// Keeps a rule; asks until when, unless it was said with it.
pub async fn taken(tx: &mut Tx, act: &Act<'_>, form: &mut Form, repeating: Repeating) -> UseCaseResult<Turn> {
    let locale = &act.house.locale;
    let Repeating { recurrence, until, default_time } = repeating;
    let kinds = kinds_reached(tx, act, &form.audience).await?;
    let around = around(act.house, form.urgency, &kinds);
    let Some(first) = recurrence.next_firing(act.at, until.unwrap_or(Millis(i64::MAX)), &around) else {
        return Ok(Turn::Again(say!(locale, "refused-repeat-never")));
    };
    if matches!(form.ack, Ack::Until(deadline) if deadline <= first) {
        return Ok(Turn::Again(say!(locale, "refused-deadline-before-send")));
    }
    let mut said = say!(locale, "compose-repeat-understood", rule = rule_words(locale, &recurrence.rule));
    if default_time {
        said = format!("{said} {}", say!(locale, "compose-repeat-default-time"));
    }
    (form.send_at, form.repeat) = (Some(first), Some(recurrence));
    form.undo(Step::Until);
    let Some(until) = until else { return Ok(Turn::Next(said)) };
    let ends = ends(tx, act, form, until).await?;
    if matches!(ends, Turn::Next(_)) {
        form.finish(Step::Until);
    }
    Ok(ends)
}

/// The question until when it repeats.
pub fn question(act: &Act<'_>) -> Question {
    let locale = &act.house.locale;
    let proposed = expiry_words(locale, proposed_expiry(act.at));
    Question::new(say!(locale, "compose-ask-until"))
        .with("d", say!(locale, "compose-until", until = proposed))
        .or_by_default("d")
}

/// The day that is proposed.
pub async fn proposed(tx: &mut Tx, act: &Act<'_>, form: &mut Form) -> UseCaseResult<Turn> {
    ends(tx, act, form, proposed_expiry(act.at)).await
}

/// A typed day.
pub async fn until(tx: &mut Tx, act: &Act<'_>, form: &mut Form, typed: &str) -> UseCaseResult<Turn> {
    let locale = &act.house.locale;
    let (choices, lead) = match parse_until(typed, act.at, &act.house.times) {
        Ok(expiry) => return ends(tx, act, form, expiry).await,
        Err(WhenError::Ambiguous { choices }) => (choices, say!(locale, "compose-until-which")),
        Err(WhenError::Past { next_year: Some(next), .. }) => (vec![next], say!(locale, "compose-until-next-year")),
        Err(error) => return Ok(Turn::Again(time::sentence(act, error))),
    };
    Ok(Turn::Aside(Side::Meant { choices: choices.into_iter().map(Meant::Until).collect(), lead }))
}

/// Keeps the end and says what it all comes to.
pub async fn ends(tx: &mut Tx, act: &Act<'_>, form: &mut Form, expiry: Millis) -> UseCaseResult<Turn> {
    let locale = &act.house.locale;
    let Some(recurrence) = form.repeat.clone() else { return Ok(Turn::Redo(Step::SendTime)) };
    let next = upcoming(tx, act, form, &recurrence, expiry).await?;
    if next.is_empty() {
        return Ok(Turn::Again(say!(locale, "refused-repeat-never")));
    }
    form.until = Some(expiry);
    let whole = whole_words(locale, &recurrence, expiry);
    let said = say!(locale, "compose-repeat-understood", rule = whole);
    Ok(Turn::Next(format!("{said}\n{}", upcoming_words(locale, &next))))
}

async fn upcoming(
    tx: &mut Tx,
    act: &Act<'_>,
    form: &Form,
    recurrence: &Recurrence,
    expiry: Millis,
) -> UseCaseResult<Vec<Millis>> {
    let kinds = kinds_reached(tx, act, &form.audience).await?;
    Ok(recurrence.upcoming(act.at, expiry, SHOWN, &around(act.house, form.urgency, &kinds)))
}

/// What a form that repeats comes to, for the preview: the rule and the next firings.
pub async fn understood(tx: &mut Tx, act: &Act<'_>, form: &Form) -> UseCaseResult<Option<(String, String)>> {
    let (Some(recurrence), Some(expiry)) = (&form.repeat, form.until) else { return Ok(None) };
    let locale = &act.house.locale;
    let next = upcoming(tx, act, form, recurrence, expiry).await?;
    Ok(Some((whole_words(locale, recurrence, expiry), upcoming_words(locale, &next))))
}

/// Why typed words are no repetition that can be used.
fn refused(act: &Act<'_>, error: RepeatError) -> String {
    let locale = &act.house.locale;
    match error {
        RepeatError::When(WhenError::Past { .. }) => say!(locale, "compose-until-past"),
        RepeatError::When(WhenError::Ambiguous { .. }) => say!(locale, "compose-until-which"),
        RepeatError::When(error) => time::sentence(act, error),
        RepeatError::Cron(error) => say!(locale, "compose-repeat-cron", problem = error.to_string()),
        RepeatError::WeekdayMissing => say!(locale, "compose-repeat-weekday"),
        RepeatError::DayMissing => say!(locale, "compose-repeat-day"),
        RepeatError::NotRepeating | RepeatError::NotSupported | RepeatError::NotInEveryMonth { .. } => {
            say!(locale, "compose-repeat-not-supported")
        }
        RepeatError::TooOften { count, most } => say!(locale, "refused-repeat-too-often", count = count, limit = most),
    }
}

//! The two times of a form: until when it is to be acknowledged, and when it goes.

use std::collections::BTreeSet;

use super::choice::is_no;
use super::form::{Ack, Form, Side, Step};
use super::time::{self, Heard};
use super::turn::Turn;
use super::{audience, repeat};
use crate::domain::audience::Expr;
use crate::domain::calendar::{Millis, format_full};
use crate::domain::command::spelling::means;
use crate::domain::org::GroupKind;
use crate::domain::urgency::Urgency;
use crate::domain::when::{Purpose, is_repeating};
use crate::say;
use crate::store::Tx;
use crate::usecase::{Act, UseCaseResult};

/// "đủ 20" before or behind a deadline: how many confirmations are enough, and the rest of the words.
pub fn quorum(typed: &str) -> Option<(i64, &str)> {
    let typed = typed.trim();
    let read = |words: &str| {
        let mut words = words.split_whitespace();
        let (first, number, rest) = (words.next()?, words.next()?, words.next());
        let number = number.trim_end_matches([',', ';', '.']).parse::<i64>().ok().filter(|number| *number > 0)?;
        (means(first, "đủ") && rest.is_none()).then_some(number)
    };
    let trimmed = |rest: &str| rest.trim_matches([' ', ',', ';']).len();
    let breaks: Vec<usize> = typed.match_indices(char::is_whitespace).map(|(at, _)| at).chain([typed.len()]).collect();
    if let Some(front) = breaks.get(1)
        && let Some(number) = read(&typed[..*front])
    {
        return Some((number, typed[*front..].trim_matches([' ', ',', ';'])));
    }
    let back = breaks.len().checked_sub(3).and_then(|at| breaks.get(at)).copied()?;
    let number = read(&typed[back..])?;
    (trimmed(&typed[..back]) > 0).then(|| (number, typed[..back].trim_matches([' ', ',', ';'])))
}

/// A typed deadline, or that none is wanted.
pub fn deadline(act: &Act<'_>, form: &mut Form, typed: &str) -> Turn {
    if is_no(typed) || means(typed, "không cần") {
        return no_deadline(act, form);
    }
    match time::hear(act, typed, Purpose::Deadline) {
        Heard::At(reading) => match until(act, form, reading.at) {
            Turn::Next(_) => Turn::Next(time::echo(act, &reading)),
            other => other,
        },
        Heard::Which { choices, lead } => Turn::Aside(Side::Times { choices, lead }),
        Heard::Not(problem) => Turn::Again(problem),
    }
}

/// Nobody is asked to acknowledge.
pub fn no_deadline(act: &Act<'_>, form: &mut Form) -> Turn {
    form.ack = Ack::NotWanted;
    Turn::Next(say!(act.house.locale, "compose-no-ack"))
}

/// A deadline that was chosen.
pub fn until(act: &Act<'_>, form: &mut Form, at: Millis) -> Turn {
    let locale = &act.house.locale;
    let sent = form.send_at.unwrap_or(act.at);
    if at <= sent {
        return Turn::Again(say!(locale, "refused-deadline-before-send"));
    }
    form.ack = Ack::Until(at);
    Turn::Next(say!(locale, "compose-understood", full = format_full(at)))
}

/// A typed time of sending.
pub async fn send_time(tx: &mut Tx, act: &Act<'_>, form: &mut Form, typed: &str) -> UseCaseResult<Turn> {
    if is_repeating(typed) {
        return repeat::rule(tx, act, form, typed).await;
    }
    let heard = time::hear(act, typed, Purpose::SendTime);
    if let Heard::At(reading) = &heard
        && let Some(side) = repeat::once_or_always(act, typed, reading.at)
    {
        return Ok(Turn::Aside(side));
    }
    Ok(match heard {
        Heard::At(reading) if reading.immediate => send_now(tx, act, form).await?,
        Heard::At(reading) => match send_at(tx, act, form, reading.at).await? {
            Turn::Next(_) => Turn::Next(time::echo(act, &reading)),
            other => other,
        },
        Heard::Which { choices, lead } => Turn::Aside(Side::Times { choices, lead }),
        Heard::Not(problem) => Turn::Again(problem),
    })
}

/// As soon as it is approved; outside the send window the next opening is proposed instead.
pub async fn send_now(tx: &mut Tx, act: &Act<'_>, form: &mut Form) -> UseCaseResult<Turn> {
    if let Some(side) = outside_window(tx, act, form, act.at).await? {
        return Ok(Turn::Aside(side));
    }
    form.send_at = None;
    form.once();
    Ok(Turn::Next(say!(act.house.locale, "compose-send-now")))
}

/// At this instant, if it is still ahead, before the deadline and inside the window.
pub async fn send_at(tx: &mut Tx, act: &Act<'_>, form: &mut Form, at: Millis) -> UseCaseResult<Turn> {
    let locale = &act.house.locale;
    if at <= act.at {
        return Ok(Turn::Again(say!(locale, "refused-time-past")));
    }
    if let Some(side) = outside_window(tx, act, form, at).await? {
        return Ok(Turn::Aside(side));
    }
    if matches!(form.ack, Ack::Until(deadline) if deadline <= at) {
        return Ok(Turn::Again(say!(locale, "refused-deadline-before-send")));
    }
    form.send_at = Some(at);
    form.once();
    Ok(Turn::Next(say!(locale, "compose-understood", full = format_full(at))))
}

/// The question to ask when not every group of the audience may be disturbed at `at`: "Gửi lúc 06:00 ngày mai?"
pub async fn outside_window(tx: &mut Tx, act: &Act<'_>, form: &Form, at: Millis) -> UseCaseResult<Option<Side>> {
    let later = opens_later(tx, act, (&form.audience, form.urgency), at).await?;
    Ok(later.map(|allowed| Side::Times { choices: vec![allowed], lead: outside(act, allowed) }))
}

/// "Ngoài khung giờ. Gửi lúc 06:00 ngày mai?"
pub fn outside(act: &Act<'_>, allowed: Millis) -> String {
    say!(act.house.locale, "compose-outside-window", time = time::near(act, allowed))
}

/// When every group of an audience may be disturbed, if that is not at `at`.
pub async fn opens_later(
    tx: &mut Tx,
    act: &Act<'_>,
    what: (&str, Urgency),
    at: Millis,
) -> UseCaseResult<Option<Millis>> {
    let (audience, urgency) = what;
    let house = act.house;
    let reached = audience::reached(tx, act, audience).await?;
    let kinds: BTreeSet<GroupKind> = reached.groups.iter().map(|group| group.kind).collect();
    let opens = |kind| house.windows.next_allowed(at, kind, urgency, &house.holidays);
    Ok(kinds.into_iter().map(opens).max().filter(|allowed| *allowed > at))
}

/// One of the instants of a question about times, or a new time in words.
pub async fn chosen(tx: &mut Tx, act: &Act<'_>, form: &mut Form, at: Millis) -> UseCaseResult<Turn> {
    match form.next() {
        Step::Deadline => Ok(until(act, form, at)),
        _ => send_at(tx, act, form, at).await,
    }
}

/// The deadline that goes with the form as it stands.
pub fn deadline_of(act: &Act<'_>, form: &Form) -> Option<Millis> {
    if Expr::parse(&form.audience).is_ok_and(|audience| !audience.has_answerers()) {
        return None;
    }
    let sent = form.send_at.unwrap_or(act.at);
    let window = act.house.policies.of(form.urgency).ack_window;
    match form.ack {
        Ack::NotWanted => None,
        Ack::Until(at) => Some(at),
        Ack::Window => Some(window.ends(sent, &act.house.holidays, &act.house.office)),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::quorum;

    #[rstest]
    #[case::alone("đủ 20", Some((20, "")))]
    #[case::without_accents("du 20", Some((20, "")))]
    #[case::before_the_deadline("đủ 20, trước 17h thứ ba", Some((20, "trước 17h thứ ba")))]
    #[case::behind_the_deadline("trước 17h thứ ba, đủ 20", Some((20, "trước 17h thứ ba")))]
    #[case::nought("đủ 0", None)]
    #[case::no_number("đủ", None)]
    #[case::a_deadline_alone("trước 17h thứ ba", None)]
    #[case::nothing("", None)]
    fn so_many_answers_may_stand_beside_the_deadline(#[case] typed: &str, #[case] expected: Option<(i64, &str)>) {
        assert_eq!(quorum(typed), expected);
    }
}

//! What an answer does to a form: one step each, by a choice or in words.

use super::document;
use super::form::{Ack, Form, Meant, Side, Step};
use super::turn::{Input, Turn};
use super::{audience, choice, repeat, timing};
use crate::domain::bulletin::{Kind, Level};
use crate::domain::calendar::Millis;
use crate::domain::urgency::Urgency;
use crate::say;
use crate::store::Tx;
use crate::usecase::committees::Committees;
use crate::usecase::compose::MAX_BODY_CHARS;
use crate::usecase::{Act, UseCaseResult};

/// Takes an answer to the open question. Only [`Turn::Next`] has answered the step.
pub async fn answer(tx: &mut Tx, act: &Act<'_>, form: &mut Form, input: Input<'_>) -> UseCaseResult<Turn> {
    if let Some(side) = form.side.clone() {
        return aside(tx, act, form, &side, input).await;
    }
    let locale = &act.house.locale;
    Ok(match form.next() {
        Step::File => match input {
            Input::Pick(_) => Turn::Next(String::new()),
            Input::Words(_) => Turn::Again(say!(locale, "compose-file-expected")),
        },
        Step::Reference => reference(act, form, input),
        Step::Date => date(act, form, input),
        Step::Issuer => issuer(tx, act, form, input).await?,
        Step::Title => {
            let typed = typed_or(input, form.suggested.title.clone());
            document::title(act, form, &typed)
        }
        Step::Body => body(act, form, input),
        Step::Urgency => urgency(act, form, input),
        Step::Reason => reason(act, form, input),
        Step::Residents => residents(act, form, input),
        Step::Secrecy => secrecy(act, input),
        Step::Unreadable => unreadable(act, input),
        Step::Audience => match input {
            Input::Pick(pick) => audience::pick(tx, act, form, pick).await?,
            Input::Words(typed) => audience::words(tx, act, form, typed).await?,
        },
        Step::Wording => match input {
            Input::Pick(_) => audience::residents_words(tx, act, form, None).await?,
            Input::Words(typed) => audience::residents_words(tx, act, form, Some(typed)).await?,
        },
        Step::Deadline => deadline(act, form, input),
        Step::SendTime => match input {
            Input::Pick(_) => timing::send_now(tx, act, form).await?,
            Input::Words(typed) => timing::send_time(tx, act, form, typed).await?,
        },
        Step::Until => match input {
            Input::Pick(_) => repeat::proposed(tx, act, form).await?,
            Input::Words(typed) => repeat::until(tx, act, form, typed).await?,
        },
        Step::Theme => theme(act, form, input),
        Step::Preview => preview(act, input),
    })
}

/// The words, or what was suggested when that was picked.
fn typed_or(input: Input<'_>, suggested: Option<String>) -> String {
    match input {
        Input::Words(typed) => typed.to_owned(),
        Input::Pick(_) => suggested.unwrap_or_default(),
    }
}

fn reference(act: &Act<'_>, form: &mut Form, input: Input<'_>) -> Turn {
    if input == Input::Pick("skip") {
        return document::no_reference(form);
    }
    let typed = typed_or(input, form.suggested.reference.clone());
    document::reference(act, form, &typed)
}

fn date(act: &Act<'_>, form: &mut Form, input: Input<'_>) -> Turn {
    if input == Input::Pick("skip") {
        form.document.date = None;
        return Turn::Next(String::new());
    }
    let typed = typed_or(input, form.suggested.date.clone());
    document::date(act, form, &typed)
}

async fn issuer(tx: &mut Tx, act: &Act<'_>, form: &mut Form, input: Input<'_>) -> UseCaseResult<Turn> {
    let known = Committees::of(tx).await?;
    match input {
        Input::Pick("xa") => document::issued_by(tx, act, form, (known.commune, Level::Local)).await,
        Input::Pick("tinh") => document::issued_by(tx, act, form, (known.province, Level::Superior)).await,
        Input::Pick(_) => Ok(Turn::Aside(Side::IssuerName)),
        Input::Words(typed) => document::issuer(tx, act, form, typed).await,
    }
}

fn body(act: &Act<'_>, form: &mut Form, input: Input<'_>) -> Turn {
    let typed = if input == Input::Pick("skip") { String::new() } else { typed_or(input, form.suggested.body.clone()) };
    document::body(act, form, &typed)
}

fn urgency(act: &Act<'_>, form: &mut Form, input: Input<'_>) -> Turn {
    let locale = &act.house.locale;
    let urgency = match input {
        Input::Pick("u") => Some(Urgency::Urgent),
        Input::Pick("x") => Some(Urgency::Express),
        Input::Pick("f") => Some(Urgency::Flash),
        Input::Pick(_) => Some(Urgency::Normal),
        Input::Words(typed) => Urgency::from_vietnamese(typed),
    };
    match urgency {
        Some(Urgency::Normal) if form.kind == Kind::Urgent => Turn::Again(say!(locale, "compose-choose")),
        Some(urgency) => {
            form.urgency = urgency;
            form.marks.reason = None;
            form.undo(Step::Reason);
            Turn::Next(String::new())
        }
        None => Turn::Again(say!(locale, "compose-choose")),
    }
}

/// The misuse guard: a high urgency is given in writing.
fn reason(act: &Act<'_>, form: &mut Form, input: Input<'_>) -> Turn {
    let (Input::Words(typed) | Input::Pick(typed)) = input;
    if !typed.chars().any(char::is_alphabetic) {
        let level = form.urgency.vietnamese();
        return Turn::Again(say!(act.house.locale, "refused-urgency-reason", urgency = level));
    }
    form.marks.reason = Some(typed.to_owned());
    Turn::Next(String::new())
}

/// The short text for residents, or none.
fn residents(act: &Act<'_>, form: &mut Form, input: Input<'_>) -> Turn {
    form.residents = match input {
        Input::Pick(_) => None,
        Input::Words(typed) if typed.chars().count() > MAX_BODY_CHARS => {
            let (count, limit) = (typed.chars().count(), MAX_BODY_CHARS);
            return Turn::Again(say!(act.house.locale, "refused-body-long", count = count, limit = limit));
        }
        Input::Words(typed) => Some(typed.to_owned()),
    };
    Turn::Next(String::new())
}

/// Everything but "Không mật" ends the form; other words are asked again.
fn secrecy(act: &Act<'_>, input: Input<'_>) -> Turn {
    match input {
        Input::Pick("ok") => Turn::Next(String::new()),
        Input::Pick(_) => Turn::Secret,
        Input::Words(_) => Turn::Again(say!(act.house.locale, "refused-secrecy-not-chosen")),
    }
}

fn unreadable(act: &Act<'_>, input: Input<'_>) -> Turn {
    match input {
        Input::Pick("ok") => Turn::Next(String::new()),
        Input::Pick(_) => Turn::Leave,
        Input::Words(_) => Turn::Again(say!(act.house.locale, "compose-choose")),
    }
}

fn deadline(act: &Act<'_>, form: &mut Form, input: Input<'_>) -> Turn {
    match input {
        Input::Pick("d") => {
            form.ack = Ack::Window;
            Turn::Next(String::new())
        }
        Input::Pick(_) => timing::no_deadline(act, form),
        Input::Words(typed) => match timing::quorum(typed) {
            Some((quorum, "")) => {
                form.marks.quorum = Some(quorum);
                form.ack = Ack::Window;
                Turn::Next(say!(act.house.locale, "compose-quorum", quorum = quorum))
            }
            Some((quorum, rest)) => {
                form.marks.quorum = Some(quorum);
                timing::deadline(act, form, rest)
            }
            None => timing::deadline(act, form, typed),
        },
    }
}

fn theme(act: &Act<'_>, form: &mut Form, input: Input<'_>) -> Turn {
    match input {
        Input::Pick("none") => form.theme = None,
        Input::Pick("off") => (form.plan_code, form.theme) = (None, None),
        Input::Pick(pick) => form.theme = pick.strip_prefix("th-").map(str::to_owned),
        Input::Words(_) => return Turn::Again(say!(act.house.locale, "compose-choose")),
    }
    Turn::Next(String::new())
}

fn preview(act: &Act<'_>, input: Input<'_>) -> Turn {
    match input {
        Input::Pick("send") => Turn::Submit,
        Input::Pick("time") => Turn::Redo(Step::SendTime),
        Input::Pick(_) => Turn::Leave,
        Input::Words(_) => Turn::Again(say!(act.house.locale, "compose-choose")),
    }
}

async fn aside(tx: &mut Tx, act: &Act<'_>, form: &mut Form, side: &Side, input: Input<'_>) -> UseCaseResult<Turn> {
    match side {
        Side::Times { choices, .. } => times(tx, act, form, choices, input).await,
        Side::Meant { choices, .. } => meant(tx, act, form, choices, input).await,
        Side::IssuerName => match input {
            Input::Words(typed) | Input::Pick(typed) => document::superior(tx, act, form, typed).await,
        },
        Side::IssuerLevel { issuer } => match input {
            Input::Pick("sup") => document::issued_by(tx, act, form, (issuer.clone(), Level::Superior)).await,
            Input::Pick(_) => document::issued_by(tx, act, form, (issuer.clone(), Level::Local)).await,
            Input::Words(_) => Ok(Turn::Again(say!(act.house.locale, "compose-choose"))),
        },
        Side::Duplicate { code, .. } => Ok(duplicate(act, form, code, input)),
    }
}

/// One of the instants, a new time in words, or the step once more.
async fn times(
    tx: &mut Tx,
    act: &Act<'_>,
    form: &mut Form,
    choices: &[Millis],
    input: Input<'_>,
) -> UseCaseResult<Turn> {
    let only = choices.first().filter(|_| choices.len() == 1);
    match (input, only) {
        (Input::Words(typed), Some(only)) if choice::is_yes(typed) => timing::chosen(tx, act, form, *only).await,
        (Input::Words(typed), _) if choice::is_no(typed) => Ok(Turn::Redo(form.next())),
        (Input::Words(typed), _) if form.next() == Step::Deadline => Ok(timing::deadline(act, form, typed)),
        (Input::Words(typed), _) => timing::send_time(tx, act, form, typed).await,
        (Input::Pick(pick), _) => {
            let at = pick.strip_prefix('t').and_then(|at| at.parse().ok()).map(Millis);
            match at.filter(|at| choices.contains(at)) {
                Some(at) => timing::chosen(tx, act, form, at).await,
                None => Ok(Turn::Redo(form.next())),
            }
        }
    }
}

/// One of the meanings by its place, or new words for the same question.
async fn meant(
    tx: &mut Tx,
    act: &Act<'_>,
    form: &mut Form,
    choices: &[Meant],
    input: Input<'_>,
) -> UseCaseResult<Turn> {
    let place = match input {
        Input::Words(typed) if choices.len() == 1 && choice::is_yes(typed) => Some(0),
        Input::Words(typed) if form.next() == Step::Until => return repeat::until(tx, act, form, typed).await,
        Input::Words(typed) => return timing::send_time(tx, act, form, typed).await,
        Input::Pick(pick) => pick.strip_prefix('m').and_then(|place| place.parse::<usize>().ok()),
    };
    match place.and_then(|place| choices.get(place)).cloned() {
        Some(Meant::Once(at)) => timing::send_at(tx, act, form, at).await,
        Some(Meant::Repeat(repeating)) => repeat::taken(tx, act, form, repeating).await,
        Some(Meant::Until(expiry)) => repeat::ends(tx, act, form, expiry).await,
        None => Ok(Turn::Redo(form.next())),
    }
}

/// The default is not to send it twice.
fn duplicate(act: &Act<'_>, form: &mut Form, code: &str, input: Input<'_>) -> Turn {
    let yes = match input {
        Input::Pick(pick) => pick == "yes",
        Input::Words(typed) if choice::is_yes(typed) => true,
        Input::Words(typed) if choice::is_no(typed) => false,
        Input::Words(_) => return Turn::Again(say!(act.house.locale, "compose-choose")),
    };
    if !yes {
        return Turn::Leave;
    }
    form.duplicate_of = Some(code.to_owned());
    Turn::Next(String::new())
}

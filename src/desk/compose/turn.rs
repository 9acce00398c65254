//! One turn of the conversation: an answer in, the next question out.

use super::choice::Question;
use super::form::{Form, Side, Step};
use super::{FLOW, answer, ask as questions, files, leave, submit, timing, upload};
use crate::desk::{Response, Talk};
use crate::domain::command::spelling::means;
use crate::domain::text::nfc;
use crate::say;
use crate::store::Tx;
use crate::usecase::notify::Note;
use crate::usecase::{Act, UseCaseResult};

/// An answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Input<'a> {
    /// One of the choices offered.
    Pick(&'a str),
    /// Anything else.
    Words(&'a str),
}

/// What an answer led to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Turn {
    /// The step is answered; the words say what was understood.
    Next(String),
    /// It was no answer; the words say why, and the form stays where it was.
    Again(String),
    /// Something else must be asked first.
    Aside(Side),
    /// This step is to be answered anew.
    Redo(Step),
    /// The document or the text is secret.
    Secret,
    /// The form is complete.
    Submit,
    /// The composer gives it up.
    Leave,
}

/// Words typed into a form.
pub async fn typed(tx: &mut Tx, act: &Act<'_>, talk: &Talk, mut form: Form, text: &str) -> UseCaseResult<Response> {
    let text = nfc(text).trim().to_owned();
    if text.is_empty() {
        // A sticker or a bare picture answers nothing, least of all "no text".
        return ask(tx, act, talk, form, "").await;
    }
    let said = |words: &[&str]| words.iter().any(|word| means(&text, word));
    let question = questions::question(tx, act, &form).await?;
    let pick = question.picked(&text);
    if pick.is_none() && said(&["hủy", "hủy bỏ", "thôi"]) {
        return left(tx, act, talk).await;
    }
    if said(&["quay lại", "lùi"]) {
        form.back();
        return ask(tx, act, talk, form, "").await;
    }
    if said(&["mặc định hết"]) {
        form.fast = true;
        return ask(tx, act, talk, form, "").await;
    }
    match pick {
        Some(pick) => picked(tx, act, talk, form, &pick).await,
        None => run(tx, act, talk, form, Input::Words(&text)).await,
    }
}

/// A choice, by its button or by its number.
pub async fn picked(tx: &mut Tx, act: &Act<'_>, talk: &Talk, mut form: Form, pick: &str) -> UseCaseResult<Response> {
    let question = questions::question(tx, act, &form).await?;
    if !question.offers(pick) {
        return Ok(Response::toast(say!(act.house.locale, "toast-old-button")));
    }
    if pick == "all" {
        form.fast = true;
        return ask(tx, act, talk, form, "").await;
    }
    run(tx, act, talk, form, Input::Pick(pick)).await
}

async fn run(tx: &mut Tx, act: &Act<'_>, talk: &Talk, mut form: Form, input: Input<'_>) -> UseCaseResult<Response> {
    let step = form.next();
    match answer::answer(tx, act, &mut form, input).await? {
        Turn::Next(said) => {
            form.finish(step);
            ask(tx, act, talk, form, &said).await
        }
        Turn::Again(problem) => ask(tx, act, talk, form, &problem).await,
        Turn::Aside(side) => {
            form.side = Some(side);
            ask(tx, act, talk, form, "").await
        }
        Turn::Redo(step) => {
            form.side = None;
            form.fast = false;
            form.undo(step);
            ask(tx, act, talk, form, "").await
        }
        Turn::Secret => files::refuse_secret(tx, act, talk, Some(&form)).await,
        Turn::Submit => submit::submit(tx, act, talk, form).await,
        Turn::Leave => left(tx, act, talk).await,
    }
}

/// Keeps the form and asks its next question, behind what is to be said first. Defaults are taken where that was wished.
pub async fn ask(tx: &mut Tx, act: &Act<'_>, talk: &Talk, mut form: Form, lead: &str) -> UseCaseResult<Response> {
    let problem = if form.fast { take_defaults(tx, act, &mut form).await? } else { None };
    if form.next() == Step::Preview {
        form.shown_deadline = timing::deadline_of(act, &form);
    }
    let mut question: Question = questions::question(tx, act, &form).await?;
    // Before a page is given out: what another conversation gave out ends here.
    talk.keep(tx, act, FLOW, &form).await?;
    if form.next() == Step::File && form.side.is_none() {
        question.text.push_str(&upload::invitation(tx, act, talk).await?);
    }
    let address = format!("c:{}:{}", form.token, form.question());
    let note = question.note(problem.as_deref().unwrap_or(lead), &address);
    talk.say(tx, act, &note).await?;
    Ok(Response::default())
}

/// Answers every question that has a default, up to one that has none or whose default cannot be taken.
async fn take_defaults(tx: &mut Tx, act: &Act<'_>, form: &mut Form) -> UseCaseResult<Option<String>> {
    while form.side.is_none() {
        let step = form.next();
        let Some(pick) = questions::question(tx, act, form).await?.default else { return Ok(None) };
        match answer::answer(tx, act, form, Input::Pick(&pick)).await? {
            Turn::Next(_) => form.finish(step),
            Turn::Aside(side) => form.side = Some(side),
            Turn::Again(problem) => {
                form.fast = false;
                return Ok(Some(problem));
            }
            _ => return Ok(None),
        }
    }
    Ok(None)
}

/// The form is given up.
async fn left(tx: &mut Tx, act: &Act<'_>, talk: &Talk) -> UseCaseResult<Response> {
    leave(tx, talk).await?;
    talk.say(tx, act, &Note::plain(say!(act.house.locale, "compose-left"))).await?;
    Ok(Response::default())
}

//! The ledger: recording off-line acts (`/ghinhan`, `/xoaghinhan`), and what they come to (`/chitieu`, `/thongke`).
//!
//! * One line says everything; what is missing is asked for, one thing at a time, and kept as a dialogue row.
//! * In private the proof is the next photo, link or word. Without one the act is recorded and marked.
//! * The same content again is never counted in silence: the person says what it is.

use chrono::{Datelike as _, NaiveDate};

use super::{Response, Talk};
use crate::domain::calendar::{format_date, weekday_name};
use crate::domain::command::Command;
use crate::domain::org::Role;
use crate::say;
use crate::store::Tx;
use crate::store::dialogues::Dialogue;
use crate::usecase::notify::Note;
use crate::usecase::{Act, UseCaseResult, look_up, record};

mod form;
mod parse;
mod remove;
mod show;
mod span;

/// What the names of these conversations begin with.
pub(super) const FLOW: &str = "ledger";

/// Those who may look: everybody with a role.
const STAFF: [Role; 5] = [Role::Viewer, Role::Composer, Role::Approver, Role::Recorder, Role::Admin];

/// `/ghinhan`, `/xoaghinhan`, `/chitieu`, `/thongke`. `dedupe` is the key of the message, and whether it carries a file.
pub(super) async fn command(
    tx: &mut Tx,
    act: &Act<'_>,
    talk: &Talk,
    what: (Command, &str),
    dedupe: (&str, bool),
) -> UseCaseResult<Response> {
    let (command, args) = what;
    match command {
        Command::Log => {
            record::may_record(tx, act).await?;
            form::start(tx, act, talk, args, dedupe).await?;
        }
        Command::DeleteLog => {
            record::may_record(tx, act).await?;
            remove::start(tx, act, talk, args).await?;
        }
        Command::Targets => {
            look_up::require_any_role(tx, act, &STAFF).await?;
            show::targets(tx, act, talk, args).await?;
        }
        _ => {
            look_up::require_any_role(tx, act, &STAFF).await?;
            show::stats(tx, act, talk, args).await?;
        }
    }
    Ok(Response::default())
}

/// The next words of a conversation, and whether a photo or a file came with them.
pub(super) async fn step(
    tx: &mut Tx,
    act: &Act<'_>,
    talk: &Talk,
    dialogue: &Dialogue,
    what: (&str, bool),
) -> UseCaseResult<Response> {
    if let Err(denied) = record::may_record(tx, act).await {
        // The right was taken away in between: nothing is left to be answered.
        talk.end(tx).await?;
        return Err(denied);
    }
    if dialogue.flow == remove::FLOW {
        remove::step(tx, act, talk, dialogue, what.0).await?;
    } else {
        form::step(tx, act, talk, dialogue, what).await?;
    }
    Ok(Response::default())
}

/// A choice in one of these conversations: which question it answers, and the word that could have been typed.
pub(super) async fn pressed(
    tx: &mut Tx,
    act: &Act<'_>,
    talk: &Talk,
    rest: &str,
    _dedupe: &str,
) -> UseCaseResult<Response> {
    let dialogue = talk.dialogue(tx).await?;
    let asked = dialogue.as_ref().and_then(|dialogue| match dialogue.flow.as_str() {
        remove::FLOW => remove::tag(dialogue),
        flow if flow.starts_with(FLOW) => form::tag(dialogue),
        _ => None,
    });
    let (tag, answer) = rest.rsplit_once(':').unwrap_or((rest, ""));
    // Answered already, another question by now, or a question to somebody else.
    let Some(dialogue) = dialogue.filter(|_| asked.as_deref() == Some(tag)) else {
        return Ok(Response::toast(say!(act.house.locale, "toast-old-button")));
    };
    step(tx, act, talk, &dialogue, (answer, false)).await
}

/// Whether a person in a conversation wants to leave it.
fn leaves(folded: &str) -> bool {
    matches!(folded, "thoi" | "huy" | "huy bo" | "dung")
}

/// The data of a button: the room, the question, the answer.
fn button(tag: &str, answer: impl std::fmt::Display) -> String {
    format!("lg:{tag}:{answer}")
}

/// "thứ Bảy, 25/10/2025".
fn day(date: NaiveDate) -> String {
    format!("{}, {}", weekday_name(date.weekday()), format_date(date))
}

async fn say_text(tx: &mut Tx, act: &Act<'_>, talk: &Talk, text: String) -> UseCaseResult<()> {
    talk.say(tx, act, &Note::plain(text)).await
}

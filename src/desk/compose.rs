//! Composing by conversation: `/vanban`, `/thongbao`, or a document that a composer sends by itself.
//!
//! * The form is a row (flow [`FLOW`]), so a restart in the middle loses nothing. It asks for what is still missing, in
//!   the order of [`form::Step`]; every question may be answered by a button, by the number in front of a choice, or in
//!   words, and a wrong answer leaves the form where it was.
//! * The secrecy stamp is looked for the moment a file arrives, before anything is stored. Whatever the reason, a refused
//!   document leaves no title, name or hash in a row, a log or the audit.
//! * Ending a form, by whichever way, removes the files that only it needed.
//!
//! The bulletin itself is written by `usecase::compose`; the form only gathers.

use super::{Prepared, Response, Talk};
use crate::domain::bulletin::Kind;
use crate::domain::command::Command;
use crate::domain::event::{ChatKind, IncomingFile, IncomingMessage};
use crate::domain::org::{GroupKind, Role};
use crate::say;
use crate::store::Tx;
use crate::store::binding::{AccountState, Chat};
use crate::store::dialogues::Dialogue;
use crate::usecase::notify::Note;
use crate::usecase::{Act, UseCaseError, UseCaseResult, look_up, mark};

mod answer;
mod ask;
mod audience;
pub(super) mod choice;
mod document;
mod files;
mod first_page;
mod form;
mod preview;
mod repeat;
mod submit;
pub(super) mod time;
pub(super) mod timing;
mod turn;
mod upload;

use form::Form;

/// The conversation's name in its row.
pub(super) const FLOW: &str = "compose";

/// Whether the document of a message is to be fetched: it comes from a composer, in a chat where one composes, and either
/// it can be a directive or a form is waiting. A resident's file is never fetched.
pub(super) async fn takes_file(
    tx: &mut Tx,
    act: &Act<'_>,
    gateway: &str,
    message: &IncomingMessage,
) -> UseCaseResult<bool> {
    let Some(file) = &message.file else { return Ok(false) };
    let Some(identity) = tx.identity(gateway, &message.from.external_id).await? else { return Ok(false) };
    let unconfirmed = identity.state != AccountState::Active;
    let by = Act { person_id: Some(identity.person_id), unconfirmed, ..act.clone() };
    match look_up::require_any_role(tx, &by, &[Role::Composer]).await {
        Ok(_) => {}
        Err(UseCaseError::Denied(_)) => return Ok(false),
        Err(error) => return Err(error),
    }
    let Some(chat) = tx.chat_by_external(gateway, &message.chat.external_id).await? else {
        return Ok(message.chat.kind == ChatKind::Private && is_document(file));
    };
    if !composes_here(tx, &chat).await? {
        return Ok(false);
    }
    Ok(match tx.dialogue(&chat.id, &message.from.external_id).await? {
        Some(dialogue) => dialogue.flow == FLOW,
        None => is_document(file),
    })
}

/// Something came that bears a secrecy stamp, and nothing of it was kept: the form it came into ends, and the message is taken back where
/// its platform lets us.
pub(super) async fn secret(tx: &mut Tx, act: &Act<'_>, talk: &Talk) -> UseCaseResult<Response> {
    if !talk.may_be_answered() {
        return Ok(Response::default());
    }
    let form = talk.dialogue(tx).await?.as_ref().and_then(Form::read);
    files::refuse_secret(tx, act, talk, form.as_ref()).await
}

/// How many documents a form has.
pub(super) fn documents_in(dialogue: &Dialogue) -> usize {
    Form::read(dialogue).map_or(0, |form| form.files.len())
}

/// Private chats and the working groups of offices; never a group of heads or residents.
async fn composes_here(tx: &mut Tx, chat: &Chat) -> UseCaseResult<bool> {
    if chat.kind == ChatKind::Private {
        return Ok(true);
    }
    Ok(tx.group_of_chat(&chat.id).await?.is_some_and(|group| group.kind == GroupKind::Office))
}

/// Word processor and PDF files start a directive by themselves; a picture may be anything.
fn is_document(file: &IncomingFile) -> bool {
    let media = file.media_type.as_deref().unwrap_or_default();
    let name = file.name.to_lowercase();
    media == "application/pdf"
        || media.contains("msword")
        || media.contains("wordprocessingml")
        || [".pdf", ".docx", ".doc"].iter().any(|ending| name.ends_with(ending))
}

/// `/vanban` and `/thongbao`. An unfinished form of this person in this chat is left.
pub(super) async fn start(
    tx: &mut Tx,
    act: &Act<'_>,
    talk: &Talk,
    command: Command,
    what: (&IncomingMessage, &Prepared<'_>),
) -> UseCaseResult<Response> {
    let kind = match command {
        Command::Announce => Kind::Announcement,
        Command::Urgent | Command::Exercise => Kind::Urgent,
        _ => Kind::Directive,
    };
    look_up::require_any_role(tx, act, &[Role::Composer]).await?;
    if !composes_here(tx, &talk.chat).await? {
        return say_plain(tx, act, talk, say!(act.house.locale, "compose-not-here")).await;
    }
    let left = leave(tx, talk).await?;
    let mut form = Form::new(kind, act, plan_of(tx, act).await?);
    form.marks.exercise = command == Command::Exercise;
    let lead = if left { say!(act.house.locale, "compose-left-other") } else { String::new() };
    let lead = mark::marked(&act.house.locale, form.marks.exercise, lead);
    begin(tx, act, talk, form, lead, what).await
}

/// A document that came by itself.
pub(super) async fn document(
    tx: &mut Tx,
    act: &Act<'_>,
    talk: &Talk,
    what: (&IncomingMessage, &Prepared<'_>),
) -> UseCaseResult<Response> {
    look_up::require_any_role(tx, act, &[Role::Composer]).await?;
    let form = Form::new(Kind::Directive, act, plan_of(tx, act).await?);
    begin(tx, act, talk, form, String::new(), what).await
}

async fn begin(
    tx: &mut Tx,
    act: &Act<'_>,
    talk: &Talk,
    form: Form,
    lead: String,
    what: (&IncomingMessage, &Prepared<'_>),
) -> UseCaseResult<Response> {
    if what.1.file.is_some() {
        return files::received(tx, act, talk, form, what).await;
    }
    turn::ask(tx, act, talk, form, &lead).await
}

/// The code of the plan imported last, and whether it has themes.
async fn plan_of(tx: &mut Tx, act: &Act<'_>) -> UseCaseResult<Option<(String, bool)>> {
    let plans = tx.plans(&act.commune_id).await?;
    let Some(stored) = plans.into_iter().next() else { return Ok(None) };
    let themes = choice::themes_of(&stored.body);
    Ok(Some((stored.code, !themes.is_empty())))
}

/// The next words or the next file of a conversation.
pub(super) async fn step(
    tx: &mut Tx,
    act: &Act<'_>,
    talk: &Talk,
    dialogue: &Dialogue,
    what: (&IncomingMessage, &Prepared<'_>),
) -> UseCaseResult<Response> {
    let Some(form) = Form::read(dialogue) else { return lost(tx, act, talk).await };
    let (message, prepared) = what;
    if prepared.file.is_some() {
        return files::received(tx, act, talk, form, what).await;
    }
    if message.file.is_some() {
        // Nobody fetched it: the sender may not compose here any more.
        return turn::ask(tx, act, talk, form, &say!(act.house.locale, "compose-file-not-taken")).await;
    }
    turn::typed(tx, act, talk, form, &message.text).await
}

/// A button of a form: `<form>:<question>:<choice>`. Buttons of another form or of an earlier question do nothing.
pub(super) async fn pressed(tx: &mut Tx, act: &Act<'_>, talk: &Talk, data: &str) -> UseCaseResult<Response> {
    let old = || Response::toast(say!(act.house.locale, "toast-old-button"));
    let Some(dialogue) = talk.dialogue(tx).await?.filter(|dialogue| dialogue.flow == FLOW) else { return Ok(old()) };
    let Some(form) = Form::read(&dialogue) else { return lost(tx, act, talk).await };
    let mut fields = data.splitn(3, ':');
    let (token, question, pick) = (fields.next(), fields.next(), fields.next().unwrap_or_default());
    if token != Some(form.token.as_str()) || question != Some(form.question()) {
        return Ok(old());
    }
    turn::picked(tx, act, talk, form, pick).await
}

/// Leaves the conversation of this person in this chat, if there is one; files that only it needed are removed.
pub(super) async fn leave(tx: &mut Tx, talk: &Talk) -> UseCaseResult<bool> {
    let Some(dialogue) = talk.dialogue(tx).await? else { return Ok(false) };
    talk.end(tx).await?;
    if let Some(form) = Form::read(&dialogue).filter(|_| dialogue.flow == FLOW) {
        files::drop_all(tx, &form).await?;
    }
    Ok(true)
}

/// A row that this version of the program cannot read.
async fn lost(tx: &mut Tx, act: &Act<'_>, talk: &Talk) -> UseCaseResult<Response> {
    talk.end(tx).await?;
    say_plain(tx, act, talk, say!(act.house.locale, "compose-lost")).await
}

async fn say_plain(tx: &mut Tx, act: &Act<'_>, talk: &Talk, text: String) -> UseCaseResult<Response> {
    talk.say(tx, act, &Note::plain(text)).await?;
    Ok(Response::default())
}

//! Everything about getting in: introducing ourselves, linking a person, binding a group, and being believed.
//!
//! * A code is looked at, shown and only then used: a person agrees to the notice on personal data, a group waits for an
//!   admin. Nobody's right comes from a button: the use case behind it checks.
//! * Whoever guesses is slowed down after ten wrong codes a minute ([`tries`]); `/xacminh` counts with them.
//! * An unknown group hears nothing from us but the answer to a code that is right, and to `/xacminh`.
//!
//! Button data: `p:` people's codes, `g:` groups' codes, `h:` help, `lk:` locks of accounts; what follows is in [`pressed`]. The conversation is
//! called `register` and holds a [`Step`]. Called by `desk::route`.

use serde::{Deserialize, Serialize};

use super::{Prepared, Response, Talk};
use crate::domain::command::{self, Command, ParseContext};
use crate::domain::event::{ChatKind, IncomingMessage};
use crate::domain::org::Role;
use crate::domain::text::{cut, fold, inert};
use crate::domain::verbatim;
use crate::say;
use crate::store::Tx;
use crate::store::binding::{Chat, ChatState};
use crate::store::dialogues::Dialogue;
use crate::usecase::notify::Note;
use crate::usecase::{Act, UseCaseError, UseCaseResult, look_up};

mod admins;
mod bind;
mod hello;
pub(super) mod hold;
mod invite;
mod lock;
mod pasted;
mod presence;
mod register;
mod second;
mod slots;
mod standing;
mod tries;
mod verify;

pub(super) use presence::{membership, moved, strange, tell_of_strange};

/// The conversation of this room.
const FLOW: &str = "register";
/// Choices shown at once; more means "type more of the name".
const CHOICES: usize = 10;
/// Longest name or title of somebody else's making that is repeated, characters.
const SHOWN_CHARS: usize = 80;
/// Signs of a platform's id that are shown.
const ID_SIGNS: usize = 12;
/// Characters on a button: a phone shows little more.
const LABEL_CHARS: usize = 40;
/// Characters of a one-time code without spaces and dashes.
const CODE_CHARS: usize = 8;

/// What this room waits for.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "snake_case")]
enum Step {
    /// Agreement to the notice.
    Agree {
        /// The code's row.
        invite: String,
        /// The code, already tied to this account and chat: an admin without buttons quotes it. Only for groups.
        code: Option<String>,
    },
    /// The number of a person to make a code for.
    PickPerson {
        /// Ids in the order shown.
        people: Vec<String>,
    },
    /// The number of a group slot to make a code for.
    PickGroup {
        /// Ids in the order shown.
        groups: Vec<String>,
    },
}

/// The commands of everybody, `/capma` and `/khoataikhoan`.
pub(super) async fn command(tx: &mut Tx, act: &Act<'_>, talk: &Talk, what: (Command, &str)) -> UseCaseResult<Response> {
    reopen_private(tx, act, talk).await?;
    let (command, args) = what;
    match command {
        // What stands behind a deep link arrives as the argument of /start.
        Command::Start if !args.is_empty() => register::look(tx, act, talk, args).await,
        Command::Start => hello::start(tx, act, talk).await,
        Command::WhoAmI => hello::who_am_i(tx, act, talk).await,
        Command::Register => register::look(tx, act, talk, args).await,
        Command::Invite => invite::command(tx, act, talk, args).await,
        Command::Lock => lock::command(tx, act, talk, args).await,
        _ => hello::help(tx, act, talk, args).await,
    }
}

/// `/nhom` and `/ganhom`.
pub(super) async fn groups(
    tx: &mut Tx,
    act: &Act<'_>,
    talk: &Talk,
    what: (Command, &str),
    prepared: &Prepared<'_>,
) -> UseCaseResult<Response> {
    reopen_private(tx, act, talk).await?;
    let (command, args) = what;
    if command == Command::Groups {
        return slots::list(tx, act, talk, args).await;
    }
    if let Some(group) = hold::freed(args) {
        return hold::command(tx, act, talk, (hold::Wish::Free, group)).await;
    }
    if is_admin(tx, act).await?
        && let Some((yes, code)) = decision(args)
        && let Some(invite) = admins::invite_of(tx, code).await?
    {
        return bind::decide(tx, act, talk, (&invite.id, yes)).await;
    }
    if talk.is_private() {
        return slots::command(tx, act, talk, args).await;
    }
    bind::typed(tx, act, talk, args, (prepared.members, prepared.rights)).await
}

/// Asked before a code is looked up for a decision: to anybody else the answer must not tell whether it exists.
async fn is_admin(tx: &mut Tx, act: &Act<'_>) -> UseCaseResult<bool> {
    match look_up::require_any_role(tx, act, &[Role::Admin]).await {
        Ok(_) => Ok(true),
        Err(UseCaseError::Denied(_)) => Ok(false),
        Err(error) => Err(error),
    }
}

/// The next word of the conversation.
pub(super) async fn registering(
    tx: &mut Tx,
    act: &Act<'_>,
    talk: &Talk,
    dialogue: &Dialogue,
    text: &str,
) -> UseCaseResult<Response> {
    let Ok(step) = serde_json::from_str::<Step>(&dialogue.data) else {
        talk.end(tx).await?;
        return speak(tx, act, talk, say!(act.house.locale, "desk-not-understood")).await;
    };
    match step {
        Step::Agree { invite, code } => register::answered(tx, act, talk, (&invite, code.as_deref()), text).await,
        Step::PickPerson { people } => match picked(tx, act, talk, &people, text).await? {
            Some(person) => invite::issue(tx, act, talk, &person).await,
            None => Ok(Response::default()),
        },
        Step::PickGroup { groups } => match picked(tx, act, talk, &groups, text).await? {
            Some(group) => slots::issue(tx, act, talk, &group).await,
            None => Ok(Response::default()),
        },
    }
}

/// The thing whose number was typed. Otherwise the conversation ends on a word such as "thôi", or the question is repeated.
async fn picked(
    tx: &mut Tx,
    act: &Act<'_>,
    talk: &Talk,
    choices: &[String],
    text: &str,
) -> UseCaseResult<Option<String>> {
    let typed = fold(text);
    let number = typed.parse::<usize>().ok().and_then(|number| number.checked_sub(1));
    if let Some(choice) = number.and_then(|index| choices.get(index)) {
        talk.end(tx).await?;
        return Ok(Some(choice.clone()));
    }
    let text = if is_no(&typed) {
        talk.end(tx).await?;
        say!(act.house.locale, "door-left")
    } else {
        say!(act.house.locale, "door-pick-number", count = choices.len())
    };
    talk.say(tx, act, &Note::plain(text)).await?;
    Ok(None)
}

/// A button of this room: `p:y` and `p:n` agree or not, `p:c` and `p:r` an admin's word on a person, `p:nk` and `p:nx` whether a
/// second account is theirs, `p:i` make a person's code; `g:y` and `g:n` an admin's word on a group, `g:i` make a group's code; `lk:` see [`lock::pressed`]; `h:NAME` help on a
/// command.
pub(super) async fn pressed(tx: &mut Tx, act: &Act<'_>, talk: &Talk, data: (&str, &str)) -> UseCaseResult<Response> {
    let (room, rest) = data;
    if room == "h" {
        return hello::pressed(tx, act, talk, rest).await;
    }
    let (what, id) = rest.split_once(':').unwrap_or((rest, ""));
    match (room, what) {
        ("p", "y") => register::pressed(tx, act, talk, (id, true)).await,
        ("p", "n") => register::pressed(tx, act, talk, (id, false)).await,
        ("p", "c") => register::decide(tx, act, talk, (id, true)).await,
        ("p", "r") => register::decide(tx, act, talk, (id, false)).await,
        ("p", "nk") => second::pressed(tx, act, talk, (id, true)).await,
        ("p", "nx") => second::pressed(tx, act, talk, (id, false)).await,
        ("p", "i") => invite::issue(tx, act, talk, id).await,
        ("g", "y") => bind::decide(tx, act, talk, (id, true)).await,
        ("g", "n") => bind::decide(tx, act, talk, (id, false)).await,
        ("g", "i") => slots::issue(tx, act, talk, id).await,
        ("lk", what) => lock::pressed(tx, act, talk, (what, id)).await,
        _ => Ok(Response::toast(say!(act.house.locale, "toast-old-button"))),
    }
}

/// Whether a command of this name is answered by the desk; others are planned and not offered.
pub(super) fn offers(name: &str) -> bool {
    Command::ALL.iter().any(|command| command.name() == name && standing::is_here(*command))
}

/// Whether a message in a group may be a code that binds it: then the admins will be shown how many people are there.
pub(super) fn is_bind_attempt(message: &IncomingMessage, username: &str) -> bool {
    let context = ParseContext { private: false, bot_username: username };
    let group = message.chat.kind == ChatKind::Group;
    matches!(command::parse(&message.text, context), Some(Ok(parsed))
        if group && parsed.command == Command::Bind && as_code(&parsed.args).is_some())
}

/// A one-time code in the form in which it was issued; none for what cannot be one.
fn as_code(typed: &str) -> Option<String> {
    let signs = typed.chars().filter(|sign| !sign.is_whitespace() && *sign != '-');
    let code: String = signs.take(CODE_CHARS + 1).map(|sign| sign.to_ascii_uppercase()).collect();
    (code.len() == CODE_CHARS && code.bytes().all(|byte| byte.is_ascii_alphanumeric())).then_some(code)
}

/// "có MÃ" and "không MÃ": what an admin types where there are no buttons.
fn decision(args: &str) -> Option<(bool, &str)> {
    let (word, code) = args.split_once(char::is_whitespace)?;
    match fold(word).as_str() {
        "co" => Some((true, code)),
        "khong" => Some((false, code)),
        _ => None,
    }
}

/// Words that leave a form, folded.
fn is_no(folded: &str) -> bool {
    matches!(folded, "khong" | "khong dong y" | "toi khong dong y" | "thoi" | "huy" | "huy bo" | "bo qua")
}

/// Says something here; the usual end of a turn.
async fn speak(tx: &mut Tx, act: &Act<'_>, talk: &Talk, text: String) -> UseCaseResult<Response> {
    talk.say(tx, act, &Note::plain(text)).await?;
    Ok(Response::default())
}

/// A question with a numbered line and a button for each choice, each a label and its data.
fn choices(question: &str, choices: &[(String, String)]) -> Note {
    let lines = choices.iter().enumerate().map(|(index, (label, _))| format!("\n{}. {label}", index + 1));
    let mut note = Note::plain(lines.fold(question.to_owned(), |text, line| text + &line));
    for (label, data) in choices {
        note = note.with_row(&[(&cut(label, LABEL_CHARS, "…"), data)]);
    }
    note
}

/// Waits for an answer, unless another conversation is going on here: that one is not to be lost for a choice that can
/// also be made by button or by typing more.
async fn wait_for(tx: &mut Tx, act: &Act<'_>, talk: &Talk, step: &Step) -> UseCaseResult<()> {
    match talk.dialogue(tx).await? {
        Some(other) if other.flow != FLOW => Ok(()),
        _ => talk.keep(tx, act, FLOW, step).await,
    }
}

/// Ends this room's conversation, and no other.
async fn stop_waiting(tx: &mut Tx, talk: &Talk) -> UseCaseResult<()> {
    match talk.dialogue(tx).await? {
        Some(dialogue) if dialogue.flow == FLOW => talk.end(tx).await,
        _ => Ok(()),
    }
}

/// Who writes to us in private can be written to: not every platform reports that a block was lifted.
async fn reopen_private(tx: &mut Tx, act: &Act<'_>, talk: &Talk) -> UseCaseResult<()> {
    if talk.is_private() && talk.chat.state == ChatState::Suspended {
        presence::reopen(tx, act, &talk.chat).await?;
    }
    Ok(())
}

/// A name or title that somebody outside chose, on one line and cut: it must not look like a line of ours.
pub(super) fn foreign(text: &str) -> String {
    cut(&inert(text), SHOWN_CHARS, "…")
}

/// Words of somebody nobody knows, in private, that are a text to be checked: none for other words.
///
/// # Errors
/// The database.
pub(super) async fn checked(
    tx: &mut Tx,
    act: &Act<'_>,
    talk: &Talk,
    message: &IncomingMessage,
) -> UseCaseResult<Option<Response>> {
    let text = message.text.as_str();
    let is_code = !crate::domain::bulletin::find_codes(text).is_empty();
    if talk.person.is_some() || !talk.is_private() || !(is_code || verbatim::is_pasted(text)) {
        return Ok(None);
    }
    check(tx, act, talk, message, text).await.map(Some)
}

/// `/xacminh`, with what lies behind the words and beside them.
pub(super) async fn check(
    tx: &mut Tx,
    act: &Act<'_>,
    talk: &Talk,
    message: &IncomingMessage,
    typed: &str,
) -> UseCaseResult<Response> {
    reopen_private(tx, act, talk).await?;
    let words = std::iter::once(typed).chain(message.hidden_links.iter().map(String::as_str));
    let words = words.collect::<Vec<_>>().join("\n");
    verify::answer(tx, act, talk, (words.trim(), message.file.is_some())).await
}

/// A group as its platform calls it, in quotes; by its id where the platform tells no title.
pub(super) fn shown_title(act: &Act<'_>, chat: &Chat) -> String {
    let title = foreign(&chat.title);
    if title.is_empty() {
        return say!(act.house.locale, "door-untitled", id = shown_id(&chat.external_id));
    }
    format!("\"{title}\"")
}

/// The end of a platform's id, by which two chats are told apart.
fn shown_id(external_id: &str) -> String {
    let signs: Vec<char> = foreign(external_id).chars().collect();
    let from = signs.len().saturating_sub(ID_SIGNS);
    let end: String = signs[from..].iter().collect();
    if from > 0 { format!("…{end}") } else { end }
}

/// "UBND xã …", who speaks here.
async fn issuer(tx: &mut Tx, act: &Act<'_>) -> UseCaseResult<String> {
    let commune = commune_name(tx).await?;
    Ok(say!(act.house.locale, "label-issuer", commune = commune))
}

/// The commune's short name.
async fn commune_name(tx: &mut Tx) -> UseCaseResult<String> {
    Ok(tx.commune().await?.map(|commune| commune.short_name).unwrap_or_default())
}

#[cfg(test)]
mod tests;

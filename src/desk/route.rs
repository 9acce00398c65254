//! Which room of the desk an event belongs to.

use super::{
    Prepared, Response, Talk, answer, compose, decide, distress, door, figures, health, ledger, relay, steer, watch,
};
use crate::domain::command::{self, Command, CommandError, ParseContext, Parsed};
use crate::domain::event::{ButtonPress, IncomingMessage};
use crate::say;
use crate::store::Tx;
use crate::store::dialogues::Dialogue;
use crate::usecase::notify::Note;
use crate::usecase::{Act, UseCaseResult};

/// Conversations whose every word belongs to them until they end.
const COMPOSING: &str = "compose";
/// The conversation of somebody who typed an invitation code and is to agree to the notice.
const REGISTERING: &str = "register";

/// A message: a command, the next step of a conversation, a document, or perhaps an answer.
pub(super) async fn message(
    tx: &mut Tx,
    act: &Act<'_>,
    talk: &Talk,
    message: &IncomingMessage,
    prepared: &Prepared<'_>,
) -> UseCaseResult<Response> {
    let dialogue = talk.dialogue(tx).await?;
    if let Some(response) = distress::heard(tx, act, talk, (message, prepared), dialogue.as_ref()).await? {
        return Ok(response);
    }
    let context = ParseContext { private: talk.is_private(), bot_username: &prepared.username };
    match command::parse(&message.text, context) {
        // In the middle of a conversation "thông báo" is a word of it; with the slash it is the command.
        Some(Ok(parsed)) if parsed.slashed || dialogue.is_none() => {
            command(tx, act, talk, &parsed, (message, prepared)).await
        }
        Some(Err(error)) if dialogue.is_none() => unknown(tx, act, talk, &error).await,
        _ => match dialogue {
            Some(dialogue) => conversation(tx, act, talk, &dialogue, (message, prepared)).await,
            None => talk_or_document(tx, act, talk, message, prepared).await,
        },
    }
}

async fn conversation(
    tx: &mut Tx,
    act: &Act<'_>,
    talk: &Talk,
    dialogue: &Dialogue,
    what: (&IncomingMessage, &Prepared<'_>),
) -> UseCaseResult<Response> {
    let (message, prepared) = what;
    match dialogue.flow.as_str() {
        COMPOSING => compose::step(tx, act, talk, dialogue, what).await,
        REGISTERING => door::registering(tx, act, talk, dialogue, &message.text).await,
        flow if flow.starts_with(ledger::FLOW) => {
            ledger::step(tx, act, talk, dialogue, (&message.text, message.file.is_some())).await
        }
        figures::FLOW => match figures::step(tx, act, talk, dialogue, &message.text).await? {
            Some(response) => Ok(response),
            None => talk_or_document(tx, act, talk, message, prepared).await,
        },
        watch::FLOW => watch::step(tx, act, talk, dialogue, &message.text).await,
        flow if flow.starts_with(decide::FLOW) => decide::step(tx, act, talk, dialogue, &message.text).await,
        _ => talk_or_document(tx, act, talk, message, prepared).await,
    }
}

async fn talk_or_document(
    tx: &mut Tx,
    act: &Act<'_>,
    talk: &Talk,
    message: &IncomingMessage,
    prepared: &Prepared<'_>,
) -> UseCaseResult<Response> {
    if prepared.file.is_some() {
        return compose::document(tx, act, talk, (message, prepared)).await;
    }
    if let Some(response) = door::checked(tx, act, talk, message).await? {
        return Ok(response);
    }
    if let Some(response) = steer::typed(tx, act, talk, &message.text).await? {
        return Ok(response);
    }
    if let Some(response) = relay::typed(tx, act, talk, message).await? {
        return Ok(response);
    }
    if let Some(response) = watch::called(tx, act, talk, &message.text).await? {
        return Ok(response);
    }
    answer::heard(tx, act, talk, message, prepared.dedupe).await
}

async fn unknown(tx: &mut Tx, act: &Act<'_>, talk: &Talk, error: &CommandError) -> UseCaseResult<Response> {
    if !talk.may_be_answered() {
        return Ok(Response::default());
    }
    let CommandError::Unknown { did_you_mean, .. } = error;
    let text = match did_you_mean {
        Some(command) => say!(act.house.locale, "desk-did-you-mean", command = command.name()),
        None => say!(act.house.locale, "desk-unknown-command"),
    };
    talk.say(tx, act, &Note::plain(text)).await?;
    Ok(Response::default())
}

async fn command(
    tx: &mut Tx,
    act: &Act<'_>,
    talk: &Talk,
    parsed: &Parsed,
    what: (&IncomingMessage, &Prepared<'_>),
) -> UseCaseResult<Response> {
    // Anybody may ask whether a message is genuine; otherwise strangers in a group get no answer at all.
    if !talk.may_be_answered() && !matches!(parsed.command, Command::Verify | Command::Bind | Command::Register) {
        return Ok(Response::default());
    }
    let (message, prepared) = what;
    let args = parsed.args.as_str();
    match parsed.command {
        Command::Start | Command::Help | Command::Register | Command::WhoAmI | Command::Invite | Command::Lock => {
            door::command(tx, act, talk, (parsed.command, args)).await
        }
        Command::Verify => door::check(tx, act, talk, message, args).await,
        Command::Groups | Command::Bind => door::groups(tx, act, talk, (parsed.command, args), prepared).await,
        Command::Directive | Command::Announce | Command::Urgent | Command::Exercise => {
            compose::start(tx, act, talk, parsed.command, (message, prepared)).await
        }
        Command::Approvals
        | Command::Approve
        | Command::Reject
        | Command::Cancel
        | Command::Recall
        | Command::Schedule => decide::command(tx, act, talk, (parsed.command, args)).await,
        Command::Queue | Command::Status | Command::Pending | Command::Remind | Command::Resend => {
            watch::command(tx, act, talk, (parsed.command, args)).await
        }
        Command::Pause | Command::Resume => steer::command(tx, act, talk, (parsed.command, args)).await,
        Command::Ack | Command::Aired => answer::command(tx, act, talk, (parsed.command, args), prepared.dedupe).await,
        Command::Log | Command::DeleteLog | Command::Targets | Command::Stats => {
            let message = (prepared.dedupe, message.file.is_some());
            ledger::command(tx, act, talk, (parsed.command, args), message).await
        }
        Command::Health => health::show(tx, act, talk).await,
        other => not_yet(tx, act, talk, other).await,
    }
}

async fn not_yet(tx: &mut Tx, act: &Act<'_>, talk: &Talk, command: Command) -> UseCaseResult<Response> {
    let text = say!(act.house.locale, "desk-not-here", command = command.name());
    talk.say(tx, act, &Note::plain(text)).await?;
    Ok(Response::default())
}

/// A button. Its data names the room: nothing follows from it without the check of the right that the room makes.
pub(super) async fn press(
    tx: &mut Tx,
    act: &Act<'_>,
    talk: &Talk,
    press: &ButtonPress,
    prepared: &Prepared<'_>,
) -> UseCaseResult<Response> {
    let (room, rest) = press.data.split_once(':').unwrap_or((press.data.as_str(), ""));
    match room {
        "a" | "l" => answer::pressed(tx, act, talk, (room, rest)).await,
        "w" => answer::picked(tx, act, talk, rest).await,
        "ok" | "no" | "x" => decide::pressed(tx, act, talk, (room, rest)).await,
        "s" | "r" | "st" | "rm" | "k" => watch::pressed(tx, act, talk, (room, rest)).await,
        "ds" => distress::pressed(tx, act, talk, rest).await,
        "fg" => figures::pressed(tx, act, talk, rest).await,
        "fw" => relay::pressed(tx, act, talk, rest).await,
        "fq" => relay::picked(tx, act, talk, rest).await,
        "ms" => steer::pressed(tx, act, talk, rest).await,
        "c" => compose::pressed(tx, act, talk, rest).await,
        "lg" => ledger::pressed(tx, act, talk, rest, prepared.dedupe).await,
        "hl" => health::pressed(tx, act, talk).await,
        "g" | "p" | "h" | "lk" => door::pressed(tx, act, talk, (room, rest)).await,
        _ => Ok(Response::toast(say!(act.house.locale, "toast-old-button"))),
    }
}

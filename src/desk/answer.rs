//! Village heads answering: by button, reply, plain words or command.
//!
//! In a group nothing is said back to words that count: the wall under the message shows it. In private a short line
//! confirms it. Silence is the answer to everything that does not count.

use super::{Response, Talk, figures};
use crate::domain::ack::{AnswerWay, Meaning, Strength};
use crate::domain::command::Command;
use crate::domain::event::IncomingMessage;
use crate::domain::message::MessageState;
use crate::say;
use crate::store::Tx;
use crate::usecase::acknowledge::{self, Choice, Heard, Heeded};
use crate::usecase::notify::Note;
use crate::usecase::{Act, Denied, UseCaseResult, record};

/// Words that may be an answer.
pub(super) async fn heard(
    tx: &mut Tx,
    act: &Act<'_>,
    talk: &Talk,
    message: &IncomingMessage,
    dedupe: &str,
) -> UseCaseResult<Response> {
    if let Some(heeded) = listen(tx, act, talk, message, (dedupe, false)).await? {
        return respond(tx, act, talk, heeded).await;
    }
    // It counts for nothing, and silence would look like thanks.
    talk.say(tx, act, &Note::plain(say!(act.house.locale, "desk-content-hidden"))).await?;
    Ok(Response::default())
}

/// Does what follows from words that may be an answer, or only from a receipt, and says nothing; none when the platform withheld
/// them.
pub(super) async fn listen(
    tx: &mut Tx,
    act: &Act<'_>,
    talk: &Talk,
    message: &IncomingMessage,
    (dedupe, receipt_only): (&str, bool),
) -> UseCaseResult<Option<Heeded>> {
    let replied = message.reply.as_ref();
    let broadcast = match replied.and_then(|reply| reply.external_id.as_deref()) {
        Some(external_id) => {
            tx.message_by_external(&talk.chat.id, external_id).await?.and_then(|sent| sent.broadcast_id)
        }
        None => None,
    };
    let to_us = replied.is_some_and(|reply| reply.to_us) || message.mentions_us;
    if has_no_content(message) && (talk.is_private() || to_us) && acknowledge::is_awaited(tx, act, &talk.chat).await? {
        return Ok(None);
    }
    let way = match (talk.is_private(), to_us) {
        (true, _) => AnswerWay::Private,
        (false, true) => AnswerWay::Reply,
        (false, false) => AnswerWay::Plain,
    };
    let heard = Heard {
        chat: &talk.chat,
        way,
        text: &message.text,
        meaning: None,
        broadcast,
        replied_to_other: replied.is_some_and(|reply| !reply.to_us),
        dedupe: format!("{}:{dedupe}", talk.chat.gateway),
        receipt_only,
    };
    Ok(Some(acknowledge::hear(tx, &talk.as_said(act), &heard).await?))
}

/// What is added about an answer to something else that is said.
pub(super) fn beside(act: &Act<'_>, talk: &Talk, heeded: &Heeded) -> Option<String> {
    match heeded {
        Heeded::Acknowledged { figures: None, .. } if talk.is_private() => Some(thanks(act, heeded)),
        Heeded::Trouble { code } => Some(say!(act.house.locale, "desk-trouble-noted", code = code.as_str())),
        _ => None,
    }
}

/// What has to be asked about an answer that stood in something else.
pub(super) async fn ask_beside(tx: &mut Tx, act: &Act<'_>, talk: &Talk, heeded: Heeded) -> UseCaseResult<()> {
    match heeded {
        Heeded::Acknowledged { figures: Some(given), .. } => figures::ask(tx, act, talk, &given).await,
        Heeded::AskWhich { choices, aired } => ask_which(tx, act, talk, (&choices, aired)).await,
        _ => Ok(()),
    }
}

/// A platform may withhold what somebody wrote, and still tell that they did; a bare mention is another thing.
fn has_no_content(message: &IncomingMessage) -> bool {
    message.text.is_empty() && message.file.is_none() && !message.mentions_us
}

/// What is said after words: in a group only what must be said.
async fn respond(tx: &mut Tx, act: &Act<'_>, talk: &Talk, heeded: Heeded) -> UseCaseResult<Response> {
    let locale = &act.house.locale;
    match heeded {
        Heeded::Acknowledged { figures: Some(given), .. } => figures::ask(tx, act, talk, &given).await?,
        Heeded::Acknowledged { .. } if talk.is_private() => {
            talk.say(tx, act, &Note::plain(thanks(act, &heeded))).await?;
        }
        Heeded::Trouble { code } => {
            let text = say!(locale, "desk-trouble-noted", code = code);
            talk.say(tx, act, &Note::plain(text)).await?;
        }
        Heeded::AskWhich { choices, aired } => ask_which(tx, act, talk, (&choices, aired)).await?,
        Heeded::Silence(_) if talk.is_private() && talk.person.is_some() => {
            talk.say(tx, act, &Note::plain(say!(locale, "desk-not-understood"))).await?;
        }
        Heeded::Silence(_) if talk.is_private() => {
            talk.say(tx, act, &Note::plain(say!(locale, "denied-not-registered"))).await?;
        }
        Heeded::Acknowledged { .. } | Heeded::Silence(_) => {}
    }
    Ok(Response::default())
}

/// "Đã ghi nhận Thôn 03: VB-2025-0042."
fn thanks(act: &Act<'_>, heeded: &Heeded) -> String {
    let Heeded::Acknowledged { code, settled, aired, .. } = heeded else { return String::new() };
    let units: Vec<&str> = settled.iter().map(|settled| settled.unit_name.as_str()).collect();
    let units = units.join(", ");
    let key = match (settled.iter().any(|settled| settled.first), aired) {
        (_, true) => "toast-aired",
        (true, false) => "toast-acknowledged",
        (false, false) => "toast-acknowledged-again",
    };
    act.house.locale.text(key, &[("units", units.into()), ("code", code.as_str().into())])
}

async fn ask_which(tx: &mut Tx, act: &Act<'_>, talk: &Talk, what: (&[Choice], bool)) -> UseCaseResult<()> {
    let (choices, aired) = what;
    let room = if aired { "w:l" } else { "w:a" };
    let mut note = Note::plain(say!(act.house.locale, "desk-ask-which"));
    for choice in choices.iter().take(10) {
        let label = format!("{} – {}", choice.code, choice.unit_name);
        let data = format!("{room}:{}", choice.obligation_id);
        note = note.with_row(&[(&label, &data)]);
    }
    talk.say(tx, act, &note).await
}

/// The button under a broadcast: `a` is received, `l` is aired. `rest` is the delivery.
pub(super) async fn pressed(tx: &mut Tx, act: &Act<'_>, talk: &Talk, data: (&str, &str)) -> UseCaseResult<Response> {
    let (what, delivery_id) = data;
    let strength = Strength::Strong;
    let meaning = if what == "l" { Meaning::Aired { strength } } else { Meaning::Received { strength } };
    let delivery = tx.delivery(delivery_id).await?.filter(|delivery| delivery.chat_id == talk.chat.id);
    let Some(delivery) = delivery else {
        return Ok(Response::toast(say!(act.house.locale, "toast-old-button")));
    };
    prove(tx, act, talk, &delivery.id).await?;
    let heard = Heard {
        chat: &talk.chat,
        way: AnswerWay::Button,
        text: "",
        meaning: Some(meaning),
        broadcast: Some(delivery.broadcast_id.clone()),
        replied_to_other: false,
        // Pressing the same button again is the same press.
        dedupe: format!("{what}:{}:{}", delivery.id, talk.account),
        receipt_only: false,
    };
    let heeded = acknowledge::hear(tx, act, &heard).await?;
    toast(tx, act, talk, heeded).await
}

async fn toast(tx: &mut Tx, act: &Act<'_>, talk: &Talk, heeded: Heeded) -> UseCaseResult<Response> {
    match heeded {
        Heeded::Acknowledged { .. } => Ok(Response::toast(thanks(act, &heeded))),
        Heeded::AskWhich { choices, aired } => {
            ask_which(tx, act, talk, (&choices, aired)).await?;
            Ok(Response::toast(say!(act.house.locale, "toast-which")))
        }
        Heeded::Trouble { .. } | Heeded::Silence(_) => Ok(Response::toast(say!(act.house.locale, "toast-not-yours"))),
    }
}

/// A press under a message whose sending is in doubt proves that it arrived.
pub(super) async fn prove(tx: &mut Tx, act: &Act<'_>, talk: &Talk, delivery_id: &str) -> UseCaseResult<()> {
    // A message of ours that is known by this id (a resend, a reminder) proves itself and nothing else.
    if tx.message_by_external(&talk.chat.id, &talk.message).await?.is_some() {
        return Ok(());
    }
    let Some(delivery) = tx.delivery(delivery_id).await? else { return Ok(()) };
    for message in tx.messages_of_broadcast(&delivery.broadcast_id).await? {
        let this = message.delivery_id.as_deref() == Some(delivery_id) && !message.buttons.is_empty();
        if this && message.state == MessageState::Unknown && tx.settle_as_sent(&message.id, act.at, "pressed").await? {
            tx.set_external_id(&message.id, &talk.message).await?;
            tx.audit(act, "message.settled", &message.id, "pressed").await?;
        }
    }
    Ok(())
}

/// One of the choices of a question we asked.
pub(super) async fn picked(tx: &mut Tx, act: &Act<'_>, talk: &Talk, data: &str) -> UseCaseResult<Response> {
    let (what, obligation_id) = data.split_once(':').unwrap_or(("a", data));
    let strength = Strength::Strong;
    let meaning = if what == "l" { Meaning::Aired { strength } } else { Meaning::Received { strength } };
    let Some(obligation) = tx.obligation(obligation_id).await? else {
        return Ok(Response::toast(say!(act.house.locale, "toast-old-button")));
    };
    let heard = Heard {
        chat: &talk.chat,
        way: AnswerWay::Button,
        text: "",
        meaning: Some(meaning),
        broadcast: Some(obligation.broadcast_id.clone()),
        replied_to_other: false,
        dedupe: format!("w:{what}:{}:{}", obligation.id, talk.account),
        receipt_only: false,
    };
    let heeded = acknowledge::pick(tx, act, &heard, &obligation).await?;
    toast(tx, act, talk, heeded).await
}

/// `/danhan [mã]` and `/daphat [mã]`.
pub(super) async fn command(
    tx: &mut Tx,
    act: &Act<'_>,
    talk: &Talk,
    what: (Command, &str),
    dedupe: &str,
) -> UseCaseResult<Response> {
    let (command, args) = what;
    let strength = Strength::Strong;
    let aired = command == Command::Aired;
    if aired && args.trim().is_empty() {
        return aired_without_code(tx, act, talk).await;
    }
    let heard = Heard {
        chat: &talk.chat,
        way: AnswerWay::Command,
        text: args,
        meaning: Some(if aired { Meaning::Aired { strength } } else { Meaning::Received { strength } }),
        broadcast: None,
        replied_to_other: false,
        dedupe: format!("{}:{dedupe}", talk.chat.gateway),
        receipt_only: false,
    };
    let heeded = acknowledge::hear(tx, &talk.as_said(act), &heard).await?;
    let text = match heeded {
        Heeded::Acknowledged { .. } => thanks(act, &heeded),
        Heeded::AskWhich { choices, aired } => {
            ask_which(tx, act, talk, (&choices, aired)).await?;
            return Ok(Response::default());
        }
        Heeded::Trouble { .. } | Heeded::Silence(_) => say!(act.house.locale, "desk-nothing-open"),
    };
    talk.say(tx, act, &Note::plain(text)).await?;
    Ok(Response::default())
}

/// "/daphat" alone: the loudspeaker was used today, whatever was read.
async fn aired_without_code(tx: &mut Tx, act: &Act<'_>, talk: &Talk) -> UseCaseResult<Response> {
    let person_id = act.person()?.to_owned();
    let seats = tx.seats_of(&person_id, act.at.local_date()).await?;
    let mut names = Vec::new();
    for seat in seats.iter().filter(|seat| seat.kind.may_answer()) {
        record::aired_by_unit(tx, &talk.as_said(act), &seat.unit_id).await?;
        names.push(seat.unit_name.clone());
    }
    if names.is_empty() {
        return Err(Denied::NoSeat.into());
    }
    let text = say!(act.house.locale, "desk-aired", units = names.join(", "));
    talk.say(tx, act, &Note::plain(text)).await?;
    Ok(Response::default())
}

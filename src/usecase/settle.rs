//! What came of a call, and what came of a doubt: the only places that move a message after it was queued.

use super::notify::{self, Note};
use super::{Act, UseCaseError, UseCaseResult, bind, look_up, mark};
use crate::domain::calendar::Millis;
use crate::domain::message::{MessageState, Purpose};
use crate::domain::org::Role;
use crate::domain::retry::{Consequence, FailureReason, same_text_stops};
use crate::domain::text::nfc;
use crate::say;
use crate::store::Tx;
use crate::store::binding::{Chat, ChatKind, ChatState};
use crate::store::messages::{Finished, Message, NewMessage, SentCall};
use crate::store::operations::Incident;

mod elsewhere;
mod waits;

pub use waits::{asked_to_wait, ended_waits, message_waits};

pub(super) use elsewhere::carry_cards;

/// Refusals without a known reason in one chat after which it is held to be lost.
const REFUSALS_IN_A_ROW: usize = 3;
/// Messages of a chat that are looked at for them, waiting ones among them.
const LOOK_BACK: i64 = 20;

/// Records the outcome of an attempt, and what a final refusal means beyond its message.
/// Gives false when the message had moved on.
///
/// # Errors
/// The database.
pub async fn record(
    tx: &mut Tx,
    act: &Act<'_>,
    message_id: &str,
    attempt_id: &str,
    finished: &Finished,
) -> UseCaseResult<bool> {
    let echoed = match finished {
        Finished::Unknown { .. } => seen_while_under_way(tx, act, message_id, attempt_id).await?,
        _ => None,
    };
    let finished = echoed.as_ref().unwrap_or(finished);
    let moved = tx.finish_attempt(message_id, attempt_id, finished, act.wall).await?;
    let Some(message) = tx.message(message_id).await? else { return Ok(moved) };
    match finished {
        Finished::Sent { .. } => {
            waits::works(tx, act, &message.chat_id).await?;
            takes_files(tx, act, &message).await?;
        }
        Finished::Failed { reason, detail } => after_refusal(tx, act, &message, reason, detail).await?,
        Finished::Retry { .. } | Finished::Unknown { .. } => {}
    }
    Ok(moved)
}

/// Records calls that the platform took, to these chats, and closes the incidents of the chats. Gives the messages that were moved
/// by it; the others are left to [`record`].
///
/// # Errors
/// The database.
pub async fn record_sent(tx: &mut Tx, act: &Act<'_>, calls: &[SentCall], chats: &[&str]) -> UseCaseResult<Vec<String>> {
    let moved = tx.finish_sent(calls, act.at, act.wall).await?;
    let open = tx.open_incidents().await?;
    let over = |chat: &&&str| open.iter().any(|incident| incident.scope == chat_scope(chat));
    for chat in chats.iter().filter(over) {
        waits::works(tx, act, chat).await?;
    }
    let refuses_files = |chat: &str| {
        open.iter()
            .any(|incident| incident.kind == FailureReason::NoFileRights.as_str() && incident.scope == chat_scope(chat))
    };
    for (call, _) in calls.iter().zip(chats).filter(|(_, chat)| refuses_files(chat)) {
        if let Some(message) = tx.message(&call.message_id).await? {
            takes_files(tx, act, &message).await?;
        }
    }
    Ok(moved)
}

/// The outcome of an attempt that ended without an answer, when the text had come back from the platform before.
async fn seen_while_under_way(
    tx: &mut Tx,
    act: &Act<'_>,
    message_id: &str,
    attempt_id: &str,
) -> UseCaseResult<Option<Finished>> {
    let Some(message) = tx.message(message_id).await? else { return Ok(None) };
    let under_way = message.state == MessageState::Sending && message.attempt_id.as_deref() == Some(attempt_id);
    let Some(external_id) = message.external_id.filter(|_| under_way) else { return Ok(None) };
    tx.audit(act, "message.settled", message_id, "echoed").await?;
    Ok(Some(Finished::Sent { external_id, at: act.at }))
}

/// What our own account said came back from the platform: a message in doubt with that text is there. `place` is gateway and
/// chat as the platform names it, `said` the platform's message id and the text.
///
/// # Errors
/// The database.
pub async fn echoed(tx: &mut Tx, act: &Act<'_>, place: (&str, &str), said: (&str, &str)) -> UseCaseResult<bool> {
    let Some(chat) = tx.chat_by_external(place.0, place.1).await? else { return Ok(false) };
    if tx.message_by_external(&chat.id, said.0).await?.is_some() {
        return Ok(false);
    }
    let text = nfc(said.1);
    let Some(message) = tx.unsure_in_chat(&chat.id).await?.into_iter().find(|unsure| nfc(&unsure.body) == text) else {
        return Ok(false);
    };
    // It comes back in a moment, and the answer to the call may take a minute or never come.
    if message.state == MessageState::Sending {
        return Ok(tx.note_echo(&message.id, said.0).await?);
    }
    if !tx.settle_as_sent(&message.id, act.at, "echoed").await? {
        return Ok(false);
    }
    tx.set_external_id(&message.id, said.0).await?;
    tx.audit(act, "message.settled", &message.id, "echoed").await?;
    Ok(true)
}

/// The scope of an incident about one chat.
#[must_use]
pub fn chat_scope(chat_id: &str) -> String {
    format!("chat:{chat_id}")
}

/// The scope of an incident about one gateway.
#[must_use]
pub fn gateway_scope(gateway: &str) -> String {
    format!("gateway:{gateway}")
}

/// The scope of an incident about hearing from one gateway. Its own, because either direction may fail alone.
#[must_use]
pub fn receiving_scope(gateway: &str) -> String {
    format!("receiving:{gateway}")
}

/// The scope of an incident about what came in over one gateway.
#[must_use]
pub fn inbox_scope(gateway: &str) -> String {
    format!("inbox:{gateway}")
}

async fn after_refusal(tx: &mut Tx, act: &Act<'_>, message: &Message, reason: &str, detail: &str) -> UseCaseResult<()> {
    if message.purpose == Purpose::Broadcast
        && let Some(delivery_id) = &message.delivery_id
    {
        tx.skip_later_parts(delivery_id, message.part).await?;
    }
    let Ok(reason) = reason.parse::<FailureReason>() else { return Ok(()) };
    if reason == FailureReason::NoFileRights {
        return tell_of_files(tx, act, message, detail).await;
    }
    match reason.consequence() {
        Consequence::ParkChat => park_chat(tx, act, message, reason, detail).await,
        Consequence::StopBroadcast => stop_broadcast(tx, act, message, detail).await,
        Consequence::SuspectContent if repeats(tx, message).await? => stop_broadcast(tx, act, message, detail).await,
        Consequence::SuspectContent if keeps_refusing(tx, message).await? => {
            park_chat(tx, act, message, reason, detail).await
        }
        Consequence::SuspectContent | Consequence::Message | Consequence::HaltGateway => Ok(()),
    }
}

/// A file that arrived proves that its group takes files.
async fn takes_files(tx: &mut Tx, act: &Act<'_>, message: &Message) -> UseCaseResult<()> {
    if message.file_sha256.is_some() {
        close_incident(tx, act, &chat_scope(&message.chat_id), FailureReason::NoFileRights.as_str()).await?;
    }
    Ok(())
}

/// Tells the admins once that a group takes no files.
async fn tell_of_files(tx: &mut Tx, act: &Act<'_>, message: &Message, detail: &str) -> UseCaseResult<()> {
    let reason = FailureReason::NoFileRights.as_str();
    if !open_incident(tx, act, &chat_scope(&message.chat_id), reason, detail).await? {
        return Ok(());
    }
    let Some(group) = tx.group_of_chat(&message.chat_id).await? else { return Ok(()) };
    let text = say!(act.house.locale, "alert-group-no-files", group = group.name.as_str(), reason = detail);
    notify::tell_role(tx, act, Role::Admin, Purpose::Alert, &Note::plain(text)).await?;
    Ok(())
}

/// Suspends a chat that cannot be reached, once, and tells the admins which one.
async fn park_chat(
    tx: &mut Tx,
    act: &Act<'_>,
    message: &Message,
    reason: FailureReason,
    detail: &str,
) -> UseCaseResult<()> {
    let chat = tx.chat(&message.chat_id).await?;
    // What an admin decided stands, whatever comes back of a call that was under way.
    if !chat.as_ref().is_some_and(bind::is_lasting) {
        tx.set_chat_state(&message.chat_id, ChatState::Suspended, Some(reason.as_str())).await?;
    }
    elsewhere::carry(tx, act, message).await?;
    if reason == FailureReason::PersonQuota && is_of_nobody_known(tx, chat).await? {
        return Ok(());
    }
    if !open_incident(tx, act, &chat_scope(&message.chat_id), reason.as_str(), detail).await? {
        return Ok(());
    }
    let Some(group) = tx.group_of_chat(&message.chat_id).await? else { return Ok(()) };
    let joins = act.house.gateways.get(&message.gateway).is_none_or(|traits| traits.joins);
    let key = match reason {
        FailureReason::GroupDisabled => "alert-group-disabled",
        FailureReason::NoRights => "alert-group-no-rights",
        FailureReason::Kicked | FailureReason::NotMember if !joins => "alert-group-out",
        _ => "alert-group-lost",
    };
    let text = act.house.locale.text(key, &[("group", group.name.as_str().into()), ("reason", detail.into())]);
    notify::tell_role(tx, act, Role::Admin, Purpose::Alert, &Note::plain(text)).await?;
    Ok(())
}

/// Whether a chat is a stranger's: whom the account's package has no place for is then nobody's trouble.
async fn is_of_nobody_known(tx: &mut Tx, chat: Option<Chat>) -> UseCaseResult<bool> {
    let Some(chat) = chat.filter(|chat| chat.kind == ChatKind::Private) else { return Ok(false) };
    Ok(tx.identity(&chat.gateway, &chat.external_id).await?.is_none())
}

/// Opens an incident. False when the same one is already open.
///
/// # Errors
/// The database.
pub async fn open_incident(tx: &mut Tx, act: &Act<'_>, scope: &str, kind: &str, detail: &str) -> UseCaseResult<bool> {
    let incident = Incident {
        id: act.new_id(),
        scope: scope.to_owned(),
        kind: kind.to_owned(),
        detail: detail.to_owned(),
        opened_at: act.at.0,
        closed_at: None,
    };
    let opened = tx.open_incident(&incident).await?;
    if opened {
        tracing::warn!(scope, kind, "incident.opened");
    }
    Ok(opened)
}

/// Closes an incident. False when it was not open.
///
/// # Errors
/// The database.
pub async fn close_incident(tx: &mut Tx, act: &Act<'_>, scope: &str, kind: &str) -> UseCaseResult<bool> {
    let closed = tx.close_incident(scope, kind, act.at).await?;
    if closed {
        tracing::info!(scope, kind, "incident.closed");
    }
    Ok(closed)
}

async fn repeats(tx: &mut Tx, message: &Message) -> UseCaseResult<bool> {
    let Some(broadcast_id) = &message.broadcast_id else { return Ok(false) };
    let messages = tx.messages_of_broadcast(broadcast_id).await?;
    let here: Vec<Message> = messages.into_iter().filter(|other| other.gateway == message.gateway).collect();
    let any_sent = here.iter().any(|other| other.state == MessageState::Sent);
    let mut refusals: Vec<(String, String)> = Vec::new();
    for other in here.iter().filter(|other| is_generic(other)) {
        let last = tx.attempts_of(&other.id).await?.pop();
        refusals.extend(last.and_then(|attempt| Some((other.chat_id.clone(), attempt.detail?))));
    }
    let refusals: Vec<(&str, &str)> = refusals.iter().map(|(chat, text)| (chat.as_str(), text.as_str())).collect();
    Ok(same_text_stops(&refusals, any_sent))
}

fn is_generic(message: &Message) -> bool {
    message.state == MessageState::Failed && message.reason.as_deref() == Some(FailureReason::Generic.as_str())
}

/// Whether a chat has refused everything lately in words that no table knows. Not every platform says that we were thrown
/// out: there this is how it shows.
async fn keeps_refusing(tx: &mut Tx, message: &Message) -> UseCaseResult<bool> {
    let latest = tx.messages_to_chat(&message.chat_id, LOOK_BACK).await?;
    let tried =
        |other: &&Message| matches!(other.state, MessageState::Sent | MessageState::Failed | MessageState::Unknown);
    // What the chat took in between may be gone since.
    let taken_at = tx.gone_taken_at(&message.chat_id).await?;
    let in_a_row = |other: &&Message| taken_at.is_none_or(|at| other.created_at > at.0);
    let tried: Vec<&Message> = latest.iter().filter(tried).filter(in_a_row).take(REFUSALS_IN_A_ROW).collect();
    Ok(tried.len() == REFUSALS_IN_A_ROW && tried.into_iter().all(is_generic))
}

/// Stops the rest of a broadcast on the platform that refuses its content. Another platform may well take it.
async fn stop_broadcast(tx: &mut Tx, act: &Act<'_>, message: &Message, detail: &str) -> UseCaseResult<()> {
    let Some(broadcast_id) = &message.broadcast_id else { return Ok(()) };
    if message.purpose != Purpose::Broadcast
        || tx.cancel_messages_on(broadcast_id, &message.gateway, "content_refused").await? == 0
    {
        return Ok(());
    }
    tx.audit(act, "broadcast.stopped", broadcast_id, "content_refused").await?;
    let Some(broadcast) = tx.broadcast(broadcast_id).await? else { return Ok(()) };
    let Some(bulletin) = tx.bulletin(&broadcast.bulletin_id).await? else { return Ok(()) };
    let code = broadcast.code(&bulletin.code);
    let text = say!(act.house.locale, "alert-content-refused", code = code, reason = detail);
    let text = mark::about_broadcast(tx, act, broadcast_id, text).await?;
    notify::tell(tx, act, &bulletin.composer_id, Purpose::Alert, &Note::plain(text)).await?;
    Ok(())
}

/// "Đã thấy trong nhóm": a person settles a doubt. False when there was no doubt any more.
///
/// # Errors
/// `Denied`; `NotFound`.
pub async fn seen(tx: &mut Tx, act: &Act<'_>, message_id: &str) -> UseCaseResult<bool> {
    let message = doubted(tx, act, message_id).await?;
    let settled = tx.settle_as_sent(&message.id, act.at, "seen").await?;
    if settled {
        tx.audit(act, "message.settled", &message.id, "seen").await?;
    }
    Ok(settled)
}

/// "Gửi lại": a new message that repeats one in doubt or failed. False when somebody already ordered it.
///
/// # Errors
/// `Denied`; `NotFound`; `Refused` when the message is neither in doubt nor failed, or so old that its text is gone.
pub async fn resend(tx: &mut Tx, act: &Act<'_>, message_id: &str) -> UseCaseResult<bool> {
    let message = doubted(tx, act, message_id).await?;
    refuse_withdrawn(tx, &message).await?;
    let repeatable = matches!(
        message.state,
        MessageState::Unknown | MessageState::Failed | MessageState::Skipped | MessageState::Cancelled
    );
    if !repeatable {
        return Err(UseCaseError::refused("refused-not-repeatable"));
    }
    if message.emptied_at.is_some() {
        return Err(UseCaseError::refused("refused-text-gone"));
    }
    repeat(tx, act, &message).await
}

/// What was taken back is not sent again.
async fn refuse_withdrawn(tx: &mut Tx, message: &Message) -> UseCaseResult<()> {
    let Some(broadcast_id) = &message.broadcast_id else { return Ok(()) };
    if !look_up::is_withdrawn(tx, broadcast_id).await? {
        return Ok(());
    }
    let code = look_up::code_of(tx, broadcast_id).await?;
    Err(UseCaseError::refused_with("refused-already-withdrawn", vec![("code", code)]))
}

/// Hỏa tốc alone repeats by itself what is in doubt, once and marked as a repetition. False when the doubt was settled, or
/// somebody ordered it first.
///
/// # Errors
/// The database.
pub async fn repeat_doubt(tx: &mut Tx, act: &Act<'_>, message_id: &str) -> UseCaseResult<bool> {
    match tx.message(message_id).await?.filter(|message| message.state == MessageState::Unknown) {
        Some(message) => repeat(tx, act, &message).await,
        None => Ok(false),
    }
}

async fn repeat(tx: &mut Tx, act: &Act<'_>, message: &Message) -> UseCaseResult<bool> {
    let to = (message.gateway.as_str(), message.chat_id.as_str());
    let again = NewMessage {
        delivery_id: message.delivery_id.clone(),
        broadcast_id: message.broadcast_id.clone(),
        lane: message.lane,
        part: (message.part, message.parts),
        buttons: message.buttons.clone(),
        file: message.file_sha256.clone().zip(message.file_name.clone()),
        resend_of: Some(message.id.clone()),
        not_after: message.not_after.map(Millis),
        ..NewMessage::text(act.new_id(), message.purpose, to, marked_again(act, message), act.wall)
    };
    let queued = tx.queue_message(&again).await?;
    if queued {
        tx.audit(act, "message.resent", &message.id, &again.id).await?;
    }
    Ok(queued)
}

/// A repetition of what may already stand there says so.
fn marked_again(act: &Act<'_>, message: &Message) -> String {
    if message.state == MessageState::Unknown {
        format!("{}\n{}", say!(act.house.locale, "label-resent"), message.body).trim_end().to_owned()
    } else {
        message.body.clone()
    }
}

async fn doubted(tx: &mut Tx, act: &Act<'_>, message_id: &str) -> UseCaseResult<Message> {
    let not_found = || UseCaseError::NotFound { what: "message", name: message_id.to_owned() };
    // The same refusal for a stranger, whether the message exists or not.
    look_up::require_any_role(tx, act, &[Role::Composer, Role::Approver, Role::Admin]).await?;
    let message = tx.message(message_id).await?.filter(|message| message.purpose == Purpose::Broadcast);
    let message = message.ok_or_else(not_found)?;
    let broadcast = tx.broadcast(message.broadcast_id.as_deref().unwrap_or_default()).await?.ok_or_else(not_found)?;
    let bulletin = tx.bulletin(&broadcast.bulletin_id).await?.ok_or_else(not_found)?;
    look_up::require_role_of(tx, act, &[Role::Composer, Role::Approver, Role::Admin], &bulletin.unit_id).await?;
    Ok(message)
}

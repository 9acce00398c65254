//! Where we can be heard: added to a group, thrown out, blocked, let in again, and groups that got another id.
//!
//! A suspended chat becomes active again when the platform says that we are back, or by an admin; an admin's own pause
//! outlives both. An unknown group is told nothing; the admins are, once, and of many that come at once in one alert.

use super::{Response, admins, foreign, shown_title};
use crate::domain::event::{ChatKind, Membership};
use crate::domain::message::Purpose;
use crate::domain::retry::FailureReason;
use crate::say;
use crate::store::Tx;
use crate::store::binding::{Chat, ChatState, Group};
use crate::usecase::notify::Note;
use crate::usecase::settle::{chat_scope, close_incident, open_incident};
use crate::usecase::{Act, UseCaseResult, bind};

/// The incident of a group nobody has bound: open as long as we are in it, so that the admins hear of it once.
const UNKNOWN_GROUP: &str = "unknown_group";
/// Minutes after the admins were told of one in which others wait to be told together: anybody may add us to groups without end.
const TOGETHER_MINUTES: i64 = 10;
/// Titles that are named at once.
const TITLES: usize = 10;

/// Our own standing in a chat changed. The platforms repeat themselves, and report promotions the same way: what is so
/// already is no news.
pub(in crate::desk) async fn membership(
    tx: &mut Tx,
    act: &Act<'_>,
    gateway: &str,
    membership: &Membership,
) -> UseCaseResult<Response> {
    let place = &membership.chat;
    let chat = tx.ensure_chat(gateway, &place.external_id, place.kind, &place.title, act.wall, &act.new_id()).await?;
    match (chat.kind, membership.present) {
        (ChatKind::Private, true) => {
            reopen(tx, act, &chat).await?;
        }
        (ChatKind::Private, false) => {
            suspend(tx, act, &chat, FailureReason::Blocked).await?;
        }
        (ChatKind::Group, true) if membership.rights.writes == Some(false) => {
            silenced(tx, act, &chat, &membership.by.name).await?;
        }
        (ChatKind::Group, true) => {
            arrived(tx, act, &chat, &membership.by.name).await?;
            files(tx, act, &chat, membership.rights.files).await?;
        }
        (ChatKind::Group, false) => left(tx, act, &chat, &membership.by.name).await?,
    }
    Ok(Response::default())
}

async fn arrived(tx: &mut Tx, act: &Act<'_>, chat: &Chat, by: &str) -> UseCaseResult<()> {
    let locale = &act.house.locale;
    let back = reopen(tx, act, chat).await?;
    let by = foreign(by);
    if let Some(group) = tx.group_of_chat(&chat.id).await? {
        known(tx, act, chat).await?;
        if back {
            let may_write_again = chat.reason.as_deref() == Some(FailureReason::NoRights.as_str());
            let key = if may_write_again { "door-may-write-again" } else { "door-back-in-group" };
            let text = locale.text(key, &[("group", group.name.as_str().into()), ("by", by.into())]);
            tell_of(tx, act, &group, text).await?;
        }
        return Ok(());
    }
    unknown(tx, act, chat, &by).await
}

/// We are in a group nobody has bound: the admins hear of it once.
async fn unknown(tx: &mut Tx, act: &Act<'_>, chat: &Chat, by: &str) -> UseCaseResult<()> {
    if open_incident(tx, act, &chat_scope(&chat.id), UNKNOWN_GROUP, "").await? {
        tx.audit(act, "chat.unknown", &chat.id, "").await?;
        if told_lately(tx, act).await? {
            return Ok(());
        }
        tx.note_told(&chat_scope(&chat.id), UNKNOWN_GROUP, act.at).await?;
        let text = say!(act.house.locale, "door-unknown-group", title = shown_title(act, chat), by = foreign(by));
        admins::tell(tx, act, &[], Purpose::Alert, &Note::plain(text)).await?;
    }
    Ok(())
}

async fn told_lately(tx: &mut Tx, act: &Act<'_>) -> UseCaseResult<bool> {
    let last = tx.last_told(UNKNOWN_GROUP).await?;
    Ok(last.is_some_and(|last| act.at < last.plus_minutes(TOGETHER_MINUTES)))
}

/// The groups that are to be told of together now.
///
/// # Errors
/// The database.
pub(in crate::desk) async fn strange(tx: &mut Tx, act: &Act<'_>) -> UseCaseResult<Vec<String>> {
    let untold = tx.untold_incidents(UNKNOWN_GROUP).await?;
    if untold.is_empty() || told_lately(tx, act).await? { Ok(Vec::new()) } else { Ok(untold) }
}

/// Tells the admins of several unknown groups in one alert.
///
/// # Errors
/// The database.
pub(in crate::desk) async fn tell_of_strange(tx: &mut Tx, act: &Act<'_>, scopes: &[String]) -> UseCaseResult<()> {
    let locale = &act.house.locale;
    let mut titles = Vec::new();
    for scope in scopes {
        tx.note_told(scope, UNKNOWN_GROUP, act.at).await?;
        let Some(id) = scope.strip_prefix("chat:").filter(|_| titles.len() < TITLES) else { continue };
        titles.extend(tx.chat(id).await?.map(|chat| shown_title(act, &chat)));
    }
    let (count, more) = (scopes.len(), scopes.len().saturating_sub(titles.len()));
    if more > 0 {
        titles.push(say!(locale, "door-unknown-more", more = more));
    }
    let text = say!(locale, "door-unknown-groups", count = count, titles = titles.join("; "));
    admins::tell(tx, act, &[], Purpose::Alert, &Note::plain(text)).await?;
    Ok(())
}

/// We are in a group and may not write there: known before anything is refused, and over when somebody gives the right back.
async fn silenced(tx: &mut Tx, act: &Act<'_>, chat: &Chat, by: &str) -> UseCaseResult<()> {
    let reason = FailureReason::NoRights;
    suspend(tx, act, chat, reason).await?;
    let Some(group) = tx.group_of_chat(&chat.id).await? else { return unknown(tx, act, chat, by).await };
    if open_incident(tx, act, &chat_scope(&chat.id), reason.as_str(), "").await? {
        let text = say!(act.house.locale, "door-may-not-write", group = group.name.as_str(), by = foreign(by));
        tell_of(tx, act, &group, text).await?;
    }
    Ok(())
}

/// Whether a group that we may write to takes files from us, where the platform says so.
async fn files(tx: &mut Tx, act: &Act<'_>, chat: &Chat, allowed: Option<bool>) -> UseCaseResult<()> {
    let (scope, kind) = (chat_scope(&chat.id), FailureReason::NoFileRights.as_str());
    if allowed == Some(true) {
        close_incident(tx, act, &scope, kind).await?;
    }
    let Some(group) = tx.group_of_chat(&chat.id).await?.filter(|_| allowed == Some(false)) else { return Ok(()) };
    if open_incident(tx, act, &scope, kind, "").await? {
        let text = say!(act.house.locale, "door-may-not-send-files", group = group.name.as_str());
        tell_of(tx, act, &group, text).await?;
    }
    Ok(())
}

async fn left(tx: &mut Tx, act: &Act<'_>, chat: &Chat, by: &str) -> UseCaseResult<()> {
    suspend(tx, act, chat, FailureReason::Kicked).await?;
    let Some(group) = tx.group_of_chat(&chat.id).await? else { return known(tx, act, chat).await };
    if open_incident(tx, act, &chat_scope(&chat.id), FailureReason::Kicked.as_str(), "").await? {
        let joins = act.house.gateways.get(&chat.gateway).is_none_or(|traits| traits.joins);
        let key = if joins { "door-out-of-group" } else { "door-out-for-good" };
        let said = [("group", group.name.as_str().into()), ("by", foreign(by).into())];
        let text = act.house.locale.text(key, &said);
        tell_of(tx, act, &group, text).await?;
    }
    Ok(())
}

async fn tell_of(tx: &mut Tx, act: &Act<'_>, group: &Group, text: String) -> UseCaseResult<()> {
    let units = tx.group_units(&group.id).await?;
    admins::tell(tx, act, &units, Purpose::Alert, &Note::plain(text)).await?;
    Ok(())
}

/// Nothing is wrong about a chat any more.
///
/// # Errors
/// The database.
pub(super) async fn known(tx: &mut Tx, act: &Act<'_>, chat: &Chat) -> UseCaseResult<()> {
    tx.close_incidents(&chat_scope(&chat.id), act.at).await?;
    Ok(())
}

/// Lets messages through again, unless an admin stopped them; gives whether that was a change.
///
/// # Errors
/// The database.
pub(super) async fn reopen(tx: &mut Tx, act: &Act<'_>, chat: &Chat) -> UseCaseResult<bool> {
    if chat.state == ChatState::Active || bind::is_lasting(chat) {
        return Ok(false);
    }
    tx.set_chat_state(&chat.id, ChatState::Active, None).await?;
    tx.audit(act, "chat.resumed", &chat.id, chat.reason.as_deref().unwrap_or_default()).await?;
    Ok(true)
}

async fn suspend(tx: &mut Tx, act: &Act<'_>, chat: &Chat, reason: FailureReason) -> UseCaseResult<()> {
    let known = chat.reason.as_deref() == Some(reason.as_str());
    if chat.state == ChatState::Suspended && (known || bind::is_lasting(chat)) {
        return Ok(());
    }
    tx.set_chat_state(&chat.id, ChatState::Suspended, Some(reason.as_str())).await?;
    tx.audit(act, "chat.suspended", &chat.id, reason.as_str()).await?;
    Ok(())
}

/// A group got another id. Both of the platform's messages say so, in any order and perhaps twice: the second finds
/// nothing under the old id.
pub(in crate::desk) async fn moved(
    tx: &mut Tx,
    act: &Act<'_>,
    gateway: &str,
    ids: (&str, &str),
) -> UseCaseResult<Response> {
    let (from, to) = ids;
    let Some(chat) = tx.chat_by_external(gateway, from).await?.filter(|_| from != to) else {
        return Ok(Response::default());
    };
    let moved = tx.set_chat_external(&chat.id, to).await?;
    let absorbed = moved.absorbed.as_deref().unwrap_or_default();
    tx.audit(act, "chat.moved", &moved.chat_id, absorbed).await?;
    if !absorbed.is_empty() {
        tx.close_incidents(&chat_scope(absorbed), act.at).await?;
    }
    after_move(tx, act, &moved.chat_id).await?;
    if let Some(group_id) = &moved.unbound_group {
        tx.audit(act, "group.unbound", group_id, &moved.chat_id).await?;
        two_were_one(tx, act, group_id).await?;
    }
    Ok(Response::default())
}

/// What was wrong only because nobody knew the new id is over, and so is the report of an unknown group.
async fn after_move(tx: &mut Tx, act: &Act<'_>, chat_id: &str) -> UseCaseResult<()> {
    let Some(chat) = tx.chat(chat_id).await? else { return Ok(()) };
    let by_move = chat.reason.as_deref() == Some(FailureReason::Moved.as_str());
    if by_move {
        reopen(tx, act, &chat).await?;
    }
    if by_move || (chat.state == ChatState::Active && tx.group_of_chat(&chat.id).await?.is_some()) {
        known(tx, act, &chat).await?;
    }
    Ok(())
}

async fn two_were_one(tx: &mut Tx, act: &Act<'_>, group_id: &str) -> UseCaseResult<()> {
    let Some(group) = tx.group(group_id).await? else { return Ok(()) };
    let text = say!(act.house.locale, "door-slot-lost-its-chat", group = group.name.as_str());
    tell_of(tx, act, &group, text).await
}

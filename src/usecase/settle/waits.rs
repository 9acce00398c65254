//! Chats for which their platform asked us to wait for a long time.

use std::time::Duration;

use super::{Act, Note, Purpose, Role, Tx, UseCaseResult, chat_scope, close_incident, notify, open_incident};
use crate::domain::calendar::format_full;
use crate::domain::retry::LONG_WAIT;
use crate::say;

/// The incident of a chat that is to be waited for, and of a gateway of which many are.
const ASKED_TO_WAIT: &str = "asked_to_wait";
/// Groups of one gateway that wait at once from which on the admins read of all together, and of no further one.
const MANY: i64 = 3;

/// How the scopes of these incidents begin; an id or a name follows.
const CHAT: &str = "chat:";
const MANY_SCOPE: &str = "waiting:";

fn many_scope(gateway: &str) -> String {
    format!("{MANY_SCOPE}{gateway}")
}

/// Nothing is sent to a chat for so long, also by whoever comes after us. For a group the admins are told, once.
///
/// # Errors
/// The database.
pub async fn asked_to_wait(
    tx: &mut Tx,
    act: &Act<'_>,
    chat_id: &str,
    wait: Duration,
    detail: &str,
) -> UseCaseResult<()> {
    let wait_ms = i64::try_from(wait.as_millis()).unwrap_or(i64::MAX);
    tx.quiet_chat(chat_id, act.wall.plus_ms(wait_ms), wait_ms).await?;
    message_waits(tx, act, chat_id, wait, detail).await
}

/// One message to a chat has to wait so long, and others need not. For a group the admins are told, once.
///
/// # Errors
/// The database.
pub async fn message_waits(
    tx: &mut Tx,
    act: &Act<'_>,
    chat_id: &str,
    wait: Duration,
    detail: &str,
) -> UseCaseResult<()> {
    let Some(group) = tx.group_of_chat(chat_id).await? else { return Ok(()) };
    if !open_incident(tx, act, &chat_scope(chat_id), ASKED_TO_WAIT, detail).await? {
        return Ok(());
    }
    let waiting = tx.chats_with_incident(&group.gateway, ASKED_TO_WAIT).await?;
    let until = act.wall.plus_ms(i64::try_from(wait.as_millis()).unwrap_or(i64::MAX));
    let (locale, time) = (&act.house.locale, format_full(until));
    let text = if waiting < MANY {
        say!(locale, "alert-asked-to-wait", group = group.name, time)
    } else if open_incident(tx, act, &many_scope(&group.gateway), ASKED_TO_WAIT, detail).await? {
        say!(locale, "alert-many-asked-to-wait", gateway = group.gateway, count = waiting)
    } else {
        return Ok(());
    };
    notify::tell_role(tx, act, Role::Admin, Purpose::Alert, &Note::plain(text)).await?;
    Ok(())
}

/// The platform took something for a chat: what was said to be wrong with it is over, but for a message that still has to wait.
pub(super) async fn works(tx: &mut Tx, act: &Act<'_>, chat_id: &str) -> UseCaseResult<()> {
    let long = i64::try_from(LONG_WAIT.as_millis()).unwrap_or(i64::MAX);
    if tx.close_chat_incidents(chat_id, act.at, act.wall.plus_ms(long)).await? == 0 {
        return Ok(());
    }
    tx.end_quiet(chat_id).await?;
    let Some(chat) = tx.chat(chat_id).await? else { return Ok(()) };
    if tx.chats_with_incident(&chat.gateway, ASKED_TO_WAIT).await? == 0 {
        close_incident(tx, act, &many_scope(&chat.gateway), ASKED_TO_WAIT).await?;
    }
    Ok(())
}

/// Waits that ended without a success: what waited was cancelled, or the chat is lost. Gives scope and kind of the incidents
/// that are over.
///
/// # Errors
/// The database.
pub async fn ended_waits(tx: &mut Tx, act: &Act<'_>) -> UseCaseResult<Vec<(String, String)>> {
    let mut over = Vec::new();
    for incident in tx.open_incidents().await?.into_iter().filter(|incident| incident.kind == ASKED_TO_WAIT) {
        let goes_on = match (incident.scope.strip_prefix(CHAT), incident.scope.strip_prefix(MANY_SCOPE)) {
            (Some(chat_id), _) => tx.is_waited_for(chat_id, act.wall).await?,
            (_, Some(gateway)) => tx.chats_with_incident(gateway, ASKED_TO_WAIT).await? > 0,
            _ => true,
        };
        if !goes_on {
            over.push((incident.scope, incident.kind));
        }
    }
    Ok(over)
}

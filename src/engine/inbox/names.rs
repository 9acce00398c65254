//! Names for the cards on which an admin decides, asked for where updates carry none. Nothing of it is stored but a group's title:
//! of everybody else's words no name is asked at all.

use std::sync::Arc;

use super::{Event, InboxRow, Tx, UseCaseResult};
use crate::domain::event::{ChatKind, ChatRef, IncomingMessage};
use crate::platform::Gateway;

/// Fills in what is missing; what the platform does not tell stays empty, and the card shows it so.
pub(super) async fn fill(gateway: &Arc<dyn Gateway>, event: &mut Event) {
    let (Some(chat), Some(account)) = (event.chat(), event.from()) else { return };
    let named = match gateway.names(&chat.external_id, &account.external_id).await {
        Ok(named) => named,
        Err(error) => {
            tracing::debug!(gateway = gateway.name(), %error, "names.not_told");
            return;
        }
    };
    let (chat, from) = match event {
        Event::Message(message) => (&mut message.chat, &mut message.from),
        Event::Membership(membership) => (&mut membership.chat, &mut membership.by),
        _ => return,
    };
    fill_empty(&mut chat.title, named.title);
    fill_empty(&mut from.name, named.account);
}

fn fill_empty(name: &mut String, with: String) {
    if name.is_empty() {
        *name = with;
    }
}

/// Whether names are missing where a card may show them.
pub(super) fn may_be_missing(event: &Event) -> bool {
    let (chat, from) = match event {
        Event::Message(message) => (&message.chat, &message.from),
        Event::Membership(membership) => (&membership.chat, &membership.by),
        _ => return false,
    };
    is_group(chat) && (chat.title.is_empty() || from.name.is_empty())
}

/// Whether a card will show who it was and where, and nobody has said so: about our own standing in a group, and where codes are
/// typed in one. `is_code`: it is a group's code, for which its members are counted.
///
/// # Errors
/// The database.
pub(super) async fn are_wanted(tx: &mut Tx, row: &InboxRow, event: &Event, is_code: bool) -> UseCaseResult<bool> {
    if !may_be_missing(event) {
        return Ok(false);
    }
    match event {
        Event::Membership(_) => Ok(true),
        Event::Message(message) => binds(tx, row, message, is_code).await,
        _ => Ok(false),
    }
}

const fn is_group(chat: &ChatRef) -> bool {
    matches!(chat.kind, ChatKind::Group)
}

/// A group's code, or the answer of somebody not registered yet whom the desk asked something.
async fn binds(tx: &mut Tx, row: &InboxRow, message: &IncomingMessage, is_code: bool) -> UseCaseResult<bool> {
    if is_code {
        return Ok(true);
    }
    let account = &message.from.external_id;
    let stranger = tx.identity(&row.gateway, account).await?.is_none();
    let Some(chat) = tx.chat_by_external(&row.gateway, &message.chat.external_id).await?.filter(|_| stranger) else {
        return Ok(false);
    };
    Ok(tx.dialogue(&chat.id, account).await?.is_some())
}

//! Names for the cards on which an admin decides, asked for where updates carry none. Nothing of it is stored but a group's title:
//! of everybody else's words no name is asked at all.

use super::{EngineResult, Event, Inbox, InboxRow, Prepared, desk};
use crate::domain::event::{ChatKind, ChatRef, IncomingMessage};

/// Fills in what is missing; what the platform does not tell stays empty, and the card shows it so.
pub(super) async fn fill(inbox: &Inbox, row: &InboxRow, event: &mut Event) {
    let Some(gateway) = inbox.core.gateways.get(&row.gateway).cloned() else { return };
    if !is_shown(inbox, row, event).await.unwrap_or(false) {
        return;
    }
    let (Some(chat), Some(account)) = (event.chat(), event.from()) else { return };
    let named = match gateway.names(&chat.external_id, &account.external_id).await {
        Ok(named) => named,
        Err(error) => {
            tracing::debug!(gateway = %row.gateway, %error, "names.not_told");
            return;
        }
    };
    let (chat, from) = match event {
        Event::Message(message) => (&mut message.chat, &mut message.from),
        Event::Membership(membership) => (&mut membership.chat, &mut membership.by),
        Event::Press(_) | Event::Moved { .. } | Event::Echo { .. } => return,
    };
    fill_empty(&mut chat.title, named.title);
    fill_empty(&mut from.name, named.account);
}

fn fill_empty(name: &mut String, with: String) {
    if name.is_empty() {
        *name = with;
    }
}

/// Whether a card will show who it was and where: about our own standing in a group, and where codes are typed in one.
async fn is_shown(inbox: &Inbox, row: &InboxRow, event: &Event) -> EngineResult<bool> {
    match event {
        Event::Membership(membership) => Ok(is_group(&membership.chat)),
        Event::Message(message) => binds(inbox, row, event, message).await,
        Event::Press(_) | Event::Moved { .. } | Event::Echo { .. } => Ok(false),
    }
}

const fn is_group(chat: &ChatRef) -> bool {
    matches!(chat.kind, ChatKind::Group)
}

/// A group's code, or the answer of somebody not registered yet whom the desk asked something.
async fn binds(inbox: &Inbox, row: &InboxRow, event: &Event, message: &IncomingMessage) -> EngineResult<bool> {
    if !is_group(&message.chat) {
        return Ok(false);
    }
    let core = &inbox.core;
    let username = core.myself(&row.gateway).map(|me| me.username).unwrap_or_default();
    let prepared = Prepared { gateway: &row.gateway, username, event, dedupe: &row.dedupe, file: None, members: None };
    let mut tx = core.store.read().await?;
    if desk::wants(&mut tx, &inbox.act(row), &prepared).await?.members {
        return Ok(true);
    }
    let account = &message.from.external_id;
    let stranger = tx.identity(&row.gateway, account).await?.is_none();
    let Some(chat) = tx.chat_by_external(&row.gateway, &message.chat.external_id).await?.filter(|_| stranger) else {
        return Ok(false);
    };
    Ok(tx.dialogue(&chat.id, account).await?.is_some())
}

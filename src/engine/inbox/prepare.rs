//! What an update needs from the network before it can be processed: its document, the number of a group's members, names. Asked
//! for beside the turn, since a platform may take its time and a document its child process.

use std::sync::Arc;

use super::{Event, Fetched, Inbox, Taken, Tx, UseCaseResult, desk, names};
use crate::domain::event::Rights;
use crate::platform::Gateway;

/// Largest document a conversation takes, bytes: what Telegram lets a bot fetch (Bot API, getFile).
const MAX_DOCUMENT: u64 = 20_000_000;

/// What was asked for.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// The document, read.
    pub(super) file: Option<Fetched>,
    /// The group's member count.
    pub(super) members: Option<u32>,
    /// What we may do in the group.
    pub(super) rights: Rights,
}

/// Whether an update may need the network at all, by its form alone.
pub(super) fn may_be_slow(inbox: &Inbox, taken: &Taken) -> bool {
    inbox.core.gateways.contains_key(&taken.row.gateway)
        && (desk::may_want(&inbox.bare(&taken.row, &taken.event)) || names::may_be_missing(&taken.event))
}

/// Whether it does as things stand. What cannot be looked up counts as so: it is looked up again, alone, and fails there.
pub(super) async fn is_slow(tx: &mut Tx, inbox: &Inbox, taken: &Taken) -> bool {
    let needs = needs(tx, inbox, taken).await;
    needs.map_or(true, |needs| needs.file || needs.members || needs.names)
}

/// What an update needs.
struct Needs {
    file: bool,
    members: bool,
    names: bool,
}

async fn needs(tx: &mut Tx, inbox: &Inbox, taken: &Taken) -> UseCaseResult<Needs> {
    let Taken { row, event } = taken;
    let desk::Wanted { file, members } = desk::wants(tx, &inbox.act(row), &inbox.bare(row, event)).await?;
    Ok(Needs { file, members, names: names::are_wanted(tx, row, event, members).await? })
}

/// Asks the platform for everything that is needed; the update comes back with the names it lacked.
///
/// # Errors
/// The database. What the platform does not give is missing from what was found.
pub(super) async fn prepare(inbox: &Inbox, mut taken: Taken) -> UseCaseResult<(Taken, Found)> {
    let mut found = Found::default();
    let Some(gateway) = inbox.core.gateways.get(&taken.row.gateway) else { return Ok((taken, found)) };
    // The transaction ends with this: none is open while the network is waited for.
    let needs = { needs(&mut inbox.core.store.read().await?, inbox, &taken).await? };
    if needs.names {
        names::fill(gateway, &mut taken.event).await;
    }
    if needs.file {
        found.file = fetch(inbox, gateway, &taken.event).await;
    }
    if needs.members
        && let Some(chat) = taken.event.chat()
    {
        found.members = gateway.member_count(&chat.external_id).await.ok();
        found.rights = gateway.rights(&chat.external_id).await.unwrap_or_default();
    }
    Ok((taken, found))
}

async fn fetch(inbox: &Inbox, gateway: &Arc<dyn Gateway>, event: &Event) -> Option<Fetched> {
    let file = match event {
        Event::Message(message) => message.file.as_ref()?,
        Event::Evidence { file, .. } => file,
        _ => return None,
    };
    match gateway.fetch(&file.reference, MAX_DOCUMENT).await {
        Ok(content) => Some((inbox.inspect)(content).await),
        Err(error) => Some(Fetched::NotFetched { reason: error.to_string() }),
    }
}

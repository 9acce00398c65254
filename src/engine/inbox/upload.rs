//! A document from the upload page: the same as one sent into the chat, from there on.

use super::{EngineResult, Event, Inbox, Prepared, UploadLink, Via, desk};
use crate::domain::event::{AccountRef, ChatRef, IncomingFile, IncomingMessage, Rights};
use crate::store::binding::Chat;
use crate::usecase::Act;

/// What became of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Uploaded {
    /// The conversation has it.
    Taken,
    /// The conversation refused it, and said why in the chat.
    Refused,
    /// The page was used before, or its conversation is over.
    Gone,
}

pub(super) async fn take(inbox: &Inbox, link: &UploadLink, name: &str, content: Vec<u8>) -> EngineResult<Uploaded> {
    let size = u64::try_from(content.len()).unwrap_or(u64::MAX);
    let fetched = (inbox.inspect)(content).await;
    let core = &inbox.core;
    let mut tx = core.store.begin().await?;
    let Some(chat) = tx.chat(&link.chat_id).await? else { return Ok(Uploaded::Gone) };
    // The chat first, as everywhere.
    tx.lock_chat(&chat.gateway, &chat.external_id).await?;
    // Used up and processed together: a fault leaves the page as it was.
    if !tx.use_upload_link(&link.token_hash, core.wall_now()).await? {
        return Ok(Uploaded::Gone);
    }
    let Some(before) = tx.dialogue(&chat.id, &link.account).await? else { return Ok(Uploaded::Gone) };
    let event = Event::Message(message(link, &chat, (name, size), core.wall_now()));
    let dedupe = format!("upload:{}", link.token_hash);
    let username = core.myself(&link.gateway).map(|me| me.username).unwrap_or_default();
    let prepared = Prepared {
        gateway: &link.gateway,
        username,
        event: &event,
        dedupe: &dedupe,
        file: Some(fetched),
        members: None,
        rights: Rights::default(),
    };
    let act = Act { via: Via::Chat(link.gateway.clone()), ..core.act(&inbox.commune_id) };
    desk::handle(&mut tx, &act, &prepared).await?;
    let after = tx.dialogue(&chat.id, &link.account).await?;
    let takes = after.is_some_and(|after| desk::documents_in(&after) > desk::documents_in(&before));
    tx.commit().await?;
    core.wake.notify_waiters();
    Ok(if takes { Uploaded::Taken } else { Uploaded::Refused })
}

fn message(link: &UploadLink, chat: &Chat, file: (&str, u64), now: crate::domain::calendar::Millis) -> IncomingMessage {
    let (name, size) = file;
    IncomingMessage {
        chat: ChatRef { external_id: chat.external_id.clone(), kind: chat.kind, title: String::new() },
        from: AccountRef { external_id: link.account.clone(), name: String::new(), is_bot: false },
        external_id: format!("upload:{}", &link.token_hash[..16]),
        said_at: Some(now),
        text: String::new(),
        file: Some(IncomingFile {
            reference: String::new(),
            name: name.to_owned(),
            size: Some(size),
            media_type: None,
        }),
        reply: None,
        topic: None,
        mentions_us: true,
        hidden_links: Vec::new(),
    }
}

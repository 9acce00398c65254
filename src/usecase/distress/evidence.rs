//! What came with a call for help beside words: fetched after the cry went out, and sent behind it to the same chats.

use super::{Act, Distress, Note, Purpose, Tx, UseCaseResult, links, look_up, notify, say};
use crate::domain::message::Lane;
use crate::store::binding::Chat;
use crate::store::messages::NewMessage;

/// How long an address leads to it where a platform does not carry it, hours.
const LINK_HOURS: i64 = 7 * 24;

/// A file as it is handed on.
#[derive(Debug, Clone, Copy)]
struct Piece<'a> {
    sha256: &'a str,
    name: &'a str,
    media_type: &'a str,
    /// Bytes.
    size: u64,
}

impl Piece<'_> {
    /// Whether a chat's platform carries it.
    fn fits(&self, act: &Act<'_>, chat: &Chat) -> bool {
        let gateway = act.house.gateways.get(&chat.gateway);
        gateway.is_some_and(|traits| traits.files.takes(self.media_type, self.size))
    }
}

/// A file is here: it goes to every chat that has a card, as a file where the platform carries such ones, else as an address.
///
/// # Errors
/// The database.
pub async fn arrived(tx: &mut Tx, act: &Act<'_>, id: &str, file: (&str, &str, &[u8])) -> UseCaseResult<()> {
    let Some(distress) = tx.distress(id).await? else { return Ok(()) };
    let (name, media_type, content) = file;
    let sha256 = tx.put_file(content, media_type, None, act.wall).await?;
    tx.insert_distress_file(id, (&sha256, name)).await?;
    let chats = chats_of(tx, &distress).await?;
    let size = u64::try_from(content.len()).unwrap_or(u64::MAX);
    hand_on(tx, act, &distress, &chats, Piece { sha256: &sha256, name, media_type, size }).await
}

/// What arrived before goes to the chats that got their card later.
///
/// # Errors
/// The database.
pub(super) async fn follow(tx: &mut Tx, act: &Act<'_>, distress: &Distress, before: &[String]) -> UseCaseResult<()> {
    let mut later = chats_of(tx, distress).await?;
    later.retain(|chat| !before.contains(&chat.id));
    for file in tx.distress_files(&distress.id).await? {
        let Some((media_type, size)) = tx.file_facts(&file.sha256).await? else { continue };
        let size = u64::try_from(size).unwrap_or(u64::MAX);
        let piece = Piece { sha256: &file.sha256, name: &file.file_name, media_type: &media_type, size };
        hand_on(tx, act, distress, &later, piece).await?;
    }
    Ok(())
}

/// To each of these chats, as a file or as an address of its own, so that what one account was given can be ended alone.
async fn hand_on(
    tx: &mut Tx,
    act: &Act<'_>,
    distress: &Distress,
    chats: &[Chat],
    piece: Piece<'_>,
) -> UseCaseResult<()> {
    let caption = caption(tx, act, distress).await?;
    for chat in chats {
        if piece.fits(act, chat) {
            let body = act.house.shown(&chat.gateway, caption.clone());
            let to = (chat.gateway.as_str(), chat.id.as_str());
            let message = NewMessage::text(act.new_id(), Purpose::Card, to, body, act.wall).in_lane(Lane::Rescue);
            let file = Some((piece.sha256.to_owned(), piece.name.to_owned()));
            tx.queue_message(&NewMessage { file, ..message }).await?;
            continue;
        }
        let (file, whose) = ((piece.sha256, piece.name), (distress.id.as_str(), chat.id.as_str()));
        let text = match links::for_distress(tx, act, file, whose, LINK_HOURS).await? {
            Some(url) => say!(act.house.locale, "distress-file-link", caption = caption.as_str(), url = url),
            None => say!(act.house.locale, "distress-file-lost", caption = caption.as_str()),
        };
        tell(tx, act, chat, text).await?;
    }
    Ok(())
}

/// A file could not be fetched: whoever has a card is to call back.
///
/// # Errors
/// The database.
pub async fn lost(tx: &mut Tx, act: &Act<'_>, id: &str) -> UseCaseResult<()> {
    let Some(distress) = tx.distress(id).await? else { return Ok(()) };
    let caption = caption(tx, act, &distress).await?;
    for chat in chats_of(tx, &distress).await? {
        let text = say!(act.house.locale, "distress-file-lost", caption = caption.as_str());
        tell(tx, act, &chat, text).await?;
    }
    Ok(())
}

async fn tell(tx: &mut Tx, act: &Act<'_>, chat: &Chat, text: String) -> UseCaseResult<()> {
    let note = Note { lane: Some(Lane::Rescue), ..Note::plain(text) };
    notify::say(tx, act, chat, Purpose::Card, &note, None).await
}

async fn caption(tx: &mut Tx, act: &Act<'_>, distress: &Distress) -> UseCaseResult<String> {
    let name = look_up::name_of(tx, &distress.person_id).await?;
    Ok(say!(act.house.locale, "distress-file", name = name))
}

async fn chats_of(tx: &mut Tx, distress: &Distress) -> UseCaseResult<Vec<Chat>> {
    let mut chats = Vec::new();
    for id in tx.distress_chats(&distress.id).await? {
        chats.extend(tx.chat(&id).await?);
    }
    Ok(chats)
}

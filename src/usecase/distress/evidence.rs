//! What came with a call for help beside words: fetched after the cry went out, and sent behind it to the same chats.

use super::{Act, Distress, Note, Purpose, Tx, UseCaseResult, notify, officers, say};
use crate::domain::message::Lane;
use crate::id::{secret_word, sha256_hex};
use crate::store::binding::Chat;
use crate::store::messages::NewMessage;

/// How long an address leads to it where a platform does not carry it, hours.
const LINK_HOURS: i64 = 7 * 24;

/// A file is here: it goes to every chat that has a card, as a file where the platform carries such ones, else as an address.
///
/// # Errors
/// The database.
pub async fn arrived(tx: &mut Tx, act: &Act<'_>, id: &str, file: (&str, &str, &[u8])) -> UseCaseResult<()> {
    let Some(distress) = tx.distress(id).await? else { return Ok(()) };
    let (name, media_type, content) = file;
    let sha256 = tx.put_file(content, media_type, None, act.wall).await?;
    let chats = chats_of(tx, &distress).await?;
    let size = u64::try_from(content.len()).unwrap_or(u64::MAX);
    let carries =
        |chat: &Chat| act.house.gateways.get(&chat.gateway).is_some_and(|traits| traits.files.takes(media_type, size));
    let address = if chats.iter().all(carries) { None } else { address(act) };
    let hashed = address.as_ref().map(|(secret, _)| sha256_hex(secret.as_bytes()));
    let link = hashed.as_deref().map(|hash| (hash, act.wall.plus_ms(LINK_HOURS * 3_600_000)));
    tx.insert_distress_file(id, (&sha256, name), link).await?;
    let caption = caption(tx, act, &distress).await?;
    for chat in &chats {
        if carries(chat) {
            let body = act.house.shown(&chat.gateway, caption.clone());
            let to = (chat.gateway.as_str(), chat.id.as_str());
            let message = NewMessage::text(act.new_id(), Purpose::Card, to, body, act.wall).in_lane(Lane::Rescue);
            tx.queue_message(&NewMessage { file: Some((sha256.clone(), name.to_owned())), ..message }).await?;
            continue;
        }
        let text = match &address {
            Some((_, url)) => {
                say!(act.house.locale, "distress-file-link", caption = caption.as_str(), url = url.as_str())
            }
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
    let name = officers::name_of(tx, &distress.person_id).await?;
    Ok(say!(act.house.locale, "distress-file", name = name))
}

async fn chats_of(tx: &mut Tx, distress: &Distress) -> UseCaseResult<Vec<Chat>> {
    let mut chats = Vec::new();
    for id in tx.distress_chats(&distress.id).await? {
        chats.extend(tx.chat(&id).await?);
    }
    Ok(chats)
}

/// A secret and the address it makes; none without a public one.
fn address(act: &Act<'_>) -> Option<(String, String)> {
    let public = act.house.public_url.as_ref()?;
    let secret = secret_word(act.entropy);
    let url = format!("{public}/tep/{secret}");
    Some((secret, url))
}

//! A page for the document, where the chat cannot carry one.

use crate::desk::Talk;
use crate::id::{secret_word, sha256_hex};
use crate::say;
use crate::store::Tx;
use crate::store::links::UploadLink;
use crate::usecase::{Act, UseCaseResult};

/// Minutes for which the page waits: long enough to find the file, short enough to be worthless when found later.
const MINUTES: i64 = 30;

/// The line that leads to the page, made anew each time it is asked; nothing where the chat takes documents itself, or where
/// the service has no public address.
pub(super) async fn invitation(tx: &mut Tx, act: &Act<'_>, talk: &Talk) -> UseCaseResult<String> {
    let locale = &act.house.locale;
    let hears = act.house.gateways.get(&talk.chat.gateway).is_none_or(|traits| traits.hears_documents);
    let Some(person) = talk.trusted().filter(|_| !hears) else { return Ok(String::new()) };
    let Some(public_url) = &act.house.public_url else {
        return Ok(format!("\n{}", say!(locale, "compose-no-upload")));
    };
    let secret = secret_word(act.entropy);
    let link = UploadLink {
        token_hash: sha256_hex(secret.as_bytes()),
        gateway: talk.chat.gateway.clone(),
        chat_id: talk.chat.id.clone(),
        account: talk.account.clone(),
        person_id: person.id.clone(),
    };
    tx.put_upload_link(&link, act.wall, act.wall.plus_minutes(MINUTES)).await?;
    let address = format!("{public_url}/gui/{secret}");
    Ok(format!("\n{}", say!(locale, "compose-upload", address = address, minutes = MINUTES)))
}

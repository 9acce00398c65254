//! sendPhoto: the picture is fetched from its address during the call, as the platform's servers do.

use std::time::Duration;

use axum::body::Bytes;
use reqwest::header::CONTENT_TYPE;

use super::{
    error::{Answered, Refusal},
    send::{Parcel, accept, admit, required, target},
    server::Shared,
    text,
    world::{Content, SentKind},
};
use crate::{params::Params, picture};

/// How long the picture may take.
const PATIENCE: Duration = Duration::from_mins(1);
/// The largest picture taken, in bytes; larger ones were reported to fail.
const MAX_BYTES: u64 = 5 * 1024 * 1024;

/// sendPhoto: `photo` is a public address, an upload is not possible.
pub(super) async fn send(shared: &Shared, params: &Params) -> Answered {
    let url = required(params, "photo")?;
    if !url.starts_with("http://") && !url.starts_with("https://") {
        return Err(Refusal::bad("photo must be an http or https address"));
    }
    let caption = text::checked(params.text("caption").unwrap_or_default(), "caption")?;
    let chat = {
        let mut world = shared.world();
        let chat = target(&world, params)?;
        admit(&mut world)?;
        chat
    };
    let (mime, bytes) = fetch(shared, url).await?;
    let mut world = shared.world();
    let content = Content::Photo(world.keep(mime, bytes));
    let (raw, shown) = (caption.to_owned(), caption.to_owned());
    accept(&mut world, &chat, Parcel { kind: SentKind::Photo, content, raw, shown }).map(Some)
}

/// The picture with its type. The address is not repeated in the refusal: it may be a secret one.
async fn fetch(shared: &Shared, url: &str) -> Result<(&'static str, Bytes), Refusal> {
    let failed = |what: &str| Refusal::bad(format_args!("the photo could not be fetched: {what}"));
    let answer = shared.client.get(url).timeout(PATIENCE).send().await.map_err(|_| failed("no answer"))?;
    if !answer.status().is_success() {
        return Err(failed(answer.status().as_str()));
    }
    if answer.content_length().is_some_and(|length| length > MAX_BYTES) {
        return Err(failed("it is too large"));
    }
    let types: Vec<_> = answer.headers().get_all(CONTENT_TYPE).iter().cloned().collect();
    let bytes = answer.bytes().await.map_err(|_| failed("it broke off"))?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(failed("it is too large"));
    }
    let mime = kind(&bytes).ok_or_else(|| failed("it is no picture"))?;
    // Stricter than seen: what calls itself something else, or two things at once, is a picture by chance only.
    let [said] = types.as_slice() else { return Err(failed("it has not one type")) };
    if said.as_bytes() != mime.as_bytes() {
        return Err(failed("its type is not that of a picture"));
    }
    Ok((mime, bytes))
}

/// The type of a picture, by its first bytes.
pub(super) fn kind(bytes: &[u8]) -> Option<&'static str> {
    picture::size(bytes)?;
    Some(match bytes.first() {
        Some(0x89) => "image/png",
        Some(b'G') => "image/gif",
        _ => "image/jpeg",
    })
}

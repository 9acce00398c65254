//! The page on which a composer puts the document that their chat cannot carry: once, and only for a while.

use std::sync::Arc;

use axum::extract::multipart::{MultipartError, MultipartRejection};
use axum::extract::{Multipart, Path, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::Site;
use super::file::{gone, trouble};
use super::page::{page, paragraph};
use crate::domain::render::escape;
use crate::engine::inbox::Uploaded;
use crate::id::sha256_hex;
use crate::say;
use crate::store::links::UploadLink;

/// Largest document, bytes: what a chat that carries documents takes too.
pub(super) const MAX_BYTES: usize = 20_000_000;

/// `GET /gui/{secret}`: the form.
pub(super) async fn form(State(site): State<Arc<Site>>, Path(secret): Path<String>) -> Response {
    match link(&site, &secret).await {
        Ok(Some(_)) => page(StatusCode::OK, &say!(site.core.house.locale, "page-upload-title"), &form_body(&site)),
        Ok(None) => gone(&site),
        Err(error) => trouble(&site, &error),
    }
}

fn form_body(site: &Site) -> String {
    let locale = &site.core.house.locale;
    let (warning, send) = (escape(&say!(locale, "page-upload-warning")), escape(&say!(locale, "page-upload-send")));
    format!(
        "<p><strong>{warning}</strong></p>{}<form method=\"post\" enctype=\"multipart/form-data\">\
         <p><input type=\"file\" name=\"tep\" required></p><p><button>{send}</button></p></form>",
        paragraph(&say!(locale, "page-upload-ask"))
    )
}

/// `POST /gui/{secret}`: the document, handed to the conversation it belongs to.
pub(super) async fn posted(
    State(site): State<Arc<Site>>,
    Path(secret): Path<String>,
    parts: Result<Multipart, MultipartRejection>,
) -> Response {
    let link = match link(&site, &secret).await {
        Ok(Some(link)) => link,
        Ok(None) => return gone(&site),
        Err(error) => return trouble(&site, &error),
    };
    let Ok(mut parts) = parts else { return say(&site, StatusCode::BAD_REQUEST, "page-upload-broken") };
    let (name, content) = match read(&mut parts).await {
        Ok(Some(file)) => file,
        Ok(None) => return say(&site, StatusCode::BAD_REQUEST, "page-upload-none"),
        Err(error) if error.status() == StatusCode::PAYLOAD_TOO_LARGE => {
            return say(&site, StatusCode::PAYLOAD_TOO_LARGE, "page-upload-too-large");
        }
        Err(_) => return say(&site, StatusCode::BAD_REQUEST, "page-upload-broken"),
    };
    match site.inbox.uploaded(&link, &name, content).await {
        Ok(Uploaded::Taken) => say(&site, StatusCode::OK, "page-upload-done"),
        Ok(Uploaded::Refused) => say(&site, StatusCode::OK, "page-upload-refused"),
        Ok(Uploaded::Gone) => gone(&site),
        Err(error) => trouble(&site, &error),
    }
}

async fn link(site: &Site, secret: &str) -> Result<Option<UploadLink>, crate::store::StoreError> {
    let mut tx = site.core.store.read().await?;
    tx.upload_link(&sha256_hex(secret.as_bytes()), site.core.wall_now()).await
}

/// Name and content of the first file; an error when it is too large, or broke off on its way.
async fn read(parts: &mut Multipart) -> Result<Option<(String, Vec<u8>)>, MultipartError> {
    while let Some(part) = parts.next_field().await? {
        let Some(name) = part.file_name().map(str::to_owned) else { continue };
        let content = part.bytes().await?;
        return Ok((!content.is_empty()).then(|| (name, content.to_vec())));
    }
    Ok(None)
}

fn say(site: &Site, status: StatusCode, key: &str) -> Response {
    let locale = &site.core.house.locale;
    page(status, &say!(locale, "page-upload-title"), &paragraph(&locale.text(key, &[])))
}

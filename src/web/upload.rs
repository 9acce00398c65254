//! The page on which a composer puts the document that their chat cannot carry: once, only for a while, and only while its form is open.
//!
//! It is claimed before a byte of the document is read: two who post at once do not both fill the memory, and the second one is told.
//! The claim is this process's; of several services the transaction that uses the page up has the last word.

use std::sync::{Arc, PoisonError};
use std::time::Duration;

use axum::Extension;
use axum::extract::multipart::MultipartError;
use axum::extract::{FromRequest as _, Multipart, Path, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use http_body::Body as _;
use tokio::time::timeout;

use super::door::Visit;
use super::file::{gone, trouble};
use super::page::{page, paragraph};
use super::{FORM_BYTES, Site, body};
use crate::domain::render::escape;
use crate::engine::inbox::Uploaded;
use crate::id::sha256_hex;
use crate::say;
use crate::store::StoreError;
use crate::store::links::UploadLink;

/// Largest document, bytes: what a chat that carries documents takes too.
pub(super) const MAX_BYTES: usize = 20_000_000;
/// What is read of a document that is not taken, so that whoever sends it can read the answer.
const DRAINED: (u64, Duration) = (64_000_000, Duration::from_secs(10));
/// How long one waits for a place where documents are read.
const FOR_A_PLACE: Duration = Duration::from_secs(5);

/// `GET /gui/{secret}`: the form.
pub(super) async fn form(
    State(site): State<Arc<Site>>,
    Extension(visit): Extension<Visit>,
    Path(secret): Path<String>,
) -> Response {
    match link(&site, &secret).await {
        Ok(Some(_)) => {
            visit.is_known();
            page(StatusCode::OK, &say!(site.core.house.locale, "page-upload-title"), &form_body(&site))
        }
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
    Extension(visit): Extension<Visit>,
    Path(secret): Path<String>,
    request: Request,
) -> Response {
    let link = match link(&site, &secret).await {
        Ok(Some(link)) => link,
        Ok(None) => return unread(request, gone(&site)).await,
        Err(error) => return unread(request, trouble(&site, &error)).await,
    };
    let Some(_claim) = Claim::of(&site, &link) else {
        return unread(request, say(&site, StatusCode::CONFLICT, "page-upload-under-way")).await;
    };
    visit.is_known();
    let Ok(Ok(_place)) = timeout(FOR_A_PLACE, site.uploads.acquire()).await else {
        return unread(request, busy(&site)).await;
    };
    match timeout(site.limits.upload, document(request)).await {
        Ok(Ok((name, content))) => handed_over(&site, &link, &name, content).await,
        Ok(Err((status, key))) => say(&site, status, key),
        Err(_) => say(&site, StatusCode::REQUEST_TIMEOUT, "page-upload-slow"),
    }
}

/// The answer to somebody whose document is not wanted, once it was read past: a browser shows no answer before it has sent everything.
async fn unread(request: Request, answer: Response) -> Response {
    body::drain(request.into_body(), DRAINED.0, DRAINED.1).await;
    answer
}

async fn handed_over(site: &Site, link: &UploadLink, name: &str, content: Vec<u8>) -> Response {
    match site.inbox.uploaded(link, name, content).await {
        Ok(Uploaded::Taken) => say(site, StatusCode::OK, "page-upload-done"),
        Ok(Uploaded::Refused) => say(site, StatusCode::OK, "page-upload-refused"),
        Ok(Uploaded::Gone) => gone(site),
        Err(error) => trouble(site, &error),
    }
}

/// That a page's document is on its way, until this value goes.
struct Claim<'a> {
    site: &'a Site,
    token_hash: String,
}

impl<'a> Claim<'a> {
    /// None while another one is on its way.
    fn of(site: &'a Site, link: &UploadLink) -> Option<Self> {
        let token_hash = link.token_hash.clone();
        let is_first = site.claims.lock().unwrap_or_else(PoisonError::into_inner).insert(token_hash.clone());
        is_first.then_some(Self { site, token_hash })
    }
}

impl Drop for Claim<'_> {
    fn drop(&mut self) {
        self.site.claims.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.token_hash);
    }
}

async fn link(site: &Site, secret: &str) -> Result<Option<UploadLink>, StoreError> {
    let mut tx = site.pages.read().await?;
    tx.upload_link(&sha256_hex(secret.as_bytes()), site.core.wall_now()).await
}

/// Name and content of the document, or what to say instead.
async fn document(request: Request) -> Result<(String, Vec<u8>), (StatusCode, &'static str)> {
    const BROKEN: (StatusCode, &str) = (StatusCode::BAD_REQUEST, "page-upload-broken");
    const TOO_LARGE: (StatusCode, &str) = (StatusCode::PAYLOAD_TOO_LARGE, "page-upload-too-large");
    let most = u64::try_from(MAX_BYTES + FORM_BYTES).unwrap_or(u64::MAX);
    if request.body().size_hint().lower() > most {
        body::drain(request.into_body(), DRAINED.0, DRAINED.1).await;
        return Err(TOO_LARGE);
    }
    let mut parts = Multipart::from_request(request, &()).await.map_err(|_| BROKEN)?;
    match read(&mut parts).await {
        Ok(Some(file)) => Ok(file),
        Ok(None) => Err((StatusCode::BAD_REQUEST, "page-upload-none")),
        Err(error) if error.status() == StatusCode::PAYLOAD_TOO_LARGE => Err(TOO_LARGE),
        Err(_) => Err(BROKEN),
    }
}

/// Name and content of the first file; an error when it is too large, or broke off on its way.
async fn read(parts: &mut Multipart) -> Result<Option<(String, Vec<u8>)>, MultipartError> {
    while let Some(part) = parts.next_field().await? {
        let Some(name) = part.file_name().map(str::to_owned) else { continue };
        let content = part.bytes().await?;
        return Ok((!content.is_empty()).then(|| (name, content.into())));
    }
    Ok(None)
}

/// Too many documents are on their way: in half a minute there is room.
fn busy(site: &Site) -> Response {
    let mut response = say(site, StatusCode::SERVICE_UNAVAILABLE, "page-trouble");
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("30"));
    response
}

fn say(site: &Site, status: StatusCode, key: &str) -> Response {
    let locale = &site.core.house.locale;
    page(status, &say!(locale, "page-upload-title"), &paragraph(&locale.text(key, &[])))
}

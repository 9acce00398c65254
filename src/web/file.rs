//! A file behind a link that nobody can guess, until it ends or is revoked: in pieces, from where a reader wants, and never from the
//! engine's own connections.

use std::sync::Arc;

use axum::Extension;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};

use super::Site;
use super::door::Visit;
use super::page::{guarded, page, paragraph};
use crate::id::sha256_hex;
use crate::say;
use crate::store::StoreError;

mod range;
mod stream;

use range::Wanted;
use stream::Pieces;
pub(super) use stream::Streams;

/// A file as it is described to whoever reads it.
struct Found {
    sha256: String,
    name: String,
    media_type: String,
    /// Bytes.
    size: u64,
}

/// `GET /tep/{secret}`.
pub(super) async fn file(
    State(site): State<Arc<Site>>,
    Extension(visit): Extension<Visit>,
    Path(secret): Path<String>,
    headers: HeaderMap,
) -> Response {
    match find(&site, &secret).await {
        Ok(Some(found)) => {
            visit.reads();
            guarded(answer(&site, &found, &headers))
        }
        Ok(None) => gone(&site),
        Err(error) => trouble(&site, &error),
    }
}

async fn find(site: &Site, secret: &str) -> Result<Option<Found>, StoreError> {
    let mut tx = site.pages.read().await?;
    let Some(link) = tx.linked_file(&sha256_hex(secret.as_bytes()), site.core.wall_now()).await? else {
        return Ok(None);
    };
    let facts = tx.file_facts(&link.sha256).await?;
    Ok(facts.map(|(media_type, size)| Found {
        sha256: link.sha256,
        name: link.file_name,
        media_type,
        size: u64::try_from(size).unwrap_or(0),
    }))
}

/// The file, a part of it, or that nothing has changed.
fn answer(site: &Site, found: &Found, headers: &HeaderMap) -> Response {
    let tag = format!("\"{}\"", found.sha256);
    let text = |name: header::HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let mut response = if text(header::IF_NONE_MATCH).is_some_and(|known| range::names(known, &tag)) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        // A part of what the file was before it changed would be spliced into nonsense.
        let part = text(header::RANGE).filter(|_| text(header::IF_RANGE).is_none_or(|known| known == tag));
        body_of(site, found, range::wanted(part, found.size))
    };
    for (name, value) in [(header::ETAG, tag.as_str()), (header::ACCEPT_RANGES, "bytes")] {
        set(&mut response, name, value);
    }
    response
}

fn body_of(site: &Site, found: &Found, wanted: Wanted) -> Response {
    let whole = found.size;
    let (status, from, to) = match wanted {
        Wanted::Whole => (StatusCode::OK, 0, whole),
        Wanted::Part { from, to } => (StatusCode::PARTIAL_CONTENT, from, to),
        Wanted::Nothing => {
            let mut response = StatusCode::RANGE_NOT_SATISFIABLE.into_response();
            set(&mut response, header::CONTENT_RANGE, &format!("bytes */{whole}"));
            return response;
        }
    };
    let pieces = Pieces::new(site.pages.clone(), found.sha256.clone(), (from, to), &site.streams);
    let mut response = Response::new(Body::new(pieces));
    *response.status_mut() = status;
    // One type and no other: platforms take a picture with one type only, and nobody guesses at "image/*".
    let media_type = if found.media_type.contains('*') { "application/octet-stream" } else { &found.media_type };
    set(&mut response, header::CONTENT_TYPE, media_type);
    set(&mut response, header::CONTENT_LENGTH, &(to - from).to_string());
    set(&mut response, header::CONTENT_DISPOSITION, &disposition(&found.name));
    if status == StatusCode::PARTIAL_CONTENT {
        set(&mut response, header::CONTENT_RANGE, &format!("bytes {from}-{}/{whole}", to - 1));
    }
    response
}

/// Puts a header in place of one that may be there.
fn set(response: &mut Response, name: header::HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}

/// The name in UTF-8 (RFC 8187): browsers save "Kế hoạch.pdf" under its own name.
fn disposition(name: &str) -> String {
    use std::fmt::Write as _;
    let mut encoded = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    format!("inline; filename*=UTF-8''{encoded}")
}

/// Unknown, over, used and revoked look the same: a guess learns nothing.
pub(super) fn gone(site: &Site) -> Response {
    let locale = &site.core.house.locale;
    page(StatusCode::NOT_FOUND, &say!(locale, "page-gone-title"), &paragraph(&say!(locale, "page-gone")))
}

/// Something of ours failed.
pub(super) fn trouble(site: &Site, error: &dyn std::fmt::Display) -> Response {
    tracing::error!(%error, "page.failed");
    let locale = &site.core.house.locale;
    page(StatusCode::SERVICE_UNAVAILABLE, &say!(locale, "page-gone-title"), &paragraph(&say!(locale, "page-trouble")))
}

#[cfg(test)]
mod tests {
    use super::disposition;

    #[test]
    fn a_vietnamese_name_with_quotes_cannot_break_the_header() {
        assert_eq!(disposition("Kế.pdf"), "inline; filename*=UTF-8''K%E1%BA%BF.pdf");
        assert!(!disposition("a\"\r\nSet-Cookie: x").contains('\n'));
    }
}

//! A file behind a link that nobody can guess, until it ends or is revoked.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};

use super::Site;
use super::page::{guarded, page, paragraph};
use crate::id::sha256_hex;
use crate::say;
use crate::store::StoreError;

/// `GET /tep/{secret}`.
pub(super) async fn file(State(site): State<Arc<Site>>, Path(secret): Path<String>) -> Response {
    match find(&site, &secret).await {
        Ok(Some((name, media_type, content))) => {
            let headers = [(header::CONTENT_TYPE, media_type), (header::CONTENT_DISPOSITION, disposition(&name))];
            let mut response = content.into_response();
            for (name, value) in headers {
                if let Ok(value) = HeaderValue::from_str(&value) {
                    // In place of the type that bytes have by themselves: platforms take a picture with one type only.
                    response.headers_mut().insert(name, value);
                }
            }
            guarded(response)
        }
        Ok(None) => gone(&site),
        Err(error) => trouble(&site, &error),
    }
}

async fn find(site: &Site, secret: &str) -> Result<Option<(String, String, Vec<u8>)>, StoreError> {
    let mut tx = site.core.store.read().await?;
    let Some(link) = tx.linked_file(&sha256_hex(secret.as_bytes()), site.core.wall_now()).await? else {
        return Ok(None);
    };
    let file = tx.file(&link.sha256).await?;
    Ok(file.map(|file| (link.file_name, file.media_type, file.content)))
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

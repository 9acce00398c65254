//! The few pages people see: one column of plain HTML, readable on a cheap telephone, with nothing fetched from elsewhere.

use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};

use crate::domain::render::escape;

const STYLE: &str = "body{font:18px/1.5 system-ui,sans-serif;max-width:34rem;margin:2rem auto;padding:0 1rem}\
    button,input{font:inherit;margin:.5rem 0}button{padding:.6rem 1.4rem}strong{color:#a00}";

/// What every answer here carries: found by no search engine, kept by no cache, framed by nobody.
pub(super) const GUARDS: [(HeaderName, HeaderValue); 5] = [
    (HeaderName::from_static("x-robots-tag"), HeaderValue::from_static("noindex, nofollow, noarchive")),
    (header::CACHE_CONTROL, HeaderValue::from_static("private, no-store")),
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(
            "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'",
        ),
    ),
];

/// A page with a heading and a body of trusted HTML.
pub(super) fn page(status: StatusCode, title: &str, body: &str) -> Response {
    let title = escape(title);
    let html = format!(
        "<!doctype html><html lang=\"vi\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width, initial-scale=1\"><title>{title}</title><style>{STYLE}</style></head>\
         <body><h1>{title}</h1>{body}</body></html>"
    );
    guarded((status, Html(html)).into_response())
}

/// A paragraph of text, shown literally.
pub(super) fn paragraph(text: &str) -> String {
    format!("<p>{}</p>", escape(text))
}

/// The answer with the guards on it.
pub(super) fn guarded(mut response: Response) -> Response {
    response.headers_mut().extend(GUARDS.map(|(name, value)| (name, value)));
    response
}

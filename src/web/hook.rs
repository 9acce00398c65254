//! Where platforms post updates. A request is believed only after its gateway has checked it, and answered only after what it
//! brought is committed, with what is posted at the same time: what is not answered comes again.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};

use super::Site;
use crate::engine::receiver::Receiver;
use crate::platform::{Arrived, WebhookRequest};

/// The address under which a gateway's platform posts.
#[must_use]
pub fn hook_address(public_url: &str, gateway: &str) -> String {
    format!("{public_url}/hook/{gateway}")
}

/// Somebody looks whether the address exists, as consoles do before they save it.
pub(super) async fn looked_at(State(site): State<Arc<Site>>, Path(gateway): Path<String>) -> StatusCode {
    if site.core.gateways.contains_key(&gateway) { StatusCode::OK } else { StatusCode::NOT_FOUND }
}

/// A platform posts.
pub(super) async fn posted(
    State(site): State<Arc<Site>>,
    Path(name): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    let core = &site.core;
    let Some(gateway) = core.gateways.get(&name).cloned() else { return StatusCode::NOT_FOUND };
    let headers = readable(&headers);
    let request = WebhookRequest { headers: &headers, body: &body, now: core.wall_now() };
    let updates = match gateway.receive(&request) {
        Arrived::Updates(updates) => updates,
        Arrived::Probe => return StatusCode::OK,
        Arrived::Refused(why) => {
            tracing::warn!(gateway = %name, why, "webhook.refused");
            return StatusCode::UNAUTHORIZED;
        }
    };
    // Not known yet just after the start, or while the token is dead: the platform posts it again.
    let Some(me) = core.myself(&name).or_else(|| gateway.known_self()) else { return StatusCode::SERVICE_UNAVAILABLE };
    match Receiver::new(core.clone(), gateway, me).keep_with_others(updates).await {
        Ok(stored) => {
            if stored > 0 {
                core.arrivals.ring();
            }
            StatusCode::OK
        }
        Err(error) => {
            tracing::error!(gateway = %name, %error, "webhook.not_kept");
            StatusCode::INTERNAL_SERVER_ERROR
        }
    }
}

fn readable(headers: &HeaderMap) -> Vec<(String, String)> {
    let readable =
        headers.iter().filter_map(|(name, value)| Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned())));
    readable.collect()
}

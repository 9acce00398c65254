//! Where platforms post updates. A request is believed only after its gateway has checked it, and answered only after what it
//! brought is committed, with what is posted at the same time: what is not answered comes again.
//!
//! Whoever asks without proof reads the same whatever name stands in the address: which accounts there are is nobody's business.

use std::sync::{Arc, PoisonError};
use std::time::Duration;

use axum::Extension;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};

use super::Site;
use super::body::{self, Trouble};
use super::door::Visit;
use crate::clock::Monotonic as _;
use crate::engine::receiver::Receiver;
use crate::platform::{Arrived, WebhookRequest};

/// A platform's update is a few kilobytes.
const HOOK_BYTES: usize = 1_000_000;
/// Refused posts are told of once in this time: whoever posts a thousand must not write a thousand lines.
const TOLD_EVERY: Duration = Duration::from_mins(1);

/// The address under which a gateway's platform posts.
#[must_use]
pub fn hook_address(public_url: &str, gateway: &str) -> String {
    format!("{public_url}/hook/{gateway}")
}

/// Somebody looks whether the address exists, as consoles do before they save it.
pub(super) async fn looked_at() -> StatusCode {
    StatusCode::OK
}

/// A platform posts.
pub(super) async fn posted(
    State(site): State<Arc<Site>>,
    Extension(visit): Extension<Visit>,
    Path(name): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> StatusCode {
    let read = match body::read(body, HOOK_BYTES, site.limits.body, &site.bodies).await {
        Ok(read) => read,
        Err(trouble) => return status(trouble),
    };
    let headers = readable(&headers);
    let core = &site.core;
    let request = WebhookRequest { headers: &headers, body: &read.bytes, now: core.wall_now() };
    // There is nothing in it to believe.
    if request.is_a_look() {
        return StatusCode::OK;
    }
    let Some(gateway) = core.gateways.get(&name).cloned() else { return refuse(&site, "", "no such gateway") };
    let updates = match gateway.receive(&request) {
        Arrived::Updates(updates) => updates,
        Arrived::Probe => return StatusCode::OK,
        Arrived::Refused(why) => return refuse(&site, &name, why),
    };
    visit.is_known();
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

const fn status(trouble: Trouble) -> StatusCode {
    match trouble {
        Trouble::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        Trouble::TooSlow => StatusCode::REQUEST_TIMEOUT,
        Trouble::Busy => StatusCode::SERVICE_UNAVAILABLE,
        Trouble::Broken => StatusCode::BAD_REQUEST,
    }
}

/// What was posted proves nothing.
fn refuse(site: &Site, gateway: &str, why: &str) -> StatusCode {
    let now = site.machine.elapsed();
    let mut refusals = site.refusals.lock().unwrap_or_else(PoisonError::into_inner);
    let (told, untold) = refusals.entry(gateway.to_owned()).or_default();
    *untold += 1;
    if *told == Duration::ZERO || now.saturating_sub(*told) >= TOLD_EVERY {
        tracing::warn!(gateway, why, posts = *untold, "webhook.refused");
        (*told, *untold) = (now, 0);
    }
    StatusCode::UNAUTHORIZED
}

fn readable(headers: &HeaderMap) -> Vec<(String, String)> {
    let readable =
        headers.iter().filter_map(|(name, value)| Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned())));
    readable.collect()
}

//! Webhook delivery: one event a POST, in order, given up after the tries the quirks allow.

use std::{sync::Arc, time::Duration};

use reqwest::RequestBuilder;
use serde_json::{Value, json};

use super::{
    config::{BodyShape, Probe},
    hear::Event,
    hook::Hook,
    server::Shared,
};
use crate::{FaultKind, server::Called};

/// The longest wait for a receiver's answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// The name of the header that carries the secret.
const SECRET: &str = "X-Bot-Api-Secret-Token";

/// Delivers events for as long as the stand-in runs and a webhook is set.
pub(super) async fn work(shared: Arc<Shared>) {
    let wake = shared.world().wake.clone();
    loop {
        let woken = wake.notified();
        tokio::pin!(woken);
        woken.as_mut().enable();
        let Some((hook, event)) = next(&shared) else {
            tokio::select! { () = woken => continue, () = shared.cancel.cancelled() => return }
        };
        tokio::select! { () = deliver(&shared, &hook, event) => {}, () = shared.cancel.cancelled() => return }
    }
}

/// The next event, unless there is no webhook or the platform is down.
fn next(shared: &Shared) -> Option<(Hook, Event)> {
    if shared.is_dark() {
        return None;
    }
    let mut world = shared.world();
    let hook = world.hook.clone().filter(Hook::is_set)?;
    let event = world.inbox.pop()?;
    world.inbox.in_flight += 1;
    Some((hook, event))
}

async fn deliver(shared: &Shared, hook: &Hook, event: Event) {
    let fault = shared.strike(&Called { method: "webhook", chat: Some(&event.chat), bot: 0 });
    let times = if fault == Some(FaultKind::Duplicate) { 2 } else { 1 };
    let mut accepted = 0;
    if fault != Some(FaultKind::Lost) {
        for _ in 0..times {
            accepted += u64::from(insist(shared, hook, &event.body).await);
        }
    }
    let mut world = shared.world();
    world.counts.posted += accepted;
    world.counts.lost += u64::from(accepted == 0);
    world.inbox.in_flight -= 1;
}

/// Posts one event until it is accepted or the tries are used up.
async fn insist(shared: &Shared, hook: &Hook, update: &Value) -> bool {
    let (tries, pause, body) = {
        let world = shared.world();
        let quirks = &world.config.quirks;
        let pause = Duration::from_millis(quirks.webhook_retry_ms);
        (quirks.webhook_tries.max(1), pause, shaped(quirks.bodies, world.counts.posted, update))
    };
    for left in (0..tries).rev() {
        if accepted(signed(shared, hook).json(&body)).await {
            return true;
        }
        if left > 0 {
            tokio::time::sleep(pause).await;
        }
    }
    false
}

/// Any 2xx accepts.
async fn accepted(request: RequestBuilder) -> bool {
    request.timeout(PATIENCE).send().await.is_ok_and(|answer| answer.status().is_success())
}

fn signed(shared: &Shared, hook: &Hook) -> RequestBuilder {
    shared.client.post(&hook.url).header(SECRET, &hook.secret)
}

/// The body of the `n`th event.
fn shaped(shape: BodyShape, n: u64, update: &Value) -> Value {
    let bare = shape == BodyShape::Bare || (shape == BodyShape::Mixed && n.is_multiple_of(2));
    if bare { update.clone() } else { json!({ "ok": true, "result": update }) }
}

/// What is sent to find out whether somebody listens.
pub(super) async fn probe(shared: &Shared, hook: &Hook, probe: Probe) -> bool {
    let (shape, seconds) = {
        let world = shared.world();
        (world.config.quirks.bodies, world.wall().div_euclid(1_000))
    };
    match probe {
        Probe::None => true,
        Probe::Empty => accepted(shared.client.post(&hook.url)).await,
        Probe::Test => {
            let message = json!({ "message_id": "webhook-test", "date": seconds });
            let update = json!({ "event_name": "webhook.test", "message": message });
            accepted(signed(shared, hook).json(&shaped(shape, 0, &update))).await
        }
    }
}

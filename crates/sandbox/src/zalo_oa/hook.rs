//! Webhook delivery: signed, answered within a budget, repeated on a fixed ladder of waits.
//!
//! The waits go by the wall clock that was handed in. Whoever moves that clock calls [`deliver_due`] (through the
//! handle's `tick`); otherwise a task looks every quarter of a second of real time.

use std::{sync::Arc, time::Duration};

use serde_json::Value;

use super::{
    config::{Drive, Signing, SigningId, SigningSecret, SigningTime, ZaloOaConfig},
    server::Shared,
    world::World,
};
use crate::{ControlError, FaultKind, Result, server::Called, sha256_hex};

/// How often the task looks for what has become due.
const LOOK_EVERY: Duration = Duration::from_millis(250);

/// Where events go, and those on their way.
#[derive(Debug)]
pub(super) struct Hook {
    pub url: Option<String>,
    pub signing: Signing,
    queue: Vec<Event>,
    /// Every event since the start, whether anybody listened or not.
    pub history: Vec<String>,
    /// So many of the next events go out twice.
    pub duplicates: u32,
    /// What is due together goes out newest first.
    pub scrambled: bool,
    /// Events given up in a row.
    given_up: u32,
}

/// One event on its way.
#[derive(Debug, Clone)]
struct Event {
    body: String,
    /// Deliveries that failed.
    tries: u32,
    /// Wall milliseconds.
    due_ms: i64,
}

impl Hook {
    pub(super) fn new(signing: Signing) -> Self {
        Self {
            url: None,
            signing,
            queue: Vec::new(),
            history: Vec::new(),
            duplicates: 0,
            scrambled: false,
            given_up: 0,
        }
    }

    /// Events not yet accepted and not given up.
    pub(super) fn waiting(&self) -> usize {
        self.queue.len()
    }

    /// Sets or takes away the address; what waits for the old one is dropped.
    pub(super) fn point_at(&mut self, url: Option<String>) {
        self.queue.clear();
        self.given_up = 0;
        self.url = url;
    }

    /// Takes the next event that is due.
    fn take(&mut self, now: i64) -> Option<Event> {
        let mut due = (0..self.queue.len()).filter(|at| self.queue.get(*at).is_some_and(|e| e.due_ms <= now));
        let at = if self.scrambled { due.next_back() } else { due.next() }?;
        Some(self.queue.remove(at))
    }
}

impl World {
    /// Queues one event, twice if a duplicate was asked for. Without a webhook it is only remembered.
    pub(super) fn hook_event(&mut self, event: &Value) {
        let (body, due_ms) = (event.to_string(), self.wall());
        self.hook.history.push(body.clone());
        if self.hook.url.is_none() {
            return;
        }
        let twice = self.hook.duplicates > 0;
        self.hook.duplicates = self.hook.duplicates.saturating_sub(1);
        let event = Event { body, tries: 0, due_ms };
        self.hook.queue.extend(std::iter::repeat_n(event, 1 + usize::from(twice)));
    }

    /// Sends an old event again, counted from the oldest; false when there is none or nobody listens.
    pub(super) fn repeat_event(&mut self, index: usize) -> bool {
        let body = self.hook.history.get(index).filter(|_| self.hook.url.is_some()).cloned();
        let due_ms = self.wall();
        body.map(|body| self.hook.queue.push(Event { body, tries: 0, due_ms })).is_some()
    }

    fn next_delivery(&mut self) -> Option<(String, Event)> {
        let url = self.hook.url.clone()?;
        let now = self.wall();
        self.hook.take(now).map(|event| (url, event))
    }

    /// What becomes of an event after a delivery.
    fn settle_delivery(&mut self, mut event: Event, accepted: bool) {
        if accepted {
            self.counts.events_accepted += 1;
            self.hook.given_up = 0;
            return;
        }
        self.counts.events_refused += 1;
        let wait = self.config.hook.redeliver_after_ms.get(event.tries as usize).copied();
        if let Some(wait) = wait {
            event.tries += 1;
            event.due_ms = self.wall() + wait;
            self.hook.queue.push(event);
            return;
        }
        self.counts.events_given_up += 1;
        self.hook.given_up += 1;
        if self.config.hook.disable_after.is_some_and(|most| self.hook.given_up >= most) {
            self.hook.point_at(None);
        }
    }
}

/// Delivers for as long as the sandbox runs, unless only ticks may.
pub(super) async fn work(shared: Arc<Shared>) {
    if shared.world().config.hook.drive == Drive::Tick {
        return;
    }
    let wake = shared.world().wake.clone();
    loop {
        tokio::select! {
            _ = deliver_due(&shared) => {}
            () = shared.cancel.cancelled() => return,
        }
        tokio::select! {
            () = tokio::time::sleep(LOOK_EVERY) => {}
            () = wake.notified() => {}
            () = shared.cancel.cancelled() => return,
        }
    }
}

/// Delivers everything that is due, one after the other, and returns how many were accepted.
pub(super) async fn deliver_due(shared: &Shared) -> usize {
    // One at a time, so that a caller who waited for this knows that nothing due is still under way.
    let turn = shared.world().turn.clone();
    let _turn = turn.lock().await;
    let mut accepted = 0;
    loop {
        let next = if shared.is_dark() { None } else { shared.world().next_delivery() };
        let Some((url, event)) = next else { return accepted };
        let taken = match shared.strike(&Called { method: "webhook", chat: None, bot: 0 }) {
            Some(FaultKind::Lost) => true,
            Some(FaultKind::Duplicate) => deliver(shared, &url, &event).await && deliver(shared, &url, &event).await,
            _ => deliver(shared, &url, &event).await,
        };
        accepted += usize::from(taken);
        shared.world().settle_delivery(event, taken);
    }
}

/// One signed POST; only 200 within the budget counts.
async fn deliver(shared: &Shared, url: &str, event: &Event) -> bool {
    let (headers, budget) = {
        let world = shared.world();
        (signature(&world.config, world.hook.signing, &event.body, world.wall()), world.config.hook.budget_ms)
    };
    let mut request = shared.client.post(url).timeout(Duration::from_millis(budget));
    request = request.header("Content-Type", "application/json").body(event.body.clone());
    if event.tries > 0 {
        request = request.header("num_retry", event.tries);
    }
    request = headers.into_iter().fold(request, |request, (name, value)| request.header(name, value));
    request.send().await.is_ok_and(|response| response.status() == 200)
}

/// The headers that sign a delivery.
fn signature(config: &ZaloOaConfig, signing: Signing, body: &str, now: i64) -> Vec<(&'static str, String)> {
    let id = match signing.id {
        SigningId::AppId => &config.app_id,
        SigningId::OaId => &config.oa_id,
    };
    let secret = match signing.secret {
        SigningSecret::OaSecretKey => &config.oa_secret_key,
        SigningSecret::AppSecret => &config.app_secret,
    };
    let inside = || serde_json::from_str::<Value>(body).ok()?.get("timestamp")?.as_str().map(str::to_owned);
    let time = match signing.time {
        SigningTime::Body => inside().unwrap_or_default(),
        SigningTime::Header => now.to_string(),
    };
    let prefix = if signing.prefix { "mac=" } else { "" };
    let mac = format!("{prefix}{}", sha256_hex(format!("{id}{body}{time}{secret}").as_bytes()));
    let mut headers = vec![("X-ZEvent-Signature", mac)];
    if signing.time == SigningTime::Header {
        headers.push(("X-ZEvent-Timestamp", time));
    }
    headers
}

/// Saves an address after the unsigned probe `POST {}` that the console makes.
pub(super) async fn save(shared: &Shared, url: &str) -> Result<()> {
    let budget = Duration::from_millis(shared.world().config.hook.budget_ms);
    let probe = shared.client.post(url).timeout(budget).header("Content-Type", "application/json").body("{}");
    let answer = probe.send().await.map_err(|error| ControlError::Probe(error.without_url().to_string()))?;
    if answer.status() != 200 {
        return Err(ControlError::Probe(answer.status().to_string()));
    }
    shared.world().hook.point_at(Some(url.to_owned()));
    Ok(())
}

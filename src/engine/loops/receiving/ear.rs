//! How hearing a platform goes: the faults in a row, and the incident that stands for them.
//!
//! What only a person can repair is an incident at once; anything else when it happens three times in a row, since a long poll is
//! cut now and then on any network. The incident lies in the database and outlives the process that opened it, so the first
//! success of whoever hears the platform next closes it: after a fault, after a start, after taking over from another engine.

use std::sync::Arc;
use std::time::Duration;

use crate::domain::retry::FailureReason;
use crate::engine::Core;
use crate::engine::poller::PollError;
use crate::platform::AskError;
use crate::usecase::UseCaseError;
use crate::usecase::settle::{open_incident, receiving_scope};

#[cfg(test)]
mod tests;

/// Longest wait between two tries to reach a platform that does not answer.
const LONGEST_BACKOFF: Duration = Duration::from_mins(1);
/// The longest wait a platform is believed here: whoever waits hears nobody meanwhile, and asking costs one call.
const LONGEST_WAIT: Duration = Duration::from_mins(5);
/// Failed tries in a row before a fault that may pass by itself is an incident.
const FAULTS_BEFORE_INCIDENT: u32 = 3;

/// Hears one gateway.
pub(super) struct Ear {
    core: Arc<Core>,
    gateway: String,
    faults: u32,
    /// Whether the last thing we know is a success of our own, written down.
    well: bool,
}

impl Ear {
    /// Nothing is known of the gateway yet.
    pub(super) fn new(core: Arc<Core>, gateway: &str) -> Self {
        Self { core, gateway: gateway.to_owned(), faults: 0, well: false }
    }

    /// A poll is over; gives how long to wait before the next one.
    pub(super) async fn polled(&mut self, news: Result<(), PollError>) -> Duration {
        match news {
            Ok(()) => {
                self.works().await;
                Duration::ZERO
            }
            Err(error) => {
                let wait = self.fails(&error).await;
                tracing::warn!(gateway = self.gateway, %error, faults = self.faults, "poll.failed");
                wait
            }
        }
    }

    /// The platform answered as it should.
    pub(super) async fn works(&mut self) {
        self.faults = 0;
        if !self.well {
            self.well = self.close().await;
        }
    }

    /// It did not; gives how long to wait before the next try.
    pub(super) async fn fails(&mut self, error: &PollError) -> Duration {
        self.well = false;
        self.faults = self.faults.saturating_add(1);
        if stops(error).is_some() || self.faults >= FAULTS_BEFORE_INCIDENT {
            self.open(kind(error)).await;
        }
        match error {
            PollError::Ask(AskError::Wait(wait)) => (*wait).min(LONGEST_WAIT),
            _ => backoff(self.faults),
        }
    }

    /// Another engine hears the gateway: what we knew is old by the time it is our turn again.
    pub(super) fn rests(&mut self) {
        (self.faults, self.well) = (0, false);
    }

    /// Opens the incident that nothing is heard, for whoever watches the service's health. The admins cannot be told over a
    /// gateway that does not work; what waits there is told by the sending side.
    async fn open(&self, kind: &str) {
        let opened = async {
            let mut tx = self.core.store.begin().await?;
            open_incident(&mut tx, &self.core.act(""), &receiving_scope(&self.gateway), kind, "").await?;
            Ok::<(), UseCaseError>(tx.commit().await?)
        };
        if let Err(error) = opened.await {
            tracing::error!(gateway = self.gateway, %error, "incident.not_opened");
        }
    }

    /// Closes it, whoever opened it; gives whether that is written down.
    async fn close(&self) -> bool {
        let closed = async {
            let mut tx = self.core.store.begin().await?;
            tx.close_incidents(&receiving_scope(&self.gateway), self.core.business_now()).await?;
            Ok::<(), UseCaseError>(tx.commit().await?)
        };
        let closed = closed.await;
        if let Err(error) = &closed {
            tracing::error!(gateway = self.gateway, %error, "incident.not_closed");
        }
        closed.is_ok()
    }
}

/// Why only a person can put it right: a refused token, a stopped account, somebody else with the same one.
fn stops(error: &PollError) -> Option<FailureReason> {
    match error {
        PollError::Ask(error) => error.stops().map(|(reason, _)| reason),
        PollError::Engine(_) => None,
    }
}

fn kind(error: &PollError) -> &'static str {
    match error {
        PollError::Engine(_) => "not_stored",
        PollError::Ask(_) => stops(error).map_or("unreachable", FailureReason::as_str),
    }
}

/// 1 s, 2 s, 4 s … up to a minute.
fn backoff(faults: u32) -> Duration {
    Duration::from_secs(1 << faults.saturating_sub(1).min(6)).min(LONGEST_BACKOFF)
}

//! Polling a gateway into the durable inbox.
//!
//! The offset moves in the transaction that stored the updates before it, so a kill at any instant loses none: either the
//! platform still has them, or the inbox does. What is not admitted leaves nothing but the offset.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use super::receiver::Receiver;
use super::{Core, EngineResult};
use crate::platform::{AskError, Gateway, RawUpdate, SelfInfo};

/// Receives one gateway's updates.
pub struct Poller {
    core: Arc<Core>,
    gateway: Arc<dyn Gateway>,
    receiver: Receiver,
    /// Keys of the updates that came last, newest at the end.
    latest: Mutex<VecDeque<String>>,
}

/// How far back a repetition is recognised as one.
const LATEST: usize = 200;

/// What one poll brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Polled {
    /// Updates received.
    pub received: usize,
    /// Those among them that did not come a moment ago: a platform may repeat itself, and answers at once when it does.
    pub fresh: usize,
    /// Updates stored for processing.
    pub stored: usize,
}

/// Why a poll brought nothing.
#[derive(Debug, thiserror::Error)]
pub enum PollError {
    /// The platform.
    #[error(transparent)]
    Ask(#[from] AskError),
    /// The database: the offset did not move, the updates will come again.
    #[error(transparent)]
    Engine(#[from] super::EngineError),
}

impl Poller {
    /// A poller for a gateway that speaks as `me`.
    #[must_use]
    pub fn new(core: Arc<Core>, gateway: Arc<dyn Gateway>, me: SelfInfo) -> Self {
        let receiver = Receiver::new(core.clone(), gateway.clone(), me);
        Self { core, gateway, receiver, latest: Mutex::default() }
    }

    /// Asks once, stores what is admitted, moves the offset.
    ///
    /// # Errors
    /// The platform or the database; nothing is lost either way.
    pub async fn tick(&self) -> Result<Polled, PollError> {
        let offset = self.offset().await?;
        let updates = self.gateway.poll(offset).await?;
        let stored = self.receiver.keep(&updates).await?;
        if stored > 0 {
            self.core.arrivals.ring();
        }
        Ok(Polled { received: updates.len(), fresh: self.note(&updates), stored })
    }

    /// Remembers updates that are stored; gives how many of them were not remembered.
    fn note(&self, updates: &[RawUpdate]) -> usize {
        let (mut latest, mut fresh) = (self.latest.lock().unwrap_or_else(PoisonError::into_inner), 0);
        for update in updates {
            if !latest.contains(&update.key) {
                fresh += 1;
                latest.push_back(update.key.clone());
            }
        }
        let old = latest.len().saturating_sub(LATEST);
        latest.drain(..old);
        fresh
    }

    async fn offset(&self) -> EngineResult<Option<i64>> {
        let mut tx = self.core.store.read().await?;
        Ok(tx.poll_offset(self.gateway.name()).await?)
    }
}

//! Polling a gateway into the durable inbox.
//!
//! The offset moves in the transaction that stored the updates before it, so a kill at any instant loses none: either the
//! platform still has them, or the inbox does. What is not admitted leaves nothing but the offset.

use std::sync::Arc;

use super::receiver::Receiver;
use super::{Core, EngineResult};
use crate::platform::{AskError, Gateway, SelfInfo};

/// Receives one gateway's updates.
pub struct Poller {
    core: Arc<Core>,
    gateway: Arc<dyn Gateway>,
    receiver: Receiver,
}

/// What one poll brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Polled {
    /// Updates received.
    pub received: usize,
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
        Self { core, gateway, receiver }
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
            self.core.wake.notify_waiters();
        }
        Ok(Polled { received: updates.len(), stored })
    }

    async fn offset(&self) -> EngineResult<Option<i64>> {
        let mut tx = self.core.store.read().await?;
        Ok(tx.poll_offset(self.gateway.name()).await?)
    }
}

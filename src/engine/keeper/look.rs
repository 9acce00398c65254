//! What a tick's chores read before they write.

use crate::engine::EngineResult;
use crate::store::{Store, Tx};

/// One look for several chores. Most ticks find nothing due: then all of them read in one transaction instead of one each.
/// Whoever finds something ends the look before working on it, so that the next chore sees the outcome.
pub(super) struct Look<'a> {
    store: &'a Store,
    tx: Option<Tx>,
}

impl<'a> Look<'a> {
    pub(super) const fn new(store: &'a Store) -> Self {
        Self { store, tx: None }
    }

    /// The transaction to read in.
    pub(super) async fn read(&mut self) -> EngineResult<&mut Tx> {
        let tx = match self.tx.take() {
            Some(tx) => tx,
            None => self.store.read().await?,
        };
        Ok(self.tx.insert(tx))
    }

    /// Something was found: whoever looks next looks anew.
    pub(super) fn end(&mut self) {
        self.tx = None;
    }

    /// Ends the look where something was found.
    pub(super) fn end_if(&mut self, found: bool) {
        if found {
            self.end();
        }
    }

    /// Ends the look and takes the write lock.
    pub(super) async fn write(&mut self) -> EngineResult<Tx> {
        self.end();
        Ok(self.store.begin().await?)
    }
}

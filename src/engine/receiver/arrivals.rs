//! How much is being stored just now: what is stored already may wait for it.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::sync::futures::Notified;

/// Updates on their way into the inbox, of all gateways.
#[derive(Debug, Default)]
pub struct Arrivals {
    count: AtomicUsize,
    none: Notify,
    stored: Notify,
}

/// Something on its way, until this is dropped.
#[derive(Debug)]
pub(super) struct Arriving<'a>(&'a Arrivals);

impl Arrivals {
    /// Something is on its way.
    pub(super) fn one(&self) -> Arriving<'_> {
        self.count.fetch_add(1, Ordering::SeqCst);
        Arriving(self)
    }

    /// Something was stored and can be processed. Nobody rings for those who send: nothing is to be sent yet.
    pub fn ring(&self) {
        self.stored.notify_waiters();
    }

    /// Waits until somebody rings.
    pub fn stored(&self) -> Notified<'_> {
        self.stored.notified()
    }

    /// Waits until nothing is on its way, and no longer than this.
    pub async fn settle(&self, at_most: Duration) {
        let settled = async {
            loop {
                let none = self.none.notified();
                if self.count.load(Ordering::SeqCst) == 0 {
                    return;
                }
                none.await;
            }
        };
        // What goes on arriving must not keep what arrived from being processed.
        let _ = tokio::time::timeout(at_most, settled).await;
    }
}

impl Drop for Arriving<'_> {
    fn drop(&mut self) {
        if self.0.count.fetch_sub(1, Ordering::SeqCst) == 1 {
            self.0.none.notify_waiters();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_stored_waits_for_what_arrives_and_not_for_ever() {
        let arrivals = Arrivals::default();
        arrivals.settle(Duration::MAX).await;
        let settled = async {
            arrivals.settle(Duration::MAX).await;
            assert_eq!(arrivals.count.load(Ordering::SeqCst), 0);
        };
        let (one, other) = (arrivals.one(), arrivals.one());
        let leave = async {
            tokio::task::yield_now().await;
            drop(one);
            drop(other);
        };
        tokio::join!(settled, leave);
        let _stays = arrivals.one();
        arrivals.settle(Duration::ZERO).await;
    }
}

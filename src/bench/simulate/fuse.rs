//! How a process dies in the middle of its work: after a commit that was drawn before.
//!
//! A hook of the database counts commits; with the last one the process is dead. Whatever was under way is dropped where it
//! waits, as a kill leaves it: transactions that were open are undone, calls that were committed and not made yet never leave.
//! Counting commits and not time makes a death fall between the same two steps whenever the seed is played again.

use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::task::Poll;

use crate::store::Store;

/// Far more commits than a simulation has.
const NEVER: i64 = i64::MAX;

/// How many commits the process has left.
#[derive(Debug)]
pub(super) struct Fuse(AtomicI64);

/// The process died.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Killed;

impl Fuse {
    /// A process that does not die by itself.
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self(AtomicI64::new(NEVER)))
    }

    /// Lets the process die with its commit of this number from now on, from 1.
    pub(super) fn light(&self, commits: i64) {
        self.0.store(commits.max(1), Ordering::SeqCst);
    }

    /// A new process, which does not die by itself.
    pub(super) fn renew(&self) {
        self.0.store(NEVER, Ordering::SeqCst);
    }

    /// Whether the process is dead.
    pub(super) fn is_blown(&self) -> bool {
        self.0.load(Ordering::SeqCst) <= 0
    }

    /// One commit less.
    fn burn(&self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }

    /// Does a work of the process, unless it dies over it.
    pub(super) async fn unless_killed<T>(&self, work: impl Future<Output = T>) -> Result<T, Killed> {
        let mut work = std::pin::pin!(work);
        poll_fn(|context| {
            if self.is_blown() {
                return Poll::Ready(Err(Killed));
            }
            match work.as_mut().poll(context) {
                // What it did after its last commit was never done.
                Poll::Ready(_) if self.is_blown() => Poll::Ready(Err(Killed)),
                Poll::Ready(done) => Poll::Ready(Ok(done)),
                Poll::Pending => Poll::Pending,
            }
        })
        .await
    }
}

/// Has the only connection of a database count its commits.
///
/// # Errors
/// The database is none that can.
pub(super) async fn watch(store: &Store, fuse: &Arc<Fuse>) -> anyhow::Result<()> {
    let Store::Sqlite(pool) = store else { anyhow::bail!("a simulation runs on SQLite") };
    let (mut connection, fuse) = (pool.acquire().await?, fuse.clone());
    connection.lock_handle().await?.set_commit_hook(move || {
        fuse.burn();
        true
    });
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_work_whose_process_dies_is_left_where_it_waits() {
        let fuse = Fuse::new();
        assert_eq!(fuse.unless_killed(async { 1 }).await, Ok(1));
        fuse.light(2);
        let work = async {
            fuse.burn();
            tokio::task::yield_now().await;
            fuse.burn();
            tokio::task::yield_now().await;
            unreachable!("it was dead by then")
        };
        assert_eq!(fuse.unless_killed::<()>(work).await, Err(Killed));
        assert_eq!(fuse.unless_killed(async { 2 }).await, Err(Killed));
        fuse.renew();
        assert_eq!(fuse.unless_killed(async { 3 }).await, Ok(3));
    }
}

//! What is posted at the same time is stored together, with one commit. Each post is undone by itself when it cannot be stored, and
//! each is answered only after the commit it is part of.

use std::sync::{Mutex, PoisonError};

use tokio::sync::oneshot;

use super::{EngineResult, RawUpdate, Receiver};
use crate::engine::EngineError;
use crate::lifecycle::caught;

/// Posts stored in one transaction: it holds up every other writer of an embedded database.
const TOGETHER: usize = 64;

/// The posts of one gateway that are not stored yet.
#[derive(Debug, Default)]
pub struct Intake {
    waiting: Mutex<Vec<Posted>>,
    turn: tokio::sync::Mutex<()>,
}

/// A post whose sender waits.
#[derive(Debug)]
struct Posted {
    updates: Vec<RawUpdate>,
    tell: oneshot::Sender<EngineResult<usize>>,
}

impl Intake {
    /// Stores a post with those that wait beside it. Whoever comes first stores for all; one who is cut meanwhile leaves the others
    /// unanswered, and the platform posts them again.
    pub(super) async fn keep(&self, receiver: &Receiver, updates: Vec<RawUpdate>) -> EngineResult<usize> {
        let (tell, mut told) = oneshot::channel();
        self.lock().push(Posted { updates, tell });
        let _turn = self.turn.lock().await;
        loop {
            match told.try_recv() {
                Ok(stored) => return stored,
                Err(oneshot::error::TryRecvError::Closed) => {
                    return Err(EngineError::NotStored("whoever stored it was cut".to_owned()));
                }
                Err(oneshot::error::TryRecvError::Empty) => {}
            }
            let next: Vec<Posted> = {
                let mut waiting = self.lock();
                let count = waiting.len().min(TOGETHER);
                waiting.drain(..count).collect()
            };
            store(receiver, next).await;
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Posted>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Stores posts and answers each. If their transaction is lost, by a panic or by the database, each has one of its own.
async fn store(receiver: &Receiver, posts: Vec<Posted>) {
    if let [_, _, ..] = posts.as_slice() {
        let lost = match caught(together(receiver, &posts)).await {
            Ok(Ok(results)) => {
                for (posted, mut result) in posts.into_iter().zip(results) {
                    if result.as_ref().is_err_and(|error| !error.is_passing()) {
                        // Alone it is found out what of it can be kept.
                        result = receiver.keep(&posted.updates).await;
                    }
                    // Nobody waits any more: the platform will post it again.
                    let _ = posted.tell.send(result);
                }
                return;
            }
            Ok(Err(error)) => error.to_string(),
            Err(panicked) => panicked.to_string(),
        };
        tracing::warn!(gateway = receiver.gateway.name(), posts = posts.len(), error = lost, "inbox.stored_one_by_one");
    }
    for posted in posts {
        let result = caught(receiver.keep(&posted.updates)).await.unwrap_or_else(|panicked| Err(panicked.into()));
        let _ = posted.tell.send(result);
    }
}

/// # Errors
/// The database; then none was stored.
async fn together(receiver: &Receiver, posts: &[Posted]) -> EngineResult<Vec<EngineResult<usize>>> {
    let (mut tx, mut results) = (receiver.core.store.begin().await?, Vec::new());
    for posted in posts {
        tx.mark().await?;
        let result = receiver.keep_in(&mut tx, &posted.updates).await;
        if result.is_err() {
            tx.undo().await?;
        }
        results.push(result);
    }
    let stored = posts.iter().zip(&results).filter(|(_, result)| result.is_ok());
    receiver.move_offset(&mut tx, stored.flat_map(|(posted, _)| &posted.updates)).await?;
    tx.commit().await?;
    Ok(results)
}

//! Passing on what is rung for in the database by other engines and by the shell.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::AFTER_FAULT;
use crate::engine::{Core, EngineResult};
use crate::store::{StoreResult, bell::Bell};

/// Rings here for whatever others put into the database, until asked to end. Where nobody rings, it is over at once.
///
/// # Errors
/// None: a lost line is logged, and taken up again.
pub async fn pass_on(core: Arc<Core>, stop: CancellationToken) -> EngineResult<()> {
    let mut bell = None;
    while !stop.is_cancelled() {
        let heard = tokio::select! {
            () = stop.cancelled() => return Ok(()),
            heard = hear(&core, &mut bell) => heard,
        };
        match heard {
            Ok(true) => core.wake.notify_waiters(),
            Ok(false) => return Ok(()),
            Err(error) => {
                tracing::warn!(%error, "bell.not_heard");
                tokio::select! {
                    () = stop.cancelled() => return Ok(()),
                    () = tokio::time::sleep(AFTER_FAULT) => {}
                }
            }
        }
    }
    Ok(())
}

/// Waits for one ring; false where nobody rings.
async fn hear(core: &Core, bell: &mut Option<Bell>) -> StoreResult<bool> {
    match bell {
        Some(bell) => bell.rung().await?,
        None => *bell = core.store.listen().await?,
    }
    Ok(bell.is_some())
}

//! Acknowledgement lines that are out of date.

use super::Keeper;
use crate::engine::EngineResult;
use crate::usecase::wall;

/// Renewed in one tick.
const MOST: i64 = 100;

impl Keeper {
    pub(super) async fn renew_walls(&self) -> EngineResult<()> {
        let act = self.core.act(&self.commune_id);
        let due = self.core.store.read().await?.walls_due(act.at, MOST).await?;
        if due.is_empty() {
            return Ok(());
        }
        let mut tx = self.core.store.begin().await?;
        for delivery in &due {
            wall::refresh(&mut tx, &act, delivery).await?;
        }
        tx.commit().await?;
        self.core.wake.notify_waiters();
        Ok(())
    }
}

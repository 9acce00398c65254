//! Acknowledgement lines that are out of date.

use super::{Chore, Keeper, Look};
use crate::engine::EngineResult;
use crate::store::broadcasts::Delivery;
use crate::usecase::{Act, wall};

/// Renewed in one tick.
const MOST: i64 = 100;

impl Keeper {
    pub(super) async fn renew_walls(&self, look: &mut Look<'_>) -> EngineResult<()> {
        let act = self.core.act(&self.commune_id);
        let due = look.read().await?.walls_due(act.at, MOST).await?;
        if due.is_empty() {
            return Ok(());
        }
        look.end();
        // Together they cost one commit. One that cannot be renewed must not hold up the others.
        if self.renew(&act, &due).await.is_err() {
            for delivery in &due {
                let renewed = self.renew(&act, std::slice::from_ref(delivery));
                self.core.alone(Chore::RenewWalls.task(&delivery.id), renewed).await;
            }
        }
        self.core.wake.notify_waiters();
        Ok(())
    }

    async fn renew(&self, act: &Act<'_>, due: &[Delivery]) -> EngineResult<()> {
        let (mut tx, mut totals) = (self.core.store.begin().await?, wall::Totals::default());
        for delivery in due {
            wall::refresh(&mut tx, act, delivery, &mut totals).await?;
        }
        Ok(tx.commit().await?)
    }
}

//! Other groups take over where one does not get through, and accounts that come to the end of their month are pointed out.

use super::{Chore, Keeper, Look};
use crate::engine::EngineResult;
use crate::usecase::{fallback, usage};

impl Keeper {
    /// Each delivery in a transaction of its own: a kill in between leaves the rest to the next look.
    pub(super) async fn stand_in(&self, look: &mut Look<'_>) -> EngineResult<()> {
        let act = self.core.act(&self.commune_id);
        let tx = look.read().await?;
        let due = fallback::due(tx, &act).await?;
        let untold = !tx.untold_fallbacks().await?.is_empty();
        look.end_if(untold || !due.is_empty());
        for troubled in &due {
            let decided = async {
                let mut tx = self.core.store.begin().await?;
                if fallback::stand_in(&mut tx, &act, &troubled.delivery_id).await? {
                    tx.commit().await?;
                }
                Ok(())
            };
            self.core.alone(Chore::StandIn.task(&troubled.delivery_id), decided).await;
        }
        if untold || !due.is_empty() {
            let mut tx = self.core.store.begin().await?;
            fallback::tell_uncovered(&mut tx, &act).await?;
            tx.commit().await?;
        }
        if !due.is_empty() {
            self.core.wake.notify_waiters();
        }
        Ok(())
    }

    pub(super) async fn warn_of_budgets(&self, look: &mut Look<'_>) -> EngineResult<()> {
        let act = self.core.act(&self.commune_id);
        let due = usage::is_warning_due(look.read().await?, &act).await?;
        if due {
            let mut tx = look.write().await?;
            usage::warn(&mut tx, &act).await?;
            tx.commit().await?;
        }
        Ok(())
    }
}

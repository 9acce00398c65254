//! Incidents that are over with their day or month: codes that were guessed, what strangers used up, waits, a restore.

use super::{Keeper, Look};
use crate::engine::EngineResult;
use crate::usecase::incidents;

impl Keeper {
    pub(super) async fn end_incidents(&self, look: &mut Look<'_>) -> EngineResult<()> {
        let act = self.core.act(&self.commune_id);
        let over = incidents::over_with_their_time(look.read().await?, &act).await?;
        if over.is_empty() {
            return Ok(());
        }
        let mut tx = look.write().await?;
        for (scope, kind) in &over {
            incidents::close_with_its_time(&mut tx, &act, (scope, kind)).await?;
        }
        Ok(tx.commit().await?)
    }
}

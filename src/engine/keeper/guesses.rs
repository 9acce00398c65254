//! Incidents that are over after a time, whatever happens: codes that were guessed, a database that was restored.

use super::{Keeper, Look};
use crate::engine::EngineResult;
use crate::usecase::incidents;

impl Keeper {
    pub(super) async fn forget_guesses(&self, look: &mut Look<'_>) -> EngineResult<()> {
        let act = self.core.act(&self.commune_id);
        let over = incidents::outlived(look.read().await?, &act).await?;
        if over.is_empty() {
            return Ok(());
        }
        let mut tx = look.write().await?;
        for incident in &over {
            incidents::close_outlived(&mut tx, &act, incident).await?;
        }
        Ok(tx.commit().await?)
    }
}

//! Incidents of codes that were guessed: over with the day on which it was done.

use super::{Keeper, Look};
use crate::engine::EngineResult;
use crate::usecase::incidents;

impl Keeper {
    pub(super) async fn forget_guesses(&self, look: &mut Look<'_>) -> EngineResult<()> {
        let act = self.core.act(&self.commune_id);
        let over = incidents::guessing_is_over(look.read().await?, &act).await?;
        if over.is_empty() {
            return Ok(());
        }
        let mut tx = look.write().await?;
        for scope in &over {
            incidents::close_guessing(&mut tx, &act, scope).await?;
        }
        Ok(tx.commit().await?)
    }
}

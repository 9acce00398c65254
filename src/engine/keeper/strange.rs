//! Groups that nobody knows and somebody added us to: many that come at once are told of in one alert.

use super::{Keeper, Look};
use crate::desk;
use crate::engine::EngineResult;

impl Keeper {
    pub(super) async fn tell_strange_groups(&self, look: &mut Look<'_>) -> EngineResult<()> {
        let act = self.core.act(&self.commune_id);
        if desk::strange_groups(look.read().await?, &act).await?.is_empty() {
            return Ok(());
        }
        let mut tx = look.write().await?;
        desk::tell_of_strange_groups(&mut tx, &act).await?;
        tx.commit().await?;
        self.core.wake.notify_waiters();
        Ok(())
    }
}

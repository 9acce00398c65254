//! Messages that are too old to be sent, and obligations that nobody answered.

use super::{Keeper, Look};
use crate::engine::EngineResult;

impl Keeper {
    pub(super) async fn expire(&self, look: &mut Look<'_>) -> EngineResult<()> {
        let now = self.core.business_now();
        if !look.read().await?.has_messages_to_expire(now).await? {
            return Ok(());
        }
        let mut tx = look.write().await?;
        tx.expire_messages(now).await?;
        Ok(tx.commit().await?)
    }

    pub(super) async fn lapse(&self, look: &mut Look<'_>) -> EngineResult<()> {
        let act = self.core.act(&self.commune_id);
        let before = act.at.plus_days(-act.house.lapse_days);
        if !look.read().await?.has_obligations_to_lapse(before, act.at).await? {
            return Ok(());
        }
        let mut tx = look.write().await?;
        tx.lapse_obligations(before, act.at).await?;
        Ok(tx.commit().await?)
    }
}

//! Audit entries are chained in batches.

use super::Keeper;
use crate::engine::EngineResult;

impl Keeper {
    pub(super) async fn seal(&self) -> EngineResult<()> {
        while self.core.store.read().await?.has_unsealed_audit().await? {
            let mut tx = self.core.store.begin().await?;
            let sealed = tx.seal_audit().await?;
            tx.commit().await?;
            if sealed == 0 {
                break;
            }
        }
        Ok(())
    }
}

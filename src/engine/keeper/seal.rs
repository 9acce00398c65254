//! Audit entries are chained in batches.

use super::{Keeper, Look};
use crate::engine::EngineResult;

impl Keeper {
    pub(super) async fn seal(&self, look: &mut Look<'_>) -> EngineResult<()> {
        while look.read().await?.has_unsealed_audit().await? {
            let mut tx = look.write().await?;
            let sealed = tx.seal_audit().await?;
            tx.commit().await?;
            if sealed == 0 {
                break;
            }
        }
        Ok(())
    }
}

//! Sendings that nobody can know about: Hỏa tốc repeats them, the others wait for whoever composed them.

use super::{Chore, Keeper, Look};
use crate::engine::EngineResult;
use crate::usecase::{doubt, settle};

impl Keeper {
    pub(super) async fn repeat_doubts(&self, look: &mut Look<'_>) -> EngineResult<()> {
        let act = self.core.act(&self.commune_id);
        let doubts = look.read().await?.doubts_that_repeat().await?;
        look.end_if(!doubts.is_empty());
        for message_id in &doubts {
            let repeated = async {
                let mut tx = self.core.store.begin().await?;
                settle::repeat_doubt(&mut tx, &act, message_id).await?;
                Ok(tx.commit().await?)
            };
            self.core.alone(Chore::RepeatDoubts.task(message_id), repeated).await;
        }
        if !doubts.is_empty() {
            self.core.wake.notify_waiters();
        }
        Ok(())
    }

    pub(super) async fn tell_doubts(&self, look: &mut Look<'_>) -> EngineResult<()> {
        let act = self.core.act(&self.commune_id);
        let untold = doubt::untold(look.read().await?, &act).await?;
        look.end_if(!untold.is_empty());
        for broadcast_id in untold.keys() {
            let told = async {
                let mut tx = self.core.store.begin().await?;
                if let Some(doubts) = doubt::untold(&mut tx, &act).await?.get(broadcast_id) {
                    doubt::tell(&mut tx, &act, broadcast_id, doubts).await?;
                }
                Ok(tx.commit().await?)
            };
            self.core.alone(Chore::TellDoubts.task(broadcast_id), told).await;
        }
        if !untold.is_empty() {
            self.core.wake.notify_waiters();
        }
        Ok(())
    }
}

//! What urgency asks for beside reminders: late starts, and heads who have not passed on what they were asked to.

use super::Keeper;
use crate::engine::EngineResult;
use crate::usecase::{escalate, relay};

impl Keeper {
    pub(super) async fn tell_late_starts(&self) -> EngineResult<()> {
        let act = self.core.act(&self.commune_id);
        let late = self.core.store.read().await?.ladders_not_started(act.at).await?;
        for ladder in &late {
            let told = async {
                let mut tx = self.core.store.begin().await?;
                escalate::late_start(&mut tx, &act, ladder).await?;
                Ok(tx.commit().await?)
            };
            self.core.alone(&format!("late start of broadcast {}", ladder.broadcast_id), told).await;
        }
        Ok(())
    }

    pub(super) async fn press_relays(&self) -> EngineResult<()> {
        let act = self.core.act(&self.commune_id);
        if self.core.store.read().await?.relays_due(act.at).await?.is_empty() {
            return Ok(());
        }
        let mut tx = self.core.store.begin().await?;
        let cards = relay::press(&mut tx, &act).await?;
        tx.commit().await?;
        if cards > 0 {
            self.core.wake.notify_waiters();
        }
        Ok(())
    }
}

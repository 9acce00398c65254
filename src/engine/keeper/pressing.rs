//! What urgency asks for beside reminders: late starts, and heads who have not passed on what they were asked to.

use super::{Chore, Keeper, Look};
use crate::engine::EngineResult;
use crate::usecase::{escalate, relay};

impl Keeper {
    pub(super) async fn tell_late_starts(&self, look: &mut Look<'_>) -> EngineResult<()> {
        let act = self.core.act(&self.commune_id);
        let late = look.read().await?.ladders_not_started(act.at).await?;
        look.end_if(!late.is_empty());
        for ladder in &late {
            let told = async {
                let mut tx = self.core.store.begin().await?;
                if tx.ladders_not_started(act.at).await?.contains(ladder) {
                    escalate::late_start(&mut tx, &act, ladder).await?;
                }
                Ok(tx.commit().await?)
            };
            self.core.alone(Chore::TellLateStarts.task(&ladder.broadcast_id), told).await;
        }
        Ok(())
    }

    pub(super) async fn press_relays(&self, look: &mut Look<'_>) -> EngineResult<()> {
        let act = self.core.act(&self.commune_id);
        let due = look.read().await?.relays_due(act.at).await?;
        look.end_if(!due.is_empty());
        let mut pressed = false;
        for relay in &due {
            let work = async {
                let mut tx = self.core.store.begin().await?;
                let done = tx.relays_due(act.at).await?.contains(relay) && relay::press(&mut tx, &act, relay).await?;
                tx.commit().await?;
                Ok(done)
            };
            let task = Chore::PressRelays.task(&format!("{}.{}", relay.delivery_id, relay.group_id));
            pressed |= self.core.alone(task, work).await == Some(true);
        }
        if pressed {
            self.core.wake.notify_waiters();
        }
        Ok(())
    }
}

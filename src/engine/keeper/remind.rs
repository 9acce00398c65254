//! Steps of ladders, and reminders that are no longer needed.

use std::collections::BTreeMap;

use super::{Chore, Keeper, Look};
use crate::engine::EngineResult;
use crate::store::answers::ReminderStep;
use crate::usecase::{Act, remind};

impl Keeper {
    /// Steps that were missed while the service was down collapse: only the latest reminder of a broadcast is sent.
    pub(super) async fn remind(&self, look: &mut Look<'_>) -> EngineResult<()> {
        let act = self.core.act(&self.commune_id);
        let due = look.read().await?.due_reminders(act.at).await?;
        look.end_if(!due.is_empty());
        let mut latest: BTreeMap<&str, i64> = BTreeMap::new();
        for step in due.iter().filter(|step| step.kind == "remind") {
            latest.insert(&step.broadcast_id, step.step);
        }
        for step in &due {
            let skip = latest.get(step.broadcast_id.as_str()).is_some_and(|last| step.step < *last);
            let task = Chore::Remind.task(&format!("{}.{}", step.broadcast_id, step.step));
            self.core.alone(task, self.remind_one(&act, step, skip)).await;
        }
        Ok(())
    }

    async fn remind_one(&self, act: &Act<'_>, step: &ReminderStep, skip: bool) -> EngineResult<()> {
        let mut tx = self.core.store.begin().await?;
        remind::run_step(&mut tx, act, step, skip).await?;
        tx.commit().await?;
        self.core.wake.notify_waiters();
        Ok(())
    }

    pub(super) async fn skip_reminders(&self, look: &mut Look<'_>) -> EngineResult<()> {
        if !look.read().await?.has_needless_reminders().await? {
            return Ok(());
        }
        let mut tx = look.write().await?;
        tx.skip_needless_reminders().await?;
        tx.commit().await?;
        self.core.wake.notify_waiters();
        Ok(())
    }
}

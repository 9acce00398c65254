//! Bulletins that will miss their hour, and releases that still want an approval.

use super::{Chore, Keeper, Look};
use crate::engine::EngineResult;
use crate::usecase::{fire, release};

impl Keeper {
    pub(super) async fn warn_unapproved(&self, look: &mut Look<'_>) -> EngineResult<()> {
        let act = self.core.act(&self.commune_id);
        let by = act.at.plus_minutes(act.house.approval_warning_minutes);
        let unwarned = look.read().await?.unwarned_schedules(by).await?;
        look.end_if(!unwarned.is_empty());
        for schedule in &unwarned {
            let warned = async {
                let mut tx = self.core.store.begin().await?;
                fire::warn_unapproved(&mut tx, &act, schedule).await?;
                Ok(tx.commit().await?)
            };
            self.core.alone(Chore::WarnUnapproved.task(&schedule.id), warned).await;
        }
        Ok(())
    }

    pub(super) async fn warn_of_releases(&self, look: &mut Look<'_>) -> EngineResult<()> {
        let act = self.core.act(&self.commune_id);
        let due = look.read().await?.releases_to_warn_of(act.at).await?;
        look.end_if(!due.is_empty());
        for open in &due {
            let warned = async {
                let mut tx = self.core.store.begin().await?;
                release::warn(&mut tx, &act, open).await?;
                Ok(tx.commit().await?)
            };
            self.core.alone(Chore::WarnOfReleases.task(&open.bulletin_id), warned).await;
        }
        Ok(())
    }
}

//! Bulletins that will miss their hour, and releases that still want an approval.

use super::{Chore, Keeper};
use crate::engine::EngineResult;
use crate::usecase::{fire, release};

impl Keeper {
    pub(super) async fn warn_unapproved(&self) -> EngineResult<()> {
        let act = self.core.act(&self.commune_id);
        let by = act.at.plus_minutes(act.house.approval_warning_minutes);
        let unwarned = self.core.store.read().await?.unwarned_schedules(by).await?;
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

    pub(super) async fn warn_of_releases(&self) -> EngineResult<()> {
        let act = self.core.act(&self.commune_id);
        let due = self.core.store.read().await?.releases_to_warn_of(act.at).await?;
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

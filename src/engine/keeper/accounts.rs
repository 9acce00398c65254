//! Second accounts that nobody has confirmed for a day: the admins are reminded, once.

use super::{Chore, Keeper, Look};
use crate::engine::EngineResult;
use crate::usecase::bind;

impl Keeper {
    pub(super) async fn remind_of_accounts(&self, look: &mut Look<'_>) -> EngineResult<()> {
        let act = self.core.act(&self.commune_id);
        let due = look.read().await?.unconfirmed_accounts(act.at).await?;
        look.end_if(!due.is_empty());
        for id in &due {
            self.core.alone(Chore::RemindOfAccounts.task(id), self.remind_of_account(id)).await;
        }
        Ok(())
    }

    async fn remind_of_account(&self, id: &str) -> EngineResult<()> {
        let mut tx = self.core.store.begin().await?;
        bind::remind_of(&mut tx, &self.core.act(&self.commune_id), id).await?;
        Ok(tx.commit().await?)
    }
}

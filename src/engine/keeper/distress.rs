//! Calls for help: told to whoever cried when a card arrived, passed on when nobody took them, over after a while.

use std::collections::BTreeMap;

use super::{Chore, Keeper, Look};
use crate::engine::EngineResult;
use crate::store::distress::{Distress, SentCard};
use crate::usecase::{Act, distress};

impl Keeper {
    pub(super) async fn distress(&self, look: &mut Look<'_>) -> EngineResult<()> {
        let act = self.core.act(&self.commune_id);
        let tx = look.read().await?;
        let hopeless = tx.hopeless_distress().await?;
        let due = tx.distress_due(act.at).await?;
        let mut sent: BTreeMap<String, Vec<SentCard>> = BTreeMap::new();
        for card in tx.sent_distress_cards().await? {
            sent.entry(card.distress_id.clone()).or_default().push(card);
        }
        let any = !(hopeless.is_empty() && due.is_empty() && sent.is_empty());
        look.end_if(any);
        for (id, cards) in &sent {
            self.core.alone(Chore::Distress.task(&format!("sent.{id}")), self.tell_sent(&act, id, cards)).await;
        }
        for one in &hopeless {
            self.core.alone(Chore::Distress.task(&format!("none.{}", one.id)), self.no_card(&act, one)).await;
        }
        for one in &due {
            self.core.alone(Chore::Distress.task(&one.id), self.no_press(&act, one)).await;
        }
        if any {
            self.core.wake.notify_waiters();
        }
        Ok(())
    }

    async fn tell_sent(&self, act: &Act<'_>, id: &str, cards: &[SentCard]) -> EngineResult<()> {
        let mut tx = self.core.store.begin().await?;
        distress::tell_sent(&mut tx, act, id, cards).await?;
        Ok(tx.commit().await?)
    }

    async fn no_card(&self, act: &Act<'_>, one: &Distress) -> EngineResult<()> {
        let mut tx = self.core.store.begin().await?;
        if tx.hopeless_distress().await?.contains(one) {
            distress::hopeless(&mut tx, act, one).await?;
        }
        Ok(tx.commit().await?)
    }

    async fn no_press(&self, act: &Act<'_>, one: &Distress) -> EngineResult<()> {
        let mut tx = self.core.store.begin().await?;
        // What was written, taken or passed on meanwhile is due no more, or says more.
        let now = tx.distress_due(act.at).await?.into_iter().find(|due| due.id == one.id);
        match now {
            Some(due) if due.stage == 0 && due.taken_at.is_none() => distress::pass_on(&mut tx, act, &due).await?,
            Some(due) => distress::close(&mut tx, act, &due).await?,
            None => {}
        }
        Ok(tx.commit().await?)
    }
}

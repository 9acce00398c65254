//! Bulletins on a stage: made past the desk, and looked at in the database.

use loa::domain::calendar::Millis;
use loa::store::Tx;
use loa::store::answers::Obligation;
use loa::store::broadcasts::Broadcast;
use loa::usecase::compose::{Composed, Draft};
use loa::usecase::status::{self, BroadcastStatus};
use loa::usecase::{Act, UseCaseError, approve, compose};

use super::Stage;

impl Stage {
    /// What a person does.
    pub async fn act_of<'a>(&'a self, person: &str) -> Act<'a> {
        let mut tx = self.core.store.read().await.unwrap();
        let person = tx.person_by_code(&self.commune, person).await.unwrap().unwrap();
        Act { person_id: Some(person.id), ..self.core.act(&self.commune) }
    }

    /// Composed by Lan.
    pub async fn compose(&self, draft: &Draft) -> Composed {
        let act = self.act_of("lan").await;
        let mut tx = self.core.store.begin().await.unwrap();
        let composed = compose::compose(&mut tx, &act, draft).await.unwrap();
        tx.commit().await.unwrap();
        composed
    }

    /// Approved by whoever may.
    pub async fn approve(&self, person: &str, composed: &Composed) -> Result<(), UseCaseError> {
        let act = self.act_of(person).await;
        let mut tx = self.core.store.begin().await.unwrap();
        approve::approve(&mut tx, &act, &composed.bulletin.id, None).await?;
        tx.commit().await.unwrap();
        Ok(())
    }

    /// Composed by Lan, approved by the vice chairwoman.
    pub async fn release(&self, draft: &Draft) -> Composed {
        let composed = self.compose(draft).await;
        self.approve("pct", &composed).await.unwrap();
        composed
    }

    /// Lets the commune's next bulletin of a kind be of this number.
    pub async fn number_from(&self, kind: &str, number: usize) {
        let mut tx = self.core.store.begin().await.unwrap();
        for _ in 1..number {
            tx.next_number(&self.commune, kind).await.unwrap();
        }
        tx.commit().await.unwrap();
    }

    /// The latest firing of a bulletin, by its code or its id.
    async fn latest(&self, tx: &mut Tx, bulletin: &str) -> Option<Broadcast> {
        let by_code = tx.bulletin_by_code(&self.commune, bulletin).await.unwrap();
        let id = by_code.map_or(bulletin.to_owned(), |bulletin| bulletin.id);
        tx.broadcasts_of(&id).await.unwrap().pop()
    }

    /// The states of the messages of a bulletin's latest firing.
    pub async fn states(&self, bulletin: &str) -> Vec<String> {
        let mut tx = self.core.store.read().await.unwrap();
        let Some(broadcast) = self.latest(&mut tx, bulletin).await else { return Vec::new() };
        let messages = tx.messages_of_broadcast(&broadcast.id).await.unwrap();
        messages.into_iter().map(|message| message.state.to_string()).collect()
    }

    /// How many of them are in a state.
    pub async fn messages_in(&self, bulletin: &str, state: &str) -> usize {
        self.states(bulletin).await.iter().filter(|known| *known == state).count()
    }

    async fn obligations(&self, bulletin: &str) -> Vec<Obligation> {
        let mut tx = self.core.store.read().await.unwrap();
        let broadcast = self.latest(&mut tx, bulletin).await.unwrap();
        tx.obligations_of(&broadcast.id).await.unwrap()
    }

    /// The units whose heads have confirmed a bulletin's latest firing.
    pub async fn acknowledged(&self, bulletin: &str) -> Vec<String> {
        let done = self.obligations(bulletin).await.into_iter().filter(|owed| owed.acknowledged_at.is_some());
        done.map(|owed| owed.unit_name).collect()
    }

    /// When a unit did.
    pub async fn acknowledged_at(&self, bulletin: &str, unit: &str) -> Option<Millis> {
        let owed = self.obligations(bulletin).await;
        owed.into_iter().find(|owed| owed.unit_name == unit).unwrap().acknowledged_at.map(Millis)
    }

    /// Where a bulletin's broadcast stands; none before it fired.
    pub async fn status(&self, composed: &Composed) -> Option<BroadcastStatus> {
        let mut tx = self.core.store.read().await.unwrap();
        let act = self.core.act(&self.commune);
        status::of_bulletin(&mut tx, &act, &composed.bulletin).await.unwrap().broadcasts.pop()
    }

    /// How many deliveries stand as sent; none before it fired.
    pub async fn sent(&self, composed: &Composed) -> i64 {
        self.status(composed).await.map_or(0, |status| status.counts.sent)
    }

    /// How many deliveries through a gateway stand so.
    pub async fn in_state(&self, composed: &Composed, gateway: &str, state: &str) -> usize {
        let Some(status) = self.status(composed).await else { return 0 };
        let own = status.deliveries.iter().filter(|delivery| delivery.gateway == gateway);
        own.filter(|delivery| delivery.state.as_str() == state).count()
    }

    /// Where a village's obligation stands.
    pub async fn obligation(&self, composed: &Composed, unit: &str) -> String {
        let status = self.status(composed).await.unwrap();
        status.obligations.iter().find(|owed| owed.unit == unit).unwrap().state.as_str().to_owned()
    }

    /// The kinds of the incidents that are open.
    pub async fn incidents(&self) -> Vec<String> {
        let mut tx = self.core.store.read().await.unwrap();
        tx.open_incidents().await.unwrap().into_iter().map(|incident| incident.kind).collect()
    }

    /// A number that a statement gives.
    pub async fn rows(&self, sql: &'static str) -> i64 {
        let mut tx = self.core.store.read().await.unwrap();
        match &mut tx {
            Tx::Sqlite(tx) => sqlx::query_scalar(sql).fetch_one(&mut **tx).await.unwrap(),
            Tx::Postgres(tx) => sqlx::query_scalar(sql).fetch_one(&mut **tx).await.unwrap(),
        }
    }
}

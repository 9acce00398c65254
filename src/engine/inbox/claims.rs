//! What a worker has taken of the inbox, so that nobody else takes it: claimed before it is tried, renewed while the network is waited
//! for, given back where nothing came of it and nothing speaks against the update.

use std::collections::HashSet;
use std::time::Duration;

use super::worker::{Chosen, Fault, Worker};
use super::{EngineResult, Taken};
use crate::domain::calendar::Millis;
use crate::store::inbox::InboxRow;

/// Milliseconds until an update is tried again of which nobody wrote down what came of it.
const AGAIN_AFTER: i64 = 2_000;
/// The same where a document is fetched and read; another process must not begin meanwhile.
const AGAIN_AFTER_FETCH: i64 = 30_000;
/// Milliseconds after its arrival for which a try that the database spoilt does not count. What spoils them all is the update's own
/// fault, and must not keep its chat waiting for ever.
const PATIENCE: i64 = 3_600_000;
/// How often such a claim is renewed: a document on a slow line takes longer than it lasts.
const RENEW_AFTER: Duration = Duration::from_secs(10);

impl Worker {
    /// Takes what was chosen, and counts a try of each before it is made: an update that ends the process must not do so for ever.
    /// Of a chat in which somebody else took an update, the later ones are left to him.
    pub(super) async fn claim(&mut self, chosen: &mut Chosen) -> EngineResult<()> {
        if chosen.len() == 0 {
            return Ok(());
        }
        if self.in_hand.is_empty() {
            self.renewed_at = self.inbox.core.clocks.mono.elapsed();
        }
        let (mut tx, now) = (self.inbox.core.store.begin().await?, self.inbox.core.wall_now());
        let (mut lost, mut ours) = (HashSet::new(), Vec::new());
        for (row, wait) in chosen.rows() {
            let chat = row.chat.clone().unwrap_or_else(|| row.id.clone());
            if lost.contains(&chat) || !tx.claim_inbox(row, now, wait).await? {
                lost.insert(chat);
            } else {
                ours.push((chat, row));
            }
        }
        for (_, row) in ours.into_iter().filter(|(chat, _)| lost.contains(chat)) {
            tx.give_inbox_back(row, now).await?;
        }
        tx.commit().await?;
        chosen.leave(&lost);
        Ok(())
    }

    /// Renews the claims of what is waited for, when it is time to.
    pub(super) async fn renew_claims(&mut self) -> EngineResult<()> {
        let elapsed = self.inbox.core.clocks.mono.elapsed();
        if self.in_hand.is_empty() || elapsed.saturating_sub(self.renewed_at) < RENEW_AFTER {
            return Ok(());
        }
        let until = Millis(self.inbox.core.wall_now().0 + AGAIN_AFTER_FETCH);
        let mut tx = self.inbox.core.store.begin().await?;
        for taken in self.in_hand.values() {
            tx.renew_inbox(&taken.row, until).await?;
        }
        tx.commit().await?;
        self.renewed_at = elapsed;
        Ok(())
    }

    /// Gives an update back; it is tried again soon, and this time does not count. Where the database is away it is given back later.
    pub(super) async fn give_back(&mut self, taken: &Taken) {
        self.owed.push(taken.row.clone());
        if let Err(error) = self.give_owed_back().await {
            tracing::warn!(gateway = self.gateway, %error, "inbox.not_given_back");
        }
    }

    /// Gives back what could not be given back before.
    pub(super) async fn give_owed_back(&mut self) -> EngineResult<()> {
        if self.owed.is_empty() {
            return Ok(());
        }
        let from = Millis(self.inbox.core.wall_now().0 + AGAIN_AFTER);
        let mut tx = self.inbox.core.store.begin().await?;
        for row in &self.owed {
            tx.give_inbox_back(row, from).await?;
        }
        tx.commit().await?;
        self.owed.clear();
        Ok(())
    }

    /// Gives everything back that is waited for or has what it needs: whoever comes next need not wait.
    pub(super) async fn give_all_back(&mut self) -> EngineResult<()> {
        let ready = self.ready.drain(..).map(|(taken, _)| taken);
        let taken = self.in_hand.drain().map(|(_, taken)| taken).chain(ready).map(|taken| taken.row);
        let rows: Vec<InboxRow> = taken.chain(self.owed.drain(..)).collect();
        if rows.is_empty() {
            return Ok(());
        }
        let (mut tx, now) = (self.inbox.core.store.begin().await?, self.inbox.core.wall_now());
        for row in rows {
            tx.give_inbox_back(&row, now).await?;
        }
        Ok(tx.commit().await?)
    }

    /// Notes that an update was not processed; gives false. Where the try does not count, it is given back.
    pub(super) async fn fail(&mut self, taken: &Taken, fault: Fault) -> EngineResult<bool> {
        let Fault { error, counts } = fault;
        let is_old = self.inbox.core.wall_now().0 - taken.row.received_at > PATIENCE;
        if counts || is_old {
            tracing::error!(inbox = %taken.row.id, error, "inbox.failed");
            if let Some(gateway) = self.inbox.core.gateways.get(&self.gateway) {
                self.errands.toast(gateway, &taken.event, "");
            }
            self.inbox.fail(&taken.row, &error).await?;
        } else {
            tracing::warn!(inbox = %taken.row.id, error, "inbox.given_back");
            self.give_back(taken).await;
        }
        Ok(false)
    }
}

impl Chosen {
    /// Every row, those of one chat in their order, and how long the next try waits when nobody writes down how this one ended.
    fn rows(&self) -> impl Iterator<Item = (&InboxRow, i64)> {
        let soon = self.hopeless.iter().chain(&self.unreadable).chain(self.quick.iter().map(|taken| &taken.row));
        let slow = self.slow.iter().map(|taken| (&taken.row, AGAIN_AFTER_FETCH));
        soon.map(|row| (row, AGAIN_AFTER)).chain(slow)
    }

    /// Leaves the updates of these chats, and those of no chat under their own ids, to somebody else.
    fn leave(&mut self, lost: &HashSet<String>) {
        let is_ours = |row: &InboxRow| !lost.contains(row.chat.as_ref().unwrap_or(&row.id));
        self.hopeless.retain(is_ours);
        self.unreadable.retain(is_ours);
        self.quick.retain(|taken| is_ours(&taken.row));
        self.slow.retain(|taken| is_ours(&taken.row));
    }
}

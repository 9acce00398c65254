//! The clock's jumps: when nothing is on its way, on to the next thing due.

use std::time::Duration;

use super::Demo;
use super::people::Crowd;
use crate::clock::Clock as _;
use crate::domain::calendar::Millis;
use crate::engine::keeper::Keeper;
use crate::usecase::fallback;

/// How often it is looked whether anything is on its way.
const GLANCE: Duration = Duration::from_millis(10);
/// Looks in a row that must find nothing: an update may be between two rooms for an instant.
const QUIET_LOOKS: u32 = 3;
/// Real time without any quiet after which the story goes on all the same.
const PATIENCE: Duration = Duration::from_secs(30);

impl Demo {
    /// Lets people answer and time pass until `end`.
    pub(super) async fn run_until(&self, people: &mut Crowd, end: Millis) -> anyhow::Result<()> {
        let keeper = Keeper::new(self.core.clone(), self.core.commune_id().await?);
        loop {
            self.be_quiet(people).await?;
            let now = self.clock.now();
            if now >= end {
                return self.look_at_deliveries(true).await;
            }
            let due = keeper.next_due_after(now).await?;
            let answer = people.next_due().map(Millis).filter(|at| *at > now);
            let next = [due, answer].into_iter().flatten().min().map_or(end, |at| at.min(end));
            self.clock.jump_to(next);
            self.core.wake.notify_waiters();
        }
    }

    /// Waits until every message has left, every update is processed and everybody who wanted to answer has.
    async fn be_quiet(&self, people: &mut Crowd) -> anyhow::Result<()> {
        let mut quiet = 0;
        let patience = tokio::time::sleep(PATIENCE);
        tokio::pin!(patience);
        while quiet < QUIET_LOOKS {
            people.tick(self.clock.now().0);
            self.look();
            self.look_at_deliveries(false).await?;
            quiet = if self.is_idle().await? { quiet + 1 } else { 0 };
            tokio::select! {
                () = &mut patience => return Ok(()),
                () = tokio::time::sleep(GLANCE) => {}
            }
        }
        self.look();
        Ok(())
    }

    /// Waits until everything that was said is heard and everything that is due is sent, with nobody answering.
    pub(super) async fn settle(&self) -> anyhow::Result<()> {
        let quiet = async {
            while !self.is_idle().await? {
                self.look();
                tokio::time::sleep(GLANCE).await;
            }
            anyhow::Ok(())
        };
        tokio::time::timeout(PATIENCE, quiet).await.unwrap_or(Ok(()))?;
        self.look();
        self.look_at_deliveries(true).await
    }

    async fn is_idle(&self) -> anyhow::Result<bool> {
        if !self.stage.is_heard() {
            return Ok(false);
        }
        let commune = self.core.commune_id().await?;
        let mut tx = self.core.store.read().await?;
        let now = self.clock.now();
        let fired = tx.next_fire().await?.is_none_or(|at| at > now);
        let reminded = tx.next_reminder().await?.is_none_or(|at| at > now);
        let covered = fallback::due(&mut tx, &self.core.act(&commune)).await?.is_empty();
        Ok(fired
            && reminded
            && covered
            && tx.waiting_inbox_count().await? == 0
            && tx.open_messages_but_edits().await? == 0)
    }
}

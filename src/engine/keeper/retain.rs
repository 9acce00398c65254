//! What goes by itself after a while. The look for it is taken once an hour; where a full batch was taken, or one failed, again
//! after a minute: years to be caught up with must not hold up anybody else.

use std::sync::atomic::Ordering;

use super::{Chore, Keeper, Look};
use crate::domain::retention::Kind;
use crate::engine::EngineResult;
use crate::store::retention::BATCH;
use crate::usecase::{dead_letters, incidents, retain};

/// Milliseconds between two looks.
const LOOK_EVERY: u64 = 3_600_000;
/// Milliseconds until the next one while there is more to do.
const AGAIN_AFTER: u64 = 60_000;

impl Keeper {
    /// At most one batch a kind. Each is done alone: one that fails keeps no other from being taken, and is tried again with the next
    /// look.
    pub(super) async fn retain(&self, look: &mut Look<'_>) -> EngineResult<()> {
        let now = u64::try_from(self.core.clocks.mono.elapsed().as_millis()).unwrap_or(u64::MAX);
        if now < self.retained_until.load(Ordering::Relaxed) {
            return Ok(());
        }
        // While the date is in doubt nothing is old enough to go.
        if incidents::is_clock_in_doubt(look.read().await?).await? {
            return Ok(());
        }
        let noted = self.core.alone(Chore::Retain.task("ends"), self.note_ends(look)).await;
        let mut again = wants_more(noted, look);
        for kind in Kind::ALL.iter().copied() {
            let taken = self.core.alone(Chore::Retain.task(kind.as_str()), self.take(kind, look)).await;
            again |= wants_more(taken, look);
        }
        let kept = self.core.alone(Chore::Retain.task("incidents"), self.keep_incidents(look)).await;
        again |= wants_more(kept, look);
        let wait = if again { AGAIN_AFTER } else { LOOK_EVERY };
        self.retained_until.store(now.saturating_add(wait), Ordering::Relaxed);
        Ok(())
    }

    /// Notes when messages of no delivery came to their end. Gives whether there is more of it.
    async fn note_ends(&self, look: &mut Look<'_>) -> EngineResult<bool> {
        if !look.read().await?.has_unnoted_ends().await? {
            return Ok(false);
        }
        let mut tx = look.write().await?;
        let noted = tx.note_ends(self.core.wall_now()).await?;
        tx.commit().await?;
        Ok(noted >= BATCH)
    }

    /// Takes a batch of a kind, if one is due. Gives whether it was a full one.
    async fn take(&self, kind: Kind, look: &mut Look<'_>) -> EngineResult<bool> {
        let act = self.core.act(&self.commune_id);
        if !retain::is_due(look.read().await?, &act, kind).await? {
            return Ok(false);
        }
        let mut tx = look.write().await?;
        let full = retain::take(&mut tx, &act, kind).await?;
        tx.commit().await?;
        Ok(full)
    }

    /// What was given up is an incident for as long as its words are there. There is never more of it.
    async fn keep_incidents(&self, look: &mut Look<'_>) -> EngineResult<bool> {
        if !dead_letters::are_incidents_due(look.read().await?).await? {
            return Ok(false);
        }
        let mut tx = look.write().await?;
        dead_letters::keep_incidents(&mut tx, &self.core.act(&self.commune_id)).await?;
        tx.commit().await?;
        Ok(false)
    }
}

/// Whether the next look is to come soon: there is more to do, or it failed.
fn wants_more(done: Option<bool>, look: &mut Look<'_>) -> bool {
    if done.is_none() {
        // On a server a statement that fails spoils its transaction.
        look.end();
    }
    done != Some(false)
}

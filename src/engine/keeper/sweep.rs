//! What must not be kept.

use std::sync::atomic::Ordering;

use super::{Keeper, Look};
use crate::domain::calendar::Millis;
use crate::engine::EngineResult;
use crate::usecase::dead_letters;

/// Days after which the key of a processed update is forgotten. Telegram repeats an update for a day at most.
const FORGET_DAYS: i64 = 14;
/// Milliseconds between two sweeps.
const SWEEP_EVERY: i64 = 3_600_000;
/// Days after which an untouched conversation is dropped.
const DIALOGUE_DAYS: i64 = 7;

impl Keeper {
    pub(super) async fn sweep(&self, look: &mut Look<'_>) -> EngineResult<()> {
        let wall = self.core.wall_now();
        if !self.sweep_is_due(wall) {
            return Ok(());
        }
        let mut tx = look.write().await?;
        tx.sweep_inbox(wall, wall.plus_days(-FORGET_DAYS)).await?;
        dead_letters::keep_incidents(&mut tx, &self.core.act(&self.commune_id)).await?;
        tx.sweep_dialogues(wall.plus_days(-DIALOGUE_DAYS)).await?;
        tx.sweep_menus(wall.plus_days(-DIALOGUE_DAYS)).await?;
        tx.sweep_unused_files(wall.plus_days(-DIALOGUE_DAYS)).await?;
        Ok(tx.commit().await?)
    }

    /// Once an hour is enough for what is kept for days.
    fn sweep_is_due(&self, wall: Millis) -> bool {
        let last = self.swept_at.load(Ordering::Relaxed);
        let due = wall.0.saturating_sub(last) >= SWEEP_EVERY;
        if due {
            self.swept_at.store(wall.0, Ordering::Relaxed);
        }
        due
    }
}

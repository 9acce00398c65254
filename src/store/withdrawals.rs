//! Ending everything of a broadcast that was taken back. What happened stays as it was: sent, confirmed, posted.

use crate::domain::calendar::Millis;
use crate::store::{StoreResult, Tx, on};

const BROADCAST: &str = "UPDATE broadcasts SET state = 'withdrawn', closed_at = COALESCE(closed_at, $2) \
     WHERE id = $1 AND state <> 'withdrawn'";
const MESSAGES: &str = "UPDATE messages SET state = 'cancelled', reason = 'withdrawn' \
     WHERE broadcast_id = $1 AND state IN ('pending', 'retry_wait')";
// What is on its way may still turn out not to have left: it is not tried again.
const ON_THE_WAY: &str = "UPDATE messages SET not_after = $2 WHERE broadcast_id = $1 AND state = 'sending'";
const OBLIGATIONS: &str = "UPDATE obligations SET state = 'superseded' \
     WHERE broadcast_id = $1 AND state IN ('awaiting', 'unreachable', 'lapsed')";
const REMINDERS: &str = "UPDATE reminder_steps SET done_at = $2 WHERE broadcast_id = $1 AND done_at IS NULL";
const RELAYS: &str = "UPDATE relays SET next_at = NULL WHERE next_at IS NOT NULL \
     AND delivery_id IN (SELECT id FROM deliveries WHERE broadcast_id = $1)";
const WALLS: &str = "UPDATE deliveries SET wall_due_at = NULL WHERE broadcast_id = $1 AND wall_due_at IS NOT NULL";

impl Tx {
    /// Takes a broadcast back: nothing of it leaves any more, nobody owes an answer, nobody is reminded. Gives how many of its
    /// messages had not left.
    ///
    /// # Errors
    /// The database.
    pub async fn withdraw_broadcast(&mut self, id: &str, at: Millis) -> StoreResult<u64> {
        let stopped = on!(self, |c| sqlx::query(MESSAGES).bind(id).execute(c).await?.rows_affected());
        on!(self, |c| sqlx::query(ON_THE_WAY).bind(id).bind(at.0 - 1).execute(c).await?.rows_affected());
        for statement in [OBLIGATIONS, RELAYS, WALLS] {
            on!(self, |c| sqlx::query(statement).bind(id).execute(c).await?.rows_affected());
        }
        for statement in [BROADCAST, REMINDERS] {
            on!(self, |c| sqlx::query(statement).bind(id).bind(at.0).execute(c).await?.rows_affected());
        }
        Ok(stopped)
    }
}

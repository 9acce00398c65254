//! What a broadcast promised when it fired, beside its reminder steps, and the calls that followed.

use super::{Millis, StoreResult, Tx, on};
use crate::domain::text_enum::text_enum;
use crate::domain::urgency::{AfterWindow, Urgency};

text_enum! {
    /// What came of a call.
    pub enum CallOutcome {
        /// They have it.
        Confirmed => "confirmed",
        /// Nobody answered.
        Unanswered => "unanswered",
    }
}

/// The snapshot of a broadcast's ladder.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct LadderRow {
    /// The broadcast.
    pub broadcast_id: String,
    /// Its urgency.
    #[sqlx(try_from = "String")]
    pub urgency: Urgency,
    /// Who gets the list at the end of the window.
    #[sqlx(try_from = "String")]
    pub after_window: AfterWindow,
    /// How many acknowledgements are enough.
    pub quorum: Option<i64>,
    /// Whether it is an exercise.
    pub exercise: bool,
    /// By when the first message must have been sent, business time.
    pub start_by: Option<i64>,
}

/// A call to a unit in whose stead somebody may confirm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewCall<'a> {
    /// The id.
    pub id: String,
    /// The obligation it was about.
    pub obligation_id: &'a str,
    /// Who called.
    pub caller_id: &'a str,
    /// What came of it.
    pub outcome: CallOutcome,
    /// Business time.
    pub at: Millis,
}

const INSERT: &str = "INSERT INTO ladders (broadcast_id, urgency, after_window, quorum, exercise, start_by) \
     VALUES ($1, $2, $3, $4, $5, $6)";
const OF_BROADCAST: &str = "SELECT broadcast_id, urgency, after_window, quorum, exercise, start_by FROM ladders \
     WHERE broadcast_id = $1";
const NOT_STARTED: &str = "SELECT l.broadcast_id, l.urgency, l.after_window, l.quorum, l.exercise, l.start_by FROM ladders l \
     JOIN broadcasts b ON b.id = l.broadcast_id WHERE l.start_by IS NOT NULL AND l.start_told_at IS NULL AND l.start_by <= $1 \
       AND b.state = 'running' AND NOT EXISTS (SELECT 1 FROM messages m WHERE m.broadcast_id = b.id AND m.state = 'sent') \
     ORDER BY l.start_by, l.broadcast_id";
const NEXT_START: &str = "SELECT MIN(l.start_by) FROM ladders l JOIN broadcasts b ON b.id = l.broadcast_id \
     WHERE l.start_by IS NOT NULL AND l.start_told_at IS NULL AND b.state = 'running' \
       AND NOT EXISTS (SELECT 1 FROM messages m WHERE m.broadcast_id = b.id AND m.state = 'sent')";
const START_TOLD: &str = "UPDATE ladders SET start_told_at = $2 WHERE broadcast_id = $1 AND start_told_at IS NULL";
const SHOWN: &str = "INSERT INTO call_lists (broadcast_id, chat_id, shown_at) VALUES ($1, $2, $3) \
     ON CONFLICT (broadcast_id, chat_id) DO UPDATE SET shown_at = excluded.shown_at";
const SHOWN_IN: &str = "SELECT l.broadcast_id FROM call_lists l JOIN broadcasts b ON b.id = l.broadcast_id \
     WHERE l.chat_id = $1 AND b.state <> 'withdrawn' ORDER BY l.shown_at DESC, l.broadcast_id LIMIT 20";
const INSERT_CALL: &str =
    "INSERT INTO calls (id, obligation_id, caller_id, outcome, called_at) VALUES ($1, $2, $3, $4, $5)";
const UNANSWERED: &str = "SELECT c.obligation_id, COUNT(*) FROM calls c JOIN obligations o ON o.id = c.obligation_id \
     WHERE o.broadcast_id = $1 AND c.outcome = 'unanswered' GROUP BY c.obligation_id ORDER BY c.obligation_id";
const OWN_ANSWER: &str = "UPDATE obligations SET proxy = FALSE, acknowledged_at = $2, late = $3 \
     WHERE id = $1 AND state = 'acknowledged' AND proxy";
// A reminder that waits says nothing any more once a newer one is queued.
const SUPERSEDE: &str = "UPDATE messages SET state = 'skipped', reason = 'newer_reminder' \
     WHERE delivery_id = $1 AND purpose = 'reminder' AND state IN ('pending', 'retry_wait')";
const NEEDLESS: &str = "UPDATE messages SET state = 'skipped', reason = 'all_answered' \
     WHERE purpose = 'reminder' AND state IN ('pending', 'retry_wait') \
       AND NOT EXISTS (SELECT 1 FROM delivery_units du JOIN obligations o ON o.unit_id = du.unit_id \
                       WHERE du.delivery_id = messages.delivery_id AND o.broadcast_id = messages.broadcast_id AND o.state = 'awaiting')";
const ANY_NEEDLESS: &str = "SELECT EXISTS (SELECT 1 FROM messages m WHERE m.purpose = 'reminder' AND m.state IN ('pending', 'retry_wait') \
       AND NOT EXISTS (SELECT 1 FROM delivery_units du JOIN obligations o ON o.unit_id = du.unit_id \
                       WHERE du.delivery_id = m.delivery_id AND o.broadcast_id = m.broadcast_id AND o.state = 'awaiting'))";
// Doubts of what repeats itself: never repeated, not itself a repetition.
const DOUBTS: &str = "SELECT m.id FROM messages m CROSS JOIN broadcasts b CROSS JOIN ladders l \
     WHERE m.state = 'unknown' AND b.id = m.broadcast_id AND l.broadcast_id = b.id AND m.purpose = 'broadcast' AND m.resend_of IS NULL AND b.state = 'running' AND l.urgency = 'flash' \
       AND NOT EXISTS (SELECT 1 FROM messages again WHERE again.resend_of = m.id) ORDER BY b.started_at, m.id";

impl Tx {
    /// Writes the snapshot of a broadcast's ladder.
    ///
    /// # Errors
    /// The database.
    pub async fn insert_ladder(&mut self, ladder: &LadderRow) -> StoreResult<()> {
        on!(self, |c| sqlx::query(INSERT)
            .bind(&ladder.broadcast_id)
            .bind(ladder.urgency.as_str())
            .bind(ladder.after_window.as_str())
            .bind(ladder.quorum)
            .bind(ladder.exercise)
            .bind(ladder.start_by)
            .execute(c)
            .await?
            .rows_affected());
        Ok(())
    }

    /// What a broadcast promised.
    ///
    /// # Errors
    /// The database.
    pub async fn ladder_of(&mut self, broadcast_id: &str) -> StoreResult<Option<LadderRow>> {
        Ok(on!(self, |c| sqlx::query_as(OF_BROADCAST).bind(broadcast_id).fetch_optional(c).await?))
    }

    /// Broadcasts of which nothing was sent although that was promised by `now`, and nobody was told.
    ///
    /// # Errors
    /// The database.
    pub async fn ladders_not_started(&mut self, now: Millis) -> StoreResult<Vec<LadderRow>> {
        Ok(on!(self, |c| sqlx::query_as(NOT_STARTED).bind(now.0).fetch_all(c).await?))
    }

    /// By when the next broadcast must have begun of which nothing was sent yet.
    ///
    /// # Errors
    /// The database.
    pub async fn next_start(&mut self) -> StoreResult<Option<Millis>> {
        let at: Option<i64> = on!(self, |c| sqlx::query_scalar(NEXT_START).fetch_one(c).await?);
        Ok(at.map(Millis))
    }

    /// Notes that people were told of a late start. False when it was noted before.
    ///
    /// # Errors
    /// The database.
    pub async fn mark_start_told(&mut self, broadcast_id: &str, at: Millis) -> StoreResult<bool> {
        let affected =
            on!(self, |c| sqlx::query(START_TOLD).bind(broadcast_id).bind(at.0).execute(c).await?.rows_affected());
        Ok(affected == 1)
    }

    /// Notes that a call list was shown in a chat.
    ///
    /// # Errors
    /// The database.
    pub async fn note_call_list(&mut self, broadcast_id: &str, chat_id: &str, at: Millis) -> StoreResult<()> {
        on!(self, |c| sqlx::query(SHOWN).bind(broadcast_id).bind(chat_id).bind(at.0).execute(c).await?.rows_affected());
        Ok(())
    }

    /// The broadcasts whose call lists were shown in a chat, latest first.
    ///
    /// # Errors
    /// The database.
    pub async fn call_lists_in(&mut self, chat_id: &str) -> StoreResult<Vec<String>> {
        Ok(on!(self, |c| sqlx::query_scalar(SHOWN_IN).bind(chat_id).fetch_all(c).await?))
    }

    /// Writes a call.
    ///
    /// # Errors
    /// The database.
    pub async fn insert_call(&mut self, call: &NewCall<'_>) -> StoreResult<()> {
        on!(self, |c| sqlx::query(INSERT_CALL)
            .bind(&call.id)
            .bind(call.obligation_id)
            .bind(call.caller_id)
            .bind(call.outcome.as_str())
            .bind(call.at.0)
            .execute(c)
            .await?
            .rows_affected());
        Ok(())
    }

    /// How often each unit of a broadcast was called in vain, by obligation.
    ///
    /// # Errors
    /// The database.
    pub async fn calls_in_vain(&mut self, broadcast_id: &str) -> StoreResult<Vec<(String, i64)>> {
        Ok(on!(self, |c| sqlx::query_as(UNANSWERED).bind(broadcast_id).fetch_all(c).await?))
    }

    /// Puts a unit's own answer in the place of one given in its stead. False when there was none.
    ///
    /// # Errors
    /// The database.
    pub async fn replace_proxy(&mut self, obligation_id: &str, at: Millis, late: bool) -> StoreResult<bool> {
        let affected = on!(self, |c| sqlx::query(OWN_ANSWER)
            .bind(obligation_id)
            .bind(at.0)
            .bind(late)
            .execute(c)
            .await?
            .rows_affected());
        Ok(affected == 1)
    }

    /// Takes the reminders of a delivery that wait out of the queue, because a newer one follows; gives how many.
    ///
    /// # Errors
    /// The database.
    pub async fn supersede_reminders(&mut self, delivery_id: &str) -> StoreResult<u64> {
        Ok(on!(self, |c| sqlx::query(SUPERSEDE).bind(delivery_id).execute(c).await?.rows_affected()))
    }

    /// Whether a reminder waits whose group has answered.
    ///
    /// # Errors
    /// The database.
    pub async fn has_needless_reminders(&mut self) -> StoreResult<bool> {
        Ok(on!(self, |c| sqlx::query_scalar(ANY_NEEDLESS).fetch_one(c).await?))
    }

    /// Takes the reminders out of the queue whose groups have all answered; gives how many.
    ///
    /// # Errors
    /// The database.
    pub async fn skip_needless_reminders(&mut self) -> StoreResult<u64> {
        Ok(on!(self, |c| sqlx::query(NEEDLESS).execute(c).await?.rows_affected()))
    }

    /// Messages in doubt of running Hỏa tốc broadcasts that were never repeated.
    ///
    /// # Errors
    /// The database.
    pub async fn doubts_that_repeat(&mut self) -> StoreResult<Vec<String>> {
        Ok(on!(self, |c| sqlx::query_scalar(DOUBTS).fetch_all(c).await?))
    }
}

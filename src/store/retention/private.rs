//! Messages of no delivery: cards, call lists, alerts and answers. They go with all their tries.

use super::{Due, HANDFUL, Millis, StoreResult, Taken, Tx, on};

/// Days for which an answer that was left out for want of budget is counted: the longest month.
const LEFT_OUT_DAYS: i64 = 31;

/// Machine time since which what was left out is still counted.
pub(super) const fn counted_since(wall: Millis) -> Millis {
    wall.plus_days(-LEFT_OUT_DAYS)
}

// A reply to a line about a broadcast that still runs is known by the line. The months' figures count what was left out.
macro_rules! private {
    ($ask:literal) => {
        concat!(
            "WITH due AS (SELECT m.id, m.ended_at FROM messages m WHERE m.delivery_id IS NULL AND m.ended_at < $1 \
               AND m.state NOT IN ('pending', 'retry_wait', 'sending') \
               AND (m.reason IS DISTINCT FROM 'budget' OR m.created_at < $2) \
               AND (m.broadcast_id IS NULL \
                    OR NOT EXISTS (SELECT 1 FROM broadcasts b WHERE b.id = m.broadcast_id AND b.state = 'running')) \
               AND NOT EXISTS (SELECT 1 FROM messages e WHERE e.edit_of = m.id AND e.edit_of IS NOT NULL) \
               AND NOT EXISTS (SELECT 1 FROM messages r WHERE r.resend_of = m.id AND r.resend_of IS NOT NULL)) ",
            $ask
        )
    };
}
pub(super) const ANY: &str = private!("SELECT EXISTS (SELECT 1 FROM due)");
pub(super) const COUNT: &str = private!("SELECT COUNT(*) FROM due");
pub(super) const NEXT: &str = private!("SELECT id FROM due ORDER BY ended_at LIMIT 500");
const DROP_ATTEMPTS: &str = "DELETE FROM attempts WHERE message_id IN \
     ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)";
const DROP_MESSAGES: &str = "DELETE FROM messages WHERE id IN \
     ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)";

// How many refusals in a row a chat has given is asked long after what it took between them is gone.
const NOTE_TAKEN: &str = "UPDATE chats SET taken_at = gone.made_at \
     FROM (SELECT chat_id, MAX(created_at) AS made_at FROM messages \
           WHERE id IN ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) \
             AND (state IN ('sent', 'unknown') OR (state = 'failed' AND reason <> 'generic')) GROUP BY chat_id) AS gone \
     WHERE chats.id = gone.chat_id AND (chats.taken_at IS NULL OR chats.taken_at < gone.made_at)";

const TAKEN_AT: &str = "SELECT taken_at FROM chats WHERE id = $1";

impl Tx {
    /// Machine time at which the latest message was made that a chat took and that is gone since; none when there is none.
    ///
    /// # Errors
    /// The database.
    pub async fn gone_taken_at(&mut self, chat_id: &str) -> StoreResult<Option<Millis>> {
        let found: Option<Option<i64>> =
            on!(self, |c| sqlx::query_scalar(TAKEN_AT).bind(chat_id).fetch_optional(c).await?);
        Ok(found.flatten().map(Millis))
    }

    /// Takes the next batch.
    pub(super) async fn take_private(&mut self, due: &Due) -> StoreResult<Taken> {
        let ids: Vec<String> = on!(self, |c| {
            let asked = due.given().into_iter().fold(sqlx::query_scalar(NEXT), sqlx::query::QueryScalar::bind);
            asked.fetch_all(c).await?
        });
        let mut taken = Taken::default();
        for handful in ids.chunks(HANDFUL) {
            self.with_all(NOTE_TAKEN, handful).await?;
            taken.attempts += self.with_all(DROP_ATTEMPTS, handful).await?;
            taken.rows += self.with_all(DROP_MESSAGES, handful).await?;
        }
        Ok(taken)
    }
}

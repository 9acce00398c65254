//! Rendered texts: emptied once their broadcast has long been over, with a hash in their place.

use super::{Due, HANDFUL, StoreResult, Taken, Tx, filled, on};
use crate::id::sha256_hex;

// Broadcasts are closed, and of each only what still has its text is read. Whoever is to decide about a doubt, or may still order a
// repetition, finds the text: a message of the broadcast itself that did not arrive, until it has expired or was repeated.
macro_rules! bodies {
    ($ask:literal) => {
        concat!(
            "WITH due AS (SELECT m.id, m.body, m.attempts, b.closed_at FROM broadcasts b CROSS JOIN messages m \
             WHERE b.closed_at IS NOT NULL AND b.closed_at < $1 AND m.broadcast_id = b.id AND m.emptied_at IS NULL \
               AND m.delivery_id IS NOT NULL AND m.state NOT IN ('pending', 'retry_wait', 'sending') \
               AND (m.purpose <> 'broadcast' OR m.state IN ('sent', 'expired') \
                    OR EXISTS (SELECT 1 FROM messages r WHERE r.resend_of = m.id AND r.resend_of IS NOT NULL) \
                    OR (m.state <> 'unknown' AND (b.state = 'withdrawn' OR m.not_after < $2)))) ",
            $ask
        )
    };
}
pub(super) const ANY: &str = bodies!("SELECT EXISTS (SELECT 1 FROM due)");
pub(super) const COUNT: &str = bodies!("SELECT COUNT(*) FROM due");
pub(super) const NEXT: &str = bodies!("SELECT id, body, attempts FROM due ORDER BY closed_at LIMIT 500");
const COUNT_ATTEMPTS: &str =
    bodies!("SELECT CAST(COALESCE(SUM(attempts - $3), 0) AS BIGINT) FROM due WHERE attempts > $3");

// Empty texts (files without words) have a hash too: the mark that something stood there is the time. Under which part a press was
// made is known by its buttons, and a doubt may still be settled by one.
const EMPTY: &str = "UPDATE messages SET body = '', emptied_at = $1, \
     buttons = CASE WHEN messages.state = 'unknown' THEN messages.buttons ELSE '' END, body_sha256 = gone.column2 \
     FROM (VALUES ($2, $3), ($4, $5), ($6, $7), ($8, $9), ($10, $11), ($12, $13), ($14, $15), ($16, $17), ($18, $19), \
     ($20, $21), ($22, $23), ($24, $25), ($26, $27), ($28, $29), ($30, $31), ($32, $33)) AS gone \
     WHERE messages.id = gone.column1 AND messages.emptied_at IS NULL";
const DROP_TRIES: &str = "DELETE FROM attempts WHERE message_id = $1 AND number <= $2";

/// A message whose text goes.
#[derive(Debug, sqlx::FromRow)]
struct Rendered {
    id: String,
    body: String,
    attempts: i64,
}

impl Tx {
    /// How many tries of messages go with the texts that are due.
    ///
    /// # Errors
    /// The database.
    pub async fn count_due_attempts(&mut self, due: &Due) -> StoreResult<i64> {
        Ok(on!(self, |c| {
            let asked =
                due.given().into_iter().fold(sqlx::query_scalar(COUNT_ATTEMPTS), sqlx::query::QueryScalar::bind);
            asked.bind(due.attempts).fetch_one(c).await?
        }))
    }

    /// Empties the next batch of texts, and drops the tries before the last ones.
    pub(super) async fn empty_bodies(&mut self, due: &Due) -> StoreResult<Taken> {
        let next: Vec<Rendered> = on!(self, |c| {
            let asked = due.given().into_iter().fold(sqlx::query_as(NEXT), sqlx::query::QueryAs::bind);
            asked.fetch_all(c).await?
        });
        let mut taken = Taken::default();
        for handful in next.chunks(HANDFUL) {
            let hashed: Vec<(&str, String)> =
                handful.iter().map(|message| (message.id.as_str(), sha256_hex(message.body.as_bytes()))).collect();
            taken.rows += on!(self, |c| {
                let query = sqlx::query(EMPTY).bind(due.wall.0);
                let bound = filled(&hashed)
                    .fold(query, |query, row| query.bind(row.map(|row| row.0)).bind(row.map(|row| row.1.as_str())));
                bound.execute(c).await?.rows_affected()
            });
        }
        for message in next.iter().filter(|message| message.attempts > due.attempts) {
            taken.attempts += on!(self, |c| sqlx::query(DROP_TRIES)
                .bind(&message.id)
                .bind(message.attempts - due.attempts)
                .execute(c)
                .await?
                .rows_affected());
        }
        Ok(taken)
    }
}

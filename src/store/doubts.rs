//! Messages whose fate nobody knows, and of which their composer was not told yet.

use crate::domain::calendar::Millis;
use crate::store::{StoreResult, Tx, on};

/// A message in doubt.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Doubt {
    /// The message.
    pub message_id: String,
    /// The broadcast.
    pub broadcast_id: String,
    /// The name of the group it was for.
    pub group_name: String,
}

// What is being repeated is in good hands; evidence may still come while a call is young.
const UNTOLD: &str = "SELECT m.id AS message_id, d.broadcast_id, g.name AS group_name FROM messages m \
     CROSS JOIN deliveries d CROSS JOIN broadcasts b CROSS JOIN groups g CROSS JOIN attempts a \
     WHERE m.state = 'unknown' AND d.id = m.delivery_id AND b.id = d.broadcast_id AND g.id = d.group_id AND a.id = m.attempt_id \
       AND m.purpose = 'broadcast' AND b.state = 'running' AND a.started_at <= $1 \
       AND NOT EXISTS (SELECT 1 FROM messages again WHERE again.resend_of = m.id) \
       AND NOT EXISTS (SELECT 1 FROM doubts_told t WHERE t.message_id = m.id) ORDER BY d.broadcast_id, g.code, m.part, m.id";
const TOLD: &str = "INSERT INTO doubts_told (message_id, told_at) VALUES ($1, $2) ON CONFLICT (message_id) DO NOTHING";

impl Tx {
    /// Messages in doubt of running broadcasts whose last call began by `before` (machine time) and that nobody was told of.
    ///
    /// # Errors
    /// The database.
    pub async fn untold_doubts(&mut self, before: Millis) -> StoreResult<Vec<Doubt>> {
        Ok(on!(self, |c| sqlx::query_as(UNTOLD).bind(before.0).fetch_all(c).await?))
    }

    /// Notes that somebody was told of a doubt, at a business time.
    ///
    /// # Errors
    /// The database.
    pub async fn doubt_told(&mut self, message_id: &str, at: Millis) -> StoreResult<()> {
        on!(self, |c| sqlx::query(TOLD).bind(message_id).bind(at.0).execute(c).await?.rows_affected());
        Ok(())
    }
}

//! What residents were sent: all that anybody may learn of a bulletin.

use crate::domain::calendar::Millis;
use crate::store::{StoreResult, Tx, on};

// A message on its way counts, and so does what a head was asked to pass on: whoever asks may be reading it.
const WERE_SENT: &str = "SELECT EXISTS (SELECT 1 FROM deliveries d CROSS JOIN groups g CROSS JOIN messages m \
     WHERE d.broadcast_id = $1 AND g.id = d.group_id AND g.kind = 'residents' AND m.delivery_id = d.id \
       AND m.purpose = 'broadcast' AND m.state IN ('sending', 'sent', 'unknown'))";
const LATELY: &str = "SELECT b.id FROM broadcasts b WHERE b.started_at >= $1 \
     AND EXISTS (SELECT 1 FROM deliveries d CROSS JOIN groups g WHERE d.broadcast_id = b.id AND g.id = d.group_id AND g.kind = 'residents') \
     ORDER BY b.started_at DESC, b.id DESC LIMIT $2";

impl Tx {
    /// Whether a group of residents was sent a broadcast.
    ///
    /// # Errors
    /// The database.
    pub async fn residents_were_sent(&mut self, broadcast_id: &str) -> StoreResult<bool> {
        Ok(on!(self, |c| sqlx::query_scalar(WERE_SENT).bind(broadcast_id).fetch_one(c).await?))
    }

    /// Broadcasts to residents that began at or after an instant, business time; at most `limit`, latest first.
    ///
    /// # Errors
    /// The database.
    pub async fn broadcasts_to_residents(&mut self, since: Millis, limit: i64) -> StoreResult<Vec<String>> {
        Ok(on!(self, |c| sqlx::query_scalar(LATELY).bind(since.0).bind(limit).fetch_all(c).await?))
    }
}

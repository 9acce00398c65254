//! Chats whose platform asked us to wait for a long time.

use crate::domain::calendar::Millis;
use crate::store::{StoreResult, Tx, on};

const QUIET: &str = "UPDATE chats SET quiet_until = $2, quiet_ms = $3 WHERE id = $1";
const END_QUIET: &str =
    "UPDATE chats SET quiet_until = NULL, quiet_ms = NULL WHERE id = $1 AND quiet_until IS NOT NULL";
const QUIET_PEOPLE: &str = "SELECT id FROM chats WHERE quiet_until IS NOT NULL AND quiet_until > $1 \
     AND quiet_until <= $1 + quiet_ms AND kind = 'private'";

impl Tx {
    /// Nothing is sent to a chat before machine time `until`, which is `wait_ms` from now.
    ///
    /// # Errors
    /// The database.
    pub async fn quiet_chat(&mut self, chat_id: &str, until: Millis, wait_ms: i64) -> StoreResult<()> {
        on!(self, |c| sqlx::query(QUIET).bind(chat_id).bind(until.0).bind(wait_ms).execute(c).await?.rows_affected());
        Ok(())
    }

    /// The platform took something for a chat: whatever wait there was is over.
    ///
    /// # Errors
    /// The database.
    pub async fn end_quiet(&mut self, chat_id: &str) -> StoreResult<()> {
        on!(self, |c| sqlx::query(END_QUIET).bind(chat_id).execute(c).await?.rows_affected());
        Ok(())
    }

    /// The private chats that have to be waited for at machine time `now`.
    ///
    /// # Errors
    /// The database.
    pub async fn quiet_people(&mut self, now: Millis) -> StoreResult<Vec<String>> {
        Ok(on!(self, |c| sqlx::query_scalar(QUIET_PEOPLE).bind(now.0).fetch_all(c).await?))
    }
}

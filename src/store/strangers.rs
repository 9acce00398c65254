//! How often people nobody knows were heard today. Neither who they are nor what they said is kept.

use crate::domain::calendar::Millis;
use crate::domain::message::Lane;
use crate::domain::strangers::Heard;
use crate::store::{StoreResult, Tx, on};

const HEARD: &str =
    "SELECT talks, checks, doors FROM stranger_days WHERE gateway = $1 AND account_hash = $2 AND day = $3";
const COUNT: &str = "INSERT INTO stranger_days (gateway, account_hash, day, talks, checks, doors) VALUES ($1, $2, $3, $4, $5, $6) \
     ON CONFLICT (gateway, account_hash, day) DO UPDATE SET talks = stranger_days.talks + excluded.talks, \
       checks = stranger_days.checks + excluded.checks, doors = stranger_days.doors + excluded.doors";

// The states of the index `messages_waiting_in_chat` first. What was tried is not changed: it may have arrived.
const WAITING: &str = "SELECT id, body FROM messages WHERE chat_id = $1 AND state IN ('pending', 'retry_wait') AND lane = $2 \
     AND state = 'pending' AND attempts = 0 AND buttons = '' AND purpose = 'reply' ORDER BY due_at DESC LIMIT 1";
const EXTEND: &str = "UPDATE messages SET body = $2 WHERE id = $1 AND state = 'pending' AND attempts = 0";

/// An answer that has not left.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct WaitingAnswer {
    /// The message.
    pub id: String,
    /// What it says.
    pub body: String,
}

impl Tx {
    /// The latest answer without a choice that waits in the private chat of somebody nobody knows and was never tried.
    ///
    /// # Errors
    /// The database.
    pub async fn waiting_for_stranger(&mut self, chat_id: &str) -> StoreResult<Option<WaitingAnswer>> {
        Ok(on!(self, |c| sqlx::query_as(WAITING).bind(chat_id).bind(Lane::Stranger.number()).fetch_optional(c).await?))
    }

    /// Gives a message that waits other words. False when it has been tried meanwhile.
    ///
    /// # Errors
    /// The database.
    pub async fn extend_waiting(&mut self, message_id: &str, body: &str) -> StoreResult<bool> {
        Ok(on!(self, |c| sqlx::query(EXTEND).bind(message_id).bind(body).execute(c).await?.rows_affected()) == 1)
    }

    /// How often an account, by its hash, was heard on the day that began at machine time `day`.
    ///
    /// # Errors
    /// The database.
    pub async fn stranger_heard(&mut self, gateway: &str, account_hash: &str, day: Millis) -> StoreResult<Heard> {
        let heard: Option<Heard> =
            on!(self, |c| sqlx::query_as(HEARD).bind(gateway).bind(account_hash).bind(day.0).fetch_optional(c).await?);
        Ok(heard.unwrap_or_default())
    }

    /// Adds to that.
    ///
    /// # Errors
    /// The database.
    pub async fn count_stranger(
        &mut self,
        gateway: &str,
        account_hash: &str,
        day: Millis,
        heard: Heard,
    ) -> StoreResult<()> {
        on!(self, |c| sqlx::query(COUNT)
            .bind(gateway)
            .bind(account_hash)
            .bind(day.0)
            .bind(heard.talks)
            .bind(heard.checks)
            .bind(heard.doors)
            .execute(c)
            .await?
            .rows_affected());
        Ok(())
    }
}

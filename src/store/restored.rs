//! What has to be changed in a database that was taken from a backup: the world went on without it.
//!
//! Called once, before any engine works on it.

use super::{StoreResult, Tx, on};
use crate::domain::calendar::Millis;

/// A message of a broadcast that waited when the backup was made.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Waiting {
    /// The message.
    pub id: String,
    /// The gateway that carries it.
    pub gateway: String,
    /// Where it goes.
    pub chat_id: String,
    /// Attempts started.
    pub attempts: i64,
}

const UNDER_WAY: &str = "SELECT id, attempt_id FROM messages WHERE state = 'sending' AND attempt_id IS NOT NULL";
// What was taken back or was too old by then can only have stayed.
const WAITING: &str = "SELECT m.id, m.gateway, m.chat_id, m.attempts FROM messages m \
     WHERE m.state IN ('pending', 'retry_wait') AND m.purpose = 'broadcast' AND (m.not_after IS NULL OR m.not_after >= $1) \
       AND NOT EXISTS (SELECT 1 FROM broadcasts b WHERE b.id = m.broadcast_id AND b.state = 'withdrawn')";
const TRY: &str = "INSERT INTO attempts (id, message_id, number, gateway, chat_id, epoch, started_at, deadline_at, finished_at, outcome, detail) \
     VALUES ($1, $2, $3, $4, $5, 0, $6, $6, $7, 'unknown', 'restored')";
const DOUBT: &str = "UPDATE messages SET state = 'unknown', reason = 'restored', attempts = $2, attempt_id = $3 \
     WHERE id = $1 AND state IN ('pending', 'retry_wait')";
// A notice that a bulletin was taken back, and its words struck out, go on: told twice is better than never.
const LEAVE_OUT: &str = "UPDATE messages SET state = 'skipped', reason = 'restored' \
     WHERE state IN ('pending', 'retry_wait') AND purpose <> 'broadcast' AND (delivery_id IS NULL OR purpose NOT IN ('alert', 'edit'))";
// Words of scripts and counts of guesses are no numbers that anybody was given.
const BEGIN_COUNTER: &str =
    "INSERT INTO counters (commune_id, name, value) VALUES ($1, $2, 0) ON CONFLICT (commune_id, name) DO NOTHING";
const MOVE_ON: &str = "UPDATE counters SET value = value + $1 WHERE used_at IS NULL AND name NOT LIKE 'key-%' AND name NOT LIKE 'guessed:%'";
const END_INVITES: &str = "UPDATE invites SET state = 'refused', settled_at = $1 WHERE state IN ('open', 'typed')";
const STRIKE_CONSENTS: &str = "DELETE FROM consents WHERE id IN (SELECT id FROM invites WHERE state = 'typed')";
const END_DIALOGUES: &str = "DELETE FROM dialogues WHERE updated_at IS NOT NULL";
const END_MENUS: &str = "DELETE FROM menu_choices WHERE offered_at IS NOT NULL";
const END_UPLOADS: &str = "DELETE FROM upload_links WHERE used_at IS NULL";
// What had come in was processed since, most likely: an approval that is done again sends everything again.
const END_INBOX: &str = "UPDATE inbox SET state = 'done', event = NULL, processed_at = $1 WHERE state = 'waiting'";
const END_RENEWALS: &str = "UPDATE gateway_tokens SET renewing_at = NULL, renewals = 0 WHERE renewing_at IS NOT NULL";

impl Tx {
    /// Messages on their way, each with its attempt.
    ///
    /// # Errors
    /// The database.
    pub async fn under_way(&mut self) -> StoreResult<Vec<(String, String)>> {
        Ok(on!(self, |c| sqlx::query_as(UNDER_WAY).fetch_all(c).await?))
    }

    /// Messages of broadcasts that wait and could still leave after this time.
    ///
    /// # Errors
    /// The database.
    pub async fn waiting_broadcasts(&mut self, made_at: Millis) -> StoreResult<Vec<Waiting>> {
        Ok(on!(self, |c| sqlx::query_as(WAITING).bind(made_at.0).fetch_all(c).await?))
    }

    /// Puts a message in doubt that waited: it may have left at `made_at` or later. The try that nobody saw gets `attempt_id`.
    ///
    /// # Errors
    /// The database.
    pub async fn doubt(
        &mut self,
        waiting: &Waiting,
        attempt_id: &str,
        made_at: Millis,
        now: Millis,
    ) -> StoreResult<()> {
        let number = waiting.attempts + 1;
        on!(self, |c| sqlx::query(TRY)
            .bind(attempt_id)
            .bind(&waiting.id)
            .bind(number)
            .bind(&waiting.gateway)
            .bind(&waiting.chat_id)
            .bind(made_at.0)
            .bind(now.0)
            .execute(c)
            .await?
            .rows_affected());
        on!(self, |c| sqlx::query(DOUBT)
            .bind(&waiting.id)
            .bind(number)
            .bind(attempt_id)
            .execute(c)
            .await?
            .rows_affected());
        Ok(())
    }

    /// Leaves out everything else that waits; gives how many.
    ///
    /// # Errors
    /// The database.
    pub async fn leave_out_waiting(&mut self) -> StoreResult<u64> {
        Ok(on!(self, |c| sqlx::query(LEAVE_OUT).execute(c).await?.rows_affected()))
    }

    /// Has the numbers of documents and acts go on behind so many that may have been given; also those of counters that had not begun,
    /// by their names.
    ///
    /// # Errors
    /// The database.
    pub async fn move_numbers_on(&mut self, commune_id: &str, begun: &[String], by: i64) -> StoreResult<()> {
        for name in begun {
            on!(self, |c| sqlx::query(BEGIN_COUNTER).bind(commune_id).bind(name).execute(c).await?.rows_affected());
        }
        on!(self, |c| sqlx::query(MOVE_ON).bind(by).execute(c).await?.rows_affected());
        Ok(())
    }

    /// Ends what may be used up in the meantime: what had come in and waited, one-time codes with the agreements given with them, conversations with their
    /// numbers, pages for documents; and renewals of tokens that were under way, so that the next call decides. Gives how many codes.
    ///
    /// # Errors
    /// The database.
    pub async fn end_what_was_open(&mut self, at: Millis) -> StoreResult<u64> {
        for statement in [STRIKE_CONSENTS, END_DIALOGUES, END_MENUS, END_UPLOADS, END_RENEWALS] {
            on!(self, |c| sqlx::query(statement).execute(c).await?.rows_affected());
        }
        on!(self, |c| sqlx::query(END_INBOX).bind(at.0).execute(c).await?.rows_affected());
        Ok(on!(self, |c| sqlx::query(END_INVITES).bind(at.0).execute(c).await?.rows_affected()))
    }
}

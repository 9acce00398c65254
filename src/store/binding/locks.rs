//! What an account leaves behind that could still be used when it is locked: conversations, numbers, pages, addresses.

use crate::domain::calendar::Millis;
use crate::store::binding::Identity;
use crate::store::{StoreResult, Tx, on};

const TALKS: &str =
    "SELECT data FROM dialogues WHERE account = $2 AND chat_id IN (SELECT id FROM chats WHERE gateway = $1)";
const END_TALKS: &str =
    "DELETE FROM dialogues WHERE account = $2 AND chat_id IN (SELECT id FROM chats WHERE gateway = $1)";
// Of a private chat all numbers, of a group those that were offered to this account alone.
const END_NUMBERS: &str = "DELETE FROM menu_choices WHERE chat_id IN (SELECT id FROM chats WHERE gateway = $1) \
     AND (account = $2 OR chat_id IN (SELECT id FROM chats WHERE gateway = $1 AND external_id = $2))";
const END_UPLOADS: &str =
    "UPDATE upload_links SET used_at = $3 WHERE gateway = $1 AND account = $2 AND used_at IS NULL AND expires_at > $3";
const END_FILES: &str = "UPDATE file_links SET revoked_at = $2 WHERE revoked_at IS NULL AND expires_at > $2 \
     AND delivery_id IN (SELECT d.id FROM deliveries d WHERE d.chat_id = $1)";
const END_EVIDENCE: &str = "UPDATE distress_links SET expires_at = $2 WHERE chat_id = $1 AND expires_at > $2";
const LEAVE: &str = "UPDATE messages SET state = 'skipped', reason = 'chat_suspended' \
     WHERE chat_id = $1 AND state IN ('pending', 'retry_wait')";

impl Tx {
    /// Ends an account's conversations everywhere, the numbers that stand for buttons there, and its pages for documents. Gives
    /// what the conversations held.
    ///
    /// # Errors
    /// The database.
    pub async fn end_conversations_of(&mut self, account: &Identity, now: Millis) -> StoreResult<Vec<String>> {
        let (gateway, external) = (&account.gateway, &account.external_id);
        let held = on!(self, |c| sqlx::query_scalar(TALKS).bind(gateway).bind(external).fetch_all(c).await?);
        for statement in [END_TALKS, END_NUMBERS] {
            on!(self, |c| sqlx::query(statement).bind(gateway).bind(external).execute(c).await?.rows_affected());
        }
        on!(self, |c| sqlx::query(END_UPLOADS)
            .bind(gateway)
            .bind(external)
            .bind(now.0)
            .execute(c)
            .await?
            .rows_affected());
        Ok(held)
    }

    /// Ends the addresses of files that a chat was given, and takes out of the queue what waits to go there.
    ///
    /// # Errors
    /// The database.
    pub async fn cut_off_chat(&mut self, chat_id: &str, now: Millis) -> StoreResult<()> {
        for statement in [END_FILES, END_EVIDENCE] {
            on!(self, |c| sqlx::query(statement).bind(chat_id).bind(now.0).execute(c).await?.rows_affected());
        }
        on!(self, |c| sqlx::query(LEAVE).bind(chat_id).execute(c).await?.rows_affected());
        Ok(())
    }
}

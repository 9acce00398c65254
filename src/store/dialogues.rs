//! Conversations in progress. They are rows, so a restart in the middle of one loses nothing.

use crate::store::{StoreResult, Tx, on};

/// A conversation of one account in one chat.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Dialogue {
    /// The chat.
    pub chat_id: String,
    /// The account on the chat's gateway.
    pub account: String,
    /// Which conversation it is.
    pub flow: String,
    /// What was gathered, as JSON.
    pub data: String,
    /// Machine time of the last step.
    pub updated_at: i64,
}

const PUT: &str = "INSERT INTO dialogues (chat_id, account, flow, data, updated_at) VALUES ($1, $2, $3, $4, $5) \
     ON CONFLICT (chat_id, account) DO UPDATE SET flow = excluded.flow, data = excluded.data, updated_at = excluded.updated_at";
const GET: &str = "SELECT chat_id, account, flow, data, updated_at FROM dialogues WHERE chat_id = $1 AND account = $2";
const END: &str = "DELETE FROM dialogues WHERE chat_id = $1 AND account = $2";

/// The pages for a document belong to the conversation that gave them out.
const DROP_OTHER_UPLOADS: &str = "DELETE FROM upload_links WHERE chat_id = $1 AND account = $2 AND used_at IS NULL \
     AND NOT EXISTS (SELECT 1 FROM dialogues WHERE chat_id = $1 AND account = $2 AND flow = $3)";

impl Tx {
    /// Keeps the state of a conversation; it replaces the one before, whose pages for a document lead nowhere from now on.
    ///
    /// # Errors
    /// The database.
    pub async fn put_dialogue(&mut self, dialogue: &Dialogue) -> StoreResult<()> {
        on!(self, |c| sqlx::query(DROP_OTHER_UPLOADS)
            .bind(&dialogue.chat_id)
            .bind(&dialogue.account)
            .bind(&dialogue.flow)
            .execute(c)
            .await?
            .rows_affected());
        on!(self, |c| sqlx::query(PUT)
            .bind(&dialogue.chat_id)
            .bind(&dialogue.account)
            .bind(&dialogue.flow)
            .bind(&dialogue.data)
            .bind(dialogue.updated_at)
            .execute(c)
            .await?
            .rows_affected());
        Ok(())
    }

    /// The conversation of an account in a chat.
    ///
    /// # Errors
    /// The database.
    pub async fn dialogue(&mut self, chat_id: &str, account: &str) -> StoreResult<Option<Dialogue>> {
        Ok(on!(self, |c| sqlx::query_as(GET).bind(chat_id).bind(account).fetch_optional(c).await?))
    }

    /// Ends the conversation of an account in a chat, and its pages for a document.
    ///
    /// # Errors
    /// The database.
    pub async fn end_dialogue(&mut self, chat_id: &str, account: &str) -> StoreResult<()> {
        self.end_uploads(chat_id, account).await?;
        on!(self, |c| sqlx::query(END).bind(chat_id).bind(account).execute(c).await?.rows_affected());
        Ok(())
    }
}

//! Choices shown with numbers, for platforms without buttons: the number typed is the button pressed.

use crate::domain::calendar::Millis;
use crate::store::{StoreResult, Tx, on};

/// A number and what it stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MenuChoice {
    /// What is typed, 1 to 99.
    pub number: i64,
    /// The data of the button it stands for.
    pub data: String,
}

const CLEAR: &str = "DELETE FROM menu_choices WHERE chat_id = $1 AND account = $2";
const PUT: &str = "INSERT INTO menu_choices (chat_id, account, number, data, offered_at) VALUES ($1, $2, $3, $4, $5) \
     ON CONFLICT (chat_id, account, number) DO UPDATE SET data = excluded.data, offered_at = excluded.offered_at";
const FIND: &str = "SELECT data FROM menu_choices WHERE chat_id = $1 AND account IN ($2, '') AND number = $3 \
     AND offered_at >= $4 ORDER BY account DESC LIMIT 1";
const LATEST: &str =
    "SELECT number FROM menu_choices WHERE chat_id = $1 AND account = '' ORDER BY offered_at DESC, number DESC LIMIT 1";

impl Tx {
    /// Replaces the choices offered to one account in a chat.
    ///
    /// # Errors
    /// The database.
    pub async fn replace_menu(
        &mut self,
        chat_id: &str,
        account: &str,
        choices: &[MenuChoice],
        now: Millis,
    ) -> StoreResult<()> {
        on!(self, |c| sqlx::query(CLEAR).bind(chat_id).bind(account).execute(c).await?.rows_affected());
        self.add_menu(chat_id, account, choices, now).await
    }

    /// Adds choices; a number offered before stands for the new one from now on.
    ///
    /// # Errors
    /// The database.
    pub async fn add_menu(
        &mut self,
        chat_id: &str,
        account: &str,
        choices: &[MenuChoice],
        now: Millis,
    ) -> StoreResult<()> {
        for choice in choices {
            on!(self, |c| sqlx::query(PUT)
                .bind(chat_id)
                .bind(account)
                .bind(choice.number)
                .bind(&choice.data)
                .bind(now.0)
                .execute(c)
                .await?
                .rows_affected());
        }
        Ok(())
    }

    /// The data that a number stands for, offered to this account or to everybody in the chat since `since`.
    ///
    /// # Errors
    /// The database.
    pub async fn menu_choice(
        &mut self,
        chat_id: &str,
        account: &str,
        number: i64,
        since: Millis,
    ) -> StoreResult<Option<String>> {
        Ok(on!(self, |c| sqlx::query_scalar(FIND)
            .bind(chat_id)
            .bind(account)
            .bind(number)
            .bind(since.0)
            .fetch_optional(c)
            .await?))
    }

    /// The number last offered to everybody in a chat.
    ///
    /// # Errors
    /// The database.
    pub async fn latest_menu_number(&mut self, chat_id: &str) -> StoreResult<Option<i64>> {
        Ok(on!(self, |c| sqlx::query_scalar(LATEST).bind(chat_id).fetch_optional(c).await?))
    }
}

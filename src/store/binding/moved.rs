//! A platform gave a group a new id: Telegram does so when a group becomes a supergroup.
//!
//! The row keeps its own id, and with it everything that hangs on it. Often a message from the group under its new id
//! has come in first and made a second row; the two are then one group, and one of the rows takes everything over.

use crate::store::binding::Chat;
use crate::store::{StoreError, StoreResult, Tx, expect_one, on};

/// What became of a chat that has a new external id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChatMove {
    /// The row that stands for the group from now on.
    pub chat_id: String,
    /// The other row, when there were two; it is left suspended and empty.
    pub absorbed: Option<String>,
    /// The slot that lost its chat, when both rows were bound: two slots turned out to be the same group.
    pub unbound_group: Option<String>,
}

const SET_EXTERNAL: &str = "UPDATE chats SET external_id = $2 WHERE id = $1";
// The same number means another message under another id of the chat.
const KEEP_ADDRESS: &str = "UPDATE messages SET chat_external = $2 \
     WHERE chat_id = $1 AND chat_external IS NULL AND state NOT IN ('pending', 'retry_wait')";
const ANSWER_NOTHING: &str = "UPDATE messages SET reply_to = NULL \
     WHERE chat_id = $1 AND reply_to IS NOT NULL AND state IN ('pending', 'retry_wait')";
const MOVE_DELIVERIES: &str = "UPDATE deliveries SET chat_id = $1 WHERE chat_id = $2 \
     AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.chat_id = $1 AND d.broadcast_id = deliveries.broadcast_id)";
// A broadcast that went to both rows keeps its second delivery on the suspended one: nothing of it is sent twice.
const MOVE_MESSAGES: &str = "UPDATE messages SET chat_id = $1 WHERE chat_id = $2 \
     AND (delivery_id IS NULL OR EXISTS (SELECT 1 FROM deliveries d WHERE d.id = messages.delivery_id AND d.chat_id = $1))";
const MOVE_ATTEMPTS: &str = "UPDATE attempts SET chat_id = $1 WHERE chat_id = $2 \
     AND message_id IN (SELECT m.id FROM messages m WHERE m.chat_id = $1)";
const MOVE_DIALOGUES: &str = "UPDATE dialogues SET chat_id = $1 WHERE chat_id = $2 \
     AND NOT EXISTS (SELECT 1 FROM dialogues d WHERE d.chat_id = $1 AND d.account = dialogues.account)";
const MOVE_INVITES: &str = "UPDATE invites SET typed_chat = $1 WHERE typed_chat = $2";
// The row stays, because others point to it; its external id must leave the unique index.
const RETIRE: &str =
    "UPDATE chats SET external_id = 'merged:' || id, state = 'suspended', reason = 'merged' WHERE id = $1";

impl Tx {
    /// Gives a chat its new external id; where a row with that id exists already, the two are made one. The row that is
    /// bound to a slot remains; if neither or both are, the older one. States stay: an admin's pause outlives the move.
    ///
    /// # Errors
    /// The database; `Stale` for an unknown chat.
    pub async fn set_chat_external(&mut self, id: &str, new_external: &str) -> StoreResult<ChatMove> {
        let Some(chat) = self.chat(id).await? else {
            return Err(StoreError::Stale { what: "chat", row: id.to_owned() });
        };
        let moved = match self.chat_by_external(&chat.gateway, new_external).await? {
            Some(same) if same.id == chat.id => ChatMove { chat_id: chat.id, absorbed: None, unbound_group: None },
            Some(other) => {
                self.keep_address(&chat).await?;
                self.merge_chats(chat, other).await?
            }
            None => {
                self.keep_address(&chat).await?;
                ChatMove { chat_id: chat.id, absorbed: None, unbound_group: None }
            }
        };
        let affected = on!(self, |c| sqlx::query(SET_EXTERNAL)
            .bind(&moved.chat_id)
            .bind(new_external)
            .execute(c)
            .await?
            .rows_affected());
        expect_one(affected, "chat", &moved.chat_id)?;
        Ok(moved)
    }

    /// What was sent to a chat keeps the id under which it stands there; what waits answers nothing there.
    async fn keep_address(&mut self, chat: &Chat) -> StoreResult<()> {
        on!(self, |c| sqlx::query(KEEP_ADDRESS)
            .bind(&chat.id)
            .bind(&chat.external_id)
            .execute(c)
            .await?
            .rows_affected());
        on!(self, |c| sqlx::query(ANSWER_NOTHING).bind(&chat.id).execute(c).await?.rows_affected());
        Ok(())
    }

    async fn merge_chats(&mut self, one: Chat, other: Chat) -> StoreResult<ChatMove> {
        let (one_slot, other_slot) = (self.group_of_chat(&one.id).await?, self.group_of_chat(&other.id).await?);
        let one_is_older = (one.created_at, &one.id) < (other.created_at, &other.id);
        let one_stays = match (&one_slot, &other_slot) {
            (Some(_), None) => true,
            (None, Some(_)) => false,
            _ => one_is_older,
        };
        let (stays, goes, slot) = if one_stays { (one, other, other_slot) } else { (other, one, one_slot) };
        if let Some(slot) = &slot {
            self.unbind_group(&slot.id).await?;
        }
        self.move_history(&stays.id, &goes.id).await?;
        on!(self, |c| sqlx::query(RETIRE).bind(&goes.id).execute(c).await?.rows_affected());
        Ok(ChatMove { chat_id: stays.id, absorbed: Some(goes.id), unbound_group: slot.map(|slot| slot.id) })
    }

    async fn move_history(&mut self, to: &str, from: &str) -> StoreResult<()> {
        for statement in [MOVE_DELIVERIES, MOVE_MESSAGES, MOVE_ATTEMPTS, MOVE_DIALOGUES, MOVE_INVITES] {
            on!(self, |c| sqlx::query(statement).bind(to).bind(from).execute(c).await?.rows_affected());
        }
        Ok(())
    }
}

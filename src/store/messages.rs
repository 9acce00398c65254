//! The queue: one row is exactly one platform call.
//!
//! A row is claimed by moving it to `sending` under the lease's epoch, in a transaction that commits before the first
//! byte leaves. Its outcome is recorded by the attempt's id, whenever it becomes known. Which moves exist stands in
//! [`crate::domain::message::TRANSITIONS`]; the statements below allow no other.

use crate::domain::calendar::Millis;
use crate::domain::message::{Lane, MessageState, Purpose};
use crate::domain::urgency::Urgency;
use crate::store::{StoreResult, Tx, on};

mod attempts;
mod batch;
mod queue;

pub use attempts::{Attempt, Finished};
pub use batch::{Claim, Claimant, ClaimedMessage, SentCall};
pub use queue::{Stretch, WaitingDeliveries, WaitingMessage};

/// A message as it stands in the queue.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Message {
    /// The id.
    pub id: String,
    /// What it is for.
    #[sqlx(try_from = "String")]
    pub purpose: Purpose,
    /// The gateway that carries it.
    pub gateway: String,
    /// Where it goes.
    pub chat_id: String,
    /// The delivery it is a part of.
    pub delivery_id: Option<String>,
    /// The broadcast it belongs to.
    pub broadcast_id: Option<String>,
    /// Priority, see [`crate::domain::message::Lane`].
    pub lane: i64,
    /// Part number, from 1.
    pub part: i64,
    /// Number of parts of the delivery.
    pub parts: i64,
    /// HTML text, or a file's caption.
    pub body: String,
    /// Buttons as JSON rows of `{label, data}`; empty for none.
    pub buttons: String,
    /// The file it carries.
    pub file_sha256: Option<String>,
    /// The file's name as people see it.
    pub file_name: Option<String>,
    /// The message whose text it replaces.
    pub edit_of: Option<String>,
    /// The platform's id of the message it answers.
    pub reply_to: Option<String>,
    /// The message it repeats on a person's order.
    pub resend_of: Option<String>,
    /// Where it stands.
    #[sqlx(try_from = "String")]
    pub state: MessageState,
    /// Why it failed, was skipped, is unknown, or by which evidence it counts as sent.
    pub reason: Option<String>,
    /// Machine time from which it may be sent, epoch milliseconds.
    pub due_at: i64,
    /// Business time after which it is not sent any more.
    pub not_after: Option<i64>,
    /// Attempts started.
    pub attempts: i64,
    /// The latest attempt.
    pub attempt_id: Option<String>,
    /// The platform's message id.
    pub external_id: Option<String>,
    /// Business time at which the platform took it, epoch milliseconds.
    pub sent_at: Option<i64>,
    /// Machine time of creation.
    pub created_at: i64,
    /// The platform id that its chat had when it was sent, where the chat has another now: no edit and no reply reaches it there.
    pub chat_external: Option<String>,
    /// Machine time at which its text went, long after its broadcast was over; none while it is there.
    pub emptied_at: Option<i64>,
}

impl Message {
    /// The platform's id by which it can be edited or answered where it was sent; none when it has none, or its chat moved.
    #[must_use]
    pub fn id_in_chat(&self) -> Option<&str> {
        self.external_id.as_deref().filter(|_| self.chat_external.is_none())
    }
}

/// A message to be queued.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewMessage {
    /// The id.
    pub id: String,
    /// What it is for.
    pub purpose: Purpose,
    /// The gateway that carries it.
    pub gateway: String,
    /// Where it goes.
    pub chat_id: String,
    /// The delivery it is a part of.
    pub delivery_id: Option<String>,
    /// The broadcast it belongs to.
    pub broadcast_id: Option<String>,
    /// Priority.
    pub lane: i64,
    /// Part number and number of parts.
    pub part: (i64, i64),
    /// HTML text, or a file's caption.
    pub body: String,
    /// Buttons as JSON; empty for none.
    pub buttons: String,
    /// Hash and name of the file it carries.
    pub file: Option<(String, String)>,
    /// The message whose text it replaces.
    pub edit_of: Option<String>,
    /// The platform's id of the message it answers.
    pub reply_to: Option<String>,
    /// The message it repeats.
    pub resend_of: Option<String>,
    /// Machine time from which it may be sent.
    pub due_at: Millis,
    /// Business time after which it is not sent any more.
    pub not_after: Option<Millis>,
    /// Machine time of creation.
    pub created_at: Millis,
}

impl NewMessage {
    /// One text to a chat, `to` being its gateway and its id, to be sent from `at` (machine time) on in the lane of its purpose
    /// at ordinary urgency; it belongs to no delivery and has no end.
    #[must_use]
    pub fn text(id: String, purpose: Purpose, to: (&str, &str), body: String, at: Millis) -> Self {
        let (gateway, chat_id) = to;
        Self {
            id,
            purpose,
            gateway: gateway.to_owned(),
            chat_id: chat_id.to_owned(),
            delivery_id: None,
            broadcast_id: None,
            lane: Lane::of(purpose, Urgency::Normal).number(),
            part: (1, 1),
            body,
            buttons: String::new(),
            file: None,
            edit_of: None,
            reply_to: None,
            resend_of: None,
            due_at: at,
            not_after: None,
            created_at: at,
        }
    }

    /// The same in another lane than its purpose's.
    #[must_use]
    pub fn in_lane(self, lane: Lane) -> Self {
        Self { lane: lane.number(), ..self }
    }

    /// The same as part of what was sent to one chat of a broadcast.
    #[must_use]
    pub fn in_delivery(self, delivery_id: &str, broadcast_id: &str) -> Self {
        Self { delivery_id: Some(delivery_id.to_owned()), broadcast_id: Some(broadcast_id.to_owned()), ..self }
    }
}

const INSERT: &str = "INSERT INTO messages (id, purpose, gateway, chat_id, delivery_id, broadcast_id, lane, part, parts, body, \
     buttons, file_sha256, file_name, edit_of, reply_to, resend_of, state, due_at, not_after, attempts, created_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, 'pending', $17, $18, 0, $19) \
     ON CONFLICT DO NOTHING";
const BY_ID: &str = "SELECT id, purpose, gateway, chat_id, delivery_id, broadcast_id, lane, part, parts, body, buttons, file_sha256, \
     file_name, edit_of, reply_to, resend_of, state, reason, due_at, not_after, attempts, attempt_id, external_id, sent_at, \
     created_at, chat_external, emptied_at FROM messages WHERE id = $1";
const BY_EXTERNAL: &str = "SELECT id, purpose, gateway, chat_id, delivery_id, broadcast_id, lane, part, parts, body, buttons, \
     file_sha256, file_name, edit_of, reply_to, resend_of, state, reason, due_at, not_after, attempts, attempt_id, external_id, \
     sent_at, created_at, chat_external, emptied_at FROM messages WHERE chat_id = $1 AND external_id = $2 AND chat_external IS NULL \
     AND purpose <> 'edit' ORDER BY created_at DESC LIMIT 1";
const UNSURE_IN_CHAT: &str = "SELECT id, purpose, gateway, chat_id, delivery_id, broadcast_id, lane, part, parts, body, buttons, \
     file_sha256, file_name, edit_of, reply_to, resend_of, state, reason, due_at, not_after, attempts, attempt_id, external_id, \
     sent_at, created_at, chat_external, emptied_at FROM messages WHERE chat_id = $1 AND state IN ('unknown', 'sending') AND purpose <> 'edit' AND emptied_at IS NULL \
     ORDER BY created_at, id";
const OF_BROADCAST: &str = "SELECT id, purpose, gateway, chat_id, delivery_id, broadcast_id, lane, part, parts, body, buttons, \
     file_sha256, file_name, edit_of, reply_to, resend_of, state, reason, due_at, not_after, attempts, attempt_id, external_id, \
     sent_at, created_at, chat_external, emptied_at FROM messages WHERE broadcast_id = $1 AND purpose = 'broadcast' ORDER BY delivery_id, part, created_at, id";
const TO_CHAT: &str = "SELECT id, purpose, gateway, chat_id, delivery_id, broadcast_id, lane, part, parts, body, buttons, \
     file_sha256, file_name, edit_of, reply_to, resend_of, state, reason, due_at, not_after, attempts, attempt_id, external_id, \
     sent_at, created_at, chat_external, emptied_at FROM messages WHERE chat_id = $1 ORDER BY created_at DESC, id DESC LIMIT $2";

impl Tx {
    /// Queues a message. False when it is a resend that somebody else already ordered.
    ///
    /// # Errors
    /// The database.
    pub async fn queue_message(&mut self, message: &NewMessage) -> StoreResult<bool> {
        self.ring();
        let (sha256, name) = message.file.as_ref().map_or((None, None), |(sha256, name)| (Some(sha256), Some(name)));
        let affected = on!(self, |c| sqlx::query(INSERT)
            .bind(&message.id)
            .bind(message.purpose.as_str())
            .bind(&message.gateway)
            .bind(&message.chat_id)
            .bind(&message.delivery_id)
            .bind(&message.broadcast_id)
            .bind(message.lane)
            .bind(message.part.0)
            .bind(message.part.1)
            .bind(&message.body)
            .bind(&message.buttons)
            .bind(sha256)
            .bind(name)
            .bind(&message.edit_of)
            .bind(&message.reply_to)
            .bind(&message.resend_of)
            .bind(message.due_at.0)
            .bind(message.not_after.map(|at| at.0))
            .bind(message.created_at.0)
            .execute(c)
            .await?
            .rows_affected());
        Ok(affected == 1)
    }

    /// A message by id.
    ///
    /// # Errors
    /// The database.
    pub async fn message(&mut self, id: &str) -> StoreResult<Option<Message>> {
        Ok(on!(self, |c| sqlx::query_as(BY_ID).bind(id).fetch_optional(c).await?))
    }

    /// Our message that the platform knows by this id in this chat.
    ///
    /// # Errors
    /// The database.
    pub async fn message_by_external(&mut self, chat_id: &str, external_id: &str) -> StoreResult<Option<Message>> {
        Ok(on!(self, |c| sqlx::query_as(BY_EXTERNAL).bind(chat_id).bind(external_id).fetch_optional(c).await?))
    }

    /// The broadcast's own messages (no reminders, no edits), by delivery and part.
    ///
    /// # Errors
    /// The database.
    pub async fn messages_of_broadcast(&mut self, broadcast_id: &str) -> StoreResult<Vec<Message>> {
        Ok(on!(self, |c| sqlx::query_as(OF_BROADCAST).bind(broadcast_id).fetch_all(c).await?))
    }

    /// The latest messages to a chat, newest first.
    ///
    /// # Errors
    /// The database.
    pub async fn messages_to_chat(&mut self, chat_id: &str, limit: i64) -> StoreResult<Vec<Message>> {
        Ok(on!(self, |c| sqlx::query_as(TO_CHAT).bind(chat_id).bind(limit).fetch_all(c).await?))
    }

    /// The messages of a chat that are on their way or in doubt, oldest first.
    ///
    /// # Errors
    /// The database.
    pub async fn unsure_in_chat(&mut self, chat_id: &str) -> StoreResult<Vec<Message>> {
        Ok(on!(self, |c| sqlx::query_as(UNSURE_IN_CHAT).bind(chat_id).fetch_all(c).await?))
    }
}

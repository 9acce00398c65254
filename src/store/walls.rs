//! What the lines under a broadcast are made of, and when they are renewed: read for one delivery, whatever the size of its
//! broadcast, and asked for with one statement, however many deliveries it has.

use super::answers::{Acknowledgement, Obligation};
use crate::domain::calendar::Millis;
use crate::store::{StoreResult, Tx, on};

/// How far a broadcast is confirmed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::FromRow)]
pub struct Confirmed {
    /// Obligations.
    pub all: i64,
    /// Confirmed by the units themselves.
    pub own: i64,
    /// Confirmed by somebody in their stead.
    pub proxies: i64,
}

// The first look is quick as long as somebody is awaited.
const ANY_OPEN: &str = "SELECT EXISTS (SELECT 1 FROM obligations WHERE broadcast_id = $1 AND state IN ('awaiting', 'unreachable')) \
     OR EXISTS (SELECT 1 FROM obligations WHERE broadcast_id = $1 AND state <> 'acknowledged')";
// Residents see no lines, and what was taken back has none.
const SOONER: &str = "UPDATE deliveries SET wall_due_at = CASE WHEN chat_id = $2 THEN CAST($3 AS BIGINT) ELSE CAST($4 AS BIGINT) END \
     WHERE broadcast_id = $1 \
     AND (wall_due_at IS NULL OR wall_due_at > CASE WHEN chat_id = $2 THEN CAST($3 AS BIGINT) ELSE CAST($4 AS BIGINT) END) \
     AND EXISTS (SELECT 1 FROM groups g WHERE g.id = deliveries.group_id AND g.kind <> 'residents') \
     AND EXISTS (SELECT 1 FROM broadcasts b WHERE b.id = $1 AND b.state <> 'withdrawn')";
const CONFIRMED: &str = "SELECT COUNT(*) AS \"all\", COUNT(CASE WHEN state = 'acknowledged' AND NOT proxy THEN 1 END) AS own, \
     COUNT(CASE WHEN state = 'acknowledged' AND proxy THEN 1 END) AS proxies FROM obligations WHERE broadcast_id = $1";
const ANSWERED_HERE: &str = "SELECT o.id, o.broadcast_id, o.unit_id, u.code AS unit_code, u.name AS unit_name, o.seat_id, \
     s.title AS seat_title, o.state, o.deadline, o.acknowledged_at, o.late, o.proxy \
     FROM delivery_units du CROSS JOIN obligations o CROSS JOIN units u CROSS JOIN seats s \
     WHERE du.delivery_id = $1 AND o.broadcast_id = $2 AND o.unit_id = du.unit_id AND o.state = 'acknowledged' \
       AND u.id = o.unit_id AND s.id = o.seat_id ORDER BY u.sort_order, u.code";
const ANSWERS_HERE: &str = "SELECT a.obligation_id, p.name AS person_name, s.title AS seat_title, a.way, a.meaning, a.received_at, a.late \
     FROM delivery_units du CROSS JOIN obligations o CROSS JOIN acknowledgements a CROSS JOIN people p CROSS JOIN seats s \
     WHERE du.delivery_id = $1 AND o.broadcast_id = $2 AND o.unit_id = du.unit_id AND a.obligation_id = o.id \
       AND p.id = a.person_id AND s.id = a.seat_id ORDER BY a.received_at, a.id";
const LAST_TEXT: &str = "SELECT id FROM messages WHERE delivery_id = $1 AND purpose = 'broadcast' AND file_sha256 IS NULL \
     AND state = 'sent' AND external_id IS NOT NULL AND chat_external IS NULL ORDER BY part DESC, created_at DESC, id DESC LIMIT 1";
const TEXTS_IN_DOUBT: &str = "SELECT m.id FROM deliveries d CROSS JOIN messages m WHERE d.broadcast_id = $1 AND d.chat_id = $2 \
     AND m.delivery_id = d.id AND m.purpose = 'broadcast' AND m.state = 'unknown' AND m.file_sha256 IS NULL ORDER BY m.part, m.id";

impl Tx {
    /// Whether somebody has not confirmed a broadcast.
    ///
    /// # Errors
    /// The database.
    pub async fn has_unconfirmed(&mut self, broadcast_id: &str) -> StoreResult<bool> {
        Ok(on!(self, |c| sqlx::query_scalar(ANY_OPEN).bind(broadcast_id).fetch_one(c).await?))
    }

    /// Asks for a broadcast's lines to be renewed: in this chat at once, everywhere else by `by`. Earlier wishes stand.
    ///
    /// # Errors
    /// The database.
    pub async fn renew_walls(&mut self, broadcast_id: &str, here: (&str, Millis), by: Millis) -> StoreResult<()> {
        on!(self, |c| sqlx::query(SOONER)
            .bind(broadcast_id)
            .bind(here.0)
            .bind(here.1.0)
            .bind(by.0)
            .execute(c)
            .await?
            .rows_affected());
        Ok(())
    }

    /// How far a broadcast is confirmed.
    ///
    /// # Errors
    /// The database.
    pub async fn confirmed(&mut self, broadcast_id: &str) -> StoreResult<Confirmed> {
        Ok(on!(self, |c| sqlx::query_as(CONFIRMED).bind(broadcast_id).fetch_one(c).await?))
    }

    /// The confirmed obligations of the units a delivery speaks to, in the order of the units.
    ///
    /// # Errors
    /// The database.
    pub async fn confirmed_in(&mut self, delivery_id: &str, broadcast_id: &str) -> StoreResult<Vec<Obligation>> {
        Ok(on!(self, |c| sqlx::query_as(ANSWERED_HERE).bind(delivery_id).bind(broadcast_id).fetch_all(c).await?))
    }

    /// The acknowledgements of the units a delivery speaks to, in order of time.
    ///
    /// # Errors
    /// The database.
    pub async fn answers_in(&mut self, delivery_id: &str, broadcast_id: &str) -> StoreResult<Vec<Acknowledgement>> {
        Ok(on!(self, |c| sqlx::query_as(ANSWERS_HERE).bind(delivery_id).bind(broadcast_id).fetch_all(c).await?))
    }

    /// The id of a delivery's last text that was sent: the message that carries the buttons.
    ///
    /// # Errors
    /// The database.
    pub async fn last_text_of(&mut self, delivery_id: &str) -> StoreResult<Option<String>> {
        Ok(on!(self, |c| sqlx::query_scalar(LAST_TEXT).bind(delivery_id).fetch_optional(c).await?))
    }

    /// The ids of a broadcast's texts in a chat that may or may not have arrived.
    ///
    /// # Errors
    /// The database.
    pub async fn texts_in_doubt(&mut self, broadcast_id: &str, chat_id: &str) -> StoreResult<Vec<String>> {
        Ok(on!(self, |c| sqlx::query_scalar(TEXTS_IN_DOUBT).bind(broadcast_id).bind(chat_id).fetch_all(c).await?))
    }
}

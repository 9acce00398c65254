//! Reading the queue: what may be sent next on a gateway, and what must leave the queue unsent.

use super::{Millis, Purpose, StoreResult, Tx, on};
use crate::domain::message::Lane;

/// A message whose time has come, without what it says: enough to decide whether it is its turn.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct WaitingMessage {
    /// The message.
    pub id: String,
    /// What it is for.
    #[sqlx(try_from = "String")]
    pub purpose: Purpose,
    /// Where it goes.
    pub chat_id: String,
    /// The platform's kind of chat, `private` or `group`.
    pub chat_kind: String,
    /// `active` or `suspended`.
    pub chat_state: String,
    /// The delivery it is a part of.
    pub delivery_id: Option<String>,
    /// Part number.
    pub part: i64,
    /// Priority.
    #[sqlx(try_from = "i64")]
    pub lane: Lane,
    /// Machine time from which it may be sent, epoch milliseconds.
    pub due_at: i64,
    /// The file it carries.
    pub file_sha256: Option<String>,
    /// The file's name.
    pub file_name: Option<String>,
    /// The platform's id of the message it edits; none when that cannot be edited any more.
    pub edit_external: Option<String>,
    /// Whether an earlier part of its delivery is not known to be sent.
    pub is_blocked: bool,
}

impl WaitingMessage {
    /// Whether it goes to a group and not to a person.
    #[must_use]
    pub fn is_to_group(&self) -> bool {
        self.chat_kind == "group"
    }

    /// Whether it tells somebody nobody knows, who speaks of danger, whom to dial.
    #[must_use]
    pub fn tells_whom_to_dial(&self) -> bool {
        self.lane == Lane::Stranger && self.purpose == Purpose::Alert
    }
}

/// Where to read on in a lane, and how far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch<'a> {
    /// The lane.
    pub lane: Lane,
    /// Due time and id of the last row read before; none begins at the front.
    pub after: Option<(i64, &'a str)>,
    /// Most rows.
    pub limit: i64,
}

// In the order of the index `messages_due`, a page at a time: what stands behind is not read. Which chats have a call on its way the
// dispatcher knows by itself: a `sending` row of a process that died must not hold up its chat until the deadline. A later part
// waits until every earlier one is known to be sent (by itself or by a resend of it); a file, which says by itself what it belongs
// to, also goes behind a text in doubt, so that a village is not left with half. Where an account was locked, only what any stranger
// is answered leaves (lane 7).
macro_rules! waiting {
    ($stretch:literal) => {
        concat!(
            "SELECT m.id, m.purpose, m.chat_id, c.kind AS chat_kind, m.delivery_id, m.part, m.lane, \
               CASE WHEN c.reason = 'locked' AND m.lane = 7 THEN 'active' ELSE c.state END AS chat_state, \
               m.due_at, m.file_sha256, m.file_name, CASE WHEN e.chat_external IS NULL THEN e.external_id END AS edit_external, \
               m.part > 1 AND EXISTS (SELECT 1 FROM messages earlier \
                       WHERE earlier.delivery_id = m.delivery_id AND m.purpose = 'broadcast' \
                         AND earlier.purpose = 'broadcast' AND earlier.part < m.part \
                         AND NOT EXISTS (SELECT 1 FROM messages done \
                                         WHERE done.delivery_id = earlier.delivery_id AND done.purpose = 'broadcast' \
                                           AND done.part = earlier.part \
                                           AND (done.state = 'sent' \
                                                OR done.state = 'unknown' AND m.file_sha256 IS NOT NULL))) AS is_blocked \
             FROM messages m CROSS JOIN chats c LEFT JOIN messages e ON e.id = m.edit_of \
             WHERE c.id = m.chat_id AND m.gateway = $1 AND m.state IN ('pending', 'retry_wait') AND m.due_at <= $2 \
               AND (m.not_after IS NULL OR m.not_after >= $3) \
               AND (c.quiet_until IS NULL OR c.quiet_until <= $2 OR c.quiet_until > $2 + c.quiet_ms) \
               AND NOT (m.purpose IN ('broadcast', 'reminder') \
                        AND EXISTS (SELECT 1 FROM broadcasts w WHERE w.id = m.broadcast_id AND w.state = 'withdrawn')) ",
            $stretch
        )
    };
}
const FRONT: &str = waiting!("ORDER BY m.lane, m.due_at, m.id LIMIT $4");
const BEHIND: &str = waiting!("AND m.lane = $5 AND (m.due_at, m.id) > ($6, $7) ORDER BY m.due_at, m.id LIMIT $4");
// The first of each lane, because the index begins with it, and the first chat that was to be waited for: what is for it is due.
const NEXT_DUE: &str = "SELECT MIN(firsts.due_at) FROM \
     (SELECT (SELECT m.due_at FROM messages m WHERE m.gateway = $1 AND m.lane = lanes.column1 \
                AND m.state IN ('pending', 'retry_wait') AND m.due_at > $2 ORDER BY m.due_at, m.id LIMIT 1) AS due_at \
      FROM (VALUES (-1), (0), (1), (2), (3), (4), (5), (6), (7)) AS lanes \
      UNION ALL SELECT MIN(c.quiet_until) FROM chats c \
        WHERE c.quiet_until IS NOT NULL AND c.quiet_until > $2 AND c.quiet_until <= $2 + c.quiet_ms AND c.gateway = $1) AS firsts";
const LEAVE: &str = "UPDATE messages SET state = $2, reason = $3 WHERE id = $1 AND state IN ('pending', 'retry_wait')";
const EXPIRE: &str = "UPDATE messages SET state = 'expired', reason = 'expired' \
     WHERE state IN ('pending', 'retry_wait') AND not_after IS NOT NULL AND not_after < $1";
const ANY_TO_EXPIRE: &str = "SELECT EXISTS (SELECT 1 FROM messages WHERE state IN ('pending', 'retry_wait') \
       AND not_after IS NOT NULL AND not_after < $1) \
     OR EXISTS (SELECT 1 FROM messages WHERE state IN ('pending', 'retry_wait') AND purpose IN ('broadcast', 'reminder') \
       AND broadcast_id IN (SELECT id FROM broadcasts WHERE state = 'withdrawn'))";
const CANCEL_ON_GATEWAY: &str = "UPDATE messages SET state = 'cancelled', reason = $3 \
     WHERE broadcast_id = $1 AND gateway = $2 AND purpose = 'broadcast' AND state IN ('pending', 'retry_wait')";
// What was queued at the very moment at which its broadcast was taken back.
const CANCEL_WITHDRAWN: &str = "UPDATE messages SET state = 'cancelled', reason = 'withdrawn' \
     WHERE state IN ('pending', 'retry_wait') AND purpose IN ('broadcast', 'reminder') \
       AND broadcast_id IN (SELECT id FROM broadcasts WHERE state = 'withdrawn')";
const SKIP_REST: &str = "UPDATE messages SET state = 'skipped', reason = 'earlier_part_failed' \
     WHERE delivery_id = $1 AND purpose = 'broadcast' AND part > $2 AND state IN ('pending', 'retry_wait')";
// Two counts and not one, because each has an index of what is open.
const OPEN: &str = "SELECT (SELECT COUNT(*) FROM messages WHERE state IN ('pending', 'retry_wait')) \
     + (SELECT COUNT(*) FROM messages WHERE state = 'sending')";
const OPEN_ON: &str = "SELECT (SELECT COUNT(*) FROM messages WHERE gateway = $1 AND state IN ('pending', 'retry_wait')) \
     + (SELECT COUNT(*) FROM messages WHERE gateway = $1 AND state = 'sending')";
const OPEN_BUT_EDITS: &str = "SELECT (SELECT COUNT(*) FROM messages WHERE state IN ('pending', 'retry_wait') AND purpose <> 'edit') \
     + (SELECT COUNT(*) FROM messages WHERE state = 'sending' AND purpose <> 'edit')";
// The second condition is that of the index `messages_edits`.
const PENDING_EDIT: &str = "SELECT COUNT(*) FROM messages WHERE edit_of = $1 AND edit_of IS NOT NULL \
     AND state IN ('pending', 'retry_wait', 'sending')";

// A delivery is unsent as long as one of its messages is.
const UNFINISHED: &str = "SELECT COUNT(DISTINCT m.delivery_id) AS planned, \
     COUNT(DISTINCT CASE WHEN m.state IN ('pending', 'retry_wait', 'sending') THEN m.delivery_id END) AS unsent \
     FROM broadcasts b CROSS JOIN messages m WHERE b.state = 'running' AND m.broadcast_id = b.id \
       AND m.gateway = $1 AND m.purpose = 'broadcast' \
       AND EXISTS (SELECT 1 FROM messages w WHERE w.broadcast_id = b.id AND w.gateway = $1 AND w.purpose = 'broadcast' \
                   AND w.state IN ('pending', 'retry_wait', 'sending'))";

/// Deliveries of the broadcasts that a gateway has not finished.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::FromRow)]
pub struct WaitingDeliveries {
    /// All of them.
    pub planned: i64,
    /// Those with something still to be sent.
    pub unsent: i64,
}

impl Tx {
    /// How many deliveries of a gateway's unfinished broadcasts are still to be sent.
    ///
    /// # Errors
    /// The database.
    pub async fn waiting_deliveries(&mut self, gateway: &str) -> StoreResult<WaitingDeliveries> {
        Ok(on!(self, |c| sqlx::query_as(UNFINISHED).bind(gateway).fetch_one(c).await?))
    }

    /// The first of what waits on a gateway, is due at machine time `now` and has not expired by business time, over all lanes.
    ///
    /// # Errors
    /// The database.
    pub async fn first_waiting(
        &mut self,
        gateway: &str,
        limit: i64,
        (now, business): (Millis, Millis),
    ) -> StoreResult<Vec<WaitingMessage>> {
        Ok(on!(self, |c| sqlx::query_as(FRONT)
            .bind(gateway)
            .bind(now.0)
            .bind(business.0)
            .bind(limit)
            .fetch_all(c)
            .await?))
    }

    /// The same in one lane, behind what was read before.
    ///
    /// # Errors
    /// The database.
    pub async fn waiting_behind(
        &mut self,
        gateway: &str,
        stretch: Stretch<'_>,
        (now, business): (Millis, Millis),
    ) -> StoreResult<Vec<WaitingMessage>> {
        let (due_at, id) = stretch.after.unwrap_or((i64::MIN, ""));
        Ok(on!(self, |c| sqlx::query_as(BEHIND)
            .bind(gateway)
            .bind(now.0)
            .bind(business.0)
            .bind(stretch.limit)
            .bind(stretch.lane.number())
            .bind(due_at)
            .bind(id)
            .fetch_all(c)
            .await?))
    }

    /// When the next waiting message of a gateway becomes due, after `now`.
    ///
    /// # Errors
    /// The database.
    pub async fn next_due(&mut self, gateway: &str, now: Millis) -> StoreResult<Option<Millis>> {
        let at: Option<i64> =
            on!(self, |c| sqlx::query_scalar(NEXT_DUE).bind(gateway).bind(now.0).fetch_one(c).await?);
        Ok(at.map(Millis))
    }

    /// Takes a message that was never tried, or waits for another try, out of the queue unsent. False when it is no longer there.
    ///
    /// # Errors
    /// The database.
    pub async fn leave_queue(
        &mut self,
        message_id: &str,
        state: crate::domain::message::MessageState,
        reason: &str,
    ) -> StoreResult<bool> {
        let affected = on!(self, |c| sqlx::query(LEAVE)
            .bind(message_id)
            .bind(state.as_str())
            .bind(reason)
            .execute(c)
            .await?
            .rows_affected());
        Ok(affected == 1)
    }

    /// Whether a waiting message must not be sent any more: see [`Tx::expire_messages`].
    ///
    /// # Errors
    /// The database.
    pub async fn has_messages_to_expire(&mut self, now: Millis) -> StoreResult<bool> {
        Ok(on!(self, |c| sqlx::query_scalar(ANY_TO_EXPIRE).bind(now.0).fetch_one(c).await?))
    }

    /// Expires what must not be sent after business time `now`, and cancels what belongs to something taken back; gives how many
    /// expired.
    ///
    /// # Errors
    /// The database.
    pub async fn expire_messages(&mut self, now: Millis) -> StoreResult<u64> {
        on!(self, |c| sqlx::query(CANCEL_WITHDRAWN).execute(c).await?.rows_affected());
        Ok(on!(self, |c| sqlx::query(EXPIRE).bind(now.0).execute(c).await?.rows_affected()))
    }

    /// Cancels everything of a broadcast that has not left on one gateway; gives how many.
    ///
    /// # Errors
    /// The database.
    pub async fn cancel_messages_on(&mut self, broadcast_id: &str, gateway: &str, reason: &str) -> StoreResult<u64> {
        Ok(on!(self, |c| sqlx::query(CANCEL_ON_GATEWAY)
            .bind(broadcast_id)
            .bind(gateway)
            .bind(reason)
            .execute(c)
            .await?
            .rows_affected()))
    }

    /// Skips the parts after one that failed for good: a file without its text says nothing.
    ///
    /// # Errors
    /// The database.
    pub async fn skip_later_parts(&mut self, delivery_id: &str, part: i64) -> StoreResult<u64> {
        Ok(on!(self, |c| sqlx::query(SKIP_REST).bind(delivery_id).bind(part).execute(c).await?.rows_affected()))
    }

    /// Messages waiting or on their way, over all gateways.
    ///
    /// # Errors
    /// The database.
    pub async fn open_messages(&mut self) -> StoreResult<i64> {
        Ok(on!(self, |c| sqlx::query_scalar(OPEN).fetch_one(c).await?))
    }

    /// Messages waiting or on their way on one gateway.
    ///
    /// # Errors
    /// The database.
    pub async fn open_messages_on(&mut self, gateway: &str) -> StoreResult<i64> {
        Ok(on!(self, |c| sqlx::query_scalar(OPEN_ON).bind(gateway).fetch_one(c).await?))
    }

    /// The same over all gateways without edits, which wait for idle slots.
    ///
    /// # Errors
    /// The database.
    pub async fn open_messages_but_edits(&mut self) -> StoreResult<i64> {
        Ok(on!(self, |c| sqlx::query_scalar(OPEN_BUT_EDITS).fetch_one(c).await?))
    }

    /// Whether an edit of this message is already waiting or on its way.
    ///
    /// # Errors
    /// The database.
    pub async fn has_open_edit(&mut self, message_id: &str) -> StoreResult<bool> {
        let count: i64 = on!(self, |c| sqlx::query_scalar(PENDING_EDIT).bind(message_id).fetch_one(c).await?);
        Ok(count > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_due_message_is_looked_for_in_every_lane() {
        let lanes: Vec<String> = Lane::ALL.iter().map(|lane| format!("({})", lane.number())).collect();
        assert!(NEXT_DUE.contains(&format!("VALUES {})", lanes.join(", "))));
    }

    #[test]
    fn what_leaves_for_a_locked_account_is_the_lane_of_strangers() {
        let lane = format!("c.reason = 'locked' AND m.lane = {} THEN", Lane::Stranger.number());
        assert!(FRONT.contains(&lane) && BEHIND.contains(&lane));
    }
}

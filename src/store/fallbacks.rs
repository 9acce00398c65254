//! Deliveries that do not get through, and which other ones took their place.
//!
//! A row in `fallbacks` is written once for each unit of such a delivery and is never taken back: it is what keeps a group
//! from being written to twice and a person from being told twice.

use crate::domain::calendar::Millis;
use crate::domain::message::MessageState;
use crate::domain::text_enum::text_enum;
use crate::store::{StoreResult, Tx, on};

text_enum! {
    /// Why a delivery does not get through.
    pub enum Fault {
        /// Its whole gateway is at fault; what waits there goes out when it works again, unless somebody else took over.
        Gateway => "gateway",
        /// Its chat cannot be reached: thrown out, disabled, parked, or every try used up.
        Chat => "chat",
        /// The account keeps the rest of its month for urgent messages.
        Budget => "budget",
        /// Its platform asked to be waited for, longer than a Hỏa tốc can wait; what waits goes out then, unless somebody else took over.
        Wait => "wait",
    }
}

impl Fault {
    /// Whether what waits goes out by itself when it is over.
    #[must_use]
    pub const fn passes(self) -> bool {
        matches!(self, Self::Gateway | Self::Wait)
    }
}

/// A delivery that does not get through.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Troubled {
    /// The delivery.
    pub delivery_id: String,
    /// Its broadcast.
    pub broadcast_id: String,
    /// Why.
    #[sqlx(try_from = "String")]
    pub fault: Fault,
}

/// What was done for one unit of a delivery that did not get through.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Fallback {
    /// The delivery that did not get through.
    pub delivery_id: String,
    /// The unit.
    pub unit_id: String,
    /// The delivery that took its place; none when the unit has no other group.
    pub by_delivery: Option<String>,
    /// Why.
    #[sqlx(try_from = "String")]
    pub fault: Fault,
    /// Whether somebody has been told that nothing could take its place, or need not be.
    pub told: bool,
    /// Business time, epoch milliseconds.
    pub noted_at: i64,
}

/// A unit that has no other group, and of which nobody has been told.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Uncovered {
    /// The broadcast.
    pub broadcast_id: String,
    /// The gateway of the delivery that does not get through.
    pub gateway: String,
    /// Why it does not.
    #[sqlx(try_from = "String")]
    pub fault: Fault,
    /// The unit's name.
    pub unit_name: String,
    /// Whether the delivery still waits: what has left meanwhile needs nobody's hand.
    pub waits: bool,
}

/// A chat that a broadcast already goes to.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct ServedChat {
    /// The delivery.
    pub delivery_id: String,
    /// The chat.
    pub chat_id: String,
    /// Whether something of it was sent, may have been, or still will be.
    pub alive: bool,
}

/// Which group took which group's place in a broadcast of a bulletin.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct StandIn {
    /// The delivery that did not get through.
    pub delivery_id: String,
    /// The name of its group.
    pub group_name: String,
    /// The delivery that took its place; none for a unit that has no other group.
    pub by_delivery: Option<String>,
}

// A merged row is the same group under its old id: the other row has the delivery. A chat's fault is looked at once: a
// group bound two weeks later must not get what was missed then.
const CHAT_FAULTS: &str = "WITH hurt AS ( \
       SELECT m.delivery_id FROM broadcasts b CROSS JOIN messages m WHERE b.state = 'running' AND m.broadcast_id = b.id \
         AND m.purpose = 'broadcast' AND m.state IN ('failed', 'skipped', 'expired', 'cancelled') \
         AND m.reason IN ('kicked', 'not_member', 'group_deleted', 'chat_not_found', 'no_rights', 'blocked', 'never_started', \
                          'deactivated', 'moved', 'group_disabled', 'person_quota', 'gave_up', 'generic', 'chat_suspended', 'budget') \
       UNION \
       SELECT m.delivery_id FROM chats c CROSS JOIN messages m WHERE c.state = 'suspended' AND m.chat_id = c.id \
         AND m.state IN ('pending', 'retry_wait') AND m.purpose = 'broadcast') \
     SELECT d.id AS delivery_id, d.broadcast_id, \
       CASE WHEN EXISTS (SELECT 1 FROM messages k WHERE k.delivery_id = d.id AND k.state = 'skipped' AND k.reason = 'budget') \
            THEN 'budget' ELSE 'chat' END AS fault \
     FROM hurt h CROSS JOIN deliveries d CROSS JOIN broadcasts b CROSS JOIN bulletin_versions v CROSS JOIN chats c \
     WHERE d.id = h.delivery_id AND b.id = d.broadcast_id AND v.bulletin_id = b.bulletin_id AND v.version = b.version \
       AND c.id = d.chat_id AND b.state = 'running' AND (c.reason IS NULL OR c.reason <> 'merged') \
       AND EXISTS (SELECT 1 FROM messages m WHERE m.delivery_id = d.id AND m.purpose = 'broadcast' \
         AND ((m.state = 'failed' AND m.reason IN ('kicked', 'not_member', 'group_deleted', 'chat_not_found', 'no_rights', \
                                                   'blocked', 'never_started', 'deactivated', 'moved', 'group_disabled', 'person_quota', 'gave_up')) \
           OR (m.state = 'failed' AND c.state = 'suspended' AND m.reason = 'generic') \
           OR (m.state = 'skipped' AND m.reason IN ('chat_suspended', 'budget')) \
           OR (c.state = 'suspended' AND m.state IN ('pending', 'retry_wait')))) \
       AND NOT EXISTS (SELECT 1 FROM messages m WHERE m.delivery_id = d.id AND m.purpose = 'broadcast' \
         AND m.file_sha256 IS NULL AND (m.state IN ('sent', 'sending') OR (m.state = 'unknown' AND v.urgency <> 'flash'))) \
       AND NOT EXISTS (SELECT 1 FROM fallbacks f WHERE f.delivery_id = d.id \
         AND (f.by_delivery IS NOT NULL OR f.fault NOT IN ('gateway', 'wait'))) \
     ORDER BY d.broadcast_id, d.id";
const WAIT_FAULTS: &str = "WITH waiting AS ( \
       SELECT DISTINCT m.delivery_id FROM chats c CROSS JOIN messages m WHERE c.quiet_until IS NOT NULL AND c.quiet_until > $2 \
         AND c.quiet_until <= $1 + c.quiet_ms AND m.chat_id = c.id AND m.state IN ('pending', 'retry_wait') AND m.purpose = 'broadcast' \
       UNION \
       SELECT m.delivery_id FROM broadcasts b CROSS JOIN bulletin_versions v CROSS JOIN messages m WHERE b.state = 'running' \
         AND v.bulletin_id = b.bulletin_id AND v.version = b.version AND v.urgency = 'flash' AND m.broadcast_id = b.id \
         AND m.purpose = 'broadcast' AND m.state = 'retry_wait' AND m.due_at > $2 AND m.due_at - m.wait_ms <= $1 \
       UNION \
       SELECT m.delivery_id FROM incidents i CROSS JOIN messages m WHERE i.closed_at IS NULL AND i.kind = 'asked_to_wait' \
         AND i.scope LIKE 'chat:%' AND m.chat_id = SUBSTR(i.scope, 6) AND m.state IN ('pending', 'retry_wait') \
         AND m.state = 'retry_wait' AND m.purpose = 'broadcast') \
     SELECT d.id AS delivery_id, d.broadcast_id, 'wait' AS fault \
     FROM waiting w CROSS JOIN deliveries d CROSS JOIN broadcasts b CROSS JOIN bulletin_versions v \
     WHERE d.id = w.delivery_id AND b.id = d.broadcast_id AND v.bulletin_id = b.bulletin_id AND v.version = b.version \
       AND b.state = 'running' AND v.urgency = 'flash' \
       AND NOT EXISTS (SELECT 1 FROM messages m WHERE m.delivery_id = d.id AND m.purpose = 'broadcast' \
         AND m.file_sha256 IS NULL AND m.state IN ('sent', 'sending')) \
       AND (NOT EXISTS (SELECT 1 FROM fallbacks f WHERE f.delivery_id = d.id) \
         OR EXISTS (SELECT 1 FROM fallbacks f WHERE f.delivery_id = d.id AND f.by_delivery IS NULL)) \
     ORDER BY d.broadcast_id, d.id";
const GATEWAY_FAULTS: &str = "WITH waiting AS ( \
       SELECT DISTINCT m.delivery_id FROM messages m WHERE m.gateway = $1 AND m.state IN ('pending', 'retry_wait') AND m.purpose = 'broadcast') \
     SELECT d.id AS delivery_id, d.broadcast_id, 'gateway' AS fault \
     FROM waiting w CROSS JOIN deliveries d CROSS JOIN broadcasts b CROSS JOIN bulletin_versions v \
     WHERE d.id = w.delivery_id AND b.id = d.broadcast_id AND v.bulletin_id = b.bulletin_id AND v.version = b.version \
       AND b.state = 'running' AND ($2 OR v.urgency <> 'normal') \
       AND NOT EXISTS (SELECT 1 FROM messages m WHERE m.delivery_id = d.id AND m.purpose = 'broadcast' \
         AND m.file_sha256 IS NULL AND (m.state IN ('sent', 'sending') OR (m.state = 'unknown' AND v.urgency <> 'flash'))) \
       AND (NOT EXISTS (SELECT 1 FROM fallbacks f WHERE f.delivery_id = d.id) \
         OR EXISTS (SELECT 1 FROM fallbacks f WHERE f.delivery_id = d.id AND f.by_delivery IS NULL)) \
     ORDER BY d.broadcast_id, d.id";
// The states of the index `messages_due` first: by itself `retry_wait` has none.
const TIRED: &str = "SELECT COUNT(*) FROM messages WHERE gateway = $1 AND state IN ('pending', 'retry_wait') \
     AND state = 'retry_wait' AND attempts >= $2";
const TIRED_GROUPS: &str = "SELECT COUNT(*) FROM messages m CROSS JOIN chats c WHERE m.gateway = $1 AND m.state IN ('pending', 'retry_wait') \
     AND m.state = 'retry_wait' AND m.attempts >= 1 AND c.id = m.chat_id AND c.kind = 'group'";
// In the order of their starts: nothing but the latest ones is read.
const LATEST: &str =
    "SELECT outcome FROM attempts WHERE gateway = $1 AND outcome IS NOT NULL ORDER BY started_at DESC LIMIT $2";
const SERVED: &str = "SELECT d.id AS delivery_id, d.chat_id, EXISTS (SELECT 1 FROM messages m WHERE m.delivery_id = d.id \
       AND m.purpose = 'broadcast' AND m.state NOT IN ('failed', 'skipped', 'expired', 'cancelled')) AS alive \
     FROM deliveries d WHERE d.broadcast_id = $1 ORDER BY d.id";
// A file may have gone behind a text in doubt: by itself it reaches nobody.
const STATES: &str = "SELECT state FROM messages WHERE delivery_id = $1 AND purpose = 'broadcast' AND file_sha256 IS NULL ORDER BY part, id";
const CANCEL: &str = "UPDATE messages SET state = 'cancelled', reason = 'fallback' \
     WHERE delivery_id = $1 AND purpose = 'broadcast' AND state IN ('pending', 'retry_wait')";
const ADD_UNIT: &str =
    "INSERT INTO delivery_units (delivery_id, unit_id) VALUES ($1, $2) ON CONFLICT (delivery_id, unit_id) DO NOTHING";
const REACHED_BY: &str = "UPDATE obligations SET state = 'awaiting' WHERE state = 'unreachable' AND unit_id = $2 \
     AND broadcast_id = (SELECT d.broadcast_id FROM deliveries d WHERE d.id = $1) \
     AND EXISTS (SELECT 1 FROM messages m WHERE m.delivery_id = $1 AND m.purpose = 'broadcast' AND m.file_sha256 IS NULL AND m.state = 'sent')";
const NOTE: &str = "INSERT INTO fallbacks (delivery_id, unit_id, by_delivery, fault, told, noted_at) \
     VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (delivery_id, unit_id) DO UPDATE SET \
       by_delivery = excluded.by_delivery, fault = excluded.fault WHERE fallbacks.by_delivery IS NULL";
const OF_BROADCAST: &str = "SELECT f.delivery_id, f.unit_id, f.by_delivery, f.fault, f.told, f.noted_at FROM deliveries d \
     JOIN fallbacks f ON f.delivery_id = d.id WHERE d.broadcast_id = $1 ORDER BY f.delivery_id, f.unit_id";
const UNTOLD: &str = "SELECT d.broadcast_id, c.gateway, f.fault, u.name AS unit_name, \
       EXISTS (SELECT 1 FROM messages m WHERE m.delivery_id = d.id AND m.purpose = 'broadcast' \
               AND m.state IN ('pending', 'retry_wait')) AS waits \
     FROM fallbacks f JOIN deliveries d ON d.id = f.delivery_id JOIN chats c ON c.id = d.chat_id JOIN units u ON u.id = f.unit_id \
     WHERE f.by_delivery IS NULL AND NOT f.told ORDER BY d.broadcast_id, c.gateway, f.fault, u.sort_order, u.code";
const MARK_TOLD: &str = "UPDATE fallbacks SET told = TRUE WHERE fault = $3 AND NOT told AND delivery_id IN ( \
     SELECT d.id FROM deliveries d JOIN chats c ON c.id = d.chat_id WHERE d.broadcast_id = $1 AND c.gateway = $2)";
const UNREACHABLE: &str = "UPDATE obligations SET state = 'unreachable' WHERE broadcast_id = $1 AND unit_id = $2 \
     AND state = 'awaiting' AND NOT EXISTS (SELECT 1 FROM delivery_units du JOIN deliveries d ON d.id = du.delivery_id \
        JOIN messages m ON m.delivery_id = d.id AND m.purpose = 'broadcast' \
        WHERE d.broadcast_id = $1 AND du.unit_id = $2 AND m.state IN ('sending', 'sent', 'unknown'))";
const OF_BULLETIN: &str = "SELECT DISTINCT f.delivery_id, g.name AS group_name, f.by_delivery \
     FROM broadcasts b JOIN deliveries d ON d.broadcast_id = b.id JOIN fallbacks f ON f.delivery_id = d.id \
     JOIN groups g ON g.id = d.group_id WHERE b.bulletin_id = $1 ORDER BY f.delivery_id, f.by_delivery";

/// Calls of a gateway that are looked at for [`Tx::failures_in_a_row`].
const LOOK_BACK: i64 = 50;

impl Tx {
    /// Deliveries of running broadcasts whose own chat cannot be reached or whose account keeps its month for what is
    /// urgent, that nothing has been decided about.
    ///
    /// # Errors
    /// The database.
    pub async fn chat_faults(&mut self) -> StoreResult<Vec<Troubled>> {
        Ok(on!(self, |c| sqlx::query_as(CHAT_FAULTS).fetch_all(c).await?))
    }

    /// Deliveries that wait on a gateway and of which nothing has left, unless something took over already. Without
    /// `ordinary` only those of urgent bulletins.
    ///
    /// # Errors
    /// The database.
    pub async fn gateway_faults(&mut self, gateway: &str, ordinary: bool) -> StoreResult<Vec<Troubled>> {
        Ok(on!(self, |c| sqlx::query_as(GATEWAY_FAULTS).bind(gateway).bind(ordinary).fetch_all(c).await?))
    }

    /// Deliveries of Hỏa tốc that wait until after machine time `until`, for a chat or for another try, and of which
    /// nothing has left, unless something took over already. It is `now`.
    ///
    /// # Errors
    /// The database.
    pub async fn wait_faults(&mut self, now: Millis, until: Millis) -> StoreResult<Vec<Troubled>> {
        Ok(on!(self, |c| sqlx::query_as(WAIT_FAULTS).bind(now.0).bind(until.0).fetch_all(c).await?))
    }

    /// Whether a message of a gateway to a group waits after it was tried.
    ///
    /// # Errors
    /// The database.
    pub async fn has_refused_group(&mut self, gateway: &str) -> StoreResult<bool> {
        let count: i64 = on!(self, |c| sqlx::query_scalar(TIRED_GROUPS).bind(gateway).fetch_one(c).await?);
        Ok(count > 0)
    }

    /// Whether a message of a gateway waits after so many tries or more.
    ///
    /// # Errors
    /// The database.
    pub async fn has_tired_message(&mut self, gateway: &str, attempts: i64) -> StoreResult<bool> {
        let count: i64 = on!(self, |c| sqlx::query_scalar(TIRED).bind(gateway).bind(attempts).fetch_one(c).await?);
        Ok(count > 0)
    }

    /// How many of a gateway's latest calls were refused, to be tried again, since its last success; no more than
    /// `LOOK_BACK` are looked at.
    ///
    /// # Errors
    /// The database.
    pub async fn failures_in_a_row(&mut self, gateway: &str) -> StoreResult<usize> {
        let latest: Vec<String> =
            on!(self, |c| sqlx::query_scalar(LATEST).bind(gateway).bind(LOOK_BACK).fetch_all(c).await?);
        let since_success = latest.iter().take_while(|outcome| *outcome != "sent");
        Ok(since_success.filter(|outcome| *outcome == "retry").count())
    }

    /// The chats that a broadcast goes to.
    ///
    /// # Errors
    /// The database.
    pub async fn served_chats(&mut self, broadcast_id: &str) -> StoreResult<Vec<ServedChat>> {
        Ok(on!(self, |c| sqlx::query_as(SERVED).bind(broadcast_id).fetch_all(c).await?))
    }

    /// The states of a delivery's messages, every try of every part.
    ///
    /// # Errors
    /// The database; a state that the code does not know.
    pub async fn states_of_delivery(&mut self, delivery_id: &str) -> StoreResult<Vec<MessageState>> {
        let words: Vec<String> = on!(self, |c| sqlx::query_scalar(STATES).bind(delivery_id).fetch_all(c).await?);
        let known = |word: String| {
            word.parse().map_err(|error| crate::store::inconsistent("messages", "state", delivery_id, &error))
        };
        words.into_iter().map(known).collect()
    }

    /// Cancels what of a delivery has not left, because another one took its place; gives how many messages.
    ///
    /// # Errors
    /// The database.
    pub async fn cancel_replaced(&mut self, delivery_id: &str) -> StoreResult<u64> {
        Ok(on!(self, |c| sqlx::query(CANCEL).bind(delivery_id).execute(c).await?.rows_affected()))
    }

    /// Lets a delivery speak to one more unit. What has arrived there already has then reached it.
    ///
    /// # Errors
    /// The database.
    pub async fn add_delivery_unit(&mut self, delivery_id: &str, unit_id: &str) -> StoreResult<()> {
        on!(self, |c| sqlx::query(ADD_UNIT).bind(delivery_id).bind(unit_id).execute(c).await?.rows_affected());
        on!(self, |c| sqlx::query(REACHED_BY).bind(delivery_id).bind(unit_id).execute(c).await?.rows_affected());
        Ok(())
    }

    /// Notes what was done for a unit. What took its place once stays.
    ///
    /// # Errors
    /// The database.
    pub async fn note_fallback(&mut self, fallback: &Fallback) -> StoreResult<()> {
        on!(self, |c| sqlx::query(NOTE)
            .bind(&fallback.delivery_id)
            .bind(&fallback.unit_id)
            .bind(&fallback.by_delivery)
            .bind(fallback.fault.as_str())
            .bind(fallback.told)
            .bind(fallback.noted_at)
            .execute(c)
            .await?
            .rows_affected());
        Ok(())
    }

    /// What was done for the units of a broadcast's deliveries.
    ///
    /// # Errors
    /// The database.
    pub async fn fallbacks_of_broadcast(&mut self, broadcast_id: &str) -> StoreResult<Vec<Fallback>> {
        Ok(on!(self, |c| sqlx::query_as(OF_BROADCAST).bind(broadcast_id).fetch_all(c).await?))
    }

    /// Units without another group of which nobody has been told, by broadcast, gateway and fault.
    ///
    /// # Errors
    /// The database.
    pub async fn untold_fallbacks(&mut self) -> StoreResult<Vec<Uncovered>> {
        Ok(on!(self, |c| sqlx::query_as(UNTOLD).fetch_all(c).await?))
    }

    /// Notes that somebody was told of the units without another group in a broadcast on a gateway.
    ///
    /// # Errors
    /// The database.
    pub async fn mark_fallbacks_told(&mut self, broadcast_id: &str, gateway: &str, fault: Fault) -> StoreResult<()> {
        on!(self, |c| sqlx::query(MARK_TOLD)
            .bind(broadcast_id)
            .bind(gateway)
            .bind(fault.as_str())
            .execute(c)
            .await?
            .rows_affected());
        Ok(())
    }

    /// Puts a unit on the call list while nothing that may have reached it has left.
    ///
    /// # Errors
    /// The database.
    pub async fn mark_unit_unreachable(&mut self, broadcast_id: &str, unit_id: &str) -> StoreResult<()> {
        on!(self, |c| sqlx::query(UNREACHABLE).bind(broadcast_id).bind(unit_id).execute(c).await?.rows_affected());
        Ok(())
    }

    /// Which groups took which others' place in a bulletin's broadcasts.
    ///
    /// # Errors
    /// The database.
    pub async fn stand_ins_of_bulletin(&mut self, bulletin_id: &str) -> StoreResult<Vec<StandIn>> {
        Ok(on!(self, |c| sqlx::query_as(OF_BULLETIN).bind(bulletin_id).fetch_all(c).await?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::retry::{Consequence, FailureReason};

    #[test]
    fn every_loss_of_a_chat_is_one_that_another_group_stands_in_for() {
        for reason in FailureReason::ALL.iter().filter(|reason| reason.consequence() == Consequence::ParkChat) {
            assert_eq!(CHAT_FAULTS.matches(&format!("'{reason}'")).count(), 2, "{reason}");
        }
    }
}

//! Sums over everything that was broadcast in a stretch of time. Exercises are left out of all of them.

use crate::domain::ack::ObligationState;
use crate::domain::bulletin::State;
use crate::domain::calendar::Millis;
use crate::domain::message::MessageState;
use crate::store::{StoreResult, Tx, inconsistent, on};

/// A stretch of business time: from `from` to just before `to`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// The first instant inside.
    pub from: Millis,
    /// The first instant after it.
    pub to: Millis,
}

impl Window {
    /// All of time.
    pub const ALL: Self = Self { from: Millis(i64::MIN), to: Millis(i64::MAX) };
}

/// Deliveries of one gateway whose parts stand in the same states.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryGroup {
    /// The gateway.
    pub gateway: String,
    /// The states that their parts are in, each once; none for deliveries that have no message.
    pub states: Vec<MessageState>,
    /// Other groups took their place.
    pub replaced: bool,
    /// They went to heads who pass them on by hand.
    pub relay: bool,
    /// How many deliveries.
    pub count: i64,
}

/// Obligations that stand alike.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct ObligationGroup {
    /// Where they stand.
    #[sqlx(try_from = "String")]
    pub state: ObligationState,
    /// Confirmed after the deadline.
    pub late: bool,
    /// Confirmed in the seat's stead.
    pub proxy: bool,
    /// How many.
    pub count: i64,
}

#[derive(sqlx::FromRow)]
struct Signature {
    gateway: String,
    bits: i64,
    replaced: bool,
    relay: bool,
    count: i64,
}

/// The states in the order of the bits below.
const BITS: [MessageState; 9] = [
    MessageState::Sent,
    MessageState::Unknown,
    MessageState::Sending,
    MessageState::Pending,
    MessageState::RetryWait,
    MessageState::Failed,
    MessageState::Expired,
    MessageState::Cancelled,
    MessageState::Skipped,
];

// `fired`: the deliveries asked for. `parts`: one row a part, which is sent when any of its tries was; else it stands
// where its last one stands (the one nobody repeats), but a doubt stays a doubt until that one is on its way.
// The outer query adds up which states occur in a delivery, a bit each.
const DELIVERIES: &str = "WITH fired AS ( \
       SELECT d.id, c.gateway, g.relay, EXISTS (SELECT 1 FROM fallbacks x WHERE x.delivery_id = d.id) \
         AND NOT EXISTS (SELECT 1 FROM fallbacks x WHERE x.delivery_id = d.id AND x.by_delivery IS NULL) AS replaced \
       FROM broadcasts b CROSS JOIN bulletins u CROSS JOIN deliveries d CROSS JOIN chats c CROSS JOIN groups g \
       WHERE d.broadcast_id = b.id AND c.id = d.chat_id AND g.id = d.group_id AND u.id = b.bulletin_id AND u.commune_id = $1 AND b.started_at >= $2 AND b.started_at < $3 \
         AND NOT EXISTS (SELECT 1 FROM ladders l WHERE l.broadcast_id = b.id AND l.exercise)), \
     tries AS ( \
       SELECT m.delivery_id, m.part, MAX(CASE WHEN m.state = 'sent' THEN 1 ELSE 0 END) AS sent, \
              MAX(CASE WHEN m.state = 'unknown' THEN 1 ELSE 0 END) AS doubted, \
              MAX(CASE WHEN again.id IS NULL THEN m.state END) AS last \
       FROM fired f CROSS JOIN messages m LEFT JOIN messages again ON again.resend_of = m.id \
       WHERE m.delivery_id = f.id AND m.purpose = 'broadcast' GROUP BY m.delivery_id, m.part), \
     parts AS ( \
       SELECT delivery_id, CASE WHEN sent = 1 THEN 'sent' WHEN last IN ('pending', 'sending', 'retry_wait') THEN last \
              WHEN doubted = 1 THEN 'unknown' ELSE last END AS state FROM tries), \
     signatures AS ( \
       SELECT f.id, f.gateway, f.replaced, f.relay, \
              MAX(CASE WHEN p.state = 'sent' THEN 1 ELSE 0 END) + MAX(CASE WHEN p.state = 'unknown' THEN 2 ELSE 0 END) \
            + MAX(CASE WHEN p.state = 'sending' THEN 4 ELSE 0 END) + MAX(CASE WHEN p.state = 'pending' THEN 8 ELSE 0 END) \
            + MAX(CASE WHEN p.state = 'retry_wait' THEN 16 ELSE 0 END) + MAX(CASE WHEN p.state = 'failed' THEN 32 ELSE 0 END) \
            + MAX(CASE WHEN p.state = 'expired' THEN 64 ELSE 0 END) + MAX(CASE WHEN p.state = 'cancelled' THEN 128 ELSE 0 END) \
            + MAX(CASE WHEN p.state = 'skipped' THEN 256 ELSE 0 END) AS bits \
       FROM fired f LEFT JOIN parts p ON p.delivery_id = f.id GROUP BY f.id, f.gateway, f.replaced, f.relay) \
     SELECT gateway, CAST(bits AS BIGINT) AS bits, replaced, relay, COUNT(*) AS count FROM signatures \
     GROUP BY gateway, bits, replaced, relay ORDER BY gateway, bits, replaced, relay";
const OBLIGATIONS: &str = "SELECT o.state, o.late, o.proxy, COUNT(*) AS count FROM broadcasts b \
     CROSS JOIN bulletins u JOIN obligations o ON o.broadcast_id = b.id \
     WHERE u.id = b.bulletin_id AND u.commune_id = $1 AND b.started_at >= $2 AND b.started_at < $3 \
       AND NOT EXISTS (SELECT 1 FROM ladders l WHERE l.broadcast_id = b.id AND l.exercise) GROUP BY o.state, o.late, o.proxy \
     ORDER BY o.state, o.late, o.proxy";
// The one or two in the middle.
const WAITS: &str = "SELECT o.acknowledged_at - b.started_at FROM broadcasts b CROSS JOIN bulletins u \
     JOIN obligations o ON o.broadcast_id = b.id \
     WHERE u.id = b.bulletin_id AND u.commune_id = $1 AND b.started_at >= $2 AND b.started_at < $3 AND o.acknowledged_at IS NOT NULL AND NOT o.proxy \
       AND NOT EXISTS (SELECT 1 FROM ladders l WHERE l.broadcast_id = b.id AND l.exercise) \
     ORDER BY 1 LIMIT $4 OFFSET $5";
const BULLETINS: &str = "SELECT state, COUNT(*) FROM bulletins \
     WHERE commune_id = $1 AND created_at >= $2 AND created_at < $3 \
       AND NOT EXISTS (SELECT 1 FROM bulletin_versions v WHERE v.bulletin_id = bulletins.id AND v.version = bulletins.version AND v.exercise) \
     GROUP BY state ORDER BY state";
const REMINDERS: &str = "SELECT COUNT(*) FROM broadcasts b CROSS JOIN bulletins u \
     JOIN messages m ON m.broadcast_id = b.id WHERE u.id = b.bulletin_id AND u.commune_id = $1 AND b.started_at >= $2 AND b.started_at < $3 \
       AND m.purpose = 'reminder' AND m.state = 'sent' \
       AND NOT EXISTS (SELECT 1 FROM ladders l WHERE l.broadcast_id = b.id AND l.exercise)";
const GROUPS: &str = "SELECT COUNT(*) FROM groups WHERE commune_id = $1 AND chat_id IS NOT NULL";

impl Tx {
    /// Deliveries of the broadcasts started in a stretch of time, by gateway and by the states of their parts.
    ///
    /// # Errors
    /// The database.
    pub async fn delivery_groups(&mut self, commune_id: &str, window: Window) -> StoreResult<Vec<DeliveryGroup>> {
        let rows: Vec<Signature> = on!(self, |c| sqlx::query_as(DELIVERIES)
            .bind(commune_id)
            .bind(window.from.0)
            .bind(window.to.0)
            .fetch_all(c)
            .await?);
        let states =
            |bits: i64| BITS.iter().enumerate().filter(move |(bit, _)| bits >> bit & 1 == 1).map(|(_, state)| *state);
        let group = |row: Signature| DeliveryGroup {
            states: states(row.bits).collect(),
            gateway: row.gateway,
            replaced: row.replaced,
            relay: row.relay,
            count: row.count,
        };
        Ok(rows.into_iter().map(group).collect())
    }

    /// Obligations of the broadcasts started in a stretch of time, by where they stand.
    ///
    /// # Errors
    /// The database.
    pub async fn obligation_groups(&mut self, commune_id: &str, window: Window) -> StoreResult<Vec<ObligationGroup>> {
        Ok(on!(self, |c| sqlx::query_as(OBLIGATIONS)
            .bind(commune_id)
            .bind(window.from.0)
            .bind(window.to.0)
            .fetch_all(c)
            .await?))
    }

    /// Milliseconds from the start of its broadcast to the units' own acknowledgement in the middle, of `acknowledged` of them; the
    /// mean of two where there is no one in the middle. None of none.
    ///
    /// # Errors
    /// The database.
    pub async fn median_wait(
        &mut self,
        commune_id: &str,
        window: Window,
        acknowledged: i64,
    ) -> StoreResult<Option<i64>> {
        if acknowledged < 1 {
            return Ok(None);
        }
        let waits: Vec<i64> = on!(self, |c| sqlx::query_scalar(WAITS)
            .bind(commune_id)
            .bind(window.from.0)
            .bind(window.to.0)
            .bind(2 - acknowledged % 2)
            .bind((acknowledged - 1) / 2)
            .fetch_all(c)
            .await?);
        let count = i64::try_from(waits.len()).unwrap_or(i64::MAX);
        Ok(waits.iter().sum::<i64>().checked_div(count))
    }

    /// Bulletins begun in a stretch of time, by state.
    ///
    /// # Errors
    /// The database; a state that the code does not know.
    pub async fn bulletins_by_state(&mut self, commune_id: &str, window: Window) -> StoreResult<Vec<(State, i64)>> {
        let rows: Vec<(String, i64)> = on!(self, |c| sqlx::query_as(BULLETINS)
            .bind(commune_id)
            .bind(window.from.0)
            .bind(window.to.0)
            .fetch_all(c)
            .await?);
        let known = |(word, count): (String, i64)| {
            let state = word.parse().map_err(|error| inconsistent("bulletins", "state", &word, &error))?;
            Ok((state, count))
        };
        rows.into_iter().map(known).collect()
    }

    /// Reminders that the platforms took, of the broadcasts started in a stretch of time.
    ///
    /// # Errors
    /// The database.
    pub async fn reminders_within(&mut self, commune_id: &str, window: Window) -> StoreResult<i64> {
        Ok(on!(self, |c| sqlx::query_scalar(REMINDERS)
            .bind(commune_id)
            .bind(window.from.0)
            .bind(window.to.0)
            .fetch_one(c)
            .await?))
    }

    /// The commune's groups that are bound to a chat.
    ///
    /// # Errors
    /// The database.
    pub async fn bound_groups(&mut self, commune_id: &str) -> StoreResult<i64> {
        Ok(on!(self, |c| sqlx::query_scalar(GROUPS).bind(commune_id).fetch_one(c).await?))
    }
}

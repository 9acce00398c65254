//! Broadcasts and deliveries. A delivery has no state of its own: it is read off its messages.

use crate::domain::calendar::Millis;
use crate::domain::org::GroupKind;
use crate::domain::text_enum::text_enum;
use crate::store::{StoreResult, Tx, on};

text_enum! {
    /// Where a broadcast stands.
    pub enum BroadcastState {
        /// Something of it is still open: a message or an obligation.
        Running => "running",
        /// Every message and every obligation is settled.
        Closed => "closed",
        /// Taken back.
        Withdrawn => "withdrawn",
    }
}

/// One firing of one bulletin version to a frozen audience.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Broadcast {
    /// The id.
    pub id: String,
    /// The bulletin.
    pub bulletin_id: String,
    /// The version sent.
    pub version: i64,
    /// The schedule that fired.
    pub schedule_id: String,
    /// The time it fired for, epoch milliseconds of business time.
    pub fire_at: i64,
    /// Which firing of a repeating bulletin it is, from 1; none of one that goes once.
    pub number: Option<i64>,
    /// Where it stands.
    #[sqlx(try_from = "String")]
    pub state: BroadcastState,
    /// Until when to confirm.
    pub ack_deadline: Option<i64>,
    /// When its messages were queued, business time.
    pub started_at: i64,
    /// When the last of it was settled.
    pub closed_at: Option<i64>,
}

impl Broadcast {
    /// The code people answer to: the bulletin's, with the firing behind it when it repeats and is to be confirmed.
    #[must_use]
    pub fn code(&self, of_bulletin: &str) -> String {
        match self.number.filter(|_| self.ack_deadline.is_some()) {
            Some(number) => format!("{of_bulletin}.{number}"),
            None => of_bulletin.to_owned(),
        }
    }
}

/// One broadcast in one chat.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Delivery {
    /// The id.
    pub id: String,
    /// The broadcast.
    pub broadcast_id: String,
    /// The chat.
    pub chat_id: String,
    /// The group whose chat it was when it fired.
    pub group_id: String,
    /// The group's name.
    pub group_name: String,
    /// The group's kind.
    #[sqlx(try_from = "String")]
    pub group_kind: GroupKind,
    /// The gateway.
    pub gateway: String,
    /// Business time at which the acknowledgement lines under the message should be renewed; none when they are current.
    pub wall_due_at: Option<i64>,
    /// The acknowledgement lines last written there.
    pub wall_shown: String,
}

const INSERT: &str = "INSERT INTO broadcasts (id, bulletin_id, version, schedule_id, fire_at, number, state, ack_deadline, started_at) \
     VALUES ($1, $2, $3, $4, $5, $6, 'running', $7, $8) ON CONFLICT (schedule_id, fire_at) DO NOTHING";
const BY_ID: &str = "SELECT id, bulletin_id, version, schedule_id, fire_at, number, state, ack_deadline, started_at, closed_at \
     FROM broadcasts WHERE id = $1";
const OF_BULLETIN: &str = "SELECT id, bulletin_id, version, schedule_id, fire_at, number, state, ack_deadline, started_at, closed_at \
     FROM broadcasts WHERE bulletin_id = $1 ORDER BY started_at, id";
const NEXT_NUMBER: &str = "SELECT COALESCE(MAX(number), 0) + 1 FROM broadcasts WHERE bulletin_id = $1";
const ANY_RUNNING: &str = "SELECT EXISTS (SELECT 1 FROM broadcasts WHERE state = 'running')";
const CLOSE: &str = "UPDATE broadcasts SET state = $2, closed_at = $3 WHERE id = $1 AND state = 'running'";
// Unknown is open, unless its resend is settled.
const SETTLED: &str = "SELECT b.id FROM broadcasts b WHERE b.state = 'running' \
       AND NOT EXISTS (SELECT 1 FROM obligations o WHERE o.broadcast_id = b.id AND o.state IN ('awaiting', 'unreachable')) \
       AND NOT EXISTS (SELECT 1 FROM messages m WHERE m.broadcast_id = b.id AND m.purpose = 'broadcast' \
         AND (m.state IN ('pending', 'sending', 'retry_wait') \
          OR (m.state = 'unknown' AND NOT EXISTS (SELECT 1 FROM messages again WHERE again.resend_of = m.id \
              AND again.state NOT IN ('pending', 'sending', 'retry_wait', 'unknown'))))) ORDER BY b.started_at, b.id";
const INSERT_DELIVERY: &str = "INSERT INTO deliveries (id, broadcast_id, chat_id, group_id) VALUES ($1, $2, $3, $4)";
const INSERT_UNIT: &str = "INSERT INTO delivery_units (delivery_id, unit_id) VALUES ($1, $2)";
const DELIVERIES: &str = "SELECT d.id, d.broadcast_id, d.chat_id, d.group_id, g.name AS group_name, g.kind AS group_kind, \
     c.gateway, d.wall_due_at, d.wall_shown FROM deliveries d JOIN groups g ON g.id = d.group_id JOIN chats c ON c.id = d.chat_id \
     WHERE d.broadcast_id = $1 ORDER BY g.kind, g.code, d.id";
const DELIVERY: &str = "SELECT d.id, d.broadcast_id, d.chat_id, d.group_id, g.name AS group_name, g.kind AS group_kind, \
     c.gateway, d.wall_due_at, d.wall_shown FROM deliveries d JOIN groups g ON g.id = d.group_id JOIN chats c ON c.id = d.chat_id \
     WHERE d.id = $1";
const UNITS: &str = "SELECT unit_id FROM delivery_units WHERE delivery_id = $1 ORDER BY unit_id";
const UNITS_OF_BROADCAST: &str = "SELECT d.id, u.unit_id FROM deliveries d JOIN delivery_units u ON u.delivery_id = d.id \
     WHERE d.broadcast_id = $1 ORDER BY d.id, u.unit_id";
const WALL_DUE: &str = "SELECT d.id, d.broadcast_id, d.chat_id, d.group_id, g.name AS group_name, g.kind AS group_kind, \
     c.gateway, d.wall_due_at, d.wall_shown FROM deliveries d JOIN groups g ON g.id = d.group_id JOIN chats c ON c.id = d.chat_id \
     WHERE d.wall_due_at IS NOT NULL AND d.wall_due_at <= $1 ORDER BY d.wall_due_at, d.id LIMIT $2";
const SOONER: &str =
    "UPDATE deliveries SET wall_due_at = $2 WHERE id = $1 AND (wall_due_at IS NULL OR wall_due_at > $2)";
const WALL_DONE: &str = "UPDATE deliveries SET wall_due_at = NULL, wall_shown = $2 WHERE id = $1";
// Delivery by delivery of what is running, which a count and no EXISTS holds PostgreSQL to: a look for each open obligation would read
// all deliveries of its broadcast, and a join of the tables the whole past.
const CHATS_OWING: &str = "SELECT DISTINCT c.external_id FROM broadcasts b CROSS JOIN deliveries d CROSS JOIN chats c \
     WHERE b.state = 'running' AND d.broadcast_id = b.id AND c.id = d.chat_id AND c.gateway = $1 AND c.kind = 'group' \
       AND c.state = 'active' \
       AND (SELECT COUNT(*) FROM delivery_units du CROSS JOIN obligations o \
            WHERE du.delivery_id = d.id AND o.broadcast_id = d.broadcast_id AND o.unit_id = du.unit_id AND o.state = 'awaiting') > 0 \
     ORDER BY c.external_id";
const DIGEST_AT: &str = "SELECT digest_at FROM deliveries WHERE id = $1";
const DIGEST_POSTED: &str = "UPDATE deliveries SET digest_at = $2 WHERE id = $1";
const NEXT_WALL: &str = "SELECT MIN(wall_due_at) FROM deliveries WHERE wall_due_at IS NOT NULL";

impl Tx {
    /// Writes a broadcast. False when this schedule already fired for this time.
    ///
    /// # Errors
    /// The database.
    pub async fn insert_broadcast(&mut self, broadcast: &Broadcast) -> StoreResult<bool> {
        let affected = on!(self, |c| sqlx::query(INSERT)
            .bind(&broadcast.id)
            .bind(&broadcast.bulletin_id)
            .bind(broadcast.version)
            .bind(&broadcast.schedule_id)
            .bind(broadcast.fire_at)
            .bind(broadcast.number)
            .bind(broadcast.ack_deadline)
            .bind(broadcast.started_at)
            .execute(c)
            .await?
            .rows_affected());
        Ok(affected == 1)
    }

    /// A broadcast by id.
    ///
    /// # Errors
    /// The database.
    pub async fn broadcast(&mut self, id: &str) -> StoreResult<Option<Broadcast>> {
        Ok(on!(self, |c| sqlx::query_as(BY_ID).bind(id).fetch_optional(c).await?))
    }

    /// A bulletin's broadcasts, oldest first.
    ///
    /// # Errors
    /// The database.
    pub async fn broadcasts_of(&mut self, bulletin_id: &str) -> StoreResult<Vec<Broadcast>> {
        Ok(on!(self, |c| sqlx::query_as(OF_BULLETIN).bind(bulletin_id).fetch_all(c).await?))
    }

    /// The next number of a repeating bulletin's firings, from 1.
    ///
    /// # Errors
    /// The database.
    pub async fn next_firing_number(&mut self, bulletin_id: &str) -> StoreResult<i64> {
        Ok(on!(self, |c| sqlx::query_scalar(NEXT_NUMBER).bind(bulletin_id).fetch_one(c).await?))
    }

    /// Running broadcasts of which every message and every obligation is settled.
    ///
    /// # Errors
    /// The database.
    pub async fn settled_broadcasts(&mut self) -> StoreResult<Vec<String>> {
        Ok(on!(self, |c| sqlx::query_scalar(SETTLED).fetch_all(c).await?))
    }

    /// Whether any broadcast has something open.
    ///
    /// # Errors
    /// The database.
    pub async fn has_running_broadcasts(&mut self) -> StoreResult<bool> {
        Ok(on!(self, |c| sqlx::query_scalar(ANY_RUNNING).fetch_one(c).await?))
    }

    /// Ends a running broadcast. False when it had ended.
    ///
    /// # Errors
    /// The database.
    pub async fn end_broadcast(&mut self, id: &str, state: BroadcastState, at: Millis) -> StoreResult<bool> {
        let affected = on!(self, |c| sqlx::query(CLOSE)
            .bind(id)
            .bind(state.as_str())
            .bind(at.0)
            .execute(c)
            .await?
            .rows_affected());
        Ok(affected == 1)
    }

    /// Writes a delivery and the units it speaks to.
    ///
    /// # Errors
    /// The database.
    pub async fn insert_delivery(
        &mut self,
        id: &str,
        broadcast_id: &str,
        chat_and_group: (&str, &str),
        unit_ids: &[String],
    ) -> StoreResult<()> {
        let (chat_id, group_id) = chat_and_group;
        on!(self, |c| sqlx::query(INSERT_DELIVERY)
            .bind(id)
            .bind(broadcast_id)
            .bind(chat_id)
            .bind(group_id)
            .execute(c)
            .await?
            .rows_affected());
        for unit_id in unit_ids {
            on!(self, |c| sqlx::query(INSERT_UNIT).bind(id).bind(unit_id).execute(c).await?.rows_affected());
        }
        Ok(())
    }

    /// A broadcast's deliveries.
    ///
    /// # Errors
    /// The database.
    pub async fn deliveries_of(&mut self, broadcast_id: &str) -> StoreResult<Vec<Delivery>> {
        Ok(on!(self, |c| sqlx::query_as(DELIVERIES).bind(broadcast_id).fetch_all(c).await?))
    }

    /// A delivery by id.
    ///
    /// # Errors
    /// The database.
    pub async fn delivery(&mut self, id: &str) -> StoreResult<Option<Delivery>> {
        Ok(on!(self, |c| sqlx::query_as(DELIVERY).bind(id).fetch_optional(c).await?))
    }

    /// The units a delivery speaks to, as frozen when it fired.
    ///
    /// # Errors
    /// The database.
    pub async fn units_of_delivery(&mut self, delivery_id: &str) -> StoreResult<Vec<String>> {
        Ok(on!(self, |c| sqlx::query_scalar(UNITS).bind(delivery_id).fetch_all(c).await?))
    }

    /// Pairs of (delivery, unit) of a whole broadcast.
    ///
    /// # Errors
    /// The database.
    pub async fn units_of_broadcast(&mut self, broadcast_id: &str) -> StoreResult<Vec<(String, String)>> {
        Ok(on!(self, |c| sqlx::query_as(UNITS_OF_BROADCAST).bind(broadcast_id).fetch_all(c).await?))
    }

    /// Deliveries whose acknowledgement lines are to be renewed by `now`.
    ///
    /// # Errors
    /// The database.
    pub async fn walls_due(&mut self, now: Millis, limit: i64) -> StoreResult<Vec<Delivery>> {
        Ok(on!(self, |c| sqlx::query_as(WALL_DUE).bind(now.0).bind(limit).fetch_all(c).await?))
    }

    /// When the next acknowledgement lines are to be renewed.
    ///
    /// # Errors
    /// The database.
    pub async fn next_wall(&mut self) -> StoreResult<Option<Millis>> {
        let at: Option<i64> = on!(self, |c| sqlx::query_scalar(NEXT_WALL).fetch_one(c).await?);
        Ok(at.map(Millis))
    }

    /// Asks for one delivery's acknowledgement lines to be renewed by `at`; an earlier wish stands.
    ///
    /// # Errors
    /// The database.
    pub async fn renew_wall(&mut self, delivery_id: &str, at: Millis) -> StoreResult<()> {
        on!(self, |c| sqlx::query(SOONER).bind(delivery_id).bind(at.0).execute(c).await?.rows_affected());
        Ok(())
    }

    /// Notes which acknowledgement lines now stand under a delivery.
    ///
    /// # Errors
    /// The database.
    pub async fn wall_written(&mut self, delivery_id: &str, shown: &str) -> StoreResult<()> {
        on!(self, |c| sqlx::query(WALL_DONE).bind(delivery_id).bind(shown).execute(c).await?.rows_affected());
        Ok(())
    }

    /// The groups of a gateway, as the platform names them, whose units still owe an answer.
    ///
    /// # Errors
    /// The database.
    pub async fn chats_owing(&mut self, gateway: &str) -> StoreResult<Vec<String>> {
        Ok(on!(self, |c| sqlx::query_scalar(CHATS_OWING).bind(gateway).fetch_all(c).await?))
    }

    /// When a delivery's group was last told who has confirmed, where nothing can be edited.
    ///
    /// # Errors
    /// The database.
    pub async fn digest_at(&mut self, delivery_id: &str) -> StoreResult<Option<Millis>> {
        let at: Option<Option<i64>> =
            on!(self, |c| sqlx::query_scalar(DIGEST_AT).bind(delivery_id).fetch_optional(c).await?);
        Ok(at.flatten().map(Millis))
    }

    /// Notes that it was told.
    ///
    /// # Errors
    /// The database.
    pub async fn digest_posted(&mut self, delivery_id: &str, at: Millis) -> StoreResult<()> {
        on!(self, |c| sqlx::query(DIGEST_POSTED).bind(delivery_id).bind(at.0).execute(c).await?.rows_affected());
        Ok(())
    }
}

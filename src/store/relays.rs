//! What heads were asked to pass on by hand to groups that no account of ours can enter, and what they did.

use crate::domain::calendar::Millis;
use crate::store::{StoreResult, Tx, on};

/// One group that a delivery to a head is to be passed on to.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Relay {
    /// The delivery to the head.
    pub delivery_id: String,
    /// The broadcast.
    pub broadcast_id: String,
    /// The group.
    pub group_id: String,
    /// Its name.
    pub group_name: String,
    /// The unit whose group it is.
    pub unit_id: String,
    /// The unit's name.
    pub unit_name: String,
    /// The chat through which the head was asked: private, or a group of officials.
    pub chat_id: String,
    /// When something is done next about a head who has not posted it, business time; none when nothing more is.
    pub next_at: Option<i64>,
    /// 0 before the reminder, 1 after it, 2 when the composer was told.
    pub nudged: i64,
    /// When the head said that it stands in the group, business time.
    pub posted_at: Option<i64>,
}

/// How many relays of a stretch of time were asked for and done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct RelaySums {
    /// Groups that a head was asked to pass something on to.
    pub asked: i64,
    /// Of these, groups in which the head says it stands.
    pub posted: i64,
}

/// The rows with the names that people know them by, under a condition.
macro_rules! relays {
    ($condition:literal) => {
        concat!(
            "SELECT r.delivery_id, d.broadcast_id, r.group_id, g.name AS group_name, r.unit_id, u.name AS unit_name, \
             d.chat_id, r.next_at, r.nudged, r.posted_at FROM relays r JOIN deliveries d ON d.id = r.delivery_id \
             JOIN broadcasts b ON b.id = d.broadcast_id JOIN groups g ON g.id = r.group_id JOIN units u ON u.id = r.unit_id ",
            $condition
        )
    };
}

const INSERT: &str = "INSERT INTO relays (delivery_id, group_id, unit_id, next_at, nudged) VALUES ($1, $2, $3, $4, 0) \
     ON CONFLICT (delivery_id, group_id) DO NOTHING";
const OF_DELIVERY: &str = relays!("WHERE r.delivery_id = $1 ORDER BY g.code");
const OF_BULLETIN: &str = relays!("WHERE b.bulletin_id = $1 ORDER BY g.code, r.delivery_id");
const OPEN_IN: &str =
    relays!("WHERE d.chat_id = $1 AND r.posted_at IS NULL AND b.started_at >= $2 ORDER BY b.started_at, g.code");
const DUE: &str = relays!("WHERE r.next_at IS NOT NULL AND r.next_at <= $1 ORDER BY r.next_at, r.delivery_id, g.code");
const NEXT: &str = "SELECT MIN(next_at) FROM relays WHERE next_at IS NOT NULL";
const NUDGED: &str =
    "UPDATE relays SET nudged = $3, next_at = $4 WHERE delivery_id = $1 AND group_id = $2 AND posted_at IS NULL";
const POSTED: &str = "UPDATE relays SET posted_at = $3, posted_by = $4, next_at = NULL \
     WHERE delivery_id = $1 AND group_id = $2 AND posted_at IS NULL";
const DROP: &str = "DELETE FROM relays WHERE delivery_id = $1 AND posted_at IS NULL";
const SUMS: &str = "SELECT COUNT(*) AS asked, COUNT(r.posted_at) AS posted FROM broadcasts b CROSS JOIN bulletins u CROSS JOIN deliveries d \
     CROSS JOIN relays r WHERE u.id = b.bulletin_id AND d.broadcast_id = b.id AND r.delivery_id = d.id AND u.commune_id = $1 AND b.started_at >= $2 AND b.started_at < $3 AND b.state <> 'withdrawn' \
       AND NOT EXISTS (SELECT 1 FROM ladders l WHERE l.broadcast_id = b.id AND l.exercise)";

impl Tx {
    /// Notes that a delivery is to be passed on to a group; a second time changes nothing.
    ///
    /// # Errors
    /// The database.
    pub async fn insert_relay(
        &mut self,
        delivery_id: &str,
        group_and_unit: (&str, &str),
        next_at: Option<Millis>,
    ) -> StoreResult<()> {
        let (group_id, unit_id) = group_and_unit;
        on!(self, |c| sqlx::query(INSERT)
            .bind(delivery_id)
            .bind(group_id)
            .bind(unit_id)
            .bind(next_at.map(|at| at.0))
            .execute(c)
            .await?
            .rows_affected());
        Ok(())
    }

    /// Forgets what a delivery was to be passed on to, but for what was.
    ///
    /// # Errors
    /// The database.
    pub async fn drop_relays(&mut self, delivery_id: &str) -> StoreResult<()> {
        on!(self, |c| sqlx::query(DROP).bind(delivery_id).execute(c).await?.rows_affected());
        Ok(())
    }

    /// The groups that a delivery is to be passed on to; none for a delivery to a group itself.
    ///
    /// # Errors
    /// The database.
    pub async fn relays_of_delivery(&mut self, delivery_id: &str) -> StoreResult<Vec<Relay>> {
        Ok(on!(self, |c| sqlx::query_as(OF_DELIVERY).bind(delivery_id).fetch_all(c).await?))
    }

    /// All relays of a bulletin's firings.
    ///
    /// # Errors
    /// The database.
    pub async fn relays_of_bulletin(&mut self, bulletin_id: &str) -> StoreResult<Vec<Relay>> {
        Ok(on!(self, |c| sqlx::query_as(OF_BULLETIN).bind(bulletin_id).fetch_all(c).await?))
    }

    /// Relays asked for in a chat since `from` (business time) that nobody has reported done, oldest first.
    ///
    /// # Errors
    /// The database.
    pub async fn relays_open_in(&mut self, chat_id: &str, from: Millis) -> StoreResult<Vec<Relay>> {
        Ok(on!(self, |c| sqlx::query_as(OPEN_IN).bind(chat_id).bind(from.0).fetch_all(c).await?))
    }

    /// Relays about which something is to be done by `now`, business time.
    ///
    /// # Errors
    /// The database.
    pub async fn relays_due(&mut self, now: Millis) -> StoreResult<Vec<Relay>> {
        Ok(on!(self, |c| sqlx::query_as(DUE).bind(now.0).fetch_all(c).await?))
    }

    /// When something is to be done next about a relay.
    ///
    /// # Errors
    /// The database.
    pub async fn next_relay(&mut self) -> StoreResult<Option<Millis>> {
        let at: Option<i64> = on!(self, |c| sqlx::query_scalar(NEXT).fetch_one(c).await?);
        Ok(at.map(Millis))
    }

    /// Notes how far a head was pressed, and when that is looked at again.
    ///
    /// # Errors
    /// The database.
    pub async fn relay_nudged(&mut self, relay: &Relay, nudged: i64, next_at: Option<Millis>) -> StoreResult<()> {
        on!(self, |c| sqlx::query(NUDGED)
            .bind(&relay.delivery_id)
            .bind(&relay.group_id)
            .bind(nudged)
            .bind(next_at.map(|at| at.0))
            .execute(c)
            .await?
            .rows_affected());
        Ok(())
    }

    /// Notes that it stands in the group, on a person's word. False when that was known.
    ///
    /// # Errors
    /// The database.
    pub async fn relay_posted(&mut self, relay: &Relay, at: Millis, person_id: &str) -> StoreResult<bool> {
        let affected = on!(self, |c| sqlx::query(POSTED)
            .bind(&relay.delivery_id)
            .bind(&relay.group_id)
            .bind(at.0)
            .bind(person_id)
            .execute(c)
            .await?
            .rows_affected());
        Ok(affected == 1)
    }

    /// How many relays of the broadcasts started in a stretch of business time (`from` to just before `to`) were asked for
    /// and done; exercises are left out.
    ///
    /// # Errors
    /// The database.
    pub async fn relay_sums(&mut self, commune_id: &str, from: Millis, to: Millis) -> StoreResult<RelaySums> {
        Ok(on!(self, |c| sqlx::query_as(SUMS).bind(commune_id).bind(from.0).bind(to.0).fetch_one(c).await?))
    }
}

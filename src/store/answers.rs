//! Obligations, acknowledgements and reported trouble.

use crate::domain::ack::{ObligationState, Way};
use crate::domain::calendar::Millis;
use crate::store::{StoreResult, Tx, on};

mod ladders;
mod reminders;

pub use ladders::{CallOutcome, LadderRow, NewCall};
pub use reminders::ReminderStep;

/// One broadcast to be confirmed by one unit's answering seat, with the names a list needs.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Obligation {
    /// The id.
    pub id: String,
    /// The broadcast.
    pub broadcast_id: String,
    /// The unit.
    pub unit_id: String,
    /// The unit's code.
    pub unit_code: String,
    /// The unit's name.
    pub unit_name: String,
    /// The answering seat.
    pub seat_id: String,
    /// The seat's title.
    pub seat_title: String,
    /// Where it stands.
    #[sqlx(try_from = "String")]
    pub state: ObligationState,
    /// Until when, epoch milliseconds of business time.
    pub deadline: i64,
    /// When it was first confirmed.
    pub acknowledged_at: Option<i64>,
    /// Confirmed after the deadline.
    pub late: bool,
    /// Confirmed by somebody in the seat's stead.
    pub proxy: bool,
}

/// One answer that counts, append-only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAcknowledgement {
    /// The id.
    pub id: String,
    /// What it confirms.
    pub obligation_id: String,
    /// Who answered.
    pub person_id: String,
    /// From which seat.
    pub seat_id: String,
    /// How.
    pub way: Way,
    /// What was understood: `received`, `aired`, `done`, `figures`.
    pub meaning: String,
    /// Business time.
    pub received_at: Millis,
    /// After the deadline.
    pub late: bool,
    /// The same press twice has the same key and is stored once.
    pub dedupe: String,
}

/// An acknowledgement in a list.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Acknowledgement {
    /// What it confirms.
    pub obligation_id: String,
    /// The person's name.
    pub person_name: String,
    /// The seat's title.
    pub seat_title: String,
    /// How.
    #[sqlx(try_from = "String")]
    pub way: Way,
    /// What was understood.
    pub meaning: String,
    /// Business time, epoch milliseconds.
    pub received_at: i64,
    /// After the deadline.
    pub late: bool,
}

const INSERT: &str = "INSERT INTO obligations (id, broadcast_id, unit_id, seat_id, state, deadline, late, proxy) \
     VALUES ($1, $2, $3, $4, 'awaiting', $5, FALSE, FALSE)";
const OF_BROADCAST: &str = "SELECT o.id, o.broadcast_id, o.unit_id, u.code AS unit_code, u.name AS unit_name, o.seat_id, s.title AS seat_title, \
     o.state, o.deadline, o.acknowledged_at, o.late, o.proxy FROM obligations o JOIN units u ON u.id = o.unit_id \
     JOIN seats s ON s.id = o.seat_id WHERE o.broadcast_id = $1 ORDER BY u.sort_order, u.code";
const OPEN_OF_UNIT: &str = "SELECT o.id, o.broadcast_id, o.unit_id, u.code AS unit_code, u.name AS unit_name, o.seat_id, s.title AS seat_title, \
     o.state, o.deadline, o.acknowledged_at, o.late, o.proxy FROM obligations o JOIN units u ON u.id = o.unit_id \
     JOIN seats s ON s.id = o.seat_id JOIN broadcasts b ON b.id = o.broadcast_id \
     WHERE o.unit_id = $1 AND b.state <> 'withdrawn' AND o.state IN ('awaiting', 'unreachable', 'lapsed') ORDER BY b.started_at DESC, o.id";
const ANSWERED_OF_UNIT: &str = "SELECT o.id, o.broadcast_id, o.unit_id, u.code AS unit_code, u.name AS unit_name, o.seat_id, s.title AS seat_title, \
     o.state, o.deadline, o.acknowledged_at, o.late, o.proxy FROM obligations o JOIN units u ON u.id = o.unit_id \
     JOIN seats s ON s.id = o.seat_id JOIN broadcasts b ON b.id = o.broadcast_id \
     WHERE o.unit_id = $1 AND b.state <> 'withdrawn' AND o.state = 'acknowledged' AND o.acknowledged_at >= $2 \
     ORDER BY b.started_at DESC, o.id";
const ALL_OF_UNIT: &str = "SELECT o.id, o.broadcast_id, o.unit_id, u.code AS unit_code, u.name AS unit_name, o.seat_id, s.title AS seat_title, \
     o.state, o.deadline, o.acknowledged_at, o.late, o.proxy FROM obligations o JOIN units u ON u.id = o.unit_id \
     JOIN seats s ON s.id = o.seat_id WHERE o.broadcast_id = $1 AND o.unit_id = $2";
const BY_ID: &str = "SELECT o.id, o.broadcast_id, o.unit_id, u.code AS unit_code, u.name AS unit_name, o.seat_id, s.title AS seat_title, \
     o.state, o.deadline, o.acknowledged_at, o.late, o.proxy FROM obligations o JOIN units u ON u.id = o.unit_id \
     JOIN seats s ON s.id = o.seat_id WHERE o.id = $1";
const CONFIRM: &str = "UPDATE obligations SET state = 'acknowledged', acknowledged_at = $2, late = $3, proxy = $4 \
     WHERE id = $1 AND state IN ('awaiting', 'unreachable', 'lapsed')";
const LAPSE: &str =
    "UPDATE obligations SET state = 'lapsed' WHERE state IN ('awaiting', 'unreachable') AND deadline < $1";
const LAPSE_EXPIRED: &str = "UPDATE obligations SET state = 'lapsed' WHERE state IN ('awaiting', 'unreachable') \
     AND broadcast_id IN (SELECT b.id FROM broadcasts b CROSS JOIN bulletin_versions v WHERE b.state = 'running' \
        AND v.bulletin_id = b.bulletin_id AND v.version = b.version AND v.expires_at < $1)";
const ANY_TO_LAPSE: &str = "SELECT EXISTS (SELECT 1 FROM obligations WHERE state IN ('awaiting', 'unreachable') AND deadline < $1) \
     OR EXISTS (SELECT 1 FROM broadcasts b CROSS JOIN bulletin_versions v WHERE b.state = 'running' \
        AND v.bulletin_id = b.bulletin_id AND v.version = b.version AND v.expires_at < $2 \
        AND EXISTS (SELECT 1 FROM obligations o WHERE o.broadcast_id = b.id AND o.state IN ('awaiting', 'unreachable')))";
const INSERT_ACK: &str = "INSERT INTO acknowledgements (id, obligation_id, person_id, seat_id, way, meaning, received_at, late, dedupe) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (dedupe) DO NOTHING";
const ACKS: &str = "SELECT a.obligation_id, p.name AS person_name, s.title AS seat_title, a.way, a.meaning, a.received_at, a.late \
     FROM acknowledgements a JOIN obligations o ON o.id = a.obligation_id JOIN people p ON p.id = a.person_id \
     JOIN seats s ON s.id = a.seat_id WHERE o.broadcast_id = $1 ORDER BY a.received_at, a.id";
const INSERT_TROUBLE: &str = "INSERT INTO troubles (id, obligation_id, person_id, words, reported_at, dedupe) \
     VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (dedupe) DO NOTHING";
// Unreachable: every delivery that speaks to the unit is settled and none was sent, not even in part.
const UNREACHABLE: &str = "UPDATE obligations SET state = 'unreachable' WHERE broadcast_id = $1 AND state = 'awaiting' \
     AND unit_id NOT IN (SELECT du.unit_id FROM deliveries d JOIN delivery_units du ON du.delivery_id = d.id \
        JOIN messages m ON m.delivery_id = d.id AND m.purpose = 'broadcast' \
        WHERE d.broadcast_id = $1 AND m.state NOT IN ('failed', 'skipped', 'expired', 'cancelled'))";
const REACH_CHECKED: &str = "UPDATE broadcasts SET reach_checked = TRUE WHERE id = $1 AND NOT reach_checked";
// Each broadcast once after it fired, for units that no group reaches at all; later those of which something never left,
// until another group has taken over or the unit is on the call list.
const REACH_DOUBTED: &str = "SELECT b.id FROM broadcasts b WHERE b.state = 'running' AND (NOT b.reach_checked OR EXISTS ( \
       SELECT 1 FROM messages m CROSS JOIN delivery_units du CROSS JOIN obligations o \
       WHERE m.broadcast_id = b.id AND m.state IN ('failed', 'skipped', 'expired', 'cancelled') AND m.purpose = 'broadcast' \
         AND du.delivery_id = m.delivery_id AND o.broadcast_id = b.id AND o.unit_id = du.unit_id AND o.state = 'awaiting' \
         AND NOT EXISTS (SELECT 1 FROM fallbacks f WHERE f.delivery_id = m.delivery_id AND f.unit_id = du.unit_id \
                         AND f.by_delivery IS NOT NULL))) ORDER BY b.started_at, b.id";

impl Tx {
    /// Running broadcasts in which a unit may be out of reach: never looked at, or with something that did not leave for a unit
    /// that still awaits and for which no other group took over.
    ///
    /// # Errors
    /// The database.
    pub async fn broadcasts_to_check_reach(&mut self) -> StoreResult<Vec<String>> {
        Ok(on!(self, |c| sqlx::query_scalar(REACH_DOUBTED).fetch_all(c).await?))
    }

    /// Whether an obligation lapses now: see [`Tx::lapse_obligations`].
    ///
    /// # Errors
    /// The database.
    pub async fn has_obligations_to_lapse(&mut self, deadline_before: Millis, now: Millis) -> StoreResult<bool> {
        Ok(on!(self, |c| sqlx::query_scalar(ANY_TO_LAPSE).bind(deadline_before.0).bind(now.0).fetch_one(c).await?))
    }

    /// Writes an obligation, awaiting.
    ///
    /// # Errors
    /// The database.
    pub async fn insert_obligation(
        &mut self,
        id: &str,
        broadcast_id: &str,
        unit_and_seat: (&str, &str),
        deadline: Millis,
    ) -> StoreResult<()> {
        on!(self, |c| sqlx::query(INSERT)
            .bind(id)
            .bind(broadcast_id)
            .bind(unit_and_seat.0)
            .bind(unit_and_seat.1)
            .bind(deadline.0)
            .execute(c)
            .await?
            .rows_affected());
        Ok(())
    }

    /// A broadcast's obligations, in the order of the units.
    ///
    /// # Errors
    /// The database.
    pub async fn obligations_of(&mut self, broadcast_id: &str) -> StoreResult<Vec<Obligation>> {
        Ok(on!(self, |c| sqlx::query_as(OF_BROADCAST).bind(broadcast_id).fetch_all(c).await?))
    }

    /// An obligation by id.
    ///
    /// # Errors
    /// The database.
    pub async fn obligation(&mut self, id: &str) -> StoreResult<Option<Obligation>> {
        Ok(on!(self, |c| sqlx::query_as(BY_ID).bind(id).fetch_optional(c).await?))
    }

    /// What a unit still has to confirm, newest first.
    ///
    /// # Errors
    /// The database.
    pub async fn open_obligations_of_unit(&mut self, unit_id: &str) -> StoreResult<Vec<Obligation>> {
        Ok(on!(self, |c| sqlx::query_as(OPEN_OF_UNIT).bind(unit_id).fetch_all(c).await?))
    }

    /// What a unit has confirmed since an instant, newest broadcast first; a withdrawn broadcast is none of it.
    ///
    /// # Errors
    /// The database.
    pub async fn answered_obligations_of_unit(&mut self, unit_id: &str, since: Millis) -> StoreResult<Vec<Obligation>> {
        Ok(on!(self, |c| sqlx::query_as(ANSWERED_OF_UNIT).bind(unit_id).bind(since.0).fetch_all(c).await?))
    }

    /// The obligation of one unit on one broadcast, whatever its state.
    ///
    /// # Errors
    /// The database.
    pub async fn obligation_of_unit(&mut self, broadcast_id: &str, unit_id: &str) -> StoreResult<Option<Obligation>> {
        Ok(on!(self, |c| sqlx::query_as(ALL_OF_UNIT).bind(broadcast_id).bind(unit_id).fetch_optional(c).await?))
    }

    /// Sets the first confirmation of an obligation. False when it was already confirmed, excused or superseded.
    ///
    /// # Errors
    /// The database.
    pub async fn confirm_obligation(&mut self, id: &str, at: Millis, late: bool, proxy: bool) -> StoreResult<bool> {
        let affected = on!(self, |c| sqlx::query(CONFIRM)
            .bind(id)
            .bind(at.0)
            .bind(late)
            .bind(proxy)
            .execute(c)
            .await?
            .rows_affected());
        Ok(affected == 1)
    }

    /// Marks those whom no message of the broadcast reached; gives how many.
    ///
    /// # Errors
    /// The database.
    pub async fn mark_unreachable(&mut self, broadcast_id: &str) -> StoreResult<u64> {
        on!(self, |c| sqlx::query(REACH_CHECKED).bind(broadcast_id).execute(c).await?.rows_affected());
        Ok(on!(self, |c| sqlx::query(UNREACHABLE).bind(broadcast_id).execute(c).await?.rows_affected()))
    }

    /// Lapses what nobody answered: deadlines before `deadline_before`, or bulletins expired by `now`; gives how many.
    ///
    /// # Errors
    /// The database.
    pub async fn lapse_obligations(&mut self, deadline_before: Millis, now: Millis) -> StoreResult<u64> {
        let late = on!(self, |c| sqlx::query(LAPSE).bind(deadline_before.0).execute(c).await?.rows_affected());
        let over = on!(self, |c| sqlx::query(LAPSE_EXPIRED).bind(now.0).execute(c).await?.rows_affected());
        Ok(late + over)
    }

    /// Appends an acknowledgement. False when this very press or message was stored before.
    ///
    /// # Errors
    /// The database.
    pub async fn insert_acknowledgement(&mut self, ack: &NewAcknowledgement) -> StoreResult<bool> {
        let affected = on!(self, |c| sqlx::query(INSERT_ACK)
            .bind(&ack.id)
            .bind(&ack.obligation_id)
            .bind(&ack.person_id)
            .bind(&ack.seat_id)
            .bind(ack.way.as_str())
            .bind(&ack.meaning)
            .bind(ack.received_at.0)
            .bind(ack.late)
            .bind(&ack.dedupe)
            .execute(c)
            .await?
            .rows_affected());
        Ok(affected == 1)
    }

    /// A broadcast's acknowledgements in order of time.
    ///
    /// # Errors
    /// The database.
    pub async fn acknowledgements_of(&mut self, broadcast_id: &str) -> StoreResult<Vec<Acknowledgement>> {
        Ok(on!(self, |c| sqlx::query_as(ACKS).bind(broadcast_id).fetch_all(c).await?))
    }

    /// Appends a report of trouble. False when this very message was stored before.
    ///
    /// # Errors
    /// The database.
    pub async fn insert_trouble(
        &mut self,
        id: &str,
        obligation_and_person: (&str, &str),
        words: &str,
        at: Millis,
        dedupe: &str,
    ) -> StoreResult<bool> {
        let affected = on!(self, |c| sqlx::query(INSERT_TROUBLE)
            .bind(id)
            .bind(obligation_and_person.0)
            .bind(obligation_and_person.1)
            .bind(words)
            .bind(at.0)
            .bind(dedupe)
            .execute(c)
            .await?
            .rows_affected());
        Ok(affected == 1)
    }
}

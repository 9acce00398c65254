//! Reading what went out and what came back: everything about one bulletin, what goes next, and sums over all of them.
//!
//! Only reads, and none for one row alone: a question takes the same few statements whether it is about ten deliveries
//! or a hundred thousand. Nothing here decides what a state means; the rows are handed to `usecase::status`.

use crate::domain::ack::{ObligationState, Way};
use crate::domain::bulletin::State;
use crate::domain::calendar::Millis;
use crate::domain::message::MessageState;
use crate::domain::org::{GroupKind, UnitKind};
use crate::domain::urgency::Urgency;
use crate::store::answers::ReminderStep;
use crate::store::bulletins::{Bulletin, ScheduleState};
use crate::store::{StoreResult, Tx, on};

mod totals;
mod urgent;

pub use totals::{DeliveryGroup, ObligationGroup, Window};

/// One broadcast in one group.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct SentDelivery {
    /// The delivery.
    pub id: String,
    /// The broadcast.
    pub broadcast_id: String,
    /// The group's name.
    pub group_name: String,
    /// The group's kind.
    #[sqlx(try_from = "String")]
    pub group_kind: GroupKind,
    /// Whether it went to a head who passes it on to the group by hand.
    pub relay: bool,
    /// The gateway.
    pub gateway: String,
}

/// One message of a delivery, with the last word on it.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct SentMessage {
    /// The id.
    pub id: String,
    /// The delivery.
    pub delivery_id: String,
    /// Part number, from 1.
    pub part: i64,
    /// The message it repeats on a person's order.
    pub resend_of: Option<String>,
    /// Where it stands.
    #[sqlx(try_from = "String")]
    pub state: MessageState,
    /// Why it failed, was skipped, is unknown, or by which evidence it counts as sent.
    pub reason: Option<String>,
    /// What the platform said to its latest attempt, redacted.
    pub detail: Option<String>,
}

/// What one unit owes on one broadcast.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct OwedAnswer {
    /// The obligation.
    pub id: String,
    /// The broadcast.
    pub broadcast_id: String,
    /// The unit's code.
    pub unit_code: String,
    /// The unit's name.
    pub unit_name: String,
    /// What the unit is.
    #[sqlx(try_from = "String")]
    pub unit_kind: UnitKind,
    /// The title of the seat that answers.
    pub seat_title: String,
    /// Where it stands.
    #[sqlx(try_from = "String")]
    pub state: ObligationState,
    /// Until when, epoch milliseconds of business time.
    pub deadline: i64,
    /// When it was first confirmed, epoch milliseconds of business time.
    pub acknowledged_at: Option<i64>,
    /// Confirmed after the deadline.
    pub late: bool,
    /// Confirmed by somebody in the seat's stead.
    pub proxy: bool,
}

/// How one acknowledgement arrived.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct AnswerWay {
    /// The obligation.
    pub obligation_id: String,
    /// How.
    #[sqlx(try_from = "String")]
    pub way: Way,
}

/// Trouble that a unit reported.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct ReportedTrouble {
    /// The broadcast.
    pub broadcast_id: String,
    /// The unit's name.
    pub unit_name: String,
    /// Their words.
    pub words: String,
    /// Epoch milliseconds of business time.
    pub reported_at: i64,
}

/// What goes, and when.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct PlannedSending {
    /// Epoch milliseconds of business time.
    pub fire_at: i64,
    /// Where its schedule stands: active, paused or asking.
    #[sqlx(try_from = "String")]
    pub state: ScheduleState,
    /// The bulletin's code.
    pub code: String,
    /// Where the bulletin stands.
    #[sqlx(try_from = "String")]
    pub bulletin_state: State,
    /// The title of the version that goes.
    pub title: String,
    /// Its urgency.
    #[sqlx(try_from = "String")]
    pub urgency: Urgency,
    /// Its audience, in canonical form.
    pub audience: String,
    /// The rule by which it repeats, in canonical form; none goes once.
    pub repeat_rule: Option<String>,
    /// After this nothing of it is sent.
    pub expires_at: i64,
}

const DELIVERIES: &str = "SELECT d.id, d.broadcast_id, g.name AS group_name, g.kind AS group_kind, g.relay, c.gateway \
     FROM broadcasts b JOIN deliveries d ON d.broadcast_id = b.id JOIN groups g ON g.id = d.group_id \
     JOIN chats c ON c.id = d.chat_id WHERE b.bulletin_id = $1 ORDER BY b.started_at, b.id, g.kind, g.code, d.id";
const UNITS: &str = "SELECT d.id, u.name FROM broadcasts b JOIN deliveries d ON d.broadcast_id = b.id \
     JOIN delivery_units x ON x.delivery_id = d.id JOIN units u ON u.id = x.unit_id \
     WHERE b.bulletin_id = $1 ORDER BY d.id, u.sort_order, u.code";
const MESSAGES: &str = "SELECT m.id, m.delivery_id, m.part, m.resend_of, m.state, m.reason, a.detail \
     FROM broadcasts b JOIN messages m ON m.broadcast_id = b.id LEFT JOIN attempts a ON a.id = m.attempt_id \
     WHERE b.bulletin_id = $1 AND m.purpose = 'broadcast' AND m.delivery_id IS NOT NULL \
     ORDER BY m.delivery_id, m.part, m.created_at, m.id";
const OWED: &str = "SELECT o.id, o.broadcast_id, u.code AS unit_code, u.name AS unit_name, u.kind AS unit_kind, \
     s.title AS seat_title, o.state, o.deadline, o.acknowledged_at, o.late, o.proxy \
     FROM broadcasts b JOIN obligations o ON o.broadcast_id = b.id JOIN units u ON u.id = o.unit_id \
     JOIN seats s ON s.id = o.seat_id WHERE b.bulletin_id = $1 ORDER BY u.sort_order, u.code";
const WAYS: &str = "SELECT a.obligation_id, a.way FROM broadcasts b JOIN obligations o ON o.broadcast_id = b.id \
     JOIN acknowledgements a ON a.obligation_id = o.id WHERE b.bulletin_id = $1 ORDER BY a.received_at, a.id";
const TROUBLES: &str = "SELECT o.broadcast_id, u.name AS unit_name, t.words, t.reported_at \
     FROM broadcasts b JOIN obligations o ON o.broadcast_id = b.id JOIN troubles t ON t.obligation_id = o.id \
     JOIN units u ON u.id = o.unit_id WHERE b.bulletin_id = $1 ORDER BY t.reported_at, t.id";
const STEPS: &str = "SELECT r.broadcast_id, r.step, r.kind, r.due_at, r.done_at, r.reminded \
     FROM broadcasts b JOIN reminder_steps r ON r.broadcast_id = b.id WHERE b.bulletin_id = $1 ORDER BY r.due_at, r.step";
const REMINDERS: &str = "SELECT m.broadcast_id, COUNT(*) FROM broadcasts b JOIN messages m ON m.broadcast_id = b.id \
     WHERE b.bulletin_id = $1 AND m.purpose = 'reminder' AND m.state = 'sent' GROUP BY m.broadcast_id";
// What repeats is given whenever it goes first before the end: its later firings may lie inside.
const PLANNED: &str = "SELECT s.fire_at, s.state, b.code, b.state AS bulletin_state, v.title, v.urgency, v.audience, v.repeat_rule, v.expires_at \
     FROM schedules s CROSS JOIN bulletins b CROSS JOIN bulletin_versions v \
     WHERE b.id = s.bulletin_id AND v.bulletin_id = s.bulletin_id AND v.version = s.version AND b.commune_id = $1 AND s.state IN ('active', 'paused', 'asking') \
       AND b.state IN ('draft', 'awaiting_approval', 'approved', 'returned') AND s.fire_at < $3 \
       AND (s.fire_at >= $2 OR (v.repeat_rule IS NOT NULL AND v.expires_at > $2)) ORDER BY s.fire_at, b.code LIMIT $4";
const LAST_SENT: &str = "SELECT b.id, b.commune_id, b.kind, b.year, b.seq, b.code, b.state, b.version, b.composer_id, b.unit_id, \
     b.created_at, b.updated_at FROM broadcasts x CROSS JOIN bulletins b \
     WHERE b.id = x.bulletin_id AND b.commune_id = $1 AND (b.composer_id = $2 OR $2 = '') ORDER BY x.started_at DESC, x.id DESC LIMIT 1";

impl Tx {
    /// Every delivery of a bulletin, by broadcast and then in the order of groups; the order never changes.
    ///
    /// # Errors
    /// The database.
    pub async fn deliveries_of_bulletin(&mut self, bulletin_id: &str) -> StoreResult<Vec<SentDelivery>> {
        Ok(on!(self, |c| sqlx::query_as(DELIVERIES).bind(bulletin_id).fetch_all(c).await?))
    }

    /// Pairs of (delivery, name of a unit it speaks to) of a bulletin.
    ///
    /// # Errors
    /// The database.
    pub async fn unit_names_of_bulletin(&mut self, bulletin_id: &str) -> StoreResult<Vec<(String, String)>> {
        Ok(on!(self, |c| sqlx::query_as(UNITS).bind(bulletin_id).fetch_all(c).await?))
    }

    /// Every message of a bulletin's deliveries (no reminders, no edits), by delivery and part, a resend after what it
    /// repeats.
    ///
    /// # Errors
    /// The database.
    pub async fn messages_of_bulletin(&mut self, bulletin_id: &str) -> StoreResult<Vec<SentMessage>> {
        Ok(on!(self, |c| sqlx::query_as(MESSAGES).bind(bulletin_id).fetch_all(c).await?))
    }

    /// What is owed on a bulletin's broadcasts, in the order of the units.
    ///
    /// # Errors
    /// The database.
    pub async fn owed_on_bulletin(&mut self, bulletin_id: &str) -> StoreResult<Vec<OwedAnswer>> {
        Ok(on!(self, |c| sqlx::query_as(OWED).bind(bulletin_id).fetch_all(c).await?))
    }

    /// How the acknowledgements of a bulletin arrived, oldest first.
    ///
    /// # Errors
    /// The database.
    pub async fn answer_ways_of_bulletin(&mut self, bulletin_id: &str) -> StoreResult<Vec<AnswerWay>> {
        Ok(on!(self, |c| sqlx::query_as(WAYS).bind(bulletin_id).fetch_all(c).await?))
    }

    /// The troubles reported about a bulletin, oldest first.
    ///
    /// # Errors
    /// The database.
    pub async fn troubles_of_bulletin(&mut self, bulletin_id: &str) -> StoreResult<Vec<ReportedTrouble>> {
        Ok(on!(self, |c| sqlx::query_as(TROUBLES).bind(bulletin_id).fetch_all(c).await?))
    }

    /// The steps of a bulletin's ladders, in order of time.
    ///
    /// # Errors
    /// The database.
    pub async fn reminder_steps_of_bulletin(&mut self, bulletin_id: &str) -> StoreResult<Vec<ReminderStep>> {
        Ok(on!(self, |c| sqlx::query_as(STEPS).bind(bulletin_id).fetch_all(c).await?))
    }

    /// Pairs of (broadcast, reminders that the platforms took) of a bulletin.
    ///
    /// # Errors
    /// The database.
    pub async fn reminders_of_bulletin(&mut self, bulletin_id: &str) -> StoreResult<Vec<(String, i64)>> {
        Ok(on!(self, |c| sqlx::query_as(REMINDERS).bind(bulletin_id).fetch_all(c).await?))
    }

    /// What is to go in `[from, to)`, approved or not, earliest first and at most `limit`; what repeats with its next firing,
    /// even where that is earlier.
    ///
    /// # Errors
    /// The database.
    pub async fn planned_sendings(
        &mut self,
        commune_id: &str,
        (from, to): (Millis, Millis),
        limit: i64,
    ) -> StoreResult<Vec<PlannedSending>> {
        Ok(on!(self, |c| sqlx::query_as(PLANNED)
            .bind(commune_id)
            .bind(from.0)
            .bind(to.0)
            .bind(limit)
            .fetch_all(c)
            .await?))
    }

    /// The bulletin that was broadcast last: of those one person composed, or with none, of all.
    ///
    /// # Errors
    /// The database.
    pub async fn last_sent_bulletin(
        &mut self,
        commune_id: &str,
        composer_id: Option<&str>,
    ) -> StoreResult<Option<Bulletin>> {
        let composer_id = composer_id.unwrap_or_default();
        Ok(on!(self, |c| sqlx::query_as(LAST_SENT).bind(commune_id).bind(composer_id).fetch_optional(c).await?))
    }
}

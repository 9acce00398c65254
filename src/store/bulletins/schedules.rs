//! When a bulletin goes: rows of `schedules`.

use super::{Millis, MissedPolicy, StoreResult, Tx, expect_one, on};
use crate::domain::text_enum::text_enum;

text_enum! {
    /// Where a schedule stands.
    pub enum ScheduleState {
        /// It will fire at its time, if approved.
        Active => "active",
        /// Stopped by a person or by a new version; fires nothing.
        Paused => "paused",
        /// Its time was missed while the service was down and the policy is to ask.
        Asking => "asking",
        /// It fired, or was cancelled.
        Ended => "ended",
        /// Its hour passed without approval, or too long ago: never sent later by surprise.
        Missed => "missed",
    }
}

/// One schedule of one bulletin version.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Schedule {
    /// The id.
    pub id: String,
    /// The bulletin.
    pub bulletin_id: String,
    /// The version it fires.
    pub version: i64,
    /// Business time at which it fires, epoch milliseconds.
    pub fire_at: i64,
    /// What to do when that time was missed.
    #[sqlx(try_from = "String")]
    pub missed_policy: MissedPolicy,
    /// Where it stands.
    #[sqlx(try_from = "String")]
    pub state: ScheduleState,
    /// When composer and approvers were warned that it is still unapproved.
    pub warned_at: Option<i64>,
    /// The firing that the composer is asked about; `fire_at` is then the next one. None in every other state, and for one
    /// that goes once.
    pub missed_at: Option<i64>,
    /// Business time of creation.
    pub created_at: i64,
    /// Business time of the last change.
    pub updated_at: i64,
}

const INSERT: &str = "INSERT INTO schedules (id, bulletin_id, version, fire_at, missed_policy, state, warned_at, missed_at, created_at, updated_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
const DUE: &str = "SELECT id, bulletin_id, version, fire_at, missed_policy, state, warned_at, missed_at, created_at, updated_at \
     FROM schedules WHERE (state = 'active' OR (state = 'asking' AND missed_at IS NOT NULL)) AND fire_at <= $1 ORDER BY fire_at, id LIMIT $2";
const NEXT: &str =
    "SELECT MIN(fire_at) FROM schedules WHERE state = 'active' OR (state = 'asking' AND missed_at IS NOT NULL)";
const OF_BULLETIN: &str = "SELECT id, bulletin_id, version, fire_at, missed_policy, state, warned_at, missed_at, created_at, updated_at \
     FROM schedules WHERE bulletin_id = $1 ORDER BY created_at DESC, id DESC LIMIT 1";
const UNWARNED: &str = "SELECT s.id, s.bulletin_id, s.version, s.fire_at, s.missed_policy, s.state, s.warned_at, s.missed_at, s.created_at, s.updated_at \
     FROM schedules s CROSS JOIN bulletins b \
     WHERE b.id = s.bulletin_id AND s.state = 'active' AND s.warned_at IS NULL AND b.state = 'awaiting_approval' AND s.fire_at <= $1 ORDER BY s.fire_at, s.id";
const WARN: &str = "UPDATE schedules SET warned_at = $2 WHERE id = $1 AND warned_at IS NULL";
const MOVE: &str = "UPDATE schedules SET state = $3, fire_at = $4, updated_at = $5, missed_at = $6 WHERE id = $1 AND state = $2 AND fire_at = $7";
const BY_ID: &str = "SELECT id, bulletin_id, version, fire_at, missed_policy, state, warned_at, missed_at, created_at, updated_at \
     FROM schedules WHERE id = $1";
const ASKED: &str = "SELECT s.id, s.bulletin_id, s.version, s.fire_at, s.missed_policy, s.state, s.warned_at, s.missed_at, s.created_at, s.updated_at \
     FROM schedules s JOIN bulletins b ON b.id = s.bulletin_id WHERE b.composer_id = $1 AND s.state = 'asking' ORDER BY s.fire_at, s.id";

impl Tx {
    /// Writes a new schedule.
    ///
    /// # Errors
    /// The database.
    pub async fn insert_schedule(&mut self, schedule: &Schedule) -> StoreResult<()> {
        self.ring();
        on!(self, |c| sqlx::query(INSERT)
            .bind(&schedule.id)
            .bind(&schedule.bulletin_id)
            .bind(schedule.version)
            .bind(schedule.fire_at)
            .bind(schedule.missed_policy.as_str())
            .bind(schedule.state.as_str())
            .bind(schedule.warned_at)
            .bind(schedule.missed_at)
            .bind(schedule.created_at)
            .bind(schedule.updated_at)
            .execute(c)
            .await?
            .rows_affected());
        Ok(())
    }

    /// Active schedules whose time has come, earliest first.
    ///
    /// # Errors
    /// The database.
    pub async fn due_schedules(&mut self, now: Millis, limit: i64) -> StoreResult<Vec<Schedule>> {
        Ok(on!(self, |c| sqlx::query_as(DUE).bind(now.0).bind(limit).fetch_all(c).await?))
    }

    /// When the next active schedule fires.
    ///
    /// # Errors
    /// The database.
    pub async fn next_fire(&mut self) -> StoreResult<Option<Millis>> {
        let at: Option<i64> = on!(self, |c| sqlx::query_scalar(NEXT).fetch_one(c).await?);
        Ok(at.map(Millis))
    }

    /// The latest schedule of a bulletin.
    ///
    /// # Errors
    /// The database.
    pub async fn schedule_of(&mut self, bulletin_id: &str) -> StoreResult<Option<Schedule>> {
        Ok(on!(self, |c| sqlx::query_as(OF_BULLETIN).bind(bulletin_id).fetch_optional(c).await?))
    }

    /// Unapproved schedules that fire by `by` and about which nobody was warned.
    ///
    /// # Errors
    /// The database.
    pub async fn unwarned_schedules(&mut self, by: Millis) -> StoreResult<Vec<Schedule>> {
        Ok(on!(self, |c| sqlx::query_as(UNWARNED).bind(by.0).fetch_all(c).await?))
    }

    /// Notes that the warning went out. False when it already had.
    ///
    /// # Errors
    /// The database.
    pub async fn mark_warned(&mut self, schedule_id: &str, at: Millis) -> StoreResult<bool> {
        let affected = on!(self, |c| sqlx::query(WARN).bind(schedule_id).bind(at.0).execute(c).await?.rows_affected());
        Ok(affected == 1)
    }

    /// A schedule by id.
    ///
    /// # Errors
    /// The database.
    pub async fn schedule(&mut self, id: &str) -> StoreResult<Option<Schedule>> {
        Ok(on!(self, |c| sqlx::query_as(BY_ID).bind(id).fetch_optional(c).await?))
    }

    /// Schedules of a person's bulletins about which that person is being asked.
    ///
    /// # Errors
    /// The database.
    pub async fn schedules_asking(&mut self, composer_id: &str) -> StoreResult<Vec<Schedule>> {
        Ok(on!(self, |c| sqlx::query_as(ASKED).bind(composer_id).fetch_all(c).await?))
    }

    /// Moves a schedule from the state and the time it was read with; a question about it ends.
    ///
    /// # Errors
    /// The database; `Stale` when somebody else moved it first.
    pub async fn move_schedule(
        &mut self,
        schedule: &Schedule,
        state: ScheduleState,
        fire_at: Millis,
        at: Millis,
    ) -> StoreResult<()> {
        self.write_schedule(schedule, (state, fire_at, None), at).await
    }

    /// Asks about the firing missed at `missed` until `fire_at`, when the next one goes.
    ///
    /// # Errors
    /// As [`move_schedule`](Self::move_schedule).
    pub async fn ask_schedule(
        &mut self,
        schedule: &Schedule,
        missed: Millis,
        fire_at: Millis,
        at: Millis,
    ) -> StoreResult<()> {
        self.write_schedule(schedule, (ScheduleState::Asking, fire_at, Some(missed)), at).await
    }

    async fn write_schedule(
        &mut self,
        schedule: &Schedule,
        to: (ScheduleState, Millis, Option<Millis>),
        at: Millis,
    ) -> StoreResult<()> {
        self.ring();
        let (state, fire_at, missed) = to;
        let affected = on!(self, |c| sqlx::query(MOVE)
            .bind(&schedule.id)
            .bind(schedule.state.as_str())
            .bind(state.as_str())
            .bind(fire_at.0)
            .bind(at.0)
            .bind(missed.map(|missed| missed.0))
            .bind(schedule.fire_at)
            .execute(c)
            .await?
            .rows_affected());
        expect_one(affected, "schedule", &schedule.id)
    }
}

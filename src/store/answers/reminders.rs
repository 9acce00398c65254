//! The steps of a broadcast's ladder, frozen when it fired.

use super::{Millis, StoreResult, Tx, on};

/// One step of the ladder.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct ReminderStep {
    /// The broadcast.
    pub broadcast_id: String,
    /// Place in the ladder, from 1.
    pub step: i64,
    /// `remind` those still awaiting, or `list` them to the composer.
    pub kind: String,
    /// Business time, epoch milliseconds.
    pub due_at: i64,
    /// When it was done.
    pub done_at: Option<i64>,
    /// Reminders it sent.
    pub reminded: i64,
}

const INSERT: &str =
    "INSERT INTO reminder_steps (broadcast_id, step, kind, due_at, reminded) VALUES ($1, $2, $3, $4, 0)";
const DUE: &str = "SELECT r.broadcast_id, r.step, r.kind, r.due_at, r.done_at, r.reminded FROM reminder_steps r \
     JOIN broadcasts b ON b.id = r.broadcast_id WHERE r.done_at IS NULL AND r.due_at <= $1 AND b.state <> 'withdrawn' \
     ORDER BY r.due_at, r.broadcast_id, r.step LIMIT 100";
const NEXT: &str = "SELECT MIN(r.due_at) FROM reminder_steps r JOIN broadcasts b ON b.id = r.broadcast_id \
     WHERE r.done_at IS NULL AND b.state <> 'withdrawn'";
const DONE: &str =
    "UPDATE reminder_steps SET done_at = $3, reminded = $4 WHERE broadcast_id = $1 AND step = $2 AND done_at IS NULL";
const SET_COUNT: &str = "UPDATE reminder_steps SET reminded = $3 WHERE broadcast_id = $1 AND step = $2";

impl Tx {
    /// Writes a step.
    ///
    /// # Errors
    /// The database.
    pub async fn insert_reminder_step(
        &mut self,
        broadcast_id: &str,
        step: i64,
        kind: &str,
        due_at: Millis,
    ) -> StoreResult<()> {
        on!(self, |c| sqlx::query(INSERT)
            .bind(broadcast_id)
            .bind(step)
            .bind(kind)
            .bind(due_at.0)
            .execute(c)
            .await?
            .rows_affected());
        Ok(())
    }

    /// Steps whose time has come.
    ///
    /// # Errors
    /// The database.
    pub async fn due_reminders(&mut self, now: Millis) -> StoreResult<Vec<ReminderStep>> {
        Ok(on!(self, |c| sqlx::query_as(DUE).bind(now.0).fetch_all(c).await?))
    }

    /// When the next step is due.
    ///
    /// # Errors
    /// The database.
    pub async fn next_reminder(&mut self) -> StoreResult<Option<Millis>> {
        let at: Option<i64> = on!(self, |c| sqlx::query_scalar(NEXT).fetch_one(c).await?);
        Ok(at.map(Millis))
    }

    /// Notes that a step was done, once. False when it already was.
    ///
    /// # Errors
    /// The database.
    pub async fn finish_reminder(&mut self, step: &ReminderStep, at: Millis, reminded: i64) -> StoreResult<bool> {
        let affected = on!(self, |c| sqlx::query(DONE)
            .bind(&step.broadcast_id)
            .bind(step.step)
            .bind(at.0)
            .bind(reminded)
            .execute(c)
            .await?
            .rows_affected());
        Ok(affected == 1)
    }

    /// Notes how many reminders a finished step sent.
    ///
    /// # Errors
    /// The database.
    pub async fn count_reminded(&mut self, step: &ReminderStep, reminded: i64) -> StoreResult<()> {
        on!(self, |c| sqlx::query(SET_COUNT)
            .bind(&step.broadcast_id)
            .bind(step.step)
            .bind(reminded)
            .execute(c)
            .await?
            .rows_affected());
        Ok(())
    }
}

//! How often urgency was used, and what was let go without an approver: the guard against misuse.

use super::totals::Window;
use crate::domain::urgency::Urgency;
use crate::store::{StoreResult, Tx, inconsistent, on};

// Firings, not bulletins: each one disturbed people. Exercises stand apart.
const BY_URGENCY: &str = "SELECT l.urgency, COUNT(*) FROM broadcasts b CROSS JOIN bulletins u CROSS JOIN ladders l \
     WHERE u.id = b.bulletin_id AND l.broadcast_id = b.id AND u.commune_id = $1 AND b.started_at >= $2 AND b.started_at < $3 AND NOT l.exercise AND l.urgency IN ('express', 'flash') \
     GROUP BY l.urgency ORDER BY l.urgency";
const EXERCISES: &str = "SELECT COUNT(*) FROM broadcasts b CROSS JOIN bulletins u CROSS JOIN ladders l \
     WHERE u.id = b.bulletin_id AND l.broadcast_id = b.id AND u.commune_id = $1 AND b.started_at >= $2 AND b.started_at < $3 AND l.exercise";
// Nobody said yes in time: nothing was said, a no, or a late word.
const NOT_APPROVED: &str = "SELECT COUNT(*) FROM releases r CROSS JOIN bulletins u CROSS JOIN bulletin_versions v \
     WHERE u.id = r.bulletin_id AND v.bulletin_id = r.bulletin_id AND v.version = r.version AND u.commune_id = $1 AND r.released_at >= $2 AND r.released_at < $3 AND NOT v.exercise \
       AND (r.decision IS NULL OR r.decision = 'refused' OR r.decided_at > r.approve_by)";

impl Tx {
    /// Broadcasts of the two highest levels begun in a stretch of time, by level; exercises left out.
    ///
    /// # Errors
    /// The database; a level that the code does not know.
    pub async fn urgent_broadcasts(&mut self, commune_id: &str, window: Window) -> StoreResult<Vec<(Urgency, i64)>> {
        let rows: Vec<(String, i64)> = on!(self, |c| sqlx::query_as(BY_URGENCY)
            .bind(commune_id)
            .bind(window.from.0)
            .bind(window.to.0)
            .fetch_all(c)
            .await?);
        let known = |(word, count): (String, i64)| {
            let level = word.parse().map_err(|error| inconsistent("ladders", "urgency", &word, &error))?;
            Ok((level, count))
        };
        rows.into_iter().map(known).collect()
    }

    /// Exercises begun in a stretch of time.
    ///
    /// # Errors
    /// The database.
    pub async fn exercises_within(&mut self, commune_id: &str, window: Window) -> StoreResult<i64> {
        self.counted(EXERCISES, commune_id, window).await
    }

    /// Releases of a stretch of time that no approver said yes to in time, exercises left out.
    ///
    /// # Errors
    /// The database.
    pub async fn releases_not_approved(&mut self, commune_id: &str, window: Window) -> StoreResult<i64> {
        self.counted(NOT_APPROVED, commune_id, window).await
    }

    async fn counted(&mut self, statement: &'static str, commune_id: &str, window: Window) -> StoreResult<i64> {
        Ok(on!(self, |c| sqlx::query_scalar(statement)
            .bind(commune_id)
            .bind(window.from.0)
            .bind(window.to.0)
            .fetch_one(c)
            .await?))
    }
}

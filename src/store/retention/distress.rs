//! Calls for help that are over: their words go, and what names the files that came with them. What happened to each stays.

use super::{Due, StoreResult, Taken, Tx, on};

// In one order, so that files and links go of the calls whose words do.
macro_rules! distress {
    ($ask:literal) => {
        concat!("WITH due AS (SELECT id, closed_at FROM distress WHERE closed_at < $1 AND emptied_at IS NULL) ", $ask)
    };
}
pub(super) const ANY: &str = distress!("SELECT EXISTS (SELECT 1 FROM due)");
pub(super) const COUNT: &str = distress!("SELECT COUNT(*) FROM due");
pub(super) const DROP_FILES: &str =
    distress!("DELETE FROM distress_files WHERE distress_id IN (SELECT id FROM due ORDER BY closed_at, id LIMIT 500)");
pub(super) const DROP_LINKS: &str =
    distress!("DELETE FROM distress_links WHERE distress_id IN (SELECT id FROM due ORDER BY closed_at, id LIMIT 500)");
pub(super) const EMPTY: &str = distress!(
    "UPDATE distress SET words = '', emptied_at = $2 WHERE id IN (SELECT id FROM due ORDER BY closed_at, id LIMIT 500)"
);

impl Tx {
    /// Empties the next batch. The files themselves go when nothing names them any more.
    pub(super) async fn empty_distress(&mut self, due: &Due) -> StoreResult<Taken> {
        let before = due.before.0;
        on!(self, |c| sqlx::query(DROP_LINKS).bind(before).execute(c).await?.rows_affected());
        on!(self, |c| sqlx::query(DROP_FILES).bind(before).execute(c).await?.rows_affected());
        let rows =
            on!(self, |c| sqlx::query(EMPTY).bind(before).bind(due.business.0).execute(c).await?.rows_affected());
        Ok(Taken { rows, attempts: 0 })
    }
}

//! Figures that units reported on a broadcast: households and people.

use crate::domain::calendar::Millis;
use crate::store::{StoreResult, Tx, on};

/// The sums of a broadcast.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct FigureSums {
    /// Households.
    pub households: i64,
    /// People.
    pub people: i64,
    /// Units that reported.
    pub told: i64,
    /// Units that owe an answer or gave one.
    pub asked: i64,
}

const REPORT: &str = "INSERT INTO figures (obligation_id, households, people, person_id, told_at) VALUES ($1, $2, $3, $4, $5) \
     ON CONFLICT (obligation_id) DO UPDATE SET households = excluded.households, people = excluded.people, \
     person_id = excluded.person_id, told_at = excluded.told_at";
const SUMS: &str = "SELECT CAST(COALESCE(SUM(f.households), 0) AS BIGINT) AS households, \
     CAST(COALESCE(SUM(f.people), 0) AS BIGINT) AS people, COUNT(f.obligation_id) AS told, COUNT(*) AS asked \
     FROM obligations o LEFT JOIN figures f ON f.obligation_id = o.id WHERE o.broadcast_id = $1";

impl Tx {
    /// Writes what a unit reported; what it reported before is replaced.
    ///
    /// # Errors
    /// The database; neither figure given.
    pub async fn report_figures(
        &mut self,
        obligation_id: &str,
        figures: (Option<u32>, Option<u32>),
        by: (&str, Millis),
    ) -> StoreResult<()> {
        on!(self, |c| sqlx::query(REPORT)
            .bind(obligation_id)
            .bind(figures.0.map(i64::from))
            .bind(figures.1.map(i64::from))
            .bind(by.0)
            .bind(by.1.0)
            .execute(c)
            .await?
            .rows_affected());
        Ok(())
    }

    /// What the units of a broadcast reported, summed.
    ///
    /// # Errors
    /// The database.
    pub async fn figure_sums(&mut self, broadcast_id: &str) -> StoreResult<FigureSums> {
        Ok(on!(self, |c| sqlx::query_as(SUMS).bind(broadcast_id).fetch_one(c).await?))
    }
}

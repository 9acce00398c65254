//! Statements that take a list: one of fixed length, the rest of it empty, so that each is one text that stays prepared.

use super::{StoreResult, Tx, on};

/// Rows that such a statement takes at most.
pub(super) const HANDFUL: usize = 16;

/// As many as such a statement takes, the last of them empty.
pub(super) fn filled<T>(rows: &[T]) -> impl Iterator<Item = Option<&T>> {
    rows.iter().map(Some).chain(std::iter::repeat(None)).take(HANDFUL)
}

impl Tx {
    /// Carries out a statement that takes a list of ids; gives how many rows it met.
    pub(super) async fn with_all(&mut self, statement: &'static str, ids: &[String]) -> StoreResult<u64> {
        Ok(on!(self, |c| {
            let bound = filled(ids).fold(sqlx::query(statement), sqlx::query::Query::bind);
            bound.execute(c).await?.rows_affected()
        }))
    }
}

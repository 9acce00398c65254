//! Entries that no seal holds yet: only the command line counts and lists them.
//!
//! Written like the methods of the store, whose rules for statements hold here too.

use crate::store::audit::AuditEntry;
use crate::store::{StoreResult, Tx, on};

const UNSEALED: &str = "SELECT id, commune_id, at, actor, via, act, subject, detail, seq, prev_hash, hash \
     FROM audit_entries WHERE seq IS NULL ORDER BY id";
const UNSEALED_COUNT: &str = "SELECT COUNT(*) FROM audit_entries WHERE seq IS NULL";

impl Tx {
    /// Entries not sealed yet, in the order in which they will be.
    ///
    /// # Errors
    /// The database.
    pub(super) async fn unsealed(&mut self) -> StoreResult<Vec<AuditEntry>> {
        Ok(on!(self, |c| sqlx::query_as(UNSEALED).fetch_all(c).await?))
    }

    /// How many those are.
    ///
    /// # Errors
    /// The database.
    pub(super) async fn unsealed_count(&mut self) -> StoreResult<i64> {
        Ok(on!(self, |c| sqlx::query_scalar(UNSEALED_COUNT).fetch_one(c).await?))
    }
}

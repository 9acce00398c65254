//! Rows that nothing but an export reads: every unit and every seat there ever was.
//!
//! Written like the methods of the store, whose rules for statements hold here too.

use crate::store::organisation::{Seat, Unit};
use crate::store::{StoreResult, Tx, on};

const ALL_UNITS: &str = "SELECT id, commune_id, code, kind, name, name_folded, parent_id, sort_order, valid_from, valid_to, \
     replaced_by FROM units WHERE commune_id = $1 ORDER BY sort_order, code";
const ALL_SEATS: &str = "SELECT s.id, s.unit_id, s.code, s.title, s.kind FROM seats s JOIN units u ON u.id = s.unit_id \
     WHERE u.commune_id = $1 ORDER BY u.sort_order, u.code, s.kind, s.code";

impl Tx {
    /// Every unit, whether it still exists or not, in the order of lists.
    ///
    /// # Errors
    /// The database.
    pub(super) async fn all_units(&mut self, commune_id: &str) -> StoreResult<Vec<Unit>> {
        Ok(on!(self, |c| sqlx::query_as(ALL_UNITS).bind(commune_id).fetch_all(c).await?))
    }

    /// Every seat of these units, the answering one of a unit first.
    ///
    /// # Errors
    /// The database.
    pub(super) async fn all_seats(&mut self, commune_id: &str) -> StoreResult<Vec<Seat>> {
        Ok(on!(self, |c| sqlx::query_as(ALL_SEATS).bind(commune_id).fetch_all(c).await?))
    }
}

//! What a database says of itself, by which the service sees that it is still the one it began with; and whether damage was met.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::store::{StoreResult, Tx, on};

const WHOSE: &str = "SELECT COALESCE(MIN(id), '') FROM communes";
const HASH_AT: &str = "SELECT hash FROM audit_entries WHERE seq = $1";

/// Whether a statement of this process met damage. There is no way back.
static RUIN: AtomicBool = AtomicBool::new(false);

/// By what a database is known again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imprint {
    /// The commune's id; empty where there is none.
    pub commune: String,
    /// The last number of the chain of acts, which only grows; 0 where there is none.
    pub entries: i64,
    /// The hash there, which stands for everything before.
    pub head: String,
}

pub(super) fn meet_ruin() {
    RUIN.store(true, Ordering::Relaxed);
}

/// Whether some statement of this process found the file damaged.
#[must_use]
pub fn ruin_was_met() -> bool {
    RUIN.load(Ordering::Relaxed)
}

impl Tx {
    /// Whose database it is and how far its chain of acts goes.
    ///
    /// # Errors
    /// The database.
    pub async fn imprint(&mut self) -> StoreResult<Imprint> {
        let commune = on!(self, |c| sqlx::query_scalar(WHOSE).fetch_one(c).await?);
        let head = self.audit_head().await?;
        let entries = head.as_ref().and_then(|entry| entry.seq).unwrap_or(0);
        Ok(Imprint { commune, entries, head: head.and_then(|entry| entry.hash).unwrap_or_default() })
    }

    /// Whether the acts of an earlier look still stand in it.
    ///
    /// # Errors
    /// The database.
    pub async fn still_has(&mut self, known: &Imprint) -> StoreResult<bool> {
        if known.entries == 0 {
            return Ok(true);
        }
        let hash: Option<String> =
            on!(self, |c| sqlx::query_scalar(HASH_AT).bind(known.entries).fetch_optional(c).await?);
        Ok(hash.as_ref() == Some(&known.head))
    }
}

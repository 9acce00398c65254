//! What goes by itself after a while: whether a batch is due, and taking it. A batch is one transaction and leaves one audit entry,
//! which says what went, how much of it and up to which date. What a commune has to answer for is never taken: see [`older_records`].

use super::{Act, UseCaseResult};
use crate::domain::retention::Kind;
use crate::store::Tx;
use crate::store::retention::{BATCH, Due, OlderRecords};

/// From when on something of a kind goes, at the time of an act.
#[must_use]
pub const fn due(act: &Act<'_>, kind: Kind) -> Due {
    let periods = &act.house.retention;
    let now = if kind.ends_by_business_time() { act.at } else { act.wall };
    Due { kind, before: periods.end(kind, now), business: act.at, wall: act.wall, attempts: periods.attempts }
}

/// Whether a batch of a kind is due.
///
/// # Errors
/// The database.
pub async fn is_due(tx: &mut Tx, act: &Act<'_>, kind: Kind) -> UseCaseResult<bool> {
    Ok(tx.is_anything_due(&due(act, kind)).await?)
}

/// Takes a batch of a kind. Gives whether it was a full one, so that more may be due.
///
/// # Errors
/// The database.
pub async fn take(tx: &mut Tx, act: &Act<'_>, kind: Kind) -> UseCaseResult<bool> {
    let due = due(act, kind);
    let taken = tx.take_due(&due).await?;
    if taken.rows > 0 {
        let date = due.before.local_date();
        let detail = match taken.attempts {
            0 => format!("{} before {date}", taken.rows),
            attempts => format!("{} before {date}, {attempts} attempts", taken.rows),
        };
        tx.audit(act, "retention.swept", kind.as_str(), &detail).await?;
    }
    Ok(taken.rows >= BATCH)
}

/// Records that are older than the years for which they have to be kept: an admin decides what becomes of them.
///
/// # Errors
/// The database.
pub async fn older_records(tx: &mut Tx, act: &Act<'_>) -> UseCaseResult<OlderRecords> {
    Ok(tx.older_records(&act.commune_id, act.house.retention.records_end(act.at)).await?)
}

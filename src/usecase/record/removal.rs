//! Taking down: nothing comes down that does not hang there.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::NewActivity;
use crate::domain::text::fold;
use crate::store::Tx;
use crate::store::activities::{Activity, ActivityFilter};
use crate::usecase::{Act, UseCaseError, UseCaseResult};

/// Most places that are told.
const TOLD: usize = 8;

/// Checks that so many pieces hang on that day, and still do: in the place, if one is named, else anywhere.
///
/// # Errors
/// `Refused` with what hangs where.
pub(super) async fn check(tx: &mut Tx, act: &Act<'_>, new: &NewActivity, place: Option<&str>) -> UseCaseResult<()> {
    let filter = ActivityFilter { channel: Some(new.channel), ..ActivityFilter::default() };
    let mut rows = tx.activities(&act.commune_id, &filter).await?;
    rows.retain(|row| row.voided_at.is_none() && !row.repeat);
    let wanted = place.map(fold);
    let here = |row: &&Activity| wanted.is_none() || row.place.as_deref().map(fold) == wanted;
    let hanging = |until: Option<NaiveDate>| -> i64 {
        let counted = rows.iter().filter(here).filter(|row| until.is_none_or(|until| row.done_on.0 <= until));
        counted.map(signed).sum()
    };
    // Later acts count as well: what came down in between cannot come down once more.
    let left = hanging(Some(new.done_on)).min(hanging(None));
    if new.quantity <= left {
        return Ok(());
    }
    Err(UseCaseError::refused_with(
        "refused-activity-not-hanging",
        vec![("left", left.max(0).to_string()), ("places", places(&rows))],
    ))
}

fn signed(row: &Activity) -> i64 {
    if row.removal { -row.quantity } else { row.quantity }
}

/// "ngã tư Bến (3); chợ (1)".
fn places(rows: &[Activity]) -> String {
    let mut hanging: BTreeMap<String, (String, i64)> = BTreeMap::new();
    for row in rows {
        let place = row.place.clone().unwrap_or_default();
        hanging.entry(fold(&place)).or_insert((place, 0)).1 += signed(row);
    }
    let standing = hanging.into_values().filter(|(_, count)| *count > 0).take(TOLD);
    let named = standing
        .map(|(place, count)| if place.is_empty() { format!("({count})") } else { format!("{place} ({count})") });
    named.collect::<Vec<_>>().join("; ")
}

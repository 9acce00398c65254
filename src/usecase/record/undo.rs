//! Taking back what was recorded. The row stays, with the reason, and counts nowhere.

use super::{COUNTER, numbered, rights, stored};
use crate::store::activities::Activity;
use crate::store::{StoreError, Tx};
use crate::usecase::{Act, UseCaseError, UseCaseResult, tally};

/// Voids an act.
///
/// # Errors
/// `NotFound`; `Denied` without the right; `Refused` without a reason, for an act voided already, or, but for an admin,
/// in a locked period.
pub async fn void_activity(tx: &mut Tx, act: &Act<'_>, seq: i64, reason: &str) -> UseCaseResult<Activity> {
    let (activity, reason) = voidable(tx, act, seq, reason).await?;
    tx.void_activity(&activity.id, act.at, &reason).await?;
    tx.audit(act, "activity.voided", &activity.id, &format!("seq={seq} quantity={}", activity.quantity)).await?;
    Ok(activity)
}

/// Takes `pieces` off an act of several, such as one banner of five that came down: the row is voided and the rest is
/// written anew, as done and typed on the same days by the same person. All of them, or more, void the act.
/// Gives the number of the row that stands for the rest.
///
/// # Errors
/// As [`void_activity`]; `Refused` for fewer than one piece.
pub async fn void_pieces(
    tx: &mut Tx,
    act: &Act<'_>,
    seq: i64,
    pieces: i64,
    reason: &str,
) -> UseCaseResult<Option<i64>> {
    if pieces < 1 {
        let max = super::MAX_QUANTITY.to_string();
        return Err(UseCaseError::refused_with("refused-activity-quantity", vec![("max", max)]));
    }
    let activity = void_activity(tx, act, seq, reason).await?;
    if pieces >= activity.quantity {
        return Ok(None);
    }
    let rest = Activity {
        id: act.new_id(),
        seq: tx.next_number(&act.commune_id, COUNTER).await?,
        quantity: activity.quantity - pieces,
        dedupe: format!("rest:{}", activity.id),
        ..activity
    };
    if !tx.insert_activity(&rest).await? {
        // Something was written already: this must undo the transaction, not be said in it.
        return Err(StoreError::Stale { what: "activity", row: rest.id }.into());
    }
    let detail = format!("seq={} channel={} quantity={} rest_of={seq}", rest.seq, rest.channel, rest.quantity);
    tx.audit(act, "activity.recorded", &rest.id, &detail).await?;
    Ok(Some(rest.seq))
}

async fn voidable(tx: &mut Tx, act: &Act<'_>, seq: i64, reason: &str) -> UseCaseResult<(Activity, String)> {
    let activity = numbered(tx, act, seq).await?;
    rights::undoer(tx, act, activity.unit_id.as_deref(), &activity.recorded_by).await?;
    if activity.voided_at.is_some() {
        return Err(UseCaseError::refused_with("refused-activity-voided", vec![("seq", seq.to_string())]));
    }
    let reason = stored(reason).ok_or_else(|| UseCaseError::refused("refused-void-reason"))?;
    let plans = tally::plans_for(tx, act, activity.plan_code.as_deref()).await?;
    rights::locked(tx, act, &plans, (activity.channel, activity.done_on.0), Some(&reason)).await?;
    Ok((activity, reason))
}

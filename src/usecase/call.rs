//! "Đã gọi, đã nhận": a confirmation by telephone, in the unit's stead, marked as such and never counted as its own.

use super::escalate::Case;
use super::{Act, UseCaseError, UseCaseResult, look_up, wall};
use crate::domain::ack::Way;
use crate::domain::org::Role;
use crate::store::Tx;
use crate::store::answers::{CallOutcome, NewAcknowledgement, NewCall, Obligation};
use crate::store::bulletins::Bulletin;

/// Those who may call and confirm.
pub const CALLERS: [Role; 4] = [Role::Composer, Role::Approver, Role::Duty, Role::Admin];

/// What noting a call did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Noted {
    /// The bulletin.
    pub bulletin: Bulletin,
    /// Whether it is an exercise.
    pub exercise: bool,
    /// The unit's name.
    pub unit_name: String,
    /// Whether the unit was still open.
    pub fresh: bool,
    /// Units that have not confirmed now.
    pub open: usize,
}

/// Notes what came of a call to a unit. What the unit confirmed before stays as it was.
///
/// # Errors
/// `Denied` for others than [`CALLERS`] on the bulletin's unit; `NotFound`.
pub async fn note(tx: &mut Tx, act: &Act<'_>, obligation: &Obligation, outcome: CallOutcome) -> UseCaseResult<Noted> {
    let not_found = || UseCaseError::NotFound { what: "bulletin", name: obligation.broadcast_id.clone() };
    let before = Case::of(tx, &obligation.broadcast_id).await?.ok_or_else(not_found)?;
    let caller = look_up::require_role_of(tx, act, &CALLERS, &before.bulletin.unit_id).await?;
    let fresh = before.open().iter().any(|(_, owed)| owed.id == obligation.id);
    if fresh {
        let call = NewCall { id: act.new_id(), obligation_id: &obligation.id, caller_id: &caller, outcome, at: act.at };
        tx.insert_call(&call).await?;
        tx.audit(act, "obligation.called", &obligation.id, outcome.as_str()).await?;
    }
    if fresh && outcome == CallOutcome::Confirmed {
        confirm(tx, act, obligation, &caller).await?;
    }
    let after = Case::of(tx, &obligation.broadcast_id).await?.ok_or_else(not_found)?;
    Ok(Noted {
        unit_name: obligation.unit_name.clone(),
        fresh,
        open: after.open().len(),
        exercise: after.ladder.exercise,
        bulletin: after.bulletin,
    })
}

async fn confirm(tx: &mut Tx, act: &Act<'_>, obligation: &Obligation, caller: &str) -> UseCaseResult<()> {
    let late = act.at.0 > obligation.deadline;
    if !tx.confirm_obligation(&obligation.id, act.at, late, true).await? {
        return Ok(());
    }
    let acknowledgement = NewAcknowledgement {
        id: act.new_id(),
        obligation_id: obligation.id.clone(),
        person_id: caller.to_owned(),
        seat_id: obligation.seat_id.clone(),
        way: Way::Proxy,
        meaning: "received".to_owned(),
        received_at: act.at,
        late,
        // One confirmation by telephone a unit, whoever calls.
        dedupe: format!("call:{}", obligation.id),
    };
    tx.insert_acknowledgement(&acknowledgement).await?;
    tx.audit(act, "obligation.acknowledged", &obligation.id, &acknowledgement.id).await?;
    wall::answered(tx, act, &obligation.broadcast_id, "").await
}

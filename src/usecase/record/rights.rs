//! Who may record, and who may touch a locked period.

use chrono::NaiveDate;

use super::{check, stored, today};
use crate::domain::calendar::format_date;
use crate::domain::channel::Channel;
use crate::domain::org::{Role, UnitKind};
use crate::domain::period::{Period, is_locked};
use crate::domain::plan::Plan;
use crate::store::Tx;
use crate::usecase::{Act, Denied, UseCaseError, UseCaseResult, look_up};

/// Roles that may record; besides them whoever holds a post in the Fatherland Front or an association.
const ROLES: [Role; 3] = [Role::Recorder, Role::Composer, Role::Admin];

/// Checks that the acting person may record: for a unit, by a role on it or above it; for the commune as a whole, by a
/// role anywhere. Gives the person's id.
///
/// # Errors
/// `Denied`; `NotFound` for a unit that is not this commune's.
pub(super) async fn recorder(tx: &mut Tx, act: &Act<'_>, unit_id: Option<&str>) -> UseCaseResult<String> {
    let Some(unit_id) = unit_id else { return may_record(tx, act).await };
    let unit = tx.unit(unit_id).await?.filter(|unit| unit.commune_id == act.commune_id);
    let unit = unit.ok_or_else(|| UseCaseError::NotFound { what: "unit", name: unit_id.to_owned() })?;
    let person = act.person()?;
    for role in ROLES {
        if tx.has_role(person, role, &unit.id).await? {
            return Ok(person.to_owned());
        }
    }
    if sits_in_an_association(tx, act).await? {
        return Ok(person.to_owned());
    }
    Err(Denied::MissingRole(Role::Recorder).into())
}

/// Checks that the acting person may record at all: by a role anywhere, or by a post in an association, which carries
/// the plan to its members and answers for its own acts. Gives the person's id.
///
/// # Errors
/// `Denied`.
pub async fn may_record(tx: &mut Tx, act: &Act<'_>) -> UseCaseResult<String> {
    match look_up::require_any_role(tx, act, &ROLES).await {
        Err(UseCaseError::Denied(_)) if sits_in_an_association(tx, act).await? => Ok(act.person()?.to_owned()),
        other => other,
    }
}

/// Whether somebody may take an act back: those with a role may, others only what they recorded themselves.
///
/// # Errors
/// `Denied`.
pub(super) async fn undoer(tx: &mut Tx, act: &Act<'_>, unit_id: Option<&str>, recorded_by: &str) -> UseCaseResult<()> {
    let person = recorder(tx, act, unit_id).await?;
    if person == recorded_by {
        return Ok(());
    }
    look_up::require_any_role(tx, act, &ROLES).await.map(drop)
}

async fn sits_in_an_association(tx: &mut Tx, act: &Act<'_>) -> UseCaseResult<bool> {
    let Some(person) = act.person_id.as_deref() else { return Ok(false) };
    for seat in tx.seats_of(person, today(act)).await? {
        if tx.unit(&seat.unit_id).await?.is_some_and(|unit| unit.kind == UnitKind::Association) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Lets an act of that day through, unless its period is locked. Then only an admin with a reason passes, and the reason
/// is given back in stored form; in an open period there is none to keep.
///
/// # Errors
/// `Refused` with the period's name.
pub(super) async fn locked(
    tx: &mut Tx,
    act: &Act<'_>,
    plans: &[Plan],
    (channel, done_on): (Channel, NaiveDate),
    reason: Option<&str>,
) -> UseCaseResult<Option<String>> {
    let Some(period) = locked_period(act, plans, channel, done_on) else { return Ok(None) };
    let (period, date) = (period.label(), format_date(done_on));
    match look_up::require_any_role(tx, act, &[Role::Admin]).await {
        Ok(_) => {}
        Err(UseCaseError::Denied(_)) => {
            return Err(UseCaseError::refused_with("refused-period-locked", vec![("period", period), ("date", date)]));
        }
        Err(other) => return Err(other),
    }
    let unsaid =
        || UseCaseError::refused_with("refused-period-locked-reason", vec![("period", period), ("date", date)]);
    reason.and_then(stored).map(Some).ok_or_else(unsaid)
}

fn locked_period(act: &Act<'_>, plans: &[Plan], channel: Channel, done_on: NaiveDate) -> Option<Period> {
    let today = today(act);
    let is_working_day = |day| act.house.holidays.is_working_day(day);
    let mut periods = check::periods(plans, channel, done_on).into_iter();
    periods.find(|period| is_locked(period, today, &is_working_day))
}

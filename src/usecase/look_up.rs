//! Finding what a person named: a bulletin by a typed code, with the rights it takes to see it.

use super::{Act, Denied, UseCaseError, UseCaseResult};
use crate::domain::bulletin::{self, TypedCode};
use crate::domain::org::Role;
use crate::store::Tx;
use crate::store::broadcasts::{Broadcast, BroadcastState};
use crate::store::bulletins::{Bulletin, BulletinVersion};
use crate::store::organisation::HeldSeat;

/// The one bulletin a typed code stands for.
///
/// # Errors
/// `NotFound`; `Refused("refused-code-ambiguous")` with the candidates when several share the number.
pub async fn bulletin(tx: &mut Tx, act: &Act<'_>, typed: &str) -> UseCaseResult<Bulletin> {
    let not_found = || UseCaseError::NotFound { what: "bulletin", name: typed.trim().to_owned() };
    let code = bulletin::parse_typed(typed).ok_or_else(not_found)?;
    let mut found = candidates(tx, act, &code).await?;
    // The number alone usually means this year's.
    if found.len() > 1 && code.year.is_none() {
        let newest = found.iter().map(|bulletin| bulletin.year).max();
        found.retain(|bulletin| Some(bulletin.year) == newest);
    }
    match found.len() {
        0 => Err(not_found()),
        1 => Ok(found.remove(0)),
        _ => {
            let codes: Vec<String> = found.into_iter().map(|bulletin| bulletin.code).collect();
            Err(UseCaseError::refused_with("refused-code-ambiguous", vec![("codes", codes.join(", "))]))
        }
    }
}

async fn candidates(tx: &mut Tx, act: &Act<'_>, code: &TypedCode) -> UseCaseResult<Vec<Bulletin>> {
    let year = code.year.map(i64::from);
    Ok(tx.bulletins_numbered(&act.commune_id, i64::from(code.seq), code.kind, year).await?)
}

/// The firing that a typed code stands for, where one was typed behind it: "VB-2025-0042.3".
#[must_use]
pub fn typed_firing(typed: &str) -> Option<u32> {
    bulletin::parse_typed(typed).and_then(|code| code.firing)
}

/// The firing of a bulletin with this number, from 1; without a number the latest.
///
/// # Errors
/// `Refused` when nothing was sent yet, or not so often.
pub async fn firing(tx: &mut Tx, bulletin: &Bulletin, number: Option<u32>) -> UseCaseResult<Broadcast> {
    let mut broadcasts = tx.broadcasts_of(&bulletin.id).await?;
    let code = bulletin.code.clone();
    match number {
        None => broadcasts.pop().ok_or_else(|| UseCaseError::refused_with("refused-not-sent", vec![("code", code)])),
        Some(wanted) => {
            let found = broadcasts.into_iter().find(|broadcast| broadcast.number == Some(i64::from(wanted)));
            found.ok_or_else(|| {
                UseCaseError::refused_with("refused-no-firing", vec![("code", code), ("number", wanted.to_string())])
            })
        }
    }
}

/// The code under which a broadcast is known to people: its bulletin's, with the firing where there are several. Empty for one
/// that is not there.
///
/// # Errors
/// The database.
pub async fn code_of(tx: &mut Tx, broadcast_id: &str) -> UseCaseResult<String> {
    let Some(broadcast) = tx.broadcast(broadcast_id).await? else { return Ok(String::new()) };
    let bulletin = tx.bulletin(&broadcast.bulletin_id).await?;
    Ok(bulletin.map(|bulletin| broadcast.code(&bulletin.code)).unwrap_or_default())
}

/// A person's name; empty for one that is not there.
///
/// # Errors
/// The database.
pub async fn name_of(tx: &mut Tx, person_id: &str) -> UseCaseResult<String> {
    Ok(tx.person(person_id).await?.map(|person| person.name).unwrap_or_default())
}

/// Whether a broadcast was taken back. Not, for one that is not there.
///
/// # Errors
/// The database.
pub async fn is_withdrawn(tx: &mut Tx, broadcast_id: &str) -> UseCaseResult<bool> {
    let broadcast = tx.broadcast(broadcast_id).await?;
    Ok(broadcast.is_some_and(|broadcast| broadcast.state == BroadcastState::Withdrawn))
}

/// The seats in which a person answers for a unit today: as its head or as a deputy.
///
/// # Errors
/// The database.
pub async fn answering_seats(tx: &mut Tx, act: &Act<'_>, person_id: &str) -> UseCaseResult<Vec<HeldSeat>> {
    let mut seats = tx.seats_of(person_id, act.at.local_date()).await?;
    seats.retain(|seat| seat.kind.may_answer());
    Ok(seats)
}

/// The current version of a bulletin.
///
/// # Errors
/// `NotFound` when the row is missing, which the schema forbids.
pub async fn current_version(tx: &mut Tx, bulletin: &Bulletin) -> UseCaseResult<BulletinVersion> {
    let version = tx.version(&bulletin.id, bulletin.version).await?;
    version.ok_or_else(|| UseCaseError::NotFound { what: "bulletin", name: bulletin.code.clone() })
}

/// Checks that the acting person has a role on a unit; gives the person's id.
///
/// # Errors
/// `Denied`.
pub async fn require_role(tx: &mut Tx, act: &Act<'_>, role: Role, unit_id: &str) -> UseCaseResult<String> {
    let person_id = act.person()?.to_owned();
    if tx.has_role(&person_id, role, unit_id).await? {
        return Ok(person_id);
    }
    Err(Denied::MissingRole(role).into())
}

/// Checks that the acting person has a role anywhere in the commune; gives the person's id.
///
/// # Errors
/// `Denied`.
pub async fn require_any_role(tx: &mut Tx, act: &Act<'_>, roles: &[Role]) -> UseCaseResult<String> {
    let person_id = act.person()?.to_owned();
    let granted = tx.roles_of(&person_id).await?;
    if granted.iter().any(|grant| roles.contains(&grant.role)) {
        return Ok(person_id);
    }
    let missing = roles.first().copied().unwrap_or(Role::Viewer);
    Err(Denied::MissingRole(missing).into())
}

/// Checks that the acting person has one of these roles on a unit; gives the person's id.
///
/// # Errors
/// `Denied`.
pub async fn require_role_of(tx: &mut Tx, act: &Act<'_>, roles: &[Role], unit_id: &str) -> UseCaseResult<String> {
    let person_id = act.person()?.to_owned();
    for role in roles {
        if tx.has_role(&person_id, *role, unit_id).await? {
            return Ok(person_id);
        }
    }
    let missing = roles.first().copied().unwrap_or(Role::Viewer);
    Err(Denied::MissingRole(missing).into())
}

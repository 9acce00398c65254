//! Who is told of a call for help: by roles and seats alone.

use super::{Act, Distress, Role, Tx, UseCaseResult};
use crate::domain::org::SeatKind;

/// Everybody on duty anywhere in the commune, but whoever cried.
pub(super) async fn on_duty(tx: &mut Tx, act: &Act<'_>, distress: &Distress) -> UseCaseResult<Vec<String>> {
    let people = tx.people_with_role(&act.commune_id, Role::Duty).await?;
    Ok(but(distress, people.into_iter().map(|person| person.id).collect()))
}

/// The approvers, and whoever sits in the chairman's seat; while it is vacant its deputies. Where that is nobody, the admins.
pub(super) async fn above(tx: &mut Tx, act: &Act<'_>, distress: &Distress) -> UseCaseResult<Vec<String>> {
    let approvers = tx.people_with_role(&act.commune_id, Role::Approver).await?;
    let mut people: Vec<String> = approvers.into_iter().map(|person| person.id).collect();
    people.extend(chair(tx, act).await?);
    let mut people = but(distress, people);
    if people.is_empty() {
        let admins = tx.people_with_role(&act.commune_id, Role::Admin).await?;
        people = but(distress, admins.into_iter().map(|person| person.id).collect());
    }
    Ok(people)
}

async fn chair(tx: &mut Tx, act: &Act<'_>) -> UseCaseResult<Vec<String>> {
    let (Some(unit), today) = (tx.commune_unit(&act.commune_id).await?, act.at.local_date()) else {
        return Ok(Vec::new());
    };
    let holder = match tx.answering_seat(&unit.id).await? {
        Some(seat) => tx.holder_of(&seat.id, today).await?,
        None => None,
    };
    match holder {
        Some(person) => Ok(vec![person.id]),
        None => Ok(tx.holders_in(&unit.id, SeatKind::Deputy, today).await?),
    }
}

/// Each of them once, without whoever cried: nobody is rescued by oneself.
fn but(distress: &Distress, people: Vec<String>) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    for person in people {
        if person != distress.person_id && !kept.contains(&person) {
            kept.push(person);
        }
    }
    kept
}

//! The admins who decide on a code that was typed, and the code's row.

use super::as_code;
use crate::domain::message::Purpose;
use crate::domain::org::Role;
use crate::id::sha256_hex;
use crate::store::Tx;
use crate::store::binding::Invite;
use crate::usecase::notify::{self, Note};
use crate::usecase::{Act, UseCaseError, UseCaseResult, organise};

/// Tells every admin who has the right over all of these units, or over the commune where none is named; gives how many
/// could be reached.
///
/// # Errors
/// The database.
pub(super) async fn tell(
    tx: &mut Tx,
    act: &Act<'_>,
    units: &[String],
    purpose: Purpose,
    note: &Note,
) -> UseCaseResult<usize> {
    let mut reached = 0;
    for person in tx.people_with_role(&act.commune_id, Role::Admin).await? {
        let theirs = act.by(&person.id);
        match organise::require_admin(tx, &theirs, units.to_vec()).await {
            Ok(()) => reached += usize::from(notify::tell(tx, act, &person.id, purpose, note).await? > 0),
            Err(UseCaseError::Denied(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(reached)
}

/// The row of a code that an admin quotes; none when what was typed is no code of ours.
///
/// # Errors
/// The database.
pub(super) async fn invite_of(tx: &mut Tx, typed: &str) -> UseCaseResult<Option<Invite>> {
    match as_code(typed) {
        Some(code) => Ok(tx.invite_by_hash(&sha256_hex(code.as_bytes())).await?),
        None => Ok(None),
    }
}

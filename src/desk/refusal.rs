//! Turning a refusal into the sentence a person reads.

use crate::say;
use crate::usecase::{Act, Denied, UseCaseError, UseCaseResult};

/// The sentence of a refusal; a fault of the database stays an error.
///
/// # Errors
/// The database's.
pub(super) fn sentence(act: &Act<'_>, error: UseCaseError) -> UseCaseResult<String> {
    let locale = &act.house.locale;
    match error {
        UseCaseError::Store(error) => Err(error.into()),
        UseCaseError::Denied(Denied::NotRegistered) => Ok(say!(locale, "denied-not-registered")),
        UseCaseError::Denied(Denied::Unconfirmed) => Ok(say!(locale, "denied-unconfirmed")),
        UseCaseError::Denied(Denied::MissingRole(role)) => {
            Ok(say!(locale, "denied-missing-role", role = role.vietnamese()))
        }
        UseCaseError::Denied(Denied::OwnBulletin) => Ok(say!(locale, "denied-own-bulletin")),
        UseCaseError::Denied(Denied::NoSeat) => Ok(say!(locale, "denied-no-seat")),
        UseCaseError::NotFound { what, name } => {
            Ok(locale.text(&format!("not-found-{what}"), &[("name", name.into())]))
        }
        UseCaseError::Refused { key, args } => {
            let args: Vec<_> = args.into_iter().map(|(name, value)| (name, value.into())).collect();
            Ok(locale.text(key, &args))
        }
    }
}

//! "DIỄN TẬP": the first line of everything that an exercise leads to, so that nobody takes it for real.

use super::{Act, UseCaseResult};
use crate::locale::Locale;
use crate::say;
use crate::store::Tx;
use crate::store::bulletins::Bulletin;

/// A text under the label of an exercise, if it belongs to one.
#[must_use]
pub fn marked(locale: &Locale, exercise: bool, text: String) -> String {
    if exercise { format!("{}\n{text}", say!(locale, "bulletin-exercise")) } else { text }
}

/// A text about a bulletin, under the label when its current version is an exercise.
///
/// # Errors
/// The database.
pub async fn about(tx: &mut Tx, act: &Act<'_>, bulletin: &Bulletin, text: String) -> UseCaseResult<String> {
    let version = tx.version(&bulletin.id, bulletin.version).await?;
    Ok(marked(&act.house.locale, version.is_some_and(|version| version.marks.exercise), text))
}

/// A text about a broadcast, under the label when it is an exercise.
///
/// # Errors
/// The database.
pub async fn about_broadcast(tx: &mut Tx, act: &Act<'_>, broadcast_id: &str, text: String) -> UseCaseResult<String> {
    let ladder = tx.ladder_of(broadcast_id).await?;
    Ok(marked(&act.house.locale, ladder.is_some_and(|ladder| ladder.exercise), text))
}

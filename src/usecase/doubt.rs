//! A sending that nobody can know about waits for a person: whoever composed it is asked to look into the group.

use std::collections::{BTreeMap, BTreeSet};

use super::notify::{self, Note};
use super::{Act, UseCaseResult, look_up, mark};
use crate::domain::message::Purpose;
use crate::say;
use crate::store::Tx;
use crate::store::doubts::Doubt;

/// How long evidence is waited for, milliseconds: an echo, an answer in the group, the outcome itself.
const PATIENCE_MS: i64 = 2 * 60_000;

/// Doubts that no evidence has settled and of which nobody was told, by broadcast.
///
/// # Errors
/// The database.
pub async fn untold(tx: &mut Tx, act: &Act<'_>) -> UseCaseResult<BTreeMap<String, Vec<Doubt>>> {
    let mut by_broadcast: BTreeMap<String, Vec<Doubt>> = BTreeMap::new();
    for doubt in tx.untold_doubts(act.wall.plus_ms(-PATIENCE_MS)).await? {
        by_broadcast.entry(doubt.broadcast_id.clone()).or_default().push(doubt);
    }
    Ok(by_broadcast)
}

/// Asks whoever composed a broadcast about all its doubts, with one card.
///
/// # Errors
/// The database.
pub async fn tell(tx: &mut Tx, act: &Act<'_>, broadcast_id: &str, doubts: &[Doubt]) -> UseCaseResult<()> {
    for doubt in doubts {
        tx.doubt_told(&doubt.message_id, act.at).await?;
    }
    let Some(broadcast) = tx.broadcast(broadcast_id).await? else { return Ok(()) };
    let Some(bulletin) = tx.bulletin(&broadcast.bulletin_id).await? else { return Ok(()) };
    let groups: BTreeSet<&str> = doubts.iter().map(|doubt| doubt.group_name.as_str()).collect();
    let groups = groups.into_iter().collect::<Vec<_>>().join(", ");
    let (locale, code) = (&act.house.locale, look_up::code_of(tx, broadcast_id).await?);
    let text = say!(locale, "card-doubts", code = code, groups = groups);
    let note = Note::plain(mark::about_broadcast(tx, act, broadcast_id, text).await?);
    let note = note.with_row(&[(&say!(locale, "button-look-doubts"), &format!("st:{}", bulletin.id))]);
    notify::tell(tx, act, &bulletin.composer_id, Purpose::Card, &note).await?;
    Ok(())
}

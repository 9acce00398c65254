//! Where nothing can be edited, or no longer: a group is told who of its own has confirmed, once an hour at most.
//!
//! Each such message costs budget and attention, so the commune's total alone is no reason for one.

use super::{Delivery, Lane, Millis, NewMessage, Purpose, Totals, Tx, Urgency, UseCaseResult, both};
use crate::say;
use crate::usecase::{Act, look_up, mark};

/// Milliseconds between two such messages in a group.
const EVERY: i64 = 3_600_000;

/// Queues one if something new about the group's own units is to be said and the hour has passed; otherwise looks again
/// when it has. Gives whether one was queued.
pub(super) async fn post(tx: &mut Tx, act: &Act<'_>, delivery: &Delivery, totals: &mut Totals) -> UseCaseResult<bool> {
    let (own, total) = both(tx, act, delivery, totals).await?;
    let own = own.join("\n");
    if own.is_empty() || is_told(&own, &delivery.wall_shown) {
        tx.wall_written(&delivery.id, &delivery.wall_shown).await?;
        return Ok(false);
    }
    let last = tx.digest_at(&delivery.id).await?;
    if let Some(next) = last.map(|at| at.plus_ms(EVERY)).filter(|next| act.at < *next) {
        tx.wall_written(&delivery.id, &delivery.wall_shown).await?;
        tx.renew_wall(&delivery.id, next).await?;
        return Ok(false);
    }
    tx.wall_written(&delivery.id, &own).await?;
    tx.digest_posted(&delivery.id, act.at).await?;
    let code = look_up::code_of(tx, &delivery.broadcast_id).await?;
    let text = say!(act.house.locale, "wall-digest", code = code, lines = own, total = total);
    let text = mark::about_broadcast(tx, act, &delivery.broadcast_id, text).await?;
    let body = act.house.shown(&delivery.gateway, text);
    tx.queue_message(&message(act, delivery, body)).await?;
    Ok(true)
}

/// Whether a group has read these lines: alone, or above the commune's total while they could still be edited.
fn is_told(own: &str, shown: &str) -> bool {
    shown.strip_prefix(own).is_some_and(|rest| rest.is_empty() || rest.starts_with('\n'))
}

fn message(act: &Act<'_>, delivery: &Delivery, body: String) -> NewMessage {
    let to = (delivery.gateway.as_str(), delivery.chat_id.as_str());
    NewMessage {
        broadcast_id: Some(delivery.broadcast_id.clone()),
        lane: Lane::of(Purpose::Edit, Urgency::Normal).number(),
        // Told an hour late it is still true; told tomorrow it puzzles.
        not_after: Some(Millis(act.at.0.saturating_add(EVERY))),
        ..NewMessage::text(act.new_id(), Purpose::Card, to, body, act.wall)
    }
}

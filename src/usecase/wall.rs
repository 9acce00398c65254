//! The ack wall: the lines under a broadcast that say who has confirmed.
//!
//! A head's own answer renews the lines of that group's message at once; the commune's total is renewed everywhere at
//! most once a minute, and at once when it is complete. Edits take only idle slots, and one edit of a message waits at a
//! time: the next one says everything the skipped ones would have said.

use std::collections::BTreeMap;

use super::{Act, UseCaseResult, look_up, notify};
use crate::domain::ack::Way;
use crate::domain::calendar::{Millis, format_time};
use crate::domain::message::{Lane, Purpose};
use crate::domain::text::utf16_len;
use crate::domain::urgency::Urgency;
use crate::say;
use crate::store::Tx;
use crate::store::answers::{Acknowledgement, Obligation};
use crate::store::broadcasts::Delivery;
use crate::store::messages::{Message, NewMessage};
use crate::store::walls::Confirmed;

mod digest;

/// Milliseconds between two renewals of the commune's total.
const TOTAL_EVERY: i64 = 60_000;

/// Asks for the lines to be renewed after an answer heard in a chat.
///
/// # Errors
/// The database.
pub async fn answered(tx: &mut Tx, act: &Act<'_>, broadcast_id: &str, chat_id: &str) -> UseCaseResult<()> {
    let by = if tx.has_unconfirmed(broadcast_id).await? { act.at.plus_ms(TOTAL_EVERY) } else { act.at };
    Ok(tx.renew_walls(broadcast_id, (chat_id, act.at), by).await?)
}

/// How far broadcasts are confirmed, as counted in one transaction: its deliveries share what one of them has read.
#[derive(Debug, Default)]
pub struct Totals(BTreeMap<String, Confirmed>);

impl Totals {
    async fn of(&mut self, tx: &mut Tx, broadcast_id: &str) -> UseCaseResult<Confirmed> {
        if let Some(known) = self.0.get(broadcast_id) {
            return Ok(*known);
        }
        let counted = tx.confirmed(broadcast_id).await?;
        self.0.insert(broadcast_id.to_owned(), counted);
        Ok(counted)
    }
}

/// Renews the lines under one delivery, if they changed. Gives whether an edit was queued.
///
/// # Errors
/// The database.
pub async fn refresh(tx: &mut Tx, act: &Act<'_>, delivery: &Delivery, totals: &mut Totals) -> UseCaseResult<bool> {
    if look_up::is_withdrawn(tx, &delivery.broadcast_id).await? {
        // What stands there says that it was taken back, and nothing may be written over that.
        tx.wall_written(&delivery.id, &delivery.wall_shown).await?;
        return Ok(false);
    }
    let can_edit = act.house.gateways.get(&delivery.gateway).is_some_and(|traits| traits.edits);
    if !can_edit {
        return digest::post(tx, act, delivery, totals).await;
    }
    let Some(message) = last_text(tx, delivery).await? else {
        tx.wall_written(&delivery.id, &delivery.wall_shown).await?;
        return Ok(false);
    };
    if message.emptied_at.is_some() {
        // What the lines would stand under is not known any more; a group is told all the same.
        return digest::post(tx, act, delivery, totals).await;
    }
    if tx.has_open_edit(&message.id).await? {
        // Look again when that one has left.
        return Ok(false);
    }
    let lines = lines(tx, act, delivery, totals).await?;
    tx.wall_written(&delivery.id, &lines).await?;
    if lines == delivery.wall_shown {
        return Ok(false);
    }
    let capabilities = act.house.render_for(&delivery.gateway);
    let body = format!("{}\n\n{}", message.body, act.house.shown(&delivery.gateway, lines));
    if utf16_len(&body) > capabilities.text_limit_utf16 {
        return Ok(false);
    }
    tx.queue_message(&edit_of(act, delivery, &message, body)).await?;
    Ok(true)
}

/// The message that carries the buttons: the delivery's last text, if it was sent.
async fn last_text(tx: &mut Tx, delivery: &Delivery) -> UseCaseResult<Option<Message>> {
    match tx.last_text_of(&delivery.id).await? {
        Some(id) => Ok(tx.message(&id).await?),
        None => Ok(None),
    }
}

/// An edit of a message of a delivery, with the buttons it has.
pub(super) fn edit_of(act: &Act<'_>, delivery: &Delivery, message: &Message, body: String) -> NewMessage {
    let to = (delivery.gateway.as_str(), delivery.chat_id.as_str());
    let edit = NewMessage::text(act.new_id(), Purpose::Edit, to, body, act.wall);
    let edit = edit.in_delivery(&delivery.id, &delivery.broadcast_id);
    NewMessage { buttons: message.buttons.clone(), edit_of: Some(message.id.clone()), ..edit }
}

/// The lines as they should stand now: those of the group's own units, and the total.
async fn lines(tx: &mut Tx, act: &Act<'_>, delivery: &Delivery, totals: &mut Totals) -> UseCaseResult<String> {
    let (mut lines, total) = both(tx, act, delivery, totals).await?;
    lines.push(total);
    Ok(lines.join("\n"))
}

async fn both(
    tx: &mut Tx,
    act: &Act<'_>,
    delivery: &Delivery,
    totals: &mut Totals,
) -> UseCaseResult<(Vec<String>, String)> {
    let confirmed = tx.confirmed_in(&delivery.id, &delivery.broadcast_id).await?;
    let answers = tx.answers_in(&delivery.id, &delivery.broadcast_id).await?;
    let lines = confirmed.iter().map(|obligation| line(act, obligation, &answers)).collect();
    let Confirmed { all, own, proxies } = totals.of(tx, &delivery.broadcast_id).await?;
    let locale = &act.house.locale;
    let total = match proxies {
        0 => say!(locale, "wall-total", done = own, all = all),
        proxies => say!(locale, "wall-total-proxy", done = own, all = all, proxy = proxies),
    };
    Ok((lines, total))
}

/// "✅ Thôn 03: đã nhận 07:52 (Phó thôn)". The seat is named, not the person: a post answers, not a rival for a prize.
fn line(act: &Act<'_>, obligation: &Obligation, acknowledgements: &[Acknowledgement]) -> String {
    // A call made in the unit's stead names nobody, and gives way to the unit's own answer.
    let own = |ack: &&Acknowledgement| ack.obligation_id == obligation.id && ack.way != Way::Proxy;
    let first = acknowledgements.iter().find(own);
    let seat = first.map_or(obligation.seat_title.as_str(), |ack| ack.seat_title.as_str());
    let at = Millis(obligation.acknowledged_at.unwrap_or_default());
    let key = match (obligation.proxy, obligation.late) {
        (true, _) => "wall-line-proxy",
        (false, true) => "wall-line-late",
        (false, false) => "wall-line",
    };
    act.house.locale.text(
        key,
        &[
            ("unit", obligation.unit_name.as_str().into()),
            ("time", format_time(at.local_time()).into()),
            ("seat", seat.into()),
        ],
    )
}

/// Buttons of a message, for a reminder that repeats them.
#[must_use]
pub fn buttons_of(message: &Message) -> Vec<Vec<crate::domain::render::Button>> {
    notify::decode_buttons(&message.buttons)
}

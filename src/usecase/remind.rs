//! Reminding those who have not confirmed. What follows at the end of the window is in [`escalate`].

use std::collections::{BTreeMap, BTreeSet};

use super::escalate::{self, Case};
use super::notify;
use super::{Act, UseCaseResult, look_up, mark, wall};
use crate::domain::ack::ObligationState;
use crate::domain::calendar::{Millis, format_full};
use crate::domain::ladder::{self, StepKind};
use crate::domain::message::{MessageState, Purpose};
use crate::domain::org::{GroupKind, Role};
use crate::say;
use crate::store::Tx;
use crate::store::answers::{Obligation, ReminderStep};
use crate::store::broadcasts::Broadcast;
use crate::store::bulletins::Bulletin;
use crate::store::messages::{Message, NewMessage};

/// Does one due step of a ladder, once. Gives how many reminders it queued.
///
/// # Errors
/// The database.
pub async fn run_step(tx: &mut Tx, act: &Act<'_>, step: &ReminderStep, skip: bool) -> UseCaseResult<usize> {
    let Some(broadcast) = tx.broadcast(&step.broadcast_id).await? else { return Ok(0) };
    if step.kind == StepKind::List.as_str() {
        if tx.finish_reminder(step, act.at, 0).await? {
            escalate::at_end(tx, act, &broadcast).await?;
        }
        return Ok(0);
    }
    let Some(case) = Case::of(tx, &broadcast.id).await? else { return Ok(0) };
    let ended = broadcast.ack_deadline.is_some_and(|deadline| act.at.0 > deadline);
    let over = skip || (ended && !ladder::reminds_after_end(case.ladder.urgency)) || case.is_enough();
    if !over && is_quiet(tx, act, &broadcast).await? {
        // It waits for the morning; the next look decides again.
        return Ok(0);
    }
    // Taken first: of two engines one reminds.
    if !tx.finish_reminder(step, act.at, 0).await? || over {
        return Ok(0);
    }
    let reminded = remind_awaiting(tx, act, &broadcast, Ends::WithTheText).await?;
    tx.count_reminded(step, i64::try_from(reminded).unwrap_or(i64::MAX)).await?;
    Ok(reminded)
}

/// When a reminder is too old to be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ends {
    /// When what it reminds of is.
    WithTheText,
    /// Somebody wants it now, though the next firing has replaced the text.
    Never,
}

/// Whether groups are not to be written to now, at this urgency.
async fn is_quiet(tx: &mut Tx, act: &Act<'_>, broadcast: &Broadcast) -> UseCaseResult<bool> {
    let Some(version) = tx.version(&broadcast.bulletin_id, broadcast.version).await? else { return Ok(false) };
    let house = act.house;
    Ok(house.windows.next_allowed(act.at, GroupKind::Cadre, version.urgency, &house.holidays) > act.at)
}

/// `/nhac`: reminds those still awaiting one firing, now, on a person's order.
///
/// # Errors
/// `Denied`.
pub async fn now(tx: &mut Tx, act: &Act<'_>, bulletin: &Bulletin, broadcast: &Broadcast) -> UseCaseResult<usize> {
    look_up::require_role_of(tx, act, &[Role::Composer, Role::Approver, Role::Admin], &bulletin.unit_id).await?;
    let reminded = remind_awaiting(tx, act, broadcast, Ends::Never).await?;
    tx.audit(act, "broadcast.reminded", &broadcast.id, &reminded.to_string()).await?;
    Ok(reminded)
}

/// One reminder a group that has units still awaiting; a unit with two groups is reminded in the first.
async fn remind_awaiting(tx: &mut Tx, act: &Act<'_>, broadcast: &Broadcast, ends: Ends) -> UseCaseResult<usize> {
    let Some(bulletin) = tx.bulletin(&broadcast.bulletin_id).await? else { return Ok(0) };
    let bulletin = Bulletin { code: broadcast.code(&bulletin.code), ..bulletin };
    let mut awaiting: BTreeMap<String, Obligation> = tx
        .obligations_of(&broadcast.id)
        .await?
        .into_iter()
        .filter(|obligation| obligation.state == ObligationState::Awaiting)
        .map(|obligation| (obligation.unit_id.clone(), obligation))
        .collect();
    let messages = tx.messages_of_broadcast(&broadcast.id).await?;
    let exercise = tx.ladder_of(&broadcast.id).await?.is_some_and(|ladder| ladder.exercise);
    let mut reminded = 0;
    for delivery in tx.deliveries_of(&broadcast.id).await? {
        if delivery.group_kind == GroupKind::Residents {
            continue;
        }
        let Some(message) = sent_text(&messages, &delivery.id) else { continue };
        let units: BTreeSet<String> = tx.units_of_delivery(&delivery.id).await?.into_iter().collect();
        let here: Vec<Obligation> = units.iter().filter_map(|unit| awaiting.remove(unit)).collect();
        if here.is_empty() {
            continue;
        }
        // One that still waits, because the gateway is dark, would come on top of this one.
        tx.supersede_reminders(&delivery.id).await?;
        let queued = reminder(act, (&bulletin, exercise), message, &here);
        let not_after = queued.not_after.filter(|_| ends == Ends::WithTheText);
        tx.queue_message(&NewMessage { not_after, ..queued }).await?;
        reminded += 1;
    }
    Ok(reminded)
}

fn sent_text<'a>(messages: &'a [Message], delivery_id: &str) -> Option<&'a Message> {
    let own = messages.iter().filter(|message| message.delivery_id.as_deref() == Some(delivery_id));
    own.filter(|message| message.state == MessageState::Sent && message.file_sha256.is_none())
        .max_by_key(|message| message.part)
}

fn reminder(act: &Act<'_>, what: (&Bulletin, bool), message: &Message, here: &[Obligation]) -> NewMessage {
    let (bulletin, exercise) = what;
    let names: Vec<&str> = here.iter().map(|obligation| obligation.unit_name.as_str()).collect();
    let deadline = here.first().map_or(0, |obligation| obligation.deadline);
    let can_press = act.house.render_for(&message.gateway).buttons;
    let key = if can_press { "remind-group" } else { "remind-group-reply" };
    let text = act.house.locale.text(
        key,
        &[
            ("code", bulletin.code.as_str().into()),
            ("units", names.join(", ").into()),
            ("deadline", format_full(Millis(deadline)).into()),
        ],
    );
    let text = mark::marked(&act.house.locale, exercise, text);
    let to = (message.gateway.as_str(), message.chat_id.as_str());
    let body = act.house.shown(&message.gateway, text);
    NewMessage {
        delivery_id: message.delivery_id.clone(),
        broadcast_id: message.broadcast_id.clone(),
        buttons: notify::encode_buttons(&wall::buttons_of(message)),
        reply_to: message.id_in_chat().map(str::to_owned),
        not_after: message.not_after.map(Millis),
        ..NewMessage::text(act.new_id(), Purpose::Reminder, to, body, act.wall)
    }
}

/// One line of a list of units that have not confirmed: the unit, the post, and who holds it today, or that it is vacant.
///
/// # Errors
/// The database.
pub async fn open_line(tx: &mut Tx, act: &Act<'_>, obligation: &Obligation) -> UseCaseResult<String> {
    let holder = tx.holder_of(&obligation.seat_id, act.at.local_date()).await?;
    let locale = &act.house.locale;
    let name = holder.map_or_else(|| say!(locale, "label-vacant"), |person| person.name);
    let key = if obligation.state == ObligationState::Unreachable { "remind-line-unreachable" } else { "remind-line" };
    Ok(locale.text(
        key,
        &[
            ("unit", obligation.unit_name.as_str().into()),
            ("seat", obligation.seat_title.as_str().into()),
            ("name", name.into()),
        ],
    ))
}

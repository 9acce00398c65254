//! `/thuhoi`: taking back what was sent.
//!
//! What has not left stays; where the platform lets us, the text that stands in a group is replaced; and every chat that got
//! it, or may have got it, reads that it is taken back, as fast as the bulletin itself went. Links to its files end. Nothing
//! disappears from the log, and it no longer counts toward the plan.

use std::collections::BTreeSet;

use super::approve::end_schedule;
use super::notify::{self, Note};
use super::{Act, UseCaseError, UseCaseResult, look_up, mark, release, wall};
use crate::domain::bulletin::State;
use crate::domain::calendar::format_full;
use crate::domain::message::{Lane, MessageState, Purpose};
use crate::domain::org::Role;
use crate::domain::text::{cut, nfc};
use crate::id::sha256_hex;
use crate::say;
use crate::store::Tx;
use crate::store::broadcasts::{Broadcast, Delivery};
use crate::store::bulletins::{AfterFact, Bulletin, BulletinVersion, Word};
use crate::store::messages::{Message, NewMessage};

/// Longest reason that everybody reads, in characters.
const MAX_REASON_CHARS: usize = 500;

/// What taking back did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Withdrawn {
    /// Chats that are told.
    pub told: usize,
    /// Messages whose text is replaced.
    pub replaced: usize,
    /// Messages that had not left and never will.
    pub stopped: u64,
}

/// Whether a bulletin can be taken back: it was sent, and not taken back before.
///
/// # Errors
/// `Denied` to anybody but an approver; `Refused` with what to do instead.
pub async fn check(tx: &mut Tx, act: &Act<'_>, bulletin: &Bulletin) -> UseCaseResult<()> {
    look_up::require_role(tx, act, Role::Approver, &bulletin.unit_id).await?;
    let code = bulletin.code.clone();
    if bulletin.state == State::Withdrawn {
        return Err(UseCaseError::refused_with("refused-already-withdrawn", vec![("code", code)]));
    }
    let sent = !tx.broadcasts_of(&bulletin.id).await?.is_empty();
    if !sent || !matches!(bulletin.state, State::Approved | State::Superseded) {
        return Err(UseCaseError::refused_with("refused-recall-unsent", vec![("code", code)]));
    }
    Ok(())
}

/// A typed reason as everybody will read it.
#[must_use]
pub fn reason_of(typed: &str) -> String {
    cut(&nfc(typed.trim()), MAX_REASON_CHARS, "…")
}

/// Takes a bulletin back, for a reason that everybody who got it reads.
///
/// # Errors
/// Those of [`check`]; the database.
pub async fn withdraw(tx: &mut Tx, act: &Act<'_>, bulletin: &Bulletin, reason: &str) -> UseCaseResult<Withdrawn> {
    check(tx, act, bulletin).await?;
    let reason = reason_of(reason);
    end_release(tx, act, bulletin, &reason).await?;
    end_schedule(tx, act, bulletin).await?;
    tx.move_bulletin(bulletin, State::Withdrawn, bulletin.version, act.at).await?;
    tx.revoke_file_links(&bulletin.id, act.wall).await?;
    let mut done = Withdrawn::default();
    let broadcasts = tx.broadcasts_of(&bulletin.id).await?;
    for broadcast in &broadcasts {
        done.stopped += tx.withdraw_broadcast(&broadcast.id, act.at).await?;
    }
    // The newest first: a chat is told once, however often the bulletin stands there.
    let mut told = BTreeSet::new();
    for broadcast in broadcasts.iter().rev() {
        tell_chats(tx, act, (bulletin, &reason), broadcast, (&mut done, &mut told)).await?;
    }
    tx.audit(act, "bulletin.withdrawn", &bulletin.id, &sha256_hex(reason.as_bytes())).await?;
    tell_composer(tx, act, bulletin, &reason).await?;
    Ok(done)
}

/// What the duty officer let go needs no yes any more once it is taken back: that is the no.
async fn end_release(tx: &mut Tx, act: &Act<'_>, bulletin: &Bulletin, reason: &str) -> UseCaseResult<()> {
    let Some(open) = release::open_release(tx, bulletin).await? else { return Ok(()) };
    let word = Word { decision: AfterFact::Refused, person_id: act.person()?, remark: Some(reason) };
    tx.decide_release(&open, &word, act.at).await?;
    Ok(())
}

async fn tell_composer(tx: &mut Tx, act: &Act<'_>, bulletin: &Bulletin, reason: &str) -> UseCaseResult<()> {
    if act.person()? == bulletin.composer_id {
        return Ok(());
    }
    let text = say!(act.house.locale, "card-withdrawn", code = bulletin.code.as_str(), reason = reason);
    let text = mark::about(tx, act, bulletin, text).await?;
    notify::tell(tx, act, &bulletin.composer_id, Purpose::Card, &Note::plain(text)).await?;
    Ok(())
}

async fn tell_chats(
    tx: &mut Tx,
    act: &Act<'_>,
    what: (&Bulletin, &str),
    broadcast: &Broadcast,
    so_far: (&mut Withdrawn, &mut BTreeSet<String>),
) -> UseCaseResult<()> {
    let (bulletin, reason) = what;
    let (done, told) = so_far;
    let Some(version) = tx.version(&bulletin.id, broadcast.version).await? else { return Ok(()) };
    let (time, code) = (format_full(act.at), bulletin.code.as_str());
    let locale = &act.house.locale;
    let lane = Lane::of(Purpose::Broadcast, version.urgency);
    let words = mark::marked(locale, version.marks.exercise, say!(locale, "withdrawn-line", code = code, time = time));
    let notice = say!(locale, "withdrawn-notice", line = words.as_str(), reason = reason);
    let messages = tx.messages_of_broadcast(&broadcast.id).await?;
    for delivery in tx.deliveries_of(&broadcast.id).await? {
        let own: Vec<&Message> =
            messages.iter().filter(|message| message.delivery_id.as_deref() == Some(&delivery.id)).collect();
        if own.iter().all(|message| message.state.claims_not_sent()) {
            continue;
        }
        done.replaced += replace_texts(tx, act, &delivery, &own, (lane, &words)).await?;
        if !told.insert(delivery.chat_id.clone()) {
            continue;
        }
        let relayed = !tx.relays_of_delivery(&delivery.id).await?.is_empty();
        let text = if relayed { format!("{notice}\n{}", say!(locale, "withdrawn-relay")) } else { notice.clone() };
        tx.queue_message(&notice_of(act, &version, &delivery, text)).await?;
        done.told += 1;
    }
    Ok(())
}

/// Replaces the texts that stand in a chat, where its gateway lets us; files stay.
async fn replace_texts(
    tx: &mut Tx,
    act: &Act<'_>,
    delivery: &Delivery,
    own: &[&Message],
    (lane, words): (Lane, &str),
) -> UseCaseResult<usize> {
    if !act.house.gateways.get(&delivery.gateway).is_some_and(|traits| traits.edits) {
        return Ok(0);
    }
    let mut replaced = 0;
    let texts = own.iter().filter(|message| {
        message.state == MessageState::Sent && message.id_in_chat().is_some() && message.file_sha256.is_none()
    });
    for message in texts {
        let edit = wall::edit_of(act, delivery, message, act.house.shown(&delivery.gateway, words.to_owned()));
        tx.queue_message(&NewMessage { buttons: String::new(), ..edit }.in_lane(lane)).await?;
        replaced += 1;
    }
    Ok(replaced)
}

fn notice_of(act: &Act<'_>, version: &BulletinVersion, delivery: &Delivery, text: String) -> NewMessage {
    let to = (delivery.gateway.as_str(), delivery.chat_id.as_str());
    let notice = NewMessage::text(act.new_id(), Purpose::Alert, to, act.house.shown(&delivery.gateway, text), act.wall);
    notice.in_delivery(&delivery.id, &delivery.broadcast_id).in_lane(Lane::of(Purpose::Broadcast, version.urgency))
}

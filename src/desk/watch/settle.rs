//! A person says what became of a message in doubt, or has a failed one sent again.

use super::typed::Wish;
use super::{lines, old_button, own};
use crate::desk::Response;
use crate::say;
use crate::store::Tx;
use crate::store::bulletins::Bulletin;
use crate::usecase::settle;
use crate::usecase::status::{self, BroadcastStatus, DeliveryStatus, PartStatus};
use crate::usecase::{Act, UseCaseError, UseCaseResult};

/// Before a broadcast's id in the data of a button: everything of it that failed.
pub(super) const ALL: &str = "*";

/// [Đã thấy trong nhóm].
pub(super) async fn seen(tx: &mut Tx, act: &Act<'_>, message_id: &str) -> UseCaseResult<Response> {
    let settled = settle::seen(tx, act, message_id).await?;
    Ok(Response::toast(seen_text(act, settled)))
}

fn seen_text(act: &Act<'_>, settled: bool) -> String {
    let locale = &act.house.locale;
    if settled { say!(locale, "toast-seen") } else { say!(locale, "toast-no-doubt") }
}

/// [Gửi lại], one message or all that failed.
pub(super) async fn again(tx: &mut Tx, act: &Act<'_>, what: &str) -> UseCaseResult<Response> {
    let Some(broadcast_id) = what.strip_prefix(ALL) else {
        let queued = settle::resend(tx, act, what).await?;
        return Ok(Response::toast(again_text(act, usize::from(queued))));
    };
    let Some(broadcast) = tx.broadcast(broadcast_id).await? else { return Ok(old_button(act)) };
    let Some(bulletin) = own(tx, act, &broadcast.bulletin_id).await? else { return Ok(old_button(act)) };
    let status = status::of_bulletin(tx, act, &bulletin).await?;
    let found = status.broadcasts.iter().find(|known| known.id == broadcast.id);
    let count = match found {
        Some(broadcast) => all_failed(tx, act, broadcast).await?,
        None => 0,
    };
    Ok(Response::toast(again_text(act, count)))
}

fn again_text(act: &Act<'_>, groups: usize) -> String {
    let locale = &act.house.locale;
    if groups == 0 { say!(locale, "toast-again-already") } else { say!(locale, "toast-again", count = groups) }
}

/// Repeats every part that failed, in order; never one in doubt. Gives how many groups.
async fn all_failed(tx: &mut Tx, act: &Act<'_>, broadcast: &BroadcastStatus) -> UseCaseResult<usize> {
    let mut groups = 0;
    for (_, delivery) in lines::failed(broadcast) {
        groups += usize::from(repeat(tx, act, delivery).await?);
    }
    Ok(groups)
}

/// Repeats the parts of a delivery that did not go. False when all of them had been ordered before.
async fn repeat(tx: &mut Tx, act: &Act<'_>, delivery: &DeliveryStatus) -> UseCaseResult<bool> {
    let mut any = false;
    for part in delivery.messages.iter().filter(|part| lines::is_repeatable(part)) {
        any |= settle::resend(tx, act, &part.id).await?;
    }
    Ok(any)
}

/// "thấy 18", "gửi lại 18", "gửi lại": the same by typing. Gives what to answer.
pub(super) async fn typed(
    tx: &mut Tx,
    act: &Act<'_>,
    meant: (&Bulletin, Option<u32>),
    wish: Wish,
) -> UseCaseResult<String> {
    let (bulletin, firing) = meant;
    let status = status::of_bulletin(tx, act, bulletin).await?;
    let not_sent = || UseCaseError::refused_with("refused-not-sent", vec![("code", bulletin.code.clone())]);
    let broadcast = status.firing(firing).ok_or_else(not_sent)?;
    match wish {
        Wish::Seen(number) => {
            let part = numbered(broadcast, number)?;
            let id = part.doubted.as_deref().unwrap_or(&part.id);
            Ok(seen_text(act, settle::seen(tx, act, id).await?))
        }
        Wish::Again(number) => {
            let part = numbered(broadcast, number)?;
            Ok(again_text(act, usize::from(settle::resend(tx, act, &part.id).await?)))
        }
        Wish::AllAgain | Wish::Look => Ok(again_text(act, all_failed(tx, act, broadcast).await?)),
    }
}

/// The part that needs a hand in the group with this number.
fn numbered(broadcast: &BroadcastStatus, number: usize) -> UseCaseResult<&PartStatus> {
    let delivery = number.checked_sub(1).and_then(|at| broadcast.deliveries.get(at));
    let part = delivery.and_then(lines::open_part);
    part.ok_or_else(|| UseCaseError::refused_with("refused-group-number", vec![("number", number.to_string())]))
}

//! "Đã đăng nhóm dân": a village head says that what was given to pass on now stands in the group that we cannot enter.

use super::{Response, Talk, answer};
use crate::domain::ack::says_posted;
use crate::domain::event::IncomingMessage;
use crate::say;
use crate::store::Tx;
use crate::usecase::notify::Note;
use crate::usecase::relay::{self, Posted};
use crate::usecase::{Act, UseCaseResult};

/// The button under the request: the rest is the delivery.
pub(super) async fn pressed(tx: &mut Tx, act: &Act<'_>, talk: &Talk, delivery_id: &str) -> UseCaseResult<Response> {
    if tx.delivery(delivery_id).await?.is_some_and(|delivery| delivery.chat_id == talk.chat.id) {
        // Whoever presses has it.
        answer::prove(tx, act, talk, delivery_id).await?;
    }
    picked(tx, act, talk, delivery_id).await
}

/// The button under a reminder of it, or under the question which of several it is: the rest is the delivery.
pub(super) async fn picked(tx: &mut Tx, act: &Act<'_>, talk: &Talk, delivery_id: &str) -> UseCaseResult<Response> {
    let here = tx.delivery(delivery_id).await?.filter(|delivery| delivery.chat_id == talk.chat.id);
    let posted = match here {
        Some(delivery) => relay::posted(tx, act, &delivery.id).await?,
        None => None,
    };
    let text = posted.map_or_else(|| say!(act.house.locale, "toast-old-button"), |posted| thanks(act, &posted));
    Ok(Response::toast(text))
}

/// "Đã đăng rồi ạ": the same by words. None when these are other words, or nothing waits here.
pub(super) async fn typed(
    tx: &mut Tx,
    act: &Act<'_>,
    talk: &Talk,
    message: &IncomingMessage,
) -> UseCaseResult<Option<Response>> {
    if talk.trusted().is_none() || !says_posted(&message.text) {
        return Ok(None);
    }
    let act = &talk.as_said(act);
    let mut open = relay::open_in(tx, act, &talk.chat.id).await?;
    let meant = match message.reply.as_ref().and_then(|reply| reply.external_id.as_deref()) {
        Some(external_id) => {
            tx.message_by_external(&talk.chat.id, external_id).await?.and_then(|sent| sent.delivery_id)
        }
        None => None,
    };
    if let Some(meant) = meant {
        open.retain(|(delivery, _)| *delivery == meant);
    }
    match open.as_slice() {
        [] => Ok(None),
        [(delivery_id, _)] => {
            let Some(posted) = relay::posted(tx, act, delivery_id).await? else { return Ok(None) };
            talk.say(tx, act, &Note::plain(thanks(act, &posted))).await?;
            Ok(Some(Response::default()))
        }
        several => {
            let mut note = Note::plain(say!(act.house.locale, "relay-which"));
            for (delivery_id, code) in several.iter().take(10) {
                note = note.with_row(&[(code, &relay::asks_again(delivery_id))]);
            }
            talk.say(tx, act, &note).await?;
            Ok(Some(Response::default()))
        }
    }
}

fn thanks(act: &Act<'_>, posted: &Posted) -> String {
    let groups = posted.groups.join(", ");
    let key = match (posted.withdrawn, posted.fresh) {
        (true, _) => "relay-withdrawn",
        (false, true) => "relay-thanks",
        (false, false) => "relay-thanks-again",
    };
    act.house.locale.text(key, &[("code", posted.code.as_str().into()), ("groups", groups.into())])
}

//! What happens to a call for help by the clock and by what became of its cards. Called by the keeper, each in a transaction of its
//! own.

use super::{
    Act, ChatKind, Distress, OPEN_HOURS, Tx, UseCaseResult, answer, card, evidence, no_officer, numbers, officers,
    over, say, send,
};
use crate::store::distress::SentCard;

/// The officers' time is over and nobody has it: approvers and the chairman's seat get it, all of its words. If no card stands
/// anywhere by now, that is an incident.
///
/// # Errors
/// The database.
pub async fn pass_on(tx: &mut Tx, act: &Act<'_>, distress: &Distress) -> UseCaseResult<()> {
    if !tx.has_sent_distress_card(&distress.id).await? {
        no_officer(tx, act, distress).await?;
    }
    above(tx, act, distress, "card-distress-passed-on").await
}

async fn above(tx: &mut Tx, act: &Act<'_>, distress: &Distress, head: &str) -> UseCaseResult<()> {
    if !tx.pass_distress_on(&distress.id, act.at.plus_minutes(OPEN_HOURS * 60)).await? {
        return Ok(());
    }
    tx.audit(act, "distress.passed_on", &distress.id, "").await?;
    let people = officers::above(tx, act, distress).await?;
    let before = tx.distress_chats(&distress.id).await?;
    let card = card(tx, act, distress, &distress.words).await?;
    send(tx, act, distress, &people, act.house.locale.text(head, &[("card", card.into())])).await?;
    evidence::follow(tx, act, distress, &before).await
}

/// No card of it stands anywhere, and none will: it goes on at once, and when that is in vain too, whoever cried is told so.
///
/// # Errors
/// The database.
pub async fn hopeless(tx: &mut Tx, act: &Act<'_>, distress: &Distress) -> UseCaseResult<()> {
    no_officer(tx, act, distress).await?;
    if distress.stage == 0 {
        return above(tx, act, distress, "card-distress-no-officer").await;
    }
    if tx.note_unreached(&distress.id, act.at).await? {
        let text = say!(act.house.locale, "distress-nobody", numbers = numbers(act));
        answer(tx, act, distress, text).await?;
    }
    Ok(())
}

/// It is over: nobody took it for a day, or it was taken and an hour has passed.
///
/// # Errors
/// The database.
pub async fn close(tx: &mut Tx, act: &Act<'_>, distress: &Distress) -> UseCaseResult<()> {
    if tx.close_distress(&distress.id, act.at).await? {
        tx.audit(act, "distress.closed", &distress.id, "").await?;
        over(tx, act, distress).await?;
    }
    Ok(())
}

/// Tells whoever cried to whom it was passed on: those in whose chats a card stands by now.
///
/// # Errors
/// The database.
pub async fn tell_sent(tx: &mut Tx, act: &Act<'_>, id: &str, cards: &[SentCard]) -> UseCaseResult<()> {
    let Some(distress) = tx.distress(id).await? else { return Ok(()) };
    let mut whom: Vec<String> = Vec::new();
    for card in cards {
        if !tx.note_card_told(id, &card.message_id, act.at).await? {
            continue;
        }
        let name = reader(tx, act, card).await?;
        if !whom.contains(&name) {
            whom.push(name);
        }
    }
    tx.note_reached(id).await?;
    if whom.is_empty() || distress.closed_at.is_some() {
        return Ok(());
    }
    answer(tx, act, &distress, say!(act.house.locale, "distress-passed", names = whom.join(", "))).await
}

/// Whom a card reached: a person, or the group of an office.
async fn reader(tx: &mut Tx, act: &Act<'_>, card: &SentCard) -> UseCaseResult<String> {
    match tx.chat(&card.chat_id).await? {
        Some(chat) if chat.kind == ChatKind::Group => {
            let name = tx.group_of_chat(&chat.id).await?.map(|group| group.name).unwrap_or_default();
            Ok(say!(act.house.locale, "distress-group", group = name))
        }
        _ => Ok(card.person_name.clone()),
    }
}

//! A private chat that the platform has closed: what was on its way there goes to the office group of the person's unit instead.
//!
//! Platforms let a service write to a person only for some time or some messages after the person's own words, and say so only
//! when it is too late. Nothing of it is lost with the chat: cards still want their decision. One-time codes alone are not shown
//! to a group, since whoever reads one could use it.

use super::{Act, Message, MessageState, Note, Purpose, Tx, UseCaseResult, notify};
use crate::domain::message::Lane;
use crate::domain::render::unescape;
use crate::say;
use crate::store::binding::{AccountState, Chat, ChatKind};
use crate::usecase::notify::{decode_buttons, menu};
use crate::usecase::{bind, look_up};

/// Latest messages of a chat that are looked at: those that wait behind the refused one, and those a group has already.
const LOOK_BACK: i64 = 30;

/// Carries a refused private message, and what waits behind it, to where the person reads it now.
pub(super) async fn carry(tx: &mut Tx, act: &Act<'_>, refused: &Message) -> UseCaseResult<()> {
    let Some(chat) = tx.chat(&refused.chat_id).await?.filter(|chat| chat.kind == ChatKind::Private) else {
        return Ok(());
    };
    let person = tx.identity(&chat.gateway, &chat.external_id).await?;
    // What is said to somebody who may not be who they say is nobody else's business.
    let Some(person) = person.filter(|person| person.state == AccountState::Active) else { return Ok(()) };
    let mut stranded = tx.messages_to_chat(&chat.id, LOOK_BACK).await?;
    stranded.retain(|message| message.id == refused.id || waits(message));
    stranded.retain(|message| matches!(message.purpose, Purpose::Reply | Purpose::Card | Purpose::Alert));
    carry_each(tx, act, (&chat, &person.person_id), stranded).await
}

/// Carries what waits to be decided on out of the private chat of an account that was cut off. What answers whoever sits there is not.
///
/// # Errors
/// The database.
pub async fn carry_cards(tx: &mut Tx, act: &Act<'_>, whose: (&Chat, &str)) -> UseCaseResult<()> {
    let mut stranded = tx.messages_to_chat(&whose.0.id, LOOK_BACK).await?;
    stranded.retain(|message| waits(message) && matches!(message.purpose, Purpose::Card | Purpose::Alert));
    carry_each(tx, act, whose, stranded).await
}

async fn carry_each(tx: &mut Tx, act: &Act<'_>, whose: (&Chat, &str), mut stranded: Vec<Message>) -> UseCaseResult<()> {
    stranded.sort_by_key(|message| (message.created_at, message.part));
    for message in &stranded {
        if waits(message) {
            tx.leave_queue(&message.id, MessageState::Skipped, "chat_suspended").await?;
        }
        carry_one(tx, act, whose, message).await?;
    }
    Ok(())
}

fn waits(message: &Message) -> bool {
    matches!(message.state, MessageState::Pending | MessageState::RetryWait)
}

async fn carry_one(tx: &mut Tx, act: &Act<'_>, whose: (&Chat, &str), message: &Message) -> UseCaseResult<()> {
    let (chat, person_id) = whose;
    let answer = message.purpose == Purpose::Reply;
    let mut places = notify::chats_of(tx, act, person_id).await?;
    if !answer && places.iter().any(|place| place.kind == ChatKind::Private) {
        // Cards and alerts went to every private chat of theirs when they were made.
        return Ok(());
    }
    places.retain(|place| place.id != chat.id);
    let text = if act.house.render_for(&chat.gateway).html { unescape(&message.body) } else { message.body.clone() };
    for place in places {
        if tells_already(tx, &place, message, &text).await? {
            continue;
        }
        let secret = answer && bind::holds_code(tx, &text).await?;
        let text = if secret { String::new() } else { menu::moved(tx, act, (chat, &place), &text).await? };
        let text = addressed(act, &look_up::name_of(tx, person_id).await?, message, &text);
        // What lets a storm warning go is no less pressing where it is carried to.
        let lane = Lane::try_from(message.lane).ok().filter(|lane| *lane == Lane::Rescue);
        let note = Note { buttons: decode_buttons(&message.buttons), lane, ..Note::plain(text) };
        notify::say(tx, act, &place, message.purpose, &note, None).await?;
        tx.audit(act, "message.carried", &message.id, &place.id).await?;
    }
    Ok(())
}

/// What is for whoever holds a role needs no name; an answer is for one person, and cannot do without.
fn addressed(act: &Act<'_>, name: &str, message: &Message, text: &str) -> String {
    let locale = &act.house.locale;
    match (message.purpose, text) {
        (Purpose::Reply, "") => say!(locale, "carried-secret", name = name),
        (Purpose::Reply, text) => say!(locale, "carried-answer", name = name, text = text),
        (_, text) => text.to_owned(),
    }
}

/// Several people who share a group get the same card there once.
async fn tells_already(tx: &mut Tx, place: &Chat, message: &Message, text: &str) -> UseCaseResult<bool> {
    let said = menu::without_numbers(text);
    let known = tx.messages_to_chat(&place.id, LOOK_BACK).await?;
    Ok(message.purpose != Purpose::Reply
        && known.iter().any(|known| {
            known.purpose == message.purpose
                && known.created_at >= message.created_at
                && menu::without_numbers(&known.body) == said
        }))
}

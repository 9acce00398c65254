//! A call for help of a village head: to everybody on duty at once, on to approvers and the chairman's seat when nobody takes it.
//!
//! Who reads it follows from roles and seats, never from the words. Whoever cried is told what is so and no more: that it was passed
//! on to somebody once the card stands in that chat, that somebody has it once that person pressed. What nobody can be told of is
//! an incident. Names of the rows: `distress`, since "rescue" is a lane and "calls" are telephone calls.

use super::notify::{self, Note};
use super::settle::open_incident;
use super::{Act, Denied, UseCaseResult, bind, links, look_up, mark};
use crate::domain::calendar::{Millis, format_short};
use crate::domain::message::{Lane, Purpose};
use crate::domain::org::Role;
use crate::say;
use crate::store::Tx;
use crate::store::binding::{Chat, ChatKind};
use crate::store::distress::{Distress, NewDistress};

mod due;
mod evidence;
mod officers;

pub use due::{close, hopeless, pass_on, tell_sent};
pub use evidence::{arrived, lost};

/// How long the officers on duty have it alone, minutes.
const OFFICERS_MINUTES: i64 = 3;
/// Hours after which one that somebody took is over.
const TAKEN_HOURS: i64 = 1;
/// Hours after which one that nobody took is over.
const OPEN_HOURS: i64 = 24;
/// Days for which a warning that runs makes whatever its heads write to us a call for help.
const RUNNING_DAYS: i64 = 3;
/// Days for which one that was answered by all does.
const ENDED_DAYS: i64 = 1;
/// Hours from its start for which what is cried may belong to an exercise.
const EXERCISE_HOURS: i64 = 3;
/// The incident of a call for help that nobody on duty could be told of.
const NO_OFFICER: &str = "no_officer";

/// What was cried.
#[derive(Debug, Clone, Copy)]
pub struct Cry<'a> {
    /// Where it was heard.
    pub chat: &'a Chat,
    /// The platform's id of the message, where it is answered by it: in a group.
    pub reply_to: Option<&'a str>,
    /// The words, whole, with what stands for a file.
    pub words: &'a str,
    /// Whether nothing but an exercise is open for whoever cried.
    pub exercise: bool,
}

/// What became of a cry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Raised {
    /// The id of the call for help.
    pub id: String,
    /// Whether it is a new one, and not more words to one that is open.
    pub fresh: bool,
}

/// What a press led to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pressed {
    /// It is theirs; the number to call back.
    Taken {
        /// The number of whoever cried, where it is known.
        phone: Option<String>,
    },
    /// Somebody has it.
    Theirs {
        /// The name.
        name: String,
    },
    /// It is no call for help, and whoever cried was told how to go on.
    Denied,
    /// It is over.
    Over,
}

/// Whether a Thượng khẩn or a Hỏa tốc is open for one of the units in which a person answers; if so, whether all of them are
/// exercises of which the last began a few hours ago.
///
/// # Errors
/// The database.
pub async fn warned(tx: &mut Tx, act: &Act<'_>, person_id: &str) -> UseCaseResult<Option<bool>> {
    let (running, ended) = (act.at.plus_days(-RUNNING_DAYS), act.at.plus_days(-ENDED_DAYS));
    let mut warnings = Vec::new();
    for seat in look_up::answering_seats(tx, act, person_id).await? {
        warnings.extend(tx.warnings_of(&seat.unit_id, running, ended).await?);
    }
    let Some(last) = warnings.iter().map(|warning| warning.started_at).max() else { return Ok(None) };
    let lately = act.at.0 - last <= EXERCISE_HOURS * 3_600_000;
    Ok(Some(lately && warnings.iter().all(|warning| warning.exercise)))
}

/// Writes a call for help and tells the officers on duty, whole and at once.
///
/// # Errors
/// `Denied` for somebody who is not registered; the database.
pub async fn raise(tx: &mut Tx, act: &Act<'_>, cry: &Cry<'_>) -> UseCaseResult<Raised> {
    let person_id = act.answerer()?.to_owned();
    // Whoever took the one before may be on the way to it; what is cried then is told to everybody again. A real cry is never a
    // part of an exercise.
    let goes_on = |open: &Distress| open.taken_at.is_none() && (cry.exercise || !open.exercise);
    let open = tx.open_distress_of(&person_id).await?.filter(goes_on);
    let fresh = open.is_none();
    let id = match open {
        Some(open) => {
            tx.append_distress(&open.id, &format!("\n{}", cry.words)).await?;
            open.id
        }
        None => write(tx, act, cry, &person_id).await?,
    };
    let Some(distress) = tx.distress(&id).await? else { return Ok(Raised { id, fresh }) };
    tx.audit(act, "distress.heard", &id, "").await?;
    let mut people = officers::on_duty(tx, act, &distress).await?;
    if distress.stage > 0 {
        people.extend(officers::above(tx, act, &distress).await?);
    }
    let text = card(tx, act, &distress, cry.words).await?;
    send(tx, act, &distress, &people, text).await?;
    Ok(Raised { id, fresh })
}

async fn write(tx: &mut Tx, act: &Act<'_>, cry: &Cry<'_>, person_id: &str) -> UseCaseResult<String> {
    let (id, seats) = (act.new_id(), tx.seats_of(person_id, act.at.local_date()).await?);
    let seat = seats.iter().find(|seat| seat.kind.may_answer()).or(seats.first());
    tx.insert_distress(&NewDistress {
        id: &id,
        commune_id: &act.commune_id,
        person_id,
        unit_id: seat.map(|seat| seat.unit_id.as_str()),
        chat_id: &cry.chat.id,
        reply_to: cry.reply_to,
        words: cry.words,
        exercise: cry.exercise,
        raised_at: act.at,
        next_at: act.at.plus_minutes(OFFICERS_MINUTES),
    })
    .await?;
    Ok(id)
}

/// "🆘 Thôn 03 – Mẫu Văn Bình, ĐT 0900 000 003 (21:47 28/9, nhắn riêng): nhà bà Tư bị sập".
async fn card(tx: &mut Tx, act: &Act<'_>, distress: &Distress, words: &str) -> UseCaseResult<String> {
    let locale = &act.house.locale;
    let name = look_up::name_of(tx, &distress.person_id).await?;
    let unit = match &distress.unit_id {
        Some(unit_id) => tx.unit(unit_id).await?.map(|unit| unit.name),
        None => None,
    };
    let place = match tx.chat(&distress.chat_id).await? {
        Some(chat) if chat.kind == ChatKind::Group => {
            let group = tx.group_of_chat(&chat.id).await?;
            group.map_or_else(|| say!(locale, "distress-in-group"), |group| group.name)
        }
        _ => say!(locale, "distress-in-private"),
    };
    let phone = tx.phone_of(&distress.person_id).await?;
    let phone =
        phone.map_or_else(|| say!(locale, "call-no-phone"), |phone| say!(locale, "call-phone", phone = phone.as_str()));
    let mut text = say!(
        locale,
        "card-distress",
        unit = unit.unwrap_or_else(|| say!(locale, "distress-no-unit")),
        name = name,
        phone = phone,
        time = format_short(Millis(distress.raised_at)),
        place = place,
        words = words
    );
    if act.unconfirmed {
        text.push('\n');
        text.push_str(&say!(locale, "distress-unconfirmed"));
    }
    if !distress.exercise {
        return Ok(text);
    }
    // Nobody may take a house that fell during an exercise for a part of it.
    Ok(mark::marked(locale, true, format!("{text}\n{}", say!(locale, "distress-exercise"))))
}

/// Sends a card to these people, before everything else; a chat that several share gets it once.
async fn send(tx: &mut Tx, act: &Act<'_>, distress: &Distress, people: &[String], text: String) -> UseCaseResult<()> {
    let locale = &act.house.locale;
    let (take, deny) = (say!(locale, "button-distress-take"), say!(locale, "button-distress-deny"));
    let note = Note { lane: Some(Lane::Rescue), ..Note::plain(text) }
        .with_row(&[(&take, &format!("ds:y:{}", distress.id))])
        .with_row(&[(&deny, &format!("ds:n:{}", distress.id))]);
    for (person_id, chat) in notify::chats_of_all(tx, act, people).await? {
        if let Some(message) = notify::card(tx, act, &chat, &note).await? {
            tx.insert_distress_card(&distress.id, &message, &person_id).await?;
            // The card shows a number.
            tx.audit(act, "phones.shown", &distress.id, &chat.id).await?;
        }
    }
    Ok(())
}

/// An officer takes it on: whoever cried, and everybody who has a card, reads who it is.
///
/// # Errors
/// `Denied` for whoever is neither on duty nor somebody it is passed on to; the database.
pub async fn take(tx: &mut Tx, act: &Act<'_>, id: &str, chat: &Chat) -> UseCaseResult<Pressed> {
    let Some(distress) = tx.distress(id).await? else { return Ok(Pressed::Over) };
    let person_id = may_press(tx, act, &distress).await?;
    let closes_at = act.at.plus_minutes(TAKEN_HOURS * 60);
    if !tx.take_distress(id, (&person_id, act.at), closes_at).await? {
        return taken_before(tx, &distress).await;
    }
    tx.audit(act, "distress.taken", id, "").await?;
    over(tx, act, &distress).await?;
    let name = look_up::name_of(tx, &person_id).await?;
    let text = say!(act.house.locale, "distress-taken", name = name, time = format_short(act.at));
    let text = mark::marked(&act.house.locale, distress.exercise, text);
    tell_card_chats(tx, act, id, (chat, &text)).await?;
    answer(tx, act, &distress, text).await?;
    let phone = tx.phone_of(&distress.person_id).await?.map(|phone| phone.as_str().to_owned());
    Ok(Pressed::Taken { phone })
}

/// An officer says that it is no call for help. Whoever cried is told, and how to go on if it is one; so is everybody with a card.
///
/// # Errors
/// As [`take`].
pub async fn deny(tx: &mut Tx, act: &Act<'_>, id: &str, chat: &Chat) -> UseCaseResult<Pressed> {
    let Some(distress) = tx.distress(id).await? else { return Ok(Pressed::Over) };
    let person_id = may_press(tx, act, &distress).await?;
    if !tx.deny_distress(id, &person_id).await? {
        return taken_before(tx, &distress).await;
    }
    tx.audit(act, "distress.denied", id, "").await?;
    over(tx, act, &distress).await?;
    tx.close_distress(id, act.at).await?;
    // Whoever knows better calls back: it is over for all of them.
    let name = look_up::name_of(tx, &person_id).await?;
    let denied = say!(act.house.locale, "distress-denied-by", name = name, time = format_short(act.at));
    tell_card_chats(tx, act, id, (chat, &mark::marked(&act.house.locale, distress.exercise, denied))).await?;
    let text = say!(act.house.locale, "distress-denied", numbers = numbers(act));
    answer(tx, act, &distress, text).await?;
    Ok(Pressed::Denied)
}

/// Tells what was decided wherever a card is, but for whoever pressed and read it over the chat. In a group only one of them did.
async fn tell_card_chats(tx: &mut Tx, act: &Act<'_>, id: &str, (from, text): (&Chat, &str)) -> UseCaseResult<()> {
    for chat_id in tx.distress_chats(id).await? {
        let Some(chat) = tx.chat(&chat_id).await? else { continue };
        if chat.id != from.id || chat.kind == ChatKind::Group {
            notify::say(tx, act, &chat, Purpose::Card, &Note::plain(text), None).await?;
        }
    }
    Ok(())
}

async fn taken_before(tx: &mut Tx, distress: &Distress) -> UseCaseResult<Pressed> {
    match &distress.taken_by {
        Some(person_id) => Ok(Pressed::Theirs { name: look_up::name_of(tx, person_id).await? }),
        None => Ok(Pressed::Over),
    }
}

/// Somebody on duty, an approver, an admin, or whoever sits in the commune's own seat: those a card can go to.
async fn may_press(tx: &mut Tx, act: &Act<'_>, distress: &Distress) -> UseCaseResult<String> {
    let person_id = act.person()?.to_owned();
    let roles = tx.roles_of(&person_id).await?;
    let by_role = roles.iter().any(|grant| matches!(grant.role, Role::Duty | Role::Approver | Role::Admin));
    if by_role || officers::above(tx, act, distress).await?.contains(&person_id) {
        return Ok(person_id);
    }
    Err(Denied::MissingRole(Role::Duty).into())
}

/// Nothing of the incident stays open once somebody has it.
async fn over(tx: &mut Tx, act: &Act<'_>, distress: &Distress) -> UseCaseResult<()> {
    if tx.close_incident(&scope(&distress.id), NO_OFFICER, act.at).await? {
        tracing::info!(scope = scope(&distress.id), kind = NO_OFFICER, "incident.closed");
    }
    Ok(())
}

/// Answers whoever cried, where it was heard, before everything else; where their account was locked since, wherever they are
/// written to.
async fn answer(tx: &mut Tx, act: &Act<'_>, distress: &Distress, text: String) -> UseCaseResult<()> {
    let Some(chat) = tx.chat(&distress.chat_id).await? else { return Ok(()) };
    let note = Note { lane: Some(Lane::Rescue), ..Note::plain(text) };
    if bind::is_locked(&chat) {
        for chat in notify::chats_of(tx, act, &distress.person_id).await? {
            notify::say(tx, act, &chat, Purpose::Reply, &note, None).await?;
        }
        return Ok(());
    }
    notify::say(tx, act, &chat, Purpose::Reply, &note, distress.reply_to.as_deref()).await
}

fn scope(id: &str) -> String {
    format!("distress:{id}")
}

/// Opens the incident of a call that nobody on duty could be told of, once, and tells the admins.
async fn no_officer(tx: &mut Tx, act: &Act<'_>, distress: &Distress) -> UseCaseResult<()> {
    if !open_incident(tx, act, &scope(&distress.id), NO_OFFICER, "").await? {
        return Ok(());
    }
    let text = say!(act.house.locale, "alert-no-officer", name = look_up::name_of(tx, &distress.person_id).await?);
    let note = Note { lane: Some(Lane::Rescue), ..Note::plain(text) };
    notify::tell_role(tx, act, Role::Admin, Purpose::Alert, &note).await?;
    Ok(())
}

/// What to dial: the officers on duty, as configured, and the numbers of the whole country.
#[must_use]
pub fn numbers(act: &Act<'_>) -> String {
    let country = say!(act.house.locale, "distress-numbers");
    match act.house.duty_phones.as_str() {
        "" => country,
        duty => format!("{duty}; {country}"),
    }
}

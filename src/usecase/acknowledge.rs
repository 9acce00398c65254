//! A village head's answer: heard, attributed, recorded, shown.
//!
//! The first answer sets the time; every further one is kept beside it. A negative never counts and always reaches the
//! composer. Whoever may not answer is met with silence.

use std::collections::BTreeSet;

use super::figures::Given;
use super::notify::{self, Note};
use super::{Act, UseCaseResult, look_up, mark, record, wall};
use crate::domain::ack::{
    self, Answer, AnswerWay, Attribution, IgnoreReason, Meaning, ObligationState, OpenItem, PersonSeat, UnitName,
};
use crate::domain::message::Purpose;
use crate::domain::org::SeatKind;
use crate::say;
use crate::store::Tx;
use crate::store::answers::{NewAcknowledgement, Obligation};
use crate::store::binding::{Chat, ChatKind};
use crate::store::organisation::HeldSeat;

mod gather;

/// Something that may be an answer, as it was heard.
#[derive(Debug, Clone)]
pub struct Heard<'a> {
    /// Where.
    pub chat: &'a Chat,
    /// How it reached us.
    pub way: AnswerWay,
    /// The words; empty for a button.
    pub text: &'a str,
    /// What the button or command says by itself; none reads the words.
    pub meaning: Option<Meaning>,
    /// The broadcast it points at: the button's, or that of our message replied to.
    pub broadcast: Option<String>,
    /// Whether it replies to another person's message.
    pub replied_to_other: bool,
    /// A key that the same press or message always has.
    pub dedupe: String,
    /// Whether only a receipt counts: the trouble in a call for help goes to those on duty, and is not kept for good.
    pub receipt_only: bool,
}

impl Heard<'_> {
    /// Whether hearing it at all proves that it was said to us.
    fn to_us(&self, act: &Act<'_>) -> bool {
        act.house.gateways.get(&self.chat.gateway).is_some_and(|traits| traits.hearing_is_address)
    }
}

/// One unit that an answer settled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settled {
    /// The unit's name.
    pub unit_name: String,
    /// Whether it is the unit's first answer.
    pub first: bool,
    /// Whether it came after the deadline.
    pub late: bool,
}

/// One of several things an answer may have meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// The obligation.
    pub obligation_id: String,
    /// The bulletin's code.
    pub code: String,
    /// The unit's name.
    pub unit_name: String,
}

/// What came of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heeded {
    /// It counts.
    Acknowledged {
        /// The bulletin's code.
        code: String,
        /// The units it settled.
        settled: Vec<Settled>,
        /// Whether the loudspeaker was recorded with it.
        aired: bool,
        /// Figures that stood in it, to be read back.
        figures: Option<Given>,
    },
    /// It is trouble; the composer was told.
    Trouble {
        /// The bulletin's code.
        code: String,
    },
    /// It may mean several things.
    AskWhich {
        /// What.
        choices: Vec<Choice>,
        /// Whether it said that it was read over the loudspeaker.
        aired: bool,
    },
    /// Nothing to do, and nothing to say.
    Silence(IgnoreReason),
}

/// Hears an answer and does what follows from it.
///
/// # Errors
/// The database.
pub async fn hear(tx: &mut Tx, act: &Act<'_>, heard: &Heard<'_>) -> UseCaseResult<Heeded> {
    let Some(person_id) = act.person_id.clone() else { return Ok(Heeded::Silence(IgnoreReason::NotAHolder)) };
    let seats = look_up::answering_seats(tx, act, &person_id).await?;
    let (answer, open) = gather::gather(tx, act, heard, &seats).await?;
    if answer.codes.is_empty() && gather::names_a_code(heard) {
        // A mistyped code must not settle whatever else happens to be open.
        return Ok(Heeded::Silence(IgnoreReason::NothingOpen));
    }
    let items: Vec<OpenItem> = open.iter().map(open_item).collect();
    match ack::attribute(&answer, &items) {
        Attribution::Ignore(reason) => Ok(Heeded::Silence(reason)),
        Attribution::AskWhich(_) | Attribution::Issue(_)
            if heard.receipt_only && matches!(answer.meaning, Meaning::Trouble { .. }) =>
        {
            Ok(Heeded::Silence(IgnoreReason::NothingOpen))
        }
        // A complaint is never held up by a question: it reaches the composer for everything it may be about.
        Attribution::AskWhich(ids) if matches!(answer.meaning, Meaning::Trouble { .. }) => {
            note_trouble(tx, act, heard, &chosen(&open, &ids)).await
        }
        Attribution::AskWhich(ids) => {
            let aired = matches!(answer.meaning, Meaning::Aired { .. });
            Ok(Heeded::AskWhich { choices: choices(tx, &chosen(&open, &ids)).await?, aired })
        }
        Attribution::Issue(ids) => note_trouble(tx, act, heard, &chosen(&open, &ids)).await,
        Attribution::Settle(ids) => settle(tx, act, heard, &answer, (&chosen(&open, &ids), &seats)).await,
    }
}

/// Settles one obligation that the person picked from a question we asked. The right is checked anew.
///
/// # Errors
/// The database.
pub async fn pick(tx: &mut Tx, act: &Act<'_>, heard: &Heard<'_>, obligation: &Obligation) -> UseCaseResult<Heeded> {
    let Some(person_id) = act.person_id.clone() else { return Ok(Heeded::Silence(IgnoreReason::NotAHolder)) };
    let seats = look_up::answering_seats(tx, act, &person_id).await?;
    if !seats.iter().any(|seat| seat.unit_id == obligation.unit_id) {
        return Ok(Heeded::Silence(IgnoreReason::NotTheirUnit));
    }
    // Taken back, or replaced, since it was asked about.
    if obligation.state == ObligationState::Superseded {
        return Ok(Heeded::Silence(IgnoreReason::NothingOpen));
    }
    let (answer, _) = gather::gather(tx, act, heard, &seats).await?;
    settle(tx, act, heard, &answer, (&[obligation], &seats)).await
}

/// Whether this person may still answer for a unit here: one of their own in private, one that the group covers otherwise.
///
/// # Errors
/// The database.
pub async fn is_awaited(tx: &mut Tx, act: &Act<'_>, chat: &Chat) -> UseCaseResult<bool> {
    let Some(person_id) = act.person_id.clone() else { return Ok(false) };
    let covered = match tx.group_of_chat(&chat.id).await? {
        Some(group) => tx.group_units(&group.id).await?,
        None => Vec::new(),
    };
    for seat in look_up::answering_seats(tx, act, &person_id).await? {
        let here = chat.kind == ChatKind::Private || covered.contains(&seat.unit_id);
        let open = tx.open_obligations_of_unit(&seat.unit_id).await?;
        if here && open.iter().any(|obligation| obligation.state == ObligationState::Awaiting) {
            return Ok(true);
        }
    }
    Ok(false)
}

fn open_item(obligation: &Obligation) -> OpenItem {
    OpenItem {
        obligation_id: obligation.id.clone(),
        broadcast_id: obligation.broadcast_id.clone(),
        unit_id: obligation.unit_id.clone(),
        state: obligation.state,
    }
}

fn chosen<'a>(open: &'a [Obligation], ids: &[String]) -> Vec<&'a Obligation> {
    open.iter().filter(|obligation| ids.contains(&obligation.id)).collect()
}

async fn choices(tx: &mut Tx, obligations: &[&Obligation]) -> UseCaseResult<Vec<Choice>> {
    let mut choices = Vec::new();
    for obligation in obligations {
        choices.push(Choice {
            obligation_id: obligation.id.clone(),
            code: look_up::code_of(tx, &obligation.broadcast_id).await?,
            unit_name: obligation.unit_name.clone(),
        });
    }
    Ok(choices)
}

async fn settle(
    tx: &mut Tx,
    act: &Act<'_>,
    heard: &Heard<'_>,
    answer: &Answer,
    whom: (&[&Obligation], &[HeldSeat]),
) -> UseCaseResult<Heeded> {
    let (obligations, seats) = whom;
    let mut settled = Vec::new();
    for obligation in obligations {
        settled.push(settle_one(tx, act, heard, answer, (obligation, seats)).await?);
    }
    // An account that waits to be confirmed acknowledges by it, and records nothing.
    let aired = matches!(answer.meaning, Meaning::Aired { .. }) && !act.unconfirmed;
    if aired {
        for obligation in obligations {
            if !tx.ladder_of(&obligation.broadcast_id).await?.is_some_and(|ladder| ladder.exercise) {
                record::aired(tx, act, obligation).await?;
            }
        }
    }
    let broadcasts: BTreeSet<&str> = obligations.iter().map(|obligation| obligation.broadcast_id.as_str()).collect();
    for broadcast_id in &broadcasts {
        // Only the code proves that the text was read here: the head may sit in another of our groups.
        if !answer.codes.is_empty() {
            prove_delivery(tx, act, broadcast_id, heard.chat).await?;
        }
        wall::answered(tx, act, broadcast_id, &heard.chat.id).await?;
    }
    let code = match broadcasts.first() {
        Some(broadcast_id) => look_up::code_of(tx, broadcast_id).await?,
        None => String::new(),
    };
    let figures = match (&answer.meaning, obligations) {
        // With several units nobody knows whose they are.
        (Meaning::Figures { households, people, .. }, [one]) if !act.unconfirmed => Some(Given {
            obligation_id: one.id.clone(),
            unit_name: one.unit_name.clone(),
            households: *households,
            people: *people,
        }),
        _ => None,
    };
    Ok(Heeded::Acknowledged { code, settled, aired, figures })
}

async fn settle_one(
    tx: &mut Tx,
    act: &Act<'_>,
    heard: &Heard<'_>,
    answer: &Answer,
    whom: (&Obligation, &[HeldSeat]),
) -> UseCaseResult<Settled> {
    let (obligation, seats) = whom;
    let late = act.at.0 > obligation.deadline;
    // The unit's own word takes the place of a call made in its stead.
    let first = tx.confirm_obligation(&obligation.id, act.at, late, false).await?
        || tx.replace_proxy(&obligation.id, act.at, late).await?;
    let own = seats.iter().find(|seat| seat.unit_id == obligation.unit_id);
    let seat_id = own.map_or_else(|| obligation.seat_id.clone(), |seat| seat.seat_id.clone());
    let acknowledgement = NewAcknowledgement {
        id: act.new_id(),
        obligation_id: obligation.id.clone(),
        person_id: act.answerer()?.to_owned(),
        seat_id,
        way: answer.recorded_way(),
        meaning: meaning_word(answer.meaning).to_owned(),
        received_at: act.at,
        late,
        dedupe: format!("{}:{}", heard.dedupe, obligation.id),
    };
    if tx.insert_acknowledgement(&acknowledgement).await? {
        tx.audit(act, "obligation.acknowledged", &obligation.id, &acknowledgement.id).await?;
    }
    Ok(Settled { unit_name: obligation.unit_name.clone(), first, late })
}

const fn meaning_word(meaning: Meaning) -> &'static str {
    match meaning {
        Meaning::Aired { .. } => "aired",
        Meaning::Done { .. } => "done",
        Meaning::Figures { .. } => "figures",
        _ => "received",
    }
}

/// An answer in a chat proves that what was sent there arrived: unknown messages of that delivery are settled by it.
async fn prove_delivery(tx: &mut Tx, act: &Act<'_>, broadcast_id: &str, chat: &Chat) -> UseCaseResult<()> {
    if chat.kind != ChatKind::Group {
        return Ok(());
    }
    for message in tx.texts_in_doubt(broadcast_id, &chat.id).await? {
        if tx.settle_as_sent(&message, act.at, "answered").await? {
            tx.audit(act, "message.settled", &message, "answered").await?;
        }
    }
    Ok(())
}

async fn note_trouble(
    tx: &mut Tx,
    act: &Act<'_>,
    heard: &Heard<'_>,
    obligations: &[&Obligation],
) -> UseCaseResult<Heeded> {
    let person_id = act.answerer()?.to_owned();
    let name = tx.person(&person_id).await?.map(|person| person.name).unwrap_or_default();
    let mut code = String::new();
    for obligation in obligations {
        let dedupe = format!("{}:{}", heard.dedupe, obligation.id);
        let parties = (obligation.id.as_str(), person_id.as_str());
        if !tx.insert_trouble(&act.new_id(), parties, heard.text, act.at, &dedupe).await? {
            continue;
        }
        tx.audit(act, "obligation.trouble", &obligation.id, "").await?;
        code = look_up::code_of(tx, &obligation.broadcast_id).await?;
        let text = say!(
            act.house.locale,
            "card-trouble",
            unit = obligation.unit_name.as_str(),
            words = heard.text,
            name = name.as_str(),
            code = code.as_str()
        );
        let exercise = tx.ladder_of(&obligation.broadcast_id).await?.is_some_and(|ladder| ladder.exercise);
        let text = mark::marked(&act.house.locale, exercise, text);
        tell_composer_of(tx, act, &obligation.broadcast_id, &text).await?;
    }
    Ok(Heeded::Trouble { code })
}

async fn tell_composer_of(tx: &mut Tx, act: &Act<'_>, broadcast_id: &str, text: &str) -> UseCaseResult<()> {
    let Some(broadcast) = tx.broadcast(broadcast_id).await? else { return Ok(()) };
    let Some(bulletin) = tx.bulletin(&broadcast.bulletin_id).await? else { return Ok(()) };
    notify::tell(tx, act, &bulletin.composer_id, Purpose::Card, &Note::plain(text)).await?;
    Ok(())
}

/// The names of the units a person may speak for, to be found in their words.
fn unit_names(seats: &[HeldSeat]) -> Vec<UnitName> {
    seats.iter().map(|seat| UnitName { unit_id: seat.unit_id.clone(), name: seat.unit_name.clone() }).collect()
}

/// The seats as attribution reads them.
fn person_seats(seats: &[HeldSeat]) -> Vec<PersonSeat> {
    let seat =
        |held: &HeldSeat| PersonSeat { unit_id: held.unit_id.clone(), answering: held.kind == SeatKind::Answering };
    seats.iter().map(seat).collect()
}

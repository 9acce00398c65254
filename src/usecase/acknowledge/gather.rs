//! Everything an answer's attribution needs, looked up.

use super::{Act, Answer, ChatKind, Heard, HeldSeat, Obligation, Tx, UnitName, UseCaseResult, ack};
use crate::domain::ack::{AnswerWay, CodesMean, Meaning, ObligationState};
use crate::domain::bulletin::{find_codes, parse_typed};
use crate::usecase::{UseCaseError, look_up};

/// How long after the confirmation words about the loudspeaker, with nothing said about what, may still be about it.
const AIRED_WITHIN_DAYS: i64 = 7;

/// The answer with what is known about it, and the obligations it may be about.
pub(super) async fn gather(
    tx: &mut Tx,
    act: &Act<'_>,
    heard: &Heard<'_>,
    seats: &[HeldSeat],
) -> UseCaseResult<(Answer, Vec<Obligation>)> {
    let private = heard.chat.kind == ChatKind::Private;
    let covered = covered_units(tx, heard).await?;
    let names = names_here(covered.as_deref(), seats);
    // A button has no words in which a name might stand.
    let speaker = if heard.text.is_empty() { None } else { tx.person(act.answerer()?).await? };
    let (codes, several) = broadcasts_named(tx, act, heard, seats).await?;
    let mut spoken: Vec<&str> = names.iter().map(|unit| unit.name.as_str()).collect();
    spoken.extend(speaker.as_ref().map(|person| person.name.as_str()));
    let answer = Answer {
        way: heard.way,
        replied_to_our_message: heard.broadcast.clone(),
        replied_to_other: heard.replied_to_other,
        private,
        proves_address: !private && heard.to_us(act),
        meaning: heard.meaning.unwrap_or_else(|| ack::understand_among(heard.text, &spoken)),
        named_units: ack::named_units(heard.text, &names),
        codes,
        codes_mean: if several { CodesMean::OneOf } else { CodesMean::All },
        person_seats: super::person_seats(seats),
        covered_units: covered.map(|units| units.into_iter().map(|unit| unit.unit_id).collect()),
    };
    let open = obligations(tx, act, &answer, seats).await?;
    Ok((answer, open))
}

/// The units a group covers; a private chat, and a group that is none of ours, cover none.
async fn covered_units(tx: &mut Tx, heard: &Heard<'_>) -> UseCaseResult<Option<Vec<UnitName>>> {
    let units = tx.units_in(&heard.chat.id).await?;
    Ok(units.map(|units| units.into_iter().map(|(unit_id, name)| UnitName { unit_id, name }).collect()))
}

/// Names worth recognising: the group's units and the person's own.
fn names_here(covered: Option<&[UnitName]>, seats: &[HeldSeat]) -> Vec<UnitName> {
    let mut names = super::unit_names(seats);
    for unit in covered.unwrap_or_default() {
        if names.iter().all(|known| known.unit_id != unit.unit_id) {
            names.push(unit.clone());
        }
    }
    names
}

/// The broadcasts whose codes stand in the words, and whether one of the codes may be any of several firings. After
/// `/danhan` a bare number is a code too.
async fn broadcasts_named(
    tx: &mut Tx,
    act: &Act<'_>,
    heard: &Heard<'_>,
    seats: &[HeldSeat],
) -> UseCaseResult<(Vec<String>, bool)> {
    let mut typed = find_codes(heard.text);
    if typed.is_empty() && heard.way == AnswerWay::Command {
        typed.extend(parse_typed(heard.text));
    }
    let (mut broadcasts, mut several) = (Vec::new(), false);
    for code in typed {
        match look_up::bulletin(tx, act, &typed_text(code)).await {
            Ok(bulletin) => {
                let mut meant = firings_meant(tx, &bulletin.id, code.firing, seats).await?;
                // A reply to one of them says which.
                if let Some(replied) = heard.broadcast.as_ref().filter(|replied| meant.contains(replied)) {
                    meant = vec![replied.clone()];
                }
                several |= meant.len() > 1;
                broadcasts.extend(meant);
            }
            Err(UseCaseError::Store(error)) => return Err(error.into()),
            Err(_) => {}
        }
    }
    Ok((broadcasts, several))
}

/// The firing that was named; without a number those still open to these seats, or else the latest.
async fn firings_meant(
    tx: &mut Tx,
    bulletin_id: &str,
    firing: Option<u32>,
    seats: &[HeldSeat],
) -> UseCaseResult<Vec<String>> {
    let all = tx.broadcasts_of(bulletin_id).await?;
    let latest: Vec<String> = all.last().map(|one| one.id.clone()).into_iter().collect();
    if all.last().is_none_or(|one| one.number.is_none()) {
        return Ok(latest);
    }
    if let Some(number) = firing {
        let named = all.into_iter().filter(|one| one.number == Some(i64::from(number)));
        return Ok(named.map(|one| one.id).collect());
    }
    let mut open = Vec::new();
    for seat in seats {
        let owed = tx.open_obligations_of_unit(&seat.unit_id).await?.into_iter();
        open.extend(owed.filter(|owed| owed.state == ObligationState::Awaiting).map(|owed| owed.broadcast_id));
    }
    let meant: Vec<String> = all.into_iter().map(|one| one.id).filter(|id| open.contains(id)).collect();
    Ok(if meant.is_empty() { latest } else { meant })
}

/// Whether the words name a bulletin by code, known or not.
pub(super) fn names_a_code(heard: &Heard<'_>) -> bool {
    let argument = heard.way == AnswerWay::Command && !heard.text.trim().is_empty();
    argument || !find_codes(heard.text).is_empty()
}

fn typed_text(code: crate::domain::bulletin::TypedCode) -> String {
    let prefix = code.kind.map_or(String::new(), |kind| format!("{}-", kind.prefix()));
    let year = code.year.map_or(String::new(), |year| format!("{year}-"));
    format!("{prefix}{year}{}", code.seq)
}

/// What the person's units have open, and what the answer points at in whatever state. What is read over the loudspeaker was
/// confirmed before as a rule.
async fn obligations(
    tx: &mut Tx,
    act: &Act<'_>,
    answer: &Answer,
    seats: &[HeldSeat],
) -> UseCaseResult<Vec<Obligation>> {
    let mut found: Vec<Obligation> = Vec::new();
    for seat in seats {
        let mut of_unit = tx.open_obligations_of_unit(&seat.unit_id).await?;
        if matches!(answer.meaning, Meaning::Aired { .. }) {
            of_unit.extend(tx.answered_obligations_of_unit(&seat.unit_id, act.at.plus_days(-AIRED_WITHIN_DAYS)).await?);
        }
        for broadcast_id in answer.codes.iter().chain(&answer.replied_to_our_message) {
            if of_unit.iter().all(|known| known.broadcast_id != *broadcast_id) {
                of_unit.extend(tx.obligation_of_unit(broadcast_id, &seat.unit_id).await?);
            }
        }
        for obligation in of_unit {
            if !found.iter().any(|known| known.id == obligation.id) {
                found.push(obligation);
            }
        }
    }
    Ok(found)
}

//! Figures in a head's answer are read back before they count: "Thôn 03: 12 hộ, 41 người. Đúng không?"

use super::compose::choice::{is_no, is_yes};
use super::{Response, Talk};
use crate::say;
use crate::store::Tx;
use crate::store::dialogues::Dialogue;
use crate::usecase::figures::{self, Given};
use crate::usecase::notify::Note;
use crate::usecase::{Act, UseCaseResult};

/// The conversation in which figures are confirmed.
pub(super) const FLOW: &str = "figures";

/// Reads them back. Where another conversation is open its row is left alone: the button answers then.
pub(super) async fn ask(tx: &mut Tx, act: &Act<'_>, talk: &Talk, given: &Given) -> UseCaseResult<()> {
    if talk.dialogue(tx).await?.is_none_or(|dialogue| dialogue.flow == FLOW) {
        talk.keep(tx, act, FLOW, given).await?;
    }
    let locale = &act.house.locale;
    let read = figures::words(locale, given.households.map(i64::from), given.people.map(i64::from));
    let text = say!(locale, "figures-ask", unit = given.unit_name.as_str(), figures = read);
    let part = |figure: Option<u32>| figure.map_or_else(|| "-".to_owned(), |figure| figure.to_string());
    let yes = format!("fg:y:{}:{}:{}", given.obligation_id, part(given.households), part(given.people));
    let labels = (say!(locale, "button-figures-right"), say!(locale, "button-figures-wrong"));
    let note = Note::plain(text).with_row(&[(&labels.0, &yes), (&labels.1, "fg:n")]);
    talk.say(tx, act, &note).await
}

/// "đúng", "sai", or other words: none then, and the question is over.
pub(super) async fn step(
    tx: &mut Tx,
    act: &Act<'_>,
    talk: &Talk,
    dialogue: &Dialogue,
    text: &str,
) -> UseCaseResult<Option<Response>> {
    talk.end(tx).await?;
    let Ok(given) = serde_json::from_str::<Given>(&dialogue.data) else { return Ok(None) };
    match text.trim() {
        said if said == "1" || is_yes(said) => confirmed(tx, act, talk, &given).await.map(Some),
        said if said == "2" || is_no(said) => wrong(tx, act, talk).await.map(Some),
        _ => Ok(None),
    }
}

/// `fg:y:<obligation>:<households>:<people>`, `fg:n`.
pub(super) async fn pressed(tx: &mut Tx, act: &Act<'_>, talk: &Talk, data: &str) -> UseCaseResult<Response> {
    if talk.dialogue(tx).await?.is_some_and(|dialogue| dialogue.flow == FLOW) {
        talk.end(tx).await?;
    }
    let fields: Vec<&str> = data.split(':').collect();
    let ["y", id, households, people] = fields.as_slice() else { return wrong(tx, act, talk).await };
    let Some(obligation) = tx.obligation(id).await? else {
        return Ok(Response::toast(say!(act.house.locale, "toast-old-button")));
    };
    let given = Given {
        obligation_id: obligation.id,
        unit_name: obligation.unit_name,
        households: households.parse().ok(),
        people: people.parse().ok(),
    };
    confirmed(tx, act, talk, &given).await
}

async fn confirmed(tx: &mut Tx, act: &Act<'_>, talk: &Talk, given: &Given) -> UseCaseResult<Response> {
    let locale = &act.house.locale;
    let Some(sums) = figures::record(tx, &talk.as_said(act), given).await? else {
        return Ok(Response::toast(say!(locale, "toast-old-button")));
    };
    let read = figures::words(locale, given.households.map(i64::from), given.people.map(i64::from));
    let total = figures::total_words(locale, &sums).unwrap_or_default();
    let text = say!(locale, "figures-recorded", unit = given.unit_name.as_str(), figures = read, total = total);
    talk.say(tx, act, &Note::plain(text)).await?;
    Ok(Response::default())
}

async fn wrong(tx: &mut Tx, act: &Act<'_>, talk: &Talk) -> UseCaseResult<Response> {
    talk.say(tx, act, &Note::plain(say!(act.house.locale, "figures-again"))).await?;
    Ok(Response::default())
}

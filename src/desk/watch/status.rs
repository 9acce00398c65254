//! `/trangthai`: how a bulletin went, and what can be done about what did not go.

use super::typed::{self, Wish};
use super::{Chosen, chosen, is_confidential, lines, settle};
use crate::desk::{Response, Talk};
use crate::domain::calendar::format_full;
use crate::domain::message::DeliveryState;
use crate::say;
use crate::store::Tx;
use crate::usecase::figures;
use crate::usecase::notify::Note;
use crate::usecase::status::{self, BroadcastStatus, BulletinStatus};
use crate::usecase::{Act, UseCaseResult, look_up};

/// Most rows of buttons under one answer; the rest is typed.
const MOST_ROWS: usize = 8;

/// `/trangthai [mã] [thấy n | gửi lại n | gửi lại]`.
pub(super) async fn command(tx: &mut Tx, act: &Act<'_>, talk: &Talk, args: &str) -> UseCaseResult<Response> {
    answer(tx, act, talk, typed::wish(args)).await
}

/// `/guilai <mã> [n]`.
pub(super) async fn again(tx: &mut Tx, act: &Act<'_>, talk: &Talk, args: &str) -> UseCaseResult<Response> {
    answer(tx, act, talk, typed::again(args)).await
}

async fn answer(tx: &mut Tx, act: &Act<'_>, talk: &Talk, what: (String, Wish)) -> UseCaseResult<Response> {
    let (code, wish) = what;
    let chosen = chosen(tx, act, &code).await?;
    if wish != Wish::Look {
        let done = settle::typed(tx, act, (&chosen.bulletin, chosen.firing), wish).await?;
        super::say_text(tx, act, talk, done).await?;
        return Ok(Response::default());
    }
    show(tx, act, talk, chosen).await
}

/// Says where a bulletin stands.
pub(super) async fn show(tx: &mut Tx, act: &Act<'_>, talk: &Talk, chosen: Chosen) -> UseCaseResult<Response> {
    let Chosen { bulletin, firing, said } = chosen;
    if firing.is_some() {
        look_up::firing(tx, &bulletin, firing).await?;
    }
    let status = status::of_bulletin(tx, act, &bulletin).await?;
    let mut note = Note::plain(String::new());
    let mut text: Vec<String> = said.into_iter().collect();
    text.push(lines::head(&act.house.locale, &status));
    match status.firing(firing) {
        None => text.push(not_sent(act, &status)),
        Some(broadcast) if is_confidential(tx, talk).await? => {
            text.extend(in_full(act, &status, broadcast));
            text.extend(figures::total_words(&act.house.locale, &tx.figure_sums(&broadcast.id).await?));
            note = with_buttons(act, note, broadcast, &bulletin.id);
        }
        Some(broadcast) => {
            text.push(lines::summary(&act.house.locale, broadcast));
            text.push(say!(act.house.locale, "watch-ask-in-private"));
        }
    }
    note.text = text.join("\n");
    talk.say(tx, act, &note).await?;
    Ok(Response::default())
}

fn in_full(act: &Act<'_>, status: &BulletinStatus, broadcast: &BroadcastStatus) -> Vec<String> {
    let locale = &act.house.locale;
    let mut text = lines::sums(locale, status, broadcast);
    text.extend(lines::troubled(locale, &broadcast.code, broadcast));
    text.extend(lines::awaited(locale, broadcast));
    text
}

fn not_sent(act: &Act<'_>, status: &BulletinStatus) -> String {
    let locale = &act.house.locale;
    match status.schedule {
        Some(schedule) => say!(locale, "watch-not-sent-until", time = format_full(schedule.fire_at)),
        None => say!(locale, "watch-not-sent"),
    }
}

/// A row for each doubt and each failure; labels carry the number when there are several.
fn with_buttons(act: &Act<'_>, mut note: Note, broadcast: &BroadcastStatus, bulletin_id: &str) -> Note {
    let doubts = lines::standing(broadcast, &[DeliveryState::Unknown]);
    let failures = lines::failed(broadcast);
    let several = doubts.len() + failures.len() > 1;
    let label = |number: usize, text: String| if several { format!("{number}. {text}") } else { text };
    let locale = &act.house.locale;
    for (number, delivery) in doubts.iter().chain(&failures).take(MOST_ROWS) {
        let Some(part) = lines::open_part(delivery) else { continue };
        let again = (label(*number, say!(locale, "button-again")), format!("r:{}", part.id));
        let seen = part.doubted.as_ref().map(|id| (label(*number, say!(locale, "button-seen")), format!("s:{id}")));
        let row: Vec<(&str, &str)> =
            seen.iter().chain(std::iter::once(&again)).map(|(label, data)| (label.as_str(), data.as_str())).collect();
        note = note.with_row(&row);
    }
    if failures.len() > 1 {
        let all = say!(locale, "button-all-again", count = failures.len());
        note = note.with_row(&[(&all, &format!("r:{}{}", settle::ALL, broadcast.id))]);
    }
    if !note.buttons.is_empty() {
        note = note.with_row(&[(&say!(locale, "button-look-again"), &format!("st:{bulletin_id}"))]);
    }
    note
}

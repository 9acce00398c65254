//! Buttons where there are none: each gets a number, and typing the number is pressing it.
//!
//! Numbers of one person's own answers begin at 1 and replace those of the answer before. Cards come unasked and several may
//! stand in a chat together, so theirs go on from 21 to 99 and round again: a number means one thing at a time.

use super::Note;
use crate::domain::render::Button;
use crate::say;
use crate::store::Tx;
use crate::store::binding::Chat;
use crate::store::menus::MenuChoice;
use crate::usecase::{Act, UseCaseResult};

/// First number of a card; one person's answers have at most this many less one.
const FIRST_OF_CARDS: i64 = 21;
/// Last number of a card: two digits are typed without looking twice.
const LAST_OF_CARDS: i64 = 99;
/// How long a number stands for its button, three days: a card about a bulletin is decided by then.
const LIVES_MILLIS: i64 = 3 * 24 * 3_600_000;

/// Who may type the numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::usecase) enum For<'a> {
    /// Whoever is in the chat and has the right.
    Everybody,
    /// One account.
    Account(&'a str),
}

/// The note with its choices as numbered lines, where the chat's gateway has no buttons; otherwise as it is.
pub(in crate::usecase) async fn numbered(
    tx: &mut Tx,
    act: &Act<'_>,
    chat: &Chat,
    note: &Note,
    whose: For<'_>,
) -> UseCaseResult<Note> {
    if note.buttons.is_empty() || act.house.render_for(&chat.gateway).buttons {
        return Ok(note.clone());
    }
    let buttons: Vec<_> = note.buttons.iter().flatten().collect();
    let numbers: Vec<i64> = match whose {
        For::Account(_) => (1..FIRST_OF_CARDS).collect(),
        For::Everybody => card_numbers(tx.latest_menu_number(&chat.id).await?, buttons.len()),
    };
    let lines = numbers.iter().zip(&buttons).map(|(number, button)| format!("{number}. {}", button.label));
    let lines: Vec<String> = lines.collect();
    let choices = numbers.iter().zip(&buttons);
    let choices: Vec<MenuChoice> =
        choices.map(|(number, button)| MenuChoice { number: *number, data: button.data.clone() }).collect();
    match whose {
        For::Account(account) => tx.replace_menu(&chat.id, account, &choices, act.wall).await?,
        For::Everybody => tx.add_menu(&chat.id, "", &choices, act.wall).await?,
    }
    let text = say!(act.house.locale, "menu-numbers", choices = lines.join("\n"));
    Ok(Note {
        text: format!("{}\n\n{text}", note.text.trim_end()),
        buttons: Vec::new(),
        lane: note.lane,
        ahead: note.ahead,
    })
}

/// The next numbers for a card of `count` choices after `last`; those of one card stand together.
fn card_numbers(last: Option<i64>, count: usize) -> Vec<i64> {
    let count = i64::try_from(count).unwrap_or(1).min(LAST_OF_CARDS - FIRST_OF_CARDS + 1);
    let next = last.map_or(FIRST_OF_CARDS, |last| last + 1).max(FIRST_OF_CARDS);
    let first = if next + count - 1 > LAST_OF_CARDS { FIRST_OF_CARDS } else { next };
    (first..first + count).collect()
}

/// A text of ours with its numbered lines, for another chat: the same choices under numbers that are free there. Lines whose choice
/// is over are left out.
///
/// # Errors
/// The database.
pub(in crate::usecase) async fn moved(
    tx: &mut Tx,
    act: &Act<'_>,
    way: (&Chat, &Chat),
    text: &str,
) -> UseCaseResult<String> {
    let (from, to) = way;
    let since = act.wall.plus_ms(-LIVES_MILLIS);
    let Some((said, choices)) = split_numbers(text) else { return Ok(text.to_owned()) };
    let mut kept = Vec::new();
    for (number, label) in choices {
        let data = tx.menu_choice(&from.id, &from.external_id, number, since).await?;
        kept.extend(data.map(|data| Button { label: label.to_owned(), data }));
    }
    let buttons = kept.into_iter().map(|button| vec![button]).collect();
    let note = Note { buttons, ..Note::plain(said) };
    Ok(numbered(tx, act, to, &note, For::Everybody).await?.text)
}

/// A text of ours without its numbered lines.
pub(in crate::usecase) fn without_numbers(text: &str) -> &str {
    split_numbers(text).map_or(text, |(said, _)| said).trim_end()
}

/// A text, and the choices in its last block, each with its number.
fn split_numbers(text: &str) -> Option<(&str, Vec<(i64, &str)>)> {
    let (said, block) = text.trim_end().rsplit_once("\n\n")?;
    let choices = block.lines().skip(1).map(|line| {
        let (number, label) = line.split_once(". ")?;
        Some((number.parse().ok()?, label))
    });
    let choices: Vec<(i64, &str)> = choices.collect::<Option<_>>()?;
    (!choices.is_empty()).then_some((said, choices))
}

/// The data of the button that typed words stand for: a number, alone, offered here and not too long ago.
///
/// # Errors
/// The database.
pub async fn typed(
    tx: &mut Tx,
    now: crate::domain::calendar::Millis,
    chat_id: &str,
    account: &str,
    text: &str,
) -> UseCaseResult<Option<String>> {
    let Some(number) = number(text) else { return Ok(None) };
    Ok(tx.menu_choice(chat_id, account, number, now.plus_ms(-LIVES_MILLIS)).await?)
}

/// "21", "21.", "số 21", "#21".
fn number(text: &str) -> Option<i64> {
    let folded = crate::domain::text::fold(text);
    let word = folded.strip_prefix("so ").unwrap_or(&folded).trim();
    let short = (1..=2).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_digit());
    short.then(|| word.parse().ok()).flatten().filter(|number| (1..=LAST_OF_CARDS).contains(number))
}

#[cfg(test)]
mod tests {
    use super::{card_numbers, number, split_numbers, without_numbers};

    #[test]
    fn numbers_of_cards_go_on_and_come_round() {
        assert_eq!(card_numbers(None, 2), [21, 22]);
        assert_eq!(card_numbers(Some(22), 2), [23, 24]);
        assert_eq!(card_numbers(Some(98), 2), [21, 22], "both choices of a card stand together");
    }

    #[test]
    fn numbered_lines_are_told_from_the_text_before_them() {
        let card = "VB-2025-0001\n\n1. Một\n\nĐồng chí trả lời bằng số:\n21. Duyệt\n22. Trả lại";
        assert_eq!(split_numbers(card), Some(("VB-2025-0001\n\n1. Một", vec![(21, "Duyệt"), (22, "Trả lại")])));
        assert_eq!(without_numbers("VB\n\nMột đoạn\nkhông đánh số\n"), "VB\n\nMột đoạn\nkhông đánh số");
    }

    #[test]
    fn a_number_alone_is_a_choice_and_a_number_among_words_is_not() {
        assert_eq!(number("21"), Some(21));
        assert_eq!(number(" 21. "), Some(21));
        assert_eq!(number("Số 21"), Some(21));
        assert_eq!(number("21 băng zôn"), None);
        assert_eq!(number("2025"), None);
        assert_eq!(number("0"), None);
    }
}

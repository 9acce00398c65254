//! What only some channels ask for: people, places, what came down, a theme, yes or no, a decision's number.

use super::{is_link, whole};
use crate::domain::channel::Channel;
use crate::domain::document::parse_reference;
use crate::domain::text::fold;

/// Words behind a number of people that belong to it.
const PRESENT: [&[&str]; 6] = [&["tham", "du"], &["tham", "gia"], &["co", "mat"], &["du", "hop"], &["du"], &["nghe"]];
/// Themes are numbered by one digit.
const THEME: &str = "nd";

/// "gỡ", "tháo dỡ", "hạ xuống" in front, of what is put up.
pub(super) fn take_removal(words: &mut Vec<&str>, channel: Channel) -> bool {
    let folded = |at: usize| words.get(at).map(|word| fold(word)).unwrap_or_default();
    if !channel.is_put_up() || !matches!(folded(0).as_str(), "go" | "thao" | "ha" | "da" | "boc") {
        return false;
    }
    let mut count = 1;
    if folded(0) == "da" {
        // "đã gỡ", and not "đã treo".
        if !matches!(folded(1).as_str(), "go" | "thao" | "ha" | "boc") {
            return false;
        }
        count = 2;
    }
    count += usize::from(matches!(folded(count).as_str(), "bo" | "do" | "xuong" | "di"));
    words.drain(..count);
    true
}

/// "ND3" or "#nd3", wherever it stands.
pub(super) fn take_theme(words: &mut Vec<&str>) -> Option<String> {
    let is_theme = |word: &&str| {
        let word = word.trim_matches(['#', '(', ')', ',', ';', '.']).to_lowercase();
        word.strip_prefix(THEME).is_some_and(|number| number.len() == 1 && whole(number).is_some())
    };
    let at = words.iter().position(is_theme)?;
    Some(words.remove(at).trim_matches(['#', '(', ')', ',', ';', '.']).to_uppercase())
}

/// "45 người" in front. "45 người dân được hướng dẫn" begins a sentence and stays in it.
pub(super) fn take_people_in_front(words: &mut Vec<&str>, channel: Channel) -> Option<i64> {
    let number = people_at(words, 0, channel)?;
    if words.get(2).is_some_and(|word| matches!(fold(word).as_str(), "dan" | "cao" | "tieu")) {
        return None;
    }
    words.drain(..2 + present(&words[2..]));
    Some(number)
}

/// "…, 45 người dự" at the end.
pub(super) fn take_people_behind(words: &mut Vec<&str>, channel: Channel) -> Option<i64> {
    let starts = words.len().saturating_sub(4)..words.len();
    let (at, number) = starts.rev().find_map(|at| people_at(words, at, channel).map(|number| (at, number)))?;
    let behind = &words[at + 2..];
    if present(behind) != behind.len() {
        return None;
    }
    words.truncate(at);
    let connected = words.last().is_some_and(|word| matches!(fold(word).as_str(), "co" | "voi" | "gom"));
    words.truncate(words.len() - usize::from(connected));
    if let Some(last) = words.last_mut() {
        *last = last.trim_end_matches([',', ';', ':', '-']);
    }
    words.retain(|word| !word.is_empty());
    Some(number)
}

fn people_at(words: &[&str], at: usize, channel: Channel) -> Option<i64> {
    let number = words.get(at).and_then(|word| whole(word)).filter(|_| channel.gathers_people())?;
    let people = words.get(at + 1).is_some_and(|word| matches!(fold(word).as_str(), "nguoi" | "luot" | "dai"));
    people.then_some(number)
}

/// How many of the first words say that people were there.
fn present(words: &[&str]) -> usize {
    let folded: Vec<String> = words.iter().take(2).map(|word| fold(word)).collect();
    let begins = |present: &&&[&str]| folded.iter().take(present.len()).map(String::as_str).eq(present.iter().copied());
    PRESENT.iter().find(begins).map_or(0, |found| found.len())
}

/// "có", "đã bố trí", "chưa" alone: whether it is done. The word is taken away, since it is no title.
pub(super) fn take_answer(words: &mut Vec<&str>) -> Option<bool> {
    // The address of the banner stands beside the answer, and is its proof.
    let said: Vec<&str> = words.iter().copied().filter(|word| !is_link(word)).collect();
    let answer = match fold(&said.join(" ")).as_str() {
        "co" | "roi" | "co roi" | "xong" | "da xong" | "da co" | "da lam" | "da gan" | "da bo tri" | "da treo" => true,
        "chua" | "khong" | "ko" | "chua co" | "chua lam" | "chua gan" | "chua bo tri" | "chua xong" => false,
        _ => return None,
    };
    words.clear();
    Some(answer)
}

/// The words behind the last "tại" or "ở", of what is put up.
pub(super) fn place(words: &[&str], channel: Channel) -> Option<String> {
    let at = words.iter().rposition(|word| matches!(word.to_lowercase().as_str(), "tại" | "ở" | "tai"))?;
    let place = words[at + 1..].join(" ");
    (channel.is_put_up() && !place.is_empty()).then_some(place)
}

/// The number of the decision that gave the money, "45/QĐ-UBND".
pub(super) fn decision(words: &[&str]) -> Option<String> {
    let found = words.iter().find(|word| word.contains('/') && parse_reference(word).is_ok());
    found.map(|word| (*word).to_owned())
}

//! Finding the numbers and symbols cited in running text.

use super::{Form, Reference, parse_reference};
use crate::domain::text;

/// Longer words cannot be a number and symbol, with what hangs on them; bytes.
const LONGEST_WORD: usize = 240;

/// Every number and symbol cited in `text`, in order, repeats included.
///
/// Stricter than [`parse_reference`]: the symbol must be in capitals as printed, and a công văn needs its number and
/// two groups, so that "và/hoặc", "24/7", "km/h" and dates are not taken for citations. A citation broken over a line
/// end after its dash or slash is joined again.
#[must_use]
pub fn find_references(text: &str) -> Vec<Reference> {
    let text = text::nfc(text);
    let words: Vec<&str> = text.split_whitespace().map(trim_word).collect();
    let mut found = Vec::new();
    let mut at = 0;
    while at < words.len() {
        let (reference, used) = read_at(&words[at..]);
        found.extend(reference);
        at += used;
    }
    found
}

/// The citation that starts at the first word, if any, and how many words it takes.
fn read_at(words: &[&str]) -> (Option<Reference>, usize) {
    let Some(first) = words.first() else { return (None, 1) };
    let second = words.get(1).filter(|second| belong_together(first, second));
    let joined = second.and_then(|second| read_word(&format!("{first}{second}")));
    if joined.is_some() {
        return (joined, 2);
    }
    (read_word(first), 1)
}

/// "101 /KH-UBND" and "101/KH- UBND" are one citation in two words.
fn belong_together(first: &str, second: &str) -> bool {
    let starts_with_digit = first.starts_with(|c: char| c.is_ascii_digit());
    starts_with_digit && (first.ends_with(['/', '-', '–']) || second.starts_with(['/', '-', '–']))
}

/// Quotes and brackets around a citation are not part of it; neither is the punctuation after it.
fn trim_word(word: &str) -> &str {
    let word = word.trim_start_matches(['(', '[', '{', '"', '\'', '“', '‘', '«']);
    word.trim_end_matches([')', ']', '}', '"', '\'', '”', '’', '»', '.', ',', ';', ':'])
}

fn read_word(word: &str) -> Option<Reference> {
    if word.len() > LONGEST_WORD || !word.contains(['/', '∕', '⁄']) {
        return None;
    }
    let reference = parse_reference(word).ok()?;
    is_citation(&reference, word).then_some(reference)
}

fn is_citation(reference: &Reference, word: &str) -> bool {
    let letter_is_whole =
        reference.number.is_some() && reference.organ.split('-').filter(|g| g.chars().count() > 1).count() > 1;
    // Read from the word, because parsing raises lower case.
    let symbol_start = word.find(['/', '-', '–']).map_or("", |at| &word[at..]);
    let capital = symbol_start.chars().find(|c| c.is_alphabetic()).is_some_and(char::is_uppercase);
    let organ_is_capital =
        reference.organ.chars().next().is_some_and(|c| word.contains(c)) && word.contains(&reference.organ);
    capital && organ_is_capital && (reference.form != Form::OfficialLetter || letter_is_whole)
}

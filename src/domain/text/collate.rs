//! Sorting as Vietnamese offices do: numbers by value, letters and tones in the order of the alphabet.
//!
//! The order is that of the Unicode CLDR collation for `vi`: a ă â b c d đ e ê … o ô ơ … u ư are different
//! letters, tones (none, huyền, hỏi, ngã, sắc, nặng) decide only between words with the same letters, and
//! capitals only after that. Signs come before numbers, numbers before letters.

use std::cmp::Ordering;

use unicode_normalization::UnicodeNormalization;

use super::{is_diacritic, nfc};

/// The letters of the alphabet, with the foreign f, j, w and z where the dictionary puts them.
const ALPHABET: &str = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz";

/// Bases of the four classes of primary weights, far enough apart for any character or length.
const NUMBER: u64 = 1 << 32;
const LETTER: u64 = 2 << 32;
const FOREIGN: u64 = 3 << 32;

/// Compares by number, then by letter and tone: "Thôn 2" before "Thôn 10", "Đông" after "Dũng".
///
/// Total: two texts are equal only if their NFC forms are.
#[must_use]
pub fn natural_cmp(a: &str, b: &str) -> Ordering {
    if a == b { Ordering::Equal } else { natural_key(a).cmp(&natural_key(b)) }
}

/// What [`natural_cmp`] compares: for whoever sorts many, so that each is looked at once.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct NaturalKey(SortKey, String);

/// The key of a text.
#[must_use]
pub fn natural_key(text: &str) -> NaturalKey {
    let text = nfc(text);
    NaturalKey(SortKey::of(&text), text)
}

/// Compares people by given name (the last word), then middle names, then family name.
///
/// Total, like [`natural_cmp`]. Capitals decide only between otherwise equal names.
#[must_use]
pub fn person_cmp(a: &str, b: &str) -> Ordering {
    let (a, b) = (nfc(a), nfc(b));
    person_key(&a).cmp(&person_key(&b)).then_with(|| natural_cmp(&a, &b))
}

/// Given, middle and family name as (letters, tones) each.
fn person_key(name: &str) -> [(Vec<u64>, Vec<u8>); 3] {
    let words: Vec<&str> = name.split_whitespace().collect();
    let (given, family, middle) = match words.as_slice() {
        [] => ("", "", String::new()),
        [only] => (*only, "", String::new()),
        [family, middle @ .., given] => (*given, *family, middle.join(" ")),
    };
    [given, &middle, family].map(|part| {
        let key = SortKey::of(part);
        (key.letters, key.tones)
    })
}

/// The three levels of comparison; the whole of one level is compared before the next.
#[derive(Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct SortKey {
    letters: Vec<u64>,
    tones: Vec<u8>,
    capitals: Vec<bool>,
}

impl SortKey {
    fn of(text: &str) -> Self {
        let mut key = Self::default();
        let mut chars = text.nfkd().peekable();
        while let Some(c) = chars.next() {
            if c.is_ascii_digit() {
                let mut digits = String::from(c);
                digits.extend(std::iter::from_fn(|| chars.next_if(char::is_ascii_digit)));
                key.push_number(&digits);
                continue;
            }
            let marks: Vec<char> = std::iter::from_fn(|| chars.next_if(|mark| is_diacritic(*mark))).collect();
            key.push_letter(c, &marks);
        }
        key
    }

    /// A number weighs by its count of digits, then digit by digit, so its size never overflows.
    fn push_number(&mut self, digits: &str) {
        let significant = digits.trim_start_matches('0');
        self.letters.push(NUMBER + significant.len() as u64);
        self.letters.extend(significant.bytes().map(u64::from));
    }

    fn push_letter(&mut self, c: char, marks: &[char]) {
        let lower = c.to_lowercase().next().unwrap_or(c);
        let shape = marks.iter().find_map(|mark| composed(lower, *mark));
        let letter = shape.unwrap_or(lower);
        let weight = primary(letter);
        if weight == u64::from(' ') && self.letters.last() == Some(&weight) {
            return;
        }
        self.letters.push(weight);
        let tone = marks.iter().filter(|mark| composed(lower, **mark).is_none()).map(|mark| tone_rank(*mark)).max();
        self.tones.push(tone.unwrap_or(0));
        self.capitals.push(c != lower);
    }
}

/// The letter of the alphabet that a base and a mark make together, if they make one.
fn composed(base: char, mark: char) -> Option<char> {
    match (base, mark) {
        ('a', '\u{306}') => Some('ă'),
        ('a', '\u{302}') => Some('â'),
        ('e', '\u{302}') => Some('ê'),
        ('o', '\u{302}') => Some('ô'),
        ('o', '\u{31B}') => Some('ơ'),
        ('u', '\u{31B}') => Some('ư'),
        _ => None,
    }
}

fn primary(letter: char) -> u64 {
    if let Some(rank) = ALPHABET.chars().position(|known| known == letter) {
        return LETTER + rank as u64;
    }
    if letter.is_whitespace() {
        return u64::from(' ');
    }
    if letter.is_alphabetic() { FOREIGN + u64::from(letter) } else { u64::from(letter) }
}

/// CLDR `vi`: grave, hook, tilde, acute, dot below.
fn tone_rank(mark: char) -> u8 {
    match mark {
        '\u{300}' => 1,
        '\u{309}' => 2,
        '\u{303}' => 3,
        '\u{301}' => 4,
        '\u{323}' => 5,
        _ => 6,
    }
}

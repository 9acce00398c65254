//! Whether words speak of danger now: a house that fell, people that are missing, a call for rescue.
//!
//! Pure, and read before anything else decides about a message of a village head. Two mistakes are possible, and they do
//! not weigh the same: a cry that is not heard, and an officer on duty woken for nothing. So what is in doubt is a cry, and
//! only what plainly speaks of something else is none:
//!
//! * words that mean another thing in their company ("thương binh", "ngập tràn", "hàng cứu trợ", "nghiên cứu");
//! * what is said not to be ("không ai bị thương", "hết ngập"), but never in a call for rescue ("chưa cứu được");
//! * what is prepared, taught or collected for ("tập huấn cứu hộ", "phòng chống sạt lở").
//!
//! A word typed with accents must be that very word; one typed without any may be any word it can stand for, so single
//! words of which most readings are harmless ("sap", "troi", "cuu") need company. Called by admission and by the desk.

use std::sync::LazyLock;

use crate::domain::text::{fold, nfc};

mod phrases;
#[cfg(test)]
mod tests;

/// The longest text that is read, in UTF-8 bytes: the longest message a platform carries. What is behind it is not read.
const LONGEST: usize = 16_384;
/// Words before a danger among which a "không" speaks of it.
const NEGATED_WITHIN: usize = 3;

/// One typed word.
#[derive(Debug)]
struct Word {
    /// Composed, in lower case.
    raw: String,
    /// The same without accents.
    key: String,
    /// Whether punctuation or a line's end stands before it.
    starts_clause: bool,
    /// Whether it is a name, or belongs to a phrase of another meaning.
    taken: bool,
}

/// A word of a phrase, as it is written with accents and without.
#[derive(Debug)]
struct Sign {
    raw: String,
    key: String,
}

/// Words in a row.
#[derive(Debug)]
struct Phrase(Vec<Sign>);

static HARMLESS: LazyLock<Vec<Phrase>> = LazyLock::new(|| phrases(phrases::HARMLESS));
static RESCUE: LazyLock<Vec<Phrase>> = LazyLock::new(|| phrases(phrases::RESCUE));
static DANGER: LazyLock<Vec<Phrase>> = LazyLock::new(|| phrases(phrases::DANGER));
static SPOKEN_OF: LazyLock<Vec<Phrase>> = LazyLock::new(|| phrases(phrases::SPOKEN_OF));

fn phrases(listed: &str) -> Vec<Phrase> {
    let sign = |word: &str| Sign { raw: word.to_owned(), key: fold(word) };
    let phrase = |line: &str| Phrase(line.split_whitespace().map(sign).collect());
    listed.split([',', '\n']).map(phrase).filter(|phrase| !phrase.0.is_empty()).collect()
}

impl Phrase {
    /// Whether the words from `at` on are this phrase; none of them may be taken.
    fn stands(&self, words: &[Word], at: usize) -> bool {
        let bare_is_enough = self.0.len() > 1;
        let typed = words.get(at..at + self.0.len());
        typed.is_some_and(|typed| {
            typed.iter().zip(&self.0).all(|(word, sign)| word.may_be(sign, bare_is_enough))
                && typed.iter().skip(1).all(|word| !word.starts_clause)
        })
    }
}

impl Word {
    /// Whether it is that word: letter for letter, or, where that is enough, typed without any accent.
    fn may_be(&self, sign: &Sign, bare_is_enough: bool) -> bool {
        let is_bare = self.raw == self.key;
        !self.taken && (self.raw == sign.raw || (bare_is_enough && is_bare && self.key == sign.key))
    }
}

/// Whether a text speaks of danger now. `names` are those of the speaker and of units, whose words mean nothing else.
#[must_use]
pub fn speaks_of_danger(text: &str, names: &[&str]) -> bool {
    let mut words = words(text);
    for name in names {
        let sign = |word: Word| Sign { raw: word.raw, key: word.key };
        take(&mut words, &Phrase(self::words(name).into_iter().map(sign).collect()));
    }
    // "SOS" and its sign are a call in any language.
    if text.contains('🆘') || words.iter().any(|word| word.raw == "sos") {
        return true;
    }
    for phrase in HARMLESS.iter() {
        take(&mut words, phrase);
    }
    let found = |phrases: &[Phrase], at: usize| phrases.iter().any(|phrase| phrase.stands(&words, at));
    (0..words.len()).any(|at| {
        (found(&RESCUE, at) && !is_spoken_of(&words, at))
            || ((found(&DANGER, at) || falls(&words, at)) && !is_denied(&words, at) && !is_spoken_of(&words, at))
    })
}

/// Takes the words of a phrase out of what is read.
fn take(words: &mut [Word], phrase: &Phrase) {
    let count = phrase.0.len();
    for at in 0..words.len() {
        if count > 0 && phrase.stands(words, at) {
            words[at..at + count].iter_mut().for_each(|word| word.taken = true);
        }
    }
}

/// "nha ba tu sap": without accents "sắp" (soon) too, which always has its verb behind it.
fn falls(words: &[Word], at: usize) -> bool {
    let word = &words[at];
    let bare = word.raw == word.key && !word.taken && matches!(word.key.as_str(), "sap" | "xap" | "sup");
    let next = words.get(at + 1).filter(|next| !next.starts_clause);
    bare && next.is_none_or(|next| phrases::BEHIND_FALLEN.contains(&next.key.as_str()))
}

/// Whether it is said not to be so: "không ai bị thương", "chưa bị ngập", "nước đã hết ngập".
fn is_denied(words: &[Word], at: usize) -> bool {
    let start = clause_of(words, at);
    let near = at.saturating_sub(NEGATED_WITHIN).max(start);
    words[near..at].iter().any(|word| {
        matches!(
            word.raw.as_str(),
            "không" | "chưa" | "chẳng" | "chả" | "hết" | "ko" | "k" | "khong" | "chua" | "hok" | "hem"
        )
    })
}

/// Whether the clause speaks of it in general: a drill, a course, a collection, a plan.
fn is_spoken_of(words: &[Word], at: usize) -> bool {
    (clause_of(words, at)..at).any(|before| SPOKEN_OF.iter().any(|phrase| phrase.stands(words, before)))
}

/// Where the clause of a word begins.
fn clause_of(words: &[Word], at: usize) -> usize {
    (1..=at).rev().find(|index| words[*index].starts_clause).unwrap_or_default()
}

fn words(text: &str) -> Vec<Word> {
    let mut end = text.len().min(LONGEST);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let (mut words, mut raw, mut starts_clause) = (Vec::new(), String::new(), false);
    let text = nfc(&text[..end]).to_lowercase();
    for c in text.chars().chain([' ']) {
        // Marks that no composed letter took up, and characters that nobody sees, stand inside words.
        if matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}') {
            continue;
        }
        if c.is_alphanumeric() || matches!(c, '\u{300}'..='\u{36f}') {
            raw.push(c);
            continue;
        }
        if !raw.is_empty() {
            let raw = std::mem::take(&mut raw);
            words.push(Word { key: fold(&raw), raw, starts_clause, taken: false });
            starts_clause = false;
        }
        starts_clause |= matches!(c, ',' | '.' | ';' | ':' | '!' | '?' | '…' | '\n' | '(' | ')' | '–' | '—');
    }
    words
}

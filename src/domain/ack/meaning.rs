//! Reads one answer: received, aired, done, figures, trouble, or nothing of the kind.
//!
//! How a text becomes an acknowledgement, in this order:
//!
//! 1. A negative word or "mất điện" makes it trouble or nothing, never an acknowledgement ([`super::trouble`]).
//! 2. A question mark, or talk about others ("các bác đã nhận"), makes it nothing.
//! 3. If every word belongs to the closed vocabulary, the phrases decide, and so does their strength.
//! 4. If a first clause, closed by punctuation, does so and the rest neither asks nor hedges, it is the same
//!    answer but weak: "đã nhận, chiều nay họp thôn" counts only where we know it was said to us.
//! 5. Anything else is [`Meaning::Other`], however much it looks like an answer in the middle.

use super::trouble::{self, TroubleKind};
use super::vocabulary::{
    Act, CODE_PREFIXES, FIGURE_FILLERS, HEDGES, HOUSEHOLD_NOUNS, PEOPLE_NOUNS, Sense, VILLAGE_WORDS, is_stranger,
    phrase_at,
};
use super::words::{THUMB, Word, has_question_mark, words};
use crate::domain::text_enum::text_enum;

#[cfg(test)]
mod tests;

text_enum! {
    /// How far an answer can be believed without knowing what it was said to.
    pub enum Strength {
        /// Says it beyond doubt ("đã nhận", or anything with a bulletin's code).
        Strong => "strong",
        /// Could be said to anybody ("ok", "rõ", 👍): counts only with proof of address.
        Weak => "weak",
        /// "dạ" alone, which without accents is also "đã": counts only as a direct reply.
        Bare => "bare",
    }
}

/// What an answer says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// The bulletin was received.
    Received {
        /// How far to believe it.
        strength: Strength,
    },
    /// It was read out over the village loudspeaker, hence received.
    Aired {
        /// How far to believe it.
        strength: Strength,
    },
    /// It was carried out, hence received.
    Done {
        /// How far to believe it.
        strength: Strength,
    },
    /// Figures were given, hence it was received. Echo them back before they count.
    Figures {
        /// How far to believe it.
        strength: Strength,
        /// Number of households, if given.
        households: Option<u32>,
        /// Number of people, if given.
        people: Option<u32>,
    },
    /// Something is wrong: never an acknowledgement, opens an issue.
    Trouble {
        /// How far to believe that it is about a bulletin at all.
        strength: Strength,
        /// What is wrong.
        kind: TroubleKind,
    },
    /// Nothing of the kind.
    Other,
}

impl Meaning {
    /// The strength of the answer; `None` if it is not one.
    #[must_use]
    pub const fn strength(self) -> Option<Strength> {
        match self {
            Self::Received { strength }
            | Self::Aired { strength }
            | Self::Done { strength }
            | Self::Figures { strength, .. }
            | Self::Trouble { strength, .. } => Some(strength),
            Self::Other => None,
        }
    }

    /// Whether the answer says that the bulletin was received.
    #[must_use]
    pub const fn acknowledges(self) -> bool {
        !matches!(self, Self::Trouble { .. } | Self::Other)
    }
}

/// Reads an answer in which no unit or person is named except by number ("thôn 3").
#[must_use]
pub fn understand(text: &str) -> Meaning {
    understand_among(text, &[])
}

/// Reads an answer that may contain the given names, of units or of the speaker ("Mẫu Văn Bình").
///
/// Names are compared without accents. A word outside both the names and the vocabulary costs the answer
/// its strength, so the caller should pass the speaker's own name and the names of the group's units.
#[must_use]
pub fn understand_among(text: &str, names: &[&str]) -> Meaning {
    let words = words(text);
    let names: Vec<Vec<Word>> = names.iter().map(|name| self::words(name)).collect();
    let items = parse(&words, &names);
    let core = summarise(&items);
    let asks = has_question_mark(text);
    match trouble::find(&words, &items, core.acknowledges(), asks) {
        trouble::Finding::Trouble(kind, strength) => Meaning::Trouble { strength, kind },
        trouble::Finding::Question => Meaning::Other,
        trouble::Finding::Nothing if asks || speaks_of_others(&words, &items) => Meaning::Other,
        trouble::Finding::Nothing => decide(&words, &items, core),
    }
}

/// Whether an answer is nothing but an answer: every word of it was understood, nothing is wrong and nothing is asked. Words that
/// are too many to be an answer say more.
#[must_use]
pub fn is_plain(text: &str, names: &[&str]) -> bool {
    let words = words(text);
    let names: Vec<Vec<Word>> = names.iter().map(|name| self::words(name)).collect();
    let known = parse(&words, &names).iter().all(|item| item.token != Token::Unknown);
    let is_trouble = matches!(understand_among(text, &[]), Meaning::Trouble { .. });
    known && !words.is_empty() && !has_question_mark(text) && !is_trouble
}

/// What one stretch of words is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token {
    Phrase(Sense),
    Unit,
    Code,
    Households(u32),
    People(u32),
    Unknown,
}

/// One stretch of words and what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Item {
    pub(super) token: Token,
    /// Index of its first word.
    pub(super) start: usize,
}

fn parse(words: &[Word], names: &[Vec<Word>]) -> Vec<Item> {
    let mut items = Vec::new();
    let mut at = 0;
    while at < words.len() {
        let (token, length) = token_at(words, at, names);
        items.push(Item { token, start: at });
        at += length.max(1);
    }
    items
}

fn token_at(words: &[Word], at: usize, names: &[Vec<Word>]) -> (Token, usize) {
    let special = name_at(words, at, names)
        .or_else(|| village_at(words, at))
        .or_else(|| figure_at(words, at))
        .or_else(|| code_at(words, at))
        .or_else(|| time_at(words, at));
    if let Some(found) = special {
        return found;
    }
    if let Some((sense, length)) = phrase_at(words, at) {
        return (Token::Phrase(sense), length);
    }
    (single_word(words, at), 1)
}

fn single_word(words: &[Word], at: usize) -> Token {
    let word = &words[at];
    let counted = || (0..words.len()).any(|index| figure_at(words, index).is_some());
    let names_document = word.number.is_some() && beside_thing(words, at);
    if word.key == THUMB {
        Token::Phrase(Sense::Core(Act::Receive, false))
    } else if names_document || (FIGURE_FILLERS.contains(&word.key.as_str()) && counted()) {
        Token::Phrase(Sense::Filler)
    } else {
        Token::Unknown
    }
}

/// A number next to a kind of document is the document's: "văn bản số 42", "101/KH-UBND".
fn beside_thing(words: &[Word], at: usize) -> bool {
    let is_thing = |index: usize| matches!(phrase_at(words, index), Some((Sense::Thing, _)));
    let before = at.checked_sub(1).is_some_and(|index| is_thing(index) || words[index].key == "so");
    // "văn bản" ends in "bản", which alone is no thing: look one word further back as well.
    let long_before = at.checked_sub(2).is_some_and(is_thing);
    before || long_before || (at + 1 < words.len() && is_thing(at + 1))
}

fn name_at(words: &[Word], at: usize, names: &[Vec<Word>]) -> Option<(Token, usize)> {
    let fits = |name: &&Vec<Word>| {
        let tail = &words[at..];
        tail.len() >= name.len() && name.iter().zip(tail).all(|(a, b)| a.key == b.key)
    };
    let longest = names.iter().filter(|name| !name.is_empty()).filter(fits).map(Vec::len).max()?;
    Some((Token::Unit, longest))
}

/// "thôn 3", "thôn số 3", "t3", "thôn 3 và 4"; the numbers that follow belong to it unless they count.
fn village_at(words: &[Word], at: usize) -> Option<(Token, usize)> {
    let numbers = village_numbers(words, at)?;
    let last = numbers.last()?.0;
    Some((Token::Unit, last + 1 - at))
}

/// The village numbers of a mention that begins at `at`, each with the index of its word.
pub(super) fn village_numbers(words: &[Word], at: usize) -> Option<Vec<(usize, u32)>> {
    let word = words.get(at)?;
    let mut next = at + 1;
    if words.get(next).is_some_and(|word| word.key == "so") {
        next += 1;
    }
    let abbreviated = word.key == "t" && words.get(next).is_some_and(|word| word.glued);
    if !abbreviated && !VILLAGE_WORDS.contains(&word.key.as_str()) {
        return None;
    }
    let mut numbers = Vec::new();
    while let Some(number) = plain_number(words, next) {
        numbers.push((next, number));
        next += 1;
        if words.get(next).is_some_and(|word| word.key == "va") {
            next += 1;
        }
    }
    if numbers.is_empty() { None } else { Some(numbers) }
}

/// A number that names, rather than counts households, people or hours.
fn plain_number(words: &[Word], at: usize) -> Option<u32> {
    let number = words.get(at)?.number?;
    let counts = figure_at(words, at).is_some() || time_at(words, at).is_some();
    if counts || number > 999 { None } else { Some(number) }
}

fn figure_at(words: &[Word], at: usize) -> Option<(Token, usize)> {
    let number = words.get(at)?.number?;
    let noun = words.get(at + 1).filter(|noun| !noun.starts_clause && !is_stranger(noun))?;
    let after = words.get(at + 2).map(|word| word.key.as_str());
    if HOUSEHOLD_NOUNS.contains(&noun.key.as_str()) {
        return Some((Token::Households(number), 2));
    }
    match (noun.key.as_str(), after) {
        ("nhan", Some("khau")) => Some((Token::People(number), 3)),
        ("nhan", _) => None,
        (key, _) if PEOPLE_NOUNS.contains(&key) => Some((Token::People(number), 2)),
        _ => None,
    }
}

/// "VB-2025-0042", "vb 42", "vb42".
fn code_at(words: &[Word], at: usize) -> Option<(Token, usize)> {
    if !CODE_PREFIXES.contains(&words.get(at)?.key.as_str()) {
        return None;
    }
    let number = |index: usize| words.get(index).and_then(|word| word.number);
    let year = number(at + 1)?;
    let is_year = (2000..2100).contains(&year);
    Some((Token::Code, if is_year && number(at + 2).is_some() { 3 } else { 2 }))
}

/// A time of day, which says when and changes nothing: "lúc 7h30", "7 giờ 30", "7g".
fn time_at(words: &[Word], at: usize) -> Option<(Token, usize)> {
    words.get(at)?.number.filter(|hour| *hour < 24)?;
    let unit = words.get(at + 1)?;
    let is_hour = (unit.glued && matches!(unit.key.as_str(), "h" | "g")) || unit.key == "gio";
    if !is_hour {
        return None;
    }
    let has_minutes =
        words.get(at + 2).is_some_and(|word| word.number.is_some_and(|minute| minute < 60) && !word.starts_clause);
    Some((Token::Phrase(Sense::Filler), if has_minutes { 3 } else { 2 }))
}

/// "các bác đã nhận" tells of others; "đã nhận các bác ạ" and "kính gửi các bác, thôn 3 đã nhận" do not.
fn speaks_of_others(words: &[Word], items: &[Item]) -> bool {
    let is_core = |item: &Item| matches!(item.token, Token::Phrase(Sense::Core(..)));
    let Some(core) = items.iter().position(is_core) else { return false };
    let others = items[..core].iter().rposition(|item| item.token == Token::Phrase(Sense::Others));
    others.is_some_and(|others| {
        let between = &items[others + 1..=core];
        !between.iter().any(|item| item.token == Token::Unit || words[item.start].starts_clause)
    })
}

/// What a run of known items says on the whole.
fn summarise(items: &[Item]) -> Meaning {
    let mut figures = Figures::default();
    let mut act = None;
    let mut strong = false;
    let mut bare = false;
    for item in items {
        match item.token {
            Token::Households(number) => figures.add(number, true),
            Token::People(number) => figures.add(number, false),
            Token::Code => strong = true,
            Token::Phrase(Sense::Core(found, is_strong)) => {
                act = act.max(Some(found));
                strong |= is_strong;
            }
            Token::Phrase(Sense::Da) => bare = true,
            Token::Phrase(_) | Token::Unit | Token::Unknown => {}
        }
    }
    if let Some(meaning) = figures.meaning() {
        return meaning;
    }
    let strength = if strong { Strength::Strong } else { Strength::Weak };
    match act {
        Some(Act::Do) => Meaning::Done { strength },
        Some(Act::Air) => Meaning::Aired { strength },
        Some(Act::Receive) => Meaning::Received { strength },
        // A code and nothing else is an answer too; "dạ" and nothing else is the weakest one.
        None if strong => Meaning::Received { strength },
        None if bare => Meaning::Received { strength: Strength::Bare },
        None => Meaning::Other,
    }
}

#[derive(Default)]
struct Figures {
    households: Option<u32>,
    people: Option<u32>,
    given: usize,
}

impl Figures {
    fn add(&mut self, number: u32, of_households: bool) {
        let slot = if of_households { &mut self.households } else { &mut self.people };
        *slot = Some(number);
        self.given += 1;
    }

    /// `None` if no figure was given; [`Meaning::Other`] if two contradict, since a guess would be reported.
    fn meaning(&self) -> Option<Meaning> {
        let distinct = usize::from(self.households.is_some()) + usize::from(self.people.is_some());
        match self.given {
            0 => None,
            given if given > distinct => Some(Meaning::Other),
            _ => {
                Some(Meaning::Figures { strength: Strength::Strong, households: self.households, people: self.people })
            }
        }
    }
}

fn decide(words: &[Word], items: &[Item], whole: Meaning) -> Meaning {
    let Some(unknown) = items.iter().position(|item| item.token == Token::Unknown) else { return whole };
    if let Meaning::Figures { .. } = whole {
        return weakened(whole);
    }
    let clause_end = (1..=unknown).rev().find(|index| words[items[*index].start].starts_clause);
    let Some(end) = clause_end else { return Meaning::Other };
    let hedged = words[items[end].start..].iter().any(|word| HEDGES.contains(&word.key.as_str()));
    let has_core = items[..end].iter().any(|item| matches!(item.token, Token::Phrase(Sense::Core(..))));
    if hedged || !has_core { Meaning::Other } else { weakened(summarise(&items[..end])) }
}

fn weakened(meaning: Meaning) -> Meaning {
    let strength = Strength::Weak;
    match meaning {
        Meaning::Received { .. } => Meaning::Received { strength },
        Meaning::Aired { .. } => Meaning::Aired { strength },
        Meaning::Done { .. } => Meaning::Done { strength },
        Meaning::Figures { households, people, .. } => Meaning::Figures { strength, households, people },
        Meaning::Trouble { kind, .. } => Meaning::Trouble { strength, kind },
        Meaning::Other => Meaning::Other,
    }
}

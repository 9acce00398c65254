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
//! A topic silences no rescue that is asked for ("cần thuyền cứu hộ ngay").
//!
//! A word typed with accents must be that very word; one typed without any may be any word it can stand for where its whole
//! phrase is typed so, so single words of which most readings are harmless ("sap", "troi", "cuu") need company. Called by
//! admission and by the desk.

use std::sync::LazyLock;

use crate::domain::text::{fold, nfc};

mod phrases;
#[cfg(test)]
mod tests;

/// The longest text that is read, in UTF-8 bytes: the longest message a platform carries. What is behind it is not read.
const LONGEST: usize = 16_384;
/// Words before a danger among which a thing makes it harmless: "âm ly bị cháy".
const THING_WITHIN: usize = 4;
/// Words before help among which it is asked for: "cử lực lượng cứu hộ".
const ASKED_WITHIN: usize = 3;
/// Words behind help among which it is urgent: "thuyền cứu hộ cho thôn ngay".
const URGENT_WITHIN: usize = 4;

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
    /// Whether no word of its clause carries an accent.
    in_bare_clause: bool,
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
static AID: LazyLock<Vec<Phrase>> = LazyLock::new(|| phrases(phrases::AID));
static GRAVE: LazyLock<Vec<Phrase>> = LazyLock::new(|| phrases(phrases::GRAVE));
static DANGER: LazyLock<Vec<Phrase>> = LazyLock::new(|| phrases(phrases::DANGER));
static SPELT: LazyLock<Vec<Phrase>> = LazyLock::new(|| phrases(phrases::SPELT));
static JOY: LazyLock<Vec<Phrase>> = LazyLock::new(|| phrases(phrases::JOY));
static SPOKEN_OF: LazyLock<Vec<Phrase>> = LazyLock::new(|| phrases(phrases::SPOKEN_OF));

fn phrases(listed: &str) -> Vec<Phrase> {
    let sign = |word: &str| Sign { raw: word.to_owned(), key: fold(word) };
    let phrase = |line: &str| Phrase(line.split_whitespace().map(sign).collect());
    listed.split([',', '\n']).map(phrase).filter(|phrase| !phrase.0.is_empty()).collect()
}

impl Phrase {
    /// Whether it stands at a word: letter for letter, or every word of it typed without an accent.
    fn stands(&self, words: &[Word], at: usize) -> bool {
        self.is_spelt(words, at)
            || (self.0.len() > 1
                && self.at(words, at).is_some_and(|typed| self.pairs(typed).all(|(word, sign)| word.is_bare_of(sign))))
    }

    /// Whether it stands there letter for letter.
    fn is_spelt(&self, words: &[Word], at: usize) -> bool {
        self.at(words, at).is_some_and(|typed| self.pairs(typed).all(|(word, sign)| word.is(sign)))
    }

    fn pairs<'a>(&'a self, typed: &'a [Word]) -> impl Iterator<Item = (&'a Word, &'a Sign)> {
        typed.iter().zip(&self.0)
    }

    /// As many words as it has, in one clause, none of them taken.
    fn at<'a>(&self, words: &'a [Word], at: usize) -> Option<&'a [Word]> {
        let typed = words.get(at..at + self.0.len())?;
        let one_clause = typed.iter().skip(1).all(|word| !word.starts_clause);
        (one_clause && typed.iter().all(|word| !word.taken)).then_some(typed)
    }
}

impl Word {
    /// Whether it is that word; `#` is any number.
    fn is(&self, sign: &Sign) -> bool {
        self.raw == sign.raw || (sign.raw == "#" && self.raw.starts_with(|c: char| c.is_ascii_digit()))
    }

    /// Whether it was typed without any accent and may be that word.
    fn is_bare_of(&self, sign: &Sign) -> bool {
        (self.raw == self.key && self.key == sign.key) || self.is(sign) && sign.raw == "#"
    }

    /// Whether it is one of these, which are written with accents; typed without them it counts only in a clause without any.
    fn is_one_of(&self, listed: &[&str]) -> bool {
        listed.iter().any(|other| self.raw == *other || (self.in_bare_clause && self.raw == fold(other)))
    }
}

/// How loud a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Loudness {
    Silent,
    Danger,
    Rescue,
}

/// Whether a text speaks of danger now. `names` are those of the speaker and of units, whose words mean nothing else.
#[must_use]
pub fn speaks_of_danger(text: &str, names: &[&str]) -> bool {
    loudness(text, names) > Loudness::Silent
}

/// Whether it calls for rescue, or speaks of people who are hurt, missing or buried: what no form may swallow.
#[must_use]
pub fn calls_for_rescue(text: &str, names: &[&str]) -> bool {
    loudness(text, names) == Loudness::Rescue
}

fn loudness(text: &str, names: &[&str]) -> Loudness {
    let mut words = words(text);
    for name in names {
        let sign = |word: Word| Sign { raw: word.raw, key: word.key };
        take(&mut words, &Phrase(self::words(name).into_iter().map(sign).collect()));
    }
    // "SOS" and its sign are a call in any language.
    if text.contains('🆘') || words.iter().any(|word| word.raw == "sos") {
        return Loudness::Rescue;
    }
    // Before what is harmless is taken out: "cần thuyền cứu hộ ngay" is about no boat in a store.
    if (0..words.len()).any(|at| length(&AID, &words, at).is_some_and(|count| is_asked_for(&words, at, count))) {
        return Loudness::Rescue;
    }
    for phrase in HARMLESS.iter() {
        take(&mut words, phrase);
    }
    for phrase in JOY.iter() {
        take_but_of_water(&mut words, phrase);
    }
    (0..words.len()).map(|at| loudness_at(&words, at)).max().unwrap_or(Loudness::Silent)
}

fn loudness_at(words: &[Word], at: usize) -> Loudness {
    if let Some(count) = length(&RESCUE, words, at)
        && (!is_spoken_of(words, at) || is_asked_for(words, at, count))
    {
        return Loudness::Rescue;
    }
    let grave = length(&GRAVE, words, at);
    let spelt = SPELT.iter().filter(|phrase| phrase.is_spelt(words, at)).map(|phrase| phrase.0.len()).max();
    let count = grave.max(length(&DANGER, words, at)).max(spelt).or_else(|| falls(words, at).then_some(1));
    match count {
        Some(count) if !is_denied(words, at) && !is_spoken_of(words, at) && !is_of_a_thing(words, at, count) => {
            if grave.is_some() { Loudness::Rescue } else { Loudness::Danger }
        }
        _ => Loudness::Silent,
    }
}

/// How many words the longest of the phrases has that stand at a word.
fn length(phrases: &[Phrase], words: &[Word], at: usize) -> Option<usize> {
    phrases.iter().filter(|phrase| phrase.stands(words, at)).map(|phrase| phrase.0.len()).max()
}

/// Whether help is asked for or urgent: "cử lực lượng cứu hộ", "cứu hộ với", "xe cứu thương gấp"; but "không cần cứu hộ".
fn is_asked_for(words: &[Word], at: usize, count: usize) -> bool {
    let near = at.saturating_sub(ASKED_WITHIN).max(clause_of(words, at));
    let asks = (near..at).any(|index| {
        words[index].is_one_of(&phrases::ASKING) && (index == 0 || !words[index - 1].is_one_of(&phrases::DENYING))
    });
    let clause = words[at + 1..].iter().take_while(|word| !word.starts_clause).count() + at + 1;
    let behind = &words[(at + count).min(clause)..clause];
    let is_date =
        |index: usize| behind.get(index + 1).is_some_and(|next| next.raw.starts_with(|c: char| c.is_ascii_digit()));
    let urgent = behind
        .iter()
        .take(URGENT_WITHIN)
        .enumerate()
        .any(|(index, word)| word.is_one_of(&phrases::URGING) && !(word.raw == "ngay" && is_date(index)));
    let ends = words[at..(at + count).min(words.len())].last();
    asks || urgent || [ends, behind.first()].into_iter().flatten().any(|word| word.is_one_of(&phrases::PLEADING))
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

/// As [`take`], but not where water is spoken of: "nước lũ tràn ngập cả thôn".
fn take_but_of_water(words: &mut [Word], phrase: &Phrase) {
    let is_water = |words: &[Word], index: usize| {
        words[index].is_one_of(&["nước", "nác", "lũ", "lụt"]) && (index == 0 || !words[index - 1].is_one_of(&["đất"]))
    };
    for at in 0..words.len() {
        if phrase.stands(words, at) && !(clause_of(words, at)..at).any(|index| is_water(words, index)) {
            words[at..at + phrase.0.len()].iter_mut().for_each(|word| word.taken = true);
        }
    }
}

/// "nha ba tu sap": without accents "sắp" (soon) too, which has its verb behind it and no house before it.
fn falls(words: &[Word], at: usize) -> bool {
    let word = &words[at];
    let bare = word.raw == word.key && !word.taken && matches!(word.key.as_str(), "sap" | "xap" | "sup");
    let next = words.get(at + 1).filter(|next| !next.starts_clause);
    let near = at.saturating_sub(THING_WITHIN).max(clause_of(words, at));
    let has_fallen = words[near..at].iter().any(|before| phrases::CAN_FALL.contains(&before.key.as_str()));
    bare && has_fallen && next.is_none_or(|next| phrases::BEHIND_FALLEN.contains(&next.key.as_str()))
}

/// Whether it is said not to be so: "không ai bị thương", "chưa bị ngập", "nước đã hết ngập". In "đường không đi được ngập hết"
/// it is the road that is denied.
fn is_denied(words: &[Word], at: usize) -> bool {
    let start = clause_of(words, at);
    let mut before = words[start..at].iter().rev().skip_while(|word| word.is_one_of(&["bị"])).peekable();
    if before.peek().is_some_and(|word| word.is_one_of(&["hết"])) {
        return true;
    }
    let mut before = before.skip_while(|word| word.is_one_of(&phrases::BETWEEN_DENIAL));
    before.next().is_some_and(|word| word.is_one_of(&phrases::DENYING))
}

/// Whether a thing burnt, fell or drifted away that nobody is rescued for: "loa bị cháy", "tin bị trôi"; not "báo tin nhà sập".
fn is_of_a_thing(words: &[Word], at: usize, count: usize) -> bool {
    let end = (at + count + 1).min(words.len());
    if !words[at..at + count].iter().any(|word| word.is_one_of(&phrases::OF_THINGS)) {
        return false;
    }
    let near = at.saturating_sub(THING_WITHIN).max(clause_of(words, at));
    let thing = (near..at).rev().find(|index| words[*index].is_one_of(&phrases::THINGS));
    thing.is_some_and(|thing| !words[thing + 1..end].iter().any(|word| word.is_one_of(&phrases::NO_THINGS)))
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
            words.push(Word { key: fold(&raw), raw, starts_clause, taken: false, in_bare_clause: false });
            starts_clause = false;
        }
        starts_clause |= matches!(c, ',' | '.' | ';' | ':' | '!' | '?' | '…' | '\n' | '(' | ')' | '–' | '—');
    }
    join(&mut words);
    mark_bare(&mut words);
    words
}

/// "Phòng, chống" and "cứu nạn, cứu hộ" are one phrase, however they are written.
fn join(words: &mut [Word]) {
    for at in 1..words.len() {
        let with = |offset: usize| words.get(at + offset).map_or("", |word| word.raw.as_str());
        let one = matches!(
            (words[at - 1].raw.as_str(), with(0), with(1)),
            ("phòng", "chống", _) | ("nạn", "cứu", "hộ") | ("hộ", "cứu", "nạn")
        );
        words[at].starts_clause &= !one;
    }
}

fn mark_bare(words: &mut [Word]) {
    let mut start = 0;
    while start < words.len() {
        let rest = words[start + 1..].iter().take_while(|word| !word.starts_clause).count();
        let clause = &mut words[start..=start + rest];
        let bare = clause.iter().all(|word| word.raw == word.key);
        for word in clause {
            word.in_bare_clause = bare;
        }
        start += rest + 1;
    }
}

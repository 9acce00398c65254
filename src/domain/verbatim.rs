//! Whether a text that somebody pasted or forwarded is, word for word, one that we sent.
//!
//! Compared are words: blanks, punctuation, emoji, capitals and the lines around a bulletin make no difference. Where the words
//! differ, what can do harm is named: addresses, telephone and account numbers, dates and hours, amounts that stand in the text
//! and not in ours. Called by `/xacminh` alone; pure, and bounded in length.

use std::collections::BTreeSet;

use crate::domain::text::{fold, nfc};

mod facts;
#[cfg(test)]
mod tests;

pub use facts::{Fact, facts};

/// The longest text that is compared, in UTF-8 bytes; what is behind it is not read.
const LONGEST: usize = 16_384;
/// Shortest text that is taken for a pasted one, characters.
const SHORTEST: usize = 40;
/// Words in a row that are a piece of a bulletin: a message of several, or a paragraph.
const PIECE: usize = 12;
/// Words in a row by which texts are recognised.
const ROW: usize = 3;

/// Whether words are a text to be checked, and not a code or talk: long, or with an address in it.
#[must_use]
pub fn is_pasted(text: &str) -> bool {
    text.chars().count() >= SHORTEST || facts(text).iter().any(|fact| fact.is_link)
}

/// A text that we sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Genuine {
    /// All of it as it stood in the groups, but for files.
    pub whole: String,
    /// What it says: its title and its body.
    pub core: String,
}

/// What a pasted text is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Ours, word for word.
    Identical,
    /// A piece of ours, word for word, and long enough to be known.
    Piece,
    /// Like ours, with other words.
    Differs {
        /// What stands in it and not in ours, as it was typed, in the order of the text.
        wrong: Vec<Fact>,
    },
    /// Another text.
    Other,
}

/// Compares a pasted text with one of ours. `named`: it carries our bulletin's code, and so claims to be it.
#[must_use]
pub fn compare(pasted: &str, genuine: &Genuine, named: bool) -> Verdict {
    let pasted = start_of(pasted);
    let (said, core, whole) = (words(pasted), words(&genuine.core), words(&genuine.whole));
    if said.is_empty() || core.is_empty() {
        return Verdict::Other;
    }
    // Words alone must not be enough: "7.5" and "75" are one sequence of digits cut differently, and addresses have no words.
    let ours: Vec<Fact> = facts(&genuine.whole).into_iter().chain(facts(&genuine.core)).collect();
    let wrong: Vec<Fact> = facts(pasted).into_iter().filter(|fact| !ours.iter().any(|own| own.means(fact))).collect();
    if wrong.is_empty() && (said == core || (holds(&whole, &said) && holds(&said, &core))) {
        return Verdict::Identical;
    }
    if wrong.is_empty() && said.len() >= PIECE && holds(&whole, &said) {
        return Verdict::Piece;
    }
    if named || alike(&said, &core) { Verdict::Differs { wrong } } else { Verdict::Other }
}

/// Whether a sequence of words stands in another.
fn holds(all: &[String], part: &[String]) -> bool {
    !part.is_empty() && all.windows(part.len()).any(|window| window == part)
}

/// Whether half of the rows of three words of either text stand in the other.
fn alike(said: &[String], core: &[String]) -> bool {
    let rows = |words: &[String]| -> BTreeSet<String> { words.windows(ROW).map(|row| row.join(" ")).collect() };
    // Accents are lost on the way.
    let bare = |words: &[String]| -> Vec<String> { words.iter().map(|word| fold(word)).collect() };
    let (said, core) = (rows(&bare(said)), rows(&bare(core)));
    let common = said.intersection(&core).count();
    common > 0 && common * 2 >= said.len().min(core.len())
}

fn words(text: &str) -> Vec<String> {
    let text = nfc(start_of(text)).to_lowercase();
    let visible = text.chars().filter(|c| !is_invisible(*c));
    let mut split = String::new();
    for c in visible {
        match c {
            // Whichever way round it stands turns a sentence over.
            '<' | '>' | '≤' | '≥' => split.extend([' ', c, ' ']),
            c if c.is_alphanumeric() => split.push(c),
            _ => split.push(' '),
        }
    }
    split.split_whitespace().map(str::to_owned).collect()
}

/// Characters that nobody sees.
const fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

fn start_of(text: &str) -> &str {
    let mut end = text.len().min(LONGEST);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

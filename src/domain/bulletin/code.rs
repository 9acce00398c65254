//! The code of a bulletin, `VB-2025-0042`: printed one way, typed in many.
//!
//! Codes are unique per (commune, kind, year). [`Code`] is the exact form, used for rows and for anything
//! printed. People type `vb42`, `VB-42`, `vb 42` or just `42`; [`parse_typed`] reads an argument that must be a
//! code and [`find_codes`] looks for codes in running text, where a bare number means nothing. What
//! was left out ([`TypedCode`]) is filled in by the caller from what is open, never guessed here.

use std::collections::HashSet;
use std::fmt;
use std::str::FromStr;

use super::Kind;
use crate::domain::text::nfc;

mod scan;
#[cfg(test)]
mod tests;

/// Most digits a running number may have; a commune sends a few thousand bulletins a year.
const MAX_SEQ_DIGITS: usize = 6;
/// Longest argument that is worth reading as a code, in characters.
const MAX_TYPED_CHARS: usize = 64;

/// The code of one bulletin, complete.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code {
    /// The kind, printed as its prefix.
    pub kind: Kind,
    /// The calendar year in Việt Nam in which the code was given, 2000 to 2099.
    pub year: u16,
    /// The running number of the kind in the year, from 1.
    pub seq: u32,
}

/// The text is not a code in its exact form.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{found}` is not a code such as VB-2025-0042")]
pub struct CodeError {
    /// What was found, cut to 64 characters.
    pub found: String,
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{:04}-{:04}", self.kind.prefix(), self.year, self.seq)
    }
}

impl FromStr for Code {
    type Err = CodeError;

    /// Reads exactly what [`fmt::Display`] prints and nothing else.
    fn from_str(text: &str) -> Result<Self, CodeError> {
        let code = strict(text).filter(|code| code.to_string() == text);
        code.ok_or_else(|| CodeError { found: text.chars().take(MAX_TYPED_CHARS).collect() })
    }
}

fn strict(text: &str) -> Option<Code> {
    let mut fields = text.split('-');
    let kind = Kind::from_prefix(fields.next()?)?;
    let year = scan::year(fields.next()?)?;
    let seq = scan::seq(fields.next()?)?;
    fields.next().is_none().then_some(Code { kind, year, seq })
}

/// A code as somebody typed it: the number, and whatever else they gave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TypedCode {
    /// The kind, when a prefix was typed.
    pub kind: Option<Kind>,
    /// The year, when four digits of it were typed.
    pub year: Option<u16>,
    /// The running number, from 1.
    pub seq: u32,
    /// The firing of a recurring bulletin, `.3` at the end, from 1.
    pub firing: Option<u32>,
}

impl TypedCode {
    /// Whether a complete code is what was typed, as far as it was typed.
    #[must_use]
    pub fn matches(&self, code: &Code) -> bool {
        self.seq == code.seq
            && self.kind.is_none_or(|kind| kind == code.kind)
            && self.year.is_none_or(|year| year == code.year)
    }
}

impl From<Code> for TypedCode {
    fn from(code: Code) -> Self {
        Self { kind: Some(code.kind), year: Some(code.year), seq: code.seq, firing: None }
    }
}

/// Reads an argument that should be one code: `VB-2025-0042`, `vb42`, `VB-42`, `vb 42`, `2025-42`, `42`.
///
/// Full-width digits, every Unicode dash, NFD, invisible characters and punctuation around the code are
/// forgiven. `None` when there is anything else in it, such as a second word.
#[must_use]
pub fn parse_typed(text: &str) -> Option<TypedCode> {
    if text.chars().nth(MAX_TYPED_CHARS).is_some() {
        return None;
    }
    let chars = plain(text);
    let chars = trim(&chars);
    let (typed, end) = scan::typed(chars, 0)?;
    (end == chars.len()).then_some(typed)
}

/// Finds the codes in running text, in order of appearance, each once.
///
/// Only forms with the prefix of a kind count, and only as words of their own: the symbol of an official
/// document (`07/TB-UBND`), a date or a time (`TB 19h`) is not a code. Runs in linear time.
#[must_use]
pub fn find_codes(text: &str) -> Vec<TypedCode> {
    let chars = plain(text);
    let mut seen = HashSet::new();
    let mut found = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let Some((typed, end)) = scan::in_text(&chars, at) else {
            at += 1;
            continue;
        };
        if seen.insert(typed) {
            found.push(typed);
        }
        at = end;
    }
    found
}

/// The stored form of the text in capitals, with one kind of digit, dash and space.
fn plain(text: &str) -> Vec<char> {
    nfc(text).chars().map(simple).collect()
}

fn simple(c: char) -> char {
    match c {
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}' | '\u{ff0d}' => '-',
        // Full-width forms lie at a fixed distance from ASCII.
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).map_or(c, |ascii| ascii.to_ascii_uppercase()),
        _ if c.is_whitespace() && c != '\n' => ' ',
        _ => c.to_ascii_uppercase(),
    }
}

/// Drops the punctuation around a code. A dash is not noise: `-42` is a number below zero, not a code.
fn trim(chars: &[char]) -> &[char] {
    let noise = |c: &char| c.is_whitespace() || "\"'`“”‘’()[]{}<>,.;:!?#…".contains(*c);
    let start = chars.iter().position(|c| !noise(c)).unwrap_or(chars.len());
    let end = chars.iter().rposition(|c| !noise(c)).map_or(start, |last| last + 1);
    &chars[start..end]
}

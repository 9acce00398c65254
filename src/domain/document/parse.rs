//! Reading one number and symbol that a person typed or copied from a document's head.

use super::{DocumentType, Form, Reference};
use crate::domain::text;

/// Longer input is no number and symbol; characters after NFC.
const LONGEST_INPUT: usize = 120;
/// The longest organ kept; `UBND-VPĐKĐĐ-TTPTQĐ` style chains stay far below. Characters.
const LONGEST_ORGAN: usize = 40;
/// No agency issues a million documents a year.
const LONGEST_NUMBER: usize = 6;
/// The years a symbol may name: from the first decrees of the state on.
const YEARS: std::ops::RangeInclusive<u16> = 1945..=2100;

/// Why a text is not a number and symbol.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReferenceError {
    /// Nothing but blanks was given.
    #[error("no number and symbol given")]
    Empty,
    /// Far longer than any number and symbol.
    #[error("longer than {LONGEST_INPUT} characters")]
    TooLong,
    /// What stands before the symbol is neither a number nor a blank.
    #[error("`{found}` is not a document number")]
    BadNumber {
        /// The part that was read as the number.
        found: String,
    },
    /// The Party form names a type that does not exist; the state form would read it as an organ.
    #[error("`{found}` is not a document type")]
    UnknownType {
        /// The part that was read as the type.
        found: String,
    },
    /// The organ is missing or is not one: `101/KH`, `57-NQ/`.
    #[error("`{found}` is not an organ")]
    BadOrgan {
        /// The part that was read as the organ; may be empty.
        found: String,
    },
}

/// Reads a number and symbol in any of its forms: `101/KH-UBND`, `49/2024/NĐ-CP`, `58/UBND-VHXH`, `266-KH/TU`,
/// `/KH-UBND`, `…/KH-UBND`, `Số:    /KH-UBND`.
///
/// # Errors
/// Says which part could not be read; the input is never guessed into shape beyond spaces, dashes and letter case.
pub fn parse_reference(input: &str) -> Result<Reference, ReferenceError> {
    let cleaned = clean(input)?;
    let (number, rest) = split_number(&cleaned)?;
    match rest.chars().next() {
        Some('/') => parse_state(number, &rest[1..]),
        Some('-') => parse_party(number, &rest[1..]),
        _ => Err(ReferenceError::BadNumber { found: cleaned }),
    }
}

/// Drops the word "Số", spaces, and closing punctuation; unifies dashes.
fn clean(input: &str) -> Result<String, ReferenceError> {
    // Four bytes a character at most, and NFD doubles: refuse before normalising ten megabytes.
    if input.len() > LONGEST_INPUT * 8 {
        return Err(ReferenceError::TooLong);
    }
    let text: String = text::nfc(input).chars().filter(|c| !c.is_whitespace()).map(unify).collect();
    let text = strip_label(&text).trim_end_matches(['.', ',', ';', ':', ')']);
    if text.is_empty() {
        return Err(ReferenceError::Empty);
    }
    if text.chars().count() > LONGEST_INPUT {
        return Err(ReferenceError::TooLong);
    }
    Ok(text.to_owned())
}

/// Takes a leading "Số:", "số", "So." off.
fn strip_label(text: &str) -> &str {
    let mut chars = text.chars();
    let label = chars.next().is_some_and(|c| matches!(c, 'S' | 's'))
        && chars.next().is_some_and(|c| matches!(c, 'ố' | 'Ố' | 'o' | 'O'));
    let rest = chars.as_str();
    if label { rest.trim_start_matches([':', '.']) } else { text }
}

fn unify(c: char) -> char {
    match c {
        '–' | '—' | '‐' | '‑' | '−' => '-',
        '∕' | '⁄' => '/',
        other => other,
    }
}

/// Splits before the first separator; dots, ellipses and underlines before it are the form's blank.
fn split_number(text: &str) -> Result<(Option<String>, &str), ReferenceError> {
    let blank = text.trim_start_matches(['.', '…', '_']);
    let end = blank.find(['/', '-']).unwrap_or(blank.len());
    let (number, rest) = blank.split_at(end);
    if number.is_empty() {
        return Ok((None, rest));
    }
    if blank.len() == text.len() && is_number(number) {
        return Ok((Some(number.to_owned()), rest));
    }
    Err(ReferenceError::BadNumber { found: number.to_owned() })
}

/// Digits, then at most one letter, which marks a number inserted late (`12a`).
fn is_number(word: &str) -> bool {
    let digits = word.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    !digits.is_empty()
        && digits.len() <= LONGEST_NUMBER
        && word.len() - digits.len() <= 1
        && digits.bytes().all(|b| b.is_ascii_digit())
}

fn parse_state(number: Option<String>, rest: &str) -> Result<Reference, ReferenceError> {
    let (year, rest) = split_year(rest);
    let (first, others) = rest.split_once('-').unwrap_or((rest, ""));
    let kind = DocumentType::from_abbreviation(first);
    let (form, kind, organ) = match kind {
        Some(kind) => (Form::State, Some(kind), others),
        None if year.is_some() => (Form::State, None, rest),
        None => (Form::OfficialLetter, Some(DocumentType::OfficialLetter), rest),
    };
    let organ = read_organ(organ)?;
    Ok(Reference { number, kind, organ, form, year })
}

fn parse_party(number: Option<String>, rest: &str) -> Result<Reference, ReferenceError> {
    let (first, organ) = rest.split_once('/').unwrap_or((rest, ""));
    let kind =
        DocumentType::from_speech(first).ok_or_else(|| ReferenceError::UnknownType { found: first.to_owned() })?;
    let organ = read_organ(organ)?;
    Ok(Reference { number, kind: Some(kind), organ, form: Form::Party, year: None })
}

fn split_year(rest: &str) -> (Option<u16>, &str) {
    let Some((year, symbol)) = rest.split_once('/') else { return (None, rest) };
    match year.parse() {
        Ok(year) if YEARS.contains(&year) => (Some(year), symbol),
        _ => (None, rest),
    }
}

/// Groups of letters, digits and `&`, each starting with a letter, joined by dashes; typed in lower case it is raised.
fn read_organ(organ: &str) -> Result<String, ReferenceError> {
    let fits = organ.chars().count() <= LONGEST_ORGAN && organ.split('-').all(is_group);
    if !fits {
        return Err(ReferenceError::BadOrgan { found: organ.chars().take(LONGEST_ORGAN).collect() });
    }
    let raise = !organ.chars().any(char::is_uppercase);
    Ok(if raise { organ.to_uppercase() } else { organ.to_owned() })
}

fn is_group(group: &str) -> bool {
    group.chars().next().is_some_and(char::is_alphabetic) && group.chars().all(|c| c.is_alphanumeric() || c == '&')
}

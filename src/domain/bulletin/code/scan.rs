//! The reading of one typed code from normalised characters (capitals, ASCII digits, `-`, plain spaces).

use super::{Kind, MAX_SEQ_DIGITS, TypedCode};

/// Most characters between two fields of a code: a dash with a space on either side.
const MAX_GAP: usize = 3;

/// The year when `text` is four digits from 2000 to 2099.
pub(super) fn year(text: &str) -> Option<u16> {
    let four_digits = text.len() == 4 && text.bytes().all(|b| b.is_ascii_digit());
    let year = four_digits.then(|| text.parse().ok()).flatten()?;
    (2000..2100).contains(&year).then_some(year)
}

/// The running number when `text` is one to six digits and not zero.
pub(super) fn seq(text: &str) -> Option<u32> {
    let digits = (1..=MAX_SEQ_DIGITS).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    let seq = digits.then(|| text.parse().ok()).flatten()?;
    (seq > 0).then_some(seq)
}

/// Reads a code at `at`, with or without a prefix; gives it and the index after it.
pub(super) fn typed(chars: &[char], at: usize) -> Option<(TypedCode, usize)> {
    match prefix(chars, at) {
        Some(kind) => numbers(chars, skip_gap(chars, at + 2)).map(|(code, end)| (with(code, kind), end)),
        None => numbers(chars, at),
    }
}

/// Reads a code with a prefix that stands as a word of its own at `at` in running text.
pub(super) fn in_text(chars: &[char], at: usize) -> Option<(TypedCode, usize)> {
    let kind = prefix(chars, at)?;
    let before = at.checked_sub(1).map(|index| chars[index]);
    if before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '-' | '_')) {
        return None;
    }
    let (code, end) = numbers(chars, skip_gap(chars, at + 2))?;
    // `07/TB-2025` is a document's symbol and `/vb 42` a command; a link ends in the whole code.
    let whole = before != Some('/') || code.year.is_some();
    (whole && ends_here(chars, end)).then(|| (with(code, kind), end))
}

fn with(code: TypedCode, kind: Kind) -> TypedCode {
    TypedCode { kind: Some(kind), ..code }
}

fn prefix(chars: &[char], at: usize) -> Option<Kind> {
    let letters: String = chars.get(at..at + 2)?.iter().collect();
    Kind::from_prefix(&letters)
}

/// Reads `[year gap] seq [.firing]`, or the eight digits of a code typed without dashes.
fn numbers(chars: &[char], at: usize) -> Option<(TypedCode, usize)> {
    let (first, end) = digits(chars, at)?;
    if let Some((year, seq)) = packed(&first) {
        return Some(firing(chars, code(Some(year), seq), end));
    }
    if let Some(year) = year(&first)
        && let Some((second, end)) = after_gap(chars, end)
        && let Some(seq) = seq(&second)
    {
        return Some(firing(chars, code(Some(year), seq), end));
    }
    Some(firing(chars, code(None, seq(&first)?), end))
}

const fn code(year: Option<u16>, seq: u32) -> TypedCode {
    TypedCode { kind: None, year, seq, firing: None }
}

/// `20250042` typed in one go: a year and four digits.
fn packed(first: &str) -> Option<(u16, u32)> {
    let whole = first.len() == 8;
    whole.then(|| Some((year(first.get(..4)?)?, seq(first.get(4..)?)?))).flatten()
}

/// The digits after a gap that is really there.
fn after_gap(chars: &[char], at: usize) -> Option<(String, usize)> {
    let next = skip_gap(chars, at);
    (next > at).then(|| digits(chars, next)).flatten()
}

/// Adds the firing when a dot and digits follow at once.
fn firing(chars: &[char], code: TypedCode, end: usize) -> (TypedCode, usize) {
    let read = (chars.get(end) == Some(&'.')).then(|| digits(chars, end + 1)).flatten();
    match read.and_then(|(text, after)| Some((seq(&text)?, after))) {
        Some((number, after)) => (TypedCode { firing: Some(number), ..code }, after),
        None => (code, end),
    }
}

/// A run of ASCII digits, whole: longer than any code gives `None` instead of a piece of a phone number.
fn digits(chars: &[char], at: usize) -> Option<(String, usize)> {
    let run: String = chars.get(at..)?.iter().take(9).take_while(|c| c.is_ascii_digit()).collect();
    let fits = (1..=8).contains(&run.len());
    fits.then(|| (run.clone(), at + run.len()))
}

/// The index after a gap: at most one dash, underscore or dot, with spaces around it.
fn skip_gap(chars: &[char], at: usize) -> usize {
    let mut next = at;
    let mut marks = 0;
    while next < chars.len() && next - at < MAX_GAP {
        match chars[next] {
            ' ' => {}
            '-' | '_' | '.' if marks == 0 => marks += 1,
            _ => break,
        }
        next += 1;
    }
    next
}

/// Whether a code in running text may end at `at`: not inside a longer word, number, range or symbol.
fn ends_here(chars: &[char], at: usize) -> bool {
    let next = chars.get(at);
    let after = chars.get(at + 1).is_some_and(|c| c.is_alphanumeric());
    match next {
        Some('/' | '_' | ':' | '-' | '.' | ',') => !after,
        Some(c) => !c.is_alphanumeric(),
        None => true,
    }
}

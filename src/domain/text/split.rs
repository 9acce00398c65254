//! Splitting a long message into numbered parts that each fit a platform's limit.

use super::shape::{clusters, first_cluster_len};
use super::utf16_len;

/// The smallest limit [`split_text`] works with, in UTF-16 units; a smaller one is treated as this. Room
/// for the marker "(9999/9999) " and a few letters. Real limits are 1024 and up.
pub const MIN_PART: usize = 32;

/// Splits a text into parts of at most `limit_utf16` UTF-16 units, the marker "(1/2) " of each included.
///
/// Breaks at a blank line, else a line end, else a sentence end, else a space, else between two characters;
/// only blanks at a break are dropped. A text that fits is one part without a marker; a text of blanks only
/// gives no part, because there is nothing to send.
#[must_use]
pub fn split_text(text: &str, limit_utf16: usize) -> Vec<String> {
    let limit = limit_utf16.max(MIN_PART);
    if text.trim().is_empty() {
        return Vec::new();
    }
    if utf16_len(text) <= limit {
        return vec![text.to_owned()];
    }
    numbered(&bodies_within(text.trim_end(), limit))
}

/// The parts without markers, cut so that every marker still fits.
fn bodies_within(text: &str, limit: usize) -> Vec<&str> {
    let mut digits = 1;
    loop {
        let marker = 2 * digits + "(/) ".len();
        let bodies = bodies(text, limit.saturating_sub(marker).max(1));
        let needed = bodies.len().to_string().len();
        if needed <= digits {
            return bodies;
        }
        digits = needed;
    }
}

fn bodies(text: &str, room: usize) -> Vec<&str> {
    let mut bodies = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (body, tail) = rest.split_at(break_point(rest, room));
        let body = body.trim_end();
        if !body.is_empty() {
            bodies.push(body);
        }
        rest = tail.trim_start();
    }
    bodies
}

fn numbered(bodies: &[&str]) -> Vec<String> {
    let total = bodies.len();
    if total == 1 {
        return bodies.iter().map(|&body| body.to_owned()).collect();
    }
    bodies.iter().enumerate().map(|(index, body)| format!("({}/{total}) {body}", index + 1)).collect()
}

/// The byte at which the next part ends; always at least one character on.
fn break_point(text: &str, room: usize) -> usize {
    let end = window_end(text, room);
    let Some(window) = text.get(..end).filter(|window| window.len() < text.len()) else { return text.len() };
    // A break very early would leave a heading alone in its part; then a weaker break later is better.
    let early = end / 4;
    let late = |at: &usize| *at > early;
    let tail_is_blank = text.get(end..).is_some_and(|tail| tail.starts_with(char::is_whitespace));
    window
        .rfind("\n\n")
        .filter(late)
        .or_else(|| (text.as_bytes().get(end) == Some(&b'\n')).then_some(end))
        .or_else(|| window.rfind('\n').filter(late))
        .or_else(|| sentence_end(window, tail_is_blank).filter(late))
        .or_else(|| tail_is_blank.then_some(end))
        .or_else(|| window.rfind(char::is_whitespace).filter(|at| *at > 0))
        .unwrap_or(end)
}

/// The end in bytes of the longest run of whole clusters within `room` UTF-16 units.
///
/// A single cluster longer than that (hundreds of stacked accents) is torn between characters.
fn window_end(text: &str, room: usize) -> usize {
    let whole = fit(clusters(text), room);
    if whole > 0 {
        return whole;
    }
    let giant = text.get(..first_cluster_len(text)).unwrap_or(text);
    let torn = fit(giant.split_inclusive(|_: char| true), room);
    torn.max(text.chars().next().map_or(0, char::len_utf8))
}

fn fit<'a>(pieces: impl Iterator<Item = &'a str>, room: usize) -> usize {
    let mut units = 0;
    let mut bytes = 0;
    for piece in pieces {
        units += utf16_len(piece);
        if units > room {
            break;
        }
        bytes += piece.len();
    }
    bytes
}

/// Just after the last sentence of the window, if one ends in it.
fn sentence_end(window: &str, tail_is_blank: bool) -> Option<usize> {
    let ends_here = |at: usize, mark: char| {
        let (before, after) = (window.get(..at)?, window.get(at + mark.len_utf8()..)?);
        let blank = after.chars().next().map_or(tail_is_blank, char::is_whitespace);
        (blank && !(mark == '.' && is_abbreviation(before))).then_some(at + mark.len_utf8())
    };
    window.rmatch_indices(['.', '!', '?', '…']).find_map(|(at, mark)| ends_here(at, mark.chars().next()?))
}

/// Whether the full stop after this text belongs to "1.", "TM." or "KT." rather than to a sentence.
fn is_abbreviation(before: &str) -> bool {
    let start = before.rfind(char::is_whitespace).map_or(0, |space| space + 1);
    let word = before.get(start..).unwrap_or_default();
    let short = word.chars().nth(3).is_none();
    let number = word.len() <= 2 && word.bytes().all(|byte| byte.is_ascii_digit());
    short && (number || word.chars().all(char::is_uppercase))
}

//! Where text may be cut: at the borders of what a reader sees as one character.
//!
//! Simpler than Unicode's full segmentation (UAX #29), but it keeps together what occurs in messages:
//! combining marks, emoji with skin tones, joiners and flags, and CRLF.

use unicode_normalization::char::is_combining_mark;

use super::nfc;

/// How far back [`cut`] looks for a space, so as not to leave half a syllable; the longest syllable of
/// Vietnamese ("nghiêng") has seven letters.
const SYLLABLE: usize = 8;

/// No cluster is longer than this, in characters: nobody writes more accents on a letter, and a text that
/// is one endless pile of them must still be split in linear time. Unicode's stream-safe format (UAX #15)
/// allows 30.
const LONGEST_CLUSTER: usize = 64;

/// The pieces of a text that must not be torn, in order; together they are the whole text.
pub(super) fn clusters(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let (cluster, tail) = rest.split_at(first_cluster_len(rest));
        rest = tail;
        (!cluster.is_empty()).then_some(cluster)
    })
}

/// The length in bytes of the first cluster; zero for an empty text.
pub(super) fn first_cluster_len(text: &str) -> usize {
    let mut chars = text.char_indices();
    let Some((_, first)) = chars.next() else { return 0 };
    let mut previous = first;
    let mut flag_open = is_regional(first);
    for (count, (at, c)) in chars.enumerate() {
        let flag_closes = flag_open && is_regional(c);
        let joined = is_extender(c) || previous == '\u{200D}' || flag_closes || (previous == '\r' && c == '\n');
        if !joined || count + 1 >= LONGEST_CLUSTER {
            return at;
        }
        flag_open &= !flag_closes;
        previous = c;
    }
    text.len()
}

/// A character that belongs to the one before it: accents, variation selectors, joiner, skin tones, tags.
fn is_extender(c: char) -> bool {
    is_combining_mark(c)
        || matches!(c, '\u{200D}' | '\u{FE00}'..='\u{FE0F}' | '\u{1F3FB}'..='\u{1F3FF}' | '\u{E0020}'..='\u{E007F}')
}

/// Half a flag.
fn is_regional(c: char) -> bool {
    matches!(c, '\u{1F1E6}'..='\u{1F1FF}')
}

/// The text in NFC, shortened to at most `max_chars` Unicode characters with `ellipsis` counted in.
///
/// Cuts after a whole syllable when one ends close by, and never inside an accented letter or an emoji.
/// When the ellipsis itself does not fit it is left out.
#[must_use]
pub fn cut(text: &str, max_chars: usize, ellipsis: &str) -> String {
    let text = nfc(text);
    if text.chars().nth(max_chars).is_none() {
        return text;
    }
    let ellipsis = if ellipsis.chars().nth(max_chars).is_none() { ellipsis } else { "" };
    let room = max_chars - ellipsis.chars().count();
    let head = whole_syllables(&text, fitting(&text, room));
    format!("{}{ellipsis}", head.trim_end())
}

/// The longest run of whole clusters from the start that has at most `room` characters.
fn fitting(text: &str, room: usize) -> &str {
    let mut chars = 0;
    let mut bytes = 0;
    for cluster in clusters(text) {
        chars += cluster.chars().count();
        if chars > room {
            break;
        }
        bytes += cluster.len();
    }
    text.get(..bytes).unwrap_or_default()
}

/// Drops a torn last syllable of `head`, a prefix of `text`, if a space is near.
fn whole_syllables<'a>(text: &str, head: &'a str) -> &'a str {
    let torn = text.get(head.len()..).is_some_and(|tail| tail.starts_with(char::is_alphanumeric));
    let Some(space) = head.rfind(char::is_whitespace).filter(|_| torn) else { return head };
    let (whole, half) = head.split_at(space);
    if half.chars().count() <= SYLLABLE && !whole.trim().is_empty() { whole } else { head }
}

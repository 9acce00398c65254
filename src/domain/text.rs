//! Vietnamese text: one stored form, a search key without accents, sorting, lengths and splitting.
//!
//! Invariants: every function here takes any string and never panics; [`nfc`] and [`fold`] are idempotent;
//! the orders of [`natural_cmp`] and [`person_cmp`] are total. Called at every entrance (messages, file
//! names, imports), by search, by every sorted list and by rendering.

mod collate;
mod inert;
mod legacy;
mod shape;
mod split;
#[cfg(test)]
mod tests;

use unicode_normalization::UnicodeNormalization;

pub use collate::{NaturalKey, natural_cmp, natural_key, person_cmp};
pub use inert::inert;
pub use legacy::looks_legacy_encoded;
pub use shape::cut;
pub use split::{MIN_PART, split_text};

/// The form in which text is stored and compared: Unicode NFC, with what only looks right repaired.
///
/// Eth and its kin become Đ and đ, no-break spaces become spaces, CRLF and CR become LF; zero-width and
/// direction marks, the byte order mark, the soft hyphen and control characters (NUL, which `PostgreSQL`
/// refuses) are dropped. The joiner inside an emoji such as 👨‍👩‍👧 stays. The author's spelling is never changed.
#[must_use]
pub fn nfc(text: &str) -> String {
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~' | b'\n' | b'\t')) {
        return text.to_owned();
    }
    let mut kept = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\u{D0}' | '\u{189}' => kept.push('Đ'),
            '\u{F0}' => kept.push('đ'),
            '\u{A0}' | '\u{2007}' | '\u{202F}' => kept.push(' '),
            '\r' if chars.peek() == Some(&'\n') => {}
            '\r' => kept.push('\n'),
            '\u{200D}' if joins_emoji(&kept, chars.peek()) => kept.push(c),
            _ if is_noise(c) => {}
            _ => kept.push(c),
        }
    }
    kept.nfc().collect()
}

/// Characters a reader cannot see and a comparison must not see.
fn is_noise(c: char) -> bool {
    let invisible = matches!(
        c,
        '\u{AD}' | '\u{61C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}'
    );
    invisible || (c.is_control() && !matches!(c, '\n' | '\t'))
}

/// Whether a zero-width joiner stands between two pictures, where it carries meaning.
fn joins_emoji(before: &str, after: Option<&char>) -> bool {
    let joinable = |c: char| matches!(c, '\u{2190}'..='\u{2BFF}' | '\u{FE0F}' | '\u{1F000}'..='\u{1FAFF}');
    before.chars().next_back().is_some_and(joinable) && after.is_some_and(|next| joinable(*next))
}

/// The search key: lower case, no accents, đ as d, every run of other characters as one space.
///
/// Old and new tone placement ("hoả", "hỏa") give one key; full-width and other compatibility forms of
/// letters and digits are unified. For finding, never for showing: `khẩn` and `khăn` share a key.
#[must_use]
pub fn fold(text: &str) -> String {
    let mut key = String::with_capacity(text.len());
    let mut gap = false;
    for c in nfc(text).nfkd().flat_map(char::to_lowercase).filter(|c| !is_diacritic(*c)) {
        // A decomposed form may bring up eth, which `nfc` takes for a mistyped đ only where it stands as such.
        let letter = if matches!(c, 'đ' | 'ð') { 'd' } else { c };
        if !letter.is_alphanumeric() {
            gap = true;
            continue;
        }
        if gap && !key.is_empty() {
            key.push(' ');
        }
        gap = false;
        key.push(letter);
    }
    key
}

/// A combining mark of the block that Vietnamese decomposes into (U+0300–U+036F).
fn is_diacritic(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36F}')
}

/// The length in UTF-16 units, in which Telegram counts its limits and entity offsets (Telegram Bot API,
/// `MessageEntity`).
#[must_use]
pub fn utf16_len(text: &str) -> usize {
    text.chars().map(char::len_utf16).sum()
}

/// The text in capitals, accents included: "đặng thị ngọc" → "ĐẶNG THỊ NGỌC".
#[must_use]
pub fn upper(text: &str) -> String {
    nfc(text).to_uppercase()
}

//! Cuts an answer into words that can be compared: accents, case, emoji and glued numbers settled once.
//!
//! Called by everything in this module that reads text. Bounded: an answer is a line, so a text over
//! [`MAX_BYTES`] or [`MAX_WORDS`] yields no words at all and therefore no meaning.

use crate::domain::text::{fold, nfc};

/// The longest text that is still read as an answer, in UTF-8 bytes.
const MAX_BYTES: usize = 2_000;
/// The most words an answer may have.
const MAX_WORDS: usize = 80;

/// The key of an approving emoji, whatever its shape or skin tone.
pub(super) const THUMB: &str = "👍";
/// The key of a rejecting emoji.
pub(super) const THUMB_DOWN: &str = "👎";

/// Zalo hands its own stickers over as text; these are the ones that approve or reject.
const ZALO_STICKERS: [(&str, &str); 4] =
    [("/-strong", THUMB), ("/-ok", THUMB), ("/-no", THUMB_DOWN), ("/-bad", THUMB_DOWN)];

/// One word of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    /// As it was typed, composed (NFC) and in lower case.
    pub(super) raw: String,
    /// The same without diacritics: what phrases are compared with.
    pub(super) key: String,
    /// Its value, if it is made of ASCII digits and fits.
    pub(super) number: Option<u32>,
    /// Whether punctuation or a line break stands before it.
    pub(super) starts_clause: bool,
    /// Whether nothing at all stands between it and the word before, as in `t3` and `12ho`.
    pub(super) glued: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Letter,
    Digit,
    Emoji(&'static str),
    Invisible,
    Break,
    Space,
}

fn kind(c: char) -> Kind {
    match c {
        '0'..='9' => Kind::Digit,
        // Combining marks that no composed letter took up still belong to their word.
        '\u{300}'..='\u{36f}' => Kind::Letter,
        '👍' | '👌' | '✅' | '✔' | '☑' | '🆗' => Kind::Emoji(THUMB),
        '👎' | '❌' | '✖' | '🚫' | '⛔' => Kind::Emoji(THUMB_DOWN),
        // Zero-width characters, soft hyphen, variation selectors and skin tones carry no meaning here.
        '\u{ad}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2060}'
        | '\u{feff}'
        | '\u{fe0e}'
        | '\u{fe0f}'
        | '\u{1f3fb}'..='\u{1f3ff}' => Kind::Invisible,
        ',' | '.' | ';' | ':' | '!' | '?' | '…' | '–' | '—' | '\n' | '\r' | '(' | ')' => Kind::Break,
        c if c.is_alphanumeric() => Kind::Letter,
        _ => Kind::Space,
    }
}

/// The words of a text in order; none if the text is too long to be an answer.
pub(super) fn words(text: &str) -> Vec<Word> {
    if text.len() > MAX_BYTES {
        return Vec::new();
    }
    let mut text = nfc(text).to_lowercase();
    for (code, thumb) in ZALO_STICKERS {
        text = text.replace(code, thumb);
    }
    let mut cutter = Cutter::default();
    let visible: Vec<char> = text.chars().filter(|c| kind(*c) != Kind::Invisible).collect();
    for (at, c) in visible.iter().enumerate() {
        if !is_thousands_dot(&visible, at) {
            cutter.take(*c);
        }
    }
    cutter.flush();
    if cutter.words.len() > MAX_WORDS { Vec::new() } else { cutter.words }
}

/// `1.200 người` is one number: a dot between digits with exactly three digits after it.
fn is_thousands_dot(chars: &[char], at: usize) -> bool {
    let digit = |index: usize| chars.get(index).is_some_and(char::is_ascii_digit);
    chars[at] == '.' && at > 0 && digit(at - 1) && (1..=3).all(|step| digit(at + step)) && !digit(at + 4)
}

#[derive(Default)]
struct Cutter {
    words: Vec<Word>,
    current: String,
    current_kind: Option<Kind>,
    after_break: bool,
    after_gap: bool,
}

impl Cutter {
    fn take(&mut self, c: char) {
        let kind = kind(c);
        if self.current_kind != Some(kind) || matches!(kind, Kind::Emoji(_)) {
            self.flush();
        }
        match kind {
            Kind::Letter | Kind::Digit => self.current.push(c),
            Kind::Emoji(key) => self.current.push_str(key),
            Kind::Break => self.after_break = true,
            Kind::Space | Kind::Invisible => {}
        }
        self.after_gap |= matches!(kind, Kind::Break | Kind::Space);
        self.current_kind = Some(kind);
    }

    fn flush(&mut self) {
        let mut raw = std::mem::take(&mut self.current);
        if raw.is_empty() {
            return;
        }
        if self.current_kind == Some(Kind::Letter) {
            raw = shortened(&raw);
        }
        let key = if matches!(self.current_kind, Some(Kind::Emoji(_))) { raw.clone() } else { fold(&raw) };
        self.words.push(Word {
            number: key.parse().ok(),
            key,
            raw,
            starts_clause: self.after_break,
            glued: !self.after_gap && !self.words.is_empty(),
        });
        self.after_break = false;
        self.after_gap = false;
    }
}

/// "okeee" is "oke": a letter written three times or more was only held down.
fn shortened(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    let mut rest = raw.chars().peekable();
    while let Some(c) = rest.next() {
        let mut run = 1;
        while rest.next_if_eq(&c).is_some() {
            run += 1;
        }
        out.extend(std::iter::repeat_n(c, if run == 2 { 2 } else { 1 }));
    }
    out
}

/// Whether somebody is asking: a question mark in any of its widths.
pub(super) fn has_question_mark(text: &str) -> bool {
    text.contains(['?', '？', '؟'])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, proptest};

    use super::{MAX_BYTES, THUMB, words};

    fn keys(text: &str) -> Vec<String> {
        words(text).into_iter().map(|word| word.key).collect()
    }

    #[test]
    fn accents_case_and_composition_do_not_matter() {
        let composed = keys("THÔN 3 Đã Nhận ạ!");
        assert_eq!(composed, ["thon", "3", "da", "nhan", "a"]);
        let decomposed = "tho\u{302}n 3 đa\u{303} nha\u{323}\u{302}n a\u{323}!";
        assert_eq!(keys(decomposed), composed);
    }

    #[test]
    fn a_number_glued_to_letters_is_a_word_of_its_own() {
        let words = words("t3 nhan");
        assert_eq!(words[1].number, Some(3));
        assert!(words[1].glued);
        assert!(!words[2].glued);
    }

    #[test]
    fn thumbs_of_every_skin_tone_are_the_same_word() {
        assert_eq!(keys("👍🏿👍"), [THUMB, THUMB]);
        assert_eq!(keys("/-strong"), [THUMB]);
    }

    #[test]
    fn zero_width_characters_inside_a_word_vanish() {
        assert_eq!(keys("đã\u{200b} nh\u{feff}ận"), ["da", "nhan"]);
    }

    #[test]
    fn a_dot_between_thousands_belongs_to_the_number() {
        assert_eq!(words("1.200 người")[0].number, Some(1200));
        assert_eq!(keys("7.30"), ["7", "30"]);
    }

    #[test]
    fn a_letter_held_down_is_written_once_and_digits_stay() {
        assert_eq!(keys("Okeeee 1000"), ["oke", "1000"]);
    }

    #[test]
    fn a_number_too_big_to_count_is_not_a_number() {
        assert_eq!(words("99999999999 ho")[0].number, None);
    }

    #[test]
    fn a_text_too_long_for_an_answer_has_no_words() {
        assert!(words(&"ok ".repeat(MAX_BYTES)).is_empty());
        assert!(words(&"ok ".repeat(100)).is_empty());
    }

    proptest! {
        #[test]
        fn any_text_can_be_cut(text in any::<String>()) {
            assert!(words(&text).iter().all(|word| !word.raw.is_empty()));
        }
    }
}

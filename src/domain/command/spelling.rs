//! Whether a typed Vietnamese word is the intended one, accents being optional but never wrong.
//!
//! `truong thon` and `trưởng thôn` are "trưởng thôn", `trường thôn` is not: an accent that was typed was
//! meant. Old and new tone placement are the same word ("huỷ", "hủy"). Spaces and underscores do not count.
//! Used by the command grammar and by the names of the audience grammar.

use unicode_normalization::UnicodeNormalization as _;

use crate::domain::text::nfc;

/// A letter, and the mark that makes it another letter.
type Letter = (char, Option<char>);

/// A word taken apart: letters with the mark that makes them another letter, and the tones in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Spelling {
    letters: Vec<Letter>,
    tones: Vec<char>,
}

impl Spelling {
    /// Takes `text` apart; letter case, Unicode form, spaces and underscores are lost.
    pub(crate) fn of(text: &str) -> Self {
        let mut spelling = Self { letters: Vec::new(), tones: Vec::new() };
        for c in nfc(text).nfkd().flat_map(char::to_lowercase) {
            spelling.push(c);
        }
        spelling
    }

    fn push(&mut self, c: char) {
        match c {
            // Grave, acute, tilde, hook above, dot below: the five tones.
            '\u{300}' | '\u{301}' | '\u{303}' | '\u{309}' | '\u{323}' => self.tones.push(c),
            // Circumflex, breve, horn: â, ă, ơ and their like.
            '\u{302}' | '\u{306}' | '\u{31b}' => {
                if let Some(last) = self.letters.last_mut() {
                    last.1 = Some(c);
                }
            }
            'đ' => self.letters.push(('d', Some('đ'))),
            '_' => {}
            _ if c.is_whitespace() => {}
            _ => self.letters.push((c, None)),
        }
    }

    /// Whether this, as typed, can be meant as `right`: the same letters, and no accent that `right` lacks.
    pub(crate) fn means(&self, right: &Self) -> bool {
        let letter = |typed: &Letter, right: &Letter| typed.0 == right.0 && (typed.1.is_none() || typed.1 == right.1);
        let mut tones = right.tones.iter();
        self.letters.len() == right.letters.len()
            && self.letters.iter().zip(&right.letters).all(|(typed, right)| letter(typed, right))
            && self.tones.iter().all(|tone| tones.any(|other| other == tone))
    }
}

/// Whether `typed` can be meant as `right`.
pub(crate) fn means(typed: &str, right: &str) -> bool {
    Spelling::of(typed).means(&Spelling::of(right))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::means;

    #[rstest]
    #[case("van ban", "văn bản", true)]
    #[case("văn bản", "văn bản", true)]
    #[case("VĂN_BẢN", "văn bản", true)]
    #[case("va\u{306}n ba\u{309}n", "văn bản", true)]
    #[case("vănban", "văn bản", true)]
    #[case("huỷ", "hủy", true)]
    #[case("xoá dữ liệu", "xóa dữ liệu", true)]
    #[case("đinhchinh", "đính chính", true)]
    #[case("ｖａｎｂａｎ", "văn bản", true)]
    #[case("hũy", "hủy", false)]
    #[case("trường thôn", "trưởng thôn", false)]
    #[case("đuyet", "duyệt", false)]
    #[case("văn bả", "văn bản", false)]
    #[case("", "văn bản", false)]
    fn accents_may_be_missing_but_not_wrong(#[case] typed: &str, #[case] right: &str, #[case] expected: bool) {
        assert_eq!(means(typed, right), expected);
    }
}

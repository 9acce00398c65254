//! Comparing a few letters with a word while forgiving what scanning, fonts and typing do to Vietnamese accents.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The longest labelled stamp has 20 letters; a longer line is a sentence and need not be looked at further.
const MOST_LETTERS: usize = 24;

/// A letter in lower case without its marks, and the marks.
struct Letter {
    base: char,
    marks: Vec<char>,
}

/// The letters and digits of a short text, without spaces, punctuation and invisible characters.
pub(super) struct Letters(Vec<Letter>);

impl Letters {
    /// The letters of `text`; `None` when there are none or more than a stamp can have.
    pub(super) fn of(text: &str) -> Option<Self> {
        let mut letters: Vec<Letter> = Vec::new();
        // Compatibility decomposition also folds full-width and styled letters into plain ones.
        for c in text.nfkd() {
            if is_combining_mark(c) {
                // A pile of marks on one letter is no word of any language; keep memory bounded.
                letters.last_mut().filter(|letter| letter.marks.len() < 4).into_iter().for_each(|l| l.marks.push(c));
            } else if c.is_alphanumeric() {
                if letters.len() == MOST_LETTERS {
                    return None;
                }
                letters.extend(c.to_lowercase().take(1).map(|base| Letter { base, marks: Vec::new() }));
            }
        }
        (!letters.is_empty()).then_some(Self(letters))
    }

    /// Whether the letters spell `word` in full. Marks may be missing but never others than the word's: `MAT`,
    /// `MÂT` and `MẬT` spell "mật", `MẶT` and `MẮT` do not.
    pub(super) fn spell(&self, word: &str) -> bool {
        self.compare(word, |found, wanted| found.iter().all(|mark| wanted.contains(mark)))
    }

    /// Whether the letters are exactly those of `word`, every mark included.
    pub(super) fn are(&self, word: &str) -> bool {
        self.compare(word, |found, wanted| found.len() == wanted.len() && found.iter().all(|m| wanted.contains(m)))
    }

    fn compare(&self, word: &str, marks_agree: impl Fn(&[char], &[char]) -> bool) -> bool {
        let Some(word) = Self::of(word) else { return false };
        let same = |(found, wanted): (&Letter, &Letter)| {
            let base = found.base == wanted.base || (found.base == 'd' && wanted.base == 'đ');
            base && marks_agree(&found.marks, &wanted.marks)
        };
        self.0.len() == word.0.len() && self.0.iter().zip(&word.0).all(same)
    }
}

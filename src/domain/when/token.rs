//! An input cut into numbers, words and signs, and the walk over them.

use unicode_normalization::UnicodeNormalization;

use super::{LONGEST_PIECE, WhenError};
use crate::domain::text;

/// What a token is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A run of digits; one too long for the type counts as the largest number.
    Number(u32),
    /// A run of letters.
    Word,
    /// Any other character.
    Sign(char),
}

/// One number, word or sign.
#[derive(Debug)]
pub(super) struct Token {
    pub(super) kind: Kind,
    /// In lower case, accents kept.
    pub(super) text: String,
    /// Without accents.
    pub(super) folded: String,
    /// Whether no blank stands before it.
    pub(super) glued: bool,
    /// Where it begins in the source, in bytes.
    start: usize,
    end: usize,
}

impl Token {
    /// The same letters, accents aside; `folded` is written without them.
    pub(super) fn sounds(&self, folded: &str) -> bool {
        self.kind == Kind::Word && self.folded == folded
    }

    /// The same word: with the same accents, or typed with none at all.
    pub(super) fn says(&self, accented: &str) -> bool {
        self.text == accented || (self.text == self.folded && self.sounds(&text::fold(accented)))
    }

    pub(super) fn number(&self) -> Option<u32> {
        if let Kind::Number(number) = self.kind { Some(number) } else { None }
    }

    pub(super) fn sign(&self) -> Option<char> {
        if let Kind::Sign(sign) = self.kind { Some(sign) } else { None }
    }
}

/// The tokens of an input, in order.
#[derive(Debug)]
pub(super) struct Tokens {
    source: String,
    list: Vec<Token>,
}

/// The classes of characters that make up a token.
#[derive(PartialEq, Eq, Clone, Copy)]
enum Class {
    Digit,
    Letter,
    Blank,
    Other,
}

fn class(c: char) -> Class {
    match c {
        _ if c.is_ascii_digit() => Class::Digit,
        _ if c.is_alphanumeric() => Class::Letter,
        _ if c.is_whitespace() => Class::Blank,
        _ => Class::Other,
    }
}

impl Tokens {
    pub(super) fn of(input: &str) -> Self {
        let source: String = text::nfc(input).nfkc().collect();
        let mut list: Vec<Token> = Vec::new();
        let mut chars = source.char_indices().peekable();
        let mut glued = false;
        while let Some((start, c)) = chars.next() {
            let mut end = start + c.len_utf8();
            let class_here = class(c);
            let runs = class_here != Class::Other;
            while let Some((at, next)) = chars.next_if(|(_, next)| runs && class(*next) == class_here) {
                end = at + next.len_utf8();
            }
            if class_here == Class::Blank {
                glued = false;
                continue;
            }
            list.extend(source.get(start..end).map(|slice| token(slice, c, start, glued)));
            glued = true;
        }
        Self { source, list }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    pub(super) fn get(&self, at: usize) -> Option<&Token> {
        self.list.get(at)
    }

    /// The source from a token on; empty behind the last.
    pub(super) fn source_from(&self, at: usize) -> &str {
        self.list.get(at).and_then(|token| self.source.get(token.start..)).unwrap_or_default()
    }

    /// The source between two tokens, widened to whole words, as an error that names it.
    pub(super) fn not_understood(&self, from: usize, to: usize) -> WhenError {
        let start = self.list.get(from).map_or(0, |token| token.start);
        let end = self.list.get(to.max(from + 1) - 1).map_or(self.source.len(), |token| token.end);
        let before = self.source.get(..start).and_then(|head| head.rfind(char::is_whitespace));
        let after = self.source.get(end..).and_then(|tail| tail.find(char::is_whitespace));
        let word = self.source.get(before.unwrap_or(0)..after.map_or(self.source.len(), |gap| end + gap));
        WhenError::NotUnderstood { piece: text::cut(word.unwrap_or_default().trim(), LONGEST_PIECE, "…") }
    }

    /// "hằng ngày", "hàng tuần", "mỗi sáng".
    pub(super) fn sound_recurring(&self) -> bool {
        const STRETCHES: &[&str] = &[
            "ngay", "tuan", "thang", "quy", "nam", "gio", "buoi", "sang", "trua", "chieu", "toi", "dem", "thu", "chu",
            "cn", "t",
        ];
        self.pairs().any(|(first, second)| {
            let each = ["hằng", "hàng", "mỗi"].iter().any(|word| first.says(word));
            let daily = each && STRETCHES.iter().any(|word| second.sounds(word));
            daily || (first.sounds("nao") && second.sounds("cung"))
        })
    }

    /// "mùng 1", "rằm", "tháng chạp", "âm lịch", "giao thừa", "tết".
    pub(super) fn sound_lunar(&self) -> bool {
        let alone = ["rằm", "tết"];
        let lunar_pair = |(first, second): (&Token, &Token)| {
            let day = first.says("mùng") || first.says("mồng");
            let month = first.sounds("thang") && (second.says("chạp") || second.says("giêng"));
            let named = (first.says("âm") && second.says("lịch")) || (first.says("giao") && second.says("thừa"));
            day || month || named
        };
        self.list.iter().any(|token| token.text == "âm" || alone.iter().any(|word| token.says(word)))
            || self.pairs().any(lunar_pair)
    }

    fn pairs(&self) -> impl Iterator<Item = (&Token, &Token)> {
        self.list.iter().zip(self.list.iter().skip(1))
    }
}

fn token(slice: &str, first: char, start: usize, glued: bool) -> Token {
    let kind = match class(first) {
        Class::Digit => Kind::Number(slice.parse().unwrap_or(u32::MAX)),
        Class::Letter => Kind::Word,
        Class::Blank | Class::Other => Kind::Sign(first),
    };
    Token { kind, text: slice.to_lowercase(), folded: text::fold(slice), glued, start, end: start + slice.len() }
}

/// How to read what can be read in two ways.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hints {
    /// "7.8" is 7 August rather than 07:08, where it could be both.
    prefers_date: bool,
    /// "toi" without accents is "tối" (evening) rather than "tới" (coming).
    pub(super) toi_is_evening: bool,
}

impl Hints {
    /// The likeliest way for an input that has only one.
    pub(super) const PLAIN: Self = Self { prefers_date: true, toi_is_evening: true };

    /// Every way worth trying for this input, the likeliest first.
    pub(super) fn possible(tokens: &Tokens) -> Vec<Self> {
        let dot: &[bool] = if tokens.list.iter().any(|t| t.sign() == Some('.')) { &[true, false] } else { &[true] };
        let toi: &[bool] = if tokens.list.iter().any(|t| t.text == "toi") { &[true, false] } else { &[true] };
        let pair = |prefers_date| toi.iter().map(move |&toi_is_evening| Self { prefers_date, toi_is_evening });
        dot.iter().flat_map(|&prefers_date| pair(prefers_date)).collect()
    }

    /// Whether two numbers with a dot between them are a day and a month rather than an hour and a minute.
    pub(super) const fn dot_is_date(self, first: u32, second: u32) -> bool {
        let no_month = second == 0 || second > 12;
        let no_hour = first > 24;
        !no_month && (no_hour || self.prefers_date)
    }
}

/// A position in the tokens.
#[derive(Debug)]
pub(super) struct Reader<'t> {
    pub(super) tokens: &'t Tokens,
    pub(super) hints: Hints,
    pub(super) at: usize,
}

impl<'t> Reader<'t> {
    pub(super) fn peek(&self) -> Option<&'t Token> {
        self.peek_by(0)
    }

    pub(super) fn peek_by(&self, ahead: usize) -> Option<&'t Token> {
        self.tokens.get(self.at + ahead)
    }

    /// Steps over the next token if it passes.
    pub(super) fn skip_if(&mut self, passes: impl FnOnce(&Token) -> bool) -> bool {
        let found = self.peek().is_some_and(passes);
        self.at += usize::from(found);
        found
    }

    /// Steps over a word whose letters have no other reading in a time.
    pub(super) fn skip_sound(&mut self, folded: &[&str]) -> bool {
        self.skip_if(|token| folded.iter().any(|word| token.sounds(word)))
    }

    /// Steps over a word whose accents matter, or that was typed without any.
    pub(super) fn skip_word(&mut self, accented: &str) -> bool {
        self.skip_if(|token| token.says(accented))
    }

    /// Steps over two words in a row.
    pub(super) fn skip_pair(&mut self, first: &str, second: &str) -> bool {
        self.attempt(|reader| (reader.skip_word(first) && reader.skip_word(second)).then_some(())).is_some()
    }

    pub(super) fn skip_sign(&mut self, signs: &[char]) -> Option<char> {
        let sign = self.peek()?.sign().filter(|sign| signs.contains(sign))?;
        self.at += 1;
        Some(sign)
    }

    pub(super) fn number(&mut self) -> Option<u32> {
        let number = self.peek()?.number()?;
        self.at += 1;
        Some(number)
    }

    /// Tries to read something and goes back to where it was if there is nothing of the kind.
    pub(super) fn attempt<T>(&mut self, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        let start = self.at;
        let found = read(self);
        if found.is_none() {
            self.at = start;
        }
        found
    }
}

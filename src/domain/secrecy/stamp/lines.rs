//! One line of a page and what it may say about secrecy.

use unicode_normalization::char::is_combining_mark;

use super::SecrecyLevel;
use super::letters::Letters;
use crate::domain::document::{PartialDate, parse_reference};
use crate::domain::text;

/// A stamp line is short; a longer one is a paragraph on a line and is only looked at from its ends. Bytes.
const LONGEST_STAMP_LINE: usize = 400;
/// The most words that a letter-spaced `T U Y Ệ T  M Ậ T` takes.
const MOST_STAMP_WORDS: usize = 9;

/// The degrees, as they are spelled; accents may be missing.
const SPELLINGS: [(&str, SecrecyLevel); 3] =
    [("mật", SecrecyLevel::Secret), ("tối mật", SecrecyLevel::TopSecret), ("tuyệt mật", SecrecyLevel::MostSecret)];
/// The degrees as extracted from pages typed in TCVN3 (first three) and VNI fonts; compared mark by mark.
const LEGACY_SPELLINGS: [(&str, SecrecyLevel); 6] = [
    ("mËt", SecrecyLevel::Secret),
    ("tèi mËt", SecrecyLevel::TopSecret),
    ("tuyÖt mËt", SecrecyLevel::MostSecret),
    ("maät", SecrecyLevel::Secret),
    ("toái maät", SecrecyLevel::TopSecret),
    ("tuyeät maät", SecrecyLevel::MostSecret),
];
/// Labels before the degree, folded. "Độ mật" alone is an empty form field, not a stamp.
const LABELS: [&str; 6] = ["do", "do mat", "muc do", "muc do mat", "cap do mat", "dau do mat"];
/// Nouns printed with the degree in capitals: "TÀI LIỆU MẬT".
const NOUNS: [&str; 3] = ["tài liệu", "văn bản", "hồ sơ"];
/// First halves of the compounds that administrative pages wrap before "mật". Short on purpose and compared with
/// their accents: each word here is a line after which a stamp in the same letter case would be missed.
const BEFORE: [&str; 2] = ["bí", "bảo"];
/// Second halves of the compounds that pages and narrow table heads wrap after "mật"; the same caution holds.
const AFTER: [&str; 3] = ["độ", "ong", "khẩu"];

/// A non-blank line of the page.
#[derive(Clone, Copy)]
pub(super) struct Line<'a>(&'a str);

/// The non-blank lines and table cells of a page.
pub(super) fn split(page: &str) -> impl Iterator<Item = Line<'_>> {
    let breaks = ['\n', '\r', '\u{0B}', '\u{0C}', '\u{85}', '\u{2028}', '\u{2029}', '\t', '|'];
    page.split(breaks).map(str::trim).filter(|line| line.chars().any(char::is_alphanumeric)).map(Line)
}

impl<'a> Line<'a> {
    /// The degree this line stamps on the page, before looking at its neighbours.
    pub(super) fn level(&self) -> Option<SecrecyLevel> {
        let short = self.0.len() <= LONGEST_STAMP_LINE && ends_like_a_stamp(self.0);
        let alone = short.then(|| labelled(self.0).or_else(|| bare(self.0))).flatten();
        alone.or_else(|| beside_a_heading(self.0))
    }

    /// "…bảo vệ bí" above "mật" is one compound, when both are in capitals or neither is.
    pub(super) fn is_end_of_compound(&self, before: Option<&Self>) -> bool {
        let Some(word) = before.and_then(|line| line.0.split_whitespace().next_back()) else { return false };
        BEFORE.contains(&lower(word).as_str()) && self.same_case_as(word)
    }

    /// "Mật" above "độ dân số" is one compound; above "Độ khẩn" or "Độ mật" it is a stamp above a form field.
    pub(super) fn is_start_of_compound(&self, after: Option<&Self>) -> bool {
        let Some(after) = after else { return false };
        let mut words = after.0.split_whitespace();
        let first = words.next().unwrap_or_default();
        let second = words.next().map(text::fold).unwrap_or_default();
        let field = matches!(second.as_str(), "khan" | "mat");
        !field && AFTER.contains(&lower(first).as_str()) && self.same_case_as(first)
    }

    /// Whether it is written as a stamp is printed: in capitals, and with an accent or in several words; or is its name in full.
    pub(super) fn is_printed(&self) -> bool {
        let in_print = in_capitals(self.0) && (!self.0.is_ascii() || self.0.split_whitespace().nth(1).is_some());
        // Of two words, with every accent, it is nothing else however it is written.
        let spelt = Letters::of(self.0).is_some_and(|letters| SPELLINGS[1..].iter().any(|(word, _)| letters.are(word)));
        in_print || spelt || labelled(self.0).is_some() || beside_a_heading(self.0).is_some()
    }

    /// The line.
    pub(super) const fn text(self) -> &'a str {
        self.0
    }

    /// Starts with a list dash or bullet and is not framed by it like a decorated stamp.
    pub(super) fn is_list_item(&self) -> bool {
        let bullet = |c: char| matches!(c, '-' | '–' | '+' | '•' | '*' | '\u{F0B7}');
        self.0.starts_with(bullet) && !self.0.ends_with(bullet)
    }

    fn same_case_as(&self, word: &str) -> bool {
        in_capitals(self.0) == in_capitals(word)
    }
}

/// Every spelling ends in a t; most lines of a page need no further look.
fn ends_like_a_stamp(text: &str) -> bool {
    let last = text.chars().rfind(|c| c.is_alphanumeric());
    last.is_some_and(|c| matches!(c, 't' | 'T') || !c.is_ascii())
}

/// The degree a text spells and nothing else.
fn bare(text: &str) -> Option<SecrecyLevel> {
    let letters = Letters::of(text).filter(|_| ends_like_a_stamp(text))?;
    let plain = SPELLINGS.iter().find(|(word, _)| letters.spell(word));
    let found = plain.or_else(|| LEGACY_SPELLINGS.iter().find(|(word, _)| letters.are(word)));
    let noun = |level: &&(&str, SecrecyLevel)| NOUNS.iter().any(|noun| letters.spell(&format!("{noun} {}", level.0)));
    let found = found.or_else(|| SPELLINGS.iter().find(noun).filter(|_| in_capitals(text)));
    found.map(|(_, level)| *level)
}

/// "ĐỘ MẬT: TỐI MẬT", with or without the colon.
fn labelled(text: &str) -> Option<SecrecyLevel> {
    if let Some((label, level)) = text.split_once([':', '：']) {
        let label = text::fold(label);
        return LABELS.contains(&label.as_str()).then(|| bare(level)).flatten();
    }
    let letters = Letters::of(text)?;
    let whole = |level: &str| ["độ mật", "mức độ mật"].iter().any(|label| letters.spell(&format!("{label} {level}")));
    SPELLINGS.iter().find(|(level, _)| whole(level)).map(|(_, level)| *level)
}

/// A stamp in capitals that the text layer put on one line with the other column of the heading:
/// "MẬT Hà Long, ngày 25 tháng 7 năm 2025", "Số: 05/QĐ-UBND TỐI MẬT".
fn beside_a_heading(line: &str) -> Option<SecrecyLevel> {
    // Both ends are short, so a paragraph of any length costs the same.
    let words: Vec<&str> = line.split_whitespace().take(40).collect();
    let lengths = 1..=MOST_STAMP_WORDS.min(words.len().saturating_sub(1));
    let stamp = |part: &[&str]| {
        let part = part.concat();
        let plain = in_capitals(&part) && part.chars().all(|c| c.is_alphanumeric() || is_combining_mark(c));
        plain.then(|| bare(&part)).flatten()
    };
    let at_start = |n: usize| stamp(&words[..n]).filter(|_| is_heading(&words[n..]));
    let at_end = |n: usize| stamp(&words[words.len() - n..]).filter(|_| is_heading(&words[..words.len() - n]));
    lengths.filter_map(|n| at_start(n).max(at_end(n))).max()
}

/// What stands in the head of an administrative document beside the stamp.
fn is_heading(words: &[&str]) -> bool {
    let rest = words.join(" ");
    let folded = text::fold(&rest);
    let phrases = ["cong hoa xa hoi chu nghia viet nam", "doc lap tu do hanh phuc", "dang cong san viet nam"];
    let starts = ["uy ban nhan dan", "ubnd ", "hoi dong nhan dan", "dang uy ", "ban so "];
    phrases.contains(&folded.as_str())
        || starts.iter().any(|start| folded.starts_with(start))
        || parse_reference(&rest).is_ok()
        || is_place_and_date(&rest)
}

/// "Hà Long, ngày 25 tháng 7 năm 2025", the day and month perhaps still blank.
fn is_place_and_date(text: &str) -> bool {
    let Some((place, date)) = text.split_once(',') else { return false };
    let folded = text::fold(date);
    let blank = folded.starts_with("ngay thang") && folded.contains("nam");
    place.split_whitespace().count() <= 5 && (blank || date.trim().parse::<PartialDate>().is_ok())
}

fn lower(word: &str) -> String {
    text::nfc(word).to_lowercase()
}

/// Whether the text has letters and all of them are capitals.
fn in_capitals(text: &str) -> bool {
    text.chars().any(char::is_uppercase) && !text.chars().any(char::is_lowercase)
}

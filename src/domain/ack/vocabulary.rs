//! The words of answers, as data: what counts, how strongly, and what may stand around it.
//!
//! The vocabulary is closed on purpose. An answer is believed without further proof only if every one of
//! its words is listed here, so that "hôm qua tôi đã nhận tiền điện rồi" says nothing: `hôm qua`, `tiền`
//! and `điện` are not words of an answer. All phrases are folded: lower case, no diacritics.

use super::words::Word;

/// What a unit says it did, from the least to the most that it implies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Act {
    /// It has the bulletin.
    Receive,
    /// It read the bulletin out over the loudspeaker.
    Air,
    /// It carried the bulletin out.
    Do,
}

/// What a phrase contributes to an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sense {
    /// The heart of an answer; `true` if it says so beyond doubt.
    Core(Act, bool),
    /// `dạ` and `đã`, which are one word without accents: polite noise, or the shortest of answers.
    Da,
    /// Says that others are spoken of or to, as in "các bác".
    Others,
    /// What was received: "văn bản", "file".
    Thing,
    /// Politeness, the speaker, time of day, and plans that follow from having received.
    Filler,
}

use Act::{Air, Do, Receive};

/// Phrases by sense. The longest phrase that fits at a place is taken.
pub(super) const PHRASES: &[(Sense, &[&str])] = &[
    (
        Sense::Core(Receive, true),
        &[
            "da nhan",
            "nhan roi",
            "nhan r",
            "nhan duoc roi",
            "nhan dc roi",
            "nhan du roi",
            "da tiep nhan",
            "tiep nhan roi",
            "da nhan duoc",
            "da nhan dc",
            "da nhan du",
        ],
    ),
    (
        Sense::Core(Receive, false),
        &[
            "nhan",
            "nhan duoc",
            "nhan dc",
            "nhan du",
            "tiep nhan",
            "moi nhan",
            "moi nhan duoc",
            "moi nhan dc",
            "dn",
            "ro",
            "da ro",
            "ro roi",
            "ok",
            "oke",
            "oki",
            "okie",
            "okay",
            "okela",
            "vang",
            "da vang",
            "vg",
            "da nam",
            "nam ro",
            "da nam ro",
            "nam duoc roi",
        ],
    ),
    (
        Sense::Core(Air, true),
        &[
            "da phat loa",
            "phat loa roi",
            "da doc loa",
            "doc loa roi",
            "da phat thanh",
            "da phat tren loa",
            "da doc tren loa",
            "da phat loa thon",
            "phat loa xong",
            "da phat loa xong",
        ],
    ),
    (Sense::Core(Air, false), &["da phat", "phat roi", "phat xong", "da phat xong"]),
    (
        Sense::Core(Do, true),
        &[
            "da trien khai",
            "trien khai xong",
            "trien khai roi",
            "da trien khai xong",
            "da hop thon",
            "hop thon roi",
            "hop thon xong",
            "da thuc hien",
            "da thuc hien xong",
            "thuc hien xong",
        ],
    ),
    (Sense::Core(Do, false), &["xong", "xong roi", "da xong", "hoan thanh", "da hoan thanh", "hoan thanh roi"]),
    (Sense::Da, &["da"]),
    (Sense::Others, &["cac", "may", "moi"]),
    (
        Sense::Thing,
        &[
            "van ban",
            "vb",
            "cong van",
            "cv",
            "ke hoach",
            "kh",
            "thong bao",
            "tb",
            "giay moi",
            "gm",
            "thu moi",
            "file",
            "tep",
            "tin",
            "tin nhan",
            "noi dung",
            "thong tin",
            "chi dao",
            "chi thi",
            "lenh",
            "tai lieu",
            "cong dien",
            "bai phat",
            "bai",
            "ht",
            "bp",
            "qd",
            "quyet dinh",
            "huong dan",
            "hd",
            "bc",
            "ubnd",
        ],
    ),
    (
        Sense::Filler,
        &[
            "a",
            "ah",
            "e",
            "b",
            "c",
            "d",
            "r",
            "em",
            "anh",
            "chi",
            "chu",
            "co",
            "bac",
            "chau",
            "ong",
            "ba",
            "toi",
            "minh",
            "dong chi",
            "dc",
            "thua",
            "kinh",
            "kinh thua",
            "kinh gui",
            "bao cao",
            "xin",
            "xin bao cao",
            "nhe",
            "nha",
            "nhen",
            "voi",
            "cam on",
            "xin cam on",
            "camon",
            "tks",
            "thanks",
            "tran trong",
            "nhieu",
            "lanh dao",
            "thu truong",
            "sep",
            "xa",
            "phong",
            "truong thon",
            "pho thon",
            "truong ban",
            "truong",
            "pho",
            "ban",
            "va",
            "cung",
            "luon",
            "ngay",
            "nay",
            "tren",
            "cua",
            "roi",
            "duoc",
            "du",
            "day du",
            "du roi",
            "vua",
            "hom nay",
            "sang nay",
            "trua nay",
            "chieu nay",
            "toi nay",
            "luc",
            "so",
            "thon",
            "oi",
            "da xem",
            "xem roi",
            "da doc",
            "doc roi",
            "se trien khai",
            "se thuc hien",
            "se phat",
            "se thong bao",
            "se bao cao",
            "xin trien khai",
            "trien khai",
            "thuc hien",
            "dang trien khai",
            "dang thuc hien",
            "trien khai ngay",
            "thuc hien ngay",
            "xin loi",
            "gio",
            "bay gio",
            "moi doc duoc",
            "moi doc",
            "moi xem duoc",
            "moi xem",
            "moi thay",
            "moi biet",
        ],
    ),
];

/// Words that only count figures may stand among: "đã di dời tổng cộng 12 hộ 41 người".
pub(super) const FIGURE_FILLERS: &[&str] =
    &["di", "doi", "chuyen", "so", "tan", "tong", "cong", "dan", "la", "gom", "hien", "hien tai", "tai"];

/// What a number of households is followed by.
pub(super) const HOUSEHOLD_NOUNS: &[&str] = &["ho"];
/// What a number of people is followed by.
pub(super) const PEOPLE_NOUNS: &[&str] = &["nguoi", "ng", "khau", "nhan"];

/// Letters of a bulletin's code, followed by an optional year and a number.
pub(super) const CODE_PREFIXES: &[&str] = &["vb", "tb", "ht", "bp"];

/// Words that begin the name of a village or street cell, followed by its number.
pub(super) const VILLAGE_WORDS: &[&str] = &["thon", "xom", "tdp", "khu"];

/// After a first clause that acknowledges, these take it back or leave it open.
pub(super) const HEDGES: &[&str] = &["nhung", "ma", "neu", "khoan", "de", "ai", "nao", "sao", "dau", "gi", "the"];

/// Accented words that are somebody else's: without accents they would read as a word listed here.
const STRANGERS: &[&str] = &[
    "nhắn", "nhấn", "nhẫn", "nhãn", "nhăn", "vắng", "vàng", "văng", "phạt", "phật", "phất", "xông", "rổ", "rồ", "rọ",
    "hồng", "lợi", "lời", "lối", "chùa", "chứa", "chàng", "chặng", "khống", "hò", "hồ", "nhà",
];

/// Whether the word, as it was accented, is a different word from the one its bare letters suggest.
/// Slips between hỏi and ngã ("lổi", "hõng") are not: they are how people write.
pub(super) fn is_stranger(word: &Word) -> bool {
    word.raw != word.key && STRANGERS.contains(&word.raw.as_str())
}

/// The longest listed phrase that begins at `at`: its sense and its length in words.
pub(super) fn phrase_at(words: &[Word], at: usize) -> Option<(Sense, usize)> {
    let candidates = PHRASES.iter().flat_map(|(sense, phrases)| phrases.iter().map(|phrase| (*sense, *phrase)));
    candidates
        .filter_map(|(sense, phrase)| matches_at(words, at, phrase).map(|length| (sense, length)))
        .max_by_key(|(_, length)| *length)
}

/// The number of words `phrase` takes if it stands at `at`.
fn matches_at(words: &[Word], at: usize, phrase: &str) -> Option<usize> {
    let mut length = 0;
    for key in phrase.split(' ') {
        let word = words.get(at + length)?;
        // A phrase does not reach over a comma: "anh nhận, rồi ..." is not "nhận rồi".
        if word.key != key || is_stranger(word) || (length > 0 && word.starts_clause) {
            return None;
        }
        length += 1;
    }
    Some(length)
}

#[cfg(test)]
mod tests {
    use super::{PHRASES, phrase_at};
    use crate::domain::ack::words::words;
    use crate::domain::text::fold;

    #[test]
    fn every_phrase_is_folded_and_listed_once() {
        let mut phrases: Vec<_> = PHRASES.iter().flat_map(|(_, phrases)| phrases.iter().copied()).collect();
        for phrase in &phrases {
            assert_eq!(*phrase, &*fold(phrase));
        }
        let count = phrases.len();
        phrases.sort_unstable();
        phrases.dedup();
        assert_eq!(phrases.len(), count, "a phrase stands under two senses");
    }

    #[test]
    fn the_longest_phrase_wins() {
        assert_eq!(phrase_at(&words("đã nhận được rồi"), 0).map(|(_, length)| length), Some(3));
    }

    #[test]
    fn a_phrase_does_not_reach_over_a_comma() {
        assert_eq!(phrase_at(&words("nhận, rồi"), 0).map(|(_, length)| length), Some(1));
    }

    #[test]
    fn a_word_accented_as_another_word_is_not_taken_for_it() {
        assert_eq!(phrase_at(&words("vắng"), 0), None);
        assert!(phrase_at(&words("vâng"), 0).is_some());
        assert!(phrase_at(&words("vang"), 0).is_some());
    }
}

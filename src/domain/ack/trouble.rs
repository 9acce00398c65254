//! Finds trouble in an answer: "chưa nhận được", "không mở được file", "loa hỏng", "mất điện".
//!
//! A negative word always wins over the acknowledging words around it; what is left to decide is whether it
//! reports something or asks ("nhận được chưa các bác"), and whether it is about a bulletin at all.

use super::meaning::{Item, Strength, Token};
use super::vocabulary::{Sense, is_stranger};
use super::words::{THUMB_DOWN, Word};
use crate::domain::text_enum::text_enum;

#[cfg(test)]
mod tests;

text_enum! {
    /// What an answer says is wrong.
    pub enum TroubleKind {
        /// "chưa nhận được", "không thấy file".
        NotReceived => "not_received",
        /// "không mở được", "không xem được".
        CannotOpen => "cannot_open",
        /// "lỗi file", "file hỏng".
        BadFile => "bad_file",
        /// "chưa rõ", "không hiểu".
        Unclear => "unclear",
        /// "chưa phát".
        NotAired => "not_aired",
        /// "chưa triển khai", "chưa xong".
        NotDone => "not_done",
        /// "loa hỏng".
        SpeakerBroken => "speaker_broken",
        /// "mất điện", "mất mạng".
        PowerOut => "power_out",
        /// An acknowledging phrase with a negative word in it: a person has to look.
        Other => "other",
    }
}

/// What the negative words of an answer amount to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Finding {
    /// There is none.
    Nothing,
    /// They ask, or they say nothing about a bulletin: the answer means nothing.
    Question,
    /// They report trouble.
    Trouble(TroubleKind, Strength),
}

/// "Not", in full and as people shorten it. Compared with whole words, so that "ok" is not hit by `k`.
const NOT: &[&str] = &["chua", "khong", "ko", "k", "chang", "kg", "khg", "hok", "hk", "hem"];
/// Words that are trouble by themselves.
const BROKEN: &[&str] = &["loi", "hong"];

/// What follows "not" in a report, by what it reports.
const AFTER_NOT: &[(TroubleKind, &[&str])] = &[
    (TroubleKind::NotReceived, &["nhan", "thay", "co"]),
    (TroubleKind::CannotOpen, &["mo", "xem", "doc", "tai", "nghe", "vao"]),
    (TroubleKind::Unclear, &["ro", "hieu"]),
    (TroubleKind::NotAired, &["phat"]),
    (TroubleKind::NotDone, &["trien", "thuc", "lam", "xong", "hop"]),
];

/// "mở không được", "nhận chưa được": the verb stands before "not" and one of these after it.
const OUTCOMES: &[&str] = &["duoc", "dc", "ra", "noi"];
/// Files and what carries them.
const FILES: &[&str] = &["file", "tep", "ban", "vb", "anh", "link", "tin", "bai"];
/// What goes out in "mất điện", "mất mạng".
const SUPPLIES: &[&str] = &["dien", "mang", "song", "internet", "wifi"];
/// Asking about others: before the negative word, "ai chưa nhận được".
const ASKS_WHO: &[&str] = &["ai", "nao"];
/// Words a report of trouble may be made of besides the vocabulary of answers.
const REPORT_WORDS: &[&str] = &[
    "thay", "mo", "xem", "doc", "tai", "nghe", "vao", "hieu", "phat", "lam", "hop", "loa", "may", "bi", "van", "het",
    "ca", "gi", "mat", "cup", "dien", "mang", "song", "link", "anh", "ra", "noi", "do", "vi", "thi", "nen", "ve",
    "den", "dau", "nhung", "ma", "xong", "hoan", "sao",
];

/// Looks for trouble. `acknowledges` tells whether the rest of the text would acknowledge, `asks` whether
/// it has a question mark: "sao chưa nhận được file?" still reports, "mất điện à?" does not.
pub(super) fn find(words: &[Word], items: &[Item], acknowledges: bool, asks: bool) -> Finding {
    let negatives: Vec<usize> = (0..words.len()).filter(|at| is_negative(words, *at)).collect();
    let outage = (0..words.len()).any(|at| is_outage(words, at));
    let Some(first) = negatives.first().copied().or(outage.then_some(0)) else { return Finding::Nothing };
    if words[..first].iter().any(|word| ASKS_WHO.contains(&word.key.as_str())) {
        return Finding::Question;
    }
    let reports: Vec<usize> = negatives.iter().copied().filter(|at| !is_asking(words, items, *at)).collect();
    if reports.is_empty() && (asks || !negatives.is_empty()) {
        return Finding::Question;
    }
    let explained = items.iter().all(|item| item.token != Token::Unknown || is_report_word(words, item.start));
    let strength = if explained { Strength::Strong } else { Strength::Weak };
    let kind = reports.iter().find_map(|at| kind_at(words, *at)).or(outage.then_some(TroubleKind::PowerOut));
    let broken = reports.iter().any(|at| BROKEN.contains(&words[*at].key.as_str()));
    match kind {
        Some(kind) => Finding::Trouble(kind, strength),
        None if acknowledges || (broken && explained) => Finding::Trouble(TroubleKind::Other, strength),
        None => Finding::Question,
    }
}

fn is_negative(words: &[Word], at: usize) -> bool {
    let word = &words[at];
    let key = word.key.as_str();
    // "k3" is a place and "101/KH" a plan; "kh" elsewhere is "không" cut short.
    let is_part = |index: usize| words.get(index).is_some_and(|other| other.number.is_some());
    let beside_number = is_part(at + 1) || at.checked_sub(1).is_some_and(is_part);
    let cut_short = key == "kh" && !beside_number;
    let labels = key == "k" && words.get(at + 1).is_some_and(|next| next.glued && next.number.is_some());
    // "Xin lỗi, giờ tôi mới đọc được" is an apology, not a fault.
    let apology = key == "loi" && at.checked_sub(1).is_some_and(|before| words[before].key == "xin");
    let listed = NOT.contains(&key) || BROKEN.contains(&key) || key == THUMB_DOWN || cut_short;
    listed && !labels && !apology && !is_stranger(word)
}

fn is_outage(words: &[Word], at: usize) -> bool {
    let key = |index: usize| words.get(index).map_or("", |word| word.key.as_str());
    matches!(key(at), "mat" | "cup") && SUPPLIES.contains(&key(at + 1))
}

/// A negative word that closes its clause after a verb asks: "nhận được chưa", "rõ không ạ".
fn is_asking(words: &[Word], items: &[Item], at: usize) -> bool {
    let key = words[at].key.as_str();
    let next = words.get(at + 1).filter(|next| !next.starts_clause).map_or("", |next| next.key.as_str());
    let before = at.checked_sub(1).map_or("", |index| words[index].key.as_str());
    let goes_on = OUTCOMES.contains(&next) || AFTER_NOT.iter().any(|(_, verbs)| verbs.contains(&next));
    if key == "hong" {
        return matches!(before, "duoc" | "dc" | "nhan" | "ro" | "thay") && !goes_on;
    }
    NOT.contains(&key) && at > 0 && !goes_on && closes_clause(words, items, at)
}

/// Whether nothing but politeness and names of things follows in the clause: "rõ chưa các bác ạ".
fn closes_clause(words: &[Word], items: &[Item], at: usize) -> bool {
    let rest = items.iter().filter(|item| item.start > at);
    let clause = rest.take_while(|item| !words[item.start].starts_clause);
    clause.into_iter().all(|item| {
        matches!(item.token, Token::Unit | Token::Phrase(Sense::Filler | Sense::Da | Sense::Others | Sense::Thing))
    })
}

fn kind_at(words: &[Word], at: usize) -> Option<TroubleKind> {
    let key = words[at].key.as_str();
    if BROKEN.contains(&key) {
        return broken_kind(words, at);
    }
    let after = (at + 1..words.len()).take(3).find_map(|index| verb_kind(words, index));
    let outcome = words.get(at + 1).is_some_and(|next| OUTCOMES.contains(&next.key.as_str()));
    let before = (0..at).rev().take(3).find_map(|index| verb_kind(words, index));
    if outcome { before.or(after) } else { after }
}

fn verb_kind(words: &[Word], at: usize) -> Option<TroubleKind> {
    let word = &words[at];
    // "không có file" misses something; "không có ý kiến" does not.
    let misses = |next: &Word| FILES.contains(&next.key.as_str()) || matches!(next.key.as_str(), "van" | "thong");
    if is_stranger(word) || (word.key == "co" && !words.get(at + 1).is_some_and(misses)) {
        return None;
    }
    AFTER_NOT.iter().find(|(_, verbs)| verbs.contains(&word.key.as_str())).map(|(kind, _)| *kind)
}

fn broken_kind(words: &[Word], at: usize) -> Option<TroubleKind> {
    let near = &words[at.saturating_sub(3)..words.len().min(at + 4)];
    let any = |list: &[&str]| near.iter().any(|word| list.contains(&word.key.as_str()));
    if any(&["loa"]) {
        Some(TroubleKind::SpeakerBroken)
    } else if any(FILES) {
        Some(TroubleKind::BadFile)
    } else {
        None
    }
}

fn is_report_word(words: &[Word], at: usize) -> bool {
    REPORT_WORDS.contains(&words[at].key.as_str()) || is_negative(words, at)
}

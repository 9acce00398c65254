//! What people write, and how they read: folding, recognising a request for an answer.

use unicode_normalization::{UnicodeNormalization as _, char::is_combining_mark};

use super::{Said, rng};

/// "Đã nhận" as typed on a phone without accents.
pub(super) const NO_ACCENTS: [&str; 5] = ["da nhan", "Da nhan", "da nhan a", "nhan roi", "da nhan dc roi a"];
/// Words that acknowledge only what they answer.
pub(super) const WEAK: [&str; 6] = ["ok", "Ok a", "rõ", "vâng", "vâng ạ", "👍"];
/// Complaints.
pub(super) const NEGATIVE: [&str; 5] =
    ["chưa nhận được file", "không mở được file ạ", "file lỗi rồi đ/c ơi", "chua nhan duoc file", "khong xem duoc"];
/// How a late answer begins.
pub(super) const LATE: &str = "Xin lỗi, giờ tôi mới đọc được.";

/// One of `choices`, by the salt.
pub(super) fn pick(choices: &[&str], salt: u64) -> String {
    let len = choices.len().max(1) as u64;
    let at = usize::try_from(rng::mix(salt, len) % len).unwrap_or(0);
    choices.get(at).copied().unwrap_or_default().to_owned()
}

/// An answer that stands by itself, with the village's name when there is one.
pub(super) fn strong(place: &str, salt: u64) -> String {
    let words = pick(&["đã nhận", "đã nhận ạ", "đã nhận a", "đã nhận được"], salt);
    if place.is_empty() { format!("Tôi {words}") } else { format!("{place} {words}") }
}

/// Lower case without accents, every other character kept.
pub(super) fn fold(text: &str) -> String {
    let plain = text.nfd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase);
    plain.map(|c| if c == 'đ' { 'd' } else { c }).collect()
}

/// The button that says "đã nhận"; failing that, the first.
pub(super) fn ack_button(message: &Said) -> Option<String> {
    let says_so = message.buttons.iter().find(|button| fold(button).contains("da nhan"));
    says_so.or_else(|| message.buttons.first()).cloned()
}

/// Whether a text tells its reader to answer with "đã nhận", rather than telling who has.
pub(super) fn asks_for_answer(text: &str) -> bool {
    let folded = fold(text);
    let asks = ["tra loi", "phan hoi", "xac nhan", "bam "];
    folded.contains("da nhan") && asks.iter().any(|word| folded.contains(word))
}

/// What a message is about: the first code in it, such as `VB-2025-0042`, or else the message itself, by its id. A
/// correction is a subject of its own.
pub(super) fn subject(text: &str, id: &str) -> String {
    let Some(code) = code_in(text) else { return id.to_owned() };
    let folded = fold(text);
    let Some((_, after)) = folded.split_once("dinh chinh") else { return code.to_owned() };
    let round =
        after.split_once("lan ").map_or("", |(_, n)| n.split(|c: char| !c.is_ascii_digit()).next().unwrap_or(""));
    format!("{code} dinh chinh {round}")
}

/// The first code in a text, such as `VB-2025-0042`.
pub(super) fn code_in(text: &str) -> Option<&str> {
    let is_part = |c: char| c.is_alphanumeric() || c == '-' || c == '.';
    text.split(|c| !is_part(c)).map(|word| word.trim_end_matches('.')).find(|word| is_code(word))
}

/// The code a text wants to see behind "đã nhận", as in `trả lời tin này: đã nhận K7F2`; in capitals.
pub(super) fn code_wanted(text: &str) -> Option<String> {
    let folded = fold(text);
    let (_, behind) = folded.rsplit_once("da nhan ")?;
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.';
    let word = behind.split(|c| !is_part(c)).next().unwrap_or_default().trim_end_matches('.');
    let has = |kind: fn(&u8) -> bool| word.as_bytes().iter().any(kind);
    let fits = word.len() >= 4 && has(u8::is_ascii_digit) && has(u8::is_ascii_alphabetic);
    fits.then(|| word.to_ascii_uppercase())
}

/// Two to four capitals, a year, a number, and perhaps the number of a repetition: `VB-2025-0042.3`.
fn is_code(word: &str) -> bool {
    let mut parts = word.split('-');
    let (kind, year, number) = (parts.next(), parts.next(), parts.next());
    let digits =
        |p: Option<&str>, len| p.is_some_and(|p| p.len() >= len && p.bytes().all(|b| b.is_ascii_digit() || b == b'.'));
    let kind = kind.is_some_and(|k| (2..=4).contains(&k.len()) && k.bytes().all(|b| b.is_ascii_uppercase()));
    kind && digits(year, 4) && digits(number, 3) && parts.next().is_none()
}

//! Addresses, numbers, dates and amounts in a text, each with a meaning that does not depend on how it was typed.

use super::is_invisible;
use crate::domain::text::{fold, nfc};

/// Shortest run of digits that is an account number or a telephone number.
const LONG_NUMBER: usize = 8;

/// Something in a text that can be right or wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// As it was typed.
    pub typed: String,
    /// What it means, equal for all ways of typing it.
    pub(super) meaning: String,
    /// The year of a date, where one was typed: it is left out as often as not.
    year: Option<u32>,
    /// Whether it is an address that somebody could press.
    pub is_link: bool,
}

impl Fact {
    /// Whether another one says the same; of a date without its year the day.
    pub(super) fn means(&self, other: &Self) -> bool {
        let years = self.year.zip(other.year);
        self.meaning == other.meaning && years.is_none_or(|(one, other)| one == other)
    }
}

fn fact(typed: &str, meaning: String) -> Fact {
    Fact { typed: typed.to_owned(), meaning, year: None, is_link: false }
}

/// What stands in a text, in its order.
#[must_use]
pub fn facts(text: &str) -> Vec<Fact> {
    let text: String = nfc(text).chars().filter(|c| !is_invisible(*c)).collect();
    let pieces: Vec<&str> = text.split_whitespace().collect();
    let mut found = Vec::new();
    let mut at = 0;
    while at < pieces.len() {
        let (read, count) = read(&pieces, at);
        found.extend(read);
        at += count;
    }
    found
}

/// What begins at a piece, and how many pieces it takes.
fn read(pieces: &[&str], at: usize) -> (Option<Fact>, usize) {
    let piece = trimmed(pieces[at]);
    if is_link(piece) {
        let meaning = format!("link {}", with_small_host(piece).trim_end_matches('/'));
        return (Some(Fact { typed: piece.to_owned(), meaning, year: None, is_link: true }), 1);
    }
    if let Some(found) = worded_date(pieces, at).or_else(|| number_over(pieces, at)) {
        return (Some(found.0), found.1);
    }
    let next = pieces.get(at + 1).map(|next| fold(trimmed(next)));
    let found = amount(piece, next.as_deref())
        .or_else(|| time(piece, next.as_deref()))
        .or_else(|| date(piece).map(|(meaning, year)| (Fact { year, ..fact(piece, meaning) }, 1)));
    match found {
        Some((found, count)) => (Some(found), count),
        None => (None, 1),
    }
}

/// An address as it is compared: capitals make no difference in the name of a machine, and all of it behind that.
fn with_small_host(link: &str) -> String {
    let scheme = link.find("://").map_or(0, |at| at + 3);
    let host = scheme + link[scheme..].find(['/', '?', '#']).unwrap_or(link.len() - scheme);
    format!("{}{}", link[..host].to_lowercase(), &link[host..])
}

/// A piece without the punctuation around it.
fn trimmed(piece: &str) -> &str {
    piece.trim_matches(|c: char| !c.is_alphanumeric() && c != '+' && c != '%')
}

/// Ends of addresses. A name with letters that only look like others is told by them: no word of a sentence ends so.
const ENDS: [&str; 24] = [
    "vn", "com", "net", "org", "info", "xyz", "top", "site", "online", "click", "link", "shop", "store", "io", "cc",
    "app", "club", "vip", "live", "biz", "pro", "icu", "asia", "cn",
];

/// "http://…", or a name with a dot that letters end, as addresses are.
fn is_link(piece: &str) -> bool {
    if piece.contains("://") {
        return true;
    }
    let host = piece.split(['/', '?', '#', ':']).next().unwrap_or_default();
    let host = host.rsplit('@').next().unwrap_or_default();
    let labels: Vec<&str> = host.split('.').collect();
    let named =
        |label: &&str| !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let ends = labels.last().is_some_and(|last| last.len() >= 2 && last.bytes().all(|byte| byte.is_ascii_alphabetic()));
    let in_letters = |label: &&str| !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || c == '-');
    let looks_so = labels.last().is_some_and(|last| ENDS.contains(last)) && labels.iter().all(in_letters);
    labels.len() >= 2 && ((ends && labels.iter().all(named)) || looks_so)
}

/// "ngày 5 tháng 8 năm 2025".
fn worded_date(pieces: &[&str], at: usize) -> Option<(Fact, usize)> {
    let number = |index: usize| trimmed(pieces.get(index)?).parse::<u32>().ok();
    let word = |index: usize| pieces.get(index).map(|piece| fold(trimmed(piece)));
    let (day, month) = (number(at)?, number(at + 2)?);
    (word(at + 1)?.as_str() == "thang").then(|| {
        let year = number(at + 4).filter(|_| word(at + 3).as_deref() == Some("nam"));
        let count = if year.is_some() { 5 } else { 3 };
        (Fact { year, ..fact(&pieces[at..at + count].join(" "), format!("date {day}/{month}")) }, count)
    })
}

/// A telephone or account number, in one piece or grouped over several.
fn number_over(pieces: &[&str], at: usize) -> Option<(Fact, usize)> {
    let grouped = |piece: &&&str| {
        let piece = trimmed(piece);
        !piece.is_empty() && piece.bytes().all(|byte| byte.is_ascii_digit() || b".-+".contains(&byte))
    };
    let first = trimmed(pieces[at]);
    // A date with points or lines is no number.
    if date(first).is_some() {
        return None;
    }
    let count = pieces[at..].iter().take(6).take_while(grouped).count();
    (1..=count).rev().find_map(|count| {
        let typed = pieces[at..at + count].iter().map(|piece| trimmed(piece)).collect::<Vec<_>>().join(" ");
        let digits: String = typed.chars().filter(char::is_ascii_digit).collect();
        let thousands = count == 1
            && typed.contains('.')
            && !typed.starts_with('0')
            && typed.split('.').skip(1).all(|part| part.len() == 3);
        if digits.len() < LONG_NUMBER || digits.len() > 20 || thousands {
            return None;
        }
        let national = digits.strip_prefix("84").filter(|rest| rest.len() == 9).map(|rest| format!("0{rest}"));
        Some((fact(&typed, format!("number {}", national.unwrap_or(digits))), count))
    })
}

/// "500.000đ", "1,5 triệu", "30%".
fn amount(piece: &str, next: Option<&str>) -> Option<(Fact, usize)> {
    let digits_end = piece.find(|c: char| !(c.is_ascii_digit() || c == '.' || c == ',')).unwrap_or(piece.len());
    let (number, glued) = piece.split_at(digits_end);
    let (unit, count) = if glued.is_empty() { (next?.to_owned(), 2) } else { (fold_unit(glued), 1) };
    let (factor, name) = match unit.as_str() {
        "d" | "dong" | "vnd" | "vn" => (1.0, "money"),
        "k" | "nghin" | "ngan" => (1_000.0, "money"),
        "tr" | "trieu" => (1_000_000.0, "money"),
        "ty" | "ti" => (1_000_000_000.0, "money"),
        "%" => (1.0, "percent"),
        _ => return None,
    };
    let value = value_of(number)? * factor;
    let typed = if count == 2 { format!("{piece} {unit}") } else { piece.to_owned() };
    Some((fact(&typed, format!("{name} {value}")), count))
}

fn fold_unit(unit: &str) -> String {
    if unit == "%" { unit.to_owned() } else { fold(unit) }
}

/// "1.200.000" is one number, "1,5" another.
fn value_of(number: &str) -> Option<f64> {
    let thousands = number.split(['.', ',']).skip(1).all(|part| part.len() == 3);
    let plain = if thousands { number.replace(['.', ','], "") } else { number.replace(',', ".") };
    if plain.is_empty() { None } else { plain.parse().ok() }
}

/// "7h30", "7 giờ", "19:00".
fn time(piece: &str, next: Option<&str>) -> Option<(Fact, usize)> {
    let lower = piece.to_lowercase();
    let (hour, rest) = match lower.split_once(['h', 'g', ':']) {
        Some((hour, rest)) => (hour, rest.trim_start_matches("iờ").trim_start_matches("io")),
        None if next == Some("gio") => (lower.as_str(), ""),
        None => return None,
    };
    let hour: u32 = hour.parse().ok().filter(|hour| *hour < 25)?;
    let minute: u32 = if rest.is_empty() {
        0
    } else {
        rest.trim_end_matches(['\'', 'p']).parse().ok().filter(|minute| *minute < 60)?
    };
    let count = if piece.bytes().all(|byte| byte.is_ascii_digit()) { 2 } else { 1 };
    Some((fact(piece, format!("time {hour}:{minute}")), count))
}

/// "01/9", "1-9-2025", "1.9.2025": the day, and the year where there is one.
fn date(piece: &str) -> Option<(String, Option<u32>)> {
    let parts: Vec<&str> = piece.split(['/', '-', '.']).collect();
    let numbers: Vec<u32> = parts.iter().map(|part| part.parse().ok()).collect::<Option<_>>()?;
    let fits = |day: u32, month: u32| (1..=31).contains(&day) && (1..=12).contains(&month);
    match numbers.as_slice() {
        [day, month] if piece.contains('/') && fits(*day, *month) => Some((format!("date {day}/{month}"), None)),
        [day, month, year] if fits(*day, *month) && parts[2].len() == 4 => {
            Some((format!("date {day}/{month}"), Some(*year))).filter(|_| (1_900..2_200).contains(year))
        }
        _ => None,
    }
}

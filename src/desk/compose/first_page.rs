//! What page 1 seems to say of its document: number, date, issuer, trích yếu.
//!
//! Only what stands where Nghị định 30/2020/NĐ-CP, Phụ lục I puts it is read; everything found is offered, shown and
//! confirmed, never taken silently. Pure; any text is answered.

use crate::domain::bulletin::Level;
use crate::domain::document::{DocumentType, PartialDate, Reference, find_references, parse_reference};
use crate::domain::text::{cut, fold, nfc};

/// Lines of page 1 that hold the head of a document.
const HEAD_LINES: usize = 30;
/// Longest line worth looking at, in bytes; a page without line breaks is no head.
const LONGEST_LINE: usize = 600;
/// Longest trích yếu that is offered, in characters.
const LONGEST_TITLE: usize = 300;
/// Lines a trích yếu may take.
const TITLE_LINES: usize = 5;

/// What was found; each may be missing.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Suggested {
    /// Number and symbol as displayed, `…/KH-UBND`.
    pub reference: Option<String>,
    /// Date of issue in the form of storage.
    pub date: Option<String>,
    /// Whether a province's or a commune's committee stands in the head.
    pub level: Option<Level>,
    /// Trích yếu.
    pub title: Option<String>,
    /// The words that were sent together with the file.
    pub body: Option<String>,
}

/// Reads the head of a page.
pub fn suggest(page: &str) -> Suggested {
    let page: String = nfc(page);
    let lines: Vec<&str> = page.lines().map(str::trim).filter(|line| line.len() <= LONGEST_LINE).collect();
    let head: Vec<&str> = lines.iter().copied().filter(|line| !line.is_empty()).take(HEAD_LINES).collect();
    Suggested {
        reference: head.iter().find_map(|line| reference_in(line)).map(|found| found.to_string()),
        date: head.iter().find_map(|line| date_in(line)).map(PartialDate::to_iso),
        level: level_of(&head),
        title: title_in(&lines),
        body: None,
    }
}

/// "Số: 101/KH-UBND   Hà Long, ngày …": the word, then the number and symbol, which may be blank.
fn reference_in(line: &str) -> Option<Reference> {
    let at = line.find("Số:").or_else(|| line.find("SỐ:"))?;
    let rest = line.get(at + "Số:".len()..)?;
    if let Some(found) = find_references(rest).into_iter().next() {
        return Some(found);
    }
    let symbol = rest.split_whitespace().find(|word| word.contains('/'))?;
    parse_reference(symbol).ok()
}

/// "…, ngày 25 tháng 7 năm 2025", with the day possibly blank.
fn date_in(line: &str) -> Option<PartialDate> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let start = words.iter().position(|word| fold(word) == "ngay")?;
    let length = words[start..].iter().take(7).position(|word| fold(word) == "nam")?;
    let date = words.get(start..=start + length + 1)?.join(" ");
    date.trim_end_matches(|sign: char| !sign.is_ascii_digit()).parse().ok()
}

/// The committee in the first lines. "CỘNG HÒA XÃ HỘI" beside it must not read as a commune.
fn level_of(head: &[&str]) -> Option<Level> {
    let folded: Vec<String> = head.iter().take(4).map(|line| fold(line)).collect();
    let level = |words: &str| match words.trim_start() {
        place if place.starts_with("tinh ") || place == "tinh" => Some(Level::Superior),
        place if place.starts_with("xa ") && !place.starts_with("xa hoi") => Some(Level::Local),
        _ => None,
    };
    folded.iter().enumerate().find_map(|(at, line)| {
        let after = line.strip_prefix("uy ban nhan dan").or_else(|| line.strip_prefix("ubnd"))?;
        level(after).or_else(|| level(folded.get(at + 1)?))
    })
}

/// The lines below the type ("KẾ HOẠCH"), or behind "V/v" of a công văn, up to the first blank or ruled line.
fn title_in(lines: &[&str]) -> Option<String> {
    let head = &lines[..lines.len().min(HEAD_LINES * 2)];
    if let Some((at, first)) = head.iter().enumerate().find_map(|(at, line)| Some((at, behind_v_v(line)?))) {
        return joined(std::iter::once(first).chain(head[at + 1..].iter().copied()));
    }
    let typed = |line: &str| !line.chars().any(char::is_lowercase) && DocumentType::from_name(line).is_some();
    let at = head.iter().position(|line| typed(line))?;
    joined(head[at + 1..].iter().copied().skip_while(|line| line.is_empty()))
}

fn behind_v_v(line: &str) -> Option<&str> {
    line.strip_prefix("V/v").or_else(|| line.strip_prefix("v/v"))
}

fn joined<'a>(lines: impl Iterator<Item = &'a str>) -> Option<String> {
    let part: Vec<&str> = lines.map(str::trim).take_while(|line| !ends_title(line)).take(TITLE_LINES).collect();
    let title = part.join(" ");
    let title = title.trim_matches(|sign: char| sign.is_whitespace() || matches!(sign, ':' | '"' | '“' | '”'));
    (title.chars().filter(|sign| sign.is_alphabetic()).count() >= 8).then(|| cut(title, LONGEST_TITLE, "…"))
}

/// A blank or ruled line, or the first words of what follows a title.
fn ends_title(line: &str) -> bool {
    let folded = fold(line);
    let opens = ["can cu ", "thuc hien ", "kinh gui", "theo ", "i ", "1 ", "dieu 1"];
    folded.is_empty() || opens.iter().any(|words| folded.starts_with(words))
}

#[cfg(test)]
mod tests;

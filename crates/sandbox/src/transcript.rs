//! A chat as plain text, for people who review it: who, when, what. Each platform says what its messages are; how a chat
//! is laid out stands here once.

use std::fmt::Write as _;

const MINUTE_MS: i64 = 60_000;
const DAY_MS: i64 = 86_400_000;

/// One thing that happened in a chat.
pub enum Entry {
    /// Somebody wrote.
    Said(Box<Said>),
    /// A line of the app itself.
    Note(String),
}

/// A message as it is shown.
#[derive(Default)]
pub struct Said {
    /// The writer, with marks.
    pub head: String,
    /// The message replied to, in one line.
    pub quoted: Option<String>,
    /// What it carries beside its text, in one line.
    pub carried: Option<String>,
    /// The text.
    pub text: String,
    /// Rows of buttons.
    pub buttons: Vec<String>,
}

/// The whole chat, oldest entry first; times are local milliseconds.
pub fn render(title: &str, kind: &str, entries: impl Iterator<Item = (i64, Entry)>) -> String {
    let mut out = format!("── {title} ({kind}) ──\n");
    let mut day = None;
    for (at, entry) in entries {
        let today = at.div_euclid(DAY_MS);
        if day.replace(today) != Some(today) {
            let _ = writeln!(out, "· {} ·", date(today));
        }
        match entry {
            Entry::Note(text) => {
                let _ = writeln!(out, "{} * {text}", clock(at));
            }
            Entry::Said(said) => add(&mut out, at, &said),
        }
    }
    out
}

fn add(out: &mut String, at: i64, said: &Said) {
    let _ = writeln!(out, "{} {}", clock(at), said.head);
    if let Some(quoted) = &said.quoted {
        let _ = writeln!(out, "    ↩ {quoted}");
    }
    let lines = said.carried.iter().map(String::as_str).chain(said.text.lines());
    for line in lines.chain(said.buttons.iter().map(String::as_str)) {
        let _ = writeln!(out, "{}", format!("    {line}").trim_end());
    }
}

/// `HH:MM` of a local time.
pub fn clock(local_ms: i64) -> String {
    let minutes = local_ms.rem_euclid(DAY_MS) / MINUTE_MS;
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}

/// The day of a local time, counted from 1970-01-01.
pub const fn day(local_ms: i64) -> i64 {
    local_ms.div_euclid(DAY_MS)
}

/// `DD/MM/YYYY` of a day counted from 1970-01-01.
pub fn date(days: i64) -> String {
    let (year, month, day) = civil(days);
    format!("{day:02}/{month:02}/{year}")
}

/// Year, month and day of a day counted from 1970-01-01 (Howard Hinnant, `civil_from_days`).
pub fn civil(days: i64) -> (i64, i64, i64) {
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let doe = z.rem_euclid(146_097);
    let yoe = (doe - doe / 1_460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let (day, month) = (doy - (153 * mp + 2) / 5 + 1, if mp < 10 { mp + 3 } else { mp - 9 });
    (yoe + era * 400 + i64::from(month <= 2), month, day)
}

/// A size as chat apps show it: bytes, KB or MB, one decimal above a kilobyte.
pub fn size(bytes: usize) -> String {
    let tenths = |unit: usize| (bytes * 10 + unit / 2) / unit;
    match bytes {
        0..1_024 => format!("{bytes} B"),
        1_024..1_048_576 => format!("{}.{} KB", tenths(1_024) / 10, tenths(1_024) % 10),
        _ => format!("{}.{} MB", tenths(1_048_576) / 10, tenths(1_048_576) % 10),
    }
}

//! Typed times answered: what was understood, in full and with the weekday, or why it was not.

use crate::domain::calendar::{Millis, format_date, format_full, format_time, weekday_name};
use crate::domain::when::{Note, Purpose, Reading, WhenError, parse};
use crate::say;
use crate::usecase::Act;
use chrono::{Datelike as _, NaiveTime, Timelike as _};

/// What typed words come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// One instant.
    At(Reading),
    /// One of several; the sentence says why.
    Which {
        /// The instants, at least one.
        choices: Vec<Millis>,
        /// The question.
        lead: String,
    },
    /// None that can be used; the sentence says why.
    Not(String),
}

/// Reads a typed time at the act's business time.
pub fn hear(act: &Act<'_>, typed: &str, purpose: Purpose) -> Heard {
    match parse(typed, act.at, purpose, &act.house.times) {
        Ok(reading) => Heard::At(reading),
        Err(error) => refused(act, error),
    }
}

fn refused(act: &Act<'_>, error: WhenError) -> Heard {
    let locale = &act.house.locale;
    match error {
        WhenError::Ambiguous { choices } => Heard::Which { choices, lead: say!(locale, "compose-time-which") },
        WhenError::Past { read_as, next_year: Some(next) } => next_year(act, read_as, next),
        other => Heard::Not(sentence(act, other)),
    }
}

/// Why words are no time that can be used.
pub fn sentence(act: &Act<'_>, error: WhenError) -> String {
    let locale = &act.house.locale;
    match error {
        WhenError::Ambiguous { .. } => say!(locale, "compose-time-which"),
        WhenError::Past { read_as, .. } => say!(locale, "compose-time-past", time = format_full(read_as)),
        WhenError::Empty => say!(locale, "compose-time-empty"),
        WhenError::NotUnderstood { piece } => say!(locale, "compose-time-not-understood", piece = piece),
        WhenError::InvalidDate { day, month, year } => {
            say!(locale, "compose-time-no-date", date = format!("{day}/{month}/{year}"))
        }
        WhenError::InvalidTime { hour, minute } => {
            say!(locale, "compose-time-no-hour", hour = format!("{hour}:{minute:02}"))
        }
        WhenError::WeekdayMismatch { date, said } => say!(
            locale,
            "compose-time-weekday",
            date = format_date(date),
            weekday = weekday_name(date.weekday()),
            said = weekday_name(said)
        ),
        WhenError::Lunar => say!(locale, "compose-time-lunar"),
        WhenError::Recurring => say!(locale, "compose-time-recurring"),
    }
}

/// "20/7/2025 đã qua. Ý đồng chí là 20/7/2026?": the year is never rolled forward silently.
fn next_year(act: &Act<'_>, read_as: Millis, next: Millis) -> Heard {
    let (past, next_date) = (format_date(read_as.local_date()), format_date(next.local_date()));
    let lead = say!(act.house.locale, "compose-time-next-year", past = past, next = next_date);
    Heard::Which { choices: vec![next], lead }
}

/// An instant as people say it, and in full: "07:00 sáng mai, thứ Bảy 26/7" is followed by the date.
pub fn echo(act: &Act<'_>, reading: &Reading) -> String {
    let locale = &act.house.locale;
    let full = format_full(reading.at);
    if reading.notes.contains(&Note::RolledToTomorrow) {
        let local = reading.at.local();
        let (time, part) = (format_time(local.time()), part_of_day(local.time()));
        let (weekday, date) = (weekday_name(local.weekday()), format!("{}/{}", local.day(), local.month()));
        let said = say!(locale, "compose-time-tomorrow", time = time, part = part, weekday = weekday, date = date);
        return say!(locale, "compose-understood-said", said = said, full = full);
    }
    if reading.notes.contains(&Note::RolledToNextWeek) {
        return say!(locale, "compose-understood-next-week", full = full);
    }
    say!(locale, "compose-understood", full = full)
}

/// The word behind the hour, as people divide the day.
fn part_of_day(time: NaiveTime) -> &'static str {
    match time.hour() {
        0..=10 => "sáng",
        11..=12 => "trưa",
        13..=17 => "chiều",
        _ => "tối",
    }
}

/// "06:00 ngày mai", "06:00 hôm nay", and otherwise the date in full.
pub fn near(act: &Act<'_>, at: Millis) -> String {
    let time = format_time(at.local_time());
    match at.local_date().signed_duration_since(act.at.local_date()).num_days() {
        0 => say!(act.house.locale, "compose-near-today", time = time),
        1 => say!(act.house.locale, "compose-near-tomorrow", time = time),
        _ => format_full(at),
    }
}

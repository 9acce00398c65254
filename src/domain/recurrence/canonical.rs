//! The canonical text of a recurrence, read back: `weekly mon,thu at 06:30; holidays=skip; missed=ask`.

use std::str::FromStr;

use chrono::{NaiveTime, Weekday};

use super::{CronError, Days, HolidayPolicy, Recurrence, Rule};
use crate::domain::schedule::MissedPolicy;

/// The words for weekdays, Monday first.
const WEEKDAYS: [(Weekday, &str); 7] = [
    (Weekday::Mon, "mon"),
    (Weekday::Tue, "tue"),
    (Weekday::Wed, "wed"),
    (Weekday::Thu, "thu"),
    (Weekday::Fri, "fri"),
    (Weekday::Sat, "sat"),
    (Weekday::Sun, "sun"),
];

/// The text is not a recurrence in its canonical form.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RecurrenceError {
    /// A piece is missing or unknown.
    #[error("`{0}` is not a recurrence")]
    Unreadable(String),
    /// The five fields are wrong.
    #[error(transparent)]
    Cron(#[from] CronError),
}

/// The word for a weekday.
pub(super) fn word_of(day: Weekday) -> &'static str {
    WEEKDAYS.iter().find(|(known, _)| *known == day).map_or("", |(_, word)| word)
}

impl From<Recurrence> for String {
    fn from(recurrence: Recurrence) -> Self {
        recurrence.to_string()
    }
}

impl TryFrom<String> for Recurrence {
    type Error = RecurrenceError;

    fn try_from(text: String) -> Result<Self, RecurrenceError> {
        text.parse()
    }
}

impl FromStr for Recurrence {
    type Err = RecurrenceError;

    /// Reads exactly what is printed and nothing else.
    fn from_str(text: &str) -> Result<Self, RecurrenceError> {
        let unreadable = || RecurrenceError::Unreadable(text.to_owned());
        let mut pieces = text.split("; ");
        let rule = rule(pieces.next().unwrap_or_default(), unreadable)?;
        let holidays = pieces.next().and_then(|piece| piece.strip_prefix("holidays=")?.parse::<HolidayPolicy>().ok());
        let missed = pieces.next().and_then(|piece| piece.strip_prefix("missed=")?.parse::<MissedPolicy>().ok());
        let read = Self { rule, holidays: holidays.ok_or_else(unreadable)?, missed: missed.ok_or_else(unreadable)? };
        if read.to_string() == text { Ok(read) } else { Err(unreadable()) }
    }
}

fn rule(text: &str, unreadable: impl Fn() -> RecurrenceError) -> Result<Rule, RecurrenceError> {
    if let Some(fields) = text.strip_prefix("cron ") {
        return Ok(Rule::Cron(fields.parse()?));
    }
    let (days, times) = text.split_once(" at ").ok_or_else(&unreadable)?;
    let days = days_of(days).ok_or_else(&unreadable)?;
    let times: Option<Vec<NaiveTime>> =
        times.split(',').map(|time| NaiveTime::parse_from_str(time, "%H:%M").ok()).collect();
    Ok(Rule::On { days, times: times.ok_or_else(unreadable)? })
}

fn days_of(text: &str) -> Option<Days> {
    if text == "daily" {
        return Some(Days::Every);
    }
    if text == "month-end" {
        return Some(Days::MonthEnd);
    }
    if let Some(list) = text.strip_prefix("weekly ") {
        let day = |word: &str| WEEKDAYS.iter().find(|(_, known)| *known == word).map(|(day, _)| *day);
        return list.split(',').map(day).collect::<Option<Vec<_>>>().map(Days::Weekly);
    }
    let list = text.strip_prefix("monthly ")?;
    let day = |word: &str| word.parse::<u32>().ok().filter(|day| (1..=31).contains(day));
    list.split(',').map(day).collect::<Option<Vec<_>>>().map(Days::Monthly)
}

//! Reading the times people type: "thứ hai 7h30", "trước 17h ngày 29/7", "mai", "2 tiếng nữa".
//!
//! The reader is exact: every word is understood or the answer names the piece that was not; nothing is
//! guessed and a year is never rolled forward silently. Hours are read on the 24-hour clock, dates day
//! first. With or without accents, composed or decomposed. Invariant: a [`Reading`] is never before `now`.
//!
//! The caller prints the reading in full and asks "Đúng không?" before anything is queued. The desk and the
//! command line call this. Repetitions ("thứ hai hằng tuần 7h") are read by [`parse_repeating`].

mod clock;
mod date;
mod numeral;
mod phrase;
mod repeat;
mod resolve;
#[cfg(test)]
mod tests;
mod token;

use chrono::{NaiveDate, NaiveTime, Weekday};
use serde::Deserialize;

use crate::domain::calendar::Millis;
use phrase::Phrase;
pub use repeat::{RepeatError, Repeating, is_repeating, parse_repeating, parse_until};
use token::{Hints, Tokens};

/// No phrase of time is longer than this, in bytes; a longer input is not read at all.
const LONGEST_INPUT: usize = 400;

/// How much of a text that is not understood is quoted back, in characters.
const LONGEST_PIECE: usize = 40;

/// What the time is for; decides the time of day where none is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// When to send.
    SendTime,
    /// Until when something must be done.
    Deadline,
}

/// What was understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// The instant, never before the `now` it was read at.
    pub at: Millis,
    /// The words marked a deadline: "trước", "chậm nhất", "hạn", "đến", "trong vòng".
    pub before: bool,
    /// The words meant now: "ngay", "bây giờ".
    pub immediate: bool,
    /// What the person should be told besides the instant.
    pub notes: Vec<Note>,
}

/// Something about a reading that is worth saying aloud when it is confirmed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Note {
    /// The hour has passed today, so it is tomorrow's.
    RolledToTomorrow,
    /// The hour has passed on today's weekday, so it is next week's.
    RolledToNextWeek,
    /// No hour was typed; a default was used.
    DefaultTime,
    /// It falls on a Saturday or Sunday.
    Weekend,
}

/// Why an input is not a time that can be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WhenError {
    /// Nothing was typed.
    #[error("no time was typed")]
    Empty,
    /// A piece of the input is not part of any time, or contradicts the rest.
    #[error("`{piece}` is not understood as a time")]
    NotUnderstood {
        /// The piece, as it was typed.
        piece: String,
    },
    /// The words have several meanings; a person must choose.
    #[error("the time is ambiguous")]
    Ambiguous {
        /// The possible instants, in order, at least two, none before `now`.
        choices: Vec<Millis>,
    },
    /// The time has passed.
    #[error("the time has passed")]
    Past {
        /// What the words mean.
        read_as: Millis,
        /// The same day and month a year later, where no year was typed and the day is over.
        next_year: Option<Millis>,
    },
    /// No such day: 31/9, 29/2 of a common year, or a year outside 2000–2100.
    #[error("there is no {day}/{month}/{year}")]
    InvalidDate {
        /// The day of the month that was typed.
        day: u32,
        /// The month that was typed or implied.
        month: u32,
        /// The year that was typed or implied.
        year: i32,
    },
    /// No such time of day: 25h, 7h60, 19h sáng.
    #[error("there is no {hour}:{minute}")]
    InvalidTime {
        /// The hour that was typed.
        hour: u32,
        /// The minute that was typed, zero where none was.
        minute: u32,
    },
    /// The weekday and the date that were typed are not the same day.
    #[error("{date} is not a {said}")]
    WeekdayMismatch {
        /// The date that was typed.
        date: NaiveDate,
        /// The weekday that was typed.
        said: Weekday,
    },
    /// A date of the lunar calendar: "mùng 1", "rằm", "23 tháng chạp". The solar date must be asked for.
    #[error("lunar dates are not read")]
    Lunar,
    /// A repetition: "hằng ngày 17h". Not a single time.
    #[error("a repetition is not a single time")]
    Recurring,
}

/// Times of day, in local time, for words that name none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DayTimes {
    /// A day and nothing else.
    pub day: NaiveTime,
    /// Sáng.
    pub morning: NaiveTime,
    /// Trưa.
    pub noon: NaiveTime,
    /// Chiều.
    pub afternoon: NaiveTime,
    /// Tối.
    pub evening: NaiveTime,
    /// Đêm, khuya.
    pub night: NaiveTime,
}

/// The default times of day. All are proposals to be confirmed by the commune.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WhenConfig {
    /// For sending: when each part of the day begins to be read. 07:30, 07:30, 11:30, 14:00, 19:00, 21:00.
    pub send: DayTimes,
    /// For deadlines: when each part ends. 17:00, 11:30, 12:00, 17:00, 21:00, 23:59.
    pub deadline: DayTimes,
}

impl Default for WhenConfig {
    fn default() -> Self {
        let at = |hour, minute| NaiveTime::from_hms_opt(hour, minute, 0).unwrap_or(NaiveTime::MIN);
        let times = |[day, morning, noon, afternoon, evening, night]: [NaiveTime; 6]| DayTimes {
            day,
            morning,
            noon,
            afternoon,
            evening,
            night,
        };
        Self {
            send: times([at(7, 30), at(7, 30), at(11, 30), at(14, 0), at(19, 0), at(21, 0)]),
            deadline: times([at(17, 0), at(11, 30), at(12, 0), at(17, 0), at(21, 0), at(23, 59)]),
        }
    }
}

/// Reads a typed time as a person in the commune means it at `now`.
///
/// # Errors
/// Every way in which the input is not one usable time, see [`WhenError`].
pub fn parse(input: &str, now: Millis, purpose: Purpose, cfg: &WhenConfig) -> Result<Reading, WhenError> {
    if input.len() > LONGEST_INPUT {
        let start: String = input.chars().take(LONGEST_PIECE).collect();
        return Err(WhenError::NotUnderstood { piece: start });
    }
    let tokens = Tokens::of(input);
    if tokens.is_empty() {
        return Err(WhenError::Empty);
    }
    if tokens.sound_recurring() {
        return Err(WhenError::Recurring);
    }
    if tokens.sound_lunar() {
        return Err(WhenError::Lunar);
    }
    let read = |hints| Phrase::read(&tokens, hints).and_then(|phrase| resolve::resolve(&phrase, now, purpose, cfg));
    settle(Hints::possible(&tokens).into_iter().map(read).collect())
}

/// Weighs the readings of an input that can be read in several ways ("7.8", "thu hai toi").
fn settle(outcomes: Vec<Result<Reading, WhenError>>) -> Result<Reading, WhenError> {
    let mut choices = Vec::new();
    for outcome in &outcomes {
        match outcome {
            Ok(reading) => choices.push(reading.at),
            Err(WhenError::Ambiguous { choices: more }) => choices.extend(more),
            Err(WhenError::Past { next_year, .. }) if outcomes.iter().any(Result::is_ok) => choices.extend(next_year),
            Err(_) => {}
        }
    }
    choices.sort_unstable();
    choices.dedup();
    if choices.len() > 1 {
        return Err(WhenError::Ambiguous { choices });
    }
    let rank = |outcome: &Result<Reading, WhenError>| match outcome {
        Ok(_) => 0,
        Err(WhenError::Past { .. }) => 1,
        Err(_) => 2,
    };
    outcomes.into_iter().min_by_key(rank).unwrap_or(Err(WhenError::Empty))
}

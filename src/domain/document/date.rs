//! A date that may lack its day, as on a document that has not been numbered yet.

use std::fmt;
use std::str::FromStr;

use crate::domain::text;

/// The years a document date may name.
const YEARS: std::ops::RangeInclusive<u16> = 1945..=2100;
/// Longer input is no date; bytes.
const LONGEST_INPUT: usize = 120;

/// A date of issue, known to the day or only to the month.
///
/// Displayed in the administrative manner: days below 10 and the months 1 and 2 take a leading zero, other months do
/// not ("25/5/2025", "01/4/2025", "05/02/2025", "7/2025"). Ordered by time; a month comes before its own days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PartialDate {
    year: u16,
    month: u8,
    day: Option<u8>,
}

/// Why a text is not a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DateError {
    /// The words are in none of the known orders.
    #[error("not a date")]
    Unreadable,
    /// Outside 1945 to 2100, or written with two digits.
    #[error("year {0} is out of range")]
    Year(u16),
    /// Outside 1 to 12.
    #[error("month {0} does not exist")]
    Month(u16),
    /// Not a day of that month of that year: 31/9, 29/02/2025.
    #[error("day {0} does not exist in that month")]
    Day(u16),
}

impl PartialDate {
    /// A date from its parts; `day` is `None` where only the month is known.
    ///
    /// # Errors
    /// When the year is outside 1945..=2100 or the month or day does not exist.
    pub fn new(year: u16, month: u16, day: Option<u16>) -> Result<Self, DateError> {
        if !YEARS.contains(&year) {
            return Err(DateError::Year(year));
        }
        let month = u8::try_from(month).ok().filter(|m| (1..=12).contains(m)).ok_or(DateError::Month(month))?;
        let exists = |day: &u8| (1..=days_in(year, month)).contains(day);
        let day = match day {
            Some(day) => Some(u8::try_from(day).ok().filter(exists).ok_or(DateError::Day(day))?),
            None => None,
        };
        Ok(Self { year, month, day })
    }

    /// The year, 1945 to 2100.
    #[must_use]
    pub fn year(self) -> u16 {
        self.year
    }

    /// The month, 1 to 12.
    #[must_use]
    pub fn month(self) -> u8 {
        self.month
    }

    /// The day of the month, if known.
    #[must_use]
    pub fn day(self) -> Option<u8> {
        self.day
    }

    /// For storage: `2025-05-25`, or `2025-07` without a day. [`PartialDate::from_str`] reads it back.
    #[must_use]
    pub fn to_iso(self) -> String {
        let month = format!("{:04}-{:02}", self.year, self.month);
        self.day.map_or(month.clone(), |day| format!("{month}-{day:02}"))
    }

    /// In words, as in a document's head: "ngày 01 tháng 4 năm 2025", or "tháng 7 năm 2025" without a day.
    #[must_use]
    pub fn in_words(self) -> String {
        let month = format!("tháng {} năm {}", padded_month(self.month), self.year);
        self.day.map_or(month.clone(), |day| format!("ngày {day:02} {month}"))
    }
}

impl fmt::Display for PartialDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(day) = self.day {
            write!(f, "{day:02}/")?;
        }
        write!(f, "{}/{}", padded_month(self.month), self.year)
    }
}

/// Reads "25/5/2025", "7/2025", "ngày 25 tháng 5 năm 2025", "ngày     tháng 7 năm 2025", with or without accents,
/// with dots or dashes, and the storage form.
impl FromStr for PartialDate {
    type Err = DateError;

    fn from_str(input: &str) -> Result<Self, DateError> {
        if input.len() > LONGEST_INPUT || input.chars().any(|c| !belongs_in_date(c)) {
            return Err(DateError::Unreadable);
        }
        let folded = text::fold(input);
        let words: Vec<&str> = folded.split(' ').filter(|word| !word.is_empty()).collect();
        let (year, month, day) = order(&words).ok_or(DateError::Unreadable)?;
        let day = day.map(number).transpose()?;
        Self::new(number(year)?, number(month)?, day)
    }
}

fn belongs_in_date(c: char) -> bool {
    c.is_alphanumeric() || c.is_whitespace() || matches!(c, '/' | '-' | '.' | '…' | '_' | '\u{0300}'..='\u{036F}')
}

/// Finds year, month and day in the words; a four-digit number first is the storage form.
fn order<'a>(words: &[&'a str]) -> Option<(&'a str, &'a str, Option<&'a str>)> {
    match *words {
        ["ngay", "thang", m, "nam", y] | ["thang", m, "nam", y] | ["thang", m, y] => Some((y, m, None)),
        [y, m, d] if y.len() == 4 => Some((y, m, Some(d))),
        [y, m] if y.len() == 4 => Some((y, m, None)),
        ["ngay", d, "thang", m, "nam", y] | ["ngay", d, m, y] | [d, m, y] => Some((y, m, Some(d))),
        [m, y] => Some((y, m, None)),
        _ => None,
    }
}

fn number(word: &str) -> Result<u16, DateError> {
    let plain = word.len() <= 4 && word.bytes().all(|b| b.is_ascii_digit());
    plain.then_some(word).and_then(|word| word.parse().ok()).ok_or(DateError::Unreadable)
}

fn padded_month(month: u8) -> String {
    if month <= 2 { format!("{month:02}") } else { month.to_string() }
}

fn days_in(year: u16, month: u8) -> u8 {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

//! Days off and swapped working days, and the working-time arithmetic that follows from them.
//!
//! Holidays are data, decided each year by the Government, so they come from a TOML table and never from
//! code. A date without an entry is a working day from Monday to Friday. Read by windows, deadlines,
//! acknowledgement windows and periods.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate, NaiveTime, Weekday};
use serde::Deserialize;

use super::{Millis, date_plus};
use crate::domain::text_enum::text_enum;

/// The longest stretch one entry may cover, in days; a longer one is a typing mistake in a year.
const LONGEST_ENTRY: i64 = 31;

/// How far working-day arithmetic looks ahead, in days, before it takes the table for nonsense.
const HORIZON: i64 = 400;

text_enum! {
    /// What an entry makes of its date.
    pub enum DayKind {
        /// Nghỉ: nobody works, whatever the weekday.
        Off => "off",
        /// Làm bù: worked in exchange for another day, even on a Saturday.
        Worked => "worked",
    }
}

/// What the table says about one date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayEntry {
    /// Off or worked.
    pub kind: DayKind,
    /// The name people know, in Vietnamese: "Quốc khánh".
    pub name: String,
    /// The document or page that says so.
    pub source: String,
}

/// The table of holidays could not be used.
#[derive(Debug, thiserror::Error)]
pub enum HolidayError {
    /// Not TOML, a key missing or unknown, or a date that does not exist.
    #[error("the holiday table cannot be read: {0}")]
    Toml(#[from] toml::de::Error),
    /// Two entries for one date: it would be unclear which one holds.
    #[error("the holiday table has two entries for {0}")]
    Duplicate(NaiveDate),
    /// `until` lies before `date`, or more than a month after it.
    #[error("the holiday entry of {from} ends on {until}: the end must follow within 31 days")]
    Span {
        /// The entry's first date.
        from: NaiveDate,
        /// The entry's last date.
        until: NaiveDate,
    },
}

/// The days that differ from the ordinary week.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Holidays {
    days: BTreeMap<NaiveDate, DayEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    #[serde(default)]
    day: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    date: NaiveDate,
    until: Option<NaiveDate>,
    kind: DayKind,
    name: String,
    source: String,
}

impl Holidays {
    /// Reads the table: `[[day]]` with `date`, `kind`, `name`, `source` and, for a stretch, `until`
    /// (inclusive). Dates are quoted ISO dates.
    ///
    /// # Errors
    /// When the text is not such a table, a date has two entries, or a stretch is impossible.
    pub fn from_toml(text: &str) -> Result<Self, HolidayError> {
        let table: Table = toml::from_str(text)?;
        let mut days = BTreeMap::new();
        for row in table.day {
            let last = row.until.unwrap_or(row.date);
            let length = last.signed_duration_since(row.date).num_days();
            if !(0..LONGEST_ENTRY).contains(&length) {
                return Err(HolidayError::Span { from: row.date, until: last });
            }
            let entry = DayEntry { kind: row.kind, name: row.name, source: row.source };
            for date in (0..=length).map(|day| date_plus(row.date, day)) {
                if days.insert(date, entry.clone()).is_some() {
                    return Err(HolidayError::Duplicate(date));
                }
            }
        }
        Ok(Self { days })
    }

    /// What the table says about this date, if anything.
    #[must_use]
    pub fn entry(&self, date: NaiveDate) -> Option<&DayEntry> {
        self.days.get(&date)
    }

    /// Whether offices work on this date.
    #[must_use]
    pub fn is_working_day(&self, date: NaiveDate) -> bool {
        match self.days.get(&date) {
            Some(entry) => entry.kind == DayKind::Worked,
            None => !is_weekend(date),
        }
    }

    /// Whether this is a Saturday worked in exchange for another day.
    #[must_use]
    pub fn is_working_saturday(&self, date: NaiveDate) -> bool {
        date.weekday() == Weekday::Sat && self.is_working_day(date)
    }

    /// The first working day after this date.
    #[must_use]
    pub fn next_working_day(&self, date: NaiveDate) -> NaiveDate {
        let mut days = (1..=HORIZON).map(|ahead| date_plus(date, ahead));
        days.find(|day| self.is_working_day(*day)).unwrap_or_else(|| date_plus(date, 1))
    }

    /// The date so many working days after this one; the day itself is not counted.
    #[must_use]
    pub fn plus_working_days(&self, date: NaiveDate, count: u32) -> NaiveDate {
        (0..count).fold(date, |day, _| self.next_working_day(day))
    }

    /// When the office closes on the working day after the day of `from`.
    #[must_use]
    pub fn end_of_next_working_day(&self, from: Millis, office: &OfficeHours) -> Millis {
        Millis::on(self.next_working_day(from.local_date()), office.closes)
    }
}

/// Saturday or Sunday.
pub(crate) fn is_weekend(date: NaiveDate) -> bool {
    matches!(date.weekday(), Weekday::Sat | Weekday::Sun)
}

/// When the commune's office works, in local time. The default is 07:00–11:30 and 13:30–17:00; the real
/// hours are set by each province and season, so they are configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OfficeHours {
    /// When the morning begins.
    pub opens: NaiveTime,
    /// When the office closes for lunch.
    pub lunch_from: NaiveTime,
    /// When the afternoon begins.
    pub lunch_to: NaiveTime,
    /// End of the working day; deadlines without a time end here.
    pub closes: NaiveTime,
}

impl Default for OfficeHours {
    fn default() -> Self {
        Self { opens: clock(7, 0), lunch_from: clock(11, 30), lunch_to: clock(13, 30), closes: clock(17, 0) }
    }
}

/// A time of day known to be valid; midnight if it is not.
pub(crate) fn clock(hour: u32, minute: u32) -> NaiveTime {
    NaiveTime::from_hms_opt(hour, minute, 0).unwrap_or(NaiveTime::MIN)
}

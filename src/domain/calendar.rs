//! Instants, dates and how they are written: the commune's calendar.
//!
//! An instant is [`Millis`]; people see the wall clock of Việt Nam, which is UTC+7 all year. Invariant: every
//! conversion is total; an instant beyond chrono's range is shown as the end of that range, never a panic.
//! Called wherever a time is stored, compared or printed. Nothing here reads a clock.

mod format;
mod holidays;
#[cfg(test)]
mod tests;
mod windows;

use std::ops::{Add, Sub};
use std::time::Duration;

use chrono::{DateTime, Days, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime};

pub use format::{format_date, format_full, format_rfc3339, format_short, format_time, weekday_name};
pub use holidays::{DayEntry, DayKind, HolidayError, Holidays, OfficeHours};
pub use windows::{AudienceWindows, SendWindows, TimeSpan, TimeSpanError};

/// UTC+7 in milliseconds. Việt Nam has had no daylight saving since 13/6/1975 (IANA time zone database,
/// `Asia/Ho_Chi_Minh`), so a fixed offset is exact for every date the service handles.
const OFFSET_MS: i64 = 7 * 3_600_000;

/// The offset of `Asia/Ho_Chi_Minh`, for printing instants with their zone.
///
/// `None` never happens: seven hours are within chrono's bounds, checked by a test.
const OFFSET: Option<FixedOffset> = FixedOffset::east_opt(7 * 3600);

/// One day.
const DAY_MS: i64 = 86_400_000;

/// An instant: milliseconds since 1970-01-01T00:00:00Z. Stored as is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct Millis(pub i64);

impl Millis {
    /// The instant at which the commune's clocks show this date and time.
    #[must_use]
    pub fn from_local(local: NaiveDateTime) -> Self {
        Self(local.and_utc().timestamp_millis() - OFFSET_MS)
    }

    /// Midnight at which this date begins in the commune.
    #[must_use]
    pub fn start_of(date: NaiveDate) -> Self {
        Self::from_local(date.and_time(NaiveTime::MIN))
    }

    /// The instant at which this date shows this time in the commune.
    #[must_use]
    pub fn on(date: NaiveDate, time: NaiveTime) -> Self {
        Self::from_local(date.and_time(time))
    }

    /// What the commune's clocks show, clamped to the dates chrono can hold.
    #[must_use]
    pub fn local(self) -> NaiveDateTime {
        let shown = DateTime::from_timestamp_millis(self.0.saturating_add(OFFSET_MS));
        let end = if self.0 < 0 { NaiveDateTime::MIN } else { NaiveDateTime::MAX };
        shown.map_or(end, |at| at.naive_utc())
    }

    /// The commune's date.
    #[must_use]
    pub fn local_date(self) -> NaiveDate {
        self.local().date()
    }

    /// The commune's time of day.
    #[must_use]
    pub fn local_time(self) -> NaiveTime {
        self.local().time()
    }

    /// Midnight at which the commune's current day began.
    #[must_use]
    pub const fn start_of_day(self) -> Self {
        Self(self.0.saturating_sub(self.0.saturating_add(OFFSET_MS).rem_euclid(DAY_MS)))
    }

    /// Midnight at which the commune's next day begins.
    #[must_use]
    pub const fn next_day(self) -> Self {
        self.start_of_day().plus_days(1)
    }

    /// This instant later by so many milliseconds (earlier if negative), saturating.
    #[must_use]
    pub const fn plus_ms(self, ms: i64) -> Self {
        Self(self.0.saturating_add(ms))
    }

    /// This instant later by so many minutes (earlier if negative), saturating.
    #[must_use]
    pub const fn plus_minutes(self, minutes: i64) -> Self {
        self.plus_ms(minutes.saturating_mul(60_000))
    }

    /// This instant later by so many days of 24 hours (earlier if negative), saturating.
    #[must_use]
    pub const fn plus_days(self, days: i64) -> Self {
        self.plus_ms(days.saturating_mul(DAY_MS))
    }

    /// Milliseconds from `earlier` to this instant; negative if it is in fact later. Saturating.
    #[must_use]
    pub const fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// How long from this instant until `later`; zero if it has passed.
    #[must_use]
    pub fn until(self, later: Self) -> Duration {
        Duration::from_millis(u64::try_from(later.since(self)).unwrap_or(0))
    }
}

impl Add<Duration> for Millis {
    type Output = Self;

    /// Saturates at the end of time.
    fn add(self, later_by: Duration) -> Self {
        self.plus_ms(whole_ms(later_by))
    }
}

impl Sub<Duration> for Millis {
    type Output = Self;

    /// Saturates at the beginning of time.
    fn sub(self, earlier_by: Duration) -> Self {
        self.plus_ms(-whole_ms(earlier_by))
    }
}

fn whole_ms(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

/// The date so many days on (back if negative); stays at the last date chrono can hold.
#[must_use]
pub fn date_plus(date: NaiveDate, days: i64) -> NaiveDate {
    let span = Days::new(days.unsigned_abs());
    if days < 0 {
        date.checked_sub_days(span).unwrap_or(NaiveDate::MIN)
    } else {
        date.checked_add_days(span).unwrap_or(NaiveDate::MAX)
    }
}

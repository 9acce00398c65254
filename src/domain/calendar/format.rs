//! How instants and dates are written for people.
//!
//! Vietnamese office style: a day below 10 and the months 1 and 2 take a leading zero (Nghị định
//! 30/2020/NĐ-CP, Phụ lục I: date line); hours run from 00 to 23.

use chrono::{Datelike, NaiveDate, NaiveTime, SecondsFormat, Timelike, Weekday};

use super::{Millis, OFFSET};

/// "07:30 thứ Hai, 28/7/2025".
#[must_use]
pub fn format_full(at: Millis) -> String {
    let local = at.local();
    format!("{} {}, {}", format_time(local.time()), weekday_name(local.weekday()), format_date(local.date()))
}

/// "07:30 28/7".
#[must_use]
pub fn format_short(at: Millis) -> String {
    let local = at.local();
    format!("{} {}", format_time(local.time()), day_and_month(local.date()))
}

/// "28/7/2025", "02/8/2025", "10/01/2026".
#[must_use]
pub fn format_date(date: NaiveDate) -> String {
    format!("{}/{}", day_and_month(date), date.year())
}

/// "07:30"; seconds are cut off.
#[must_use]
pub fn format_time(time: NaiveTime) -> String {
    format!("{:02}:{:02}", time.hour(), time.minute())
}

/// "2025-07-28T07:30:00.000+07:00", for exports and logs.
#[must_use]
pub fn format_rfc3339(at: Millis) -> String {
    let shown = at.local().and_utc().fixed_offset();
    let local = OFFSET.and_then(|zone| at.local().and_local_timezone(zone).single());
    local.unwrap_or(shown).to_rfc3339_opts(SecondsFormat::Millis, false)
}

/// "thứ Hai" … "thứ Bảy", "Chủ nhật".
#[must_use]
pub const fn weekday_name(day: Weekday) -> &'static str {
    match day {
        Weekday::Mon => "thứ Hai",
        Weekday::Tue => "thứ Ba",
        Weekday::Wed => "thứ Tư",
        Weekday::Thu => "thứ Năm",
        Weekday::Fri => "thứ Sáu",
        Weekday::Sat => "thứ Bảy",
        Weekday::Sun => "Chủ nhật",
    }
}

fn day_and_month(date: NaiveDate) -> String {
    match date.month() {
        month @ 1..=2 => format!("{:02}/0{month}", date.day()),
        month => format!("{:02}/{month}", date.day()),
    }
}

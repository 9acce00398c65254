//! Days: "mai", "ngày kia", "28/7", "ngày 28 tháng 7", "thứ hai", "cuối tháng".

use chrono::Weekday;

use super::numeral::amount;
use super::token::Reader;

/// A day as it was typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Day {
    /// So many days from today: "mai" is one.
    Ahead(i64),
    /// "28/7", "28/7/2025".
    Date { day: u32, month: u32, year: Option<i32> },
    /// "ngày 28", "ngày 28 tháng sau".
    OfMonth { day: u32, month: Month },
    /// "đầu tuần sau"; without a week, the next Monday to come.
    WeekStart(Option<i64>),
    /// "cuối tuần", so many weeks from this one.
    Weekend(i64),
    /// "đầu tháng".
    MonthStart(Month),
    /// "cuối tháng".
    MonthEnd(Month),
    /// "cuối năm".
    YearEnd,
}

/// A month as it was typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Month {
    /// No month named, or "tháng này".
    This,
    /// "tháng sau".
    Next,
    /// "tháng 8".
    Number(u32),
}

/// The week of a weekday.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Week {
    /// So many weeks from this one, Monday to Sunday: "tuần sau" is one.
    Ahead(i64),
    /// "tới": after today.
    Coming,
}

/// "mai", "hôm nay", "28/7", "ngày 28 tháng 7", "2025-07-28".
pub(super) fn day(reader: &mut Reader<'_>) -> Option<Day> {
    reader.attempt(|reader| {
        let named = reader.skip_sound(&["ngay", "hom"]);
        named_day(reader, named).or_else(|| iso_date(reader)).or_else(|| numbered(reader, named))
    })
}

fn named_day(reader: &mut Reader<'_>, named: bool) -> Option<Day> {
    let token = reader.peek()?;
    let ahead = match () {
        () if token.sounds("nay") => 0,
        () if token.says("mai") => 1,
        () if token.says("mốt") => 2,
        () if named && token.text == "kìa" => 3,
        () if named && token.says("kia") => 2,
        () => return None,
    };
    reader.at += 1;
    Some(Day::Ahead(ahead))
}

fn iso_date(reader: &mut Reader<'_>) -> Option<Day> {
    reader.attempt(|reader| {
        let year = reader.peek()?.text.len().eq(&4).then(|| year(reader)).flatten()?;
        reader.skip_sign(&['-', '/'])?;
        let month = reader.number()?;
        reader.skip_sign(&['-', '/'])?;
        Some(Day::Date { day: reader.number()?, month, year: Some(year) })
    })
}

/// A day by number; alone it needs "ngày" before it.
fn numbered(reader: &mut Reader<'_>, named: bool) -> Option<Day> {
    reader.attempt(|reader| {
        let day = if named { amount(reader)? } else { reader.number()? };
        if let Some(date) = signed_date(reader, day, named) {
            return Some(date);
        }
        match month_after_day(reader) {
            Some(Month::Number(month)) => Some(Day::Date { day, month, year: year_after_word(reader) }),
            Some(month) => Some(Day::OfMonth { day, month }),
            None => named.then_some(Day::OfMonth { day, month: Month::This }),
        }
    })
}

/// The rest of "28/7/2025" after the day.
fn signed_date(reader: &mut Reader<'_>, day: u32, named: bool) -> Option<Day> {
    reader.attempt(|reader| {
        let sign = reader.skip_sign(&['/', '-', '–', '.'])?;
        let month = reader.number()?;
        if sign == '.' && !named && !reader.hints.dot_is_date(day, month) {
            return None;
        }
        let year = reader.attempt(|reader| {
            reader.skip_sign(&[sign])?;
            year(reader)
        });
        Some(Day::Date { day, month, year: year.or_else(|| year_after_word(reader)) })
    })
}

/// A year of two or four digits; two mean this century.
fn year(reader: &mut Reader<'_>) -> Option<i32> {
    let digits = reader.peek()?.text.len();
    reader.attempt(|reader| {
        let number = i32::try_from(reader.number()?).ok()?;
        match digits {
            2 => Some(2000 + number),
            4 => Some(number),
            _ => None,
        }
    })
}

fn year_after_word(reader: &mut Reader<'_>) -> Option<i32> {
    reader.attempt(|reader| reader.skip_word("năm").then(|| year(reader)).flatten())
}

fn month_after_day(reader: &mut Reader<'_>) -> Option<Month> {
    reader.attempt(|reader| reader.skip_sound(&["thang"]).then(|| month_name(reader)).flatten())
}

fn month_name(reader: &mut Reader<'_>) -> Option<Month> {
    if reader.skip_sound(&["nay"]) {
        return Some(Month::This);
    }
    if reader.skip_word("sau") || coming(reader) {
        return Some(Month::Next);
    }
    amount(reader).map(Month::Number)
}

/// "tới", or "toi" read that way.
fn coming(reader: &mut Reader<'_>) -> bool {
    let toi = !reader.hints.toi_is_evening;
    reader.skip_if(|token| token.text == "tới" || (toi && token.text == "toi"))
}

/// "thứ hai", "thứ 2", "t2", "cn", "chủ nhật", with "tới" or "này" behind.
pub(super) fn weekday(reader: &mut Reader<'_>) -> Option<(Weekday, Option<Week>)> {
    let day = sunday(reader).or_else(|| numbered_weekday(reader))?;
    if coming(reader) {
        return Some((day, Some(Week::Coming)));
    }
    let _ = reader.skip_word("này");
    Some((day, None))
}

fn sunday(reader: &mut Reader<'_>) -> Option<Weekday> {
    let found = reader.skip_sound(&["cn"]) || reader.skip_pair("chủ", "nhật") || reader.skip_pair("chúa", "nhật");
    found.then_some(Weekday::Sun)
}

fn numbered_weekday(reader: &mut Reader<'_>) -> Option<Weekday> {
    reader.attempt(|reader| {
        let short = reader.skip_sound(&["t"]);
        if !short && !reader.skip_sound(&["thu"]) {
            return None;
        }
        let token = reader.peek().filter(|token| !short || token.glued)?;
        reader.at += 1;
        match token.folded.as_str() {
            "2" => Some(Weekday::Mon),
            "3" => Some(Weekday::Tue),
            "4" => Some(Weekday::Wed),
            "5" => Some(Weekday::Thu),
            "6" => Some(Weekday::Fri),
            "7" => Some(Weekday::Sat),
            "hai" if !short => Some(Weekday::Mon),
            "ba" if !short => Some(Weekday::Tue),
            "tu" if !short => Some(Weekday::Wed),
            "nam" if !short => Some(Weekday::Thu),
            "sau" if !short => Some(Weekday::Fri),
            "bay" if !short => Some(Weekday::Sat),
            _ => None,
        }
    })
}

/// "tuần này", "tuần sau", "tuần tới", "tuần sau nữa", as weeks from this one.
pub(super) fn week(reader: &mut Reader<'_>) -> Option<i64> {
    reader.attempt(|reader| {
        if !reader.skip_sound(&["tuan"]) {
            return None;
        }
        if reader.skip_sound(&["nay"]) {
            return Some(0);
        }
        if !reader.skip_word("sau") && !coming(reader) {
            return None;
        }
        Some(if reader.skip_word("nữa") { 2 } else { 1 })
    })
}

/// Whether the number just read is an hour: "cuối tháng 16h" is no month.
fn is_hour(reader: &Reader<'_>) -> bool {
    reader.peek().is_some_and(|next| ["h", "g", "gio", "ruoi"].iter().any(|word| next.sounds(word)))
}

/// "đầu" or "cuối" of a week, a month or the year.
pub(super) fn edge(reader: &mut Reader<'_>) -> Option<Day> {
    reader.attempt(|reader| {
        let start = reader.skip_sound(&["dau"]);
        if !start && !reader.skip_sound(&["cuoi"]) {
            return None;
        }
        if reader.peek()?.sounds("tuan") {
            let named = week(reader);
            reader.at += usize::from(named.is_none());
            return Some(if start { Day::WeekStart(named) } else { Day::Weekend(named.unwrap_or(0)) });
        }
        if reader.skip_sound(&["thang"]) {
            let month = reader.attempt(|reader| month_name(reader).filter(|_| !is_hour(reader)));
            let month = month.unwrap_or(Month::This);
            return Some(if start { Day::MonthStart(month) } else { Day::MonthEnd(month) });
        }
        let year_end = !start && reader.skip_word("năm");
        let _ = year_end && reader.skip_sound(&["nay"]);
        year_end.then_some(Day::YearEnd)
    })
}

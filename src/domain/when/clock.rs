//! Times of day and the parts of a day: "7h30", "20h kém 15", "7 rưỡi", "8 giờ sáng".

use super::WhenError;
use super::numeral::amount;
use super::token::{Reader, Token};

/// A part of the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// Sáng.
    Morning,
    /// Trưa.
    Noon,
    /// Chiều.
    Afternoon,
    /// Tối.
    Evening,
    /// Đêm, khuya.
    Night,
    /// "cuối giờ sáng": when the office closes for lunch.
    MorningClose,
    /// "cuối ngày", "cuối giờ chiều": when the office closes.
    Close,
}

/// A time of day as it was typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Clock {
    hour: u32,
    minute: u32,
    /// "kém": the minutes are still missing to the hour.
    short_of: bool,
}

impl Clock {
    /// Minutes after midnight; below zero or past 1,440 where the words reach into a neighbouring day.
    pub(super) fn minutes(self, part: Option<Part>) -> Result<i64, WhenError> {
        let invalid = WhenError::InvalidTime { hour: self.hour, minute: self.minute };
        let exists = self.minute < 60 && (self.hour < 24 || (self.hour == 24 && self.minute == 0));
        let Some(hour) = hour_in(part, self.hour).filter(|_| exists) else { return Err(invalid) };
        let minute = i64::from(self.minute);
        Ok(i64::from(hour) * 60 + if self.short_of { -minute } else { minute })
    }

    /// Whether "1h đêm" is meant: the hours after midnight, which some count to the day before.
    pub(super) fn is_after_midnight(self, part: Option<Part>) -> bool {
        part == Some(Part::Night) && self.hour < 6
    }
}

/// The hour on the 24-hour clock, if there is such an hour in that part of the day.
fn hour_in(part: Option<Part>, hour: u32) -> Option<u32> {
    match (part, hour) {
        (None | Some(Part::Close | Part::MorningClose), 0..=24)
        | (Some(Part::Morning), 0..=11)
        | (Some(Part::Noon), 10..=14)
        | (Some(Part::Afternoon), 12..=19)
        | (Some(Part::Evening), 17..=24)
        | (Some(Part::Night), 0..=5 | 20..=24) => Some(hour),
        (Some(Part::Noon), 1..=2)
        | (Some(Part::Afternoon), 1..=7)
        | (Some(Part::Evening), 5..=12)
        | (Some(Part::Night), 8..=12) => Some(hour + 12),
        _ => None,
    }
}

/// A time of day.
pub(super) fn clock(reader: &mut Reader<'_>) -> Option<Clock> {
    reader.attempt(|reader| {
        let in_digits = reader.peek()?.number().is_some();
        let hour = amount(reader)?;
        if let Some(clock) = half_or_short(reader, hour) {
            return Some(clock);
        }
        if reader.skip_sound(&["h", "g", "gio"]) {
            return Some(after_hour_word(reader, hour));
        }
        if !in_digits {
            return None;
        }
        if let Some(minute) = digits_after_sign(reader, hour) {
            return Some(at(hour, minute));
        }
        // "8 sáng mai": a bare number is an hour only right before a part of the day.
        let part_follows = reader.peek().is_some_and(|token| part_word(token, reader).is_some());
        part_follows.then_some(at(hour, 0))
    })
}

fn at(hour: u32, minute: u32) -> Clock {
    Clock { hour, minute, short_of: false }
}

/// "rưỡi" or "kém 15".
fn half_or_short(reader: &mut Reader<'_>, hour: u32) -> Option<Clock> {
    if reader.skip_sound(&["ruoi"]) {
        return Some(at(hour, 30));
    }
    reader.attempt(|reader| {
        let minute = reader.skip_sound(&["kem"]).then(|| amount(reader)).flatten()?;
        skip_minute_word(reader);
        Some(Clock { hour, minute, short_of: true })
    })
}

/// "7:30", and "7.30" where the dot may be a clock's.
fn digits_after_sign(reader: &mut Reader<'_>, hour: u32) -> Option<u32> {
    reader.attempt(|reader| {
        let sign = reader.skip_sign(&[':', '.'])?;
        let minute = reader.number()?;
        (sign == ':' || !reader.hints.dot_is_date(hour, minute)).then_some(minute)
    })
}

/// What follows "7h": minutes, "rưỡi", "kém 15", "đúng" or nothing.
fn after_hour_word(reader: &mut Reader<'_>, hour: u32) -> Clock {
    if let Some(clock) = half_or_short(reader, hour) {
        return clock;
    }
    if reader.skip_word("đúng") {
        return at(hour, 0);
    }
    at(hour, minutes(reader).unwrap_or(0))
}

fn minutes(reader: &mut Reader<'_>) -> Option<u32> {
    reader.attempt(|reader| {
        let glued = reader.peek()?.glued;
        let in_digits = reader.peek()?.number().is_some();
        let minute = amount(reader)?;
        let marked = skip_minute_word(reader);
        let plain = in_digits && (glued || !begins_date(reader));
        (marked || plain).then_some(minute)
    })
}

/// Whether the number just read is the day of a date: "17h 29/7", "17h 29 tháng 7".
fn begins_date(reader: &Reader<'_>) -> bool {
    let Some(next) = reader.peek() else { return false };
    let followed_by_number = reader.peek_by(1).is_some_and(|token| token.number().is_some());
    next.sounds("thang") || (next.sign().is_some_and(|sign| "/-.–".contains(sign)) && followed_by_number)
}

pub(super) fn skip_minute_word(reader: &mut Reader<'_>) -> bool {
    reader.skip_sound(&["phut", "ph", "p"]) || reader.skip_sign(&['\'', '’', '′']).is_some()
}

/// A part of the day: "sáng", "buổi chiều".
pub(super) fn part(reader: &mut Reader<'_>) -> Option<Part> {
    reader.attempt(|reader| {
        let _ = reader.skip_sound(&["buoi", "ban"]);
        let part = part_word(reader.peek()?, reader)?;
        reader.at += 1;
        Some(part)
    })
}

fn part_word(token: &Token, reader: &Reader<'_>) -> Option<Part> {
    let evening = token.text == "tối" || (token.text == "toi" && reader.hints.toi_is_evening);
    match token.folded.as_str() {
        _ if evening => Some(Part::Evening),
        "sang" => Some(Part::Morning),
        "trua" => Some(Part::Noon),
        "chieu" => Some(Part::Afternoon),
        "dem" | "khuya" => Some(Part::Night),
        _ => None,
    }
}

/// The close of office hours: "cuối ngày", "cuối giờ chiều", "cuối buổi sáng".
pub(super) fn close(reader: &mut Reader<'_>) -> Option<Part> {
    reader.attempt(|reader| {
        let hours = reader.skip_sound(&["cuoi"]) && reader.skip_sound(&["gio", "buoi", "ngay"]);
        match part(reader).filter(|_| hours) {
            Some(Part::Morning) => Some(Part::MorningClose),
            Some(Part::Afternoon) => Some(Part::Close),
            Some(_) => None,
            None => hours.then_some(Part::Close),
        }
    })
}

//! Gathering the pieces of an input: at most one day, one time, one part of the day and so on.

use chrono::Weekday;

use super::WhenError;
use super::clock::{Clock, Part, clock, close, part, skip_minute_word};
use super::date::{Day, Week, day, edge, week, weekday};
use super::numeral::amount;
use super::token::{Hints, Reader, Token, Tokens};

/// The words that mark a deadline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Limit {
    /// "trước": strictly before a day, unless an hour is named.
    Before,
    /// "chậm nhất", "hạn", "đến", "trong vòng": the day included.
    By,
}

/// Everything an input says.
#[derive(Debug, Default)]
pub(super) struct Phrase {
    pub(super) limit: Option<Limit>,
    /// "ngay", "bây giờ".
    pub(super) now: bool,
    /// "30 phút nữa", in minutes.
    pub(super) delay: Option<i64>,
    pub(super) day: Option<Day>,
    pub(super) weekday: Option<Weekday>,
    pub(super) week: Option<Week>,
    pub(super) part: Option<Part>,
    pub(super) clock: Option<Clock>,
}

/// One piece.
enum Piece {
    Filler,
    Limit(Limit),
    Now,
    Delay(i64),
    Within(Box<Piece>),
    Day(Day),
    Weekday(Weekday, Option<Week>),
    Week(i64),
    Part(Part),
    Clock(Clock),
}

impl Phrase {
    /// Reads all tokens, or names the first piece that has no place.
    pub(super) fn read(tokens: &Tokens, hints: Hints) -> Result<Self, WhenError> {
        let mut reader = Reader { tokens, hints, at: 0 };
        let mut phrase = Self::default();
        while reader.peek().is_some() {
            let start = reader.at;
            let fits = piece(&mut reader).is_some_and(|piece| phrase.add(piece));
            if !fits {
                return Err(tokens.not_understood(start, reader.at));
            }
        }
        if phrase.makes_sense() { Ok(phrase) } else { Err(tokens.not_understood(0, reader.at)) }
    }

    /// Adds a piece; false if there is one of its kind already.
    fn add(&mut self, piece: Piece) -> bool {
        match piece {
            Piece::Filler => true,
            Piece::Limit(limit) => fill(&mut self.limit, limit),
            Piece::Now => !std::mem::replace(&mut self.now, true),
            Piece::Delay(minutes) => fill(&mut self.delay, minutes),
            Piece::Within(inner) => fill(&mut self.limit, Limit::By) && self.add(*inner),
            Piece::Day(day) => fill(&mut self.day, day),
            Piece::Weekday(day, None) => fill(&mut self.weekday, day),
            Piece::Weekday(day, Some(week)) => fill(&mut self.weekday, day) && fill(&mut self.week, week),
            Piece::Week(ahead) => fill(&mut self.week, Week::Ahead(ahead)),
            Piece::Part(part) => fill(&mut self.part, part),
            Piece::Clock(clock) => fill(&mut self.clock, clock),
        }
    }

    /// Whether the pieces can stand together and say a time at all.
    fn makes_sense(&self) -> bool {
        let has_day = self.day.is_some() || self.weekday.is_some() || self.week.is_some();
        let has_time = self.clock.is_some() || self.part.is_some();
        let alone = usize::from(self.now) + usize::from(self.delay.is_some()) + usize::from(has_day || has_time);
        let one_day = self.day.is_none() || self.week.is_none();
        let dated_weekday = self.weekday.is_none()
            || self.day.is_none_or(|day| matches!(day, Day::Date { .. } | Day::OfMonth { .. } | Day::Ahead(_)));
        alone == 1 && one_day && dated_weekday && !(self.now && self.limit.is_some())
    }
}

fn fill<T>(slot: &mut Option<T>, value: T) -> bool {
    let free = slot.is_none();
    *slot = Some(value);
    free
}

fn piece(reader: &mut Reader<'_>) -> Option<Piece> {
    limit(reader)
        .or_else(|| delay(reader))
        .or_else(|| now(reader))
        .or_else(|| weekday(reader).map(|(day, week)| Piece::Weekday(day, week)))
        .or_else(|| edge(reader).map(Piece::Day))
        .or_else(|| close(reader).map(Piece::Part))
        .or_else(|| week(reader).map(Piece::Week))
        .or_else(|| day(reader).map(Piece::Day))
        .or_else(|| clock(reader).map(Piece::Clock))
        .or_else(|| part(reader).map(Piece::Part))
        .or_else(|| filler(reader))
}

fn limit(reader: &mut Reader<'_>) -> Option<Piece> {
    if reader.skip_sound(&["truoc"]) {
        return Some(Piece::Limit(Limit::Before));
    }
    let by = reader.skip_pair("chậm", "nhất")
        || reader.skip_pair("muộn", "nhất")
        || reader.skip_word("hạn")
        || reader.skip_word("đến");
    if by {
        let _ = reader.skip_word("là");
    }
    by.then_some(Piece::Limit(Limit::By))
}

/// "2 tiếng nữa", "sau 30 phút", "trong vòng 3 ngày", "nửa tiếng nữa".
fn delay(reader: &mut Reader<'_>) -> Option<Piece> {
    reader
        .attempt(|reader| {
            let within = reader.skip_word("trong");
            let _ = within && reader.skip_word("vòng");
            let after = !within && reader.skip_word("sau");
            let start = reader.at;
            let piece = half_an_hour(reader).or_else(|| stretch(reader))?;
            // "sau 7h" may be after seven o'clock; "sau 7 tiếng" may not.
            let clear = !(start..reader.at).any(|at| reader.tokens.get(at).is_some_and(is_clock_word));
            let length = reader.skip_word("nữa") || within || (after && clear);
            let piece = length.then_some(piece)?;
            Some(if within { Piece::Within(Box::new(piece)) } else { piece })
        })
        .or_else(|| reader.attempt(|reader| stretch(reader).filter(|_| reader.skip_word("nữa"))))
}

fn half_an_hour(reader: &mut Reader<'_>) -> Option<Piece> {
    reader.attempt(|reader| (reader.skip_word("nửa") && skip_hour_word(reader)).then_some(Piece::Delay(30)))
}

/// A length of time: minutes, hours and minutes, days or weeks.
fn stretch(reader: &mut Reader<'_>) -> Option<Piece> {
    reader.attempt(|reader| {
        let count = i64::from(amount(reader)?);
        if skip_minute_word(reader) {
            return Some(Piece::Delay(count));
        }
        if reader.skip_sound(&["ngay"]) {
            return Some(Piece::Day(Day::Ahead(count)));
        }
        if reader.skip_sound(&["tuan"]) {
            return Some(Piece::Day(Day::Ahead(count * 7)));
        }
        skip_hour_word(reader).then(|| Piece::Delay(count * 60 + odd_minutes(reader)))
    })
}

/// A word for hours that also stands in times of day.
fn is_clock_word(token: &Token) -> bool {
    ["gio", "h", "g"].iter().any(|word| token.sounds(word))
}

fn skip_hour_word(reader: &mut Reader<'_>) -> bool {
    let hour = reader.skip_sound(&["tieng"]) || reader.skip_if(is_clock_word);
    let _ = hour && reader.skip_pair("đồng", "hồ");
    hour
}

/// The minutes after the hours of a length: "rưỡi", "30 phút".
fn odd_minutes(reader: &mut Reader<'_>) -> i64 {
    if reader.skip_sound(&["ruoi"]) {
        return 30;
    }
    let minutes = reader.attempt(|reader| {
        let minutes = amount(reader)?;
        let marked = skip_minute_word(reader);
        (marked || reader.peek().is_some_and(|token| token.says("nữa"))).then_some(minutes)
    });
    minutes.map_or(0, i64::from)
}

/// "ngay", "ngay bây giờ", "lập tức", "luôn".
///
/// Without accents "ngay" before a day is "ngày", and "bay gio" before more is "bảy giờ".
fn now(reader: &mut Reader<'_>) -> Option<Piece> {
    reader.attempt(|reader| {
        let at_once = reader.skip_if(|token| token.text == "ngay");
        let seven = reader.peek().is_some_and(|token| token.text == "bay");
        let said = reader.skip_pair("bây", "giờ") || reader.skip_pair("lập", "tức") || reader.skip_word("luôn");
        let ends = reader.peek().is_none_or(|token| is_courtesy(&token.text));
        ((said && !seven) || ((said || at_once) && ends)).then_some(Piece::Now)
    })
}

fn is_courtesy(word: &str) -> bool {
    matches!(word, "nhé" | "nhe" | "nha" | "ạ" | "." | "!")
}

/// Words and signs that carry no time: "lúc", "vào", a comma; "gửi" in front, "nhé" at the end.
fn filler(reader: &mut Reader<'_>) -> Option<Piece> {
    const WORDS: [&str; 6] = ["lúc", "vào", "hồi", "ngày", "ngay", "gửi"];
    const SIGNS: [char; 4] = [',', ';', '-', '–'];
    let token = reader.peek()?;
    let passes = match reader.peek_by(1) {
        None => is_courtesy(&token.text),
        Some(next) => {
            let word = WORDS.iter().any(|word| token.says(word)) && !next.says(&token.text);
            let sign = reader.at > 0 && token.sign().is_some_and(|sign| SIGNS.contains(&sign)) && next.sign().is_none();
            word || sign
        }
    };
    reader.at += usize::from(passes);
    passes.then_some(Piece::Filler)
}

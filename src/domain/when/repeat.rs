//! Repetitions as people type them: "thứ hai hằng tuần 7h", "ngày 25 hằng tháng 8h đến hết 31/12", "mỗi ngày 5h và 17h".
//!
//! As exact as the reader of single times: every word is understood or named, and what has two meanings is asked about.
//! Five cron fields are taken as they stand. A repetition may say until when it is valid, what becomes of days off ("trừ
//! ngày lễ", "kể cả ngày lễ", "nghỉ lễ thì dời") and of firings that were missed ("lỡ thì bỏ qua", "lỡ thì gửi bù", "lỡ thì hỏi").

use chrono::{NaiveTime, Timelike as _, Weekday};

use super::clock::{Clock, Part, clock, part};
use super::date::{Week, weekday};
use super::numeral::amount;
use super::phrase::Phrase;
use super::token::{Hints, Reader, Tokens};
use super::{DayTimes, LONGEST_INPUT, LONGEST_PIECE, Note, Purpose, WhenConfig, WhenError, parse};
use crate::domain::calendar::Millis;
use crate::domain::recurrence::{CronError, Days, HolidayPolicy, MOST_A_DAY, Recurrence, Rule};
use crate::domain::schedule::MissedPolicy;

#[cfg(test)]
mod tests;

/// A repetition that was understood.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Repeating {
    /// The rule with its policies.
    pub recurrence: Recurrence,
    /// The instant from which on nothing is sent any more, where the words say until when.
    pub until: Option<Millis>,
    /// Whether the hour was not typed and a default was used.
    pub default_time: bool,
}

/// Why an input is not a repetition that can be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RepeatError {
    /// A piece is not part of any repetition, or its hour or date does not exist.
    #[error(transparent)]
    When(#[from] WhenError),
    /// The five fields are wrong.
    #[error(transparent)]
    Cron(#[from] CronError),
    /// "hằng tuần 7h": on which weekday?
    #[error("the weekday is missing")]
    WeekdayMissing,
    /// "hằng tháng 8h": on which day?
    #[error("the day of the month is missing")]
    DayMissing,
    /// "ngày 31 hằng tháng": only where there is one, or on the last day?
    #[error("not every month has a day {day}")]
    NotInEveryMonth {
        /// The day.
        day: u32,
        /// What may be meant: the day where there is one, or the last day of the month.
        choices: Box<[Repeating; 2]>,
    },
    /// It says a day and an hour, and nothing that repeats.
    #[error("nothing in it repeats")]
    NotRepeating,
    /// Yearly, quarterly, hourly.
    #[error("only daily, weekly and monthly repetitions are sent")]
    NotSupported,
    /// More firings a day than are taken.
    #[error("it fires {count} times a day, at most {most} are taken")]
    TooOften {
        /// Firings on a day of the rule.
        count: usize,
        /// The most.
        most: usize,
    },
}

/// What repeats.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Every {
    Day,
    /// "mỗi sáng": of every day, or of the weekdays named beside it.
    Part,
    Week,
    Month,
}

/// Everything the words say.
#[derive(Debug, Default)]
struct Said {
    every: Option<Every>,
    weekdays: Vec<Weekday>,
    days: Vec<u32>,
    month_end: bool,
    clocks: Vec<Clock>,
    part: Option<Part>,
    holidays: Option<HolidayPolicy>,
    missed: Option<MissedPolicy>,
    /// Where the words about its validity begin.
    until: Option<usize>,
}

/// Whether the words are about a repetition: "hằng ngày", "mỗi thứ hai", "ngày cuối tháng", five cron fields.
#[must_use]
pub fn is_repeating(input: &str) -> bool {
    let tokens = Tokens::of(input);
    looks_like_cron(input) || tokens.sound_recurring()
}

/// Reads a repetition as a person in the commune means it at `now`.
///
/// # Errors
/// Every way in which the input is not one usable repetition, see [`RepeatError`].
pub fn parse_repeating(input: &str, now: Millis, cfg: &WhenConfig) -> Result<Repeating, RepeatError> {
    if input.len() > LONGEST_INPUT {
        let piece = input.chars().take(LONGEST_PIECE).collect();
        return Err(WhenError::NotUnderstood { piece }.into());
    }
    if looks_like_cron(input) {
        return five_fields(input);
    }
    let tokens = Tokens::of(input);
    if tokens.is_empty() {
        return Err(WhenError::Empty.into());
    }
    let outcomes = Hints::possible(&tokens).into_iter().map(|hints| read(&tokens, hints, now, cfg));
    let outcomes: Vec<Result<Repeating, RepeatError>> = outcomes.collect();
    let rank = |outcome: &Result<Repeating, RepeatError>| match outcome {
        Ok(_) => 0,
        Err(RepeatError::When(WhenError::NotUnderstood { .. })) => 2,
        Err(_) => 1,
    };
    // A rabble of words about the moon is named as what it is.
    let best = outcomes.into_iter().min_by_key(rank).unwrap_or(Err(WhenError::Empty.into()));
    if best.is_err() && tokens.sound_lunar() { Err(WhenError::Lunar.into()) } else { best }
}

/// Reads until when something is valid: the whole of a day, unless an hour is named.
///
/// # Errors
/// As [`parse`].
pub fn parse_until(input: &str, now: Millis, cfg: &WhenConfig) -> Result<Millis, WhenError> {
    let tokens = Tokens::of(input);
    let mut reader = Reader { tokens: &tokens, hints: Hints::PLAIN, at: 0 };
    while limit_word(&mut reader) {}
    let rest = tokens.source_from(reader.at);
    // "hết năm", "hết tháng 9" are short for the end of it.
    let whole = format!("cuối {rest}");
    let words = if names_a_day(rest) || !names_a_day(&whole) { rest } else { whole.as_str() };
    if !names_a_day(words) {
        let piece = if rest.is_empty() { input } else { rest };
        return Err(WhenError::NotUnderstood { piece: piece.trim().to_owned() });
    }
    let whole_day = |at: Millis| at.next_day();
    // From midnight on: what is valid until today is valid all day.
    match parse(words, now.start_of_day(), Purpose::Deadline, cfg) {
        Ok(reading) if reading.notes.contains(&Note::DefaultTime) => Ok(whole_day(reading.at)),
        Ok(reading) => Ok(reading.at),
        Err(WhenError::Ambiguous { choices }) => {
            Err(WhenError::Ambiguous { choices: choices.into_iter().map(whole_day).collect() })
        }
        Err(WhenError::Past { read_as, next_year }) => {
            Err(WhenError::Past { read_as, next_year: next_year.map(whole_day) })
        }
        Err(other) => Err(other),
    }
}

/// Whether the words name a day, and not an hour alone: "từ 7h đến 9h" says nothing about a validity. Words that are
/// no phrase at all are left to the reader of times, which names what is wrong, as long as they name a date.
fn names_a_day(words: &str) -> bool {
    let tokens = Tokens::of(words);
    let phrases = Hints::possible(&tokens).into_iter().filter_map(|hints| Phrase::read(&tokens, hints).ok());
    phrases.into_iter().any(|phrase| {
        phrase.day.is_some() || phrase.weekday.is_some() || phrase.week.is_some() || phrase.delay.is_some()
    })
}

/// Five fields of the signs that cron knows, at least one of them a star; a leading "cron" is allowed.
fn looks_like_cron(input: &str) -> bool {
    let fields: Vec<&str> = without_word(input).split_whitespace().collect();
    let signs = |field: &&str| field.chars().all(|c| c.is_ascii_alphanumeric() || "*/,-".contains(c));
    let said = without_word(input).len() < input.trim().len();
    fields.iter().all(signs) && (said || (fields.len() == 5 && fields.iter().any(|field| field.contains('*'))))
}

fn without_word(input: &str) -> &str {
    let input = input.trim();
    input.get(..5).filter(|word| word.eq_ignore_ascii_case("cron ")).map_or(input, |word| &input[word.len()..])
}

fn five_fields(input: &str) -> Result<Repeating, RepeatError> {
    let rule = Rule::Cron(without_word(input).parse()?);
    not_too_often(rule.times().len())?;
    Ok(Repeating { recurrence: Recurrence::of(rule), until: None, default_time: false })
}

const fn not_too_often(count: usize) -> Result<(), RepeatError> {
    if count > MOST_A_DAY { Err(RepeatError::TooOften { count, most: MOST_A_DAY }) } else { Ok(()) }
}

fn read(tokens: &Tokens, hints: Hints, now: Millis, cfg: &WhenConfig) -> Result<Repeating, RepeatError> {
    let mut reader = Reader { tokens, hints, at: 0 };
    let mut said = Said::default();
    while reader.peek().is_some() && said.until.is_none() {
        let start = reader.at;
        if too_rare_or_often(&mut reader) {
            return Err(RepeatError::NotSupported);
        }
        if !piece(&mut reader, &mut said) {
            return Err(tokens.not_understood(start, reader.at).into());
        }
    }
    let until = match said.until {
        Some(from) => Some(parse_until(tokens.source_from(from), now, cfg)?),
        None => None,
    };
    finished(said, until, cfg.send)
}

/// Reads one piece; false when it has no place. A piece that is one of its kind too many is not tried as another.
fn piece(reader: &mut Reader<'_>, said: &mut Said) -> bool {
    const KINDS: [fn(&mut Reader<'_>, &mut Said) -> Option<bool>; 8] =
        [holidays, missed, month_end, each, weekdays, days, until, hour];
    let found = KINDS.iter().find_map(|kind| kind(reader, said));
    found.unwrap_or_else(|| filler(reader))
}

/// "hằng năm", "mỗi giờ", "hằng quý": nobody sends bulletins like that.
fn too_rare_or_often(reader: &mut Reader<'_>) -> bool {
    let other = ["nam", "quy", "gio", "phut"];
    let found = reader.attempt(|reader| {
        let each = ["hằng", "hàng", "mỗi"].iter().any(|word| reader.skip_word(word));
        let next = reader.peek()?;
        (each && other.iter().any(|word| next.sounds(word))).then_some(())
    });
    found.is_some()
}

/// "hằng tuần", "mỗi ngày", "hằng sáng", "mỗi thứ hai".
fn each(reader: &mut Reader<'_>, said: &mut Said) -> Option<bool> {
    let every = reader.attempt(|reader| {
        if !["hằng", "hàng", "mỗi"].iter().any(|word| reader.skip_word(word)) {
            return None;
        }
        if reader.skip_sound(&["ngay"]) {
            return Some(Every::Day);
        }
        if reader.skip_sound(&["tuan"]) {
            return Some(Every::Week);
        }
        if reader.skip_sound(&["thang"]) {
            return Some(Every::Month);
        }
        let before = reader.at;
        let of_week = weekday(reader).is_some();
        let of_day = part(reader).is_some();
        reader.at = before;
        if of_week { Some(Every::Week) } else { of_day.then_some(Every::Part) }
    });
    let every = every?;
    Some(*said.every.get_or_insert(every) == every)
}

/// "cuối tháng", "ngày cuối tháng", "ngày cuối cùng của mỗi tháng", "cuối hằng tháng".
fn month_end(reader: &mut Reader<'_>, said: &mut Said) -> Option<bool> {
    let found = reader.attempt(|reader| {
        let _ = reader.skip_sound(&["ngay"]);
        reader.skip_sound(&["cuoi"]).then_some(())?;
        let _ = reader.skip_sound(&["cung"]);
        let _ = reader.skip_word("của");
        let _ = ["hằng", "hàng", "mỗi"].iter().any(|word| reader.skip_word(word));
        reader.skip_sound(&["thang"]).then_some(())
    });
    found?;
    let first = !std::mem::replace(&mut said.month_end, true);
    Some(first && *said.every.get_or_insert(Every::Month) == Every::Month)
}

/// "thứ 2, thứ 5", "thứ hai đến thứ sáu", "t2-t6", "ngày làm việc".
fn weekdays(reader: &mut Reader<'_>, said: &mut Said) -> Option<bool> {
    if reader.attempt(|reader| (reader.skip_word("ngày") && reader.skip_pair("làm", "việc")).then_some(())).is_some()
    {
        said.weekdays.extend([Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri]);
        said.every.get_or_insert(Every::Week);
        return Some(true);
    }
    let (first, coming) = plain_weekday(reader)?;
    let last = reader.attempt(|reader| {
        // "thứ hai tới thứ sáu": the reader of weekdays has taken "tới" for "coming".
        let to =
            coming || reader.skip_word("đến") || reader.skip_word("tới") || reader.skip_sign(&['-', '–']).is_some();
        if to { plain_weekday(reader).map(|(day, _)| day) } else { None }
    });
    match last {
        Some(last) => said.weekdays.extend(range(first, last)),
        None if coming => return Some(false),
        None => said.weekdays.push(first),
    }
    Some(true)
}

fn plain_weekday(reader: &mut Reader<'_>) -> Option<(Weekday, bool)> {
    let (day, week) = weekday(reader)?;
    Some((day, week == Some(Week::Coming)))
}

fn range(first: Weekday, last: Weekday) -> Vec<Weekday> {
    let days = std::iter::successors(Some(first), |day| (*day != last).then(|| day.succ()));
    days.take(7).collect()
}

/// "ngày 25", "ngày 10, 25", "ngày 10 và ngày 25".
fn days(reader: &mut Reader<'_>, said: &mut Said) -> Option<bool> {
    let first = reader.attempt(|reader| reader.skip_sound(&["ngay"]).then(|| day_number(reader)).flatten());
    said.days.push(first?);
    let more = |reader: &mut Reader<'_>| {
        reader.attempt(|reader| {
            let joined = reader.skip_sign(&[',']).is_some() || reader.skip_word("và");
            joined.then(|| day_number(reader)).flatten()
        })
    };
    while let Some(day) = more(reader) {
        said.days.push(day);
    }
    Some(said.days.iter().all(|day| (1..=31).contains(day)))
}

/// A number that is neither an hour ("8h") nor the day of a date ("31/12").
fn day_number(reader: &mut Reader<'_>) -> Option<u32> {
    reader.attempt(|reader| {
        let day = amount(reader)?;
        let other = reader.peek().is_some_and(|token| {
            let hour = ["h", "g", "gio", "ruoi"].iter().any(|word| token.sounds(word));
            hour || token.sign().is_some_and(|sign| ":/.".contains(sign))
        });
        (!other).then_some(day)
    })
}

/// "đến hết 31/12", "cho đến ngày 20/12/2026": everything behind it says until when.
fn until(reader: &mut Reader<'_>, said: &mut Said) -> Option<bool> {
    let start = reader.at;
    limit_word(reader).then(|| said.until.replace(start).is_none())
}

fn limit_word(reader: &mut Reader<'_>) -> bool {
    ["đến", "tới", "hết", "cho"].iter().any(|word| reader.skip_word(word))
}

/// "7h", "5h và 17h", "sáng", "7 giờ tối".
fn hour(reader: &mut Reader<'_>, said: &mut Said) -> Option<bool> {
    if let Some(clock) = clock(reader) {
        said.clocks.push(clock);
        return Some(true);
    }
    let part = part(reader)?;
    Some(said.part.replace(part).is_none())
}

/// "trừ ngày lễ", "kể cả ngày nghỉ lễ", "nghỉ lễ thì dời".
fn holidays(reader: &mut Reader<'_>, said: &mut Said) -> Option<bool> {
    let policy = reader.attempt(|reader| {
        let skip = reader.skip_word("trừ") || reader.skip_pair("không", "gửi");
        let fire = !skip && reader.skip_pair("kể", "cả");
        let _ = reader.skip_sound(&["ngay"]);
        let rest = reader.skip_word("nghỉ");
        let feast = reader.skip_word("lễ");
        let _ = reader.skip_word("tết");
        if !rest && !feast {
            return None;
        }
        if skip {
            return Some(HolidayPolicy::Skip);
        }
        if fire {
            return Some(HolidayPolicy::Fire);
        }
        let _ = reader.skip_word("thì");
        if reader.skip_word("dời") || reader.skip_word("lùi") || reader.skip_word("hoãn") {
            return Some(HolidayPolicy::Shift);
        }
        if reader.skip_pair("vẫn", "gửi") {
            return Some(HolidayPolicy::Fire);
        }
        (reader.skip_pair("bỏ", "qua") || reader.skip_word("bỏ")).then_some(HolidayPolicy::Skip)
    });
    let policy = policy?;
    Some(said.holidays.replace(policy).is_none())
}

/// "lỡ thì bỏ qua", "lỡ thì gửi bù", "lỡ thì hỏi".
fn missed(reader: &mut Reader<'_>, said: &mut Said) -> Option<bool> {
    let policy = reader.attempt(|reader| {
        let found = reader.skip_word("lỡ") || reader.skip_word("nhỡ");
        let _ = reader.skip_word("giờ");
        let _ = reader.skip_word("thì");
        if !found {
            return None;
        }
        if reader.skip_pair("gửi", "bù") {
            return Some(MissedPolicy::FireOnce);
        }
        if reader.skip_word("hỏi") {
            return Some(MissedPolicy::Ask);
        }
        (reader.skip_pair("bỏ", "qua") || reader.skip_word("bỏ")).then_some(MissedPolicy::Skip)
    });
    let policy = policy?;
    Some(said.missed.replace(policy).is_none())
}

/// Words and signs that say nothing: "lúc", "vào", "và", "từ", a comma; "nhé" at the end.
fn filler(reader: &mut Reader<'_>) -> bool {
    const WORDS: [&str; 9] = ["lúc", "vào", "và", "từ", "các", "hồi", "gửi", "nhé", "ạ"];
    WORDS.iter().any(|word| reader.skip_word(word)) || reader.skip_sign(&[',', ';', '.']).is_some()
}

fn finished(said: Said, until: Option<Millis>, defaults: DayTimes) -> Result<Repeating, RepeatError> {
    let default_time = said.clocks.is_empty();
    let times = times_of(&said, defaults)?;
    not_too_often(times.len())?;
    let (holidays, missed) = (said.holidays, said.missed);
    let built = |days: Days| {
        let recurrence = Recurrence::of(Rule::On { days, times: times.clone() });
        let holidays = holidays.unwrap_or(recurrence.holidays);
        let missed = missed.unwrap_or(recurrence.missed);
        Repeating { recurrence: Recurrence { holidays, missed, ..recurrence }, until, default_time }
    };
    let days = days_of(said)?;
    // "ngày 31 hằng tháng": some mean the last day of every month.
    let rare = match &days {
        Days::Monthly(days) if days.len() == 1 => days.first().copied().filter(|day| *day > 28),
        _ => None,
    };
    match rare {
        Some(day) => Err(RepeatError::NotInEveryMonth { day, choices: Box::new([built(days), built(Days::MonthEnd)]) }),
        None => Ok(built(days)),
    }
}

fn days_of(mut said: Said) -> Result<Days, RepeatError> {
    said.weekdays.sort_by_key(Weekday::num_days_from_monday);
    said.weekdays.dedup();
    said.days.sort_unstable();
    said.days.dedup();
    let (weekly, monthly) = (!said.weekdays.is_empty(), !said.days.is_empty());
    match said.every {
        None => Err(RepeatError::NotRepeating),
        _ if weekly && (monthly || said.month_end) => Err(RepeatError::NotSupported),
        Some(Every::Day | Every::Part) if !weekly && !monthly => Ok(Days::Every),
        Some(Every::Week | Every::Part) if weekly => Ok(Days::Weekly(said.weekdays)),
        Some(Every::Week) if !monthly => Err(RepeatError::WeekdayMissing),
        Some(Every::Month) if said.month_end && !monthly => Ok(Days::MonthEnd),
        Some(Every::Month) if monthly && !said.month_end => Ok(Days::Monthly(said.days)),
        Some(Every::Month) if !weekly && !said.month_end => Err(RepeatError::DayMissing),
        Some(_) => Err(RepeatError::NotSupported),
    }
}

/// The times of day, ascending; the default of the part of the day where no hour is named.
fn times_of(said: &Said, defaults: DayTimes) -> Result<Vec<NaiveTime>, RepeatError> {
    if said.clocks.is_empty() {
        return Ok(vec![default_time(said.part, defaults)]);
    }
    let mut times = Vec::new();
    for clock in &said.clocks {
        let minutes = clock.minutes(said.part)?;
        // An hour of the neighbouring day ("0h kém 15", "24h") would be another day than the one named.
        let invalid = || WhenError::InvalidTime { hour: 24, minute: 0 };
        let seconds = u32::try_from(minutes * 60).ok();
        let time = seconds.and_then(|seconds| NaiveTime::from_num_seconds_from_midnight_opt(seconds, 0));
        times.push(time.ok_or_else(invalid)?);
    }
    times.sort_unstable_by_key(NaiveTime::num_seconds_from_midnight);
    times.dedup();
    Ok(times)
}

const fn default_time(part: Option<Part>, times: DayTimes) -> NaiveTime {
    match part {
        None | Some(Part::MorningClose | Part::Close) => times.day,
        Some(Part::Morning) => times.morning,
        Some(Part::Noon) => times.noon,
        Some(Part::Afternoon) => times.afternoon,
        Some(Part::Evening) => times.evening,
        Some(Part::Night) => times.night,
    }
}

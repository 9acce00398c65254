//! What stands behind `/ghinhan` and `/xoaghinhan`, read. Pure.
//!
//! `bangron 5 trước trụ sở 18/7`: the channel in any spelling, for things that are counted how many, what it was, and
//! at the end the day. Nothing is guessed: a day that does not exist is an error, and what is missing stays missing.

use chrono::{Datelike as _, NaiveDate, NaiveTime};

use crate::domain::bulletin::{Kind, find_codes};
use crate::domain::calendar::date_plus;
use crate::domain::channel::Channel;
use crate::domain::text::{fold, nfc};

mod fields;
#[cfg(test)]
mod tests;

/// Most words that name a channel: "cổng thông tin điện tử".
const CHANNEL_WORDS: usize = 5;
/// Longest input that is read, in bytes; the use case's own limits are far below.
const LONGEST: usize = 20_000;
/// A day without a year that is still to come is last year's when it was at most so many days ago.
const LAST_YEAR_DAYS: i64 = 60;

/// An act as it was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    /// The channel; none when the first words name none.
    pub(super) channel: Option<Channel>,
    /// What the channel was called: a "bảng điện tử" is another thing than a pano.
    pub(super) called: Option<String>,
    /// Pieces; 1 unless said.
    pub(super) quantity: i64,
    /// What it was; none when nothing is left of the words.
    pub(super) title: Option<String>,
    /// The day; none when none was typed, which means today.
    pub(super) done_on: Option<NaiveDate>,
    /// When it was aired, for what is aired.
    pub(super) aired_at: Option<NaiveTime>,
    /// Proof among the words: a link, a decision's number, or the code of the script that was read.
    pub(super) evidence: Option<String>,
    /// People present.
    pub(super) attendees: Option<i64>,
    /// Where it hangs, where the words say so ("tại ngã tư Bến"); otherwise the title is the place.
    pub(super) place: Option<String>,
    /// Whether it was taken down.
    pub(super) removal: bool,
    /// Theme of the plan, as typed.
    pub(super) theme: Option<String>,
    /// Of what is done or not, that it is not: then there is nothing to record.
    pub(super) undone: bool,
}

/// Why the words are no act.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum ParseError {
    /// 31/9.
    #[error("there is no day `{0}`")]
    NoSuchDay(
        /// As it was typed.
        String,
    ),
    /// More words than anybody types.
    #[error("too long")]
    TooLong,
}

/// Reads an act. `channel` is what was chosen before; otherwise the first words name it.
pub(super) fn entry(typed: &str, channel: Option<Channel>, today: NaiveDate) -> Result<Entry, ParseError> {
    if typed.len() > LONGEST {
        return Err(ParseError::TooLong);
    }
    let text = nfc(typed);
    let mut words: Vec<&str> = text.split_whitespace().collect();
    let named = if channel.is_none() { take_channel(&mut words) } else { None };
    let (channel, called) = named.map_or((channel, None), |(channel, called)| (Some(channel), Some(called)));
    let removal = channel.is_some_and(|channel| fields::take_removal(&mut words, channel));
    let theme = fields::take_theme(&mut words);
    let first = channel.and_then(|channel| fields::take_people_in_front(&mut words, channel));
    let quantity = channel.and_then(|channel| take_quantity(&mut words, channel)).unwrap_or(1);
    let (done_on, aired_at) = take_moment(&mut words, channel, today)?;
    let attendees = first.or_else(|| channel.and_then(|channel| fields::take_people_behind(&mut words, channel)));
    let link = words.iter().find(|word| is_link(word)).map(|word| (*word).to_owned());
    let answer = channel.filter(|channel| channel.is_yes_or_no()).and_then(|_| fields::take_answer(&mut words));
    let place = channel.and_then(|channel| fields::place(&words, channel));
    let title = words.join(" ");
    let evidence = link.or_else(|| channel.and_then(|channel| proof(channel, &words, &title)));
    Ok(Entry {
        channel,
        called,
        quantity,
        title: (!title.is_empty()).then_some(title),
        done_on,
        aired_at,
        evidence,
        attendees,
        place,
        removal,
        theme,
        undone: answer == Some(false),
    })
}

fn proof(channel: Channel, words: &[&str], title: &str) -> Option<String> {
    if channel == Channel::Budget { fields::decision(words) } else { script(channel, title) }
}

/// The channel that the longest run of first words names, and those words.
fn take_channel(words: &mut Vec<&str>) -> Option<(Channel, String)> {
    let most = words.len().min(CHANNEL_WORDS);
    // "loa thôn 3" is the loudspeaker of thôn 3.
    let of_a_village =
        |count: usize| fold(words[count - 1]) == "thon" && words.get(count).is_some_and(|word| whole(word).is_some());
    let named = |count: usize| Channel::from_vietnamese(&words[..count].join(" ")).map(|channel| (count, channel));
    let (count, channel) = (1..=most).rev().filter(|count| !of_a_village(*count)).find_map(named)?;
    let called: Vec<&str> = words.drain(..count).collect();
    Some((channel, called.join(" ")))
}

/// Words that say what a number in front of them counts.
const PIECES: [&str; 13] =
    ["cai", "chiec", "tam", "cum", "nguoi", "anh", "bang", "luot", "bien", "pano", "bai", "buc", "hinh"];
/// The same in two words.
const LONG_PIECES: [(&str, &str); 5] =
    [("phan", "anh"), ("y", "kien"), ("hinh", "anh"), ("kien", "nghi"), ("khau", "hieu")];

/// "5", "5 cái", "45 người". A number alone is a quantity only where things are hung or put up: "5 điều Bác Hồ dạy" is a title.
fn take_quantity(words: &mut Vec<&str>, channel: Channel) -> Option<i64> {
    let number = words.first().and_then(|word| whole(word))?;
    let unit = unit_words(&words[1..]);
    let counted = matches!(channel, Channel::Banner | Channel::BulletinBoard | Channel::Panel | Channel::PortalImage);
    if counted || (unit > 0 && channel != Channel::Radio && !channel.gathers_people()) {
        words.drain(..=unit);
        return Some(number);
    }
    None
}

/// How many of the first words say what a number counts.
fn unit_words(words: &[&str]) -> usize {
    let folded = |at: usize| words.get(at).map(|word| fold(word)).unwrap_or_default();
    let (one, two) = (folded(0), folded(1));
    if LONG_PIECES.contains(&(one.as_str(), two.as_str())) {
        return 2;
    }
    usize::from(PIECES.contains(&one.as_str()))
}

/// A number of at most nine digits.
fn whole(word: &str) -> Option<i64> {
    let digits = !word.is_empty() && word.len() <= 9 && word.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| word.parse().ok()).flatten()
}

/// Takes the day, and for what is aired the hour, off the end.
fn take_moment(
    words: &mut Vec<&str>,
    channel: Option<Channel>,
    today: NaiveDate,
) -> Result<(Option<NaiveDate>, Option<NaiveTime>), ParseError> {
    let airs = matches!(channel, Some(Channel::Radio | Channel::Loudspeaker));
    let mut aired_at = if airs { take_time(words) } else { None };
    // The hour of anything else stays in its title: "họp giao ban 25/10 8h".
    let place = if airs { words.len() } else { words.len() - trailing_time(words).map_or(0, |(count, _)| count) };
    let mut hour: Vec<&str> = words.split_off(place);
    let done_on = take_date(words, today)?;
    words.append(&mut hour);
    if airs && aired_at.is_none() {
        aired_at = take_time(words);
    }
    Ok((done_on, aired_at))
}

fn take_time(words: &mut Vec<&str>) -> Option<NaiveTime> {
    let (count, time) = trailing_time(words)?;
    words.truncate(words.len() - count);
    let connected = words.last().is_some_and(|word| matches!(fold(word).as_str(), "luc" | "hoi"));
    words.truncate(words.len() - usize::from(connected));
    Some(time)
}

/// The words at the end that are an hour, and how many: "17h", "17h30", "17:00", "17 giờ".
fn trailing_time(words: &[&str]) -> Option<(usize, NaiveTime)> {
    let last = words.last()?.to_lowercase();
    if fold(&last) == "gio" {
        let hour = words.len().checked_sub(2).and_then(|place| words.get(place)).and_then(|word| whole(word))?;
        return time(hour, 0).map(|time| (2, time));
    }
    let (hour, minute) = last.split_once(['h', 'g', ':'])?;
    let minute = if minute.is_empty() && !last.ends_with(':') { 0 } else { whole(minute)? };
    time(whole(hour)?, minute).map(|time| (1, time))
}

fn time(hour: i64, minute: i64) -> Option<NaiveTime> {
    NaiveTime::from_hms_opt(u32::try_from(hour).ok()?, u32::try_from(minute).ok()?, 0)
}

/// Takes the day off the end: "25/10", "25/10/2025", "hôm nay", "hôm qua", with "ngày" before it or not.
fn take_date(words: &mut Vec<&str>, today: NaiveDate) -> Result<Option<NaiveDate>, ParseError> {
    let Some(last) = words.last().copied() else { return Ok(None) };
    let (count, date) = match named_day(words, today) {
        Some(date) => (2, date),
        None => match numbered_day(last, today)? {
            Some(date) => (1, date),
            None => return Ok(None),
        },
    };
    words.truncate(words.len() - count);
    let connected = words.last().is_some_and(|word| fold(word) == "ngay");
    words.truncate(words.len() - usize::from(connected));
    Ok(Some(date))
}

fn named_day(words: &[&str], today: NaiveDate) -> Option<NaiveDate> {
    let [.., hom, which] = words else { return None };
    let back = match (fold(hom).as_str(), fold(which).as_str()) {
        ("hom", "nay") => 0,
        ("hom", "qua") => 1,
        ("hom", "kia") => 2,
        _ => return None,
    };
    Some(date_plus(today, -back))
}

/// "25/10", "25-10-2025", "25.10.2025". Without a slash only what is a day for certain is one.
pub(super) fn numbered_day(word: &str, today: NaiveDate) -> Result<Option<NaiveDate>, ParseError> {
    let word = word.trim_end_matches(['.', ',', ';']);
    let sign = word.chars().find(|sign| matches!(sign, '/' | '-' | '.'));
    let Some(sign) = sign else { return Ok(None) };
    let pieces: Vec<&str> = word.split(sign).collect();
    let numbers: Option<Vec<i64>> = pieces.iter().map(|piece| whole(piece).filter(|_| piece.len() <= 4)).collect();
    let date = match numbers.as_deref() {
        Some([day, month]) if sign != '.' => of_no_year(*day, *month, today),
        Some([day, month, year]) => of_year(*day, *month, if *year < 100 { year + 2000 } else { *year }),
        _ => return Ok(None),
    };
    match date {
        None if sign == '/' => Err(ParseError::NoSuchDay(word.to_owned())),
        date => Ok(date),
    }
}

fn of_year(day: i64, month: i64, year: i64) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, u32::try_from(month).ok()?, u32::try_from(day).ok()?)
}

/// This year's, or last year's where that was a few weeks ago and this year's is still to come: in January, "30/12".
fn of_no_year(day: i64, month: i64, today: NaiveDate) -> Option<NaiveDate> {
    let year = i64::from(today.year());
    let last_year = of_year(day, month, year - 1).filter(|date| *date >= date_plus(today, -LAST_YEAR_DAYS));
    match of_year(day, month, year) {
        Some(date) if date > today => Some(last_year.unwrap_or(date)),
        Some(date) => Some(date),
        // 29/2 of a common year.
        None => last_year,
    }
}

fn is_link(word: &str) -> bool {
    let word = word.trim_start_matches(['(', '<', '"']).to_lowercase();
    ["http://", "https://", "www."].iter().any(|start| word.starts_with(start) && word.len() > start.len())
}

/// The code of the script that was read aloud.
fn script(channel: Channel, title: &str) -> Option<String> {
    let aired = matches!(channel, Channel::Radio | Channel::Loudspeaker);
    let found = find_codes(title).into_iter().find(|code| code.kind == Some(Kind::Script)).filter(|_| aired)?;
    Some(found.year.map_or_else(|| format!("BP {}", found.seq), |year| format!("BP-{year}-{:04}", found.seq)))
}

/// What is to be taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Removal {
    /// The act's number.
    pub(super) seq: i64,
    /// How many pieces of it; none for all.
    pub(super) pieces: Option<i64>,
    /// Why; empty when it was not said.
    pub(super) reason: String,
}

/// Reads "#12 rách do gió", "12 1 cái rách do gió". None without a number.
pub(super) fn removal(typed: &str) -> Option<Removal> {
    if typed.len() > LONGEST {
        return None;
    }
    let text = nfc(typed);
    let mut words: Vec<&str> = text.split_whitespace().collect();
    let seq = words.first().and_then(|word| whole(word.trim_start_matches('#').trim_end_matches([':', ',', '.'])))?;
    words.drain(..1);
    let pieces = words
        .first()
        .and_then(|word| whole(word))
        .filter(|_| words.get(1).is_some_and(|word| PIECES.contains(&fold(word).as_str())));
    words.drain(..if pieces.is_some() { 2 } else { 0 });
    Some(Removal { seq, pieces, reason: words.join(" ") })
}

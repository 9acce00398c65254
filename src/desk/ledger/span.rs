//! Which stretch of time `/chitieu` and `/thongke` were asked for. Pure.

use chrono::{Datelike as _, NaiveDate};

use super::parse::numbered_day;
use crate::domain::calendar::date_plus;
use crate::domain::period::{Period, PeriodKind};
use crate::domain::text::fold;

/// A stretch of time as people name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Span {
    /// Nothing was said.
    Unsaid,
    /// A week, a month, a quarter, a day, two days with what lies between.
    Of(Period),
    /// "cao điểm": the plan knows its days.
    Peak,
    /// "tất cả".
    All,
}

/// Reads a stretch of time; none when the words name none.
pub(super) fn read(typed: &str, today: NaiveDate) -> Option<Span> {
    if typed.len() > 200 {
        return None;
    }
    if let Some(period) = between(typed, today) {
        return Some(Span::Of(period));
    }
    let folded = fold(typed);
    let words: Vec<&str> = folded.split(' ').filter(|word| !word.is_empty()).collect();
    match words.as_slice() {
        [] => Some(Span::Unsaid),
        ["cao", "diem"] => Some(Span::Peak),
        ["tat", "ca"] | ["toan", "bo"] => Some(Span::All),
        ["hom", "nay"] | ["ngay"] => Some(Span::Of(one_day(today))),
        ["tuan", rest @ ..] => relative(Period::week_of, today, rest).map(Span::Of),
        ["thang", rest @ ..] => month(rest, today).map(Span::Of),
        ["quy", rest @ ..] => quarter(rest, today).map(Span::Of),
        ["nam", rest @ ..] => year(rest, today).map(Span::Of),
        _ => None,
    }
}

fn one_day(date: NaiveDate) -> Period {
    Period::rolling(date, 1)
}

/// "15/10 - 14/11", "từ 15/10 đến 14/11", or one day.
fn between(typed: &str, today: NaiveDate) -> Option<Period> {
    let spaced = typed.replace('–', " ");
    let days: Vec<NaiveDate> =
        spaced.split_whitespace().filter_map(|word| numbered_day(word, today).ok().flatten()).collect();
    let others = spaced.split_whitespace().filter(|word| numbered_day(word, today).ok().flatten().is_none());
    let joined: Vec<String> = others.map(fold).filter(|word| !word.is_empty()).collect();
    if joined.iter().any(|word| !["tu", "den", "ngay", "toi"].contains(&word.as_str())) {
        return None;
    }
    match days.as_slice() {
        [day] => Some(one_day(*day)),
        [from, to] if from <= to => Some(Period::new(PeriodKind::Rolling, *from, *to)),
        _ => None,
    }
}

/// "tuần", "tuần này", "tuần trước".
fn relative(of: fn(NaiveDate) -> Period, today: NaiveDate, words: &[&str]) -> Option<Period> {
    match words {
        [] | ["nay"] => Some(of(today)),
        ["truoc" | "roi" | "qua"] => Some(of(date_plus(of(today).from, -1))),
        _ => None,
    }
}

fn month(words: &[&str], today: NaiveDate) -> Option<Period> {
    let (number, year) = numbered(words, today)?;
    match number {
        None => relative(Period::month_of, today, words),
        Some(month) => Some(Period::month_of(NaiveDate::from_ymd_opt(year, month, 1)?)),
    }
}

fn quarter(words: &[&str], today: NaiveDate) -> Option<Period> {
    let words: Vec<&str> = words.iter().map(|word| roman(word)).collect();
    let (number, year) = numbered(&words, today)?;
    match number {
        None => relative(Period::quarter_of, today, &words),
        Some(quarter) => {
            let month = quarter.checked_mul(3).filter(|_| quarter > 0)?;
            Some(Period::quarter_of(NaiveDate::from_ymd_opt(year, month, 1)?))
        }
    }
}

fn year(words: &[&str], today: NaiveDate) -> Option<Period> {
    let year = match words {
        [] | ["nay"] => today.year(),
        ["truoc" | "ngoai"] => today.year().checked_sub(1)?,
        [number] => number.parse().ok().filter(|year| (2000..=2100).contains(year))?,
        _ => return None,
    };
    let first = NaiveDate::from_ymd_opt(year, 1, 1)?;
    Some(Period::new(PeriodKind::ToDate, first, NaiveDate::from_ymd_opt(year, 12, 31)?))
}

fn roman(word: &str) -> &str {
    match word {
        "i" => "1",
        "ii" => "2",
        "iii" => "3",
        "iv" => "4",
        other => other,
    }
}

/// A number, and its year: the one said, else the latest in which it has begun. No number is not an error.
fn numbered(words: &[&str], today: NaiveDate) -> Option<(Option<u32>, i32)> {
    match words {
        [number] if is_number(number) => {
            let number: u32 = number.parse().ok()?;
            Some((Some(number), today.year()))
        }
        [number, year] | [number, "nam", year] if is_number(number) && is_number(year) => {
            let year = year.parse().ok().filter(|year| (2000..=2100).contains(year))?;
            Some((Some(number.parse().ok()?), year))
        }
        _ => Some((None, today.year())),
    }
}

fn is_number(word: &str) -> bool {
    !word.is_empty() && word.len() <= 4 && word.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[rstest]
    #[case("tuần", "2025-10-27", "2025-11-02")]
    #[case("tuần trước", "2025-10-20", "2025-10-26")]
    #[case("tháng", "2025-10-01", "2025-10-31")]
    #[case("Tháng này", "2025-10-01", "2025-10-31")]
    #[case("tháng trước", "2025-09-01", "2025-09-30")]
    #[case("thang 7", "2025-07-01", "2025-07-31")]
    #[case("tháng 11/2024", "2024-11-01", "2024-11-30")]
    #[case("tháng 2 năm 2024", "2024-02-01", "2024-02-29")]
    #[case("quý III", "2025-07-01", "2025-09-30")]
    #[case("quý", "2025-10-01", "2025-12-31")]
    #[case("năm 2024", "2024-01-01", "2024-12-31")]
    #[case("31/7", "2025-07-31", "2025-07-31")]
    #[case("từ 15/9 đến 14/10", "2025-09-15", "2025-10-14")]
    #[case("15/9 – 14/10/2025", "2025-09-15", "2025-10-14")]
    fn a_stretch_of_time_is_read(#[case] typed: &str, #[case] from: &str, #[case] to: &str) {
        let Some(Span::Of(period)) = read(typed, day("2025-10-28")) else { panic!("{typed}") };
        assert_eq!((period.from, period.to), (day(from), day(to)));
    }

    #[rstest]
    #[case("", Some(Span::Unsaid))]
    #[case("cao điểm", Some(Span::Peak))]
    #[case("tất cả", Some(Span::All))]
    #[case("tháng 13", None)]
    #[case("tháng 0", None)]
    #[case("quý 5", None)]
    #[case("năm 99999", None)]
    #[case("tháng 31/9", None)]
    #[case("14/11 - 15/10", None)]
    #[case("abc", None)]
    fn words_are_told_from_nonsense(#[case] typed: &str, #[case] expected: Option<Span>) {
        assert_eq!(read(typed, day("2025-11-20")), expected);
    }

    proptest! {
        #[test]
        fn anything_typed_is_read_or_not(typed in ".{0,60}", days in 0_i64..40_000) {
            let _ = read(&typed, date_plus(day("2000-01-01"), days));
        }
    }
}

//! Five fields as in `crontab`: minute, hour, day of month, month, weekday.
//!
//! Read as POSIX does (The Open Group, `crontab`): where both day fields are restricted, a day of either counts. Steps
//! (`*/15`, `8-18/2`) and names are the usual addition to it; 7 is Sunday too. What crons understand differently is
//! refused instead of guessed: a step over all days beside another restricted day field is a union to some and an
//! intersection to others, and `5/15` is to some a start and to others one minute.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, FixedOffset, NaiveTime};
use cron::Schedule;

use crate::domain::calendar::Millis;

/// Việt Nam's distance from UTC, in seconds; there is no summer time.
const OFFSET_SECONDS: i32 = 7 * 3_600;

/// The five fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cron {
    minutes: Set,
    hours: Set,
    days: Set,
    months: Set,
    weekdays: Set,
    /// The fields as they were typed, in lower case with single blanks.
    text: String,
}

/// Why five fields are not used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CronError {
    /// Not five fields.
    #[error("five fields are needed (minute hour day month weekday), {found} were given")]
    Fields {
        /// How many were given.
        found: usize,
    },
    /// A field that is not understood, or is out of its range.
    #[error("`{field}` is not understood as the {name} field")]
    Field {
        /// Which field: minute, hour, day, month, weekday.
        name: &'static str,
        /// As it was typed.
        field: String,
    },
    /// A step over all days beside another restricted day field: crons disagree about it.
    #[error("a step over all days beside another day field means different things to different crons: list the days")]
    AmbiguousDays,
    /// No date has such a day: 31 February.
    #[error("there is no such day")]
    Never,
}

/// A set of small numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Set(u64);

impl Set {
    const fn has(self, number: u32) -> bool {
        self.0 & (1 << number) != 0
    }

    fn numbers(self) -> impl Iterator<Item = u32> {
        (0..64).filter(move |number| self.has(*number))
    }
}

/// What a field may hold.
#[derive(Clone, Copy)]
struct Field {
    name: &'static str,
    least: u32,
    most: u32,
    /// Names of numbers from `least` on.
    words: &'static [&'static str],
}

const MINUTE: Field = Field { name: "minute", least: 0, most: 59, words: &[] };
const HOUR: Field = Field { name: "hour", least: 0, most: 23, words: &[] };
const DAY: Field = Field { name: "day", least: 1, most: 31, words: &[] };
const MONTH: Field = Field {
    name: "month",
    least: 1,
    most: 12,
    words: &["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"],
};
/// Sunday stands at both ends, so that `fri-sun` is a range.
const WEEKDAY: Field =
    Field { name: "weekday", least: 0, most: 7, words: &["sun", "mon", "tue", "wed", "thu", "fri", "sat"] };

/// Every `step`th number of a span, its first and perhaps its last among them.
fn range(from: u32, to: u32, step: u32) -> Set {
    let within = (from..=to).filter(|number| (number - from).is_multiple_of(step));
    Set(within.fold(0, |set, number| set | (1 << number)))
}

impl Field {
    fn full(self) -> Set {
        range(self.least, self.most, 1)
    }

    fn read(self, text: &str) -> Result<Set, CronError> {
        let wrong = || CronError::Field { name: self.name, field: text.to_owned() };
        let items: Option<Vec<Set>> = text.split(',').map(|item| self.item(item)).collect();
        let set = items.ok_or_else(wrong)?.into_iter().fold(Set(0), |all, item| Set(all.0 | item.0));
        Ok(set)
    }

    /// `*`, `*/15`, `7`, `mon`, `8-18`, `8-18/2`.
    fn item(self, text: &str) -> Option<Set> {
        let (span, step) = match text.split_once('/') {
            Some((span, step)) => (span, Some(step.parse::<u32>().ok().filter(|step| (1..=59).contains(step))?)),
            None => (text, None),
        };
        if span == "*" {
            return Some(range(self.least, self.most, step.unwrap_or(1)));
        }
        let Some((from, to)) = span.split_once('-') else {
            let number = self.number(span)?;
            return step.is_none().then(|| range(number, number, 1));
        };
        let (from, to) = (self.number(from)?, self.number(to)?);
        // "fri-sun" ends on the Sunday at the end of the week.
        let to = if self.name == WEEKDAY.name && to == 0 && from > 0 { 7 } else { to };
        (from <= to).then(|| range(from, to, step.unwrap_or(1)))
    }

    fn number(self, text: &str) -> Option<u32> {
        let named = self.words.iter().position(|word| *word == text).and_then(|at| u32::try_from(at).ok());
        let digits = !text.is_empty() && text.len() <= 2 && text.bytes().all(|byte| byte.is_ascii_digit());
        let typed = || digits.then(|| text.parse().ok()).flatten();
        let number = named.map(|at| at + self.least).or_else(typed)?;
        (self.least..=self.most).contains(&number).then_some(number)
    }
}

/// Sunday is 0 and 7.
const fn both_sundays(set: Set) -> Set {
    if set.0 & 0b1000_0001 == 0 { set } else { Set(set.0 | 0b1000_0001) }
}

impl FromStr for Cron {
    type Err = CronError;

    fn from_str(text: &str) -> Result<Self, CronError> {
        let text = text.to_lowercase();
        let fields: Vec<&str> = text.split_whitespace().collect();
        let [minute, hour, day, month, weekday] = fields.as_slice() else {
            return Err(CronError::Fields { found: fields.len() });
        };
        let cron = Self {
            minutes: MINUTE.read(minute)?,
            hours: HOUR.read(hour)?,
            days: DAY.read(day)?,
            months: MONTH.read(month)?,
            weekdays: both_sundays(WEEKDAY.read(weekday)?),
            text: fields.join(" "),
        };
        if cron.restricts_both() && (day.contains('*') || weekday.contains('*')) {
            return Err(CronError::AmbiguousDays);
        }
        if cron.next_after(Millis(0)).is_some() { Ok(cron) } else { Err(CronError::Never) }
    }
}

impl fmt::Display for Cron {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Cron {
    fn restricts_both(&self) -> bool {
        self.days != DAY.full() && self.weekdays != WEEKDAY.full()
    }

    /// The first instant strictly after `after`; none when there is none until the year 2100.
    pub(super) fn next_after(&self, after: Millis) -> Option<Millis> {
        let after = DateTime::from_timestamp_millis(after.0)?.with_timezone(&FixedOffset::east_opt(OFFSET_SECONDS)?);
        let of = |schedule: Schedule| schedule.after(&after).next().map(|at| Millis(at.timestamp_millis()));
        self.schedules().into_iter().filter_map(of).min()
    }

    /// The fields as the library reads them: seconds in front, days of the week by name. It takes restricted day fields
    /// together, so where both are restricted there is a schedule for each, and a day of either counts.
    fn schedules(&self) -> Vec<Schedule> {
        let all = (DAY.full(), WEEKDAY.full());
        let days = if self.restricts_both() {
            vec![(self.days, all.1), (all.0, self.weekdays)]
        } else {
            vec![(self.days, self.weekdays)]
        };
        days.into_iter().filter_map(|(days, weekdays)| self.expression(days, weekdays).parse().ok()).collect()
    }

    fn expression(&self, days: Set, weekdays: Set) -> String {
        let list = |set: Set| set.numbers().map(|number| number.to_string()).collect::<Vec<_>>().join(",");
        let names = WEEKDAY.words.iter().zip(0..).filter(|(_, number)| weekdays.has(*number)).map(|(name, _)| *name);
        let names = names.collect::<Vec<_>>().join(",");
        format!("0 {} {} {} {} {names}", list(self.minutes), list(self.hours), list(days), list(self.months))
    }

    /// The times of day, ascending.
    pub(super) fn times(&self) -> Vec<NaiveTime> {
        let at = |hour| self.minutes.numbers().filter_map(move |minute| NaiveTime::from_hms_opt(hour, minute, 0));
        self.hours.numbers().flat_map(at).collect()
    }
}

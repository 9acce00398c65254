//! From what was said to the instant that is meant.

use chrono::{Datelike, Months, NaiveDate, NaiveTime, Timelike, Weekday};

use super::clock::Part;
use super::date::{Day, Month, Week};
use super::phrase::{Limit, Phrase};
use super::{DayTimes, Note, Purpose, Reading, WhenConfig, WhenError};
use crate::domain::calendar::{Millis, date_plus};

/// The years a date may have.
const YEARS: std::ops::RangeInclusive<i32> = 2000..=2100;

/// What the reading depends on besides the words.
struct Context<'a> {
    phrase: &'a Phrase,
    now: Millis,
    today: NaiveDate,
    times: DayTimes,
    cfg: &'a WhenConfig,
    deadline: bool,
}

/// The dates that the words may mean: the first one still ahead is taken.
struct Candidates {
    dates: Vec<NaiveDate>,
    /// Offered when all have passed.
    next_year: Option<NaiveDate>,
    /// What to say when it is not the first.
    rolled: Option<Note>,
}

impl Candidates {
    fn one(date: NaiveDate) -> Self {
        Self { dates: vec![date], next_year: None, rolled: None }
    }

    fn first_of(first: NaiveDate, second: NaiveDate) -> Self {
        Self { dates: vec![first, second], next_year: None, rolled: None }
    }
}

/// The instant a phrase means at `now`.
pub(super) fn resolve(phrase: &Phrase, now: Millis, purpose: Purpose, cfg: &WhenConfig) -> Result<Reading, WhenError> {
    let deadline = purpose == Purpose::Deadline || phrase.limit.is_some();
    // "trước chiều mai" means before the afternoon begins.
    let ends = deadline && !(phrase.limit == Some(Limit::Before) && phrase.part.is_some());
    let times = if ends { cfg.deadline } else { cfg.send };
    let context = Context { phrase, now, today: now.local_date(), times, cfg, deadline };
    if phrase.now {
        return context.reading(now, None);
    }
    match phrase.delay {
        Some(minutes) => context.reading(now.plus_minutes(minutes), None),
        None => context.on_a_day(),
    }
}

impl Context<'_> {
    fn on_a_day(&self) -> Result<Reading, WhenError> {
        let minutes = self.minutes()?;
        let instant = |date: NaiveDate| Millis::start_of(date).plus_minutes(minutes);
        let candidates = self.candidates()?;
        if let Some(dates) = self.ambiguous_dates(&candidates) {
            return self.choose(&dates.into_iter().map(instant).collect::<Vec<_>>());
        }
        let ahead = candidates.dates.iter().position(|date| instant(*date) >= self.now);
        let Some((index, date)) = ahead.and_then(|index| Some((index, candidates.dates.get(index)?))) else {
            let read_as = instant(candidates.dates.first().copied().unwrap_or(self.today));
            return Err(WhenError::Past { read_as, next_year: candidates.next_year.map(instant) });
        };
        self.reading(instant(*date), candidates.rolled.filter(|_| index > 0))
    }

    /// Minutes after the midnight of the day.
    fn minutes(&self) -> Result<i64, WhenError> {
        let part = self.phrase.part;
        match self.phrase.clock {
            Some(clock) => clock.minutes(part),
            None => Ok(i64::from(self.default_time(part).num_seconds_from_midnight() / 60)),
        }
    }

    fn default_time(&self, part: Option<Part>) -> NaiveTime {
        match part {
            None => self.times.day,
            Some(Part::Morning) => self.times.morning,
            Some(Part::Noon) => self.times.noon,
            Some(Part::Afternoon) => self.times.afternoon,
            Some(Part::Evening) => self.times.evening,
            Some(Part::Night) => self.times.night,
            Some(Part::MorningClose) => self.cfg.deadline.morning,
            Some(Part::Close) => self.cfg.deadline.day,
        }
    }

    fn candidates(&self) -> Result<Candidates, WhenError> {
        let phrase = self.phrase;
        match (phrase.day, phrase.weekday) {
            (Some(day), said) => {
                let found = self.of_day(day)?;
                check_weekday(&found, said)?;
                Ok(found)
            }
            (None, Some(weekday)) => Ok(self.of_weekday(weekday, phrase.week)),
            (None, None) => Ok(Candidates {
                dates: vec![self.today, date_plus(self.today, 1)],
                next_year: None,
                rolled: Some(Note::RolledToTomorrow),
            }),
        }
    }

    fn of_day(&self, day: Day) -> Result<Candidates, WhenError> {
        let monday = monday_of(self.today);
        match day {
            Day::Ahead(days) => Ok(Candidates::one(date_plus(self.today, days))),
            Day::Date { day, month, year } => self.of_date(day, month, year),
            Day::OfMonth { day, month } => {
                let first = self.first_of_month(month)?;
                valid_date(day, first.month(), first.year()).map(Candidates::one)
            }
            Day::WeekStart(None) => Ok(Candidates::first_of(monday, date_plus(monday, 7))),
            Day::WeekStart(Some(weeks)) => Ok(Candidates::one(date_plus(monday, weeks * 7))),
            Day::Weekend(weeks) => {
                let saturday = date_plus(monday, weeks * 7 + 5);
                Ok(Candidates::first_of(saturday, date_plus(saturday, 1)))
            }
            Day::MonthStart(month) => {
                let first = self.first_of_month(month)?;
                let next = next_month(first);
                Ok(if month == Month::This { Candidates::first_of(first, next) } else { self.yearly(first, month) })
            }
            Day::MonthEnd(month) => {
                let last = date_plus(next_month(self.first_of_month(month)?), -1);
                Ok(self.yearly(last, month))
            }
            Day::YearEnd => valid_date(31, 12, self.today.year()).map(Candidates::one),
        }
    }

    /// A date; without a year it is this year's, and a past one is only offered for the next.
    fn of_date(&self, day: u32, month: u32, year: Option<i32>) -> Result<Candidates, WhenError> {
        let date = valid_date(day, month, year.unwrap_or_else(|| self.today.year()))?;
        Ok(if year.is_none() { self.yearly(date, Month::Number(month)) } else { Candidates::one(date) })
    }

    fn yearly(&self, date: NaiveDate, month: Month) -> Candidates {
        let over = date < self.today && matches!(month, Month::Number(_));
        let next_year = valid_date(date.day(), date.month(), date.year() + 1).ok().filter(|_| over);
        Candidates { next_year, ..Candidates::one(date) }
    }

    fn first_of_month(&self, month: Month) -> Result<NaiveDate, WhenError> {
        let (year, this) = (self.today.year(), self.today.month());
        match month {
            Month::This => valid_date(1, this, year),
            Month::Next => valid_date(1, this, year).map(next_month),
            Month::Number(number) => valid_date(1, number, year),
        }
    }

    fn of_weekday(&self, weekday: Weekday, week: Option<Week>) -> Candidates {
        let monday = monday_of(self.today);
        let day = i64::from(weekday.num_days_from_monday());
        let days_ahead = (day - i64::from(self.today.weekday().num_days_from_monday())).rem_euclid(7);
        match week {
            Some(Week::Ahead(weeks)) => Candidates::one(date_plus(monday, weeks * 7 + day)),
            Some(Week::Coming) if days_ahead == 0 => Candidates::one(date_plus(self.today, 7)),
            Some(Week::Coming) | None => {
                let next = date_plus(self.today, days_ahead);
                let rolled = Some(Note::RolledToNextWeek);
                Candidates { rolled, ..Candidates::first_of(next, date_plus(next, 7)) }
            }
        }
    }

    /// The dates to ask about where the words themselves do not decide.
    fn ambiguous_dates(&self, found: &Candidates) -> Option<Vec<NaiveDate>> {
        let phrase = self.phrase;
        let first = *found.dates.first()?;
        let has_day = phrase.day.is_some() || phrase.weekday.is_some();
        if let (false, Some(Week::Ahead(weeks))) = (has_day, phrase.week) {
            let monday = date_plus(monday_of(self.today), weeks * 7);
            return Some(vec![monday, date_plus(monday, 4)]);
        }
        // People mean the last working day or Sunday: only they know.
        if let (Some(Day::Weekend(_)), true) = (phrase.day, self.deadline) {
            return Some(vec![date_plus(first, -1), date_plus(first, 1)]);
        }
        // "1h đêm thứ sáu": the night that ends on Friday or the one that begins on it.
        if has_day && phrase.clock.is_some_and(|clock| clock.is_after_midnight(phrase.part)) {
            return Some(vec![first, date_plus(first, 1)]);
        }
        // "trước ngày 29/7": the 29th included or not.
        let bare = phrase.clock.is_none() && phrase.part.is_none() && has_day;
        let strict = phrase.limit == Some(Limit::Before) && bare;
        let date = found.dates.iter().copied().find(|date| *date >= self.today)?;
        strict.then(|| vec![office_day_before(date), date])
    }

    /// One of several instants, if only one is ahead; else a question.
    fn choose(&self, instants: &[Millis]) -> Result<Reading, WhenError> {
        let mut choices: Vec<Millis> = instants.iter().copied().filter(|at| *at >= self.now).collect();
        choices.sort_unstable();
        choices.dedup();
        match choices.as_slice() {
            [] => Err(WhenError::Past { read_as: instants.last().copied().unwrap_or(self.now), next_year: None }),
            [only] => self.reading(*only, None),
            _ => Err(WhenError::Ambiguous { choices }),
        }
    }

    fn reading(&self, at: Millis, rolled: Option<Note>) -> Result<Reading, WhenError> {
        let phrase = self.phrase;
        let relative = phrase.now || phrase.delay.is_some();
        let weekend = matches!(at.local_date().weekday(), Weekday::Sat | Weekday::Sun);
        let mut notes: Vec<Note> = rolled.into_iter().collect();
        notes.extend((phrase.clock.is_none() && !relative).then_some(Note::DefaultTime));
        notes.extend((weekend && !phrase.now).then_some(Note::Weekend));
        if at < self.now {
            return Err(WhenError::Past { read_as: at, next_year: None });
        }
        Ok(Reading { at, before: phrase.limit.is_some(), immediate: phrase.now, notes })
    }
}

fn check_weekday(found: &Candidates, said: Option<Weekday>) -> Result<(), WhenError> {
    match (found.dates.first(), said) {
        (Some(&date), Some(said)) if date.weekday() != said => Err(WhenError::WeekdayMismatch { date, said }),
        _ => Ok(()),
    }
}

fn valid_date(day: u32, month: u32, year: i32) -> Result<NaiveDate, WhenError> {
    let date = NaiveDate::from_ymd_opt(year, month, day).filter(|_| YEARS.contains(&year));
    date.ok_or(WhenError::InvalidDate { day, month, year })
}

fn monday_of(date: NaiveDate) -> NaiveDate {
    date_plus(date, -i64::from(date.weekday().num_days_from_monday()))
}

/// The first day of the month after that of `first`.
fn next_month(first: NaiveDate) -> NaiveDate {
    first.checked_add_months(Months::new(1)).unwrap_or(NaiveDate::MAX)
}

/// The day before, or the Friday before where that is a weekend.
fn office_day_before(date: NaiveDate) -> NaiveDate {
    let back = match date.weekday() {
        Weekday::Mon => 3,
        Weekday::Sun => 2,
        _ => 1,
    };
    date_plus(date, -back)
}

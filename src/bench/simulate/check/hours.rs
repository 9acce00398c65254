//! The hours of a rule, found by trying every day: beside the program's own reckoning and not by it.

use chrono::{Datelike as _, NaiveDate, NaiveTime, Weekday};

use crate::domain::calendar::{DayKind, Millis, date_plus};
use crate::domain::org::GroupKind;
use crate::domain::urgency::Urgency;
use crate::usecase::House;

/// How many days a firing may have been moved from where it was planned, at most: no row of days off is that long.
const MOVED: i64 = 20;
/// How many days ahead the next firing of a rule is looked for: a month that lacks the day, and another one.
const AHEAD: i64 = 100;

/// A rule as it is stored, for groups of heads: `weekly mon,thu at 08:00; holidays=skip; missed=ask`.
#[derive(Debug, Clone)]
pub(in crate::bench::simulate) struct Hours<'a> {
    days: &'a str,
    on: &'a str,
    time: NaiveTime,
    holidays: &'a str,
    /// What becomes of a firing that was missed.
    pub(in crate::bench::simulate) missed: &'a str,
    urgency: Urgency,
    /// The rules of the house.
    pub(super) house: &'a House,
}

impl<'a> Hours<'a> {
    /// Reads a rule; none for one that a simulation does not use.
    pub(in crate::bench::simulate) fn read(rule: &'a str, urgency: Urgency, house: &'a House) -> Option<Self> {
        let mut fields = rule.split("; ");
        let (days, time) = fields.next()?.split_once(" at ")?;
        let (days, on) = days.split_once(' ').unwrap_or((days, ""));
        Some(Self {
            days,
            on,
            time: NaiveTime::parse_from_str(time, "%H:%M").ok()?,
            holidays: fields.next()?.strip_prefix("holidays=")?,
            missed: fields.next()?.strip_prefix("missed=")?,
            urgency,
            house,
        })
    }

    /// The first firing after an instant and before the end.
    pub(in crate::bench::simulate) fn next(&self, after: Millis, end: Millis) -> Option<Millis> {
        self.within(after, after.plus_days(AHEAD).min(end.plus_ms(-1))).first().copied()
    }

    /// The firings after one instant, up to and with another.
    pub(in crate::bench::simulate) fn within(&self, after: Millis, until: Millis) -> Vec<Millis> {
        let (first, last) = (date_plus(after.local_date(), -MOVED), until.local_date());
        let dates = (0..).map(|ahead| date_plus(first, ahead)).take_while(|date| *date <= last);
        let goes = dates.filter(|date| self.is_on(*date)).filter_map(|date| self.goes(date));
        let mut goes: Vec<Millis> = goes.filter(|at| *at > after && *at <= until).collect();
        goes.sort_unstable();
        goes.dedup();
        goes
    }

    /// When groups may be written to from an instant on.
    pub(in crate::bench::simulate) fn opens(&self, at: Millis) -> Millis {
        self.house.windows.next_allowed(at, GroupKind::Cadre, self.urgency, &self.house.holidays)
    }

    /// Whether a firing that waits until another day stays clear of the day of the next one.
    pub(in crate::bench::simulate) fn stays_alone(&self, planned: Millis, goes: Millis) -> bool {
        let (day, moved) = (planned.local_date(), goes.local_date());
        let mut between = (0..AHEAD).map(|ahead| date_plus(day, ahead)).take_while(|date| *date <= moved);
        moved == day || !between.any(|date| self.is_on(date) && Millis::on(date, self.time) > planned)
    }

    fn goes(&self, date: NaiveDate) -> Option<Millis> {
        let planned = Millis::on(date, self.time);
        let is_off = self.house.holidays.entry(date).is_some_and(|entry| entry.kind == DayKind::Off);
        let wanted = match self.holidays {
            "skip" if is_off => return None,
            "shift" if is_off => {
                let mut days = (1..AHEAD).map(|ahead| date_plus(date, ahead));
                Millis::on(days.find(|day| self.house.holidays.is_working_day(*day))?, self.time)
            }
            _ => planned,
        };
        let goes = self.opens(wanted);
        self.stays_alone(planned, goes).then_some(goes)
    }

    fn is_on(&self, date: NaiveDate) -> bool {
        match self.days {
            "daily" => true,
            "month-end" => date_plus(date, 1).month() != date.month(),
            "weekly" => self.on.split(',').any(|day| day.parse::<Weekday>() == Ok(date.weekday())),
            _ => self.on.split(',').any(|day| day.parse() == Ok(date.day())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::simulate::life::house;
    use crate::domain::recurrence::{Recurrence, Surroundings};

    #[test]
    fn trying_every_day_finds_the_hours_that_the_program_reckons() {
        let house = house(&[]).unwrap();
        let kinds = [GroupKind::Cadre];
        let around = Surroundings {
            windows: &house.windows,
            holidays: &house.holidays,
            urgency: Urgency::Normal,
            kinds: &kinds,
        };
        let from = Millis::start_of(NaiveDate::from_ymd_opt(2025, 12, 20).unwrap());
        let end = from.plus_days(90);
        for days in ["daily", "weekly mon,sat", "monthly 29,31", "month-end"] {
            for holidays in ["skip", "shift", "fire"] {
                let rule = format!("{days} at 08:00; holidays={holidays}; missed=ask");
                let recurrence: Recurrence = rule.parse().unwrap();
                let hours = Hours::read(&rule, Urgency::Normal, &house).unwrap();
                assert_eq!(hours.within(from, end.plus_ms(-1)), recurrence.upcoming(from, end, 200, &around), "{rule}");
                assert_eq!(hours.next(from, end), recurrence.next_firing(from, end, &around), "{rule}");
            }
        }
    }
}

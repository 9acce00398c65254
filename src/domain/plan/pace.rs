//! Reminders while there is still time. The dates are data of the plan file; sending, and sending once, is the
//! caller's.

use chrono::{Datelike, NaiveDate, NaiveTime, Weekday};

use super::{Plan, Status, TargetKind, TargetProgress};

/// When to remind, and of what.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PaceAlert {
    /// Day of the month, 1 to 28.
    #[serde(default)]
    pub day: Option<u32>,
    /// One date.
    #[serde(default)]
    pub date: Option<NaiveDate>,
    /// Day of the week.
    #[serde(default)]
    pub weekday: Option<Weekday>,
    /// Time of day, commune time.
    pub at: NaiveTime,
    /// Remind if the count is lower; `None`: lower than the period requires.
    #[serde(default)]
    pub below: Option<u32>,
}

/// A reminder that is due on the day asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaceDue {
    /// The target it is about.
    pub target_id: String,
    /// Time of day, commune time.
    pub at: NaiveTime,
    /// The count on that day.
    pub count: u32,
    /// What the count should be by now; `None` for the digest of a tracked target.
    pub expected: Option<u32>,
}

impl PaceAlert {
    /// Whether it falls on `date`.
    #[must_use]
    pub fn falls_on(&self, date: NaiveDate) -> bool {
        self.day == Some(date.day()) || self.date == Some(date) || self.weekday == Some(date.weekday())
    }

    /// What is wrong with it as an alert of a stated (or tracked) target.
    pub(super) fn problem(&self, stated: bool) -> Option<&'static str> {
        let whens = [self.day.is_some(), self.date.is_some(), self.weekday.is_some()];
        if whens.into_iter().filter(|is_set| *is_set).count() != 1 {
            return Some("give exactly one of `day`, `date`, `weekday`");
        }
        if self.day.is_some_and(|day| !(1..=28).contains(&day)) {
            return Some("`day` must be 1 to 28, a day every month has");
        }
        (!stated && self.below.is_some()).then_some("a tracked target has no `below`")
    }

    fn due(&self, line: &TargetProgress) -> Option<PaceDue> {
        let expected = match line.kind {
            TargetKind::Tracked => None,
            TargetKind::Stated => Some(line.required?).map(|n| self.below.map_or(n, |below| below.min(n))),
        };
        if expected.is_some_and(|n| line.count >= n || line.status != Status::InProgress) {
            return None;
        }
        Some(PaceDue { target_id: line.target_id.clone(), at: self.at, count: line.count, expected })
    }
}

/// The reminders of the day `on`, from the lines [`super::progress()`] gave for it. None outside an enforced phase,
/// none for a period that is not judged, and never more asked than the period requires.
#[must_use]
pub fn pace_alerts(plan: &Plan, on: NaiveDate, lines: &[TargetProgress]) -> Vec<PaceDue> {
    if !plan.phase_on(on).is_some_and(|span| span.phase.enforced) {
        return Vec::new();
    }
    let mut due = Vec::new();
    for line in lines {
        let Some(target) = plan.target(&line.target_id) else { continue };
        due.extend(target.pace.iter().filter(|alert| alert.falls_on(on)).filter_map(|alert| alert.due(line)));
    }
    due
}

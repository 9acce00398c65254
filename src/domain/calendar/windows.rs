//! When a group may be disturbed: send windows by kind of group, weekday and urgency.
//!
//! Invariant: [`SendWindows::next_allowed`] never answers with an instant before the one asked about, and
//! asking again about its answer gives the same answer. Called when a schedule is confirmed and each time one fires.

use chrono::{NaiveDate, NaiveTime};
use serde::Deserialize;

use super::holidays::clock;
use super::{Holidays, Millis, date_plus};
use crate::domain::org::GroupKind;
use crate::domain::urgency::{QuietHours, Urgency};

/// How far ahead a window is looked for, in days; no holiday is that long.
const HORIZON: i64 = 400;

/// A span within one day, from its first minute up to but not including its last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "RawSpan")]
pub struct TimeSpan {
    from: NaiveTime,
    to: NaiveTime,
}

/// A span that ends before it begins, or at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a window from {from} to {to} is never open")]
pub struct TimeSpanError {
    /// The start that was given.
    pub from: NaiveTime,
    /// The end that was given.
    pub to: NaiveTime,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSpan {
    from: NaiveTime,
    to: NaiveTime,
}

impl TryFrom<RawSpan> for TimeSpan {
    type Error = TimeSpanError;

    fn try_from(raw: RawSpan) -> Result<Self, Self::Error> {
        Self::new(raw.from, raw.to)
    }
}

impl TimeSpan {
    /// A span from one local time to a later one.
    ///
    /// # Errors
    /// When it would never be open.
    pub fn new(from: NaiveTime, to: NaiveTime) -> Result<Self, TimeSpanError> {
        if from < to { Ok(Self { from, to }) } else { Err(TimeSpanError { from, to }) }
    }

    /// The first moment of the span.
    #[must_use]
    pub const fn from(self) -> NaiveTime {
        self.from
    }

    /// The first moment after the span.
    #[must_use]
    pub const fn to(self) -> NaiveTime {
        self.to
    }

    fn first_from(self, date: NaiveDate, at: Millis) -> Option<Millis> {
        let opens = Millis::on(date, self.from);
        (at < Millis::on(date, self.to)).then_some(opens.max(at))
    }
}

/// The windows of one kind of group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AudienceWindows {
    /// On days offices work, a Saturday worked in exchange included.
    pub working_day: TimeSpan,
    /// On weekends and holidays; none means that ordinary messages wait.
    pub rest_day: Option<TimeSpan>,
}

/// When ordinary messages may be sent, and the night that even urgent ones respect.
///
/// The defaults are the customer's proposal, to be confirmed by the commune: cadre and office groups
/// 06:30–20:30 on working days, residents 06:00–21:00 every day, and a night from 22:00 to 05:00.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SendWindows {
    /// Nhóm điều hành.
    pub cadre: AudienceWindows,
    /// Nhóm dân.
    pub residents: AudienceWindows,
    /// Nhóm cơ quan.
    pub office: AudienceWindows,
    /// The part of any day in which Khẩn may be sent: outside it is night.
    pub waking_hours: TimeSpan,
}

impl Default for SendWindows {
    fn default() -> Self {
        let cadre = AudienceWindows { working_day: TimeSpan { from: clock(6, 30), to: clock(20, 30) }, rest_day: None };
        let daily = TimeSpan { from: clock(6, 0), to: clock(21, 0) };
        Self {
            cadre,
            residents: AudienceWindows { working_day: daily, rest_day: Some(daily) },
            office: cadre,
            waking_hours: TimeSpan { from: clock(5, 0), to: clock(22, 0) },
        }
    }
}

impl SendWindows {
    /// The windows of a kind of group.
    #[must_use]
    pub const fn of(&self, audience: GroupKind) -> &AudienceWindows {
        match audience {
            GroupKind::Cadre => &self.cadre,
            GroupKind::Residents => &self.residents,
            GroupKind::Office => &self.office,
        }
    }

    /// The first instant from `at` on at which a message of this urgency may go to this kind of group.
    #[must_use]
    pub fn next_allowed(&self, at: Millis, audience: GroupKind, urgency: Urgency, holidays: &Holidays) -> Millis {
        let windows = self.of(audience);
        let span_of = |date: NaiveDate| match urgency.quiet_hours() {
            QuietHours::Ignored => None,
            QuietHours::Night => Some(self.waking_hours),
            QuietHours::Windows if holidays.is_working_day(date) => Some(windows.working_day),
            QuietHours::Windows => windows.rest_day,
        };
        if urgency.quiet_hours() == QuietHours::Ignored {
            return at;
        }
        let mut dates = (0..HORIZON).map(|ahead| date_plus(at.local_date(), ahead));
        dates.find_map(|date| span_of(date)?.first_from(date, at)).unwrap_or(at)
    }
}

//! What a period that is only partly inside a phase still requires, and when it is not judged at all.

use chrono::{Days, NaiveDate};

use super::{Period, PeriodKind};
use crate::domain::text_enum::text_enum;

text_enum! {
    /// Why a period gets no verdict.
    pub enum NotJudgedReason {
        /// The plan's day of issue is not known, so neither is the first day of its first phase.
        IssueDateUnknown => "issue_date_unknown",
        /// Less than half of the period lies inside the phase.
        TooFewDays => "too_few_days",
        /// All five working days of the week are public holidays.
        HolidayWeek => "holiday_week",
        /// The plan, or the target, has not begun.
        NotStarted => "not_started",
    }
}

impl NotJudgedReason {
    /// The reason in the words of a report.
    #[must_use]
    pub const fn vietnamese(self) -> &'static str {
        match self {
            Self::IssueDateUnknown => "chưa nhập ngày ban hành",
            Self::TooFewDays => "chưa đủ nửa kỳ",
            Self::HolidayWeek => "tuần nghỉ lễ, Tết",
            Self::NotStarted => "chưa bắt đầu",
        }
    }
}

/// What is asked of one period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Judged {
    /// At least this many.
    Required(u32),
    /// Nothing: the period is shown, not judged.
    NotJudged(NotJudgedReason),
}

/// The share of `target` that a period of `length` days requires when `covered` of them are inside the phase:
/// nothing below one half, else `ceil(target × covered / length)`. More days covered than there are count as all.
#[must_use]
pub fn required(target: u32, covered: u32, length: u32) -> Judged {
    let covered = covered.min(length);
    if length == 0 || u64::from(covered) * 2 < u64::from(length) {
        return Judged::NotJudged(NotJudgedReason::TooFewDays);
    }
    let share = (u64::from(target) * u64::from(covered)).div_ceil(u64::from(length));
    Judged::Required(u32::try_from(share).unwrap_or(u32::MAX))
}

/// Whether `period` is a week in which Monday to Friday are all days off. A swapped working Saturday does not
/// rescue it: nobody can be held to a weekly number on one day.
#[must_use]
pub fn is_holiday_week(period: &Period, is_working_day: &dyn Fn(NaiveDate) -> bool) -> bool {
    let day = |n| period.from.checked_add_days(Days::new(n));
    period.kind == PeriodKind::Week && !(0..5).filter_map(day).any(is_working_day)
}

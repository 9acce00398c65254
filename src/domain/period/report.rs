//! The data windows of periodic reports.
//!
//! Nghị định 09/2019/NĐ-CP, Điều 12: a report's data run from the 15th of one month to the 14th of another.
//! They are not the periods a target is judged over ("8 tin/tháng" means a calendar month): one log, two cuts.

use chrono::{Months, NaiveDate};

use super::{Period, PeriodKind};

impl Period {
    /// Month report: 15th of the month before to 14th of `month` (1–12). `None` if the month or year does not exist.
    #[must_use]
    pub fn report_month(year: i32, month: u32) -> Option<Self> {
        report_window(year, month, 1)
    }

    /// Quarter report (`quarter` 1–4): 15th of the month before the quarter to 14th of its last month.
    /// `None` if there is no such quarter.
    #[must_use]
    pub fn report_quarter(year: i32, quarter: u32) -> Option<Self> {
        report_window(year, quarter.checked_mul(3)?, 3)
    }

    /// Half-year report: `half` 1 is 15/12 of the year before to 14/6, 2 is 15/6 to 14/12. `None` for other halves.
    #[must_use]
    pub fn report_half(year: i32, half: u32) -> Option<Self> {
        report_window(year, half.checked_mul(6)?, 6)
    }

    /// Year report: 15/12 of the year before to 14/12. `None` if the calendar has no such year.
    #[must_use]
    pub fn report_year(year: i32) -> Option<Self> {
        report_window(year, 12, 12)
    }
}

/// `length` months that end on the 14th of `last_month`.
fn report_window(year: i32, last_month: u32, length: u32) -> Option<Period> {
    let to = NaiveDate::from_ymd_opt(year, last_month, 14)?;
    let from = to.succ_opt()?.checked_sub_months(Months::new(length))?;
    Some(Period::new(PeriodKind::Report, from, to))
}

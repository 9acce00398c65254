//! How periods are named for people, with their dates in the office's own style ("02/8/2025", "04/01/2026").

use chrono::{Datelike, NaiveDate};

use super::{Period, PeriodKind};
use crate::domain::calendar::format_date;

/// "21/7–27/7/2025"; both years are written when they differ.
fn short_range(from: NaiveDate, to: NaiveDate) -> String {
    let first = format_date(from);
    let short = first.rsplit_once('/').map_or("", |(day_and_month, _)| day_and_month);
    let first = if from.year() == to.year() { short } else { &first };
    format!("{first}–{}", format_date(to))
}

/// "10/2025", "02/2026".
fn month_and_year(date: NaiveDate) -> String {
    let text = format_date(date);
    text.split_once('/').map_or("", |(_, rest)| rest).to_owned()
}

const ROMAN: [&str; 4] = ["I", "II", "III", "IV"];

impl Period {
    /// The period's name with its dates where the name alone does not say them.
    ///
    /// Week "Tuần 30 (21/7–27/7/2025)", month "Tháng 10/2025", quarter "Quý III/2025", one-off "Hạn 31/7/2025",
    /// to date "Đến 25/7/2025", report "15/10/2025 – 14/11/2025", the others "21/7–27/7/2025".
    #[must_use]
    pub fn label(&self) -> String {
        match self.kind {
            PeriodKind::Week => format!("Tuần {} ({})", self.iso_week(), short_range(self.from, self.to)),
            PeriodKind::Month => format!("Tháng {}", month_and_year(self.from)),
            PeriodKind::Quarter => format!("Quý {}/{}", ROMAN[self.from.month0() as usize / 3], self.from.year()),
            PeriodKind::Once => format!("Hạn {}", format_date(self.to)),
            PeriodKind::ToDate => format!("Đến {}", format_date(self.to)),
            PeriodKind::Report => format!("{} – {}", format_date(self.from), format_date(self.to)),
            PeriodKind::Rolling | PeriodKind::Phase => short_range(self.from, self.to),
        }
    }
}

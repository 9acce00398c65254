//! The words a target's line ends with.

use crate::domain::text_enum::text_enum;

text_enum! {
    /// Where a target stands in a period.
    pub enum Status {
        /// The required number is reached.
        Met => "met",
        /// More than the required minimum.
        Exceeded => "exceeded",
        /// Reached after the due date.
        MetLate => "met_late",
        /// The period is over and the number was not reached.
        NotMet => "not_met",
        /// The period is open and the number is not reached yet.
        InProgress => "in_progress",
        /// The period gets no verdict; the reason stands beside.
        NotJudged => "not_judged",
        /// Shown without a verdict: the plan states no number, or its phase does not enforce one.
        Tracked => "tracked",
    }
}

impl Status {
    /// The word officials expect in a table.
    #[must_use]
    pub const fn vietnamese(self) -> &'static str {
        match self {
            Self::Met => "Đạt",
            Self::Exceeded => "Vượt",
            Self::MetLate => "Đạt (muộn)",
            Self::NotMet => "Chưa đạt",
            Self::InProgress => "Đang thực hiện",
            Self::NotJudged => "Không đánh giá",
            Self::Tracked => "Theo dõi",
        }
    }

    /// Whether the required number was reached, late or not.
    #[must_use]
    pub const fn is_met(self) -> bool {
        matches!(self, Self::Met | Self::Exceeded | Self::MetLate)
    }

    /// Whether it is a verdict at all.
    #[must_use]
    pub const fn is_verdict(self) -> bool {
        self.is_met() || matches!(self, Self::NotMet)
    }
}

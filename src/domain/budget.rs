//! What an account may use up in a month, and what is left out so that the end of it stays free for what is urgent.
//!
//! The platform of a small account refuses everything once its month is used up, a Hỏa tốc as much as an answer to
//! `/lich`. So the conveniences stop first, ordinary broadcasts next, and urgent ones are never held back by us: whether
//! there is anything left for them is the platform's word.

use chrono::Datelike as _;

use crate::domain::calendar::Millis;
use crate::domain::message::{Lane, Purpose};

/// Percent from which the admins are warned, once a month.
pub const WARN_PERCENT: u64 = 80;
/// Percent from which answers, reminders and edits are left out.
pub const CONVENIENCES_PERCENT: u64 = 70;
/// Percent from which ordinary broadcasts are left out: the rest is for Khẩn and above.
pub const ORDINARY_PERCENT: u64 = 90;

/// What an account may use up before its platform refuses more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Budget {
    /// Messages a calendar month, in both directions together.
    pub messages_a_month: u32,
    /// Groups it can be in.
    pub groups: u32,
}

impl Budget {
    /// Whether so many messages are `percent` of the month or more.
    #[must_use]
    pub const fn has_reached(self, used: u64, percent: u64) -> bool {
        used.saturating_mul(100) >= percent.saturating_mul(self.messages_a_month as u64)
    }

    /// Whether a message may still leave when so many were used.
    ///
    /// A broadcast is left out as a whole or not at all: once its first part (number 1) has left, the others follow. Cards
    /// and alerts always leave, since an urgent bulletin waits for its approval.
    #[must_use]
    pub const fn admits(self, used: u64, purpose: Purpose, lane: Lane, part: i64) -> bool {
        match purpose {
            // Whoever cries for help reads that it was heard.
            Purpose::Reply if matches!(lane, Lane::Rescue) => true,
            Purpose::Reply | Purpose::Reminder | Purpose::Edit => !self.has_reached(used, CONVENIENCES_PERCENT),
            Purpose::Broadcast => {
                part > 1 || !matches!(lane, Lane::Normal) || !self.has_reached(used, ORDINARY_PERCENT)
            }
            Purpose::Card | Purpose::Alert => true,
        }
    }
}

/// The calendar month of the commune's own time in which an instant lies, `2025-07`.
#[must_use]
pub fn month_of(at: Millis) -> String {
    at.local_date().format("%Y-%m").to_string()
}

/// The instant at which that month began.
#[must_use]
pub fn month_start(at: Millis) -> Millis {
    let date = at.local_date();
    Millis::start_of(date.with_day(1).unwrap_or(date))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    /// The free plan of a Zalo bot.
    const FREE: Budget = Budget { messages_a_month: 3_000, groups: 3 };

    #[rstest]
    #[case::answers_below(2_099, Purpose::Reply, Lane::Reply, true)]
    #[case::answers_from_seventy(2_100, Purpose::Reply, Lane::Reply, false)]
    #[case::a_cry_is_always_answered(3_100, Purpose::Reply, Lane::Rescue, true)]
    #[case::reminders_from_seventy(2_100, Purpose::Reminder, Lane::Reminder, false)]
    #[case::ordinary_below(2_699, Purpose::Broadcast, Lane::Normal, true)]
    #[case::ordinary_from_ninety(2_700, Purpose::Broadcast, Lane::Normal, false)]
    #[case::urgent_in_the_last_tenth(2_999, Purpose::Broadcast, Lane::Urgent, true)]
    #[case::flash_beyond_the_end(3_100, Purpose::Broadcast, Lane::Flash, true)]
    #[case::approval_cards_always(3_100, Purpose::Card, Lane::Reply, true)]
    fn conveniences_stop_at_seventy_ordinary_broadcasts_at_ninety_and_urgent_ones_never(
        #[case] used: u64,
        #[case] purpose: Purpose,
        #[case] lane: Lane,
        #[case] leaves: bool,
    ) {
        assert_eq!(FREE.admits(used, purpose, lane, 1), leaves);
    }

    #[test]
    fn a_broadcast_that_has_begun_in_a_group_is_finished_there() {
        assert!(FREE.admits(2_800, Purpose::Broadcast, Lane::Normal, 2));
    }

    #[test]
    fn a_month_ends_at_midnight_in_the_commune() {
        let midnight = Millis::start_of(chrono::NaiveDate::from_ymd_opt(2025, 8, 1).unwrap());
        assert_eq!((month_of(midnight.plus_ms(-1)), month_of(midnight)), ("2025-07".to_owned(), "2025-08".to_owned()));
    }
}

//! How long what is kept: what goes by itself, after which time, and what never does.
//!
//! A period ends at midnight in the commune, so that what is due on a day is due at once, and can be named by a date. What a
//! commune has to answer for (versions, files, approvals, states, acknowledgements, the audit log) is no kind of these: the program
//! never deletes it, and only says when it is older than [`Periods::records_years`].

use chrono::Months;

use super::calendar::Millis;
use super::text_enum::text_enum;

text_enum! {
    /// What goes by itself after a while, in the order in which it is looked at.
    pub enum Kind {
        /// Rendered texts of what was sent to groups, and the tries of them beyond the last ones.
        Bodies => "bodies",
        /// Cards, call lists, alerts and answers: messages that are part of no delivery.
        Private => "private",
        /// Words and files of calls for help that are over.
        Distress => "distress",
        /// Numbers that stand for buttons.
        Menus => "menus",
        /// Keys of updates, by which a repeated one is known.
        Keys => "keys",
        /// Words by which a repeated command of a script is known.
        Repeats => "repeats",
        /// What was said in updates that could not be processed.
        Letters => "letters",
        /// Conversations that nobody went on with.
        Dialogues => "dialogues",
        /// How often people nobody knows were heard on a day.
        Strangers => "strangers",
        /// Files of forms that became no bulletin.
        Drafts => "drafts",
        /// Links to files that lead nowhere any more.
        FileLinks => "file_links",
        /// Pages for sending a document that take none any more.
        UploadLinks => "upload_links",
        /// One-time codes that were used, refused or left unused.
        Invites => "invites",
        /// Incidents that are over.
        Incidents => "incidents",
        /// That a composer was told of a doubt about a broadcast that is over.
        Doubts => "doubts_told",
        /// Where the call list of a broadcast was shown that is over.
        CallLists => "call_lists",
    }
}

/// Days for which the words of an update that could not be processed are kept, so that the cause can be found.
const LETTERS_DAYS: i64 = 7;
/// Days after which an untouched conversation is dropped, and with it files that only it named.
const DIALOGUES_DAYS: i64 = 7;

/// Days for which it is kept how often somebody nobody knows was heard: one would do.
const STRANGERS_DAYS: i64 = 3;

/// The periods, as configured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Periods {
    /// Days after the end of a broadcast for which its rendered texts are kept.
    pub bodies_days: i64,
    /// Days for which a message of no delivery is kept once nothing more will come of it; words and files of a call for help
    /// stay a day longer.
    pub private_days: i64,
    /// Days for which a number stands for a button.
    pub menus_days: i64,
    /// Days for which an update, or the command of a script, is known again.
    pub keys_days: i64,
    /// Days for which links and one-time codes are kept after their end.
    pub links_days: i64,
    /// Days for which an incident is kept after its end.
    pub incidents_days: i64,
    /// Tries of a message that are kept when its text goes: the last so many.
    pub attempts: i64,
    /// Years after which somebody is asked what is to become of records.
    pub records_years: u32,
}

impl Default for Periods {
    fn default() -> Self {
        Self {
            bodies_days: 30,
            private_days: 7,
            menus_days: 3,
            keys_days: 90,
            links_days: 90,
            incidents_days: 730,
            attempts: 3,
            records_years: 5,
        }
    }
}

impl Kind {
    /// Whether the end of something of this kind is noted by the business clock; by the machine's otherwise.
    #[must_use]
    pub const fn ends_by_business_time(self) -> bool {
        matches!(self, Self::Bodies | Self::Distress | Self::Invites | Self::Incidents | Self::Doubts | Self::CallLists)
    }
}

impl Periods {
    /// The midnight before which something of this kind must have ended to go at `now`.
    #[must_use]
    pub const fn end(&self, kind: Kind, now: Millis) -> Millis {
        let days = match kind {
            Kind::Bodies | Kind::Doubts | Kind::CallLists => self.bodies_days,
            Kind::Private => self.private_days,
            // A day later than the cards, which hold the files until then.
            Kind::Distress => self.private_days.saturating_add(1),
            Kind::Menus => self.menus_days,
            Kind::Keys | Kind::Repeats => self.keys_days,
            Kind::FileLinks | Kind::UploadLinks | Kind::Invites => self.links_days,
            Kind::Incidents => self.incidents_days,
            Kind::Letters => LETTERS_DAYS,
            Kind::Strangers => STRANGERS_DAYS,
            Kind::Dialogues | Kind::Drafts => DIALOGUES_DAYS,
        };
        now.start_of_day().plus_days(days.saturating_neg())
    }

    /// The midnight before which a record is older than the years for which it has to be kept.
    #[must_use]
    pub fn records_end(&self, now: Millis) -> Millis {
        let date = now.local_date();
        let months = Months::new(self.records_years.saturating_mul(12));
        Millis::start_of(date.checked_sub_months(months).unwrap_or(chrono::NaiveDate::MIN))
    }
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::*;

    fn on(year: i32, month: u32, day: u32) -> Millis {
        Millis::start_of(NaiveDate::from_ymd_opt(year, month, day).unwrap())
    }

    #[test]
    fn a_period_ends_at_midnight_and_is_never_shorter_than_it_says() {
        let (periods, noon) = (Periods::default(), on(2025, 11, 30).plus_ms(43_200_000));
        assert_eq!(periods.end(Kind::Menus, noon), on(2025, 11, 27));
        assert_eq!(periods.end(Kind::Bodies, noon), on(2025, 10, 31));
        for kind in Kind::ALL {
            let end = periods.end(*kind, noon);
            assert_eq!(end, periods.end(*kind, on(2025, 12, 1).plus_ms(-1)), "the same all day");
            assert!(noon.since(end) >= 3 * 86_400_000);
        }
    }

    #[test]
    fn five_years_are_counted_by_the_calendar() {
        let periods = Periods::default();
        assert_eq!(periods.records_end(on(2028, 2, 29)), on(2023, 2, 28));
        assert_eq!(periods.records_end(on(2030, 7, 28).plus_ms(1)), on(2025, 7, 28));
    }
}

//! Độ khẩn: the four levels of urgency and what each asks of the service.
//!
//! The three marked levels are those of Nghị định 30/2020/NĐ-CP (khẩn, thượng khẩn, hỏa tốc); "thường" is
//! their absence. The numbers of [`Policy`] are a proposal to be confirmed by the commune, so every one of
//! them is configuration. Used by windows, the planner, the pacer's lanes and the ladder.

#[cfg(test)]
mod tests;

use std::time::Duration;

use serde::Deserialize;

use crate::domain::calendar::{Holidays, Millis, OfficeHours};
use crate::domain::text;
use crate::domain::text_enum::text_enum;

text_enum! {
    /// How fast a bulletin must arrive. Ordered: a later value is more urgent.
    pub enum Urgency {
        /// Thường.
        Normal => "normal",
        /// Khẩn.
        Urgent => "urgent",
        /// Thượng khẩn.
        Express => "express",
        /// Hỏa tốc.
        Flash => "flash",
    }
}

text_enum! {
    /// What hours a level of urgency respects.
    pub enum QuietHours {
        /// Only within the group's send windows.
        Windows => "windows",
        /// On any day, but not at night.
        Night => "night",
        /// At any time.
        Ignored => "ignored",
    }
}

text_enum! {
    /// Who is told at the end of the window which units have not acknowledged. Ordered: a later value reaches further.
    pub enum AfterWindow {
        /// The composer.
        Composer => "composer",
        /// The composer and the approver.
        Approver => "approver",
        /// Both, with names and numbers to call.
        CallList => "call_list",
        /// The same list to the duty officers too.
        PhoneList => "phone_list",
    }
}

impl AfterWindow {
    /// Whether whoever is told is to call the units.
    #[must_use]
    pub const fn calls(self) -> bool {
        matches!(self, Self::CallList | Self::PhoneList)
    }
}

impl Urgency {
    /// The name as it is printed: "Hỏa tốc".
    #[must_use]
    pub const fn vietnamese(self) -> &'static str {
        match self {
            Self::Normal => "Thường",
            Self::Urgent => "Khẩn",
            Self::Express => "Thượng khẩn",
            Self::Flash => "Hỏa tốc",
        }
    }

    /// Reads the level as a person writes it: any case, with or without accents, "hoả tốc" like "hỏa tốc".
    ///
    /// "Hẹn giờ" and "Hỏa tốc hẹn giờ" of older rules (Thông tư 04/2013/TT-BNV) are Hỏa tốc; the hour is
    /// asked for elsewhere. `None` for anything else, also for "thượng" alone, whose key is that of "thường".
    #[must_use]
    pub fn from_vietnamese(written: &str) -> Option<Self> {
        match text::fold(written).as_str() {
            "thuong" if text::nfc(written).to_lowercase().contains('ợ') => None,
            "thuong" | "binh thuong" => Some(Self::Normal),
            "khan" => Some(Self::Urgent),
            "thuong khan" => Some(Self::Express),
            "hoa toc" | "hoa toc hen gio" | "hen gio" => Some(Self::Flash),
            _ => None,
        }
    }

    /// Which hours this level respects.
    #[must_use]
    pub const fn quiet_hours(self) -> QuietHours {
        match self {
            Self::Normal => QuietHours::Windows,
            Self::Urgent => QuietHours::Night,
            Self::Express | Self::Flash => QuietHours::Ignored,
        }
    }

    /// Whether the composer must type a reason: the two highest levels are easily misused.
    #[must_use]
    pub const fn needs_reason(self) -> bool {
        matches!(self, Self::Express | Self::Flash)
    }
}

/// How long people have to acknowledge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AckWindow {
    /// Until the office closes on the next working day.
    EndOfNextWorkingDay,
    /// For so many minutes after sending.
    Minutes(u32),
}

impl AckWindow {
    /// When the window that opens at `sent` ends.
    #[must_use]
    pub fn ends(self, sent: Millis, holidays: &Holidays, office: &OfficeHours) -> Millis {
        match self {
            Self::EndOfNextWorkingDay => holidays.end_of_next_working_day(sent, office),
            Self::Minutes(minutes) => sent.plus_minutes(i64::from(minutes)),
        }
    }
}

/// When those who have not answered are reminded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReminderRule {
    /// Once in the middle of the window and once so many minutes before its end.
    MiddleAndBeforeEnd {
        /// Minutes before the end of the window.
        before_end: u32,
    },
    /// Every so many minutes after sending, at most so many times.
    Every {
        /// Minutes between two reminders.
        minutes: u32,
        /// The most reminders ever sent.
        max: u32,
    },
}

impl ReminderRule {
    /// The reminders of a window, in order, all after `opened` and none after `ends`.
    ///
    /// They are not yet moved into send windows; one reminder is given where two would coincide.
    #[must_use]
    pub fn times(self, opened: Millis, ends: Millis) -> Vec<Millis> {
        let mut times: Vec<Millis> = match self {
            Self::MiddleAndBeforeEnd { before_end } => {
                vec![opened.plus_ms(ends.since(opened) / 2), ends.plus_minutes(-i64::from(before_end))]
            }
            Self::Every { minutes, max } => (1..=i64::from(max.min(MAX_REMINDERS)))
                .map(|count| opened.plus_minutes(count * i64::from(minutes)))
                .collect(),
        };
        times.sort_unstable();
        times.dedup();
        times.retain(|at| opened < *at && *at <= ends);
        times
    }
}

/// No ladder reminds more often than this, whatever the configuration says.
const MAX_REMINDERS: u32 = 100;

/// What one level of urgency asks of the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// Sending starts at most so many minutes after release; none means at the next open window.
    pub start_within_minutes: Option<u32>,
    /// How long people have to acknowledge.
    pub ack_window: AckWindow,
    /// When the silent are reminded.
    pub reminders: ReminderRule,
    /// Who gets the list when the window is over.
    pub after_window: AfterWindow,
    /// Whether a duty officer may approve it like an approver, though never their own.
    #[serde(default)]
    pub duty_may_approve: bool,
    /// If set, the duty officer may release it, and approval must follow within so many minutes.
    pub approve_after_within_minutes: Option<u32>,
    /// Minutes after which a head who passes it on by hand and has not said so is reminded, and after as many again the
    /// composer is told; none means neither.
    pub relay_minutes: Option<u32>,
}

impl Policy {
    /// [`Self::start_within_minutes`] as a duration.
    #[must_use]
    pub fn start_within(&self) -> Option<Duration> {
        self.start_within_minutes.map(|minutes| Duration::from_mins(u64::from(minutes)))
    }
}

/// The policies of all levels.
///
/// Defaults, all proposals to be confirmed: Thường acknowledged by the end of the next working day, reminded
/// mid-window and 2 h before the end; Khẩn started in 15 min, 4 h, hourly at most 3 times; Thượng khẩn 5 min,
/// 2 h, every 30 min at most 4 times; Hỏa tốc 1 min, 30 min, every 10 min at most 3 times, approved within 24 h. Who passes a
/// bulletin on by hand is reminded after 4 h, 1 h, 30 min, 10 min.
/// The list at the end reaches the composer, the approver too, both with numbers to call, and the duty officers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Policies {
    /// Thường.
    pub normal: Policy,
    /// Khẩn.
    pub urgent: Policy,
    /// Thượng khẩn.
    pub express: Policy,
    /// Hỏa tốc.
    pub flash: Policy,
}

impl Policies {
    /// The policy of a level.
    #[must_use]
    pub const fn of(&self, urgency: Urgency) -> &Policy {
        match urgency {
            Urgency::Normal => &self.normal,
            Urgency::Urgent => &self.urgent,
            Urgency::Express => &self.express,
            Urgency::Flash => &self.flash,
        }
    }
}

impl Default for Policies {
    fn default() -> Self {
        let timed = |start, ack, (minutes, max), after_window| Policy {
            start_within_minutes: Some(start),
            ack_window: AckWindow::Minutes(ack),
            reminders: ReminderRule::Every { minutes, max },
            after_window,
            duty_may_approve: false,
            approve_after_within_minutes: None,
            relay_minutes: Some(minutes),
        };
        Self {
            normal: Policy {
                start_within_minutes: None,
                ack_window: AckWindow::EndOfNextWorkingDay,
                reminders: ReminderRule::MiddleAndBeforeEnd { before_end: 120 },
                after_window: AfterWindow::Composer,
                duty_may_approve: false,
                approve_after_within_minutes: None,
                relay_minutes: Some(240),
            },
            urgent: timed(15, 240, (60, 3), AfterWindow::Approver),
            express: Policy { duty_may_approve: true, ..timed(5, 120, (30, 4), AfterWindow::CallList) },
            flash: Policy {
                approve_after_within_minutes: Some(24 * 60),
                ..timed(1, 30, (10, 3), AfterWindow::PhoneList)
            },
        }
    }
}

//! The rows a caller hands in. They are plain facts: who wrote them and where they are stored is not known here.

use chrono::{NaiveDate, NaiveDateTime, Timelike};

use crate::domain::bulletin::Level;
use crate::domain::channel::Channel;

/// One recorded off-line act.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "plain facts of one row; any of them may hold beside the others")]
pub struct CountedItem {
    /// The channel it was done on.
    pub channel: Channel,
    /// The day it was done: the one that counts.
    pub done_on: NaiveDate,
    /// The day it was typed; only marks late entries.
    pub recorded_on: NaiveDate,
    /// Pieces hung, people present… whatever the channel counts.
    pub quantity: u32,
    /// The identity of the content: a script's id, an article's normalised address. Blank: a content of its own.
    pub item_key: String,
    /// The recorder says it is a repeat; shown beside, never counted.
    pub repeat: bool,
    /// Whether it has at least one proof.
    pub evidence: bool,
    /// Deleted with a reason: the row stays, and counts nowhere.
    pub voided: bool,
    /// Theme id, such as `ND1`.
    pub theme: Option<String>,
    /// It says that `quantity` pieces were taken down; only what still stands is counted then.
    pub removal: bool,
    /// The village it was done in or for; none when it is nobody's in particular.
    pub unit: Option<String>,
}

/// Where one directive document got to. Only settled outcomes are passed in: a message nobody knows the fate of is
/// not `sent`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentReach {
    /// The document's code, such as `VB-2025-0042`.
    pub code: String,
    /// Whose paper it is; decides which target it counts for.
    pub level: Level,
    /// The day it was first sent to a Zalo group; `None`: no Zalo group has it, so it does not count.
    pub first_sent_on: Option<NaiveDate>,
    /// Zalo groups it was meant for.
    pub zalo_planned: u32,
    /// Zalo groups it was sent to.
    pub zalo_sent: u32,
    /// Other deliveries meant (Telegram, relay by hand): shown beside, never counted.
    pub other_planned: u32,
    /// Other deliveries made.
    pub other_sent: u32,
    /// The day of the first of them.
    pub other_first_sent_on: Option<NaiveDate>,
    /// Withdrawn: it no longer counts.
    pub withdrawn: bool,
    /// The code of the document this one corrects: the two are one document.
    pub corrects: Option<String>,
}

/// The moment a question is asked for. A bare date means some time during that day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AsOf {
    /// The day.
    pub date: NaiveDate,
    /// It is 23:59 or later: what is due on this day is due now.
    pub last_minute: bool,
}

impl From<NaiveDate> for AsOf {
    fn from(date: NaiveDate) -> Self {
        Self { date, last_minute: false }
    }
}

impl From<NaiveDateTime> for AsOf {
    /// Commune time. One-off targets are due at 23:59 of their day.
    fn from(at: NaiveDateTime) -> Self {
        Self { date: at.date(), last_minute: (at.hour(), at.minute()) == (23, 59) }
    }
}

//! The states of a message, the queue row that stands for exactly one platform call, and of a delivery.
//!
//! One table, [`TRANSITIONS`], says which step is allowed and when; the store refuses every other one and
//! the documentation prints it ([`transitions_markdown`]). What follows from the table and is tested:
//!
//! * a terminal state is never left;
//! * once a call may have left this machine (`sending`, `unknown`, `sent`), the message says *not sent*
//!   again only on the platform's word: a proven refusal, or the late outcome of that very attempt. A row
//!   is never put back to `pending`. Trying again is another message that names this one (`resend_of`).
//!
//! A delivery has no state of its own: [`DeliveryState::derive`] reads it off its messages.

use std::fmt::Write as _;

use crate::domain::text_enum::text_enum;
use crate::domain::urgency::Urgency;

#[cfg(test)]
mod tests;

text_enum! {
    /// Why a message leaves. Everything that leaves is a message and shares pacing and lanes.
    pub enum Purpose {
        /// A part of a bulletin.
        Broadcast => "broadcast",
        /// An answer to somebody who has just spoken to the service.
        Reply => "reply",
        /// A card asking for a decision, for example an approval.
        Card => "card",
        /// A reminder of the ladder.
        Reminder => "reminder",
        /// A change of a message that has already been sent.
        Edit => "edit",
        /// A notice to staff that something is wrong or overdue.
        Alert => "alert",
    }
}

text_enum! {
    /// Where one message stands.
    pub enum MessageState {
        /// Waits for its time and its slot; no attempt has been made.
        Pending => "pending",
        /// The slot was granted and the call may be on the wire.
        Sending => "sending",
        /// The platform said that it has the message.
        Sent => "sent",
        /// The last attempt is proven not to have got through; another is due.
        RetryWait => "retry_wait",
        /// The call left and nobody can know what became of it.
        Unknown => "unknown",
        /// Refused for good, or impossible to send.
        Failed => "failed",
        /// Its time ran out before it was sent.
        Expired => "expired",
        /// Somebody withdrew it before it was sent.
        Cancelled => "cancelled",
        /// Left out on purpose, with a reason.
        Skipped => "skipped",
    }
}

/// One allowed step of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Transition {
    /// The state that is left.
    pub from: MessageState,
    /// The state that is entered.
    pub to: MessageState,
    /// When the step is taken, in English, for the documentation.
    pub when: &'static str,
}

const fn step(from: MessageState, to: MessageState, when: &'static str) -> Transition {
    Transition { from, to, when }
}

/// Every step a message may take. What is not here is refused.
pub const TRANSITIONS: &[Transition] = &{
    use MessageState::{Cancelled, Expired, Failed, Pending, RetryWait, Sending, Sent, Skipped, Unknown};
    [
        step(Pending, Sending, "the pacer granted the slot; committed before the first byte leaves"),
        step(Pending, Failed, "it cannot be sent at all: the file is gone, the text does not fit"),
        step(Pending, Expired, "the bulletin expired, or its time was missed"),
        step(Pending, Cancelled, "withdrawn, superseded or taken over by another group before any attempt"),
        step(Pending, Skipped, "left out on purpose: the group was unbound, the reminder is no longer needed"),
        step(Pending, Unknown, "taken from a backup: it may have left since"),
        step(Sending, Sent, "the platform returned a message id"),
        step(Sending, RetryWait, "proven not delivered and worth another try: refused connection, 429"),
        step(Sending, Failed, "proven not delivered and final: blocked, not a member, bad request"),
        step(Sending, Unknown, "timeout or reset after the request left, 5xx, or a crash in between"),
        step(RetryWait, Sending, "the wait is over and the pacer granted a slot"),
        step(RetryWait, Failed, "no attempts are left"),
        step(RetryWait, Expired, "the bulletin expired while it waited"),
        step(RetryWait, Cancelled, "withdrawn, superseded or taken over by another group while it waited"),
        step(RetryWait, Skipped, "left out on purpose while it waited"),
        step(RetryWait, Unknown, "taken from a backup: it may have left since"),
        step(Unknown, Sent, "late truth: the attempt's own outcome, an echo, a reply, or a person who saw it"),
        step(Unknown, Failed, "late truth: the attempt's own outcome says that it was refused"),
    ]
};

impl MessageState {
    /// Whether the table allows the step from this state to `next`. Staying is not a step.
    #[must_use]
    pub fn can_become(self, next: Self) -> bool {
        TRANSITIONS.iter().any(|step| step.from == self && step.to == next)
    }

    /// Whether nothing can follow. `unknown` is not terminal: the truth may still arrive.
    #[must_use]
    pub fn is_terminal(self) -> bool {
        TRANSITIONS.iter().all(|step| step.from != self)
    }

    /// Whether the state asserts that the platform does not have the message.
    #[must_use]
    pub const fn claims_not_sent(self) -> bool {
        !matches!(self, Self::Sending | Self::Sent | Self::Unknown)
    }
}

/// The transition table as Markdown, one row a step, in table order; `docs/architecture.md` carries it.
#[must_use]
pub fn transitions_markdown() -> String {
    let mut table = String::from("| from | to | when |\n|---|---|---|\n");
    for step in TRANSITIONS {
        // Writing to a String cannot fail.
        let _ = writeln!(table, "| `{}` | `{}` | {} |", step.from, step.to, step.when);
    }
    table
}

/// The order in which due messages of one gateway leave: the smallest number first. Rows are stored with their numbers, so the
/// two that came later stand outside of the first seven.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(i8)]
pub enum Lane {
    /// What a Hỏa tốc or Thượng khẩn waits for: the card by which it is let go, and the answer to whoever lets it go.
    Rescue = -1,
    /// Answers to people we know, cards and alerts: a person is waiting. Held by the pacer to one slot of ten while a broadcast
    /// of [`Lane::Flash`] or [`Lane::Express`] waits.
    Reply = 0,
    /// Broadcasts marked Hỏa tốc.
    Flash = 1,
    /// Broadcasts marked Thượng khẩn.
    Express = 2,
    /// Broadcasts marked Khẩn.
    Urgent = 3,
    /// Broadcasts without a mark.
    Normal = 4,
    /// Reminders of any urgency.
    Reminder = 5,
    /// Edits, which only take idle slots.
    Edit = 6,
    /// Answers to people we do not know: anybody may write to a bot, as often as they like.
    Stranger = 7,
}

/// A lane number in the database is not one of the lanes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0} is not a lane; lanes are -1 to 7")]
pub struct UnknownLane(
    /// The number that was found.
    pub i64,
);

impl Lane {
    /// Every lane, first to leave first.
    pub const ALL: &'static [Self] = &[
        Self::Rescue,
        Self::Reply,
        Self::Flash,
        Self::Express,
        Self::Urgent,
        Self::Normal,
        Self::Reminder,
        Self::Edit,
        Self::Stranger,
    ];

    /// The lane of a message with this purpose about a bulletin of this urgency.
    #[must_use]
    pub const fn of(purpose: Purpose, urgency: Urgency) -> Self {
        match (purpose, urgency) {
            (Purpose::Reply | Purpose::Card | Purpose::Alert, _) => Self::Reply,
            (Purpose::Broadcast, Urgency::Flash) => Self::Flash,
            (Purpose::Broadcast, Urgency::Express) => Self::Express,
            (Purpose::Broadcast, Urgency::Urgent) => Self::Urgent,
            (Purpose::Broadcast, Urgency::Normal) => Self::Normal,
            (Purpose::Reminder, _) => Self::Reminder,
            (Purpose::Edit, _) => Self::Edit,
        }
    }

    /// Whether a broadcast waits here that comes before people's own business.
    #[must_use]
    pub const fn is_pressing(self) -> bool {
        matches!(self, Self::Flash | Self::Express)
    }

    /// The number that stands in the database, so that `ORDER BY lane` is the order of leaving.
    #[must_use]
    pub const fn number(self) -> i64 {
        self as i64
    }
}

impl TryFrom<i64> for Lane {
    type Error = UnknownLane;

    fn try_from(number: i64) -> Result<Self, UnknownLane> {
        Self::ALL.iter().copied().find(|lane| lane.number() == number).ok_or(UnknownLane(number))
    }
}

text_enum! {
    /// Where one broadcast stands in one chat: always derived, never stored as the truth.
    pub enum DeliveryState {
        /// Nothing has left yet and something still will.
        Pending => "pending",
        /// A part may be on the wire.
        Sending => "sending",
        /// The platform has every part.
        Sent => "sent",
        /// The platform has some parts; the rest waits or was lost.
        Partial => "partial",
        /// Nobody can know about at least one part.
        Unknown => "unknown",
        /// Nothing got through and at least one part was refused.
        Failed => "failed",
        /// Nothing was sent, on purpose.
        Skipped => "skipped",
        /// Nothing was sent in time.
        Expired => "expired",
        /// Nothing was sent before it was withdrawn.
        Cancelled => "cancelled",
    }
}

impl DeliveryState {
    /// Reads the state off the states of the delivery's messages, in any order.
    ///
    /// The first rule that fits decides: one part unknown, all parts sent, a part on the wire, some parts
    /// sent, something still waiting, and then the worst ending. A delivery without any message was
    /// `skipped`: it must neither claim to be sent nor keep its broadcast open.
    #[must_use]
    pub fn derive(messages: &[MessageState]) -> Self {
        let any = |state: MessageState| messages.contains(&state);
        let all_sent = !messages.is_empty() && messages.iter().all(|state| *state == MessageState::Sent);
        if any(MessageState::Unknown) {
            return Self::Unknown;
        }
        if all_sent {
            return Self::Sent;
        }
        let rules = [
            (MessageState::Sending, Self::Sending),
            (MessageState::Sent, Self::Partial),
            (MessageState::Pending, Self::Pending),
            (MessageState::RetryWait, Self::Pending),
            (MessageState::Failed, Self::Failed),
            (MessageState::Expired, Self::Expired),
            (MessageState::Cancelled, Self::Cancelled),
        ];
        rules.into_iter().find(|(state, _)| any(*state)).map_or(Self::Skipped, |(_, delivery)| delivery)
    }

    /// Whether it is over and the chat has nothing of the bulletin.
    #[must_use]
    pub const fn is_left_unsent(self) -> bool {
        matches!(self, Self::Failed | Self::Skipped | Self::Expired | Self::Cancelled)
    }

    /// Whether the chat has at least a part of the bulletin for certain.
    #[must_use]
    pub const fn reached(self) -> bool {
        matches!(self, Self::Sent | Self::Partial)
    }
}

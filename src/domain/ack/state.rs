//! The states of an obligation and the ways an acknowledgement can arrive.
//!
//! The store refuses every step that [`ObligationState::can_become`] refuses.

use crate::domain::text_enum::text_enum;

#[cfg(test)]
mod tests;

text_enum! {
    /// Where one unit stands with one broadcast it has to acknowledge.
    pub enum ObligationState {
        /// The broadcast went out and nobody entitled has answered yet.
        Awaiting => "awaiting",
        /// Answered by the holder of the answering seat, a deputy, or a proxy marked as such.
        Acknowledged => "acknowledged",
        /// Somebody with the right to do so said that this unit need not answer.
        Excused => "excused",
        /// No message of the delivery was sent: not silence, straight to the call list.
        Unreachable => "unreachable",
        /// A new version of the bulletin took its place and has obligations of its own.
        Superseded => "superseded",
        /// 30 days after the deadline, or at the bulletin's expiry, nobody had answered.
        Lapsed => "lapsed",
    }
}

impl ObligationState {
    /// The states that may follow this one, in the order the documentation lists them.
    #[must_use]
    pub const fn successors(self) -> &'static [Self] {
        match self {
            Self::Awaiting => &[Self::Acknowledged, Self::Excused, Self::Unreachable, Self::Superseded, Self::Lapsed],
            // `awaiting` again: an explicit resend, or a late truth, reached the unit after all.
            Self::Unreachable => &[Self::Awaiting, Self::Acknowledged, Self::Excused, Self::Superseded, Self::Lapsed],
            Self::Lapsed => &[Self::Acknowledged],
            Self::Acknowledged | Self::Excused | Self::Superseded => &[],
        }
    }

    /// Whether the table allows the step from this state to `next`. Staying is not a step.
    #[must_use]
    pub fn can_become(self, next: Self) -> bool {
        self.successors().contains(&next)
    }

    /// Whether the broadcast may close over it: everything but `awaiting`.
    #[must_use]
    pub const fn is_settled(self) -> bool {
        !matches!(self, Self::Awaiting)
    }

    /// Whether an answer that points at the broadcast is worth a row: it changes the state, or it is a
    /// further acknowledgement kept beside the first, whose time stands.
    #[must_use]
    pub const fn takes_answers(self) -> bool {
        matches!(self, Self::Awaiting | Self::Unreachable | Self::Lapsed | Self::Acknowledged)
    }
}

text_enum! {
    /// How an acknowledgement arrived; stored with the event.
    pub enum Way {
        /// The button under the message.
        Button => "button",
        /// Words in the group: a reply to the message, or a strong phrase with one bulletin open.
        Reply => "reply",
        /// Words together with the bulletin's code.
        Code => "code",
        /// Words in the person's private chat.
        Private => "private",
        /// Entered by somebody else, for example after a call. Never counted as the unit's own.
        Proxy => "proxy",
        /// A command such as `/danhan`.
        Command => "command",
    }
}

//! What is to be said: the kinds, states and fixed words of a bulletin.
//!
//! [`code`] holds the code that everybody quotes (`VB-2025-0042`) and the ways people type it;
//! [`envelope`] the hash that an approval binds. The use cases move bulletins along [`STEPS`] and nowhere
//! else; a bulletin that was `cancelled` or `withdrawn` never comes back, its correction is a new one.

use crate::domain::text_enum::text_enum;

pub mod code;
pub mod envelope;

pub use code::{Code, CodeError, TypedCode, find_codes, parse_typed};
pub use envelope::{AckPolicy, Envelope};

text_enum! {
    /// What sort of bulletin it is.
    pub enum Kind {
        /// Văn bản chỉ đạo: an official document handed down, normally to be acknowledged.
        Directive => "directive",
        /// Thông báo: news for residents, never to be acknowledged by them.
        Announcement => "announcement",
        /// Tin khẩn (Khẩn, Thượng khẩn, Hỏa tốc), typed on the spot.
        Urgent => "urgent",
        /// Bài phát: a script to be read over the village loudspeaker.
        Script => "script",
    }
}

impl Kind {
    /// The two capital letters that begin the codes of this kind.
    #[must_use]
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Directive => "VB",
            Self::Announcement => "TB",
            Self::Urgent => "HT",
            Self::Script => "BP",
        }
    }

    /// The kind whose codes begin with `prefix`, in capitals or not.
    #[must_use]
    pub fn from_prefix(prefix: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.prefix().eq_ignore_ascii_case(prefix))
    }

    /// The name of the kind as it is printed in Vietnamese, in lower case.
    #[must_use]
    pub const fn vietnamese(self) -> &'static str {
        match self {
            Self::Directive => "văn bản chỉ đạo",
            Self::Announcement => "thông báo",
            Self::Urgent => "tin khẩn",
            Self::Script => "bài phát",
        }
    }
}

text_enum! {
    /// Where a bulletin stands. Sending is not a state of it: its broadcasts have their own.
    pub enum State {
        /// Being written.
        Draft => "draft",
        /// Submitted; nothing of it may leave.
        AwaitingApproval => "awaiting_approval",
        /// Approved, bound to one envelope hash.
        Approved => "approved",
        /// Sent back by the approver with a reason.
        Returned => "returned",
        /// Given up before it was sent.
        Cancelled => "cancelled",
        /// A correction has taken its place.
        Superseded => "superseded",
        /// Recalled after it was sent.
        Withdrawn => "withdrawn",
    }
}

/// Every step a bulletin may take, as (from, to). What is not here is refused.
///
/// `approved` goes back to `draft` or `awaiting_approval` when its envelope changes, because the approval is
/// void from then on. A bulletin released by the duty officer is approved by that person: there is no
/// way around `awaiting_approval`.
pub const STEPS: &[(State, State)] = &{
    use State::{Approved, AwaitingApproval, Cancelled, Draft, Returned, Superseded, Withdrawn};
    [
        (Draft, AwaitingApproval),
        (Draft, Cancelled),
        (AwaitingApproval, Approved),
        (AwaitingApproval, Returned),
        (AwaitingApproval, Draft),
        (AwaitingApproval, Cancelled),
        (Returned, Draft),
        (Returned, AwaitingApproval),
        (Returned, Cancelled),
        (Approved, Draft),
        (Approved, AwaitingApproval),
        (Approved, Cancelled),
        (Approved, Superseded),
        (Approved, Withdrawn),
        (Superseded, Withdrawn),
    ]
};

impl State {
    /// Whether [`STEPS`] allows the step from this state to `next`. Staying is not a step.
    #[must_use]
    pub fn can_become(self, next: Self) -> bool {
        STEPS.contains(&(self, next))
    }

    /// Whether nothing can follow.
    #[must_use]
    pub fn is_terminal(self) -> bool {
        STEPS.iter().all(|(from, _)| *from != self)
    }

    /// Whether the text may still be changed by the composer.
    #[must_use]
    pub const fn is_editable(self) -> bool {
        matches!(self, Self::Draft | Self::AwaitingApproval | Self::Returned | Self::Approved)
    }

    /// The name of the state as it is printed in Vietnamese, in lower case.
    #[must_use]
    pub const fn vietnamese(self) -> &'static str {
        match self {
            Self::Draft => "đang soạn",
            Self::AwaitingApproval => "chờ duyệt",
            Self::Approved => "đã duyệt",
            Self::Returned => "bị trả lại",
            Self::Cancelled => "đã hủy",
            Self::Superseded => "đã có bản đính chính",
            Self::Withdrawn => "đã thu hồi",
        }
    }
}

text_enum! {
    /// Whose document a bulletin hands down; the plan counts the two apart.
    pub enum Level {
        /// Cấp trên: issued above the commune.
        Superior => "superior",
        /// Địa phương: issued by the commune itself.
        Local => "local",
    }
}

impl Level {
    /// The name of the level as it is printed in Vietnamese, in lower case.
    #[must_use]
    pub const fn vietnamese(self) -> &'static str {
        match self {
            Self::Superior => "cấp trên",
            Self::Local => "địa phương",
        }
    }
}

text_enum! {
    /// Whom the text is written for; the plan asks for a style that fits each.
    pub enum Public {
        /// Cán bộ, đảng viên.
        Cadres => "cadres",
        /// Người dân.
        Residents => "residents",
        /// Doanh nghiệp.
        Businesses => "businesses",
    }
}

impl Public {
    /// The name of the public as it is printed in Vietnamese, in lower case.
    #[must_use]
    pub const fn vietnamese(self) -> &'static str {
        match self {
            Self::Cadres => "cán bộ, đảng viên",
            Self::Residents => "người dân",
            Self::Businesses => "doanh nghiệp",
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::State::{Approved, AwaitingApproval, Cancelled, Draft, Returned, Superseded, Withdrawn};
    use super::{Kind, Level, Public, STEPS, State};

    #[rstest]
    #[case(Draft, AwaitingApproval, true)]
    #[case(Draft, Approved, false)]
    #[case(Returned, Approved, false)]
    #[case(AwaitingApproval, Approved, true)]
    #[case(Approved, Withdrawn, true)]
    #[case(Draft, Withdrawn, false)]
    #[case(Superseded, Withdrawn, true)]
    #[case(Superseded, Approved, false)]
    #[case(Draft, Draft, false)]
    fn a_bulletin_moves_only_along_its_table(#[case] from: State, #[case] to: State, #[case] allowed: bool) {
        assert_eq!(from.can_become(to), allowed);
    }

    #[test]
    fn nothing_is_approved_without_having_been_submitted() {
        let before: Vec<_> = STEPS.iter().filter(|(_, to)| *to == Approved).map(|(from, _)| *from).collect();
        assert_eq!(before, [AwaitingApproval]);
    }

    #[test]
    fn only_cancelled_and_withdrawn_are_the_end() {
        let ends: Vec<_> = State::ALL.iter().filter(|state| state.is_terminal()).collect();
        assert_eq!(ends, [&Cancelled, &Withdrawn]);
    }

    #[test]
    fn every_editable_state_can_be_submitted_or_is_submitted() {
        for state in State::ALL.iter().filter(|state| state.is_editable()) {
            assert!(*state == AwaitingApproval || state.can_become(AwaitingApproval), "{state}");
        }
        assert!(!Superseded.is_editable() && !Withdrawn.is_editable() && !Cancelled.is_editable());
    }

    #[test]
    fn a_prefix_names_one_kind_in_any_case() {
        for kind in Kind::ALL {
            assert_eq!(Kind::from_prefix(&kind.prefix().to_lowercase()), Some(*kind));
        }
        assert_eq!(Kind::from_prefix("CV"), None);
        assert_eq!(Kind::from_prefix(""), None);
    }

    #[test]
    fn the_fixed_vietnamese_names_are_the_plans_own() {
        assert_eq!(Level::Superior.vietnamese(), "cấp trên");
        assert_eq!(Level::Local.vietnamese(), "địa phương");
        assert_eq!(Public::Residents.vietnamese(), "người dân");
        assert_eq!(AwaitingApproval.vietnamese(), "chờ duyệt");
    }
}

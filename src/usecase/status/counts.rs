//! How many stand where.

use super::{ObligationStatus, RelayStatus};
use crate::domain::ack::ObligationState;
use crate::domain::message::DeliveryState;

/// Deliveries by state. Each stands in exactly one of these.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct DeliveryCounts {
    /// The platform has every part.
    pub sent: i64,
    /// The platform has some parts.
    pub partial: i64,
    /// Nobody can know about at least one part.
    pub unknown: i64,
    /// Refused.
    pub failed: i64,
    /// Left out on purpose.
    pub skipped: i64,
    /// Not sent in time.
    pub expired: i64,
    /// Taken back before it was sent.
    pub cancelled: i64,
    /// Still to be sent, or on its way.
    pub pending: i64,
    /// Not sent, because other groups took their place: these stand beside the others and are in no sum.
    pub replaced: i64,
}

impl DeliveryCounts {
    /// All of them but the replaced ones: each group that was meant is counted once.
    #[must_use]
    pub const fn total(&self) -> i64 {
        self.sent
            + self.partial
            + self.unknown
            + self.failed
            + self.skipped
            + self.expired
            + self.cancelled
            + self.pending
    }

    /// Adds so many of a state.
    pub const fn add(&mut self, state: DeliveryState, count: i64) {
        let field = match state {
            DeliveryState::Sent => &mut self.sent,
            DeliveryState::Partial => &mut self.partial,
            DeliveryState::Unknown => &mut self.unknown,
            DeliveryState::Failed => &mut self.failed,
            DeliveryState::Skipped => &mut self.skipped,
            DeliveryState::Expired => &mut self.expired,
            DeliveryState::Cancelled => &mut self.cancelled,
            DeliveryState::Pending | DeliveryState::Sending => &mut self.pending,
        };
        *field += count;
    }
}

impl DeliveryCounts {
    /// Adds so many of a state, of which other groups took the place or not.
    pub const fn add_all(&mut self, (state, replaced): (DeliveryState, bool), count: i64) {
        if replaced && state.is_left_unsent() {
            self.replaced += count;
        } else {
            self.add(state, count);
        }
    }
}

impl FromIterator<(DeliveryState, bool)> for DeliveryCounts {
    fn from_iter<I: IntoIterator<Item = (DeliveryState, bool)>>(deliveries: I) -> Self {
        let mut counts = Self::default();
        for delivery in deliveries {
            counts.add_all(delivery, 1);
        }
        counts
    }
}

/// Groups that no account of ours can enter, to which heads pass things on by hand.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct RelayCounts {
    /// Asked for.
    pub asked: i64,
    /// Of these, done, on the head's word.
    pub posted: i64,
}

impl<'a> FromIterator<&'a RelayStatus> for RelayCounts {
    fn from_iter<I: IntoIterator<Item = &'a RelayStatus>>(relays: I) -> Self {
        let mut counts = Self::default();
        for relay in relays {
            counts.asked += 1;
            counts.posted += i64::from(relay.posted_at.is_some());
        }
        counts
    }
}

/// Obligations by state, with the marks on those acknowledged.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct ObligationCounts {
    /// All of them: the sum of the six that follow.
    pub expected: i64,
    /// Confirmed.
    pub acknowledged: i64,
    /// Not confirmed yet.
    pub awaiting: i64,
    /// Need not confirm.
    pub excused: i64,
    /// No message reached them.
    pub unreachable: i64,
    /// Nobody answered, and the time is over.
    pub lapsed: i64,
    /// A newer version took the place of what they owed.
    pub superseded: i64,
    /// Of those acknowledged: after the deadline.
    pub late: i64,
    /// Of those acknowledged: in the seat's stead.
    pub proxy: i64,
}

/// A state with its marks, late and proxy, and how many stand so.
pub(super) type Standing = (ObligationState, (bool, bool), i64);

impl ObligationCounts {
    /// Confirmed by the units themselves, and not by a call in their stead.
    #[must_use]
    pub const fn own(&self) -> i64 {
        self.acknowledged - self.proxy
    }

    const fn add(&mut self, state: ObligationState, count: i64) {
        let field = match state {
            ObligationState::Acknowledged => &mut self.acknowledged,
            ObligationState::Awaiting => &mut self.awaiting,
            ObligationState::Excused => &mut self.excused,
            ObligationState::Unreachable => &mut self.unreachable,
            ObligationState::Lapsed => &mut self.lapsed,
            ObligationState::Superseded => &mut self.superseded,
        };
        *field += count;
        self.expected += count;
    }
}

impl FromIterator<Standing> for ObligationCounts {
    fn from_iter<I: IntoIterator<Item = Standing>>(standings: I) -> Self {
        let mut counts = Self::default();
        for (state, (late, proxy), count) in standings {
            counts.add(state, count);
            counts.late += if late { count } else { 0 };
            counts.proxy += if proxy { count } else { 0 };
        }
        counts
    }
}

/// One obligation as it is counted.
pub(super) const fn of_obligation(obligation: &ObligationStatus) -> Standing {
    (obligation.state, (obligation.late, obligation.proxy), 1)
}

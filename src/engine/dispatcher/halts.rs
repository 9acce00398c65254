//! The account itself is at fault: nothing starts but what asks whether it works again.
//!
//! A platform is asked soon, and then less and less often: a moment's haste is over in seconds, and a flat hour of silence would cost
//! a storm warning. Where asking who we are proves nothing, a message asks. A pressing one asks at once, whatever stopped the account.
//! A quota that one chat refuses for is that chat's; only when several groups refuse it is the account's.

use std::collections::BTreeMap;
use std::time::Duration;

use super::call::Done;
use super::{Dispatcher, EngineResult};
use crate::domain::message::Lane;
use crate::domain::retry::FailureReason;
use crate::store::Tx;
use crate::store::messages::Finished;

/// The first wait until the account is asked again, and the longest.
const FIRST: Duration = Duration::from_secs(2);
const LONGEST: Duration = Duration::from_mins(5);
/// The longest one of a pressing message.
const LONGEST_OF_PRESSING: Duration = Duration::from_secs(30);
/// Groups that have to refuse for their quota until it is held to be the account's.
const GROUPS: usize = 2;
/// Messages with which a spent account was asked in vain before anybody is told: three of them are a quarter of a minute.
const ASKED_BEFORE_TOLD: u32 = 3;
/// Refusals of one group alone after which it is a wait that somebody has to know of, and how long it is then at least.
const REFUSALS_OF_ONE: u32 = 3;
const WAIT_OF_ONE: Duration = Duration::from_mins(2);

/// How long to wait after so many times, from 1.
fn after(times: u32, longest: Duration) -> Duration {
    FIRST.saturating_mul(1_u32.checked_shl(times.saturating_sub(1)).unwrap_or(u32::MAX)).min(longest)
}

const fn is_pressing(lane: Lane) -> bool {
    lane.is_pressing() || matches!(lane, Lane::Rescue)
}

const fn longest_for(lane: Lane) -> Duration {
    if is_pressing(lane) { LONGEST_OF_PRESSING } else { LONGEST }
}

/// When the account is asked again, and how often it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Turn {
    /// Monotonic time.
    at: Duration,
    times: u32,
}

impl Turn {
    fn take(&mut self, now: Duration, longest: Duration) {
        self.times = self.times.saturating_add(1);
        self.at = now + after(self.times, longest);
    }
}

/// A stopped account, and when it is asked again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Halt {
    reason: FailureReason,
    next: Turn,
    /// The same for pressing messages.
    pressing: Turn,
}

impl Halt {
    pub(super) fn new(reason: FailureReason, now: Duration) -> Self {
        let next = Turn { at: now + after(1, LONGEST), times: 1 };
        Self { reason, next, pressing: Turn { at: now, times: 0 } }
    }

    /// When a message of this lane may ask; never where asking who we are is enough and nobody presses.
    pub(super) fn opens(self, lane: Lane) -> Option<Duration> {
        match (is_pressing(lane), self.reason.ends_by_a_message()) {
            (true, true) => Some(self.pressing.at.min(self.next.at)),
            (true, false) => Some(self.pressing.at),
            (false, true) => Some(self.next.at),
            (false, false) => None,
        }
    }

    /// A message of this lane was sent to ask.
    pub(super) fn asked_by(&mut self, lane: Lane, now: Duration) {
        if is_pressing(lane) {
            self.pressing.take(now, LONGEST_OF_PRESSING);
        }
        if self.reason.ends_by_a_message() {
            self.next.take(now, LONGEST);
        }
    }

    /// When the platform is asked who we are; never where that proves nothing.
    pub(super) fn asks_at(self) -> Option<Duration> {
        Some(self.next.at).filter(|_| !self.reason.ends_by_a_message())
    }

    /// Takes the turn to ask who we are, if it is time.
    pub(super) fn asks_now(&mut self, now: Duration) -> bool {
        let is_due = self.asks_at().is_some_and(|at| at <= now);
        if is_due {
            self.next.take(now, LONGEST);
        }
        is_due
    }

    /// Whether an answer to that question ends it.
    pub(super) const fn ends_by_an_answer(self) -> bool {
        !self.reason.ends_by_a_message()
    }

    /// Whether it lasts long enough for somebody to be told.
    const fn is_to_be_told(self) -> bool {
        self.next.times > ASKED_BEFORE_TOLD || self.pressing.times >= ASKED_BEFORE_TOLD
    }
}

/// Chats that refused for a quota since the last success, and how often.
#[derive(Debug, Default)]
pub(super) struct Refusals {
    groups: BTreeMap<String, u32>,
    people: BTreeMap<String, u32>,
}

impl Refusals {
    fn count(&mut self, done: &Done) -> u32 {
        let of_kind = if done.is_group { &mut self.groups } else { &mut self.people };
        let count = of_kind.entry(done.chat_id.clone()).or_default();
        *count = count.saturating_add(1);
        *count
    }

    /// Something left: no group's quota is the account's. A person's may still be used up.
    pub(super) fn end(&mut self) {
        self.groups.clear();
    }

    /// Something left to this chat.
    pub(super) fn end_of(&mut self, chat_id: &str) {
        self.people.remove(chat_id);
    }
}

impl Dispatcher {
    /// A chat refused for a quota: the person's, where no group does; the account's, where several groups do.
    pub(super) async fn quota_refused(&mut self, tx: &mut Tx, done: &Done, detail: String) -> EngineResult<Finished> {
        let (now, count) = (self.core.clocks.mono.elapsed(), self.refusals.count(done));
        let alone = self.halted.is_none();
        if !done.is_group && count > 1 && alone && self.refusals.groups.is_empty() {
            self.refusals.end_of(&done.chat_id);
            return Ok(Finished::Failed { reason: FailureReason::PersonQuota.as_str().to_owned(), detail });
        }
        let mut wait = after(count, longest_for(done.lane));
        if alone && done.is_group {
            if self.is_of_the_account(tx).await? {
                self.halted = Some(Halt::new(FailureReason::Quota, now));
                tracing::error!(
                    gateway = self.gateway.name(),
                    reason = FailureReason::Quota.as_str(),
                    "gateway.halted"
                );
            } else if count >= REFUSALS_OF_ONE {
                wait = wait.max(WAIT_OF_ONE);
                self.ask_to_wait(tx, done, wait, &detail).await?;
            }
        }
        if self.halted.is_some_and(Halt::is_to_be_told) {
            self.open_gateway_incident(tx, FailureReason::Quota.as_str(), &detail).await?;
        }
        self.pacer.pause_chat(now, &done.chat_id, wait);
        Ok(Finished::Retry { wait, counts: false, detail })
    }

    /// Whether so many groups refuse that the account is spent: of one group alone, where it is the only one.
    async fn is_of_the_account(&self, tx: &mut Tx) -> EngineResult<bool> {
        let refusing = self.refusals.groups.len();
        Ok(refusing >= GROUPS || refusing >= tx.groups_bound_on(self.gateway.name()).await?.len())
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const NOW: Duration = Duration::from_secs(1_000);

    #[test]
    fn an_account_is_asked_again_after_seconds_and_then_less_and_less_often() {
        let waits: Vec<u64> = (1..=10).map(|times| after(times, LONGEST).as_secs()).collect();
        assert_eq!(waits, [2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
        assert_eq!(after(u32::MAX, LONGEST), LONGEST);
    }

    #[test]
    fn a_pressing_message_asks_at_once_whatever_stopped_the_account_and_then_every_half_minute() {
        for reason in [FailureReason::Unauthorized, FailureReason::Quota] {
            let mut halt = Halt::new(reason, NOW);
            assert_eq!([Lane::Flash, Lane::Rescue].map(|lane| halt.opens(lane)), [Some(NOW); 2]);
            let mut now = NOW;
            for _ in 0..10 {
                halt.asked_by(Lane::Flash, now);
                now = halt.opens(Lane::Flash).unwrap();
            }
            halt.asked_by(Lane::Flash, now);
            assert_eq!(halt.opens(Lane::Flash), Some(now + LONGEST_OF_PRESSING));
        }
    }

    #[rstest]
    #[case(FailureReason::Unauthorized, None, Some(2))]
    #[case(FailureReason::Quota, Some(2), None)]
    #[case(FailureReason::Balance, Some(2), None)]
    fn an_ordinary_message_asks_only_where_asking_who_we_are_proves_nothing(
        #[case] reason: FailureReason,
        #[case] message: Option<u64>,
        #[case] question: Option<u64>,
    ) {
        let halt = Halt::new(reason, NOW);
        let in_seconds = |at: Option<Duration>| at.map(|at| at.saturating_sub(NOW).as_secs());
        assert_eq!((in_seconds(halt.opens(Lane::Normal)), in_seconds(halt.asks_at())), (message, question));
    }

    #[test]
    fn nobody_is_told_of_what_is_over_in_a_quarter_of_a_minute() {
        let mut halt = Halt::new(FailureReason::Quota, NOW);
        let mut told_after = 0;
        while !halt.is_to_be_told() {
            let at = halt.opens(Lane::Normal).unwrap();
            halt.asked_by(Lane::Normal, at);
            told_after = at.saturating_sub(NOW).as_secs();
        }
        assert_eq!(told_after, 14);
    }
}

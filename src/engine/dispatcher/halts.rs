//! The account itself is at fault: nothing starts but what asks whether it works again.
//!
//! A platform is asked soon, and then less and less often: a moment's haste is over in seconds, and a flat hour of silence would cost
//! a storm warning. Where asking who we are proves nothing, a message asks. A pressing one asks at once, whatever stopped the account.
//! Groups and people, pressing and ordinary messages have turns of their own: nobody's refusals keep the others from asking.
//! A quota that one chat refuses for is that chat's; only when several groups refuse it is the account's.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::call::Done;
use super::{Dispatcher, EngineResult};
use crate::domain::message::Lane;
use crate::domain::retry::FailureReason;
use crate::store::Tx;
use crate::store::messages::Finished;
use crate::usecase::settle;

/// The first wait until the account is asked again, and the longest.
const FIRST: Duration = Duration::from_secs(2);
const LONGEST: Duration = Duration::from_mins(5);
/// The longest one of a pressing message.
const LONGEST_OF_PRESSING: Duration = Duration::from_secs(30);
/// How long a message waits that was refused by a stopped account: less than until the next turn, so that others ask before it asks again.
const BEHIND_OTHERS: Duration = Duration::from_secs(1);
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

/// Whether a message of this lane waits for nobody else's.
pub(super) const fn is_pressing(lane: Lane) -> bool {
    lane.is_pressing() || matches!(lane, Lane::Rescue)
}

/// Who asks a stopped account whether it works again: each kind has turns of its own, so that none waits for another's refusals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Asker {
    is_pressing: bool,
    is_group: bool,
}

impl Asker {
    pub(super) const fn of(lane: Lane, is_group: bool) -> Self {
        Self { is_pressing: is_pressing(lane), is_group }
    }

    const fn longest(self) -> Duration {
        if self.is_pressing { LONGEST_OF_PRESSING } else { LONGEST }
    }
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

/// The turns of one kind of messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Turns {
    groups: Turn,
    people: Turn,
}

impl Turns {
    const fn all_at(turn: Turn) -> Self {
        Self { groups: turn, people: turn }
    }

    const fn of(self, asker: Asker) -> Turn {
        if asker.is_group { self.groups } else { self.people }
    }

    const fn of_mut(&mut self, asker: Asker) -> &mut Turn {
        if asker.is_group { &mut self.groups } else { &mut self.people }
    }

    fn most(self) -> u32 {
        self.groups.times.max(self.people.times)
    }
}

/// A stopped account, and when it is asked again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Halt {
    reason: FailureReason,
    /// Asking who we are, where that proves something.
    question: Turn,
    ordinary: Turns,
    pressing: Turns,
}

impl Halt {
    pub(super) fn new(reason: FailureReason, now: Duration) -> Self {
        let soon = Turn { at: now + after(1, LONGEST), times: 1 };
        let at_once = Turns::all_at(Turn { at: now, times: 0 });
        Self { reason, question: soon, ordinary: Turns::all_at(soon), pressing: at_once }
    }

    /// The same account stopped again, soon after it had answered who we are: such an answer proves less and less.
    pub(super) fn again(self, reason: FailureReason, now: Duration) -> Self {
        let mut question = self.question;
        if now.saturating_sub(question.at) > LONGEST {
            return Self::new(reason, now);
        }
        question.take(now, LONGEST);
        Self { reason, question, ..self }
    }

    /// When such a message may ask; never where asking who we are is enough and nobody presses.
    pub(super) fn opens(self, asker: Asker) -> Option<Duration> {
        if asker.is_pressing {
            return Some(self.pressing.of(asker).at);
        }
        self.reason.ends_by_a_message().then(|| self.ordinary.of(asker).at)
    }

    /// Such a message was sent to ask.
    pub(super) fn asked_by(&mut self, asker: Asker, now: Duration) {
        let turns = if asker.is_pressing { &mut self.pressing } else { &mut self.ordinary };
        turns.of_mut(asker).take(now, asker.longest());
    }

    /// When the platform is asked who we are; never where that proves nothing.
    pub(super) fn asks_at(self) -> Option<Duration> {
        Some(self.question.at).filter(|_| !self.reason.ends_by_a_message())
    }

    /// Takes the turn to ask who we are, if it is time.
    pub(super) fn asks_now(&mut self, now: Duration) -> bool {
        let is_due = self.asks_at().is_some_and(|at| at <= now);
        if is_due {
            self.question.take(now, LONGEST);
        }
        is_due
    }

    /// Whether an answer to that question ends it.
    pub(super) const fn ends_by_an_answer(self) -> bool {
        !self.reason.ends_by_a_message()
    }

    /// Whether it lasts long enough for somebody to be told.
    fn is_to_be_told(self) -> bool {
        self.ordinary.most() > ASKED_BEFORE_TOLD || self.pressing.most() >= ASKED_BEFORE_TOLD
    }
}

/// Chats that refused for a quota.
#[derive(Debug, Default)]
pub(super) struct Refusals {
    /// How often each chat refused since it took something.
    counts: BTreeMap<String, u32>,
    /// Groups that refused since any chat took something: of so many together it is the account's.
    groups: BTreeSet<String>,
}

impl Refusals {
    fn count(&mut self, done: &Done) -> u32 {
        if done.is_group {
            self.groups.insert(done.chat_id.clone());
        }
        let count = self.counts.entry(done.chat_id.clone()).or_default();
        *count = count.saturating_add(1);
        *count
    }

    /// Something left: no group's quota is the account's. A chat's own may still be used up.
    pub(super) fn end(&mut self) {
        self.groups.clear();
    }

    /// Something left to this chat.
    pub(super) fn end_of(&mut self, chat_id: &str) {
        self.counts.remove(chat_id);
    }
}

impl Dispatcher {
    /// A chat refused for a quota: the person's, where no group does; the account's, where several groups do.
    pub(super) async fn quota_refused(&mut self, tx: &mut Tx, done: &Done, detail: String) -> EngineResult<Finished> {
        if self.halted.is_some() {
            return self.is_still_spent(tx, detail).await;
        }
        let count = self.refusals.count(done);
        if !done.is_group && count > 1 && self.refusals.groups.is_empty() {
            self.refusals.end_of(&done.chat_id);
            return Ok(Finished::Failed { reason: FailureReason::PersonQuota.as_str().to_owned(), detail });
        }
        let is_told = done.is_group && count >= REFUSALS_OF_ONE;
        // Where it is the only group: one that refuses while people are written to is not the account's trouble.
        if done.is_group && (!is_told || self.refusals.groups.len() >= GROUPS) && self.is_of_the_account(tx).await? {
            self.stops(FailureReason::Quota);
            return self.is_still_spent(tx, detail).await;
        }
        let asker = Asker::of(done.lane, done.is_group);
        let mut wait = after(count, asker.longest());
        if is_told {
            if !asker.is_pressing {
                wait = wait.max(WAIT_OF_ONE);
            }
            let core = self.core.clone();
            settle::message_waits(tx, &core.act(&self.commune_id), &done.chat_id, wait, &detail).await?;
        }
        // The chat is not paused: a pressing message does not wait for what an ordinary one was refused.
        Ok(Finished::Retry { wait, counts: false, detail })
    }

    /// One more refusal of a spent account says nothing of the chat: the message waits for the account, behind those that have not asked.
    async fn is_still_spent(&mut self, tx: &mut Tx, detail: String) -> EngineResult<Finished> {
        if self.halted.is_some_and(Halt::is_to_be_told) {
            self.open_gateway_incident(tx, FailureReason::Quota.as_str(), &detail).await?;
        }
        Ok(Finished::Retry { wait: BEHIND_OTHERS, counts: false, detail })
    }

    /// Nothing starts from now on but what asks whether the account works again.
    pub(super) fn stops(&mut self, reason: FailureReason) {
        if self.halted.is_some() {
            return;
        }
        let now = self.core.clocks.mono.elapsed();
        self.halted = Some(self.answered.map_or_else(|| Halt::new(reason, now), |halt| halt.again(reason, now)));
        self.asked.clear();
        tracing::error!(gateway = self.gateway.name(), reason = reason.as_str(), "gateway.halted");
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

    fn asker(lane: Lane) -> Asker {
        Asker::of(lane, true)
    }

    #[test]
    fn a_pressing_message_asks_at_once_whatever_stopped_the_account_and_then_every_half_minute() {
        for reason in [FailureReason::Unauthorized, FailureReason::Quota] {
            let mut halt = Halt::new(reason, NOW);
            assert_eq!([Lane::Flash, Lane::Rescue].map(|lane| halt.opens(asker(lane))), [Some(NOW); 2]);
            let mut now = NOW;
            for _ in 0..10 {
                halt.asked_by(asker(Lane::Flash), now);
                now = halt.opens(asker(Lane::Flash)).unwrap();
            }
            halt.asked_by(asker(Lane::Flash), now);
            assert_eq!(halt.opens(asker(Lane::Flash)), Some(now + LONGEST_OF_PRESSING));
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
        assert_eq!((in_seconds(halt.opens(asker(Lane::Normal))), in_seconds(halt.asks_at())), (message, question));
    }

    #[test]
    fn nobodys_refusals_take_the_turn_of_another_kind_of_messages() {
        let kinds = [(Lane::Rescue, false), (Lane::Flash, true), (Lane::Reply, false), (Lane::Normal, true)]
            .map(|(lane, is_group)| Asker::of(lane, is_group));
        for busy in kinds {
            let fresh = Halt::new(FailureReason::Quota, NOW);
            let mut halt = fresh;
            halt.asked_by(busy, NOW);
            for kind in kinds {
                assert_eq!(halt.opens(kind) == fresh.opens(kind), kind != busy, "{busy:?} {kind:?}");
            }
        }
    }

    #[test]
    fn an_account_that_says_who_we_are_and_takes_nothing_is_believed_less_and_less_often() {
        let (mut now, mut halt) = (NOW, Halt::new(FailureReason::Unauthorized, NOW));
        for _ in 0..10 {
            now = halt.asks_at().unwrap();
            halt = halt.again(FailureReason::Unauthorized, now);
        }
        assert_eq!(halt.asks_at(), Some(now + LONGEST));
        assert_eq!(halt.again(FailureReason::Conflict, now).asks_at(), Some(now + LONGEST), "whatever is wrong next");
        let days_later = now + Duration::from_hours(48);
        assert_eq!(halt.again(FailureReason::Unauthorized, days_later).asks_at(), Some(days_later + FIRST));
    }

    #[test]
    fn nobody_is_told_of_what_is_over_in_a_quarter_of_a_minute() {
        let mut halt = Halt::new(FailureReason::Quota, NOW);
        let mut told_after = 0;
        while !halt.is_to_be_told() {
            let at = halt.opens(asker(Lane::Normal)).unwrap();
            halt.asked_by(asker(Lane::Normal), at);
            told_after = at.saturating_sub(NOW).as_secs();
        }
        assert_eq!(told_after, 14);
    }
}

//! The ladder: when a unit that has not acknowledged is reminded, and when people are told.
//!
//! [`Ladder::plan`] turns the window a broadcast gives for acknowledging into steps. The result is a snapshot
//! stored with the broadcast: a later change of policy does not move what was promised. The planner shifts
//! reminders into the send windows; [`Ladder::due`] tells the ladder loop what to do now.
//!
//! Invariants: a reminder lies after the window's start and not after its end; there is exactly one last step
//! and it names people; steps missed while the service was down collapse into one.

use serde::{Deserialize, Serialize};

use crate::domain::ack::ObligationState;
use crate::domain::calendar::Millis;
use crate::domain::text_enum::text_enum;
use crate::domain::urgency::{Policies, QuietHours, ReminderRule, Urgency};

pub mod call;
#[cfg(test)]
mod tests;

/// Two reminders of an ordinary bulletin keep at least this distance, from each other and from the start:
/// 30 minutes in ms.
const MIN_GAP: i64 = 30 * 60_000;

text_enum! {
    /// What a step does.
    pub enum StepKind {
        /// Reminds the units that still await.
        Remind => "remind",
        /// Sends people the list of units that have not acknowledged; [`crate::domain::urgency::AfterWindow`] says whom.
        List => "list",
    }
}

/// One step of a ladder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// When it is due, business time.
    pub at: Millis,
    /// What it does.
    pub kind: StepKind,
}

/// The steps of one broadcast in order of time; the last one is the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ladder {
    /// The steps.
    pub steps: Vec<Step>,
}

/// What has to be done now: at most one reminder and one list, however many steps were missed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Due {
    /// The latest reminder that is due.
    pub reminder: Option<Step>,
    /// The list, if it is due.
    pub list: Option<Step>,
}

impl Ladder {
    /// The ladder for a window from `start` to `deadline` under the default policy of the urgency.
    #[must_use]
    pub fn plan(start: Millis, deadline: Millis, urgency: Urgency) -> Self {
        Self::plan_by(start, deadline, Policies::default().of(urgency).reminders)
    }

    /// The ladder for a window from `start` to `deadline` under a configured rule.
    ///
    /// Of the two reminders of an ordinary bulletin the one before the end is dropped if it would not come
    /// half an hour after the one in the middle, and that one if the window is shorter than an hour. At the
    /// end comes the list. A window that is already over has the list only, at its start.
    #[must_use]
    pub fn plan_by(start: Millis, deadline: Millis, rule: ReminderRule) -> Self {
        let deadline = deadline.max(start);
        let reminders = match rule {
            ReminderRule::MiddleAndBeforeEnd { before_end } => middle_and_before_end(start, deadline, before_end),
            ReminderRule::Every { .. } => rule.times(start, deadline),
        };
        let mut steps: Vec<Step> = reminders.into_iter().map(|at| Step { at, kind: StepKind::Remind }).collect();
        steps.push(Step { at: deadline, kind: StepKind::List });
        Self { steps }
    }

    /// What is due at `now` if everything up to and including `done_until` has been done; `None` at first.
    ///
    /// After a stop this is one reminder, not the burst of those missed.
    #[must_use]
    pub fn due(&self, done_until: Option<Millis>, now: Millis) -> Due {
        let fresh = |step: &&Step| step.at.0 <= now.0 && done_until.is_none_or(|done| step.at.0 > done.0);
        let mut due = Due::default();
        for step in self.steps.iter().filter(fresh) {
            let slot = if step.kind == StepKind::Remind { &mut due.reminder } else { &mut due.list };
            *slot = Some(*step);
        }
        due
    }

    /// When the next step after `done_until` is due; `None` when the ladder is at its end.
    #[must_use]
    pub fn next_after(&self, done_until: Option<Millis>) -> Option<Millis> {
        let later = |at: &i64| done_until.is_none_or(|done| *at > done.0);
        self.steps.iter().map(|step| step.at.0).filter(later).min().map(Millis)
    }
}

/// Whether a reminder that is late may still be sent after the window is over.
///
/// Where hours do not count, an outage does not take the last reminder away: one goes out on return. Elsewhere the list
/// has gone to people, and a word to the group would come at a time nobody chose.
#[must_use]
pub const fn reminds_after_end(urgency: Urgency) -> bool {
    matches!(urgency.quiet_hours(), QuietHours::Ignored)
}

/// Whether so many acknowledgements end the nagging. Given in a unit's stead they count too: the unit knows.
#[must_use]
pub const fn is_enough(acknowledged: usize, quorum: Option<i64>) -> bool {
    match quorum {
        Some(quorum) => acknowledged as u128 >= quorum.unsigned_abs() as u128,
        None => false,
    }
}

/// When approvers are reminded of a release that must be approved by `approve_by`: a sixth of the time before its end,
/// 4 h of 24.
#[must_use]
pub const fn warn_of_release(released: Millis, approve_by: Millis) -> Millis {
    Millis(approve_by.0 - approve_by.0.saturating_sub(released.0) / 6)
}

/// Whether a unit in this state is reminded. An unreachable one is not: it has nothing to answer to.
#[must_use]
pub const fn is_reminded(state: ObligationState) -> bool {
    matches!(state, ObligationState::Awaiting)
}

/// Whether a unit in this state stands on the list at the end: the silent and the unreachable, marked apart.
#[must_use]
pub const fn is_listed(state: ObligationState) -> bool {
    matches!(state, ObligationState::Awaiting | ObligationState::Unreachable)
}

/// Half of the window, and `before_end` minutes before its end if that is not too near.
fn middle_and_before_end(start: Millis, deadline: Millis, before_end: u32) -> Vec<Millis> {
    let length = deadline.0.saturating_sub(start.0);
    let middle = length / 2;
    let last_call = length.saturating_sub(i64::from(before_end) * 60_000);
    let first = (middle >= MIN_GAP).then_some(middle);
    let second = (last_call >= middle.saturating_add(MIN_GAP) && last_call < length).then_some(last_call);
    first.into_iter().chain(second).map(|offset| Millis(start.0.saturating_add(offset))).collect()
}

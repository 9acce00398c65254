//! One-time schedules: the pure rule of what to do with one when the planner looks at it.
//!
//! Invariants: nothing is ever sent before its hour; a schedule not approved by its hour is missed for good,
//! so no approval causes a surprise sending later; a shift never goes past the expiry. The planner calls
//! [`decide`] at every tick and writes down what it answers.

#[cfg(test)]
mod tests;

use std::time::Duration;

use crate::domain::calendar::{Holidays, Millis, SendWindows};
use crate::domain::org::GroupKind;
use crate::domain::text_enum::text_enum;
use crate::domain::urgency::Urgency;

/// How late a sending may start without asking, where the configuration says nothing: 15 minutes.
pub const DEFAULT_GRACE: Duration = Duration::from_mins(15);

/// A schedule that fires once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Once {
    /// The hour that was approved. A shift into a send window does not change it.
    pub at: Millis,
}

text_enum! {
    /// What to do with a schedule whose hour passed while the engine was not running.
    pub enum MissedPolicy {
        /// Do not send.
        Skip => "skip",
        /// Send once, late.
        FireOnce => "fire_once",
        /// Ask the composer.
        Ask => "ask",
    }
}

text_enum! {
    /// Why a schedule was missed.
    pub enum MissedReason {
        /// Nobody approved it in time.
        Unapproved => "unapproved",
        /// The engine was down beyond the grace, and the policy is to skip.
        EngineDown => "engine_down",
    }
}

/// What to do with a schedule now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Its hour has not come; look again then.
    NotYet {
        /// The hour.
        next: Millis,
    },
    /// Send now.
    Fire,
    /// The group may not be disturbed now; fire at this instant instead.
    ShiftTo(Millis),
    /// Too late to send without a person's word: ask the composer.
    Ask,
    /// Never send.
    Missed(MissedReason),
    /// Its expiry comes before it could be sent.
    Expired,
}

/// The rules that a schedule is judged by.
#[derive(Debug, Clone, Copy)]
pub struct Rules<'a> {
    /// What to do when late beyond the grace.
    pub missed: MissedPolicy,
    /// How late it may start without the policy being asked.
    pub grace: Duration,
    /// The kind of group it goes to. A broadcast to several kinds is judged for each.
    pub audience: GroupKind,
    /// How urgent it is.
    pub urgency: Urgency,
    /// When groups may be disturbed.
    pub windows: &'a SendWindows,
    /// The days off.
    pub holidays: &'a Holidays,
}

/// Decides what to do at `now` with a schedule due at `fire_at`.
///
/// `fire_at` is the hour, or the instant of an earlier [`Decision::ShiftTo`]. `approved` is whether it was
/// approved no later than its hour. At `expires_at` and after nothing is sent.
#[must_use]
pub fn decide(now: Millis, fire_at: Millis, approved: bool, expires_at: Option<Millis>, rules: &Rules<'_>) -> Decision {
    let expired_by = |at: Millis| expires_at.is_some_and(|expiry| expiry <= at);
    if expired_by(fire_at) {
        return Decision::Expired;
    }
    if now < fire_at {
        return Decision::NotYet { next: fire_at };
    }
    if !approved {
        return Decision::Missed(MissedReason::Unapproved);
    }
    if expired_by(now) {
        return Decision::Expired;
    }
    if fire_at.until(now) > rules.grace {
        match rules.missed {
            MissedPolicy::Skip => return Decision::Missed(MissedReason::EngineDown),
            MissedPolicy::Ask => return Decision::Ask,
            MissedPolicy::FireOnce => {}
        }
    }
    let allowed = rules.windows.next_allowed(now, rules.audience, rules.urgency, rules.holidays);
    match allowed {
        _ if expired_by(allowed) => Decision::Expired,
        _ if allowed > now => Decision::ShiftTo(allowed),
        _ => Decision::Fire,
    }
}

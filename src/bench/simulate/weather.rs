//! How a simulated platform behaves, and what it answers to one call.

use std::time::Duration;

use super::dice::Dice;
use crate::domain::retry::{FailureReason, Outcome, PauseScope, UnknownReason};
use crate::platform::Failure;

/// How a platform behaves for a while.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Weather {
    /// It takes everything.
    Fair,
    /// It takes most things; every kind of refusal and of silence happens.
    Rough,
    /// It cannot be reached.
    Dark,
    /// Its server fails: whether it took a call, nobody can know.
    Sick,
    /// It refuses the account, for this reason.
    Barred(FailureReason),
}

/// What became of one call, as the platform knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It took it and said so.
    Accepted,
    /// It took it, and the answer is lost.
    TakenInSilence(UnknownReason),
    /// It did not take it, and nobody can know.
    LostInSilence(UnknownReason),
    /// It did not take it, and said so.
    Refused(Outcome),
}

impl Verdict {
    /// Whether the platform has what was sent.
    pub(super) const fn is_taken(&self) -> bool {
        matches!(self, Self::Accepted | Self::TakenInSilence(_))
    }

    /// Whether the message may be sent again.
    pub(super) const fn may_be_repeated(&self) -> bool {
        match self {
            Self::Accepted | Self::TakenInSilence(_) | Self::LostInSilence(_) => false,
            // The account is at fault, and not the message.
            Self::Refused(Outcome::Final(
                FailureReason::Unauthorized | FailureReason::Quota | FailureReason::Conflict,
            )) => true,
            Self::Refused(outcome) => matches!(outcome, Outcome::RetryLater { .. }),
        }
    }

    /// Whether it is a failure of the message's own, of which there are only so many.
    pub(super) const fn is_counted(&self) -> bool {
        matches!(self, Self::Refused(Outcome::RetryLater { after: None, scope: PauseScope::Chat }))
    }

    /// How long the answer takes, milliseconds. Few different times, so that answers come together.
    pub(super) const fn millis(&self) -> i64 {
        match self {
            Self::Accepted | Self::Refused(_) => 300,
            // The client's own timeout.
            Self::TakenInSilence(UnknownReason::Timeout) | Self::LostInSilence(UnknownReason::Timeout) => 60_000,
            Self::TakenInSilence(_) | Self::LostInSilence(_) => 2_000,
        }
    }

    /// What the gateway says when the platform did not take it, or did not say that it did.
    pub(super) fn failure(&self) -> Option<Failure> {
        let outcome = match self {
            Self::Accepted => return None,
            Self::TakenInSilence(reason) | Self::LostInSilence(reason) => Outcome::Unknown(*reason),
            Self::Refused(outcome) => outcome.clone(),
        };
        Some(Failure { detail: format!("simulated: {outcome:?}"), outcome })
    }
}

impl Weather {
    /// What becomes of a call.
    pub(super) fn verdict(self, dice: &mut Dice) -> Verdict {
        match self {
            Self::Fair => Verdict::Accepted,
            Self::Rough => rough(dice),
            Self::Dark => Verdict::Refused(Outcome::RetryLater { after: None, scope: PauseScope::Gateway }),
            Self::Sick if dice.happens(50) => Verdict::TakenInSilence(UnknownReason::ServerError),
            Self::Sick => Verdict::LostInSilence(UnknownReason::ServerError),
            Self::Barred(reason) => Verdict::Refused(Outcome::Final(reason)),
        }
    }
}

/// Reasons for which a message is refused for good in rough weather.
const REASONS: [FailureReason; 5] = [
    FailureReason::Generic,
    FailureReason::Kicked,
    FailureReason::NoRights,
    FailureReason::ContentOther,
    FailureReason::MessageGone,
];

fn rough(dice: &mut Dice) -> Verdict {
    let wait = |dice: &mut Dice, most: i64| Duration::from_secs(u64::try_from(dice.between(1, most)).unwrap_or(1));
    match dice.between(0, 100) {
        0..60 => Verdict::Accepted,
        60..68 => later(Some(wait(dice, 60)), PauseScope::Chat),
        68..71 => later(Some(wait(dice, 30)), PauseScope::Gateway),
        71 => later(Some(wait(dice, 7_200)), PauseScope::Chat),
        72..84 => later(None, PauseScope::Chat),
        84..90 => Verdict::TakenInSilence(silence(dice)),
        90..94 => Verdict::LostInSilence(silence(dice)),
        94..97 => later(None, PauseScope::Gateway),
        _ => Verdict::Refused(Outcome::Final(dice.one_of(&REASONS).copied().unwrap_or(FailureReason::Generic))),
    }
}

const fn later(after: Option<Duration>, scope: PauseScope) -> Verdict {
    Verdict::Refused(Outcome::RetryLater { after, scope })
}

fn silence(dice: &mut Dice) -> UnknownReason {
    let reasons = [UnknownReason::Timeout, UnknownReason::Reset, UnknownReason::ServerError, UnknownReason::Unreadable];
    dice.one_of(&reasons).copied().unwrap_or(UnknownReason::Timeout)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rough_weather_brings_everything_and_fair_weather_nothing() {
        let mut dice = Dice::of(1, "weather");
        let drawn: Vec<Verdict> = (0..2_000).map(|_| Weather::Rough.verdict(&mut dice)).collect();
        let some = |of: fn(&Verdict) -> bool| drawn.iter().any(of);
        assert!(
            some(|one| matches!(one, Verdict::TakenInSilence(_)))
                && some(|one| matches!(one, Verdict::LostInSilence(_)))
        );
        assert!(some(Verdict::is_counted) && some(|one| matches!(one, Verdict::Refused(Outcome::Final(_)))));
        assert_eq!(Weather::Fair.verdict(&mut dice), Verdict::Accepted);
    }
}

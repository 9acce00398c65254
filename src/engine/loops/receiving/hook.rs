//! Whether a platform gives its updates to whoever asks: as long as it has an address to post them to, it does not.

use std::time::Duration;

use crate::platform::AskError;

/// Between two tries to have an address removed.
const TRY_EVERY: Duration = Duration::from_secs(5);
/// A platform that may lose updates, and on which nothing was heard for so long, may post them to an address that somebody set.
const SILENCE: Duration = Duration::from_mins(10);

/// What is known of the address. Times are on the monotonic clock.
#[derive(Debug)]
pub(super) struct Hook {
    removed: bool,
    try_at: Duration,
    /// When something was heard last; only looked at where silence says something.
    silent_since: Option<Duration>,
}

impl Hook {
    /// Nothing is known yet: one that was set before has to go. `tells` says whether the platform refuses to be asked while it
    /// has an address.
    pub(super) fn unknown(now: Duration, tells: bool) -> Self {
        Self { removed: false, try_at: now, silent_since: (!tells).then_some(now) }
    }

    /// Whether it is time to have it removed.
    pub(super) fn is_to_go(&self, now: Duration) -> bool {
        let silent = self.silent_since.is_some_and(|since| now.saturating_sub(since) >= SILENCE);
        (!self.removed || silent) && self.try_at <= now
    }

    /// What came of that.
    pub(super) fn tried(&mut self, now: Duration, answer: &Result<(), AskError>) {
        self.removed = matches!(answer, Ok(()) | Err(AskError::Unsupported(_)));
        self.try_at = now + TRY_EVERY;
        if self.removed
            && let Some(since) = &mut self.silent_since
        {
            *since = now;
        }
    }

    /// Updates came in.
    pub(super) fn heard(&mut self, now: Duration) {
        if let Some(since) = &mut self.silent_since {
            *since = now;
        }
    }

    /// The platform says that there is an address, or somebody else who asks.
    pub(super) fn was_set(&mut self) {
        self.removed = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn s(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn refused() -> Result<(), AskError> {
        Err(AskError::Unreachable("reset".to_owned()))
    }

    #[test]
    fn an_address_is_removed_until_that_works_and_again_when_one_was_set() {
        let mut hook = Hook::unknown(s(0), true);
        assert!(hook.is_to_go(s(0)));
        hook.tried(s(0), &refused());
        assert!(!hook.is_to_go(s(4)) && hook.is_to_go(s(5)));
        hook.tried(s(5), &Ok(()));
        assert!(!hook.is_to_go(s(100_000)), "a platform that says so need not be asked");
        hook.was_set();
        assert!(hook.is_to_go(s(100_000)));
        hook.tried(s(100_000), &Err(AskError::Unsupported("by hand")));
        assert!(!hook.is_to_go(s(200_000)));
    }

    #[test]
    fn where_silence_says_nothing_it_is_asked_every_ten_minutes_of_it() {
        let mut hook = Hook::unknown(s(0), false);
        hook.tried(s(0), &Ok(()));
        hook.heard(s(500));
        assert!(!hook.is_to_go(s(1_099)) && hook.is_to_go(s(1_100)));
        hook.tried(s(1_100), &Ok(()));
        assert!(!hook.is_to_go(s(1_699)) && hook.is_to_go(s(1_700)));
    }
}

//! What failed waits apart: one schedule, chore, update or broadcast that cannot be done does not keep the others from being.
//!
//! It is tried again after growing waits. Whoever looks at the service's health sees it until it works again, through the
//! incident that [`super::Core::alone`] opens for it.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// The first wait.
const FIRST_WAIT: Duration = Duration::from_secs(2);
/// The longest: nobody should have to wait longer for what was mended meanwhile.
const LONGEST_WAIT: Duration = Duration::from_mins(5);

/// Things that failed the last time they were tried, by name.
#[derive(Debug, Default)]
pub struct SetAside {
    waiting: Mutex<BTreeMap<String, Waiting>>,
    failures: AtomicU64,
}

#[derive(Debug, Clone, Copy)]
struct Waiting {
    tries: u32,
    /// On the monotonic clock.
    until: Duration,
}

impl SetAside {
    /// Whether a thing may be tried now: it never failed, or has waited long enough.
    #[must_use]
    pub fn may(&self, name: &str, now: Duration) -> bool {
        self.lock().get(name).is_none_or(|waiting| waiting.until <= now)
    }

    /// Notes a failure; gives how many there were in a row.
    pub fn failed(&self, name: &str, now: Duration) -> u32 {
        self.failures.fetch_add(1, Ordering::Relaxed);
        let mut waiting = self.lock();
        let entry = waiting.entry(name.to_owned()).or_insert(Waiting { tries: 0, until: now });
        entry.tries = entry.tries.saturating_add(1);
        let doubled = FIRST_WAIT.saturating_mul(1_u32 << (entry.tries - 1).min(16));
        entry.until = now + doubled.min(LONGEST_WAIT);
        entry.tries
    }

    /// Notes that it worked; gives whether it had failed before.
    pub fn worked(&self, name: &str) -> bool {
        self.lock().remove(name).is_some()
    }

    /// How many failures there ever were.
    #[must_use]
    pub fn failures(&self) -> u64 {
        self.failures.load(Ordering::Relaxed)
    }

    /// The names of everything that waits.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        self.lock().keys().cloned().collect()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Waiting>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_up_to_five_minutes_and_end_with_the_first_success() {
        let (aside, mut now) = (SetAside::default(), Duration::ZERO);
        let mut waits = Vec::new();
        for _ in 0..9 {
            assert!(aside.may("a", now));
            aside.failed("a", now);
            let wait = (1..=300).map(Duration::from_secs).find(|wait| aside.may("a", now + *wait)).unwrap();
            waits.push(wait.as_secs());
            now += wait;
        }
        assert_eq!(waits, [2, 4, 8, 16, 32, 64, 128, 256, 300]);
        assert!(aside.may("b", Duration::ZERO), "others do not wait");
        assert!(aside.worked("a") && !aside.worked("a"));
        assert!(aside.names().is_empty());
    }
}

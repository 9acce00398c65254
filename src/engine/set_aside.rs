//! What failed waits apart: one schedule, chore, update or broadcast that cannot be done does not keep the others from being.
//!
//! It is tried again after growing waits. Whoever looks at the service's health sees it until it works again, or until nobody
//! wants it any more, through the incident that [`super::Core::alone`] opens for it.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// The first wait.
const FIRST_WAIT: Duration = Duration::from_secs(2);
/// The longest: nobody should have to wait longer for what was mended meanwhile.
const LONGEST_WAIT: Duration = Duration::from_mins(5);

/// After this without another try a thing is no longer wanted: its schedule was cancelled, its broadcast ended.
const NO_LONGER_WANTED: Duration = Duration::from_mins(1);

/// Something that is done by itself: what kind of thing, in a word that the desk knows a sentence for, and which one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Task {
    word: &'static str,
    id: String,
}

impl Task {
    /// The one thing of its kind.
    #[must_use]
    pub const fn only(word: &'static str) -> Self {
        Self { word, id: String::new() }
    }

    /// One of several, by the id of its row.
    #[must_use]
    pub fn of(word: &'static str, id: &str) -> Self {
        Self { word, id: id.to_owned() }
    }
}

impl std::fmt::Display for Task {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.word)?;
        if self.id.is_empty() { Ok(()) } else { write!(f, ":{}", self.id) }
    }
}

/// Things that failed the last time they were tried.
#[derive(Debug, Default)]
pub struct SetAside {
    waiting: Mutex<BTreeMap<Task, Waiting>>,
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
    pub fn may(&self, task: &Task, now: Duration) -> bool {
        self.lock().get(task).is_none_or(|waiting| waiting.until <= now)
    }

    /// Notes a failure; gives how many there were in a row.
    pub fn failed(&self, task: &Task, now: Duration) -> u32 {
        self.failures.fetch_add(1, Ordering::Relaxed);
        let mut waiting = self.lock();
        let entry = waiting.entry(task.clone()).or_insert(Waiting { tries: 0, until: now });
        entry.tries = entry.tries.saturating_add(1);
        let doubled = FIRST_WAIT.saturating_mul(1_u32 << (entry.tries - 1).min(16));
        entry.until = now + doubled.min(LONGEST_WAIT);
        entry.tries
    }

    /// Notes that it worked; gives whether it had failed before.
    pub fn worked(&self, task: &Task) -> bool {
        self.lock().remove(task).is_some()
    }

    /// Takes out what nobody has tried again although it might have been.
    #[must_use]
    pub fn no_longer_wanted(&self, now: Duration) -> Vec<Task> {
        let mut waiting = self.lock();
        let gone = waiting.extract_if(.., |_, waiting| waiting.until + NO_LONGER_WANTED < now);
        gone.map(|(task, _)| task).collect()
    }

    /// How many failures there ever were.
    #[must_use]
    pub fn failures(&self) -> u64 {
        self.failures.load(Ordering::Relaxed)
    }

    /// Everything that waits.
    #[must_use]
    pub fn tasks(&self) -> Vec<Task> {
        self.lock().keys().cloned().collect()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Task, Waiting>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: Task = Task::only("a");

    #[test]
    fn waits_grow_up_to_five_minutes_and_end_with_the_first_success() {
        let (aside, mut now) = (SetAside::default(), Duration::ZERO);
        let mut waits = Vec::new();
        for _ in 0..9 {
            assert!(aside.may(&A, now));
            aside.failed(&A, now);
            let wait = (1..=300).map(Duration::from_secs).find(|wait| aside.may(&A, now + *wait)).unwrap();
            waits.push(wait.as_secs());
            now += wait;
        }
        assert_eq!(waits, [2, 4, 8, 16, 32, 64, 128, 256, 300]);
        assert!(aside.may(&Task::of("a", "1"), Duration::ZERO), "others do not wait");
        assert!(aside.worked(&A) && !aside.worked(&A));
        assert!(aside.tasks().is_empty());
    }

    #[test]
    fn what_is_not_tried_again_is_forgotten_and_what_waits_is_not() {
        let (aside, later) = (SetAside::default(), Duration::from_secs(63));
        aside.failed(&A, Duration::ZERO);
        aside.failed(&Task::of("b", "1"), later);
        assert_eq!(aside.no_longer_wanted(later), [A]);
        assert_eq!(aside.tasks(), [Task::of("b", "1")]);
    }
}

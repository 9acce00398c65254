//! How the loops get on: when each last ended a look, whether it is in the middle of one, and whether its last one failed on the
//! database. The health page reads it: a service whose loops fail must not look healthy.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::{EngineError, EngineResult};
use crate::clock::Clocks;

/// The looks of all loops, by name: "planner", "dispatcher:telegram".
#[derive(Debug, Default)]
pub struct Beats {
    loops: Mutex<BTreeMap<String, Beat>>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Beat {
    /// When the look under way began, on the monotonic clock.
    began: Option<Duration>,
    /// When the last look ended.
    ended: Option<Duration>,
    /// Whether the last look failed on the database.
    fails: bool,
}

impl Beats {
    /// Does a look of a loop, and notes how long it takes and how it ends.
    ///
    /// # Errors
    /// What the look says.
    pub async fn during<T>(
        &self,
        name: &str,
        clocks: &Clocks,
        look: impl Future<Output = EngineResult<T>>,
    ) -> EngineResult<T> {
        self.begins(name, clocks.mono.elapsed());
        let result = look.await;
        self.ends(name, clocks.mono.elapsed(), result.as_ref().err());
        result
    }

    /// Notes that a look begins, at a time of the monotonic clock.
    pub fn begins(&self, name: &str, now: Duration) {
        self.lock().entry(name.to_owned()).or_default().began = Some(now);
    }

    /// Notes that a look ended, and how.
    pub fn ends(&self, name: &str, now: Duration, error: Option<&EngineError>) {
        let fails = error.is_some_and(EngineError::is_of_database);
        self.lock().insert(name.to_owned(), Beat { began: None, ended: Some(now), fails });
    }

    /// Whether the last look of some loop failed on the database.
    #[must_use]
    pub fn is_failing(&self) -> bool {
        self.lock().values().any(|beat| beat.fails)
    }

    /// Loops that are in the middle of a look for longer than this.
    #[must_use]
    pub fn stuck(&self, now: Duration, longer_than: Duration) -> Vec<String> {
        let is_stuck = |beat: &Beat| beat.began.is_some_and(|began| now.saturating_sub(began) > longer_than);
        self.lock().iter().filter(|(_, beat)| is_stuck(beat)).map(|(name, _)| name.clone()).collect()
    }

    /// Seconds since each loop ended a look.
    #[must_use]
    pub fn ages(&self, now: Duration) -> BTreeMap<String, u64> {
        let age = |(name, beat): (&String, &Beat)| Some((name.clone(), now.saturating_sub(beat.ended?).as_secs()));
        self.lock().iter().filter_map(age).collect()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Beat>> {
        self.loops.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::StoreError;

    const fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn a_loop_fails_while_its_last_look_failed_on_the_database_and_on_nothing_else() {
        let beats = Beats::default();
        beats.ends("planner", at(1), Some(&EngineError::NoCommune));
        assert!(!beats.is_failing());
        beats.ends("planner", at(2), Some(&StoreError::Database(sqlx::Error::PoolTimedOut).into()));
        beats.ends("keeper", at(3), None);
        assert!(beats.is_failing());
        beats.ends("planner", at(4), None);
        assert!(!beats.is_failing());
        assert_eq!(beats.ages(at(5)), [("keeper".to_owned(), 2), ("planner".to_owned(), 1)].into());
    }

    #[test]
    fn a_look_that_does_not_end_is_stuck_and_one_that_ended_is_not() {
        let beats = Beats::default();
        beats.begins("keeper", at(1));
        beats.begins("planner", at(1));
        beats.ends("planner", at(2), None);
        assert_eq!(beats.stuck(at(61), at(60)), Vec::<String>::new());
        assert_eq!(beats.stuck(at(62), at(60)), ["keeper"]);
    }
}

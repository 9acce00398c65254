//! Time as a parameter. Three clocks, never confused:
//!
//! * **business**: schedules, windows, deadlines, reminders, expiry, periods. The demo lets it jump.
//! * **wall**: the system's own time: leases, retry waits, token ages. Never jumps on purpose; a service's goes on steadily when
//!   the machine's date jumps ([`steady`]).
//! * **monotonic**: pacing and timeouts; not related to any date.
//!
//! `now()` of the standard library and of chrono is banned by clippy everywhere else.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use crate::domain::calendar::Millis;

pub mod steady;

use steady::SteadyClock;

/// A source of instants.
pub trait Clock: Send + Sync {
    /// The instant it is now on this clock.
    fn now(&self) -> Millis;
}

/// A source of elapsed time, unaffected by anybody setting the date.
pub trait Monotonic: Send + Sync {
    /// Time since some fixed start.
    fn elapsed(&self) -> Duration;
}

/// The three clocks that go through the house together.
#[derive(Clone)]
pub struct Clocks {
    /// Schedules, windows, deadlines, periods.
    pub business: Arc<dyn Clock>,
    /// Leases, retry waits, ages.
    pub wall: Arc<dyn Clock>,
    /// Pacing, timeouts.
    pub mono: Arc<dyn Monotonic>,
}

impl Clocks {
    /// The machine's own time on all three.
    #[must_use]
    pub fn system() -> Self {
        let system = Arc::new(SystemClock::new());
        Self { business: system.clone(), wall: system.clone(), mono: system }
    }

    /// Both dates go by the machine's count and not by its date alone, as a service's must that runs for months: with the clock
    /// that somebody has to look at.
    #[must_use]
    pub fn steady() -> (Self, Arc<SteadyClock>) {
        let system = Arc::new(SystemClock::new());
        let steady = SteadyClock::of(&system);
        (Self { business: steady.clone(), wall: steady.clone(), mono: system }, steady)
    }

    /// Both dates on one test clock; the monotonic one follows it too, so that a test drives everything by hand.
    #[must_use]
    pub fn test(clock: &Arc<TestClock>) -> Self {
        Self { business: clock.clone(), wall: clock.clone(), mono: clock.clone() }
    }
}

/// The machine's clock.
pub struct SystemClock {
    started: std::time::Instant,
}

impl SystemClock {
    /// Starts the monotonic count at zero.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the machine's clock")]
    pub fn new() -> Self {
        Self { started: std::time::Instant::now() }
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the machine's clock")]
    fn now(&self) -> Millis {
        let since_epoch = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        Millis(i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX))
    }
}

impl Monotonic for SystemClock {
    fn elapsed(&self) -> Duration {
        HEAD_START + self.started.elapsed()
    }
}

/// What the monotonic clock of a process shows when it begins: calls made by the process before this one have their own place
/// on it, and a start need not wait as if they had all been made just now. Longer than the pace of any platform remembers.
const HEAD_START: Duration = Duration::from_hours(1);

/// Time since the machine was switched on, its sleep counted (Linux, proc(5), `/proc/uptime`: seconds); none where that is not told.
fn since_boot() -> Option<Duration> {
    let told = std::fs::read_to_string("/proc/uptime").ok()?;
    let seconds: f64 = told.split_whitespace().next()?.parse().ok()?;
    Duration::try_from_secs_f64(seconds).ok()
}

/// A clock that runs with the machine's but can be put ahead: the demo's business clock.
pub struct JumpingClock {
    base: Arc<dyn Clock>,
    ahead: AtomicI64,
}

impl JumpingClock {
    /// A clock that shows `start` now and runs 1:1 from there.
    #[must_use]
    pub fn starting_at(base: Arc<dyn Clock>, start: Millis) -> Self {
        let ahead = start.0 - base.now().0;
        Self { base, ahead: AtomicI64::new(ahead) }
    }

    /// Puts the clock forward to `target`; an instant already passed changes nothing.
    pub fn jump_to(&self, target: Millis) {
        let behind = target.0 - self.now().0;
        if behind > 0 {
            self.ahead.fetch_add(behind, Ordering::SeqCst);
        }
    }
}

impl Clock for JumpingClock {
    fn now(&self) -> Millis {
        Millis(self.base.now().0 + self.ahead.load(Ordering::SeqCst))
    }
}

/// A clock that stands still until a test moves it.
pub struct TestClock {
    now: AtomicI64,
    start: i64,
}

impl TestClock {
    /// Stands at `start`.
    #[must_use]
    pub fn at(start: Millis) -> Arc<Self> {
        Arc::new(Self { now: AtomicI64::new(start.0), start: start.0 })
    }

    /// Moves forward by `by`.
    pub fn advance(&self, by: Duration) {
        self.now.fetch_add(i64::try_from(by.as_millis()).unwrap_or(i64::MAX), Ordering::SeqCst);
    }

    /// Moves to `to`, forwards or backwards: what NTP does to a server.
    pub fn set(&self, to: Millis) {
        self.now.store(to.0, Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Millis {
        Millis(self.now.load(Ordering::SeqCst))
    }
}

impl Monotonic for TestClock {
    fn elapsed(&self) -> Duration {
        let passed = self.now.load(Ordering::SeqCst) - self.start;
        Duration::from_millis(u64::try_from(passed).unwrap_or(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_done_before_the_start_has_a_place_on_the_clock() {
        let clock = SystemClock::new();
        let (first, second) = (clock.elapsed(), clock.elapsed());
        assert!(first >= HEAD_START && second >= first);
    }

    #[test]
    fn a_jumping_clock_never_goes_back() {
        let base = TestClock::at(Millis(1_000));
        let clock = JumpingClock::starting_at(base.clone(), Millis(50_000));
        clock.jump_to(Millis(60_000));
        clock.jump_to(Millis(55_000));
        assert_eq!(clock.now(), Millis(60_000));
        base.advance(Duration::from_secs(1));
        assert_eq!(clock.now(), Millis(61_000));
    }
}

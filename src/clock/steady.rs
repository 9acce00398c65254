//! Time that a date set by mistake does not move.
//!
//! It goes by the machine's uninterrupted count and follows the machine's date while that moves with it, as it does under NTP. A date
//! that jumps away is not followed until somebody else says that it is right: while things wait, nothing leaves a day early and nothing
//! waits a day longer. Whoever begins anew takes the machine's date for what it is.

use std::sync::{Arc, Mutex, PoisonError};

use super::{Clock, Monotonic, SystemClock, since_boot};
use crate::domain::calendar::Millis;

/// Milliseconds from which on a difference is a jump. What moves a clock without a mistake moves it by less, and the date that a
/// platform tells is as old as its answer was under way.
const JUMP: i64 = 90_000;
/// Milliseconds of sleep that are counted; what is shorter is the rounding of two counts.
const SLEEP: i64 = 1_000;
/// Dates of others in a row that contradict ours before it is said: one may have been under way while the machine slept.
const CONTRADICTIONS: u32 = 2;

/// How the dates stand to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Standing {
    /// Milliseconds by which the machine's date jumped away and is not followed.
    pub jumped_by: Option<i64>,
    /// Milliseconds by which others say that it is later than we take it for.
    pub wrong_by: Option<i64>,
}

/// Time since the machine was switched on, its sleep counted; none where that is not told.
pub type SinceBoot = Arc<dyn Fn() -> Option<std::time::Duration> + Send + Sync>;

/// The clock.
pub struct SteadyClock {
    machine: Arc<dyn Clock>,
    ticking: Arc<dyn Monotonic>,
    since_boot: SinceBoot,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// What the count has to be added to, epoch milliseconds.
    offset: i64,
    /// By how much the count with sleep was ahead of the one without.
    asleep: Option<i64>,
    contradictions: u32,
    standing: Standing,
}

impl SteadyClock {
    /// Begins with the machine's date.
    #[must_use]
    pub fn new(machine: Arc<dyn Clock>, ticking: Arc<dyn Monotonic>, since_boot: SinceBoot) -> Arc<Self> {
        let offset = machine.now().0 - millis(ticking.elapsed());
        let state = Mutex::new(State { offset, ..State::default() });
        Arc::new(Self { machine, ticking, since_boot, state })
    }

    /// Of this machine.
    pub(super) fn of(system: &Arc<SystemClock>) -> Arc<Self> {
        Self::new(system.clone(), system.clone(), Arc::new(since_boot))
    }

    /// Looks at the machine's date, every second or so, with what somebody else said the time is since the last look.
    pub fn look(&self, told: Option<Millis>) -> Standing {
        let (machine, ticked) = (self.machine.now().0, millis(self.ticking.elapsed()));
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.offset += self.slept(&mut state, ticked);
        let away = machine - (ticked + state.offset);
        let is_confirmed = told.is_some_and(|told| is_near(told.0 - machine));
        state.standing.jumped_by = if is_near(away) || is_confirmed {
            state.offset += away;
            None
        } else {
            Some(away)
        };
        if let Some(told) = told {
            let off = told.0 - (ticked + state.offset);
            state.contradictions = if is_near(off) { 0 } else { state.contradictions.saturating_add(1) };
            state.standing.wrong_by = Some(off).filter(|_| state.contradictions >= CONTRADICTIONS);
        }
        state.standing
    }

    /// Milliseconds that the machine slept since the last look: its count stands still meanwhile, its date does not.
    fn slept(&self, state: &mut State, ticked: i64) -> i64 {
        let Some(booted) = (self.since_boot)() else { return 0 };
        let asleep = millis(booted) - ticked;
        let before = state.asleep.replace(asleep).unwrap_or(asleep);
        Some(asleep - before).filter(|slept| *slept >= SLEEP).unwrap_or(0)
    }
}

impl Clock for SteadyClock {
    fn now(&self) -> Millis {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        Millis(millis(self.ticking.elapsed()) + state.offset)
    }
}

const fn is_near(difference: i64) -> bool {
    difference.abs() < JUMP
}

fn millis(count: std::time::Duration) -> i64 {
    i64::try_from(count.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicI64, Ordering};
    use std::time::Duration;

    use rstest::rstest;

    use super::*;
    use crate::clock::TestClock;

    const DAY: i64 = 86_400_000;
    const START: i64 = 1_753_664_400_000;

    struct Bench {
        clock: Arc<SteadyClock>,
        machine: Arc<TestClock>,
        ticking: Arc<TestClock>,
        asleep: Arc<AtomicI64>,
    }

    impl Bench {
        fn new() -> Self {
            let (machine, ticking) = (TestClock::at(Millis(START)), TestClock::at(Millis(0)));
            let asleep = Arc::new(AtomicI64::new(0));
            let (count, slept) = (ticking.clone(), asleep.clone());
            let since_boot: SinceBoot = Arc::new(move || {
                let slept = Duration::from_millis(u64::try_from(slept.load(Ordering::SeqCst)).ok()?);
                Some(count.elapsed() + slept)
            });
            let clock = SteadyClock::new(machine.clone(), ticking.clone(), since_boot);
            let bench = Self { clock, machine, ticking, asleep };
            bench.clock.look(None);
            bench
        }

        /// Lets time pass for everybody, and looks.
        fn pass(&self, seconds: u64, told: Option<i64>) -> Standing {
            let by = Duration::from_secs(seconds);
            self.machine.advance(by);
            self.ticking.advance(by);
            self.clock.look(told.map(Millis))
        }

        fn jump(&self, by: i64) {
            self.machine.set(self.machine.now().plus_ms(by));
        }

        fn since_start(&self) -> i64 {
            self.clock.now().0 - START
        }
    }

    #[rstest]
    #[case(DAY)]
    #[case(-DAY)]
    #[case(90_000)]
    fn a_date_that_jumps_is_not_followed_and_is_forgotten_when_it_comes_back(#[case] by: i64) {
        let bench = Bench::new();
        bench.jump(by);
        assert_eq!(bench.since_start(), 0, "also before anybody looks");
        assert_eq!(bench.pass(60, None), Standing { jumped_by: Some(by), wrong_by: None });
        assert_eq!(bench.since_start(), 60_000);
        bench.jump(-by);
        assert_eq!(bench.pass(60, None), Standing::default());
        assert_eq!(bench.since_start(), 120_000);
    }

    #[rstest]
    #[case(2_000)]
    #[case(-80_000)]
    fn a_date_that_is_corrected_is_followed(#[case] by: i64) {
        let bench = Bench::new();
        bench.jump(by);
        assert_eq!((bench.pass(1, None), bench.since_start()), (Standing::default(), 1_000 + by));
    }

    #[test]
    fn a_jump_is_followed_when_others_say_the_same() {
        let bench = Bench::new();
        bench.jump(DAY);
        assert_eq!(bench.pass(1, Some(START)).jumped_by, Some(DAY), "they say that we are right");
        assert_eq!(bench.since_start(), 1_000);
        assert_eq!(bench.pass(1, Some(START + DAY + 1_000)), Standing::default());
        assert_eq!(bench.since_start(), DAY + 2_000);
    }

    #[test]
    fn a_machine_that_slept_did_not_jump() {
        let bench = Bench::new();
        bench.asleep.fetch_add(DAY, Ordering::SeqCst);
        bench.jump(DAY);
        assert_eq!((bench.pass(1, None), bench.since_start()), (Standing::default(), DAY + 1_000));
    }

    #[test]
    fn a_date_that_was_wrong_from_the_beginning_is_told_when_others_contradict_it_twice() {
        let bench = Bench::new();
        assert_eq!(bench.pass(1, Some(START - DAY + 1_000)), Standing::default());
        assert_eq!(bench.pass(1, None), Standing::default());
        let standing = bench.pass(1, Some(START - DAY + 3_000));
        assert_eq!(standing, Standing { jumped_by: None, wrong_by: Some(-DAY) });
        assert_eq!(bench.pass(1, None), standing, "nobody said anything else");
        bench.jump(-DAY);
        assert_eq!(bench.pass(1, Some(START - DAY + 5_000)), Standing::default());
        assert_eq!(bench.since_start(), 5_000 - DAY);
    }
}

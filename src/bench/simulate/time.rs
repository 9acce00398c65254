//! The clocks of a simulation. Nothing passes on any of them unless the simulation lets it.
//!
//! * The sun: how long it really is since the beginning. People live by it, platforms answer by it.
//! * The machine's clock: the sun and an error, which somebody may set. Business and wall time both read it, as on a server.
//! * The monotonic clock of the process: it runs with the sun, and begins anew with each process.

use std::sync::Arc;
use std::time::Duration;

use crate::clock::{Clocks, TestClock};
use crate::domain::calendar::Millis;

/// What the monotonic clock shows when a process begins, as on the machine ([`crate::clock`]).
const HEAD_START: Duration = Duration::from_hours(1);

/// The clocks.
pub(super) struct Time {
    machine: Arc<TestClock>,
    mono: Arc<TestClock>,
    begun: Millis,
    /// Milliseconds since the beginning.
    sun: i64,
    /// By how many milliseconds the machine's clock is ahead of the sun.
    error: i64,
}

impl Time {
    /// Clocks that show the right time.
    pub(super) fn at(begun: Millis) -> Self {
        Self { machine: TestClock::at(begun), mono: fresh_mono(), begun, sun: 0, error: 0 }
    }

    /// The clocks as the process reads them.
    pub(super) fn clocks(&self) -> Clocks {
        Clocks { business: self.machine.clone(), wall: self.machine.clone(), mono: self.mono.clone() }
    }

    /// A new process begins: its monotonic clock begins anew.
    pub(super) fn new_process(&mut self) {
        self.mono = fresh_mono();
    }

    /// Lets so many milliseconds pass; none when negative.
    pub(super) fn pass(&mut self, millis: i64) {
        let millis = millis.max(0);
        self.sun += millis;
        self.show();
        self.mono.advance(Duration::from_millis(u64::try_from(millis).unwrap_or(0)));
    }

    /// Sets the machine's clock so many milliseconds ahead of the sun.
    pub(super) fn set_error(&mut self, millis: i64) {
        self.error = millis;
        self.show();
    }

    /// By how many milliseconds the machine's clock is ahead.
    pub(super) const fn error(&self) -> i64 {
        self.error
    }

    /// Milliseconds since the beginning.
    pub(super) const fn sun(&self) -> i64 {
        self.sun
    }

    /// What the machine's clock would show if nobody had set it.
    pub(super) const fn date(&self) -> Millis {
        self.begun.plus_ms(self.sun)
    }

    /// What the machine's clock shows.
    pub(super) const fn machine(&self) -> Millis {
        self.date().plus_ms(self.error)
    }

    fn show(&self) {
        self.machine.set(self.machine());
    }
}

fn fresh_mono() -> Arc<TestClock> {
    let mono = TestClock::at(Millis(0));
    mono.advance(HEAD_START);
    mono
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_is_set_moves_the_machine_and_neither_the_sun_nor_the_process() {
        let mut time = Time::at(Millis(10_000));
        time.pass(500);
        time.set_error(-4_000);
        time.pass(-7);
        let clocks = time.clocks();
        assert_eq!((time.sun(), time.date(), time.machine()), (500, Millis(10_500), Millis(6_500)));
        assert_eq!((clocks.wall.now(), clocks.business.now()), (Millis(6_500), Millis(6_500)));
        assert_eq!(clocks.mono.elapsed(), HEAD_START + Duration::from_millis(500));
        time.new_process();
        assert_eq!(time.clocks().mono.elapsed(), HEAD_START);
    }
}

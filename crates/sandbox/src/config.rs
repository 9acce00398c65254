//! What a stand-in is started with: where it listens, its faults, its clocks, the lifecycle it lives in, and the rules
//! that only its platform has.
//!
//! A stand-in reads no clock and spawns no task of its own accord: both come in here, so that a test can hold time still
//! and a shutdown can wait for every task.

use std::ops::{Deref, DerefMut};

use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{Clocks, Fault};

/// Everything a stand-in is started with. The rules of its platform are reached as if they were fields: `config.limits`.
#[derive(Debug, Clone)]
pub struct Config<R> {
    /// Port on 127.0.0.1; 0 takes any free one.
    pub port: u16,
    /// Faults armed from the start.
    pub faults: Vec<Fault>,
    /// Seed of tokens, ids and people's choices.
    pub seed: u64,
    /// Offset from UTC of the transcript's clock, of calendar months and of the night, in minutes (420 for Việt Nam).
    pub utc_offset_minutes: i64,
    /// The clocks.
    pub clocks: Clocks,
    /// Where the stand-in's tasks are spawned, so that a shutdown can wait for them.
    pub tasks: TaskTracker,
    /// Cancelling this stops the stand-in.
    pub cancel: CancellationToken,
    /// What only this platform has.
    pub rules: R,
}

impl<R: Default> Config<R> {
    /// A stand-in on any free port, without limits and faults, with seed 1 and every rule as documented.
    #[must_use]
    pub fn new(clocks: Clocks, tasks: TaskTracker, cancel: CancellationToken) -> Self {
        let (faults, rules) = (Vec::new(), R::default());
        Self { port: 0, faults, seed: 1, utc_offset_minutes: 420, clocks, tasks, cancel, rules }
    }
}

impl<R> Config<R> {
    /// Wall milliseconds.
    pub(crate) fn wall(&self) -> i64 {
        (self.clocks.wall_ms)()
    }

    /// Monotonic milliseconds.
    pub(crate) fn monotonic(&self) -> i64 {
        (self.clocks.monotonic_ms)()
    }

    /// A wall time in the time zone of the people.
    pub(crate) fn local(&self, at_ms: i64) -> i64 {
        at_ms.saturating_add(self.utc_offset_minutes.saturating_mul(60_000))
    }
}

impl<R> Deref for Config<R> {
    type Target = R;

    fn deref(&self) -> &R {
        &self.rules
    }
}

impl<R> DerefMut for Config<R> {
    fn deref_mut(&mut self) -> &mut R {
        &mut self.rules
    }
}

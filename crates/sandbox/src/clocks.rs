//! The clocks of a stand-in. None reads a clock of its own: both come from its owner, so that a test can hold time still.

use std::sync::Arc;

/// A clock handed in by the owner; every call returns milliseconds.
pub type ClockFn = Arc<dyn Fn() -> i64 + Send + Sync>;

/// The two clocks of a sandbox.
#[derive(Clone)]
pub struct Clocks {
    /// Milliseconds that only grow: rate limits, the age of updates, the time to answer a button.
    pub monotonic_ms: ClockFn,
    /// Milliseconds since the Unix epoch: message dates and the 48 hours in which a message may be deleted.
    pub wall_ms: ClockFn,
}

impl std::fmt::Debug for Clocks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Clocks")
    }
}

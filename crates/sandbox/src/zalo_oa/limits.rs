//! Rates by the minute, as the headers `X-RateLimit-Limit` and `X-RateLimit-Remain` tell them.

use super::{config::OaLimits, error::OaError};

const MINUTE: i64 = 60_000;

/// Calls admitted in the running minute. Times are monotonic milliseconds.
#[derive(Debug, Default)]
pub(super) struct Limiter {
    minute: i64,
    calls: u32,
}

/// What the headers say.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rate {
    pub limit: u32,
    pub remain: u32,
}

impl Limiter {
    /// Counts one call, or refuses it with one of the two texts of -32. A refused call is not counted.
    pub(super) fn admit(&mut self, limits: &OaLimits, now: i64) -> Result<(), OaError> {
        self.turn(now);
        if self.calls >= limits.app_per_minute {
            return Err(OaError::new(-32, "The application has reached its request limit"));
        }
        if self.calls >= limits.oa_per_minute {
            return Err(OaError::new(-32, "The OA has reached its request limit"));
        }
        self.calls += 1;
        Ok(())
    }

    /// The headers as of now.
    pub(super) fn rate(&mut self, limits: &OaLimits, now: i64) -> Rate {
        self.turn(now);
        let limit = limits.oa_per_minute.min(limits.app_per_minute);
        Rate { limit, remain: limit.saturating_sub(self.calls) }
    }

    fn turn(&mut self, now: i64) {
        let minute = now.div_euclid(MINUTE);
        if minute != self.minute {
            (self.minute, self.calls) = (minute, 0);
        }
    }
}

//! When a call may leave: even spacing on a gateway, and each chat's own limits.
//!
//! Even spacing matters by itself: measured against a strict window of 30 calls a second, 29 even calls draw no refusal
//! where bursts of 28 draw a thousand. So a gateway has one next free instant, and every grant moves it by one interval.
//! Grants are per call, edits and replies included, since the platform counts them all. The pacer is pure: it is told
//! the time, and it never sleeps.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use crate::domain::message::Lane;

/// Limits of one gateway.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Time between two calls of the gateway.
    pub interval: Duration,
    /// Time between two calls to one chat.
    pub chat_gap: Duration,
    /// Calls a group takes within [`Limits::group_window`].
    pub group_calls: usize,
    /// The stretch over which they are counted.
    pub group_window: Duration,
    /// Edits among them, a window: the rest is for messages.
    pub group_edits: usize,
    /// Time between two edits of the gateway.
    pub edit_interval: Duration,
    /// Time between two replies while a flash message waits.
    pub reply_interval_under_flash: Duration,
}

impl Limits {
    /// Telegram's limits (Bots FAQ, "My bot is hitting limits": about 30 a second, 1 a second in a chat, 20 a minute in a
    /// group), each with a little air, since the platform counts arrivals and we count departures.
    #[must_use]
    pub fn telegram(per_second: u32) -> Self {
        Self {
            interval: Duration::from_secs(1) / per_second.max(1),
            chat_gap: Duration::from_millis(1_050),
            group_calls: 20,
            group_window: Duration::from_secs(61),
            group_edits: 4,
            edit_interval: Duration::from_millis(334),
            reply_interval_under_flash: Duration::from_millis(200),
        }
    }

    /// Limits of a platform that publishes none for a chat: even spacing over all, and one call a second in a chat, so that
    /// it stays readable for people.
    #[must_use]
    pub fn even(interval: Duration) -> Self {
        // No limit a minute is published for a group: only Telegram has one.
        Self { interval, chat_gap: Duration::from_secs(1).max(interval), group_calls: usize::MAX, ..Self::telegram(1) }
    }
}

/// What asks for a slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Request<'a> {
    /// The chat, by its id on the platform.
    pub chat: &'a str,
    /// Groups have a limit a minute that private chats do not.
    pub is_group: bool,
    /// The message's lane.
    pub lane: Lane,
    /// Whether a flash message waits on this gateway.
    pub flash_waits: bool,
}

#[derive(Debug, Default)]
struct ChatPace {
    calls: VecDeque<Duration>,
    edits: VecDeque<Duration>,
    paused_until: Duration,
    last_refusal: Option<Duration>,
}

/// The pace of one gateway. Times are on the monotonic clock.
#[derive(Debug)]
pub struct Pacer {
    limits: Limits,
    free_at: Duration,
    edits_free_at: Duration,
    replies_free_at: Duration,
    paused_until: Duration,
    chats: HashMap<String, ChatPace>,
}

/// Refusals of several chats within this stretch mean the gateway itself is too fast.
const REFUSAL_STRETCH: Duration = Duration::from_secs(5);
/// How many chats that takes.
const REFUSING_CHATS: usize = 3;

impl Pacer {
    /// A pacer that has granted nothing yet.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        let zero = Duration::ZERO;
        Self {
            limits,
            free_at: zero,
            edits_free_at: zero,
            replies_free_at: zero,
            paused_until: zero,
            chats: HashMap::new(),
        }
    }

    /// Takes a slot, now.
    ///
    /// # Errors
    /// The instant at which it is worth asking again; nothing was taken.
    pub fn grant(&mut self, now: Duration, request: Request<'_>) -> Result<(), Duration> {
        let earliest = self.earliest(now, request);
        if earliest > now {
            return Err(earliest);
        }
        self.take(now, request);
        Ok(())
    }

    /// Notes that the call last granted to a chat came back. The platform counted it somewhere between the grant and now, so
    /// the chat's gap and window count from now: the next call cannot come too early however long the commit took.
    pub fn finished(&mut self, now: Duration, chat: &str) {
        let Some(pace) = self.chats.get_mut(chat) else { return };
        if let Some(last) = pace.calls.back_mut() {
            *last = (*last).max(now);
        }
    }

    /// When the whole gateway may send again, whatever the chat.
    #[must_use]
    pub fn gateway_free_at(&self) -> Duration {
        self.free_at.max(self.paused_until)
    }

    /// Notes a call made before this process started, `ago` before `now`.
    pub fn reload(&mut self, now: Duration, chat: &str, ago: Duration) {
        // The machine's clock begins late enough for all that is remembered; another one takes what is older for made at its
        // zero, which is later than true and so never too fast.
        let made = now.saturating_sub(ago);
        self.free_at = self.free_at.max(made + self.limits.interval);
        self.chats.entry(chat.to_owned()).or_default().calls.push_back(made);
    }

    /// A refusal with a wait: that chat pauses; the gateway does only when several chats were refused together.
    pub fn refused(&mut self, now: Duration, chat: &str, wait: Duration) {
        let pace = self.chats.entry(chat.to_owned()).or_default();
        pace.paused_until = pace.paused_until.max(now + wait);
        pace.last_refusal = Some(now);
        let refusing = self
            .chats
            .values()
            .filter(|pace| pace.last_refusal.is_some_and(|at| now.saturating_sub(at) <= REFUSAL_STRETCH));
        if refusing.count() >= REFUSING_CHATS {
            self.pause(now + wait);
        }
    }

    /// Stops the whole gateway until `until`.
    pub fn pause(&mut self, until: Duration) {
        self.paused_until = self.paused_until.max(until);
    }

    fn earliest(&self, now: Duration, request: Request<'_>) -> Duration {
        let mut at = self.gateway_free_at();
        if request.lane == Lane::Edit {
            at = at.max(self.edits_free_at);
        }
        if request.lane == Lane::Reply && request.flash_waits {
            at = at.max(self.replies_free_at);
        }
        match self.chats.get(request.chat) {
            Some(pace) => at.max(self.chat_earliest(now, pace, request)),
            None => at,
        }
    }

    fn chat_earliest(&self, now: Duration, pace: &ChatPace, request: Request<'_>) -> Duration {
        let mut at = pace.paused_until;
        if let Some(last) = pace.calls.back() {
            at = at.max(*last + self.limits.chat_gap);
        }
        if request.is_group {
            at = at.max(window_opens(&pace.calls, now, self.limits.group_calls, self.limits.group_window));
        }
        if request.lane == Lane::Edit {
            at = at.max(window_opens(&pace.edits, now, self.limits.group_edits, self.limits.group_window));
        }
        at
    }

    fn take(&mut self, now: Duration, request: Request<'_>) {
        // Spacing counts from the slot, not from when somebody came for it, unless the gateway was idle: then from now.
        self.free_at = self.free_at.max(now) + self.limits.interval;
        if request.lane == Lane::Edit {
            self.edits_free_at = now + self.limits.edit_interval;
        }
        if request.lane == Lane::Reply {
            self.replies_free_at = now + self.limits.reply_interval_under_flash;
        }
        let window = self.limits.group_window;
        let pace = self.chats.entry(request.chat.to_owned()).or_default();
        forget_before(&mut pace.calls, now, window);
        forget_before(&mut pace.edits, now, window);
        pace.calls.push_back(now);
        if request.lane == Lane::Edit {
            pace.edits.push_back(now);
        }
    }
}

/// When one more call fits into a sliding window that holds `calls`.
fn window_opens(calls: &VecDeque<Duration>, now: Duration, most: usize, window: Duration) -> Duration {
    let recent = calls.iter().filter(|at| **at + window > now).count();
    if recent < most {
        return Duration::ZERO;
    }
    calls.get(calls.len() - most).map_or(Duration::ZERO, |oldest| *oldest + window)
}

fn forget_before(calls: &mut VecDeque<Duration>, now: Duration, window: Duration) {
    while calls.front().is_some_and(|at| *at + window <= now) {
        calls.pop_front();
    }
}

#[cfg(test)]
mod tests;

//! When a call may leave: even spacing on a gateway, and each chat's own limits.
//!
//! Even spacing matters by itself: measured against a strict window of 30 calls a second, 29 even calls draw no refusal
//! where bursts of 28 draw a thousand. So a gateway has one next free instant, and every grant moves it by one interval.
//! Grants are per call, edits and replies included, since the platform counts them all. The pacer is pure: it is told
//! the time, and it never sleeps.
//!
//! Even spacing alone does not hold a strict window at its very limit: a call that arrives late brings the window closer to
//! those behind it. So the calls of a stretch are counted too, each from the instant at which its answer was here: by then
//! the platform has counted it.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use crate::domain::message::Lane;

/// Limits of one gateway.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Time between two calls of the gateway.
    pub interval: Duration,
    /// Calls the gateway takes within [`Limits::window`].
    pub calls: usize,
    /// The stretch over which they are counted.
    pub window: Duration,
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
    /// Chats refused within a few seconds that mean the gateway itself is too fast.
    pub refusing_chats: usize,
}

impl Limits {
    /// Telegram's limits (Bots FAQ, "My bot is hitting limits": about 30 a second, 1 a second in a chat, 20 a minute in a
    /// group), each with a little air, since the platform counts arrivals and we count departures.
    #[must_use]
    pub fn telegram(per_second: u32) -> Self {
        Self {
            interval: Duration::from_secs(1) / per_second.max(1),
            calls: usize::try_from(per_second.max(1)).unwrap_or(usize::MAX),
            window: Duration::from_millis(1_001),
            chat_gap: Duration::from_millis(1_050),
            group_calls: 20,
            group_window: Duration::from_secs(61),
            group_edits: 4,
            edit_interval: Duration::from_millis(334),
            refusing_chats: 3,
        }
    }

    /// Limits of a platform that publishes none for a chat: even spacing over all, and one call a second in a chat, so that
    /// it stays readable for people.
    #[must_use]
    pub fn even(interval: Duration) -> Self {
        // No limit a minute is published for a group: only Telegram has one.
        let chat_gap = Duration::from_secs(1).max(interval);
        // What these platforms refuse in one chat (its night, a person's quota) says nothing of the others.
        let (calls, group_calls, refusing_chats) = (usize::MAX, usize::MAX, usize::MAX);
        Self { interval, calls, chat_gap, group_calls, refusing_chats, ..Self::telegram(1) }
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
    /// Whether a broadcast of a pressing lane waits on this gateway ([`Lane::is_pressing`]).
    pub pressing_waits: bool,
}

#[derive(Debug, Default)]
struct ChatPace {
    calls: VecDeque<Duration>,
    edits: VecDeque<Duration>,
    /// The number of its latest call among all of the gateway.
    latest: u64,
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
    strangers_free_at: Duration,
    /// Of so many slots people nobody knows have one.
    strangers_every: u32,
    paused_until: Duration,
    chats: HashMap<String, ChatPace>,
    /// When the calls of the latest window were counted at the latest; the first of them has the number `first`.
    recent: VecDeque<Duration>,
    first: u64,
    /// How much longer than published the interval is, in percent: a platform that refuses is not asked as fast again.
    stretch: u32,
    stretched_at: Duration,
    /// When the gateway was refused last.
    slowed_at: Option<Duration>,
}

/// Of so many slots replies take one while a pressing broadcast waits.
const REPLY_EVERY: u32 = 10;
/// Percent by which the interval grows when the gateway itself was refused, and its bound.
const SLOWER: (u32, u32) = (150, 800);
/// After so long without a refusal it comes a tenth closer again.
const CREEP: Duration = Duration::from_secs(20);
/// Refusals of several chats within this stretch mean the gateway itself is too fast.
const REFUSAL_STRETCH: Duration = Duration::from_secs(5);

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
            strangers_free_at: zero,
            strangers_every: REPLY_EVERY,
            paused_until: zero,
            chats: HashMap::new(),
            recent: VecDeque::new(),
            first: 0,
            stretch: 100,
            stretched_at: zero,
            slowed_at: None,
        }
    }

    /// The same, with at most so many percent of the slots for people nobody knows.
    #[must_use]
    pub fn with_strangers(self, percent: u32) -> Self {
        Self { strangers_every: 100_u32.div_ceil(percent.clamp(1, 100)), ..self }
    }

    /// Takes a slot that begins no later than `ahead` from now; gives its instant. Ahead is only the gateway's own spacing: for a
    /// chat or a lane that must wait itself, the gateway would stand idle.
    ///
    /// # Errors
    /// The instant at which it is worth asking again; nothing was taken.
    pub fn grant(&mut self, now: Duration, ahead: Duration, request: Request<'_>) -> Result<Duration, Duration> {
        let (earliest, slot) = (self.earliest(now, request), self.gateway_free_at().max(now));
        if earliest > slot || slot > now + ahead {
            return Err(earliest);
        }
        self.take(slot, request);
        Ok(slot)
    }

    /// Notes that the call last granted to a chat came back. The platform counted it somewhere between the grant and now, so
    /// every window that holds it counts from now: the next call cannot come too early however long the commit took.
    pub fn finished(&mut self, now: Duration, chat: &str) {
        let Some(pace) = self.chats.get_mut(chat) else { return };
        if let Some(last) = pace.calls.back_mut() {
            *last = (*last).max(now);
        }
        let number = pace.latest;
        let index = number.checked_sub(self.first).and_then(|behind| usize::try_from(behind).ok());
        if let Some(counted) = index.and_then(|index| self.recent.get_mut(index)) {
            *counted = (*counted).max(now);
            return;
        }
        // It took longer than the window is long, and counts from now all the same.
        let number = self.count(now);
        if let Some(pace) = self.chats.get_mut(chat) {
            pace.latest = number;
        }
    }

    /// When the whole gateway may send again, whatever the chat.
    #[must_use]
    pub fn gateway_free_at(&self) -> Duration {
        self.free_at.max(self.paused_until).max(self.window_opens())
    }

    /// When a lane may send again, whatever the chat; `pressing_waits` as in [`Request`].
    #[must_use]
    pub fn lane_free_at(&self, lane: Lane, pressing_waits: bool) -> Duration {
        let at = self.gateway_free_at();
        match lane {
            Lane::Edit => at.max(self.edits_free_at),
            Lane::Reply if pressing_waits => at.max(self.replies_free_at),
            Lane::Stranger => at.max(self.strangers_free_at),
            _ => at,
        }
    }

    /// When one more call fits into the gateway's own window.
    fn window_opens(&self) -> Duration {
        let Limits { calls, window, .. } = self.limits;
        if self.recent.len() < calls {
            return Duration::ZERO;
        }
        // Late answers stand out of order: the window opens with the one that many places from the latest.
        let mut counted: Vec<Duration> = self.recent.iter().copied().collect();
        let place = counted.len() - calls;
        *counted.select_nth_unstable(place).1 + window
    }

    /// Notes a call made before this process started, `ago` before `now`.
    pub fn reload(&mut self, now: Duration, chat: &str, ago: Duration) {
        // The machine's clock begins late enough for all that is remembered; another one takes what is older for made at its
        // zero, which is later than true and so never too fast.
        let made = now.saturating_sub(ago);
        self.free_at = self.free_at.max(made + self.limits.interval);
        let number = self.count(made);
        let pace = self.chats.entry(chat.to_owned()).or_default();
        pace.calls.push_back(made);
        pace.latest = number;
    }

    /// Pauses one chat.
    pub fn pause_chat(&mut self, now: Duration, chat: &str, wait: Duration) {
        let pace = self.chats.entry(chat.to_owned()).or_default();
        pace.paused_until = pace.paused_until.max(now + wait);
    }

    /// A refusal with a wait: that chat pauses; the gateway does only when several chats were refused together, where that means
    /// that all of it is too fast.
    pub fn refused(&mut self, now: Duration, chat: &str, wait: Duration) {
        self.pause_chat(now, chat, wait);
        if let Some(pace) = self.chats.get_mut(chat) {
            pace.last_refusal = Some(now);
        }
        let refusing = self
            .chats
            .values()
            .filter(|pace| pace.last_refusal.is_some_and(|at| now.saturating_sub(at) <= REFUSAL_STRETCH));
        if refusing.count() >= self.limits.refusing_chats {
            self.pause(now + wait);
            self.slow_down(now);
        }
    }

    /// The platform refused the gateway itself as too fast: from now on calls leave further apart, and creep closer again while
    /// it does not.
    pub fn slow_down(&mut self, now: Duration) {
        // The calls that were under way together are refused together, and say one thing.
        if self.slowed_at.is_none_or(|at| now.saturating_sub(at) > REFUSAL_STRETCH) {
            self.stretch = (self.stretch * SLOWER.0 / 100).min(SLOWER.1);
            (self.slowed_at, self.stretched_at) = (Some(now), now);
        }
    }

    /// The time between two calls, as it is now.
    fn interval(&mut self, now: Duration) -> Duration {
        while self.stretch > 100 && now.saturating_sub(self.stretched_at) > CREEP {
            self.stretch = (self.stretch * 9 / 10).max(100);
            self.stretched_at += CREEP;
        }
        self.limits.interval * self.stretch / 100
    }

    /// Stops the whole gateway until `until`.
    pub fn pause(&mut self, until: Duration) {
        self.paused_until = self.paused_until.max(until);
    }

    fn earliest(&self, now: Duration, request: Request<'_>) -> Duration {
        let at = self.lane_free_at(request.lane, request.pressing_waits);
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

    fn take(&mut self, slot: Duration, request: Request<'_>) {
        // Spacing counts from the slot, not from when somebody came for it, unless the gateway was idle: then from now.
        self.free_at = self.free_at.max(slot) + self.interval(slot);
        if request.lane == Lane::Edit {
            self.edits_free_at = slot + self.limits.edit_interval;
        }
        if request.lane == Lane::Reply {
            self.replies_free_at = slot + self.interval(slot) * REPLY_EVERY;
        }
        if request.lane == Lane::Stranger {
            self.strangers_free_at = slot + self.interval(slot) * self.strangers_every;
        }
        let (window, latest) = (self.limits.group_window, self.count(slot));
        let pace = self.chats.entry(request.chat.to_owned()).or_default();
        forget_before(&mut pace.calls, slot, window);
        forget_before(&mut pace.edits, slot, window);
        pace.latest = latest;
        pace.calls.push_back(slot);
        if request.lane == Lane::Edit {
            pace.edits.push_back(slot);
        }
    }

    /// Counts a call of the gateway; gives its number.
    fn count(&mut self, at: Duration) -> u64 {
        while self.recent.front().is_some_and(|counted| *counted + self.limits.window <= at) {
            self.recent.pop_front();
            self.first += 1;
        }
        self.recent.push_back(at);
        self.first + u64::try_from(self.recent.len()).unwrap_or(u64::MAX) - 1
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

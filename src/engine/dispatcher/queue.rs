//! What waits on a gateway, as far as this engine has read it.
//!
//! The rows are the truth; this is only the order in which to try them, so that a long queue is not read anew for every
//! message. Of each lane the rows behind those read before are added. Whatever changed meanwhile, a claim asks the row
//! itself. A short queue is read anew at every look; a long one every now and then, the longer the rarer, so that a row that
//! came to stand before the place read up to is found.
//!
//! A chat's messages leave in their order: of each chat only the first is ready. A chat that may not be written to now is
//! held, until an instant or until its call comes back, and stands in nobody's way.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::time::Duration;

use super::halts::is_pressing;
use crate::domain::message::Lane;
use crate::store::messages::WaitingMessage;

/// A queue shorter than this is read anew at every look.
const SHORT: usize = 128;
/// A longer one at most this often…
const ANEW_EVERY: Duration = Duration::from_millis(500);
/// …and this much rarer for each of its rows: reading takes a small part of the time.
const ANEW_PER_ROW: Duration = Duration::from_micros(100);

/// Where a message stands: lane, due time, id.
type Place = (Lane, i64, String);

/// Until when a chat is held.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Hold {
    /// Until an instant of the monotonic clock, as long as the same message stands first: another one may not be concerned.
    Until { end: Duration, first: Option<Place> },
    /// Until [`Queue::release`].
    Called,
}

/// The messages of one gateway that were read and have not left.
#[derive(Debug, Default)]
pub(super) struct Queue {
    chats: HashMap<String, BTreeMap<Place, WaitingMessage>>,
    /// The first message of every chat that is not held.
    ready: BTreeMap<Place, String>,
    held: HashMap<String, Hold>,
    ends: BTreeSet<(Duration, String)>,
    /// Later parts whose earlier ones are not known to be sent, by delivery.
    blocked: HashMap<String, Vec<WaitingMessage>>,
    /// The last row read in each lane.
    read_up_to: HashMap<Lane, (i64, String)>,
    /// How many of those of chats are of a lane that nobody else may hold up.
    pressing: usize,
    /// How many rows were read.
    rows: usize,
    /// How many of them have left.
    left: usize,
    anew_at: Duration,
}

impl Queue {
    /// Nothing read yet, and these chats held until their calls come back.
    pub(super) fn holding(busy: &HashSet<String>) -> Self {
        Self { held: busy.iter().map(|chat| (chat.clone(), Hold::Called)).collect(), ..Self::default() }
    }

    /// Begins a look: chats whose hold is over are ready again. When it is time to read anew, what was read is forgotten; gives
    /// whether it was.
    pub(super) fn begin(&mut self, now: Duration) -> bool {
        if self.rows < SHORT || self.anew_at <= now {
            self.forget(now);
            return true;
        }
        while let Some((end, chat)) = self.ends.first().cloned().filter(|(end, _)| *end <= now) {
            self.ends.remove(&(end, chat.clone()));
            if matches!(self.held.get(&chat), Some(Hold::Until { end: held, .. }) if *held == end) {
                self.held.remove(&chat);
                self.show(&chat);
            }
        }
        false
    }

    fn forget(&mut self, now: Duration) {
        // What is held stays so: otherwise a chat that waits for its pace would be claimed for in vain at every look.
        self.held.retain(|_, hold| match hold {
            Hold::Until { end, .. } => *end > now,
            Hold::Called => true,
        });
        self.ends.retain(|(end, _)| *end > now);
        self.chats.clear();
        self.ready.clear();
        self.blocked.clear();
        self.read_up_to.clear();
        (self.rows, self.left, self.pressing) = (0, 0, 0);
        self.anew_at = now + ANEW_EVERY;
    }

    /// The last row read in a lane: the next page begins behind it.
    pub(super) fn read_up_to(&self, lane: Lane) -> Option<&(i64, String)> {
        self.read_up_to.get(&lane)
    }

    /// Takes a page in, in the order in which it was read.
    pub(super) fn take_in(&mut self, page: Vec<WaitingMessage>) {
        for message in page {
            self.read_up_to.insert(message.lane, (message.due_at, message.id.clone()));
            self.rows += 1;
            self.anew_at += ANEW_PER_ROW;
            match message.delivery_id.clone().filter(|_| message.is_blocked) {
                Some(delivery) => self.blocked.entry(delivery).or_default().push(message),
                None => self.add(message),
            }
        }
    }

    fn add(&mut self, message: WaitingMessage) {
        let chat = message.chat_id.clone();
        self.hide(&chat);
        let presses = usize::from(is_pressing(message.lane));
        let known = self.chats.entry(chat.clone()).or_default().insert(place(&message), message);
        self.pressing += presses * usize::from(known.is_none());
        if matches!(self.held.get(&chat), Some(Hold::Until { first, .. }) if first.as_ref() != self.first_in(&chat)) {
            self.held.remove(&chat);
        }
        self.show(&chat);
    }

    fn first_in(&self, chat: &str) -> Option<&Place> {
        self.chats.get(chat)?.keys().next()
    }

    /// The first message of a lane whose chat is not held.
    pub(super) fn first_of(&self, lane: Lane) -> Option<&WaitingMessage> {
        let (place, chat) = self.ready_of(lane).next()?;
        self.chats.get(chat)?.get(place)
    }

    /// The first one of those for which something holds.
    pub(super) fn first_where(&self, lane: Lane, holds: impl Fn(&WaitingMessage) -> bool) -> Option<&WaitingMessage> {
        let mut ready = self.ready_of(lane).filter_map(|(place, chat)| self.chats.get(chat)?.get(place));
        ready.find(|message| holds(message))
    }

    /// How many chats of a lane are ready, counted no further than `most`.
    pub(super) fn ready_in(&self, lane: Lane, most: usize) -> usize {
        self.ready_of(lane).take(most).count()
    }

    fn ready_of(&self, lane: Lane) -> impl Iterator<Item = (&Place, &String)> {
        self.ready.range((lane, i64::MIN, String::new())..).take_while(move |(place, _)| place.0 == lane)
    }

    /// Takes a message out: it left, or is not to leave. The next one of its chat is ready, unless the chat is held.
    pub(super) fn remove(&mut self, message: &WaitingMessage) {
        let chat = &message.chat_id;
        self.hide(chat);
        if let Some(waiting) = self.chats.get_mut(chat) {
            let removed = usize::from(waiting.remove(&place(message)).is_some());
            self.left += removed;
            self.pressing -= removed * usize::from(is_pressing(message.lane));
            if waiting.is_empty() {
                self.chats.remove(chat);
            }
        }
        self.show(chat);
    }

    /// Lets a chat wait until an instant.
    pub(super) fn hold_until(&mut self, chat: &str, until: Duration) {
        self.hide(chat);
        let first = self.first_in(chat).cloned();
        self.held.insert(chat.to_owned(), Hold::Until { end: until, first });
        self.ends.insert((until, chat.to_owned()));
    }

    /// Lets a chat wait until its call comes back.
    pub(super) fn hold(&mut self, chat: &str) {
        self.hide(chat);
        self.held.insert(chat.to_owned(), Hold::Called);
    }

    /// A chat's call came back.
    pub(super) fn release(&mut self, chat: &str) {
        self.held.remove(chat);
        self.show(chat);
    }

    /// Whatever made chats wait until an instant may be over.
    pub(super) fn lift(&mut self) {
        for (_, chat) in std::mem::take(&mut self.ends) {
            if matches!(self.held.get(&chat), Some(Hold::Until { .. })) {
                self.release(&chat);
            }
        }
    }

    /// A part of a delivery was sent: its later parts may be tried.
    pub(super) fn unblock(&mut self, delivery: &str) {
        for message in self.blocked.remove(delivery).unwrap_or_default() {
            self.add(message);
        }
    }

    /// When a chat that is held until an instant is ready again; the earliest of them.
    pub(super) fn next_ready_at(&self) -> Option<Duration> {
        self.ends.first().map(|(end, _)| *end)
    }

    /// How many messages wait here, held, blocked or ready.
    pub(super) const fn len(&self) -> usize {
        self.rows - self.left
    }

    /// Whether a broadcast of a pressing lane could leave now: while all of it is held, its slots stand idle.
    pub(super) fn waits_pressing(&self) -> bool {
        Lane::ALL.iter().any(|lane| lane.is_pressing() && self.ready_of(*lane).next().is_some())
    }

    /// Whether anything waits that nobody else may hold up, whether its chat is held or not.
    pub(super) const fn has_pressing(&self) -> bool {
        self.pressing > 0
    }

    fn hide(&mut self, chat: &str) {
        if let Some(first) = self.chats.get(chat).and_then(|waiting| waiting.keys().next()) {
            self.ready.remove(first);
        }
    }

    fn show(&mut self, chat: &str) {
        if self.held.contains_key(chat) {
            return;
        }
        if let Some(first) = self.chats.get(chat).and_then(|waiting| waiting.keys().next()) {
            self.ready.insert(first.clone(), chat.to_owned());
        }
    }
}

fn place(message: &WaitingMessage) -> Place {
    (message.lane, message.due_at, message.id.clone())
}

#[cfg(test)]
mod tests;

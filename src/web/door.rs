//! Who may come in: so many connections in all, so many from one address. When there is no room, somebody who only holds is let go of,
//! before somebody new is refused.
//!
//! A connection waits (nothing was asked), reads (a file whose address stands in groups of hundreds), asks (nothing is known of who
//! asks), or is known: what it asked names a secret of ours that a platform or one person has. Of the address that holds most they go in
//! this order, each time whoever holds longest; one that is known only after a minute. So nobody becomes deaf by being held, however
//! many read, and a person with a slow line keeps it. Of an IPv6 address the network counts: whoever has one has billions of others.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::clock::{Monotonic as _, SystemClock};

/// How long somebody known keeps the place when others want it.
const KNOWN_FOR: Duration = Duration::from_mins(1);

/// Places that nobody is called crowded for: a platform has as many.
const FEW: usize = 4;

/// How much and how long one may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Until the head of a request is there; an idle connection lives no longer either.
    pub header: Duration,
    /// Until the body of a platform's post is there. Their own patience is a few seconds.
    pub body: Duration,
    /// Until a document is there: 20 MB on a line of 300 kbit/s.
    pub upload: Duration,
    /// The life of a connection, whatever it does.
    pub connection: Duration,
    /// How long a stop waits for answers under way.
    pub stop: Duration,
    /// Connections in all.
    pub connections: usize,
    /// Connections of one address; a proxy is one.
    pub per_address: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            header: Duration::from_secs(10),
            body: Duration::from_secs(15),
            upload: Duration::from_mins(10),
            connection: Duration::from_mins(20),
            stop: Duration::from_secs(2),
            connections: 256,
            per_address: 128,
        }
    }
}

/// What somebody inside is doing, from who goes first to who goes last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Doing {
    Waits,
    Reads,
    Asks,
    IsKnown,
}

#[derive(Debug)]
struct Entry {
    address: IpAddr,
    doing: Doing,
    since: Duration,
    cut: CancellationToken,
}

#[derive(Debug, Default)]
struct Inside {
    next: u64,
    open: BTreeMap<u64, Entry>,
}

/// The places of a server.
pub(super) struct Door {
    limits: Limits,
    clock: SystemClock,
    inside: Mutex<Inside>,
}

/// The place of one connection, given back with this value.
pub(super) struct Place {
    door: Arc<Door>,
    id: u64,
    /// Pulled when somebody else needs the place.
    pub(super) cut: CancellationToken,
}

/// A request under way; its connection waits again when this value goes.
#[derive(Clone)]
pub(super) struct Visit(Arc<Request>);

struct Request {
    door: Arc<Door>,
    id: u64,
}

impl Door {
    pub(super) fn new(limits: Limits) -> Arc<Self> {
        Arc::new(Self { limits, clock: SystemClock::new(), inside: Mutex::default() })
    }

    /// A place for a connection from an address; none when everybody inside is known and has just come.
    pub(super) fn enter(self: &Arc<Self>, address: IpAddr) -> Option<Place> {
        let now = self.clock.elapsed();
        let mut inside = self.lock();
        let address = network(address);
        let of_address = inside.open.values().filter(|entry| entry.address == address).count();
        if of_address >= self.limits.per_address {
            inside.let_go(now, Some(address))?;
        } else if inside.open.len() >= self.limits.connections {
            inside.let_go(now, None)?;
        }
        let (id, cut) = (inside.next, CancellationToken::new());
        inside.next += 1;
        inside.open.insert(id, Entry { address, doing: Doing::Waits, since: now, cut: cut.clone() });
        Some(Place { door: self.clone(), id, cut })
    }

    /// Lets go of somebody, if there is anybody to let go of: the machine has no room for a new connection.
    pub(super) fn make_room(&self) {
        let now = self.clock.elapsed();
        self.lock().let_go(now, None);
    }

    /// Lets go of all who wait.
    pub(super) fn end_waiting(&self) {
        self.lock().open.values().filter(|entry| entry.doing == Doing::Waits).for_each(|entry| entry.cut.cancel());
    }

    fn note(&self, id: u64, doing: Doing) {
        let since = self.clock.elapsed();
        if let Some(entry) = self.lock().open.get_mut(&id) {
            (entry.doing, entry.since) = (doing, since);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inside {
    /// Takes the place of whoever may go first, of this address or of the one that holds most.
    fn let_go(&mut self, now: Duration, address: Option<IpAddr>) -> Option<()> {
        let here = |entry: &Entry| address.is_none_or(|address| entry.address == address);
        let may_go = |entry: &Entry| {
            here(entry) && (entry.doing < Doing::IsKnown || now.saturating_sub(entry.since) > KNOWN_FOR)
        };
        let address = self.crowded(may_go)?;
        let goers = self.open.iter().filter(|(_, entry)| entry.address == address && may_go(entry));
        let id = *goers.min_by_key(|(_, entry)| (entry.doing, entry.since))?.0;
        self.open.remove(&id)?.cut.cancel();
        Some(())
    }

    /// The address with most places, of those that have one to give; where nobody has more than a few, the one with somebody who goes
    /// first.
    fn crowded(&self, may_go: impl Fn(&Entry) -> bool) -> Option<IpAddr> {
        let mut held = BTreeMap::<IpAddr, (usize, Option<Doing>)>::new();
        for entry in self.open.values() {
            let (count, first) = held.entry(entry.address).or_default();
            *count += 1;
            if may_go(entry) {
                *first = Some(first.map_or(entry.doing, |known| known.min(entry.doing)));
            }
        }
        let goers = held.into_iter().filter_map(|(address, (count, first))| Some((address, count, first?)));
        let rank = |count: usize| if count > FEW { count } else { 0 };
        goers.max_by_key(|(_, count, first)| (rank(*count), Reverse(*first))).map(|(address, ..)| address)
    }
}

/// What counts as one address: an IPv4 address, or the /64 network of an IPv6 one, the least that anybody is given (RFC 6177).
fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(long) => match long.to_ipv4_mapped() {
            Some(short) => IpAddr::V4(short),
            None => IpAddr::V6(Ipv6Addr::from_bits(long.to_bits() >> 64 << 64)),
        },
    }
}

impl Place {
    /// A request came.
    pub(super) fn visit(&self) -> Visit {
        self.door.note(self.id, Doing::Asks);
        Visit(Arc::new(Request { door: self.door.clone(), id: self.id }))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.door.lock().open.remove(&self.id);
    }
}

impl Visit {
    /// What it asked is a file that many may read.
    pub(super) fn reads(&self) {
        self.0.door.note(self.0.id, Doing::Reads);
    }

    /// What it asked names a secret of ours.
    pub(super) fn is_known(&self) {
        self.0.door.note(self.0.id, Doing::IsKnown);
    }
}

impl Drop for Request {
    fn drop(&mut self) {
        self.door.note(self.id, Doing::Waits);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(10, 0, 0, 1));
    const B: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(10, 0, 0, 2));

    fn door(connections: usize, per_address: usize) -> Arc<Door> {
        Door::new(Limits { connections, per_address, ..Limits::default() })
    }

    #[test]
    fn whoever_waits_longest_at_the_most_crowded_address_makes_room() {
        let door = door(FEW + 2, FEW + 2);
        let b = door.enter(B).unwrap();
        let places: Vec<Place> = (0..FEW + 2).map(|_| door.enter(A).unwrap()).collect();
        let cut: Vec<bool> = places.iter().map(|place| place.cut.is_cancelled()).collect();
        assert_eq!(cut.iter().position(|cut| *cut), Some(0));
        assert_eq!(cut.iter().filter(|cut| **cut).count(), 1);
        assert!(!b.cut.is_cancelled(), "it came before all of them");
        assert_eq!(door.lock().open.len(), FEW + 2);
    }

    #[test]
    fn one_address_makes_room_for_itself_alone() {
        let door = door(10, 2);
        let b = door.enter(B).unwrap();
        let places: Vec<Place> = (0..4).filter_map(|_| door.enter(A)).collect();
        assert_eq!(places.iter().filter(|place| place.cut.is_cancelled()).count(), 2);
        assert!(!b.cut.is_cancelled());
    }

    #[test]
    fn readers_of_a_public_file_give_way_to_whoever_asks_and_one_who_only_holds_to_both() {
        let door = door(3, 3);
        let reader = door.enter(A).unwrap();
        let reading = reader.visit();
        reading.reads();
        let asks = door.enter(A).unwrap();
        let asking = asks.visit();
        let waits = door.enter(B).unwrap();
        let next = door.enter(B).unwrap();
        assert!(waits.cut.is_cancelled() && !reader.cut.is_cancelled(), "nobody has more than a few");
        let next_visit = next.visit();
        let _another = door.enter(B).unwrap();
        assert!(reader.cut.is_cancelled() && !asks.cut.is_cancelled() && !next.cut.is_cancelled());
        drop((reading, asking, next_visit));
    }

    #[test]
    fn a_network_is_one_address() {
        let long = |text: &str| network(text.parse().unwrap());
        assert_eq!(long("2001:db8:0:1::1"), long("2001:db8:0:1:ffff::2"));
        assert_ne!(long("2001:db8:0:1::1"), long("2001:db8:0:2::1"));
        assert_eq!(long("::ffff:10.0.0.1"), A);
        assert_ne!(network(A), network(B));
    }

    #[test]
    fn who_asks_goes_after_who_waits_and_who_is_known_stays() {
        let door = door(2, 2);
        let asks = door.enter(A).unwrap();
        let visit = asks.visit();
        let waits = door.enter(A).unwrap();
        let known = door.enter(A).unwrap();
        assert!(waits.cut.is_cancelled() && !asks.cut.is_cancelled());
        let reading = known.visit();
        reading.is_known();
        let next = door.enter(A).unwrap();
        assert!(asks.cut.is_cancelled() && !known.cut.is_cancelled());
        let next_visit = next.visit();
        next_visit.is_known();
        assert!(door.enter(A).is_none(), "both are known and have just come");
        drop((visit, next_visit));
        assert!(door.enter(A).is_some() && next.cut.is_cancelled(), "its request is over");
        drop(reading);
    }
}

//! Sending: from due messages to platform calls, and from their outcomes back to rows.
//!
//! One tick is one transaction: it commits the outcomes of finished calls and the starts of the next ones together. A row
//! becomes `sending` only after the pacer granted its slot, which is a moment ahead; the commit comes before the bytes, the
//! bytes at the slot; no transaction is open during a call. If the process dies in between, the attempt's own deadline passes
//! and the row becomes `unknown`: nobody can know whether the platform took it.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use tokio::task::{Id, JoinError, JoinSet};

use super::{Core, EngineResult};
use crate::domain::calendar::Millis;
use crate::domain::message::Lane;
use crate::lifecycle::Panicked;
use crate::platform::Gateway;
use crate::platform::pacer::Pacer;
use crate::store::Tx;
use crate::store::messages::Finished;
use crate::usecase::settle;

mod call;
mod conclude;
mod halts;
mod health;
mod queue;
mod record;
mod start;

use call::{Done, Report};
use halts::{Halt, Refusals};
use queue::Queue;

/// Durations of the dispatcher, all configurable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DispatchSettings {
    /// How long a lease on a gateway holds without renewal.
    pub lease: Duration,
    /// After this a text call without an outcome is in doubt. Longer than the call's own total timeout.
    pub text_deadline: Duration,
    /// The same for a call with a file.
    pub file_deadline: Duration,
    /// How often an account is asked whether what is said to be wrong with it is over.
    pub probe_every: Duration,
    /// How far ahead slots are given: each call leaves at its own, and one commit serves several.
    pub ahead: Duration,
    /// Most calls on their way at once.
    pub places: usize,
}

/// Sends for one gateway. One dispatcher drives a gateway at a time, by lease.
pub struct Dispatcher {
    core: Arc<Core>,
    gateway: Arc<dyn Gateway>,
    commune_id: String,
    settings: DispatchSettings,
    pacer: Pacer,
    lease: Option<HeldLease>,
    /// Calls and questions on their way. They are cut where they stand when this is dropped: nobody can know what became of them.
    tasks: JoinSet<Report>,
    /// The calls among them, each as it stands if its task comes to nothing.
    under_way: HashMap<Id, Done>,
    unrecorded: Vec<Done>,
    uploading: HashSet<(String, String)>,
    queue: Queue,
    /// Chats with a call on its way, one each: a platform serialises them anyway, and order in a chat is kept.
    busy: HashSet<String>,
    halted: Option<Halt>,
    /// How the account was stopped before it answered who we are; until something leaves again.
    answered: Option<Halt>,
    refusals: Refusals,
    /// Chats by which a stopped account was asked in this round: the others' turn comes first.
    asked: HashSet<String>,
    /// An incident of the account is open: from then on the platform is asked whether that is still so, monotonic time.
    sick: Option<Duration>,
    /// The platform answered such a question, and that is not written down yet.
    known_again: bool,
    swept_at: Option<Duration>,
}

/// A lease confirmed by the database.
#[derive(Debug, Clone, Copy)]
struct HeldLease {
    epoch: i64,
    /// Monotonic time of the last confirmed renewal.
    renewed_at: Duration,
}

/// What a look found.
#[derive(Debug, Clone, Copy)]
struct Seen {
    /// When the next message becomes due, on the monotonic clock.
    next_due: Option<Duration>,
    /// Whether a call of a dead process has to be settled.
    has_abandoned: bool,
    /// Whether something waits longer than it was told to.
    has_put_off: bool,
}

/// What a tick did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Ticked {
    /// Calls started.
    pub started: usize,
    /// Outcomes recorded.
    pub recorded: usize,
    /// Calls on their way.
    pub in_flight: usize,
    /// Messages that are due and have not left, as far as they were read.
    pub waiting: usize,
    /// Monotonic time at which it is worth ticking again, if known.
    pub next: Option<Duration>,
}

/// How often rows left behind by a dead process are looked for.
const SWEEP_EVERY: Duration = Duration::from_secs(1);
/// How long outcomes are gathered for one commit.
const GATHER: Duration = Duration::from_millis(50);
/// The same while every place is taken: the next calls wait for it.
const GATHER_WHEN_FULL: Duration = Duration::from_millis(10);
/// How far back the pacer must know its calls: the longest window of any platform.
const PACER_MEMORY: Duration = Duration::from_secs(61);

impl Dispatcher {
    /// A dispatcher that has not taken its lease yet.
    #[must_use]
    pub fn new(core: Arc<Core>, gateway: Arc<dyn Gateway>, commune_id: String, settings: DispatchSettings) -> Self {
        let pacer = Pacer::new(gateway.capabilities().pace.clone()).with_strangers(core.house.strangers.rate_percent);
        Self {
            core,
            gateway,
            commune_id,
            settings,
            pacer,
            lease: None,
            tasks: JoinSet::new(),
            under_way: HashMap::new(),
            unrecorded: Vec::new(),
            uploading: HashSet::new(),
            queue: Queue::default(),
            busy: HashSet::new(),
            halted: None,
            answered: None,
            refusals: Refusals::default(),
            asked: HashSet::new(),
            sick: None,
            known_again: false,
            swept_at: None,
        }
    }

    /// Records what came back and starts what may leave.
    ///
    /// # Errors
    /// The database; outcomes not recorded are kept for the next tick.
    pub async fn tick(&mut self) -> EngineResult<Ticked> {
        self.collect();
        let now = self.core.clocks.mono.elapsed();
        let seen = self.look(now).await?;
        let (mut started, mut recorded, mut next) = (0, 0, self.may_start_at(now));
        if self.has_to_write(now, &seen) {
            let written = self.write(now, &seen).await;
            if written.is_err() {
                // What was chosen did not become ours: it is read anew.
                self.queue = Queue::holding(&self.busy);
            }
            let (plan, count) = written?;
            (started, recorded, next) = (plan.calls.len(), count, plan.next);
            for call in plan.calls {
                self.launch(call);
            }
        }
        self.probe_if_sick(now);
        let next = [seen.next_due, next].into_iter().flatten().min();
        let (in_flight, waiting) = (self.busy.len(), self.queue.len());
        Ok(Ticked { started, recorded, in_flight, waiting, next: self.next_tick(now, next) })
    }

    /// Looks at what waits. A look that only reads holds nobody up.
    async fn look(&mut self, now: Duration) -> EngineResult<Seen> {
        let (wall, gateway) = (self.core.wall_now(), self.gateway.name());
        let mut tx = self.core.store.read().await?;
        let sweeps = self.swept_at.is_none_or(|at| now.saturating_sub(at) >= SWEEP_EVERY);
        let has_abandoned = sweeps && !tx.abandoned_attempts(gateway, wall).await?.is_empty();
        let has_put_off = sweeps && tx.has_put_off(gateway, wall).await?;
        let next_due = tx.next_due(gateway, wall).await?.map(|next| now + wall.until(next));
        self.read_queue(&mut tx, now).await?;
        if sweeps {
            // Somebody else may have found out: whoever looks after the account, or the process before this one. Who does not lead
            // leaves asking to who does.
            if self.lease.is_some() {
                self.learn_whether_sick(&mut tx, now).await?;
            }
            self.swept_at = Some(now);
        }
        Ok(Seen { next_due, has_abandoned, has_put_off })
    }

    fn has_to_write(&self, now: Duration, seen: &Seen) -> bool {
        let has_news = !self.unrecorded.is_empty() || self.known_again || seen.has_abandoned || seen.has_put_off;
        has_news || !self.lease_is_fresh(now) || self.may_start(now)
    }

    /// One transaction: outcomes, the lease, what a dead process left, and what starts now. Gives that, and how many outcomes.
    async fn write(&mut self, now: Duration, seen: &Seen) -> EngineResult<(start::Plan, usize)> {
        let mut tx = self.core.store.begin().await?;
        let recorded = self.record_all(&mut tx).await?;
        let held = self.hold_lease(&mut tx, now).await?;
        let mut plan = start::Plan::default();
        if held {
            self.note_probe(&mut tx).await?;
            if seen.has_abandoned {
                self.sweep(&mut tx).await?;
            }
            if seen.has_put_off {
                tx.end_put_off(self.gateway.name(), self.core.wall_now()).await?;
            }
            // The lock may have been waited for: slots count from now.
            plan = self.plan_starts(&mut tx, self.core.clocks.mono.elapsed()).await?;
        }
        if recorded.queued || seen.has_put_off {
            plan.look_again(now);
        }
        tx.commit().await?;
        self.unrecorded.clear();
        Ok((plan, recorded.count))
    }

    /// Waits for a call to come back; without one on its way, for ever.
    pub async fn wait_for_report(&mut self) {
        match self.tasks.join_next_with_id().await {
            Some(ended) => self.take_back(ended),
            None => std::future::pending().await,
        }
    }

    /// Waits for a call to come back, and a moment more for those that come with it: they are written down together. Where calls
    /// filled every place, until half of the places are free.
    pub async fn gather(&mut self) {
        let (places, is_full) = (self.settings.places, self.busy.len() >= self.settings.places);
        self.wait_for_report().await;
        let (pause, enough) = if is_full { (GATHER_WHEN_FULL, places / 2) } else { (GATHER, 0) };
        let more = async {
            while self.busy.len() > enough {
                self.wait_for_report().await;
            }
        };
        // What came until then is kept.
        let _ = tokio::time::timeout(pause, more).await;
    }

    /// Lets calls on their way come back and records them; starts nothing.
    ///
    /// # Errors
    /// The database; what was not recorded becomes `unknown` by its deadline.
    pub async fn drain(&mut self) -> EngineResult<()> {
        loop {
            self.collect();
            if !self.unrecorded.is_empty() {
                let mut tx = self.core.store.begin().await?;
                self.record_all(&mut tx).await?;
                tx.commit().await?;
                self.unrecorded.clear();
            }
            if self.busy.is_empty() {
                return Ok(());
            }
            self.wait_for_report().await;
        }
    }

    /// Gives the lease back, once nothing is on its way.
    ///
    /// # Errors
    /// The database.
    pub async fn release(&mut self) -> EngineResult<()> {
        let mut tx = self.core.store.begin().await?;
        tx.release_lease(self.gateway.name(), &self.core.owner).await?;
        tx.commit().await?;
        self.lease = None;
        Ok(())
    }

    fn collect(&mut self) {
        while let Some(ended) = self.tasks.try_join_next_with_id() {
            self.take_back(ended);
        }
    }

    /// Takes what a task came to. A mistake in one call leaves its message in doubt, one in a question is an answer that it does not
    /// work; nothing else ends with it.
    fn take_back(&mut self, ended: Result<(Id, Report), JoinError>) {
        let (id, report) = match ended {
            Ok((id, report)) => (id, Some(report)),
            Err(error) => (error.id(), None),
        };
        match (self.under_way.remove(&id), report) {
            (Some(done), Some(Report::Call(result))) => self.came_back(Done { result, ..done }),
            (Some(done), _) => self.came_back(done),
            (None, Some(Report::Probe(works))) => self.probed(works),
            (None, _) => self.probed(Err(Panicked.to_string())),
        }
    }

    fn came_back(&mut self, done: Done) {
        self.busy.remove(&done.chat_id);
        self.queue.release(&done.chat_id);
        self.pacer.finished(self.core.clocks.mono.elapsed(), &done.chat_id);
        if let Some(upload) = &done.upload {
            self.uploading.remove(upload);
            // Those who wait for it may go by its handle.
            self.queue.lift();
        }
        self.unrecorded.push(done);
    }

    /// Takes or renews the lease; false when another process drives this gateway.
    async fn hold_lease(&mut self, tx: &mut Tx, now: Duration) -> EngineResult<bool> {
        if self.lease_is_fresh(now) {
            return Ok(true);
        }
        let wall = self.core.wall_now();
        let until = wall.plus_ms(i64::try_from(self.settings.lease.as_millis()).unwrap_or(i64::MAX));
        let lease = tx.take_lease(self.gateway.name(), &self.core.owner, wall, until).await?;
        let first = self.lease.is_none();
        self.lease = lease.map(|lease| HeldLease { epoch: lease.epoch, renewed_at: now });
        if self.lease.is_some() && first {
            self.reload_pacer(tx, now).await?;
            // Who leads asks whether the account works; the next look finds out whether it must.
            self.swept_at = None;
        }
        Ok(self.lease.is_some())
    }

    fn lease_is_fresh(&self, now: Duration) -> bool {
        self.lease.is_some_and(|lease| now.saturating_sub(lease.renewed_at) < self.settings.lease / 3)
    }

    async fn reload_pacer(&mut self, tx: &mut Tx, now: Duration) -> EngineResult<()> {
        let wall = self.core.wall_now();
        let memory = i64::try_from(PACER_MEMORY.as_millis()).unwrap_or(i64::MAX);
        for (chat_id, started_at) in tx.recent_attempts(self.gateway.name(), wall.plus_ms(-memory), wall).await? {
            self.pacer.reload(now, &chat_id, Millis(started_at).until(wall));
        }
        Ok(())
    }

    /// Rows that a dead process left as `sending` become `unknown` once their attempt's own deadline has passed.
    async fn sweep(&self, tx: &mut Tx) -> EngineResult<()> {
        let wall = self.core.wall_now();
        for (attempt_id, message_id) in tx.abandoned_attempts(self.gateway.name(), wall).await? {
            let lost = Finished::Unknown { detail: "crashed".to_owned() };
            settle::record(tx, &self.core.act(&self.commune_id), &message_id, &attempt_id, &lost).await?;
            let lane = tx
                .message(&message_id)
                .await?
                .and_then(|message| Lane::try_from(message.lane).ok())
                .unwrap_or(Lane::Normal);
            self.count_sent(tx, lane, 1).await?;
        }
        Ok(())
    }

    fn next_tick(&self, now: Duration, planned: Option<Duration>) -> Option<Duration> {
        let renewal = self.lease.map(|lease| lease.renewed_at + self.settings.lease / 3);
        let asks = self.halted.and_then(Halt::asks_at);
        [planned, renewal, asks, self.sick].into_iter().flatten().map(|at| at.max(now)).min()
    }

    /// The gateway it sends for.
    #[must_use]
    pub fn gateway(&self) -> &str {
        self.gateway.name()
    }

    /// Whether nothing starts because the account itself is at fault.
    #[must_use]
    pub const fn is_halted(&self) -> bool {
        self.halted.is_some()
    }
}

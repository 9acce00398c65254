//! One gateway's inbox, turn by turn.
//!
//! A turn takes the next updates, counts a try of each in one commit, and processes them in the next one, each undone by itself when it
//! fails. What needs the network first is handed to a task and comes back in a later turn, a few at once; meanwhile the
//! other updates of its chat wait, so that order inside a chat is kept, and those of other chats pass. Dropped or killed at any
//! line it loses nothing: a row waits until the transaction that processed it was committed, and its try was counted before.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use tokio::task::{Id, JoinError, JoinSet};

use super::errands::Errands;
use super::prepare::{Found, is_slow, may_be_slow, prepare};
use super::{EngineResult, Inbox, Response, Taken, describe};
use crate::lifecycle::{Panicked, caught};
use crate::store::Tx;
use crate::store::inbox::{InboxRow, MAX_ATTEMPTS};
use crate::usecase::{UseCaseError, UseCaseResult};

/// Updates processed in one transaction: it holds up every other writer of an embedded database.
const TOGETHER: usize = 16;
/// Updates looked at for them.
const LOOK: i64 = 32;
/// The same where all of these wait for something. Behind so many nobody looks.
const LOOK_FURTHEST: i64 = 1_024;
/// Updates of one gateway that wait for the network at once. A document takes up to 20 MB and a child process.
const PLACES: usize = 4;
/// How long a turn waits for what is being stored.
const FOR_ARRIVALS: Duration = Duration::from_millis(250);
/// How long a stop waits for what is done after answers.
const ENDING: Duration = Duration::from_secs(2);

/// Processes one gateway's inbox.
pub struct Worker {
    pub(super) inbox: Arc<Inbox>,
    pub(super) gateway: String,
    preparing: JoinSet<UseCaseResult<(Taken, Found)>>,
    /// What is waited for.
    pub(super) in_hand: HashMap<Id, Taken>,
    /// What has what it needs.
    pub(super) ready: Vec<Ready>,
    /// What was taken, not tried, and could not be given back yet.
    pub(super) owed: Vec<InboxRow>,
    /// When the claims of what is waited for were last renewed, on the monotonic clock.
    pub(super) renewed_at: Duration,
    pub(super) errands: Errands,
}

/// An update whose preparation ended, and how.
pub(super) type Ready = (Taken, Result<(Taken, Found), Fault>);

/// Why an update was not processed.
#[derive(Debug)]
pub(super) struct Fault {
    /// The class of the error, without anything a person wrote.
    pub(super) error: String,
    /// Whether the try counts. It does not where the database was busy or away.
    pub(super) counts: bool,
}

impl From<UseCaseError> for Fault {
    fn from(error: UseCaseError) -> Self {
        Self { counts: !is_passing(&error), error: describe(&error) }
    }
}

impl From<Panicked> for Fault {
    fn from(panicked: Panicked) -> Self {
        Self { error: panicked.to_string(), counts: true }
    }
}

/// What is done in a turn.
#[derive(Debug, Default)]
pub(super) struct Chosen {
    /// Given up: the process ended in each try.
    pub(super) hopeless: Vec<InboxRow>,
    /// Rows that nobody can read.
    pub(super) unreadable: Vec<InboxRow>,
    /// Processed at once.
    pub(super) quick: Vec<Taken>,
    /// Needs the network first.
    pub(super) slow: Vec<Taken>,
    /// Chats whose further updates wait.
    held: Chats,
    /// Chats of which an update is among those.
    seen: Chats,
}

/// Chats, by the platform's ids.
#[derive(Debug, Default)]
struct Chats(HashSet<String>);

impl Chats {
    fn add(&mut self, taken: &Taken) {
        self.0.extend(taken.chats().into_iter().map(str::to_owned));
    }

    /// Whether an update is about one of them.
    fn hold(&self, taken: &Taken) -> bool {
        taken.chats().iter().any(|chat| self.0.contains(*chat))
    }
}

/// What came of an update: none when somebody else processed it.
type Outcome = UseCaseResult<Option<Response>>;

impl Worker {
    /// A worker for a gateway.
    #[must_use]
    pub fn new(inbox: Arc<Inbox>, gateway: &str) -> Self {
        Self {
            inbox,
            gateway: gateway.to_owned(),
            preparing: JoinSet::new(),
            in_hand: HashMap::new(),
            ready: Vec::new(),
            owed: Vec::new(),
            renewed_at: Duration::ZERO,
            errands: Errands::new(),
        }
    }

    /// Processes what waits and begins what needs the network; gives how many updates were taken.
    ///
    /// # Errors
    /// The database; an update that could not be processed is tried again soon, and given up after three times.
    pub async fn turn(&mut self) -> EngineResult<usize> {
        // What is not stored can be lost, what is stored waits safely.
        self.inbox.core.arrivals.settle(FOR_ARRIVALS).await;
        self.collect();
        self.give_owed_back().await?;
        while let Some((taken, prepared)) = self.ready.pop() {
            self.conclude(taken, prepared).await?;
        }
        self.renew_claims().await?;
        let mut chosen = self.choose().await?;
        self.claim(&mut chosen).await?;
        let taken = chosen.len();
        for slow in chosen.slow {
            self.prepare(slow);
        }
        self.process(chosen.quick).await?;
        for row in &chosen.hopeless {
            self.inbox.fail(row, "the process ended while it was processed").await?;
        }
        for row in &chosen.unreadable {
            self.inbox.fail(row, "unreadable event").await?;
        }
        Ok(taken)
    }

    /// The gateway's name.
    #[must_use]
    pub fn gateway(&self) -> &str {
        &self.gateway
    }

    /// Whether the network is waited for.
    #[must_use]
    pub fn is_preparing(&self) -> bool {
        !self.preparing.is_empty()
    }

    /// Waits until what an update needs is there; without one that waits, for ever.
    pub async fn prepared(&mut self) {
        match self.preparing.join_next_with_id().await {
            Some(ended) => self.take_back(ended),
            None => std::future::pending().await,
        }
    }

    /// Ends in order: what is done after answers may end first, what was being fetched is given back and fetched by the next worker.
    pub async fn finish(mut self) {
        self.preparing.abort_all();
        if let Err(error) = self.give_all_back().await {
            tracing::warn!(gateway = self.gateway, %error, "inbox.not_given_back");
        }
        // What is not done by then is not done.
        let _ = tokio::time::timeout(ENDING, self.errands.finish()).await;
    }

    /// Ends, and lets what is done after answers go on by itself.
    pub(super) fn leave(mut self) {
        self.errands.leave();
    }

    fn collect(&mut self) {
        while let Some(ended) = self.preparing.try_join_next_with_id() {
            self.take_back(ended);
        }
    }

    /// A mistake in one preparation fails its update, and no other.
    fn take_back(&mut self, ended: Result<(Id, UseCaseResult<(Taken, Found)>), JoinError>) {
        let (id, prepared) = match ended {
            Ok((id, prepared)) => (id, prepared.map_err(Fault::from)),
            Err(error) => (error.id(), Err(Fault::from(Panicked))),
        };
        if let Some(taken) = self.in_hand.remove(&id) {
            self.ready.push((taken, prepared));
        }
    }

    fn prepare(&mut self, taken: Taken) {
        let (inbox, copy) = (self.inbox.clone(), taken.clone());
        let task = self.preparing.spawn(async move { prepare(&inbox, copy).await });
        self.in_hand.insert(task.id(), taken);
    }

    /// Chooses what this turn does.
    async fn choose(&self) -> EngineResult<Chosen> {
        let mut most = LOOK;
        loop {
            let mut tx = self.inbox.core.store.read().await?;
            let rows = tx.waiting_inbox(&self.gateway, self.inbox.core.wall_now(), most).await?;
            let (seen, mut chosen) = (i64::try_from(rows.len()).unwrap_or(i64::MAX), Chosen::default());
            self.in_hand.values().for_each(|taken| chosen.held.add(taken));
            for row in rows.into_iter().filter(|row| self.in_hand.values().all(|taken| taken.row.id != row.id)) {
                if chosen.is_full() {
                    break;
                }
                self.sort(&mut tx, &mut chosen, row).await;
            }
            if chosen.len() > 0 || seen < most || most >= LOOK_FURTHEST {
                return Ok(chosen);
            }
            most = LOOK_FURTHEST;
        }
    }

    /// Puts an update where it belongs, or leaves it for later.
    async fn sort(&self, tx: &mut Tx, chosen: &mut Chosen, row: InboxRow) {
        if row.attempts >= MAX_ATTEMPTS {
            return chosen.hopeless.push(row);
        }
        let taken = match Taken::read(row) {
            Ok(taken) => taken,
            Err(row) => return chosen.unreadable.push(*row),
        };
        // What was tried before is tried alone: if it ends the process again, the others must not be counted with it.
        let later = chosen.held.hold(&taken) || (taken.row.attempts > 0 && !chosen.quick.is_empty());
        let slow = !later && may_be_slow(&self.inbox, &taken);
        // What an update needs may depend on the one before it.
        if later || (slow && chosen.seen.hold(&taken)) {
            return chosen.held.add(&taken);
        }
        chosen.seen.add(&taken);
        if slow && is_slow(tx, &self.inbox, &taken).await {
            chosen.held.add(&taken);
            if self.in_hand.len() + chosen.slow.len() < PLACES {
                chosen.slow.push(taken);
            }
            return;
        }
        chosen.quick.push(taken);
    }

    /// Processes an update that has what it needs.
    async fn conclude(&mut self, taken: Taken, prepared: Result<(Taken, Found), Fault>) -> EngineResult<()> {
        let _ = match prepared {
            Ok((taken, found)) => self.process_alone(&taken, found).await?,
            Err(fault) => self.fail(&taken, fault).await?,
        };
        Ok(())
    }

    /// Processes updates in one transaction. If it is lost, by a panic or by the database, each has one of its own.
    async fn process(&mut self, quick: Vec<Taken>) -> EngineResult<()> {
        if let [_, _, ..] = quick.as_slice() {
            let lost = match caught(together(&self.inbox, &quick)).await {
                Ok(Ok(outcomes)) => return self.follow_all(quick, outcomes).await,
                Ok(Err(error)) => describe(&error),
                Err(panicked) => panicked.to_string(),
            };
            tracing::warn!(gateway = self.gateway, updates = quick.len(), error = lost, "inbox.processed_one_by_one");
        }
        let (mut stopped, mut rest) = (Chats::default(), quick.as_slice());
        while let [taken, behind @ ..] = rest {
            rest = behind;
            if stopped.hold(taken) {
                self.give_back(taken).await;
                continue;
            }
            match self.process_alone(taken, Found::default()).await {
                Ok(true) => {}
                Ok(false) => stopped.add(taken),
                Err(error) => {
                    self.owed.extend(rest.iter().map(|taken| taken.row.clone()));
                    return Err(error);
                }
            }
        }
        Ok(())
    }

    /// What follows from updates that were processed together. One behind another of its chat that failed was left, and waits.
    async fn follow_all(&mut self, quick: Vec<Taken>, outcomes: Vec<Option<Outcome>>) -> EngineResult<()> {
        self.inbox.core.wake.notify_waiters();
        for (taken, outcome) in quick.iter().zip(outcomes) {
            if let Some(outcome) = outcome {
                self.follow_up(taken, outcome).await?;
            } else {
                self.give_back(taken).await;
            }
        }
        Ok(())
    }

    /// Processes one update; false when it failed. A mistake in one conversation fails its update, and no other.
    async fn process_alone(&mut self, taken: &Taken, found: Found) -> EngineResult<bool> {
        match caught(alone(&self.inbox, taken, found)).await {
            Ok(outcome) => {
                self.inbox.core.wake.notify_waiters();
                self.follow_up(taken, outcome).await
            }
            Err(panicked) => self.fail(taken, panicked.into()).await,
        }
    }

    /// What follows from an update that was processed or was not; false when it failed.
    async fn follow_up(&mut self, taken: &Taken, outcome: Outcome) -> EngineResult<bool> {
        let response = match outcome {
            Ok(response) => response,
            Err(error) => return self.fail(taken, error.into()).await,
        };
        if let Some(gateway) = self.inbox.core.gateways.get(&self.gateway) {
            self.errands.after(gateway, &taken.event, response.unwrap_or_default());
        }
        Ok(true)
    }
}

/// Processes updates in one transaction, each undone by itself when it fails. None for one that is behind such a one in its chat: what
/// it says may be an answer to what did not happen.
///
/// # Errors
/// The database; then none was processed.
async fn together(inbox: &Inbox, quick: &[Taken]) -> Result<Vec<Option<Outcome>>, UseCaseError> {
    let (mut tx, mut outcomes, mut stopped) = (inbox.core.store.begin().await?, Vec::new(), Chats::default());
    inbox.lock_chats(&mut tx, quick).await?;
    for taken in quick {
        if stopped.hold(taken) {
            outcomes.push(None);
            continue;
        }
        tx.mark().await?;
        let outcome = inbox.handle(&mut tx, taken, Found::default()).await;
        if !matches!(outcome, Ok(Some(_))) {
            tx.undo().await?;
        }
        match outcome {
            Err(error) if is_passing(&error) => return Err(error),
            Err(_) => stopped.add(taken),
            Ok(_) => {}
        }
        outcomes.push(Some(outcome));
    }
    tx.commit().await?;
    Ok(outcomes)
}

/// Processes one update in a transaction of its own.
async fn alone(inbox: &Inbox, taken: &Taken, found: Found) -> Outcome {
    let mut tx = inbox.core.store.begin().await?;
    inbox.lock_chats(&mut tx, std::slice::from_ref(taken)).await?;
    let response = inbox.handle(&mut tx, taken, found).await?;
    if response.is_some() {
        tx.commit().await?;
    }
    Ok(response)
}

/// Whether the database was busy or away, so that nothing speaks against the update.
fn is_passing(error: &UseCaseError) -> bool {
    matches!(error, UseCaseError::Store(error) if error.is_passing())
}

impl Chosen {
    /// One transaction has room for no more.
    fn is_full(&self) -> bool {
        self.quick.len() >= TOGETHER || self.quick.last().is_some_and(|taken| taken.row.attempts > 0)
    }

    pub(super) fn len(&self) -> usize {
        self.hopeless.len() + self.unreadable.len() + self.quick.len() + self.slow.len()
    }
}

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
/// Updates looked at for them; more where these wait for something.
const LOOK: i64 = 32;
/// Updates of one gateway that wait for the network at once. A document takes up to 20 MB and a child process.
const PLACES: usize = 4;
/// Milliseconds until an update is tried again of which nobody wrote down what came of it.
const AGAIN_AFTER: i64 = 2_000;
/// The same where a document is fetched and read; another process must not begin meanwhile.
const AGAIN_AFTER_FETCH: i64 = 30_000;
/// How long a turn waits for what is being stored.
const FOR_ARRIVALS: Duration = Duration::from_millis(250);
/// How long a stop waits for what is done after answers.
const ENDING: Duration = Duration::from_secs(2);

/// Processes one gateway's inbox.
pub struct Worker {
    inbox: Arc<Inbox>,
    gateway: String,
    preparing: JoinSet<UseCaseResult<(Taken, Found)>>,
    in_hand: HashMap<Id, Taken>,
    ready: Vec<Ready>,
    errands: Errands,
}

/// An update whose preparation ended, and how.
type Ready = (Taken, Result<(Taken, Found), String>);

/// What is done in a turn.
#[derive(Debug, Default)]
struct Chosen {
    /// Given up: the process ended in each try.
    hopeless: Vec<InboxRow>,
    /// Rows that nobody can read.
    unreadable: Vec<InboxRow>,
    /// Processed at once.
    quick: Vec<Taken>,
    /// Needs the network first.
    slow: Vec<Taken>,
    /// Chats whose further updates wait.
    held: HashSet<String>,
    /// Chats of which an update is among those.
    seen: HashSet<String>,
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
        while let Some((taken, prepared)) = self.ready.pop() {
            self.conclude(taken, prepared).await?;
        }
        let mut chosen = self.choose().await?;
        self.claim(&mut chosen).await?;
        let taken = chosen.len();
        for row in &chosen.hopeless {
            self.inbox.fail(row, "the process ended while it was processed").await?;
        }
        for row in &chosen.unreadable {
            self.inbox.fail(row, "unreadable event").await?;
        }
        for slow in chosen.slow {
            self.prepare(slow);
        }
        self.process(chosen.quick).await?;
        Ok(taken)
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

    /// Ends in order: what is done after answers may end first, what was being fetched is fetched again by the next worker.
    pub async fn finish(mut self) {
        self.preparing.abort_all();
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
            Ok((id, prepared)) => (id, prepared.map_err(|error| describe(&error))),
            Err(error) => (error.id(), Err(Panicked.to_string())),
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
            chosen.held.extend(self.in_hand.values().flat_map(Taken::chats).map(str::to_owned));
            for row in rows.into_iter().filter(|row| self.in_hand.values().all(|taken| taken.row.id != row.id)) {
                if chosen.is_full() {
                    break;
                }
                self.sort(&mut tx, &mut chosen, row).await;
            }
            if chosen.len() > 0 || seen < most {
                return Ok(chosen);
            }
            most = most.saturating_mul(4);
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
        let among = |chats: &HashSet<String>| taken.chats().iter().any(|chat| chats.contains(*chat));
        // What was tried before is tried alone: if it ends the process again, the others must not be counted with it.
        let later = among(&chosen.held) || (taken.row.attempts > 0 && !chosen.quick.is_empty());
        let slow = !later && may_be_slow(&self.inbox, &taken);
        // What an update needs may depend on the one before it.
        if later || (slow && among(&chosen.seen)) {
            return chosen.hold(&taken);
        }
        chosen.seen.extend(taken.chats().into_iter().map(str::to_owned));
        if slow && is_slow(tx, &self.inbox, &taken).await {
            chosen.hold(&taken);
            if self.in_hand.len() + chosen.slow.len() < PLACES {
                chosen.slow.push(taken);
            }
            return;
        }
        chosen.quick.push(taken);
    }

    /// Takes what was chosen, and counts a try of each before it is made: an update that ends the process must not do so for ever.
    /// Of a chat in which somebody else took an update, the later ones are left to him.
    async fn claim(&self, chosen: &mut Chosen) -> EngineResult<()> {
        if chosen.len() == 0 {
            return Ok(());
        }
        let (mut tx, now) = (self.inbox.core.store.begin().await?, self.inbox.core.wall_now());
        let mut lost: HashSet<String> = HashSet::new();
        for (row, wait) in chosen.rows() {
            let chat = row.chat.clone().unwrap_or_else(|| row.id.clone());
            if lost.contains(&chat) || !tx.claim_inbox(row, now, wait).await? {
                lost.insert(chat);
            }
        }
        tx.commit().await?;
        chosen.leave(&lost);
        Ok(())
    }

    /// Processes an update that has what it needs.
    async fn conclude(&mut self, taken: Taken, prepared: Result<(Taken, Found), String>) -> EngineResult<()> {
        match prepared {
            Ok((taken, found)) => self.process_alone(&taken, found).await,
            Err(error) => self.fail(&taken, &error).await,
        }
    }

    /// Processes updates in one transaction. If it is lost, by a panic or by the database, each has one of its own.
    async fn process(&mut self, quick: Vec<Taken>) -> EngineResult<()> {
        match quick.as_slice() {
            [] => return Ok(()),
            [taken] => return self.process_alone(taken, Found::default()).await,
            _ => {}
        }
        if let Ok(Ok(outcomes)) = caught(together(&self.inbox, &quick)).await {
            self.inbox.core.wake.notify_waiters();
            for (taken, outcome) in quick.iter().zip(outcomes) {
                self.follow_up(taken, outcome).await?;
            }
            return Ok(());
        }
        for taken in &quick {
            self.process_alone(taken, Found::default()).await?;
        }
        Ok(())
    }

    /// Processes one update. A mistake in one conversation fails its update, and no other.
    async fn process_alone(&mut self, taken: &Taken, found: Found) -> EngineResult<()> {
        match caught(alone(&self.inbox, taken, found)).await {
            Ok(outcome) => {
                self.inbox.core.wake.notify_waiters();
                self.follow_up(taken, outcome).await
            }
            Err(panicked) => self.fail(taken, &panicked.to_string()).await,
        }
    }

    /// What follows from an update that was processed or was not.
    async fn follow_up(&mut self, taken: &Taken, outcome: Outcome) -> EngineResult<()> {
        match outcome {
            Ok(response) => {
                if let Some(gateway) = self.inbox.core.gateways.get(&self.gateway) {
                    self.errands.after(gateway, &taken.event, response.unwrap_or_default());
                }
                Ok(())
            }
            Err(error) => self.fail(taken, &describe(&error)).await,
        }
    }

    async fn fail(&mut self, taken: &Taken, error: &str) -> EngineResult<()> {
        tracing::error!(inbox = %taken.row.id, error, "inbox.failed");
        if let Some(gateway) = self.inbox.core.gateways.get(&self.gateway) {
            self.errands.toast(gateway, &taken.event, "");
        }
        self.inbox.fail(&taken.row, error).await
    }
}

/// Processes updates in one transaction, each undone by itself when it fails.
///
/// # Errors
/// The database; then none was processed.
async fn together(inbox: &Inbox, quick: &[Taken]) -> Result<Vec<Outcome>, UseCaseError> {
    let (mut tx, mut outcomes) = (inbox.core.store.begin().await?, Vec::new());
    for taken in quick {
        tx.mark().await?;
        let outcome = inbox.handle(&mut tx, taken, Found::default()).await;
        if !matches!(outcome, Ok(Some(_))) {
            tx.undo().await?;
        }
        outcomes.push(outcome);
    }
    tx.commit().await?;
    Ok(outcomes)
}

/// Processes one update in a transaction of its own.
async fn alone(inbox: &Inbox, taken: &Taken, found: Found) -> Outcome {
    let mut tx = inbox.core.store.begin().await?;
    let response = inbox.handle(&mut tx, taken, found).await?;
    if response.is_some() {
        tx.commit().await?;
    }
    Ok(response)
}

impl Chosen {
    /// One transaction has room for no more.
    fn is_full(&self) -> bool {
        self.quick.len() >= TOGETHER || self.quick.last().is_some_and(|taken| taken.row.attempts > 0)
    }

    fn len(&self) -> usize {
        self.hopeless.len() + self.unreadable.len() + self.quick.len() + self.slow.len()
    }

    /// Every row, those of one chat in their order, and how long the next try waits when nobody writes down how this one ended.
    fn rows(&self) -> impl Iterator<Item = (&InboxRow, i64)> {
        let soon = self.hopeless.iter().chain(&self.unreadable).chain(self.quick.iter().map(|taken| &taken.row));
        let slow = self.slow.iter().map(|taken| (&taken.row, AGAIN_AFTER_FETCH));
        soon.map(|row| (row, AGAIN_AFTER)).chain(slow)
    }

    /// Leaves the updates of these chats, and those of no chat under their own ids, to somebody else.
    fn leave(&mut self, lost: &HashSet<String>) {
        let is_ours = |row: &InboxRow| !lost.contains(row.chat.as_ref().unwrap_or(&row.id));
        self.hopeless.retain(is_ours);
        self.unreadable.retain(is_ours);
        self.quick.retain(|taken| is_ours(&taken.row));
        self.slow.retain(|taken| is_ours(&taken.row));
    }

    /// Further updates of its chats wait.
    fn hold(&mut self, taken: &Taken) {
        self.held.extend(taken.chats().into_iter().map(str::to_owned));
    }
}

//! The engine: the loops that make things happen without anybody typing.
//!
//! Each loop is a struct with a `tick()` that does what is due now and returns; tests and the demo call the ticks
//! directly, `serve` calls them on a timer and on a wake-up. A tick is safe to repeat and safe to be killed in.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use tokio::sync::Notify;

use self::beats::Beats;
use self::receiver::{Arrivals, Intake};
use self::set_aside::{SetAside, Task};
use crate::clock::Clocks;
use crate::domain::calendar::Millis;
use crate::id::Entropy;
use crate::lifecycle::{Panicked, caught};
use crate::platform::{Gateway, SelfInfo};
use crate::store::{Store, StoreError};
use crate::usecase::{Act, House, UseCaseError, Via, incidents};

pub mod beats;
pub mod dispatcher;
pub mod inbox;
pub mod keeper;
pub mod loops;
pub mod planner;
pub mod poller;
pub mod receiver;
pub mod set_aside;

/// How long the lead among several engines is kept without renewal.
const LEAD_MILLIS: i64 = 8_000;
/// A third of it: until then the last confirmation is enough, and nothing is written.
const RENEW_LEAD_AFTER: Duration = Duration::from_millis(2_667);

/// What every loop shares.
pub struct Core {
    /// The database.
    pub store: Store,
    /// The three clocks.
    pub clocks: Clocks,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
    /// Rules and sentences.
    pub house: Arc<House>,
    /// The configured accounts, by name.
    pub gateways: BTreeMap<String, Arc<dyn Gateway>>,
    /// This process, in leases.
    pub owner: String,
    /// Rung whenever somebody queued something to send; what was stored rings [`Self::arrivals`].
    pub wake: Notify,
    /// Who we are on each gateway, as soon as its platform told us.
    pub selves: RwLock<BTreeMap<String, SelfInfo>>,
    /// Leads this engine holds, and the monotonic time of their last confirmation.
    pub leads: Mutex<BTreeMap<String, Duration>>,
    /// What was posted and is not stored yet, by gateway.
    pub intakes: Mutex<BTreeMap<String, Arc<Intake>>>,
    /// Updates that are being stored.
    pub arrivals: Arrivals,
    /// What failed the last time it was tried.
    pub set_aside: SetAside,
    /// How the loops get on.
    pub beats: Beats,
}

/// Why a tick could not finish. What it had committed stands.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A rule refused what the engine tried.
    #[error(transparent)]
    UseCase(#[from] UseCaseError),
    /// Things that could not be done and wait apart. Everything else was done.
    #[error("set aside: {0:?}")]
    SetAside(Vec<Task>),
    /// A mistake in the program.
    #[error(transparent)]
    Panicked(#[from] Panicked),
    /// It was to be stored together with others, and was not.
    #[error("not stored: {0}")]
    NotStored(String),
    /// The commune was never imported.
    #[error("no commune in the database; run `loa org import FILE` first")]
    NoCommune,
}

impl EngineError {
    /// Whether the database was away, full or busy: what was to be stored is not to blame.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Store(error) | Self::UseCase(UseCaseError::Store(error)) => error.is_passing(),
            _ => false,
        }
    }

    /// Whether it was the database that failed: it is away, full, may not be written, or somebody keeps it locked.
    #[must_use]
    pub fn is_of_database(&self) -> bool {
        matches!(
            self,
            Self::Store(StoreError::Database(_)) | Self::UseCase(UseCaseError::Store(StoreError::Database(_)))
        )
    }
}

/// Result of a tick.
pub type EngineResult<T> = Result<T, EngineError>;

impl Core {
    /// The engine's own act in a commune, now.
    #[must_use]
    pub fn act(&self, commune_id: &str) -> Act<'_> {
        Act {
            commune_id: commune_id.to_owned(),
            person_id: None,
            unconfirmed: false,
            via: Via::Engine,
            at: self.clocks.business.now(),
            wall: self.clocks.wall.now(),
            entropy: self.entropy.as_ref(),
            house: &self.house,
        }
    }

    /// Who we are on a gateway; none until its platform told us.
    #[must_use]
    pub fn myself(&self, gateway: &str) -> Option<SelfInfo> {
        self.selves.read().unwrap_or_else(PoisonError::into_inner).get(gateway).cloned()
    }

    /// Keeps who we are on a gateway.
    pub fn learn_myself(&self, gateway: &str, me: SelfInfo) {
        self.selves.write().unwrap_or_else(PoisonError::into_inner).insert(gateway.to_owned(), me);
    }

    /// Where a gateway's posts are stored together.
    #[must_use]
    pub fn intake(&self, gateway: &str) -> Arc<Intake> {
        self.intakes.lock().unwrap_or_else(PoisonError::into_inner).entry(gateway.to_owned()).or_default().clone()
    }

    /// Business time.
    #[must_use]
    pub fn business_now(&self) -> Millis {
        self.clocks.business.now()
    }

    /// Machine time.
    #[must_use]
    pub fn wall_now(&self) -> Millis {
        self.clocks.wall.now()
    }

    /// Takes or renews a lease that one engine of several holds; false when another holds it.
    ///
    /// # Errors
    /// The database.
    pub async fn leads(&self, name: &str) -> EngineResult<bool> {
        let now = self.clocks.mono.elapsed();
        let confirmed = self.leads.lock().unwrap_or_else(PoisonError::into_inner).get(name).copied();
        if confirmed.is_some_and(|at| now.saturating_sub(at) < RENEW_LEAD_AFTER) {
            return Ok(true);
        }
        let wall = self.wall_now();
        let mut tx = self.store.begin().await?;
        let lease = tx.take_lease(name, &self.owner, wall, wall.plus_ms(LEAD_MILLIS)).await?;
        tx.commit().await?;
        let mut leads = self.leads.lock().unwrap_or_else(PoisonError::into_inner);
        match lease {
            Some(_) => leads.insert(name.to_owned(), now),
            None => leads.remove(name),
        };
        Ok(leads.contains_key(name))
    }

    /// Does one thing on which nothing else depends, unless it failed lately; none when it was not done. A failure is logged
    /// once, opens an incident, and goes no further.
    ///
    /// On the heap: what is done may be large, and stands in the middle of every loop.
    pub fn alone<'a, T: Send + 'a>(
        &'a self,
        task: Task,
        work: impl Future<Output = EngineResult<T>> + Send + 'a,
    ) -> Pin<Box<dyn Future<Output = Option<T>> + Send + 'a>> {
        Box::pin(self.done_alone(task, work))
    }

    async fn done_alone<T>(&self, task: Task, work: impl Future<Output = EngineResult<T>>) -> Option<T> {
        let now = self.clocks.mono.elapsed();
        if !self.set_aside.may(&task, now) {
            return None;
        }
        match caught(work).await.unwrap_or_else(|panicked| Err(panicked.into())) {
            Ok(done) => {
                if self.set_aside.worked(&task) {
                    tracing::info!(%task, "task.works_again");
                    self.close_task(&task).await;
                }
                Some(done)
            }
            Err(error) => {
                if self.set_aside.failed(&task, now) == 1 {
                    tracing::error!(%task, %error, "task.set_aside");
                    self.open_task(&task, &error).await;
                }
                None
            }
        }
    }

    /// Forgets what failed and is no longer wanted.
    pub async fn forget_unwanted(&self) {
        for task in self.set_aside.no_longer_wanted(self.clocks.mono.elapsed()) {
            tracing::info!(%task, "task.no_longer_wanted");
            self.close_task(&task).await;
        }
    }

    /// Opens the incident of a task. What cannot be written now is seen in the log.
    async fn open_task(&self, task: &Task, error: &EngineError) {
        let noted = async {
            let mut tx = self.store.begin().await?;
            incidents::task_failed(&mut tx, &self.act(""), &task.to_string(), &error.to_string()).await?;
            EngineResult::Ok(tx.commit().await?)
        };
        if let Err(error) = noted.await {
            tracing::error!(%task, %error, "task.not_noted");
        }
    }

    async fn close_task(&self, task: &Task) {
        let noted = async {
            let mut tx = self.store.begin().await?;
            incidents::task_is_over(&mut tx, &self.act(""), &task.to_string()).await?;
            EngineResult::Ok(tx.commit().await?)
        };
        if let Err(error) = noted.await {
            tracing::error!(%task, %error, "task.not_noted");
        }
    }

    /// Whether this engine sends for a gateway now.
    ///
    /// # Errors
    /// The database.
    pub async fn drives(&self, gateway: &str) -> EngineResult<bool> {
        let mut tx = self.store.read().await?;
        Ok(tx.lease(gateway).await?.is_some_and(|lease| lease.owner == self.owner))
    }

    /// The commune this database is for.
    ///
    /// # Errors
    /// The database; `NoCommune` before the first import.
    pub async fn commune_id(&self) -> EngineResult<String> {
        let mut tx = self.store.read().await?;
        tx.commune().await?.map(|commune| commune.id).ok_or(EngineError::NoCommune)
    }
}

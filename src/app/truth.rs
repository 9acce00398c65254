//! Whether the database under the service is still the one it began with, and whole.
//!
//! A file that was deleted, replaced or written over does not hinder a process that holds it open: it would work on into what nobody
//! will ever read. So a running service looks every few seconds, with the eyes of somebody who comes new. What cannot be mended by
//! waiting ends it with a sentence; everything else (full, read-only, away) is waited for.
//!
//! The file is never opened here but by the database itself: closing any descriptor of it would end the locks of the whole process
//! (sqlite.org/howtocorrupt.html, 2.2).

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::engine::{Core, EngineError};
use crate::lifecycle::Lifecycle;
use crate::store::truth::{Imprint, ruin_was_met};
use crate::store::{Store, StoreError, StoreResult, Tx};

mod place;
mod whole;

use place::Place;
use whole::Rounds;

/// How often a running service looks: whatever is seen at all is seen within a few looks.
pub const EVERY: Duration = Duration::from_secs(3);
/// How long a stop waits for calls under way when there is nothing left to record them in.
const GRACE: Duration = Duration::from_secs(2);
/// A look of a loop that takes so long while the database answers will never end.
const STUCK: Duration = Duration::from_mins(10);
/// Looks in a row at which the database must have been ruined.
const RUIN_LOOKS: u32 = 2;
/// Looks in a row at which a loop must have stood still: a process that was stopped for an hour and goes on is not stuck.
const STUCK_LOOKS: u32 = 20;
/// Under which name the look stands among the loops.
const BEAT: &str = "database";

/// What no waiting mends. The words go to the log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Ruin {
    /// There is no file under its name any more.
    #[error("the database {0} was deleted or moved away while the service ran: {CURE}")]
    Deleted(PathBuf),
    /// Another file has its name.
    #[error("the database {0} was replaced by another file while the service ran: {CURE}")]
    Replaced(PathBuf),
    /// A part of it was cut off.
    #[error("the database {0} was cut short while the service ran: {CURE}")]
    Cut(PathBuf),
    /// Its write-ahead log was deleted or replaced.
    #[error(
        "{0}, the log of the database, was deleted or replaced while the service ran, and with it the latest rows: {CURE}"
    )]
    Log(PathBuf),
    /// It cannot be read as it was written.
    #[error("the database is damaged ({0}): {CURE}")]
    Damaged(String),
    /// It is another commune's, or nobody's.
    #[error("the database holds another commune's rows, or none, since a moment ago: {CURE}")]
    Foreign,
    /// Acts that stood in it are gone.
    #[error(
        "an older copy was put in the place of the database while the service ran (it had {had} acts and has {has}): {CURE}"
    )]
    Older {
        /// Acts in the chain at an earlier look.
        had: i64,
        /// Acts in it now.
        has: i64,
    },
    /// One of the service's own loops does not get on.
    #[error("{0} has not got on for ten minutes although the database answers: ending, so that it is started again")]
    Stuck(String),
}

/// What to do, as every sentence ends.
const CURE: &str =
    "put the right file in its place, with its own `-wal` and `-shm` or with none, run `loa db check`, and start again";

/// Why a look saw nothing good.
#[derive(Debug)]
enum Sight {
    /// For good.
    Ruined(Ruin),
    /// It may come back.
    Away(StoreError),
}

impl From<Ruin> for Sight {
    fn from(ruin: Ruin) -> Self {
        Self::Ruined(ruin)
    }
}

impl From<StoreError> for Sight {
    fn from(error: StoreError) -> Self {
        // "no such table": what is there is a database, but not ours.
        let is_foreign = error.sqlite_code() == Some(1) && error.to_string().contains("no such table");
        match error {
            _ if is_foreign => Self::Ruined(Ruin::Foreign),
            error if error.is_ruin() => Self::Ruined(Ruin::Damaged(error.to_string())),
            error => Self::Away(error),
        }
    }
}

impl From<sqlx::Error> for Sight {
    fn from(error: sqlx::Error) -> Self {
        StoreError::from(error).into()
    }
}

/// What is known of the database, and looked at again and again.
pub struct Truth {
    store: Store,
    /// Where an embedded one lies.
    place: Option<Place>,
    known: Imprint,
    rounds: Rounds,
}

impl Truth {
    /// What there is now: from here on nothing else is right.
    ///
    /// # Errors
    /// The database.
    pub async fn of(store: &Store) -> StoreResult<Self> {
        let place = match store {
            Store::Sqlite(pool) => Some(Place::of(pool).await?),
            Store::Postgres(_) => None,
        };
        let known = store.read().await?.imprint().await?;
        Ok(Self { store: store.clone(), place, known, rounds: Rounds::default() })
    }

    async fn look(&mut self, core: &Core) -> Result<(), Sight> {
        if ruin_was_met() {
            return Err(Ruin::Damaged("a statement met it".to_owned()).into());
        }
        let Some(place) = &mut self.place else {
            let mut tx = self.store.read().await?;
            return self.compare(&mut tx).await;
        };
        let is_shorter = place.look().await?;
        let fresh = self.store.beside(1).await?;
        let seen = self.read(&fresh, core, is_shorter).await;
        fresh.close().await;
        seen
    }

    /// What a connection sees that knows nothing from before. Of a file that became shorter every page is read: somebody may have
    /// given room back, or cut it.
    async fn read(&mut self, fresh: &Store, core: &Core, is_shorter: bool) -> Result<(), Sight> {
        let mut tx = fresh.read().await?;
        self.compare(&mut tx).await?;
        tx.commit().await?;
        let Store::Sqlite(pool) = fresh else { return Ok(()) };
        let mut connection = pool.acquire().await?;
        let damage = if is_shorter {
            whole::all(&mut connection).await?
        } else {
            self.rounds.some(&mut connection, core.clocks.mono.clone()).await?
        };
        match (damage, &mut self.place) {
            (None, Some(place)) if is_shorter => place.is_shorter_now(),
            (None, _) => {}
            (Some(_), Some(place)) if is_shorter => return Err(Ruin::Cut(place.path().to_owned()).into()),
            (Some(damage), _) => return Err(Ruin::Damaged(damage).into()),
        }
        Ok(())
    }

    /// Whether it is the same commune's, with every act that stood in it.
    async fn compare(&mut self, tx: &mut Tx) -> Result<(), Sight> {
        let seen = tx.imprint().await?;
        if seen.commune != self.known.commune {
            return Err(Ruin::Foreign.into());
        }
        if !tx.still_has(&self.known).await? {
            return Err(Ruin::Older { had: self.known.entries, has: seen.entries }.into());
        }
        self.known = seen;
        Ok(())
    }

    /// Lets go of the file, so that whoever closes the last connection folds the log into it.
    async fn end(self) {
        if let Some(place) = self.place {
            place.end().await;
        }
    }
}

/// Looks until asked to end. What is seen once only is not believed: a disk in the network may tell nonsense for a moment.
///
/// # Errors
/// What no waiting mends. Then calls under way are waited for no longer than a moment.
pub async fn watch(core: Arc<Core>, mut truth: Truth, every: Duration, lifecycle: Lifecycle) -> Result<(), Ruin> {
    let stop = lifecycle.soft();
    let (mut is_away, mut ruined, mut stuck) = (false, 0, 0);
    while pauses(if ruined > 0 { every / 3 } else { every }, &stop).await {
        let now = || core.clocks.mono.elapsed();
        core.beats.begins(BEAT, now());
        let (away, ruin) = match truth.look(&core).await {
            Ok(()) => (None, None),
            Err(Sight::Away(error)) => (Some(EngineError::from(error)), None),
            Err(Sight::Ruined(ruin)) => (None, Some(ruin)),
        };
        if let Some(ruin) = &ruin {
            tracing::warn!(%ruin, "database.doubted");
        }
        if let Some(ruin) = seen_so_often(&mut ruined, ruin, RUIN_LOOKS) {
            lifecycle.hurry(GRACE);
            return Err(ruin);
        }
        if ruined > 0 {
            continue;
        }
        core.beats.ends(BEAT, now(), away.as_ref());
        match &away {
            Some(error) if !is_away => tracing::error!(%error, "database.away"),
            None if is_away => tracing::info!("database.back"),
            _ => {}
        }
        is_away = away.is_some();
        let stays = core.beats.stuck(now(), STUCK).pop().filter(|_| !is_away).map(Ruin::Stuck);
        if let Some(ruin) = seen_so_often(&mut stuck, stays, STUCK_LOOKS) {
            lifecycle.hurry(GRACE);
            return Err(ruin);
        }
    }
    truth.end().await;
    Ok(())
}

/// What was seen, once it was seen at so many looks in a row.
fn seen_so_often(times: &mut u32, seen: Option<Ruin>, enough: u32) -> Option<Ruin> {
    *times = if seen.is_some() { *times + 1 } else { 0 };
    seen.filter(|_| *times >= enough)
}

/// Waits; false when asked to end.
async fn pauses(every: Duration, stop: &CancellationToken) -> bool {
    tokio::select! {
        () = stop.cancelled() => false,
        () = tokio::time::sleep(every) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_seen_once_only_is_not_believed() {
        let mut times = 0;
        let mut look = |is_ruined: bool| seen_so_often(&mut times, is_ruined.then_some(Ruin::Foreign), RUIN_LOOKS);
        let seen = [true, false, true, true].map(|is_ruined| look(is_ruined).is_some());
        assert_eq!(seen, [false, false, false, true]);
    }
}

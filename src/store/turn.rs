//! A transaction on the embedded database, and whose turn it is to write.
//!
//! `SQLite` has one writer. Who finds it busy sleeps and tries again, longer each time, and others who come later may be first: under
//! load some wait for seconds. So the writers of one process queue here, in the order in which they came; only those of other
//! processes are left to the database.

use std::collections::BTreeMap;
use std::ops::{Deref, DerefMut};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use sqlx::sqlite::{SqliteConnection, SqlitePool};
use tokio::sync::OwnedMutexGuard;
use tokio::time::timeout;

use super::BUSY_TIMEOUT;

/// A queue of writers for each file.
static WRITERS: Mutex<BTreeMap<PathBuf, Arc<tokio::sync::Mutex<()>>>> = Mutex::new(BTreeMap::new());

/// One transaction, and with it the turn to write if it may.
#[derive(Debug)]
pub struct Turn {
    transaction: sqlx::Transaction<'static, sqlx::Sqlite>,
    /// Given back after the transaction has ended.
    turn: Option<OwnedMutexGuard<()>>,
}

/// Begins a transaction that may write. Who waits longer than the database would is left to the database, which refuses.
pub(super) async fn write(pool: &SqlitePool) -> sqlx::Result<Turn> {
    let turn = timeout(BUSY_TIMEOUT, queue(pool).lock_owned()).await.ok();
    Ok(Turn { transaction: pool.begin_with("BEGIN IMMEDIATE").await?, turn })
}

/// Begins a transaction that only reads: nobody waits for it.
pub(super) async fn read(pool: &SqlitePool) -> sqlx::Result<Turn> {
    Ok(Turn { transaction: pool.begin_with("BEGIN DEFERRED").await?, turn: None })
}

fn queue(pool: &SqlitePool) -> Arc<tokio::sync::Mutex<()>> {
    let file = pool.connect_options().get_filename().to_path_buf();
    WRITERS.lock().unwrap_or_else(PoisonError::into_inner).entry(file).or_default().clone()
}

impl Turn {
    pub(super) async fn commit(self) -> sqlx::Result<()> {
        let Self { transaction, turn } = self;
        let committed = transaction.commit().await;
        drop(turn);
        committed
    }
}

impl Deref for Turn {
    type Target = SqliteConnection;

    fn deref(&self) -> &SqliteConnection {
        &self.transaction
    }
}

impl DerefMut for Turn {
    fn deref_mut(&mut self) -> &mut SqliteConnection {
        &mut self.transaction
    }
}

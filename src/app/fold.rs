//! Folding `SQLite`'s log into its file, so that what was deleted is gone from the disk soon.
//!
//! What is deleted is overwritten in the file; its log keeps what was written before until it is folded and cut. Left alone it is
//! folded when it is long, and cut when the last connection closes.
//!
//! `PostgreSQL` keeps what was deleted in the pages of a table until they are vacuumed: what may have held words of people is, every
//! quarter of an hour. Its own log and its backups are whoever runs it.

use std::sync::Arc;
use std::time::Duration;

use sqlx::{ConnectOptions as _, Connection as _, SqlitePool};
use tokio_util::sync::CancellationToken;

use super::private::beside;
use crate::engine::{Core, EngineResult};
use crate::store::{Store, StoreResult};

/// How often the log is folded. What was deleted is to be gone within a minute, also when somebody was in the way once.
const EVERY: Duration = Duration::from_secs(20);

/// How long readers and writers are waited for: they come back soon, and the next look is soon too.
const PATIENCE: Duration = Duration::from_millis(250);
/// Cuts the log to nothing once all of it is in the file. Gives whether somebody was in the way, pages of the log, pages folded.
const FOLD: &str = "PRAGMA wal_checkpoint(TRUNCATE)";

/// Folds the log every now and then, until asked to end.
///
/// # Errors
/// None: a fault is logged, and it is tried again.
pub async fn keep_folding(core: Arc<Core>, stop: CancellationToken) -> EngineResult<()> {
    loop {
        if let Err(error) = fold_log(&core.store).await {
            tracing::warn!(%error, "database.log_not_folded");
        }
        tokio::select! {
            () = stop.cancelled() => return Ok(()),
            () = tokio::time::sleep(EVERY) => {}
        }
    }
}

/// How often a server's tables are vacuumed.
const VACUUM_EVERY: Duration = Duration::from_mins(15);
/// The tables that hold people's words for a while. Who works on one at this moment is not waited for.
const VACUUM: &str = "VACUUM (SKIP_LOCKED) inbox, dialogues, messages, bulletin_versions, attachments";

/// Vacuums a server's tables every now and then, until asked to end.
///
/// # Errors
/// None: a fault is logged, and it is tried again.
pub async fn keep_vacuuming(core: Arc<Core>, stop: CancellationToken) -> EngineResult<()> {
    loop {
        tokio::select! {
            () = stop.cancelled() => return Ok(()),
            () = tokio::time::sleep(VACUUM_EVERY) => {}
        }
        if let Err(error) = vacuum(&core.store).await {
            tracing::warn!(%error, "database.not_vacuumed");
        }
    }
}

/// Vacuums a server's tables that hold people's words; an embedded database overwrites what is deleted.
///
/// # Errors
/// The database.
pub async fn vacuum(store: &Store) -> StoreResult<()> {
    if let Store::Postgres(pool) = store {
        sqlx::query(VACUUM).execute(pool).await?;
    }
    Ok(())
}

/// Folds and cuts the log. False when somebody was in the way; on a server [`keep_vacuuming`] does its part.
///
/// # Errors
/// The database.
pub async fn fold_log(store: &Store) -> StoreResult<bool> {
    let Store::Sqlite(pool) = store else { return Ok(true) };
    if is_empty(pool) {
        return Ok(true);
    }
    // A connection of its own: those of the pool wait longer, and nobody is to wait for this. It makes no file: one that is missing
    // was taken away, and whoever opens an empty one in its place deletes the log.
    let options = pool.connect_options().as_ref().clone().create_if_missing(false).busy_timeout(PATIENCE);
    let mut connection = options.connect().await?;
    let folded: sqlx::Result<(i64, i64, i64)> = sqlx::query_as(FOLD).fetch_one(&mut connection).await;
    connection.close().await?;
    match folded {
        Ok((in_the_way, _, _)) => Ok(in_the_way == 0),
        Err(error) if is_busy(&error) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Whether nothing was written since the log was cut. One that cannot be looked at may hold something.
fn is_empty(pool: &SqlitePool) -> bool {
    let log = beside(pool.connect_options().get_filename(), "-wal");
    std::fs::metadata(log).is_ok_and(|log| log.len() == 0)
}

/// Somebody else folds at this moment, or writes for long.
fn is_busy(error: &sqlx::Error) -> bool {
    error.as_database_error().is_some_and(|error| matches!(error.code().as_deref(), Some("5" | "261" | "517")))
}

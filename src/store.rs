//! The store: one SQL text, two databases.
//!
//! * `Store` is a pool, `Tx` is a transaction and the only thing that reads or writes: whoever holds a `Tx` holds the
//!   unit of work, and dropping it undoes everything.
//! * Every statement is written once, as a constant beside its method, in the subset of SQL that `SQLite` and
//!   `PostgreSQL` share (`migrations/README.md`); the `on!` macro hands it the concrete connection.
//! * Permitted differences between the two: how a transaction begins, where the database's own clock is asked, and what several
//!   services need (ringing, claims that skip what is locked, a lock on a chat).
//! * No transaction is ever open while the network is used.

use std::str::FromStr as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Connection as _, Executor as _};
use tokio::time::timeout;

pub mod activities;
pub mod answers;
pub mod audit;
pub mod backups;
pub mod bell;
pub mod binding;
pub mod broadcasts;
pub mod bulletins;
pub mod dialogues;
pub mod distress;
pub mod doubts;
mod drafts;
pub mod fallbacks;
pub mod figures;
pub mod files;
mod handful;
pub mod inbox;
pub mod links;
pub mod menus;
pub mod messages;
pub mod migrations;
pub mod operations;
pub mod organisation;
pub mod overview;
pub mod relays;
mod residents;
pub mod restored;
pub mod retention;
pub mod sizes;
pub mod strangers;
pub mod tokens;
pub mod truth;
mod turn;
pub mod usage;
pub mod walls;
mod withdrawals;

pub use turn::Turn;

/// Connections kept to `SQLite`. Writers queue anyway; a few readers beside them are enough for one commune.
const SQLITE_CONNECTIONS: u32 = 4;
/// Prepared statements that a connection keeps: more than the program has.
const STATEMENTS: usize = 1_000;
/// Connections kept to `PostgreSQL` by one process.
const POSTGRES_CONNECTIONS: u32 = 8;
/// How long a writer waits for another before it gives up.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// How long whoever needs a connection to a server waits for one: a server that is away is asked again by the next look.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);
/// How long a database server may take to let the first connection in.
const REACH_TIMEOUT: Duration = Duration::from_secs(10);

/// Something the database refused or could not do.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database itself answered with an error.
    #[error("database: {0}")]
    Database(#[source] sqlx::Error),
    /// A migration could not be applied.
    #[error("migration: {0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// The URL names neither of the two databases.
    #[error("database URL must start with `sqlite:` or `postgres:`, found scheme `{0}`")]
    UnknownScheme(String),
    /// A row says something the code knows to be impossible.
    #[error("inconsistent row in {table}.{column} ({row}): {reason}")]
    Inconsistent {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
        /// The row's id.
        row: String,
        /// What is wrong.
        reason: String,
    },
    /// An update meant for one row met none: somebody else changed it first.
    #[error("{what} {row} is not in the state this step expects")]
    Stale {
        /// What was to be changed.
        what: &'static str,
        /// The row's id.
        row: String,
    },
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        let error = Self::Database(error);
        // Here, because whoever meets damage must not have to think of telling.
        if error.is_ruin() {
            truth::meet_ruin();
        }
        error
    }
}

impl StoreError {
    /// Whether the database was busy with somebody else, full or away: the same work may well succeed when it is tried again. On
    /// `SQLite` by the primary result code (sqlite.org/rescode.html), on `PostgreSQL` by the class of the error (its manual,
    /// appendix A).
    #[must_use]
    pub fn is_passing(&self) -> bool {
        /// Busy, locked, read-only, I/O error, full, cannot open.
        const SQLITE: [i32; 6] = [5, 6, 8, 10, 13, 14];
        /// Connection, rollback (deadlock among them), resources, state of an object (lock not available), operator, system.
        const POSTGRES: [&str; 6] = ["08", "40", "53", "55", "57", "58"];
        let Self::Database(error) = self else { return false };
        let sqlx::Error::Database(refused) = error else {
            return matches!(
                error,
                sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed
            );
        };
        if let Some(code) = self.sqlite_code() {
            return SQLITE.contains(&code);
        }
        let code = refused.code().unwrap_or_default();
        // Cancelled for taking too long (57014): it would again.
        code != "57014" && POSTGRES.iter().any(|class| code.starts_with(class))
    }

    /// Whether the file is damaged, or no database at all (sqlite.org/rescode.html: corrupt, not a database). No second try helps.
    #[must_use]
    pub fn is_ruin(&self) -> bool {
        matches!(self.sqlite_code(), Some(11 | 26))
    }

    /// The primary result code of `SQLite`; none where it is not `SQLite` that refused.
    #[must_use]
    pub fn sqlite_code(&self) -> Option<i32> {
        let Self::Database(sqlx::Error::Database(refused)) = self else { return None };
        refused.try_downcast_ref::<sqlx::sqlite::SqliteError>()?;
        let code: i32 = refused.code()?.parse().ok()?;
        Some(code & 0xff)
    }
}

/// Result of a store call.
pub type StoreResult<T> = Result<T, StoreError>;

/// A database with Loa's schema in it.
#[derive(Debug, Clone)]
pub enum Store {
    /// The embedded database, one file.
    Sqlite(SqlitePool),
    /// A server, for several workers.
    Postgres(PgPool),
}

/// One transaction. Dropped without `commit`, it leaves nothing behind.
#[derive(Debug)]
pub enum Tx {
    /// On the embedded database.
    Sqlite(Turn),
    /// On a server.
    Postgres(bell::Ringing),
}

/// Runs one statement on whichever connection the transaction holds. It is not a closure: `?` and `return` leave the method.
macro_rules! on {
    ($tx:expr, |$connection:ident| $body:expr) => {
        match $tx {
            $crate::store::Tx::Sqlite(transaction) => {
                let $connection = &mut **transaction;
                $body
            }
            $crate::store::Tx::Postgres(transaction) => {
                let $connection = &mut **transaction;
                $body
            }
        }
    };
}
pub(crate) use on;

impl Store {
    /// Connects by URL (`sqlite:path`, `sqlite::memory:` is refused since every connection would see another database,
    /// `postgres://…`) and brings the schema up to date.
    ///
    /// # Errors
    /// An unknown scheme, an unreachable database, a migration that fails.
    pub async fn open(url: &str) -> StoreResult<Self> {
        let store = Box::pin(Self::connect(url)).await?;
        Box::pin(store.migrate()).await?;
        Ok(store)
    }

    /// The same with another number of connections: each prepares every statement for itself, which costs whoever lives
    /// shortly more than waiting for each other.
    ///
    /// # Errors
    /// As for [`Store::open`].
    pub async fn open_with(url: &str, connections: u32) -> StoreResult<Self> {
        let store = Box::pin(Self::connect_with(url, Some(connections))).await?;
        Box::pin(store.migrate()).await?;
        Ok(store)
    }

    /// Connects by URL without touching the schema.
    ///
    /// # Errors
    /// An unknown scheme, an unreachable database.
    pub async fn connect(url: &str) -> StoreResult<Self> {
        Self::connect_with(url, None).await
    }

    async fn connect_with(url: &str, connections: Option<u32>) -> StoreResult<Self> {
        let scheme = url.split(':').next().unwrap_or_default();
        match scheme {
            "sqlite" if !url.contains(":memory:") => {
                Ok(Self::Sqlite(sqlite_pool(url, connections.unwrap_or(SQLITE_CONNECTIONS)).await?))
            }
            "postgres" | "postgresql" => {
                let options = PgConnectOptions::from_str(url)?;
                // A pool tries for as long as it waits for a free connection; a server that is not there is told at once.
                timeout(REACH_TIMEOUT, PgConnection::connect_with(&options))
                    .await
                    .map_err(|_| sqlx::Error::Io(std::io::ErrorKind::TimedOut.into()))??
                    .close()
                    .await?;
                let pool = PgPoolOptions::new()
                    .max_connections(connections.unwrap_or(POSTGRES_CONNECTIONS))
                    .acquire_timeout(ACQUIRE_TIMEOUT)
                    .connect_with(options)
                    .await?;
                Ok(Self::Postgres(pool))
            }
            other => Err(StoreError::UnknownScheme(other.to_owned())),
        }
    }

    /// The same database through connections of its own, at most so many, on which nothing can be written. Whoever reads much there keeps
    /// nobody from a connection, and an embedded database's file is looked at as somebody sees it who comes new.
    ///
    /// # Errors
    /// An embedded database that cannot be opened: it is never made here.
    pub async fn beside(&self, connections: u32) -> StoreResult<Self> {
        Ok(match self {
            Self::Sqlite(pool) => {
                let options = pool.connect_options().as_ref().clone().create_if_missing(false).read_only(true);
                Self::Sqlite(sqlite_pool_with(options, connections).await?)
            }
            Self::Postgres(pool) => {
                let options = pool.connect_options().as_ref().clone();
                let few = PgPoolOptions::new().max_connections(connections).acquire_timeout(ACQUIRE_TIMEOUT);
                Self::Postgres(few.connect_lazy_with(options))
            }
        })
    }

    /// Brings the schema up to date.
    ///
    /// # Errors
    /// A migration that fails, or a schema newer than this program.
    pub async fn migrate(&self) -> StoreResult<()> {
        match self {
            Self::Sqlite(pool) => migrations::migrator().run(pool).await?,
            Self::Postgres(pool) => migrations::migrator().run(pool).await?,
        }
        Ok(())
    }

    /// Begins a transaction that may write. On `SQLite` it takes the write lock at once (`BEGIN IMMEDIATE`): a deferred one
    /// that turns into a writer later fails with "database is locked" instead of waiting. Writers of this process take turns in the
    /// order in which they came; for those of others the database waits by itself. The driver's wait for a connection
    /// is boxed: its 14 kB would weigh on every function above.
    ///
    /// # Errors
    /// The database cannot be reached, or stays locked longer than five seconds after the writers of this process had their turns.
    pub async fn begin(&self) -> StoreResult<Tx> {
        Ok(match self {
            Self::Sqlite(pool) => Tx::Sqlite(Box::pin(turn::write(pool)).await?),
            Self::Postgres(pool) => Tx::Postgres(bell::Ringing::new(Box::pin(pool.begin()).await?)),
        })
    }

    /// Begins a transaction that only reads, on one consistent snapshot. It never waits for a writer.
    ///
    /// # Errors
    /// The database cannot be reached.
    pub async fn read(&self) -> StoreResult<Tx> {
        Ok(match self {
            Self::Sqlite(pool) => Tx::Sqlite(Box::pin(turn::read(pool)).await?),
            Self::Postgres(pool) => {
                let begun = Box::pin(pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")).await?;
                Tx::Postgres(bell::Ringing::new(begun))
            }
        })
    }

    /// Closes every connection; the `SQLite` write-ahead log is folded into the file by the last one.
    pub async fn close(&self) {
        match self {
            Self::Sqlite(pool) => pool.close().await,
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

async fn sqlite_pool(url: &str, connections: u32) -> StoreResult<SqlitePool> {
    let options = SqliteConnectOptions::from_str(url)?
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        // FULL, not NORMAL: after a power cut a message that was being sent must not read as never tried.
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        // What is deleted is overwritten: a refused document must not linger in free pages.
        .pragma("secure_delete", "ON")
        // Every statement of the program stays prepared.
        .statement_cache_capacity(STATEMENTS)
        .busy_timeout(BUSY_TIMEOUT);
    sqlite_pool_with(options, connections).await
}

async fn sqlite_pool_with(options: SqliteConnectOptions, connections: u32) -> StoreResult<SqlitePool> {
    // A file does not hang up, so nobody has to ask before a connection is used. But the database ends a transaction by itself when
    // the disk is full or fails; the driver then counts it as open for ever, and such a connection is thrown away.
    let pool = SqlitePoolOptions::new().max_connections(connections).test_before_acquire(false).before_acquire(
        |connection, _| {
            let is_whole = !connection.is_in_transaction();
            Box::pin(async move { Ok(is_whole) })
        },
    );
    let pool = pool.connect_with(options.clone()).await?;
    // Only its first connection may make the file: one that is missing later was taken away, and no empty one comes in its place.
    pool.set_connect_options(options.create_if_missing(false));
    Ok(pool)
}

/// Commits of this process.
static COMMITS: AtomicU64 = AtomicU64::new(0);

/// Commits this process has asked for so far; each syncs the log once. A figure for `loa bench`, nothing depends on it.
#[must_use]
pub fn commits() -> u64 {
    COMMITS.load(Ordering::Relaxed)
}

impl Tx {
    /// Makes everything done in this transaction permanent, together.
    ///
    /// # Errors
    /// The database could not; then nothing was done.
    pub async fn commit(self) -> StoreResult<()> {
        COMMITS.fetch_add(1, Ordering::Relaxed);
        match self {
            Self::Sqlite(turn) => turn.commit().await?,
            Self::Postgres(transaction) => transaction.commit().await?,
        }
        Ok(())
    }
}

/// A place in a transaction to which it can be undone. Both databases know the words, and of several such places take the latest
/// (SQL:1999, savepoints).
const MARK: &str = "SAVEPOINT mark";
/// Undoes what was done since.
const UNDO: &str = "ROLLBACK TO SAVEPOINT mark";

impl Tx {
    /// Remembers this place: what follows can be undone without the rest, until another place is remembered.
    ///
    /// # Errors
    /// The database.
    pub async fn mark(&mut self) -> StoreResult<()> {
        on!(self, |c| c.execute(MARK).await?.rows_affected());
        Ok(())
    }

    /// Undoes everything since the mark, a statement that failed among it.
    ///
    /// # Errors
    /// The database; then the whole transaction is lost.
    pub async fn undo(&mut self) -> StoreResult<()> {
        on!(self, |c| c.execute(UNDO).await?.rows_affected());
        Ok(())
    }
}

/// Guards an update that must touch exactly one row.
pub(crate) fn expect_one(affected: u64, what: &'static str, row: &str) -> StoreResult<()> {
    if affected == 1 { Ok(()) } else { Err(StoreError::Stale { what, row: row.to_owned() }) }
}

/// Makes an error out of a stored word that the code does not know.
pub(crate) fn inconsistent(
    table: &'static str,
    column: &'static str,
    row: &str,
    reason: &dyn std::fmt::Display,
) -> StoreError {
    StoreError::Inconsistent { table, column, row: row.to_owned(), reason: reason.to_string() }
}

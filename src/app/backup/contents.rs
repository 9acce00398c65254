//! Copying an embedded database from beside its service, and what stands in a copy. Nothing here opens the database but the database
//! itself: whoever closes a file of their own on it would drop the locks of the whole process.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context as _, bail, ensure};
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};
use sqlx::{AssertSqlSafe, ConnectOptions as _, SqlitePool};

use crate::app::private;
use crate::store::Store;

/// What stands in a copy of the database.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Contents {
    /// The newest migration.
    pub schema: i64,
    /// Rows of each table.
    pub rows: BTreeMap<String, i64>,
    /// Entries in the chain of acts.
    pub entries: i64,
    /// The hash of the last of them.
    pub head: String,
    /// Entries that were not chained yet.
    pub unsealed: i64,
}

/// A consistent copy of a database that others may be writing to. (SQLite's documentation, "VACUUM INTO".)
pub(super) async fn copy(database: &Path, plain: &Path) -> anyhow::Result<()> {
    // For its owner alone from the first byte on; the database takes a file that is empty.
    private::file(plain)?;
    let pool = pool(SqliteConnectOptions::new().filename(database)).await?;
    let target = plain.to_str().context("the path of the database is not UTF-8")?;
    let copied = sqlx::query("VACUUM INTO $1").bind(target).execute(&pool).await;
    pool.close().await;
    copied.map(drop).context("the database cannot be copied")
}

/// A copy that can be written, with nothing beside it once it is closed.
pub(super) async fn writable(plain: &Path) -> anyhow::Result<Store> {
    let options = SqliteConnectOptions::new().filename(plain).foreign_keys(true).pragma("secure_delete", "ON");
    Ok(Store::Sqlite(pool(options).await?))
}

/// The same without a look at references: for rows that come table by table.
pub(super) async fn unchecked(plain: &Path) -> sqlx::Result<SqlitePool> {
    pool(SqliteConnectOptions::new().filename(plain).foreign_keys(false)).await
}

/// One connection, on which a statement may take its time without a word in the log.
async fn pool(options: SqliteConnectOptions) -> sqlx::Result<SqlitePool> {
    let options = options.disable_statement_logging();
    SqlitePoolOptions::new().max_connections(1).connect_with(options.create_if_missing(false)).await
}

/// Reads a whole copy. On connections that write nothing.
pub(super) async fn read(plain: &Path) -> anyhow::Result<Contents> {
    let pool = pool(SqliteConnectOptions::new().filename(plain).read_only(true)).await?;
    let found = contents(&pool).await;
    pool.close().await;
    found
}

async fn contents(pool: &SqlitePool) -> anyhow::Result<Contents> {
    let damage: Vec<String> = sqlx::query_scalar("PRAGMA integrity_check").fetch_all(pool).await?;
    ensure!(damage == ["ok"], "damaged: {}", damage.join("; "));
    let dangling = sqlx::query("PRAGMA foreign_key_check").fetch_all(pool).await?.len();
    ensure!(dangling == 0, "{dangling} rows point to rows that are not there");
    let tables = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name";
    let tables: Vec<String> = sqlx::query_scalar(tables).fetch_all(pool).await?;
    let mut rows = BTreeMap::new();
    for table in tables {
        let count = AssertSqlSafe(format!("SELECT COUNT(*) FROM \"{table}\""));
        rows.insert(table, sqlx::query_scalar(count).fetch_one(pool).await?);
    }
    let newest = "SELECT COALESCE(MAX(version), 0) FROM _sqlx_migrations WHERE success";
    let schema = sqlx::query_scalar(newest).fetch_one(pool).await?;
    let unsealed = "SELECT COUNT(*) FROM audit_entries WHERE seq IS NULL";
    let unsealed = sqlx::query_scalar(unsealed).fetch_one(pool).await?;
    let mut tx = Store::Sqlite(pool.clone()).read().await?;
    let chain = tx.verify_audit().await?;
    if let Some(broken) = chain.first_broken {
        bail!("entry {} of the chain of acts is broken: {}", broken.seq, broken.reason);
    }
    Ok(Contents { schema, rows, entries: chain.entries, head: chain.head, unsealed })
}

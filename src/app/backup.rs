//! Backups of an embedded database: a consistent copy taken beside the running service, checked, and sealed with a key of its own.
//!
//! * The plain copy lies beside the database, for its owner alone, and nowhere else: the folder that backups go to sees sealed bytes only.
//!   One that a killed backup left there goes with the next.
//! * What is in a backup was read and found whole before it was sealed: pages, references, the chain of acts. So damage that nobody had met
//!   yet is found by the next backup, and no good one is replaced by a bad one.
//! * Files people sent are rows and are in it. Keys are not: neither that of the backup nor that of tokens.
//! * Nothing is ever overwritten.

use std::collections::BTreeMap;
use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail, ensure};
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};
use sqlx::{AssertSqlSafe, SqlitePool};

use super::role_lock::sqlite_path;
use super::{private, vault};
use crate::clock::Clocks;
use crate::config::Settings;
use crate::domain::calendar::format_rfc3339;
use crate::id::Entropy;
use crate::platform::vault::seal::Sealer;
use crate::store::Store;

mod archive;

/// What a backup says of itself. It is sealed like the rest.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Manifest {
    /// When it was made, machine time, RFC 3339.
    pub made_at: String,
    /// The version of the program that made it.
    pub program: String,
    /// What stands in it.
    #[serde(flatten)]
    pub contents: Contents,
}

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

/// A backup that was made.
#[derive(Debug, serde::Serialize)]
pub struct Made {
    /// Where it is.
    pub file: PathBuf,
    /// Its length.
    pub bytes: u64,
    /// Where its key is.
    pub key_file: PathBuf,
    /// Whether the key was made for it.
    pub key_is_new: bool,
    /// What it says of itself.
    #[serde(flatten)]
    pub manifest: Manifest,
}

/// Where the backups of one database are worked on.
#[derive(Debug)]
pub struct Workshop {
    database: PathBuf,
    key_file: PathBuf,
}

/// The plain copy, which goes however the work ends.
struct Plain(PathBuf);

impl Plain {
    fn remove(&self) {
        for ending in ["", "-journal", "-wal", "-shm"] {
            let _ = fs::remove_file(with(&self.0, ending));
        }
    }
}

impl Drop for Plain {
    fn drop(&mut self) {
        self.remove();
    }
}

impl Workshop {
    /// For the configured database; the key lies beside it, ending in `.backup-key`, unless it is named.
    ///
    /// # Errors
    /// The database is not a file.
    pub fn new(settings: &Settings, key_file: Option<&Path>) -> anyhow::Result<Self> {
        let database = sqlite_path(settings.database.url.expose())
            .context("backups are made of an embedded database; on PostgreSQL use pg_dump")?;
        let key_file = key_file.map_or_else(|| database.with_extension("backup-key"), Path::to_path_buf);
        Ok(Self { database, key_file })
    }

    /// Makes a backup beside the running service. Without `to` it goes into the folder `backups` beside the database, named by its time.
    ///
    /// # Errors
    /// There is no database; it is damaged; the target is there already; another backup is at work; a file cannot be written.
    pub async fn make(&self, to: Option<&Path>, clocks: &Clocks, entropy: &dyn Entropy) -> anyhow::Result<Made> {
        ensure!(self.database.exists(), "there is no database at {}", self.database.display());
        let made_at = format_rfc3339(clocks.wall.now());
        let file = to.map_or_else(|| self.usual_target(&made_at), Path::to_path_buf);
        ensure!(!file.exists(), "{} is there already: nothing is overwritten", file.display());
        let _lock = self.lock()?;
        let plain = self.plain()?;
        copy(&self.database, &plain.0).await?;
        let contents = read(&plain.0).await.context("the database is not whole, and nothing was backed up")?;
        let key_is_new = !self.key_file.exists();
        let sealer = self.sealer(entropy)?;
        let manifest = Manifest { made_at, program: env!("CARGO_PKG_VERSION").to_owned(), contents };
        if let Some(folder) = folder_of(&file) {
            private::folder(folder)?;
        }
        let part = with(&file, ".part");
        archive::write(&manifest, &plain.0, &part, &sealer, entropy)
            .and_then(|()| put(&part, &file))
            .inspect_err(|_| drop(fs::remove_file(&part)))
            .with_context(|| format!("cannot write the backup {}", file.display()))?;
        let bytes = fs::metadata(&file)?.len();
        Ok(Made { file, bytes, key_file: self.key_file.clone(), key_is_new, manifest })
    }

    /// Opens a backup beside the database, reads all of it, and compares it with what it says of itself.
    ///
    /// # Errors
    /// The key is another one; anything is not as it was when the backup was made.
    pub async fn verify(&self, archive: &Path, entropy: &dyn Entropy) -> anyhow::Result<Manifest> {
        let _lock = self.lock()?;
        let plain = self.plain()?;
        self.open_into(archive, &plain.0, entropy).await
    }

    /// Does the same, and leaves what was in the backup as the new database `to`.
    ///
    /// # Errors
    /// As for [`Self::verify`]; something is there already.
    pub async fn open(&self, archive: &Path, to: &Path, entropy: &dyn Entropy) -> anyhow::Result<Manifest> {
        for ending in ["", "-wal", "-shm"] {
            let there = with(to, ending);
            ensure!(!there.exists(), "{} is there already: nothing is overwritten", there.display());
        }
        let plain = Plain(with(to, ".part"));
        plain.remove();
        let manifest = self.open_into(archive, &plain.0, entropy).await?;
        put(&plain.0, to)?;
        Ok(manifest)
    }

    async fn open_into(&self, archive: &Path, plain: &Path, entropy: &dyn Entropy) -> anyhow::Result<Manifest> {
        ensure!(self.key_file.exists(), "there is no key at {}: name it with --key", self.key_file.display());
        let manifest = archive::open(archive, plain, &self.sealer(entropy)?)?;
        let found = read(plain).await?;
        ensure!(found == manifest.contents, "what stands in the backup is not what it says of itself");
        Ok(manifest)
    }

    fn usual_target(&self, made_at: &str) -> PathBuf {
        let name = format!("loa-{}.backup", made_at.get(..19).unwrap_or(made_at).replace(':', ""));
        self.database.with_file_name("backups").join(name)
    }

    /// A path beside the database where nothing is any more.
    fn plain(&self) -> anyhow::Result<Plain> {
        if let Some(folder) = folder_of(&self.database) {
            private::folder(folder)?;
        }
        let plain = Plain(self.database.with_extension("backup-plain"));
        plain.remove();
        Ok(plain)
    }

    fn sealer(&self, entropy: &dyn Entropy) -> anyhow::Result<Sealer> {
        let key = vault::key(&self.key_file, entropy);
        let key = key.with_context(|| format!("backup key file {}", self.key_file.display()))?;
        Sealer::new(&key).context("the cipher refuses the key")
    }

    /// One backup of a database at a time: the place of the plain copy is one.
    fn lock(&self) -> anyhow::Result<File> {
        let path = self.database.with_extension("backup-lock");
        if let Some(folder) = folder_of(&path) {
            private::folder(folder)?;
        }
        private::file(&path)?;
        let file = File::options().write(true).open(&path)?;
        match file.try_lock() {
            Ok(()) => Ok(file),
            Err(TryLockError::WouldBlock) => bail!("another backup of this database is being made or checked"),
            Err(TryLockError::Error(error)) => Err(error).context("cannot lock the backup"),
        }
    }
}

fn with(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

fn folder_of(path: &Path) -> Option<&Path> {
    path.parent().filter(|folder| !folder.as_os_str().is_empty())
}

/// Gives a finished file its name, never over one that is there, and has the disk remember it.
fn put(part: &Path, file: &Path) -> anyhow::Result<()> {
    fs::hard_link(part, file)?;
    fs::remove_file(part)?;
    Ok(File::open(folder_of(file).unwrap_or(Path::new(".")))?.sync_all()?)
}

/// A consistent copy of a database that others may be writing to. (SQLite's documentation, "VACUUM INTO".)
async fn copy(database: &Path, plain: &Path) -> anyhow::Result<()> {
    // For its owner alone from the first byte on; the database takes a file that is empty.
    private::file(plain)?;
    let pool = pool(SqliteConnectOptions::new().filename(database)).await?;
    let target = plain.to_str().context("the path of the database is not UTF-8")?;
    let copied = sqlx::query("VACUUM INTO $1").bind(target).execute(&pool).await;
    pool.close().await;
    copied.map(drop).context("the database cannot be copied")
}

async fn pool(options: SqliteConnectOptions) -> sqlx::Result<SqlitePool> {
    SqlitePoolOptions::new().max_connections(1).connect_with(options.create_if_missing(false)).await
}

/// Reads a whole copy. On connections that write nothing.
async fn read(plain: &Path) -> anyhow::Result<Contents> {
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

//! Backups: a consistent copy taken beside the running service, checked, and sealed with a key of its own. What is sealed is an embedded
//! database, also where the rows are on a server: a backup of either restores onto either.
//!
//! * The plain copy lies beside the database, on a server's machine beside the key, for its owner alone, and nowhere else: the folder that
//!   backups go to sees sealed bytes only. One that a killed backup left there goes with the next.
//! * What is in a backup was read and found whole before it was sealed: pages, references, the chain of acts. So damage that nobody had met
//!   yet is found by the next backup, and no good one is replaced by a bad one. What was sealed is opened again before it gets its name.
//! * Files people sent are rows and are in it. Keys are not: neither that of the backup nor that of tokens.
//! * Nothing is ever overwritten.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, bail, ensure};

use super::private::beside;
use super::role_lock::sqlite_path;
use super::{private, vault};
use crate::clock::Clocks;
use crate::config::{Secret, Settings};
use crate::domain::calendar::{Millis, format_rfc3339};
use crate::id::Entropy;
use crate::platform::vault::seal::Sealer;

mod archive;
mod contents;
mod restore;
mod room;
pub mod schedule;
mod server;

pub use contents::Contents;
pub use restore::{Hand, Restored};

/// Why nothing can be done for a server.
const NO_KEY: &str =
    "backups of a server's database are sealed with a key file: set backup.key_file, or name it with --key";
/// What the file of a backup ends in.
const ENDING: &str = ".backup";

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

impl Manifest {
    /// When it was made, machine time.
    ///
    /// # Errors
    /// The time cannot be read.
    pub fn made_at(&self) -> anyhow::Result<Millis> {
        let at = chrono::DateTime::parse_from_rfc3339(&self.made_at);
        Ok(Millis(at.context("the backup has no time")?.timestamp_millis()))
    }
}

/// A backup that was made.
#[derive(Debug, serde::Serialize)]
pub struct Made {
    /// Where it is.
    pub file: PathBuf,
    /// Its length.
    pub bytes: u64,
    /// Its hash.
    pub sha256: String,
    /// Where its key is.
    pub key_file: PathBuf,
    /// Whether the key was made for it.
    pub key_is_new: bool,
    /// What it says of itself.
    #[serde(flatten)]
    pub manifest: Manifest,
}

/// A backup that lies in the folder.
#[derive(Debug, serde::Serialize)]
pub struct Listed {
    /// Where it is.
    pub file: PathBuf,
    /// Its length.
    pub bytes: u64,
    /// What it says of itself; none when its first record does not open.
    pub manifest: Option<Manifest>,
}

/// Where the backups of one database are worked on.
#[derive(Clone)]
pub struct Workshop {
    database: Database,
    /// Beside which file the plain copy and the lock lie.
    base: PathBuf,
    folder: PathBuf,
    key_file: PathBuf,
    clocks: Clocks,
    entropy: Arc<dyn Entropy>,
}

/// What is backed up.
#[derive(Clone)]
enum Database {
    /// An embedded one.
    File(PathBuf),
    /// On the server of this URL.
    Server(Secret),
}

/// The plain copy, which goes however the work ends.
struct Plain(PathBuf);

impl Plain {
    fn remove(&self) {
        for ending in ["", "-journal", "-wal", "-shm"] {
            let _ = fs::remove_file(beside(&self.0, ending));
        }
    }
}

impl Drop for Plain {
    fn drop(&mut self) {
        self.remove();
    }
}

impl Workshop {
    /// For the configured database. Unless they are named, backups go into the folder `backups` beside the database, and the key lies
    /// beside it, ending in `.backup-key`. With a server the key has to be named, and what else is not lies beside the key.
    ///
    /// # Errors
    /// The database is on a server, and nobody said where the key is.
    pub fn new(
        settings: &Settings,
        key_file: Option<&Path>,
        clocks: Clocks,
        entropy: Arc<dyn Entropy>,
    ) -> anyhow::Result<Self> {
        let url = &settings.database.url;
        let key_file = key_file.map(Path::to_path_buf).or_else(|| settings.backup.key_file.clone());
        let (database, base) = match sqlite_path(url.expose()) {
            Some(file) => (Database::File(file.clone()), file),
            None => (Database::Server(url.clone()), key_file.clone().context(NO_KEY)?),
        };
        let key_file = key_file.unwrap_or_else(|| base.with_extension("backup-key"));
        let folder = settings.backup.folder.clone().unwrap_or_else(|| base.with_file_name("backups"));
        Ok(Self { database, base, folder, key_file, clocks, entropy })
    }

    /// Makes a backup beside the running service. Without `to` it goes into the folder, named by its time.
    ///
    /// # Errors
    /// There is no database; it is damaged; the target is there already; another backup is at work; there is no room; a file cannot be
    /// written.
    pub async fn make(&self, to: Option<&Path>) -> anyhow::Result<Made> {
        if let Database::File(database) = &self.database {
            ensure!(database.exists(), "there is no database at {}", database.display());
        }
        let made_at = format_rfc3339(self.clocks.wall.now());
        let file = to.map_or_else(|| self.usual_target(&made_at), Path::to_path_buf);
        ensure!(!file.exists(), "{} is there already: nothing is overwritten", file.display());
        let _lock = self.lock()?;
        let plain = self.plain()?;
        if let Database::File(database) = &self.database {
            room::ensure(room::length(database), &[&plain.0, &file])?;
        }
        match &self.database {
            Database::File(database) => contents::copy(database, &plain.0).await?,
            Database::Server(url) => server::fetch(url.expose(), &plain.0).await?,
        }
        let contents =
            contents::read(&plain.0).await.context("the database is not whole, and nothing was backed up")?;
        let key_is_new = !self.key_file.exists();
        let sealer = self.sealer()?;
        let manifest = Manifest { made_at, program: env!("CARGO_PKG_VERSION").to_owned(), contents };
        if let Some(folder) = folder_of(&file) {
            private::folder(folder)?;
        }
        let (job, target) = ((manifest.clone(), plain.0.clone(), self.entropy.clone()), file.clone());
        let sha256 = blocking(move || seal(&job.0, &job.1, &target, (&sealer, job.2.as_ref()))).await?;
        let bytes = fs::metadata(&file)?.len();
        Ok(Made { file, bytes, sha256, key_file: self.key_file.clone(), key_is_new, manifest })
    }

    /// What lies in the folder, newest first, as far as it can be told without opening all of it.
    ///
    /// # Errors
    /// The key cannot be read.
    pub fn list(&self) -> anyhow::Result<Vec<Listed>> {
        let sealer = if self.key_file.exists() { Some(self.sealer()?) } else { None };
        let mut files = self.files();
        files.reverse();
        let listed = |file: PathBuf| Listed {
            bytes: fs::metadata(&file).map_or(0, |file| file.len()),
            manifest: sealer.as_ref().and_then(|sealer| archive::manifest(&file, sealer).ok()),
            file,
        };
        Ok(files.into_iter().map(listed).collect())
    }

    /// The backups of the folder by their names, which tell their times: oldest first.
    fn files(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        let mut files: Vec<PathBuf> = entries.map(|entry| entry.path()).filter(|path| is_ours(path, ENDING)).collect();
        files.sort();
        files
    }

    fn usual_target(&self, made_at: &str) -> PathBuf {
        let name = format!("loa-{}{ENDING}", made_at.get(..19).unwrap_or(made_at).replace(':', ""));
        self.folder.join(name)
    }

    /// A path beside the database where nothing is any more.
    fn plain(&self) -> anyhow::Result<Plain> {
        if let Some(folder) = folder_of(&self.base) {
            private::folder(folder)?;
        }
        let plain = Plain(self.base.with_extension("backup-plain"));
        plain.remove();
        Ok(plain)
    }

    fn sealer(&self) -> anyhow::Result<Sealer> {
        // A new one in its place would open none of those, and nobody would notice before they are needed.
        ensure!(
            self.key_file.exists() || self.files().is_empty(),
            "the key {} is missing, with which the backups in {} were made: put it back from its copy, or move those backups away",
            self.key_file.display(),
            self.folder.display()
        );
        let key = vault::key(&self.key_file, self.entropy.as_ref());
        let key = key.with_context(|| format!("backup key file {}", self.key_file.display()))?;
        Sealer::new(&key).context("the cipher refuses the key")
    }

    /// One backup of a database at a time: the place of the plain copy is one.
    fn lock(&self) -> anyhow::Result<File> {
        let path = self.base.with_extension("backup-lock");
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

/// Seals a copy, opens what was sealed again, and gives it its name. Gives the hash of the backup.
fn seal(manifest: &Manifest, plain: &Path, file: &Path, with_what: (&Sealer, &dyn Entropy)) -> anyhow::Result<String> {
    let (sealer, entropy) = with_what;
    let part = beside(file, ".part");
    let work = || {
        let copied = archive::write(manifest, plain, &part, sealer, entropy)?;
        ensure!(archive::hash_inside(&part, sealer)? == copied, "what was written is not what is read back");
        let sha256 = archive::hash(&part)?;
        put(&part, file)?;
        Ok(sha256)
    };
    work()
        .inspect_err(|_| drop(fs::remove_file(&part)))
        .with_context(|| format!("cannot write the backup {}", file.display()))
}

/// Work on files that takes its time, where it keeps nobody from getting on.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> anyhow::Result<T> + Send + 'static) -> anyhow::Result<T> {
    tokio::task::spawn_blocking(work).await.context("the work on the backup was cut")?
}

/// Whether a file of the folder was named by the service itself.
fn is_ours(path: &Path, ending: &str) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let time = name.strip_prefix("loa-").and_then(|rest| rest.strip_suffix(ending)).unwrap_or_default();
    time.len() == "2025-11-30T020000".len() && time.chars().all(|sign| sign.is_ascii_digit() || "-T".contains(sign))
}
fn folder_of(path: &Path) -> Option<&Path> {
    path.parent().filter(|folder| !folder.as_os_str().is_empty())
}

/// Gives a finished file its name, never over one that is there, and has the disk remember it.
fn put(part: &Path, file: &Path) -> anyhow::Result<()> {
    match fs::hard_link(part, file) {
        Ok(()) => fs::remove_file(part)?,
        // A stick knows no links: there the look comes first.
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists && !file.exists() => fs::rename(part, file)?,
        Err(error) => return Err(error.into()),
    }
    Ok(File::open(folder_of(file).unwrap_or(Path::new(".")))?.sync_all()?)
}

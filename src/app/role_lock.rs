//! One engine a `SQLite` file: the role holds a lock of the operating system, which ends with the process however it ends.
//!
//! Commands of the command line write beside the engine and need no lock. Whoever can open the file can lock it, so it is its owner's
//! alone.

use std::fs::{File, OpenOptions, TryLockError};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use anyhow::Context as _;

/// The held lock; dropping it gives it back.
#[derive(Debug)]
pub struct RoleLock {
    file: Option<File>,
}

impl RoleLock {
    /// Whether the lock proves that no other engine runs: then leases of a process that died need not be waited for.
    #[must_use]
    pub const fn is_exclusive(&self) -> bool {
        self.file.is_some()
    }
}

/// Takes the engine's role on a database. On `PostgreSQL` leases decide instead, and nothing is locked here.
///
/// # Errors
/// Another engine runs on this file; the lock file cannot be made, or is not what we would have made.
pub fn take(database_url: &str) -> anyhow::Result<RoleLock> {
    let Some(path) = sqlite_path(database_url) else { return Ok(RoleLock { file: None }) };
    let lock = path.with_extension("engine-lock");
    let file = opened(&lock)?;
    let owner = std::fs::metadata(&path).map(|database| database.uid()).ok();
    anyhow::ensure!(
        owner.is_none_or(|owner| file.metadata().is_ok_and(|lock| lock.uid() == owner)),
        "the lock file {} belongs to another user than the database: run `loa serve` as the database's owner, and remove the lock file \
         when no engine runs",
        lock.display()
    );
    match file.try_lock() {
        Ok(()) => Ok(RoleLock { file: Some(file) }),
        Err(TryLockError::WouldBlock) => anyhow::bail!(
            "another engine already runs on {}: stop it first, or use PostgreSQL for several workers",
            path.display()
        ),
        Err(TryLockError::Error(error)) => Err(error).with_context(|| format!("cannot lock {}", lock.display())),
    }
}

/// Opens the lock file, or makes it. A link would have something else locked, or made.
fn opened(lock: &Path) -> anyhow::Result<File> {
    let is_link = std::fs::symlink_metadata(lock).is_ok_and(|found| found.is_symlink());
    anyhow::ensure!(!is_link, "the lock file {} is a link and none of ours: remove it", lock.display());
    super::private::close(lock)?;
    let file = OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(lock);
    file.with_context(|| {
        format!("cannot make the lock file {}: give its folder to the user that Loa runs as (chown)", lock.display())
    })
}

/// The file a `sqlite:` URL names.
#[must_use]
pub fn sqlite_path(database_url: &str) -> Option<PathBuf> {
    let rest = database_url.strip_prefix("sqlite:")?;
    let rest = rest.strip_prefix("//").unwrap_or(rest);
    Some(PathBuf::from(rest.split('?').next().unwrap_or(rest)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_engine_on_the_same_file_is_refused_until_the_first_ends() {
        let path = std::env::temp_dir().join(format!("loa-role-{}.db", std::process::id()));
        let url = format!("sqlite:{}", path.display());
        let first = take(&url).unwrap();
        let refusal = take(&url).unwrap_err().to_string();
        assert!(refusal.contains("another engine already runs"), "{refusal}");
        drop(first);
        take(&url).unwrap();
        let _ = std::fs::remove_file(path.with_extension("engine-lock"));
    }

    #[test]
    fn a_lock_is_its_owners_alone_and_no_link() {
        let folder = std::env::temp_dir().join(format!("loa-role-mode-{}", std::process::id()));
        crate::app::private::folder(&folder).unwrap();
        let lock = folder.join("loa.engine-lock");
        let url = format!("sqlite:{}", folder.join("loa.db").display());
        std::os::unix::fs::symlink(folder.join("elsewhere"), &lock).unwrap();
        let refusal = take(&url).unwrap_err().to_string();
        assert!(refusal.contains("is a link") && !folder.join("elsewhere").exists(), "{refusal}");
        std::fs::remove_file(&lock).unwrap();
        drop(take(&url).unwrap());
        let mode = std::fs::metadata(&lock).unwrap().mode() & 0o777;
        std::fs::remove_dir_all(&folder).unwrap();
        assert_eq!(mode, 0o600);
    }

    #[test]
    fn a_server_needs_no_file_lock() {
        assert!(sqlite_path("postgres://localhost/loa").is_none());
        assert_eq!(sqlite_path("sqlite:data/loa.db?mode=rwc"), Some(PathBuf::from("data/loa.db")));
    }
}

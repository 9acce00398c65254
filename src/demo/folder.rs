//! The folder in which a demo keeps its database, its key and its log: one for each process, gone when it ends.
//!
//! Its name holds the number of the process, and the process holds a lock in it. A folder whose process is gone was left
//! behind by one that was killed outright; the next demo removes it. Whatever a living process may still use stays.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::Context as _;

use crate::app;

/// How the folders' names begin; the number of the process follows.
const PREFIX: &str = "loa-demo-";
/// The file that is locked while its demo lives.
const LOCK: &str = "lock";

/// A demo's folder. It is removed when this is dropped, whatever ends the demo.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    /// Held, so that no other demo takes the folder for one that was left behind.
    _lock: File,
}

impl Folder {
    /// Makes the folder of this process, after removing what demos left behind whose process is gone.
    ///
    /// # Errors
    /// The folder for temporary files cannot be written in.
    pub fn make() -> anyhow::Result<Self> {
        let _ = app::inspector::sweep(&std::env::temp_dir());
        Self::make_in(&std::env::temp_dir(), std::process::id())
    }

    fn make_in(above: &Path, process: u32) -> anyhow::Result<Self> {
        sweep(above, |other| other != process && is_alive(other));
        let path = above.join(format!("{PREFIX}{process}"));
        app::private::folder(&path).with_context(|| format!("cannot make {}", path.display()))?;
        let lock = path.join(LOCK);
        let made = app::private::file(&lock).and_then(|()| File::open(&lock));
        let lock = made.with_context(|| format!("cannot write in {}", path.display()))?;
        lock.try_lock().ok().with_context(|| format!("{} is in use", path.display()))?;
        Ok(Self { path, _lock: lock })
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The file for the service's log.
    #[must_use]
    pub fn log(&self) -> PathBuf {
        self.path.join("loa.log")
    }

    /// Moves the log out of the folder, so that it stays; gives where it is then. None where there is nothing in it.
    #[must_use]
    pub fn keep_log(&self) -> Option<PathBuf> {
        let kept = self.path.with_extension("log");
        let is_empty = fs::metadata(self.log()).map_or(true, |log| log.len() == 0);
        (!is_empty && fs::rename(self.log(), &kept).is_ok()).then_some(kept)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.path) {
            tracing::warn!(%error, "demo.folder_not_removed");
        }
    }
}

/// Removes the folders of demos that are over.
fn sweep(above: &Path, lives: impl Fn(u32) -> bool) {
    for entry in fs::read_dir(above).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let process = name.to_str().and_then(|name| name.strip_prefix(PREFIX)?.parse::<u32>().ok());
        let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        let over = process.is_some_and(|process| !lives(process)) && is_folder && !is_locked(&entry.path());
        if over {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// Whether somebody holds the folder's lock: a process may live where its number means nothing, as in a container.
fn is_locked(folder: &Path) -> bool {
    File::open(folder.join(LOCK)).is_ok_and(|lock| matches!(lock.try_lock(), Err(TryLockError::WouldBlock)))
}

/// Whether there is a process with this number.
fn is_alive(process: u32) -> bool {
    let known = Path::new("/proc");
    if known.join("self").exists() {
        return known.join(process.to_string()).exists();
    }
    let mut asked = Command::new("kill");
    asked.args(["-0", &process.to_string()]).stdout(Stdio::null()).stderr(Stdio::null());
    // Where it cannot be asked, it may live.
    asked.status().map_or(true, |status| status.success())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// No process has this number: Linux ends at 2^22, others earlier.
    const GONE: u32 = 4_000_000_000;

    fn above(name: &str) -> PathBuf {
        let above = std::env::temp_dir().join(format!("loa-folders-{name}-{}", std::process::id()));
        fs::create_dir_all(&above).unwrap();
        above
    }

    #[test]
    fn a_folder_ends_with_its_demo_and_its_log_stays_when_it_is_kept() {
        let above = above("ends");
        let folder = Folder::make_in(&above, std::process::id()).unwrap();
        assert_eq!(folder.keep_log(), None);
        fs::write(folder.log(), "x").unwrap();
        let kept = folder.keep_log().unwrap();
        let path = folder.path().to_owned();
        drop(folder);
        assert!(!path.exists() && kept.exists());
        fs::remove_dir_all(&above).unwrap();
    }

    #[test]
    fn what_a_killed_demo_left_is_removed_and_what_a_living_one_uses_is_not() {
        let above = above("sweep");
        let left = above.join(format!("{PREFIX}{GONE}"));
        fs::create_dir(&left).unwrap();
        fs::write(left.join("loa.db"), "x").unwrap();
        // The first process of the machine: it always lives.
        let living = above.join(format!("{PREFIX}1"));
        let other = above.join(format!("{PREFIX}notes"));
        fs::create_dir(&living).unwrap();
        fs::create_dir(&other).unwrap();
        let folder = Folder::make_in(&above, std::process::id()).unwrap();
        assert!(!left.exists() && living.exists() && other.exists() && folder.path().exists());
        fs::remove_dir_all(&above).unwrap();
    }

    #[test]
    fn a_folder_whose_lock_is_held_stays_although_its_process_is_unknown_here() {
        let above = above("locked");
        let elsewhere = Folder::make_in(&above, GONE).unwrap();
        let own = Folder::make_in(&above, std::process::id()).unwrap();
        assert!(elsewhere.path().exists() && own.path().exists());
        fs::remove_dir_all(&above).unwrap();
    }
}

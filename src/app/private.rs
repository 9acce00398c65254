//! Folders and files that only their owner reads: people, messages and the audit log lie in them.
//!
//! What is ours and too open is closed at every start. What cannot be mended from here is said, with the command that mends it. A folder
//! in which everybody can write is refused: a database or a lock could be exchanged there, and every promise about them with it.

use std::fs::{DirBuilder, Metadata, OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

/// What others may do to a file or in a folder (POSIX, `sys/stat.h`), beside its owner.
const OTHERS: u32 = 0o077;
const OTHERS_READ_FOLDER: u32 = 0o055;
const GROUP_WRITES: u32 = 0o020;
const ALL_WRITE: u32 = 0o002;
/// Nobody but its owner moves a file out of such a folder, as in `/tmp`.
const STICKY: u32 = 0o1000;
/// Who can do everything anyway.
const ROOT: u32 = 0;

/// A file or a folder that others can get at, and what closes it.
#[derive(Debug, thiserror::Error)]
pub enum Exposed {
    /// A folder in which others can write.
    #[error("{} can be written by others: what lies there could be exchanged. Run: chmod 700 {}", .0.display(), .0.display())]
    Folder(PathBuf),
    /// A folder of another user than the file in it.
    #[error(
        "{} belongs to another user than {}, who could exchange it: give both to the user that Loa runs as (chown)",
        folder.display(), file.display()
    )]
    Owner {
        /// The folder.
        folder: PathBuf,
        /// The file in it.
        file: PathBuf,
    },
    /// A file that others can read and that cannot be closed.
    #[error(
        "{} is open to others and cannot be closed ({reason}): give it to the user that Loa runs as (chown), then chmod 600, \
         or mount its disk with umask=077",
        file.display()
    )]
    File {
        /// The file.
        file: PathBuf,
        /// What the operating system says.
        reason: String,
    },
    /// It cannot be looked at.
    #[error("{} cannot be looked at ({reason}): give it to the user that Loa runs as (chown)", path.display())]
    Unknown {
        /// The file or folder.
        path: PathBuf,
        /// What the operating system says.
        reason: String,
    },
}

/// What a look at folders and files found that keeps nobody from working.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// Files that were open to others and are so no more.
    pub closed: usize,
    /// What should be mended, with the command that mends it.
    pub warnings: Vec<String>,
}

/// Has this process and those it starts leave no image of their memory behind when they crash: tokens and documents stand in it. An
/// outer limit that is stricter stays.
pub fn leave_no_core() {
    // Where the system has no such thing, there is nothing to leave.
    let _ = rlimit::Resource::CORE.set(0, 0);
}

/// Makes a folder and those above it that are missing. One that exists keeps the rights it has.
///
/// # Errors
/// The operating system refuses.
pub fn folder(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}

/// Makes an empty file unless there is one, which keeps its rights. `SQLite` gives the same rights to the files it puts
/// beside the database (its documentation, "Temporary Files Used By SQLite").
///
/// # Errors
/// The operating system refuses.
pub fn file(path: &Path) -> io::Result<()> {
    OpenOptions::new().append(true).create(true).mode(0o600).open(path).map(drop)
}

/// A file beside another one: its whole name and an ending.
#[must_use]
pub fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

/// Looks at an embedded database, at all that lies beside it, and at their folder. Files are not opened: whoever closes a database
/// file lets go of every lock that this process has on it.
///
/// # Errors
/// Something that others can get at and that cannot be mended from here.
pub fn check_database(path: &Path) -> Result<Found, Exposed> {
    let files = [path.to_owned(), beside(path, "-wal"), beside(path, "-shm"), path.with_extension("engine-lock")];
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut found = check(folder, &files)?;
    // A key may be mounted read-only, or be another user's for a reason.
    for key in ["key", "backup-key"].map(|ending| path.with_extension(ending)) {
        match close(&key) {
            Ok(closed) => found.closed += usize::from(closed),
            Err(open) => found.warnings.push(open.to_string()),
        }
    }
    Ok(found)
}

/// Closes files to everybody but their owner, and looks whether their folder is safe. What is not there is passed over. The first of
/// the files that is there says who the owner is.
///
/// # Errors
/// As [`check_database`].
pub fn check(folder: &Path, files: &[PathBuf]) -> Result<Found, Exposed> {
    let mut found = Found::default();
    for file in files {
        found.closed += usize::from(close(file)?);
    }
    let Some(place) = looked_at(folder)? else { return Ok(found) };
    if is_writable_by_others(&place) {
        return Err(Exposed::Folder(folder.to_owned()));
    }
    for file in files {
        let Some(seen) = looked_at(file)? else { continue };
        if place.uid() != ROOT && place.uid() != seen.uid() {
            let owner = Exposed::Owner { folder: folder.to_owned(), file: file.clone() };
            found.warnings.push(owner.to_string());
        }
        break;
    }
    if is_writable_by_group(&place) {
        let shown = folder.display();
        found.warnings.push(format!("the group of {shown} could exchange what lies there. Run: chmod g-w {shown}"));
    }
    let others_look_in = place.mode() & OTHERS_READ_FOLDER != 0 && place.mode() & STICKY == 0;
    if others_look_in {
        found.warnings.push(format!("others can look into {}. Run: chmod 700 {}", folder.display(), folder.display()));
    }
    Ok(found)
}

/// Takes the rights of everybody but its owner from a file; true when there were any. One that is not there has none.
///
/// # Errors
/// The rights cannot be taken: it is another user's, or its disk keeps none.
pub fn close(file: &Path) -> Result<bool, Exposed> {
    let is_open = |seen: &Metadata| seen.mode() & OTHERS != 0;
    let Some(seen) = looked_at(file)?.filter(is_open) else { return Ok(false) };
    let refused = |reason: String| Exposed::File { file: file.to_owned(), reason };
    match std::fs::set_permissions(file, Permissions::from_mode(seen.mode() & 0o700)) {
        // The last connection of somebody else took its log away.
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        done => done.map_err(|error| refused(error.to_string()))?,
    }
    if looked_at(file)?.as_ref().is_some_and(is_open) {
        return Err(refused("the disk keeps no rights".to_owned()));
    }
    Ok(true)
}

/// What is wrong with the folder for temporary files, into which documents are written while they are read.
#[must_use]
pub fn temporary(folder: &Path) -> Option<String> {
    let place = std::fs::metadata(folder).ok()?;
    is_writable_by_others(&place).then(|| {
        format!(
            "others can exchange files in {}. Run: chmod 1777 {}, or set TMPDIR",
            folder.display(),
            folder.display()
        )
    })
}

/// Whether everybody can put a file of theirs into the place of one that lies there.
fn is_writable_by_others(folder: &Metadata) -> bool {
    let mode = folder.mode();
    let is_kept_apart = mode & STICKY != 0 && folder.uid() == ROOT;
    mode & ALL_WRITE != 0 && !is_kept_apart
}

/// Whether a group may that is more than the owner: one with the owner's own number is theirs alone, as many systems make their users.
fn is_writable_by_group(folder: &Metadata) -> bool {
    folder.mode() & GROUP_WRITES != 0 && folder.gid() != folder.uid() && folder.mode() & STICKY == 0
}

fn looked_at(path: &Path) -> Result<Option<Metadata>, Exposed> {
    match std::fs::metadata(path) {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Exposed::Unknown { path: path.to_owned(), reason: error.to_string() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn top(name: &str) -> PathBuf {
        std::env::temp_dir().join(format!("loa-private-{name}-{}", std::process::id()))
    }

    fn mode(path: &Path) -> u32 {
        std::fs::metadata(path).unwrap().permissions().mode() & 0o7777
    }

    fn set(path: &Path, mode: u32) {
        std::fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    fn what_is_made_is_for_its_owner_alone() {
        let top = top("made");
        let inner = top.join("data");
        folder(&inner).unwrap();
        file(&inner.join("loa.db")).unwrap();
        let modes = [mode(&top), mode(&inner), mode(&inner.join("loa.db"))];
        std::fs::remove_dir_all(&top).unwrap();
        assert_eq!(modes, [0o700, 0o700, 0o600]);
    }

    #[test]
    fn what_others_can_read_is_closed_and_where_others_can_write_is_refused() {
        let top = top("open");
        folder(&top).unwrap();
        let database = top.join("loa.db");
        file(&database).unwrap();
        for open in ["loa.db", "loa.db-wal", "loa.engine-lock", "loa.key"] {
            std::fs::write(top.join(open), "x").unwrap();
            set(&top.join(open), 0o664);
        }
        assert_eq!(check_database(&database).unwrap(), Found { closed: 4, warnings: Vec::new() });
        let modes = ["loa.db", "loa.db-wal", "loa.engine-lock", "loa.key"].map(|name| mode(&top.join(name)));
        assert_eq!(modes, [0o600; 4]);
        assert_eq!(check_database(&database).unwrap(), Found::default());
        set(&top, 0o755);
        let warned = check_database(&database).unwrap().warnings;
        assert!(warned.len() == 1 && warned[0].contains("chmod 700"), "{warned:?}");
        // What lies in a sticky folder is its owner's and the folder's owner's: only root's is as safe as one's own.
        set(&top, 0o1777);
        assert_eq!(check_database(&database).is_ok(), std::fs::metadata(&top).unwrap().uid() == ROOT);
        for written in [0o777, 0o757] {
            set(&top, written);
            let refusal = check_database(&database).unwrap_err().to_string();
            assert!(refusal.contains("can be written by others") && refusal.contains("chmod 700"), "{refusal}");
            assert!(temporary(&top).is_some());
        }
        // A group of the owner's own number is the owner's.
        let (owner, group) = (std::fs::metadata(&top).unwrap().uid(), std::fs::metadata(&top).unwrap().gid());
        set(&top, 0o770);
        let group_is_told =
            || check_database(&database).unwrap().warnings.iter().any(|said| said.contains("chmod g-w"));
        assert_eq!(group_is_told(), owner != group);
        if owner == ROOT {
            std::os::unix::fs::chown(&top, None, Some(65_534)).unwrap();
            assert!(group_is_told());
        }
        set(&top, 0o700);
        assert_eq!((temporary(&top), check(&top.join("missing"), &[]).unwrap()), (None, Found::default()));
        std::fs::remove_dir_all(&top).unwrap();
    }
}

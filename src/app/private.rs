//! Folders and files that only their owner reads: people, messages and the audit log lie in them.

use std::fs::{DirBuilder, OpenOptions};
use std::io;
use std::path::Path;

/// Has this process and those it starts leave no image of their memory behind when they crash: tokens and documents stand in it. An
/// outer limit that is stricter stays.
#[cfg(unix)]
pub fn leave_no_core() {
    // Where the system has no such thing, there is nothing to leave.
    let _ = rlimit::Resource::CORE.set(0, 0);
}

#[cfg(not(unix))]
pub fn leave_no_core() {}

/// Makes a folder and those above it that are missing. One that exists keeps the rights it has.
///
/// # Errors
/// The operating system refuses.
pub fn folder(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Makes an empty file unless there is one, which keeps its rights. `SQLite` gives the same rights to the files it puts
/// beside the database (its documentation, "Temporary Files Used By SQLite").
///
/// # Errors
/// The operating system refuses.
pub fn file(path: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn what_is_made_is_for_its_owner_alone() {
        let top = std::env::temp_dir().join(format!("loa-private-{}", std::process::id()));
        let inner = top.join("data");
        folder(&inner).unwrap();
        file(&inner.join("loa.db")).unwrap();
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let modes = [mode(&top), mode(&inner), mode(&inner.join("loa.db"))];
        std::fs::remove_dir_all(&top).unwrap();
        assert_eq!(modes, [0o700, 0o700, 0o600]);
    }
}

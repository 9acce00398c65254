//! Room on the disks before a backup is begun: one that fills the disk of the database stops the service.

use std::path::Path;

use anyhow::ensure;

use super::folder_of;
use crate::app::private::beside;

/// What has to be left free beside what is written, bytes: the service goes on meanwhile.
const SPARE: u64 = 64_000_000;

/// How long an embedded database is, with what its log holds, bytes.
pub(super) fn length(database: &Path) -> u64 {
    let length = |file: &Path| std::fs::metadata(file).map_or(0, |found| found.len());
    length(database) + length(&beside(database, "-wal"))
}

/// Whether each of these files has room for so much, where the system tells: on one disk for all of them.
pub(super) fn ensure(length: u64, files: &[&Path]) -> anyhow::Result<()> {
    for file in files {
        let folder = nearest(file);
        let shared = files.iter().filter(|other| device(nearest(other)) == device(folder)).count();
        let needed = length.saturating_mul(u64::try_from(shared).unwrap_or(1)).saturating_add(SPARE);
        let Some(free) = free(folder) else { continue };
        ensure!(
            free >= needed,
            "a backup needs {} MB in {}, and {} MB are free there: make room, or name another folder ([backup] folder, --to)",
            needed.div_ceil(1_000_000),
            folder.display(),
            free / 1_000_000
        );
    }
    Ok(())
}

/// The folder of a file, or the nearest one above it that is there.
fn nearest(file: &Path) -> &Path {
    let folder = folder_of(file).unwrap_or(Path::new("."));
    folder
        .ancestors()
        .find(|folder| folder.exists())
        .filter(|folder| folder != &Path::new(""))
        .unwrap_or(Path::new("."))
}

fn device(folder: &Path) -> Option<u64> {
    use std::os::unix::fs::MetadataExt as _;
    std::fs::metadata(folder).ok().map(|found| found.dev())
}

/// Bytes that anybody may still write there (POSIX, `statvfs`).
fn free(folder: &Path) -> Option<u64> {
    let disk = rustix::fs::statvfs(folder).ok()?;
    disk.f_bavail.checked_mul(disk.f_frsize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_backup_is_begun_that_would_fill_the_disk_and_one_disk_has_room_for_both_copies() {
        let file = std::env::temp_dir().join("loa-not-there").join("a.backup");
        let free = free(nearest(&file)).unwrap();
        ensure(0, &[&file]).unwrap();
        ensure(free / 4, &[&file, &file]).unwrap();
        let refusal = ensure(free * 3 / 4, &[&file, &file]).unwrap_err().to_string();
        assert!(refusal.contains("make room"), "{refusal}");
        ensure(free / 2, &[&file]).unwrap();
    }
}

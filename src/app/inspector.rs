//! The bridge from a fetched document to `loa inspect`: a private file for the child to read, gone afterwards.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::desk::Fetched;
use crate::engine::inbox::Inspector;
use crate::id::{Entropy, sha256_hex};
use crate::inspect::{self, Limits};
use crate::store::{Store, StoreResult};

/// Pictures whose type is found out in one transaction.
const OLD_PICTURES: i64 = 20;
/// How the files begin that a child reads.
const PREFIX: &str = "loa-page-";
/// Inspections begun by this process.
static INSPECTIONS: AtomicU64 = AtomicU64::new(0);

/// Removes files that a killed process left in `folder`; gives how many. A document must not outlive its inspection: whoever inspects
/// holds its file locked, and a lock ends with its process.
#[must_use]
pub fn sweep(folder: &Path) -> usize {
    let Ok(entries) = std::fs::read_dir(folder) else { return 0 };
    let left_behind = entries.flatten().filter(|entry| {
        let ours = entry.file_name().to_string_lossy().starts_with(PREFIX);
        ours && !File::open(entry.path()).is_ok_and(|file| matches!(file.try_lock(), Err(TryLockError::WouldBlock)))
    });
    left_behind.filter(|entry| std::fs::remove_file(entry.path()).is_ok()).count()
}

/// Looks again at pictures that an older version stored without their type: platforms take a picture by its type. Gives how many.
///
/// # Errors
/// The database.
pub async fn type_old_pictures(store: &Store) -> StoreResult<usize> {
    let mut typed = 0;
    loop {
        let mut tx = store.begin().await?;
        let found = tx.untyped_pictures(OLD_PICTURES).await?;
        for sha256 in &found {
            let content = tx.file(sha256).await?.map(|file| file.content).unwrap_or_default();
            tx.set_picture_type(sha256, inspect::media_type(&content)).await?;
        }
        tx.commit().await?;
        typed += found.len();
        if found.is_empty() {
            return Ok(typed);
        }
    }
}

/// Inspects with the given program, which must be this one.
#[must_use]
pub fn with_program(program: PathBuf, entropy: Arc<dyn Entropy>) -> Inspector {
    Arc::new(move |content| {
        let (program, entropy) = (program.clone(), entropy.clone());
        Box::pin(async move { inspect_content(program, entropy.as_ref(), content).await })
    })
}

/// Reads page 1 of a content in a child process; whatever goes wrong leaves it unreadable, never lost.
pub async fn inspect_content(program: PathBuf, entropy: &dyn Entropy, content: Vec<u8>) -> Fetched {
    let mut name = [0_u8; 16];
    entropy.fill(&mut name);
    // Randomness that repeats itself, as in tests, must not give two documents at work one name.
    let number = INSPECTIONS.fetch_add(1, Ordering::Relaxed);
    let file = format!("{PREFIX}{}-{}-{number}", &sha256_hex(&name)[..32], std::process::id());
    let path = std::env::temp_dir().join(file);
    // Removed whatever happens to this task, a cut at shutdown included.
    let _guard = Removed(&path);
    let inspection = match write_private(&path, &content).await {
        Ok(_locked) => Some(inspect::inspect(&program, &path, Limits::default()).await),
        Err(error) => {
            tracing::warn!(error = %error.kind(), "document.not_written");
            None
        }
    };
    let page = inspection.as_ref().map(|inspection| inspection.first_page());
    Fetched::File {
        media_type: inspect::media_type(&content).to_owned(),
        pages: inspection.as_ref().and_then(inspect::Inspection::pages),
        first_page: page.map(|page| page.text.to_owned()).unwrap_or_default(),
        readable: page.is_some_and(|page| page.readable),
        content,
    }
}

/// Removes a file when dropped.
struct Removed<'a>(&'a Path);

impl Drop for Removed<'_> {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_file(self.0) {
            tracing::warn!(error = %error.kind(), "document.not_removed");
        }
    }
}

/// Nobody else on the machine may read a document on its way to the gate. Its file stays locked as long as what comes back is held.
async fn write_private(path: &Path, content: &[u8]) -> std::io::Result<File> {
    use tokio::io::AsyncWriteExt as _;
    let file = tokio::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).await?;
    let file = file.into_std().await;
    file.try_lock()?;
    let mut file = tokio::fs::File::from_std(file);
    file.write_all(content).await?;
    file.flush().await?;
    Ok(file.into_std().await)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_document_left_behind_by_a_killed_process_is_removed_at_once_and_one_at_work_is_not() {
        let folder = std::env::temp_dir().join(format!("loa-sweep-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let page = folder.join(format!("{PREFIX}1"));
        let at_work = write_private(&page, b"x").await.unwrap();
        std::fs::write(folder.join("other"), "x").unwrap();
        assert_eq!(sweep(&folder), 0);
        drop(at_work);
        assert_eq!(sweep(&folder), 1);
        assert!(!page.exists() && folder.join("other").exists());
        std::fs::remove_dir_all(&folder).unwrap();
    }
}

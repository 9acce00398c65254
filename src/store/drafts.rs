//! Files that nothing needs: what only an unfinished form held.
//!
//! A file is kept as soon as a version, a message, a call for help or an open form names it; everything else here is a deletion of content that
//! never became part of a bulletin. A handle under which a platform holds a file names nothing: it goes with the file. Called when
//! a form ends without a bulletin, and by [`retention`](super::retention).

use crate::store::handful::HANDFUL;
use crate::store::{StoreResult, Tx};

// An open form names its files by hash inside its JSON; a hash is 64 hexadecimal digits and needs no escaping.
macro_rules! unnamed {
    ($ask:literal) => {
        concat!(
            "WITH unnamed AS (SELECT a.sha256, a.created_at FROM attachments a \
             WHERE NOT EXISTS (SELECT 1 FROM version_files v WHERE v.sha256 = a.sha256) \
               AND NOT EXISTS (SELECT 1 FROM messages m WHERE m.file_sha256 = a.sha256) \
               AND NOT EXISTS (SELECT 1 FROM distress_files f WHERE f.sha256 = a.sha256) \
               AND NOT EXISTS (SELECT 1 FROM dialogues d WHERE d.data LIKE '%' || a.sha256 || '%')) ",
            $ask
        )
    };
}
pub(super) const ANY: &str = unnamed!("SELECT EXISTS (SELECT 1 FROM unnamed WHERE created_at < $1)");
pub(super) const COUNT: &str = unnamed!("SELECT COUNT(*) FROM unnamed WHERE created_at < $1");
pub(super) const NEXT: &str =
    unnamed!("SELECT sha256 FROM unnamed WHERE created_at < $1 ORDER BY created_at, sha256 LIMIT 500");
const DROP_HANDLES: &str = unnamed!(
    "DELETE FROM upload_handles WHERE sha256 IN (SELECT sha256 FROM unnamed \
     WHERE sha256 IN ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16))"
);
const DROP_FILES: &str = unnamed!(
    "DELETE FROM attachments WHERE sha256 IN (SELECT sha256 FROM unnamed \
     WHERE sha256 IN ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16))"
);

impl Tx {
    /// Removes a stored file that nothing needs; false when something does, or when there is none.
    ///
    /// # Errors
    /// The database.
    pub async fn drop_unused_file(&mut self, sha256: &str) -> StoreResult<bool> {
        Ok(self.drop_unused_files(&[sha256.to_owned()]).await? > 0)
    }

    /// Removes those of these files that nothing needs; gives how many.
    pub(super) async fn drop_unused_files(&mut self, files: &[String]) -> StoreResult<u64> {
        let mut dropped = 0;
        for handful in files.chunks(HANDFUL) {
            self.with_all(DROP_HANDLES, handful).await?;
            dropped += self.with_all(DROP_FILES, handful).await?;
        }
        Ok(dropped)
    }
}

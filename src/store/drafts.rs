//! Files that only an unfinished form holds: they go when the form goes.
//!
//! A file is kept as soon as a version, a message or another open form names it; everything else here is a deletion of
//! content that never became part of a bulletin. Called when a form ends without one.

use crate::store::{StoreResult, Tx, on};

// An open form names its files by hash inside its JSON; a hash is 64 hexadecimal digits and needs no escaping.
const DROP: &str = "DELETE FROM attachments WHERE sha256 = $1 \
     AND NOT EXISTS (SELECT 1 FROM version_files v WHERE v.sha256 = attachments.sha256) \
     AND NOT EXISTS (SELECT 1 FROM messages m WHERE m.file_sha256 = attachments.sha256) \
     AND NOT EXISTS (SELECT 1 FROM upload_handles u WHERE u.sha256 = attachments.sha256) \
     AND NOT EXISTS (SELECT 1 FROM dialogues d WHERE d.data LIKE '%' || attachments.sha256 || '%')";

impl Tx {
    /// Removes a stored file that nothing needs; false when something does, or when there is none.
    ///
    /// # Errors
    /// The database.
    pub async fn drop_unused_file(&mut self, sha256: &str) -> StoreResult<bool> {
        let affected = on!(self, |c| sqlx::query(DROP).bind(sha256).execute(c).await?.rows_affected());
        Ok(affected > 0)
    }
}

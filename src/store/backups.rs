//! Backups that were made of this database.

use super::{StoreResult, Tx, on};
use crate::domain::calendar::Millis;

/// A backup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backup {
    /// The id.
    pub id: String,
    /// When it was made, machine time.
    pub made_at: Millis,
    /// The name of its file, without its folder.
    pub file_name: String,
    /// Its length.
    pub bytes: u64,
    /// The hash of the file.
    pub sha256: String,
}

const INSERT: &str = "INSERT INTO backups (id, made_at, file_name, bytes, sha256) VALUES ($1, $2, $3, $4, $5)";
// One from a time to come says nothing: the clock was ahead.
const LATEST: &str = "SELECT MAX(made_at) FROM backups WHERE gone_at IS NULL AND made_at <= $1";
const GONE: &str = "UPDATE backups SET gone_at = $2 WHERE file_name = $1 AND gone_at IS NULL";

impl Tx {
    /// Notes a backup.
    ///
    /// # Errors
    /// The database.
    pub async fn insert_backup(&mut self, backup: &Backup) -> StoreResult<()> {
        on!(self, |c| sqlx::query(INSERT)
            .bind(&backup.id)
            .bind(backup.made_at.0)
            .bind(&backup.file_name)
            .bind(i64::try_from(backup.bytes).unwrap_or(i64::MAX))
            .bind(&backup.sha256)
            .execute(c)
            .await?
            .rows_affected());
        Ok(())
    }

    /// When the latest backup was made that is still there, machine time; it is `now`.
    ///
    /// # Errors
    /// The database.
    pub async fn latest_backup(&mut self, now: Millis) -> StoreResult<Option<Millis>> {
        let at: Option<i64> = on!(self, |c| sqlx::query_scalar(LATEST).bind(now.0).fetch_one(c).await?);
        Ok(at.map(Millis))
    }

    /// Notes that the file of a backup was taken away.
    ///
    /// # Errors
    /// The database.
    pub async fn backup_is_gone(&mut self, file_name: &str, at: Millis) -> StoreResult<()> {
        on!(self, |c| sqlx::query(GONE).bind(file_name).bind(at.0).execute(c).await?.rows_affected());
        Ok(())
    }
}

//! Links to files, and one-time pages for sending one. Only the hash of a link's secret part is ever stored.

use crate::domain::calendar::Millis;
use crate::store::{StoreResult, Tx, on};

/// A link to be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewFileLink {
    /// Hash of its secret part.
    pub token_hash: String,
    /// The file.
    pub sha256: String,
    /// The name it is saved under.
    pub file_name: String,
    /// The bulletin it belongs to: a withdrawn one takes its links with it.
    pub bulletin_id: String,
    /// The delivery it was shown in.
    pub delivery_id: String,
    /// Machine time.
    pub created_at: Millis,
    /// Machine time from which it leads nowhere.
    pub expires_at: Millis,
}

/// What a link leads to.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct LinkedFile {
    /// The file.
    pub sha256: String,
    /// The name it is saved under.
    pub file_name: String,
}

/// Whose document an upload page takes, and for which conversation.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct UploadLink {
    /// Hash of its secret part.
    pub token_hash: String,
    /// The gateway of the conversation.
    pub gateway: String,
    /// The chat of the conversation.
    pub chat_id: String,
    /// The account there.
    pub account: String,
    /// The person.
    pub person_id: String,
}

const PUT: &str = "INSERT INTO file_links (token_hash, sha256, file_name, bulletin_id, delivery_id, created_at, expires_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7)";
const FIND: &str = "SELECT sha256, file_name FROM file_links WHERE token_hash = $1 AND expires_at > $2 AND revoked_at IS NULL \
     UNION ALL SELECT sha256, file_name FROM distress_links WHERE token_hash = $1 AND expires_at > $2";
const REVOKE: &str = "UPDATE file_links SET revoked_at = $2 WHERE bulletin_id = $1 AND revoked_at IS NULL";
const CONFINE: &str = "INSERT INTO confined_versions (bulletin_id, version) VALUES ($1, $2) ON CONFLICT (bulletin_id, version) DO NOTHING";
const CONFINED: &str = "SELECT COUNT(*) FROM confined_versions WHERE bulletin_id = $1 AND version = $2";
const PUT_UPLOAD: &str = "INSERT INTO upload_links (token_hash, gateway, chat_id, account, person_id, created_at, expires_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7)";
const DROP_OPEN_UPLOADS: &str = "DELETE FROM upload_links WHERE chat_id = $1 AND account = $2 AND used_at IS NULL";
const FIND_UPLOAD: &str = "SELECT token_hash, gateway, chat_id, account, person_id FROM upload_links \
     WHERE token_hash = $1 AND expires_at > $2 AND used_at IS NULL";
const USE_UPLOAD: &str =
    "UPDATE upload_links SET used_at = $2 WHERE token_hash = $1 AND expires_at > $2 AND used_at IS NULL";

impl Tx {
    /// Stores a link.
    ///
    /// # Errors
    /// The database.
    pub async fn put_file_link(&mut self, link: &NewFileLink) -> StoreResult<()> {
        on!(self, |c| sqlx::query(PUT)
            .bind(&link.token_hash)
            .bind(&link.sha256)
            .bind(&link.file_name)
            .bind(&link.bulletin_id)
            .bind(&link.delivery_id)
            .bind(link.created_at.0)
            .bind(link.expires_at.0)
            .execute(c)
            .await?
            .rows_affected());
        Ok(())
    }

    /// What a link leads to; none when it is unknown, over or revoked.
    ///
    /// # Errors
    /// The database.
    pub async fn linked_file(&mut self, token_hash: &str, now: Millis) -> StoreResult<Option<LinkedFile>> {
        Ok(on!(self, |c| sqlx::query_as(FIND).bind(token_hash).bind(now.0).fetch_optional(c).await?))
    }

    /// Ends every link of a bulletin; gives how many.
    ///
    /// # Errors
    /// The database.
    pub async fn revoke_file_links(&mut self, bulletin_id: &str, now: Millis) -> StoreResult<u64> {
        Ok(on!(self, |c| sqlx::query(REVOKE).bind(bulletin_id).bind(now.0).execute(c).await?.rows_affected()))
    }

    /// Notes that a version's files are for officials only: no link to them may be made.
    ///
    /// # Errors
    /// The database.
    pub async fn confine(&mut self, bulletin_id: &str, version: i64) -> StoreResult<()> {
        on!(self, |c| sqlx::query(CONFINE).bind(bulletin_id).bind(version).execute(c).await?.rows_affected());
        Ok(())
    }

    /// Whether a version's files are for officials only.
    ///
    /// # Errors
    /// The database.
    pub async fn is_confined(&mut self, bulletin_id: &str, version: i64) -> StoreResult<bool> {
        let count: i64 =
            on!(self, |c| sqlx::query_scalar(CONFINED).bind(bulletin_id).bind(version).fetch_one(c).await?);
        Ok(count > 0)
    }

    /// Stores an upload page; another one of the same account in the same chat leads nowhere from now on.
    ///
    /// # Errors
    /// The database.
    pub async fn put_upload_link(&mut self, link: &UploadLink, now: Millis, expires_at: Millis) -> StoreResult<()> {
        self.end_uploads(&link.chat_id, &link.account).await?;
        on!(self, |c| sqlx::query(PUT_UPLOAD)
            .bind(&link.token_hash)
            .bind(&link.gateway)
            .bind(&link.chat_id)
            .bind(&link.account)
            .bind(&link.person_id)
            .bind(now.0)
            .bind(expires_at.0)
            .execute(c)
            .await?
            .rows_affected());
        Ok(())
    }

    /// Ends every upload page of an account in a chat that was not used: its form is over.
    ///
    /// # Errors
    /// The database.
    pub async fn end_uploads(&mut self, chat_id: &str, account: &str) -> StoreResult<u64> {
        let ended =
            on!(self, |c| sqlx::query(DROP_OPEN_UPLOADS).bind(chat_id).bind(account).execute(c).await?.rows_affected());
        Ok(ended)
    }

    /// An upload page; none when it is unknown, over or used.
    ///
    /// # Errors
    /// The database.
    pub async fn upload_link(&mut self, token_hash: &str, now: Millis) -> StoreResult<Option<UploadLink>> {
        Ok(on!(self, |c| sqlx::query_as(FIND_UPLOAD).bind(token_hash).bind(now.0).fetch_optional(c).await?))
    }

    /// Uses an upload page up. False when somebody did before.
    ///
    /// # Errors
    /// The database.
    pub async fn use_upload_link(&mut self, token_hash: &str, now: Millis) -> StoreResult<bool> {
        Ok(on!(self, |c| sqlx::query(USE_UPLOAD).bind(token_hash).bind(now.0).execute(c).await?.rows_affected()) == 1)
    }
}

//! Attachments by SHA-256, and the handles under which platforms already hold them.

use crate::domain::calendar::Millis;
use crate::id::sha256_hex;
use crate::store::{StoreResult, Tx, on};

/// A stored file.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Attachment {
    /// SHA-256 of the content, hexadecimal.
    pub sha256: String,
    /// Bytes.
    pub size: i64,
    /// Media type.
    pub media_type: String,
    /// Pages, where they could be counted.
    pub pages: Option<i64>,
    /// The content.
    pub content: Vec<u8>,
}

const INSERT: &str = "INSERT INTO attachments (sha256, size, media_type, pages, content, created_at) \
     VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (sha256) DO NOTHING";
const BY_HASH: &str = "SELECT sha256, size, media_type, pages, content FROM attachments WHERE sha256 = $1";
const PUT_HANDLE: &str = "INSERT INTO upload_handles (gateway, sha256, file_name, handle, created_at) VALUES ($1, $2, $3, $4, $5) \
     ON CONFLICT (gateway, sha256, file_name) DO UPDATE SET handle = excluded.handle, created_at = excluded.created_at";
const HANDLE: &str = "SELECT handle FROM upload_handles WHERE gateway = $1 AND sha256 = $2 AND file_name = $3";
const FRESH_HANDLE: &str = "SELECT handle FROM upload_handles WHERE gateway = $1 AND sha256 = $2 AND file_name = $3 \
     AND created_at >= $4";
const FACTS: &str = "SELECT media_type, size FROM attachments WHERE sha256 = $1";
const PIECE: &str =
    "SELECT substr(content, CAST($2 AS INTEGER), CAST($3 AS INTEGER)) FROM attachments WHERE sha256 = $1";
const UNTYPED: &str = "SELECT sha256 FROM attachments WHERE media_type = 'image/*' LIMIT $1";
const SET_TYPE: &str = "UPDATE attachments SET media_type = $2 WHERE sha256 = $1 AND media_type = 'image/*'";
const DROP_HANDLE: &str = "DELETE FROM upload_handles WHERE gateway = $1 AND sha256 = $2 AND file_name = $3";

impl Tx {
    /// Stores a file once; gives its hash.
    ///
    /// # Errors
    /// The database.
    pub async fn put_file(
        &mut self,
        content: &[u8],
        media_type: &str,
        pages: Option<u32>,
        at: Millis,
    ) -> StoreResult<String> {
        let hash = sha256_hex(content);
        let size = i64::try_from(content.len()).unwrap_or(i64::MAX);
        on!(self, |c| sqlx::query(INSERT)
            .bind(&hash)
            .bind(size)
            .bind(media_type)
            .bind(pages.map(i64::from))
            .bind(content)
            .bind(at.0)
            .execute(c)
            .await?
            .rows_affected());
        Ok(hash)
    }

    /// A file with its content.
    ///
    /// # Errors
    /// The database.
    pub async fn file(&mut self, sha256: &str) -> StoreResult<Option<Attachment>> {
        Ok(on!(self, |c| sqlx::query_as(BY_HASH).bind(sha256).fetch_optional(c).await?))
    }

    /// Keeps the handle under which a gateway's platform holds a file.
    ///
    /// # Errors
    /// The database.
    pub async fn put_upload_handle(
        &mut self,
        gateway: &str,
        sha256: &str,
        file_name: &str,
        handle: &str,
        at: Millis,
    ) -> StoreResult<()> {
        on!(self, |c| sqlx::query(PUT_HANDLE)
            .bind(gateway)
            .bind(sha256)
            .bind(file_name)
            .bind(handle)
            .bind(at.0)
            .execute(c)
            .await?
            .rows_affected());
        Ok(())
    }

    /// The handle of a file on a gateway.
    ///
    /// # Errors
    /// The database.
    pub async fn upload_handle(&mut self, gateway: &str, sha256: &str, file_name: &str) -> StoreResult<Option<String>> {
        Ok(on!(self, |c| sqlx::query_scalar(HANDLE)
            .bind(gateway)
            .bind(sha256)
            .bind(file_name)
            .fetch_optional(c)
            .await?))
    }

    /// The handle of a file on a gateway that was given at or after `since`, machine time: platforms keep uploads for a while.
    ///
    /// # Errors
    /// The database.
    pub async fn upload_handle_since(
        &mut self,
        gateway: &str,
        sha256: &str,
        file_name: &str,
        since: Millis,
    ) -> StoreResult<Option<String>> {
        Ok(on!(self, |c| sqlx::query_scalar(FRESH_HANDLE)
            .bind(gateway)
            .bind(sha256)
            .bind(file_name)
            .bind(since.0)
            .fetch_optional(c)
            .await?))
    }

    /// Media type and size (bytes) of a stored file.
    ///
    /// # Errors
    /// The database.
    pub async fn file_facts(&mut self, sha256: &str) -> StoreResult<Option<(String, i64)>> {
        Ok(on!(self, |c| sqlx::query_as(FACTS).bind(sha256).fetch_optional(c).await?))
    }

    /// So many bytes of a file from one on, counted from 0; fewer at its end.
    ///
    /// # Errors
    /// The database; there are none.
    pub async fn file_piece(&mut self, sha256: &str, from: u64, length: u64) -> StoreResult<Vec<u8>> {
        let [from, length] = [from + 1, length].map(|number| i64::try_from(number).unwrap_or(i64::MAX));
        let piece: Option<Vec<u8>> =
            on!(self, |c| sqlx::query_scalar(PIECE).bind(sha256).bind(from).bind(length).fetch_optional(c).await?);
        // Nothing at all would be asked for again and again.
        piece.filter(|piece| !piece.is_empty()).ok_or_else(|| sqlx::Error::RowNotFound.into())
    }

    /// Hashes of pictures stored by a version that only knew that they are pictures, at most `limit`.
    ///
    /// # Errors
    /// The database.
    pub async fn untyped_pictures(&mut self, limit: i64) -> StoreResult<Vec<String>> {
        Ok(on!(self, |c| sqlx::query_scalar(UNTYPED).bind(limit).fetch_all(c).await?))
    }

    /// Says what kind of picture such a file is.
    ///
    /// # Errors
    /// The database.
    pub async fn set_picture_type(&mut self, sha256: &str, media_type: &str) -> StoreResult<()> {
        on!(self, |c| sqlx::query(SET_TYPE).bind(sha256).bind(media_type).execute(c).await?.rows_affected());
        Ok(())
    }

    /// Forgets a handle the platform no longer accepts.
    ///
    /// # Errors
    /// The database.
    pub async fn drop_upload_handle(&mut self, gateway: &str, sha256: &str, file_name: &str) -> StoreResult<()> {
        on!(self, |c| sqlx::query(DROP_HANDLE)
            .bind(gateway)
            .bind(sha256)
            .bind(file_name)
            .execute(c)
            .await?
            .rows_affected());
        Ok(())
    }
}

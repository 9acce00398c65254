//! A word with which a script may repeat a command that may have succeeded.
//!
//! The first use counts a counter of that word up to one, which also makes a second use at the same moment wait for the
//! first; an entry in the audit log ties the word to its bulletin. Both hold the word's hash only. The counter goes after a
//! while, the entry never.

use crate::id::sha256_hex;
use crate::store::{StoreResult, Tx, on};
use crate::usecase::Act;

/// Longest word, in bytes.
pub(super) const LONGEST: usize = 200;
/// The act of the audit entry.
const KEYED: &str = "bulletin.keyed";

// The latest: a word that was forgotten (`[retention] keys_days`) may have been used again.
const BY_KEY: &str =
    "SELECT detail FROM audit_entries WHERE commune_id = $1 AND act = $2 AND subject = $3 ORDER BY id DESC LIMIT 1";

/// What a word was used for before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Used {
    /// The bulletin's id.
    pub(super) bulletin_id: String,
    /// Hash of what was asked for then.
    pub(super) content: String,
}

/// Claims a word in this transaction; gives what it was used for, if it was.
///
/// # Errors
/// The database.
pub(super) async fn claim(tx: &mut Tx, act: &Act<'_>, key: &str) -> StoreResult<Option<Used>> {
    let hash = sha256_hex(key.as_bytes());
    if tx.next_number(&act.commune_id, &format!("key-{hash}")).await? == 1 {
        return Ok(None);
    }
    let detail = tx.bulletin_of_key(&act.commune_id, &hash).await?;
    Ok(detail.and_then(|detail| {
        let (bulletin_id, content) = detail.split_once(' ')?;
        Some(Used { bulletin_id: bulletin_id.to_owned(), content: content.to_owned() })
    }))
}

/// Ties a claimed word to what came of it.
///
/// # Errors
/// The database.
pub(super) async fn keep(tx: &mut Tx, act: &Act<'_>, key: &str, used: &Used) -> StoreResult<()> {
    let Used { bulletin_id, content } = used;
    tx.audit(act, KEYED, &sha256_hex(key.as_bytes()), &format!("{bulletin_id} {content}")).await
}

impl Tx {
    async fn bulletin_of_key(&mut self, commune_id: &str, hash: &str) -> StoreResult<Option<String>> {
        Ok(on!(self, |c| sqlx::query_scalar(BY_KEY).bind(commune_id).bind(KEYED).bind(hash).fetch_optional(c).await?))
    }
}

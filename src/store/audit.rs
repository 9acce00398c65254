//! The audit log: inserted with the act, chained afterwards by one sealer.
//!
//! An entry holds ids and hashes only. Inserting it needs no knowledge of its predecessor, so acts do not queue behind
//! one another; the sealer numbers unsealed entries in the order of their ids and chains
//! `hash = SHA-256(prev ‖ canonical row)`.

use crate::domain::calendar::Millis;
use crate::id::sha256_hex;
use crate::store::{StoreResult, Tx, on};
use crate::usecase::Act;

/// One entry as it stands in the database.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct AuditEntry {
    /// The entry's id.
    pub id: String,
    /// The commune.
    pub commune_id: String,
    /// Business time of the act, epoch milliseconds.
    pub at: i64,
    /// The person's id, or `-` for the engine.
    pub actor: String,
    /// Where it came in, `chat:NAME`, `cli:USER` or `engine`.
    pub via: String,
    /// The act, a dotted word such as `bulletin.approved`.
    pub act: String,
    /// The id of what was acted on.
    pub subject: String,
    /// More ids, hashes or counts; never a title or a name.
    pub detail: String,
    /// Place in the chain, from 1; none while unsealed.
    pub seq: Option<i64>,
    /// Hash of the entry before.
    pub prev_hash: Option<String>,
    /// Hash of this entry.
    pub hash: Option<String>,
}

/// The hash that stands before the first entry.
pub const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";
/// Entries sealed in one batch.
const BATCH: i64 = 500;

const INSERT: &str = "INSERT INTO audit_entries (id, commune_id, at, actor, via, act, subject, detail) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
const UNSEALED: &str = "SELECT id, commune_id, at, actor, via, act, subject, detail, seq, prev_hash, hash \
     FROM audit_entries WHERE seq IS NULL ORDER BY id LIMIT $1";
const ANY_UNSEALED: &str = "SELECT EXISTS (SELECT 1 FROM audit_entries WHERE seq IS NULL)";
const SEAL: &str = "UPDATE audit_entries SET seq = $2, prev_hash = $3, hash = $4 WHERE id = $1 AND seq IS NULL";
const HEAD: &str = "SELECT id, commune_id, at, actor, via, act, subject, detail, seq, prev_hash, hash \
     FROM audit_entries WHERE seq IS NOT NULL ORDER BY seq DESC LIMIT 1";
const PAGE: &str = "SELECT id, commune_id, at, actor, via, act, subject, detail, seq, prev_hash, hash \
     FROM audit_entries WHERE seq > $1 ORDER BY seq LIMIT $2";

impl AuditEntry {
    /// The hash this row must have after `prev`: every field that an act wrote, each prefixed by its length in bytes.
    #[must_use]
    pub fn expected_hash(&self, prev: &str, seq: i64) -> String {
        let fields = [
            prev,
            &seq.to_string(),
            &self.id,
            &self.commune_id,
            &self.at.to_string(),
            &self.actor,
            &self.via,
            &self.act,
            &self.subject,
            &self.detail,
        ];
        let canonical = fields.iter().fold(String::new(), |text, field| text + &field.len().to_string() + ":" + field);
        sha256_hex(canonical.as_bytes())
    }
}

impl Tx {
    /// Leaves the entry of an act. `subject` and `detail` are ids, hashes or counts.
    ///
    /// # Errors
    /// The database.
    pub async fn audit(&mut self, act: &Act<'_>, what: &str, subject: &str, detail: &str) -> StoreResult<()> {
        let actor = act.person_id.as_deref().unwrap_or("-");
        let query = (act.new_id(), act.via.to_string());
        on!(self, |c| sqlx::query(INSERT)
            .bind(&query.0)
            .bind(&act.commune_id)
            .bind(act.at.0)
            .bind(actor)
            .bind(&query.1)
            .bind(what)
            .bind(subject)
            .bind(detail)
            .execute(c)
            .await?
            .rows_affected());
        Ok(())
    }

    /// Whether an entry is not chained yet.
    ///
    /// # Errors
    /// The database.
    pub async fn has_unsealed_audit(&mut self) -> StoreResult<bool> {
        Ok(on!(self, |c| sqlx::query_scalar(ANY_UNSEALED).fetch_one(c).await?))
    }

    /// Seals the next batch of entries; returns how many. Only one sealer may run at a time.
    ///
    /// # Errors
    /// The database.
    pub async fn seal_audit(&mut self) -> StoreResult<usize> {
        let head = self.audit_head().await?;
        let mut seq = head.as_ref().and_then(|entry| entry.seq).unwrap_or(0);
        let mut prev = head.and_then(|entry| entry.hash).unwrap_or_else(|| GENESIS.to_owned());
        let entries: Vec<AuditEntry> = on!(self, |c| sqlx::query_as(UNSEALED).bind(BATCH).fetch_all(c).await?);
        for entry in &entries {
            seq += 1;
            let hash = entry.expected_hash(&prev, seq);
            on!(self, |c| sqlx::query(SEAL)
                .bind(&entry.id)
                .bind(seq)
                .bind(&prev)
                .bind(&hash)
                .execute(c)
                .await?
                .rows_affected());
            prev = hash;
        }
        Ok(entries.len())
    }

    /// The last sealed entry: its hash is printed in reports.
    ///
    /// # Errors
    /// The database.
    pub async fn audit_head(&mut self) -> StoreResult<Option<AuditEntry>> {
        Ok(on!(self, |c| sqlx::query_as(HEAD).fetch_optional(c).await?))
    }

    /// Sealed entries after `seq`, at most `limit`.
    ///
    /// # Errors
    /// The database.
    pub async fn audit_page(&mut self, after: i64, limit: i64) -> StoreResult<Vec<AuditEntry>> {
        Ok(on!(self, |c| sqlx::query_as(PAGE).bind(after).bind(limit).fetch_all(c).await?))
    }

    /// Checks the whole chain.
    ///
    /// # Errors
    /// The database.
    pub async fn verify_audit(&mut self) -> StoreResult<AuditReport> {
        let mut report = AuditReport { entries: 0, head: GENESIS.to_owned(), first_broken: None };
        loop {
            let page = self.audit_page(report.entries, BATCH).await?;
            if page.is_empty() {
                return Ok(report);
            }
            for entry in page {
                if let Some(reason) = report.fault(&entry) {
                    report.first_broken = Some(BrokenEntry { seq: entry.seq.unwrap_or(0), id: entry.id, reason });
                    return Ok(report);
                }
                report.entries += 1;
                report.head = entry.hash.unwrap_or_default();
            }
        }
    }
}

/// What the check of the chain found.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct AuditReport {
    /// Entries that are in order, from the first.
    pub entries: i64,
    /// Hash of the last entry in order.
    pub head: String,
    /// The first entry that is not.
    pub first_broken: Option<BrokenEntry>,
}

/// The first entry that breaks the chain.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct BrokenEntry {
    /// The number it carries.
    pub seq: i64,
    /// Its id.
    pub id: String,
    /// What is wrong with it.
    pub reason: &'static str,
}

impl AuditReport {
    fn fault(&self, entry: &AuditEntry) -> Option<&'static str> {
        let seq = self.entries + 1;
        if entry.seq != Some(seq) {
            return Some("an entry is missing before this one");
        }
        if entry.prev_hash.as_deref() != Some(self.head.as_str()) {
            return Some("it does not follow the entry before");
        }
        (entry.hash.as_deref() != Some(entry.expected_hash(&self.head, seq).as_str()))
            .then_some("its content does not match its hash")
    }
}

/// When an entry was made, for listings.
impl AuditEntry {
    /// Business time of the act.
    #[must_use]
    pub const fn made_at(&self) -> Millis {
        Millis(self.at)
    }
}

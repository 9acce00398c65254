//! Versions that went out on the duty officer's word, and what an approver said of it afterwards.

use super::{Millis, StoreResult, Tx, on};
use crate::domain::text_enum::text_enum;

text_enum! {
    /// What an approver said of a release after the fact.
    pub enum AfterFact {
        /// It was right to send it.
        Approved => "approved",
        /// It should not have gone out. What was sent stays sent.
        Refused => "refused",
    }
}

/// One version released by the duty officer.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Release {
    /// The bulletin.
    pub bulletin_id: String,
    /// The version.
    pub version: i64,
    /// Who released it.
    pub officer_id: String,
    /// Business time, epoch milliseconds.
    pub released_at: i64,
    /// When approvers are reminded.
    pub warn_at: i64,
    /// Until when it must be approved.
    pub approve_by: i64,
    /// What was said of it; none yet. A word of [`AfterFact`].
    pub decision: Option<String>,
    /// By whom.
    pub decided_by: Option<String>,
    /// When, business time.
    pub decided_at: Option<i64>,
}

impl Release {
    /// Whether nobody has said anything of it yet.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        self.decision.is_none()
    }

    /// What was said of it.
    #[must_use]
    pub fn outcome(&self) -> Option<AfterFact> {
        self.decision.as_deref().and_then(|word| word.parse().ok())
    }
}

/// What an approver says of a release, and why.
#[derive(Debug, Clone, Copy)]
pub struct Word<'a> {
    /// Yes or no.
    pub decision: AfterFact,
    /// Who says it.
    pub person_id: &'a str,
    /// Why not; needed for a no.
    pub remark: Option<&'a str>,
}

const INSERT: &str = "INSERT INTO releases (bulletin_id, version, officer_id, released_at, warn_at, approve_by) \
     VALUES ($1, $2, $3, $4, $5, $6)";
const OF_VERSION: &str = "SELECT bulletin_id, version, officer_id, released_at, warn_at, approve_by, decision, decided_by, decided_at \
     FROM releases WHERE bulletin_id = $1 AND version = $2";
const OPEN: &str = "SELECT r.bulletin_id, r.version, r.officer_id, r.released_at, r.warn_at, r.approve_by, r.decision, r.decided_by, \
     r.decided_at FROM releases r CROSS JOIN bulletins b \
     WHERE b.id = r.bulletin_id AND b.commune_id = $1 AND r.decision IS NULL ORDER BY r.approve_by, r.bulletin_id";
const TO_WARN: &str = "SELECT bulletin_id, version, officer_id, released_at, warn_at, approve_by, decision, decided_by, decided_at \
     FROM releases WHERE decision IS NULL AND ((warned_at IS NULL AND warn_at <= $1) OR (overdue_at IS NULL AND approve_by <= $1)) \
     ORDER BY approve_by, bulletin_id";
const NEXT: &str = "SELECT MIN(CASE WHEN warned_at IS NULL THEN warn_at ELSE approve_by END) FROM releases \
     WHERE decision IS NULL AND overdue_at IS NULL";
const WARNED: &str = "UPDATE releases SET warned_at = $3 WHERE bulletin_id = $1 AND version = $2 AND warned_at IS NULL";
const OVERDUE: &str = "UPDATE releases SET overdue_at = $3, warned_at = COALESCE(warned_at, $3) \
     WHERE bulletin_id = $1 AND version = $2 AND overdue_at IS NULL";
const DECIDE: &str = "UPDATE releases SET decision = $3, decided_by = $4, decided_at = $5, remark = $6 \
     WHERE bulletin_id = $1 AND version = $2 AND decision IS NULL";

impl Tx {
    /// Writes a release.
    ///
    /// # Errors
    /// The database; a version that was released before.
    pub async fn insert_release(&mut self, release: &Release) -> StoreResult<()> {
        on!(self, |c| sqlx::query(INSERT)
            .bind(&release.bulletin_id)
            .bind(release.version)
            .bind(&release.officer_id)
            .bind(release.released_at)
            .bind(release.warn_at)
            .bind(release.approve_by)
            .execute(c)
            .await?
            .rows_affected());
        Ok(())
    }

    /// The release of a version; none when an approver let it go.
    ///
    /// # Errors
    /// The database.
    pub async fn release_of(&mut self, bulletin_id: &str, version: i64) -> StoreResult<Option<Release>> {
        Ok(on!(self, |c| sqlx::query_as(OF_VERSION).bind(bulletin_id).bind(version).fetch_optional(c).await?))
    }

    /// Releases of which nobody has said anything yet, most pressing first.
    ///
    /// # Errors
    /// The database.
    pub async fn open_releases(&mut self, commune_id: &str) -> StoreResult<Vec<Release>> {
        Ok(on!(self, |c| sqlx::query_as(OPEN).bind(commune_id).fetch_all(c).await?))
    }

    /// Open releases of which approvers are to be reminded by `now`, or whose time ran out.
    ///
    /// # Errors
    /// The database.
    pub async fn releases_to_warn_of(&mut self, now: Millis) -> StoreResult<Vec<Release>> {
        Ok(on!(self, |c| sqlx::query_as(TO_WARN).bind(now.0).fetch_all(c).await?))
    }

    /// When the next open release is to be spoken of.
    ///
    /// # Errors
    /// The database.
    pub async fn next_release_warning(&mut self) -> StoreResult<Option<Millis>> {
        let at: Option<i64> = on!(self, |c| sqlx::query_scalar(NEXT).fetch_one(c).await?);
        Ok(at.map(Millis))
    }

    /// Notes that approvers were reminded, or with `overdue` that the time ran out. False when that was noted before.
    ///
    /// # Errors
    /// The database.
    pub async fn mark_release_warned(&mut self, release: &Release, overdue: bool, at: Millis) -> StoreResult<bool> {
        let statement = if overdue { OVERDUE } else { WARNED };
        let affected = on!(self, |c| sqlx::query(statement)
            .bind(&release.bulletin_id)
            .bind(release.version)
            .bind(at.0)
            .execute(c)
            .await?
            .rows_affected());
        Ok(affected == 1)
    }

    /// Notes what an approver said. False when somebody said something before.
    ///
    /// # Errors
    /// The database.
    pub async fn decide_release(&mut self, release: &Release, word: &Word<'_>, at: Millis) -> StoreResult<bool> {
        let affected = on!(self, |c| sqlx::query(DECIDE)
            .bind(&release.bulletin_id)
            .bind(release.version)
            .bind(word.decision.as_str())
            .bind(word.person_id)
            .bind(at.0)
            .bind(word.remark)
            .execute(c)
            .await?
            .rows_affected());
        Ok(affected == 1)
    }
}

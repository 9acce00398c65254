//! Bulletins, their versions, approvals and schedules.

use crate::domain::bulletin::{Kind, Level, Public, State};
use crate::domain::calendar::Millis;
use crate::domain::schedule::MissedPolicy;
use crate::domain::urgency::Urgency;
use crate::store::{StoreResult, Tx, expect_one, on};

mod releases;
mod schedules;
mod versions;

pub use releases::{AfterFact, Release, Word};
pub use schedules::{Schedule, ScheduleState};
pub use versions::{BulletinVersion, Marks, NewFile, VersionFile};

/// A bulletin, without its content.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Bulletin {
    /// The id.
    pub id: String,
    /// The commune.
    pub commune_id: String,
    /// Directive, announcement, urgent or script.
    #[sqlx(try_from = "String")]
    pub kind: Kind,
    /// The year in the code.
    pub year: i64,
    /// The number in the code.
    pub seq: i64,
    /// The code as printed, `VB-2025-0042`.
    pub code: String,
    /// Where it stands.
    #[sqlx(try_from = "String")]
    pub state: State,
    /// The current version, from 1.
    pub version: i64,
    /// Who composed it.
    pub composer_id: String,
    /// The unit it is sent for: approval rights are looked up there.
    pub unit_id: String,
    /// Business time of creation, epoch milliseconds.
    pub created_at: i64,
    /// Business time of the last change, epoch milliseconds.
    pub updated_at: i64,
}

/// One decision of an approver on one version.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Approval {
    /// The id.
    pub id: String,
    /// The bulletin.
    pub bulletin_id: String,
    /// The version decided on.
    pub version: i64,
    /// What exactly was approved.
    pub envelope_hash: String,
    /// Hash over the sorted ids of the groups the approver saw.
    pub groups_hash: String,
    /// Who decided.
    pub approver_id: String,
    /// `approved` or `returned`.
    pub decision: String,
    /// Why it was returned.
    pub reason: Option<String>,
    /// Business time, epoch milliseconds.
    pub decided_at: i64,
}

const INSERT: &str = "INSERT INTO bulletins (id, commune_id, kind, year, seq, code, state, version, composer_id, unit_id, created_at, updated_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
const BY_ID: &str = "SELECT id, commune_id, kind, year, seq, code, state, version, composer_id, unit_id, created_at, updated_at \
     FROM bulletins WHERE id = $1";
const BY_CODE: &str = "SELECT id, commune_id, kind, year, seq, code, state, version, composer_id, unit_id, created_at, updated_at \
     FROM bulletins WHERE commune_id = $1 AND code = $2";
const BY_NUMBER: &str = "SELECT id, commune_id, kind, year, seq, code, state, version, composer_id, unit_id, created_at, updated_at \
     FROM bulletins WHERE commune_id = $1 AND seq = $2 AND (kind = $3 OR $3 = '') AND (year = $4 OR $4 = 0) \
     ORDER BY year DESC, created_at DESC LIMIT 9";
const IN_STATE: &str = "SELECT id, commune_id, kind, year, seq, code, state, version, composer_id, unit_id, created_at, updated_at \
     FROM bulletins WHERE commune_id = $1 AND state = $2 ORDER BY created_at DESC LIMIT 100";
const RECENT: &str = "SELECT id, commune_id, kind, year, seq, code, state, version, composer_id, unit_id, created_at, updated_at \
     FROM bulletins WHERE commune_id = $1 ORDER BY created_at DESC, id DESC LIMIT $2";
const MOVE: &str = "UPDATE bulletins SET state = $3, version = $4, updated_at = $5 WHERE id = $1 AND state = $2";
const NEXT_NUMBER: &str = "INSERT INTO counters (commune_id, name, value) VALUES ($1, $2, 1) \
     ON CONFLICT (commune_id, name) DO UPDATE SET value = counters.value + 1 RETURNING value";
const APPROVE: &str = "INSERT INTO approvals (id, bulletin_id, version, envelope_hash, groups_hash, approver_id, decision, reason, decided_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING";
const APPROVED_GROUP: &str = "INSERT INTO approved_groups (approval_id, group_id) VALUES ($1, $2)";
const APPROVAL_OF: &str = "SELECT id, bulletin_id, version, envelope_hash, groups_hash, approver_id, decision, reason, decided_at \
     FROM approvals WHERE bulletin_id = $1 AND version = $2 AND decision = 'approved'";
const GROUPS_OF_APPROVAL: &str = "SELECT group_id FROM approved_groups WHERE approval_id = $1 ORDER BY group_id";

impl Tx {
    /// The next number of a named counter of the commune, from 1 without gaps.
    ///
    /// # Errors
    /// The database.
    pub async fn next_number(&mut self, commune_id: &str, name: &str) -> StoreResult<i64> {
        Ok(on!(self, |c| sqlx::query_scalar(NEXT_NUMBER).bind(commune_id).bind(name).fetch_one(c).await?))
    }

    /// Writes a new bulletin.
    ///
    /// # Errors
    /// The database; a code already in use.
    pub async fn insert_bulletin(&mut self, bulletin: &Bulletin) -> StoreResult<()> {
        on!(self, |c| sqlx::query(INSERT)
            .bind(&bulletin.id)
            .bind(&bulletin.commune_id)
            .bind(bulletin.kind.as_str())
            .bind(bulletin.year)
            .bind(bulletin.seq)
            .bind(&bulletin.code)
            .bind(bulletin.state.as_str())
            .bind(bulletin.version)
            .bind(&bulletin.composer_id)
            .bind(&bulletin.unit_id)
            .bind(bulletin.created_at)
            .bind(bulletin.updated_at)
            .execute(c)
            .await?
            .rows_affected());
        Ok(())
    }

    /// A bulletin by id.
    ///
    /// # Errors
    /// The database.
    pub async fn bulletin(&mut self, id: &str) -> StoreResult<Option<Bulletin>> {
        Ok(on!(self, |c| sqlx::query_as(BY_ID).bind(id).fetch_optional(c).await?))
    }

    /// A bulletin by its full code.
    ///
    /// # Errors
    /// The database.
    pub async fn bulletin_by_code(&mut self, commune_id: &str, code: &str) -> StoreResult<Option<Bulletin>> {
        Ok(on!(self, |c| sqlx::query_as(BY_CODE).bind(commune_id).bind(code).fetch_optional(c).await?))
    }

    /// Bulletins whose number is `seq`, of any kind and year where these are not given; newest first, at most nine.
    ///
    /// # Errors
    /// The database.
    pub async fn bulletins_numbered(
        &mut self,
        commune_id: &str,
        seq: i64,
        kind: Option<Kind>,
        year: Option<i64>,
    ) -> StoreResult<Vec<Bulletin>> {
        let kind = kind.map_or("", Kind::as_str);
        Ok(on!(self, |c| sqlx::query_as(BY_NUMBER)
            .bind(commune_id)
            .bind(seq)
            .bind(kind)
            .bind(year.unwrap_or(0))
            .fetch_all(c)
            .await?))
    }

    /// Bulletins in a state, newest first, at most a hundred.
    ///
    /// # Errors
    /// The database.
    pub async fn bulletins_in(&mut self, commune_id: &str, state: State) -> StoreResult<Vec<Bulletin>> {
        Ok(on!(self, |c| sqlx::query_as(IN_STATE).bind(commune_id).bind(state.as_str()).fetch_all(c).await?))
    }

    /// The newest bulletins.
    ///
    /// # Errors
    /// The database.
    pub async fn recent_bulletins(&mut self, commune_id: &str, limit: i64) -> StoreResult<Vec<Bulletin>> {
        Ok(on!(self, |c| sqlx::query_as(RECENT).bind(commune_id).bind(limit).fetch_all(c).await?))
    }

    /// Moves a bulletin from the state it was read in to `state`, at `version`.
    ///
    /// # Errors
    /// The database; `Stale` when somebody else moved it first.
    pub async fn move_bulletin(
        &mut self,
        bulletin: &Bulletin,
        state: State,
        version: i64,
        at: Millis,
    ) -> StoreResult<()> {
        let affected = on!(self, |c| sqlx::query(MOVE)
            .bind(&bulletin.id)
            .bind(bulletin.state.as_str())
            .bind(state.as_str())
            .bind(version)
            .bind(at.0)
            .execute(c)
            .await?
            .rows_affected());
        expect_one(affected, "bulletin", &bulletin.id)
    }

    /// Writes a decision with the groups it stands for. False when this version was already approved by somebody.
    ///
    /// # Errors
    /// The database.
    pub async fn insert_approval(&mut self, approval: &Approval, group_ids: &[String]) -> StoreResult<bool> {
        let affected = on!(self, |c| sqlx::query(APPROVE)
            .bind(&approval.id)
            .bind(&approval.bulletin_id)
            .bind(approval.version)
            .bind(&approval.envelope_hash)
            .bind(&approval.groups_hash)
            .bind(&approval.approver_id)
            .bind(&approval.decision)
            .bind(&approval.reason)
            .bind(approval.decided_at)
            .execute(c)
            .await?
            .rows_affected());
        if affected == 0 {
            return Ok(false);
        }
        for group_id in group_ids {
            on!(self, |c| sqlx::query(APPROVED_GROUP)
                .bind(&approval.id)
                .bind(group_id)
                .execute(c)
                .await?
                .rows_affected());
        }
        Ok(true)
    }

    /// The approval of a version, if it has one.
    ///
    /// # Errors
    /// The database.
    pub async fn approval_of(&mut self, bulletin_id: &str, version: i64) -> StoreResult<Option<Approval>> {
        Ok(on!(self, |c| sqlx::query_as(APPROVAL_OF).bind(bulletin_id).bind(version).fetch_optional(c).await?))
    }

    /// The ids of the groups an approval stands for.
    ///
    /// # Errors
    /// The database.
    pub async fn approved_groups(&mut self, approval_id: &str) -> StoreResult<Vec<String>> {
        Ok(on!(self, |c| sqlx::query_scalar(GROUPS_OF_APPROVAL).bind(approval_id).fetch_all(c).await?))
    }
}

//! What a bulletin says: rows of `bulletin_versions` and `version_files`. A version is never changed.

use super::{Level, Public, StoreResult, Tx, Urgency, on};
use crate::domain::org::GroupKind;

/// One version's content.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct BulletinVersion {
    /// The bulletin.
    pub bulletin_id: String,
    /// From 1.
    pub version: i64,
    /// Trích yếu, or the announcement's heading.
    pub title: String,
    /// Search key of the title.
    pub title_folded: String,
    /// The text that is sent, without code, deadline and labels.
    pub body: String,
    /// What residents read instead of `body`; none: the same words for everybody.
    pub residents_body: Option<String>,
    /// Độ khẩn.
    #[sqlx(try_from = "String")]
    pub urgency: Urgency,
    /// Cấp trên or địa phương: decides which target counts it.
    #[sqlx(try_from = "String")]
    pub level: Level,
    /// Whom it speaks to.
    #[sqlx(try_from = "String")]
    pub public: Public,
    /// The plan it belongs to; none is "ngoài kế hoạch".
    pub plan_code: Option<String>,
    /// Theme of the plan, `ND1`….
    pub theme: Option<String>,
    /// Abbreviation of the document's type, `KH`.
    pub doc_type: Option<String>,
    /// The number given by văn thư; blank until then.
    pub doc_number: Option<String>,
    /// The symbol, `KH-UBND`.
    pub doc_symbol: Option<String>,
    /// Date or month of issue as typed and understood, `2025-07` or `2025-07-25`.
    pub doc_date: Option<String>,
    /// Who issued it.
    pub doc_issuer: Option<String>,
    /// The audience expression in canonical form.
    pub audience: String,
    /// Whether the answering seats must confirm.
    pub ack_required: bool,
    /// Until when, epoch milliseconds of business time.
    pub ack_deadline: Option<i64>,
    /// When it is to go, epoch milliseconds of business time; none means as soon as it is approved.
    pub send_at: Option<i64>,
    /// The rule by which it repeats from `send_at` to `expires_at`, in canonical form; none goes once.
    pub repeat_rule: Option<String>,
    /// After this nothing of it is sent any more.
    pub expires_at: i64,
    /// What the composer declared about secrecy.
    pub attestation: String,
    /// Hash over everything an approval binds.
    pub envelope_hash: String,
    /// What stands beside its urgency.
    #[sqlx(flatten)]
    pub marks: Marks,
    /// Who wrote this version.
    pub created_by: String,
    /// Business time, epoch milliseconds.
    pub created_at: i64,
}

/// What stands beside a version's urgency.
#[derive(Debug, Clone, Default, PartialEq, Eq, sqlx::FromRow, serde::Serialize, serde::Deserialize)]
pub struct Marks {
    /// Why it is marked Thượng khẩn or Hỏa tốc.
    pub reason: Option<String>,
    /// Whether it is an exercise: labelled in everything it leads to, and counted nowhere.
    pub exercise: bool,
    /// How many units' acknowledgements are enough; none asks every one of them.
    pub quorum: Option<i64>,
}

impl BulletinVersion {
    /// The title that a kind of group reads. The one that was typed is for officials: residents who have a wording of their own
    /// read its first line, where it is a heading; empty where it is none.
    #[must_use]
    pub fn title_for(&self, group: GroupKind) -> &str {
        match (group, &self.residents_body) {
            (GroupKind::Residents, Some(own)) => headed(own).0,
            _ => &self.title,
        }
    }

    /// The words under that title.
    #[must_use]
    pub fn text_for(&self, group: GroupKind) -> &str {
        match (group, &self.residents_body) {
            (GroupKind::Residents, Some(own)) => headed(own).1,
            _ => &self.body,
        }
    }
}

/// Longest first line that is a heading, characters.
const HEADING_CHARS: usize = 120;

/// A text's heading, empty where it has none, and what stands under it.
fn headed(text: &str) -> (&str, &str) {
    let text = text.trim();
    let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
    let is_heading = !rest.trim().is_empty() && first.chars().count() <= HEADING_CHARS;
    if is_heading { (first.trim_end(), rest.trim_start_matches(['\n', '\r'])) } else { ("", text) }
}

/// A file of a version.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct VersionFile {
    /// SHA-256 of the content.
    pub sha256: String,
    /// The name people see.
    pub file_name: String,
    /// Bytes.
    pub size: i64,
    /// Pages, where they could be counted.
    pub pages: Option<i64>,
    /// Media type, `application/pdf`.
    pub media_type: String,
}

/// A file to be attached to a new version, already stored.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct NewFile {
    /// SHA-256 of the content.
    pub sha256: String,
    /// The name people see.
    pub file_name: String,
    /// Pages, where they could be counted.
    pub pages: Option<u32>,
}

const INSERT: &str = "INSERT INTO bulletin_versions (bulletin_id, version, title, title_folded, body, urgency, level, public, \
     plan_code, theme, doc_type, doc_number, doc_symbol, doc_date, doc_issuer, audience, ack_required, ack_deadline, send_at, \
     repeat_rule, expires_at, attestation, envelope_hash, created_by, created_at, reason, exercise, quorum, residents_body) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, \
     $28, $29)";
const BY_KEY: &str = "SELECT bulletin_id, version, title, title_folded, body, urgency, level, public, plan_code, theme, doc_type, \
     doc_number, doc_symbol, doc_date, doc_issuer, audience, ack_required, ack_deadline, send_at, repeat_rule, expires_at, attestation, \
     envelope_hash, created_by, created_at, reason, exercise, quorum, residents_body \
     FROM bulletin_versions WHERE bulletin_id = $1 AND version = $2";
const INSERT_FILE: &str =
    "INSERT INTO version_files (bulletin_id, version, position, sha256, file_name) VALUES ($1, $2, $3, $4, $5)";
const FILES: &str = "SELECT f.sha256, f.file_name, a.size, a.pages, a.media_type FROM version_files f \
     JOIN attachments a ON a.sha256 = f.sha256 WHERE f.bulletin_id = $1 AND f.version = $2 ORDER BY f.position";
const SAME_DOCUMENT: &str = "SELECT b.code FROM bulletin_versions v \
     CROSS JOIN bulletins b WHERE b.id = v.bulletin_id AND b.version = v.version \
     AND b.commune_id = $1 AND v.doc_number = $2 AND v.doc_symbol = $3 AND v.doc_issuer = $4 AND b.year = $5 \
     AND b.state NOT IN ('cancelled', 'withdrawn') ORDER BY b.created_at DESC LIMIT 1";

impl Tx {
    /// Writes a version with its files.
    ///
    /// # Errors
    /// The database.
    pub async fn insert_version(&mut self, version: &BulletinVersion, files: &[NewFile]) -> StoreResult<()> {
        self.insert_version_row(version).await?;
        for (position, file) in files.iter().enumerate() {
            let position = i64::try_from(position).unwrap_or(i64::MAX);
            on!(self, |c| sqlx::query(INSERT_FILE)
                .bind(&version.bulletin_id)
                .bind(version.version)
                .bind(position)
                .bind(&file.sha256)
                .bind(&file.file_name)
                .execute(c)
                .await?
                .rows_affected());
        }
        Ok(())
    }

    async fn insert_version_row(&mut self, version: &BulletinVersion) -> StoreResult<()> {
        on!(self, |c| sqlx::query(INSERT)
            .bind(&version.bulletin_id)
            .bind(version.version)
            .bind(&version.title)
            .bind(&version.title_folded)
            .bind(&version.body)
            .bind(version.urgency.as_str())
            .bind(version.level.as_str())
            .bind(version.public.as_str())
            .bind(&version.plan_code)
            .bind(&version.theme)
            .bind(&version.doc_type)
            .bind(&version.doc_number)
            .bind(&version.doc_symbol)
            .bind(&version.doc_date)
            .bind(&version.doc_issuer)
            .bind(&version.audience)
            .bind(version.ack_required)
            .bind(version.ack_deadline)
            .bind(version.send_at)
            .bind(&version.repeat_rule)
            .bind(version.expires_at)
            .bind(&version.attestation)
            .bind(&version.envelope_hash)
            .bind(&version.created_by)
            .bind(version.created_at)
            .bind(&version.marks.reason)
            .bind(version.marks.exercise)
            .bind(version.marks.quorum)
            .bind(&version.residents_body)
            .execute(c)
            .await?
            .rows_affected());
        Ok(())
    }

    /// A version's content.
    ///
    /// # Errors
    /// The database.
    pub async fn version(&mut self, bulletin_id: &str, version: i64) -> StoreResult<Option<BulletinVersion>> {
        Ok(on!(self, |c| sqlx::query_as(BY_KEY).bind(bulletin_id).bind(version).fetch_optional(c).await?))
    }

    /// A version's files in order.
    ///
    /// # Errors
    /// The database.
    pub async fn version_files(&mut self, bulletin_id: &str, version: i64) -> StoreResult<Vec<VersionFile>> {
        Ok(on!(self, |c| sqlx::query_as(FILES).bind(bulletin_id).bind(version).fetch_all(c).await?))
    }

    /// The code of a live bulletin that carries the same document (number, symbol, issuer, year).
    ///
    /// # Errors
    /// The database.
    pub async fn bulletin_of_document(
        &mut self,
        commune_id: &str,
        document: &(String, String, String),
        year: i64,
    ) -> StoreResult<Option<String>> {
        let (number, symbol, issuer) = document;
        Ok(on!(self, |c| sqlx::query_scalar(SAME_DOCUMENT)
            .bind(commune_id)
            .bind(number)
            .bind(symbol)
            .bind(issuer)
            .bind(year)
            .fetch_optional(c)
            .await?))
    }
}

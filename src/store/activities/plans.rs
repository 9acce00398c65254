//! Plans: the file as it was imported, and the day of issue an admin entered.

use chrono::NaiveDate;

use crate::store::{StoreResult, Tx, inconsistent, on};

/// A plan as it stands in the database. Its content is checked when it is imported and read anew each time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredPlan {
    /// The id.
    pub id: String,
    /// The commune.
    pub commune_id: String,
    /// The plan's short id, unique in the commune.
    pub code: String,
    /// Its title.
    pub title: String,
    /// Day of issue; none while nobody has entered it.
    pub issue_date: Option<NaiveDate>,
    /// The file's text.
    pub body: String,
    /// When it was last imported with a difference, epoch milliseconds of business time.
    pub imported_at: i64,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    commune_id: String,
    code: String,
    title: String,
    issue_date: Option<String>,
    body: String,
    imported_at: i64,
}

/// What an import did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PlanChange {
    /// The plan is new.
    Created,
    /// Its text or its day of issue was different.
    Updated,
    /// Nothing was different; nothing was written.
    Unchanged,
}

const UPSERT: &str = "INSERT INTO plans (id, commune_id, code, title, issue_date, body, imported_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7) \
     ON CONFLICT (commune_id, code) DO UPDATE SET title = excluded.title, issue_date = excluded.issue_date, \
     body = excluded.body, imported_at = excluded.imported_at \
     WHERE plans.issue_date IS DISTINCT FROM excluded.issue_date OR plans.body <> excluded.body RETURNING id";
const BY_CODE: &str = "SELECT id, commune_id, code, title, issue_date, body, imported_at FROM plans \
     WHERE commune_id = $1 AND code = $2";
const ALL: &str = "SELECT id, commune_id, code, title, issue_date, body, imported_at FROM plans \
     WHERE commune_id = $1 ORDER BY imported_at DESC, code";

impl Row {
    fn read(self) -> StoreResult<StoredPlan> {
        let date = self.issue_date.as_deref().map(str::parse::<NaiveDate>).transpose();
        let issue_date = date.map_err(|error| inconsistent("plans", "issue_date", &self.id, &error))?;
        Ok(StoredPlan {
            id: self.id,
            commune_id: self.commune_id,
            code: self.code,
            title: self.title,
            issue_date,
            body: self.body,
            imported_at: self.imported_at,
        })
    }
}

impl Tx {
    /// Writes a plan, found by its code; the same text and day of issue a second time write nothing.
    ///
    /// # Errors
    /// The database.
    pub async fn upsert_plan(&mut self, plan: &StoredPlan) -> StoreResult<PlanChange> {
        let issue_date = plan.issue_date.map(|day| day.to_string());
        let written: Option<String> = on!(self, |c| sqlx::query_scalar(UPSERT)
            .bind(&plan.id)
            .bind(&plan.commune_id)
            .bind(&plan.code)
            .bind(&plan.title)
            .bind(&issue_date)
            .bind(&plan.body)
            .bind(plan.imported_at)
            .fetch_optional(c)
            .await?);
        Ok(match written {
            Some(id) if id == plan.id => PlanChange::Created,
            Some(_) => PlanChange::Updated,
            None => PlanChange::Unchanged,
        })
    }

    /// The plan with this code.
    ///
    /// # Errors
    /// The database; `Inconsistent` when the stored day is none.
    pub async fn plan(&mut self, commune_id: &str, code: &str) -> StoreResult<Option<StoredPlan>> {
        let row: Option<Row> =
            on!(self, |c| sqlx::query_as(BY_CODE).bind(commune_id).bind(code).fetch_optional(c).await?);
        row.map(Row::read).transpose()
    }

    /// The commune's plans, the one imported last first.
    ///
    /// # Errors
    /// The database; `Inconsistent` when a stored day is none.
    pub async fn plans(&mut self, commune_id: &str) -> StoreResult<Vec<StoredPlan>> {
        let rows: Vec<Row> = on!(self, |c| sqlx::query_as(ALL).bind(commune_id).fetch_all(c).await?);
        rows.into_iter().map(Row::read).collect()
    }
}

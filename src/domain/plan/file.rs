//! The plan file's shape, before it is checked. Only [`super::Plan::from_toml`] uses it.

use chrono::NaiveDate;
use serde::Deserialize;

use super::{Phase, Plan, PlanError, PlanUnit, Reference, Target, Theme, YearMonth};

/// Top level of the TOML file; the keys are explained in `config/plans/`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PlanFile {
    id: String,
    issuer: String,
    document_type: String,
    number: String,
    symbol: String,
    title: String,
    aliases: Vec<String>,
    issue_month: String,
    issue_date: String,
    phase: Vec<Phase>,
    #[serde(default)]
    reference: Vec<Reference>,
    #[serde(default)]
    theme: Vec<Theme>,
    #[serde(default)]
    unit: Vec<PlanUnit>,
    target: Vec<Target>,
}

impl PlanFile {
    /// Turns words into dates; relations between keys are checked later.
    pub(super) fn into_plan(self) -> Result<Plan, PlanError> {
        let issue_month = YearMonth::parse(&self.issue_month).ok_or_else(|| PlanError::Invalid {
            key: "issue_month".to_owned(),
            problem: format!("`{}` is not a month like 2025-07", self.issue_month),
        })?;
        Ok(Plan {
            issue_month,
            issue_date: optional_date("issue_date", &self.issue_date)?,
            number: Some(self.number.trim().to_owned()).filter(|number| !number.is_empty()),
            id: self.id,
            issuer: self.issuer,
            document_type: self.document_type,
            symbol: self.symbol,
            title: self.title,
            aliases: self.aliases,
            phases: self.phase,
            references: self.reference,
            themes: self.theme,
            units: self.unit,
            targets: self.target,
        })
    }
}

fn optional_date(key: &str, text: &str) -> Result<Option<NaiveDate>, PlanError> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    text.trim().parse().map(Some).map_err(|_| PlanError::Invalid {
        key: key.to_owned(),
        problem: format!("`{text}` is not a date like 2025-07-08"),
    })
}

/// serde: an empty string is no date.
pub(super) fn blank_date<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<NaiveDate>, D::Error> {
    let text = String::deserialize(deserializer)?;
    optional_date("date", &text).map_err(serde::de::Error::custom)
}

//! A propaganda plan as data, and where it stands on a date.
//!
//! The file under `config/plans/` says what the issued paper says; [`Plan::from_toml`] refuses a file that claims
//! more (a number on a target the paper gives none). [`progress()`] and [`progress_range`] are pure functions over
//! rows the caller read from the store; they hold no clock, and every number they give points at those rows.
//!
//! Invariants of a checked plan: ids are unique; a stated target has a number of at least 1, a tracked one has
//! none; an enforced phase has an end; the issue date, when known, lies in the printed month.

mod check;
mod count;
mod documents;
mod file;
mod freshness;
mod pace;
mod phase;
mod progress;
mod range;
mod reference;
mod rows;
mod spread;
mod status;
mod target;
#[cfg(test)]
mod tests;
mod verdict;

use chrono::NaiveDate;

use crate::domain::bulletin::Public;

pub use freshness::{Freshness, FreshnessRule, freshness};
pub use pace::{PaceAlert, PaceDue, pace_alerts};
pub use phase::{Phase, PhaseSpan, YearMonth};
pub use progress::{Coverage, TargetProgress, progress};
pub use range::{Verdicts, progress_range, verdicts};
pub use reference::{Reference, ReferenceForm};
pub use rows::{AsOf, CountedItem, DocumentReach};
pub use spread::{Spread, spread};
pub use status::Status;
pub use target::{Bound, Cadence, EvidenceKind, Measure, Source, Target, TargetKind};

/// Why a plan file is not a plan.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// Not TOML, or a key is missing, misspelt or of the wrong type; the text shows the line.
    #[error("the plan file cannot be read: {0}")]
    Syntax(String),
    /// A key has a value the plan cannot have.
    #[error("plan key `{key}`: {problem}")]
    Invalid {
        /// The key, with the id of its table: `target.CT01.number`.
        key: String,
        /// What is wrong, in English.
        problem: String,
    },
    /// The day of issue lies outside the month printed on the paper.
    #[error("the issue date {date} is outside the printed month {month}")]
    IssueDateOutsideMonth {
        /// The date given.
        date: NaiveDate,
        /// The month printed.
        month: YearMonth,
    },
}

/// A content theme of the plan.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Theme {
    /// Short id, such as `ND1`.
    pub id: String,
    /// Short Vietnamese title.
    pub title: String,
    /// Who it speaks to.
    pub publics: Vec<Public>,
}

/// An actor the plan names.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanUnit {
    /// The word targets refer to.
    pub word: String,
    /// Its Vietnamese name.
    pub name: String,
}

/// A checked plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Short id, unique in the commune.
    pub id: String,
    /// The issuing agency, as printed.
    pub issuer: String,
    /// Document type abbreviation, such as `KH`.
    pub document_type: String,
    /// Running number; `None` when the paper shows none.
    pub number: Option<String>,
    /// The symbol behind the number, such as `KH-UBND`.
    pub symbol: String,
    /// Canonical title.
    pub title: String,
    /// Other names the paper gives itself.
    pub aliases: Vec<String>,
    /// The month printed on the paper.
    pub issue_month: YearMonth,
    /// The day of issue; `None` until somebody enters it. Set it with [`Plan::with_issue_date`].
    pub issue_date: Option<NaiveDate>,
    /// Phases in order, at least one.
    pub phases: Vec<Phase>,
    /// The papers it stands on.
    pub references: Vec<Reference>,
    /// Content themes.
    pub themes: Vec<Theme>,
    /// The actors targets name.
    pub units: Vec<PlanUnit>,
    /// Targets, in the order of the file.
    pub targets: Vec<Target>,
}

impl Plan {
    /// Reads and checks a plan file.
    ///
    /// # Errors
    /// [`PlanError::Syntax`] with the line when the text is not the expected TOML, [`PlanError::Invalid`] with the
    /// key when a value contradicts the rest, [`PlanError::IssueDateOutsideMonth`].
    pub fn from_toml(text: &str) -> Result<Self, PlanError> {
        let file: file::PlanFile = toml::from_str(text).map_err(|e| PlanError::Syntax(e.to_string()))?;
        let plan = file.into_plan()?;
        check::check(&plan)?;
        Ok(plan)
    }

    /// The same plan issued on another day, or on an unknown one.
    ///
    /// # Errors
    /// [`PlanError::IssueDateOutsideMonth`] when the day is not in the month printed on the paper.
    pub fn with_issue_date(mut self, date: Option<NaiveDate>) -> Result<Self, PlanError> {
        self.issue_date = date;
        check::issue_date(&self)?;
        Ok(self)
    }

    /// The target of that id.
    #[must_use]
    pub fn target(&self, id: &str) -> Option<&Target> {
        self.targets.iter().find(|target| target.id == id)
    }

    /// The name of a unit word; the word itself if the plan does not know it.
    #[must_use]
    pub fn unit_name<'a>(&'a self, word: &'a str) -> &'a str {
        self.units.iter().find(|unit| unit.word == word).map_or(word, |unit| unit.name.as_str())
    }

    /// Number and symbol as printed; "…/KH-UBND" while there is no number.
    #[must_use]
    pub fn printed_number(&self) -> String {
        format!("{}/{}", self.number.as_deref().unwrap_or("…"), self.symbol)
    }

    /// What the plan claims its paper says, for checking the file against the paper's text.
    #[must_use]
    pub fn stated_facts(&self) -> StatedFacts {
        StatedFacts {
            numbers: self.targets.iter().filter_map(StatedNumber::of).collect(),
            phase_ends: self.phases.iter().filter_map(|phase| phase.end).collect(),
            references: self.references.clone(),
        }
    }
}

/// The checkable claims of a plan file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatedFacts {
    /// The numbers, one for each stated target.
    pub numbers: Vec<StatedNumber>,
    /// The last days of the phases that have one.
    pub phase_ends: Vec<NaiveDate>,
    /// The papers the plan stands on, with their printed numbers and dates.
    pub references: Vec<Reference>,
}

/// A number that stands in the paper.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatedNumber {
    /// The target it belongs to.
    pub target_id: String,
    /// The number per period.
    pub number: u32,
    /// As the paper prints it, such as "07 cái".
    pub printed: String,
    /// How often, or once.
    pub cadence: Cadence,
    /// The day it is due, for a one-off.
    pub due: Option<NaiveDate>,
}

impl StatedNumber {
    fn of(target: &Target) -> Option<Self> {
        Some(Self {
            target_id: target.id.clone(),
            number: target.number?,
            printed: target.printed.clone().unwrap_or_default(),
            cadence: target.period,
            due: target.due,
        })
    }
}

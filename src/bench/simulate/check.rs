//! What must hold whatever happens. Each check is a function over rows and over what the platforms took, and tells in words
//! what is wrong with which row.

pub(super) mod answers;
pub(super) mod calls;
pub(super) mod figures;
pub(super) mod going;
pub(super) mod hours;
pub(super) mod paths;
pub(super) mod repeats;
pub(super) mod rest;

use super::rows::Rows;

/// Something that must not be.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Finding {
    /// The rule that is broken, in a few words.
    pub rule: &'static str,
    /// The row, or what stands for it.
    pub row: String,
    /// What is the case.
    pub what: String,
}

impl Finding {
    pub(super) fn new(rule: &'static str, row: &str, what: impl Into<String>) -> Self {
        Self { rule, row: row.to_owned(), what: what.into() }
    }
}

/// A rule of the rows: its name, the statement that finds what breaks it, the instant it is given, and what is wrong then.
pub(super) type Rule = (&'static str, &'static str, i64, &'static str);

/// What breaks these rules.
///
/// # Errors
/// The database.
pub(super) async fn found(rows: &Rows, rules: &[Rule]) -> sqlx::Result<Vec<Finding>> {
    let mut found = Vec::new();
    for (rule, statement, argument, what) in rules {
        found.extend(rows.words(statement, *argument).await?.iter().map(|row| Finding::new(rule, row, *what)));
    }
    Ok(found)
}

#[cfg(test)]
mod tests;

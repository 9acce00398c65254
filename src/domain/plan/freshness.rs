//! How long ago the last act was: green, yellow or red (village loudspeakers).

use chrono::NaiveDate;

use crate::domain::text_enum::text_enum;

text_enum! {
    /// The age of the last act.
    pub enum Freshness {
        /// Recent.
        Green => "green",
        /// Growing old.
        Yellow => "yellow",
        /// Too old, or nothing yet.
        Red => "red",
    }
}

/// Where the colours change, in whole days; `green_days <= yellow_days`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FreshnessRule {
    /// Up to this many days ago is green.
    pub green_days: u32,
    /// Up to this many days ago is yellow.
    pub yellow_days: u32,
}

/// The colour on the day `on` of a unit whose last act was on `last`. Nothing yet is red; a date in the future is
/// today.
#[must_use]
pub fn freshness(rule: &FreshnessRule, last: Option<NaiveDate>, on: NaiveDate) -> Freshness {
    let Some(last) = last else { return Freshness::Red };
    let days = on.signed_duration_since(last).num_days();
    match days {
        d if d <= i64::from(rule.green_days) => Freshness::Green,
        d if d <= i64::from(rule.yellow_days) => Freshness::Yellow,
        _ => Freshness::Red,
    }
}

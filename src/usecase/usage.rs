//! How much of its month and of its groups an account has used up, and the warning before the end.

use super::notify::{self, Note};
use super::{Act, UseCaseResult};
use crate::domain::budget::{Budget, WARN_PERCENT, month_of, month_start};
use crate::domain::message::Purpose;
use crate::domain::org::Role;
use crate::say;
use crate::store::Tx;
use crate::store::usage::MonthUsage;

/// What went both ways in a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
pub struct Usage {
    /// Messages that left.
    pub sent: u64,
    /// Messages that came in.
    pub heard: u64,
    /// Those of them that left to people nobody knows.
    pub strangers_sent: u64,
    /// Those that came in from them.
    pub strangers_heard: u64,
}

impl Usage {
    /// Both together: whether the platform counts what comes in is not documented, so it is counted.
    #[must_use]
    pub const fn used(self) -> u64 {
        self.sent + self.heard
    }

    /// What left to the commune's own people and groups.
    #[must_use]
    pub const fn to_ours(self) -> u64 {
        self.sent.saturating_sub(self.strangers_sent)
    }

    /// What came in from them.
    #[must_use]
    pub const fn from_ours(self) -> u64 {
        self.heard.saturating_sub(self.strangers_heard)
    }

    /// What came from, and left to, people nobody knows.
    #[must_use]
    pub const fn of_strangers(self) -> u64 {
        self.strangers_sent + self.strangers_heard
    }

    /// As [`Self::used`], with no more of what strangers said than their share: however many they are, they do not use up what is left
    /// for the commune. What left to them is counted in full: the platform counts it.
    #[must_use]
    pub fn used_within(self, share: u64) -> u64 {
        self.to_ours() + self.from_ours() + self.of_strangers().min(share.max(self.strangers_sent))
    }
}

/// Where a configured account stands this month.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct GatewayUsage {
    /// The gateway.
    pub gateway: String,
    /// The month, `2025-07`.
    pub month: String,
    /// Messages in both directions.
    pub usage: Usage,
    /// Answers that were left out to keep the rest of the month for what is urgent: somebody asked and heard nothing.
    pub answers_left_out: u64,
    /// Groups bound there.
    pub groups: usize,
    /// What it may use up; none without a limit.
    pub budget: Option<Budget>,
}

/// What a gateway has used in a month (`2025-07`).
///
/// # Errors
/// The database.
pub async fn of(tx: &mut Tx, gateway: &str, month: &str) -> UseCaseResult<Usage> {
    Ok(tx.month_usage(gateway, month).await?.map_or(Usage::default(), |row| counted(&row)))
}

fn counted(row: &MonthUsage) -> Usage {
    let count = |number: i64| u64::try_from(number).unwrap_or(0);
    Usage {
        sent: count(row.sent),
        heard: count(row.heard),
        strangers_sent: count(row.strangers_sent),
        strangers_heard: count(row.strangers_heard),
    }
}

/// Where every configured gateway stands in the current month, by name.
///
/// # Errors
/// The database.
pub async fn all(tx: &mut Tx, act: &Act<'_>) -> UseCaseResult<Vec<GatewayUsage>> {
    let month = month_of(act.wall);
    let mut found = Vec::new();
    for (name, traits) in &act.house.gateways {
        found.push(GatewayUsage {
            gateway: name.clone(),
            month: month.clone(),
            usage: of(tx, name, &month).await?,
            answers_left_out: u64::try_from(tx.answers_left_out(name, month_start(act.wall)).await?).unwrap_or(0),
            groups: tx.groups_bound_on(name).await?.len(),
            budget: traits.budget,
        });
    }
    Ok(found)
}

/// Whether somebody is to be warned that an account comes to the end of its month.
///
/// # Errors
/// The database.
pub async fn is_warning_due(tx: &mut Tx, act: &Act<'_>) -> UseCaseResult<bool> {
    Ok(!due(tx, act).await?.is_empty())
}

/// Warns the admins of each account that has used four fifths of its month; once a month.
///
/// # Errors
/// The database.
pub async fn warn(tx: &mut Tx, act: &Act<'_>) -> UseCaseResult<()> {
    for (row, budget) in due(tx, act).await? {
        if !tx.mark_usage_warned(&row.gateway, &row.month, act.wall).await? {
            continue;
        }
        let text = say!(
            act.house.locale,
            "alert-budget",
            gateway = row.gateway.as_str(),
            used = counted(&row).used(),
            limit = u64::from(budget.messages_a_month)
        );
        notify::tell_role(tx, act, Role::Admin, Purpose::Alert, &Note::plain(text)).await?;
    }
    Ok(())
}

async fn due(tx: &mut Tx, act: &Act<'_>) -> UseCaseResult<Vec<(MonthUsage, Budget)>> {
    let month = month_of(act.wall);
    let mut found = Vec::new();
    for (name, traits) in &act.house.gateways {
        let Some(budget) = traits.budget else { continue };
        let row = tx.month_usage(name, &month).await?.filter(|row| row.warned_at.is_none());
        // Strangers use up nobody else's part: neither warns of theirs.
        let share = act.house.strangers.share_of(budget.messages_a_month);
        let is_due = |row: &MonthUsage| budget.has_reached(counted(row).used_within(share), WARN_PERCENT);
        found.extend(row.filter(is_due).map(|row| (row, budget)));
    }
    Ok(found)
}

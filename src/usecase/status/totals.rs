//! Sums over everything that was sent in a stretch of time.

use std::collections::BTreeMap;

use super::counts::{DeliveryCounts, ObligationCounts};
use crate::domain::message::DeliveryState;
use crate::store::Tx;
use crate::store::overview::Window;
use crate::usecase::{Act, UseCaseResult};

/// Milliseconds of a minute.
const MINUTE: i64 = 60_000;

/// The commune in numbers.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Stats {
    /// Groups that are bound to a chat now.
    pub groups: i64,
    /// Bulletins begun in that time, by state; states without one are left out.
    pub bulletins: BTreeMap<&'static str, i64>,
    /// Deliveries of the broadcasts of that time.
    pub deliveries: DeliveryCounts,
    /// Obligations of the broadcasts of that time.
    pub obligations: ObligationCounts,
    /// Acknowledged by the units themselves of expected, in thousandths, rounded down; none when nobody had to confirm.
    pub acknowledged_permille: Option<i64>,
    /// Half of the confirmations came within so many minutes after the broadcast began; none without a confirmation.
    pub median_minutes: Option<i64>,
    /// Reminders that the platforms took.
    pub reminders: i64,
    /// Broadcasts of the two highest levels, by level.
    pub urgent: BTreeMap<&'static str, i64>,
    /// Releases by the duty officer that no approver said yes to in time.
    pub releases_not_approved: i64,
    /// Exercises; nothing of them is counted above.
    pub exercises: i64,
    /// Faults that are open now.
    pub open_incidents: usize,
    /// Deliveries by configured gateway, those without any included.
    pub platforms: BTreeMap<String, DeliveryCounts>,
}

/// The sums over the broadcasts started, and the bulletins begun, in a stretch of time.
///
/// # Errors
/// The database.
pub async fn overall(tx: &mut Tx, act: &Act<'_>, window: Window) -> UseCaseResult<Stats> {
    let commune = act.commune_id.as_str();
    let mut platforms: BTreeMap<String, DeliveryCounts> =
        act.house.gateways.keys().map(|name| (name.clone(), DeliveryCounts::default())).collect();
    let mut deliveries = DeliveryCounts::default();
    for group in tx.delivery_groups(commune, window).await? {
        let state = DeliveryState::derive(&group.states);
        deliveries.add(state, group.count);
        platforms.entry(group.gateway).or_default().add(state, group.count);
    }
    let groups = tx.obligation_groups(commune, window).await?;
    let obligations: ObligationCounts =
        groups.into_iter().map(|group| (group.state, (group.late, group.proxy), group.count)).collect();
    let wait = tx.median_wait(commune, window, obligations.own()).await?;
    let urgent = tx.urgent_broadcasts(commune, window).await?;
    let bulletins = tx.bulletins_by_state(commune, window).await?;
    Ok(Stats {
        groups: tx.bound_groups(commune).await?,
        bulletins: bulletins.into_iter().map(|(state, count)| (state.as_str(), count)).collect(),
        deliveries,
        obligations,
        acknowledged_permille: (obligations.own() * 1000).checked_div(obligations.expected),
        median_minutes: wait.map(|wait| wait / MINUTE),
        reminders: tx.reminders_within(commune, window).await?,
        urgent: urgent.into_iter().map(|(level, count)| (level.as_str(), count)).collect(),
        releases_not_approved: tx.releases_not_approved(commune, window).await?,
        exercises: tx.exercises_within(commune, window).await?,
        open_incidents: tx.open_incidents().await?.len(),
        platforms,
    })
}

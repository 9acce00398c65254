//! Sums over everything that was sent in a stretch of time.

use std::collections::BTreeMap;

use super::counts::{DeliveryCounts, ObligationCounts, RelayCounts};
use crate::domain::calendar::Millis;
use crate::domain::message::DeliveryState;
use crate::store::Tx;
use crate::store::operations::Incident;
use crate::store::overview::Window;
use crate::usecase::usage::{self, GatewayUsage};
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
    /// Deliveries to groups of the broadcasts of that time; those to heads who pass them on by hand stand beside.
    pub deliveries: DeliveryCounts,
    /// What heads were asked to pass on by hand, and did.
    pub relays: RelayCounts,
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
    /// What each configured gateway has used of its month and its groups.
    pub usage: Vec<GatewayUsage>,
    /// The faults that are open now, oldest first.
    pub incidents: Vec<OpenIncident>,
}

/// A fault that is open.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct OpenIncident {
    /// What is sick: `gateway:NAME`, `receiving:NAME` or `chat:ID`.
    pub scope: String,
    /// A word for the fault.
    pub kind: String,
    /// Since when, business time.
    pub opened_at: Millis,
}

/// The faults that are open now, oldest first.
///
/// # Errors
/// The database.
pub async fn incidents(tx: &mut Tx) -> UseCaseResult<Vec<OpenIncident>> {
    let open = |incident: Incident| OpenIncident {
        scope: incident.scope,
        kind: incident.kind,
        opened_at: Millis(incident.opened_at),
    };
    Ok(tx.open_incidents().await?.into_iter().map(open).collect())
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
    for group in tx.delivery_groups(commune, window).await?.into_iter().filter(|group| !group.relay) {
        let state = DeliveryState::derive(&group.states);
        deliveries.add_all((state, group.replaced), group.count);
        platforms.entry(group.gateway).or_default().add_all((state, group.replaced), group.count);
    }
    let groups = tx.obligation_groups(commune, window).await?;
    let obligations: ObligationCounts =
        groups.into_iter().map(|group| (group.state, (group.late, group.proxy), group.count)).collect();
    let wait = tx.median_wait(commune, window, obligations.own()).await?;
    let urgent = tx.urgent_broadcasts(commune, window).await?;
    let bulletins = tx.bulletins_by_state(commune, window).await?;
    let incidents = incidents(tx).await?;
    let relays = tx.relay_sums(commune, window.from, window.to).await?;
    Ok(Stats {
        groups: tx.bound_groups(commune).await?,
        bulletins: bulletins.into_iter().map(|(state, count)| (state.as_str(), count)).collect(),
        deliveries,
        relays: RelayCounts { asked: relays.asked, posted: relays.posted },
        obligations,
        acknowledged_permille: (obligations.own() * 1000).checked_div(obligations.expected),
        median_minutes: wait.map(|wait| wait / MINUTE),
        reminders: tx.reminders_within(commune, window).await?,
        urgent: urgent.into_iter().map(|(level, count)| (level.as_str(), count)).collect(),
        releases_not_approved: tx.releases_not_approved(commune, window).await?,
        exercises: tx.exercises_within(commune, window).await?,
        open_incidents: incidents.len(),
        platforms,
        usage: usage::all(tx, act).await?,
        incidents,
    })
}

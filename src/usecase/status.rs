//! Where things stand: one bulletin in every group and village, and the sums over all of them. Reading only.
//!
//! * A part of a delivery is sent when it, or a repetition of it, is; otherwise it stands where the last repetition
//!   stands. A doubt stays a doubt until a repetition is on its way: that another try failed does not prove that the
//!   first one did not arrive.
//! * A delivery's state is read off its parts by [`DeliveryState::derive`], nowhere else, also in the sums.
//! * Used by the desk (`/trangthai`, `/thongke`), the command line and reports. Whoever asks has been let in by the caller.

use std::collections::{BTreeMap, HashMap};

use super::{Act, UseCaseResult, look_up};
use crate::domain::ack::{ObligationState, Way};
use crate::domain::bulletin::{Kind, State};
use crate::domain::calendar::Millis;
use crate::domain::message::DeliveryState;
use crate::domain::org::{GroupKind, UnitKind};
use crate::domain::urgency::Urgency;
use crate::store::Tx;
use crate::store::broadcasts::{Broadcast, BroadcastState};
use crate::store::bulletins::{AfterFact, Bulletin, ScheduleState};

mod counts;
mod gather;
mod parts;
#[cfg(test)]
mod tests;
mod totals;

pub use crate::store::overview::Window;
pub use counts::{DeliveryCounts, ObligationCounts, RelayCounts};
pub use parts::PartStatus;
pub use totals::{OpenIncident, Stats, incidents, overall};

/// Everything that is known of one bulletin.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct BulletinStatus {
    /// The code, `VB-2025-0042`.
    pub code: String,
    /// What it is.
    pub kind: Kind,
    /// The title of its current version.
    pub title: String,
    /// Where it stands.
    pub state: State,
    /// The current version, from 1.
    pub version: i64,
    /// Độ khẩn.
    pub urgency: Urgency,
    /// Whether it is an exercise.
    pub exercise: bool,
    /// That it went out on the duty officer's word; none when an approver let it go.
    pub release: Option<ReleaseStatus>,
    /// The name of whoever composed it.
    pub composer: String,
    /// Its latest schedule; none before it was submitted.
    pub schedule: Option<ScheduleStatus>,
    /// Its firings, oldest first.
    pub broadcasts: Vec<BroadcastStatus>,
    /// Faults that are open now on the gateways it went through.
    pub incidents: Vec<OpenIncident>,
}

/// A release by the duty officer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct ReleaseStatus {
    /// Until when it must be approved, epoch milliseconds of business time.
    pub approve_by: Millis,
    /// What an approver said of it; none yet.
    pub outcome: Option<AfterFact>,
    /// When.
    pub decided_at: Option<Millis>,
}

/// When a bulletin goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct ScheduleStatus {
    /// Epoch milliseconds of business time.
    pub fire_at: Millis,
    /// Where the schedule stands.
    pub state: ScheduleState,
}

/// One firing.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct BroadcastStatus {
    /// The id.
    pub id: String,
    /// The code under which people know it: the bulletin's, with the firing where there are several to confirm.
    pub code: String,
    /// The version that was sent.
    pub version: i64,
    /// Which firing of a repeating bulletin it is, from 1; none of one that goes once.
    pub number: Option<i64>,
    /// The time it fired for, epoch milliseconds of business time.
    pub fire_at: Millis,
    /// Where it stands.
    pub state: BroadcastState,
    /// How many confirmations are enough; none when every unit's is wanted.
    pub quorum: Option<i64>,
    /// Until when to confirm; none when nobody has to.
    pub ack_deadline: Option<Millis>,
    /// Deliveries to groups by state; those to heads who pass it on by hand stand beside.
    pub counts: DeliveryCounts,
    /// What heads were asked to pass on by hand, and did.
    pub relays: RelayCounts,
    /// Obligations by state.
    pub acknowledgements: ObligationCounts,
    /// A line for each group, in an order that never changes.
    pub deliveries: Vec<DeliveryStatus>,
    /// A line for each unit that has to confirm, in the order of the units.
    pub obligations: Vec<ObligationStatus>,
    /// What was reported instead of a confirmation, oldest first.
    pub troubles: Vec<TroubleStatus>,
    /// Reminders that the platforms took.
    pub reminders: i64,
    /// The ladder, in order of time.
    pub ladder: Vec<StepStatus>,
}

/// One firing in one group.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct DeliveryStatus {
    /// The id.
    pub id: String,
    /// The group's name.
    pub group: String,
    /// The group's kind.
    pub kind: GroupKind,
    /// Whether it went to a head who passes it on to the group by hand; then it is in no sum of groups.
    pub relay: bool,
    /// The gateway.
    pub gateway: String,
    /// Names of the units it speaks to.
    pub units: Vec<String>,
    /// Where it stands, read off its parts.
    pub state: DeliveryState,
    /// Whether other groups took its place.
    pub replaced: bool,
    /// Names of the groups whose place it took, in the order of their deliveries.
    pub fallback_for: Vec<String>,
    /// The groups to which a head who gets it passes it on by hand.
    pub relays: Vec<RelayStatus>,
    /// Its parts, in order.
    pub messages: Vec<PartStatus>,
}

/// A group to which a head passes something on by hand.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct RelayStatus {
    /// The group's name.
    pub group: String,
    /// The unit's name.
    pub unit: String,
    /// When the head said that it stands there; none before.
    pub posted_at: Option<Millis>,
}

/// What one unit owes.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct ObligationStatus {
    /// The unit's code.
    pub unit_code: String,
    /// The unit's name.
    pub unit: String,
    /// What the unit is.
    pub unit_kind: UnitKind,
    /// The title of the seat that answers.
    pub seat: String,
    /// Where it stands.
    pub state: ObligationState,
    /// Until when, epoch milliseconds of business time.
    pub deadline: Millis,
    /// When it was first confirmed.
    pub acknowledged_at: Option<Millis>,
    /// How the first confirmation arrived.
    pub way: Option<Way>,
    /// Confirmed after the deadline.
    pub late: bool,
    /// Confirmed in the seat's stead.
    pub proxy: bool,
}

/// Trouble that a unit reported.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct TroubleStatus {
    /// The unit's name.
    pub unit: String,
    /// Their words.
    pub words: String,
    /// Epoch milliseconds of business time.
    pub reported_at: Millis,
}

/// One step of the ladder.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct StepStatus {
    /// `remind` or `list`.
    pub kind: String,
    /// Epoch milliseconds of business time.
    pub due_at: Millis,
    /// When it was done.
    pub done_at: Option<Millis>,
    /// Reminders it queued.
    pub reminded: i64,
}

impl BulletinStatus {
    /// The latest firing; none before the first.
    #[must_use]
    pub fn latest(&self) -> Option<&BroadcastStatus> {
        self.broadcasts.last()
    }

    /// The firing with this number, from 1; without a number the latest.
    #[must_use]
    pub fn firing(&self, number: Option<u32>) -> Option<&BroadcastStatus> {
        match number {
            None => self.latest(),
            Some(wanted) => self.broadcasts.iter().find(|broadcast| broadcast.number == Some(i64::from(wanted))),
        }
    }
}

/// Everything that is known of a bulletin, in a number of queries that does not depend on how many groups it went to.
///
/// # Errors
/// The database.
pub async fn of_bulletin(tx: &mut Tx, act: &Act<'_>, bulletin: &Bulletin) -> UseCaseResult<BulletinStatus> {
    let version = look_up::current_version(tx, bulletin).await?;
    let schedule = tx.schedule_of(&bulletin.id).await?;
    let composer = tx.person(&bulletin.composer_id).await?.filter(|person| person.commune_id == act.commune_id);
    let broadcasts = tx.broadcasts_of(&bulletin.id).await?;
    let broadcasts = if broadcasts.is_empty() { Vec::new() } else { gathered(tx, bulletin, broadcasts).await? };
    let release = tx.release_of(&bulletin.id, bulletin.version).await?;
    Ok(BulletinStatus {
        code: bulletin.code.clone(),
        kind: bulletin.kind,
        title: version.title,
        state: bulletin.state,
        version: bulletin.version,
        urgency: version.urgency,
        exercise: version.marks.exercise,
        release: release.map(|release| ReleaseStatus {
            approve_by: Millis(release.approve_by),
            outcome: release.outcome(),
            decided_at: release.decided_at.map(Millis),
        }),
        composer: composer.map(|person| person.name).unwrap_or_default(),
        schedule: schedule.map(|schedule| ScheduleStatus { fire_at: Millis(schedule.fire_at), state: schedule.state }),
        incidents: incidents_of(tx, &broadcasts).await?,
        broadcasts,
    })
}

/// The open faults of the gateways that a bulletin went through, in either direction.
async fn incidents_of(tx: &mut Tx, broadcasts: &[BroadcastStatus]) -> UseCaseResult<Vec<OpenIncident>> {
    let mut incidents = incidents(tx).await?;
    let deliveries: Vec<&DeliveryStatus> = broadcasts.iter().flat_map(|broadcast| &broadcast.deliveries).collect();
    incidents.retain(|incident| {
        let name = incident.scope.split_once(':').filter(|(what, _)| *what != "chat").map(|(_, name)| name);
        deliveries.iter().any(|delivery| Some(delivery.gateway.as_str()) == name)
    });
    Ok(incidents)
}

async fn gathered(tx: &mut Tx, bulletin: &Bulletin, broadcasts: Vec<Broadcast>) -> UseCaseResult<Vec<BroadcastStatus>> {
    let bulletin_id = bulletin.id.as_str();
    let mut deliveries = gather::deliveries(tx, bulletin_id).await?;
    let mut obligations = gather::obligations(tx, bulletin_id).await?;
    let mut troubles = gather::troubles(tx, bulletin_id).await?;
    let mut ladder = gather::ladder(tx, bulletin_id).await?;
    let mut quorums: BTreeMap<String, i64> = BTreeMap::new();
    for broadcast in &broadcasts {
        let quorum = tx.ladder_of(&broadcast.id).await?.and_then(|ladder| ladder.quorum);
        quorums.extend(quorum.map(|quorum| (broadcast.id.clone(), quorum)));
    }
    let reminders: BTreeMap<String, i64> = tx.reminders_of_bulletin(bulletin_id).await?.into_iter().collect();
    let status = |broadcast: Broadcast| {
        let deliveries = taken(&mut deliveries, &broadcast.id);
        let obligations = taken(&mut obligations, &broadcast.id);
        BroadcastStatus {
            code: broadcast.code(&bulletin.code),
            version: broadcast.version,
            number: broadcast.number,
            fire_at: Millis(broadcast.fire_at),
            state: broadcast.state,
            quorum: quorums.get(&broadcast.id).copied(),
            ack_deadline: broadcast.ack_deadline.map(Millis),
            counts: to_groups(&deliveries).map(|delivery| (delivery.state, delivery.replaced)).collect(),
            relays: deliveries.iter().flat_map(|delivery: &DeliveryStatus| &delivery.relays).collect(),
            acknowledgements: obligations.iter().map(counts::of_obligation).collect(),
            deliveries,
            obligations,
            troubles: taken(&mut troubles, &broadcast.id),
            reminders: reminders.get(&broadcast.id).copied().unwrap_or_default(),
            ladder: taken(&mut ladder, &broadcast.id),
            id: broadcast.id,
        }
    };
    Ok(broadcasts.into_iter().map(status).collect())
}

/// Deliveries to groups themselves.
fn to_groups(deliveries: &[DeliveryStatus]) -> impl Iterator<Item = &DeliveryStatus> {
    deliveries.iter().filter(|delivery| !delivery.relay)
}

/// Rows by the broadcast they belong to.
type ByBroadcast<T> = HashMap<String, Vec<T>>;

fn taken<T>(rows: &mut ByBroadcast<T>, broadcast_id: &str) -> Vec<T> {
    rows.remove(broadcast_id).unwrap_or_default()
}

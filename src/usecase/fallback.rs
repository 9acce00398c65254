//! Another group takes over where a group or a whole gateway does not get through.
//!
//! * Of the groups of one kind that cover a unit the lowest rank gets the broadcast, and the next is the fallback: on
//!   another gateway when the gateway is at fault.
//! * One delivery is one transaction: what has not left is cancelled, the other group's delivery is queued and both are
//!   noted together. When the platform comes back nothing goes twice, and after a kill the next look does the rest.
//! * A delivery of which anything was sent, is on its way or may have arrived is left alone; for Hỏa tốc a doubt does not
//!   hold the other group back.
//! * A unit without another group goes to the call list. Its message waits on for the platform.

use std::collections::{BTreeMap, BTreeSet};

use super::{Act, UseCaseResult, fire, incidents, relay, repeat};
use crate::domain::ack::ObligationState;
use crate::domain::audience::{Directory, ReachedGroup};
use crate::domain::calendar::Millis;
use crate::domain::message::MessageState;
use crate::domain::org::GroupKind;
use crate::domain::urgency::Urgency;
use crate::store::Tx;
use crate::store::answers::Obligation;
use crate::store::broadcasts::{Broadcast, Delivery};
use crate::store::bulletins::{Bulletin, BulletinVersion};
use crate::store::fallbacks::{Fallback, Fault, ServedChat, Troubled};

mod choose;
mod tell;

pub use tell::tell_uncovered;

/// A Hỏa tốc does not wait longer than this for a chat that its platform asks to be waited for, milliseconds.
const FLASH_WAITS_MS: i64 = 60_000;
/// Tries of one message after which its gateway is held to be out of reach for ordinary broadcasts.
const TRIES: i64 = 3;
/// Refused calls in a row after which it is for urgent ones.
const REFUSALS: usize = 3;

/// What is true of the commune while a tick looks at its deliveries.
struct Sight {
    directory: Directory,
    /// Gateways through which nothing leaves.
    sick: BTreeSet<String>,
}

impl Sight {
    async fn of(tx: &mut Tx, act: &Act<'_>, stopped: Vec<(String, String)>) -> UseCaseResult<Self> {
        let sick = stopped.into_iter().map(|(gateway, _)| gateway).collect();
        Ok(Self { directory: relay::directory(tx, act).await?, sick })
    }
}

/// A broadcast with everything that is looked at to find another group, read once for all its deliveries.
struct Scene {
    broadcast: Broadcast,
    bulletin: Bulletin,
    version: BulletinVersion,
    deliveries: Vec<Delivery>,
    /// Pairs of delivery and unit.
    units: Vec<(String, String)>,
    /// Units that have answered or need not.
    settled: BTreeSet<String>,
    served: Vec<ServedChat>,
    noted: Vec<Fallback>,
}

impl Scene {
    async fn of(tx: &mut Tx, act: &Act<'_>, broadcast_id: &str) -> UseCaseResult<Option<Self>> {
        let Some(broadcast) = tx.broadcast(broadcast_id).await? else { return Ok(None) };
        let Some(bulletin) = tx.bulletin(&broadcast.bulletin_id).await? else { return Ok(None) };
        let Some(mut version) = tx.version(&bulletin.id, broadcast.version).await? else { return Ok(None) };
        // What another group gets in its place is too old when it is.
        version.expires_at = repeat::firing_ends(tx, act, &version, Millis(broadcast.fire_at)).await?.0;
        let settled =
            |owed: &Obligation| matches!(owed.state, ObligationState::Acknowledged | ObligationState::Excused);
        let obligations = tx.obligations_of(broadcast_id).await?;
        Ok(Some(Self {
            deliveries: tx.deliveries_of(broadcast_id).await?,
            units: tx.units_of_broadcast(broadcast_id).await?,
            settled: obligations.into_iter().filter(settled).map(|owed| owed.unit_id).collect(),
            served: tx.served_chats(broadcast_id).await?,
            noted: tx.fallbacks_of_broadcast(broadcast_id).await?,
            broadcast,
            bulletin,
            version,
        }))
    }

    fn case(&self, troubled: &Troubled) -> Option<Case<'_>> {
        let delivery = self.deliveries.iter().find(|delivery| delivery.id == troubled.delivery_id)?;
        Some(Case { fault: troubled.fault, delivery, scene: self })
    }
}

/// A delivery that does not get through.
#[derive(Clone, Copy)]
struct Case<'a> {
    fault: Fault,
    delivery: &'a Delivery,
    scene: &'a Scene,
}

impl<'a> Case<'a> {
    /// What is noted already about its units.
    fn noted(self) -> impl Iterator<Item = &'a Fallback> {
        self.scene.noted.iter().filter(move |row| row.delivery_id == self.delivery.id)
    }

    /// The units that nobody has reached and for which nobody has taken over.
    fn needed(self) -> impl Iterator<Item = &'a String> {
        let own = self.scene.units.iter().filter(move |(delivery, _)| *delivery == self.delivery.id);
        let covered = move |unit: &str| self.noted().any(|row| row.unit_id == unit && row.by_delivery.is_some());
        let answers = self.delivery.group_kind != GroupKind::Residents;
        let done = move |unit: &String| covered(unit) || (answers && self.scene.settled.contains(unit));
        own.map(|(_, unit)| unit).filter(move |unit| !done(unit))
    }
}

/// A group with its units, and the delivery it already has in this broadcast.
type Taker = (ReachedGroup, Option<String>);

/// What can be done about it.
struct Plan {
    /// Groups that take over.
    takers: Vec<Taker>,
    /// Units without another group.
    uncovered: Vec<String>,
}

impl Plan {
    fn is_news(&self, case: Case<'_>) -> bool {
        // That it waited is no decision about what failed since: until one is noted nothing is closed.
        let is_same = |row: &Fallback| case.fault.passes() || !row.fault.passes();
        let known = |unit: &String| case.noted().any(|row| row.unit_id == *unit && is_same(row));
        !self.takers.is_empty() || !self.uncovered.iter().all(known)
    }

    /// Whether nothing is left for the delivery to do.
    const fn replaces(&self) -> bool {
        !self.takers.is_empty() && self.uncovered.is_empty()
    }
}

/// Deliveries about which something is to be done now. Reads only.
///
/// # Errors
/// The database.
pub async fn due(tx: &mut Tx, act: &Act<'_>) -> UseCaseResult<Vec<Troubled>> {
    if !tx.has_running_broadcasts().await? {
        return Ok(Vec::new());
    }
    let stopped = incidents::stopped_gateways(tx).await?;
    let troubled = troubled(tx, act, &stopped).await?;
    if troubled.is_empty() {
        return Ok(Vec::new());
    }
    let sight = Sight::of(tx, act, stopped).await?;
    let mut scenes: BTreeMap<String, Option<Scene>> = BTreeMap::new();
    let mut found = Vec::new();
    for troubled in troubled {
        if !scenes.contains_key(&troubled.broadcast_id) {
            let scene = Scene::of(tx, act, &troubled.broadcast_id).await?;
            scenes.insert(troubled.broadcast_id.clone(), scene);
        }
        let scene = scenes.get(&troubled.broadcast_id).and_then(Option::as_ref);
        let case = scene.and_then(|scene| scene.case(&troubled));
        if case.is_some_and(|case| plan(act, &sight, case).is_news(case)) {
            found.push(troubled);
        }
    }
    Ok(found)
}

/// Broadcasts with a delivery that failed and of which nobody has decided yet who takes over: until then no unit of them is
/// given up and they are not closed.
///
/// # Errors
/// The database.
pub async fn undecided(tx: &mut Tx) -> UseCaseResult<BTreeSet<String>> {
    Ok(tx.chat_faults().await?.into_iter().map(|troubled| troubled.broadcast_id).collect())
}

/// Lets other groups take over from one delivery, and notes the units that have none. False when it turned out that
/// something of it has left meanwhile: the caller must then leave the transaction uncommitted.
///
/// # Errors
/// The database.
pub async fn stand_in(tx: &mut Tx, act: &Act<'_>, delivery_id: &str) -> UseCaseResult<bool> {
    let stopped = incidents::stopped_gateways(tx).await?;
    let found = troubled(tx, act, &stopped).await?.into_iter().find(|troubled| troubled.delivery_id == delivery_id);
    let Some(troubled) = found else { return Ok(false) };
    let sight = Sight::of(tx, act, stopped).await?;
    let Some(scene) = Scene::of(tx, act, &troubled.broadcast_id).await? else { return Ok(false) };
    let Some(case) = scene.case(&troubled) else { return Ok(false) };
    let plan = plan(act, &sight, case);
    if plan.replaces() {
        if !cancel(tx, case).await? {
            return Ok(false);
        }
        // Whoever was to pass it on by hand never got it.
        tx.drop_relays(delivery_id).await?;
    }
    for chat in fire::by_chat(&plan.takers, |(group, _)| group) {
        let taker = take_over(tx, act, &scene, &chat).await?;
        for unit in chat.iter().flat_map(|(group, _)| &group.units) {
            note(tx, act, case, unit, Some(&taker)).await?;
        }
        tx.audit(act, "delivery.fallback", delivery_id, &taker).await?;
    }
    for unit in &plan.uncovered {
        note(tx, act, case, unit, None).await?;
        // What waits counts as not sent only in this way; what failed is seen, and told, by itself.
        if case.fault.passes() {
            tx.mark_unit_unreachable(&scene.broadcast.id, unit).await?;
        }
    }
    Ok(true)
}

/// Every delivery that does not get through, whatever was done about it. `stopped` names the gateways through which nothing
/// leaves, and why.
async fn troubled(tx: &mut Tx, act: &Act<'_>, stopped: &[(String, String)]) -> UseCaseResult<Vec<Troubled>> {
    let mut found = tx.chat_faults().await?;
    for (gateway, kind) in stopped {
        // After a quota's end the account is asked again and again: only a refusal proves that it is still so.
        let (ordinary, urgent) = match kind.as_str() {
            "quota" => {
                let refused = tx.has_refused_group(gateway).await?;
                (refused, refused)
            }
            "unreachable" => {
                let tired = tx.has_tired_message(gateway, TRIES).await?;
                (tired, tired || tx.failures_in_a_row(gateway).await? >= REFUSALS)
            }
            _ => (true, true),
        };
        if urgent {
            join(&mut found, tx.gateway_faults(gateway, ordinary).await?);
        }
    }
    // Last: where a whole gateway is at fault, that is what is said of it.
    join(&mut found, tx.wait_faults(act.wall, act.wall.plus_ms(FLASH_WAITS_MS)).await?);
    Ok(found)
}

/// Adds the deliveries that are not among those found.
fn join(found: &mut Vec<Troubled>, others: Vec<Troubled>) {
    let known: BTreeSet<String> = found.iter().map(|troubled| troubled.delivery_id.clone()).collect();
    found.extend(others.into_iter().filter(|troubled| !known.contains(&troubled.delivery_id)));
}

fn plan(act: &Act<'_>, sight: &Sight, case: Case<'_>) -> Plan {
    let is_shut = |gateway: &str| {
        sight.sick.contains(gateway)
            || !act.house.gateways.contains_key(gateway)
            || (case.fault == Fault::Budget && gateway == case.delivery.gateway)
    };
    let over = act.at.0 >= case.scene.version.expires_at;
    let mut takers: BTreeMap<String, Taker> = BTreeMap::new();
    let mut uncovered = Vec::new();
    for unit in case.needed() {
        let next = choose::next_group(&sight.directory, unit, case.delivery, &case.scene.served, &is_shut);
        match next.filter(|_| !over) {
            Some((group, existing)) => choose::ask(&mut takers, group, existing, unit),
            None => uncovered.push(unit.clone()),
        }
    }
    if takers.is_empty() || !is_quiet(act, case) {
        return Plan { takers: takers.into_values().collect(), uncovered };
    }
    // A lost group is decided about once, and then for all its units.
    uncovered.retain(|_| case.fault.passes());
    Plan { takers: Vec::new(), uncovered }
}

/// Whether groups of this kind are not to be written to now, at this urgency: the other group then waits for the morning.
fn is_quiet(act: &Act<'_>, case: Case<'_>) -> bool {
    let (kind, urgency) = (case.delivery.group_kind, case.scene.version.urgency);
    act.house.windows.next_allowed(act.at, kind, urgency, &act.house.holidays) > act.at
}

/// Takes back what has not left. False when something has.
async fn cancel(tx: &mut Tx, case: Case<'_>) -> UseCaseResult<bool> {
    tx.cancel_replaced(&case.delivery.id).await?;
    // Only now: what another connection started meanwhile is seen, and what is cancelled can be started no more.
    let states = tx.states_of_delivery(&case.delivery.id).await?;
    let holds_back = |state: &MessageState| match state {
        MessageState::Sent | MessageState::Sending => true,
        MessageState::Unknown => case.scene.version.urgency != Urgency::Flash,
        _ => false,
    };
    Ok(!states.iter().any(holds_back))
}

/// The delivery that takes over: a new one, or the one that its chat already gets.
async fn take_over(tx: &mut Tx, act: &Act<'_>, scene: &Scene, chat: &[&Taker]) -> UseCaseResult<String> {
    if let Some(existing) = chat.iter().find_map(|(_, existing)| existing.as_deref()) {
        for unit in chat.iter().flat_map(|(group, _)| &group.units) {
            tx.add_delivery_unit(existing, unit).await?;
        }
        return Ok(existing.to_owned());
    }
    let groups: Vec<&ReachedGroup> = chat.iter().map(|(group, _)| group).collect();
    fire::deliver_to(tx, act, (&scene.bulletin, &scene.version), &scene.broadcast, &groups).await
}

async fn note(tx: &mut Tx, act: &Act<'_>, case: Case<'_>, unit: &str, taker: Option<&str>) -> UseCaseResult<()> {
    // Whom a lost group leaves behind is told with the call list, where there is one.
    let has_call_list = case.scene.broadcast.ack_deadline.is_some() && case.delivery.group_kind != GroupKind::Residents;
    let fallback = Fallback {
        delivery_id: case.delivery.id.clone(),
        unit_id: unit.to_owned(),
        by_delivery: taker.map(str::to_owned),
        fault: case.fault,
        told: taker.is_some() || (case.fault == Fault::Chat && has_call_list),
        noted_at: act.at.0,
    };
    Ok(tx.note_fallback(&fallback).await?)
}

//! Firing a schedule: in one transaction the broadcast, its deliveries, their messages, the obligations and the ladder.

use std::collections::BTreeSet;
use std::time::Duration;

use super::compose;
use super::notify::{self, Note};
use super::{Act, UseCaseError, UseCaseResult, look_up, mark};
use crate::domain::audience::{Expr, ReachedGroup, Resolution};
use crate::domain::bulletin::State;
use crate::domain::calendar::{Millis, format_full};
use crate::domain::message::Purpose;
use crate::domain::org::GroupKind;
use crate::domain::schedule::{self, Decision, MissedReason, Rules};
use crate::say;
use crate::store::Tx;
use crate::store::broadcasts::{Broadcast, BroadcastState};
use crate::store::bulletins::{Bulletin, BulletinVersion, Schedule, ScheduleState};

mod deliver;
mod oblige;
mod repeat;

pub(super) use deliver::deliver as deliver_to;
pub use deliver::view_of;
pub use repeat::{Answered, answer_missed};

/// What looking at a due schedule led to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fired {
    /// It went.
    Broadcast {
        /// The broadcast.
        broadcast_id: String,
        /// Groups that get it; those that share a chat share a delivery.
        groups: usize,
    },
    /// It waits for its send window.
    Shifted(Millis),
    /// Its time passed; nothing is sent.
    Missed(MissedReason),
    /// Its time passed while the service was down: the composer is asked.
    Asked,
    /// The bulletin's own end came first.
    Expired,
    /// Nobody is left to send to.
    NoRecipients,
    /// Somebody else fired it, or it is not yet time.
    Nothing,
}

/// Looks at a due schedule and does what is to be done, once.
///
/// # Errors
/// The database.
pub async fn run(tx: &mut Tx, act: &Act<'_>, schedule: &Schedule) -> UseCaseResult<Fired> {
    let Some(bulletin) = tx.bulletin(&schedule.bulletin_id).await? else { return Ok(Fired::Nothing) };
    let Some(version) = tx.version(&schedule.bulletin_id, schedule.version).await? else { return Ok(Fired::Nothing) };
    if version.repeat_rule.is_some() {
        let Some(recurrence) = super::repeat::of(&version) else {
            // Nobody approved a rule that cannot be read: nothing goes.
            stop(tx, act, schedule, (&bulletin, "card-missed-down"), ScheduleState::Missed).await?;
            return Ok(Fired::Missed(MissedReason::EngineDown));
        };
        return repeat::run(tx, act, schedule, (&bulletin, &version), &recurrence).await;
    }
    let targets = targets(tx, act, &bulletin, &version).await?;
    match decide(act, schedule, &bulletin, &version, &targets) {
        Decision::NotYet { .. } => Ok(Fired::Nothing),
        Decision::Fire => fire(tx, act, schedule, (&bulletin, &version), &targets).await,
        Decision::ShiftTo(at) => {
            tx.move_schedule(schedule, ScheduleState::Active, at, act.at).await?;
            Ok(Fired::Shifted(at))
        }
        Decision::Ask => {
            ask(tx, act, schedule, &bulletin, "card-missed-ask").await?;
            Ok(Fired::Asked)
        }
        Decision::Missed(reason) => {
            let key = if reason == MissedReason::Unapproved { "card-missed-unapproved" } else { "card-missed-down" };
            stop(tx, act, schedule, (&bulletin, key), ScheduleState::Missed).await?;
            Ok(Fired::Missed(reason))
        }
        Decision::Expired => {
            stop(tx, act, schedule, (&bulletin, "card-expired"), ScheduleState::Missed).await?;
            Ok(Fired::Expired)
        }
    }
}

/// What became of a due schedule of which nobody knows whether it went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HeldBack {
    /// Its composer is asked; so says its code.
    Asked(String),
    /// It repeats, and waits for its next firing; so says its code.
    PassedOver(String),
    /// It could not have gone, and cannot go now.
    Nothing,
}

/// Sees to it that a due schedule does not go by itself: it may have gone already, and the rows that would say so are lost.
///
/// # Errors
/// The database.
pub async fn hold_back(tx: &mut Tx, act: &Act<'_>, schedule: &Schedule) -> UseCaseResult<HeldBack> {
    let Some(bulletin) = tx.bulletin(&schedule.bulletin_id).await? else { return Ok(HeldBack::Nothing) };
    let Some(version) = tx.version(&schedule.bulletin_id, schedule.version).await? else {
        return Ok(HeldBack::Nothing);
    };
    let approved = targets(tx, act, &bulletin, &version).await?.approved;
    if !approved || version.expires_at <= act.at.0 {
        return Ok(HeldBack::Nothing);
    }
    if version.repeat_rule.is_none() {
        ask(tx, act, schedule, &bulletin, "card-restored-ask").await?;
        return Ok(HeldBack::Asked(bulletin.code));
    }
    let Some(recurrence) = super::repeat::of(&version) else { return Ok(HeldBack::Nothing) };
    repeat::pass_over(tx, act, schedule, (&bulletin, &version), &recurrence).await?;
    Ok(HeldBack::PassedOver(bulletin.code))
}

/// Where it goes: the groups the approver saw that are still what the audience comes to.
#[derive(Debug, Default)]
struct Targets {
    approved: bool,
    groups: Vec<ReachedGroup>,
    /// Units that were asked for in other groups than residents', reached or not: each owes an answer.
    asked: BTreeSet<String>,
    /// Groups that were approved and are gone, plus groups that are new: the composer is told.
    difference: usize,
}

async fn targets(tx: &mut Tx, act: &Act<'_>, bulletin: &Bulletin, version: &BulletinVersion) -> UseCaseResult<Targets> {
    if bulletin.state != State::Approved || bulletin.version != version.version {
        return Ok(Targets::default());
    }
    let Some(approval) = tx.approval_of(&bulletin.id, version.version).await? else { return Ok(Targets::default()) };
    let seen: BTreeSet<String> = tx.approved_groups(&approval.id).await?.into_iter().collect();
    let Ok(audience) = Expr::parse(&version.audience) else { return Ok(Targets::default()) };
    let resolution = compose::resolve(tx, act, &audience).await?;
    let asked = asked_units(&resolution);
    let mut groups = resolution.groups;
    let now: BTreeSet<String> = groups.iter().map(|group| group.id.clone()).collect();
    groups.retain(|group| seen.contains(&group.id));
    let approved = approval.envelope_hash == version.envelope_hash;
    Ok(Targets { approved, groups, asked, difference: seen.symmetric_difference(&now).count() })
}

/// Units of the audience but for residents' groups, those without a group included: losing its group between approval and
/// firing does not take a village off the list.
fn asked_units(resolution: &Resolution) -> BTreeSet<String> {
    let reached = resolution.groups.iter().filter(|group| group.kind != GroupKind::Residents);
    let lost = resolution.units_without_group.iter().filter(|target| target.kind != GroupKind::Residents);
    reached.flat_map(|group| group.units.clone()).chain(lost.map(|target| target.unit.clone())).collect()
}

/// The rule for every kind of group in the audience; the latest of their windows counts for all.
fn decide(
    act: &Act<'_>,
    schedule: &Schedule,
    bulletin: &Bulletin,
    version: &BulletinVersion,
    targets: &Targets,
) -> Decision {
    let house = act.house;
    let kinds: BTreeSet<GroupKind> = targets.groups.iter().map(|group| group.kind).collect();
    let kinds = if kinds.is_empty() { BTreeSet::from([GroupKind::Cadre]) } else { kinds };
    let grace = u64::try_from(house.missed_grace_minutes).unwrap_or(0) * 60;
    let decisions = kinds.into_iter().map(|audience| {
        let rules = Rules {
            missed: schedule.missed_policy,
            grace: Duration::from_secs(grace),
            audience,
            urgency: version.urgency,
            windows: &house.windows,
            holidays: &house.holidays,
        };
        let approved = targets.approved && bulletin.state == State::Approved;
        schedule::decide(act.at, Millis(schedule.fire_at), approved, Some(Millis(version.expires_at)), &rules)
    });
    decisions.reduce(later).unwrap_or(Decision::Expired)
}

/// Of two decisions that differ only in the window, the one that waits longer.
fn later(one: Decision, other: Decision) -> Decision {
    match (one, other) {
        (Decision::ShiftTo(a), Decision::ShiftTo(b)) => Decision::ShiftTo(a.max(b)),
        (Decision::Fire, wait @ Decision::ShiftTo(_)) => wait,
        (one, _) => one,
    }
}

async fn fire(
    tx: &mut Tx,
    act: &Act<'_>,
    schedule: &Schedule,
    what: (&Bulletin, &BulletinVersion),
    targets: &Targets,
) -> UseCaseResult<Fired> {
    if targets.groups.is_empty() {
        let (bulletin, _) = what;
        stop(tx, act, schedule, (bulletin, "card-no-recipients"), ScheduleState::Missed).await?;
        return Ok(Fired::NoRecipients);
    }
    let Some(broadcast) = start(tx, act, schedule, what, targets).await? else { return Ok(Fired::Nothing) };
    tx.move_schedule(schedule, ScheduleState::Ended, Millis(schedule.fire_at), act.at).await?;
    Ok(Fired::Broadcast { broadcast_id: broadcast.id, groups: targets.groups.len() })
}

/// Starts the broadcast of a schedule's hour; none when it was started before.
async fn start(
    tx: &mut Tx,
    act: &Act<'_>,
    schedule: &Schedule,
    what: (&Bulletin, &BulletinVersion),
    targets: &Targets,
) -> UseCaseResult<Option<Broadcast>> {
    let (bulletin, version) = what;
    let number = match version.repeat_rule {
        Some(_) => Some(tx.next_firing_number(&bulletin.id).await?),
        None => None,
    };
    let broadcast = Broadcast { number, ..broadcast_row(act, schedule, version) };
    if !tx.insert_broadcast(&broadcast).await? {
        return Ok(None);
    }
    oblige::promise(tx, act, version, &broadcast).await?;
    deliver_all(tx, act, (bulletin, version), &broadcast, &targets.groups).await?;
    if version.ack_required {
        oblige::oblige(tx, act, version, &broadcast, &targets.asked).await?;
    }
    tx.audit(act, "broadcast.started", &broadcast.id, &targets.groups.len().to_string()).await?;
    if targets.difference > 0 {
        tell_difference(tx, act, bulletin, targets).await?;
    }
    Ok(Some(broadcast))
}

/// Groups, or what stands for each, by the chat through which they are reached. They share one where the same head passes it
/// on to several, or is asked to in a group that gets it as well.
pub(super) fn by_chat<T>(reached: &[T], group: impl Fn(&T) -> &ReachedGroup) -> Vec<Vec<&T>> {
    let mut chats: Vec<Vec<&T>> = Vec::new();
    for one in reached {
        match chats.iter_mut().find(|chat| group(chat[0]).chat_id == group(one).chat_id) {
            Some(chat) => chat.push(one),
            None => chats.push(vec![one]),
        }
    }
    chats
}

/// One delivery a chat.
async fn deliver_all(
    tx: &mut Tx,
    act: &Act<'_>,
    what: (&Bulletin, &BulletinVersion),
    broadcast: &Broadcast,
    groups: &[ReachedGroup],
) -> UseCaseResult<()> {
    for chat in by_chat(groups, |group| group) {
        deliver::deliver(tx, act, what, broadcast, &chat).await?;
    }
    Ok(())
}

fn broadcast_row(act: &Act<'_>, schedule: &Schedule, version: &BulletinVersion) -> Broadcast {
    let policy = act.house.policies.of(version.urgency);
    let window = policy.ack_window.ends(act.at, &act.house.holidays, &act.house.office);
    // A deadline that passed while the bulletin waited for its window would make everybody late: the window counts anew.
    let counts_anew = |at: i64| at <= act.at.0 || compose::minutes_from_sending(act.house, version).is_some();
    let deadline = match version.repeat_rule {
        Some(_) => repeat::deadline(act, version).map(|at| at.0),
        None => version.ack_deadline.map(|at| if counts_anew(at) { window.0 } else { at }),
    };
    Broadcast {
        id: act.new_id(),
        bulletin_id: version.bulletin_id.clone(),
        version: version.version,
        schedule_id: schedule.id.clone(),
        fire_at: schedule.fire_at,
        number: None,
        state: BroadcastState::Running,
        ack_deadline: deadline.filter(|_| version.ack_required),
        started_at: act.at.0,
        closed_at: None,
    }
}

async fn stop(
    tx: &mut Tx,
    act: &Act<'_>,
    schedule: &Schedule,
    what: (&Bulletin, &'static str),
    state: ScheduleState,
) -> UseCaseResult<()> {
    let (bulletin, key) = what;
    tx.move_schedule(schedule, state, Millis(schedule.fire_at), act.at).await?;
    tx.audit(act, "schedule.stopped", &schedule.id, state.as_str()).await?;
    let time = format_full(Millis(schedule.fire_at));
    let text = act.house.locale.text(key, &[("code", bulletin.code.as_str().into()), ("time", time.into())]);
    let text = mark::about(tx, act, bulletin, text).await?;
    notify::tell(tx, act, &bulletin.composer_id, Purpose::Card, &Note::plain(text)).await?;
    Ok(())
}

/// Asks the composer whether a sending that was missed is to go now, in the words of `key`.
async fn ask(
    tx: &mut Tx,
    act: &Act<'_>,
    schedule: &Schedule,
    bulletin: &Bulletin,
    key: &'static str,
) -> UseCaseResult<()> {
    let fire_at = Millis(schedule.fire_at);
    tx.move_schedule(schedule, ScheduleState::Asking, fire_at, act.at).await?;
    tx.audit(act, "schedule.stopped", &schedule.id, ScheduleState::Asking.as_str()).await?;
    let arguments = [("code", bulletin.code.as_str().into()), ("time", format_full(fire_at).into())];
    let text = act.house.locale.text(key, &arguments);
    let note = repeat::question(act, &text, &schedule.id, fire_at);
    notify::tell(tx, act, &bulletin.composer_id, Purpose::Card, &note).await?;
    Ok(())
}

async fn tell_difference(tx: &mut Tx, act: &Act<'_>, bulletin: &Bulletin, targets: &Targets) -> UseCaseResult<()> {
    let text = say!(
        act.house.locale,
        "card-groups-changed",
        code = bulletin.code.as_str(),
        sent = targets.groups.len(),
        changed = targets.difference
    );
    let text = mark::about(tx, act, bulletin, text).await?;
    notify::tell(tx, act, &bulletin.composer_id, Purpose::Card, &Note::plain(text)).await?;
    Ok(())
}

/// Warns composer and approvers of a bulletin whose hour is near and which nobody approved; once.
///
/// # Errors
/// The database.
pub async fn warn_unapproved(tx: &mut Tx, act: &Act<'_>, schedule: &Schedule) -> UseCaseResult<()> {
    if !tx.mark_warned(&schedule.id, act.at).await? {
        return Ok(());
    }
    let Some(bulletin) = tx.bulletin(&schedule.bulletin_id).await? else { return Ok(()) };
    let version = look_up::current_version(tx, &bulletin).await?;
    let time = format_full(Millis(schedule.fire_at));
    let text = say!(act.house.locale, "card-still-unapproved", code = bulletin.code.as_str(), time = time);
    let text = mark::about(tx, act, &bulletin, text).await?;
    notify::tell(tx, act, &bulletin.composer_id, Purpose::Card, &Note::plain(text)).await?;
    if let Ok(audience) = Expr::parse(&version.audience) {
        let resolution = compose::resolve(tx, act, &audience).await?;
        compose::tell_approvers(tx, act, &bulletin, &version, &resolution).await?;
    }
    Ok(())
}

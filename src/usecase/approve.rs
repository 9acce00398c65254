//! Approval: by another person than the composer, of exactly what the envelope hash binds.

use super::compose::{self, envelope_hash, schedule_row};
use super::notify::{self, Note};
use super::{Act, Denied, UseCaseError, UseCaseResult, look_up, mark, release, repeat};
use crate::domain::audience::Expr;
use crate::domain::bulletin::State;
use crate::domain::calendar::{Millis, format_short};
use crate::domain::message::Purpose;
use crate::domain::org::Role;
use crate::id::sha256_hex;
use crate::say;
use crate::store::Tx;
use crate::store::bulletins::{Approval, Bulletin, BulletinVersion, Schedule, ScheduleState};

/// What an approval led to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approved {
    /// The bulletin, approved.
    pub bulletin: Bulletin,
    /// When it goes.
    pub fire_at: Millis,
    /// To how many groups.
    pub groups: usize,
}

/// By which right a bulletin is let go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Right {
    /// By that of an approver, or of a duty officer where the urgency lets them stand in for one.
    Approve,
    /// By that of the duty officer, to be approved after the fact.
    Release,
}

/// Approves the version that stands in the card.
///
/// # Errors
/// `Denied` for the composer and without the role; `Refused` when the version changed, was decided, or its hour has passed.
pub async fn approve(
    tx: &mut Tx,
    act: &Act<'_>,
    bulletin_id: &str,
    seen_version: Option<i64>,
) -> UseCaseResult<Approved> {
    let_go(tx, act, bulletin_id, seen_version, Right::Approve).await
}

/// Lets a version go: binds it to its envelope and to the groups it reaches now, and gives it its hour.
pub(super) async fn let_go(
    tx: &mut Tx,
    act: &Act<'_>,
    bulletin_id: &str,
    seen_version: Option<i64>,
    right: Right,
) -> UseCaseResult<Approved> {
    let bulletin = decidable(tx, act, bulletin_id, seen_version, right).await?;
    let approver = act.person()?.to_owned();
    let version = look_up::current_version(tx, &bulletin).await?;
    let hash = unchanged_hash(tx, &bulletin, &version).await?;
    let schedule = live_schedule(tx, act, &bulletin, &version).await?;
    let groups = groups_now(tx, act, &version).await?;
    let approval = decision(act, &bulletin, &hash, &groups, (&approver, "approved", None));
    if !tx.insert_approval(&approval, &groups).await? {
        return Err(UseCaseError::refused("refused-already-decided"));
    }
    tx.move_bulletin(&bulletin, State::Approved, bulletin.version, act.at).await?;
    let fire_at = match schedule {
        Some(schedule) => Millis(schedule.fire_at),
        None => schedule_now(tx, act, &version).await?,
    };
    tx.audit(act, "bulletin.approved", &bulletin.id, &hash).await?;
    if approver != bulletin.composer_id {
        tell_composer(tx, act, &bulletin, fire_at).await?;
    }
    Ok(Approved { bulletin: Bulletin { state: State::Approved, ..bulletin }, fire_at, groups: groups.len() })
}

/// Whether this person may approve this bulletin, its being their own aside.
///
/// # Errors
/// `Denied` when nobody stands behind the act; the database.
pub async fn may_approve(tx: &mut Tx, act: &Act<'_>, bulletin: &Bulletin) -> UseCaseResult<bool> {
    let person = act.person()?;
    if tx.has_role(person, Role::Approver, &bulletin.unit_id).await? {
        return Ok(true);
    }
    let version = look_up::current_version(tx, bulletin).await?;
    let duty = act.house.policies.of(version.urgency).duty_may_approve;
    Ok(duty && tx.has_role(person, Role::Duty, &bulletin.unit_id).await?)
}

/// Returns a bulletin to its composer with a reason.
///
/// # Errors
/// As [`approve`]; `Refused` without a reason.
pub async fn send_back(tx: &mut Tx, act: &Act<'_>, bulletin_id: &str, reason: &str) -> UseCaseResult<Bulletin> {
    let bulletin = decidable(tx, act, bulletin_id, None, Right::Approve).await?;
    let approver = act.person()?.to_owned();
    let reason = reason.trim();
    if reason.is_empty() {
        return Err(UseCaseError::refused("refused-reason-missing"));
    }
    let version = look_up::current_version(tx, &bulletin).await?;
    let approval = decision(act, &bulletin, &version.envelope_hash, &[], (&approver, "returned", Some(reason)));
    tx.insert_approval(&approval, &[]).await?;
    tx.move_bulletin(&bulletin, State::Returned, bulletin.version, act.at).await?;
    end_schedule(tx, act, &bulletin).await?;
    tx.audit(act, "bulletin.returned", &bulletin.id, &version.envelope_hash).await?;
    let text = say!(act.house.locale, "card-returned", code = bulletin.code.as_str(), reason = reason);
    let text = mark::about(tx, act, &bulletin, text).await?;
    notify::tell(tx, act, &bulletin.composer_id, Purpose::Card, &Note::plain(text)).await?;
    Ok(Bulletin { state: State::Returned, ..bulletin })
}

/// The bulletin, if this person may decide on it now.
async fn decidable(
    tx: &mut Tx,
    act: &Act<'_>,
    bulletin_id: &str,
    seen_version: Option<i64>,
    right: Right,
) -> UseCaseResult<Bulletin> {
    let bulletin = tx.bulletin(bulletin_id).await?;
    let bulletin = bulletin.ok_or_else(|| UseCaseError::NotFound { what: "bulletin", name: bulletin_id.to_owned() })?;
    let allowed = match right {
        Right::Approve => may_approve(tx, act, &bulletin).await?,
        Right::Release => release::may_release(tx, act, &bulletin).await?,
    };
    if !allowed {
        return Err(Denied::MissingRole(Role::Approver).into());
    }
    if right == Right::Approve && act.person()? == bulletin.composer_id {
        return Err(Denied::OwnBulletin.into());
    }
    if bulletin.state != State::AwaitingApproval {
        let state = bulletin.state.vietnamese().to_owned();
        return Err(UseCaseError::refused_with(
            "refused-not-awaiting",
            vec![("code", bulletin.code), ("state", state)],
        ));
    }
    if seen_version.is_some_and(|seen| seen != bulletin.version) {
        return Err(UseCaseError::refused_with("refused-version-changed", vec![("code", bulletin.code)]));
    }
    Ok(bulletin)
}

async fn unchanged_hash(tx: &mut Tx, bulletin: &Bulletin, version: &BulletinVersion) -> UseCaseResult<String> {
    let files = tx.version_files(&bulletin.id, version.version).await?;
    let hashes: Vec<String> = files.into_iter().map(|file| file.sha256).collect();
    let hash = envelope_hash(bulletin.kind, version, &hashes);
    if hash == version.envelope_hash {
        return Ok(hash);
    }
    Err(UseCaseError::refused_with("refused-version-changed", vec![("code", bulletin.code.clone())]))
}

/// The bulletin's schedule, if it has one that can still fire.
async fn live_schedule(
    tx: &mut Tx,
    act: &Act<'_>,
    bulletin: &Bulletin,
    version: &BulletinVersion,
) -> UseCaseResult<Option<Schedule>> {
    let schedule = tx.schedule_of(&bulletin.id).await?.filter(|schedule| schedule.version == bulletin.version);
    if version.repeat_rule.is_some() {
        return repeating_schedule(tx, act, bulletin, version, schedule).await.map(Some);
    }
    let missed = schedule.as_ref().is_some_and(|schedule| {
        schedule.state == ScheduleState::Missed
            || (schedule.state == ScheduleState::Active && schedule.fire_at <= act.at.0)
    });
    if missed {
        return Err(UseCaseError::refused_with("refused-hour-passed", vec![("code", bulletin.code.clone())]));
    }
    Ok(schedule.filter(|schedule| schedule.state == ScheduleState::Active))
}

/// A repeating schedule with its next hour after the approval: one that passed without it is never made up for.
async fn repeating_schedule(
    tx: &mut Tx,
    act: &Act<'_>,
    bulletin: &Bulletin,
    version: &BulletinVersion,
    schedule: Option<Schedule>,
) -> UseCaseResult<Schedule> {
    let over = || UseCaseError::refused_with("refused-repeat-over", vec![("code", bulletin.code.clone())]);
    let schedule = schedule.filter(|found| matches!(found.state, ScheduleState::Active | ScheduleState::Paused));
    let schedule = schedule.ok_or_else(over)?;
    if schedule.fire_at > act.at.0 {
        return Ok(schedule);
    }
    let next = repeat::upcoming(tx, act, version, act.at, 1).await?.first().copied().ok_or_else(over)?;
    tx.move_schedule(&schedule, schedule.state, next, act.at).await?;
    Ok(Schedule { fire_at: next.0, ..schedule })
}

async fn groups_now(tx: &mut Tx, act: &Act<'_>, version: &BulletinVersion) -> UseCaseResult<Vec<String>> {
    let audience = Expr::parse(&version.audience).map_err(|_| {
        UseCaseError::refused_with("refused-audience-unreadable", vec![("rest", version.audience.clone())])
    })?;
    let mut groups: Vec<String> =
        compose::resolve(tx, act, &audience).await?.groups.into_iter().map(|group| group.id).collect();
    groups.sort_unstable();
    if groups.is_empty() { Err(UseCaseError::refused("refused-audience-empty")) } else { Ok(groups) }
}

fn decision(
    act: &Act<'_>,
    bulletin: &Bulletin,
    envelope: &str,
    groups: &[String],
    by: (&str, &str, Option<&str>),
) -> Approval {
    let (approver, decision, reason) = by;
    Approval {
        id: act.new_id(),
        bulletin_id: bulletin.id.clone(),
        version: bulletin.version,
        envelope_hash: envelope.to_owned(),
        groups_hash: sha256_hex(groups.join(",").as_bytes()),
        approver_id: approver.to_owned(),
        decision: decision.to_owned(),
        reason: reason.map(str::to_owned),
        decided_at: act.at.0,
    }
}

async fn schedule_now(tx: &mut Tx, act: &Act<'_>, version: &BulletinVersion) -> UseCaseResult<Millis> {
    tx.insert_schedule(&schedule_row(act, version, act.at)).await?;
    Ok(act.at)
}

/// Ends whatever schedule could still fire.
pub(super) async fn end_schedule(tx: &mut Tx, act: &Act<'_>, bulletin: &Bulletin) -> UseCaseResult<()> {
    let Some(schedule) = tx.schedule_of(&bulletin.id).await? else { return Ok(()) };
    if matches!(schedule.state, ScheduleState::Active | ScheduleState::Paused | ScheduleState::Asking) {
        tx.move_schedule(&schedule, ScheduleState::Ended, Millis(schedule.fire_at), act.at).await?;
    }
    Ok(())
}

async fn tell_composer(tx: &mut Tx, act: &Act<'_>, bulletin: &Bulletin, fire_at: Millis) -> UseCaseResult<()> {
    let key = if fire_at <= act.at { "card-approved-now" } else { "card-approved-at" };
    let text =
        act.house.locale.text(key, &[("code", bulletin.code.as_str().into()), ("time", format_short(fire_at).into())]);
    let text = mark::about(tx, act, bulletin, text).await?;
    notify::tell(tx, act, &bulletin.composer_id, Purpose::Card, &Note::plain(text)).await?;
    Ok(())
}

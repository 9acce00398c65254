//! The duty officer's word at night: Hỏa tốc goes out at once and is approved after the fact.
//!
//! * A release is an approval by the officer on duty, bound to the same envelope; beside it stands the row that says it must
//!   be approved by somebody else within the time of the policy.
//! * What an approver says afterwards takes nothing back: what was sent stays sent. It stands in the audit and in figures.
//! * [`decide`] is what `/duyet` means, whoever types it.

use super::approve::{self, Approved, Right};
use super::notify::{self, Note};
use super::{Act, Denied, UseCaseError, UseCaseResult, compose, look_up, mark};
use crate::domain::bulletin::State;
use crate::domain::calendar::{Millis, format_full};
use crate::domain::ladder;
use crate::domain::message::Purpose;
use crate::domain::org::Role;
use crate::say;
use crate::store::Tx;
use crate::store::bulletins::{AfterFact, Bulletin, BulletinVersion, Release, Word};

/// What `/duyet` led to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decided {
    /// An approver, or an officer on duty in their place, approved it.
    Approved(Approved),
    /// The officer on duty released it; it must be approved by then.
    Released(Approved, Millis),
    /// It had gone out on the officer's word and is now approved.
    AfterFact(Bulletin),
}

/// Approves what waits, releases what the officer on duty may release, or approves after the fact.
///
/// # Errors
/// As [`approve::approve`]; who has only the right to release is not refused where a release is enough.
pub async fn decide(
    tx: &mut Tx,
    act: &Act<'_>,
    bulletin: &Bulletin,
    seen_version: Option<i64>,
) -> UseCaseResult<Decided> {
    if open_release(tx, bulletin).await?.is_some() {
        return Ok(Decided::AfterFact(say_afterwards(tx, act, bulletin, None).await?));
    }
    if releases_only(tx, act, bulletin).await? {
        let (approved, approve_by) = release(tx, act, bulletin, seen_version).await?;
        return Ok(Decided::Released(approved, approve_by));
    }
    Ok(Decided::Approved(approve::approve(tx, act, &bulletin.id, seen_version).await?))
}

/// Whether this person can let it go by a release and in no other way.
async fn releases_only(tx: &mut Tx, act: &Act<'_>, bulletin: &Bulletin) -> UseCaseResult<bool> {
    let own = act.person()? == bulletin.composer_id;
    Ok(may_release(tx, act, bulletin).await? && (own || !approve::may_approve(tx, act, bulletin).await?))
}

/// Whether this person, as the officer on duty, may release this bulletin as it stands; their own too.
///
/// # Errors
/// `Denied` when nobody stands behind the act; the database.
pub async fn may_release(tx: &mut Tx, act: &Act<'_>, bulletin: &Bulletin) -> UseCaseResult<bool> {
    let person = act.person()?;
    let version = look_up::current_version(tx, bulletin).await?;
    let term = act.house.policies.of(version.urgency).approve_after_within_minutes;
    Ok(term.is_some() && tx.has_role(person, Role::Duty, &bulletin.unit_id).await?)
}

/// Sends at once on the officer's word; gives until when an approver must say yes.
async fn release(
    tx: &mut Tx,
    act: &Act<'_>,
    bulletin: &Bulletin,
    seen_version: Option<i64>,
) -> UseCaseResult<(Approved, Millis)> {
    let approved = approve::let_go(tx, act, &bulletin.id, seen_version, Right::Release).await?;
    let version = look_up::current_version(tx, &approved.bulletin).await?;
    let term = act.house.policies.of(version.urgency).approve_after_within_minutes.unwrap_or_default();
    let approve_by = act.at.plus_minutes(i64::from(term));
    let release = Release {
        bulletin_id: bulletin.id.clone(),
        version: version.version,
        officer_id: act.person()?.to_owned(),
        released_at: act.at.0,
        warn_at: ladder::warn_of_release(act.at, approve_by).0,
        approve_by: approve_by.0,
        decision: None,
        decided_by: None,
        decided_at: None,
    };
    tx.insert_release(&release).await?;
    tx.audit(act, "bulletin.released", &bulletin.id, &version.envelope_hash).await?;
    let note = card(tx, act, (&approved.bulletin, &version), &release, "card-release").await?;
    tell_approvers(tx, act, &approved.bulletin, &release, &note).await?;
    Ok((approved, approve_by))
}

/// The release of a bulletin's current version on which nobody has spoken yet.
///
/// # Errors
/// The database.
pub async fn open_release(tx: &mut Tx, bulletin: &Bulletin) -> UseCaseResult<Option<Release>> {
    if bulletin.state != State::Approved {
        return Ok(None);
    }
    Ok(tx.release_of(&bulletin.id, bulletin.version).await?.filter(Release::is_open))
}

/// An approver's word after the fact: yes, or no with the reason.
///
/// # Errors
/// `Denied` for others than approvers, for the composer and for the officer who released it; `Refused` when it was said before.
pub async fn say_afterwards(
    tx: &mut Tx,
    act: &Act<'_>,
    bulletin: &Bulletin,
    why_not: Option<&str>,
) -> UseCaseResult<Bulletin> {
    let person = look_up::require_role(tx, act, Role::Approver, &bulletin.unit_id).await?;
    let Some(release) = open_release(tx, bulletin).await? else {
        return Err(UseCaseError::refused("refused-already-decided"));
    };
    if person == bulletin.composer_id || person == release.officer_id {
        return Err(Denied::OwnBulletin.into());
    }
    if why_not.is_some_and(|reason| reason.trim().is_empty()) {
        return Err(UseCaseError::refused("refused-reason-missing"));
    }
    let decision = if why_not.is_some() { AfterFact::Refused } else { AfterFact::Approved };
    let word = Word { decision, person_id: &person, remark: why_not };
    if !tx.decide_release(&release, &word, act.at).await? {
        return Err(UseCaseError::refused("refused-already-decided"));
    }
    let what = if why_not.is_some() { "release.refused" } else { "release.approved" };
    tx.audit(act, what, &bulletin.id, "").await?;
    tell_officer(tx, act, bulletin, &release, why_not).await?;
    Ok(bulletin.clone())
}

async fn tell_officer(
    tx: &mut Tx,
    act: &Act<'_>,
    bulletin: &Bulletin,
    release: &Release,
    why_not: Option<&str>,
) -> UseCaseResult<()> {
    let (locale, code) = (&act.house.locale, bulletin.code.as_str());
    let text = match why_not {
        None => say!(locale, "card-release-approved", code = code),
        Some(reason) => say!(locale, "card-release-refused", code = code, reason = reason),
    };
    let note = Note::plain(mark::about(tx, act, bulletin, text).await?);
    let people = [bulletin.composer_id.clone(), release.officer_id.clone()];
    notify::tell_all(tx, act, &people, Purpose::Card, &note).await?;
    Ok(())
}

/// Reminds approvers of a release before its time is over, and says so once when it is.
///
/// # Errors
/// The database.
pub async fn warn(tx: &mut Tx, act: &Act<'_>, release: &Release) -> UseCaseResult<()> {
    let overdue = act.at.0 >= release.approve_by;
    if !tx.mark_release_warned(release, overdue, act.at).await? {
        return Ok(());
    }
    let Some(bulletin) = tx.bulletin(&release.bulletin_id).await? else { return Ok(()) };
    let Some(version) = tx.version(&release.bulletin_id, release.version).await? else { return Ok(()) };
    let key = if overdue { "card-release-overdue" } else { "card-release-soon" };
    let note = card(tx, act, (&bulletin, &version), release, key).await?;
    tell_approvers(tx, act, &bulletin, release, &note).await?;
    if overdue {
        tx.audit(act, "release.overdue", &bulletin.id, "").await?;
        let people = [bulletin.composer_id.clone(), release.officer_id.clone()];
        notify::tell_all(tx, act, &people, Purpose::Alert, &Note::plain(note.text)).await?;
    }
    Ok(())
}

/// The card on which an approver says yes or no after the fact.
///
/// # Errors
/// The database.
pub async fn card(
    tx: &mut Tx,
    act: &Act<'_>,
    what: (&Bulletin, &BulletinVersion),
    release: &Release,
    key: &'static str,
) -> UseCaseResult<Note> {
    let (bulletin, version) = what;
    let locale = &act.house.locale;
    let officer = tx.person(&release.officer_id).await?.map(|person| person.name).unwrap_or_default();
    let text = locale.text(
        key,
        &[
            ("code", bulletin.code.as_str().into()),
            ("urgency", version.urgency.vietnamese().into()),
            ("officer", officer.into()),
            ("time", format_full(Millis(release.released_at)).into()),
            ("reason", version.marks.reason.as_deref().unwrap_or_default().into()),
            ("title", version.title.as_str().into()),
            ("body", compose::wordings(act, version).into()),
            ("by", format_full(Millis(release.approve_by)).into()),
        ],
    );
    let address = format!("{}:{}", bulletin.id, version.version);
    let (yes, no) = (say!(locale, "button-approve-after"), say!(locale, "button-refuse-after"));
    let note = Note::plain(mark::marked(locale, version.marks.exercise, text));
    Ok(note.with_row(&[(&yes, &format!("ok:{address}")), (&no, &format!("no:{address}"))]))
}

async fn tell_approvers(
    tx: &mut Tx,
    act: &Act<'_>,
    bulletin: &Bulletin,
    release: &Release,
    note: &Note,
) -> UseCaseResult<()> {
    let mut people = Vec::new();
    for person in tx.people_with_role(&act.commune_id, Role::Approver).await? {
        let other = person.id != bulletin.composer_id && person.id != release.officer_id;
        if other && tx.has_role(&person.id, Role::Approver, &bulletin.unit_id).await? {
            people.push(person.id);
        }
    }
    notify::tell_all(tx, act, &people, Purpose::Card, note).await?;
    Ok(())
}

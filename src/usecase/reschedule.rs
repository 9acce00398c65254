//! Another time for a bulletin, or none: `/hen` and `/huy`.

use super::approve::end_schedule;
use super::compose::{self, envelope_hash, schedule_if_timed};
use super::notify::{self, Note};
use super::{Act, Denied, UseCaseError, UseCaseResult, look_up, mark};
use crate::domain::audience::Expr;
use crate::domain::bulletin::State;
use crate::domain::calendar::Millis;
use crate::domain::message::Purpose;
use crate::domain::org::Role;
use crate::say;
use crate::store::Tx;
use crate::store::bulletins::{Bulletin, BulletinVersion, NewFile};

/// Gives a bulletin another time. That is part of what was approved, so it becomes a new version that awaits approval again.
/// `None` sends it as soon as it is approved.
///
/// # Errors
/// `Denied` for others than the composer; `Refused` when it was sent, or the time is past.
pub async fn reschedule(
    tx: &mut Tx,
    act: &Act<'_>,
    bulletin: &Bulletin,
    send_at: Option<Millis>,
) -> UseCaseResult<Bulletin> {
    own_and_unsent(tx, act, bulletin).await?;
    if send_at.is_some_and(|at| at < act.at) {
        return Err(UseCaseError::refused("refused-time-past"));
    }
    if look_up::current_version(tx, bulletin).await?.repeat_rule.is_some() {
        return Err(UseCaseError::refused_with("refused-repeating", vec![("code", bulletin.code.clone())]));
    }
    let (version, files) = next_version(tx, act, bulletin, send_at).await?;
    end_schedule(tx, act, bulletin).await?;
    tx.insert_version(&version, &files).await?;
    tx.move_bulletin(bulletin, State::AwaitingApproval, version.version, act.at).await?;
    schedule_if_timed(tx, act, &version).await?;
    tx.audit(act, "bulletin.rescheduled", &bulletin.id, &version.envelope_hash).await?;
    let moved = Bulletin { state: State::AwaitingApproval, version: version.version, ..bulletin.clone() };
    if let Ok(audience) = Expr::parse(&version.audience) {
        let resolution = compose::resolve(tx, act, &audience).await?;
        compose::tell_approvers(tx, act, &moved, &version, &resolution).await?;
    }
    Ok(moved)
}

async fn next_version(
    tx: &mut Tx,
    act: &Act<'_>,
    bulletin: &Bulletin,
    send_at: Option<Millis>,
) -> UseCaseResult<(BulletinVersion, Vec<NewFile>)> {
    let old = look_up::current_version(tx, bulletin).await?;
    let sent = send_at.unwrap_or(act.at);
    // A deadline the new hour overtakes is counted anew from it; the approver sees it on the card.
    let window = act.house.policies.of(old.urgency).ack_window.ends(sent, &act.house.holidays, &act.house.office);
    let ack_deadline = old.ack_deadline.map(|deadline| if deadline > sent.0 { deadline } else { window.0 });
    let files: Vec<NewFile> = tx
        .version_files(&bulletin.id, bulletin.version)
        .await?
        .into_iter()
        .map(|file| NewFile {
            sha256: file.sha256,
            file_name: file.file_name,
            pages: file.pages.and_then(|pages| u32::try_from(pages).ok()),
        })
        .collect();
    let mut version = BulletinVersion {
        version: bulletin.version + 1,
        send_at: send_at.map(|at| at.0),
        ack_deadline,
        expires_at: old.expires_at.max(sent.plus_days(1).0),
        created_by: act.person()?.to_owned(),
        created_at: act.at.0,
        ..old
    };
    let hashes: Vec<String> = files.iter().map(|file| file.sha256.clone()).collect();
    version.envelope_hash = envelope_hash(bulletin.kind, &version, &hashes);
    Ok((version, files))
}

/// Cancels a bulletin that has not been sent.
///
/// # Errors
/// `Denied` for others than composer and approvers; `Refused` when it was sent.
pub async fn cancel(tx: &mut Tx, act: &Act<'_>, bulletin: &Bulletin) -> UseCaseResult<Bulletin> {
    let person = act.person()?.to_owned();
    let approver = tx.has_role(&person, Role::Approver, &bulletin.unit_id).await?;
    if person != bulletin.composer_id && !approver {
        return Err(Denied::MissingRole(Role::Composer).into());
    }
    unsent(tx, bulletin).await?;
    end_schedule(tx, act, bulletin).await?;
    tx.move_bulletin(bulletin, State::Cancelled, bulletin.version, act.at).await?;
    tx.revoke_file_links(&bulletin.id, act.wall).await?;
    tx.audit(act, "bulletin.cancelled", &bulletin.id, "").await?;
    if person != bulletin.composer_id {
        let text = say!(act.house.locale, "card-cancelled", code = bulletin.code.as_str());
        let text = mark::about(tx, act, bulletin, text).await?;
        notify::tell(tx, act, &bulletin.composer_id, Purpose::Card, &Note::plain(text)).await?;
    }
    Ok(Bulletin { state: State::Cancelled, ..bulletin.clone() })
}

async fn own_and_unsent(tx: &mut Tx, act: &Act<'_>, bulletin: &Bulletin) -> UseCaseResult<()> {
    if act.person()? != bulletin.composer_id {
        return Err(Denied::MissingRole(Role::Composer).into());
    }
    unsent(tx, bulletin).await
}

async fn unsent(tx: &mut Tx, bulletin: &Bulletin) -> UseCaseResult<()> {
    let open = matches!(bulletin.state, State::Draft | State::AwaitingApproval | State::Returned | State::Approved);
    let sent = !tx.broadcasts_of(&bulletin.id).await?.is_empty();
    if open && !sent {
        return Ok(());
    }
    let code = bulletin.code.clone();
    Err(UseCaseError::refused_with("refused-already-sent", vec![("code", code)]))
}

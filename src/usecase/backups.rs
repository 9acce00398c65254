//! What is noted of backups, and who is told when none was made.

use super::notify::{self, Note};
use super::settle::{close_incident, open_incident};
use super::{Act, UseCaseResult};
use crate::domain::calendar::{Millis, format_full};
use crate::domain::message::Purpose;
use crate::domain::org::Role;
use crate::say;
use crate::store::Tx;
use crate::store::backups::Backup;

/// The scope of incidents about backups.
const SCOPE: &str = "backup";
/// The incident of a backup that could not be made.
const FAILED: &str = "backup_failed";
/// The incident of a latest backup that is old.
const OLD: &str = "backup_old";

/// Notes a backup that was made, and the files that went for it; what was wrong before is over.
///
/// # Errors
/// The database.
pub async fn made(tx: &mut Tx, act: &Act<'_>, backup: &Backup) -> UseCaseResult<()> {
    tx.insert_backup(backup).await?;
    tx.audit(act, "backup.made", &backup.sha256, &backup.bytes.to_string()).await?;
    for kind in [FAILED, OLD] {
        close_incident(tx, act, SCOPE, kind).await?;
    }
    Ok(())
}

/// Notes which backups went because there are newer ones.
///
/// # Errors
/// The database.
pub async fn gone(tx: &mut Tx, act: &Act<'_>, file_names: &[String]) -> UseCaseResult<()> {
    for file_name in file_names {
        tx.backup_is_gone(file_name, act.wall).await?;
    }
    Ok(())
}

/// A backup that was due could not be made: the admins are told, once until one is made.
///
/// # Errors
/// The database.
pub async fn failed(tx: &mut Tx, act: &Act<'_>, error: &str) -> UseCaseResult<()> {
    if open_incident(tx, act, SCOPE, FAILED, error).await? {
        let text = say!(act.house.locale, "alert-backup-failed", detail = error);
        notify::tell_role(tx, act, Role::Admin, Purpose::Alert, &Note::plain(text)).await?;
    }
    Ok(())
}

/// The latest backup is from `last`, which is too long ago: the admins are told, once until one is made.
///
/// # Errors
/// The database.
pub async fn too_old(tx: &mut Tx, act: &Act<'_>, last: Millis) -> UseCaseResult<()> {
    let time = format_full(last);
    if open_incident(tx, act, SCOPE, OLD, &time).await? {
        let text = say!(act.house.locale, "alert-backup-old", time = time);
        notify::tell_role(tx, act, Role::Admin, Purpose::Alert, &Note::plain(text)).await?;
    }
    Ok(())
}

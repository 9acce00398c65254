//! "Đã phát loa": a village head says that the loudspeaker spoke.

use super::{insert_once, rights, today};
use crate::domain::channel::Channel;
use crate::domain::org::SeatKind;
use crate::say;
use crate::store::Tx;
use crate::store::activities::{Activity, Day, StatutoryForm};
use crate::store::answers::Obligation;
use crate::usecase::{Act, Denied, UseCaseError, UseCaseResult};

/// What was aired.
#[derive(Default)]
struct Aired {
    title: String,
    item_key: String,
    plan_code: Option<String>,
    theme: Option<String>,
}

/// Records that the unit of an obligation has aired its bulletin today: one act per (unit, broadcast, day), however often
/// it is said. The right to answer for the unit is the caller's to check. False when it was recorded before.
///
/// # Errors
/// `Denied` when nobody stands behind the act; the database.
pub async fn aired(tx: &mut Tx, act: &Act<'_>, obligation: &Obligation) -> UseCaseResult<bool> {
    let aired = what_was_aired(tx, obligation).await?;
    record(tx, act, &obligation.unit_id, &obligation.broadcast_id, aired).await
}

/// Records that a unit's loudspeaker spoke today, with nothing said about what: one act per (unit, day). False when it
/// was recorded before.
///
/// # Errors
/// `Denied` unless the person answers for the unit or may record for it; `NotFound` for an unknown unit.
pub async fn aired_by_unit(tx: &mut Tx, act: &Act<'_>, unit_id: &str) -> UseCaseResult<bool> {
    if !answers_for(tx, act, unit_id).await? {
        match rights::recorder(tx, act, Some(unit_id)).await {
            Err(UseCaseError::Denied(_)) => return Err(Denied::NoSeat.into()),
            other => other?,
        };
    }
    let title = say!(act.house.locale, "activity-aired-title");
    record(tx, act, unit_id, "-", Aired { title, ..Aired::default() }).await
}

async fn answers_for(tx: &mut Tx, act: &Act<'_>, unit_id: &str) -> UseCaseResult<bool> {
    let seats = tx.seats_of(act.person()?, today(act)).await?;
    Ok(seats.iter().any(|seat| seat.unit_id == unit_id && seat.kind != SeatKind::Member))
}

async fn what_was_aired(tx: &mut Tx, obligation: &Obligation) -> UseCaseResult<Aired> {
    let not_found = || UseCaseError::NotFound { what: "bulletin", name: obligation.broadcast_id.clone() };
    let broadcast = tx.broadcast(&obligation.broadcast_id).await?.ok_or_else(not_found)?;
    let bulletin = tx.bulletin(&broadcast.bulletin_id).await?.ok_or_else(not_found)?;
    let version = tx.version(&broadcast.bulletin_id, broadcast.version).await?.ok_or_else(not_found)?;
    Ok(Aired { title: version.title, item_key: bulletin.code, plan_code: version.plan_code, theme: version.theme })
}

async fn record(tx: &mut Tx, act: &Act<'_>, unit_id: &str, broadcast: &str, aired: Aired) -> UseCaseResult<bool> {
    let done_on = today(act);
    let mut activity = Activity {
        id: act.new_id(),
        commune_id: act.commune_id.clone(),
        seq: 0,
        plan_code: aired.plan_code,
        channel: Channel::Loudspeaker,
        unit_id: Some(unit_id.to_owned()),
        done_on: Day(done_on),
        quantity: 1,
        attendees: None,
        statutory: StatutoryForm(Channel::Loudspeaker.statutory_type_of(&aired.title)),
        place: None,
        removal: false,
        title: aired.title,
        item_key: aired.item_key,
        repeat: false,
        theme: aired.theme,
        evidence: None,
        late: false,
        late_reason: None,
        recorded_by: act.person()?.to_owned(),
        recorded_at: act.at.0,
        voided_at: None,
        void_reason: None,
        dedupe: format!("aired:{unit_id}:{broadcast}:{done_on}"),
    };
    insert_once(tx, act, &mut activity).await
}

//! Who must confirm a broadcast, and the ladder that reminds them.

use std::collections::BTreeSet;

use super::{Act, Broadcast, BulletinVersion, GroupKind, Millis, Tx, UseCaseResult};
use crate::domain::ladder::{Ladder, StepKind};
use crate::store::answers::LadderRow;

/// What the broadcast promised, as the settings stand now: a later change of them does not reach it.
pub(super) async fn promise(
    tx: &mut Tx,
    act: &Act<'_>,
    version: &BulletinVersion,
    broadcast: &Broadcast,
) -> UseCaseResult<()> {
    let policy = act.house.policies.of(version.urgency);
    let ladder = LadderRow {
        broadcast_id: broadcast.id.clone(),
        urgency: version.urgency,
        after_window: policy.after_window,
        quorum: version.marks.quorum,
        exercise: version.marks.exercise,
        start_by: policy.start_within_minutes.map(|minutes| act.at.plus_minutes(i64::from(minutes)).0),
    };
    Ok(tx.insert_ladder(&ladder).await?)
}

/// One obligation a unit with an answering seat, however many groups reach it; residents' groups oblige nobody.
pub(super) async fn oblige(
    tx: &mut Tx,
    act: &Act<'_>,
    version: &BulletinVersion,
    broadcast: &Broadcast,
    asked: &BTreeSet<String>,
) -> UseCaseResult<()> {
    let Some(deadline) = broadcast.ack_deadline.map(Millis) else { return Ok(()) };
    let mut obliged = 0;
    for unit_id in asked {
        if let Some(seat) = tx.answering_seat(unit_id).await? {
            tx.insert_obligation(&act.new_id(), &broadcast.id, (unit_id, &seat.id), deadline).await?;
            obliged += 1;
        }
    }
    if obliged == 0 {
        return Ok(());
    }
    climb(tx, act, version, broadcast, deadline).await
}

async fn climb(
    tx: &mut Tx,
    act: &Act<'_>,
    version: &BulletinVersion,
    broadcast: &Broadcast,
    deadline: Millis,
) -> UseCaseResult<()> {
    let house = act.house;
    let ladder = Ladder::plan_by(act.at, deadline, house.policies.of(version.urgency).reminders);
    let mut number = 0;
    for step in ladder.steps {
        // A reminder at night serves nobody: it waits for the morning, and past the deadline it is not sent at all.
        let at = match step.kind {
            StepKind::Remind => house.windows.next_allowed(step.at, GroupKind::Cadre, version.urgency, &house.holidays),
            StepKind::List => step.at,
        };
        // One that was planned for the very end stays; one that was moved there comes too late.
        if at > deadline || (at == deadline && at > step.at) {
            continue;
        }
        number += 1;
        tx.insert_reminder_step(&broadcast.id, number, step.kind.as_str(), at).await?;
    }
    Ok(())
}

//! Nothing that is owed waits for ever, and nothing looks busy that is not.

use super::{Finding, Rule};
use crate::bench::simulate::rows::Rows;
use crate::domain::calendar::Millis;
use crate::store::Store;

/// A turn of the loops, with room: what fell due before it must have been looked at.
const TURN: i64 = 5_000;

const SENDING: &str = "SELECT m.id FROM messages m JOIN attempts a ON a.id = m.attempt_id WHERE m.state = 'sending' AND a.deadline_at < $1";
const EXPIRED: &str = "SELECT id FROM messages WHERE state IN ('pending', 'retry_wait') AND not_after < $1";
const UNFIRED: &str =
    "SELECT id FROM schedules WHERE (state = 'active' OR state = 'asking' AND missed_at IS NOT NULL) AND fire_at <= $1";
const TASKS: &str =
    "SELECT scope || ' ' || detail FROM incidents WHERE closed_at IS NULL AND kind = 'task_failed' AND opened_at > $1";

/// What must hold at the end of every day, after a turn.
pub(in crate::bench::simulate) const fn rules(now: Millis) -> [Rule; 4] {
    let before = now.0 - TURN;
    [
        ("nothing is sending after its deadline", SENDING, before, "its deadline is over"),
        ("what expired is no longer in the queue", EXPIRED, before, "it still waits"),
        ("every due schedule is looked at", UNFIRED, before, "it is due and nothing came of it"),
        ("the engine does what it has to", TASKS, i64::MIN, "it could not be done"),
    ]
}

// A part behind one that is not known to be there waits for a person, or for its end.
const WAITING: &str = "SELECT m.id FROM messages m WHERE m.state IN ('pending', 'retry_wait', 'sending') AND m.due_at <= $1 \
     AND NOT (m.part > 1 AND m.purpose = 'broadcast' AND EXISTS (SELECT 1 FROM messages earlier \
       WHERE earlier.delivery_id = m.delivery_id AND earlier.purpose = 'broadcast' AND earlier.part < m.part AND earlier.state = 'unknown'))";
const PUT_OFF: &str = "SELECT id FROM messages WHERE state IN ('pending', 'retry_wait') AND due_at > $1";
const UNCLOSED: &str = "SELECT b.id FROM broadcasts b WHERE b.state = 'running' AND b.started_at <= $1 \
     AND NOT EXISTS (SELECT 1 FROM obligations o WHERE o.broadcast_id = b.id AND o.state IN ('awaiting', 'unreachable')) \
     AND NOT EXISTS (SELECT 1 FROM messages m WHERE m.broadcast_id = b.id AND m.purpose = 'broadcast' \
       AND m.state IN ('pending', 'sending', 'retry_wait', 'unknown'))";
const UNHEARD: &str = "SELECT id FROM inbox WHERE state = 'waiting' AND received_at <= $1";
const SICK: &str =
    "SELECT scope || ' ' || kind FROM incidents WHERE closed_at IS NULL AND scope LIKE 'gateway:%' AND opened_at <= $1";
const STEPS: &str = "SELECT r.broadcast_id FROM reminder_steps r JOIN broadcasts b ON b.id = r.broadcast_id \
     WHERE r.done_at IS NULL AND b.state <> 'withdrawn' AND r.due_at <= $1";
const UNANSWERED: &str = "SELECT id FROM obligations WHERE state IN ('awaiting', 'unreachable') AND deadline < $1";
const UNSEALED: &str = "SELECT id FROM audit_entries WHERE seq IS NULL AND at <= $1";

/// The longest wait a platform is believed, milliseconds ([`crate::domain::retry::LONGEST_ASKED_WAIT`]).
const LONGEST_WAIT: i64 = 14 * 86_400_000;

/// What must hold after a day on which nothing went wrong.
///
/// # Errors
/// The database.
pub(in crate::bench::simulate) async fn quiet_day(
    store: &Store,
    rows: &Rows,
    now: Millis,
    lapse_days: i64,
) -> anyhow::Result<Vec<Finding>> {
    let mut found = super::found(rows, &quiet_rules(now, lapse_days)).await?;
    found.extend(chain(store).await?);
    Ok(found)
}

/// What is asked of the rows then.
pub(super) const fn quiet_rules(now: Millis, lapse_days: i64) -> [Rule; 8] {
    let before = now.0 - TURN;
    let rule = "nothing that is owed waits for ever";
    [
        (rule, WAITING, before, "a message is due and does not leave"),
        (rule, PUT_OFF, now.0 + LONGEST_WAIT, "a message is put off longer than anybody asked for"),
        (rule, UNCLOSED, before, "a broadcast is settled and not closed"),
        (rule, UNHEARD, before, "an update is not processed"),
        (rule, SICK, before, "an account works and is held to be sick"),
        (rule, STEPS, before, "a step of a ladder is due and not done"),
        (rule, UNANSWERED, now.plus_days(-lapse_days).0 - TURN, "an obligation should have lapsed"),
        ("the audit chain is whole", UNSEALED, before, "an entry is not sealed"),
    ]
}

pub(super) async fn chain(store: &Store) -> anyhow::Result<Option<Finding>> {
    let report = store.read().await?.verify_audit().await?;
    Ok(report.first_broken.map(|broken| {
        Finding::new("the audit chain is whole", &broken.id, format!("entry {}: {}", broken.seq, broken.reason))
    }))
}

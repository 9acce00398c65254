//! A commune's past, made up in the database: broadcasts that were sent, confirmed and closed, and some that still run.
//!
//! Written with a few statements over whole tables instead of through the use cases, so that a year of a large commune
//! stands there within seconds. Everything is invented; rows are as the engine would have left them, except that the audit
//! chain does not speak of them.

use sqlx::AssertSqlSafe;

use crate::domain::calendar::Millis;
use crate::store::Store;

/// How much past.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Past {
    /// Broadcasts, spread evenly over a year.
    pub broadcasts: i64,
    /// Groups that each of them went to, and units that had to confirm.
    pub groups: i64,
    /// How many of them, the latest ones, still wait for confirmations.
    pub running: i64,
}

impl Past {
    /// A year of a large commune: three directives a day to 150 groups, a month of them still open.
    pub const YEAR: Self = Self { broadcasts: 1_000, groups: 150, running: 90 };
}

/// Writes the past as seen at business time `now`, with groups on this gateway. Its villages went into others a while ago: nothing is
/// addressed to them any more.
///
/// # Errors
/// The database.
pub async fn write(store: &Store, gateway: &str, past: Past, now: Millis) -> Result<(), sqlx::Error> {
    for statement in STATEMENTS {
        let statement = AssertSqlSafe(filled(statement, gateway, past, now));
        match store {
            Store::Sqlite(pool) => sqlx::query(statement).execute(pool).await.map(|_| ())?,
            Store::Postgres(pool) => sqlx::query(statement).execute(pool).await.map(|_| ())?,
        }
    }
    Ok(())
}

/// The numbers put into a statement, and what all of them share.
fn filled(statement: &str, gateway: &str, past: Past, now: Millis) -> String {
    let statement = statement
        .replace("{every broadcast}", EVERY_BROADCAST)
        .replace("{every delivery}", EVERY_DELIVERY)
        .replace("{every group}", EVERY_GROUP);
    let numbers = [
        ("{broadcasts}", past.broadcasts),
        ("{groups}", past.groups),
        ("{closed}", past.broadcasts - past.running),
        ("{now}", now.0),
        ("{apart}", YEAR_MS / past.broadcasts.max(1)),
    ];
    let statement = statement.replace("{gateway}", &gateway.replace('\'', "''"));
    numbers.iter().fold(statement, |statement, (name, number)| statement.replace(name, &number.to_string()))
}

/// Milliseconds of a year.
const YEAR_MS: i64 = 365 * 86_400_000;

// `b` counts broadcasts from the oldest, `g` groups; an id is the number with as many digits as all others have. A broadcast
// fired `{apart}` milliseconds after the one before, the latest a moment before now.
const EVERY_GROUP: &str =
    "WITH RECURSIVE gs(g) AS (SELECT 1000001 UNION ALL SELECT g + 1 FROM gs WHERE g < 1000000 + {groups})";
const EVERY_BROADCAST: &str = "WITH RECURSIVE bs(b, fired) AS (SELECT 1000001, CAST({now} AS BIGINT) - CAST({apart} AS BIGINT) * {broadcasts} \
     UNION ALL SELECT b + 1, fired + CAST({apart} AS BIGINT) FROM bs WHERE b < 1000000 + {broadcasts})";
const EVERY_DELIVERY: &str = "WITH RECURSIVE gs(g) AS (SELECT 1000001 UNION ALL SELECT g + 1 FROM gs WHERE g < 1000000 + {groups}), \
     bs(b, fired) AS (SELECT 1000001, CAST({now} AS BIGINT) - CAST({apart} AS BIGINT) * {broadcasts} \
     UNION ALL SELECT b + 1, fired + CAST({apart} AS BIGINT) FROM bs WHERE b < 1000000 + {broadcasts})";

const STATEMENTS: &[&str] = &[
    "INSERT INTO communes (id, code, name, short_name, province, created_at) \
     SELECT 'past-commune', 'past', 'Xã Mẫu', 'Mẫu', 'Tỉnh Mẫu', 0 WHERE NOT EXISTS (SELECT 1 FROM communes)",
    "INSERT INTO units (id, commune_id, code, kind, name, name_folded, sort_order, valid_from, valid_to) {every group} \
     SELECT 'past-u' || g, (SELECT MIN(id) FROM communes), 'past-' || g, 'village', 'Thôn cũ ' || g, 'thon cu ' || g, g, '2000-01-01', '2025-07-01' FROM gs",
    "INSERT INTO seats (id, unit_id, code, title, kind) {every group} \
     SELECT 'past-s' || g, 'past-u' || g, 'truong', 'Trưởng thôn', 'answering' FROM gs",
    "INSERT INTO people (id, commune_id, code, name, name_folded, created_at) {every group} \
     SELECT 'past-p' || g, (SELECT MIN(id) FROM communes), 'past-' || g, 'Mẫu ' || g, 'mau ' || g, 0 FROM gs",
    "INSERT INTO seat_holdings (id, seat_id, person_id, held_from) {every group} \
     SELECT 'past-h' || g, 'past-s' || g, 'past-p' || g, '2000-01-01' FROM gs",
    "INSERT INTO chats (id, gateway, external_id, kind, title, state, created_at) {every group} \
     SELECT 'past-c' || g, '{gateway}', 'past-' || g, 'group', 'Nhóm cũ ' || g, 'active', 0 FROM gs",
    "INSERT INTO groups (id, commune_id, code, name, kind, rank, gateway, chat_id, bound_at) {every group} \
     SELECT 'past-g' || g, (SELECT MIN(id) FROM communes), 'past-' || g, 'Nhóm cũ ' || g, 'cadre', 1, '{gateway}', 'past-c' || g, 0 FROM gs",
    "INSERT INTO group_units (group_id, unit_id) {every group} SELECT 'past-g' || g, 'past-u' || g FROM gs",
    "INSERT INTO bulletins (id, commune_id, kind, year, seq, code, state, version, composer_id, unit_id, created_at, updated_at) {every broadcast} \
     SELECT 'past-b' || b, (SELECT MIN(id) FROM communes), 'directive', 1999, b, 'VB-1999-' || b, 'approved', 1, 'past-p1000001', \
            'past-u1000001', fired, fired FROM bs",
    "INSERT INTO bulletin_versions (bulletin_id, version, title, title_folded, body, urgency, level, public, audience, ack_required, \
            ack_deadline, expires_at, attestation, envelope_hash, created_by, created_at) {every broadcast} \
     SELECT 'past-b' || b, 1, 'Văn bản cũ ' || b, 'van ban cu ' || b, 'Nội dung đã gửi.', 'normal', 'local', 'cadres', 'thôn', TRUE, \
            fired + 86400000, fired + 2592000000, 'not_secret', 'past', 'past-p1000001', fired FROM bs",
    "INSERT INTO schedules (id, bulletin_id, version, fire_at, missed_policy, state, created_at, updated_at) {every broadcast} \
     SELECT 'past-t' || b, 'past-b' || b, 1, fired, 'fire_once', 'ended', fired, fired FROM bs",
    "INSERT INTO broadcasts (id, bulletin_id, version, schedule_id, fire_at, state, ack_deadline, started_at, closed_at) {every broadcast} \
     SELECT 'past-f' || b, 'past-b' || b, 1, 'past-t' || b, fired, CASE WHEN b > 1000000 + {closed} THEN 'running' ELSE 'closed' END, \
            fired + 86400000, fired, CASE WHEN b > 1000000 + {closed} THEN NULL ELSE fired + 172800000 END FROM bs",
    "INSERT INTO ladders (broadcast_id, urgency, after_window, exercise) {every broadcast} \
     SELECT 'past-f' || b, 'normal', 'composer', FALSE FROM bs",
    "INSERT INTO reminder_steps (broadcast_id, step, kind, due_at, done_at, reminded) {every broadcast} \
     SELECT 'past-f' || b, 1, 'remind', fired + 43200000, fired + 43200000, 0 FROM bs",
    "INSERT INTO deliveries (id, broadcast_id, chat_id, group_id) {every delivery} \
     SELECT 'past-d' || b || '-' || g, 'past-f' || b, 'past-c' || g, 'past-g' || g FROM bs CROSS JOIN gs",
    "INSERT INTO delivery_units (delivery_id, unit_id) {every delivery} \
     SELECT 'past-d' || b || '-' || g, 'past-u' || g FROM bs CROSS JOIN gs",
    "INSERT INTO messages (id, purpose, gateway, chat_id, delivery_id, broadcast_id, lane, part, parts, body, buttons, state, due_at, attempts, \
            attempt_id, external_id, sent_at, created_at) {every delivery} \
     SELECT 'past-m' || b || '-' || g, 'broadcast', '{gateway}', 'past-c' || g, 'past-d' || b || '-' || g, 'past-f' || b, 4, 1, 1, \
            'Nội dung đã gửi. Mã VB-1999-' || b, '[]', 'sent', fired, 1, 'past-a' || b || '-' || g, 'x' || b, fired + 1000, fired \
     FROM bs CROSS JOIN gs",
    "INSERT INTO attempts (id, message_id, number, gateway, chat_id, epoch, started_at, deadline_at, finished_at, outcome) {every delivery} \
     SELECT 'past-a' || b || '-' || g, 'past-m' || b || '-' || g, 1, '{gateway}', 'past-c' || g, 1, fired, fired + 75000, fired + 1000, 'sent' \
     FROM bs CROSS JOIN gs",
    // One village in ten has not answered a broadcast that still runs.
    "INSERT INTO obligations (id, broadcast_id, unit_id, seat_id, state, deadline, acknowledged_at, late, proxy) {every delivery} \
     SELECT 'past-o' || b || '-' || g, 'past-f' || b, 'past-u' || g, 'past-s' || g, \
            CASE WHEN b > 1000000 + {closed} AND g % 10 = 0 THEN 'awaiting' ELSE 'acknowledged' END, fired + 86400000, \
            CASE WHEN b > 1000000 + {closed} AND g % 10 = 0 THEN NULL ELSE fired + 3600000 END, FALSE, FALSE FROM bs CROSS JOIN gs",
    "INSERT INTO acknowledgements (id, obligation_id, person_id, seat_id, way, meaning, received_at, late, dedupe) {every delivery} \
     SELECT 'past-k' || b || '-' || g, 'past-o' || b || '-' || g, 'past-p' || g, 'past-s' || g, 'button', 'received', fired + 3600000, \
            FALSE, 'past-' || b || '-' || g FROM bs CROSS JOIN gs WHERE NOT (b > 1000000 + {closed} AND g % 10 = 0)",
    "INSERT INTO inbox (id, gateway, dedupe, urgent, state, attempts, received_at, processed_at) {every delivery} \
     SELECT 'past-i' || b || '-' || g, '{gateway}', 'past-' || b || '-' || g, TRUE, 'done', 1, fired + 3600000, fired + 3600000 \
     FROM bs CROSS JOIN gs WHERE b > 1000000 + {closed}",
];

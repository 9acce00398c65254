//! What the program never takes, however old it is.

use std::collections::BTreeMap;

use loa::domain::calendar::Millis;
use loa::domain::retention::Periods;
use loa::store::Store;
use loa::usecase::retain;

use super::room::{DAY, Room, SMALL, now};
use crate::db::sqlite_tests;

sqlite_tests!(
    versions_files_approvals_states_answers_and_the_log_are_never_taken,
    a_file_of_a_form_that_became_nothing_goes_and_one_of_a_version_stays,
);

/// What a commune has to answer for.
const RECORDS: [&str; 14] = [
    "bulletins",
    "bulletin_versions",
    "version_files",
    "approvals",
    "approved_groups",
    "schedules",
    "broadcasts",
    "deliveries",
    "delivery_units",
    "obligations",
    "acknowledgements",
    "reminder_steps",
    "attachments",
    "ladders",
];

async fn counts(room: &Room) -> BTreeMap<&'static str, i64> {
    let mut counts = BTreeMap::new();
    for table in RECORDS {
        counts.insert(table, room.number(&format!("SELECT COUNT(*) FROM {table}")).await);
    }
    counts
}

async fn versions_files_approvals_states_answers_and_the_log_are_never_taken(store: Store) {
    let room = Room::with(&store, SMALL).await;
    room.change(
        "INSERT INTO attachments (sha256, size, media_type, content, created_at) VALUES ('aa', 7, 'application/pdf', 'content', 1); \
         INSERT INTO version_files (bulletin_id, version, position, sha256, file_name) VALUES ('past-b1000001', 1, 1, 'aa', 'a.pdf'); \
         INSERT INTO approvals (id, bulletin_id, version, envelope_hash, groups_hash, approver_id, decision, decided_at) \
           VALUES ('ap', 'past-b1000001', 1, 'past', 'past', 'past-p1000001', 'approved', 1); \
         INSERT INTO approved_groups (approval_id, group_id) VALUES ('ap', 'past-g1000001')",
    )
    .await;
    let before = counts(&room).await;
    assert!(before.values().all(|count| *count > 0), "{before:?}");
    let states = "SELECT id || state || external_id || sent_at FROM messages WHERE delivery_id IS NOT NULL ORDER BY id";
    let known = room.texts(states).await;
    let later = Room::of(&store, Periods::default(), Millis(now().0 + 6 * 366 * DAY)).await;
    later.catch_up().await;
    assert_eq!(counts(&later).await, before);
    assert_eq!(later.texts(states).await, known);
    let entries = later.number("SELECT COUNT(*) FROM audit_entries").await;
    later.turn_after_days(3_660).await;
    assert!(later.number("SELECT COUNT(*) FROM audit_entries").await >= entries);
    let commune = later.core.commune_id().await.unwrap();
    let mut tx = store.read().await.unwrap();
    let older = retain::older_records(&mut tx, &later.core.act(&commune)).await.unwrap();
    assert_eq!((older.bulletins, older.broadcasts, older.files, older.file_bytes), (4, 4, 1, 7));
    let older = retain::older_records(&mut tx, &room.core.act(&commune)).await.unwrap();
    assert_eq!((older.bulletins, older.broadcasts), (0, 0));
}

async fn a_file_of_a_form_that_became_nothing_goes_and_one_of_a_version_stays(store: Store) {
    let room = Room::with(&store, SMALL).await;
    let made = now().0;
    room.change(&format!(
        "INSERT INTO attachments (sha256, size, media_type, content, created_at) VALUES \
           ('aa', 7, 'application/pdf', 'content', {made}), ('bb', 7, 'application/pdf', 'dropped', {made}), \
           ('cc', 7, 'application/pdf', 'open now', {made}); \
         INSERT INTO version_files (bulletin_id, version, position, sha256, file_name) VALUES ('past-b1000001', 1, 1, 'aa', 'a.pdf'); \
         INSERT INTO upload_handles (gateway, sha256, file_name, handle, created_at) VALUES \
           ('tele', 'aa', 'a.pdf', 'h1', {made}), ('tele', 'bb', 'b.pdf', 'h2', {made}), ('tele', 'cc', 'c.pdf', 'h3', {made}); \
         INSERT INTO dialogues (chat_id, account, flow, data, updated_at) VALUES ('past-c1000001', 'a', 'x', 'cc', {})",
        made + DAY
    ))
    .await;
    let files = "SELECT sha256 FROM attachments ORDER BY sha256";
    room.turn_after_days(7).await;
    assert_eq!(room.texts(files).await, ["aa", "bb", "cc"]);
    room.turn_after_days(1).await;
    assert_eq!(room.texts(files).await, ["aa", "cc"]);
    let handles = "SELECT sha256 FROM upload_handles ORDER BY sha256";
    assert_eq!(room.texts(handles).await, ["aa", "cc"], "where a platform holds it is no reason to keep it");
}

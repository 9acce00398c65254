//! Links, codes and incidents after their end, and what only a running broadcast needs.

use loa::store::Store;

use super::room::{Room, SMALL, now};
use crate::db::store_tests;

store_tests!(
    links_and_codes_go_ninety_days_after_their_end_and_incidents_after_two_years,
    what_only_a_running_broadcast_needs_goes_with_its_texts,
    words_and_files_of_a_call_for_help_go_a_day_after_the_cards_and_an_open_one_keeps_them,
    how_often_a_stranger_was_heard_goes_after_three_days,
);

/// What is left of a table, in order.
async fn left(room: &Room, table: &str, column: &str) -> Vec<String> {
    room.texts(&format!("SELECT {column} FROM {table} ORDER BY {column}")).await
}

async fn links_and_codes_go_ninety_days_after_their_end_and_incidents_after_two_years(store: Store) {
    let room = Room::with(&store, SMALL).await;
    let (ended, later) = (now().0, now().plus_days(40).0);
    room.change(&format!(
        "INSERT INTO attachments (sha256, size, media_type, content, created_at) VALUES ('aa', 7, 'application/pdf', 'content', {ended}); \
         INSERT INTO version_files (bulletin_id, version, position, sha256, file_name) VALUES ('past-b1000001', 1, 1, 'aa', 'a.pdf'); \
         INSERT INTO file_links (token_hash, sha256, file_name, bulletin_id, delivery_id, created_at, expires_at, revoked_at) VALUES \
           ('open', 'aa', 'a.pdf', 'past-b1000001', 'past-d1000001-1000001', 1, {later}, NULL), \
           ('over', 'aa', 'a.pdf', 'past-b1000001', 'past-d1000001-1000001', 1, {ended}, NULL), \
           ('revoked', 'aa', 'a.pdf', 'past-b1000001', 'past-d1000001-1000001', 1, {later}, {ended}); \
         INSERT INTO upload_links (token_hash, gateway, chat_id, account, person_id, created_at, expires_at, used_at) VALUES \
           ('open', 'tele', 'past-c1000001', 'a', 'past-p1000001', 1, {later}, NULL), \
           ('over', 'tele', 'past-c1000001', 'a', 'past-p1000001', 1, {ended}, NULL), \
           ('used', 'tele', 'past-c1000001', 'a', 'past-p1000001', 1, {later}, {ended}); \
         INSERT INTO invites (id, code_hash, purpose, person_id, created_at, expires_at, state, settled_at) VALUES \
           ('open', 'h1', 'person', 'past-p1000001', 1, {later}, 'open', NULL), \
           ('over', 'h2', 'person', 'past-p1000001', 1, {ended}, 'open', NULL), \
           ('typed', 'h3', 'person', 'past-p1000001', 1, {ended}, 'typed', NULL), \
           ('used', 'h4', 'person', 'past-p1000001', 1, {later}, 'used', {ended}); \
         INSERT INTO incidents (id, scope, kind, detail, opened_at, closed_at) VALUES \
           ('open', 'gateway:x', 'dark', '', 1, NULL), ('over', 'gateway:x', 'dark', '', 1, {ended})"
    ))
    .await;
    room.turn_after_days(90).await;
    let links =
        async || (left(&room, "file_links", "token_hash").await, left(&room, "upload_links", "token_hash").await);
    assert_eq!((links().await.0.len(), links().await.1.len(), left(&room, "invites", "id").await.len()), (3, 3, 4));
    room.turn_after_days(1).await;
    assert_eq!(links().await, (vec!["open".to_owned()], vec!["open".to_owned()]));
    assert_eq!(left(&room, "invites", "id").await, ["open", "typed"], "its consent is struck by it");
    room.turn_after_days(730 - 91).await;
    assert_eq!(left(&room, "incidents", "id").await, ["open", "over"]);
    assert!(links().await.0.is_empty());
    room.turn_after_days(1).await;
    assert_eq!(left(&room, "incidents", "id").await, ["open"]);
    assert!(room.batches().await.contains(&"incidents: 1 before 2025-12-01".to_owned()), "{:?}", room.batches().await);
}

async fn what_only_a_running_broadcast_needs_goes_with_its_texts(store: Store) {
    let room = Room::with(&store, SMALL).await;
    room.change(&format!(
        "UPDATE broadcasts SET closed_at = {} WHERE id = 'past-f1000004'; \
         UPDATE broadcasts SET state = 'running', closed_at = NULL WHERE id = 'past-f1000003'; \
         UPDATE obligations SET state = 'awaiting', acknowledged_at = NULL, deadline = 9000000000000 WHERE broadcast_id = 'past-f1000003'; \
         UPDATE bulletin_versions SET expires_at = 9000000000000; \
         INSERT INTO call_lists (broadcast_id, chat_id, shown_at) VALUES \
           ('past-f1000003', 'past-c1000001', 1), ('past-f1000004', 'past-c1000001', 1); \
         INSERT INTO doubts_told (message_id, told_at) VALUES ('past-m1000003-1000001', 1), ('past-m1000004-1000001', 1)",
        now().0
    ))
    .await;
    let both =
        async || (left(&room, "call_lists", "broadcast_id").await, left(&room, "doubts_told", "message_id").await);
    room.turn_after_days(30).await;
    assert_eq!((both().await.0.len(), both().await.1.len()), (2, 2));
    room.turn_after_days(1).await;
    assert_eq!(both().await, (vec!["past-f1000003".to_owned()], vec!["past-m1000003-1000001".to_owned()]));
}

async fn words_and_files_of_a_call_for_help_go_a_day_after_the_cards_and_an_open_one_keeps_them(store: Store) {
    let room = Room::with(&store, SMALL).await;
    let ended = now().0;
    for (id, next, closed) in [("open", "9000000000000", "NULL"), ("over", "NULL", ended.to_string().as_str())] {
        room.change(&format!(
            "INSERT INTO distress (id, commune_id, person_id, chat_id, words, exercise, raised_at, next_at, stage, closed_at) \
             VALUES ('{id}', 'past-commune', 'past-p1000001', 'past-c1000001', 'words', FALSE, 1, {next}, 1, {closed}); \
             INSERT INTO attachments (sha256, size, media_type, content, created_at) VALUES ('{id}', 5, 'audio/ogg', 'voice', {ended}); \
             INSERT INTO upload_handles (gateway, sha256, file_name, handle, created_at) VALUES ('tele', '{id}', 'a.ogg', 'h', {ended}); \
             INSERT INTO distress_files (distress_id, sha256, file_name) VALUES ('{id}', '{id}', 'a.ogg'); \
             INSERT INTO distress_links (token_hash, distress_id, sha256, file_name, expires_at) VALUES ('t-{id}', '{id}', '{id}', 'a.ogg', 1)"
        ))
        .await;
    }
    let kept = async || {
        let words = room.texts("SELECT id FROM distress WHERE words <> '' ORDER BY id").await;
        let named = [("distress_files", "distress_id"), ("distress_links", "distress_id"), ("attachments", "sha256")];
        for (table, column) in named {
            assert_eq!(left(&room, table, column).await, words, "{table}");
        }
        assert_eq!(left(&room, "upload_handles", "sha256").await, words);
        words
    };
    room.turn_after_days(8).await;
    assert_eq!(kept().await, ["open", "over"]);
    room.turn_after_days(1).await;
    assert_eq!(kept().await, ["open"]);
    let emptied = "SELECT id FROM distress WHERE emptied_at IS NOT NULL";
    assert_eq!(room.texts(emptied).await, ["over"], "that somebody cried stays");
    assert!(room.batches().await.contains(&"distress: 1 before 2025-12-01".to_owned()), "{:?}", room.batches().await);
}

async fn how_often_a_stranger_was_heard_goes_after_three_days(store: Store) {
    let room = Room::with(&store, SMALL).await;
    let day = now().start_of_day().0;
    room.change(&format!(
        "INSERT INTO stranger_days (gateway, account_hash, day, talks, checks, doors) VALUES ('tele', 'hash', {day}, 1, 2, 3)"
    ))
    .await;
    room.turn_after_days(3).await;
    assert_eq!(left(&room, "stranger_days", "account_hash").await, ["hash"]);
    room.turn_after_days(1).await;
    assert_eq!(left(&room, "stranger_days", "account_hash").await, Vec::<String>::new());
}

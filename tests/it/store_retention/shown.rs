//! `loa db stats`: what it shows, on both databases.

use std::collections::BTreeSet;

use loa::cli::Opened;
use loa::cli::db::{self, DbCommand};
use loa::store::Store;
use serde_json::Value;

use super::room::{Room, SMALL};
use crate::db::store_tests;

store_tests!(sizes_ages_and_what_goes_next_are_shown_beside_a_service_that_writes);

async fn shown(room: &Room, json: bool) -> String {
    let opened = Opened {
        store: room.core.store.clone(),
        house: room.core.house.clone(),
        clocks: room.core.clocks.clone(),
        entropy: room.core.entropy.clone(),
        user: "test".to_owned(),
    };
    let mut out = Vec::new();
    db::run(&DbCommand::Stats { json }, &opened, &mut out).await.unwrap();
    String::from_utf8(out).unwrap()
}

async fn sizes_ages_and_what_goes_next_are_shown_beside_a_service_that_writes(store: Store) {
    let room = Room::with(&store, SMALL).await;
    room.private("answer", "sent", 40).await;
    let busy = store.begin().await.unwrap();
    let text = shown(&room, false).await;
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    let report: Value = serde_json::from_str(&shown(&room, true).await).unwrap();
    drop(busy);
    let tables = report["tables"].as_array().unwrap();
    let names: BTreeSet<&str> = tables.iter().map(|table| table["name"].as_str().unwrap()).collect();
    let known = match &store {
        Store::Sqlite(_) => {
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE '_sqlx%'"
        }
        Store::Postgres(_) => {
            "SELECT CAST(relname AS TEXT) FROM pg_class WHERE relkind = 'r' AND relname NOT LIKE '_sqlx%' \
             AND relnamespace = CAST('public' AS regnamespace)"
        }
    };
    let known = room.texts(known).await;
    assert_eq!(names, known.iter().map(String::as_str).collect(), "every table");
    let messages = tables.iter().find(|table| table["name"] == "messages").unwrap();
    assert_eq!(messages["rows"], 33);
    assert!(messages["bytes"].as_i64().unwrap() > 4_096, "{messages}");
    assert!(report["files"]["database"].as_i64().unwrap() > 100_000, "{}", report["files"]);
    let due = |report: &Value, kind: &str| {
        let kinds = report["due"].as_array().unwrap();
        kinds.iter().find(|due| due["kind"] == kind).unwrap()["rows"].as_i64().unwrap()
    };
    assert_eq!(due(&report, "bodies"), 32);
    room.catch_up().await;
    let report: Value = serde_json::from_str(&shown(&room, true).await).unwrap();
    assert_eq!(due(&report, "bodies"), 0);
    let audit = report["tables"].as_array().unwrap().iter().find(|table| table["name"] == "audit_entries").unwrap();
    assert!(audit["newest"].as_str().unwrap().starts_with("2025-11-30T10:"), "ids tell the time: {audit}");
}

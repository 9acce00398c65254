//! What goes after a while, and what never does: on both databases where rows are taken, each by its own statement.

use std::time::Duration;

use loa::bench::year::Past;
use loa::domain::retention::Periods;
use loa::id::sha256_hex;
use loa::store::Store;
use loa::usecase::status::Window;
use loa::usecase::{retain, status, tally};

use crate::db::{sqlite_tests, store_tests};

mod ended;
mod kept;
mod proof;
mod room;
mod shown;

use room::{DAY, Room, SMALL, now};

store_tests!(
    a_text_goes_thirty_days_after_the_end_of_its_broadcast_and_its_row_state_and_hash_stay,
    what_can_still_be_sent_or_decided_about_keeps_its_text,
    cards_and_answers_go_seven_days_after_their_end_and_what_is_owed_never_goes,
    numbers_go_after_three_days_keys_after_ninety_and_words_that_were_given_up_after_seven,
    years_are_caught_up_with_by_at_most_one_batch_of_a_kind_a_turn,
);

sqlite_tests!(
    only_the_last_three_tries_are_kept_where_the_text_is_gone,
    a_card_about_what_still_runs_stays_and_what_was_left_out_is_counted_until_the_month_is_over,
    a_batch_that_fails_harms_nobody_else,
    who_finds_nothing_due_does_not_wait_for_whoever_writes,
    a_years_figures_are_the_same_when_all_that_goes_is_gone,
);

/// Those broadcasts' messages that still have their text.
const WITH_TEXT: &str = "SELECT COUNT(*) FROM messages WHERE delivery_id IS NOT NULL AND body <> ''";

async fn a_text_goes_thirty_days_after_the_end_of_its_broadcast_and_its_row_state_and_hash_stay(store: Store) {
    let room = Room::with(&store, SMALL).await;
    let midnight = now().start_of_day().0 - 30 * DAY;
    room.change(&format!(
        "UPDATE broadcasts SET closed_at = {} WHERE id = 'past-f1000003'; \
         UPDATE broadcasts SET closed_at = {midnight} WHERE id = 'past-f1000004'",
        midnight - 1
    ))
    .await;
    room.catch_up().await;
    assert_eq!(room.number(WITH_TEXT).await, 8, "those of the day that is not over yet");
    let hash = sha256_hex("Nội dung đã gửi. Mã VB-1999-1000003".as_bytes());
    let proven = format!(
        "SELECT COUNT(*) FROM messages WHERE broadcast_id = 'past-f1000003' AND state = 'sent' AND external_id IS NOT NULL \
         AND body = '' AND buttons = '' AND emptied_at IS NOT NULL AND body_sha256 = '{hash}'"
    );
    assert_eq!(room.number(&proven).await, 8);
    assert_eq!(room.number("SELECT COUNT(*) FROM messages").await, 32);
    assert_eq!(room.batches().await, ["bodies: 24 before 2025-10-31"]);
    room.turn_after_days(1).await;
    assert_eq!(room.number(WITH_TEXT).await, 0);
}

async fn only_the_last_three_tries_are_kept_where_the_text_is_gone(store: Store) {
    let room = Room::with(&store, SMALL).await;
    room.change("UPDATE broadcasts SET closed_at = started_at + 8640000000 WHERE id = 'past-f1000004'").await;
    for message in ["1000003-1000001", "1000004-1000001"] {
        for number in 2..=5 {
            room.change(&format!(
                "INSERT INTO attempts (id, message_id, number, gateway, chat_id, epoch, started_at, deadline_at, finished_at, outcome) \
                 SELECT 'a{number}-' || message_id, message_id, {number}, gateway, chat_id, epoch, started_at, deadline_at, \
                   finished_at, outcome FROM attempts WHERE id = 'past-a{message}'; \
                 UPDATE messages SET attempts = {number}, attempt_id = 'a{number}-' || id WHERE id = 'past-m{message}'"
            ))
            .await;
        }
    }
    room.catch_up().await;
    let tries = async |message: &str| {
        let sql =
            format!("SELECT CAST(number AS TEXT) FROM attempts WHERE message_id = 'past-m{message}' ORDER BY number");
        room.texts(&sql).await.concat()
    };
    assert_eq!(tries("1000003-1000001").await, "345");
    assert_eq!(tries("1000003-1000002").await, "1");
    assert_eq!(tries("1000004-1000001").await, "12345", "its text is still there");
    assert_eq!(room.batches().await, ["bodies: 24 before 2025-10-31, 2 attempts"]);
}

async fn what_can_still_be_sent_or_decided_about_keeps_its_text(store: Store) {
    let room = Room::with(&store, SMALL).await;
    let late = now().0 + DAY;
    let states = [
        ("1", "state = 'pending', sent_at = NULL, not_after = NULL"),
        ("2", "state = 'retry_wait', sent_at = NULL, wait_ms = 1"),
        ("3", "state = 'sending', sent_at = NULL"),
        ("4", "state = 'unknown', sent_at = NULL, reason = 'no_answer'"),
        ("5", &format!("state = 'failed', sent_at = NULL, reason = 'generic', not_after = {late}")),
        ("6", &format!("state = 'skipped', sent_at = NULL, reason = 'chat_suspended', not_after = {late}")),
        ("7", &format!("state = 'cancelled', sent_at = NULL, reason = 'fallback', not_after = {}", now().0 - 1)),
        ("8", "state = 'unknown', sent_at = NULL, reason = 'no_answer'"),
    ];
    for (group, state) in states {
        // On no gateway that anybody looks after.
        room.change(&format!(
            "UPDATE messages SET gateway = 'aside', {state} WHERE id = 'past-m1000003-100000{group}'"
        ))
        .await;
    }
    room.change("UPDATE messages SET resend_of = 'past-m1000003-1000008' WHERE id = 'past-m1000002-1000008'").await;
    room.catch_up().await;
    let kept = "SELECT id FROM messages WHERE body <> '' AND broadcast_id = 'past-f1000003' ORDER BY id";
    let expected: Vec<String> = (1..=6).map(|group| format!("past-m1000003-100000{group}")).collect();
    assert_eq!(room.texts(kept).await, expected, "what has expired and what was repeated cannot be sent any more");
    room.turn_after_days(2).await;
    assert_eq!(room.texts(kept).await, expected[..4], "what nobody can repeat any more");
    room.change("UPDATE messages SET state = 'sent', sent_at = 1 WHERE id = 'past-m1000003-1000004'").await;
    room.turn_after_days(1).await;
    assert_eq!(room.texts(kept).await, expected[..3], "once it was decided about");
}

async fn cards_and_answers_go_seven_days_after_their_end_and_what_is_owed_never_goes(store: Store) {
    let room = Room::with(&store, SMALL).await;
    for state in ["sent", "failed", "cancelled", "unknown", "pending", "retry_wait", "sending"] {
        room.private(state, state, 40).await;
    }
    let left = "SELECT id FROM messages WHERE delivery_id IS NULL ORDER BY id";
    room.catch_up().await;
    room.turn_after_days(7).await;
    assert_eq!(room.texts(left).await.len(), 7, "the days are counted from the end, whenever it was made");
    room.turn_after_days(1).await;
    assert_eq!(room.texts(left).await, ["pending", "retry_wait", "sending"]);
    assert_eq!(room.number("SELECT COUNT(*) FROM attempts WHERE gateway = 'aside'").await, 3);
    assert!(room.batches().await.contains(&"private: 4 before 2025-12-01, 4 attempts".to_owned()));
    room.change("UPDATE messages SET state = 'sent', sent_at = 1 WHERE id = 'sending'").await;
    room.turn_after(Duration::from_hours(1)).await;
    room.turn_after_days(7).await;
    assert_eq!(room.texts(left).await.len(), 3);
    room.turn_after_days(1).await;
    assert_eq!(room.texts(left).await, ["pending", "retry_wait"]);
}

async fn a_card_about_what_still_runs_stays_and_what_was_left_out_is_counted_until_the_month_is_over(store: Store) {
    let room = Room::with(&store, Past { running: 1, ..SMALL }).await;
    room.change("UPDATE bulletin_versions SET expires_at = 9000000000000").await;
    room.change("UPDATE obligations SET state = 'awaiting', acknowledged_at = NULL, deadline = 9000000000000 WHERE broadcast_id = 'past-f1000004'").await;
    room.private("digest", "sent", 0).await;
    room.private("left-out", "skipped", 0).await;
    room.change("UPDATE messages SET broadcast_id = 'past-f1000004' WHERE id = 'digest'").await;
    room.change("UPDATE messages SET reason = 'budget' WHERE id = 'left-out'").await;
    let left = "SELECT id FROM messages WHERE delivery_id IS NULL ORDER BY id";
    room.catch_up().await;
    room.turn_after_days(20).await;
    assert_eq!(room.texts(left).await, ["digest", "left-out"]);
    room.change("UPDATE broadcasts SET state = 'closed', closed_at = 1 WHERE id = 'past-f1000004'").await;
    room.turn_after_days(12).await;
    assert!(room.texts(left).await.is_empty());
}

async fn numbers_go_after_three_days_keys_after_ninety_and_words_that_were_given_up_after_seven(store: Store) {
    let room = Room::with(&store, SMALL).await;
    room.change("DELETE FROM inbox").await;
    let made = now().0;
    room.change(&format!(
        "INSERT INTO menu_choices (chat_id, account, number, data, offered_at) VALUES ('past-c1000001', '', 21, 'x', {made}); \
         INSERT INTO dialogues (chat_id, account, flow, data, updated_at) VALUES ('past-c1000001', 'a', 'x', 'x', {made}); \
         INSERT INTO counters (commune_id, name, value) VALUES ('past-commune', 'key-aa', 1), ('past-commune', 'directive', 1); \
         INSERT INTO inbox (id, gateway, dedupe, event, urgent, state, attempts, received_at, processed_at) VALUES \
           ('i1', 'tele', 'k1', NULL, FALSE, 'done', 1, {made}, {made}), ('i3', 'aside', 'k3', 'words', FALSE, 'waiting', 0, {made}, NULL), \
           ('i2', 'tele', 'k2', 'words', FALSE, 'failed', 3, {received}, {made})",
        received = made - 20 * DAY
    ))
    .await;
    let menus = "SELECT COUNT(*) FROM menu_choices";
    let words = "SELECT COUNT(*) FROM inbox WHERE event IS NOT NULL";
    let incidents = "SELECT COUNT(*) FROM incidents WHERE closed_at IS NULL";
    let counters = "SELECT name FROM counters WHERE name IN ('directive', 'key-aa') ORDER BY name";
    room.keeper.tick().await.unwrap();
    room.turn_after_days(3).await;
    assert_eq!((room.number(menus).await, room.number(words).await, room.number(incidents).await), (1, 2, 1));
    room.turn_after_days(1).await;
    assert_eq!(room.number(menus).await, 0);
    room.turn_after_days(4).await;
    assert_eq!((room.number(words).await, room.number(incidents).await), (1, 0), "what waits is no word given up");
    assert_eq!(room.number("SELECT COUNT(*) FROM dialogues").await, 0);
    room.turn_after_days(82).await;
    assert_eq!(room.texts("SELECT id FROM inbox ORDER BY id").await, ["i1", "i3"], "a repetition is still known");
    assert_eq!(room.texts(counters).await, ["directive", "key-aa"], "a script's too");
    room.turn_after_days(1).await;
    assert_eq!(room.texts("SELECT id FROM inbox ORDER BY id").await, ["i3"]);
    assert_eq!(room.texts(counters).await, ["directive"], "what counts bulletins counts for ever");
}

async fn years_are_caught_up_with_by_at_most_one_batch_of_a_kind_a_turn(store: Store) {
    let room = Room::with(&store, Past { broadcasts: 10, groups: 150, running: 2 }).await;
    let emptied = "SELECT COUNT(*) FROM messages WHERE emptied_at IS NOT NULL";
    room.keeper.tick().await.unwrap();
    assert_eq!(room.number(emptied).await, 500);
    room.turn_after(Duration::from_secs(59)).await;
    assert_eq!(room.number(emptied).await, 500, "others have their turn");
    room.turn_after(Duration::from_secs(1)).await;
    assert_eq!(room.number(emptied).await, 1_000);
    // Whoever comes after a kill knows no more than what is written.
    let room = Room::of(&store, Periods::default(), room.core.wall_now().plus_ms(1)).await;
    room.keeper.tick().await.unwrap();
    assert_eq!(room.number(emptied).await, 1_200);
    let bodies = async |room: &Room| {
        room.batches().await.into_iter().filter(|batch| batch.starts_with("bodies")).collect::<Vec<_>>()
    };
    let each = ["bodies: 500 before 2025-10-31", "bodies: 500 before 2025-10-31", "bodies: 200 before 2025-10-31"];
    assert_eq!(bodies(&room).await, each);
    for _ in 0..3 {
        room.turn_after(Duration::from_hours(1)).await;
    }
    assert_eq!(bodies(&room).await, each, "once is enough");
    let report = store.read().await.unwrap().verify_audit().await.unwrap();
    assert!(report.first_broken.is_none() && report.entries >= 3, "{report:?}");
    assert_eq!(
        room.number("SELECT COUNT(*) FROM audit_entries WHERE seq IS NULL").await,
        0,
        "all of it is in the chain"
    );
}

async fn a_batch_that_fails_harms_nobody_else(store: Store) {
    let room = Room::with(&store, SMALL).await;
    room.change("INSERT INTO menu_choices (chat_id, account, number, data, offered_at) VALUES ('past-c1000001', '', 21, 'x', 1)").await;
    room.change("INSERT INTO inbox (id, gateway, dedupe, urgent, state, attempts, received_at) VALUES ('i1', 'tele', 'k1', FALSE, 'done', 1, 1)").await;
    let refuse = |table: &str| {
        sqlx::AssertSqlSafe(format!(
            "CREATE TRIGGER no_{table} BEFORE DELETE ON {table} BEGIN SELECT RAISE(ABORT, 'no'); END"
        ))
    };
    let Store::Sqlite(pool) = &store else { panic!("a file is SQLite") };
    sqlx::query(refuse("menu_choices")).execute(pool).await.unwrap();
    let failed = room.keeper.tick().await.unwrap_err().to_string();
    assert!(failed.contains("retain") && failed.contains("menus"), "{failed}");
    assert_eq!(room.number(WITH_TEXT).await, 0, "what comes before it");
    assert_eq!(room.number("SELECT COUNT(*) FROM inbox").await, 0, "and what comes after it");
    assert_eq!(room.number("SELECT COUNT(*) FROM incidents WHERE closed_at IS NULL").await, 1);
    assert!(room.batches().await.iter().all(|batch| !batch.starts_with("menus")), "nothing is said to have gone");
    for _ in 0..8 {
        room.clock.advance(Duration::from_mins(1));
        let _ = room.keeper.tick().await;
    }
    assert_eq!(room.number("SELECT COUNT(*) FROM incidents").await, 1, "told once for as long as it lasts");
    room.change("DROP TRIGGER no_menu_choices").await;
    room.turn_after(Duration::from_hours(1)).await;
    assert_eq!(room.number("SELECT COUNT(*) FROM menu_choices").await, 0);
    assert_eq!(room.number("SELECT COUNT(*) FROM incidents WHERE closed_at IS NULL").await, 0);
}

async fn who_finds_nothing_due_does_not_wait_for_whoever_writes(store: Store) {
    let room = Room::with(&store, SMALL).await;
    room.catch_up().await;
    let writer = store.begin().await.unwrap();
    room.turn_after(Duration::from_hours(2)).await;
    drop(writer);
}

async fn a_years_figures_are_the_same_when_all_that_goes_is_gone(store: Store) {
    let past = Past { broadcasts: 60, groups: 20, running: 5 };
    loa::bench::year::write(&store, crate::fixture::GATEWAY, past, now()).await.unwrap();
    let never =
        Periods { bodies_days: 3_660, private_days: 3_660, menus_days: 3_660, keys_days: 3_660, ..Periods::default() };
    let before = Room::of(&store, never, now()).await;
    let plan = include_str!("../../config/plans/ha-long-2025.toml");
    let mut tx = store.begin().await.unwrap();
    let commune = before.core.commune_id().await.unwrap();
    tally::import_plan(&mut tx, &before.core.act(&commune), plan, chrono::NaiveDate::from_ymd_opt(2025, 7, 8))
        .await
        .unwrap();
    tx.commit().await.unwrap();
    before.change("UPDATE bulletin_versions SET plan_code = 'ha-long-2025', level = 'superior'").await;
    before.private("left-out", "skipped", 9).await;
    before.change("UPDATE messages SET gateway = 'tele', reason = 'budget' WHERE id = 'left-out'").await;
    // What else falls due is done first: broadcasts are closed, answers lapse.
    before.catch_up().await;
    before.turn_after_days(8).await;
    before.catch_up().await;
    let expected = figures(&before).await;
    let room = Room::of(&store, Periods::default(), before.core.wall_now()).await;
    room.keeper.tick().await.unwrap();
    room.catch_up().await;
    assert!(room.number("SELECT COUNT(*) FROM messages WHERE emptied_at IS NOT NULL").await >= 1_000);
    let room = Room::of(&store, Periods::default(), before.core.wall_now()).await;
    let found = figures(&room).await;
    let (found, expected): (Vec<&str>, Vec<&str>) = (found.lines().collect(), expected.lines().collect());
    assert_eq!(found, expected);
}

/// Everything that is counted, and everything about one bulletin.
async fn figures(room: &Room) -> String {
    let commune = room.core.commune_id().await.unwrap();
    let (act, mut tx) = (room.core.act(&commune), room.core.store.read().await.unwrap());
    let all = status::overall(&mut tx, &act, Window::ALL).await.unwrap();
    let bulletin = tx.bulletin("past-b1000030").await.unwrap().unwrap();
    let one = status::of_bulletin(&mut tx, &act, &bulletin).await.unwrap();
    let lines = tally::progress(&mut tx, &act, None, now().local_date()).await.unwrap().lines;
    assert!(lines.iter().any(|line| line.count > 0), "something counts: {lines:#?}");
    let older = retain::older_records(&mut tx, &act).await.unwrap();
    let left_out = tx.answers_left_out("tele", now().plus_days(-29)).await.unwrap();
    let texts = [serde_json::to_string_pretty(&all).unwrap(), serde_json::to_string_pretty(&one).unwrap()];
    format!("{}\n{lines:#?}\n{older:?}\n{left_out} left out", texts.join("\n"))
}

//! The contract of chats, slots and accounts, above all when a platform gives a group a new id.

use loa::domain::calendar::Millis;
use loa::store::binding::{AccountState, ChatKind, ChatState, Identity};
use loa::store::{Store, StoreError, Tx};

use crate::db::store_tests;
use crate::fixture::{self, AT, GATEWAY, group_chat, private_chat, raw};

store_tests!(
    a_chat_seen_again_is_the_same_row_with_the_new_title,
    a_chat_is_suspended_with_a_reason_and_resumed,
    a_suspended_chat_makes_its_slot_inactive,
    a_slot_takes_one_chat_and_a_chat_one_slot,
    a_freed_slot_can_be_bound_again,
    an_account_belongs_to_one_person,
    a_locked_account_is_nobodys_until_a_code_opens_it,
    private_chats_are_the_active_ones_of_the_persons_own_accounts,
    a_moved_group_keeps_its_row,
    moving_to_the_id_it_has_changes_nothing,
    an_unknown_chat_does_not_move,
    a_moved_group_takes_over_what_came_in_under_the_new_id,
    a_late_message_under_the_old_id_does_not_take_the_slot_away,
    two_slots_that_turn_out_to_be_one_group_leave_one_of_them_unbound,
    a_broadcast_that_went_to_both_rows_is_not_sent_twice,
);

async fn a_chat_seen_again_is_the_same_row_with_the_new_title(store: Store) {
    let mut tx = store.begin().await.unwrap();
    let first = group_chat(&mut tx, "c-1", "-100").await;
    let again = tx.ensure_chat(GATEWAY, "-100", ChatKind::Group, "Tên mới", AT, "c-2").await.unwrap();
    assert_eq!((again.id.as_str(), again.title.as_str()), ("c-1", "Tên mới"));
    let silent = tx.ensure_chat(GATEWAY, "-100", ChatKind::Group, "", AT, "c-3").await.unwrap();
    assert_eq!(silent, again);
    let elsewhere = tx.ensure_chat("zalo", "-100", ChatKind::Group, "", AT, "c-4").await.unwrap();
    assert_ne!(elsewhere.id, first.id);
}

async fn a_chat_is_suspended_with_a_reason_and_resumed(store: Store) {
    let mut tx = store.begin().await.unwrap();
    let chat = group_chat(&mut tx, "c-1", "-100").await;
    tx.set_chat_state(&chat.id, ChatState::Suspended, Some("kicked")).await.unwrap();
    let suspended = tx.chat("c-1").await.unwrap().unwrap();
    assert_eq!((suspended.state, suspended.reason.as_deref()), (ChatState::Suspended, Some("kicked")));
    tx.set_chat_state(&chat.id, ChatState::Active, None).await.unwrap();
    assert_eq!(tx.chat("c-1").await.unwrap().unwrap(), chat);
    let unknown = tx.set_chat_state("no such chat", ChatState::Active, None).await;
    assert!(matches!(unknown, Err(StoreError::Stale { what: "chat", .. })));
    assert!(tx.set_chat_state("c-1", ChatState::Suspended, None).await.is_err(), "suspended without a reason");
}

async fn a_suspended_chat_makes_its_slot_inactive(store: Store) {
    let mut tx = fixture::village(&store).await;
    let chat = group_chat(&mut tx, "c-1", "-100").await;
    tx.bind_group("gr-03", &chat.id, AT).await.unwrap();
    tx.set_chat_state(&chat.id, ChatState::Suspended, Some("kicked")).await.unwrap();
    let directory = tx.directory(fixture::COMMUNE, fixture::day(2025, 7, 28)).await.unwrap();
    let active: Vec<_> = directory.groups.iter().map(|group| (group.id.as_str(), group.active)).collect();
    assert_eq!(active, [("gr-03", false), ("gr-04", false)]);
}

async fn a_slot_takes_one_chat_and_a_chat_one_slot(store: Store) {
    let mut tx = fixture::village(&store).await;
    group_chat(&mut tx, "c-1", "-100").await;
    group_chat(&mut tx, "c-2", "-200").await;
    tx.bind_group("gr-03", "c-1", AT).await.unwrap();
    assert!(matches!(tx.bind_group("gr-03", "c-2", AT).await, Err(StoreError::Stale { .. })));
    assert!(matches!(tx.bind_group("gr-04", "c-1", AT).await, Err(StoreError::Stale { .. })));
    let bound = tx.group_of_chat("c-1").await.unwrap().unwrap();
    assert_eq!((bound.id.as_str(), bound.bound_at), ("gr-03", Some(AT.0)));
    assert_eq!(tx.group_by_code(fixture::COMMUNE, "04-CB").await.unwrap().unwrap().chat_id, None);
}

async fn a_freed_slot_can_be_bound_again(store: Store) {
    let mut tx = fixture::village(&store).await;
    group_chat(&mut tx, "c-1", "-100").await;
    assert!(matches!(tx.unbind_group("gr-03").await, Err(StoreError::Stale { .. })));
    tx.bind_group("gr-03", "c-1", AT).await.unwrap();
    tx.unbind_group("gr-03").await.unwrap();
    tx.bind_group("gr-04", "c-1", AT).await.unwrap();
    assert_eq!(tx.group_of_chat("c-1").await.unwrap().unwrap().id, "gr-04");
}

async fn an_account_belongs_to_one_person(store: Store) {
    let mut tx = fixture::village(&store).await;
    assert!(tx.link_identity(GATEWAY, "777", "p-binh", AT, "i-1").await.unwrap());
    assert!(!tx.link_identity(GATEWAY, "777", "p-son", AT, "i-2").await.unwrap());
    assert!(tx.link_identity("zalo", "777", "p-son", AT, "i-3").await.unwrap());
    assert_eq!(tx.identity(GATEWAY, "777").await.unwrap().unwrap().person_id, "p-binh");
    let accounts = tx.accounts_of("p-son").await.unwrap();
    assert_eq!(accounts.iter().map(|account| account.gateway.as_str()).collect::<Vec<_>>(), ["zalo"]);
}

async fn a_locked_account_is_nobodys_until_a_code_opens_it(store: Store) {
    let mut tx = fixture::village(&store).await;
    tx.link_identity(GATEWAY, "777", "p-binh", AT, "i-1").await.unwrap();
    private_chat(&mut tx, "777").await;
    assert!(tx.lock_account("i-1", AT).await.unwrap());
    assert!(!tx.lock_account("i-1", AT).await.unwrap(), "it was");
    assert_eq!(tx.identity(GATEWAY, "777").await.unwrap(), None);
    assert_eq!(tx.speaker_name(GATEWAY, "777").await.unwrap(), None);
    assert_eq!(tx.private_chat_of("p-binh").await.unwrap(), []);
    assert!(!tx.link_identity(GATEWAY, "777", "p-binh", AT, "i-2").await.unwrap(), "no file opens it");
    let locked = tx.owner_of(GATEWAY, "777").await.unwrap().unwrap();
    assert_eq!((locked.state, tx.account("i-1").await.unwrap()), (AccountState::Locked, Some(locked.clone())));
    let anew = Identity { id: "i-3".to_owned(), person_id: "p-son".to_owned(), state: AccountState::Active, ..locked };
    assert!(tx.open_account(&anew, None).await.unwrap());
    assert!(!tx.open_account(&anew, None).await.unwrap(), "what is open is nobody else's");
    let owner = tx.identity(GATEWAY, "777").await.unwrap().unwrap();
    assert_eq!((owner.id.as_str(), owner.person_id.as_str()), ("i-1", "p-son"));
    assert_eq!(tx.private_chat_of("p-son").await.unwrap().len(), 1);
}

async fn private_chats_are_the_active_ones_of_the_persons_own_accounts(store: Store) {
    let mut tx = fixture::village(&store).await;
    tx.link_identity(GATEWAY, "777", "p-binh", AT, "i-1").await.unwrap();
    assert_eq!(tx.private_chat_of("p-binh").await.unwrap(), []);
    let chat = private_chat(&mut tx, "777").await;
    private_chat(&mut tx, "888").await;
    // Another gateway where the same digits are somebody else's.
    tx.ensure_chat("zalo", "777", ChatKind::Private, "", AT, "c-z").await.unwrap();
    assert_eq!(tx.private_chat_of("p-binh").await.unwrap(), std::slice::from_ref(&chat));
    tx.set_chat_state(&chat.id, ChatState::Suspended, Some("blocked")).await.unwrap();
    assert_eq!(tx.private_chat_of("p-binh").await.unwrap(), []);
}

async fn a_moved_group_keeps_its_row(store: Store) {
    let mut tx = fixture::village(&store).await;
    group_chat(&mut tx, "c-1", "-100").await;
    tx.bind_group("gr-03", "c-1", AT).await.unwrap();
    let moved = tx.set_chat_external("c-1", "-1000000000100").await.unwrap();
    assert_eq!((moved.chat_id.as_str(), moved.absorbed), ("c-1", None));
    assert_eq!(tx.chat_by_external(GATEWAY, "-1000000000100").await.unwrap().unwrap().id, "c-1");
    assert_eq!(tx.chat_by_external(GATEWAY, "-100").await.unwrap(), None);
    assert_eq!(tx.group_of_chat("c-1").await.unwrap().unwrap().id, "gr-03");
}

async fn moving_to_the_id_it_has_changes_nothing(store: Store) {
    let mut tx = store.begin().await.unwrap();
    let chat = group_chat(&mut tx, "c-1", "-100").await;
    let moved = tx.set_chat_external("c-1", "-100").await.unwrap();
    assert_eq!((moved.chat_id.as_str(), moved.absorbed, moved.unbound_group), ("c-1", None, None));
    assert_eq!(tx.chat("c-1").await.unwrap(), Some(chat));
}

async fn an_unknown_chat_does_not_move(store: Store) {
    let mut tx = store.begin().await.unwrap();
    assert!(matches!(tx.set_chat_external("c-1", "-100").await, Err(StoreError::Stale { what: "chat", .. })));
}

const REPLY: &str =
    "INSERT INTO messages (id, purpose, gateway, chat_id, lane, part, parts, body, buttons, state, due_at, \
     attempts, created_at) VALUES ('m-1', 'reply', 'tele', 'c-2', 0, 1, 1, 'x', '[]', 'pending', 0, 0, 0);
     INSERT INTO attempts (id, message_id, number, gateway, chat_id, epoch, started_at, deadline_at) \
     VALUES ('a-1', 'm-1', 1, 'tele', 'c-2', 1, 0, 0);
     INSERT INTO dialogues (chat_id, account, flow, data, updated_at) VALUES ('c-2', '777', 'f', '{}', 0)";

async fn a_moved_group_takes_over_what_came_in_under_the_new_id(store: Store) {
    let mut tx = fixture::village(&store).await;
    group_chat(&mut tx, "c-1", "-100").await;
    tx.bind_group("gr-03", "c-1", AT).await.unwrap();
    group_chat(&mut tx, "c-2", "-1000000000100").await;
    raw(&mut tx, REPLY).await;

    let moved = tx.set_chat_external("c-1", "-1000000000100").await.unwrap();
    assert_eq!((moved.chat_id.as_str(), moved.absorbed.as_deref(), moved.unbound_group), ("c-1", Some("c-2"), None));
    for table in ["messages", "attempts", "dialogues"] {
        assert_eq!(chats_in(&mut tx, table).await, ["c-1"], "{table}");
    }
    let retired = tx.chat("c-2").await.unwrap().unwrap();
    assert_eq!((retired.state, retired.external_id.as_str()), (ChatState::Suspended, "merged:c-2"));
    assert_eq!(tx.chat("c-1").await.unwrap().unwrap().state, ChatState::Active);
}

async fn a_late_message_under_the_old_id_does_not_take_the_slot_away(store: Store) {
    let mut tx = fixture::village(&store).await;
    group_chat(&mut tx, "c-1", "-1000000000100").await;
    tx.bind_group("gr-03", "c-1", AT).await.unwrap();
    // The move was followed already; then the old group's last service message comes in and makes a row of its own.
    group_chat(&mut tx, "c-0", "-100").await;
    let moved = tx.set_chat_external("c-0", "-1000000000100").await.unwrap();
    assert_eq!((moved.chat_id.as_str(), moved.absorbed.as_deref()), ("c-1", Some("c-0")));
    assert_eq!(tx.group("gr-03").await.unwrap().unwrap().chat_id.as_deref(), Some("c-1"));
}

async fn two_slots_that_turn_out_to_be_one_group_leave_one_of_them_unbound(store: Store) {
    let mut tx = fixture::village(&store).await;
    let (older, newer) = (Millis(1), Millis(2));
    tx.ensure_chat(GATEWAY, "-100", ChatKind::Group, "", older, "c-9").await.unwrap();
    tx.ensure_chat(GATEWAY, "-1000000000100", ChatKind::Group, "", newer, "c-1").await.unwrap();
    tx.bind_group("gr-03", "c-9", AT).await.unwrap();
    tx.bind_group("gr-04", "c-1", AT).await.unwrap();
    let moved = tx.set_chat_external("c-9", "-1000000000100").await.unwrap();
    assert_eq!((moved.chat_id.as_str(), moved.unbound_group.as_deref()), ("c-9", Some("gr-04")));
    assert_eq!(tx.group("gr-04").await.unwrap().unwrap().chat_id, None);
}

const BROADCAST_TO_BOTH: &str = "INSERT INTO bulletins (id, commune_id, kind, year, seq, code, state, version, composer_id, \
     unit_id, created_at, updated_at) VALUES ('b', 'commune', 'directive', 2025, 1, 'VB-2025-0001', 'approved', 1, 'p-quan', 'u-xa', 0, 0);
     INSERT INTO bulletin_versions (bulletin_id, version, title, title_folded, body, urgency, level, public, audience, \
     ack_required, expires_at, attestation, envelope_hash, created_by, created_at) \
     VALUES ('b', 1, 't', 't', 'x', 'normal', 'local', 'cadres', 'thon', FALSE, 0, 'not_secret', 'h', 'p-quan', 0);
     INSERT INTO schedules (id, bulletin_id, version, fire_at, missed_policy, state, created_at, updated_at) \
     VALUES ('s', 'b', 1, 0, 'skip', 'ended', 0, 0);
     INSERT INTO broadcasts (id, bulletin_id, version, schedule_id, fire_at, state, started_at) \
     VALUES ('f', 'b', 1, 's', 0, 'running', 0);
     INSERT INTO deliveries (id, broadcast_id, chat_id, group_id) VALUES ('d-1', 'f', 'c-1', 'gr-03'), ('d-2', 'f', 'c-2', 'gr-04');
     INSERT INTO messages (id, purpose, gateway, chat_id, delivery_id, broadcast_id, lane, part, parts, body, buttons, state, \
     due_at, attempts, created_at) VALUES ('m-1', 'broadcast', 'tele', 'c-1', 'd-1', 'f', 0, 1, 1, 'x', '[]', 'pending', 0, 0, 0), \
     ('m-2', 'broadcast', 'tele', 'c-2', 'd-2', 'f', 0, 1, 1, 'x', '[]', 'pending', 0, 0, 0)";

async fn a_broadcast_that_went_to_both_rows_is_not_sent_twice(store: Store) {
    let mut tx = fixture::village(&store).await;
    group_chat(&mut tx, "c-1", "-100").await;
    group_chat(&mut tx, "c-2", "-1000000000100").await;
    tx.bind_group("gr-03", "c-1", AT).await.unwrap();
    tx.bind_group("gr-04", "c-2", AT).await.unwrap();
    raw(&mut tx, BROADCAST_TO_BOTH).await;
    let moved = tx.set_chat_external("c-1", "-1000000000100").await.unwrap();
    assert_eq!(moved.absorbed.as_deref(), Some("c-2"));
    assert_eq!(chats_in(&mut tx, "messages").await, ["c-1", "c-2"]);
    assert_eq!(tx.chat("c-2").await.unwrap().unwrap().state, ChatState::Suspended);
}

async fn chats_in(tx: &mut Tx, table: &str) -> Vec<String> {
    let statement = sqlx::AssertSqlSafe(format!("SELECT DISTINCT chat_id FROM {table} ORDER BY chat_id"));
    match tx {
        Tx::Sqlite(connection) => sqlx::query_scalar(statement).fetch_all(&mut **connection).await.unwrap(),
        Tx::Postgres(connection) => sqlx::query_scalar(statement).fetch_all(&mut **connection).await.unwrap(),
    }
}

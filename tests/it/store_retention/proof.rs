//! What is proven by rows that are gone, and what no longer is by texts that are.

use loa::store::Store;
use loa::store::messages::Finished;
use loa::usecase::settle;

use super::room::{Room, SMALL};
use crate::db::{sqlite_tests, store_tests};
use crate::fixture::GATEWAY;

store_tests!(refusals_are_not_in_a_row_when_what_the_chat_took_in_between_is_gone,);

sqlite_tests!(a_text_that_came_back_settles_no_doubt_whose_text_is_gone,);

/// A chat refuses its latest message in words that no table knows; whether it may still be written to.
async fn is_written_to_after_a_refusal(room: &Room, group: u32) -> bool {
    let (message, attempt) = (format!("past-m1000004-100000{group}"), format!("past-a1000004-100000{group}"));
    room.change(&format!(
        "UPDATE messages SET state = 'sending', sent_at = NULL WHERE id = '{message}'; \
         UPDATE attempts SET outcome = NULL, finished_at = NULL WHERE id = '{attempt}'"
    ))
    .await;
    let commune = room.core.commune_id().await.unwrap();
    let refused = Finished::Failed { reason: "generic".to_owned(), detail: format!("words of their own {group}") };
    let mut tx = room.core.store.begin().await.unwrap();
    assert!(settle::record(&mut tx, &room.core.act(&commune), &message, &attempt, &refused).await.unwrap());
    tx.commit().await.unwrap();
    room.number(&format!("SELECT COUNT(*) FROM chats WHERE id = 'past-c100000{group}' AND state = 'active'")).await == 1
}

async fn refusals_are_not_in_a_row_when_what_the_chat_took_in_between_is_gone(store: Store) {
    let room = Room::with(&store, SMALL).await;
    // The two firings before the latest one were refused, an answer between them and the latest was taken by the first chat.
    room.change(
        "UPDATE messages SET state = 'failed', sent_at = NULL, reason = 'generic' \
         WHERE broadcast_id IN ('past-f1000002', 'past-f1000003') AND chat_id IN ('past-c1000001', 'past-c1000002')",
    )
    .await;
    room.private("answer", "sent", 100).await;
    room.catch_up().await;
    room.turn_after_days(8).await;
    assert_eq!(room.number("SELECT COUNT(*) FROM messages WHERE id = 'answer'").await, 0);
    assert!(is_written_to_after_a_refusal(&room, 1).await, "two refusals before the answer and one after it");
    assert!(!is_written_to_after_a_refusal(&room, 2).await, "three in a row");
}

async fn a_text_that_came_back_settles_no_doubt_whose_text_is_gone(store: Store) {
    let room = Room::with(&store, SMALL).await;
    let doubt = "state = 'unknown', reason = 'no_answer', sent_at = NULL, external_id = NULL";
    room.change(&format!(
        "UPDATE messages SET {doubt}, body = '', emptied_at = 1 WHERE id = 'past-m1000003-1000001'; \
         UPDATE messages SET {doubt}, body = '' WHERE id = 'past-m1000004-1000001'"
    ))
    .await;
    let commune = room.core.commune_id().await.unwrap();
    let act = room.core.act(&commune);
    let settled = "SELECT id FROM messages WHERE reason = 'echoed' ORDER BY id";
    for id in ["e1", "e2"] {
        let mut tx = store.begin().await.unwrap();
        // A file without words.
        let found = settle::echoed(&mut tx, &act, (GATEWAY, "past-1000001"), (id, "")).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!((found, room.texts(settled).await), (id == "e1", vec!["past-m1000004-1000001".to_owned()]));
    }
}

//! Long after a broadcast was over: what people still see when its texts are gone.

use std::time::Duration;

use loa::demo::places::Network;
use loa::store::Store;
use loa::usecase::UseCaseError;
use loa::usecase::compose::{Composed, Draft};
use loa::usecase::settle;

use crate::db::sqlite_tests;
use crate::fixture::raw;
use crate::flow_send::draft;
use crate::stage::Stage;

sqlite_tests!(
    an_answer_after_the_text_is_gone_counts_and_the_group_is_told_without_touching_what_stands_there,
    what_failed_can_be_repeated_for_as_long_as_it_may_be_sent_and_not_without_its_text,
    a_press_under_what_was_in_doubt_settles_it_long_after_it_was_repeated_and_its_text_went,
    who_looks_after_the_service_reads_in_one_sentence_what_is_older_than_five_years,
);

async fn start(store: Store) -> Stage {
    let mut stage = Stage::start(store, &[Network::Telegram]).await;
    stage.settle().await;
    stage
}

async fn days_later(stage: &mut Stage, days: u64) {
    stage.clock.advance(Duration::from_hours(24 * days));
    stage.settle().await;
    // What was taken off the queue or closed meanwhile is looked at again.
    stage.clock.advance(Duration::from_hours(1));
    stage.settle().await;
}

/// Texts of a bulletin's groups that are still there.
async fn texts(stage: &Stage) -> i64 {
    stage.rows("SELECT COUNT(*) FROM messages WHERE purpose = 'broadcast' AND body <> ''").await
}

async fn an_answer_after_the_text_is_gone_counts_and_the_group_is_told_without_touching_what_stands_there(
    store: Store,
) {
    let mut stage = start(store).await;
    let composed = stage.release(&draft()).await;
    stage.settle().await;
    let group = stage.group("dieu-hanh-03");
    stage.telegram().press(stage.person("binh"), group, None, "✅ Đã nhận").unwrap();
    stage.settle().await;
    let stands = stage.telegram().messages(group).unwrap().pop().unwrap();
    days_later(&mut stage, 40).await;
    assert_eq!(stage.rows("SELECT COUNT(*) FROM broadcasts WHERE state = 'closed'").await, 1, "nobody else answered");
    assert_eq!(texts(&stage).await, 24);
    days_later(&mut stage, 31).await;
    assert_eq!(texts(&stage).await, 0);
    let before = stage.telegram().messages(stage.group("dieu-hanh-04")).unwrap();
    let place = stage.group("dieu-hanh-04");
    let answering = stage.org().holdings.iter().find(|holding| holding.seat.contains("04")).unwrap().person.clone();
    let asked = before.iter().find(|message| message.text.contains("VB-2025-0001")).unwrap().clone();
    stage.telegram().press(stage.person(&answering), place, Some(asked.id), "✅ Đã nhận").unwrap();
    stage.settle().await;
    assert_eq!(stage.acknowledged(&composed.bulletin.code).await, ["Thôn 03", "Thôn 04"]);
    // Everywhere else it would be written within a minute.
    stage.clock.advance(Duration::from_mins(2));
    stage.settle().await;
    let after = stage.telegram().messages(place).unwrap();
    let same = after.iter().find(|message| message.id == asked.id).unwrap();
    assert_eq!(same.text, asked.text, "nothing is written over it");
    assert!(after.last().unwrap().text.contains("Thôn 04"), "{:?}", after.last());
    let other = stage.telegram().messages(group).unwrap().pop().unwrap();
    assert_eq!((other.id, other.text), (stands.id, stands.text), "where nothing is new nothing is said");
    stage.stop().await;
}

/// A message of a bulletin that failed.
async fn failed(stage: &Stage, composed: &Composed) -> String {
    let mut tx = stage.core.store.begin().await.unwrap();
    let broadcast = tx.broadcasts_of(&composed.bulletin.id).await.unwrap().remove(0);
    let message = tx.messages_of_broadcast(&broadcast.id).await.unwrap().remove(0);
    let sql =
        format!("UPDATE messages SET state = 'failed', sent_at = NULL, reason = 'generic' WHERE id = '{}'", message.id);
    raw(&mut tx, &sql).await;
    tx.commit().await.unwrap();
    message.id
}

async fn what_failed_can_be_repeated_for_as_long_as_it_may_be_sent_and_not_without_its_text(store: Store) {
    let mut stage = start(store).await;
    let lasting = Draft { ack_required: false, expires_at: Some(stage.now().plus_days(60)), ..draft() };
    let (lasting, short) = (stage.release(&lasting).await, Draft { ack_required: false, ..draft() });
    let short = stage.release(&short).await;
    stage.settle().await;
    let (repeatable, over) = (failed(&stage, &lasting).await, failed(&stage, &short).await);
    days_later(&mut stage, 40).await;
    assert_eq!(texts(&stage).await, 1, "the one that may still be sent");
    let lan = stage.act_of("lan").await;
    let mut tx = stage.core.store.begin().await.unwrap();
    assert!(settle::resend(&mut tx, &lan, &repeatable).await.unwrap());
    let refusal = settle::resend(&mut tx, &lan, &over).await.unwrap_err();
    assert!(matches!(refusal, UseCaseError::Refused { key: "refused-text-gone", .. }), "{refusal}");
    tx.commit().await.unwrap();
    stage.settle().await;
    let again = "SELECT COUNT(*) FROM messages m JOIN messages r ON r.resend_of = m.id WHERE r.state = 'sent' AND r.body LIKE '%treo cờ%'";
    assert_eq!(stage.rows(again).await, 1, "with its text");
    stage.stop().await;
}

/// Nobody knows any more what became of a message.
async fn doubt(stage: &Stage, message: &str) {
    let mut tx = stage.core.store.begin().await.unwrap();
    let forgotten = "state = 'unknown', reason = 'no_answer', external_id = NULL, sent_at = NULL";
    raw(&mut tx, &format!("UPDATE messages SET {forgotten} WHERE id = '{message}'")).await;
    tx.commit().await.unwrap();
}

/// Orders the repetition of a message in doubt; gives it.
async fn repeated(stage: &Stage, message: &str) -> String {
    let lan = stage.act_of("lan").await;
    let mut tx = stage.core.store.begin().await.unwrap();
    assert!(settle::resend(&mut tx, &lan, message).await.unwrap());
    let broadcast = tx.message(message).await.unwrap().unwrap().broadcast_id.unwrap();
    let messages = tx.messages_of_broadcast(&broadcast).await.unwrap();
    tx.commit().await.unwrap();
    messages.into_iter().find(|again| again.resend_of.as_deref() == Some(message)).unwrap().id
}

async fn a_press_under_what_was_in_doubt_settles_it_long_after_it_was_repeated_and_its_text_went(store: Store) {
    let mut stage = start(store).await;
    stage.release(&draft()).await;
    stage.settle().await;
    let group = stage.group("dieu-hanh-03");
    let asked = stage.telegram().messages(group).unwrap().pop().unwrap().id;
    let mut tx = stage.core.store.read().await.unwrap();
    let chat = tx.chat_by_external("telegram", &group.to_string()).await.unwrap().unwrap();
    let first = tx.message_by_external(&chat.id, &asked.to_string()).await.unwrap().unwrap().id;
    drop(tx);
    doubt(&stage, &first).await;
    let second = repeated(&stage, &first).await;
    stage.settle().await;
    days_later(&mut stage, 40).await;
    doubt(&stage, &second).await;
    days_later(&mut stage, 31).await;
    assert_eq!(texts(&stage).await, 1, "of the repetition, of which nobody knows either");
    stage.telegram().press(stage.person("binh"), group, Some(asked), "✅ Đã nhận").unwrap();
    stage.settle().await;
    let settled = stage.core.store.read().await.unwrap().message(&first).await.unwrap().unwrap();
    assert_eq!((settled.reason.as_deref(), settled.external_id), (Some("pressed"), Some(asked.to_string())));
    stage.stop().await;
}

async fn who_looks_after_the_service_reads_in_one_sentence_what_is_older_than_five_years(store: Store) {
    let mut stage = start(store).await;
    stage.release(&Draft { ack_required: false, ..draft() }).await;
    stage.settle().await;
    assert!(!stage.say("quan", "/suckhoe").await.contains("Hồ sơ"));
    days_later(&mut stage, 5 * 366).await;
    let health = stage.say("quan", "/suckhoe").await;
    assert_eq!(health.matches("Hồ sơ đã quá 5 năm: 1 văn bản, 1 lượt phát, 0 tệp").count(), 1, "{health}");
    assert_eq!(stage.rows("SELECT COUNT(*) FROM bulletin_versions").await, 1, "and nothing of it is gone");
    stage.stop().await;
}

//! What platforms do to a broadcast in its middle, and what is left of it: nothing lost, nothing pretended, nothing twice.

use std::time::Duration;

use loa::demo::places::Network;
use loa::store::Store;
use loa::usecase::settle;
use loa_sandbox::telegram::{Fault, FaultKind};

use crate::db::sqlite_tests;
use crate::flow_send::draft;
use crate::stage::{Stage, at};

sqlite_tests!(
    s4_an_expired_token_stops_the_sending_and_only_the_rest_goes_out_after_the_repair,
    a_connection_lost_after_the_request_left_is_in_doubt_and_never_repeated_by_itself,
    a_doubt_is_settled_by_a_person_who_saw_it_or_by_a_resend_that_says_so,
    a_doubt_that_nothing_settles_is_put_to_the_composer_once,
    a_press_under_a_message_in_doubt_proves_that_it_arrived,
    a_connection_refused_before_anything_left_is_tried_again,
    a_success_the_client_cannot_read_counts_as_sent,
    one_chat_asked_to_wait_does_not_hold_up_the_others,
    content_that_the_platform_refuses_stops_the_broadcast_at_once,
    a_token_that_a_platform_repeats_in_its_words_is_stored_nowhere,
    a_group_that_is_asked_to_wait_again_and_again_is_written_to_in_the_end,
    a_platform_that_puts_everything_off_again_and_again_uses_up_no_tries,
);

async fn start(store: Store) -> Stage {
    let mut stage = Stage::start(store, &[Network::Telegram]).await;
    stage.settle().await;
    stage
}

async fn release(stage: &Stage) -> String {
    let composed = stage.release(&draft()).await;
    composed.bulletin.id
}

async fn s4_an_expired_token_stops_the_sending_and_only_the_rest_goes_out_after_the_repair(store: Store) {
    let mut stage = start(store).await;
    let bulletin = release(&stage).await;
    let id = bulletin.clone();
    stage.until("17 sent", async |stage: &Stage| stage.messages_in(&id, "sent").await >= 17).await;
    let bot = stage.telegram().bot_ids()[0];
    stage.telegram().set_revoked(bot, true).unwrap();
    stage.until("halted", async |stage: &Stage| stage.is_halted()).await;
    let calls_when_halted = stage.telegram().counts().calls.values().sum::<u64>();
    let sent = stage.messages_in(&bulletin, "sent").await;
    assert!((17..24).contains(&sent), "{sent}");
    let incidents = stage.core.store.read().await.unwrap().open_incidents().await.unwrap();
    assert_eq!(incidents[0].kind, "unauthorized");
    // No blind retries: until the probe is due nothing is called but the poll, which a person's client makes too.
    for _ in 0..20 {
        let ticked = stage.service.dispatchers[0].tick().await.unwrap();
        assert_eq!(ticked.started, 0);
    }
    assert_eq!(stage.telegram().counts().calls.values().sum::<u64>(), calls_when_halted);

    stage.telegram().set_revoked(bot, false).unwrap();
    stage.clock.advance(Duration::from_secs(31));
    stage.until("resumed", async |stage: &Stage| !stage.is_halted()).await;
    stage.settle().await;
    assert_eq!(stage.messages_in(&bulletin, "sent").await, 24);
    for number in 1..=24 {
        assert_eq!(stage.posts(&format!("dieu-hanh-{number:02}")), 1, "thôn {number:02}");
    }
    assert!(stage.core.store.read().await.unwrap().open_incidents().await.unwrap().is_empty());
    let alert = stage.private_chat("quan");
    assert!(alert.contains("mã truy cập hết hạn") && alert.contains("/24 nhóm chưa gửi"), "{alert}");
    stage.stop().await;
}

async fn doubted(stage: &mut Stage) -> (String, String) {
    let group = stage.group("dieu-hanh-03");
    stage.telegram().add_fault(Fault::next("sendMessage", FaultKind::ResetAfter).in_chat(group));
    let bulletin = release(stage).await;
    stage.settle().await;
    let mut tx = stage.core.store.read().await.unwrap();
    let broadcast = tx.broadcasts_of(&bulletin).await.unwrap().pop().unwrap();
    let messages = tx.messages_of_broadcast(&broadcast.id).await.unwrap();
    let message = messages.into_iter().find(|message| message.state.as_str() == "unknown").unwrap();
    (bulletin, message.id)
}

async fn a_connection_lost_after_the_request_left_is_in_doubt_and_never_repeated_by_itself(store: Store) {
    let mut stage = start(store).await;
    let (bulletin, _) = doubted(&mut stage).await;
    stage.pass_to(at(2025, 7, 29, 9, 0)).await;
    assert_eq!(stage.messages_in(&bulletin, "unknown").await, 1);
    assert_eq!(stage.messages_in(&bulletin, "sent").await, 23);
    stage.stop().await;
}

async fn a_doubt_is_settled_by_a_person_who_saw_it_or_by_a_resend_that_says_so(store: Store) {
    let mut stage = start(store).await;
    let (bulletin, message) = doubted(&mut stage).await;
    let mut tx = stage.core.store.begin().await.unwrap();
    let lan = stage.act_of("lan").await;
    assert!(settle::resend(&mut tx, &lan, &message).await.unwrap());
    assert!(!settle::resend(&mut tx, &lan, &message).await.unwrap(), "a second tap orders nothing");
    tx.commit().await.unwrap();
    stage.settle().await;
    assert!(stage.group_chat("dieu-hanh-03").contains("(gửi lại)"), "{}", stage.group_chat("dieu-hanh-03"));
    let mut tx = stage.core.store.begin().await.unwrap();
    let lan = stage.act_of("lan").await;
    assert!(settle::seen(&mut tx, &lan, &message).await.unwrap());
    tx.commit().await.unwrap();
    assert_eq!(stage.messages_in(&bulletin, "unknown").await, 0);
    stage.stop().await;
}

async fn a_doubt_that_nothing_settles_is_put_to_the_composer_once(store: Store) {
    let mut stage = start(store).await;
    doubted(&mut stage).await;
    let asked =
        |stage: &Stage| stage.private_chat("lan").matches("không rõ đã tới hay chưa: Nhóm điều hành Thôn 03").count();
    assert_eq!(asked(&stage), 0, "evidence may still come");
    for _ in 0..3 {
        stage.clock.advance(Duration::from_mins(2));
        stage.settle().await;
    }
    assert_eq!(asked(&stage), 1, "{}", stage.private_chat("lan"));
    let shown = stage.press("lan", "Xem và xử lý").await;
    assert!(shown.contains("3. Nhóm điều hành Thôn 03"), "{shown}");
    stage.say("lan", "/guilai VB-2025-0001 3").await;
    let texts = stage.group_chat("dieu-hanh-03");
    assert!(texts.contains("(gửi lại)"), "{texts}");
    stage.clock.advance(Duration::from_mins(5));
    stage.settle().await;
    assert_eq!(asked(&stage), 1);
    stage.stop().await;
}

async fn a_press_under_a_message_in_doubt_proves_that_it_arrived(store: Store) {
    let mut stage = start(store).await;
    let (bulletin, _) = doubted(&mut stage).await;
    let group = stage.group("dieu-hanh-03");
    stage.telegram().press(stage.person("binh"), group, None, "✅ Đã nhận").unwrap();
    stage.settle().await;
    assert_eq!(stage.messages_in(&bulletin, "unknown").await, 0);
    assert_eq!(stage.messages_in(&bulletin, "sent").await, 24);
    stage.stop().await;
}

async fn a_connection_refused_before_anything_left_is_tried_again(store: Store) {
    let mut stage = start(store).await;
    let group = stage.group("dieu-hanh-03");
    stage
        .telegram()
        .add_fault(Fault::next("sendMessage", FaultKind::TooManyRequests { retry_after: 3 }).in_chat(group));
    let bulletin = release(&stage).await;
    stage.settle().await;
    assert_eq!(stage.messages_in(&bulletin, "sent").await, 24);
    assert_eq!(stage.posts("dieu-hanh-03"), 1);
    stage.stop().await;
}

async fn a_success_the_client_cannot_read_counts_as_sent(store: Store) {
    let mut stage = start(store).await;
    let group = stage.group("dieu-hanh-03");
    stage.telegram().add_fault(Fault::next("sendMessage", FaultKind::UnparsableSuccess).in_chat(group));
    let bulletin = release(&stage).await;
    stage.settle().await;
    assert_eq!(stage.messages_in(&bulletin, "sent").await, 24);
    assert_eq!(stage.posts("dieu-hanh-03"), 1);
    stage.stop().await;
}

async fn one_chat_asked_to_wait_does_not_hold_up_the_others(store: Store) {
    let mut stage = start(store).await;
    let group = stage.group("dieu-hanh-01");
    stage
        .telegram()
        .add_fault(Fault::next("sendMessage", FaultKind::TooManyRequests { retry_after: 60 }).in_chat(group));
    let began = stage.clock.clone();
    let bulletin = release(&stage).await;
    let id = bulletin.clone();
    stage.until("the others are sent", async |stage: &Stage| stage.messages_in(&id, "sent").await == 23).await;
    let spent = loa::clock::Clock::now(began.as_ref()).since(at(2025, 7, 28, 8, 0));
    assert!(spent < 60_000, "took {spent} ms");
    stage.settle().await;
    assert_eq!(stage.messages_in(&bulletin, "sent").await, 24);
    stage.stop().await;
}

async fn content_that_the_platform_refuses_stops_the_broadcast_at_once(store: Store) {
    let mut stage = start(store).await;
    let refusal = FaultKind::error(400, "Bad Request: can't parse entities: x");
    let first = stage.group("dieu-hanh-01");
    stage.telegram().add_fault(Fault::next("sendMessage", refusal).in_chat(first));
    let bulletin = release(&stage).await;
    let id = bulletin.clone();
    stage.until("stopped", async |stage: &Stage| stage.messages_in(&id, "cancelled").await > 0).await;
    stage.settle().await;
    assert_eq!(stage.messages_in(&bulletin, "failed").await, 1);
    assert!(stage.private_chat("lan").contains("từ chối nội dung"), "{}", stage.private_chat("lan"));
    stage.stop().await;
}

async fn a_token_that_a_platform_repeats_in_its_words_is_stored_nowhere(store: Store) {
    let mut stage = start(store).await;
    let token = stage.telegram().tokens()[0].clone();
    let (of_chat, of_account) = (stage.group("dieu-hanh-03"), stage.group("dieu-hanh-04"));
    let error = |code: i64, words: &str| {
        FaultKind::error(code, &format!("{words}: https://example.invalid/bot{token}/sendMessage says {token}"))
    };
    let lost = error(403, "Forbidden: bot was kicked from the supergroup chat");
    stage.telegram().add_fault(Fault::next("sendMessage", lost).in_chat(of_chat));
    stage.telegram().add_fault(Fault::next("sendMessage", error(401, "Unauthorized")).in_chat(of_account));
    let bulletin = release(&stage).await;
    stage
        .until("both refused", async |stage: &Stage| {
            let incidents = stage.core.store.read().await.unwrap().open_incidents().await.unwrap();
            stage.messages_in(&bulletin, "failed").await == 1 && incidents.len() == 2
        })
        .await;

    let mut tx = stage.core.store.read().await.unwrap();
    let broadcast = tx.broadcasts_of(&bulletin).await.unwrap().pop().unwrap();
    let mut stored: Vec<String> = Vec::new();
    for message in tx.messages_of_broadcast(&broadcast.id).await.unwrap() {
        stored.extend(tx.attempts_of(&message.id).await.unwrap().into_iter().filter_map(|attempt| attempt.detail));
    }
    stored.extend(tx.open_incidents().await.unwrap().into_iter().map(|incident| incident.detail));
    drop(tx);
    assert_eq!(stored.iter().filter(|words| words.contains("[hidden]")).count(), 4, "{stored:?}");
    assert!(!stored.iter().any(|words| words.contains(&token)), "{stored:?}");
    stage.telegram().set_faults(Vec::new());
    stage.clock.advance(Duration::from_secs(31));
    stage.settle().await;
    assert!(!stage.private_chat("quan").contains(&token), "{}", stage.private_chat("quan"));
    stage.stop().await;
}

async fn a_group_that_is_asked_to_wait_again_and_again_is_written_to_in_the_end(store: Store) {
    let mut stage = start(store).await;
    let group = stage.group("dieu-hanh-03");
    let wait = FaultKind::TooManyRequests { retry_after: 20 };
    stage.telegram().add_fault(Fault::next("sendMessage", wait).in_chat(group).from_call(1, 12));
    let bulletin = release(&stage).await;
    stage.pass_to(stage.now().plus_minutes(10)).await;
    assert_eq!(stage.messages_in(&bulletin, "sent").await, 24);
    assert_eq!(stage.posts("dieu-hanh-03"), 1);
    stage.stop().await;
}

async fn a_platform_that_puts_everything_off_again_and_again_uses_up_no_tries(store: Store) {
    let mut stage = start(store).await;
    let begun = stage.now();
    let wait = FaultKind::TooManyRequests { retry_after: 20 };
    stage.telegram().add_fault(Fault::next("sendMessage", wait).from_call(1, 24 * 7));
    let bulletin = release(&stage).await;
    stage.settle().await;
    assert!(stage.now() > begun.plus_minutes(2), "more often than a message has tries");
    assert_eq!(stage.messages_in(&bulletin, "sent").await, 24);
    stage.stop().await;
}

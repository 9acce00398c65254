//! What platforms do to a broadcast in its middle, and what is left of it: nothing lost, nothing pretended, nothing twice.

use std::time::Duration;

use loa::store::Store;
use loa::usecase::settle;
use loa_sandbox::telegram::{Fault, FaultKind};

use crate::db::sqlite_tests;
use crate::flow_send::{act_of, approve, compose, draft};
use crate::rig::{Rig, at};

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
);

async fn start(store: Store) -> Rig {
    let mut rig = Rig::start(store, at(2025, 7, 28, 8, 0)).await;
    rig.settle().await;
    rig
}

async fn release(rig: &Rig) -> String {
    let composed = compose(rig, &draft()).await;
    approve(rig, "pct", &composed).await.unwrap();
    composed.bulletin.id
}

async fn s4_an_expired_token_stops_the_sending_and_only_the_rest_goes_out_after_the_repair(store: Store) {
    let mut rig = start(store).await;
    let bulletin = release(&rig).await;
    let id = bulletin.clone();
    rig.until("17 sent", async |rig: &Rig| rig.messages_in(&id, "sent").await >= 17).await;
    let bot = rig.handle().bot_ids()[0];
    rig.handle().set_revoked(bot, true).unwrap();
    rig.until("halted", async |rig: &Rig| rig.dispatcher.is_halted()).await;
    let calls_when_halted = rig.handle().counts().calls.values().sum::<u64>();
    let sent = rig.messages_in(&bulletin, "sent").await;
    assert!((17..24).contains(&sent), "{sent}");
    let incidents = rig.core.store.read().await.unwrap().open_incidents().await.unwrap();
    assert_eq!(incidents[0].kind, "unauthorized");
    // No blind retries: until the probe is due nothing is called but the poll, which a person's client makes too.
    for _ in 0..20 {
        let ticked = rig.dispatcher.tick().await.unwrap();
        assert_eq!(ticked.started, 0);
    }
    assert_eq!(rig.handle().counts().calls.values().sum::<u64>(), calls_when_halted);

    rig.handle().set_revoked(bot, false).unwrap();
    rig.clock.advance(Duration::from_secs(31));
    rig.until("resumed", async |rig: &Rig| !rig.dispatcher.is_halted()).await;
    rig.settle().await;
    assert_eq!(rig.messages_in(&bulletin, "sent").await, 24);
    for number in 1..=24 {
        assert_eq!(rig.posts(&format!("dieu-hanh-{number:02}")), 1, "thôn {number:02}");
    }
    assert!(rig.core.store.read().await.unwrap().open_incidents().await.unwrap().is_empty());
    let alert = rig.private_chat("quan");
    assert!(alert.contains("mã truy cập hết hạn") && alert.contains("/24 nhóm chưa gửi"), "{alert}");
    rig.stop().await;
}

async fn doubted(rig: &mut Rig) -> (String, String) {
    let group = rig.world.chat("dieu-hanh-03").unwrap();
    rig.handle().add_fault(Fault::next("sendMessage", FaultKind::ResetAfter).in_chat(group));
    let bulletin = release(rig).await;
    rig.settle().await;
    let mut tx = rig.core.store.read().await.unwrap();
    let broadcast = tx.broadcasts_of(&bulletin).await.unwrap().pop().unwrap();
    let messages = tx.messages_of_broadcast(&broadcast.id).await.unwrap();
    let message = messages.into_iter().find(|message| message.state.as_str() == "unknown").unwrap();
    (bulletin, message.id)
}

async fn a_connection_lost_after_the_request_left_is_in_doubt_and_never_repeated_by_itself(store: Store) {
    let mut rig = start(store).await;
    let (bulletin, _) = doubted(&mut rig).await;
    rig.pass_to(at(2025, 7, 29, 9, 0)).await;
    assert_eq!(rig.messages_in(&bulletin, "unknown").await, 1);
    assert_eq!(rig.messages_in(&bulletin, "sent").await, 23);
    rig.stop().await;
}

async fn a_doubt_is_settled_by_a_person_who_saw_it_or_by_a_resend_that_says_so(store: Store) {
    let mut rig = start(store).await;
    let (bulletin, message) = doubted(&mut rig).await;
    let mut tx = rig.core.store.begin().await.unwrap();
    let lan = act_of(&rig, "lan").await;
    assert!(settle::resend(&mut tx, &lan, &message).await.unwrap());
    assert!(!settle::resend(&mut tx, &lan, &message).await.unwrap(), "a second tap orders nothing");
    tx.commit().await.unwrap();
    rig.settle().await;
    assert!(rig.group_chat("dieu-hanh-03").contains("(gửi lại)"), "{}", rig.group_chat("dieu-hanh-03"));
    let mut tx = rig.core.store.begin().await.unwrap();
    let lan = act_of(&rig, "lan").await;
    assert!(settle::seen(&mut tx, &lan, &message).await.unwrap());
    tx.commit().await.unwrap();
    assert_eq!(rig.messages_in(&bulletin, "unknown").await, 0);
    rig.stop().await;
}

async fn a_doubt_that_nothing_settles_is_put_to_the_composer_once(store: Store) {
    let mut rig = start(store).await;
    doubted(&mut rig).await;
    let asked = |rig: &Rig| rig.private_chat("lan").matches("không rõ đã tới hay chưa: Nhóm điều hành Thôn 03").count();
    assert_eq!(asked(&rig), 0, "evidence may still come");
    for _ in 0..3 {
        rig.clock.advance(Duration::from_mins(2));
        rig.settle().await;
    }
    assert_eq!(asked(&rig), 1, "{}", rig.private_chat("lan"));
    let shown = rig.press("lan", "Xem và xử lý").await;
    assert!(shown.contains("3. Nhóm điều hành Thôn 03"), "{shown}");
    rig.say("lan", "/guilai VB-2025-0001 3").await;
    let texts = rig.group_chat("dieu-hanh-03");
    assert!(texts.contains("(gửi lại)"), "{texts}");
    rig.clock.advance(Duration::from_mins(5));
    rig.settle().await;
    assert_eq!(asked(&rig), 1);
    rig.stop().await;
}

async fn a_press_under_a_message_in_doubt_proves_that_it_arrived(store: Store) {
    let mut rig = start(store).await;
    let (bulletin, _) = doubted(&mut rig).await;
    let group = rig.world.chat("dieu-hanh-03").unwrap();
    rig.handle().press(rig.world.account("binh").unwrap(), group, None, "✅ Đã nhận").unwrap();
    rig.settle().await;
    assert_eq!(rig.messages_in(&bulletin, "unknown").await, 0);
    assert_eq!(rig.messages_in(&bulletin, "sent").await, 24);
    rig.stop().await;
}

async fn a_connection_refused_before_anything_left_is_tried_again(store: Store) {
    let mut rig = start(store).await;
    let group = rig.world.chat("dieu-hanh-03").unwrap();
    rig.handle().add_fault(Fault::next("sendMessage", FaultKind::TooManyRequests { retry_after: 3 }).in_chat(group));
    let bulletin = release(&rig).await;
    rig.settle().await;
    assert_eq!(rig.messages_in(&bulletin, "sent").await, 24);
    assert_eq!(rig.posts("dieu-hanh-03"), 1);
    rig.stop().await;
}

async fn a_success_the_client_cannot_read_counts_as_sent(store: Store) {
    let mut rig = start(store).await;
    let group = rig.world.chat("dieu-hanh-03").unwrap();
    rig.handle().add_fault(Fault::next("sendMessage", FaultKind::UnparsableSuccess).in_chat(group));
    let bulletin = release(&rig).await;
    rig.settle().await;
    assert_eq!(rig.messages_in(&bulletin, "sent").await, 24);
    assert_eq!(rig.posts("dieu-hanh-03"), 1);
    rig.stop().await;
}

async fn one_chat_asked_to_wait_does_not_hold_up_the_others(store: Store) {
    let mut rig = start(store).await;
    let group = rig.world.chat("dieu-hanh-01").unwrap();
    rig.handle().add_fault(Fault::next("sendMessage", FaultKind::TooManyRequests { retry_after: 600 }).in_chat(group));
    let began = rig.clock.clone();
    let bulletin = release(&rig).await;
    let id = bulletin.clone();
    rig.until("the others are sent", async |rig: &Rig| rig.messages_in(&id, "sent").await == 23).await;
    let spent = loa::clock::Clock::now(began.as_ref()).since(at(2025, 7, 28, 8, 0));
    assert!(spent < 60_000, "took {spent} ms");
    rig.settle().await;
    assert_eq!(rig.messages_in(&bulletin, "sent").await, 24);
    rig.stop().await;
}

async fn content_that_the_platform_refuses_stops_the_broadcast_at_once(store: Store) {
    let mut rig = start(store).await;
    let refusal = FaultKind::error(400, "Bad Request: can't parse entities: x");
    let first = rig.world.chat("dieu-hanh-01").unwrap();
    rig.handle().add_fault(Fault::next("sendMessage", refusal).in_chat(first));
    let bulletin = release(&rig).await;
    let id = bulletin.clone();
    rig.until("stopped", async |rig: &Rig| rig.messages_in(&id, "cancelled").await > 0).await;
    rig.settle().await;
    assert_eq!(rig.messages_in(&bulletin, "failed").await, 1);
    assert!(rig.private_chat("lan").contains("từ chối nội dung"), "{}", rig.private_chat("lan"));
    rig.stop().await;
}

async fn a_token_that_a_platform_repeats_in_its_words_is_stored_nowhere(store: Store) {
    let mut rig = start(store).await;
    let token = rig.handle().tokens()[0].clone();
    let (of_chat, of_account) = (rig.world.chat("dieu-hanh-03").unwrap(), rig.world.chat("dieu-hanh-04").unwrap());
    let error = |code: i64, words: &str| {
        FaultKind::error(code, &format!("{words}: https://example.invalid/bot{token}/sendMessage says {token}"))
    };
    let lost = error(403, "Forbidden: bot was kicked from the supergroup chat");
    rig.handle().add_fault(Fault::next("sendMessage", lost).in_chat(of_chat));
    rig.handle().add_fault(Fault::next("sendMessage", error(401, "Unauthorized")).in_chat(of_account));
    let bulletin = release(&rig).await;
    rig.until("both refused", async |rig: &Rig| {
        let incidents = rig.core.store.read().await.unwrap().open_incidents().await.unwrap();
        rig.messages_in(&bulletin, "failed").await == 1 && incidents.len() == 2
    })
    .await;

    let mut tx = rig.core.store.read().await.unwrap();
    let broadcast = tx.broadcasts_of(&bulletin).await.unwrap().pop().unwrap();
    let mut stored: Vec<String> = Vec::new();
    for message in tx.messages_of_broadcast(&broadcast.id).await.unwrap() {
        stored.extend(tx.attempts_of(&message.id).await.unwrap().into_iter().filter_map(|attempt| attempt.detail));
    }
    stored.extend(tx.open_incidents().await.unwrap().into_iter().map(|incident| incident.detail));
    drop(tx);
    assert_eq!(stored.iter().filter(|words| words.contains("[hidden]")).count(), 4, "{stored:?}");
    assert!(!stored.iter().any(|words| words.contains(&token)), "{stored:?}");
    rig.handle().set_faults(Vec::new());
    rig.clock.advance(Duration::from_secs(31));
    rig.settle().await;
    assert!(!rig.private_chat("quan").contains(&token), "{}", rig.private_chat("quan"));
    rig.stop().await;
}

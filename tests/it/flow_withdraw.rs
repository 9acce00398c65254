//! Taking back what was sent: `/thuhoi`.

use loa::demo::places::Network;
use loa::domain::bulletin::Kind;
use loa::domain::recurrence::Recurrence;
use loa::domain::urgency::Urgency;
use loa::store::Store;
use loa::store::bulletins::Marks;
use loa::usecase::compose::{Composed, Draft};
use loa::usecase::release;
use loa::usecase::status;
use loa_sandbox::telegram::{Fault, FaultKind};

use crate::db::{sqlite_tests, story_tests};
use crate::flow_send::draft;
use crate::stage::{Stage, at};

story_tests!(everybody_who_got_it_reads_that_it_was_taken_back);

sqlite_tests!(
    what_had_not_left_never_does,
    a_call_on_its_way_is_not_tried_again,
    who_got_an_earlier_firing_is_told_although_the_latest_had_not_left,
    what_the_duty_officer_released_needs_no_yes_any_more,
    an_answer_afterwards_brings_nothing_back,
    only_an_approver_takes_back_and_only_what_was_sent,
);

async fn sent(stage: &mut Stage, audience: &str) -> Composed {
    let composed = stage.release(&Draft { audience: audience.to_owned(), ..draft() }).await;
    stage.settle().await;
    composed
}

async fn recall(stage: &mut Stage) -> String {
    let asked = stage.say("pct", "/thuhoi VB-2025-0001 sai thời hạn").await;
    assert!(asked.contains("Thu hồi VB-2025-0001?") && asked.contains("sai thời hạn"), "{asked}");
    stage.press("pct", "Thu hồi").await
}

async fn everybody_who_got_it_reads_that_it_was_taken_back(store: Store) {
    let mut stage = Stage::start(store, &[Network::Telegram]).await;
    let composed = sent(&mut stage, "thon:03,04@cadre + thon:03@residents").await;
    let done = recall(&mut stage).await;
    assert!(done.contains("tới 3 nhóm") && done.contains("thay lời 3 tin"), "{done}");
    for group in ["dieu-hanh-03", "dieu-hanh-04", "dan-03"] {
        let chat = stage.group_chat(group);
        assert!(!chat.contains("treo cờ") && !chat.contains("✅ Đã nhận"), "{group}: {chat}");
        assert_eq!(chat.matches("TIN VB-2025-0001 ĐÃ THU HỒI").count(), 2, "{group}: {chat}");
        assert!(chat.contains("Lý do: sai thời hạn"), "{group}: {chat}");
    }
    assert!(stage.private_chat("lan").contains("VB-2025-0001 đã được thu hồi"), "{}", stage.private_chat("lan"));
    let verified = stage.say("dan", "/xacminh VB-2025-0001").await;
    assert!(verified.contains("đã thu hồi"), "{verified}");
    let act = stage.act_of("lan").await;
    let mut tx = stage.core.store.read().await.unwrap();
    let bulletin = tx.bulletin(&composed.bulletin.id).await.unwrap().unwrap();
    let status = status::of_bulletin(&mut tx, &act, &bulletin).await.unwrap();
    let latest = status.latest().unwrap();
    assert_eq!((status.state.as_str(), latest.state.as_str()), ("withdrawn", "withdrawn"));
    // What happened stays: it was sent to three groups, and nobody owes an answer any more.
    assert_eq!((latest.counts.sent, latest.acknowledgements.superseded, latest.acknowledgements.awaiting), (3, 2, 0));
    drop(tx);
    let before = stage.group_chat("dieu-hanh-03");
    stage.pass_to(at(2025, 7, 30, 8, 0)).await;
    assert_eq!(stage.group_chat("dieu-hanh-03"), before, "nobody is reminded of it");
    stage.stop().await;
}

async fn what_had_not_left_never_does(store: Store) {
    let mut stage = Stage::start(store, &[Network::Telegram]).await;
    let dark = FaultKind::TooManyRequests { retry_after: 1_800 };
    let chat = stage.group("dieu-hanh-04");
    stage.telegram().add_fault(Fault::next("sendMessage", dark).in_chat(chat));
    let composed = stage.release(&Draft { audience: "thon:03,04@cadre".to_owned(), ..draft() }).await;
    stage.until("one waits", async |stage| stage.messages_in(&composed.bulletin.id, "retry_wait").await == 1).await;
    stage.until("one is there", async |stage| stage.messages_in(&composed.bulletin.id, "sent").await == 1).await;
    let act = stage.act_of("pct").await;
    let mut tx = stage.core.store.begin().await.unwrap();
    let bulletin = tx.bulletin(&composed.bulletin.id).await.unwrap().unwrap();
    let done = loa::usecase::withdraw::withdraw(&mut tx, &act, &bulletin, "sai").await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!((done.told, done.stopped), (1, 1));
    drop(act);
    stage.pass_to(at(2025, 7, 28, 10, 0)).await;
    assert_eq!((stage.posts("dieu-hanh-03"), stage.posts("dieu-hanh-04")), (2, 0));
    stage.stop().await;
}

async fn a_call_on_its_way_is_not_tried_again(store: Store) {
    let mut stage = Stage::start(store, &[Network::Telegram]).await;
    let chat = stage.group("dieu-hanh-04");
    stage.telegram().add_fault(Fault::next("sendMessage", FaultKind::TooManyRequests { retry_after: 5 }).in_chat(chat));
    let composed = stage.release(&Draft { audience: "thon:04@cadre".to_owned(), ..draft() }).await;
    stage.until("it is on its way", async |stage| stage.messages_in(&composed.bulletin.id, "sending").await == 1).await;
    let act = stage.act_of("pct").await;
    let mut tx = stage.core.store.begin().await.unwrap();
    let bulletin = tx.bulletin(&composed.bulletin.id).await.unwrap().unwrap();
    loa::usecase::withdraw::withdraw(&mut tx, &act, &bulletin, "sai").await.unwrap();
    tx.commit().await.unwrap();
    drop(act);
    stage.pass_to(at(2025, 7, 28, 10, 0)).await;
    let chat = stage.group_chat("dieu-hanh-04");
    assert!(!chat.contains("treo cờ"), "the platform had refused it: {chat}");
    assert_eq!(stage.messages_in(&composed.bulletin.id, "sent").await, 0);
    assert_eq!(stage.messages_in(&composed.bulletin.id, "retry_wait").await, 0);
    stage.stop().await;
}

async fn who_got_an_earlier_firing_is_told_although_the_latest_had_not_left(store: Store) {
    let mut stage = Stage::on(&[Network::Telegram]).at(at(2025, 7, 27, 20, 0)).start(store).await;
    let repeat = "daily at 07:00; holidays=fire; missed=skip".parse::<Recurrence>().unwrap();
    let daily = Draft {
        audience: "thon:03,04@residents".to_owned(),
        ack_required: false,
        repeat: Some(repeat),
        expires_at: Some(at(2025, 12, 31, 0, 0)),
        ..draft()
    };
    let composed = stage.release(&daily).await;
    stage.pass_to(at(2025, 7, 28, 7, 30)).await;
    for group in ["dan-03", "dan-04"] {
        let dark = FaultKind::TooManyRequests { retry_after: 3_600 };
        let chat = stage.group(group);
        stage.telegram().add_fault(Fault::next("sendMessage", dark).in_chat(chat));
    }
    let firings = async |stage: &Stage| {
        stage.core.store.read().await.unwrap().broadcasts_of(&composed.bulletin.id).await.unwrap().len()
    };
    stage.clock.set(at(2025, 7, 29, 7, 0));
    stage.until("a second firing", async |stage: &Stage| firings(stage).await == 2).await;
    stage
        .until("both wait", async |stage: &Stage| stage.messages_in(&composed.bulletin.id, "retry_wait").await == 2)
        .await;
    let act = stage.act_of("pct").await;
    let mut tx = stage.core.store.begin().await.unwrap();
    let bulletin = tx.bulletin(&composed.bulletin.id).await.unwrap().unwrap();
    let done = loa::usecase::withdraw::withdraw(&mut tx, &act, &bulletin, "sai").await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!((done.told, done.replaced, done.stopped), (2, 2, 2));
    drop(act);
    stage.pass_to(at(2025, 7, 29, 10, 0)).await;
    for group in ["dan-03", "dan-04"] {
        let chat = stage.group_chat(group);
        assert!(chat.contains("ĐÃ THU HỒI") && !chat.contains("treo cờ"), "{chat}");
    }
    stage.stop().await;
}

async fn what_the_duty_officer_released_needs_no_yes_any_more(store: Store) {
    let mut stage = Stage::on(&[Network::Telegram]).at(at(2025, 9, 28, 21, 40)).start(store).await;
    stage.settle().await;
    let marks = Marks { reason: Some("bão số 10".to_owned()), ..Marks::default() };
    let flash = Draft { kind: Kind::Urgent, urgency: Urgency::Flash, marks, ..draft() };
    let composed = stage.compose(&flash).await;
    let act = stage.act_of("lan").await;
    let mut tx = stage.core.store.begin().await.unwrap();
    release::decide(&mut tx, &act, &composed.bulletin, None).await.unwrap();
    tx.commit().await.unwrap();
    drop(act);
    stage.settle().await;
    stage.say("pct", "/thuhoi HT-2025-0001 nhầm").await;
    stage.press("pct", "Thu hồi").await;
    let before = stage.private_chat("pct");
    stage.pass_to(at(2025, 9, 30, 12, 0)).await;
    assert_eq!(stage.private_chat("pct"), before, "nobody is reminded to approve it");
    let waiting = stage.say("pct", "/choduyet").await;
    assert!(!waiting.contains("HT-2025-0001"), "{waiting}");
    stage.stop().await;
}

async fn an_answer_afterwards_brings_nothing_back(store: Store) {
    let mut stage = Stage::start(store, &[Network::Telegram]).await;
    sent(&mut stage, "thon:03,04@cadre").await;
    stage.say("lan", "/chuanhan VB-2025-0001 1 đã gọi").await;
    recall(&mut stage).await;
    let (binh, group) = (stage.person("binh"), stage.group("dieu-hanh-03"));
    stage.telegram().say(binh, group, "đã nhận VB-2025-0001", None).unwrap();
    stage.pass_to(at(2025, 7, 28, 8, 30)).await;
    let chat = stage.group_chat("dieu-hanh-03");
    assert!(!chat.contains("treo cờ") && !chat.contains("[ ✅"), "{chat}");
    stage.stop().await;
}

async fn only_an_approver_takes_back_and_only_what_was_sent(store: Store) {
    let mut stage = Stage::start(store, &[Network::Telegram]).await;
    let later = Draft { send_at: Some(at(2025, 7, 28, 9, 0)), audience: "thon:03@cadre".to_owned(), ..draft() };
    stage.release(&later).await;
    let unsent = stage.say("pct", "/thuhoi VB-2025-0001 sai thời hạn").await;
    assert!(unsent.contains("chưa gửi") && unsent.contains("/huy VB-2025-0001"), "{unsent}");
    stage.pass_to(at(2025, 7, 28, 9, 5)).await;
    let denied = stage.say("lan", "/thuhoi VB-2025-0001 sai thời hạn").await;
    assert!(!denied.contains("Thu hồi VB-2025-0001?"), "{denied}");
    let how = stage.say("pct", "/thuhoi VB-2025-0001").await;
    assert!(how.contains("/thuhoi mã lý do"), "{how}");
    stage.say("pct", "/thuhoi VB-2025-0001 sai thời hạn").await;
    assert!(
        stage.say("pct", "thôi").await.contains("giữ nguyên") || stage.group_chat("dieu-hanh-03").contains("treo cờ")
    );
    assert!(stage.group_chat("dieu-hanh-03").contains("treo cờ"), "nothing was taken back");
    recall(&mut stage).await;
    let again = stage.say("pct", "/thuhoi VB-2025-0001 sai thời hạn").await;
    assert!(again.contains("đã thu hồi từ trước"), "{again}");
    stage.stop().await;
}

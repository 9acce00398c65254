//! Taking back what was sent: `/thuhoi`.

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
use crate::flow_send::{act_of, approve, compose, draft};
use crate::rig::{Rig, at};

story_tests!(everybody_who_got_it_reads_that_it_was_taken_back);

sqlite_tests!(
    what_had_not_left_never_does,
    a_call_on_its_way_is_not_tried_again,
    who_got_an_earlier_firing_is_told_although_the_latest_had_not_left,
    what_the_duty_officer_released_needs_no_yes_any_more,
    an_answer_afterwards_brings_nothing_back,
    only_an_approver_takes_back_and_only_what_was_sent,
);

async fn sent(rig: &mut Rig, audience: &str) -> Composed {
    let composed = compose(rig, &Draft { audience: audience.to_owned(), ..draft() }).await;
    approve(rig, "pct", &composed).await.unwrap();
    rig.settle().await;
    composed
}

async fn recall(rig: &mut Rig) -> String {
    let asked = rig.say("pct", "/thuhoi VB-2025-0001 sai thời hạn").await;
    assert!(asked.contains("Thu hồi VB-2025-0001?") && asked.contains("sai thời hạn"), "{asked}");
    rig.press("pct", "Thu hồi").await
}

async fn everybody_who_got_it_reads_that_it_was_taken_back(store: Store) {
    let mut rig = Rig::start(store, at(2025, 7, 28, 8, 0)).await;
    let composed = sent(&mut rig, "thon:03,04@cadre + thon:03@residents").await;
    let done = recall(&mut rig).await;
    assert!(done.contains("tới 3 nhóm") && done.contains("thay lời 3 tin"), "{done}");
    for group in ["dieu-hanh-03", "dieu-hanh-04", "dan-03"] {
        let chat = rig.group_chat(group);
        assert!(!chat.contains("treo cờ") && !chat.contains("✅ Đã nhận"), "{group}: {chat}");
        assert_eq!(chat.matches("TIN VB-2025-0001 ĐÃ THU HỒI").count(), 2, "{group}: {chat}");
        assert!(chat.contains("Lý do: sai thời hạn"), "{group}: {chat}");
    }
    assert!(rig.private_chat("lan").contains("VB-2025-0001 đã được thu hồi"), "{}", rig.private_chat("lan"));
    let verified = rig.say("dan", "/xacminh VB-2025-0001").await;
    assert!(verified.contains("đã thu hồi"), "{verified}");
    let act = act_of(&rig, "lan").await;
    let mut tx = rig.core.store.read().await.unwrap();
    let bulletin = tx.bulletin(&composed.bulletin.id).await.unwrap().unwrap();
    let status = status::of_bulletin(&mut tx, &act, &bulletin).await.unwrap();
    let latest = status.latest().unwrap();
    assert_eq!((status.state.as_str(), latest.state.as_str()), ("withdrawn", "withdrawn"));
    // What happened stays: it was sent to three groups, and nobody owes an answer any more.
    assert_eq!((latest.counts.sent, latest.acknowledgements.superseded, latest.acknowledgements.awaiting), (3, 2, 0));
    drop(tx);
    let before = rig.group_chat("dieu-hanh-03");
    rig.pass_to(at(2025, 7, 30, 8, 0)).await;
    assert_eq!(rig.group_chat("dieu-hanh-03"), before, "nobody is reminded of it");
    rig.stop().await;
}

async fn what_had_not_left_never_does(store: Store) {
    let mut rig = Rig::start(store, at(2025, 7, 28, 8, 0)).await;
    let dark = FaultKind::TooManyRequests { retry_after: 1_800 };
    let chat = rig.world.chat("dieu-hanh-04").unwrap();
    rig.handle().add_fault(Fault::next("sendMessage", dark).in_chat(chat));
    let composed = compose(&rig, &Draft { audience: "thon:03,04@cadre".to_owned(), ..draft() }).await;
    approve(&rig, "pct", &composed).await.unwrap();
    rig.until("one waits", async |rig| rig.messages_in(&composed.bulletin.id, "retry_wait").await == 1).await;
    rig.until("one is there", async |rig| rig.messages_in(&composed.bulletin.id, "sent").await == 1).await;
    let act = act_of(&rig, "pct").await;
    let mut tx = rig.core.store.begin().await.unwrap();
    let bulletin = tx.bulletin(&composed.bulletin.id).await.unwrap().unwrap();
    let done = loa::usecase::withdraw::withdraw(&mut tx, &act, &bulletin, "sai").await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!((done.told, done.stopped), (1, 1));
    drop(act);
    rig.pass_to(at(2025, 7, 28, 10, 0)).await;
    assert_eq!((rig.posts("dieu-hanh-03"), rig.posts("dieu-hanh-04")), (2, 0));
    rig.stop().await;
}

async fn a_call_on_its_way_is_not_tried_again(store: Store) {
    let mut rig = Rig::start(store, at(2025, 7, 28, 8, 0)).await;
    let chat = rig.world.chat("dieu-hanh-04").unwrap();
    rig.handle().add_fault(Fault::next("sendMessage", FaultKind::TooManyRequests { retry_after: 5 }).in_chat(chat));
    let composed = compose(&rig, &Draft { audience: "thon:04@cadre".to_owned(), ..draft() }).await;
    approve(&rig, "pct", &composed).await.unwrap();
    rig.until("it is on its way", async |rig| rig.messages_in(&composed.bulletin.id, "sending").await == 1).await;
    let act = act_of(&rig, "pct").await;
    let mut tx = rig.core.store.begin().await.unwrap();
    let bulletin = tx.bulletin(&composed.bulletin.id).await.unwrap().unwrap();
    loa::usecase::withdraw::withdraw(&mut tx, &act, &bulletin, "sai").await.unwrap();
    tx.commit().await.unwrap();
    drop(act);
    rig.pass_to(at(2025, 7, 28, 10, 0)).await;
    let chat = rig.group_chat("dieu-hanh-04");
    assert!(!chat.contains("treo cờ"), "the platform had refused it: {chat}");
    assert_eq!(rig.messages_in(&composed.bulletin.id, "sent").await, 0);
    assert_eq!(rig.messages_in(&composed.bulletin.id, "retry_wait").await, 0);
    rig.stop().await;
}

async fn who_got_an_earlier_firing_is_told_although_the_latest_had_not_left(store: Store) {
    let mut rig = Rig::start(store, at(2025, 7, 27, 20, 0)).await;
    let repeat = "daily at 07:00; holidays=fire; missed=skip".parse::<Recurrence>().unwrap();
    let daily = Draft {
        audience: "thon:03,04@residents".to_owned(),
        ack_required: false,
        repeat: Some(repeat),
        expires_at: Some(at(2025, 12, 31, 0, 0)),
        ..draft()
    };
    let composed = compose(&rig, &daily).await;
    approve(&rig, "pct", &composed).await.unwrap();
    rig.pass_to(at(2025, 7, 28, 7, 30)).await;
    for group in ["dan-03", "dan-04"] {
        let dark = FaultKind::TooManyRequests { retry_after: 3_600 };
        let chat = rig.world.chat(group).unwrap();
        rig.handle().add_fault(Fault::next("sendMessage", dark).in_chat(chat));
    }
    let firings = async |rig: &Rig| {
        rig.core.store.read().await.unwrap().broadcasts_of(&composed.bulletin.id).await.unwrap().len()
    };
    rig.clock.set(at(2025, 7, 29, 7, 0));
    rig.until("a second firing", async |rig: &Rig| firings(rig).await == 2).await;
    rig.until("both wait", async |rig: &Rig| rig.messages_in(&composed.bulletin.id, "retry_wait").await == 2).await;
    let act = act_of(&rig, "pct").await;
    let mut tx = rig.core.store.begin().await.unwrap();
    let bulletin = tx.bulletin(&composed.bulletin.id).await.unwrap().unwrap();
    let done = loa::usecase::withdraw::withdraw(&mut tx, &act, &bulletin, "sai").await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!((done.told, done.replaced, done.stopped), (2, 2, 2));
    drop(act);
    rig.pass_to(at(2025, 7, 29, 10, 0)).await;
    for group in ["dan-03", "dan-04"] {
        let chat = rig.group_chat(group);
        assert!(chat.contains("ĐÃ THU HỒI") && !chat.contains("treo cờ"), "{chat}");
    }
    rig.stop().await;
}

async fn what_the_duty_officer_released_needs_no_yes_any_more(store: Store) {
    let mut rig = Rig::start(store, at(2025, 9, 28, 21, 40)).await;
    rig.settle().await;
    let marks = Marks { reason: Some("bão số 10".to_owned()), ..Marks::default() };
    let flash = Draft { kind: Kind::Urgent, urgency: Urgency::Flash, marks, ..draft() };
    let composed = compose(&rig, &flash).await;
    let act = act_of(&rig, "lan").await;
    let mut tx = rig.core.store.begin().await.unwrap();
    release::decide(&mut tx, &act, &composed.bulletin, None).await.unwrap();
    tx.commit().await.unwrap();
    drop(act);
    rig.settle().await;
    rig.say("pct", "/thuhoi HT-2025-0001 nhầm").await;
    rig.press("pct", "Thu hồi").await;
    let before = rig.private_chat("pct");
    rig.pass_to(at(2025, 9, 30, 12, 0)).await;
    assert_eq!(rig.private_chat("pct"), before, "nobody is reminded to approve it");
    let waiting = rig.say("pct", "/choduyet").await;
    assert!(!waiting.contains("HT-2025-0001"), "{waiting}");
    rig.stop().await;
}

async fn an_answer_afterwards_brings_nothing_back(store: Store) {
    let mut rig = Rig::start(store, at(2025, 7, 28, 8, 0)).await;
    sent(&mut rig, "thon:03,04@cadre").await;
    rig.say("lan", "/chuanhan VB-2025-0001 1 đã gọi").await;
    recall(&mut rig).await;
    let (binh, group) = (rig.world.account("binh").unwrap(), rig.world.chat("dieu-hanh-03").unwrap());
    rig.handle().say(binh, group, "đã nhận VB-2025-0001", None).unwrap();
    rig.pass_to(at(2025, 7, 28, 8, 30)).await;
    let chat = rig.group_chat("dieu-hanh-03");
    assert!(!chat.contains("treo cờ") && !chat.contains("[ ✅"), "{chat}");
    rig.stop().await;
}

async fn only_an_approver_takes_back_and_only_what_was_sent(store: Store) {
    let mut rig = Rig::start(store, at(2025, 7, 28, 8, 0)).await;
    let later = Draft { send_at: Some(at(2025, 7, 28, 9, 0)), audience: "thon:03@cadre".to_owned(), ..draft() };
    let composed = compose(&rig, &later).await;
    approve(&rig, "pct", &composed).await.unwrap();
    let unsent = rig.say("pct", "/thuhoi VB-2025-0001 sai thời hạn").await;
    assert!(unsent.contains("chưa gửi") && unsent.contains("/huy VB-2025-0001"), "{unsent}");
    rig.pass_to(at(2025, 7, 28, 9, 5)).await;
    let denied = rig.say("lan", "/thuhoi VB-2025-0001 sai thời hạn").await;
    assert!(!denied.contains("Thu hồi VB-2025-0001?"), "{denied}");
    let how = rig.say("pct", "/thuhoi VB-2025-0001").await;
    assert!(how.contains("/thuhoi mã lý do"), "{how}");
    rig.say("pct", "/thuhoi VB-2025-0001 sai thời hạn").await;
    assert!(rig.say("pct", "thôi").await.contains("giữ nguyên") || rig.group_chat("dieu-hanh-03").contains("treo cờ"));
    assert!(rig.group_chat("dieu-hanh-03").contains("treo cờ"), "nothing was taken back");
    recall(&mut rig).await;
    let again = rig.say("pct", "/thuhoi VB-2025-0001 sai thời hạn").await;
    assert!(again.contains("đã thu hồi từ trước"), "{again}");
    rig.stop().await;
}

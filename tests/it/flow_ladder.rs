//! Urgency at work: reminders, the list at the end, calls, the duty officer's word, exercises.

use loa::demo::places::Network;
use loa::domain::bulletin::Kind;
use loa::domain::calendar::Millis;
use loa::domain::urgency::Urgency;
use loa::store::Store;
use loa::store::bulletins::Marks;
use loa::usecase::compose::{Composed, Draft};
use loa::usecase::release::{self, Decided};
use loa::usecase::status::{self, Window};
use loa::usecase::{UseCaseError, approve};
use loa_sandbox::telegram::{Fault, FaultKind};

use crate::db::{sqlite_tests, story_tests};
use crate::flow_send::draft;
use crate::stage::{Stage, at};

story_tests!(khan_ends_with_a_list_to_the_composer_and_the_approver);

sqlite_tests!(
    reminders_missed_while_the_service_was_down_become_one,
    reminders_that_waited_for_a_dark_gateway_become_one,
    enough_answers_end_the_reminders_and_the_rest_is_only_named,
    thuong_khan_is_approved_on_duty_and_ends_with_a_call_list,
    hoa_toc_in_doubt_is_repeated_once_and_says_so,
    a_unit_answers_for_itself_after_somebody_answered_in_its_stead,
    a_late_start_is_told_to_whoever_can_telephone,
    an_exercise_is_labelled_everywhere_and_counted_nowhere,
    only_the_duty_officer_releases_and_only_hoa_toc,
    a_release_is_refused_afterwards_by_an_approver_with_a_reason,
);

/// Sunday 28 September 2025 at an hour and minute.
fn night(hour: u32, minute: u32) -> Millis {
    at(2025, 9, 28, hour, minute)
}

async fn start(store: Store, now: Millis) -> Stage {
    let mut stage = Stage::on(&[Network::Telegram]).at(now).start(store).await;
    stage.settle().await;
    stage
}

fn urgent(urgency: Urgency) -> Draft {
    let reason = urgency.needs_reason().then(|| "bão số 10".to_owned());
    Draft {
        kind: Kind::Urgent,
        title: "Ứng phó bão số 10".to_owned(),
        urgency,
        marks: Marks { reason, ..Marks::default() },
        ..draft()
    }
}

/// Lets a bulletin go by whatever right this person has.
async fn let_go(stage: &Stage, person: &str, composed: &Composed) -> Result<Decided, UseCaseError> {
    let act = stage.act_of(person).await;
    let mut tx = stage.core.store.begin().await.unwrap();
    let decided = release::decide(&mut tx, &act, &composed.bulletin, None).await?;
    tx.commit().await.unwrap();
    Ok(decided)
}

/// The heads of the villages with these numbers press the button.
fn answer(stage: &Stage, villages: std::ops::RangeInclusive<usize>) {
    const HEADS: [&str; 24] = [
        "an", "bao", "binh", "canh", "dan", "dong", "giang", "giang", "ha", "hien", "khanh", "lien", "loc", "mai",
        "nam", "ngan", "oanh", "phu", "que", "sang", "thao", "tu", "van", "xuan",
    ];
    for number in villages {
        let group = stage.group(&format!("dieu-hanh-{number:02}"));
        stage.telegram().press(stage.person(HEADS[number - 1]), group, None, "✅ Đã nhận").unwrap();
    }
}

/// How often a group was reminded.
fn reminders(stage: &Stage, group: &str) -> usize {
    stage.group_chat(group).matches("⏰ Nhắc").count()
}

async fn reminders_missed_while_the_service_was_down_become_one(store: Store) {
    let mut stage = start(store, night(21, 40)).await;
    let composed = stage.compose(&urgent(Urgency::Flash)).await;
    let_go(&stage, "lan", &composed).await.unwrap();
    stage.settle().await;
    answer(&stage, 6..=24);
    stage.pass_to(night(21, 55)).await;
    assert_eq!((reminders(&stage, "dieu-hanh-03"), reminders(&stage, "dieu-hanh-06")), (1, 0));
    // The power is gone from 21:55 to 22:20, over two reminders and the end of the window.
    stage.clock.set(night(22, 20));
    stage.settle().await;
    assert_eq!((reminders(&stage, "dieu-hanh-03"), reminders(&stage, "dieu-hanh-06")), (2, 0));
    assert_eq!(
        stage.group_chat("dieu-hanh-03").matches("Ứng phó bão số 10").count(),
        1,
        "no duplicate of the original"
    );
    assert!(stage.private_chat("lan").contains("Chưa xác nhận: 5/24 thôn"), "{}", stage.private_chat("lan"));
    stage.pass_to(night(23, 30)).await;
    assert_eq!(reminders(&stage, "dieu-hanh-03"), 2);
    stage.stop().await;
}

async fn reminders_that_waited_for_a_dark_gateway_become_one(store: Store) {
    let mut stage = start(store, night(21, 40)).await;
    let composed = stage.compose(&urgent(Urgency::Flash)).await;
    let_go(&stage, "lan", &composed).await.unwrap();
    stage.settle().await;
    let group = stage.group("dieu-hanh-03");
    let dark = FaultKind::TooManyRequests { retry_after: 1_800 };
    stage.telegram().add_fault(Fault::next("sendMessage", dark).in_chat(group));
    stage.pass_to(night(22, 30)).await;
    assert_eq!(reminders(&stage, "dieu-hanh-03"), 1, "{}", stage.group_chat("dieu-hanh-03"));
    stage.stop().await;
}

async fn enough_answers_end_the_reminders_and_the_rest_is_only_named(store: Store) {
    let mut stage = start(store, at(2025, 7, 28, 8, 0)).await;
    let marks = Marks { quorum: Some(20), ..Marks::default() };
    let composed = stage.compose(&Draft { marks, ..draft() }).await;
    let_go(&stage, "pct", &composed).await.unwrap();
    stage.settle().await;
    answer(&stage, 5..=24);
    stage.pass_to(at(2025, 7, 29, 17, 1)).await;
    assert_eq!(reminders(&stage, "dieu-hanh-01"), 0);
    let told = stage.private_chat("lan");
    assert!(told.contains("đã đủ 20/24 thôn xác nhận (cần 20)") && told.contains("Thôn 04"), "{told}");
    stage.stop().await;
}

async fn khan_ends_with_a_list_to_the_composer_and_the_approver(store: Store) {
    let mut stage = start(store, at(2025, 7, 28, 8, 0)).await;
    let composed = stage.compose(&urgent(Urgency::Urgent)).await;
    let_go(&stage, "pct", &composed).await.unwrap();
    stage.pass_to(at(2025, 7, 28, 12, 1)).await;
    assert_eq!(reminders(&stage, "dieu-hanh-03"), 3, "hourly, three times");
    for person in ["lan", "pct"] {
        let list = stage.last_words(person);
        assert!(list.contains("Chưa xác nhận: 24/24 thôn") && !list.contains("0900"), "{list}");
    }
    stage.stop().await;
}

async fn thuong_khan_is_approved_on_duty_and_ends_with_a_call_list(store: Store) {
    let mut stage = start(store, night(20, 45)).await;
    let act = stage.act_of("minh").await;
    let mut tx = stage.core.store.begin().await.unwrap();
    let composed = loa::usecase::compose::compose(&mut tx, &act, &urgent(Urgency::Express)).await.unwrap();
    tx.commit().await.unwrap();
    assert!(
        matches!(let_go(&stage, "lan", &composed).await.unwrap(), Decided::Approved(_)),
        "no word is owed afterwards"
    );
    stage.pass_to(night(22, 46)).await;
    assert_eq!(reminders(&stage, "dieu-hanh-03"), 4, "every 30 minutes, four times");
    for person in ["minh", "lan"] {
        let list = stage.private_chat(person);
        assert!(list.contains("3. Thôn 03 – Trưởng thôn: Mẫu Văn Bình, ĐT 0900 000 003"), "{list}");
    }
    for number in 1..=24 {
        let group = stage.group_chat(&format!("dieu-hanh-{number:02}"));
        assert!(!group.contains("0900"), "{group}");
    }
    stage.stop().await;
}

async fn hoa_toc_in_doubt_is_repeated_once_and_says_so(store: Store) {
    let mut stage = start(store, night(21, 40)).await;
    let group = stage.group("dieu-hanh-03");
    stage.telegram().add_fault(Fault::next("sendMessage", FaultKind::ResetAfter).in_chat(group).from_call(1, 2));
    let composed = stage.compose(&urgent(Urgency::Flash)).await;
    let_go(&stage, "lan", &composed).await.unwrap();
    stage.pass_to(night(21, 45)).await;
    let chat = stage.group_chat("dieu-hanh-03");
    assert_eq!(
        chat.matches("Ứng phó bão số 10").count(),
        2,
        "the repetition is in doubt too and is not repeated: {chat}"
    );
    assert_eq!(chat.matches("(gửi lại)").count(), 1, "{chat}");
    assert_eq!(stage.messages_in(&composed.bulletin.id, "unknown").await, 2);
    stage.stop().await;
}

async fn a_unit_answers_for_itself_after_somebody_answered_in_its_stead(store: Store) {
    let mut stage = start(store, night(21, 40)).await;
    let composed = stage.compose(&urgent(Urgency::Flash)).await;
    let_go(&stage, "lan", &composed).await.unwrap();
    stage.pass_to(night(22, 11)).await;
    let noted = stage.say("lan", "3, 4 đã gọi").await;
    assert!(noted.contains("Thôn 03, Thôn 04 đã nhận qua điện thoại (xác nhận hộ). Còn 22"), "{noted}");
    assert!(stage.say("lan", "5 không gọi được").await.contains("chưa gọi được Thôn 05"));
    assert!(stage.say("lan", "40 đã gọi").await.contains("Không có đơn vị nào chờ gọi mang số 40"));
    let status = stage.say("lan", "/trangthai ht1").await;
    assert!(status.contains("đã nhận 0/24 thôn, xác nhận hộ 2"), "{status}");
    let list = stage.say("lan", "/chuanhan ht1").await;
    assert!(list.contains("0900 000 005 (gọi chưa được 1 lần)") && !list.contains("3. Thôn 03"), "{list}");

    answer(&stage, 3..=3);
    stage.settle().await;
    let status = stage.say("lan", "/trangthai ht1").await;
    assert!(status.contains("đã nhận 1/24 thôn, xác nhận hộ 1"), "{status}");
    let again = stage.say("lan", "/chuanhan ht1 3 đã gọi").await;
    assert!(again.contains("Không có đơn vị nào chờ gọi"), "what a unit said itself is not said again for it: {again}");
    // Whoever was shown no list says nothing by these words.
    assert!(!stage.say("binh", "4 đã gọi").await.contains("xác nhận hộ"));
    stage.stop().await;
}

async fn a_late_start_is_told_to_whoever_can_telephone(store: Store) {
    let mut stage = start(store, night(21, 40)).await;
    let composed = stage.compose(&urgent(Urgency::Flash)).await;
    let_go(&stage, "lan", &composed).await.unwrap();
    let wait = FaultKind::TooManyRequests { retry_after: 120 };
    stage.telegram().add_fault(Fault::next("sendMessage", wait).from_call(1, 60));
    stage.settle().await;
    stage.pass_to(night(21, 50)).await;
    for person in ["lan", "pct", "quan"] {
        let told = stage.private_chat(person);
        assert_eq!(told.matches("vẫn chưa gửi được tin nào").count(), 1, "{person}: {told}");
    }
    stage.stop().await;
}

async fn an_exercise_is_labelled_everywhere_and_counted_nowhere(store: Store) {
    let mut stage = start(store, night(21, 40)).await;
    let marks = Marks { exercise: true, ..urgent(Urgency::Flash).marks };
    let composed = stage.compose(&Draft { marks, ..urgent(Urgency::Flash) }).await;
    let_go(&stage, "lan", &composed).await.unwrap();
    stage.settle().await;
    answer(&stage, 6..=24);
    stage.pass_to(night(22, 11)).await;
    let noted = stage.say("lan", "3 đã gọi").await;
    let status = stage.say("lan", "/trangthai ht1").await;
    let verified = stage.say("binh", "/xacminh HT-2025-0001").await;
    for text in [&noted, &status, &verified] {
        assert!(text.starts_with("🟠 DIỄN TẬP"), "{text}");
    }
    let group = stage.telegram().messages(stage.group("dieu-hanh-03")).unwrap();
    let posts: Vec<_> = group.iter().filter(|message| message.from_bot && !message.service).collect();
    assert_eq!(posts.len(), 4, "the bulletin and three reminders");
    assert!(posts.iter().all(|post| post.text.starts_with("🟠 DIỄN TẬP")), "{posts:?}");
    let private = stage.telegram().messages(stage.person("pct")).unwrap();
    let about = private.iter().filter(|message| message.text.contains("HT-2025-0001"));
    assert!(about.clone().count() > 1 && about.clone().all(|card| card.text.starts_with("🟠 DIỄN TẬP")));

    let act = stage.act_of("lan").await;
    let mut tx = stage.core.store.read().await.unwrap();
    let figures = status::overall(&mut tx, &act, Window::ALL).await.unwrap();
    assert_eq!((figures.deliveries.total(), figures.obligations.expected, figures.reminders), (0, 0, 0));
    assert_eq!((figures.exercises, figures.urgent.len(), figures.releases_not_approved), (1, 0, 0));
    assert!(figures.bulletins.is_empty() && figures.median_minutes.is_none());
    drop(tx);
    stage.stop().await;
}

async fn only_the_duty_officer_releases_and_only_hoa_toc(store: Store) {
    let stage = start(store, night(21, 40)).await;
    let express = stage.compose(&urgent(Urgency::Express)).await;
    let flash = stage.compose(&urgent(Urgency::Flash)).await;
    for (person, composed) in [("lan", &express), ("binh", &flash), ("minh", &flash)] {
        let refused = let_go(&stage, person, composed).await.unwrap_err();
        assert!(matches!(refused, UseCaseError::Denied(_)), "{person}: {refused}");
    }
    let missing = Draft { marks: Marks::default(), ..urgent(Urgency::Flash) };
    let act = stage.act_of("lan").await;
    let mut tx = stage.core.store.begin().await.unwrap();
    let refused = loa::usecase::compose::compose(&mut tx, &act, &missing).await.unwrap_err();
    assert!(matches!(refused, UseCaseError::Refused { key: "refused-urgency-reason", .. }), "{refused}");
    drop(tx);
    // An approver's word is whole: nothing is owed afterwards.
    assert!(matches!(let_go(&stage, "pct", &flash).await.unwrap(), Decided::Approved(_)));
    let mut tx = stage.core.store.read().await.unwrap();
    assert!(tx.open_releases(&stage.commune).await.unwrap().is_empty());
    drop(tx);
    stage.stop().await;
}

async fn a_release_is_refused_afterwards_by_an_approver_with_a_reason(store: Store) {
    let mut stage = start(store, night(21, 40)).await;
    let composed = stage.compose(&urgent(Urgency::Flash)).await;
    let_go(&stage, "lan", &composed).await.unwrap();
    stage.settle().await;
    let own = stage.say("lan", "/duyet ht1").await;
    assert!(!own.contains("đã phê duyệt sau"), "{own}");
    let refused = stage.say("pct", "/tuchoi ht1 chưa có lệnh của tỉnh").await;
    assert!(refused.contains("đã ghi không phê duyệt"), "{refused}");
    assert!(stage.private_chat("lan").contains("chưa có lệnh của tỉnh"));
    assert!(stage.say("lan", "/trangthai ht1").await.contains("người duyệt không phê duyệt sau"));
    let act = stage.act_of("pct").await;
    let mut tx = stage.core.store.begin().await.unwrap();
    let again = approve::approve(&mut tx, &act, &composed.bulletin.id, None).await.unwrap_err();
    assert!(matches!(again, UseCaseError::Refused { key: "refused-not-awaiting", .. }), "{again}");
    drop(tx);
    stage.stop().await;
}

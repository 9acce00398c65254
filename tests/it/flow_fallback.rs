//! One of two gateways, or one group, stops working in the middle of a broadcast: the next group takes over, nothing goes
//! twice, and whoever cannot be reached is named.

use std::time::Duration;

use loa::clock::Monotonic as _;
use loa::demo::places::Network;
use loa::domain::urgency::Urgency;
use loa::store::Store;
use loa::store::bulletins::{Marks, NewFile};
use loa::usecase::compose::{Draft, DraftFile};
use loa::usecase::fallback;
use loa_sandbox::telegram::{Fault, FaultKind};

use crate::db::sqlite_tests;
use crate::flow_send::{draft, without_joint_group};

mod budget;
mod drill;
mod incident;
use crate::stage::spare::SPARE;
use crate::stage::{Build, Stage, at};

sqlite_tests!(
    s4_a_platform_that_goes_dark_is_stood_in_for_and_nothing_goes_twice_when_it_is_back,
    a_refused_token_is_stood_in_for_at_once_and_the_account_is_known_again_without_a_message,
    a_group_that_is_lost_after_its_sick_gateway_came_back_is_decided_anew,
    a_lost_group_is_stood_in_for_by_the_joint_group_and_the_unit_counts_once,
    an_interrupted_step_leaves_nothing_and_a_repeated_one_does_nothing_more,
    a_doubt_holds_the_other_group_back_except_for_hoa_toc,
    a_storm_warning_does_not_wait_for_a_group_that_has_to_be_waited_for,
    several_villages_fall_back_on_one_joint_group_and_it_gets_one_message,
);

/// Telegram twice, and a line to the first that can be cut.
fn two_gateways() -> Build<'static> {
    Stage::on(&[Network::Telegram]).spare().line()
}

async fn start(store: Store) -> Stage {
    let mut stage = two_gateways().start(store).await;
    stage.settle().await;
    stage
}

/// Posts in a village's first and in its spare group.
fn posts(stage: &Stage, village: u32) -> (usize, usize) {
    let spare = if SPARE.contains(&village) { stage.posts(&format!("du-phong-{village}")) } else { 0 };
    (stage.posts(&format!("dieu-hanh-{village:02}")), spare)
}

/// To one village.
fn to(audience: &str) -> Draft {
    Draft { audience: audience.to_owned(), ..draft() }
}

async fn s4_a_platform_that_goes_dark_is_stood_in_for_and_nothing_goes_twice_when_it_is_back(store: Store) {
    let mut stage = start(store).await;
    let composed = stage.release(&draft()).await;
    stage.until("10 sent", async |stage: &Stage| stage.sent(&composed).await >= 10).await;
    stage.drain().await;
    let before = stage.sent(&composed).await;
    assert!((10..14).contains(&before), "{before}");
    stage.line.as_mut().unwrap().cut().await;

    let spare = i64::try_from(SPARE.len()).unwrap();
    stage.until("stood in for", async |stage: &Stage| stage.sent(&composed).await == before + spare).await;
    let card = "không có nhóm dự phòng";
    stage.until("told", async |stage: &Stage| stage.private_chat("lan").contains(card)).await;
    let told = stage.private_chat("lan");
    assert!(told.contains("Thôn 20") && told.contains("Thôn 22") && !told.contains("Thôn 15"), "{told}");
    assert_eq!(stage.incidents().await, ["unreachable"]);
    assert!(stage.private_chat("quan").contains("không kết nối được nền tảng"), "{}", stage.private_chat("quan"));
    assert_eq!(stage.obligation(&composed, "Thôn 20").await, "unreachable");
    assert_eq!(stage.obligation(&composed, "Thôn 15").await, "awaiting");

    stage.line.as_mut().unwrap().mend();
    stage.until("all sent", async |stage: &Stage| stage.sent(&composed).await == 24).await;
    stage.settle().await;
    for village in 1..=24 {
        let expected = if SPARE.contains(&village) { (0, 1) } else { (1, 0) };
        assert_eq!(posts(&stage, village), expected, "thôn {village}");
    }
    let counts = stage.status(&composed).await.unwrap().counts;
    assert_eq!((counts.total(), counts.sent, counts.replaced), (24, 24, spare));
    assert!(stage.incidents().await.is_empty());
    assert_eq!(stage.obligation(&composed, "Thôn 20").await, "awaiting");
    for person in ["lan", "quan"] {
        assert_eq!(stage.private_chat(person).matches(card).count(), 1, "{}", stage.private_chat(person));
    }
    assert_eq!(stage.private_chat("quan").matches("đã hoạt động lại").count(), 1, "{}", stage.private_chat("quan"));
    let shown = stage.say("lan", "/trangthai vb1").await;
    assert!(shown.contains("24/24") && shown.contains("Dự phòng: Nhóm dự phòng Thôn 15"), "{shown}");
    stage.stop().await;
}

async fn a_refused_token_is_stood_in_for_at_once_and_the_account_is_known_again_without_a_message(store: Store) {
    let mut stage = start(store).await;
    let bot = stage.telegram().bot_ids()[0];
    let nine = at(2025, 7, 28, 9, 0);
    let composed = stage.release(&Draft { send_at: Some(nine), ..to("thon:15,16") }).await;
    stage.settle().await;
    stage.telegram().set_revoked(bot, true).unwrap();
    stage.clock.set(nine);
    stage.settle().await;
    assert_eq!((posts(&stage, 15), posts(&stage, 16)), ((0, 1), (0, 1)));
    assert_eq!(stage.sent(&composed).await, 2);
    assert_eq!(stage.incidents().await, ["unauthorized"]);
    assert!(stage.private_chat("quan").contains("mã truy cập hết hạn"), "{}", stage.private_chat("quan"));

    // Nothing waits on the first gateway that could prove it well again, so the platform itself is asked.
    stage.telegram().set_revoked(bot, false).unwrap();
    stage.clock.advance(Duration::from_secs(31));
    stage.until("well again", async |stage: &Stage| stage.incidents().await.is_empty()).await;
    stage.settle().await;
    assert!(stage.private_chat("quan").contains("đã hoạt động lại, còn 0 lượt"), "{}", stage.private_chat("quan"));
    stage.release(&to("thon:15")).await;
    stage.settle().await;
    assert_eq!(posts(&stage, 15), (1, 1), "the first group is the first one again");
    stage.stop().await;
}

async fn a_group_that_is_lost_after_its_sick_gateway_came_back_is_decided_anew(store: Store) {
    let mut stage = start(store).await;
    let bot = stage.telegram().bot_ids()[0];
    without_joint_group(&stage).await;
    let nine = at(2025, 7, 28, 9, 0);
    let composed = stage.release(&Draft { send_at: Some(nine), ..to("thon:20") }).await;
    stage.settle().await;
    stage.telegram().set_revoked(bot, true).unwrap();
    stage.clock.set(nine);
    let unreachable = "SELECT COUNT(*) FROM obligations WHERE state = 'unreachable'";
    let is_given_up = async |stage: &Stage| stage.rows(unreachable).await == 1;
    stage.until("nobody can stand in", is_given_up).await;
    let group = stage.group("dieu-hanh-20");
    stage.telegram().add_fault(Fault::next("sendMessage", FaultKind::Kicked).in_chat(group));
    stage.telegram().set_revoked(bot, false).unwrap();
    stage.clock.advance(Duration::from_secs(31));
    stage.until("lost", async |stage: &Stage| stage.messages_in(&composed.bulletin.id, "failed").await == 1).await;
    stage.pass_to(at(2025, 8, 28, 9, 0)).await;
    assert_eq!(stage.rows("SELECT COUNT(*) FROM broadcasts WHERE state = 'running'").await, 0, "nothing holds it open");
    stage.stop().await;
}

async fn a_lost_group_is_stood_in_for_by_the_joint_group_and_the_unit_counts_once(store: Store) {
    let mut stage = start(store).await;
    let group = stage.group("dieu-hanh-05");
    stage.telegram().add_fault(Fault::next("sendMessage", FaultKind::Kicked).in_chat(group));
    let composed = stage.release(&draft()).await;
    stage.settle().await;
    let status = stage.status(&composed).await.unwrap();
    assert_eq!((status.counts.total(), status.counts.sent, status.counts.replaced), (24, 24, 1));
    let taker = status.deliveries.iter().find(|delivery| !delivery.fallback_for.is_empty()).unwrap();
    assert_eq!(taker.units, ["Thôn 05"]);
    assert_eq!(taker.fallback_for, ["Nhóm điều hành Thôn 05"]);
    assert_eq!(stage.obligation(&composed, "Thôn 05").await, "awaiting");
    assert!(!stage.private_chat("lan").contains("cần gọi điện"), "{}", stage.private_chat("lan"));
    // The head answers where the message now stands.
    let joint = stage.group("truong-thon");
    let head = stage.person("canh");
    let press = stage.telegram().press(head, joint, None, "✅ Đã nhận");
    assert!(press.is_ok(), "{press:?}");
    stage.settle().await;
    stage.stop().await;
}

async fn an_interrupted_step_leaves_nothing_and_a_repeated_one_does_nothing_more(store: Store) {
    let mut stage = start(store).await;
    let bot = stage.telegram().bot_ids()[0];
    let composed = stage.release(&to("thon:15")).await;
    stage.telegram().set_revoked(bot, true).unwrap();
    send_until_halted(&mut stage).await;
    let act = stage.core.act(&stage.commune);
    let due = fallback::due(&mut stage.core.store.read().await.unwrap(), &act).await.unwrap();
    assert_eq!(due.len(), 1);
    // Killed before the commit.
    let mut tx = stage.core.store.begin().await.unwrap();
    assert!(fallback::stand_in(&mut tx, &act, &due[0].delivery_id).await.unwrap());
    drop(tx);
    assert_eq!(fallback::due(&mut stage.core.store.read().await.unwrap(), &act).await.unwrap(), due);
    for expected in [true, false] {
        let mut tx = stage.core.store.begin().await.unwrap();
        assert_eq!(fallback::stand_in(&mut tx, &act, &due[0].delivery_id).await.unwrap(), expected);
        tx.commit().await.unwrap();
    }
    drop(act);
    stage.until("stood in", async |stage: &Stage| stage.sent(&composed).await == 1).await;
    stage.drain().await;
    assert_eq!((posts(&stage, 15), stage.sent(&composed).await), ((0, 1), 1));
    stage.stop().await;
}

/// Fires what is due and sends on the first gateway until it is halted, without looking after what follows.
async fn send_until_halted(stage: &mut Stage) {
    stage.service.planner.tick().await.unwrap();
    for _ in 0..100 {
        stage.service.dispatchers[0].tick().await.unwrap();
        stage.drain().await;
        if stage.is_halted() {
            return;
        }
        stage.clock.advance(Duration::from_millis(100));
    }
    panic!("never halted");
}

async fn a_doubt_holds_the_other_group_back_except_for_hoa_toc(store: Store) {
    let mut stage = start(store).await;
    for (urgency, expected) in [(Urgency::Normal, (1, 0)), (Urgency::Flash, (2, 1))] {
        let group = stage.group("dieu-hanh-15");
        stage.telegram().add_fault(Fault::next("sendMessage", FaultKind::ResetAfter).in_chat(group));
        let marks = Marks { reason: urgency.needs_reason().then(|| "bão số 10".to_owned()), ..Marks::default() };
        let draft = Draft { urgency, marks, files: vec![file(&stage).await], ..to("thon:15") };
        let composed = stage.release(&draft).await;
        let id = composed.bulletin.id.clone();
        stage.until("in doubt", async |stage: &Stage| stage.states(&id).await.contains(&"unknown".to_owned())).await;
        let bot = stage.telegram().bot_ids()[0];
        stage.telegram().set_revoked(bot, true).unwrap();
        let probe = stage.release(&to("thon:16")).await;
        stage.until("stood in", async |stage: &Stage| stage.sent(&probe).await == 1).await;
        stage.drain().await;
        let (first, second) = posts(&stage, 15);
        assert_eq!((first, usize::from(second > 0)), expected, "{urgency}");
        stage.telegram().set_revoked(bot, false).unwrap();
        stage.clock.advance(Duration::from_secs(31));
        stage.until("well again", async |stage: &Stage| stage.incidents().await.is_empty()).await;
    }
    stage.stop().await;
}

/// Something that leaves after the text, and waits as long as the text is in doubt.
async fn file(stage: &Stage) -> DraftFile {
    let content = loa::inspect::sample_pdf(&[vec!["Kế hoạch mẫu"]]);
    let mut tx = stage.core.store.begin().await.unwrap();
    let sha256 = tx.put_file(&content, "application/pdf", Some(1), at(2025, 7, 28, 8, 0)).await.unwrap();
    tx.commit().await.unwrap();
    let file = NewFile { sha256, file_name: "ke-hoach.pdf".to_owned(), pages: Some(1) };
    DraftFile { file, first_page: "Kế hoạch mẫu".to_owned(), readable: true }
}

async fn a_storm_warning_does_not_wait_for_a_group_that_has_to_be_waited_for(store: Store) {
    let mut stage = start(store).await;
    let group = stage.group("dieu-hanh-15");
    let patience = FaultKind::TooManyRequests { retry_after: 3_600 };
    stage.telegram().add_fault(Fault::next("sendMessage", patience).in_chat(group));
    let marks = Marks { reason: Some("bão số 10".to_owned()), ..Marks::default() };
    let before = stage.clock.elapsed();
    let composed = stage.release(&Draft { urgency: Urgency::Flash, marks, ..to("thon:15") }).await;
    stage.until("stood in", async |stage: &Stage| stage.sent(&composed).await == 1).await;
    assert!(stage.clock.elapsed() < before + Duration::from_secs(30));
    // What is ordinary waits, and nothing goes twice.
    let ordinary = stage.release(&to("thon:15")).await;
    stage.settle().await;
    assert_eq!((posts(&stage, 15), stage.sent(&ordinary).await), ((1, 0), 1), "not the storm warning");
    let joint = stage
        .posted("truong-thon")
        .into_iter()
        .filter(|post| post.text.contains("Hỏa tốc") && post.text.contains("từ 01/9"));
    assert_eq!(joint.count(), 1, "the joint group of the heads is the next one");
    stage.stop().await;
}

async fn several_villages_fall_back_on_one_joint_group_and_it_gets_one_message(store: Store) {
    let mut stage = start(store).await;
    for village in ["dieu-hanh-01", "dieu-hanh-02", "dieu-hanh-03"] {
        let group = stage.group(village);
        stage.telegram().add_fault(Fault::next("sendMessage", FaultKind::Kicked).in_chat(group));
    }
    let composed = stage.release(&to("thon:01,02,03")).await;
    stage.settle().await;
    let status = stage.status(&composed).await.unwrap();
    let takers: Vec<_> = status.deliveries.iter().filter(|delivery| !delivery.fallback_for.is_empty()).collect();
    assert_eq!(takers.len(), 1);
    assert_eq!(takers[0].units, ["Thôn 01", "Thôn 02", "Thôn 03"]);
    assert_eq!((status.counts.sent, status.counts.total(), status.counts.replaced), (1, 1, 3));
    let joint = stage.telegram().messages(stage.group("truong-thon")).unwrap();
    assert_eq!(joint.iter().filter(|message| message.from_bot && !message.service).count(), 1);
    stage.stop().await;
}

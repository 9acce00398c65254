//! The drill between platforms: Telegram goes dark in the middle of a broadcast and Zalo stands in, and the other way round.

use loa::demo::places::Network;
use loa::store::Store;
use loa::usecase::compose::Draft;
use loa_sandbox::zalo_oa::{OaFault, OaFaultKind};

use super::across::Across;
use crate::db::{sqlite_tests, story_tests};
use crate::flow_send::draft;
use crate::rig::at;

story_tests!(s4_a_service_killed_while_zalo_stands_in_goes_on_where_it_stood_and_nothing_goes_twice);

sqlite_tests!(
    s4_telegram_goes_dark_and_zalo_stands_in_and_nothing_goes_twice_when_it_is_back,
    s4_a_call_under_way_when_the_service_dies_is_in_doubt_and_the_rest_goes_once,
    s4_a_zalo_group_that_refuses_three_times_is_stood_in_for_by_telegram_and_stays_missing_on_zalo,
);

/// Villages that have a second group on the other platform.
const SECOND: [u32; 8] = [15, 16, 17, 18, 19, 21, 23, 24];

fn counted() -> Draft {
    Draft { plan_code: Some("ha-long-2025".to_owned()), ..draft() }
}

async fn start(store: Store, first: Network, second: &[u32]) -> Across {
    let mut across = Across::start(store, at(2025, 7, 28, 8, 0), first, second).await;
    across.settle().await;
    across
}

/// Every village has it once, on the platform that it should have come through.
fn assert_once(across: &Across) {
    for village in 1..=24 {
        let expected = if SECOND.contains(&village) { (0, 1) } else { (1, 0) };
        assert_eq!(across.posts(village), expected, "thôn {village}");
    }
}

async fn s4_telegram_goes_dark_and_zalo_stands_in_and_nothing_goes_twice_when_it_is_back(store: Store) {
    let mut across = start(store, Network::Telegram, &SECOND).await;
    let composed = across.release(&counted()).await;
    across.until("10 sent", async |across: &Across| across.sent(&composed, "telegram").await >= 10).await;
    across.drain().await;
    let before = across.sent(&composed, "telegram").await;
    assert!((10..14).contains(&before), "{before}");
    across.line.cut().await;

    across.until("stood in", async |across: &Across| across.sent(&composed, "zalo_oa").await == SECOND.len()).await;
    let card = "không có nhóm dự phòng";
    across.until("told", async |across: &Across| across.office("nhom-phong-vhxh").contains(card)).await;
    let told = across.office("nhom-phong-vhxh");
    assert!(told.contains("Thôn 20") && told.contains("Thôn 22") && !told.contains("Thôn 15"), "{told}");
    assert_eq!(across.incidents().await, ["unreachable"]);
    assert!(across.office("nhom-van-phong").contains("không kết nối được nền tảng"));

    across.line.mend();
    let rest = 24 - SECOND.len();
    across.until("the rest", async |across: &Across| across.sent(&composed, "telegram").await == rest).await;
    across.settle().await;
    assert_once(&across);
    let counts = across.status(&composed).await.unwrap().counts;
    assert_eq!((counts.total(), counts.sent, counts.replaced), (24, 24, 8));
    assert!(across.incidents().await.is_empty());
    let shown = across.say("lan", "/trangthai vb1").await;
    assert!(shown.contains("24/24") && shown.contains("Dự phòng: Nhóm thứ hai Thôn 15"), "{shown}");
    let figures = across.say("lan", "/chitieu tháng").await;
    assert!(figures.contains("8/8 nhóm Zalo; ngoài nhóm Zalo 16/16"), "Telegram is no Zalo group: {figures}");
    insta::assert_snapshot!("drill_office", across.office("nhom-phong-vhxh"));
    across.stop().await;
}

async fn s4_a_service_killed_while_zalo_stands_in_goes_on_where_it_stood_and_nothing_goes_twice(store: Store) {
    let mut across = start(store, Network::Telegram, &SECOND).await;
    let composed = across.release(&counted()).await;
    across.until("10 sent", async |across: &Across| across.sent(&composed, "telegram").await >= 10).await;
    across.drain().await;
    across.line.cut().await;
    across.until("three stand in", async |across: &Across| across.sent(&composed, "zalo_oa").await == 3).await;
    // What is under way is let come back: a call that is not is in doubt, and has a story of its own.
    across.drain().await;
    across.kill().await;
    across.until("all stand in", async |across: &Across| across.sent(&composed, "zalo_oa").await == SECOND.len()).await;

    across.drain().await;
    across.kill().await;
    across.line.mend();
    across.until("the rest", async |across: &Across| across.status(&composed).await.unwrap().counts.sent == 24).await;
    across.settle().await;
    assert_once(&across);
    let counts = across.status(&composed).await.unwrap().counts;
    assert_eq!((counts.total(), counts.sent, counts.replaced), (24, 24, 8));
    assert!(across.incidents().await.is_empty());
    across.stop().await;
}

async fn s4_a_call_under_way_when_the_service_dies_is_in_doubt_and_the_rest_goes_once(store: Store) {
    let mut across = start(store, Network::Telegram, &SECOND).await;
    let composed = across.release(&counted()).await;
    across.until("10 sent", async |across: &Across| across.sent(&composed, "telegram").await >= 10).await;
    across.drain().await;
    across.line.cut().await;
    let under_way = async |across: &Across| across.in_state(&composed, "zalo_oa", "sending").await > 0;
    across.until("one is under way", under_way).await;
    let doubts = across.in_state(&composed, "zalo_oa", "sending").await;
    across.kill().await;
    // Nothing could come back from that call any more.
    across.clock.advance(std::time::Duration::from_mins(6));
    let stands_in = async |across: &Across| across.sent(&composed, "zalo_oa").await == SECOND.len() - doubts;
    across.until("the others stand in", stands_in).await;
    across.line.mend();
    across.settle().await;
    assert_once(&across);
    assert_eq!(across.in_state(&composed, "zalo_oa", "unknown").await, doubts);
    let counts = across.status(&composed).await.unwrap().counts;
    assert_eq!((counts.total(), counts.sent + counts.unknown, counts.replaced), (24, 24, 8));
    across.stop().await;
}

async fn s4_a_zalo_group_that_refuses_three_times_is_stood_in_for_by_telegram_and_stays_missing_on_zalo(store: Store) {
    let mut across = start(store, Network::ZaloOa, &[24]).await;
    let group = across.places.chat("dieu-hanh-24").unwrap().to_owned();
    let refusal = OaFaultKind::error(-200, "Send message failed");
    across.account.handle().add_fault(OaFault::next("group/message", refusal).in_chat(&group).from_call(1, 3));
    // One refusal with an unknown number may be the content's fault; the third in a row is the group's, for all three of them.
    let mut three = Vec::new();
    for stands_in in [0, 0, 3] {
        three.push(across.release(&counted()).await);
        across.settle().await;
        assert_eq!(across.posts(24), (stands_in, 0), "what Zalo refused stands on Telegram");
    }
    for composed in &three {
        let counts = across.status(composed).await.unwrap().counts;
        assert_eq!((counts.total(), counts.sent, counts.replaced), (24, 24, 1), "reached once");
        assert_eq!((across.sent(composed, "zalo_oa").await, across.sent(composed, "telegram").await), (23, 1));
    }
    let shown = across.say("lan", "/trangthai vb3").await;
    assert!(shown.contains("24/24") && shown.contains("Dự phòng: Nhóm thứ hai Thôn 24"), "{shown}");
    let figures = across.say("lan", "/chitieu tháng").await;
    assert!(figures.contains("69/72 nhóm Zalo; ngoài nhóm Zalo 3/3"), "{figures}");
    // Given up until it is heard again; the others are not.
    assert!(across.now() < at(2025, 7, 28, 9, 0));
    let fourth = across.release(&counted()).await;
    across.settle().await;
    assert_eq!(across.posts(24), (4, 0));
    assert_eq!(across.sent(&fourth, "zalo_oa").await, 23);
    across.stop().await;
}

//! One of two gateways, or one group, stops working in the middle of a broadcast: the next group takes over, nothing goes
//! twice, and whoever cannot be reached is named.

use loa::store::Store;

use crate::db::store_tests;
use crate::flow_send::draft;
use crate::rig::at;

mod line;
mod stage;

use stage::{SPARE, Stage};

store_tests!(s4_a_platform_that_goes_dark_is_stood_in_for_and_nothing_goes_twice_when_it_is_back);

async fn start(store: Store) -> Stage {
    let mut stage = Stage::start(store, at(2025, 7, 28, 8, 0)).await;
    stage.settle().await;
    stage
}

async fn s4_a_platform_that_goes_dark_is_stood_in_for_and_nothing_goes_twice_when_it_is_back(store: Store) {
    let mut stage = start(store).await;
    let composed = stage.release(&draft()).await;
    stage.until("10 sent", async |stage: &Stage| stage.sent(&composed).await >= 10).await;
    stage.drain().await;
    let before = stage.sent(&composed).await;
    assert!((10..14).contains(&before), "{before}");
    stage.line.cut();

    let spare = i64::try_from(SPARE.len()).unwrap();
    stage.until("stood in for", async |stage: &Stage| stage.sent(&composed).await == before + spare).await;
    let card = "không có nhóm dự phòng";
    stage.until("told", async |stage: &Stage| stage.told("lan").contains(card)).await;
    let told = stage.told("lan");
    assert!(told.contains("Thôn 20") && told.contains("Thôn 22") && !told.contains("Thôn 15"), "{told}");
    assert_eq!(stage.incidents().await, ["unreachable"]);
    assert!(stage.told("quan").contains("không kết nối được nền tảng"), "{}", stage.told("quan"));
    assert_eq!(stage.obligation(&composed, "Thôn 20").await, "unreachable");
    assert_eq!(stage.obligation(&composed, "Thôn 15").await, "awaiting");

    stage.line.mend().await;
    stage.until("all sent", async |stage: &Stage| stage.sent(&composed).await == 24).await;
    stage.settle().await;
    for village in 1..=24 {
        let expected = if SPARE.contains(&village) { (0, 1) } else { (1, 0) };
        assert_eq!(stage.posts(village), expected, "thôn {village}");
    }
    let counts = stage.status(&composed).await.unwrap().counts;
    assert_eq!((counts.total(), counts.sent, counts.replaced), (24, 24, spare));
    assert!(stage.incidents().await.is_empty());
    assert_eq!(stage.obligation(&composed, "Thôn 20").await, "awaiting");
    for person in ["lan", "quan"] {
        assert_eq!(stage.told(person).matches(card).count(), 1, "{}", stage.told(person));
    }
    assert_eq!(stage.told("quan").matches("đã hoạt động lại").count(), 1, "{}", stage.told("quan"));
    let shown = stage.say("lan", "/trangthai vb1").await;
    assert!(shown.contains("24/24") && shown.contains("Dự phòng: Nhóm dự phòng Thôn 15"), "{shown}");
    stage.stop().await;
}

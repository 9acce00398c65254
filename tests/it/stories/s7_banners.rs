//! S7, its counting half: seven banners and one bulletin board.

use loa::store::Store;

use crate::db::sqlite_tests;
use crate::rig::{Rig, at};

sqlite_tests!(s7_five_banners_in_july_and_two_in_august_are_reached_late_and_a_removal_takes_one_back);

async fn s7_five_banners_in_july_and_two_in_august_are_reached_late_and_a_removal_takes_one_back(store: Store) {
    let mut rig = Rig::start(store, at(2025, 7, 18, 9, 0)).await;
    rig.say("hung", "/ghinhan bangron 5 cổng UBND xã 18/7").await;
    let accepted = rig.say("hung", "không").await;
    assert!(accepted.contains("thiếu minh chứng"), "{accepted}");
    rig.pass_to(at(2025, 7, 20, 9, 0)).await;
    rig.say("hung", "/ghinhan cụm tin 1 trước trụ sở 20/7").await;
    rig.say("hung", "không").await;
    let july = rig.say("hung", "/chitieu cao điểm").await;
    assert!(july.contains("CT03 Băng zôn: 5/7"), "{july}");
    assert!(july.contains("CT04") && july.contains("Đạt"), "{july}");

    rig.pass_to(at(2025, 8, 2, 9, 0)).await;
    let missed = rig.say("hung", "/chitieu").await;
    assert!(missed.to_lowercase().contains("chưa đạt"), "{missed}");
    rig.say("hung", "/ghinhan băng zôn 2 chợ trung tâm 2/8").await;
    rig.say("hung", "không").await;
    let reached = rig.say("hung", "/chitieu").await;
    assert!(reached.contains("7/7") && reached.contains("02/8/2025"), "{reached}");
    insta::assert_snapshot!("s7_hung", rig.private_chat("hung"));
    rig.stop().await;
}

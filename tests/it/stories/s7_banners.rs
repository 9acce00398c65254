//! S7, its counting half: seven banners and one bulletin board.

use loa::demo::places::Network;
use loa::store::Store;

use crate::db::sqlite_tests;
use crate::stage::{Stage, at};

sqlite_tests!(s7_five_banners_in_july_and_two_in_august_are_reached_late_and_a_removal_takes_one_back);

async fn s7_five_banners_in_july_and_two_in_august_are_reached_late_and_a_removal_takes_one_back(store: Store) {
    let mut stage = Stage::on(&[Network::Telegram]).at(at(2025, 7, 18, 9, 0)).start(store).await;
    stage.say("hung", "/ghinhan bangron 5 cổng UBND xã 18/7").await;
    let accepted = stage.say("hung", "không").await;
    assert!(accepted.contains("thiếu minh chứng"), "{accepted}");
    stage.pass_to(at(2025, 7, 20, 9, 0)).await;
    stage.say("hung", "/ghinhan cụm tin 1 trước trụ sở 20/7").await;
    stage.say("hung", "không").await;
    let july = stage.say("hung", "/chitieu cao điểm").await;
    assert!(july.contains("CT03 Băng zôn: 5/7"), "{july}");
    assert!(july.contains("CT04") && july.contains("Đạt"), "{july}");

    stage.pass_to(at(2025, 8, 2, 9, 0)).await;
    let missed = stage.say("hung", "/chitieu").await;
    assert!(missed.to_lowercase().contains("chưa đạt"), "{missed}");
    stage.say("hung", "/ghinhan băng zôn 2 chợ trung tâm 2/8").await;
    stage.say("hung", "không").await;
    let reached = stage.say("hung", "/chitieu").await;
    assert!(reached.contains("7/7") && reached.contains("02/8/2025"), "{reached}");
    insta::assert_snapshot!("s7_hung", stage.private_chat("hung"));
    stage.stop().await;
}

//! S6, its counting half: radio items of October.

use loa::demo::places::Network;
use loa::store::Store;

use crate::db::sqlite_tests;
use crate::stage::{Stage, at};

sqlite_tests!(s6_seven_items_and_five_repeats_are_seven_of_eight_and_a_late_entry_completes_october);

async fn record(stage: &mut Stage, line: &str) -> String {
    stage.say("hung", line).await;
    stage.say("hung", "https://halong.example/am-thanh.mp3").await
}

async fn s6_seven_items_and_five_repeats_are_seven_of_eight_and_a_late_entry_completes_october(store: Store) {
    let mut stage = Stage::on(&[Network::Telegram]).at(at(2025, 10, 28, 8, 0)).start(store).await;
    for (number, day) in (1..=7).zip([2, 6, 9, 13, 16, 20, 23]) {
        let recorded = record(&mut stage, &format!("/ghinhan dai Bài số {number} {day}/10")).await;
        assert!(recorded.contains('#'), "{recorded}");
    }
    for number in 1..=5 {
        let asked = record(&mut stage, &format!("/ghinhan dai Bài số {number} 24/10")).await;
        assert!(asked.contains("tính là phát lại?"), "{asked}");
        stage.press("hung", "Phát lại").await;
    }
    let tally = stage.say("hung", "/chitieu tháng").await;
    assert!(
        tally.contains("CT01 Đài truyền thanh xã: 7/8 tin, đang thực hiện (5 lượt phát lại không tính)"),
        "{tally}"
    );
    let wrong = stage.say("hung", "/ghinhan dai Bài lạ 31/9").await;
    assert!(wrong.contains("Ngày không hợp lệ"), "{wrong}");
    stage.say("hung", "thôi").await;

    stage.pass_to(at(2025, 11, 3, 8, 0)).await;
    let late = record(&mut stage, "/ghinhan dai Bài số 8 30/10").await;
    assert!(late.contains("ghi nhận muộn"), "{late}");
    insta::assert_snapshot!("s6_hung", stage.private_chat("hung"));
    stage.stop().await;
}

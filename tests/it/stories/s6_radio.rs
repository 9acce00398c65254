//! S6, its counting half: radio items of October.

use loa::store::Store;

use crate::db::sqlite_tests;
use crate::rig::{Rig, at};

sqlite_tests!(s6_seven_items_and_five_repeats_are_seven_of_eight_and_a_late_entry_completes_october);

async fn record(rig: &mut Rig, line: &str) -> String {
    rig.say("hung", line).await;
    rig.say("hung", "https://halong.example/am-thanh.mp3").await
}

async fn s6_seven_items_and_five_repeats_are_seven_of_eight_and_a_late_entry_completes_october(store: Store) {
    let mut rig = Rig::start(store, at(2025, 10, 28, 8, 0)).await;
    for (number, day) in (1..=7).zip([2, 6, 9, 13, 16, 20, 23]) {
        let recorded = record(&mut rig, &format!("/ghinhan dai Bài số {number} {day}/10")).await;
        assert!(recorded.contains('#'), "{recorded}");
    }
    for number in 1..=5 {
        let asked = record(&mut rig, &format!("/ghinhan dai Bài số {number} 24/10")).await;
        assert!(asked.contains("tính là phát lại?"), "{asked}");
        rig.press("hung", "Phát lại").await;
    }
    let tally = rig.say("hung", "/chitieu tháng").await;
    assert!(
        tally.contains("CT01 Đài truyền thanh xã: 7/8 tin, đang thực hiện (5 lượt phát lại không tính)"),
        "{tally}"
    );
    let wrong = rig.say("hung", "/ghinhan dai Bài lạ 31/9").await;
    assert!(wrong.contains("Ngày không hợp lệ"), "{wrong}");
    rig.say("hung", "thôi").await;

    rig.pass_to(at(2025, 11, 3, 8, 0)).await;
    let late = record(&mut rig, "/ghinhan dai Bài số 8 30/10").await;
    assert!(late.contains("ghi nhận muộn"), "{late}");
    insta::assert_snapshot!("s6_hung", rig.private_chat("hung"));
    rig.stop().await;
}

//! S2 on a Zalo account and nothing else: Hỏa tốc on a Sunday night, told by replies and the telephone.
//!
//! An official account has a group for each village and one for its residents. A bot on the free plan has three groups, so
//! that all heads read in one, and residents are reached by nobody but them.

use loa::demo::places::Network;
use loa::store::Store;

use super::s2_flash::HEADS;
use crate::db::sqlite_tests;
use crate::stage::{Stage, at};

sqlite_tests!(
    s2_on_an_official_account_hoa_toc_reaches_villages_and_residents_within_a_minute_and_the_silent_are_called,
    s2_on_a_bot_hoa_toc_reaches_all_heads_in_their_one_group_and_the_silent_are_called,
);

/// What Lan answers after `/khan`, by number where there is one, up to the residents' text.
const STORM: [&str; 7] = [
    "/khan",
    "Ứng phó bão số 10",
    "1. Phát thông báo trên loa thôn, nhắc lại 15 phút/lần đến 23h00.\n2. Đưa các hộ ở nhà yếu đến nhà văn hóa thôn. XONG TRƯỚC 23h00.",
    "3",
    "bão số 10",
    "1",
    "Trưởng thôn",
];
const RESIDENTS: &str = "Bão số 10 vào đêm nay. Bà con ở nhà yếu đến nhà văn hóa thôn trước 23h00.";

/// From `/khan` to the release by the duty officer, who is Lan herself.
async fn release(stage: &mut Stage, residents: &str) {
    stage.answer("lan", &STORM).await;
    let preview = stage.say("lan", residents).await;
    assert!(preview.contains("HỎA TỐC"), "{preview}");
    let queued = stage.choose("lan", "Gửi duyệt").await;
    assert!(queued.contains("Đồng chí đang trực ban"), "{queued}");
    let released = stage.choose("lan", "⚡ Phát ngay HT-2025-0001").await;
    assert!(released.contains("trực ban phát ngay") && released.contains("21:40 thứ Hai, 29/9/2025"), "{released}");
}

/// The call list at the end of the half hour, one call for the village, and the word afterwards.
async fn aftermath(stage: &mut Stage) {
    for person in ["lan", "pct"] {
        let list = stage.private_chat(person);
        assert!(list.contains("Chưa xác nhận: 5/24 thôn") && list.contains("0900 000 003"), "{list}");
    }
    let called = stage.choose("lan", "3. ✅ Đã gọi, đã nhận").await;
    assert!(called.contains("Thôn 03"), "{called}");
    stage.say("pct", "1 không gọi được").await;
    let approved = stage.say("pct", "/duyet HT-2025-0001").await;
    assert!(approved.contains("đã phê duyệt sau"), "{approved}");
    let status = stage.say("lan", "/trangthai HT-2025-0001").await;
    assert!(status.contains("phê duyệt sau lúc") && status.contains("19/24 thôn, xác nhận hộ 1"), "{status}");
}

async fn s2_on_an_official_account_hoa_toc_reaches_villages_and_residents_within_a_minute_and_the_silent_are_called(
    store: Store,
) {
    let mut stage = Stage::on(&[Network::ZaloOa]).at(at(2025, 9, 28, 21, 40)).start(store).await;
    release(&mut stage, RESIDENTS).await;
    stage.choose("lan", "⚡ Phát ngay TB-2025-0001").await;
    let minute = at(2025, 9, 28, 21, 40).0..=at(2025, 9, 28, 21, 41).0;
    for village in 1..=24 {
        for group in [format!("dieu-hanh-{village:02}"), format!("dan-{village:02}")] {
            let posts = stage.posted(&group);
            assert_eq!(posts.len(), 1, "{group}");
            assert!(minute.contains(&posts[0].at_ms), "{group}: {}", posts[0].at_ms);
        }
    }
    assert!(!stage.group_chat("dan-03").contains("Đã nhận"), "{}", stage.group_chat("dan-03"));

    for (head, village) in HEADS.iter().zip(6..) {
        let group = format!("dieu-hanh-{village:02}");
        let ours = stage.message(&group, "HT-2025-0001").id;
        stage.say_in(head, &group, "Rõ", Some(&ours)).await;
    }
    stage.pass_to(at(2025, 9, 28, 21, 49)).await;
    assert_eq!(stage.posted("dieu-hanh-03").len(), 1);
    for (minute, posts) in [(51, 2), (61, 3), (71, 4)] {
        stage.pass_to(at(2025, 9, 28, 21 + minute / 60, minute % 60)).await;
        assert_eq!((stage.posted("dieu-hanh-03").len(), stage.posted("dan-03").len()), (posts, 1), "minute {minute}");
        let reminders = stage.posted("dieu-hanh-06").iter().filter(|post| post.text.contains("⏰ Nhắc")).count();
        assert_eq!(reminders, 0, "whoever answered is left in peace");
    }
    aftermath(&mut stage).await;
    insta::assert_snapshot!("s2_oa_lan", stage.private_chat("lan"));
    insta::assert_snapshot!("s2_oa_pct", stage.private_chat("pct"));
    insta::assert_snapshot!("s2_oa_thon_03", stage.group_chat("dieu-hanh-03"));
    insta::assert_snapshot!("s2_oa_thon_06", stage.group_chat("dieu-hanh-06"));
    insta::assert_snapshot!("s2_oa_dan_03", stage.group_chat("dan-03"));
    stage.stop().await;
}

async fn s2_on_a_bot_hoa_toc_reaches_all_heads_in_their_one_group_and_the_silent_are_called(store: Store) {
    let mut stage = Stage::on(&[Network::ZaloBot]).at(at(2025, 9, 28, 21, 40)).start(store).await;
    release(&mut stage, "1").await;
    let posts = stage.posted("truong-thon");
    assert_eq!(posts.len(), 1, "{posts:?}");
    let ours = posts[0].id.clone();
    for (head, village) in HEADS.iter().zip(6..) {
        stage.say_in(head, "truong-thon", &format!("Thôn {village} rõ"), Some(&ours)).await;
    }
    stage.pass_to(at(2025, 9, 28, 21, 49)).await;
    let reminders = |stage: &Stage| {
        let posts = stage.posted("truong-thon");
        posts.into_iter().map(|post| post.text).filter(|text| text.contains("⏰ Nhắc")).collect::<Vec<_>>()
    };
    assert_eq!(reminders(&stage), Vec::<String>::new());
    for (minute, expected) in [(51, 1), (61, 2), (71, 3)] {
        stage.pass_to(at(2025, 9, 28, 21 + minute / 60, minute % 60)).await;
        let said = reminders(&stage);
        assert_eq!(said.len(), expected, "minute {minute}: one for the five of them");
        assert!(said.last().unwrap().contains("Thôn 03") && !said.last().unwrap().contains("Thôn 06"), "{said:?}");
    }
    aftermath(&mut stage).await;
    insta::assert_snapshot!("s2_bot_lan", stage.private_chat("lan"));
    insta::assert_snapshot!("s2_bot_pct", stage.private_chat("pct"));
    insta::assert_snapshot!("s2_bot_heads", stage.group_chat("truong-thon"));
    stage.stop().await;
}

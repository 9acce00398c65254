//! S2: Hỏa tốc on a Sunday night. Duty release, a minute, reminders every ten, the telephone, a word afterwards.

use loa::demo::places::Network;
use loa::store::Store;

use crate::db::story_tests;
use crate::stage::{Stage, at};

story_tests!(s2_hoa_toc_at_night_is_released_on_duty_followed_by_telephone_and_approved_afterwards);

/// What Lan answers after `/khan`, up to the preview.
const STORM: [&str; 8] = [
    "/khan",
    "Ứng phó bão số 10",
    "1. Phát thông báo trên loa thôn, nhắc lại 15 phút/lần đến 23h00.\n2. Đưa các hộ ở nhà yếu đến nhà văn hóa thôn. XONG TRƯỚC 23h00.",
    "Hỏa tốc",
    "bão số 10",
    "Không mật",
    "Trưởng thôn",
    "Bão số 10 vào đêm nay. Bà con ở nhà yếu đến nhà văn hóa thôn trước 23h00.",
];

pub const HEADS: [&str; 19] = [
    "dong", "giang", "giang", "ha", "hien", "khanh", "lien", "loc", "mai", "nam", "ngan", "oanh", "phu", "que", "sang",
    "thao", "tu", "van", "xuan",
];

async fn s2_hoa_toc_at_night_is_released_on_duty_followed_by_telephone_and_approved_afterwards(store: Store) {
    let mut stage = Stage::on(&[Network::Telegram]).at(at(2025, 9, 28, 21, 40)).start(store).await;
    let preview = stage.answer("lan", &STORM).await;
    assert!(preview.contains("HỎA TỐC"), "{preview}");
    let queued = stage.press("lan", "Gửi duyệt").await;
    assert!(queued.contains("Đồng chí đang trực ban"), "{queued}");
    assert_eq!(stage.posts("dieu-hanh-03") + stage.posts("dan-03"), 0, "nothing leaves before the release");
    let released = stage.press("lan", "⚡ Phát ngay HT-2025-0001").await;
    assert!(released.contains("trực ban phát ngay") && released.contains("21:40 thứ Hai, 29/9/2025"), "{released}");
    stage.press("lan", "⚡ Phát ngay TB-2025-0001").await;

    let log = stage.telegram().sent_log();
    let sent: Vec<i64> = log.iter().filter(|entry| entry.chat < 0).map(|entry| entry.at_ms).collect();
    assert_eq!(sent.len(), 48);
    let minute = at(2025, 9, 28, 21, 40).0..=at(2025, 9, 28, 21, 41).0;
    assert!(sent.iter().all(|at| minute.contains(at)), "all within a minute");
    assert!(!stage.group_chat("dan-03").contains("Đã nhận"), "{}", stage.group_chat("dan-03"));

    for (head, number) in HEADS.iter().zip(6..) {
        let group = stage.group(&format!("dieu-hanh-{number:02}"));
        stage.telegram().press(stage.person(head), group, None, "✅ Đã nhận").unwrap();
    }
    stage.pass_to(at(2025, 9, 28, 21, 49)).await;
    assert_eq!(stage.posts("dieu-hanh-03"), 1);
    for (minute, posts) in [(51, 2), (61, 3), (71, 4)] {
        stage.pass_to(at(2025, 9, 28, 21 + minute / 60, minute % 60)).await;
        assert_eq!((stage.posts("dieu-hanh-03"), stage.posts("dieu-hanh-06"), stage.posts("dan-03")), (posts, 1, 1));
    }
    for person in ["lan", "pct"] {
        let list = stage.private_chat(person);
        assert!(list.contains("Chưa xác nhận: 5/24 thôn") && list.contains("0900 000 003"), "{list}");
    }
    stage.press("lan", "3. ✅ Đã gọi, đã nhận").await;
    stage.say("pct", "1 không gọi được").await;
    let approved = stage.say("pct", "/duyet HT-2025-0001").await;
    assert!(approved.contains("đã phê duyệt sau"), "{approved}");
    let status = stage.say("lan", "/trangthai HT-2025-0001").await;
    assert!(status.contains("phê duyệt sau lúc"), "{status}");

    // Nobody says anything of the residents' text: a reminder after twenty hours, and it is on record after a day.
    stage.pass_to(at(2025, 9, 29, 17, 41)).await;
    assert!(
        stage.last_words("pct").contains("TB-2025-0001 (Hỏa tốc) chưa phê duyệt sau"),
        "{}",
        stage.last_words("pct")
    );
    stage.pass_to(at(2025, 9, 29, 21, 41)).await;
    assert!(stage.last_words("pct").contains("quá hạn phê duyệt sau"), "{}", stage.last_words("pct"));
    let figures = stage.say("lan", "/thongke tháng 9/2025").await;
    assert!(figures.contains("Hỏa tốc 2 đợt") && figures.contains("chưa được phê duyệt sau đúng hạn: 1"), "{figures}");
    insta::assert_snapshot!("s2_lan", stage.private_chat("lan"));
    insta::assert_snapshot!("s2_pct", stage.private_chat("pct"));
    insta::assert_snapshot!("s2_thon_03", stage.group_chat("dieu-hanh-03"));
    insta::assert_snapshot!("s2_dan_03", stage.group_chat("dan-03"));
    stage.stop().await;
}

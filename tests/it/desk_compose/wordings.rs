//! The question for the residents' own words: asked only where residents and others read the same bulletin.

use loa::domain::bulletin::Kind;
use loa::store::Store;

use super::commune::{LAN, PCT, PLAN_PAGE, bulletins, commune, file};
use super::{TYPED, composed};
use crate::db::sqlite_tests;
use crate::desk_stage::Desk;

sqlite_tests!(
    residents_words_are_asked_for_only_in_a_mixed_audience,
    the_words_are_shown_to_composer_and_approver_beside_the_others,
    one_press_says_the_same_to_everybody,
    a_secret_line_in_the_residents_words_ends_the_form,
    another_audience_forgets_the_words,
    residents_words_are_refused_where_they_are_a_list_of_persons_or_too_long,
);

const OWN: &str = "Mời bà con mang điện thoại tới nhà văn hóa thôn.";

/// A directive up to its audience, which holds both kinds of groups.
async fn mixed(store: Store) -> Desk {
    let mut desk = commune(store).await;
    desk.say(LAN, "/vanban").await;
    let mut lines = TYPED;
    lines[5] = "Đề nghị các thôn triển khai.";
    lines[8] = "thon:03 + thon:03@dân";
    let asked = desk.talk(LAN, &lines[..9]).await;
    assert!(
        asked.said.contains("Trong nơi nhận có nhóm dân") && asked.said.contains("1. Dùng chung"),
        "{}",
        asked.said
    );
    desk
}

async fn residents_words_are_asked_for_only_in_a_mixed_audience(store: Store) {
    let mut desk = commune(store).await;
    let preview = composed(&mut desk, LAN).await;
    assert!(preview.said.contains("XEM TRƯỚC"), "cadres only: {}", preview.said);
    desk.say(LAN, "/thongbao").await;
    let asked = desk.talk(LAN, &["Họp dân", "19h thứ Sáu.", "1", "nhóm dân"]).await;
    assert!(asked.said.contains("Giờ gửi?"), "residents only: {}", asked.said);
}

async fn the_words_are_shown_to_composer_and_approver_beside_the_others(store: Store) {
    let mut desk = mixed(store).await;
    let preview = desk.talk(LAN, &[OWN, "trước 17h thứ ba", "thứ hai 7h30"]).await;
    let (cadres, residents) = preview.said.split_once("▸ nhóm dân").expect(&preview.said);
    assert!(cadres.contains("Đề nghị các thôn") && !cadres.contains(OWN), "{cadres}");
    assert!(residents.contains(OWN) && !residents.contains("Đề nghị các thôn"), "{residents}");
    assert!(!residents.contains("Đã nhận") && !residents.contains("⏰"), "{residents}");
    desk.press(LAN, &preview.button("Gửi duyệt")).await;
    let card = desk.say(PCT, "/choduyet").await;
    assert!(card.said.contains("Đề nghị các thôn triển khai.") && card.said.contains(OWN), "{}", card.said);
    let bulletin = bulletins(&mut desk, Kind::Directive).await.remove(0);
    let version = desk.tx().version(&bulletin.id, 1).await.unwrap().unwrap();
    assert_eq!((version.residents_body.as_deref(), version.ack_required), (Some(OWN), true));
    // Another hour keeps both texts, in a version that must be approved anew.
    desk.talk(LAN, &["/hen vb1 thứ hai 9h", "có"]).await;
    let version = desk.tx().version(&bulletin.id, 2).await.unwrap().unwrap();
    assert_eq!(version.residents_body.as_deref(), Some(OWN));
}

async fn one_press_says_the_same_to_everybody(store: Store) {
    let mut desk = mixed(store).await;
    let next = desk.say(LAN, "dùng chung một nội dung").await;
    assert!(next.said.contains("Hạn xác nhận?"), "{}", next.said);
    let mut desk = desk.restarted().await;
    let preview = desk.talk(LAN, &["trước 17h thứ ba", "thứ hai 7h30"]).await;
    assert_eq!(preview.said.matches("Đề nghị các thôn triển khai.").count(), 2, "{}", preview.said);
    // A document that takes every default goes the same way.
    let first = desk.send_file(LAN, "a.pdf", file("pdf", PLAN_PAGE, true)).await;
    assert!(!first.said.contains("Trong nơi nhận"), "{}", first.said);
}

async fn a_secret_line_in_the_residents_words_ends_the_form(store: Store) {
    let mut desk = mixed(store).await;
    let refused = desk.say(LAN, "Mời bà con\nTỐI MẬT").await;
    assert!(refused.said.contains("Không nhận: tài liệu có dấu chỉ độ mật"), "{}", refused.said);
    assert!(bulletins(&mut desk, Kind::Directive).await.is_empty());
}

async fn another_audience_forgets_the_words(store: Store) {
    let mut desk = mixed(store).await;
    desk.say(LAN, OWN).await;
    let asked = desk.talk(LAN, &["quay lại", "quay lại"]).await;
    assert!(asked.said.contains("Gửi tới đâu?"), "{}", asked.said);
    let preview = desk.talk(LAN, &["Trưởng thôn", "trước 17h thứ ba", "thứ hai 7h30"]).await;
    desk.press(LAN, &preview.button("Gửi duyệt")).await;
    let bulletin = bulletins(&mut desk, Kind::Directive).await.remove(0);
    assert_eq!(desk.tx().version(&bulletin.id, 1).await.unwrap().unwrap().residents_body, None);
}

async fn residents_words_are_refused_where_they_are_a_list_of_persons_or_too_long(store: Store) {
    let mut desk = mixed(store).await;
    for (words, problem) in [
        ("038200000001, 038200000002, 038200000003".to_owned(), "nhóm dân"),
        ("LƯU HÀNH NỘI BỘ".to_owned(), "không gửi nhóm dân"),
        ("a".repeat(1_901), "1901"),
    ] {
        let refused = desk.say(LAN, &words).await;
        assert!(refused.said.contains(problem) && refused.said.contains("Lời riêng cho bà con"), "{}", refused.said);
    }
    assert!(desk.say(LAN, OWN).await.said.contains("Nhóm dân sẽ đọc lời riêng"));
}

//! The question for the residents' own words: asked only where residents and others read the same bulletin.

use loa::domain::bulletin::Kind;
use loa::store::Store;

use super::stage::{LAN, PCT, PLAN_PAGE, Stage, file};
use super::{TYPED, composed};
use crate::db::sqlite_tests;

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
async fn mixed(store: Store) -> Stage {
    let mut stage = Stage::new(store).await;
    stage.say(LAN, "/vanban").await;
    let mut lines = TYPED;
    lines[5] = "Đề nghị các thôn triển khai.";
    lines[8] = "thon:03 + thon:03@dân";
    let asked = stage.talk(LAN, &lines[..9]).await;
    assert!(
        asked.said.contains("Trong nơi nhận có nhóm dân") && asked.said.contains("1. Dùng chung"),
        "{}",
        asked.said
    );
    stage
}

async fn residents_words_are_asked_for_only_in_a_mixed_audience(store: Store) {
    let mut stage = Stage::new(store).await;
    let preview = composed(&mut stage, LAN).await;
    assert!(preview.said.contains("XEM TRƯỚC"), "cadres only: {}", preview.said);
    stage.say(LAN, "/thongbao").await;
    let asked = stage.talk(LAN, &["Họp dân", "19h thứ Sáu.", "1", "nhóm dân"]).await;
    assert!(asked.said.contains("Giờ gửi?"), "residents only: {}", asked.said);
}

async fn the_words_are_shown_to_composer_and_approver_beside_the_others(store: Store) {
    let mut stage = mixed(store).await;
    let preview = stage.talk(LAN, &[OWN, "trước 17h thứ ba", "thứ hai 7h30"]).await;
    let (cadres, residents) = preview.said.split_once("▸ nhóm dân").expect(&preview.said);
    assert!(cadres.contains("Đề nghị các thôn") && !cadres.contains(OWN), "{cadres}");
    assert!(residents.contains(OWN) && !residents.contains("Đề nghị các thôn"), "{residents}");
    assert!(!residents.contains("Đã nhận") && !residents.contains("⏰"), "{residents}");
    stage.press(LAN, &preview.button("Gửi duyệt")).await;
    let card = stage.say(PCT, "/choduyet").await;
    assert!(card.said.contains("Đề nghị các thôn triển khai.") && card.said.contains(OWN), "{}", card.said);
    let bulletin = stage.bulletins(Kind::Directive).await.remove(0);
    let version = stage.tx().await.version(&bulletin.id, 1).await.unwrap().unwrap();
    assert_eq!((version.residents_body.as_deref(), version.ack_required), (Some(OWN), true));
    // Another hour keeps both texts, in a version that must be approved anew.
    stage.talk(LAN, &["/hen vb1 thứ hai 9h", "có"]).await;
    let version = stage.tx().await.version(&bulletin.id, 2).await.unwrap().unwrap();
    assert_eq!(version.residents_body.as_deref(), Some(OWN));
}

async fn one_press_says_the_same_to_everybody(store: Store) {
    let mut stage = mixed(store).await;
    let next = stage.say(LAN, "dùng chung một nội dung").await;
    assert!(next.said.contains("Hạn xác nhận?"), "{}", next.said);
    let mut stage = stage.restarted();
    let preview = stage.talk(LAN, &["trước 17h thứ ba", "thứ hai 7h30"]).await;
    assert_eq!(preview.said.matches("Đề nghị các thôn triển khai.").count(), 2, "{}", preview.said);
    // A document that takes every default goes the same way.
    let first = stage.send_file(LAN, "a.pdf", file("pdf", PLAN_PAGE, true)).await;
    assert!(!first.said.contains("Trong nơi nhận"), "{}", first.said);
}

async fn a_secret_line_in_the_residents_words_ends_the_form(store: Store) {
    let mut stage = mixed(store).await;
    let refused = stage.say(LAN, "Mời bà con\nTỐI MẬT").await;
    assert!(refused.said.contains("Không nhận: tài liệu có dấu chỉ độ mật"), "{}", refused.said);
    assert!(stage.bulletins(Kind::Directive).await.is_empty());
}

async fn another_audience_forgets_the_words(store: Store) {
    let mut stage = mixed(store).await;
    stage.say(LAN, OWN).await;
    let asked = stage.talk(LAN, &["quay lại", "quay lại"]).await;
    assert!(asked.said.contains("Gửi tới đâu?"), "{}", asked.said);
    let preview = stage.talk(LAN, &["Trưởng thôn", "trước 17h thứ ba", "thứ hai 7h30"]).await;
    stage.press(LAN, &preview.button("Gửi duyệt")).await;
    let bulletin = stage.bulletins(Kind::Directive).await.remove(0);
    assert_eq!(stage.tx().await.version(&bulletin.id, 1).await.unwrap().unwrap().residents_body, None);
}

async fn residents_words_are_refused_where_they_are_a_list_of_persons_or_too_long(store: Store) {
    let mut stage = mixed(store).await;
    for (words, problem) in [
        ("038200000001, 038200000002, 038200000003".to_owned(), "nhóm dân"),
        ("LƯU HÀNH NỘI BỘ".to_owned(), "không gửi nhóm dân"),
        ("a".repeat(1_901), "1901"),
    ] {
        let refused = stage.say(LAN, &words).await;
        assert!(refused.said.contains(problem) && refused.said.contains("Lời riêng cho bà con"), "{}", refused.said);
    }
    assert!(stage.say(LAN, OWN).await.said.contains("Nhóm dân sẽ đọc lời riêng"));
}

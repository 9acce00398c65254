//! The rarely used channels in conversation, proofs that come as photos, and who may record.

use std::fmt::Write as _;

use loa::domain::org::{SeatKind, UnitKind};
use loa::store::Store;
use loa::store::activities::ActivityFilter;

use super::{at, log, planned};
use crate::db::sqlite_tests;
use crate::desk_stage::{Desk, enrol};
use crate::fixture::{self, COMMUNE};

sqlite_tests!(
    a_training_is_told_with_its_people,
    panels_go_up_and_come_down_with_their_places,
    money_is_there_or_it_is_not,
    a_photo_with_the_line_under_it_is_the_proof,
    a_photo_that_comes_on_the_way_is_kept,
    an_association_records_what_it_did_and_takes_back_only_that,
    banners_are_not_taken_down_but_taken_back,
);

/// Plays a conversation and gives it as it stands in the chat; of the plan only the lines of `targets`.
async fn played(desk: &mut Desk, lines: &[&str], targets: [&str; 2]) -> String {
    let mut transcript = String::new();
    for line in lines {
        let said = desk.say("p-binh", line).await;
        let _ = writeln!(transcript, "> {line}\n{said}\n");
    }
    let kept = |line: &&str| !line.starts_with("CT") || targets.iter().any(|target| line.starts_with(target));
    transcript.lines().filter(kept).collect::<Vec<_>>().join("\n")
}

async fn a_training_is_told_with_its_people(store: Store) {
    let mut desk = planned(&store, at(10, 28, 9, 0)).await;
    let lines = [
        "/ghinhan",
        "tập huấn",
        "Kỹ năng số cho tổ công nghệ số cộng đồng",
        "đông lắm",
        "45 người",
        "Giấy mời số 12/GM-UBND",
        "/ghinhan hội thảo Chuyển đổi số cho hợp tác xã 20/10",
        "không rõ",
        "không",
        "/chitieu cao điểm",
    ];
    insta::assert_snapshot!("training", played(&mut desk, &lines, ["CT13", "CT14"]).await);
    let rows = desk.tx().activities(COMMUNE, &ActivityFilter::default()).await.unwrap();
    let people: Vec<_> = rows.iter().map(|row| (row.quantity, row.attendees)).collect();
    assert_eq!(people, [(1, None), (1, Some(45))]);
}

async fn panels_go_up_and_come_down_with_their_places(store: Store) {
    let mut desk = planned(&store, at(10, 28, 9, 0)).await;
    let lines = [
        "/ghinhan pano 3 1/10",
        "ngã tư Bến",
        "không",
        "/ghinhan áp phích 2 Chuyển đổi số tại chợ 2/10",
        "không",
        "/ghinhan pano gỡ 1 ngã tư Bến 5/10",
        "/ghinhan pano gỡ 5 ngã tư Bến 6/10",
        "/ghinhan pano gỡ 1 đình làng 6/10",
        "/ghinhan pano tháo dỡ 2 cái ở chợ 27/10",
        "/chitieu",
    ];
    insta::assert_snapshot!("panels", played(&mut desk, &lines, ["CT03", "CT10"]).await);
    let earlier = desk.say("p-quan", "/chitieu 4/10").await;
    assert!(earlier.contains("5 cái, đang treo"), "before anything came down: {earlier}");
    assert!(desk.say("p-binh", "/xoaghinhan #3 ghi nhầm ngày").await.contains("Xóa 1/1"));
    desk.say("p-binh", "có").await;
    assert!(desk.say("p-quan", "/chitieu").await.contains("3 cái, đang treo"));
}

async fn money_is_there_or_it_is_not(store: Store) {
    let mut desk = planned(&store, at(10, 28, 9, 0)).await;
    let lines = [
        "/ghinhan kinh phí chưa",
        "/chitieu",
        "/ghinhan kinh phí đã bố trí",
        "QĐ 45/QĐ-UBND",
        "/ghinhan banner",
        "https://xa.vn",
        "/chitieu",
        "/ghinhan banner gỡ",
        "/chitieu",
    ];
    insta::assert_snapshot!("money", played(&mut desk, &lines, ["CT11", "CT15"]).await);
}

async fn a_photo_with_the_line_under_it_is_the_proof(store: Store) {
    let mut desk = planned(&store, at(7, 18, 9, 0)).await;
    let said = desk.photo("p-binh", "/ghinhan bangron 5 trước trụ sở 18/7").await;
    assert!(said.starts_with("✅ Đã ghi nhận #1") && !said.contains("thiếu minh chứng"), "{said}");
    let row = desk.tx().activity(COMMUNE, 1).await.unwrap().unwrap();
    assert!(row.evidence.unwrap().starts_with("ảnh hoặc tệp gửi cho bot, tin số m"));
    desk.photo("p-binh", "/ghinhan bangron 2 ngã tư https://xa.vn/anh.jpg 18/7").await;
    let row = desk.tx().activity(COMMUNE, 2).await.unwrap().unwrap();
    let evidence = row.evidence.unwrap();
    assert!(evidence.contains("tin số m") && evidence.ends_with("; https://xa.vn/anh.jpg"), "{evidence}");
}

async fn a_photo_that_comes_on_the_way_is_kept(store: Store) {
    let mut desk = planned(&store, at(10, 28, 9, 0)).await;
    desk.say("p-binh", "/ghinhan văn hóa").await;
    let said = desk.photo("p-binh", "").await;
    assert!(said.contains("Nội dung là gì"), "{said}");
    let said = desk.say("p-binh", "Hội diễn văn nghệ").await;
    assert!(said.starts_with("✅ Đã ghi nhận #1") && !said.contains("thiếu minh chứng"), "{said}");
    // The words under a photo that answers the question for the proof stand beside it.
    desk.say("p-binh", "/ghinhan bangron 1 cổng xã").await;
    desk.photo("p-binh", "ảnh chụp buổi sáng").await;
    let row = desk.tx().activity(COMMUNE, 2).await.unwrap().unwrap();
    let evidence = row.evidence.unwrap();
    assert!(evidence.starts_with("ảnh hoặc tệp") && evidence.ends_with("; ảnh chụp buổi sáng"), "{evidence}");
}

/// `p-hoa` sits in the Fatherland Front and has no role.
async fn with_the_front(store: &Store) -> Desk {
    let mut desk = planned(store, at(10, 28, 9, 0)).await;
    desk.tx().upsert_unit(&fixture::unit("u-mt", "MT", UnitKind::Association)).await.unwrap();
    desk.tx().upsert_seat(&fixture::seat("s-mt", "u-mt", SeatKind::Member)).await.unwrap();
    desk.tx().upsert_person(&fixture::person("p-hoa", "Mẫu Thị Hòa")).await.unwrap();
    fixture::hold(desk.tx(), "s-mt", "p-hoa", "2025-07-01", None).await;
    enrol(desk.tx(), "p-hoa", None).await;
    desk
}

async fn an_association_records_what_it_did_and_takes_back_only_that(store: Store) {
    let mut desk = with_the_front(&store).await;
    log(&mut desk, "/ghinhan dai Bài của đài 25/10 17h").await;
    desk.say("p-hoa", "/ghinhan giao ban Quán triệt kế hoạch 27/10").await;
    let said = desk.say("p-hoa", "Biên bản số 3").await;
    assert!(said.starts_with("✅ Đã ghi nhận #2"), "{said}");
    let help = desk.say("p-hoa", "/trogiup").await;
    assert!(help.contains("/ghinhan") && help.contains("/xoaghinhan"), "the menu says what is true: {help}");
    desk.say("p-hoa", "/xoaghinhan #1 không phải của tôi").await;
    let refused = desk.say("p-hoa", "có").await;
    assert!(refused.contains("cần quyền"), "{refused}");
    desk.say("p-hoa", "/xoaghinhan #2 ghi nhầm").await;
    assert!(desk.say("p-hoa", "có").await.contains("Đã xóa ghi nhận #2"));
    // Out of the association, out of the ledger.
    fixture::raw(desk.tx(), "UPDATE seat_holdings SET held_to = '2025-10-01' WHERE person_id = 'p-hoa'").await;
    assert!(desk.say("p-hoa", "/ghinhan giao ban Tuần sau").await.contains("cần quyền"));
    for person in ["p-son", "p-quan"] {
        let may = desk.say(person, "/ghinhan giao ban Tuần 43 27/10").await.contains("minh chứng");
        let offered = desk.say(person, "/trogiup").await.contains("/ghinhan");
        assert_eq!(may, offered, "{person}");
    }
}

async fn banners_are_not_taken_down_but_taken_back(store: Store) {
    let mut desk = planned(&store, at(7, 18, 9, 0)).await;
    log(&mut desk, "/ghinhan bangron 5 trước trụ sở 18/7").await;
    let said = desk.say("p-binh", "/ghinhan bangron gỡ 2 trước trụ sở 18/7").await;
    assert!(said.contains("/xoaghinhan"), "{said}");
    assert!(desk.say("p-quan", "/chitieu").await.contains("5/7 cái"));
}

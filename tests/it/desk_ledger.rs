//! Recording off-line acts by chat, with the real plan issued on 8 July 2025: radio items and banners.

use chrono::NaiveTime;
use loa::domain::calendar::Millis;
use loa::domain::event::{ChatKind, ChatRef};
use loa::domain::org::Role;
use loa::id::SeededEntropy;
use loa::store::Store;
use loa::usecase::{Act, Via, tally};

use crate::db::sqlite_tests;
use crate::desk_stage::{Desk, Outcome, enrol};
use crate::fixture::{self, COMMUNE, day};

sqlite_tests!(
    the_radio_target_counts_items_and_not_repeats,
    an_item_typed_after_its_month_counts_in_its_month_and_is_marked,
    a_day_that_does_not_exist_or_is_to_come_is_refused,
    a_locked_period_takes_acts_from_an_admin_with_a_reason_only,
    the_same_item_twice_is_asked_about,
    banners_are_summed_and_the_late_ones_are_told,
    taking_pieces_back_needs_a_reason_and_asks_back,
    what_is_missing_is_asked_for_one_thing_at_a_time,
    a_photo_without_words_is_a_proof,
    a_form_is_left_by_a_word,
    an_old_button_answers_no_new_question,
    in_a_group_nothing_is_asked_for_proof,
    a_loudspeaker_is_that_of_the_village_named,
    somebody_without_the_role_records_nothing,
    the_figures_of_a_period_are_shown,
);

mod channels;
mod lines;

const PLAN: &str = include_str!("../../config/plans/ha-long-2025.toml");

/// A time of a day of 2025.
fn at(month: u32, date: u32, hour: u32, minute: u32) -> Millis {
    Millis::on(day(2025, month, date), NaiveTime::from_hms_opt(hour, minute, 0).unwrap())
}

/// The commune with the plan; `p-binh` records, `p-quan` is the admin, `p-son` nothing.
async fn planned(store: &Store, now: Millis) -> Desk {
    let mut tx = fixture::village(store).await;
    enrol(&mut tx, "p-binh", Some(Role::Recorder)).await;
    enrol(&mut tx, "p-quan", Some(Role::Admin)).await;
    enrol(&mut tx, "p-son", None).await;
    let (entropy, house) = (SeededEntropy::new(1), fixture::with_a_gateway(true, false));
    let act = Act { via: Via::Cli("root".to_owned()), ..Desk::act(&entropy, &house, now) };
    assert_eq!(act.commune_id, COMMUNE);
    tally::import_plan(&mut tx, &act, PLAN, Some(day(2025, 7, 8))).await.unwrap();
    drop(act);
    Desk::over(store, tx, now, house).await
}

/// Says a line and then that there is no proof; gives the last answer.
async fn log(desk: &mut Desk, line: &str) -> Outcome {
    let said = desk.say("p-binh", line).await;
    if said.contains("minh chứng. Không có") { desk.say("p-binh", "không").await } else { said }
}

/// Seven items of October, and five repeats of the first.
async fn october(desk: &mut Desk) {
    for number in 1..=7 {
        let said = log(desk, &format!("/ghinhan dai Bài số {number} {}/10 17h", number + 1)).await;
        assert!(
            said.starts_with(&format!("✅ Đã ghi nhận #{number}: Đài truyền thanh xã: Bài số {number};")),
            "{said}"
        );
    }
    for date in 20..25 {
        desk.say("p-binh", &format!("/ghinhan dai Bài số 1 {date}/10 17h")).await;
        assert!(desk.say("p-binh", "phát lại").await.contains("phát lại, không tính"));
    }
}

async fn the_radio_target_counts_items_and_not_repeats(store: Store) {
    let mut desk = planned(&store, at(10, 28, 9, 0)).await;
    october(&mut desk).await;
    for text in ["/chitieu tháng", "/chitieu", "/chitieu tháng 10"] {
        let said = desk.say("p-binh", text).await;
        let line = said.lines().find(|line| line.starts_with("CT01")).unwrap_or_default();
        assert!(line.contains("7/8 tin, đang thực hiện (5 lượt phát lại không tính"), "{text}: {said}");
    }
    let weeks = desk.say("p-binh", "/chitieu tuần").await;
    assert!(weeks.contains("CT02") && !weeks.contains("CT01"), "{weeks}");
}

async fn an_item_typed_after_its_month_counts_in_its_month_and_is_marked(store: Store) {
    let mut desk = planned(&store, at(10, 28, 9, 0)).await;
    october(&mut desk).await;
    desk.at = at(11, 3, 8, 0);
    let said = desk.say("p-binh", "/ghinhan đài Bài số 8 30/10 17h").await;
    assert!(said.contains("thứ Năm, 30/10/2025") && said.contains("ghi nhận muộn"), "{said}");
    let said = desk.say("p-binh", "/chitieu tháng 10").await;
    assert!(said.contains("CT01 Đài truyền thanh xã: 8/8 tin, Đạt"), "{said}");
    let said = desk.say("p-binh", "/chitieu tháng").await;
    assert!(said.contains("CT01 Đài truyền thanh xã: 0/8 tin, đang thực hiện"), "{said}");
}

async fn a_day_that_does_not_exist_or_is_to_come_is_refused(store: Store) {
    let mut desk = planned(&store, at(10, 28, 9, 0)).await;
    assert!(desk.say("p-binh", "/ghinhan dai Bài 31/9").await.starts_with("Ngày không hợp lệ: 31/9"));
    let said = log(&mut desk, "/ghinhan dai Bài 30/10 17h").await;
    assert!(said.contains("30/10/2025 chưa đến"), "{said}");
    // The refusal left no form behind.
    assert!(desk.say("p-binh", "không").await.contains("chưa hiểu"));
}

async fn a_locked_period_takes_acts_from_an_admin_with_a_reason_only(store: Store) {
    let mut desk = planned(&store, at(11, 20, 9, 0)).await;
    let said = desk.say("p-binh", "/ghinhan dai Bài 30/9 17h").await;
    assert!(said.contains("Tháng 9/2025") && said.contains("đã khóa"), "{said}");
    let said = desk.say("p-quan", "/ghinhan dai Bài 30/9 17h").await;
    assert!(said.contains("ghi lý do"), "{said}");
    assert!(desk.say("p-quan", "").await.contains("lý do"), "a photo is no reason");
    let said = desk.say("p-quan", "Đài gửi sổ muộn").await;
    assert!(said.starts_with("✅ Đã ghi nhận #1") && said.contains("ghi nhận muộn"), "{said}");
}

async fn the_same_item_twice_is_asked_about(store: Store) {
    let mut desk = planned(&store, at(10, 31, 9, 0)).await;
    log(&mut desk, "/ghinhan dai Chuyển đổi số 30/10 17h").await;
    let said = desk.say("p-binh", "/ghinhan dai chuyen doi so 30/10 17h").await;
    assert!(said.starts_with("Trùng với ghi nhận #1: tính là phát lại?"), "{said}");
    let labels: Vec<String> = desk.buttons("p-binh").await.into_iter().map(|button| button.label).collect();
    assert_eq!(labels, ["Phát lại", "Bài khác", "Thôi"]);
    assert!(desk.say("p-binh", "3").await.contains("chưa ghi nhận gì"));
    desk.say("p-binh", "/ghinhan dai chuyen doi so 30/10 17h").await;
    let data: Vec<String> = desk.buttons("p-binh").await.into_iter().map(|button| button.data).collect();
    assert_eq!(desk.press("p-binh", &data[1]).await.toast(), None);
    let said = desk.last("p-binh").await.unwrap().body;
    assert!(said.starts_with("✅ Đã ghi nhận #2") && !said.contains("không tính"), "{said}");
    assert_eq!(desk.press("p-binh", &data[1]).await.toast().as_deref(), Some("Nút này đã cũ."));
}

/// Five banners on 18 July with a photo, two on 2 August with a link.
async fn banners(desk: &mut Desk) {
    desk.at = at(7, 18, 15, 0);
    let said = desk.say("p-binh", "/ghinhan bangron 5 trước trụ sở 18/7").await;
    assert!(said.contains("Băng zôn, số lượng 5: trước trụ sở; thứ Sáu, 18/7/2025"), "{said}");
    assert!(!desk.say("p-binh", "").await.contains("thiếu minh chứng"), "the photo is the proof");
    desk.at = at(8, 2, 8, 0);
    let said = log(desk, "/ghinhan băng zôn 2 ngã tư https://xa.vn/anh.jpg").await;
    assert!(said.starts_with("✅ Đã ghi nhận #2"), "{said}");
}

async fn banners_are_summed_and_the_late_ones_are_told(store: Store) {
    let mut desk = planned(&store, at(7, 18, 9, 0)).await;
    banners(&mut desk).await;
    let said = desk.say("p-binh", "/chitieu 31/7").await;
    assert!(said.contains("CT03") && said.contains("5/7 cái, Chưa đạt"), "{said}");
    let said = desk.say("p-binh", "/chitieu").await;
    assert!(said.contains("7/7 cái, Đạt (muộn, 02/8/2025)"), "{said}");
    let said = log(&mut desk, "/ghinhan cumtin 1 20/7").await;
    assert!(said.contains("Cụm tin: Cụm tin; Chủ nhật, 20/7/2025") && said.contains("thiếu minh chứng"), "{said}");
    let said = desk.say("p-binh", "/chitieu").await;
    assert!(
        said.lines().any(|line| line.starts_with("CT04") && line.contains("1/1") && line.contains("Đạt")),
        "{said}"
    );
}

async fn taking_pieces_back_needs_a_reason_and_asks_back(store: Store) {
    let mut desk = planned(&store, at(7, 18, 9, 0)).await;
    banners(&mut desk).await;
    assert!(desk.say("p-binh", "/xoaghinhan #2 1 cái").await.contains("Lý do"));
    let said = desk.say("p-binh", "rách do gió").await;
    assert!(said.contains("Xóa 1/2 của ghi nhận #2") && said.contains("rách do gió"), "{said}");
    let said = desk.say("p-binh", "có").await;
    assert!(said.contains("phần còn lại là ghi nhận #3"), "{said}");
    assert!(desk.say("p-binh", "/chitieu").await.contains("6/7 cái"));
    assert!(desk.say("p-binh", "/xoaghinhan 1 ghi nhầm").await.contains("Xóa 5/5"));
    assert!(desk.say("p-binh", "không").await.contains("giữ nguyên"));
    assert!(desk.say("p-binh", "/chitieu").await.contains("6/7 cái"));
    assert!(desk.say("p-binh", "/xoaghinhan #2 nhầm").await.contains("đã được xóa"));
    assert!(desk.say("p-binh", "/xoaghinhan #99 nhầm").await.contains("#99"));
    assert!(desk.say("p-binh", "/xoaghinhan nhầm").await.contains("ví dụ"));
}

async fn what_is_missing_is_asked_for_one_thing_at_a_time(store: Store) {
    let mut desk = planned(&store, at(10, 28, 23, 59)).await;
    let said = desk.say("p-binh", "/ghinhan").await;
    assert!(said.contains("1. Đài truyền thanh xã") && said.contains("16. Chiến dịch mạng xã hội"), "{said}");
    assert!(desk.say("p-binh", "99").await.contains("Ghi nhận trên kênh nào"));
    assert!(desk.say("p-binh", "1").await.contains("Nội dung là gì"));
    desk.at = at(10, 29, 0, 5);
    let said = desk.say("p-binh", "Chuyển đổi số").await;
    assert!(said.contains("thứ Ba, 28/10/2025"), "the day it was begun on: {said}");
    let said = desk.say("p-binh", "BP-2025-0011").await;
    assert!(said.starts_with("✅ Đã ghi nhận #1") && !said.contains("thiếu minh chứng"), "{said}");
}

async fn a_photo_without_words_is_a_proof(store: Store) {
    let mut desk = planned(&store, at(10, 28, 9, 0)).await;
    desk.say("p-binh", "/ghinhan bangron 1 cổng xã").await;
    desk.say("p-binh", "").await;
    let stored = desk.tx().activity(COMMUNE, 1).await.unwrap().unwrap();
    assert!(stored.evidence.unwrap().starts_with("ảnh hoặc tệp gửi cho bot, tin số m"));
    assert_eq!((stored.title.as_str(), stored.quantity, stored.done_on.0), ("cổng xã", 1, day(2025, 10, 28)));
}

async fn a_form_is_left_by_a_word(store: Store) {
    let mut desk = planned(&store, at(10, 28, 9, 0)).await;
    for word in ["thôi", "Hủy"] {
        desk.say("p-binh", "/ghinhan bangron 1 cổng xã").await;
        assert_eq!(&*desk.say("p-binh", word).await, "Đã thôi, chưa ghi nhận gì.");
    }
    assert_eq!(desk.tx().activity(COMMUNE, 1).await.unwrap(), None);
}

async fn an_old_button_answers_no_new_question(store: Store) {
    let mut desk = planned(&store, at(10, 28, 9, 0)).await;
    desk.say("p-binh", "/ghinhan").await;
    let channels = desk.buttons("p-binh").await;
    assert_eq!(channels.len(), 16);
    desk.say("p-binh", "/ghinhan bangron 1 cổng xã").await;
    assert_eq!(desk.press("p-binh", &channels[0].data).await.toast().as_deref(), Some("Nút này đã cũ."));
    assert!(desk.say("p-binh", "không").await.contains("Băng zôn"));
}

async fn in_a_group_nothing_is_asked_for_proof(store: Store) {
    let mut desk = planned(&store, at(10, 28, 9, 0)).await;
    let office = ChatRef { external_id: "-1".to_owned(), kind: ChatKind::Group, title: String::new() };
    let said = desk.say_in(&office, "p-binh", "/ghinhan bangron 1 cổng xã").await;
    assert!(said.starts_with("✅ Đã ghi nhận #1") && said.contains("thiếu minh chứng"), "{said}");
}

async fn a_loudspeaker_is_that_of_the_village_named(store: Store) {
    let mut desk = planned(&store, at(10, 28, 9, 0)).await;
    fixture::raw(desk.tx(), "UPDATE units SET name = 'Thôn ' || code WHERE kind = 'village'").await;
    for text in ["/ghinhan loa thôn 3 phát bài", "/ghinhan loa thôn 4 phát bài", "/ghinhan loa phát bài"] {
        assert!(desk.say("p-binh", text).await.starts_with("✅"), "{text}");
    }
    for (seq, unit) in [(1, Some("u-03")), (2, Some("u-04")), (3, None)] {
        let activity = desk.tx().activity(COMMUNE, seq).await.unwrap().unwrap();
        assert_eq!(activity.unit_id.as_deref(), unit);
    }
}

async fn somebody_without_the_role_records_nothing(store: Store) {
    let mut desk = planned(&store, at(10, 28, 9, 0)).await;
    for text in ["/ghinhan dai Bài 25/10 17h", "/xoaghinhan #1 nhầm", "/chitieu", "/thongke"] {
        assert!(desk.say("p-son", text).await.contains("cần quyền"), "{text}");
    }
    assert_eq!(desk.tx().activity(COMMUNE, 1).await.unwrap(), None);
}

async fn the_figures_of_a_period_are_shown(store: Store) {
    let mut desk = planned(&store, at(10, 28, 9, 0)).await;
    let said = desk.say("p-quan", "/thongke tháng").await;
    assert!(said.contains("Tháng 10/2025") && said.contains("Lượt gửi tới nhóm: 0/0"), "{said}");
    assert!(desk.say("p-quan", "/thongke cao điểm").await.contains("08/7–31/12/2025"));
    assert!(desk.say("p-quan", "/thongke hôm kìa").await.contains("Không hiểu kỳ"));
}

//! Approving, returning, cancelling and moving what was composed.

use loa::domain::bulletin::{Kind, State};
use loa::domain::calendar::Millis;
use loa::store::Store;

use super::commune::{BINH, CT, DUNG, LAN, MINH, PCT, bulletins, commune, heard_by, july, state};
use super::composed;
use crate::db::sqlite_tests;
use crate::desk_stage::Desk;

sqlite_tests!(
    of_two_approvers_one_is_recorded_and_the_other_is_told,
    the_list_shows_what_this_person_may_approve,
    returning_asks_for_the_reason,
    a_form_in_progress_is_not_lost_to_a_question,
    cancelling_asks_back,
    another_hour_is_a_new_version_and_asked_back,
    strangers_learn_nothing_of_a_code,
    a_button_of_an_older_version_decides_nothing,
);

const CODE: &str = "VB-2025-0001";

async fn submitted(store: Store) -> Desk {
    let mut desk = commune(store).await;
    let preview = composed(&mut desk, LAN).await;
    desk.press(LAN, &preview.button("Gửi duyệt")).await;
    desk
}

async fn of_two_approvers_one_is_recorded_and_the_other_is_told(store: Store) {
    let mut desk = submitted(store).await;
    let cards = [desk.say(PCT, "/choduyet").await, desk.say(CT, "/choduyet").await];
    let first = desk.press(PCT, &cards[0].button("Duyệt")).await;
    assert!(first.response.toast.unwrap().contains("Đã duyệt, gửi lúc 07:30 28/7"));
    let second = desk.press(CT, &cards[1].button("Duyệt")).await;
    assert!(second.response.toast.unwrap().contains("không ở trạng thái chờ duyệt"));
    let approvals = desk.audit().await.into_iter().filter(|(act, _)| act == "bulletin.approved").count();
    assert_eq!(approvals, 1);
}

async fn the_list_shows_what_this_person_may_approve(store: Store) {
    let mut desk = submitted(store).await;
    let list = desk.say(PCT, "chờ duyệt").await;
    assert!(list.said.contains(CODE) && list.buttons.len() == 2, "{list:?}");
    let head = desk.say(BINH, "/choduyet").await;
    assert!(head.said.contains("người duyệt"), "{}", head.said);
    desk.say(PCT, "/duyet 1").await;
    let list = desk.say(PCT, "/duyet").await;
    assert!(list.said.contains("Không có tin nào chờ"), "{}", list.said);
}

async fn returning_asks_for_the_reason(store: Store) {
    let mut desk = submitted(store).await;
    let asked = desk.say(PCT, "/tuchoi vb 1").await;
    assert!(asked.said.contains("Lý do trả lại VB-2025-0001?"), "{}", asked.said);
    let left = desk.say(PCT, "thôi").await;
    assert!(left.said.contains("Giữ nguyên"), "{}", left.said);
    assert_eq!(state(&mut desk, CODE).await, State::AwaitingApproval);
    let card = desk.say(PCT, "/choduyet").await;
    desk.press(PCT, &card.button("Trả lại")).await;
    desk.say(PCT, "!!!").await;
    assert_eq!(state(&mut desk, CODE).await, State::AwaitingApproval, "signs are no reason");
    desk.say(PCT, "Thiếu tệp kèm").await;
    assert_eq!(state(&mut desk, CODE).await, State::Returned);
    assert!(heard_by(&mut desk, LAN).await.iter().any(|text| text.contains("Thiếu tệp kèm")));
}

async fn a_form_in_progress_is_not_lost_to_a_question(store: Store) {
    let mut desk = submitted(store).await;
    desk.talk(LAN, &["/thongbao", "Họp dân"]).await;
    let asked = desk.say(LAN, "/huy VB-2025-0001").await;
    let next = desk.say(LAN, "Mời bà con họp.").await;
    assert!(next.said.contains("Độ mật?"), "the form goes on: {}", next.said);
    desk.press(LAN, &asked.button("Có, hủy")).await;
    assert_eq!(state(&mut desk, CODE).await, State::Cancelled);
    let next = desk.say(LAN, "Không mật").await;
    assert!(next.said.contains("Gửi tới đâu?"), "{}", next.said);
}

async fn cancelling_asks_back(store: Store) {
    let mut desk = submitted(store).await;
    let asked = desk.say(LAN, "/hủy VB-2025-0001").await;
    assert!(asked.said.contains("Hủy VB-2025-0001, không gửi nữa?"), "{}", asked.said);
    assert_eq!(state(&mut desk, CODE).await, State::AwaitingApproval);
    desk.say(LAN, "không").await;
    assert_eq!(state(&mut desk, CODE).await, State::AwaitingApproval);
    desk.say(LAN, "/huy VB-2025-0001").await;
    let unclear = desk.say(LAN, "để xem").await;
    assert!(unclear.said.contains("1. Có"), "{}", unclear.said);
    let done = desk.say(LAN, "có").await;
    assert!(done.said.contains("đã hủy"), "{}", done.said);
    assert_eq!(state(&mut desk, CODE).await, State::Cancelled);
    let again = desk.say(LAN, "/huy 1 có").await;
    assert!(again.said.contains("không sửa được"), "{}", again.said);
}

async fn another_hour_is_a_new_version_and_asked_back(store: Store) {
    let mut desk = submitted(store).await;
    desk.say(PCT, "/duyet 1").await;
    let asked = desk.say(LAN, "/hen VB-2025-0001 thứ hai 9h").await;
    assert!(asked.said.contains("hiểu là gửi 09:00 thứ Hai, 28/7/2025"), "{}", asked.said);
    assert_eq!(state(&mut desk, CODE).await, State::Approved, "nothing moves before the answer");
    let moved = desk.say(LAN, "đúng").await;
    assert!(moved.said.contains("(bản 2) – Chờ duyệt lại. Giờ gửi: 09:00 thứ Hai, 28/7/2025"), "{}", moved.said);
    let bulletin = bulletins(&mut desk, Kind::Directive).await.remove(0);
    assert_eq!((bulletin.state, bulletin.version), (State::AwaitingApproval, 2));
    let version = desk.tx().version(&bulletin.id, 2).await.unwrap().unwrap();
    assert_eq!(version.send_at.map(Millis), Some(july(28, 9, 0)));

    let night = desk.say(LAN, "/hen 1 tối thứ hai 23h").await;
    assert!(night.said.contains("Ngoài khung giờ. Gửi lúc 06:30 thứ Ba, 29/7/2025?"), "{}", night.said);
    let past = desk.say(LAN, "/hen 1 20/7").await;
    assert!(past.said.contains("20/7/2025 đã qua"), "{}", past.said);
    let other = desk.say(MINH, "/hen 1 thứ hai 9h").await;
    assert!(other.said.contains("người soạn"), "{}", other.said);
}

async fn strangers_learn_nothing_of_a_code(store: Store) {
    let mut desk = submitted(store).await;
    for command in ["/duyet", "/tuchoi", "/huy", "/hen"] {
        for account in [DUNG, BINH] {
            let known = desk.say(account, &format!("{command} VB-2025-0001 có")).await;
            let unknown = desk.say(account, &format!("{command} VB-2025-9999 có")).await;
            assert_eq!(known.said, unknown.said, "{command} by {account}");
        }
    }
    assert_eq!(state(&mut desk, CODE).await, State::AwaitingApproval);
}

async fn a_button_of_an_older_version_decides_nothing(store: Store) {
    let mut desk = submitted(store).await;
    let card = desk.say(PCT, "/choduyet").await;
    desk.talk(LAN, &["/hen 1 thứ hai 9h", "có"]).await;
    let pressed = desk.press(PCT, &card.button("Duyệt")).await;
    assert!(pressed.response.toast.unwrap().contains("thay đổi"));
    assert_eq!(state(&mut desk, CODE).await, State::AwaitingApproval);
    for forged in ["x:h:none:1", "x:g:none:1:now", "x:h", "ok:none:1", "ok:none", "c:1:2:3", "x:g:a:b:c"] {
        desk.press(DUNG, forged).await;
    }
    assert_eq!(state(&mut desk, CODE).await, State::AwaitingApproval);
}

//! A group gets in: the list of slots, the code, the admin's word; and an unknown group that hears nothing.

use loa::domain::org::{GroupKind, Role};
use loa::store::Store;
use loa::store::binding::ChatState;

use super::{ADMIN, GROUP, HEAD, card, code_in, link, open, person_code, present, shout, the_group};
use crate::db::sqlite_tests;
use crate::desk_stage::{Desk, private};
use crate::fixture;

sqlite_tests!(
    a_group_is_bound_from_code_to_confirmation,
    an_admin_refuses_a_group,
    an_admin_without_buttons_binds_by_typing,
    a_code_typed_twice_asks_the_admins_once,
    only_admins_over_the_group_are_asked,
    a_group_where_nobody_can_decide_is_told_so,
    a_group_code_typed_in_private_says_where_it_belongs,
    an_unknown_group_hears_nothing,
    without_a_name_the_unbound_slots_are_offered,
    the_list_begins_with_what_receives_nothing,
    the_list_is_for_admins_in_private_or_in_an_office,
);

/// The admin makes a code for the slot of village 03.
async fn group_code(desk: &mut Desk) -> String {
    desk.say(ADMIN, "/ganhom 03-cb").await;
    let text = desk.news(ADMIN).await;
    assert!(
        text.contains("Nhóm 03-CB") && text.contains("48 giờ") && text.contains("Thêm bot vào đúng nhóm"),
        "{text}"
    );
    code_in(&text, "/ganhom")
}

async fn bound_chat(desk: &mut Desk, slot: &str) -> Option<String> {
    desk.tx().group(slot).await.unwrap().unwrap().chat_id
}

async fn a_group_is_bound_from_code_to_confirmation(store: Store) {
    let mut desk = open(&store).await;
    let code = group_code(&mut desk).await;
    shout(&mut desk, HEAD, &format!("/ganhom {code}")).await;
    assert!(desk.news(GROUP).await.contains("chờ xác nhận"));
    let (card, buttons) = card(&mut desk, ADMIN).await;
    for part in ["Nhóm thôn Ba vui vẻ", "37 thành viên", "Tài khoản 7", "Nhóm 03-CB", "nhóm điều hành"] {
        assert!(card.contains(part), "{part} in {card}");
    }
    assert_eq!(bound_chat(&mut desk, "gr-03").await, None, "typing binds nothing");

    link(&mut desk, HEAD, "p-binh").await;
    let toast = desk.press_in(&the_group(), HEAD, &buttons[0]).await.toast().unwrap();
    assert!(toast.contains("quyền quản trị"), "{toast}");
    assert_eq!(bound_chat(&mut desk, "gr-03").await, None);
    desk.press(ADMIN, &buttons[0]).await;
    let chat_id = bound_chat(&mut desk, "gr-03").await.unwrap();
    assert_eq!(desk.tx().chat(&chat_id).await.unwrap().unwrap().external_id, GROUP);
    assert!(desk.news(GROUP).await.contains("Nhóm đã được gắn với Nhóm 03-CB"));
    assert!(desk.news(ADMIN).await.contains("Đã gắn \"Nhóm thôn Ba vui vẻ\" với Nhóm 03-CB"));
    let again = desk.press(ADMIN, &buttons[0]).await.toast().unwrap();
    assert!(again.contains("đã được dùng"), "{again}");
    assert_eq!(desk.news(GROUP).await, "", "told once");
}

async fn an_admin_refuses_a_group(store: Store) {
    let mut desk = open(&store).await;
    let code = group_code(&mut desk).await;
    shout(&mut desk, HEAD, &format!("/ganhom {code}")).await;
    let (_, buttons) = card(&mut desk, ADMIN).await;
    desk.news(GROUP).await;
    desk.press(ADMIN, &buttons[1]).await;
    assert!(desk.news(ADMIN).await.contains("hết tác dụng. Tạo mã mới: /ganhom 03-CB"));
    desk.press(ADMIN, &buttons[0]).await;
    shout(&mut desk, HEAD, &format!("/ganhom {code}")).await;
    assert_eq!(bound_chat(&mut desk, "gr-03").await, None);
    assert_eq!(desk.news(GROUP).await, "", "an unknown group is told nothing");
}

async fn an_admin_without_buttons_binds_by_typing(store: Store) {
    let mut desk = open(&store).await;
    let code = group_code(&mut desk).await;
    desk.members = None;
    shout(&mut desk, HEAD, &format!("/ganhom {}-{}", &code[..4], &code[4..])).await;
    let (card, _) = card(&mut desk, ADMIN).await;
    assert!(card.contains(&format!("/ganhom có {code}")) && card.contains("chưa rõ số thành viên"), "{card}");
    // Nobody else learns by it which codes exist.
    desk.say("8", &format!("/ganhom có {code}")).await;
    let right = desk.news("8").await;
    desk.say("8", "/ganhom có ZZZZZZZZ").await;
    assert_eq!(desk.news("8").await.replace("ZZZZZZZZ", &code), right);
    assert_eq!(bound_chat(&mut desk, "gr-03").await, None);
    desk.say(ADMIN, &format!("/ganhom có {code}")).await;
    assert!(bound_chat(&mut desk, "gr-03").await.is_some());
}

async fn a_code_typed_twice_asks_the_admins_once(store: Store) {
    let mut desk = open(&store).await;
    let code = group_code(&mut desk).await;
    for _ in 0..3 {
        shout(&mut desk, HEAD, &format!("/ganhom {code}")).await;
        assert!(desk.news(GROUP).await.contains("chờ xác nhận"));
    }
    card(&mut desk, ADMIN).await;
    shout(&mut desk, "8", &format!("/ganhom {code}")).await;
    assert_eq!(desk.news(GROUP).await, "", "for anybody else the code is taken");
}

async fn only_admins_over_the_group_are_asked(store: Store) {
    let mut desk = open(&store).await;
    fixture::grant(desk.tx(), "p-son", Role::Admin, "u-04").await;
    link(&mut desk, "2", "p-son").await;
    let code = group_code(&mut desk).await;
    shout(&mut desk, HEAD, &format!("/ganhom {code}")).await;
    let (_, buttons) = card(&mut desk, ADMIN).await;
    assert_eq!(desk.news("2").await, "", "the neighbour's admin could not confirm it");
    assert!(desk.press("2", &buttons[0]).await.toast().unwrap().contains("quyền quản trị"));
}

async fn a_group_where_nobody_can_decide_is_told_so(store: Store) {
    let mut desk = open(&store).await;
    let code = group_code(&mut desk).await;
    present(&mut desk, private(ADMIN), false).await;
    shout(&mut desk, HEAD, &format!("/ganhom {code}")).await;
    assert!(desk.news(GROUP).await.contains("chưa nhắn được cho quản trị nào"));
    desk.say(ADMIN, &format!("/ganhom có {code}")).await;
    assert!(bound_chat(&mut desk, "gr-03").await.is_some());
}

async fn a_group_code_typed_in_private_says_where_it_belongs(store: Store) {
    let mut desk = open(&store).await;
    let code = group_code(&mut desk).await;
    for account in [HEAD, ADMIN] {
        desk.say(account, &format!("/ganhom {code}")).await;
        assert!(desk.news(account).await.contains("chỉ dùng trong nhóm chat"), "{account}");
    }
    desk.say(HEAD, &format!("/dangky {code}")).await;
    assert!(desk.news(HEAD).await.contains("Mã này dành cho nhóm chat"));
    let personal = person_code(&mut desk, "p-binh").await;
    desk.say(HEAD, &format!("/ganhom {personal}")).await;
    assert!(desk.news(HEAD).await.contains("dành cho cá nhân"));
    desk.say(HEAD, "/ganhom").await;
    assert!(desk.news(HEAD).await.contains("chưa được cấp quyền"));
    desk.say(ADMIN, "/ganhom không có nhóm này").await;
    assert!(desk.news(ADMIN).await.contains("Không thấy nhóm"));
    // None of this has used the code up.
    shout(&mut desk, HEAD, &format!("/ganhom {code}")).await;
    assert!(desk.news(GROUP).await.contains("chờ xác nhận"));
}

async fn an_unknown_group_hears_nothing(store: Store) {
    let mut desk = open(&store).await;
    present(&mut desk, the_group(), true).await;
    for text in ["xin chào", "/start", "/trogiup", "/ganhom", "/ganhom ZZZZZZZZ", "/nhom", "/vanban", "/khongcolenhnay"]
    {
        shout(&mut desk, HEAD, text).await;
    }
    for data in ["g:y:no-such-code", "p:c:no-such-code", "h:trogiup", "g:i:gr-03"] {
        assert!(desk.press_in(&the_group(), HEAD, data).await.toast().is_some(), "{data}");
    }
    assert_eq!(desk.news(GROUP).await, "");
    let chat = desk.tx().chat_by_external(fixture::GATEWAY, GROUP).await.unwrap().unwrap();
    assert_eq!(desk.tx().group_of_chat(&chat.id).await.unwrap(), None, "no slot means no audience");
}

async fn without_a_name_the_unbound_slots_are_offered(store: Store) {
    let mut desk = open(&store).await;
    desk.say(ADMIN, "/ganhom").await;
    let (text, buttons) = card(&mut desk, ADMIN).await;
    assert!(text.contains("\n1. 03-CB – Nhóm 03-CB\n2. 04-CB") && buttons.len() == 2, "{text}");
    desk.say(ADMIN, "2").await;
    assert!(desk.news(ADMIN).await.contains("Mã gắn nhóm \"Nhóm 04-CB\""));
    desk.press(ADMIN, &buttons[0]).await;
    assert!(desk.news(ADMIN).await.contains("Mã gắn nhóm \"Nhóm 03-CB\""));
    assert!(desk.press_in(&the_group(), ADMIN, &buttons[0]).await.toast().unwrap().contains("tin nhắn riêng"));
    for (slot, external) in [("gr-03", "-3"), ("gr-04", "-4")] {
        let chat = fixture::group_chat(desk.tx(), &format!("c{external}"), external).await;
        desk.tx().bind_group(slot, &chat.id, fixture::AT).await.unwrap();
    }
    desk.say(ADMIN, "/ganhom").await;
    assert!(desk.news(ADMIN).await.contains("đều đã gắn"));
    desk.say(ADMIN, "/ganhom 03-CB").await;
    assert!(desk.news(ADMIN).await.contains("đã gắn với một khung chat"));
}

async fn the_list_begins_with_what_receives_nothing(store: Store) {
    let mut desk = open(&store).await;
    for (code, chat) in [("02-CB", "-2"), ("10-CB", "-10")] {
        let id = format!("gr-{code}");
        desk.tx().upsert_group(&fixture::group(&id, code, GroupKind::Cadre)).await.unwrap();
        desk.tx().set_group_units(&id, &["u-03".to_owned()]).await.unwrap();
        let chat = fixture::group_chat(desk.tx(), &format!("c{chat}"), chat).await;
        desk.tx().bind_group(&id, &chat.id, fixture::AT).await.unwrap();
    }
    desk.tx().set_chat_state("c-10", ChatState::Suspended, Some("kicked")).await.unwrap();
    desk.say(ADMIN, "/nhom").await;
    let text = desk.news(ADMIN).await;
    let place = |part: &str| text.find(part).unwrap_or_else(|| panic!("{part} in {text}"));
    assert!(place("4 nhóm: 1 tạm dừng, 2 chưa gắn, 1 đang nhận tin") < place("bot bị đưa ra khỏi nhóm): 10-CB"));
    assert!(place("10-CB") < place("chưa gắn: 03-CB") && place("03-CB") < place("✅ 02-CB"), "{text}");
    assert!(text.contains("(nhóm điều hành; Đơn vị 03; tele)"), "{text}");
    desk.say(ADMIN, "/nhom 04").await;
    let text = desk.news(ADMIN).await;
    assert!(text.contains("1 nhóm") && text.contains("04-CB") && !text.contains("03-CB"), "{text}");
}

async fn the_list_is_for_admins_in_private_or_in_an_office(store: Store) {
    let mut desk = open(&store).await;
    link(&mut desk, HEAD, "p-binh").await;
    desk.say(HEAD, "/nhom").await;
    assert!(desk.news(HEAD).await.contains("quyền quản trị"));
    shout(&mut desk, ADMIN, "/nhom").await;
    assert!(desk.news(GROUP).await.contains("tin nhắn riêng"));
    let chat = fixture::group_chat(desk.tx(), "unused", GROUP).await;
    desk.tx().upsert_group(&fixture::group("gr-vp", "VP", GroupKind::Office)).await.unwrap();
    desk.tx().bind_group("gr-vp", &chat.id, fixture::AT).await.unwrap();
    shout(&mut desk, ADMIN, "/nhom").await;
    assert!(desk.news(GROUP).await.contains("3 nhóm:"));
}

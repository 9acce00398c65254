//! A person gets in: code, notice, agreement; and how the admin makes the code.

use loa::store::Store;
use loa::store::dialogues::Dialogue;
use loa::usecase::bind::NOTICE_VERSION;

use super::{ADMIN, GROUP, HEAD, audited, card, code_in, link, open, owner_of, person_code, present, shout, the_group};
use crate::db::sqlite_tests;
use crate::desk_stage::private;
use crate::fixture;

sqlite_tests!(
    a_code_shows_whose_it_is_and_the_notice_and_links_on_agreement,
    agreement_may_be_typed_and_a_link_works_like_the_command,
    nothing_but_agreement_links,
    whoever_declines_may_come_back,
    every_bad_code_gets_its_sentence,
    a_forwarded_code_and_its_button_are_refused,
    a_press_twice_links_once,
    a_linked_account_needs_no_second_time,
    a_code_typed_in_a_group_waits_for_an_admin,
    an_admin_without_buttons_confirms_by_typing,
    an_admin_refuses_an_account,
    ten_wrong_codes_a_minute_are_enough,
    strangers_who_guess_in_a_group_hear_nothing,
    an_admin_makes_a_code_by_name,
    of_several_people_one_is_picked_by_number_or_button,
    a_code_is_made_by_admins_and_in_private_only,
    a_choice_does_not_end_another_conversation,
    a_blocked_private_chat_is_open_again_once_the_person_writes,
);

async fn a_code_shows_whose_it_is_and_the_notice_and_links_on_agreement(store: Store) {
    let mut desk = open(&store).await;
    let code = person_code(&mut desk, "p-binh").await;
    desk.say(HEAD, &format!("/dangky {code}")).await;
    let (text, buttons) = card(&mut desk, HEAD).await;
    assert!(text.contains("Lê Văn Bình (Trưởng thôn – Đơn vị 03)"), "{text}");
    assert!(text.contains(&format!("(bản {NOTICE_VERSION})")), "{text}");
    let (_, notice) = text.split_once("THÔNG BÁO VỀ DỮ LIỆU CÁ NHÂN").unwrap();
    assert!((1..=5).all(|line| notice.contains(&format!("\n{line}. "))), "the notice has five lines: {text}");
    assert_eq!(owner_of(&mut desk, HEAD).await, None, "looking links nothing");
    assert!(
        buttons[0].starts_with("p:y:") && buttons[1].starts_with("p:n:") && buttons.iter().all(|data| data.len() <= 64)
    );

    let outcome = desk.press(HEAD, &buttons[0]).await;
    assert_eq!(owner_of(&mut desk, HEAD).await.as_deref(), Some("p-binh"));
    let consent = desk.tx().latest_consent("p-binh").await.unwrap().unwrap();
    assert_eq!(consent.notice_version, NOTICE_VERSION);
    let welcome = desk.news(HEAD).await;
    assert!(welcome.contains("Đã gắn tài khoản này với Lê Văn Bình") && welcome.contains("/danhan – "), "{welcome}");
    assert!(!welcome.contains("/capma") && !welcome.contains("/duyet"), "{welcome}");
    let (chat, menu) = outcome.response.menu.unwrap();
    assert_eq!(chat, HEAD);
    assert!(menu.iter().any(|(name, _)| name == "danhan") && !menu.iter().any(|(name, _)| name == "capma"));
}

async fn agreement_may_be_typed_and_a_link_works_like_the_command(store: Store) {
    let mut desk = open(&store).await;
    let code = person_code(&mut desk, "p-binh").await;
    desk.say(HEAD, &format!("/start {}", code.to_lowercase())).await;
    assert!(desk.news(HEAD).await.contains("Lê Văn Bình"));
    let mut desk = desk.restarted().await;
    desk.say(HEAD, "dạ tôi đồng ý ạ").await;
    assert_eq!(owner_of(&mut desk, HEAD).await.as_deref(), Some("p-binh"));
    let chat = fixture::private_chat(desk.tx(), HEAD).await;
    assert_eq!(desk.tx().dialogue(&chat.id, HEAD).await.unwrap(), None);
}

async fn nothing_but_agreement_links(store: Store) {
    let mut desk = open(&store).await;
    let code = person_code(&mut desk, "p-binh").await;
    desk.say(HEAD, &format!("/dangky {code}")).await;
    desk.news(HEAD).await;
    for text in ["ok", "trợ giúp", "chưa đồng ý", "👍", ""] {
        desk.say(HEAD, text).await;
        assert!(desk.news(HEAD).await.contains("Đồng chí bấm nút hoặc trả lời"), "{text}");
    }
    assert_eq!(owner_of(&mut desk, HEAD).await, None);
}

async fn whoever_declines_may_come_back(store: Store) {
    let mut desk = open(&store).await;
    let code = person_code(&mut desk, "p-binh").await;
    for no in ["không", "Không đồng ý", "thôi", "hủy"] {
        desk.say(HEAD, &format!("/dangky {code}")).await;
        desk.news(HEAD).await;
        desk.say(HEAD, no).await;
        assert!(desk.news(HEAD).await.contains("không đồng ý; tài khoản chưa được gắn"), "{no}");
    }
    desk.say(HEAD, "đồng ý").await;
    assert_eq!(owner_of(&mut desk, HEAD).await, None, "after a no there is no question to agree to");
    desk.say(HEAD, &format!("/dangky {code}")).await;
    desk.say(HEAD, "đồng ý").await;
    assert_eq!(owner_of(&mut desk, HEAD).await.as_deref(), Some("p-binh"));
}

async fn every_bad_code_gets_its_sentence(store: Store) {
    let mut desk = open(&store).await;
    for unknown in ["ZZZZZZZZ", "x", "🙂", "' OR '1'='1"] {
        desk.say(HEAD, &format!("/dangky {unknown}")).await;
        assert!(desk.news(HEAD).await.contains("Mã mời này không dùng được"), "{unknown}");
    }
    desk.say(HEAD, "/dangky").await;
    assert!(desk.news(HEAD).await.contains("/dangky kèm mã mời"));

    let used = person_code(&mut desk, "p-son").await;
    desk.say("8", &format!("/dangky {used}")).await;
    desk.say("8", "đồng ý").await;
    desk.say(HEAD, &format!("/dangky {used}")).await;
    assert!(desk.news(HEAD).await.contains("đã được dùng"));

    let replaced = person_code(&mut desk, "p-binh").await;
    let late = person_code(&mut desk, "p-binh").await;
    desk.say(HEAD, &format!("/dangky {replaced}")).await;
    assert!(desk.news(HEAD).await.contains("thay bằng mã khác"));
    desk.at = desk.at.plus_minutes(48 * 60);
    desk.say(HEAD, &format!("/dangky {late}")).await;
    assert!(desk.news(HEAD).await.contains("đã hết hạn"));
    // An account that is somebody's cannot become somebody else's.
    let binh = person_code(&mut desk, "p-binh").await;
    desk.say("8", &format!("/dangky {binh}")).await;
    assert!(desk.news("8").await.contains("đã gắn với người khác"));
}

async fn a_forwarded_code_and_its_button_are_refused(store: Store) {
    let mut desk = open(&store).await;
    let code = person_code(&mut desk, "p-binh").await;
    desk.say(HEAD, &format!("/dangky {code}")).await;
    let (_, buttons) = card(&mut desk, HEAD).await;
    desk.say("8", &format!("/dangky {code}")).await;
    assert!(desk.news("8").await.contains("đã có người khác nhập"));
    for data in &buttons {
        let toast = desk.press("8", data).await.toast().unwrap();
        assert!(toast.contains("dành cho người đã nhập mã"), "{toast}");
    }
    // Nor in another chat than the one in which it was typed.
    assert!(desk.press_in(&the_group(), HEAD, &buttons[0]).await.toast().is_some());
    assert_eq!(owner_of(&mut desk, "8").await, None);
    assert_eq!(owner_of(&mut desk, HEAD).await, None);
    desk.press(HEAD, &buttons[0]).await;
    assert_eq!(owner_of(&mut desk, HEAD).await.as_deref(), Some("p-binh"));
}

async fn a_press_twice_links_once(store: Store) {
    let mut desk = open(&store).await;
    let code = person_code(&mut desk, "p-binh").await;
    desk.say(HEAD, &format!("/dangky {code}")).await;
    let (_, buttons) = card(&mut desk, HEAD).await;
    desk.press(HEAD, &buttons[0]).await;
    let again = desk.press(HEAD, &buttons[0]).await;
    assert_eq!(again.toast().as_deref(), Some("Tài khoản đã được gắn."));
    assert_eq!(desk.news_rows(HEAD).await.len(), 1, "one welcome");
    assert!(desk.press(HEAD, "p:y:no-such-code").await.toast().is_some());
    assert!(desk.press(HEAD, "p:").await.toast().unwrap().contains("cũ"));
}

async fn a_linked_account_needs_no_second_time(store: Store) {
    let mut desk = open(&store).await;
    // Linked by the organisation's file: never agreed to anything, so the notice is shown.
    link(&mut desk, HEAD, "p-binh").await;
    let code = person_code(&mut desk, "p-binh").await;
    shout(&mut desk, HEAD, &format!("/dangky {code}")).await;
    assert!(desk.news(GROUP).await.contains("tin nhắn riêng"));
    desk.say(HEAD, &format!("/dangky {code}")).await;
    assert!(desk.news(HEAD).await.contains("THÔNG BÁO"));
    desk.say(HEAD, "đồng ý").await;
    desk.news(HEAD).await;
    let code = person_code(&mut desk, "p-binh").await;
    desk.say(HEAD, &format!("/dangky {code}")).await;
    assert!(desk.news(HEAD).await.contains("không cần đăng ký lại"));
}

async fn a_code_typed_in_a_group_waits_for_an_admin(store: Store) {
    let mut desk = open(&store).await;
    let code = person_code(&mut desk, "p-binh").await;
    shout(&mut desk, HEAD, &format!("/dangky {code}")).await;
    let (_, buttons) = card(&mut desk, GROUP).await;
    assert_eq!(desk.news(ADMIN).await, "", "nothing to confirm before the agreement");
    desk.press_in(&the_group(), HEAD, &buttons[0]).await;
    assert!(desk.news(GROUP).await.contains("chờ xác nhận"));
    assert_eq!(owner_of(&mut desk, HEAD).await, None);
    let (card, buttons) = card(&mut desk, ADMIN).await;
    assert!(
        card.contains("Lê Văn Bình") && card.contains("Tài khoản 7") && card.contains("Nhóm thôn Ba vui vẻ"),
        "{card}"
    );

    // The button's data proves nothing: only an admin's press counts.
    let toast = desk.press("8", &buttons[0]).await.toast().unwrap();
    assert!(toast.contains("chưa được cấp quyền"), "{toast}");
    assert_eq!(owner_of(&mut desk, HEAD).await, None);
    desk.press(ADMIN, &buttons[0]).await;
    assert_eq!(owner_of(&mut desk, HEAD).await.as_deref(), Some("p-binh"));
    assert!(desk.news(ADMIN).await.contains("Đã xác nhận tài khoản của Lê Văn Bình"));
    assert!(desk.news(GROUP).await.contains("Đã gắn tài khoản với Lê Văn Bình"));
    assert!(desk.press(ADMIN, &buttons[0]).await.toast().unwrap().contains("đã được dùng"));
}

async fn an_admin_without_buttons_confirms_by_typing(store: Store) {
    let mut desk = open(&store).await;
    fixture::private_chat(desk.tx(), HEAD).await;
    let code = person_code(&mut desk, "p-binh").await;
    shout(&mut desk, HEAD, &format!("/dangky {code}")).await;
    shout(&mut desk, HEAD, "chào cả nhà").await;
    assert_eq!(desk.news_rows(GROUP).await.len(), 1, "talk in the group is no answer and gets none");
    shout(&mut desk, HEAD, "đồng ý").await;
    let (card, _) = card(&mut desk, ADMIN).await;
    assert!(card.contains(&format!("/capma có {code}")), "{card}");
    desk.say("8", &format!("/capma có {code}")).await;
    assert_eq!(owner_of(&mut desk, HEAD).await, None);
    let outcome = desk.say(ADMIN, &format!("/capma có {code}")).await;
    assert_eq!(owner_of(&mut desk, HEAD).await.as_deref(), Some("p-binh"));
    assert!(desk.news(HEAD).await.contains("/danhan"), "greeted where a private chat is open");
    assert_eq!(outcome.response.menu.unwrap().0, HEAD);
}

async fn an_admin_refuses_an_account(store: Store) {
    let mut desk = open(&store).await;
    let code = person_code(&mut desk, "p-binh").await;
    shout(&mut desk, "8", &format!("/dangky {code}")).await;
    shout(&mut desk, "8", "đồng ý").await;
    let (_, buttons) = card(&mut desk, ADMIN).await;
    desk.news(GROUP).await;
    desk.press(ADMIN, &buttons[1]).await;
    assert_eq!(owner_of(&mut desk, "8").await, None);
    assert!(desk.news(GROUP).await.contains("chưa xác nhận mã này"));
    assert!(desk.news(ADMIN).await.contains("hết tác dụng"));
    assert_eq!(desk.tx().latest_consent("p-binh").await.unwrap(), None);
}

async fn ten_wrong_codes_a_minute_are_enough(store: Store) {
    let mut desk = open(&store).await;
    let code = person_code(&mut desk, "p-binh").await;
    for _ in 0..10 {
        desk.say(HEAD, "/dangky ZZZZZZZZ").await;
    }
    assert_eq!(desk.news_rows(HEAD).await.len(), 10);
    desk.say(HEAD, &format!("/dangky {code}")).await;
    assert!(desk.news(HEAD).await.contains("chờ một phút"));
    for _ in 0..20 {
        desk.say(HEAD, "/dangky ZZZZZZZZ").await;
    }
    assert_eq!(desk.news(HEAD).await, "", "said once, then silence");
    // Another account is not slowed down by it, and a command without a code works.
    desk.say("8", "/dangky ZZZZZZZZ").await;
    assert!(desk.news("8").await.contains("không dùng được"));
    desk.say(HEAD, "trợ giúp").await;
    assert!(desk.news(HEAD).await.contains("/xacminh"));
    desk.at = desk.at.plus_minutes(1);
    desk.say(HEAD, &format!("/dangky {code}")).await;
    assert!(desk.news(HEAD).await.contains("Lê Văn Bình"));
}

async fn strangers_who_guess_in_a_group_hear_nothing(store: Store) {
    let mut desk = open(&store).await;
    for _ in 0..15 {
        shout(&mut desk, HEAD, "/dangky ZZZZZZZZ").await;
        shout(&mut desk, HEAD, "/dangky").await;
    }
    assert_eq!(desk.news(GROUP).await, "");
    // A right code is not looked at any more either.
    let code = person_code(&mut desk, "p-binh").await;
    shout(&mut desk, HEAD, &format!("/dangky {code}")).await;
    assert_eq!(desk.news(GROUP).await, "");
}

async fn an_admin_makes_a_code_by_name(store: Store) {
    let mut desk = open(&store).await;
    desk.say(ADMIN, "/capma le van binh").await;
    let text = desk.news(ADMIN).await;
    assert!(text.contains("Lê Văn Bình (Trưởng thôn – Đơn vị 03)") && text.contains("48 giờ"), "{text}");
    assert!(text.contains("08:00 thứ Tư, 30/7/2025"), "the end in full: {text}");
    let code = code_in(&text, "/dangky");
    desk.say(HEAD, &format!("/dangky {code}")).await;
    desk.say(HEAD, "đồng ý").await;
    assert_eq!(owner_of(&mut desk, HEAD).await.as_deref(), Some("p-binh"));
    desk.say(ADMIN, "/capma nguyễn thị không có").await;
    assert!(desk.news(ADMIN).await.contains("Không thấy cán bộ nguyễn thị không có"));
    desk.say(ADMIN, "/capma").await;
    assert!(desk.news(ADMIN).await.contains("Cấp mã cho ai"));
}

async fn of_several_people_one_is_picked_by_number_or_button(store: Store) {
    let mut desk = open(&store).await;
    // "Văn" is in the names of Bình and Sơn.
    desk.say(ADMIN, "/capma văn").await;
    let (text, buttons) = card(&mut desk, ADMIN).await;
    assert!(text.contains("\n1. ") && text.contains("\n2. ") && buttons.len() == 2, "{text}");
    let second = text.lines().find(|line| line.starts_with("2. ")).unwrap().to_owned();
    desk.say(ADMIN, "9").await;
    assert!(desk.news(ADMIN).await.contains("từ 1 đến 2"));
    desk.say(ADMIN, "2").await;
    let made = desk.news(ADMIN).await;
    let name = second[3..].split(" – ").next().unwrap();
    assert!(made.contains("Mã mời của") && made.contains(name), "{second} / {made}");
    desk.press(ADMIN, &buttons[0]).await;
    assert!(desk.news(ADMIN).await.contains("Mã mời của"));
    desk.say(ADMIN, "/capma văn").await;
    desk.say(ADMIN, "thôi").await;
    assert!(desk.news(ADMIN).await.contains("chưa có gì thay đổi"));
}

async fn a_code_is_made_by_admins_and_in_private_only(store: Store) {
    let mut desk = open(&store).await;
    link(&mut desk, HEAD, "p-binh").await;
    desk.say(HEAD, "/capma sơn").await;
    assert!(desk.news(HEAD).await.contains("quyền quản trị"));
    assert!(desk.press(HEAD, "p:i:p-son").await.toast().unwrap().contains("quyền quản trị"));
    desk.say("8", "/capma sơn").await;
    assert!(desk.news("8").await.contains("chưa được cấp quyền"));
    shout(&mut desk, ADMIN, "/capma sơn").await;
    let text = desk.news(GROUP).await;
    assert!(text.contains("tin nhắn riêng") && !text.contains("Mã mời của"), "{text}");
    assert!(desk.press_in(&the_group(), ADMIN, "p:i:p-son").await.toast().unwrap().contains("tin nhắn riêng"));
    assert_eq!(desk.news(GROUP).await, "");
    assert_eq!(audited(&mut desk, "person.invited").await, 0);
}

async fn a_choice_does_not_end_another_conversation(store: Store) {
    let mut desk = open(&store).await;
    let chat_id = fixture::private_chat(desk.tx(), ADMIN).await.id;
    let (account, flow, data) = (ADMIN.to_owned(), "compose".to_owned(), "{}".to_owned());
    let form = Dialogue { chat_id: chat_id.clone(), account, flow, data, updated_at: 1 };
    desk.tx().put_dialogue(&form).await.unwrap();
    desk.say(ADMIN, "/capma văn").await;
    let (_, buttons) = card(&mut desk, ADMIN).await;
    desk.press(ADMIN, &buttons[1]).await;
    assert!(desk.news(ADMIN).await.contains("Mã mời của"));
    assert_eq!(desk.tx().dialogue(&chat_id, ADMIN).await.unwrap(), Some(form));
}

async fn a_blocked_private_chat_is_open_again_once_the_person_writes(store: Store) {
    let mut desk = open(&store).await;
    present(&mut desk, private(ADMIN), false).await;
    assert_eq!(desk.tx().private_chat_of("p-quan").await.unwrap(), []);
    desk.say(ADMIN, "/start").await;
    assert_eq!(desk.tx().private_chat_of("p-quan").await.unwrap().len(), 1);
}

//! Accounts that are cut off: who may, and what is dead from that moment on.

use loa::desk::Fetched;
use loa::domain::org::Role;
use loa::id::sha256_hex;
use loa::store::Store;
use loa::store::binding::{AccountState, ChatState};
use loa::usecase::bind;

use super::{ADMIN, HEAD, audited, card, link, open, owner_of, person_code, the_group};
use crate::db::sqlite_tests;
use crate::desk_stage::Desk;
use crate::fixture::{self, AT};

sqlite_tests!(
    a_locked_account_is_a_strangers_at_once,
    the_accounts_of_a_person_are_locked_together_or_one_by_one,
    a_new_code_opens_a_locked_account_and_nothing_of_before,
    only_an_admin_locks_and_not_the_last_account_of_their_own,
    of_several_people_with_a_name_one_is_picked,
);

/// What the admin reads and may press about a person's accounts.
async fn asked(desk: &mut Desk, typed: &str) -> (String, Vec<String>) {
    desk.news(ADMIN).await;
    desk.say(ADMIN, &format!("/khoataikhoan {typed}")).await;
    card(desk, ADMIN).await
}

/// Bình's account is locked by the admin.
async fn lock(desk: &mut Desk) {
    let (_, buttons) = asked(desk, "Lê Văn Bình").await;
    desk.press(ADMIN, &buttons[0]).await;
}

async fn states(desk: &mut Desk, person: &str) -> Vec<(String, AccountState)> {
    let accounts = desk.tx().accounts_of(person).await.unwrap();
    accounts.into_iter().map(|account| (account.gateway, account.state)).collect()
}

async fn a_locked_account_is_a_strangers_at_once(store: Store) {
    let mut desk = open(&store).await;
    for role in Role::ALL {
        fixture::grant(desk.tx(), "p-binh", *role, "u-xa").await;
    }
    link(&mut desk, HEAD, "p-binh").await;
    let chat = fixture::private_chat(desk.tx(), HEAD).await;
    let choice = desk.say(HEAD, "/vanban").await.buttons.first().unwrap().1.clone();
    let (content, media_type) = (b"%PDF-1.4 mau".to_vec(), "application/pdf".to_owned());
    let hash = sha256_hex(&content);
    let first_page = "KẾ HOẠCH mẫu".to_owned();
    let file = Fetched::File { content, media_type, pages: Some(1), first_page, readable: true };
    desk.send_file(HEAD, "KH.pdf", file).await;
    assert!(desk.tx().dialogue(&chat.id, HEAD).await.unwrap().is_some());
    assert!(desk.tx().file(&hash).await.unwrap().is_some());

    let (text, buttons) = asked(&mut desk, "Lê Văn Bình").await;
    assert!(text.contains("Lê Văn Bình (Trưởng thôn – Đơn vị 03)"), "{text}");
    assert_eq!((buttons.len(), owner_of(&mut desk, HEAD).await.as_deref()), (1, Some("p-binh")), "naming locks nobody");
    let done = desk.press(ADMIN, &buttons[0]).await;
    assert!(done.contains("Đã khóa 1 tài khoản của Lê Văn Bình (tele)"), "{done}");
    let menu = done.response.menu.unwrap();
    assert!(menu.0 == HEAD && !menu.1.iter().any(|(name, _)| name == "vanban"), "{menu:?}");

    assert_eq!(owner_of(&mut desk, HEAD).await, None);
    assert_eq!(desk.tx().dialogue(&chat.id, HEAD).await.unwrap(), None);
    assert_eq!(desk.tx().file(&hash).await.unwrap().map(|file| file.media_type), None, "nor what it held");
    for data in [&choice, "ok:x:1", "lk:a:p-quan", "p:i:p-son", "g:i:gr-03", "hl:r", "fg:y:x:1:1"] {
        let pressed = desk.press(HEAD, data).await.toast().unwrap_or_default();
        assert!(pressed.contains("chưa được cấp quyền") || pressed.contains("cũ"), "{data}: {pressed}");
    }
    for words in ["Kế hoạch tháng 7", "1", "/vanban", "/toilaai", "/capma Hà Văn Sơn", "/duyet VB-2025-0001"] {
        let said = desk.say(HEAD, words).await;
        assert!(said.is_empty() || said.contains("chưa được cấp quyền"), "{words}: {said}");
    }
    assert_eq!(
        desk.say_in(&the_group(), HEAD, "/toilaai").await.to_string(),
        "",
        "nor is a stranger answered in a group"
    );
    let chat = desk.tx().chat(&chat.id).await.unwrap().unwrap();
    assert_eq!((chat.state, chat.reason.as_deref()), (ChatState::Suspended, Some("locked")), "writing opens nothing");
    assert_eq!(desk.tx().private_chat_of("p-binh").await.unwrap(), []);
    assert_eq!(audited(&mut desk, "account.locked").await, 1);
}

async fn the_accounts_of_a_person_are_locked_together_or_one_by_one(store: Store) {
    let mut desk = open(&store).await;
    link(&mut desk, HEAD, "p-binh").await;
    desk.tx().link_identity("zalo", "z-1", "p-binh", AT.plus_minutes(1), "i-z").await.unwrap();
    let (_, buttons) = asked(&mut desk, "p-binh").await;
    assert_eq!(buttons, ["lk:a:p-binh".to_owned(), format!("lk:i:i-{HEAD}"), "lk:i:i-z".to_owned()]);
    desk.press(ADMIN, "lk:i:i-z").await;
    let (tele, zalo) = ("tele".to_owned(), "zalo".to_owned());
    let expected = [(tele.clone(), AccountState::Active), (zalo.clone(), AccountState::Locked)];
    assert_eq!(states(&mut desk, "p-binh").await, expected);
    let told = desk.news(HEAD).await;
    assert!(told.contains("Vũ Minh Quân đã khóa 1 tài khoản chat của Lê Văn Bình (zalo)"), "{told}");
    desk.say(HEAD, "/toilaai").await;
    let known = desk.news(HEAD).await;
    assert!(known.contains("Lê Văn Bình") && !known.contains("zalo"), "{known}");
    assert!(desk.press(ADMIN, "lk:i:i-z").await.contains("không có tài khoản nào đang mở"), "pressed twice");
    desk.press(ADMIN, "lk:a:p-binh").await;
    assert_eq!(states(&mut desk, "p-binh").await, [(tele, AccountState::Locked), (zalo, AccountState::Locked)]);
}

async fn a_new_code_opens_a_locked_account_and_nothing_of_before(store: Store) {
    let mut desk = open(&store).await;
    link(&mut desk, HEAD, "p-binh").await;
    let before = person_code(&mut desk, "p-binh").await;
    lock(&mut desk).await;
    assert!(desk.say(HEAD, &format!("/dangky {before}")).await.contains("thay bằng mã khác"), "it ended with the lock");
    let code = person_code(&mut desk, "p-binh").await;
    desk.say(HEAD, &format!("/dangky {code}")).await;
    assert_eq!(owner_of(&mut desk, HEAD).await, None, "looking opens nothing");
    let welcome = desk.say(HEAD, "đồng ý").await;
    assert!(welcome.contains("Đã gắn tài khoản này với Lê Văn Bình"), "{welcome}");
    assert_eq!(owner_of(&mut desk, HEAD).await.as_deref(), Some("p-binh"));
    assert_eq!(desk.tx().private_chat_of("p-binh").await.unwrap().len(), 1);

    // Who got the telephone of a head who left is somebody else.
    lock(&mut desk).await;
    let code = person_code(&mut desk, "p-son").await;
    desk.talk(HEAD, &[&format!("/dangky {code}"), "đồng ý"]).await;
    assert_eq!(owner_of(&mut desk, HEAD).await.as_deref(), Some("p-son"));
    assert_eq!(desk.tx().accounts_of("p-binh").await.unwrap(), []);
}

async fn only_an_admin_locks_and_not_the_last_account_of_their_own(store: Store) {
    let mut desk = open(&store).await;
    link(&mut desk, HEAD, "p-binh").await;
    assert!(desk.say(HEAD, "/khoataikhoan Vũ Minh Quân").await.contains("quyền quản trị"));
    for data in ["lk:a:p-quan", "lk:p:p-quan", "lk:i:i-1"] {
        assert!(desk.press(HEAD, data).await.toast().unwrap().contains("quyền quản trị"), "{data}");
    }
    assert!(desk.say_in(&the_group(), ADMIN, "/khoataikhoan Lê Văn Bình").await.contains("tin nhắn riêng"));
    let (_, buttons) = asked(&mut desk, "Vũ Minh Quân").await;
    let refused = desk.press(ADMIN, &buttons[0]).await.toast().unwrap();
    assert!(refused.contains("duy nhất còn mở") && refused.contains("loa org lock"), "{refused}");
    assert_eq!(owner_of(&mut desk, ADMIN).await.as_deref(), Some("p-quan"));
    // One of two is theirs to lock: they lost a telephone.
    desk.tx().link_identity("zalo", "z-1", "p-quan", AT, "i-z").await.unwrap();
    desk.press(ADMIN, "lk:i:i-z").await;
    let open = bind::open_accounts(desk.tx(), "p-quan").await.unwrap();
    assert_eq!(open.len(), 1);
}

async fn of_several_people_with_a_name_one_is_picked(store: Store) {
    let mut desk = open(&store).await;
    desk.tx().upsert_person(&fixture::person("p-hai", "Lê Văn Hai")).await.unwrap();
    link(&mut desk, HEAD, "p-binh").await;
    let (text, buttons) = asked(&mut desk, "Lê Văn").await;
    assert!(text.contains("Khóa tài khoản của ai?"), "{text}");
    assert_eq!(buttons, ["lk:p:p-binh", "lk:p:p-hai"]);
    assert!(desk.press(ADMIN, "lk:p:p-hai").await.contains("không có tài khoản nào đang mở"));
    assert!(desk.press(ADMIN, "lk:p:p-binh").await.contains("Khóa tài khoản chat của Lê Văn Bình"));
    assert!(desk.say(ADMIN, "/khoataikhoan").await.contains("Đồng chí gõ tên"));
    assert!(desk.say(ADMIN, "/khoataikhoan Nguyễn Không Có").await.contains("Không thấy cán bộ"));
}

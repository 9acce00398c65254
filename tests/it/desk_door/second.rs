//! One account a person and gateway: what a second one may, who says whose it is, and that nobody is left without one.

use loa::domain::command::Command;
use loa::domain::org::Role;
use loa::store::Store;
use loa::store::binding::AccountState;

use super::{ADMIN, GROUP, HEAD, card, code_in, link, open, owner_of, person_code, shout, the_group};
use crate::db::sqlite_tests;
use crate::desk_stage::{Desk, Outcome};
use crate::fixture::{self, GATEWAY};

sqlite_tests!(
    a_second_account_does_nothing_but_answer,
    the_first_account_is_told_and_its_yes_moves_the_rights,
    its_no_locks_the_second_one_and_ends_the_codes,
    an_admin_may_confirm_and_nobody_else,
    locking_the_first_account_leaves_nobody_without,
    an_admin_who_confirms_a_code_from_a_group_vouches_for_it,
    a_later_code_takes_the_place_of_the_one_that_waits,
    an_account_on_another_gateway_is_no_second_one,
    an_import_adds_no_second_account,
);

/// The account that comes second.
const SECOND: &str = "77";

/// Bình, with every role there is, types a code from another account.
async fn second(desk: &mut Desk) -> Outcome {
    for role in Role::ALL {
        fixture::grant(desk.tx(), "p-binh", *role, "u-xa").await;
    }
    link(desk, HEAD, "p-binh").await;
    for account in [HEAD, ADMIN] {
        desk.news(account).await;
    }
    redeem(desk, SECOND).await
}

async fn redeem(desk: &mut Desk, account: &str) -> Outcome {
    let code = person_code(desk, "p-binh").await;
    desk.talk(account, &[&format!("/dangky {code}"), "đồng ý"]).await
}

async fn state(desk: &mut Desk, account: &str) -> AccountState {
    desk.tx().owner_of(GATEWAY, account).await.unwrap().unwrap().state
}

async fn a_second_account_does_nothing_but_answer(store: Store) {
    let mut desk = open(&store).await;
    let waits = second(&mut desk).await;
    assert!(waits.contains("đang chờ xác nhận") && waits.response.menu.is_none(), "{waits}");
    assert_eq!(state(&mut desk, SECOND).await, AccountState::New);
    let (mut through, answers) = (Vec::new(), [Command::Ack, Command::Aired]);
    let others = Command::ALL.iter().filter(|command| !command.allowed_for(&[]) && !answers.contains(command));
    for command in others {
        for args in ["", " VB-2025-0001", " Hà Văn Sơn", " gr-03"] {
            let said = desk.say(SECOND, &format!("/{}{args}", command.name())).await;
            // How a command is typed is told to anybody.
            let told_nothing = ["chưa được xác nhận", "chưa dùng được ở bản này", "Gõ mã"];
            if !told_nothing.iter().any(|part| said.contains(part)) {
                through.push(format!("/{}{args}: {said}", command.name()));
            }
        }
    }
    assert_eq!(through, Vec::<String>::new());
    assert!(desk.say(SECOND, "/danhan").await.contains("Hiện không có tin nào chờ"));
    for said in [desk.say(SECOND, "/toilaai").await, desk.say(SECOND, "/batdau").await] {
        assert!(
            said.contains("chờ xác nhận") && !said.contains("quản trị (") && !said.contains("người soạn"),
            "{said}"
        );
    }
    for data in ["lk:a:p-quan", "p:i:p-son", "g:i:gr-03", "hl:r", "p:c:x", "p:nk:x"] {
        let pressed = desk.press(SECOND, data).await.toast().unwrap_or_default();
        assert!(pressed.contains("chưa được xác nhận") || pressed.contains("không dùng được"), "{data}: {pressed}");
    }
    let chats = desk.tx().private_chat_of("p-binh").await.unwrap();
    assert_eq!(chats.iter().map(|chat| chat.external_id.as_str()).collect::<Vec<_>>(), [HEAD], "cards go to the first");
    desk.say(HEAD, "/toilaai").await;
    assert!(desk.news(HEAD).await.contains("quản trị ("), "which keeps its rights");
}

async fn the_first_account_is_told_and_its_yes_moves_the_rights(store: Store) {
    let mut desk = open(&store).await;
    second(&mut desk).await;
    let (text, buttons) = card(&mut desk, HEAD).await;
    assert!(text.contains("Lê Văn Bình: có tài khoản mới trên tele") && text.contains("Tài khoản 77"), "{text}");
    let (told, _) = card(&mut desk, ADMIN).await;
    assert!(told.contains("Lê Văn Bình có thêm tài khoản trên tele"), "{told}");
    let pressed = desk.press(HEAD, &buttons[0]).await;
    assert!(pressed.toast().unwrap().contains("Đã xác nhận tài khoản mới"), "{pressed:?}");
    assert_eq!(
        (state(&mut desk, HEAD).await, state(&mut desk, SECOND).await),
        (AccountState::Locked, AccountState::Active)
    );
    let menu = pressed.response.menu.unwrap();
    assert!(menu.0 == SECOND && menu.1.iter().any(|(name, _)| name == "vanban"), "{menu:?}");
    assert!(desk.news(SECOND).await.contains("tài khoản cũ đã khóa"));
    assert!(desk.news(ADMIN).await.contains("Lê Văn Bình đã xác nhận tài khoản mới"));
    assert!(desk.say(SECOND, "/toilaai").await.contains("quản trị ("));
    assert!(desk.say(HEAD, "/toilaai").await.contains("chưa được cấp quyền"));
}

async fn its_no_locks_the_second_one_and_ends_the_codes(store: Store) {
    let mut desk = open(&store).await;
    second(&mut desk).await;
    let (_, buttons) = card(&mut desk, HEAD).await;
    let code = person_code(&mut desk, "p-binh").await;
    desk.news(ADMIN).await;
    assert!(desk.press(HEAD, &buttons[1]).await.contains("Đã khóa tài khoản mới nhận là Lê Văn Bình"));
    assert_eq!(
        (state(&mut desk, HEAD).await, state(&mut desk, SECOND).await),
        (AccountState::Active, AccountState::Locked)
    );
    assert!(desk.news(ADMIN).await.contains("không phải của Lê Văn Bình"));
    assert!(desk.say(SECOND, "/toilaai").await.contains("chưa được cấp quyền"));
    assert!(desk.say(SECOND, &format!("/dangky {code}")).await.contains("thay bằng mã khác"));
    let late = desk.press(ADMIN, &buttons[0]).await.toast().unwrap();
    assert!(late.contains("đã được xử lý"), "{late}");
}

async fn an_admin_may_confirm_and_nobody_else(store: Store) {
    let mut desk = open(&store).await;
    second(&mut desk).await;
    link(&mut desk, "8", "p-son").await;
    let (_, buttons) = card(&mut desk, ADMIN).await;
    let denied = desk.press("8", &buttons[0]).await.toast().unwrap();
    assert!(denied.contains("quyền quản trị"), "{denied}");
    let itself = desk.press(SECOND, &buttons[0]).await.toast().unwrap();
    assert!(itself.contains("chưa được xác nhận"), "{itself}");
    assert_eq!(state(&mut desk, SECOND).await, AccountState::New);
    assert!(desk.press(ADMIN, &buttons[0]).await.contains("Đã xác nhận tài khoản mới của Lê Văn Bình"));
    assert_eq!(
        (state(&mut desk, HEAD).await, state(&mut desk, SECOND).await),
        (AccountState::Locked, AccountState::Active)
    );
}

async fn locking_the_first_account_leaves_nobody_without(store: Store) {
    let mut desk = open(&store).await;
    second(&mut desk).await;
    let asked = desk.say(ADMIN, "/khoataikhoan Lê Văn Bình").await;
    assert!(asked.button("Chỉ khóa tài khoản mới trên tele") != asked.button("Chỉ khóa tele"), "{asked}");
    let done = desk.press(ADMIN, &asked.button("Chỉ khóa tele")).await;
    assert!(done.contains("Tài khoản mới trên tele dùng được từ bây giờ"), "{done}");
    assert_eq!(
        (state(&mut desk, HEAD).await, state(&mut desk, SECOND).await),
        (AccountState::Locked, AccountState::Active)
    );
    assert!(desk.say(SECOND, "/toilaai").await.contains("quản trị ("));
    // After that a code makes a first account, and not a second one.
    desk.press(ADMIN, "lk:a:p-binh").await;
    assert!(redeem(&mut desk, HEAD).await.contains("Đã gắn tài khoản này"));
    assert_eq!(state(&mut desk, HEAD).await, AccountState::Active);
}

async fn an_admin_who_confirms_a_code_from_a_group_vouches_for_it(store: Store) {
    let mut desk = open(&store).await;
    link(&mut desk, HEAD, "p-binh").await;
    let code = person_code(&mut desk, "p-binh").await;
    shout(&mut desk, SECOND, &format!("/dangky {code}")).await;
    shout(&mut desk, SECOND, "đồng ý").await;
    let (text, buttons) = card(&mut desk, ADMIN).await;
    assert!(text.contains("đang có tài khoản khác trên tele; xác nhận thì tài khoản đó bị khóa"), "{text}");
    desk.press(ADMIN, &buttons[0]).await;
    assert_eq!(
        (state(&mut desk, HEAD).await, state(&mut desk, SECOND).await),
        (AccountState::Locked, AccountState::Active)
    );
    assert!(desk.heard_by(GROUP).await[0].body.contains("Đã gắn tài khoản với Lê Văn Bình"));

    // Of an account of their own the admin only says so from the one they have.
    let made = desk.say(ADMIN, "/capma Vũ Minh Quân").await;
    let code = code_in(&made, "/dangky");
    shout(&mut desk, "78", &format!("/dangky {code}")).await;
    shout(&mut desk, "78", "đồng ý").await;
    desk.say(ADMIN, &format!("/capma có {code}")).await;
    assert_eq!(
        (state(&mut desk, ADMIN).await, state(&mut desk, "78").await),
        (AccountState::Active, AccountState::New)
    );
    assert!(desk.say_in(&the_group(), "78", "/nhom").await.contains("chưa được xác nhận"));
}

async fn a_later_code_takes_the_place_of_the_one_that_waits(store: Store) {
    let mut desk = open(&store).await;
    second(&mut desk).await;
    let code = person_code(&mut desk, "p-binh").await;
    let again = desk.say(SECOND, &format!("/dangky {code}")).await;
    assert!(again.contains("đang chờ xác nhận"), "a code alone confirms nothing: {again}");
    redeem(&mut desk, "78").await;
    assert_eq!(
        (state(&mut desk, SECOND).await, state(&mut desk, "78").await),
        (AccountState::Locked, AccountState::New)
    );
    assert_eq!(owner_of(&mut desk, HEAD).await.as_deref(), Some("p-binh"));
}

async fn an_account_on_another_gateway_is_no_second_one(store: Store) {
    let mut desk = open(&store).await;
    desk.tx().link_identity("zalo", "z-1", "p-binh", fixture::AT, "i-z").await.unwrap();
    assert!(redeem(&mut desk, HEAD).await.contains("Đã gắn tài khoản này với Lê Văn Bình"));
    assert_eq!(state(&mut desk, HEAD).await, AccountState::Active);
    assert!(desk.news(ADMIN).await.contains("Lê Văn Bình vừa gắn thêm tài khoản trên tele"));
    assert!(!desk.news(HEAD).await.contains("vừa gắn thêm"), "the others are told, not this one");
}

async fn an_import_adds_no_second_account(store: Store) {
    use loa::usecase::UseCaseError;
    let stage_file = crate::stage::COMMUNE;
    let mut org = loa::domain::org::import::parse_toml(stage_file).unwrap();
    for external_id in ["1", "2"] {
        let (person, gateway) = ("binh".to_owned(), "telegram".to_owned());
        let external_id = external_id.to_owned();
        org.identities.push(loa::domain::org::import::Identity { person, gateway, external_id });
    }
    let entropy = loa::id::SeededEntropy::new(1);
    let act = Desk::act(&entropy, fixture::house(), fixture::AT);
    let shell = loa::usecase::Act { via: loa::usecase::Via::Cli("root".to_owned()), ..act };
    let mut tx = store.begin().await.unwrap();
    let refused = loa::usecase::organise::import_org(&mut tx, &shell, &org).await;
    assert!(matches!(refused, Err(UseCaseError::Refused { key: "refused-org-second-account", .. })), "{refused:?}");
}

//! Introducing ourselves, help and menus: to each what is theirs.

use loa::domain::command::{Command, Who};
use loa::domain::org::{Role, SeatKind, UnitKind};
use loa::store::Store;

use super::{ADMIN, GROUP, HEAD, card, link, open, shout, the_group};
use crate::db::sqlite_tests;
use crate::fixture;

sqlite_tests!(
    a_menu_holds_no_command_of_another_role,
    help_offers_exactly_what_the_desk_answers,
    a_stranger_is_introduced_to_us_and_to_the_two_ways_on,
    staff_are_told_what_to_do_next,
    in_a_group_introductions_are_short_and_for_members_only,
    help_on_one_command_shows_an_example,
    who_am_i_tells_posts_rights_and_chats,
    help_buttons_answer_in_private_only,
);

/// What follows each slash at the beginning of a line.
fn listed(text: &str) -> Vec<&str> {
    text.lines().filter_map(|line| line.strip_prefix('/')).filter_map(|line| line.split(' ').next()).collect()
}

fn named(name: &str) -> Command {
    Command::ALL.iter().copied().find(|command| command.name() == name).unwrap_or_else(|| panic!("/{name}"))
}

async fn a_menu_holds_no_command_of_another_role(store: Store) {
    let mut desk = open(&store).await;
    for (number, role) in Role::ALL.iter().enumerate() {
        let (id, account) = (format!("p-{role}"), format!("5{number}"));
        desk.tx().upsert_person(&fixture::person(&id, "Mẫu")).await.unwrap();
        fixture::grant(desk.tx(), &id, *role, "u-xa").await;
        link(&mut desk, &account, &id).await;
        let menu = desk.say(&account, "/batdau").await.response.menu.unwrap();
        assert_eq!(menu.0, account);
        let names: Vec<&str> = menu.1.iter().map(|(name, _)| name.as_str()).collect();
        for name in &names {
            assert!(named(name).allowed_for(&[Who::from(*role)]), "{role} is offered /{name}");
        }
        assert!(menu.1.iter().all(|(_, description)| !description.is_empty()));
        assert_eq!(names.contains(&"capma"), *role == Role::Admin, "{role}");
        assert_eq!(names.contains(&"vanban"), *role == Role::Composer, "{role}");
        assert_eq!(names.contains(&"duyet"), matches!(role, Role::Approver | Role::Duty), "{role}");
        assert!(names.contains(&"xacminh") && !names.contains(&"danhan"), "{role}");
        desk.news(&account).await;
        desk.say(&account, "/trogiup").await;
        let help = desk.news(&account).await;
        let (mut shown, mut names) = (listed(&help), names);
        shown.sort_unstable();
        names.sort_unstable();
        assert_eq!(shown, names, "{help}");
    }
}

async fn help_offers_exactly_what_the_desk_answers(store: Store) {
    let mut desk = open(&store).await;
    for role in Role::ALL {
        fixture::grant(desk.tx(), "p-quan", *role, "u-xa").await;
    }
    fixture::hold(desk.tx(), "s-04", "p-quan", "2025-07-01", None).await;
    desk.say(ADMIN, "/trogiup").await;
    let help = desk.news(ADMIN).await;
    let offered = listed(&help);
    for command in Command::ALL {
        desk.say(ADMIN, &format!("/{}", command.name())).await;
        let missing = desk.news(ADMIN).await.contains("chưa dùng được ở bản này");
        assert_ne!(offered.contains(&command.name()), missing, "/{}", command.name());
        desk.say(ADMIN, "/huy").await;
        desk.news(ADMIN).await;
    }
}

async fn a_stranger_is_introduced_to_us_and_to_the_two_ways_on(store: Store) {
    let mut desk = open(&store).await;
    let outcome = desk.say(HEAD, "/start").await;
    let text = desk.news(HEAD).await;
    for part in ["UBND xã", "Dữ liệu:", "/xacminh", "/dangky", "Không bao giờ hỏi CCCD"] {
        assert!(text.contains(part), "{part} in {text}");
    }
    assert_eq!(outcome.response.menu, None, "the menu for everybody stands there already");
    desk.say(HEAD, "/trogiup").await;
    let help = desk.news(HEAD).await;
    assert!(listed(&help).iter().all(|name| named(name).allowed_for(&[])), "{help}");
    desk.say(HEAD, "/toilaai").await;
    assert!(desk.news(HEAD).await.contains("chưa được cấp quyền"));
}

async fn staff_are_told_what_to_do_next(store: Store) {
    let mut desk = open(&store).await;
    link(&mut desk, HEAD, "p-binh").await;
    desk.say(HEAD, "bắt đầu").await;
    let head = desk.news(HEAD).await;
    assert!(
        head.contains("Đồng chí Lê Văn Bình (Trưởng thôn – Đơn vị 03)") && head.contains("trả lời: Đã nhận"),
        "{head}"
    );
    assert!(!head.contains("/capma") && !head.contains("/vanban"), "{head}");
    desk.say(ADMIN, "/start").await;
    let admin = desk.news(ADMIN).await;
    assert!(admin.contains("/capma") && admin.contains("/nhom") && !admin.contains("/vanban"), "{admin}");
}

async fn in_a_group_introductions_are_short_and_for_members_only(store: Store) {
    let mut desk = open(&store).await;
    for text in ["/start", "/trogiup", "/toilaai"] {
        shout(&mut desk, HEAD, text).await;
        assert_eq!(desk.news(GROUP).await, "", "{text}");
        shout(&mut desk, ADMIN, text).await;
        let row = desk.news_rows(GROUP).await.remove(0);
        assert!(row.body.chars().count() < 150 && row.reply_to.is_some(), "{}", row.body);
    }
}

async fn help_on_one_command_shows_an_example(store: Store) {
    let mut desk = open(&store).await;
    for typed in ["hen", "/hẹn", "schedule", "HEN"] {
        desk.say(HEAD, &format!("/trogiup {typed}")).await;
        let text = desk.news(HEAD).await;
        assert!(text.contains("Ví dụ: /hen VB-2025-0042") && text.contains("Dành cho: người soạn."), "{typed}: {text}");
    }
    desk.say(HEAD, "/trogiup vanbann").await;
    assert!(desk.news(HEAD).await.contains("Có phải /vanban?"));
    for typed in ["🙂", "mãi không có", "sao lưu"] {
        desk.say(HEAD, &format!("/trogiup {typed}")).await;
        assert!(!desk.news(HEAD).await.is_empty(), "{typed}");
    }
    // Every command that is offered has its help.
    for command in Command::ALL {
        desk.say(HEAD, &format!("/trogiup {}", command.name())).await;
        assert!(desk.news(HEAD).await.contains(command.name()), "{command}");
    }
}

async fn who_am_i_tells_posts_rights_and_chats(store: Store) {
    let mut desk = open(&store).await;
    let unit = fixture::unit("u-mttq", "MTTQ", UnitKind::Association);
    desk.tx().upsert_unit(&unit).await.unwrap();
    desk.tx().upsert_seat(&fixture::seat("s-mttq", "u-mttq", SeatKind::Member)).await.unwrap();
    fixture::hold(desk.tx(), "s-mttq", "p-quan", "2025-07-01", None).await;
    fixture::hold(desk.tx(), "s-04", "p-quan", "2025-07-01", Some("2025-07-15")).await;
    let chat = fixture::group_chat(desk.tx(), "c-1", GROUP).await;
    desk.tx().set_group_units("gr-03", &["u-03".to_owned(), "u-mttq".to_owned()]).await.unwrap();
    desk.tx().bind_group("gr-03", &chat.id, fixture::AT).await.unwrap();
    desk.tx().link_identity("zalo", "z-1", "p-quan", fixture::AT, "i-z").await.unwrap();
    let menu = desk.say(ADMIN, "tôi là ai").await.response.menu.unwrap().1;
    let text = desk.news(ADMIN).await;
    for part in ["Vũ Minh Quân", "Trưởng thôn – Đơn vị MTTQ", "quản trị (Đơn vị XA)", "Nhóm 03-CB", "tele (nhận được"]
    {
        assert!(text.contains(part), "{part} in {text}");
    }
    assert!(text.contains("zalo (chưa nhận được") && !text.contains("Đơn vị 04"), "{text}");
    assert!(menu.iter().any(|(name, _)| name == "ghinhan"), "members of an association record what they do");
    assert!(!menu.iter().any(|(name, _)| name == "danhan"), "and the seat of the past counts no more");
    shout(&mut desk, ADMIN, "/toilaai").await;
    assert_eq!(desk.news(GROUP).await, "Vũ Minh Quân (Trưởng thôn – Đơn vị MTTQ).");
}

async fn help_buttons_answer_in_private_only(store: Store) {
    let mut desk = open(&store).await;
    desk.say(ADMIN, "/start").await;
    let (_, buttons) = card(&mut desk, ADMIN).await;
    assert_eq!(buttons, ["h:trogiup", "h:toilaai"]);
    desk.press(ADMIN, "h:trogiup").await;
    assert!(desk.news(ADMIN).await.contains("/capma – "));
    desk.press(ADMIN, "h:toilaai").await;
    assert!(desk.news(ADMIN).await.contains("Vũ Minh Quân"));
    desk.press(ADMIN, "h:hen").await;
    assert!(desk.news(ADMIN).await.contains("/hen mã giờ"));
    assert!(desk.press_in(&the_group(), ADMIN, "h:trogiup").await.toast().is_some());
    assert!(desk.press(ADMIN, "h:no-such-command").await.toast().unwrap().contains("cũ"));
}

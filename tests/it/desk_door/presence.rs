//! Thrown out, let in again, blocked, moved.

use loa::domain::event::{ChatKind, ChatRef};
use loa::store::Store;
use loa::store::binding::{Chat, ChatState};

use super::{ADMIN, GROUP, HEAD, audited, card, link, moved, open, present, shout, the_group};
use crate::db::sqlite_tests;
use crate::desk_stage::{Desk, private};
use crate::fixture::{self, AT, GATEWAY};

sqlite_tests!(
    a_bound_group_that_lost_us_is_suspended_and_comes_back,
    the_admins_are_told_of_an_unknown_group_once,
    nothing_of_a_strange_groups_title_is_an_address_a_mention_or_a_style,
    forty_strange_groups_are_told_of_in_two_alerts,
    an_admins_pause_outlives_leaving_and_coming_back,
    a_private_chat_is_suspended_by_a_block_and_active_after_it,
    a_group_that_moved_keeps_its_row_however_often_it_is_said,
    a_move_makes_one_of_the_two_rows_of_a_group,
    a_group_suspended_for_its_move_is_active_again,
    two_slots_that_turn_out_to_be_one_group_are_told_of,
);

async fn bind(desk: &mut Desk, slot: &str, external: &str) -> Chat {
    let chat = fixture::group_chat(desk.tx(), &format!("c{external}"), external).await;
    desk.tx().bind_group(slot, &chat.id, AT).await.unwrap();
    chat
}

async fn state(desk: &mut Desk, chat_id: &str) -> (ChatState, Option<String>) {
    let chat = desk.tx().chat(chat_id).await.unwrap().unwrap();
    (chat.state, chat.reason)
}

fn supergroup(external: &str) -> ChatRef {
    ChatRef { external_id: external.to_owned(), kind: ChatKind::Group, title: "Nhóm mẫu".to_owned() }
}

async fn a_bound_group_that_lost_us_is_suspended_and_comes_back(store: Store) {
    let mut desk = open(&store).await;
    let chat = bind(&mut desk, "gr-03", GROUP).await;
    present(&mut desk, the_group(), true).await;
    assert_eq!(desk.news(ADMIN).await, "", "a promotion is no news");
    for _ in 0..2 {
        present(&mut desk, the_group(), false).await;
    }
    assert_eq!(state(&mut desk, &chat.id).await, (ChatState::Suspended, Some("kicked".to_owned())));
    let (alert, _) = card(&mut desk, ADMIN).await;
    assert!(alert.contains("không còn trong nhóm \"Nhóm 03-CB\"") && alert.contains("Tài khoản 9"), "{alert}");
    assert_eq!(desk.tx().open_incidents().await.unwrap().len(), 1);
    // Whatever is said there meanwhile does not let us in.
    shout(&mut desk, HEAD, "/xacminh TB-2025-0001").await;
    assert_eq!(state(&mut desk, &chat.id).await.0, ChatState::Suspended);
    for _ in 0..2 {
        present(&mut desk, the_group(), true).await;
    }
    assert_eq!(state(&mut desk, &chat.id).await, (ChatState::Active, None));
    let (alert, _) = card(&mut desk, ADMIN).await;
    assert!(alert.contains("đã trở lại nhóm \"Nhóm 03-CB\""), "{alert}");
    assert_eq!(desk.tx().open_incidents().await.unwrap(), []);
    assert_eq!((audited(&mut desk, "chat.suspended").await, audited(&mut desk, "chat.resumed").await), (1, 1));
}

async fn the_admins_are_told_of_an_unknown_group_once(store: Store) {
    let mut desk = open(&store).await;
    for _ in 0..3 {
        present(&mut desk, the_group(), true).await;
    }
    let (alert, _) = card(&mut desk, ADMIN).await;
    assert!(alert.contains("nhóm lạ: \"Nhóm thôn Ba vui vẻ\""), "{alert}");
    assert_eq!(desk.news(GROUP).await, "");
    present(&mut desk, the_group(), false).await;
    assert_eq!(desk.news(ADMIN).await, "", "that it is gone needs nobody's attention");
    assert_eq!(desk.tx().open_incidents().await.unwrap(), []);
    desk.at = desk.at.plus_minutes(10);
    present(&mut desk, the_group(), true).await;
    assert!(desk.news(ADMIN).await.contains("nhóm lạ"), "another time is another matter");
}

async fn nothing_of_a_strange_groups_title_is_an_address_a_mention_or_a_style(store: Store) {
    let mut desk = open(&store).await;
    let title = "**Họp** [@all] http://x.vn @Bot <b>/duyet".to_owned();
    present(&mut desk, ChatRef { title, ..supergroup("-777") }, true).await;
    let (alert, _) = card(&mut desk, ADMIN).await;
    assert!(alert.contains("Họp") && alert.contains("x. vn"), "{alert}");
    for live in ["://", "x.vn", "[@", "@Bot", "/duyet", "**H"] {
        assert!(!alert.contains(live), "{live} in {alert}");
    }
}

/// What the keeper does.
async fn tell_of_strange_groups(desk: &mut Desk) {
    let (tx, act) = desk.parts();
    loa::desk::tell_of_strange_groups(tx, &act).await.unwrap();
}

async fn forty_strange_groups_are_told_of_in_two_alerts(store: Store) {
    let mut desk = open(&store).await;
    for number in 1..=40 {
        let title = format!("Vay nhanh {number} http://x{number}.vn @Bot");
        present(&mut desk, ChatRef { title, ..supergroup(&format!("-9{number:02}")) }, true).await;
        tell_of_strange_groups(&mut desk).await;
    }
    let (first, _) = card(&mut desk, ADMIN).await;
    assert!(first.contains("một nhóm lạ") && first.contains("Vay nhanh 1 "), "{first}");
    let health = desk.say(ADMIN, "/suckhoe").await;
    assert!(health.contains("40 nhóm lạ đã thêm bot") && !health.contains("Vay nhanh"), "{health}");
    desk.news(ADMIN).await;
    present(&mut desk, supergroup("-940"), false).await;
    desk.at = desk.at.plus_minutes(10);
    for _ in 0..2 {
        tell_of_strange_groups(&mut desk).await;
    }
    let (rest, _) = card(&mut desk, ADMIN).await;
    assert!(
        rest.contains("thêm vào 38 nhóm lạ nữa") && rest.contains("Vay nhanh 2 ") && rest.contains("và 28 nhóm khác"),
        "{rest}"
    );
    for live in ["://", ".vn", "@Bot"] {
        assert!(!first.contains(live) && !rest.contains(live), "{live} in {rest}");
    }
}

async fn an_admins_pause_outlives_leaving_and_coming_back(store: Store) {
    let mut desk = open(&store).await;
    let chat = bind(&mut desk, "gr-03", GROUP).await;
    desk.tx().set_chat_state(&chat.id, ChatState::Suspended, Some("paused")).await.unwrap();
    for there in [true, false, true] {
        present(&mut desk, the_group(), there).await;
        assert_eq!(state(&mut desk, &chat.id).await, (ChatState::Suspended, Some("paused".to_owned())));
    }
    moved(&mut desk, GROUP, "-100200").await;
    assert_eq!(state(&mut desk, &chat.id).await.0, ChatState::Suspended);
}

async fn a_private_chat_is_suspended_by_a_block_and_active_after_it(store: Store) {
    let mut desk = open(&store).await;
    link(&mut desk, HEAD, "p-binh").await;
    present(&mut desk, private(HEAD), false).await;
    assert_eq!(desk.tx().private_chat_of("p-binh").await.unwrap(), []);
    present(&mut desk, private(HEAD), true).await;
    assert_eq!(desk.tx().private_chat_of("p-binh").await.unwrap().len(), 1);
    assert_eq!(desk.news(ADMIN).await, "");
}

async fn a_group_that_moved_keeps_its_row_however_often_it_is_said(store: Store) {
    let mut desk = open(&store).await;
    let chat = bind(&mut desk, "gr-03", "-5").await;
    for _ in 0..2 {
        moved(&mut desk, "-5", "-1005").await;
    }
    moved(&mut desk, "-1005", "-1005").await;
    moved(&mut desk, "-77", "-1077").await;
    let found = desk.tx().chat_by_external(GATEWAY, "-1005").await.unwrap().unwrap();
    assert_eq!(found.id, chat.id, "what hangs on the row hangs on it still");
    assert_eq!(desk.tx().group_of_chat(&found.id).await.unwrap().unwrap().id, "gr-03");
    assert_eq!(desk.tx().chat_by_external(GATEWAY, "-5").await.unwrap(), None);
    assert_eq!(desk.tx().chat_by_external(GATEWAY, "-1077").await.unwrap(), None, "a stranger's move makes no row");
    assert_eq!(audited(&mut desk, "chat.moved").await, 1);
}

async fn a_move_makes_one_of_the_two_rows_of_a_group(store: Store) {
    let mut desk = open(&store).await;
    let chat = bind(&mut desk, "gr-03", "-5").await;
    // The platform tells first that we are in the new group, then that it is the old one.
    present(&mut desk, supergroup("-1005"), true).await;
    assert!(desk.news(ADMIN).await.contains("nhóm lạ"));
    for _ in 0..2 {
        moved(&mut desk, "-5", "-1005").await;
    }
    let found = desk.tx().chat_by_external(GATEWAY, "-1005").await.unwrap().unwrap();
    assert_eq!((found.id, found.state), (chat.id, ChatState::Active));
    assert_eq!(desk.tx().open_incidents().await.unwrap(), [], "it is no unknown group any more");
}

async fn a_group_suspended_for_its_move_is_active_again(store: Store) {
    let mut desk = open(&store).await;
    let chat = bind(&mut desk, "gr-03", "-5").await;
    desk.tx().set_chat_state(&chat.id, ChatState::Suspended, Some("moved")).await.unwrap();
    moved(&mut desk, "-5", "-1005").await;
    assert_eq!(state(&mut desk, &chat.id).await, (ChatState::Active, None));
}

async fn two_slots_that_turn_out_to_be_one_group_are_told_of(store: Store) {
    let mut desk = open(&store).await;
    let older = bind(&mut desk, "gr-03", "-5").await;
    fixture::raw(desk.tx(), "UPDATE chats SET created_at = 1 WHERE external_id = '-5'").await;
    bind(&mut desk, "gr-04", "-1005").await;
    moved(&mut desk, "-5", "-1005").await;
    let found = desk.tx().chat_by_external(GATEWAY, "-1005").await.unwrap().unwrap();
    assert_eq!(found.id, older.id);
    assert_eq!(desk.tx().group("gr-04").await.unwrap().unwrap().chat_id, None);
    assert!(desk.news(ADMIN).await.contains("\"Nhóm 04-CB\" đã được gỡ"));
}

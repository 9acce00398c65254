//! What is sick, who hears of it and by which way, and when it is well again.

use loa::domain::calendar::Millis;
use loa::store::Store;
use loa::store::binding::ChatState;
use loa::usecase::incidents::{self, Noted};
use loa::usecase::settle::{gateway_scope, open_incident, receiving_scope};
use loa_sandbox::telegram::{Fault, FaultKind};

use super::{posts, start, to};
use crate::db::sqlite_tests;
use crate::stage::Stage;
use crate::stage::spare::{FIRST, SECOND};

sqlite_tests!(
    what_runs_out_is_pointed_out_a_month_ahead_once_and_over_when_renewed,
    a_disabled_group_is_suspended_until_it_is_well,
    what_is_open_about_a_gateway_that_is_gone_is_closed_at_the_start,
    a_chat_that_refuses_three_times_in_a_row_is_given_up_and_taken_back_when_it_is_heard,
    three_chats_of_one_platform_with_the_same_refusal_stop_the_broadcast_there_only,
    suckhoe_names_what_is_sick_and_what_was_used,
);

async fn note(stage: &Stage, noted: Noted<'_>) {
    let mut tx = stage.core.store.begin().await.unwrap();
    incidents::note_finding(&mut tx, &stage.core.act(&stage.commune), FIRST, noted).await.unwrap();
    tx.commit().await.unwrap();
}

async fn what_runs_out_is_pointed_out_a_month_ahead_once_and_over_when_renewed(store: Store) {
    let mut stage = start(store).await;
    let expires = |at: Millis| Noted::Expires { what: "refresh token", chat: None, at };
    let now = stage.core.wall_now();
    note(&stage, expires(now.plus_days(31))).await;
    assert!(stage.incidents().await.is_empty());
    note(&stage, expires(now.plus_days(29))).await;
    note(&stage, expires(now.plus_days(29))).await;
    stage.release(&to("thon:15")).await;
    stage.settle().await;
    assert_eq!(stage.incidents().await, ["token_expires"], "a message that arrives does not renew a token");
    assert_eq!(stage.private_chat("quan").matches("mã truy cập hết hạn lúc").count(), 1);
    assert!(posts(&stage, 15) == (1, 0), "nothing is stopped by it");
    note(&stage, expires(now.plus_days(90))).await;
    assert!(stage.incidents().await.is_empty());
    stage.stop().await;
}

async fn a_disabled_group_is_suspended_until_it_is_well(store: Store) {
    let mut stage = start(store).await;
    let external = stage.group("dieu-hanh-15").to_string();
    for _ in 0..2 {
        note(&stage, Noted::GroupDisabled { chat: &external }).await;
    }
    stage.settle().await;
    assert_eq!(stage.private_chat("quan").matches("nền tảng đã khóa nhóm").count(), 1);
    assert_eq!(state(&stage, "dieu-hanh-15").await, ChatState::Suspended);
    note(&stage, Noted::GroupWell { chat: &external }).await;
    stage.settle().await;
    assert_eq!(state(&stage, "dieu-hanh-15").await, ChatState::Active);
    assert!(stage.incidents().await.is_empty());
    stage.stop().await;
}

/// The account of a village's head.
fn head_of(stage: &Stage, village: u32) -> i64 {
    let seat = format!("thon-{village:02}-truong");
    let holding = stage.org().holdings.iter().find(|holding| holding.seat == seat).unwrap();
    stage.person(&holding.person)
}

/// Suspends groups of the first gateway, so that the next ones by rank become the first.
async fn move_first(stage: &Stage, groups: &[&str]) {
    let mut tx = stage.core.store.begin().await.unwrap();
    for code in groups.iter().chain(&["truong-thon"]) {
        let group = tx.group_by_code(&stage.commune, code).await.unwrap().unwrap();
        tx.set_chat_state(&group.chat_id.unwrap(), ChatState::Suspended, Some("paused")).await.unwrap();
    }
    tx.commit().await.unwrap();
}

async fn state(stage: &Stage, group: &str) -> ChatState {
    let mut tx = stage.core.store.read().await.unwrap();
    let group = tx.group_by_code(&stage.commune, group).await.unwrap().unwrap();
    tx.chat(&group.chat_id.unwrap()).await.unwrap().unwrap().state
}

async fn what_is_open_about_a_gateway_that_is_gone_is_closed_at_the_start(store: Store) {
    let stage = start(store).await;
    let act = stage.core.act(&stage.commune);
    let mut tx = stage.core.store.begin().await.unwrap();
    for scope in [gateway_scope("gone"), receiving_scope("gone"), gateway_scope(SECOND)] {
        assert!(open_incident(&mut tx, &act, &scope, "unreachable", "").await.unwrap());
    }
    assert_eq!(incidents::close_unconfigured(&mut tx, &act).await.unwrap(), 2);
    let left = tx.open_incidents().await.unwrap();
    assert_eq!(left.iter().map(|incident| incident.scope.as_str()).collect::<Vec<_>>(), [gateway_scope(SECOND)]);
    drop(tx);
    drop(act);
    stage.stop().await;
}

fn refusal(description: &str) -> FaultKind {
    FaultKind::error(400, &format!("Bad Request: {description}"))
}

async fn a_chat_that_refuses_three_times_in_a_row_is_given_up_and_taken_back_when_it_is_heard(store: Store) {
    let mut stage = start(store).await;
    let group = stage.group("dieu-hanh-15");
    for expected in [ChatState::Active, ChatState::Active, ChatState::Suspended] {
        stage.telegram().add_fault(Fault::next("sendMessage", refusal("odd")).in_chat(group));
        stage.release(&to("thon:15")).await;
        stage.settle().await;
        assert_eq!(state(&stage, "dieu-hanh-15").await, expected);
    }
    assert_eq!(stage.incidents().await, ["generic"]);
    let head = head_of(&stage, 15);
    stage.telegram().say(head, group, "/toilaai", None).unwrap();
    stage.settle().await;
    assert_eq!(state(&stage, "dieu-hanh-15").await, ChatState::Active);
    assert!(stage.incidents().await.is_empty());
    stage.stop().await;
}

async fn three_chats_of_one_platform_with_the_same_refusal_stop_the_broadcast_there_only(store: Store) {
    let mut stage = start(store).await;
    move_first(&stage, &["dieu-hanh-15", "dieu-hanh-16"]).await;
    stage.telegram().add_fault(Fault { times: 0, ..Fault::next("sendMessage", refusal("no such words")) });
    let composed = stage.release(&to("thon:01,02,03,04,05,06,15,16")).await;
    let id = composed.bulletin.id.clone();
    stage.until("stopped", async |stage: &Stage| stage.states(&id).await.contains(&"cancelled".to_owned())).await;
    stage.telegram().set_faults(Vec::new());
    stage.settle().await;
    assert_eq!((posts(&stage, 15), posts(&stage, 16)), ((0, 1), (0, 1)), "the other platform takes it");
    assert_eq!((posts(&stage, 6), posts(&stage, 1)), ((0, 0), (0, 0)));
    let states = stage.states(&id).await;
    assert_eq!(states.iter().filter(|state| *state == "failed").count(), 3, "{states:?}");
    assert!(stage.private_chat("lan").contains("từ chối nội dung"), "{}", stage.private_chat("lan"));
    stage.stop().await;
}

async fn suckhoe_names_what_is_sick_and_what_was_used(store: Store) {
    let mut stage = start(store).await;
    let well = stage.say("quan", "/suckhoe").await;
    assert!(well.contains("bình thường") && well.contains("telegram: đang gửi được"), "{well}");
    let group = stage.group("dieu-hanh-05");
    let bot = stage.telegram().bot_ids()[0];
    stage.telegram().kick(group, bot, None).unwrap();
    stage.settle().await;
    let sick = stage.say("quan", "/suckhoe").await;
    assert!(
        sick.contains("1 sự cố") && sick.contains("Nhóm điều hành Thôn 05") && sick.contains("không còn"),
        "{sick}"
    );
    let refused = stage.say("binh", "/suckhoe").await;
    assert!(!refused.contains("sự cố"), "{refused}");
    stage.stop().await;
}

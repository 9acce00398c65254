//! One text bulletin, end to end: composed, approved by another person, sent to every village group over
//! HTTP, answered by a button, counted.

use loa::demo::places::Network;
use loa::store::Store;
use loa::store::binding::ChatState;
use loa::usecase::UseCaseError;
use loa::usecase::compose::Draft;

use crate::db::sqlite_tests;
use crate::stage::{Stage, at};

sqlite_tests!(
    a_bulletin_reaches_every_village_and_a_button_is_counted,
    nothing_is_sent_before_another_person_approved,
    a_supergroup_that_moved_is_followed_once_and_keeps_its_history,
    a_kicked_group_is_suspended_and_its_unit_is_unreachable,
    the_same_hour_fires_once_however_often_it_is_looked_at,
);

pub fn draft() -> Draft {
    Draft::directive("Về việc treo cờ Tổ quốc", "Đề nghị các thôn treo cờ từ 01/9.", "Trưởng thôn")
}

/// Pauses the joint group of all heads, which would take over from a village's own.
pub async fn without_joint_group(stage: &Stage) {
    let mut tx = stage.core.store.begin().await.unwrap();
    let joint = tx.group_by_code(&stage.commune, "truong-thon").await.unwrap().unwrap();
    tx.set_chat_state(&joint.chat_id.unwrap(), ChatState::Suspended, Some("paused")).await.unwrap();
    tx.commit().await.unwrap();
}

async fn a_bulletin_reaches_every_village_and_a_button_is_counted(store: Store) {
    let mut stage = Stage::start(store, &[Network::Telegram]).await;
    let composed = stage.compose(&draft()).await;
    assert_eq!(composed.resolution.groups.len(), 24);
    stage.approve("pct", &composed).await.unwrap();
    stage.settle().await;
    let group = stage.group("dieu-hanh-03");
    let message = stage.telegram().messages(group).unwrap().pop().unwrap();
    assert!(message.text.contains("VB-2025-0001"), "{}", message.text);

    stage.telegram().press(stage.person("binh"), group, None, "✅ Đã nhận").unwrap();
    stage.settle().await;
    let presses = stage.telegram().presses(group).unwrap();
    let toast = presses[0].toast.as_ref().map(|toast| format!("{toast:?}")).unwrap_or_default();
    assert!(toast.contains("Thôn 03"), "{toast}");

    let mut tx = stage.core.store.read().await.unwrap();
    let broadcast = tx.broadcasts_of(&composed.bulletin.id).await.unwrap().remove(0);
    let sent = tx.messages_of_broadcast(&broadcast.id).await.unwrap();
    assert_eq!(sent.iter().filter(|message| message.state.as_str() == "sent").count(), 24);
    let obligations = tx.obligations_of(&broadcast.id).await.unwrap();
    assert_eq!(obligations.len(), 24);
    let done: Vec<&str> = obligations
        .iter()
        .filter(|obligation| obligation.state.as_str() == "acknowledged")
        .map(|obligation| obligation.unit_name.as_str())
        .collect();
    assert_eq!(done, ["Thôn 03"]);
    drop(tx);
    assert!(stage.group_chat("dieu-hanh-03").contains("1/24"), "{}", stage.group_chat("dieu-hanh-03"));
    assert_eq!(stage.telegram().counts().refused_429.values().sum::<u64>(), 0);
    stage.stop().await;
}

async fn nothing_is_sent_before_another_person_approved(store: Store) {
    let mut stage = Stage::start(store, &[Network::Telegram]).await;
    let composed = stage.compose(&draft()).await;
    stage.pass_to(at(2025, 7, 29, 8, 0)).await;
    assert_eq!(stage.posts("dieu-hanh-03"), 0);
    let refusal = stage.approve("lan", &composed).await.unwrap_err();
    assert!(matches!(refusal, UseCaseError::Denied(_)), "{refusal}");
    stage.stop().await;
}

async fn a_supergroup_that_moved_is_followed_once_and_keeps_its_history(store: Store) {
    let mut stage = Stage::start(store, &[Network::Telegram]).await;
    let old = stage.group("dieu-hanh-05");
    // A basic group of the same slot, upgraded while nobody listened.
    let basic = stage
        .telegram()
        .add_group(
            Some(-4_005),
            "Nhóm điều hành Thôn 05",
            loa_sandbox::telegram::GroupKind::Group,
            &[stage.person("dan")],
        )
        .unwrap();
    stage.telegram().join(basic, stage.telegram().bot_ids()[0], None).unwrap();
    stage.settle().await;
    rebind(&stage, old, basic).await;
    let new = stage.telegram().migrate(basic).unwrap();
    stage.release(&draft()).await;
    stage.settle().await;
    let arrived =
        stage.telegram().messages(new).unwrap().into_iter().filter(|message| message.text.contains("VB-2025-0001"));
    assert_eq!(arrived.count(), 1);
    let mut tx = stage.core.store.read().await.unwrap();
    assert!(tx.chat_by_external("telegram", &new.to_string()).await.unwrap().is_some());
    assert!(tx.chat_by_external("telegram", &basic.to_string()).await.unwrap().is_none());
    drop(tx);
    stage.stop().await;
}

/// Puts a slot's chat onto another platform id, as if it had always been that one.
pub async fn rebind(stage: &Stage, from: i64, to: i64) {
    let mut tx = stage.core.store.begin().await.unwrap();
    let chat = tx.chat_by_external("telegram", &from.to_string()).await.unwrap().unwrap();
    tx.set_chat_external(&chat.id, &to.to_string()).await.unwrap();
    tx.commit().await.unwrap();
}

async fn a_kicked_group_is_suspended_and_its_unit_is_unreachable(store: Store) {
    let mut stage = Stage::start(store, &[Network::Telegram]).await;
    let group = stage.group("dieu-hanh-05");
    stage.settle().await;
    without_joint_group(&stage).await;
    let composed = stage.release(&draft()).await;
    stage.telegram().kick(group, stage.telegram().bot_ids()[0], None).unwrap();
    stage.settle().await;
    let mut tx = stage.core.store.read().await.unwrap();
    let broadcast = tx.broadcasts_of(&composed.bulletin.id).await.unwrap().remove(0);
    let obligations = tx.obligations_of(&broadcast.id).await.unwrap();
    let unreachable: Vec<&str> = obligations
        .iter()
        .filter(|obligation| obligation.state.as_str() == "unreachable")
        .map(|obligation| obligation.unit_name.as_str())
        .collect();
    assert_eq!(unreachable, ["Thôn 05"]);
    let chat = tx.chat_by_external("telegram", &group.to_string()).await.unwrap().unwrap();
    assert_eq!(chat.state.as_str(), "suspended");
    drop(tx);
    stage.stop().await;
}

async fn the_same_hour_fires_once_however_often_it_is_looked_at(store: Store) {
    let mut stage = Stage::on(&[Network::Telegram]).at(at(2025, 7, 28, 7, 29)).start(store).await;
    let timed = Draft { send_at: Some(at(2025, 7, 28, 7, 30)), ..draft() };
    stage.release(&timed).await;
    stage.pass_to(at(2025, 7, 28, 7, 31)).await;
    // NTP sets the clock back: the hour passes a second time.
    stage.clock.set(at(2025, 7, 28, 7, 29));
    stage.pass_to(at(2025, 7, 28, 7, 40)).await;
    assert_eq!(stage.posts("dieu-hanh-03"), 1);
    stage.stop().await;
}

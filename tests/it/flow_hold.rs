//! An admin pauses a group, lets it receive again, or frees its slot.

use loa::store::Store;
use loa::usecase::compose::Draft;
use loa_sandbox::telegram::{Fault, FaultKind};

use crate::db::sqlite_tests;
use crate::flow_send::{act_of, approve, compose, draft};
use crate::rig::{Rig, at};

sqlite_tests!(
    a_paused_group_gets_nothing_until_it_is_opened_again,
    hearing_a_paused_group_does_not_open_it,
    a_call_that_was_under_way_does_not_end_a_pause,
    only_an_admin_pauses_a_group_and_only_one_that_is_named,
    a_freed_slot_can_be_bound_again,
);

async fn start(store: Store) -> Rig {
    let mut rig = Rig::start(store, at(2025, 7, 28, 8, 0)).await;
    rig.settle().await;
    rig
}

fn to_residents() -> Draft {
    Draft { audience: "thon:03,04@residents".to_owned(), ack_required: false, ..draft() }
}

async fn a_paused_group_gets_nothing_until_it_is_opened_again(store: Store) {
    let mut rig = start(store).await;
    let composed = compose(&rig, &to_residents()).await;
    let said = rig.say("quan", "/tamdung dan-03").await;
    assert!(said.contains("Nhóm dân Thôn 03: tạm dừng") && said.contains("/molai dan-03"), "{said}");
    assert!(rig.say("quan", "/tamdung dan-03").await.contains("đang tạm dừng"));
    approve(&rig, "pct", &composed).await.unwrap();
    rig.settle().await;
    assert_eq!((rig.posts("dan-03"), rig.posts("dan-04")), (0, 1));
    let listed = rig.say("quan", "/nhom dan-03").await;
    assert!(listed.contains("1 tạm dừng"), "{listed}");
    let said = rig.say("quan", "/molai dan-03").await;
    assert!(said.contains("nhận tin trở lại"), "{said}");
    assert!(rig.say("quan", "/molai dan-03").await.contains("không phải mở lại"));
    assert_eq!(rig.posts("dan-03"), 0, "what it missed is not sent by itself");
    let next = compose(&rig, &to_residents()).await;
    approve(&rig, "pct", &next).await.unwrap();
    rig.settle().await;
    assert_eq!((rig.posts("dan-03"), rig.posts("dan-04")), (1, 2));
    rig.stop().await;
}

async fn hearing_a_paused_group_does_not_open_it(store: Store) {
    let mut rig = start(store).await;
    rig.say("quan", "/tamdung dieu-hanh-03").await;
    let (binh, group) = (rig.world.account("binh").unwrap(), rig.world.chat("dieu-hanh-03").unwrap());
    rig.handle().say(binh, group, "/trogiup@loa_test_bot", None).unwrap();
    rig.settle().await;
    let listed = rig.say("quan", "/nhom dieu-hanh-03").await;
    assert!(listed.contains("1 tạm dừng"), "{listed}");
    rig.stop().await;
}

async fn a_call_that_was_under_way_does_not_end_a_pause(store: Store) {
    let mut rig = start(store).await;
    let chat = rig.world.chat("dan-03").unwrap();
    rig.handle().add_fault(Fault::next("sendMessage", FaultKind::Kicked).in_chat(chat));
    let composed = compose(&rig, &Draft { audience: "thon:03@residents".to_owned(), ..to_residents() }).await;
    approve(&rig, "pct", &composed).await.unwrap();
    rig.until("it is on its way", async |rig: &Rig| rig.messages_in(&composed.bulletin.id, "sending").await == 1).await;
    let act = act_of(&rig, "quan").await;
    let mut tx = rig.core.store.begin().await.unwrap();
    let slot = tx.group_by_code(&rig.commune, "dan-03").await.unwrap().unwrap();
    loa::usecase::bind::pause(&mut tx, &act, &slot.id).await.unwrap();
    tx.commit().await.unwrap();
    drop(act);
    rig.settle().await;
    let mut tx = rig.core.store.read().await.unwrap();
    let chat = tx.chat(slot.chat_id.as_deref().unwrap()).await.unwrap().unwrap();
    assert_eq!(chat.reason.as_deref(), Some("paused"));
    drop(tx);
    rig.stop().await;
}

async fn only_an_admin_pauses_a_group_and_only_one_that_is_named(store: Store) {
    let mut rig = start(store).await;
    let refused = rig.say("lan", "/tamdung dan-03").await;
    assert!(!refused.contains("tạm dừng, không gửi"), "{refused}");
    let several = rig.say("quan", "/tamdung nhóm dân").await;
    assert!(several.contains("Có nhiều nhóm như vậy") && several.contains("dan-01"), "{several}");
    let unknown = rig.say("quan", "/tamdung dan-99").await;
    assert!(!unknown.contains("tạm dừng, không gửi"), "{unknown}");
    assert!(rig.say("quan", "/tamdung").await.contains("mã nhóm"));
    let listed = rig.say("quan", "/nhom").await;
    assert!(listed.contains("0 tạm dừng"), "{listed}");
    rig.stop().await;
}

async fn a_freed_slot_can_be_bound_again(store: Store) {
    let mut rig = start(store).await;
    let bound = rig.say("quan", "/ganhom dan-03").await;
    assert!(bound.contains("/ganhom gỡ"), "the refusal says what to do: {bound}");
    let freed = rig.say("quan", "/ganhom gỡ dan-03").await;
    assert!(freed.contains("đã được gỡ gắn"), "{freed}");
    let code = rig.say("quan", "/ganhom dan-03").await;
    assert!(code.contains("Nhóm dân Thôn 03") && !code.contains("gỡ gắn"), "{code}");
    rig.stop().await;
}

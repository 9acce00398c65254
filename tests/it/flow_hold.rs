//! An admin pauses a group, lets it receive again, or frees its slot.

use loa::demo::places::Network;
use loa::store::Store;
use loa::usecase::compose::Draft;
use loa_sandbox::telegram::{Fault, FaultKind};

use crate::db::sqlite_tests;
use crate::flow_send::draft;
use crate::stage::Stage;

sqlite_tests!(
    a_paused_group_gets_nothing_until_it_is_opened_again,
    hearing_a_paused_group_does_not_open_it,
    a_call_that_was_under_way_does_not_end_a_pause,
    only_an_admin_pauses_a_group_and_only_one_that_is_named,
    a_freed_slot_can_be_bound_again,
);

async fn start(store: Store) -> Stage {
    let mut stage = Stage::start(store, &[Network::Telegram]).await;
    stage.settle().await;
    stage
}

fn to_residents() -> Draft {
    Draft { audience: "thon:03,04@residents".to_owned(), ack_required: false, ..draft() }
}

async fn a_paused_group_gets_nothing_until_it_is_opened_again(store: Store) {
    let mut stage = start(store).await;
    let composed = stage.compose(&to_residents()).await;
    let said = stage.say("quan", "/tamdung dan-03").await;
    assert!(said.contains("Nhóm dân Thôn 03: tạm dừng") && said.contains("/molai dan-03"), "{said}");
    assert!(stage.say("quan", "/tamdung dan-03").await.contains("đang tạm dừng"));
    stage.approve("pct", &composed).await.unwrap();
    stage.settle().await;
    assert_eq!((stage.posts("dan-03"), stage.posts("dan-04")), (0, 1));
    let listed = stage.say("quan", "/nhom dan-03").await;
    assert!(listed.contains("1 tạm dừng"), "{listed}");
    let said = stage.say("quan", "/molai dan-03").await;
    assert!(said.contains("nhận tin trở lại"), "{said}");
    assert!(stage.say("quan", "/molai dan-03").await.contains("không phải mở lại"));
    assert_eq!(stage.posts("dan-03"), 0, "what it missed is not sent by itself");
    stage.release(&to_residents()).await;
    stage.settle().await;
    assert_eq!((stage.posts("dan-03"), stage.posts("dan-04")), (1, 2));
    stage.stop().await;
}

async fn hearing_a_paused_group_does_not_open_it(store: Store) {
    let mut stage = start(store).await;
    stage.say("quan", "/tamdung dieu-hanh-03").await;
    let (binh, group) = (stage.person("binh"), stage.group("dieu-hanh-03"));
    stage.telegram().say(binh, group, "/trogiup@loa_test_bot", None).unwrap();
    stage.settle().await;
    let listed = stage.say("quan", "/nhom dieu-hanh-03").await;
    assert!(listed.contains("1 tạm dừng"), "{listed}");
    stage.stop().await;
}

async fn a_call_that_was_under_way_does_not_end_a_pause(store: Store) {
    let mut stage = start(store).await;
    let chat = stage.group("dan-03");
    stage.telegram().add_fault(Fault::next("sendMessage", FaultKind::Kicked).in_chat(chat));
    let composed = stage.release(&Draft { audience: "thon:03@residents".to_owned(), ..to_residents() }).await;
    stage
        .until("it is on its way", async |stage: &Stage| stage.messages_in(&composed.bulletin.id, "sending").await == 1)
        .await;
    let act = stage.act_of("quan").await;
    let mut tx = stage.core.store.begin().await.unwrap();
    let slot = tx.group_by_code(&stage.commune, "dan-03").await.unwrap().unwrap();
    loa::usecase::bind::pause(&mut tx, &act, &slot.id).await.unwrap();
    tx.commit().await.unwrap();
    drop(act);
    stage.settle().await;
    let mut tx = stage.core.store.read().await.unwrap();
    let chat = tx.chat(slot.chat_id.as_deref().unwrap()).await.unwrap().unwrap();
    assert_eq!(chat.reason.as_deref(), Some("paused"));
    drop(tx);
    stage.stop().await;
}

async fn only_an_admin_pauses_a_group_and_only_one_that_is_named(store: Store) {
    let mut stage = start(store).await;
    let refused = stage.say("lan", "/tamdung dan-03").await;
    assert!(!refused.contains("tạm dừng, không gửi"), "{refused}");
    let several = stage.say("quan", "/tamdung nhóm dân").await;
    assert!(several.contains("Có nhiều nhóm như vậy") && several.contains("dan-01"), "{several}");
    let unknown = stage.say("quan", "/tamdung dan-99").await;
    assert!(!unknown.contains("tạm dừng, không gửi"), "{unknown}");
    assert!(stage.say("quan", "/tamdung").await.contains("mã nhóm"));
    let listed = stage.say("quan", "/nhom").await;
    assert!(listed.contains("0 tạm dừng"), "{listed}");
    stage.stop().await;
}

async fn a_freed_slot_can_be_bound_again(store: Store) {
    let mut stage = start(store).await;
    let bound = stage.say("quan", "/ganhom dan-03").await;
    assert!(bound.contains("/ganhom gỡ"), "the refusal says what to do: {bound}");
    let freed = stage.say("quan", "/ganhom gỡ dan-03").await;
    assert!(freed.contains("đã được gỡ gắn"), "{freed}");
    let code = stage.say("quan", "/ganhom dan-03").await;
    assert!(code.contains("Nhóm dân Thôn 03") && !code.contains("gỡ gắn"), "{code}");
    stage.stop().await;
}

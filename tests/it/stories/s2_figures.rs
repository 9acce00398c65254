//! S2, the figures: a head answers Hỏa tốc with how many households and people were moved, and they are read back before they
//! count. On each platform.

use loa::domain::bulletin::Kind;
use loa::domain::urgency::Urgency;
use loa::store::Store;
use loa::store::bulletins::Marks;
use loa::usecase::compose::{self, Draft};
use loa::usecase::{Act, release};

use super::zalo::Zalo;
use crate::db::sqlite_tests;
use crate::flow_send::{act_of, compose, draft};
use crate::oa_rig::OaRig;
use crate::rig::{Rig, at};
use crate::zalo_rig::ZaloRig;

sqlite_tests!(
    s2_figures_are_read_back_and_summed_on_telegram,
    s2_figures_are_read_back_and_summed_on_an_official_account,
    s2_figures_are_read_back_and_summed_on_a_bot,
    s2_figures_that_were_misread_are_said_again_and_the_later_ones_count,
);

const ASKED: &str = "Thôn 03: 12 hộ, 41 người. Đúng không?";
const TOTAL: &str = "Tổng: 12 hộ, 41 người (1/24 thôn báo)";

fn storm() -> Draft {
    let marks = Marks { reason: Some("bão số 10".to_owned()), ..Marks::default() };
    Draft { kind: Kind::Urgent, urgency: Urgency::Flash, marks, ..draft() }
}

/// Composed and released by the duty officer.
async fn released(rig: &mut Rig) {
    let composed = compose(rig, &storm()).await;
    let act = act_of(rig, "lan").await;
    let mut tx = rig.core.store.begin().await.unwrap();
    release::decide(&mut tx, &act, &composed.bulletin, None).await.unwrap();
    tx.commit().await.unwrap();
    rig.settle().await;
}

/// The same on a stage of a Zalo account.
async fn released_on(core: &loa::engine::Core, commune: &str) {
    let mut tx = core.store.begin().await.unwrap();
    let lan = tx.person_by_code(commune, "lan").await.unwrap().unwrap();
    let act = Act { person_id: Some(lan.id), ..core.act(commune) };
    let composed = compose::compose(&mut tx, &act, &storm()).await.unwrap();
    release::decide(&mut tx, &act, &composed.bulletin, None).await.unwrap();
    tx.commit().await.unwrap();
}

/// Says something in answer to the broadcast in a village's group on Telegram.
async fn reply(rig: &mut Rig, text: &str) {
    let (binh, group) = (rig.world.account("binh").unwrap(), rig.world.chat("dieu-hanh-03").unwrap());
    let posted = rig.handle().messages(group).unwrap();
    let sent = posted.into_iter().find(|message| message.text.contains("HT-2025-0001")).unwrap();
    rig.handle().say(binh, group, text, Some(sent.id)).unwrap();
    rig.settle().await;
}

async fn s2_figures_are_read_back_and_summed_on_telegram(store: Store) {
    let mut rig = Rig::start(store, at(2025, 9, 28, 21, 40)).await;
    released(&mut rig).await;
    reply(&mut rig, "12 ho 41 nguoi").await;
    let group = rig.group_chat("dieu-hanh-03");
    assert!(group.contains(ASKED) && !group.contains("thôn báo"), "{group}");
    let (binh, chat) = (rig.world.account("binh").unwrap(), rig.world.chat("dieu-hanh-03").unwrap());
    rig.handle().press(binh, chat, None, "Đúng").unwrap();
    rig.settle().await;
    assert!(rig.group_chat("dieu-hanh-03").contains(TOTAL), "{}", rig.group_chat("dieu-hanh-03"));
    let status = rig.say("lan", "/trangthai HT-2025-0001").await;
    assert!(status.contains(TOTAL) && status.contains("đã nhận 1/24 thôn"), "{status}");
    insta::assert_snapshot!("s2_figures_telegram", rig.group_chat("dieu-hanh-03"));
    rig.stop().await;
}

async fn s2_figures_are_read_back_and_summed_on_an_official_account(store: Store) {
    let mut rig = OaRig::start(store, at(2025, 9, 28, 21, 40)).await;
    released_on(&rig.core, &rig.commune).await;
    rig.settle().await;
    let ours = rig.message("dieu-hanh-03", "HT-2025-0001");
    rig.say_in("binh", "dieu-hanh-03", "12 ho 41 nguoi", Some(&ours)).await;
    assert!(rig.group_chat("dieu-hanh-03").contains(ASKED), "{}", rig.group_chat("dieu-hanh-03"));
    rig.say_in("binh", "dieu-hanh-03", "đúng", None).await;
    assert!(rig.group_chat("dieu-hanh-03").contains(TOTAL), "{}", rig.group_chat("dieu-hanh-03"));
    assert_eq!(rig.acknowledged("HT-2025-0001").await, ["Thôn 03"]);
    insta::assert_snapshot!("s2_figures_oa", rig.group_chat("dieu-hanh-03"));
    rig.stop().await;
}

async fn s2_figures_are_read_back_and_summed_on_a_bot(store: Store) {
    let mut rig = ZaloRig::start(store, at(2025, 9, 28, 21, 40)).await;
    released_on(&rig.core, &rig.commune).await;
    rig.settle().await;
    let ours = Zalo::posts(&rig, "truong-thon")[0].0.clone();
    rig.say_in("binh", "truong-thon", "12 ho 41 nguoi", Some(&ours)).await;
    let asked = Zalo::posts(&rig, "truong-thon").into_iter().find(|post| post.1.contains(ASKED));
    let asked = asked.unwrap_or_else(|| panic!("{}", rig.group_chat("truong-thon")));
    rig.say_in("binh", "truong-thon", "đúng", Some(&asked.0)).await;
    assert!(rig.group_chat("truong-thon").contains(TOTAL), "{}", rig.group_chat("truong-thon"));
    assert_eq!(rig.acknowledged("HT-2025-0001").await, ["Thôn 03"]);
    insta::assert_snapshot!("s2_figures_bot", rig.group_chat("truong-thon"));
    rig.stop().await;
}

async fn s2_figures_that_were_misread_are_said_again_and_the_later_ones_count(store: Store) {
    let mut rig = Rig::start(store, at(2025, 9, 28, 21, 40)).await;
    released(&mut rig).await;
    reply(&mut rig, "21 ho 14 nguoi").await;
    reply(&mut rig, "sai").await;
    let group = rig.group_chat("dieu-hanh-03");
    assert!(group.contains("nhắn lại số đúng") && !group.contains("thôn báo"), "{group}");
    reply(&mut rig, "12 hộ, 41 người").await;
    reply(&mut rig, "đúng ạ").await;
    assert!(rig.group_chat("dieu-hanh-03").contains(TOTAL), "{}", rig.group_chat("dieu-hanh-03"));
    // A later report takes the place of the earlier one, and other words end the question without a record.
    reply(&mut rig, "15 hộ 50 người").await;
    reply(&mut rig, "để em đếm lại đã").await;
    let status = rig.say("lan", "/trangthai HT-2025-0001").await;
    assert!(status.contains(TOTAL), "{status}");
    rig.stop().await;
}

//! S2, the figures: a head answers Hỏa tốc with how many households and people were moved, and they are read back before they
//! count. On each platform.

use loa::demo::places::Network;
use loa::domain::bulletin::Kind;
use loa::domain::urgency::Urgency;
use loa::store::Store;
use loa::store::bulletins::Marks;
use loa::usecase::compose::Draft;
use loa::usecase::release;

use crate::db::sqlite_tests;
use crate::flow_send::draft;
use crate::stage::{Stage, at};

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
async fn released(stage: &mut Stage) {
    let composed = stage.compose(&storm()).await;
    let act = stage.act_of("lan").await;
    let mut tx = stage.core.store.begin().await.unwrap();
    release::decide(&mut tx, &act, &composed.bulletin, None).await.unwrap();
    tx.commit().await.unwrap();
    drop(act);
    stage.settle().await;
}

/// Says something in answer to the broadcast in a village's group on Telegram.
async fn reply(stage: &mut Stage, text: &str) {
    let (binh, group) = (stage.person("binh"), stage.group("dieu-hanh-03"));
    let posted = stage.telegram().messages(group).unwrap();
    let sent = posted.into_iter().find(|message| message.text.contains("HT-2025-0001")).unwrap();
    stage.telegram().say(binh, group, text, Some(sent.id)).unwrap();
    stage.settle().await;
}

async fn s2_figures_are_read_back_and_summed_on_telegram(store: Store) {
    let mut stage = Stage::on(&[Network::Telegram]).at(at(2025, 9, 28, 21, 40)).start(store).await;
    released(&mut stage).await;
    reply(&mut stage, "12 ho 41 nguoi").await;
    let group = stage.group_chat("dieu-hanh-03");
    assert!(group.contains(ASKED) && !group.contains("thôn báo"), "{group}");
    let (binh, chat) = (stage.person("binh"), stage.group("dieu-hanh-03"));
    stage.telegram().press(binh, chat, None, "Đúng").unwrap();
    stage.settle().await;
    assert!(stage.group_chat("dieu-hanh-03").contains(TOTAL), "{}", stage.group_chat("dieu-hanh-03"));
    let status = stage.say("lan", "/trangthai HT-2025-0001").await;
    assert!(status.contains(TOTAL) && status.contains("đã nhận 1/24 thôn"), "{status}");
    insta::assert_snapshot!("s2_figures_telegram", stage.group_chat("dieu-hanh-03"));
    stage.stop().await;
}

async fn s2_figures_are_read_back_and_summed_on_an_official_account(store: Store) {
    let mut stage = Stage::on(&[Network::ZaloOa]).at(at(2025, 9, 28, 21, 40)).start(store).await;
    released(&mut stage).await;
    let ours = stage.message("dieu-hanh-03", "HT-2025-0001").id;
    stage.say_in("binh", "dieu-hanh-03", "12 ho 41 nguoi", Some(&ours)).await;
    assert!(stage.group_chat("dieu-hanh-03").contains(ASKED), "{}", stage.group_chat("dieu-hanh-03"));
    stage.say_in("binh", "dieu-hanh-03", "đúng", None).await;
    assert!(stage.group_chat("dieu-hanh-03").contains(TOTAL), "{}", stage.group_chat("dieu-hanh-03"));
    assert_eq!(stage.acknowledged("HT-2025-0001").await, ["Thôn 03"]);
    insta::assert_snapshot!("s2_figures_oa", stage.group_chat("dieu-hanh-03"));
    stage.stop().await;
}

async fn s2_figures_are_read_back_and_summed_on_a_bot(store: Store) {
    let mut stage = Stage::on(&[Network::ZaloBot]).at(at(2025, 9, 28, 21, 40)).start(store).await;
    released(&mut stage).await;
    let ours = stage.posted("truong-thon")[0].id.clone();
    stage.say_in("binh", "truong-thon", "12 ho 41 nguoi", Some(&ours)).await;
    let asked = stage.posted("truong-thon").into_iter().find(|post| post.text.contains(ASKED));
    let asked = asked.unwrap_or_else(|| panic!("{}", stage.group_chat("truong-thon")));
    stage.say_in("binh", "truong-thon", "đúng", Some(&asked.id)).await;
    assert!(stage.group_chat("truong-thon").contains(TOTAL), "{}", stage.group_chat("truong-thon"));
    assert_eq!(stage.acknowledged("HT-2025-0001").await, ["Thôn 03"]);
    insta::assert_snapshot!("s2_figures_bot", stage.group_chat("truong-thon"));
    stage.stop().await;
}

async fn s2_figures_that_were_misread_are_said_again_and_the_later_ones_count(store: Store) {
    let mut stage = Stage::on(&[Network::Telegram]).at(at(2025, 9, 28, 21, 40)).start(store).await;
    released(&mut stage).await;
    reply(&mut stage, "21 ho 14 nguoi").await;
    reply(&mut stage, "sai").await;
    let group = stage.group_chat("dieu-hanh-03");
    assert!(group.contains("nhắn lại số đúng") && !group.contains("thôn báo"), "{group}");
    reply(&mut stage, "12 hộ, 41 người").await;
    reply(&mut stage, "đúng ạ").await;
    assert!(stage.group_chat("dieu-hanh-03").contains(TOTAL), "{}", stage.group_chat("dieu-hanh-03"));
    // A later report takes the place of the earlier one, and other words end the question without a record.
    reply(&mut stage, "15 hộ 50 người").await;
    reply(&mut stage, "để em đếm lại đã").await;
    let status = stage.say("lan", "/trangthai HT-2025-0001").await;
    assert!(status.contains(TOTAL), "{status}");
    stage.stop().await;
}

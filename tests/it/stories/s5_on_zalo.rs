//! S5 on a Zalo account and nothing else: who may answer for a village, and what counts as an answer. What is a button
//! elsewhere is a reply here.

use loa::domain::calendar::format_short;
use loa::store::Store;

use super::zalo::Zalo;
use super::{DIRECTIVE, six_pages};
use crate::db::sqlite_tests;
use crate::oa_rig::OaRig;
use crate::rig::at;
use crate::zalo_bot_alone::without_secrets;
use crate::zalo_rig::ZaloRig;

sqlite_tests!(
    s5_on_an_official_account_the_deputy_s_answer_counts_the_resident_s_does_not_and_trouble_reaches_the_composer,
    s5_on_a_bot_the_deputy_s_answer_counts_the_resident_s_does_not_and_trouble_reaches_the_composer,
);

const CODE: &str = "VB-2025-0042";

/// The directive stands in the group of Thôn 03; gives its message there.
async fn directive(zalo: &mut impl Zalo, group: &str) -> String {
    zalo.number_from("VB-2025", 42).await;
    zalo.say("lan", "/vanban").await;
    zalo.hand_in("lan", "KH tuyên truyền CĐS.pdf", six_pages()).await;
    zalo.answer("lan", &DIRECTIVE).await;
    let queued = zalo.choose("lan", "Gửi duyệt").await;
    assert!(queued.contains(CODE), "{queued}");
    zalo.say("pct", "/duyet VB-2025-0042").await;
    zalo.pass_to(at(2025, 7, 28, 7, 40)).await;
    zalo.message(group, CODE)
}

/// The morning of the 28th in the group: a stranger, trouble, the deputy, a word to somebody else, the head, the loudspeaker.
/// Where the platform does not tell which message is replied to, what is answered already is named by its code.
async fn morning(zalo: &mut impl Zalo, group: &str, ours: &str, code: &str) {
    let dung = zalo.stranger_joins("Dũng", group);
    let village = "Thôn 03";
    zalo.pass_to(at(2025, 7, 28, 7, 41)).await;
    let stranger = zalo.account_says(&dung, group, "đã nhận", None).await;
    zalo.account_says(&dung, group, "thôn 3 đã nhận", Some(ours)).await;
    assert_eq!(zalo.acknowledged_at(CODE, village).await, None, "nobody knows him");

    zalo.pass_to(at(2025, 7, 28, 7, 45)).await;
    zalo.say_in("binh", group, "chưa nhận được file", Some(ours)).await;
    assert_eq!(zalo.acknowledged_at(CODE, village).await, None);
    let told = zalo.said_to("lan").pop().unwrap();
    assert!(told.contains("Thôn 03: chưa nhận được file"), "{told}");
    assert_eq!(zalo.rows("SELECT COUNT(*) FROM troubles").await, 1);

    zalo.pass_to(at(2025, 7, 28, 7, 52)).await;
    zalo.say_in("tam", group, "Thôn 3 da nhan a", Some(ours)).await;
    let first = zalo.acknowledged_at(CODE, village).await.unwrap();
    assert_eq!(format_short(first), "07:52 28/7");

    // A word to another person is none of ours: an official account ignores it, a bot does not even hear it.
    zalo.pass_to(at(2025, 7, 28, 7, 55)).await;
    zalo.say_in("binh", group, "ok", Some(&stranger)).await;
    assert_eq!(zalo.rows("SELECT COUNT(*) FROM acknowledgements").await, 1);

    zalo.pass_to(at(2025, 7, 28, 8, 10)).await;
    zalo.say_in("binh", group, format!("Đã nhận {code}").trim(), Some(ours)).await;
    assert_eq!(zalo.acknowledged_at(CODE, village).await, Some(first), "the first answer sets the time");
    assert_eq!(zalo.rows("SELECT COUNT(*) FROM acknowledgements").await, 2);

    // The loudspeaker: one row a village and broadcast, however often and in whichever way it is said.
    for words in ["Đã phát", "đã phát loa", "Đã phát"] {
        zalo.say_in("binh", group, words, Some(ours)).await;
    }
    assert_eq!(zalo.rows("SELECT COUNT(*) FROM activities WHERE channel = 'loudspeaker'").await, 1);
    let command = zalo.say("binh", "/daphat VB-2025-0042").await;
    assert!(command.contains("Thôn 03"), "{command}");
    assert_eq!(zalo.rows("SELECT COUNT(*) FROM activities WHERE channel = 'loudspeaker'").await, 1);
}

async fn s5_on_an_official_account_the_deputy_s_answer_counts_the_resident_s_does_not_and_trouble_reaches_the_composer(
    store: Store,
) {
    let mut rig = OaRig::start(store, at(2025, 7, 25, 16, 45)).await;
    let ours = directive(&mut rig, "dieu-hanh-03").await;
    morning(&mut rig, "dieu-hanh-03", &ours, "").await;
    insta::assert_snapshot!("s5_oa_thon_03", rig.group_chat("dieu-hanh-03"));
    insta::assert_snapshot!("s5_oa_lan", Zalo::private_chat(&rig, "lan"));
    rig.stop().await;
}

async fn s5_on_a_bot_the_deputy_s_answer_counts_the_resident_s_does_not_and_trouble_reaches_the_composer(store: Store) {
    let mut rig = ZaloRig::start(store, at(2025, 7, 25, 16, 45)).await;
    let ours = directive(&mut rig, "truong-thon").await;
    morning(&mut rig, "truong-thon", &ours, CODE).await;
    insta::assert_snapshot!("s5_bot_heads", without_secrets(&rig.group_chat("truong-thon")));
    rig.stop().await;
}

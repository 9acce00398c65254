//! S5 on a Zalo account and nothing else: who may answer for a village, and what counts as an answer. What is a button
//! elsewhere is a reply here.

use loa::demo::places::Network;
use loa::domain::calendar::format_short;
use loa::store::Store;

use super::{DIRECTIVE, six_pages};
use crate::db::sqlite_tests;
use crate::stage::{Stage, at};
use crate::zalo_bot_alone::without_secrets;

sqlite_tests!(
    s5_on_an_official_account_the_deputy_s_answer_counts_the_resident_s_does_not_and_trouble_reaches_the_composer,
    s5_on_a_bot_the_deputy_s_answer_counts_the_resident_s_does_not_and_trouble_reaches_the_composer,
);

const CODE: &str = "VB-2025-0042";

/// The directive stands in the group of Thôn 03; gives its message there.
async fn directive(stage: &mut Stage, group: &str) -> String {
    stage.number_from("VB-2025", 42).await;
    stage.say("lan", "/vanban").await;
    stage.send_file("lan", "KH tuyên truyền CĐS.pdf", six_pages()).await;
    stage.answer("lan", &DIRECTIVE).await;
    let queued = stage.choose("lan", "Gửi duyệt").await;
    assert!(queued.contains(CODE), "{queued}");
    stage.say("pct", "/duyet VB-2025-0042").await;
    stage.pass_to(at(2025, 7, 28, 7, 40)).await;
    stage.message(group, CODE).id
}

/// The morning of the 28th in the group: a stranger, trouble, the deputy, a word to somebody else, the head, the loudspeaker.
/// Where the platform does not tell which message is replied to, what is answered already is named by its code.
async fn morning(stage: &mut Stage, group: &str, ours: &str, code: &str) {
    let dung = stage.stranger_joins("Dũng", group);
    let village = "Thôn 03";
    stage.pass_to(at(2025, 7, 28, 7, 41)).await;
    let stranger = stage.account_says(&dung, group, "đã nhận", None).await;
    stage.account_says(&dung, group, "thôn 3 đã nhận", Some(ours)).await;
    assert_eq!(stage.acknowledged_at(CODE, village).await, None, "nobody knows him");

    stage.pass_to(at(2025, 7, 28, 7, 45)).await;
    stage.say_in("binh", group, "chưa nhận được file", Some(ours)).await;
    assert_eq!(stage.acknowledged_at(CODE, village).await, None);
    let told = stage.said_to("lan").pop().unwrap();
    assert!(told.contains("Thôn 03: chưa nhận được file"), "{told}");
    assert_eq!(stage.rows("SELECT COUNT(*) FROM troubles").await, 1);

    stage.pass_to(at(2025, 7, 28, 7, 52)).await;
    stage.say_in("tam", group, "Thôn 3 da nhan a", Some(ours)).await;
    let first = stage.acknowledged_at(CODE, village).await.unwrap();
    assert_eq!(format_short(first), "07:52 28/7");

    // A word to another person is none of ours: an official account ignores it, a bot does not even hear it.
    stage.pass_to(at(2025, 7, 28, 7, 55)).await;
    stage.say_in("binh", group, "ok", Some(&stranger)).await;
    assert_eq!(stage.rows("SELECT COUNT(*) FROM acknowledgements").await, 1);

    stage.pass_to(at(2025, 7, 28, 8, 10)).await;
    stage.say_in("binh", group, format!("Đã nhận {code}").trim(), Some(ours)).await;
    assert_eq!(stage.acknowledged_at(CODE, village).await, Some(first), "the first answer sets the time");
    assert_eq!(stage.rows("SELECT COUNT(*) FROM acknowledgements").await, 2);

    // The loudspeaker: one row a village and broadcast, however often and in whichever way it is said.
    for words in ["Đã phát", "đã phát loa", "Đã phát"] {
        stage.say_in("binh", group, words, Some(ours)).await;
    }
    assert_eq!(stage.rows("SELECT COUNT(*) FROM activities WHERE channel = 'loudspeaker'").await, 1);
    let command = stage.say("binh", "/daphat VB-2025-0042").await;
    assert!(command.contains("Thôn 03"), "{command}");
    assert_eq!(stage.rows("SELECT COUNT(*) FROM activities WHERE channel = 'loudspeaker'").await, 1);
}

async fn s5_on_an_official_account_the_deputy_s_answer_counts_the_resident_s_does_not_and_trouble_reaches_the_composer(
    store: Store,
) {
    let mut stage = Stage::on(&[Network::ZaloOa]).at(at(2025, 7, 25, 16, 45)).start(store).await;
    let ours = directive(&mut stage, "dieu-hanh-03").await;
    morning(&mut stage, "dieu-hanh-03", &ours, "").await;
    insta::assert_snapshot!("s5_oa_thon_03", stage.group_chat("dieu-hanh-03"));
    insta::assert_snapshot!("s5_oa_lan", stage.private_chat("lan"));
    stage.stop().await;
}

async fn s5_on_a_bot_the_deputy_s_answer_counts_the_resident_s_does_not_and_trouble_reaches_the_composer(store: Store) {
    let mut stage = Stage::on(&[Network::ZaloBot]).at(at(2025, 7, 25, 16, 45)).start(store).await;
    let ours = directive(&mut stage, "truong-thon").await;
    morning(&mut stage, "truong-thon", &ours, CODE).await;
    insta::assert_snapshot!("s5_bot_heads", without_secrets(&stage.group_chat("truong-thon")));
    stage.stop().await;
}

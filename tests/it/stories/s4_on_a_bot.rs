//! S4 on a Zalo bot and nothing else: the token is issued anew in the middle of a broadcast, and the service dies between the
//! sending and the record of it.

use std::time::Duration;

use loa::demo::places::Network;
use loa::domain::urgency::Urgency;
use loa::store::Store;
use loa::store::bulletins::Marks;
use loa::usecase::compose::Draft;
use loa_sandbox::zalo_bot::{ZaloBotFault, ZaloBotFaultKind};

use crate::db::sqlite_tests;
use crate::flow_send::draft;
use crate::service::eventually;
use crate::stage::{Stage, at};

sqlite_tests!(
    s4_a_token_issued_anew_stops_a_bot_and_with_the_new_one_only_the_rest_is_sent,
    s4_a_bot_that_dies_before_the_record_leaves_a_doubt_that_is_not_resent_by_itself,
    s4_hoa_toc_in_doubt_is_resent_once_by_a_bot_and_says_so,
);

/// All that a bot on the free plan holds.
const GROUPS: [&str; 3] = ["truong-thon", "co-quan", "truong-tram"];
const CODE: &str = "VB-2025-0042";

/// Composed by Lan and approved by the vice chairwoman, to every group; nothing of it has left.
async fn approved(store: Store, draft: Draft) -> Stage {
    let mut stage = Stage::on(&[Network::ZaloBot]).at(at(2025, 7, 28, 7, 30)).start(store).await;
    stage.number_from("VB-2025", 42).await;
    stage.settle().await;
    let draft = Draft { audience: "thon + truong + tram + phong".to_owned(), ..draft };
    let composed = stage.release(&draft).await;
    assert_eq!(composed.resolution.groups.len(), GROUPS.len());
    stage
}

/// How often the bulletin stands in each group.
fn copies(stage: &Stage) -> [usize; 3] {
    GROUPS.map(|group| stage.posted(group).iter().filter(|post| post.text.contains(CODE)).count())
}

async fn s4_a_token_issued_anew_stops_a_bot_and_with_the_new_one_only_the_rest_is_sent(store: Store) {
    let mut stage = approved(store, draft()).await;
    stage.until("one is sent", async |stage: &Stage| stage.messages_in(CODE, "sent").await == 1).await;
    stage.drain().await;
    let sent = stage.messages_in(CODE, "sent").await;
    assert!((1..3).contains(&sent), "{sent}");
    assert_ne!(stage.bot().token(), stage.bot().reissue_token());
    stage.until("halted", async |stage: &Stage| stage.is_halted()).await;
    let calls = stage.bot().counts().calls["sendMessage"];
    stage.clock.advance(Duration::from_mins(5));
    for _ in 0..20 {
        stage.tick().await;
    }
    assert_eq!(stage.bot().counts().calls["sendMessage"], calls, "nothing is tried blindly against a dead token");
    assert_eq!((stage.messages_in(CODE, "sent").await, copies(&stage).iter().sum::<usize>()), (sent, sent));

    // Quân puts the new token into the settings.
    stage.restart().await;
    stage.settle().await;
    assert_eq!(copies(&stage), [1, 1, 1]);
    assert_eq!(stage.messages_in(CODE, "sent").await, 3);
    let status = stage.say("lan", "/trangthai vb42").await;
    assert!(status.contains("3/3"), "{status}");
    insta::assert_snapshot!("s4_bot_quan", stage.private_chat("quan"));
    stage.stop().await;
}

/// The service dies when the platform has one message and it knows nothing of that; gives the group.
async fn killed(stage: &mut Stage) -> &'static str {
    let under_way = async || {
        stage.start_calls().await;
        stage.clock.advance(Duration::from_millis(100));
        stage.messages_in(CODE, "sending").await == 1
    };
    eventually("a call is under way", under_way).await;
    eventually("the platform has it", async || copies(stage).iter().sum::<usize>() == 1).await;
    let group = GROUPS[copies(stage).iter().position(|count| *count == 1).unwrap()];
    stage.start_again().await;
    // The call that was under way is over, whatever came back.
    stage.clock.advance(Duration::from_mins(6));
    group
}

async fn s4_a_bot_that_dies_before_the_record_leaves_a_doubt_that_is_not_resent_by_itself(store: Store) {
    let mut stage = approved(store, draft()).await;
    let group = killed(&mut stage).await;
    stage.settle().await;
    assert_eq!(copies(&stage), [1, 1, 1]);
    assert_eq!((stage.messages_in(CODE, "sent").await, stage.messages_in(CODE, "unknown").await), (2, 1));
    stage.pass_to(at(2025, 7, 28, 12, 0)).await;
    assert_eq!(stage.messages_in(CODE, "unknown").await, 1, "nobody has said what became of it");
    assert!(!stage.group_chat(group).contains("(gửi lại)"));
    let status = stage.say("lan", "/trangthai vb42").await;
    assert!(status.contains("không rõ"), "{status}");
    // Lan looks into the group and says what she saw.
    stage.choose("lan", "Đã thấy trong nhóm").await;
    assert_eq!((stage.messages_in(CODE, "sent").await, copies(&stage)), (3, [1, 1, 1]));
    insta::assert_snapshot!("s4_bot_in_doubt", stage.private_chat("lan"));
    stage.stop().await;
}

async fn s4_hoa_toc_in_doubt_is_resent_once_by_a_bot_and_says_so(store: Store) {
    let marks = Marks { reason: Some("bão số 10".to_owned()), ..Marks::default() };
    let mut stage = approved(store, Draft { urgency: Urgency::Flash, marks, ..draft() }).await;
    let group = killed(&mut stage).await;
    // The copy is in doubt as well: there is no third one.
    let lost = ZaloBotFault::next("sendMessage", ZaloBotFaultKind::ResetAfter).in_chat(&stage.chat(group));
    stage.bot().add_fault(lost);
    stage.settle().await;
    stage.pass_to(at(2025, 7, 28, 7, 59)).await;
    let texts: Vec<String> = stage.posted(group).into_iter().map(|post| post.text).collect();
    let copies = texts.iter().filter(|text| text.contains(&format!("Mã: {CODE}"))).count();
    let marked = texts.iter().filter(|text| text.contains("(gửi lại)")).count();
    assert_eq!((copies, marked), (2, 1), "{texts:?}");
    insta::assert_snapshot!("s4_bot_flash", stage.group_chat(group));
    stage.stop().await;
}

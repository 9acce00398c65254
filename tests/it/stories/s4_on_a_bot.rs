//! S4 on a Zalo bot and nothing else: the token is issued anew in the middle of a broadcast, and the service dies between the
//! sending and the record of it.

use std::time::Duration;

use loa::domain::urgency::Urgency;
use loa::store::Store;
use loa::store::bulletins::Marks;
use loa::usecase::compose::{self, Draft};
use loa::usecase::{Act, approve};
use loa_sandbox::zalo_bot::{ZaloBotFault, ZaloBotFaultKind};

use super::zalo::Zalo;
use crate::db::sqlite_tests;
use crate::flow_send::draft;
use crate::rig::at;
use crate::service::eventually;
use crate::zalo_rig::ZaloRig;

sqlite_tests!(
    s4_a_token_issued_anew_stops_a_bot_and_with_the_new_one_only_the_rest_is_sent,
    s4_a_bot_that_dies_before_the_record_leaves_a_doubt_that_is_not_resent_by_itself,
    s4_hoa_toc_in_doubt_is_resent_once_by_a_bot_and_says_so,
);

/// All that a bot on the free plan holds.
const GROUPS: [&str; 3] = ["truong-thon", "co-quan", "truong-tram"];
const CODE: &str = "VB-2025-0042";

async fn act_of<'a>(rig: &'a ZaloRig, person: &str) -> Act<'a> {
    let mut tx = rig.core.store.read().await.unwrap();
    let person = tx.person_by_code(&rig.commune, person).await.unwrap().unwrap();
    Act { person_id: Some(person.id), ..rig.core.act(&rig.commune) }
}

/// Composed by Lan and approved by the vice chairwoman, to every group; nothing of it has left.
async fn approved(store: Store, draft: Draft) -> ZaloRig {
    let mut rig = ZaloRig::start(store, at(2025, 7, 28, 7, 30)).await;
    rig.number_from("VB-2025", 42).await;
    Zalo::settle(&mut rig).await;
    let mut tx = rig.core.store.begin().await.unwrap();
    let draft = Draft { audience: "thon + truong + tram + phong".to_owned(), ..draft };
    let composed = compose::compose(&mut tx, &act_of(&rig, "lan").await, &draft).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(composed.resolution.groups.len(), GROUPS.len());
    let mut tx = rig.core.store.begin().await.unwrap();
    approve::approve(&mut tx, &act_of(&rig, "pct").await, &composed.bulletin.id, None).await.unwrap();
    tx.commit().await.unwrap();
    rig
}

/// How often the bulletin stands in each group.
fn copies(rig: &ZaloRig) -> [usize; 3] {
    GROUPS.map(|group| Zalo::posts(rig, group).iter().filter(|(_, text)| text.contains(CODE)).count())
}

async fn s4_a_token_issued_anew_stops_a_bot_and_with_the_new_one_only_the_rest_is_sent(store: Store) {
    let mut rig = approved(store, draft()).await;
    rig.until("one is sent", async |rig: &ZaloRig| rig.messages_in(CODE, "sent").await == 1).await;
    rig.dispatcher.drain().await.unwrap();
    let sent = rig.messages_in(CODE, "sent").await;
    assert!((1..3).contains(&sent), "{sent}");
    assert_ne!(rig.handle().token(), rig.handle().reissue_token());
    rig.until("halted", async |rig: &ZaloRig| rig.dispatcher.is_halted()).await;
    let calls = rig.handle().counts().calls["sendMessage"];
    rig.clock.advance(Duration::from_mins(5));
    for _ in 0..20 {
        rig.tick().await;
    }
    assert_eq!(rig.handle().counts().calls["sendMessage"], calls, "nothing is tried blindly against a dead token");
    assert_eq!((rig.messages_in(CODE, "sent").await, copies(&rig).iter().sum::<usize>()), (sent, sent));

    // Quân puts the new token into the settings.
    rig.restart().await;
    Zalo::settle(&mut rig).await;
    assert_eq!(copies(&rig), [1, 1, 1]);
    assert_eq!(rig.messages_in(CODE, "sent").await, 3);
    let status = rig.say("lan", "/trangthai vb42").await;
    assert!(status.contains("3/3"), "{status}");
    insta::assert_snapshot!("s4_bot_quan", Zalo::private_chat(&rig, "quan"));
    Zalo::stop(rig).await;
}

/// The service dies when the platform has one message and it knows nothing of that; gives the group.
async fn killed(rig: &mut ZaloRig) -> &'static str {
    let under_way = async || {
        rig.start_calls().await;
        rig.clock.advance(Duration::from_millis(100));
        rig.messages_in(CODE, "sending").await == 1
    };
    eventually("a call is under way", under_way).await;
    eventually("the platform has it", async || copies(rig).iter().sum::<usize>() == 1).await;
    let group = GROUPS[copies(rig).iter().position(|count| *count == 1).unwrap()];
    rig.start_again().await;
    // The call that was under way is over, whatever came back.
    rig.clock.advance(Duration::from_mins(6));
    group
}

async fn s4_a_bot_that_dies_before_the_record_leaves_a_doubt_that_is_not_resent_by_itself(store: Store) {
    let mut rig = approved(store, draft()).await;
    let group = killed(&mut rig).await;
    Zalo::settle(&mut rig).await;
    assert_eq!(copies(&rig), [1, 1, 1]);
    assert_eq!((rig.messages_in(CODE, "sent").await, rig.messages_in(CODE, "unknown").await), (2, 1));
    rig.pass_to(at(2025, 7, 28, 12, 0)).await;
    assert_eq!(rig.messages_in(CODE, "unknown").await, 1, "nobody has said what became of it");
    assert!(!Zalo::group_chat(&rig, group).contains("(gửi lại)"));
    let status = rig.say("lan", "/trangthai vb42").await;
    assert!(status.contains("không rõ"), "{status}");
    // Lan looks into the group and says what she saw.
    rig.choose("lan", "Đã thấy trong nhóm").await;
    assert_eq!((rig.messages_in(CODE, "sent").await, copies(&rig)), (3, [1, 1, 1]));
    insta::assert_snapshot!("s4_bot_in_doubt", Zalo::private_chat(&rig, "lan"));
    Zalo::stop(rig).await;
}

async fn s4_hoa_toc_in_doubt_is_resent_once_by_a_bot_and_says_so(store: Store) {
    let marks = Marks { reason: Some("bão số 10".to_owned()), ..Marks::default() };
    let mut rig = approved(store, Draft { urgency: Urgency::Flash, marks, ..draft() }).await;
    let group = killed(&mut rig).await;
    // The copy is in doubt as well: there is no third one.
    let lost = ZaloBotFault::next("sendMessage", ZaloBotFaultKind::ResetAfter).in_chat(&rig.chat(group));
    rig.handle().add_fault(lost);
    Zalo::settle(&mut rig).await;
    rig.pass_to(at(2025, 7, 28, 7, 59)).await;
    let texts: Vec<String> = Zalo::posts(&rig, group).into_iter().map(|post| post.1).collect();
    let copies = texts.iter().filter(|text| text.contains(&format!("Mã: {CODE}"))).count();
    let marked = texts.iter().filter(|text| text.contains("(gửi lại)")).count();
    assert_eq!((copies, marked), (2, 1), "{texts:?}");
    insta::assert_snapshot!("s4_bot_flash", Zalo::group_chat(&rig, group));
    Zalo::stop(rig).await;
}

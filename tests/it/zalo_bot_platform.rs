//! What the bot platform does to a service that has nothing else: it drops the bot from a group without a word, withholds what
//! some people write, and takes two thousand units at a time.

use loa::store::Store;
use loa::store::binding::ChatState;
use loa::usecase::compose::{self, Draft};
use loa::usecase::{Act, approve};
use loa_sandbox::zalo_bot::{ZaloBotFault, ZaloBotFaultKind};

use crate::db::sqlite_tests;
use crate::flow_send::draft;
use crate::rig::at;
use crate::stories::zalo::Zalo;
use crate::zalo_rig::ZaloRig;

sqlite_tests!(
    a_group_that_lost_the_bot_is_suspended_alone_and_only_after_three_refusals,
    an_answer_whose_content_is_withheld_confirms_nothing,
    a_long_text_comes_in_numbered_parts_in_order_and_goes_on_at_the_first_that_is_missing,
);

async fn start(store: Store) -> ZaloRig {
    let mut rig = ZaloRig::start(store, at(2025, 7, 28, 8, 0)).await;
    Zalo::settle(&mut rig).await;
    rig
}

async fn act_of<'a>(rig: &'a ZaloRig, person: &str) -> Act<'a> {
    let mut tx = rig.core.store.read().await.unwrap();
    let person = tx.person_by_code(&rig.commune, person).await.unwrap().unwrap();
    Act { person_id: Some(person.id), ..rig.core.act(&rig.commune) }
}

/// Composed by Lan and approved by the vice chairwoman; gives the code.
async fn release(rig: &mut ZaloRig, draft: &Draft) -> String {
    let mut tx = rig.core.store.begin().await.unwrap();
    let composed = compose::compose(&mut tx, &act_of(rig, "lan").await, draft).await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = rig.core.store.begin().await.unwrap();
    approve::approve(&mut tx, &act_of(rig, "pct").await, &composed.bulletin.id, None).await.unwrap();
    tx.commit().await.unwrap();
    Zalo::settle(rig).await;
    composed.bulletin.code
}

async fn state(rig: &ZaloRig, group: &str) -> ChatState {
    let mut tx = rig.core.store.read().await.unwrap();
    let group = tx.group_by_code(&rig.commune, group).await.unwrap().unwrap();
    tx.chat(&group.chat_id.unwrap()).await.unwrap().unwrap().state
}

/// A refusal of the platform with this number.
fn refusal(code: i64) -> ZaloBotFaultKind {
    ZaloBotFaultKind::error(code, "no")
}

async fn a_group_that_lost_the_bot_is_suspended_alone_and_only_after_three_refusals(store: Store) {
    let mut rig = start(store).await;
    let group = rig.chat("truong-thon");
    let everywhere = Draft { audience: "thon + truong + phong".to_owned(), ..draft() };
    for (code, expected) in [(400, ChatState::Active), (404, ChatState::Active), (400, ChatState::Suspended)] {
        rig.handle().add_fault(ZaloBotFault::next("sendMessage", refusal(code)).in_chat(&group));
        let bulletin = release(&mut rig, &everywhere).await;
        assert_eq!(rig.messages_in(&bulletin, "sent").await, 2, "the other groups have it");
        assert_eq!(state(&rig, "truong-thon").await, expected, "{code}");
    }
    assert_eq!(
        (state(&rig, "co-quan").await, state(&rig, "truong-tram").await),
        (ChatState::Active, ChatState::Active)
    );
    assert!(!rig.dispatcher.is_halted(), "the account goes on");
    let told = Zalo::private_chat(&rig, "quan");
    assert!(told.contains("Nhóm Trưởng thôn"), "{told}");
    // Being heard there again proves that the bot is back.
    let binh = rig.account("binh");
    rig.handle().mention(&binh, &group, "/toilaai").unwrap();
    Zalo::settle(&mut rig).await;
    assert_eq!(state(&rig, "truong-thon").await, ChatState::Active);
    Zalo::stop(rig).await;
}

async fn an_answer_whose_content_is_withheld_confirms_nothing(store: Store) {
    let mut rig = start(store).await;
    let code = release(&mut rig, &draft()).await;
    let ours = rig.message("truong-thon", &code);
    let binh = rig.account("binh");
    rig.handle().protect(&binh, true).unwrap();
    rig.say_in("binh", "truong-thon", "thôn 3 đã nhận", Some(&ours)).await;
    assert_eq!(rig.acknowledged(&code).await, Vec::<String>::new());
    rig.handle().protect(&binh, false).unwrap();
    rig.say_in("binh", "truong-thon", "thôn 3 đã nhận", Some(&ours)).await;
    assert_eq!(rig.acknowledged(&code).await, ["Thôn 03"]);
    Zalo::stop(rig).await;
}

async fn a_long_text_comes_in_numbered_parts_in_order_and_goes_on_at_the_first_that_is_missing(store: Store) {
    let mut rig = start(store).await;
    let group = rig.chat("truong-thon");
    // The second part is refused once in the way that is tried again.
    rig.handle().add_fault(ZaloBotFault::next("sendMessage", refusal(403)).in_chat(&group).from_call(2, 1));
    let line = "Đề nghị các thôn phát bài tuyên truyền trên loa ít nhất hai lần trong tuần.\n";
    let long = Draft { body: line.repeat(24), title: "Tuyên truyền ".repeat(30), ..draft() };
    let code = release(&mut rig, &long).await;
    let texts: Vec<String> = Zalo::posts(&rig, "truong-thon").into_iter().map(|post| post.1).collect();
    assert!(texts.len() >= 2, "{texts:?}");
    for (number, text) in (1..).zip(&texts) {
        assert!(text.contains(&format!("({number}/{})", texts.len())), "{text}");
        assert!(text.encode_utf16().count() <= 2_000);
    }
    assert!(texts[0].contains(&code), "{}", texts[0]);
    assert!(texts.last().unwrap().contains(&code), "an answer attaches to the last part: {texts:?}");
    assert_eq!(rig.messages_in(&code, "sent").await, texts.len());
    Zalo::stop(rig).await;
}

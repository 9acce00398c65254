//! What the bot platform does to a service that has nothing else: it drops the bot from a group without a word, withholds what
//! some people write, and takes two thousand units at a time.

use loa::demo::places::Network;
use loa::store::Store;
use loa::store::binding::ChatState;
use loa::usecase::compose::Draft;
use loa_sandbox::zalo_bot::{ZaloBotFault, ZaloBotFaultKind};

use crate::db::sqlite_tests;
use crate::flow_send::draft;
use crate::stage::Stage;

sqlite_tests!(
    a_group_that_lost_the_bot_is_suspended_alone_and_only_after_three_refusals,
    an_answer_whose_content_is_withheld_confirms_nothing,
    a_long_text_comes_in_numbered_parts_in_order_and_goes_on_at_the_first_that_is_missing,
);

async fn start(store: Store) -> Stage {
    let mut stage = Stage::start(store, &[Network::ZaloBot]).await;
    stage.settle().await;
    stage
}

/// Composed by Lan and approved by the vice chairwoman; gives the code.
async fn release(stage: &mut Stage, draft: &Draft) -> String {
    let composed = stage.release(draft).await;
    stage.settle().await;
    composed.bulletin.code
}

async fn state(stage: &Stage, group: &str) -> ChatState {
    let mut tx = stage.core.store.read().await.unwrap();
    let group = tx.group_by_code(&stage.commune, group).await.unwrap().unwrap();
    tx.chat(&group.chat_id.unwrap()).await.unwrap().unwrap().state
}

/// A refusal of the platform with this number.
fn refusal(code: i64) -> ZaloBotFaultKind {
    ZaloBotFaultKind::error(code, "no")
}

async fn a_group_that_lost_the_bot_is_suspended_alone_and_only_after_three_refusals(store: Store) {
    let mut stage = start(store).await;
    let group = stage.chat("truong-thon");
    let everywhere = Draft { audience: "thon + truong + phong".to_owned(), ..draft() };
    for (code, expected) in [(400, ChatState::Active), (404, ChatState::Active), (400, ChatState::Suspended)] {
        stage.bot().add_fault(ZaloBotFault::next("sendMessage", refusal(code)).in_chat(&group));
        let bulletin = release(&mut stage, &everywhere).await;
        assert_eq!(stage.messages_in(&bulletin, "sent").await, 2, "the other groups have it");
        assert_eq!(state(&stage, "truong-thon").await, expected, "{code}");
    }
    assert_eq!(
        (state(&stage, "co-quan").await, state(&stage, "truong-tram").await),
        (ChatState::Active, ChatState::Active)
    );
    assert!(!stage.is_halted(), "the account goes on");
    let told = stage.private_chat("quan");
    assert!(told.contains("Nhóm Trưởng thôn"), "{told}");
    // Being heard there again proves that the bot is back.
    let binh = stage.account("binh");
    stage.bot().mention(&binh, &group, "/toilaai").unwrap();
    stage.settle().await;
    assert_eq!(state(&stage, "truong-thon").await, ChatState::Active);
    stage.stop().await;
}

async fn an_answer_whose_content_is_withheld_confirms_nothing(store: Store) {
    let mut stage = start(store).await;
    let code = release(&mut stage, &draft()).await;
    let ours = stage.message("truong-thon", &code).id;
    let binh = stage.account("binh");
    stage.bot().protect(&binh, true).unwrap();
    stage.say_in("binh", "truong-thon", "thôn 3 đã nhận", Some(&ours)).await;
    assert_eq!(stage.acknowledged(&code).await, Vec::<String>::new());
    stage.bot().protect(&binh, false).unwrap();
    stage.say_in("binh", "truong-thon", "thôn 3 đã nhận", Some(&ours)).await;
    assert_eq!(stage.acknowledged(&code).await, ["Thôn 03"]);
    stage.stop().await;
}

async fn a_long_text_comes_in_numbered_parts_in_order_and_goes_on_at_the_first_that_is_missing(store: Store) {
    let mut stage = start(store).await;
    let group = stage.chat("truong-thon");
    // The second part is refused once in the way that is tried again.
    stage.bot().add_fault(ZaloBotFault::next("sendMessage", refusal(403)).in_chat(&group).from_call(2, 1));
    let line = "Đề nghị các thôn phát bài tuyên truyền trên loa ít nhất hai lần trong tuần.\n";
    let long = Draft { body: line.repeat(24), title: "Tuyên truyền ".repeat(30), ..draft() };
    let code = release(&mut stage, &long).await;
    let texts: Vec<String> = stage.posted("truong-thon").into_iter().map(|post| post.text).collect();
    assert!(texts.len() >= 2, "{texts:?}");
    for (number, text) in (1..).zip(&texts) {
        assert!(text.contains(&format!("({number}/{})", texts.len())), "{text}");
        assert!(text.encode_utf16().count() <= 2_000);
    }
    assert!(texts[0].contains(&code), "{}", texts[0]);
    assert!(texts.last().unwrap().contains(&code), "an answer attaches to the last part: {texts:?}");
    assert_eq!(stage.messages_in(&code, "sent").await, texts.len());
    stage.stop().await;
}

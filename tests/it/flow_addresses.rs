//! Where a message goes and where it stands: the topic of a forum, and what a group's new id means for what was sent before.

use loa::demo::places::Network;
use loa::store::Store;
use loa::usecase::compose::{Composed, Draft};
use loa_sandbox::act::{Act, Stand as _};
use loa_sandbox::telegram::{GroupKind, MessageView};

use crate::db::sqlite_tests;
use crate::flow_send::{draft, rebind};
use crate::stage::Stage;

sqlite_tests!(
    what_was_sent_before_a_group_got_its_new_id_is_neither_edited_nor_answered_under_it,
    an_answer_that_meets_the_new_id_of_its_group_answers_nobody_there,
    a_group_is_written_to_in_the_topic_in_which_its_code_was_typed,
);

/// The only group of one village.
fn to_village_05() -> Draft {
    Draft { audience: "thon:05@cadre".to_owned(), ..draft() }
}

fn last(stage: &Stage, chat: i64) -> MessageView {
    stage.telegram().messages(chat).unwrap().pop().unwrap()
}

/// Somebody talks until the next message has this number.
fn talk_up_to(stage: &Stage, chat: i64, number: i64) {
    while last(stage, chat).id < number - 1 {
        stage.telegram().say(stage.person("dan"), chat, "bà con ơi", None).unwrap();
    }
}

/// The village's group as a basic one, with a bulletin in it; gives the group, the bulletin, and its number there.
async fn with_a_basic_group(store: Store) -> (Stage, i64, Composed, i64) {
    let mut stage = Stage::start(store, &[Network::Telegram]).await;
    let telegram = stage.telegram();
    let basic =
        telegram.add_group(Some(-4_005), "Điều hành Thôn 05", GroupKind::Group, &[stage.person("dan")]).unwrap();
    telegram.join(basic, telegram.bot_ids()[0], None).unwrap();
    telegram.set_reads_all(telegram.bot_ids()[0], true).unwrap();
    stage.settle().await;
    rebind(&stage, stage.group("dieu-hanh-05"), basic).await;
    talk_up_to(&stage, basic, 4);
    let composed = stage.release(&to_village_05()).await;
    stage.settle().await;
    let bulletin = last(&stage, basic);
    assert!(bulletin.text.contains("VB-2025-0001"));
    (stage, basic, composed, bulletin.id)
}

async fn what_was_sent_before_a_group_got_its_new_id_is_neither_edited_nor_answered_under_it(store: Store) {
    let (mut stage, basic, first, number) = with_a_basic_group(store).await;
    let telegram = stage.telegram();
    let moved = telegram.migrate(basic).unwrap();
    stage.settle().await;
    // Somebody else's message has the number that the bulletin had, and its answer is meant for him.
    talk_up_to(&stage, moved, number + 1);
    telegram.say(stage.person("dan"), moved, "đã nhận", Some(number)).unwrap();
    stage.settle().await;
    assert_eq!(stage.acknowledged(&first.bulletin.id).await, Vec::<String>::new());

    // A reminder stands for itself there, and what is taken back is told and replaces nobody's words.
    stage.answer("lan", &["/nhac VB-2025-0001", "có"]).await;
    let reminder = last(&stage, moved);
    assert!(reminder.text.contains("VB-2025-0001") && reminder.reply_to.is_none(), "{reminder:?}");
    stage.say("pct", "/thuhoi VB-2025-0001 sai thời hạn").await;
    stage.press("pct", "Thu hồi").await;
    let notice = last(&stage, moved);
    assert!(notice.text.contains("ĐÃ THU HỒI"), "{notice:?}");
    let edited = telegram.messages(moved).unwrap().into_iter().filter(|message| message.edited_ms.is_some());
    assert_eq!(edited.count(), 0);
    stage.stop().await;
}

async fn an_answer_that_meets_the_new_id_of_its_group_answers_nobody_there(store: Store) {
    let (mut stage, basic, _, number) = with_a_basic_group(store).await;
    // Nobody told us: the platform's refusal does.
    stage.telegram().set_quiet(true);
    let moved = stage.telegram().migrate(basic).unwrap();
    talk_up_to(&stage, moved, number + 1);
    stage.telegram().set_quiet(false);
    stage.answer("lan", &["/nhac VB-2025-0001", "có"]).await;
    let reminder = last(&stage, moved);
    assert!(reminder.text.contains("VB-2025-0001") && reminder.reply_to.is_none(), "{reminder:?}");
    stage.stop().await;
}

async fn a_group_is_written_to_in_the_topic_in_which_its_code_was_typed(store: Store) {
    let mut stage = Stage::start(store, &[Network::Telegram]).await;
    let (telegram, group) = (stage.telegram(), stage.group("dieu-hanh-05"));
    let dan = stage.person("dan");
    telegram.set_forum(group, true).unwrap();
    let (loud, other) =
        (telegram.begin_topic(dan, group, "Loa").unwrap(), telegram.begin_topic(dan, group, "Họp").unwrap());
    stage.say("quan", "/ganhom gỡ dieu-hanh-05").await;
    let told = stage.say("quan", "/ganhom dieu-hanh-05").await;
    let code = told.split_whitespace().skip_while(|word| *word != "/ganhom").nth(1).unwrap();
    telegram.act(&Act::say(dan, group, &format!("/ganhom {code}")).in_topic(loud)).unwrap();
    stage.settle().await;
    stage.press("quan", "✅ Gắn nhóm").await;

    let composed = stage.release(&to_village_05()).await;
    stage.settle().await;
    let bulletin = last(&stage, group);
    assert!(bulletin.text.contains("VB-2025-0001"), "{bulletin:?}");
    assert_eq!(bulletin.topic, Some(loud));
    // Asked in another topic, it answers there.
    telegram.act(&Act::say(dan, group, "/trogiup@loa_test_bot").in_topic(other)).unwrap();
    stage.settle().await;
    let answer = last(&stage, group);
    assert!(answer.from_bot && answer.topic == Some(other), "{answer:?}");
    telegram.act(&Act::say(dan, group, "đã nhận").replying_to(bulletin.id)).unwrap();
    stage.settle().await;
    assert_eq!(stage.acknowledged(&composed.bulletin.id).await, ["Thôn 05"]);
    stage.stop().await;
}

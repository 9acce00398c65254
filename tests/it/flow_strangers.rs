//! Anybody may write to the account, as often as they like: it costs no storm warning its time and no commune its month.

use loa::demo::places::Network;
use loa::domain::budget::month_of;
use loa::domain::urgency::Urgency;
use loa::store::Store;
use loa::store::bulletins::Marks;
use loa::store::usage::Direction;
use loa::usecase::compose::Draft;

use loa_sandbox::telegram::{GroupKind, NewUser};

use crate::db::sqlite_tests;
use crate::flow_send::draft;
use crate::stage::{Stage, at};

sqlite_tests!(
    five_checks_a_day_are_answered_and_the_sixth_leaves_nothing,
    talk_is_answered_three_times_a_day_and_whoever_wants_in_is_heard_all_the_same,
    strangers_who_ask_a_hundred_times_hold_up_no_storm_warning,
    strangers_on_an_official_account_hold_up_no_storm_warning,
    what_waits_for_one_stranger_is_one_message,
    strangers_have_a_share_of_the_month_and_what_they_used_is_not_the_communes,
    whoever_speaks_of_danger_is_answered_when_the_strangers_month_is_over,
    a_new_head_is_asked_for_consent_when_the_strangers_month_is_over,
    whoever_takes_the_account_in_and_out_of_a_group_without_end_is_heard_a_few_times_a_day,
    people_we_know_are_heard_before_strangers_who_were_first,
);

fn warning(audience: &str) -> Draft {
    let marks = Marks { reason: Some("bão số 10".to_owned()), ..Marks::default() };
    Draft {
        urgency: Urgency::Flash, marks, ..Draft::directive("Di dời khẩn cấp", "Rời nhà trước 23 giờ.", audience)
    }
}

async fn start(store: Store, network: Network) -> Stage {
    let mut stage = Stage::on(&[network]).at(at(2025, 7, 28, 8, 0)).start(store).await;
    stage.settle().await;
    stage
}

/// Somebody nobody knows, whom the account may answer.
fn stranger(stage: &Stage, name: &str) -> String {
    let group = stage.org().groups[0].code.clone();
    stage.stranger_joins(name, &group)
}

/// What they say in private, and everything that follows.
async fn says(stage: &mut Stage, stranger: &str, text: &str) -> usize {
    let before = stage.home().said_to(stranger).len();
    stage.home().say_privately(stranger, text);
    stage.settle().await;
    stage.home().said_to(stranger).len() - before
}

async fn rows(stage: &Stage) -> (i64, i64) {
    (stage.rows("SELECT COUNT(*) FROM inbox").await, stage.rows("SELECT COUNT(*) FROM messages").await)
}

async fn five_checks_a_day_are_answered_and_the_sixth_leaves_nothing(store: Store) {
    let mut stage = start(store, Network::ZaloBot).await;
    let stranger = stranger(&stage, "Người lạ");
    for check in ["/xacminh VB-2025-0001", "VB-2025-0002", "xác minh TB-2025-0003", "/xacminh x", "TB-2025-0004"] {
        assert_eq!(says(&mut stage, &stranger, check).await, 1, "{check}");
    }
    let before = rows(&stage).await;
    assert_eq!(says(&mut stage, &stranger, "/xacminh VB-2025-0001").await, 0);
    assert_eq!(rows(&stage).await, before, "not even that it came");
    stage.pass_to(at(2025, 7, 29, 8, 0)).await;
    assert_eq!(says(&mut stage, &stranger, "/xacminh VB-2025-0001").await, 1, "another day");
    stage.stop().await;
}

async fn talk_is_answered_three_times_a_day_and_whoever_wants_in_is_heard_all_the_same(store: Store) {
    let mut stage = start(store, Network::Telegram).await;
    let stranger = stranger(&stage, "Người lạ");
    let mut answered = 0;
    for _ in 0..10 {
        answered += says(&mut stage, &stranger, "xin chào").await;
    }
    assert_eq!(answered, 3);
    assert_eq!(says(&mut stage, &stranger, "/dangky").await, 1);
    assert_eq!(says(&mut stage, &stranger, "/xacminh VB-2025-0001").await, 1);
    assert_eq!(says(&mut stage, &stranger, "nhà tôi bị sập, cứu với").await, 1, "a plea is no talk");
    let kept = stage.rows("SELECT COUNT(*) FROM stranger_days WHERE LENGTH(account_hash) = 64").await;
    assert_eq!(kept, 1, "how often, and not who");
    stage.stop().await;
}

/// Texts that left since, in their order, as the platform took them.
fn sent_since(stage: &Stage, network: Network, before: usize) -> Vec<String> {
    let texts: Vec<String> = match network {
        Network::ZaloOa => stage.oa().sent_log().into_iter().map(|sent| sent.text).collect(),
        _ => stage.bot().sent_log().into_iter().map(|sent| sent.text).collect(),
    };
    texts.into_iter().skip(before).collect()
}

async fn holds_up_no_storm_warning(store: Store, network: Network, audience: &str) {
    let mut stage = start(store, network).await;
    let strangers: Vec<String> = (0..3).map(|number| stranger(&stage, &format!("Người {number}"))).collect();
    for turn in 0..100 {
        for stranger in &strangers {
            stage.home().say_privately(stranger, &format!("xin chào lần thứ {turn}"));
        }
    }
    stage.receive().await;
    stage.service.hear().await;
    assert!(stage.rows("SELECT COUNT(*) FROM inbox WHERE stranger").await <= 9);
    let before = sent_since(&stage, network, 0).len();
    let composed = stage.release(&warning(audience)).await;
    stage.settle().await;
    let sent = sent_since(&stage, network, before);
    let groups = composed.resolution.groups.len();
    assert_eq!(stage.sent(&composed).await, i64::try_from(groups).unwrap());
    // The card that is approved by hand here left too, and nothing else.
    let warnings: Vec<usize> =
        sent.iter().enumerate().filter(|(_, text)| text.contains("Di dời khẩn cấp")).map(|(place, _)| place).collect();
    assert!(warnings.len() >= groups && *warnings.last().unwrap() < warnings.len() + 1, "{sent:#?}");
    stage.stop().await;
}

async fn strangers_who_ask_a_hundred_times_hold_up_no_storm_warning(store: Store) {
    holds_up_no_storm_warning(store, Network::ZaloBot, "thon + truong + tram + phong").await;
}

async fn strangers_on_an_official_account_hold_up_no_storm_warning(store: Store) {
    holds_up_no_storm_warning(store, Network::ZaloOa, "Trưởng thôn").await;
}

async fn what_waits_for_one_stranger_is_one_message(store: Store) {
    let mut stage = start(store, Network::ZaloBot).await;
    let stranger = stranger(&stage, "Người lạ");
    for text in ["/xacminh VB-2025-0001", "nhà tôi bị sập, cứu với", "/xacminh TB-2025-0002"] {
        stage.home().say_privately(&stranger, text);
    }
    // A bot's platform gives one at a time.
    while stage.receive().await > 0 {}
    stage.service.hear().await;
    let mut tx = stage.core.store.read().await.unwrap();
    let chat = tx.chat_by_external("zalo_bot", &stranger).await.unwrap().unwrap();
    let waiting = tx.messages_to_chat(&chat.id, 10).await.unwrap();
    drop(tx);
    assert_eq!(waiting.len(), 2, "and whom to dial apart: {waiting:#?}");
    stage.settle().await;
    let said = stage.home().said_to(&stranger);
    assert_eq!(said.len(), 2);
    assert!(said[0].contains("114"), "before whatever was asked first: {said:?}");
    assert!(said[1].starts_with("Không có tin gửi bà con mã này") && !said[1].contains("114"), "{said:?}");
    stage.stop().await;
}

async fn strangers_have_a_share_of_the_month_and_what_they_used_is_not_the_communes(store: Store) {
    let mut stage = start(store, Network::ZaloBot).await;
    let stranger = stranger(&stage, "Người lạ");
    let month = month_of(stage.core.wall_now());
    let count = async |stage: &Stage, direction, count| {
        let mut tx = stage.core.store.begin().await.unwrap();
        tx.count_usage("zalo_bot", &month, direction, count).await.unwrap();
        tx.commit().await.unwrap();
    };
    // Half of a tenth of three thousand.
    count(&stage, Direction::SentToStranger, 150).await;
    assert_eq!(says(&mut stage, &stranger, "xin chào").await, 0);
    assert_eq!(says(&mut stage, &stranger, "/xacminh VB-2025-0001").await, 1);
    count(&stage, Direction::SentToStranger, 150).await;
    assert_eq!(says(&mut stage, &stranger, "/xacminh VB-2025-0002").await, 0);
    let left_out = stage.rows("SELECT COUNT(*) FROM messages WHERE state = 'skipped' AND reason = 'budget'").await;
    assert_eq!(left_out, 1);

    // However much they used: what is the commune's own is counted.
    count(&stage, Direction::HeardFromStranger, 2_600).await;
    let composed = stage.release(&Draft { audience: "thon + truong + tram + phong".to_owned(), ..draft() }).await;
    stage.settle().await;
    assert_eq!(stage.sent(&composed).await, 3);
    let health = stage.say("quan", "/suckhoe").await;
    assert!(health.contains("người lạ 2903"), "{health}");
    stage.stop().await;
}

/// All that strangers may have of this month is used up.
async fn use_up(stage: &Stage) {
    let mut tx = stage.core.store.begin().await.unwrap();
    let month = month_of(stage.core.wall_now());
    tx.count_usage("zalo_bot", &month, Direction::SentToStranger, 300).await.unwrap();
    tx.commit().await.unwrap();
}

async fn whoever_speaks_of_danger_is_answered_when_the_strangers_month_is_over(store: Store) {
    let mut stage = start(store, Network::ZaloBot).await;
    let (curious, afraid) = (stranger(&stage, "Người tò mò"), stranger(&stage, "Người bị nạn"));
    use_up(&stage).await;
    assert_eq!(says(&mut stage, &curious, "/xacminh VB-2025-0002").await, 0);
    assert_eq!(stage.incidents().await, ["strangers_spent"]);
    let health = stage.say("quan", "/suckhoe").await;
    assert!(health.contains("người lạ đã dùng hết phần tin") && health.contains("1 câu trả lời"), "{health}");
    let told = stage.said_to("quan").iter().filter(|said| said.contains("người lạ đã dùng hết")).count();
    assert_eq!(told, 2, "an alert, and what was asked for");

    assert_eq!(says(&mut stage, &afraid, "nhà tôi bị sập, cứu với").await, 1);
    assert!(stage.home().said_to(&afraid)[0].contains("114"));
    stage.stop().await;
}

async fn a_new_head_is_asked_for_consent_when_the_strangers_month_is_over(store: Store) {
    let mut stage = start(store, Network::ZaloBot).await;
    let handed_out = stage.say("quan", "/capma Mẫu Văn Bình").await;
    let (_, code) = handed_out.split_once("/dangky ").unwrap();
    let newcomer = stranger(&stage, "Máy mới");
    use_up(&stage).await;
    assert_eq!(says(&mut stage, &newcomer, &format!("/dangky {code}")).await, 1);
    let asked = stage.home().said_to(&newcomer);
    assert!(asked[0].contains("Đồng ý"), "{asked:?}");
    assert_eq!(says(&mut stage, &newcomer, "Đồng ý").await, 1);
    stage.stop().await;
}

async fn whoever_takes_the_account_in_and_out_of_a_group_without_end_is_heard_a_few_times_a_day(store: Store) {
    let mut stage = start(store, Network::Telegram).await;
    let (telegram, bot) = (stage.telegram(), stage.telegram().bot_ids()[0]);
    let stranger = telegram.add_user(NewUser::named("Người lạ")).unwrap();
    let group = telegram.add_group(None, "Vay nhanh", GroupKind::Supergroup, &[stranger]).unwrap();
    telegram.join(group, bot, Some(stranger)).unwrap();
    stage.settle().await;
    for _ in 0..20 {
        telegram.kick(group, bot, Some(stranger)).unwrap();
        telegram.join(group, bot, Some(stranger)).unwrap();
    }
    stage.receive().await;
    assert_eq!(stage.rows("SELECT COUNT(*) FROM inbox WHERE stranger").await, 20, "of forty");
    assert_eq!(stage.rows("SELECT COUNT(*) FROM inbox WHERE state = 'waiting' AND NOT stranger").await, 0);
    stage.stop().await;
}

async fn people_we_know_are_heard_before_strangers_who_were_first(store: Store) {
    let mut stage = start(store, Network::Telegram).await;
    let strangers: Vec<String> = (0..30).map(|number| stranger(&stage, &format!("Người {number}"))).collect();
    for stranger in &strangers {
        stage.home().say_privately(stranger, "xin chào");
    }
    stage.home().say_privately(&stage.account("binh"), "/trogiup");
    stage.receive().await;
    let mut tx = stage.core.store.read().await.unwrap();
    let waiting = tx.waiting_inbox("telegram", stage.core.wall_now(), 32).await.unwrap();
    drop(tx);
    assert!(waiting[0].event.as_ref().is_some_and(|event| event.contains("/trogiup")), "{waiting:?}");
    assert_eq!(waiting.len(), 5, "and a few of the others");
    stage.settle().await;
    assert_eq!(stage.rows("SELECT COUNT(*) FROM inbox WHERE state = 'waiting'").await, 0);
    stage.stop().await;
}

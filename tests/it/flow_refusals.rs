//! A refusal concerns what it is about: a person, one group, one kind of content, or the account.

use std::time::Duration;

use loa::clock::Monotonic as _;
use loa::demo::places::Network;
use loa::domain::message::MessageState;
use loa::domain::org::import::OrgFile;
use loa::domain::urgency::Urgency;
use loa::store::Store;
use loa::store::bulletins::{Marks, NewFile};
use loa::usecase::compose::{Draft, DraftFile};
use loa_sandbox::telegram::{Fault, FaultKind};
use loa_sandbox::zalo_bot::{ZaloBotFault, ZaloBotFaultKind};
use loa_sandbox::zalo_oa::{OaFault, OaFaultKind};

use crate::db::sqlite_tests;
use crate::flow_send::draft;
use crate::stage::{Stage, at};

sqlite_tests!(
    people_for_whom_the_plan_has_no_place_stop_no_broadcast,
    a_moments_haste_closes_nobodys_chat,
    an_approver_for_whom_the_plan_has_no_place_reads_the_card_in_the_office,
    the_quota_of_one_group_is_waited_for_while_the_others_read_on,
    several_groups_that_refuse_stop_the_account_and_the_first_message_that_is_taken_lets_the_rest_go,
    a_storm_warning_asks_a_spent_account_at_once,
    a_storm_warning_to_the_only_group_of_a_spent_account_asks_at_once,
    a_group_that_refuses_takes_no_turn_from_those_that_would_take_something,
    the_only_group_that_refuses_while_people_are_answered_is_told_of,
    people_who_have_no_place_keep_a_spent_account_from_nothing,
    a_group_that_refuses_beside_others_that_take_everything_is_told_of,
    a_storm_warning_that_a_group_takes_in_the_morning_only_goes_by_another_group,
    a_storm_warning_asks_an_account_with_a_refused_token_at_once,
    a_group_that_has_to_wait_ten_minutes_is_not_written_to_before_and_the_others_go_on,
    many_groups_that_have_to_wait_are_told_of_together,
    a_used_up_quota_of_uploads_holds_files_and_no_texts,
);

/// Calls that were refused and are to be made again.
const REFUSED: &str = "SELECT COUNT(*) FROM attempts WHERE outcome = 'retry'";
/// Files that wait for another try.
const WAITING_FILES: &str = "SELECT COUNT(*) FROM messages WHERE state = 'retry_wait' AND file_sha256 IS NOT NULL";
const GROUPS: [&str; 3] = ["truong-thon", "co-quan", "truong-tram"];

/// To every group that a bot holds.
fn to_all() -> Draft {
    Draft { audience: "thon + truong + tram + phong".to_owned(), ..draft() }
}

fn warning(audience: &str) -> Draft {
    let marks = Marks { reason: Some("bão số 10".to_owned()), ..Marks::default() };
    Draft {
        urgency: Urgency::Flash, marks, ..Draft::directive("Di dời khẩn cấp", "Rời nhà trước 23 giờ.", audience)
    }
}

fn spent() -> ZaloBotFault {
    ZaloBotFault::next("sendMessage", ZaloBotFaultKind::error(429, "Quota exceeded")).from_call(1, 0)
}

async fn bot(store: Store) -> Stage {
    let mut stage = Stage::start(store, &[Network::ZaloBot]).await;
    stage.settle().await;
    stage
}

/// How many chats were closed for this reason.
async fn closed(stage: &Stage) -> i64 {
    stage.rows("SELECT COUNT(*) FROM chats WHERE state = 'suspended' AND reason = 'person_quota'").await
}

/// Lets time pass, doing nothing but what falls due.
async fn turn_for(stage: &mut Stage, time: Duration) {
    let until = stage.clock.elapsed() + time;
    while stage.clock.elapsed() < until {
        stage.tick().await;
    }
}

async fn people_for_whom_the_plan_has_no_place_stop_no_broadcast(store: Store) {
    let mut stage = bot(store).await;
    let strangers: Vec<String> =
        (0..26).map(|number| stage.bot().add_person(None, &format!("Người {number}")).unwrap()).collect();
    for stranger in &strangers {
        stage.bot().add_fault(spent().in_chat(stranger));
        stage.home().say_privately(stranger, "xin chào");
    }
    stage.receive().await;
    stage.service.hear().await;
    let composed = stage.release(&to_all()).await;
    let before = stage.clock.elapsed();
    stage.until("sent", async |stage: &Stage| stage.sent(&composed).await == 3).await;
    assert!(stage.clock.elapsed() < before + Duration::from_secs(5), "{:?}", stage.clock.elapsed());
    stage.settle().await;
    assert_eq!((closed(&stage).await, stage.is_halted(), stage.incidents().await), (26, false, Vec::new()));
    let calls = stage.rows("SELECT COUNT(*) FROM attempts WHERE outcome IN ('retry', 'failed')").await;
    assert_eq!(calls, 52, "a moment's haste, and once more");
    stage.stop().await;
}

async fn a_moments_haste_closes_nobodys_chat(store: Store) {
    let mut stage = bot(store).await;
    let lan = stage.account("lan");
    stage.bot().add_fault(spent().in_chat(&lan).from_call(1, 1));
    assert!(stage.say("lan", "/trogiup").await.contains("/vanban"), "{}", stage.private_chat("lan"));
    assert_eq!((closed(&stage).await, stage.is_halted()), (0, false));
    stage.stop().await;
}

async fn an_approver_for_whom_the_plan_has_no_place_reads_the_card_in_the_office(store: Store) {
    let mut stage = Stage::start(store, &[Network::ZaloOa]).await;
    stage.settle().await;
    let used_up = OaFaultKind::error(-211, "Out of quota");
    stage.oa().add_fault(OaFault::next("message/cs", used_up).in_chat(&stage.account("pct")).from_call(1, 0));
    let composed = stage.compose(&draft()).await;
    stage.settle().await;
    let card = stage.posted("lanh-dao").pop().map(|post| post.text).unwrap_or_default();
    assert!(card.contains(&composed.bulletin.code) && card.contains("✅ Duyệt"), "{card}");
    assert_eq!((closed(&stage).await, stage.incidents().await), (1, vec!["person_quota".to_owned()]));
    assert!(!stage.is_halted());
    stage.stop().await;
}

async fn the_quota_of_one_group_is_waited_for_while_the_others_read_on(store: Store) {
    let mut stage = bot(store).await;
    let group = stage.chat("truong-tram");
    stage.bot().add_fault(spent().in_chat(&group).from_call(1, 4));
    let composed = stage.release(&to_all()).await;
    stage.until("told", async |stage: &Stage| stage.incidents().await == ["asked_to_wait"]).await;
    assert_eq!((stage.sent(&composed).await, stage.is_halted()), (2, false));
    stage.settle().await;
    assert_eq!((stage.sent(&composed).await, stage.posts("truong-tram")), (3, 1));
    assert_eq!(stage.incidents().await, Vec::<String>::new());
    let told = stage.private_chat("quan");
    assert!(told.contains("Nhóm các trường và trạm y tế\": nền tảng bắt chờ đến"), "{told}");
    stage.stop().await;
}

async fn several_groups_that_refuse_stop_the_account_and_the_first_message_that_is_taken_lets_the_rest_go(
    store: Store,
) {
    let mut stage = bot(store).await;
    stage.bot().add_fault(spent());
    let composed = stage.release(&to_all()).await;
    stage.until("halted", async |stage: &Stage| stage.is_halted()).await;
    assert_eq!(stage.incidents().await, Vec::<String>::new(), "it may be over in a moment");
    let calls = async |stage: &Stage| stage.rows("SELECT COUNT(*) FROM attempts").await;
    let before = calls(&stage).await;
    turn_for(&mut stage, Duration::from_mins(3)).await;
    let asked = calls(&stage).await - before;
    assert!((5..=18).contains(&asked), "2, 4, 8 … 64 and 128 seconds, groups and people: {asked}");
    assert_eq!(stage.incidents().await, ["quota"]);

    stage.bot().set_faults(Vec::new());
    stage.until("resumed", async |stage: &Stage| !stage.is_halted()).await;
    stage.settle().await;
    assert_eq!((stage.sent(&composed).await, stage.incidents().await), (3, Vec::new()));
    assert!(GROUPS.iter().all(|group| stage.posts(group) == 1), "once each");
    assert!(stage.private_chat("quan").contains("hết hạn mức gửi"), "{}", stage.private_chat("quan"));
    stage.stop().await;
}

async fn a_storm_warning_asks_a_spent_account_at_once(store: Store) {
    let mut stage = bot(store).await;
    stage.bot().add_fault(spent());
    stage.release(&to_all()).await;
    stage.until("halted", async |stage: &Stage| stage.is_halted()).await;
    turn_for(&mut stage, Duration::from_mins(3)).await;
    stage.bot().set_faults(Vec::new());
    let before = stage.clock.elapsed();
    let composed = stage.release(&warning("thon + truong + tram + phong")).await;
    stage.until("sent", async |stage: &Stage| stage.sent(&composed).await == 3).await;
    let took = stage.clock.elapsed().saturating_sub(before);
    assert!(took < Duration::from_secs(5), "{took:?}");
    assert!(!stage.is_halted());
    stage.stop().await;
}

async fn a_storm_warning_to_the_only_group_of_a_spent_account_asks_at_once(store: Store) {
    let only = |org: &mut OrgFile| org.groups.retain(|group| group.code == "truong-tram");
    let mut stage = Stage::on(&[Network::ZaloBot]).groups(only).start(store).await;
    stage.settle().await;
    stage.bot().add_fault(spent());
    stage.release(&Draft { audience: "truong + tram".to_owned(), ..draft() }).await;
    stage.until("halted", async |stage: &Stage| stage.is_halted()).await;
    turn_for(&mut stage, Duration::from_mins(15)).await;
    stage.bot().set_faults(Vec::new());
    let before = stage.clock.elapsed();
    let composed = stage.release(&warning("truong + tram")).await;
    stage.until("sent", async |stage: &Stage| stage.sent(&composed).await == 1).await;
    let took = stage.clock.elapsed().saturating_sub(before);
    assert!(took < Duration::from_secs(5), "{took:?}");
    stage.stop().await;
}

async fn a_group_that_refuses_takes_no_turn_from_those_that_would_take_something(store: Store) {
    let mut stage = bot(store).await;
    stage.bot().add_fault(spent());
    let urgent = Draft { urgency: Urgency::Urgent, audience: "truong + tram".to_owned(), ..draft() };
    let refused = stage.release(&urgent).await;
    let composed = stage.release(&Draft { audience: "thon + phong".to_owned(), ..draft() }).await;
    stage.until("halted", async |stage: &Stage| stage.is_halted()).await;
    stage.bot().set_faults(vec![spent().in_chat(&stage.chat("truong-tram")).from_call(1, 0)]);
    turn_for(&mut stage, Duration::from_secs(20)).await;
    assert_eq!((stage.sent(&refused).await, stage.sent(&composed).await, stage.is_halted()), (0, 2, false));
    stage.stop().await;
}

async fn the_only_group_that_refuses_while_people_are_answered_is_told_of(store: Store) {
    let only = |org: &mut OrgFile| org.groups.retain(|group| group.code == "truong-tram");
    let mut stage = Stage::on(&[Network::ZaloBot]).groups(only).start(store).await;
    stage.settle().await;
    stage.bot().add_fault(spent().in_chat(&stage.chat("truong-tram")).from_call(1, 0));
    stage.release(&Draft { audience: "truong + tram".to_owned(), ..draft() }).await;
    for _ in 0..8 {
        stage.home().say_privately(&stage.account("lan"), "/toilaai");
        turn_for(&mut stage, Duration::from_secs(3)).await;
    }
    assert_eq!(stage.incidents().await, ["asked_to_wait"]);
    // Nothing is to be waited for any more.
    let mut tx = stage.core.store.begin().await.unwrap();
    let chat = tx.chat_by_external("zalo_bot", &stage.chat("truong-tram")).await.unwrap().unwrap();
    for message in tx.messages_to_chat(&chat.id, 10).await.unwrap() {
        tx.leave_queue(&message.id, MessageState::Skipped, "tests").await.unwrap();
    }
    tx.commit().await.unwrap();
    stage.until("over", async |stage: &Stage| stage.incidents().await.is_empty()).await;
    stage.stop().await;
}

async fn people_who_have_no_place_keep_a_spent_account_from_nothing(store: Store) {
    let mut stage = bot(store).await;
    let people: Vec<String> =
        (0..3).map(|number| stage.bot().add_person(None, &format!("Người {number}")).unwrap()).collect();
    for person in &people {
        stage.bot().add_fault(spent().in_chat(person));
        stage.home().say_privately(person, "xin chào");
    }
    let groups: Vec<String> = GROUPS.iter().map(|group| stage.chat(group)).collect();
    for group in &groups {
        stage.bot().add_fault(spent().in_chat(group));
    }
    let composed = stage.release(&to_all()).await;
    while stage.receive().await > 0 {}
    stage.until("halted", async |stage: &Stage| stage.is_halted()).await;
    turn_for(&mut stage, Duration::from_secs(40)).await;
    stage.bot().set_faults(people.iter().map(|person| spent().in_chat(person).from_call(1, 0)).collect());
    let before = stage.clock.elapsed();
    stage.until("sent", async |stage: &Stage| stage.sent(&composed).await == 3).await;
    let took = stage.clock.elapsed().saturating_sub(before);
    assert!(took < Duration::from_secs(140), "the next turn of groups, whoever asked meanwhile: {took:?}");
    stage.settle().await;
    assert_eq!((closed(&stage).await, stage.is_halted()), (3, false));
    stage.stop().await;
}

async fn a_group_that_refuses_beside_others_that_take_everything_is_told_of(store: Store) {
    let mut stage = bot(store).await;
    let group = stage.chat("truong-tram");
    stage.bot().add_fault(spent().in_chat(&group).from_call(1, 0));
    stage.release(&to_all()).await;
    for _ in 0..6 {
        stage.release(&Draft { audience: "thon + phong".to_owned(), ..draft() }).await;
        turn_for(&mut stage, Duration::from_secs(3)).await;
    }
    assert_eq!((stage.incidents().await, stage.is_halted()), (vec!["asked_to_wait".to_owned()], false));
    let tried = stage.rows(REFUSED).await;
    assert!(tried <= 4, "{tried}");
    stage.stop().await;
}

async fn a_storm_warning_that_a_group_takes_in_the_morning_only_goes_by_another_group(store: Store) {
    let mut stage = Stage::on(&[Network::ZaloOa]).at(at(2025, 7, 28, 23, 0)).start(store).await;
    stage.settle().await;
    let group = stage.chat("dieu-hanh-03");
    let night = OaFaultKind::error(-234, "not at night");
    stage.oa().add_fault(OaFault::next("group/message", night).in_chat(&group).from_call(1, 0));
    let composed = stage.release(&warning("thon:03")).await;
    let stood_in =
        async |stage: &Stage| stage.rows("SELECT COUNT(*) FROM fallbacks WHERE by_delivery IS NOT NULL").await;
    stage.until("another group", async |stage: &Stage| stood_in(stage).await == 1).await;
    stage.until("sent", async |stage: &Stage| stage.sent(&composed).await == 1).await;
    stage.until("told", async |stage: &Stage| stage.private_chat("quan").contains("nền tảng bắt chờ đến")).await;
    stage.stop().await;
}

async fn a_storm_warning_asks_an_account_with_a_refused_token_at_once(store: Store) {
    let mut stage = Stage::start(store, &[Network::Telegram]).await;
    stage.settle().await;
    let bot = stage.telegram().bot_ids()[0];
    stage.telegram().set_revoked(bot, true).unwrap();
    stage.release(&Draft { audience: "thon:01".to_owned(), ..draft() }).await;
    stage.until("halted", async |stage: &Stage| stage.is_halted()).await;
    // Until the platform is asked only every few minutes.
    turn_for(&mut stage, Duration::from_mins(3)).await;
    let (before, refused) = (stage.clock.elapsed(), stage.rows(REFUSED).await);
    let composed = stage.release(&warning("Trưởng thôn")).await;
    stage.until("asked", async |stage: &Stage| stage.rows(REFUSED).await > refused).await;
    stage.telegram().set_revoked(bot, false).unwrap();
    stage.until("sent", async |stage: &Stage| stage.sent(&composed).await == 24).await;
    let took = stage.clock.elapsed().saturating_sub(before);
    assert!(took < Duration::from_secs(10), "{took:?}");
    stage.stop().await;
}

async fn a_group_that_has_to_wait_ten_minutes_is_not_written_to_before_and_the_others_go_on(store: Store) {
    let mut stage = Stage::start(store, &[Network::Telegram]).await;
    stage.settle().await;
    let group = stage.group("dieu-hanh-01");
    let patience = FaultKind::TooManyRequests { retry_after: 600 };
    stage.telegram().add_fault(Fault::next("sendMessage", patience).in_chat(group));
    let begun = stage.clock.elapsed();
    let first = stage.release(&draft()).await;
    stage.until("23 sent", async |stage: &Stage| stage.sent(&first).await == 23).await;
    assert_eq!(stage.incidents().await, ["asked_to_wait"]);
    let asked_at = stage.clock.elapsed();

    // Neither a service that knows nothing of it nor another bulletin writes there.
    stage.start_again().await;
    let second = stage.release(&draft()).await;
    stage.until("23 more sent", async |stage: &Stage| stage.sent(&second).await == 23).await;
    assert!(stage.clock.elapsed() < asked_at + Duration::from_mins(1), "nobody else waits");
    let health = stage.say("quan", "/suckhoe").await;
    assert!(health.contains("nền tảng bắt chờ mới gửi tiếp được"), "{health}");
    assert_eq!(stage.rows(REFUSED).await, 1);

    stage.settle().await;
    assert!(stage.clock.elapsed() >= begun + Duration::from_mins(10), "{:?}", stage.clock.elapsed());
    assert_eq!((stage.posts("dieu-hanh-01"), stage.incidents().await), (2, Vec::new()));
    assert!(stage.private_chat("quan").contains("nền tảng bắt chờ đến"), "{}", stage.private_chat("quan"));
    stage.stop().await;
}

async fn many_groups_that_have_to_wait_are_told_of_together(store: Store) {
    let mut stage = Stage::start(store, &[Network::Telegram]).await;
    stage.settle().await;
    for village in 1..=12 {
        let group = stage.group(&format!("dieu-hanh-{village:02}"));
        let patience = FaultKind::TooManyRequests { retry_after: 600 };
        stage.telegram().add_fault(Fault::next("sendMessage", patience).in_chat(group));
    }
    let composed = stage.release(&draft()).await;
    stage.until("12 sent", async |stage: &Stage| stage.sent(&composed).await == 12).await;
    assert!(!stage.is_halted(), "twelve waits are twelve groups', not the account's");
    stage.settle().await;
    assert_eq!((stage.sent(&composed).await, stage.incidents().await), (24, Vec::new()));
    let told = stage.said_to("quan").iter().filter(|text| text.contains("nền tảng bắt")).count();
    assert_eq!(told, 3, "two groups, and then all of them: {}", stage.private_chat("quan"));
    stage.stop().await;
}

async fn a_used_up_quota_of_uploads_holds_files_and_no_texts(store: Store) {
    let mut stage = Stage::on(&[Network::ZaloOa]).at(at(2025, 7, 28, 9, 0)).start(store).await;
    stage.settle().await;
    let used_up = OaFaultKind::error(-211, "Out of quota");
    stage.oa().add_fault(OaFault::next("upload/file", used_up).from_call(1, 0));
    let content = loa::inspect::sample_pdf(&[vec!["Kế hoạch mẫu"]]);
    let mut tx = stage.core.store.begin().await.unwrap();
    let sha256 = tx.put_file(&content, "application/pdf", Some(1), stage.now()).await.unwrap();
    tx.commit().await.unwrap();
    let file = NewFile { sha256, file_name: "ke-hoach.pdf".to_owned(), pages: Some(1) };
    let files = vec![DraftFile { file, first_page: "Kế hoạch mẫu".to_owned(), readable: true }];
    let to_one = Draft { audience: "thon:03".to_owned(), ..draft() };
    stage.release(&Draft { files, ..to_one.clone() }).await;
    let waits = async |stage: &Stage| stage.rows(WAITING_FILES).await;
    stage.until("the file waits", async |stage: &Stage| waits(stage).await == 1).await;
    let before = stage.clock.elapsed();
    let text = stage.release(&to_one).await;
    stage.until("the text is sent", async |stage: &Stage| stage.sent(&text).await == 1).await;
    assert!(stage.clock.elapsed() < before + Duration::from_mins(1));
    assert_eq!((waits(&stage).await, stage.is_halted()), (1, false), "until midnight");
    stage.stop().await;
}

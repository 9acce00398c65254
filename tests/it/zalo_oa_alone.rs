//! The whole main job with nothing but an official account: files and every word of its groups, but no buttons, no edits, and
//! a token that dies in the middle.

use loa::demo::places::Network;
use loa::engine::receiver::Receiver;
use loa::store::Store;
use loa::store::binding::ChatState;
use loa_sandbox::zalo_oa::{GroupSize, LifecycleNames, NewPerson, OaFault, OaFaultKind};

use crate::db::sqlite_tests;
use crate::stage::ground::Post;
use crate::stage::{Stage, at};

sqlite_tests!(
    a_directive_is_composed_approved_sent_and_acknowledged_by_an_official_account_alone,
    who_may_answer_for_a_village_is_the_same_on_an_official_account,
    a_quote_of_our_message_is_known_after_a_restart_too,
    a_token_that_dies_in_the_middle_is_renewed_and_everything_is_sent_once,
    without_a_token_sending_stops_the_admin_is_told_and_after_a_new_consent_only_the_rest_follows,
    a_used_up_quota_is_called_so_and_the_rest_follows_the_next_day,
    the_account_is_addressed_by_its_name_and_what_is_said_to_others_is_not_kept,
    who_binds_a_group_is_shown_to_the_admin_by_the_name_the_platform_tells,
    a_group_made_or_disbanded_is_told_to_the_admin_once,
    a_doubt_is_settled_by_the_account_s_own_echo,
    what_the_webhook_missed_is_read_back_from_the_group_and_counts_once,
);

mod closed;

/// What the composer answers after the file, in the order of the questions.
const ANSWERS: [&str; 11] = [
    "/KH-UBND",
    "7/2025",
    "1",
    "Tuyên truyền chuyển đổi số trên địa bàn xã",
    "Đề nghị các thôn phát bài tuyên truyền trên loa ít nhất 02 lần trong tuần.",
    "1",
    "1",
    "Trưởng thôn",
    "trước 17h thứ ba",
    "thứ hai 7h30",
    "5",
];
const CODE: &str = "VB-2025-0001";

/// From the command to the queue, all in the private chat: the file itself, everything else by numbers and words.
async fn compose(stage: &mut Stage) {
    let asked = stage.say("lan", "/vanban").await;
    assert!(asked.contains("mật"), "she is warned before the file is asked for: {asked}");
    stage.send_file("lan", "KH tuyên truyền.pdf", crate::stories::six_pages()).await;
    for answer in ANSWERS {
        stage.say("lan", answer).await;
    }
    let queued = stage.say("lan", "1").await;
    assert!(queued.contains(CODE), "{queued}");
}

/// The number under which a card offers something.
fn number_of(card: &str, choice: &str) -> String {
    let line = card.lines().find(|line| line.contains(choice)).unwrap_or_else(|| panic!("no {choice} in: {card}"));
    line.split_once('.').unwrap().0.trim().to_owned()
}

async fn approve(stage: &mut Stage) {
    let number = number_of(&stage.last_words("pct"), "✅ Duyệt");
    let decided = stage.say("pct", &number).await;
    assert!(decided.contains(CODE), "{decided}");
}

/// A directive sent to every village on Monday morning.
async fn sent(store: Store) -> Stage {
    let mut stage = Stage::on(&[Network::ZaloOa]).at(at(2025, 7, 25, 16, 45)).start(store).await;
    compose(&mut stage).await;
    approve(&mut stage).await;
    stage.pass_to(at(2025, 7, 28, 7, 40)).await;
    stage
}

fn villages() -> impl Iterator<Item = String> {
    (1..=24).map(|number| format!("dieu-hanh-{number:02}"))
}

/// The text and the file of the directive in each village's group, once each.
fn assert_sent_once(stage: &Stage) {
    for village in villages() {
        let posts = stage.posted(&village);
        let texts = posts.iter().filter(|post| post.text.contains(&format!("Mã: {CODE}"))).count();
        let files: Vec<_> = posts.iter().filter_map(|post| post.file.as_ref()).collect();
        assert_eq!((texts, files.len()), (1, 1), "{village}: {posts:?}");
        assert_eq!(
            (files[0].0.clone(), files[0].1),
            (format!("{CODE} KH tuyên truyền.pdf"), crate::stories::six_pages().len())
        );
    }
}

/// The message of the directive in a group.
fn directive(stage: &Stage, group: &str) -> Post {
    stage.posted(group).into_iter().find(|post| post.text.contains(CODE)).unwrap()
}

fn digests(stage: &Stage, group: &str) -> usize {
    stage.posted(group).iter().filter(|post| post.text.starts_with("📋")).count()
}

async fn a_directive_is_composed_approved_sent_and_acknowledged_by_an_official_account_alone(store: Store) {
    let mut stage = sent(store).await;
    assert_sent_once(&stage);
    let calls = stage.oa().counts().calls;
    let uploads: u64 = calls.iter().filter(|(path, _)| path.ends_with("upload/file")).map(|(_, count)| count).sum();
    assert_eq!(uploads, 1, "the file is uploaded once and sent by its token: {calls:?}");
    assert_eq!(stage.oa().counts().refused, std::collections::BTreeMap::new());

    stage.say_in("binh", "dieu-hanh-03", "ok", None).await;
    assert_eq!(stage.acknowledged(CODE).await, Vec::<String>::new(), "ok alone could be said to anybody");
    stage.say_in("binh", "dieu-hanh-03", "thôn 3 đã nhận", None).await;
    assert_eq!(stage.acknowledged(CODE).await, ["Thôn 03"]);
    let ours = directive(&stage, "dieu-hanh-04");
    stage.say_in("canh", "dieu-hanh-04", "ok", Some(&ours.id)).await;
    assert_eq!(stage.acknowledged(CODE).await, ["Thôn 03", "Thôn 04"]);

    // Nothing can be edited here: the group is told, and told again an hour later at the earliest.
    stage.pass_to(at(2025, 7, 28, 7, 45)).await;
    assert_eq!((digests(&stage, "dieu-hanh-03"), digests(&stage, "dieu-hanh-05")), (1, 0));
    stage.say_in("tam", "dieu-hanh-03", "thôn 3 đã nhận", None).await;
    stage.pass_to(at(2025, 7, 28, 10, 0)).await;
    assert_eq!(digests(&stage, "dieu-hanh-03"), 1, "there was nothing new to say");

    insta::assert_snapshot!("oa_composer", stage.private_chat("lan"));
    insta::assert_snapshot!("oa_approver", stage.private_chat("pct"));
    insta::assert_snapshot!("oa_village_03", stage.group_chat("dieu-hanh-03"));
    stage.stop().await;
}

async fn who_may_answer_for_a_village_is_the_same_on_an_official_account(store: Store) {
    let mut stage = sent(store).await;
    let (group, ours) = (stage.chat("dieu-hanh-03"), directive(&stage, "dieu-hanh-03").id);
    let dung = stage.oa().add_person(NewPerson::stranger("Dũng")).unwrap();
    stage.oa().join(&dung, &group).unwrap();
    for (text, quoted) in [("đã nhận", None), ("thôn 3 đã nhận", Some(ours.as_str()))] {
        stage.oa().say(&dung, &group, text, quoted).unwrap();
        stage.settle().await;
    }
    assert_eq!(stage.acknowledged(CODE).await, Vec::<String>::new(), "a resident answers for nobody");

    stage.say_in("binh", "dieu-hanh-03", "chưa nhận được file", Some(&ours)).await;
    assert_eq!(stage.acknowledged(CODE).await, Vec::<String>::new());
    let told = stage.last_words("lan");
    assert!(told.contains("Thôn 03: chưa nhận được file"), "{told}");

    let theirs = stage.oa().say(&dung, &group, "Trưa nay họp nhé", None).unwrap();
    stage.say_in("binh", "dieu-hanh-03", "ok", Some(&theirs)).await;
    assert_eq!(stage.acknowledged(CODE).await, Vec::<String>::new(), "a word to another person is none of ours");

    stage.say_in("tam", "dieu-hanh-03", "Thôn 3 da nhan a", Some(&ours)).await;
    assert_eq!(stage.acknowledged(CODE).await, ["Thôn 03"]);
    // The same events again, as platforms do; those of Friday would be too old to be believed.
    let monday = at(2025, 7, 28, 7, 0).0;
    let at_ms = |event: &serde_json::Value| event["timestamp"].as_str().and_then(|at| at.parse::<i64>().ok());
    let events = stage.oa().events();
    let fresh: Vec<usize> = (0..events.len()).filter(|event| at_ms(&events[*event]) > Some(monday)).collect();
    assert!(fresh.len() > 48, "{}", fresh.len());
    assert!(fresh.into_iter().all(|event| stage.oa().repeat_event(event)));
    stage.settle().await;
    assert_eq!(stage.acknowledged(CODE).await, ["Thôn 03"]);
    assert_sent_once(&stage);
    stage.stop().await;
}

async fn a_quote_of_our_message_is_known_after_a_restart_too(store: Store) {
    let mut stage = sent(store).await;
    let ours = directive(&stage, "dieu-hanh-04").id;
    stage.restart().await;
    stage.say_in("canh", "dieu-hanh-04", "ok", Some(&ours)).await;
    assert_eq!(stage.acknowledged(CODE).await, ["Thôn 04"]);
    stage.stop().await;
}

/// A directive on its way: so many of its 48 messages are sent.
async fn under_way(store: Store, sent: usize) -> Stage {
    let mut stage = Stage::on(&[Network::ZaloOa]).at(at(2025, 7, 25, 16, 45)).start(store).await;
    compose(&mut stage).await;
    approve(&mut stage).await;
    stage.pass_to(at(2025, 7, 28, 7, 29)).await;
    stage.clock.set(at(2025, 7, 28, 7, 30));
    stage.until("some are sent", async |stage: &Stage| stage.messages_in(CODE, "sent").await >= sent).await;
    stage
}

async fn a_token_that_dies_in_the_middle_is_renewed_and_everything_is_sent_once(store: Store) {
    let mut stage = under_way(store, 17).await;
    let before = stage.oa().tokens();
    stage.oa().expire_access_token();
    stage.settle().await;
    assert_ne!(stage.oa().tokens().access_token, before.access_token);
    assert!(!stage.is_halted());
    assert_eq!(stage.messages_in(CODE, "sent").await, 48);
    assert_sent_once(&stage);
    stage.stop().await;
}

/// Addresses are different each time.
fn without_pages(text: &str) -> String {
    let word = |word: &str| if word.starts_with("http://") { "[trang]".to_owned() } else { word.to_owned() };
    text.split('\n').map(|line| line.split(' ').map(word).collect::<Vec<_>>().join(" ")).collect::<Vec<_>>().join("\n")
}

async fn without_a_token_sending_stops_the_admin_is_told_and_after_a_new_consent_only_the_rest_follows(store: Store) {
    let mut stage = under_way(store, 17).await;
    // Somebody made a new pair elsewhere: what the service holds is dead, the refresh token too.
    stage.oa().replace_tokens();
    stage.until("halted", async |stage: &Stage| stage.is_halted()).await;
    let sent = stage.messages_in(CODE, "sent").await;
    assert!((17..48).contains(&sent), "{sent}");
    stage.clock.advance(std::time::Duration::from_mins(2));
    for _ in 0..20 {
        stage.tick().await;
    }
    assert_eq!(stage.messages_in(CODE, "sent").await, sent, "nothing leaves while there is no token");

    stage.consent().await;
    stage.clock.advance(std::time::Duration::from_secs(31));
    stage.until("resumed", async |stage: &Stage| !stage.is_halted()).await;
    stage.settle().await;
    assert_sent_once(&stage);
    assert_eq!(stage.messages_in(CODE, "sent").await, 48);
    insta::assert_snapshot!("oa_admin", without_pages(&stage.private_chat("quan")));
    stage.stop().await;
}

async fn a_used_up_quota_is_called_so_and_the_rest_follows_the_next_day(store: Store) {
    let mut stage = under_way(store, 17).await;
    let used_up = OaFaultKind::error(-211, "Out of quota");
    stage.oa().add_fault(OaFault::next("group/message", used_up).from_call(1, 0));
    stage.until("halted", async |stage: &Stage| stage.is_halted()).await;
    stage.until("told", async |stage: &Stage| stage.incidents().await == ["quota"]).await;
    stage.oa().set_faults(Vec::new());

    stage.clock.set(at(2025, 7, 29, 7, 0));
    stage.until("resumed", async |stage: &Stage| !stage.is_halted()).await;
    stage.settle().await;
    assert_sent_once(&stage);
    let told = stage.private_chat("quan");
    assert!(told.contains("nền tảng báo hết hạn mức gửi") && !told.contains("mã truy cập"), "{told}");
    stage.stop().await;
}

/// Everything that was ever taken in.
async fn taken_in(stage: &Stage) -> i64 {
    crate::webhook::taken_in(&stage.core.store).await
}

async fn the_account_is_addressed_by_its_name_and_what_is_said_to_others_is_not_kept(store: Store) {
    let mut stage = sent(store).await;
    let before = taken_in(&stage).await;
    for to_others in ["ok", "@Bình ok", "@Loa xãhội ok", "chiều nay họp @ nhà văn hoá nhé"] {
        stage.say_in("binh", "dieu-hanh-03", to_others, None).await;
    }
    assert_eq!((taken_in(&stage).await, stage.acknowledged(CODE).await), (before, Vec::new()));

    stage.say_in("binh", "dieu-hanh-03", "@Loa xã ok", None).await;
    assert!(taken_in(&stage).await > before);
    assert_eq!(stage.acknowledged(CODE).await, ["Thôn 03"], "said to the account by name, ok is an answer");
    let posts = stage.posted("dieu-hanh-03").len();
    stage.say_in("binh", "dieu-hanh-03", "@loa xa /trogiup", None).await;
    assert_eq!(stage.posted("dieu-hanh-03").len(), posts + 1, "a command behind the name is one");
    let asked = stage.oa().counts().calls["/v2.0/oa/getoa"];
    assert_eq!(asked, 1, "the name is asked for once");
    stage.stop().await;
}

/// The one-time code in a sentence of ours.
pub fn code_in(text: &str) -> String {
    let words = text.split(|sign: char| !sign.is_ascii_alphanumeric() && sign != '-');
    let code = words.into_iter().find(|word| word.len() >= 8 && word.bytes().any(|sign| sign.is_ascii_digit()));
    code.unwrap_or_else(|| panic!("no code in: {text}")).to_owned()
}

async fn who_binds_a_group_is_shown_to_the_admin_by_the_name_the_platform_tells(store: Store) {
    let mut stage = Stage::start(store, &[Network::ZaloOa]).await;
    let mut tx = stage.core.store.begin().await.unwrap();
    let slot = tx.group_by_code(&stage.commune, "dieu-hanh-03").await.unwrap().unwrap();
    tx.unbind_group(&slot.id).await.unwrap();
    tx.commit().await.unwrap();

    let code = code_in(&stage.say("quan", "/ganhom Nhóm điều hành Thôn 03").await);
    let group = stage.chat("dieu-hanh-03");
    let dung = stage.oa().add_person(NewPerson::stranger("Dũng Mẫu")).unwrap();
    stage.oa().join(&dung, &group).unwrap();
    stage.oa().say(&dung, &group, &format!("/ganhom {code}"), None).unwrap();
    stage.settle().await;
    let card = stage.last_words("quan");
    assert!(card.contains("Người gõ mã: \"Dũng Mẫu\""), "{card}");
    assert!(card.contains("Nhóm thật: \"Nhóm điều hành Thôn 03\""), "{card}");
    let asked = stage.oa().counts().calls;
    assert_eq!(asked["/v3.0/oa/user/detail"], 1, "nobody else's name is asked for: {asked:?}");
    stage.stop().await;
}

async fn a_group_made_or_disbanded_is_told_to_the_admin_once(store: Store) {
    let mut stage = Stage::start(store, &[Network::ZaloOa]).await;
    let made = stage.oa().add_group("Xóm Ngoài", GroupSize::Gmf10, &[stage.account("quan")]).unwrap();
    stage.settle().await;
    let told = stage.last_words("quan");
    assert!(told.starts_with("❓ \"Loa xã\"") && told.contains("\"Xóm Ngoài\""), "{told}");

    let alerts = |stage: &Stage, sign: &str| stage.private_chat("quan").matches(sign).count();
    let group = stage.chat("dieu-hanh-03");
    for names in [LifecycleNames::Leave, LifecycleNames::Out] {
        stage.oa().set_event_names(names);
        stage.oa().leave(&stage.account("tam"), &group).unwrap();
        stage.oa().join(&stage.account("tam"), &group).unwrap();
    }
    stage.settle().await;
    assert_eq!(alerts(&stage, "⚠️ Bot không còn trong nhóm"), 0, "who comes and goes is the group's own business");

    for group in [group.as_str(), made.as_str()] {
        stage.oa().disband(group).unwrap();
        stage.settle().await;
    }
    assert_eq!(alerts(&stage, "⚠️ Bot không còn trong nhóm"), 1, "{}", stage.private_chat("quan"));
    assert!(stage.last_words("quan").contains("\"Nhóm điều hành Thôn 03\""));
    let mut tx = stage.core.store.read().await.unwrap();
    let chat = tx.chat_by_external("zalo_oa", &format!("g:{group}")).await.unwrap().unwrap();
    assert_eq!((chat.state, chat.reason.as_deref()), (ChatState::Suspended, Some("kicked")));
    drop(tx);
    let events = stage.oa().events().len();
    assert!((0..events).all(|event| stage.oa().repeat_event(event)));
    stage.settle().await;
    assert_eq!((alerts(&stage, "⚠️ Bot không còn"), alerts(&stage, "❓")), (1, 1));
    stage.stop().await;
}

async fn a_doubt_is_settled_by_the_account_s_own_echo(store: Store) {
    let mut stage = under_way(store, 17).await;
    // The answer to the text is lost, and what the account said comes back while the call is still under way.
    stage.oa().add_fault(OaFault::next("group/message", OaFaultKind::ResetAfter).in_chat(&stage.chat("dieu-hanh-24")));
    stage.settle().await;
    assert_eq!((stage.messages_in(CODE, "sent").await, stage.messages_in(CODE, "unknown").await), (48, 0));
    assert_sent_once(&stage);
    stage.stop().await;
}

async fn what_the_webhook_missed_is_read_back_from_the_group_and_counts_once(store: Store) {
    let mut stage = sent(store).await;
    let hook = stage.oa().webhook().unwrap();
    stage.oa().clear_webhook();
    stage.say_in("binh", "dieu-hanh-03", "thôn 3 đã nhận", None).await;
    assert_eq!(stage.acknowledged(CODE).await, Vec::<String>::new(), "nobody was told of it");
    stage.oa().set_webhook(&hook).await.unwrap();

    let gateway = stage.core.gateways["zalo_oa"].clone();
    let me = stage.core.myself("zalo_oa").unwrap();
    let receiver = Receiver::new(stage.core.clone(), gateway.clone(), me);
    let chat = format!("g:{}", stage.chat("dieu-hanh-03"));
    for expected in [1, 0] {
        let updates = gateway.history(&chat, at(2025, 7, 28, 7, 0)).await.unwrap();
        assert_eq!(receiver.keep(&updates).await.unwrap(), expected);
    }
    stage.settle().await;
    assert_eq!(stage.acknowledged(CODE).await, ["Thôn 03"]);
    stage.stop().await;
}

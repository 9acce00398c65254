//! The whole main job with nothing but an official account: files and every word of its groups, but no buttons, no edits, and
//! a token that dies in the middle.

use loa::engine::receiver::Receiver;
use loa::store::Store;
use loa::store::binding::ChatState;
use loa_sandbox::zalo_oa::{GroupSize, LifecycleNames, NewPerson, OaFault, OaFaultKind, OaMessage};

use crate::db::sqlite_tests;
use crate::oa_rig::OaRig;
use crate::rig::at;

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
async fn compose(rig: &mut OaRig) {
    let asked = rig.say("lan", "/vanban").await;
    assert!(asked.contains("mật"), "she is warned before the file is asked for: {asked}");
    rig.send_file("lan", "KH tuyên truyền.pdf", crate::stories::six_pages()).await;
    for answer in ANSWERS {
        rig.say("lan", answer).await;
    }
    let queued = rig.say("lan", "1").await;
    assert!(queued.contains(CODE), "{queued}");
}

/// The number under which a card offers something.
fn number_of(card: &str, choice: &str) -> String {
    let line = card.lines().find(|line| line.contains(choice)).unwrap_or_else(|| panic!("no {choice} in: {card}"));
    line.split_once('.').unwrap().0.trim().to_owned()
}

async fn approve(rig: &mut OaRig) {
    let number = number_of(&rig.last_words("pct"), "✅ Duyệt");
    let decided = rig.say("pct", &number).await;
    assert!(decided.contains(CODE), "{decided}");
}

/// A directive sent to every village on Monday morning.
async fn sent(store: Store) -> OaRig {
    let mut rig = OaRig::start(store, at(2025, 7, 25, 16, 45)).await;
    compose(&mut rig).await;
    approve(&mut rig).await;
    rig.pass_to(at(2025, 7, 28, 7, 40)).await;
    rig
}

fn villages() -> impl Iterator<Item = String> {
    (1..=24).map(|number| format!("dieu-hanh-{number:02}"))
}

/// The text and the file of the directive in each village's group, once each.
fn assert_sent_once(rig: &OaRig) {
    for village in villages() {
        let posts = rig.posts(&village);
        let texts = posts.iter().filter(|post| post.text.contains(&format!("Mã: {CODE}"))).count();
        let files: Vec<_> = posts.iter().filter_map(|post| post.file.as_ref()).collect();
        assert_eq!((texts, files.len()), (1, 1), "{village}: {posts:?}");
        assert_eq!((files[0].name.as_str(), files[0].size), ("KH tuyên truyền.pdf", crate::stories::six_pages().len()));
    }
}

/// The message of the directive in a group.
fn directive(rig: &OaRig, group: &str) -> OaMessage {
    rig.posts(group).into_iter().find(|post| post.text.contains(CODE)).unwrap()
}

fn digests(rig: &OaRig, group: &str) -> usize {
    rig.posts(group).iter().filter(|post| post.text.starts_with("📋")).count()
}

async fn a_directive_is_composed_approved_sent_and_acknowledged_by_an_official_account_alone(store: Store) {
    let mut rig = sent(store).await;
    assert_sent_once(&rig);
    let calls = rig.handle().counts().calls;
    let uploads: u64 = calls.iter().filter(|(path, _)| path.ends_with("upload/file")).map(|(_, count)| count).sum();
    assert_eq!(uploads, 1, "the file is uploaded once and sent by its token: {calls:?}");
    assert_eq!(rig.handle().counts().refused, std::collections::BTreeMap::new());

    rig.say_in("binh", "dieu-hanh-03", "ok", None).await;
    assert_eq!(rig.acknowledged(CODE).await, Vec::<String>::new(), "ok alone could be said to anybody");
    rig.say_in("binh", "dieu-hanh-03", "thôn 3 đã nhận", None).await;
    assert_eq!(rig.acknowledged(CODE).await, ["Thôn 03"]);
    let ours = directive(&rig, "dieu-hanh-04");
    rig.say_in("canh", "dieu-hanh-04", "ok", Some(&ours.id)).await;
    assert_eq!(rig.acknowledged(CODE).await, ["Thôn 03", "Thôn 04"]);

    // Nothing can be edited here: the group is told, and told again an hour later at the earliest.
    rig.pass_to(at(2025, 7, 28, 7, 45)).await;
    assert_eq!((digests(&rig, "dieu-hanh-03"), digests(&rig, "dieu-hanh-05")), (1, 0));
    rig.say_in("tam", "dieu-hanh-03", "thôn 3 đã nhận", None).await;
    rig.pass_to(at(2025, 7, 28, 10, 0)).await;
    assert_eq!(digests(&rig, "dieu-hanh-03"), 1, "there was nothing new to say");

    insta::assert_snapshot!("oa_composer", rig.private_chat("lan"));
    insta::assert_snapshot!("oa_approver", rig.private_chat("pct"));
    insta::assert_snapshot!("oa_village_03", rig.group_chat("dieu-hanh-03"));
    rig.stop().await;
}

async fn who_may_answer_for_a_village_is_the_same_on_an_official_account(store: Store) {
    let mut rig = sent(store).await;
    let (group, ours) = (rig.chat("dieu-hanh-03"), directive(&rig, "dieu-hanh-03").id);
    let dung = rig.handle().add_person(NewPerson::stranger("Dũng")).unwrap();
    rig.handle().join(&dung, &group).unwrap();
    for (text, quoted) in [("đã nhận", None), ("thôn 3 đã nhận", Some(ours.as_str()))] {
        rig.handle().say(&dung, &group, text, quoted).unwrap();
        rig.settle().await;
    }
    assert_eq!(rig.acknowledged(CODE).await, Vec::<String>::new(), "a resident answers for nobody");

    rig.say_in("binh", "dieu-hanh-03", "chưa nhận được file", Some(&ours)).await;
    assert_eq!(rig.acknowledged(CODE).await, Vec::<String>::new());
    let told = rig.last_words("lan");
    assert!(told.contains("Thôn 03: chưa nhận được file"), "{told}");

    let theirs = rig.handle().say(&dung, &group, "Trưa nay họp nhé", None).unwrap();
    rig.say_in("binh", "dieu-hanh-03", "ok", Some(&theirs)).await;
    assert_eq!(rig.acknowledged(CODE).await, Vec::<String>::new(), "a word to another person is none of ours");

    rig.say_in("tam", "dieu-hanh-03", "Thôn 3 da nhan a", Some(&ours)).await;
    assert_eq!(rig.acknowledged(CODE).await, ["Thôn 03"]);
    // The same events again, as platforms do; those of Friday would be too old to be believed.
    let monday = at(2025, 7, 28, 7, 0).0;
    let at_ms = |event: &serde_json::Value| event["timestamp"].as_str().and_then(|at| at.parse::<i64>().ok());
    let events = rig.handle().events();
    let fresh: Vec<usize> = (0..events.len()).filter(|event| at_ms(&events[*event]) > Some(monday)).collect();
    assert!(fresh.len() > 48, "{}", fresh.len());
    assert!(fresh.into_iter().all(|event| rig.handle().repeat_event(event)));
    rig.settle().await;
    assert_eq!(rig.acknowledged(CODE).await, ["Thôn 03"]);
    assert_sent_once(&rig);
    rig.stop().await;
}

async fn a_quote_of_our_message_is_known_after_a_restart_too(store: Store) {
    let mut rig = sent(store).await;
    let ours = directive(&rig, "dieu-hanh-04").id;
    rig.restart().await;
    rig.say_in("canh", "dieu-hanh-04", "ok", Some(&ours)).await;
    assert_eq!(rig.acknowledged(CODE).await, ["Thôn 04"]);
    rig.stop().await;
}

/// A directive on its way: so many of its 48 messages are sent.
async fn under_way(store: Store, sent: usize) -> OaRig {
    let mut rig = OaRig::start(store, at(2025, 7, 25, 16, 45)).await;
    compose(&mut rig).await;
    approve(&mut rig).await;
    rig.pass_to(at(2025, 7, 28, 7, 29)).await;
    rig.clock.set(at(2025, 7, 28, 7, 30));
    rig.until("some are sent", async |rig: &OaRig| rig.messages_in(CODE, "sent").await >= sent).await;
    rig
}

async fn a_token_that_dies_in_the_middle_is_renewed_and_everything_is_sent_once(store: Store) {
    let mut rig = under_way(store, 17).await;
    let before = rig.handle().tokens();
    rig.handle().expire_access_token();
    rig.settle().await;
    assert_ne!(rig.handle().tokens().access_token, before.access_token);
    assert!(!rig.dispatcher.is_halted());
    assert_eq!(rig.messages_in(CODE, "sent").await, 48);
    assert_sent_once(&rig);
    rig.stop().await;
}

async fn without_a_token_sending_stops_the_admin_is_told_and_after_a_new_consent_only_the_rest_follows(store: Store) {
    let mut rig = under_way(store, 17).await;
    // Somebody made a new pair elsewhere: what the service holds is dead, the refresh token too.
    rig.handle().replace_tokens();
    rig.until("halted", async |rig: &OaRig| rig.dispatcher.is_halted()).await;
    let sent = rig.messages_in(CODE, "sent").await;
    assert!((17..48).contains(&sent), "{sent}");
    rig.clock.advance(std::time::Duration::from_mins(2));
    for _ in 0..20 {
        rig.tick().await;
    }
    assert_eq!(rig.messages_in(CODE, "sent").await, sent, "nothing leaves while there is no token");

    rig.consent().await;
    rig.clock.advance(std::time::Duration::from_secs(31));
    rig.until("resumed", async |rig: &OaRig| !rig.dispatcher.is_halted()).await;
    rig.settle().await;
    assert_sent_once(&rig);
    assert_eq!(rig.messages_in(CODE, "sent").await, 48);
    insta::assert_snapshot!("oa_admin", rig.private_chat("quan"));
    rig.stop().await;
}

async fn a_used_up_quota_is_called_so_and_the_rest_follows_the_next_day(store: Store) {
    let mut rig = under_way(store, 17).await;
    let used_up = OaFaultKind::error(-211, "Out of quota");
    rig.handle().add_fault(OaFault::next("group/message", used_up).from_call(1, 0));
    rig.until("halted", async |rig: &OaRig| rig.dispatcher.is_halted()).await;
    rig.handle().set_faults(Vec::new());

    rig.clock.set(at(2025, 7, 29, 7, 0));
    rig.until("resumed", async |rig: &OaRig| !rig.dispatcher.is_halted()).await;
    rig.settle().await;
    assert_sent_once(&rig);
    let told = rig.private_chat("quan");
    assert!(told.contains("nền tảng báo hết hạn mức gửi") && !told.contains("mã truy cập"), "{told}");
    rig.stop().await;
}

/// Everything that was ever taken in.
async fn taken_in(rig: &OaRig) -> i64 {
    crate::webhook::taken_in(&rig.core.store).await
}

async fn the_account_is_addressed_by_its_name_and_what_is_said_to_others_is_not_kept(store: Store) {
    let mut rig = sent(store).await;
    let before = taken_in(&rig).await;
    for to_others in ["ok", "@Bình ok", "@Loa xãhội ok", "chiều nay họp @ nhà văn hoá nhé"] {
        rig.say_in("binh", "dieu-hanh-03", to_others, None).await;
    }
    assert_eq!((taken_in(&rig).await, rig.acknowledged(CODE).await), (before, Vec::new()));

    rig.say_in("binh", "dieu-hanh-03", "@Loa xã ok", None).await;
    assert!(taken_in(&rig).await > before);
    assert_eq!(rig.acknowledged(CODE).await, ["Thôn 03"], "said to the account by name, ok is an answer");
    let posts = rig.posts("dieu-hanh-03").len();
    rig.say_in("binh", "dieu-hanh-03", "@loa xa /trogiup", None).await;
    assert_eq!(rig.posts("dieu-hanh-03").len(), posts + 1, "a command behind the name is one");
    let asked = rig.handle().counts().calls["/v2.0/oa/getoa"];
    assert_eq!(asked, 1, "the name is asked for once");
    rig.stop().await;
}

/// The one-time code in a sentence of ours.
fn code_in(text: &str) -> String {
    let words = text.split(|sign: char| !sign.is_ascii_alphanumeric() && sign != '-');
    let code = words.into_iter().find(|word| word.len() >= 8 && word.bytes().any(|sign| sign.is_ascii_digit()));
    code.unwrap_or_else(|| panic!("no code in: {text}")).to_owned()
}

async fn who_binds_a_group_is_shown_to_the_admin_by_the_name_the_platform_tells(store: Store) {
    let mut rig = OaRig::start(store, at(2025, 7, 28, 8, 0)).await;
    let mut tx = rig.core.store.begin().await.unwrap();
    let slot = tx.group_by_code(&rig.commune, "dieu-hanh-03").await.unwrap().unwrap();
    tx.unbind_group(&slot.id).await.unwrap();
    tx.commit().await.unwrap();

    let code = code_in(&rig.say("quan", "/ganhom Nhóm điều hành Thôn 03").await);
    let group = rig.chat("dieu-hanh-03");
    let dung = rig.handle().add_person(NewPerson::stranger("Dũng Mẫu")).unwrap();
    rig.handle().join(&dung, &group).unwrap();
    rig.handle().say(&dung, &group, &format!("/ganhom {code}"), None).unwrap();
    rig.settle().await;
    let card = rig.last_words("quan");
    assert!(card.contains("Người gõ mã: \"Dũng Mẫu\""), "{card}");
    assert!(card.contains("Nhóm thật: \"Nhóm điều hành Thôn 03\""), "{card}");
    let asked = rig.handle().counts().calls;
    assert_eq!(asked["/v3.0/oa/user/detail"], 1, "nobody else's name is asked for: {asked:?}");
    rig.stop().await;
}

async fn a_group_made_or_disbanded_is_told_to_the_admin_once(store: Store) {
    let mut rig = OaRig::start(store, at(2025, 7, 28, 8, 0)).await;
    let made = rig.handle().add_group("Xóm Ngoài", GroupSize::Gmf10, &[rig.account("quan")]).unwrap();
    rig.settle().await;
    let told = rig.last_words("quan");
    assert!(told.starts_with("❓ \"Loa xã\"") && told.contains("\"Xóm Ngoài\""), "{told}");

    let alerts = |rig: &OaRig, sign: &str| rig.private_chat("quan").matches(sign).count();
    let group = rig.chat("dieu-hanh-03");
    for names in [LifecycleNames::Leave, LifecycleNames::Out] {
        rig.handle().set_event_names(names);
        rig.handle().leave(&rig.account("tam"), &group).unwrap();
        rig.handle().join(&rig.account("tam"), &group).unwrap();
    }
    rig.settle().await;
    assert_eq!(alerts(&rig, "⚠️ Bot không còn trong nhóm"), 0, "who comes and goes is the group's own business");

    for group in [group.as_str(), made.as_str()] {
        rig.handle().disband(group).unwrap();
        rig.settle().await;
    }
    assert_eq!(alerts(&rig, "⚠️ Bot không còn trong nhóm"), 1, "{}", rig.private_chat("quan"));
    assert!(rig.last_words("quan").contains("\"Nhóm điều hành Thôn 03\""));
    let mut tx = rig.core.store.read().await.unwrap();
    let chat = tx.chat_by_external("zalo_oa", &format!("g:{group}")).await.unwrap().unwrap();
    assert_eq!((chat.state, chat.reason.as_deref()), (ChatState::Suspended, Some("kicked")));
    drop(tx);
    let events = rig.handle().events().len();
    assert!((0..events).all(|event| rig.handle().repeat_event(event)));
    rig.settle().await;
    assert_eq!((alerts(&rig, "⚠️ Bot không còn"), alerts(&rig, "❓")), (1, 1));
    rig.stop().await;
}

async fn a_doubt_is_settled_by_the_account_s_own_echo(store: Store) {
    let mut rig = under_way(store, 17).await;
    // The answer to the text is lost, and what the account said comes back while the call is still under way.
    rig.handle().add_fault(OaFault::next("group/message", OaFaultKind::ResetAfter).in_chat(&rig.chat("dieu-hanh-24")));
    rig.settle().await;
    assert_eq!((rig.messages_in(CODE, "sent").await, rig.messages_in(CODE, "unknown").await), (48, 0));
    assert_sent_once(&rig);
    rig.stop().await;
}

async fn what_the_webhook_missed_is_read_back_from_the_group_and_counts_once(store: Store) {
    let mut rig = sent(store).await;
    let hook = rig.handle().webhook().unwrap();
    rig.handle().clear_webhook();
    rig.say_in("binh", "dieu-hanh-03", "thôn 3 đã nhận", None).await;
    assert_eq!(rig.acknowledged(CODE).await, Vec::<String>::new(), "nobody was told of it");
    rig.handle().set_webhook(&hook).await.unwrap();

    let gateway = rig.core.gateways["zalo_oa"].clone();
    let me = rig.core.myself("zalo_oa").unwrap();
    let receiver = Receiver::new(rig.core.clone(), gateway.clone(), me);
    let chat = format!("g:{}", rig.chat("dieu-hanh-03"));
    for expected in [1, 0] {
        let updates = gateway.history(&chat, at(2025, 7, 28, 7, 0)).await.unwrap();
        assert_eq!(receiver.keep(&updates).await.unwrap(), expected);
    }
    rig.settle().await;
    assert_eq!(rig.acknowledged(CODE).await, ["Thôn 03"]);
    rig.stop().await;
}

//! What happens after something went wrong: the rest follows, nobody is confirmed by mistake, and somebody is told.

use loa::demo::places::Network;
use loa::store::Store;
use loa::store::bulletins::NewFile;
use loa::usecase::compose::{Composed, Draft, DraftFile};
use loa::usecase::settle;
use loa_sandbox::telegram::{Fault, FaultKind, Rights};

use crate::db::sqlite_tests;
use crate::flow_send::{draft, without_joint_group};
use crate::stage::{Stage, at};

sqlite_tests!(
    the_file_goes_although_its_text_is_in_doubt_and_nothing_goes_twice_when_that_is_settled,
    a_group_that_takes_no_files_gets_the_text_and_stays_a_group,
    a_file_whose_handle_the_platform_no_longer_knows_is_uploaded_again_for_all_who_used_it,
    a_group_lost_before_its_turn_leaves_no_file_behind_and_the_composer_is_told_to_call,
    a_mistyped_code_confirms_nothing,
    a_complaint_reaches_the_composer_even_when_two_bulletins_are_open,
    residents_alone_are_given_no_deadline,
    an_answer_given_in_time_stays_in_time_however_late_it_is_heard,
    a_resend_that_arrives_puts_the_village_back_among_the_awaiting,
);

async fn start(store: Store) -> Stage {
    let mut stage = Stage::start(store, &[Network::Telegram]).await;
    stage.settle().await;
    stage
}

/// A directive with a file, approved.
async fn release(stage: &Stage) -> Composed {
    let content = loa::inspect::sample_pdf(&[vec!["Kế hoạch mẫu"]]);
    let mut tx = stage.core.store.begin().await.unwrap();
    let sha256 = tx.put_file(&content, "application/pdf", Some(1), at(2025, 7, 28, 8, 0)).await.unwrap();
    tx.commit().await.unwrap();
    let file = NewFile { sha256, file_name: "ke-hoach.pdf".to_owned(), pages: Some(1) };
    let file = DraftFile { file, first_page: "Kế hoạch mẫu".to_owned(), readable: true };
    stage.release(&Draft { files: vec![file], ..draft() }).await
}

async fn states(stage: &Stage, composed: &Composed, group: &str) -> Vec<String> {
    let mut tx = stage.core.store.read().await.unwrap();
    let broadcast = tx.broadcasts_of(&composed.bulletin.id).await.unwrap().pop().unwrap();
    let group = tx.group_by_code(&stage.commune, group).await.unwrap().unwrap();
    let messages = tx.messages_of_broadcast(&broadcast.id).await.unwrap();
    let own = messages.into_iter().filter(|message| Some(&message.chat_id) == group.chat_id.as_ref());
    own.map(|message| message.state.as_str().to_owned()).collect()
}

/// The message that is in a state.
async fn message_in(stage: &Stage, composed: &Composed, wanted: &str) -> String {
    let mut tx = stage.core.store.read().await.unwrap();
    let broadcast = tx.broadcasts_of(&composed.bulletin.id).await.unwrap().pop().unwrap();
    let messages = tx.messages_of_broadcast(&broadcast.id).await.unwrap();
    messages.into_iter().find(|message| message.state.as_str() == wanted).unwrap().id
}

async fn the_file_goes_although_its_text_is_in_doubt_and_nothing_goes_twice_when_that_is_settled(store: Store) {
    let mut stage = start(store).await;
    let group = stage.group("dieu-hanh-03");
    stage.telegram().add_fault(Fault::next("sendMessage", FaultKind::ResetAfter).in_chat(group));
    let composed = release(&stage).await;
    let (id, wanted) = (composed.bulletin.id.clone(), 1);
    stage.until("in doubt", async |stage: &Stage| stage.messages_in(&id, "unknown").await == wanted).await;
    let message = message_in(&stage, &composed, "unknown").await;
    stage.settle().await;
    assert_eq!(states(&stage, &composed, "dieu-hanh-03").await, ["unknown", "sent"], "a village is not left with half");
    let caption = stage.telegram().messages(group).unwrap().pop().unwrap().text;
    assert!(caption.contains(&composed.bulletin.code), "the file says what it belongs to: {caption}");
    let lan = stage.act_of("lan").await;
    let mut tx = stage.core.store.begin().await.unwrap();
    assert!(settle::resend(&mut tx, &lan, &message).await.unwrap());
    assert!(settle::seen(&mut tx, &lan, &message).await.unwrap());
    tx.commit().await.unwrap();
    stage.settle().await;
    let mut states = states(&stage, &composed, "dieu-hanh-03").await;
    states.sort();
    assert_eq!(states, ["cancelled", "sent", "sent"], "the resend is dropped");
    stage.stop().await;
}

async fn a_group_that_takes_no_files_gets_the_text_and_stays_a_group(store: Store) {
    let mut stage = start(store).await;
    let group = stage.group("dieu-hanh-05");
    let bot = stage.telegram().bot_ids()[0];
    stage.telegram().restrict(group, bot, Rights { documents: false, ..Rights::ALL }).unwrap();
    let first = release(&stage).await;
    stage.settle().await;
    assert_eq!(states(&stage, &first, "dieu-hanh-05").await, ["sent", "failed"]);
    let told = stage.private_chat("quan");
    assert_eq!(told.matches("không cho bot gửi tệp").count(), 1, "{told}");
    let second = release(&stage).await;
    stage.settle().await;
    assert_eq!(states(&stage, &second, "dieu-hanh-05").await, ["sent", "failed"], "texts still go there");
    let told = stage.private_chat("quan");
    assert_eq!(told.matches("không cho bot gửi tệp").count(), 1, "once: {told}");
    stage.telegram().restrict(group, bot, Rights::ALL).unwrap();
    let third = release(&stage).await;
    stage.settle().await;
    assert_eq!(states(&stage, &third, "dieu-hanh-05").await, ["sent", "sent"]);
    assert!(stage.incidents().await.is_empty(), "a file that arrives ends it");
    stage.stop().await;
}

async fn a_group_lost_before_its_turn_leaves_no_file_behind_and_the_composer_is_told_to_call(store: Store) {
    let mut stage = start(store).await;
    let group = stage.group("dieu-hanh-05");
    without_joint_group(&stage).await;
    // The platform refuses before the service hears that it was thrown out.
    stage.telegram().add_fault(Fault::next("sendMessage", FaultKind::Kicked).in_chat(group));
    let composed = release(&stage).await;
    stage.settle().await;
    let states = states(&stage, &composed, "dieu-hanh-05").await;
    assert_eq!(states, ["failed", "skipped"]);
    assert_eq!(stage.obligation(&composed, "Thôn 05").await, "unreachable");
    let told = stage.private_chat("lan");
    assert!(told.contains("cần gọi điện") && told.contains("Thôn 05"), "{told}");
    stage.stop().await;
}

async fn a_mistyped_code_confirms_nothing(store: Store) {
    let mut stage = start(store).await;
    let composed = release(&stage).await;
    stage.settle().await;
    let answer = stage.say("binh", "/danhan VB-2025-0099").await;
    assert!(answer.contains("không có tin nào"), "{answer}");
    assert_eq!(stage.obligation(&composed, "Thôn 03").await, "awaiting");
    stage.say("binh", "/danhan vb1").await;
    assert_eq!(stage.obligation(&composed, "Thôn 03").await, "acknowledged");
    stage.stop().await;
}

async fn a_complaint_reaches_the_composer_even_when_two_bulletins_are_open(store: Store) {
    let mut stage = start(store).await;
    let first = release(&stage).await;
    let second = release(&stage).await;
    stage.settle().await;
    stage.say("binh", "chưa nhận được file").await;
    for composed in [&first, &second] {
        assert_eq!(stage.obligation(composed, "Thôn 03").await, "awaiting");
    }
    assert!(stage.private_chat("lan").contains("Thôn 03: chưa nhận được file"), "{}", stage.private_chat("lan"));
    stage.stop().await;
}

async fn a_resend_that_arrives_puts_the_village_back_among_the_awaiting(store: Store) {
    let mut stage = start(store).await;
    let group = stage.group("dieu-hanh-05");
    let refusal = FaultKind::error(400, "Bad Request: something new");
    stage.telegram().add_fault(Fault::next("sendMessage", refusal).in_chat(group));
    let composed = stage.release(&draft()).await;
    stage.settle().await;
    assert_eq!(stage.obligation(&composed, "Thôn 05").await, "unreachable");
    let failed = message_in(&stage, &composed, "failed").await;
    let lan = stage.act_of("lan").await;
    let mut tx = stage.core.store.begin().await.unwrap();
    assert!(settle::resend(&mut tx, &lan, &failed).await.unwrap());
    tx.commit().await.unwrap();
    stage.settle().await;
    assert_eq!(stage.obligation(&composed, "Thôn 05").await, "awaiting");
    stage.stop().await;
}

async fn an_answer_given_in_time_stays_in_time_however_late_it_is_heard(store: Store) {
    let mut stage = start(store).await;
    let deadline = at(2025, 7, 28, 9, 0);
    let composed = stage.release(&Draft { ack_deadline: Some(deadline), ..draft() }).await;
    stage.settle().await;
    stage.clock.set(at(2025, 7, 28, 8, 59));
    let group = stage.group("dieu-hanh-03");
    stage.telegram().say(stage.person("binh"), group, "thôn 3 đã nhận", None).unwrap();
    // The service hears it an hour later.
    stage.clock.set(at(2025, 7, 28, 10, 0));
    stage.settle().await;
    let mut tx = stage.core.store.read().await.unwrap();
    let broadcast = tx.broadcasts_of(&composed.bulletin.id).await.unwrap().pop().unwrap();
    let obligations = tx.obligations_of(&broadcast.id).await.unwrap();
    let own = obligations.iter().find(|obligation| obligation.unit_name == "Thôn 03").unwrap();
    assert_eq!((own.acknowledged_at, own.late), (Some(at(2025, 7, 28, 8, 59).0), false));
    drop(tx);
    stage.stop().await;
}

async fn residents_alone_are_given_no_deadline(store: Store) {
    let stage = start(store).await;
    assert!(stage.compose(&draft()).await.version.ack_required);
    let version = stage.compose(&Draft { audience: "thon@residents".to_owned(), ..draft() }).await.version;
    assert_eq!((version.ack_required, version.ack_deadline), (false, None));
    stage.stop().await;
}

async fn a_file_whose_handle_the_platform_no_longer_knows_is_uploaded_again_for_all_who_used_it(store: Store) {
    let mut stage = start(store).await;
    let unknown = FaultKind::Error {
        code: 400,
        description: "Bad Request: wrong remote file identifier specified: can't unserialize it".to_owned(),
        status: None,
        delivered: false,
    };
    // The first call uploads; the next ones use its handle.
    stage.telegram().add_fault(Fault::next("sendDocument", unknown.clone()).from_call(2, 1));
    stage.telegram().add_fault(Fault::next("sendDocument", unknown).from_call(9, 1));
    let composed = release(&stage).await;
    stage.settle().await;
    assert_eq!(stage.messages_in(&composed.bulletin.id, "sent").await, 48);
    assert_eq!(stage.posts("dieu-hanh-02"), 2);
    stage.stop().await;
}

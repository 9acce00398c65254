//! What happens after something went wrong: the rest follows, nobody is confirmed by mistake, and somebody is told.

use loa::store::Store;
use loa::store::bulletins::NewFile;
use loa::usecase::compose::{Composed, Draft, DraftFile};
use loa::usecase::settle;
use loa_sandbox::telegram::{Fault, FaultKind};

use crate::db::sqlite_tests;
use crate::flow_send::{act_of, approve, compose, draft, without_joint_group};
use crate::rig::{Rig, at};

sqlite_tests!(
    the_file_follows_when_a_doubt_is_settled_although_a_resend_was_ordered,
    a_group_lost_before_its_turn_leaves_no_file_behind_and_the_composer_is_told_to_call,
    a_mistyped_code_confirms_nothing,
    a_complaint_reaches_the_composer_even_when_two_bulletins_are_open,
    residents_alone_are_given_no_deadline,
    an_answer_given_in_time_stays_in_time_however_late_it_is_heard,
    a_resend_that_arrives_puts_the_village_back_among_the_awaiting,
);

async fn start(store: Store) -> Rig {
    let mut rig = Rig::start(store, at(2025, 7, 28, 8, 0)).await;
    rig.settle().await;
    rig
}

/// A directive with a file, approved.
async fn release(rig: &Rig) -> Composed {
    let content = loa::inspect::sample_pdf(&[vec!["Kế hoạch mẫu"]]);
    let mut tx = rig.core.store.begin().await.unwrap();
    let sha256 = tx.put_file(&content, "application/pdf", Some(1), at(2025, 7, 28, 8, 0)).await.unwrap();
    tx.commit().await.unwrap();
    let file = NewFile { sha256, file_name: "ke-hoach.pdf".to_owned(), pages: Some(1) };
    let file = DraftFile { file, first_page: "Kế hoạch mẫu".to_owned(), readable: true };
    let composed = compose(rig, &Draft { files: vec![file], ..draft() }).await;
    approve(rig, "pct", &composed).await.unwrap();
    composed
}

async fn states(rig: &Rig, composed: &Composed, group: &str) -> Vec<String> {
    let mut tx = rig.core.store.read().await.unwrap();
    let broadcast = tx.broadcasts_of(&composed.bulletin.id).await.unwrap().pop().unwrap();
    let group = tx.group_by_code(&rig.commune, group).await.unwrap().unwrap();
    let messages = tx.messages_of_broadcast(&broadcast.id).await.unwrap();
    let own = messages.into_iter().filter(|message| Some(&message.chat_id) == group.chat_id.as_ref());
    own.map(|message| message.state.as_str().to_owned()).collect()
}

async fn obligation(rig: &Rig, composed: &Composed, unit: &str) -> String {
    let mut tx = rig.core.store.read().await.unwrap();
    let broadcast = tx.broadcasts_of(&composed.bulletin.id).await.unwrap().pop().unwrap();
    let obligations = tx.obligations_of(&broadcast.id).await.unwrap();
    obligations.into_iter().find(|obligation| obligation.unit_name == unit).unwrap().state.as_str().to_owned()
}

/// The message that is in a state.
async fn message_in(rig: &Rig, composed: &Composed, state: &str) -> String {
    let mut tx = rig.core.store.read().await.unwrap();
    let broadcast = tx.broadcasts_of(&composed.bulletin.id).await.unwrap().pop().unwrap();
    let messages = tx.messages_of_broadcast(&broadcast.id).await.unwrap();
    messages.into_iter().find(|message| message.state.as_str() == state).unwrap().id
}

async fn the_file_follows_when_a_doubt_is_settled_although_a_resend_was_ordered(store: Store) {
    let mut rig = start(store).await;
    let group = rig.world.chat("dieu-hanh-03").unwrap();
    rig.handle().add_fault(Fault::next("sendMessage", FaultKind::ResetAfter).in_chat(group));
    let composed = release(&rig).await;
    let (id, wanted) = (composed.bulletin.id.clone(), 1);
    rig.until("in doubt", async |rig: &Rig| rig.messages_in(&id, "unknown").await == wanted).await;
    let message = message_in(&rig, &composed, "unknown").await;
    let lan = act_of(&rig, "lan").await;
    let mut tx = rig.core.store.begin().await.unwrap();
    assert!(settle::resend(&mut tx, &lan, &message).await.unwrap());
    assert!(settle::seen(&mut tx, &lan, &message).await.unwrap());
    tx.commit().await.unwrap();
    rig.settle().await;
    let mut states = states(&rig, &composed, "dieu-hanh-03").await;
    states.sort();
    assert_eq!(states, ["cancelled", "sent", "sent"], "the resend is dropped, the file follows");
    rig.stop().await;
}

async fn a_group_lost_before_its_turn_leaves_no_file_behind_and_the_composer_is_told_to_call(store: Store) {
    let mut rig = start(store).await;
    let group = rig.world.chat("dieu-hanh-05").unwrap();
    without_joint_group(&rig).await;
    // The platform refuses before the service hears that it was thrown out.
    rig.handle().add_fault(Fault::next("sendMessage", FaultKind::Kicked).in_chat(group));
    let composed = release(&rig).await;
    rig.settle().await;
    let states = states(&rig, &composed, "dieu-hanh-05").await;
    assert_eq!(states, ["failed", "skipped"]);
    assert_eq!(obligation(&rig, &composed, "Thôn 05").await, "unreachable");
    let told = rig.private_chat("lan");
    assert!(told.contains("cần gọi điện") && told.contains("Thôn 05"), "{told}");
    rig.stop().await;
}

async fn a_mistyped_code_confirms_nothing(store: Store) {
    let mut rig = start(store).await;
    let composed = release(&rig).await;
    rig.settle().await;
    let answer = rig.say("binh", "/danhan VB-2025-0099").await;
    assert!(answer.contains("không có tin nào"), "{answer}");
    assert_eq!(obligation(&rig, &composed, "Thôn 03").await, "awaiting");
    rig.say("binh", "/danhan vb1").await;
    assert_eq!(obligation(&rig, &composed, "Thôn 03").await, "acknowledged");
    rig.stop().await;
}

async fn a_complaint_reaches_the_composer_even_when_two_bulletins_are_open(store: Store) {
    let mut rig = start(store).await;
    let first = release(&rig).await;
    let second = release(&rig).await;
    rig.settle().await;
    rig.say("binh", "chưa nhận được file").await;
    for composed in [&first, &second] {
        assert_eq!(obligation(&rig, composed, "Thôn 03").await, "awaiting");
    }
    assert!(rig.private_chat("lan").contains("Thôn 03: chưa nhận được file"), "{}", rig.private_chat("lan"));
    rig.stop().await;
}

async fn a_resend_that_arrives_puts_the_village_back_among_the_awaiting(store: Store) {
    let mut rig = start(store).await;
    let group = rig.world.chat("dieu-hanh-05").unwrap();
    let refusal = FaultKind::error(400, "Bad Request: something new");
    rig.handle().add_fault(Fault::next("sendMessage", refusal).in_chat(group));
    let composed = compose(&rig, &draft()).await;
    approve(&rig, "pct", &composed).await.unwrap();
    rig.settle().await;
    assert_eq!(obligation(&rig, &composed, "Thôn 05").await, "unreachable");
    let failed = message_in(&rig, &composed, "failed").await;
    let lan = act_of(&rig, "lan").await;
    let mut tx = rig.core.store.begin().await.unwrap();
    assert!(settle::resend(&mut tx, &lan, &failed).await.unwrap());
    tx.commit().await.unwrap();
    rig.settle().await;
    assert_eq!(obligation(&rig, &composed, "Thôn 05").await, "awaiting");
    rig.stop().await;
}

async fn an_answer_given_in_time_stays_in_time_however_late_it_is_heard(store: Store) {
    let mut rig = start(store).await;
    let deadline = at(2025, 7, 28, 9, 0);
    let composed = compose(&rig, &Draft { ack_deadline: Some(deadline), ..draft() }).await;
    approve(&rig, "pct", &composed).await.unwrap();
    rig.settle().await;
    rig.clock.set(at(2025, 7, 28, 8, 59));
    let group = rig.world.chat("dieu-hanh-03").unwrap();
    rig.handle().say(rig.world.account("binh").unwrap(), group, "thôn 3 đã nhận", None).unwrap();
    // The service hears it an hour later.
    rig.clock.set(at(2025, 7, 28, 10, 0));
    rig.settle().await;
    let mut tx = rig.core.store.read().await.unwrap();
    let broadcast = tx.broadcasts_of(&composed.bulletin.id).await.unwrap().pop().unwrap();
    let obligations = tx.obligations_of(&broadcast.id).await.unwrap();
    let own = obligations.iter().find(|obligation| obligation.unit_name == "Thôn 03").unwrap();
    assert_eq!((own.acknowledged_at, own.late), (Some(at(2025, 7, 28, 8, 59).0), false));
    drop(tx);
    rig.stop().await;
}

async fn residents_alone_are_given_no_deadline(store: Store) {
    let rig = start(store).await;
    assert!(compose(&rig, &draft()).await.version.ack_required);
    let version = compose(&rig, &Draft { audience: "thon@residents".to_owned(), ..draft() }).await.version;
    assert_eq!((version.ack_required, version.ack_deadline), (false, None));
    rig.stop().await;
}

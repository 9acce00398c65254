//! What an update needs from the network is waited for beside the turn: others of the same gateway pass, those of its chat wait. And what
//! is processed or stored together is undone one by one.

use std::sync::Arc;
use std::time::Duration;

use loa::demo::places::Network;
use loa::engine::inbox::Worker;
use loa::engine::poller::{Polled, Poller};
use loa::engine::receiver::Receiver;
use loa::inspect::sample_pdf;
use loa::store::Store;
use loa::usecase::compose::Draft;
use loa_sandbox::zalo_bot::Polling;
use loa_sandbox::{Fault, FaultKind};
use sqlx::{AssertSqlSafe, Executor as _};

use crate::db::sqlite_tests;
use crate::flow_send::draft;
use crate::stage::Stage;

sqlite_tests!(
    while_a_file_is_fetched_a_head_on_the_same_gateway_is_heard,
    what_is_said_in_a_chat_waits_for_the_file_before_it,
    a_worker_that_ends_while_a_file_is_fetched_loses_nothing,
    four_updates_of_a_gateway_wait_for_the_network_at_once_and_no_more,
    an_answer_that_cannot_be_written_is_undone_by_itself,
    what_was_said_behind_an_update_that_failed_waits_for_it,
    however_long_a_file_takes_nobody_else_begins_with_it,
    eight_toasts_are_under_way_at_once_and_hold_up_no_answer,
    posts_that_are_stored_together_fail_one_by_one,
    what_a_platform_repeats_is_no_reason_to_ask_again_at_once,
);

const HOME: &str = "telegram";

async fn start(store: Store) -> Stage {
    let mut stage = Stage::start(store, &[Network::Telegram]).await;
    stage.settle().await;
    stage
}

fn worker(stage: &Stage) -> Worker {
    Worker::new(stage.service.inbox.clone(), HOME)
}

/// Turns until there is nothing more to take; gives how many updates were taken.
async fn turns(worker: &mut Worker) -> usize {
    let mut taken = 0;
    loop {
        match worker.turn().await.unwrap() {
            0 => return taken,
            more => taken += more,
        }
    }
}

/// From here on the platform does not answer these calls.
fn hold(stage: &Stage, method: &str) {
    stage.telegram().add_fault(Fault::next(method, FaultKind::Hold { delivered: false }).from_call(1, 0));
}

/// Waits until so many calls are held.
async fn held(stage: &Stage, calls: usize) {
    while stage.telegram().held() < calls {
        tokio::task::yield_now().await;
    }
}

/// From here on it answers, those that waited first.
fn let_go(stage: &Stage) {
    stage.telegram().set_faults(Vec::new());
    stage.telegram().release();
}

fn sends_a_file(stage: &Stage, person: &str) {
    stage.home().send_file(&stage.account(person), "cong-van.pdf", sample_pdf(&[vec!["Công văn"]]));
}

/// How the updates stand that are not done, in the order in which they came, as `state:attempts`.
async fn waiting(stage: &Stage) -> Vec<String> {
    let Store::Sqlite(pool) = &stage.core.store else { panic!("it is SQLite") };
    let statement = "SELECT state || ':' || attempts FROM inbox WHERE state <> 'done' ORDER BY received_at, id";
    sqlx::query_scalar(statement).fetch_all(pool).await.unwrap()
}

async fn run(stage: &Stage, statement: &str) {
    let Store::Sqlite(pool) = &stage.core.store else { panic!("it is SQLite") };
    pool.execute(AssertSqlSafe(statement.to_owned())).await.unwrap();
}

async fn while_a_file_is_fetched_a_head_on_the_same_gateway_is_heard(store: Store) {
    let mut stage = start(store).await;
    let sent = stage.release(&Draft { audience: "thon:03".to_owned(), ..draft() }).await.bulletin.id;
    stage.settle().await;
    hold(&stage, "getFile");
    sends_a_file(&stage, "lan");
    stage.home().say(&stage.account("binh"), &stage.chat("dieu-hanh-03"), "/danhan", None);
    stage.receive().await;
    let mut worker = worker(&stage);
    assert_eq!(turns(&mut worker).await, 2);
    held(&stage, 1).await;
    assert_eq!(
        (stage.acknowledged(&sent).await, waiting(&stage).await),
        (vec!["Thôn 03".to_owned()], vec!["waiting:1".to_owned()])
    );
    let before = stage.said_to("lan").len();
    let_go(&stage);
    worker.prepared().await;
    turns(&mut worker).await;
    stage.settle().await;
    assert!(waiting(&stage).await.is_empty() && stage.said_to("lan").len() > before);
    stage.stop().await;
}

async fn what_is_said_in_a_chat_waits_for_the_file_before_it(store: Store) {
    let mut stage = start(store).await;
    hold(&stage, "getFile");
    sends_a_file(&stage, "lan");
    stage.receive().await;
    stage.clock.advance(Duration::from_millis(10));
    stage.home().say_privately(&stage.account("lan"), "/huy");
    stage.home().say_privately(&stage.account("quan"), "/toilaai");
    stage.receive().await;
    let mut worker = worker(&stage);
    turns(&mut worker).await;
    held(&stage, 1).await;
    assert_eq!(waiting(&stage).await, ["waiting:1", "waiting:0"], "somebody else's question did not wait");
    // However long it takes: nobody begins the same anew.
    stage.clock.advance(Duration::from_mins(2));
    assert_eq!((turns(&mut worker).await, waiting(&stage).await.len()), (0, 2));
    let_go(&stage);
    worker.prepared().await;
    assert_eq!(turns(&mut worker).await, 1);
    assert!(waiting(&stage).await.is_empty());
    stage.stop().await;
}

async fn a_worker_that_ends_while_a_file_is_fetched_loses_nothing(store: Store) {
    let mut stage = start(store).await;
    hold(&stage, "getFile");
    sends_a_file(&stage, "lan");
    stage.receive().await;
    let mut cut = worker(&stage);
    turns(&mut cut).await;
    held(&stage, 1).await;
    drop(cut);
    let_go(&stage);
    assert_eq!((turns(&mut worker(&stage)).await, waiting(&stage).await), (0, vec!["waiting:1".to_owned()]));
    let before = stage.said_to("lan").len();
    stage.clock.advance(Duration::from_secs(30));
    stage.settle().await;
    assert!(waiting(&stage).await.is_empty() && stage.said_to("lan").len() > before);
    stage.stop().await;
}

async fn however_long_a_file_takes_nobody_else_begins_with_it(store: Store) {
    let mut stage = start(store).await;
    hold(&stage, "getFile");
    sends_a_file(&stage, "lan");
    stage.receive().await;
    let (mut first, mut other) = (worker(&stage), worker(&stage));
    turns(&mut first).await;
    held(&stage, 1).await;
    for _ in 0..3 {
        stage.clock.advance(Duration::from_secs(25));
        assert_eq!((turns(&mut first).await, turns(&mut other).await), (0, 0));
    }
    // Stopped in order, it leaves it to the other one at once, as if it had not been tried.
    first.finish().await;
    assert_eq!(waiting(&stage).await, ["waiting:0"]);
    let_go(&stage);
    assert_eq!(turns(&mut other).await, 1);
    other.prepared().await;
    turns(&mut other).await;
    assert!(waiting(&stage).await.is_empty());
    stage.stop().await;
}

async fn four_updates_of_a_gateway_wait_for_the_network_at_once_and_no_more(store: Store) {
    let mut stage = start(store).await;
    hold(&stage, "getChatMemberCount");
    let heads = [("binh", "03"), ("canh", "04"), ("dan", "05"), ("dong", "06"), ("giang", "07")];
    for (head, village) in heads {
        let chat = stage.chat(&format!("dieu-hanh-{village}"));
        stage.home().say(&stage.account(head), &chat, "/ganhom ABCD2345", None);
        stage.receive().await;
        stage.clock.advance(Duration::from_millis(10));
    }
    let mut worker = worker(&stage);
    assert_eq!(turns(&mut worker).await, 4);
    held(&stage, 4).await;
    assert_eq!(waiting(&stage).await, ["waiting:1", "waiting:1", "waiting:1", "waiting:1", "waiting:0"]);
    let_go(&stage);
    stage.service.inbox.tick(HOME).await.unwrap();
    while worker.is_preparing() {
        worker.prepared().await;
        turns(&mut worker).await;
    }
    assert!(waiting(&stage).await.is_empty());
    stage.stop().await;
}

async fn an_answer_that_cannot_be_written_is_undone_by_itself(store: Store) {
    let mut stage = start(store).await;
    let composed = stage.release(&Draft { audience: "thon:03,04".to_owned(), ..draft() }).await;
    stage.settle().await;
    let refused = "CREATE TRIGGER refused BEFORE INSERT ON acknowledgements WHEN NEW.obligation_id IN \
         (SELECT o.id FROM obligations o JOIN units u ON u.id = o.unit_id WHERE u.code = 'thon-03') \
         BEGIN SELECT RAISE(ABORT, 'refused'); END";
    run(&stage, refused).await;
    for (head, village) in [("binh", "03"), ("canh", "04")] {
        stage.home().say(&stage.account(head), &stage.chat(&format!("dieu-hanh-{village}")), "/danhan", None);
    }
    stage.receive().await;
    assert_eq!(turns(&mut worker(&stage)).await, 2);
    let sent = composed.bulletin.id;
    assert_eq!(
        (stage.acknowledged(&sent).await, waiting(&stage).await),
        (vec!["Thôn 04".to_owned()], vec!["waiting:1".to_owned()])
    );
    run(&stage, "DROP TRIGGER refused").await;
    stage.clock.advance(Duration::from_secs(2));
    assert_eq!(turns(&mut worker(&stage)).await, 1);
    assert_eq!(stage.acknowledged(&sent).await, ["Thôn 03", "Thôn 04"]);
    stage.stop().await;
}

async fn what_was_said_behind_an_update_that_failed_waits_for_it(store: Store) {
    let mut stage = start(store).await;
    stage.release(&Draft { audience: "thon:03,04".to_owned(), ..draft() }).await;
    stage.settle().await;
    run(&stage, "CREATE TRIGGER refused BEFORE INSERT ON acknowledgements BEGIN SELECT RAISE(ABORT, 'refused'); END")
        .await;
    for said in ["/danhan", "/trogiup"] {
        stage.home().say(&stage.account("binh"), &stage.chat("dieu-hanh-03"), said, None);
        stage.receive().await;
        stage.clock.advance(Duration::from_millis(10));
    }
    stage.home().say_privately(&stage.account("quan"), "/toilaai");
    stage.receive().await;
    assert_eq!(turns(&mut worker(&stage)).await, 3);
    assert_eq!(waiting(&stage).await, ["waiting:1", "waiting:0"], "only what failed was tried");
    run(&stage, "DROP TRIGGER refused").await;
    stage.clock.advance(Duration::from_secs(2));
    assert_eq!(turns(&mut worker(&stage)).await, 2);
    assert!(waiting(&stage).await.is_empty());
    stage.stop().await;
}

async fn eight_toasts_are_under_way_at_once_and_hold_up_no_answer(store: Store) {
    let mut stage = start(store).await;
    let sent = stage.release(&Draft { audience: "thon:03".to_owned(), ..draft() }).await.bulletin.id;
    stage.settle().await;
    hold(&stage, "answerCallbackQuery");
    for _ in 0..9 {
        stage.telegram().press(stage.person("binh"), stage.group("dieu-hanh-03"), None, "✅ Đã nhận").unwrap();
    }
    stage.receive().await;
    let mut worker = worker(&stage);
    assert_eq!(turns(&mut worker).await, 9);
    held(&stage, 8).await;
    assert_eq!((stage.acknowledged(&sent).await, waiting(&stage).await), (vec!["Thôn 03".to_owned()], vec![]));
    // A ninth that did not wait for a place would have left before this question, and is not there when it is answered.
    for _ in 0..3 {
        stage.core.gateways[HOME].identify().await.unwrap();
    }
    assert_eq!(stage.telegram().held(), 8);
    stage.telegram().release();
    while stage.telegram().held() != 1 {
        tokio::task::yield_now().await;
    }
    let_go(&stage);
    stage.stop().await;
}

async fn posts_that_are_stored_together_fail_one_by_one(store: Store) {
    let stage = start(store).await;
    for person in ["binh", "canh", "dan"] {
        stage.home().say_privately(&stage.account(person), "/toilaai");
    }
    let gateway = stage.core.gateways[HOME].clone();
    let next = stage.core.store.read().await.unwrap().poll_offset(HOME).await.unwrap();
    let updates = gateway.poll(next).await.unwrap();
    assert_eq!(updates.len(), 3);
    let refused = format!(
        "CREATE TRIGGER refused BEFORE INSERT ON inbox WHEN NEW.dedupe = '{}' BEGIN SELECT json('?'); END",
        updates[1].key
    );
    run(&stage, &refused).await;
    let me = stage.core.myself(HOME).unwrap();
    let post = |update| {
        let receiver = Receiver::new(Arc::clone(&stage.core), gateway.clone(), me.clone());
        receiver.keep_with_others(vec![update])
    };
    let [first, second, third] = <[_; 3]>::try_from(updates).unwrap();
    let (first, second, third) = tokio::join!(post(first), post(second), post(third));
    // Nothing of the refused one is kept, and its sender is not asked to post it for ever.
    assert_eq!((first.unwrap(), second.unwrap(), third.unwrap()), (1, 0, 1));
    let kept = waiting(&stage).await;
    assert_eq!(kept.iter().filter(|row| row.starts_with("waiting")).count(), 2, "{kept:?}");
    stage.stop().await;
}

async fn what_a_platform_repeats_is_no_reason_to_ask_again_at_once(store: Store) {
    let mut stage = Stage::start(store, &[Network::ZaloBot]).await;
    stage.settle().await;
    stage.bot().set_quirks(|quirks| quirks.polling = Polling::Repeats);
    stage.home().say_privately(&stage.account("binh"), "/toilaai");
    let gateway = stage.home().gateway;
    let me = stage.core.myself(gateway).unwrap();
    let poller = Poller::new(stage.core.clone(), stage.core.gateways[gateway].clone(), me);
    assert_eq!(poller.tick().await.unwrap(), Polled { received: 1, fresh: 1, stored: 1 });
    // What people said before the stage was set is repeated as well.
    let mut seen = vec![poller.tick().await.unwrap()];
    for _ in 0..20 {
        seen.push(poller.tick().await.unwrap());
    }
    assert_eq!(seen.pop(), Some(Polled { received: 1, fresh: 0, stored: 0 }));
    stage.stop().await;
}

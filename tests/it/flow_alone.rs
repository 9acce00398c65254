//! One thing that cannot be done waits apart, stands in the service's health, and keeps nothing else from being done.

use std::sync::Arc;
use std::time::Duration;

use loa::demo::places::Network;
use loa::engine::inbox::{Inbox, Inspector};
use loa::store::Store;
use loa::usecase::compose::{Composed, Draft};
use loa::usecase::incidents;
use loa_sandbox::{Fault, FaultKind};
use sqlx::{AssertSqlSafe, Executor as _};

use crate::db::sqlite_tests;
use crate::fixture::raw;
use crate::flow_send::draft;
use crate::stage::Stage;

sqlite_tests!(
    a_schedule_that_cannot_fire_is_set_aside_and_the_others_fire,
    a_schedule_that_nobody_wants_any_more_is_forgotten,
    a_reminder_that_cannot_be_made_keeps_no_other_chore_from_being_done,
    an_engine_that_begins_knows_of_no_failure,
    a_mistake_in_one_conversation_fails_its_update_and_no_other,
    a_platform_that_does_not_answer_holds_up_nobody_on_another,
    a_unit_out_of_reach_is_awaited_again_where_the_group_that_takes_over_has_the_message_already,
    refused_calls_are_counted_back_to_the_last_success_whatever_lies_between,
);

async fn start(store: Store) -> Stage {
    let mut stage = Stage::start(store, &[Network::Telegram]).await;
    stage.settle().await;
    stage
}

fn to(audience: &str) -> Draft {
    Draft { audience: audience.to_owned(), ..draft() }
}

/// Does to the database what no use case would.
async fn run(stage: &Stage, statement: String) {
    let Store::Sqlite(pool) = &stage.core.store else { panic!("it is SQLite") };
    pool.execute(AssertSqlSafe(statement)).await.unwrap();
}

/// From here on the database refuses what these words say of its rows.
async fn refuse(stage: &Stage, what: &str) {
    run(stage, format!("CREATE TRIGGER refused BEFORE {what} BEGIN SELECT RAISE(ABORT, 'refused'); END")).await;
}

/// From here on it takes everything again.
async fn take(stage: &Stage) {
    run(stage, "DROP TRIGGER refused".to_owned()).await;
}

/// A bulletin whose broadcast cannot be written.
async fn unwritable(stage: &Stage) -> Composed {
    let composed = stage.release(&to("thon:03")).await;
    refuse(stage, &format!("INSERT ON broadcasts WHEN NEW.bulletin_id = '{}'", composed.bulletin.id)).await;
    composed
}

fn set_aside(stage: &Stage) -> Vec<String> {
    let tasks = stage.core.set_aside.tasks();
    tasks.iter().map(|task| task.to_string().split(':').next().unwrap().to_owned()).collect()
}

async fn a_schedule_that_cannot_fire_is_set_aside_and_the_others_fire(store: Store) {
    let mut stage = start(store).await;
    unwritable(&stage).await;
    let good = stage.release(&to("thon:04")).await;
    stage.settle().await;
    assert_eq!((stage.posts("dieu-hanh-03"), stage.sent(&good).await), (0, 1));
    assert_eq!((set_aside(&stage), stage.incidents().await), (vec!["fire".to_owned()], vec!["task_failed".to_owned()]));
    let health = stage.say("quan", "/suckhoe").await;
    assert!(health.contains("Gửi một tin theo lịch: đang lỗi"), "{health}");
    take(&stage).await;
    stage.clock.advance(Duration::from_secs(2));
    stage.settle().await;
    assert_eq!((stage.posts("dieu-hanh-03"), set_aside(&stage), stage.incidents().await), (1, vec![], vec![]));
    stage.stop().await;
}

async fn a_schedule_that_nobody_wants_any_more_is_forgotten(store: Store) {
    let mut stage = start(store).await;
    let broken = unwritable(&stage).await;
    stage.settle().await;
    assert_eq!(stage.incidents().await, ["task_failed"]);
    run(&stage, format!("UPDATE schedules SET state = 'ended' WHERE bulletin_id = '{}'", broken.bulletin.id)).await;
    stage.clock.advance(Duration::from_secs(63));
    stage.settle().await;
    assert_eq!((set_aside(&stage), stage.incidents().await), (vec![], vec![]));
    stage.stop().await;
}

async fn a_reminder_that_cannot_be_made_keeps_no_other_chore_from_being_done(store: Store) {
    let mut stage = start(store).await;
    let composed = stage.release(&to("thon:03")).await;
    stage.settle().await;
    run(&stage, "UPDATE reminder_steps SET due_at = 0".to_owned()).await;
    refuse(&stage, "UPDATE ON reminder_steps").await;
    run(&stage, "UPDATE obligations SET state = 'excused'".to_owned()).await;
    let failed = stage.service.keeper.tick().await.unwrap_err().to_string();
    assert!(failed.contains("remind"), "{failed}");
    assert!(set_aside(&stage).iter().all(|task| task == "remind"));
    let broadcast = stage.status(&composed).await.unwrap();
    assert_eq!(broadcast.state.as_str(), "closed");
    stage.stop().await;
}

/// How the waiting updates stand, as `state:attempts`.
async fn waiting(stage: &Stage) -> Vec<String> {
    let Store::Sqlite(pool) = &stage.core.store else { panic!("it is SQLite") };
    let statement = "SELECT state || ':' || attempts FROM inbox WHERE state <> 'done' ORDER BY received_at";
    sqlx::query_scalar(statement).fetch_all(pool).await.unwrap()
}

async fn a_mistake_in_one_conversation_fails_its_update_and_no_other(store: Store) {
    let mut stage = start(store).await;
    let telegram = Network::Telegram.gateway();
    let (ground, lan) = stage.on_ground(telegram, "lan");
    ground.send_file(&lan, "cong-van.pdf", b"%PDF-1.4".to_vec());
    ground.say_privately(&stage.account("quan"), "/suckhoe");
    stage.receive().await;
    let mistaken: Inspector = Arc::new(|_| Box::pin(async { panic!("made for the test") }));
    let inbox = Arc::new(Inbox::new(stage.core.clone(), stage.commune.clone(), mistaken));
    assert_eq!(inbox.tick(telegram).await.unwrap(), 2);
    assert_eq!(waiting(&stage).await, ["waiting:1"]);
    stage.settle().await;
    assert!(stage.last_words("quan").contains("hoạt động bình thường"), "{}", stage.last_words("quan"));
    // The same update is read once the mistake is mended.
    let before = stage.said_to("lan").len();
    stage.clock.advance(Duration::from_secs(3));
    stage.settle().await;
    assert_eq!((waiting(&stage).await, stage.said_to("lan").len() > before), (vec![], true));
    stage.stop().await;
}

async fn a_platform_that_does_not_answer_holds_up_nobody_on_another(store: Store) {
    let networks = [Network::Telegram, Network::ZaloOa];
    let mut stage = Stage::start(store, &networks).await;
    stage.settle().await;
    stage.telegram().add_fault(Fault::next("getFile", FaultKind::Hang { delivered: false }));
    let (ground, lan) = stage.on_ground(networks[0].gateway(), "lan");
    ground.send_file(&lan, "cong-van.pdf", b"%PDF-1.4".to_vec());
    let (ground, quan) = stage.on_ground(networks[1].gateway(), "quan");
    ground.say_privately(&quan, "/suckhoe");
    stage.receive().await;
    let inbox = stage.service.inbox.clone();
    tokio::select! {
        taken = inbox.tick(networks[0].gateway()) => panic!("the file came: {taken:?}"),
        taken = inbox.tick(networks[1].gateway()) => assert_eq!(taken.unwrap(), 1),
    }
    // Whether its try was counted by then is a matter of who was first.
    assert!(matches!(waiting(&stage).await.as_slice(), [one] if one.starts_with("waiting:")));
    stage.stop().await;
}

async fn an_engine_that_begins_knows_of_no_failure(store: Store) {
    let stage = start(store).await;
    let act = stage.core.act(&stage.commune);
    let mut tx = stage.core.store.begin().await.unwrap();
    incidents::task_failed(&mut tx, &act, "close:1", "the database").await.unwrap();
    raw(
        &mut tx,
        "INSERT INTO incidents (id, scope, kind, detail, opened_at) VALUES ('i', 'gateway:x', 'quota', '', 1)",
    )
    .await;
    incidents::all_tasks_begin_anew(&mut tx, &act).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(stage.incidents().await, ["quota"]);
    stage.stop().await;
}

async fn a_unit_out_of_reach_is_awaited_again_where_the_group_that_takes_over_has_the_message_already(store: Store) {
    let mut stage = start(store).await;
    let composed = stage.release(&to("thon:03,04")).await;
    stage.settle().await;
    run(&stage, "UPDATE obligations SET state = 'unreachable'".to_owned()).await;
    let mut tx = stage.core.store.begin().await.unwrap();
    let broadcast = tx.broadcasts_of(&composed.bulletin.id).await.unwrap().pop().unwrap();
    let deliveries = tx.deliveries_of(&broadcast.id).await.unwrap();
    let units = tx.units_of_broadcast(&broadcast.id).await.unwrap();
    let (delivery, own) = units.iter().find(|(delivery, _)| *delivery == deliveries[0].id).unwrap();
    let (_, other) = units.iter().find(|(_, unit)| unit != own).unwrap();
    tx.add_delivery_unit(delivery, other).await.unwrap();
    let owed = tx.obligations_of(&broadcast.id).await.unwrap();
    let states: Vec<(bool, &str)> = owed.iter().map(|owed| (owed.unit_id == *other, owed.state.as_str())).collect();
    assert!(states.contains(&(true, "awaiting")) && states.contains(&(false, "unreachable")), "{states:?}");
    drop(tx);
    stage.stop().await;
}

async fn refused_calls_are_counted_back_to_the_last_success_whatever_lies_between(store: Store) {
    let mut stage = start(store).await;
    stage.release(&to("thon:03")).await;
    stage.settle().await;
    let outcomes = ["retry", "sent", "retry", "unknown", "retry", "failed", "retry"];
    let mut tx = stage.core.store.begin().await.unwrap();
    for (number, outcome) in (100..).zip(outcomes) {
        let row = format!(
            "INSERT INTO attempts (id, message_id, number, gateway, chat_id, epoch, started_at, deadline_at, finished_at, outcome) \
             SELECT 'a{number}', m.id, {number}, m.gateway, m.chat_id, 1, 9000000000000 + {number}, 0, 0, '{outcome}' \
             FROM messages m WHERE m.purpose = 'broadcast' LIMIT 1"
        );
        raw(&mut tx, &row).await;
    }
    assert_eq!(tx.failures_in_a_row("telegram").await.unwrap(), 3);
    drop(tx);
    stage.stop().await;
}

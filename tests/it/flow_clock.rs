//! The machine's date set wrong by a day, while things wait and at a start: nothing leaves early, nothing that was approved in time is
//! missed, nothing waits longer than its own wait, and it is said.

use std::time::Duration;

use loa::demo::places::Network;
use loa::domain::calendar::Millis;
use loa::store::Store;
use loa::store::bulletins::Marks;
use loa::usecase::compose::Draft;
use loa_sandbox::telegram::{Fault, FaultKind};

use crate::db::sqlite_tests;
use crate::flow_send::draft;
use crate::stage::{Stage, at};

sqlite_tests!(
    nothing_leaves_early_when_the_date_jumps_ahead,
    what_was_approved_in_time_goes_in_time_when_the_date_jumps_back,
    a_start_with_a_wrong_date_makes_nothing_wait_longer_than_its_own_wait,
);

const DAY: i64 = 86_400_000;

async fn start(store: Store) -> Stage {
    let mut stage = Stage::on(&[Network::Telegram]).steady().start(store).await;
    stage.settle().await;
    stage
}

fn to(audience: &str, send_at: Option<Millis>) -> Draft {
    Draft { audience: audience.to_owned(), send_at, ..draft() }
}

/// Village 03 is to be waited for, for a minute.
async fn put_off(stage: &mut Stage) -> String {
    let group = stage.group("dieu-hanh-03");
    let wait = FaultKind::TooManyRequests { retry_after: 60 };
    stage.telegram().add_fault(Fault::next("sendMessage", wait).in_chat(group));
    let bulletin = stage.release(&to("thon:03", None)).await.bulletin.id;
    stage.until("put off", async |stage: &Stage| stage.messages_in(&bulletin, "retry_wait").await == 1).await;
    bulletin
}

/// When a bulletin's message is to be tried again, by the service's clock.
async fn due(stage: &Stage, bulletin: &str) -> Millis {
    let mut tx = stage.core.store.read().await.unwrap();
    let broadcast = tx.broadcasts_of(bulletin).await.unwrap().pop().unwrap();
    Millis(tx.messages_of_broadcast(&broadcast.id).await.unwrap()[0].due_at)
}

/// Starts a call as soon as the pace permits, and looks at none again.
async fn start_one(stage: &mut Stage) {
    for _ in 0..50 {
        if stage.start_calls().await > 0 {
            return;
        }
        stage.clock.advance(Duration::from_millis(100));
    }
    panic!("nothing starts");
}

/// Sets the machine's date so far ahead of what is so.
fn set_ahead(stage: &Stage, by: i64) {
    stage.machine.as_ref().unwrap().set_ahead(by);
}

/// Lets everything look once, at this very moment.
async fn look(stage: &mut Stage, told: Option<Millis>) {
    stage.watch.as_mut().unwrap().tick(told).await.unwrap();
    stage.service.keeper.tick().await.unwrap();
    stage.start_calls().await;
}

async fn incidents(stage: &Stage) -> Vec<String> {
    let mut open = stage.incidents().await;
    open.sort();
    open
}

async fn nothing_leaves_early_when_the_date_jumps_ahead(store: Store) {
    everything_goes_in_its_time(store, DAY).await;
}

async fn what_was_approved_in_time_goes_in_time_when_the_date_jumps_back(store: Store) {
    everything_goes_in_its_time(store, -DAY).await;
}

/// A reminder, a bulletin for in an hour, one for tomorrow and a message that was put off wait when the date jumps.
async fn everything_goes_in_its_time(store: Store, by: i64) {
    let mut stage = start(store).await;
    let marks = Marks { reason: Some("bão số 10".to_owned()), ..Marks::default() };
    let urgency = loa::domain::urgency::Urgency::Express;
    stage.release(&Draft { urgency, marks, ..to("thon:07", None) }).await;
    stage.settle().await;
    let soon = stage.release(&to("thon:05", Some(at(2025, 7, 28, 9, 0)))).await;
    let tomorrow = stage.release(&to("thon:06", Some(at(2025, 7, 29, 8, 30)))).await;
    let waits = put_off(&mut stage).await;

    set_ahead(&stage, by);
    for _ in 0..3 {
        look(&mut stage, None).await;
    }
    assert_eq!(incidents(&stage).await, ["jumped"]);
    assert_eq!((stage.sent(&soon).await, stage.sent(&tomorrow).await), (0, 0));
    let due = due(&stage, &waits).await;
    stage.clock.set(due.plus_ms(-1_000));
    look(&mut stage, None).await;
    assert_eq!(stage.states(&waits).await, ["retry_wait"], "its wait is not over");
    stage.clock.set(due);
    stage.settle().await;
    assert!(
        stage.states(&waits).await == ["sent"] && stage.now().since(due) < 30_000,
        "it waits no longer than it has to"
    );
    let health = stage.say("quan", "/suckhoe").await;
    assert!(health.contains("Đồng hồ của máy chủ: ngày giờ nhảy đột ngột"), "{health}");

    let reminders = |stage: &Stage| stage.group_chat("dieu-hanh-07").matches("⏰ Nhắc").count();
    assert_eq!(reminders(&stage), 0);
    stage.pass_to(at(2025, 7, 28, 8, 59)).await;
    assert_eq!((reminders(&stage), stage.sent(&soon).await), (1, 0));
    stage.pass_to(at(2025, 7, 28, 9, 0)).await;
    assert_eq!((stage.sent(&soon).await, stage.sent(&tomorrow).await), (1, 0));

    set_ahead(&stage, 0);
    look(&mut stage, None).await;
    assert!(incidents(&stage).await.is_empty());
    stage.pass_to(at(2025, 7, 29, 8, 29)).await;
    assert_eq!(stage.sent(&tomorrow).await, 0);
    stage.pass_to(at(2025, 7, 29, 8, 30)).await;
    assert_eq!(stage.sent(&tomorrow).await, 1);
    stage.stop().await;
}

async fn a_start_with_a_wrong_date_makes_nothing_wait_longer_than_its_own_wait(store: Store) {
    let mut stage = start(store).await;
    set_ahead(&stage, DAY);
    stage.restart().await;
    let waits = put_off(&mut stage).await;
    let under_way = stage.release(&to("thon:04", None)).await.bulletin.id;
    start_one(&mut stage).await;
    let queued = stage.release(&to("thon:05", None)).await.bulletin.id;
    stage.service.planner.tick().await.unwrap();
    stage.home().say_privately(&stage.account("binh"), "/toilaai");
    stage.receive().await;
    let mut tx = stage.core.store.begin().await.unwrap();
    let taken = tx.waiting_inbox("telegram", stage.core.wall_now(), 1).await.unwrap().remove(0);
    assert!(tx.claim_inbox(&taken, stage.core.wall_now(), 2_000).await.unwrap());
    tx.commit().await.unwrap();
    stage.service.keeper.tick().await.unwrap();

    // The process dies, somebody sets the date right, and it begins again.
    let died = stage.now();
    set_ahead(&stage, 0);
    stage.start_again().await;
    look(&mut stage, None).await;
    assert_eq!(incidents(&stage).await, ["behind"], "the database knows acts of tomorrow");
    stage.clock.advance(Duration::from_secs(74));
    stage.tick().await;
    assert_eq!(stage.states(&under_way).await, ["sending"], "its answer may still come");
    stage.clock.advance(Duration::from_secs(2));
    stage.settle().await;
    let states = [stage.states(&waits).await, stage.states(&queued).await, stage.states(&under_way).await];
    assert_eq!(states, [["sent"], ["sent"], ["unknown"]]);
    assert!(stage.now().since(died) < 180_000, "{:?}", stage.now());
    assert!(stage.last_words("binh").contains("Mẫu Văn Bình"), "{}", stage.last_words("binh"));

    // The day was right after all, and the platforms say so.
    set_ahead(&stage, DAY);
    look(&mut stage, None).await;
    assert_eq!(incidents(&stage).await, ["behind", "jumped"]);
    let told = stage.now().plus_ms(DAY + 1_000);
    look(&mut stage, Some(told)).await;
    assert!(incidents(&stage).await.is_empty() && stage.core.business_now().since(stage.now()) == DAY);
    stage.stop().await;
}

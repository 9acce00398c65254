//! Bulletins that repeat, on the whole service and both databases: the right days, outages, pausing, Tết, the end.

use loa::domain::calendar::{Millis, format_full};
use loa::domain::recurrence::Recurrence;
use loa::store::Store;
use loa::store::bulletins::{Bulletin, ScheduleState};
use loa::usecase::compose::{Composed, Draft};
use loa::usecase::repeat::{self, Steered};
use loa::usecase::{UseCaseError, approve as approving};

use crate::db::store_tests;
use crate::flow_send::{act_of, approve, compose, draft};
use crate::rig::{Rig, at};

store_tests!(
    a_weekly_bulletin_goes_every_monday_until_it_expires,
    each_firing_is_confirmed_under_its_own_code,
    after_an_outage_it_goes_by_its_policy_and_never_twice,
);

/// A directive by this rule, to be approved.
fn repeating(rule: &str, expires_at: Millis) -> Draft {
    let repeat = rule.parse::<Recurrence>().unwrap();
    Draft { repeat: Some(repeat), expires_at: Some(expires_at), ..draft() }
}

async fn released(rig: &Rig, draft: &Draft) -> Composed {
    let composed = compose(rig, draft).await;
    approve(rig, "pct", &composed).await.unwrap();
    composed
}

/// The hours of a bulletin's firings, with their numbers.
async fn firings(rig: &Rig, bulletin: &Bulletin) -> Vec<String> {
    let mut tx = rig.core.store.read().await.unwrap();
    let broadcasts = tx.broadcasts_of(&bulletin.id).await.unwrap();
    broadcasts.iter().map(|one| format!("{} {}", one.number.unwrap(), format_full(Millis(one.fire_at)))).collect()
}

async fn schedule(rig: &Rig, bulletin: &Bulletin) -> (ScheduleState, String) {
    let mut tx = rig.core.store.read().await.unwrap();
    let schedule = tx.schedule_of(&bulletin.id).await.unwrap().unwrap();
    (schedule.state, format_full(Millis(schedule.fire_at)))
}

async fn a_weekly_bulletin_goes_every_monday_until_it_expires(store: Store) {
    let mut rig = Rig::start(store, at(2025, 7, 25, 8, 0)).await;
    let weekly = repeating("weekly mon at 07:00; holidays=skip; missed=ask", at(2025, 8, 16, 0, 0));
    let composed = released(&rig, &Draft { ack_required: false, ..weekly }).await;
    assert_eq!(composed.version.send_at.map(Millis), Some(at(2025, 7, 28, 7, 0)));
    rig.pass_to(at(2025, 7, 28, 6, 59)).await;
    assert_eq!(rig.posts("dieu-hanh-03"), 0);
    rig.pass_to(at(2025, 9, 1, 12, 0)).await;
    let expected = ["1 07:00 thứ Hai, 28/7/2025", "2 07:00 thứ Hai, 04/8/2025", "3 07:00 thứ Hai, 11/8/2025"];
    assert_eq!(firings(&rig, &composed.bulletin).await, expected);
    assert_eq!(rig.posts("dieu-hanh-03"), 3);
    assert_eq!(schedule(&rig, &composed.bulletin).await.0, ScheduleState::Ended);
    assert!(rig.last_words("lan").contains("đã gửi 3 lần"), "{}", rig.last_words("lan"));
    rig.stop().await;
}

async fn each_firing_is_confirmed_under_its_own_code(store: Store) {
    let mut rig = Rig::start(store, at(2025, 7, 25, 8, 0)).await;
    let weekly = repeating("weekly mon at 07:00; holidays=skip; missed=ask", at(2026, 1, 1, 0, 0));
    let composed = released(&rig, &weekly).await;
    rig.pass_to(at(2025, 7, 28, 7, 5)).await;
    let group = rig.world.chat("dieu-hanh-03").unwrap();
    let binh = rig.world.account("binh").unwrap();
    let posted = rig.handle().messages(group).unwrap().pop().unwrap().text;
    assert!(posted.contains("VB-2025-0001.1"), "{posted}");
    rig.pass_to(at(2025, 8, 4, 7, 5)).await;
    // Both are open: the bare code is asked about, the numbered one is not.
    let asked = rig.say("binh", "đã nhận VB-2025-0001").await;
    assert!(asked.contains("tin nào"), "{asked}");
    rig.handle().say(binh, group, "đã nhận VB-2025-0001.2", None).unwrap();
    rig.settle().await;
    assert_eq!(confirmed(&rig, &composed.bulletin).await, [0, 1]);
    let thanks = rig.say("binh", "đã nhận vb 1").await;
    assert!(thanks.contains("VB-2025-0001.1"), "{thanks}");
    assert_eq!(confirmed(&rig, &composed.bulletin).await, [1, 1]);
    let unknown = rig.say("binh", "đã nhận VB-2025-0001.9").await;
    assert!(!unknown.contains("Đã ghi nhận"), "{unknown}");
    assert_eq!(confirmed(&rig, &composed.bulletin).await, [1, 1]);
    assert_eq!(deadlines(&rig, &composed.bulletin).await, ["17:00 thứ Ba, 29/7/2025", "17:00 thứ Ba, 05/8/2025"]);
    rig.stop().await;
}

async fn confirmed(rig: &Rig, bulletin: &Bulletin) -> Vec<usize> {
    let mut tx = rig.core.store.read().await.unwrap();
    let mut counts = Vec::new();
    for broadcast in tx.broadcasts_of(&bulletin.id).await.unwrap() {
        let owed = tx.obligations_of(&broadcast.id).await.unwrap();
        counts.push(owed.iter().filter(|owed| owed.state.as_str() == "acknowledged").count());
    }
    counts
}

async fn deadlines(rig: &Rig, bulletin: &Bulletin) -> Vec<String> {
    let mut tx = rig.core.store.read().await.unwrap();
    let broadcasts = tx.broadcasts_of(&bulletin.id).await.unwrap();
    broadcasts.iter().map(|one| format_full(Millis(one.ack_deadline.unwrap()))).collect()
}

/// A daily bulletin that went on Friday 25 July and whose service then stood still until Thursday at this hour.
async fn after_outage(store: &Store, missed: &str, hour: u32, minute: u32) -> (Rig, Composed) {
    let mut rig = Rig::start(store.clone(), at(2025, 7, 25, 6, 0)).await;
    let daily = repeating(&format!("daily at 07:00; holidays=skip; missed={missed}"), at(2026, 1, 1, 0, 0));
    let draft = Draft { ack_required: false, audience: "thon@residents".to_owned(), ..daily };
    let composed = released(&rig, &draft).await;
    rig.pass_to(at(2025, 7, 25, 8, 0)).await;
    rig.clock.set(at(2025, 7, 31, hour, minute));
    rig.settle().await;
    (rig, composed)
}

async fn after_an_outage_it_goes_by_its_policy_and_never_twice(store: Store) {
    let friday = "1 07:00 thứ Sáu, 25/7/2025".to_owned();
    let (mut rig, composed) = after_outage(&store, "fire_once", 9, 0).await;
    let late = "2 07:00 thứ Năm, 31/7/2025".to_owned();
    assert_eq!(firings(&rig, &composed.bulletin).await, [friday, late]);
    assert!(rig.last_words("lan").contains("5 lần gửi bị lỡ"), "{}", rig.last_words("lan"));
    rig.settle().await;
    rig.pass_to(at(2025, 8, 1, 7, 5)).await;
    assert_eq!(firings(&rig, &composed.bulletin).await.len(), 3);
    rig.stop().await;
}

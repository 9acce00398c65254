//! What another process changes between the moment at which a message was read and the moment at which it is claimed: the row says
//! whether it may still leave, on both databases.

use std::time::Duration;

use loa::bench::year::{self, Past};
use loa::domain::calendar::Millis;
use loa::domain::message::{Lane, MessageState};
use loa::store::binding::ChatState;
use loa::store::messages::{Claim, Claimant, Finished, SentCall, Stretch, WaitingMessage};
use loa::store::{Store, Tx};

use crate::db::store_tests;
use crate::fixture::raw;

store_tests!(
    what_was_read_is_claimed_once_with_address_and_text,
    what_is_taken_back_paused_expired_moved_or_put_off_meanwhile_is_not_claimed,
    nothing_is_claimed_under_a_lease_that_is_no_longer_ours,
    a_later_part_is_claimed_once_the_one_before_it_was_sent,
    a_success_is_recorded_once_and_only_for_its_own_attempt,
    a_lane_is_read_on_behind_what_was_read_before,
    only_failures_of_its_own_use_up_the_tries_of_a_message,
    a_wait_that_a_clock_ahead_made_too_long_is_ended_and_no_other,
);

/// 30 November 2025.
const NOW: Millis = Millis(1_764_460_800_000);
const GATEWAY: &str = "tele";
const OWNER: &str = "engine";

/// One broadcast to so many groups, waiting, under a lease of ours.
async fn waiting(store: &Store, groups: i64) -> Vec<WaitingMessage> {
    year::write(store, GATEWAY, Past { broadcasts: 1, groups, running: 1 }, NOW).await.unwrap();
    let mut tx = store.begin().await.unwrap();
    let wait =
        "UPDATE messages SET state = 'pending', attempt_id = NULL, external_id = NULL, sent_at = NULL, attempts = 0";
    raw(&mut tx, &format!("DELETE FROM attempts; {wait}")).await;
    tx.take_lease(GATEWAY, OWNER, NOW, NOW.plus_ms(30_000)).await.unwrap().unwrap();
    let read = tx.first_waiting(GATEWAY, 100, (NOW, NOW)).await.unwrap();
    tx.commit().await.unwrap();
    read
}

fn claim(message: &WaitingMessage) -> Claim {
    Claim {
        message_id: message.id.clone(),
        chat_id: message.chat_id.clone(),
        attempt_id: format!("attempt of {}", message.id),
        started_at: NOW,
        deadline_at: NOW.plus_ms(75_000),
    }
}

/// Claims these; gives the messages that could be.
async fn claimed(tx: &mut Tx, messages: &[WaitingMessage]) -> Vec<String> {
    let by = Claimant { gateway: GATEWAY, owner: OWNER, epoch: 1, business: NOW, now: NOW };
    let claims: Vec<Claim> = messages.iter().map(claim).collect();
    let mut ours: Vec<String> = tx.claim(by, &claims).await.unwrap().into_iter().map(|claimed| claimed.id).collect();
    ours.sort_unstable();
    ours
}

async fn what_was_read_is_claimed_once_with_address_and_text(store: Store) {
    let read = waiting(&store, 20).await;
    let mut tx = store.begin().await.unwrap();
    let by = Claimant { gateway: GATEWAY, owner: OWNER, epoch: 1, business: NOW, now: NOW };
    let claims: Vec<Claim> = read.iter().map(claim).collect();
    let ours = tx.claim(by, &claims).await.unwrap();
    assert_eq!((read.len(), ours.len()), (20, 20));
    let one = ours.iter().find(|claimed| claimed.id.ends_with("1000007")).unwrap();
    assert_eq!((one.chat_external.as_str(), one.attempts), ("past-1000007", 1));
    assert!(one.body.contains("VB-1999"), "{}", one.body);
    assert_eq!(tx.attempts_of(&one.id).await.unwrap().last().map(|attempt| attempt.number), Some(1));
    assert_eq!(claimed(&mut tx, &read).await, Vec::<String>::new());
    tx.commit().await.unwrap();
}

async fn what_is_taken_back_paused_expired_moved_or_put_off_meanwhile_is_not_claimed(store: Store) {
    let read = waiting(&store, 8).await;
    // Another process, while this one holds what it read.
    let mut other = store.begin().await.unwrap();
    other.set_chat_state(&read[0].chat_id, ChatState::Suspended, Some("paused")).await.unwrap();
    let expired = format!("UPDATE messages SET not_after = {} WHERE id = '{}'", NOW.0 - 1, read[1].id);
    let moved = format!("UPDATE messages SET chat_id = '{}' WHERE id = '{}'", read[7].chat_id, read[2].id);
    let put_off = format!("UPDATE messages SET due_at = {} WHERE id = '{}'", NOW.0 + 1, read[3].id);
    raw(&mut other, &format!("{expired}; {moved}; {put_off}")).await;
    other.leave_queue(&read[4].id, MessageState::Cancelled, "fallback").await.unwrap();
    other.commit().await.unwrap();
    let mut tx = store.begin().await.unwrap();
    assert_eq!(claimed(&mut tx, &read[..6]).await, [read[5].id.clone()]);
    tx.commit().await.unwrap();
    let mut other = store.begin().await.unwrap();
    let broadcast = other.message(&read[6].id).await.unwrap().unwrap().broadcast_id.unwrap();
    raw(&mut other, &format!("UPDATE broadcasts SET state = 'withdrawn', closed_at = 1 WHERE id = '{broadcast}'"))
        .await;
    other.commit().await.unwrap();
    let mut tx = store.begin().await.unwrap();
    assert_eq!(claimed(&mut tx, &read[6..]).await, Vec::<String>::new());
}

async fn nothing_is_claimed_under_a_lease_that_is_no_longer_ours(store: Store) {
    let read = waiting(&store, 2).await;
    let mut other = store.begin().await.unwrap();
    let later = NOW.plus_ms(60_000);
    other.release_lease(GATEWAY, OWNER).await.unwrap();
    other.take_lease(GATEWAY, "another engine", later, later.plus_ms(30_000)).await.unwrap().unwrap();
    other.commit().await.unwrap();
    let mut tx = store.begin().await.unwrap();
    assert_eq!(claimed(&mut tx, &read).await, Vec::<String>::new());
}

async fn a_later_part_is_claimed_once_the_one_before_it_was_sent(store: Store) {
    let read = waiting(&store, 1).await;
    let mut tx = store.begin().await.unwrap();
    let second = "INSERT INTO messages (id, purpose, gateway, chat_id, delivery_id, broadcast_id, lane, part, parts, body, buttons, state, \
                  due_at, attempts, created_at) SELECT 'second', purpose, gateway, chat_id, delivery_id, broadcast_id, lane, 2, 2, body, \
                  buttons, 'pending', due_at, 0, created_at FROM messages WHERE part = 1";
    raw(&mut tx, second).await;
    let both = tx.first_waiting(GATEWAY, 10, (NOW, NOW)).await.unwrap();
    let blocked: Vec<bool> = both.iter().map(|message| message.is_blocked).collect();
    assert_eq!(blocked.iter().filter(|blocked| **blocked).count(), 1);
    assert_eq!(claimed(&mut tx, &both).await, [read[0].id.clone()]);
    let sent = SentCall {
        message_id: read[0].id.clone(),
        attempt_id: format!("attempt of {}", read[0].id),
        external_id: "7".to_owned(),
    };
    assert_eq!(tx.finish_sent(&[sent], NOW, NOW).await.unwrap(), [read[0].id.clone()]);
    assert_eq!(claimed(&mut tx, &both).await, ["second"]);
}

async fn a_success_is_recorded_once_and_only_for_its_own_attempt(store: Store) {
    let read = waiting(&store, 2).await;
    let mut tx = store.begin().await.unwrap();
    claimed(&mut tx, &read).await;
    let sent = |message: &WaitingMessage, attempt: &str| SentCall {
        message_id: message.id.clone(),
        attempt_id: attempt.to_owned(),
        external_id: "7".to_owned(),
    };
    let own = format!("attempt of {}", read[0].id);
    let calls = [sent(&read[0], &own), sent(&read[1], "an earlier one")];
    assert_eq!(tx.finish_sent(&calls, NOW, NOW).await.unwrap(), [read[0].id.clone()]);
    assert_eq!(tx.finish_sent(&calls, NOW, NOW).await.unwrap(), Vec::<String>::new());
    let rows = [&read[0], &read[1]].map(|message| message.id.clone());
    let mut states = Vec::new();
    for id in rows {
        states.push(tx.message(&id).await.unwrap().unwrap().state);
    }
    assert_eq!(states, [MessageState::Sent, MessageState::Sending]);
    let outcome = tx.attempts_of(&read[0].id).await.unwrap().pop().unwrap().outcome;
    assert_eq!(outcome.as_deref(), Some("sent"));
}

async fn a_lane_is_read_on_behind_what_was_read_before(store: Store) {
    let read = waiting(&store, 5).await;
    let mut tx = store.begin().await.unwrap();
    let stretch = |after| Stretch { lane: Lane::Normal, after, limit: 2 };
    let first = tx.waiting_behind(GATEWAY, stretch(None), (NOW, NOW)).await.unwrap();
    assert_eq!(first, read[..2]);
    let last = (first[1].due_at, first[1].id.as_str());
    let next = tx.waiting_behind(GATEWAY, stretch(Some(last)), (NOW, NOW)).await.unwrap();
    assert_eq!(next, read[2..4]);
    let urgent = Stretch { lane: Lane::Urgent, after: None, limit: 2 };
    assert_eq!(tx.waiting_behind(GATEWAY, urgent, (NOW, NOW)).await.unwrap(), []);
}

/// Claims a message anew and lets its call fail; gives the failures of its own that stood there before.
async fn fails(store: &Store, message: &WaitingMessage, at: Millis, finished: &Finished) -> i64 {
    let mut tx = store.begin().await.unwrap();
    let by = Claimant { gateway: GATEWAY, owner: OWNER, epoch: 1, business: at, now: at };
    let attempt_id = format!("{} at {}", message.id, at.0);
    let claims = [Claim { attempt_id: attempt_id.clone(), ..claim(message) }];
    let ours = tx.claim(by, &claims).await.unwrap();
    assert!(tx.finish_attempt(&message.id, &attempt_id, finished, at).await.unwrap());
    tx.commit().await.unwrap();
    ours[0].tries
}

fn again(wait: Duration, counts: bool) -> Finished {
    Finished::Retry { wait, counts, detail: String::new() }
}

async fn only_failures_of_its_own_use_up_the_tries_of_a_message(store: Store) {
    let message = waiting(&store, 1).await.remove(0);
    let mut seen = Vec::new();
    for (second, counts) in [(0, true), (10, false), (20, false), (30, true), (40, true)] {
        let at = NOW.plus_ms(second * 1_000);
        seen.push(fails(&store, &message, at, &again(Duration::from_secs(5), counts)).await);
    }
    assert_eq!(seen, [0, 1, 1, 1, 2]);
}

async fn a_wait_that_a_clock_ahead_made_too_long_is_ended_and_no_other(store: Store) {
    let messages = waiting(&store, 2).await;
    let (hour, ahead) = (Duration::from_hours(1), NOW.plus_ms(86_400_000));
    fails(&store, &messages[0], NOW, &again(hour, false)).await;
    fails(&store, &messages[1], ahead, &again(hour, false)).await;
    // The clock is right again.
    let now = NOW.plus_ms(60_000);
    let mut tx = store.begin().await.unwrap();
    assert!(tx.has_put_off(GATEWAY, now).await.unwrap());
    assert_eq!(tx.end_put_off(GATEWAY, now).await.unwrap(), 1);
    assert!(!tx.has_put_off(GATEWAY, now).await.unwrap());
    let due: Vec<String> = tx.first_waiting(GATEWAY, 10, (now, now)).await.unwrap().into_iter().map(|m| m.id).collect();
    assert_eq!(due, [messages[1].id.clone()], "the other one waits as long as it was told");
    tx.commit().await.unwrap();
}

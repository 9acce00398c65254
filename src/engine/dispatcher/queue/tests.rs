use super::*;
use crate::domain::message::Purpose;

fn message(id: &str, chat: &str, lane: Lane) -> WaitingMessage {
    WaitingMessage {
        id: id.to_owned(),
        purpose: Purpose::Broadcast,
        chat_id: chat.to_owned(),
        chat_kind: "group".to_owned(),
        chat_state: "active".to_owned(),
        delivery_id: Some(format!("to {chat}")),
        part: 1,
        lane,
        due_at: 1,
        file_sha256: None,
        file_name: None,
        edit_external: None,
        is_blocked: false,
    }
}

fn first(queue: &Queue, lane: Lane) -> Option<String> {
    queue.first_of(lane).map(|message| message.id.clone())
}

#[test]
fn a_chats_messages_leave_in_their_order_and_one_at_a_time() {
    let mut queue = Queue::default();
    queue.take_in(vec![message("1", "a", Lane::Normal), message("2", "a", Lane::Normal)]);
    let one = message("1", "a", Lane::Normal);
    queue.hold("a");
    queue.remove(&one);
    assert_eq!(first(&queue, Lane::Normal), None);
    queue.release("a");
    assert_eq!(first(&queue, Lane::Normal).as_deref(), Some("2"));
}

#[test]
fn what_is_more_urgent_comes_to_the_front_of_its_chat() {
    let mut queue = Queue::default();
    queue.take_in(vec![message("1", "a", Lane::Normal)]);
    queue.take_in(vec![message("2", "a", Lane::Flash)]);
    assert_eq!((first(&queue, Lane::Flash).as_deref(), first(&queue, Lane::Normal)), (Some("2"), None));
    queue.remove(&message("2", "a", Lane::Flash));
    assert_eq!(first(&queue, Lane::Normal).as_deref(), Some("1"));
}

#[test]
fn a_held_chat_stands_in_nobodys_way_and_is_ready_when_its_hold_is_over() {
    let mut queue = Queue::default();
    queue.begin(Duration::ZERO);
    let page = (0..200).map(|number| message(&format!("{number:03}"), &format!("chat {number}"), Lane::Normal));
    queue.take_in(page.collect());
    queue.hold_until("chat 0", Duration::from_millis(100));
    assert_eq!(first(&queue, Lane::Normal).as_deref(), Some("001"));
    assert_eq!(queue.next_ready_at(), Some(Duration::from_millis(100)));
    queue.begin(Duration::from_millis(100));
    assert_eq!(first(&queue, Lane::Normal).as_deref(), Some("000"));
}

#[test]
fn a_short_queue_is_read_anew_at_every_look_and_a_long_one_rarely() {
    let mut queue = Queue::default();
    queue.begin(Duration::ZERO);
    queue.take_in(vec![message("1", "a", Lane::Normal)]);
    queue.begin(Duration::ZERO);
    assert_eq!((first(&queue, Lane::Normal), queue.read_up_to(Lane::Normal)), (None, None));
    let page = (0..1_000).map(|number| message(&format!("{number:03}"), &format!("chat {number}"), Lane::Normal));
    queue.take_in(page.collect());
    // Half a second, and a tenth of a millisecond for each of the thousand.
    queue.begin(Duration::from_millis(599));
    assert!(queue.first_of(Lane::Normal).is_some());
    queue.begin(Duration::from_millis(600));
    assert_eq!(first(&queue, Lane::Normal), None);
}

#[test]
fn a_chat_with_a_call_on_its_way_stays_held_when_the_queue_is_read_anew() {
    let mut queue = Queue::holding(&["a".to_owned()].into());
    queue.begin(Duration::ZERO);
    queue.take_in(vec![message("1", "a", Lane::Normal), message("2", "b", Lane::Normal)]);
    assert_eq!(first(&queue, Lane::Normal).as_deref(), Some("2"));
}

#[test]
fn a_hold_outlives_reading_anew_as_long_as_the_same_message_stands_first() {
    let (second, mut queue) = (Duration::from_secs(1), Queue::default());
    let page = || vec![message("2", "a", Lane::Normal), message("3", "a", Lane::Normal)];
    queue.begin(Duration::ZERO);
    queue.take_in(page());
    queue.hold_until("a", second);
    queue.begin(Duration::from_millis(500));
    queue.take_in(page());
    assert_eq!((first(&queue, Lane::Normal), queue.next_ready_at()), (None, Some(second)));
    queue.begin(Duration::from_millis(600));
    queue.take_in(vec![message("3", "a", Lane::Normal)]);
    assert_eq!(first(&queue, Lane::Normal).as_deref(), Some("3"), "what was held is gone");
    queue.hold_until("a", second);
    queue.begin(Duration::from_millis(700));
    queue.take_in(vec![message("1", "a", Lane::Flash), message("3", "a", Lane::Normal)]);
    assert_eq!(first(&queue, Lane::Flash).as_deref(), Some("1"), "it was not held");
    queue.hold_until("a", second);
    queue.begin(second);
    queue.take_in(page());
    assert_eq!(first(&queue, Lane::Normal).as_deref(), Some("2"), "it is over");
}

#[test]
fn a_later_part_is_tried_once_the_one_before_it_was_sent() {
    let mut queue = Queue::default();
    queue.take_in(vec![WaitingMessage { part: 2, is_blocked: true, ..message("2", "a", Lane::Normal) }]);
    assert_eq!(first(&queue, Lane::Normal), None);
    queue.unblock("to a");
    assert_eq!(first(&queue, Lane::Normal).as_deref(), Some("2"));
}

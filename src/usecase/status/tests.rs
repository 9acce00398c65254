use rstest::rstest;

use super::*;
use crate::domain::message::MessageState;
use crate::store::overview::SentMessage;

/// A message of part 1 whose id is a letter; `repeats` is the letter of what it repeats.
fn message(id: &str, repeats: &str, state: MessageState) -> SentMessage {
    SentMessage {
        id: id.to_owned(),
        delivery_id: "d".to_owned(),
        part: 1,
        resend_of: (!repeats.is_empty()).then(|| repeats.to_owned()),
        state,
        reason: Some(format!("why {id}")),
        detail: Some(String::new()),
    }
}

/// A chain of tries, each the repetition of the one before.
fn chain(states: &[MessageState]) -> Vec<SentMessage> {
    let ids = ["a", "b", "c", "d"];
    let repeats = ["", "a", "b", "c"];
    states.iter().enumerate().map(|(place, state)| message(ids[place], repeats[place], *state)).collect()
}

#[rstest]
#[case(&[MessageState::Sent], MessageState::Sent, "a", None)]
#[case(&[MessageState::Unknown], MessageState::Unknown, "a", Some("a"))]
#[case(&[MessageState::Unknown, MessageState::Sent], MessageState::Sent, "b", None)]
#[case(&[MessageState::Sent, MessageState::Cancelled], MessageState::Sent, "b", None)]
#[case(&[MessageState::Unknown, MessageState::Pending], MessageState::Pending, "b", None)]
#[case(&[MessageState::Failed, MessageState::Failed, MessageState::RetryWait], MessageState::RetryWait, "c", None)]
#[case(&[MessageState::Failed, MessageState::Failed], MessageState::Failed, "b", None)]
#[case(&[MessageState::Unknown, MessageState::Failed], MessageState::Unknown, "b", Some("a"))]
#[case(&[MessageState::Unknown, MessageState::Cancelled], MessageState::Unknown, "b", Some("a"))]
fn a_part_stands_where_its_last_try_stands_unless_one_arrived_or_may_have(
    #[case] tries: &[MessageState],
    #[case] state: MessageState,
    #[case] last: &str,
    #[case] doubted: Option<&str>,
) {
    let parts = parts::of_delivery(&chain(tries));
    let [part] = parts.as_slice() else { panic!("{parts:?}") };
    assert_eq!((part.state, part.id.as_str(), part.doubted.as_deref()), (state, last, doubted));
    assert_eq!(part.detail, None, "an empty word of the platform is none");
}

#[test]
fn parts_are_told_apart_and_come_in_order() {
    let mut tries = chain(&[MessageState::Sent]);
    tries.insert(0, SentMessage { part: 2, ..message("z", "", MessageState::Failed) });
    let parts = parts::of_delivery(&tries);
    assert_eq!(
        parts.iter().map(|part| (part.part, part.state)).collect::<Vec<_>>(),
        [(1, MessageState::Sent), (2, MessageState::Failed)]
    );
}

#[test]
fn a_delivery_without_messages_has_no_parts() {
    assert!(parts::of_delivery(&[]).is_empty());
}

#[test]
fn every_delivery_state_is_counted_exactly_once() {
    let states = [
        DeliveryState::Pending,
        DeliveryState::Sending,
        DeliveryState::Sent,
        DeliveryState::Partial,
        DeliveryState::Unknown,
        DeliveryState::Failed,
        DeliveryState::Skipped,
        DeliveryState::Expired,
        DeliveryState::Cancelled,
    ];
    assert_eq!(states.len(), DeliveryState::ALL.len());
    let counts: DeliveryCounts = states.into_iter().map(|state| (state, false)).collect();
    assert_eq!((counts.total(), counts.pending, counts.sent), (9, 2, 1));
}

#[test]
fn expected_is_the_sum_of_the_six_that_follow_it() {
    let standings =
        ObligationState::ALL.iter().map(|state| (*state, (*state == ObligationState::Acknowledged, false), 2));
    let counts: ObligationCounts = standings.collect();
    let six =
        counts.acknowledged + counts.awaiting + counts.excused + counts.unreachable + counts.lapsed + counts.superseded;
    assert_eq!((counts.expected, six), (12, 12));
    assert_eq!((counts.late, counts.proxy), (2, 0));
}

#[test]
fn the_counts_have_the_names_that_programs_read() {
    let text = serde_json::to_string(&ObligationCounts::default()).unwrap();
    let order =
        ["expected", "acknowledged", "awaiting", "excused", "unreachable", "lapsed", "superseded", "late", "proxy"];
    let keys: Vec<String> = order.iter().map(|key| format!("\"{key}\":0")).collect();
    assert_eq!(text, format!("{{{}}}", keys.join(",")));
}

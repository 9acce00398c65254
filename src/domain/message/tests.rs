//! What the transition table and the derivation promise.

use proptest::prelude::*;
use rstest::rstest;

use super::MessageState::{Cancelled, Expired, Failed, Pending, RetryWait, Sending, Sent, Skipped, Unknown};
use super::{DeliveryState, Lane, MessageState, Purpose, TRANSITIONS, UnknownLane, transitions_markdown};
use crate::domain::urgency::Urgency;

/// All the states a message goes through when `choices` pick among the allowed steps.
fn walk(choices: &[usize]) -> Vec<MessageState> {
    let mut path = vec![Pending];
    for choice in choices {
        let here = path[path.len() - 1];
        let next: Vec<_> = TRANSITIONS.iter().filter(|step| step.from == here).map(|step| step.to).collect();
        if next.is_empty() {
            break;
        }
        path.push(next[choice % next.len()]);
    }
    path
}

#[rstest]
#[case(Sent)]
#[case(Failed)]
#[case(Expired)]
#[case(Cancelled)]
#[case(Skipped)]
fn a_terminal_state_is_never_left(#[case] state: MessageState) {
    assert!(state.is_terminal());
    assert!(MessageState::ALL.iter().all(|next| !state.can_become(*next)));
}

#[test]
fn exactly_five_states_are_terminal() {
    assert_eq!(MessageState::ALL.iter().filter(|state| state.is_terminal()).count(), 5);
}

#[test]
fn nothing_becomes_pending_and_nothing_stays_where_it_is() {
    for state in MessageState::ALL {
        assert!(!state.can_become(Pending), "{state} must not become pending");
        assert!(!state.can_become(*state), "{state} to itself is not a step");
    }
}

#[test]
fn no_step_stands_in_the_table_twice() {
    for (index, step) in TRANSITIONS.iter().enumerate() {
        let twice = TRANSITIONS[index + 1..].iter().any(|other| other.from == step.from && other.to == step.to);
        assert!(!twice, "{} to {}", step.from, step.to);
    }
}

#[test]
fn an_unknown_outcome_is_only_lifted_by_the_truth() {
    let next: Vec<_> = MessageState::ALL.iter().filter(|next| Unknown.can_become(**next)).collect();
    assert_eq!(next, [&Sent, &Failed]);
}

#[test]
fn a_call_on_the_wire_can_be_neither_cancelled_nor_expired_nor_skipped() {
    for next in [Cancelled, Expired, Skipped] {
        assert!(!Sending.can_become(next));
    }
}

#[test]
fn only_a_proof_lets_a_message_say_not_sent_after_its_call_left() {
    let steps = TRANSITIONS.iter().filter(|step| !step.from.claims_not_sent() && step.to.claims_not_sent());
    let steps: Vec<_> = steps.map(|step| (step.from, step.to)).collect();
    assert_eq!(steps, [(Sending, RetryWait), (Sending, Failed), (Unknown, Failed)]);
}

#[test]
fn every_state_can_be_reached_from_pending() {
    let mut seen = vec![Pending];
    for _ in MessageState::ALL {
        let next: Vec<_> = TRANSITIONS.iter().filter(|step| seen.contains(&step.from)).map(|step| step.to).collect();
        seen.extend(next);
    }
    assert!(MessageState::ALL.iter().all(|state| seen.contains(state)));
}

proptest! {
    #[test]
    fn no_walk_goes_back_to_a_state_from_before_the_call(choices in prop::collection::vec(0_usize..64, 0..40)) {
        let path = walk(&choices);
        for (index, state) in path.iter().enumerate() {
            let rest = &path[index + 1..];
            if matches!(state, Unknown | Sent) {
                let claims: Vec<_> = rest.iter().filter(|next| next.claims_not_sent()).collect();
                prop_assert!(claims.iter().all(|next| **next == Failed), "{path:?}");
            }
            prop_assert!(!rest.contains(&Pending), "{path:?}");
            prop_assert!(!state.is_terminal() || rest.is_empty(), "{path:?}");
        }
    }

    #[test]
    fn a_delivery_is_sent_exactly_when_all_its_parts_are(
        picks in prop::collection::vec(0_usize..MessageState::ALL.len(), 1..6),
    ) {
        let parts: Vec<_> = picks.iter().map(|pick| MessageState::ALL[*pick]).collect();
        let state = DeliveryState::derive(&parts);
        prop_assert_eq!(state == DeliveryState::Sent, parts.iter().all(|part| *part == Sent));
        prop_assert_eq!(state == DeliveryState::Unknown, parts.contains(&Unknown));
        let mut reversed = parts.clone();
        reversed.reverse();
        prop_assert_eq!(DeliveryState::derive(&reversed), state);
    }
}

#[rstest]
#[case(&[], DeliveryState::Skipped)]
#[case(&[Pending], DeliveryState::Pending)]
#[case(&[RetryWait], DeliveryState::Pending)]
#[case(&[Sending, Pending], DeliveryState::Sending)]
#[case(&[Sent, Sending], DeliveryState::Sending)]
#[case(&[Sent, Sent], DeliveryState::Sent)]
#[case(&[Sent, Pending], DeliveryState::Partial)]
#[case(&[Sent, RetryWait], DeliveryState::Partial)]
#[case(&[Sent, Failed], DeliveryState::Partial)]
#[case(&[Sent, Skipped], DeliveryState::Partial)]
#[case(&[Sent, Unknown], DeliveryState::Unknown)]
#[case(&[Unknown, Sending], DeliveryState::Unknown)]
#[case(&[Failed, Pending], DeliveryState::Pending)]
#[case(&[Failed, Cancelled], DeliveryState::Failed)]
#[case(&[Expired, Cancelled], DeliveryState::Expired)]
#[case(&[Cancelled, Skipped], DeliveryState::Cancelled)]
#[case(&[Skipped, Skipped], DeliveryState::Skipped)]
fn a_delivery_is_what_its_messages_are(#[case] messages: &[MessageState], #[case] expected: DeliveryState) {
    assert_eq!(DeliveryState::derive(messages), expected);
    assert_eq!(
        expected.reached(),
        messages.contains(&Sent) && !messages.contains(&Unknown) && !messages.contains(&Sending)
    );
}

#[rstest]
#[case(Purpose::Reply, Urgency::Normal, 0)]
#[case(Purpose::Card, Urgency::Normal, 0)]
#[case(Purpose::Alert, Urgency::Flash, 0)]
#[case(Purpose::Broadcast, Urgency::Flash, 1)]
#[case(Purpose::Broadcast, Urgency::Express, 2)]
#[case(Purpose::Broadcast, Urgency::Urgent, 3)]
#[case(Purpose::Broadcast, Urgency::Normal, 4)]
#[case(Purpose::Reminder, Urgency::Flash, 5)]
#[case(Purpose::Edit, Urgency::Flash, 6)]
fn lanes_are_numbered_in_the_order_of_leaving(#[case] purpose: Purpose, #[case] urgency: Urgency, #[case] number: i64) {
    let lane = Lane::of(purpose, urgency);
    assert_eq!(lane.number(), number);
    assert_eq!(Lane::try_from(number), Ok(lane));
}

#[test]
fn what_lets_a_broadcast_go_is_first_and_strangers_are_last() {
    let numbers: Vec<i64> = Lane::ALL.iter().map(|lane| lane.number()).collect();
    assert_eq!(numbers, (-1..=7).collect::<Vec<_>>());
    assert_eq!((Lane::ALL.first(), Lane::ALL.last()), (Some(&Lane::Rescue), Some(&Lane::Stranger)));
}

#[test]
fn a_number_beyond_the_lanes_is_refused() {
    assert_eq!(Lane::try_from(8), Err(UnknownLane(8)));
    assert_eq!(Lane::try_from(-2), Err(UnknownLane(-2)));
}

#[test]
fn the_printed_table_has_one_row_for_every_step() {
    let table = transitions_markdown();
    assert_eq!(table.lines().count(), TRANSITIONS.len() + 2);
    assert!(table.contains("| `unknown` | `sent` | "));
    assert!(table.lines().all(|line| line.matches('|').count() == 4));
}

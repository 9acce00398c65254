use std::time::Duration;

use proptest::prelude::{any, prop_assert, prop_assert_eq, proptest};
use rstest::rstest;

use super::{
    Consequence, FailureReason, LONGEST_ASKED_WAIT, Outcome, PauseScope, Phase, RETRY_DELAYS, Retry, UnknownReason,
    next_try, same_text_stops,
};

#[test]
fn a_call_that_never_left_is_retried_and_pauses_the_gateway() {
    let expected = Outcome::RetryLater { after: None, scope: PauseScope::Gateway };
    assert_eq!(Outcome::of_transport(Phase::NotSent, true), expected);
    assert_eq!(Outcome::of_transport(Phase::NotSent, false), expected);
}

#[test]
fn a_call_that_left_is_unknown_however_it_broke() {
    assert_eq!(Outcome::of_transport(Phase::AfterSend, true), Outcome::Unknown(UnknownReason::Timeout));
    assert_eq!(Outcome::of_transport(Phase::AfterSend, false), Outcome::Unknown(UnknownReason::Reset));
}

#[rstest]
#[case(1, 2)]
#[case(2, 10)]
#[case(3, 30)]
#[case(4, 120)]
#[case(5, 300)]
fn the_waits_grow_as_the_table_says(#[case] tries: u32, #[case] seconds: u64) {
    let Retry::After(wait) = next_try(tries, PauseScope::Chat, None, u16::MAX / 2) else { panic!("gave up") };
    let off = wait.abs_diff(Duration::from_secs(seconds));
    assert!(off <= Duration::from_millis(seconds), "{wait:?}");
}

#[test]
fn after_the_table_a_chat_is_given_up_but_a_dead_gateway_is_not() {
    assert_eq!(next_try(6, PauseScope::Chat, None, 0), Retry::GiveUp);
    let asked = Duration::from_secs(5);
    assert_eq!(
        next_try(600, PauseScope::Chat, Some(asked), 0),
        Retry::After(asked),
        "a platform that asks for patience gets it"
    );
    let Retry::After(wait) = next_try(u32::MAX, PauseScope::Gateway, None, 0) else { panic!("gave up") };
    assert_eq!(wait, Duration::from_mins(4));
}

#[test]
fn the_wait_the_platform_asked_for_is_kept_in_full_up_to_a_fortnight() {
    let asked = |seconds| next_try(1, PauseScope::Chat, Some(Duration::from_secs(seconds)), u16::MAX);
    assert_eq!(asked(10_072), Retry::After(Duration::from_secs(10_072)));
    assert_eq!(asked(u64::MAX), Retry::After(LONGEST_ASKED_WAIT));
}

#[test]
fn content_that_fails_for_certain_stops_the_broadcast_at_once_and_a_generic_refusal_does_not() {
    let stopping: Vec<_> = FailureReason::ALL.iter().filter(|reason| reason.stops_broadcast()).collect();
    let expected = ["too_long", "bad_markup", "too_big", "content_other"];
    assert_eq!(stopping.iter().map(|reason| reason.as_str()).collect::<Vec<_>>(), expected);
    assert_eq!(FailureReason::Generic.consequence(), Consequence::SuspectContent);
}

#[test]
fn a_bad_token_halts_the_gateway_instead_of_failing_chat_after_chat() {
    assert_eq!(FailureReason::Unauthorized.consequence(), Consequence::HaltGateway);
}

#[rstest]
#[case(&[("a", "x"), ("b", "x"), ("c", "x")], false, true)]
#[case(&[("a", "x"), ("b", "x"), ("c", "x")], true, false)]
#[case(&[("a", "x"), ("b", "x"), ("c", "y")], false, false)]
#[case(&[("a", "x"), ("a", "x"), ("a", "x")], false, false)]
#[case(&[("a", "x"), ("d", "y"), ("b", "x"), ("a", "x"), ("c", "x")], false, true)]
#[case(&[], false, false)]
fn three_chats_with_one_text_and_no_success_mean_the_content_is_at_fault(
    #[case] refusals: &[(&str, &str)],
    #[case] any_sent: bool,
    #[case] stops: bool,
) {
    assert_eq!(same_text_stops(refusals, any_sent), stops);
}

proptest! {
    #[test]
    fn jitter_stays_within_a_fifth(tries in 1_u32..=5, roll in any::<u16>()) {
        let table = RETRY_DELAYS[tries as usize - 1];
        let Retry::After(wait) = next_try(tries, PauseScope::Chat, None, roll) else { panic!("gave up") };
        prop_assert!(wait >= table * 8 / 10 && wait <= table * 12 / 10);
    }

    #[test]
    fn only_failures_of_its_own_give_a_message_up(tries in 1_u32.., roll in any::<u16>(), asked in proptest::option::of(any::<u32>())) {
        let asked = asked.map(|seconds| Duration::from_secs(seconds.into()));
        let by_chat = next_try(tries, PauseScope::Chat, asked, roll);
        prop_assert_eq!(by_chat == Retry::GiveUp, asked.is_none() && tries as usize > RETRY_DELAYS.len());
        let Retry::After(wait) = next_try(tries, PauseScope::Gateway, asked, roll) else { panic!("an outage used up a try") };
        prop_assert!(asked.is_none_or(|asked| wait == asked.min(LONGEST_ASKED_WAIT)), "{wait:?}");
        prop_assert!(wait <= LONGEST_ASKED_WAIT, "{wait:?}");
    }
}

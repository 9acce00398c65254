use rstest::rstest;

use super::{ObligationState, Way};

#[rstest]
#[case(ObligationState::Awaiting, ObligationState::Acknowledged, true)]
#[case(ObligationState::Awaiting, ObligationState::Unreachable, true)]
#[case(ObligationState::Unreachable, ObligationState::Acknowledged, true)]
#[case(ObligationState::Unreachable, ObligationState::Awaiting, true)]
#[case(ObligationState::Lapsed, ObligationState::Acknowledged, true)]
#[case(ObligationState::Lapsed, ObligationState::Awaiting, false)]
#[case(ObligationState::Acknowledged, ObligationState::Awaiting, false)]
#[case(ObligationState::Acknowledged, ObligationState::Superseded, false)]
#[case(ObligationState::Superseded, ObligationState::Acknowledged, false)]
#[case(ObligationState::Excused, ObligationState::Acknowledged, false)]
fn the_table_allows_exactly_the_documented_steps(
    #[case] from: ObligationState,
    #[case] to: ObligationState,
    #[case] allowed: bool,
) {
    assert_eq!(from.can_become(to), allowed);
}

#[test]
fn no_state_follows_itself() {
    for state in ObligationState::ALL {
        assert!(!state.can_become(*state), "{state}");
    }
}

#[test]
fn an_acknowledgement_is_never_taken_back() {
    assert!(ObligationState::Acknowledged.successors().is_empty());
}

#[test]
fn whatever_may_become_acknowledged_takes_answers() {
    for state in ObligationState::ALL {
        if state.can_become(ObligationState::Acknowledged) {
            assert!(state.takes_answers(), "{state}");
        }
    }
}

#[test]
fn only_an_awaiting_obligation_keeps_its_broadcast_open() {
    let open: Vec<_> = ObligationState::ALL.iter().filter(|state| !state.is_settled()).collect();
    assert_eq!(open, [&ObligationState::Awaiting]);
}

#[test]
fn the_stored_words_are_the_published_ones() {
    let words: Vec<_> = Way::ALL.iter().map(|way| way.as_str()).collect();
    assert_eq!(words, ["button", "reply", "code", "private", "proxy", "command"]);
}

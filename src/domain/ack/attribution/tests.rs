use rstest::rstest;

use super::{
    Answer, AnswerWay, Attribution, CodesMean, IgnoreReason, ObligationState, OpenItem, PersonSeat, Way, attribute,
};
use crate::domain::ack::{Meaning, Strength, TroubleKind, understand};

fn ids(list: &[&str]) -> Vec<String> {
    list.iter().map(|id| (*id).to_owned()).collect()
}

fn item(broadcast: &str, unit: &str, state: ObligationState) -> OpenItem {
    OpenItem {
        obligation_id: format!("{broadcast}/{unit}"),
        broadcast_id: broadcast.to_owned(),
        unit_id: unit.to_owned(),
        state,
    }
}

/// One broadcast to the villages 3, 4 and 5.
fn one_open() -> Vec<OpenItem> {
    ["u3", "u4", "u5"].map(|unit| item("b1", unit, ObligationState::Awaiting)).to_vec()
}

fn two_open() -> Vec<OpenItem> {
    let mut open = one_open();
    open.push(item("b2", "u3", ObligationState::Awaiting));
    open
}

fn seat(unit: &str, answering: bool) -> PersonSeat {
    PersonSeat { unit_id: unit.to_owned(), answering }
}

/// The head of village 3 says something in the joint group of all heads, to nobody in particular.
fn head_says(text: &str) -> Answer {
    Answer {
        way: AnswerWay::Plain,
        replied_to_our_message: None,
        replied_to_other: false,
        private: false,
        proves_address: false,
        meaning: understand(text),
        named_units: Vec::new(),
        codes: Vec::new(),
        codes_mean: CodesMean::All,
        person_seats: vec![seat("u3", true)],
        covered_units: Some(ids(&["u3", "u4", "u5"])),
    }
}

fn head_replies(text: &str) -> Answer {
    Answer { way: AnswerWay::Reply, replied_to_our_message: Some("b1".to_owned()), ..head_says(text) }
}

fn settle(list: &[&str]) -> Attribution {
    Attribution::Settle(ids(list))
}

const fn ignore(reason: IgnoreReason) -> Attribution {
    Attribution::Ignore(reason)
}

#[test]
fn a_reply_settles_the_holders_own_unit_and_no_other() {
    assert_eq!(attribute(&head_replies("da nhan"), &two_open()), settle(&["b1/u3"]));
}

#[test]
fn a_code_in_the_text_beats_the_message_replied_to() {
    let answer = Answer { codes: ids(&["b2"]), ..head_replies("đã nhận VB-2025-0043") };
    assert_eq!(attribute(&answer, &two_open()), settle(&["b2/u3"]));
}

#[test]
fn a_code_of_several_open_firings_is_asked_about_unless_one_is_left() {
    let answer = Answer { codes: ids(&["b1", "b2"]), codes_mean: CodesMean::OneOf, ..head_says("đã nhận vb 42") };
    assert_eq!(attribute(&answer, &two_open()), Attribution::AskWhich(ids(&["b1/u3", "b2/u3"])));
    let one_left: Vec<OpenItem> = two_open().into_iter().filter(|item| item.broadcast_id == "b2").collect();
    assert_eq!(attribute(&answer, &one_left), settle(&["b2/u3"]));
}

#[test]
fn two_codes_settle_both_bulletins() {
    let answer = Answer { codes: ids(&["b1", "b2"]), ..head_says("đã nhận vb 42, vb 43") };
    assert_eq!(attribute(&answer, &two_open()), settle(&["b1/u3", "b2/u3"]));
}

#[rstest]
#[case("đã nhận", settle(&["b1/u3"]))]
#[case("ok", ignore(IgnoreReason::NoProofOfAddress))]
#[case("👍", ignore(IgnoreReason::NoProofOfAddress))]
#[case("dạ", ignore(IgnoreReason::NoProofOfAddress))]
#[case("chiều nay họp nhé", ignore(IgnoreReason::NotAnAnswer))]
fn without_proof_of_address_only_a_strong_phrase_counts(#[case] text: &str, #[case] expected: Attribution) {
    assert_eq!(attribute(&head_says(text), &one_open()), expected);
}

#[rstest]
#[case("ok")]
#[case("rõ")]
#[case("dạ")]
#[case("👍")]
fn a_weak_phrase_counts_as_a_reply_to_our_message(#[case] text: &str) {
    assert_eq!(attribute(&head_replies(text), &two_open()), settle(&["b1/u3"]));
}

#[test]
fn with_two_open_the_answer_is_to_ask() {
    let asked = Attribution::AskWhich(ids(&["b1/u3", "b2/u3"]));
    assert_eq!(attribute(&head_says("đã nhận"), &two_open()), asked);
    let in_private = Answer { way: AnswerWay::Private, private: true, covered_units: None, ..head_says("ok") };
    assert_eq!(attribute(&in_private, &two_open()), asked);
}

#[test]
fn hearing_it_in_a_zalo_bot_group_is_proof_of_address() {
    let answer = Answer { proves_address: true, ..head_says("ok") };
    assert_eq!(attribute(&answer, &one_open()), settle(&["b1/u3"]));
    let bare = Answer { proves_address: true, way: AnswerWay::Reply, ..head_says("dạ") };
    assert_eq!(attribute(&bare, &one_open()), Attribution::AskWhich(ids(&["b1/u3"])));
}

#[test]
fn a_polite_noise_in_private_is_asked_about() {
    let answer = Answer { way: AnswerWay::Private, private: true, covered_units: None, ..head_says("dạ") };
    assert_eq!(attribute(&answer, &one_open()), Attribution::AskWhich(ids(&["b1/u3"])));
}

#[rstest]
#[case("ok")]
#[case("đã nhận")]
#[case("chưa nhận được")]
fn an_answer_to_another_person_is_ignored(#[case] text: &str) {
    let answer = Answer { way: AnswerWay::Plain, replied_to_other: true, ..head_says(text) };
    assert_eq!(attribute(&answer, &one_open()), ignore(IgnoreReason::RepliedToAnother));
}

#[test]
fn a_head_who_names_their_unit_under_another_heads_answer_is_heard() {
    let answer = Answer { replied_to_other: true, named_units: ids(&["u3"]), ..head_says("thôn 3 đã nhận") };
    assert_eq!(attribute(&answer, &one_open()), settle(&["b1/u3"]));
}

#[test]
fn somebody_without_a_seat_is_ignored_even_as_a_reply() {
    let answer = Answer { person_seats: Vec::new(), ..head_replies("đã nhận") };
    assert_eq!(attribute(&answer, &one_open()), ignore(IgnoreReason::NotAHolder));
}

#[test]
fn naming_a_foreign_unit_settles_nothing() {
    let answer = Answer { named_units: ids(&["u5"]), ..head_replies("thôn 5 đã nhận") };
    assert_eq!(attribute(&answer, &one_open()), ignore(IgnoreReason::NotTheirUnit));
}

#[test]
fn one_person_with_two_seats_answers_for_both_at_once() {
    let answer = Answer { person_seats: vec![seat("u3", true), seat("u4", true)], ..head_replies("đã nhận") };
    assert_eq!(attribute(&answer, &one_open()), settle(&["b1/u3", "b1/u4"]));
    let named = Answer { named_units: ids(&["u4"]), ..answer };
    assert_eq!(attribute(&named, &one_open()), settle(&["b1/u4"]));
}

#[test]
fn in_a_village_group_a_head_of_two_answers_only_for_that_village() {
    let answer = Answer {
        person_seats: vec![seat("u3", true), seat("u4", true)],
        covered_units: Some(ids(&["u3"])),
        ..head_replies("đã nhận")
    };
    assert_eq!(attribute(&answer, &one_open()), settle(&["b1/u3"]));
}

#[test]
fn in_private_all_own_seats_are_settled_whatever_the_groups() {
    let answer = Answer {
        way: AnswerWay::Private,
        private: true,
        covered_units: None,
        person_seats: vec![seat("u3", true), seat("u5", true)],
        ..head_says("đã nhận")
    };
    assert_eq!(attribute(&answer, &one_open()), settle(&["b1/u3", "b1/u5"]));
}

#[test]
fn a_deputy_has_to_name_the_unit_in_a_joint_group() {
    let deputy = Answer { person_seats: vec![seat("u3", false)], ..head_replies("đã nhận") };
    assert_eq!(attribute(&deputy, &one_open()), Attribution::AskWhich(ids(&["b1/u3"])));
    let named = Answer { named_units: ids(&["u3"]), ..deputy };
    assert_eq!(attribute(&named, &one_open()), settle(&["b1/u3"]));
}

#[test]
fn a_deputy_who_says_it_to_nobody_is_not_asked_back() {
    let deputy = Answer { person_seats: vec![seat("u3", false)], ..head_says("đã nhận") };
    assert_eq!(attribute(&deputy, &one_open()), ignore(IgnoreReason::NoProofOfAddress));
}

#[test]
fn a_deputy_need_not_name_the_unit_in_its_own_group() {
    let deputy = Answer {
        person_seats: vec![seat("u3", false)],
        covered_units: Some(ids(&["u3"])),
        ..head_replies("da nhan a")
    };
    assert_eq!(attribute(&deputy, &one_open()), settle(&["b1/u3"]));
}

#[test]
fn a_deputy_has_to_name_the_unit_in_private() {
    let deputy = Answer {
        way: AnswerWay::Private,
        private: true,
        covered_units: None,
        person_seats: vec![seat("u3", false)],
        ..head_says("đã nhận")
    };
    assert_eq!(attribute(&deputy, &one_open()), Attribution::AskWhich(ids(&["b1/u3"])));
    let named = Answer { named_units: ids(&["u3"]), ..deputy };
    assert_eq!(attribute(&named, &one_open()), settle(&["b1/u3"]));
}

#[test]
fn a_head_who_is_also_a_deputy_elsewhere_answers_as_head() {
    let answer = Answer { person_seats: vec![seat("u3", false), seat("u5", true)], ..head_replies("đã nhận") };
    assert_eq!(attribute(&answer, &one_open()), settle(&["b1/u5"]));
}

#[test]
fn a_head_who_replies_to_what_only_concerns_their_deputyship_is_asked() {
    let answer = Answer { person_seats: vec![seat("u3", false), seat("u5", true)], ..head_replies("đã nhận") };
    let open = [item("b1", "u3", ObligationState::Awaiting), item("b2", "u5", ObligationState::Awaiting)];
    assert_eq!(attribute(&answer, &open), Attribution::AskWhich(ids(&["b1/u3"])));
}

#[test]
fn in_a_chat_that_covers_nothing_nothing_is_settled() {
    let answer = Answer { covered_units: None, ..head_replies("đã nhận") };
    assert_eq!(attribute(&answer, &one_open()), ignore(IgnoreReason::NothingOpen));
}

#[test]
fn trouble_opens_an_issue_and_settles_nothing() {
    let answer = head_replies("chưa nhận được file");
    assert_eq!(attribute(&answer, &one_open()), Attribution::Issue(ids(&["b1/u3"])));
    let strength = Strength::Weak;
    let aside = Answer { meaning: Meaning::Trouble { strength, kind: TroubleKind::NotReceived }, ..head_says("") };
    assert_eq!(attribute(&aside, &one_open()), ignore(IgnoreReason::NoProofOfAddress));
}

#[rstest]
#[case(ObligationState::Acknowledged, true)]
#[case(ObligationState::Unreachable, true)]
#[case(ObligationState::Lapsed, true)]
#[case(ObligationState::Superseded, false)]
#[case(ObligationState::Excused, false)]
fn a_reply_is_recorded_late_and_twice_but_not_on_an_old_version(
    #[case] state: ObligationState,
    #[case] recorded: bool,
) {
    let expected = if recorded { settle(&["b1/u3"]) } else { ignore(IgnoreReason::NothingOpen) };
    assert_eq!(attribute(&head_replies("đã nhận"), &[item("b1", "u3", state)]), expected);
    assert_eq!(
        attribute(&head_says("đã nhận"), &[item("b1", "u3", state)]),
        ignore(IgnoreReason::NothingOpen),
        "without a pointer only what is awaiting can be meant"
    );
}

#[rstest]
#[case(AnswerWay::Button, &[], Way::Button)]
#[case(AnswerWay::Reply, &[], Way::Reply)]
#[case(AnswerWay::Plain, &["b1"], Way::Code)]
#[case(AnswerWay::Private, &[], Way::Private)]
#[case(AnswerWay::Command, &["b1"], Way::Command)]
fn the_recorded_way_is_the_strongest_thing_known(
    #[case] way: AnswerWay,
    #[case] codes: &[&str],
    #[case] recorded: Way,
) {
    let answer = Answer { way, codes: ids(codes), ..head_says("đã nhận") };
    assert_eq!(answer.recorded_way(), recorded);
}

#[test]
fn nobody_open_means_nothing_to_settle() {
    assert_eq!(attribute(&head_replies("đã nhận"), &[]), ignore(IgnoreReason::NothingOpen));
}

#[test]
fn the_loudspeaker_is_about_what_was_confirmed_and_is_asked_about_where_several_may_be_meant() {
    let confirmed = vec![item("b1", "u3", ObligationState::Acknowledged)];
    assert_eq!(attribute(&head_says("đã phát loa"), &confirmed), settle(&["b1/u3"]));
    assert_eq!(attribute(&head_says("đã nhận"), &confirmed), Attribution::Ignore(IgnoreReason::NothingOpen));
    let both = [confirmed, vec![item("b2", "u3", ObligationState::Awaiting)]].concat();
    assert_eq!(attribute(&head_says("đã phát loa"), &both), Attribution::AskWhich(ids(&["b1/u3", "b2/u3"])));
    assert_eq!(attribute(&head_says("đã nhận"), &both), settle(&["b2/u3"]));
}

//! Documents in Zalo groups.

use super::*;

fn ct06(on: &str, documents: &[DocumentReach]) -> TargetProgress {
    line_of(&plan("2025-07-08"), "CT06", day(on), &[], documents)
}

fn groups(part: u32) -> Coverage {
    Coverage { part, whole: 24 }
}

#[test]
fn a_document_that_reached_seventeen_of_twenty_four_groups_counts_once_with_that_coverage() {
    let line = ct06("2025-10-28", &[document("VB-2025-0042", "2025-10-27", 17)]);
    assert_eq!((line.count, line.coverage, line.permille), (1, Some(groups(17)), Some(708)));
    assert_eq!((line.status, line.required, line.beside), (Status::Tracked, None, None));
}

#[test]
fn a_delivery_by_telegram_stands_beside_and_is_never_counted() {
    let zalo_and_telegram = DocumentReach { other_planned: 1, other_sent: 1, ..document("VB-1", "2025-10-27", 23) };
    let line = ct06("2025-10-28", &[zalo_and_telegram]);
    assert_eq!((line.count, line.coverage), (1, Some(groups(23))));
    assert_eq!(line.beside, Some(Coverage { part: 1, whole: 1 }));
    let other_first_sent_on = Some(day("2025-10-27"));
    let telegram_only =
        DocumentReach { other_planned: 24, other_sent: 24, other_first_sent_on, ..document("VB-2", "", 0) };
    let line = ct06("2025-10-28", std::slice::from_ref(&telegram_only));
    assert_eq!((line.count, line.coverage, line.beside), (0, None, Some(groups(24))));
    // Another month, another line.
    let november = ct06("2025-11-28", &[telegram_only]);
    assert_eq!((november.count, november.beside), (0, None));
}

#[test]
fn an_unknown_outcome_counts_when_it_is_settled() {
    let before = ct06("2025-10-28", &[document("VB-1", "", 0)]);
    let after = ct06("2025-10-28", &[document("VB-1", "2025-10-27", 1)]);
    assert_eq!((before.count, after.count, after.coverage), (0, 1, Some(groups(1))));
}

#[test]
fn a_withdrawn_document_stops_counting() {
    let kept = document("VB-1", "2025-10-20", 24);
    let withdrawn = DocumentReach { withdrawn: true, ..document("VB-2", "2025-10-21", 24) };
    let line = ct06("2025-10-28", &[kept, withdrawn]);
    assert_eq!((line.count, line.coverage), (1, Some(groups(24))));
}

#[test]
fn a_correction_is_the_same_document_dated_at_its_first_sending() {
    let first = document("VB-1", "2025-10-31", 24);
    let correction = DocumentReach { corrects: Some("VB-1".to_owned()), ..document("VB-2", "2025-11-03", 20) };
    let again = DocumentReach { corrects: Some("VB-2".to_owned()), ..document("VB-3", "2025-11-04", 22) };
    let all = [again, first, correction];
    assert_eq!(ct06("2025-11-05", &all).count, 0);
    let plan = plan("2025-07-08");
    let months =
        progress_range(&plan, "CT06", &plan.enforced_period().unwrap(), day("2025-11-05"), &[], &all, &weekday);
    let october = months.iter().find(|l| l.period_label == "Tháng 10/2025").unwrap();
    assert_eq!((october.count, october.coverage), (1, Some(groups(22))));
    assert_eq!(ct06("2025-10-31", &all).coverage, Some(groups(24)));
}

#[test]
fn a_correction_outlives_the_withdrawal_of_what_it_corrects() {
    let first = DocumentReach { withdrawn: true, ..document("VB-1", "2025-10-20", 24) };
    let correction = DocumentReach { corrects: Some("VB-1".to_owned()), ..document("VB-2", "2025-10-22", 20) };
    let unsent = DocumentReach { corrects: Some("VB-2".to_owned()), ..document("VB-3", "", 0) };
    let line = ct06("2025-10-28", &[first, correction, unsent]);
    assert_eq!((line.count, line.coverage, line.last_on), (1, Some(groups(20)), Some(day("2025-10-22"))));
}

#[test]
fn a_ring_of_corrections_is_one_document() {
    let ring =
        |code: &str, of: &str| DocumentReach { corrects: Some(of.to_owned()), ..document(code, "2025-10-20", 24) };
    let line = ct06("2025-10-28", &[ring("A", "B"), ring("B", "C"), ring("C", "B"), ring("D", "D")]);
    assert_eq!((line.count, line.coverage), (2, Some(Coverage { part: 48, whole: 48 })));
}

#[test]
fn the_level_of_a_document_decides_its_target() {
    let local = DocumentReach { level: Level::Local, ..document("VB-1", "2025-10-20", 24) };
    let all = [local, document("VB-2", "2025-10-20", 24), document("VB-3", "2025-10-21", 24)];
    let plan = plan("2025-07-08");
    let count = |id| line_of(&plan, id, day("2025-10-28"), &[], &all).count;
    assert_eq!((count("CT06"), count("CT07")), (2, 1));
}

#[test]
fn a_chat_group_act_typed_by_hand_never_counts_as_a_document() {
    let typed = act(Channel::ChatGroup, "2025-10-20");
    let plan = plan("2025-07-08");
    for id in ["CT06", "CT07"] {
        assert_eq!(line_of(&plan, id, day("2025-10-28"), std::slice::from_ref(&typed), &[]).count, 0);
    }
}

use proptest::prelude::{any, prop_assert, prop_assert_eq, proptest};
use rstest::rstest;

use super::{
    Due, Ladder, Millis, ObligationState, Policies, ReminderRule, StepKind, Urgency, is_enough, is_listed, is_reminded,
    reminds_after_end, warn_of_release,
};
use crate::domain::calendar::{Holidays, OfficeHours};
use crate::domain::urgency::AfterWindow;

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;

/// The steps in minutes after the start.
fn planned(minutes: i64, urgency: Urgency) -> Vec<(i64, &'static str)> {
    let start = 1_753_662_600_000;
    let ladder = Ladder::plan(Millis(start), Millis(start + minutes * MINUTE), urgency);
    ladder.steps.iter().map(|step| ((step.at.0 - start) / MINUTE, step.kind.as_str())).collect()
}

#[rstest]
#[case(34 * 60, &[(17 * 60, "remind"), (32 * 60, "remind"), (34 * 60, "list")])]
#[case(10 * 60, &[(5 * 60, "remind"), (8 * 60, "remind"), (10 * 60, "list")])]
#[case(5 * 60, &[(150, "remind"), (180, "remind"), (300, "list")])]
#[case(299, &[(149, "remind"), (299, "list")])]
#[case(60, &[(30, "remind"), (60, "list")])]
#[case(59, &[(59, "list")])]
#[case(0, &[(0, "list")])]
#[case(-60, &[(0, "list")])]
fn an_ordinary_bulletin_is_reminded_at_half_time_and_two_hours_before_the_end(
    #[case] minutes: i64,
    #[case] expected: &[(i64, &str)],
) {
    assert_eq!(planned(minutes, Urgency::Normal), expected);
}

#[test]
fn urgent_bulletins_are_reminded_by_the_clock() {
    let urgent = [(60, "remind"), (120, "remind"), (180, "remind"), (240, "list")];
    assert_eq!(planned(240, Urgency::Urgent), urgent);
    let express = [(30, "remind"), (60, "remind"), (90, "remind"), (120, "remind"), (120, "list")];
    assert_eq!(planned(120, Urgency::Express), express);
    let flash = [(10, "remind"), (20, "remind"), (30, "remind"), (30, "list")];
    assert_eq!(planned(30, Urgency::Flash), flash);
}

#[test]
fn a_short_urgent_window_keeps_its_end() {
    assert_eq!(planned(25, Urgency::Flash), [(10, "remind"), (20, "remind"), (25, "list")]);
    assert_eq!(planned(5, Urgency::Flash), [(5, "list")]);
}

#[test]
fn a_configured_rule_takes_the_place_of_the_default_one() {
    let rule = ReminderRule::MiddleAndBeforeEnd { before_end: 0 };
    let ladder = Ladder::plan_by(Millis(0), Millis(4 * HOUR), rule);
    let at: Vec<_> = ladder.steps.iter().map(|step| (step.at.0 / HOUR, step.kind)).collect();
    assert_eq!(at, [(2, StepKind::Remind), (4, StepKind::List)]);
    let rule = ReminderRule::Every { minutes: 90, max: 9 };
    assert_eq!(Ladder::plan_by(Millis(0), Millis(4 * HOUR), rule).steps.len(), 3);
}

#[test]
fn the_more_urgent_the_further_the_list_reaches() {
    let policies = Policies::default();
    let reach: Vec<_> = Urgency::ALL.iter().map(|urgency| policies.of(*urgency).after_window).collect();
    assert_eq!(reach, AfterWindow::ALL);
    assert_eq!(reach.iter().map(|reach| reach.calls()).collect::<Vec<_>>(), [false, false, true, true]);
}

/// One row of the table of urgencies in a line: start within, window, reminders in minutes, approval.
fn row(urgency: Urgency) -> (Option<u32>, i64, Vec<i64>, bool, Option<u32>) {
    let policy = *Policies::default().of(urgency);
    // Monday 28/7/2025, 07:30: the office closes on Tuesday at 17:00, 33 and a half hours later.
    let sent = Millis(1_753_662_600_000);
    let ends = policy.ack_window.ends(sent, &Holidays::default(), &OfficeHours::default());
    let steps = Ladder::plan_by(sent, ends, policy.reminders).steps;
    let reminders = steps.iter().filter(|step| step.kind == StepKind::Remind);
    let minutes = reminders.map(|step| (step.at.0 - sent.0) / MINUTE).collect();
    let window = (ends.0 - sent.0) / MINUTE;
    (policy.start_within_minutes, window, minutes, policy.duty_may_approve, policy.approve_after_within_minutes)
}

#[rstest]
#[case(Urgency::Normal, (None, 2_010, vec![1_005, 1_890], false, None))]
#[case(Urgency::Urgent, (Some(15), 240, vec![60, 120, 180], false, None))]
#[case(Urgency::Express, (Some(5), 120, vec![30, 60, 90, 120], true, None))]
#[case(Urgency::Flash, (Some(1), 30, vec![10, 20, 30], false, Some(1_440)))]
fn every_row_of_the_table_stands_as_the_commune_was_told(
    #[case] urgency: Urgency,
    #[case] expected: (Option<u32>, i64, Vec<i64>, bool, Option<u32>),
) {
    assert_eq!(row(urgency), expected);
}

#[test]
fn only_where_hours_do_not_count_a_reminder_follows_the_end() {
    let late: Vec<_> = Urgency::ALL.iter().filter(|urgency| reminds_after_end(**urgency)).collect();
    assert_eq!(late, [&Urgency::Express, &Urgency::Flash]);
}

#[rstest]
#[case(19, Some(20), false)]
#[case(20, Some(20), true)]
#[case(24, None, false)]
fn enough_answers_end_the_nagging(#[case] acknowledged: usize, #[case] quorum: Option<i64>, #[case] enough: bool) {
    assert_eq!(is_enough(acknowledged, quorum), enough);
}

#[test]
fn approvers_are_reminded_four_hours_before_the_day_is_over() {
    assert_eq!(warn_of_release(Millis(0), Millis(24 * HOUR)), Millis(20 * HOUR));
}

fn flash() -> Ladder {
    Ladder::plan(Millis(0), Millis(30 * MINUTE), Urgency::Flash)
}

#[test]
fn reminders_missed_while_the_service_was_down_become_one() {
    let due = flash().due(None, Millis(25 * MINUTE));
    assert_eq!(due.reminder.map(|step| step.at), Some(Millis(20 * MINUTE)));
    assert_eq!(due.list, None);
    assert_eq!(flash().due(Some(Millis(20 * MINUTE)), Millis(25 * MINUTE)), Due::default());
}

#[test]
fn at_the_end_there_is_one_reminder_and_the_list() {
    let due = flash().due(Some(Millis(20 * MINUTE)), Millis(HOUR));
    assert_eq!(due.reminder.map(|step| step.at), Some(Millis(30 * MINUTE)));
    assert_eq!(due.list.map(|step| step.kind), Some(StepKind::List));
}

#[test]
fn nothing_is_due_early_or_after_the_end() {
    assert_eq!(flash().due(None, Millis(10 * MINUTE - 1)), Due::default());
    assert_eq!(flash().due(Some(Millis(30 * MINUTE)), Millis(HOUR)), Due::default());
    assert_eq!(flash().next_after(None), Some(Millis(10 * MINUTE)));
    assert_eq!(flash().next_after(Some(Millis(30 * MINUTE))), None);
}

#[test]
fn the_unreachable_are_listed_but_not_nagged() {
    let reminded: Vec<_> = ObligationState::ALL.iter().filter(|state| is_reminded(**state)).collect();
    assert_eq!(reminded, [&ObligationState::Awaiting]);
    let listed: Vec<_> = ObligationState::ALL.iter().filter(|state| is_listed(**state)).collect();
    assert_eq!(listed, [&ObligationState::Awaiting, &ObligationState::Unreachable]);
}

#[test]
fn the_snapshot_reads_back_and_says_plainly_what_it_is() {
    let ladder = Ladder::plan(Millis(0), Millis(HOUR), Urgency::Normal);
    let json = serde_json::to_string(&ladder).unwrap();
    assert_eq!(json, r#"{"steps":[{"at":1800000,"kind":"remind"},{"at":3600000,"kind":"list"}]}"#);
    assert_eq!(serde_json::from_str::<Ladder>(&json).unwrap(), ladder);
    assert!(serde_json::from_str::<Ladder>(r#"{"steps":[{"at":1,"kind":"shout"}]}"#).is_err());
}

proptest! {
    #[test]
    fn steps_are_in_order_inside_the_window_and_end_with_one_list(
        start in any::<i64>(),
        deadline in any::<i64>(),
        level in 0_usize..4,
    ) {
        let ladder = Ladder::plan(Millis(start), Millis(deadline), Urgency::ALL[level]);
        let at: Vec<i64> = ladder.steps.iter().map(|step| step.at.0).collect();
        prop_assert!(at.is_sorted() && at[0] >= start);
        prop_assert!(at[at.len() - 1] <= deadline.max(start));
        let lists = ladder.steps.iter().filter(|step| step.kind != StepKind::Remind).count();
        prop_assert_eq!(lists, 1);
        prop_assert!(ladder.steps[ladder.steps.len() - 1].kind != StepKind::Remind);
    }
}

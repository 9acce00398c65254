//! Weeks, phases, partial periods and holidays.

use rstest::rstest;

use super::*;
use crate::domain::period::NotJudgedReason;

fn range(issued: &str, target: &str, on: &str, items: &[CountedItem]) -> Vec<TargetProgress> {
    let plan = plan(issued);
    let peak = plan.enforced_period().unwrap();
    progress_range(&plan, target, &peak, day(on), items, &[], &weekday)
}

#[test]
fn an_article_of_sunday_belongs_to_week_thirty_and_one_of_monday_to_week_thirty_one() {
    let items = [act(Channel::Portal, "2025-07-27"), act(Channel::Portal, "2025-07-28")];
    let lines = range("2025-07-08", "CT02", "2025-08-31", &items);
    let week = |number| lines.iter().find(|l| l.period.iso_week() == number).unwrap();
    assert_eq!((week(30).count, week(30).period_label.as_str()), (1, "Tuần 30 (21/7–27/7/2025)"));
    assert_eq!((week(31).count, week(31).status), (1, Status::Met));
    assert_eq!(week(32).status, Status::NotMet);
}

#[rstest]
#[case("2025-07-01", Some(8), 27)]
#[case("2025-07-08", Some(7), 26)]
#[case("2025-07-15", Some(5), 25)]
#[case("2025-07-17", None, 25)]
#[case("2025-07-28", None, 23)]
#[case("", None, 27)]
fn the_day_of_issue_decides_what_july_and_its_weeks_require(
    #[case] issued: &str,
    #[case] july: Option<u32>,
    #[case] weeks: usize,
) {
    let months = range(issued, "CT01", "2025-12-31", &[]);
    assert_eq!((months.len(), months[0].required), (6, july));
    let lines = range(issued, "CT02", "2026-02-01", &[]);
    assert_eq!(lines.len(), weeks);
    assert_eq!(lines[weeks - 1].reason, Some(NotJudgedReason::TooFewDays));
    assert_eq!(lines[0].required, (!issued.is_empty()).then_some(1));
}

#[test]
fn without_a_day_of_issue_nothing_is_judged_until_august_but_the_one_offs() {
    let weeks = range("", "CT02", "2025-12-31", &[]);
    for week in &weeks {
        let unknown = week.period.from < day("2025-08-01");
        assert_eq!(week.reason == Some(NotJudgedReason::IssueDateUnknown), unknown, "{}", week.period_label);
    }
    let first_judged = weeks.iter().find(|w| w.required.is_some()).unwrap();
    assert_eq!(first_judged.period_label, "Tuần 32 (04/8–10/8/2025)");
    let months = range("", "CT01", "2025-12-31", &[]);
    assert_eq!((months[0].status, months[1].required), (Status::NotJudged, Some(8)));
    assert_eq!(line_of(&plan(""), "CT03", day("2025-08-01"), &[], &[]).status, Status::NotMet);
}

#[test]
fn what_was_done_in_a_period_that_is_not_judged_still_shows() {
    let line = line_of(&plan("2025-07-28"), "CT01", day("2025-07-30"), &[act(Channel::Radio, "2025-07-29")], &[]);
    assert_eq!((line.count, line.status, line.required, line.stated), (1, Status::NotJudged, None, Some(8)));
}

#[test]
fn the_week_of_new_year_has_three_peak_days_and_is_not_judged() {
    let line = line("CT02", "2025-12-30", &[]);
    assert_eq!(line.period_label, "Tuần 1 (29/12/2025–04/01/2026)");
    assert_eq!((line.status, line.reason), (Status::NotJudged, Some(NotJudgedReason::TooFewDays)));
}

#[rstest]
#[case("2026-01-01")]
#[case("2026-11-23")]
#[case("2030-06-15")]
fn after_the_peak_numbers_are_a_reference_and_nobody_is_reminded(#[case] on: &str) {
    let plan = plan("2025-07-08");
    let lines = progress(&plan, day(on), &[], &[], &weekday);
    assert_eq!(lines.len(), 20);
    assert!(lines.iter().all(|l| l.status == Status::Tracked && l.required.is_none()));
    assert_eq!(lines[0].stated, Some(8));
    assert!(pace_alerts(&plan, day(on), &lines).is_empty());
    assert_eq!(plan.phase_on(day(on)).unwrap().phase.word, "maintain");
}

#[test]
fn the_summary_of_the_peak_is_frozen_when_the_peak_is_over() {
    let late = [banners("2025-07-18", 5), banners("2026-03-02", 2), act(Channel::Portal, "2025-09-01")];
    let at_end = |id| range("2025-07-08", id, "2026-01-01", &late);
    let next_year = |id| range("2025-07-08", id, "2026-11-23", &late);
    for id in ["CT01", "CT02", "CT03", "CT04"] {
        assert_eq!(at_end(id), next_year(id));
    }
    assert_eq!((next_year("CT03")[0].count, next_year("CT03")[0].status), (5, Status::NotMet));
    assert_eq!(verdicts(&next_year("CT02")), Verdicts { met: 1, judged: 25, open: 0, not_judged: 1 });
    assert_eq!(line("CT03", "2026-03-02", &late).status, Status::MetLate);
}

#[test]
fn a_week_of_public_holidays_is_not_judged_in_any_phase() {
    let tet = |d: NaiveDate| weekday(d) && !(day("2026-02-16")..=day("2026-02-20")).contains(&d);
    let storm = |d: NaiveDate| weekday(d) && !(day("2025-09-29")..=day("2025-10-03")).contains(&d);
    let plan = plan("2025-07-08");
    let ct02 = |on, calendar: &dyn Fn(NaiveDate) -> bool| progress(&plan, day(on), &[], &[], calendar).swap_remove(1);
    let holiday = (Status::NotJudged, Some(NotJudgedReason::HolidayWeek));
    assert_eq!((ct02("2026-02-18", &tet).status, ct02("2026-02-18", &tet).reason), holiday);
    assert_eq!((ct02("2025-10-01", &storm).status, ct02("2025-10-01", &storm).reason), holiday);
    assert_eq!(ct02("2025-10-06", &storm).status, Status::InProgress);
}

#[rstest]
#[case("2025-07-07", "2025-07-08")]
#[case("2025-06-30", "")]
#[case("1999-01-01", "")]
fn before_the_plan_nothing_is_judged(#[case] on: &str, #[case] issued: &str) {
    for line in progress(&plan(issued), day(on), &[], &[], &weekday).iter().take(4) {
        assert_eq!((line.status, line.reason), (Status::NotJudged, Some(NotJudgedReason::NotStarted)));
    }
}

#[test]
fn an_open_week_is_counted_as_open_and_a_report_window_sees_both_months() {
    let plan = plan("2025-07-08");
    let items: Vec<_> = (1..=8).map(|d| act(Channel::Radio, &format!("2025-10-{d:02}"))).collect();
    let window = crate::domain::period::Period::report_month(2025, 11).unwrap();
    let lines = progress_range(&plan, "CT01", &window, day("2025-11-17"), &items, &[], &weekday);
    assert_eq!(lines.iter().map(|l| l.status).collect::<Vec<_>>(), [Status::Met, Status::InProgress]);
    assert_eq!(verdicts(&lines), Verdicts { met: 1, judged: 1, open: 1, not_judged: 0 });
    assert!(progress_range(&plan, "CT99", &window, day("2025-11-17"), &items, &[], &weekday).is_empty());
    assert!(progress_range(&plan, "CT01", &window, day("2025-10-14"), &items, &[], &weekday).len() < 2);
}

#[test]
fn the_running_phase_is_the_period_of_a_peak_target() {
    let items = [act(Channel::Training, "2025-08-05"), act(Channel::Training, "2026-02-05")];
    assert_eq!(line("CT13", "2025-12-31", &items).period_label, "08/7–31/12/2025");
    let after = line("CT13", "2026-03-01", &items);
    assert_eq!((after.count, after.period_label.as_str()), (1, "01/01–01/3/2026"));
    let peak = range("2025-07-08", "CT13", "2026-03-01", &items);
    assert_eq!((peak.len(), peak[0].count), (1, 1));
    assert_eq!(peak[0].period_label, "08/7–31/12/2025");
}

#[test]
fn a_week_shared_by_two_phases_is_judged_by_the_one_that_enforces() {
    let prepare = "[[phase]]\nword = \"prepare\"\nname = \"Chuẩn bị\"\nenforced = false\nend = \"2025-07-31\"\n\n";
    let text = FILE.replacen("[[phase]]", &format!("{prepare}[[phase]]"), 1).replace("2025-12-31", "2025-12-30");
    let plan = Plan::from_toml(&text).unwrap();
    assert_eq!(plan.enforced_period().unwrap().label(), "01/8–30/12/2025");
    let weeks = progress_range(&plan, "CT02", &plan.enforced_period().unwrap(), day("2026-01-31"), &[], &[], &weekday);
    assert_eq!(weeks[0].period_label, "Tuần 31 (28/7–03/8/2025)");
    assert_eq!((weeks[0].status, weeks[0].reason), (Status::NotJudged, Some(NotJudgedReason::TooFewDays)));
    assert_eq!((weeks[1].status, weeks[1].required), (Status::NotMet, Some(1)));
}

#[test]
fn nobody_is_reminded_of_a_one_off_whose_date_has_passed() {
    let text = FILE.replace("{ date = \"2025-07-25\",", "{ weekday = \"Mon\",");
    let plan = Plan::from_toml(&text).unwrap();
    let due = |on: &str| {
        let lines = progress(&plan, day(on), &[], &[], &weekday);
        pace_alerts(&plan, day(on), &lines).into_iter().filter(|due| due.target_id == "CT03").count()
    };
    assert_eq!((due("2025-07-28"), due("2025-08-04")), (1, 0));
}

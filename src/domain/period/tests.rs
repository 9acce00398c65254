use proptest::prelude::*;
use rstest::rstest;

use super::*;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// The peak of the plan of 2025, begun on the day given.
fn share(target: u32, period: &Period, issued: &str) -> Judged {
    required(target, period.covered(day(issued), Some(day("2025-12-31"))), period.days())
}

const NOTHING: Judged = Judged::NotJudged(NotJudgedReason::TooFewDays);

#[rstest]
#[case("2025-07-01", Judged::Required(8), Judged::Required(1), 27, 25)]
#[case("2025-07-08", Judged::Required(7), Judged::Required(1), 26, 24)]
#[case("2025-07-15", Judged::Required(5), Judged::Required(1), 25, 23)]
#[case("2025-07-17", NOTHING, Judged::Required(1), 25, 23)]
#[case("2025-07-28", NOTHING, Judged::Required(1), 23, 22)]
fn a_partial_period_requires_its_share(
    #[case] issued: &str,
    #[case] july: Judged,
    #[case] first_week: Judged,
    #[case] touched: usize,
    #[case] full: usize,
) {
    let (from, to) = (day(issued), day("2025-12-31"));
    assert_eq!(share(8, &Period::month_of(from), issued), july);
    assert_eq!(share(1, &Period::week_of(from), issued), first_week);
    assert_eq!(share(1, &Period::week_of(to), issued), NOTHING);
    let weeks = Period::series(PeriodKind::Week, from, to);
    assert_eq!(weeks.len(), touched);
    assert_eq!(weeks.iter().filter(|w| w.covered(from, Some(to)) == 7).count(), full);
}

#[test]
fn exactly_half_a_period_is_judged_and_one_day_less_is_not() {
    assert_eq!(required(8, 15, 30), Judged::Required(4));
    assert_eq!(required(8, 14, 30), NOTHING);
    assert_eq!(required(8, 0, 0), NOTHING);
    assert_eq!(required(8, 99, 30), Judged::Required(8));
    assert_eq!(required(u32::MAX, u32::MAX, u32::MAX), Judged::Required(u32::MAX));
}

#[rstest]
#[case("2025-07-21", "Tuần 30 (21/7–27/7/2025)")]
#[case("2025-07-27", "Tuần 30 (21/7–27/7/2025)")]
#[case("2025-07-28", "Tuần 31 (28/7–03/8/2025)")]
#[case("2025-12-31", "Tuần 1 (29/12/2025–04/01/2026)")]
#[case("2027-01-01", "Tuần 53 (28/12/2026–03/01/2027)")]
#[case("2026-02-18", "Tuần 8 (16/02–22/02/2026)")]
fn a_week_runs_from_monday_to_sunday_under_its_iso_number(#[case] date: &str, #[case] label: &str) {
    let week = Period::week_of(day(date));
    assert_eq!(week.label(), label);
    assert_eq!(week.days(), 7);
    assert!(week.contains(day(date)));
}

#[rstest]
#[case(Period::month_of(day("2024-02-29")), "2024-02-01", "2024-02-29", "Tháng 02/2024")]
#[case(Period::month_of(day("2025-02-28")), "2025-02-01", "2025-02-28", "Tháng 02/2025")]
#[case(Period::month_of(day("2025-12-05")), "2025-12-01", "2025-12-31", "Tháng 12/2025")]
#[case(Period::quarter_of(day("2025-09-30")), "2025-07-01", "2025-09-30", "Quý III/2025")]
#[case(Period::quarter_of(day("2025-10-01")), "2025-10-01", "2025-12-31", "Quý IV/2025")]
#[case(Period::once(day("2025-07-01"), day("2025-07-31")), "2025-07-01", "2025-07-31", "Hạn 31/7/2025")]
#[case(Period::rolling(day("2025-03-02"), 7), "2025-02-24", "2025-03-02", "24/02–02/3/2025")]
#[case(Period::rolling(day("2025-03-02"), 0), "2025-03-02", "2025-03-02", "02/3–02/3/2025")]
fn every_period_has_its_dates_and_its_label(
    #[case] period: Period,
    #[case] from: &str,
    #[case] to: &str,
    #[case] label: &str,
) {
    assert_eq!((period.from, period.to), (day(from), day(to)));
    assert_eq!(period.label(), label);
}

#[rstest]
#[case(Period::report_month(2025, 11), "15/10/2025 – 14/11/2025")]
#[case(Period::report_month(2026, 1), "15/12/2025 – 14/01/2026")]
#[case(Period::report_month(2024, 3), "15/02/2024 – 14/3/2024")]
#[case(Period::report_quarter(2025, 4), "15/9/2025 – 14/12/2025")]
#[case(Period::report_quarter(2026, 1), "15/12/2025 – 14/3/2026")]
#[case(Period::report_half(2026, 1), "15/12/2025 – 14/6/2026")]
#[case(Period::report_half(2026, 2), "15/6/2026 – 14/12/2026")]
#[case(Period::report_year(2026), "15/12/2025 – 14/12/2026")]
fn a_reports_data_run_from_the_fifteenth_to_the_fourteenth(#[case] period: Option<Period>, #[case] label: &str) {
    assert_eq!(period.unwrap().label(), label);
}

#[test]
fn a_report_period_that_does_not_exist_is_none() {
    for period in [
        Period::report_month(2025, 0),
        Period::report_month(2025, 13),
        Period::report_quarter(2025, 0),
        Period::report_quarter(2025, u32::MAX),
        Period::report_half(2025, 3),
        Period::report_year(i32::MAX),
    ] {
        assert_eq!(period, None);
    }
}

fn weekday(date: NaiveDate) -> bool {
    date.weekday().num_days_from_monday() < 5
}

#[test]
fn a_week_of_public_holidays_is_recognised() {
    let tet = |d: NaiveDate| weekday(d) && !(day("2026-02-16")..=day("2026-02-20")).contains(&d);
    assert!(is_holiday_week(&Period::week_of(day("2026-02-18")), &tet));
    assert!(!is_holiday_week(&Period::week_of(day("2026-02-25")), &tet));
    assert!(!is_holiday_week(&Period::month_of(day("2026-02-18")), &|_| false));
}

#[test]
fn one_working_day_keeps_a_week_judged_but_a_swapped_saturday_does_not() {
    let week = Period::week_of(day("2026-02-18"));
    assert!(!is_holiday_week(&week, &|d| d == day("2026-02-20")));
    assert!(is_holiday_week(&week, &|d| d == day("2026-02-21")));
}

#[rstest]
#[case("2025-10-31", false)]
#[case("2025-11-03", false)]
#[case("2025-11-07", false)]
#[case("2025-11-08", true)]
fn a_month_locks_after_its_fifth_working_day(#[case] on: &str, #[case] locked: bool) {
    assert_eq!(is_locked(&Period::month_of(day("2025-10-01")), day(on), &weekday), locked);
}

#[test]
fn holidays_put_the_lock_off_but_a_calendar_without_working_days_does_not_keep_it_open_for_ever() {
    let october = Period::month_of(day("2025-10-01"));
    let monday_off = |d: NaiveDate| weekday(d) && d != day("2025-11-03");
    assert_eq!(last_open_day(&october, &monday_off), day("2025-11-10"));
    assert!(is_locked(&october, day("2026-02-01"), &|_| false));
}

#[rstest]
#[case("2025-10-30", "2025-11-03", true)]
#[case("2025-10-30", "2025-10-31", false)]
#[case("2025-11-02", "2025-11-03", false)]
fn an_entry_is_late_when_typed_after_the_period_it_belongs_to(
    #[case] done: &str,
    #[case] recorded: &str,
    #[case] late: bool,
) {
    let october = Period::month_of(day("2025-10-01"));
    assert_eq!(is_late_entry(&october, day(done), day(recorded)), late);
}

#[test]
fn the_ends_of_the_calendar_do_not_panic() {
    for date in [NaiveDate::MIN, NaiveDate::MAX] {
        for period in [Period::week_of(date), Period::month_of(date), Period::quarter_of(date)] {
            assert!(period.from <= period.to);
            assert!(!period.label().is_empty());
            assert!(is_locked(&period, NaiveDate::MAX, &weekday) || period.to == NaiveDate::MAX);
        }
        assert!(Period::rolling(date, u32::MAX).days() >= 1);
    }
    assert_eq!(Period::series(PeriodKind::Week, NaiveDate::MIN, NaiveDate::MAX).len(), MAX_SERIES);
    assert!(Period::series(PeriodKind::Week, day("2025-07-02"), day("2025-07-01")).is_empty());
    assert!(Period::series(PeriodKind::Once, day("2025-07-01"), day("2025-07-02")).is_empty());
}

proptest! {
    #[test]
    fn a_series_has_no_gap_and_no_overlap(start in 0u64..40_000, length in 0u64..2_000) {
        let from = day("1970-01-01") + Days::new(start);
        let to = from + Days::new(length);
        for kind in [PeriodKind::Week, PeriodKind::Month, PeriodKind::Quarter] {
            let series = Period::series(kind, from, to);
            prop_assert!(series[0].contains(from) && series[series.len() - 1].contains(to));
            for pair in series.windows(2) {
                prop_assert_eq!(pair[0].to.succ_opt(), Some(pair[1].from));
            }
            prop_assert_eq!(series.iter().map(|p| u64::from(p.covered(from, Some(to)))).sum::<u64>(), length + 1);
        }
    }

    #[test]
    fn more_days_covered_never_require_less(target in 0u32..100, length in 1u32..400, covered in 0u32..400) {
        let number = |judged| match judged { Judged::Required(n) => n, Judged::NotJudged(_) => 0 };
        let now = number(required(target, covered, length));
        prop_assert!(now <= number(required(target, covered + 1, length)));
        prop_assert!(now <= target);
    }
}

use std::collections::BTreeSet;

use chrono::{Datelike as _, NaiveDate, NaiveTime, Timelike as _, Weekday};
use proptest::prelude::*;
use rstest::rstest;

use super::{Cron, CronError, Days, HolidayPolicy, Recurrence, Rule, Surroundings, last_day, proposed_expiry};
use crate::domain::calendar::{Holidays, Millis, SendWindows, format_full};
use crate::domain::org::GroupKind;
use crate::domain::urgency::Urgency;

fn at(year: i32, month: u32, day: u32, hour: u32, minute: u32) -> Millis {
    Millis::from_local(NaiveDate::from_ymd_opt(year, month, day).unwrap().and_hms_opt(hour, minute, 0).unwrap())
}

fn time(hour: u32, minute: u32) -> NaiveTime {
    NaiveTime::from_hms_opt(hour, minute, 0).unwrap()
}

fn on(days: Days, hour: u32, minute: u32) -> Rule {
    Rule::On { days, times: vec![time(hour, minute)] }
}

fn holidays() -> Holidays {
    Holidays::from_toml(include_str!("../../../config/holidays/vn.toml")).unwrap()
}

/// The local times of the next firings of five fields.
fn firings(fields: &str, from: Millis, count: usize) -> Vec<String> {
    let rule = Rule::Cron(fields.parse().unwrap());
    let next = |at: &Millis| rule.next_after(*at);
    let found = std::iter::successors(next(&from), next).take(count);
    found.map(|at| at.local().format("%m-%d %a %H:%M").to_string()).collect()
}

#[rstest]
#[case::every_quarter("*/15 7 * * *", &["07-26 Sat 07:00", "07-26 Sat 07:15", "07-26 Sat 07:30", "07-26 Sat 07:45"])]
#[case::a_list("0 7,17 * * *", &["07-25 Fri 17:00", "07-26 Sat 07:00"])]
#[case::a_range_with_a_step("0 8-18/5 * * *", &["07-25 Fri 13:00", "07-25 Fri 18:00", "07-26 Sat 08:00"])]
#[case::monday_is_one("0 7 * * 1", &["07-28 Mon 07:00", "08-04 Mon 07:00"])]
#[case::sunday_is_nought("0 7 * * 0", &["07-27 Sun 07:00", "08-03 Sun 07:00"])]
#[case::sunday_is_seven_too("0 7 * * 7", &["07-27 Sun 07:00", "08-03 Sun 07:00"])]
#[case::names("30 6 * JUL,aug Mon", &["07-28 Mon 06:30", "08-04 Mon 06:30"])]
#[case::a_weekend_over_the_end_of_the_week("0 9 * * FRI-SUN", &["07-26 Sat 09:00", "07-27 Sun 09:00", "08-01 Fri 09:00"])]
#[case::saturday_to_seven("0 9 * * 6-7", &["07-26 Sat 09:00", "07-27 Sun 09:00", "08-02 Sat 09:00"])]
#[case::both_day_fields_are_a_union("0 7 1 * 1", &["07-28 Mon 07:00", "08-01 Fri 07:00", "08-04 Mon 07:00"])]
#[case::a_full_weekday_field_restricts_nothing("0 7 1 * 0-6", &["08-01 Fri 07:00", "09-01 Mon 07:00"])]
#[case::a_full_day_field_restricts_nothing("0 7 1-31 * 1", &["07-28 Mon 07:00", "08-04 Mon 07:00"])]
#[case::the_thirty_first("0 7 31 * *", &["07-31 Thu 07:00", "08-31 Sun 07:00", "10-31 Fri 07:00", "12-31 Wed 07:00"])]
#[case::every_second_day("0 7 */2 * *", &["07-27 Sun 07:00", "07-29 Tue 07:00", "07-31 Thu 07:00", "08-01 Fri 07:00"])]
#[case::the_same_minute_has_passed("0 9 * * 5", &["08-01 Fri 09:00"])]
fn five_fields_fire_as_posix_says(#[case] fields: &str, #[case] expected: &[&str]) {
    // Friday 25 July 2025, 09:00.
    assert_eq!(firings(fields, at(2025, 7, 25, 9, 0), expected.len()), expected);
}

#[test]
fn the_29th_of_february_waits_for_a_leap_year() {
    let rule = Rule::Cron("0 7 29 2 *".parse().unwrap());
    assert_eq!(rule.next_after(at(2025, 3, 1, 0, 0)), Some(at(2028, 2, 29, 7, 0)));
    assert_eq!(rule.next_after(at(2092, 3, 1, 0, 0)), Some(at(2096, 2, 29, 7, 0)));
}

#[rstest]
#[case::four_fields("0 7 * *", CronError::Fields { found: 4 })]
#[case::seconds("0 0 7 * * 1", CronError::Fields { found: 6 })]
#[case::a_nickname("@daily", CronError::Fields { found: 1 })]
#[case::minute_60("60 7 * * *", CronError::Field { name: "minute", field: "60".to_owned() })]
#[case::hour_24("0 24 * * *", CronError::Field { name: "hour", field: "24".to_owned() })]
#[case::day_0("0 7 0 * *", CronError::Field { name: "day", field: "0".to_owned() })]
#[case::last("0 7 l * *", CronError::Field { name: "day", field: "l".to_owned() })]
#[case::weekday_8("0 7 * * 8", CronError::Field { name: "weekday", field: "8".to_owned() })]
#[case::backwards("0 17-8 * * *", CronError::Field { name: "hour", field: "17-8".to_owned() })]
#[case::a_step_of_nought("*/0 7 * * *", CronError::Field { name: "minute", field: "*/0".to_owned() })]
#[case::a_step_from_one_number("5/15 7 * * *", CronError::Field { name: "minute", field: "5/15".to_owned() })]
#[case::a_sign("+1 7 * * *", CronError::Field { name: "minute", field: "+1".to_owned() })]
#[case::an_empty_item("1,,2 7 * * *", CronError::Field { name: "minute", field: "1,,2".to_owned() })]
#[case::a_month_by_a_weekday_name("0 7 * mon *", CronError::Field { name: "month", field: "mon".to_owned() })]
#[case::a_step_beside_a_weekday("0 7 */2 * 1", CronError::AmbiguousDays)]
#[case::no_such_day("0 7 31 2 *", CronError::Never)]
fn what_is_wrong_or_understood_differently_is_refused(#[case] fields: &str, #[case] error: CronError) {
    assert_eq!(fields.parse::<Cron>(), Err(error));
}

#[test]
fn fields_are_kept_as_typed_but_for_case_and_blanks() {
    let cron: Cron = " 0  7 * *  MON ".parse().unwrap();
    assert_eq!(cron.to_string(), "0 7 * * mon");
}

#[rstest]
#[case::daily(on(Days::Every, 17, 0), "07-25 17:00", "07-26 17:00")]
#[case::weekly(on(Days::Weekly(vec![Weekday::Mon, Weekday::Thu]), 6, 30), "07-28 06:30", "07-31 06:30")]
#[case::monthly(on(Days::Monthly(vec![25]), 8, 0), "08-25 08:00", "09-25 08:00")]
#[case::month_end(on(Days::MonthEnd, 16, 0), "07-31 16:00", "08-31 16:00")]
#[case::twice_a_day(Rule::On { days: Days::Every, times: vec![time(5, 0), time(17, 0)] }, "07-25 17:00", "07-26 05:00")]
#[case::thirty_first(on(Days::Monthly(vec![31]), 8, 0), "07-31 08:00", "08-31 08:00")]
fn a_rule_names_its_next_days(#[case] rule: Rule, #[case] first: &str, #[case] second: &str) {
    let next = rule.next_after(at(2025, 7, 25, 9, 0)).unwrap();
    let after = rule.next_after(next).unwrap();
    let shown = |at: Millis| at.local().format("%m-%d %H:%M").to_string();
    assert_eq!((shown(next), shown(after)), (first.to_owned(), second.to_owned()));
}

#[test]
fn the_last_day_of_february_is_the_28th_or_the_29th() {
    let rule = on(Days::MonthEnd, 16, 0);
    assert_eq!(rule.next_after(at(2026, 2, 1, 0, 0)), Some(at(2026, 2, 28, 16, 0)));
    assert_eq!(rule.next_after(at(2028, 2, 1, 0, 0)), Some(at(2028, 2, 29, 16, 0)));
}

#[rstest]
#[case("weekly mon,thu at 06:30; holidays=skip; missed=ask")]
#[case("daily at 05:00,17:00; holidays=fire; missed=skip")]
#[case("monthly 10,25 at 08:00; holidays=shift; missed=fire_once")]
#[case("month-end at 16:00; holidays=skip; missed=ask")]
#[case("cron 0 7 1 * mon; holidays=skip; missed=ask")]
fn the_canonical_text_is_read_back(#[case] text: &str) {
    assert_eq!(text.parse::<Recurrence>().unwrap().to_string(), text);
}

#[rstest]
#[case("weekly at 06:30; holidays=skip; missed=ask")]
#[case("weekly mon at 6:30; holidays=skip; missed=ask")]
#[case("daily at 05:00; holidays=skip")]
#[case("daily at 05:00; holidays=skip; missed=ask; more=1")]
#[case("monthly 32 at 05:00; holidays=skip; missed=ask")]
#[case("")]
fn any_other_text_is_no_recurrence(#[case] text: &str) {
    assert!(text.parse::<Recurrence>().is_err());
}

/// The next firings in groups of these kinds, as people read them.
fn upcoming(recurrence: &Recurrence, kinds: &[GroupKind], from: Millis, count: usize) -> Vec<String> {
    let (windows, holidays) = (SendWindows::default(), holidays());
    let around = Surroundings { windows: &windows, holidays: &holidays, urgency: Urgency::Normal, kinds };
    let found = recurrence.upcoming(from, at(2026, 12, 31, 0, 0), count, &around);
    found.into_iter().map(format_full).collect()
}

#[rstest]
#[case::left_out(HolidayPolicy::Skip, &["07:00 thứ Tư, 11/02/2026", "07:00 thứ Tư, 25/02/2026"])]
#[case::shifted_to_the_day_work_begins(HolidayPolicy::Shift, &["07:00 thứ Tư, 11/02/2026", "07:00 thứ Hai, 23/02/2026", "07:00 thứ Tư, 25/02/2026"])]
#[case::sent_all_the_same(HolidayPolicy::Fire, &["07:00 thứ Tư, 11/02/2026", "07:00 thứ Tư, 18/02/2026", "07:00 thứ Tư, 25/02/2026"])]
fn the_week_of_tet_goes_by_the_policy(#[case] holidays: HolidayPolicy, #[case] expected: &[&str]) {
    let rule = on(Days::Weekly(vec![Weekday::Wed]), 7, 0);
    let recurrence = Recurrence { holidays, ..Recurrence::of(rule) };
    let found = upcoming(&recurrence, &[GroupKind::Residents], at(2026, 2, 9, 0, 0), expected.len());
    assert_eq!(found, expected);
}

#[test]
fn a_shift_that_meets_the_next_firing_is_left_out() {
    let mondays =
        Recurrence { holidays: HolidayPolicy::Shift, ..Recurrence::of(on(Days::Weekly(vec![Weekday::Mon]), 7, 0)) };
    let found = upcoming(&mondays, &[GroupKind::Residents], at(2026, 2, 10, 0, 0), 2);
    assert_eq!(found, ["07:00 thứ Hai, 23/02/2026", "07:00 thứ Hai, 02/3/2026"]);
}

#[test]
fn cadres_are_not_disturbed_on_weekends_and_get_a_daily_text_once_a_day() {
    let daily = Recurrence::of(on(Days::Every, 17, 0));
    let found = upcoming(&daily, &[GroupKind::Cadre], at(2025, 7, 24, 18, 0), 3);
    assert_eq!(found, ["17:00 thứ Sáu, 25/7/2025", "17:00 thứ Hai, 28/7/2025", "17:00 thứ Ba, 29/7/2025"]);
    let sundays = Recurrence::of(on(Days::Weekly(vec![Weekday::Sun]), 19, 0));
    let found = upcoming(&sundays, &[GroupKind::Cadre], at(2025, 7, 24, 18, 0), 2);
    assert_eq!(found, ["06:30 thứ Hai, 28/7/2025", "06:30 thứ Hai, 04/8/2025"]);
}

#[test]
fn before_the_window_it_waits_for_the_opening() {
    let early = Recurrence::of(on(Days::Every, 5, 0));
    let found = upcoming(&early, &[GroupKind::Residents], at(2025, 7, 24, 18, 0), 2);
    assert_eq!(found, ["06:00 thứ Sáu, 25/7/2025", "06:00 thứ Bảy, 26/7/2025"]);
}

#[test]
fn of_what_was_missed_the_latest_counts_and_the_others_are_only_counted() {
    let (windows, holidays) = (SendWindows::default(), holidays());
    let kinds = [GroupKind::Residents];
    let around = Surroundings { windows: &windows, holidays: &holidays, urgency: Urgency::Normal, kinds: &kinds };
    let daily = Recurrence::of(on(Days::Every, 7, 0));
    let (first, expiry) = (at(2025, 7, 21, 7, 0), at(2026, 1, 1, 0, 0));
    let due = daily.latest_due(first, at(2025, 7, 24, 9, 0), expiry, &around);
    assert_eq!(due, (at(2025, 7, 24, 7, 0), 3));
    assert_eq!(daily.latest_due(first, first, expiry, &around), (first, 0));
}

#[test]
fn nothing_goes_at_the_expiry_or_after_it() {
    let (windows, holidays) = (SendWindows::default(), holidays());
    let kinds = [GroupKind::Residents];
    let around = Surroundings { windows: &windows, holidays: &holidays, urgency: Urgency::Normal, kinds: &kinds };
    let daily = Recurrence::of(on(Days::Every, 7, 0));
    let from = at(2025, 12, 29, 12, 0);
    assert_eq!(daily.upcoming(from, at(2026, 1, 1, 0, 0), 5, &around).len(), 2);
    assert_eq!(daily.upcoming(from, at(2025, 12, 30, 7, 0), 5, &around), []);
}

#[rstest]
#[case::in_summer(at(2025, 7, 25, 9, 0), at(2026, 1, 1, 0, 0), "2025-12-31")]
#[case::late_in_the_year(at(2025, 12, 10, 9, 0), at(2027, 1, 1, 0, 0), "2026-12-31")]
fn the_end_of_the_year_is_proposed(#[case] from: Millis, #[case] expiry: Millis, #[case] last: &str) {
    assert_eq!(proposed_expiry(from), expiry);
    assert_eq!(last_day(expiry).to_string(), last);
}

/// Numbers of a field, in any order.
fn numbers(from: u32, to: u32) -> impl Strategy<Value = BTreeSet<u32>> {
    proptest::collection::btree_set(from..=to, 1..4)
}

fn listed(numbers: &BTreeSet<u32>) -> String {
    numbers.iter().map(u32::to_string).collect::<Vec<_>>().join(",")
}

proptest! {
    #[test]
    fn the_next_firing_is_the_first_minute_that_matches(
        (minutes, hours) in (numbers(0, 59), numbers(0, 23)),
        (days, weekdays) in (numbers(1, 31), numbers(0, 6)),
        start in 0_i64..2_000,
    ) {
        let fields = format!("{} {} {} * {}", listed(&minutes), listed(&hours), listed(&days), listed(&weekdays));
        let rule = Rule::Cron(fields.parse().unwrap());
        let from = at(2025, 1, 1, 0, 0).plus_minutes(start * 547);
        let next = rule.next_after(from).unwrap();
        let matches = |at: Millis| {
            let local = at.local();
            let day = days.contains(&local.day()) || weekdays.contains(&local.weekday().num_days_from_sunday());
            day && minutes.contains(&local.minute()) && hours.contains(&local.hour())
        };
        prop_assert!(matches(next) && next > from);
        let between = (1..next.since(from) / 60_000).map(|minute| from.plus_minutes(minute));
        prop_assert!(between.into_iter().all(|at| !matches(at)), "{fields}");
    }

    #[test]
    fn firings_only_move_forward_and_settle_where_they_are_placed(
        day in 0_i64..700,
        hour in 0_u32..24,
        policy in 0_usize..3,
        weekday in 0_usize..7,
    ) {
        let weekdays = [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri, Weekday::Sat, Weekday::Sun];
        let rule = on(Days::Weekly(vec![weekdays[weekday]]), hour, 0);
        let recurrence = Recurrence { holidays: HolidayPolicy::ALL[policy], ..Recurrence::of(rule) };
        let (windows, table) = (SendWindows::default(), holidays());
        let kinds = [GroupKind::Cadre, GroupKind::Residents];
        let around = Surroundings { windows: &windows, holidays: &table, urgency: Urgency::Normal, kinds: &kinds };
        let from = at(2025, 7, 1, 0, 0).plus_days(day);
        let found = recurrence.upcoming(from, at(2030, 1, 1, 0, 0), 6, &around);
        prop_assert!(found.windows(2).all(|pair| pair[0] < pair[1] && pair[0].local_date() != pair[1].local_date()));
        for goes in found {
            prop_assert!(goes > from);
            prop_assert_eq!(recurrence.place(goes, &around), Some(goes));
        }
    }
}

//! Instants, formats, the shipped holiday table and the windows.

use chrono::Datelike;
use proptest::prelude::*;
use rstest::rstest;

use super::*;
use crate::domain::org::GroupKind;
use crate::domain::urgency::Urgency;

const SHIPPED: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/config/holidays/vn.toml"));

fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap()
}

fn at(date: NaiveDate, hour: u32, minute: u32) -> Millis {
    Millis::from_local(date.and_hms_opt(hour, minute, 0).unwrap())
}

fn shipped() -> Holidays {
    Holidays::from_toml(SHIPPED).unwrap()
}

#[test]
fn local_time_is_seven_hours_ahead_of_utc() {
    assert_eq!(Millis(0).local(), day(1970, 1, 1).and_hms_opt(7, 0, 0).unwrap());
    assert_eq!(at(day(2025, 7, 28), 7, 30), Millis(1_753_662_600_000));
    assert!(OFFSET.is_some());
}

#[test]
fn days_begin_at_local_midnight() {
    let late = at(day(2025, 7, 27), 23, 59);
    assert_eq!(late.local_date(), day(2025, 7, 27));
    assert_eq!(late.start_of_day(), Millis::start_of(day(2025, 7, 27)));
    assert_eq!(late.next_day(), at(day(2025, 7, 28), 0, 0));
    assert_eq!(late.plus_minutes(1), late.next_day());
    assert_eq!(Millis(-1).start_of_day().local(), day(1970, 1, 1).and_time(NaiveTime::MIN));
}

#[test]
fn the_ends_of_time_are_clamped_and_never_panic() {
    for extreme in [Millis(i64::MIN), Millis(i64::MAX)] {
        assert!(!format_full(extreme).is_empty());
        assert!(!format_rfc3339(extreme).is_empty());
        assert!(extreme.start_of_day() <= extreme.next_day());
    }
    assert_eq!(Millis(i64::MAX) + Duration::MAX, Millis(i64::MAX));
    assert_eq!(Millis(i64::MAX).plus_days(i64::MAX), Millis(i64::MAX));
    assert_eq!(Millis(0).until(Millis(-5)), Duration::ZERO);
    assert_eq!(Millis(0).until(Millis(5)), Duration::from_millis(5));
    assert_eq!(date_plus(NaiveDate::MAX, 1), NaiveDate::MAX);
}

#[test]
fn an_instant_is_a_bare_number_in_json() {
    assert_eq!(serde_json::to_string(&Millis(1_753_662_600_000)).unwrap(), "1753662600000");
    assert_eq!(serde_json::from_str::<Millis>("5").unwrap(), Millis(5));
}

#[test]
fn dates_are_written_as_offices_write_them() {
    let monday = at(day(2025, 7, 28), 7, 30);
    assert_eq!(format_full(monday), "07:30 thứ Hai, 28/7/2025");
    assert_eq!(format_short(monday), "07:30 28/7");
    assert_eq!(format_full(at(day(2025, 9, 28), 21, 40)), "21:40 Chủ nhật, 28/9/2025");
    assert_eq!(format_date(day(2025, 8, 2)), "02/8/2025");
    assert_eq!(format_date(day(2026, 1, 10)), "10/01/2026");
    assert_eq!(format_rfc3339(monday), "2025-07-28T07:30:00.000+07:00");
}

#[rstest]
#[case::ordinary_friday(day(2025, 7, 25), true)]
#[case::ordinary_saturday(day(2025, 7, 26), false)]
#[case::national_day(day(2025, 9, 2), false)]
#[case::swapped_friday(day(2026, 1, 2), false)]
#[case::worked_saturday(day(2026, 1, 10), true)]
#[case::tet(day(2026, 2, 18), false)]
#[case::after_tet(day(2026, 2, 23), true)]
#[case::hung_kings_compensated(day(2026, 4, 27), false)]
#[case::culture_day_is_undecided(day(2026, 11, 24), true)]
#[case::tet_2027(day(2027, 2, 8), false)]
fn the_shipped_table_knows_the_days_off(#[case] date: NaiveDate, #[case] working: bool) {
    assert_eq!(shipped().is_working_day(date), working);
}

#[test]
fn every_shipped_entry_names_its_source() {
    let holidays = shipped();
    let listed = (0..1_100).map(|ahead| date_plus(day(2025, 1, 1), ahead));
    let entries: Vec<_> = listed.filter_map(|date| holidays.entry(date)).collect();
    assert!(entries.len() > 20);
    assert!(entries.iter().all(|entry| !entry.name.is_empty() && !entry.source.is_empty()));
}

#[test]
fn an_ordinary_window_opened_before_a_worked_saturday_ends_on_it() {
    let opened = at(day(2026, 1, 9), 9, 0);
    let ends = shipped().end_of_next_working_day(opened, &OfficeHours::default());
    assert_eq!(ends, at(day(2026, 1, 10), 17, 0));
    assert!(shipped().is_working_saturday(day(2026, 1, 10)));
    assert!(!shipped().is_working_saturday(day(2026, 1, 17)));
}

#[rstest]
#[case(day(2025, 7, 25), day(2025, 7, 28))]
#[case(day(2025, 7, 26), day(2025, 7, 28))]
#[case(day(2025, 8, 29), day(2025, 9, 3))]
#[case(day(2026, 2, 13), day(2026, 2, 23))]
fn the_next_working_day_skips_weekends_and_holidays(#[case] from: NaiveDate, #[case] next: NaiveDate) {
    assert_eq!(shipped().next_working_day(from), next);
}

#[test]
fn two_working_days_after_friday_is_tuesday() {
    assert_eq!(shipped().plus_working_days(day(2025, 7, 25), 2), day(2025, 7, 29));
    assert_eq!(shipped().plus_working_days(day(2025, 7, 25), 0), day(2025, 7, 25));
}

#[rstest]
#[case::unknown_key("[[day]]\ndate = \"2025-09-02\"\nkind = \"off\"\nname = \"x\"\nsource = \"y\"\nextra = 1\n")]
#[case::no_source("[[day]]\ndate = \"2025-09-02\"\nkind = \"off\"\nname = \"x\"\n")]
#[case::no_such_kind("[[day]]\ndate = \"2025-09-02\"\nkind = \"maybe\"\nname = \"x\"\nsource = \"y\"\n")]
#[case::no_such_date("[[day]]\ndate = \"2025-09-31\"\nkind = \"off\"\nname = \"x\"\nsource = \"y\"\n")]
fn a_table_with_a_mistake_is_refused(#[case] text: &str) {
    assert!(matches!(Holidays::from_toml(text), Err(HolidayError::Toml(_))));
}

#[test]
fn impossible_stretches_and_double_entries_are_refused() {
    let stretch = |until: &str| {
        format!("[[day]]\ndate = \"2025-09-02\"\nuntil = \"{until}\"\nkind = \"off\"\nname = \"x\"\nsource = \"y\"\n")
    };
    for until in ["2025-09-01", "2026-09-02"] {
        assert!(matches!(Holidays::from_toml(&stretch(until)), Err(HolidayError::Span { .. })));
    }
    let twice = stretch("2025-09-03") + &stretch("2025-09-02");
    assert!(matches!(Holidays::from_toml(&twice), Err(HolidayError::Duplicate(date)) if date == day(2025, 9, 2)));
}

#[rstest]
#[case::cadre_in_hours(GroupKind::Cadre, Urgency::Normal, (25, 16, 45), (25, 16, 45))]
#[case::cadre_early(GroupKind::Cadre, Urgency::Normal, (25, 5, 0), (25, 6, 30))]
#[case::cadre_at_closing(GroupKind::Cadre, Urgency::Normal, (25, 20, 30), (28, 6, 30))]
#[case::cadre_on_sunday(GroupKind::Office, Urgency::Normal, (27, 10, 0), (28, 6, 30))]
#[case::residents_late(GroupKind::Residents, Urgency::Normal, (25, 22, 10), (26, 6, 0))]
#[case::residents_on_sunday(GroupKind::Residents, Urgency::Normal, (27, 10, 0), (27, 10, 0))]
#[case::urgent_on_sunday(GroupKind::Cadre, Urgency::Urgent, (27, 21, 59), (27, 21, 59))]
#[case::urgent_at_night(GroupKind::Cadre, Urgency::Urgent, (27, 22, 0), (28, 5, 0))]
#[case::urgent_before_dawn(GroupKind::Residents, Urgency::Urgent, (27, 4, 59), (27, 5, 0))]
#[case::express_at_night(GroupKind::Residents, Urgency::Express, (27, 2, 0), (27, 2, 0))]
#[case::flash_at_night(GroupKind::Cadre, Urgency::Flash, (27, 2, 0), (27, 2, 0))]
fn each_level_waits_for_its_hours(
    #[case] audience: GroupKind,
    #[case] urgency: Urgency,
    #[case] asked: (u32, u32, u32),
    #[case] allowed: (u32, u32, u32),
) {
    let july = |(date, hour, minute): (u32, u32, u32)| at(day(2025, 7, date), hour, minute);
    assert_eq!(SendWindows::default().next_allowed(july(asked), audience, urgency, &shipped()), july(allowed));
}

#[test]
fn holidays_close_cadre_groups_and_a_worked_saturday_opens_them() {
    let allowed =
        |date| SendWindows::default().next_allowed(at(date, 9, 0), GroupKind::Cadre, Urgency::Normal, &shipped());
    assert_eq!(allowed(day(2026, 2, 16)), at(day(2026, 2, 23), 6, 30));
    assert_eq!(allowed(day(2026, 1, 10)), at(day(2026, 1, 10), 9, 0));
}

#[test]
fn windows_are_read_from_configuration_and_must_open() {
    let text = "[cadre]\nworking_day = { from = \"07:00\", to = \"19:00\" }\n";
    let windows: SendWindows = toml::from_str(text).unwrap();
    assert_eq!(windows.cadre.working_day.from(), NaiveTime::from_hms_opt(7, 0, 0).unwrap());
    assert_eq!(windows.residents, SendWindows::default().residents);
    assert!(toml::from_str::<SendWindows>(&text.replace("19:00", "07:00")).is_err());
}

proptest! {
    #[test]
    fn local_time_and_back_is_the_same_instant(ms in -60_000_000_000_000_i64..250_000_000_000_000) {
        prop_assert_eq!(Millis::from_local(Millis(ms).local()), Millis(ms));
        prop_assert!(Millis(ms).start_of_day() <= Millis(ms) && Millis(ms) < Millis(ms).next_day());
    }

    #[test]
    fn an_allowed_instant_is_never_earlier_and_stays_allowed(minutes in 0_i64..2_000_000, kind in 0..3_usize, level in 0..4_usize) {
        let asked = at(day(2025, 1, 1), 0, 0).plus_minutes(minutes);
        let (windows, holidays) = (SendWindows::default(), shipped());
        let next = |from| windows.next_allowed(from, GroupKind::ALL[kind], Urgency::ALL[level], &holidays);
        prop_assert!(next(asked) >= asked);
        prop_assert_eq!(next(next(asked)), next(asked));
    }

    #[test]
    fn the_end_of_the_next_working_day_is_on_a_later_working_day(minutes in 0_i64..2_000_000) {
        let from = at(day(2025, 1, 1), 0, 0).plus_minutes(minutes);
        let ends = shipped().end_of_next_working_day(from, &OfficeHours::default());
        prop_assert!(ends.local_date() > from.local_date());
        prop_assert!(shipped().is_working_day(ends.local_date()));
        prop_assert!(ends.local_date().year() < 2032);
    }
}

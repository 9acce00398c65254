//! The levels, their spellings and their clocks.

use chrono::NaiveDate;
use rstest::rstest;

use super::*;

fn at(day: u32, hour: u32, minute: u32) -> Millis {
    Millis::from_local(NaiveDate::from_ymd_opt(2025, 9, day).unwrap().and_hms_opt(hour, minute, 0).unwrap())
}

#[rstest]
#[case("Hỏa tốc", Some(Urgency::Flash))]
#[case("HOẢ TỐC", Some(Urgency::Flash))]
#[case("hoa toc", Some(Urgency::Flash))]
#[case("Hỏa tốc hẹn giờ", Some(Urgency::Flash))]
#[case("Thượng khẩn", Some(Urgency::Express))]
#[case("thu\u{31B}o\u{31B}\u{323}ng khẩn", Some(Urgency::Express))]
#[case(" khẩn!", Some(Urgency::Urgent))]
#[case("Thường", Some(Urgency::Normal))]
#[case("thuong", Some(Urgency::Normal))]
#[case("thượng", None)]
#[case("khẩn cấp lắm", None)]
#[case("", None)]
fn a_level_is_read_in_every_spelling(#[case] written: &str, #[case] level: Option<Urgency>) {
    assert_eq!(Urgency::from_vietnamese(written), level);
}

#[test]
fn every_printed_name_reads_back() {
    for level in Urgency::ALL {
        assert_eq!(Urgency::from_vietnamese(level.vietnamese()), Some(*level));
        assert_eq!(level.as_str().parse::<Urgency>().unwrap(), *level);
    }
}

#[test]
fn a_flash_bulletin_of_21_40_reminds_every_ten_minutes_until_22_10() {
    let policy = *Policies::default().of(Urgency::Flash);
    let sent = at(28, 21, 40);
    let ends = policy.ack_window.ends(sent, &Holidays::default(), &OfficeHours::default());
    assert_eq!(ends, at(28, 22, 10));
    assert_eq!(policy.reminders.times(sent, ends), [at(28, 21, 50), at(28, 22, 0), at(28, 22, 10)]);
    assert_eq!(policy.start_within(), Some(Duration::from_mins(1)));
}

#[test]
fn an_ordinary_bulletin_reminds_in_the_middle_and_two_hours_before_the_end() {
    let policy = Policies::default().normal;
    let sent = at(22, 7, 0);
    let ends = policy.ack_window.ends(sent, &Holidays::default(), &OfficeHours::default());
    assert_eq!(ends, at(23, 17, 0));
    assert_eq!(policy.reminders.times(sent, ends), [at(23, 0, 0), at(23, 15, 0)]);
    assert_eq!(policy.start_within(), None);
}

#[rstest]
#[case(ReminderRule::MiddleAndBeforeEnd { before_end: 600 }, 1)]
#[case(ReminderRule::MiddleAndBeforeEnd { before_end: 60 }, 1)]
#[case(ReminderRule::Every { minutes: 0, max: 5 }, 0)]
#[case(ReminderRule::Every { minutes: u32::MAX, max: u32::MAX }, 0)]
#[case(ReminderRule::Every { minutes: 1, max: u32::MAX }, 100)]
fn odd_rules_never_remind_outside_the_window_or_twice(#[case] rule: ReminderRule, #[case] count: usize) {
    assert_eq!(rule.times(at(1, 8, 0), at(1, 10, 0)).len(), count);
}

#[test]
fn a_window_that_ends_before_it_opens_has_no_reminders() {
    assert!(ReminderRule::Every { minutes: 10, max: 3 }.times(at(2, 8, 0), at(1, 8, 0)).is_empty());
}

#[test]
fn a_policy_is_read_from_configuration() {
    let text = "[express]\nstart_within_minutes = 3\nack_window = { minutes = 60 }\nreminders = { every = { minutes = 20, max = 2 } }\nafter_window = \"call_list\"\n";
    let policies: Policies = toml::from_str(text).unwrap();
    assert_eq!(policies.express.ack_window, AckWindow::Minutes(60));
    assert_eq!(policies.flash, Policies::default().flash);
    assert!(toml::from_str::<Policies>("[express]\nstart = 3\n").is_err());
}

#[test]
fn only_the_two_highest_levels_need_a_reason() {
    let needing: Vec<_> = Urgency::ALL.iter().filter(|level| level.needs_reason()).collect();
    assert_eq!(needing, [&Urgency::Express, &Urgency::Flash]);
}

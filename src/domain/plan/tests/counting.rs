//! What counts, when, and which word stands behind it.

use chrono::NaiveTime;
use rstest::rstest;

use super::*;
use crate::domain::period::{Period, is_locked};

/// Seven different items and five repeats on the radio in October 2025.
fn october() -> Vec<CountedItem> {
    let mut items: Vec<_> = (1..=7).map(|d| act(Channel::Radio, &format!("2025-10-{:02}", d * 3))).collect();
    items
        .extend((1..=5).map(|d| CountedItem { repeat: true, ..act(Channel::Radio, &format!("2025-10-{:02}", d * 4)) }));
    items
}

#[test]
fn seven_items_and_five_repeats_are_seven_of_eight_in_an_open_month() {
    let line = line("CT01", "2025-10-28", &october());
    assert_eq!((line.count, line.required, line.repeats), (7, Some(8), 5));
    assert_eq!((line.status, line.status.vietnamese()), (Status::InProgress, "Đang thực hiện"));
    assert_eq!((line.period_label.as_str(), line.noun.as_str()), ("Tháng 10/2025", "tin"));
    assert_eq!(line.permille, Some(875));
}

#[test]
fn the_same_seven_are_not_met_once_the_month_is_over_and_not_a_day_before() {
    let plan = plan("2025-07-08");
    let peak = plan.enforced_period().unwrap();
    let in_october = |on| {
        let lines = progress_range(&plan, "CT01", &peak, day(on), &october(), &[], &weekday);
        lines.into_iter().find(|l| l.period.contains(day("2025-10-01"))).unwrap()
    };
    assert_eq!(in_october("2025-10-31").status, Status::InProgress);
    assert_eq!(in_october("2025-11-01").status, Status::NotMet);
}

#[test]
fn an_item_typed_in_november_counts_in_october_and_is_marked_late() {
    let plan = plan("2025-07-08");
    let mut items = october();
    items.push(CountedItem { recorded_on: day("2025-11-03"), ..act(Channel::Radio, "2025-10-30") });
    let month = Period::month_of(day("2025-10-01"));
    let lines = progress_range(&plan, "CT01", &month, day("2025-11-03"), &items, &[], &weekday);
    assert_eq!(lines.len(), 1);
    assert_eq!((lines[0].count, lines[0].status, lines[0].late_entries), (8, Status::Met, 1));
    assert_eq!(lines[0].reached_on, Some(day("2025-10-30")));
    assert_eq!(line("CT01", "2025-11-03", &items).count, 0);
}

#[test]
fn september_is_locked_on_the_third_of_november_and_october_is_not() {
    let on = day("2025-11-03");
    assert!(is_locked(&Period::month_of(day("2025-09-30")), on, &weekday));
    assert!(!is_locked(&Period::month_of(day("2025-10-30")), on, &weekday));
}

#[test]
fn the_same_audio_logged_twice_counts_once_and_stands_as_a_repeat() {
    let items = [act(Channel::Radio, "2025-10-30"), act(Channel::Radio, "2025-10-30")];
    let line = line("CT01", "2025-10-31", &items);
    assert_eq!((line.count, line.repeats), (1, 1));
}

#[test]
fn content_first_aired_last_month_is_not_this_months_item() {
    let first = CountedItem { item_key: "BP-2025-0011".to_owned(), ..act(Channel::Radio, "2025-09-30") };
    let again = CountedItem { item_key: " BP-2025-0011 ".to_owned(), ..act(Channel::Radio, "2025-10-01") };
    let line = line("CT01", "2025-10-02", &[again.clone(), first.clone()]);
    assert_eq!((line.count, line.repeats), (0, 1));
    let first_voided = CountedItem { voided: true, ..first };
    assert_eq!(super::line("CT01", "2025-10-02", &[again, first_voided]).count, 1);
}

#[test]
fn rows_without_a_key_are_contents_of_their_own() {
    let blank = CountedItem { item_key: String::new(), ..act(Channel::Radio, "2025-10-02") };
    assert_eq!(line("CT01", "2025-10-02", &[blank.clone(), blank]).count, 2);
}

#[test]
fn the_same_content_counts_once_on_each_channel() {
    let key = |channel| CountedItem { item_key: "one".to_owned(), ..act(channel, "2025-10-06") };
    let items = [key(Channel::Radio), key(Channel::Portal)];
    assert_eq!(line("CT01", "2025-10-06", &items).count, 1);
    assert_eq!(line("CT02", "2025-10-06", &items).count, 1);
}

#[test]
fn more_than_the_minimum_is_exceeded_even_while_the_month_is_open() {
    let items: Vec<_> = (1..=9).map(|d| act(Channel::Radio, &format!("2025-10-{d:02}"))).collect();
    let line = line("CT01", "2025-10-15", &items);
    assert_eq!((line.count, line.permille, line.status), (9, Some(1125), Status::Exceeded));
    assert_eq!(line.reached_on, Some(day("2025-10-08")));
}

#[rstest]
#[case("2025-10-10", 1, Some(2))]
#[case("2025-10-10", 2, None)]
#[case("2025-10-20", 4, Some(5))]
#[case("2025-10-25", 7, Some(8))]
#[case("2025-10-25", 8, None)]
#[case("2025-10-26", 0, None)]
#[case("2025-07-25", 6, Some(7))]
fn the_radio_is_reminded_when_it_falls_behind(#[case] on: &str, #[case] count: u32, #[case] expected: Option<u32>) {
    let plan = plan("2025-07-08");
    let items: Vec<_> =
        (0..count).map(|n| CountedItem { item_key: format!("{n}"), ..act(Channel::Radio, on) }).collect();
    let lines = progress(&plan, day(on), &items, &[], &weekday);
    let due: Vec<_> = pace_alerts(&plan, day(on), &lines).into_iter().filter(|d| d.target_id == "CT01").collect();
    assert_eq!(
        due.iter().map(|d| (d.count, d.expected)).collect::<Vec<_>>(),
        expected.map_or(vec![], |n| vec![(count, Some(n))])
    );
}

#[test]
fn the_portal_is_reminded_on_thursday_and_the_loudspeakers_get_a_digest_on_monday() {
    let plan = plan("2025-07-08");
    let due = |on: &str| pace_alerts(&plan, day(on), &progress(&plan, day(on), &[], &[], &weekday));
    let thursday = due("2025-10-23");
    assert_eq!(thursday.len(), 1);
    assert_eq!((thursday[0].target_id.as_str(), thursday[0].expected), ("CT02", Some(1)));
    assert_eq!(thursday[0].at, NaiveTime::from_hms_opt(15, 0, 0).unwrap());
    let monday = due("2025-10-27");
    assert_eq!((monday.len(), monday[0].target_id.as_str(), monday[0].expected), (1, "CT05", None));
    assert_eq!(due("2025-07-15").iter().filter(|d| d.expected == Some(7)).count(), 1);
}

/// Five banners in July, two more on 02/8.
fn hung() -> [CountedItem; 2] {
    [banners("2025-07-18", 5), banners("2025-08-02", 2)]
}

#[rstest]
#[case("2025-07-18T10:00:00", 5, Status::InProgress, "Đang thực hiện")]
#[case("2025-07-31T23:58:59", 5, Status::InProgress, "Đang thực hiện")]
#[case("2025-07-31T23:59:00", 5, Status::NotMet, "Chưa đạt")]
#[case("2025-08-01T00:00:00", 5, Status::NotMet, "Chưa đạt")]
#[case("2025-08-02T00:00:00", 7, Status::MetLate, "Đạt (muộn, 02/8/2025)")]
#[case("2025-12-31T12:00:00", 7, Status::MetLate, "Đạt (muộn, 02/8/2025)")]
#[case("2026-11-23T12:00:00", 7, Status::MetLate, "Đạt (muộn, 02/8/2025)")]
fn banners_hung_after_july_are_met_late_with_the_real_date(
    #[case] at: chrono::NaiveDateTime,
    #[case] count: u32,
    #[case] status: Status,
    #[case] words: &str,
) {
    let line = line_of(&plan("2025-07-08"), "CT03", at, &hung(), &[]);
    assert_eq!((line.count, line.required, line.status), (count, Some(7), status));
    assert_eq!(line.status_text(), words);
    assert_eq!(line.late_entries, 0);
}

#[test]
fn a_bare_date_leaves_the_due_day_open_until_it_is_over() {
    assert_eq!(line("CT03", "2025-07-31", &hung()).status, Status::InProgress);
    assert_eq!(line("CT03", "2025-08-01", &hung()).status, Status::NotMet);
}

#[test]
fn deleting_one_banner_returns_to_six_of_seven() {
    let items =
        [banners("2025-07-18", 5), banners("2025-08-02", 1), CountedItem { voided: true, ..banners("2025-08-02", 1) }];
    let line = line("CT03", "2025-08-03", &items);
    assert_eq!((line.count, line.status, line.reached_on), (6, Status::NotMet, None));
}

#[test]
fn banners_hung_in_july_but_typed_in_august_are_in_time_and_late_entries() {
    let typed_late = CountedItem { recorded_on: day("2025-08-02"), ..banners("2025-07-31", 2) };
    let line = line("CT03", "2025-08-02", &[banners("2025-07-18", 5), typed_late]);
    assert_eq!((line.status, line.late_entries), (Status::Met, 1));
}

#[test]
fn an_eighth_banner_is_still_met_because_the_plan_names_a_number_of_pieces() {
    let line = line("CT03", "2025-07-20", &[banners("2025-07-18", 8)]);
    assert_eq!((line.status, line.permille), (Status::Met, Some(1142)));
}

#[test]
fn the_news_cluster_is_met_on_the_day_it_stands() {
    let line = line("CT04", "2025-07-20", &[act(Channel::BulletinBoard, "2025-07-20")]);
    assert_eq!((line.status_text().as_str(), line.reached_on), ("Đạt", Some(day("2025-07-20"))));
}

#[test]
fn a_row_without_proof_counts_and_is_marked() {
    let bare = |channel| CountedItem { evidence: false, ..act(channel, "2025-07-20") };
    let items = [bare(Channel::BulletinBoard), bare(Channel::Loudspeaker), banners("2025-07-20", 1)];
    let line_of = |id| line(id, "2025-07-20", &items);
    assert_eq!((line_of("CT04").count, line_of("CT04").missing_evidence), (1, 1));
    assert_eq!((line_of("CT03").count, line_of("CT03").missing_evidence), (1, 0));
    assert_eq!((line_of("CT05").count, line_of("CT05").missing_evidence), (1, 0));
}

#[rstest]
#[case("CT05", Channel::Loudspeaker)]
#[case("CT08", Channel::Meeting)]
#[case("CT09", Channel::Culture)]
#[case("CT10", Channel::Panel)]
#[case("CT11", Channel::PortalBanner)]
#[case("CT12", Channel::PortalImage)]
#[case("CT13", Channel::Training)]
#[case("CT14", Channel::BusinessEvent)]
#[case("CT15", Channel::Budget)]
#[case("CT16", Channel::Briefing)]
#[case("CT17", Channel::Opinion)]
#[case("CT18", Channel::Report)]
#[case("CT19", Channel::Campaign)]
fn a_target_without_a_number_shows_its_count_and_is_never_judged(#[case] id: &str, #[case] channel: Channel) {
    for on in ["2025-10-20", "2026-03-20"] {
        let line = line(id, on, &[CountedItem { quantity: 1, ..act(channel, on) }]);
        assert_eq!((line.count, line.required, line.stated, line.status), (1, None, None, Status::Tracked));
        assert_eq!(super::line(id, on, &[]).count, 0);
    }
}

#[test]
fn people_present_add_up_beside_the_number_of_trainings() {
    let first = CountedItem { quantity: 40, ..act(Channel::Training, "2025-08-05") };
    let second = CountedItem { quantity: 25, ..act(Channel::Training, "2025-11-05") };
    let line = line("CT13", "2025-12-01", &[first, second]);
    assert_eq!((line.count, line.quantity), (2, 65));
}

#[test]
fn themes_are_covered_once_each_by_any_channel() {
    let about = |channel, theme: &str| CountedItem { theme: Some(theme.to_owned()), ..act(channel, "2025-10-06") };
    let items = [
        about(Channel::Radio, "ND1"),
        about(Channel::Portal, "nd1"),
        about(Channel::ChatGroup, "ND4"),
        about(Channel::Radio, "ND9"),
        CountedItem { voided: true, ..about(Channel::Radio, "ND2") },
    ];
    let line = line("CT20", "2025-10-06", &items);
    assert_eq!((line.count, line.coverage), (2, Some(Coverage { part: 2, whole: 5 })));
    assert_eq!((line.permille, line.period_label.as_str()), (Some(400), "Quý IV/2025"));
}

#[rstest]
#[case(None, Freshness::Red)]
#[case(Some("2025-10-20"), Freshness::Green)]
#[case(Some("2025-10-13"), Freshness::Green)]
#[case(Some("2025-10-12"), Freshness::Yellow)]
#[case(Some("2025-10-06"), Freshness::Yellow)]
#[case(Some("2025-10-05"), Freshness::Red)]
#[case(Some("2025-10-21"), Freshness::Green)]
fn a_village_that_stays_silent_turns_yellow_then_red(#[case] last: Option<&str>, #[case] colour: Freshness) {
    let rule = plan("").target("CT05").unwrap().freshness.unwrap();
    assert_eq!(freshness(&rule, last.map(day), day("2025-10-20")), colour);
}

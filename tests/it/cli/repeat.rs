//! `loa bulletin create --repeat`, and `pause`, `resume`, `end` of what repeats.

use rstest::rstest;
use serde_json::Value;

use super::{Done, Place};

/// Every Monday from now on, days off or not: when that is depends on the day of the test.
const WEEKLY: [&str; 7] =
    ["--not-secret", "--repeat", "thứ hai hằng tuần 7h", "--until", "3/8/2099", "--holidays", "fire"];

/// A weekly bulletin that is approved; gives its code.
fn weekly(place: &Place) -> String {
    let created = place.create(&[&WEEKLY[..], &["--json"]].concat()).json();
    let code = created["code"].as_str().unwrap().to_owned();
    place.loa(&["bulletin", "approve", &code, "--as", "an"]).succeeded();
    code
}

fn steer(place: &Place, verb: &str, code: &str, person: &str) -> Done {
    place.loa(&["bulletin", verb, code, "--as", person])
}

fn schedule(place: &Place, code: &str) -> Value {
    place.loa(&["bulletin", "show", code, "--json"]).json()["schedule"]["state"].clone()
}

#[test]
fn a_repeating_bulletin_is_composed_with_its_rule_its_end_and_its_next_firings() {
    let place = Place::with_commune();
    let created = place.create(&[&WEEKLY[..], &["--json"]].concat()).json();
    assert_eq!(created["expires_at"], "2099-08-04T00:00:00.000+07:00", "to the end of the last day");
    let next: Vec<&str> = created["next"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    assert!(next.len() == 5 && next.iter().all(|at| at.contains("T07:00:00.000+07:00")), "{next:?}");
    let shown = place.loa(&["bulletin", "show", created["code"].as_str().unwrap(), "--json"]).json();
    assert_eq!(created["send_at"], created["next"][0]);
    assert_eq!((&shown["repeat"], &shown["state"]), (&created["repeat"], &Value::from("awaiting_approval")));

    let printed = place.create(&WEEKLY).succeeded();
    let lines = printed.lines().filter(|line| line.starts_with("next     07:00 thứ Hai, ")).count();
    assert_eq!(lines, 5, "{printed}");
}

#[rstest]
#[case::words("ngày cuối tháng 16h", &["--holidays", "fire"], "T16:00:00")]
#[case::cron("30 7 27 * *", &["--holidays", "fire"], "-27T07:30:00")]
#[case::an_end_in_the_rule("thứ hai hằng tuần 7h đến hết 3/8/2099", &["--holidays", "skip"], "T07:00:00")]
#[case::what_becomes_of_days_off("ngày 25 hằng tháng 8h", &["--holidays", "fire", "--missed", "once"], "-25T08:00:00")]
fn a_rule_is_taken_in_words_and_in_cron(#[case] rule: &str, #[case] more: &[&str], #[case] at: &str) {
    let until = if rule.contains("đến") { &[][..] } else { &["--until", "2099-08-03"] };
    let args = [&["--not-secret", "--json", "--repeat", rule][..], until, more].concat();
    let created = Place::with_commune().create(&args).json();
    let next = created["next"].as_array().unwrap();
    // Some are moved into the hours in which groups may be written to.
    assert!(next.iter().any(|next| next.as_str().unwrap().contains(at)), "{next:?}");
}

#[rstest]
#[case::without_an_end(&["--repeat", "thứ hai hằng tuần 7h"], "--until")]
#[case::an_end_that_has_passed(&["--repeat", "thứ hai hằng tuần 7h", "--until", "1/1/2001"], "--until")]
#[case::an_end_that_is_no_day(&["--repeat", "thứ hai hằng tuần 7h", "--until", "lúc nào đó"], "--until `lúc nào đó`")]
#[case::no_rule(&["--repeat", "khi nào rảnh", "--until", "3/8/2099"], "--repeat `khi nào rảnh`")]
#[case::a_day_not_every_month_has(&["--repeat", "ngày 31 hằng tháng 8h", "--until", "3/8/2099"], "ngày cuối tháng")]
#[case::cron_with_four_fields(&["--repeat", "0 7 * *", "--until", "3/8/2099"], "--repeat `0 7 * *`")]
#[case::no_firing_before_its_end(&["--repeat", "0 7 30 2 *", "--until", "3/8/2099"], "")]
fn a_rule_that_cannot_be_kept_is_refused_in_one_line_and_leaves_nothing(#[case] more: &[&str], #[case] named: &str) {
    let place = Place::with_commune();
    let complaint = place.create(&[&["--not-secret"], more].concat()).refused();
    assert!(complaint.contains(named) && complaint.trim_end().lines().count() == 1, "{complaint}");
    assert_eq!((place.count("bulletins"), place.count("schedules")), (0, 0));
}

#[rstest]
#[case::once_and_again(&["--repeat", "thứ hai hằng tuần 7h", "--send", "now"])]
#[case::an_end_of_nothing(&["--send", "now", "--until", "3/8/2099"])]
#[case::a_missed_firing_of_nothing(&["--send", "now", "--missed", "once"])]
#[case::another_missed(&["--repeat", "thứ hai hằng tuần 7h", "--missed", "sometimes"])]
#[case::another_day_off(&["--repeat", "thứ hai hằng tuần 7h", "--holidays", "party"])]
#[case::neither(&[])]
fn what_does_not_go_together_is_bad_usage(#[case] more: &[&str]) {
    let place = Place::with_commune();
    let done = place.create(&[&["--not-secret"], more].concat());
    assert_eq!((done.code, done.out.as_str()), (Some(2), ""), "{}", done.err);
    assert_eq!(place.count("bulletins"), 0);
}

#[test]
fn a_repeating_bulletin_is_held_goes_on_and_is_ended_and_saying_it_twice_is_no_fault() {
    let place = Place::with_commune();
    let code = weekly(&place);
    assert_eq!(schedule(&place, &code), "active");
    let said = |verb: &str| steer(&place, verb, &code, "hoa").succeeded();
    assert_eq!(said("pause"), format!("{code} paused\n"));
    assert_eq!((said("pause"), schedule(&place, &code)), (format!("{code} was paused before\n"), "paused".into()));
    let resumed = said("resume");
    assert!(resumed.starts_with(&format!("{code} resumed: goes next at 07:00 thứ Hai, ")), "{resumed}");
    let again = steer(&place, "resume", &code, "an").succeeded();
    assert!(
        again.starts_with(&format!("{code} was running: goes next at 07:00 thứ Hai, ")),
        "an approver may: {again}"
    );
    assert_eq!(said("end"), format!("{code} cancelled: nothing of it is sent\n"), "nothing had gone yet");
    assert_eq!(schedule(&place, &code), "ended");
    for verb in ["pause", "resume"] {
        let complaint = steer(&place, verb, &code, "hoa").refused();
        assert!(complaint.contains(&code), "{complaint}");
    }
    let audit = place.loa(&["audit", "list"]).succeeded();
    for entry in ["schedule.paused", "schedule.resumed", "bulletin.cancelled"] {
        assert_eq!(audit.matches(entry).count(), 1, "{entry}: {audit}");
    }
}

#[test]
fn what_goes_once_and_what_is_somebody_elses_is_not_steered() {
    let place = Place::with_commune();
    let code = weekly(&place);
    let once = place.create(&["--send", "now", "--not-secret", "--json"]).json();
    let once = once["code"].as_str().unwrap();
    for verb in ["pause", "resume", "end"] {
        assert!(steer(&place, verb, once, "hoa").refused().contains(once));
        let stranger = steer(&place, verb, &code, "an-be").refused();
        assert!(stranger.contains("approver"), "{stranger}");
        let unknown = steer(&place, verb, "VB-2025-0999", "hoa").refused();
        assert!(unknown.contains("VB-2025-0999"), "{unknown}");
        assert_eq!(place.loa(&["bulletin", verb, &code]).code, Some(2), "somebody must answer for it");
    }
    assert_eq!(schedule(&place, &code), "active");
}

//! Urgency from the shell: reasons, releases, exercises, and numbers that stay where they are.

use super::{COMMUNE, Place};

/// The two villages, with a composer who is on duty too.
fn on_duty() -> Place {
    let place = Place::empty();
    let duty = "{ person = \"hoa\", role = \"duty\", unit = \"xa\" },\n  { person = \"an\", role = \"admin\"";
    let phone = "name = \"Mẫu Thị An\", phone = \"0900 000 042\"";
    let text = COMMUNE.replace("{ person = \"an\", role = \"admin\"", duty).replace("name = \"Mẫu Thị An\"", phone);
    place.loa(&["org", "import", &place.file("commune.toml", text.as_bytes())]).succeeded();
    place
}

const STORM: [&str; 6] = ["--send", "now", "--not-secret", "--urgency", "flash", "--json"];

#[test]
fn a_high_urgency_without_a_reason_is_refused() {
    let place = on_duty();
    let complaint = place.create(&STORM).refused();
    assert!(complaint.contains("Hỏa tốc") && complaint.contains("lý do"), "{complaint}");
    assert_eq!(place.count("bulletins"), 0);
}

#[test]
fn the_duty_officer_releases_and_an_approver_says_yes_afterwards() {
    let place = on_duty();
    let created = place.create(&[&STORM[..], &["--reason", "bão số 10"]].concat()).json();
    let code = created["code"].as_str().unwrap();
    let released = place.loa(&["bulletin", "approve", code, "--as", "hoa"]).succeeded();
    assert!(released.contains("released on duty: goes to 2 groups now"), "{released}");
    assert!(place.loa(&["status", code]).succeeded().contains("released on duty, to be approved by"));
    let afterwards = place.loa(&["bulletin", "approve", code, "--as", "an"]).succeeded();
    assert!(afterwards.contains("approved after the fact"), "{afterwards}");
    assert_eq!(place.loa(&["status", code, "--json"]).json()["release"]["outcome"], "approved");
    let shown = place.loa(&["bulletin", "show", code, "--json"]).json();
    assert_eq!((&shown["reason"], &shown["exercise"]), (&"bão số 10".into(), &false.into()));
    assert!(place.loa(&["bulletin", "approve", code, "--as", "an"]).refused().contains("chờ duyệt"));
}

#[test]
fn an_exercise_says_so_and_counts_nowhere() {
    let place = on_duty();
    let args = ["--send", "now", "--not-secret", "--exercise", "--quorum", "1"];
    let created = place.create(&args).succeeded();
    assert!(created.contains("nowhere, an exercise"), "{created}");
    let shown = place.loa(&["bulletin", "show", "1"]).succeeded();
    assert!(shown.contains("an exercise, 1 confirmations are enough"), "{shown}");
    assert!(place.loa(&["stats", "--json"]).json()["bulletins"].as_object().unwrap().is_empty());
}

#[test]
fn a_number_to_call_stays_in_the_database() {
    let place = on_duty();
    assert_eq!(place.count("phones"), 1);
    let exported = place.loa(&["org", "export"]).succeeded();
    assert!(exported.contains("Mẫu Thị An") && !exported.contains("0900"), "{exported}");
    // The exported file knows no number, and takes none away.
    let again = place.loa(&["org", "import", &place.file("exported.toml", exported.as_bytes())]).succeeded();
    assert!(again.contains("nothing changed"), "{again}");
    assert_eq!(place.count("phones"), 1);
    let wrong = COMMUNE.replace("name = \"Mẫu Thị An\"", "name = \"Mẫu Thị An\", phone = \"gọi 0900 000 042\"");
    let complaint = place.loa(&["org", "import", &place.file("wrong.toml", wrong.as_bytes())]).refused();
    assert!(complaint.contains("`phone` is not a telephone number") && !complaint.contains("0900"), "{complaint}");
}

#[test]
fn what_was_not_sent_is_cancelled_and_not_taken_back() {
    let place = on_duty();
    let created = place.create(&[&STORM[..], &["--reason", "bão số 10"]].concat()).json();
    let code = created["code"].as_str().unwrap();
    let complaint = place.loa(&["bulletin", "recall", code, "--reason", "nhầm", "--as", "an"]).refused();
    assert!(complaint.contains("chưa gửi") && complaint.contains("/huy"), "{complaint}");
    let complaint = place.loa(&["bulletin", "recall", code, "--reason", "…", "--as", "an"]).refused();
    assert!(complaint.contains("--reason"), "{complaint}");
    let complaint = place.loa(&["bulletin", "recall", code, "--reason", "nhầm", "--as", "hoa"]).refused();
    assert!(complaint.contains("approver"), "{complaint}");
}

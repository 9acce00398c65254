//! `loa bulletin create --residents-text`: a file or the words, and what is neither.

use super::Place;

/// The two villages, with residents in the second group instead of cadres.
fn with_residents() -> Place {
    let place = Place::with_commune();
    place.change("UPDATE groups SET kind = 'residents' WHERE code = 'dh-02'");
    place
}

fn create(place: &Place, residents: &str) -> super::Done {
    let text = place.file("text.txt", "Về việc tổng vệ sinh\n\nCác thôn ra quân.\n".as_bytes());
    let usual = ["bulletin", "create", "--kind", "directive", "--text-file", &text, "--as", "hoa", "--send", "now"];
    let audience = ["--audience", "thon:01@cadre + thon:02@residents", "--not-secret", "--json"];
    place.loa(&[&usual[..], &audience, &["--residents-text", residents]].concat())
}

#[test]
fn words_and_files_are_both_taken_and_shown_beside_the_cadres_text() {
    let place = with_residents();
    let file = place.file("dan.txt", "Mời bà con quét dọn ngõ.\n".as_bytes());
    for (given, words) in
        [("Mời bà con ra ngõ sáng thứ Bảy.", "Mời bà con ra ngõ sáng thứ Bảy."), (&file, "Mời bà con quét dọn ngõ.")]
    {
        let created = create(&place, given).json();
        let code = created["code"].as_str().unwrap();
        let shown = place.loa(&["bulletin", "show", code, "--json"]).json();
        assert_eq!(
            (shown["residents_body"].as_str(), shown["body"].as_str()),
            (Some(words), Some("Các thôn ra quân."))
        );
        let text = place.loa(&["bulletin", "show", code]).succeeded();
        assert!(text.contains("residents read\n") && text.contains(words), "{text}");
    }
}

#[test]
fn a_mistyped_file_or_an_audience_without_residents_is_refused() {
    let place = with_residents();
    for missing in ["dan.txt", "loi cho dan.txt", "bà-con"] {
        let complaint = create(&place, missing).refused();
        assert!(complaint.contains("--residents-text takes a file"), "{complaint}");
    }
    let complaint = create(&place, "   ").refused();
    assert!(complaint.contains("--residents-text"), "{complaint}");
    let cadres = Place::with_commune();
    let words = ["--send", "now", "--not-secret", "--residents-text", "Mời bà con ra ngõ."];
    let complaint = cadres.create(&words).refused();
    assert!(complaint.contains("residents"), "{complaint}");
    assert_eq!((place.count("bulletins"), cadres.count("bulletins")), (0, 0));
}

//! What every one of the twenty targets says of itself: a value, and a word that fits its kind.

use super::*;

fn said(target: &str, on: &str, items: &[CountedItem]) -> (String, String) {
    let line = line(target, on, items);
    (line.value_text(), line.status_text())
}

#[rstest::rstest]
#[case("CT01", "0/8 tin", "Đang thực hiện", "1/8 tin", "Đang thực hiện")]
#[case("CT02", "0/1 tin", "Đang thực hiện", "1/1 tin", "Đạt")]
#[case("CT03", "0/7 cái", "Chưa đạt", "1/7 cái", "Chưa đạt")]
#[case("CT04", "0/1 cụm tin", "Chưa đạt", "1/1 cụm tin", "Đạt (muộn, 20/10/2025)")]
#[case("CT05", "0 lượt phát", "Theo dõi", "1 lượt phát", "Theo dõi")]
#[case("CT08", "0 cuộc", "Theo dõi", "1 cuộc", "Theo dõi")]
#[case("CT09", "0 hoạt động", "Theo dõi", "1 hoạt động", "Theo dõi")]
#[case("CT10", "0 cái", "Chưa có", "1 cái", "Đang treo")]
#[case("CT11", "0 lần", "Chưa thực hiện", "1 lần", "Đã thực hiện")]
#[case("CT12", "0 hình ảnh", "Theo dõi", "1 hình ảnh", "Theo dõi")]
#[case("CT13", "0 cuộc", "Theo dõi", "1 cuộc", "Theo dõi")]
#[case("CT14", "0 cuộc", "Theo dõi", "1 cuộc", "Theo dõi")]
#[case("CT15", "0 lần", "Chưa thực hiện", "1 lần", "Đã thực hiện")]
#[case("CT16", "0 buổi", "Theo dõi", "1 buổi", "Theo dõi")]
#[case("CT17", "0 phản ánh", "Theo dõi", "1 phản ánh", "Theo dõi")]
#[case("CT18", "0 báo cáo", "Chưa có", "1 báo cáo", "Đúng hạn")]
#[case("CT19", "0 chiến dịch", "Theo dõi", "1 chiến dịch", "Theo dõi")]
fn a_target_has_a_value_and_a_fitting_word_before_and_after_an_act(
    #[case] target: &str,
    #[case] nothing: &str,
    #[case] nothing_word: &str,
    #[case] one: &str,
    #[case] one_word: &str,
) {
    let (on, plan) = ("2025-10-20", plan(""));
    let channel = plan.target(target).unwrap().channel;
    let pair = |value: &str, word: &str| (value.to_owned(), word.to_owned());
    assert_eq!(said(target, on, &[]), pair(nothing, nothing_word));
    assert_eq!(said(target, on, &[act(channel, on)]), pair(one, one_word));
}

#[rstest::rstest]
#[case("CT06", Level::Superior)]
#[case("CT07", Level::Local)]
fn documents_are_counted_and_only_watched(#[case] target: &str, #[case] level: Level) {
    let documents = [DocumentReach { level, ..document("VB-2025-0001", "2025-10-06", 23) }];
    let line = line_of(&plan("2025-07-08"), target, day("2025-10-20"), &[], &documents);
    assert_eq!((line.value_text().as_str(), line.status_text().as_str()), ("1 văn bản", "Theo dõi"));
    let none = super::line(target, "2025-10-20", &[]);
    assert_eq!((none.value_text().as_str(), none.status_text().as_str()), ("0 văn bản", "Theo dõi"));
}

#[test]
fn themes_are_a_part_of_a_whole_and_the_missing_ones_are_named() {
    let about = |theme: &str| CountedItem { theme: Some(theme.to_owned()), ..act(Channel::Radio, "2025-10-06") };
    let four: Vec<CountedItem> = ["ND1", "ND2", "nd3", "ND5"].map(about).to_vec();
    let line = line("CT20", "2025-10-20", &four);
    assert_eq!((line.value_text().as_str(), line.status_text().as_str()), ("4/5 chủ đề", "Chưa đủ chủ đề"));
    assert_eq!(line.missing_themes, ["ND4"]);
    let all = [&four[..], &[about("ND4")]].concat();
    assert_eq!(said("CT20", "2025-10-20", &all), ("5/5 chủ đề".to_owned(), "Đủ chủ đề".to_owned()));
    assert_eq!(said("CT20", "2025-09-20", &all).0, "0/5 chủ đề", "another quarter");
}

#[test]
fn the_inventory_is_what_was_put_up_less_what_came_down() {
    let panels = |done: &str, quantity, removal| CountedItem { quantity, removal, ..act(Channel::Panel, done) };
    let items = [panels("2025-08-01", 5, false), panels("2025-09-10", 2, true)];
    assert_eq!(said("CT10", "2025-09-09", &items).0, "5 cái");
    assert_eq!(said("CT10", "2025-09-10", &items).0, "3 cái");
    let gone = [&items[..], &[panels("2025-10-01", 3, true)]].concat();
    assert_eq!(said("CT10", "2025-10-20", &gone), ("0 cái".to_owned(), "Chưa có".to_owned()));
    let line = line("CT10", "2025-10-20", &items);
    assert_eq!((line.missing_evidence, line.repeats), (0, 0), "taking down asks for no proof");
}

#[test]
fn a_banner_on_the_portal_is_there_until_it_is_taken_off() {
    let banner = |done: &str, removal| CountedItem { removal, ..act(Channel::PortalBanner, done) };
    let items = [banner("2025-08-01", false), banner("2025-09-01", true)];
    assert_eq!(said("CT11", "2025-08-31", &items).1, "Đã thực hiện");
    assert_eq!(said("CT11", "2025-09-01", &items).1, "Chưa thực hiện");
    let again = [&items[..], &[banner("2025-09-01", false)]].concat();
    assert_eq!(said("CT11", "2025-10-20", &again).1, "Đã thực hiện");
}

#[test]
fn the_loudspeakers_word_is_how_many_villages_are_green() {
    let mut line = line("CT05", "2025-10-20", &[]);
    line.villages = Some(Spread { green: 18, yellow: 4, red: 2 });
    assert_eq!(line.status_text(), "Xanh 18/24 thôn");
}

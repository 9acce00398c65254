use proptest::prelude::*;
use rstest::rstest;

use super::*;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// A Tuesday.
fn today() -> NaiveDate {
    day("2025-10-28")
}

fn read(typed: &str) -> Entry {
    entry(typed, None, today()).unwrap()
}

#[rstest]
#[case("dai Tên bài 25/10 17h", Channel::Radio, 1, "Tên bài", Some("2025-10-25"))]
#[case("đài truyền thanh xã Chuyển đổi số 25/10", Channel::Radio, 1, "Chuyển đổi số", Some("2025-10-25"))]
#[case("dai 5 điều Bác Hồ dạy 25/10", Channel::Radio, 1, "5 điều Bác Hồ dạy", Some("2025-10-25"))]
#[case("dai Chào mừng ngày 20/10 ngày 21/10", Channel::Radio, 1, "Chào mừng ngày 20/10", Some("2025-10-21"))]
#[case("bangron 5 trước trụ sở 18/7", Channel::Banner, 5, "trước trụ sở", Some("2025-07-18"))]
#[case("băng zôn 2 cái ngã tư hôm qua", Channel::Banner, 2, "ngã tư", Some("2025-10-27"))]
#[case("bang ron 07 trục đường chính", Channel::Banner, 7, "trục đường chính", None)]
#[case("taphuan 45 người Tập huấn VNeID 20/10/2025", Channel::Training, 1, "Tập huấn VNeID", Some("2025-10-20"))]
#[case("dư luận 5 phản ánh về đường thôn 20/10", Channel::Opinion, 5, "về đường thôn", Some("2025-10-20"))]
#[case("hình ảnh 6 ảnh lễ phát động 20/10", Channel::PortalImage, 6, "lễ phát động", Some("2025-10-20"))]
#[case("khẩu hiệu 3 tại cổng chợ 20/10", Channel::Panel, 3, "tại cổng chợ", Some("2025-10-20"))]
#[case("hop Họp giao ban 25/10 8h", Channel::Meeting, 1, "Họp giao ban 8h", Some("2025-10-25"))]
#[case("cong https://xa.vn/tin/1 27/7", Channel::Portal, 1, "https://xa.vn/tin/1", Some("2025-07-27"))]
#[case("loa thôn 3 phát bài 25/10", Channel::Loudspeaker, 1, "thôn 3 phát bài", Some("2025-10-25"))]
#[case("loa thôn Phát bài 25/10", Channel::Loudspeaker, 1, "Phát bài", Some("2025-10-25"))]
#[case("LOA Phát bài 25-10-2025", Channel::Loudspeaker, 1, "Phát bài", Some("2025-10-25"))]
#[case("ba\u{306}ng ro\u{302}n 1 cổng xã 25.10.2025", Channel::Banner, 1, "cổng xã", Some("2025-10-25"))]
fn an_act_is_read_from_one_line(
    #[case] typed: &str,
    #[case] channel: Channel,
    #[case] quantity: i64,
    #[case] title: &str,
    #[case] done_on: Option<&str>,
) {
    let entry = read(typed);
    assert_eq!(entry.channel, Some(channel));
    assert_eq!((entry.quantity, entry.title.as_deref()), (quantity, Some(title)));
    assert_eq!(entry.done_on, done_on.map(day));
}

#[rstest]
#[case("taphuan 45 người Kỹ năng số", Some(45), "Kỹ năng số")]
#[case("tập huấn Kỹ năng số cho tổ công nghệ, 45 người dự 12/10", Some(45), "Kỹ năng số cho tổ công nghệ")]
#[case("taphuan Kỹ năng số có 120 người tham gia", Some(120), "Kỹ năng số")]
#[case("hop 30 người dự họp Thôn 3", Some(30), "Thôn 3")]
#[case("taphuan Hướng dẫn 45 người dân cài VNeID", None, "Hướng dẫn 45 người dân cài VNeID")]
#[case("taphuan 45 người dân được hướng dẫn", None, "45 người dân được hướng dẫn")]
#[case("dai Gặp 45 người", None, "Gặp 45 người")]
fn people_are_counted_where_they_gather(#[case] typed: &str, #[case] people: Option<i64>, #[case] title: &str) {
    let entry = read(typed);
    assert_eq!((entry.attendees, entry.quantity, entry.title.as_deref()), (people, 1, Some(title)));
}

#[rstest]
#[case("pano gỡ 2 ngã tư Bến 5/10", true, 2, Some("ngã tư Bến"), None)]
#[case("áp phích đã tháo dỡ 1 cái chợ", true, 1, Some("chợ"), None)]
#[case("pano 3 Chuyển đổi số tại ngã tư Bến 5/10", false, 3, Some("Chuyển đổi số tại ngã tư Bến"), Some("ngã tư Bến"))]
#[case("bảng điện tử 1 ở chợ", false, 1, Some("ở chợ"), Some("chợ"))]
#[case("pano đã treo", false, 1, Some("đã treo"), None)]
#[case("hop hạ tầng tại thôn", false, 1, Some("hạ tầng tại thôn"), None)]
fn what_hangs_has_a_place_and_may_come_down(
    #[case] typed: &str,
    #[case] removal: bool,
    #[case] quantity: i64,
    #[case] title: Option<&str>,
    #[case] place: Option<&str>,
) {
    let entry = read(typed);
    assert_eq!((entry.removal, entry.quantity), (removal, quantity));
    assert_eq!((entry.title.as_deref(), entry.place.as_deref()), (title, place));
}

#[rstest]
#[case("kinh phí có", None, false, None)]
#[case("kinhphi đã bố trí 20/10", None, false, None)]
#[case("kinhphi chưa", None, true, None)]
#[case("bố trí kinh phí QĐ 45/QĐ-UBND 20/10", Some("QĐ 45/QĐ-UBND"), false, Some("45/QĐ-UBND"))]
#[case("banner có", None, false, None)]
#[case("hop có", Some("có"), false, None)]
fn what_is_done_or_not_is_answered_by_a_word(
    #[case] typed: &str,
    #[case] title: Option<&str>,
    #[case] undone: bool,
    #[case] evidence: Option<&str>,
) {
    let entry = read(typed);
    assert_eq!((entry.title.as_deref(), entry.undone, entry.evidence.as_deref()), (title, undone, evidence));
}

#[rstest]
#[case("dai Tin về bản đồ số #nd3 25/10", Some("ND3"), "Tin về bản đồ số")]
#[case("dai ND5 Điển hình tiên tiến", Some("ND5"), "Điển hình tiên tiến")]
#[case("dai NDT hôm nay", None, "NDT")]
fn a_theme_is_named_anywhere_in_the_line(#[case] typed: &str, #[case] theme: Option<&str>, #[case] title: &str) {
    let entry = read(typed);
    assert_eq!((entry.theme.as_deref(), entry.title.as_deref()), (theme, Some(title)));
}

#[test]
fn what_is_missing_stays_missing() {
    let nothing = Entry {
        channel: None,
        called: None,
        quantity: 1,
        title: None,
        done_on: None,
        aired_at: None,
        evidence: None,
        attendees: None,
        place: None,
        removal: false,
        theme: None,
        undone: false,
    };
    assert_eq!(read(""), nothing);
    assert_eq!(read("  \u{200b} "), nothing);
    assert_eq!(
        read("cumtin 1 20/7"),
        Entry {
            channel: Some(Channel::BulletinBoard),
            called: Some("cumtin".to_owned()),
            done_on: Some(day("2025-07-20")),
            ..nothing.clone()
        }
    );
    assert_eq!(
        read("Tên bài 25/10"),
        Entry { title: Some("Tên bài".to_owned()), done_on: Some(day("2025-10-25")), ..nothing }
    );
}

#[rstest]
#[case("dai Bài 25/10 17h", Some((17, 0)))]
#[case("dai Bài 17h30 25/10", Some((17, 30)))]
#[case("dai Bài lúc 17:05", Some((17, 5)))]
#[case("dai Bài 5 giờ", Some((5, 0)))]
#[case("dai Bài 25h", None)]
#[case("bangron 1 cổng 17h", None)]
fn the_hour_of_an_airing_is_read(#[case] typed: &str, #[case] time: Option<(u32, u32)>) {
    let expected = time.map(|(hour, minute)| NaiveTime::from_hms_opt(hour, minute, 0).unwrap());
    assert_eq!(read(typed).aired_at, expected);
}

#[test]
fn a_channel_chosen_before_is_not_looked_for_among_the_words() {
    let entry = entry("hop thôn 25/10", Some(Channel::Radio), today()).unwrap();
    assert_eq!((entry.channel, entry.title.as_deref()), (Some(Channel::Radio), Some("hop thôn")));
}

#[rstest]
#[case("dai Bài 31/9", "31/9")]
#[case("dai Bài 31/9/2025 17h", "31/9/2025")]
#[case("dai Bài 0/10", "0/10")]
#[case("dai Bài 29/2", "29/2")]
fn a_day_that_does_not_exist_is_refused(#[case] typed: &str, #[case] quoted: &str) {
    assert_eq!(entry(typed, None, today()), Err(ParseError::NoSuchDay(quoted.to_owned())));
}

#[rstest]
#[case("30/12", "2026-01-03", Some("2025-12-30"))]
#[case("30/10", "2025-10-28", Some("2025-10-30"))]
#[case("29/2", "2025-03-01", None)]
#[case("29/2", "2024-03-01", Some("2024-02-29"))]
#[case("5-7", "2025-10-28", Some("2025-07-05"))]
#[case("5-17", "2025-10-28", None)]
#[case("1.5", "2025-10-28", None)]
#[case("VB-2025", "2025-10-28", None)]
fn a_day_without_a_year_is_never_far_away(#[case] typed: &str, #[case] on: &str, #[case] expected: Option<&str>) {
    assert_eq!(numbered_day(typed, day(on)).ok().flatten(), expected.map(day));
}

#[rstest]
#[case("dai Phát BP-2025-0011 25/10", Some("BP-2025-0011"))]
#[case("hop Bàn về BP-2025-0011", None)]
#[case("taphuan Ảnh tại https://xa.vn/a.jpg 25/10", Some("https://xa.vn/a.jpg"))]
#[case("taphuan Ảnh tại https:// 25/10", None)]
fn a_proof_among_the_words_is_found(#[case] typed: &str, #[case] expected: Option<&str>) {
    assert_eq!(read(typed).evidence.as_deref(), expected);
}

#[rstest]
#[case("#12 rách do gió", 12, None, "rách do gió")]
#[case("12: ghi nhầm", 12, None, "ghi nhầm")]
#[case("#3 1 cái bị rách", 3, Some(1), "bị rách")]
#[case("3", 3, None, "")]
#[case("#3 2025 nhầm năm", 3, None, "2025 nhầm năm")]
fn a_removal_is_read(#[case] typed: &str, #[case] seq: i64, #[case] pieces: Option<i64>, #[case] reason: &str) {
    assert_eq!(removal(typed), Some(Removal { seq, pieces, reason: reason.to_owned() }));
}

#[rstest]
#[case("")]
#[case("ghi nhầm")]
#[case("#")]
#[case("99999999999999999999 nhầm")]
fn a_removal_without_a_number_is_none(#[case] typed: &str) {
    assert_eq!(removal(typed), None);
}

#[test]
fn ten_megabytes_are_not_read() {
    let typed = "dai ".repeat(2_500_000);
    assert_eq!(entry(&typed, None, today()), Err(ParseError::TooLong));
    assert_eq!(removal(&typed), None);
}

proptest! {
    #[test]
    fn anything_typed_is_read_or_refused(typed in ".{0,200}", days in 0_i64..40_000) {
        let today = date_plus(day("2000-01-01"), days);
        let _ = entry(&typed, None, today);
        let _ = removal(&typed);
    }

    #[test]
    fn a_day_typed_in_full_is_that_day(days in 0_i64..40_000) {
        let date = date_plus(day("2000-01-01"), days);
        let typed = format!("dai Bài {}/{}/{}", date.day(), date.month(), date.year());
        prop_assert_eq!(read(&typed).done_on, Some(date));
    }
}

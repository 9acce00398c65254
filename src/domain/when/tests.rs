//! The table of typed times, read on Friday 25/7/2025 at 16:45.

use chrono::{Datelike, NaiveDateTime, Timelike};
use proptest::prelude::*;
use rstest::rstest;
use unicode_normalization::UnicodeNormalization;

use super::*;
use crate::domain::text;

/// "2025-07-28 07:30", local.
fn local(written: &str) -> Millis {
    Millis::from_local(NaiveDateTime::parse_from_str(written, "%Y-%m-%d %H:%M").unwrap())
}

fn friday() -> Millis {
    local("2025-07-25 16:45")
}

fn read(input: &str, purpose: Purpose) -> Result<Reading, WhenError> {
    parse(input, friday(), purpose, &WhenConfig::default())
}

/// As typed on a keyboard without Vietnamese.
fn bare(input: &str) -> String {
    let marks = |c: &char| !('\u{300}'..='\u{36F}').contains(c);
    text::nfc(input).nfd().filter(marks).map(|c| if c == 'đ' { 'd' } else { c }).collect()
}

/// The input, in capitals, decomposed, without accents, and with odd blanks.
fn spellings(input: &str) -> [String; 5] {
    [
        input.to_owned(),
        text::upper(input),
        input.nfd().collect(),
        bare(input),
        format!("  {}\u{A0}", input.replace(' ', "  ")),
    ]
}

#[rstest]
#[case("7h30")]
#[case("7g30")]
#[case("7:30")]
#[case("07h30")]
#[case("7 giờ 30")]
#[case("7 rưỡi")]
#[case("7h rưỡi")]
#[case("7 giờ 30 phút")]
#[case("7.30")]
#[case("7h30'")]
#[case("07:30")]
#[case("lúc 7h30")]
#[case("7h30 nhé")]
#[case("8h kém 30")]
#[case("8 giờ kém 30 phút")]
#[case("7h30 sáng")]
#[case("bảy giờ rưỡi")]
#[case("bảy giờ ba mươi phút")]
#[case("7 rưỡi sáng")]
fn a_bare_time_is_the_next_one(#[case] input: &str) {
    for spelling in spellings(input) {
        let reading = read(&spelling, Purpose::SendTime).unwrap();
        assert_eq!(reading.at, local("2025-07-26 07:30"), "{spelling}");
        assert_eq!(reading.notes, [Note::RolledToTomorrow, Note::Weekend], "{spelling}");
        assert!(!reading.before && !reading.immediate);
    }
}

#[rstest]
#[case("19h", "2025-07-25 19:00")]
#[case("7h tối", "2025-07-25 19:00")]
#[case("19 giờ", "2025-07-25 19:00")]
#[case("7 giờ tối nay", "2025-07-25 19:00")]
#[case("20h kém 15", "2025-07-25 19:45")]
#[case("8h kém 15 tối", "2025-07-25 19:45")]
#[case("mai", "2025-07-26 07:30")]
#[case("ngày mai", "2025-07-26 07:30")]
#[case("mai 7h", "2025-07-26 07:00")]
#[case("7h sáng mai", "2025-07-26 07:00")]
#[case("8 sáng mai", "2025-07-26 08:00")]
#[case("sáng mai", "2025-07-26 07:30")]
#[case("chiều mai", "2025-07-26 14:00")]
#[case("tối nay", "2025-07-25 19:00")]
#[case("chiều", "2025-07-26 14:00")]
#[case("ngày kia", "2025-07-27 07:30")]
#[case("mốt", "2025-07-27 07:30")]
#[case("thứ hai", "2025-07-28 07:30")]
#[case("thứ 2", "2025-07-28 07:30")]
#[case("t2", "2025-07-28 07:30")]
#[case("T2", "2025-07-28 07:30")]
#[case("thứ 2 7h30", "2025-07-28 07:30")]
#[case("thứ hai 7h30", "2025-07-28 07:30")]
#[case("sáng thứ hai", "2025-07-28 07:30")]
#[case("chiều t2 tuần sau", "2025-07-28 14:00")]
#[case("thứ sáu", "2025-08-01 07:30")]
#[case("thứ sáu 7h30", "2025-08-01 07:30")]
#[case("thứ sáu 19h", "2025-07-25 19:00")]
#[case("thứ sáu này 19h", "2025-07-25 19:00")]
#[case("thứ sáu tuần sau", "2025-08-01 07:30")]
#[case("thứ tư tuần sau", "2025-07-30 07:30")]
#[case("tuần sau thứ tư", "2025-07-30 07:30")]
#[case("thứ tư tuần sau nữa", "2025-08-06 07:30")]
#[case("thứ bẩy 8h", "2025-07-26 08:00")]
#[case("thứ năm 8h", "2025-07-31 08:00")]
#[case("cn", "2025-07-27 07:30")]
#[case("chủ nhật", "2025-07-27 07:30")]
#[case("sáng chủ nhật", "2025-07-27 07:30")]
#[case("cuối tuần", "2025-07-26 07:30")]
#[case("cuối tuần sau", "2025-08-02 07:30")]
#[case("đầu tuần sau", "2025-07-28 07:30")]
#[case("đầu tuần", "2025-07-28 07:30")]
#[case("cuối tháng", "2025-07-31 07:30")]
#[case("cuối tháng 16h", "2025-07-31 16:00")]
#[case("cuối tháng 8", "2025-08-31 07:30")]
#[case("đầu tháng", "2025-08-01 07:30")]
#[case("đầu tháng sau", "2025-08-01 07:30")]
#[case("28/7", "2025-07-28 07:30")]
#[case("28-7", "2025-07-28 07:30")]
#[case("28.7", "2025-07-28 07:30")]
#[case("28/07/2025", "2025-07-28 07:30")]
#[case("28/7/25", "2025-07-28 07:30")]
#[case("28.7.2025", "2025-07-28 07:30")]
#[case("2025-07-28 07:30", "2025-07-28 07:30")]
#[case("ngày 28 tháng 7", "2025-07-28 07:30")]
#[case("28 tháng 7 năm 2025", "2025-07-28 07:30")]
#[case("ngày 28", "2025-07-28 07:30")]
#[case("ngày 5 tháng sau", "2025-08-05 07:30")]
#[case("7/8", "2025-08-07 07:30")]
#[case("ngày 7.8", "2025-08-07 07:30")]
#[case("7.8 17h", "2025-08-07 17:00")]
#[case("28.7 7.30", "2025-07-28 07:30")]
#[case("29/7 17h", "2025-07-29 17:00")]
#[case("17h 29/7", "2025-07-29 17:00")]
#[case("17h 29-7", "2025-07-29 17:00")]
#[case("17 giờ 29 tháng 7", "2025-07-29 17:00")]
#[case("7h 28/7", "2025-07-28 07:00")]
#[case("7h30 - 28/7", "2025-07-28 07:30")]
#[case("8h sáng 28/7/2025", "2025-07-28 08:00")]
#[case("07:30 thứ Hai, 28/7/2025", "2025-07-28 07:30")]
#[case("12h trưa mai", "2025-07-26 12:00")]
#[case("1h trưa mai", "2025-07-26 13:00")]
#[case("12h đêm nay", "2025-07-26 00:00")]
#[case("1h đêm nay", "2025-07-26 01:00")]
#[case("10h đêm", "2025-07-25 22:00")]
#[case("24h 31/7", "2025-08-01 00:00")]
#[case("30 phút nữa", "2025-07-25 17:15")]
#[case("sau 30 phút", "2025-07-25 17:15")]
#[case("2 tiếng nữa", "2025-07-25 18:45")]
#[case("2 giờ 15 phút nữa", "2025-07-25 19:00")]
#[case("1 tiếng rưỡi nữa", "2025-07-25 18:15")]
#[case("nửa tiếng nữa", "2025-07-25 17:15")]
#[case("hai mươi mốt phút nữa", "2025-07-25 17:06")]
#[case("sáu giờ nữa", "2025-07-25 22:45")]
#[case("3 ngày nữa", "2025-07-28 07:30")]
#[case("16h45", "2025-07-25 16:45")]
#[case("bay gio toi", "2025-07-25 19:00")]
#[case("thu 4 tuan toi", "2025-07-30 07:30")]
fn a_send_time_is_read(#[case] input: &str, #[case] expected: &str) {
    for spelling in spellings(input) {
        let at = read(&spelling, Purpose::SendTime).map(|reading| reading.at);
        assert_eq!(at, Ok(local(expected)), "{spelling}");
    }
}

#[rstest]
#[case("thứ hai tới", "2025-07-28 07:30")]
#[case("thứ sáu tới 19h", "2025-08-01 19:00")]
#[case("bảy giờ tối", "2025-07-25 19:00")]
#[case("thứ tư tuần tới", "2025-07-30 07:30")]
fn words_that_lose_their_meaning_without_accents_are_read_with_them(#[case] input: &str, #[case] expected: &str) {
    assert_eq!(read(input, Purpose::SendTime).map(|reading| reading.at), Ok(local(expected)));
}

#[rstest]
#[case("trước 17h ngày 29/7", "2025-07-29 17:00")]
#[case("trước 17h 29/7", "2025-07-29 17:00")]
#[case("trước 17h thứ ba", "2025-07-29 17:00")]
#[case("trước sáng mai", "2025-07-26 07:30")]
#[case("chậm nhất là ngày 29/7", "2025-07-29 17:00")]
#[case("hạn 29/7", "2025-07-29 17:00")]
#[case("đến thứ ba", "2025-07-29 17:00")]
#[case("trong vòng 2 ngày", "2025-07-27 17:00")]
#[case("trong 2 giờ", "2025-07-25 18:45")]
fn marked_words_make_a_deadline(#[case] input: &str, #[case] expected: &str) {
    for spelling in spellings(input) {
        let reading = read(&spelling, Purpose::Deadline).unwrap();
        assert_eq!(reading.at, local(expected), "{spelling}");
        assert!(reading.before, "{spelling}");
    }
}

#[rstest]
#[case("cuối tháng", "2025-07-31 17:00")]
#[case("thứ sáu", "2025-07-25 17:00")]
#[case("mai", "2025-07-26 17:00")]
#[case("chiều thứ hai", "2025-07-28 17:00")]
#[case("cuối giờ chiều mai", "2025-07-26 17:00")]
#[case("cuối buổi sáng thứ hai", "2025-07-28 11:30")]
#[case("cuối năm", "2025-12-31 17:00")]
fn a_deadline_without_an_hour_ends_with_the_office(#[case] input: &str, #[case] expected: &str) {
    for spelling in spellings(input) {
        let reading = read(&spelling, Purpose::Deadline).unwrap();
        assert_eq!((reading.at, reading.before), (local(expected), false), "{spelling}");
        assert!(reading.notes.contains(&Note::DefaultTime));
    }
}

#[rstest]
#[case("ngay")]
#[case("bây giờ")]
#[case("ngay bây giờ")]
#[case("ngay lập tức")]
#[case("gửi ngay")]
#[case("luôn")]
#[case("ngay nhé")]
fn words_for_now_mean_now(#[case] input: &str) {
    for spelling in spellings(input) {
        let expected = Reading { at: friday(), before: false, immediate: true, notes: Vec::new() };
        assert_eq!(read(&spelling, Purpose::SendTime), Ok(expected), "{spelling}");
    }
}

#[rstest]
#[case("7h", &[Note::RolledToTomorrow, Note::Weekend])]
#[case("mai", &[Note::DefaultTime, Note::Weekend])]
#[case("thứ sáu", &[Note::RolledToNextWeek, Note::DefaultTime])]
#[case("thứ sáu 7h30", &[Note::RolledToNextWeek])]
#[case("28/7 7h", &[])]
#[case("24 tiếng nữa", &[Note::Weekend])]
fn a_reading_says_what_it_assumed(#[case] input: &str, #[case] notes: &[Note]) {
    assert_eq!(read(input, Purpose::SendTime).unwrap().notes, notes);
}

#[rstest]
#[case("7.8", Purpose::SendTime, &["2025-07-26 07:08", "2025-08-07 07:30"])]
#[case("20.7", Purpose::SendTime, &["2025-07-25 20:07", "2026-07-20 07:30"])]
#[case("cuối tuần", Purpose::Deadline, &["2025-07-25 17:00", "2025-07-27 17:00"])]
#[case("tuần sau", Purpose::SendTime, &["2025-07-28 07:30", "2025-08-01 07:30"])]
#[case("thu hai toi", Purpose::SendTime, &["2025-07-28 07:30", "2025-07-28 19:00"])]
#[case("1h đêm thứ hai", Purpose::SendTime, &["2025-07-28 01:00", "2025-07-29 01:00"])]
#[case("trước ngày 29/7", Purpose::Deadline, &["2025-07-28 17:00", "2025-07-29 17:00"])]
#[case("trước thứ hai", Purpose::Deadline, &["2025-07-25 17:00", "2025-07-28 17:00"])]
fn what_is_ambiguous_is_asked(#[case] input: &str, #[case] purpose: Purpose, #[case] choices: &[&str]) {
    let choices = choices.iter().map(|written| local(written)).collect();
    assert_eq!(read(input, purpose), Err(WhenError::Ambiguous { choices }));
}

#[rstest]
#[case("20/7", "2025-07-20 07:30", Some("2026-07-20 07:30"))]
#[case("20/7 9h", "2025-07-20 09:00", Some("2026-07-20 09:00"))]
#[case("20/7/2025", "2025-07-20 07:30", None)]
#[case("25/7", "2025-07-25 07:30", None)]
#[case("7h hôm nay", "2025-07-25 07:00", None)]
#[case("sáng nay", "2025-07-25 07:30", None)]
#[case("thứ hai tuần này", "2025-07-21 07:30", None)]
#[case("ngày 5", "2025-07-05 07:30", None)]
#[case("cuối tháng 6", "2025-06-30 07:30", Some("2026-06-30 07:30"))]
fn the_past_is_never_rolled_forward_silently(
    #[case] input: &str,
    #[case] read_as: &str,
    #[case] next_year: Option<&str>,
) {
    for spelling in spellings(input) {
        let past = WhenError::Past { read_as: local(read_as), next_year: next_year.map(local) };
        assert_eq!(read(&spelling, Purpose::SendTime), Err(past), "{spelling}");
    }
}

#[rstest]
#[case("31/9", 31, 9, 2025)]
#[case("ngày 31 tháng 9", 31, 9, 2025)]
#[case("31.9", 31, 9, 2025)]
#[case("29/2/2027", 29, 2, 2027)]
#[case("28/13", 28, 13, 2025)]
#[case("0/7", 0, 7, 2025)]
#[case("1/1/9999", 1, 1, 9999)]
fn a_day_that_does_not_exist_is_named(#[case] input: &str, #[case] day: u32, #[case] month: u32, #[case] year: i32) {
    assert_eq!(read(input, Purpose::SendTime), Err(WhenError::InvalidDate { day, month, year }));
}

#[rstest]
#[case("25h", 25, 0)]
#[case("7h60", 7, 60)]
#[case("7:75", 7, 75)]
#[case("24h30", 24, 30)]
#[case("19h sáng", 19, 0)]
#[case("3h tối", 3, 0)]
#[case("8h kém 60", 8, 60)]
fn an_hour_that_does_not_exist_is_named(#[case] input: &str, #[case] hour: u32, #[case] minute: u32) {
    assert_eq!(read(input, Purpose::SendTime), Err(WhenError::InvalidTime { hour, minute }));
}

#[rstest]
#[case("hằng ngày 17h")]
#[case("thứ hai hằng tuần 7h")]
#[case("hàng tháng")]
#[case("mỗi sáng thứ hai")]
#[case("17h ngày nào cũng gửi")]
fn a_repetition_is_recognised(#[case] input: &str) {
    for spelling in spellings(input) {
        assert_eq!(read(&spelling, Purpose::SendTime), Err(WhenError::Recurring), "{spelling}");
    }
}

#[rstest]
#[case("mùng 1")]
#[case("rằm")]
#[case("23 tháng chạp")]
#[case("rằm tháng 7")]
#[case("mồng 3 tháng 3")]
#[case("15/7 âm lịch")]
#[case("mùng một Tết")]
fn a_lunar_date_is_recognised(#[case] input: &str) {
    for spelling in spellings(input) {
        assert_eq!(read(&spelling, Purpose::SendTime), Err(WhenError::Lunar), "{spelling}");
    }
}

#[rstest]
#[case("tét", "tét")]
#[case("Thông báo ngày mai", "Thông")]
#[case("7h30 xyz", "xyz")]
#[case("7h30xyz", "7h30xyz")]
#[case("7h30 8h", "8h")]
#[case("mai thứ hai tuần sau 28/7", "28/7")]
#[case("thứ 8", "thứ")]
#[case("7", "7")]
#[case("trước", "trước")]
#[case("ngày", "ngày")]
#[case("nhé", "nhé")]
#[case("bảy giờ ngay", "bảy giờ ngay")]
#[case("7h nhé mai", "nhé")]
#[case("30 phút", "30")]
#[case("sau 7h", "sau")]
#[case("mải 7h", "mải")]
#[case("28/7 28/7", "28/7")]
#[case("7h , , 28/7", ",")]
#[case("99999999999999999999 phút nữa", "99999999999999999999")]
fn a_piece_that_is_no_time_is_named(#[case] input: &str, #[case] piece: &str) {
    assert_eq!(read(input, Purpose::SendTime), Err(WhenError::NotUnderstood { piece: piece.to_owned() }));
}

#[test]
fn a_weekday_must_agree_with_its_date() {
    let date = NaiveDate::from_ymd_opt(2025, 7, 29).unwrap();
    let mismatch = WhenError::WeekdayMismatch { date, said: Weekday::Mon };
    assert_eq!(read("thứ hai 29/7", Purpose::SendTime), Err(mismatch));
}

#[test]
fn nothing_typed_and_far_too_much_typed_are_errors() {
    assert_eq!(read(" \u{200B} ", Purpose::SendTime), Err(WhenError::Empty));
    let piece = "mai ".repeat(LONGEST_PIECE / 4);
    assert_eq!(read(&"mai ".repeat(1_000_000), Purpose::SendTime), Err(WhenError::NotUnderstood { piece }));
}

#[test]
fn defaults_come_from_configuration() {
    let text = "[send]\nday = \"08:00\"\nmorning = \"08:15\"\nnoon = \"12:00\"\nafternoon = \"15:00\"\nevening = \"20:00\"\nnight = \"22:00\"\n";
    let cfg: WhenConfig = toml::from_str(text).unwrap();
    let reading = parse("chiều mai", friday(), Purpose::SendTime, &cfg).unwrap();
    assert_eq!(reading.at, local("2025-07-26 15:00"));
    assert_eq!(cfg.deadline, WhenConfig::default().deadline);
}

/// Words that occur in times, in any order.
fn jumble() -> impl Strategy<Value = String> {
    const WORDS: [&str; 38] = [
        "thứ", "hai", "sáu", "t2", "cn", "mai", "ngày", "ngay", "kia", "mốt", "tuần", "sau", "tới", "toi", "tháng",
        "cuối", "đầu", "trước", "7", "28", "/", ".", "-", ":", "h", "30", "2025", "phút", "nữa", "tiếng", "kém",
        "rưỡi", "sáng", "đêm", "chiều", "nay", "giờ", "trong",
    ];
    proptest::collection::vec((proptest::sample::select(&WORDS[..]), any::<bool>()), 1..8).prop_map(|words| {
        words.into_iter().map(|(word, gap)| if gap { format!(" {word}") } else { word.to_owned() }).collect()
    })
}

fn never_past(input: &str, now: Millis) -> Result<(), TestCaseError> {
    for purpose in [Purpose::SendTime, Purpose::Deadline] {
        match parse(input, now, purpose, &WhenConfig::default()) {
            Ok(reading) => prop_assert!(reading.at >= now),
            Err(WhenError::Ambiguous { choices }) => {
                prop_assert!(choices.len() > 1 && choices.iter().all(|at| *at >= now));
                prop_assert!(choices.is_sorted());
            }
            Err(WhenError::Past { read_as, next_year }) => {
                prop_assert!(read_as < now && next_year.is_none_or(|at| at >= now));
            }
            Err(WhenError::NotUnderstood { piece }) => prop_assert!(!piece.is_empty()),
            Err(_) => {}
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn a_jumble_of_words_never_gives_a_time_in_the_past(input in jumble(), ms in 1_735_000_000_000_i64..1_900_000_000_000) {
        never_past(&input, Millis(ms))?;
    }

    #[test]
    fn any_string_at_any_instant_is_read_without_panic(input in any::<String>(), ms in any::<i64>()) {
        never_past(&input, Millis(ms))?;
    }

    #[test]
    fn a_jumble_at_the_ends_of_time_does_not_panic(input in jumble(), ms in prop_oneof![Just(i64::MIN), Just(i64::MAX), any::<i64>()]) {
        never_past(&input, Millis(ms))?;
    }

    #[test]
    fn a_written_instant_reads_back_as_itself(minutes in 0_i64..30_000_000) {
        let at = friday().plus_minutes(minutes);
        let local = at.local();
        let written = format!("{} {:02}h{:02}", local.format("%-d/%-m/%Y"), local.hour(), local.minute());
        prop_assert!(local.year() < 2100);
        prop_assert_eq!(read(&written, Purpose::SendTime).map(|reading| reading.at), Ok(at));
        let full = crate::domain::calendar::format_full(at);
        prop_assert_eq!(read(&full, Purpose::Deadline).map(|reading| reading.at), Ok(at));
    }
}

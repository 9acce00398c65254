use chrono::NaiveDate;
use rstest::rstest;

use super::{RepeatError, is_repeating, parse_repeating, parse_until};
use crate::domain::calendar::{Millis, format_full};
use crate::domain::recurrence::CronError;
use crate::domain::when::{WhenConfig, WhenError};

fn at(year: i32, month: u32, day: u32, hour: u32, minute: u32) -> Millis {
    Millis::from_local(NaiveDate::from_ymd_opt(year, month, day).unwrap().and_hms_opt(hour, minute, 0).unwrap())
}

/// Friday 25 July 2025, 16:45.
fn now() -> Millis {
    at(2025, 7, 25, 16, 45)
}

fn read(typed: &str) -> Result<super::Repeating, RepeatError> {
    parse_repeating(typed, now(), &WhenConfig::default())
}

/// The rule without its policies.
fn rule(typed: &str) -> String {
    read(typed).unwrap_or_else(|error| panic!("{typed}: {error}")).recurrence.rule.to_string()
}

#[rstest]
#[case("thứ hai hằng tuần 7h", "weekly mon at 07:00")]
#[case("thu hai hang tuan 7h", "weekly mon at 07:00")]
#[case("7h thứ hai hàng tuần", "weekly mon at 07:00")]
#[case("hằng tuần, thứ hai lúc 7h", "weekly mon at 07:00")]
#[case("mỗi thứ hai 7h", "weekly mon at 07:00")]
#[case("Thứ 2, thứ 5 hằng tuần lúc 6h30", "weekly mon,thu at 06:30")]
#[case("thu 5 va thu 2 hang tuan luc 6h30", "weekly mon,thu at 06:30")]
#[case("t2, t5 hằng tuần 6h30", "weekly mon,thu at 06:30")]
#[case("thứ hai đến thứ sáu hằng tuần 16h", "weekly mon,tue,wed,thu,fri at 16:00")]
#[case("thứ 2 tới thứ 6 hàng tuần 16h", "weekly mon,tue,wed,thu,fri at 16:00")]
#[case("t6-cn hằng tuần 9h", "weekly fri,sat,sun at 09:00")]
#[case("ngày làm việc hằng tuần 8h", "weekly mon,tue,wed,thu,fri at 08:00")]
#[case("chủ nhật hàng tuần 19h", "weekly sun at 19:00")]
#[case("chu nhat hang tuan 19h", "weekly sun at 19:00")]
#[case("cn hằng tuần 7 giờ tối", "weekly sun at 19:00")]
#[case("mỗi sáng thứ hai", "weekly mon at 07:30")]
#[case("hằng ngày 17h", "daily at 17:00")]
#[case("hang ngay 17h", "daily at 17:00")]
#[case("mỗi ngày 5h", "daily at 05:00")]
#[case("mỗi ngày lúc 5h và 17h", "daily at 05:00,17:00")]
#[case("mỗi tối 19h", "daily at 19:00")]
#[case("hằng ngày 7 rưỡi", "daily at 07:30")]
#[case("ngày 25 hằng tháng 8h", "monthly 25 at 08:00")]
#[case("ngay 25 hang thang 8h", "monthly 25 at 08:00")]
#[case("8h ngày 25 hàng tháng", "monthly 25 at 08:00")]
#[case("ngày 10, 25 hằng tháng 8h", "monthly 10,25 at 08:00")]
#[case("ngày 25 và ngày 10 mỗi tháng, 8h", "monthly 10,25 at 08:00")]
#[case("ngày cuối tháng 16h", "month-end at 16:00")]
#[case("cuối tháng 16h", "month-end at 16:00")]
#[case("cuoi thang 16h", "month-end at 16:00")]
#[case("ngày cuối cùng của mỗi tháng 16h", "month-end at 16:00")]
#[case("0 7 * * 1", "cron 0 7 * * 1")]
#[case("cron 0 7 1 1 mon", "cron 0 7 1 1 mon")]
fn a_repetition_is_read_as_people_type_it(#[case] typed: &str, #[case] expected: &str) {
    assert_eq!(rule(typed), expected);
}

#[rstest]
#[case("thứ hai hằng tuần 7h đến hết 31/12", "00:00 thứ Năm, 01/01/2026")]
#[case("thu hai hang tuan 7h den het 31/12", "00:00 thứ Năm, 01/01/2026")]
#[case("hằng ngày 17h cho đến ngày 20/12/2026", "00:00 thứ Hai, 21/12/2026")]
#[case("hằng ngày 17h tới 15/8", "00:00 thứ Bảy, 16/8/2025")]
#[case("hằng ngày 17h đến 12h ngày 20/12/2026", "12:00 Chủ nhật, 20/12/2026")]
#[case("hằng ngày 17h đến hết năm", "00:00 thứ Năm, 01/01/2026")]
#[case("hằng ngày 17h đến hết tháng 9", "00:00 thứ Tư, 01/10/2025")]
fn the_words_may_say_until_when(#[case] typed: &str, #[case] until: &str) {
    assert_eq!(read(typed).unwrap().until.map(format_full).as_deref(), Some(until));
}

#[rstest]
#[case("31/12", "00:00 thứ Năm, 01/01/2026")]
#[case("hết 31/12/2025", "00:00 thứ Năm, 01/01/2026")]
#[case("2025-12-31", "00:00 thứ Năm, 01/01/2026")]
#[case("hôm nay", "00:00 thứ Bảy, 26/7/2025")]
#[case("cuối năm", "00:00 thứ Năm, 01/01/2026")]
fn a_day_is_valid_to_its_end(#[case] typed: &str, #[case] until: &str) {
    assert_eq!(parse_until(typed, now(), &WhenConfig::default()).map(format_full).as_deref(), Ok(until));
}

#[rstest]
#[case("hằng ngày 17h, trừ ngày lễ", "daily at 17:00; holidays=skip; missed=ask")]
#[case("hằng ngày 17h kể cả ngày lễ", "daily at 17:00; holidays=fire; missed=ask")]
#[case("hang ngay 17h ke ca ngay nghi le", "daily at 17:00; holidays=fire; missed=ask")]
#[case("thứ hai hằng tuần 7h, nghỉ lễ thì dời, lỡ thì gửi bù", "weekly mon at 07:00; holidays=shift; missed=fire_once")]
#[case("mỗi ngày 5h lỡ thì bỏ qua", "daily at 05:00; holidays=skip; missed=skip")]
#[case("mỗi ngày 5h, lỡ giờ thì hỏi", "daily at 05:00; holidays=skip; missed=ask")]
fn the_words_may_say_what_becomes_of_days_off_and_missed_firings(#[case] typed: &str, #[case] expected: &str) {
    assert_eq!(read(typed).unwrap().recurrence.to_string(), expected);
}

#[test]
fn a_missing_hour_is_the_usual_one_and_said_so() {
    let found = read("thứ hai hằng tuần").unwrap();
    assert!(found.default_time);
    assert_eq!(found.recurrence.rule.to_string(), "weekly mon at 07:30");
    assert!(!read("thứ hai hằng tuần 7h").unwrap().default_time);
}

#[test]
fn the_31st_is_asked_about() {
    let Err(RepeatError::NotInEveryMonth { day: 31, choices }) = read("ngày 31 hằng tháng 8h") else {
        panic!("not asked")
    };
    let rules = choices.map(|choice| choice.recurrence.rule.to_string());
    assert_eq!(rules, ["monthly 31 at 08:00", "month-end at 08:00"]);
}

#[rstest]
#[case("hằng tuần 7h", RepeatError::WeekdayMissing)]
#[case("hằng tháng 8h", RepeatError::DayMissing)]
#[case("thứ hai 7h", RepeatError::NotRepeating)]
#[case("hằng năm 8h", RepeatError::NotSupported)]
#[case("mỗi giờ", RepeatError::NotSupported)]
#[case("thứ hai hằng tháng 8h", RepeatError::NotSupported)]
#[case("rằm hằng tháng 8h", RepeatError::When(WhenError::Lunar))]
#[case("mùng 1 hằng tháng 8h", RepeatError::When(WhenError::Lunar))]
#[case("", RepeatError::When(WhenError::Empty))]
#[case("hằng ngày 25h", RepeatError::When(WhenError::InvalidTime { hour: 25, minute: 0 }))]
#[case("hằng ngày 24h", RepeatError::When(WhenError::InvalidTime { hour: 24, minute: 0 }))]
#[case("hằng ngày khi rảnh", RepeatError::When(WhenError::NotUnderstood { piece: "khi".to_owned() }))]
#[case("hằng ngày từ 7h đến 9h", RepeatError::When(WhenError::NotUnderstood { piece: "9h".to_owned() }))]
#[case("ngày 32 hằng tháng 8h", RepeatError::When(WhenError::NotUnderstood { piece: "ngày 32".to_owned() }))]
#[case("hằng ngày hằng tuần 8h", RepeatError::When(WhenError::NotUnderstood { piece: "hằng tuần".to_owned() }))]
#[case("thứ hai tới hằng tuần 7h", RepeatError::When(WhenError::NotUnderstood { piece: "thứ hai tới".to_owned() }))]
#[case("hằng ngày 8h đến 31/9", RepeatError::When(WhenError::InvalidDate { day: 31, month: 9, year: 2025 }))]
#[case("*/15 * * * *", RepeatError::TooOften { count: 96, most: 4 })]
#[case("hằng ngày 5h, 7h, 9h, 11h, 13h", RepeatError::TooOften { count: 5, most: 4 })]
#[case("0 7 l * *", RepeatError::Cron(CronError::Field { name: "day", field: "l".to_owned() }))]
fn what_cannot_be_meant_is_refused_with_the_reason(#[case] typed: &str, #[case] error: RepeatError) {
    assert_eq!(read(typed), Err(error));
}

#[test]
fn a_year_is_never_rolled_forward_silently() {
    let Err(RepeatError::When(WhenError::Past { next_year, .. })) = read("hằng ngày 17h đến hết 31/3") else {
        panic!("not asked")
    };
    assert_eq!(next_year, Some(at(2026, 4, 1, 0, 0)));
}

#[rstest]
#[case("hằng ngày 17h", true)]
#[case("moi thu hai 7h", true)]
#[case("0 7 * * 1", true)]
#[case("cron 0 7 * * 1", true)]
#[case("thứ hai 7h30", false)]
#[case("cuối tháng", false)]
#[case("28/7", false)]
#[case("ngay", false)]
fn a_repetition_is_told_from_a_single_time(#[case] typed: &str, #[case] repeating: bool) {
    assert_eq!(is_repeating(typed), repeating);
}

#[test]
fn no_input_is_too_odd_to_be_answered() {
    for typed in ["\0", "🌀🌀", "hằng", "mỗi", &"hằng ngày ".repeat(500), "cron", "* * * * *", "đến", "hằng ngày đến"]
    {
        assert!(read(typed).is_err(), "{typed}");
    }
}

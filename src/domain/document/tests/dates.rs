use proptest::prelude::*;
use rstest::rstest;

use super::super::{DateError, PartialDate};

#[rstest]
#[case("25/5/2025", "25/5/2025")]
#[case("1/4/2025", "01/4/2025")]
#[case("5/2/2025", "05/02/2025")]
#[case("05/02/2025", "05/02/2025")]
#[case("7/2025", "7/2025")]
#[case("01/2025", "01/2025")]
#[case("tháng 7/2025", "7/2025")]
#[case("ngày 25 tháng 5 năm 2025", "25/5/2025")]
#[case("Ngay 25 thang 5 nam 2025", "25/5/2025")]
#[case("ngày     tháng 7 năm 2025", "7/2025")]
#[case("ngày … tháng 7 năm 2025", "7/2025")]
#[case("ngày 25/5/2025", "25/5/2025")]
#[case("25.12.2025", "25/12/2025")]
#[case("2025-05-25", "25/5/2025")]
#[case("2025-07", "7/2025")]
#[case("29/02/2024", "29/02/2024")]
fn a_date_is_read_and_shown_in_the_administrative_manner(#[case] input: &str, #[case] shown: &str) {
    assert_eq!(input.parse::<PartialDate>().map(|date| date.to_string()), Ok(shown.to_owned()));
}

#[rstest]
#[case("31/9/2025", DateError::Day(31))]
#[case("29/2/2025", DateError::Day(29))]
#[case("29/2/2100", DateError::Day(29))]
#[case("0/5/2025", DateError::Day(0))]
#[case("13/2025", DateError::Month(13))]
#[case("0/2025", DateError::Month(0))]
#[case("25/5/25", DateError::Year(25))]
#[case("25/5/9999", DateError::Year(9999))]
#[case("25/5/20255", DateError::Unreadable)]
#[case("2025", DateError::Unreadable)]
#[case("", DateError::Unreadable)]
#[case("thứ hai", DateError::Unreadable)]
#[case("25*5*2025", DateError::Unreadable)]
#[case("ngày mai", DateError::Unreadable)]
fn what_is_not_a_date_is_refused(#[case] input: &str, #[case] error: DateError) {
    assert_eq!(input.parse::<PartialDate>(), Err(error));
}

#[test]
fn a_document_head_says_the_date_in_words() {
    assert_eq!("5/2/2025".parse::<PartialDate>().expect("a date").in_words(), "ngày 05 tháng 02 năm 2025");
    assert_eq!("1/4/2025".parse::<PartialDate>().expect("a date").in_words(), "ngày 01 tháng 4 năm 2025");
    assert_eq!("7/2025".parse::<PartialDate>().expect("a date").in_words(), "tháng 7 năm 2025");
}

#[test]
fn a_month_sorts_before_its_days() {
    let mut dates: Vec<PartialDate> =
        ["1/8/2025", "15/7/2025", "7/2025", "31/12/2024"].iter().map(|d| d.parse().expect("a date")).collect();
    dates.sort();
    let shown: Vec<String> = dates.iter().map(PartialDate::to_string).collect();
    assert_eq!(shown, ["31/12/2024", "7/2025", "15/7/2025", "01/8/2025"]);
}

proptest! {
    #[test]
    fn every_text_form_is_read_back(year in 1945_u16..=2100, month in 1_u16..=12, day in proptest::option::of(1_u16..=31)) {
        let Ok(date) = PartialDate::new(year, month, day) else { return Ok(()) };
        prop_assert_eq!(date.to_string().parse(), Ok(date));
        prop_assert_eq!(date.to_iso().parse(), Ok(date));
        prop_assert_eq!(date.in_words().parse(), Ok(date));
    }

    #[test]
    fn any_text_is_answered(input in "\\PC{0,40}") {
        let _ = input.parse::<PartialDate>();
    }
}

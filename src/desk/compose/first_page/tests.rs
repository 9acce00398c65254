//! Heads of documents as page readers give them.

use proptest::prelude::*;
use rstest::rstest;

use super::*;

const PLAN: &str = "ỦY BAN NHÂN DÂN        CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nXÃ MẪU        Độc lập - Tự do - Hạnh phúc\n\n\
    Số:     /KH-UBND        Xã Mẫu, ngày     tháng 7 năm 2025\n\nKẾ HOẠCH\nTuyên truyền đột phá phát triển khoa học,\n\
    công nghệ trên địa bàn xã\n\nThực hiện Nghị quyết số 57-NQ/TW ngày 22 tháng 12 năm 2024";

#[test]
fn a_plan_with_blanks_gives_everything_but_the_number_and_the_day() {
    let found = suggest(PLAN);
    assert_eq!(found.reference.as_deref(), Some("…/KH-UBND"));
    assert_eq!(found.date.as_deref(), Some("2025-07"));
    assert_eq!(found.level, Some(Level::Local));
    let title = "Tuyên truyền đột phá phát triển khoa học, công nghệ trên địa bàn xã";
    assert_eq!(found.title.as_deref(), Some(title));
}

#[test]
fn a_letter_of_the_province_is_read_behind_its_v_v() {
    let page = "ỦY BAN NHÂN DÂN\nTỈNH MẪU\nSố: 58/UBND-VHXH\nV/v tổng kiểm tra\nhệ thống loa truyền thanh\n\n\
        Thanh Mẫu, ngày 05 tháng 8 năm 2025\nKính gửi: UBND các xã";
    let found = suggest(page);
    assert_eq!(found.reference.as_deref(), Some("58/UBND-VHXH"));
    assert_eq!((found.level, found.date.as_deref()), (Some(Level::Superior), Some("2025-08-05")));
    assert_eq!(found.title.as_deref(), Some("tổng kiểm tra hệ thống loa truyền thanh"));
}

#[rstest]
#[case::nothing("")]
#[case::talk("Bà con chú ý: ngày mai tháng này năm nay không có số 5.")]
#[case::the_nation_is_no_commune("ỦY BAN NHÂN DÂN\nXÃ HỘI CHỦ NGHĨA")]
#[case::a_date_that_does_not_exist("ngày 31 tháng 9 năm 2025")]
#[case::a_type_without_a_title("KẾ HOẠCH\n\n-----\n")]
fn what_does_not_stand_there_is_not_offered(#[case] page: &str) {
    assert_eq!(suggest(page), Suggested::default());
}

#[test]
fn a_page_written_with_accents_apart_is_read_alike() {
    use unicode_normalization::UnicodeNormalization as _;
    let apart: String = PLAN.nfd().collect();
    assert_eq!(suggest(&apart), suggest(PLAN));
}

proptest! {
    #[test]
    fn any_page_is_answered_and_no_title_is_endless(page in "(Số: |KẾ HOẠCH\n|V/v |ngày |tháng |năm |[0-9/]{1,6}|\\PC{0,12}|\n){0,60}") {
        let found = suggest(&page);
        prop_assert!(found.title.is_none_or(|title| title.chars().count() <= LONGEST_TITLE));
    }
}

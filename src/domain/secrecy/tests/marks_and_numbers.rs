use proptest::prelude::*;
use rstest::rstest;

use super::super::{RestrictedMark, personal_numbers, restricted_mark_in};

#[rstest]
#[case("LƯU HÀNH NỘI BỘ", RestrictedMark::InternalOnly)]
#[case("(Tài liệu lưu hành nội bộ)", RestrictedMark::InternalOnly)]
#[case("TÀI LIỆU LƯU HÀNH NỘI BỘ - KHÔNG SAO CHỤP", RestrictedMark::InternalOnly)]
#[case("L Ư U  H À N H  N Ộ I  B Ộ", RestrictedMark::InternalOnly)]
#[case("LUU HANH NOI BO", RestrictedMark::InternalOnly)]
#[case("Xem xong trả lại", RestrictedMark::ReturnAfterReading)]
#[case("XEM XONG TRẢ LẠI", RestrictedMark::ReturnAfterReading)]
#[case("KHÔNG PHỔ BIẾN", RestrictedMark::NotForDissemination)]
#[case("BÁO CÁO THÁNG 7 KHÔNG PHỔ BIẾN", RestrictedMark::NotForDissemination)]
fn a_softer_mark_is_found(#[case] line: &str, #[case] mark: RestrictedMark) {
    assert_eq!(restricted_mark_in(&format!("UBND XÃ HÀ LONG\n{line}\nKế hoạch")), Some(mark));
}

#[rstest]
#[case("Hình thức này không phổ biến ở địa phương")]
#[case("không phổ biến.")]
#[case("Văn bản được lưu hành nội bộ trong cơ quan")]
#[case("Mượn sách, xem xong trả lại thư viện thôn")]
#[case("")]
fn the_same_words_in_a_sentence_are_no_mark(#[case] line: &str) {
    assert_eq!(restricted_mark_in(line), None);
}

#[rstest]
#[case("", 0)]
#[case("038085001234", 1)]
#[case("038 085 001234", 1)]
#[case("CCCD 038085001234, 038085001235; 038085001236", 3)]
#[case("0912345678", 1)]
#[case("0912.345.678", 1)]
#[case("0912 345 678", 1)]
#[case("0912-345-678 - 0987654321", 2)]
#[case("0912 345 678 0987 654 321", 2)]
#[case("+84912345678 và 84912345678 và 0912345678", 1)]
#[case("ĐT: +84 912 345 678", 1)]
#[case("0912345678\n0912345678\n0912 345 678", 1)]
#[case("Trực ban xã: 0237 3123 456; Công an xã: 02373123457; Trạm y tế: 0237.3123.458", 0)]
#[case("ngày 25/5/2025, 01.4.2025, 1.000.000.000.000 đồng, 1900 1234, 113", 0)]
#[case("tài khoản 190312345678901, mã 12345678901234567890", 0)]
#[case("091234567, 09123456789", 0)]
#[case("138085001234", 0)]
#[case("+++, + 84, 84, +84412345678", 0)]
fn personal_numbers_are_counted_once_each(#[case] text: &str, #[case] count: usize) {
    assert_eq!(personal_numbers(text), count);
}

#[test]
fn a_megabyte_of_digits_is_answered() {
    assert_eq!(personal_numbers(&"9".repeat(1_000_000)), 0);
    assert_eq!(personal_numbers(&"0 ".repeat(300_000)), 0);
}

proptest! {
    #[test]
    fn any_text_is_answered(text in "(\\PC|\n){0,120}", digits in "[0-9+ .-]{0,60}") {
        let _ = restricted_mark_in(&text);
        let _ = personal_numbers(&text);
        let _ = personal_numbers(&digits);
    }

    #[test]
    fn grouping_does_not_hide_a_citizen_number(rest in "[0-9]{9}", at in 3_usize..9) {
        // The prefix 001 cannot open a mobile number, so every grouping reads the same.
        let number = format!("001{rest}");
        let (left, right) = number.split_at(at);
        prop_assert_eq!(personal_numbers(&number), 1);
        let grouped = format!("{left} {right}");
        prop_assert_eq!(personal_numbers(&grouped), 1);
    }
}

//! Vectors and laws of the text functions.

use proptest::prelude::*;
use rstest::rstest;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::*;

#[rstest]
#[case::eth("ÐỀ ÁN ðiện", "ĐỀ ÁN điện")]
#[case::african_d("Ɖảng", "Đảng")]
#[case::decomposed("thu\u{31B}o\u{31B}\u{323}ng kha\u{302}\u{309}n", "thượng khẩn")]
#[case::blanks_and_marks("\u{FEFF}Hà\u{A0}Long\u{200B}", "Hà Long")]
#[case::line_ends("a\r\nb\rc\td", "a\nb\nc\td")]
#[case::nul_and_override("a\0b\u{202E}c", "abc")]
#[case::joiner_between_letters("a\u{200D}b", "ab")]
#[case::family("👨\u{200D}👩\u{200D}👧", "👨\u{200D}👩\u{200D}👧")]
fn text_is_stored_composed_and_cleaned(#[case] raw: &str, #[case] stored: &str) {
    assert_eq!(nfc(raw), stored);
}

#[rstest]
#[case("Đài Truyền Thanh Xã", "dai truyen thanh xa")]
#[case("HOẢ TỐC", "hoa toc")]
#[case("hỏa tốc", "hoa toc")]
#[case("ÐỀ ÁN", "de an")]
#[case("  “Số:  101/KH–UBND…” ", "so 101 kh ubnd")]
#[case("VB\u{A0}２０２５", "vb 2025")]
#[case("thôn\u{200B} 3", "thon 3")]
#[case("👍", "")]
fn the_search_key_forgets_accents_case_and_signs(#[case] text: &str, #[case] key: &str) {
    assert_eq!(fold(text), key);
    let decomposed: String = text.nfd().collect();
    assert_eq!(fold(&decomposed), key);
}

#[test]
fn names_sort_in_the_order_of_the_alphabet() {
    let right = ["An", "Ánh", "Ân", "Bình", "Dũng", "Đông", "Hà", "Ước"];
    let mut names = right;
    names.reverse();
    names.sort_by(|a, b| natural_cmp(a, b));
    assert_eq!(names, right);
    names.reverse();
    names.sort_by(|a, b| person_cmp(a, b));
    assert_eq!(names, right);
}

#[rstest]
#[case(&["Thôn 2", "Thôn 10", "Thôn 10A", "Thôn 0011", "Thôn Đồng", "Thôn Kim"])]
#[case(&["ma", "mà", "mả", "mã", "má", "mạ", "MẠ", "mao"])]
#[case(&["ca", "că", "câ", "co", "cô", "cơ", "cu", "cư"])]
#[case(&["", "-", "9", "10", "99999999999999999999999", "a", "z", "я"])]
#[case(&["Hà An", "Hạ An", "Hà Ân", "Hả Ân"])]
fn lists_sort_by_number_then_letter_then_tone(#[case] right: &[&str]) {
    let mut shuffled: Vec<&str> = right.iter().rev().copied().collect();
    shuffled.sort_by(|a, b| natural_cmp(a, b));
    assert_eq!(shuffled, right);
}

#[test]
fn people_sort_by_given_then_middle_then_family_name() {
    let right = ["Trần Thị An", "Lê Văn An", "Nguyễn Văn An", "LÊ VĂN ÁNH", "Bùi Hà", "Anh Hạ"];
    let mut names = right;
    names.reverse();
    names.sort_by(|a, b| person_cmp(a, b));
    assert_eq!(names, right);
}

#[rstest]
#[case("📢 KHẨN: Bão số 10 🌀", 21)]
#[case("thượng khẩn", 11)]
#[case("", 0)]
fn lengths_are_counted_in_utf16_units(#[case] text: &str, #[case] units: usize) {
    assert_eq!(utf16_len(text), units);
    assert_eq!(text.encode_utf16().count(), units);
}

#[test]
fn capitals_keep_their_accents() {
    assert_eq!(upper("đặng thị ngọc"), "ĐẶNG THỊ NGỌC");
}

#[rstest]
#[case("ngắn", 10, "…", "ngắn")]
#[case("Kế hoạch tuyên truyền", 18, "…", "Kế hoạch tuyên…")]
#[case("Kế hoạch tuyên truyền", 15, "…", "Kế hoạch tuyên…")]
#[case("một dòng, hai dòng", 10, "…", "một dòng,…")]
#[case("abcdefghijklmnopq", 5, "...", "ab...")]
#[case("abcdef", 2, "...", "ab")]
#[case("abcdef", 0, "", "")]
#[case("x👨\u{200D}👩\u{200D}👧y", 4, "…", "x…")]
fn a_long_text_is_cut_between_syllables_or_characters(
    #[case] text: &str,
    #[case] max: usize,
    #[case] ellipsis: &str,
    #[case] short: &str,
) {
    assert_eq!(cut(text, max, ellipsis), short);
}

#[test]
fn a_text_that_fits_has_no_marker_and_blanks_are_nothing_to_send() {
    assert_eq!(split_text("Kính gửi các thôn.", 2000), ["Kính gửi các thôn."]);
    assert!(split_text(" \n\u{A0} ", 2000).is_empty());
}

#[rstest]
#[case::blank_line("Đoạn một có vài chữ.\n\nĐoạn hai. Còn nữa ở đây", 40, &["(1/2) Đoạn một có vài chữ.", "(2/2) Đoạn hai. Còn nữa ở đây"])]
#[case::line("Dòng một có vài chữ.\nDòng hai. Còn nữa ở đây", 40, &["(1/2) Dòng một có vài chữ.", "(2/2) Dòng hai. Còn nữa ở đây"])]
#[case::sentence("Câu một có vài chữ. Câu hai dài hơn nhiều chữ", 40, &["(1/2) Câu một có vài chữ.", "(2/2) Câu hai dài hơn nhiều chữ"])]
#[case::abbreviation("Thay mặt xã nhà TM. ỦY BAN nhân dân xã Hà", 32, &["(1/2) Thay mặt xã nhà TM. ỦY BAN", "(2/2) nhân dân xã Hà"])]
#[case::hard("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 32, &["(1/2) aaaaaaaaaaaaaaaaaaaaaaaaaa", "(2/2) aaaaaaaaaa"])]
fn a_long_text_breaks_where_a_reader_would(#[case] text: &str, #[case] limit: usize, #[case] parts: &[&str]) {
    assert_eq!(split_text(text, limit), parts);
}

#[test]
fn a_heading_is_not_left_alone_in_its_part() {
    let text = format!("Tin\n\n{}", "chữ ".repeat(400));
    let parts = split_text(&text, 1000);
    assert_eq!(parts.len(), 2);
    assert!(utf16_len(&parts[0]) > 900);
}

#[test]
fn a_marker_of_ten_or_more_parts_still_fits() {
    let parts = split_text(&"tuyên truyền ".repeat(60), 64);
    assert!(parts.len() >= 10);
    assert!(parts.iter().all(|part| utf16_len(part) <= 64));
    assert!(parts[9].starts_with(&format!("(10/{}) ", parts.len())));
}

#[test]
fn a_huge_text_is_split_in_reasonable_time() {
    let text = "Bà con chú ý. ".repeat(100_000);
    let parts = split_text(&text, 4096);
    assert!(parts.len() > 300);
}

#[test]
fn an_endless_pile_of_accents_is_split_in_reasonable_time() {
    let parts = split_text(&format!("e{}", "\u{301}".repeat(500_000)), 4096);
    assert!(parts.len() > 120);
}

#[rstest]
#[case("KÕ ho¹ch", true)]
#[case("KÕ ho¹ch tuyªn truyÒn vÒ chuyÓn ®æi sè trªn ®Þa bµn x·", true)]
#[case("Keá hoaïch", true)]
#[case("Keá hoaïch tuyeân truyeàn veà chuyeån ñoåi soá treân ñòa baøn xaõ", true)]
#[case("Kế hoạch tuyên truyền về chuyển đổi số", false)]
#[case("Phủ sóng Viettel® và VNPT® tại 24 thôn", false)]
#[case("© 2025 UBND xã Hà Long", false)]
#[case("UBND xa Ha Long, 12 m², 5×7 m, «Luat Dat dai»", false)]
#[case("naïve café in the village of Müller", false)]
#[case("hoà hoá thuỷ quý luân loài toán huệ", false)]
#[case("Cháu ngoại ở Đà Nẵng", false)]
#[case("", false)]
fn text_of_old_fonts_is_recognised(#[case] text: &str, #[case] legacy: bool) {
    assert_eq!(looks_legacy_encoded(text), legacy);
}

/// What a split must keep: every character that is not a blank, in order.
fn inked(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

fn without_markers(parts: &[String]) -> String {
    let body = |part: &String| part.split_once(") ").map_or_else(String::new, |(_, body)| body.to_owned());
    if parts.len() == 1 { parts.concat() } else { parts.iter().map(body).collect() }
}

/// Text with what breaks naive code: accents, decomposed letters, emoji, blanks and line ends.
fn messy_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[a-zđăâêôơư]{1,12}",
        Just("ế".to_owned()),
        Just("e\u{302}\u{301}".to_owned()),
        Just("👨\u{200D}👩\u{200D}👧".to_owned()),
        Just("🇻🇳".to_owned()),
        Just(". ".to_owned()),
        Just(" ".to_owned()),
        Just("\n".to_owned()),
        Just("\n\n".to_owned()),
    ];
    proptest::collection::vec(piece, 0..120).prop_map(|pieces| pieces.concat())
}

#[test]
fn a_raised_eth_folds_like_the_letter_it_comes_from() {
    assert_eq!((fold("\u{1D9E}"), fold("ð")), ("d".to_owned(), "d".to_owned()));
    assert_eq!(fold(&fold("\u{1D9E}")), fold("\u{1D9E}"));
}

proptest! {
    #[test]
    fn cleaning_twice_changes_nothing(text in any::<String>()) {
        let once = nfc(&text);
        prop_assert_eq!(nfc(&once), once);
    }

    #[test]
    fn folding_twice_changes_nothing(text in any::<String>()) {
        let once = fold(&text);
        prop_assert_eq!(fold(&once), once);
    }

    #[test]
    fn splitting_never_loses_exceeds_or_tears(text in messy_text(), limit in MIN_PART..200_usize) {
        let parts = split_text(&text, limit);
        prop_assert_eq!(inked(&without_markers(&parts)), inked(&text));
        for part in &parts {
            prop_assert!(utf16_len(part) <= limit);
            let body = if parts.len() == 1 { part.as_str() } else { part.split_once(") ").unwrap().1 };
            prop_assert!(!body.starts_with(is_combining_mark) || text.trim_start().starts_with(is_combining_mark));
        }
    }

    #[test]
    fn splitting_any_string_terminates_and_fits(text in any::<String>(), limit in 0..100_usize) {
        for part in split_text(&text, limit) {
            prop_assert!(utf16_len(&part) <= limit.max(MIN_PART));
        }
    }

    #[test]
    fn a_cut_text_never_exceeds(text in messy_text(), max in 0..60_usize) {
        let short = cut(&text, max, "…");
        prop_assert!(short.chars().count() <= max);
    }

    #[test]
    fn sorting_is_a_total_order(a in "[aăâáàạ 0-9đdĐ-]{0,5}", b in "[aăâáàạ 0-9đdĐ-]{0,5}", c in "[aăâáàạ 0-9đdĐ-]{0,5}") {
        for compare in [natural_cmp, person_cmp] {
            prop_assert_eq!(compare(&a, &b), compare(&b, &a).reverse());
            let mut three = [&a, &b, &c];
            three.sort_by(|x, y| compare(x, y));
            prop_assert!(compare(three[0], three[2]).is_le());
        }
    }

    #[test]
    fn nothing_panics_on_any_string(text in any::<String>(), other in any::<String>()) {
        let _ = (looks_legacy_encoded(&text), natural_cmp(&text, &other), person_cmp(&text, &other));
        prop_assert_eq!(upper(&text).is_empty(), nfc(&text).is_empty());
    }
}

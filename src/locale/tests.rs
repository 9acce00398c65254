//! The bundle's manners and the numbers. The sentences themselves are held by the integration tests.

use rstest::rstest;

use super::*;

fn locale() -> Locale {
    let source = "plain = Đã duyệt.\ncode = Mã: { $code }\ncount = { $n ->\n    [0] không thôn nào\n   *[other] { $n } thôn\n }\n";
    let (locale, problems) = Locale::from_source(source);
    assert_eq!(problems, Vec::<String>::new());
    locale
}

#[test]
fn arguments_are_filled_in_without_invisible_marks() {
    let locale = locale();
    let code = "VB-2025-0042".to_owned();
    assert_eq!(say!(locale, "code", code = &code), "Mã: VB-2025-0042");
    assert_eq!(say!(locale, "code", code), "Mã: VB-2025-0042");
    assert_eq!(say!(locale, "plain"), "Đã duyệt.");
}

#[rstest]
#[case(0, "không thôn nào")]
#[case(24, "24 thôn")]
#[case(2025, "2025 thôn")]
fn a_whole_number_is_printed_as_it_is_and_may_choose_the_sentence(#[case] n: u32, #[case] text: &str) {
    assert_eq!(say!(locale(), "count", n), text);
}

#[test]
fn a_fraction_has_a_decimal_comma() {
    assert_eq!(say!(locale(), "code", code = 92.5), "Mã: 92,5");
}

#[test]
fn a_text_that_looks_like_a_sentence_of_ours_is_put_in_as_it_is() {
    let typed = "{ $code } <b>&_*[\u{1F300}";
    assert_eq!(say!(locale(), "code", code = typed), format!("Mã: {typed}"));
}

#[rstest]
#[case::key("no-such-key", &[])]
#[case::argument("code", &[])]
#[case::other_argument("code", &[("kode", Value::from("x"))])]
fn what_is_missing_is_an_error_and_never_a_silent_gap(#[case] key: &str, #[case] args: &[(&str, Value<'_>)]) {
    assert!(locale().render(key, args).is_err());
}

#[test]
#[cfg(debug_assertions)]
#[should_panic(expected = "locale key `no-such-key`")]
fn a_missing_key_stops_a_debug_build() {
    let _ = locale().text("no-such-key", &[]);
}

#[test]
#[cfg(not(debug_assertions))]
fn a_missing_key_is_visible_in_a_release() {
    assert_eq!(locale().text("no-such-key", &[]), "{no-such-key}");
}

#[rstest]
#[case::broken("a = { $", 1)]
#[case::twice("a = x\na = y\n", 1)]
fn a_source_that_cannot_be_read_or_repeats_a_key_is_a_problem(#[case] source: &str, #[case] count: usize) {
    assert_eq!(Locale::from_source(source).1.len(), count);
}

#[rstest]
#[case(0, "0")]
#[case(999, "999")]
#[case(1_000, "1.000")]
#[case(23_200, "23.200")]
#[case(-1_234_567, "-1.234.567")]
#[case(i64::MIN, "-9.223.372.036.854.775.808")]
fn thousands_have_a_dot(#[case] number: i64, #[case] text: &str) {
    assert_eq!(grouped(number), text);
}

#[rstest]
#[case(925, "92,5")]
#[case(920, "92")]
#[case(-5, "-0,5")]
#[case(-15, "-1,5")]
#[case(12_345, "1.234,5")]
fn tenths_have_a_comma(#[case] tenths: i64, #[case] text: &str) {
    assert_eq!(decimal(tenths), text);
}

#[rstest]
#[case(37, 40, "92,5%")]
#[case(2, 3, "66,7%")]
#[case(1, 2_000, "0,1%")]
#[case(24, 24, "100%")]
#[case(9, 8, "112,5%")]
#[case(0, 0, "–")]
#[case(u64::MAX, u64::MAX, "100%")]
fn a_share_is_rounded_half_up_to_a_tenth(#[case] part: u64, #[case] whole: u64, #[case] text: &str) {
    assert_eq!(percent(part, whole), text);
}

#[rstest]
#[case(0, "00")]
#[case(7, "07")]
#[case(10, "10")]
#[case(1_500, "1.500")]
fn things_counted_below_ten_have_a_leading_zero(#[case] count: u64, #[case] text: &str) {
    assert_eq!(padded(count), text);
}

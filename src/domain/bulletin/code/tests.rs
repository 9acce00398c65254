//! Codes as printed and as typed.

use proptest::prelude::*;
use rstest::rstest;

use super::{Code, Kind, TypedCode, find_codes, parse_typed};

fn typed(kind: Option<Kind>, year: Option<u16>, seq: u32) -> TypedCode {
    TypedCode { kind, year, seq, firing: None }
}

const VB: Option<Kind> = Some(Kind::Directive);
const TB: Option<Kind> = Some(Kind::Announcement);

#[rstest]
#[case(Kind::Directive, 2025, 42, "VB-2025-0042")]
#[case(Kind::Announcement, 2025, 107, "TB-2025-0107")]
#[case(Kind::Urgent, 2025, 3, "HT-2025-0003")]
#[case(Kind::Script, 2026, 12_345, "BP-2026-12345")]
fn a_code_is_printed_with_four_digits_or_more(
    #[case] kind: Kind,
    #[case] year: u16,
    #[case] seq: u32,
    #[case] text: &str,
) {
    let code = Code { kind, year, seq };
    assert_eq!(code.to_string(), text);
    assert_eq!(text.parse(), Ok(code));
}

#[rstest]
#[case("")]
#[case("vb-2025-0042")]
#[case("VB-2025-42")]
#[case("VB-2025-00042")]
#[case("VB-2025-0000")]
#[case("VB-25-0042")]
#[case("VB-2025-0042 ")]
#[case("VB-2025-0042-1")]
#[case("VB-2025-+042")]
#[case("CV-2025-0042")]
#[case("VB-1999-0042")]
#[case("VB-2025-99999999999999999999")]
fn the_exact_form_forgives_nothing(#[case] text: &str) {
    assert!(text.parse::<Code>().is_err());
}

#[rstest]
#[case("VB-2025-0042", VB, Some(2025), 42)]
#[case("VB-2025-42", VB, Some(2025), 42)]
#[case("vb42", VB, None, 42)]
#[case("VB-42", VB, None, 42)]
#[case("vb 42", VB, None, 42)]
#[case("vb.42", VB, None, 42)]
#[case("42", None, None, 42)]
#[case("0042", None, None, 42)]
#[case("2025-42", None, Some(2025), 42)]
#[case("vb20250042", VB, Some(2025), 42)]
#[case("VB – 2025 – 0042", VB, Some(2025), 42)]
#[case("vb 2025 42", VB, Some(2025), 42)]
#[case("VB\u{2011}2025\u{2212}0042", VB, Some(2025), 42)]
#[case("ＶＢ－２０２５－００４２", VB, Some(2025), 42)]
#[case("vb\u{a0}42", VB, None, 42)]
#[case("\u{feff}vb\u{200b}42", VB, None, 42)]
#[case("  (TB-2025-0107). ", TB, Some(2025), 107)]
#[case("“tb107”", TB, None, 107)]
#[case("#42", None, None, 42)]
#[case("vb2025", VB, None, 2025)]
fn people_type_codes_in_many_ways(
    #[case] text: &str,
    #[case] kind: Option<Kind>,
    #[case] year: Option<u16>,
    #[case] seq: u32,
) {
    assert_eq!(parse_typed(text), Some(typed(kind, year, seq)));
}

#[rstest]
#[case("")]
#[case("   ")]
#[case("vb")]
#[case("vb-")]
#[case("0")]
#[case("vb0000")]
#[case("vb 42 đã nhận")]
#[case("42 hộ")]
#[case("cv42")]
#[case("0912345678")]
#[case("VB-25-42")]
#[case("42-2025")]
#[case("VB--42")]
#[case("4 2")]
#[case("vb\u{664}\u{662}")]
fn what_is_not_a_code_is_not_read_as_one(#[case] text: &str) {
    assert_eq!(parse_typed(text), None);
}

#[rstest]
#[case("Thôn 3 đã nhận VB-2025-0042 ạ", vec![typed(VB, Some(2025), 42)])]
#[case("vb42 và tb-107, vb 42", vec![typed(VB, None, 42), typed(TB, None, 107)])]
#[case("da nhan vb 42 10 ho", vec![typed(VB, None, 42)])]
#[case("(VB-2025-0042).", vec![typed(VB, Some(2025), 42)])]
#[case("https://halong.example/xacminh/TB-2025-0107", vec![typed(TB, Some(2025), 107)])]
#[case("Mã:VB-2025-0042|Mức độ", vec![typed(VB, Some(2025), 42)])]
#[case("thôn 42 đã nhận", vec![])]
#[case("theo 07/TB-UBND", vec![])]
#[case("theo TB 12/TB-UBND", vec![])]
#[case("07/TB-2025 của xã", vec![])]
#[case("/vb 42", vec![])]
#[case("TB 19h tối nay", vec![])]
#[case("abvb42", vec![])]
#[case("vb 42-45", vec![])]
#[case("ht 28/9", vec![])]
#[case("tb 0912345678", vec![])]
#[case("", vec![])]
fn running_text_is_searched_for_whole_codes_only(#[case] text: &str, #[case] expected: Vec<TypedCode>) {
    assert_eq!(find_codes(text), expected);
}

#[rstest]
#[case("VB-2025-0042.3")]
#[case("vb-2025-42.3")]
fn a_firing_of_a_recurring_bulletin_is_read(#[case] text: &str) {
    let expected = TypedCode { firing: Some(3), ..typed(VB, Some(2025), 42) };
    assert_eq!(parse_typed(text), Some(expected));
    assert_eq!(find_codes(&format!("xong {text}. Hết")), [expected]);
}

#[test]
fn a_typed_code_matches_as_far_as_it_was_typed() {
    let code = Code { kind: Kind::Directive, year: 2025, seq: 42 };
    assert!(typed(None, None, 42).matches(&code));
    assert!(typed(VB, None, 42).matches(&code));
    assert!(TypedCode::from(code).matches(&code));
    assert!(!typed(TB, None, 42).matches(&code));
    assert!(!typed(None, Some(2024), 42).matches(&code));
    assert!(!typed(None, None, 43).matches(&code));
}

#[test]
fn a_megabyte_of_prefixes_are_searched_without_harm() {
    let text = "VB-".repeat(350_000);
    assert_eq!(find_codes(&text), []);
    assert_eq!(parse_typed(&text), None);
}

proptest! {
    #[test]
    fn every_printed_code_is_read_back_exactly_loosely_and_in_text(
        kind in prop::sample::select(Kind::ALL),
        year in 2000_u16..2100,
        seq in 1_u32..1_000_000,
    ) {
        let code = Code { kind, year, seq };
        let text = code.to_string();
        prop_assert_eq!(text.parse(), Ok(code));
        prop_assert_eq!(parse_typed(&text.to_lowercase()), Some(code.into()));
        prop_assert_eq!(find_codes(&format!("thôn 3 nhận {text} rồi")), vec![TypedCode::from(code)]);
    }

    #[test]
    fn no_text_makes_the_search_panic(text in "\\PC*[vVtThHbB]{2}[-– .0-9/]{0,12}\\PC*") {
        let _ = (find_codes(&text), parse_typed(&text));
    }
}

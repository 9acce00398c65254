use proptest::prelude::*;
use rstest::rstest;

use super::*;
use crate::domain::text;

mod dates;

fn parsed(input: &str) -> Reference {
    parse_reference(input).expect(input)
}

#[rstest]
#[case("101/KH-UBND", Some("101"), Some(DocumentType::Plan), "UBND", Form::State, None)]
#[case("07/TB-UBND", Some("07"), Some(DocumentType::Notice), "UBND", Form::State, None)]
#[case("2270/QĐ-BVHTT&DL", Some("2270"), Some(DocumentType::Decision), "BVHTT&DL", Form::State, None)]
#[case("1686/NQ-UBTVQH15", Some("1686"), Some(DocumentType::Resolution), "UBTVQH15", Form::State, None)]
#[case("12/TTLT-BNV-BTC", Some("12"), Some(DocumentType::JointCircular), "BNV-BTC", Form::State, None)]
#[case("49/2024/NĐ-CP", Some("49"), Some(DocumentType::Decree), "CP", Form::State, Some(2024))]
#[case("91/2025/QH15", Some("91"), None, "QH15", Form::State, Some(2025))]
#[case("58/UBND-VHXH", Some("58"), Some(DocumentType::OfficialLetter), "UBND-VHXH", Form::OfficialLetter, None)]
#[case("425/VTLTNN-NVTW", Some("425"), Some(DocumentType::OfficialLetter), "VTLTNN-NVTW", Form::OfficialLetter, None)]
#[case("58/CV-UBND", Some("58"), Some(DocumentType::OfficialLetter), "CV-UBND", Form::OfficialLetter, None)]
#[case("57-NQ/TW", Some("57"), Some(DocumentType::Resolution), "TW", Form::Party, None)]
#[case("266-KH/TU", Some("266"), Some(DocumentType::Plan), "TU", Form::Party, None)]
#[case("07-TB/CQTTBCĐ", Some("07"), Some(DocumentType::Notice), "CQTTBCĐ", Form::Party, None)]
#[case("12-CV/ĐU", Some("12"), Some(DocumentType::OfficialLetter), "ĐU", Form::Party, None)]
#[case("/KH-UBND", None, Some(DocumentType::Plan), "UBND", Form::State, None)]
#[case("…/KH-UBND", None, Some(DocumentType::Plan), "UBND", Form::State, None)]
#[case("......./KH-UBND", None, Some(DocumentType::Plan), "UBND", Form::State, None)]
#[case("Số:    /KH-UBND", None, Some(DocumentType::Plan), "UBND", Form::State, None)]
#[case("Số: …-KH/ĐU", None, Some(DocumentType::Plan), "ĐU", Form::Party, None)]
#[case("12a/CTr-UBND", Some("12a"), Some(DocumentType::Programme), "UBND", Form::State, None)]
fn every_printed_form_is_read(
    #[case] input: &str,
    #[case] number: Option<&str>,
    #[case] kind: Option<DocumentType>,
    #[case] organ: &str,
    #[case] form: Form,
    #[case] year: Option<u16>,
) {
    let expected = Reference { number: number.map(str::to_owned), kind, organ: organ.to_owned(), form, year };
    assert_eq!(parse_reference(input), Ok(expected));
}

#[rstest]
#[case("số 101/kh-ubnd.", "101/KH-UBND")]
#[case("101 / KH – UBND", "101/KH-UBND")]
#[case("101/QÐ-UBND", "101/QĐ-UBND")]
#[case("101/QD-UBND", "101/QĐ-UBND")]
#[case("\u{200B}101/KH-UBND\u{FEFF}", "101/KH-UBND")]
#[case("/KH-UBND", "…/KH-UBND")]
#[case("-KH/TU", "…-KH/TU")]
#[case("91/2025/QH15", "91/2025/QH15")]
#[case("58/UBND-VHXH", "58/UBND-VHXH")]
#[case("266-kh/tu", "266-KH/TU")]
fn sloppy_typing_is_shown_as_it_should_be_printed(#[case] input: &str, #[case] shown: &str) {
    assert_eq!(parsed(input).to_string(), shown);
}

#[rstest]
#[case("", ReferenceError::Empty)]
#[case("Số:", ReferenceError::Empty)]
#[case("   \n", ReferenceError::Empty)]
#[case("101", ReferenceError::BadNumber { found: "101".to_owned() })]
#[case("mười/KH-UBND", ReferenceError::BadNumber { found: "mười".to_owned() })]
#[case("1234567/KH-UBND", ReferenceError::BadNumber { found: "1234567".to_owned() })]
#[case("101/KH", ReferenceError::BadOrgan { found: String::new() })]
#[case("25/5/2025", ReferenceError::BadOrgan { found: "5/2025".to_owned() })]
#[case("57-NQ/", ReferenceError::BadOrgan { found: String::new() })]
#[case("57-CĐS/TW", ReferenceError::UnknownType { found: "CĐS".to_owned() })]
#[case("101/KH-UBND;DROP", ReferenceError::BadOrgan { found: "UBND;DROP".to_owned() })]
fn what_is_not_a_number_and_symbol_is_refused_with_the_part(#[case] input: &str, #[case] error: ReferenceError) {
    assert_eq!(parse_reference(input), Err(error));
}

#[test]
fn megabytes_are_refused_without_being_read() {
    assert_eq!(parse_reference(&"9".repeat(1_000_000)), Err(ReferenceError::TooLong));
    assert!(find_references(&"9/".repeat(1_000_000)).is_empty());
}

#[test]
fn a_decomposed_symbol_equals_a_composed_one() {
    let decomposed = "05/QĐ-SỞ".replace('Ở', "O\u{031B}\u{0309}");
    assert_eq!(parsed(&decomposed), parsed("05/QĐ-SỞ"));
}

#[rstest]
#[case("CĐ", Some(DocumentType::Telegram))]
#[case("CĐS", None)]
#[case("CD", None)]
#[case("ĐA", Some(DocumentType::Scheme))]
#[case("DA", Some(DocumentType::Project))]
#[case("HĐ", Some(DocumentType::Contract))]
#[case("HD", Some(DocumentType::Guidance))]
#[case("qđ", Some(DocumentType::Decision))]
#[case("ttr", Some(DocumentType::Submission))]
#[case("CV", None)]
#[case("K", None)]
#[case("", None)]
fn an_abbreviation_is_matched_whole(#[case] word: &str, #[case] kind: Option<DocumentType>) {
    assert_eq!(DocumentType::from_abbreviation(word), kind);
}

#[test]
fn cv_is_accepted_in_speech_only() {
    assert_eq!(DocumentType::from_speech("cv"), Some(DocumentType::OfficialLetter));
    assert_eq!(DocumentType::from_abbreviation("cv"), None);
}

#[test]
fn every_type_has_its_own_abbreviation_and_name() {
    for kind in DocumentType::ALL.iter().copied() {
        assert_eq!(DocumentType::from_speech(kind.abbreviation()), Some(kind));
        assert_eq!(DocumentType::from_name(&kind.vietnamese_name().to_uppercase()), Some(kind));
    }
}

#[test]
fn both_forms_are_found_in_one_sentence_of_the_plan() {
    let sentence = "Thực hiện Quyết định 2270/QĐ-BVHTT&DL của Bộ Văn hóa, Thể thao và Du lịch; Kế hoạch số 101/KH-UBND \
        ngày 25/5/2025 của UBND tỉnh; Nghị quyết số 71/NQ-CP ngày 01/4/2025 của Chính phủ; Kế hoạch hành động số \
        266-KH/TU ngày 26/4/2025 của Ban Thường vụ Tỉnh ủy (Nghị quyết số 57-NQ/TW ngày 22/12/2024 của Bộ Chính trị).";
    let found: Vec<String> = find_references(sentence).iter().map(Reference::to_string).collect();
    assert_eq!(found, ["2270/QĐ-BVHTT&DL", "101/KH-UBND", "71/NQ-CP", "266-KH/TU", "57-NQ/TW"]);
}

#[rstest]
#[case("Số:    /KH-UBND", &["…/KH-UBND"])]
#[case("Số: 101 /KH-UBND", &["101/KH-UBND"])]
#[case("theo Công văn số 2312/CVT-\nCS ngày 21/5", &["2312/CVT-CS"])]
#[case("“Luật số 91/2025/QH15”, (49/2024/NĐ-CP)", &["91/2025/QH15", "49/2024/NĐ-CP"])]
#[case("5 km/h, 24/7, 25/5/2025, và/hoặc, 1/2, UBND/HĐND, T/h", &[])]
#[case("https://halong.gov.vn/101/KH-UBND", &[])]
#[case("5-10/ha, 12-15/KH, 3/phòng-ban", &[])]
#[case("", &[])]
fn running_text_gives_citations_and_nothing_else(#[case] text: &str, #[case] expected: &[&str]) {
    let found: Vec<String> = find_references(text).iter().map(Reference::to_string).collect();
    assert_eq!(found, expected);
}

#[rstest]
#[case("101/KH-UBND", "UBND xã Hà Long", "101/kh–ubnd", "Uỷ ban nhân dân xã Hà Long", true)]
#[case("07/TB-UBND", "UBND xã Hà Long", "7/TB-UBND", "UBND xã Hà Long", true)]
#[case("2270/QĐ-BVHTT&DL", "Bộ VHTTDL", "2270/QÐ-BVHTTDL", "bộ vhttdl", true)]
#[case("101/KH-UBND", "UBND xã Hà Long", "101/KH-UBND", "UBND tỉnh Thanh Hóa", false)]
#[case("101/KH-UBND", "UBND tỉnh", "101/TB-UBND", "UBND tỉnh", false)]
#[case("12-CV/ĐU", "Đảng ủy", "12/CV-ĐU", "Đảng ủy", false)]
fn documents_are_the_same_by_issuer_number_and_symbol(
    #[case] one: &str,
    #[case] one_issuer: &str,
    #[case] other: &str,
    #[case] other_issuer: &str,
    #[case] same: bool,
) {
    let one = parsed(one).identity_key(one_issuer, 2025);
    let other = parsed(other).identity_key(other_issuer, 2025);
    assert!(one.is_some());
    assert_eq!(one == other, same);
}

#[test]
fn a_blank_number_identifies_nothing() {
    assert_eq!(parsed("/KH-UBND").identity_key("UBND xã Hà Long", 2025), None);
}

#[test]
fn the_year_of_issue_tells_documents_apart_unless_the_symbol_names_one() {
    let plain = parsed("101/KH-UBND");
    assert_ne!(plain.identity_key("UBND", 2025), plain.identity_key("UBND", 2026));
    let decree = parsed("49/2024/NĐ-CP");
    assert_eq!(decree.identity_key("Chính phủ", 2024), decree.identity_key("Chính phủ", 2025));
}

#[rstest]
#[case("266-KH/TU", true)]
#[case("12-CV/ĐU", true)]
#[case("101/KH-UBND", false)]
#[case("58/UBND-VHXH", false)]
fn party_documents_are_told_by_their_form(#[case] input: &str, #[case] party: bool) {
    assert_eq!(parsed(input).is_party(), party);
}

proptest! {
    #[test]
    fn any_text_is_answered(input in "\\PC{0,60}") {
        let _ = parse_reference(&input);
        let _ = find_references(&input);
    }

    #[test]
    fn what_is_shown_is_read_back_the_same(number in proptest::option::of("[1-9][0-9]{0,3}[a-c]?"), kind in 0..DocumentType::ALL.len(), organ in "[A-ZĐ]{2,6}(-[A-Z]{2,4})?", party: bool) {
        let kind = DocumentType::ALL[kind];
        let form = if party { Form::Party } else { Form::State };
        prop_assume!(party || kind != DocumentType::OfficialLetter);
        let reference = Reference { number, kind: Some(kind), organ, form, year: None };
        prop_assert_eq!(parse_reference(&reference.to_string()), Ok(reference));
    }

    #[test]
    fn folding_the_symbol_of_a_citation_does_not_depend_on_composition(number in 1_u16..9999) {
        let printed = format!("{number}/QĐ-UBND");
        let padded = format!("Số: {number} / QÐ — UBND");
        let issuer = text::fold("Ủy ban nhân dân xã Hà Long");
        prop_assert_eq!(parsed(&printed).identity_key(&issuer, 2025), parsed(&padded).identity_key("UBND xã Hà Long", 2025));
    }
}

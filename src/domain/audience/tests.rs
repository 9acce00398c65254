//! The grammar: what people may type, what it means, and where a fault is.

mod resolving;

use proptest::prelude::*;
use rstest::rstest;

use super::{AudienceError, Expr, MAX_CHARS, RecipientMark, SAVED_NAMES, default_audience, must_answer};
use crate::domain::bulletin::Kind;
use crate::domain::org::UnitKind;

fn canonical(text: &str) -> String {
    Expr::parse(text).unwrap().canonical()
}

#[rstest]
#[case("thon", "thon")]
#[case("thon@cadre", "thon@cadre")]
#[case(" THÔN @ Cadre ", "thon@cadre")]
#[case("thon:3,05,03", "thon:03,05")]
#[case("thon:10,2", "thon:02,10")]
#[case("thon@residents-thon:07", "thon@residents - thon:07")]
#[case("thon + phong@office + htx", "thon + phong@office + htx")]
#[case("+ thon", "thon")]
#[case("phong:VHXH", "phong:vhxh")]
#[case("trường + trạm + hội + tổ + xã", "truong + tram + hoi + to + xa")]
#[case("truong + tram + hoi + to", "truong + tram + hoi + to")]
#[case("thôn 3", "thon:03")]
#[case("thôn 3, 5", "thon:03,05")]
#[case("thôn 3, thôn 5", "thon:03,05")]
#[case("thon:03@dân", "thon:03@residents")]
#[case("ｔｈｏｎ：０３＋phong", "thon:03 + phong")]
#[case("thon – thon:07", "thon - thon:07")]
#[case("tho\u{302}n", "thon")]
fn the_grammar_is_read_as_typed_and_printed_in_one_form(#[case] text: &str, #[case] expected: &str) {
    assert_eq!(canonical(text), expected);
}

#[rstest]
#[case("Trưởng thôn", "thon@cadre")]
#[case("truong thon", "thon@cadre")]
#[case("TRƯỞNG THÔN", "thon@cadre")]
#[case("tất cả thôn", "thon@cadre")]
#[case("tat ca thon", "thon@cadre")]
#[case("nhóm dân", "thon@residents")]
#[case("nhom dan", "thon@residents")]
#[case("các phòng", "phong")]
#[case("Trưởng thôn - thôn 7 + các phòng", "thon@cadre - thon:07 + phong")]
#[case("các thôn@residents", "thon@residents")]
#[case("tất cả cán bộ", "thon@cadre + phong + hoi + truong + tram + to")]
#[case("xã + tất cả cán bộ - đoàn thể", "xa + thon@cadre + phong + hoi + truong + tram + to - hoi")]
fn saved_names_are_typed_with_or_without_accents(#[case] text: &str, #[case] expected: &str) {
    assert_eq!(canonical(text), expected);
}

#[rstest]
#[case("", 0)]
#[case("  ", 0)]
#[case("+", 1)]
#[case("- thon:07", 0)]
#[case("thon +", 6)]
#[case("thon + + phong", 6)]
#[case("thon + làng", 7)]
#[case("trường thôn", 0)]
#[case("thon@dancu", 5)]
#[case("thon@", 5)]
#[case("@cadre", 0)]
#[case("thon:", 5)]
#[case("thon:03,,05", 8)]
#[case("thon:03 05", 5)]
#[case("thon:!!", 5)]
#[case("lang:03", 0)]
#[case("thôn ba", 0)]
#[case("tỉnh", 0)]
#[case("thon:03@cadre@office", 8)]
fn a_fault_is_pointed_at_by_character(#[case] text: &str, #[case] at: usize) {
    assert_eq!(Expr::parse(text).map_err(|error| error.at()), Err(at));
}

#[test]
fn a_fault_says_what_was_found() {
    let found = "làng".to_owned();
    assert_eq!(Expr::parse("thon + làng"), Err(AudienceError::UnknownName { at: 7, found }));
    assert_eq!(Expr::parse("- thon"), Err(AudienceError::NothingToTakeFrom { at: 0 }));
}

#[test]
fn a_text_beyond_the_limit_is_refused_without_being_read() {
    assert_eq!(Expr::parse(&"thon+".repeat(MAX_CHARS)), Err(AudienceError::TooLong));
}

#[test]
fn every_saved_name_stands_for_a_canonical_audience_of_additions() {
    for saved in SAVED_NAMES {
        assert_eq!(canonical(saved.name), saved.means, "{}", saved.name);
        assert_eq!(canonical(saved.means), saved.means);
        assert!(!saved.means.contains(" - "));
    }
}

#[rstest]
#[case("Các phòng chuyên môn (để T/h)", RecipientMark::CarryOut)]
#[case("UB MTTQ, các tổ chức thành viên (P/h);", RecipientMark::Cooperate)]
#[case("- Chủ tịch, các PCT UBND (để c/đ)", RecipientMark::Direct)]
#[case("Sở Khoa học và Công nghệ (b/c)", RecipientMark::Report)]
#[case("Trưởng thôn, Hiệu trưởng, Trưởng trạm y tế", RecipientMark::Unmarked)]
#[case("- Lưu: VT, VHXH.", RecipientMark::File)]
#[case("", RecipientMark::Unmarked)]
fn the_mark_behind_a_recipient_is_read(#[case] line: &str, #[case] mark: RecipientMark) {
    assert_eq!(RecipientMark::of_line(line), mark);
}

#[test]
fn those_who_carry_out_or_cooperate_answer_a_directive() {
    let answering: Vec<_> =
        UnitKind::ALL.iter().filter(|unit| must_answer(Kind::Directive, **unit)).map(|unit| unit.as_str()).collect();
    assert_eq!(answering, ["village", "department", "association", "school", "clinic", "team"]);
}

#[test]
fn nobody_answers_an_announcement_and_only_villages_a_script() {
    assert!(UnitKind::ALL.iter().all(|unit| !must_answer(Kind::Announcement, *unit)));
    let script: Vec<_> = UnitKind::ALL.iter().filter(|unit| must_answer(Kind::Script, **unit)).collect();
    assert_eq!(script, [&UnitKind::Village]);
}

#[rstest]
#[case(Kind::Directive, "thon@cadre + phong + hoi + truong + tram + to")]
#[case(Kind::Announcement, "thon@residents")]
#[case(Kind::Urgent, "thon@cadre")]
#[case(Kind::Script, "thon@cadre")]
fn every_kind_has_a_default_audience(#[case] kind: Kind, #[case] expected: &str) {
    assert_eq!(default_audience(kind, UnitKind::ALL).map(|expr| expr.canonical()).as_deref(), Some(expected));
    assert_eq!(default_audience(kind, &[]), None);
}

#[test]
fn a_default_leaves_out_kinds_the_commune_does_not_have() {
    let expr = default_audience(Kind::Directive, &[UnitKind::Village, UnitKind::Team]).unwrap();
    assert_eq!(expr.canonical(), "thon@cadre + to");
}

proptest! {
    #[test]
    fn the_canonical_form_reads_back_as_itself(
        terms in prop::collection::vec(
            (
                "(thon|phong|truong|hoi)",
                "(:[0-9]{1,3}(,[0-9a-z]{1,4}){0,3})?",
                "(@cadre|@residents|@office)?",
                "[+-]",
            ),
            1..8,
        ),
    ) {
        let mut text = String::new();
        for (index, (word, codes, group, sign)) in terms.iter().enumerate() {
            let sign = if index == 0 { "" } else { sign };
            text.extend([sign, word, codes, group]);
        }
        let expr = Expr::parse(&text).unwrap();
        prop_assert_eq!(expr.terms().len(), terms.len());
        prop_assert_eq!(Expr::parse(&expr.canonical()), Ok(expr));
    }

    #[test]
    fn no_text_makes_the_parser_panic(
        pieces in prop::collection::vec(
            prop_oneof!["[-+:,;@ ＠：–\\n]", "(thon|thôn|phong|trưởng thôn|cadre|dân|03|7)", "\\PC{0,3}"],
            0..12,
        ),
    ) {
        let text = pieces.concat();
        if let Err(error) = Expr::parse(&text) {
            prop_assert!(error.at() <= text.chars().count());
        }
    }
}

#[rstest]
#[case("thon", true)]
#[case("thon@residents", false)]
#[case("thon@residents - thon:03", false)]
#[case("thon@residents + phong", true)]
fn only_residents_are_not_asked_to_answer(#[case] text: &str, #[case] answer: bool) {
    assert_eq!(Expr::parse(text).unwrap().has_answerers(), answer);
}

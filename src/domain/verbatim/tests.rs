use proptest::prelude::{any, proptest};
use rstest::rstest;

use super::{Genuine, Verdict, compare, facts};

const CORE: &str = "Mời bà con đến nhà văn hóa thôn lúc 7h30 ngày 01/9/2025 để cài VNeID.\n\
    Lệ phí: 0 đồng. Hỏi anh Bình, ĐT 0912 345 678.";

fn ours() -> Genuine {
    Genuine {
        whole: format!(
            "📢 UBND XÃ MẪU\nMã: TB-2025-0107\nKính gửi bà con nhân dân,\n{CORE}\nKiểm tra: /xacminh TB-2025-0107"
        ),
        core: CORE.to_owned(),
    }
}

fn wrong(pasted: &str) -> Vec<String> {
    match compare(pasted, &ours(), false) {
        Verdict::Differs { wrong } => wrong.into_iter().map(|fact| fact.typed).collect(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn ours_is_ours_with_its_frame_and_without_and_however_it_was_typed() {
    for pasted in [
        CORE.to_owned(),
        ours().whole,
        format!("Kính gửi bà con nhân dân,\n{CORE}"),
        CORE.to_uppercase(),
        CORE.replace('\n', "  "),
    ] {
        assert_eq!(compare(&pasted, &ours(), false), Verdict::Identical, "{pasted}");
    }
}

#[rstest]
#[case("0912 345 678", "0912 345 679", "0912 345 679")]
#[case("0912 345 678", "+84 912 345 679", "+84 912 345 679")]
#[case("0 đồng", "200.000 đồng", "200.000 dong")]
#[case("0 đồng", "200k", "200k")]
#[case("01/9/2025", "02/9/2025", "02/9/2025")]
#[case("01/9/2025", "01/9/2026", "01/9/2026")]
#[case("01/9/2025", "ngày 1 tháng 9 năm 2026", "1 tháng 9 năm 2026")]
#[case("VNeID", "VNeID tại dichvucоng.gov.vn", "dichvucоng.gov.vn")]
#[case("7h30", "19h30", "19h30")]
#[case("VNeID", "VNeID tại vneid.top", "vneid.top")]
#[case("VNeID", "VNeID http://xau.example/a", "http://xau.example/a")]
fn what_was_changed_is_named(#[case] from: &str, #[case] to: &str, #[case] named: &str) {
    assert_eq!(wrong(&CORE.replace(from, to)), [named]);
}

#[test]
fn a_piece_of_ours_is_called_one_and_a_few_words_are_none() {
    let (first, _) = CORE.split_once('\n').unwrap();
    assert_eq!(compare(first, &ours(), false), Verdict::Piece);
    assert_ne!(compare("đến nhà văn hóa thôn lúc 7h30", &ours(), false), Verdict::Piece);
    assert!(matches!(compare(&first.replace("7h30", "9h30"), &ours(), false), Verdict::Differs { .. }));
}

#[test]
fn a_sentence_turned_over_is_no_longer_ours() {
    let core = "Hộ có thu nhập ≤ 1.500.000 đồng thì nộp đơn tại nhà văn hóa thôn trước ngày 05/9.";
    let ours = Genuine { whole: core.to_owned(), core: core.to_owned() };
    assert_eq!(compare(core, &ours, false), Verdict::Identical);
    assert!(matches!(compare(&core.replace('≤', "≥"), &ours, false), Verdict::Differs { .. }));
}

#[test]
fn a_year_that_was_left_out_is_not_wrong() {
    assert_eq!(wrong(&format!("{} ạ", CORE.replace("01/9/2025", "01/9"))), Vec::<String>::new());
}

#[test]
fn an_address_is_another_one_with_other_capitals_behind_its_machine() {
    let meaning = |text: &str| facts(text).remove(0).meaning;
    assert_eq!(meaning("HTTPS://Bit.ly/AbC"), meaning("https://bit.ly/AbC/"));
    assert_ne!(meaning("https://bit.ly/AbC"), meaning("https://bit.ly/aBc"));
}

#[test]
fn the_same_number_typed_otherwise_is_the_same() {
    let meanings = |text: &str| facts(text).into_iter().map(|fact| fact.meaning).collect::<Vec<_>>();
    for (one, other) in [
        ("0912345678", "+84 912 345 678"),
        ("1.500.000đ", "1,5 triệu"),
        ("01/9/2025", "ngày 1 tháng 9 năm 2025"),
        ("7h30", "07:30"),
        ("2 tỷ", "2000 triệu"),
    ] {
        assert_eq!(meanings(one), meanings(other), "{one} {other}");
    }
}

#[test]
fn other_words_without_a_wrong_number_are_no_longer_ours() {
    assert_eq!(wrong(&format!("{CORE} Bà con chuyển tiếp giúp.")), Vec::<String>::new());
    assert_eq!(wrong(&CORE.replace("0 đồng", "")), Vec::<String>::new(), "what was left out cannot be named");
}

#[test]
fn another_text_is_none_of_ours_unless_it_claims_to_be() {
    let other = "Trúng thưởng xe máy, bấm vào linh-thuong.top";
    assert_eq!(compare(other, &ours(), false), Verdict::Other);
    assert!(
        matches!(compare(other, &ours(), true), Verdict::Differs { wrong } if wrong.len() == 1 && wrong[0].is_link)
    );
}

#[test]
fn without_accents_it_is_like_ours_and_not_ours() {
    let bare = crate::domain::text::fold(CORE);
    assert!(matches!(compare(&bare, &ours(), false), Verdict::Differs { .. }));
}

proptest! {
    #[test]
    fn any_text_can_be_compared(text in any::<String>(), other in any::<String>()) {
        let _ = compare(&text, &Genuine { whole: other.clone(), core: other }, true);
    }

    #[test]
    fn a_changed_digit_of_the_number_is_always_named(place in 1_usize..9, digit in 0_u32..10) {
        let number = "0912345678";
        let mut changed: Vec<char> = number.chars().collect();
        changed[place] = char::from_digit(digit, 10).unwrap();
        let changed: String = changed.into_iter().collect();
        if changed != number {
            assert_eq!(wrong(&CORE.replace("0912 345 678", &changed)), [changed]);
        }
    }
}

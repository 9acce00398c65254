use proptest::prelude::*;
use rstest::rstest;

use super::super::*;

const PAGE: &str = "UBND XÃ HÀ LONG\nKẾ HOẠCH\nTuyên truyền Luật Bảo vệ bí mật nhà nước; bảo mật tài khoản";
const READ: FirstPage<'static> = FirstPage { text: PAGE, readable: true };
const STAMPED: FirstPage<'static> = FirstPage { text: "UBND XÃ HÀ LONG\nMẬT\nKẾ HOẠCH", readable: true };
const SCAN: FirstPage<'static> = FirstPage { text: "", readable: false };
const OPEN: Verdict = Verdict::Pass { unreadable_attested: false, cadre_bound: None };

fn submission<'a>(pages: &'a [FirstPage<'a>]) -> Submission<'a> {
    Submission {
        attestation: Attestation::NotSecret,
        unreadable_attested: false,
        typed: "Tuyên truyền chuyển đổi số",
        residents_typed: "",
        pages,
        party: PartyOrigin::No,
        residents: true,
    }
}

#[test]
fn an_ordinary_document_passes_with_the_law_in_its_title() {
    assert_eq!(gate(&submission(&[READ])), OPEN);
    assert_eq!(gate(&submission(&[])), OPEN);
}

#[test]
fn a_stamped_page_is_refused_although_not_secret_was_pressed() {
    assert_eq!(gate(&submission(&[READ, STAMPED])), Verdict::Refuse(Refusal::Stamped(SecrecyLevel::Secret)));
}

#[test]
fn a_stamp_in_the_typed_text_is_refused() {
    let typed = Submission { typed: "Kế hoạch phòng thủ\nTỐI MẬT", ..submission(&[]) };
    assert_eq!(gate(&typed), Verdict::Refuse(Refusal::Stamped(SecrecyLevel::TopSecret)));
}

#[test]
fn the_residents_own_words_are_judged_like_the_others() {
    let words = |residents_typed| gate(&Submission { residents_typed, ..submission(&[READ]) });
    assert_eq!(words("Kính mời bà con\nMẬT"), Verdict::Refuse(Refusal::Stamped(SecrecyLevel::Secret)));
    assert!(matches!(words("LƯU HÀNH NỘI BỘ"), Verdict::CadreOnly(CadreReason::Marked(_))));
    let list = "001200000001, 001200000002, 001200000003";
    assert_eq!(words(list), Verdict::CadreOnly(CadreReason::PersonalNumbers { count: 3 }));
    assert_eq!(words("Kính mời bà con tới nhà văn hóa thôn"), OPEN);
}

#[rstest]
#[case(SecrecyLevel::Secret)]
#[case(SecrecyLevel::TopSecret)]
#[case(SecrecyLevel::MostSecret)]
fn a_declared_secret_is_refused(#[case] level: SecrecyLevel) {
    let declared = Submission { attestation: Attestation::Secret(level), ..submission(&[READ]) };
    assert_eq!(gate(&declared), Verdict::Refuse(Refusal::Declared(level)));
}

#[test]
fn the_choice_has_no_default() {
    let silent = Submission { attestation: Attestation::NotChosen, ..submission(&[READ]) };
    assert_eq!(gate(&silent), Verdict::NeedsAttestation(Question::Secrecy));
    let stamped = Submission { attestation: Attestation::NotChosen, ..submission(&[STAMPED]) };
    assert_eq!(gate(&stamped), Verdict::Refuse(Refusal::Stamped(SecrecyLevel::Secret)));
}

#[rstest]
#[case::picture(SCAN)]
#[case::no_letters(FirstPage { text: " 1 \n ... ", readable: true })]
#[case::signature_overlay(FirstPage { text: "Ký bởi: UBND xã Hà Long", readable: false })]
#[case::old_font(FirstPage { text: "KÕ ho¹ch tuyªn truyÒn chuyÓn ®æi sè", readable: true })]
fn a_page_that_cannot_be_scanned_needs_its_own_statement(#[case] page: FirstPage<'_>) {
    let pages = [READ, page];
    let plain = submission(&pages);
    assert_eq!(gate(&plain), Verdict::NeedsAttestation(Question::Unreadable));
    let stated = Submission { unreadable_attested: true, ..plain };
    assert_eq!(gate(&stated), Verdict::Pass { unreadable_attested: true, cadre_bound: None });
}

#[test]
fn a_stamp_in_the_readable_part_of_a_scan_is_refused_whatever_was_stated() {
    let pages = [FirstPage { text: "Ký bởi: UBND\nMẬT", readable: false }];
    let stated = Submission { unreadable_attested: true, ..submission(&pages) };
    assert_eq!(gate(&stated), Verdict::Refuse(Refusal::Stamped(SecrecyLevel::Secret)));
}

#[rstest]
#[case("LƯU HÀNH NỘI BỘ", PartyOrigin::No, CadreReason::Marked(RestrictedMark::InternalOnly))]
#[case("0912345678; 0912345679; 038085001234", PartyOrigin::No, CadreReason::PersonalNumbers { count: 3 })]
#[case("Kế hoạch", PartyOrigin::Yes, CadreReason::Party)]
#[case("0912345678; 0912345679; 038085001234", PartyOrigin::WidenedByPerson, CadreReason::PersonalNumbers { count: 3 })]
fn cadre_matters_do_not_reach_residents(#[case] text: &str, #[case] party: PartyOrigin, #[case] reason: CadreReason) {
    let pages = [FirstPage { text, readable: true }];
    let residents = Submission { party, ..submission(&pages) };
    // A list of numbers has no letters, so a person must answer for the page first.
    let residents = Submission { unreadable_attested: true, ..residents };
    assert_eq!(gate(&residents), Verdict::CadreOnly(reason));
    let cadres = Submission { residents: false, ..residents };
    assert!(matches!(gate(&cadres), Verdict::Pass { cadre_bound: Some(found), .. } if found == reason));
}

#[test]
fn a_person_may_widen_a_party_document() {
    let widened = Submission { party: PartyOrigin::WidenedByPerson, ..submission(&[READ]) };
    assert_eq!(gate(&widened), OPEN);
}

#[test]
fn two_numbers_are_not_a_list() {
    let pages = [FirstPage { text: "Đầu mối: 0912345678, 0987654321", readable: true }];
    assert_eq!(gate(&submission(&pages)), OPEN);
}

#[test]
fn no_text_of_a_document_is_shown_by_debug() {
    assert!(!format!("{STAMPED:?}").contains("MẬT"));
}

proptest! {
    #[test]
    fn nothing_turns_a_stamped_document_into_a_passing_one(
        chosen in 0..3_usize,
        unreadable_attested: bool,
        residents: bool,
        party in 0..3_usize,
        typed in "\\PC{0,40}",
        readable: bool,
    ) {
        let attestation =
            [Attestation::NotChosen, Attestation::NotSecret, Attestation::Secret(SecrecyLevel::Secret)][chosen];
        let party = [PartyOrigin::No, PartyOrigin::Yes, PartyOrigin::WidenedByPerson][party];
        let pages = [FirstPage { readable, ..STAMPED }];
        let verdict = gate(&Submission {
            attestation,
            unreadable_attested,
            typed: &typed,
            residents_typed: &typed,
            pages: &pages,
            party,
            residents,
        });
        prop_assert!(matches!(verdict, Verdict::Refuse(_)));
    }
}

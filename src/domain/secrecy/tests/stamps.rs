use proptest::prelude::*;
use rstest::rstest;
use unicode_normalization::UnicodeNormalization;

use super::super::{SecrecyLevel, stamp_in, stamp_in_words};

fn level(page: &str) -> Option<SecrecyLevel> {
    stamp_in(page).map(|stamp| stamp.level)
}

/// A page head as office software writes it, with one line more.
fn page_with(line: &str) -> String {
    format!(
        "UBND XÃ HÀ LONG\nCỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nĐộc lập - Tự do - Hạnh phúc\nSố: 05/QĐ-UBND\n{line}\n\
         Hà Long, ngày 25 tháng 7 năm 2025\nQUYẾT ĐỊNH\nVề việc kiện toàn tổ công nghệ số cộng đồng\n"
    )
}

#[rstest]
#[case("MẬT", SecrecyLevel::Secret)]
#[case("TỐI MẬT", SecrecyLevel::TopSecret)]
#[case("TUYỆT MẬT", SecrecyLevel::MostSecret)]
#[case("M Ậ T", SecrecyLevel::Secret)]
#[case("T U Y Ệ T   M Ậ T", SecrecyLevel::MostSecret)]
#[case("MAT", SecrecyLevel::Secret)]
#[case("TOI MAT", SecrecyLevel::TopSecret)]
#[case("TUYET MAT", SecrecyLevel::MostSecret)]
#[case("Mật", SecrecyLevel::Secret)]
#[case("mật.", SecrecyLevel::Secret)]
#[case("[MẬT]", SecrecyLevel::Secret)]
#[case("* MẬT *", SecrecyLevel::Secret)]
#[case("- MẬT -", SecrecyLevel::Secret)]
#[case("- MẬT", SecrecyLevel::Secret)]
#[case("«MẬT»", SecrecyLevel::Secret)]
#[case("===( TỐI  MẬT )===", SecrecyLevel::TopSecret)]
#[case("M\u{200B}Ậ\u{200B}T", SecrecyLevel::Secret)]
#[case("ＭẬＴ", SecrecyLevel::Secret)]
#[case("MÂT", SecrecyLevel::Secret)]
#[case("🔴 MẬT 🔴", SecrecyLevel::Secret)]
#[case("ĐỘ MẬT: TỐI MẬT", SecrecyLevel::TopSecret)]
#[case("Độ mật: Mật", SecrecyLevel::Secret)]
#[case("ĐỘ MẬT MẬT", SecrecyLevel::Secret)]
#[case("Mức độ mật: Tuyệt mật", SecrecyLevel::MostSecret)]
#[case("do mat: toi mat", SecrecyLevel::TopSecret)]
#[case("TÀI LIỆU MẬT", SecrecyLevel::Secret)]
#[case("VĂN BẢN TUYỆT MẬT", SecrecyLevel::MostSecret)]
#[case("mËt", SecrecyLevel::Secret)]
#[case("TèI MËT", SecrecyLevel::TopSecret)]
#[case("MAÄT", SecrecyLevel::Secret)]
#[case("TUYEÄT MAÄT", SecrecyLevel::MostSecret)]
#[case("MẬT Hà Long, ngày 25 tháng 7 năm 2025", SecrecyLevel::Secret)]
#[case("TỐI MẬT Hà Long, ngày     tháng 7 năm 2025", SecrecyLevel::TopSecret)]
#[case("M Ậ T Độc lập - Tự do - Hạnh phúc", SecrecyLevel::Secret)]
#[case("Số: 05/QĐ-UBND MẬT", SecrecyLevel::Secret)]
#[case("TUYỆT MẬT CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", SecrecyLevel::MostSecret)]
#[case("MẬT Bản số: 03", SecrecyLevel::Secret)]
#[case("ô 1\tMẬT\tô 3", SecrecyLevel::Secret)]
#[case("| MẬT | Khẩn |", SecrecyLevel::Secret)]
#[case("TỐI\nMẬT", SecrecyLevel::Secret)]
#[case("MẬT\nĐộ khẩn: Hỏa tốc", SecrecyLevel::Secret)]
#[case("kiện toàn cơ quan bảo vệ bí\nMẬT", SecrecyLevel::Secret)]
#[case("NƠI ĐÂY CÓ\nMẬT\nMÃ SỐ HỒ SƠ", SecrecyLevel::Secret)]
#[case("MẬT\nÔNG TRƯỞNG THÔN", SecrecyLevel::Secret)]
fn a_stamp_fires_alone_and_on_a_page(#[case] line: &str, #[case] expected: SecrecyLevel) {
    assert_eq!(level(line), Some(expected), "alone");
    assert_eq!(level(&page_with(line)), Some(expected), "on a page");
    let decomposed: String = page_with(line).nfd().collect();
    assert_eq!(level(&decomposed), Some(expected), "decomposed");
}

#[rstest]
#[case("bảo mật")]
#[case("Bảo mật tài khoản, bảo mật thông tin cá nhân")]
#[case("BẢO MẬT")]
#[case("mật độ")]
#[case("MẬT ĐỘ DÂN SỐ")]
#[case("mật ong")]
#[case("Mật ong rừng Hà Long")]
#[case("bí mật kinh doanh")]
#[case("Tuyên truyền Luật Bảo vệ bí mật nhà nước")]
#[case("LUẬT BẢO VỆ BÍ MẬT NHÀ NƯỚC")]
#[case("BÍ MẬT")]
#[case("mật khẩu")]
#[case("Cán bộ xã KHÔNG hỏi mã OTP, mật khẩu, số tài khoản")]
#[case("mật mã, mật thiết, thân mật, trăng mật")]
#[case("Không mật")]
#[case("Độ mật:")]
#[case("ĐỘ MẬT: KHÔNG")]
#[case("Độ mật: Thường")]
#[case("ĐỘ MẬT")]
#[case("Mức độ mật: ..........")]
#[case("MẶT")]
#[case("MẮT")]
#[case("MÁT")]
#[case("MẤT")]
#[case("Tối mắt")]
#[case("MẶT TRẬN TỔ QUỐC")]
#[case("MET")]
#[case("met")]
#[case("THAM MẬT VỤ")]
#[case("tài liệu mật")]
#[case("đóng dấu “MẬT”, “TỐI MẬT” hoặc “TUYỆT MẬT” theo quy định")]
#[case("Tài liệu độ Tuyệt mật, Tối mật, Mật do văn thư giữ")]
#[case("□ Mật □ Tối mật □ Tuyệt mật")]
#[case("- Tuyệt mật;\n- Tối mật;\n- Mật.")]
#[case("+ Tối mật\n+ Mật")]
#[case("a) Tuyệt mật;")]
#[case("phải thực hiện nghiêm việc giữ bí\nmật.")]
#[case("TUYÊN TRUYỀN LUẬT BẢO VỆ BÍ\nMẬT\nNHÀ NƯỚC")]
#[case("Dân số\nMật\nđộ (người/km2)")]
#[case("DÂN SỐ\nMẬT\nĐỘ")]
#[case("mật Hà Long, ngày 25 tháng 7 năm 2025")]
#[case("MẬT danh, chiến dịch")]
#[case("")]
#[case("   \n\t\n")]
#[case("***")]
fn ordinary_words_do_not_fire(#[case] line: &str) {
    assert_eq!(level(line), None, "alone");
    assert_eq!(level(&page_with(line)), None, "on a page");
    let decomposed: String = page_with(line).nfd().collect();
    assert_eq!(level(&decomposed), None, "decomposed");
}

#[test]
fn the_highest_of_several_stamps_is_reported() {
    assert_eq!(level("MẬT\nvăn bản\nTUYỆT MẬT\nkèm theo\nTỐI MẬT"), Some(SecrecyLevel::MostSecret));
}

#[test]
fn a_list_of_degrees_does_not_hide_the_stamp_above_it() {
    let page = format!("MẬT\nĐiều 1\n{}", "- Tuyệt mật;\n- Tối mật;\n- Mật.");
    assert_eq!(level(&page), Some(SecrecyLevel::Secret));
}

#[test]
fn megabytes_of_anything_are_answered() {
    assert_eq!(level(&"mật khẩu ".repeat(200_000)), None);
    assert_eq!(level(&"bảo mật thông tin\n".repeat(30_000)), None);
    assert_eq!(level(&"\u{323}".repeat(1_000_000)), None);
}

fn random_case(word: &'static str, flips: &[bool], spaces: &[usize]) -> String {
    let mut out = String::new();
    for (at, c) in word.chars().enumerate() {
        let lower: String = c.to_lowercase().collect();
        out.push_str(&if flips[at % flips.len()] { lower } else { c.to_string() });
        out.push_str(&" ".repeat(spaces[at % spaces.len()]));
    }
    out
}

proptest! {
    #[test]
    fn any_page_is_answered(page in "(\\PC|\n){0,200}") {
        let _ = stamp_in(&page);
    }

    #[test]
    fn case_spacing_and_decoration_do_not_hide_a_stamp(
        which in 0_usize..3,
        flips in proptest::collection::vec(any::<bool>(), 9),
        spaces in proptest::collection::vec(0_usize..4, 9),
        frame in "[-*=#\\[(<. ]{0,5}",
        decompose: bool,
    ) {
        let (word, expected) = [
            ("MẬT", SecrecyLevel::Secret),
            ("TỐI MẬT", SecrecyLevel::TopSecret),
            ("TUYỆT MẬT", SecrecyLevel::MostSecret),
        ][which];
        let line = format!("{frame}{}{frame}", random_case(word, &flips, &spaces));
        let line = if decompose { line.nfd().collect() } else { line };
        prop_assert_eq!(level(&page_with(&line)), Some(expected));
    }

    #[test]
    fn a_lower_case_sentence_around_the_word_never_fires(before in "[a-z]{2,8} [a-z]{2,8}", after in "[a-z]{2,8} [a-z]{2,8}") {
        let sentence = format!("{before} mật {after}");
        prop_assert_eq!(level(&sentence), None);
    }
}

#[rstest]
#[case("TUYỆT MẬT\nPhương án", true)]
#[case("Kính mời bà con\nMẬT", true)]
#[case("TỐI\nMẬT", true)]
#[case("TOI MAT\nKe hoach", true)]
#[case("Độ mật: Tối mật", true)]
#[case("MẬT Hà Long, ngày 25 tháng 7 năm 2025", true)]
#[case("Tuyệt mật\nPhương án", true)]
#[case("tối mật", true)]
#[case("Mật", false)]
#[case("mat", false)]
#[case("MAT", false)]
#[case("toi mat", false)]
#[case("Cần mua:\n- đường\n- mật\n- sữa", false)]
#[case("Đổi mật khẩu giúp tôi", false)]
fn among_words_in_a_chat_a_stamp_is_what_is_printed_as_one(#[case] text: &str, #[case] stamped: bool) {
    assert_eq!(stamp_in_words(text).is_some(), stamped, "{text}");
}

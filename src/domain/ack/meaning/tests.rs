use proptest::prelude::{any, proptest};
use rstest::rstest;
use unicode_normalization::UnicodeNormalization;

use super::{Meaning, Strength, understand, understand_among};

#[rstest]
#[case("đã nhận")]
#[case("da nhan")]
#[case("Đã nhận ạ.")]
#[case("đã nhận a")]
#[case("ĐÃ NHẬN!!!")]
#[case("nhận rồi")]
#[case("nhan roi a")]
#[case("Dạ em nhận được rồi ạ")]
#[case("Dạ thưa anh, cháu đã nhận ạ")]
#[case("đã nhận đc rồi ạ, cảm ơn")]
#[case("Thôn 3 đã nhận")]
#[case("Thôn 3 da nhan a")]
#[case("thon 03 da nhan")]
#[case("thon3 da nhan")]
#[case("t3 da nhan")]
#[case("T03: đã nhận")]
#[case("thôn 3 và 4 đã nhận ạ")]
#[case("Báo cáo đ/c, thôn 3 đã nhận văn bản")]
#[case("kính gửi các đồng chí, thôn 3 đã nhận")]
#[case("đã nhận các bác ạ")]
#[case("đã nhận 👍")]
#[case("đã nhận ❤️🌹")]
#[case("đã nhận lúc 7h30")]
#[case("sáng nay em đã nhận")]
#[case("rõ, đã nhận, sẽ triển khai ngay ạ")]
#[case("đã nhận và triển khai")]
#[case("đã nhận văn bản số 42")]
#[case("đã nhận KH 101")]
#[case("đã nhận công văn 58/UBND")]
#[case("VB-2025-0042")]
#[case("vb42 ok")]
#[case("rõ vb 42")]
#[case("Đã nhận VB-2025-0042 ạ")]
#[case("Xin lỗi, giờ tôi mới đọc được. Thôn 03 đã nhận.")]
#[case("xin loi bac, bay gio em moi xem. da nhan a")]
#[case("đã\u{200b} nhận")]
fn a_strong_receipt_is_told_from_everything_around_it(#[case] text: &str) {
    assert_eq!(understand(text), Meaning::Received { strength: Strength::Strong }, "{text}");
}

#[rstest]
#[case("ok")]
#[case("OK!")]
#[case("oke ạ")]
#[case("rõ")]
#[case("ro")]
#[case("đã rõ")]
#[case("Rõ ạ")]
#[case("vâng")]
#[case("vang a")]
#[case("dạ vâng ạ")]
#[case("đã vâng ạ")]
#[case("dạ rõ")]
#[case("👍")]
#[case("👍🏽👍🏽")]
#[case("✅")]
#[case("✔️")]
#[case("/-strong")]
#[case("dn")]
#[case("ĐN")]
#[case("thôn 3 ok")]
#[case("thôn 3 nhận")]
#[case("đã nhận, chiều nay họp thôn phổ biến")]
#[case("ok. tối về xem")]
fn a_weak_receipt_is_one_that_could_be_said_to_anybody(#[case] text: &str) {
    assert_eq!(understand(text), Meaning::Received { strength: Strength::Weak }, "{text}");
}

#[rstest]
#[case("dạ")]
#[case("da")]
#[case("Dạ ạ")]
#[case("dạ em")]
fn a_polite_noise_alone_is_the_barest_answer(#[case] text: &str) {
    assert_eq!(understand(text), Meaning::Received { strength: Strength::Bare }, "{text}");
}

#[rstest]
#[case("đã nhận chưa?")]
#[case("đã nhận chưa")]
#[case("ai nhận rồi")]
#[case("nhận được chưa các bác")]
#[case("nhận được chưa các bác ạ")]
#[case("các bác đã nhận")]
#[case("các đồng chí nhận được chưa")]
#[case("thôn 3 đã nhận chưa")]
#[case("nhận được không")]
#[case("nhận dc k")]
#[case("nhận được hông")]
#[case("rõ chưa ạ")]
#[case("đã nhận?")]
#[case("thôn nào nhận rồi")]
#[case("thôn nào chưa nhận được")]
#[case("ai chưa nhận được báo em")]
#[case("mất điện à?")]
#[case("ok không")]
fn a_question_is_not_an_answer(#[case] text: &str) {
    assert_eq!(understand(text), Meaning::Other, "{text}");
}

#[rstest]
#[case("")]
#[case("   ")]
#[case("?")]
#[case("để xem")]
#[case("sao vậy")]
#[case("hôm qua tôi đã nhận tiền điện rồi")]
#[case("đã nhận tiền điện")]
#[case("nhà tôi đã nhận gạo hỗ trợ hôm qua")]
#[case("đã nhắn cho các hộ")]
#[case("đã nhắn rồi ạ")]
#[case("vắng ạ")]
#[case("vàng")]
#[case("đã ăn cơm")]
#[case("ok nhà bác mai đi gặt")]
#[case("ok, để xem đã")]
#[case("rõ ràng là trời sắp mưa")]
#[case("đã phát quà cho các cháu")]
#[case("tôi xong việc rồi về")]
#[case("chúc mừng năm mới")]
#[case("không")]
#[case("chưa ạ")]
#[case("hôm nay không đi được")]
#[case("3")]
#[case("42")]
#[case("12 hộ 15 hộ")]
#[case("❤️")]
fn anything_else_is_nothing(#[case] text: &str) {
    assert_eq!(understand(text), Meaning::Other, "{text}");
}

#[rstest]
#[case("đã phát loa", Strength::Strong)]
#[case("Thôn 3 da phat loa a", Strength::Strong)]
#[case("đã đọc loa", Strength::Strong)]
#[case("đã nhận và đã phát loa", Strength::Strong)]
#[case("đã phát", Strength::Weak)]
#[case("phat roi", Strength::Weak)]
fn reading_it_out_is_more_than_receiving_it(#[case] text: &str, #[case] strength: Strength) {
    assert_eq!(understand(text), Meaning::Aired { strength }, "{text}");
}

#[rstest]
#[case("đã triển khai", Strength::Strong)]
#[case("Thôn 3 đã họp thôn rồi ạ", Strength::Strong)]
#[case("đã phát loa, đã triển khai", Strength::Strong)]
#[case("xong", Strength::Weak)]
#[case("hoàn thành", Strength::Weak)]
#[case("thôn 3 xong rồi ạ", Strength::Weak)]
#[case("VB-2025-0042 xong", Strength::Strong)]
fn carrying_it_out_is_more_than_both(#[case] text: &str, #[case] strength: Strength) {
    assert_eq!(understand(text), Meaning::Done { strength }, "{text}");
}

#[rstest]
#[case("12 ho 41 nguoi", Some(12), Some(41), Strength::Strong)]
#[case("Thôn 03: 12 hộ, 41 người", Some(12), Some(41), Strength::Strong)]
#[case("thôn 3 12 hộ 41 người", Some(12), Some(41), Strength::Strong)]
#[case("đã di dời xong 12 hộ, 41 nhân khẩu ạ", Some(12), Some(41), Strength::Strong)]
#[case("12ho 41nguoi", Some(12), Some(41), Strength::Strong)]
#[case("0 hộ 0 người", Some(0), Some(0), Strength::Strong)]
#[case("tổng cộng 1.200 người", None, Some(1200), Strength::Strong)]
#[case("41 người", None, Some(41), Strength::Strong)]
#[case("đã đưa 12 hộ 41 người đến nhà văn hóa", Some(12), Some(41), Strength::Weak)]
fn figures_are_read_in_either_order_and_any_spelling(
    #[case] text: &str,
    #[case] households: Option<u32>,
    #[case] people: Option<u32>,
    #[case] strength: Strength,
) {
    assert_eq!(understand(text), Meaning::Figures { strength, households, people }, "{text}");
}

#[test]
fn a_name_from_the_directory_keeps_the_answer_strong() {
    let text = "Mẫu Văn Bình thôn Kim Sơn đã nhận";
    assert_eq!(understand(text), Meaning::Other);
    let strong = Meaning::Received { strength: Strength::Strong };
    assert_eq!(understand_among(text, &["Thôn Kim Sơn", "Mẫu Văn Bình"]), strong);
    assert_eq!(understand_among("da nhan", &["", "..."]), strong);
}

#[test]
fn composed_and_decomposed_text_mean_the_same() {
    for text in ["Thôn 3 đã nhận ạ", "chưa nhận được file", "Dạ vâng ạ", "đã phát loa"] {
        let decomposed: String = text.nfd().collect();
        assert_ne!(text, decomposed);
        assert_eq!(understand(&decomposed), understand(text), "{text}");
    }
}

#[test]
fn a_very_long_text_is_no_answer() {
    assert_eq!(understand(&"đã nhận ".repeat(1_000_000)), Meaning::Other);
}

proptest! {
    #[test]
    fn no_text_makes_the_reader_fail(text in any::<String>()) {
        let _ = understand(&text);
    }

    #[test]
    fn a_negative_word_never_leaves_an_acknowledgement(
        head in "(thôn 3 |dạ |em )?(đã nhận|rõ|ok|đã phát loa|xong)",
        negative in "(chưa|không|ko|k|chẳng|lỗi|hỏng)",
        tail in "( file| ạ| nhận được| mở được)?",
    ) {
        assert!(!understand(&format!("{head} {negative}{tail}")).acknowledges());
        assert!(!understand(&format!("{negative}{tail} {head}")).acknowledges());
    }
}

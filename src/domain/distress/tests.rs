//! Sentences as heads type them, with the decision that each must get.

use proptest::prelude::{any, proptest};
use rstest::rstest;

use super::{calls_for_rescue, speaks_of_danger};

#[rstest]
#[case::the_plain_one("nhà bà Tư bị sập, cần cứu hộ")]
#[case::beside_a_receipt("Đã nhận. Nhà bà Tư sập rồi")]
#[case::without_accents("nha ba tu bi sap, can cuu ho")]
#[case::without_accents_at_the_end("da nhan nhung nha ba tu sap")]
#[case::half_accents("nhà bà Tư bi sap")]
#[case::capitals("CỨU VỚI")]
#[case::decomposed("nha\u{300} ba\u{300} Tu\u{31b} sa\u{323}\u{302}p")]
#[case::hidden_character("s\u{200b}ập nhà")]
#[case::of_the_region("nác vô nhà rồi, nhà xập một góc")]
#[case::of_the_region_again("cầu bị chôi rồi ạ")]
#[case::one_tone("sạt lỡ ngay sau nhà văn hóa")]
#[case::young("kíu em với")]
#[case::flood("ngập sâu 1m2 rồi")]
#[case::flood_without_accents("nuoc ngap den mai nha")]
#[case::swept_away("hai chau bi nuoc cuon troi")]
#[case::missing("mất tích 2 người từ 3h")]
#[case::missing_without_accents("2 nguoi mat tich")]
#[case::hurt("ông Năm bị thương ở đầu")]
#[case::landslide("Đất lở sau trường học")]
#[case::trapped("cả nhà mắc kẹt trên mái")]
#[case::rescue_that_failed("thuyền lật, chưa cứu được ai")]
#[case::not_reached("không cứu được bà con xóm dưới")]
#[case::denied_and_then_not("không ai bị thương nhưng nhà sập")]
#[case::next_clause("Thôn họp phòng chống bão. Nhà bà Tư sập")]
#[case::fire("cháy nhà ông Ba")]
#[case::sos("SOS thôn 3")]
#[case::sign("🆘🆘")]
#[case::long_after_talk("bà con vẫn bình thường, riêng nhà bà Tư ở cuối xóm thì vừa sập xong")]
fn it_is_a_cry(#[case] text: &str) {
    assert!(speaks_of_danger(text, &[]), "{text}");
}

#[rstest]
#[case::receipt("đã nhận")]
#[case::veterans("đã thăm hỏi thương binh thôn 3")]
#[case::trade("phát triển thương mại, công thương nghiệp")]
#[case::joy("niềm vui ngập tràn khắp thôn")]
#[case::joy_without_accents("niem vui ngap tran")]
#[case::relief("hàng cứu trợ đã nhận đủ")]
#[case::relief_alone("cứu trợ đã nhận")]
#[case::relief_without_accents("da nhan hang cuu tro")]
#[case::soon("sắp mưa rồi")]
#[case::soon_without_accents("sap hop roi, sap xong")]
#[case::weather_without_accents("hom nay troi dep, mua to qua troi")]
#[case::old_soldiers("hội cựu chiến binh họp")]
#[case::old_soldiers_without_accents("hoi cuu chien binh hop")]
#[case::sheep("đàn cừu nhà ông Bảy")]
#[case::urgency("công điện Thượng khẩn đã đọc")]
#[case::often("thường ngày vẫn phát loa")]
#[case::research("để em nghiên cứu rồi báo cáo")]
#[case::nobody_hurt("không ai bị thương")]
#[case::nobody_hurt_without_accents("khong co ai bi thuong")]
#[case::dry_again("nước đã rút, hết ngập")]
#[case::not_flooded("thôn 3 chưa bị ngập")]
#[case::course("mai tập huấn cứu hộ ở nhà văn hóa")]
#[case::prevention("đang tuyên truyền phòng chống sạt lở đất")]
#[case::collection("thôn đã ủng hộ đồng bào bị ngập lụt")]
#[case::fire_drill("đã tập chữa cháy, phòng cháy ở trường")]
#[case::fluent("bài phát thanh trôi chảy")]
#[case::lost_in_talk("tin trôi mất, gửi lại giúp em")]
#[case::boats("xã đã cấp áo phao, thuyền cứu hộ")]
#[case::network("mạng sập nên giờ mới báo được")]
#[case::nothing("")]
fn it_wakes_nobody(#[case] text: &str) {
    assert!(!speaks_of_danger(text, &[]), "{text}");
}

/// A cry that is missed is worse than an officer woken for nothing: what is in doubt stands here.
const HEARD: [&str; 37] = [
    "nước lũ tràn ngập cả thôn",
    "nước ngập tràn vào nhà",
    "sập sàn nhà ông Năm",
    "gọi xe cứu thương gấp",
    "đề nghị cử lực lượng cứu hộ",
    "cần thuyền cứu hộ ngay",
    "cần cứu trợ khẩn",
    "nhà bà Tư cháy",
    "cháy ở nhà ông Ba",
    "cháy chợ",
    "núi sạt xuống nhà",
    "thuyền bị lật",
    "3 người kẹt lại",
    "chết 2 người",
    "bị giật điện",
    "nước lên tới nóc",
    "tốc nóc",
    "giúp với",
    "đường không đi được ngập hết rồi",
    "mất hết nhà bị trôi rồi",
    "hết điện nước ngập sâu",
    "đang đi thăm hỏi thì bị lũ cuốn cứu với",
    "Sập nhà rồi",
    "nước vô nhà",
    "có người bị điện giật",
    "cháy nhà",
    "sạt lở",
    "cứu với",
    "Báo cáo xã, nhà bà Tư bị sập, 2 người mất tích",
    "Trợ giúp với, nhà sập",
    "Tìm người mất tích ở suối",
    "Thống kê: 3 nhà sập",
    "báo tin nhà sập",
    "nha ba tu sap roi",
    "tập huấn xong thì ngập, cứu em với",
    "goi xe cuu thuong gap",
    "nuoc lu tran ngap ca thon",
];

/// What a head writes on any day.
const SILENT: [&str; 30] = [
    "kinh phí do nhà nước hỗ trợ",
    "do nhà trường tổ chức",
    "nhà do Mặt trận xây",
    "anh Bình lo đất đai",
    "hom nay troi mat",
    "loa chay roi a",
    "may dang chay",
    "sap roi a",
    "tin bi lap",
    "nha do chua nhan",
    "loa bị sét đánh",
    "loa thôn 3 bị sét đánh",
    "Loa cháy rồi",
    "tập đọc cho trôi",
    "tin bị trôi, gửi lại giúp em",
    "mạng bị sập",
    "âm ly bị cháy",
    "em bị kẹt xe",
    "trâu bị chết rét",
    "xóa tên người chết khỏi danh sách",
    "tiền hỗ trợ chưa thấy về",
    "thả cá trôi",
    "làm bánh trôi",
    "tổ cứu hộ",
    "đã di dời hộ có nguy cơ sạt lở",
    "phòng, chống đuối nước",
    "cứu nạn, cứu hộ",
    "cứu hộ, cứu nạn",
    "không cần cứu hộ",
    "chưa nhà nào bị ngập",
];

#[test]
fn what_was_once_missed_or_mistaken_stays_decided() {
    let missed: Vec<&str> = HEARD.into_iter().filter(|text| !speaks_of_danger(text, &[])).collect();
    let mistaken: Vec<&str> = SILENT.into_iter().filter(|text| speaks_of_danger(text, &[])).collect();
    assert_eq!((missed, mistaken), (vec![], vec![]));
}

#[test]
fn people_in_danger_are_more_than_damage() {
    let rescue = ["cứu với", "sập nhà", "2 người mất tích", "ông Năm bị thương", "cần thuyền cứu hộ ngay", "SOS"];
    let missed: Vec<&str> = rescue.into_iter().filter(|text| !calls_for_rescue(text, &[])).collect();
    let damage = ["Nhà văn hóa bị sập, tạm dừng họp", "ngập đến mái", "không ai bị thương", "đã nhận"];
    let mistaken: Vec<&str> = damage.into_iter().filter(|text| calls_for_rescue(text, &[])).collect();
    assert_eq!((missed, mistaken), (vec![], vec![]));
}

#[test]
fn a_name_is_no_cry() {
    assert!(!speaks_of_danger("anh Cứu đã nhận, thôn Cửu Long", &["Mẫu Văn Cứu", "Cứu", "Cửu Long"]));
    assert!(speaks_of_danger("anh Cứu ơi nhà sập", &["Cứu"]));
}

#[test]
fn what_nobody_can_write_in_one_message_is_not_read() {
    let long = format!("{} sập", "a ".repeat(20_000));
    assert!(!speaks_of_danger(&long, &[]));
}

proptest! {
    #[test]
    fn any_text_can_be_read(text in any::<String>(), name in any::<String>()) {
        let _ = speaks_of_danger(&text, &[&name]);
    }

    #[test]
    fn a_cry_stays_one_whatever_stands_before_its_sentence(text in "[a-zđàáạảã ]{0,60}") {
        assert!(speaks_of_danger(&format!("{text}. Nhà bà Tư bị sập"), &[]));
    }
}

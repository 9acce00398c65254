use rstest::rstest;

use crate::domain::ack::{Meaning, Strength, TroubleKind, understand};

#[rstest]
#[case("chưa nhận được", TroubleKind::NotReceived)]
#[case("chua nhan duoc", TroubleKind::NotReceived)]
#[case("chưa nhận được file", TroubleKind::NotReceived)]
#[case("ko nhận dc", TroubleKind::NotReceived)]
#[case("k nhan dc", TroubleKind::NotReceived)]
#[case("thôn 3 chưa nhận được ạ", TroubleKind::NotReceived)]
#[case("em nhận chưa được", TroubleKind::NotReceived)]
#[case("không thấy file", TroubleKind::NotReceived)]
#[case("không có văn bản", TroubleKind::NotReceived)]
#[case("sao em chưa nhận được file?", TroubleKind::NotReceived)]
#[case("không mở được", TroubleKind::CannotOpen)]
#[case("khong mo duoc", TroubleKind::CannotOpen)]
#[case("file mở không được", TroubleKind::CannotOpen)]
#[case("không xem được", TroubleKind::CannotOpen)]
#[case("chẳng xem được", TroubleKind::CannotOpen)]
#[case("kh mở được", TroubleKind::CannotOpen)]
#[case("lỗi file", TroubleKind::BadFile)]
#[case("loi file", TroubleKind::BadFile)]
#[case("lổi file", TroubleKind::BadFile)]
#[case("file bị hỏng rồi ạ", TroubleKind::BadFile)]
#[case("chưa rõ", TroubleKind::Unclear)]
#[case("không rõ", TroubleKind::Unclear)]
#[case("chưa phát", TroubleKind::NotAired)]
#[case("chưa phát được", TroubleKind::NotAired)]
#[case("chưa triển khai", TroubleKind::NotDone)]
#[case("loa hỏng", TroubleKind::SpeakerBroken)]
#[case("loa bị hõng", TroubleKind::SpeakerBroken)]
#[case("hỏng loa rồi", TroubleKind::SpeakerBroken)]
#[case("mất điện", TroubleKind::PowerOut)]
#[case("mat dien", TroubleKind::PowerOut)]
#[case("đã nhận nhưng không mở được file", TroubleKind::CannotOpen)]
#[case("đã nhận, file lỗi", TroubleKind::BadFile)]
#[case("ok nhưng loa hỏng", TroubleKind::SpeakerBroken)]
#[case("rõ nhưng mất điện", TroubleKind::PowerOut)]
#[case("bị lỗi ạ", TroubleKind::Other)]
#[case("ok 👎", TroubleKind::Other)]
fn each_complaint_is_recognised_beyond_doubt(#[case] text: &str, #[case] kind: TroubleKind) {
    assert_eq!(understand(text), Meaning::Trouble { strength: Strength::Strong, kind }, "{text}");
}

#[rstest]
#[case("chưa nhận được lương tháng này")]
#[case("nhà tôi mất điện từ tối qua")]
#[case("hôm nay chưa làm xong ruộng")]
#[case("xe tôi hỏng ở gần loa")]
#[case("loa nhà tôi hỏng")]
fn a_complaint_about_something_else_needs_proof_of_address(#[case] text: &str) {
    assert_eq!(understand(text).strength(), Some(Strength::Weak), "{text}");
    assert!(!understand(text).acknowledges());
}

#[rstest]
#[case("đã nhận nhưng không biết thế nào")]
#[case("rõ, không có ý kiến")]
fn a_negative_beside_an_acknowledgement_is_left_to_a_person(#[case] text: &str) {
    let strength = Strength::Weak;
    assert_eq!(understand(text), Meaning::Trouble { strength, kind: TroubleKind::Other }, "{text}");
}

#[rstest]
#[case("ok")]
#[case("đã nhận k3")]
#[case("đã nhận kh 101")]
#[case("đồng chí Hồng đã nhận")]
#[case("đã nhận lời")]
fn a_word_that_only_looks_negative_is_no_trouble(#[case] text: &str) {
    assert!(!matches!(understand(text), Meaning::Trouble { .. }), "{text}");
}

#[rstest]
#[case("không")]
#[case("chưa ạ")]
#[case("em vẫn chưa")]
fn a_negative_word_without_a_complaint_is_nothing(#[case] text: &str) {
    assert_eq!(understand(text), Meaning::Other, "{text}");
}

use proptest::prelude::{any, prop_assert_eq, proptest};
use rstest::rstest;

use super::{Admission, ChatKind, Incoming, Known, Why, admit};

/// Something a resident says in a village group.
const fn resident(text: &str) -> Incoming<'_> {
    Incoming {
        chat_kind: ChatKind::Group,
        from_linked: false,
        from_bot: false,
        text: Some(text),
        has_media: false,
        is_reply_to_us: false,
        mentions_us: false,
        is_command_for_us: false,
        is_callback: false,
        is_service: false,
    }
}

/// Something a linked person says in a village group.
const fn linked(text: &str) -> Incoming<'_> {
    Incoming { from_linked: true, ..resident(text) }
}

fn decided(incoming: &Incoming<'_>) -> Admission {
    admit(incoming, &Known::default())
}

const fn stored(why: Why) -> Admission {
    Admission::Store { why }
}

#[rstest]
#[case("hôm qua nhà bác Mẫu mất con gà")]
#[case("đã nhận")]
#[case("ok")]
#[case("chưa nhận được")]
#[case("nhà tôi mất điện rồi")]
#[case("số căn cước của tôi là 012345678901")]
#[case("ai có số anh trưởng thôn không")]
#[case("mai mấy giờ họp các bác ơi?")]
#[case("12 hộ 41 người")]
#[case("chúc mừng năm mới 🎉")]
#[case("/thongke@mot_bot_khac")]
#[case("xem tin VB-2025-0042 này, nhà tôi ở xóm trên thấy lạ quá, có ai biết thật giả thế nào không")]
#[case("mã VB 42")]
#[case("")]
fn residents_talk_is_dropped(#[case] text: &str) {
    assert_eq!(decided(&resident(text)), Admission::Drop, "{text}");
}

#[rstest]
#[case("đã nhận")]
#[case("Thôn 3 da nhan a")]
#[case("đã phát loa")]
#[case("12 hộ 41 người")]
#[case("chưa nhận được file")]
#[case("mất điện")]
fn an_answer_of_a_linked_person_is_stored(#[case] text: &str) {
    assert_eq!(decided(&linked(text)), stored(Why::Answer), "{text}");
}

#[rstest]
#[case("ok")]
#[case("dạ")]
#[case("👍")]
#[case("hôm qua tôi đã nhận tiền điện rồi")]
#[case("chưa nhận được lương tháng này")]
#[case("chiều nay ai đi gặt không")]
#[case("đã nhận chưa các bác?")]
#[case("")]
fn a_linked_persons_talk_is_dropped_like_anybodys(#[case] text: &str) {
    assert_eq!(decided(&linked(text)), Admission::Drop, "{text}");
}

#[test]
fn a_village_with_a_name_is_understood_if_the_name_is_known() {
    let incoming = linked("thôn Kim Sơn đã nhận");
    assert_eq!(decided(&incoming), Admission::Drop);
    let known = Known { names: &["Thôn Kim Sơn"], in_conversation: false, cries: false };
    assert_eq!(admit(&incoming, &known), stored(Why::Answer));
}

#[test]
fn what_is_said_to_us_is_stored_from_anybody() {
    let text = "chuyện gì cũng được";
    assert_eq!(decided(&Incoming { is_reply_to_us: true, ..resident(text) }), stored(Why::Reply));
    assert_eq!(decided(&Incoming { mentions_us: true, ..resident(text) }), stored(Why::Mention));
    let command = Incoming { is_command_for_us: true, ..resident("/xacminh TB-2025-0107") };
    assert_eq!(decided(&command), stored(Why::Command));
    assert_eq!(decided(&Incoming { is_callback: true, text: None, ..resident("") }), stored(Why::Callback));
}

#[rstest]
#[case(true, false, false)]
#[case(false, true, false)]
#[case(false, false, true)]
#[case(false, false, false)]
fn a_residents_picture_is_never_stored(#[case] reply: bool, #[case] mention: bool, #[case] command: bool) {
    let picture = Incoming {
        has_media: true,
        is_reply_to_us: reply,
        mentions_us: mention,
        is_command_for_us: command,
        ..resident("VB-2025-0042")
    };
    assert_eq!(decided(&picture), Admission::Drop);
}

#[test]
fn a_linked_persons_picture_is_stored_only_if_it_is_for_us() {
    let picture = Incoming { has_media: true, text: None, ..linked("") };
    assert_eq!(decided(&picture), Admission::Drop);
    assert_eq!(decided(&Incoming { is_reply_to_us: true, ..picture }), stored(Why::Reply));
    assert_eq!(decided(&Incoming { text: Some("đã phát loa"), ..picture }), stored(Why::Answer));
}

#[test]
fn everything_in_private_is_stored_except_from_bots() {
    let private = Incoming { chat_kind: ChatKind::Private, has_media: true, ..resident("xin chào") };
    assert_eq!(decided(&private), stored(Why::Private));
    assert_eq!(decided(&Incoming { from_bot: true, ..private }), Admission::Drop);
}

#[test]
fn other_bots_are_dropped_whatever_they_say() {
    let bot = Incoming { from_bot: true, is_reply_to_us: true, mentions_us: true, ..linked("đã nhận") };
    assert_eq!(decided(&bot), Admission::Drop);
}

#[test]
fn service_updates_are_always_stored() {
    let service = Incoming { is_service: true, from_bot: true, text: None, ..resident("") };
    assert_eq!(decided(&service), stored(Why::Service));
}

#[rstest]
#[case("VB-2025-0042 đã nhận", true)]
#[case("vb-2025-0042 thôn 3 đã nhận ạ", true)]
#[case("TB – 2025 – 107", true)]
#[case("VB-0042", false)]
#[case("XX-2025-0042", false)]
#[case("VB-2025-00420000", false)]
#[case("VB-1999-0042", false)]
fn a_code_in_a_short_text_is_stored_from_anybody(#[case] text: &str, #[case] kept: bool) {
    let expected = if kept { stored(Why::Code) } else { Admission::Drop };
    assert_eq!(decided(&resident(text)), expected, "{text}");
}

#[test]
fn a_linked_person_may_write_more_beside_a_code() {
    let text = "về việc VB-2025-0042 thì chiều nay thôn sẽ họp bàn thêm với tổ công nghệ số rồi báo lại xã sau";
    assert_eq!(decided(&linked(text)), stored(Why::Code));
    assert_eq!(decided(&resident(text)), Admission::Drop);
}

#[test]
fn in_a_conversation_a_linked_person_need_not_reply_to_be_heard() {
    let known = Known { names: &[], in_conversation: true, cries: false };
    assert_eq!(admit(&linked("7h30 thứ hai"), &known), stored(Why::Conversation));
    assert_eq!(admit(&resident("7h30 thứ hai"), &known), Admission::Drop);
}

#[test]
fn a_text_of_ten_megabytes_is_dropped() {
    assert_eq!(decided(&linked(&"VB-2025-0042 ".repeat(800_000))), Admission::Drop);
}

proptest! {
    #[test]
    fn a_strangers_media_never_passes_in_a_group(text in any::<String>(), reply in any::<bool>(), mention in any::<bool>()) {
        let media = Incoming { has_media: true, is_reply_to_us: reply, mentions_us: mention, ..resident(&text) };
        prop_assert_eq!(decided(&media), Admission::Drop);
    }
}

//! How bulletins look, on platforms that can do more or less.

use proptest::prelude::*;
use rstest::rstest;

use super::{AttachedFile, Button, Capabilities, Correction, Labels, MAX_CALLBACK_BYTES, Part, View, render};
use crate::domain::bulletin::Kind;
use crate::domain::calendar::Millis;
use crate::domain::org::GroupKind;
use crate::domain::text::utf16_len;
use crate::domain::urgency::Urgency;

const FULL: Capabilities =
    Capabilities { text_limit_utf16: 4096, caption_limit: 1024, html: true, buttons: true, files: true };
const BARE: Capabilities =
    Capabilities { text_limit_utf16: 2000, caption_limit: 0, html: false, buttons: false, files: false };

/// 17:00 on Tuesday 29/7/2025 in Việt Nam.
const DEADLINE: Millis = Millis(1_753_783_200_000);

fn labels() -> Labels {
    Labels::load(|key| {
        let text = match key {
            "bulletin-directive" => "VĂN BẢN CHỈ ĐẠO",
            "bulletin-announcement" => "THÔNG BÁO",
            "bulletin-script" => "BÀI PHÁT LOA",
            "bulletin-correction" => "ĐÍNH CHÍNH",
            "bulletin-nth" => "lần",
            "bulletin-resent" => "(gửi lại)",
            "bulletin-code" => "Mã:",
            "bulletin-urgency" => "Mức độ:",
            "bulletin-deadline" => "⏰ Hạn: trước",
            "bulletin-pages" => "trang",
            "bulletin-no-file" => "(không kèm tệp)",
            "bulletin-contact" => "Đầu mối:",
            "bulletin-contact-residents" => "Cần hỏi thêm:",
            "bulletin-contact-urgent" => "☎",
            "bulletin-verify" => "Kiểm tra tin thật: nhắn /xacminh",
            "button-ack" => "✅ Đã nhận",
            "button-aired" => "📢 Đã phát loa",
            other => return format!("👉 [{other}]"),
        };
        text.to_owned()
    })
}

fn directive() -> View {
    View {
        kind: Kind::Directive,
        code: "VB-2025-0042".to_owned(),
        urgency: Urgency::Normal,
        issuer: "UBND xã Hà Long".to_owned(),
        organ_line: None,
        salutation: Some("Kính gửi: Các đồng chí Trưởng thôn.".to_owned()),
        title: "Tuyên truyền chuyển đổi số".to_owned(),
        body: vec!["Đề nghị các thôn:".to_owned(), "1. Phát bài trên loa.".to_owned()],
        issued_at: None,
        deadline: Some(DEADLINE),
        attachments: vec![AttachedFile { name: "KH.pdf".to_owned(), pages: Some(6), ..AttachedFile::default() }],
        group: GroupKind::Cadre,
        ack_wanted: true,
        aired_wanted: false,
        contact: Some("Phòng VH-XH".to_owned()),
        verify_code: Some("VB-2025-0042".to_owned()),
        correction: None,
        exercise: false,
        resent: false,
        short_id: "k3f9".to_owned(),
    }
}

fn changed(change: impl FnOnce(&mut View)) -> View {
    let mut view = directive();
    change(&mut view);
    view
}

fn texts(parts: &[Part]) -> Vec<&str> {
    let text = parts.iter();
    text.filter_map(|part| if let Part::Text { text, .. } = part { Some(text.as_str()) } else { None }).collect()
}

fn plain(view: &View, capabilities: Capabilities) -> String {
    texts(&render(view, &Capabilities { html: false, ..capabilities }, &labels())).join("\n-----\n")
}

fn buttons(parts: &[Part]) -> Vec<&Button> {
    let rows = parts.iter().filter_map(|part| if let Part::Text { buttons, .. } = part { Some(buttons) } else { None });
    rows.flatten().flatten().collect()
}

#[test]
fn a_directive_has_the_form_people_know() {
    let expected = "🔵 VĂN BẢN CHỈ ĐẠO – UBND XÃ HÀ LONG\n\
        Mã: VB-2025-0042 | Mức độ: Thường\n\n\
        Kính gửi: Các đồng chí Trưởng thôn.\n\
        Tuyên truyền chuyển đổi số\n\
        Đề nghị các thôn:\n\
        1. Phát bài trên loa.\n\n\
        ⏰ Hạn: trước 17:00 thứ Ba, 29/7/2025\n\
        📎 KH.pdf (6 trang)\n\n\
        👉 [bulletin-ask-press]\n\
        Đầu mối: Phòng VH-XH\n\
        Kiểm tra tin thật: nhắn /xacminh VB-2025-0042";
    assert_eq!(plain(&directive(), FULL), expected);
}

#[test]
fn an_announcement_asks_residents_for_nothing() {
    let view = changed(|view| {
        (view.kind, view.group) = (Kind::Announcement, GroupKind::Residents);
        (view.code, view.deadline) = ("TB-2025-0107".to_owned(), None);
        (view.aired_wanted, view.attachments) = (true, Vec::new());
    });
    let parts = render(&view, &FULL, &labels());
    assert_eq!(buttons(&parts), Vec::<&Button>::new());
    let text = plain(&view, FULL);
    assert!(text.starts_with("📢 THÔNG BÁO – UBND XÃ HÀ LONG\nMã: TB-2025-0107\n\n"));
    assert!(text.contains("Cần hỏi thêm: Phòng VH-XH"));
    assert!(!text.contains("👉"));
}

#[test]
fn an_urgent_bulletin_is_headed_by_its_level_and_time() {
    let view = changed(|view| {
        (view.kind, view.urgency) = (Kind::Urgent, Urgency::Flash);
        view.issuer = "Ban Chỉ huy phòng thủ dân sự xã Hà Long".to_owned();
        (view.code, view.issued_at) = ("HT-2025-0003".to_owned(), Some(Millis(1_759_070_400_000)));
    });
    let text = plain(&view, FULL);
    let head = "🔴 HỎA TỐC – BAN CHỈ HUY PHÒNG THỦ DÂN SỰ XÃ HÀ LONG\nMã: HT-2025-0003 | 21:40 Chủ nhật, 28/9/2025\n\n";
    assert!(text.starts_with(head), "{text}");
    assert!(text.contains("👉 [bulletin-ask-press-urgent]\n☎ Phòng VH-XH"));
}

#[rstest]
#[case(Kind::Urgent, Urgency::Normal, "🔴 KHẨN – ")]
#[case(Kind::Urgent, Urgency::Express, "🔴 THƯỢNG KHẨN – ")]
#[case(Kind::Directive, Urgency::Urgent, "🔴 VĂN BẢN CHỈ ĐẠO – ")]
#[case(Kind::Script, Urgency::Normal, "📻 BÀI PHÁT LOA – ")]
fn a_heading_shows_what_is_urgent(#[case] kind: Kind, #[case] urgency: Urgency, #[case] start: &str) {
    let view = changed(|view| (view.kind, view.urgency) = (kind, urgency));
    assert!(plain(&view, FULL).starts_with(start));
}

#[test]
fn a_marked_directive_shows_its_level_beside_the_code() {
    let view = changed(|view| view.urgency = Urgency::Express);
    assert!(plain(&view, FULL).contains("Mã: VB-2025-0042 | Mức độ: Thượng khẩn\n"));
}

#[test]
fn a_correction_comes_before_everything_else() {
    let view = changed(|view| view.correction = Some(Correction { of: "VB-2025-0051".to_owned(), nth: 1 }));
    assert!(plain(&view, FULL).starts_with("ĐÍNH CHÍNH VB-2025-0051 (lần 1)\n🔵 VĂN BẢN"));
    let parts = render(&view, &FULL, &labels());
    assert!(texts(&parts)[0].starts_with("<b>ĐÍNH CHÍNH VB-2025-0051 (lần 1)</b>\n<b>🔵 "));
}

#[test]
fn a_second_sending_says_so_in_the_heading() {
    let view = changed(|view| view.resent = true);
    assert_eq!(plain(&view, FULL).lines().next(), Some("🔵 VĂN BẢN CHỈ ĐẠO – UBND XÃ HÀ LONG (gửi lại)"));
}

#[test]
fn signs_of_markup_show_literally() {
    let view = changed(|view| view.body = vec!["_ * [ ] < & > <b>x</b> `y`".to_owned()]);
    let parts = render(&view, &FULL, &labels());
    assert!(texts(&parts)[0].contains("_ * [ ] &lt; &amp; &gt; &lt;b&gt;x&lt;/b&gt; `y`"));
    assert!(plain(&view, BARE).contains("_ * [ ] < & > <b>x</b> `y`"));
}

#[test]
fn a_platform_without_buttons_is_asked_for_a_reply() {
    let view = changed(|view| view.aired_wanted = true);
    let text = plain(&view, BARE);
    assert!(text.contains("👉 [bulletin-ask-reply]\n👉 [bulletin-ask-aired-reply]\n"));
    assert_eq!(buttons(&render(&view, &BARE, &labels())), Vec::<&Button>::new());
}

#[test]
fn buttons_carry_the_short_id_of_the_delivery() {
    let view = changed(|view| view.aired_wanted = true);
    let parts = render(&view, &FULL, &labels());
    let data: Vec<_> = buttons(&parts).iter().map(|button| (button.label.as_str(), button.data.as_str())).collect();
    assert_eq!(data, [("✅ Đã nhận", "a:k3f9"), ("📢 Đã phát loa", "l:k3f9")]);
}

#[test]
fn an_id_too_long_for_a_button_falls_back_to_a_reply() {
    let fits = changed(|view| view.short_id = "x".repeat(MAX_CALLBACK_BYTES - 2));
    let long = changed(|view| view.short_id = "x".repeat(MAX_CALLBACK_BYTES - 1));
    assert_eq!(buttons(&render(&fits, &FULL, &labels())).len(), 1);
    assert_eq!(buttons(&render(&long, &FULL, &labels())).len(), 0);
    assert!(plain(&long, FULL).contains("[bulletin-ask-reply]"));
}

#[test]
fn a_long_text_is_split_with_the_buttons_on_its_last_part_and_the_file_behind() {
    let view = changed(|view| view.body = vec!["Đề nghị các thôn triển khai ngay.".to_owned(); 200]);
    let parts = render(&view, &FULL, &labels());
    let kinds = parts.iter().map(|part| match part {
        Part::Text { buttons, .. } => buttons.len(),
        Part::File { .. } => 99,
    });
    let kinds: Vec<_> = kinds.collect();
    assert_eq!(kinds, [0, 1, 99]);
    assert!(texts(&parts)[0].starts_with("<b>(1/2) 🔵 "));
    assert!(texts(&parts)[1].starts_with("(2/2) "));
}

#[test]
fn files_follow_the_text_with_the_code_in_the_caption() {
    let parts = render(&directive(), &FULL, &labels());
    let caption = "VB-2025-0042 – KH.pdf (6 trang)".to_owned();
    assert_eq!(parts.get(1), Some(&Part::File { attachment: 0, caption }));
    assert_eq!(parts.len(), 2);
}

#[rstest]
#[case(10)]
#[case(1)]
#[case(0)]
fn a_caption_keeps_within_its_limit(#[case] limit: usize) {
    let view = changed(|view| {
        view.code = "🌀".repeat(9);
        view.attachments[0].name = "🌀".repeat(40);
    });
    let parts = render(&view, &Capabilities { caption_limit: limit, ..FULL }, &labels());
    let Some(Part::File { caption, .. }) = parts.get(1) else { panic!("no file in {parts:?}") };
    assert!(utf16_len(caption) <= limit, "{caption}");
}

#[test]
fn a_file_that_cannot_be_sent_is_linked_or_said_to_be_missing() {
    let link = Some("https://halong.example/f/1?a=1&b=2".to_owned());
    let linked = AttachedFile { name: "A.pdf".to_owned(), pages: None, link, held_back: false };
    let view = changed(|view| view.attachments.push(linked));
    let text = plain(&view, BARE);
    assert!(text.contains("📎 KH.pdf (6 trang) (không kèm tệp)\n📎 A.pdf: https://halong.example/f/1?a=1&b=2\n"));
    assert!(render(&view, &BARE, &labels()).iter().all(|part| matches!(part, Part::Text { .. })));
}

#[test]
fn a_title_of_several_lines_becomes_one_and_a_heading_cannot_be_forged() {
    let view = changed(|view| {
        view.title = "Dòng một\r\n\u{202e}dòng  hai".to_owned();
        view.issuer = "UBND\nxã".to_owned();
    });
    let text = plain(&view, FULL);
    assert!(text.contains("\nDòng một dòng hai\n"));
    assert!(text.starts_with("🔵 VĂN BẢN CHỈ ĐẠO – UBND XÃ\nMã:"));
}

#[test]
fn what_is_empty_leaves_no_gap() {
    let view = changed(|view| {
        (view.salutation, view.title, view.body) = (Some("  ".to_owned()), String::new(), vec![String::new()]);
        (view.deadline, view.attachments) = (None, Vec::new());
    });
    assert!(!plain(&view, FULL).contains("\n\n\n"));
    assert!(plain(&view, FULL).contains("Mức độ: Thường\n\n👉"));
}

#[test]
fn every_label_has_a_key_of_its_own() {
    let mut keys = Labels::KEYS.to_vec();
    keys.sort_unstable();
    keys.dedup();
    assert_eq!(keys.len(), Labels::KEYS.len());
}

proptest! {
    #[test]
    fn every_part_fits_its_platform_and_only_the_last_has_buttons(
        body in prop::collection::vec("[a-zà-ỹ .<&🌀\\n]{0,200}", 0..20),
        title in "\\PC{0,80}",
        limit in 200_usize..900,
    ) {
        let view = changed(|view| (view.body, view.title) = (body, title));
        let capabilities = Capabilities { text_limit_utf16: limit, html: false, ..FULL };
        let parts = render(&view, &capabilities, &labels());
        prop_assert!(texts(&parts).iter().all(|text| utf16_len(text) <= limit));
        prop_assert_eq!(buttons(&parts).len(), 1);
        let last_text = parts.iter().rposition(|part| matches!(part, Part::Text { .. }));
        let pressed = parts.iter().position(|part| matches!(part, Part::Text { buttons, .. } if !buttons.is_empty()));
        prop_assert_eq!(pressed, last_text);
    }

    #[test]
    fn html_holds_no_markup_but_the_heading(body in "[<>&b/a-z ]{0,80}") {
        let view = changed(|view| view.body = vec![body]);
        let parts = render(&view, &FULL, &labels());
        let text = texts(&parts)[0].replacen("<b>", "", 1).replacen("</b>", "", 1);
        prop_assert!(!text.contains(['<', '>']));
    }
}

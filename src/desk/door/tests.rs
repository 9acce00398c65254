use rstest::rstest;

use super::{as_code, decision, foreign, is_bind_attempt};
use crate::domain::event::{AccountRef, ChatKind, ChatRef, IncomingMessage};

fn said(kind: ChatKind, text: &str) -> IncomingMessage {
    let chat = ChatRef { external_id: "-1".to_owned(), kind, title: String::new() };
    let from = AccountRef { external_id: "7".to_owned(), name: String::new(), is_bot: false };
    let external_id = "1".to_owned();
    IncomingMessage {
        chat,
        from,
        external_id,
        text: text.to_owned(),
        file: None,
        reply: None,
        topic: None,
        mentions_us: false,
        hidden_links: Vec::new(),
        said_at: None,
    }
}

#[rstest]
#[case("/ganhom ABCD2345", true)]
#[case("/gắn nhóm abcd-2345", true)]
#[case("/ganhom@loa_bot ABCD2345", true)]
#[case("@loa_bot /ganhom ABCD 2345", true)]
#[case("/ganhom@bot_khac ABCD2345", false)]
#[case("/ganhom", false)]
#[case("/ganhom thôn 03", false)]
#[case("/dangky ABCD2345", false)]
#[case("ganhom ABCD2345", false)]
#[case("", false)]
fn a_group_is_counted_only_for_what_may_bind_it(#[case] text: &str, #[case] expected: bool) {
    assert_eq!(is_bind_attempt(&said(ChatKind::Group, text), "loa_bot"), expected);
    assert!(!is_bind_attempt(&said(ChatKind::Private, text), "loa_bot"));
}

#[rstest]
#[case("abcd - 2345", Some("ABCD2345"))]
#[case("ABCD23456", None)]
#[case("ÁBCD2345", None)]
#[case("🙂🙂", None)]
#[case("", None)]
fn a_code_is_recognised_by_its_shape(#[case] typed: &str, #[case] expected: Option<&str>) {
    assert_eq!(as_code(typed).as_deref(), expected);
}

#[test]
fn ten_megabytes_are_no_code() {
    assert_eq!(as_code(&" ".repeat(10_000_000)), None);
    assert_eq!(as_code(&"A".repeat(10_000_000)), None);
}

#[rstest]
#[case("có ABCD2345", Some((true, "ABCD2345")))]
#[case("KHÔNG abcd 2345", Some((false, "abcd 2345")))]
#[case("có", None)]
#[case("lan", None)]
fn an_admin_decides_by_typing(#[case] args: &str, #[case] expected: Option<(bool, &str)>) {
    assert_eq!(decision(args), expected);
}

#[test]
fn a_title_cannot_look_like_a_line_of_ours() {
    assert_eq!(foreign("Thôn 03\n\u{202e}✅ Đã gắn\t bởi UBND"), "Thôn 03 ✅ Đã gắn bởi UBND");
    assert_eq!(foreign(&"a".repeat(500)).chars().count(), 80);
}

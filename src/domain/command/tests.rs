//! What is a command, what is talk, and what is asked about.

use std::collections::HashSet;

use proptest::prelude::*;
use rstest::rstest;

use super::{Command, CommandError, ParseContext, Parsed, Spec, TABLE, Who, menu_for, parse};
use crate::domain::org::Role;
use crate::domain::text::{fold, nfc};

const PRIVATE: ParseContext<'_> = ParseContext { private: true, bot_username: "loa_halong_bot" };
const GROUP: ParseContext<'_> = ParseContext { private: false, bot_username: "loa_halong_bot" };

fn command(text: &str, ctx: ParseContext<'_>) -> Option<(Command, String)> {
    match parse(text, ctx) {
        Some(Ok(Parsed { command, args, .. })) => Some((command, args)),
        Some(Err(_)) | None => None,
    }
}

#[rstest]
#[case("/vanban", Command::Directive, "")]
#[case("/văn bản", Command::Directive, "")]
#[case("/van_ban", Command::Directive, "")]
#[case("/VanBan", Command::Directive, "")]
#[case("/va\u{306}n ba\u{309}n", Command::Directive, "")]
#[case("／vanban", Command::Directive, "")]
#[case("／ｖａｎｂａｎ", Command::Directive, "")]
#[case("/vb", Command::Directive, "")]
#[case("／ＶＢ", Command::Directive, "")]
#[case("/directive", Command::Directive, "")]
#[case("/vanban@loa_halong_bot", Command::Directive, "")]
#[case("/vanban@LOA_halong_bot kèm tệp", Command::Directive, "kèm tệp")]
#[case("/văn bản@loa_halong_bot", Command::Directive, "")]
#[case("@loa_halong_bot /danhan vb42", Command::Ack, "vb42")]
#[case("/danhan＠loa_halong_bot, vb42", Command::Ack, "vb42")]
#[case("/hủy VB-2025-0042", Command::Cancel, "VB-2025-0042")]
#[case("/huỷ vb 42", Command::Cancel, "vb 42")]
#[case("/huy_vb_42", Command::Cancel, "vb_42")]
#[case("  /huy   vb42  ", Command::Cancel, "vb42")]
#[case("/danhan.", Command::Ack, "")]
#[case("/ganhom 03 dân", Command::Bind, "03 dân")]
#[case("/gắn nhóm 03", Command::Bind, "03")]
#[case("/sua ghi nhan 12 sai ngày", Command::EditLog, "12 sai ngày")]
#[case("/sửa vb42", Command::Edit, "vb42")]
#[case("/thay trưởng thôn 03", Command::Handover, "03")]
#[case("/dữ liệu của tôi", Command::MyData, "")]
#[case("/tim a@b.vn", Command::Search, "a@b.vn")]
#[case("/phanhoi dòng một\ndòng hai", Command::Feedback, "dòng một\ndòng hai")]
#[case("/baocao tháng 11/2025", Command::Report, "tháng 11/2025")]
#[case("/\u{200b}start", Command::Start, "")]
fn a_name_is_read_in_every_way_people_type_it(#[case] text: &str, #[case] expected: Command, #[case] args: &str) {
    let expected = Some((expected, args.to_owned()));
    assert_eq!(command(text, GROUP), expected);
    assert_eq!(command(text, PRIVATE), expected);
}

#[rstest]
#[case("vanban", Command::Directive, "")]
#[case("Văn bản", Command::Directive, "")]
#[case("duyệt VB-2025-0042", Command::Approve, "VB-2025-0042")]
#[case("duyet vb 42", Command::Approve, "vb 42")]
#[case("hẹn vb 42 thứ hai 7h30", Command::Schedule, "vb 42 thứ hai 7h30")]
#[case("từ chối VB-2025-0042 sai ngày", Command::Reject, "VB-2025-0042 sai ngày")]
#[case("đã nhận", Command::Ack, "")]
#[case("đã nhận 42", Command::Ack, "42")]
#[case("chỉ tiêu tháng", Command::Targets, "tháng")]
#[case("tìm chuyển đổi số", Command::Search, "chuyển đổi số")]
#[case("help", Command::Help, "")]
fn the_slash_may_be_missing_in_a_private_chat_only(#[case] text: &str, #[case] expected: Command, #[case] args: &str) {
    let parsed = Parsed { command: expected, args: args.to_owned(), slashed: false };
    assert_eq!(parse(text, PRIVATE), Some(Ok(parsed)));
    assert_eq!(parse(text, GROUP), None);
}

#[rstest]
#[case("")]
#[case("   ")]
#[case("/")]
#[case("/ huy")]
#[case("//huy")]
#[case("/-strong")]
#[case("/etc/passwd")]
#[case("/12/2025")]
#[case("/huy@mot_bot_khac")]
#[case("/khongco@mot_bot_khac")]
#[case("@nguoi_khac /huy vb42")]
#[case("thôn 3 đã nhận")]
#[case("vb 42")]
#[case("đã nhận chưa em?")]
#[case("đã phát 2 lần")]
#[case("đã xong 12 hộ 41 người")]
#[case("hủy họp chiều nay nhé")]
#[case("nhạc")]
#[case("thông báo lịch cắt điện ngày mai")]
#[case("nhóm em xin báo")]
#[case("ok")]
#[case("huyy")]
#[case("👍")]
fn talk_is_not_a_command(#[case] text: &str) {
    assert_eq!(parse(text, PRIVATE), None);
}

#[rstest]
#[case("/huyy", Some(Command::Cancel))]
#[case("/hyu vb42", Some(Command::Cancel))]
#[case("/hũy vb42", Some(Command::Cancel))]
#[case("/vanbann", Some(Command::Directive))]
#[case("/trang thia vb42", Some(Command::Status))]
#[case("/statsu vb42", Some(Command::Status))]
#[case("/danhna", Some(Command::Ack))]
#[case("/tin", Some(Command::Search))]
#[case("/bao", None)]
#[case("/nhạc vb42", Some(Command::Remind))]
#[case("/đóne", Some(Command::Done))]
#[case("/cd", None)]
#[case("/khongcolenhnay", None)]
#[case("/huyvb", None)]
#[case("/van\nban", None)]
fn a_near_miss_is_asked_about_and_never_carried_out(#[case] text: &str, #[case] did_you_mean: Option<Command>) {
    assert_eq!(parse(text, PRIVATE), Some(Err(CommandError::Unknown { did_you_mean })));
}

#[test]
fn no_beginning_of_a_name_is_carried_out() {
    let names: HashSet<_> = TABLE.iter().flat_map(Spec::words).collect();
    for spec in TABLE {
        let beginnings = (1..spec.name.len()).filter_map(|end| spec.name.get(..end));
        for beginning in beginnings.filter(|beginning| !names.contains(beginning)) {
            assert_eq!(command(&format!("/{beginning}"), PRIVATE), None, "{beginning}");
        }
    }
}

#[test]
fn the_table_has_every_command_once_in_order_with_one_meaning_for_each_name() {
    let mut names = HashSet::new();
    for (index, spec) in TABLE.iter().enumerate() {
        assert_eq!(Command::ALL.get(index), Some(&spec.command));
        assert_eq!(spec.command.spec(), spec);
        let short = fold(spec.spoken).replace(' ', "");
        assert!(short == spec.name || spec.command == Command::Bind, "{}", spec.name);
        for name in spec.words() {
            assert!(names.insert(name), "{name} has two meanings");
        }
    }
    assert_eq!(TABLE.len(), Command::ALL.len());
}

#[test]
fn names_that_collide_with_other_words_are_avoided() {
    for word in ["bao", "tin", "cd"] {
        assert!(TABLE.iter().all(|spec| spec.name != word));
    }
}

#[test]
fn every_name_is_found_by_its_spoken_form_and_its_alias() {
    for spec in TABLE {
        let found = [spec.name, spec.spoken, spec.command.as_str()].map(|name| command(&format!("/{name} x1"), GROUP));
        assert_eq!(found, [0; 3].map(|_| Some((spec.command, "x1".to_owned()))));
    }
}

#[test]
fn menus_fit_the_platforms_rules() {
    for (name, key) in menu_for(Who::ALL) {
        assert!((1..=32).contains(&name.len()));
        assert!(name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_'));
        assert_eq!(key, format!("cmd-{name}"));
    }
    assert_eq!(menu_for(Who::ALL).len(), TABLE.len());
    assert!(TABLE.len() <= 100);
}

#[rstest]
#[case(&[], &["batdau", "trogiup", "dangky", "toilaai", "xacminh", "dulieucuatoi", "xoadulieu"])]
#[case(&[Who::Head], &["danhan", "daphat", "daxong", "vuongmac", "phanhoi", "vieccuatoi"])]
#[case(&[Who::Approver], &["xemtruoc", "huy", "thuhoi", "choduyet", "duyet", "tuchoi", "uyquyen", "lich", "trangthai",
    "chuanhan", "tim", "chitieu", "thongke", "tamdung", "molai"])]
#[case(&[Who::Staff], &["tim", "chitieu", "thongke"])]
fn a_menu_shows_what_a_role_adds_to_what_everybody_may(#[case] caller: &[Who], #[case] expected: &[&str]) {
    let everybody: Vec<_> = menu_for(&[]).into_iter().map(|(name, _)| name).collect();
    let added = |name: &&str| caller.is_empty() || !everybody.contains(name);
    let menu: Vec<_> = menu_for(caller).into_iter().map(|(name, _)| name).filter(added).collect();
    assert_eq!(menu, expected);
}

#[test]
fn a_viewer_is_staff_and_a_village_head_alone_is_not() {
    assert!(Command::Stats.allowed_for(&[Role::Viewer.into()]));
    assert!(!Command::Stats.allowed_for(&[Who::Head, Who::Association]));
    assert!(!Command::Approve.allowed_for(&[Role::Composer.into(), Role::Admin.into()]));
    assert!(Command::Script.allowed_for(&[Role::Recorder.into()]));
}

#[test]
fn what_cannot_be_undone_asks_back() {
    let asking: Vec<_> = Command::ALL.iter().filter(|command| command.asks_back()).map(|c| c.name()).collect();
    assert_eq!(asking, ["guingay", "huy", "thuhoi", "xoaghinhan", "thaytruongthon", "xoadulieu"]);
}

proptest! {
    #[test]
    fn no_text_makes_the_parser_panic(
        pieces in prop::collection::vec(
            prop_oneof!["[/／@＠_ .,\\n]", "(huy|văn|bản|vb|tìm|loa_halong_bot|42)", "\\PC{0,3}"],
            0..12,
        ),
        private in any::<bool>(),
    ) {
        let _ = parse(&pieces.concat(), ParseContext { private, bot_username: "loa_halong_bot" });
    }

    #[test]
    fn what_follows_a_name_is_kept_word_for_word(args in "[a-zà-ỹ&&\\S]{9,12}( [A-Z0-9]{1,5}){0,4}") {
        let args = nfc(&args);
        let parsed = command(&format!("/tim {args}"), GROUP);
        prop_assert_eq!(parsed, Some((Command::Search, args)));
    }
}

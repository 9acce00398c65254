//! Composing by conversation: the whole form, secret documents, duplicates, hours, and every way out of it.

use loa::desk::Fetched;
use loa::domain::bulletin::{Kind, Level, State};
use loa::domain::calendar::Millis;
use loa::store::Store;

use crate::db::sqlite_tests;
use crate::desk_stage::{Desk, Outcome, group};
use crate::fixture::GATEWAY;

mod commune;
mod deciding;
mod wordings;

use commune::{
    BINH, DUNG, LAN, MINH, PCT, PLAN_PAGE, bulletins, commune, file, has_file, heard_by, import_plan, july, state,
};

sqlite_tests!(
    a_directive_is_composed_by_words_on_a_friday_and_approved,
    a_forwarded_document_needs_four_presses,
    numbers_answer_like_buttons,
    a_double_tap_makes_one_bulletin,
    a_stamped_document_leaves_nothing,
    a_declared_secret_removes_the_stored_file,
    a_secret_line_among_the_words_is_refused_too,
    words_about_secrecy_are_no_stamp,
    a_scan_needs_the_explicit_attestation,
    a_late_file_must_be_attested_again,
    the_same_document_is_asked_about_and_the_default_is_no,
    a_document_that_came_in_between_is_asked_about_at_the_end,
    outside_the_window_the_next_opening_is_proposed,
    hours_are_understood_or_asked_about,
    a_wrong_answer_leaves_the_form_where_it_was,
    a_form_is_left_by_a_word_or_a_command,
    a_form_goes_back_a_step,
    only_composers_compose_and_only_where_it_is_private,
    a_file_that_cannot_be_fetched_is_named,
    residents_never_see_a_restricted_document,
    an_announcement_is_shorter,
    an_hour_that_passed_under_the_preview_is_asked_again,
    a_restart_in_the_middle_loses_nothing,
    a_row_of_another_version_ends_the_form_and_says_so,
    the_plan_in_force_is_the_default_and_its_themes_are_offered,
    an_office_composes_in_its_own_group,
);

/// The words with which a directive is typed up to its preview, after the command.
const TYPED: [&str; 11] = [
    "bỏ qua",
    "/KH-UBND",
    "7/2025",
    "địa phương",
    "Tuyên truyền chuyển đổi số",
    "bỏ qua",
    "Thường",
    "Không mật",
    "Trưởng thôn",
    "trước 17h thứ ba",
    "thứ hai 7h30",
];

async fn composed(desk: &mut Desk, account: &str) -> Outcome {
    desk.say(account, "/vanban").await;
    desk.talk(account, &TYPED).await
}

async fn a_directive_is_composed_by_words_on_a_friday_and_approved(store: Store) {
    let mut desk = commune(store).await;
    let warned = desk.say(LAN, "/vanban").await;
    assert!(warned.said.contains("117/2025/QH15") && warned.said.contains("đã đi qua mạng"), "{}", warned.said);
    desk.send_file(LAN, "KH tuyên truyền.pdf", file("pdf", "Trang này không có phần đầu văn bản.", true)).await;
    let preview = desk.talk(LAN, &TYPED[1..]).await;
    let understood = "Hiểu là: gửi 07:30 thứ Hai, 28/7/2025; hạn 17:00 thứ Ba, 29/7/2025";
    for words in [understood, "Kế hoạch số …/KH-UBND", "KH tuyên truyền.pdf (6 trang)", "VĂN BẢN CHỈ ĐẠO", "3 nhóm"]
    {
        assert!(preview.said.contains(words), "{words} is missing in:\n{}", preview.said);
    }
    assert!(bulletins(&mut desk, Kind::Directive).await.is_empty(), "nothing is queued before it is submitted");

    let done = desk.press(LAN, &preview.button("Gửi duyệt")).await;
    assert!(
        done.said.contains("VB-2025-0001 – Chờ duyệt") && done.said.contains("07:30 thứ Hai, 28/7/2025"),
        "{done:?}"
    );
    assert_eq!(state(&mut desk, "VB-2025-0001").await, State::AwaitingApproval);
    let own = desk.say(LAN, "/duyet VB-2025-0001").await;
    assert!(own.said.contains("Người soạn không được tự duyệt"), "{}", own.said);
    let approved = desk.say(PCT, "/duyet VB-2025-0001").await;
    assert!(approved.said.contains("Đã duyệt, gửi lúc 07:30 28/7"), "{}", approved.said);
    assert_eq!(state(&mut desk, "VB-2025-0001").await, State::Approved);
    assert!(heard_by(&mut desk, "-101").await.is_empty(), "nothing is sent before its hour");
    assert_row(&mut desk).await;
}

async fn assert_row(desk: &mut Desk) {
    let bulletin = bulletins(desk, Kind::Directive).await.remove(0);
    let tx = desk.tx();
    let version = tx.version(&bulletin.id, 1).await.unwrap().unwrap();
    assert_eq!((version.level, version.doc_number.as_deref()), (Level::Local, None));
    assert_eq!(version.doc_symbol.as_deref(), Some("KH-UBND"));
    assert_eq!((version.doc_type.as_deref(), version.doc_date.as_deref()), (Some("KH"), Some("2025-07")));
    assert_eq!(version.doc_issuer.as_deref(), Some("UBND xã Mẫu"));
    assert_eq!((version.audience.as_str(), version.attestation.as_str()), ("thon@cadre", "not_secret"));
    assert_eq!(version.send_at.map(Millis), Some(july(28, 7, 30)));
    assert_eq!(version.ack_deadline.map(Millis), Some(july(29, 17, 0)));
    assert_eq!(tx.version_files(&bulletin.id, 1).await.unwrap().len(), 1);
}

async fn a_forwarded_document_needs_four_presses(store: Store) {
    let mut desk = commune(store).await;
    desk.at = july(25, 9, 0);
    let first = desk.send_file(LAN, "ke-hoach.pdf", file("pdf", PLAN_PAGE, true)).await;
    assert!(first.said.contains("Đúng: …/KH-UBND"), "{}", first.said);
    let secrecy = desk.press(LAN, &first.button("Mặc định hết")).await;
    assert!(secrecy.said.contains("không có mặc định"), "{}", secrecy.said);
    let preview = desk.press(LAN, &secrecy.button("Không mật")).await;
    for words in ["Tuyên truyền chuyển đổi số trên địa bàn xã", "gửi ngay khi được duyệt", "Văn bản địa phương"]
    {
        assert!(preview.said.contains(words), "{words} is missing in:\n{}", preview.said);
    }
    desk.press(LAN, &preview.button("Gửi duyệt")).await;
    let cards = heard_by(&mut desk, PCT).await;
    assert_eq!(cards.len(), 1, "{cards:?}");
    assert!(cards[0].contains("VB-2025-0001"), "{cards:?}");
}

async fn numbers_answer_like_buttons(store: Store) {
    let mut desk = commune(store).await;
    desk.at = july(25, 9, 0);
    desk.say(LAN, "/vanban").await;
    let lines = ["1", "/TB-UBND", "1", "1", "Họp thôn", "1", "1", "1", "1", "1", "1", "1"];
    let done = desk.talk(LAN, &lines).await;
    assert!(done.said.contains("VB-2025-0001 – Chờ duyệt"), "{}", done.said);
}

async fn a_double_tap_makes_one_bulletin(store: Store) {
    let mut desk = commune(store).await;
    let preview = composed(&mut desk, LAN).await;
    let button = preview.button("Gửi duyệt");
    desk.press(LAN, &button).await;
    let again = desk.press(LAN, &button).await;
    assert_eq!(again.response.toast.as_deref(), Some("Nút này đã cũ."));
    assert_eq!(bulletins(&mut desk, Kind::Directive).await.len(), 1);
}

async fn a_stamped_document_leaves_nothing(store: Store) {
    let mut desk = commune(store).await;
    desk.say(LAN, "/vanban").await;
    let page = "ỦY BAN NHÂN DÂN\nXÃ MẪU\nMẬT\nSố: 01/KH-UBND\nKẾ HOẠCH\nTên của kế hoạch";
    let refused = desk.send_file(LAN, "phuong-an-bi-mat.pdf", file("secret pdf", page, true)).await;
    assert!(refused.said.contains("Không nhận: tài liệu có dấu chỉ độ mật"), "{}", refused.said);
    assert!(!refused.response.delete.is_empty());
    assert!(!has_file(&mut desk, "secret pdf").await);
    let hash = loa::id::sha256_hex(b"secret pdf");
    let audit = desk.audit().await;
    assert!(audit.iter().any(|(act, _)| act == "compose.refused"), "{audit:?}");
    let shown = format!("{audit:?}");
    assert!(["phuong-an", "Tên của", hash.as_str()].iter().all(|word| !shown.contains(word)), "{shown}");
    let after = desk.say(LAN, "/KH-UBND").await;
    assert!(!after.said.contains("Ngày ban hành"), "the form is over: {}", after.said);
}

async fn a_declared_secret_removes_the_stored_file(store: Store) {
    let mut desk = commune(store).await;
    let first = desk.send_file(LAN, "a.pdf", file("pdf", PLAN_PAGE, true)).await;
    assert!(has_file(&mut desk, "pdf").await);
    desk.press(LAN, &first.button("Mặc định hết")).await;
    let refused = desk.say(LAN, "tối mật").await;
    assert!(refused.said.contains("Không nhận") && refused.said.contains("xóa ngay tin có tệp"), "{}", refused.said);
    assert!(!refused.response.delete.is_empty() && !has_file(&mut desk, "pdf").await);
    assert!(bulletins(&mut desk, Kind::Directive).await.is_empty());
}

async fn a_secret_line_among_the_words_is_refused_too(store: Store) {
    let mut desk = commune(store).await;
    desk.say(LAN, "/thongbao").await;
    let refused = desk.talk(LAN, &["Thông tin", "TUYỆT MẬT\nNội dung"]).await;
    assert!(refused.said.contains("Không nhận") && !refused.response.delete.is_empty(), "{refused:?}");
}

async fn words_about_secrecy_are_no_stamp(store: Store) {
    let mut desk = commune(store).await;
    desk.say(LAN, "/vanban").await;
    let mut lines = TYPED;
    lines[4] = "Tuyên truyền Luật Bảo vệ bí mật nhà nước";
    lines[5] = "Hướng dẫn bảo mật tài khoản, đổi mật khẩu";
    let preview = desk.talk(LAN, &lines).await;
    let done = desk.press(LAN, &preview.button("Gửi duyệt")).await;
    assert!(done.said.contains("Chờ duyệt"), "{}", done.said);
}

async fn a_scan_needs_the_explicit_attestation(store: Store) {
    let mut desk = commune(store).await;
    desk.at = july(25, 9, 0);
    desk.send_file(LAN, "scan.pdf", file("scan", "", false)).await;
    desk.talk(LAN, &["mặc định hết", "Họp thôn"]).await;
    let asked = desk.say(LAN, "Không mật").await;
    assert!(asked.said.contains("không đọc được chữ ở trang 1"), "{}", asked.said);
    let still = desk.say(LAN, "chắc là được").await;
    assert!(still.said.contains("không đọc được chữ"), "other words attest nothing: {}", still.said);
    let preview = desk.press(LAN, &still.button("Tôi đã xem")).await;
    desk.press(LAN, &preview.button("Gửi duyệt")).await;
    let bulletin = bulletins(&mut desk, Kind::Directive).await.remove(0);
    let version = desk.tx().version(&bulletin.id, 1).await.unwrap().unwrap();
    assert_eq!(version.attestation, "not_secret_unreadable");
}

async fn a_late_file_must_be_attested_again(store: Store) {
    let mut desk = commune(store).await;
    composed(&mut desk, LAN).await;
    let late = desk.send_file(LAN, "phu-luc.pdf", file("late", PLAN_PAGE, true)).await;
    assert!(late.said.contains("Độ mật?"), "{}", late.said);
    let preview = desk.talk(LAN, &["Không mật", "Trưởng thôn"]).await;
    assert!(preview.said.contains("phu-luc.pdf"), "{}", preview.said);
}

/// Composes `101/KH-UBND` of the province up to the question about the issuer, and answers it.
async fn numbered(desk: &mut Desk, account: &str, issuer: &str) -> Outcome {
    desk.talk(account, &["/vanban", "bỏ qua", "101/KH-UBND", "25/7/2025", issuer]).await
}

async fn the_same_document_is_asked_about_and_the_default_is_no(store: Store) {
    let mut desk = commune(store).await;
    numbered(&mut desk, LAN, "UBND tỉnh").await;
    let preview = desk.talk(LAN, &TYPED[4..]).await;
    desk.press(LAN, &preview.button("Gửi duyệt")).await;

    let own = numbered(&mut desk, MINH, "UBND xã").await;
    assert!(own.said.contains("Trích yếu"), "another issuer is another document: {}", own.said);
    let asked = numbered(&mut desk, MINH, "Ủy ban nhân dân tỉnh Thanh Mẫu").await;
    let words = "Đã có VB-2025-0001 (Lan, chờ duyệt). Gửi thêm vẫn được?";
    assert!(asked.said.contains(words), "{}", asked.said);
    let no = desk.say(MINH, "không").await;
    assert!(no.said.contains("Đã bỏ"), "{}", no.said);

    let asked = numbered(&mut desk, MINH, "UBND tỉnh").await;
    desk.press(MINH, &asked.button("Vẫn gửi thêm")).await;
    let preview = desk.talk(MINH, &TYPED[4..]).await;
    desk.press(MINH, &preview.button("Gửi duyệt")).await;
    assert_eq!(bulletins(&mut desk, Kind::Directive).await.len(), 2, "asked once, it is not asked again");
}

async fn a_document_that_came_in_between_is_asked_about_at_the_end(store: Store) {
    let mut desk = commune(store).await;
    let mut previews = Vec::new();
    for account in [LAN, MINH] {
        numbered(&mut desk, account, "UBND tỉnh").await;
        previews.push(desk.talk(account, &TYPED[4..]).await.button("Gửi duyệt"));
    }
    desk.press(LAN, &previews[0]).await;
    let asked = desk.press(MINH, &previews[1]).await;
    assert!(asked.said.contains("Đã có VB-2025-0001"), "{}", asked.said);
    let preview = desk.say(MINH, "có").await;
    desk.press(MINH, &preview.button("Gửi duyệt")).await;
    assert_eq!(bulletins(&mut desk, Kind::Directive).await.len(), 2);
}

async fn outside_the_window_the_next_opening_is_proposed(store: Store) {
    let mut desk = commune(store).await;
    desk.at = july(25, 22, 10);
    desk.say(LAN, "/thongbao").await;
    let asked = desk.talk(LAN, &["Họp dân", "Mời bà con họp.", "Không mật", "nhóm dân", "ngay"]).await;
    assert!(asked.said.contains("Ngoài khung giờ. Gửi lúc 06:00 ngày mai?"), "{}", asked.said);
    let preview = desk.say(LAN, "có").await;
    assert!(preview.said.contains("gửi 06:00 thứ Bảy, 26/7/2025; không yêu cầu xác nhận"), "{}", preview.said);

    // A heads' group rests on Saturday.
    desk.at = july(25, 16, 45);
    desk.say(MINH, "/vanban").await;
    let mut lines = TYPED;
    lines[10] = "7h";
    let asked = desk.talk(MINH, &lines).await;
    assert!(asked.said.contains("Ngoài khung giờ. Gửi lúc 06:30 thứ Hai, 28/7/2025?"), "{}", asked.said);
}

async fn hours_are_understood_or_asked_about(store: Store) {
    let mut desk = commune(store).await;
    desk.say(LAN, "/thongbao").await;
    desk.talk(LAN, &["Họp dân", "Mời bà con họp.", "Không mật", "nhóm dân"]).await;
    for (typed, answer) in [
        ("20/7", "20/7/2025 đã qua. Ý đồng chí là 20/7/2026?"),
        ("31/9", "Không có ngày 31/9/2025"),
        ("25h", "Không có giờ 25:00"),
        ("rằm", "xin nhập ngày dương"),
        ("hằng tuần 7h", "Hằng tuần vào thứ mấy?"),
        ("cuối tháng 16h", "Gửi một lần hay lặp lại hằng tháng?"),
        ("khi nào rảnh", "Không hiểu"),
        ("7.8", "nhiều cách"),
    ] {
        let outcome = desk.say(LAN, typed).await;
        assert!(outcome.said.contains(answer), "{typed}: {}", outcome.said);
    }
    let chosen = desk.say(LAN, "7h").await;
    assert!(chosen.said.contains("07:00 sáng mai, thứ Bảy 26/7"), "{}", chosen.said);
    assert!(chosen.said.contains("gửi 07:00 thứ Bảy, 26/7/2025"), "{}", chosen.said);
}

async fn a_wrong_answer_leaves_the_form_where_it_was(store: Store) {
    let mut desk = commune(store).await;
    desk.say(LAN, "/vanban").await;
    let long = "a".repeat(1_901);
    let steps: [(&str, &str, &str); 12] = [
        ("đây", "Bước này chờ tệp", "bỏ qua"),
        ("KH", "gõ cả ký hiệu", "/KH-UBND"),
        ("31/9/2025", "Không có ngày đó", "7/2025"),
        ("?", "Không hiểu tên cơ quan", "địa phương"),
        ("…", "trích yếu", "Tuyên truyền"),
        (&long, "1901", "bỏ qua"),
        ("gấp lắm", "bấm nút hoặc gõ số", "Hỏa tốc"),
        ("10", "phải ghi lý do", "bão số 10"),
        ("chắc là không", "phải chọn", "Không mật"),
        ("thôn 99", "Không có đơn vị", "Trưởng thôn"),
        ("31/9", "Không có ngày 31/9", "không cần"),
        ("31/9", "Không có ngày 31/9", "thứ hai 7h30"),
    ];
    for (wrong, answer, right) in steps {
        let asked = desk.say(LAN, "").await;
        assert!(!asked.said.is_empty() && desk.say(LAN, "  ").await.said == asked.said, "nothing is no answer");
        let again = desk.say(LAN, wrong).await;
        assert!(again.said.contains(answer), "{wrong}: {}", again.said);
        desk.say(LAN, right).await;
    }
    let done = desk.say(LAN, "gửi duyệt").await;
    assert!(done.said.contains("Chờ duyệt"), "{}", done.said);
}

async fn a_form_is_left_by_a_word_or_a_command(store: Store) {
    let mut desk = commune(store).await;
    for way in ["thôi", "Huỷ", "/huy"] {
        let first = desk.send_file(LAN, "a.pdf", file(way, PLAN_PAGE, true)).await;
        let left = desk.say(LAN, way).await;
        assert!(left.said.contains("Đã bỏ"), "{way}: {}", left.said);
        assert!(!has_file(&mut desk, way).await, "a file nobody needs stays");
        let old = desk.press(LAN, &first.button("Bỏ qua")).await;
        assert_eq!(old.response.toast.as_deref(), Some("Nút này đã cũ."));
    }
    desk.say(LAN, "/vanban").await;
    let replaced = desk.say(LAN, "/thongbao").await;
    assert!(replaced.said.contains("Đã bỏ bản đang soạn dở") && replaced.said.contains("Tiêu đề"), "{}", replaced.said);
    let word = desk.say(LAN, "thông báo").await;
    assert!(word.said.contains("Nội dung thông báo"), "a command without its slash is a word: {}", word.said);
}

async fn a_form_goes_back_a_step(store: Store) {
    let mut desk = commune(store).await;
    desk.say(LAN, "/vanban").await;
    let back = desk.talk(LAN, &["bỏ qua", "/KH-UBND", "7/2025", "quay lại"]).await;
    assert!(back.said.contains("Ngày ban hành?"), "{}", back.said);
    let back = desk.talk(LAN, &["quay lại", "quay lại", "quay lại"]).await;
    assert!(back.said.contains("117/2025/QH15"), "{}", back.said);
    let preview = desk.talk(LAN, &TYPED).await;
    let hour = desk.press(LAN, &preview.button("Sửa giờ")).await;
    assert!(hour.said.contains("Giờ gửi?"), "{}", hour.said);
    let preview = desk.say(LAN, "thứ hai 8h").await;
    assert!(preview.said.contains("gửi 08:00 thứ Hai, 28/7/2025; hạn 17:00 thứ Ba, 29/7/2025"), "{}", preview.said);
}

async fn only_composers_compose_and_only_where_it_is_private(store: Store) {
    let mut desk = commune(store).await;
    let head = desk.say(BINH, "/vanban").await;
    assert!(head.said.contains("người soạn"), "{}", head.said);
    for account in [BINH, DUNG] {
        desk.send_file(account, "a.pdf", file("not wanted", PLAN_PAGE, true)).await;
    }
    desk.send_file_in(&group("-201"), LAN, "a.pdf", file("not wanted", PLAN_PAGE, true)).await;
    assert!(!has_file(&mut desk, "not wanted").await);
    let group = desk.say_in(&group("-101"), LAN, "/vanban").await;
    assert!(group.said.contains("tin nhắn riêng"), "{}", group.said);
    let photo = desk.send_file(LAN, "anh.jpg", file("photo", "", false)).await;
    assert!(!has_file(&mut desk, "photo").await && !photo.said.contains("Số, ký hiệu"), "a picture starts nothing");
}

async fn a_file_that_cannot_be_fetched_is_named(store: Store) {
    let mut desk = commune(store).await;
    desk.say(LAN, "/vanban").await;
    let reason = "Bad Request: file is too big".to_owned();
    let failed = desk.send_file(LAN, "a.pdf", Fetched::NotFetched { reason }).await;
    assert!(failed.said.contains("Không tải được tệp") && failed.said.contains("Bỏ qua"), "{}", failed.said);
    let next = desk.send_file(LAN, "a.pdf", file("pdf", PLAN_PAGE, true)).await;
    assert!(next.said.contains("Số, ký hiệu"), "{}", next.said);
}

async fn residents_never_see_a_restricted_document(store: Store) {
    let mut desk = commune(store).await;
    desk.say(LAN, "/vanban").await;
    let page = format!("LƯU HÀNH NỘI BỘ\n{PLAN_PAGE}");
    desk.send_file(LAN, "a.pdf", file("pdf", &page, true)).await;
    let mut lines = TYPED[1..].to_vec();
    lines[7] = "nhóm dân";
    let refused = desk.talk(LAN, &lines[..8]).await;
    assert!(refused.said.contains("không gửi nhóm dân"), "{}", refused.said);
    let next = desk.say(LAN, "Trưởng thôn").await;
    assert!(next.said.contains("Hạn xác nhận?"), "{}", next.said);
}

async fn an_announcement_is_shorter(store: Store) {
    let mut desk = commune(store).await;
    desk.say(LAN, "/thongbao").await;
    let preview = desk.talk(LAN, &["Họp dân", "19h thứ Sáu tại nhà văn hóa.", "1", "1", "8h sáng mai"]).await;
    assert!(preview.said.contains("THÔNG BÁO – UBND XÃ MẪU"), "{}", preview.said);
    assert!(!preview.said.contains("Đã nhận"), "residents are asked nothing: {}", preview.said);
    let done = desk.say(LAN, "1").await;
    assert!(done.said.contains("TB-2025-0001 – Chờ duyệt"), "{}", done.said);
}

async fn an_hour_that_passed_under_the_preview_is_asked_again(store: Store) {
    let mut desk = commune(store).await;
    let preview = composed(&mut desk, LAN).await;
    desk.at = july(28, 9, 0);
    let asked = desk.press(LAN, &preview.button("Gửi duyệt")).await;
    assert!(asked.said.contains("Giờ gửi đã qua") && asked.said.contains("Giờ gửi?"), "{}", asked.said);
    let preview = desk.say(LAN, "10h").await;
    let done = desk.press(LAN, &preview.button("Gửi duyệt")).await;
    assert!(done.said.contains("10:00 thứ Hai, 28/7/2025"), "{}", done.said);
}

async fn a_restart_in_the_middle_loses_nothing(store: Store) {
    let mut desk = commune(store).await;
    let first = desk.send_file(LAN, "a.pdf", file("pdf", PLAN_PAGE, true)).await;
    let mut desk = desk.restarted().await;
    let next = desk.press(LAN, &first.button("Đúng: …/KH-UBND")).await;
    assert!(next.said.contains("Kế hoạch số …/KH-UBND") && next.said.contains("Ngày ban hành?"), "{}", next.said);
    let mut desk = desk.restarted().await;
    let preview = desk.talk(LAN, &TYPED[2..]).await;
    let mut desk = desk.restarted().await;
    desk.press(LAN, &preview.button("Gửi duyệt")).await;
    let bulletin = bulletins(&mut desk, Kind::Directive).await.remove(0);
    assert_eq!(desk.tx().version_files(&bulletin.id, 1).await.unwrap()[0].file_name, "a.pdf");
}

async fn a_row_of_another_version_ends_the_form_and_says_so(store: Store) {
    let mut desk = commune(store).await;
    desk.say(LAN, "/vanban").await;
    let tx = desk.tx();
    let chat = tx.chat_by_external(GATEWAY, LAN).await.unwrap().unwrap();
    let mut row = tx.dialogue(&chat.id, LAN).await.unwrap().unwrap();
    row.data = r#"{"step":"an older shape"}"#.to_owned();
    tx.put_dialogue(&row).await.unwrap();
    let lost = desk.say(LAN, "bỏ qua").await;
    assert!(lost.said.contains("không đọc lại được"), "{}", lost.said);
    let again = desk.say(LAN, "/vanban").await;
    assert!(again.said.contains("117/2025/QH15") && !again.said.contains("soạn dở"), "{}", again.said);
}

async fn the_plan_in_force_is_the_default_and_its_themes_are_offered(store: Store) {
    let mut desk = commune(store).await;
    import_plan(&mut desk).await;
    desk.say(LAN, "/vanban").await;
    let asked = desk.talk(LAN, &TYPED).await;
    assert!(asked.said.contains("Thuộc kế hoạch") && asked.said.contains("ND5 "), "{}", asked.said);
    let wrong = desk.say(LAN, "chủ đề nào cũng được").await;
    assert!(wrong.said.contains("Thuộc kế hoạch"), "{}", wrong.said);
    let preview = desk.press(LAN, &wrong.button("ND2")).await;
    assert!(preview.said.contains("Kế hoạch: ha-long-2025, ND2"), "{}", preview.said);
    desk.press(LAN, &preview.button("Gửi duyệt")).await;
    let bulletin = bulletins(&mut desk, Kind::Directive).await.remove(0);
    let version = desk.tx().version(&bulletin.id, 1).await.unwrap().unwrap();
    assert_eq!((version.plan_code.as_deref(), version.theme.as_deref()), (Some("ha-long-2025"), Some("ND2")));
}

async fn an_office_composes_in_its_own_group(store: Store) {
    let mut desk = commune(store).await;
    let first = desk.send_file_in(&group("-301"), LAN, "a.pdf", file("pdf", PLAN_PAGE, true)).await;
    assert!(first.said.contains("Số, ký hiệu"), "{}", first.said);
    let other = desk.say_in(&group("-301"), MINH, "/KH-UBND").await;
    assert!(!other.said.contains("Ngày ban hành"), "somebody else's words answer nothing: {}", other.said);
    let next = desk.say_in(&group("-301"), LAN, "/KH-UBND").await;
    assert!(next.said.contains("Ngày ban hành?"), "{}", next.said);
}

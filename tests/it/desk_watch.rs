//! Watching over a directive that reached seventeen of twenty-four groups, through the desk.

use std::fmt::Write as _;

use loa::cli::opened::Opened;
use loa::cli::status::{run_stats, run_status};
use loa::clock::{Clocks, TestClock};
use loa::domain::calendar::Millis;
use loa::domain::event::{ChatKind, ChatRef};
use loa::domain::org::{GroupKind, Role, UnitKind};
use loa::id::SeededEntropy;
use loa::store::{Store, Tx};
use loa::usecase::status::{self, Window};

use crate::db::sqlite_tests;
use crate::desk_stage::{Desk, enrol};
use crate::fixture::{self, AT, COMMUNE, GATEWAY};

sqlite_tests!(
    what_went_to_some_groups_is_said_with_the_doubts_and_the_failures,
    a_doubt_is_settled_by_its_button_and_only_once,
    a_doubt_is_settled_by_typing_the_number_of_its_group,
    a_repetition_that_arrives_counts_for_what_it_repeats,
    a_repetition_that_fails_leaves_the_doubt,
    everything_that_failed_is_repeated_at_once_but_no_doubt,
    the_sums_agree_with_the_bulletin_they_are_summed_from,
    who_has_not_confirmed_is_named_with_post_and_holder,
    a_reminder_asks_back_and_goes_out_once,
    a_reminder_can_be_called_off_by_a_word,
    without_a_code_the_last_one_sent_is_shown_and_said,
    where_residents_listen_only_sums_are_said,
    somebody_without_a_role_learns_nothing,
    what_goes_next_is_listed_with_weekday_and_state,
    the_command_line_prints_a_table_or_one_json_document,
);

async fn stats(desk: &mut Desk, window: Window) -> status::Stats {
    let (tx, act) = desk.parts();
    status::overall(tx, &act, window).await.unwrap()
}

async fn standing(desk: &mut Desk) -> status::BulletinStatus {
    let (tx, act) = desk.parts();
    let bulletin = tx.bulletin("b").await.unwrap().unwrap();
    status::of_bulletin(tx, &act, &bulletin).await.unwrap()
}

/// Twenty-four villages, each with a group and a delivery of VB-2025-0042: 1 to 17 are sent, 18 is in doubt, the token was
/// refused for the others. Villages 1 to 12 have confirmed, the first of them late. Composed by `p-son`.
async fn half_sent(store: &Store) -> Desk {
    let mut tx = fixture::village(store).await;
    enrol(&mut tx, "p-son", Some(Role::Composer)).await;
    enrol(&mut tx, "p-binh", None).await;
    let at = AT.0;
    let mut rows = format!(
        "INSERT INTO bulletins VALUES ('b', '{COMMUNE}', 'directive', 2025, 42, 'VB-2025-0042', 'approved', 1, 'p-son', 'u-xa', {at}, {at});
         INSERT INTO bulletin_versions (bulletin_id, version, title, title_folded, body, urgency, level, public, audience, \
           ack_required, ack_deadline, expires_at, attestation, envelope_hash, created_by, created_at) VALUES ('b', 1, \
           'Kế hoạch tuyên truyền', 'ke hoach', 'x', 'normal', 'local', 'cadres', 'thon', TRUE, {deadline}, {deadline}, \
           'not_secret', 'h', 'p-son', {at});
         INSERT INTO schedules (id, bulletin_id, version, fire_at, missed_policy, state, warned_at, created_at, updated_at)
         VALUES ('s', 'b', 1, {at}, 'ask', 'ended', NULL, {at}, {at});
         INSERT INTO broadcasts (id, bulletin_id, version, schedule_id, fire_at, state, ack_deadline, started_at, closed_at)
         VALUES ('x', 'b', 1, 's', {at}, 'running', {deadline}, {at}, NULL);
         INSERT INTO ladders VALUES ('x', 'normal', 'composer', NULL, FALSE, NULL, NULL);",
        deadline = at + 86_400_000,
    );
    for number in 1..=24 {
        village(&mut tx, &mut rows, number).await;
    }
    fixture::raw(&mut tx, &rows).await;
    Desk::over(store, tx, AT.plus_minutes(60), fixture::with_a_gateway(true, false)).await
}

/// One village's unit, group and chat, and the rows of its delivery and obligation.
async fn village(tx: &mut Tx, rows: &mut String, number: i64) {
    let code = format!("{number:02}");
    let unit = fixture::unit(&format!("u-{code}"), &code, UnitKind::Village);
    tx.upsert_unit(&unit).await.unwrap();
    let seat = fixture::seat(&format!("s-{code}"), &unit.id, loa::domain::org::SeatKind::Answering);
    tx.upsert_seat(&seat).await.unwrap();
    let chat = fixture::group_chat(tx, &format!("c-{code}"), &format!("-{code}")).await;
    let slot = fixture::group(&format!("gr-{code}"), &format!("{code}-CB"), GroupKind::Cadre);
    tx.upsert_group(&slot).await.unwrap();
    tx.bind_group(&slot.id, &chat.id, AT).await.unwrap();
    let (state, reason, sent_at, external) = match number {
        1..=17 => ("sent", "NULL", AT.0.to_string(), format!("'e{code}'")),
        18 => ("unknown", "'no_answer'", "NULL".to_owned(), "NULL".to_owned()),
        _ => ("failed", "'kicked'", "NULL".to_owned(), "NULL".to_owned()),
    };
    let (at, deadline) = (AT.0, AT.0 + 86_400_000);
    let confirmed = if number <= 12 { (AT.0 + number * 60_000).to_string() } else { "NULL".to_owned() };
    let standing = if number <= 12 { "acknowledged" } else { "awaiting" };
    let late = if number == 1 { "TRUE" } else { "FALSE" };
    write!(
        rows,
        "INSERT INTO deliveries (id, broadcast_id, chat_id, group_id) VALUES ('d-{code}', 'x', 'c-{code}', 'gr-{code}');
         INSERT INTO delivery_units VALUES ('d-{code}', 'u-{code}');
         INSERT INTO messages (id, purpose, gateway, chat_id, delivery_id, broadcast_id, lane, part, parts, body, buttons, state, \
           reason, due_at, attempts, external_id, sent_at, created_at) VALUES ('m-{code}', 'broadcast', '{GATEWAY}', 'c-{code}', \
           'd-{code}', 'x', 4, 1, 1, 'x', '', '{state}', {reason}, {at}, 1, {external}, {sent_at}, {at});
         INSERT INTO obligations VALUES ('o-{code}', 'x', 'u-{code}', 's-{code}', '{standing}', {deadline}, {confirmed}, {late}, FALSE);"
    )
    .unwrap();
}

/// The resend of a message, in a state.
async fn resent(desk: &mut Desk, id: &str, state: &str) {
    let sent = if state == "sent" { ("'e'", desk.at.0.to_string()) } else { ("NULL", "NULL".to_owned()) };
    let rows = format!(
        "INSERT INTO messages (id, purpose, gateway, chat_id, delivery_id, broadcast_id, lane, part, parts, body, buttons, \
           resend_of, state, reason, due_at, attempts, external_id, sent_at, created_at) \
         SELECT 'r-' || id, purpose, gateway, chat_id, delivery_id, broadcast_id, lane, part, parts, body, buttons, \
           id, '{state}', 'kicked', due_at, 1, {}, {}, created_at FROM messages WHERE id = '{id}'",
        sent.0, sent.1
    );
    fixture::raw(desk.tx(), &rows).await;
}

async fn what_went_to_some_groups_is_said_with_the_doubts_and_the_failures(store: Store) {
    let mut desk = half_sent(&store).await;
    let said = desk.say("p-son", "/trangthai vb 42").await;
    assert!(said.contains("Gửi một phần 17/24 nhóm; đã nhận 12/24 thôn"), "{said}");
    assert!(said.contains("không rõ 1, lỗi 6"), "{said}");
    assert!(said.contains("18. Nhóm 18-CB: không rõ, nền tảng không trả lời"), "{said}");
    assert!(said.contains("19. Nhóm 19-CB: bot không còn trong nhóm"), "{said}");
    assert!(said.contains("08:00 thứ Hai, 28/7/2025"), "{said}");
    assert!(!said.contains("Nhóm 05-CB"), "what is fine is only counted: {said}");
    let buttons = desk.buttons("p-son").await;
    let data: Vec<&str> = buttons.iter().map(|button| button.data.as_str()).collect();
    assert_eq!(data[..3], ["s:m-18", "r:m-18", "r:m-19"]);
    assert_eq!(data[data.len() - 2..], ["r:*x", "st:b"]);
    assert!(buttons[0].label.ends_with("Đã thấy trong nhóm") && data.iter().all(|data| data.len() <= 64));
}

async fn a_doubt_is_settled_by_its_button_and_only_once(store: Store) {
    let mut desk = half_sent(&store).await;
    assert_eq!(desk.press("p-son", "s:m-18").await.toast().as_deref(), Some("Đã ghi: nhóm đã có tin."));
    assert!(desk.press("p-son", "s:m-18").await.toast().unwrap().contains("không còn"));
    assert_eq!(desk.press("p-son", "st:b").await.toast(), None);
    let said = desk.last("p-son").await.unwrap().body;
    assert!(said.contains("18/24 nhóm") && !said.contains("thấy 18"), "{said}");
}

async fn a_doubt_is_settled_by_typing_the_number_of_its_group(store: Store) {
    let mut desk = half_sent(&store).await;
    assert_eq!(&*desk.say("p-son", "/trangthai vb42 thấy 18").await, "Đã ghi: nhóm đã có tin.");
    assert!(desk.say("p-son", "/trangthai vb42 thấy 18").await.contains("Nhóm số 18 không có gì cần xử lý"));
    assert!(desk.say("p-son", "/trangthai vb42 thấy 99").await.contains("Nhóm số 99"));
    assert!(desk.say("p-son", "/trangthai vb42").await.contains("18/24 nhóm"));
    assert!(desk.say("p-son", "/trangthai vb42 gửi lại 19").await.contains("1 nhóm"));
    assert!(desk.say("p-son", "/trangthai vb42").await.contains("lỗi 5, chờ gửi 1"));
}

async fn a_repetition_that_arrives_counts_for_what_it_repeats(store: Store) {
    let mut desk = half_sent(&store).await;
    for number in 18..=24 {
        resent(&mut desk, &format!("m-{number}"), "sent").await;
    }
    let said = desk.say("p-son", "/trangthai vb42").await;
    assert!(said.contains("Đã gửi 24/24 nhóm; đã nhận 12/24 thôn"), "{said}");
    assert_eq!(desk.buttons("p-son").await, []);
}

async fn a_repetition_that_fails_leaves_the_doubt(store: Store) {
    let mut desk = half_sent(&store).await;
    resent(&mut desk, "m-18", "failed").await;
    let counts = standing(&mut desk).await.broadcasts[0].counts;
    assert_eq!((counts.unknown, counts.failed), (1, 6));
    assert_eq!(stats(&mut desk, Window::ALL).await.deliveries, counts);
    desk.say("p-son", "/trangthai vb42").await;
    let buttons = desk.buttons("p-son").await;
    assert_eq!((buttons[0].data.as_str(), buttons[1].data.as_str()), ("s:m-18", "r:r-m-18"));
}

async fn everything_that_failed_is_repeated_at_once_but_no_doubt(store: Store) {
    let mut desk = half_sent(&store).await;
    assert!(desk.press("p-son", "r:*x").await.toast().unwrap().contains("6 nhóm"));
    assert!(desk.press("p-son", "r:*x").await.toast().unwrap().contains("không gửi thêm"));
    let counts = standing(&mut desk).await.broadcasts[0].counts;
    assert_eq!((counts.pending, counts.unknown, counts.failed), (6, 1, 0));
    assert!(desk.say("p-son", "/trangthai vb42").await.contains("Gửi một phần 17/24"));
}

async fn the_sums_agree_with_the_bulletin_they_are_summed_from(store: Store) {
    let mut desk = half_sent(&store).await;
    // A delivery that lost its file, one that was never filled, and one being sent.
    fixture::raw(
        desk.tx(),
        "INSERT INTO messages (id, purpose, gateway, chat_id, delivery_id, broadcast_id, lane, part, parts, body, buttons, state, \
           reason, due_at, attempts, created_at) VALUES ('m-17-2', 'broadcast', 'tele', 'c-17', 'd-17', 'x', 4, 2, 2, '', '', \
           'skipped', 'earlier_part_failed', 0, 0, 0);
         DELETE FROM messages WHERE id = 'm-24';
         UPDATE messages SET state = 'retry_wait', reason = NULL WHERE id = 'm-23';
         INSERT INTO messages (id, purpose, gateway, chat_id, broadcast_id, lane, part, parts, body, buttons, state, due_at, \
           attempts, external_id, sent_at, created_at) VALUES ('n', 'reminder', 'tele', 'c-17', 'x', 5, 1, 1, '', '', 'sent', 0, 1, \
           'e', 0, 0)",
    )
    .await;
    let sums = stats(&mut desk, Window::ALL).await;
    let status = standing(&mut desk).await;
    let broadcast = status.latest().unwrap();
    assert_eq!(sums.deliveries, broadcast.counts);
    assert_eq!(sums.obligations, broadcast.acknowledgements);
    assert_eq!(sums.platforms[GATEWAY], broadcast.counts);
    let counts = sums.deliveries;
    assert_eq!((counts.sent, counts.partial, counts.unknown, counts.failed), (16, 1, 1, 4));
    assert_eq!((counts.skipped, counts.pending, counts.total()), (1, 1, 24));
    assert_eq!((sums.groups, sums.reminders, broadcast.reminders), (24, 1, 1));
    // 1 to 12 minutes: the two in the middle are 6 and 7.
    assert_eq!((sums.median_minutes, sums.acknowledged_permille, sums.obligations.late), (Some(6), Some(500), 1));
    let nothing = stats(&mut desk, Window { from: AT.plus_ms(1), to: Millis(i64::MAX) }).await;
    assert_eq!((nothing.deliveries.total(), nothing.obligations.expected, nothing.median_minutes), (0, 0, None));
    assert_eq!(nothing.platforms[GATEWAY].total(), 0, "a gateway without deliveries is named");
}

async fn who_has_not_confirmed_is_named_with_post_and_holder(store: Store) {
    let mut desk = half_sent(&store).await;
    fixture::raw(
        desk.tx(),
        "UPDATE obligations SET state = 'awaiting', acknowledged_at = NULL, late = FALSE WHERE id = 'o-03';
         UPDATE obligations SET state = 'unreachable' WHERE id = 'o-24'",
    )
    .await;
    let said = desk.say("p-son", "/chuanhan vb42").await;
    assert!(said.contains("chưa xác nhận 13/24"), "{said}");
    let line = |name: &str| said.lines().find(|line| line.contains(name)).unwrap_or_default().to_owned();
    assert!(line("Đơn vị 03").contains("Trưởng thôn: Lê Văn Bình"), "{said}");
    assert!(line("Đơn vị 13").contains("khuyết"), "{said}");
    assert!(line("Đơn vị 24").contains("không tới"), "{said}");
    let buttons = desk.buttons("p-son").await;
    let data: Vec<&str> = buttons.iter().map(|button| button.data.as_str()).collect();
    assert_eq!((data.len(), data[0], data[1], data[26]), (27, "k:y:o-03", "k:n:o-03", "rm:x"), "{data:?}");
}

async fn a_reminder_asks_back_and_goes_out_once(store: Store) {
    let mut desk = half_sent(&store).await;
    assert_eq!(desk.press("p-son", "rm:x").await.toast(), None);
    let asked = desk.last("p-son").await.unwrap().body;
    assert!(asked.contains("Nhắc 12 đơn vị") && asked.contains("1. Có") && asked.contains("2. Không"), "{asked}");
    assert_eq!(desk.press("p-son", "rm:yes").await.toast(), None);
    let said = desk.last("p-son").await.unwrap().body;
    // Villages 13 to 17 have the message; what never arrived cannot be reminded of.
    assert!(said.contains("5 nhóm"), "{said}");
    assert_eq!(desk.press("p-son", "rm:yes").await.toast().as_deref(), Some("Nút này đã cũ."));
    let reminders = desk.tx().messages_to_chat("c-13", 10).await.unwrap();
    assert_eq!(reminders.len(), 2, "the directive and one reminder");
}

async fn a_reminder_can_be_called_off_by_a_word(store: Store) {
    let mut desk = half_sent(&store).await;
    desk.say("p-son", "/nhac vb42").await;
    assert!(desk.say("p-son", "để xem").await.contains("có (1) hoặc không (2)"));
    assert_eq!(&*desk.say("p-son", "Không").await, "Đã thôi, không nhắc.");
    assert_eq!(desk.tx().messages_to_chat("c-13", 10).await.unwrap().len(), 1);
    desk.say("p-son", "/nhac vb42").await;
    assert!(desk.say("p-son", "co").await.contains("5 nhóm"));
}

async fn without_a_code_the_last_one_sent_is_shown_and_said(store: Store) {
    let mut desk = half_sent(&store).await;
    enrol(desk.tx(), "p-quan", Some(Role::Viewer)).await;
    assert!(
        desk.say("p-son", "/trangthai").await.starts_with("Không ghi mã: xem tin đồng chí gửi gần nhất, VB-2025-0042.")
    );
    assert!(desk.say("p-quan", "/chuanhan").await.starts_with("Không ghi mã: xem tin xã gửi gần nhất, VB-2025-0042."));
    assert!(desk.say("p-quan", "/nhac").await.contains("cần quyền người soạn"), "a viewer only looks");
    assert!(desk.say("p-quan", "/trangthai VB-2025-0043").await.contains("VB-2025-0043"));
}

async fn where_residents_listen_only_sums_are_said(store: Store) {
    let mut desk = half_sent(&store).await;
    let group = ChatRef { external_id: "-05".to_owned(), kind: ChatKind::Group, title: String::new() };
    let said = desk.say_in(&group, "p-son", "/trangthai vb42").await;
    assert!(said.contains("17/24") && !said.contains("Đơn vị 13") && !said.contains("Nhóm 18-CB"), "{said}");
    let said = desk.say_in(&group, "p-son", "/chuanhan vb42").await;
    assert!(said.contains("12/24") && !said.contains("Trưởng thôn"), "{said}");
    assert_eq!(&*desk.say_in(&group, "somebody", "/trangthai vb42").await, "");
}

async fn somebody_without_a_role_learns_nothing(store: Store) {
    let mut desk = half_sent(&store).await;
    for text in ["/trangthai vb42", "/trangthai VB-2025-9999", "/lich", "/chuanhan vb42", "/nhac vb42"] {
        let said = desk.say("p-binh", text).await;
        assert!(said.contains("quyền") && !said.contains("VB-2025"), "{text}: {said}");
    }
    assert!(desk.press("p-binh", "s:m-18").await.toast().unwrap().contains("quyền"));
    assert_eq!(standing(&mut desk).await.broadcasts[0].counts.unknown, 1);
}

async fn what_goes_next_is_listed_with_weekday_and_state(store: Store) {
    let mut desk = half_sent(&store).await;
    let said = desk.say("p-son", "/lich").await;
    assert!(said.contains("Hôm nay không có tin hẹn gửi") && said.contains("Không có tin nào"), "{said}");
    let rows = format!(
        "UPDATE bulletins SET state = 'awaiting_approval' WHERE id = 'b'; \
         UPDATE schedules SET state = 'active', fire_at = {} WHERE id = 's'",
        AT.plus_days(2).0
    );
    fixture::raw(desk.tx(), &rows).await;
    let line = "• 08:00 thứ Tư, 30/7/2025: VB-2025-0042 (Thường) Kế hoạch tuyên truyền – chờ duyệt";
    for text in ["/lich", "/lich tuần", "/lich 30/7", "/lich thứ tư"] {
        let said = desk.say("p-son", text).await;
        assert!(said.ends_with(line), "{text}: {said}");
    }
    assert!(desk.say("p-son", "/lich mai").await.ends_with("Không có tin nào hẹn gửi."));
    assert!(desk.say("p-son", "/lich 31/9").await.contains("Không hiểu ngày"));
}

async fn the_command_line_prints_a_table_or_one_json_document(store: Store) {
    let desk = half_sent(&store).await;
    let house = desk.house.clone();
    desk.leave().await;
    let clocks = Clocks::test(&TestClock::at(AT));
    let opened = Opened { store, house, clocks, entropy: SeededEntropy::new(3), user: "root".to_owned() };
    let mut out = Vec::new();
    run_status("vb42", false, &opened, &mut out).await.unwrap();
    let text = String::from_utf8(std::mem::take(&mut out)).unwrap();
    assert!(text.contains("deliveries: 17 of 24 sent; unknown 1, failed 6"), "{text}");
    assert!(text.contains("12 of 24 acknowledged; awaiting 12, late 1"), "{text}");
    let doubt = text.lines().find(|line| line.contains("no_answer")).unwrap_or_default();
    assert!(doubt.starts_with("Nhóm 18-CB  cadre  tele     unknown  no_answer  Đơn vị 18"), "{text}");
    run_status("VB-2025-0042", true, &opened, &mut out).await.unwrap();
    let json: serde_json::Value = serde_json::from_slice(&std::mem::take(&mut out)).unwrap();
    assert_eq!((&json["code"], &json["broadcasts"][0]["counts"]["sent"]), (&"VB-2025-0042".into(), &17.into()));
    assert_eq!(json["broadcasts"][0]["deliveries"][17]["messages"][0]["doubted"], "m-18");
    run_stats(true, &opened, &mut out).await.unwrap();
    let json: serde_json::Value = serde_json::from_slice(&std::mem::take(&mut out)).unwrap();
    assert_eq!((&json["groups"], &json["platforms"]["tele"]["sent"]), (&24.into(), &17.into()));
    assert_eq!((&json["obligations"]["expected"], &json["deliveries"]["unknown"]), (&24.into(), &1.into()));
    run_stats(false, &opened, &mut out).await.unwrap();
    assert!(String::from_utf8(std::mem::take(&mut out)).unwrap().contains("half of them within  6 minutes"));
    let error = run_status("VB-2025-0043", false, &opened, &mut out).await.unwrap_err().to_string();
    assert!(error.contains("`VB-2025-0043`") && !error.contains('\n') && out.is_empty(), "{error}");
}

//! Anybody asks whether a bulletin is genuine.

use loa::domain::org::GroupKind;
use loa::store::Store;

use super::{ADMIN, FORGED, GROUP, HEAD, open, shout};
use crate::db::sqlite_tests;
use crate::desk_stage::Desk;
use crate::fixture::{self, AT};

sqlite_tests!(
    a_genuine_bulletin_is_shown_without_its_receivers,
    a_forged_code_is_called_forged,
    what_was_not_sent_does_not_exist,
    a_message_on_its_way_is_not_called_forged,
    the_version_shown_is_the_one_that_was_sent,
    a_recalled_bulletin_is_called_recalled,
    a_code_is_read_out_of_a_forwarded_text,
    a_resident_asks_in_a_group_and_gets_a_reply,
    several_years_mean_the_newest_and_several_kinds_are_asked_about,
    ten_wrong_codes_a_minute_are_enough,
    a_party_document_and_an_unknown_code_are_answered_alike,
    residents_are_told_their_own_title,
    who_counts_codes_is_answered_no_more_and_shown_to_the_admins,
    a_pasted_text_is_ours_word_for_word_or_its_changes_are_named,
    a_text_that_residents_were_not_sent_was_never_sent,
);

/// A bulletin of the year to a group of residents, with one message in the given state.
async fn bulletin(desk: &mut Desk, code: &str, bulletin_state: &str, message_state: &str) {
    bulletin_to(desk, "gr-dan", code, (bulletin_state, message_state)).await;
}

/// The same to a group.
async fn bulletin_to(desk: &mut Desk, group: &str, code: &str, states: (&str, &str)) {
    let (bulletin_state, message_state) = states;
    let residents = fixture::group("gr-dan", "03-DAN", GroupKind::Residents);
    desk.tx().upsert_group(&residents).await.unwrap();
    let kind = if code.starts_with("VB") { "directive" } else { "announcement" };
    let (year, seq) = (&code[3..7], code[8..].parse::<u32>().unwrap());
    let now = AT.0;
    let (reason, sent_at) = match message_state {
        "sent" => ("'seen'".to_owned(), now.to_string()),
        _ => ("'x'".to_owned(), "NULL".to_owned()),
    };
    fixture::raw(
        desk.tx(),
        &format!(
            "INSERT INTO chats (id, gateway, external_id, kind, title, state, created_at) \
             VALUES ('chat-03', 'tele', '-3', 'group', 'Nhóm mật danh', 'active', 1) ON CONFLICT DO NOTHING; \
             INSERT INTO bulletins (id, commune_id, kind, year, seq, code, state, version, composer_id, unit_id, created_at, updated_at) \
             VALUES ('{code}', 'commune', '{kind}', {year}, {seq}, '{code}', '{bulletin_state}', 1, 'p-quan', 'u-xa', 1, 1)"
        ),
    )
    .await;
    version(desk, code, 1, "Hỗ trợ cài đặt VNeID", "\\n  Thứ Sáu, tại nhà văn hóa thôn.\\nDòng hai.").await;
    fixture::raw(
        desk.tx(),
        &format!(
            "INSERT INTO schedules (id, bulletin_id, version, fire_at, missed_policy, state, created_at, updated_at) \
             VALUES ('s-{code}', '{code}', 1, {now}, 'skip', 'ended', 1, 1); \
             INSERT INTO broadcasts (id, bulletin_id, version, schedule_id, fire_at, state, started_at) \
             VALUES ('b-{code}', '{code}', 1, 's-{code}', {now}, 'running', {now}); \
             INSERT INTO deliveries (id, broadcast_id, chat_id, group_id) VALUES ('d-{code}', 'b-{code}', 'chat-03', '{group}'); \
             INSERT INTO messages (id, purpose, gateway, chat_id, delivery_id, broadcast_id, lane, part, parts, body, buttons, \
             state, reason, due_at, attempts, attempt_id, sent_at, created_at) \
             VALUES ('m-{code}', 'broadcast', 'tele', 'chat-03', 'd-{code}', 'b-{code}', 4, 1, 1, 'x', '', \
             '{message_state}', {reason}, 1, 1, 'a', {sent_at}, 1)"
        ),
    )
    .await;
}

async fn version(desk: &mut Desk, code: &str, version: u32, title: &str, body: &str) {
    let body = body.replace("\\n", "\n");
    fixture::raw(
        desk.tx(),
        &format!(
            "INSERT INTO bulletin_versions (bulletin_id, version, title, title_folded, body, urgency, level, public, audience, \
             ack_required, expires_at, attestation, envelope_hash, created_by, created_at) \
             VALUES ('{code}', {version}, '{title}', 'x', '{body}', 'normal', 'local', 'residents', 'thon@residents', \
             FALSE, 9999999999999, 'not_secret', 'x', 'p-quan', 1)"
        ),
    )
    .await;
}

async fn ask(desk: &mut Desk, text: &str) -> String {
    desk.say(HEAD, &format!("/xacminh {text}")).await;
    desk.news(HEAD).await
}

async fn a_genuine_bulletin_is_shown_without_its_receivers(store: Store) {
    let mut desk = open(&store).await;
    bulletin(&mut desk, "TB-2025-0107", "approved", "sent").await;
    let text = ask(&mut desk, "TB-2025-0107").await;
    for part in ["Tin thật: TB-2025-0107", "THÔNG BÁO – UBND xã", "08:00 thứ Hai, 28/7/2025", "Hỗ trợ cài đặt VNeID"]
    {
        assert!(text.contains(part), "{part} in {text}");
    }
    assert!(text.contains("Thứ Sáu, tại nhà văn hóa thôn.") && !text.contains("Dòng hai"), "{text}");
    for receiver in ["03-CB", "mật danh", "thon@", "Đơn vị 03"] {
        assert!(!text.contains(receiver), "{receiver} in {text}");
    }
    assert!(ask(&mut desk, "tb107").await.contains("Tin thật"), "typed as people type it");
}

async fn a_forged_code_is_called_forged(store: Store) {
    let mut desk = open(&store).await;
    bulletin(&mut desk, "TB-2025-0107", "approved", "sent").await;
    for text in ["TB-2025-9999", "VB-2025-0107", "TB-2024-0107", "abc", "🙂", "-107"] {
        assert_eq!(ask(&mut desk, text).await, FORGED, "{text}");
    }
    desk.say(HEAD, "/xacminh").await;
    assert!(desk.news(HEAD).await.contains("kèm mã ghi trong tin"));
}

async fn what_was_not_sent_does_not_exist(store: Store) {
    let mut desk = open(&store).await;
    for (seq, state) in ["pending", "retry_wait", "failed", "expired", "cancelled", "skipped"].iter().enumerate() {
        let code = format!("TB-2025-{:04}", seq + 1);
        bulletin(&mut desk, &code, "approved", state).await;
        assert_eq!(ask(&mut desk, &code).await, FORGED, "{state}");
    }
}

async fn a_message_on_its_way_is_not_called_forged(store: Store) {
    let mut desk = open(&store).await;
    for (seq, state) in ["sending", "unknown"].iter().enumerate() {
        let code = format!("TB-2025-{:04}", seq + 1);
        bulletin(&mut desk, &code, "approved", state).await;
        assert!(ask(&mut desk, &code).await.contains("Tin thật"), "{state}");
    }
}

async fn the_version_shown_is_the_one_that_was_sent(store: Store) {
    let mut desk = open(&store).await;
    bulletin(&mut desk, "TB-2025-0107", "awaiting_approval", "sent").await;
    version(&mut desk, "TB-2025-0107", 2, "Bản chưa duyệt", "Chưa ai được đọc").await;
    fixture::raw(desk.tx(), "UPDATE bulletins SET version = 2").await;
    let text = ask(&mut desk, "TB-2025-0107").await;
    assert!(text.contains("Hỗ trợ cài đặt") && !text.contains("chưa duyệt"), "{text}");
}

async fn a_recalled_bulletin_is_called_recalled(store: Store) {
    let mut desk = open(&store).await;
    bulletin(&mut desk, "TB-2025-0107", "withdrawn", "sent").await;
    bulletin(&mut desk, "TB-2025-0108", "superseded", "sent").await;
    let text = ask(&mut desk, "TB-2025-0107").await;
    assert!(text.contains("đã thu hồi") && !text.contains("Tin thật") && !text.contains("VNeID"), "{text}");
    let text = ask(&mut desk, "TB-2025-0108").await;
    assert!(text.contains("Tin thật") && text.contains("bản đính chính"), "{text}");
}

async fn a_code_is_read_out_of_a_forwarded_text(store: Store) {
    let mut desk = open(&store).await;
    bulletin(&mut desk, "TB-2025-0107", "approved", "sent").await;
    let text = ask(&mut desk, "UBND xã: bấm link nhận trợ cấp, mã TB-2025-9999").await;
    assert!(text.starts_with("Loa chưa gửi tin này."), "{text}");
    assert!(ask(&mut desk, "tin mã TB–2025–0107 có thật không?").await.contains("Tin thật"));
}

async fn a_resident_asks_in_a_group_and_gets_a_reply(store: Store) {
    let mut desk = open(&store).await;
    bulletin(&mut desk, "TB-2025-0107", "approved", "sent").await;
    shout(&mut desk, HEAD, "/xacminh TB-2025-0107").await;
    shout(&mut desk, HEAD, "/xacminh TB-2025-0001").await;
    let rows = desk.news_rows(GROUP).await;
    assert!(rows[0].body.contains("Tin thật") && rows[1].body == FORGED);
    assert!(rows.iter().all(|row| row.reply_to.is_some()), "as replies, so that it is clear who is meant");
}

async fn several_years_mean_the_newest_and_several_kinds_are_asked_about(store: Store) {
    let mut desk = open(&store).await;
    bulletin(&mut desk, "TB-2024-0042", "approved", "sent").await;
    bulletin(&mut desk, "TB-2025-0042", "approved", "sent").await;
    bulletin(&mut desk, "TB-2026-0042", "draft", "pending").await;
    assert!(ask(&mut desk, "tb42").await.contains("TB-2025-0042"));
    assert!(ask(&mut desk, "TB-2024-0042").await.contains("Tin thật: TB-2024-0042"));
    bulletin(&mut desk, "VB-2025-0042", "approved", "sent").await;
    let text = ask(&mut desk, "42").await;
    assert!(text.contains("TB-2025-0042") && text.contains("VB-2025-0042") && !text.contains("2026"), "{text}");
}

async fn ten_wrong_codes_a_minute_are_enough(store: Store) {
    let mut desk = open(&store).await;
    bulletin(&mut desk, "TB-2025-0107", "approved", "sent").await;
    for _ in 0..30 {
        assert!(ask(&mut desk, "TB-2025-0107").await.contains("Tin thật"), "right ones are never counted");
    }
    for _ in 0..10 {
        shout(&mut desk, HEAD, "/xacminh TB-2025-9999").await;
    }
    assert_eq!(desk.news_rows(GROUP).await.len(), 10);
    for _ in 0..10 {
        shout(&mut desk, HEAD, "/xacminh TB-2025-0107").await;
    }
    let rows = desk.news_rows(GROUP).await;
    assert!(rows.len() == 1 && rows[0].body.contains("chờ một phút"), "{rows:#?}");
    let mut desk = desk.restarted().await;
    shout(&mut desk, HEAD, "/xacminh TB-2025-0107").await;
    assert_eq!(desk.news(GROUP).await, "", "a restart forgives nobody");
    desk.at = desk.at.plus_minutes(1);
    shout(&mut desk, HEAD, "/xacminh TB-2025-0107").await;
    assert!(desk.news(GROUP).await.contains("Tin thật"));
}

async fn a_party_document_and_an_unknown_code_are_answered_alike(store: Store) {
    let mut desk = open(&store).await;
    bulletin_to(&mut desk, "gr-03", "VB-2025-0107", ("approved", "sent")).await;
    for code in ["VB-2025-0107", "107", "vb107", "VB-2025-0108"] {
        assert_eq!(ask(&mut desk, code).await, FORGED, "{code}");
    }
    // Of two with the number, only what residents may know is named.
    bulletin(&mut desk, "TB-2025-0107", "approved", "sent").await;
    assert!(ask(&mut desk, "107").await.contains("Tin thật: TB-2025-0107"));
    desk.say(ADMIN, "/xacminh VB-2025-0107").await;
    assert!(desk.news(ADMIN).await.contains("Tin thật: VB-2025-0107"), "officials among themselves read all");
    desk.say(ADMIN, "/xacminh VB-2025-0999").await;
    assert!(desk.news(ADMIN).await.starts_with("Không có tin mã này."));
    // In a group of residents the others read along.
    fixture::raw(
        desk.tx(),
        "INSERT INTO chats (id, gateway, external_id, kind, title, state, created_at) \
         VALUES ('chat-dan', 'tele', '-100', 'group', 'x', 'active', 1) ON CONFLICT DO NOTHING; \
         UPDATE groups SET chat_id = (SELECT id FROM chats WHERE external_id = '-100'), bound_at = 1 WHERE id = 'gr-dan'",
    )
    .await;
    shout(&mut desk, ADMIN, "/xacminh VB-2025-0107").await;
    assert_eq!(desk.news(GROUP).await, FORGED);
}

async fn residents_are_told_their_own_title(store: Store) {
    let mut desk = open(&store).await;
    bulletin(&mut desk, "TB-2025-0107", "approved", "sent").await;
    let own = "UPDATE bulletin_versions SET residents_body = 'Cài VNeID tại thôn' || char(10) || 'Mời bà con mang theo điện thoại.'";
    fixture::raw(desk.tx(), own).await;
    let text = ask(&mut desk, "TB-2025-0107").await;
    assert!(text.contains("Cài VNeID tại thôn\nMời bà con mang") && !text.contains("Hỗ trợ cài đặt"), "{text}");
}

async fn who_counts_codes_is_answered_no_more_and_shown_to_the_admins(store: Store) {
    let mut desk = open(&store).await;
    let mut answered = Vec::new();
    for number in 1..=40 {
        answered.push(!ask(&mut desk, &format!("TB-2025-{number:04}")).await.is_empty());
        desk.at = desk.at.plus_minutes(1);
    }
    assert_eq!(answered, [[true; 10], [true; 10], [true; 10], [false; 10]].concat(), "thirty a day are enough");
    let told = desk.news(ADMIN).await;
    assert_eq!(told.matches("hôm nay đã 30 lần gõ mã").count(), 1, "{told}");
    desk.say(ADMIN, "/suckhoe").await;
    assert!(desk.news(ADMIN).await.contains("có người dò mã"));
    desk.at = desk.at.plus_days(1);
    assert_eq!(ask(&mut desk, "TB-2025-0041").await, FORGED, "the next day is another");
}

const SENT: &str =
    "Hỗ trợ cài đặt VNeID\n  Mời bà con tới nhà văn hóa 7h30 ngày 01/9, lệ phí 0 đồng, hỏi ĐT 0912 345 678.";

async fn a_pasted_text_is_ours_word_for_word_or_its_changes_are_named(store: Store) {
    let mut desk = open(&store).await;
    bulletin(&mut desk, "TB-2025-0107", "approved", "sent").await;
    let body = SENT.split_once('\n').unwrap().1.trim();
    fixture::raw(desk.tx(), &format!("UPDATE bulletin_versions SET body = '{body}'")).await;
    // Forwarded to us in private, or pasted behind the command.
    desk.say(HEAD, SENT).await;
    assert_eq!(desk.news(HEAD).await, "✅ Đúng nguyên văn TB-2025-0107.");
    assert_eq!(ask(&mut desk, SENT).await, "✅ Đúng nguyên văn TB-2025-0107.");
    let forged = SENT.replace("0912 345 678", "0912 345 679").replace("0 đồng", "200.000đ") + " Bấm http://vneid.top";
    let text = ask(&mut desk, &forged).await;
    for part in ["Giống TB-2025-0107", "0912 345 679", "200.000đ", "http: / / vneid. top"] {
        assert!(text.contains(part), "{part} in {text}");
    }
    assert!(!text.contains("://") && !text.contains("7h30"), "{text}");
    let text = ask(&mut desk, &format!("{SENT} Chuyển tiếp giúp nhé")).await;
    assert!(text.contains("lời đã khác bản gốc"), "{text}");
    desk.say(HEAD, "Trúng thưởng xe máy, bấm vào nhan-qua.top để nhận").await;
    assert!(desk.news(HEAD).await.starts_with("Loa chưa gửi tin này."));
    fixture::raw(desk.tx(), "UPDATE bulletins SET state = 'withdrawn'").await;
    assert!(ask(&mut desk, SENT).await.contains("đã thu hồi"));
}

async fn a_text_that_residents_were_not_sent_was_never_sent(store: Store) {
    let mut desk = open(&store).await;
    bulletin_to(&mut desk, "gr-03", "VB-2025-0107", ("approved", "sent")).await;
    for text in [
        "Hỗ trợ cài đặt VNeID Thứ Sáu, tại nhà văn hóa thôn. Dòng hai.",
        "VB-2025-0107 Hỗ trợ cài đặt VNeID, Thứ Sáu ở thôn",
    ] {
        assert!(ask(&mut desk, text).await.starts_with("Loa chưa gửi tin này."), "{text}");
    }
}

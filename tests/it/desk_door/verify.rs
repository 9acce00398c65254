//! Anybody asks whether a bulletin is genuine.

use loa::store::Store;

use super::{FORGED, GROUP, HEAD, open, shout};
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
);

/// A bulletin of the year with one message in the given state.
async fn bulletin(desk: &mut Desk, code: &str, bulletin_state: &str, message_state: &str) {
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
             INSERT INTO deliveries (id, broadcast_id, chat_id, group_id) VALUES ('d-{code}', 'b-{code}', 'chat-03', 'gr-03'); \
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
    assert_eq!(text, FORGED);
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

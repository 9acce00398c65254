//! The control surface over HTTP, and the transcript.

use serde_json::{Value, json};

use super::Rig;

async fn act(rig: &Rig, verb: &str, body: Value) -> Value {
    let url = format!("{}/sandbox/{verb}", rig.sandbox.base_url());
    rig.http.post(url).json(&body).send().await.unwrap().json().await.unwrap()
}

async fn look(rig: &Rig, what: &str) -> String {
    let url = format!("{}/sandbox/{what}", rig.sandbox.base_url());
    rig.http.get(url).send().await.unwrap().text().await.unwrap()
}

#[tokio::test]
async fn a_whole_conversation_can_be_played_over_http() {
    let rig = Rig::new().await;
    let lan = act(&rig, "user", json!({ "first_name": "Lan" })).await["id"].as_i64().unwrap();
    let group = json!({ "title": "Nhóm Thôn 3", "kind": "group", "members": [lan] });
    let chat = act(&rig, "group", group).await["id"].as_i64().unwrap();
    act(&rig, "join", json!({ "chat": chat, "user": rig.bot() })).await;
    let said = act(&rig, "say", json!({ "person": lan, "chat": chat, "text": "chào" })).await["message_id"].clone();
    rig.ok("sendMessage", json!({ "chat_id": chat, "text": "VB-2025-0042", "reply_markup": super::ack_keyboard("a") }))
        .await;
    let pressed = act(&rig, "press", json!({ "person": lan, "chat": chat, "button": "✅ Đã nhận" })).await;
    assert!(pressed["callback_query_id"].is_string(), "{pressed}");
    let url =
        format!("{}/sandbox/send-file?person={lan}&chat={chat}&name=a%20b.pdf&caption=xem", rig.sandbox.base_url());
    let sent: Value = rig.http.post(url).body("noi dung").send().await.unwrap().json().await.unwrap();
    assert!(sent["message_id"].is_i64(), "{sent}");
    act(&rig, "forward", json!({ "person": lan, "from_chat": chat, "message": said, "to_chat": lan })).await;
    let new = act(&rig, "migrate", json!({ "chat": chat })).await["id"].as_i64().unwrap();
    assert_eq!(act(&rig, "kick", json!({ "chat": new, "user": rig.bot() })).await, json!({ "ok": true }));
    let shown = look(&rig, &format!("show?chat={chat}")).await;
    assert!(shown.contains("📎 a b.pdf (8 B)") && shown.contains("[ ✅ Đã nhận ]"), "{shown}");
    let info: Value = serde_json::from_str(&look(&rig, "info").await).unwrap();
    assert_eq!(info["tokens"], json!(rig.sandbox.tokens()));
    let sent: Value = serde_json::from_str(&look(&rig, "sent").await).unwrap();
    assert_eq!(sent[0]["text"], json!("VB-2025-0042"));
    let messages: Value = serde_json::from_str(&look(&rig, &format!("messages?chat={new}")).await).unwrap();
    assert_eq!(messages[0]["service"], json!(true));
}

#[tokio::test]
async fn faults_are_armed_listed_and_cleared_over_http() {
    let rig = Rig::new().await;
    let fault = json!({ "method": "getMe", "kind": { "what": "too_many_requests", "retry_after": 9 } });
    act(&rig, "faults", json!({ "faults": [fault] })).await;
    assert_eq!(rig.err("getMe", json!({})).await, "429 Too Many Requests: retry after 9");
    rig.ok("getMe", json!({})).await;
    let listed: Value = serde_json::from_str(&look(&rig, "faults").await).unwrap();
    assert_eq!(listed[0]["nth"], json!(1));
    let counts: Value = serde_json::from_str(&look(&rig, "counts").await).unwrap();
    assert_eq!(counts["refused_429"]["getme"], json!(1));
    act(&rig, "faults", json!({})).await;
    assert_eq!(look(&rig, "faults").await, "[]");
}

#[tokio::test]
async fn what_people_cannot_do_is_an_error_with_a_reason() {
    let rig = Rig::new().await;
    let (chat, binh) = rig.group().await;
    let cases = [
        ("say", json!({ "person": 1, "chat": chat, "text": "a" }), "there is no user 1"),
        ("say", json!({ "person": binh, "chat": -1, "text": "a" }), "there is no chat -1"),
        ("press", json!({ "person": binh, "chat": chat, "button": "x" }), "there is no button `x` in chat"),
        ("migrate", json!({ "chat": chat }), "is not that kind of chat"),
        ("fly", json!({}), "unknown variant `fly`"),
        ("say", json!({ "person": "binh" }), "invalid type"),
        ("group", json!({ "title": "a", "id": chat }), "exists already"),
    ];
    for (verb, body, reason) in cases {
        let answer = act(&rig, verb, body).await;
        assert!(answer["error"].as_str().is_some_and(|e| e.contains(reason)), "{verb}: {answer}");
    }
}

#[tokio::test]
async fn the_transcript_reads_like_the_chat() {
    let rig = Rig::new().await;
    let (chat, binh) = rig.group().await;
    let markup = json!({ "inline_keyboard": [[
        { "text": "✅ Đã nhận", "callback_data": "a" }, { "text": "⚠ Vướng mắc", "callback_data": "b" },
    ]] });
    let text = "🔵 <b>VĂN BẢN CHỈ ĐẠO</b>\nMã: VB-2025-0042\n\n⏰ Hạn: trước 17h00 thứ Ba, 29/7/2025";
    let body = json!({ "chat_id": chat, "text": text, "parse_mode": "HTML", "reply_markup": markup });
    let id = rig.ok("sendMessage", body).await["message_id"].as_i64().unwrap();
    rig.pass(22 * 60_000);
    rig.people.say(binh, chat, "Thôn 3 đã nhận a", Some(id)).unwrap();
    let query = rig.people.press(binh, chat, None, "✅ Đã nhận").unwrap();
    rig.ok("answerCallbackQuery", json!({ "callback_query_id": query, "text": "Đã ghi nhận" })).await;
    rig.people.press(binh, chat, None, "⚠ Vướng mắc").unwrap();
    rig.people.send_file(binh, chat, "bien-ban.pdf", vec![0; 1_300_000], None).unwrap();
    let wall = rig.send(chat, "Đã nhận: 1/24").await;
    rig.pass(86_400_000);
    let note = rig.send(chat, "nhầm").await;
    rig.ok("deleteMessage", json!({ "chat_id": chat, "message_id": note })).await;
    rig.pass(8 * 60_000);
    rig.ok("editMessageText", json!({ "chat_id": chat, "message_id": wall, "text": "Đã nhận: 2/24" })).await;
    insta::assert_snapshot!(rig.people.show(chat).unwrap(), @r"
    ── Nhóm Trưởng thôn (supergroup, 2 members) ──
    · 28/07/2025 ·
    07:30 * Bình added Loa xã
    07:30 Loa xã 🤖
        🔵 VĂN BẢN CHỈ ĐẠO
        Mã: VB-2025-0042

        ⏰ Hạn: trước 17h00 thứ Ba, 29/7/2025
        [ ✅ Đã nhận ] [ ⚠ Vướng mắc ]
    07:52 Bình
        ↩ Loa xã: 🔵 VĂN BẢN CHỈ ĐẠO…
        Thôn 3 đã nhận a
    07:52 * Bình pressed [ ✅ Đã nhận ] → 💬 Đã ghi nhận
    07:52 * Bình pressed [ ⚠ Vướng mắc ]
    07:52 Bình
        📎 bien-ban.pdf (1.2 MB)
    07:52 Loa xã 🤖 (edited 29/07 08:00)
        Đã nhận: 2/24
    · 29/07/2025 ·
    07:52 Loa xã 🤖
        (deleted)
    ");
}

#[tokio::test]
async fn a_private_chat_is_shown_from_either_side() {
    let rig = Rig::new().await;
    let lan = rig.person("Lan");
    rig.people.say(lan, rig.bot(), "/start", None).unwrap();
    let shown = rig.people.show(lan).unwrap();
    assert_eq!(shown, rig.people.show_private(rig.bot(), lan).unwrap());
    assert!(shown.starts_with("── Lan (private) ──"), "{shown}");
}

//! The documented error codes, one by one.

use loa_sandbox::zalo_bot::{ErrorStatus, IdleAnswer, Quirks, ZaloBotFault, ZaloBotFaultKind, ZaloBotLimits};
use serde_json::{Value, json};

use super::Rig;

fn text(chat: &str) -> Value {
    json!({ "chat_id": chat, "text": "a" })
}

#[tokio::test]
async fn code_400_is_a_wrong_path_or_parameter() {
    let rig = Rig::new().await;
    let answer = rig.http.get(format!("{}/getMe", rig.sandbox.base_url())).send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 400);
    assert_eq!(answer.json::<Value>().await.unwrap()["error_code"], json!(400));
    let put = rig.http.put(rig.url("getMe")).send().await.unwrap();
    assert_eq!(put.status().as_u16(), 400);
    assert_eq!(rig.err("sendMessage", json!({ "text": "a" })).await, 400);
    let broken = rig.http.post(rig.url("getMe")).header("content-type", "application/json").body("{");
    assert_eq!(broken.send().await.unwrap().status().as_u16(), 400);
}

#[tokio::test]
async fn code_401_is_a_token_that_is_wrong_killed_or_reissued() {
    let rig = Rig::new().await;
    let url = |token: &str| format!("{}/bot{token}/getMe", rig.sandbox.base_url());
    let status = async |token: &str| rig.http.get(url(token)).send().await.unwrap().status().as_u16();
    let old = rig.people.token();
    for wrong in ["1:abc", "nothing", &format!("{old}x")] {
        assert_eq!(status(wrong).await, 401, "{wrong}");
    }
    let new = rig.people.reissue_token();
    assert_eq!((status(&old).await, status(&new).await), (401, 200));
    assert_eq!(rig.sandbox.tokens().join(" "), new);
    rig.people.set_faults(vec![ZaloBotFault::next("getMe", ZaloBotFaultKind::Unauthorized)]);
    assert_eq!((status(&new).await, status(&new).await), (401, 401));
    assert_eq!(rig.people.counts().refused[&401], 5);
}

#[tokio::test]
async fn code_403_is_what_a_group_without_the_bot_answers_unless_told_otherwise() {
    let rig = Rig::new().await;
    let (chat, ..) = rig.group();
    rig.people.remove_bot(&chat).unwrap();
    assert_eq!(rig.err("sendMessage", text(&chat)).await, 403);
    for code in [400_u16, 404] {
        rig.people.set_quirks(|quirks| quirks.removed_code = code);
        assert_eq!(rig.err("sendMessage", text(&chat)).await, i64::from(code));
    }
    assert!(rig.updates().await.is_empty(), "nobody tells the bot");
}

#[tokio::test]
async fn code_404_is_an_unknown_chat_method_or_webhook() {
    let rig = Rig::new().await;
    let stranger = rig.people.add_person(None, "Mẫu Văn Chưa Nhắn").unwrap();
    for chat in [stranger.as_str(), "zgr-0000", "-1001"] {
        assert_eq!(rig.err("sendMessage", text(chat)).await, 404, "{chat}");
    }
    assert_eq!(rig.err("sendDocument", json!({})).await, 404);
    assert_eq!(rig.err("getWebhookInfo", json!({})).await, 404);
}

#[tokio::test]
async fn code_408_ends_an_idle_poll_with_the_status_it_is_told() {
    let rig = Rig::new().await;
    let poll = json!({ "timeout": 0 });
    let (status, answer) = rig.call("getUpdates", poll.clone()).await;
    assert_eq!((status, &answer["ok"], &answer["error_code"]), (408, &json!(false), &json!(408)));
    rig.people.set_quirks(|quirks| quirks.idle = IdleAnswer::Timeout { status: 200 });
    let (status, answer) = rig.call("getUpdates", poll.clone()).await;
    assert_eq!((status, &answer["error_code"]), (200, &json!(408)));
    rig.people.set_quirks(|quirks| quirks.idle = IdleAnswer::Empty);
    assert_eq!(rig.call("getUpdates", poll).await, (200, json!({ "ok": true })));
    assert!(rig.people.counts().refused.is_empty(), "idle is no refusal");
}

#[tokio::test]
async fn code_426_is_a_webhook_tested_too_often() {
    let rig = Rig::with(|config| config.quirks.test_webhook = true).await;
    assert_eq!(rig.err("testWebhook", json!({})).await, 404);
    let mut got = rig.hooked(Vec::new()).await;
    got.next().await;
    assert_eq!(rig.ok("testWebhook", json!({})).await["status"], json!("SUCCESS"));
    assert_eq!(got.next().await.json()["event_name"], json!("webhook.test"));
    assert_eq!(rig.err("testWebhook", json!({})).await, 426);
    rig.pass(60_000);
    rig.ok("testWebhook", json!({})).await;
}

#[tokio::test]
async fn code_429_is_a_quota_that_is_used_up_and_names_no_wait() {
    let rig = Rig::with(|config| config.limits = Some(ZaloBotLimits { monthly: 1, ..ZaloBotLimits::BASIC })).await;
    let (chat, ..) = rig.group();
    rig.send(&chat, "a").await;
    let response = rig.http.post(rig.url("sendMessage")).json(&text(&chat)).send().await.unwrap();
    assert_eq!(response.status().as_u16(), 429);
    assert!(response.headers().get("retry-after").is_none());
    let answer: Value = response.json().await.unwrap();
    assert_eq!((&answer["error_code"], answer.as_object().unwrap().len()), (&json!(429), 3), "{answer}");
}

#[tokio::test]
async fn errors_may_come_with_http_200() {
    let quirks = Quirks { error_status: ErrorStatus::Ok, ..Quirks::default() };
    let rig = Rig::with(|config| config.quirks = quirks).await;
    let (status, answer) = rig.call("sendMessage", text("zgr-00")).await;
    assert_eq!((status, &answer["ok"], &answer["error_code"]), (200, &json!(false), &json!(404)));
}

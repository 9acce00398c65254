//! Sending limits, counted on a clock that the test moves.

use loa_sandbox::telegram::{GroupKind, Limits};
use rstest::rstest;
use serde_json::json;

use super::Rig;

/// `n` groups the bot is in.
fn groups(rig: &Rig, n: usize) -> Vec<i64> {
    let owner = rig.person("Lan");
    let make =
        |i| rig.people.add_group(None, &format!("Thôn {i}"), GroupKind::Supergroup, &[owner, rig.bot()]).unwrap();
    (1..=n).map(make).collect()
}

/// Seconds to wait, or `None` when the message went out.
async fn try_send(rig: &Rig, chat: i64) -> Option<i64> {
    let response =
        rig.http.post(rig.url("sendMessage")).json(&json!({ "chat_id": chat, "text": "a" })).send().await.unwrap();
    let header = response.headers().get("retry-after").map(|v| v.to_str().unwrap().to_owned());
    let status = response.status().as_u16();
    let answer: serde_json::Value = response.json().await.unwrap();
    if status == 200 {
        return None;
    }
    let wait = answer["parameters"]["retry_after"].as_i64().unwrap();
    assert_eq!((status, &answer["error_code"]), (429, &json!(429)));
    assert_eq!(answer["description"], json!(format!("Too Many Requests: retry after {wait}")));
    assert_eq!(header, Some(wait.to_string()));
    Some(wait)
}

#[tokio::test]
async fn a_bot_sends_thirty_in_any_second_and_is_shut_out_three_seconds_for_more() {
    let rig = Rig::strict().await;
    let chats = groups(&rig, 33);
    for chat in &chats[..30] {
        assert_eq!(try_send(&rig, *chat).await, None);
    }
    rig.pass(999);
    assert_eq!(try_send(&rig, chats[30]).await, Some(3), "the window slides, it does not refill");
    rig.pass(1);
    assert_eq!(try_send(&rig, chats[30]).await, Some(3), "still shut out, 2.999 s left");
    rig.pass(2_999);
    assert_eq!(try_send(&rig, chats[30]).await, None);
    assert_eq!(rig.people.counts().refused_429["sendmessage"], 2);
    assert_eq!(rig.people.sent_log().len(), 31);
}

#[tokio::test]
async fn even_spacing_just_under_the_limit_is_never_refused() {
    let rig = Rig::strict().await;
    for chat in groups(&rig, 120) {
        assert_eq!(try_send(&rig, chat).await, None);
        rig.pass(34);
    }
}

#[tokio::test]
async fn one_chat_takes_one_message_a_second() {
    let rig = Rig::strict().await;
    let chats = groups(&rig, 2);
    assert_eq!(try_send(&rig, chats[0]).await, None);
    assert_eq!(try_send(&rig, chats[0]).await, Some(1));
    assert_eq!(try_send(&rig, chats[1]).await, None, "other chats are not concerned");
    rig.pass(999);
    assert_eq!(try_send(&rig, chats[0]).await, Some(1));
    rig.pass(1);
    assert_eq!(try_send(&rig, chats[0]).await, None);
}

#[tokio::test]
async fn a_group_takes_twenty_a_minute_with_edits_counted() {
    let rig = Rig::strict().await;
    let chat = groups(&rig, 1)[0];
    let id = rig.send(chat, "0").await;
    for n in 1..20 {
        rig.pass(1_000);
        rig.ok("editMessageText", json!({ "chat_id": chat, "message_id": id, "text": n.to_string() })).await;
    }
    rig.pass(1_000);
    assert_eq!(try_send(&rig, chat).await, Some(40), "the first of twenty leaves the window after a minute");
    let edit = json!({ "chat_id": chat, "message_id": id, "text": "z" });
    assert_eq!(rig.err("editMessageText", edit).await, "429 Too Many Requests: retry after 40");
    rig.pass(40_000);
    assert_eq!(try_send(&rig, chat).await, None);
}

#[tokio::test]
async fn a_private_chat_has_no_limit_by_the_minute() {
    let rig = Rig::strict().await;
    let lan = rig.person("Lan");
    rig.people.start(lan, None).unwrap();
    for _ in 0..25 {
        assert_eq!(try_send(&rig, lan).await, None);
        rig.pass(1_000);
    }
}

#[tokio::test]
async fn answers_to_presses_and_questions_are_not_limited() {
    let rig = Rig::strict().await;
    let (chat, binh) = rig.group().await;
    let markup = super::ack_keyboard("a");
    rig.ok("sendMessage", json!({ "chat_id": chat, "text": "a", "reply_markup": markup })).await;
    for _ in 0..40 {
        let query = rig.people.press(binh, chat, None, "a").unwrap();
        rig.ok("answerCallbackQuery", json!({ "callback_query_id": query })).await;
        rig.ok("getChat", json!({ "chat_id": chat })).await;
    }
}

#[rstest]
#[case(None, 60)]
#[case(Some(Limits { chat_per_second: 3, ..Limits::STRICT }), 3)]
#[tokio::test]
async fn the_tolerance_is_a_number_and_limits_can_be_off(#[case] limits: Option<Limits>, #[case] burst: usize) {
    let rig = Rig::with(|c| c.limits = limits).await;
    let chat = groups(&rig, 1)[0];
    for _ in 0..burst {
        assert_eq!(try_send(&rig, chat).await, None);
    }
    assert_eq!(try_send(&rig, chat).await.is_some(), limits.is_some());
}

#[tokio::test]
async fn slow_mode_holds_back_a_bot_that_is_no_admin() {
    let rig = Rig::new().await;
    let (chat, _) = rig.group().await;
    rig.people.set_slow_mode(chat, 30).unwrap();
    assert_eq!(try_send(&rig, chat).await, None);
    rig.pass(10_500);
    assert_eq!(try_send(&rig, chat).await, Some(20));
    rig.people.promote(chat, rig.bot()).unwrap();
    assert_eq!(try_send(&rig, chat).await, None);
}

#[tokio::test]
async fn the_same_large_file_uploaded_again_and_again_is_refused() {
    let rig = Rig::strict().await;
    let mut refused = 0;
    for chat in groups(&rig, 60) {
        let part = reqwest::multipart::Part::bytes(vec![1; 150_000]).file_name("kh.pdf");
        let form = reqwest::multipart::Form::new().text("chat_id", chat.to_string()).part("document", part);
        let response = rig.http.post(rig.url("sendDocument")).multipart(form).send().await.unwrap();
        refused += usize::from(response.status().as_u16() == 429);
        rig.pass(50);
    }
    assert!(refused > 0 && refused < 30, "{refused} of 60 refused");
}

#[tokio::test]
async fn webhooks_can_be_set_once_a_second() {
    let rig = Rig::strict().await;
    let body = json!({ "url": "http://127.0.0.1:9/hook" });
    rig.ok("setWebhook", body.clone()).await;
    assert_eq!(rig.err("setWebhook", body.clone()).await, "429 Too Many Requests: retry after 1");
    rig.pass(1_000);
    rig.ok("setWebhook", body).await;
}

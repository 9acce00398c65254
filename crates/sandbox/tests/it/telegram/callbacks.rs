//! Buttons: a press becomes a callback query, its answer a toast.

use serde_json::json;

use super::{Rig, ack_keyboard};

/// A group with one broadcast, its message id, and the presser.
async fn broadcast(rig: &Rig) -> (i64, i64, i64) {
    let (chat, binh) = rig.group().await;
    let body = json!({ "chat_id": chat, "text": "VB-2025-0042", "reply_markup": ack_keyboard("ack:7") });
    let id = rig.ok("sendMessage", body).await["message_id"].as_i64().unwrap();
    (chat, binh, id)
}

#[tokio::test]
async fn a_press_names_person_message_and_data_and_the_answer_is_shown() {
    let rig = Rig::new().await;
    let (chat, binh, id) = broadcast(&rig).await;
    let query = rig.people.press(binh, chat, Some(id), "✅ Đã nhận").unwrap();
    let update = rig.updates().await.remove(0);
    let press = &update["callback_query"];
    assert_eq!((press["id"].as_str(), press["data"].as_str()), (Some(query.as_str()), Some("ack:7")));
    assert_eq!((press["from"]["id"].as_i64(), press["message"]["message_id"].as_i64()), (Some(binh), Some(id)));
    assert!(press["chat_instance"].as_str().is_some_and(|s| !s.is_empty()));
    let answer = json!({ "callback_query_id": query, "text": "Đã ghi nhận 07:52", "show_alert": true });
    assert_eq!(rig.ok("answerCallbackQuery", answer).await, json!(true));
    let toast = rig.people.presses(chat).unwrap()[0].toast.clone().unwrap();
    assert_eq!((toast.text.as_str(), toast.alert), ("Đã ghi nhận 07:52", true));
}

#[tokio::test]
async fn the_latest_message_with_the_button_is_pressed_by_text_or_data() {
    let rig = Rig::new().await;
    let (chat, binh, first) = broadcast(&rig).await;
    rig.send(chat, "không có nút").await;
    rig.people.press(binh, chat, None, "ack:7").unwrap();
    assert_eq!(rig.people.presses(chat).unwrap()[0].message, first);
    assert!(rig.people.press(binh, chat, None, "Không có").is_err());
    let stranger = rig.person("Khách");
    assert!(rig.people.press(stranger, chat, None, "ack:7").is_err());
}

#[tokio::test]
async fn an_answer_that_comes_too_late_or_to_nobody_is_refused() {
    let rig = Rig::new().await;
    let (chat, binh, _) = broadcast(&rig).await;
    let query = rig.people.press(binh, chat, None, "ack:7").unwrap();
    let answer = json!({ "callback_query_id": query });
    let stale = "400 Bad Request: query is too old and response timeout expired or query ID is invalid";
    let long = json!({ "callback_query_id": query, "text": "a".repeat(201) });
    assert_eq!(rig.err("answerCallbackQuery", long).await, "400 Bad Request: MESSAGE_TOO_LONG");
    rig.pass(15_000);
    rig.ok("answerCallbackQuery", answer.clone()).await;
    rig.pass(1);
    assert_eq!(rig.err("answerCallbackQuery", answer).await, stale);
    assert_eq!(rig.err("answerCallbackQuery", json!({ "callback_query_id": "1" })).await, stale);
    assert_eq!(rig.err("answerCallbackQuery", json!({})).await, stale);
}

#[tokio::test]
async fn a_button_that_opens_an_address_tells_the_bot_nothing() {
    let rig = Rig::new().await;
    let (chat, binh) = rig.group().await;
    let markup = json!({ "inline_keyboard": [[{ "text": "Mở", "url": "https://halong.example" }]] });
    rig.ok("sendMessage", json!({ "chat_id": chat, "text": "a", "reply_markup": markup })).await;
    rig.people.press(binh, chat, None, "Mở").unwrap();
    assert!(rig.updates().await.is_empty());
    let local = json!({ "inline_keyboard": [[{ "text": "Mở", "url": "http://localhost/x" }]] });
    let refused = rig.err("sendMessage", json!({ "chat_id": chat, "text": "a", "reply_markup": local })).await;
    assert!(refused.ends_with("is invalid: Wrong HTTP URL"), "{refused}");
}

#[tokio::test]
async fn every_press_is_a_query_of_its_own() {
    let rig = Rig::new().await;
    let (chat, binh, _) = broadcast(&rig).await;
    let ids: std::collections::BTreeSet<_> =
        (0..50).map(|_| rig.people.press(binh, chat, None, "ack:7").unwrap()).collect();
    assert_eq!(ids.len(), 50);
}

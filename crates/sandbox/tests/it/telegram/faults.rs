//! Scripted faults: what the caller sees, and whether the effect took place.

use loa_sandbox::telegram::{Fault, FaultKind};
use serde_json::{Value, json};

use super::Rig;

/// Sends a text while a fault is armed: the answer, and how many messages were accepted.
async fn struck(rig: &Rig, chat: i64, kind: FaultKind) -> (reqwest::Result<reqwest::Response>, usize) {
    let before = rig.people.sent_log().len();
    rig.people.set_faults(vec![Fault::next("sendMessage", kind)]);
    let request = rig.http.post(rig.url("sendMessage")).json(&json!({ "chat_id": chat, "text": "a" }));
    let response = request.send().await;
    (response, rig.people.sent_log().len() - before)
}

#[tokio::test]
async fn refusals_and_error_pages_come_with_or_without_the_effect() {
    let rig = Rig::new().await;
    let (chat, _) = rig.group().await;
    let page = |delivered| FaultKind::HtmlError { status: 502, delivered };
    let restart = |delivered| FaultKind::Restart { delivered };
    let gone = FaultKind::error(400, "Bad Request: CHAT_WRITE_FORBIDDEN");
    let cases = [
        (FaultKind::TooManyRequests { retry_after: 7 }, 429, 0),
        (page(false), 502, 0),
        (page(true), 502, 1),
        (restart(false), 500, 0),
        (restart(true), 500, 1),
        (gone, 400, 0),
    ];
    for (kind, status, sent) in cases {
        let (response, accepted) = struck(&rig, chat, kind.clone()).await;
        let response = response.unwrap();
        assert_eq!((response.status().as_u16(), accepted), (status, sent), "{kind:?}");
        let is_page = response.text().await.unwrap().starts_with("<html>");
        assert_eq!(is_page, matches!(kind, FaultKind::HtmlError { .. }));
    }
    assert_eq!(rig.people.counts().faults["sendmessage"], 6);
}

#[tokio::test]
async fn a_reset_connection_gives_no_answer_before_or_after_the_effect() {
    let rig = Rig::new().await;
    let (chat, _) = rig.group().await;
    for (kind, sent) in [(FaultKind::ResetBefore, 0), (FaultKind::ResetAfter, 1)] {
        let (response, accepted) = struck(&rig, chat, kind).await;
        assert!(response.unwrap_err().is_request(), "no response at all");
        assert_eq!(accepted, sent);
    }
    rig.send(chat, "sau đó vẫn chạy").await;
}

#[tokio::test]
async fn a_late_answer_is_given_up_by_an_impatient_caller_although_the_message_is_out() {
    let rig = Rig::new().await;
    let (chat, _) = rig.group().await;
    rig.people.set_faults(vec![Fault::next("sendMessage", FaultKind::Delay { ms: 60_000 })]);
    let request = rig.http.post(rig.url("sendMessage")).json(&json!({ "chat_id": chat, "text": "a" }));
    let error = request.timeout(std::time::Duration::from_millis(100)).send().await.unwrap_err();
    assert!(error.is_timeout());
    assert_eq!(rig.people.sent_log().len(), 1);
}

#[tokio::test]
async fn an_unparsable_success_still_names_the_message() {
    let rig = Rig::new().await;
    let (chat, _) = rig.group().await;
    let (response, accepted) = struck(&rig, chat, FaultKind::UnparsableSuccess).await;
    let answer: Value = response.unwrap().json().await.unwrap();
    assert_eq!((&answer["ok"], accepted), (&json!(true), 1));
    assert_eq!(answer["result"]["message_id"], json!(rig.people.sent_log()[0].message_id));
    assert!(serde_json::from_value::<teloxide::types::Message>(answer["result"].clone()).is_err());
    let (response, accepted) = struck(&rig, chat, FaultKind::TruncatedSuccess).await;
    let body = response.unwrap().text().await.unwrap();
    assert!(serde_json::from_str::<Value>(&body).is_err(), "{body}");
    assert_eq!(accepted, 1);
}

#[tokio::test]
async fn a_fault_counts_the_calls_it_matches() {
    let rig = Rig::new().await;
    let (chat, binh) = rig.group().await;
    rig.people.start(binh, None).unwrap();
    let fault = Fault::next("SENDmessage", FaultKind::TooManyRequests { retry_after: 1 }).in_chat(chat).from_call(2, 2);
    rig.people.set_faults(vec![fault]);
    let mut codes = Vec::new();
    for to in [chat, binh, chat, binh, chat, chat] {
        codes.push(rig.call("sendMessage", json!({ "chat_id": to, "text": "a" })).await.0.as_u16());
    }
    assert_eq!(codes, [200, 200, 429, 200, 429, 200]);
}

#[tokio::test]
async fn a_revoked_token_stays_revoked_and_a_kick_lasts() {
    let rig = Rig::new().await;
    let (chat, _) = rig.group().await;
    rig.people.set_faults(vec![Fault::next("sendMessage", FaultKind::Kicked).in_chat(chat)]);
    let kicked = "403 Forbidden: bot was kicked from the supergroup chat";
    for _ in 0..2 {
        assert_eq!(rig.err("sendMessage", json!({ "chat_id": chat, "text": "a" })).await, kicked);
    }
    rig.people.set_faults(vec![Fault::next("sendMessage", FaultKind::Unauthorized)]);
    assert_eq!(rig.err("sendMessage", json!({ "chat_id": chat, "text": "a" })).await, "401 Unauthorized");
    assert_eq!(rig.err("getMe", json!({})).await, "401 Unauthorized");
    rig.people.set_revoked(rig.bot(), false).unwrap();
    rig.ok("getMe", json!({})).await;
}

//! Scripted faults: what the caller sees, and whether the effect took place.

use std::time::Duration;

use loa_sandbox::zalo_bot::{ZaloBotFault, ZaloBotFaultKind};
use serde_json::{Value, json};

use super::Rig;

/// Sends a text while a fault is armed: the answer, and how many messages were accepted.
async fn struck(rig: &Rig, chat: &str, kind: ZaloBotFaultKind) -> (reqwest::Result<reqwest::Response>, usize) {
    let before = rig.people.sent_log().len();
    rig.people.set_faults(vec![ZaloBotFault::next("sendMessage", kind)]);
    let request = rig.http.post(rig.url("sendMessage")).json(&json!({ "chat_id": chat, "text": "a" }));
    let response = request.timeout(Duration::from_millis(300)).send().await;
    (response, rig.people.sent_log().len() - before)
}

fn error(code: i64, status: Option<u16>, delivered: bool) -> ZaloBotFaultKind {
    ZaloBotFaultKind::Error { code, status, description: String::new(), delivered }
}

#[tokio::test]
async fn refusals_and_error_pages_come_with_or_without_the_effect() {
    let rig = Rig::new().await;
    let (chat, ..) = rig.group();
    let page = |status, delivered| ZaloBotFaultKind::HtmlError { status, delivered };
    let cases = [
        (error(429, None, false), 429, 0),
        (error(403, Some(200), false), 200, 0),
        (error(408, None, true), 408, 1),
        (page(502, false), 502, 0),
        (page(504, true), 504, 1),
    ];
    for (kind, status, sent) in cases {
        let (response, accepted) = struck(&rig, &chat, kind.clone()).await;
        let response = response.unwrap();
        assert_eq!((response.status().as_u16(), accepted), (status, sent), "{kind:?}");
        let is_page = response.text().await.unwrap().starts_with("<html>");
        assert_eq!(is_page, matches!(kind, ZaloBotFaultKind::HtmlError { .. }));
    }
    assert_eq!(rig.people.counts().faults["sendMessage"], 5);
    assert!(rig.people.counts().refused.is_empty(), "a fault is no refusal by the rules");
}

#[tokio::test]
async fn a_hanging_call_is_never_answered() {
    let rig = Rig::new().await;
    let (chat, ..) = rig.group();
    for delivered in [false, true] {
        let (response, accepted) = struck(&rig, &chat, ZaloBotFaultKind::Hang { delivered }).await;
        assert!(response.unwrap_err().is_timeout());
        assert_eq!(accepted, usize::from(delivered));
    }
}

#[tokio::test]
async fn a_reset_connection_gives_no_answer_before_or_after_the_effect() {
    let rig = Rig::new().await;
    let (chat, ..) = rig.group();
    for (kind, sent) in [(ZaloBotFaultKind::ResetBefore, 0), (ZaloBotFaultKind::ResetAfter, 1)] {
        let (response, accepted) = struck(&rig, &chat, kind).await;
        assert!(response.unwrap_err().is_request(), "no response at all");
        assert_eq!(accepted, sent);
    }
}

#[tokio::test]
async fn a_success_may_be_late_unusual_broken_or_no_json() {
    let rig = Rig::new().await;
    let (chat, ..) = rig.group();
    let (response, sent) = struck(&rig, &chat, ZaloBotFaultKind::Delay { ms: 1 }).await;
    assert!(sent == 1 && response.unwrap().json::<Value>().await.unwrap()["ok"] == json!(true));
    let (response, sent) = struck(&rig, &chat, ZaloBotFaultKind::UnparsableSuccess).await;
    let unusual: Value = response.unwrap().json().await.unwrap();
    let id = rig.people.messages(&chat).unwrap().last().unwrap().id.clone();
    assert_eq!((sent, &unusual["ok"], &unusual["result"]["message_id"]), (1, &json!(true), &json!(id)));
    assert!(!unusual["result"]["date"].is_i64());
    for kind in [ZaloBotFaultKind::TruncatedSuccess, ZaloBotFaultKind::Garbage { delivered: true }] {
        let (response, sent) = struck(&rig, &chat, kind).await;
        let response = response.unwrap();
        assert_eq!((response.status().as_u16(), sent), (200, 1));
        assert!(serde_json::from_str::<Value>(&response.text().await.unwrap()).is_err());
    }
}

#[tokio::test]
async fn a_fault_strikes_the_calls_it_names_and_no_others() {
    let rig = Rig::new().await;
    let (group, ..) = rig.group();
    let lan = rig.friend().await;
    rig.people
        .set_faults(vec![ZaloBotFault::next("sendMessage", error(400, None, false)).in_chat(&group).from_call(2, 2)]);
    let mut answers = Vec::new();
    for chat in [&group, &lan, &group, &lan, &group, &group] {
        let (status, _) = rig.call("sendMessage", json!({ "chat_id": chat, "text": "a" })).await;
        answers.push(status);
    }
    assert_eq!(answers, [200, 200, 400, 200, 400, 200]);
}

#[tokio::test]
async fn the_bot_may_be_removed_in_the_moment_it_sends() {
    let rig = Rig::new().await;
    let (chat, ..) = rig.group();
    let (response, sent) = struck(&rig, &chat, ZaloBotFaultKind::Kicked).await;
    assert_eq!((response.unwrap().status().as_u16(), sent), (403, 0));
    assert!(rig.people.show(&chat).unwrap().contains("no bot"));
}

#[tokio::test]
async fn while_the_platform_is_down_nothing_goes_in_or_out_and_afterwards_everything_does() {
    let rig = Rig::with(|config| config.quirks.probe = loa_sandbox::zalo_bot::Probe::None).await;
    let (chat, binh, _) = rig.group();
    let mut got = rig.hooked(Vec::new()).await;
    rig.people.set_dark(Some(ZaloBotFaultKind::HtmlError { status: 502, delivered: false }));
    for method in ["getMe", "sendMessage", "getUpdates", "nothing"] {
        let response = rig.http.post(rig.url(method)).json(&json!({ "chat_id": chat, "text": "a" })).send().await;
        assert_eq!(response.unwrap().status().as_u16(), 502, "{method}");
    }
    rig.people.mention(&binh, &chat, "có ai không").unwrap();
    assert_eq!((rig.people.waiting(), rig.people.sent_log().len()), (1, 0));
    rig.people.set_dark(None);
    assert_eq!(got.next().await.json()["message"]["text"], json!("@Bot Xã Mẫu có ai không"));
    rig.send(&chat, "trở lại").await;
}

//! getUpdates: offsets, limits, kinds, waiting, conflicts.

use rstest::rstest;
use serde_json::{Value, json};

use super::Rig;

async fn poll(rig: &Rig, body: Value) -> Vec<i64> {
    let updates = rig.ok("getUpdates", body).await;
    updates.as_array().unwrap().iter().map(|u| u["update_id"].as_i64().unwrap()).collect()
}

/// A rig with five private messages waiting, and the first update id.
async fn five() -> (Rig, i64) {
    let rig = Rig::new().await;
    let lan = rig.person("Lan");
    for n in 1..=5 {
        rig.people.say(lan, lan, &format!("tin {n}"), None).unwrap();
    }
    let first = poll(&rig, json!({})).await[0];
    (rig, first)
}

#[tokio::test]
async fn updates_stay_until_an_offset_confirms_them() {
    let (rig, first) = five().await;
    assert_eq!(poll(&rig, json!({})).await.len(), 5);
    assert_eq!(poll(&rig, json!({ "limit": 2 })).await, [first, first + 1]);
    assert_eq!(poll(&rig, json!({ "offset": first + 3 })).await, [first + 3, first + 4]);
    assert_eq!(poll(&rig, json!({ "offset": 0 })).await.len(), 2, "no offset confirms nothing");
    assert!(poll(&rig, json!({ "offset": first + 5 })).await.is_empty());
    assert_eq!(rig.people.pending_updates(rig.bot()), 0);
}

#[tokio::test]
async fn an_update_put_in_as_text_is_sent_as_it_stands_until_its_number_is_confirmed() {
    let rig = Rig::new().await;
    rig.people.push_raw(r#"{"update_id":{id},"message":{"text":"\ud83d"}}"#);
    let ask = async |body: Value| {
        let answer = rig.http.post(rig.url("getUpdates")).json(&body).send().await.unwrap();
        answer.text().await.unwrap()
    };
    let said = ask(json!({})).await;
    assert!(
        said.starts_with(r#"{"ok":true,"result":[{"update_id":"#)
            && said.ends_with(r#","message":{"text":"\ud83d"}}]}"#),
        "{said}"
    );
    let number: i64 = said.split(['{', ':', ',']).find_map(|part| part.parse().ok()).unwrap();
    assert_eq!(ask(json!({ "offset": number + 1 })).await, r#"{"ok":true,"result":[]}"#);
}

#[tokio::test]
async fn a_negative_offset_keeps_only_the_last_updates() {
    let (rig, first) = five().await;
    assert_eq!(poll(&rig, json!({ "offset": -2 })).await, [first + 3, first + 4]);
    assert_eq!(poll(&rig, json!({})).await.len(), 2, "the others are forgotten");
}

#[tokio::test]
async fn updates_older_than_a_day_are_dropped() {
    let (rig, first) = five().await;
    rig.pass(86_399_999);
    let lan = rig.person("Mới");
    rig.people.say(lan, lan, "tin 6", None).unwrap();
    assert_eq!(poll(&rig, json!({})).await.len(), 6);
    rig.pass(1);
    assert_eq!(poll(&rig, json!({})).await, [first + 5]);
}

#[tokio::test]
async fn a_long_poll_returns_as_soon_as_something_happens() {
    let rig = Rig::new().await;
    let lan = rig.person("Lan");
    let say = async {
        rig.until_polling().await;
        rig.people.say(lan, lan, "có ai không", None).unwrap();
    };
    let (updates, ()) = tokio::join!(rig.ok("getUpdates", json!({ "timeout": 50 })), say);
    assert_eq!(updates[0]["message"]["text"], json!("có ai không"));
}

#[tokio::test]
async fn a_second_poller_ends_the_first() {
    let rig = Rig::new().await;
    let first = rig.call("getUpdates", json!({ "timeout": 50 }));
    let second = async {
        rig.until_polling().await;
        rig.ok("getUpdates", json!({})).await
    };
    let ((status, answer), _) = tokio::join!(first, second);
    assert_eq!(status.as_u16(), 409);
    let text = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running";
    assert_eq!(answer["description"], json!(text));
}

#[tokio::test]
async fn polling_conflicts_with_a_webhook_until_it_is_deleted() {
    let rig = Rig::new().await;
    rig.ok("setWebhook", json!({ "url": "http://127.0.0.1:9/never" })).await;
    let text = "409 Conflict: can't use getUpdates method while webhook is active; \
                use deleteWebhook to delete the webhook first";
    assert_eq!(rig.err("getUpdates", json!({})).await, text);
    rig.ok("deleteWebhook", json!({ "drop_pending_updates": true })).await;
    assert!(poll(&rig, json!({})).await.is_empty());
}

#[rstest]
#[case(json!(["callback_query"]), 0)]
#[case(json!(["message"]), 1)]
#[case(json!([]), 1)]
#[tokio::test]
async fn only_the_kinds_asked_for_are_queued(#[case] kinds: Value, #[case] expected: usize) {
    let rig = Rig::new().await;
    let lan = rig.person("Lan");
    poll(&rig, json!({ "allowed_updates": kinds })).await;
    rig.people.say(lan, lan, "a", None).unwrap();
    assert_eq!(poll(&rig, json!({})).await.len(), expected, "a call that does not say keeps the choice");
}

#[tokio::test]
async fn setting_a_webhook_ends_a_waiting_poll() {
    let rig = Rig::new().await;
    let set = async {
        rig.until_polling().await;
        rig.ok("setWebhook", json!({ "url": "http://127.0.0.1:9/never" })).await
    };
    let ((status, answer), _) = tokio::join!(rig.call("getUpdates", json!({ "timeout": 50 })), set);
    assert_eq!(status.as_u16(), 409);
    assert_eq!(answer["description"], json!("Conflict: terminated by setWebhook request"));
}

#[tokio::test]
async fn waiting_polls_end_when_the_sandbox_stops() {
    let rig = Rig::new().await;
    let poll = rig.http.post(rig.url("getUpdates")).json(&json!({ "timeout": 50 })).send();
    let poll = rig.tasks.spawn(poll);
    rig.until_polling().await;
    rig.sandbox.stop().await;
    let answer: Value = poll.await.unwrap().unwrap().json().await.unwrap();
    assert_eq!(answer["result"], json!([]));
}

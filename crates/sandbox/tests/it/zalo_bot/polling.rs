//! getUpdates: one update a call, no offset, and the two ways it was seen to misbehave.

use loa_sandbox::zalo_bot::Polling;
use serde_json::{Value, json};

use super::{Rig, SECRET};

#[tokio::test]
async fn a_poll_gives_one_update_as_an_object_and_gives_it_once() {
    let rig = Rig::new().await;
    let lan = rig.people.add_person(None, "Lan").unwrap();
    rig.people.say(&lan, "bot", "một", None).unwrap();
    rig.people.say(&lan, &lan, "hai", None).unwrap();
    for (text, timeout) in [("một", json!("30")), ("hai", json!(30))] {
        let update = rig.ok("getUpdates", json!({ "timeout": timeout, "offset": 0 })).await;
        assert_eq!(update["message"]["text"], json!(text));
    }
    assert_eq!(rig.err("getUpdates", json!({ "timeout": "0" })).await, 408);
    assert_eq!(rig.err("getUpdates", json!({ "timeout": "soon" })).await, 400);
}

#[tokio::test]
async fn a_waiting_poll_is_answered_as_soon_as_somebody_writes() {
    let rig = Rig::new().await;
    let lan = rig.people.add_person(None, "Lan").unwrap();
    let waiting = rig.ok("getUpdates", json!({ "timeout": "60" }));
    let speaking = async {
        rig.until(|people| people.polls() > 0).await;
        rig.people.say(&lan, "bot", "chào", None).unwrap();
    };
    let (update, ()) = tokio::join!(waiting, speaking);
    assert_eq!(update["message"]["text"], json!("chào"));
}

#[tokio::test]
async fn an_ordinary_client_answers_a_mention_and_hears_the_reply() {
    let rig = Rig::new().await;
    let (chat, binh, _) = rig.group();
    assert_eq!(rig.ok("getMe", json!({})).await["can_join_groups"], json!(true));
    rig.people.mention(&binh, &chat, "/trangthai").unwrap();
    let asked = rig.ok("getUpdates", json!({ "timeout": 30 })).await;
    let to = asked["message"]["chat"]["id"].as_str().unwrap();
    let answer = rig.send(to, "Chưa có bản tin nào").await;
    rig.people.say(&binh, &chat, "cảm ơn", Some(&answer)).unwrap();
    let heard = rig.ok("getUpdates", json!({ "timeout": 30 })).await;
    assert_eq!((&heard["message"]["text"], &heard["message"]["from"]["id"]), (&json!("cảm ơn"), &json!(binh)));
}

#[tokio::test]
async fn a_repeating_platform_answers_at_once_with_what_was_consumed() {
    let rig = Rig::with(|config| config.quirks.polling = Polling::Repeats).await;
    let lan = rig.people.add_person(None, "Lan").unwrap();
    rig.people.say(&lan, "bot", "một", None).unwrap();
    rig.people.say(&lan, "bot", "hai", None).unwrap();
    let mut ids = Vec::new();
    for _ in 0..6 {
        // A wait of an hour: an idle poll would not end.
        let update = rig.ok("getUpdates", json!({ "timeout": "3600" })).await;
        ids.push(update["message"]["message_id"].clone());
    }
    assert_ne!(ids[0], ids[1]);
    assert!(ids[2..].iter().all(|id| ids[..2].contains(id)), "{ids:?}");
    rig.people.say(&lan, "bot", "ba", None).unwrap();
    assert_eq!(rig.ok("getUpdates", json!({})).await["message"]["text"], json!("ba"), "news come first");
}

#[tokio::test]
async fn a_losing_platform_forgets_what_was_said_while_nobody_polled() {
    let rig = Rig::with(|config| config.quirks.polling = Polling::Loses { after_ms: 10_000 }).await;
    let lan = rig.people.add_person(None, "Lan").unwrap();
    rig.people.say(&lan, "bot", "lúc vắng", None).unwrap();
    rig.pass(10_001);
    rig.people.say(&lan, "bot", "vừa rồi", None).unwrap();
    let texts: Vec<Value> = rig.updates().await.iter().map(|update| update["message"]["text"].clone()).collect();
    assert_eq!(texts, [json!("vừa rồi")]);
    assert_eq!(rig.people.counts().lost, 1);
}

#[tokio::test]
async fn polling_and_a_webhook_exclude_each_other() {
    let rig = Rig::new().await;
    let (url, _got) = rig.receiver(Vec::new()).await;
    let waiting = rig.call("getUpdates", json!({ "timeout": "60" }));
    let setting = async {
        rig.until(|people| people.polls() > 0).await;
        rig.ok("setWebhook", json!({ "url": url, "secret_token": SECRET })).await;
    };
    let ((status, _), ()) = tokio::join!(waiting, setting);
    assert_eq!(status, 400, "the waiting poll ends");
    assert_eq!(rig.err("getUpdates", json!({ "timeout": "0" })).await, 400);
    rig.ok("deleteWebhook", json!({})).await;
    assert_eq!(rig.err("getUpdates", json!({ "timeout": "0" })).await, 408);
}

#[tokio::test]
async fn a_poll_that_waits_ends_when_its_token_is_replaced() {
    let rig = Rig::new().await;
    let waiting = rig.call("getUpdates", json!({ "timeout": "60" }));
    let replacing = async {
        rig.until(|people| people.polls() > 0).await;
        let _ = rig.people.reissue_token();
    };
    let ((status, _), ()) = tokio::join!(waiting, replacing);
    assert_eq!(status, 401);
}

#[tokio::test]
async fn stopping_ends_a_waiting_poll_idle() {
    let rig = Rig::new().await;
    let url = format!("{}?timeout=600", rig.url("getUpdates"));
    let request = rig.http.get(url);
    let waiting = async { request.send().await.unwrap().status().as_u16() };
    let stopping = async {
        rig.until(|people| people.polls() > 0).await;
        rig.sandbox.stop().await;
    };
    assert_eq!(tokio::join!(waiting, stopping).0, 408);
}

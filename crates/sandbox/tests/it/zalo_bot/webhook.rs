//! Webhook: how it is set, and what arrives there.

use loa_sandbox::zalo_bot::{BodyShape, Probe, Quirks, ZaloBotFault, ZaloBotFaultKind};
use rstest::rstest;
use serde_json::{Value, json};

use super::{Deliveries, MONDAY, Rig, SECRET};

async fn unprobed(change: impl FnOnce(&mut Quirks)) -> Rig {
    Rig::with(|config| {
        config.quirks.probe = Probe::None;
        change(&mut config.quirks);
    })
    .await
}

/// Waits until nothing is under way to the receiver.
async fn until_idle(rig: &Rig) {
    rig.until(|people| people.waiting() == 0).await;
}

async fn text_of(got: &mut Deliveries) -> Value {
    got.next().await.json()["message"]["text"].take()
}

#[tokio::test]
async fn events_are_posted_one_by_one_in_order_with_the_secret() {
    let rig = unprobed(|_| ()).await;
    let lan = rig.people.add_person(None, "Lan").unwrap();
    let mut got = rig.hooked(Vec::new()).await;
    rig.people.say(&lan, "bot", "một", None).unwrap();
    rig.people.say(&lan, "bot", "hai", None).unwrap();
    for text in ["một", "hai"] {
        let delivery = got.next().await;
        assert_eq!(delivery.secret.as_deref(), Some(SECRET));
        assert_eq!(delivery.kind.as_deref(), Some("application/json"));
        let update = delivery.json();
        assert_eq!(update["message"]["text"], json!(text), "the bare update, as captured live");
        assert_eq!(update["event_name"], json!("message.text.received"));
    }
    until_idle(&rig).await;
    assert_eq!(rig.people.counts().posted, 2);
}

#[rstest]
#[case(BodyShape::Bare, [false, false, false])]
#[case(BodyShape::Enveloped, [true, true, true])]
#[case(BodyShape::Mixed, [false, true, false])]
#[tokio::test]
async fn bodies_come_bare_in_an_envelope_or_both(#[case] bodies: BodyShape, #[case] enveloped: [bool; 3]) {
    let rig = unprobed(|quirks| quirks.bodies = bodies).await;
    let lan = rig.people.add_person(None, "Lan").unwrap();
    let mut got = rig.hooked(Vec::new()).await;
    for wrapped in enveloped {
        rig.people.say(&lan, "bot", "chào", None).unwrap();
        let body = got.next().await.json();
        until_idle(&rig).await;
        assert_eq!(body["ok"], if wrapped { json!(true) } else { Value::Null });
        let update = if wrapped { &body["result"] } else { &body };
        assert_eq!(update["message"]["text"], json!("chào"));
    }
}

#[tokio::test]
async fn a_new_address_is_probed_with_an_event_dated_in_seconds_from_nobody() {
    let rig = Rig::new().await;
    let mut got = rig.hooked(Vec::new()).await;
    let probe = got.next().await;
    assert_eq!(probe.secret.as_deref(), Some(SECRET));
    let message = json!({ "message_id": "webhook-test", "date": MONDAY / 1_000 });
    assert_eq!(probe.json(), json!({ "event_name": "webhook.test", "message": message }));
}

#[tokio::test]
async fn a_probe_may_be_an_empty_body_without_type_or_secret() {
    let rig = Rig::with(|config| config.quirks.probe = Probe::Empty).await;
    let mut got = rig.hooked(Vec::new()).await;
    let probe = got.next().await;
    assert_eq!((probe.secret, probe.kind, probe.body.len()), (None, None, 0));
}

#[tokio::test]
async fn the_address_is_kept_although_its_probe_failed() {
    let rig = Rig::new().await;
    let mut got = rig.hooked(vec![500]).await;
    got.next().await;
    let lan = rig.people.add_person(None, "Lan").unwrap();
    rig.people.say(&lan, "bot", "chào", None).unwrap();
    assert_eq!(text_of(&mut got).await, json!("chào"));
}

#[tokio::test]
async fn address_and_secret_are_both_needed_and_checked() {
    let rig = unprobed(|_| ()).await;
    let (url, _got) = rig.receiver(Vec::new()).await;
    let set = |url: &str, secret: &str| json!({ "url": url, "secret_token": secret });
    let long = "a".repeat(257);
    for body in [
        json!({ "url": url }),
        json!({ "secret_token": SECRET }),
        set(&url, "7-dấu"),
        set(&url, &long),
        set("http://loa.xa-mau.example/hook", SECRET),
        set("https://10.0.0.7/hook", SECRET),
        set("https://localhost/hook", SECRET),
    ] {
        assert_eq!(rig.err("setWebhook", body.clone()).await, 400, "{body}");
    }
    rig.ok("setWebhook", set("https://loa.xa-mau.example/hook", &long[1..])).await;
    rig.ok("setWebhook", set(&url, "8-dau-ok")).await;
}

#[tokio::test]
async fn its_info_names_address_and_time_and_nothing_else() {
    let rig = unprobed(|_| ()).await;
    assert_eq!(rig.err("getWebhookInfo", json!({})).await, 404, "there never was one");
    let (url, _got) = rig.receiver(Vec::new()).await;
    let set = rig.ok("setWebhook", json!({ "url": url, "secret_token": SECRET })).await;
    assert_eq!(set, json!({ "url": url, "updated_at": MONDAY }));
    assert_eq!(rig.ok("getWebhookInfo", json!({})).await, set);
    rig.pass(5);
    let deleted = json!({ "url": "", "updated_at": MONDAY + 5 });
    assert_eq!(rig.ok("deleteWebhook", json!({})).await, deleted);
    assert_eq!(rig.ok("getWebhookInfo", json!({})).await, deleted);
}

#[tokio::test]
async fn deleting_what_is_not_there_succeeds_or_not() {
    let rig = unprobed(|_| ()).await;
    rig.ok("deleteWebhook", json!({})).await;
    for code in [400_u16, 404] {
        rig.people.set_quirks(|quirks| quirks.delete_unset_code = Some(code));
        assert_eq!(rig.err("deleteWebhook", json!({})).await, i64::from(code));
    }
}

#[tokio::test]
async fn a_refused_event_is_lost_unless_the_platform_tries_again() {
    for (tries, arrived) in [(1, "hai"), (2, "một")] {
        let rig = unprobed(|quirks| quirks.webhook_tries = tries).await;
        let lan = rig.people.add_person(None, "Lan").unwrap();
        let mut got = rig.hooked(vec![503]).await;
        rig.people.say(&lan, "bot", "một", None).unwrap();
        rig.people.say(&lan, "bot", "hai", None).unwrap();
        assert_eq!(text_of(&mut got).await, json!("một"));
        assert_eq!(text_of(&mut got).await, json!(arrived));
        until_idle(&rig).await;
        assert_eq!(rig.people.counts().lost, u64::from(tries == 1));
    }
}

#[tokio::test]
async fn an_event_may_come_twice_or_not_at_all() {
    let rig = unprobed(|_| ()).await;
    let lan = rig.people.add_person(None, "Lan").unwrap();
    let mut got = rig.hooked(Vec::new()).await;
    rig.people.set_faults(vec![
        ZaloBotFault::next("webhook", ZaloBotFaultKind::Duplicate),
        ZaloBotFault::next("webhook", ZaloBotFaultKind::Lost).in_chat(&lan).from_call(2, 1),
    ]);
    for text in ["một", "hai", "ba"] {
        rig.people.say(&lan, "bot", text, None).unwrap();
    }
    let (first, second) = (got.next().await.json(), got.next().await.json());
    assert_eq!(first, second, "the same message id, so that it can be told");
    assert_eq!(text_of(&mut got).await, json!("ba"));
    assert_eq!(rig.people.counts().lost, 1);
}

#[tokio::test]
async fn what_waited_for_a_poll_is_posted_once_there_is_a_webhook() {
    let rig = unprobed(|_| ()).await;
    let lan = rig.people.add_person(None, "Lan").unwrap();
    rig.people.say(&lan, "bot", "từ trước", None).unwrap();
    let mut got = rig.hooked(Vec::new()).await;
    assert_eq!(text_of(&mut got).await, json!("từ trước"));
}

#[tokio::test]
async fn an_event_of_a_new_kind_can_be_played() {
    let rig = unprobed(|_| ()).await;
    let mut got = rig.hooked(Vec::new()).await;
    let strange = json!({ "event_name": "message.hologram.received", "message": [1, 2] });
    rig.people.tell(strange.clone());
    assert_eq!(got.next().await.json(), strange);
}

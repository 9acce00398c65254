//! The webhook (zalo-api.md B8): events, signatures, the ladder of redeliveries, and its meanness.

use std::sync::{Arc, Mutex};

use axum::{Router, body::Bytes, extract::State, http::HeaderMap, http::StatusCode, routing::post};

use loa_sandbox::zalo_oa::{Drive, OaControlError, Signing, SigningId, SigningSecret, SigningTime};
use rstest::rstest;
use serde_json::{Value, json};

use super::{JPEG, Rig, file_message, image_message, text, to_group};

/// One delivery as it came in.
#[derive(Debug, Clone)]
struct Got {
    headers: HeaderMap,
    body: String,
}

impl Got {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }
}

/// What the receiver was given, and the statuses it answers with, last first; 0 never answers.
#[derive(Debug, Clone, Default)]
struct Receiver {
    got: Arc<Mutex<Vec<Got>>>,
    script: Arc<Mutex<Vec<u16>>>,
    rang: Arc<tokio::sync::Notify>,
}

impl Receiver {
    fn answers(&self, statuses: &[u16]) {
        *self.script.lock().unwrap() = statuses.iter().rev().copied().collect();
    }

    fn take(&self) -> Vec<Got> {
        std::mem::take(&mut self.got.lock().unwrap())
    }

    /// The texts of what came since the last look.
    fn texts(&self) -> Vec<String> {
        self.take().iter().map(|got| text(&got.json()["message"]["text"])).collect()
    }
}

async fn receive(State(receiver): State<Receiver>, headers: HeaderMap, body: Bytes) -> StatusCode {
    receiver.got.lock().unwrap().push(Got { headers, body: String::from_utf8(body.to_vec()).unwrap() });
    receiver.rang.notify_one();
    let status = receiver.script.lock().unwrap().pop().unwrap_or(200);
    if status == 0 {
        std::future::pending::<()>().await;
    }
    StatusCode::from_u16(status).unwrap()
}

/// Starts a receiver, not yet known to the stand-in; returns its address.
async fn listen(rig: &Rig) -> (Receiver, String) {
    let receiver = Receiver::default();
    let app = Router::new().route("/zalo", post(receive)).with_state(receiver.clone());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/zalo", listener.local_addr().unwrap());
    rig.tasks.spawn(async move { axum::serve(listener, app).await.unwrap() });
    (receiver, url)
}

/// A receiver whose address was saved; the probe is already read.
async fn hooked(rig: &Rig) -> Receiver {
    let (receiver, url) = listen(rig).await;
    rig.people.set_webhook(&url).await.unwrap();
    receiver.take();
    receiver
}

#[tokio::test]
async fn saving_the_address_probes_it_unsigned_and_only_200_will_do() {
    let rig = Rig::new().await;
    let (receiver, url) = listen(&rig).await;
    receiver.answers(&[500]);
    assert!(matches!(rig.people.set_webhook(&url).await, Err(OaControlError::Probe(_))));
    assert_eq!(rig.people.webhook(), None);
    rig.people.set_webhook(&url).await.unwrap();
    let probe = receiver.take().pop().unwrap();
    assert_eq!((probe.body.as_str(), probe.header("X-ZEvent-Signature")), ("{}", None));
    assert_eq!(rig.people.webhook(), Some(url));
}

#[tokio::test]
async fn every_word_of_a_member_reaches_the_webhook_with_its_quote() {
    let rig = Rig::new().await;
    let (group, binh) = rig.group();
    let receiver = hooked(&rig).await;
    let code = rig.send(&group, "VB-2025-0042").await;
    let said = rig.people.say(&binh, &group, "hôm nay mưa", Some(&code)).unwrap();
    assert_eq!(rig.people.tick().await, 2);
    let got = receiver.take();
    let event = got[1].json();
    assert_eq!(event["event_name"], json!("user_send_group_text"));
    assert_eq!((&event["sender"]["id"], &event["recipient"]["id"]), (&json!(binh), &json!(group)));
    assert_eq!(event["message"], json!({ "msg_id": said, "text": "hôm nay mưa", "quote_msg_id": code }));
    assert_eq!((&event["app_id"], &event["oa_id"]), (&json!(rig.sandbox.app_id()), &json!(rig.sandbox.oa_id())));
    assert_eq!(event["timestamp"], json!(rig.now().to_string()));
    assert!(event["user_id_by_app"].is_string() && event.get("sender_name").is_none());
}

#[tokio::test]
async fn the_accounts_own_sends_come_back_as_echoes() {
    let rig = Rig::new().await;
    let (group, _) = rig.group();
    let receiver = hooked(&rig).await;
    let sent = rig.send(&group, "chào").await;
    rig.ok("/v3.0/oa/group/message", to_group(&group, image_message(&rig.image().await, "ảnh"))).await;
    rig.ok("/v3.0/oa/group/message", to_group(&group, file_message(&rig.pdf().await))).await;
    rig.people.tick().await;
    let events: Vec<_> = receiver.take().iter().map(Got::json).collect();
    let names: Vec<_> = events.iter().map(|event| text(&event["event_name"])).collect();
    assert_eq!(names, ["oa_send_group_text", "oa_send_group_image", "oa_send_group_file"]);
    assert_eq!(
        (&events[0]["sender"]["id"], &events[0]["recipient"]["id"]),
        (&json!(rig.sandbox.oa_id()), &json!(group))
    );
    assert_eq!(events[0]["message"]["msg_id"], json!(sent));
}

#[tokio::test]
async fn each_kind_of_message_has_its_event() {
    let rig = Rig::new().await;
    let (group, binh) = rig.group();
    let people = &rig.people;
    people.send_photo(&binh, &group, JPEG.to_vec(), None).unwrap();
    people.send_file(&binh, &group, "bb.PDF", b"%PDF".to_vec()).unwrap();
    people.send_sticker(&binh, &group, "like").unwrap();
    people.send_link(&binh, &group, "https://vidu.example").unwrap();
    for kind in ["audio", "video", "business_card", "gif", "location"] {
        people.send_other(&binh, &group, kind).unwrap();
    }
    let events = people.events();
    let names: Vec<_> = events.iter().skip(1).map(|event| text(&event["event_name"])).collect();
    let kinds = ["image", "file", "sticker", "link", "audio", "video", "business_card", "gif", "location"];
    assert_eq!(names, kinds.map(|kind| format!("user_send_group_{kind}")));
    let file = &events[2]["message"]["attachments"][0];
    assert_eq!((&file["type"], &file["payload"]["name"]), (&json!("file"), &json!("bb.PDF")));
    assert_eq!((&file["payload"]["size"], &file["payload"]["type"]), (&json!("4"), &json!("pdf")));
    let fetched = rig.http.get(text(&file["payload"]["url"])).send().await.unwrap();
    assert_eq!(fetched.bytes().await.unwrap(), "%PDF");
}

#[tokio::test]
async fn private_messages_and_follows_have_events_of_their_own() {
    let rig = Rig::new().await;
    let binh = rig.follower("Bình");
    let said = rig.people.say_to_oa(&binh, "/vanban", None).unwrap();
    rig.people.file_to_oa(&binh, "vb.pdf", b"%PDF".to_vec()).unwrap();
    rig.people.photo_to_oa(&binh, JPEG.to_vec(), None).unwrap();
    rig.ok("/v3.0/oa/message/cs", json!({ "recipient": { "user_id": binh }, "message": { "text": "đã nhận" } })).await;
    rig.people.unfollow(&binh).unwrap();
    rig.people.follow(&binh).unwrap();
    let events = rig.people.events();
    let names: Vec<_> = events.iter().map(|event| text(&event["event_name"])).collect();
    let expected = ["user_send_text", "user_send_file", "user_send_image", "oa_send_text", "unfollow", "follow"];
    assert_eq!(names, expected);
    let first = &events[0];
    assert_eq!((&first["sender"]["id"], &first["recipient"]["id"]), (&json!(binh), &json!(rig.sandbox.oa_id())));
    assert_eq!(first["message"]["msg_id"], json!(said));
    assert_eq!(events[5]["follower"]["id"], json!(binh));
    assert_eq!(events[3]["user_id_by_app"], first["user_id_by_app"]);
}

#[rstest]
#[case(SigningSecret::OaSecretKey, SigningTime::Body, SigningId::AppId, true)]
#[case(SigningSecret::AppSecret, SigningTime::Body, SigningId::AppId, true)]
#[case(SigningSecret::OaSecretKey, SigningTime::Header, SigningId::AppId, true)]
#[case(SigningSecret::OaSecretKey, SigningTime::Body, SigningId::OaId, true)]
#[case(SigningSecret::AppSecret, SigningTime::Header, SigningId::OaId, false)]
#[tokio::test]
async fn each_variant_of_the_signature_can_be_had(
    #[case] secret: SigningSecret,
    #[case] time: SigningTime,
    #[case] id: SigningId,
    #[case] prefix: bool,
) {
    let rig = Rig::new().await;
    let (group, binh) = rig.group();
    let receiver = hooked(&rig).await;
    rig.people.set_signing(Signing { secret, time, id, prefix });
    rig.people.say(&binh, &group, "đã nhận", None).unwrap();
    rig.pass(1_234);
    rig.people.tick().await;
    let got = receiver.take().pop().unwrap();
    let secret =
        if secret == SigningSecret::AppSecret { rig.sandbox.app_secret() } else { rig.sandbox.oa_secret_key() };
    let id = if id == SigningId::OaId { rig.sandbox.oa_id() } else { rig.sandbox.app_id() };
    let inside = text(&got.json()["timestamp"]);
    let time = if time == SigningTime::Header { got.header("X-ZEvent-Timestamp").unwrap() } else { &inside };
    let mac = crate::sha256_hex(format!("{id}{}{time}{secret}", got.body).as_bytes());
    let expected = if prefix { format!("mac={mac}") } else { mac };
    assert_eq!(got.header("X-ZEvent-Signature"), Some(expected.as_str()));
    assert_eq!(time != inside, got.header("X-ZEvent-Timestamp").is_some());
}

#[tokio::test]
async fn a_refused_event_comes_again_after_30_s_5_15_30_and_60_minutes_and_is_then_given_up() {
    let rig = Rig::new().await;
    let (group, binh) = rig.group();
    let receiver = hooked(&rig).await;
    receiver.answers(&[500; 6]);
    rig.people.say(&binh, &group, "đã nhận", None).unwrap();
    rig.people.tick().await;
    let mut retries = vec![receiver.take().pop().unwrap().header("num_retry").map(str::to_owned)];
    for seconds in [30, 300, 900, 1_800, 3_600] {
        rig.pass(seconds * 1_000 - 1);
        rig.people.tick().await;
        assert!(receiver.take().is_empty(), "before {seconds} s");
        rig.pass(1);
        rig.people.tick().await;
        retries.push(receiver.take().pop().unwrap().header("num_retry").map(str::to_owned));
    }
    let expected = [None, Some("1"), Some("2"), Some("3"), Some("4"), Some("5")];
    assert_eq!(retries, expected.map(|number| number.map(str::to_owned)));
    let counts = rig.people.counts();
    assert_eq!((rig.people.waiting_events(), counts.events_refused, counts.events_given_up), (0, 6, 1));
}

#[tokio::test]
async fn an_answer_after_the_budget_is_no_answer() {
    let rig = Rig::with(|config| config.hook.budget_ms = 500).await;
    let (group, binh) = rig.group();
    let receiver = hooked(&rig).await;
    receiver.answers(&[0]);
    rig.people.say(&binh, &group, "đã nhận", None).unwrap();
    assert_eq!(rig.people.tick().await, 0);
    rig.pass(30_000);
    assert_eq!(rig.people.tick().await, 1);
    let got = receiver.take();
    assert_eq!(got[0].body, got[1].body);
}

#[rstest]
#[case(201)]
#[case(301)]
#[case(404)]
#[tokio::test]
async fn only_200_accepts(#[case] status: u16) {
    let rig = Rig::new().await;
    let (group, binh) = rig.group();
    let receiver = hooked(&rig).await;
    receiver.answers(&[status]);
    rig.people.say(&binh, &group, "đã nhận", None).unwrap();
    assert_eq!((rig.people.tick().await, rig.people.waiting_events()), (0, 1));
}

#[tokio::test]
async fn a_webhook_that_fails_again_and_again_is_switched_off() {
    let rig = Rig::with(|config| {
        config.hook.redeliver_after_ms = Vec::new();
        config.hook.disable_after = Some(2);
    })
    .await;
    let (group, binh) = rig.group();
    let receiver = hooked(&rig).await;
    receiver.answers(&[500, 200, 500, 500]);
    for words in ["một", "hai", "ba", "bốn"] {
        assert!(rig.people.webhook().is_some(), "before {words}");
        rig.people.say(&binh, &group, words, None).unwrap();
        rig.people.tick().await;
    }
    assert_eq!(rig.people.webhook(), None);
}

#[tokio::test]
async fn events_may_come_twice() {
    let rig = Rig::new().await;
    let (group, binh) = rig.group();
    let receiver = hooked(&rig).await;
    rig.people.duplicate_next(1);
    rig.people.say(&binh, &group, "một", None).unwrap();
    rig.people.say(&binh, &group, "hai", None).unwrap();
    rig.people.tick().await;
    assert_eq!(receiver.texts(), ["một", "một", "hai"]);
    let last = rig.people.events().len() - 1;
    assert!(rig.people.repeat_event(last) && !rig.people.repeat_event(last + 1));
    rig.people.tick().await;
    assert_eq!(receiver.texts(), ["hai"]);
}

#[tokio::test]
async fn the_order_is_not_guaranteed() {
    let rig = Rig::new().await;
    let (group, binh) = rig.group();
    let receiver = hooked(&rig).await;
    rig.people.set_scrambled(true);
    for words in ["một", "hai", "ba"] {
        rig.people.say(&binh, &group, words, None).unwrap();
    }
    rig.people.tick().await;
    assert_eq!(receiver.texts(), ["ba", "hai", "một"]);
}

#[tokio::test]
async fn nothing_is_delivered_in_the_dark_and_nothing_is_lost() {
    let rig = Rig::new().await;
    let (group, binh) = rig.group();
    let receiver = hooked(&rig).await;
    rig.people.set_dark(true);
    rig.people.say(&binh, &group, "đã nhận", None).unwrap();
    assert_eq!((rig.people.tick().await, rig.people.waiting_events()), (0, 1));
    rig.people.set_dark(false);
    assert_eq!(rig.people.tick().await, 1);
    assert_eq!(receiver.texts(), ["đã nhận"]);
}

#[tokio::test]
async fn without_a_webhook_events_are_lost_for_good() {
    let rig = Rig::new().await;
    let (group, binh) = rig.group();
    rig.people.say(&binh, &group, "không ai nghe", None).unwrap();
    let receiver = hooked(&rig).await;
    rig.people.tick().await;
    assert!(receiver.take().is_empty());
    assert_eq!(rig.events("user_send_group_text").len(), 1);
}

#[tokio::test]
async fn quotes_may_be_missing_from_events() {
    let rig = Rig::with(|config| config.quirks.quotes = false).await;
    let (group, binh) = rig.group();
    let code = rig.send(&group, "VB-2025-0042").await;
    rig.people.say(&binh, &group, "đã nhận", Some(&code)).unwrap();
    assert!(rig.events("user_send_group_text")[0]["message"].get("quote_msg_id").is_none());
}

#[tokio::test]
async fn the_task_delivers_at_once_without_a_tick() {
    let rig = Rig::with(|config| config.hook.drive = Drive::Task).await;
    let (group, binh) = rig.group();
    let receiver = hooked(&rig).await;
    // The probe rang too.
    receiver.rang.notified().await;
    rig.people.say(&binh, &group, "đã nhận", None).unwrap();
    receiver.rang.notified().await;
    assert_eq!(receiver.texts(), ["đã nhận"]);
}

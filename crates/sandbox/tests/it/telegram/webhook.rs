//! Webhook delivery to a plain HTTP receiver.

use std::sync::{Arc, Mutex};

use axum::{
    Json, Router,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::IntoResponse,
    routing::post,
};
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::Rig;

/// What the receiver does with the next deliveries: status, and a body to answer with.
type Script = Arc<Mutex<Vec<(u16, Value)>>>;
type Delivery = (Option<String>, Value);

#[derive(Clone)]
struct Receiver {
    script: Script,
    got: mpsc::UnboundedSender<Delivery>,
}

async fn receive(State(receiver): State<Receiver>, headers: HeaderMap, Json(update): Json<Value>) -> impl IntoResponse {
    let secret = headers.get("x-telegram-bot-api-secret-token").map(|v| v.to_str().unwrap().to_owned());
    receiver.got.send((secret, update)).unwrap();
    let (status, body) = receiver.script.lock().unwrap().pop().unwrap_or((200, Value::Null));
    (StatusCode::from_u16(status).unwrap(), Json(body))
}

/// Starts a receiver that answers by `script`, last entry first; returns its address and what it gets.
async fn receiver(rig: &Rig, script: Vec<(u16, Value)>) -> (String, mpsc::UnboundedReceiver<Delivery>) {
    let (got, deliveries) = mpsc::unbounded_channel();
    let app =
        Router::new().route("/hook", post(receive)).with_state(Receiver { script: Arc::new(Mutex::new(script)), got });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    rig.tasks.spawn(async move { axum::serve(listener, app).await.unwrap() });
    (url, deliveries)
}

#[tokio::test]
async fn updates_are_posted_in_order_with_the_secret() {
    let rig = Rig::new().await;
    let lan = rig.person("Lan");
    rig.people.say(lan, lan, "trước khi có webhook", None).unwrap();
    let (url, mut got) = receiver(&rig, Vec::new()).await;
    rig.ok("setWebhook", json!({ "url": url, "secret_token": "bi-mat_1", "allowed_updates": ["message"] })).await;
    rig.people.say(lan, lan, "sau đó", None).unwrap();
    for text in ["trước khi có webhook", "sau đó"] {
        let (secret, update) = got.recv().await.unwrap();
        assert_eq!((secret.as_deref(), &update["message"]["text"]), (Some("bi-mat_1"), &json!(text)));
    }
    let info = rig.ok("getWebhookInfo", json!({})).await;
    assert_eq!((&info["url"], &info["max_connections"]), (&json!(url), &json!(40)));
    assert_eq!(info["allowed_updates"], json!(["message"]));
}

#[tokio::test]
async fn a_refused_delivery_is_repeated_and_noted() {
    let rig = Rig::new().await;
    let lan = rig.person("Lan");
    let (url, mut got) = receiver(&rig, vec![(200, Value::Null), (503, Value::Null), (500, Value::Null)]).await;
    rig.ok("setWebhook", json!({ "url": url })).await;
    rig.people.say(lan, lan, "a", None).unwrap();
    let mut ids = Vec::new();
    for _ in 0..3 {
        ids.push(got.recv().await.unwrap().1["update_id"].as_i64().unwrap());
    }
    assert!(ids.iter().all(|id| *id == ids[0]), "the same update each time: {ids:?}");
    let info = rig.ok("getWebhookInfo", json!({})).await;
    assert_eq!(info["last_error_message"], json!("Wrong response from the webhook: 503 Service Unavailable"));
}

#[tokio::test]
async fn a_method_in_the_answer_is_carried_out() {
    let rig = Rig::new().await;
    let lan = rig.person("Lan");
    let reply = json!({ "method": "sendMessage", "chat_id": lan, "text": "chào chị Lan" });
    let (url, mut got) = receiver(&rig, vec![(200, reply)]).await;
    rig.ok("setWebhook", json!({ "url": url })).await;
    rig.people.say(lan, lan, "một", None).unwrap();
    rig.people.say(lan, lan, "hai", None).unwrap();
    // The second delivery starts only when the first, reply included, is done.
    got.recv().await.unwrap();
    got.recv().await.unwrap();
    assert_eq!(rig.people.sent_log()[0].text, "chào chị Lan");
}

#[tokio::test]
async fn faulty_addresses_and_secrets_are_refused_and_dropping_works() {
    let rig = Rig::new().await;
    let lan = rig.person("Lan");
    let ftp = rig.err("setWebhook", json!({ "url": "ftp://x" })).await;
    assert_eq!(ftp, "400 Bad Request: bad webhook: An HTTPS URL must be provided for webhook");
    let odd = rig.err("setWebhook", json!({ "url": "https://x.example", "secret_token": "bí mật" })).await;
    assert_eq!(odd, "400 Bad Request: secret token contains unallowed characters");
    rig.people.say(lan, lan, "a", None).unwrap();
    assert_eq!(rig.ok("getWebhookInfo", json!({})).await["pending_update_count"], json!(1));
    rig.ok("deleteWebhook", json!({ "drop_pending_updates": true })).await;
    assert_eq!(rig.ok("getWebhookInfo", json!({})).await["pending_update_count"], json!(0));
}

//! The sandbox's Zalo Bot Platform as a foreign client sees it: plain HTTP, no code shared with the gateway.

mod calls;
mod control;
mod errors;
mod faults;
mod groups;
mod limits;
mod people;
mod photos;
mod polling;
mod webhook;

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicI64, Ordering},
};
use std::time::Duration;

use axum::{Router, body::Bytes, extract::State, http::HeaderMap, http::StatusCode, routing::any};
use loa_sandbox::zalo_bot::{ZaloBotConfig, ZaloBotHandle, ZaloBotSandbox};
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// 28 July 2025, 07:30 in Việt Nam.
const MONDAY: i64 = 1_753_662_600_000;
const SECRET: &str = "mot-bi-mat-du-dai";
/// The head of a picture of 2 × 2 pixels: as much of it as anybody here reads.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x02\0\0\0\x02\x08\x02\0\0\0";

/// A running stand-in, its clocks, and a client that knows nothing but HTTP.
pub struct Rig {
    pub sandbox: ZaloBotSandbox,
    pub people: ZaloBotHandle,
    pub http: reqwest::Client,
    pub tasks: TaskTracker,
    pub monotonic: Arc<AtomicI64>,
    pub wall: Arc<AtomicI64>,
}

impl Rig {
    pub async fn new() -> Self {
        Self::with(|_| ()).await
    }

    pub async fn with(change: impl FnOnce(&mut ZaloBotConfig)) -> Self {
        let (monotonic, wall) = (Arc::new(AtomicI64::new(1_000_000)), Arc::new(AtomicI64::new(MONDAY)));
        let clocks = crate::clocks(&monotonic, &wall);
        let mut config = ZaloBotConfig::new(clocks, TaskTracker::new(), CancellationToken::new());
        let tasks = config.tasks.clone();
        config.name = "Bot Xã Mẫu".to_owned();
        config.quirks.webhook_retry_ms = 5;
        change(&mut config);
        let sandbox = ZaloBotSandbox::start(config).await.unwrap();
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        Self { people: sandbox.handle(), sandbox, http, tasks, monotonic, wall }
    }

    /// Moves both clocks on.
    fn pass(&self, ms: i64) {
        self.monotonic.fetch_add(ms, Ordering::SeqCst);
        self.wall.fetch_add(ms, Ordering::SeqCst);
    }

    /// Waits until something holds of the stand-in.
    async fn until(&self, holds: impl Fn(&ZaloBotHandle) -> bool) {
        let waiting = async {
            while !holds(&self.people) {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), waiting).await.expect("it never held");
    }

    pub fn url(&self, method: &str) -> String {
        format!("{}/bot{}/{method}", self.sandbox.base_url(), self.people.token())
    }

    /// A call with a JSON body: HTTP status and answer.
    pub async fn call(&self, method: &str, body: Value) -> (u16, Value) {
        let response = self.http.post(self.url(method)).json(&body).send().await.unwrap();
        (response.status().as_u16(), response.json().await.unwrap())
    }

    /// The `result` of a call that must succeed.
    pub async fn ok(&self, method: &str, body: Value) -> Value {
        let (status, mut answer) = self.call(method, body).await;
        assert_eq!((status, &answer["ok"]), (200, &json!(true)), "{method}: {answer}");
        answer["result"].take()
    }

    /// The `error_code` of a call that must fail.
    async fn err(&self, method: &str, body: Value) -> i64 {
        let (_, answer) = self.call(method, body).await;
        assert_eq!(answer["ok"], json!(false), "{method}: {answer}");
        assert!(answer["description"].is_string(), "{method}: {answer}");
        answer["error_code"].as_i64().unwrap()
    }

    pub async fn send(&self, chat: &str, text: &str) -> String {
        let answer = self.ok("sendMessage", json!({ "chat_id": chat, "text": text })).await;
        answer["message_id"].as_str().unwrap().to_owned()
    }

    /// What is waiting, one poll after the other until one is idle.
    pub async fn updates(&self) -> Vec<Value> {
        let mut updates = Vec::new();
        loop {
            let (_, mut answer) = self.call("getUpdates", json!({ "timeout": "0" })).await;
            if answer["ok"] != json!(true) {
                return updates;
            }
            updates.push(answer["result"].take());
        }
    }

    /// A group of two people and the bot, which nobody has mentioned yet.
    pub fn group(&self) -> (String, String, String) {
        let binh = self.people.add_person(None, "Mẫu Văn Bình").unwrap();
        let lan = self.people.add_person(None, "Mẫu Thị Lan").unwrap();
        let chat = self.people.add_group(None, "Nhóm Thôn 03", &[binh.clone(), lan.clone()]).unwrap();
        self.people.add_bot(&chat).unwrap();
        (chat, binh, lan)
    }

    /// A person who has written to the bot.
    async fn friend(&self) -> String {
        let lan = self.people.add_person(None, "Mẫu Thị Lan").unwrap();
        self.people.say(&lan, "bot", "xin chào", None).unwrap();
        self.updates().await;
        lan
    }

    /// Starts a receiver that answers by `script`, last entry first and 200 after it.
    async fn receiver(&self, script: Vec<u16>) -> (String, Deliveries) {
        let (got, inbox) = mpsc::unbounded_channel();
        let receiver = Receiver { script: Arc::new(Mutex::new(script)), got };
        let app = Router::new().route("/hook", any(receive)).with_state(receiver);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        self.tasks.spawn(async move { axum::serve(listener, app).await.unwrap() });
        (url, Deliveries(inbox))
    }

    /// A receiver that is the bot's webhook already.
    async fn hooked(&self, script: Vec<u16>) -> Deliveries {
        let (url, got) = self.receiver(script).await;
        self.ok("setWebhook", json!({ "url": url, "secret_token": SECRET })).await;
        got
    }
}

/// One POST as it arrived: the secret, the content type, the body.
struct Delivery {
    secret: Option<String>,
    kind: Option<String>,
    body: Vec<u8>,
}

impl Delivery {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

/// What a receiver gets, in order.
struct Deliveries(mpsc::UnboundedReceiver<Delivery>);

impl Deliveries {
    async fn next(&mut self) -> Delivery {
        let next = tokio::time::timeout(Duration::from_secs(30), self.0.recv());
        next.await.expect("nothing was posted").unwrap()
    }
}

#[derive(Clone)]
struct Receiver {
    script: Arc<Mutex<Vec<u16>>>,
    got: mpsc::UnboundedSender<Delivery>,
}

async fn receive(State(receiver): State<Receiver>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap().to_owned());
    let delivery = Delivery { secret: text("x-bot-api-secret-token"), kind: text("content-type"), body: body.to_vec() };
    receiver.got.send(delivery).unwrap();
    StatusCode::from_u16(receiver.script.lock().unwrap().pop().unwrap_or(200)).unwrap()
}

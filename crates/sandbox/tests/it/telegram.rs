//! The sandbox's Telegram Bot API as a foreign client sees it: plain HTTP, no code shared with the gateway.

mod bodies;
mod callbacks;
mod chats;
mod control;
mod errors;
mod faults;
mod files;
mod kinds;
mod limits;
mod messages;
mod people;
mod polling;
mod privacy;
mod shapes;
mod webhook;

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use loa_sandbox::telegram::{BotSpec, GroupKind, Handle, Limits, NewUser, Sandbox, SandboxConfig};
use reqwest::StatusCode;
use serde_json::{Value, json};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// 28 July 2025, 07:30 in Việt Nam.
const MONDAY: i64 = 1_753_662_600_000;

/// A running sandbox, its clocks, and a client that knows nothing but HTTP.
pub struct Rig {
    pub sandbox: Sandbox,
    pub people: Handle,
    pub http: reqwest::Client,
    pub tasks: TaskTracker,
    pub monotonic: Arc<AtomicI64>,
    pub wall: Arc<AtomicI64>,
}

impl Rig {
    pub async fn new() -> Self {
        Self::with(|_| ()).await
    }

    async fn strict() -> Self {
        Self::with(|config| config.limits = Some(Limits::STRICT)).await
    }

    pub async fn with(change: impl FnOnce(&mut SandboxConfig)) -> Self {
        let (monotonic, wall) = (Arc::new(AtomicI64::new(1_000_000)), Arc::new(AtomicI64::new(MONDAY)));
        let clocks = crate::clocks(&monotonic, &wall);
        let mut config = SandboxConfig::new(clocks, TaskTracker::new(), CancellationToken::new());
        let tasks = config.tasks.clone();
        config.bots =
            vec![BotSpec { name: "Loa xã".to_owned(), username: "loa_xa_bot".to_owned(), ..BotSpec::default() }];
        config.webhook_retry_ms = 5;
        change(&mut config);
        let sandbox = Sandbox::start(config).await.unwrap();
        let http = reqwest::Client::builder().build().unwrap();
        Self { people: sandbox.handle(), sandbox, http, tasks, monotonic, wall }
    }

    /// Moves both clocks on.
    fn pass(&self, ms: i64) {
        self.monotonic.fetch_add(ms, Ordering::SeqCst);
        self.wall.fetch_add(ms, Ordering::SeqCst);
    }

    pub fn token(&self) -> String {
        self.sandbox.tokens()[0].clone()
    }

    pub fn bot(&self) -> i64 {
        self.people.bot_ids()[0]
    }

    pub fn url(&self, method: &str) -> String {
        format!("{}/bot{}/{method}", self.sandbox.base_url(), self.token())
    }

    /// A call with a JSON body: HTTP status and answer.
    pub async fn call(&self, method: &str, body: Value) -> (StatusCode, Value) {
        let response = self.http.post(self.url(method)).json(&body).send().await.unwrap();
        (response.status(), response.json().await.unwrap())
    }

    /// The `result` of a call that must succeed.
    pub async fn ok(&self, method: &str, body: Value) -> Value {
        let (status, mut answer) = self.call(method, body).await;
        assert_eq!((status.as_u16(), &answer["ok"]), (200, &json!(true)), "{method}: {answer}");
        answer["result"].take()
    }

    /// The `description` of a call that must fail, after checking that status and `error_code` agree.
    async fn err(&self, method: &str, body: Value) -> String {
        let (status, answer) = self.call(method, body).await;
        assert_eq!(answer["ok"], json!(false), "{method}: {answer}");
        assert_eq!(answer["error_code"], json!(status.as_u16()), "{method}: {answer}");
        format!("{} {}", status.as_u16(), answer["description"].as_str().unwrap())
    }

    /// Sends a text and returns the message id.
    pub async fn send(&self, chat: i64, text: &str) -> i64 {
        self.ok("sendMessage", json!({ "chat_id": chat, "text": text })).await["message_id"].as_i64().unwrap()
    }

    /// Every waiting update, confirmed.
    pub async fn updates(&self) -> Vec<Value> {
        let updates = self.ok("getUpdates", json!({})).await;
        let updates = updates.as_array().unwrap().clone();
        if let Some(last) = updates.last() {
            let offset = last["update_id"].as_i64().unwrap() + 1;
            self.ok("getUpdates", json!({ "offset": offset })).await;
        }
        updates
    }

    /// Waits until the first bot has begun a poll.
    async fn until_polling(&self) {
        while self.people.polls(self.bot()) == 0 {
            tokio::task::yield_now().await;
        }
    }

    fn person(&self, name: &str) -> i64 {
        self.people.add_user(NewUser::named(name)).unwrap()
    }

    /// A supergroup with one person and the bot; its news already read.
    pub async fn group(&self) -> (i64, i64) {
        self.group_of(GroupKind::Supergroup).await
    }

    async fn group_of(&self, kind: GroupKind) -> (i64, i64) {
        let binh = self.person("Bình");
        let chat = self.people.add_group(None, "Nhóm Trưởng thôn", kind, &[binh]).unwrap();
        self.people.join(chat, self.bot(), Some(binh)).unwrap();
        self.updates().await;
        (chat, binh)
    }
}

/// A one-button keyboard.
fn ack_keyboard(data: &str) -> Value {
    json!({ "inline_keyboard": [[{ "text": "✅ Đã nhận", "callback_data": data }]] })
}

//! The sandbox's Official Account API as a foreign client sees it: plain HTTP, no code shared with the gateway.

mod control;
mod envelope;
mod faults;
mod groups;
mod history;
mod hook;
mod members;
mod oauth;
mod people;
mod private;
mod send;
mod upload;

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use loa_sandbox::zalo_oa::{Drive, GroupSize, NewPerson, OaHandle, ZaloOaConfig, ZaloOaSandbox};
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// 28 July 2025, 07:30 in Việt Nam.
const MONDAY: i64 = 1_753_662_600_000;
const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;
/// The smallest thing that passes for a JPEG.
const JPEG: &[u8] = b"\xff\xd8\xff\xe0 anh";

/// A running stand-in, its clocks, and a client that knows nothing but HTTP.
pub struct Rig {
    pub sandbox: ZaloOaSandbox,
    pub people: OaHandle,
    pub http: reqwest::Client,
    pub tasks: TaskTracker,
    pub clock: Arc<AtomicI64>,
}

impl Rig {
    pub async fn new() -> Self {
        Self::with(|_| ()).await
    }

    /// Events are delivered by ticks only, unless `change` says otherwise.
    pub async fn with(change: impl FnOnce(&mut ZaloOaConfig)) -> Self {
        let clock = Arc::new(AtomicI64::new(MONDAY));
        let mut config = ZaloOaConfig::new(crate::clocks(&clock, &clock), TaskTracker::new(), CancellationToken::new());
        config.hook.drive = Drive::Tick;
        let tasks = config.tasks.clone();
        change(&mut config);
        let sandbox = ZaloOaSandbox::start(config).await.unwrap();
        // A redirect is an answer to look at, not a way to go.
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        Self { people: sandbox.handle(), sandbox, http, tasks, clock }
    }

    /// Moves both clocks on.
    fn pass(&self, ms: i64) {
        self.clock.fetch_add(ms, Ordering::SeqCst);
    }

    pub fn now(&self) -> i64 {
        self.clock.load(Ordering::SeqCst)
    }

    pub fn token(&self) -> String {
        self.sandbox.tokens().access_token
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.sandbox.base_url())
    }

    async fn raw_post(&self, path: &str, body: &Value) -> reqwest::Response {
        self.http.post(self.url(path)).header("access_token", self.token()).json(body).send().await.unwrap()
    }

    /// A call with a JSON body; business errors come with HTTP 200.
    pub async fn post(&self, path: &str, body: Value) -> Value {
        let response = self.raw_post(path, &body).await;
        assert_eq!(response.status(), 200, "{path}");
        response.json().await.unwrap()
    }

    async fn get(&self, path: &str) -> Value {
        let request = self.http.get(self.url(path)).header("access_token", self.token());
        request.send().await.unwrap().json().await.unwrap()
    }

    /// The `data` of a call that must succeed.
    pub async fn ok(&self, path: &str, body: Value) -> Value {
        data(self.post(path, body).await)
    }

    /// The `error` of a call that must be refused.
    async fn err(&self, path: &str, body: Value) -> i64 {
        let answer = self.post(path, body).await;
        assert!(answer["message"].is_string() && answer.get("data").is_none(), "{path}: {answer}");
        answer["error"].as_i64().unwrap()
    }

    /// The `data` of a look that must succeed.
    async fn look(&self, path: &str) -> Value {
        data(self.get(path).await)
    }

    async fn upload(&self, what: &str, name: &str, bytes: &[u8]) -> Value {
        let part = Part::bytes(bytes.to_vec()).file_name(name.to_owned());
        let request = self.http.post(self.url(&format!("/v2.0/oa/upload/{what}")));
        let request = request.header("access_token", self.token()).multipart(Form::new().part("file", part));
        request.send().await.unwrap().json().await.unwrap()
    }

    /// The token of an uploaded PDF.
    async fn pdf(&self) -> String {
        text(&data(self.upload("file", "vb.pdf", b"%PDF-1.4").await)["token"])
    }

    /// The attachment id of an uploaded image.
    async fn image(&self) -> String {
        text(&data(self.upload("image", "anh.jpg", JPEG).await)["attachment_id"])
    }

    fn follower(&self, name: &str) -> String {
        self.people.add_person(NewPerson::follower(name)).unwrap()
    }

    /// A group of up to 10 with one member: group and member.
    pub fn group(&self) -> (String, String) {
        let binh = self.follower("Bình");
        let group = self.people.add_group("Nhóm Trưởng thôn", GroupSize::Gmf10, std::slice::from_ref(&binh)).unwrap();
        (group, binh)
    }

    /// Sends a text into a group and returns the message id.
    pub async fn send(&self, group: &str, words: &str) -> String {
        text(&self.ok("/v3.0/oa/group/message", to_group(group, json!({ "text": words }))).await["message_id"])
    }

    /// The events of that name since the start.
    fn events(&self, name: &str) -> Vec<Value> {
        self.people.events().into_iter().filter(|event| event["event_name"] == name).collect()
    }
}

fn data(mut answer: Value) -> Value {
    assert_eq!((&answer["error"], &answer["message"]), (&json!(0), &json!("Success")), "{answer}");
    answer["data"].take()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("a text, not {value}")).to_owned()
}

/// The body of a send into a group.
fn to_group(group: &str, message: Value) -> Value {
    let mut body = json!({ "recipient": { "group_id": group } });
    body["message"] = message;
    body
}

/// An image as the API wants it.
fn image_message(id: &str, caption: &str) -> Value {
    let element = json!({ "media_type": "image", "attachment_id": id });
    let payload = json!({ "template_type": "media", "elements": [element] });
    json!({ "text": caption, "attachment": { "type": "template", "payload": payload } })
}

/// A file as the API wants it.
fn file_message(token: &str) -> Value {
    json!({ "attachment": { "type": "file", "payload": { "token": token } } })
}

//! The control surface over HTTP, for the command line and for tests in other languages.

use serde_json::{Value, json};

use super::{PNG, Rig};

async fn act(rig: &Rig, verb: &str, body: Value) -> (u16, Value) {
    let url = format!("{}/sandbox/{verb}", rig.sandbox.base_url());
    let response = rig.http.post(url).json(&body).send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap())
}

async fn done(rig: &Rig, verb: &str, body: Value) -> Value {
    let (status, answer) = act(rig, verb, body).await;
    assert_eq!(status, 200, "{verb}: {answer}");
    answer
}

async fn refused(rig: &Rig, verb: &str, body: Value) -> String {
    let (status, answer) = act(rig, verb, body).await;
    assert_eq!(status, 400, "{verb}: {answer}");
    answer["error"].as_str().unwrap().to_owned()
}

async fn look(rig: &Rig, what: &str, chat: &str) -> Value {
    let url = format!("{}/sandbox/{what}", rig.sandbox.base_url());
    rig.http.get(url).query(&[("chat", chat)]).send().await.unwrap().json().await.unwrap()
}

#[tokio::test]
async fn a_whole_afternoon_can_be_played_over_http() {
    let rig = Rig::new().await;
    let lan = done(&rig, "person", json!({ "name": "Mẫu Thị Lan" })).await["id"].clone();
    let group = json!({ "title": "Nhóm Thôn 03", "members": [lan] });
    let chat = done(&rig, "group", group).await["id"].as_str().unwrap().to_owned();
    done(&rig, "add-bot", json!({ "chat": chat })).await;
    let mention = json!({ "person": lan, "chat": chat, "text": "alo" });
    done(&rig, "mention", mention).await;
    let asked = rig.send(&chat, "VB-2025-0042").await;
    let reply = json!({ "person": lan, "chat": chat, "text": "đã nhận", "reply_to": asked });
    let id = done(&rig, "say", reply).await["message_id"].clone();
    assert_eq!(look(&rig, "messages", &chat).await.as_array().unwrap().last().unwrap()["id"], id);
    assert_eq!(rig.updates().await.len(), 2);
    let counts = look(&rig, "counts", "").await;
    assert_eq!((&counts["sent"][&chat], &counts["quota_used"]), (&json!(1), &json!(1)));
    assert_eq!(look(&rig, "sent", "").await[0]["text"], json!("VB-2025-0042"));
    let shown = rig.http.get(format!("{}/sandbox/show?chat={chat}", rig.sandbox.base_url()));
    let shown = shown.send().await.unwrap().text().await.unwrap();
    assert!(shown.starts_with("── Nhóm Thôn 03 (Zalo group, 1 members and the bot) ──\n· 28/07/2025 ·\n07:30 * "));
    assert!(shown.ends_with("07:30 Mẫu Thị Lan\n    ↩ Bot Xã Mẫu: VB-2025-0042\n    đã nhận\n"), "{shown}");
    let info = look(&rig, "info", "").await;
    assert_eq!((&info["platform"], &info["tokens"][0]), (&json!("zalo_bot"), &json!(rig.people.token())));
    assert_eq!(info["chats"][0], json!({ "id": chat, "title": "Nhóm Thôn 03", "bot": true }));
}

#[tokio::test]
async fn files_and_pictures_come_as_bytes() {
    let rig = Rig::new().await;
    let lan = rig.friend().await;
    let send = |query: Vec<(&'static str, String)>| {
        let url = format!("{}/sandbox/send-file", rig.sandbox.base_url());
        rig.http.post(url).query(&query).body(PNG).send()
    };
    let place = || vec![("person", lan.clone()), ("chat", "bot".to_owned())];
    let named = [place(), vec![("name", "CV-12.pdf".to_owned())]].concat();
    assert!(send(named.clone()).await.unwrap().status().is_success());
    let photo = [place(), vec![("photo", "true".to_owned()), ("caption", "pano".to_owned())]].concat();
    assert!(send(photo).await.unwrap().status().is_success());
    let captioned = [named, vec![("caption", "xem".to_owned())]].concat();
    assert_eq!(send(captioned).await.unwrap().status().as_u16(), 400);
    assert_eq!(send(place()).await.unwrap().status().as_u16(), 400, "a file has a name");
    let events: Vec<Value> = rig.updates().await.into_iter().map(|update| update["event_name"].clone()).collect();
    assert_eq!(events, [json!("message.unsupported.received"), json!("message.image.received")]);
}

#[tokio::test]
async fn the_platform_is_bent_and_broken_over_http() {
    let rig = Rig::new().await;
    let (chat, binh, lan) = rig.group();
    done(&rig, "protect", json!({ "person": binh })).await;
    done(&rig, "sticker", json!({ "person": binh, "chat": "bot", "sticker": "s1" })).await;
    done(&rig, "voice", json!({ "person": binh, "chat": "bot" })).await;
    assert_eq!(rig.updates().await[0]["event_name"], json!("message.unsupported.received"));
    done(&rig, "leave", json!({ "chat": chat, "person": lan })).await;
    done(&rig, "join", json!({ "chat": chat, "person": lan })).await;
    done(&rig, "limits", json!({ "limits": { "monthly": 5 } })).await;
    done(&rig, "quota-used", json!({ "used": 5 })).await;
    assert_eq!(rig.err("sendMessage", json!({ "chat_id": chat, "text": "a" })).await, 429);
    done(&rig, "limits", json!({ "limits": null })).await;
    done(&rig, "quirks", json!({ "quirks": { "removed_code": 404, "error_status": "ok" } })).await;
    done(&rig, "remove-bot", json!({ "chat": chat })).await;
    let (status, answer) = rig.call("sendMessage", json!({ "chat_id": chat, "text": "a" })).await;
    assert_eq!((status, &answer["error_code"]), (200, &json!(404)));
    let fault = json!({ "method": "getMe", "kind": { "what": "html_error", "status": 502 } });
    done(&rig, "faults", json!({ "faults": [fault] })).await;
    done(&rig, "add-fault", json!({ "fault": fault })).await;
    assert_eq!(look(&rig, "faults", "").await.as_array().unwrap().len(), 2);
    done(&rig, "dark", json!({ "outage": { "what": "html_error", "status": 504 } })).await;
    let status = async || rig.http.get(rig.url("getMe")).send().await.unwrap().status().as_u16();
    assert_eq!(status().await, 504);
    done(&rig, "dark", json!({ "outage": null })).await;
    assert_eq!(status().await, 502);
    let token = done(&rig, "reissue", json!({})).await["token"].clone();
    assert_eq!(json!(rig.people.token()), token);
}

#[tokio::test]
async fn what_cannot_be_done_is_said_in_one_line() {
    let rig = Rig::new().await;
    let (chat, binh, _) = rig.group();
    let nobody = "0".repeat(20);
    let say = |person: &str, chat: &str, text: &str| json!({ "person": person, "chat": chat, "text": text });
    assert_eq!(refused(&rig, "say", say(&nobody, &chat, "a")).await, format!("there is no person {nobody}"));
    assert_eq!(refused(&rig, "say", say(&binh, "zgr-0", "a")).await, "there is no chat zgr-0");
    assert_eq!(refused(&rig, "say", say(&binh, &chat, " ")).await, "a message needs a text");
    let quoting = json!({ "person": binh, "chat": chat, "text": "a", "reply_to": "0a" });
    assert!(refused(&rig, "say", quoting).await.starts_with("there is no message 0a in chat zgr-"));
    let press = json!({ "person": binh, "chat": chat, "button": "OK" });
    assert!(refused(&rig, "press", press).await.contains("no buttons on Zalo"));
    assert!(refused(&rig, "person", json!({ "name": "x", "id": "123" })).await.contains("20 hex digits"));
    assert!(refused(&rig, "group", json!({ "title": "x", "id": "-1001" })).await.contains("zgr-"));
    assert_eq!(refused(&rig, "group", json!({ "title": "x", "id": chat })).await, format!("{chat} exists already"));
    let strange = rig.people.add_person(None, "Người lạ").unwrap();
    assert!(refused(&rig, "say", say(&strange, &chat, "a")).await.contains("is not in chat"));
    assert!(refused(&rig, "leave", json!({ "chat": chat, "person": strange })).await.contains("is not in chat"));
    assert!(refused(&rig, "fly", json!({})).await.contains("fly"));
    let hidden = look(&rig, "secrets", "").await;
    assert!(hidden["error"].as_str().unwrap().contains("secrets"));
}

#[tokio::test]
async fn a_token_that_is_none_is_refused_at_the_start() {
    let clocks = loa_sandbox::Clocks { monotonic_ms: std::sync::Arc::new(|| 0), wall_ms: std::sync::Arc::new(|| 0) };
    let (tasks, cancel) = (tokio_util::task::TaskTracker::new(), tokio_util::sync::CancellationToken::new());
    let mut config = loa_sandbox::zalo_bot::ZaloBotConfig::new(clocks, tasks, cancel);
    config.token = Some("no-digits:secret".to_owned());
    let error = loa_sandbox::zalo_bot::ZaloBotSandbox::start(config).await.unwrap_err();
    assert!(error.to_string().contains("<digits>:<secret>"), "{error}");
}

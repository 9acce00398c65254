//! What goes wrong between a client and any of the platforms: armed in process or over HTTP, seen over plain HTTP.

use std::time::Duration;

use loa_sandbox::{Fault, FaultKind};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::{telegram, zalo_bot, zalo_oa};

/// Arms a fault of sendMessage over HTTP.
async fn arm(rig: &telegram::Rig, kind: Value) {
    let fault = json!({ "method": "sendMessage", "kind": kind });
    control(rig, "add-fault", json!({ "fault": fault })).await;
}

async fn control(rig: &telegram::Rig, verb: &str, body: Value) {
    let url = format!("{}/sandbox/{verb}", rig.sandbox.base_url());
    let answer = rig.http.post(url).json(&body).send().await.unwrap();
    assert!(answer.status().is_success(), "{}", answer.text().await.unwrap());
}

/// A request for sendMessage with everything that HTTP wants, and the platform's address.
fn raw(rig: &telegram::Rig, chat: i64, text: &str) -> (String, Vec<u8>) {
    let body = json!({ "chat_id": chat, "text": text }).to_string();
    let (host, token) = (rig.sandbox.base_url().replace("http://", ""), rig.token());
    let head = format!(
        "POST /bot{token}/sendMessage HTTP/1.1\r\nhost: {host}\r\ncontent-type: application/json\r\n\
         content-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    (host, [head.into_bytes(), body.into_bytes()].concat())
}

#[tokio::test]
async fn an_answer_is_cut_at_any_byte_and_the_message_is_out_all_the_same() {
    let rig = telegram::Rig::new().await;
    let (chat, _) = rig.group().await;
    for (sent, at) in [0_usize, 9, 40].into_iter().enumerate() {
        arm(&rig, json!({ "what": "cut_answer", "at": at })).await;
        let (host, request) = raw(&rig, chat, "a");
        let mut stream = TcpStream::connect(host).await.unwrap();
        stream.write_all(&request).await.unwrap();
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        assert_eq!(answer.len(), at, "{}", String::from_utf8_lossy(&answer));
        assert!(at < 9 || answer.starts_with(b"HTTP/1.1 "));
        assert_eq!(rig.people.sent_log().len(), sent + 1);
    }
    rig.send(chat, "sau đó vẫn chạy").await;
}

#[tokio::test]
async fn a_request_is_cut_while_it_is_being_read_and_has_no_effect() {
    let rig = telegram::Rig::new().await;
    let (chat, _) = rig.group().await;
    arm(&rig, json!({ "what": "cut_request", "at": 100 })).await;
    let body = json!({ "chat_id": chat, "text": "a".repeat(4_000) });
    let cut = rig.http.post(rig.url("sendMessage")).json(&body).send().await;
    assert!(cut.is_err(), "{cut:?}");
    assert!(rig.people.sent_log().is_empty());
    assert_eq!(rig.people.counts().faults["sendmessage"], 1);
    rig.send(chat, "lần sau vẫn được").await;
}

#[tokio::test]
async fn a_call_is_held_until_it_is_released() {
    let rig = telegram::Rig::new().await;
    let (chat, _) = rig.group().await;
    for (delivered, before) in [(false, 0), (true, 3)] {
        arm(&rig, json!({ "what": "hold", "delivered": delivered })).await;
        let call = rig.http.post(rig.url("sendMessage")).json(&json!({ "chat_id": chat, "text": "a" })).send();
        let release = async {
            while rig.people.held() == 0 {
                tokio::task::yield_now().await;
            }
            assert_eq!(rig.people.sent_log().len(), before);
            control(&rig, "release", json!({})).await;
        };
        let (answer, ()) = tokio::join!(call, release);
        let answer: Value = answer.unwrap().json().await.unwrap();
        assert_eq!(answer["ok"], json!(true));
        assert_eq!(rig.people.held(), 0);
        if !delivered {
            rig.send(chat, "giữa hai lần").await;
            rig.people.set_faults(Vec::new());
        }
    }
}

#[tokio::test]
async fn a_redirect_names_another_address_and_has_no_effect() {
    let rig = zalo_oa::Rig::new().await;
    let (group, _) = rig.group();
    let kind = FaultKind::Redirect { to: "http://127.0.0.1:9/v3.0/oa/group/message".to_owned(), status: 307 };
    rig.people.set_faults(vec![Fault::next("group/message", kind)]);
    let body = json!({ "recipient": { "group_id": group }, "message": { "text": "a" } });
    let request = rig.http.post(rig.url("/v3.0/oa/group/message")).header("access_token", rig.token());
    let answer = request.json(&body).send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 307);
    assert_eq!(answer.headers()["location"], "http://127.0.0.1:9/v3.0/oa/group/message");
    assert!(rig.people.sent_log().is_empty());
}

#[tokio::test]
async fn an_answer_without_end_goes_on_until_the_client_gives_up() {
    let rig = zalo_bot::Rig::new().await;
    let (chat, ..) = rig.group();
    rig.people.set_faults(vec![Fault::next("sendMessage", FaultKind::Endless { delivered: true })]);
    let body = json!({ "chat_id": chat, "text": "a" });
    let mut answer = rig.http.post(rig.url("sendMessage")).json(&body).send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 200);
    let mut read = 0;
    while read < 4 << 20 {
        read += answer.chunk().await.unwrap().expect("it never ends").len();
    }
    drop(answer);
    assert_eq!(rig.people.sent_log().len(), 1);
    let stopped = tokio::time::timeout(Duration::from_secs(30), rig.sandbox.stop());
    stopped.await.expect("an endless answer does not keep a sandbox from stopping");
}

#[tokio::test]
async fn a_clock_that_is_wrong_shows_in_the_date_of_answers_and_in_those_of_messages() {
    let rig = telegram::Rig::new().await;
    let (chat, _) = rig.group().await;
    let right = rig.ok("sendMessage", json!({ "chat_id": chat, "text": "a" })).await["date"].as_i64().unwrap();
    control(&rig, "clock", json!({ "ahead_ms": -3_600_000 })).await;
    let answer = rig.http.get(rig.url("getMe")).send().await.unwrap();
    assert_eq!(answer.headers()["date"], "Sun, 27 Jul 2025 23:30:00 GMT");
    let behind = rig.ok("sendMessage", json!({ "chat_id": chat, "text": "a" })).await["date"].as_i64().unwrap();
    arm(&rig, json!({ "what": "clock_ahead", "ms": 7_000 })).await;
    let ahead = rig.ok("sendMessage", json!({ "chat_id": chat, "text": "a" })).await["date"].as_i64().unwrap();
    assert_eq!((behind - right, ahead - right), (-3_600, 7));
}

#[tokio::test]
async fn the_whole_platform_goes_down_and_comes_back_on_telegram_too() {
    let rig = telegram::Rig::new().await;
    let (chat, _) = rig.group().await;
    control(&rig, "dark", json!({ "outage": { "what": "html_error", "status": 502 } })).await;
    assert_eq!(rig.http.get(rig.url("getMe")).send().await.unwrap().status().as_u16(), 502);
    control(&rig, "dark", json!({ "on": true })).await;
    assert!(rig.http.get(rig.url("getMe")).send().await.is_err());
    control(&rig, "dark", json!({})).await;
    rig.send(chat, "trở lại").await;
}

#[tokio::test]
async fn faults_that_one_platform_had_strike_on_the_others_too() {
    let bot = zalo_bot::Rig::new().await;
    let (chat, ..) = bot.group();
    let send = || bot.call("sendMessage", json!({ "chat_id": chat, "text": "a" }));
    bot.people.set_faults(vec![Fault::next("sendMessage", FaultKind::TooManyRequests { retry_after: 3 })]);
    assert_eq!(send().await.1["error_code"], json!(429));
    bot.people.set_faults(vec![Fault::next("sendMessage", FaultKind::NoData)]);
    assert_eq!(send().await.1, json!({ "ok": true }));
    let account = zalo_oa::Rig::new().await;
    let (group, _) = account.group();
    let send = || {
        account
            .post("/v3.0/oa/group/message", json!({ "recipient": { "group_id": group }, "message": { "text": "a" } }))
    };
    for (kind, code) in [(FaultKind::TooManyRequests { retry_after: 3 }, -32), (FaultKind::Kicked, -403)] {
        account.people.set_faults(vec![Fault::next("group/message", kind)]);
        assert_eq!(send().await["error"], json!(code));
    }
    account.people.set_faults(vec![Fault::next("group/message", FaultKind::Unauthorized)]);
    assert_eq!(send().await["error"], json!(-216));
    assert_eq!(send().await["error"], json!(-403), "the console shows the new pair");
}

#[tokio::test]
async fn a_file_name_without_quotes_keeps_its_spaces() {
    let rig = telegram::Rig::new().await;
    let (chat, _) = rig.group().await;
    let body = format!(
        "--x\r\ncontent-disposition: form-data; name=chat_id\r\n\r\n{chat}\r\n\
         --x\r\ncontent-disposition: form-data; name=document; filename=van ban so 1.pdf\r\n\
         content-type: application/pdf\r\n\r\n%PDF-1.4\r\n--x--\r\n"
    );
    let request = rig.http.post(rig.url("sendDocument")).header("content-type", "multipart/form-data; boundary=x");
    let answer: Value = request.body(body).send().await.unwrap().json().await.unwrap();
    assert_eq!(answer["result"]["document"]["file_name"], json!("van ban so 1.pdf"), "{answer}");
}

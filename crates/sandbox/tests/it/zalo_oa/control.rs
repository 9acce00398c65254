//! The control surface over HTTP.

use serde_json::{Value, json};

use super::{Rig, text};

async fn act(rig: &Rig, verb: &str, body: Value) -> Value {
    let url = rig.url(&format!("/_control/{verb}"));
    rig.http.post(url).json(&body).send().await.unwrap().json().await.unwrap()
}

async fn look(rig: &Rig, what: &str) -> Value {
    let answer = rig.http.get(rig.url(&format!("/_control/{what}"))).send().await.unwrap().text().await.unwrap();
    serde_json::from_str(&answer).unwrap_or(Value::String(answer))
}

#[tokio::test]
async fn a_whole_conversation_can_be_played_over_http() {
    let rig = Rig::new().await;
    let lan = text(&act(&rig, "person", json!({ "name": "Lan", "follows": true })).await["id"]);
    let made = act(&rig, "group", json!({ "name": "Nhóm Thôn 3", "size": "gmf50", "members": [lan] })).await;
    let group = text(&made["id"]);
    let code = rig.send(&group, "VB-2025-0042").await;
    let said = act(&rig, "say", json!({ "person": lan, "group": group, "text": "đã nhận", "reply_to": code })).await;
    assert!(said["message_id"].is_string(), "{said}");
    act(&rig, "say", json!({ "person": lan, "text": "hỏi riêng" })).await;
    let url = rig.url(&format!("/_control/send-file?person={lan}&group={group}&name=a%20b.pdf"));
    let sent: Value = rig.http.post(url).body("noi dung").send().await.unwrap().json().await.unwrap();
    assert!(sent["message_id"].is_string(), "{sent}");
    let url = rig.url(&format!("/_control/send-file?person={lan}&photo=1&caption=xem"));
    let sent: Value = rig.http.post(url).body("anh").send().await.unwrap().json().await.unwrap();
    assert!(sent["message_id"].is_string(), "{sent}");
    let shown = text(&look(&rig, &format!("show?group={group}")).await);
    assert!(shown.contains("↩ Loa xã: VB-2025-0042") && shown.contains("📎 a b.pdf (8 B)"), "{shown}");
    assert!(text(&look(&rig, &format!("show?person={lan}")).await).contains("hỏi riêng"));
    assert_eq!(look(&rig, &format!("messages?group={group}")).await[2]["reply_to"], json!(code));
    assert_eq!(look(&rig, "sent").await[0]["text"], json!("VB-2025-0042"));
    let info = look(&rig, "info").await;
    assert_eq!(info["tokens"]["access_token"], json!(rig.token()));
    assert_eq!(info["console"]["oa_secret_key"], json!(rig.sandbox.oa_secret_key()));
    assert_eq!((&info["groups"][0]["id"], &info["people"][0]["name"]), (&json!(group), &json!("Lan")));
    assert_eq!(look(&rig, "counts").await["sent"][&group], json!(1));
    let names: Vec<_> = look(&rig, "events").await.as_array().unwrap().iter().map(|e| text(&e["event_name"])).collect();
    let expected = ["create_group", "oa_send_group_text", "user_send_group_text", "user_send_text"];
    assert_eq!(names, [&expected[..], &["user_send_group_file", "user_send_image"]].concat());
}

#[tokio::test]
async fn everything_that_can_be_switched_can_be_switched_over_http() {
    let rig = Rig::new().await;
    let (group, binh) = rig.group();
    let asset = rig.people.asset_of(&group).unwrap();
    let signing = json!({ "secret": "app_secret", "time": "header", "id": "oa_id", "prefix": false });
    let acts = [
        ("follow", json!({ "person": binh })),
        ("unfollow", json!({ "person": binh })),
        ("standing", json!({ "person": binh, "standing": "blocks" })),
        ("asset-disabled", json!({ "asset": asset, "disabled": true })),
        ("asset-end", json!({ "asset": asset, "valid_through": rig.now() + 1 })),
        ("group-off", json!({ "group": group, "off": true })),
        ("leave", json!({ "person": binh, "group": group })),
        ("ask-to-join", json!({ "person": binh, "group": group })),
        ("join", json!({ "person": binh, "group": group })),
        ("put-out", json!({ "group": group })),
        ("forbid", json!({ "word": "x" })),
        ("refill", json!({})),
        ("expire-access-token", json!({})),
        ("signing", json!({ "signing": signing })),
        ("duplicate", json!({ "count": 1 })),
        ("scramble", json!({ "on": true })),
        ("webhook", json!({ "url": null })),
        ("dark", json!({ "on": true })),
        ("dark", json!({ "on": false })),
    ];
    for (verb, body) in acts {
        assert_eq!(act(&rig, verb, body).await, json!({ "ok": true }), "{verb}");
    }
    assert_eq!(act(&rig, "tick", json!({})).await, json!({ "accepted": 0 }));
    assert_eq!(act(&rig, "repeat", json!({ "index": 0 })).await, json!({ "ok": false }));
    assert!(act(&rig, "asset", json!({ "size": "gmf1000" })).await["id"].is_string());
    let new = act(&rig, "replace-tokens", json!({})).await;
    assert_eq!(new["access_token"], json!(rig.token()));
}

#[tokio::test]
async fn faults_are_armed_listed_and_cleared_over_http() {
    let rig = Rig::new().await;
    let fault = json!({ "path": "getgroupsofoa", "kind": { "what": "error", "code": -32 } });
    act(&rig, "faults", json!({ "faults": [fault] })).await;
    assert_eq!(rig.get("/v3.0/oa/group/getgroupsofoa").await["error"], json!(-32));
    rig.look("/v3.0/oa/group/getgroupsofoa").await;
    assert_eq!(look(&rig, "faults").await[0]["nth"], json!(1));
    act(&rig, "add-fault", json!({ "fault": { "kind": { "what": "hang" } } })).await;
    assert_eq!(look(&rig, "faults").await.as_array().unwrap().len(), 2);
    act(&rig, "faults", json!({})).await;
    assert_eq!(look(&rig, "faults").await, json!([]));
}

#[tokio::test]
async fn what_cannot_be_done_is_an_error_with_a_reason() {
    let rig = Rig::new().await;
    let (group, binh) = rig.group();
    let cases = [
        ("say", json!({ "person": "1", "group": group, "text": "a" }), "there is no person 1"),
        ("say", json!({ "person": binh, "group": "2", "text": "a" }), "there is no group 2"),
        ("asset-end", json!({ "asset": "3", "valid_through": 0 }), "there is no asset 3"),
        ("consent", json!({}), "no consent is being asked for"),
        ("webhook", json!({ "url": "http://127.0.0.1:9/x" }), "did not answer the probe"),
        ("fly", json!({}), "unknown variant `fly`"),
        ("say", json!({ "person": 1 }), "invalid type"),
    ];
    for (verb, body, reason) in cases {
        let answer = act(&rig, verb, body).await;
        assert!(answer["error"].as_str().is_some_and(|e| e.contains(reason)), "{verb}: {answer}");
    }
    assert!(text(&look(&rig, "nothing").await["error"]).contains("nothing to look at"));
}

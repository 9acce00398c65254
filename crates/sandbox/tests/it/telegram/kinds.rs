//! What people send beside texts and files, what they do to messages, and how a bot is told; over plain HTTP.

use loa_sandbox::{Act, Stand as _};
use serde_json::{Value, json};

use super::Rig;

/// A person acts through the control surface: the answer.
async fn act(rig: &Rig, verb: &str, body: Value) -> Value {
    let url = format!("{}/sandbox/{verb}", rig.sandbox.base_url());
    let answer: Value = rig.http.post(url).json(&body).send().await.unwrap().json().await.unwrap();
    assert!(answer.get("error").is_none(), "{verb}: {answer}");
    answer
}

/// A rig whose bot hears everything, and its group with one person.
async fn open() -> (Rig, i64, i64) {
    let rig = Rig::new().await;
    let (chat, binh) = rig.group().await;
    act(&rig, "privacy", json!({ "on": false })).await;
    (rig, chat, binh)
}

#[tokio::test]
async fn stickers_places_numbers_and_voices_are_told_with_their_own_fields() {
    let (rig, chat, binh) = open().await;
    let on = |mut body: Value| {
        (body["person"], body["chat"]) = (json!(binh), json!(chat));
        body
    };
    act(&rig, "sticker", on(json!({ "sticker": "👍" }))).await;
    act(&rig, "location", on(json!({ "latitude": 20.05, "longitude": 105.9 }))).await;
    act(&rig, "contact", on(json!({ "name": "Mẫu Thị Lan", "phone": "+84900000000" }))).await;
    act(&rig, "voice", on(json!({ "seconds": 7 }))).await;
    let told: Vec<Value> = rig.updates().await.into_iter().map(|update| update["message"].clone()).collect();
    assert_eq!((&told[0]["sticker"]["emoji"], told[0].get("text")), (&json!("👍"), None));
    assert_eq!(told[1]["location"], json!({ "latitude": 20.05, "longitude": 105.9 }));
    assert_eq!(told[2]["contact"]["phone_number"], json!("+84900000000"));
    assert_eq!(told[3]["voice"]["duration"], json!(7));
    let file = rig.ok("getFile", json!({ "file_id": told[3]["voice"]["file_id"] })).await;
    assert!(file["file_path"].as_str().unwrap().starts_with("voice/"), "{file}");
    for message in told {
        serde_json::from_value::<teloxide::types::Message>(message.clone())
            .unwrap_or_else(|e| panic!("{e}: {message}"));
    }
    let shown = rig.people.show(chat).unwrap();
    assert!(shown.contains("[sticker 👍]") && shown.contains("📍 20.05, 105.9") && shown.contains("🎤 7 s"), "{shown}");
}

#[tokio::test]
async fn a_person_changes_an_own_message_and_the_bot_is_told_again() {
    let (rig, chat, binh) = open().await;
    let said = act(&rig, "say", json!({ "person": binh, "chat": chat, "text": "da nhna" })).await["message_id"].clone();
    rig.pass(60_000);
    act(&rig, "edit-text", json!({ "person": binh, "chat": chat, "message": said, "text": "da nhan" })).await;
    let edited = rig.updates().await[1]["edited_message"].clone();
    assert_eq!((&edited["message_id"], &edited["text"]), (&said, &json!("da nhan")));
    assert_eq!(edited["edit_date"].as_i64().unwrap(), edited["date"].as_i64().unwrap() + 60);
    let lan = rig.person("Lan");
    rig.people.join(chat, lan, None).unwrap();
    let id = said.as_i64().unwrap();
    assert!(rig.people.edit_text(lan, chat, id, "x").unwrap_err().to_string().contains("may not write"));
}

#[tokio::test]
async fn reactions_reach_a_bot_that_is_administrator_and_asked_for_them() {
    let (rig, chat, binh) = open().await;
    let asked = rig.send(chat, "VB-2025-0042").await;
    let react = |emoji: &str| json!({ "person": binh, "chat": chat, "message": asked, "emoji": emoji });
    assert!(act(&rig, "react", react("👍")).await["unheard"].as_str().unwrap().contains("message_reaction"));
    rig.people.promote(chat, rig.bot()).unwrap();
    rig.ok("getUpdates", json!({ "allowed_updates": ["message", "message_reaction"], "offset": -1 })).await;
    rig.updates().await;
    assert!(act(&rig, "react", react("❤")).await.get("unheard").is_none());
    act(&rig, "react", react("")).await;
    let told = rig.updates().await;
    let (first, last) = (&told[0]["message_reaction"], &told[1]["message_reaction"]);
    assert_eq!((&first["message_id"], &first["user"]["id"]), (&json!(asked), &json!(binh)));
    assert_eq!((&first["old_reaction"][0]["emoji"], &first["new_reaction"][0]["emoji"]), (&json!("👍"), &json!("❤")));
    assert_eq!(last["new_reaction"], json!([]));
}

#[tokio::test]
async fn a_forwarded_message_names_its_first_writer() {
    let (rig, chat, binh) = open().await;
    let lan = rig.person("Lan");
    rig.people.join(chat, lan, None).unwrap();
    let said = act(&rig, "say", json!({ "person": binh, "chat": chat, "text": "gốc" })).await["message_id"].clone();
    let once = json!({ "person": lan, "from_chat": chat, "message": said, "to_chat": chat });
    let once = act(&rig, "forward", once).await["message_id"].clone();
    rig.updates().await;
    act(&rig, "forward", json!({ "person": lan, "from_chat": chat, "message": once, "to_chat": "bot" })).await;
    let told = rig.updates().await[0]["message"].clone();
    let origin = &told["forward_origin"];
    assert_eq!((&origin["type"], &origin["sender_user"]["id"]), (&json!("user"), &json!(binh)));
    assert_eq!((&told["from"]["id"], &told["text"]), (&json!(lan), &json!("gốc")));
}

#[tokio::test]
async fn topics_of_a_forum_are_told_and_a_bot_writes_into_them() {
    let (rig, chat, binh) = open().await;
    act(&rig, "forum", json!({ "chat": chat, "on": true })).await;
    let begun = act(&rig, "topic", json!({ "chat": chat, "person": binh, "name": "Loa phát thanh" })).await;
    let topic = begun["id"].as_i64().unwrap();
    act(&rig, "say", json!({ "person": binh, "chat": chat, "topic": topic, "text": "trong chủ đề" })).await;
    let told: Vec<Value> = rig.updates().await.into_iter().map(|update| update["message"].clone()).collect();
    assert_eq!(told[0]["forum_topic_created"]["name"], json!("Loa phát thanh"));
    assert_eq!((&told[1]["message_thread_id"], &told[1]["is_topic_message"]), (&json!(topic), &json!(true)));
    assert_eq!(
        (&told[1]["reply_to_message"]["message_id"], &told[1]["chat"]["is_forum"]),
        (&json!(topic), &json!(true))
    );
    let sent = rig.ok("sendMessage", json!({ "chat_id": chat, "text": "a", "message_thread_id": topic })).await;
    assert_eq!(sent["message_thread_id"], json!(topic));
    let reply = json!({ "chat_id": chat, "text": "b", "reply_parameters": { "message_id": told[1]["message_id"] } });
    assert_eq!(rig.ok("sendMessage", reply).await["message_thread_id"], json!(topic), "a reply stays in its topic");
    let nowhere = json!({ "chat_id": chat, "text": "a", "message_thread_id": 99 });
    assert_eq!(rig.err("sendMessage", nowhere).await, "400 Bad Request: message thread not found");
    let lost = rig.people.act(&Act::say(binh, chat, "x").in_topic(99)).unwrap_err().to_string();
    assert_eq!(lost, "there is no topic 99");
}

#[tokio::test]
async fn an_anonymous_administrator_writes_in_the_groups_name() {
    let (rig, chat, binh) = open().await;
    act(&rig, "anonymous", json!({ "chat": chat, "person": binh, "on": true })).await;
    act(&rig, "say", json!({ "person": binh, "chat": chat, "text": "đã nhận" })).await;
    let told = rig.updates().await[0]["message"].clone();
    assert_eq!((&told["from"]["id"], &told["sender_chat"]["id"]), (&json!(1_087_968_824), &json!(chat)));
    act(&rig, "anonymous", json!({ "chat": chat, "person": binh, "on": false })).await;
    act(&rig, "say", json!({ "person": binh, "chat": chat, "text": "đã nhận" })).await;
    let told = rig.updates().await[0]["message"].clone();
    assert_eq!((&told["from"]["id"], told.get("sender_chat")), (&json!(binh), None));
}

#[tokio::test]
async fn privacy_mode_is_switched_at_run_time_and_who_is_not_heard_is_told_so() {
    let rig = Rig::new().await;
    let (chat, binh) = rig.group().await;
    let say = json!({ "person": binh, "chat": chat, "text": "đã nhận" });
    let why = act(&rig, "say", say.clone()).await["unheard"].as_str().unwrap().to_owned();
    assert!(why.contains("@loa_xa_bot"), "{why}");
    act(&rig, "privacy", json!({ "on": false })).await;
    assert!(act(&rig, "say", say.clone()).await.get("unheard").is_none());
    act(&rig, "privacy", json!({ "on": true })).await;
    act(&rig, "say", say).await;
    assert_eq!(rig.updates().await.len(), 1);
}

#[tokio::test]
async fn a_bot_that_was_thrown_out_is_let_in_again() {
    let (rig, chat, _) = open().await;
    act(&rig, "kick", json!({ "chat": chat })).await;
    assert!(rig.err("sendMessage", json!({ "chat_id": chat, "text": "a" })).await.contains("bot was kicked"));
    act(&rig, "invite", json!({ "chat": chat })).await;
    rig.send(chat, "lại đây").await;
}

#[tokio::test]
async fn rights_are_refused_by_the_kind_of_content() {
    let (rig, chat, _) = open().await;
    let rights =
        |messages, documents, photos| json!({ "messages": messages, "documents": documents, "photos": photos });
    act(&rig, "rights", json!({ "chat": chat, "rights": rights(true, false, true) })).await;
    rig.send(chat, "được").await;
    let form = reqwest::multipart::Form::new().text("chat_id", chat.to_string());
    let form = form.part("document", reqwest::multipart::Part::bytes(b"%PDF".as_slice()).file_name("a.pdf"));
    let answer = rig.http.post(rig.url("sendDocument")).multipart(form).send().await.unwrap();
    let answer: Value = answer.json().await.unwrap();
    assert_eq!(answer["description"], json!("Bad Request: not enough rights to send documents to the chat"));
}

//! Every answer and update is read by an independent client's types.

use loa_sandbox::telegram::{GroupKind, Rights};
use reqwest::multipart::{Form, Part};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use teloxide::types::{ChatFullInfo, ChatMember, File, Me, Message, Update, UpdateKind, WebhookInfo};

use super::{Rig, ack_keyboard};

#[track_caller]
fn read<T: DeserializeOwned>(value: &Value) -> T {
    serde_json::from_value(value.clone()).unwrap_or_else(|e| panic!("{e}\n{value:#}"))
}

async fn upload(rig: &Rig, method: &str, field: &'static str, chat: i64, bytes: Vec<u8>) -> Value {
    let form = Form::new()
        .text("chat_id", chat.to_string())
        .text("caption", "tệp")
        .part(field, Part::bytes(bytes).file_name("a.bin"));
    let mut answer: Value = rig.http.post(rig.url(method)).multipart(form).send().await.unwrap().json().await.unwrap();
    assert_eq!(answer["ok"], json!(true), "{answer}");
    answer["result"].take()
}

#[tokio::test]
async fn messages_are_read_by_teloxide() {
    let rig = Rig::new().await;
    let (chat, _) = rig.group().await;
    let html = "<b>Đậm</b> <a href=\"https://halong.example\">x</a> <pre><code class=\"language-c\">y</code></pre> /lenh @tenai #the";
    let text = rig
        .ok(
            "sendMessage",
            json!({ "chat_id": chat, "text": html, "parse_mode": "HTML", "reply_markup": ack_keyboard("a") }),
        )
        .await;
    let message: Message = read(&text);
    assert_eq!(message.parse_entities().unwrap().len(), 6);
    assert_eq!(message.reply_markup().unwrap().inline_keyboard[0][0].text, "✅ Đã nhận");
    let document: Message = read(&upload(&rig, "sendDocument", "document", chat, vec![1]).await);
    assert_eq!((document.document().unwrap().file.size, document.caption()), (1, Some("tệp")));
    let gif = b"GIF89a\x40\x01\xf0\0".to_vec();
    let photo: Message = read(&upload(&rig, "sendPhoto", "photo", chat, gif).await);
    assert_eq!((photo.photo().unwrap()[0].width, photo.photo().unwrap()[0].height), (320, 240));
    let reply = json!({ "chat_id": chat, "text": "a", "reply_parameters": { "message_id": message.id.0 }, "protect_content": true });
    let reply: Message = read(&rig.ok("sendMessage", reply).await);
    assert_eq!(reply.reply_to_message().unwrap().id, message.id);
    let forward = json!({ "chat_id": chat, "from_chat_id": chat, "message_id": message.id.0 });
    let forward: Message = read(&rig.ok("forwardMessage", forward).await);
    assert!(forward.forward_origin().is_some());
    let edit = json!({ "chat_id": chat, "message_id": message.id.0, "text": "mới" });
    assert!(read::<Message>(&rig.ok("editMessageText", edit).await).edit_date().is_some());
}

#[tokio::test]
async fn every_update_is_read_by_teloxide() {
    let rig = Rig::new().await;
    let (lan, binh) = (rig.person("Lan"), rig.person("Bình"));
    rig.ok("getUpdates", json!({ "allowed_updates": ["message", "callback_query", "my_chat_member", "chat_member"] }))
        .await;
    let basic = rig.people.add_group(None, "Nhóm", GroupKind::Group, &[lan, rig.bot()]).unwrap();
    rig.people.promote(basic, rig.bot()).unwrap();
    rig.people.join(basic, binh, None).unwrap();
    rig.people.restrict(basic, binh, Rights::NONE).unwrap();
    rig.people.rename(basic, "Tên mới").unwrap();
    rig.people.start(lan, None).unwrap();
    rig.people.send_file(lan, basic, "a.pdf", vec![1], Some("chú thích")).unwrap();
    rig.ok("sendMessage", json!({ "chat_id": basic, "text": "a", "reply_markup": ack_keyboard("a") })).await;
    rig.people.press(lan, basic, None, "a").unwrap();
    rig.people.set_blocked(lan, None, true).unwrap();
    let group = rig.people.migrate(basic).unwrap();
    rig.people.leave(group, binh).unwrap();
    rig.people.kick(group, rig.bot(), None).unwrap();
    let updates = rig.updates().await;
    assert_eq!(updates.len(), 16, "{updates:#?}");
    for update in &updates {
        // From text, as it comes over the wire: these types do not read an update out of a parsed value.
        let read: Update = serde_json::from_str(&update.to_string()).unwrap();
        assert!(!matches!(read.kind, UpdateKind::Error(_)), "{update:#}");
    }
}

#[tokio::test]
async fn answers_about_chats_and_members_are_read_by_teloxide() {
    let rig = Rig::new().await;
    let (chat, binh) = rig.group().await;
    rig.people.start(binh, None).unwrap();
    rig.people.set_slow_mode(chat, 10).unwrap();
    let me: Me = read(&rig.ok("getMe", json!({})).await);
    assert_eq!(me.username(), "loa_xa_bot");
    for id in [chat, binh] {
        let full: ChatFullInfo = read(&rig.ok("getChat", json!({ "chat_id": id })).await);
        assert_eq!(full.id.0, id);
    }
    let member = |user: i64| json!({ "chat_id": chat, "user_id": user });
    assert!(read::<ChatMember>(&rig.ok("getChatMember", member(binh)).await).is_owner());
    rig.people.promote(chat, rig.bot()).unwrap();
    assert!(read::<ChatMember>(&rig.ok("getChatMember", member(rig.bot())).await).is_administrator());
    let tam = rig.person("Tâm");
    rig.people.join(chat, tam, None).unwrap();
    rig.people.restrict(chat, tam, Rights::NONE).unwrap();
    assert!(read::<ChatMember>(&rig.ok("getChatMember", member(tam)).await).is_restricted());
    rig.people.kick(chat, tam, None).unwrap();
    assert!(read::<ChatMember>(&rig.ok("getChatMember", member(tam)).await).is_banned());
    let admins: Vec<ChatMember> = read(&rig.ok("getChatAdministrators", json!({ "chat_id": chat })).await);
    assert_eq!(admins.len(), 2);
    let _: WebhookInfo = read(&rig.ok("getWebhookInfo", json!({})).await);
    let sent = upload(&rig, "sendDocument", "document", chat, vec![1, 2]).await;
    let file: File = read(&rig.ok("getFile", json!({ "file_id": sent["document"]["file_id"] })).await);
    assert_eq!(file.size, 2);
}

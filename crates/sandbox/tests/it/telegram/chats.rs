//! Questions about chats and members, and command lists.

use loa_sandbox::telegram::GroupKind;
use rstest::rstest;
use serde_json::{Value, json};

use super::Rig;

#[tokio::test]
async fn members_administrators_and_counts_are_told() {
    let rig = Rig::new().await;
    let (chat, binh) = rig.group().await;
    let tam = rig.person("Tâm");
    let member = |user: i64| json!({ "chat_id": chat, "user_id": user });
    assert_eq!(rig.ok("getChatMember", member(tam)).await["status"], json!("left"));
    rig.people.join(chat, tam, None).unwrap();
    assert_eq!(rig.ok("getChatMember", member(tam)).await["status"], json!("member"));
    assert_eq!(rig.ok("getChatMember", member(binh)).await["status"], json!("creator"));
    assert_eq!(rig.ok("getChatMemberCount", json!({ "chat_id": chat })).await, json!(3));
    rig.people.promote(chat, tam).unwrap();
    let admins = rig.ok("getChatAdministrators", json!({ "chat_id": chat })).await;
    let ids: Vec<_> = admins.as_array().unwrap().iter().map(|a| a["user"]["id"].as_i64().unwrap()).collect();
    assert_eq!(ids, [binh, tam]);
    assert_eq!(rig.err("getChatMember", member(31_337)).await, "400 Bad Request: PARTICIPANT_ID_INVALID");
    assert_eq!(rig.err("getChatMember", member(-1)).await, "400 Bad Request: invalid user_id specified");
}

#[tokio::test]
async fn chats_are_described_by_kind() {
    let rig = Rig::new().await;
    let (basic, binh) = rig.group_of(GroupKind::Group).await;
    rig.people.start(binh, None).unwrap();
    let chat = |id: i64| json!({ "chat_id": id });
    assert_eq!(rig.ok("getChat", chat(basic)).await["type"], json!("group"));
    let private = rig.ok("getChat", chat(binh)).await;
    assert_eq!((private["type"].as_str(), private["first_name"].as_str()), (Some("private"), Some("Bình")));
    let none = rig.err("getChatAdministrators", chat(binh)).await;
    assert_eq!(none, "400 Bad Request: there are no administrators in the private chat");
    assert_eq!(rig.err("getChat", chat(31_337)).await, "400 Bad Request: chat not found");
}

#[tokio::test]
async fn a_public_supergroup_is_found_by_name_and_a_new_title_is_told() {
    let rig = Rig::new().await;
    let (chat, _) = rig.group().await;
    rig.people.set_public_name(chat, Some("xa_ha_long")).unwrap();
    assert_eq!(rig.ok("getChat", json!({ "chat_id": "@XA_ha_long" })).await["id"], json!(chat));
    rig.people.rename(chat, "Trưởng thôn xã Hà Long").unwrap();
    assert_eq!(rig.updates().await[0]["message"]["new_chat_title"], json!("Trưởng thôn xã Hà Long"));
}

#[tokio::test]
async fn chat_actions_are_checked() {
    let rig = Rig::new().await;
    let (chat, _) = rig.group().await;
    rig.ok("sendChatAction", json!({ "chat_id": chat, "action": "upload_document" })).await;
    let wrong = rig.err("sendChatAction", json!({ "chat_id": chat, "action": "dancing" })).await;
    assert_eq!(wrong, "400 Bad Request: wrong parameter action in request");
}

#[tokio::test]
async fn commands_are_kept_per_scope_and_language() {
    let rig = Rig::new().await;
    let list = |c: &str| json!([{ "command": c, "description": "Việc" }]);
    let group = json!({ "type": "chat", "chat_id": -5 });
    rig.ok("setMyCommands", json!({ "commands": list("vanban") })).await;
    rig.ok("setMyCommands", json!({ "commands": list("trangthai"), "scope": group })).await;
    assert_eq!(rig.ok("getMyCommands", json!({})).await, list("vanban"));
    assert_eq!(rig.ok("getMyCommands", json!({ "scope": group })).await, list("trangthai"));
    assert_eq!(rig.ok("getMyCommands", json!({ "language_code": "vi" })).await, json!([]));
    rig.ok("deleteMyCommands", json!({ "scope": group })).await;
    assert_eq!(rig.ok("getMyCommands", json!({ "scope": group })).await, json!([]));
}

#[rstest]
#[case(json!({}), "expected an Array of BotCommand")]
#[case(json!({ "commands": [{ "command": "Văn_bản", "description": "a" }] }), "BOT_COMMAND_INVALID")]
#[case(json!({ "commands": [{ "command": "a", "description": "" }] }), "BOT_COMMAND_DESCRIPTION_INVALID")]
#[case(json!({ "commands": [], "scope": { "type": "moon" } }), "can't parse BotCommandScope: Unsupported type specified")]
#[case(json!({ "commands": [], "scope": { "type": "chat" } }), "can't parse BotCommandScope: Empty chat_id specified")]
#[tokio::test]
async fn faulty_command_lists_are_refused(#[case] body: Value, #[case] text: &str) {
    let rig = Rig::new().await;
    assert_eq!(rig.err("setMyCommands", body).await, format!("400 Bad Request: {text}"));
}

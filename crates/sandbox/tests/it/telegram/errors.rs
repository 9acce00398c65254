//! The refusals of sending: exact texts, HTTP status equal to `error_code`, no effect.

use loa_sandbox::telegram::{GroupKind, Rights};
use rstest::rstest;
use serde_json::{Value, json};

use super::{Rig, ack_keyboard};

async fn refused(rig: &Rig, chat: i64) -> String {
    let before = rig.people.sent_log().len();
    let text = rig.err("sendMessage", json!({ "chat_id": chat, "text": "xin chào" })).await;
    assert_eq!(rig.people.sent_log().len(), before, "a refused call has no effect");
    text
}

#[tokio::test]
async fn a_basic_group_that_was_upgraded_names_its_new_id() {
    let rig = Rig::new().await;
    let (chat, _) = rig.group_of(GroupKind::Group).await;
    let new = rig.people.migrate(chat).unwrap();
    let (status, answer) = rig.call("sendMessage", json!({ "chat_id": chat, "text": "a" })).await;
    assert_eq!(status.as_u16(), 400);
    assert_eq!(answer["description"], json!("Bad Request: group chat was upgraded to a supergroup chat"));
    assert_eq!(answer["parameters"], json!({ "migrate_to_chat_id": new }));
    assert_eq!(rig.send(new, "a").await, 2, "the supergroup counts its own messages, after the service message");
    let told: Vec<_> = rig.updates().await.into_iter().map(|mut u| u["message"].take()).collect();
    assert_eq!((told[0]["chat"]["id"].as_i64(), told[0]["migrate_to_chat_id"].as_i64()), (Some(chat), Some(new)));
    assert_eq!((told[1]["chat"]["id"].as_i64(), told[1]["migrate_from_chat_id"].as_i64()), (Some(new), Some(chat)));
    assert_eq!(rig.ok("getChat", json!({ "chat_id": chat })).await["type"], json!("group"), "reading still works");
}

#[rstest]
#[case(GroupKind::Group, "403 Forbidden: bot was kicked from the group chat")]
#[case(GroupKind::Supergroup, "403 Forbidden: bot was kicked from the supergroup chat")]
#[tokio::test]
async fn a_kicked_bot_is_told_so(#[case] kind: GroupKind, #[case] text: &str) {
    let rig = Rig::new().await;
    let (chat, binh) = rig.group_of(kind).await;
    rig.people.kick(chat, rig.bot(), Some(binh)).unwrap();
    assert_eq!(refused(&rig, chat).await, text);
    let change = rig.updates().await.into_iter().find(|u| !u["my_chat_member"].is_null()).unwrap();
    assert_eq!(change["my_chat_member"]["new_chat_member"]["status"], json!("kicked"));
    assert_eq!(change["my_chat_member"]["old_chat_member"]["status"], json!("member"));
    assert_eq!(change["my_chat_member"]["from"]["id"], json!(binh));
}

#[rstest]
#[case(GroupKind::Group, "403 Forbidden: bot is not a member of the group chat")]
#[case(GroupKind::Supergroup, "403 Forbidden: bot is not a member of the supergroup chat")]
#[tokio::test]
async fn a_bot_that_left_is_no_member(#[case] kind: GroupKind, #[case] text: &str) {
    let rig = Rig::new().await;
    let (chat, _) = rig.group_of(kind).await;
    rig.ok("leaveChat", json!({ "chat_id": chat })).await;
    assert_eq!(refused(&rig, chat).await, text);
}

#[tokio::test]
async fn a_deleted_group_is_gone() {
    let rig = Rig::new().await;
    let (chat, _) = rig.group_of(GroupKind::Group).await;
    rig.people.delete_group(chat).unwrap();
    assert_eq!(refused(&rig, chat).await, "403 Forbidden: the group chat was deleted");
}

#[tokio::test]
async fn an_unknown_chat_is_not_found() {
    let rig = Rig::new().await;
    let owner = rig.person("Lan");
    let foreign = rig.people.add_group(None, "Nhóm khác", GroupKind::Supergroup, &[owner]).unwrap();
    for chat in [json!(-1_009_999_999_999_i64), json!(424_242), json!("@nobody_here"), json!("abc"), json!(foreign)] {
        let body = json!({ "chat_id": chat, "text": "a" });
        assert_eq!(rig.err("sendMessage", body).await, "400 Bad Request: chat not found", "{chat}");
    }
    assert_eq!(rig.err("sendMessage", json!({ "text": "a" })).await, "400 Bad Request: chat_id is empty");
}

#[tokio::test]
async fn a_restricted_bot_lacks_the_rights_it_was_denied() {
    let rig = Rig::new().await;
    let (chat, _) = rig.group().await;
    rig.people.restrict(chat, rig.bot(), Rights { messages: false, ..Rights::ALL }).unwrap();
    assert_eq!(refused(&rig, chat).await, "400 Bad Request: not enough rights to send text messages to the chat");
    rig.people.restrict(chat, rig.bot(), Rights::NONE).unwrap();
    assert_eq!(refused(&rig, chat).await, "400 Bad Request: have no write access to the chat");
    rig.people.restrict(chat, rig.bot(), Rights { documents: false, ..Rights::ALL }).unwrap();
    let form = reqwest::multipart::Form::new()
        .text("chat_id", chat.to_string())
        .part("document", reqwest::multipart::Part::bytes(vec![1]).file_name("a.pdf"));
    let answer: Value =
        rig.http.post(rig.url("sendDocument")).multipart(form).send().await.unwrap().json().await.unwrap();
    assert_eq!(answer["description"], json!("Bad Request: not enough rights to send documents to the chat"));
}

#[tokio::test]
async fn a_private_chat_opens_with_start_and_closes_with_a_block() {
    let rig = Rig::new().await;
    let (_, binh) = rig.group().await;
    let can_not = "403 Forbidden: bot can't initiate conversation with a user";
    assert_eq!(refused(&rig, binh).await, can_not, "known from the group only");
    rig.people.start(binh, None).unwrap();
    rig.send(binh, "Chào bác").await;
    rig.people.set_blocked(binh, None, true).unwrap();
    assert_eq!(refused(&rig, binh).await, "403 Forbidden: bot was blocked by the user");
    rig.people.start(binh, None).unwrap();
    rig.send(binh, "Chào bác lần nữa").await;
    rig.people.deactivate(binh).unwrap();
    assert_eq!(refused(&rig, binh).await, "403 Forbidden: user is deactivated");
    let statuses: Vec<_> = rig.updates().await.into_iter().filter(|u| !u["my_chat_member"].is_null()).collect();
    assert_eq!(statuses.len(), 2, "one for the block, one for its end");
}

#[rstest]
#[case(json!({ "text": "" }), "message text is empty")]
#[case(json!({}), "message text is empty")]
#[case(json!({ "text": " \n " }), "text must be non-empty")]
#[case(json!({ "text": "a".repeat(4_097) }), "message is too long")]
#[case(json!({ "text": "ệ".repeat(4_097) }), "message is too long")]
#[case(json!({ "text": "a".repeat(32_769) }), "text is too long")]
#[case(json!({ "text": "a", "parse_mode": "Runes" }), "unsupported parse_mode")]
#[case(json!({ "text": "<b>a", "parse_mode": "HTML" }),
    "can't parse entities: Can't find end tag corresponding to start tag \"b\"")]
#[case(json!({ "text": "đ <x>", "parse_mode": "html" }),
    "can't parse entities: Unsupported start tag \"x\" at byte offset 3")]
#[case(json!({ "text": "a</b>", "parse_mode": "HTML" }), "can't parse entities: Unexpected end tag at byte offset 1")]
#[case(json!({ "text": "<b>a</i>", "parse_mode": "HTML" }),
    "can't parse entities: Unmatched end tag at byte offset 4, expected \"</b>\", found \"</i>\"")]
#[case(json!({ "text": "1 < 2", "parse_mode": "HTML" }), "can't parse entities: Unsupported start tag \"\" at byte offset 2")]
#[case(json!({ "text": "a<b", "parse_mode": "HTML" }), "can't parse entities: Unclosed start tag at byte offset 1")]
#[case(json!({ "text": "<a href=x_y>z</a>", "parse_mode": "HTML" }),
    "can't parse entities: Unexpected end of name token at byte offset 8")]
#[case(json!({ "text": "a", "reply_markup": "{" }), "can't parse reply keyboard markup JSON object")]
#[case(json!({ "text": "a", "reply_markup": [] }), "object expected as reply markup")]
#[case(json!({ "text": "a", "reply_markup": { "inline_keyboard": [[{ "text": "b" }]] } }),
    "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")]
#[case(json!({ "text": "a", "reply_markup": { "inline_keyboard": [{ "text": "b" }] } }),
    "field \"inline_keyboard\" of the InlineKeyboardMarkup must be an Array of Arrays")]
#[case(json!({ "text": "a", "reply_markup": ack_keyboard(&"x".repeat(65)) }), "BUTTON_DATA_INVALID")]
#[case(json!({ "text": "a", "reply_markup": ack_keyboard(&"đ".repeat(33)) }), "BUTTON_DATA_INVALID")]
#[case(json!({ "text": "a", "reply_parameters": { "message_id": 99 } }), "message to be replied not found")]
#[case(json!({ "text": "a", "reply_to_message_id": 99 }), "message to be replied not found")]
#[tokio::test]
async fn a_message_with_faulty_content_is_refused(#[case] mut body: Value, #[case] text: &str) {
    let rig = Rig::new().await;
    let (chat, _) = rig.group().await;
    body["chat_id"] = json!(chat);
    assert_eq!(rig.err("sendMessage", body).await, format!("400 Bad Request: {text}"));
    assert!(rig.people.sent_log().is_empty());
}

#[tokio::test]
async fn the_longest_lawful_contents_pass() {
    let rig = Rig::new().await;
    let (chat, _) = rig.group().await;
    let markup = ack_keyboard(&"x".repeat(64));
    let text = format!("<b>{}</b>", "🔔".repeat(4_096));
    rig.ok("sendMessage", json!({ "chat_id": chat, "text": text, "parse_mode": "HTML", "reply_markup": markup })).await;
    let lenient = json!({ "message_id": 99, "allow_sending_without_reply": true });
    rig.ok("sendMessage", json!({ "chat_id": chat, "text": "a", "reply_parameters": lenient })).await;
}

#[tokio::test]
async fn a_revoked_token_is_unauthorized_even_while_polling() {
    let rig = Rig::new().await;
    let poll = rig.call("getUpdates", json!({ "timeout": 50 }));
    let revoke = async {
        rig.until_polling().await;
        rig.people.set_revoked(rig.bot(), true).unwrap();
    };
    let ((status, answer), ()) = tokio::join!(poll, revoke);
    assert_eq!((status.as_u16(), answer["description"].as_str()), (401, Some("Unauthorized")));
}

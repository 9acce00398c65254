//! The methods there are, one by one, as an ordinary client calls them.

use rstest::rstest;
use serde_json::json;

use super::{MONDAY, Rig};

#[tokio::test]
async fn get_me_tells_id_names_type_and_whether_groups_are_possible() {
    let rig = Rig::with(|config| config.quirks.can_join_groups = false).await;
    let me = rig.ok("getMe", json!({})).await;
    assert_eq!(me["id"], json!(rig.people.bot_id()));
    assert_eq!((&me["account_type"], &me["can_join_groups"]), (&json!("BASIC"), &json!(false)));
    assert_eq!(me["display_name"], json!("Bot Xã Mẫu"));
    assert!(me["account_name"].as_str().unwrap().starts_with("bot."), "{me}");
}

#[tokio::test]
async fn a_text_is_answered_with_a_hex_id_and_milliseconds() {
    let rig = Rig::new().await;
    let (chat, ..) = rig.group();
    let sent = rig.ok("sendMessage", json!({ "chat_id": chat, "text": "Chào bà con" })).await;
    assert_eq!(sent["date"], json!(MONDAY));
    let id = sent["message_id"].as_str().unwrap();
    assert!(id.len() == 24 && id.bytes().all(|b| b.is_ascii_hexdigit()), "{id}");
    assert_eq!(rig.people.messages(&chat).unwrap().last().unwrap().id, id);
    assert_ne!(rig.send(&chat, "Chào bà con").await, id, "the same text twice is two messages");
}

#[tokio::test]
async fn query_form_json_and_multipart_say_the_same_by_get_or_post() {
    let rig = Rig::new().await;
    let chat = rig.friend().await;
    let pairs = [("chat_id", chat.as_str()), ("text", "một lời")];
    let form = pairs.iter().fold(reqwest::multipart::Form::new(), |form, (name, value)| {
        form.text((*name).to_owned(), (*value).to_owned())
    });
    let url = rig.url("sendMessage");
    let requests = [
        rig.http.get(&url).query(&pairs),
        rig.http.post(&url).query(&pairs),
        rig.http
            .post(&url)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(format!("chat_id={chat}&text=m%E1%BB%99t+l%E1%BB%9Di")),
        rig.http.post(&url).json(&json!({ "chat_id": chat, "text": "một lời" })),
        rig.http.post(&url).multipart(form),
    ];
    for request in requests {
        let answer: serde_json::Value = request.send().await.unwrap().json().await.unwrap();
        assert_eq!(answer["ok"], json!(true), "{answer}");
    }
    let texts: Vec<_> = rig.people.sent_log().into_iter().map(|sent| sent.text).collect();
    assert_eq!(texts, ["một lời"; 5]);
}

#[rstest]
#[case::longest(2_000, 0, true)]
#[case::one_too_long(2_001, 0, false)]
#[case::a_sign_outside_the_base_plane_counts_twice(1_998, 1, true)]
#[case::two_of_them_are_too_long(1_998, 2, false)]
#[case::nothing(0, 0, false)]
#[tokio::test]
async fn a_text_has_1_to_2000_utf16_units(#[case] plain: usize, #[case] signs: usize, #[case] taken: bool) {
    let rig = Rig::new().await;
    let chat = rig.friend().await;
    let text = "ậ".repeat(plain) + &"📢".repeat(signs);
    let (status, answer) = rig.call("sendMessage", json!({ "chat_id": chat, "text": text })).await;
    assert_eq!((status, &answer["ok"]), (if taken { 200 } else { 400 }, &json!(taken)), "{answer}");
}

#[rstest]
#[case::markdown(json!({ "parse_mode": "markdown" }), "**Gấp** {red}mai{/red}", "Gấp mai")]
#[case::html(json!({ "parse_mode": "html" }), "<b>Gấp</b> 1 &lt; 2", "Gấp 1 < 2")]
#[case::nothing(json!({}), "**Gấp**", "**Gấp**")]
#[case::styles(json!({ "text_styles": [{ "start": 0, "len": 3, "st": ["b", "c_db342e"] }] }), "Gấp", "Gấp")]
#[case::mode_wins_over_styles(json!({ "parse_mode": "html", "text_styles": [{ "start": 90 }] }), "<i>a</i>", "a")]
#[tokio::test]
async fn markup_is_not_shown_to_people(#[case] mut body: serde_json::Value, #[case] text: &str, #[case] shown: &str) {
    let rig = Rig::new().await;
    let chat = rig.friend().await;
    body["chat_id"] = json!(chat);
    body["text"] = json!(text);
    rig.ok("sendMessage", body).await;
    assert_eq!(rig.people.messages(&chat).unwrap().last().unwrap().text, shown);
}

#[rstest]
#[case::mode(json!({ "parse_mode": "MarkdownV2" }))]
#[case::beyond_the_text(json!({ "text_styles": [{ "start": 2, "len": 3, "st": ["b"] }] }))]
#[case::nothing_styled(json!({ "text_styles": [{ "start": 0, "len": 0, "st": ["b"] }] }))]
#[case::unknown_code(json!({ "text_styles": [{ "start": 0, "len": 1, "st": ["bold"] }] }))]
#[case::no_code(json!({ "text_styles": [{ "start": 0, "len": 1, "st": [] }] }))]
#[case::no_list(json!({ "text_styles": "b" }))]
#[tokio::test]
async fn faulty_markup_is_a_bad_request(#[case] mut body: serde_json::Value) {
    let rig = Rig::new().await;
    body["chat_id"] = json!(rig.friend().await);
    // Four units: the loudspeaker is two of them.
    body["text"] = json!("ab📢");
    assert_eq!(rig.err("sendMessage", body).await, 400);
    assert!(rig.people.sent_log().is_empty());
}

#[tokio::test]
async fn a_quote_asked_for_by_the_bot_is_ignored() {
    let rig = Rig::new().await;
    let chat = rig.friend().await;
    let first = rig.send(&chat, "một").await;
    rig.ok("sendMessage", json!({ "chat_id": chat, "text": "hai", "reply_to_message_id": first })).await;
    assert_eq!(rig.people.messages(&chat).unwrap().last().unwrap().reply_to, None);
}

#[tokio::test]
async fn a_sticker_arrives_in_private_and_in_a_group() {
    let rig = Rig::new().await;
    let (group, ..) = rig.group();
    for chat in [group, rig.friend().await] {
        rig.ok("sendSticker", json!({ "chat_id": chat, "sticker": "s1" })).await;
        assert_eq!(rig.people.messages(&chat).unwrap().last().unwrap().file.as_deref(), Some("sticker s1"));
    }
    assert_eq!(rig.err("sendSticker", json!({ "chat_id": "x" })).await, 400);
}

#[tokio::test]
async fn a_voice_into_a_group_is_answered_like_any_other_and_vanishes() {
    let rig = Rig::new().await;
    let (group, ..) = rig.group();
    let before = rig.people.messages(&group).unwrap();
    let voice = |chat: &str, url: &str| json!({ "chat_id": chat, "voice_url": url });
    let sent = rig.ok("sendVoice", voice(&group, "https://loa.example/a.aac")).await;
    assert!(sent["message_id"].is_string());
    assert_eq!(rig.people.messages(&group).unwrap(), before);
    assert!(rig.people.sent_log()[0].vanished);
    let lan = rig.friend().await;
    rig.ok("sendVoice", voice(&lan, "https://loa.example/a.aac")).await;
    assert_eq!(rig.people.messages(&lan).unwrap().last().unwrap().file.as_deref(), Some("voice.aac"));
    assert_eq!(rig.err("sendVoice", voice(&lan, "https://loa.example/a.mp3")).await, 400);
}

#[tokio::test]
async fn typing_is_a_success_without_a_result_and_no_message() {
    let rig = Rig::new().await;
    let chat = rig.friend().await;
    let answer = rig.call("sendChatAction", json!({ "chat_id": chat, "action": "typing" })).await;
    assert_eq!(answer, (200, json!({ "ok": true })));
    assert_eq!(rig.err("sendChatAction", json!({ "chat_id": chat, "action": "upload_photo" })).await, 400);
    assert_eq!(rig.people.counts().quota_used, 0);
}

#[rstest]
#[case("sendDocument")]
#[case("sendFile")]
#[case("sendVideo")]
#[case("sendMediaGroup")]
#[case("editMessageText")]
#[case("deleteMessage")]
#[case("answerCallbackQuery")]
#[case("getChat")]
#[case("getChatMember")]
#[case("leaveChat")]
#[case("getFile")]
#[case("setMyCommands")]
#[case("testWebhook")]
#[case("getme")]
#[case("SendMessage")]
#[case("getMe/")]
#[tokio::test]
async fn there_are_no_other_methods_and_names_are_case_sensitive(#[case] method: &str) {
    let rig = Rig::new().await;
    let chat = rig.friend().await;
    let (status, answer) = rig.call(method, json!({ "chat_id": chat, "text": "a" })).await;
    assert_eq!((status, &answer["error_code"]), (404, &json!(404)), "{method}: {answer}");
}

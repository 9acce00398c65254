//! Formatting, replies, edits, deletions, copies.

use rstest::rstest;
use serde_json::{Value, json};

use super::{Rig, ack_keyboard};

/// Sends HTML and returns text and entities, each as `kind offset length extra`.
async fn html(rig: &Rig, chat: i64, text: &str) -> (String, Vec<String>) {
    let message = rig.ok("sendMessage", json!({ "chat_id": chat, "text": text, "parse_mode": "HTML" })).await;
    let entities = message["entities"].as_array().cloned().unwrap_or_default();
    let shown = entities.iter().map(|e| {
        let extra = ["url", "language", "custom_emoji_id"].iter().find_map(|f| e[f].as_str()).unwrap_or_default();
        format!("{} {} {} {extra}", e["type"].as_str().unwrap(), e["offset"], e["length"]).trim_end().to_owned()
    });
    (message["text"].as_str().unwrap().to_owned(), shown.collect())
}

#[rstest]
#[case("<b>Kính gửi</b>: các thôn", "Kính gửi: các thôn", &["bold 0 8"])]
#[case("🔵 <strong>VĂN BẢN</strong>", "🔵 VĂN BẢN", &["bold 3 7"])]
#[case("<b><i>a</i> b</b>", "a b", &["bold 0 3", "italic 0 1"])]
#[case("a &lt;b&gt; &amp;amp; &quot;c&quot; &#39;d&#x27; &nbsp; & e", "a <b> &amp; \"c\" 'd' &nbsp; & e", &[])]
#[case("<a href=\"https://halong.example/a?b=1&amp;c=2\">Xem</a>", "Xem",
    &["text_link 0 3 https://halong.example/a?b=1&c=2"])]
#[case("<pre><code class=\"language-rust\">fn</code></pre>", "fn", &["pre 0 2 rust"])]
#[case("<code>x</code> <s>y</s> <u>z</u>", "x y z", &["code 0 1", "strikethrough 2 1", "underline 4 1"])]
#[case("<blockquote expandable>dài</blockquote>", "dài", &["expandable_blockquote 0 3"])]
#[case("<span class=\"tg-spoiler\">kín</span>", "kín", &["spoiler 0 3"])]
#[case("<b></b>trống", "trống", &[])]
#[case("  \n<B>hoa</B>  \n", "hoa", &["bold 0 3"])]
#[tokio::test]
async fn html_becomes_text_and_entities(#[case] raw: &str, #[case] text: &str, #[case] entities: &[&str]) {
    let rig = Rig::new().await;
    let (chat, _) = rig.group().await;
    let (got, found) = html(&rig, chat, raw).await;
    assert_eq!(got, text);
    assert_eq!(found, entities);
}

#[tokio::test]
async fn commands_mentions_tags_and_links_are_found_in_plain_text() {
    let rig = Rig::new().await;
    let (chat, _) = rig.group().await;
    let text = "🔔 /xacminh VB-2025-0042 @loa_xa_bot #thôn3 https://halong.example/x. a/b a@b.c 1/2";
    let (_, found) = html(&rig, chat, text).await;
    assert_eq!(found, ["bot_command 3 8", "mention 25 11", "hashtag 37 6", "url 44 24"]);
}

#[tokio::test]
async fn given_entities_are_kept_and_checked() {
    let rig = Rig::new().await;
    let (chat, _) = rig.group().await;
    let bold = |length: i64| json!([{ "type": "bold", "offset": 0, "length": length }, { "type": "url", "offset": 0, "length": 1 }]);
    let sent = rig.ok("sendMessage", json!({ "chat_id": chat, "text": "Kính gửi", "entities": bold(4) })).await;
    assert_eq!(sent["entities"], json!([{ "type": "bold", "offset": 0, "length": 4 }]));
    let refused = rig.err("sendMessage", json!({ "chat_id": chat, "text": "Kính", "entities": bold(5) })).await;
    assert!(refused.contains("ends after the end of the text"), "{refused}");
}

#[tokio::test]
async fn a_reply_shows_what_it_answers_one_level_deep() {
    let rig = Rig::new().await;
    let (chat, _) = rig.group().await;
    let first = rig.send(chat, "một").await;
    let reply =
        |to: i64, text: &str| json!({ "chat_id": chat, "text": text, "reply_parameters": { "message_id": to } });
    let second = rig.ok("sendMessage", reply(first, "hai")).await;
    assert_eq!(second["reply_to_message"]["text"], json!("một"));
    let third = rig.ok("sendMessage", reply(second["message_id"].as_i64().unwrap(), "ba")).await;
    assert_eq!(third["reply_to_message"]["text"], json!("hai"));
    assert_eq!(third["reply_to_message"]["reply_to_message"], Value::Null);
}

#[tokio::test]
async fn an_edit_changes_text_and_buttons_and_refuses_to_change_nothing() {
    let rig = Rig::new().await;
    let (chat, _) = rig.group().await;
    let body =
        json!({ "chat_id": chat, "text": "<b>0/24</b>", "parse_mode": "HTML", "reply_markup": ack_keyboard("a") });
    let id = rig.ok("sendMessage", body.clone()).await["message_id"].clone();
    let edit = |text: &str, markup: Value| json!({ "chat_id": chat, "message_id": id, "text": text, "parse_mode": "HTML", "reply_markup": markup });
    let same = "400 Bad Request: message is not modified: specified new message content and reply markup are exactly \
                the same as a current content and reply markup of the message";
    assert_eq!(rig.err("editMessageText", edit("<b>0/24</b>", ack_keyboard("a"))).await, same);
    rig.pass(60_000);
    let edited = rig.ok("editMessageText", edit("<b>1/24</b>", ack_keyboard("a"))).await;
    assert_eq!((edited["text"].as_str(), &edited["message_id"]), (Some("1/24"), &id));
    assert_eq!(edited["edit_date"].as_i64().unwrap() - edited["date"].as_i64().unwrap(), 60);
    rig.ok("editMessageText", edit("1/24", ack_keyboard("a"))).await;
    let bare = json!({ "chat_id": chat, "message_id": id, "text": "1/24" });
    assert_eq!(
        rig.ok("editMessageText", bare.clone()).await["reply_markup"],
        Value::Null,
        "no buttons given, none left"
    );
    assert_eq!(rig.err("editMessageText", bare).await, same);
    let markup = json!({ "chat_id": chat, "message_id": id, "reply_markup": ack_keyboard("b") });
    assert_eq!(rig.ok("editMessageReplyMarkup", markup.clone()).await["reply_markup"], ack_keyboard("b"));
    assert_eq!(rig.err("editMessageReplyMarkup", markup).await, same);
}

#[tokio::test]
async fn only_own_messages_with_the_right_content_can_be_edited() {
    let rig = Rig::new().await;
    let (chat, binh) = rig.group().await;
    let theirs = rig.people.say(binh, chat, "họp", None).unwrap();
    let ours = rig.send(chat, "chữ").await;
    let text = |id: i64| json!({ "chat_id": chat, "message_id": id, "text": "mới" });
    assert_eq!(rig.err("editMessageText", text(theirs)).await, "400 Bad Request: message can't be edited");
    assert_eq!(rig.err("editMessageText", text(9_999)).await, "400 Bad Request: message to edit not found");
    assert_eq!(
        rig.err("editMessageText", json!({ "text": "a" })).await,
        "400 Bad Request: message identifier is not specified"
    );
    let caption = json!({ "chat_id": chat, "message_id": ours, "caption": "mới" });
    assert_eq!(
        rig.err("editMessageCaption", caption).await,
        "400 Bad Request: there is no caption in the message to edit"
    );
    rig.ok("deleteMessage", json!({ "chat_id": chat, "message_id": ours })).await;
    assert_eq!(rig.err("editMessageText", text(ours)).await, "400 Bad Request: message to edit not found");
}

#[tokio::test]
async fn own_messages_can_be_edited_at_any_age_and_deleted_for_two_days() {
    let rig = Rig::new().await;
    let (chat, binh) = rig.group().await;
    let (first, second) = (rig.send(chat, "một").await, rig.send(chat, "hai").await);
    let delete = |id: i64| json!({ "chat_id": chat, "message_id": id });
    rig.pass(48 * 3_600_000 - 1);
    assert_eq!(rig.ok("deleteMessage", delete(first)).await, json!(true));
    assert_eq!(rig.err("deleteMessage", delete(first)).await, "400 Bad Request: message to delete not found");
    rig.pass(1);
    assert_eq!(
        rig.err("deleteMessage", delete(second)).await,
        "400 Bad Request: message can't be deleted for everyone"
    );
    rig.ok("editMessageText", json!({ "chat_id": chat, "message_id": second, "text": "ĐÃ THU HỒI" })).await;
    let theirs = rig.people.say(binh, chat, "của tôi", None).unwrap();
    assert_eq!(
        rig.err("deleteMessage", delete(theirs)).await,
        "400 Bad Request: message can't be deleted for everyone"
    );
    rig.people.promote(chat, rig.bot()).unwrap();
    rig.ok("deleteMessage", delete(theirs)).await;
}

#[tokio::test]
async fn several_messages_are_deleted_at_once_and_missing_ones_passed_over() {
    let rig = Rig::new().await;
    let (chat, _) = rig.group().await;
    let (first, second) = (rig.send(chat, "một").await, rig.send(chat, "hai").await);
    rig.ok("deleteMessages", json!({ "chat_id": chat, "message_ids": [first, 777, second] })).await;
    assert!(rig.people.messages(chat).unwrap().iter().filter(|m| !m.service).all(|m| m.deleted));
    let many: Vec<i64> = (1..=101).collect();
    let refused = rig.err("deleteMessages", json!({ "chat_id": chat, "message_ids": many })).await;
    assert_eq!(refused, "400 Bad Request: too many message identifiers specified");
}

#[tokio::test]
async fn a_copy_has_no_origin_and_a_forward_has_one() {
    let rig = Rig::new().await;
    let (chat, binh) = rig.group().await;
    let original = rig.people.say(binh, chat, "nước lên rồi", None).unwrap();
    let body = json!({ "chat_id": chat, "from_chat_id": chat, "message_id": original });
    let copy = rig.ok("copyMessage", body.clone()).await;
    let forward = rig.ok("forwardMessage", body).await;
    assert_eq!(copy.as_object().unwrap().keys().collect::<Vec<_>>(), ["message_id"]);
    assert_eq!(forward["text"], json!("nước lên rồi"));
    assert_eq!(forward["forward_origin"]["sender_user"]["id"], json!(binh));
}

#[tokio::test]
async fn the_log_keeps_the_order_of_everything_accepted() {
    let rig = Rig::new().await;
    let (chat, _) = rig.group().await;
    let id = rig.send(chat, "một").await;
    rig.pass(5);
    rig.ok("editMessageText", json!({ "chat_id": chat, "message_id": id, "text": "hai" })).await;
    rig.ok("deleteMessage", json!({ "chat_id": chat, "message_id": id })).await;
    rig.err("sendMessage", json!({ "chat_id": 1, "text": "a" })).await;
    let log: Value = serde_json::to_value(rig.people.sent_log()).unwrap();
    let short: Vec<_> = log
        .as_array()
        .unwrap()
        .iter()
        .map(|e| format!("{} {} {}", e["act"], e["text"], e["at_ms"].as_i64().unwrap() - super::MONDAY))
        .collect();
    assert_eq!(short, ["\"sent\" \"một\" 0", "\"edited\" \"hai\" 5", "\"deleted\" \"\" 5"]);
}

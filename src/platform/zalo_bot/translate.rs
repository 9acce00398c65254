//! From the Zalo Bot's events (`message.text.received` and its kin) to the house's.

use serde_json::Value;

use crate::domain::event::{AccountRef, ChatKind, ChatRef, Event, IncomingFile, IncomingMessage, ReplyRef};
use crate::domain::text::nfc;
use crate::platform::{loose, mention};

/// The event an update stands for; none for what the house does not use. `names` are what people mention the bot by.
pub(super) fn event(update: &Value, names: &[String]) -> Option<Event> {
    let message = update.get("message")?;
    let chat = chat(message)?;
    let text = [&message["text"], &message["caption"]].into_iter().map(loose::text).find(|text| !text.is_empty());
    let text = text.unwrap_or_default();
    let file = file(message);
    // Content withheld from us is still somebody who answered; a sticker says nothing.
    let withheld = loose::text(&update["event_name"]) == "message.unsupported.received";
    if text.is_empty() && file.is_none() && !withheld {
        return None;
    }
    let stripped = mention::stripped(text, names);
    Some(Event::Message(IncomingMessage {
        from: account(&message["from"])?,
        external_id: loose::id(&message["message_id"])?,
        said_at: loose::instant(&message["date"]),
        reply: reply(message, chat.kind, stripped.is_some()),
        topic: None,
        mentions_us: stripped.is_some(),
        hidden_links: Vec::new(),
        text: stripped.unwrap_or_else(|| nfc(text)),
        file,
        chat,
    }))
}

fn chat(message: &Value) -> Option<ChatRef> {
    let chat = &message["chat"];
    let external_id = loose::id(&chat["id"])?;
    let group = match loose::text(&chat["chat_type"]).to_ascii_uppercase().as_str() {
        "GROUP" => true,
        "PRIVATE" => false,
        // Not said: group ids have a shape of their own.
        _ => external_id.starts_with(super::GROUP_PREFIX),
    };
    // The platform tells no group its title.
    let title = if group { loose::text(&chat["title"]) } else { loose::text(&message["from"]["display_name"]) };
    let kind = if group { ChatKind::Group } else { ChatKind::Private };
    Some(ChatRef { external_id, kind, title: nfc(title) })
}

fn account(user: &Value) -> Option<AccountRef> {
    Some(AccountRef {
        external_id: loose::id(&user["id"])?,
        name: nfc(loose::text(&user["display_name"])),
        is_bot: user["is_bot"].as_bool().unwrap_or(false),
    })
}

/// A picture or a recording, under either of the names its address was seen with.
fn file(message: &Value) -> Option<IncomingFile> {
    let address =
        |keys: [&str; 2]| keys.into_iter().find_map(|key| message[key].as_str().filter(|url| !url.is_empty()));
    let (reference, name, media_type) = match address(["photo", "photo_url"]) {
        Some(photo) => (photo, "anh.jpg", "image/jpeg"),
        None => (address(["voice_url", "voice"])?, "ghi-am.aac", "audio/aac"),
    };
    Some(IncomingFile {
        reference: reference.to_owned(),
        name: name.to_owned(),
        size: None,
        media_type: Some(media_type.to_owned()),
    })
}

/// In a group nothing arrives but mentions and replies to us: what mentions nobody by name is a reply. No field for the
/// message replied to is documented; one that Telegram has is read, should it come.
fn reply(message: &Value, kind: ChatKind, mentioned: bool) -> Option<ReplyRef> {
    let external_id = loose::id(&message["reply_to_message"]["message_id"]);
    let replied = external_id.is_some() || (kind == ChatKind::Group && !mentioned);
    replied.then_some(ReplyRef { external_id, to_us: true })
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use serde_json::json;

    use super::*;
    use crate::domain::calendar::Millis;

    fn names() -> Vec<String> {
        vec!["Bot Xã Mẫu".to_owned(), "bot.xamau".to_owned()]
    }

    fn message(update: &Value) -> IncomingMessage {
        match event(update, &names()) {
            Some(Event::Message(message)) => message,
            other => panic!("a message, not {other:?}"),
        }
    }

    fn group(event_name: &str, content: &Value) -> Value {
        let mut update = json!({"event_name": event_name, "message": {
            "message_id": "0a1b", "date": 1_789_000_000_000_i64,
            "from": {"id": "f00d", "display_name": "Bình", "is_bot": false},
            "chat": {"id": "zgr-c0de", "chat_type": "GROUP"}}});
        for (key, value) in content.as_object().unwrap() {
            update["message"][key] = value.clone();
        }
        update
    }

    #[test]
    fn a_mention_in_a_group_is_taken_out_of_the_text() {
        let said = message(&group("message.text.received", &json!({"text": "@Bot Xã Mẫu đã nhận K7F2"})));
        assert_eq!((said.text.as_str(), said.mentions_us, said.reply), ("đã nhận K7F2", true, None));
        assert_eq!((said.chat.external_id.as_str(), said.chat.kind), ("zgr-c0de", ChatKind::Group));
        assert_eq!((said.from.name.as_str(), said.said_at), ("Bình", Some(Millis(1_789_000_000_000))));
    }

    #[test]
    fn a_group_message_without_a_mention_is_a_reply_to_us() {
        let said = message(&group("message.text.received", &json!({"text": "da nhan"})));
        assert_eq!(said.reply, Some(ReplyRef { external_id: None, to_us: true }));
        assert!(!said.mentions_us);
    }

    #[test]
    fn a_private_message_is_a_reply_to_nobody() {
        let update = json!({"event_name": "message.text.received", "message": {
            "message_id": 12, "date": "1789000000", "text": "xin chào",
            "from": {"id": 7, "display_name": "An"}, "chat": {"id": 7, "chat_type": "PRIVATE"}}});
        let said = message(&update);
        assert_eq!((said.reply, said.chat.kind, said.chat.title.as_str()), (None, ChatKind::Private, "An"));
        assert_eq!((said.external_id.as_str(), said.from.external_id.as_str()), ("12", "7"));
        assert_eq!(said.said_at, Some(Millis(1_789_000_000_000)));
    }

    #[rstest]
    #[case::documented(json!({"photo": "https://f1.zdn.vn/a.jpg"}))]
    #[case::captured(json!({"photo_url": "https://f1.zdn.vn/a.jpg", "message_type": "CHAT_PHOTO"}))]
    fn a_picture_is_read_under_both_names(#[case] content: Value) {
        let file = message(&group("message.image.received", &content)).file.unwrap();
        assert_eq!(
            (file.reference.as_str(), file.media_type.as_deref()),
            ("https://f1.zdn.vn/a.jpg", Some("image/jpeg"))
        );
    }

    #[test]
    fn the_caption_of_a_picture_is_its_text() {
        let content = json!({"photo_url": "https://f1.zdn.vn/a.jpg", "caption": "@bot.xamau băng rôn"});
        assert_eq!(message(&group("message.image.received", &content)).text, "băng rôn");
    }

    #[test]
    fn withheld_content_is_a_message_without_text_and_a_sticker_is_nothing() {
        let said = message(&group("message.unsupported.received", &json!({})));
        assert_eq!((said.text.as_str(), said.file), ("", None));
        assert_eq!(event(&group("message.sticker.received", &json!({"sticker": "x"})), &names()), None);
    }

    #[rstest]
    #[case(json!({"event_name": "webhook.test", "message": {"message_id": "webhook-test", "date": 1_789_000_000}}))]
    #[case(json!({"event_name": "from.the.future"}))]
    #[case(json!(null))]
    #[case(json!([1, 2]))]
    fn what_the_house_does_not_know_is_nothing(#[case] update: Value) {
        assert_eq!(event(&update, &names()), None);
    }

    #[rstest]
    #[case::as_documented(json!("0a1b"), json!("501"), json!(1_789_000_000_000_i64))]
    #[case::as_numbers(json!(7), json!(501), json!("1789000000000"))]
    #[case::dated_in_seconds(json!("0a1b"), json!("501"), json!(1_789_000_000))]
    fn ids_and_times_are_read_as_texts_and_as_numbers(#[case] id: Value, #[case] user: Value, #[case] date: Value) {
        let update = json!({"event_name": "message.text.received", "message": {
            "message_id": id, "date": date, "text": "đã nhận",
            "from": {"id": user, "display_name": "Bình"}, "chat": {"id": user, "chat_type": "PRIVATE"}}});
        let said = message(&update);
        assert_eq!((said.from.external_id.as_str(), said.chat.external_id.as_str()), ("501", "501"));
        assert_eq!(said.said_at, Some(Millis(1_789_000_000_000)));
        assert!(["0a1b", "7"].contains(&said.external_id.as_str()), "{}", said.external_id);
    }
}

//! From the Bot API's update objects (`message`, `callback_query`, `my_chat_member`) to the house's events.

use serde_json::Value;

use crate::domain::calendar::Millis;
use crate::domain::event::{
    AccountRef, ButtonPress, ChatKind, ChatRef, Event, IncomingFile, IncomingMessage, Membership, ReplyRef, Rights,
};
use crate::domain::text::nfc;
use crate::platform::SelfInfo;

/// Hidden addresses of a message that are kept.
const MOST_LINKS: usize = 10;

/// The event an update stands for; none for what the house does not use (channels, edits, service messages).
pub(super) fn event(update: &Value, me: &SelfInfo) -> Option<Event> {
    if let Some(message) = update.get("message") {
        return message_event(message, me);
    }
    if let Some(press) = update.get("callback_query") {
        return press_event(press);
    }
    update.get("my_chat_member").and_then(membership_event)
}

fn message_event(message: &Value, me: &SelfInfo) -> Option<Event> {
    if let Some(to) = message.get("migrate_to_chat_id") {
        return Some(Event::Moved { from: id(&message["chat"]["id"])?, to: id(to)? });
    }
    // The other half of a migration, in the new chat: it says the same.
    if let Some(from) = message.get("migrate_from_chat_id") {
        return Some(Event::Moved { from: id(from)?, to: id(&message["chat"]["id"])? });
    }
    let text = message.get("text").or_else(|| message.get("caption")).and_then(Value::as_str).unwrap_or_default();
    let file = file(message);
    if text.is_empty() && file.is_none() {
        return None;
    }
    Some(Event::Message(IncomingMessage {
        chat: chat(&message["chat"])?,
        from: account(&message["from"])?,
        external_id: id(&message["message_id"])?,
        // Unix seconds (Telegram Bot API, Message).
        said_at: message["date"].as_i64().map(|seconds| Millis(seconds.saturating_mul(1_000))),
        text: nfc(text),
        file,
        reply: reply(message, me),
        topic: topic(message).and_then(id),
        mentions_us: mentions(message, text, me),
        hidden_links: hidden_links(message, text),
    }))
}

fn press_event(press: &Value) -> Option<Event> {
    // A press without a message (inline mode, or a message too old) names no chat: nothing of ours.
    let message = press.get("message")?;
    Some(Event::Press(ButtonPress {
        chat: chat(&message["chat"])?,
        from: account(&press["from"])?,
        press_id: press["id"].as_str()?.to_owned(),
        message_external_id: id(&message["message_id"])?,
        data: press["data"].as_str()?.to_owned(),
    }))
}

fn membership_event(change: &Value) -> Option<Event> {
    let member = &change["new_chat_member"];
    let present = match member["status"].as_str() {
        Some("creator" | "administrator" | "member") => true,
        Some("restricted") => member["is_member"].as_bool().unwrap_or(false),
        Some("left" | "kicked") => false,
        // A word from the future says nothing yet: a group is not lost by it.
        other => {
            let status: String = other.unwrap_or_default().chars().take(32).collect();
            tracing::warn!(status, "membership.unknown_status");
            return None;
        }
    };
    let (chat, by) = (chat(&change["chat"])?, account(&change["from"])?);
    Some(Event::Membership(Membership { chat, by, present, rights: rights(member) }))
}

/// What somebody may do in a group, as far as their own standing says: what the group permits to all its members stands elsewhere.
pub(super) fn rights(member: &Value) -> Rights {
    match member["status"].as_str() {
        Some("creator" | "administrator") => Rights { writes: Some(true), files: Some(true) },
        Some("restricted") => permissions(member),
        _ => Rights::default(),
    }
}

/// Permissions of a restricted member, or of a group's members (Bot API, `ChatMemberRestricted` and `ChatPermissions`).
pub(super) fn permissions(given: &Value) -> Rights {
    Rights { writes: given["can_send_messages"].as_bool(), files: given["can_send_documents"].as_bool() }
}

fn chat(chat: &Value) -> Option<ChatRef> {
    let kind = match chat["type"].as_str()? {
        "private" => ChatKind::Private,
        "group" | "supergroup" => ChatKind::Group,
        _ => return None,
    };
    let title = match kind {
        ChatKind::Private => full_name(chat),
        ChatKind::Group => chat["title"].as_str().map(nfc).unwrap_or_default(),
    };
    Some(ChatRef { external_id: id(&chat["id"])?, kind, title })
}

fn account(user: &Value) -> Option<AccountRef> {
    Some(AccountRef {
        external_id: id(&user["id"])?,
        name: full_name(user),
        is_bot: user["is_bot"].as_bool().unwrap_or(false),
    })
}

fn full_name(user: &Value) -> String {
    let part = |key: &str| user[key].as_str().unwrap_or_default().to_owned();
    nfc(format!("{} {}", part("first_name"), part("last_name")).trim())
}

/// What Telegram calls a kind of file, the name of one that has none, and the media type of one that does not say.
const KINDS: [(&str, &str, Option<&str>); 6] = [
    ("document", "anh.jpg", None),
    ("voice", "ghi-am.ogg", Some("audio/ogg")),
    ("audio", "ghi-am.mp3", Some("audio/mpeg")),
    ("video", "video.mp4", Some("video/mp4")),
    ("video_note", "video.mp4", Some("video/mp4")),
    ("animation", "video.mp4", Some("video/mp4")),
];

/// Documents, photos, recordings and videos; the largest size of a photo stands last.
fn file(message: &Value) -> Option<IncomingFile> {
    let photo = message.get("photo").and_then(Value::as_array).and_then(|sizes| sizes.last());
    let photo = photo.map(|photo| (photo, "anh.jpg", None));
    let kind = KINDS.iter().find_map(|(kind, name, media)| Some((message.get(kind)?, *name, *media)));
    let (file, name, media) = kind.or(photo)?;
    Some(IncomingFile {
        reference: file["file_id"].as_str()?.to_owned(),
        name: nfc(file["file_name"].as_str().unwrap_or(name)),
        size: file["file_size"].as_u64(),
        media_type: file["mime_type"].as_str().or(media).map(str::to_owned),
    })
}

/// The topic of a forum it stands in. Answers have a thread in other groups too, and that is none.
fn topic(message: &Value) -> Option<&Value> {
    message.get("message_thread_id").filter(|_| message["is_topic_message"] == Value::Bool(true))
}

fn reply(message: &Value, me: &SelfInfo) -> Option<ReplyRef> {
    let replied = message.get("reply_to_message")?;
    // Whatever is said in a topic answers its first message, as the platform puts it: that is plain talk.
    if topic(message).is_some_and(|root| *root == replied["message_id"]) {
        return None;
    }
    Some(ReplyRef {
        external_id: id(&replied["message_id"]),
        to_us: id(&replied["from"]["id"]).as_deref() == Some(me.external_id.as_str()),
    })
}

fn entities(message: &Value) -> &[Value] {
    let entities = message.get("entities").or_else(|| message.get("caption_entities"));
    entities.and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// Addresses that words lead to which are not them (Telegram Bot API, `MessageEntity`, `text_link`).
fn hidden_links(message: &Value, text: &str) -> Vec<String> {
    let links = entities(message).iter().filter(|entity| entity["type"] == "text_link");
    let links = links.filter_map(|entity| entity["url"].as_str()).filter(|link| !text.contains(*link));
    links.take(MOST_LINKS).map(str::to_owned).collect()
}

fn mentions(message: &Value, text: &str, me: &SelfInfo) -> bool {
    let handle = format!("@{}", me.username);
    entities(message).iter().any(|entity| match entity["type"].as_str() {
        Some("mention") => entity_text(text, entity).is_some_and(|name| name.eq_ignore_ascii_case(&handle)),
        Some("text_mention") => id(&entity["user"]["id"]).as_deref() == Some(me.external_id.as_str()),
        _ => false,
    })
}

/// Offsets and lengths of entities count UTF-16 units.
fn entity_text(text: &str, entity: &Value) -> Option<String> {
    let offset = usize::try_from(entity["offset"].as_u64()?).ok()?;
    let length = usize::try_from(entity["length"].as_u64()?).ok()?;
    let units: Vec<u16> = text.encode_utf16().collect();
    String::from_utf16(units.get(offset..offset.checked_add(length)?)?).ok()
}

fn id(value: &Value) -> Option<String> {
    value.as_i64().map(|number| number.to_string())
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use serde_json::json;

    use super::*;

    fn me() -> SelfInfo {
        SelfInfo { external_id: "900".to_owned(), username: "loa_bot".to_owned(), hears_all: false }
    }

    #[test]
    fn a_reply_to_our_message_in_a_supergroup_is_read_with_both_ids() {
        let update = json!({"update_id": 1, "message": {
            "message_id": 77, "date": 1, "chat": {"id": -1_001_234_i64, "type": "supergroup", "title": "Thôn 03"},
            "from": {"id": 5, "is_bot": false, "first_name": "Bình"},
            "text": "da nhan", "reply_to_message": {"message_id": 70, "from": {"id": 900, "is_bot": true}}}});
        let Some(Event::Message(message)) = event(&update, &me()) else { panic!("a message") };
        assert_eq!(message.chat.kind, ChatKind::Group);
        assert_eq!(message.reply, Some(ReplyRef { external_id: Some("70".to_owned()), to_us: true }));
        assert_eq!(message.from.name, "Bình");
    }

    fn in_a_thread(is_topic: bool) -> Option<ReplyRef> {
        let update = json!({"update_id": 1, "message": {
            "message_id": 77, "date": 1, "message_thread_id": 70, "is_topic_message": is_topic,
            "chat": {"id": -1_001_234_i64, "type": "supergroup", "title": "Thôn 03"},
            "from": {"id": 5, "is_bot": false, "first_name": "Bình"},
            "text": "da nhan", "reply_to_message": {"message_id": 70, "from": {"id": 900, "is_bot": true}}}});
        let Some(Event::Message(message)) = event(&update, &me()) else { panic!("a message") };
        assert_eq!(message.topic.as_deref(), is_topic.then_some("70"));
        message.reply
    }

    #[test]
    fn what_is_said_in_a_topic_answers_nothing_and_an_answer_in_a_thread_answers_its_first_message() {
        assert_eq!(in_a_thread(true), None, "a topic that our bot began");
        assert!(in_a_thread(false).is_some_and(|reply| reply.to_us));
    }

    #[test]
    fn a_mention_after_an_emoji_is_found_by_its_utf16_place() {
        let update = json!({"update_id": 1, "message": {
            "message_id": 1, "date": 1, "chat": {"id": -5, "type": "group", "title": "x"},
            "from": {"id": 5, "is_bot": false, "first_name": "A"},
            "text": "📢 @Loa_Bot ơi", "entities": [{"type": "mention", "offset": 3, "length": 8}]}});
        let Some(Event::Message(message)) = event(&update, &me()) else { panic!("a message") };
        assert!(message.mentions_us);
    }

    #[test]
    fn addresses_behind_words_are_told_where_the_words_do_not_show_them() {
        let update = json!({"update_id": 1, "message": {
            "message_id": 1, "date": 1, "chat": {"id": 5, "type": "private"}, "from": {"id": 5, "first_name": "A"},
            "text": "xem tại xa.vn", "entities": [
                {"type": "text_link", "offset": 8, "length": 5, "url": "https://xau.example/a"},
                {"type": "text_link", "offset": 8, "length": 5, "url": "xa.vn"}]}});
        let Some(Event::Message(message)) = event(&update, &me()) else { panic!("a message") };
        assert_eq!(message.hidden_links, ["https://xau.example/a"]);
    }

    #[test]
    fn both_service_messages_of_a_migration_say_the_same_move() {
        let old = json!({"update_id": 1, "message": {"message_id": 1, "chat": {"id": -5, "type": "group"}, "migrate_to_chat_id": -1_005}});
        let new = json!({"update_id": 2, "message": {"message_id": 1, "chat": {"id": -1_005, "type": "supergroup"}, "migrate_from_chat_id": -5}});
        let moved = Some(Event::Moved { from: "-5".to_owned(), to: "-1005".to_owned() });
        assert_eq!(event(&old, &me()), moved);
        assert_eq!(event(&new, &me()), moved);
    }

    #[test]
    fn a_kick_is_an_absence_and_a_promotion_is_a_presence() {
        let change = |status: &str| {
            json!({"update_id": 1, "my_chat_member": {
                "chat": {"id": -5, "type": "group", "title": "x"}, "from": {"id": 5, "is_bot": false, "first_name": "A"},
                "new_chat_member": {"status": status}}})
        };
        let present = |status| match event(&change(status), &me()) {
            Some(Event::Membership(membership)) => membership.present,
            other => panic!("unexpected {other:?}"),
        };
        assert!(!present("kicked"));
        assert!(present("administrator"));
    }

    #[test]
    fn a_restricted_bot_is_there_and_may_do_what_is_said() {
        let update = json!({"update_id": 1, "my_chat_member": {
            "chat": {"id": -5, "type": "group", "title": "x"}, "from": {"id": 5, "is_bot": false, "first_name": "A"},
            "new_chat_member": {"status": "restricted", "is_member": true, "can_send_messages": true, "can_send_documents": false}}});
        let Some(Event::Membership(membership)) = event(&update, &me()) else { panic!("a membership") };
        assert!(membership.present);
        assert_eq!(membership.rights, Rights { writes: Some(true), files: Some(false) });
    }

    #[rstest]
    #[case(json!("banned"))]
    #[case(json!(null))]
    #[case(json!(7))]
    fn a_status_from_the_future_changes_nothing(#[case] status: Value) {
        let update = json!({"update_id": 1, "my_chat_member": {
            "chat": {"id": -5, "type": "group", "title": "x"}, "from": {"id": 5, "is_bot": false, "first_name": "A"},
            "new_chat_member": {"status": status}}});
        assert_eq!(event(&update, &me()), None);
    }

    #[test]
    fn channels_edits_and_unknown_updates_are_nothing_to_us() {
        assert_eq!(event(&json!({"update_id": 1, "edited_message": {}}), &me()), None);
        assert_eq!(
            event(
                &json!({"update_id": 1, "message": {"message_id": 1, "chat": {"id": -9, "type": "channel"}, "text": "x"}}),
                &me()
            ),
            None
        );
        assert_eq!(event(&json!({"update_id": 1, "from_the_future": 7}), &me()), None);
    }
}

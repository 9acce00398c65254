//! From an Official Account's webhooks, and from the rows of its history, to the house's events.
//!
//! Names of events differ between the lists that exist, so families are matched by their beginnings and ends, and every
//! alias by itself.

use serde_json::{Value, json};

use super::address::Place;
use super::send::call;
use crate::domain::event::{AccountRef, Event, IncomingFile, IncomingMessage, Membership, ReplyRef, Rights};
use crate::domain::text::nfc;
use crate::platform::{RawUpdate, envelope, loose, mention};

/// What the gateway knows beside the update.
pub(super) struct Known<'a> {
    /// The account, by the platform's id.
    pub(super) oa_id: &'a str,
    /// Names people mention it by.
    pub(super) names: &'a [String],
    /// Whether a message is one of ours, by its id; false when nobody remembers.
    pub(super) is_own: &'a dyn Fn(&str) -> bool,
    /// A person's name, where it was seen.
    pub(super) name_of: &'a dyn Fn(&str) -> String,
}

/// An update under the key that every way of receiving gives it: the message's id, or for what is no message the event, its
/// time and whom it is about. None for what names no event.
pub(super) fn keyed(body: Value) -> Option<RawUpdate> {
    let event = loose::text(&body["event_name"]);
    if event.is_empty() {
        return None;
    }
    let key = loose::id(&body["message"]["msg_id"]).unwrap_or_else(|| {
        let part = |value: &Value| loose::id(value).unwrap_or_default();
        let about = [&body["sender"]["id"], &body["follower"]["id"], &body["recipient"]["id"], &body["group_id"]];
        let about: Vec<String> = about.into_iter().map(part).collect();
        format!("{event}:{}:{}", part(&body["timestamp"]), about.join(":"))
    });
    Some(RawUpdate { key, number: None, body })
}

/// What the signature needs of a body that cannot be read as a whole.
pub(super) fn legible(body: &[u8]) -> Value {
    let text = String::from_utf8_lossy(body);
    let part = |name| envelope::field(&text, name).unwrap_or_default();
    json!({ "event_name": part("event_name"), "timestamp": part("timestamp") })
}

/// A row of a group's history, in the shape of a webhook.
pub(super) fn of_history(group: &str, row: &Value) -> Option<RawUpdate> {
    let ours = loose::number(&row["src"]) == Some(0);
    let kind = loose::text(&row["type"]);
    let kind = if kind.is_empty() { "text" } else { kind };
    let side = if ours { "oa" } else { "user" };
    let mut message = json!({ "msg_id": loose::id(&row["message_id"])?, "text": loose::text(&row["message"]) });
    if let Some(url) = row["url"].as_str().filter(|url| !url.is_empty()) {
        message["attachments"] = json!([{ "type": kind, "payload": { "url": url } }]);
    }
    keyed(json!({
        "event_name": format!("{side}_send_group_{kind}"),
        "timestamp": row["time"],
        "sender": { "id": row["from_id"], "display_name": row["from_display_name"] },
        "recipient": { "id": group },
        "message": message,
    }))
}

/// The event an update stands for; none for what the house does not use.
pub(super) fn event(update: &Value, known: &Known<'_>) -> Option<Event> {
    match loose::text(&update["event_name"]) {
        name if name.starts_with("user_send_group_") => said(update, &group(update, known)?, known),
        name if name.starts_with("oa_send_group_") => echo(update, known),
        name if name.starts_with("user_send_") => said(update, &sender(update)?, known),
        "create_group" => standing(update, &group(update, known)?, true, known),
        "delete_group" | "disperse_group" => standing(update, &group(update, known)?, false, known),
        "follow" => standing(update, &follower(update)?, true, known),
        "unfollow" => standing(update, &follower(update)?, false, known),
        // Who comes, goes and governs in a group is the group's own business, whatever the lists call it.
        other => {
            tracing::debug!(event = other, "zalo_oa.event_ignored");
            None
        }
    }
}

/// The group an event is about: its own field, or the receiver's, which is the account itself when nobody else is meant.
fn group(update: &Value, known: &Known<'_>) -> Option<Place> {
    let candidates = [&update["group_id"], &update["group"]["id"], &update["recipient"]["id"]];
    let id = candidates.into_iter().filter_map(loose::id).find(|id| id != known.oa_id)?;
    Some(Place::Group(id))
}

fn sender(update: &Value) -> Option<Place> {
    loose::id(&update["sender"]["id"]).map(Place::Person)
}

fn follower(update: &Value) -> Option<Place> {
    loose::id(&update["follower"]["id"]).map(Place::Person).or_else(|| sender(update))
}

fn said(update: &Value, place: &Place, known: &Known<'_>) -> Option<Event> {
    let message = &update["message"];
    let text = loose::text(&message["text"]);
    let file = file(message);
    if text.is_empty() && file.is_none() {
        return None;
    }
    let from = account(update, known)?;
    let title = match place {
        Place::Person(_) => from.name.clone(),
        Place::Group(_) => String::new(),
    };
    let stripped = mention::stripped(text, known.names);
    Some(Event::Message(IncomingMessage {
        chat: place.chat(&title),
        from,
        external_id: loose::id(&message["msg_id"])?,
        said_at: loose::instant(&update["timestamp"]),
        reply: reply(message, known),
        topic: None,
        mentions_us: stripped.is_some(),
        hidden_links: Vec::new(),
        text: stripped.unwrap_or_else(|| nfc(text)),
        file,
    }))
}

/// What the account itself said in a group: evidence that a message arrived, whoever of the staff or the service sent it.
fn echo(update: &Value, known: &Known<'_>) -> Option<Event> {
    let message = &update["message"];
    let place = group(update, known)?;
    let text = nfc(loose::text(&message["text"]));
    // The call to everybody is the platform's, not the message's.
    let text = match &place {
        Place::Group(id) => text.strip_prefix(&call(id)).map(str::to_owned).unwrap_or(text),
        Place::Person(_) => text,
    };
    Some(Event::Echo { chat: place.chat(""), external_id: loose::id(&message["msg_id"])?, text })
}

fn standing(update: &Value, place: &Place, present: bool, known: &Known<'_>) -> Option<Event> {
    let by = account(update, known).or_else(|| match place {
        Place::Person(id) => Some(person(id, (known.name_of)(id))),
        // Nobody is named: the account did it itself.
        Place::Group(_) => Some(person(known.oa_id, String::new())),
    })?;
    let title = match place {
        Place::Person(_) => by.name.clone(),
        Place::Group(_) => nfc(loose::text(&update["group_name"])),
    };
    Some(Event::Membership(Membership { chat: place.chat(&title), by, present, rights: Rights::default() }))
}

fn account(update: &Value, known: &Known<'_>) -> Option<AccountRef> {
    let id = loose::id(&update["sender"]["id"])?;
    let shown = nfc(loose::text(&update["sender"]["display_name"]));
    let name = if shown.is_empty() { (known.name_of)(&id) } else { shown };
    Some(AccountRef { is_bot: id == known.oa_id, ..person(&id, name) })
}

fn person(id: &str, name: String) -> AccountRef {
    AccountRef { external_id: Place::Person(id.to_owned()).external_id(), name, is_bot: false }
}

/// The first attachment that has an address. A link is text, not a file.
fn file(message: &Value) -> Option<IncomingFile> {
    let attachments = message["attachments"].as_array()?;
    attachments.iter().filter(|attachment| loose::text(&attachment["type"]) != "link").find_map(|attachment| {
        let payload = &attachment["payload"];
        let picture = matches!(loose::text(&attachment["type"]), "image" | "photo" | "gif");
        let name = loose::text(&payload["name"]);
        let (plain, media) = match loose::text(&attachment["type"]) {
            _ if picture => ("anh.jpg", Some("image/jpeg")),
            "audio" | "voice" => ("ghi-am.aac", Some("audio/aac")),
            "video" => ("video.mp4", Some("video/mp4")),
            _ => ("tep", None),
        };
        Some(IncomingFile {
            reference: payload["url"].as_str().filter(|url| !url.is_empty())?.to_owned(),
            name: nfc(if name.is_empty() { plain } else { name }),
            size: loose::number(&payload["size"]).and_then(|size| u64::try_from(size).ok()),
            media_type: media.map(str::to_owned).or_else(|| media_type(payload)),
        })
    })
}

/// The type, where it reads like one: the platform writes endings such as "pdf" there.
fn media_type(payload: &Value) -> Option<String> {
    payload["type"].as_str().filter(|kind| kind.contains('/')).map(str::to_owned)
}

fn reply(message: &Value, known: &Known<'_>) -> Option<ReplyRef> {
    let external_id = loose::id(&message["quote_msg_id"])?;
    let to_us = (known.is_own)(&external_id);
    Some(ReplyRef { external_id: Some(external_id), to_us })
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::domain::calendar::Millis;
    use crate::domain::event::ChatKind;

    fn read(update: &Value) -> Option<Event> {
        let names = ["Xã Mẫu".to_owned()];
        let known = Known {
            oa_id: "22",
            names: &names,
            is_own: &|id| id == "m-ours",
            name_of: &|id| if id == "501" { "Bình".to_owned() } else { String::new() },
        };
        event(update, &known)
    }

    fn message(update: &Value) -> IncomingMessage {
        match read(update) {
            Some(Event::Message(message)) => message,
            other => panic!("a message, not {other:?}"),
        }
    }

    fn group_post(event_name: &str, message: &Value) -> Value {
        json!({"app_id": "11", "event_name": event_name, "timestamp": "1789000000000", "oa_id": "22",
               "sender": {"id": "501"}, "recipient": {"id": "8301"}, "message": message})
    }

    #[test]
    fn every_word_in_a_group_is_heard() {
        let said = message(&group_post("user_send_group_text", &json!({"msg_id": "m1", "text": "đã nhận K7F2"})));
        assert_eq!((said.chat.external_id.as_str(), said.chat.kind), ("g:8301", ChatKind::Group));
        assert_eq!((said.from.external_id.as_str(), said.from.name.as_str()), ("u:501", "Bình"));
        assert_eq!((said.text.as_str(), said.mentions_us, said.reply), ("đã nhận K7F2", false, None));
        assert_eq!(said.said_at, Some(Millis(1_789_000_000_000)));
    }

    #[test]
    fn a_quote_of_ours_is_a_reply_to_us_and_another_one_is_not() {
        for (quoted, to_us) in [("m-ours", true), ("m-other", false)] {
            let content = json!({"msg_id": "m1", "text": "ok", "quote_msg_id": quoted});
            let reply = message(&group_post("user_send_group_text", &content)).reply.unwrap();
            assert_eq!((reply.external_id.as_deref(), reply.to_us), (Some(quoted), to_us));
        }
    }

    #[test]
    fn a_private_message_comes_from_the_chat_its_account_is_named_after() {
        let update = json!({"event_name": "user_send_text", "timestamp": 1_789_000_000_000_i64,
            "sender": {"id": 501}, "recipient": {"id": "22"}, "message": {"msg_id": 7, "text": "@xã mẫu chào"}});
        let said = message(&update);
        assert_eq!(said.chat.external_id, said.from.external_id);
        assert_eq!((said.chat.kind, said.chat.title.as_str(), said.text.as_str()), (ChatKind::Private, "Bình", "chào"));
        assert!(said.mentions_us);
    }

    #[rstest]
    #[case::in_private("user_send_file", "file")]
    #[case::in_a_group("user_send_group_file", "file")]
    #[case::picture("user_send_image", "image")]
    fn a_file_comes_with_its_name_and_size(#[case] name: &str, #[case] kind: &str) {
        let payload = json!({"url": "https://f1.zdn.vn/a", "name": "a.pdf", "size": "1234", "type": "pdf"});
        let content = json!({"msg_id": "m1", "attachments": [{"type": kind, "payload": payload}]});
        let file = message(&group_post(name, &content)).file.unwrap();
        assert_eq!(
            (file.reference.as_str(), file.name.as_str(), file.size),
            ("https://f1.zdn.vn/a", "a.pdf", Some(1_234))
        );
        assert_eq!(file.media_type.is_some(), kind == "image");
    }

    #[rstest]
    #[case("oa_send_group_text")]
    #[case("oa_send_group_image")]
    #[case("oa_send_group_file")]
    fn what_the_account_said_comes_back_as_an_echo(#[case] name: &str) {
        let update = group_post(name, &json!({"msg_id": "m9", "text": "VB-2025-0042"}));
        let Some(Event::Echo { chat, external_id, text }) = read(&update) else { panic!("an echo") };
        assert_eq!((chat.external_id.as_str(), external_id.as_str(), text.as_str()), ("g:8301", "m9", "VB-2025-0042"));
    }

    #[test]
    fn the_call_to_everybody_is_no_part_of_what_was_said() {
        let update = group_post("oa_send_group_text", &json!({"msg_id": "m9", "text": "[@8301] HT-2025-0001"}));
        assert!(matches!(read(&update), Some(Event::Echo { text, .. }) if text == "HT-2025-0001"));
    }

    #[rstest]
    #[case("create_group", Some(true))]
    #[case("delete_group", Some(false))]
    #[case("disperse_group", Some(false))]
    #[case("follow", Some(true))]
    #[case("unfollow", Some(false))]
    #[case("user_join_group", None)]
    #[case("user_out_group", None)]
    #[case("user_leave_group", None)]
    #[case("update_group_info", None)]
    #[case("add_group_admin", None)]
    #[case("remove_group_admin", None)]
    #[case("user_request_join_group", None)]
    #[case("react_request_join_group", None)]
    #[case("react_request_join_group_accept", None)]
    #[case("reject_request_join_group", None)]
    #[case("user_seen_message", None)]
    #[case("user_received_message", None)]
    #[case("user_reacted_message", None)]
    #[case("oa_send_text", None)]
    #[case("event_from_the_future", None)]
    fn the_accounts_own_standing_is_read_from_every_alias(#[case] name: &str, #[case] present: Option<bool>) {
        let update = json!({"event_name": name, "timestamp": "1", "group_id": "8301",
            "recipient": {"id": "22"}, "follower": {"id": "501"}});
        let found = read(&update).map(|event| match event {
            Event::Membership(membership) => membership.present,
            other => panic!("unexpected {other:?}"),
        });
        assert_eq!(found, present);
    }

    #[test]
    fn a_row_of_the_history_is_the_same_update_as_its_webhook() {
        let posted = keyed(group_post("user_send_group_text", &json!({"msg_id": "m1", "text": "đã nhận"}))).unwrap();
        let row = json!({"message_id": "m1", "src": 1, "time": 1_789_000_000_000_i64, "type": "text",
            "message": "đã nhận", "from_id": "501", "from_display_name": "Bình"});
        let read_back = of_history("8301", &row).unwrap();
        assert_eq!(posted.key, read_back.key);
        assert_eq!(read(&posted.body), read(&read_back.body));
        let ours = json!({"message_id": "m2", "src": 0, "time": 1, "type": "text", "message": "VB", "from_id": "22"});
        assert!(matches!(read(&of_history("8301", &ours).unwrap().body), Some(Event::Echo { .. })));
    }

    #[test]
    fn what_is_no_message_has_a_key_of_its_own_kind_time_and_people() {
        let follow =
            |at: &str| keyed(json!({"event_name": "follow", "timestamp": at, "follower": {"id": "501"}})).unwrap();
        assert_eq!(follow("1").key, follow("1").key);
        assert_ne!(follow("1").key, follow("2").key);
        assert_eq!(keyed(json!({})), None);
        assert_eq!(keyed(json!(null)), None);
    }
}

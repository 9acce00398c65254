//! The events of the webhook: their names and bodies.
//!
//! The layout of message events is captured (zalo-api.md B8); that of lifecycle events is not, they follow it.

use serde_json::{Value, json};

use super::{
    config::LifecycleNames,
    model::{Author, Content, Message, Place},
    upload,
    world::World,
};

/// What happens to a group and its members.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lifecycle {
    Created,
    Updated,
    Joined,
    AskedToJoin,
    Accepted,
    Rejected,
    Left,
    AdminAdded,
    AdminRemoved,
    Disbanded,
}

impl Lifecycle {
    fn name(self, names: LifecycleNames) -> &'static str {
        match (self, names) {
            (Self::Created, _) => "create_group",
            (Self::Updated, _) => "update_group_info",
            (Self::Joined, _) => "user_join_group",
            (Self::AskedToJoin, _) => "user_request_join_group",
            (Self::AdminAdded, _) => "add_group_admin",
            (Self::AdminRemoved, _) => "remove_group_admin",
            (Self::Accepted, LifecycleNames::Leave) => "react_request_join_group_accept",
            (Self::Accepted, LifecycleNames::Out) => "react_request_join_group",
            (Self::Accepted, LifecycleNames::Mixed) => "accept_request_join_group",
            (Self::Rejected, LifecycleNames::Leave) => "react_request_join_group_reject",
            (Self::Rejected, _) => "reject_request_join_group",
            (Self::Left, LifecycleNames::Leave) => "user_leave_group",
            (Self::Left, _) => "user_out_group",
            (Self::Disbanded, LifecycleNames::Out) => "disperse_group",
            (Self::Disbanded, _) => "delete_group",
        }
    }
}

/// Tells the webhook of a message: `user_send_…` of people, `oa_send_…` as the echo of the account's own.
pub(super) fn announce(world: &mut World, place: &Place, message: &Message) {
    let Some(kind) = suffix(&message.content) else { return };
    let group = if matches!(place, Place::Group(_)) { "group_" } else { "" };
    let oa = world.config.oa_id.clone();
    let (who, sender, recipient) = match (&message.from, place) {
        (Author::Oa, place) => ("oa", oa, place.id().to_owned()),
        (Author::Person(person), Place::Group(group)) => ("user", person.clone(), group.clone()),
        (Author::Person(person), Place::Private(_)) => ("user", person.clone(), oa),
    };
    let person = if who == "oa" { place.id() } else { &sender };
    let mut event = frame(world, &format!("{who}_send_{group}{kind}"));
    event["user_id_by_app"] = json!(world.id_by_app(person));
    event["sender"] = json!({ "id": sender });
    event["recipient"] = json!({ "id": recipient });
    event["message"] = body(world, place, message);
    world.hook_event(&event);
}

/// The end of an event's name; none for what is no message.
fn suffix(content: &Content) -> Option<&str> {
    Some(match content {
        Content::Text => "text",
        Content::Image(_) => "image",
        Content::Gif(_) => "gif",
        Content::File(_) => "file",
        Content::Voice(_) => "audio",
        Content::Sticker(_) => "sticker",
        Content::Link(_) => "link",
        Content::Other(kind) => kind,
        Content::Service => return None,
    })
}

fn frame(world: &World, name: &str) -> Value {
    json!({
        "app_id": world.config.app_id,
        "oa_id": world.config.oa_id,
        "event_name": name,
        "timestamp": world.wall().to_string(),
    })
}

fn body(world: &World, place: &Place, message: &Message) -> Value {
    let mut body = json!({ "msg_id": message.event_id });
    if !message.text.is_empty() {
        body["text"] = json!(message.text);
    }
    if let Some(attachment) = attachment(world, &message.content) {
        body["attachments"] = json!([attachment]);
    }
    let quoted = message.reply_to.as_ref().filter(|_| world.config.quirks.quotes);
    let quoted = quoted.and_then(|id| world.messages(place).ok()?.iter().find(|m| m.id == *id));
    if let Some(quoted) = quoted {
        body["quote_msg_id"] = json!(quoted.event_id);
    }
    body
}

fn attachment(world: &World, content: &Content) -> Option<Value> {
    Some(match content {
        Content::Image(file) | Content::Gif(file) => {
            let (url, kind) = (world.media_url(*file), suffix(content));
            json!({ "type": kind, "payload": { "url": url, "thumbnail": url } })
        }
        Content::File(number) => {
            let file = world.files.get(*number)?;
            let (size, kind) = (file.bytes.len().to_string(), upload::extension(&file.name));
            let payload = json!({ "url": world.media_url(*number), "name": file.name, "size": size, "type": kind });
            json!({ "type": "file", "payload": payload })
        }
        Content::Voice(file) => json!({ "type": "audio", "payload": { "url": world.media_url(*file) } }),
        Content::Sticker(id) => json!({ "type": "sticker", "payload": { "id": id } }),
        Content::Link(url) => json!({ "type": "link", "payload": { "url": url } }),
        Content::Other(kind) => json!({ "type": kind, "payload": {} }),
        Content::Text | Content::Service => return None,
    })
}

/// Tells the webhook what happened to a group; `by` is the one who did it, `members` those whom it concerns.
pub(super) fn lifecycle(world: &mut World, what: Lifecycle, group: &str, by: &str, members: &[String]) {
    let mut event = frame(world, what.name(world.config.quirks.names));
    event["group_id"] = json!(group);
    event["sender"] = json!({ "id": by });
    event["recipient"] = json!({ "id": group });
    event["members"] = members.iter().map(|id| json!({ "user_id": id })).collect();
    world.hook_event(&event);
}

/// Tells the webhook that a person follows or no longer follows.
pub(super) fn follow(world: &mut World, person: &str, follows: bool) {
    let mut event = frame(world, if follows { "follow" } else { "unfollow" });
    event["follower"] = json!({ "id": person });
    event["user_id_by_app"] = json!(world.id_by_app(person));
    event["source"] = json!("oa_profile");
    world.hook_event(&event);
}

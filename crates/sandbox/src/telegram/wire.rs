//! The Bot API's JSON shapes, written by hand from its documentation (core.telegram.org/bots/api, "Available types").

use serde_json::{Map, Value, json};

use super::{
    chat::{Chat, ChatKey, ChatKind, Rights, Status, User},
    message::{Content, Entity, Formatted, Forward, Keyboard, Message, Service},
    rng, text,
    world::{StoredFile, World},
};

/// The account that stands for anonymous administrators (Bot API, `Message.from`).
const GROUP_ANONYMOUS_BOT: i64 = 1_087_968_824;

/// Wall milliseconds as the whole seconds of a `date` field.
pub(super) const fn seconds(ms: i64) -> i64 {
    ms.div_euclid(1_000)
}

/// `User`.
pub(super) fn user(user: &User) -> Value {
    let mut out = json!({ "id": user.id, "is_bot": user.is_bot, "first_name": user.first_name });
    put(&mut out, "last_name", user.last_name.as_ref());
    put(&mut out, "username", user.username.as_ref());
    out
}

/// `User` by id; a deleted account when nobody has that id.
pub(super) fn user_by_id(world: &World, id: i64) -> Value {
    world.users.get(&id).map_or_else(|| json!({ "id": id, "is_bot": false, "first_name": "" }), user)
}

/// Who an administrator that writes in the group's own name is said to be, for clients that want a sender.
fn nobody() -> Value {
    json!({ "id": GROUP_ANONYMOUS_BOT, "is_bot": true, "first_name": "Group", "username": "GroupAnonymousBot" })
}

/// `Chat`, as it stands in messages and updates.
pub(super) fn chat(world: &World, chat: &Chat) -> Value {
    let id = chat.key.id();
    match &chat.kind {
        ChatKind::Private { .. } => {
            let mut out = json!({ "id": id, "type": "private" });
            if let Some(user) = world.users.get(&id) {
                out["first_name"] = json!(user.first_name);
                put(&mut out, "last_name", user.last_name.as_ref());
                put(&mut out, "username", user.username.as_ref());
            }
            out
        }
        ChatKind::Group { .. } => {
            json!({ "id": id, "title": chat.title, "type": "group", "all_members_are_administrators": false })
        }
        ChatKind::Supergroup { username, .. } => {
            let mut out = json!({ "id": id, "title": chat.title, "type": "supergroup" });
            put(&mut out, "username", username.as_ref());
            if chat.forum {
                out["is_forum"] = json!(true);
            }
            out
        }
    }
}

/// `ChatFullInfo`, the answer of getChat.
pub(super) fn full_chat(world: &World, of: &Chat) -> Value {
    let mut out = chat(world, of);
    out["accent_color_id"] = json!(0);
    out["max_reaction_count"] = json!(11);
    out["accepted_gift_types"] = json!({
        "unlimited_gifts": false, "limited_gifts": false, "unique_gifts": false, "premium_subscription": false,
        "gifts_from_channels": false,
    });
    if !of.is_private() {
        out["permissions"] = permissions(of.rights);
    }
    if let ChatKind::Supergroup { slow_mode_s: delay @ 1.., .. } = of.kind {
        out["slow_mode_delay"] = json!(delay);
    }
    out
}

fn permissions(rights: Rights) -> Value {
    let mut out = json!({
        "can_send_messages": rights.messages, "can_send_documents": rights.documents, "can_send_photos": rights.photos,
    });
    for other in ["audios", "videos", "video_notes", "voice_notes", "polls", "other_messages"] {
        out[format!("can_send_{other}")] = json!(rights.messages);
    }
    for other in ["can_add_web_page_previews", "can_invite_users"] {
        out[other] = json!(rights.messages);
    }
    for denied in ["can_change_info", "can_pin_messages", "can_manage_topics"] {
        out[denied] = json!(false);
    }
    out
}

/// `ChatMember`.
pub(super) fn member(world: &World, id: i64, status: Status) -> Value {
    let mut out = match status {
        Status::Creator => json!({ "status": "creator", "is_anonymous": false }),
        Status::Administrator => administrator(),
        Status::Member => json!({ "status": "member" }),
        Status::Restricted(rights) => restricted(rights),
        Status::Left => json!({ "status": "left" }),
        Status::Kicked => json!({ "status": "kicked", "until_date": 0 }),
    };
    out["user"] = user_by_id(world, id);
    out
}

fn administrator() -> Value {
    json!({
        "status": "administrator", "can_be_edited": false, "can_manage_chat": true, "can_change_info": true,
        "can_delete_messages": true, "can_invite_users": true, "can_restrict_members": true, "can_pin_messages": true,
        "can_manage_topics": false, "can_promote_members": false, "can_manage_video_chats": true,
        "can_post_stories": false, "can_edit_stories": false, "can_delete_stories": false, "is_anonymous": false,
    })
}

fn restricted(rights: Rights) -> Value {
    let mut out = permissions(rights);
    out["status"] = json!("restricted");
    out["until_date"] = json!(0);
    out["is_member"] = json!(true);
    out
}

/// `Message` as `viewer` (a bot) sees it.
pub(super) fn message(world: &World, key: ChatKey, message: &Message, viewer: i64) -> Value {
    let mut out = bare_message(world, key, message, viewer);
    // A message in a topic that replies to nothing replies to the topic's first message.
    let root = message.topic.filter(|topic| *topic != message.id);
    let replied = message.reply_to.or(root).and_then(|id| world.chats.get(&key)?.message(id));
    if let Some(replied) = replied {
        out["reply_to_message"] = bare_message(world, key, replied, viewer);
    }
    out
}

/// `Message` without the message it replies to: the Bot API never nests replies further.
fn bare_message(world: &World, key: ChatKey, message: &Message, viewer: i64) -> Value {
    let place = world.chats.get(&key).map(|c| chat(world, c));
    let mut out = json!({
        "message_id": message.id,
        "from": if message.anonymous { nobody() } else { user_by_id(world, message.from) },
        "chat": place,
        "date": seconds(message.at_ms),
    });
    if message.anonymous {
        out["sender_chat"] = json!(place);
    }
    if let Some(topic) = message.topic {
        out["message_thread_id"] = json!(topic);
        out["is_topic_message"] = json!(true);
    }
    if let Some(edited) = message.edited_ms {
        out["edit_date"] = json!(seconds(edited));
    }
    if let Some(forward) = &message.forward {
        add_forward(&mut out, world, forward);
    }
    if message.protected {
        out["has_protected_content"] = json!(true);
    }
    add_content(&mut out, world, message, viewer);
    if !message.keyboard.is_empty() {
        out["reply_markup"] = json!({ "inline_keyboard": keyboard(&message.keyboard) });
    }
    out
}

fn add_forward(out: &mut Value, world: &World, forward: &Forward) {
    let (from, date) = (user_by_id(world, forward.from), seconds(forward.at_ms));
    out["forward_origin"] = json!({ "type": "user", "sender_user": from, "date": date });
    out["forward_from"] = from;
    out["forward_date"] = json!(date);
}

fn add_content(out: &mut Value, world: &World, message: &Message, viewer: i64) {
    match &message.content {
        Content::Text => add_text(out, &message.body, "text", "entities"),
        Content::Document(index) => {
            out["document"] = document(world, *index, viewer);
            add_text(out, &message.body, "caption", "caption_entities");
        }
        Content::Photo(index) => {
            out["photo"] = photo(world, *index, viewer);
            add_text(out, &message.body, "caption", "caption_entities");
        }
        Content::Attached(attached) => {
            out[attached.field] = attached.value.clone();
            if let Some(index) = attached.file {
                let ids = file(world, index, viewer);
                for field in ["file_id", "file_unique_id", "file_size"] {
                    out[attached.field][field] = ids[field].clone();
                }
            }
        }
        Content::Service(service) => add_service(out, world, service),
    }
}

fn add_text(out: &mut Value, body: &Formatted, field: &str, entities_field: &str) {
    if body.text.is_empty() {
        return;
    }
    out[field] = json!(body.text);
    if !body.entities.is_empty() {
        out[entities_field] = body.entities.iter().map(entity).collect();
    }
}

fn entity(entity: &Entity) -> Value {
    let mut out = json!({ "type": entity.kind, "offset": entity.offset, "length": entity.length });
    if let Some((field, value)) = &entity.extra {
        out[*field] = json!(value);
    }
    out
}

fn add_service(out: &mut Value, world: &World, service: &Service) {
    let (field, value) = match service {
        Service::Created => ("group_chat_created", json!(true)),
        Service::Joined(user) => ("new_chat_members", json!([user_by_id(world, *user)])),
        Service::Left(user) => ("left_chat_member", user_by_id(world, *user)),
        Service::Title(title) => ("new_chat_title", json!(title)),
        Service::Topic(name) => ("forum_topic_created", json!({ "name": name, "icon_color": 7_322_096 })),
        Service::MigratedTo(id) => ("migrate_to_chat_id", json!(id)),
        Service::MigratedFrom(id) => ("migrate_from_chat_id", json!(id)),
    };
    out[field] = value;
}

fn keyboard(rows: &Keyboard) -> Value {
    rows.iter().map(|row| row.iter().map(|b| b.raw.clone()).collect::<Value>()).collect()
}

/// `Document` as `viewer` sees it.
pub(super) fn document(world: &World, index: usize, viewer: i64) -> Value {
    let Some(file) = world.files.get(index) else { return Value::Null };
    let mut out = file_ids(world, index, viewer);
    out["file_name"] = json!(file.name);
    out["mime_type"] = json!(file.mime);
    out["file_size"] = json!(file.bytes.len());
    out
}

/// The sizes of a photo; the sandbox keeps two, as it does not scale pictures.
fn photo(world: &World, index: usize, viewer: i64) -> Value {
    let Some(file) = world.files.get(index) else { return Value::Null };
    let mut out = file_ids(world, index, viewer);
    out["file_size"] = json!(file.bytes.len());
    (out["width"], out["height"]) = (json!(file.size.0), json!(file.size.1));
    json!([out])
}

/// The pair of ids every file object carries: one per bot to send it again, one for everybody to compare.
fn file_ids(world: &World, index: usize, viewer: i64) -> Value {
    json!({ "file_id": file_id(world.config.seed, index, viewer), "file_unique_id": file_unique_id(world.config.seed, index) })
}

/// `File`, the answer of getFile.
pub(super) fn file(world: &World, index: usize, viewer: i64) -> Value {
    let mut out = file_ids(world, index, viewer);
    if let Some(file) = world.files.get(index) {
        out["file_size"] = json!(file.bytes.len());
        out["file_path"] = json!(file_path(file, index));
    }
    out
}

/// Where a file is downloaded, below `/file/bot<token>/`.
pub(super) fn file_path(file: &StoredFile, index: usize) -> String {
    let extension = file.name.rsplit_once('.').map_or("", |(_, e)| e);
    let safe = !extension.is_empty() && extension.bytes().all(|b| b.is_ascii_alphanumeric());
    let dot = if safe { "." } else { "" };
    format!("{}/file_{index}{dot}{}", file.folder, if safe { extension } else { "" })
}

/// A `file_id`: good for one bot only, and not guessable from the index.
fn file_id(seed: u64, index: usize, viewer: i64) -> String {
    let salt = rng::mix(viewer.cast_unsigned(), index as u64);
    format!("BQACAgUAAxk{index}-{viewer}_{}", rng::secret(seed, salt, 20))
}

/// The file a `file_id` names, if it was given to this bot.
pub(super) fn file_of(world: &World, id: &str, viewer: i64) -> Option<usize> {
    let (index, _) = id.strip_prefix("BQACAgUAAxk")?.split_once('-')?;
    let index = index.parse().ok()?;
    (index < world.files.len() && file_id(world.config.seed, index, viewer) == id).then_some(index)
}

fn file_unique_id(seed: u64, index: usize) -> String {
    format!("AgAD{}", rng::secret(seed, rng::mix(77, index as u64), 11))
}

/// Sets a field only when there is a value, as the Bot API leaves absent fields out.
fn put(out: &mut Value, field: &str, value: Option<&String>) {
    if let (Some(value), Some(fields)) = (value, out.as_object_mut()) {
        set(fields, field, value);
    }
}

fn set(fields: &mut Map<String, Value>, field: &str, value: &str) {
    fields.insert(field.to_owned(), json!(value));
}

/// A person's name with a mark for bots, for the transcript.
pub(super) fn shown_name(world: &World, id: i64) -> String {
    world.users.get(&id).map_or_else(|| format!("#{id}"), User::full_name)
}

/// The first `max` characters of the first line, for quoting.
pub(super) fn first_line(body: &Formatted, max: usize) -> String {
    let line = body.text.lines().next().unwrap_or_default();
    let cut: String = line.chars().take(max).collect();
    if text::utf16_len(&cut) < text::utf16_len(&body.text) { format!("{cut}…") } else { cut }
}

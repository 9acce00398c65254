//! What a message of the account may hold, read from `message` of a send.

use serde_json::Value;

use super::{
    error::{OaError, OaResult},
    model::{Content, Draft, HandleKind, Place},
    world::World,
};

/// Longest text or caption (Open API documentation: 2,000). Counted in UTF-16 units, the strictest reading.
const MAX_TEXT: usize = 2_000;
/// How long an upload can be used (Open API documentation: 7 days).
const HANDLE_LIFE_MS: i64 = 7 * 86_400_000;

/// A field that must be a text of its own: numbers lose digits above 2^53, so ids must not come as numbers.
pub(super) fn text_at<'a>(body: &'a Value, pointer: &str) -> Option<&'a str> {
    body.pointer(pointer).and_then(Value::as_str).filter(|text| !text.is_empty())
}

/// Reads a whole message.
pub(super) fn read(world: &World, message: &Value, place: &Place) -> Result<Draft, OaError> {
    let text = text_at(message, "/text").unwrap_or_default();
    check_text(world, text)?;
    let content = match message.get("attachment") {
        None | Some(Value::Null) if text.trim().is_empty() => return Err(OaError::field("message.text")),
        None | Some(Value::Null) => Content::Text,
        Some(attachment) => attached(world, attachment, text)?,
    };
    Ok(Draft { content, text: text.to_owned(), reply_to: quoted(world, message, place)? })
}

fn check_text(world: &World, text: &str) -> Result<(), OaError> {
    if text.encode_utf16().count() > MAX_TEXT {
        return Err(OaError::over("message.text"));
    }
    let lower = text.to_lowercase();
    if world.forbidden.iter().any(|word| lower.contains(word.as_str())) {
        return Err(OaError::new(-248, "The content violates the policy of the platform"));
    }
    Ok(())
}

/// The quote of a private message; in groups the field is undocumented and ignored.
fn quoted(world: &World, message: &Value, place: &Place) -> Result<Option<String>, OaError> {
    let Some(id) = text_at(message, "/quote_message_id").filter(|_| matches!(place, Place::Private(_))) else {
        return Ok(None);
    };
    let known = world.messages(place).unwrap_or_default().iter().find(|m| m.id == id || m.event_id == id);
    known.map(|m| Some(m.id.clone())).ok_or_else(|| OaError::field("message.quote_message_id"))
}

fn attached(world: &World, attachment: &Value, text: &str) -> Result<Content, OaError> {
    match text_at(attachment, "/type") {
        Some("file") if !text.is_empty() => Err(OaError::field("message.text beside a file")),
        Some("file") => handle(world, attachment, "/payload/token", HandleKind::File).map(Content::File),
        Some("template") => template(world, attachment),
        // The flat form is refused with either code, seen without a pattern.
        Some("image") if attachment.pointer("/payload/url").is_some() => Err(OaError::new(-213, "Image is refused")),
        Some("image") => Err(OaError::new(-214, "Image is refused")),
        Some(_) => Err(OaError::new(-233, "Message type is not supported")),
        None => Err(OaError::field("message.attachment.type")),
    }
}

fn template(world: &World, attachment: &Value) -> Result<Content, OaError> {
    if text_at(attachment, "/payload/template_type") != Some("media") {
        return Err(OaError::new(-233, "Message type is not supported"));
    }
    let elements = attachment.pointer("/payload/elements").and_then(Value::as_array).map(Vec::as_slice);
    let [element] = elements.unwrap_or_default() else { return Err(OaError::field("elements")) };
    match text_at(element, "/media_type") {
        Some("image") if element.get("url").is_some() => by_url(world, element),
        Some("image") => handle(world, element, "/attachment_id", HandleKind::Image).map(Content::Image),
        Some("gif") if element["width"].is_number() && element["height"].is_number() => {
            handle(world, element, "/attachment_id", HandleKind::Gif).map(Content::Gif)
        }
        Some("gif") => Err(OaError::field("width and height")),
        Some("sticker") => text_at(element, "/attachment_id")
            .map(|id| Content::Sticker(id.to_owned()))
            .ok_or_else(|| OaError::field("attachment_id")),
        Some(_) => Err(OaError::new(-233, "Message type is not supported")),
        None => Err(OaError::field("media_type")),
    }
}

fn by_url(world: &World, element: &Value) -> Result<Content, OaError> {
    match text_at(element, "/url") {
        Some(url) if world.config.quirks.image_urls => Ok(Content::Link(url.to_owned())),
        Some(_) => Err(OaError::new(-200, "Send message failed")),
        None => Err(OaError::field("url")),
    }
}

/// The file behind a handle of the right kind, unless it is too old.
fn handle(world: &World, value: &Value, pointer: &str, kind: HandleKind) -> Result<usize, OaError> {
    let field = || OaError::field(pointer.trim_start_matches("/payload").trim_start_matches('/'));
    let id = text_at(value, pointer).ok_or_else(field)?;
    let upload = world.uploads.get(id).filter(|upload| upload.kind == kind).ok_or_else(field)?;
    if world.wall() - upload.at_ms >= HANDLE_LIFE_MS {
        return Err(OaError::new(-100, "Attachment is expired"));
    }
    Ok(upload.file)
}

/// The last check before a message is taken into a group: the quota of the feature.
pub(super) fn spend_group_send(world: &mut World) -> OaResult {
    let quota = world.config.limits.and_then(|limits| limits.group_sends);
    if quota.is_some_and(|quota| world.group_sends >= quota) {
        return Err(OaError::new(-211, "The quota of this feature is used up"));
    }
    world.group_sends += 1;
    Ok(Value::Null)
}

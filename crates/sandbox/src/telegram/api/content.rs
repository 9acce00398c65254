//! Texts and captions of a call: parsing, trimming, lengths.

use serde_json::Value;

use super::super::{
    error::ApiError,
    html,
    message::{Entity, Formatted},
    params::Params,
    text,
};

/// Bytes of raw text before parsing (tdlib/telegram-bot-api, `get_formatted_text`).
const MAX_RAW: usize = 1 << 15;
/// Characters of a message after parsing (Bot API, sendMessage; counted as code points by tdlib/td).
const MAX_TEXT: usize = 4_096;
/// Characters of a caption after parsing (Bot API, sendDocument).
const MAX_CAPTION: usize = 1_024;
/// Entity kinds a bot may set itself.
const OWN_KINDS: [&str; 10] = [
    "bold",
    "italic",
    "underline",
    "strikethrough",
    "spoiler",
    "code",
    "pre",
    "text_link",
    "blockquote",
    "expandable_blockquote",
];

/// The `text` of a message, which may not be empty.
pub(super) fn text(params: &Params) -> Result<Formatted, ApiError> {
    let raw = params.text("text").ok_or_else(|| ApiError::bad("message text is empty"))?;
    let formatted = formatted(params, raw, "entities")?;
    if formatted.text.is_empty() {
        return Err(ApiError::bad("text must be non-empty"));
    }
    if formatted.text.chars().count() > MAX_TEXT {
        return Err(ApiError::bad("message is too long"));
    }
    Ok(formatted)
}

/// The `caption` of a file, which may be absent.
pub(super) fn caption(params: &Params) -> Result<Formatted, ApiError> {
    let Some(raw) = params.text("caption") else { return Ok(Formatted::default()) };
    let formatted = formatted(params, raw, "caption_entities")?;
    if formatted.text.chars().count() > MAX_CAPTION {
        return Err(ApiError::bad("message caption is too long"));
    }
    Ok(formatted)
}

/// Applies `parse_mode` or the given entities. Markdown is not spoken here.
fn formatted(params: &Params, raw: &str, entities: &str) -> Result<Formatted, ApiError> {
    if raw.len() > MAX_RAW {
        return Err(ApiError::bad("text is too long"));
    }
    let mode = params.text("parse_mode").unwrap_or("none").to_ascii_lowercase();
    let mut formatted = match mode.as_str() {
        "html" => html::parse(raw).map_err(|e| ApiError::bad(&format!("can't parse entities: {e}")))?,
        "none" => Formatted { text: raw.to_owned(), entities: given(params, entities)? },
        _ => return Err(ApiError::bad("unsupported parse_mode")),
    };
    check_bounds(&formatted)?;
    text::clean(&mut formatted);
    text::trim(&mut formatted);
    text::find_entities(&mut formatted);
    Ok(formatted)
}

/// Entities given as JSON; kinds that Telegram finds by itself are passed over.
fn given(params: &Params, field: &str) -> Result<Vec<Entity>, ApiError> {
    let Ok(Some(Value::Array(list))) = params.json(field, field) else { return Ok(Vec::new()) };
    let wrong = || ApiError::bad("can't parse MessageEntity: field \"offset\" must be a Number");
    let entities = list.iter().filter(|e| e["type"].as_str().is_some_and(|k| OWN_KINDS.contains(&k)));
    entities.map(|e| entity(e).ok_or_else(wrong)).collect()
}

fn entity(raw: &Value) -> Option<Entity> {
    let extra = |field: &'static str| raw[field].as_str().map(|v| (field, v.to_owned()));
    Some(Entity {
        kind: raw["type"].as_str()?.to_owned(),
        offset: usize::try_from(raw["offset"].as_u64()?).ok()?,
        length: usize::try_from(raw["length"].as_u64()?).ok()?,
        extra: extra("url").or_else(|| extra("language")),
    })
}

fn check_bounds(formatted: &Formatted) -> Result<(), ApiError> {
    let end = text::utf16_len(&formatted.text);
    let beyond = formatted.entities.iter().find(|e| e.offset.saturating_add(e.length) > end);
    let Some(entity) = beyond else { return Ok(()) };
    Err(ApiError::bad(&format!(
        "entity beginning at UTF-16 offset {} ends after the end of the text at UTF-16 offset {}",
        entity.offset,
        entity.offset.saturating_add(entity.length)
    )))
}

//! `reply_markup`: inline keyboards are checked and kept, other keyboards are only checked.

use serde_json::Value;

use super::super::{
    chat::ChatKey,
    error::ApiError,
    message::{Action, Button, Keyboard},
    params::Params,
};

/// Bytes of `callback_data` (Bot API, `InlineKeyboardButton`).
const MAX_DATA: usize = 64;

/// The inline keyboard of a call; empty when there is none.
pub(super) fn keyboard(params: &Params) -> Result<Keyboard, ApiError> {
    let Some(markup) = params.json("reply_markup", "reply keyboard markup")? else { return Ok(Keyboard::new()) };
    let Value::Object(markup) = markup else { return Err(ApiError::bad("object expected as reply markup")) };
    let Some(Value::Array(rows)) = markup.get("inline_keyboard") else { return Ok(Keyboard::new()) };
    let rows: Result<Keyboard, _> = rows.iter().map(row).collect();
    Ok(rows?.into_iter().filter(|row| !row.is_empty()).collect())
}

fn row(row: &Value) -> Result<Vec<Button>, ApiError> {
    let Value::Array(buttons) = row else {
        let text = "field \"inline_keyboard\" of the InlineKeyboardMarkup must be an Array of Arrays";
        return Err(ApiError::bad(text));
    };
    buttons.iter().map(button).collect()
}

fn button(raw: &Value) -> Result<Button, ApiError> {
    let wrong = |text: &str| ApiError::bad(&format!("can't parse inline keyboard button: {text}"));
    let object = raw.as_object().ok_or_else(|| wrong("InlineKeyboardButton must be an Object"))?;
    let text = object.get("text").and_then(Value::as_str).ok_or_else(|| wrong("Can't find field \"text\""))?;
    let field = |name: &str| object.get(name).and_then(Value::as_str).filter(|v| !v.is_empty());
    let special =
        ["switch_inline_query", "switch_inline_query_current_chat", "login_url", "web_app", "copy_text", "pay"];
    let action = match (field("url"), field("callback_data")) {
        (Some(url), _) => Action::Url(checked_url(url)?),
        (None, Some(data)) => Action::Callback(data.to_owned()),
        (None, None) if special.iter().any(|s| object.contains_key(*s)) => Action::Other,
        (None, None) => return Err(wrong("Text buttons are unallowed in the inline keyboard")),
    };
    Ok(Button { text: text.to_owned(), action, raw: raw.clone() })
}

/// A button's address needs a host with a dot, or the `tg:` scheme (tdlib/td `LinkManager::check_link`).
fn checked_url(url: &str) -> Result<String, ApiError> {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let host = rest.split(['/', '?', '#', ':']).next().unwrap_or_default();
    if host.contains('.') || url.starts_with("tg://") {
        return Ok(url.to_owned());
    }
    Err(ApiError::bad(&format!("inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")))
}

/// What only the server behind the Bot API checks: sizes of data, and buttons that are for private chats.
pub(super) fn check(keyboard: &Keyboard, key: ChatKey) -> Result<(), ApiError> {
    for button in keyboard.iter().flatten() {
        if matches!(&button.action, Action::Callback(data) if data.len() > MAX_DATA) {
            return Err(ApiError::bad("BUTTON_DATA_INVALID"));
        }
        let in_group = matches!(key, ChatKey::Group(_));
        if button.text.trim().is_empty() || in_group && button.raw.get("web_app").is_some() {
            return Err(ApiError::bad("BUTTON_TYPE_INVALID"));
        }
    }
    Ok(())
}

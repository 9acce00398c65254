//! setMyCommands, getMyCommands, deleteMyCommands, each for one scope and language.

use serde_json::{Value, json};

use super::{
    super::{
        error::{ApiError, ApiResult},
        params::Params,
        world::World,
    },
    TRUE,
};

/// Commands in one list (Bot API, setMyCommands).
const MAX_COMMANDS: usize = 100;

/// setMyCommands.
pub(super) fn set(world: &mut World, bot: i64, params: &Params) -> ApiResult {
    let Some(Value::Array(commands)) = params.json("commands", "commands")? else {
        return Err(ApiError::bad("expected an Array of BotCommand"));
    };
    if commands.len() > MAX_COMMANDS {
        return Err(ApiError::bad("BOT_COMMANDS_TOO_MUCH"));
    }
    let commands = commands.iter().map(command).collect::<Result<Value, _>>()?;
    let key = scope(params)?;
    if let Some(bot) = world.bot_mut(bot) {
        bot.commands.insert(key, commands);
    }
    Ok(TRUE)
}

/// getMyCommands: an empty list when none was set for that scope.
pub(super) fn get(world: &World, bot: i64, params: &Params) -> ApiResult {
    let key = scope(params)?;
    let commands = world.bot(bot).and_then(|b| b.commands.get(&key)).cloned();
    Ok(commands.unwrap_or_else(|| json!([])))
}

/// deleteMyCommands.
pub(super) fn delete(world: &mut World, bot: i64, params: &Params) -> ApiResult {
    let key = scope(params)?;
    if let Some(bot) = world.bot_mut(bot) {
        bot.commands.remove(&key);
    }
    Ok(TRUE)
}

/// Command names are 1–32 of `a-z0-9_`, descriptions 1–256 characters (Bot API, `BotCommand`).
fn command(raw: &Value) -> Result<Value, ApiError> {
    let field = |name: &str| {
        let missing = || ApiError::bad(&format!("can't parse BotCommand: Can't find field \"{name}\""));
        raw[name].as_str().ok_or_else(missing)
    };
    let (name, description) = (field("command")?.trim_start_matches('/'), field("description")?);
    let named = name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    if !named || !(1..=32).contains(&name.len()) {
        return Err(ApiError::bad("BOT_COMMAND_INVALID"));
    }
    if !(1..=256).contains(&description.chars().count()) {
        return Err(ApiError::bad("BOT_COMMAND_DESCRIPTION_INVALID"));
    }
    Ok(json!({ "command": name, "description": description }))
}

/// The key under which a list is kept: scope, chat, member, language.
fn scope(params: &Params) -> Result<String, ApiError> {
    let scope = params.json("scope", "BotCommandScope")?.unwrap_or_else(|| json!({ "type": "default" }));
    let kind = scope["type"].as_str().unwrap_or_default();
    let wrong = |text: &str| ApiError::bad(&format!("can't parse BotCommandScope: {text}"));
    let needs_chat = match kind {
        "default" | "all_private_chats" | "all_group_chats" | "all_chat_administrators" => false,
        "chat" | "chat_administrators" | "chat_member" => true,
        _ => return Err(wrong("Unsupported type specified")),
    };
    if needs_chat && scope["chat_id"].is_null() {
        return Err(wrong("Empty chat_id specified"));
    }
    if kind == "chat_member" && scope["user_id"].as_i64().is_none_or(|id| id <= 0) {
        return Err(wrong("Invalid user_id specified"));
    }
    let language = params.text("language_code").unwrap_or_default();
    Ok(format!("{kind} {} {} {language}", scope["chat_id"], scope["user_id"]))
}

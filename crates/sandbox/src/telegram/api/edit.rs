//! editMessageText, editMessageCaption, editMessageReplyMarkup, deleteMessage, deleteMessages.

use serde_json::Value;

use super::{
    super::{
        access::{self, Need},
        chat::ChatKey,
        error::{ApiError, ApiResult},
        message::{Content, Formatted, Keyboard, Message},
        params::Params,
        wire,
        world::{SentAct, World},
    },
    TRUE, content, markup,
};

/// How long a message may be deleted (Bot API, deleteMessage).
const DELETABLE_MS: i64 = 48 * 3_600_000;
const UNCHANGED: &str = "message is not modified: specified new message content and reply markup are exactly the \
                         same as a current content and reply markup of the message";

/// editMessageText.
pub(super) fn text(world: &mut World, bot: i64, params: &Params) -> ApiResult {
    let body = content::text(params)?;
    let keyboard = markup::keyboard(params)?;
    let (key, message) = own(world, bot, params)?;
    if message.content != Content::Text {
        return Err(ApiError::bad("there is no text in the message to edit"));
    }
    apply(world, bot, key, message.id, Some(body), keyboard)
}

/// editMessageCaption.
pub(super) fn caption(world: &mut World, bot: i64, params: &Params) -> ApiResult {
    let body = content::caption(params)?;
    let keyboard = markup::keyboard(params)?;
    let (key, message) = own(world, bot, params)?;
    if message.file().is_none() {
        return Err(ApiError::bad("there is no caption in the message to edit"));
    }
    apply(world, bot, key, message.id, Some(body), keyboard)
}

/// editMessageReplyMarkup.
pub(super) fn markup(world: &mut World, bot: i64, params: &Params) -> ApiResult {
    let keyboard = markup::keyboard(params)?;
    let (key, message) = own(world, bot, params)?;
    apply(world, bot, key, message.id, None, keyboard)
}

/// The bot's own message a call names. Its age does not matter (tdlib/td `can_edit_message`).
fn own<'w>(world: &'w World, bot: i64, params: &Params) -> Result<(ChatKey, &'w Message), ApiError> {
    if params.text("chat_id").is_none() && params.text("message_id").is_none() {
        return Err(ApiError::bad("message identifier is not specified"));
    }
    let key = access::chat(world, bot, params, Need::Edit)?;
    let id = params.int("message_id").unwrap_or(0);
    let message = world.chats.get(&key).and_then(|c| c.message(id));
    let message = message.ok_or_else(|| ApiError::bad("message to edit not found"))?;
    let editable = message.from == bot && message.forward.is_none() && !matches!(message.content, Content::Service(_));
    if editable { Ok((key, message)) } else { Err(ApiError::bad("message can't be edited")) }
}

/// Changes the message, unless nothing would change. An edit without buttons takes the buttons away.
fn apply(world: &mut World, bot: i64, key: ChatKey, id: i64, body: Option<Formatted>, keyboard: Keyboard) -> ApiResult {
    let missing = || ApiError::bad("message to edit not found");
    markup::check(&keyboard, key)?;
    let message = world.chats.get(&key).and_then(|c| c.message(id)).ok_or_else(missing)?;
    if body.as_ref().is_none_or(|b| *b == message.body) && keyboard == message.keyboard {
        return Err(ApiError::bad(UNCHANGED));
    }
    access::admit(world, bot, key)?;
    let now = world.wall();
    let message = world.chats.get_mut(&key).and_then(|c| c.message_mut(id)).ok_or_else(missing)?;
    message.body = body.unwrap_or_else(|| message.body.clone());
    message.keyboard = keyboard;
    message.edited_ms = Some(now);
    let answer = message.clone();
    world.record(SentAct::Edited, bot, key, id);
    Ok(wire::message(world, key, &answer, bot))
}

/// deleteMessage.
pub(super) fn delete(world: &mut World, bot: i64, params: &Params) -> ApiResult {
    if params.text("message_id").is_none() {
        return Err(ApiError::bad("message identifier is not specified"));
    }
    let key = access::chat(world, bot, params, Need::Write)?;
    let id = params.int("message_id").unwrap_or(0);
    let message = world.chats.get(&key).and_then(|c| c.message(id));
    let message = message.ok_or_else(|| ApiError::bad("message to delete not found"))?;
    if !deletable(world, bot, key, message) {
        return Err(ApiError::bad("message can't be deleted for everyone"));
    }
    remove(world, bot, key, id);
    Ok(TRUE)
}

/// deleteMessages: up to 100 ids; what cannot be found is passed over.
pub(super) fn delete_many(world: &mut World, bot: i64, params: &Params) -> ApiResult {
    let ids = params.json("message_ids", "message_ids")?;
    let Some(Value::Array(ids)) = ids else { return Err(ApiError::bad("message identifiers are not specified")) };
    if ids.len() > 100 {
        return Err(ApiError::bad("too many message identifiers specified"));
    }
    let key = access::chat(world, bot, params, Need::Write)?;
    for id in ids.iter().filter_map(Value::as_i64) {
        let message = world.chats.get(&key).and_then(|c| c.message(id));
        if message.is_some_and(|m| deletable(world, bot, key, m)) {
            remove(world, bot, key, id);
        }
    }
    Ok(TRUE)
}

/// Own messages, any message in a private chat, and any where the bot is admin; within 48 hours of its date.
fn deletable(world: &World, bot: i64, key: ChatKey, message: &Message) -> bool {
    let admin = world.chats.get(&key).is_some_and(|c| c.is_private() || c.status(bot).is_admin());
    let young = world.wall() - message.at_ms < DELETABLE_MS;
    young && (message.from == bot || admin)
}

fn remove(world: &mut World, bot: i64, key: ChatKey, id: i64) {
    if let Some(message) = world.chats.get_mut(&key).and_then(|c| c.message_mut(id)) {
        message.deleted = true;
    }
    world.record(SentAct::Deleted, bot, key, id);
}

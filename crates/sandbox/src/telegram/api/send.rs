//! sendMessage, sendDocument, sendPhoto, copyMessage, forwardMessage.

use serde_json::json;

use super::{
    super::{
        access::{self, Need, Sending},
        chat::ChatKey,
        error::{ApiError, ApiResult},
        message::{Content, Formatted, Forward, Keyboard, Message},
        params::Params,
        wire,
        world::{SentAct, World},
    },
    content, files, markup,
};
use crate::ControlError;

/// What is to be posted, once everything about it has been checked.
struct Parcel {
    content: Content,
    body: Formatted,
    keyboard: Keyboard,
    forward: Option<Forward>,
}

/// sendMessage.
pub(super) fn message(world: &mut World, bot: i64, params: &Params) -> ApiResult {
    let body = content::text(params)?;
    let keyboard = markup::keyboard(params)?;
    let key = access::chat(world, bot, params, Need::Write)?;
    deliver(world, bot, key, params, Parcel { content: Content::Text, body, keyboard, forward: None })
}

/// sendDocument.
pub(super) fn document(world: &mut World, bot: i64, params: &Params) -> ApiResult {
    file(world, bot, params, files::Kind::Document)
}

/// sendPhoto.
pub(super) fn photo(world: &mut World, bot: i64, params: &Params) -> ApiResult {
    file(world, bot, params, files::Kind::Photo)
}

fn file(world: &mut World, bot: i64, params: &Params, kind: files::Kind) -> ApiResult {
    let body = content::caption(params)?;
    let keyboard = markup::keyboard(params)?;
    let source = files::source(world, bot, params, kind)?;
    let key = access::chat(world, bot, params, Need::Write)?;
    access::may_send(world, bot, key, kind.sending())?;
    let content = kind.content(files::take(world, bot, source, kind)?);
    deliver(world, bot, key, params, Parcel { content, body, keyboard, forward: None })
}

/// copyMessage: the content again, without a link to the original.
pub(super) fn copy(world: &mut World, bot: i64, params: &Params) -> ApiResult {
    let (_, original) = original(world, bot, params, "message to copy not found")?;
    let mut body = original.body;
    if original.content != Content::Text && params.text("caption").is_some() {
        body = content::caption(params)?;
    }
    let keyboard = markup::keyboard(params)?;
    let key = access::chat(world, bot, params, Need::Write)?;
    let sent = deliver(world, bot, key, params, Parcel { content: original.content, body, keyboard, forward: None })?;
    Ok(json!({ "message_id": sent["message_id"] }))
}

/// forwardMessage.
pub(super) fn forward(world: &mut World, bot: i64, params: &Params) -> ApiResult {
    let (_, original) = original(world, bot, params, "message to forward not found")?;
    let first = Forward { from: original.from, at_ms: original.at_ms };
    let forward = Some(original.forward.unwrap_or(first));
    let key = access::chat(world, bot, params, Need::Write)?;
    let parcel = Parcel { content: original.content, body: original.body, keyboard: Keyboard::new(), forward };
    deliver(world, bot, key, params, parcel)
}

/// The message named by `from_chat_id` and `message_id`.
fn original(world: &World, bot: i64, params: &Params, missing: &str) -> Result<(ChatKey, Message), ApiError> {
    let key = access::chat(world, bot, &params.renamed("from_chat_id", "chat_id"), Need::Read)?;
    let id = params.int("message_id").unwrap_or(0);
    let message = world.chats.get(&key).and_then(|c| c.message(id)).ok_or_else(|| ApiError::bad(missing))?;
    if matches!(message.content, Content::Service(_)) || message.protected {
        return Err(ApiError::bad("message can't be forwarded"));
    }
    Ok((key, message.clone()))
}

/// The last checks, which only the server behind the Bot API makes, and then the effect.
fn deliver(world: &mut World, bot: i64, key: ChatKey, params: &Params, parcel: Parcel) -> ApiResult {
    let reply_to = replied(world, key, params)?;
    let topic = topic(world, key, params, reply_to)?;
    let what = match parcel.content {
        Content::Document(_) => Sending::Document,
        Content::Photo(_) => Sending::Photo,
        Content::Text | Content::Attached(_) | Content::Service(_) => Sending::Text,
    };
    access::may_send(world, bot, key, what)?;
    markup::check(&parcel.keyboard, key)?;
    access::admit(world, bot, key)?;
    let mut message = world.draft(key, bot, parcel.content, parcel.body).map_err(|e| lost(&e))?;
    (message.reply_to, message.topic) = (reply_to, topic);
    message.keyboard = parcel.keyboard;
    message.forward = parcel.forward;
    message.protected = params.flag("protect_content");
    let answer = wire::message(world, key, &message, bot);
    let id = world.post(key, message).map_err(|e| lost(&e))?;
    world.record(SentAct::Sent, bot, key, id);
    Ok(answer)
}

/// The topic to write in: the one named, or that of the message replied to. Of a chat without topics none is known.
fn topic(world: &World, key: ChatKey, params: &Params, reply_to: Option<i64>) -> Result<Option<i64>, ApiError> {
    let Some(chat) = world.chats.get(&key) else { return Ok(None) };
    let Some(named) = params.int("message_thread_id").filter(|id| *id > 0) else {
        return Ok(reply_to.and_then(|id| chat.message(id)?.topic));
    };
    let known = chat.topics.contains_key(&named);
    known.then_some(Some(named)).ok_or_else(|| ApiError::bad("message thread not found"))
}

/// The message replied to: `reply_parameters`, or the older `reply_to_message_id`.
fn replied(world: &World, key: ChatKey, params: &Params) -> Result<Option<i64>, ApiError> {
    let given = params.json("reply_parameters", "reply parameters")?;
    let (id, lenient, elsewhere) = match &given {
        Some(given) => {
            let id = given["message_id"].as_i64();
            let chat = given["chat_id"].as_i64().is_some_and(|c| c != key.id());
            (id, given["allow_sending_without_reply"] == json!(true), chat)
        }
        None => (params.int("reply_to_message_id"), params.flag("allow_sending_without_reply"), false),
    };
    let Some(id) = id.filter(|id| *id > 0) else { return Ok(None) };
    let found = !elsewhere && world.chats.get(&key).is_some_and(|c| c.message(id).is_some());
    match (found, lenient) {
        (true, _) => Ok(Some(id)),
        (false, true) => Ok(None),
        (false, false) => Err(ApiError::bad("message to be replied not found")),
    }
}

/// A chat that vanished between check and effect; cannot happen under one lock.
fn lost(error: &ControlError) -> ApiError {
    ApiError::new(500, format!("Internal Server Error: {error}"))
}

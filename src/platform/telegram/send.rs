//! What is sent: texts, files and edits, in the library's words for them.

use std::time::Duration;

use reqwest::multipart::{Form, Part};
use serde::Serialize;
use teloxide::payloads::{EditMessageText, EditMessageTextSetters as _, SendMessage, SendMessageSetters as _};
use teloxide::requests::Payload;
use teloxide::types::{
    ChatId, InlineKeyboardButton, InlineKeyboardMarkup, MessageId, ParseMode, ReplyParameters, ThreadId,
};

use super::{Telegram, failure};
use crate::domain::render::Button;
use crate::platform::exchange::{Answer, Broken, exchange};
use crate::platform::{Failure, FileSource, Outgoing, Receipt};

const DOCUMENT: &str = "SendDocument";

/// Where a message goes: the chat, and the topic in it.
#[derive(Debug, Clone, Copy)]
struct Place {
    chat: ChatId,
    topic: Option<ThreadId>,
}

pub(super) async fn send(bot: &Telegram, chat: &str, outgoing: &Outgoing) -> Result<Receipt, Failure> {
    let chat = ChatId(chat.parse().map_err(|_| failure::not_sendable("chat id is not a number"))?);
    let place = |topic: &Option<String>| Place { chat, topic: thread(topic.as_deref()) };
    let answer = match outgoing {
        Outgoing::Text { text, buttons, reply_to, topic, .. } => {
            send_text(bot, place(topic), text, buttons, reply_to.as_deref()).await?
        }
        Outgoing::File { source, name, caption, topic } => {
            send_file(bot, place(topic), source, (name, caption)).await?
        }
        Outgoing::Edit { target, text, buttons } => return edit(bot, chat, target, text, buttons).await,
    };
    failure::receipt(&answer)
}

async fn send_text(
    bot: &Telegram,
    place: Place,
    text: &str,
    buttons: &[Vec<Button>],
    reply_to: Option<&str>,
) -> Result<Answer, Broken> {
    let mut message = SendMessage::new(place.chat, text).parse_mode(ParseMode::Html);
    if let Some(keyboard) = keyboard(buttons) {
        message = message.reply_markup(keyboard);
    }
    if let Some(answered) = reply_to.and_then(|id| id.parse().ok()) {
        let reply = ReplyParameters::new(MessageId(answered)).allow_sending_without_reply();
        message = message.reply_parameters(reply);
    }
    if let Some(topic) = place.topic {
        message = message.message_thread_id(topic);
    }
    post(bot, &message).await
}

/// A file that the platform has, or fetches itself, is named; one that it does not have goes with the call.
async fn send_file(
    bot: &Telegram,
    place: Place,
    source: &FileSource,
    (name, caption): (&str, &str),
) -> Result<Answer, Broken> {
    let mut form = Form::new().text("chat_id", place.chat.to_string());
    if let Some(topic) = place.topic {
        form = form.text("message_thread_id", topic.to_string());
    }
    if !caption.is_empty() {
        form = form.text("caption", caption.to_owned()).text("parse_mode", "HTML");
    }
    form = match source {
        FileSource::Handle(named) | FileSource::Link(named) => form.text("document", named.clone()),
        FileSource::Bytes(content) => form.part("document", Part::stream(content.clone()).file_name(name.to_owned())),
    };
    exchange(call(bot, DOCUMENT, bot.config.total_with_file).multipart(form)).await
}

async fn edit(
    bot: &Telegram,
    chat: ChatId,
    target: &str,
    text: &str,
    buttons: &[Vec<Button>],
) -> Result<Receipt, Failure> {
    let message = MessageId(target.parse().map_err(|_| failure::not_sendable("message id is not a number"))?);
    let mut edit = EditMessageText::new(chat, message, text).parse_mode(ParseMode::Html);
    if let Some(keyboard) = keyboard(buttons) {
        edit = edit.reply_markup(keyboard);
    }
    let answer = post(bot, &edit).await?;
    // The text may stand there as wanted already.
    if !failure::is_not_modified(&answer) {
        failure::receipt(&answer)?;
    }
    Ok(Receipt { external_id: target.to_owned(), upload_handle: None })
}

async fn post<P: Payload + Serialize + Sync>(bot: &Telegram, payload: &P) -> Result<Answer, Broken> {
    exchange(call(bot, P::NAME, bot.config.total).json(payload)).await
}

fn call(bot: &Telegram, method: &str, total: Duration) -> reqwest::RequestBuilder {
    bot.client.post(bot.method_url(method)).timeout(total)
}

/// A topic is named by the id of its first message.
fn thread(topic: Option<&str>) -> Option<ThreadId> {
    topic?.parse().ok().map(|id| ThreadId(MessageId(id)))
}

fn keyboard(rows: &[Vec<Button>]) -> Option<InlineKeyboardMarkup> {
    let rows = rows
        .iter()
        .map(|row| row.iter().map(|button| InlineKeyboardButton::callback(button.label.clone(), button.data.clone())));
    let keyboard = InlineKeyboardMarkup::new(rows);
    (!keyboard.inline_keyboard.is_empty()).then_some(keyboard)
}

//! The Telegram Bot API as a gateway, with teloxide as client and types.
//!
//! Sends go through teloxide; updates are fetched and kept as raw JSON, because servers speak a newer Bot API than the
//! library knows, and an update it cannot name must not be lost. Error classes come from the server's own text and from
//! how far the request got ([`errors`]), never from the library's enum.

use std::time::Duration;

use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};
use teloxide::prelude::*;
use teloxide::types::{
    ChatId, FileId, InlineKeyboardButton, InlineKeyboardMarkup, InputFile, MessageId, ParseMode, ReplyParameters,
    ThreadId,
};

use crate::domain::event::{Event, Rights};
use crate::domain::render::Button;
use crate::platform::pacer::Limits;
use crate::platform::{
    ANY_TYPE, Arrived, AskError, Call, Capabilities, Failure, FileSource, Files, Gateway, Menu, Outgoing, Polling,
    RawUpdate, Receipt, Receiving, SelfInfo, WebhookRequest, derived_secret, envelope, http_client, same_secret,
};

pub mod errors;
mod failure;
mod translate;

/// Updates the house uses. Everything else is not even sent to us.
const ALLOWED_UPDATES: [&str; 3] = ["message", "callback_query", "my_chat_member"];
/// The header that carries the secret (Telegram Bot API, setWebhook).
const SECRET_HEADER: &str = "x-telegram-bot-api-secret-token";
/// Characters of the line over the chat that answers a press (Telegram Bot API, answerCallbackQuery); a longer one is refused whole.
const TOAST_LIMIT: usize = 200;
/// Most updates a poll brings (Telegram Bot API, getUpdates).
const POLL_LIMIT: u32 = 100;

/// What a Telegram gateway needs to know.
pub struct TelegramConfig {
    /// The configured name.
    pub name: String,
    /// Base address of the server, `https://api.telegram.org`.
    pub api_url: reqwest::Url,
    /// The bot's token.
    pub token: SecretString,
    /// Calls a second.
    pub per_second: u32,
    /// How long a poll waits for news.
    pub long_poll: Duration,
    /// Time to connect.
    pub connect: Duration,
    /// Time for a whole call without a file.
    pub total: Duration,
    /// Time for a whole call with one.
    pub total_with_file: Duration,
}

/// One bot.
pub struct Telegram {
    config: TelegramConfig,
    bot: Bot,
    files_bot: Bot,
    client: reqwest::Client,
    capabilities: Capabilities,
}

impl Telegram {
    /// Sets up the clients; nothing is sent yet.
    ///
    /// # Errors
    /// The TLS backend cannot be set up.
    pub fn new(config: TelegramConfig) -> Result<Self, AskError> {
        let bot = |total| -> Result<Bot, AskError> {
            let client = http_client(config.connect, total)?;
            Ok(Bot::with_client(config.token.expose_secret(), client).set_api_url(config.api_url.clone()))
        };
        let capabilities = capabilities(config.per_second);
        Ok(Self {
            bot: bot(config.total)?,
            files_bot: bot(config.total_with_file)?,
            client: http_client(config.connect, config.total.max(config.long_poll + Duration::from_secs(15)))?,
            capabilities,
            config,
        })
    }

    /// Calls a method that the house reads as raw JSON.
    async fn ask(&self, method: &str, params: &Value) -> Result<Value, AskError> {
        let url = self.method_url(method);
        let answer = self.client.post(url).json(params).send().await;
        let answer = answer.map_err(|error| AskError::Unreachable(error.without_url().to_string()))?;
        let status = answer.status().as_u16();
        let body: Value =
            answer.json().await.map_err(|error| AskError::Unreachable(error.without_url().to_string()))?;
        if body["ok"] == Value::Bool(true) {
            return Ok(body["result"].clone());
        }
        Err(refusal(status, &body))
    }

    /// As [`Telegram::ask`], for the answer as it came and its status.
    async fn ask_for_text(&self, method: &str, params: &Value) -> Result<(u16, String), AskError> {
        let unreachable = |error: reqwest::Error| AskError::Unreachable(error.without_url().to_string());
        let answer = self.client.post(self.method_url(method)).json(params).send().await.map_err(unreachable)?;
        let status = answer.status().as_u16();
        Ok((status, answer.text().await.map_err(unreachable)?))
    }

    fn method_url(&self, method: &str) -> String {
        let base = self.config.api_url.as_str().trim_end_matches('/');
        format!("{base}/bot{}/{method}", self.config.token.expose_secret())
    }

    async fn send_now(&self, chat: &str, outgoing: &Outgoing) -> Result<Receipt, Failure> {
        let chat = ChatId(chat.parse().map_err(|_| failure::not_sendable("chat id is not a number"))?);
        let sent = match outgoing {
            Outgoing::Text { text, buttons, reply_to, topic, .. } => {
                let place = (chat, thread(topic.as_deref()));
                self.send_text(place, text, buttons, reply_to.as_deref()).await
            }
            Outgoing::File { source, name, caption, topic } => {
                self.send_file((chat, thread(topic.as_deref())), source, name, caption).await
            }
            Outgoing::Edit { target, text, buttons } => return self.edit(chat, target, text, buttons).await,
        };
        sent.map(|message| receipt(&message)).or_else(failure::or_receipt)
    }

    async fn send_text(
        &self,
        (chat, thread): (ChatId, Option<ThreadId>),
        text: &str,
        buttons: &[Vec<Button>],
        reply_to: Option<&str>,
    ) -> Result<Message, teloxide::RequestError> {
        let mut request = self.bot.send_message(chat, text).parse_mode(ParseMode::Html);
        if let Some(keyboard) = keyboard(buttons) {
            request = request.reply_markup(keyboard);
        }
        if let Some(message) = reply_to.and_then(|id| id.parse().ok()) {
            let reply = ReplyParameters::new(MessageId(message)).allow_sending_without_reply();
            request = request.reply_parameters(reply);
        }
        if let Some(thread) = thread {
            request = request.message_thread_id(thread);
        }
        request.await
    }

    async fn send_file(
        &self,
        (chat, thread): (ChatId, Option<ThreadId>),
        source: &FileSource,
        name: &str,
        caption: &str,
    ) -> Result<Message, teloxide::RequestError> {
        let file = match source {
            FileSource::Bytes(bytes) => InputFile::memory(bytes.clone()).file_name(name.to_owned()),
            FileSource::Handle(handle) => InputFile::file_id(FileId(handle.clone())),
            FileSource::Link(link) => match link.parse() {
                Ok(link) => InputFile::url(link),
                Err(_) => InputFile::file_id(FileId(link.clone())),
            },
        };
        let mut request = self.files_bot.send_document(chat, file);
        if let Some(thread) = thread {
            request = request.message_thread_id(thread);
        }
        if caption.is_empty() {
            return request.await;
        }
        request.caption(caption).parse_mode(ParseMode::Html).await
    }

    async fn edit(&self, chat: ChatId, target: &str, text: &str, buttons: &[Vec<Button>]) -> Result<Receipt, Failure> {
        let message = MessageId(target.parse().map_err(|_| failure::not_sendable("message id is not a number"))?);
        let mut request = self.bot.edit_message_text(chat, message, text).parse_mode(ParseMode::Html);
        if let Some(keyboard) = keyboard(buttons) {
            request = request.reply_markup(keyboard);
        }
        let edited = Receipt { external_id: target.to_owned(), upload_handle: None };
        match request.await {
            Ok(_) => Ok(edited),
            // The text stands there as wanted.
            Err(error) if failure::is_not_modified(&error) => Ok(edited),
            Err(error) => failure::or_receipt(error),
        }
    }
}

/// Telegram's published limits (Bot API: sendMessage, sendDocument, getFile, deleteMessage).
fn capabilities(per_second: u32) -> Capabilities {
    Capabilities {
        text_limit: 4_096,
        caption_limit: 1_024,
        html: true,
        buttons: true,
        edits: true,
        files: Files { documents: ANY_TYPE, document_limit: 50_000_000, ..Files::NONE },
        delete_within: Some(Duration::from_hours(48)),
        upload_limit: 50_000_000,
        download_limit: 20_000_000,
        counts_as_zalo: false,
        joins: true,
        receiving: Receiving { polling: Polling::Durable, webhook: true, history: false },
        hears_documents: true,
        hearing_is_address: false,
        private_window: None,
        budget: None,
        handle_lifetime: None,
        pace: Limits::telegram(per_second),
    }
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

fn receipt(message: &Message) -> Receipt {
    Receipt {
        external_id: message.id.0.to_string(),
        upload_handle: message.document().map(|document| document.file.id.0.clone()),
    }
}

/// An update under its own number. One that cannot be read, or has no number, is told apart from the others all the same.
fn numbered(update: &str) -> RawUpdate {
    let body: Value = serde_json::from_str(update).unwrap_or_default();
    match body["update_id"].as_i64() {
        Some(number) => RawUpdate { key: number.to_string(), number: Some(number), body },
        None => RawUpdate::unreadable(update.as_bytes(), envelope::number(update, "update_id")),
    }
}

fn refusal(status: u16, body: &Value) -> AskError {
    let text = body["description"].as_str().unwrap_or("no description").to_owned();
    match status {
        401 | 404 => AskError::Unauthorized(text),
        409 => AskError::Conflict(text),
        429 => AskError::Wait(Duration::from_secs(body["parameters"]["retry_after"].as_u64().unwrap_or(5))),
        _ => AskError::Refused(text),
    }
}

impl Gateway for Telegram {
    fn name(&self) -> &str {
        &self.config.name
    }

    fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    fn send<'a>(&'a self, chat: &'a str, outgoing: &'a Outgoing) -> Call<'a, Result<Receipt, Failure>> {
        Box::pin(self.send_now(chat, outgoing))
    }

    fn identify(&self) -> Call<'_, Result<SelfInfo, AskError>> {
        Box::pin(async {
            let me = self.ask("getMe", &json!({})).await?;
            Ok(SelfInfo {
                external_id: me["id"].to_string(),
                username: me["username"].as_str().unwrap_or_default().to_owned(),
                hears_all: me["can_read_all_group_messages"].as_bool().unwrap_or(false),
            })
        })
    }

    fn poll(&self, offset: Option<i64>) -> Call<'_, Result<Vec<RawUpdate>, AskError>> {
        Box::pin(async move {
            let params = json!({
                "offset": offset,
                "limit": POLL_LIMIT,
                "timeout": self.config.long_poll.as_secs(),
                "allowed_updates": ALLOWED_UPDATES,
            });
            let (status, text) = self.ask_for_text("getUpdates", &params).await?;
            if let Some(updates) = envelope::updates(&text) {
                return Ok(updates.into_iter().map(numbered).collect());
            }
            let body = serde_json::from_str(&text);
            Err(refusal(status, &body.map_err(|_| AskError::Unreachable("the answer cannot be read".to_owned()))?))
        })
    }

    fn receive(&self, request: &WebhookRequest<'_>) -> Arrived {
        let secret = derived_secret(self.config.token.expose_secret());
        if !request.header(SECRET_HEADER).is_some_and(|given| same_secret(given, &secret)) {
            return Arrived::Refused("the secret is not ours");
        }
        match String::from_utf8_lossy(request.body).trim() {
            "{}" => Arrived::Probe,
            update if request.is_like_an_object() => Arrived::Updates(vec![numbered(update)]),
            _ => Arrived::Probe,
        }
    }

    fn subscribe<'a>(&'a self, address: &'a str) -> Call<'a, Result<(), AskError>> {
        Box::pin(async move {
            let params = json!({
                "url": address,
                "secret_token": derived_secret(self.config.token.expose_secret()),
                "allowed_updates": ALLOWED_UPDATES,
            });
            self.ask("setWebhook", &params).await.map(|_| ())
        })
    }

    fn unsubscribe(&self) -> Call<'_, Result<(), AskError>> {
        // What waits there is not dropped: it comes with the next poll.
        Box::pin(async { self.ask("deleteWebhook", &json!({})).await.map(|_| ()) })
    }

    fn translate(&self, update: &RawUpdate, me: &SelfInfo) -> Option<Event> {
        translate::event(&update.body, me)
    }

    fn answer_press<'a>(&'a self, press_id: &'a str, text: &'a str) -> Call<'a, Result<(), AskError>> {
        Box::pin(async move {
            let params = json!({ "callback_query_id": press_id, "text": toast(text) });
            self.ask("answerCallbackQuery", &params).await.map(|_| ())
        })
    }

    fn fetch<'a>(&'a self, reference: &'a str, limit: u64) -> Call<'a, Result<Vec<u8>, AskError>> {
        Box::pin(async move {
            let file = self.ask("getFile", &json!({ "file_id": reference })).await?;
            let path = file["file_path"].as_str().ok_or_else(|| AskError::Refused("no file path".to_owned()))?;
            let base = self.config.api_url.as_str().trim_end_matches('/');
            let url = format!("{base}/file/bot{}/{path}", self.config.token.expose_secret());
            fetch_bounded(&self.client, &url, limit.min(self.capabilities.download_limit)).await
        })
    }

    fn member_count<'a>(&'a self, chat: &'a str) -> Call<'a, Result<u32, AskError>> {
        Box::pin(async move {
            let count = self.ask("getChatMemberCount", &json!({ "chat_id": chat })).await?;
            Ok(count.as_u64().and_then(|count| u32::try_from(count).ok()).unwrap_or(0))
        })
    }

    fn rights<'a>(&'a self, chat: &'a str) -> Call<'a, Result<Rights, AskError>> {
        Box::pin(async move {
            // The token begins with the bot's own id (Bot API, "Authorizing your bot").
            let token = self.config.token.expose_secret();
            let me = token.split(':').next().and_then(|id| id.parse::<i64>().ok());
            let member = self.ask("getChatMember", &json!({ "chat_id": chat, "user_id": me })).await?;
            if member["status"] != "member" {
                return Ok(translate::rights(&member));
            }
            let chat = self.ask("getChat", &json!({ "chat_id": chat })).await?;
            Ok(translate::permissions(&chat["permissions"]))
        })
    }

    fn publish_menu<'a>(&'a self, menu: &'a Menu) -> Call<'a, Result<(), AskError>> {
        Box::pin(async move {
            let commands: Vec<Value> = menu
                .commands
                .iter()
                .map(|(command, description)| json!({ "command": command, "description": description }))
                .collect();
            let scope = match &menu.chat {
                Some(chat) => json!({ "type": "chat", "chat_id": chat }),
                None => json!({ "type": "all_private_chats" }),
            };
            self.ask("setMyCommands", &json!({ "commands": commands, "scope": scope })).await.map(|_| ())
        })
    }

    fn delete<'a>(&'a self, chat: &'a str, message: &'a str) -> Call<'a, Result<(), AskError>> {
        Box::pin(async move {
            let params = json!({ "chat_id": chat, "message_id": message.parse::<i64>().unwrap_or(0) });
            self.ask("deleteMessage", &params).await.map(|_| ())
        })
    }
}

/// A line that fits over the chat: its end is cut, and says so.
fn toast(text: &str) -> String {
    if text.chars().count() <= TOAST_LIMIT {
        return text.to_owned();
    }
    text.chars().take(TOAST_LIMIT - 1).chain(['…']).collect()
}

async fn fetch_bounded(client: &reqwest::Client, url: &str, limit: u64) -> Result<Vec<u8>, AskError> {
    let unreachable = |error: reqwest::Error| AskError::Unreachable(error.without_url().to_string());
    let mut answer = client.get(url).send().await.map_err(unreachable)?;
    if !answer.status().is_success() {
        return Err(AskError::Refused(format!("download answered {}", answer.status().as_u16())));
    }
    let mut content = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(unreachable)? {
        content.extend_from_slice(&chunk);
        if content.len() as u64 > limit {
            return Err(AskError::TooLarge(limit));
        }
    }
    Ok(content)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_toast_is_cut_where_the_platform_would_refuse_it() {
        assert_eq!(toast("Đã ghi nhận"), "Đã ghi nhận");
        let long = toast(&"ừ".repeat(201));
        assert_eq!((long.chars().count(), long.ends_with('…')), (200, true));
        assert_eq!(toast(&"ừ".repeat(200)).chars().count(), 200);
    }
}

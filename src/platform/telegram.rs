//! The Telegram Bot API as a gateway, with teloxide's types of what is sent.
//!
//! The library's own way of calling is not used: it follows redirects, which would carry the token elsewhere, and reads answers of
//! any size. Updates are kept as raw JSON, because servers speak a newer Bot API than the library knows, and an update it cannot
//! name must not be lost. Error classes come from the server's own text and from how far the request got ([`errors`]).

use std::time::Duration;

use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};

use crate::domain::event::{Event, Rights};
use crate::platform::exchange::{Answer, client, download, exchange, read_within};
use crate::platform::pacer::Limits;
use crate::platform::{
    ANY_TYPE, Arrived, AskError, Call, Capabilities, Failure, Files, Gateway, Menu, Outgoing, Polling, RawUpdate,
    Receipt, Receiving, SelfInfo, WebhookRequest, derived_secret, envelope, same_secret,
};

pub mod errors;
mod failure;
mod send;
mod translate;

/// Updates the house uses. Everything else is not even sent to us.
const ALLOWED_UPDATES: [&str; 3] = ["message", "callback_query", "my_chat_member"];
/// The header that carries the secret (Telegram Bot API, setWebhook).
const SECRET_HEADER: &str = "x-telegram-bot-api-secret-token";
/// Characters of the line over the chat that answers a press (Telegram Bot API, answerCallbackQuery); a longer one is refused whole.
const TOAST_LIMIT: usize = 200;
/// Most updates a poll brings (Telegram Bot API, getUpdates).
const POLL_LIMIT: u32 = 100;
/// Bytes of such an answer that are read. A text has 4,096 signs, the one it answers as many, and JSON may write a sign in 12 bytes
/// (an emoji as two escapes of six): a hundred such updates are 10 MB. What is not read would be asked for again and again.
const UPDATES_LIMIT: usize = 32 << 20;

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
    client: reqwest::Client,
    capabilities: Capabilities,
}

impl Telegram {
    /// Sets up the clients; nothing is sent yet.
    ///
    /// # Errors
    /// The TLS backend cannot be set up.
    pub fn new(config: TelegramConfig) -> Result<Self, AskError> {
        let longest = config.total.max(config.long_poll + Duration::from_secs(15));
        let client = client(&config.api_url, config.connect, longest)?;
        Ok(Self { client, capabilities: capabilities(config.per_second), config })
    }

    /// Calls a method that the house reads as raw JSON.
    async fn ask(&self, method: &str, params: &Value) -> Result<Value, AskError> {
        let Answer { status, mut body, .. } = exchange(self.client.post(self.method_url(method)).json(params)).await?;
        if body["ok"] == Value::Bool(true) {
            return Ok(body["result"].take());
        }
        Err(refusal(status, &body))
    }

    fn method_url(&self, method: &str) -> String {
        let base = self.config.api_url.as_str().trim_end_matches('/');
        format!("{base}/bot{}/{method}", self.config.token.expose_secret())
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

/// An update under its own number. One that cannot be read, or has no number, is told apart from the others all the same.
fn numbered(update: &str) -> RawUpdate {
    let body: Value = serde_json::from_str(update).unwrap_or_default();
    match body["update_id"].as_i64() {
        Some(number) => RawUpdate { key: number.to_string(), number: Some(number), body },
        None => RawUpdate::unreadable(update.as_bytes(), envelope::number(update, "update_id")),
    }
}

fn refusal(status: u16, body: &Value) -> AskError {
    let Some(text) = body["description"].as_str().map(str::to_owned) else {
        // No server of the Bot API redirects, and each says why it refuses: somebody stands in between.
        let elsewhere = matches!(status, 300..=399);
        let what = if elsewhere { "named another address" } else { "nothing that can be read" };
        return AskError::Unreachable(format!("it answered {status} and {what}"));
    };
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
        Box::pin(send::send(self, chat, outgoing))
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
            let call = self.client.post(self.method_url("getUpdates")).json(&params);
            let answer = read_within(call, UPDATES_LIMIT).await?;
            match envelope::updates(&answer.raw) {
                Some(updates) => Ok(updates.into_iter().map(numbered).collect()),
                None => Err(refusal(answer.status, &serde_json::from_str(&answer.raw).unwrap_or_default())),
            }
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
            if path.split('/').any(|part| part == "..") || path.contains("://") {
                return Err(AskError::Refused("the file's path leads elsewhere".to_owned()));
            }
            let base = self.config.api_url.as_str().trim_end_matches('/');
            let url = format!("{base}/file/bot{}/{path}", self.config.token.expose_secret());
            download(self.client.get(url), limit.min(self.capabilities.download_limit)).await
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::stub::{Reply, Stub};

    fn at(stub: &Stub) -> Telegram {
        let second = Duration::from_secs(1);
        Telegram::new(TelegramConfig {
            name: "telegram".to_owned(),
            api_url: stub.url.clone(),
            token: SecretString::from("1:token"),
            per_second: 30,
            long_poll: Duration::ZERO,
            connect: second,
            total: 30 * second,
            total_with_file: 30 * second,
        })
        .unwrap()
    }

    #[tokio::test]
    async fn a_hundred_of_the_longest_texts_are_heard() {
        // Each an answer to one as long, all of emoji, as the server writes them.
        let text = "\u{1f327}".repeat(4_096);
        let update = |id| json!({ "update_id": id, "message": { "text": text, "reply_to_message": { "text": text } } });
        let answer = json!({ "ok": true, "result": (0..100).map(update).collect::<Vec<_>>() }).to_string();
        let answer = answer.replace('\u{1f327}', "\\ud83c\\udf27");
        assert!(answer.len() > 9_000_000);
        let stub = Stub::start(move |_| Reply::Raw(200, Vec::new(), answer.clone()));
        assert_eq!(at(&stub).poll(None).await.unwrap().len(), 100);
    }

    #[tokio::test]
    async fn a_page_of_somebody_in_between_is_no_refusal_of_the_token() {
        for status in [307, 401, 404, 409, 429, 502] {
            let stub = Stub::start(move |_| Reply::Raw(status, Vec::new(), "<html>sign in</html>".to_owned()));
            let asked = at(&stub).identify().await;
            assert!(matches!(asked, Err(AskError::Unreachable(_))), "{status}: {asked:?}");
        }
    }

    #[test]
    fn a_toast_is_cut_where_the_platform_would_refuse_it() {
        assert_eq!(toast("Đã ghi nhận"), "Đã ghi nhận");
        let long = toast(&"ừ".repeat(201));
        assert_eq!((long.chars().count(), long.ends_with('…')), (200, true));
        assert_eq!(toast(&"ừ".repeat(200)).chars().count(), 200);
    }
}

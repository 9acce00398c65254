//! The Zalo Bot platform as a gateway.
//!
//! What is peculiar: the token is part of every address; a failure may come with HTTP 200, so only the body is believed;
//! there are no files, no buttons and no edits, pictures are fetched by the platform from a public address; in groups only
//! what mentions the bot or replies to it arrives; nothing tells that the bot was removed from a group. People's words are
//! sent without a `parse_mode`, so that every sign shows as it was written.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};

use super::exchange::{Answer, below, client, exchange, fetch_media};
use super::pacer::Limits;
use super::{
    Arrived, AskError, Budget, Call, Capabilities, Failure, FileSource, Files, Gateway, Menu, Outgoing, Polling,
    RawUpdate, Receipt, Receiving, SelfInfo, WebhookRequest, derived_secret, envelope, loose, same_secret,
};
use crate::clock::Clock;
use crate::domain::event::Event;
use crate::domain::retry::FailureReason;
use crate::domain::text::utf16_len;

mod errors;
mod translate;

use errors::{Verdict, not_sendable};

/// The header that carries the secret of `setWebhook`.
const SECRET_HEADER: &str = "x-bot-api-secret-token";
/// Longest text and caption the platform takes; its unit is only called "characters", so UTF-16 units, the most of all.
const HARD_LIMIT: usize = 2_000;
/// What is planned for: some air, as the unit is not certain.
const TEXT_LIMIT: usize = 1_900;
/// The platform fetches a picture while the call lasts; a live client was seen to allow 150 s for it.
const SHORTEST_PICTURE_CALL: Duration = Duration::from_secs(150);
/// How much longer than the poll its answer is waited for: live clients add 5 to 20 s.
const POLL_MARGIN: Duration = Duration::from_secs(20);
/// Group ids begin like this; a private chat has its person's id.
const GROUP_PREFIX: &str = "zgr-";
/// Sound to a group is reported as sent and reaches nobody; a picture is no sound.
const SOUNDS: [&str; 6] = [".aac", ".mp3", ".m4a", ".ogg", ".wav", ".amr"];

/// What a Zalo Bot gateway needs to know.
pub struct ZaloBotConfig {
    /// The configured name.
    pub name: String,
    /// Base address, `https://bot-api.zaloplatforms.com`.
    pub api_url: reqwest::Url,
    /// The bot's token.
    pub token: SecretString,
    /// Calls a second.
    pub per_second: u32,
    /// How long a poll waits for news.
    pub long_poll: Duration,
    /// Time to connect.
    pub connect: Duration,
    /// Time for a whole call with text.
    pub total: Duration,
    /// Time for a whole call with a picture; at least 150 s are taken.
    pub total_with_file: Duration,
    /// What the account may use up.
    pub budget: Budget,
    /// Machine time.
    pub clock: Arc<dyn Clock>,
}

/// One bot.
pub struct ZaloBot {
    config: ZaloBotConfig,
    client: reqwest::Client,
    capabilities: Capabilities,
    /// Names people mention it by, known once it has identified itself.
    names: RwLock<Vec<String>>,
    /// Refusals of each chat since its last success.
    refusals: Mutex<HashMap<String, u32>>,
}

impl ZaloBot {
    /// Sets up the client; nothing is sent yet.
    ///
    /// # Errors
    /// The TLS backend cannot be set up.
    pub fn new(config: ZaloBotConfig) -> Result<Self, AskError> {
        Ok(Self {
            client: client(&config.api_url, config.connect, config.total)?,
            capabilities: capabilities(config.per_second, config.budget),
            names: RwLock::default(),
            refusals: Mutex::default(),
            config,
        })
    }

    fn request(&self, method: &str, params: &Value) -> reqwest::RequestBuilder {
        let path = format!("bot{}/{method}", self.config.token.expose_secret());
        self.client.post(below(&self.config.api_url, &path)).json(params)
    }

    /// Calls a method for its result.
    async fn ask(&self, method: &str, params: &Value) -> Result<Value, AskError> {
        let mut answer = exchange(self.request(method, params)).await?;
        if answer.body["ok"] == Value::Bool(true) {
            return Ok(answer.body["result"].take());
        }
        Err(refusal(&answer))
    }

    async fn send_now(&self, chat: &str, outgoing: &Outgoing) -> Result<Receipt, Failure> {
        let request = match outgoing {
            Outgoing::Text { text, .. } => {
                sendable(text)?;
                self.request("sendMessage", &json!({ "chat_id": chat, "text": text }))
            }
            Outgoing::File { source: FileSource::Link(link), name, caption, .. } => {
                self.picture(chat, link, name, caption)?
            }
            Outgoing::File { .. } => {
                return Err(not_sendable(FailureReason::ContentOther, "this platform takes no uploaded files"));
            }
            Outgoing::Edit { .. } => {
                return Err(not_sendable(FailureReason::MessageGone, "this platform changes no message afterwards"));
            }
        };
        let answer = exchange(request).await?;
        self.concluded(chat, &answer)
    }

    fn picture(&self, chat: &str, link: &str, name: &str, caption: &str) -> Result<reqwest::RequestBuilder, Failure> {
        let name = name.to_lowercase();
        if chat.starts_with(GROUP_PREFIX) && SOUNDS.iter().any(|ending| name.ends_with(ending)) {
            return Err(not_sendable(FailureReason::ContentOther, "sound sent to a group reaches nobody"));
        }
        let mut params = json!({ "chat_id": chat, "photo": link });
        if !caption.is_empty() {
            sendable(caption)?;
            params["caption"] = caption.into();
        }
        let total = self.config.total_with_file.max(SHORTEST_PICTURE_CALL);
        Ok(self.request("sendPhoto", &params).timeout(total))
    }

    /// What an answer to a send means, with what went before it in that chat.
    fn concluded(&self, chat: &str, answer: &Answer) -> Result<Receipt, Failure> {
        if let Some(receipt) = errors::receipt(answer) {
            self.refusals.lock().unwrap_or_else(PoisonError::into_inner).remove(chat);
            return Ok(receipt);
        }
        let verdict = errors::verdict(answer);
        let outcome = errors::outcome(verdict, self.refusals_of(chat, verdict));
        Err(Failure { outcome, detail: errors::detail(answer) })
    }

    /// Counts a refusal of what is refused in this chat; gives how many there are since its last success.
    fn refusals_of(&self, chat: &str, verdict: Verdict) -> u32 {
        if !matches!(verdict, Verdict::Refused | Verdict::Faltering) {
            return 0;
        }
        let mut refusals = self.refusals.lock().unwrap_or_else(PoisonError::into_inner);
        let of_chat = refusals.entry(chat.to_owned()).or_default();
        *of_chat = of_chat.saturating_add(1);
        *of_chat
    }

    async fn identify_now(&self) -> Result<SelfInfo, AskError> {
        let me = self.ask("getMe", &json!({})).await?;
        let external_id = loose::id(&me["id"]).ok_or_else(|| AskError::Refused("getMe names no id".to_owned()))?;
        let names = ["display_name", "account_name"].map(|key| loose::text(&me[key]).to_owned());
        let names: Vec<String> = names.into_iter().filter(|name| !name.is_empty()).collect();
        let username = names.first().cloned().unwrap_or_default();
        *self.names.write().unwrap_or_else(PoisonError::into_inner) = names;
        if me["can_join_groups"] == Value::Bool(false) {
            tracing::warn!(gateway = self.config.name, "zalo_bot.cannot_join_groups");
        }
        Ok(SelfInfo { external_id, username, hears_all: false })
    }

    async fn poll_now(&self) -> Result<Vec<RawUpdate>, AskError> {
        let wait = self.config.long_poll.as_secs().to_string();
        let request = self.request("getUpdates", &json!({ "timeout": wait }));
        let answer = exchange(request.timeout(self.config.long_poll + POLL_MARGIN)).await?;
        // One object is documented; a list costs nothing to read.
        let Some(updates) = envelope::updates(&answer.raw) else {
            // The normal end of a poll without news.
            return if errors::is_idle(&answer) { Ok(Vec::new()) } else { Err(refusal(&answer)) };
        };
        Ok(updates.into_iter().filter_map(read).collect())
    }
}

/// The platform's published limits, as far as there are any; quotas are the account's.
fn capabilities(per_second: u32, budget: Budget) -> Capabilities {
    Capabilities {
        text_limit: TEXT_LIMIT,
        caption_limit: TEXT_LIMIT,
        html: false,
        buttons: false,
        edits: false,
        files: Files {
            pictures: &["image/jpeg", "image/png"],
            // No limit is documented; pictures above about 5 MB were seen to fail on their way in.
            picture_limit: 5_000_000,
            pictures_by_link: true,
            ..Files::NONE
        },
        delete_within: None,
        upload_limit: 0,
        download_limit: 10_000_000,
        counts_as_zalo: true,
        joins: true,
        receiving: Receiving { polling: Polling::Lossy, webhook: true, history: false },
        hears_documents: false,
        hearing_is_address: true,
        private_window: None,
        budget: Some(budget),
        handle_lifetime: None,
        pace: Limits::even(Duration::from_secs(1) / per_second.max(1)),
    }
}

/// Refuses before the call what the platform would refuse after it.
fn sendable(text: &str) -> Result<(), Failure> {
    match utf16_len(text) {
        0 => Err(not_sendable(FailureReason::ContentOther, "the text is empty")),
        length if length > HARD_LIMIT => Err(not_sendable(FailureReason::TooLong, "the text is longer than 2000")),
        _ => Ok(()),
    }
}

/// Why a call that sends nothing failed.
fn refusal(answer: &Answer) -> AskError {
    let detail = errors::detail(answer);
    match errors::verdict(answer) {
        Verdict::Token => {
            let what_to_do = "a new token comes from Zalo Bot Creator, in the chat with Zalo Bot Manager";
            AskError::Unauthorized(format!("{detail}; {what_to_do}"))
        }
        Verdict::Quota | Verdict::TooOften => AskError::Wait(Duration::from_mins(1)),
        Verdict::Unknown(_) => AskError::Unreachable(detail),
        _ => AskError::Refused(detail),
    }
}

/// The event inside an update: posted bare, or in the envelope of an answer.
fn inner(body: Value) -> Value {
    match body {
        Value::Object(mut envelope) if envelope.contains_key("result") => envelope.remove("result").unwrap_or_default(),
        bare => bare,
    }
}

/// An update under its own key; none for what carries no message. The key is the message's id, with the kind of event
/// behind it, since nothing says that ids of different kinds differ.
fn keyed(update: Value) -> Option<RawUpdate> {
    let message = loose::id(&update["message"]["message_id"])?;
    let key = format!("{message}:{}", loose::text(&update["event_name"]));
    Some(RawUpdate { key, number: None, body: update })
}

/// As [`keyed`], for an update as it came; one that cannot be read is known by its bytes.
fn read(update: &str) -> Option<RawUpdate> {
    match serde_json::from_str(update) {
        Ok(update) => keyed(update),
        Err(_) => Some(RawUpdate::unreadable(update.as_bytes(), None)),
    }
}

impl Gateway for ZaloBot {
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
        Box::pin(self.identify_now())
    }

    fn poll(&self, _offset: Option<i64>) -> Call<'_, Result<Vec<RawUpdate>, AskError>> {
        Box::pin(self.poll_now())
    }

    fn receive(&self, request: &WebhookRequest<'_>) -> Arrived {
        // An empty post without any header was seen as a look whether somebody answers.
        if request.body.trim_ascii().is_empty() {
            return Arrived::Probe;
        }
        let secret = derived_secret(self.config.token.expose_secret());
        if !request.header(SECRET_HEADER).is_some_and(|given| same_secret(given, &secret)) {
            return Arrived::Refused("the secret is not ours");
        }
        let update = match request.json() {
            Some(body) => inner(body),
            None if request.is_like_an_object() => {
                return Arrived::Updates(vec![RawUpdate::unreadable(request.body, None)]);
            }
            None => return Arrived::Probe,
        };
        if update["event_name"] == "webhook.test" {
            return Arrived::Probe;
        }
        keyed(update).map_or(Arrived::Probe, |update| Arrived::Updates(vec![update]))
    }

    fn subscribe<'a>(&'a self, address: &'a str) -> Call<'a, Result<(), AskError>> {
        Box::pin(async move {
            let secret = derived_secret(self.config.token.expose_secret());
            self.ask("setWebhook", &json!({ "url": address, "secret_token": secret })).await.map(|_| ())
        })
    }

    fn unsubscribe(&self) -> Call<'_, Result<(), AskError>> {
        Box::pin(async {
            let answer = exchange(self.request("deleteWebhook", &json!({}))).await?;
            // Where none was set, some servers say so with 400 or 404.
            let done = answer.body["ok"] == Value::Bool(true) || matches!(errors::code(&answer), 400 | 404);
            if done { Ok(()) } else { Err(refusal(&answer)) }
        })
    }

    fn translate(&self, update: &RawUpdate, me: &SelfInfo) -> Option<Event> {
        let mut names = self.names.read().unwrap_or_else(PoisonError::into_inner).clone();
        names.push(me.username.clone());
        translate::event(&update.body, &names)
    }

    fn answer_press<'a>(&'a self, _press_id: &'a str, _text: &'a str) -> Call<'a, Result<(), AskError>> {
        Box::pin(async { Err(AskError::Unsupported("buttons")) })
    }

    fn fetch<'a>(&'a self, reference: &'a str, limit: u64) -> Call<'a, Result<Vec<u8>, AskError>> {
        let limit = limit.min(self.capabilities.download_limit);
        Box::pin(fetch_media(&self.client, &self.config.api_url, reference, limit))
    }

    fn member_count<'a>(&'a self, _chat: &'a str) -> Call<'a, Result<u32, AskError>> {
        Box::pin(async { Err(AskError::Unsupported("the number of members")) })
    }

    fn publish_menu<'a>(&'a self, _menu: &'a Menu) -> Call<'a, Result<(), AskError>> {
        // There is no menu: people type the commands, and /trogiup lists them.
        Box::pin(async { Ok(()) })
    }

    fn delete<'a>(&'a self, _chat: &'a str, _message: &'a str) -> Call<'a, Result<(), AskError>> {
        Box::pin(async { Err(AskError::Unsupported("taking back a message")) })
    }
}

#[cfg(test)]
mod tests;

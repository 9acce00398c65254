//! The part of [`ZaloBotHandle`] that reads: messages and numbers as plain values.

use super::{Chat, Content, Result, World, ZaloBotControlError, ZaloBotHandle};
use crate::{
    zalo_bot::{
        fault::ZaloBotFault,
        world::{Message, ZaloBotCounts, ZaloBotSent},
    },
    zalo_people::{ZaloChats, ZaloMessage},
};

impl ZaloBotHandle {
    /// `http://127.0.0.1:<port>`, to which `/bot<token>/<method>` is appended.
    #[must_use]
    pub fn base_url(&self) -> String {
        self.shared.base_url.clone()
    }

    /// The token that works now; empty once a fault has killed it.
    #[must_use]
    pub fn token(&self) -> String {
        self.shared.world().token.clone().unwrap_or_default()
    }

    /// The bot's id.
    #[must_use]
    pub fn bot_id(&self) -> String {
        self.shared.world().bot_id.clone()
    }

    /// `@` and the bot's whole name, as the member list puts it into a text.
    #[must_use]
    pub fn bot_mention(&self) -> String {
        format!("@{}", self.shared.world().config.name)
    }

    /// The chats there are, oldest first: id, title, and whether the bot is in it.
    #[must_use]
    pub fn chats(&self) -> Vec<(String, String, bool)> {
        self.shared.world().chats.iter().map(|c| (c.id.clone(), c.title.clone(), c.bot)).collect()
    }

    /// The people there are: id and name.
    #[must_use]
    pub fn people(&self) -> Vec<(String, String)> {
        self.shared.world().people.values().map(|p| (p.id.clone(), p.name.clone())).collect()
    }

    /// All messages of a chat, oldest first, lines of the app itself included.
    ///
    /// # Errors
    /// When there is no such chat.
    pub fn messages(&self, chat: &str) -> Result<Vec<ZaloMessage>> {
        self.messages_since(chat, 0)
    }

    /// The bytes of a message's picture.
    ///
    /// # Errors
    /// When there is no such chat or message, or it has no picture.
    pub fn photo_bytes(&self, chat: &str, message: &str) -> Result<Vec<u8>> {
        let world = self.shared.world();
        let found = world.chat(chat)?.message(message).and_then(|m| match m.content {
            Content::Photo(index) => world.media.get(index),
            _ => None,
        });
        let missing = || ZaloBotControlError::NoSuchMessage { chat: chat.to_owned(), message: message.to_owned() };
        found.map(|media| media.bytes.to_vec()).ok_or_else(missing)
    }

    /// Every send that was answered with `ok`, in the order of the effects.
    #[must_use]
    pub fn sent_log(&self) -> Vec<ZaloBotSent> {
        self.shared.world().log.clone()
    }

    /// Calls, sends, refusals, faults, the month's quota, deliveries.
    #[must_use]
    pub fn counts(&self) -> ZaloBotCounts {
        let world = self.shared.world();
        ZaloBotCounts { quota_used: world.used_now(), ..world.counts.clone() }
    }

    /// The armed faults, fired or not.
    #[must_use]
    pub fn faults(&self) -> Vec<ZaloBotFault> {
        self.shared.world().faults.list()
    }

    /// How many events have not reached the bot yet, deliveries under way included.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.shared.world().inbox.waiting()
    }

    /// How many polls have begun.
    #[must_use]
    pub fn polls(&self) -> u64 {
        self.shared.world().inbox.polls
    }

    /// Wall milliseconds, by the clock the stand-in was given.
    #[must_use]
    pub fn now_ms(&self) -> i64 {
        self.shared.world().wall()
    }
}

impl ZaloChats for ZaloBotHandle {
    type Error = ZaloBotControlError;

    fn messages_since(&self, chat: &str, seen: usize) -> Result<Vec<ZaloMessage>> {
        let world = self.shared.world();
        let chat = world.chat(chat)?;
        Ok(chat.messages.iter().skip(seen).map(|message| view(&world, chat, message)).collect())
    }

    fn say(&self, person: &str, chat: &str, text: &str, reply_to: Option<&str>) -> Result<String> {
        Self::say(self, person, chat, text, reply_to)
    }

    fn mention_needed(&self) -> Option<String> {
        Some(self.bot_mention())
    }
}

fn view(world: &World, chat: &Chat, message: &Message) -> ZaloMessage {
    let file = match &message.content {
        Content::File(name, _) => Some(name.clone()),
        Content::Photo(_) => Some("photo.jpg".to_owned()),
        Content::Sticker(id) => Some(format!("sticker {id}")),
        Content::Voice(_) => Some("voice.aac".to_owned()),
        Content::Text | Content::Notice => None,
    };
    ZaloMessage {
        chat: chat.id.clone(),
        id: message.id.clone(),
        from: message.from.clone(),
        from_bot: message.from == world.bot_id,
        at_ms: message.at_ms,
        text: message.text.clone(),
        file,
        reply_to: message.reply_to.clone(),
        notice: matches!(message.content, Content::Notice),
    }
}

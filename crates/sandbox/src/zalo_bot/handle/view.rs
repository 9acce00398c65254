//! The part of [`ZaloBotHandle`] that reads: messages and numbers as plain values.

use super::{Content, Result, ZaloBotHandle};
use crate::{
    ControlError,
    act::{Said, Stand},
    zalo_bot::world::{ZaloBotCounts, ZaloBotSent},
};

impl ZaloBotHandle {
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
    pub fn messages(&self, chat: &str) -> Result<Vec<Said>> {
        Stand::messages(self, chat, 0)
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
        let missing = || ControlError::no_such_message(chat, message);
        found.map(|media| media.bytes.to_vec()).ok_or_else(missing)
    }

    /// Every send that was answered with `ok`, in the order of the effects.
    #[must_use]
    pub fn sent_log(&self) -> Vec<ZaloBotSent> {
        self.shared.world().log.clone()
    }

    /// How long each update that a poll gave was in the bot's hands before it polled again, in milliseconds.
    #[must_use]
    pub fn confirmed_after_ms(&self) -> Vec<i64> {
        self.shared.world().inbox.confirmed_after_ms.clone()
    }

    /// Calls, sends, refusals, faults, the month's quota, deliveries.
    #[must_use]
    pub fn counts(&self) -> ZaloBotCounts {
        let world = self.shared.world();
        ZaloBotCounts { quota_used: world.used_now(), ..world.counts.clone() }
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
}

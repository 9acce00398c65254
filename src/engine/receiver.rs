//! From updates, by whatever way they came, to the durable inbox.
//!
//! One path for all: polled, posted to the webhook, read back from a group's history. An update is known by the platform's
//! own key, so the same one by two ways is stored once. What is not admitted leaves nothing behind.

use std::sync::Arc;

use super::{Core, EngineResult};
use crate::domain::admission::{self, Admission, Known};
use crate::domain::budget::month_of;
use crate::domain::calendar::Millis;
use crate::domain::event::{ChatKind, Event, IncomingMessage};
use crate::id;
use crate::lifecycle::{Panicked, caught};
use crate::platform::{Gateway, RawUpdate, SelfInfo};
use crate::store::Tx;
use crate::store::binding::Chat;
use crate::store::inbox::NewInboxRow;
use crate::store::usage::Direction;
use crate::usecase::dead_letters;
use crate::usecase::notify::menu;

mod arrivals;
mod distress;
mod gate;
mod intake;
mod strangers;

pub use arrivals::Arrivals;
pub use intake::Intake;

/// Stores one gateway's updates.
pub struct Receiver {
    core: Arc<Core>,
    gateway: Arc<dyn Gateway>,
    me: SelfInfo,
}

impl Receiver {
    /// A receiver for a gateway that speaks as `me`.
    #[must_use]
    pub fn new(core: Arc<Core>, gateway: Arc<dyn Gateway>, me: SelfInfo) -> Self {
        Self { core, gateway, me }
    }

    /// Stores updates that came by any way; the platform may be told that they arrived once this returns.
    ///
    /// # Errors
    /// The database; then none was stored.
    pub async fn keep(&self, updates: &[RawUpdate]) -> EngineResult<usize> {
        if updates.is_empty() {
            return Ok(0);
        }
        let _arriving = self.core.arrivals.one();
        match caught(self.keep_all(updates)).await {
            Ok(Err(error)) if error.is_passing() => Err(error),
            Ok(Ok(stored)) => Ok(stored),
            // One of them is to blame, and the others are not.
            Ok(Err(_)) | Err(Panicked) => self.keep_each(updates).await,
        }
    }

    async fn keep_all(&self, updates: &[RawUpdate]) -> EngineResult<usize> {
        let mut tx = self.core.store.begin().await?;
        let stored = self.keep_in(&mut tx, updates).await?;
        self.move_offset(&mut tx, updates).await?;
        tx.commit().await?;
        Ok(stored)
    }

    /// As [`Receiver::keep_all`], each behind a savepoint: one that the database refuses, or that the program stumbles over, is set
    /// aside.
    async fn keep_each(&self, updates: &[RawUpdate]) -> EngineResult<usize> {
        let (mut tx, mut stored) = (self.core.store.begin().await?, 0);
        for update in updates {
            tx.mark().await?;
            match caught(self.keep_one(&mut tx, update)).await {
                Ok(Ok(new)) => stored += usize::from(new),
                Ok(Err(error)) if error.is_passing() => return Err(error),
                Ok(Err(_)) | Err(Panicked) => {
                    tx.undo().await?;
                    let known = RawUpdate::unreadable(update.key.as_bytes(), update.number);
                    self.set_aside(&mut tx, &known).await?;
                }
            }
        }
        self.move_offset(&mut tx, updates).await?;
        tx.commit().await?;
        Ok(stored)
    }

    /// Keeps nothing of an update but that it came, once; an admin is told. Nobody can admit what nobody can read.
    async fn set_aside(&self, tx: &mut Tx, update: &RawUpdate) -> EngineResult<()> {
        let (now, gateway) = (self.core.wall_now(), self.gateway.name());
        let id = id::new_id(now, self.core.entropy.as_ref());
        if !tx.put_unreadable(&id, gateway, &update.key, now).await? {
            return Ok(());
        }
        tracing::warn!(gateway, key = update.key, "inbox.unreadable");
        if let Some(commune) = tx.commune().await? {
            dead_letters::unreadable(tx, &self.core.act(&commune.id), gateway).await?;
        }
        Ok(())
    }

    /// Stores updates that were posted, with those that are posted at the same time: a commit costs each of them as much as all.
    ///
    /// # Errors
    /// The database; then none was stored.
    pub async fn keep_with_others(self, updates: Vec<RawUpdate>) -> EngineResult<usize> {
        if updates.is_empty() {
            return Ok(0);
        }
        let _arriving = self.core.arrivals.one();
        let intake = self.core.intake(self.gateway.name());
        intake.keep(&self, updates).await
    }

    /// Stores updates in an open transaction; gives how many were new.
    async fn keep_in(&self, tx: &mut Tx, updates: &[RawUpdate]) -> EngineResult<usize> {
        let mut stored = 0;
        for update in updates {
            stored += usize::from(self.keep_one(tx, update).await?);
        }
        Ok(stored)
    }

    /// Where the platform numbers its updates, it is asked for those behind them next.
    async fn move_offset<'u>(&self, tx: &mut Tx, updates: impl IntoIterator<Item = &'u RawUpdate>) -> EngineResult<()> {
        if let Some(last) = updates.into_iter().filter_map(|update| update.number).max() {
            tx.set_poll_offset(self.gateway.name(), last.saturating_add(1)).await?;
        }
        Ok(())
    }

    async fn keep_one(&self, tx: &mut Tx, update: &RawUpdate) -> EngineResult<bool> {
        if update.is_unreadable() {
            self.set_aside(tx, update).await?;
            return Ok(false);
        }
        let Some(mut event) = self.gateway.translate(update, &self.me) else { return Ok(false) };
        if let Event::Message(message) = &mut event
            && !self.admits(tx, message).await?
        {
            return Ok(false);
        }
        let now = self.core.wall_now();
        let event = self.without_plea(tx, event).await?;
        let event = self.without_secret(tx, event).await?;
        let stranger = self.stranger(tx, &event, now).await?;
        if let Some(stranger) = &stranger
            && !self.hears(tx, stranger, now).await?
        {
            return Ok(false);
        }
        let Ok(body) = serde_json::to_string(&event) else { return Ok(false) };
        let row = NewInboxRow {
            id: id::new_id(now, self.core.entropy.as_ref()),
            gateway: self.gateway.name().to_owned(),
            dedupe: update.key.clone(),
            chat: chat_of(&event),
            event: Some(body),
            urgent: matches!(event, Event::Press(_)) && stranger.is_none(),
            stranger: stranger.is_some(),
            received_at: now,
            not_before: Millis(0),
        };
        let new = tx.put_inbox(&row).await?;
        // Nobody says whether what a bot hears counts too; the careful answer is that it does.
        if new && self.gateway.capabilities().budget.is_some() {
            let direction = if stranger.is_some() { Direction::HeardFromStranger } else { Direction::Heard };
            tx.count_usage(self.gateway.name(), &month_of(now), direction, 1).await?;
        }
        if let Some(stranger) = stranger.filter(|_| new) {
            self.count_heard(tx, &stranger).await?;
        }
        Ok(new)
    }

    /// Whether a message is kept. On the way it learns whether it answers one of ours.
    async fn admits(&self, tx: &mut Tx, message: &mut IncomingMessage) -> EngineResult<bool> {
        let chat = tx.chat_by_external(self.gateway.name(), &message.chat.external_id).await?;
        self.recognise_quote(tx, chat.as_ref(), message).await?;
        let name = tx.speaker_name(self.gateway.name(), &message.from.external_id).await?;
        let linked = name.is_some();
        let (names, in_conversation) = match (name, &chat) {
            (Some(name), Some(chat)) => self.known(tx, message, chat, name).await?,
            (name, _) => (name.into_iter().collect(), false),
        };
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let cries = linked && self.cries(tx, message, &names).await?;
        let known = Known { names: &names, in_conversation, cries };
        Ok(matches!(admission::admit(&self.incoming(message, linked), &known), Admission::Store { .. }))
    }

    /// A gateway knows only what it sent itself since its start; what was sent before that stands in the queue.
    async fn recognise_quote(
        &self,
        tx: &mut Tx,
        chat: Option<&Chat>,
        message: &mut IncomingMessage,
    ) -> EngineResult<()> {
        let Some(reply) = message.reply.as_mut().filter(|reply| !reply.to_us) else { return Ok(()) };
        if let (Some(quoted), Some(chat)) = (&reply.external_id, chat) {
            reply.to_us = tx.message_by_external(&chat.id, quoted).await?.is_some();
        }
        Ok(())
    }

    /// Names that may stand in a linked person's answer, and whether the desk waits for one.
    async fn known(
        &self,
        tx: &mut Tx,
        message: &IncomingMessage,
        chat: &Chat,
        name: String,
    ) -> EngineResult<(Vec<String>, bool)> {
        let mut names = vec![name];
        names.extend(tx.unit_names_in(&chat.id).await?);
        let account = &message.from.external_id;
        let in_conversation = tx.dialogue(&chat.id, account).await?.is_some()
            || menu::typed(tx, self.core.wall_now(), &chat.id, account, &message.text).await?.is_some();
        Ok((names, in_conversation))
    }

    fn incoming<'a>(&self, message: &'a IncomingMessage, from_linked: bool) -> admission::Incoming<'a> {
        let private = message.chat.kind == ChatKind::Private;
        admission::Incoming {
            chat_kind: message.chat.kind,
            from_linked,
            from_bot: message.from.is_bot,
            text: Some(message.text.as_str()).filter(|text| !text.is_empty()),
            has_media: message.file.is_some(),
            is_reply_to_us: message.reply.as_ref().is_some_and(|reply| reply.to_us),
            mentions_us: message.mentions_us,
            is_command_for_us: crate::domain::command::parse(
                &message.text,
                crate::domain::command::ParseContext { private, bot_username: &self.me.username },
            )
            .is_some(),
            is_callback: false,
            is_service: false,
        }
    }
}

/// The chat in which an update has its turn. Of a group that moved the new one: what is said there can be understood only behind it.
fn chat_of(event: &Event) -> Option<String> {
    match event {
        Event::Moved { to, .. } => Some(to.clone()),
        event => event.chat().map(|chat| chat.external_id.clone()),
    }
}

//! From updates, by whatever way they came, to the durable inbox.
//!
//! One path for all: polled, posted to the webhook, read back from a group's history. An update is known by the platform's
//! own key, so the same one by two ways is stored once. What is not admitted leaves nothing behind.

use std::sync::Arc;

use super::{Core, EngineResult};
use crate::domain::admission::{self, Admission, Known};
use crate::domain::budget::month_of;
use crate::domain::event::{ChatKind, Event, IncomingMessage};
use crate::id;
use crate::platform::{Gateway, RawUpdate, SelfInfo};
use crate::store::Tx;
use crate::store::inbox::NewInboxRow;
use crate::store::usage::Direction;
use crate::usecase::notify::menu;

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
        let mut tx = self.core.store.begin().await?;
        let mut stored = 0;
        for update in updates {
            stored += usize::from(self.keep_one(&mut tx, update).await?);
        }
        if let Some(last) = updates.iter().filter_map(|update| update.number).max() {
            tx.set_poll_offset(self.gateway.name(), last + 1).await?;
        }
        tx.commit().await?;
        Ok(stored)
    }

    async fn keep_one(&self, tx: &mut Tx, update: &RawUpdate) -> EngineResult<bool> {
        let Some(mut event) = self.gateway.translate(update, &self.me) else { return Ok(false) };
        self.recognise_quote(tx, &mut event).await?;
        if !self.admitted(tx, &event).await? {
            return Ok(false);
        }
        let Ok(body) = serde_json::to_string(&event) else { return Ok(false) };
        let now = self.core.wall_now();
        let row = NewInboxRow {
            id: id::new_id(now, self.core.entropy.as_ref()),
            gateway: self.gateway.name().to_owned(),
            dedupe: update.key.clone(),
            event: Some(body),
            urgent: matches!(event, Event::Press(_)),
            received_at: now,
        };
        let new = tx.put_inbox(&row).await?;
        // Nobody says whether what a bot hears counts too; the careful answer is that it does.
        if new && self.gateway.capabilities().budget.is_some() {
            tx.count_usage(self.gateway.name(), &month_of(now), Direction::Heard, 1).await?;
        }
        Ok(new)
    }

    /// A gateway knows only what it sent itself since its start; what was sent before that stands in the queue.
    async fn recognise_quote(&self, tx: &mut Tx, event: &mut Event) -> EngineResult<()> {
        let Event::Message(message) = event else { return Ok(()) };
        let Some(reply) = message.reply.as_mut().filter(|reply| !reply.to_us) else { return Ok(()) };
        let Some(quoted) = &reply.external_id else { return Ok(()) };
        let Some(chat) = tx.chat_by_external(self.gateway.name(), &message.chat.external_id).await? else {
            return Ok(());
        };
        reply.to_us = tx.message_by_external(&chat.id, quoted).await?.is_some();
        Ok(())
    }

    async fn admitted(&self, tx: &mut Tx, event: &Event) -> EngineResult<bool> {
        let Event::Message(message) = event else { return Ok(true) };
        let linked = tx.identity(self.gateway.name(), &message.from.external_id).await?;
        let (names, in_conversation) = match &linked {
            Some(identity) => self.known(tx, message, &identity.person_id).await?,
            None => (Vec::new(), false),
        };
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let known = Known { names: &names, in_conversation };
        Ok(matches!(admission::admit(&self.incoming(message, linked.is_some()), &known), Admission::Store { .. }))
    }

    /// Names that may stand in a linked person's answer, and whether the desk waits for one.
    async fn known(
        &self,
        tx: &mut Tx,
        message: &IncomingMessage,
        person_id: &str,
    ) -> EngineResult<(Vec<String>, bool)> {
        let mut names: Vec<String> = tx.person(person_id).await?.into_iter().map(|person| person.name).collect();
        let Some(chat) = tx.chat_by_external(self.gateway.name(), &message.chat.external_id).await? else {
            return Ok((names, false));
        };
        if let Some(group) = tx.group_of_chat(&chat.id).await? {
            for unit_id in tx.group_units(&group.id).await? {
                names.extend(tx.unit(&unit_id).await?.map(|unit| unit.name));
            }
        }
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

//! What speaks of danger, before anything is stored: a head's words in a group are kept while a warning is open for them, a
//! stranger's are answered and never kept.

use super::{ChatKind, Event, IncomingMessage, Receiver, Tx};
use crate::domain::bulletin::find_codes;
use crate::domain::command::{self, Command, ParseContext};
use crate::domain::distress::speaks_of_danger;
use crate::domain::event::{AccountRef, ChatRef};
use crate::engine::EngineResult;
use crate::usecase::distress;

impl Receiver {
    /// Whether a linked person speaks of danger in a group while a warning is open for them. What was said to us is kept anyway.
    pub(super) async fn cries(&self, tx: &mut Tx, message: &IncomingMessage, names: &[&str]) -> EngineResult<bool> {
        if message.chat.kind == ChatKind::Private || !speaks_of_danger(&message.text, names) {
            return Ok(false);
        }
        let identity = tx.identity(self.gateway.name(), &message.from.external_id).await?;
        let (Some(identity), Some(commune)) = (identity, tx.commune().await?) else { return Ok(false) };
        Ok(distress::warned(tx, &self.core.act(&commune.id), &identity.person_id).await?.is_some())
    }

    /// A stranger's plea to us in place of what they said: no words of it, and no name, are stored.
    pub(super) async fn without_plea(&self, tx: &mut Tx, event: Event) -> EngineResult<Event> {
        let Event::Message(message) = &event else { return Ok(event) };
        if !self.may_be_plea(message) || tx.identity(self.gateway.name(), &message.from.external_id).await?.is_some() {
            return Ok(event);
        }
        Ok(Event::Plea {
            chat: ChatRef { title: String::new(), ..message.chat.clone() },
            from: AccountRef { name: String::new(), ..message.from.clone() },
            external_id: message.external_id.clone(),
        })
    }

    /// Words of danger, or a recording, which nobody here can listen to. A command and the text of a bulletin are something to look
    /// up.
    fn may_be_plea(&self, message: &IncomingMessage) -> bool {
        let private = message.chat.kind == ChatKind::Private;
        let context = ParseContext { private, bot_username: &self.me.username };
        // "Báo cáo xã, nhà tôi sập" begins with a name without its slash, and is none.
        let is_command = match command::parse(&message.text, context) {
            Some(Ok(parsed)) => parsed.slashed || parsed.command == Command::Verify,
            Some(Err(_)) => true,
            None => false,
        };
        if is_command || !find_codes(&message.text).is_empty() {
            return false;
        }
        let recording = message.file.as_ref().and_then(|file| file.media_type.as_deref());
        let is_voice = recording.is_some_and(|media| media.starts_with("audio/"));
        speaks_of_danger(&message.text, &[]) || (private && is_voice)
    }
}

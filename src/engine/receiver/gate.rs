//! What bears a secrecy stamp never becomes a row: in its place stands that it came, so that somebody can be told.

use super::{Event, IncomingMessage, Receiver, Tx};
use crate::desk::is_composing;
use crate::domain::distress::calls_for_rescue;
use crate::domain::event::{AccountRef, ChatRef};
use crate::domain::secrecy::{stamp_in, stamp_in_name, stamp_in_words};
use crate::engine::EngineResult;

impl Receiver {
    /// An update without what may not be stored. A call for rescue passes where it brings no file: a life comes before a stamp, and
    /// whoever stamped it is asked nothing.
    pub(super) async fn without_secret(&self, tx: &mut Tx, event: Event) -> EngineResult<Event> {
        Ok(match event {
            Event::Message(message) if self.is_secret(tx, &message).await? => Event::Secret {
                chat: ChatRef { title: String::new(), ..message.chat },
                from: AccountRef { name: String::new(), ..message.from },
                external_id: message.external_id,
            },
            // Written by hand in the account's own console: it proves that something was sent, whatever its words.
            Event::Echo { chat, external_id, text } if stamp_in(&text).is_some() => {
                Event::Echo { chat, external_id, text: String::new() }
            }
            event => event,
        })
    }

    async fn is_secret(&self, tx: &mut Tx, message: &IncomingMessage) -> EngineResult<bool> {
        if let Some(file) = &message.file {
            return Ok(stamp_in_name(&file.name).is_some() || stamp_in(&message.text).is_some());
        }
        if stamp_in(&message.text).is_none() || calls_for_rescue(&message.text, &[]) {
            return Ok(false);
        }
        Ok(stamp_in_words(&message.text).is_some() || self.goes_into_a_form(tx, message).await?)
    }

    /// Whether it would become part of a document.
    async fn goes_into_a_form(&self, tx: &mut Tx, message: &IncomingMessage) -> EngineResult<bool> {
        let chat = tx.chat_by_external(self.gateway.name(), &message.chat.external_id).await?;
        let Some(chat) = chat else { return Ok(false) };
        Ok(tx.dialogue(&chat.id, &message.from.external_id).await?.is_some_and(|dialogue| is_composing(&dialogue)))
    }
}

//! What bears a secrecy stamp never becomes a row: in its place stands that it came, so that somebody can be told.

use super::{Event, IncomingMessage, Receiver, Tx};
use crate::desk::is_composing;
use crate::domain::distress::calls_for_rescue;
use crate::domain::event::{AccountRef, ChatRef};
use crate::domain::org::Role;
use crate::domain::secrecy::{stamp_in, stamp_in_name, stamp_in_words};
use crate::engine::EngineResult;

/// Characters of the longest call for rescue that is heard in a form although a stamp stands in it: a document is longer.
const LONGEST_CRY_IN_A_FORM: usize = 200;

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
            Event::Echo { chat, external_id, text } => Event::Echo { chat, external_id, text: unstamped(text) },
            event => event,
        })
    }

    async fn is_secret(&self, tx: &mut Tx, message: &IncomingMessage) -> EngineResult<bool> {
        if let Some(file) = &message.file {
            return Ok(stamp_in_name(&file.name).is_some() || stamp_in(&message.text).is_some());
        }
        if stamp_in(&message.text).is_none() {
            return Ok(false);
        }
        let becomes_a_document = self.becomes_a_document(tx, message).await?;
        let is_cry = calls_for_rescue(&message.text, &[])
            && (!becomes_a_document || message.text.chars().count() <= LONGEST_CRY_IN_A_FORM);
        Ok(!is_cry && (becomes_a_document || stamp_in_words(&message.text).is_some()))
    }

    /// Whether it becomes part of a document, or may: what opens a form may stand just before it and not be processed yet.
    async fn becomes_a_document(&self, tx: &mut Tx, message: &IncomingMessage) -> EngineResult<bool> {
        let (gateway, account) = (self.gateway.name(), &message.from.external_id);
        if let Some(chat) = tx.chat_by_external(gateway, &message.chat.external_id).await?
            && tx.dialogue(&chat.id, account).await?.is_some_and(|dialogue| is_composing(&dialogue))
        {
            return Ok(true);
        }
        let Some(identity) = tx.identity(gateway, account).await? else { return Ok(false) };
        let composes = |role: Role| matches!(role, Role::Composer | Role::Approver);
        Ok(tx.roles_of(&identity.person_id).await?.into_iter().any(|grant| composes(grant.role)))
    }
}

/// Words, unless they bear a stamp: then none.
fn unstamped(text: String) -> String {
    if stamp_in(&text).is_some() { String::new() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_what_the_account_itself_was_made_to_say_a_stamp_leaves_nothing() {
        let kept = ["TỐI MẬT\nPhương án", "Mã: TB-2025-0107"].map(|text| unstamped(text.to_owned()));
        assert_eq!(kept, ["", "Mã: TB-2025-0107"]);
    }
}

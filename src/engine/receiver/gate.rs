//! What bears a secrecy stamp never becomes a row: in its place stands that it came, so that somebody can be told.

use super::{Event, IncomingMessage, Receiver};
use crate::domain::distress::speaks_of_danger;
use crate::domain::event::{AccountRef, ChatRef};
use crate::domain::secrecy::{stamp_in, stamp_in_name};

impl Receiver {
    /// A message without what may not be stored. Words of danger pass: a life comes before a stamp, and whoever stamped them is asked
    /// nothing.
    pub(super) fn without_secret(event: Event) -> Event {
        match event {
            Event::Message(message) if is_secret(&message) => Event::Secret {
                chat: ChatRef { title: String::new(), ..message.chat },
                from: AccountRef { name: String::new(), ..message.from },
                external_id: message.external_id,
            },
            event => event,
        }
    }
}

fn is_secret(message: &IncomingMessage) -> bool {
    let named = message.file.as_ref().is_some_and(|file| stamp_in_name(&file.name).is_some());
    (named || stamp_in(&message.text).is_some()) && !speaks_of_danger(&message.text, &[])
}

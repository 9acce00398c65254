//! Talking to the bot as a person does: say or press something, and read what comes back.

use std::time::Duration;

use anyhow::Context as _;

use super::Demo;
use crate::sandbox::MessageView;

/// How long a reply may take. Nothing in the story waits this long; it only keeps a fault from hanging for ever.
const PATIENCE: Duration = Duration::from_secs(20);
/// How often the chat is looked at.
const GLANCE: Duration = Duration::from_millis(15);

impl Demo {
    /// Says something to the bot in private and gives the first reply that contains `expected`.
    pub(super) async fn say(&self, person: &str, text: &str, expected: &str) -> anyhow::Result<MessageView> {
        let account = self.world.account(person)?;
        let seen = self.last_message(account);
        self.sandbox.handle().say(account, account, text, None)?;
        self.reply(person, seen, expected).await.with_context(|| format!("{person} said: {text}"))
    }

    /// Presses a button under the latest message that has it, and gives the first reply that contains `expected`.
    pub(super) async fn press(&self, person: &str, button: &str, expected: &str) -> anyhow::Result<MessageView> {
        let account = self.world.account(person)?;
        let seen = self.last_message(account);
        let pressed = self.sandbox.handle().press(account, account, None, button);
        pressed.with_context(|| format!("The chat so far:\n{}", self.transcript(account)))?;
        self.reply(person, seen, expected).await.with_context(|| format!("{person} pressed: {button}"))
    }

    /// Sends a document to the bot in private.
    pub(super) async fn send_file(
        &self,
        person: &str,
        name: &str,
        content: Vec<u8>,
        expected: &str,
    ) -> anyhow::Result<MessageView> {
        let account = self.world.account(person)?;
        let seen = self.last_message(account);
        self.sandbox.handle().send_file(account, account, name, content, None)?;
        self.reply(person, seen, expected).await.with_context(|| format!("{person} sent: {name}"))
    }

    /// Waits until a person's latest card has a button with these words.
    pub(super) async fn wait_for_button(&self, person: &str, button: &str) -> anyhow::Result<()> {
        let account = self.world.account(person)?;
        let search = async {
            loop {
                let messages = self.sandbox.handle().messages(account).unwrap_or_default();
                let last = messages.last().into_iter().flat_map(|message| message.buttons.iter().flatten());
                if last.into_iter().any(|known| known.text.contains(button)) {
                    return;
                }
                tokio::time::sleep(GLANCE).await;
            }
        };
        let found = tokio::time::timeout(PATIENCE, search).await;
        found.map_err(|_| anyhow::anyhow!("no card with the button \"{button}\" reached {person}"))
    }

    fn transcript(&self, chat: i64) -> String {
        self.sandbox.handle().show(chat).unwrap_or_default()
    }

    fn last_message(&self, chat: i64) -> i64 {
        let messages = self.sandbox.handle().messages(chat).unwrap_or_default();
        messages.last().map_or(0, |message| message.id)
    }

    async fn reply(&self, person: &str, after: i64, expected: &str) -> anyhow::Result<MessageView> {
        let account = self.world.account(person)?;
        let search = async {
            loop {
                let messages = self.sandbox.handle().messages_after(account, after).unwrap_or_default();
                let found = messages.into_iter().find(|message| message.from_bot && message.text.contains(expected));
                if let Some(message) = found {
                    return message;
                }
                tokio::time::sleep(GLANCE).await;
            }
        };
        let found = tokio::time::timeout(PATIENCE, search).await;
        found.map_err(|_| {
            let chat = self.transcript(account);
            anyhow::anyhow!("no reply with \"{expected}\". The chat so far:\n{chat}")
        })
    }
}

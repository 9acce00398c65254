//! One person's private chat with the service, on whichever platform it is.

use anyhow::Context as _;

use super::{Network, Stage};
use loa_sandbox::telegram::MessageView;
use loa_sandbox::zalo_people::{ZaloChats, ZaloMessage};

/// One message of the chat.
#[derive(Debug, Clone)]
pub(in crate::demo) struct Line {
    /// The platform's number of it, where a button is pressed.
    id: i64,
    /// Whether the service wrote it.
    pub ours: bool,
    /// The text.
    pub text: String,
    /// The words on its buttons.
    buttons: Vec<String>,
}

impl Line {
    /// How a choice with these words is made: by its button, or by the number in front of it.
    pub(in crate::demo) fn choice(&self, words: &str) -> Option<Choice> {
        if let Some(button) = self.buttons.iter().find(|button| button.contains(words)) {
            return Some(Choice::Button(self.id, button.clone()));
        }
        let numbered = |line: &str| {
            let (number, label) = line.split_once(". ")?;
            let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
            (is_number && label.contains(words)).then(|| Choice::Number(number.to_owned()))
        };
        self.text.lines().find_map(numbered)
    }
}

/// How a choice is made.
pub(in crate::demo) enum Choice {
    /// By a button under a message.
    Button(i64, String),
    /// By typing a number.
    Number(String),
}

impl From<MessageView> for Line {
    fn from(message: MessageView) -> Self {
        let buttons = message.buttons.into_iter().flatten().map(|button| button.text).collect();
        Self { id: message.id, ours: message.from_bot && !message.service, text: message.text, buttons }
    }
}

impl From<ZaloMessage> for Line {
    fn from(message: ZaloMessage) -> Self {
        Self { id: 0, ours: message.from_bot && !message.notice, text: message.text, buttons: Vec::new() }
    }
}

impl Stage {
    /// The chat, oldest message first; empty before anything was said.
    pub(in crate::demo) fn chat(&self, network: Network, account: &str) -> Vec<Line> {
        fn zalo<C: ZaloChats>(chats: Option<C>, account: &str) -> Vec<Line> {
            let messages = chats.and_then(|chats| chats.messages_since(account, 0).ok()).unwrap_or_default();
            messages.into_iter().map(Line::from).collect()
        }
        match network {
            Network::ZaloBot => zalo(self.bot(), account),
            Network::ZaloOa => zalo(self.oa(), account),
            Network::Telegram => {
                let read = || self.telegram()?.messages(account.parse().ok()?).ok();
                read().unwrap_or_default().into_iter().map(Line::from).collect()
            }
        }
    }

    /// Writes to the service.
    pub(in crate::demo) fn say(&self, network: Network, account: &str, text: &str) -> anyhow::Result<()> {
        match network {
            Network::Telegram => {
                let id = account.parse()?;
                self.telegram().context("Telegram is not played")?.say(id, id, text, None)?;
            }
            Network::ZaloBot => {
                self.bot().context("no bot is played")?.say(account, account, text, None)?;
            }
            Network::ZaloOa => {
                self.oa().context("no account is played")?.say_to_oa(account, text, None)?;
            }
        }
        Ok(())
    }

    /// Makes a choice.
    pub(in crate::demo) fn choose(&self, network: Network, account: &str, choice: &Choice) -> anyhow::Result<()> {
        match choice {
            Choice::Number(number) => self.say(network, account, number),
            Choice::Button(message, button) => {
                let id = account.parse()?;
                self.telegram().context("Telegram is not played")?.press(id, id, Some(*message), button)?;
                Ok(())
            }
        }
    }

    /// Sends a document in the chat; false where chats take none.
    pub(in crate::demo) fn send_file(
        &self,
        network: Network,
        account: &str,
        name: &str,
        content: Vec<u8>,
    ) -> anyhow::Result<bool> {
        match network {
            Network::Telegram => {
                let id = account.parse()?;
                self.telegram().context("Telegram is not played")?.send_file(id, id, name, content, None)?;
                Ok(true)
            }
            Network::ZaloOa => {
                self.oa().context("no account is played")?.file_to_oa(account, name, content)?;
                Ok(true)
            }
            Network::ZaloBot => Ok(false),
        }
    }

    /// The chat as plain text, for whoever looks for a fault.
    pub(in crate::demo) fn transcript(&self, network: Network, account: &str) -> String {
        let shown = || match network {
            Network::Telegram => self.telegram()?.show(account.parse().ok()?).ok(),
            Network::ZaloBot => self.bot()?.show(account).ok(),
            Network::ZaloOa => self.oa()?.show_private(account).ok(),
        };
        shown().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str, buttons: &[&str]) -> Line {
        Line { id: 7, ours: true, text: text.to_owned(), buttons: buttons.iter().map(ToString::to_string).collect() }
    }

    #[test]
    fn a_choice_is_made_by_its_button_where_there_is_one_and_by_its_number_elsewhere() {
        let card = "VB-2025-0001\n21. ✅ Duyệt\n22. ↩ Trả lại";
        let typed = line(card, &[]).choice("✅ Duyệt");
        assert!(matches!(typed, Some(Choice::Number(number)) if number == "21"));
        let pressed = line(card, &["↩ Trả lại", "✅ Duyệt"]).choice("✅ Duyệt");
        assert!(matches!(pressed, Some(Choice::Button(7, button)) if button == "✅ Duyệt"));
    }

    #[test]
    fn a_sentence_is_no_choice() {
        assert!(line("Ngày 28. ✅ Duyệt", &[]).choice("✅ Duyệt").is_none());
        assert!(line("21. ↩ Trả lại", &[]).choice("✅ Duyệt").is_none());
    }
}

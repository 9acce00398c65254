//! One chat with the service, a person's or a group's, on whichever platform it is.

use anyhow::Context as _;

use super::{Network, Stage};
use loa_sandbox::telegram::{MessageView, PressView};
use loa_sandbox::zalo_oa::OaMessage;
use loa_sandbox::zalo_people::{ZaloChats as _, ZaloMessage};

/// The name under which the service is shown where a platform's own is long.
const SERVICE: &str = "Loa";

/// One message of the chat, or the press of a button.
#[derive(Debug, Clone)]
pub(in crate::demo) struct Line {
    /// The platform's number of it, where a button is pressed.
    id: i64,
    /// The name of whoever wrote it.
    pub who: String,
    /// Whether the service wrote it.
    pub ours: bool,
    /// Whether it is a line of the app itself.
    pub notice: bool,
    /// The text.
    pub text: String,
    /// The name of the file it carries.
    pub file: Option<String>,
    /// The words on its buttons.
    pub buttons: Vec<String>,
}

impl Line {
    /// How a choice with these words is made: by its button, or by the number in front of it.
    pub(in crate::demo) fn choice(&self, words: &str) -> Option<Choice> {
        if let Some(button) = self.buttons.iter().find(|button| button.contains(words)) {
            return Some(Choice::Button(self.id, button.clone()));
        }
        let chosen = self.numbered().into_iter().find(|(_, label)| label.contains(words));
        chosen.map(|(number, _)| Choice::Number(number))
    }

    /// The choices that its text offers by number.
    pub(in crate::demo) fn numbered(&self) -> Vec<(String, String)> {
        let numbered = |line: &str| {
            let (number, label) = line.split_once(". ")?;
            let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
            is_number.then(|| (number.to_owned(), label.to_owned()))
        };
        self.text.lines().filter_map(numbered).collect()
    }
}

/// How a choice is made.
pub(in crate::demo) enum Choice {
    /// By a button under a message.
    Button(i64, String),
    /// By typing a number.
    Number(String),
}

impl Line {
    fn telegram(message: MessageView, name: Option<String>) -> Self {
        let ours = message.from_bot && !message.service;
        Self {
            id: message.id,
            who: if ours { SERVICE.to_owned() } else { name.unwrap_or_default() },
            ours,
            notice: message.service || message.deleted,
            text: message.text,
            file: message.file.map(|file| file.name),
            buttons: message.buttons.into_iter().flatten().map(|button| button.text).collect(),
        }
    }

    fn pressed(press: PressView, name: Option<String>) -> Self {
        let toast = press.toast.map(|toast| toast.text).filter(|text| !text.is_empty());
        let toast = toast.map(|text| format!(" → {text}")).unwrap_or_default();
        let text = format!("[{}]{toast}", press.button);
        let (who, buttons) = (name.unwrap_or_default(), Vec::new());
        Self { id: press.message, who, ours: false, notice: false, text, file: None, buttons }
    }

    fn bot(message: ZaloMessage, names: &[(String, String)]) -> Self {
        let ours = message.from_bot && !message.notice;
        let name = names.iter().find(|(id, _)| *id == message.from).map(|(_, name)| name.clone());
        let who = if ours { SERVICE.to_owned() } else { name.unwrap_or_default() };
        let (notice, text, file) = (message.notice, message.text, message.file);
        Self { id: 0, who, ours, notice, text, file, buttons: Vec::new() }
    }

    fn account(message: OaMessage) -> Self {
        let ours = message.from.is_none() && !message.service;
        let who = if ours { SERVICE.to_owned() } else { message.from_name };
        let file = message.file.map(|file| file.name);
        Self { id: 0, who, ours, notice: message.service, text: message.shown, file, buttons: Vec::new() }
    }
}

impl Stage {
    /// A person's chat with the service, oldest message first; empty before anything was said.
    pub(in crate::demo) fn chat(&self, network: Network, account: &str) -> Vec<Line> {
        self.lines(network, account, 0)
    }

    /// A chat behind its first `seen` messages, oldest first, by the account of a person or the id of a group.
    pub(in crate::demo) fn lines(&self, network: Network, chat: &str, seen: usize) -> Vec<Line> {
        let lines = match network {
            Network::Telegram => self.telegram_lines(chat, seen),
            Network::ZaloBot => self.bot().and_then(|bot| {
                let messages = bot.messages_since(chat, seen).ok()?;
                let names = if messages.is_empty() { Vec::new() } else { bot.people() };
                Some(messages.into_iter().map(|message| Line::bot(message, &names)).collect())
            }),
            Network::ZaloOa => self.oa().and_then(|oa| {
                let messages = oa.messages_since(chat, seen).ok()?;
                Some(messages.into_iter().map(Line::account).collect())
            }),
        };
        lines.unwrap_or_default()
    }

    fn telegram_lines(&self, chat: &str, seen: usize) -> Option<Vec<Line>> {
        let telegram = self.telegram()?;
        let messages = telegram.messages(chat.parse().ok()?).ok()?.into_iter().skip(seen);
        let name = |message: &MessageView| telegram.name_of(message.from).ok();
        Some(messages.map(|message| (name(&message), message)).map(|(name, it)| Line::telegram(it, name)).collect())
    }

    /// The presses of buttons in a chat behind the first `seen`, as far as the service has answered them.
    pub(in crate::demo) fn presses(&self, network: Network, chat: &str, seen: usize) -> Vec<Line> {
        let read = || {
            let telegram = self.telegram().filter(|_| network == Network::Telegram)?;
            let presses = telegram.presses(chat.parse().ok()?).ok()?.into_iter().skip(seen);
            let answered = presses.take_while(|press| press.toast.is_some());
            let name = |press: &PressView| telegram.name_of(press.user).ok();
            Some(answered.map(|press| (name(&press), press)).map(|(name, it)| Line::pressed(it, name)).collect())
        };
        read().unwrap_or_default()
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
        let (who, file) = (SERVICE.to_owned(), None);
        let (text, buttons) = (text.to_owned(), buttons.iter().map(ToString::to_string).collect());
        Line { id: 7, who, ours: true, notice: false, text, file, buttons }
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

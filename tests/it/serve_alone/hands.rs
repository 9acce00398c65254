//! What people do with their hands on each platform, and what they see there.

use loa::demo::places::{Network, Places};
use loa_sandbox::telegram::Handle;
use loa_sandbox::zalo_bot::ZaloBotHandle;
use loa_sandbox::zalo_oa::OaHandle;

use crate::service::eventually;

/// Something of ours in a group.
pub struct Post {
    pub id: String,
    pub text: String,
    /// The name of the file it carries.
    pub file: Option<String>,
}

/// One platform in people's hands.
pub trait Hands {
    /// What we said to a person where they work with us, oldest first.
    fn said_to(&self, person: &str) -> Vec<String>;
    /// A person says something there.
    fn say(&self, person: &str, text: &str);
    /// A person hands in a document, as the last answer told them to.
    async fn hand_in(&self, person: &str, name: &str, content: Vec<u8>);
    /// Ours in a group.
    fn posted(&self, group: &str) -> Vec<Post>;
    /// The head of Thôn 03 confirms in the group, the way the platform allows.
    fn confirm(&self, group: &str, post: &Post);

    /// A person takes a choice of the last answer: here by its number.
    fn choose(&self, person: &str, choice: &str) {
        let last = self.said_to(person).pop().unwrap();
        let line = last.lines().find(|line| line.contains(choice)).unwrap_or_else(|| panic!("no {choice} in: {last}"));
        self.say(person, line.split_once('.').unwrap().0.trim());
    }

    /// Does something and waits for an answer, new or changed, with these words; gives it.
    async fn answered(&self, person: &str, words: &str, act: impl AsyncFnOnce()) -> String {
        let before = self.said_to(person);
        act().await;
        let found = || {
            let now = self.said_to(person);
            now.into_iter()
                .enumerate()
                .find_map(|(place, text)| (text.contains(words) && before.get(place) != Some(&text)).then_some(text))
        };
        eventually(words, async || found().is_some()).await;
        found().unwrap()
    }
}

/// Nothing but a Zalo bot: no files and no buttons, and a group is heard when it replies.
pub struct OnBot {
    pub people: ZaloBotHandle,
    pub places: Places,
}

impl OnBot {
    fn account(&self, person: &str) -> &str {
        self.places.account(Network::ZaloBot, person).unwrap()
    }
}

impl Hands for OnBot {
    fn said_to(&self, person: &str) -> Vec<String> {
        let messages = self.people.messages(self.account(person)).unwrap();
        messages.into_iter().filter(|message| message.from_bot).map(|message| message.text).collect()
    }

    fn say(&self, person: &str, text: &str) {
        let account = self.account(person);
        self.people.say(account, account, text, None).unwrap();
    }

    async fn hand_in(&self, person: &str, name: &str, content: Vec<u8>) {
        let asked = self.said_to(person).pop().unwrap();
        let page = crate::zalo_bot_alone::address(&asked, "/gui/");
        let (status, body) = crate::zalo_bot_alone::upload(&page, name, content).await;
        assert_eq!(status, 200, "{body}");
    }

    fn posted(&self, group: &str) -> Vec<Post> {
        let messages = self.people.messages(self.places.chat(group).unwrap()).unwrap();
        let ours = messages.into_iter().filter(|message| message.from_bot);
        ours.map(|message| Post { id: message.id, text: message.text, file: None }).collect()
    }

    fn confirm(&self, group: &str, post: &Post) {
        let group = self.places.chat(group).unwrap();
        self.people.say(self.account("binh"), group, "da nhan", Some(&post.id)).unwrap();
    }
}

/// Nothing but an official account: files, no buttons, every word of a group is heard. Whoever never wrote to it works in the
/// office group.
pub struct OnAccount {
    pub people: OaHandle,
    pub places: Places,
    /// Who works in which office group.
    pub office: Vec<(&'static str, &'static str)>,
}

impl OnAccount {
    fn account(&self, person: &str) -> &str {
        self.places.account(Network::ZaloOa, person).unwrap()
    }

    fn office_of(&self, person: &str) -> Option<&str> {
        let found = self.office.iter().find(|(known, _)| *known == person);
        found.map(|(_, group)| self.places.chat(group).unwrap())
    }
}

impl Hands for OnAccount {
    fn said_to(&self, person: &str) -> Vec<String> {
        let messages = match self.office_of(person) {
            Some(group) => self.people.messages(group).unwrap(),
            None => self.people.private_messages(self.account(person)).unwrap(),
        };
        messages
            .into_iter()
            .filter(|message| message.from.is_none() && !message.service)
            .map(|message| message.text)
            .collect()
    }

    fn say(&self, person: &str, text: &str) {
        let account = self.account(person);
        match self.office_of(person) {
            Some(group) => self.people.say(account, group, text, None).unwrap(),
            None => self.people.say_to_oa(account, text, None).unwrap(),
        };
    }

    async fn hand_in(&self, person: &str, name: &str, content: Vec<u8>) {
        self.people.file_to_oa(self.account(person), name, content).unwrap();
    }

    fn posted(&self, group: &str) -> Vec<Post> {
        let messages = self.people.messages(self.places.chat(group).unwrap()).unwrap();
        let ours = messages.into_iter().filter(|message| message.from.is_none() && !message.service);
        ours.map(|message| Post { id: message.id, text: message.text, file: message.file.map(|file| file.name) })
            .collect()
    }

    fn confirm(&self, group: &str, _: &Post) {
        self.people.say(self.account("binh"), self.places.chat(group).unwrap(), "thôn 3 đã nhận", None).unwrap();
    }
}

/// Nothing but Telegram: buttons.
pub struct OnTelegram {
    pub people: Handle,
    pub places: Places,
}

impl OnTelegram {
    fn account(&self, person: &str) -> i64 {
        self.places.account(Network::Telegram, person).unwrap().parse().unwrap()
    }

    fn chat(&self, group: &str) -> i64 {
        self.places.chat(group).unwrap().parse().unwrap()
    }
}

impl Hands for OnTelegram {
    fn said_to(&self, person: &str) -> Vec<String> {
        let messages = self.people.messages(self.account(person)).unwrap();
        messages.into_iter().filter(|message| message.from_bot).map(|message| message.text).collect()
    }

    fn say(&self, person: &str, text: &str) {
        let account = self.account(person);
        self.people.say(account, account, text, None).unwrap();
    }

    async fn hand_in(&self, person: &str, name: &str, content: Vec<u8>) {
        let account = self.account(person);
        self.people.send_file(account, account, name, content, None).unwrap();
    }

    fn posted(&self, group: &str) -> Vec<Post> {
        let messages = self.people.messages(self.chat(group)).unwrap();
        let ours = messages.into_iter().filter(|message| message.from_bot && !message.service);
        ours.map(|message| Post {
            id: message.id.to_string(),
            text: message.text,
            file: message.file.map(|file| file.name),
        })
        .collect()
    }

    fn confirm(&self, group: &str, post: &Post) {
        let pressed =
            self.people.press(self.account("binh"), self.chat(group), Some(post.id.parse().unwrap()), "✅ Đã nhận");
        pressed.unwrap();
    }

    /// By the button.
    fn choose(&self, person: &str, choice: &str) {
        let account = self.account(person);
        let messages = self.people.messages(account).unwrap();
        let last = messages.iter().rfind(|message| message.from_bot).unwrap();
        let mut labels = last.buttons.iter().flatten().map(|button| &button.text);
        let label = labels.find(|label| label.contains(choice)).unwrap_or_else(|| panic!("no {choice} in: {last:?}"));
        self.people.press(account, account, Some(last.id), label).unwrap();
    }
}

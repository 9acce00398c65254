//! What people say and see on a stage, in one manner on every platform.

use super::Stage;
use super::ground::{Ground, Post};

impl Stage {
    /// The ground on which people speak to us in private.
    pub fn home(&self) -> &Ground {
        &self.grounds[self.spoken]
    }

    /// The ground a group is on, and its chat there.
    fn place(&self, group: &str) -> (&Ground, String) {
        let (gateway, chat) = self.places.chat(group);
        (self.grounds.iter().find(|ground| ground.gateway == gateway).unwrap(), chat)
    }

    /// Somebody's id where people talk to us.
    pub fn account(&self, person: &str) -> String {
        self.places.account(self.home().gateway, person)
    }

    /// A group's id on its platform.
    pub fn chat(&self, group: &str) -> String {
        self.places.chat(group).1
    }

    /// Somebody's id on Telegram.
    pub fn person(&self, person: &str) -> i64 {
        self.places.account("telegram", person).parse().unwrap()
    }

    /// A group's id on Telegram.
    pub fn group(&self, group: &str) -> i64 {
        self.chat(group).parse().unwrap()
    }

    /// Says something to us in private, lets everything happen, and gives our last words there.
    pub async fn say(&mut self, person: &str, text: &str) -> String {
        self.home().say_privately(&self.account(person), text);
        self.settle().await;
        self.last_words(person)
    }

    /// Says one thing after another; gives the last words.
    pub async fn answer(&mut self, person: &str, answers: &[&str]) -> String {
        let mut last = String::new();
        for words in answers {
            last = self.say(person, words).await;
        }
        last
    }

    /// Types the number of a choice that was offered last.
    pub async fn choose(&mut self, person: &str, choice: &str) -> String {
        let said = self.said_to(person);
        let mut lines = said.iter().rev().flat_map(|text| text.lines());
        let line = lines.find(|line| line.contains(choice)).unwrap_or_else(|| panic!("no {choice} in: {said:?}"));
        let number = line.split_once('.').unwrap().0.trim().to_owned();
        self.say(person, &number).await
    }

    /// Presses a button in private, lets everything happen, and gives our last words there.
    pub async fn press(&mut self, person: &str, button: &str) -> String {
        let account = self.person(person);
        self.telegram().press(account, account, None, button).unwrap();
        self.settle().await;
        self.last_words(person)
    }

    /// A platform and somebody's account there, for what is said without anybody looking at it.
    pub fn on_ground(&self, gateway: &str, person: &str) -> (&Ground, String) {
        let ground = self.grounds.iter().find(|ground| ground.gateway == gateway).unwrap();
        (ground, self.places.account(ground.gateway, person))
    }

    /// Hands in a document: in private, or by the page that the last answer led to where the platform carries no files.
    pub async fn send_file(&mut self, person: &str, name: &str, content: Vec<u8>) -> String {
        if self.home().as_bot().is_some() {
            let page = crate::zalo_bot_alone::address(&self.last_words(person), "/gui/");
            assert_eq!(crate::zalo_bot_alone::upload(&page, name, content).await.0, 200);
        } else {
            self.home().send_file(&self.account(person), name, content);
        }
        self.settle().await;
        self.last_words(person)
    }

    /// Says something in a group, in answer to a message or to nobody, and lets everything happen.
    pub async fn say_in(&mut self, person: &str, group: &str, text: &str, reply_to: Option<&str>) {
        let account = self.places.account(self.place(group).0.gateway, person);
        self.account_says(&account, group, text, reply_to).await;
    }

    /// What somebody says under their account on the platform; gives the message's id.
    pub async fn account_says(&mut self, account: &str, group: &str, text: &str, reply_to: Option<&str>) -> String {
        let (ground, chat) = self.place(group);
        let id = ground.say(account, &chat, text, reply_to);
        self.settle().await;
        id
    }

    /// Somebody nobody knows joins a group; gives their account.
    pub fn stranger_joins(&self, name: &str, group: &str) -> String {
        let (ground, chat) = self.place(group);
        ground.stranger_joins(name, &chat)
    }

    /// Everything of ours in a person's private chat, oldest first.
    pub fn said_to(&self, person: &str) -> Vec<String> {
        self.home().said_to(&self.account(person))
    }

    /// What we last wrote to a person in private.
    pub fn last_words(&self, person: &str) -> String {
        self.said_to(person).pop().unwrap_or_default()
    }

    /// Ours in a group, oldest first.
    pub fn posted(&self, group: &str) -> Vec<Post> {
        let (ground, chat) = self.place(group);
        ground.posts(&chat)
    }

    /// How many messages we posted in a group.
    pub fn posts(&self, group: &str) -> usize {
        self.posted(group).len()
    }

    /// The first message of ours in a group that shows this code.
    pub fn message(&self, group: &str, code: &str) -> Post {
        let mut posts = self.posted(group).into_iter();
        posts
            .find(|post| post.text.contains(code))
            .unwrap_or_else(|| panic!("no {code} in: {}", self.group_chat(group)))
    }

    /// The transcript of a person's private chat.
    pub fn private_chat(&self, person: &str) -> String {
        self.home().show(&self.account(person))
    }

    /// The transcript of a group.
    pub fn group_chat(&self, group: &str) -> String {
        let (ground, chat) = self.place(group);
        ground.show(&chat)
    }
}

/// What people do beside writing.
impl Stage {
    /// Does something towards us in private, and lets everything happen.
    pub async fn does(&mut self, person: &str, deed: loa_sandbox::act::Deed) {
        self.home().does(&self.account(person), deed);
        self.settle().await;
    }
}

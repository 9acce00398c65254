//! The stories' chats on both kinds of Zalo account, in one manner: no buttons, so every choice is a number that is typed.

use loa::domain::calendar::Millis;
use loa::store::{Store, Tx};

use crate::oa_rig::OaRig;
use crate::zalo_rig::ZaloRig;

/// A Zalo account with its people.
pub trait Zalo {
    /// Says something in private, lets everything happen, and gives the last words there.
    async fn say(&mut self, person: &str, text: &str) -> String;
    /// Everything of ours in a person's private chat, oldest first.
    fn said_to(&self, person: &str) -> Vec<String>;
    /// Ours in a group: id and text, oldest first. The app's own lines, and a greeting, are none of them.
    fn posts(&self, group: &str) -> Vec<(String, String)>;
    /// Says something in a group, in reply to a message or to nobody, and lets everything happen.
    async fn say_in(&mut self, person: &str, group: &str, text: &str, reply_to: Option<&str>);
    /// Hands in the document that the last answer asked for.
    async fn hand_in(&mut self, person: &str, name: &str, content: Vec<u8>);
    /// Somebody nobody knows joins a group; gives their account.
    fn stranger_joins(&self, name: &str, group: &str) -> String;
    /// What somebody says under their account on the platform; gives the message's id.
    async fn account_says(&mut self, account: &str, group: &str, text: &str, reply_to: Option<&str>) -> String;
    async fn settle(&mut self);
    async fn pass_to(&mut self, to: Millis);
    fn store(&self) -> &Store;
    fn commune(&self) -> &str;
    /// Transcript of a private chat.
    fn private_chat(&self, person: &str) -> String;
    /// Transcript of a group.
    fn group_chat(&self, group: &str) -> String;
    async fn stop(self);

    /// Types the number of a choice that was offered last.
    async fn choose(&mut self, person: &str, choice: &str) -> String {
        let said = self.said_to(person);
        let mut lines = said.iter().rev().flat_map(|text| text.lines());
        let line = lines.find(|line| line.contains(choice)).unwrap_or_else(|| panic!("no {choice} in: {said:?}"));
        let number = line.split_once('.').unwrap().0.trim().to_owned();
        self.say(person, &number).await
    }

    /// Says one thing after another; gives the last words.
    async fn answer(&mut self, person: &str, answers: &[&str]) -> String {
        let mut last = String::new();
        for words in answers {
            last = self.say(person, words).await;
        }
        last
    }

    /// The first message of ours in a group that shows this code.
    fn message(&self, group: &str, code: &str) -> String {
        let posts = self.posts(group);
        posts.iter().find(|(_, text)| text.contains(code)).unwrap_or_else(|| panic!("{posts:?}")).0.clone()
    }

    /// Lets the commune's next bulletin of a kind be of this number.
    async fn number_from(&self, kind: &str, number: usize) {
        let mut tx = self.store().begin().await.unwrap();
        for _ in 1..number {
            tx.next_number(self.commune(), kind).await.unwrap();
        }
        tx.commit().await.unwrap();
    }

    /// When a unit confirmed a bulletin's latest firing.
    async fn acknowledged_at(&self, code: &str, unit: &str) -> Option<Millis> {
        let mut tx = self.store().read().await.unwrap();
        let bulletin = tx.bulletin_by_code(self.commune(), code).await.unwrap().unwrap();
        let broadcast = tx.broadcasts_of(&bulletin.id).await.unwrap().pop().unwrap();
        let owed = tx.obligations_of(&broadcast.id).await.unwrap();
        owed.into_iter().find(|owed| owed.unit_name == unit).unwrap().acknowledged_at.map(Millis)
    }

    /// A number that a statement gives.
    async fn rows(&self, sql: &'static str) -> i64 {
        let mut tx = self.store().read().await.unwrap();
        match &mut tx {
            Tx::Sqlite(tx) => sqlx::query_scalar(sql).fetch_one(&mut **tx).await.unwrap(),
            Tx::Postgres(tx) => sqlx::query_scalar(sql).fetch_one(&mut **tx).await.unwrap(),
        }
    }
}

impl Zalo for ZaloRig {
    async fn say(&mut self, person: &str, text: &str) -> String {
        ZaloRig::say(self, person, text).await
    }

    fn said_to(&self, person: &str) -> Vec<String> {
        let messages = self.handle().messages(&self.account(person)).unwrap();
        messages.into_iter().filter(|message| message.from_bot).map(|message| message.text).collect()
    }

    fn posts(&self, group: &str) -> Vec<(String, String)> {
        let messages = self.handle().messages(&self.chat(group)).unwrap().into_iter();
        let ours = messages.filter(|message| message.from_bot && !message.notice && !message.text.contains("Xin chào"));
        ours.map(|message| (message.id, message.text)).collect()
    }

    async fn say_in(&mut self, person: &str, group: &str, text: &str, reply_to: Option<&str>) {
        let account = self.account(person);
        self.account_says(&account, group, text, reply_to).await;
    }

    async fn hand_in(&mut self, person: &str, name: &str, content: Vec<u8>) {
        let page = crate::zalo_bot_alone::address(&self.last_words(person), "/gui/");
        assert_eq!(crate::zalo_bot_alone::upload(&page, name, content).await.0, 200);
        ZaloRig::settle(self).await;
    }

    fn stranger_joins(&self, name: &str, group: &str) -> String {
        let account = self.handle().add_person(None, name).unwrap();
        self.handle().join(&self.chat(group), &account).unwrap();
        account
    }

    async fn account_says(&mut self, account: &str, group: &str, text: &str, reply_to: Option<&str>) -> String {
        let id = self.handle().say(account, &self.chat(group), text, reply_to).unwrap();
        ZaloRig::settle(self).await;
        id
    }

    async fn settle(&mut self) {
        ZaloRig::settle(self).await;
    }

    async fn pass_to(&mut self, to: Millis) {
        ZaloRig::pass_to(self, to).await;
    }

    fn store(&self) -> &Store {
        &self.core.store
    }

    fn commune(&self) -> &str {
        &self.commune
    }

    fn private_chat(&self, person: &str) -> String {
        ZaloRig::private_chat(self, person)
    }

    fn group_chat(&self, group: &str) -> String {
        ZaloRig::group_chat(self, group)
    }

    async fn stop(self) {
        ZaloRig::stop(self).await;
    }
}

impl Zalo for OaRig {
    async fn say(&mut self, person: &str, text: &str) -> String {
        OaRig::say(self, person, text).await
    }

    fn said_to(&self, person: &str) -> Vec<String> {
        let messages = self.handle().private_messages(&self.account(person)).unwrap();
        messages.into_iter().filter(|message| message.from.is_none()).map(|message| message.text).collect()
    }

    fn posts(&self, group: &str) -> Vec<(String, String)> {
        OaRig::posts(self, group).into_iter().map(|message| (message.id, message.text)).collect()
    }

    async fn say_in(&mut self, person: &str, group: &str, text: &str, reply_to: Option<&str>) {
        OaRig::say_in(self, person, group, text, reply_to).await;
    }

    async fn hand_in(&mut self, person: &str, name: &str, content: Vec<u8>) {
        OaRig::send_file(self, person, name, content).await;
    }

    fn stranger_joins(&self, name: &str, group: &str) -> String {
        let account = self.handle().add_person(loa_sandbox::zalo_oa::NewPerson::stranger(name)).unwrap();
        self.handle().join(&account, &self.chat(group)).unwrap();
        account
    }

    async fn account_says(&mut self, account: &str, group: &str, text: &str, reply_to: Option<&str>) -> String {
        let id = self.handle().say(account, &self.chat(group), text, reply_to).unwrap();
        OaRig::settle(self).await;
        id
    }

    async fn settle(&mut self) {
        OaRig::settle(self).await;
    }

    async fn pass_to(&mut self, to: Millis) {
        OaRig::pass_to(self, to).await;
    }

    fn store(&self) -> &Store {
        &self.core.store
    }

    fn commune(&self) -> &str {
        &self.commune
    }

    fn private_chat(&self, person: &str) -> String {
        OaRig::private_chat(self, person)
    }

    fn group_chat(&self, group: &str) -> String {
        OaRig::group_chat(self, group)
    }

    async fn stop(self) {
        OaRig::stop(self).await;
    }
}

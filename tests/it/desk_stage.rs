//! A desk to talk to, without a platform: hand-made events in, queued messages out.
//!
//! Every event is a transaction of its own, as it is in the service, so each of them is also a restart. A second passes with each,
//! so that answers have an order.

use std::collections::HashSet;
use std::ops::Deref;
use std::sync::Arc;

use loa::desk::{self, Fetched, Prepared, Response};
use loa::domain::calendar::Millis;
use loa::domain::event::{AccountRef, ButtonPress, ChatKind, ChatRef, Event, IncomingFile, IncomingMessage, Rights};
use loa::domain::message::{Lane, MessageState};
use loa::domain::org::Role;
use loa::domain::render::Button;
use loa::id::SeededEntropy;
use loa::store::messages::Message;
use loa::store::{Store, Tx};
use loa::usecase::notify::decode_buttons;
use loa::usecase::{Act, House, Via};

use crate::fixture::{self, AT, GATEWAY};

/// The desk of a commune, and the open transaction that everything between two events is seen and done in.
pub struct Desk {
    pub at: Millis,
    pub house: Arc<House>,
    /// How many members a group is said to have.
    pub members: Option<u32>,
    pub entropy: Arc<SeededEntropy>,
    store: Store,
    open: Option<Tx>,
    commune_id: String,
    turns: u32,
    seen: HashSet<String>,
}

/// What one event led to: the words said in the chat it happened in.
#[derive(Debug)]
pub struct Outcome {
    /// Everything said, newest first.
    pub said: String,
    /// The buttons under it: label and data.
    pub buttons: Vec<(String, String)>,
    pub response: Response,
}

impl Outcome {
    /// The data of the button with this label.
    pub fn button(&self, label: &str) -> String {
        let found = self.buttons.iter().find(|(other, _)| other.contains(label));
        found.unwrap_or_else(|| panic!("no button {label}: {self:?}")).1.clone()
    }

    /// What the platform shows for a moment to whoever pressed.
    pub fn toast(&self) -> Option<String> {
        self.response.toast.clone()
    }
}

impl Deref for Outcome {
    type Target = str;

    fn deref(&self) -> &str {
        &self.said
    }
}

impl std::fmt::Display for Outcome {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.said.fmt(formatter)
    }
}

impl Desk {
    /// The desk of the commune in this transaction.
    pub async fn over(store: &Store, mut tx: Tx, at: Millis, house: House) -> Self {
        let commune_id = tx.commune().await.unwrap().unwrap().id;
        Self {
            at,
            house: Arc::new(house),
            members: Some(37),
            entropy: SeededEntropy::new(7),
            store: store.clone(),
            open: Some(tx),
            commune_id,
            turns: 0,
            seen: HashSet::new(),
        }
    }

    /// The same commune seen by a process that has just started: what is not a row is gone.
    pub async fn restarted(mut self) -> Self {
        self.renew().await;
        Self { entropy: SeededEntropy::new(8), ..self }
    }

    /// What everything between two events is seen and done in.
    pub fn tx(&mut self) -> &mut Tx {
        self.open.as_mut().unwrap()
    }

    /// Makes what was done permanent, and goes on.
    async fn renew(&mut self) {
        self.open.take().unwrap().commit().await.unwrap();
        self.open = Some(self.store.begin().await.unwrap());
    }

    /// Makes what was done permanent and leaves the database to others.
    pub async fn leave(mut self) {
        self.open.take().unwrap().commit().await.unwrap();
    }

    /// What the commune does by itself.
    pub fn act<'a>(entropy: &'a SeededEntropy, house: &'a House, at: Millis) -> Act<'a> {
        Act {
            commune_id: fixture::COMMUNE.to_owned(),
            person_id: None,
            unconfirmed: false,
            via: Via::Chat(GATEWAY.to_owned()),
            at,
            wall: at,
            entropy,
            house,
        }
    }

    /// The transaction, and an act in it now.
    pub fn parts(&mut self) -> (&mut Tx, Act<'_>) {
        let act = Self::act(&self.entropy, &self.house, self.at);
        (self.open.as_mut().unwrap(), Act { commune_id: self.commune_id.clone(), ..act })
    }

    /// Something happens. A file is handed over only where the desk asks for it.
    pub async fn event(&mut self, event: Event, file: Option<Fetched>) -> Outcome {
        self.renew().await;
        self.at = self.at.plus_ms(1_000);
        self.turns += 1;
        let (dedupe, members) = (format!("u{}", self.turns), self.members);
        let (tx, act) = self.parts();
        let username = "loa_bot".to_owned();
        let mut prepared = Prepared {
            gateway: GATEWAY,
            username,
            event: &event,
            dedupe: &dedupe,
            file: None,
            members,
            rights: Rights::default(),
        };
        if desk::wants(tx, &act, &prepared).await.unwrap().file {
            prepared.file = file;
        }
        let response = desk::handle(tx, &act, &prepared).await.unwrap();
        let now = act.wall.0;
        let mut queued = Vec::new();
        if let Some(chat) = event.chat()
            && let Some(chat) = tx.chat_by_external(GATEWAY, &chat.external_id).await.unwrap()
        {
            queued = tx.messages_to_chat(&chat.id, 50).await.unwrap();
        }
        // What was said to somebody nobody knows has left before they speak again.
        for message in queued.iter().filter(|message| message.lane == Lane::Stranger.number()) {
            tx.leave_queue(&message.id, MessageState::Skipped, "read").await.unwrap();
        }
        queued.retain(|message| message.created_at == now);
        let said: Vec<String> = queued.iter().map(|message| message.body.clone()).collect();
        let buttons = queued.iter().flat_map(|message| decode_buttons(&message.buttons).concat());
        let buttons = buttons.map(|button| (button.label, button.data)).collect();
        Outcome { said: said.join("\n"), buttons, response }
    }

    /// Words in the private chat of an account.
    pub async fn say(&mut self, account: &str, text: &str) -> Outcome {
        self.say_in(&private(account), account, text).await
    }

    /// Words in a chat.
    pub async fn say_in(&mut self, chat: &ChatRef, account: &str, text: &str) -> Outcome {
        let message = self.message(chat, account, text, None);
        self.event(Event::Message(message), None).await
    }

    /// Several lines of a conversation; gives the outcome of the last.
    pub async fn talk(&mut self, account: &str, lines: &[&str]) -> Outcome {
        let mut last = None;
        for line in lines {
            last = Some(self.say(account, line).await);
        }
        last.unwrap()
    }

    /// A photo with a caption in a private chat.
    pub async fn photo(&mut self, account: &str, caption: &str) -> Outcome {
        let file = IncomingFile { reference: "p".to_owned(), name: "anh.jpg".to_owned(), size: None, media_type: None };
        let message = self.message(&private(account), account, caption, Some(file));
        self.event(Event::Message(message), None).await
    }

    /// A file in the private chat of an account.
    pub async fn send_file(&mut self, account: &str, name: &str, file: Fetched) -> Outcome {
        self.send_file_in(&private(account), account, name, file).await
    }

    /// A file in a chat.
    pub async fn send_file_in(&mut self, chat: &ChatRef, account: &str, name: &str, file: Fetched) -> Outcome {
        let attached =
            IncomingFile { reference: "ref".to_owned(), name: name.to_owned(), size: Some(1_000), media_type: None };
        let message = self.message(chat, account, "", Some(attached));
        self.event(Event::Message(message), Some(file)).await
    }

    fn message(&self, chat: &ChatRef, account: &str, text: &str, file: Option<IncomingFile>) -> IncomingMessage {
        IncomingMessage {
            chat: chat.clone(),
            from: person(account),
            external_id: format!("m{}", self.turns),
            text: text.to_owned(),
            file,
            reply: None,
            topic: None,
            mentions_us: false,
            hidden_links: Vec::new(),
            said_at: None,
        }
    }

    /// A button in the private chat of an account, by its data.
    pub async fn press(&mut self, account: &str, data: &str) -> Outcome {
        self.press_in(&private(account), account, data).await
    }

    /// A button in a chat, by its data.
    pub async fn press_in(&mut self, chat: &ChatRef, account: &str, data: &str) -> Outcome {
        let press = ButtonPress {
            chat: chat.clone(),
            from: person(account),
            press_id: "press".to_owned(),
            message_external_id: "shown".to_owned(),
            data: data.to_owned(),
        };
        self.event(Event::Press(press), None).await
    }

    /// What was ever said to a chat, newest first.
    pub async fn heard_by(&mut self, external_id: &str) -> Vec<Message> {
        let tx = self.tx();
        let Some(chat) = tx.chat_by_external(GATEWAY, external_id).await.unwrap() else { return Vec::new() };
        tx.messages_to_chat(&chat.id, 100).await.unwrap()
    }

    /// What was last said to a chat.
    pub async fn last(&mut self, external_id: &str) -> Option<Message> {
        self.heard_by(external_id).await.into_iter().next()
    }

    /// The buttons under the last message to a private chat, row after row.
    pub async fn buttons(&mut self, account: &str) -> Vec<Button> {
        let last = self.last(account).await.unwrap();
        decode_buttons(&last.buttons).into_iter().flatten().collect()
    }

    /// What was said to a chat since it was last asked.
    pub async fn news_rows(&mut self, external_id: &str) -> Vec<Message> {
        let mut rows = self.heard_by(external_id).await;
        rows.retain(|row| self.seen.insert(row.id.clone()));
        rows.reverse();
        rows
    }

    /// Its words, all together.
    pub async fn news(&mut self, external_id: &str) -> String {
        let bodies: Vec<String> = self.news_rows(external_id).await.into_iter().map(|row| row.body).collect();
        bodies.join("\n---\n")
    }

    /// Names of all audit entries, with what stands in them.
    pub async fn audit(&mut self) -> Vec<(String, String)> {
        let tx = self.tx();
        tx.seal_audit().await.unwrap();
        let entries = tx.audit_page(0, 1_000).await.unwrap();
        entries.into_iter().map(|entry| (entry.act, format!("{} {}", entry.subject, entry.detail))).collect()
    }
}

/// The private chat of an account.
pub fn private(account: &str) -> ChatRef {
    ChatRef { external_id: account.to_owned(), kind: ChatKind::Private, title: format!("Tài khoản {account}") }
}

/// A group, as the platform names it.
pub fn group(external_id: &str) -> ChatRef {
    ChatRef { external_id: external_id.to_owned(), kind: ChatKind::Group, title: "Nhóm thôn Ba vui vẻ".to_owned() }
}

/// Somebody by their account.
pub fn person(account: &str) -> AccountRef {
    AccountRef { external_id: account.to_owned(), name: format!("Tài khoản {account}"), is_bot: false }
}

/// Links an account, named as the person, and gives the person a role on the whole commune.
pub async fn enrol(tx: &mut Tx, person_id: &str, role: Option<Role>) {
    let id = format!("i-{person_id}");
    assert!(tx.link_identity(GATEWAY, person_id, person_id, AT, &id).await.unwrap());
    if let Some(role) = role {
        fixture::grant(tx, person_id, role, "u-xa").await;
    }
}

//! Getting in, as it is lived at the desk: hand-made events in, queued messages out.
//!
//! Quân (account 1) is the commune's admin, Bình the head of village 03 and not registered; everybody else is a stranger.

use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use loa::clock::{Clock as _, TestClock};
use loa::desk::{self, Prepared, Response};
use loa::domain::event::{AccountRef, ButtonPress, ChatKind, ChatRef, Event, IncomingMessage, Membership};
use loa::domain::org::Role;
use loa::domain::render::Capabilities;
use loa::id::SeededEntropy;
use loa::locale::Locale;
use loa::store::messages::Message;
use loa::store::{Store, Tx};
use loa::usecase::house::GatewayTraits;
use loa::usecase::{Act, House, Via, bind, notify};

use crate::fixture::{self, AT, COMMUNE, GATEWAY};

mod binding;
mod menus;
mod presence;
mod register;
mod verify;

/// The admin's account, and with it the id of their private chat.
const ADMIN: &str = "1";
/// A village head's account before it is anybody's.
const HEAD: &str = "7";
/// The real group, as the platform names it.
const GROUP: &str = "-100";
/// The verdict on a forged bulletin.
const FORGED: &str = "Không có tin mã này. Không bấm liên kết, báo Công an xã.";

fn house() -> &'static House {
    static HOUSE: LazyLock<House> = LazyLock::new(|| {
        let render =
            Capabilities { text_limit_utf16: 4096, caption_limit: 1024, html: false, buttons: true, files: true };
        let traits = GatewayTraits { render, counts_as_zalo: false, edits: true, budget: None };
        let known = fixture::house();
        House {
            locale: Locale::vietnamese(),
            labels: known.labels.clone(),
            holidays: known.holidays.clone(),
            contact: String::new(),
            gateways: BTreeMap::from([(GATEWAY.to_owned(), traits)]),
            ..*known
        }
    });
    &HOUSE
}

/// The desk in one open transaction, and what was already read of its answers.
struct Desk {
    tx: Tx,
    clock: Arc<TestClock>,
    entropy: Arc<SeededEntropy>,
    seen: HashSet<String>,
    turns: u32,
    members: Option<u32>,
}

impl Desk {
    async fn open(store: &Store) -> Self {
        let mut tx = fixture::village(store).await;
        fixture::grant(&mut tx, "p-quan", Role::Admin, "u-xa").await;
        let (clock, entropy) = (TestClock::at(AT), SeededEntropy::new(1));
        let mut desk = Self { tx, clock, entropy, seen: HashSet::new(), turns: 0, members: Some(37) };
        desk.link(ADMIN, "p-quan").await;
        desk
    }

    /// The process ends and another one goes on: what is not a row is gone.
    async fn restarted(self, store: &Store) -> Self {
        let Self { tx, clock, entropy, seen, turns, members } = self;
        tx.commit().await.unwrap();
        Self { tx: store.begin().await.unwrap(), clock, entropy, seen, turns, members }
    }

    /// Links an account, with an open private chat.
    async fn link(&mut self, account: &str, person: &str) {
        let id = format!("i-{account}");
        self.tx.link_identity(GATEWAY, account, person, AT, &id).await.unwrap();
        fixture::private_chat(&mut self.tx, account).await;
    }

    async fn event(&mut self, event: Event) -> Response {
        // Each turn has its own millisecond, so that answers have an order.
        self.clock.advance(Duration::from_millis(10));
        self.turns += 1;
        let now = self.clock.now();
        let act = Act {
            commune_id: COMMUNE.to_owned(),
            person_id: None,
            via: Via::Chat(GATEWAY.to_owned()),
            at: now,
            wall: now,
            entropy: self.entropy.as_ref(),
            house: house(),
        };
        let dedupe = self.turns.to_string();
        let (username, members) = ("loa_bot".to_owned(), self.members);
        let prepared = Prepared { gateway: GATEWAY, username, event: &event, dedupe: &dedupe, file: None, members };
        desk::handle(&mut self.tx, &act, &prepared).await.unwrap()
    }

    /// Somebody writes to us in private.
    async fn tell(&mut self, account: &str, text: &str) -> Response {
        self.message(private(account), account, text).await
    }

    /// Somebody writes in the real group.
    async fn shout(&mut self, account: &str, text: &str) -> Response {
        self.message(group(), account, text).await
    }

    async fn message(&mut self, chat: ChatRef, account: &str, text: &str) -> Response {
        let external_id = format!("m{}", self.turns);
        let (from, text) = (person(account), text.to_owned());
        let message = IncomingMessage {
            chat,
            from,
            external_id,
            text,
            file: None,
            reply: None,
            mentions_us: false,
            said_at: None,
        };
        self.event(Event::Message(message)).await
    }

    async fn press(&mut self, chat: ChatRef, account: &str, data: &str) -> Response {
        let (press_id, message_external_id) = ("p".to_owned(), "m".to_owned());
        let press = ButtonPress { chat, from: person(account), press_id, message_external_id, data: data.to_owned() };
        self.event(Event::Press(press)).await
    }

    /// We were added, let in, thrown out or blocked.
    async fn present(&mut self, chat: ChatRef, present: bool) {
        let response = self.event(Event::Membership(Membership { chat, by: person("9"), present })).await;
        assert_eq!(response, Response::default());
    }

    async fn moved(&mut self, from: &str, to: &str) {
        self.event(Event::Moved { from: from.to_owned(), to: to.to_owned() }).await;
    }

    /// What was queued for a chat since it was last asked.
    async fn news_rows(&mut self, external_id: &str) -> Vec<Message> {
        let Some(chat) = self.tx.chat_by_external(GATEWAY, external_id).await.unwrap() else { return Vec::new() };
        let mut rows = self.tx.messages_to_chat(&chat.id, 100).await.unwrap();
        rows.retain(|row| self.seen.insert(row.id.clone()));
        rows.reverse();
        rows
    }

    /// Its words, all together.
    async fn news(&mut self, external_id: &str) -> String {
        let bodies: Vec<String> = self.news_rows(external_id).await.into_iter().map(|row| row.body).collect();
        bodies.join("\n---\n")
    }

    /// The one thing that was said, with the data of its buttons.
    async fn card(&mut self, external_id: &str) -> (String, Vec<String>) {
        let mut rows = self.news_rows(external_id).await;
        assert_eq!(rows.len(), 1, "{rows:#?}");
        let row = rows.remove(0);
        let buttons = notify::decode_buttons(&row.buttons).into_iter().flatten().map(|button| button.data);
        (row.body, buttons.collect())
    }

    /// A code for a person, made by the admin elsewhere.
    async fn person_code(&mut self, person_id: &str) -> String {
        let (entropy, at) = (self.entropy.clone(), self.clock.now());
        let via = Via::Cli("root".to_owned());
        let commune_id = COMMUNE.to_owned();
        let act = Act { commune_id, person_id: None, via, at, wall: at, entropy: entropy.as_ref(), house: house() };
        bind::invite_person(&mut self.tx, &act, person_id).await.unwrap().code
    }

    async fn owner_of(&mut self, account: &str) -> Option<String> {
        self.tx.identity(GATEWAY, account).await.unwrap().map(|identity| identity.person_id)
    }

    /// How often something was done, by the audit log.
    async fn audited(&mut self, what: &str) -> usize {
        self.tx.seal_audit().await.unwrap();
        let entries = self.tx.audit_page(0, 500).await.unwrap();
        entries.iter().filter(|entry| entry.act == what).count()
    }
}

fn private(account: &str) -> ChatRef {
    ChatRef { external_id: account.to_owned(), kind: ChatKind::Private, title: format!("Tài khoản {account}") }
}

fn group() -> ChatRef {
    ChatRef { external_id: GROUP.to_owned(), kind: ChatKind::Group, title: "Nhóm thôn Ba vui vẻ".to_owned() }
}

fn person(account: &str) -> AccountRef {
    AccountRef { external_id: account.to_owned(), name: format!("Tài khoản {account}"), is_bot: false }
}

/// The one-time code in a text: eight capitals and digits after a sign the text is known by.
fn code_in(text: &str, sign: &str) -> String {
    let rest = text.split(sign).nth(1).unwrap_or_else(|| panic!("no {sign} in {text}"));
    let code: String = rest.trim_start().chars().take_while(char::is_ascii_alphanumeric).collect();
    assert_eq!(code.len(), 8, "{text}");
    code
}

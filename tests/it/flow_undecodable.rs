//! One update that nobody can read, that the program stumbles over or that the database refuses is set aside, and stops nothing.

use std::sync::Arc;

use loa::demo::places::Network;
use loa::domain::event::Event;
use loa::engine::poller::Poller;
use loa::engine::receiver::Receiver;
use loa::platform::{
    Arrived, AskError, Call, Capabilities, Failure, Gateway, Menu, Outgoing, RawUpdate, Receipt, SelfInfo,
    WebhookRequest,
};
use loa::store::Store;
use serde_json::{Value, json};

use crate::db::{sqlite_tests, store_tests};
use crate::stage::{Stage, at};

sqlite_tests!(
    an_update_with_half_a_letter_is_set_aside_and_those_beside_it_are_processed,
    an_update_without_a_number_is_known_again_and_stored_once,
);
store_tests!(what_the_program_stumbles_over_and_what_the_database_refuses_harm_nobody);

async fn start(store: Store) -> Stage {
    let mut stage = Stage::start(store, &[Network::Telegram]).await;
    stage.settle().await;
    stage
}

async fn an_update_with_half_a_letter_is_set_aside_and_those_beside_it_are_processed(store: Store) {
    let mut stage = start(store).await;
    stage.telegram().push_raw(r#"{"update_id":{id},"message":{"text":"\ud83d"}}"#);
    let answer = stage.say("binh", "/toilaai").await;
    assert!(answer.contains("Mẫu Văn Bình"), "{answer}");
    let alert = stage.last_words("quan");
    assert!(alert.contains("máy không đọc được"), "{alert}");
    assert_eq!(stage.incidents().await, ["update_unreadable"]);
    let health = stage.say("quan", "/suckhoe").await;
    assert!(health.contains("máy không đọc được"), "{health}");

    stage.pass_to(at(2025, 7, 29, 9, 30)).await;
    assert_eq!(stage.incidents().await, Vec::<String>::new(), "nothing more of it came for a day");
    stage.stop().await;
}

async fn an_update_without_a_number_is_known_again_and_stored_once(store: Store) {
    let stage = start(store.clone()).await;
    let poller = Poller::new(
        stage.core.clone(),
        stage.core.gateways["telegram"].clone(),
        stage.core.myself("telegram").unwrap(),
    );
    let before = crate::webhook::taken_in(&store).await;
    stage.telegram().push_raw(r#"{"message":{}}"#);
    let first = poller.tick().await.unwrap();
    assert_eq!((first.received, first.fresh, first.stored), (1, 1, 0));
    let again = poller.tick().await.unwrap();
    assert_eq!((again.received, again.fresh, again.stored), (1, 0, 0), "no number confirms it, so it comes again");
    assert_eq!(crate::webhook::taken_in(&store).await, before + 1);
    stage.stop().await;
}

/// A gateway whose reader panics on a mark.
struct Stumbling(Arc<dyn Gateway>);

impl Gateway for Stumbling {
    fn name(&self) -> &str {
        self.0.name()
    }

    fn capabilities(&self) -> &Capabilities {
        self.0.capabilities()
    }

    fn send<'a>(&'a self, chat: &'a str, outgoing: &'a Outgoing) -> Call<'a, Result<Receipt, Failure>> {
        self.0.send(chat, outgoing)
    }

    fn identify(&self) -> Call<'_, Result<SelfInfo, AskError>> {
        self.0.identify()
    }

    fn poll(&self, offset: Option<i64>) -> Call<'_, Result<Vec<RawUpdate>, AskError>> {
        self.0.poll(offset)
    }

    fn receive(&self, request: &WebhookRequest<'_>) -> Arrived {
        self.0.receive(request)
    }

    fn subscribe<'a>(&'a self, address: &'a str) -> Call<'a, Result<(), AskError>> {
        self.0.subscribe(address)
    }

    fn unsubscribe(&self) -> Call<'_, Result<(), AskError>> {
        self.0.unsubscribe()
    }

    fn translate(&self, update: &RawUpdate, me: &SelfInfo) -> Option<Event> {
        assert!(update.body["stumble"].is_null(), "a mistake in the reader");
        self.0.translate(update, me)
    }

    fn answer_press<'a>(&'a self, press_id: &'a str, text: &'a str) -> Call<'a, Result<(), AskError>> {
        self.0.answer_press(press_id, text)
    }

    fn fetch<'a>(&'a self, reference: &'a str, limit: u64) -> Call<'a, Result<Vec<u8>, AskError>> {
        self.0.fetch(reference, limit)
    }

    fn member_count<'a>(&'a self, chat: &'a str) -> Call<'a, Result<u32, AskError>> {
        self.0.member_count(chat)
    }

    fn publish_menu<'a>(&'a self, menu: &'a Menu) -> Call<'a, Result<(), AskError>> {
        self.0.publish_menu(menu)
    }

    fn delete<'a>(&'a self, chat: &'a str, message: &'a str) -> Call<'a, Result<(), AskError>> {
        self.0.delete(chat, message)
    }
}

fn update(key: &str, number: i64, body: Value) -> RawUpdate {
    RawUpdate { key: key.to_owned(), number: Some(number), body }
}

/// What somebody says in private, as the platform tells it.
fn said(account: i64, text: &str) -> Value {
    let person = json!({ "id": account, "is_bot": false, "first_name": "A", "type": "private" });
    json!({ "update_id": 1, "message": { "message_id": 900, "date": 1, "chat": person, "from": person, "text": text } })
}

async fn what_the_program_stumbles_over_and_what_the_database_refuses_harm_nobody(store: Store) {
    let on_a_server = matches!(store, Store::Postgres(_));
    let mut stage = start(store).await;
    let gateway = Arc::new(Stumbling(stage.core.gateways["telegram"].clone()));
    let me = stage.core.myself("telegram").unwrap();
    let (binh, lan) = (stage.person("binh"), stage.person("lan"));
    let updates = [
        update("a\0b", 1, said(binh, "/toilaai")),
        update("2", 2, json!({ "stumble": true })),
        update("3", 3, said(lan, "/toilaai")),
    ];
    let stored = Receiver::new(stage.core.clone(), gateway.clone(), me.clone()).keep(&updates).await.unwrap();
    assert_eq!(stored, if on_a_server { 1 } else { 2 }, "only a server refuses the sign");
    let mut tx = stage.core.store.read().await.unwrap();
    assert_eq!(tx.poll_offset("telegram").await.unwrap(), Some(4), "none of them is asked for again");
    drop(tx);
    // Posted one by one, the same way.
    let posted = vec![update("7", 7, json!({ "stumble": true }))];
    assert_eq!(Receiver::new(stage.core.clone(), gateway, me).keep_with_others(posted).await.unwrap(), 0);
    stage.settle().await;
    assert!(stage.last_words("lan").contains("Mẫu Thị Lan"), "{}", stage.last_words("lan"));
    assert_eq!(stage.incidents().await, ["update_unreadable"]);
    stage.stop().await;
}

//! Updates that platforms post to the service's own pages instead of being asked for.

use std::sync::Arc;
use std::time::Duration;

use loa::demo::places::Network;
use loa::engine::receiver::Receiver;
use loa::lifecycle::Lifecycle;
use loa::platform::{AskError, Gateway, derived_secret};
use loa::store::{Store, Tx};
use loa::web;
use loa_sandbox::zalo_bot::BodyShape;

use crate::db::sqlite_tests;
use crate::flow_send::draft;
use crate::stage::loops::{inbox, open_pages};
use crate::stage::{Stage, free_address};

sqlite_tests!(
    a_bulletin_is_sent_and_answered_with_telegram_posting_to_us,
    what_does_not_prove_to_come_from_telegram_is_refused_and_leaves_nothing,
    what_telegram_posts_and_nobody_can_read_is_set_aside_and_confirmed,
    an_update_that_was_posted_and_is_asked_for_later_is_stored_once,
    a_zalo_bot_is_heard_whichever_body_it_posts,
);

const SECRET: &str = "X-Telegram-Bot-Api-Secret-Token";

/// The service's pages for a stage that polls otherwise.
struct Pages {
    public_url: String,
    lifecycle: Lifecycle,
}

impl Pages {
    async fn open(stage: &Stage) -> Self {
        let address = free_address().await;
        let lifecycle = open_pages(&stage.core, &inbox(&stage.core, &stage.commune), address).await;
        Self { public_url: format!("http://{address}"), lifecycle }
    }

    fn hook(&self) -> String {
        web::hook_address(&self.public_url, "telegram")
    }

    /// Posts what Telegram would, with this secret.
    async fn post(&self, update: &serde_json::Value, secret: Option<&str>) -> u16 {
        let request = client().post(self.hook()).json(update);
        let request = secret.into_iter().fold(request, |request, secret| request.header(SECRET, secret));
        request.send().await.unwrap().status().as_u16()
    }
}

fn telegram(stage: &Stage) -> Arc<dyn Gateway> {
    stage.core.gateways["telegram"].clone()
}

/// Everything that was ever taken in.
pub async fn taken_in(store: &Store) -> i64 {
    const ROWS: &str = "SELECT COUNT(*) FROM inbox";
    let mut tx = store.read().await.unwrap();
    match &mut tx {
        Tx::Sqlite(tx) => sqlx::query_scalar(ROWS).fetch_one(&mut **tx).await.unwrap(),
        Tx::Postgres(tx) => sqlx::query_scalar(ROWS).fetch_one(&mut **tx).await.unwrap(),
    }
}

async fn a_bulletin_is_sent_and_answered_with_telegram_posting_to_us(store: Store) {
    let mut stage = Stage::start(store, &[Network::Telegram]).await;
    let pages = Pages::open(&stage).await;
    telegram(&stage).subscribe(&pages.hook()).await.unwrap();
    let asked = telegram(&stage).poll(None).await;
    assert!(matches!(asked, Err(AskError::Conflict(_))), "Telegram hands updates out one way at a time: {asked:?}");

    let composed = stage.release(&draft()).await;
    let id = composed.bulletin.id.clone();
    stage.until("sent everywhere", async |stage: &Stage| stage.messages_in(&id, "sent").await == 24).await;
    let group = stage.group("dieu-hanh-03");
    stage.telegram().press(stage.person("binh"), group, None, "✅ Đã nhận").unwrap();
    stage
        .until("Thôn 03 has confirmed", async |stage: &Stage| {
            let mut tx = stage.core.store.read().await.unwrap();
            let broadcast = tx.broadcasts_of(&id).await.unwrap().pop().unwrap();
            let obligations = tx.obligations_of(&broadcast.id).await.unwrap();
            let done: Vec<_> = obligations.iter().filter(|obligation| obligation.acknowledged_at.is_some()).collect();
            done.len() == 1 && done[0].unit_name == "Thôn 03"
        })
        .await;

    let lan = stage.person("lan");
    stage.telegram().say(lan, lan, "/trangthai vb1", None).unwrap();
    stage.until("the command is answered", async |stage: &Stage| stage.last_words("lan").contains("1/24")).await;
    pages.lifecycle.stop();
    stage.stop().await;
}

async fn what_does_not_prove_to_come_from_telegram_is_refused_and_leaves_nothing(store: Store) {
    let mut stage = Stage::start(store.clone(), &[Network::Telegram]).await;
    stage.settle().await;
    let pages = Pages::open(&stage).await;
    let lan = stage.person("lan");
    stage.telegram().say(lan, lan, "/trogiup", None).unwrap();
    let before = taken_in(&store).await;
    let update = telegram(&stage).poll(None).await.unwrap().pop().unwrap().body;

    let token = stage.telegram().tokens()[0].clone();
    let secret = derived_secret(&token);
    for wrong in [None, Some(""), Some("loa"), Some(&secret[1..]), Some(token.as_str())] {
        assert_eq!(pages.post(&update, wrong).await, 401, "{wrong:?}");
    }
    let elsewhere = client().post(web::hook_address(&pages.public_url, "khac")).json(&update);
    assert_eq!(elsewhere.header(SECRET, &secret).send().await.unwrap().status().as_u16(), 401);
    assert_eq!(taken_in(&store).await, before);

    assert_eq!(pages.post(&update, Some(&secret)).await, 200);
    assert_eq!(taken_in(&store).await, before + 1);
    pages.lifecycle.stop();
    stage.stop().await;
}

async fn what_telegram_posts_and_nobody_can_read_is_set_aside_and_confirmed(store: Store) {
    let mut stage = Stage::start(store.clone(), &[Network::Telegram]).await;
    stage.settle().await;
    let pages = Pages::open(&stage).await;
    let secret = derived_secret(&stage.telegram().tokens()[0]);
    let post = async |secret: &str| {
        let request = client().post(pages.hook()).header(SECRET, secret).body(r#"{"update_id":7,"message":"\ud83d"}"#);
        request.send().await.unwrap().status().as_u16()
    };
    assert_eq!(post("khac").await, 401);
    assert_eq!(stage.incidents().await, Vec::<String>::new());
    for _ in 0..2 {
        assert_eq!(post(&secret).await, 200, "or it would be posted again for ever");
    }
    assert_eq!(stage.incidents().await, ["update_unreadable"]);
    pages.lifecycle.stop();
    stage.stop().await;
}

async fn an_update_that_was_posted_and_is_asked_for_later_is_stored_once(store: Store) {
    let mut stage = Stage::start(store.clone(), &[Network::Telegram]).await;
    stage.settle().await;
    let pages = Pages::open(&stage).await;
    let (lan, before) = (stage.person("lan"), taken_in(&store).await);
    stage.telegram().say(lan, lan, "/trogiup", None).unwrap();
    let updates = telegram(&stage).poll(None).await.unwrap();
    let secret = derived_secret(&stage.telegram().tokens()[0]);
    for _ in 0..2 {
        assert_eq!(pages.post(&updates.last().unwrap().body, Some(&secret)).await, 200);
    }
    assert_eq!(taken_in(&store).await, before + 1);

    let me = stage.core.myself("telegram").unwrap();
    let again =
        Receiver::new(stage.core.clone(), telegram(&stage), me).keep(&updates[updates.len() - 1..]).await.unwrap();
    assert_eq!((again, taken_in(&store).await), (0, before + 1));
    let answers =
        |stage: &Stage| stage.telegram().messages(lan).unwrap().iter().filter(|message| message.from_bot).count();
    let answered = answers(&stage);
    stage.settle().await;
    assert_eq!(answers(&stage), answered + 1, "answered once");
    pages.lifecycle.stop();
    stage.stop().await;
}

/// Lets the stand-in post what it has.
async fn posted(stage: &Stage) {
    let handle = stage.bot();
    let all = async {
        while handle.waiting() > 0 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), all).await.unwrap();
}

async fn a_zalo_bot_is_heard_whichever_body_it_posts(store: Store) {
    let mut stage = Stage::start(store.clone(), &[Network::ZaloBot]).await;
    stage.settle().await;
    let gateway = stage.core.gateways["zalo_bot"].clone();
    let hook = web::hook_address(&stage.public_url, "zalo_bot");
    let (lan, mut expected) = (stage.account("lan"), taken_in(&store).await);
    for shape in [BodyShape::Bare, BodyShape::Enveloped] {
        stage.bot().set_quirks(|quirks| quirks.bodies = shape);
        gateway.subscribe(&hook).await.unwrap();
        assert_eq!(taken_in(&store).await, expected, "the platform's test is nothing to keep");
        stage.bot().say(&lan, &lan, "/trogiup", None).unwrap();
        posted(&stage).await;
        expected += 1;
        assert_eq!(taken_in(&store).await, expected, "{shape:?}");
        // From here on the stage asks again, and is told nothing twice.
        gateway.unsubscribe().await.unwrap();
        let said = stage.bot().messages(&lan).unwrap().len();
        stage.settle().await;
        assert!(stage.bot().messages(&lan).unwrap().len() > said, "{shape:?} is answered");
        assert_eq!(taken_in(&store).await, expected, "{shape:?}");
    }

    let forged = serde_json::json!({ "event_name": "message.text.received", "message": { "message_id": "x" } });
    let client = client();
    assert_eq!(client.post(&hook).json(&forged).send().await.unwrap().status().as_u16(), 401);
    let wrong = client.post(&hook).header("X-Bot-Api-Secret-Token", "loa-loa-loa").json(&forged);
    assert_eq!(wrong.send().await.unwrap().status().as_u16(), 401);
    assert_eq!(taken_in(&store).await, expected);
    stage.stop().await;
}

fn client() -> reqwest::Client {
    loa::platform::http_client(Duration::from_secs(5), Duration::from_secs(30)).unwrap()
}

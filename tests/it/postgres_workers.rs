//! Several services on one `PostgreSQL`: each stands in for another that died, and all of them outlive a database that was away.

use std::process::Stdio;
use std::time::Duration;

use loa::demo::places::Network;
use loa::domain::calendar::Millis;
use loa::domain::message::Purpose;
use loa::engine::inbox::Worker;
use loa::store::Store;
use loa::store::messages::NewMessage;
use loa::usecase::compose::Draft;
use sqlx::postgres::{PgConnectOptions, PgListener};
use sqlx::{ConnectOptions as _, Connection as _};

use crate::db::on_postgres;
use crate::flow_send::draft;
use crate::kill::{compare, stop_cleanly};
use crate::service::{Service, eventually, health_says};
use crate::stage::line::Line;
use crate::stage::{Stage, free_address, loops};

/// The shortest lease that can be set: a test waits for its end.
const SHORT_LEASE: (&str, &str) = ("LOA__ENGINE__LEASE_SECONDS", "5");
const QUIET: (&str, &str) = ("LOA__LOG__FILTER", "off");

#[test]
fn a_second_service_goes_on_where_one_was_killed_and_nothing_goes_twice_nor_too_fast() {
    on_postgres("a_second_service_goes_on", a_second_service_goes_on);
}

#[test]
fn a_service_outlives_a_database_that_was_away_and_says_so_meanwhile() {
    on_postgres("a_service_outlives_a_database", a_service_outlives_a_database);
}

#[test]
fn a_service_that_is_told_to_stop_leaves_nothing_in_doubt_and_its_gateway_to_others() {
    on_postgres("a_service_that_is_told_to_stop", async |store: Store| {
        stop_cleanly(options(&store).to_url_lossy().as_str(), "TERM").await;
        let lease = store.read().await.unwrap().lease("telegram").await.unwrap().unwrap();
        assert_eq!(lease.until, 0, "given back");
    });
}

#[test]
fn whoever_queues_something_is_heard_by_all_when_it_is_committed_and_only_then() {
    on_postgres("whoever_queues_something_is_heard", whoever_queues_something_is_heard);
}

#[test]
fn updates_of_a_chat_are_processed_in_their_order_and_once_whoever_of_several_does_it() {
    on_postgres("updates_of_a_chat", updates_of_a_chat);
}

#[test]
fn what_two_services_keep_from_each_other_is_tried_again_and_not_counted() {
    on_postgres("what_two_services_keep", what_two_services_keep);
}

fn options(store: &Store) -> PgConnectOptions {
    let Store::Postgres(pool) = store else { panic!("this is about PostgreSQL") };
    pool.connect_options().as_ref().clone()
}

/// Whether some service works: before, it has not begun.
async fn is_driven(store: &Store) -> bool {
    store.read().await.unwrap().lease("telegram").await.unwrap().is_some()
}

async fn a_second_service_goes_on(store: Store) {
    let service = Service::prepare(options(&store).to_url_lossy().as_str()).await;
    let first = service.spawn_with(&[QUIET, SHORT_LEASE], Stdio::null());
    eventually("the first one drives", async || is_driven(&store).await).await;
    let second = service.spawn_with(&[QUIET, SHORT_LEASE], Stdio::null());
    service.release("Trưởng thôn").await;
    eventually("a few messages are out", async || service.posted() >= 10).await;
    drop(first);
    let posted = service.posted();
    eventually("the second one sent the rest", async || service.waiting().await == 0).await;
    let lease = store.read().await.unwrap().lease("telegram").await.unwrap().unwrap();
    assert_eq!(lease.epoch, 2, "it took over once");
    drop(second);
    assert!(service.posted() > posted, "what waited left by the second one");
    compare(&service).await;
    assert_eq!(service.sandbox.handle().counts().refused_429.values().sum::<u64>(), 0);
    std::fs::remove_file(&service.settings).unwrap();
    service.store.close().await;
    service.sandbox.stop().await;
}

async fn a_service_outlives_a_database(store: Store) {
    let options = options(&store);
    let server = match options.get_socket() {
        Some(folder) => format!("{}/.s.PGSQL.{}", folder.display(), options.get_port()),
        None => format!("{}:{}", options.get_host(), options.get_port()),
    };
    let mut line = Line::to(&server).await;
    let (user, database) = (options.get_username(), options.get_database().unwrap());
    let url = format!("postgres://{user}@{}/{database}", line.address());
    let service = Service::prepare(options.to_url_lossy().as_str()).await;
    let address = free_address().await.to_string();
    let variables = [QUIET, SHORT_LEASE, ("LOA__DATABASE__URL", url.as_str()), ("LOA__HTTP__LISTEN", address.as_str())];
    let child = service.spawn_with(&variables, Stdio::null());
    let says = async |word: &str| health_says(&address, word).await;
    eventually("it is well", async || says("\"ok\"").await && is_driven(&store).await).await;
    line.cut().await;
    eventually("its health says that the database is away", async || says("\"down\"").await).await;
    service.release("thon:03@cadre").await;
    line.mend();
    eventually("what was queued meanwhile is out", async || service.posted() > 0).await;
    eventually("it is well again", async || says("\"ok\"").await).await;
    drop(child);
    std::fs::remove_file(&service.settings).unwrap();
    service.store.close().await;
    service.sandbox.stop().await;
    line.cut().await;
}

async fn whoever_queues_something_is_heard(store: Store) {
    let mut bell = store.listen().await.unwrap().unwrap();
    let Store::Postgres(pool) = &store else { panic!("this is about PostgreSQL") };
    let mut all = PgListener::connect_with(pool).await.unwrap();
    all.listen("loa_work").await.unwrap();
    let at = Millis(1_753_664_400_000);
    let mut tx = store.begin().await.unwrap();
    let chat = tx.ensure_chat("telegram", "-1", loa::store::binding::ChatKind::Group, "x", at, "c1").await.unwrap();
    tx.commit().await.unwrap();
    let queue = async |id: &str| {
        let mut tx = store.begin().await.unwrap();
        let text = NewMessage::text(id.to_owned(), Purpose::Reply, ("telegram", &chat.id), "x".to_owned(), at);
        tx.queue_message(&text).await.unwrap();
        tx
    };
    drop(queue("m1").await);
    queue("m2").await.commit().await.unwrap();
    bell.rung().await.unwrap();
    // What made the chat queued nothing, and what was undone never happened.
    sqlx::query("SELECT pg_notify('loa_work', 'end')").execute(pool).await.unwrap();
    let mut rung = 0;
    while all.recv().await.unwrap().payload() != "end" {
        rung += 1;
    }
    assert_eq!(rung, 1);
}

async fn updates_of_a_chat(store: Store) {
    let mut stage = Stage::start(store, &[Network::Telegram]).await;
    stage.settle().await;
    let heads = [("dieu-hanh-03", "binh"), ("dieu-hanh-05", "dan")];
    let places = heads.map(|(group, head)| (stage.group(group), stage.person(head)));
    let ask = |(group, head)| stage.telegram().say(head, group, "/trogiup@loa_test_bot", None).unwrap();
    let asked = places.map(|place| (0..8).map(|_| ask(place)).collect::<Vec<i64>>());
    while stage.receive().await > 0 {}
    assert_eq!(stage.core.store.read().await.unwrap().waiting_inbox_count().await.unwrap(), 16);
    let inbox = loops::inbox(&stage.core, &stage.commune);
    let work = async || {
        let mut worker = Worker::new(inbox.clone(), "telegram");
        while stage.core.store.read().await.unwrap().waiting_inbox_count().await.unwrap() > 0 {
            worker.turn().await.unwrap();
        }
    };
    tokio::join!(work(), work(), work());
    let mut tx = stage.core.store.read().await.unwrap();
    for ((group, _), asked) in places.iter().zip(&asked) {
        let chat = tx.chat_by_external("telegram", &group.to_string()).await.unwrap().unwrap();
        let mut answers = tx.messages_to_chat(&chat.id, 50).await.unwrap();
        answers.retain(|message| message.reply_to.is_some());
        answers.sort_by(|one, other| one.id.cmp(&other.id));
        let answered: Vec<i64> = answers.iter().map(|one| one.reply_to.as_ref().unwrap().parse().unwrap()).collect();
        assert_eq!(&answered, asked, "{:#?}", tx.messages_to_chat(&chat.id, 50).await.unwrap());
    }
    drop(tx);
    stage.stop().await;
}

async fn what_two_services_keep(store: Store) {
    let mut stage = Stage::start(store, &[Network::Telegram]).await;
    let sent = stage.release(&Draft { audience: "thon:03".to_owned(), ..draft() }).await.bulletin.id;
    stage.settle().await;
    let Store::Postgres(pool) = stage.core.store.clone() else { panic!("this is about PostgreSQL") };
    let mut all = Vec::new();
    for _ in 0..pool.options().get_max_connections() {
        all.push(pool.acquire().await.unwrap());
    }
    for connection in &mut all {
        sqlx::query("SET lock_timeout = 10").execute(&mut **connection).await.unwrap();
    }
    drop(all);
    let mut other = options(&stage.core.store).connect().await.unwrap();
    let mut kept = other.begin().await.unwrap();
    sqlx::query("LOCK TABLE acknowledgements IN SHARE MODE").execute(&mut *kept).await.unwrap();
    stage.home().say(&stage.account("binh"), &stage.chat("dieu-hanh-03"), "/danhan", None);
    stage.receive().await;
    let mut worker = Worker::new(stage.service.inbox.clone(), "telegram");
    for _ in 0..5 {
        assert_eq!(worker.turn().await.unwrap(), 1);
        stage.clock.advance(Duration::from_secs(2));
    }
    assert!(stage.acknowledged(&sent).await.is_empty());
    kept.rollback().await.unwrap();
    assert_eq!(worker.turn().await.unwrap(), 1);
    assert_eq!(stage.acknowledged(&sent).await, ["Thôn 03"]);
    stage.stop().await;
}

//! What another process changes while a service sends: what has not been claimed obeys at once.

use std::process::Stdio;

use loa::store::messages::Message;
use loa::usecase::{bind, withdraw};

use crate::db::{SqliteFile, runtime};
use crate::service::{Process, Service, eventually};

/// A service in the middle of a broadcast to all villages.
async fn sending(file: &SqliteFile) -> (Service, Process) {
    let service = Service::prepare(&file.url()).await;
    service.release("Trưởng thôn").await;
    let child = service.spawn("off", Stdio::null());
    eventually("a few messages are out", async || service.posted() >= 4).await;
    (service, child)
}

async fn in_state(service: &Service, state: &str) -> Vec<Message> {
    service.messages().await.into_iter().filter(|message| message.state.as_str() == state).collect()
}

async fn end(service: Service, child: Process) {
    eventually("nothing waits", async || service.waiting().await == 0).await;
    eventually("everything came back", async || in_state(&service, "sending").await.is_empty()).await;
    drop(child);
    std::fs::remove_file(&service.settings).unwrap();
    service.store.close().await;
    service.sandbox.stop().await;
}

#[test]
fn what_somebody_takes_back_beside_a_sending_service_stops_there() {
    let file = SqliteFile::migrated();
    runtime().block_on(async {
        let (service, child) = sending(&file).await;
        let mut tx = service.store.begin().await.unwrap();
        let act = service.act("pct").await;
        let bulletin = tx.recent_bulletins(&act.commune_id, 1).await.unwrap().remove(0);
        withdraw::withdraw(&mut tx, &act, &bulletin, "sai thời hạn").await.unwrap();
        tx.commit().await.unwrap();
        let cancelled = in_state(&service, "cancelled").await.len();
        assert!(cancelled >= 5, "{cancelled} had not left");
        eventually("who got it is told", async || service.waiting().await == 0).await;
        assert_eq!(in_state(&service, "cancelled").await.len(), cancelled, "none of them left");
        end(service, child).await;
    });
}

#[test]
fn a_group_that_somebody_pauses_beside_a_sending_service_gets_nothing_more() {
    let file = SqliteFile::migrated();
    runtime().block_on(async {
        let (service, child) = sending(&file).await;
        let mut tx = service.store.begin().await.unwrap();
        let last = in_state(&service, "pending").await.pop().unwrap();
        let group = tx.group_of_chat(&last.chat_id).await.unwrap().unwrap();
        let chat = tx.chat(&last.chat_id).await.unwrap().unwrap().external_id;
        bind::pause(&mut tx, &service.act("quan").await, &group.id).await.unwrap();
        tx.commit().await.unwrap();
        eventually("everybody else has it", async || service.waiting().await == 0).await;
        let log = service.sandbox.handle().sent_log();
        assert!(log.iter().all(|entry| entry.chat.to_string() != chat), "{log:#?}");
        end(service, child).await;
    });
}

//! Leases and incidents on both databases.

use std::time::Duration;

use loa::domain::calendar::Millis;
use loa::store::Store;
use loa::store::operations::Incident;

use crate::db::{sqlite_tests, store_tests};

store_tests!(
    a_lease_belongs_to_one_owner_until_it_ends_and_its_epoch_rises_with_the_owner,
    what_may_have_held_words_is_vacuumed,
    an_incident_is_open_once_and_closed_by_its_scope,
);

// One statement for both; a server's own date cannot be set here.
sqlite_tests!(a_lease_from_a_time_to_come_is_nobodys);

async fn take(store: &Store, owner: &str, now: Millis, hold: Duration) -> Option<i64> {
    let mut tx = store.begin().await.unwrap();
    let lease = tx.take_lease("telegram", owner, now, now + hold).await.unwrap();
    tx.commit().await.unwrap();
    lease.map(|lease| lease.epoch)
}

async fn a_lease_from_a_time_to_come_is_nobodys(store: Store) {
    let hold = Duration::from_secs(8);
    let (now, ahead) = (Millis(1_753_664_400_000), Millis(1_753_664_400_000).plus_minutes(7 * 60));
    assert_eq!(take(&store, "a", ahead, hold).await, Some(1), "a date that was ahead");
    assert_eq!(take(&store, "b", now, hold).await, Some(2));
    assert_eq!(take(&store, "c", now, hold).await, None, "and one of now is held");
}

async fn what_may_have_held_words_is_vacuumed(store: Store) {
    loa::app::fold::vacuum(&store).await.unwrap();
}

async fn a_lease_belongs_to_one_owner_until_it_ends_and_its_epoch_rises_with_the_owner(store: Store) {
    let now = Millis(1_753_664_400_000);
    let (long, over) = (Duration::from_mins(10), Duration::ZERO);
    assert_eq!(take(&store, "a", now, long).await, Some(1));
    assert_eq!(take(&store, "b", now, long).await, None, "it is held");
    assert_eq!(take(&store, "a", now, long).await, Some(1), "renewing keeps the epoch");
    let mut tx = store.begin().await.unwrap();
    tx.release_lease("telegram", "b").await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(take(&store, "b", now, long).await, None, "only its owner gives it back");
    let mut tx = store.begin().await.unwrap();
    tx.expire_leases().await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(take(&store, "b", now, over).await, Some(2));
}

async fn an_incident_is_open_once_and_closed_by_its_scope(store: Store) {
    let incident = |id: &str, kind: &str| Incident {
        id: id.to_owned(),
        scope: "gateway:telegram".to_owned(),
        kind: kind.to_owned(),
        detail: String::new(),
        opened_at: 1,
        closed_at: None,
    };
    let mut tx = store.begin().await.unwrap();
    assert!(tx.open_incident(&incident("i1", "unauthorized")).await.unwrap());
    assert!(!tx.open_incident(&incident("i2", "unauthorized")).await.unwrap());
    assert!(tx.open_incident(&incident("i3", "unreachable")).await.unwrap());
    assert_eq!(tx.close_incidents("gateway:telegram", Millis(2)).await.unwrap(), 2);
    assert!(tx.open_incidents().await.unwrap().is_empty());
    assert!(tx.open_incident(&incident("i4", "unauthorized")).await.unwrap(), "a new fault is a new incident");
    tx.commit().await.unwrap();
}

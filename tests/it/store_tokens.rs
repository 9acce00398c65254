//! Tokens that renew themselves, on both databases: one of several renews, and what it brought is stored once.

use loa::domain::calendar::Millis;
use loa::store::tokens::NewTokens;
use loa::store::{Store, StoreError, Tx};

use crate::db::store_tests;

store_tests!(
    the_first_pair_stays_and_a_consent_replaces_it,
    one_of_several_renews_until_its_time_is_over,
    what_never_left_is_taken_back,
    nobody_is_at_what_was_begun_in_the_future,
);

const NOW: Millis = Millis(1_789_000_000_000);
const MINUTE: i64 = 60_000;

fn pair(sealed: &[u8]) -> NewTokens<'_> {
    NewTokens { sealed, obtained_at: NOW, expires_at: NOW.plus_days(1) }
}

/// Tries to begin at `now`: after two minutes a first renewal is over, after an hour a later one.
async fn begin(tx: &mut Tx, version: i64, now: Millis) -> bool {
    let over = (now.plus_ms(-2 * MINUTE), now.plus_ms(-60 * MINUTE));
    tx.begin_renewal("oa", version, now, over).await.unwrap()
}

async fn the_first_pair_stays_and_a_consent_replaces_it(store: Store) {
    let mut tx = store.begin().await.unwrap();
    assert!(tx.put_first_tokens("oa", pair(b"one")).await.unwrap());
    assert!(!tx.put_first_tokens("oa", pair(b"two")).await.unwrap());
    tx.put_gateway_consent("oa", b"asked", NOW).await.unwrap();
    tx.put_gateway_consent("oa", b"asked again", NOW).await.unwrap();
    assert_eq!(tx.gateway_consent("oa").await.unwrap().as_deref(), Some(&b"asked again"[..]));
    assert!(begin(&mut tx, 1, NOW).await);
    tx.replace_tokens("oa", pair(b"three")).await.unwrap();
    let row = tx.tokens("oa").await.unwrap().unwrap();
    assert_eq!((row.version, row.sealed.as_slice(), row.renewing_at, row.renewals), (2, &b"three"[..], None, 0));
    assert_eq!(tx.gateway_consent("oa").await.unwrap(), None);
    assert_eq!(tx.tokens("other").await.unwrap(), None);
    assert_eq!(tx.last_received("oa").await.unwrap(), None);
    tx.commit().await.unwrap();
}

async fn one_of_several_renews_until_its_time_is_over(store: Store) {
    let mut tx = store.begin().await.unwrap();
    tx.put_first_tokens("oa", pair(b"one")).await.unwrap();
    assert!(begin(&mut tx, 1, NOW).await);
    assert!(!begin(&mut tx, 1, NOW.plus_ms(MINUTE)).await, "somebody is at it");
    assert!(begin(&mut tx, 1, NOW.plus_ms(2 * MINUTE)).await, "its answer is lost");
    assert!(!begin(&mut tx, 1, NOW.plus_ms(30 * MINUTE)).await, "twice without an answer: rarely");
    tx.finish_renewal("oa", 1, pair(b"two")).await.unwrap();
    assert!(!begin(&mut tx, 1, NOW.plus_days(1)).await, "that pair is gone");
    let stale = tx.finish_renewal("oa", 1, pair(b"late")).await;
    assert!(matches!(stale, Err(StoreError::Stale { .. })), "{stale:?}");
    let row = tx.tokens("oa").await.unwrap().unwrap();
    assert_eq!((row.version, row.sealed.as_slice(), row.renewals), (2, &b"two"[..], 0));
    tx.commit().await.unwrap();
}

async fn what_never_left_is_taken_back(store: Store) {
    let mut tx = store.begin().await.unwrap();
    tx.put_first_tokens("oa", pair(b"one")).await.unwrap();
    assert!(begin(&mut tx, 1, NOW).await);
    tx.abandon_renewal("oa", 1).await.unwrap();
    assert!(begin(&mut tx, 1, NOW).await, "at once again");
    assert!(begin(&mut tx, 1, NOW.plus_ms(2 * MINUTE)).await);
    tx.abandon_renewal("oa", 1).await.unwrap();
    let row = tx.tokens("oa").await.unwrap().unwrap();
    assert_eq!((row.renewals, row.renewing_at.is_some()), (1, true), "the first one is still in doubt");
    tx.commit().await.unwrap();
}

async fn nobody_is_at_what_was_begun_in_the_future(store: Store) {
    let mut tx = store.begin().await.unwrap();
    tx.put_first_tokens("oa", pair(b"one")).await.unwrap();
    assert!(begin(&mut tx, 1, NOW.plus_days(1)).await, "by a clock that was ahead");
    assert!(begin(&mut tx, 1, NOW).await);
    assert!(!begin(&mut tx, 1, NOW.plus_ms(-2 * MINUTE)).await, "another service's clock may be ahead a little");
    tx.commit().await.unwrap();
}

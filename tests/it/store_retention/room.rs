//! A keeper alone with a database in which a past stands, and one test clock.

use std::sync::Arc;
use std::time::Duration;

use loa::app::{self, Gateways};
use loa::bench::year::{self, Past};
use loa::clock::{Clock as _, Clocks, TestClock};
use loa::domain::calendar::Millis;
use loa::domain::retention::Periods;
use loa::engine::Core;
use loa::engine::keeper::Keeper;
use loa::id::SeededEntropy;
use loa::store::{Store, Tx};
use loa::usecase::House;
use sqlx::AssertSqlSafe;

use crate::fixture::{GATEWAY, raw, with_a_gateway};
use crate::stage::at;

/// A day in milliseconds.
pub const DAY: i64 = 86_400_000;
/// Four broadcasts a quarter of a year apart to eight groups; all of them closed, the latest 89 days ago.
pub const SMALL: Past = Past { broadcasts: 4, groups: 8, running: 0 };

pub struct Room {
    pub core: Arc<Core>,
    pub clock: Arc<TestClock>,
    pub keeper: Keeper,
}

/// Sunday 30 November 2025, 10:00.
pub fn now() -> Millis {
    at(2025, 11, 30, 10, 0)
}

impl Room {
    /// With a past, seen from [`now`].
    pub async fn with(store: &Store, past: Past) -> Self {
        year::write(store, GATEWAY, past, now()).await.unwrap();
        Self::of(store, Periods::default(), now()).await
    }

    /// Somebody who begins to keep what is there.
    pub async fn of(store: &Store, retention: Periods, now: Millis) -> Self {
        let clock = TestClock::at(now);
        let house = House { retention, ..with_a_gateway(true, true) };
        let core = app::core(store.clone(), Clocks::test(&clock), SeededEntropy::new(3), house, Gateways::new());
        let commune = core.commune_id().await.unwrap();
        Self { keeper: Keeper::new(core.clone(), commune), core, clock }
    }

    /// One turn, so long after the one before.
    pub async fn turn_after(&self, wait: Duration) {
        self.clock.advance(wait);
        self.keeper.tick().await.unwrap();
    }

    /// One turn, so many days after the one before.
    pub async fn turn_after_days(&self, days: u64) {
        self.turn_after(Duration::from_hours(24 * days)).await;
    }

    /// Turns until nothing more is taken.
    pub async fn catch_up(&self) {
        loop {
            let before = self.number("SELECT COUNT(*) FROM audit_entries WHERE act = 'retention.swept'").await;
            self.turn_after(Duration::from_mins(1)).await;
            if self.number("SELECT COUNT(*) FROM audit_entries WHERE act = 'retention.swept'").await == before {
                return;
            }
        }
    }

    /// Changes what stands there.
    pub async fn change(&self, sql: &str) {
        let mut tx = self.core.store.begin().await.unwrap();
        raw(&mut tx, sql).await;
        tx.commit().await.unwrap();
    }

    /// A message of no delivery, in a state, made so many days ago, with one try.
    pub async fn private(&self, id: &str, state: &str, days: i64) {
        let made = self.clock.now().0 - days * DAY;
        let sent = if state == "sent" { made.to_string() } else { "NULL".to_owned() };
        let chat = "past-c1000001";
        self.change(&format!(
            "INSERT INTO messages (id, purpose, gateway, chat_id, lane, part, parts, body, buttons, state, reason, due_at, \
               attempts, attempt_id, external_id, sent_at, created_at) \
             VALUES ('{id}', 'reply', 'aside', '{chat}', 1, 1, 1, 'words', '', '{state}', 'generic', {made}, 1, 'a-{id}', \
               'x-{id}', {sent}, {made}); \
             INSERT INTO attempts (id, message_id, number, gateway, chat_id, epoch, started_at, deadline_at) \
             VALUES ('a-{id}', '{id}', 1, 'aside', '{chat}', 1, {made}, {made})"
        ))
        .await;
    }

    /// What a statement counts.
    pub async fn number(&self, sql: &str) -> i64 {
        let (mut tx, sql) = (self.core.store.read().await.unwrap(), AssertSqlSafe(sql.to_owned()));
        match &mut tx {
            Tx::Sqlite(tx) => sqlx::query_scalar(sql).fetch_one(&mut **tx).await.unwrap(),
            Tx::Postgres(tx) => sqlx::query_scalar(sql).fetch_one(&mut **tx).await.unwrap(),
        }
    }

    /// A column of texts, in order.
    pub async fn texts(&self, sql: &str) -> Vec<String> {
        let (mut tx, sql) = (self.core.store.read().await.unwrap(), AssertSqlSafe(sql.to_owned()));
        match &mut tx {
            Tx::Sqlite(tx) => sqlx::query_scalar(sql).fetch_all(&mut **tx).await.unwrap(),
            Tx::Postgres(tx) => sqlx::query_scalar(sql).fetch_all(&mut **tx).await.unwrap(),
        }
    }

    /// Subjects and details of the batches that were taken.
    pub async fn batches(&self) -> Vec<String> {
        self.texts("SELECT subject || ': ' || detail FROM audit_entries WHERE act = 'retention.swept' ORDER BY id")
            .await
    }
}

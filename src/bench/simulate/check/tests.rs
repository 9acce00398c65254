//! Every rule that is a statement is seen to find the row that breaks it.

use std::path::PathBuf;

use sqlx::{AssertSqlSafe, SqlitePool};

use super::{Finding, Rule, answers, found, going, rest};
use crate::bench::simulate::rows::Rows;
use crate::bench::year::{self, Past};
use crate::domain::calendar::Millis;
use crate::store::Store;

/// 30 November 2025.
const NOW: Millis = Millis(1_764_460_800_000);
const LAPSE_DAYS: i64 = 30;

/// A database in which nothing is wrong; gone when this is dropped.
struct Ground {
    path: PathBuf,
    store: Store,
    rows: Rows,
}

impl Ground {
    async fn make() -> Self {
        let path = std::env::temp_dir().join(format!("loa-rules-{}.db", std::process::id()));
        // One connection: what is wrong is undone on it.
        let store = Store::open_with(&format!("sqlite:{}", path.display()), 1).await.unwrap();
        let rows = Rows::watch(&store).await.unwrap();
        year::write(&store, "rich", Past { broadcasts: 2, groups: 2, running: 0 }, NOW).await.unwrap();
        Self { path, store, rows }
    }

    fn pool(&self) -> &SqlitePool {
        let Store::Sqlite(pool) = &self.store else { panic!("a file is SQLite") };
        pool
    }

    async fn run(&self, sql: &str) {
        sqlx::query(AssertSqlSafe(sql.to_owned())).execute(self.pool()).await.unwrap();
    }

    /// What every rule says of what stands there.
    async fn findings(&self) -> Vec<Finding> {
        found(&self.rows, &rules()).await.unwrap()
    }

    /// What they say of it after a change, which is undone then.
    async fn findings_after(&self, change: &str) -> Vec<Finding> {
        self.run("BEGIN").await;
        self.run(change).await;
        let found = self.findings().await;
        self.run("ROLLBACK").await;
        found
    }
}

impl Drop for Ground {
    fn drop(&mut self) {
        for ending in ["", "-wal", "-shm"] {
            let _ = std::fs::remove_file(format!("{}{ending}", self.path.display()));
        }
    }
}

/// Every rule.
fn rules() -> Vec<Rule> {
    let quiet = rest::quiet_rules(NOW, LAPSE_DAYS);
    [&answers::rules(0)[..], &rest::rules(NOW), &quiet, &going::rules(0)].concat()
}

/// What is wrong in the words of its rule, the row, and how it comes to be.
const WRONG: &[(&str, &str, &str)] = &[
    (
        "its mark says otherwise",
        "past-o1000001-1000001",
        "UPDATE obligations SET late = TRUE WHERE id = 'past-o1000001-1000001'",
    ),
    (
        "there is no acknowledgement",
        "past-o1000001-1000001",
        "DELETE FROM acknowledgements WHERE obligation_id = 'past-o1000001-1000001'",
    ),
    (
        "it has more reminders than steps",
        "past-d1000001-1000001",
        "UPDATE messages SET purpose = 'reminder' WHERE id = 'past-m1000001-1000001'",
    ),
    (
        "its deadline is over",
        MESSAGE,
        "UPDATE messages SET state = 'sending', sent_at = NULL WHERE id = 'past-m1000001-1000001'",
    ),
    (
        "it still waits",
        MESSAGE,
        "UPDATE messages SET state = 'pending', sent_at = NULL, not_after = 1 WHERE id = 'past-m1000001-1000001'",
    ),
    (
        "it is due and nothing came of it",
        "past-t1000001",
        "UPDATE schedules SET state = 'active' WHERE id = 'past-t1000001'",
    ),
    (
        "it could not be done",
        "task:x why",
        "INSERT INTO incidents (id, scope, kind, detail, opened_at) VALUES ('n', 'task:x', 'task_failed', 'why', 1)",
    ),
    (
        "a message is due and does not leave",
        MESSAGE,
        "UPDATE messages SET state = 'pending', sent_at = NULL WHERE id = 'past-m1000001-1000001'",
    ),
    (
        "a message is put off longer than anybody asked for",
        MESSAGE,
        "UPDATE messages SET state = 'retry_wait', sent_at = NULL, due_at = 1765670400001 WHERE id = 'past-m1000001-1000001'",
    ),
    (
        "a broadcast is settled and not closed",
        "past-f1000001",
        "UPDATE broadcasts SET state = 'running', closed_at = NULL WHERE id = 'past-f1000001'",
    ),
    (
        "an update is not processed",
        "i",
        "INSERT INTO inbox (id, gateway, dedupe, event, urgent, state, attempts, received_at) \
         VALUES ('i', 'rich', 'k', '{}', FALSE, 'waiting', 0, 1)",
    ),
    (
        "an account works and is held to be sick",
        "gateway:rich dark",
        "INSERT INTO incidents (id, scope, kind, detail, opened_at) VALUES ('n', 'gateway:rich', 'dark', '', 1)",
    ),
    (
        "a step of a ladder is due and not done",
        "past-f1000001",
        "UPDATE reminder_steps SET done_at = NULL WHERE broadcast_id = 'past-f1000001'",
    ),
    (
        "an obligation should have lapsed",
        "past-o1000001-1000001",
        "UPDATE obligations SET state = 'awaiting', acknowledged_at = NULL WHERE id = 'past-o1000001-1000001'",
    ),
    (
        "an entry is not sealed",
        "e",
        "INSERT INTO audit_entries (id, commune_id, at, actor, via, act, subject, detail) VALUES ('e', 'c', 1, '', '', '', '', '')",
    ),
    (
        "its text went, and somebody may still need it",
        MESSAGE,
        "UPDATE messages SET body = '', emptied_at = 1, state = 'unknown', reason = 'no_answer', sent_at = NULL \
         WHERE id = 'past-m1000001-1000001'",
    ),
];

const MESSAGE: &str = "past-m1000001-1000001";

#[tokio::test]
async fn every_rule_finds_the_row_that_breaks_it_and_nothing_where_none_is() {
    let ground = Ground::make().await;
    assert_eq!(ground.findings().await, []);
    for (what, row, change) in WRONG {
        let found = ground.findings_after(change).await;
        assert!(found.iter().any(|one| one.what == *what && one.row == *row), "{what}: {found:?}");
    }
    assert_eq!(WRONG.len(), rules().len(), "each of them");
    assert_eq!(ground.findings().await, [], "all of it was undone");
    let entry = WRONG.iter().find(|wrong| wrong.1 == "e").unwrap().2;
    ground.run(entry).await;
    let mut tx = ground.store.begin().await.unwrap();
    assert_eq!(tx.seal_audit().await.unwrap(), 1);
    tx.commit().await.unwrap();
    assert_eq!(rest::chain(&ground.store).await.unwrap(), None);
    ground.run("UPDATE audit_entries SET detail = 'another' WHERE id = 'e'").await;
    assert_eq!(rest::chain(&ground.store).await.unwrap().unwrap().row, "e");
}

//! Whether what stands in the file can be read as it was written.
//!
//! Every look reads the first page of each table. Beyond that it has a moment for whole tables, and the next look goes on where this
//! one stopped: a commune's first years fit into one look, and gigabytes do not cost more. A table that is too large for a whole
//! moment is left to `loa db check`.

use std::sync::Arc;
use std::time::Duration;

use sqlx::sqlite::SqliteConnection;
use sqlx::{AssertSqlSafe, Executor as _};

use super::Sight;
use crate::clock::Monotonic;

/// What a look may spend on reading whole tables: one hundredth of the time between two.
const MOMENT: Duration = Duration::from_millis(30);
/// Steps of the database between two looks at the clock.
const STEPS: i32 = 2_000;
/// The tables of the file.
const TABLES: &str = "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name";

/// Which table is read next.
#[derive(Debug, Default)]
pub(super) struct Rounds {
    next: usize,
}

impl Rounds {
    /// Reads some of it; gives what is wrong.
    pub(super) async fn some(
        &mut self,
        connection: &mut SqliteConnection,
        clock: Arc<dyn Monotonic>,
    ) -> Result<Option<String>, Sight> {
        let tables: Vec<String> = sqlx::query_scalar(TABLES).fetch_all(&mut *connection).await?;
        for table in &tables {
            let first = AssertSqlSafe(format!("SELECT 1 FROM \"{table}\" LIMIT 1"));
            (&mut *connection).execute(first).await?;
        }
        let until = clock.elapsed() + MOMENT;
        let goes_on = move || clock.elapsed() < until;
        connection.lock_handle().await?.set_progress_handler(STEPS, goes_on);
        let damage = self.whole_tables(connection, &tables).await;
        connection.lock_handle().await?.remove_progress_handler();
        damage
    }

    async fn whole_tables(
        &mut self,
        connection: &mut SqliteConnection,
        tables: &[String],
    ) -> Result<Option<String>, Sight> {
        let from = self.next;
        for step in 0..tables.len() {
            let at = (from + step) % tables.len();
            let check = AssertSqlSafe(format!("PRAGMA quick_check(\"{}\")", tables[at]));
            let said: Vec<String> = match sqlx::query_scalar(check).fetch_all(&mut *connection).await {
                Ok(said) => said,
                Err(error) if is_interrupted(&error) => {
                    // One that had the whole moment for itself is passed over.
                    self.next = if step == 0 { at + 1 } else { at };
                    return Ok(None);
                }
                Err(error) => return Err(error.into()),
            };
            if let Some(damage) = damage(said) {
                return Ok(Some(damage));
            }
        }
        Ok(None)
    }
}

/// Reads all of it; gives what is wrong.
pub(super) async fn all(connection: &mut SqliteConnection) -> Result<Option<String>, Sight> {
    Ok(damage(sqlx::query_scalar("PRAGMA quick_check").fetch_all(connection).await?))
}

/// The first complaint about the file itself. That a row breaks a rule is none: the rule may be younger.
fn damage(said: Vec<String>) -> Option<String> {
    let is_rule = |line: &String| line.contains("constraint failed") || line.contains("NULL value in");
    said.into_iter().find(|line| line != "ok" && !is_rule(line))
}

/// Whether it was ended by the clock (sqlite.org/rescode.html, interrupt).
fn is_interrupted(error: &sqlx::Error) -> bool {
    let sqlx::Error::Database(refused) = error else { return false };
    refused.code().is_some_and(|code| code == "9")
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::FileExt as _;
    use std::path::Path;
    use std::sync::atomic::{AtomicU64, Ordering};

    use sqlx::ConnectOptions as _;
    use sqlx::sqlite::SqliteConnectOptions;

    use super::*;
    use crate::clock::TestClock;
    use crate::domain::calendar::Millis;

    /// Every look at it is an hour later.
    struct Hasty(AtomicU64);

    impl Monotonic for Hasty {
        fn elapsed(&self) -> Duration {
            Duration::from_hours(self.0.fetch_add(1, Ordering::Relaxed))
        }
    }

    async fn open(path: &Path) -> SqliteConnection {
        SqliteConnectOptions::new().filename(path).create_if_missing(true).connect().await.unwrap()
    }

    /// A small table and one of some hundred pages.
    async fn filled(path: &Path) {
        let mut connection = open(path).await;
        for statement in [
            "CREATE TABLE a (x)",
            "CREATE TABLE b (x)",
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000) \
             INSERT INTO b SELECT randomblob(1000) FROM n",
        ] {
            (&mut connection).execute(statement).await.unwrap();
        }
        sqlx::Connection::close(connection).await.unwrap();
    }

    #[test]
    fn a_page_in_the_middle_of_a_table_is_met_and_what_a_moment_does_not_reach_is_left_for_the_next() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let path = std::env::temp_dir().join(format!("loa-whole-{}.db", std::process::id()));
        runtime.block_on(async {
            filled(&path).await;
            let mut rounds = Rounds::default();
            let hasty = Arc::new(Hasty(AtomicU64::new(0)));
            assert!(matches!(rounds.some(&mut open(&path).await, hasty.clone()).await, Ok(None)));
            assert_eq!(rounds.next, 1, "the large table begins the next moment");
            assert!(matches!(rounds.some(&mut open(&path).await, hasty).await, Ok(None)));
            assert_eq!(rounds.next, 2, "and is passed over when a whole one is too short");

            let still = TestClock::at(Millis(0));
            let mut rounds = Rounds::default();
            assert!(matches!(rounds.some(&mut open(&path).await, still.clone()).await, Ok(None)));
            let middle = std::fs::metadata(&path).unwrap().len() / 8192 * 4096;
            let file = std::fs::OpenOptions::new().write(true).open(&path).unwrap();
            file.write_all_at(&[b'Z'; 4096], middle).unwrap();
            let seen = rounds.some(&mut open(&path).await, still).await;
            assert!(!matches!(seen, Ok(None)), "{seen:?}");
            assert!(!matches!(all(&mut open(&path).await).await, Ok(None)));
        });
        std::fs::remove_file(&path).unwrap();
    }

    #[test]
    fn a_row_that_breaks_a_rule_is_no_damage() {
        let said = |lines: &[&str]| damage(lines.iter().map(|line| (*line).to_owned()).collect());
        assert_eq!(said(&["ok"]), None);
        assert_eq!(said(&["CHECK constraint failed in people", "NULL value in people.name"]), None);
        assert!(said(&["ok", "Tree 4 page 7: btreeInitPage() returns error code 11"]).is_some());
    }
}

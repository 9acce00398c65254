//! One form of backup for both databases: from a file onto a server and back, row for row.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use loa::app::backup::{Hand, Workshop};
use loa::bench::year::{self, Past};
use loa::clock::{Clocks, TestClock};
use loa::config::Settings;
use loa::domain::calendar::Millis;
use loa::id::SeededEntropy;
use loa::store::Store;
use loa::usecase::Via;
use loa::usecase::restored::Numbers;
use sqlx::{AssertSqlSafe, ConnectOptions as _};

use crate::db::{SqliteFile, on_postgres, unique};

/// 30 November 2025.
const NOW: Millis = Millis(1_764_460_800_000);
const COLUMNS: &str = "SELECT m.name, p.name, p.type, p.pk FROM sqlite_schema m, pragma_table_info(m.name) p \
     WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name <> '_sqlx_migrations' ORDER BY m.name, p.cid";

const MADE: [&str; 2] = [
    "INSERT INTO attachments (sha256, size, media_type, content, created_at) VALUES ('ab', 3, 'text/plain', x'00ff10', 1)",
    "UPDATE messages SET state = 'pending', sent_at = NULL, external_id = NULL, not_after = NULL, \
       resend_of = (SELECT MAX(id) FROM messages) WHERE id = (SELECT MIN(id) FROM messages WHERE purpose = 'broadcast')",
];

/// A folder with a key in it, gone in the end.
struct Place(PathBuf);

impl Place {
    fn new() -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("server-{}", unique()));
        std::fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    /// A workshop for this database; with the same seed each makes the same ids at the same time.
    fn workshop(&self, url: &str, seed: u64) -> (Workshop, Hand) {
        let key = self.0.join("key").to_str().unwrap().to_owned();
        let variables = [("LOA__DATABASE__URL", url.to_owned()), ("LOA__BACKUP__KEY_FILE", key)];
        let variables = variables.map(|(name, value)| (name.to_owned(), value));
        let settings = Settings::load_for_command(None, variables.into_iter()).unwrap();
        let house = Arc::new(loa::app::house(&settings, &loa::app::Gateways::new()).unwrap());
        let clocks = Clocks::test(&TestClock::at(NOW));
        let workshop = Workshop::new(&settings, None, clocks, SeededEntropy::new(seed)).unwrap();
        (workshop, Hand { house, via: Via::Cli("test".to_owned()) })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Every row of every table as text, sorted.
async fn rows(store: &Store, columns: &[(String, String, String, i64)]) -> Vec<String> {
    let mut all = Vec::new();
    for table in columns.chunk_by(|one, next| one.0 == next.0) {
        let text = |(_, column, kind, _): &(String, String, String, i64)| match (kind.as_str(), store) {
            ("BOOLEAN", _) => format!("CAST(CAST(\"{column}\" AS INT) AS TEXT)"),
            ("BYTEA", Store::Sqlite(_)) => format!("lower(hex(\"{column}\"))"),
            ("BYTEA", Store::Postgres(_)) => format!("encode(\"{column}\", 'hex')"),
            _ => format!("CAST(\"{column}\" AS TEXT)"),
        };
        let texts: Vec<String> = table.iter().map(|one| format!("COALESCE({}, '-')", text(one))).collect();
        let name = &table[0].0;
        let statement = AssertSqlSafe(format!("SELECT '{name} ' || {} FROM \"{name}\"", texts.join(" || '|' || ")));
        let mut found: Vec<String> = match store {
            Store::Sqlite(pool) => sqlx::query_scalar(statement).fetch_all(pool).await.unwrap(),
            Store::Postgres(pool) => sqlx::query_scalar(statement).fetch_all(pool).await.unwrap(),
        };
        found.sort();
        all.extend(found);
    }
    all
}

#[test]
fn a_backup_of_either_database_restores_onto_either_row_for_row() {
    let from = SqliteFile::migrated();
    on_postgres("a_backup_of_either_database_restores_onto_either_row_for_row", |server| async move {
        let Store::Postgres(pool) = &server else { panic!("it is PostgreSQL") };
        let server_url = pool.connect_options().to_url_lossy().to_string();
        let place = Place::new();
        let own = |name: &str| place.0.join(name);
        let url = |name: &str| format!("sqlite:{}", place.0.join(name).display());
        let store = Store::open(&from.url()).await.unwrap();
        year::write(&store, "tele", Past { broadcasts: 4, groups: 6, running: 2 }, NOW).await.unwrap();
        let Store::Sqlite(sqlite) = &store else { panic!("a file is SQLite") };
        // One of each kind of column, a row that refers to a later one of its own table, and one that waits.
        for statement in MADE {
            assert_eq!(sqlx::query(statement).execute(sqlite).await.unwrap().rows_affected(), 1, "{statement}");
        }
        let columns = sqlx::query_as(COLUMNS).fetch_all(sqlite).await.unwrap();
        let (workshop, _) = place.workshop(&from.url(), 1);
        workshop.make(Some(&own("one.backup"))).await.unwrap();
        store.close().await;

        // Onto a file and onto the server comes the same.
        let (workshop, hand) = place.workshop(&url("there.db"), 2);
        workshop.restore(&own("one.backup"), &hand, Numbers::MoveOn).await.unwrap();
        let (workshop, hand) = place.workshop(&server_url, 2);
        let brought = workshop.restore(&own("one.backup"), &hand, Numbers::MoveOn).await.unwrap();
        let there = Store::open(&url("there.db")).await.unwrap();
        let expected = rows(&there, &columns).await;
        there.close().await;
        assert!(brought.order.in_doubt == 1 && expected.len() > 200, "{} rows", expected.len());
        assert_eq!(rows(&server, &columns).await, expected);
        let again = workshop.restore(&own("one.backup"), &hand, Numbers::MoveOn).await.unwrap_err();
        assert!(again.to_string().contains("nothing is overwritten"), "{again}");
        let wrong = sqlx::query("UPDATE units SET parent_id = 'nobody'").execute(pool).await;
        assert!(wrong.is_err(), "references are looked at again");

        // From the server comes what is there.
        let made = workshop.make(Some(&own("two.backup"))).await.unwrap();
        assert_eq!(made.manifest.contents.rows.values().sum::<i64>(), rows_with_migrations(expected.len()));
        let (workshop, hand) = place.workshop(&url("back.db"), 3);
        workshop.restore(&own("two.backup"), &hand, Numbers::Keep).await.unwrap();
        let back = Store::open(&url("back.db")).await.unwrap();
        let found = rows(&back, &columns).await;
        let lost: Vec<&String> =
            expected.iter().filter(|row| !found.contains(row) && !row.starts_with("leases ")).collect();
        back.close().await;
        assert!(lost.is_empty(), "{lost:?}");
    });
}

/// The migrations are a table too.
fn rows_with_migrations(rows: usize) -> i64 {
    i64::try_from(rows).unwrap() + loa::store::migrations::newest()
}

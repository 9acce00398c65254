//! What must be true of the databases themselves, whatever is stored in them.

use std::collections::BTreeSet;

use loa::store::{Store, StoreError};
use sqlx::{Connection as _, Row as _};

use crate::db::{SqliteFile, on_postgres, runtime};
use crate::store_statements::statements;

type Column = (String, String, bool);

const SQLITE_COLUMNS: &str = "SELECT m.name, p.name, p.\"notnull\" FROM sqlite_master m, pragma_table_info(m.name) p \
     WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name <> '_sqlx_migrations'";
const POSTGRES_COLUMNS: &str = "SELECT table_name, column_name, is_nullable = 'NO' FROM information_schema.columns \
     WHERE table_schema = 'public' AND table_name <> '_sqlx_migrations'";

/// Words that only one of the two databases understands, or understands differently.
const FORBIDDEN: &[&str] = &[
    "ILIKE",
    "GREATEST(",
    "LEAST(",
    "ANY(",
    "NOW()",
    "DISTINCT ON",
    "GROUP_CONCAT",
    "INSERT OR",
    "REPLACE INTO",
    "SERIAL",
    "IDENTITY",
    "AUTOINCREMENT",
    "ADD CONSTRAINT",
    "ALTER COLUMN",
    "IFNULL(",
    "STRFTIME(",
    "DATETIME(",
    "JULIANDAY(",
    "INTERVAL '",
    "TO_CHAR(",
    "ARRAY[",
    "UNNEST(",
    "::TEXT",
    "::BIGINT",
    "ROWID",
    "TRIGGER",
    "TRUE = 1",
    "= ?",
    "(?",
    "CURRENT_TIMESTAMP",
    "MAX(0,",
    "SKIP LOCKED",
    "JSON_EXTRACT",
    "->>",
    "GLOB ",
    "PRAGMA",
    "SELECT *",
];

#[test]
fn both_databases_have_the_same_columns() {
    on_postgres("both_databases_have_the_same_columns", |store| async move {
        let file = SqliteFile::migrated();
        let sqlite = Store::open(&file.url()).await.unwrap();
        let (here, there) = (columns(&sqlite).await, columns(&store).await);
        sqlite.close().await;
        assert!(here.len() > 100, "only {} columns were found", here.len());
        let extra: Vec<_> = here.difference(&there).collect();
        let missing: Vec<_> = there.difference(&here).collect();
        assert!(extra.is_empty() && missing.is_empty(), "SQLite only: {extra:?}; PostgreSQL only: {missing:?}");
    });
}

async fn columns(store: &Store) -> BTreeSet<Column> {
    match store {
        Store::Sqlite(pool) => {
            let rows = sqlx::query(SQLITE_COLUMNS).fetch_all(pool).await.unwrap();
            rows.iter().map(|row| (row.get(0), row.get(1), row.get::<i64, _>(2) != 0)).collect()
        }
        Store::Postgres(pool) => {
            let rows = sqlx::query(POSTGRES_COLUMNS).fetch_all(pool).await.unwrap();
            rows.iter().map(|row| (row.get(0), row.get(1), row.get(2))).collect()
        }
    }
}

#[test]
fn every_sqlite_connection_is_durable_and_checks_references() {
    let file = SqliteFile::migrated();
    runtime().block_on(async {
        let store = Store::open(&file.url()).await.unwrap();
        let Store::Sqlite(pool) = &store else { panic!("a file is SQLite") };
        let mut held = Vec::new();
        for _ in 0..pool.options().get_max_connections() {
            let mut connection = pool.acquire().await.unwrap();
            let journal: String = sqlx::query_scalar("PRAGMA journal_mode").fetch_one(&mut *connection).await.unwrap();
            let synchronous: i64 = sqlx::query_scalar("PRAGMA synchronous").fetch_one(&mut *connection).await.unwrap();
            let references: i64 = sqlx::query_scalar("PRAGMA foreign_keys").fetch_one(&mut *connection).await.unwrap();
            assert_eq!((journal.as_str(), synchronous, references), ("wal", 2, 1));
            held.push(connection);
        }
        assert!(held.len() > 1, "the pool is tested with one connection only");
        drop(held);
        store.close().await;
    });
}

#[test]
fn a_database_locked_by_another_program_is_named_as_such() {
    let file = SqliteFile::migrated();
    runtime().block_on(async {
        let mut other = sqlx::SqliteConnection::connect(&file.url()).await.unwrap();
        let lock = other.begin_with("BEGIN EXCLUSIVE").await.unwrap();
        // Not through `Store::open`, which would wait its five seconds.
        let impatient = format!("{}?mode=rw", file.url());
        let options: sqlx::sqlite::SqliteConnectOptions = impatient.parse().unwrap();
        let pool =
            sqlx::SqlitePool::connect_with(options.busy_timeout(std::time::Duration::from_millis(1))).await.unwrap();
        let refused = Store::Sqlite(pool).begin().await.map(|_| ());
        let Err(error @ StoreError::Database(_)) = refused else {
            panic!("the write lock was taken twice: {refused:?}")
        };
        assert!(error.to_string().contains("database is locked"), "{error}");
        lock.rollback().await.unwrap();
    });
}

#[test]
fn readers_do_not_wait_for_a_writer() {
    let file = SqliteFile::migrated();
    runtime().block_on(async {
        let store = Store::open(&file.url()).await.unwrap();
        let writer = store.begin().await.unwrap();
        let mut reader = store.read().await.unwrap();
        assert_eq!(reader.commune().await.unwrap(), None);
        drop((reader, writer));
        store.close().await;
    });
}

#[test]
fn a_url_of_neither_database_is_refused_by_its_scheme() {
    let refused = |url: &'static str| match runtime().block_on(Store::open(url)) {
        Err(StoreError::UnknownScheme(scheme)) => scheme,
        other => panic!("{url} gave {other:?}"),
    };
    assert_eq!(refused("mysql://h/d"), "mysql");
    assert_eq!(refused("sqlite::memory:"), "sqlite");
    assert_eq!(refused(""), "");
}

#[test]
fn no_statement_uses_a_word_of_one_database_only() {
    let (mut looked_at, mut found) = (0, Vec::new());
    for statement in statements().iter().filter(|one| !one.is_on_postgres_only() && !one.is_on_sqlite_only()) {
        looked_at += 1;
        let upper = statement.text.to_uppercase();
        let words = FORBIDDEN.iter().filter(|word| upper.contains(**word));
        found.extend(words.map(|word| format!("{}: {word} in {}", statement.name, statement.text)));
    }
    assert!(looked_at > 50, "only {looked_at} statements were found");
    assert!(found.is_empty(), "{}", found.join("\n"));
}

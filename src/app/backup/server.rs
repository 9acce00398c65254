//! Copying every table between a server and an embedded database, so that a backup has one form for both.
//!
//! Both have the same tables and columns, of four kinds. From a server it is one snapshot; onto one it is one transaction, in which
//! references are looked at when all rows are there, since rows of a table may refer to each other.

use std::path::Path;

use anyhow::{bail, ensure};
use sqlx::{AssertSqlSafe, PgConnection, Row as _, SqliteConnection};

use super::contents;
use crate::app::private;
use crate::store::{Store, migrations};

/// Most values in one statement.
const MOST_VALUES: usize = 900;
/// Most rows in one statement where there may be files in them.
const MOST_FILES: usize = 8;
const TABLES: &str = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' \
     AND name <> '_sqlx_migrations' ORDER BY name";
const COLUMNS: &str = "SELECT name, type FROM pragma_table_info($1) ORDER BY cid";
const SCHEMA: &str = "SELECT COALESCE(MAX(version), 0) FROM _sqlx_migrations WHERE success";
const REFERENCES: &str = "SELECT CAST(CAST(conrelid AS regclass) AS TEXT), CAST(conname AS TEXT) FROM pg_constraint \
     WHERE contype = 'f' AND connamespace = CAST(current_schema() AS regnamespace) ORDER BY 1, 2";

/// What a column holds.
#[derive(Debug, Clone, Copy)]
enum Kind {
    Text,
    Number,
    Flag,
    Bytes,
}

/// What stands in a column of a row.
enum Value {
    Text(Option<String>),
    Number(Option<i64>),
    Flag(Option<bool>),
    Bytes(Option<Vec<u8>>),
}

/// A table as both databases have it.
struct Table {
    name: String,
    columns: Vec<String>,
    kinds: Vec<Kind>,
}

/// Reads a row of either database.
macro_rules! values {
    ($table:expr, $row:expr) => {{
        let read = |(at, kind): (usize, &Kind)| {
            let row = $row;
            Ok(match kind {
                Kind::Text => Value::Text(row.try_get(at)?),
                Kind::Number => Value::Number(row.try_get(at)?),
                Kind::Flag => Value::Flag(row.try_get(at)?),
                Kind::Bytes => Value::Bytes(row.try_get(at)?),
            })
        };
        $table.kinds.iter().enumerate().map(read).collect::<sqlx::Result<Vec<Value>>>()
    }};
}

/// Writes rows into either database.
macro_rules! insert {
    ($table:expr, $rows:expr, $into:expr) => {{
        let statement = $table.insert($rows.len());
        let mut query = sqlx::query(AssertSqlSafe(statement));
        for value in $rows.into_iter().flatten() {
            query = match value {
                Value::Text(text) => query.bind(text),
                Value::Number(number) => query.bind(number),
                Value::Flag(flag) => query.bind(flag),
                Value::Bytes(bytes) => query.bind(bytes),
            };
        }
        query.execute(&mut *$into).await
    }};
}

impl Table {
    fn names(&self) -> String {
        self.columns.iter().map(|column| format!("\"{column}\"")).collect::<Vec<_>>().join(", ")
    }

    /// Rows that are read and written at once.
    fn batch(&self) -> usize {
        let rows = (MOST_VALUES / self.columns.len().max(1)).max(1);
        let has_files = self.kinds.iter().any(|kind| matches!(kind, Kind::Bytes));
        if has_files { rows.min(MOST_FILES) } else { rows }
    }

    fn insert(&self, rows: usize) -> String {
        let width = self.columns.len();
        let row = |row: usize| {
            let places: Vec<String> = (1..=width).map(|column| format!("${}", row * width + column)).collect();
            format!("({})", places.join(", "))
        };
        let rows: Vec<String> = (0..rows).map(row).collect();
        format!("INSERT INTO \"{}\" ({}) VALUES {}", self.name, self.names(), rows.join(", "))
    }
}

/// The tables of an embedded database with the program's schema.
async fn tables(connection: &mut SqliteConnection) -> anyhow::Result<Vec<Table>> {
    let names: Vec<String> = sqlx::query_scalar(TABLES).fetch_all(&mut *connection).await?;
    let mut tables = Vec::new();
    for name in names {
        let found: Vec<(String, String)> = sqlx::query_as(COLUMNS).bind(&name).fetch_all(&mut *connection).await?;
        let mut table = Table { name, columns: Vec::new(), kinds: Vec::new() };
        for (column, declared) in found {
            table.kinds.push(match declared.as_str() {
                "TEXT" => Kind::Text,
                "BIGINT" => Kind::Number,
                "BOOLEAN" => Kind::Flag,
                "BYTEA" => Kind::Bytes,
                other => bail!("{}.{column} is of a kind that cannot be copied: {other}", table.name),
            });
            table.columns.push(column);
        }
        tables.push(table);
    }
    Ok(tables)
}

/// One snapshot of a server's database as an embedded one.
pub(super) async fn fetch(url: &str, plain: &Path) -> anyhow::Result<()> {
    let store = Store::connect(url).await?;
    let fetched = fetch_from(&store, plain).await;
    store.close().await;
    fetched
}

async fn fetch_from(store: &Store, plain: &Path) -> anyhow::Result<()> {
    let Store::Postgres(pool) = store else { bail!("the database is no server") };
    let mut from = pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?;
    let schema: i64 = sqlx::query_scalar(SCHEMA).fetch_one(&mut *from).await?;
    let ours = migrations::newest();
    ensure!(schema == ours, "the schema is {schema}, this program's is {ours}: run `loa db migrate`");
    private::file(plain)?;
    let copy = contents::unchecked(plain).await?;
    Store::Sqlite(copy.clone()).migrate().await?;
    let mut into = copy.begin().await?;
    for table in tables(&mut into).await? {
        fetch_table(&table, &mut from, &mut into).await?;
    }
    into.commit().await?;
    copy.close().await;
    Ok(())
}

async fn fetch_table(table: &Table, from: &mut PgConnection, into: &mut SqliteConnection) -> anyhow::Result<()> {
    let (name, names, batch) = (&table.name, table.names(), table.batch());
    let begin = AssertSqlSafe(format!("DECLARE \"walk_{name}\" NO SCROLL CURSOR FOR SELECT {names} FROM \"{name}\""));
    sqlx::query(begin).execute(&mut *from).await?;
    loop {
        let next = AssertSqlSafe(format!("FETCH {batch} FROM \"walk_{name}\""));
        let rows = sqlx::query(next).fetch_all(&mut *from).await?;
        if rows.is_empty() {
            break;
        }
        let values = rows.iter().map(|row| values!(table, row)).collect::<sqlx::Result<Vec<_>>>()?;
        insert!(table, values, into)?;
    }
    sqlx::query(AssertSqlSafe(format!("CLOSE \"walk_{name}\""))).execute(&mut *from).await?;
    Ok(())
}

/// Gives how many rows there were.
async fn bring_table(table: &Table, from: &mut SqliteConnection, into: &mut PgConnection) -> anyhow::Result<i64> {
    let (name, names, batch) = (&table.name, table.names(), table.batch());
    let (mut count, mut last) = (0, 0_i64);
    loop {
        let next = format!("SELECT {names}, rowid FROM \"{name}\" WHERE rowid > $1 ORDER BY rowid LIMIT {batch}");
        let rows = sqlx::query(AssertSqlSafe(next)).bind(last).fetch_all(&mut *from).await?;
        let Some(end) = rows.last() else { return Ok(count) };
        last = end.try_get(table.columns.len())?;
        count += i64::try_from(rows.len())?;
        let values = rows.iter().map(|row| values!(table, row)).collect::<sqlx::Result<Vec<_>>>()?;
        insert!(table, values, into)?;
    }
}

/// Puts everything of an embedded database onto a server that has nothing yet.
pub(super) async fn bring(plain: &Path, url: &str) -> anyhow::Result<()> {
    let store = Store::open(url).await?;
    let brought = bring_to(plain, &store).await;
    store.close().await;
    brought
}

async fn bring_to(plain: &Path, store: &Store) -> anyhow::Result<()> {
    let Store::Postgres(pool) = store else { bail!("the database is no server") };
    let copy = contents::unchecked(plain).await?;
    let mut from = copy.acquire().await?;
    let tables = tables(&mut from).await?;
    let mut into = pool.begin().await?;
    for table in &tables {
        let any = AssertSqlSafe(format!("SELECT EXISTS (SELECT 1 FROM \"{}\")", table.name));
        let is_there: bool = sqlx::query_scalar(any).fetch_one(&mut *into).await?;
        ensure!(
            !is_there,
            "the database holds rows in {} already: nothing is overwritten, name an empty one",
            table.name
        );
    }
    set_references(&mut into, "DEFERRABLE INITIALLY DEFERRED").await?;
    for table in &tables {
        let copied = bring_table(table, &mut from, &mut into).await?;
        let count = AssertSqlSafe(format!("SELECT COUNT(*) FROM \"{}\"", table.name));
        let found: i64 = sqlx::query_scalar(count).fetch_one(&mut *into).await?;
        ensure!(found == copied, "{found} of {copied} rows arrived in {}", table.name);
    }
    sqlx::query("SET CONSTRAINTS ALL IMMEDIATE").execute(&mut *into).await?;
    set_references(&mut into, "NOT DEFERRABLE").await?;
    into.commit().await?;
    drop(from);
    copy.close().await;
    Ok(())
}

/// When references are looked at, for every one of the schema.
async fn set_references(connection: &mut PgConnection, when: &str) -> anyhow::Result<()> {
    let references: Vec<(String, String)> = sqlx::query_as(REFERENCES).fetch_all(&mut *connection).await?;
    for (table, name) in references {
        let change = AssertSqlSafe(format!("ALTER TABLE {table} ALTER CONSTRAINT \"{name}\" {when}"));
        sqlx::query(change).execute(&mut *connection).await?;
    }
    Ok(())
}

//! How both databases carry every statement out, with a year of a large commune in them: nothing reads a big table from end
//! to end, so what a statement costs does not depend on how long the commune has been using it.

use std::collections::{BTreeMap, BTreeSet};

use loa::domain::calendar::Millis;
use loa::store::Store;
use sqlx::{AssertSqlSafe, Executor as _, Row as _};

use super::db::{SqliteFile, on_postgres, runtime};
use super::store_statements::{Statement, statements};

use loa::bench::year::{self, Past};

/// Tables that grow with every broadcast.
const BIG: &[&str] = &[
    "messages",
    "attempts",
    "deliveries",
    "delivery_units",
    "obligations",
    "acknowledgements",
    "inbox",
    "broadcasts",
    "bulletins",
    "bulletin_versions",
    "schedules",
    "reminder_steps",
    "ladders",
];

/// Those of them that have a row for each group; PostgreSQL reads the others at once as long as they are short.
const LONGEST: &[&str] =
    &["messages", "attempts", "deliveries", "delivery_units", "obligations", "acknowledgements", "inbox"];

/// Columns in which nearly all rows may say the same: looking one up reads the whole table.
const COARSE: &[&str] = &["gateway", "commune_id", "state", "purpose", "kind"];

/// Statements that read much on purpose, and why that is no harm.
const MEANT: &[(&str, &str)] = &[
    ("src/store/bulletins.rs RECENT", "the latest few, in the order of the index"),
    ("src/store/bulletins.rs IN_STATE", "the latest few, in the order of the index"),
    ("src/store/fallbacks.rs LATEST", "the latest few, in the order of the index"),
    ("src/store/overview.rs LAST_SENT", "the latest one, in the order of the index"),
    ("src/store/tokens.rs LAST_RECEIVED", "the end of the index"),
    ("src/store/retention/bodies.rs COUNT", "for `loa db stats` alone"),
    ("src/store/retention/bodies.rs COUNT_ATTEMPTS", "for `loa db stats` alone"),
    ("src/store/binding/moved.rs MOVE_ATTEMPTS", "once in the life of a group that became another"),
];

/// 30 November 2025.
const NOW: Millis = Millis(1_764_460_800_000);

async fn run(store: &Store, statement: &str) {
    let statement = AssertSqlSafe(statement.to_owned());
    match store {
        Store::Sqlite(pool) => drop(pool.execute(statement).await.unwrap()),
        Store::Postgres(pool) => drop(pool.execute(statement).await.unwrap()),
    }
}

/// The tables of a statement by the names it gives them.
fn aliases(text: &str) -> BTreeMap<String, String> {
    let words: Vec<&str> =
        text.split(|sign: char| sign.is_whitespace() || "(),".contains(sign)).filter(|word| !word.is_empty()).collect();
    let mut found = BTreeMap::new();
    for (at, word) in words.iter().enumerate() {
        if !["FROM", "JOIN", "UPDATE", "INTO"].contains(word) {
            continue;
        }
        let Some(table) = words.get(at + 1) else { continue };
        let alias = words.get(at + 2).filter(|next| next.chars().all(|sign| sign.is_ascii_lowercase() || sign == '_'));
        found.insert(alias.unwrap_or(table).to_string(), table.to_string());
        found.insert(table.to_string(), table.to_string());
    }
    found
}

async fn partial_indexes(pool: &sqlx::SqlitePool) -> BTreeSet<String> {
    let rows = sqlx::query("SELECT name FROM sqlite_master WHERE type = 'index' AND sql LIKE '% WHERE %'")
        .fetch_all(pool)
        .await
        .unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

/// The steps of a plan that read a big table from end to end. A partial index holds only what is open, and may be.
fn scans(plan: &[String], text: &str, partial: &BTreeSet<String>) -> Vec<String> {
    let names = aliases(text);
    let big = |step: &&String| {
        let mut words = step.split(' ');
        let verb = words.next().unwrap_or_default();
        let table = words.next().and_then(|name| names.get(name)).is_some_and(|table| BIG.contains(&table.as_str()));
        let index = step.split("INDEX ").nth(1).and_then(|rest| rest.split(' ').next());
        let small = index.is_some_and(|index| partial.contains(index));
        table && !small && (verb == "SCAN" || (verb == "SEARCH" && is_coarse(step)))
    };
    plan.iter().filter(big).cloned().collect()
}

/// Whether a search is by nothing but coarse columns: `SEARCH m USING INDEX messages_due (gateway=?)`.
fn is_coarse(step: &str) -> bool {
    let Some(terms) = step.split('(').nth(1).and_then(|rest| rest.split(')').next()) else { return false };
    terms.split(" AND ").all(|term| term.split(['=', '>', '<']).next().is_some_and(|column| COARSE.contains(&column)))
}

fn is_meant(statement: &Statement) -> bool {
    MEANT.iter().any(|(name, _)| *name == statement.name)
}

#[test]
fn sqlite_reads_no_big_table_from_end_to_end() {
    let file = SqliteFile::migrated();
    runtime().block_on(async {
        let store = Store::open(&file.url()).await.unwrap();
        year::write(&store, "tele", Past::YEAR, NOW).await.unwrap();
        let Store::Sqlite(pool) = &store else { panic!("a file is SQLite") };
        let partial = partial_indexes(pool).await;
        let mut wrong = Vec::new();
        for statement in
            statements().into_iter().filter(|statement| !statement.is_on_postgres_only() && !is_meant(statement))
        {
            let explain = AssertSqlSafe(format!("EXPLAIN QUERY PLAN {}", statement.text));
            let plan: Vec<String> =
                pool.fetch_all(explain).await.unwrap().iter().map(|row| row.get("detail")).collect();
            wrong.extend(
                scans(&plan, &statement.text, &partial).into_iter().map(|scan| format!("{}: {scan}", statement.name)),
            );
        }
        store.close().await;
        assert!(wrong.is_empty(), "{} scans\n{}", wrong.len(), wrong.join("\n"));
    });
}

/// What PostgreSQL would do with a statement whatever its parameters are, as lines.
async fn postgres_plan(connection: &mut sqlx::PgConnection, text: &str) -> Vec<String> {
    let parameters = (1..200).take_while(|number| text.contains(&format!("${number}"))).count();
    let nulls = vec!["NULL"; parameters].join(", ");
    let call = if parameters == 0 { "explained".to_owned() } else { format!("explained({nulls})") };
    connection.execute(AssertSqlSafe(format!("PREPARE explained AS {text}"))).await.unwrap();
    let rows = connection.fetch_all(AssertSqlSafe(format!("EXPLAIN EXECUTE {call}"))).await.unwrap();
    connection.execute("DEALLOCATE explained").await.unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

/// Name and definition of every index that no constraint needs.
const INDEXES: &str = "SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index i \
     JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace \
     WHERE n.nspname = 'public' AND NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conindid = i.indexrelid)";

#[test]
fn postgres_reads_no_big_table_from_end_to_end() {
    on_postgres("postgres_reads_no_big_table_from_end_to_end", |store| async move {
        let Store::Postgres(pool) = &store else { panic!("it is PostgreSQL") };
        // Whether a million made-up rows refer to each other is not asked here, and takes most of the time. That is said to a connection:
        // all of them go through one.
        let options = pool.connect_options().as_ref().clone().options([("session_replication_role", "replica")]);
        let unasked = sqlx::postgres::PgPoolOptions::new().max_connections(1).connect_with(options).await.unwrap();
        // An index is made faster than it grows by a million rows.
        let indexes: Vec<(String, String)> = sqlx::query_as(INDEXES).fetch_all(pool).await.unwrap();
        for (name, _) in &indexes {
            sqlx::query(AssertSqlSafe(format!("DROP INDEX {name}"))).execute(pool).await.unwrap();
        }
        year::write(&Store::Postgres(unasked.clone()), "tele", Past::YEAR, NOW).await.unwrap();
        unasked.close().await;
        for (_, made) in &indexes {
            sqlx::query(AssertSqlSafe(made.clone())).execute(pool).await.unwrap();
        }
        run(&store, "ANALYZE").await;
        let mut connection = pool.acquire().await.unwrap();
        connection.execute("SET plan_cache_mode = force_generic_plan").await.unwrap();
        let mut wrong = Vec::new();
        for statement in statements().into_iter().filter(|one| !one.is_on_sqlite_only() && !is_meant(one)) {
            let plan = postgres_plan(&mut connection, &statement.text).await;
            let scans = plan.iter().filter(|line| line.contains("Seq Scan on "));
            let big = scans.filter(|line| {
                line.split("Seq Scan on ")
                    .nth(1)
                    .and_then(|rest| rest.split(' ').next())
                    .is_some_and(|table| LONGEST.contains(&table))
            });
            wrong.extend(big.map(|scan| format!("{}: {}", statement.name, scan.trim())));
        }
        assert!(wrong.is_empty(), "{} scans\n{}", wrong.len(), wrong.join("\n"));
    });
}

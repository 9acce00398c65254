//! `loa db`: bring the schema up to date, check that the database is whole and set up as it must be, and say how large it is.

use std::io::Write;

use super::opened::Opened;
use crate::app::private;
use crate::store::{Store, migrations};

mod stats;

/// What to do with the database.
#[derive(Debug, Clone, PartialEq, Eq, clap::Subcommand)]
pub enum DbCommand {
    /// Bring the schema up to date. `loa serve` does it by itself.
    #[command(after_help = "Example:\n  loa db migrate")]
    Migrate,
    /// Check versions, settings and the database's own integrity; ends with 1 when something is wrong.
    #[command(after_help = "Examples:\n  loa db check\n  loa db check --json")]
    Check {
        /// Print one JSON document and nothing else.
        #[arg(long)]
        json: bool,
    },
    /// Rows, size and age of every table, what goes by itself next, and what is older than it has to be kept.
    #[command(after_help = "Examples:\n  loa db stats\n  loa db stats --json\n\n\
        Reads the whole database, beside the running service and without holding it up. Sizes count a table's indexes;\n\
        ages are those of its rows. Periods stand under [retention] in the settings.")]
    Stats {
        /// Print one JSON document and nothing else.
        #[arg(long)]
        json: bool,
    },
}

/// What a check found.
#[derive(Debug, Default, PartialEq, Eq, serde::Serialize)]
struct Report {
    database: &'static str,
    version: String,
    /// Newest migration in the database.
    schema: i64,
    /// Newest migration in the program.
    expected_schema: i64,
    /// Settings by name, as the database tells them.
    settings: Vec<Setting>,
    /// What should be mended; nothing is wrong with the database.
    warnings: Vec<String>,
    /// What is wrong; empty when nothing is.
    problems: Vec<String>,
}

#[derive(Debug, PartialEq, Eq, serde::Serialize)]
struct Setting {
    name: &'static str,
    value: String,
}

/// Runs one of them. What was asked for goes to `out`.
///
/// # Errors
/// One line: the database cannot be reached, a migration fails, or the first of what a check found.
pub async fn run(command: &DbCommand, opened: &Opened, out: &mut dyn Write) -> anyhow::Result<()> {
    match command {
        DbCommand::Migrate => {
            let before = schema(&opened.store).await.unwrap_or(0);
            opened.store.migrate().await?;
            let after = schema(&opened.store).await?;
            let text = if before == after { "up to date".to_owned() } else { format!("was {before}") };
            Ok(writeln!(out, "schema {after}, {text}")?)
        }
        DbCommand::Check { json } => check(&opened.store, *json, out).await,
        DbCommand::Stats { json } => stats::run(opened, *json, out).await,
    }
}

async fn check(store: &Store, json: bool, out: &mut dyn Write) -> anyhow::Result<()> {
    let mut report = match store {
        Store::Sqlite(pool) => sqlite(pool).await?,
        Store::Postgres(pool) => postgres(pool).await?,
    };
    (report.database, report.version) = version(store).await?;
    report.schema = schema(store).await.unwrap_or(0);
    if report.schema != report.expected_schema {
        let Report { schema, expected_schema, .. } = report;
        report
            .problems
            .push(format!("the schema is {schema}, this program's is {expected_schema}: run `loa db migrate`"));
    }
    let text = if json { serde_json::to_string_pretty(&report)? + "\n" } else { text(&report) };
    out.write_all(text.as_bytes())?;
    match report.problems.first() {
        Some(problem) => anyhow::bail!("{problem}"),
        None => Ok(()),
    }
}

fn text(report: &Report) -> String {
    let Report { database, version, schema, .. } = report;
    let mut text = format!("{database} {version}, schema {schema}\n");
    text.extend(report.settings.iter().map(|setting| format!("{} = {}\n", setting.name, setting.value)));
    text.extend(report.warnings.iter().map(|warning| format!("warning: {warning}\n")));
    text.extend(report.problems.iter().map(|problem| format!("problem: {problem}\n")));
    if report.problems.is_empty() { text + "whole\n" } else { text }
}

/// Kind and version of the database: "`SQLite`", "3.50.2".
///
/// # Errors
/// It does not answer.
pub async fn version(store: &Store) -> Result<(&'static str, String), sqlx::Error> {
    Ok(match store {
        Store::Sqlite(pool) => ("SQLite", sqlx::query_scalar("SELECT sqlite_version()").fetch_one(pool).await?),
        Store::Postgres(pool) => ("PostgreSQL", sqlx::query_scalar("SHOW server_version").fetch_one(pool).await?),
    })
}

/// The newest migration that was applied.
async fn schema(store: &Store) -> Result<i64, sqlx::Error> {
    const NEWEST: &str = "SELECT COALESCE(MAX(version), 0) FROM _sqlx_migrations WHERE success";
    match store {
        Store::Sqlite(pool) => sqlx::query_scalar(NEWEST).fetch_one(pool).await,
        Store::Postgres(pool) => sqlx::query_scalar(NEWEST).fetch_one(pool).await,
    }
}

fn expected_schema() -> i64 {
    migrations::newest()
}

async fn sqlite(pool: &sqlx::SqlitePool) -> anyhow::Result<Report> {
    let mut connection = pool.acquire().await?;
    let journal: String = sqlx::query_scalar("PRAGMA journal_mode").fetch_one(&mut *connection).await?;
    let synchronous: i64 = sqlx::query_scalar("PRAGMA synchronous").fetch_one(&mut *connection).await?;
    let foreign_keys: i64 = sqlx::query_scalar("PRAGMA foreign_keys").fetch_one(&mut *connection).await?;
    let integrity: Vec<String> = sqlx::query_scalar("PRAGMA integrity_check").fetch_all(&mut *connection).await?;
    let dangling = sqlx::query("PRAGMA foreign_key_check").fetch_all(&mut *connection).await?.len();
    let mut problems = sqlite_settings(&journal, synchronous, foreign_keys);
    problems.extend(integrity.into_iter().filter(|line| line != "ok").map(|line| format!("damaged: {line}")));
    if dangling > 0 {
        problems.push(format!("{dangling} rows point to rows that are not there: restore a backup"));
    }
    let warnings = private::check_database(pool.connect_options().get_filename())?.warnings;
    let settings = vec![
        Setting { name: "journal_mode", value: journal },
        Setting { name: "synchronous", value: synchronous.to_string() },
        Setting { name: "foreign_keys", value: foreign_keys.to_string() },
    ];
    Ok(Report { expected_schema: expected_schema(), settings, warnings, problems, ..Report::default() })
}

/// What is wrong with the settings of the embedded database.
fn sqlite_settings(journal: &str, synchronous: i64, foreign_keys: i64) -> Vec<String> {
    let checks = [
        (journal.eq_ignore_ascii_case("wal"), "journal_mode is not WAL: readers wait for writers"),
        // 2 is FULL, 3 is EXTRA (SQLite, PRAGMA synchronous).
        (synchronous >= 2, "synchronous is below FULL: a power cut can lose a commit"),
        (foreign_keys == 1, "foreign_keys is off: rows may point to nothing"),
    ];
    checks.into_iter().filter(|(holds, _)| !holds).map(|(_, problem)| problem.to_owned()).collect()
}

async fn postgres(pool: &sqlx::PgPool) -> anyhow::Result<Report> {
    let mut connection = pool.acquire().await?;
    let encoding: String = sqlx::query_scalar("SHOW server_encoding").fetch_one(&mut *connection).await?;
    let commit: String = sqlx::query_scalar("SHOW synchronous_commit").fetch_one(&mut *connection).await?;
    let problems = postgres_settings(&encoding, &commit);
    let settings = vec![
        Setting { name: "server_encoding", value: encoding },
        Setting { name: "synchronous_commit", value: commit },
    ];
    Ok(Report { expected_schema: expected_schema(), settings, problems, ..Report::default() })
}

/// What is wrong with the settings of a server.
fn postgres_settings(encoding: &str, commit: &str) -> Vec<String> {
    let checks = [
        (encoding.eq_ignore_ascii_case("utf8"), "server_encoding is not UTF8: Vietnamese does not fit"),
        (commit != "off", "synchronous_commit is off: a crash can lose a commit"),
    ];
    checks.into_iter().filter(|(holds, _)| !holds).map(|(_, problem)| problem.to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_that_lose_rows_are_problems() {
        assert_eq!(sqlite_settings("wal", 2, 1), Vec::<String>::new());
        assert_eq!(sqlite_settings("delete", 1, 0).len(), 3);
        assert_eq!(postgres_settings("UTF8", "on"), Vec::<String>::new());
        assert_eq!(postgres_settings("LATIN1", "off").len(), 2);
    }

    #[test]
    fn a_report_without_problems_says_whole() {
        let report = |problems| Report {
            database: "SQLite",
            version: "3".to_owned(),
            schema: 1,
            expected_schema: 1,
            settings: Vec::new(),
            warnings: Vec::new(),
            problems,
        };
        assert!(text(&report(Vec::new())).ends_with("whole\n"));
        assert!(!text(&report(vec!["damaged".to_owned()])).contains("whole"));
    }
}

//! Every statement of the program, prepared by both databases.
//!
//! Stories run on SQLite; that PostgreSQL understands the same text, with the same tables and columns and with types that it
//! can work out, is shown here for all of it. The statements are read from the source, where each is a constant beside its
//! method.

use std::collections::BTreeSet;

use loa::store::Store;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, SqlSafeStr as _};

use super::db::{SqliteFile, on_postgres, runtime};
use super::source::{Source, product};

/// Of the server: its clock, where `SQLite` asks the machine's, what several services need, of which `SQLite` has one, and its sizes.
const ON_POSTGRES_ONLY: &[&str] = &[
    "src/store/operations.rs DATABASE_NOW",
    "src/store/bell.rs RING",
    "src/store/inbox.rs CLAIM_UNLOCKED",
    "src/store/inbox.rs LOCK_CHAT",
    "src/store/sizes.rs SIZES_ON_POSTGRES",
    "src/store/sizes.rs WHOLE_ON_POSTGRES",
];

/// Of the file: its sizes.
const ON_SQLITE_ONLY: &[&str] =
    &["src/store/sizes.rs SIZES_ON_SQLITE", "src/store/sizes.rs FREE_ON_SQLITE", "src/store/sizes.rs FILE_ON_SQLITE"];

/// The verbs a statement begins with.
const VERBS: [&str; 5] = ["SELECT ", "INSERT ", "UPDATE ", "DELETE ", "WITH "];

/// One statement as the program sends it.
pub struct Statement {
    /// File and constant: `src/store/inbox.rs INSERT`.
    pub name: String,
    /// Its text.
    pub text: String,
}

impl Statement {
    /// Whether only PostgreSQL has what it asks for.
    pub fn is_on_postgres_only(&self) -> bool {
        ON_POSTGRES_ONLY.contains(&self.name.as_str())
    }

    /// Whether only `SQLite` has what it asks for.
    pub fn is_on_sqlite_only(&self) -> bool {
        ON_SQLITE_ONLY.contains(&self.name.as_str())
    }
}

/// Every statement of the store, in the order of files and lines.
pub fn statements() -> Vec<Statement> {
    product().iter().filter(|source| source.path.starts_with("src/store")).flat_map(statements_of).collect()
}

/// The constants of a file that hold statements.
fn statements_of(source: &Source) -> Vec<Statement> {
    let mut found = Vec::new();
    for (at, _) in source.code.match_indices(": &str =") {
        let Some(name) = source.code[..at].rsplit(' ').next().filter(|name| is_constant(name)) else { continue };
        let end = at + source.code[at..].find(';').unwrap_or_default();
        let initial = source.code[at..end].trim_start_matches(": &str =").trim_start();
        let head = initial.split_once("!(").map(|(name, _)| macro_head(source, name)).unwrap_or_default();
        let own: String = literals_between(source, at, end).collect();
        let text = head + &own;
        if VERBS.iter().any(|verb| text.starts_with(verb)) {
            found.push(Statement { name: format!("{} {name}", source.path), text });
        }
    }
    found
}

fn is_constant(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|sign| sign.is_ascii_uppercase() || sign.is_ascii_digit() || sign == '_')
}

/// What a macro of the file puts in front of its argument.
fn macro_head(source: &Source, name: &str) -> String {
    let Some(start) = source.code.find(&format!("macro_rules! {name} {{")) else { return String::new() };
    let end = start + source.code[start..].find("\n}").unwrap_or_default();
    literals_between(source, start, end).collect()
}

fn literals_between(source: &Source, start: usize, end: usize) -> impl Iterator<Item = String> {
    let inside = source.strings.iter().filter(move |string| (start..end).contains(&string.start));
    inside.map(|string| unescaped(&source.text[string.clone()]))
}

/// The literal as the compiler reads it: a backslash at the end of a line swallows the break and the indent.
fn unescaped(literal: &str) -> String {
    let mut text = String::new();
    let mut signs = literal.chars().peekable();
    while let Some(sign) = signs.next() {
        match (sign, signs.peek()) {
            ('\\', Some('\n')) => while signs.next_if(|next| next.is_whitespace()).is_some() {},
            ('\\', Some(_)) => text.extend(signs.next()),
            _ => text.push(sign),
        }
    }
    text
}

/// Calls of `sqlx::query…(…)` with something that is neither the name of a statement nor a variable that runs over such names.
fn unnamed(sources: &[Source], names: &BTreeSet<&str>) -> Vec<String> {
    let runs = |word: &str| !word.is_empty() && word.chars().all(|sign| sign.is_ascii_lowercase() || sign == '_');
    let mut found = Vec::new();
    for source in sources {
        for call in ["query", "query_as", "query_scalar"] {
            for arguments in source.calls(call) {
                let argument = arguments.first().map_or("", |argument| source.code[argument.clone()].trim());
                let name = argument.rsplit("::").next().unwrap_or_default();
                if !names.contains(name) && !runs(name) {
                    found.push(format!("{}: {call}({argument})", source.path));
                }
            }
        }
    }
    found
}

#[test]
fn every_statement_is_a_constant_that_is_found() {
    let found = statements();
    assert!(found.len() > 250, "only {} statements were found", found.len());
    let names: BTreeSet<&str> = found.iter().filter_map(|statement| statement.name.split(' ').next_back()).collect();
    // What is asked of the database itself, about its clock or its pages, stands in the room's own file.
    let sources: Vec<Source> = product().into_iter().filter(|source| source.path.starts_with("src/store/")).collect();
    assert_eq!(unnamed(&sources, &names), Vec::<String>::new());
    let planted = [Source::new(
        "src/store/a.rs",
        "fn a() { query(\"SELECT 1\"); query_as(super::BY_ID); query(format!(\"x\")) }",
    )];
    assert_eq!(unnamed(&planted, &BTreeSet::from(["BY_ID"])).len(), 2);
}

#[test]
fn sqlite_prepares_every_statement() {
    let file = SqliteFile::migrated();
    runtime().block_on(async {
        let mut connection = sqlx::SqliteConnection::connect(&file.url()).await.unwrap();
        let mut refused = Vec::new();
        for Statement { name, text } in statements().into_iter().filter(|one| !one.is_on_postgres_only()) {
            if let Err(error) = (&mut connection).prepare(AssertSqlSafe(text).into_sql_str()).await {
                refused.push(format!("{name}: {error}"));
            }
        }
        assert!(refused.is_empty(), "{}", refused.join("\n"));
    });
}

#[test]
fn postgres_prepares_every_statement() {
    on_postgres("postgres_prepares_every_statement", |store| async move {
        let Store::Postgres(pool) = &store else { panic!("it is PostgreSQL") };
        let mut connection = pool.acquire().await.unwrap();
        let mut refused = Vec::new();
        for Statement { name, text } in statements().into_iter().filter(|one| !one.is_on_sqlite_only()) {
            if let Err(error) = (&mut *connection).prepare(AssertSqlSafe(text).into_sql_str()).await {
                refused.push(format!("{name}: {error}"));
            }
        }
        assert!(refused.is_empty(), "{}", refused.join("\n"));
    });
}

#[test]
fn a_statement_is_read_as_the_compiler_reads_it() {
    let text = "macro_rules! rows {\n    ($c:literal) => {\n        concat!(\"SELECT a FROM t \", $c)\n    };\n}\n\
                const ONE: &str = \"SELECT \\\"b\\\" \\\n     FROM t\";\nconst TWO: &str = rows!(\"WHERE a = $1\");\n\
                const WORDS: &str = \"not a statement\";";
    let found = statements_of(&Source::new("src/store/a.rs", text));
    let found: Vec<(&str, &str)> = found.iter().map(|found| (found.name.as_str(), found.text.as_str())).collect();
    assert_eq!(
        found,
        [("src/store/a.rs ONE", "SELECT \"b\" FROM t"), ("src/store/a.rs TWO", "SELECT a FROM t WHERE a = $1")]
    );
}

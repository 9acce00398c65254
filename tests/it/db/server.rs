//! The `PostgreSQL` server of the tests: a given one, or a private one for this process.
//!
//! The private server lives in a directory of its own, listens on a socket in there and nowhere else, and does not sync to
//! disk. It refuses to run as root, so under root it runs as `postgres` or `nobody`. It is started through a small shell
//! that waits at the other end of a pipe: when this process ends, in whatever way, the pipe closes and the shell stops the
//! server and removes the directory.

use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

use loa::store::Store;
use sqlx::{Connection as _, Executor as _, PgConnection};

use crate::db::{runtime, unique, variable};

/// A server on which databases can be made.
pub struct Server {
    url: String,
    template: Option<&'static str>,
    // Holds the pipe whose closing stops the private server.
    _watcher: Option<Child>,
}

/// The server of this process, started when first asked for; none where there is none to be had.
///
/// # Panics
/// When the programs are there and the server does not start.
pub fn shared() -> Option<&'static Server> {
    static SERVER: OnceLock<Result<Option<Server>, String>> = OnceLock::new();
    let found = SERVER.get_or_init(|| {
        if let Some(url) = variable("LOA_TEST_POSTGRES_URL") {
            return Ok(Some(Server { url, template: None, _watcher: None }));
        }
        let programs = Programs::find();
        programs.map(|programs| start(&programs)).transpose()
    });
    match found {
        Ok(server) => server.as_ref(),
        Err(reason) => panic!("the private PostgreSQL server did not start: {reason}"),
    }
}

impl Server {
    /// Where a database of this server is.
    pub fn url(&self, database: &str) -> String {
        with_database(&self.url, database)
    }

    /// Makes a database; on the private server it has the schema already.
    pub async fn create(&self, database: &str) {
        let template = self.template.map_or_else(String::new, |name| format!(" TEMPLATE {name}"));
        self.command(format!("CREATE DATABASE {database}{template}")).await;
    }

    /// Removes a database, whoever is still connected to it. On the private server it stays until the server goes: removing one
    /// writes out what is unwritten of all others.
    pub async fn drop(&self, database: &str) {
        if self.template.is_some() {
            return;
        }
        self.command(format!("DROP DATABASE {database} WITH (FORCE)")).await;
    }

    async fn command(&self, statement: String) {
        let mut connection = PgConnection::connect(&self.url).await.expect("the test server answers");
        connection.execute(sqlx::AssertSqlSafe(statement)).await.expect("the test user may make databases");
        connection.close().await.expect("the connection closes");
    }
}

/// Puts another database name into a URL; everything else stays.
fn with_database(url: &str, database: &str) -> String {
    let (address, parameters) = url.split_once('?').unwrap_or((url, ""));
    let host_at = address.find("://").map_or(0, |at| at + 3);
    let host_end = address[host_at..].find('/').map_or(address.len(), |at| host_at + at);
    let mark = if parameters.is_empty() { "" } else { "?" };
    format!("{}/{database}{mark}{parameters}", &address[..host_end])
}

struct Programs {
    initdb: PathBuf,
    postgres: PathBuf,
}

impl Programs {
    /// Both from one directory: on the path, or where distributions keep the versions (the newest wins).
    fn find() -> Option<Self> {
        let path = variable("PATH").unwrap_or_default();
        let mut versions: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
            .into_iter()
            .flatten()
            .filter_map(|entry| Some(entry.ok()?.path().join("bin")))
            .collect();
        versions.sort();
        versions.reverse();
        std::env::split_paths(&path)
            .chain(versions)
            .map(|directory| Self { initdb: directory.join("initdb"), postgres: directory.join("postgres") })
            .find(|programs| programs.initdb.is_file() && programs.postgres.is_file())
    }
}

/// The user and group that the server runs as.
#[derive(Clone, Copy)]
struct Account {
    user: u32,
    group: u32,
}

/// Under root, somebody else who is in the list of users; otherwise who we are, `None`.
fn account(directory: &Path) -> Result<Option<Account>, String> {
    let owner = std::fs::metadata(directory).map_err(text)?.uid();
    if owner != 0 {
        return Ok(None);
    }
    let users = std::fs::read_to_string("/etc/passwd").map_err(text)?;
    let known = |name: &str| {
        let line: Vec<&str> =
            users.lines().map(|line| line.split(':').collect()).find(|line: &Vec<&str>| line[0] == name)?;
        Some(Account { user: line.get(2)?.parse().ok()?, group: line.get(3)?.parse().ok()? })
    };
    known("postgres")
        .or_else(|| known("nobody"))
        .map(Some)
        .ok_or_else(|| "root has no other user to run it as".to_owned())
}

fn start(programs: &Programs) -> Result<Server, String> {
    let directory = super::scratch().join(format!("loa-postgres-{}", unique()));
    std::fs::create_dir(&directory).map_err(text)?;
    let started = launch(programs, &directory).and_then(|watcher| template(&directory, watcher));
    if started.is_err() {
        let _ = std::fs::remove_dir_all(&directory);
    }
    started
}

fn launch(programs: &Programs, directory: &Path) -> Result<Child, String> {
    std::fs::set_permissions(directory, std::fs::Permissions::from_mode(0o700)).map_err(text)?;
    let account = account(directory)?;
    if let Some(account) = account {
        chown(directory, Some(account.user), Some(account.group)).map_err(text)?;
    }
    let data = directory.join("data");
    let made = as_account(&programs.initdb, account, directory)
        .args(["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync", "--pgdata"])
        .arg(&data)
        .output()
        .map_err(text)?;
    if !made.status.success() {
        return Err(String::from_utf8_lossy(&made.stderr).into_owned());
    }
    let mut watcher = watched(programs, account, directory, &data).spawn().map_err(text)?;
    wait_until_ready(&mut watcher)?;
    Ok(watcher)
}

/// The shell keeps its error output away from the server's: the end of that stream is then the end of the server.
const WATCH: &str = r#"directory=$1; shift; "$@" & server=$!; exec 2>/dev/null; cat >/dev/null
kill -INT "$server"; wait "$server"; rm -rf "$directory""#;

fn watched(programs: &Programs, account: Option<Account>, directory: &Path, data: &Path) -> Command {
    let mut command = as_account(Path::new("/bin/sh"), account, directory);
    command
        .args(["-c", WATCH, "watch"])
        .arg(directory)
        .arg(&programs.postgres)
        .arg("-D")
        .arg(data)
        .arg("-k")
        .arg(directory);
    let settings = [
        "listen_addresses=",
        "fsync=off",
        "synchronous_commit=off",
        "full_page_writes=off",
        "autovacuum=off",
        // Every core is busy with a test of its own.
        "max_parallel_maintenance_workers=0",
        // Nothing is ever restored here.
        "wal_level=minimal",
        "max_wal_senders=0",
        "max_connections=500",
    ];
    for setting in settings {
        command.args(["-c", setting]);
    }
    // In a group of its own: a Ctrl-C is for the tests, and the shell must outlive it to clean up.
    command.process_group(0).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
    command
}

fn as_account(program: &Path, account: Option<Account>, directory: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir(directory);
    if let Some(account) = account {
        command.uid(account.user).gid(account.group);
    }
    command
}

/// Reads the server's log up to the line that says so, and then on, so that its pipe never fills.
fn wait_until_ready(watcher: &mut Child) -> Result<(), String> {
    let log = watcher.stderr.take().ok_or("the server has no log")?;
    let mut lines = BufReader::new(log).lines().map_while(Result::ok);
    let mut seen = Vec::new();
    for line in lines.by_ref() {
        if line.contains("ready to accept connections") {
            std::thread::spawn(move || lines.for_each(drop));
            return Ok(());
        }
        seen.push(line);
    }
    Err(seen.join("\n"))
}

/// Migrates one database, of which every test's own is a copy.
fn template(directory: &Path, watcher: Child) -> Result<Server, String> {
    const TEMPLATE: &str = "loa_template";
    let url = format!("postgres://postgres@localhost/postgres?host={}", directory.display());
    let mut server = Server { url, template: None, _watcher: Some(watcher) };
    runtime().block_on(async {
        server.create(TEMPLATE).await;
        let store = Store::open(&server.url(TEMPLATE)).await.map_err(text)?;
        store.close().await;
        Ok::<(), String>(())
    })?;
    server.template = Some(TEMPLATE);
    Ok(server)
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}

#[test]
fn only_the_database_of_a_url_is_replaced() {
    assert_eq!(with_database("postgres://u:p@h:5432/old?sslmode=off", "new"), "postgres://u:p@h:5432/new?sslmode=off");
    assert_eq!(with_database("postgres://h", "new"), "postgres://h/new");
}

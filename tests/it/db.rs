//! Tests on a database, each from one `async fn(Store)`:
//!
//! ```ignore
//! store_tests!(a_vacant_seat_has_no_holder);
//!
//! async fn a_vacant_seat_has_no_holder(store: Store) { … }
//! ```
//!
//! * `store_tests!`: what the store promises, on `SQLite` and on `PostgreSQL`.
//! * `story_tests!`: whole stories on both, one of each kind. What they pass through is the same on both databases.
//! * `sqlite_tests!`: everything else, on `SQLite`. That each statement means something to `PostgreSQL` too is not their business.
//!
//! * `SQLite`: a file of its own per test, copied from one that was migrated once.
//! * `PostgreSQL`: a database of its own per test, on the server of `LOA_TEST_POSTGRES_URL`, else on a private one that
//!   this process starts ([`server`]). Where neither can be had the test says so by name and passes; with
//!   `LOA_REQUIRE_POSTGRES=1`, as in CI, that is a failure.

use std::future::Future;
use std::io::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use loa::store::Store;

mod server;

/// Makes `NAME::sqlite` and `NAME::postgres` out of each `async fn NAME(store: Store)`.
macro_rules! store_tests {
    ($($name:ident),+ $(,)?) => {
        $(mod $name {
            #[test]
            fn sqlite() {
                $crate::db::on_sqlite(super::$name);
            }

            #[test]
            fn postgres() {
                $crate::db::on_postgres(stringify!($name), super::$name);
            }
        })+
    };
}
pub(crate) use store_tests;

/// Whole stories that run on both databases: one of each kind.
macro_rules! story_tests {
    ($($name:ident),+ $(,)?) => {
        $crate::db::store_tests!($($name),+);
    };
}
pub(crate) use story_tests;

/// Makes `NAME::sqlite` out of each `async fn NAME(store: Store)`.
macro_rules! sqlite_tests {
    ($($name:ident),+ $(,)?) => {
        $(mod $name {
            #[test]
            fn sqlite() {
                $crate::db::on_sqlite(super::$name);
            }
        })+
    };
}
pub(crate) use sqlite_tests;

/// Runs a test on a fresh `SQLite` file.
pub fn on_sqlite<Test, Running>(test: Test)
where
    Test: FnOnce(Store) -> Running + Send,
    Running: Future<Output = ()>,
{
    let file = SqliteFile::migrated();
    run(&file.url(), test);
}

/// Runs a test on a fresh `PostgreSQL` database, or says that it was skipped.
pub fn on_postgres<Test, Running>(name: &str, test: Test)
where
    Test: FnOnce(Store) -> Running + Send,
    Running: Future<Output = ()>,
{
    let Some(server) = server::shared() else {
        assert!(
            variable("LOA_REQUIRE_POSTGRES").is_none(),
            "{name} needs PostgreSQL: neither LOA_TEST_POSTGRES_URL nor initdb was found"
        );
        // Past the capture of the harness: a skipped half must be seen in a run that passes.
        let _ =
            writeln!(std::io::stderr(), "skipped {name}::postgres: neither LOA_TEST_POSTGRES_URL nor initdb was found");
        return;
    };
    let database = format!("loa_test_{}", unique());
    runtime().block_on(server.create(&database));
    let outcome = catch_unwind(AssertUnwindSafe(|| run(&server.url(&database), test)));
    runtime().block_on(server.drop(&database));
    if let Err(panic) = outcome {
        resume_unwind(panic);
    }
}

/// A test does one thing after the other. One connection more than it holds at a time: what was let go comes back by itself.
const CONNECTIONS: u32 = 3;

/// What a test needs of its stack: the steps of a whole service lie in each other on it, and a debug build takes its room.
const STACK: usize = 16 << 20;

fn run<Test, Running>(url: &str, test: Test)
where
    Test: FnOnce(Store) -> Running + Send,
    Running: Future<Output = ()>,
{
    let running = || {
        runtime().block_on(async {
            let store = Store::open_with(url, CONNECTIONS).await.expect("the database opens");
            test(store.clone()).await;
            store.close().await;
        });
    };
    std::thread::scope(|scope| {
        let name = std::thread::current().name().unwrap_or("test").to_owned();
        let thread = std::thread::Builder::new().name(name).stack_size(STACK).spawn_scoped(scope, running);
        if let Err(panic) = thread.expect("a thread starts").join() {
            resume_unwind(panic);
        }
    });
}

/// Where databases of tests lie: in memory, where the machine has a folder for that with room, so that no test waits for a disk
/// that others are busy with. What survives a killed process survives there too.
fn scratch() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let memory = Path::new("/dev/shm");
        if free_kilobytes(memory) >= ROOM_KILOBYTES { memory.to_path_buf() } else { std::env::temp_dir() }
    })
}

/// Room that the databases of one run never need: those on `SQLite` are gone with their test, those on `PostgreSQL`, some ten
/// megabytes each, with the run.
const ROOM_KILOBYTES: u64 = 4_000_000;

/// What `df` says is free in a folder; nothing when there is none.
fn free_kilobytes(folder: &Path) -> u64 {
    let asked = std::process::Command::new("df").args(["-k", "--output=avail"]).arg(folder).output();
    let said = asked.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    said.lines().last().and_then(|line| line.trim().parse().ok()).unwrap_or(0)
}

/// A `SQLite` file that is removed when the test is over, however it ended.
pub struct SqliteFile {
    path: PathBuf,
}

impl SqliteFile {
    /// A path where nothing is yet.
    pub fn absent() -> Self {
        Self { path: scratch().join(format!("loa-test-{}.db", unique())) }
    }

    /// A file with the schema in it, as if just migrated.
    pub fn migrated() -> Self {
        static TEMPLATE: OnceLock<Vec<u8>> = OnceLock::new();
        let file = Self::absent();
        let content = TEMPLATE.get_or_init(|| {
            let template = Self::absent();
            runtime().block_on(async { Store::open(&template.url()).await.expect("migrations run").close().await });
            std::fs::read(&template.path).expect("the template can be read")
        });
        std::fs::write(&file.path, content).expect("the temporary directory can be written to");
        file
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What `Store::open` takes.
    pub fn url(&self) -> String {
        format!("sqlite:{}", self.path.display())
    }
}

impl Drop for SqliteFile {
    fn drop(&mut self) {
        for suffix in ["", "-wal", "-shm"] {
            let mut path = self.path.clone().into_os_string();
            path.push(suffix);
            let _ = std::fs::remove_file(path);
        }
    }
}

/// A runtime for one test.
pub fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime starts")
}

/// A word that no other test of this or of another process uses at the same time.
pub fn unique() -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    format!("{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::SeqCst))
}

/// An environment variable that is set and not empty.
#[expect(clippy::disallowed_methods, reason = "tests have no configuration file")]
pub fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

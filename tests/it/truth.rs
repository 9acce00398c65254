//! What is done to a database under a running service: it is noticed, said, and the service ends; the next start begins nothing new.

use std::fs::{self, OpenOptions};
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

use loa::id::SeededEntropy;
use loa::store::Store;
use loa::store::truth::Imprint;
use loa::usecase::{Act, Via};

use crate::db::{SqliteFile, runtime, store_tests, unique};
use crate::fixture::{AT, COMMUNE, house, village};
use crate::service::{Process, Service, eventually, health_says};
use crate::starting::listen;

store_tests!(a_database_is_known_again_by_its_commune_and_its_last_act);

async fn a_database_is_known_again_by_its_commune_and_its_last_act(store: Store) {
    let (mut tx, entropy) = (village(&store).await, SeededEntropy::new(1));
    let act = Act {
        commune_id: COMMUNE.to_owned(),
        person_id: None,
        via: Via::Engine,
        at: AT,
        wall: AT,
        entropy: entropy.as_ref(),
        house: house(),
        unconfirmed: false,
    };
    let empty = tx.imprint().await.unwrap();
    assert!(tx.still_has(&empty).await.unwrap() && empty.entries == 0 && !empty.commune.is_empty());
    tx.audit(&act, "test.done", "-", "-").await.unwrap();
    tx.seal_audit().await.unwrap();
    let sealed = tx.imprint().await.unwrap();
    assert!(sealed.entries > 0 && tx.still_has(&sealed).await.unwrap());
    for other in [Imprint { entries: sealed.entries + 1, ..sealed.clone() }, Imprint { head: empty.head, ..sealed }] {
        assert!(!tx.still_has(&other).await.unwrap(), "{other:?}");
    }
}

/// What somebody does to a file, of which an older copy is there.
type Harm = fn(&Path, &[u8]);

/// What is done, and what the service says of it.
const HARMS: [(&str, Harm, &[&str]); 7] = [
    ("deleted", |path, _| fs::remove_file(path).unwrap(), &["was deleted"]),
    ("replaced", replace, &["was replaced"]),
    ("its head overwritten", |path, _| overwrite(path, 0, 1), &["is damaged"]),
    ("its middle overwritten", |path, _| overwrite(path, middle(path), 40), &["is damaged"]),
    ("cut in half", |path, _| cut(path), &["was cut short", "is damaged"]),
    ("its log deleted", |path, _| fs::remove_file(with(path, "-wal")).unwrap(), &["the log of the database"]),
    // What had been written since may make nonsense of what is there now.
    ("an older copy put over it", put_over, &["an older copy", "is damaged"]),
];

/// Bytes of a page.
const PAGE: u64 = 4096;

fn with(path: &Path, ending: &str) -> PathBuf {
    PathBuf::from(format!("{}{ending}", path.display()))
}

fn replace(path: &Path, older: &[u8]) {
    fs::write(with(path, "-other"), older).unwrap();
    fs::rename(with(path, "-other"), path).unwrap();
}

fn put_over(path: &Path, older: &[u8]) {
    fs::write(path, older).unwrap();
}

fn middle(path: &Path) -> u64 {
    fs::metadata(path).unwrap().len() / PAGE / 2
}

fn overwrite(path: &Path, page: u64, pages: usize) {
    let file = OpenOptions::new().write(true).open(path).unwrap();
    file.write_all_at(&[0x5A_u8; 4096].repeat(pages), page * PAGE).unwrap();
}

fn cut(path: &Path) {
    OpenOptions::new().write(true).open(path).unwrap().set_len(middle(path) * PAGE).unwrap();
}

/// A service whose database is about to be harmed.
struct Victim {
    file: SqliteFile,
    /// What the file held before its last acts.
    older: Vec<u8>,
    service: Service,
    address: String,
    log: PathBuf,
    child: Process,
}

impl Victim {
    async fn start() -> Self {
        let file = SqliteFile::migrated();
        let service = Service::prepare(&file.url()).await;
        let address = listen(&service, "").await;
        service.store.close().await;
        let older = fs::read(file.path()).unwrap();
        let store = Store::open(&file.url()).await.unwrap();
        let mut tx = store.begin().await.unwrap();
        let commune = tx.commune().await.unwrap().unwrap().id;
        tx.audit(&service.core.act(&commune), "test.done", "-", "-").await.unwrap();
        assert!(tx.seal_audit().await.unwrap() > 1);
        tx.commit().await.unwrap();
        store.close().await;
        let log = std::env::temp_dir().join(format!("loa-truth-{}.log", unique()));
        let child = service.spawn("error", fs::File::create(&log).unwrap().into());
        Self { file, older, service, address, log, child }
    }

    /// Folds the log into the file: what is done to the file alone then counts.
    async fn fold(&self) {
        let store = Store::connect(&self.file.url()).await.unwrap();
        let Store::Sqlite(pool) = &store else { panic!("it is SQLite") };
        sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(pool).await.unwrap();
        store.close().await;
    }

    async fn end(mut self, harm: &str, sentences: &[&str]) {
        let mut code = None;
        eventually(harm, async || {
            code = self.child.try_wait().unwrap();
            code.is_some()
        })
        .await;
        let said = fs::read_to_string(&self.log).unwrap();
        assert_eq!(code.unwrap().code(), Some(1), "{harm}: {said}");
        assert!(sentences.iter().any(|sentence| said.contains(sentence)), "{harm}: {said}");
        assert!(said.contains("put the right file in its place"), "{harm}: {said}");
        fs::remove_file(&self.log).unwrap();
        fs::remove_file(&self.service.settings).unwrap();
        self.service.sandbox.stop().await;
    }
}

#[test]
fn a_database_that_is_harmed_under_the_service_ends_it_with_a_sentence() {
    runtime().block_on(async {
        let mut victims = Vec::new();
        for _ in HARMS {
            victims.push(Victim::start().await);
        }
        for victim in &victims {
            eventually("the service is well", async || health_says(&victim.address, "\"database\":").await).await;
            victim.fold().await;
        }
        for (victim, (_, harm, _)) in victims.iter().zip(HARMS) {
            harm(victim.file.path(), &victim.older);
        }
        for (victim, (what, _, sentences)) in victims.into_iter().zip(HARMS) {
            victim.end(what, sentences).await;
        }
    });
}

#[test]
fn a_service_begins_no_database_where_one_should_be() {
    let file = SqliteFile::migrated();
    runtime().block_on(async {
        let service = Service::prepare(&file.url()).await;
        service.store.close().await;
        fs::remove_file(file.path()).unwrap();
        let log = std::env::temp_dir().join(format!("loa-truth-{}.log", unique()));
        let mut child = service.spawn("error", fs::File::create(&log).unwrap().into());
        assert_eq!(child.wait().unwrap().code(), Some(1));
        let said = fs::read_to_string(&log).unwrap();
        assert!(said.contains("there is no database at") && !file.path().exists(), "{said}");
        fs::remove_file(&log).unwrap();
        fs::remove_file(&service.settings).unwrap();
        service.sandbox.stop().await;
    });
}

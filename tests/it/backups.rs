//! Backups by the clock: one a night, so many kept, and the admins told when none can be made.

use std::path::{Path, PathBuf};

use loa::app::backup::Workshop;
use loa::app::backup::schedule::Schedule;
use loa::config::Settings;
use loa::demo::places::Network;
use loa::domain::calendar::Millis;
use loa::id::SeededEntropy;
use loa::store::Store;

use crate::db::{sqlite_tests, unique};
use crate::stage::{Stage, at};

sqlite_tests!(
    one_is_made_a_night_and_the_older_ones_go,
    who_cannot_make_one_tells_the_admins_once_and_again_when_it_is_old,
);

/// A service from Sunday evening on, its schedule, and the folder of its backups.
async fn evening(store: Store) -> (Stage, Schedule, PathBuf) {
    let Store::Sqlite(pool) = &store else { panic!("a file is SQLite") };
    let url = format!("sqlite:{}", pool.connect_options().get_filename().display());
    let mut stage = Stage::on(&[Network::Telegram]).at(at(2025, 7, 27, 22, 0)).start(store).await;
    stage.settle().await;
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("backups-{}", unique()));
    let own = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    let variables = [
        ("LOA__DATABASE__URL", url),
        ("LOA__BACKUP__KEEP", "2".to_owned()),
        ("LOA__BACKUP__FOLDER", own("sealed")),
        ("LOA__BACKUP__KEY_FILE", own("key")),
    ];
    let variables = variables.map(|(name, value)| (name.to_owned(), value));
    let settings = Settings::load_for_command(None, variables.into_iter()).unwrap();
    std::fs::create_dir_all(&folder).unwrap();
    let workshop = Workshop::new(&settings, None, stage.core.clocks.clone(), SeededEntropy::new(5)).unwrap();
    let schedule = Schedule::new(&settings.backup, workshop, stage.now()).unwrap();
    (stage, schedule, folder)
}

/// Looks every ten minutes until a time; gives when backups were made, and how often that failed.
async fn look_until(stage: &Stage, schedule: &Schedule, until: Millis) -> (Vec<Millis>, usize) {
    let (mut made, mut failed) = (Vec::new(), 0);
    while stage.now() < until {
        stage.clock.set(Millis(stage.now().0 + 600_000));
        match schedule.look(&stage.core).await {
            Ok(true) => made.push(stage.now()),
            Ok(false) => {}
            Err(_) => failed += 1,
        }
    }
    (made, failed)
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

async fn stop(stage: Stage, folder: &Path) {
    std::fs::remove_dir_all(folder).unwrap();
    stage.stop().await;
}

async fn one_is_made_a_night_and_the_older_ones_go(store: Store) {
    let (mut stage, schedule, folder) = evening(store).await;
    assert!(stage.say("quan", "/suckhoe").await.contains("Chưa có bản sao lưu nào"));
    let (first, _) = look_until(&stage, &schedule, at(2025, 7, 27, 23, 0)).await;
    assert_eq!(first, [at(2025, 7, 27, 22, 20)]);
    let sealed = folder.join("sealed");
    // Of one that was cut, and of somebody else.
    std::fs::write(sealed.join("loa-2025-07-27T221000.backup.part"), "cut").unwrap();
    std::fs::write(sealed.join("loa.backup"), "by hand").unwrap();
    // The first one is so young in the first night that none is due.
    let (nights, failed) = look_until(&stage, &schedule, at(2025, 7, 30, 12, 0)).await;
    assert_eq!((nights, failed), ([29, 30].map(|day| at(2025, 7, day, 2, 0)).to_vec(), 0));
    assert_eq!(names(&sealed), ["loa-2025-07-29T020000.backup", "loa-2025-07-30T020000.backup", "loa.backup"]);
    assert_eq!(stage.rows("SELECT COUNT(*) FROM backups WHERE gone_at IS NULL").await, 2);
    let health = stage.say("quan", "/suckhoe").await;
    assert!(health.contains("02:00 thứ Tư, 30/7/2025 (10 giờ trước)"), "{health}");
    stop(stage, &folder).await;
}

async fn who_cannot_make_one_tells_the_admins_once_and_again_when_it_is_old(store: Store) {
    let (mut stage, schedule, folder) = evening(store).await;
    look_until(&stage, &schedule, at(2025, 7, 27, 22, 30)).await;
    let sealed = folder.join("sealed");
    std::fs::rename(&sealed, folder.join("taken")).unwrap();
    std::fs::write(&sealed, "a disk that is gone").unwrap();
    stage.clock.set(at(2025, 7, 29, 1, 50));
    let (made, failed) = look_until(&stage, &schedule, at(2025, 7, 29, 2, 20)).await;
    assert!(made.is_empty() && failed > 1, "{made:?} {failed}");
    stage.settle().await;
    assert_eq!(stage.incidents().await, ["backup_failed"]);
    let told = |stage: &Stage, words: &str| stage.private_chat("quan").matches(words).count();
    assert_eq!(told(&stage, "Không sao lưu được"), 1);
    stage.clock.set(at(2025, 7, 29, 22, 30));
    look_until(&stage, &schedule, at(2025, 7, 29, 22, 50)).await;
    stage.settle().await;
    assert_eq!(stage.incidents().await, ["backup_failed", "backup_old"]);
    assert_eq!((told(&stage, "Không sao lưu được"), told(&stage, "đã quá cũ")), (1, 1));
    let health = stage.say("quan", "/suckhoe").await;
    assert!(health.contains("Sao lưu: không sao lưu được"), "{health}");
    std::fs::remove_file(&sealed).unwrap();
    std::fs::rename(folder.join("taken"), &sealed).unwrap();
    let (made, _) = look_until(&stage, &schedule, at(2025, 7, 29, 23, 0)).await;
    assert_eq!((made.len(), stage.incidents().await), (1, Vec::new()));
    assert_eq!(names(&sealed).len(), 2);
    stop(stage, &folder).await;
}

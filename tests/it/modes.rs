//! Rights of what lies on the disk: what is made is its owner's alone, what was left open is closed, and where others can write nothing is
//! begun.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use loa::app::role_lock;

use crate::db::{runtime, unique};
use crate::service::{Process, Service, eventually, health_says};
use crate::starting::listen;

const LOA: &str = env!("CARGO_BIN_EXE_loa");

/// A folder of a test, gone with it.
struct Place(PathBuf);

impl Place {
    fn new() -> Self {
        let place = Self(std::env::temp_dir().join(format!("loa-modes-{}", unique())));
        loa::app::private::folder(&place.0).unwrap();
        place
    }

    fn database(&self) -> PathBuf {
        self.0.join("data/loa.db")
    }

    fn url(&self) -> String {
        format!("sqlite:{}", self.database().display())
    }

    /// Makes the database with a command of the shell, as somebody who forbids others nothing.
    fn made(self) -> Self {
        let done = careless(&["db", "migrate", "--database", &self.url()]).output().unwrap();
        assert!(done.status.success(), "{}", said(&done));
        self
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// The program, started by somebody whose files are everybody's.
fn careless(args: &[&str]) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", "umask 000; exec \"$@\"", "sh", LOA]).args(args);
    command.stdin(Stdio::null());
    command
}

fn said(done: &Output) -> String {
    String::from_utf8_lossy(&done.stderr).into_owned()
}

/// What lies in a folder, with its rights; the folder itself first.
fn rights(folder: &Path) -> Vec<(String, u32)> {
    let mode = |path: &Path| fs::metadata(path).unwrap().mode() & 0o7777;
    let inside = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut found: Vec<_> =
        inside.map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), mode(&path))).collect();
    found.push((".".to_owned(), mode(folder)));
    found.sort();
    found
}

fn set(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

#[test]
fn what_the_service_makes_or_finds_open_is_for_its_owner_alone() {
    let place = Place::new().made();
    let data = place.0.join("data");
    assert_eq!(rights(&data), [(".".to_owned(), 0o700), ("loa.db".to_owned(), 0o600)]);
    runtime().block_on(async {
        let service = Service::prepare(&place.url()).await;
        let address = listen(&service, "").await;
        // As an older version left them.
        fs::write(data.join("loa.engine-lock"), "").unwrap();
        for open in ["loa.db", "loa.db-wal", "loa.engine-lock"] {
            set(&data.join(open), 0o666);
        }
        let mut command = careless(&["serve", "--config", service.settings.to_str().unwrap()]);
        let child = Process(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap());
        eventually("the service is well", async || health_says(&address, "\"status\":\"ok\"").await).await;
        let found = rights(&data);
        assert!(found.len() >= 4 && found[1..].iter().all(|(_, mode)| *mode == 0o600), "{found:?}");
        drop(child);
        fs::remove_file(&service.settings).unwrap();
        service.store.close().await;
        service.sandbox.stop().await;
    });
}

#[test]
fn a_folder_that_others_can_write_is_refused_with_the_cure() {
    let place = Place::new().made();
    let data = place.0.join("data");
    set(&data, 0o777);
    for command in [&["db", "check"][..], &["stats"], &["serve", "--config", settings(&place).to_str().unwrap()]] {
        let done = Command::new(LOA).args(command).env("LOA__DATABASE__URL", place.url()).output().unwrap();
        let cure = format!("chmod 700 {}", data.display());
        assert!(done.status.code() == Some(1) && said(&done).contains(&cure), "{command:?}: {}", said(&done));
    }
    set(&data, 0o755);
    let done = Command::new(LOA).args(["db", "check"]).env("LOA__DATABASE__URL", place.url()).output().unwrap();
    let report = String::from_utf8_lossy(&done.stdout);
    assert!(done.status.success() && report.contains("warning: others can look into"), "{report}");
}

/// Settings with which a service gets as far as its database.
fn settings(place: &Place) -> PathBuf {
    let path = place.0.join("loa.toml");
    fs::write(&path, "[gateways.telegram]\nplatform = \"telegram\"\ntoken = \"1:a\"\nenabled_reason = \"thử\"\n")
        .unwrap();
    set(&path, 0o600);
    path
}

/// Who may do nothing special (Linux, `nobody`).
const NOBODY: u32 = 65_534;

#[test]
fn another_user_cannot_hold_the_lock() {
    let place = Place::new().made();
    // The way there is open: only the lock's own rights keep others out.
    set(&place.0, 0o755);
    set(&place.0.join("data"), 0o755);
    let lock = place.0.join("data/loa.engine-lock");
    fs::write(&lock, "").unwrap();
    set(&lock, 0o666);
    drop(role_lock::take(&place.url()).unwrap());
    assert_eq!(fs::metadata(&lock).unwrap().mode() & 0o7777, 0o600);
    // Only root can become somebody else.
    if fs::metadata(&lock).unwrap().uid() != 0 {
        return;
    }
    let other = NOBODY.to_string();
    let done = Command::new("setpriv")
        .args(["--reuid", &other, "--regid", &other, "--clear-groups", "flock", "-n"])
        .arg(&lock)
        .arg("true")
        .output()
        .unwrap();
    assert!(!done.status.success() && said(&done).contains("Permission denied"), "{}", said(&done));
    // Root gives the lock to whoever the database belongs to.
    std::os::unix::fs::chown(&lock, Some(NOBODY), None).unwrap();
    drop(role_lock::take(&place.url()).unwrap());
    assert_eq!(fs::metadata(&lock).unwrap().uid(), 0);
    fs::remove_file(&lock).unwrap();
    std::os::unix::fs::chown(place.database(), Some(NOBODY), None).unwrap();
    drop(role_lock::take(&place.url()).unwrap());
    assert_eq!(fs::metadata(&lock).unwrap().uid(), NOBODY);
    std::os::unix::fs::chown(place.0.join("data"), Some(NOBODY - 1), None).unwrap();
    let warned = loa::app::private::check_database(&place.database()).unwrap().warnings;
    assert!(warned.iter().any(|said| said.contains("belongs to another user than")), "{warned:?}");
}

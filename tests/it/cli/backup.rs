//! Backups: taken beside the database, sealed, found out when anything was done to them, and opened to the same rows.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::Place;

/// Words of a bulletin, as they lie in the database.
const WORDS: &str = "Ra quân sáng thứ Bảy";

/// A commune with a bulletin, and a backup of it.
struct Kept {
    place: Place,
    archive: PathBuf,
}

impl Kept {
    fn new() -> Self {
        let place = Place::with_commune();
        place.create(&["--send", "now", "--not-secret"]).succeeded();
        place.seal();
        let archive = place.folder.join("loa.backup");
        let said = place.loa(&["backup", "--to", archive.to_str().unwrap()]).succeeded();
        assert!(said.contains("keep a copy of"), "{said}");
        Self { place, archive }
    }

    fn verify(&self, bytes: &[u8]) -> super::Done {
        let changed = self.place.file("changed.backup", bytes);
        self.place.loa(&["backup", "verify", &changed])
    }

    /// The URL of another database, and the command that takes it from the backup.
    fn restored(&self, name: &str) -> (String, Vec<String>) {
        let url = format!("sqlite:{}", self.place.folder.join(name).display());
        let words = ["--database", &url, "restore", self.archive.to_str().unwrap(), "--key"];
        let key = self.beside("backup-key").to_str().unwrap().to_owned();
        let command = words.iter().map(ToString::to_string).chain([key]).collect();
        (url, command)
    }

    fn bytes(&self) -> Vec<u8> {
        std::fs::read(&self.archive).unwrap()
    }

    fn beside(&self, ending: &str) -> PathBuf {
        self.place.database.path().with_extension(ending)
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        for ending in ["backup-key", "backup-lock"] {
            let _ = std::fs::remove_file(self.beside(ending));
        }
    }
}

fn holds(bytes: &[u8], words: &str) -> bool {
    bytes.windows(words.len()).any(|window| window == words.as_bytes())
}

#[test]
fn a_restore_gives_the_same_rows_and_the_same_chain_and_overwrites_nothing() {
    let kept = Kept::new();
    let archive = kept.archive.to_str().unwrap();
    let (url, restore) = kept.restored("copy.db");
    let restore: Vec<&str> = restore.iter().map(String::as_str).collect();
    kept.place.loa(&restore).succeeded();
    for command in [&["org", "show", "--json"][..], &["stats", "--json"]] {
        let mut there = kept.place.loa(&[&["--database", &url][..], command].concat()).json();
        let here = kept.place.loa(command).json();
        if let Some(incidents) = there.get_mut("incidents").map(Value::take) {
            assert_eq!(incidents[0]["kind"], "restored");
            (there["incidents"], there["open_incidents"]) = (here["incidents"].clone(), 0.into());
        }
        assert_eq!(there, here, "{command:?}");
    }
    let chain = |database: &[&str]| kept.place.loa(&[database, &["audit", "verify", "--json"]].concat()).json();
    assert_eq!(chain(&["--database", &url])["head"], chain(&[])["head"]);
    kept.place.loa(&["--database", &url, "db", "check"]).succeeded();
    let before = kept.bytes();
    for again in [&["backup", "--to", archive][..], &restore] {
        let refused = kept.place.loa(again);
        assert_eq!(refused.code, Some(1));
        assert!(refused.err.contains("nothing is overwritten"), "{}", refused.err);
    }
    assert!(before == kept.bytes());
}

#[test]
fn whatever_was_done_to_a_backup_is_found() {
    let kept = Kept::new();
    let whole = kept.bytes();
    assert_eq!(kept.verify(&whole).code, Some(0));
    // The first record's length stands behind the head of 11 bytes and the salt of 16.
    let first = usize::try_from(u32::from_be_bytes(whole[27..31].try_into().unwrap())).unwrap();
    let second = 31 + first;
    assert!(whole.len() > second + (300 << 10), "the copy fits into one record: {}", whole.len());
    for at in [0, 12, 28, 60, second + 3, second + 100, whole.len() - 1] {
        let mut changed = whole.clone();
        changed[at] ^= 1;
        assert_eq!(kept.verify(&changed).code, Some(1), "byte {at}");
    }
    let third = second + 4 + (256 << 10) + 29;
    for end in [20, second, third, whole.len() - 1] {
        assert_eq!(kept.verify(&whole[..end]).code, Some(1), "cut at {end}");
    }
    let longer = [&whole[..], &whole[27..second]].concat();
    assert_eq!(kept.verify(&longer).code, Some(1), "something was put behind it");
}

#[test]
fn the_wrong_key_opens_nothing_and_none_is_made() {
    let kept = Kept::new();
    let archive = kept.archive.to_str().unwrap();
    let other = kept.place.file("other.key", "ab".repeat(32).as_bytes());
    let missing = kept.place.folder.join("missing.key");
    let url = format!("sqlite:{}", kept.place.folder.join("never.db").display());
    for (key, reason) in [(Path::new(&other), "the key is another one"), (missing.as_path(), "there is no key at")] {
        let key = key.to_str().unwrap();
        let refused = kept.place.loa(&["--database", &url, "restore", archive, "--key", key]);
        assert_eq!(refused.code, Some(1));
        assert!(refused.err.contains(reason), "{}", refused.err);
    }
    let server = kept.place.loa(&["--database", "postgres://nobody@127.0.0.1:9/none", "backup"]).refused();
    assert!(server.contains("set backup.key_file"), "{server}");
    let left: Vec<_> = std::fs::read_dir(&kept.place.folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    let made = |name: &std::ffi::OsString| ["never.db", "never.backup-plain"].iter().any(|made| name == made);
    assert!(!missing.exists() && !left.iter().any(made), "{left:?}");
}

#[test]
fn no_word_of_a_bulletin_stands_in_a_backup_or_is_left_beside_it() {
    let kept = Kept::new();
    assert!(holds(&std::fs::read(kept.place.database.path()).unwrap(), WORDS), "the words are looked for wrongly");
    assert!(!holds(&kept.bytes(), WORDS));
    // Left by a backup that was killed.
    let left = kept.beside("backup-plain");
    std::fs::write(&left, WORDS).unwrap();
    kept.place.loa(&["backup", "verify", kept.archive.to_str().unwrap()]).succeeded();
    assert!(!left.exists());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        for path in [kept.archive.clone(), kept.beside("backup-key")] {
            assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600, "{}", path.display());
        }
    }
}

#[test]
fn a_chain_that_was_tampered_with_is_not_backed_up() {
    let kept = Kept::new();
    kept.place.change("UPDATE audit_entries SET detail = 'x' WHERE seq = 1");
    let to = kept.place.folder.join("second.backup");
    let refused = kept.place.loa(&["backup", "--to", to.to_str().unwrap()]);
    assert_eq!(refused.code, Some(1));
    assert!(refused.err.contains("entry 1 of the chain of acts is broken"), "{}", refused.err);
    assert!(!to.exists());
    let made = kept.place.loa(&["backup", "verify", kept.archive.to_str().unwrap(), "--json"]).succeeded();
    let made: Value = serde_json::from_str(&made).unwrap();
    assert_eq!(made["rows"]["people"], 3, "{made}");
}

#[test]
fn a_restore_waits_for_no_engine_and_takes_no_newer_backup() {
    let kept = Kept::new();
    let (_, restore) = kept.restored("held.db");
    let restore: Vec<&str> = restore.iter().map(String::as_str).collect();
    let held = std::fs::File::create(kept.place.folder.join("held.engine-lock")).unwrap();
    held.lock().unwrap();
    assert!(kept.place.loa(&restore).refused().contains("another engine already runs"));
    drop(held);
    kept.place.change("UPDATE _sqlx_migrations SET version = version + 1000 WHERE version = (SELECT MAX(version) FROM _sqlx_migrations)");
    let newer = kept.place.folder.join("newer.backup");
    kept.place.loa(&["backup", "--to", newer.to_str().unwrap()]).succeeded();
    let refused = kept.place.loa(&["backup", "verify", newer.to_str().unwrap()]).refused();
    assert!(refused.contains("made by a newer loa"), "{refused}");
}

#[test]
fn what_lies_in_the_folder_is_listed_and_the_newest_is_verified() {
    let kept = Kept::new();
    assert!(kept.place.loa(&["backup", "verify"]).refused().contains("no backup in the folder"));
    let folder = kept.place.folder.join("backups");
    std::fs::create_dir(&folder).unwrap();
    for (name, bytes) in [("loa-2025-11-30T020000.backup", kept.bytes()), ("loa-2025-11-29T020000.backup", vec![1])] {
        std::fs::write(folder.join(name), bytes).unwrap();
    }
    std::fs::write(folder.join("loa.backup"), "not by the service").unwrap();
    let in_folder = |args: &[&str]| {
        let mut command = kept.place.command(args);
        super::Done::from(command.env("LOA__BACKUP__FOLDER", &folder).output().unwrap())
    };
    let listed = in_folder(&["backup", "list"]).succeeded();
    let lines: Vec<&str> = listed.lines().collect();
    assert!(lines.len() == 2 && lines[0].contains("T020000.backup") && lines[0].contains("schema"), "{listed}");
    assert!(lines[1].contains("11-29T020000.backup") && lines[1].contains("does not open"), "{listed}");
    let verified = in_folder(&["backup", "verify"]).succeeded();
    assert!(verified.contains("loa-2025-11-30T020000.backup is whole"), "{verified}");
}

//! The program as people and scripts run it: what it prints, how it ends, and what it leaves in the database.

#![cfg(test)]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use loa::id::sha256_hex;
use loa::inspect::sample_pdf;
use loa::store::Store;
use rstest::rstest;
use serde_json::Value;

use super::db::{SqliteFile, runtime, unique};

mod backup;
mod gateway;
mod mishaps;
mod repeat;
mod sandbox;
mod urgent;
mod wordings;

const LOA: &str = env!("CARGO_BIN_EXE_loa");
/// Stands for a gateway's token; must never be printed.
const SENTINEL: &str = "7000000001:SENTINEL-never-print-me";

/// Two villages whose groups are bound already. Everybody is invented.
const COMMUNE: &str = r#"
commune = { code = "xa-thu", name = "Xã Thử (hư cấu)", short_name = "Thử", province = "Tỉnh Mẫu" }
units = [
  { code = "xa", name = "UBND xã Thử", kind = "commune", valid_from = "2025-07-01" },
  { code = "thon-01", name = "Thôn 01", kind = "village", parent = "xa", valid_from = "2025-07-01" },
  { code = "thon-02", name = "Thôn 02", kind = "village", parent = "xa", valid_from = "2025-07-01" },
  { code = "thon-cu", name = "Thôn Cũ", kind = "village", parent = "xa", valid_from = "2025-07-01", valid_to = "2025-09-01", replaced_by = "thon-02" },
]
seats = [
  { code = "ct", unit = "xa", title = "Chủ tịch", kind = "answering" },
  { code = "tt-01", unit = "thon-01", title = "Trưởng thôn", kind = "answering" },
  { code = "pt-01", unit = "thon-01", title = "Phó thôn", kind = "deputy" },
  { code = "tt-02", unit = "thon-02", title = "Trưởng thôn", kind = "answering" },
  { code = "tt-cu", unit = "thon-cu", title = "Trưởng thôn", kind = "answering" },
]
people = [
  { code = "hoa", name = "Mẫu Thị Hòa" }, { code = "an", name = "Mẫu Văn An" }, { code = "an-be", name = "Mẫu Thị An" },
]
holdings = [
  { person = "an-be", seat = "tt-01", from = "2025-07-01" },
  { person = "an-be", seat = "tt-cu", from = "2025-07-01", to = "2025-09-01" },
]
grants = [
  { person = "hoa", role = "composer", unit = "xa" }, { person = "an", role = "approver", unit = "xa" },
  { person = "an", role = "admin", unit = "xa" },
]
groups = [
  { code = "dh-01", name = "Điều hành 01", kind = "cadre", gateway = "tele", rank = 1, covers = ["thon-01"], chat = "-1001" },
  { code = "dh-02", name = "Điều hành 02", kind = "cadre", gateway = "tele", rank = 1, covers = ["thon-02"], chat = "-1002" },
  { code = "dan-01", name = "Nhóm dân 01", kind = "residents", gateway = "tele", rank = 1, covers = ["thon-01"] },
]
identities = [{ person = "an", gateway = "tele", external_id = "5001" }]
"#;

/// A database and a folder of one test.
struct Place {
    database: SqliteFile,
    folder: PathBuf,
}

/// How a run of the program ended.
struct Done {
    code: Option<i32>,
    out: String,
    err: String,
}

impl Place {
    fn empty() -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("cli-{}", unique()));
        std::fs::create_dir_all(&folder).unwrap();
        Self { database: SqliteFile::absent(), folder }
    }

    /// With the two villages in the database.
    fn with_commune() -> Self {
        let place = Self::empty();
        place.loa(&["org", "import", &place.file("commune.toml", COMMUNE.as_bytes())]).succeeded();
        place
    }

    fn file(&self, name: &str, bytes: &[u8]) -> String {
        let path = self.folder.join(name);
        std::fs::write(&path, bytes).unwrap();
        path.to_str().unwrap().to_owned()
    }

    /// The program with nothing in its environment but the database and a folder for temporary files.
    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(LOA);
        command.args(args).env_clear().env("LOA__DATABASE__URL", self.database.url()).env("TMPDIR", &self.folder);
        command
    }

    fn loa(&self, args: &[&str]) -> Done {
        self.command(args).output().unwrap().into()
    }

    /// `loa bulletin create` with what every bulletin here has, and `more`.
    fn create(&self, more: &[&str]) -> Done {
        let text = self.file("text.txt", "Về việc tổng vệ sinh\n\nRa quân sáng thứ Bảy.\n".as_bytes());
        let usual =
            ["bulletin", "create", "--kind", "directive", "--text-file", &text, "--audience", "thon", "--as", "hoa"];
        self.loa(&[&usual[..], more].concat())
    }

    /// One number from the database.
    fn count(&self, table: &'static str) -> i64 {
        let statement = sqlx::AssertSqlSafe(format!("SELECT COUNT(*) FROM {table}"));
        self.on_pool(async |pool| sqlx::query_scalar(statement).fetch_one(&pool).await.unwrap())
    }

    fn change(&self, statement: &'static str) {
        let changed = self.on_pool(async |pool| sqlx::query(statement).execute(&pool).await.unwrap().rows_affected());
        assert!(changed > 0, "{statement}");
    }

    fn on_pool<T>(&self, work: impl AsyncFnOnce(sqlx::SqlitePool) -> T) -> T {
        runtime().block_on(async {
            let store = Store::open(&self.database.url()).await.unwrap();
            let Store::Sqlite(pool) = store.clone() else { panic!("the test asked for SQLite") };
            let found = work(pool).await;
            store.close().await;
            found
        })
    }

    /// Chains every entry, as the running service does.
    fn seal(&self) {
        runtime().block_on(async {
            let store = Store::open(&self.database.url()).await.unwrap();
            let mut tx = store.begin().await.unwrap();
            while tx.seal_audit().await.unwrap() > 0 {}
            tx.commit().await.unwrap();
            store.close().await;
        });
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

impl From<Output> for Done {
    fn from(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Self { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }
}

impl Done {
    #[track_caller]
    fn succeeded(self) -> String {
        assert_eq!(self.code, Some(0), "{}", self.err);
        self.out
    }

    /// Ended with 1 and printed nothing but a complaint; gives the complaint.
    #[track_caller]
    fn refused(self) -> String {
        assert_eq!((self.code, self.out.as_str()), (Some(1), ""), "{}", self.err);
        self.err
    }

    #[track_caller]
    fn json(self) -> Value {
        serde_json::from_str(&self.succeeded()).expect("the whole output is one JSON document")
    }
}

fn sample() -> String {
    format!("{}/config/examples/xa-mau.toml", env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn the_sample_commune_is_taken_in_once_and_the_second_time_changes_nothing() {
    let place = Place::empty();
    let first = place.loa(&["org", "import", &sample()]).succeeded();
    assert!(first.contains("loa org invite"), "{first}");
    let units = place.count("units");
    let entries = place.count("audit_entries");
    let second = place.loa(&["org", "import", &sample()]).succeeded();
    assert!(second.contains("nothing changed"), "{second}");
    assert!(units > 24);
    assert_eq!((place.count("units"), place.count("audit_entries")), (units, entries));
}

#[test]
fn an_export_makes_the_same_commune_in_another_database() {
    let (here, there) = (Place::with_commune(), Place::empty());
    let exported = here.loa(&["org", "export"]).succeeded();
    there.loa(&["org", "import", &there.file("exported.toml", exported.as_bytes())]).succeeded();
    assert_eq!(there.loa(&["org", "export"]).succeeded(), exported);
    assert!(exported.contains("thon-cu") && exported.contains("-1002") && exported.contains("5001"));
    let again = here.loa(&["org", "import", &there.file("exported.toml", exported.as_bytes())]).succeeded();
    assert!(again.contains("nothing changed"), "{again}");
}

#[test]
fn every_mistake_of_a_file_is_named_and_the_database_stays_empty() {
    let place = Place::empty();
    let text = COMMUNE
        .replace("covers = [\"thon-02\"]", "covers = [\"thon-99\"]")
        .replace("kind = \"deputy\"", "kind = \"helper\"")
        .replace("name = \"Mẫu Thị Hòa\"", "name = \"Mẫu Thị Hòa\", sdt = \"0900\"");
    let complaint = place.loa(&["org", "import", &place.file("bad.toml", text.as_bytes())]).refused();
    for piece in ["thon-99", "[[seats]] no. 3", "phone numbers", "nothing was imported"] {
        assert!(complaint.contains(piece), "{piece}: {complaint}");
    }
    assert_eq!((place.count("communes"), place.count("units"), place.count("audit_entries")), (0, 0, 0));
    assert!(place.loa(&["org", "show"]).refused().contains("loa org import"));
}

#[test]
fn a_unit_shows_who_answers_for_it_and_a_group_whether_it_is_bound() {
    let view = Place::with_commune().loa(&["org", "show", "--json"]).json();
    let unit = |code: &str| view["units"].as_array().unwrap().iter().find(|unit| unit["code"] == code).cloned();
    assert_eq!(unit("thon-01").unwrap()["seat"]["holder"]["code"], "an-be");
    assert_eq!(unit("thon-02").unwrap()["seat"]["holder"], Value::Null);
    assert_eq!(unit("thon-cu"), None, "a unit that is gone does not answer");
    let bound: Vec<_> = view["groups"].as_array().unwrap().iter().map(|group| &group["bound"]).collect();
    assert_eq!(bound, [false, true, true]);
}

#[test]
fn a_one_time_code_is_printed_and_only_its_hash_is_kept() {
    let place = Place::with_commune();
    let printed = place.loa(&["org", "invite", "hoa"]).succeeded();
    let code = printed.lines().next().and_then(|line| line.rsplit(' ').next()).unwrap().to_owned();
    assert!(code.len() == 8 && printed.contains(&format!("/dangky {code}")), "{printed}");
    let hash: String = place.on_pool(async |pool| {
        sqlx::query_scalar("SELECT code_hash FROM invites WHERE state = 'open'").fetch_one(&pool).await.unwrap()
    });
    assert_eq!(hash, sha256_hex(code.as_bytes()));
    assert!(!place.loa(&["audit", "list", "--json"]).succeeded().contains(&code));
    assert!(place.loa(&["org", "invite-group", "dan-01"]).succeeded().contains("/ganhom "));
}

#[test]
fn an_account_is_locked_shown_so_exported_no_more_and_not_opened_by_an_import() {
    let place = Place::with_commune();
    let missing = place.loa(&["org", "lock", "an", "--gateway", "zalo"]).refused();
    assert!(missing.contains("no open account on zalo"), "{missing}");
    let locked = place.loa(&["org", "lock", "an", "--gateway", "tele"]).succeeded();
    assert!(locked.contains("Mẫu Văn An (an): tele") && locked.contains("loa org invite an"), "{locked}");
    assert!(place.loa(&["org", "lock", "an"]).refused().contains("no open account:"));
    assert!(place.loa(&["org", "show"]).succeeded().contains("tele (locked)"));
    assert!(!place.loa(&["org", "export"]).succeeded().contains("5001"));
    let again = place.loa(&["org", "import", &place.file("commune.toml", COMMUNE.as_bytes())]).succeeded();
    assert!(again.contains("account of an on tele stays locked") && again.contains("nothing changed"), "{again}");
    assert_eq!(place.count("identities WHERE state = 'locked'"), 1);
    assert!(place.loa(&["audit", "list"]).succeeded().contains("account.locked"));
}

#[rstest]
#[case::unknown(&["org", "invite", "nobody"], "nobody")]
#[case::ambiguous(&["org", "invite", "mau"], "give the code")]
#[case::unknown_group(&["org", "invite-group", "dh-99"], "dh-99")]
#[case::unknown_composer(&["bulletin", "cancel", "VB-2025-0001", "--as", "nobody"], "nobody")]
#[case::unknown_bulletin(&["bulletin", "show", "VB-2025-0999"], "VB-2025-0999")]
fn what_does_not_exist_is_named_in_one_line(#[case] args: &[&str], #[case] named: &str) {
    let complaint = Place::with_commune().loa(args).refused();
    assert!(complaint.contains(named) && complaint.trim_end().lines().count() == 1, "{complaint}");
}

#[test]
fn without_an_answer_on_secrecy_nothing_is_composed() {
    let place = Place::with_commune();
    let complaint = place.create(&["--send", "now"]).refused();
    assert!(complaint.contains("--not-secret") && complaint.contains("each time"), "{complaint}");
    assert_eq!(place.count("bulletins"), 0);
}

#[test]
fn a_bulletin_is_composed_approved_by_somebody_else_and_shown() {
    let place = Place::with_commune();
    let created = place
        .create(&["--send", "2099-07-27T07:30", "--ack-by", "17h ngày 29/7/2099", "--not-secret", "--json"])
        .json();
    let code = created["code"].as_str().unwrap();
    assert_eq!((created["state"].as_str(), created["groups"].as_i64()), (Some("awaiting_approval"), Some(2)));
    assert_eq!(created["send_at_text"], "07:30 thứ Hai, 27/7/2099");
    assert_eq!(created["ack_by_text"], "17:00 thứ Tư, 29/7/2099");
    assert_eq!(created["title"], "Về việc tổng vệ sinh");
    let own = place.loa(&["bulletin", "approve", code, "--as", "hoa"]).refused();
    assert!(own.contains("approver"), "{own}");
    let approved = place.loa(&["bulletin", "approve", code, "--as", "Mẫu Văn An"]).succeeded();
    assert!(approved.contains("2 groups") && approved.contains("07:30 thứ Hai, 27/7/2099"), "{approved}");
    let shown = place.loa(&["bulletin", "show", code, "--json"]).json();
    assert_eq!((shown["state"].as_str(), shown["approval"]["by"]["code"].as_str()), (Some("approved"), Some("an")));
    assert_eq!(
        (shown["body"].as_str(), shown["schedule"]["state"].as_str()),
        (Some("Ra quân sáng thứ Bảy."), Some("active"))
    );
    place.loa(&["bulletin", "approve", code, "--as", "an"]).refused();
    place.loa(&["bulletin", "cancel", code, "--as", "hoa"]).succeeded();
    assert_eq!(place.loa(&["bulletin", "show", code, "--json"]).json()["state"], "cancelled");
}

#[test]
fn a_returned_bulletin_tells_nobody_but_its_composer_why() {
    let place = Place::with_commune();
    let created = place.create(&["--send", "now", "--not-secret", "--json"]).json();
    let code = created["code"].as_str().unwrap();
    place.loa(&["bulletin", "return", code, "--reason", "thiếu tệp kèm", "--as", "an"]).succeeded();
    assert_eq!(place.loa(&["bulletin", "show", code, "--json"]).json()["state"], "returned");
    assert!(!place.loa(&["audit", "list"]).succeeded().contains("thiếu"));
}

#[test]
fn a_repeated_command_with_a_key_gives_the_same_bulletin() {
    let place = Place::with_commune();
    let keyed = ["--send", "now", "--not-secret", "--json", "--idempotency-key", "night-job-1"];
    let (first, second) = (place.create(&keyed).json(), place.create(&keyed).json());
    assert_eq!(first["code"], second["code"]);
    assert_eq!((first["repeated"].as_bool(), second["repeated"].as_bool()), (Some(false), Some(true)));
    let other = place.create(&[&keyed[..], &["--title", "Việc khác"]].concat()).refused();
    assert!(other.contains("another key"), "{other}");
    assert_eq!(place.count("bulletins"), 1);
    // The key was forgotten after months, and used for something new.
    place.change("DELETE FROM counters WHERE name LIKE 'key-%'");
    let (anew, again) = (place.create(&keyed).json(), place.create(&keyed).json());
    assert_ne!(anew["code"], first["code"]);
    assert_eq!((&again["code"], again["repeated"].as_bool()), (&anew["code"], Some(true)));
}

#[test]
fn a_key_of_a_command_that_failed_is_free() {
    let place = Place::with_commune();
    let key = ["--not-secret", "--idempotency-key", "k"];
    place.create(&[&key[..], &["--send", "2001-01-01T07:30"]].concat()).refused();
    place.create(&[&key[..], &["--send", "now"]].concat()).succeeded();
}

#[rstest]
#[case::a_stamp("MẬT\nKẾ HOẠCH\nSố: 01/KH-UBND\n", &["--unreadable-attested"])]
#[case::unreadable("\u{0}\u{1}\u{2}", &[])]
fn a_file_that_may_not_leave_is_refused_and_not_kept(#[case] content: &str, #[case] more: &[&str]) {
    let place = Place::with_commune();
    let file = place.file("ten-tep-rieng.txt", content.as_bytes());
    let complaint = place.create(&[&["--send", "now", "--not-secret", "--file", &file], more].concat()).refused();
    assert!(!complaint.contains("ten-tep-rieng"), "{complaint}");
    assert_eq!((place.count("attachments"), place.count("bulletins"), place.count("counters")), (0, 0, 0));
}

#[test]
fn a_readable_file_goes_with_the_bulletin_under_its_own_name() {
    let place = Place::with_commune();
    let pdf = sample_pdf(&[vec!["Kế hoạch tổng vệ sinh", "Các thôn ra quân sáng thứ Bảy."]]);
    let file = place.file("kế hoạch.pdf", &pdf);
    let created = place.create(&["--send", "now", "--not-secret", "--json", "--file", &file]).json();
    let shown = place.loa(&["bulletin", "show", created["code"].as_str().unwrap(), "--json"]).json();
    assert_eq!(shown["files"][0]["name"], "kế hoạch.pdf");
    assert_eq!(shown["files"][0]["sha256"], sha256_hex(&pdf));
    assert_eq!(shown["files"][0]["pages"], 1);
}

#[rstest]
#[case::the_past(&["--send", "2001-01-01T07:30"])]
#[case::no_time(&["--send", "khi nào rảnh"])]
#[case::a_deadline_before_sending(&["--send", "2099-07-27T07:30", "--ack-by", "2099-07-26T07:30"])]
#[case::a_group_that_is_not_bound(&["--send", "now", "--audience", "thon:01@residents"])]
#[case::no_such_plan(&["--send", "now", "--plan", "ke-hoach-khac"])]
#[case::no_such_file(&["--send", "now", "--file", "khong-co.pdf"])]
fn a_bulletin_that_breaks_a_rule_leaves_no_trace(#[case] more: &[&str]) {
    let place = Place::with_commune();
    let entries = place.count("audit_entries");
    let (text, usual) = (place.file("t.txt", b"Mot\n\nHai\n"), ["bulletin", "create", "--kind", "directive"]);
    let mut args = [&usual[..], &["--text-file", &text, "--as", "hoa", "--not-secret"], more].concat();
    if !more.contains(&"--audience") {
        args.extend(["--audience", "thon"]);
    }
    assert_eq!(place.loa(&args).refused().trim_end().lines().count(), 1);
    assert_eq!((place.count("bulletins"), place.count("counters")), (0, 0));
    assert_eq!(place.count("audit_entries"), entries);
}

#[test]
fn an_entry_changed_by_hand_is_found() {
    let place = Place::with_commune();
    place.create(&["--send", "now", "--not-secret"]).succeeded();
    let unsealed = place.loa(&["audit", "verify", "--json"]).json();
    assert_eq!((unsealed["entries"].as_i64(), unsealed["unsealed"].as_i64()), (Some(0), Some(2)));
    place.seal();
    let sealed = place.loa(&["audit", "verify", "--json"]).json();
    assert_eq!((sealed["whole"].as_bool(), sealed["entries"].as_i64()), (Some(true), Some(2)));
    place.change("UPDATE audit_entries SET actor = 'somebody-else' WHERE seq = 2");
    let broken = place.loa(&["audit", "verify"]).refused();
    assert!(broken.contains("entry 2"), "{broken}");
    let broken = place.loa(&["audit", "verify", "--json"]);
    let report: Value = serde_json::from_str(&broken.out).unwrap();
    assert_eq!((broken.code, report["first_broken"]["seq"].as_i64()), (Some(1), Some(2)));
    assert_eq!(place.loa(&["audit", "list", "--from", "2", "--json"]).json()["entries"].as_array().unwrap().len(), 1);
}

#[test]
fn a_check_finds_a_row_that_points_to_nothing() {
    let place = Place::with_commune();
    assert!(place.loa(&["db", "migrate"]).succeeded().contains("up to date"));
    let whole = place.loa(&["db", "check", "--json"]).json();
    assert_eq!((&whole["schema"], whole["problems"].as_array().map(Vec::len)), (&whole["expected_schema"], Some(0)));
    place.on_pool(async |pool| {
        let mut connection = pool.acquire().await.unwrap();
        sqlx::query("PRAGMA foreign_keys = OFF").execute(&mut *connection).await.unwrap();
        sqlx::query("UPDATE seats SET unit_id = 'gone' WHERE code = 'pt-01'").execute(&mut *connection).await.unwrap();
        sqlx::query("PRAGMA foreign_keys = ON").execute(&mut *connection).await.unwrap();
    });
    let done = place.loa(&["db", "check"]);
    assert_eq!(done.code, Some(1));
    assert!(done.err.contains("1 rows point"), "{}", done.err);
}

#[rstest]
#[case::no_verb(&["org"])]
#[case::unknown_verb(&["org", "nonsense"])]
#[case::nobody_approves(&["bulletin", "approve", "VB-2025-0001"])]
#[case::neither_title_nor_text(&["bulletin", "create", "--kind", "directive", "--audience", "thon", "--send", "now", "--as", "hoa"])]
#[case::another_kind(&["bulletin", "create", "--kind", "poem", "--title", "x", "--audience", "thon", "--send", "now", "--as", "hoa"])]
#[case::a_day_that_is_none(&["bulletin", "create", "--kind", "directive", "--title", "x", "--audience", "thon", "--send", "now", "--as", "hoa", "--doc-date", "2025-02-30"])]
#[case::no_number(&["audit", "list", "--from", "x"])]
fn bad_usage_ends_with_2_and_touches_no_database(#[case] args: &[&str]) {
    let place = Place::empty();
    let done = place.loa(args);
    assert_eq!((done.code, done.out.as_str()), (Some(2), ""), "{}", done.err);
    assert!(!done.err.is_empty() && !place.database.path().exists());
}

#[rstest]
#[case(&["org", "show", "--json"])]
#[case(&["org", "import", "--json", "commune.toml"])]
#[case(&["audit", "verify", "--json"])]
#[case(&["audit", "list", "--json"])]
#[case(&["db", "check", "--json"])]
#[case(&["db", "stats", "--json"])]
fn json_is_one_document_and_nothing_else(#[case] args: &[&str]) {
    let place = Place::with_commune();
    let done: Done = place.command(args).current_dir(&place.folder).output().unwrap().into();
    assert!(done.json().is_object());
}

#[test]
fn a_database_url_on_the_command_line_wins_over_the_environment() {
    let (named, ignored) = (Place::with_commune(), Place::empty());
    ignored.loa(&["org", "show", "--database", &named.database.url()]).succeeded();
    assert!(!ignored.database.path().exists());
}

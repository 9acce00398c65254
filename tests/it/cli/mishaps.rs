//! What goes wrong at a terminal: a path mistyped, a document sent twice, a token in the wrong place.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use rstest::rstest;

use super::{Done, LOA, Place, SENTINEL};

#[test]
fn a_mistyped_database_is_not_made_by_a_command_that_only_looks() {
    let place = Place::empty();
    let missing = place.folder.join("nowhere/loa.db");
    let complaint = place.loa(&["stats", "--database", &format!("sqlite:{}", missing.display())]).refused();
    assert!(complaint.contains("there is no database at") && complaint.contains("loa org import"), "{complaint}");
    assert!(!missing.parent().unwrap().exists());
}

#[test]
fn a_server_that_is_not_there_is_told_at_once_and_without_its_password() {
    let complaint = Place::empty().loa(&["stats", "--database", "postgres://u:SECRETPW@127.0.0.1:1/x"]).refused();
    assert!(complaint.contains("cannot be reached") && !complaint.contains("SECRETPW"), "{complaint}");
}

#[test]
fn a_command_whose_database_may_not_grow_says_so_and_is_not_killed() {
    let place = Place::with_commune();
    let text = place.file("text.txt", "Về việc tổng vệ sinh\n\nRa quân sáng thứ Bảy.\n".as_bytes());
    let limited = ["--fsize=4096", LOA, "bulletin", "create", "--kind", "directive", "--as", "hoa", "--send", "now"];
    let mut command = Command::new("prlimit");
    command.args(limited).args(["--audience", "thon", "--text-file", &text]);
    let done: Done = command.env("LOA__DATABASE__URL", place.database.url()).output().unwrap().into();
    let complaint = done.refused();
    assert!(complaint.contains("cannot grow") && complaint.contains("ulimit"), "{complaint}");
}

#[test]
fn between_commands_everything_stands_in_the_one_file() {
    let place = Place::with_commune();
    let wal = place.database.path().with_extension("db-wal");
    assert!(place.database.path().exists() && std::fs::metadata(wal).map_or(0, |file| file.len()) == 0);
}

#[test]
fn a_numbered_document_of_the_commune_is_recognised_without_its_issuer() {
    let place = Place::with_commune();
    let numbered = ["--send", "now", "--not-secret", "--number", "101", "--symbol", "KH-UBND"];
    place.create(&numbered).succeeded();
    let complaint = place.create(&numbered).refused();
    assert!(
        complaint.contains("carries the same document (101/KH-UBND") && complaint.contains("--again"),
        "{complaint}"
    );
    let superior = place.create(&[&numbered[..], &["--level", "superior"]].concat()).succeeded();
    assert!(superior.contains("--issuer"), "{superior}");
}

#[test]
fn an_activity_that_is_refused_is_refused_in_a_sentence() {
    let place = Place::with_commune();
    for wrong in [&["--on", "1999-01-01", "--title", "x"][..], &["--on", "2025-07-18", "--title", ""]] {
        let usual = ["activity", "add", "--channel", "radio", "--as", "hoa"];
        let complaint = place.loa(&[&usual[..], wrong].concat()).refused();
        assert!(!complaint.contains("refused") && complaint.contains("Xin"), "{complaint}");
    }
}

#[rstest]
#[case::file("platform = \"telegram\"\ntoken_file = \"SENTINEL\"")]
#[case::variable("platform = \"telegram\"\ntoken_env = \"SENTINEL\"")]
#[case::platform("platform = \"SENTINEL\"\ntoken = \"1:a\"")]
fn a_token_in_the_wrong_setting_is_not_repeated(#[case] gateway: &str) {
    let place = Place::empty();
    let text = format!("[gateways.tele]\nenabled_reason = \"thử\"\n{gateway}\n")
        .replace("SENTINEL", &format!("{SENTINEL}-0123456789"));
    let complaint = place.loa(&["serve", "--config", &place.file("loa.toml", text.as_bytes())]).refused();
    assert!(complaint.contains("gateways.tele") && !complaint.contains("SENTINEL"), "{complaint}");
}

#[test]
fn no_command_prints_a_token_however_talkative_it_is_made() {
    let place = Place::with_commune();
    let settings = format!(
        "[gateways.tele]\nplatform = \"telegram\"\napi_url = \"http://127.0.0.1:9\"\ntoken = \"{SENTINEL}\"\n\
         [log]\nfilter = \"trace\"\n"
    );
    let config = place.file("loa.toml", settings.as_bytes());
    for args in [
        &["org", "show"][..],
        &["org", "export"],
        &["org", "invite", "hoa"],
        &["audit", "list", "--json"],
        &["db", "check"],
        &["bulletin", "show", "VB-2025-0001"],
        &["--help"],
    ] {
        let done: Done =
            place.command(&[args, &["--config", &config]].concat()).env("RUST_LOG", "trace").output().unwrap().into();
        assert!(done.code.is_some_and(|code| code < 2), "{args:?}: {}", done.err);
        assert!(!(done.out + &done.err).contains("SENTINEL"), "{args:?}");
    }
}

#[test]
fn a_crash_leaves_no_image_of_memory() {
    let mut sandbox = Command::new(LOA).arg("sandbox").stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut said = String::new();
    BufReader::new(sandbox.stdout.take().unwrap()).read_line(&mut said).unwrap();
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", sandbox.id())).unwrap();
    sandbox.kill().unwrap();
    sandbox.wait().unwrap();
    let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
    assert_eq!(core.split_whitespace().rev().take(3).collect::<Vec<_>>(), ["bytes", "0", "0"], "{core}");
}

//! Switches, faults and what is printed at the start.

use clap::Parser as _;
use rstest::rstest;

use super::*;
use loa_sandbox::FaultKind;

#[derive(clap::Parser)]
struct Line {
    #[command(flatten)]
    command: SandboxArgs,
}

fn parse(line: &[&str]) -> Result<SandboxArgs, clap::Error> {
    Line::try_parse_from([&["sandbox"], line].concat()).map(|line| line.command)
}

#[test]
fn without_a_verb_a_sandbox_is_started_with_the_published_limits() {
    let command = parse(&["--port", "8081"]).unwrap();
    assert_eq!((command.start.port, command.start.limits, command.verb), (8081, LimitChoice::Strict, None));
}

#[rstest]
#[case::a_verb_and_a_switch_of_the_start(&["--port", "1", "chats"])]
#[case::an_org_file_to_write_without_one_to_read(&["--write-org", "x.toml"])]
#[case::nobody_speaks(&["say", "--in", "x", "y"])]
fn what_makes_no_sense_together_is_refused(#[case] line: &[&str]) {
    assert!(parse(line).is_err());
}

#[test]
fn a_group_is_named_by_its_negative_number_everywhere() {
    for line in [&["say", "--as", "1", "--in", "-42", "x"][..], &["press", "--as", "1", "--in", "-42", "OK"]] {
        assert!(parse(line).is_ok(), "{line:?}");
    }
    let Some(Verb::Show { chat, .. }) = parse(&["show", "-42"]).unwrap().verb else { panic!("`show` is read") };
    assert_eq!(chat, "-42");
}

#[test]
fn the_bot_is_thrown_out_when_nobody_is_named() {
    let Some(Verb::Kick { who, .. }) = parse(&["kick", "-1002100000001"]).map_or(None, |command| command.verb) else {
        panic!("`kick` with a number of a group is read");
    };
    assert_eq!(who, client::BOT);
}

struct Written(PathBuf);

impl Written {
    fn new(name: &str, text: &str) -> Self {
        let path = std::env::temp_dir().join(format!("loa-faults-{}-{name}", std::process::id()));
        std::fs::write(&path, text).unwrap();
        Self(path)
    }
}

impl Drop for Written {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

#[rstest]
#[case::list("list.json", r#"[{"method": "sendMessage", "kind": {"what": "reset_after"}}]"#)]
#[case::object("object.json", r#"{"faults": [{"method": "sendMessage", "kind": {"what": "reset_after"}}]}"#)]
#[case::toml("faults.toml", "[[faults]]\nmethod = \"sendMessage\"\nkind = { what = \"reset_after\" }\n")]
fn faults_are_written_in_three_ways(#[case] name: &str, #[case] text: &str) {
    let file = Written::new(name, text);
    let read = faults(&file.0).unwrap();
    assert_eq!((read.zalo_bot, read.zalo_oa), (None, None));
    assert_eq!(read.telegram, Some(vec![Fault::next("sendMessage", FaultKind::ResetAfter)]));
}

#[test]
fn one_file_holds_the_faults_of_every_platform() {
    let text = "[[zalo_bot_faults]]\nchat = \"zgr-00\"\nkind = { what = \"garbage\" }\n\
                [[zalo_oa_faults]]\npath = \"group/message\"\nkind = { what = \"no_data\" }\n";
    let read = faults(&Written::new("zalo.toml", text).0).unwrap();
    let kind = FaultKind::Garbage { delivered: true };
    let bot = Fault { method: None, chat: Some("zgr-00".to_owned()), nth: 1, times: 1, kind };
    let account = Fault::next("group/message", FaultKind::NoData);
    assert_eq!((read.telegram, read.zalo_bot, read.zalo_oa), (None, Some(vec![bot]), Some(vec![account])));
}

#[test]
fn a_file_without_faults_is_refused_with_an_example() {
    let file = Written::new("bad.json", "{}");
    assert!(faults(&file.0).unwrap_err().to_string().contains("reset_after"));
}

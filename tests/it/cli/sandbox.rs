//! A sandbox as a process of its own, and the verbs that find it.

use std::io::{BufRead as _, BufReader};
use std::process::{ChildStdout, Stdio};

use super::{Command, Done, Place, sample};
use crate::service::Process;

/// A running sandbox.
struct Running {
    child: Process,
    printed: String,
    /// Kept open: a program whose reader is gone cannot print.
    _out: BufReader<ChildStdout>,
}

impl Running {
    /// Starts it and reads what it prints until the settings to copy are complete, for every platform.
    fn start(place: &Place, args: &[&str]) -> Self {
        let mut command = place.command(&[&["sandbox"], args].concat());
        let mut child = Process(command.stdout(Stdio::piped()).spawn().unwrap());
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut printed = String::new();
        while !printed.contains("\naccess_token = ") {
            assert!(out.read_line(&mut printed).unwrap() > 0, "it ended early: {printed}");
        }
        Self { child, printed, _out: out }
    }

    /// Ctrl-C.
    fn interrupt(mut self) -> Option<i32> {
        // The name of the signal is read by the shell's own `kill` everywhere.
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
        self.child.wait().unwrap().code()
    }
}

#[test]
fn people_of_a_sandbox_are_reached_by_name_and_its_file_binds_the_groups() {
    let place = Place::empty();
    let bound = place.folder.join("bound.toml");
    let bound = bound.to_str().unwrap();
    let running = Running::start(&place, &["--commune", &sample(), "--write-org", bound, "--limits", "off"]);
    assert!(running.printed.contains("\n[gateways.telegram]\n"), "{}", running.printed);
    place.loa(&["org", "import", bound]).succeeded();
    let view = place.loa(&["org", "show", "--json"]).json();
    assert!(view["groups"].as_array().unwrap().iter().all(|group| group["bound"] == true));
    place.loa(&["sandbox", "say", "--as", "mau thi lan", "--in", "bot", "xin chào"]).succeeded();
    let shown = place.loa(&["sandbox", "show", "Mẫu Thị Lan"]).succeeded();
    assert!(shown.contains("xin chào"), "{shown}");
    assert!(place.loa(&["sandbox", "chats"]).succeeded().contains("Nhóm Trưởng thôn"));
    assert_eq!(running.interrupt(), Some(0));
    let gone = place.loa(&["sandbox", "chats"]).refused();
    assert!(gone.contains("loa sandbox"), "{gone}");
}

#[test]
fn what_a_sandbox_refuses_is_said_in_its_words() {
    let place = Place::empty();
    let running = Running::start(&place, &["--commune", &sample(), "--basic-groups"]);
    let file = place.file("faults.json", br#"[{"method": "sendMessage", "kind": {"what": "kicked"}}]"#);
    assert!(place.loa(&["sandbox", "faults", &file]).succeeded().contains("1 faults armed"));
    place.loa(&["sandbox", "migrate", "nhóm dân thôn 03"]).succeeded();
    place.loa(&["sandbox", "kick", "nhóm dân thôn 03"]).succeeded();
    for args in [
        &["sandbox", "say", "--as", "lan", "--in", "nhóm dân thôn 03", "da nhan"][..],
        &["sandbox", "press", "--as", "lan", "--in", "bot", "Duyệt"],
        &["sandbox", "show", "nhóm không có"],
        &["sandbox", "show", "thôn 03"],
        &["sandbox", "send-file", "--as", "lan", "--in", "bot", "khong-co.pdf"],
    ] {
        let complaint = place.loa(args).refused();
        assert_eq!(complaint.trim_end().lines().count(), 1, "{complaint}");
    }
    let sent = place.loa(&["sandbox", "send-file", "--as", "lan", "--in", "bot", &file, "--caption", "tệp thử"]);
    assert!(sent.succeeded().starts_with("message "));
    drop(running);
}

/// The id at the beginning of the line that holds `title`.
fn id_of(chats: &str, title: &str) -> String {
    let line = chats.lines().find(|line| line.contains("zgr-") && line.contains(title)).unwrap();
    line.split_whitespace().next().unwrap().to_owned()
}

#[test]
fn the_zalo_bot_is_played_beside_telegram_and_reached_by_its_ids() {
    let place = Place::empty();
    let bound = place.folder.join("bound.toml");
    let args = ["--gateway", "none", "--zalo-bot-gateway", "telegram", "--limits", "off"];
    let files = ["--commune", &sample(), "--write-org", bound.to_str().unwrap()];
    let running = Running::start(&place, &[&args[..], &files].concat());
    assert!(running.printed.contains("platform = \"zalo_bot\""), "{}", running.printed);
    assert!(std::fs::read_to_string(&bound).unwrap().contains("chat = \"zgr-"));
    let chats = place.loa(&["sandbox", "chats"]).succeeded();
    let group = id_of(&chats, "Nhóm Trưởng thôn");
    let url = running.printed.split_once("Zalo Bot sandbox at ").unwrap().1.split(',').next().unwrap();
    let say = |rest: &[&str]| place.loa(&[&["sandbox", "say", "--as", "mẫu văn bình", "--in"], rest].concat());
    let said = say(&[&group, "@Bot Loa Xã Mẫu da nhan"]).succeeded();
    let id = said.trim_end().strip_prefix("message ").unwrap();
    say(&["nhóm trưởng thôn", "ok", "--reply-to", id, "--url", url]).succeeded();
    say(&["bot", "xin chào", "--url", url]).succeeded();
    let shown = place.loa(&["sandbox", "show", &group]).succeeded();
    assert!(shown.contains("    ↩ Mẫu Văn Bình: @Bot Loa Xã Mẫu da nhan\n    ok\n"), "{shown}");
    let file = place.file("faults.toml", b"[[zalo_bot_faults]]\nkind = { what = \"garbage\" }\n");
    let armed = place.loa(&["sandbox", "faults", &file]).succeeded();
    assert_eq!(armed, "0 faults armed\n1 Zalo Bot faults armed\n");
    let sent = place.loa(&["sandbox", "send-file", "--as", "mẫu văn bình", "--in", &group, &file]).succeeded();
    assert!(sent.starts_with("message "), "{sent}");
    let press = place.loa(&["sandbox", "press", "--as", "lan", "--in", &group, "OK"]).refused();
    assert!(press.contains("no buttons on Zalo"), "{press}");
    let unheard = say(&[&group, "da nhan"]).succeeded();
    assert!(unheard.starts_with("message ") && unheard.contains("`@Bot Loa Xã Mẫu`"), "{unheard}");
    assert!(place.loa(&["sandbox", "migrate", &group]).refused().contains("keep their id"));
    assert_eq!(place.loa(&["sandbox", "kick", &group]).succeeded(), format!("the bot is out of {group}\n"));
    assert_eq!(place.loa(&["sandbox", "invite", &group]).succeeded(), format!("the bot is in {group}\n"));
    assert_eq!(running.interrupt(), Some(0));
    assert!(place.loa(&["sandbox", "show", &group]).refused().contains("no sandbox runs"));
}

#[test]
fn an_official_account_makes_its_own_groups_and_is_reached_by_names_and_by_a_switch() {
    let place = Place::empty();
    let bound = place.folder.join("bound.toml");
    let args = ["--gateway", "none", "--zalo-oa-gateway", "telegram"];
    let files = ["--commune", &sample(), "--write-org", bound.to_str().unwrap()];
    let running = Running::start(&place, &[&args[..], &files].concat());
    let (_, section) = running.printed.split_once("loa sandbox webhook").unwrap();
    let section = &section[section.find("[gateways").unwrap()..];
    let settings: toml::Table = section.parse().unwrap();
    let account = &settings["gateways"]["telegram"];
    assert_eq!(
        (account["platform"].as_str(), account["api_url"].as_str()),
        (Some("zalo_oa"), account["oauth_url"].as_str())
    );
    let config = place.file("loa.toml", section.as_bytes());
    place.loa(&["org", "import", bound.to_str().unwrap(), "--config", &config]).succeeded();
    let written = std::fs::read_to_string(&bound).unwrap();
    assert!(written.contains("chat = \"g:") && written.contains("external_id = \"u:"));
    let act = |rest: &[&str]| place.loa(&[&["sandbox"], rest].concat());
    assert!(act(&["chats"]).succeeded().contains("Nhóm Trưởng thôn"));
    let said = act(&["say", "--as", "mẫu văn bình", "--in", "nhóm trưởng thôn", "da nhan"]).succeeded();
    assert_eq!(said.lines().count(), 1, "the account hears everything: {said}");
    assert!(act(&["show", "nhóm trưởng thôn"]).succeeded().ends_with("Mẫu Văn Bình\n    da nhan\n"));
    let file = place.file("cong-van.pdf", b"%PDF-1.4");
    let on = ["--on", "zalo-oa", "--as", "mẫu thị lan", "--in", "bot"];
    act(&[&["send-file"], &on[..], &[&file]].concat()).succeeded();
    act(&[&["say"], &on[..], &["/trangthai"]].concat()).succeeded();
    assert!(act(&["show", "--on", "zalo-oa", "Mẫu Thị Lan"]).succeeded().contains("cong-van.pdf"));
    let press = act(&[&["press"], &on[..], &["Duyệt"]].concat()).refused();
    assert!(press.contains("say the answer"), "{press}");
    let faults =
        place.file("faults.toml", b"[[zalo_oa_faults]]\npath = \"group/message\"\nkind = { what = \"no_data\" }\n");
    assert_eq!(act(&["faults", &faults]).succeeded(), "0 faults armed\n1 Official Account faults armed\n");
    let nobody = act(&["webhook", "http://127.0.0.1:9/hook/oa"]).refused();
    assert!(nobody.contains("did not answer the probe"), "{nobody}");
    assert!(act(&["kick", "nhóm trưởng thôn"]).succeeded().starts_with("the account is out of "));
    assert_eq!(running.interrupt(), Some(0));
}

#[test]
fn a_commune_with_more_groups_than_the_free_plan_is_told_so() {
    let place = Place::empty();
    let args = ["sandbox", "--zalo-bot-gateway", "telegram", "--commune", &sample()];
    assert!(place.loa(&args).refused().contains("both `telegram`"));
    let complaint = place.loa(&[&args[..], &["--gateway", "none"]].concat()).refused();
    assert!(complaint.contains("--limits off") && complaint.contains("in 3 groups already"), "{complaint}");
}

#[test]
fn a_sandbox_does_not_write_over_the_file_it_was_made_from() {
    let place = Place::empty();
    let file = place.file("xa.toml", super::COMMUNE.as_bytes());
    let done: Done = place.loa(&["sandbox", "--commune", &file, "--write-org", &file, "--gateway", "tele"]);
    assert!(done.refused().contains("write over"));
    assert_eq!(std::fs::read_to_string(&file).unwrap(), super::COMMUNE);
}
